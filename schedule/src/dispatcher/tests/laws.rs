//! Laws that hold whatever happens.

use super::*;
use proptest::prelude::*;

#[derive(Clone, Debug)]
enum Event {
    Join(u8),
    Leave(u8),
    /// A connection breaks, and the same process comes back after so many milliseconds.
    Reconnect(u8, u16),
    Finish(u8),
    /// A result under a fence that this session once had, or somebody else has.
    Replay(u8, u8),
    Fail(u8),
    NotFinite(u8),
    Impossible(u8),
    /// An answer to something else than was asked.
    Wrong(u8),
    /// A worker's process ends and starts again.
    Crash(u8),
    GiveBack(u8),
    Beat(u8),
    /// A heartbeat that names nothing.
    Forget(u8),
    Wait(u16),
    Offer(u8, u8),
    Abandon(u8),
    Pause(u8),
    Resume(u8),
    Drain(u8),
    Refuse,
    /// The digests that are wanted are given.
    Hash,
}

fn event() -> impl Strategy<Value = Event> {
    use Event::{
        Abandon, Beat, Crash, Drain, Fail, Finish, Forget, GiveBack, Hash, Impossible, Join, Leave,
        NotFinite, Offer, Pause, Reconnect, Refuse, Replay, Resume, Wait, Wrong,
    };
    prop_oneof![
        3 => any::<u8>().prop_map(Join),
        1 => any::<u8>().prop_map(Leave),
        2 => (any::<u8>(), 0_u16..12_000).prop_map(|(which, after)| Reconnect(which, after)),
        12 => any::<u8>().prop_map(Finish),
        2 => any::<(u8, u8)>().prop_map(|(a, b)| Replay(a, b)),
        1 => any::<u8>().prop_map(Fail),
        1 => any::<u8>().prop_map(NotFinite),
        1 => any::<u8>().prop_map(Impossible),
        1 => any::<u8>().prop_map(Wrong),
        1 => any::<u8>().prop_map(Crash),
        1 => any::<u8>().prop_map(GiveBack),
        4 => any::<u8>().prop_map(Beat),
        1 => any::<u8>().prop_map(Forget),
        6 => (0_u16..9000).prop_map(Wait),
        3 => any::<(u8, u8)>().prop_map(|(a, b)| Offer(a, b)),
        1 => any::<u8>().prop_map(Abandon),
        1 => any::<u8>().prop_map(Pause),
        1 => any::<u8>().prop_map(Resume),
        1 => any::<u8>().prop_map(Drain),
        1 => Just(Refuse),
        4 => Just(Hash),
    ]
}

const JOBS: u64 = 3;

/// A farm, and what it once gave out.
struct World {
    farm: Farm,
    past: Vec<(u64, Lease)>,
    epochs: u32,
    instance: u128,
    accepted: Option<Accepted>,
}

impl World {
    fn session(&self, choice: u8) -> Option<u64> {
        let live: Vec<u64> = self.farm.held.keys().map(|id| id.0).collect();
        (!live.is_empty()).then(|| live[choice as usize % live.len()])
    }

    fn name(&self, choice: u8) -> Option<WorkerName> {
        let workers = self.farm.dispatcher.workers();
        (!workers.is_empty()).then(|| workers[choice as usize % workers.len()].name.clone())
    }

    fn holding(&self, choice: u8) -> Option<u64> {
        self.session(choice).filter(|session| self.farm.holds(*session) > 0)
    }

    fn apply(&mut self, event: &Event) {
        for (session, held) in &self.farm.held {
            self.past.extend(held.iter().map(|lease| (session.0, lease.clone())));
        }
        let excess = self.past.len().saturating_sub(300);
        self.past.drain(..excess);
        match *event {
            Event::Join(cores) => {
                self.instance += 1;
                let name = format!("w{}", cores % 5);
                self.farm.join(registration(&name, self.instance, u32::from(cores % 4) + 1));
            }
            Event::Leave(which) => {
                if let Some(session) = self.session(which) {
                    self.farm.leave(session, LeaveCause::Disconnected);
                }
            }
            Event::Reconnect(which, after) => {
                if let Some(session) = self.session(which) {
                    self.farm.reconnect(session, Duration::from_millis(after.into()));
                }
            }
            Event::Finish(which) => {
                if let Some(session) = self.holding(which)
                    && let Verdict::Accept(accepted) = self.farm.finish(session)
                {
                    self.accepted = Some(accepted);
                }
            }
            Event::Replay(which, past) => {
                if let (Some(session), false) = (self.session(which), self.past.is_empty()) {
                    let (holder, lease) = self.past[past as usize % self.past.len()].clone();
                    let held = self.farm.held.get(&SessionId(session));
                    let holds = held.is_some_and(|held| held.iter().any(|other| other.fence == lease.fence));
                    let verdict = self.farm.finish_lease(session, &lease);
                    assert!(holds || holder == session || verdict == Verdict::Stale);
                }
            }
            Event::Fail(which) => self.fail(which, &device()),
            Event::NotFinite(which) => self.fail(which, &not_finite()),
            Event::Impossible(which) => self.fail(which, &ShardError::Experiment("impossible".into())),
            Event::Wrong(which) => self.answer_wrongly(which),
            Event::Crash(which) => self.crash(which),
            Event::GiveBack(which) => {
                if let Some(session) = self.holding(which) {
                    self.farm.give_back(session);
                }
            }
            Event::Beat(which) => {
                if let Some(session) = self.session(which) {
                    self.farm.beat(session, self.farm.now.as_secs() as u32);
                }
            }
            Event::Forget(which) => {
                if let Some(session) = self.session(which) {
                    self.farm.dispatcher.handle_heartbeat(SessionId(session), &[], self.farm.now);
                    self.farm.act();
                }
            }
            Event::Wait(time) => self.farm.wait(Duration::from_millis(u64::from(time))),
            Event::Offer(job, shards) => {
                self.epochs += 1;
                let job = u64::from(job) % JOBS + 1;
                let shards = u32::from(shards) + 1;
                // The first job has one model, the others several: in turn, or one after the other.
                let models = match job {
                    1 => ShardModels::default(),
                    2 => ShardModels::of_several((0..shards as usize).map(|shard| shard / 5 % 3)),
                    _ => ShardModels::of_several((0..shards).map(|shard| usize::from(shard >= shards / 3))),
                };
                self.farm.offer(Offer { models, ..epoch(job, self.epochs, shards) });
            }
            Event::Abandon(job) => {
                self.farm.abandon(u64::from(job) % JOBS + 1);
            }
            Event::Pause(which) => {
                if let Some(name) = self.name(which) {
                    self.farm.dispatcher.handle_pause(&name).unwrap();
                    self.farm.act();
                }
            }
            Event::Resume(which) => {
                if let Some(name) = self.name(which) {
                    self.farm.dispatcher.handle_resume(&name).unwrap();
                    self.farm.act();
                }
            }
            Event::Drain(which) => {
                if let Some(session) = self.session(which) {
                    self.farm.dispatcher.handle_draining(SessionId(session), self.farm.now);
                    self.farm.act();
                }
            }
            Event::Refuse => self.refuse(),
            Event::Hash => self.farm.hash(),
        }
    }

    fn fail(&mut self, which: u8, error: &ShardError) {
        if let Some(session) = self.holding(which) {
            self.farm.fail(session, error);
        }
    }

    fn answer_wrongly(&mut self, which: u8) {
        let Some(session) = self.holding(which) else { return };
        let (fence, now) = (self.farm.first(session).fence, self.farm.now);
        let holds = self.farm.dispatcher.lease(fence).is_some();
        let verdict = self.farm.dispatcher.handle_result(SessionId(session), fence, Answer::Prepared, now);
        assert_eq!(verdict, Verdict::Stale);
        self.farm.act();
        assert_eq!(self.farm.ended.contains(&SessionId(session)), holds);
    }

    fn crash(&mut self, which: u8) {
        let (Some(session), Some(name)) = (self.session(which), self.name(which)) else { return };
        self.farm.leave(session, LeaveCause::Disconnected);
        self.instance += 1;
        self.farm.join(registration(name.as_str(), self.instance, 1));
    }

    fn refuse(&mut self) {
        let Some(accepted) = self.accepted.take() else { return };
        let before = self.farm.dispatcher.round(accepted.revision);
        self.farm.dispatcher.handle_refusal(&accepted, &device(), self.farm.now);
        self.farm.act();
        let same = before.is_some_and(|round| round.stage == accepted.work.stage());
        if let (true, Work::Node { epoch, node, total }) = (same, accepted.work)
            && let Some(done) = self.farm.done.get_mut(&(accepted.revision, epoch))
        {
            done.retain(|shard| !node.shards(total).contains(shard));
        }
    }

    /// Every shard is under exactly one node that is pending, leased or done; and the pool agrees with the workers.
    fn check(&self) {
        for job in 1..=JOBS {
            let Some(round) = self.farm.dispatcher.jobs.round(revision(job)) else { continue };
            let mut shards = round.open_shards();
            let epoch = round.stage().epoch().expect("only epochs are offered");
            shards.extend(self.farm.shards(job, epoch.0));
            shards.sort_unstable();
            assert_eq!(shards, (0..round.total()).collect::<Vec<_>>(), "job {job}");
            assert!(round.is_account_right(), "job {job}");
        }
        for view in self.farm.dispatcher.workers() {
            let Liveness::Connected(Connected { session, .. }) = view.liveness else {
                assert!(view.leases.is_empty(), "{} holds leases and is not there", view.name);
                continue;
            };
            assert!(view.quarantine.is_none() || view.leases.is_empty(), "{} is quarantined", view.name);
            let connection = self.farm.dispatcher.workers.connection(session).unwrap();
            assert_eq!(connection.is_serving(), view.takes_work(), "{}", view.name);
            let share = |fence| self.farm.dispatcher.leases.get(fence).unwrap().grant().share;
            let load: u64 = view.leases.iter().map(|lease| share(lease.fence)).sum();
            assert_eq!(connection.load(), load);
        }
        // Whoever checks is waited for, and nobody who computes the same bits is accused.
        let held = self.farm.held.values().flatten();
        for lease in held.filter(|lease| self.farm.dispatcher.is_check(lease.fence)) {
            assert!(self.farm.dispatcher.checks.expects(lease.fence), "{lease:?}");
        }
        let (nodes, results) = self.farm.dispatcher.checks.counts();
        assert!(nodes <= 2 * 256 * JOBS as usize && results <= 3 * nodes, "{nodes} nodes, {results} results");
        assert!(!self.farm.notes.iter().any(|note| matches!(note, Note::Differs(_) | Note::Doubtful { .. })));
        // Nobody is idle while there is something that it could do.
        let idle = self.farm.dispatcher.workers.idle(&Fit::Kind(kind("a"))).next();
        if let Some((_, session, connection)) = idle {
            for job in 1..=JOBS {
                let now = self.farm.now;
                let willing = !connection.declines(revision(job), now);
                let Some(round) = self.farm.dispatcher.jobs.round(revision(job)) else { continue };
                let fresh = round.first_fresh();
                assert!(!willing || fresh.is_none(), "{session} is idle, and job {job} has work");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn every_shard_is_in_one_place_and_every_offer_completes(
        events in prop::collection::vec(event(), 1..120),
        checks in prop_oneof![Just(0.0), Just(0.5), Just(1.0)],
    ) {
        let farm = Farm::with_checks(checks, &[2, 1]);
        let mut world = World { farm, past: Vec::new(), epochs: 0, instance: 1000, accepted: None };
        for job in 1..=JOBS {
            world.farm.open(job, job as i32);
        }
        for event in &events {
            world.apply(event);
            world.check();
        }
        // One healthy worker stays: every offer that has not failed completes.
        let failed = world.farm.failures.len();
        let (healthy, _) = world.farm.join(registration("healthy", 999_999, 1));
        for _ in 0..4000 {
            let open = |job: &u64| {
                world.farm.dispatcher.round(revision(*job)).is_some_and(|round| round.done < round.shards)
            };
            if !(1..=JOBS).any(|job| open(&job)) {
                break;
            }
            if world.farm.holds(healthy.0) > 0 {
                let _ = world.farm.finish(healthy.0);
            } else {
                world.farm.wait(Duration::from_secs(1));
                world.farm.beat(healthy.0, 1);
            }
            world.check();
        }
        for job in 1..=JOBS {
            if let Some(round) = world.farm.dispatcher.round(revision(job)) {
                prop_assert_eq!(round.done, round.shards, "job {} still waits", job);
            }
        }
        // Failures while it worked come from deadlines of others at most.
        prop_assert!(world.farm.failures.len() <= failed + JOBS as usize);
    }
}
