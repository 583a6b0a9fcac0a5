//! The same two questions to a coordinator: it answers them at its `http_listen`, in plain HTTP, because probes there need
//! no TLS. Images have no shell and no curl that could ask.

use std::io::{self, Read as _, Write as _};
use std::net::TcpStream;
use std::sync::mpsc;
use std::time::Duration;

/// An answer is shorter.
const MOST_BYTES: u64 = 64 << 10;

/// Why a coordinator has given no answer.
#[derive(Debug, thiserror::Error)]
pub enum AskCoordinatorError {
    /// Nobody listens at the address, or the connection broke off.
    #[error("no coordinator answers at {address}: {error}")]
    Unreachable {
        /// Host and port.
        address: String,
        /// What the system says.
        error: io::Error,
    },
    /// The process is there and does not answer.
    #[error("the coordinator at {address} does not answer within {} s", patience.as_secs_f64())]
    Silent {
        /// Host and port.
        address: String,
        /// How long it was waited for.
        patience: Duration,
    },
    /// Something else listens there.
    #[error("what answers at {address} is not a coordinator")]
    Garbled {
        /// Host and port.
        address: String,
    },
}

/// Asks the coordinator whose `http_listen` this is, such as `127.0.0.1:7871`, whether it is live, or even ready. An inner
/// error is its reason in words.
///
/// # Errors
/// When it does not answer in that time, in full. Such a coordinator is neither live nor ready.
pub fn ask_coordinator(
    address: &str,
    ready: bool,
    patience: Duration,
) -> Result<Result<(), String>, AskCoordinatorError> {
    // On a thread of its own: looking a name up can block, and no option limits it.
    let (tell, told) = mpsc::channel();
    let asked = address.to_owned();
    let path = if ready { "/readyz" } else { "/livez" };
    std::thread::spawn(move || tell.send(talk(&asked, path)));
    let address = address.to_owned();
    match told.recv_timeout(patience) {
        Ok(Ok(answer)) => judged(&answer).ok_or(AskCoordinatorError::Garbled { address }),
        Ok(Err(error)) => Err(AskCoordinatorError::Unreachable { address, error }),
        Err(_) => Err(AskCoordinatorError::Silent { address, patience }),
    }
}

fn talk(address: &str, path: &str) -> io::Result<String> {
    let mut stream = TcpStream::connect(address)?;
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")?;
    let mut bytes = Vec::new();
    stream.take(MOST_BYTES).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// 200 is yes, 503 is no; the body says why. Everything else is no answer of a coordinator.
fn judged(answer: &str) -> Option<Result<(), String>> {
    let (head, body) = answer.split_once("\r\n\r\n")?;
    let status = head.strip_prefix("HTTP/1.1 ")?.split_whitespace().next()?;
    match status {
        "200" => Some(Ok(())),
        "503" => Some(Err(body.trim().replace('\n', " "))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    /// Answers one request, and says what was asked.
    fn server(answer: &'static str) -> (String, std::thread::JoinHandle<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let asked = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = Vec::new();
            while !request.ends_with(b"\r\n\r\n") {
                let mut byte = [0];
                stream.read_exact(&mut byte).unwrap();
                request.push(byte[0]);
            }
            stream.write_all(answer.as_bytes()).unwrap();
            String::from_utf8(request).unwrap()
        });
        (address, asked)
    }

    #[test]
    fn a_coordinator_says_yes_or_why_not() {
        let patience = Duration::from_mins(1);
        let (address, asked) = server("HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nalive\n");
        assert_eq!(ask_coordinator(&address, false, patience).unwrap(), Ok(()));
        assert!(asked.join().unwrap().starts_with("GET /livez HTTP/1.1\r\n"));
        let (address, asked) = server("HTTP/1.1 503 Service Unavailable\r\n\r\nthe store hangs\n");
        assert_eq!(ask_coordinator(&address, true, patience).unwrap(), Err("the store hangs".to_owned()));
        assert!(asked.join().unwrap().starts_with("GET /readyz HTTP/1.1\r\n"));
    }

    #[test]
    fn who_is_no_coordinator_is_not_ready() {
        let patience = Duration::from_mins(1);
        let (address, asked) = server("220 mail.example.org ESMTP\r\n");
        let error = ask_coordinator(&address, true, patience).unwrap_err();
        assert!(matches!(error, AskCoordinatorError::Garbled { .. }), "{error}");
        asked.join().unwrap();
        for other in ["", "HTTP/1.1 404 Not Found\r\n\r\n", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 \r\n\r\n"] {
            assert_eq!(judged(other), None, "{other:?}");
        }
        let error = ask_coordinator("127.0.0.1:0", true, patience).unwrap_err();
        assert!(matches!(error, AskCoordinatorError::Unreachable { .. }), "{error}");
    }

    #[test]
    fn a_coordinator_that_is_stopped_does_not_hold_the_question_up() {
        // The system accepts the connection, and nobody answers.
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let error = ask_coordinator(&address, true, Duration::from_millis(50)).unwrap_err();
        assert!(matches!(error, AskCoordinatorError::Silent { .. }), "{error}");
    }
}
