//! The other end of a connection.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};

/// Bits of an IPv6 address that one customer has for themselves: /64 is what providers give out.
const IPV6_PREFIX: u128 = !0 << 64;

/// The other end of a connection. Behind a proxy that is the proxy: what a header says of others is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Peer {
    /// Over the network.
    Tcp(SocketAddr),
    /// A process of this machine, over a Unix socket.
    Unix {
        /// Its user, as the system says.
        user: Option<u32>,
    },
    /// A caller within this process.
    Here,
}

impl Peer {
    /// Whom its calls are counted for: an IPv4 address, a /64 of IPv6, or `None` for this machine's processes.
    pub(super) fn network(self) -> Option<IpAddr> {
        let Self::Tcp(address) = self else { return None };
        Some(match address.ip().to_canonical() {
            IpAddr::V6(address) => Ipv6Addr::from(u128::from(address) & IPV6_PREFIX).into(),
            address @ IpAddr::V4(_) => address,
        })
    }
}

impl fmt::Display for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(address) => address.fmt(f),
            Self::Unix { user: Some(user) } => write!(f, "unix socket, user {user}"),
            Self::Unix { user: None } => f.write_str("unix socket"),
            Self::Here => f.write_str("this process"),
        }
    }
}
