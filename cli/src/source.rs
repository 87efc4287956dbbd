//! Where data comes from: a table on AWS, another DynamoDB, a running `serve`, or the data that one left.

use std::path::PathBuf;

use anyhow::bail;
use chathook_archive::Archive;
use clap::{ArgGroup, Args};

use crate::aws_account::AwsOptions;
use crate::defaults::{DATA_FOLDER, TABLE};
use crate::embedded_dynamodb::EmbeddedTable;
use crate::running_serve::RunningServe;
use crate::stack::Stack;

/// Which table.
#[derive(Args)]
#[command(group = ArgGroup::new("which_table").args(["table", "stack"]).multiple(true))]
pub struct Source {
    /// The table on AWS, with the region and credentials that the `aws` program uses, single sign-on included
    #[arg(long, requires = "which_table", conflicts_with = "dynamodb_endpoint")]
    aws: bool,
    #[command(flatten)]
    options: AwsOptions,
    /// The table in this DynamoDB
    #[arg(long, value_name = "URL")]
    dynamodb_endpoint: Option<String>,
    /// The table's name; by default `chathook` for a local one
    #[arg(long, env = "TABLE_NAME", value_name = "NAME")]
    table: Option<String>,
    /// The folder with the data that `serve` left
    #[arg(long, default_value = DATA_FOLDER, value_name = "DIR", conflicts_with_all = ["aws", "dynamodb_endpoint"])]
    data: PathBuf,
}

/// An archive that is open.
pub enum OpenArchive {
    /// Another process serves it.
    Remote(Archive),
    /// No other process does, so this one serves it.
    Embedded(EmbeddedTable),
}

impl OpenArchive {
    /// The archive itself.
    pub fn archive(&self) -> &Archive {
        match self {
            Self::Remote(archive) | Self::Embedded(EmbeddedTable { archive, .. }) => archive,
        }
    }
}

impl Source {
    /// Opens the archive.
    pub async fn open(&self) -> anyhow::Result<OpenArchive> {
        let table = self.table.as_deref().filter(|table| !table.is_empty()).unwrap_or(TABLE);
        if self.aws {
            let account = self.options.account().await?;
            let stack = self.options.stack(&account).await?;
            let table = stack.as_ref().map_or(Ok(table), Stack::table)?;
            return Ok(OpenArchive::Remote(Archive::with_config(table, &account.config)));
        }
        if let Some(url) = &self.dynamodb_endpoint {
            return Ok(OpenArchive::Remote(Archive::local(table, url)));
        }
        if let Some(running) = RunningServe::find(&self.data) {
            return Ok(OpenArchive::Remote(Archive::local(table, &running.dynamodb)));
        }
        if !self.data.exists() {
            bail!(
                "no `serve` runs and none left data in {}; name a table with --aws, --dynamodb-endpoint or --data",
                self.data.display()
            );
        }
        Ok(OpenArchive::Embedded(EmbeddedTable::open(&self.data, table).await?))
    }
}
