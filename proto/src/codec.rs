//! How a message becomes bytes in the transport's buffer, and back.

use std::any::TypeId;
use std::marker::PhantomData;

use prost::Message;
use prost::bytes::Buf as _;
use tonic::Status;
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic_prost::ProstDecoder;

use crate::entries::{self, ListError, ListLimit};
use crate::v1;

/// As tonic's own codec, but takes the memory of a message at once. The buffer would be doubled again and again, and
/// everything in it copied each time: as much again as the message.
#[derive(Debug)]
pub struct ReservingCodec<T, U>(PhantomData<(T, U)>);

/// The encoder of [`ReservingCodec`].
#[derive(Debug)]
pub struct ReservingEncoder<T>(PhantomData<T>);

/// The decoder of [`ReservingCodec`]: tonic's own, but lists of submissions are counted before.
#[derive(Debug)]
pub struct CountingDecoder<U>(ProstDecoder<U>);

impl<T, U> Default for ReservingCodec<T, U> {
    fn default() -> Self {
        Self(PhantomData)
    }
}

impl<T, U> Codec for ReservingCodec<T, U>
where
    T: Message + Send + 'static,
    U: Message + Default + Send + 'static,
{
    type Encode = T;
    type Decode = U;
    type Encoder = ReservingEncoder<T>;
    type Decoder = CountingDecoder<U>;

    fn encoder(&mut self) -> Self::Encoder {
        ReservingEncoder(PhantomData)
    }

    fn decoder(&mut self) -> Self::Decoder {
        CountingDecoder(ProstDecoder::default())
    }
}

impl<U: Message + Default + 'static> Decoder for CountingDecoder<U> {
    type Item = U;
    type Error = Status;

    fn decode(&mut self, buffer: &mut DecodeBuf<'_>) -> Result<Option<U>, Status> {
        // The transport has put the whole message into one piece of memory.
        check::<U>(buffer.chunk())?;
        self.0.decode(buffer)
    }
}

/// Refuses an encoded message of this type with a list that is too long.
fn check<U: 'static>(message: &[u8]) -> Result<(), Status> {
    let limits: &[ListLimit] =
        if TypeId::of::<U>() == TypeId::of::<v1::SubmitJobRequest>() { entries::SUBMISSION } else { &[] };
    entries::check(message, limits).map_err(|error| match error {
        ListError::TooLong(error) => Status::invalid_argument(error.to_string()),
        // As tonic says it of bytes that cannot be decoded.
        ListError::NoMessage => Status::internal(error.to_string()),
    })
}

impl<T: Message> Encoder for ReservingEncoder<T> {
    type Item = T;
    type Error = Status;

    fn encode(&mut self, message: T, buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
        buffer.reserve(message.encoded_len());
        message.encode(buffer).map_err(|error| Status::internal(error.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::MORE_MODELS;

    #[test]
    fn models_of_a_submission_are_counted_before_they_are_decoded() {
        // Entries of field 17 that hold no message.
        let entry: &[u8] = &[0x8a, 1, 1, 0xff];
        let [most, more] = [MORE_MODELS, MORE_MODELS + 1].map(|count| entry.repeat(count));
        assert!(v1::SubmitJobRequest::decode(&more[..]).is_err());
        assert!(check::<v1::SubmitJobRequest>(&most).is_ok());
        let status = check::<v1::SubmitJobRequest>(&more).unwrap_err();
        assert_eq!(status.code(), tonic::Code::InvalidArgument);
        assert_eq!(status.message(), "the field `more_models` is longer than 3");
        // In another message the field means something else.
        assert!(check::<v1::GetJobRequest>(&more).is_ok());
    }
}
