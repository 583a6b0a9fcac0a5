//! A proxy between this machine and the coordinator, as far as it shows.

use tonic::Code;
use tonic::transport::Channel;

use super::super::Finding;
use super::raw::{self, Answer};

const CHECK: &str = "proxy";

/// A call that only reads.
const CHECK_BLOBS: &str = "/clipig.farm.v1.FarmService/CheckBlobs";

/// Hashes in the large request: more than 1 MiB, which nginx takes at most unless told otherwise, and less than the
/// 2 MiB that every coordinator takes. The coordinator refuses it for their number.
const HASHES: usize = 34_000;

/// Headers that proxies leave in answers, besides `server` and `via`.
const TRACES: [(&str, &str); 3] =
    [("x-envoy-upstream-service-time", "Envoy"), ("cf-ray", "Cloudflare"), ("x-amzn-trace-id", "AWS")];

const SEE: &str = "see docs/operations/proxies.md";

/// A coordinator sends neither `server` nor `via`.
pub(super) fn check(answer: &Answer) -> Finding {
    let traces = TRACES.iter().filter(|(name, _)| answer.headers.contains_key(*name));
    let mut signs: Vec<String> = traces.map(|(_, proxy)| (*proxy).to_owned()).collect();
    signs.extend(answer.header("server"));
    signs.extend(answer.header("via").map(|via| format!("via {via}")));
    let Some(first) = signs.first() else { return Finding::ok(CHECK, "none that shows itself") };
    Finding::warning(CHECK, format!("there is one in between: {}", signs.join(", ")), remedy(first))
}

/// What each proxy has to be told; docs/operations/proxies.md explains why.
fn remedy(sign: &str) -> String {
    let sign = sign.to_lowercase();
    let settings = if sign.contains("nginx") {
        "with `grpc_pass` set `client_max_body_size 0; client_body_timeout 1h; grpc_read_timeout 1h; \
         grpc_send_timeout 1h; http2_body_preread_size 4m;`"
    } else if sign.contains("envoy") {
        "set `timeout: 0s` on the route"
    } else if sign.contains("haproxy") {
        "set `timeout client 1h`, `timeout server 1h` and `tune.h2.initial-window-size 4194304`"
    } else {
        "let it keep streams of hours open and take bodies of any size"
    };
    format!("if sessions or watches are cut, {settings}; {SEE}")
}

/// Sends a request that some proxies do not let pass. Nothing is found where it passes.
pub(super) async fn limits(channel: &Channel, token: Option<&str>) -> Option<Finding> {
    // Field 1, 32 bytes each.
    let hash = [&[0x0a, 32][..], &[0; 32]].concat();
    let message = hash.repeat(HASHES);
    let answer = raw::call(channel, CHECK_BLOBS, token, &message).await;
    let why = match answer {
        Ok(answer) => match answer.code() {
            Some(Code::InvalidArgument | Code::Ok) => return None,
            // Other refusals are the farm's own, and reached it.
            Some(_) if answer.http.is_success() => return None,
            _ => format!("HTTP {}", answer.http),
        },
        Err(silence) => silence.to_string(),
    };
    Some(Finding::fault(
        CHECK,
        format!("a request of {} kB does not reach the farm ({why})", message.len() / 1000),
        format!(
            "allow large bodies (nginx: `client_max_body_size 0;`): images and models are uploaded, and workers \
                 send gigabytes; {SEE}"
        ),
    ))
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

    use super::super::super::Verdict;
    use super::*;

    fn answer(headers: &[(&'static str, &'static str)]) -> Answer {
        let headers: HeaderMap = headers
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect();
        let (asked, took) = (SystemTime::now(), Duration::ZERO);
        Answer { http: StatusCode::OK, headers, grpc: None, asked, answered: asked, took }
    }

    #[test]
    fn proxies_are_known_by_their_headers() {
        assert_eq!(check(&answer(&[("date", "x")])).verdict, Verdict::Ok);
        let nginx = check(&answer(&[("server", "nginx/1.22.1")]));
        assert_eq!(nginx.found, "there is one in between: nginx/1.22.1");
        assert!(nginx.remedy.contains("client_max_body_size 0"), "{}", nginx.remedy);
        let envoy = check(&answer(&[("server", "x"), ("x-envoy-upstream-service-time", "3")]));
        assert!(envoy.remedy.contains("timeout: 0s"), "{}", envoy.remedy);
        let other = check(&answer(&[("via", "1.1 edge")]));
        assert!(
            other.found.contains("via 1.1 edge") && other.remedy.contains("docs/operations/proxies.md"),
            "{other:?}"
        );
    }
}
