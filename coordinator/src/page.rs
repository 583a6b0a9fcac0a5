//! The page: what `web/` is built to, served from this program.
//!
//! The page uses nothing but the JSON API, and loads nothing from other hosts: its content security policy says so.

use std::io::Write as _;
use std::sync::{Arc, LazyLock};

use axum::Router;
use axum::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG,
    IF_NONE_MATCH, REFERRER_POLICY, VARY,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use flate2::Compression;
use flate2::write::GzEncoder;
use prost::bytes::Bytes;
use sha2::{Digest as _, Sha256};

/// Scripts, styles, pictures and data come from this server only. Nothing that stands in the page itself is run.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; \
                      base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// The notices of the packages in the page.
pub const NOTICES: &str = include_str!("../../web/dist/licenses.txt");

/// A file of the page.
struct File {
    kind: &'static str,
    plain: &'static [u8],
    compressed: Bytes,
    tag: String,
}

static INDEX: LazyLock<Arc<File>> =
    LazyLock::new(|| File::new("text/html; charset=utf-8", include_bytes!("../../web/dist/index.html")));
static SCRIPT: LazyLock<Arc<File>> =
    LazyLock::new(|| File::new("text/javascript; charset=utf-8", include_bytes!("../../web/dist/page.js")));
static STUDIO: LazyLock<Arc<File>> =
    LazyLock::new(|| File::new("text/javascript; charset=utf-8", include_bytes!("../../web/dist/studio.js")));
static EDITOR: LazyLock<Arc<File>> =
    LazyLock::new(|| File::new("text/javascript; charset=utf-8", include_bytes!("../../web/dist/editor.js")));
static STYLE: LazyLock<Arc<File>> =
    LazyLock::new(|| File::new("text/css; charset=utf-8", include_bytes!("../../web/dist/page.css")));
static ICON: LazyLock<Arc<File>> =
    LazyLock::new(|| File::new("image/svg+xml", include_bytes!("../../web/dist/icon.svg")));
static EXAMPLES: LazyLock<Arc<File>> =
    LazyLock::new(|| File::new("image/webp", include_bytes!("../../web/dist/examples.webp")));

/// The page under each of its addresses, and its files.
pub(crate) fn router() -> Router {
    let mut router = Router::new();
    for (path, file) in [
        ("/", &INDEX),
        ("/jobs/{job}", &INDEX),
        ("/gallery", &INDEX),
        ("/compare", &INDEX),
        ("/farm", &INDEX),
        ("/page.js", &SCRIPT),
        ("/studio.js", &STUDIO),
        ("/editor.js", &EDITOR),
        ("/page.css", &STYLE),
        ("/icon.svg", &ICON),
        ("/examples.webp", &EXAMPLES),
    ] {
        router = router.route(path, get(move |headers: HeaderMap| std::future::ready(file.answer(&headers))));
    }
    router
}

impl File {
    fn new(kind: &'static str, plain: &'static [u8]) -> Arc<Self> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        // Memory takes every write.
        let compressed = encoder.write_all(plain).and_then(|()| encoder.finish()).unwrap_or_default();
        let tag = format!("\"{}\"", base16ct::lower::encode_string(&Sha256::digest(plain)[..16]));
        Arc::new(Self { kind, plain, compressed: compressed.into(), tag })
    }

    fn answer(&self, asked: &HeaderMap) -> Response {
        let header = |name: HeaderName| asked.get(name).and_then(|value| value.to_str().ok()).unwrap_or("");
        // Another version of the program has the same names: browsers ask whether what they have is current.
        let mut response = if header(IF_NONE_MATCH).split(',').any(|tag| tag.trim() == self.tag) {
            StatusCode::NOT_MODIFIED.into_response()
        } else if takes_gzip(header(ACCEPT_ENCODING)) && !self.compressed.is_empty() {
            ([(CONTENT_ENCODING, "gzip")], self.compressed.clone()).into_response()
        } else {
            self.plain.into_response()
        };
        let headers = response.headers_mut();
        for (name, value) in [
            (CONTENT_TYPE, self.kind),
            (CACHE_CONTROL, "no-cache"),
            (CONTENT_SECURITY_POLICY, POLICY),
            (REFERRER_POLICY, "no-referrer"),
            (VARY, "accept-encoding"),
        ] {
            headers.insert(name, HeaderValue::from_static(value));
        }
        if let Ok(tag) = HeaderValue::from_str(&self.tag) {
            headers.insert(ETAG, tag);
        }
        response
    }
}

/// Does a list of encodings name gzip, other than to exclude it?
fn takes_gzip(encodings: &str) -> bool {
    encodings.split(',').any(|one| {
        let (name, weight) = one.split_once(';').unwrap_or((one, ""));
        name.trim().eq_ignore_ascii_case("gzip") && !matches!(weight.trim(), "q=0" | "q=0.0")
    })
}
