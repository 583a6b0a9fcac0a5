//! What requests and answers hold. The names of fields are those of the commands' JSON (`docs/cli.md`).

pub(crate) mod audit;
pub(crate) mod event;
pub(crate) mod farm;
pub(crate) mod history;
pub(crate) mod job;
pub(crate) mod model;
pub(crate) mod problem;
pub(crate) mod request;
pub(crate) mod whole;
pub(crate) mod worker;

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, Schema, SchemaFormat, Type};
use utoipa::{PartialSchema, ToSchema};

/// SHA-256 of a content, as clients write it: 64 hexadecimal digits.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[schema(pattern = "^[0-9a-fA-F]{64}$")]
pub(crate) struct Sha256Text(pub(crate) String);

/// How the description names bytes that are no JSON.
pub(crate) enum Binary {}

impl PartialSchema for Binary {
    fn schema() -> RefOr<Schema> {
        let format = SchemaFormat::KnownFormat(KnownFormat::Binary);
        ObjectBuilder::new().schema_type(Type::String).format(Some(format)).into()
    }
}

impl ToSchema for Binary {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("Binary")
    }
}

/// A hash as text.
pub(crate) fn sha256(hash: &[u8]) -> String {
    base16ct::lower::encode_string(hash)
}

/// A moment as text (RFC 3339, UTC).
pub(crate) fn moment(time: Option<prost_types::Timestamp>) -> Option<String> {
    time.map(|time| time.to_string())
}
