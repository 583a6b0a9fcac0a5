//! A conversation with the farm: who answers, whether the token is taken, and what the farm says of itself.

use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;
use tonic::Code;
use tonic::transport::Channel;

use super::super::Finding;
use super::super::sheet::Sheet;
use super::address::Place;
use super::raw::{self, Answer};
use super::{overview, proxy, reach};
use crate::arguments::AccessArguments;
use crate::failure::Failure;
use crate::farm::connection::{self, Connection};
use crate::farm::failure::FarmFailure;
use crate::farm::service::Service;
use crate::farm::show::columns::plain;
use crate::farm::time;

/// The cheapest call that needs a token.
const GET_FARM: &str = "/clipig.farm.v1.FarmService/GetFarm";

/// A call of workers. With a hash of zeros it finds nothing and changes nothing.
const FETCH_BLOB: &str = "/clipig.farm.v1.WorkerService/FetchBlob";

/// Clocks that differ by less do no harm.
const APART: Duration = Duration::from_secs(5);

/// The token and where it came from.
pub(super) type Token = Option<(String, String)>;

/// Examines what answers at a place.
pub(super) async fn examine(
    place: &Place,
    token: Token,
    access: &AccessArguments,
    sheet: &mut Sheet,
) -> Result<(), Failure> {
    let overheard = connection::is_overheard(&place.address()) && !access.insecure;
    let token = match token {
        Some((_, origin)) if overheard => {
            sheet.add(not_sent(&origin))?;
            None
        }
        token => token,
    };
    let (secret, origin) = token.clone().unzip();
    let service = Service {
        address: place.address(),
        token_origin: origin.clone(),
        authority: access.tls_ca.as_ref().map(|file| file.display().to_string()),
    };
    let channel = match connect(&service, access).await {
        Ok(channel) => channel,
        Err(_) if is_web_server(place) => return sheet.add(web_server("HTTP/1")),
        Err(fault) => return sheet.add(fault),
    };
    let answer = match raw::call(&channel, GET_FARM, secret.as_deref(), &[]).await {
        Ok(answer) => answer,
        Err(_) if is_web_server(place) => return sheet.add(web_server("HTTP/1")),
        Err(silence) => return sheet.add(silent(&service, &silence)),
    };
    sheet.add(proxy::check(&answer))?;
    if let Some(stranger) = stranger(&answer) {
        return sheet.add(stranger);
    }
    sheet.extend(clock(&answer))?;
    if answer.code() != Some(Code::Ok) {
        let is_workers = is_of_workers(&channel, secret.as_deref()).await;
        return sheet.add(refused(&answer, origin.as_deref(), is_workers));
    }
    sheet.add(accepted(&service, origin.as_deref()))?;
    sheet.extend(proxy::limits(&channel, secret.as_deref()).await)?;
    let connection = match Connection::establish(service.address.clone(), token, access).await {
        Ok(connection) => connection,
        Err(failure) => return sheet.add(from_failure("connection", &failure)),
    };
    sheet.extend(overview::check(&connection, answer.took).await)
}

async fn connect(service: &Service, access: &AccessArguments) -> Result<Channel, Finding> {
    let endpoint = connection::endpoint(&service.address, access)
        .map_err(|failure| from_failure("connection", &failure))?;
    endpoint
        .connect()
        .await
        .map_err(|error| from_failure("connection", &FarmFailure::unreachable(service, &error)))
}

/// A failure, with its help as the remedy.
fn from_failure(check: &'static str, failure: &FarmFailure) -> Finding {
    match failure {
        FarmFailure::Unreachable { why, help, .. } => Finding::fault(check, why.clone(), help.clone()),
        other => {
            let text = other.to_string();
            let (found, remedy) = text.split_once("\nhelp: ").unwrap_or((&text, ""));
            Finding::fault(check, found.to_owned(), remedy.to_owned())
        }
    }
}

pub(super) fn token_unreadable(failure: &FarmFailure) -> Finding {
    Finding::fault(
        "token",
        failure.to_string(),
        "set CLIPIG_TOKEN_FILE or --token-file to a readable file with the token for clients",
    )
}

fn silent(service: &Service, silence: &raw::Silence) -> Finding {
    match silence {
        raw::Silence::Transport(error) => {
            from_failure("connection", &FarmFailure::unreachable(service, error))
        }
        other => Finding::fault(
            "connection",
            format!("somebody listens, but {other}"),
            "look at the coordinator's log, and at its /livez and /readyz",
        ),
    }
}

/// Is it a web server? Asked where HTTP/2 was not understood.
fn is_web_server(place: &Place) -> bool {
    matches!(place, Place::Tcp { tls: false, host, port, .. } if reach::answers_http1(host, *port))
}

fn web_server(what: &str) -> Finding {
    Finding::fault(
        "protocol",
        format!("what answers is a web server, and not a coordinator ({what})"),
        "compare host and port with the coordinator's setting `listen`: 7870, not 7871, which is for the page, probes and \
         metrics",
    )
}

/// Something that is no coordinator of clipig.
fn stranger(answer: &Answer) -> Option<Finding> {
    const CHECK: &str = "protocol";
    let http = answer.http;
    match answer.code() {
        Some(Code::Unimplemented) => Some(Finding::fault(
            CHECK,
            "gRPC answers, but not clipig.farm.v1: it is another service, or an older clipig",
            "compare host and port with the coordinator's setting `listen`",
        )),
        Some(_) => None,
        None if matches!(http.as_u16(), 502..=504) => Some(Finding::fault(
            CHECK,
            format!("a proxy answers, and does not reach the coordinator (HTTP {http})"),
            "start the coordinator, and compare its address with the one in the proxy's settings",
        )),
        None if http.as_u16() == 413 || http.as_u16() == 400 || http.as_u16() == 415 => Some(Finding::fault(
            CHECK,
            format!("what answers does not take gRPC (HTTP {http})"),
            "a proxy must pass gRPC on: `grpc_pass` in nginx; see docs/operations/proxies.md",
        )),
        None => Some(web_server(&format!("HTTP {http}"))),
    }
}

/// Would the farm take this as the token of a worker?
async fn is_of_workers(channel: &Channel, secret: Option<&str>) -> bool {
    let Some(secret) = secret else { return false };
    // Field 1, 32 bytes of zeros.
    let message = [&[0x0a, 32][..], &[0; 32]].concat();
    let answer = raw::call(channel, FETCH_BLOB, Some(secret), &message).await;
    answer.is_ok_and(|answer| answer.code() == Some(Code::NotFound))
}

fn refused(answer: &Answer, origin: Option<&str>, is_workers: bool) -> Finding {
    const CHECK: &str = "token";
    const WHERE: &str = "set CLIPIG_TOKEN_FILE or --token-file to a file with the token for clients";
    let said = answer.grpc.as_ref().map(|status| plain(status.message(), 300)).unwrap_or_default();
    match (answer.code(), origin) {
        (Some(Code::Unauthenticated | Code::PermissionDenied), Some(origin)) if is_workers => {
            Finding::warning(
                CHECK,
                format!(
                    "the one in {origin} is for workers: `clipig worker` can use it, other commands cannot"
                ),
                WHERE,
            )
        }
        (Some(Code::Unauthenticated), None) => {
            Finding::fault(CHECK, "the farm requires a token, and none is set here", WHERE)
        }
        (Some(Code::Unauthenticated), Some(origin)) => Finding::fault(
            CHECK,
            format!("the farm rejects the token in {origin}"),
            "compare it with the coordinator's: `tr -d '[:space:]' < FILE | sha256sum` on both sides",
        ),
        (Some(Code::PermissionDenied), _) => Finding::warning(
            CHECK,
            format!("the farm knows the token, but does not let it look: {said}"),
            WHERE,
        ),
        (Some(Code::Unavailable), _) => Finding::fault(
            "farm",
            format!("it is not ready: {said}"),
            "wait until it has started; its /readyz says what it waits for",
        ),
        (code, _) => Finding::fault(
            "farm",
            format!(
                "it answers with an error: {said} ({})",
                code.map_or_else(String::new, |code| format!("{code:?}"))
            ),
            "look at the coordinator's log",
        ),
    }
}

/// The token of another machine's farm, which every command keeps to itself.
fn not_sent(origin: &str) -> Finding {
    Finding::fault(
        "token",
        format!("the one in {origin} was not sent: without TLS, whoever can read the network would see it"),
        "use https:// in the address, or allow it with --insecure or CLIPIG_INSECURE=1",
    )
}

fn accepted(service: &Service, origin: Option<&str>) -> Finding {
    const CHECK: &str = "token";
    match origin {
        Some(origin) if connection::is_overheard(&service.address) => Finding::warning(
            CHECK,
            format!("the farm accepts the one in {origin}, which was sent unencrypted just now"),
            "use https://: whoever reads the network can use the token",
        ),
        Some(origin) => Finding::ok(CHECK, format!("the farm accepts the one in {origin}")),
        None if connection::is_overheard(&service.address) => Finding::warning(
            CHECK,
            "the farm asks for none and uses no TLS: whoever reaches its address can use it",
            "set `tls` and `tokens` on the coordinator, unless a VPN or a service mesh protects the network",
        ),
        None => Finding::ok(CHECK, "the farm asks for none"),
    }
}

/// The clock of whoever answered, by the header `date`, which has whole seconds.
fn clock(answer: &Answer) -> Option<Finding> {
    let date = answer.header("date")?;
    let theirs = DateTimeParser::new().parse_timestamp(&date).ok()?;
    let (asked, answered) =
        (Timestamp::try_from(answer.asked).ok()?, Timestamp::try_from(answer.answered).ok()?);
    Some(judge_clock(theirs, asked, answered))
}

/// `theirs` was read between the other two times, and has lost its fraction of a second.
fn judge_clock(theirs: Timestamp, asked: Timestamp, answered: Timestamp) -> Finding {
    const CHECK: &str = "clock";
    const REMEDY: &str = "let both clocks follow NTP (`timedatectl set-ntp true`): certificates and times in lists depend \
                          on them";
    let seconds = |from: Timestamp, to: Timestamp| to.duration_since(from).as_secs_f64();
    // At least so far ahead, and at least so far behind.
    let ahead = seconds(answered, theirs);
    let behind = seconds(theirs, asked) - 1.0;
    let apart = APART.as_secs_f64();
    if ahead > apart {
        let found = format!("the farm's is {} ahead of this machine's", time::duration(ahead));
        return Finding::warning(CHECK, found, REMEDY);
    }
    if behind > apart {
        let found = format!("the farm's is {} behind this machine's", time::duration(behind));
        return Finding::warning(CHECK, found, REMEDY);
    }
    Finding::ok(CHECK, "the farm's agrees with this machine's to a few seconds")
}

#[cfg(test)]
mod tests {
    use super::super::super::Verdict;
    use super::*;

    #[test]
    fn clocks_are_compared_in_spite_of_whole_seconds_and_slow_networks() {
        let at = |seconds: f64| Timestamp::from_microsecond((seconds * 1e6) as i64).unwrap();
        let judged =
            |theirs: f64, asked: f64, answered: f64| judge_clock(at(theirs), at(asked), at(answered));
        assert_eq!(judged(100.0, 100.2, 100.9).verdict, Verdict::Ok);
        assert_eq!(judged(105.0, 100.2, 100.9).verdict, Verdict::Ok);
        assert_eq!(judged(100.0, 90.0, 110.0).verdict, Verdict::Ok, "a slow answer");
        assert_eq!(judged(300.0, 100.2, 100.9).found, "the farm's is 3 min 19 s ahead of this machine's");
        assert_eq!(judged(100.0, 301.5, 302.0).found, "the farm's is 3 min 20 s behind this machine's");
    }
}
