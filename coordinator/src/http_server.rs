//! HTTP/1.1 at `http_listen`, in the clear or over TLS on the same port: probes, the API and the page.
//!
//! A connection whose first byte begins a TLS handshake is decrypted; others are taken as they are, because probes of
//! Kubernetes and scrapes of Prometheus come in the clear. [`Way`] tells handlers how a request has come.

use std::convert::Infallible;
use std::io;
use std::net::IpAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, UnixStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_io_timeout::TimeoutStream;
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt as _;

use crate::connections::{Connections, Place};
use crate::rpc::{HANDSHAKE, Listener};

/// How long the headers of a request may take, and how long a connection may wait for the next request.
const HEADERS_TIMEOUT: Duration = Duration::from_secs(30);

/// How long a client may take nothing of what is sent to it.
const WRITE_TIMEOUT: Duration = Duration::from_mins(1);

/// Bytes of a request's headers.
const HEADERS: usize = 64 << 10;

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

/// What is served, and to whom.
#[derive(Clone)]
pub(crate) struct Site {
    /// Probes, API and page.
    pub(crate) pages: Router,
    /// What decrypts; `None` where there is no certificate.
    pub(crate) tls: Option<TlsAcceptor>,
    /// Those of gRPC are counted in it, too. Who shows the token is known, and does not give way to others.
    pub(crate) connections: Arc<Connections>,
}

/// Serves until `stop` turns true and all requests have ended. A socket's file goes with it.
pub(crate) async fn serve(listener: Listener, site: Site, stop: watch::Receiver<bool>) -> io::Result<()> {
    let way = Way { encrypted: false, local: listener.address()?.is_local() };
    let mut open = JoinSet::new();
    let mut ended = stop.clone();
    loop {
        let accepted = tokio::select! {
            accepted = accept(&listener) => accepted,
            Some(_) = open.join_next() => continue,
            // The error means that the coordinator is gone.
            _ = ended.wait_for(|stop| *stop) => break,
        };
        match accepted {
            Ok((stream, peer)) => {
                // Where there is no room, it is closed.
                let Ok((place, evicted)) = site.connections.admit(peer) else { continue };
                let talk = Talk { pages: site.pages.clone(), way, place, stop: stop.clone() };
                let tls = site.tls.clone();
                open.spawn(async move {
                    tokio::select! {
                        () = talk.receive(stream, tls) => {}
                        _ = evicted => {}
                    }
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
    Tcp(TcpStream),
    Unix(UnixStream),
}

async fn accept(listener: &Listener) -> io::Result<(Accepted, Option<IpAddr>)> {
    match listener {
        Listener::Tcp(listener) => {
            let (stream, peer) = listener.accept().await?;
            Ok((Accepted::Tcp(stream), Some(peer.ip())))
        }
        Listener::Unix(listener, _) => {
            let (stream, _) = listener.accept().await?;
            Ok((Accepted::Unix(stream), None))
        }
    }
}

/// The requests of one connection.
struct Talk {
    pages: Router,
    way: Way,
    place: Arc<Place>,
    stop: watch::Receiver<bool>,
}

impl Talk {
    /// Decrypts where that is needed. Errors of the connection are the peer's.
    async fn receive(mut self, stream: Accepted, tls: Option<TlsAcceptor>) {
        let stream = match stream {
            Accepted::Unix(stream) => return self.answer(stream).await,
            Accepted::Tcp(stream) => stream,
        };
        // Events are small, and are awaited.
        let _ = stream.set_nodelay(true);
        let Some(tls) = tls else { return self.answer(stream).await };
        let mut first = [0];
        match timeout(HANDSHAKE, stream.peek(&mut first)).await {
            Ok(Ok(1)) if first == [TLS_HANDSHAKE] => {
                if let Ok(Ok(stream)) = timeout(HANDSHAKE, tls.accept(stream)).await {
                    self.way.encrypted = true;
                    self.answer(stream).await;
                }
            }
            Ok(Ok(1)) => self.answer(stream).await,
            _ => {}
        }
    }

    async fn answer(self, stream: impl AsyncRead + AsyncWrite + Send + 'static) {
        let Self { pages, way, place, mut stop } = self;
        let service = hyper::service::service_fn(move |mut request: hyper::Request<Incoming>| {
            request.extensions_mut().insert(way);
            request.extensions_mut().insert(Arc::clone(&place));
            let pages = pages.clone();
            async move {
                Ok::<_, Infallible>(
                    pages.oneshot(request.map(Body::new)).await.unwrap_or_else(|never| match never {}),
                )
            }
        });
        let mut stream = TimeoutStream::new(stream);
        stream.set_write_timeout(Some(WRITE_TIMEOUT));
        let mut builder = http1::Builder::new();
        builder.timer(TokioTimer::new()).header_read_timeout(HEADERS_TIMEOUT).max_buf_size(HEADERS);
        let mut connection = pin!(builder.serve_connection(TokioIo::new(Box::pin(stream)), service));
        tokio::select! {
            // The error is the peer's: it hung up, was too slow, or spoke something else.
            _ = connection.as_mut() => return,
            _ = stop.wait_for(|stop| *stop) => connection.as_mut().graceful_shutdown(),
        }
        let _ = connection.await;
    }
}

#[cfg(test)]
mod tests {
    use axum::routing::get;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, duplex};
    use tokio::time::Instant;

    use super::*;
    use crate::connections::ConnectionLimits;

    const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n";

    /// The time until a connection is closed on which nothing happens but what is written here.
    async fn closed_after(act: impl AsyncFnOnce(&mut DuplexStream)) -> Duration {
        let connections = Connections::new(ConnectionLimits { total: 1, per_peer: 1 }, Arc::default());
        let (place, _evicted) = connections.admit(None).unwrap();
        let pages = Router::new().route("/", get(|| async { vec![b'x'; 1 << 20] }));
        let (_running, stop) = watch::channel(false);
        let (mut client, server) = duplex(1 << 10);
        let talk = tokio::spawn(Talk { pages, way: Way::default(), place, stop }.answer(server));
        act(&mut client).await;
        let silent = Instant::now();
        talk.await.unwrap();
        silent.elapsed()
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_asks_nothing_is_given_up() {
        assert_eq!(closed_after(async |_| {}).await.as_secs(), HEADERS_TIMEOUT.as_secs());
        let half = async |client: &mut DuplexStream| client.write_all(&REQUEST[..20]).await.unwrap();
        assert!(closed_after(half).await <= HEADERS_TIMEOUT + Duration::from_secs(1));
        // Behind an answer, too.
        let asked = async |client: &mut DuplexStream| {
            client.write_all(REQUEST).await.unwrap();
            let mut answer = vec![0; 1 << 20];
            client.read_exact(&mut answer).await.unwrap();
            client.read(&mut answer).await.unwrap();
        };
        assert!(closed_after(asked).await <= HEADERS_TIMEOUT + Duration::from_secs(1));
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_takes_nothing_is_given_up() {
        let asked = async |client: &mut DuplexStream| client.write_all(REQUEST).await.unwrap();
        assert_eq!(closed_after(asked).await.as_secs(), WRITE_TIMEOUT.as_secs());
    }
}
