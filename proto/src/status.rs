//! Typed errors inside gRPC statuses, as google.rpc.Status with one google.protobuf.Any.

use std::time::Duration;

use prost::Message;
use tonic::{Code, Status};

use crate::v1::FarmError;
use crate::v1::farm_error::Code as FarmCode;

/// The type of [`FarmError`] as `Any` names it.
const TYPE_URL: &str = "type.googleapis.com/clipig.farm.v1.FarmError";

/// The type of [`RetryInfo`] as `Any` names it.
const RETRY_URL: &str = "type.googleapis.com/google.rpc.RetryInfo";

/// google.rpc.RetryInfo, by which clients in all languages know when to try again.
#[derive(Clone, PartialEq, Message)]
struct RetryInfo {
    /// How long to wait at least.
    #[prost(message, optional, tag = "1")]
    retry_delay: Option<prost_types::Duration>,
}

/// google.rpc.Status, which clients in all languages know.
#[derive(Clone, PartialEq, Message)]
struct RpcStatus {
    /// The number of the gRPC code.
    #[prost(int32, tag = "1")]
    code: i32,
    /// For people.
    #[prost(string, tag = "2")]
    message: String,
    /// The error, and when to try again where that is known.
    #[prost(message, repeated, tag = "3")]
    details: Vec<prost_types::Any>,
}

/// The gRPC code that stands for an error.
pub fn grpc_code(code: FarmCode) -> Code {
    match code {
        FarmCode::InvalidArgument | FarmCode::Experiment => Code::InvalidArgument,
        FarmCode::NotFound => Code::NotFound,
        FarmCode::State | FarmCode::MissingContent => Code::FailedPrecondition,
        FarmCode::Full | FarmCode::TooLarge => Code::ResourceExhausted,
        FarmCode::Unauthenticated => Code::Unauthenticated,
        FarmCode::Forbidden => Code::PermissionDenied,
        FarmCode::Conflict => Code::AlreadyExists,
        FarmCode::Unavailable => Code::Unavailable,
        FarmCode::Internal | FarmCode::Unspecified => Code::Internal,
    }
}

/// A status that carries an error. `message` is what people read.
pub fn with_error(message: impl Into<String>, error: &FarmError) -> Status {
    with_retry_after(message, error, None)
}

/// The same, and tells programs when to try again where that is known.
pub fn with_retry_after(
    message: impl Into<String>,
    error: &FarmError,
    retry_after: Option<Duration>,
) -> Status {
    let (code, message) = (grpc_code(error.code()), message.into());
    let mut details = vec![any(TYPE_URL, error)];
    details.extend(retry_after.map(|wait| {
        let longest = prost_types::Duration { seconds: i64::MAX, nanos: 0 };
        let retry_delay = Some(prost_types::Duration::try_from(wait).unwrap_or(longest));
        any(RETRY_URL, &RetryInfo { retry_delay })
    }));
    let details = RpcStatus { code: code as i32, message: message.clone(), details };
    Status::with_details(code, message, details.encode_to_vec().into())
}

fn any(type_url: &str, message: &impl Message) -> prost_types::Any {
    prost_types::Any { type_url: type_url.to_owned(), value: message.encode_to_vec() }
}

/// What a status carries under a type; `None` for a status that something else on the way has made.
fn detail<T: Message + Default>(status: &Status, type_url: &str) -> Option<T> {
    let details = RpcStatus::decode(status.details()).ok()?.details;
    let detail = details.into_iter().find(|detail| detail.type_url == type_url)?;
    T::decode(detail.value.as_slice()).ok()
}

/// When a status says to try again.
pub fn retry_after(status: &Status) -> Option<Duration> {
    Duration::try_from(detail::<RetryInfo>(status, RETRY_URL)?.retry_delay?).ok()
}

/// The error that a status carries; `None` for a status that something else on the way has made.
pub fn error(status: &Status) -> Option<FarmError> {
    detail(status, TYPE_URL)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::v1::Problem;

    #[test]
    fn an_error_comes_back_from_its_status() {
        let problem =
            Problem { message: "no such parameter".into(), path: "a.b".into(), ..Problem::default() };
        let sent =
            FarmError { code: FarmCode::Experiment.into(), problems: vec![problem], ..FarmError::default() };
        let status = with_error("the experiment has 1 problem", &sent);
        assert_eq!(
            (status.code(), status.message()),
            (Code::InvalidArgument, "the experiment has 1 problem")
        );
        let received = Status::from_header_map(status.into_http::<()>().headers());
        let received = received.unwrap();
        assert_eq!((error(&received), retry_after(&received)), (Some(sent), None));
    }

    #[test]
    fn a_status_says_when_to_try_again() {
        let full = FarmError { code: FarmCode::Full.into(), ..FarmError::default() };
        let wait = Duration::from_millis(1_250);
        let status = with_retry_after("too many calls", &full, Some(wait));
        assert_eq!((status.code(), retry_after(&status)), (Code::ResourceExhausted, Some(wait)));
        assert_eq!(error(&status), Some(full));
    }

    #[test]
    fn other_statuses_carry_none() {
        assert_eq!(error(&Status::not_found("a proxy says so")), None);
        assert_eq!(error(&Status::with_details(Code::Internal, "", vec![0xff; 9].into())), None);
    }
}
