//! Accepted connections, TCP or Unix. Their bytes are counted, and a peer that sends nothing is given up.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpStream, UnixStream};
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::{Instant, Sleep, sleep_until};
use tonic::transport::server::Connected;

use crate::metrics::Metrics;

/// How many bytes a peer must send, and within which time. Every HTTP/2 connection begins with 24 bytes, and TLS with more.
const FIRST_BYTES: usize = 24;
const FIRST_BYTES_TIMEOUT: Duration = Duration::from_secs(10);

/// The other end of a connection, for logs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Peer {
    /// Over the network.
    Tcp(SocketAddr),
    /// A process of this machine.
    Unix,
}

impl fmt::Display for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(address) => address.fmt(f),
            Self::Unix => f.write_str("unix socket"),
        }
    }
}

/// Bytes to and from a peer.
pub(super) struct Connection {
    stream: Stream,
    peer: Peer,
    metrics: Arc<Metrics>,
    /// Set until the peer has shown that it speaks.
    silence: Option<Silence>,
    /// Counts the connection as long as it lives.
    _permit: OwnedSemaphorePermit,
}

enum Stream {
    Tcp(TcpStream),
    Unix(UnixStream),
}

struct Silence {
    deadline: Pin<Box<Sleep>>,
    missing: usize,
}

impl Connection {
    pub(super) fn tcp(
        stream: TcpStream,
        peer: SocketAddr,
        metrics: Arc<Metrics>,
        permit: OwnedSemaphorePermit,
    ) -> Self {
        // Messages are written whole, so waiting for more bytes would only delay heartbeats. Where the system refuses,
        // the connection is slower.
        let _ = stream.set_nodelay(true);
        Self::new(Stream::Tcp(stream), Peer::Tcp(peer), metrics, permit)
    }

    pub(super) fn unix(stream: UnixStream, metrics: Arc<Metrics>, permit: OwnedSemaphorePermit) -> Self {
        Self::new(Stream::Unix(stream), Peer::Unix, metrics, permit)
    }

    fn new(stream: Stream, peer: Peer, metrics: Arc<Metrics>, permit: OwnedSemaphorePermit) -> Self {
        let deadline = Box::pin(sleep_until(Instant::now() + FIRST_BYTES_TIMEOUT));
        let silence = Some(Silence { deadline, missing: FIRST_BYTES });
        Self { stream, peer, metrics, silence, _permit: permit }
    }

    fn count_received(&mut self, bytes: usize) {
        self.metrics.received_bytes.inc_by(bytes as u64);
        if let Some(silence) = &mut self.silence {
            silence.missing = silence.missing.saturating_sub(bytes);
            if silence.missing == 0 {
                self.silence = None;
            }
        }
    }
}

impl Connected for Connection {
    type ConnectInfo = Peer;

    fn connect_info(&self) -> Peer {
        self.peer
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = match &mut self.stream {
            Stream::Tcp(stream) => Pin::new(stream).poll_read(cx, buffer),
            Stream::Unix(stream) => Pin::new(stream).poll_read(cx, buffer),
        };
        if read.is_pending()
            && let Some(silence) = &mut self.silence
            && silence.deadline.as_mut().poll(cx).is_ready()
        {
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        }
        ready!(read)?;
        let bytes = buffer.filled().len() - before;
        self.count_received(bytes);
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
