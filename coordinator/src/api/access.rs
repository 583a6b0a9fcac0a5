//! Decides who may call the API: with a token or cookie, over a protected connection, and not from another site's page.
//!
//! A browser sends the cookie of a page along with requests that another site's page makes, and a farm without tokens
//! answers everybody on its machine. So requests that a browser attributes to another site are refused, and a farm without
//! tokens answers only under names that no other site can have: addresses and `localhost`. A site that points its own
//! name at this machine (DNS rebinding) is refused by that.

use std::sync::Arc;

use axum::extract::{MatchedPath, Request, State};
use axum::http::header::{AUTHORIZATION, HOST, ORIGIN};
use axum::http::uri::Authority;
use axum::http::{Extensions, HeaderMap, HeaderValue, Method};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::cookie::{self, SessionKey};
use super::problem::{Problem, ProblemCode};
use crate::access::{Call, Doorkeeper, Peer, Principal};
use crate::http_server::Way;
use crate::rpc::status::Refusal;

/// The rules of one farm.
pub(crate) struct Access {
    doorkeeper: Arc<Doorkeeper>,
    key: SessionKey,
    /// Does the setting `insecure` allow anybody to connect without TLS or token?
    insecure: bool,
}

impl Access {
    pub(crate) fn new(doorkeeper: Arc<Doorkeeper>, key: SessionKey, insecure: bool) -> Self {
        Self { doorkeeper, key, insecure }
    }

    /// Who lets peers in.
    pub(super) fn doorkeeper(&self) -> &Doorkeeper {
        &self.doorkeeper
    }

    /// The key that signs sessions.
    pub(super) fn key(&self) -> &SessionKey {
        &self.key
    }

    /// The person to whom the token or the session's cookie belongs; `None`, without an error, if it is nobody's.
    pub(super) fn identify(&self, headers: &HeaderMap, peer: Peer) -> Option<Principal> {
        match session(headers) {
            Some(cookie) if self.doorkeeper.asks() => self.of_cookie(cookie, peer),
            _ => self.doorkeeper.identify(authorization(headers), peer),
        }
    }

    /// Lets a call through that the shown token or session allows.
    fn admit(&self, headers: &HeaderMap, peer: Peer, call: Call) -> Result<Principal, Refusal> {
        match session(headers) {
            Some(cookie) if self.doorkeeper.asks() => {
                let ended = || Refusal::Unauthenticated("the session has ended; log in again".to_owned());
                let who = self.of_cookie(cookie, peer).ok_or_else(ended)?;
                self.doorkeeper.permit(&who, call).map(|()| who)
            }
            _ => self.doorkeeper.admit(authorization(headers), peer, call),
        }
    }

    fn of_cookie(&self, cookie: &str, peer: Peer) -> Option<Principal> {
        let session = self.key.read(cookie, cookie::now())?;
        self.doorkeeper.named(session.token(), peer, |hash| session.is_of(hash))
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
        if self.doorkeeper.asks() || self.insecure || way.is_local() {
            return Ok(());
        }
        let text = "beyond this machine the farm answers only with tokens; set `tokens.file`, or \
                    `tokens.client_file` and `tokens.worker_file`";
        Err(Problem::new(ProblemCode::Forbidden, text))
    }

    fn check_host(&self, headers: &HeaderMap) -> Result<(), Problem> {
        if self.doorkeeper.asks() || self.insecure || host(headers).is_some_and(|host| is_own(&host)) {
            return Ok(());
        }
        let text = "a farm without tokens answers only under an address or `localhost`, so that no other site can lead \
                    a browser here under a name of its own";
        Err(Problem::new(ProblemCode::Forbidden, text))
    }
}

/// Refuses requests over unprotected connections, and those of other sites.
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

/// Lets those in who show a token or a session whose role allows the call.
pub(super) async fn authorize(
    State(access): State<Arc<Access>>,
    path: MatchedPath,
    mut request: Request,
    next: Next,
) -> Response {
    let peer = peer(request.extensions());
    let path = path.as_str().strip_prefix(super::ROOT).unwrap_or(path.as_str());
    let call = Call::of_http(request.method(), path).ok_or(Refusal::UnknownCall);
    match call.and_then(|call| access.admit(request.headers(), peer, call)) {
        Ok(who) => {
            request.extensions_mut().insert(who);
            next.run(request).await
        }
        Err(refusal) => Problem::from(refusal).into_response(),
    }
}

/// Where a request comes from.
pub(super) fn peer(extensions: &Extensions) -> Peer {
    extensions.get().copied().unwrap_or(Peer::Here)
}

fn authorization(headers: &HeaderMap) -> Option<&[u8]> {
    headers.get(AUTHORIZATION).map(HeaderValue::as_bytes)
}

/// The cookie of a session. A token in the same request takes precedence.
fn session(headers: &HeaderMap) -> Option<&str> {
    cookie::shown(headers).filter(|_| !headers.contains_key(AUTHORIZATION))
}

/// A browser says which site's page makes a request. Other programs say nothing.
fn check_site(method: &Method, headers: &HeaderMap) -> Result<(), Problem> {
    let foreign = || Problem::new(ProblemCode::Forbidden, "this request comes from another site's page");
    let is_foreign =
        headers.get("sec-fetch-site").is_some_and(|site| site != "same-origin" && site != "none");
    // Links from other sites may lead here. Requests by their pages are refused: the pages could not read the answers,
    // but they would cost the farm time.
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
    use crate::settings::Settings;

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
        let folder = tempfile::tempdir().unwrap();
        let doorkeeper = Doorkeeper::test(&Settings::with_data(folder.path()), folder.path());
        let access = Access::new(Arc::new(doorkeeper), SessionKey::open(folder.path()).unwrap(), false);
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
