//! The connection to a farm: its address, its credentials, and calls that survive interruptions.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use clipig_proto::limits::CONNECT_TIMEOUT;
use clipig_proto::proxy_status::ProxyStatus;
use clipig_proto::v1::farm_service_client::FarmServiceClient;
use tonic::metadata::{Ascii, MetadataValue};
use tonic::service::Interceptor;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::{Certificate, Channel, ClientTlsConfig, Endpoint};
use tonic::{Request, Status};

use super::failure::FarmFailure;
use super::service::Service;
use crate::arguments::{AccessArguments, FarmAddress};
use crate::output;

/// A silent connection is pinged after this time, and given up after the same time without an answer.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// HTTP/2 flow-control window: with 4 MiB and a round trip of 100 ms, 40 MB/s are possible.
const WINDOW: u32 = 4 << 20;

/// The generated client, with a token on each call.
pub(crate) type Client = FarmServiceClient<InterceptedService<Channel, Token>>;

#[derive(Clone)]
pub(crate) struct Connection {
    client: Client,
    service: Service,
    /// Told when a farm that is waited for goes away and comes back. `None`: no call waits for long.
    listener: Option<Listener>,
}

/// Tells the person something.
pub(crate) type Listener = Arc<dyn Fn(&str) + Send + Sync>;

/// Puts a token on each call.
#[derive(Clone)]
pub(crate) struct Token(Option<MetadataValue<Ascii>>);

impl Interceptor for Token {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        if let Some(token) = &self.0 {
            request.metadata_mut().insert("authorization", token.clone());
        }
        Ok(request)
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.service.fmt(f)
    }
}

impl Connection {
    /// Connects to the farm of the command line.
    pub(crate) async fn to(farm: &FarmAddress) -> Result<Self, FarmFailure> {
        Self::open(&farm.farm, &farm.access).await
    }

    pub(crate) async fn open(address: &str, access: &AccessArguments) -> Result<Self, FarmFailure> {
        let address = normal(address)?;
        let token = token(access)?;
        if token.is_some() && is_overheard(&address) {
            if !access.insecure {
                return Err(FarmFailure::Overheard { address });
            }
            output::say(format!("warning: the token is sent to {address} unencrypted"));
        }
        Self::establish(address, token, access).await
    }

    /// As [`Connection::open`], for those who have decided whether to send a token.
    pub(crate) async fn establish(
        address: String,
        token: Option<(String, String)>,
        access: &AccessArguments,
    ) -> Result<Self, FarmFailure> {
        let (token, token_origin) = token.unzip();
        let authority = access.tls_ca.as_ref().map(|file| file.display().to_string());
        let service = Service { address, token_origin, authority };
        let endpoint = endpoint(&service.address, access)?;
        let channel = endpoint.connect().await.map_err(|error| FarmFailure::unreachable(&service, &error))?;
        let bearer = token.map(|token| format!("Bearer {token}").parse()).transpose();
        let mut bearer: Option<MetadataValue<Ascii>> = bearer.map_err(|_| FarmFailure::TokenUnreadable {
            origin: service.token_origin.clone().unwrap_or_default(),
            why: "it contains characters that a token cannot have".to_owned(),
        })?;
        if let Some(bearer) = &mut bearer {
            bearer.set_sensitive(true);
        }
        let client = FarmServiceClient::with_interceptor(channel, Token(bearer));
        Ok(Self { client, service, listener: None })
    }

    /// For commands that may take hours: when the farm goes away, calls and watches wait until it is back. `listener` is told
    /// that they wait, and when that is over.
    pub(crate) fn persistent(self, listener: impl Fn(&str) + Send + Sync + 'static) -> Self {
        Self { listener: Some(Arc::new(listener)), ..self }
    }

    /// Told when the farm goes away and comes back, if it is waited for.
    pub(super) fn listener(&self) -> Option<&Listener> {
        self.listener.as_ref()
    }

    pub(crate) fn client(&self) -> Client {
        self.client.clone()
    }

    /// The failure that a status stands for.
    pub(crate) fn failure(&self, status: &Status) -> FarmFailure {
        FarmFailure::answered(&self.service, status)
    }
}

/// Whether the same call may succeed soon: the farm says so, a proxy does not reach the farm, or the connection broke. In
/// that case the status was made on this side and has a source.
pub(crate) fn is_passing(status: &Status) -> bool {
    match ProxyStatus::of(status) {
        Some(proxy) => proxy.is_passing(),
        None => status.code() == tonic::Code::Unavailable || std::error::Error::source(status).is_some(),
    }
}

/// The address with its scheme.
pub(crate) fn normal(address: &str) -> Result<String, FarmFailure> {
    let address = address.trim().trim_end_matches('/');
    let known = ["http://", "https://", "unix:"].iter().any(|scheme| address.starts_with(scheme));
    if known && !address.ends_with(':') {
        return Ok(address.to_owned());
    }
    // `host:port`, as people write it.
    let plain =
        address.rsplit_once(':').is_some_and(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok());
    if plain && !address.contains("//") {
        return Ok(format!("http://{address}"));
    }
    Err(FarmFailure::Address { address: address.to_owned() })
}

/// Whether others on the network can read the connection.
pub(crate) fn is_overheard(address: &str) -> bool {
    let Some(host) = address.strip_prefix("http://") else { return false };
    let host = host.rsplit_once(':').map_or(host, |(host, _)| host);
    let here = host.trim_matches(['[', ']']).parse().is_ok_and(|host: std::net::IpAddr| host.is_loopback());
    !here && host != "localhost"
}

/// The token and where it came from.
///
/// # Errors
/// When its file cannot be read or is empty.
pub(crate) fn token(access: &AccessArguments) -> Result<Option<(String, String)>, FarmFailure> {
    if let Some(token) = std::env::var("CLIPIG_TOKEN").ok().filter(|token| !token.trim().is_empty()) {
        return Ok(Some((token.trim().to_owned(), "CLIPIG_TOKEN".to_owned())));
    }
    let Some(file) = &access.token_file else { return Ok(None) };
    let origin = file.display().to_string();
    match std::fs::read_to_string(file) {
        Ok(token) if !token.trim().is_empty() => Ok(Some((token.trim().to_owned(), origin))),
        Ok(_) => Err(FarmFailure::TokenUnreadable { origin, why: "it is empty".to_owned() }),
        Err(error) => Err(FarmFailure::TokenUnreadable { origin, why: error.to_string() }),
    }
}

pub(crate) fn endpoint(address: &str, access: &AccessArguments) -> Result<Endpoint, FarmFailure> {
    let wrong = || FarmFailure::Address { address: address.to_owned() };
    let mut endpoint = Endpoint::from_shared(address.to_owned()).map_err(|_| wrong())?;
    if address.starts_with("https://") {
        let mut tls = ClientTlsConfig::new();
        tls = if let Some(file) = &access.tls_ca {
            let pem = std::fs::read(file).map_err(|error| FarmFailure::Authority {
                file: file.display().to_string(),
                why: error.to_string(),
            })?;
            if !String::from_utf8_lossy(&pem).contains("-----BEGIN CERTIFICATE-----") {
                let why = "it holds no certificate in PEM (`-----BEGIN CERTIFICATE-----`)".to_owned();
                return Err(FarmFailure::Authority { file: file.display().to_string(), why });
            }
            tls.ca_certificate(Certificate::from_pem(pem))
        } else {
            tls.with_native_roots()
        };
        endpoint = endpoint.tls_config(tls).map_err(|error| FarmFailure::Authority {
            file: access.tls_ca.as_ref().map(|file| file.display().to_string()).unwrap_or_default(),
            why: error.to_string(),
        })?;
    }
    endpoint
        .connect_timeout(CONNECT_TIMEOUT)
        .tcp_nodelay(true)
        .http2_keep_alive_interval(KEEP_ALIVE)
        .keep_alive_timeout(KEEP_ALIVE)
        .keep_alive_while_idle(true)
        .initial_stream_window_size(WINDOW)
        .initial_connection_window_size(WINDOW)
        .user_agent(concat!("clipig/", env!("CARGO_PKG_VERSION")))
        .map_err(|_| wrong())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_completed() {
        assert_eq!(normal("http://a:1/").unwrap(), "http://a:1");
        assert_eq!(normal("farm.example:7870").unwrap(), "http://farm.example:7870");
        assert_eq!(normal("unix:/run/farm.sock").unwrap(), "unix:/run/farm.sock");
        for wrong in ["", "farm", "ftp://a:1", "unix:", "a:port"] {
            let message = normal(wrong).unwrap_err().to_string();
            assert!(message.contains("unix:/path"), "{message}");
        }
    }

    #[tokio::test]
    async fn a_token_is_not_sent_where_others_read_it_unless_that_is_allowed() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("token");
        std::fs::write(&file, "a-secret-of-clients").unwrap();
        // An address of documentation (RFC 5737): nobody is there, and nobody is asked.
        let address = "http://192.0.2.1:7870";
        let access = AccessArguments { token_file: Some(file), ..AccessArguments::default() };
        let refused = Connection::open(address, &access).await.unwrap_err().to_string();
        assert!(refused.contains("unencrypted") && refused.contains("--insecure"), "{refused}");
    }

    #[test]
    fn tokens_in_the_open_are_noticed() {
        assert!(is_overheard("http://farm.example:7870"));
        for here in
            ["http://127.0.0.1:7870", "http://[::1]:7870", "http://localhost:1", "https://a", "unix:/x"]
        {
            assert!(!is_overheard(here), "{here}");
        }
    }
}
