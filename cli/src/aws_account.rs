//! The AWS account: credentials and region from wherever the `aws` program has them, and the table of a stack.

use std::time::{Duration, SystemTime};

use anyhow::{Context as _, anyhow, bail, ensure};
use aws_config::profile::{Profile, ProfileFileCredentialsProvider, ProfileSet};
use aws_config::provider_config::ProviderConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::{ProvideCredentials as _, SharedCredentialsProvider};
use aws_runtime::env_config::file::EnvConfigFiles;
use aws_sigv4::http_request::{self, SignableBody, SignableRequest, SigningSettings};
use aws_sigv4::sign::v4;
use aws_smithy_xml::decode::{Document, try_data};
use aws_types::os_shim_internal::{Env, Fs};
use aws_types::service_config::ServiceConfigKey;
use chathook_archive::https_client;
use clap::Args;

/// The output of template.yaml that names the table.
const TABLE_OUTPUT: &str = "TableName";

/// Which account and region, and which stack.
#[derive(Args)]
pub struct AwsOptions {
    /// The AWS profile; by default AWS_PROFILE, else `default`
    #[arg(long, value_name = "NAME", requires = "aws")]
    profile: Option<String>,
    /// The AWS region; by default AWS_REGION, else the profile's
    #[arg(long, value_name = "NAME", requires = "aws")]
    region: Option<String>,
    /// Use the table in the outputs of this CloudFormation stack, such as `chathook`; overrides --table
    #[arg(long, value_name = "NAME", requires = "aws")]
    stack: Option<String>,
}

/// An account that was found, ready for requests.
pub struct AwsAccount {
    /// For the SDK.
    pub config: SdkConfig,
    region: String,
    credentials: Credentials,
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

    /// The name of the table, if a stack is given.
    pub async fn stack_table(&self, account: &AwsAccount) -> anyhow::Result<Option<String>> {
        let Some(stack) = self.stack.clone() else { return Ok(None) };
        let request = account.describe(&stack)?;
        let described = tokio::task::spawn_blocking(|| request.send()).await??;
        let region = &account.region;
        let outputs = outputs(&described).with_context(|| {
            format!("CloudFormation ({region}) does not show the stack {stack}; check --region and --profile")
        })?;
        let table = outputs.into_iter().find(|(key, _)| key == TABLE_OUTPUT).map(|(_, value)| value);
        let none = || {
            format!(
                "the stack {stack} ({region}) has no output {TABLE_OUTPUT}: it is not a chathook stack, or stores no messages"
            )
        };
        table.with_context(none).map(Some)
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
    } else if has("credential_process") {
        format!("check what the credential_process of the profile {name} prints")
    } else {
        format!("set up the profile {name} with `aws configure`, or name another one with --profile")
    }
}

/// A signed request. It is made by hand: the SDK's client for CloudFormation would be the largest crate of the build.
struct SignedRequest {
    url: String,
    headers: Vec<(String, String)>,
    body: String,
}

impl AwsAccount {
    /// The request that asks CloudFormation to describe a stack.
    fn describe(&self, stack: &str) -> anyhow::Result<SignedRequest> {
        let url = self.cloudformation()?;
        let body = form_urlencoded::Serializer::new(String::new())
            .extend_pairs([("Action", "DescribeStacks"), ("Version", "2010-05-15"), ("StackName", stack)])
            .finish();
        let identity = self.credentials.clone().into();
        let parameters = v4::SigningParams::builder()
            .identity(&identity)
            .region(&self.region)
            .name("cloudformation")
            .time(SystemTime::now())
            .settings(SigningSettings::default())
            .build()?;
        let kind = ("content-type", "application/x-www-form-urlencoded");
        let request = SignableRequest::new("POST", &url, [kind].into_iter(), SignableBody::Bytes(body.as_bytes()))?;
        let (signed, _) = http_request::sign(request, &parameters.into())?.into_parts();
        let headers = signed.headers().chain([kind]).map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        Ok(SignedRequest { url, headers, body })
    }

    /// CloudFormation's URL: `AWS_ENDPOINT_URL_CLOUDFORMATION`, the same setting in the profile, or the region's URL.
    fn cloudformation(&self) -> anyhow::Result<String> {
        let key =
            ServiceConfigKey::builder().service_id("CloudFormation").env("AWS_ENDPOINT_URL").profile("endpoint_url");
        let key = key.build()?;
        let configured = self.config.service_config().and_then(|config| config.load_config(key));
        if let Some(url) = configured.or_else(|| self.config.endpoint_url().map(str::to_owned)) {
            return Ok(url);
        }
        let region = &self.region;
        let is_name = region.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        ensure!(is_name, "{region:?} is not an AWS region; give one such as eu-central-1 with --region");
        let domain = if region.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" };
        Ok(format!("https://cloudformation.{region}.{domain}/"))
    }
}

impl SignedRequest {
    /// The answer's XML.
    fn send(self) -> anyhow::Result<String> {
        let Self { url, headers, body } = self;
        let agent =
            ureq::Agent::config_builder().http_status_as_error(false).timeout_global(Some(Duration::from_secs(30)));
        let mut request = ureq::Agent::from(agent.build()).post(&url);
        for (name, value) in headers {
            request = request.header(name, value);
        }
        let unreachable = || format!("CloudFormation ({url}) is unreachable; check the network and the region");
        let mut answer = request.send(body).with_context(unreachable)?;
        answer.body_mut().read_to_string().with_context(unreachable)
    }
}

/// The outputs in an answer to `DescribeStacks`, or the reason why there are none.
fn outputs(xml: &str) -> anyhow::Result<Vec<(String, String)>> {
    let mut document = Document::new(xml);
    let (mut outputs, mut is_described) = (Vec::new(), false);
    let (mut key, mut value, mut code, mut message) = Default::default();
    // Each of these names has one meaning, wherever it appears.
    while let Some(element) = document.next_start_element() {
        let text: &mut Option<String> = match element.local() {
            "DescribeStacksResult" => {
                is_described = true;
                continue;
            }
            "OutputKey" => &mut key,
            "OutputValue" => &mut value,
            "Code" => &mut code,
            "Message" => &mut message,
            _ => continue,
        };
        *text = Some(try_data(&mut document.scoped_to(element))?.into_owned());
        // Either may come first.
        if key.is_some() && value.is_some() {
            outputs.extend(key.take().zip(value.take()));
        }
    }
    if let Some(code) = code {
        bail!("{code}: {}", message.unwrap_or_default());
    }
    ensure!(is_described, "the answer is not CloudFormation's");
    Ok(outputs)
}

#[cfg(test)]
mod tests {
    use super::outputs;

    #[test]
    fn outputs_are_read_and_errors_are_told() {
        let stack = |inner: &str| {
            format!(
                "<DescribeStacksResponse xmlns=\"http://cloudformation.amazonaws.com/doc/2010-05-15/\"><DescribeStacksResult>\
                 <Stacks><member><StackName>chathook</StackName><Parameters><member><ParameterKey>TableName</ParameterKey>\
                 </member></Parameters>{inner}</member></Stacks></DescribeStacksResult></DescribeStacksResponse>"
            )
        };
        let two = "<Outputs><member><OutputKey>WebhookUrl</OutputKey><OutputValue>https://a/?b&amp;c</OutputValue></member>\
                   <member><Description>x</Description><OutputValue>t</OutputValue><OutputKey>TableName</OutputKey></member></Outputs>";
        let read = |xml: &str| outputs(xml).map_err(|error| error.to_string());
        let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        assert_eq!(read(&stack(two)), Ok(vec![pair("WebhookUrl", "https://a/?b&c"), pair("TableName", "t")]));
        assert_eq!(read(&stack("")), Ok(vec![]));
        let error = "<ErrorResponse><Error><Type>Sender</Type><Code>ValidationError</Code><Message>Stack with id x does not \
                     exist</Message></Error><RequestId>1</RequestId></ErrorResponse>";
        assert_eq!(read(error), Err("ValidationError: Stack with id x does not exist".to_owned()));
        for broken in ["", "<html>", "{}", "<DescribeStacksResponse>"] {
            assert!(read(broken).is_err(), "{broken}");
        }
    }
}
