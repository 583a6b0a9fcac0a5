//! How spans begin.

use std::time::SystemTime;

use crate::context::TraceContext;

/// On which side of a message a span stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Within a process.
    Internal,
    /// It asks another process and waits for the answer.
    Client,
    /// It answers another process. Its parent is there.
    Server,
    /// It gives work to another process.
    Producer,
    /// It does the work that another process gave. Its parent is there.
    Consumer,
}

impl Kind {
    /// Is the parent in another process?
    #[cfg_attr(not(feature = "otlp"), expect(dead_code, reason = "nothing is recorded"))]
    pub(crate) fn has_remote_parent(self) -> bool {
        matches!(self, Self::Server | Self::Consumer)
    }
}

/// How a span begins.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(not(feature = "otlp"), expect(dead_code, reason = "nothing is recorded"))]
pub(crate) struct Begin {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    pub(crate) parent: Option<TraceContext>,
    /// `None`: now.
    pub(crate) since: Option<SystemTime>,
}
