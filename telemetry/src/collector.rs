//! The way to a collector: OTLP over HTTP, by the client that downloads use, too.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use ureq::Agent;
use ureq::tls::{PemItem, RootCerts, TlsConfig, parse_pem};

/// Bytes of an answer that are read; collectors answer with a few.
const ANSWER: u64 = 1 << 20;

/// Why the last request got no answer. The exporter does not pass it on.
pub(crate) type LastError = Arc<Mutex<Option<String>>>;

/// Sends requests. It blocks, which only the SDK's own thread notices.
pub(crate) struct Collector {
    agent: Agent,
    unanswered: LastError,
}

impl Collector {
    /// A client that gives up after the timeout. `authorities` is a file in PEM: who signs the collector's certificate,
    /// where that is not one of the usual authorities.
    pub(crate) fn new(timeout: Duration, authorities: Option<&str>) -> Result<Self, String> {
        let mut config = Agent::config_builder().http_status_as_error(false).timeout_global(Some(timeout));
        if let Some(file) = authorities {
            let pem = std::fs::read(file)
                .map_err(|error| format!("OTEL_EXPORTER_OTLP_CERTIFICATE, {file}: {error}"))?;
            let mut certificates = Vec::new();
            for item in parse_pem(&pem) {
                match item.map_err(|error| format!("OTEL_EXPORTER_OTLP_CERTIFICATE, {file}: {error}"))? {
                    PemItem::Certificate(certificate) => certificates.push(certificate),
                    _ => {
                        return Err(format!(
                            "OTEL_EXPORTER_OTLP_CERTIFICATE, {file}: it holds more than certificates"
                        ));
                    }
                }
            }
            if certificates.is_empty() {
                return Err(format!(
                    "OTEL_EXPORTER_OTLP_CERTIFICATE, {file}: it holds no certificate in PEM"
                ));
            }
            let roots = RootCerts::new_with_certs(&certificates);
            config = config.tls_config(TlsConfig::builder().root_certs(roots).build());
        }
        Ok(Self { agent: Agent::new_with_config(config.build()), unanswered: LastError::default() })
    }

    pub(crate) fn last_error(&self) -> LastError {
        Arc::clone(&self.unanswered)
    }

    fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, ureq::Error> {
        let (head, body) = request.into_parts();
        let answer = self.agent.run(Request::from_parts(head, &body[..]))?;
        let (head, mut body) = answer.into_parts();
        let bytes = body.with_config().limit(ANSWER).read_to_vec()?;
        Ok(Response::from_parts(head, bytes.into()))
    }
}

impl fmt::Debug for Collector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Collector").finish_non_exhaustive()
    }
}

/// Why there was no answer. One error quotes the endpoint, which may hold a password.
fn explained(error: &ureq::Error) -> String {
    match error {
        ureq::Error::BadUri(_) => "the endpoint is no address of HTTP".to_owned(),
        error => error.to_string(),
    }
}

#[async_trait]
impl HttpClient for Collector {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let answer = self.send(request);
        let why = answer.as_ref().err().map(explained);
        *self.unanswered.lock().unwrap_or_else(PoisonError::into_inner) = why;
        Ok(answer?)
    }
}
