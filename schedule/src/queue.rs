//! Which waiting jobs start, and why the others wait.

use std::fmt;
use std::time::Duration;

use clipig_core::JobId;
use clipig_core::{DeviceClass, WorkerKind};

/// A job in the queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaitingJob {
    /// The job.
    pub job: JobId,
    /// Higher goes first.
    pub priority: i32,
    /// Did the coordinator's restart interrupt it? Such jobs go before all others.
    pub interrupted: bool,
    /// What it may be computed by.
    pub request: KindRequest,
}

/// Which kind of worker a job asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KindRequest {
    /// The best that there is.
    Auto,
    /// The best of a class.
    Class(DeviceClass),
    /// The one that it has begun with.
    Begun(WorkerKind),
    /// Preferably the one that it has begun with; others will do, too.
    Mixed(WorkerKind),
}

/// A worker that takes work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServingWorker {
    /// Its kind.
    pub kind: WorkerKind,
    /// Shards that it computes side by side with one thread each.
    pub cores: u32,
}

/// A running job, as far as its place is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunningPlace {
    /// The job.
    pub job: JobId,
    /// For how long no worker that it needs has taken work; `None` where one does.
    pub alone: Option<Duration>,
}

/// What the queue decides.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Admission {
    /// Jobs that start now, with the kind that computes them, in order.
    pub start: Vec<(JobId, WorkerKind)>,
    /// Jobs that wait, in order, and why.
    pub wait: Vec<(JobId, WaitReason)>,
}

/// Why a job waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WaitReason {
    /// As many run as may.
    Places {
        /// Jobs that run.
        running: usize,
        /// Jobs that wait before it.
        ahead: usize,
        /// How many may run at once.
        most: usize,
    },
    /// No worker that takes work is of a kind that it asks for.
    NoWorker {
        /// What it asks for.
        request: KindRequest,
        /// Kinds of the workers that take work.
        serving: Vec<WorkerKind>,
    },
}

/// Decides which of the waiting jobs start, while `running` others run and at most `most` may. Interrupted jobs come
/// first, then those of higher priority, then those of lower number. A job for which there is no worker does not hold up
/// those behind it.
pub fn admit(waiting: &[WaitingJob], running: usize, most: usize, workers: &[ServingWorker]) -> Admission {
    let mut order: Vec<&WaitingJob> = waiting.iter().collect();
    order.sort_by_key(|job| (!job.interrupted, std::cmp::Reverse(job.priority), job.job));
    let mut admission = Admission::default();
    let mut ahead = 0;
    for waiting in order {
        let running = running + admission.start.len();
        match choose_kind(&waiting.request, workers) {
            None => {
                let (request, serving) = (waiting.request.clone(), kinds(workers));
                admission.wait.push((waiting.job, WaitReason::NoWorker { request, serving }));
            }
            Some(kind) if running < most => admission.start.push((waiting.job, kind)),
            Some(_) => {
                admission.wait.push((waiting.job, WaitReason::Places { running, ahead, most }));
                ahead += 1;
            }
        }
    }
    admission
}

/// Which running jobs give up their places: those that no worker has served for `timeout`, the longest first, and no
/// more than there are jobs that wait for nothing but a place.
pub fn yielding(running: &[RunningPlace], admission: &Admission, timeout: Duration) -> Vec<JobId> {
    let places = admission.wait.iter().filter(|(_, reason)| matches!(reason, WaitReason::Places { .. }));
    let mut alone: Vec<(Duration, JobId)> = running
        .iter()
        .filter_map(|place| Some((place.alone.filter(|alone| *alone >= timeout)?, place.job)))
        .collect();
    alone.sort_by_key(|(alone, job)| (std::cmp::Reverse(*alone), *job));
    alone.into_iter().take(places.count()).map(|(_, job)| job).collect()
}

/// The kind that computes a job: GPUs before CPUs, then the kind with the most cores. `None` where no worker is of a
/// kind that is asked for.
pub fn choose_kind(request: &KindRequest, workers: &[ServingWorker]) -> Option<WorkerKind> {
    match request {
        KindRequest::Begun(kind) => workers.iter().any(|worker| worker.kind == *kind).then(|| kind.clone()),
        KindRequest::Mixed(kind) if !workers.is_empty() => Some(kind.clone()),
        KindRequest::Mixed(_) => None,
        KindRequest::Auto => best(workers.iter()),
        KindRequest::Class(class) => best(workers.iter().filter(|worker| worker.kind.class == *class)),
    }
}

fn best<'a>(workers: impl Iterator<Item = &'a ServingWorker>) -> Option<WorkerKind> {
    let mut cores: std::collections::BTreeMap<&WorkerKind, u64> = std::collections::BTreeMap::new();
    for worker in workers {
        *cores.entry(&worker.kind).or_default() += u64::from(worker.cores);
    }
    // Of equals the first by name, so that two looks at the same workers agree.
    let best = cores.into_iter().rev().max_by_key(|(kind, cores)| (kind.class == DeviceClass::Cuda, *cores));
    best.map(|(kind, _)| kind.clone())
}

fn kinds(workers: &[ServingWorker]) -> Vec<WorkerKind> {
    let mut kinds: Vec<WorkerKind> = workers.iter().map(|worker| worker.kind.clone()).collect();
    kinds.sort_unstable();
    kinds.dedup();
    kinds
}

impl fmt::Display for WaitReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Places { running, ahead, most } => {
                match running {
                    1 => f.write_str("one job runs")?,
                    running => write!(f, "{running} jobs run")?,
                }
                match ahead {
                    0 => {}
                    1 => f.write_str(" and one of higher or equal priority waits before it")?,
                    ahead => write!(f, " and {ahead} of higher or equal priority wait before it")?,
                }
                write!(f, "; at most {most} run at once (`max_running_jobs`)")
            }
            Self::NoWorker { serving, .. } if serving.is_empty() => f.write_str(
                "no worker takes work; `clipig worker` starts one, `clipig workers` shows those there are",
            ),
            Self::NoWorker { request: KindRequest::Class(DeviceClass::Cuda), .. } => {
                f.write_str("no worker with a GPU takes work; `clipig workers` shows those there are")
            }
            Self::NoWorker { request: KindRequest::Class(DeviceClass::Cpu), .. } => {
                f.write_str("no worker with a CPU takes work; `clipig workers` shows those there are")
            }
            Self::NoWorker { request: KindRequest::Begun(kind) | KindRequest::Mixed(kind), serving } => {
                let kinds: Vec<String> = serving.iter().map(ToString::to_string).collect();
                write!(
                    f,
                    "it was begun on {kind}, and no such worker takes work; there are: {}",
                    kinds.join("; ")
                )
            }
            Self::NoWorker { request: KindRequest::Auto, .. } => f.write_str("no worker takes work"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn kind(class: DeviceClass, model: &str) -> WorkerKind {
        WorkerKind { class, model: model.into(), libtorch: "2.11".into(), capability: String::new() }
    }

    fn cpu(model: &str, cores: u32) -> ServingWorker {
        ServingWorker { kind: kind(DeviceClass::Cpu, model), cores }
    }

    fn waiting(job: u64, priority: i32) -> WaitingJob {
        WaitingJob { job: JobId(job), priority, interrupted: false, request: KindRequest::Auto }
    }

    #[test]
    fn interrupted_jobs_then_priority_then_number() {
        let mut jobs = [waiting(1, 0), waiting(2, 5), waiting(3, 5), waiting(4, -3)];
        jobs[3].interrupted = true;
        let admission = admit(&jobs, 1, 3, &[cpu("a", 2)]);
        let started: Vec<u64> = admission.start.iter().map(|(job, _)| job.0).collect();
        assert_eq!(started, [4, 2]);
        let reasons: Vec<String> = admission.wait.iter().map(|(_, reason)| reason.to_string()).collect();
        assert_eq!(
            reasons,
            [
                "3 jobs run; at most 3 run at once (`max_running_jobs`)",
                "3 jobs run and one of higher or equal priority waits before it; at most 3 run at once \
                 (`max_running_jobs`)",
            ]
        );
    }

    #[test]
    fn a_job_without_workers_keeps_nobody_waiting() {
        let mut jobs = [waiting(1, 10), waiting(2, 0)];
        jobs[0].request = KindRequest::Class(DeviceClass::Cuda);
        let admission = admit(&jobs, 0, 1, &[cpu("a", 2)]);
        assert_eq!(admission.start[0].0, JobId(2));
        let (job, reason) = &admission.wait[0];
        assert_eq!(*job, JobId(1));
        assert_eq!(
            reason.to_string(),
            "no worker with a GPU takes work; `clipig workers` shows those there are"
        );
        let nobody = admit(&jobs, 0, 1, &[]);
        assert!(nobody.start.is_empty() && nobody.wait.len() == 2);
    }

    #[test]
    fn a_job_that_is_alone_gives_its_place_to_one_that_could_run() {
        let seconds = |alone: Option<u64>| alone.map(Duration::from_secs);
        let place = |(job, alone)| RunningPlace { job: JobId(job), alone: seconds(alone) };
        let running = [(1, None), (2, Some(40)), (3, Some(50)), (4, Some(3))].map(place);
        let timeout = Duration::from_secs(30);
        let yields =
            |jobs: &[WaitingJob]| yielding(&running, &admit(jobs, running.len(), 4, &[cpu("a", 2)]), timeout);
        assert_eq!(yields(&[waiting(7, 0)]), [JobId(3)]);
        assert_eq!(yields(&[waiting(7, 0), waiting(8, 0), waiting(9, 0)]), [JobId(3), JobId(2)]);
        // Nobody gains by it where those who wait have no worker either.
        let gpu = WaitingJob { request: KindRequest::Class(DeviceClass::Cuda), ..waiting(7, 0) };
        assert!(yields(&[gpu]).is_empty() && yields(&[]).is_empty());
    }

    #[test]
    fn the_kind_with_most_cores_is_chosen_and_gpus_first() {
        let gpu = ServingWorker { kind: kind(DeviceClass::Cuda, "g"), cores: 1 };
        let workers = [cpu("a", 4), cpu("b", 3), cpu("b", 3)];
        assert_eq!(choose_kind(&KindRequest::Auto, &workers), Some(kind(DeviceClass::Cpu, "b")));
        let equal = [cpu("b", 4), cpu("a", 4)];
        assert_eq!(choose_kind(&KindRequest::Auto, &equal), Some(kind(DeviceClass::Cpu, "a")));
        let with_gpu = [cpu("a", 64), gpu.clone()];
        assert_eq!(choose_kind(&KindRequest::Auto, &with_gpu), Some(gpu.kind.clone()));
        let class = KindRequest::Class(DeviceClass::Cpu);
        assert_eq!(choose_kind(&class, &with_gpu), Some(kind(DeviceClass::Cpu, "a")));
        assert_eq!(choose_kind(&KindRequest::Begun(gpu.kind.clone()), &workers), None);
        assert_eq!(choose_kind(&KindRequest::Mixed(gpu.kind.clone()), &workers), Some(gpu.kind));
    }

    proptest! {
        #[test]
        fn every_job_starts_or_says_why_not(
            jobs in prop::collection::vec((-10_i32..=10, any::<bool>(), 0_u8..3), 0..40),
            running in 0_usize..6,
            most in 0_usize..6,
            workers in 0_usize..3,
        ) {
            let requests = |which| match which {
                0 => KindRequest::Auto,
                1 => KindRequest::Class(DeviceClass::Cpu),
                _ => KindRequest::Class(DeviceClass::Cuda),
            };
            let jobs: Vec<WaitingJob> = (1..).zip(jobs).map(|(job, (priority, interrupted, request))| {
                WaitingJob { job: JobId(job), priority, interrupted, request: requests(request) }
            }).collect();
            let workers = vec![cpu("a", 1); workers];
            let admission = admit(&jobs, running, most, &workers);
            prop_assert_eq!(admission.start.len() + admission.wait.len(), jobs.len());
            prop_assert!(admission.start.is_empty() || running + admission.start.len() <= most);
            // Nobody overtakes who could have started.
            let rank = |job: JobId| {
                let job = jobs.iter().find(|other| other.job == job).unwrap();
                (!job.interrupted, -job.priority, job.job)
            };
            for (waiting, reason) in &admission.wait {
                prop_assert!(!reason.to_string().is_empty());
                if matches!(reason, WaitReason::Places { .. }) {
                    prop_assert!(admission.start.iter().all(|(started, _)| rank(*started) < rank(*waiting)));
                    prop_assert!(running + admission.start.len() >= most);
                }
            }
        }
    }
}
