//! The messages that are sent to a peer.

use std::collections::VecDeque;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::HeaderMap;
use http_body::{Body, Frame};
use tokio_stream::Stream;
use tonic::Status;

use super::Pieces;

/// Messages as the body of a request or of a response.
#[derive(Debug)]
pub struct MessageBody<S> {
    messages: S,
    /// What of the last message is still to be sent.
    pieces: VecDeque<Bytes>,
    end: End,
}

/// What stands at the end of a stream.
#[derive(Debug)]
enum End {
    /// Of a client: nothing.
    Nothing,
    /// Of a server: how it went.
    Status,
    /// It stands there.
    Done,
}

impl<S> MessageBody<S> {
    /// What a client says.
    pub fn of_client(messages: S) -> Self {
        Self { messages, pieces: VecDeque::new(), end: End::Nothing }
    }

    /// What a server says: after the last message stands that all is well, or with which error it ended.
    pub fn of_server(messages: S) -> Self {
        Self { messages, pieces: VecDeque::new(), end: End::Status }
    }

    fn ended(&mut self, status: &Status) -> Option<Result<Frame<Bytes>, Status>> {
        match std::mem::replace(&mut self.end, End::Done) {
            End::Status => {
                let mut trailers = HeaderMap::new();
                Some(status.add_header(&mut trailers).map(|()| Frame::trailers(trailers)))
            }
            End::Nothing | End::Done => None,
        }
    }
}

impl<S, M> Body for MessageBody<S>
where
    S: Stream<Item = Result<M, Status>> + Unpin,
    M: Pieces,
{
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        loop {
            if let Some(piece) = self.pieces.pop_front() {
                return Poll::Ready(Some(Ok(Frame::data(piece))));
            }
            if matches!(self.end, End::Done) {
                return Poll::Ready(None);
            }
            match ready!(Pin::new(&mut self.messages).poll_next(cx)) {
                Some(Ok(message)) => self.pieces.extend(message.pieces()),
                Some(Err(status)) => return Poll::Ready(self.ended(&status)),
                None => return Poll::Ready(self.ended(&Status::ok(""))),
            }
        }
    }
}
