//! Typed errors inside gRPC statuses, as google.rpc.Status with one google.protobuf.Any.

use prost::Message;
use tonic::{Code, Status};

use crate::v1::FarmError;
use crate::v1::farm_error::Code as FarmCode;

/// The type of [`FarmError`] as `Any` names it.
const TYPE_URL: &str = "type.googleapis.com/clipig.farm.v1.FarmError";

/// google.rpc.Status, which clients in all languages know.
#[derive(Clone, PartialEq, Message)]
struct RpcStatus {
    /// The number of the gRPC code.
    #[prost(int32, tag = "1")]
    code: i32,
    /// For people.
    #[prost(string, tag = "2")]
    message: String,
    /// One entry: the error.
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
    let (code, message) = (grpc_code(error.code()), message.into());
    let detail = prost_types::Any { type_url: TYPE_URL.to_owned(), value: error.encode_to_vec() };
    let details = RpcStatus { code: code as i32, message: message.clone(), details: vec![detail] };
    Status::with_details(code, message, details.encode_to_vec().into())
}

/// The error that a status carries; `None` for a status that something else on the way has made.
pub fn error(status: &Status) -> Option<FarmError> {
    let details = RpcStatus::decode(status.details()).ok()?.details;
    let detail = details.into_iter().find(|detail| detail.type_url == TYPE_URL)?;
    FarmError::decode(detail.value.as_slice()).ok()
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
        assert_eq!(error(&received.unwrap()), Some(sent));
    }

    #[test]
    fn other_statuses_carry_none() {
        assert_eq!(error(&Status::not_found("a proxy says so")), None);
        assert_eq!(error(&Status::with_details(Code::Internal, "", vec![0xff; 9].into())), None);
    }
}
