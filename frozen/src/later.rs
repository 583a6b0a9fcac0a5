//! What a later build could send: the messages of a contract, with more fields.
//!
//! Protobuf lets a receiver pass over fields that it does not know. clipig relies on that wherever a build adds a field,
//! so it has to hold for every message at every depth, and for the code of sessions, which does not go through tonic.

use std::marker::PhantomData;
use std::sync::Arc;

use prost::bytes::BufMut as _;
use prost::{Message, Name};
use prost_reflect::{DescriptorPool, DynamicMessage, Value};
use prost_types::field_descriptor_proto::{Label, Type};
use prost_types::{DescriptorProto, FieldDescriptorProto, FileDescriptorSet};
use tonic::Status;
use tonic::codec::{Codec, EncodeBuf, Encoder};
use tonic_prost::ProstDecoder;

/// The package whose messages grow.
const PACKAGE: &str = "clipig.farm.v1";

/// A contract in which every message has four fields more: one of each form that a field can have on the wire, the last
/// with the greatest number that there is.
#[derive(Debug)]
pub struct LaterContract {
    pool: DescriptorPool,
}

impl LaterContract {
    /// The contract that comes after these definitions, an encoded `google.protobuf.FileDescriptorSet`.
    ///
    /// # Panics
    /// When the bytes are something else.
    pub fn after(definitions: &[u8]) -> Self {
        let mut files = FileDescriptorSet::decode(definitions).expect("an encoded set of definitions");
        for file in files.file.iter_mut().filter(|file| file.package() == PACKAGE) {
            file.message_type.iter_mut().for_each(add_fields);
        }
        let pool = DescriptorPool::from_file_descriptor_set(files).expect("definitions that fit together");
        Self { pool }
    }

    /// The bytes of a message as a later build could send it: the same values, and the new fields in it and in every
    /// message within it. `name` is the message's full name.
    ///
    /// # Panics
    /// When the contract has no such message, or the bytes are not one.
    pub fn message(&self, name: &str, bytes: &[u8]) -> Vec<u8> {
        let kind = self.pool.get_message_by_name(name);
        let kind = kind.unwrap_or_else(|| panic!("the contract has no message `{name}`"));
        let mut message = DynamicMessage::decode(kind, bytes).expect("the encoding of a message");
        fill_fields(&mut message);
        message.encode_to_vec()
    }
}

/// The fields that are new.
fn fields() -> [(u32, &'static str, Type, Value); 4] {
    [
        (1_000, "later_varint", Type::Uint64, Value::U64(u64::MAX)),
        (1_001, "later_fixed64", Type::Fixed64, Value::U64(7)),
        (1_002, "later_text", Type::String, Value::String("not known to earlier builds".to_owned())),
        (536_870_911, "later_fixed32", Type::Fixed32, Value::U32(7)),
    ]
}

fn add_fields(message: &mut DescriptorProto) {
    // The entry of a map has its two fields and no others.
    if message.options.as_ref().is_some_and(prost_types::MessageOptions::map_entry) {
        return;
    }
    message.nested_type.iter_mut().for_each(add_fields);
    message.field.extend(fields().into_iter().map(|(number, name, kind, _)| FieldDescriptorProto {
        name: Some(name.to_owned()),
        number: Some(number.cast_signed()),
        label: Some(Label::Optional.into()),
        r#type: Some(kind.into()),
        ..FieldDescriptorProto::default()
    }));
}

fn fill_fields(message: &mut DynamicMessage) {
    for (_, value) in message.fields_mut() {
        fill_value(value);
    }
    for (number, _, _, value) in fields() {
        // Does nothing to messages of other packages: they have no such field.
        message.set_field_by_number(number, value);
    }
}

fn fill_value(value: &mut Value) {
    match value {
        Value::Message(message) => fill_fields(message),
        Value::List(values) => values.iter_mut().for_each(fill_value),
        Value::Map(values) => values.values_mut().for_each(fill_value),
        _ => {}
    }
}

/// Sends `T` as a later build could, and receives `U`.
#[derive(Debug)]
pub struct LaterCodec<T, U> {
    contract: Arc<LaterContract>,
    messages: PhantomData<(T, U)>,
}

impl<T, U> LaterCodec<T, U> {
    /// A codec for one call.
    pub fn new(contract: &Arc<LaterContract>) -> Self {
        Self { contract: Arc::clone(contract), messages: PhantomData }
    }
}

/// The encoder of [`LaterCodec`].
#[derive(Debug)]
pub struct LaterEncoder<T> {
    contract: Arc<LaterContract>,
    message: PhantomData<T>,
}

impl<T, U> Codec for LaterCodec<T, U>
where
    T: Message + Name + Send + 'static,
    U: Message + Default + Send + 'static,
{
    type Encode = T;
    type Decode = U;
    type Encoder = LaterEncoder<T>;
    type Decoder = ProstDecoder<U>;

    fn encoder(&mut self) -> Self::Encoder {
        LaterEncoder { contract: Arc::clone(&self.contract), message: PhantomData }
    }

    fn decoder(&mut self) -> Self::Decoder {
        ProstDecoder::default()
    }
}

impl<T: Message + Name> Encoder for LaterEncoder<T> {
    type Item = T;
    type Error = Status;

    fn encode(&mut self, message: T, buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
        buffer.put_slice(&self.contract.message(&T::full_name(), &message.encode_to_vec()));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::v2026_11_30::{FILE_DESCRIPTOR_SET, Resolution, WorkerKind, WorkerLease, worker_lease};

    #[test]
    fn messages_grow_at_every_depth_and_keep_their_values() {
        let contract = LaterContract::after(FILE_DESCRIPTOR_SET);
        let message = crate::v2026_11_30::Worker {
            name: "node-1".to_owned(),
            kind: Some(WorkerKind { model: "a processor".to_owned(), ..WorkerKind::default() }),
            leases: vec![WorkerLease {
                work: Some(worker_lease::Work::Prepare(true)),
                ..WorkerLease::default()
            }],
            ..crate::v2026_11_30::Worker::default()
        };
        let bytes = message.encode_to_vec();
        let grown = contract.message("clipig.farm.v1.Worker", &bytes);
        assert_eq!(crate::v2026_11_30::Worker::decode(&grown[..]).unwrap(), message);
        // Itself, the kind and the lease: three times the same fields, and the longer lengths of two of them.
        let size = Resolution { width: 1, height: 1 }.encode_to_vec();
        let fields = contract.message("clipig.farm.v1.Resolution", &size).len() - size.len();
        assert!(fields > 40, "{fields} bytes");
        assert!((bytes.len() + 3 * fields..bytes.len() + 3 * fields + 4).contains(&grown.len()));
    }
}
