//! Why a request failed, and what to do about it.

use std::error::Error;

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::RequestId;
use thiserror::Error;

use crate::schema::MAX_ITEM_BYTES;

/// What went wrong with a request to the table. No variant ever holds message text: the SDK's own errors, which may
/// (a failed condition carries the stored item), are not passed on.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ArchiveError {
    /// No such table.
    #[error("there is no table {table} ({location}); check its name and the region, or create it")]
    TableMissing {
        /// The table's name.
        table: String,
        /// The region, or the endpoint of a local engine.
        location: String,
    },
    /// The credentials are good, but not for this.
    #[error("access to table {table} ({location}) is denied; allow the role or user {action} on it")]
    AccessDenied {
        /// The table's name.
        table: String,
        /// The region, or the endpoint of a local engine.
        location: String,
        /// The IAM action.
        action: &'static str,
    },
    /// AWS does not know the credentials, or no longer.
    #[error("AWS refused the credentials ({code}); renew them, and check the machine's clock")]
    Credentials {
        /// AWS's name of the refusal.
        code: String,
    },
    /// The client lacks something before it can send anything: credentials, usually, or a region.
    #[error("no request could be made: {reason}; set AWS_REGION and credentials, or check the endpoint's URL")]
    Setup {
        /// What is missing.
        reason: String,
    },
    /// More than the table, or a single key, takes at the moment.
    #[error("DynamoDB throttled the request; try again later, and check that the table is billed on demand")]
    Throttled,
    /// No answer in time. Whether a write took place is not known; doing it again is safe.
    #[error("DynamoDB did not answer in time; try again")]
    Timeout,
    /// DynamoDB's own failure.
    #[error("DynamoDB failed ({code}); try again")]
    Unavailable {
        /// AWS's name of the failure.
        code: String,
    },
    /// No connection, or it broke.
    #[error("DynamoDB ({location}) is unreachable: {reason}; check the network, the region or the endpoint's URL")]
    Unreachable {
        /// The region, or the endpoint of a local engine.
        location: String,
        /// What the connection said.
        reason: String,
    },
    /// A message that no DynamoDB item can hold.
    #[error("the record has {bytes} bytes, but DynamoDB takes at most {MAX_ITEM_BYTES}; keep the message elsewhere")]
    TooLarge {
        /// The record's size.
        bytes: usize,
    },
    /// The table lacks an index that a query needs.
    #[error("table {table} has no index {index}: {fix}")]
    IndexMissing {
        /// The table's name.
        table: String,
        /// The index's name.
        index: &'static str,
        /// What to do about it.
        fix: &'static str,
    },
    /// A request that cannot be carried out as it is; no request was made. The text says what to change.
    #[error("{0}")]
    InvalidRequest(&'static str),
    /// Anything else that DynamoDB says.
    #[error(
        "DynamoDB refused {action} with {code} (request {request_id}); a ValidationException means that the table has \
         other keys than `pk` and `sk`, or that an item has a key that is too long or a set that is empty"
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

/// A request that failed, for the error's text.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Request<'a> {
    pub(crate) table: &'a str,
    pub(crate) location: &'a str,
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
            // A failure of no known kind happened before anything was sent.
            SdkError::DispatchFailure(failure) if failure.is_other() && failure.as_other().is_none() => {
                ArchiveError::Setup { reason: cause(error) }
            }
            SdkError::ConstructionFailure(_) => ArchiveError::Setup { reason: cause(error) },
            SdkError::ServiceError(answer) => self.refused(answer.err().code(), error.request_id()),
            // The error may quote the answer, which may hold messages.
            SdkError::ResponseError(_) => self.unreachable("the answer is not DynamoDB's".to_owned()),
            _ => self.unreachable(cause(error)),
        }
    }

    fn unreachable(self, reason: String) -> ArchiveError {
        ArchiveError::Unreachable { location: self.location.to_owned(), reason }
    }

    fn refused(self, code: Option<&str>, request_id: Option<&str>) -> ArchiveError {
        let Self { table, location, action } = self;
        let (table, location, code) = (table.to_owned(), location.to_owned(), code.unwrap_or("no reason").to_owned());
        match code.as_str() {
            "ResourceNotFoundException" => ArchiveError::TableMissing { table, location },
            "AccessDeniedException" => ArchiveError::AccessDenied { table, location, action },
            "ProvisionedThroughputExceededException"
            | "RequestLimitExceeded"
            | "ThrottlingException"
            | "ThrottledException" => ArchiveError::Throttled,
            "InternalFailure" | "InternalServerError" | "ServiceUnavailable" => ArchiveError::Unavailable { code },
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

/// The innermost error. Those around it only say that something failed.
pub(crate) fn cause(error: &dyn Error) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}
