//! The cookie that a browser gets for a token.
//!
//! It holds the time of its end, the token's name, and a code over both and the token's hash that only this farm can make
//! (HMAC-SHA256 with a key in the data folder). So nothing has to be remembered, a session outlives a restart of the
//! coordinator, and it ends with its token: when that is revoked, expires, or gets another secret. Who reads the file of
//! tokens, which holds their hashes, cannot make one.

use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use axum::http::header::{COOKIE, HOST, ORIGIN};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderValue};
use clipig_access::SecretHash;
use hmac::{Hmac, Mac as _};
use sha2::Sha256;

use super::problem::{Problem, ProblemCode};
use crate::http_server::Way;
use crate::store::SESSION_KEY;

/// Its name, where the farm's address has no port.
pub(super) const NAME: &str = "clipig_session";

/// What the description says of its name.
pub(super) const OF_PORTS: &str =
    "At an address with a port, the port belongs to the name, as in `clipig_session_7871`.";

/// Seconds that a session lasts: 30 days.
const LASTS: u64 = 30 * 24 * 3_600;

/// What sessions are signed with.
pub(crate) struct SessionKey([u8; 32]);

/// A cookie whose end has not come. Whether it was given for a token, [`is_of`](Self::is_of) says.
pub(super) struct Session<'a> {
    key: &'a SessionKey,
    end: u64,
    token: &'a str,
    code: Vec<u8>,
}

impl SessionKey {
    /// Reads the key in the data folder, or draws one. A file that holds something else is replaced: then all sessions end.
    ///
    /// # Errors
    /// When the system refuses.
    pub(crate) fn open(data: &Path) -> io::Result<Self> {
        let path = data.join(SESSION_KEY);
        let mut key = [0; 32];
        match File::open(&path).and_then(|mut file| file.read_exact(&mut key)) {
            Ok(()) => return Ok(Self(key)),
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::UnexpectedEof) => {}
            Err(error) => return Err(error),
        }
        getrandom::fill(&mut key).map_err(|error| io::Error::other(error.to_string()))?;
        let mut file = File::options().write(true).create(true).truncate(true).mode(0o600).open(&path)?;
        file.write_all(&key)?;
        file.sync_all()?;
        Ok(Self(key))
    }

    /// The value of `Set-Cookie` that opens a session of a token.
    pub(super) fn given(
        &self,
        token: &str,
        hash: &SecretHash,
        keeping: &Keeping,
    ) -> Result<HeaderValue, Problem> {
        let end = now() + LASTS;
        keeping.set(&self.cookie(token, hash, end), LASTS)
    }

    fn cookie(&self, token: &str, hash: &SecretHash, end: u64) -> String {
        let code = self.mac(token, hash, end).finalize().into_bytes();
        format!("{end}.{}.{token}", base16ct::lower::encode_string(&code))
    }

    /// Reads a cookie; `None` where it is none, or its end has come.
    pub(super) fn read<'a>(&'a self, cookie: &'a str, now: u64) -> Option<Session<'a>> {
        let (end, rest) = cookie.split_once('.')?;
        let (code, token) = rest.split_once('.')?;
        let (end, code) = (end.parse().ok()?, base16ct::lower::decode_vec(code).ok()?);
        (now < end).then_some(Session { key: self, end, token, code })
    }

    fn mac(&self, token: &str, hash: &SecretHash, end: u64) -> Hmac<Sha256> {
        // Keys of every length are taken.
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).unwrap_or_else(|_| unreachable!());
        mac.update(b"clipig session until ");
        mac.update(&end.to_be_bytes());
        mac.update(hash.bytes());
        // Last, because it is the only part whose length differs.
        mac.update(token.as_bytes());
        mac
    }
}

impl Session<'_> {
    /// The name of the token that it says it is of.
    pub(super) fn token(&self) -> &str {
        self.token
    }

    /// Was it given for this token?
    pub(super) fn is_of(&self, hash: &SecretHash) -> bool {
        self.key.mac(self.token, hash, self.end).verify_slice(&self.code).is_ok()
    }
}

/// How a browser keeps the cookie.
pub(super) struct Keeping {
    name: String,
    /// May it be shown over TLS only?
    secure: bool,
}

impl Keeping {
    /// As the browser that has sent these headers must keep it.
    pub(super) fn of(way: Way, headers: &HeaderMap) -> Self {
        // A proxy may have taken TLS off the request; the browser's `Origin` tells.
        let origin = headers.get(ORIGIN).map(HeaderValue::as_bytes);
        let secure = way.is_encrypted() || origin.is_some_and(|origin| origin.starts_with(b"https://"));
        Self { name: name(headers), secure }
    }

    /// The value of `Set-Cookie` that ends a session.
    pub(super) fn taken_back(&self) -> Result<HeaderValue, Problem> {
        self.set("", 0)
    }

    fn set(&self, value: &str, lasts: u64) -> Result<HeaderValue, Problem> {
        let Self { name, secure } = self;
        let secure = if *secure { "; Secure" } else { "" };
        let cookie = format!("{name}={value}; Path=/; Max-Age={lasts}; HttpOnly; SameSite=Strict{secure}");
        HeaderValue::try_from(cookie).map_err(|error| Problem::new(ProblemCode::Internal, error.to_string()))
    }
}

/// The cookie's name at the address that a request was sent to. Browsers show a cookie at every port of a host: without the
/// port in its name, who logs in to one of two farms on a machine would be logged out of the other.
fn name(headers: &HeaderMap) -> String {
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    let port = host.and_then(|host| host.parse::<Authority>().ok()?.port_u16());
    port.map_or_else(|| NAME.to_owned(), |port| format!("{NAME}_{port}"))
}

/// The cookie that a request shows.
pub(super) fn shown(headers: &HeaderMap) -> Option<&str> {
    let own = name(headers);
    let all = headers.get_all(COOKIE).iter().filter_map(|header| header.to_str().ok());
    all.flat_map(|header| header.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(name, value)| (name == own && !value.is_empty()).then_some(value))
}

/// Seconds since 1970.
pub(super) fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_opens_for_its_token_until_its_end() {
        let folder = tempfile::tempdir().unwrap();
        let key = SessionKey::open(folder.path()).unwrap();
        let [hash, other] = ["a secret", "another one"].map(|secret| SecretHash::of(secret.as_bytes()));
        let cookie = key.cookie("alice.laptop", &hash, 1_000);
        let opens = |cookie: &str, hash: &SecretHash, now| {
            key.read(cookie, now).is_some_and(|session| session.is_of(hash))
        };
        assert_eq!(key.read(&cookie, 999).unwrap().token(), "alice.laptop");
        assert!(opens(&cookie, &hash, 999));
        assert!(!opens(&cookie, &hash, 1_000));
        // The token has another secret by now.
        assert!(!opens(&cookie, &other, 999));
        // A later end, and another token, have another code.
        assert!(!opens(&cookie.replacen("1000", "9999", 1), &hash, 999));
        assert!(!opens(&cookie.replace("alice", "carol"), &hash, 999));
        for cookie in
            ["", ".", "..", "1000", "1000..alice", "1000.zz.alice", &cookie[..40], &format!("{cookie}0")]
        {
            assert!(!opens(cookie, &hash, 1), "{cookie}");
        }
    }

    #[test]
    fn two_farms_on_a_machine_have_cookies_of_their_own() {
        let headers = |host: &str, cookie: &str| {
            let pairs = [(HOST, host), (COOKIE, cookie)];
            HeaderMap::from_iter(pairs.map(|(name, value)| (name, HeaderValue::from_str(value).unwrap())))
        };
        let set = |host: &str| Keeping::of(Way::default(), &headers(host, "")).set("a", 9).unwrap();
        assert_eq!(
            set("localhost:7871"),
            "clipig_session_7871=a; Path=/; Max-Age=9; HttpOnly; SameSite=Strict"
        );
        assert!(set("[::1]:80").to_str().unwrap().starts_with("clipig_session_80=a;"));
        for host in ["farm.example", "[::1]", "no host at all:"] {
            assert!(set(host).to_str().unwrap().starts_with("clipig_session=a;"), "{host}");
        }
        // A browser shows those of all ports.
        let both = "clipig_session_7871=one; clipig_session=none; clipig_session_7872=other";
        assert_eq!(shown(&headers("localhost:7871", both)), Some("one"));
        assert_eq!(shown(&headers("localhost:7872", both)), Some("other"));
        assert_eq!(shown(&headers("localhost", both)), Some("none"));
        assert_eq!(shown(&headers("localhost:1", both)), None);
    }

    #[test]
    fn the_key_outlives_a_restart_and_is_for_its_owner() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(SESSION_KEY);
        let first = SessionKey::open(folder.path()).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(SessionKey::open(folder.path()).unwrap().0, first.0);
        std::fs::write(&path, "torn").unwrap();
        let second = SessionKey::open(folder.path()).unwrap();
        assert_ne!(second.0, first.0);
        assert_eq!(SessionKey::open(folder.path()).unwrap().0, second.0);
    }
}
