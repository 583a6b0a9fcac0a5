//! HTTP/1.1 at `http_listen`, in the clear or over TLS on the same port: probes, the API and the page.
//!
//! A connection whose first byte begins a TLS handshake is decrypted; others are taken as they are, because probes of
//! Kubernetes and scrapes of Prometheus come in the clear. [`Way`] tells handlers how a request has come.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, UnixStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio_io_timeout::TimeoutStream;
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt as _;

use crate::access::Peer;
use crate::rpc::{HANDSHAKE, Listener};

/// How long the headers of a request may take, and how long a connection may wait for the next request.
const HEADERS_TIMEOUT: Duration = Duration::from_secs(30);

/// How long a client may take nothing of what is sent to it.
const WRITE_TIMEOUT: Duration = Duration::from_mins(1);

/// Connections at once. A browser has six at most.
const CONNECTIONS: usize = 512;

/// Bytes of a request's headers.
const HEADERS: usize = 64 << 10;

/// The protocol that TLS names here (RFC 7301).
pub(crate) const HTTP_1: &str = "http/1.1";

/// The first byte of a TLS handshake (RFC 8446, 5.1).
const TLS_HANDSHAKE: u8 = 22;

/// On which way a request has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Way {
    encrypted: bool,
    local: bool,
}

impl Way {
    /// Over TLS.
    pub(crate) fn is_encrypted(self) -> bool {
        self.encrypted
    }

    /// At an address that only this machine reaches.
    pub(crate) fn is_local(self) -> bool {
        self.local
    }

    /// Can nobody read along?
    pub(crate) fn is_protected(self) -> bool {
        self.encrypted || self.local
    }
}

/// Serves until `stop` turns true and all requests have ended. A socket's file goes with it.
pub(crate) async fn serve(
    listener: Listener,
    pages: Router,
    tls: Option<TlsAcceptor>,
    stop: watch::Receiver<bool>,
) -> io::Result<()> {
    let way = Way { encrypted: false, local: listener.address()?.is_local() };
    let room = Arc::new(Semaphore::new(CONNECTIONS));
    let mut open = JoinSet::new();
    let mut ended = stop.clone();
    loop {
        // Beyond this number new connections wait in the system's queue.
        let permit = tokio::select! {
            permit = Arc::clone(&room).acquire_owned() => permit,
            // The error means that the coordinator is gone.
            _ = ended.wait_for(|stop| *stop) => break,
        };
        let (pages, tls, stop) = (pages.clone(), tls.clone(), stop.clone());
        let accepted = tokio::select! {
            accepted = accept(&listener) => accepted,
            Some(_) = open.join_next() => continue,
            _ = ended.wait_for(|stop| *stop) => break,
        };
        match accepted {
            Ok(Accepted::Tcp(stream, peer)) => {
                open.spawn(async move {
                    let from = (way, Peer::Tcp(peer));
                    converse(stream, pages, tls, from, stop).await;
                    drop(permit);
                });
            }
            Ok(Accepted::Unix(stream)) => {
                open.spawn(async move {
                    let user = stream.peer_cred().ok().map(|peer| peer.uid());
                    answer(stream, pages, (way, Peer::Unix { user }), stop).await;
                    drop(permit);
                });
            }
            Err(error) => {
                // Mostly too many open files. The pause keeps this loop from spinning until some are closed.
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
        }
    }
    while open.join_next().await.is_some() {}
    Ok(())
}

enum Accepted {
    Tcp(TcpStream, SocketAddr),
    Unix(UnixStream),
}

async fn accept(listener: &Listener) -> io::Result<Accepted> {
    match listener {
        Listener::Tcp(listener) => listener.accept().await.map(|(stream, peer)| Accepted::Tcp(stream, peer)),
        Listener::Unix(listener, _) => listener.accept().await.map(|(stream, _)| Accepted::Unix(stream)),
    }
}

/// Answers the requests of one connection, which may be encrypted. Its errors are the peer's.
async fn converse(
    stream: TcpStream,
    pages: Router,
    tls: Option<TlsAcceptor>,
    (way, peer): (Way, Peer),
    stop: watch::Receiver<bool>,
) {
    // Events are small, and are awaited.
    let _ = stream.set_nodelay(true);
    let Some(tls) = tls else { return answer(stream, pages, (way, peer), stop).await };
    let mut first = [0];
    match tokio::time::timeout(HANDSHAKE, stream.peek(&mut first)).await {
        Ok(Ok(1)) if first == [TLS_HANDSHAKE] => {
            if let Ok(Ok(stream)) = tokio::time::timeout(HANDSHAKE, tls.accept(stream)).await {
                answer(stream, pages, (Way { encrypted: true, ..way }, peer), stop).await;
            }
        }
        Ok(Ok(1)) => answer(stream, pages, (way, peer), stop).await,
        _ => {}
    }
}

async fn answer(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    pages: Router,
    (way, peer): (Way, Peer),
    mut stop: watch::Receiver<bool>,
) {
    let service = hyper::service::service_fn(move |mut request: hyper::Request<Incoming>| {
        request.extensions_mut().insert(way);
        request.extensions_mut().insert(peer);
        let pages = pages.clone();
        async move {
            Ok::<_, Infallible>(
                pages.oneshot(request.map(Body::new)).await.unwrap_or_else(|never| match never {}),
            )
        }
    });
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(HEADERS_TIMEOUT).max_buf_size(HEADERS);
    let mut stream = Box::pin(TimeoutStream::new(stream));
    stream.as_mut().set_write_timeout_pinned(Some(WRITE_TIMEOUT));
    let mut connection = std::pin::pin!(builder.serve_connection(TokioIo::new(stream), service));
    tokio::select! {
        // The error is the peer's: it hung up, was too slow, or spoke something else.
        _ = connection.as_mut() => return,
        _ = stop.wait_for(|stop| *stop) => connection.as_mut().graceful_shutdown(),
    }
    let _ = connection.await;
}
