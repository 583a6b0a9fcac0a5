//! Where a coordinator listens.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::str::FromStr;

/// A TCP address or the path of a Unix socket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ListenAddress {
    /// An address and a port; port 0 stands for any that is free.
    Tcp(SocketAddr),
    /// A socket file, for this machine and this user only.
    Unix(PathBuf),
}

/// A text that is no address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an address; allowed: {ALLOWED}")]
pub struct AddressError(String);

/// What an address may be, in words.
pub(super) const ALLOWED: &str = "an IP address with a port such as `127.0.0.1:7870`, `0.0.0.0:7870` or `[::]:7870`, or `unix:/path/of/socket`";

/// The same for `http_listen`.
pub(super) const HTTP_ALLOWED: &str =
    "an IP address with a port such as `127.0.0.1:7871`, `unix:/path/of/socket`, or `off`";

impl ListenAddress {
    /// 127.0.0.1.
    pub fn loopback(port: u16) -> Self {
        Self::Tcp(SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port))
    }

    /// Can only this machine reach it?
    pub fn is_local(&self) -> bool {
        match self {
            Self::Tcp(address) => address.ip().to_canonical().is_loopback(),
            Self::Unix(_) => true,
        }
    }
}

impl FromStr for ListenAddress {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        let error = || AddressError(text.to_owned());
        if let Some(path) = text.strip_prefix("unix:") {
            let path = PathBuf::from(path);
            return if path.is_absolute() { Ok(Self::Unix(path)) } else { Err(error()) };
        }
        // A name would have to be resolved, and may stand for several addresses. This one is known.
        let port = text.strip_prefix("localhost:").and_then(|port| port.parse().ok());
        match port {
            Some(port) => Ok(Self::loopback(port)),
            None => text.parse().map(Self::Tcp).map_err(|_| error()),
        }
    }
}

impl fmt::Display for ListenAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(address) => address.fmt(f),
            Self::Unix(path) => write!(f, "unix:{}", path.display()),
        }
    }
}

/// An address for probes, or none.
#[expect(clippy::option_option, reason = "no address at all is one of the things that can be written")]
pub(super) fn http(text: &str) -> Option<Option<ListenAddress>> {
    if text == "off" { Some(None) } else { text.parse().ok().map(Some) }
}
