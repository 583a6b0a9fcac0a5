//! What goes wrong, and what people want.

use std::time::Duration;

use clipig_core::JobId;
use clipig_schedule::dispatcher::Time;
use clipig_schedule::switchboard::WorkerCommand;
use clipig_worker::session::Input;

use crate::network::Parcel;
use crate::scenario::Trouble;
use crate::world::{Event, World};

impl World {
    pub(crate) fn trouble(&mut self, trouble: &Trouble) {
        self.trace(|| format!("trouble: {trouble:?}"));
        let now = self.now;
        match *trouble {
            Trouble::Crash(number, down) => {
                self.kill_worker(number);
                self.queue.push(now + down, Event::Start(number));
            }
            Trouble::Freeze(number, time) => self.workers[number].frozen = Some(now + time),
            Trouble::Break(number) => self.break_link(number),
            Trouble::Partition(number, time) => {
                self.network.cut_off(number, now + time);
                if self.random.chance(0.5) {
                    self.break_link(number);
                }
            }
            Trouble::ClockJump(number, ahead) => self.workers[number].ahead += ahead,
            Trouble::Replay(number) => {
                let message = self.random.choose(&self.workers[number].past).cloned();
                let id = self.workers[number].connection();
                if let (Some(message), Some(id)) = (message, id) {
                    self.send(id, &Parcel::Up(message));
                }
            }
            Trouble::Terminate(number, time) => {
                if self.workers[number].link.is_some() {
                    self.workers[number].away = Some(now + time);
                    self.handle(number, Input::Drain("SIGTERM".to_owned()));
                }
            }
            Trouble::CoordinatorCrash(down) => {
                self.kill_coordinator();
                self.queue.push(now + down, Event::CoordinatorStart);
            }
            Trouble::CoordinatorFreeze(time) => {
                if let Some(coordinator) = &mut self.coordinator {
                    coordinator.frozen = Some(now + time);
                }
            }
            Trouble::PauseWorker(number, time) => {
                if let Some(name) = self.name_of(number) {
                    // A worker that is not known (any more) cannot be paused.
                    let pause = WorkerCommand::Pause;
                    let _ = self.switchboard(|core, now| core.handle_worker_command(&name, pause, now));
                    self.queue.push(now + time, Event::ResumeWorker(number));
                    self.settle();
                }
            }
            Trouble::DrainWorker(number) => {
                if let Some(name) = self.name_of(number) {
                    let drain = WorkerCommand::Drain("by a person".into());
                    let _ = self.switchboard(|core, now| core.handle_worker_command(&name, drain, now));
                    self.settle();
                }
            }
            Trouble::PauseJob(number, time) => {
                if self.answers_people() {
                    self.pause_job(job_of(number));
                    self.queue.push(now + time, Event::ResumeJob(job_of(number)));
                }
            }
            Trouble::CancelJob(number, time) => {
                if self.answers_people() {
                    self.cancel_job(job_of(number));
                    self.queue.push(now + time, Event::Retry(job_of(number)));
                }
            }
            Trouble::UpdateJob(number) => {
                if self.answers_people() {
                    self.update_job(job_of(number));
                }
            }
            Trouble::Priority(number, priority) => {
                if self.answers_people() {
                    self.set_priority(job_of(number), priority);
                }
            }
        }
    }

    /// With a coordinator that is down or stands still, nobody can ask for anything.
    pub(crate) fn answers_people(&self) -> bool {
        let frozen = |until: Time| until > self.now;
        self.coordinator.as_ref().is_some_and(|coordinator| !coordinator.frozen.is_some_and(frozen))
    }

    /// The name that the farm knows a connected worker by.
    pub(crate) fn name_of(&self, number: usize) -> Option<clipig_core::WorkerName> {
        self.workers[number].link.as_ref()?.session.name().cloned()
    }

    pub(crate) fn resume_worker(&mut self, number: usize) {
        let Some(coordinator) = &self.coordinator else { return };
        let base = &self.workers[number].plan.name;
        let views = coordinator.core.workers();
        let paused = views.into_iter().filter(|view| view.paused && view.registration.name.as_str() == base);
        for name in paused.map(|view| view.name).collect::<Vec<_>>() {
            let resume = WorkerCommand::Resume;
            let _ = self.switchboard(|core, now| core.handle_worker_command(&name, resume, now));
        }
        self.settle();
    }

    /// Nothing goes wrong any more.
    pub(crate) fn quiet(&mut self) {
        self.trace(|| "from now on it is quiet".to_owned());
        self.network.calm();
        for number in 0..self.workers.len() {
            self.workers[number].mend();
            self.workers[number].frozen = None;
            // Threads that hang, hang until somebody notices; so do connections that nobody notices are broken.
            self.kill_worker(number);
            self.queue.push(self.now + Duration::from_millis(10), Event::Start(number));
        }
        match &mut self.coordinator {
            Some(coordinator) => coordinator.frozen = None,
            None => self.queue.push(self.now, Event::CoordinatorStart),
        }
        for number in 0..self.workers.len() {
            self.queue.push(self.now, Event::ResumeWorker(number));
        }
    }
}

fn job_of(number: usize) -> JobId {
    JobId(number as u64 + 1)
}
