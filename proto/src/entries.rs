//! Counts the entries of lists before a message is decoded.
//!
//! An entry of a list of messages may take two bytes of the message, and a hundred of memory once it is decoded. So a
//! message of some megabytes could take gigabytes before anybody looks at the length of its lists.

use crate::limits::{ASSETS, HELD_LEASES, MORE_MODELS, PREPARED_TARGETS, WARNINGS};
use crate::wire_error::{FieldProblem, WireError, field};

/// A list of messages or texts within a message, and how many entries a receiver takes.
#[derive(Debug)]
pub(crate) struct ListLimit {
    /// What errors call it.
    pub(crate) name: &'static str,
    /// The numbers of the fields on the way to it; the last one is that of the list.
    pub(crate) path: &'static [u32],
    pub(crate) most: usize,
}

const fn limit(name: &'static str, path: &'static [u32], most: usize) -> ListLimit {
    ListLimit { name, path, most }
}

/// The lists of a [`WorkerMessage`](crate::v1::WorkerMessage).
pub(crate) const WORKER: &[ListLimit] = &[
    limit("held", &[2, 1], HELD_LEASES),
    limit("warnings", &[3, 3], WARNINGS),
    limit("prepared.warnings", &[3, 2, 5], PREPARED_TARGETS),
];

/// The lists of a [`CoordinatorMessage`](crate::v1::CoordinatorMessage).
pub(crate) const COORDINATOR: &[ListLimit] = &[
    limit("assets", &[3, 5], ASSETS),
    limit("more_models", &[3, 10], MORE_MODELS),
    limit("prepared.warnings", &[3, 9, 5], PREPARED_TARGETS),
];

/// The lists of a [`SubmitJobRequest`](crate::v1::SubmitJobRequest).
pub(crate) const SUBMISSION: &[ListLimit] = &[limit("more_models", &[17], MORE_MODELS)];

/// Why an encoded message is refused.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ListError {
    /// Its bytes are no message.
    #[error("this is no Protobuf message")]
    NoMessage,
    /// A list has too many entries.
    #[error(transparent)]
    TooLong(WireError),
}

/// Refuses an encoded message with a list that is too long.
///
/// # Errors
/// For the first such list; when the message cannot be read at all.
pub(crate) fn check(message: &[u8], limits: &[ListLimit]) -> Result<(), ListError> {
    for ListLimit { name, path, most } in limits {
        if entries(message, path).ok_or(ListError::NoMessage)? > *most {
            return Err(ListError::TooLong(field(name, FieldProblem::TooLong(*most))));
        }
    }
    Ok(())
}

/// How many entries a list has; `None` where the bytes are no message. A field that stands there several times is all of
/// them together.
fn entries(message: &[u8], path: &[u32]) -> Option<usize> {
    let Some((number, below)) = path.split_first() else { return Some(1) };
    let (mut rest, mut count) = (message, 0_usize);
    while !rest.is_empty() {
        let key = varint(&mut rest)?;
        if let Value::Bytes(content) = value(&mut rest, key & 7)?
            && key >> 3 == u64::from(*number)
        {
            count += entries(content, below)?;
        }
    }
    Some(count)
}

/// The value of a field.
enum Value<'a> {
    Number,
    /// Bytes, a text or a message.
    Bytes(&'a [u8]),
}

/// Takes the value of a field of this wire type ([Encoding](https://protobuf.dev/programming-guides/encoding/)). No message
/// of clipig has groups.
fn value<'a>(rest: &mut &'a [u8], wire_type: u64) -> Option<Value<'a>> {
    let length: usize = match wire_type {
        0 => {
            varint(rest)?;
            0
        }
        1 => 8,
        2 => varint(rest)?.try_into().ok()?,
        5 => 4,
        _ => return None,
    };
    let (content, after) = rest.split_at_checked(length)?;
    *rest = after;
    Some(if wire_type == 2 { Value::Bytes(content) } else { Value::Number })
}

fn varint(rest: &mut &[u8]) -> Option<u64> {
    let mut value = 0_u64;
    for place in 0..10 {
        let (byte, after) = rest.split_first()?;
        *rest = after;
        let bits = u64::from(byte & 0x7f);
        if place == 9 && bits > 1 {
            return None;
        }
        value |= bits << (7 * place);
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use prost::Message;
    use prost::bytes::Bytes;

    use super::*;
    use crate::v1;
    use crate::v1::coordinator_message::Message as Told;
    use crate::v1::worker_message::Message as Said;

    fn refused(message: &impl Message, limits: &[ListLimit]) -> Option<&'static str> {
        match check(&message.encode_to_vec(), limits) {
            Ok(()) => None,
            Err(ListError::TooLong(WireError::Field { field, .. })) => Some(field),
            Err(error) => panic!("{error:?}"),
        }
    }

    #[test]
    fn each_list_may_be_as_long_as_its_limit() {
        for more in [0, 1] {
            let expected = |name| (more == 1).then_some(name);
            let told = |brief| v1::CoordinatorMessage { message: Some(Told::Open(brief)) };
            let said = |message| v1::WorkerMessage { message: Some(message) };
            let warnings = vec![v1::TargetWarning::default(); PREPARED_TARGETS + more];
            let prepared = Some(v1::Prepared { warnings, ..Default::default() });

            let more_models = vec![v1::ModelReference::default(); MORE_MODELS + more];
            let brief = told(v1::JobBrief { more_models, ..Default::default() });
            assert_eq!(refused(&brief, COORDINATOR), expected("more_models"));
            let assets = (0..ASSETS + more).map(|number| (number.to_string(), Bytes::new())).collect();
            let brief = told(v1::JobBrief { assets, ..Default::default() });
            assert_eq!(refused(&brief, COORDINATOR), expected("assets"));
            let brief = told(v1::JobBrief { prepared: prepared.clone(), ..Default::default() });
            assert_eq!(refused(&brief, COORDINATOR), expected("prepared.warnings"));

            let result = said(Said::Prepared(v1::PreparedResult { prepared, ..Default::default() }));
            assert_eq!(refused(&result, WORKER), expected("prepared.warnings"));
            let warnings = vec![String::new(); WARNINGS + more];
            let result = said(Said::Prepared(v1::PreparedResult { warnings, ..Default::default() }));
            assert_eq!(refused(&result, WORKER), expected("warnings"));
            let held = vec![v1::Held::default(); HELD_LEASES + more];
            let heartbeat = said(Said::Heartbeat(v1::Heartbeat { held }));
            assert_eq!(refused(&heartbeat, WORKER), expected("held"));

            let more_models = vec![v1::ModelContent::default(); MORE_MODELS + more];
            let request = v1::SubmitJobRequest { more_models, ..Default::default() };
            assert_eq!(refused(&request, SUBMISSION), expected("more_models"));
        }
    }

    #[test]
    fn a_message_that_stands_there_twice_is_both_together() {
        let half = v1::JobBrief { more_models: vec![v1::ModelReference::default(); 2], ..Default::default() };
        let half = v1::CoordinatorMessage { message: Some(Told::Open(half)) }.encode_to_vec();
        let twice = half.repeat(2);
        // So does prost read it.
        let Ok(v1::CoordinatorMessage { message: Some(Told::Open(brief)) }) = Message::decode(&twice[..])
        else {
            panic!("a brief")
        };
        assert_eq!(brief.more_models.len(), 4);
        assert_eq!(entries(&twice, &[3, 10]), Some(4));
        assert_eq!(entries(&half, &[3, 10]), Some(2));
    }

    #[test]
    fn bytes_that_are_no_message_are_refused() {
        // A value that does not end, one of more than 64 bits, a text beyond the end, a group.
        for bytes in
            [&[8, 0x80][..], &[8, 255, 255, 255, 255, 255, 255, 255, 255, 255, 2], &[10, 9, 1], &[11, 12]]
        {
            assert!(matches!(check(bytes, SUBMISSION), Err(ListError::NoMessage)), "{bytes:?}");
        }
    }
}
