//! Spot checks: results are hashed for them, and what comes of them must fit what really happened.

use std::collections::{BTreeMap, BTreeSet};

use clipig_core::{Fence, GradientSum, JobId, SampleReport, Sha256, WorkerName};
use clipig_schedule::digest;
use clipig_schedule::dispatcher::{CheckEnd, CheckOutcome, Note, Opinion};
use clipig_schedule::switchboard::JobCommand;

use crate::coordinator::Queued;
use crate::plant::Plant;
use crate::world::World;

/// A worker that has told so many lies must have been found, where every node is checked and others are idle.
const LIES: usize = 5;

/// What faulty devices have computed, and what the farm says about it.
#[derive(Debug, Default)]
pub(crate) struct Lies {
    /// Is the answer to a lease spoiled? One that is sent again is the same again.
    decided: BTreeMap<Fence, bool>,
    /// Leases whose result was not what an honest worker computes.
    told: BTreeSet<Fence>,
    /// Those of them whose result looks right.
    plausible: BTreeSet<Fence>,
    /// Who told them.
    liars: BTreeSet<WorkerName>,
    /// Jobs that took a plausible one.
    spoiled: BTreeSet<JobId>,
    /// Jobs that were told that their picture may be wrong.
    doubtful: BTreeSet<JobId>,
    /// Was a liar that tells plausible ones ever found?
    found: bool,
}

impl Lies {
    /// Whether the answer to a lease is spoiled: as it was drawn when it was sent first.
    pub(crate) fn decide(&mut self, fence: Fence, drawn: bool) -> bool {
        *self.decided.entry(fence).or_insert(drawn)
    }

    /// A worker answers a lease with something else than it should.
    pub(crate) fn tell(&mut self, fence: Fence, liar: Option<WorkerName>, is_plausible: bool) {
        self.told.insert(fence);
        self.liars.extend(liar);
        if is_plausible {
            self.plausible.insert(fence);
        }
    }

    /// The result under a lease counts for a job.
    pub(crate) fn take(&mut self, fence: Fence, job: JobId) {
        if self.plausible.contains(&fence) {
            self.spoiled.insert(job);
        }
    }

    /// May the picture of a job be another one than the undisturbed one?
    pub(crate) fn has_spoiled(&self, job: JobId) -> bool {
        self.spoiled.contains(&job)
    }

    /// What is wrong at the end of a run in which every node was checked for which somebody was idle.
    pub(crate) fn unnoticed(&self) -> Option<String> {
        if self.plausible.len() > LIES && !self.found {
            return Some(format!("{} lies were told, and nobody was found", self.plausible.len()));
        }
        let untold: Vec<String> = self.spoiled.difference(&self.doubtful).map(ToString::to_string).collect();
        (self.found && !untold.is_empty())
            .then(|| format!("a liar was found, and the jobs {} were not told", untold.join(", ")))
    }
}

impl World {
    /// A result is hashed, and the digest sent to the switchboard.
    pub(crate) fn hash(&mut self, fence: Fence, gradient: &GradientSum, reports: &[Vec<SampleReport>]) {
        let blind = self.plant == Some(Plant::BlindCheck);
        let digest = if blind { Sha256([0; 32]) } else { digest(gradient, reports) };
        self.command(Queued::Job(JobCommand::Digest(fence, digest)));
    }

    /// A check is over.
    pub(crate) fn check_ended(&mut self, end: &CheckEnd) {
        let CheckEnd { revision, node, outcome, fences } = end;
        let lies = fences.iter().filter(|fence| self.lies.told.contains(fence)).count();
        match outcome {
            CheckOutcome::Same => {
                self.figures.checks += 1;
                if lies > 0 && lies < fences.len() {
                    self.violation(&format!(
                        "job {revision}, node {node}: a lie was checked and not noticed"
                    ));
                }
            }
            CheckOutcome::Different => {
                self.figures.differences += 1;
                if lies == 0 {
                    self.violation(&format!("job {revision}, node {node}: results differ, and nobody lied"));
                }
            }
            CheckOutcome::Dropped => {}
        }
    }

    /// The farm accuses somebody.
    pub(crate) fn heed(&mut self, note: &Note) {
        match note {
            Note::Differs(evidence) => {
                let names: Vec<WorkerName> =
                    evidence.at_fault().map(|opinion| opinion.worker.clone()).collect();
                let honest = names.iter().find(|name| !self.lies.liars.contains(*name));
                // One device under two names has two votes, and nobody can know.
                let mut right =
                    evidence.opinions.iter().filter(|opinion| evidence.right == Some(opinion.digest));
                let liars_decide = right.any(|opinion| self.lies.liars.contains(&opinion.worker));
                if let (Some(name), Some(_), false) = (honest, evidence.right, liars_decide) {
                    self.violation(&format!("worker {name} is accused, and has not lied: {evidence}"));
                }
                let lied = |opinion: &&Opinion| self.lies.liars.contains(&opinion.worker);
                let liars = evidence.opinions.iter().filter(lied).count();
                if evidence.right.is_none() && evidence.opinions.len() > 2 && liars < 2 {
                    self.violation(&format!("two honest workers differ: {evidence}"));
                }
                self.lies.found = true;
            }
            Note::Doubtful { job, .. } => {
                self.lies.doubtful.insert(*job);
            }
            _ => {}
        }
    }
}
