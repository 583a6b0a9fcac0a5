//! HTTP/1.1 at `http_listen`, in the clear or over TLS on the same port: probes, the API and the page.
//!
//! A connection whose first byte begins a TLS handshake is decrypted; others are taken as they are, because probes of
//! Kubernetes and scrapes of Prometheus come in the clear. [`Way`] tells handlers how a request has come.

use std::convert::Infallible;
use std::io;
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
use tokio_io_timeout::TimeoutStream;
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt as _;

use crate::access::Peer;
use crate::http_room::{HeldBody, HttpRoom, Seat};
use crate::metrics::Metrics;
use crate::rpc::{HANDSHAKE, Listener};

/// How long the headers of a request may take, and how long a connection may wait for the next request.
const HEADERS_TIMEOUT: Duration = Duration::from_secs(30);

/// How long a client may take nothing of what is sent to it.
const WRITE_TIMEOUT: Duration = Duration::from_mins(1);

/// Bytes of a request's headers.
const HEADERS: usize = 64 << 10;

/// The protocol that TLS names here (RFC 7301).
pub(crate) const HTTP_1: &str = "http/1.1";

/// The first byte of a TLS handshake (RFC 8446, 5.1).
const TLS_HANDSHAKE: u8 = 22;

/// What is asked of connections.
#[derive(Clone, Copy, Debug)]
pub(crate) struct HttpLimits {
    /// Connections at once. A browser has six at most.
    pub(crate) connections: usize,
    /// How long the headers of a request may take, and how long a connection may wait for the next request.
    pub(crate) headers: Duration,
}

impl HttpLimits {
    pub(crate) fn new(connections: usize) -> Self {
        Self { connections, headers: HEADERS_TIMEOUT }
    }
}

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
    (limits, metrics): (HttpLimits, Arc<Metrics>),
    stop: watch::Receiver<bool>,
) -> io::Result<()> {
    let way = Way { encrypted: false, local: listener.address()?.is_local() };
    let room = HttpRoom::new(limits.connections, metrics);
    let mut open = JoinSet::new();
    let mut ended = stop.clone();
    loop {
        // While all connections are being answered, new ones wait in the system's queue.
        tokio::select! {
            () = room.free() => {}
            // The error means that the coordinator is gone.
            _ = ended.wait_for(|stop| *stop) => break,
        }
        let accepted = tokio::select! {
            accepted = accept(&listener) => accepted,
            Some(_) = open.join_next() => continue,
            _ = ended.wait_for(|stop| *stop) => break,
        };
        match accepted {
            Ok((accepted, peer)) => {
                let (seat, tls) = (room.seat(), tls.clone());
                let (pages, stop) = (pages.clone(), stop.clone());
                let visit =
                    Visit { pages, way, peer, headers: limits.headers, seat: Arc::clone(&seat), stop };
                open.spawn(async move {
                    let talk = async {
                        match accepted {
                            Accepted::Tcp(stream) => converse(stream, tls, visit).await,
                            Accepted::Unix(stream) => answer(stream, visit).await,
                        }
                    };
                    tokio::select! {
                        () = talk => {}
                        () = seat.evicted() => {}
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

async fn accept(listener: &Listener) -> io::Result<(Accepted, Peer)> {
    match listener {
        Listener::Tcp(listener) => {
            let (stream, peer) = listener.accept().await?;
            Ok((Accepted::Tcp(stream), Peer::tcp(peer)))
        }
        Listener::Unix(listener, _) => {
            let (stream, _) = listener.accept().await?;
            let user = stream.peer_cred().ok().map(|peer| peer.uid());
            Ok((Accepted::Unix(stream), Peer::Unix { user }))
        }
    }
}

/// A connection, but for its stream.
struct Visit {
    pages: Router,
    way: Way,
    peer: Peer,
    /// How long the headers of a request may take.
    headers: Duration,
    seat: Arc<Seat>,
    stop: watch::Receiver<bool>,
}

/// Answers the requests of one connection, which may be encrypted. Its errors are the peer's.
async fn converse(stream: TcpStream, tls: Option<TlsAcceptor>, visit: Visit) {
    // Events are small, and are awaited.
    let _ = stream.set_nodelay(true);
    let Some(tls) = tls else { return answer(stream, visit).await };
    let mut first = [0];
    match tokio::time::timeout(HANDSHAKE, stream.peek(&mut first)).await {
        Ok(Ok(1)) if first == [TLS_HANDSHAKE] => {
            if let Ok(Ok(stream)) = tokio::time::timeout(HANDSHAKE, tls.accept(stream)).await {
                let way = Way { encrypted: true, ..visit.way };
                answer(stream, Visit { way, ..visit }).await;
            }
        }
        Ok(Ok(1)) => answer(stream, visit).await,
        _ => {}
    }
}

async fn answer(stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static, visit: Visit) {
    let Visit { pages, way, peer, headers, seat, mut stop } = visit;
    let service = hyper::service::service_fn(move |mut request: hyper::Request<Incoming>| {
        request.extensions_mut().insert(way);
        request.extensions_mut().insert(peer);
        let (pages, answering) = (pages.clone(), seat.answer());
        async move {
            let answer = pages.oneshot(request.map(Body::new)).await.unwrap_or_else(|never| match never {});
            Ok::<_, Infallible>(answer.map(|body| HeldBody::new(body, answering)))
        }
    });
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(headers).max_buf_size(HEADERS);
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

#[cfg(test)]
mod tests {
    use axum::routing::get;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, duplex};
    use tokio::time::Instant;

    use super::*;
    use crate::settings::ListenAddress;

    const HALF: &[u8] = b"GET /livez HTTP/1.1\r\nHost: a";

    /// A server that answers `/livez`, and where it listens.
    async fn served(limits: HttpLimits) -> (std::net::SocketAddr, watch::Sender<bool>) {
        let listener = Listener::bind(&ListenAddress::loopback(0)).await.unwrap();
        let ListenAddress::Tcp(address) = listener.address().unwrap() else { panic!("not TCP") };
        let pages = Router::new().route("/livez", get(|| async { "alive" }));
        let (stop, stopped) = watch::channel(false);
        tokio::spawn(serve(listener, pages, None, (limits, Arc::default()), stopped));
        (address, stop)
    }

    async fn asked(address: std::net::SocketAddr) -> String {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let request = b"GET /livez HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
        stream.write_all(request).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answer
    }

    #[tokio::test]
    async fn half_requests_do_not_keep_probes_away() {
        // Nothing but room for the probe would end them.
        let limits = HttpLimits { connections: 4, headers: Duration::from_hours(1) };
        let (address, _stop) = served(limits).await;
        let mut halves = Vec::new();
        for _ in 0..20 {
            let mut half = TcpStream::connect(address).await.unwrap();
            half.write_all(HALF).await.unwrap();
            halves.push(half);
        }
        for _ in 0..3 {
            let answer = asked(address).await;
            assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("alive"), "{answer}");
        }
        // The first ones had to go.
        assert!(matches!(halves[0].read(&mut [0; 8]).await, Ok(0) | Err(_)));
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_takes_nothing_is_given_up() {
        let pages = Router::new().route("/large", get(|| async { vec![b'x'; 1 << 20] }));
        let seat = HttpRoom::new(1, Arc::default()).seat();
        let (_running, stop) = watch::channel(false);
        let (way, peer) = (Way::default(), Peer::Here);
        let visit = Visit { pages, way, peer, headers: HEADERS_TIMEOUT, seat, stop };
        // What it holds is full after a small part of the answer.
        let (mut client, server) = duplex(1 << 10);
        client.write_all(b"GET /large HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
        let began = Instant::now();
        answer(server, visit).await;
        assert_eq!(began.elapsed().as_secs(), WRITE_TIMEOUT.as_secs());
    }

    #[tokio::test]
    async fn a_request_whose_headers_do_not_end_is_given_up() {
        let limits = HttpLimits { connections: 4, headers: Duration::from_millis(50) };
        let (address, _stop) = served(limits).await;
        let mut half = TcpStream::connect(address).await.unwrap();
        half.write_all(HALF).await.unwrap();
        let mut said = Vec::new();
        // An error is an end, too.
        let _ = half.read_to_end(&mut said).await;
        assert!(!String::from_utf8_lossy(&said).contains("200"), "{said:?}");
        // One that sends nothing at all, and one that asks once and then stays silent.
        let mut silent = TcpStream::connect(address).await.unwrap();
        let _ = silent.read_to_end(&mut said).await;
        let mut idle = TcpStream::connect(address).await.unwrap();
        idle.write_all(b"GET /livez HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
        said.clear();
        let _ = idle.read_to_end(&mut said).await;
        assert!(String::from_utf8_lossy(&said).ends_with("alive"), "{said:?}");
    }
}
