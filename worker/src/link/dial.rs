//! Reaching a coordinator over a network.

use std::error::Error as _;
use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use clipig_proto::connect_error::ConnectError;
use clipig_proto::limits::{CONNECT_TIMEOUT, CONNECTION_WINDOW, FRAME_BYTES, MESSAGE_BYTES, STREAM_WINDOW};
use clipig_proto::proxy_status::ProxyStatus;
use clipig_proto::v1::worker_service_client::WorkerServiceClient;
use tonic::transport::{Certificate, Channel, ClientTlsConfig, Endpoint, Identity};
use tonic::{Code, Request, Status};

use super::Address;
use super::outgoing::Uploaded;
use super::token::{Token, TokenError};

/// Files in PEM form with what a worker shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdentityFiles {
    /// The certificate, and those between it and its authority.
    pub certificate: PathBuf,
    /// Its private key.
    pub key: PathBuf,
}

/// Where a coordinator is, and what it wants to see.
#[derive(Clone, Debug)]
pub(crate) struct Coordinator {
    address: Address,
    token: Option<Token>,
    /// The file of the authorities, where one was given.
    authorities: Option<PathBuf>,
    identity: Option<IdentityFiles>,
    /// As of the last look at the files.
    endpoint: Arc<RwLock<Endpoint>>,
    /// How often the files were read again.
    looks: Arc<AtomicU64>,
    /// What went over all connections.
    uploaded: Uploaded,
}

/// Why there is no connection.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum DialError {
    /// Nobody answers at the moment.
    #[error("{0}")]
    Unreachable(String),
    /// The files of TLS cannot be used any more.
    #[error("the files of `tls.ca`, `tls.certificate` and `tls.key`: {0}")]
    Files(String),
    /// There is no token to show.
    #[error("the token: {0}")]
    Token(#[from] TokenError),
}

/// How often a silent connection is asked whether it is alive, and how long the answer may take.
const KEEP_ALIVE: Duration = Duration::from_secs(10);

impl Coordinator {
    /// A coordinator at an address. For `https`, `authorities` is a PEM file instead of the system's, and `identity` is
    /// what the worker shows where it is asked.
    ///
    /// # Errors
    /// When a file cannot be read, or does not hold what it should.
    pub(crate) fn new(
        address: Address,
        token: Option<Token>,
        authorities: Option<PathBuf>,
        identity: Option<IdentityFiles>,
    ) -> io::Result<Self> {
        let endpoint = endpoint(&address, authorities.as_ref(), identity.as_ref())?;
        let (endpoint, looks) = (Arc::new(RwLock::new(endpoint)), Arc::default());
        Ok(Self { address, token, authorities, identity, endpoint, looks, uploaded: Uploaded::default() })
    }

    /// Where it is.
    pub(crate) fn address(&self) -> &Address {
        &self.address
    }

    /// Counts what goes over all connections.
    pub(super) fn uploaded(&self) -> Uploaded {
        self.uploaded.clone()
    }

    /// A connection that stands.
    pub(super) async fn connect(&self) -> Result<Channel, DialError> {
        let endpoint = self.look_at_files()?;
        // Beyond the time for the socket: somebody may listen and say nothing.
        match tokio::time::timeout(CONNECT_TIMEOUT * 2, endpoint.connect()).await {
            Ok(connected) => connected.map_err(|error| DialError::Unreachable(self.why(&error))),
            Err(_) => Err(DialError::Unreachable("somebody listens, but does not answer".to_owned())),
        }
    }

    /// Why there is no connection, and what can be done about it.
    fn why(&self, error: &(dyn std::error::Error + 'static)) -> String {
        let why = ConnectError::of(error);
        let authority = self.authorities.as_ref().map(|file| file.display().to_string());
        match why.help(authority.as_deref()) {
            Some(help) => format!("{why}; {help}"),
            None => why.to_string(),
        }
    }

    /// A connection that is made when it is needed, and made again when it breaks.
    pub(super) fn connect_lazily(&self) -> WorkerServiceClient<Channel> {
        let endpoint = self.endpoint.read().unwrap_or_else(PoisonError::into_inner);
        WorkerServiceClient::new(endpoint.connect_lazy()).max_decoding_message_size(MESSAGE_BYTES)
    }

    /// Changes when a connection that is made lazily would not show what the files hold now.
    pub(super) fn looks(&self) -> u64 {
        self.looks.load(Ordering::Acquire)
    }

    /// Reads the worker's certificate and key again, where it has some: they are renewed while it runs.
    fn look_at_files(&self) -> Result<Endpoint, DialError> {
        if self.identity.is_some() {
            let read = endpoint(&self.address, self.authorities.as_ref(), self.identity.as_ref());
            let read = read.map_err(|error| DialError::Files(error.to_string()))?;
            *self.endpoint.write().unwrap_or_else(PoisonError::into_inner) = read;
            self.looks.fetch_add(1, Ordering::Release);
        }
        Ok(self.endpoint.read().unwrap_or_else(PoisonError::into_inner).clone())
    }

    /// A request that shows the token.
    pub(super) fn request<T>(&self, message: T) -> Result<Request<T>, DialError> {
        let mut request = Request::new(message);
        if let Some(token) = &self.token {
            // Read again each time: files of tokens change.
            let mut bearer = format!("Bearer {}", token.read()?)
                .parse::<tonic::metadata::AsciiMetadataValue>()
                .map_err(|_| TokenError::Malformed)?;
            bearer.set_sensitive(true);
            request.metadata_mut().insert("authorization", bearer);
        }
        Ok(request)
    }
}

/// How to reach an address.
fn endpoint(
    address: &Address,
    authorities: Option<&PathBuf>,
    identity: Option<&IdentityFiles>,
) -> io::Result<Endpoint> {
    let wrong = |error: tonic::transport::Error| io::Error::new(io::ErrorKind::InvalidInput, chain(&error));
    let read = |file: &PathBuf| {
        std::fs::read(file)
            .map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", file.display())))
    };
    let endpoint = Endpoint::from_shared(address.to_string())
        .map_err(wrong)?
        .connect_timeout(CONNECT_TIMEOUT)
        .http2_keep_alive_interval(KEEP_ALIVE)
        .keep_alive_timeout(KEEP_ALIVE)
        .keep_alive_while_idle(true)
        .initial_stream_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .max_frame_size(FRAME_BYTES);
    let Address::Tcp { tls: true, .. } = address else { return Ok(endpoint) };
    let mut tls = ClientTlsConfig::new();
    tls = match authorities {
        Some(file) => tls.ca_certificate(Certificate::from_pem(read(file)?)),
        None => tls.with_native_roots(),
    };
    if let Some(IdentityFiles { certificate, key }) = identity {
        tls = tls.identity(Identity::from_pem(read(certificate)?, read(key)?));
    }
    endpoint.tls_config(tls).map_err(wrong)
}

/// Does a status say that asking again is of no use? Then, why, for a person.
pub(super) fn refusal(status: &Status) -> Option<String> {
    let said = status.message();
    match status.code() {
        Code::Unauthenticated => Some(format!(
            "{said} (a worker shows its token by `token_file`, CLIPIG_WORKER__TOKEN_FILE or CLIPIG_WORKER__TOKEN)"
        )),
        Code::PermissionDenied => Some(said.to_owned()),
        Code::Unimplemented => Some(format!(
            "it does not speak clipig.farm.v1 ({said}); is it a coordinator of this version, on that port?"
        )),
        _ => None,
    }
}

/// What a status says, for a person.
pub(super) fn status_text(status: &Status) -> String {
    if let Some(proxy) = ProxyStatus::of(status) {
        return format!("{proxy}; {}", proxy.help());
    }
    // tonic's own text speaks of protocols and bodies then.
    if let Some(source) = status.source()
        && let broken @ ConnectError::BrokenOff = ConnectError::of(source)
    {
        return broken.to_string();
    }
    let cause = status.source().map(|source| format!(" ({})", chain(source))).unwrap_or_default();
    match status.message() {
        "" => format!("{}{cause}", status.code().description()),
        said => format!("{said}{cause}"),
    }
}

/// An error with its causes: tonic's own text is "transport error".
fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    // Alerts of TLS come after the handshake, in calls, and their names say little.
    if let ConnectError::Tls(text) = ConnectError::of(error) {
        return text;
    }
    let mut texts: Vec<String> = Vec::new();
    let mut next = Some(error);
    while let Some(error) = next {
        let text = error.to_string();
        // Wrappers often repeat what they wrap.
        if texts.last().is_none_or(|last| !last.contains(&text)) {
            texts.push(text);
        }
        next = error.source();
    }
    texts.join(": ")
}
