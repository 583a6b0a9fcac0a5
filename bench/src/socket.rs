//! Loopback TCP and Unix sockets, by one name.

use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;

use clap::ValueEnum;
use serde::Serialize;

/// What processes talk over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(crate) enum SocketKind {
    /// Loopback.
    Tcp,
    /// A socket file.
    Unix,
}

impl SocketKind {
    /// Where to listen; `name` is free within the folder.
    pub(crate) fn address(self, folder: &Path, name: &str) -> String {
        match self {
            Self::Tcp => "127.0.0.1:0".to_owned(),
            Self::Unix => format!("unix:{}", folder.join(name).display()),
        }
    }
}

/// Bytes there and back.
pub(crate) trait Duplex: Read + Write + Send {}

impl<T: Read + Write + Send> Duplex for T {}

/// A socket that waits for connections.
pub(crate) enum Listener {
    Tcp(TcpListener),
    Unix(UnixListener, String),
}

impl Listener {
    /// Listens at `127.0.0.1:PORT` or `unix:/path`.
    pub(crate) fn bind(address: &str) -> io::Result<Self> {
        match address.strip_prefix("unix:") {
            Some(path) => UnixListener::bind(path).map(|listener| Self::Unix(listener, address.to_owned())),
            None => TcpListener::bind(address).map(Self::Tcp),
        }
    }

    /// Where it listens, for [`connect`].
    pub(crate) fn address(&self) -> io::Result<String> {
        match self {
            Self::Tcp(listener) => listener.local_addr().map(|address| address.to_string()),
            Self::Unix(_, address) => Ok(address.clone()),
        }
    }

    pub(crate) fn accept(&self) -> io::Result<Box<dyn Duplex>> {
        match self {
            Self::Tcp(listener) => listener.accept().map(|(stream, _)| Box::new(stream) as Box<dyn Duplex>),
            Self::Unix(listener, _) => {
                listener.accept().map(|(stream, _)| Box::new(stream) as Box<dyn Duplex>)
            }
        }
    }
}

pub(crate) fn connect(address: &str) -> io::Result<Box<dyn Duplex>> {
    match address.strip_prefix("unix:") {
        Some(path) => Ok(Box::new(UnixStream::connect(path)?)),
        None => Ok(Box::new(TcpStream::connect(address)?)),
    }
}
