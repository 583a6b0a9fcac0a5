//! Whether anybody is at the farm's address.

use std::io::{self, Read as _, Write as _};
use std::net::{IpAddr, SocketAddr, TcpStream, ToSocketAddrs as _};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::{Duration, Instant};

use clipig_proto::connect_error::ConnectError;

use super::super::Finding;

/// How long each address may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// A name may have many addresses.
const ADDRESSES: usize = 8;

/// What was met at an address.
pub(super) struct Reached {
    pub(super) findings: Vec<Finding>,
    /// A connection over a network that nothing has been sent on.
    pub(super) stream: Option<TcpStream>,
    pub(super) is_there: bool,
}

impl Reached {
    fn nobody(finding: Finding) -> Self {
        Self { findings: vec![finding], stream: None, is_there: false }
    }
}

pub(super) fn socket(path: &Path) -> Reached {
    const CHECK: &str = "connection";
    match UnixStream::connect(path) {
        Ok(_) => {
            let found = Finding::ok(CHECK, format!("somebody listens at the socket {}", path.display()));
            Reached { findings: vec![found], stream: None, is_there: true }
        }
        Err(error) => {
            let why = ConnectError::of(&error);
            let remedy = why.help(None).unwrap_or_else(|| {
                "start the coordinator, and compare the path with its setting `listen`".to_owned()
            });
            Reached::nobody(Finding::fault(CHECK, format!("{}: {why}", path.display()), remedy))
        }
    }
}

pub(super) fn network(host: &str, port: u16) -> Reached {
    let started = Instant::now();
    let looked_up = (host, port).to_socket_addrs().map(Iterator::collect::<Vec<SocketAddr>>);
    let took = started.elapsed();
    let mut findings = Vec::new();
    let addresses = match looked_up {
        Ok(mut addresses) if !addresses.is_empty() => {
            addresses.truncate(ADDRESSES);
            addresses
        }
        found => return Reached::nobody(no_such_name(host, found.err())),
    };
    if host.parse::<IpAddr>().is_err() {
        let ips: Vec<String> = addresses.iter().map(|address| address.ip().to_string()).collect();
        findings.push(Finding::ok(
            "name",
            format!("{host} is {} (asked for {} ms)", ips.join(" and "), took.as_millis()),
        ));
    }
    let mut stream = None;
    let mut refused = Vec::new();
    for address in addresses {
        let started = Instant::now();
        match TcpStream::connect_timeout(&address, PATIENCE) {
            Ok(connected) if stream.is_none() => {
                let took = started.elapsed().as_secs_f64() * 1e3;
                findings.push(Finding::ok("connection", format!("{address} answers within {took:.1} ms")));
                stream = Some(connected);
            }
            Ok(_) => {}
            Err(error) => refused.push((address, error)),
        }
    }
    let is_there = stream.is_some();
    findings.extend(refused.into_iter().map(|(address, error)| unreachable(address, &error, is_there)));
    Reached { findings, stream, is_there }
}

/// Is a request of HTTP/1 answered, as web servers do?
pub(super) fn answers_http1(host: &str, port: u16) -> bool {
    let ask = |address| -> io::Result<[u8; 6]> {
        let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        stream
            .write_all(format!("HEAD / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").as_bytes())?;
        let mut answer = [0; 6];
        stream.read_exact(&mut answer)?;
        Ok(answer)
    };
    let Ok(mut addresses) = (host, port).to_socket_addrs() else { return false };
    addresses.find_map(|address| ask(address).ok()).is_some_and(|answer| answer == *b"HTTP/1")
}

fn no_such_name(host: &str, error: Option<io::Error>) -> Finding {
    let why = error.map_or(String::new(), |error| format!(" ({error})"));
    Finding::fault(
        "name",
        format!("there is no machine of the name `{host}`{why}"),
        format!("compare the name in the address; `getent hosts {host}` asks the system's resolver"),
    )
}

/// `elsewhere`: another address of the same name answers.
fn unreachable(address: SocketAddr, error: &io::Error, elsewhere: bool) -> Finding {
    let why = ConnectError::of(error);
    let found = format!("{address}: {why}");
    if elsewhere {
        let remedy = "the name has another address that answers; take this one out of the DNS, or let the coordinator \
                      listen on it (`listen = \"[::]:7870\"` is IPv6 and IPv4)";
        return Finding::warning("connection", found, remedy);
    }
    let remedy = match why {
        ConnectError::Refused => {
            "start the coordinator there (`clipig-coordinator`); if it runs, compare the port with its setting \
             `listen`, which is loopback only unless told otherwise"
        }
        ConnectError::TimedOut => {
            "a firewall may drop the packets: allow the port (7870/tcp) on the way to the coordinator"
        }
        _ => "compare address and routes; `ping` and `traceroute` show how far packets come",
    };
    Finding::fault("connection", found, remedy)
}

#[cfg(test)]
mod tests {
    use super::super::super::Verdict;
    use super::*;

    #[test]
    fn one_address_of_several_is_enough() {
        let address: SocketAddr = "[::1]:7870".parse().unwrap();
        let refused = io::Error::from(io::ErrorKind::ConnectionRefused);
        assert_eq!(unreachable(address, &refused, true).verdict, Verdict::Warning);
        assert_eq!(unreachable(address, &refused, false).verdict, Verdict::Fault);
        let late = unreachable(address, &io::ErrorKind::TimedOut.into(), false);
        assert!(late.remedy.contains("firewall"), "{}", late.remedy);
    }
}
