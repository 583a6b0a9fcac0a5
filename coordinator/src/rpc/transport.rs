//! HTTP/2 as the farm uses it.

use std::time::Duration;

use clipig_proto::limits::{CONNECTION_WINDOW, FRAME_BYTES, STREAM_WINDOW};
use tokio_rustls::TlsAcceptor;
use tonic::service::Routes;
use tonic::transport::server::Server;

use super::listener::{Listener, Reception};

/// Streams of one connection: calls and watches of one client.
const STREAMS: u32 = 256;

/// A silent peer is pinged after this time and given up after the same time without an answer. So a machine that lost its
/// power is noticed within 16 seconds.
const KEEP_ALIVE: Duration = Duration::from_secs(8);

/// Bytes of a request's headers: a token and names.
const HEADERS: u32 = 16 << 10;

/// The protocol that gRPC's TLS names (RFC 9113, 3.2).
pub(crate) const HTTP_2: &str = "h2";

/// Serves at a listener until `stop` is there and all calls have ended.
pub(crate) async fn serve(
    listener: Listener,
    routes: Routes,
    tls: Option<TlsAcceptor>,
    reception: Reception,
    stop: impl Future<Output = ()> + Send,
) -> Result<(), tonic::transport::Error> {
    let mut server = Server::builder()
        .initial_stream_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .max_frame_size(FRAME_BYTES)
        .max_concurrent_streams(STREAMS)
        .http2_max_header_list_size(HEADERS)
        .http2_keepalive_interval(Some(KEEP_ALIVE))
        .http2_keepalive_timeout(Some(KEEP_ALIVE));
    // A Unix socket stays within this machine, so it needs no TLS.
    let tls = tls.filter(|_| listener.is_tcp());
    server.add_routes(routes).serve_with_incoming_shutdown(listener.connections(reception, tls), stop).await
}
