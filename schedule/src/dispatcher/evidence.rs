//! What came of checks, and what several workers say of one node.

use std::fmt;

use clipig_core::{Fence, JobRevision, Node, Sha256, Stage, WorkerName};

/// The check of a node that a second worker computed, too, is over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckEnd {
    /// The job.
    pub revision: JobRevision,
    /// The node.
    pub node: Node,
    /// What came of it.
    pub outcome: CheckOutcome,
    /// The leases whose results were, or would have been, compared.
    pub fences: Vec<Fence>,
}

/// What came of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CheckOutcome {
    /// Both results are the same.
    Same,
    /// They differ.
    Different,
    /// It was given up before both were there.
    Dropped,
}

/// Results of a node that differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// The job.
    pub revision: JobRevision,
    /// The stage of the job.
    pub stage: Stage,
    /// The node.
    pub node: Node,
    /// What each worker says, two or three of them.
    pub opinions: Vec<Opinion>,
    /// What most of them say; `None` where no two say the same.
    pub right: Option<Sha256>,
}

/// A result of a node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opinion {
    /// The worker that computed it.
    pub worker: WorkerName,
    /// The [digest](crate::digest()) of it.
    pub digest: Sha256,
    /// Is it the result that went to the job?
    pub merged: bool,
}

impl Evidence {
    pub(super) fn new(revision: JobRevision, stage: Stage, node: Node, opinions: Vec<Opinion>) -> Self {
        let votes = |digest: Sha256| opinions.iter().filter(|opinion| opinion.digest == digest).count();
        let right = opinions.iter().map(|opinion| opinion.digest).find(|digest| votes(*digest) > 1);
        Self { revision, stage, node, opinions, right }
    }

    /// Whoever is not believed any more: those that most others contradict, or all.
    pub fn at_fault(&self) -> impl Iterator<Item = &Opinion> {
        self.opinions.iter().filter(|opinion| self.right != Some(opinion.digest))
    }
}

impl fmt::Display for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { revision, stage, node, opinions, right } = self;
        write!(f, "job {}, {stage}, node {node}: ", revision.job)?;
        for (i, Opinion { worker, digest, merged }) in opinions.iter().enumerate() {
            let comma = if i == 0 { "" } else { ", " };
            let merged = if *merged { ", merged" } else { "" };
            write!(f, "{comma}worker {worker} has {}{merged}", Short(*digest))?;
        }
        match right {
            Some(right) => write!(f, "; most say {}", Short(*right)),
            None => f.write_str("; nobody knows which is right"),
        }
    }
}

/// The first digits of a digest: enough to tell a few of them apart.
struct Short(Sha256);

impl fmt::Display for Short {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.0[..8].iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}
