//! The AWS account: credentials and region from wherever the `aws` program has them.

use anyhow::{Context as _, anyhow, ensure};
use aws_config::profile::{Profile, ProfileFileCredentialsProvider, ProfileSet};
use aws_config::provider_config::ProviderConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::{ProvideCredentials as _, SharedCredentialsProvider};
use aws_runtime::env_config::file::EnvConfigFiles;
use aws_types::os_shim_internal::{Env, Fs};
use chathook_archive::https_client;
use clap::Args;

/// Which account and region, and which stack.
#[derive(Args)]
pub struct AwsOptions {
    /// The AWS profile; by default AWS_PROFILE, else `default`
    #[arg(long, value_name = "NAME", requires = "aws")]
    profile: Option<String>,
    /// The AWS region; by default AWS_REGION, else the profile's
    #[arg(long, value_name = "NAME", requires = "aws")]
    region: Option<String>,
    /// The CloudFormation stack, such as `chathook`, whose outputs name the table and the queues; overrides --table
    #[arg(long, value_name = "NAME", requires = "aws")]
    pub stack: Option<String>,
}

/// An account that was found, ready for requests.
pub struct AwsAccount {
    /// For the SDK.
    pub config: SdkConfig,
    pub region: String,
    pub credentials: Credentials,
}

impl AwsOptions {
    /// Finds the account. Single sign-on, a `credential_process`, roles and the environment all work as they do for
    /// `aws`, and a profile that is given comes before credentials in the environment.
    pub async fn account(&self) -> anyhow::Result<AwsAccount> {
        let (files, environment) = (Fs::real(), Env::real());
        let profiles = aws_config::profile::load(&files, &environment, &EnvConfigFiles::default(), None).await;
        let profiles = profiles.context("the AWS configuration cannot be read")?;
        let name = self.profile.as_deref().unwrap_or(profiles.selected_profile());
        let profile = profiles.get_profile(name);
        ensure!(profile.is_some() || name == "default", no_such_profile(&profiles, name));

        let mut loader = aws_config::defaults(BehaviorVersion::latest()).http_client(https_client()).profile_name(name);
        if let Some(region) = &self.region {
            loader = loader.region(Region::new(region.clone()));
        }
        let mut config = loader.load().await;
        if self.profile.is_some() {
            // The SDK would ask the environment first.
            let provider = ProviderConfig::without_region().with_region(config.region().cloned());
            let provider = ProfileFileCredentialsProvider::builder()
                .configure(&provider.with_http_client(https_client()))
                .profile_name(name)
                .build();
            config = config.into_builder().credentials_provider(SharedCredentialsProvider::new(provider)).build();
        }
        let region = config.region().map(ToString::to_string);
        let region = region.with_context(|| {
            format!("no AWS region: give --region, set AWS_REGION, or run `aws configure set region REGION --profile {name}`")
        })?;
        let provider = config.credentials_provider().context("no AWS credentials")?;
        let credentials = provider.provide_credentials().await.map_err(|error| {
            // The outer errors only say that something failed.
            let reason = anyhow!(error).root_cause().to_string();
            anyhow!("no AWS credentials: {reason}; {}", remedy(profile, name))
        })?;
        Ok(AwsAccount { config, region, credentials })
    }
}

fn no_such_profile(profiles: &ProfileSet, name: &str) -> String {
    let mut known: Vec<_> = profiles.profiles().collect();
    known.sort_unstable();
    let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
    format!(
        "there is no AWS profile {name}; there are: {known}. Name one with --profile or AWS_PROFILE, or set this one up \
         with `aws configure --profile {name}`, with single sign-on `aws configure sso --profile {name}`"
    )
}

/// What to do when a profile gives no credentials.
fn remedy(profile: Option<&Profile>, name: &str) -> String {
    let has = |key| profile.is_some_and(|profile| profile.get(key).is_some());
    if has("sso_session") || has("sso_start_url") {
        format!("sign in with `aws sso login --profile {name}`")
    } else if has("login_session") {
        // The SDK could read it, at the price of an elliptic-curve library in every build.
        format!(
            "the program cannot use sessions of `aws login`; pass this one on with \
             `eval \"$(aws configure export-credentials --format env --profile {name})\"`"
        )
    } else if has("credential_process") {
        format!("check what the credential_process of the profile {name} prints")
    } else {
        format!("set up the profile {name} with `aws configure`, or name another one with --profile")
    }
}
