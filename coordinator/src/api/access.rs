//! Who may ask: by token or cookie, on a protected way, and not from another site's page.
//!
//! A browser sends the cookie of a page along with requests that another site's page makes, and a farm without tokens
//! answers everybody on its machine. So requests that a browser attributes to another site are refused, and a farm without
//! tokens answers only under names that no other site can have: addresses and `localhost`. A site that points its own
//! name at this machine (DNS rebinding) is refused by that.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{AUTHORIZATION, HOST, ORIGIN};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderValue, Method};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::cookie;
use super::problem::{Problem, ProblemCode};
use crate::http_server::Way;
use crate::rpc::auth::{Audience, Gate};
use crate::settings::{Settings, Token};

/// The rules of one farm.
pub(crate) struct Access {
    gate: Gate,
    /// The token of clients; `None`: whoever reaches the address is let in.
    token: Option<Token>,
    /// Was it said aloud that anybody may connect without TLS or token?
    insecure: bool,
}

impl Access {
    pub(crate) fn new(settings: &Settings) -> Self {
        Self {
            gate: Gate::new(Audience::Clients, settings.tokens.clone()),
            token: settings.tokens.as_ref().map(|tokens| tokens.client.clone()),
            insecure: settings.insecure,
        }
    }

    /// The token of clients; `None` where there is none.
    pub(super) fn token(&self) -> Option<&Token> {
        self.token.as_ref()
    }

    /// Does the request show the token, or a cookie that was given for it?
    pub(super) fn admits(&self, headers: &HeaderMap) -> Result<(), Problem> {
        let cookie = cookie::shown(headers);
        if let (Some(token), Some(cookie), None) = (&self.token, cookie, headers.get(AUTHORIZATION)) {
            if cookie::opens(token, cookie, cookie::now()) {
                return Ok(());
            }
            return Err(Problem::new(ProblemCode::Unauthenticated, "the session has ended; log in again"));
        }
        let header = headers.get(AUTHORIZATION).map(HeaderValue::as_bytes);
        self.gate.admit(header).map_err(Problem::from)
    }

    fn check_way(&self, way: Way) -> Result<(), Problem> {
        if way.is_protected() || self.insecure {
            return Ok(());
        }
        let text = "beyond this machine the farm answers only over TLS; use https, or set `tls.certificate` and `tls.key`";
        Err(Problem::new(ProblemCode::Forbidden, text))
    }

    /// Without tokens and without `insecure` the farm must be beyond the reach of other machines.
    fn check_exposure(&self, way: Way) -> Result<(), Problem> {
        if self.token.is_some() || self.insecure || way.is_local() {
            return Ok(());
        }
        let text = "beyond this machine the farm answers only with tokens; set `tokens.client_file` and \
                    `tokens.worker_file`";
        Err(Problem::new(ProblemCode::Forbidden, text))
    }

    fn check_host(&self, headers: &HeaderMap) -> Result<(), Problem> {
        if self.token.is_some() || self.insecure || host(headers).is_some_and(|host| is_own(&host)) {
            return Ok(());
        }
        let text = "a farm without tokens answers only under an address or `localhost`, so that no other site can lead \
                    a browser here under a name of its own";
        Err(Problem::new(ProblemCode::Forbidden, text))
    }
}

/// Refuses requests on unprotected ways, and those of other sites.
pub(super) async fn guard(State(access): State<Arc<Access>>, request: Request, next: Next) -> Response {
    let way = request.extensions().get::<Way>().copied().unwrap_or_default();
    let headers = request.headers();
    let checked = access
        .check_way(way)
        .and_then(|()| access.check_exposure(way))
        .and_then(|()| access.check_host(headers))
        .and_then(|()| check_site(request.method(), headers));
    match checked {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    }
}

/// Lets those in who show the token or a session.
pub(super) async fn authenticate(
    State(access): State<Arc<Access>>,
    request: Request,
    next: Next,
) -> Response {
    match access.admits(request.headers()) {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    }
}

/// A browser says which site's page makes a request. Other programs say nothing.
fn check_site(method: &Method, headers: &HeaderMap) -> Result<(), Problem> {
    let foreign = || Problem::new(ProblemCode::Forbidden, "this request comes from another site's page");
    let is_foreign =
        headers.get("sec-fetch-site").is_some_and(|site| site != "same-origin" && site != "none");
    // Links from other sites lead here. What their pages ask for themselves they could not read, but it would cost time.
    let is_link = method.is_safe() && headers.get("sec-fetch-mode").is_some_and(|mode| mode == "navigate");
    if is_foreign && !is_link {
        return Err(foreign());
    }
    if method.is_safe() {
        return Ok(());
    }
    let Some(origin) = headers.get(ORIGIN) else { return Ok(()) };
    let origin = origin.to_str().ok().and_then(|origin| origin.split_once("://")).map(|(_, host)| host);
    match (origin, host(headers)) {
        (Some(origin), Some(host)) if origin.eq_ignore_ascii_case(host.as_str()) => Ok(()),
        _ => Err(foreign()),
    }
}

fn host(headers: &HeaderMap) -> Option<Authority> {
    headers.get(HOST)?.to_str().ok()?.parse().ok()
}

/// A name that no other site can have.
fn is_own(host: &Authority) -> bool {
    let name = host.host();
    let address = name.trim_start_matches('[').trim_end_matches(']');
    name.eq_ignore_ascii_case("localhost") || address.parse::<std::net::IpAddr>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    #[test]
    fn another_sites_page_changes_nothing() {
        let own = "127.0.0.1:7871";
        for (pairs, allowed) in [
            (&[("host", own)][..], true),
            (&[("host", own), ("origin", "http://127.0.0.1:7871")], true),
            (&[("host", own), ("sec-fetch-site", "same-origin")], true),
            (&[("host", own), ("origin", "https://elsewhere.example")], false),
            (&[("host", own), ("origin", "http://127.0.0.1:8000")], false),
            (&[("host", own), ("origin", "null")], false),
            (&[("host", own), ("sec-fetch-site", "cross-site")], false),
            (&[("host", own), ("sec-fetch-site", "same-site")], false),
        ] {
            assert_eq!(check_site(&Method::POST, &headers(pairs)).is_ok(), allowed, "{pairs:?}");
        }
        for (mode, allowed) in [("navigate", true), ("cors", false), ("no-cors", false)] {
            let pairs = [("host", own), ("sec-fetch-site", "cross-site"), ("sec-fetch-mode", mode)];
            assert_eq!(check_site(&Method::GET, &headers(&pairs)).is_ok(), allowed, "{mode}");
        }
        assert!(check_site(&Method::GET, &headers(&[("host", own), ("sec-fetch-site", "none")])).is_ok());
        assert!(check_site(&Method::GET, &headers(&[("host", own)])).is_ok());
    }

    #[test]
    fn a_farm_without_tokens_has_no_name_of_another_site() {
        let access = Access::new(&Settings::with_data("/nowhere"));
        for (host, allowed) in [
            ("127.0.0.1:7871", true),
            ("[::1]:7871", true),
            ("localhost", true),
            ("LOCALHOST:1", true),
            ("elsewhere.example:7871", false),
            ("localhost.elsewhere.example", false),
            ("", false),
        ] {
            assert_eq!(access.check_host(&headers(&[("host", host)])).is_ok(), allowed, "{host}");
        }
        assert!(access.check_host(&HeaderMap::new()).is_err());
    }
}
