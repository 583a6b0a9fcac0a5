//! `clipig sweep`: the pictures of an experiment whose parameters take several values.

mod report;

use std::collections::VecDeque;
use std::path::Path;
use std::process::ExitCode;

use clipig_experiment::{Sweep, sweep_of};

use self::report::Report;
use crate::arguments::{SeriesArguments, SweepArguments};
use crate::command::watch::interruptible;
use crate::failure::Failure;
use crate::farm::connection::Connection;
use crate::farm::converse;
use crate::farm::show::counted;
use crate::local::{Easel, Judge};
use crate::picture::file;
use crate::series::order::{Drawn, Order, Prepared, epochs_of};
use crate::series::{Ending, FarmEasel, Plan, SeriesFolder, SeriesProgress};
use crate::{interrupt, output, terminal};

/// What is known of a picture.
#[derive(Clone, Debug, PartialEq, Eq)]
enum State {
    Missing,
    /// Its file is there.
    There,
    Failed(String),
}

/// A sweep under way.
struct Work<'a> {
    sweep: &'a Sweep,
    plan: &'a Plan,
    folder: &'a SeriesFolder,
    /// Of each picture.
    states: Vec<State>,
}

/// Did it come to its end?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Done,
    Interrupted,
}

pub(crate) fn run(arguments: &SweepArguments) -> Result<ExitCode, Failure> {
    let series = &arguments.series;
    let mut plan = Plan::read(series)?;
    let sweep = sweep_of(&plan.sources, &series.overrides())?;
    let Prepared { verbose, epochs } = prepare(&sweep, &mut plan, series.verbose)?;
    let hash = plan.finish()?;
    // Before hours are spent on pictures that nobody can rate.
    let judge = sweep.judge.as_deref().map(|name| Judge::new(name, judging_device(series)));
    let judge = match judge {
        Some(Err(failure)) if series.farm.is_some() && !cfg!(feature = "local") => {
            output::say(format!("warning: {failure}"));
            None
        }
        judge => judge.transpose()?,
    };
    let name = series.folder(&sweep.picture, "sweep");
    let folder = SeriesFolder::open(&name, "sweep", &hash)?;
    let states = (0..sweep.count())
        .map(|index| if path(&folder, &sweep, index).is_file() { State::There } else { State::Missing })
        .collect();
    let mut work = Work { sweep: &sweep, plan: &plan, folder: &folder, states };
    let missing = work.missing();
    let before = sweep.count() - missing.len();
    let mut progress =
        SeriesProgress::begin("picture", before, missing.iter().map(|index| epochs[*index]), verbose);
    let end = match &series.farm {
        Some(address) => work.on_farm(arguments, address, verbose, &mut progress),
        None => work.here(arguments, &mut progress),
    };
    progress.end();
    if end? == End::Interrupted {
        if verbose >= 1 {
            output::say(format!("the same command goes on with the other pictures in {}", name.display()));
        }
        return Ok(ExitCode::from(interrupt::EXIT_CODE));
    }
    let report = Report::of(&work, judge)?;
    report.write(&folder)?;
    output::print(&if arguments.json { report.json(&name) } else { report.text(&name) })?;
    let failed = report.failures();
    if failed.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    for line in &failed {
        output::say(format!("error: {line}"));
    }
    let remedy = if series.farm.is_some() {
        "`clipig retry JOB` starts a job again, and then the same command fetches its picture"
    } else {
        "the same command tries again"
    };
    output::say(format!("{} failed; {remedy}", counted(failed.len() as u64, "picture")));
    Ok(ExitCode::FAILURE)
}

/// Checks all pictures before the first one is drawn. How much is said: `wanted`, or else as the experiment says.
fn prepare(sweep: &Sweep, plan: &mut Plan, wanted: Option<i64>) -> Result<Prepared, Failure> {
    let mut verbose = 0;
    let mut epochs = Vec::with_capacity(sweep.count());
    for index in 0..sweep.count() {
        let loaded = sweep.load(index)?;
        if index == 0 {
            verbose = wanted.unwrap_or(loaded.experiment.verbose);
            if verbose >= 1 && !loaded.warnings.is_empty() {
                output::say(loaded.warnings.render(terminal::colours_on_stderr()).trim_end());
            }
        }
        plan.add(&title(sweep, index), &loaded, None)?;
        epochs.push(epochs_of(&loaded));
    }
    Ok(Prepared { verbose, epochs })
}

/// Where the judge computes: as the command line says for the pictures, else wherever it is fast.
fn judging_device(series: &SeriesArguments) -> &str {
    series.experiment.device.as_deref().unwrap_or("auto")
}

/// The name of a picture's file. Pictures are counted from 1.
fn file_name(sweep: &Sweep, index: usize) -> String {
    let digits = sweep.count().to_string().len().max(3);
    format!("{:0digits$}.png", index + 1)
}

fn path(folder: &SeriesFolder, sweep: &Sweep, index: usize) -> std::path::PathBuf {
    folder.path(&file_name(sweep, index))
}

/// What is special about a picture: `learnrate 3, seed 2`.
fn title(sweep: &Sweep, index: usize) -> String {
    let names = short_names(sweep);
    let parts = names.iter().zip(sweep.labels(index)).map(|(name, (_, value))| format!("{name} {value}"));
    parts.collect::<Vec<_>>().join(", ")
}

/// The last parts of the parameters' paths, or the whole paths where these are the same.
fn short_names(sweep: &Sweep) -> Vec<String> {
    let last =
        |path: &str| path.rsplit('.').find(|part| part.parse::<usize>().is_err()).unwrap_or(path).to_owned();
    let paths: Vec<&str> = sweep.axes.iter().map(|axis| axis.parameter.as_str()).collect();
    let unique = |path: &&str| paths.iter().filter(|other| last(other) == last(path)).count() == 1;
    paths.iter().map(|path| if unique(path) { last(path) } else { (*path).to_owned() }).collect()
}

impl Work<'_> {
    fn order(&self, index: usize) -> Result<Order, Failure> {
        let loaded = self.sweep.load(index)?;
        let number = index + 1;
        let name = format!("{number}/{} {}", self.sweep.count(), title(self.sweep, index));
        Ok(Order {
            seed: loaded.experiment.seed.unwrap_or(self.folder.seed()),
            assets: self.plan.assets(&loaded),
            path: path(self.folder, self.sweep, index),
            name,
            token: self.folder.token(index),
            loaded,
        })
    }

    fn missing(&self) -> Vec<usize> {
        (0..self.states.len()).filter(|index| self.states[*index] == State::Missing).collect()
    }

    fn ended(&mut self, index: usize, state: State, progress: &mut SeriesProgress) {
        let outcome = match &state {
            State::Failed(why) => format!("failed: {why}"),
            _ => "is done".to_owned(),
        };
        progress.picture(&title(self.sweep, index), &outcome);
        self.states[index] = state;
    }

    /// Draws what is missing on this machine. A picture that fails does not keep the others from being drawn.
    fn here(&mut self, arguments: &SweepArguments, progress: &mut SeriesProgress) -> Result<End, Failure> {
        interrupt::listen(|| output::say("\nstopping; press Ctrl-C again to stop at once"));
        let compute = arguments.series.compute();
        let mut easel = Easel::default();
        let mut said = std::collections::BTreeSet::new();
        for index in self.missing() {
            let order = self.order(index)?;
            let drawn = easel.draw(&order, &compute, &mut || progress.epoch());
            match drawn {
                Ok(Drawn::Picture { png, warnings }) => {
                    for warning in warnings.into_iter().filter(|warning| said.insert(warning.clone())) {
                        progress.say(&format!("warning: {warning}"));
                    }
                    keep(&order.path, &png)?;
                    self.ended(index, State::There, progress);
                }
                Ok(Drawn::Interrupted) => return Ok(End::Interrupted),
                Err(failure) => self.ended(index, State::Failed(failure.to_string()), progress),
            }
            if interrupt::asked() {
                return Ok(End::Interrupted);
            }
        }
        Ok(End::Done)
    }

    /// Draws what is missing on a farm.
    fn on_farm(
        &mut self,
        arguments: &SweepArguments,
        address: &str,
        verbose: i64,
        progress: &mut SeriesProgress,
    ) -> Result<End, Failure> {
        let series = &arguments.series;
        let compute = series.compute();
        let files = self.plan.files();
        converse(async {
            let easel = FarmEasel {
                connection: Connection::open(address, &series.access).await?,
                compute: &compute,
                terms: &series.terms,
                files,
                talkative: verbose >= 1,
            };
            let most = arguments.jobs as usize;
            if let Some(done) = Box::pin(interruptible(self.all_on(&easel, most, progress))).await {
                return done.map(|()| End::Done);
            }
            if verbose >= 1 {
                output::say("the jobs that were submitted go on; `clipig jobs` lists them");
            }
            Ok(End::Interrupted)
        })
    }

    /// Keeps at most so many jobs on the farm, and fetches them in their order.
    async fn all_on(
        &mut self,
        easel: &FarmEasel<'_>,
        most: usize,
        progress: &mut SeriesProgress,
    ) -> Result<(), Failure> {
        let mut waiting: VecDeque<usize> = self.missing().into();
        let mut submitted: VecDeque<(usize, u64)> = VecDeque::new();
        loop {
            while let Some(&index) = waiting.front().filter(|_| submitted.len() < most) {
                match easel.submit(&self.order(index)?).await {
                    Ok(job) => submitted.push_back((index, job)),
                    Err(failure @ (Failure::Usage(_) | Failure::Experiment(_))) => {
                        self.ended(index, State::Failed(failure.to_string()), progress);
                    }
                    // The farm may be full: when one of these jobs has ended, there is room again.
                    Err(_) if !submitted.is_empty() => break,
                    Err(failure) => return Err(failure),
                }
                waiting.pop_front();
            }
            let Some((index, job)) = submitted.pop_front() else { return Ok(()) };
            let state = match easel.fetch(job, &self.order(index)?).await? {
                Ending::Fetched => State::There,
                Ending::Failed(why) => State::Failed(why),
            };
            self.ended(index, state, progress);
        }
    }
}

/// Writes a finished picture: all of it, or nothing.
fn keep(path: &Path, png: &[u8]) -> Result<(), Failure> {
    if file::create_exactly(path, png)? {
        return Ok(());
    }
    Err(Failure::failed(format!("{} appeared while it was drawn", path.display())))
}
