//! The farm that a command talks to, for messages.

use clipig_proto::connect_error;

/// The farm's address and the origin of its token, for messages.
#[derive(Clone, Debug)]
pub(crate) struct Service {
    /// The address, as people write it.
    pub(crate) address: String,
    /// Where the token came from; `None` without one.
    pub(crate) token_origin: Option<String>,
    /// The file of --tls-ca, where it was given.
    pub(crate) authority: Option<String>,
}

impl Service {
    /// Does a farm with TLS listen at an address that says http://?
    pub(super) fn is_only_tls(&self) -> bool {
        let Some(authority) = self.address.strip_prefix("http://") else { return false };
        let authority = authority.split('/').next().unwrap_or_default();
        let has_port = authority.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok());
        connect_error::speaks_only_tls(&if has_port {
            authority.to_owned()
        } else {
            format!("{authority}:80")
        })
    }
}
