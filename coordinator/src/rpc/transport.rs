//! HTTP/2 and TLS as the farm uses them.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clipig_proto::connect_error::{self, ConnectError};
use clipig_proto::limits::{CONNECTION_WINDOW, FRAME_BYTES, STREAM_WINDOW};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{self, ServerConfig};
use tonic::service::Routes;
use tonic::transport::Identity;
use tonic::transport::server::{Server, ServerTlsConfig};

use super::listener::{Listener, Reception};
use crate::settings::TlsFiles;

/// Streams of one connection: calls and watches of one client.
const STREAMS: u32 = 256;

/// A silent peer is pinged after this time and given up after the same time without an answer. So a machine that lost its
/// power is noticed within 16 seconds.
const KEEP_ALIVE: Duration = Duration::from_secs(8);

/// Bytes of a request's headers: a token and names.
const HEADERS: u32 = 16 << 10;

/// How long the TLS handshake may take.
pub(crate) const HANDSHAKE: Duration = Duration::from_secs(10);

/// Why TLS cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read.
    #[error("`{key}`: cannot read {}: {source}", .path.display())]
    Unreadable {
        /// The setting.
        key: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// They are not what they should be.
    #[error(
        "`tls.certificate` ({}) and `tls.key` ({}) cannot be used: {cause}; both must be PEM files, and the key must \
         belong to the first certificate", .files.certificate.display(), .files.key.display()
    )]
    Unusable {
        /// The files.
        files: TlsFiles,
        /// What is wrong with them.
        cause: String,
    },
}

/// Reads certificate and key, and tries them.
///
/// # Errors
/// See [`TlsError`].
pub(crate) fn identity(files: &TlsFiles) -> Result<Identity, TlsError> {
    let read = |key, path: &PathBuf| {
        std::fs::read(path).map_err(|source| TlsError::Unreadable { key, path: path.clone(), source })
    };
    let certificate = read("tls.certificate", &files.certificate)?;
    let key = read("tls.key", &files.key)?;
    if let Some(problem) = connect_error::key_problem(&key) {
        return Err(TlsError::Unusable { files: files.clone(), cause: problem.to_owned() });
    }
    let identity = Identity::from_pem(certificate, key);
    let tried = Server::builder().tls_config(tls(&identity));
    match tried {
        Ok(_) => Ok(identity),
        Err(error) => {
            let cause =
                ConnectError::of(&error).to_string().replacen("its certificate", "the certificate", 1);
            Err(TlsError::Unusable { files: files.clone(), cause })
        }
    }
}

/// Accepts TLS where HTTP/1.1 is spoken.
///
/// # Errors
/// See [`TlsError`].
pub(crate) fn acceptor(files: &TlsFiles) -> Result<TlsAcceptor, TlsError> {
    let unusable = |cause: String| TlsError::Unusable { files: files.clone(), cause };
    let chain = CertificateDer::pem_file_iter(&files.certificate).and_then(Iterator::collect);
    let chain: Vec<CertificateDer<'static>> = chain.map_err(|error| unusable(error.to_string()))?;
    let key = PrivateKeyDer::from_pem_file(&files.key).map_err(|error| unusable(error.to_string()))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, key));
    let mut config = config.map_err(|error| unusable(error.to_string()))?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}

fn tls(identity: &Identity) -> ServerTlsConfig {
    ServerTlsConfig::new().identity(identity.clone()).timeout(HANDSHAKE)
}

/// Serves at a listener until `stop` is there and all calls have ended.
pub(crate) async fn serve(
    listener: Listener,
    routes: Routes,
    identity: Option<Identity>,
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
    if let Some(identity) = identity.filter(|_| listener.is_tcp()) {
        server = server.tls_config(tls(&identity))?;
    }
    server.add_routes(routes).serve_with_incoming_shutdown(listener.connections(reception), stop).await
}
