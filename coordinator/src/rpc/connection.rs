//! Accepted connections, TCP or Unix. Their bytes are counted, and a peer that shows no token is given up.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpStream, UnixStream};
use tokio::sync::oneshot;
use tokio::time::{Sleep, sleep};
use tonic::codegen::http::Extensions;
use tonic::transport::server::Connected;

use crate::access::Peer;
use crate::connections::Place;
use crate::metrics::Metrics;

/// Who is at the other end, for the calls of a connection.
#[derive(Clone)]
pub(super) struct Caller {
    peer: Peer,
    place: Arc<Place>,
    has_certificate: bool,
}

impl Caller {
    /// Whose call it is; `None` where the call came over no connection of ours.
    pub(super) fn of(extensions: &Extensions) -> Option<&Self> {
        extensions.get()
    }

    pub(super) fn peer(&self) -> Peer {
        self.peer
    }

    /// Has it shown a certificate that an authority of workers has signed?
    pub(super) fn has_certificate(&self) -> bool {
        self.has_certificate
    }

    /// The same peer, after its handshake.
    pub(super) fn with_certificate(self, has_certificate: bool) -> Self {
        Self { has_certificate, ..self }
    }

    /// The call shows that the peer may be here.
    pub(super) fn make_known(&self) {
        self.place.make_known();
    }
}

/// What an accepted connection is made of, besides its socket.
pub(super) struct Terms {
    /// Counts the connection as long as it or one of its calls lives.
    pub(super) place: Arc<Place>,
    /// Resolves when the connection has to make room.
    pub(super) evicted: oneshot::Receiver<()>,
    /// How long the peer may take to make its first call with a valid token.
    pub(super) first_call: Duration,
    pub(super) metrics: Arc<Metrics>,
}

/// Bytes to and from a peer.
pub(super) struct Connection {
    stream: Stream,
    caller: Caller,
    metrics: Arc<Metrics>,
    /// Set until the peer is known.
    probation: Option<Probation>,
}

enum Stream {
    Tcp(TcpStream),
    Unix(UnixStream),
}

struct Probation {
    deadline: Pin<Box<Sleep>>,
    evicted: oneshot::Receiver<()>,
}

impl Connection {
    pub(super) fn tcp(stream: TcpStream, peer: SocketAddr, terms: Terms) -> Self {
        // Messages are written whole, so waiting for more bytes would only delay heartbeats. Where the system refuses,
        // the connection is slower.
        let _ = stream.set_nodelay(true);
        Self::new(Stream::Tcp(stream), Peer::tcp(peer), terms)
    }

    pub(super) fn unix(stream: UnixStream, terms: Terms) -> Self {
        let user = stream.peer_cred().ok().map(|peer| peer.uid());
        Self::new(Stream::Unix(stream), Peer::Unix { user }, terms)
    }

    fn new(stream: Stream, peer: Peer, terms: Terms) -> Self {
        let Terms { place, evicted, first_call, metrics } = terms;
        let probation = Some(Probation { deadline: Box::pin(sleep(first_call)), evicted });
        Self { stream, caller: Caller { peer, place, has_certificate: false }, metrics, probation }
    }

    /// Fails where a peer that is not known yet has to go. Otherwise the task is woken when that may have changed.
    fn check_probation(&mut self, cx: &mut Context<'_>) -> io::Result<()> {
        let Some(probation) = &mut self.probation else { return Ok(()) };
        if self.caller.place.is_known() {
            self.probation = None;
            return Ok(());
        }
        if Pin::new(&mut probation.evicted).poll(cx).is_ready() {
            return Err(io::ErrorKind::ConnectionAborted.into());
        }
        if probation.deadline.as_mut().poll(cx).is_ready() {
            self.caller.place.connections().count_silent();
            return Err(io::ErrorKind::TimedOut.into());
        }
        Ok(())
    }
}

impl Connected for Connection {
    type ConnectInfo = Caller;

    fn connect_info(&self) -> Caller {
        self.caller.clone()
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.check_probation(cx)?;
        let before = buffer.filled().len();
        let read = match &mut self.stream {
            Stream::Tcp(stream) => Pin::new(stream).poll_read(cx, buffer),
            Stream::Unix(stream) => Pin::new(stream).poll_read(cx, buffer),
        };
        ready!(read)?;
        let bytes = buffer.filled().len() - before;
        self.metrics.received_bytes.inc_by(bytes as u64);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Connection {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = match &mut self.stream {
            Stream::Tcp(stream) => Pin::new(stream).poll_write(cx, bytes),
            Stream::Unix(stream) => Pin::new(stream).poll_write(cx, bytes),
        };
        let written = ready!(written)?;
        self.metrics.sent_bytes.inc_by(written as u64);
        Poll::Ready(Ok(written))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = match &mut self.stream {
            Stream::Tcp(stream) => Pin::new(stream).poll_write_vectored(cx, pieces),
            Stream::Unix(stream) => Pin::new(stream).poll_write_vectored(cx, pieces),
        };
        let written = ready!(written)?;
        self.metrics.sent_bytes.inc_by(written as u64);
        Poll::Ready(Ok(written))
    }

    fn is_write_vectored(&self) -> bool {
        match &self.stream {
            Stream::Tcp(stream) => stream.is_write_vectored(),
            Stream::Unix(stream) => stream.is_write_vectored(),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.stream {
            Stream::Tcp(stream) => Pin::new(stream).poll_flush(cx),
            Stream::Unix(stream) => Pin::new(stream).poll_flush(cx),
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.stream {
            Stream::Tcp(stream) => Pin::new(stream).poll_shutdown(cx),
            Stream::Unix(stream) => Pin::new(stream).poll_shutdown(cx),
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;
    use crate::connections::tests::connections;

    const FIRST_CALL: Duration = Duration::from_secs(10);

    /// Both ends of a connection over a Unix socket, and its place.
    fn connected(connections: &Arc<crate::connections::Connections>) -> (Connection, UnixStream, Arc<Place>) {
        let (ours, theirs) = UnixStream::pair().unwrap();
        let (place, evicted) = connections.admit(None).unwrap();
        let terms =
            Terms { place: Arc::clone(&place), evicted, first_call: FIRST_CALL, metrics: Arc::default() };
        (Connection::unix(ours, terms), theirs, place)
    }

    // Time stands still in these tests, and jumps to the next deadline when nothing else is left to do.

    #[tokio::test(start_paused = true)]
    async fn a_peer_that_shows_no_token_is_given_up_however_much_it_sends() {
        let connections = connections(10, 10);
        let (mut connection, mut theirs, _place) = connected(&connections);
        let sending = tokio::spawn(async move {
            while theirs.write_all(b"PRI * HTTP/2.0").await.is_ok() {
                sleep(FIRST_CALL / 100).await;
            }
        });
        let mut bytes = [0; 64];
        let error = loop {
            match connection.read(&mut bytes).await {
                Ok(read) => assert!(read > 0),
                Err(error) => break error,
            }
        };
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        drop(connection);
        sending.await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn a_known_peer_may_be_silent() {
        let connections = connections(10, 10);
        let (mut connection, mut theirs, place) = connected(&connections);
        place.make_known();
        let late = tokio::spawn(async move {
            sleep(100 * FIRST_CALL).await;
            theirs.write_all(b"x").await.unwrap();
        });
        assert_eq!(connection.read(&mut [0; 8]).await.unwrap(), 1);
        late.await.unwrap();
    }

    #[tokio::test]
    async fn a_stranger_that_has_to_make_room_is_closed() {
        let connections = connections(1, 1);
        let (mut connection, _theirs, _place) = connected(&connections);
        let reading = tokio::spawn(async move { connection.read(&mut [0; 8]).await });
        let newcomer = connections.admit(None);
        assert!(newcomer.is_ok());
        assert_eq!(reading.await.unwrap().unwrap_err().kind(), io::ErrorKind::ConnectionAborted);
    }
}
