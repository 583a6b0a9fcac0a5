//! The messages that a peer sends.

use std::future::poll_fn;
use std::marker::PhantomData;
use std::pin::Pin;

use bytes::Buf;
use http_body::Body as _;
use prost::Message;
use tonic::Status;
use tonic::body::Body;

use super::rope::Rope;
use super::{BROKEN_OFF, PREFIX};
use crate::limits::MESSAGE_BYTES;

/// A stream of messages, each decoded from the memory that the transport received it in.
#[derive(Debug)]
pub struct Messages<M> {
    body: Body,
    /// A client's side: the server says at the end how it went.
    wants_status: bool,
    received: Rope,
    message: PhantomData<fn() -> M>,
}

impl<M: Message + Default> Messages<M> {
    /// What a client says: it ends where the client has said all.
    pub fn of_client(body: Body) -> Self {
        Self { body, wants_status: false, received: Rope::default(), message: PhantomData }
    }

    /// What a server says: it ends with a status.
    pub fn of_server(body: Body) -> Self {
        Self { wants_status: true, ..Self::of_client(body) }
    }

    /// The next message; `None` at the end of a stream that ended well. No message is lost when the future is dropped.
    ///
    /// # Errors
    /// When the connection breaks (`Unavailable`, `Cancelled`, …), the server ends the stream with an error, a message
    /// is longer than [`MESSAGE_BYTES`] (`OutOfRange`), or what comes is no message (`Internal`).
    pub async fn message(&mut self) -> Result<Option<M>, Status> {
        loop {
            if let Some(message) = self.decode()? {
                return Ok(Some(message));
            }
            let frame = poll_fn(|cx| Pin::new(&mut self.body).poll_frame(cx)).await;
            let Some(frame) = frame.transpose()? else { return self.end() };
            match frame.into_data() {
                Ok(data) => self.received.push(data),
                Err(frame) => {
                    let trailers = frame.trailers_ref();
                    match trailers.and_then(Status::from_header_map) {
                        Some(status) if status.code() != tonic::Code::Ok => return Err(status),
                        Some(_) => self.wants_status = false,
                        None => {}
                    }
                }
            }
        }
    }

    /// The next message, where it has come as a whole.
    fn decode(&mut self) -> Result<Option<M>, Status> {
        let Some([compressed, length @ ..]) = self.prefix() else { return Ok(None) };
        if compressed != 0 {
            return Err(Status::internal("a message is compressed, which was not agreed upon"));
        }
        let length = u32::from_be_bytes(length) as usize;
        if length > MESSAGE_BYTES {
            let text = format!("a message of {length} bytes; {MESSAGE_BYTES} are allowed");
            return Err(Status::out_of_range(text));
        }
        if self.received.remaining() < PREFIX + length {
            return Ok(None);
        }
        self.received.advance(PREFIX);
        let message = M::decode(self.received.split_to(length));
        message.map(Some).map_err(|error| Status::internal(error.to_string()))
    }

    fn prefix(&mut self) -> Option<[u8; PREFIX]> {
        if let Some(prefix) = self.received.chunk().first_chunk() {
            return Some(*prefix);
        }
        if self.received.remaining() < PREFIX {
            return None;
        }
        self.received.join();
        self.received.chunk().first_chunk().copied()
    }

    fn end(&self) -> Result<Option<M>, Status> {
        if self.received.has_remaining() {
            return Err(Status::unavailable("the stream broke off within a message"));
        }
        if self.wants_status {
            return Err(Status::unavailable(BROKEN_OFF));
        }
        Ok(None)
    }
}
