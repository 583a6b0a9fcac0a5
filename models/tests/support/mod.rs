//! A small HTTP server that can misbehave, and a small file that passes for RN101.

#![allow(dead_code, reason = "each test file uses a part of it")]

use std::{
    io::{BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex, OnceLock},
    time::Duration,
};

use clipig_models::{PullOptions, Store};
pub(crate) use clipig_testing::model_file::{self, float16_file};

/// How the server treats one request.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Answer {
    /// All that is asked for, ranges included.
    Whole,
    /// As many bytes of it, then the connection closes.
    Cut(usize),
    /// The whole file from its beginning, whatever range is asked for; then as `Cut`.
    NoRange(usize),
    /// An error status.
    Status(u16),
}

/// What the server saw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Request {
    pub(crate) path: String,
    pub(crate) range: Option<String>,
    pub(crate) if_range: Option<String>,
}

pub(crate) struct Server {
    pub(crate) url: String,
    state: Arc<Mutex<State>>,
}

struct State {
    body: &'static [u8],
    tag: String,
    answers: Vec<Answer>,
    requests: Vec<Request>,
}

impl Server {
    /// Serves the body at every path; the answers are used up in order, then it is `Whole`.
    pub(crate) fn start(body: &'static [u8], answers: &[Answer]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("it is bound"));
        let mut answers = answers.to_vec();
        answers.reverse();
        let state = State { body, tag: "\"v1\"".to_owned(), answers, requests: Vec::new() };
        let state = Arc::new(Mutex::new(state));
        let served = Arc::clone(&state);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                // A client that goes away early is what some tests are about.
                let _ = serve(&stream, &served);
            }
        });
        Self { url, state }
    }

    pub(crate) fn requests(&self) -> Vec<Request> {
        self.state.lock().unwrap().requests.clone()
    }

    /// Puts another version of the file there.
    pub(crate) fn change(&self, body: &'static [u8]) {
        let mut state = self.state.lock().unwrap();
        state.body = body;
        state.tag = String::from("\"v2\"");
    }
}

fn serve(stream: &TcpStream, state: &Mutex<State>) -> std::io::Result<()> {
    let request = read_request(stream)?;
    let (body, tag, answer) = {
        let mut state = state.lock().unwrap();
        state.requests.push(request.clone());
        let answer = state.answers.pop().unwrap_or(Answer::Whole);
        (state.body, state.tag.clone(), answer)
    };
    let (cut, ranges) = match answer {
        Answer::Whole => (body.len(), true),
        Answer::Cut(cut) => (cut, true),
        Answer::NoRange(cut) => (cut, false),
        Answer::Status(status) => {
            let head = format!("HTTP/1.1 {status} Sorry\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            return (&*stream).write_all(head.as_bytes());
        }
    };
    let same_version = request.if_range.as_ref().is_none_or(|wanted| *wanted == tag);
    let start =
        request.range.as_ref().and_then(|r| r.strip_prefix("bytes=")?.strip_suffix('-')?.parse().ok());
    let start: usize = start.filter(|_| ranges && same_version).unwrap_or(0);
    let head = if start == 0 {
        format!(
            "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nETag: {tag}\r\nConnection: close\r\n\r\n",
            body.len()
        )
    } else if start >= body.len() {
        format!(
            "HTTP/1.1 416 No\r\nContent-Range: bytes */{}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
            body.len()
        )
    } else {
        let (rest, last) = (body.len() - start, body.len() - 1);
        format!(
            "HTTP/1.1 206 Partial\r\nContent-Range: bytes {start}-{last}/{}\r\nContent-Length: {rest}\r\n\
             ETag: {tag}\r\nConnection: close\r\n\r\n",
            body.len()
        )
    };
    let mut stream = stream;
    stream.write_all(head.as_bytes())?;
    let rest = body.get(start..).unwrap_or_default();
    stream.write_all(&rest[..cut.min(rest.len())])?;
    stream.flush()
}

fn read_request(stream: &TcpStream) -> std::io::Result<Request> {
    let mut lines = BufReader::new(stream).lines();
    let first = lines.next().transpose()?.unwrap_or_default();
    let path = first.split(' ').nth(1).unwrap_or_default().to_owned();
    let mut request = Request { path, range: None, if_range: None };
    for line in lines {
        let line = line?;
        let Some((name, value)) = line.split_once(": ") else { break };
        match name.to_lowercase().as_str() {
            "range" => request.range = Some(value.to_owned()),
            "if-range" => request.if_range = Some(value.to_owned()),
            _ => {}
        }
    }
    Ok(request)
}

/// One of two safetensors files with the dimensions of RN101 (100 MB), number 1 or 2.
pub(crate) fn weights(number: u8) -> &'static [u8] {
    static FILES: [OnceLock<Vec<u8>>; 2] = [const { OnceLock::new() }; 2];
    FILES[usize::from(number) - 1].get_or_init(|| float16_file(&model_file::rn101(), number))
}

/// A store in a temporary folder, filled from this address.
pub(crate) fn store(url: &str) -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let store = Store::at(folder.path().join("models")).with_base_url(url);
    (folder, store)
}

/// Without the long pauses, and with patience for a busy machine.
pub(crate) fn quick() -> PullOptions {
    let (pause, stall) = (Duration::from_millis(1), Duration::from_mins(2));
    PullOptions { attempts: 3, pause, stall, ..PullOptions::default() }
}
