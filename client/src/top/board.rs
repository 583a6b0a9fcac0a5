//! What is shown, and what keys do.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::act::{Command, Verb};
use super::feed::{News, Snapshot};
use super::order::{JobOrder, WorkerOrder};
use super::pace::Paces;
use crate::farm::show::columns::plain;
use crate::farm::show::{has_ended, job_state, worker_state};
use crate::farm::wire::{Job, JobState, Worker};

/// Which of the two tables the keys are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pane {
    Jobs,
    Workers,
}

/// What keys mean at the moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// They move and ask.
    Browse,
    /// They are letters of the filter.
    Filter,
    /// They answer this question.
    Question(Command),
}

/// What follows from a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Reaction {
    /// At most another picture.
    Redraw,
    Quit,
    /// The person has said yes.
    Do(Command),
}

#[derive(Debug)]
pub(super) struct Board {
    pub(super) address: String,
    pub(super) snapshot: Option<Snapshot>,
    /// Why the farm cannot be reached; `None` where it can.
    pub(super) lost: Option<String>,
    pub(super) mode: Mode,
    pub(super) pane: Pane,
    pub(super) job_order: JobOrder,
    pub(super) worker_order: WorkerOrder,
    pub(super) is_reversed: bool,
    pub(super) filter: String,
    /// Jobs that have ended are shown, too.
    pub(super) with_ended: bool,
    /// The outcome of the last command.
    pub(super) said: Option<String>,
    pub(super) paces: Paces,
    /// By number and name, so that a selection stays when rows move.
    job: Option<u64>,
    worker: Option<String>,
}

/// Longest filter.
const FILTER: usize = 60;

impl Board {
    pub(super) fn new(address: String) -> Self {
        Self {
            address,
            snapshot: None,
            lost: None,
            mode: Mode::Browse,
            pane: Pane::Jobs,
            job_order: JobOrder::Urgency,
            worker_order: WorkerOrder::Name,
            is_reversed: false,
            filter: String::new(),
            with_ended: false,
            said: None,
            paces: Paces::default(),
            job: None,
            worker: None,
        }
    }

    /// Takes what came from the farm.
    pub(super) fn handle_news(&mut self, news: News) {
        match news {
            News::Snapshot(snapshot) => {
                self.paces.add(snapshot.taken, &snapshot.workers);
                self.lost = None;
                self.snapshot = Some(*snapshot);
            }
            News::Lost(why) => self.lost = Some(why),
            News::Done(said) => self.said = Some(said),
        }
    }

    /// Jobs as they are shown.
    pub(super) fn jobs(&self) -> Vec<&Job> {
        let all = self.snapshot.iter().flat_map(|snapshot| &snapshot.jobs);
        let mut jobs: Vec<&Job> = all
            .filter(|job| self.with_ended || !has_ended(job.state()))
            .filter(|job| {
                self.passes(&[&job.number.to_string(), &job.name, job_state(job.state()), &job.reason])
            })
            .collect();
        jobs.sort_by(|a, b| self.job_order.compare(a, b));
        if self.is_reversed && self.pane == Pane::Jobs {
            jobs.reverse();
        }
        jobs
    }

    /// Workers as they are shown.
    pub(super) fn workers(&self) -> Vec<&Worker> {
        let all = self.snapshot.iter().flat_map(|snapshot| &snapshot.workers);
        let model = |worker: &Worker| worker.kind.as_ref().map(|kind| kind.model.clone()).unwrap_or_default();
        let mut workers: Vec<&Worker> = all
            .filter(|one| {
                self.passes(&[&one.name, worker_state(one.state()), &one.device, &model(one), &one.reason])
            })
            .collect();
        workers.sort_by(|a, b| self.worker_order.compare(a, b, &self.paces));
        if self.is_reversed && self.pane == Pane::Workers {
            workers.reverse();
        }
        workers
    }

    fn passes(&self, texts: &[&str]) -> bool {
        let wanted = self.filter.to_lowercase();
        texts.iter().any(|text| text.to_lowercase().contains(&wanted))
    }

    /// The row of the selected job; the first one where none is selected or it is gone.
    pub(super) fn selected_job(&self) -> Option<usize> {
        let jobs = self.jobs();
        let found = jobs.iter().position(|job| Some(job.number) == self.job);
        found.or_else(|| (!jobs.is_empty()).then_some(0))
    }

    pub(super) fn selected_worker(&self) -> Option<usize> {
        let workers = self.workers();
        let found = workers.iter().position(|worker| Some(&worker.name) == self.worker.as_ref());
        found.or_else(|| (!workers.is_empty()).then_some(0))
    }

    pub(super) fn handle_key(&mut self, key: KeyEvent) -> Reaction {
        if key.code == KeyCode::Char('c') && key.modifiers.contains(KeyModifiers::CONTROL) {
            return Reaction::Quit;
        }
        match &self.mode {
            Mode::Browse => self.browse(key.code),
            Mode::Filter => self.type_filter(key.code),
            Mode::Question(command) => {
                let command = command.clone();
                self.mode = Mode::Browse;
                // Only a clear yes is one.
                if matches!(key.code, KeyCode::Char('y' | 'Y')) {
                    Reaction::Do(command)
                } else {
                    Reaction::Redraw
                }
            }
        }
    }

    fn browse(&mut self, key: KeyCode) -> Reaction {
        self.said = None;
        match key {
            KeyCode::Char('q') => return Reaction::Quit,
            KeyCode::Esc if self.filter.is_empty() => return Reaction::Quit,
            KeyCode::Esc => self.filter.clear(),
            KeyCode::Tab | KeyCode::BackTab => {
                self.pane = if self.pane == Pane::Jobs { Pane::Workers } else { Pane::Jobs };
            }
            KeyCode::Up | KeyCode::Char('k') => self.select(-1),
            KeyCode::Down | KeyCode::Char('j') => self.select(1),
            KeyCode::PageUp => self.select(-10),
            KeyCode::PageDown => self.select(10),
            KeyCode::Home => self.select(isize::MIN),
            KeyCode::End => self.select(isize::MAX),
            KeyCode::Char('s') => match self.pane {
                Pane::Jobs => self.job_order = self.job_order.next(),
                Pane::Workers => self.worker_order = self.worker_order.next(),
            },
            KeyCode::Char('S') => self.is_reversed = !self.is_reversed,
            KeyCode::Char('a') => self.with_ended = !self.with_ended,
            KeyCode::Char('/') => self.mode = Mode::Filter,
            KeyCode::Char('p') => self.ask(Verb::Pause),
            KeyCode::Char('r') => self.ask(Verb::Resume),
            KeyCode::Char('c') => self.ask(Verb::Cancel),
            KeyCode::Char('d') => self.ask(Verb::Drain),
            _ => {}
        }
        Reaction::Redraw
    }

    fn type_filter(&mut self, key: KeyCode) -> Reaction {
        match key {
            KeyCode::Enter => self.mode = Mode::Browse,
            KeyCode::Esc => {
                self.filter.clear();
                self.mode = Mode::Browse;
            }
            KeyCode::Backspace => {
                self.filter.pop();
            }
            KeyCode::Char(letter) if self.filter.len() < FILTER => self.filter.push(letter),
            _ => {}
        }
        Reaction::Redraw
    }

    /// Moves the selection by so many rows.
    fn select(&mut self, by: isize) {
        let moved = |row: Option<usize>, rows: usize| {
            row.map(|row| row.saturating_add_signed(by).min(rows.saturating_sub(1)))
        };
        match self.pane {
            Pane::Jobs => {
                let jobs = self.jobs();
                let row = moved(self.selected_job(), jobs.len());
                self.job = row.and_then(|row| jobs.get(row)).map(|job| job.number);
            }
            Pane::Workers => {
                let workers = self.workers();
                let row = moved(self.selected_worker(), workers.len());
                self.worker = row.and_then(|row| workers.get(row)).map(|worker| worker.name.clone());
            }
        }
    }

    /// Asks whether to do something with the selected row, if that makes sense.
    fn ask(&mut self, verb: Verb) {
        let command = match self.pane {
            Pane::Jobs => self.selected_job().and_then(|row| {
                let jobs = self.jobs();
                let job = jobs.get(row)?;
                let sensible = match verb {
                    Verb::Pause => !has_ended(job.state()) && job.state() != JobState::Paused,
                    Verb::Resume => job.state() == JobState::Paused,
                    Verb::Cancel => !has_ended(job.state()),
                    Verb::Drain => false,
                };
                sensible.then(|| Command::Job { verb, number: job.number, name: plain(&job.name, 40) })
            }),
            Pane::Workers => self.selected_worker().and_then(|row| {
                let workers = self.workers();
                let worker = workers.get(row)?;
                (verb != Verb::Cancel).then(|| Command::Worker { verb, name: worker.name.clone() })
            }),
        };
        // The selection must not move to another row while the question is open.
        match &command {
            Some(Command::Job { number, .. }) => self.job = Some(*number),
            Some(Command::Worker { name, .. }) => self.worker = Some(name.clone()),
            None => {
                self.said = Some("that makes no sense for the selected row".to_owned());
                return;
            }
        }
        self.mode = command.map_or(Mode::Browse, Mode::Question);
    }
}
