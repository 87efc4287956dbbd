//! A deployed stack: the table and the queues that its outputs name.

use anyhow::Context as _;

use crate::aws_account::{AwsAccount, AwsOptions};
use crate::aws_query;

/// A stack that was found.
pub struct Stack {
    name: String,
    region: String,
    outputs: Vec<(String, String)>,
}

impl AwsOptions {
    /// What the stack consists of, if one is given.
    pub async fn stack(&self, account: &AwsAccount) -> anyhow::Result<Option<Stack>> {
        let Some(name) = self.stack.clone() else { return Ok(None) };
        let request = aws_query::describe_stack(account, &name)?;
        let described = tokio::task::spawn_blocking(|| request.send()).await??;
        let region = account.region.clone();
        let outputs = aws_query::outputs(&described).with_context(|| {
            format!("CloudFormation ({region}) does not show the stack {name}; check --region and --profile")
        })?;
        Ok(Some(Stack { name, region, outputs }))
    }
}

impl Stack {
    /// The name of the table.
    pub fn table(&self) -> anyhow::Result<&str> {
        self.output("TableName")
    }

    /// The URL of the queue whose callbacks are tried again.
    pub fn retry_queue(&self) -> anyhow::Result<&str> {
        self.output("RetryQueueUrl")
    }

    /// The URL of the queue whose callbacks are not tried again.
    pub fn dead_letter_queue(&self) -> anyhow::Result<&str> {
        self.output("DeadLetterQueueUrl")
    }

    fn output(&self, name: &str) -> anyhow::Result<&str> {
        let Self { name: stack, region, outputs } = self;
        let output = outputs.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
        output.with_context(|| {
            format!("the stack {stack} ({region}) has no output {name}: it is not a chathook stack, or an older one")
        })
    }
}
