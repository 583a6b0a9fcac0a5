//! The cookie that a browser gets for the farm's token.
//!
//! It holds the time of its end and a code that only who knows the token can make (HMAC-SHA256). So nothing has to be
//! remembered, a session outlives a restart of the coordinator, and another token ends all sessions.

use std::time::{SystemTime, UNIX_EPOCH};

use axum::http::header::{COOKIE, ORIGIN};
use axum::http::{HeaderMap, HeaderValue};
use hmac::{Hmac, Mac as _};
use sha2::Sha256;

use super::problem::{Problem, ProblemCode};
use crate::http_server::Way;
use crate::settings::Token;

/// Its name.
pub(super) const NAME: &str = "clipig_session";

/// Seconds that a session lasts: 30 days.
const LASTS: u64 = 30 * 24 * 3_600;

/// May the browser show the cookie over TLS only? A proxy may have taken TLS off the request; the browser's `Origin` tells.
pub(super) fn must_be_secure(way: Way, headers: &HeaderMap) -> bool {
    let origin = headers.get(ORIGIN).map(HeaderValue::as_bytes);
    way.is_encrypted() || origin.is_some_and(|origin| origin.starts_with(b"https://"))
}

/// The value of `Set-Cookie` that opens a session.
pub(super) fn given(token: &Token, secure: bool) -> Result<HeaderValue, Problem> {
    let end = now() + LASTS;
    set(&format!("{end}.{}", base16ct::lower::encode_string(&code(token, end))), LASTS, secure)
}

/// The value of `Set-Cookie` that ends a session.
pub(super) fn taken_back(secure: bool) -> Result<HeaderValue, Problem> {
    set("", 0, secure)
}

fn set(value: &str, lasts: u64, secure: bool) -> Result<HeaderValue, Problem> {
    let secure = if secure { "; Secure" } else { "" };
    let cookie = format!("{NAME}={value}; Path=/; Max-Age={lasts}; HttpOnly; SameSite=Strict{secure}");
    HeaderValue::try_from(cookie).map_err(|error| Problem::new(ProblemCode::Internal, error.to_string()))
}

/// The cookie that a request shows.
pub(super) fn shown(headers: &HeaderMap) -> Option<&str> {
    let all = headers.get_all(COOKIE).iter().filter_map(|header| header.to_str().ok());
    all.flat_map(|header| header.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(name, value)| (name == NAME && !value.is_empty()).then_some(value))
}

/// Seconds since 1970.
pub(super) fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

/// Was the cookie given for this token, and does it still hold?
pub(super) fn opens(token: &Token, cookie: &str, now: u64) -> bool {
    let Some((end, shown)) = cookie.split_once('.') else { return false };
    let (Ok(end), Ok(shown)) = (end.parse::<u64>(), base16ct::lower::decode_vec(shown)) else { return false };
    now < end && mac(token, end).verify_slice(&shown).is_ok()
}

fn code(token: &Token, end: u64) -> [u8; 32] {
    mac(token, end).finalize().into_bytes().into()
}

fn mac(token: &Token, end: u64) -> Hmac<Sha256> {
    // Keys of every length are taken.
    let mut mac =
        Hmac::<Sha256>::new_from_slice(token.reveal().as_bytes()).unwrap_or_else(|_| unreachable!());
    mac.update(b"clipig session until ");
    mac.update(&end.to_be_bytes());
    mac
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_opens_for_its_token_until_its_end() {
        let [token, other]: [Token; 2] =
            ["token-of-the-clients", "another-token-of-it"].map(|token| token.parse().unwrap());
        let cookie = format!("1000.{}", base16ct::lower::encode_string(&code(&token, 1_000)));
        assert!(opens(&token, &cookie, 999));
        assert!(!opens(&token, &cookie, 1_000));
        assert!(!opens(&other, &cookie, 999));
        // A later end has another code.
        assert!(!opens(&token, &cookie.replacen("1000", "9999", 1), 999));
        for cookie in
            ["", ".", "1000", "1000.", "1000.zz", &cookie[..cookie.len() - 2], &format!("{cookie}00")]
        {
            assert!(!opens(&token, cookie, 1), "{cookie}");
        }
    }
}
