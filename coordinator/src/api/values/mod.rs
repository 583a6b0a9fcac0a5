//! What requests and answers hold. The names of fields are those of the commands' JSON (`docs/cli.md`).

pub(crate) mod audit;
pub(crate) mod event;
pub(crate) mod farm;
pub(crate) mod history;
pub(crate) mod job;
pub(crate) mod problem;
pub(crate) mod request;
pub(crate) mod worker;

/// A hash as text.
pub(crate) fn sha256(hash: &[u8]) -> String {
    base16ct::lower::encode_string(hash)
}

/// A moment as text (RFC 3339, UTC).
pub(crate) fn moment(time: Option<prost_types::Timestamp>) -> Option<String> {
    time.map(|time| time.to_string())
}
