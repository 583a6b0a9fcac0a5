//! One file from a server, through interruptions.
//!
//! The bytes gather in a `.part` file. After an interruption, in this run or in a later one, the
//! transfer goes on where it stopped, if the server can do that and still has the same file.

use std::{
    fs::{File, OpenOptions},
    io::{Read, Write},
    path::{Path, PathBuf},
    time::Duration,
};

use ureq::{Agent, Body, http::Response};

use crate::error::ModelError;

/// How to pull.
#[derive(Debug, Clone)]
pub struct PullOptions {
    /// Pulls again what is there, and accepts another hash than was recorded at first use (never
    /// another than is part of clipig).
    pub replace: bool,
    /// Attempts in a row that bring nothing before it is given up.
    pub attempts: u32,
    /// Pause after the first such attempt; it doubles each time.
    pub pause: Duration,
    /// Longest silence of the server.
    pub stall: Duration,
}

impl Default for PullOptions {
    fn default() -> Self {
        Self { replace: false, attempts: 6, pause: Duration::from_secs(1), stall: Duration::from_secs(30) }
    }
}

/// How far a pull is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// Another clipig is pulling the same model; this one waits for it.
    Waiting,
    /// Bytes that are there, and how many there will be where the server says so.
    Transfer {
        /// Bytes so far, those of earlier runs included.
        have: u64,
        /// Bytes in all.
        total: Option<u64>,
    },
    /// The transfer broke off and will be tried again.
    Retry(Retry),
    /// All bytes are there; their hash is being compared.
    Checking,
}

/// A pause before another attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Retry {
    /// How many attempts in a row brought nothing.
    pub attempt: u32,
    /// How long the pause is.
    pub wait: Duration,
    /// What happened.
    pub why: String,
}

/// Bigger than any CLIP model; a server that promises more is not believed.
const LARGEST_FILE: u64 = 32 << 30;
/// A pause is never longer.
const LONGEST_WAIT: Duration = Duration::from_secs(30);
/// A server that was never reached is given up sooner than one that breaks off.
const ATTEMPTS_TO_CONNECT: u32 = 3;
const BUFFER: usize = 1 << 18;

/// What to get, and where to.
pub(crate) struct Download<'a> {
    pub(crate) name: &'a str,
    pub(crate) url: &'a str,
    pub(crate) part: &'a Path,
    /// The hash is known: pieces of different versions cannot go unnoticed.
    pub(crate) hash_known: bool,
    pub(crate) options: &'a PullOptions,
}

/// Why an attempt ended early.
enum Failure {
    /// Nothing will change it.
    Final(ModelError),
    /// Perhaps it works the next time.
    Passing { why: String, reached: bool },
}

impl Download<'_> {
    /// Gets the whole file into the part file.
    pub(crate) fn run(&self, progress: &mut dyn FnMut(Progress)) -> Result<(), ModelError> {
        let agent = self.agent();
        // A server that cannot resume starts from zero each time: only getting further counts.
        let (mut furthest, mut failures, mut ever_reached) = (self.have(), 0, false);
        loop {
            let (why, reached) = match self.attempt(&agent, progress) {
                Ok(()) => return Ok(()),
                Err(Failure::Final(error)) => return Err(error),
                Err(Failure::Passing { why, reached }) => (why, reached),
            };
            ever_reached |= reached;
            if self.have() > furthest {
                furthest = self.have();
                failures = 0;
            }
            failures += 1;
            let limit = if ever_reached {
                self.options.attempts
            } else {
                self.options.attempts.min(ATTEMPTS_TO_CONNECT)
            };
            if failures >= limit {
                let (name, url) = (self.name.to_owned(), self.url.to_owned());
                return Err(if ever_reached {
                    ModelError::Interrupted { url, attempts: failures, why }
                } else {
                    ModelError::Offline { name, url, why }
                });
            }
            let wait = self.options.pause.saturating_mul(1 << (failures - 1).min(10)).min(LONGEST_WAIT);
            tracing::debug!(url = self.url, %why, ?wait, "trying again");
            progress(Progress::Retry(Retry { attempt: failures, wait, why }));
            std::thread::sleep(wait);
        }
    }

    /// The proxy comes from the environment (`HTTPS_PROXY`, `NO_PROXY`, …).
    fn agent(&self) -> Agent {
        let stall = Some(self.options.stall);
        Agent::config_builder()
            .http_status_as_error(false)
            .user_agent(concat!("clipig/", env!("CARGO_PKG_VERSION")))
            .timeout_connect(stall)
            .timeout_recv_response(stall)
            .timeout_per_read(stall)
            .build()
            .new_agent()
    }

    fn have(&self) -> u64 {
        self.part.metadata().map_or(0, |m| m.len())
    }

    /// Where the server's mark of the file's version is kept between attempts.
    fn version_file(&self) -> PathBuf {
        self.part.with_added_extension("version")
    }

    fn attempt(&self, agent: &Agent, progress: &mut dyn FnMut(Progress)) -> Result<(), Failure> {
        let version = std::fs::read_to_string(self.version_file()).ok().filter(|v| !v.is_empty());
        let have = if version.is_some() || self.hash_known { self.have() } else { 0 };
        let mut request = agent.get(self.url);
        if have > 0 {
            request = request.header("Range", format!("bytes={have}-"));
            if let Some(version) = &version {
                request = request.header("If-Range", version);
            }
        }
        let response = request.call().map_err(|error| self.unanswered(&error))?;
        match response.status().as_u16() {
            200 => self.receive(response, 0, progress),
            206 if starts_at(&response) == Some(have) => self.receive(response, have, progress),
            416 if have > 0 && whole_length(&response) == Some(have) => Ok(()),
            206 | 416 => {
                self.discard();
                Err(passing("the server has other bytes than before"))
            }
            status @ (408 | 429 | 500..) => Err(passing(format!("the server answered {status}"))),
            status => Err(Failure::Final(ModelError::Refused { url: self.url.to_owned(), status })),
        }
    }

    /// Appends the body to what is there from byte 0 to `have`.
    fn receive(
        &self,
        response: Response<Body>,
        mut have: u64,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<(), Failure> {
        let io = |source| Failure::Final(ModelError::io("write", self.part, source));
        let mut file = if have == 0 {
            let version = version(&response).unwrap_or_default();
            std::fs::write(self.version_file(), version).map_err(io)?;
            File::create(self.part).map_err(io)?
        } else {
            OpenOptions::new().append(true).open(self.part).map_err(io)?
        };
        let total = response.body().content_length().map(|rest| have.saturating_add(rest));
        if total.is_some_and(|total| total > LARGEST_FILE) {
            let why = format!("it promises {} bytes", total.unwrap_or_default());
            return Err(Failure::Final(ModelError::BadRequest { url: self.url.to_owned(), why }));
        }
        let mut body = response.into_body().into_with_config().limit(LARGEST_FILE).reader();
        let mut buffer = vec![0; BUFFER];
        progress(Progress::Transfer { have, total });
        loop {
            let n = body.read(&mut buffer).map_err(|error| passing(error.to_string()))?;
            if n == 0 {
                break;
            }
            file.write_all(&buffer[..n]).map_err(io)?;
            have += n as u64;
            progress(Progress::Transfer { have, total });
        }
        match total {
            Some(total) if have != total => Err(passing(format!("it ended after {have} of {total} bytes"))),
            _ => Ok(()),
        }
    }

    /// Forgets what is there.
    pub(crate) fn discard(&self) {
        // What cannot be removed is overwritten by the next attempt.
        let _ = std::fs::remove_file(self.part);
        let _ = std::fs::remove_file(self.version_file());
    }

    /// Tidies up after the part file has got its final name.
    pub(crate) fn finish(&self) {
        let _ = std::fs::remove_file(self.version_file());
    }

    /// No answer came at all.
    fn unanswered(&self, error: &ureq::Error) -> Failure {
        use ureq::Error;
        let why = error.to_string();
        match error {
            Error::BadUri(_)
            | Error::Http(_)
            | Error::InvalidProxyUrl
            | Error::TooManyRedirects
            | Error::RedirectFailed => {
                Failure::Final(ModelError::BadRequest { url: self.url.to_owned(), why })
            }
            _ => Failure::Passing { why, reached: false },
        }
    }
}

fn passing(why: impl Into<String>) -> Failure {
    Failure::Passing { why: why.into(), reached: true }
}

fn header<'a>(response: &'a Response<Body>, name: &str) -> Option<&'a str> {
    response.headers().get(name)?.to_str().ok()
}

/// What tells one version of the file from another: a strong tag, else the date.
fn version(response: &Response<Body>) -> Option<&str> {
    let tag = header(response, "etag").filter(|tag| !tag.starts_with("W/"));
    tag.or_else(|| header(response, "last-modified"))
}

/// The first byte of a partial answer: `Content-Range: bytes 10-99/100`.
fn starts_at(response: &Response<Body>) -> Option<u64> {
    header(response, "content-range")?.strip_prefix("bytes ")?.split('-').next()?.trim().parse().ok()
}

/// The whole length in an answer about ranges: `Content-Range: bytes */100`.
fn whole_length(response: &Response<Body>) -> Option<u64> {
    header(response, "content-range")?.rsplit('/').next()?.trim().parse().ok()
}
