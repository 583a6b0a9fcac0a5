//! Sockets that wait for connections.

use std::io;
use std::os::unix::fs::{DirBuilderExt, FileTypeExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::net::{TcpListener, UnixListener, UnixStream};
use tokio::sync::mpsc;
use tokio::time::{Duration, sleep, timeout};
use tokio_rustls::TlsAcceptor;
use tokio_stream::Stream;
use tokio_stream::wrappers::ReceiverStream;

use super::connection::{Connection, Terms};
use super::wire::Wire;
use crate::connections::Connections;
use crate::metrics::Metrics;
use crate::settings::ListenAddress;

/// How long the TLS handshake may take.
pub(crate) const HANDSHAKE: Duration = Duration::from_secs(10);

/// What all listeners of a farm share.
#[derive(Clone)]
pub(crate) struct Reception {
    /// How many connections there may be.
    pub(crate) connections: Arc<Connections>,
    /// How long a peer may take to make its first call with a valid token.
    pub(crate) first_call: Duration,
    pub(crate) metrics: Arc<Metrics>,
}

/// Why an address cannot be listened on.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    /// The system refuses the address.
    #[error("cannot listen on {address}: {source}{}", remedy(.source))]
    Refused {
        /// The address.
        address: ListenAddress,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// Another process answers there.
    #[error("cannot listen on unix:{}: another process answers there; stop it, or choose another path", .0.display())]
    Answered(PathBuf),
    /// Something else than a socket is there.
    #[error("cannot listen on unix:{}: the path is in use by something that is not a socket; move it away, or choose another path", .0.display())]
    NoSocket(PathBuf),
}

fn remedy(source: &io::Error) -> &'static str {
    match source.kind() {
        io::ErrorKind::AddrInUse => {
            "; another program, perhaps another coordinator, has it: set `listen` to another port"
        }
        io::ErrorKind::AddrNotAvailable => {
            "; this machine has no such address: 0.0.0.0 stands for all that it has"
        }
        io::ErrorKind::PermissionDenied => "; take a port above 1023, or a folder that may be written",
        _ => "",
    }
}

/// A socket that waits for connections.
#[derive(Debug)]
pub enum Listener {
    /// TCP.
    Tcp(TcpListener),
    /// A Unix socket, whose file goes when the listener does.
    Unix(UnixListener, SocketFile),
}

/// A socket's file.
#[derive(Debug)]
pub struct SocketFile(PathBuf);

impl Drop for SocketFile {
    fn drop(&mut self) {
        // One that is left behind is replaced at the next start.
        let _ = std::fs::remove_file(&self.0);
    }
}

impl Listener {
    /// Opens a socket. A socket file that nobody answers at is replaced; only its owner may connect.
    ///
    /// # Errors
    /// See [`ListenError`].
    pub async fn bind(address: &ListenAddress) -> Result<Self, ListenError> {
        let refused = |source| ListenError::Refused { address: address.clone(), source };
        match address {
            ListenAddress::Tcp(address) => TcpListener::bind(address).await.map(Self::Tcp).map_err(refused),
            ListenAddress::Unix(path) => {
                clear(path).await?;
                let listener = bind_unix(path).map_err(refused)?;
                Ok(Self::Unix(listener, SocketFile(path.clone())))
            }
        }
    }

    /// Where it listens: with the port that the system chose where 0 was asked for.
    ///
    /// # Errors
    /// When the system does not say.
    pub fn address(&self) -> io::Result<ListenAddress> {
        match self {
            Self::Tcp(listener) => listener.local_addr().map(ListenAddress::Tcp),
            Self::Unix(_, SocketFile(path)) => Ok(ListenAddress::Unix(path.clone())),
        }
    }

    /// Does it reach over the network?
    pub(super) fn is_tcp(&self) -> bool {
        matches!(self, Self::Tcp(_))
    }

    /// Accepts connections as long as somebody takes them, with a handshake of TLS where there is an acceptor. A socket's
    /// file goes with the stream.
    pub(super) fn connections(
        self,
        reception: Reception,
        tls: Option<TlsAcceptor>,
    ) -> impl Stream<Item = io::Result<Wire>> {
        let (socket, file) = match self {
            Self::Tcp(listener) => (Socket::Tcp(listener), None),
            Self::Unix(listener, file) => (Socket::Unix(listener), Some(file)),
        };
        let (accepted, connections) = mpsc::channel(16);
        tokio::spawn(async move {
            loop {
                let connection = tokio::select! {
                    () = accepted.closed() => return,
                    connection = socket.accept() => connection,
                };
                match connection.map(|accepted| reception.receive(accepted)) {
                    Ok(Some(connection)) => match &tls {
                        // Nobody waits for another one's handshake. There are not more of them than connections.
                        Some(tls) => {
                            tokio::spawn(encrypt(connection, tls.clone(), accepted.clone()));
                        }
                        None => {
                            if accepted.send(Ok(Wire::Plain(connection))).await.is_err() {
                                return;
                            }
                        }
                    },
                    // There was no room, and it is closed.
                    Ok(None) => {}
                    Err(error) => {
                        // Mostly too many open files. The pause keeps this loop from spinning until some are closed.
                        tracing::warn!(%error, "a connection could not be accepted");
                        sleep(Duration::from_millis(200)).await;
                    }
                }
            }
        });
        Incoming { accepted: ReceiverStream::new(connections), _file: file }
    }
}

/// Shakes hands, and hands the connection on. Its errors are the peer's.
async fn encrypt(connection: Connection, tls: TlsAcceptor, accepted: mpsc::Sender<io::Result<Wire>>) {
    let handshake = timeout(HANDSHAKE, tls.accept(connection));
    let encrypted = tokio::select! {
        () = accepted.closed() => return,
        encrypted = handshake => encrypted,
    };
    if let Ok(Ok(stream)) = encrypted {
        // The error means that the farm is closing.
        let _ = accepted.send(Ok(Wire::Encrypted(Box::new(stream)))).await;
    }
}

impl Reception {
    /// Takes a connection, where there is room for it.
    fn receive(&self, accepted: Accepted) -> Option<Connection> {
        let address = match &accepted {
            Accepted::Tcp(_, peer) => Some(peer.ip().to_canonical()),
            Accepted::Unix(_) => None,
        };
        let (place, evicted) = self.connections.admit(address).ok()?;
        let (first_call, metrics) = (self.first_call, Arc::clone(&self.metrics));
        let terms = Terms { place, evicted, first_call, metrics };
        Some(match accepted {
            Accepted::Tcp(stream, peer) => Connection::tcp(stream, peer, terms),
            Accepted::Unix(stream) => Connection::unix(stream, terms),
        })
    }
}

/// Connections as they come. The task that accepts them ends a moment after this stream: if it held the socket's file,
/// whoever waits for the farm's end could still find it.
struct Incoming {
    accepted: ReceiverStream<io::Result<Wire>>,
    _file: Option<SocketFile>,
}

impl Stream for Incoming {
    type Item = io::Result<Wire>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Pin::new(&mut self.accepted).poll_next(cx)
    }
}

/// A listener without its file.
enum Socket {
    Tcp(TcpListener),
    Unix(UnixListener),
}

impl Socket {
    async fn accept(&self) -> io::Result<Accepted> {
        match self {
            Self::Tcp(listener) => listener.accept().await.map(|(stream, peer)| Accepted::Tcp(stream, peer)),
            Self::Unix(listener) => listener.accept().await.map(|(stream, _)| Accepted::Unix(stream)),
        }
    }
}

enum Accepted {
    Tcp(tokio::net::TcpStream, std::net::SocketAddr),
    Unix(UnixStream),
}

/// Removes a socket that nobody answers at.
async fn clear(path: &Path) -> Result<(), ListenError> {
    let refused = |source| ListenError::Refused { address: ListenAddress::Unix(path.to_path_buf()), source };
    match std::fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(refused(error)),
        Ok(metadata) if !metadata.file_type().is_socket() => Err(ListenError::NoSocket(path.to_path_buf())),
        Ok(_) => match UnixStream::connect(path).await {
            Ok(_) => Err(ListenError::Answered(path.to_path_buf())),
            // Its process is gone.
            Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
                std::fs::remove_file(path).map_err(refused)
            }
            Err(error) => Err(refused(error)),
        },
    }
}

/// Binds in a folder that only its owner may enter, restricts the socket to its owner, and then moves it to its place. So
/// nobody else can connect at any moment, whatever the process's umask is.
fn bind_unix(path: &Path) -> io::Result<UnixListener> {
    let parent = path.parent().unwrap_or(Path::new("/"));
    let folder = parent.join(format!(".clipig-{}", std::process::id()));
    // A crashed process of the same number may have left it.
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::DirBuilder::new().mode(0o700).create(&folder)?;
    let inside = folder.join("socket");
    let bound = UnixListener::bind(&inside).and_then(|listener| {
        std::fs::set_permissions(&inside, std::fs::Permissions::from_mode(0o600))?;
        std::fs::rename(&inside, path)?;
        Ok(listener)
    });
    let _ = std::fs::remove_dir_all(&folder);
    bound
}
