//! Why a request failed, and what to do about it.

use std::error::Error;

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::RequestId;
use thiserror::Error;

use crate::record::MAX_ITEM_BYTES;

/// What went wrong with a request to the table. No variant ever holds message text: the SDK's own errors, which may
/// (a failed condition carries the stored item), are not passed on.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ArchiveError {
    /// No such table.
    #[error("there is no table {table} in {region}; check TABLE_NAME and AWS_REGION, or create the table")]
    TableMissing {
        /// The table's name.
        table: String,
        /// The region, or the endpoint of a local engine.
        region: String,
    },
    /// The credentials are good, but not for this.
    #[error("access to table {table} in {region} is denied; allow the role or user {action} on it")]
    AccessDenied {
        /// The table's name.
        table: String,
        /// The region, or the endpoint of a local engine.
        region: String,
        /// The IAM action.
        action: &'static str,
    },
    /// AWS does not know the credentials, or no longer.
    #[error("AWS refused the credentials ({code}); renew them, and see that the machine's clock is right")]
    Credentials {
        /// AWS's name of the refusal.
        code: String,
    },
    /// The client lacks something before it can send anything: credentials, usually, or a region.
    #[error("no request could be made: {reason}; set AWS_REGION and credentials, or name a local endpoint")]
    Setup {
        /// What is missing.
        reason: String,
    },
    /// More than the table, or a single key, takes at the moment.
    #[error("DynamoDB throttled the request; try again later, and see that the table is billed on demand")]
    Throttled,
    /// No answer in time. Whether a write took place is not known; doing it again is safe.
    #[error("DynamoDB did not answer in time; try again")]
    Timeout,
    /// No connection, or it broke.
    #[error("DynamoDB is unreachable in {region}: {reason}; check the network, AWS_REGION or the endpoint's URL")]
    Unreachable {
        /// The region, or the endpoint of a local engine.
        region: String,
        /// What the connection said.
        reason: String,
    },
    /// A message that no DynamoDB item can hold.
    #[error("the record has {bytes} bytes and DynamoDB takes {MAX_ITEM_BYTES} at most; keep the message elsewhere")]
    TooLarge {
        /// The record's size.
        bytes: usize,
    },
    /// A question that the keys cannot answer.
    #[error("{0}")]
    Question(&'static str),
    /// Anything else that DynamoDB says.
    #[error(
        "DynamoDB refused {action} with {code} (request {request_id}); a ValidationException means that the table has \
         other keys than `pk` and `sk`"
    )]
    Refused {
        /// The IAM action.
        action: &'static str,
        /// AWS's name of the refusal.
        code: String,
        /// The id that AWS's support asks for.
        request_id: String,
    },
}

/// Which request failed, for the error's text.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Request<'a> {
    pub(crate) table: &'a str,
    pub(crate) region: &'a str,
    pub(crate) action: &'static str,
}

impl Request<'_> {
    pub(crate) fn failed<E>(self, error: &SdkError<E>) -> ArchiveError
    where
        E: ProvideErrorMetadata + Error + 'static,
        SdkError<E>: RequestId,
    {
        match error {
            SdkError::TimeoutError(_) => ArchiveError::Timeout,
            SdkError::DispatchFailure(failure) if failure.is_timeout() => ArchiveError::Timeout,
            SdkError::ConstructionFailure(_) => ArchiveError::Setup { reason: cause(error) },
            SdkError::DispatchFailure(failure) if !failure.is_io() => match error.source() {
                _ if failure.as_connector_error().is_none() => ArchiveError::Setup { reason: cause(error) },
                _ => self.unreachable(error),
            },
            SdkError::ServiceError(answer) => self.refused(answer.err().code(), error.request_id()),
            _ => self.unreachable(error),
        }
    }

    fn unreachable(self, error: &dyn Error) -> ArchiveError {
        ArchiveError::Unreachable { region: self.region.to_owned(), reason: cause(error) }
    }

    fn refused(self, code: Option<&str>, request_id: Option<&str>) -> ArchiveError {
        let Self { table, region, action } = self;
        let (table, region, code) = (table.to_owned(), region.to_owned(), code.unwrap_or("no reason").to_owned());
        match code.as_str() {
            "ResourceNotFoundException" => ArchiveError::TableMissing { table, region },
            "AccessDeniedException" => ArchiveError::AccessDenied { table, region, action },
            "ProvisionedThroughputExceededException"
            | "RequestLimitExceeded"
            | "ThrottlingException"
            | "ThrottledException" => ArchiveError::Throttled,
            "ExpiredTokenException"
            | "IncompleteSignatureException"
            | "InvalidClientTokenId"
            | "InvalidSignatureException"
            | "MissingAuthenticationTokenException"
            | "UnrecognizedClientException" => ArchiveError::Credentials { code },
            _ => ArchiveError::Refused { action, code, request_id: request_id.unwrap_or("unknown").to_owned() },
        }
    }
}

/// The innermost error says it; those around it only say that something failed.
fn cause(error: &dyn Error) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}
