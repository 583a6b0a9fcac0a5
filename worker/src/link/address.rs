//! Where the coordinator is.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// Where a coordinator listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// TCP: `http://HOST:PORT` or, with TLS, `https://HOST:PORT`.
    Tcp {
        /// With TLS?
        tls: bool,
        /// `HOST:PORT`.
        authority: String,
    },
    /// A socket of this machine: `unix:/PATH`.
    Unix(PathBuf),
}

/// A text that is no address of a coordinator.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an address; write `http://HOST:PORT`, `https://HOST:PORT` or `unix:/PATH`")]
pub struct AddressError(String);

impl Address {
    /// Can others on the way read what is sent?
    pub fn is_open(&self) -> bool {
        match self {
            Self::Tcp { tls: false, authority } => {
                let host = authority.rsplit_once(':').map_or(authority.as_str(), |(host, _)| host);
                let host = host.trim_start_matches('[').trim_end_matches(']');
                host != "localhost" && !host.parse().is_ok_and(|ip: std::net::IpAddr| ip.is_loopback())
            }
            _ => false,
        }
    }
}

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        let refused = || AddressError(text.to_owned());
        if let Some(path) = text.strip_prefix("unix:") {
            // `unix:///run/x` and `unix:/run/x` mean the same.
            let path = path.strip_prefix("//").unwrap_or(path);
            return if Path::new(path).is_absolute() { Ok(Self::Unix(path.into())) } else { Err(refused()) };
        }
        let (tls, authority) = match text.split_once("://") {
            Some(("http", rest)) => (false, rest),
            Some(("https", rest)) => (true, rest),
            _ => return Err(refused()),
        };
        let authority = authority.strip_suffix('/').unwrap_or(authority);
        let (host, port) = authority.rsplit_once(':').ok_or_else(refused)?;
        let plain = |c: char| c.is_ascii_alphanumeric() || "-._".contains(c);
        let bracketed = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
        let known = bracketed.map_or_else(
            || !host.is_empty() && host.chars().all(plain),
            |ip| ip.parse::<std::net::Ipv6Addr>().is_ok(),
        );
        if known && port.parse::<u16>().is_ok_and(|port| port > 0) {
            Ok(Self::Tcp { tls, authority: authority.to_owned() })
        } else {
            Err(refused())
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp { tls, authority } => write!(f, "http{}://{authority}", if *tls { "s" } else { "" }),
            Self::Unix(path) => write!(f, "unix:{}", path.display()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_as_they_are_written() {
        for text in
            ["http://127.0.0.1:7870", "https://farm.example:443", "http://[::1]:7870", "unix:/run/farm.sock"]
        {
            assert_eq!(text.parse::<Address>().unwrap().to_string(), text);
        }
        assert_eq!("unix:///run/a".parse(), Ok(Address::Unix("/run/a".into())));
        let not = [
            "",
            "farm",
            "farm:7870",
            "http://farm",
            "ftp://farm:1",
            "http://farm:0",
            "http://farm:99999",
            "http://:80",
            "unix:farm",
            "http://a b:80",
            "http://a@b:80",
            "http://a/b:80",
            "http://[x]:80",
        ];
        for text in not {
            assert!(text.parse::<Address>().is_err(), "{text}");
        }
    }

    #[test]
    fn who_can_listen() {
        let open = |text: &str| text.parse::<Address>().unwrap().is_open();
        assert!(open("http://farm:7870") && open("http://10.0.0.1:7870"));
        for text in [
            "http://localhost:7870",
            "http://127.0.0.2:7870",
            "http://[::1]:7870",
            "https://farm:1",
            "unix:/a",
        ] {
            assert!(!open(text), "{text}");
        }
    }
}
