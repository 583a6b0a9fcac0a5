//! The farm's address in parts.

use std::path::PathBuf;

use super::super::Finding;
use crate::farm::connection;

/// Where a farm is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Unix(PathBuf),
    Tcp {
        /// The address as gRPC takes it.
        address: String,
        tls: bool,
        /// A name or an IP address, without brackets.
        host: String,
        port: u16,
    },
}

impl Place {
    /// The place in an address as people write it.
    pub(super) fn of(farm: &str) -> Result<Self, Finding> {
        let wrong = || {
            Finding::fault(
                "address",
                format!("`{farm}` is not the address of a farm"),
                "set --farm or CLIPIG_FARM to http://host:port, https://host:port or unix:/path",
            )
        };
        let address = connection::normal(farm).map_err(|_| wrong())?;
        if let Some(path) = address.strip_prefix("unix:") {
            return Ok(Self::Unix(PathBuf::from(path.strip_prefix("//").unwrap_or(path))));
        }
        let (scheme, rest) = address.split_once("://").ok_or_else(wrong)?;
        let tls = scheme == "https";
        let authority = rest.split('/').next().unwrap_or_default();
        let (host, port) = match authority.rsplit_once(':') {
            // The colons of a bare IPv6 address are not those of a port.
            Some((host, port)) if !port.contains(']') => (host, port.parse().map_err(|_| wrong())?),
            _ => (authority, if tls { 443 } else { 80 }),
        };
        let host = host.trim_matches(['[', ']']).to_owned();
        if host.is_empty() {
            return Err(wrong());
        }
        Ok(Self::Tcp { address, tls, host, port })
    }

    /// The address as gRPC takes it.
    pub(super) fn address(&self) -> String {
        match self {
            Self::Unix(path) => format!("unix:{}", path.display()),
            Self::Tcp { address, .. } => address.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_come_apart() {
        let parts = |farm: &str| match Place::of(farm).unwrap() {
            Place::Unix(path) => path.display().to_string(),
            Place::Tcp { tls, host, port, .. } => format!("{tls} {host} {port}"),
        };
        assert_eq!(parts("unix:///run/farm.sock"), "/run/farm.sock");
        assert_eq!(parts("farm.example:7870"), "false farm.example 7870");
        assert_eq!(parts("https://farm.example"), "true farm.example 443");
        assert_eq!(parts("http://[::1]:7870/"), "false ::1 7870");
        assert_eq!(parts("http://[::1]"), "false ::1 80");
        for wrong in ["", "farm", "http://:80", "http://farm:99999"] {
            assert!(Place::of(wrong).is_err(), "{wrong}");
        }
    }
}
