//! The other end of a connection.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};

/// Bits of an IPv6 address that one customer has for themselves: /64 is what providers give out.
const IPV6_PREFIX: u128 = !0 << 64;

/// The other end of a connection. Behind a proxy that is the proxy: what a header says of others is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Peer {
    /// Over the network; see [`tcp`](Self::tcp).
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
    /// At this address. A listener for both IPv6 and IPv4 sees the latter as `::ffff:192.0.2.7`; people do not.
    pub(crate) fn tcp(address: SocketAddr) -> Self {
        Self::Tcp(SocketAddr::new(address.ip().to_canonical(), address.port()))
    }

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ipv4_address_is_shown_as_one_whatever_listens() {
        let shown = |address: &str| Peer::tcp(address.parse().unwrap()).to_string();
        assert_eq!(shown("[::ffff:192.0.2.7]:1234"), "192.0.2.7:1234");
        assert_eq!(shown("192.0.2.7:1234"), "192.0.2.7:1234");
        assert_eq!(shown("[2001:db8::7]:1234"), "[2001:db8::7]:1234");
    }
}
