//! What the simulated workers do: dial, serve sessions, compute.

use std::time::Duration;

use clipig_core::{FromWorker, ShardError, ToWorker, WeightsSource};
use clipig_worker::session::{Effect, ExitCause, FetchError, Input, Outcome, Request, Task, Ticket};

use crate::network::{ConnectionId, Parcel};
use crate::picture;
use crate::scenario::Device;
use crate::worker::Fetch;
use crate::world::{Event, World};

impl World {
    pub(crate) fn start_worker(&mut self, number: usize) {
        if self.workers[number].up {
            return;
        }
        self.workers[number].start();
        let process = self.workers[number].process;
        self.trace(|| format!("worker {number} starts"));
        self.queue.push(self.now + Duration::from_millis(5), Event::Dial(number, process));
    }

    pub(crate) fn kill_worker(&mut self, number: usize) {
        if self.workers[number].up {
            self.trace(|| format!("worker {number} dies"));
            self.break_link(number);
            self.workers[number].die();
        }
    }

    /// The connection of a worker breaks; both sides find out some time.
    pub(crate) fn break_link(&mut self, number: usize) {
        let Some(id) = self.workers[number].connection() else { return };
        let Some(connection) = self.network.connections.get_mut(&id) else { return };
        if connection.broken {
            return;
        }
        connection.broken = true;
        // Sometimes an end is noticed at once, sometimes when keep-alives fail.
        let mut notice = || {
            let most = if self.random.chance(0.6) { 50 } else { 25_000 };
            self.now + self.random.time(Duration::from_millis(1), Duration::from_millis(most))
        };
        let (worker, coordinator) = (notice(), notice());
        self.queue.push(worker, Event::WorkerNotices(id));
        self.queue.push(coordinator, Event::CoordinatorNotices(id));
    }

    pub(crate) fn worker_notices(&mut self, id: ConnectionId) {
        if let Some(connection) = self.network.connections.get_mut(&id) {
            connection.worker_knows = true;
        }
        if let Some(number) = self.worker_of(id) {
            if let Some(link) = &mut self.workers[number].link {
                link.connection = None;
            }
            self.handle(number, Input::Cut(Vec::new()));
            self.dial_soon(number);
        }
    }

    /// A worker without a connection dials again.
    pub(crate) fn dial_soon(&mut self, number: usize) {
        let worker = &mut self.workers[number];
        let process = worker.process;
        let back_off = Duration::from_millis(200) * (1 << worker.dials.min(5));
        worker.dials += 1;
        let at = self.now + self.random.time(Duration::ZERO, back_off.min(Duration::from_secs(10)));
        self.queue.push(at, Event::Dial(number, process));
    }

    pub(crate) fn dial(&mut self, number: usize, process: u64) {
        let worker = &self.workers[number];
        if !worker.up || worker.process != process || worker.connection().is_some() {
            return;
        }
        let reachable = !self.network.is_cut_off(number, self.now);
        let Some(coordinator) = self.coordinator.as_ref().filter(|_| reachable) else {
            self.dial_soon(number);
            return;
        };
        let incarnation = coordinator.incarnation;
        let Some(settings) = worker.settings(number) else { return };
        let id = self.network.connect(number, incarnation);
        self.network.sweep();
        let register = self.workers[number].connect(id, settings);
        self.effects(number, vec![Effect::Send(register)]);
        // A registration that is lost leaves a connection without a session, which somebody must give up.
        self.queue.push(self.now + Duration::from_secs(20), Event::Unwelcome(id));
    }

    /// Gives a connection up on which the worker was never welcome: the registration or the answer was lost.
    pub(crate) fn give_up_unwelcome(&mut self, id: ConnectionId) {
        let Some(number) = self.worker_of(id) else { return };
        if self.workers[number].link.as_ref().is_some_and(|link| !link.session.is_welcome()) {
            self.break_link(number);
            self.worker_notices(id);
        }
    }

    /// The worker whose current connection this is.
    pub(crate) fn worker_of(&self, id: ConnectionId) -> Option<usize> {
        let number = self.network.connections.get(&id)?.worker;
        (self.workers[number].connection() == Some(id)).then_some(number)
    }

    pub(crate) fn send(&mut self, id: ConnectionId, parcel: &Parcel) {
        let up = matches!(parcel, Parcel::Up(_));
        for at in self.network.arrivals(id, up, self.now) {
            self.queue.push(at, Event::Arrive(id, Box::new(parcel.clone())));
        }
    }

    pub(crate) fn arrive(&mut self, id: ConnectionId, parcel: Parcel) {
        if !self.network.delivers(id) {
            return;
        }
        match parcel {
            Parcel::Up(message) => {
                let incarnation = self.network.connections.get(&id).map(|connection| connection.incarnation);
                if incarnation.is_some_and(|incarnation| self.is_current(incarnation)) {
                    self.coordinator_hears(id, message);
                }
            }
            Parcel::Down(message) => {
                if let Some(number) = self.worker_of(id) {
                    self.handle(number, Input::Received(message));
                }
            }
        }
    }

    /// Something happens to a worker's session.
    pub(crate) fn handle(&mut self, number: usize, input: Input) {
        let now = self.now;
        let worker = &mut self.workers[number];
        let clock = worker.clock(now);
        let Some(link) = &mut worker.link else { return };
        if matches!(input, Input::Received(ToWorker::Welcome(_))) {
            worker.dials = 0;
        }
        let effects = link.session.handle(input, clock);
        self.effects(number, effects);
    }

    pub(crate) fn effects(&mut self, number: usize, effects: Vec<Effect>) {
        let Some(serial) = self.workers[number].link.as_ref().map(|link| link.serial) else { return };
        for effect in effects {
            match effect {
                Effect::Send(message) => self.say(number, message),
                Effect::Fetch { request, brief } => self.fetch(number, (serial, request), Fetch::Job(brief)),
                Effect::FetchModel { request, job, place } => {
                    self.fetch(number, (serial, request), Fetch::Model(job, place));
                }
                Effect::Compute { ticket, job, task, .. } => {
                    self.compute(number, (serial, ticket), job, task);
                }
                Effect::Cancel(_) | Effect::Forget(_) => {}
                Effect::Exit(cause) => self.exit(number, &cause),
            }
        }
        let worker = &mut self.workers[number];
        let Some(wakeup) = worker.link.as_ref().and_then(|link| link.session.next_wakeup()) else { return };
        let at = worker.when(wakeup).max(self.now);
        if let Some(link) = worker.link.as_mut().filter(|link| link.serial == serial)
            && link.tick.is_none_or(|known| at < known)
        {
            link.tick = Some(at);
            self.queue.push(at, Event::WorkerTick(number, serial));
        }
    }

    /// A session says something. It does so only while it has a connection.
    fn say(&mut self, number: usize, message: FromWorker) {
        let Some(id) = self.workers[number].connection() else {
            self.violation(&format!("worker {number} speaks to nobody: {message:?}"));
            return;
        };
        let fence = message.answers();
        let message = self.spoil(number, message);
        if fence.is_some() {
            self.workers[number].remember(&message);
        }
        self.send(id, &Parcel::Up(message));
        if let Some(fence) = fence {
            self.handle(number, Input::Sent(fence));
        }
    }

    pub(crate) fn worker_tick(&mut self, number: usize, serial: u64) {
        let Some(link) = self.workers[number].link.as_mut().filter(|link| link.serial == serial) else {
            return;
        };
        link.tick = None;
        self.handle(number, Input::Tick);
    }

    pub(crate) fn exit(&mut self, number: usize, cause: &ExitCause) {
        self.trace(|| format!("worker {number} ends its session: {cause:?}"));
        let link = self.workers[number].link.take();
        if let Some(id) = link.and_then(|link| link.connection) {
            if let Some(connection) = self.network.connections.get_mut(&id) {
                connection.worker_knows = true;
            }
            // The stream ends behind what was sent on it.
            let arrivals = self.network.arrivals(id, true, self.now);
            let at = arrivals.into_iter().next().unwrap_or(self.now + Duration::from_secs(20));
            self.queue.push(at, Event::CoordinatorNotices(id));
        }
        match cause {
            ExitCause::Refused(_) => self.dial_soon(number),
            ExitCause::Drained => {
                let back = self.workers[number].away.unwrap_or(self.now + Duration::from_secs(5));
                self.workers[number].die();
                self.queue.push(back.max(self.now), Event::Start(number));
            }
        }
    }

    /// Threads compute something.
    pub(crate) fn compute(
        &mut self,
        number: usize,
        ticket: (u64, Ticket),
        job: std::sync::Arc<clipig_core::ComputeJob>,
        task: Task,
    ) {
        if let Task::Shard(task) = &task {
            let model = job.experiment.targets[task.shard.target.0 as usize].model;
            if job.weights.get(model).is_none() {
                self.violation(&format!("worker {number} computes without the weights of model {model}"));
            }
        }
        let plan = &self.workers[number].plan;
        let base = self.scenario.jobs[job.brief.revision.job.0 as usize - 1].shard_time;
        let hangs = matches!(plan.device, Device::Hangs(share) if self.random.chance(share));
        let took = base.mul_f64(plan.slowness * (0.8 + 0.4 * self.random.unit()));
        self.workers[number].running.insert(ticket, (job, task));
        if !hangs {
            self.queue.push(self.now + took, Event::Done(number, ticket, took));
        }
    }

    pub(crate) fn done(&mut self, number: usize, (serial, ticket): (u64, Ticket), took: Duration) {
        // Of a process that is dead: its threads are, too.
        let Some((job, task)) = self.workers[number].running.remove(&(serial, ticket)) else { return };
        if !self.workers[number].has_session(serial) {
            return; // its session is over
        }
        let device = self.workers[number].plan.device;
        let outcome = match task {
            Task::Prepare(canvas) => {
                let prepared = picture::prepare(&job.experiment, &canvas);
                Outcome::Prepared(Ok(clipig_core::Preparation { prepared, warnings: Vec::new() }))
            }
            Task::Shard(task) => Outcome::Shard(match device {
                Device::Fails(share) if self.random.chance(share) => {
                    Err(ShardError::Device("it is faulty".to_owned()))
                }
                Device::NotFinite(share) if self.random.chance(share) => {
                    Err(ShardError::NotFinite("words".to_owned()))
                }
                _ => match &job.brief.prepared {
                    Some(prepared) => Ok(picture::compute(&job.experiment, prepared, &task)),
                    None => Err(ShardError::Device("the job is not prepared".to_owned())),
                },
            }),
        };
        self.handle(number, Input::Done { ticket, outcome, took });
    }

    /// What a faulty worker sends.
    pub(crate) fn spoil(&mut self, number: usize, message: FromWorker) -> FromWorker {
        let device = self.workers[number].plan.device;
        let (Device::SendsNan(share)
        | Device::SendsGarbage(share)
        | Device::SendsTexts(share)
        | Device::Lies(share)) = device
        else {
            return message;
        };
        let drawn = self.random.chance(share);
        match message {
            FromWorker::Computed(mut computed) if self.lies.decide(computed.fence, drawn) => {
                let is_plausible = matches!(device, Device::Lies(_));
                let liar = self.name_of(number);
                self.lies.tell(computed.fence, liar, is_plausible);
                if is_plausible {
                    // Far more than the sum of all values, so it is not lost in rounding.
                    computed.gradient.add_at(&[Some(0)], &[1e9, 0.0, 0.0]);
                    return FromWorker::Computed(computed);
                }
                if let Device::SendsTexts(_) = device {
                    let prepared = clipig_core::Prepared { targets: Vec::new() };
                    return FromWorker::Prepared { fence: computed.fence, prepared, warnings: Vec::new() };
                }
                let gradient = &computed.gradient;
                let size = [gradient.width(), gradient.height()];
                computed.gradient = picture::garbage(size, matches!(device, Device::SendsNan(_)));
                FromWorker::Computed(computed)
            }
            other => other,
        }
    }

    fn fetch(&mut self, number: usize, fetch: (u64, Request), what: Fetch) {
        self.workers[number].fetches.insert(fetch, what);
        let at = self.now + self.random.time(Duration::from_millis(1), Duration::from_millis(500));
        self.queue.push(at, Event::Fetched(number, fetch.0, fetch.1));
    }

    pub(crate) fn fetched(&mut self, number: usize, serial: u64, request: Request) {
        let Some(fetch) = self.workers[number].fetches.remove(&(serial, request)) else { return };
        if !self.workers[number].has_session(serial) {
            return; // its session is over
        }
        let fails = !self.is_quiet() && self.random.chance(0.02);
        let broken = || FetchError::Unavailable("the download broke off".to_owned());
        let input = match fetch {
            Fetch::Job(_) if fails => Input::Fetched { request, job: Err(broken()) },
            Fetch::Job(brief) => {
                let stored = &self.disk.jobs[&brief.revision.job];
                let picture = &stored.revisions[brief.revision.revision as usize].picture;
                Input::Fetched { request, job: Ok(picture.compute_job(&brief)) }
            }
            Fetch::Model(..) if fails => Input::FetchedModel { request, fetched: Err(broken()) },
            Fetch::Model(job, place) => {
                job.weights.put(place, WeightsSource::Embedded);
                Input::FetchedModel { request, fetched: Ok(()) }
            }
        };
        self.handle(number, input);
    }
}
