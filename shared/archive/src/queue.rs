//! Where what cannot be stored waits: an SQS queue.

use aws_sdk_sqs::Client;
use aws_sdk_sqs::error::{ProvideErrorMetadata as _, SdkError};
use thiserror::Error;

use crate::client::Archive;
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

/// Why a text was not queued. It contains nothing of the text.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum QueueError {
    /// The text is larger than a message of SQS may be.
    #[error("{bytes} bytes are more than the {MAX_QUEUED_BYTES} that SQS takes")]
    TooLarge {
        /// The text's size.
        bytes: usize,
    },
    /// SQS refused the message.
    #[error(
        "SQS refused sqs:SendMessage with {code}; check that QUEUE_URL is right and the role may send to that queue"
    )]
    Refused {
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
        sent.map(drop).map_err(|error| match &error {
            SdkError::TimeoutError(_) => QueueError::Timeout,
            SdkError::DispatchFailure(failure) if failure.is_timeout() => QueueError::Timeout,
            SdkError::ServiceError(answer) => {
                QueueError::Refused { code: answer.err().code().unwrap_or("no reason").to_owned() }
            }
            // An answer that could not be read may quote what was sent.
            SdkError::ResponseError(_) => QueueError::Unreachable { reason: "the answer is not SQS's".to_owned() },
            _ => QueueError::Unreachable { reason: cause(&error) },
        })
    }
}
