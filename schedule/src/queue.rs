//! Which waiting jobs start, and why the others wait.

use std::collections::HashMap;
use std::fmt;
use std::time::Duration;

use clipig_core::JobId;
use clipig_core::{DeviceClass, WorkerKind};

use crate::memory::Bytes;

/// Tells owners of jobs apart. Whoever looks at the queue numbers them anew each time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct OwnerNumber(pub usize);

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
    /// Bytes of memory that it takes while it runs.
    pub memory: u64,
    /// How often in a row the coordinator died while the job ran and had not finished an epoch.
    pub deaths: u32,
    /// Whose it is.
    pub owner: OwnerNumber,
    /// How many jobs of its owner may run at once.
    pub owner_places: usize,
}

impl WaitingJob {
    /// May it be what the coordinator dies of?
    fn is_suspect(&self) -> bool {
        self.deaths >= SUSPECT
    }
}

/// From so many deaths of the coordinator on, a job runs only while no other such job does. So the next death tells which
/// of them it was.
pub const SUSPECT: u32 = 2;

/// After so many deaths of the coordinator a job does not start again by itself.
pub const HELD: u32 = 3;

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
    /// Bytes of memory that it takes.
    pub memory: u64,
    /// Has it not finished an epoch since the coordinator died of it or of another job, twice or more?
    pub is_suspect: bool,
    /// Whose it is.
    pub owner: OwnerNumber,
}

/// What running jobs may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// How many may run at once.
    pub jobs: usize,
    /// Bytes of memory that they may take together.
    pub memory: u64,
}

impl Budget {
    /// No bound but the number of jobs.
    pub fn jobs(jobs: usize) -> Self {
        Self { jobs, memory: u64::MAX }
    }
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
    /// As many jobs of its owner run as may.
    Owner {
        /// Whose it is.
        owner: OwnerNumber,
        /// Jobs of the owner that run.
        running: usize,
        /// How many of them may run at once.
        most: usize,
    },
    /// The memory that jobs may take does not hold it beside those that run.
    Memory {
        /// Bytes that it takes.
        needed: u64,
        /// Bytes that running jobs take.
        used: u64,
        /// Bytes that jobs may take together.
        budget: u64,
        /// Is there room, which a job before it waits for?
        kept_for_another: bool,
    },
    /// The coordinator died while it ran, and another such job is tried first.
    Suspect {
        /// How often the coordinator died.
        deaths: u32,
    },
    /// No worker that takes work is of a kind that it asks for.
    NoWorker {
        /// What it asks for.
        request: KindRequest,
        /// Kinds of the workers that take work.
        serving: Vec<WorkerKind>,
    },
}

/// Decides which of the waiting jobs start beside those that run. Interrupted jobs come first, then those of higher
/// priority, then those of lower number. A job for which there is no worker does not hold up those behind it, and neither
/// does one whose owner has as many running jobs as they may.
///
/// Nor does one that waits for memory, but those behind it leave it room: they start only while all running jobs that are
/// small enough to run beside it would fit beside it together. So it starts when those that are too large have ended.
pub fn admit(
    waiting: &[WaitingJob],
    running: &[RunningPlace],
    budget: Budget,
    workers: &[ServingWorker],
) -> Admission {
    let mut order: Vec<&WaitingJob> = waiting.iter().collect();
    order.sort_by_key(|job| (!job.interrupted, std::cmp::Reverse(job.priority), job.job));
    let mut admission = Admission::default();
    let mut memory = Memory::new(running, budget.memory);
    let mut suspect_runs = running.iter().any(|place| place.is_suspect);
    let mut of_owners = running_of_owners(running);
    let mut ahead = 0;
    let serving = kinds(workers);
    let mut choices: Vec<(&KindRequest, Option<WorkerKind>)> = Vec::new();
    for waiting in order {
        let running = running.len() + admission.start.len();
        // Thousands of jobs ask for the same few kinds.
        let known =
            choices.iter().find(|(request, _)| **request == waiting.request).map(|(_, kind)| kind.clone());
        let kind = known.unwrap_or_else(|| {
            let kind = choose_kind(&waiting.request, workers);
            choices.push((&waiting.request, kind.clone()));
            kind
        });
        let of_owner = of_owners.get(&waiting.owner).copied().unwrap_or(0);
        let reason = match kind {
            None => WaitReason::NoWorker { request: waiting.request.clone(), serving: serving.clone() },
            Some(_) if of_owner >= waiting.owner_places => {
                let (owner, most) = (waiting.owner, waiting.owner_places);
                WaitReason::Owner { owner, running: of_owner, most }
            }
            Some(_) if running >= budget.jobs => {
                ahead += 1;
                WaitReason::Places { running, ahead: ahead - 1, most: budget.jobs }
            }
            Some(_) if waiting.is_suspect() && suspect_runs => WaitReason::Suspect { deaths: waiting.deaths },
            Some(kind) => match memory.take(waiting.memory) {
                Ok(()) => {
                    suspect_runs |= waiting.is_suspect();
                    *of_owners.entry(waiting.owner).or_default() += 1;
                    admission.start.push((waiting.job, kind));
                    continue;
                }
                Err(reason) => reason,
            },
        };
        admission.wait.push((waiting.job, reason));
    }
    admission
}

/// The memory of running jobs.
struct Memory {
    budget: u64,
    /// What each running job takes.
    taken: Vec<u64>,
    used: u64,
    /// What the first job needs that waits for memory.
    kept: Option<u64>,
}

impl Memory {
    fn new(running: &[RunningPlace], budget: u64) -> Self {
        let taken: Vec<u64> = running.iter().map(|place| place.memory).collect();
        let used = taken.iter().fold(0_u64, |sum, memory| sum.saturating_add(*memory));
        Self { budget, taken, used, kept: None }
    }

    fn take(&mut self, needed: u64) -> Result<(), WaitReason> {
        // Where nothing runs, nothing is gained by waiting: the estimate may be too high, or the budget was lowered.
        let fits = self.used == 0 || self.used.saturating_add(needed) <= self.budget;
        let leaves_room = self.kept.is_none_or(|kept| {
            let beside = self.budget.saturating_sub(kept);
            let small = self.taken.iter().filter(|memory| **memory <= beside);
            small.fold(needed, |sum, memory| sum.saturating_add(*memory)) <= beside
        });
        if fits && leaves_room {
            self.used = self.used.saturating_add(needed);
            self.taken.push(needed);
            return Ok(());
        }
        let kept_for_another = fits;
        self.kept.get_or_insert(needed);
        Err(WaitReason::Memory { needed, used: self.used, budget: self.budget, kept_for_another })
    }
}

/// Which running jobs give up their places: those that no worker has served for `timeout`, the longest first, and no
/// more than there are jobs that wait for nothing but a place or memory, or for a place of the same owner.
pub fn yielding(running: &[RunningPlace], admission: &Admission, timeout: Duration) -> Vec<JobId> {
    let mut anybodys = 0_usize;
    let mut of_owners: HashMap<OwnerNumber, usize> = HashMap::new();
    for (_, reason) in &admission.wait {
        match reason {
            WaitReason::Places { .. } | WaitReason::Memory { .. } => anybodys += 1,
            WaitReason::Owner { owner, .. } => *of_owners.entry(*owner).or_default() += 1,
            WaitReason::Suspect { .. } | WaitReason::NoWorker { .. } => {}
        }
    }
    let mut alone: Vec<(Duration, &RunningPlace)> = running
        .iter()
        .filter_map(|place| Some((place.alone.filter(|alone| *alone >= timeout)?, place)))
        .collect();
    alone.sort_by_key(|(alone, place)| (std::cmp::Reverse(*alone), place.job));
    let mut is_wanted = |place: &RunningPlace| {
        let wanted = match of_owners.get_mut(&place.owner) {
            Some(of_owner) if *of_owner > 0 => of_owner,
            _ => &mut anybodys,
        };
        let is_wanted = *wanted > 0;
        *wanted = wanted.saturating_sub(1);
        is_wanted
    };
    alone.into_iter().filter(|&(_, place)| is_wanted(place)).map(|(_, place)| place.job).collect()
}

/// How many jobs of each owner run.
fn running_of_owners(running: &[RunningPlace]) -> HashMap<OwnerNumber, usize> {
    let mut of_owners = HashMap::new();
    for place in running {
        *of_owners.entry(place.owner).or_default() += 1;
    }
    of_owners
}

/// How many of the waiting jobs their owners' places do not hold, whatever workers there are.
pub fn beyond_owners(waiting: &[WaitingJob], running: &[RunningPlace]) -> usize {
    let mut taken = running_of_owners(running);
    let is_beyond = |job: &&WaitingJob| {
        let taken = taken.entry(job.owner).or_default();
        *taken += 1;
        *taken > job.owner_places
    };
    waiting.iter().filter(is_beyond).count()
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
            Self::Owner { running, most, .. } => {
                match running {
                    1 => f.write_str("one job of its owner runs")?,
                    running => write!(f, "{running} jobs of its owner run")?,
                }
                write!(
                    f,
                    "; at most {most} of them run at once (`quotas.jobs_running`, or the limit `jobs-running` of the \
                     owner's token)"
                )
            }
            Self::Memory { needed, used, budget, kept_for_another } => {
                let [needed, used, budget] = [needed, used, budget].map(|bytes| Bytes(*bytes));
                write!(
                    f,
                    "it takes about {needed} of memory, and running jobs take {used} of the {budget} that jobs may take \
                     (`limits.job_memory`)"
                )?;
                if *kept_for_another { f.write_str("; the rest is kept for a job before it") } else { Ok(()) }
            }
            Self::Suspect { deaths } => write!(
                f,
                "the coordinator died {deaths} times while it ran; such jobs are tried one at a time, and another one is \
                 tried now"
            ),
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
        let request = KindRequest::Auto;
        let (job, owner) = (JobId(job), OwnerNumber(0));
        let owner_places = usize::MAX;
        WaitingJob { job, priority, interrupted: false, request, memory: 0, deaths: 0, owner, owner_places }
    }

    /// So many running jobs.
    fn places(count: usize) -> Vec<RunningPlace> {
        let owner = OwnerNumber(0);
        vec![RunningPlace { job: JobId(0), alone: None, memory: 0, is_suspect: false, owner }; count]
    }

    #[test]
    fn a_job_waits_for_memory_and_those_behind_it_leave_it_room() {
        let needs = |job, memory| WaitingJob { memory, ..waiting(job, 0) };
        let runs = |memory| RunningPlace { memory, ..places(1)[0] };
        let budget = Budget { jobs: 9, memory: 10 << 30 };
        let admit = |jobs: &[WaitingJob], running: &[u64]| {
            let running: Vec<RunningPlace> = running.iter().map(|memory| runs(memory << 30)).collect();
            let admission = admit(jobs, &running, budget, &[cpu("a", 2)]);
            let started: Vec<u64> = admission.start.iter().map(|(job, _)| job.0).collect();
            let reasons: Vec<String> = admission.wait.iter().map(|(_, reason)| reason.to_string()).collect();
            (started, reasons)
        };
        let jobs = [needs(1, 8 << 30), needs(2, 1 << 30), needs(3, 1 << 30), needs(4, 1 << 30)];
        let (started, reasons) = admit(&jobs, &[3]);
        assert_eq!(started, [2, 3]);
        assert_eq!(
            reasons,
            [
                "it takes about 8.0 GiB of memory, and running jobs take 3.0 GiB of the 10.0 GiB that jobs may take \
                 (`limits.job_memory`)",
                "it takes about 1.0 GiB of memory, and running jobs take 5.0 GiB of the 10.0 GiB that jobs may take \
                 (`limits.job_memory`); the rest is kept for a job before it",
            ]
        );
        // Small ones that come later do not keep it waiting for ever.
        assert_eq!(admit(&[needs(1, 8 << 30), needs(5, 1 << 30)], &[3, 1, 1]).0, [0; 0]);
        assert_eq!(admit(&[needs(1, 8 << 30), needs(5, 1 << 30)], &[1, 1]).0, [1]);
        // Alone it starts even where the budget was lowered after its submission.
        assert_eq!(admit(&[needs(1, 11 << 30)], &[]).0, [1]);
    }

    fn of_owner(job: u64, owner: usize, owner_places: usize) -> WaitingJob {
        WaitingJob { owner: OwnerNumber(owner), owner_places, ..waiting(job, 0) }
    }

    #[test]
    fn a_job_beyond_its_owners_places_waits_and_others_go_on() {
        let jobs = [of_owner(1, 1, 2), of_owner(2, 1, 2), of_owner(3, 1, 2), of_owner(4, 2, 2)];
        let started = |jobs: &[WaitingJob], running: &[RunningPlace]| {
            let admission = admit(jobs, running, Budget::jobs(9), &[cpu("a", 2)]);
            let reasons: Vec<String> = admission.wait.iter().map(|(_, reason)| reason.to_string()).collect();
            (admission.start.iter().map(|(job, _)| job.0).collect::<Vec<_>>(), reasons)
        };
        let (start, reasons) = started(&jobs, &[]);
        assert_eq!(start, [1, 2, 4]);
        assert_eq!(
            reasons,
            ["2 jobs of its owner run; at most 2 of them run at once (`quotas.jobs_running`, or the limit \
              `jobs-running` of the owner's token)"]
        );
        // Those that run already count, too.
        let runs = RunningPlace { owner: OwnerNumber(1), ..places(1)[0] };
        assert_eq!(started(&jobs, &[runs]).0, [1, 4]);
        assert_eq!(started(&jobs, &[runs, runs]).0, [4]);
        assert_eq!(beyond_owners(&jobs, &[]), 1);
        assert_eq!(beyond_owners(&jobs, &[runs, runs]), 3);
        // A job for which there is no worker takes no place of its owner.
        let gpu = WaitingJob { request: KindRequest::Class(DeviceClass::Cuda), ..of_owner(1, 1, 1) };
        assert_eq!(started(&[gpu, of_owner(2, 1, 1)], &[]).0, [2]);
    }

    #[test]
    fn a_job_that_is_alone_gives_its_place_to_another_one_of_its_owner() {
        let timeout = Duration::from_secs(30);
        let alone = |(job, owner)| RunningPlace {
            job: JobId(job),
            owner: OwnerNumber(owner),
            alone: Some(2 * timeout),
            ..places(1)[0]
        };
        let running = [(1, 1), (2, 2)].map(alone);
        let yields = |jobs: &[WaitingJob], most| {
            yielding(&running, &admit(jobs, &running, Budget::jobs(most), &[cpu("a", 2)]), timeout)
        };
        assert_eq!(yields(&[of_owner(7, 2, 1)], 9), [JobId(2)]);
        assert_eq!(yields(&[of_owner(7, 2, 1), of_owner(8, 2, 1)], 9), [JobId(2)]);
        // A place that anybody may have is given by anybody.
        assert_eq!(yields(&[of_owner(7, 3, 1)], 2), [JobId(1)]);
    }

    #[test]
    fn jobs_of_which_the_coordinator_may_die_run_one_at_a_time() {
        let after = |job, deaths| WaitingJob { deaths, ..waiting(job, 0) };
        let jobs = [after(1, 1), after(2, 2), after(3, 2), after(4, 0)];
        let admission = admit(&jobs, &[], Budget::jobs(9), &[cpu("a", 2)]);
        let started: Vec<u64> = admission.start.iter().map(|(job, _)| job.0).collect();
        assert_eq!(started, [1, 2, 4]);
        assert_eq!(admission.wait, [(JobId(3), WaitReason::Suspect { deaths: 2 })]);
        let suspect = RunningPlace { is_suspect: true, ..places(1)[0] };
        assert_eq!(admit(&jobs[2..], &[suspect], Budget::jobs(9), &[cpu("a", 2)]).start.len(), 1);
    }

    #[test]
    fn interrupted_jobs_then_priority_then_number() {
        let mut jobs = [waiting(1, 0), waiting(2, 5), waiting(3, 5), waiting(4, -3)];
        jobs[3].interrupted = true;
        let admission = admit(&jobs, &places(1), Budget::jobs(3), &[cpu("a", 2)]);
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
        let admission = admit(&jobs, &[], Budget::jobs(1), &[cpu("a", 2)]);
        assert_eq!(admission.start[0].0, JobId(2));
        let (job, reason) = &admission.wait[0];
        assert_eq!(*job, JobId(1));
        assert_eq!(
            reason.to_string(),
            "no worker with a GPU takes work; `clipig workers` shows those there are"
        );
        let nobody = admit(&jobs, &[], Budget::jobs(1), &[]);
        assert!(nobody.start.is_empty() && nobody.wait.len() == 2);
    }

    #[test]
    fn a_job_that_is_alone_gives_its_place_to_one_that_could_run() {
        let seconds = |alone: Option<u64>| alone.map(Duration::from_secs);
        let place = |(job, alone)| RunningPlace { job: JobId(job), alone: seconds(alone), ..places(1)[0] };
        let running = [(1, None), (2, Some(40)), (3, Some(50)), (4, Some(3))].map(place);
        let timeout = Duration::from_secs(30);
        let yields = |jobs: &[WaitingJob]| {
            let admission = admit(jobs, &running, Budget::jobs(4), &[cpu("a", 2)]);
            yielding(&running, &admission, timeout)
        };
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
                WaitingJob { interrupted, request: requests(request), ..waiting(job, priority) }
            }).collect();
            let workers = vec![cpu("a", 1); workers];
            let admission = admit(&jobs, &places(running), Budget::jobs(most), &workers);
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
