//! What proxies make of calls that they cannot pass on.
//!
//! A coordinator ends each call with a gRPC status. A proxy that does not reach it, or allows less than the call needs,
//! answers with a page and an HTTP status, or just ends the stream. tonic turns both into a status whose text speaks of
//! compression flags and trailers. A [`ProxyStatus`] is found in this text, since nothing else of the answer is left.

use std::fmt;

use http::StatusCode;
use tonic::Status;

/// How the text of a status goes on before the HTTP status that it was made from: with a page, without one, and where
/// [`session::open`](crate::session) made it.
const BEFORE_HTTP: [&str; 3] = [
    "while receiving response with status: ",
    "mapped from HTTP status code ",
    "the answer is no gRPC but HTTP ",
];

/// Parts of the texts of statuses that stand for a stream that ended without a status: tonic's and that of
/// [`Messages`](crate::session::Messages).
const CUT: [&str; 2] = ["missing grpc-status trailer", crate::session::BROKEN_OFF];

/// Something on the way has answered a call, or ended it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProxyStatus {
    /// The answer is no gRPC, but has an HTTP status.
    Http(StatusCode),
    /// The stream ended without a status.
    Cut,
}

impl ProxyStatus {
    /// What a status tells of a proxy; `None` for one that the coordinator has sent, and for a connection that broke.
    pub fn of(status: &Status) -> Option<Self> {
        if crate::status::error(status).is_some() {
            return None;
        }
        let said = status.message();
        if CUT.iter().any(|part| said.contains(part)) {
            return Some(Self::Cut);
        }
        let rest = BEFORE_HTTP.iter().find_map(|before| said.split_once(before))?.1;
        StatusCode::from_bytes(rest.as_bytes().get(..3)?).ok().map(Self::Http)
    }

    /// May the same call succeed soon?
    pub fn is_passing(self) -> bool {
        match self {
            Self::Http(status) => {
                (status.is_server_error() && status != StatusCode::NOT_IMPLEMENTED)
                    || status == StatusCode::TOO_MANY_REQUESTS
                    || status == StatusCode::REQUEST_TIMEOUT
            }
            Self::Cut => true,
        }
    }

    /// What the person can do.
    pub fn help(self) -> &'static str {
        match self {
            Self::Http(StatusCode::PAYLOAD_TOO_LARGE) => {
                "allow large bodies in the proxy (nginx: `client_max_body_size 0;`); see \
                 docs/operations/proxies.md"
            }
            Self::Http(StatusCode::TOO_MANY_REQUESTS) => "wait a little, or raise the proxy's limit of calls",
            Self::Http(status) if status.is_server_error() => {
                "start the coordinator, and compare its address with the one in the proxy's settings"
            }
            Self::Http(_) => {
                "compare host and port with the coordinator's setting `listen`; a proxy must pass gRPC on (`grpc_pass` \
                 in nginx)"
            }
            Self::Cut => "raise the proxy's timeouts; see docs/operations/proxies.md",
        }
    }
}

impl fmt::Display for ProxyStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Http(StatusCode::OK) => f.write_str("what answers does not speak gRPC"),
            Self::Http(status) => {
                let what = match *status {
                    StatusCode::PAYLOAD_TOO_LARGE => "it does not let so much pass in one call",
                    StatusCode::TOO_MANY_REQUESTS => "it lets no more calls pass now",
                    status if status.is_server_error() => "it does not reach the coordinator",
                    _ => "it does not pass gRPC on",
                };
                write!(f, "a proxy answered HTTP {status}: {what}")
            }
            Self::Cut => f.write_str("the stream ended without a word, as when a proxy cuts it"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::v1::FarmError;

    fn of(text: &str) -> Option<ProxyStatus> {
        ProxyStatus::of(&Status::internal(text))
    }

    #[test]
    fn what_tonic_says_of_pages_and_cut_streams_is_known() {
        let page = |status| {
            format!(
                "protocol error: received message with invalid compression flag: 60 (valid flags are 0 and 1) while \
                 receiving response with status: {status}"
            )
        };
        for (text, code, passes) in [
            (page("502 Bad Gateway"), 502, true),
            (page("413 Payload Too Large"), 413, false),
            (page("200 OK"), 200, false),
            ("grpc-status header missing, mapped from HTTP status code 503".to_owned(), 503, true),
            ("grpc-status header missing, mapped from HTTP status code 404".to_owned(), 404, false),
            ("the answer is no gRPC but HTTP 504 Gateway Timeout".to_owned(), 504, true),
        ] {
            let found = of(&text).unwrap();
            assert_eq!(found, ProxyStatus::Http(StatusCode::from_u16(code).unwrap()), "{text}");
            assert_eq!(found.is_passing(), passes, "{text}");
            assert!(!found.help().is_empty());
        }
        let cut = "protocol error: missing grpc-status trailer, stream was terminated without a final status (possible \
                   truncation by a proxy or load balancer)";
        assert_eq!(of(cut), Some(ProxyStatus::Cut));
        assert_eq!(of(crate::session::BROKEN_OFF), Some(ProxyStatus::Cut));
        assert!(ProxyStatus::Cut.is_passing());
    }

    #[test]
    fn what_a_coordinator_says_is_not_taken_for_a_proxy() {
        for text in
            ["", "job 7 is not there", "mapped from HTTP status code", "mapped from HTTP status code x00"]
        {
            assert_eq!(of(text), None, "{text}");
        }
        // Its own errors say what they are, whatever their text.
        let own = crate::status::with_error("mapped from HTTP status code 502", &FarmError::default());
        assert_eq!(ProxyStatus::of(&own), None);
    }

    #[test]
    fn it_is_said_in_words() {
        let said = |code| ProxyStatus::Http(StatusCode::from_u16(code).unwrap()).to_string();
        assert_eq!(said(502), "a proxy answered HTTP 502 Bad Gateway: it does not reach the coordinator");
        assert_eq!(
            said(413),
            "a proxy answered HTTP 413 Payload Too Large: it does not let so much pass in one call"
        );
        assert_eq!(said(404), "a proxy answered HTTP 404 Not Found: it does not pass gRPC on");
        assert_eq!(said(200), "what answers does not speak gRPC");
    }
}
