//! Where what cannot be stored waits: an SQS queue, and the dead-letter queue behind it.

use aws_sdk_sqs::Client;
use aws_sdk_sqs::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_sqs::types::QueueAttributeName;
use aws_types::SdkConfig;
use thiserror::Error;

use crate::client::{Archive, patient};
use crate::error::cause;

/// The largest message that SQS takes, in bytes, if the queue's `MaximumMessageSize` allows it. The largest callback that
/// is read, 256 KiB, is 342 KiB in base64. Larger ones go to the log in parts.
pub const MAX_QUEUED_BYTES: usize = 1024 * 1024;

/// The queue. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Queue {
    client: Client,
    url: String,
}

/// How much is in a queue. The numbers are approximate: SQS counts on many machines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QueueSize {
    /// How many messages wait.
    pub waiting: u64,
    /// How many somebody has received, and has neither deleted nor given back.
    pub in_flight: u64,
}

/// Why a request to the queue failed. It contains nothing of what was to be queued.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum QueueError {
    /// The text is larger than a message of SQS may be.
    #[error("{bytes} bytes are more than the {MAX_QUEUED_BYTES} that SQS takes")]
    TooLarge {
        /// The text's size.
        bytes: usize,
    },
    /// SQS refused the request.
    #[error("SQS refused {action} with {code}; check that the queue's URL is right and that the role may do this")]
    Refused {
        /// What was asked for, as permissions name it.
        action: &'static str,
        /// AWS's name of the refusal.
        code: String,
    },
    /// No answer in time.
    #[error("SQS did not answer in time")]
    Timeout,
    /// No connection, or it broke.
    #[error("SQS is unreachable: {reason}")]
    Unreachable {
        /// What the connection said.
        reason: String,
    },
}

impl Archive {
    /// The queue with that URL. It is reached as the table is, with the credentials and time-outs of the hot client. No
    /// request is made yet.
    #[must_use]
    pub fn queue(&self, url: &str) -> Queue {
        Queue { client: Client::new(&self.config), url: url.to_owned() }
    }
}

impl Queue {
    /// The queue with that URL, reached as `config` says, for a person who waits. No request is made yet.
    #[must_use]
    pub fn with_config(url: &str, config: &SdkConfig) -> Self {
        Self { client: Client::new(&patient(config)), url: url.to_owned() }
    }

    /// Queues a text.
    ///
    /// # Errors
    /// [`QueueError`]. If no answer came, the text may have been queued all the same.
    pub async fn send(&self, text: String) -> Result<(), QueueError> {
        let bytes = text.len();
        if bytes > MAX_QUEUED_BYTES {
            return Err(QueueError::TooLarge { bytes });
        }
        let sent = self.client.send_message().queue_url(&self.url).message_body(text).send().await;
        sent.map(drop).map_err(|error| failed("sqs:SendMessage", &error))
    }

    /// How much is in the queue.
    ///
    /// # Errors
    /// [`QueueError`]
    pub async fn size(&self) -> Result<QueueSize, QueueError> {
        let waiting = QueueAttributeName::ApproximateNumberOfMessages;
        let in_flight = QueueAttributeName::ApproximateNumberOfMessagesNotVisible;
        let number = self.attributes([waiting.clone(), in_flight.clone()]).await?;
        let number = |name| number(&name).and_then(|digits| digits.parse().ok()).unwrap_or(0);
        Ok(QueueSize { waiting: number(waiting), in_flight: number(in_flight) })
    }

    /// Moves what is in this dead-letter queue back to the queue that it came from. SQS goes on with that by itself.
    ///
    /// # Errors
    /// [`QueueError`]
    pub async fn redrive(&self) -> Result<(), QueueError> {
        let arn = self.attributes([QueueAttributeName::QueueArn]).await?(&QueueAttributeName::QueueArn);
        let started = self.client.start_message_move_task().set_source_arn(arn).send().await;
        started.map(drop).map_err(|error| failed("sqs:StartMessageMoveTask", &error))
    }

    /// The queue's attributes of those names.
    async fn attributes(
        &self,
        names: impl IntoIterator<Item = QueueAttributeName>,
    ) -> Result<impl Fn(&QueueAttributeName) -> Option<String>, QueueError> {
        let names = Some(names.into_iter().collect());
        let read = self.client.get_queue_attributes().queue_url(&self.url).set_attribute_names(names).send().await;
        let read = read.map_err(|error| failed("sqs:GetQueueAttributes", &error))?;
        Ok(move |name: &_| read.attributes()?.get(name).cloned())
    }
}

/// Why a request for this action failed.
fn failed<E>(action: &'static str, error: &SdkError<E>) -> QueueError
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    match error {
        SdkError::TimeoutError(_) => QueueError::Timeout,
        SdkError::DispatchFailure(failure) if failure.is_timeout() => QueueError::Timeout,
        SdkError::ServiceError(answer) => {
            QueueError::Refused { action, code: answer.err().code().unwrap_or("no reason").to_owned() }
        }
        // An answer that could not be read may quote what was sent.
        SdkError::ResponseError(_) => QueueError::Unreachable { reason: "the answer is not SQS's".to_owned() },
        _ => QueueError::Unreachable { reason: cause(error) },
    }
}
