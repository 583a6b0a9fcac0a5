//! Draws what is missing of a series, on this machine or on a farm.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::{Path, PathBuf};

use clipig_experiment::Loaded;

use super::farm::{Ending, FarmEasel};
use super::folder::SeriesFolder;
use super::order::{Drawn, Order, epochs_of};
use super::plan::Plan;
use super::previous::pixels_alone;
use super::progress::SeriesProgress;
use crate::arguments::SeriesArguments;
use crate::command::watch::interruptible;
use crate::failure::Failure;
use crate::farm::connection::Connection;
use crate::farm::converse;
use crate::local::{Easel, Local};
use crate::picture::{file, space};
use crate::{interrupt, output, terminal};

/// The pictures of one file, in the order in which they are drawn.
pub(crate) trait Series {
    /// What the series is, as its folder says.
    const SERIES: &'static str;
    /// What one of its pictures is called.
    const PICTURE: &'static str;
    /// What the name of its folder ends with where none is asked for.
    const SUFFIX: &'static str;

    fn count(&self) -> usize;

    /// Where a single picture would go.
    fn output(&self) -> &str;

    /// The seed of all pictures, where the experiment has one for all.
    fn seed(&self) -> Option<u64>;

    /// The experiment of a picture. `seed` is for series whose experiment has none.
    fn load(&self, index: usize, seed: u64) -> Result<Loaded, Failure>;

    /// Checks of the first picture that hold for all.
    fn check_first(&self, _first: &Loaded) -> Result<(), Failure> {
        Ok(())
    }

    /// What is special about a picture.
    fn title(&self, index: usize) -> String;

    /// Which picture it is, in messages about its experiment.
    fn place(&self, index: usize) -> String {
        self.title(index)
    }

    fn file_name(&self, index: usize) -> String;

    fn job_name(&self, index: usize) -> String;

    /// By which name its experiment knows the picture before it, if it needs that.
    fn previous(&self, _index: usize) -> Option<String> {
        None
    }

    /// What follows for the series when a picture fails; `None`: the others are drawn all the same.
    fn consequence(&self, _index: usize, _failure: &Failure) -> Option<Failure> {
        None
    }
}

/// A series whose pictures have all been checked.
pub(crate) struct Checked<'a, S> {
    series: &'a S,
    plan: Plan,
    /// Of all that decides its pictures.
    hash: String,
    /// How much is said.
    verbose: i64,
    /// Of each picture.
    epochs: Vec<u32>,
}

/// A series in its folder.
pub(crate) struct Drawing<'a, S> {
    pub(crate) series: &'a S,
    pub(crate) folder: SeriesFolder,
    /// How much is said.
    pub(crate) verbose: i64,
    plan: Plan,
    seed: u64,
    /// Why pictures failed.
    failures: BTreeMap<usize, String>,
}

/// Did it come to its end?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Done,
    Interrupted,
}

/// Where pictures are drawn.
enum Place<'a> {
    Here(Box<dyn Easel>),
    Farm(OnFarm<'a>),
}

/// How pictures are drawn on a farm.
struct OnFarm<'a> {
    address: &'a str,
    arguments: &'a SeriesArguments,
    /// So many jobs wait or run at the same time.
    jobs: usize,
    verbose: i64,
}

impl<'a, S: Series> Checked<'a, S> {
    /// Checks all pictures before the first one is drawn. How much is said: `wanted`, or else as the experiment says.
    pub(crate) fn of(series: &'a S, mut plan: Plan, wanted: Option<i64>) -> Result<Self, Failure> {
        let seed = series.seed().unwrap_or_default();
        let mut verbose = 0;
        let mut epochs = Vec::with_capacity(series.count());
        for index in 0..series.count() {
            let loaded = series.load(index, seed)?;
            if index == 0 {
                verbose = wanted.unwrap_or(loaded.experiment.verbose);
                series.check_first(&loaded)?;
                if verbose >= 1 && !loaded.warnings.is_empty() {
                    output::say(loaded.warnings.render(terminal::colours_on_stderr()).trim_end());
                }
            }
            plan.add(&series.place(index), &loaded, series.previous(index).as_deref())?;
            epochs.push(epochs_of(&loaded));
        }
        let hash = plan.finish()?;
        Ok(Self { series, plan, hash, verbose, epochs })
    }

    /// Draws what is missing; on a farm with so many jobs at the same time. `None`: Ctrl-C came first.
    pub(crate) fn draw(
        self,
        arguments: &SeriesArguments,
        jobs: usize,
        local: &dyn Local,
    ) -> Result<Option<Drawing<'a, S>>, Failure> {
        let Self { series, plan, hash, verbose, epochs } = self;
        let place = match &arguments.farm {
            Some(address) => Place::Farm(OnFarm { address, arguments, jobs, verbose }),
            None => Place::Here(local.easel()?),
        };
        let folder = SeriesFolder::open(&arguments.folder(series.output(), S::SUFFIX), S::SERIES, &hash)?;
        let seed = series.seed().unwrap_or(folder.seed());
        let mut drawing = Drawing { series, folder, verbose, plan, seed, failures: BTreeMap::new() };
        let missing = drawing.missing();
        let before = series.count() - missing.len();
        let epochs = missing.iter().map(|index| epochs[*index]);
        let mut progress = SeriesProgress::begin(S::PICTURE, before, epochs, verbose);
        let end = match place {
            Place::Farm(farm) => drawing.on_farm(&farm, missing, &mut progress),
            Place::Here(mut easel) => drawing.here(easel.as_mut(), arguments, missing, &mut progress),
        };
        progress.end();
        if end? == End::Interrupted {
            if verbose >= 1 {
                let (what, name) = (S::PICTURE, drawing.name().display());
                output::say(format!("the same command goes on with the other {what}s in {name}"));
            }
            return Ok(None);
        }
        Ok(Some(drawing))
    }
}

impl<S: Series> Drawing<'_, S> {
    /// The folder's name.
    pub(crate) fn name(&self) -> &Path {
        self.folder.name()
    }

    pub(crate) fn path(&self, index: usize) -> PathBuf {
        self.folder.path(&self.series.file_name(index))
    }

    /// The seed of a picture whose experiment has none.
    pub(crate) fn seed(&self) -> u64 {
        self.seed
    }

    /// Why a picture is not there.
    pub(crate) fn failure(&self, index: usize) -> Option<&str> {
        self.failures.get(&index).map(String::as_str)
    }

    /// A picture, ready to be drawn. The one before it must be there if it needs that.
    pub(crate) fn order(&self, index: usize) -> Result<Order, Failure> {
        let loaded = self.series.load(index, self.seed)?;
        let mut assets = self.plan.assets(&loaded);
        if let (Some(previous), Some(before)) = (self.series.previous(index), index.checked_sub(1)) {
            assets.insert(previous, pixels_alone(&self.path(before))?);
        }
        Ok(Order {
            seed: loaded.experiment.seed.unwrap_or(self.seed),
            assets,
            path: self.path(index),
            name: self.series.job_name(index),
            token: self.folder.token(index),
            loaded,
        })
    }

    fn missing(&self) -> Vec<usize> {
        (0..self.series.count()).filter(|index| !self.path(*index).is_file()).collect()
    }

    fn is_done(&self, index: usize, progress: &mut SeriesProgress) {
        progress.picture(&self.series.title(index), "is done");
    }

    /// A picture has failed.
    ///
    /// # Errors
    /// If the series cannot go on without it.
    fn has_failed(
        &mut self,
        index: usize,
        failure: &Failure,
        progress: &mut SeriesProgress,
    ) -> Result<(), Failure> {
        if let Some(failure) = self.series.consequence(index, failure) {
            return Err(failure);
        }
        let why = failure.to_string();
        progress.picture(&self.series.title(index), &format!("failed: {why}"));
        self.failures.insert(index, why);
        Ok(())
    }

    /// Draws pictures on this machine.
    fn here(
        &mut self,
        easel: &mut dyn Easel,
        arguments: &SeriesArguments,
        missing: Vec<usize>,
        progress: &mut SeriesProgress,
    ) -> Result<End, Failure> {
        interrupt::listen(|| output::say("\nstopping; press Ctrl-C again to stop at once"));
        let compute = arguments.compute();
        let mut said = BTreeSet::new();
        for index in missing {
            let order = self.order(index)?;
            match easel.draw(&order, &compute, &mut || progress.epoch()) {
                Ok(Drawn::Picture { png, warnings }) => {
                    for warning in warnings.into_iter().filter(|warning| said.insert(warning.clone())) {
                        progress.say(&format!("warning: {warning}"));
                    }
                    keep(&order.path, &png, progress)?;
                    self.is_done(index, progress);
                }
                Ok(Drawn::Interrupted) => return Ok(End::Interrupted),
                Err(failure) => self.has_failed(index, &failure, progress)?,
            }
            if interrupt::asked() {
                return Ok(End::Interrupted);
            }
        }
        Ok(End::Done)
    }

    /// Draws pictures on a farm.
    fn on_farm(
        &mut self,
        farm: &OnFarm<'_>,
        missing: Vec<usize>,
        progress: &mut SeriesProgress,
    ) -> Result<End, Failure> {
        let OnFarm { address, arguments, jobs, verbose } = *farm;
        let compute = arguments.compute();
        let files = self.plan.files().to_vec();
        let voice = progress.voice();
        let listener = voice.clone();
        converse(async {
            let connection = Connection::open(address, &arguments.access).await?;
            let easel = FarmEasel {
                connection: connection.persistent(move |line| listener.say(line)),
                compute: &compute,
                terms: &arguments.terms,
                files: &files,
                voice,
            };
            let all = self.all_on(&easel, jobs, missing, progress);
            if let Some(done) = Box::pin(interruptible(all)).await {
                return done.map(|()| End::Done);
            }
            if verbose >= 1 && jobs > 1 {
                output::say("the jobs that were submitted go on; `clipig jobs` lists them");
            } else if verbose >= 1 {
                let what = S::PICTURE;
                output::say(format!("the job of this {what} goes on; `clipig jobs` lists it"));
            }
            Ok(End::Interrupted)
        })
    }

    /// Keeps at most so many jobs on the farm, and fetches them in their order.
    async fn all_on(
        &mut self,
        easel: &FarmEasel<'_>,
        jobs: usize,
        missing: Vec<usize>,
        progress: &mut SeriesProgress,
    ) -> Result<(), Failure> {
        let mut waiting: VecDeque<usize> = missing.into();
        let mut submitted: VecDeque<(usize, u64)> = VecDeque::new();
        loop {
            while let Some(&index) = waiting.front().filter(|_| submitted.len() < jobs) {
                match easel.submit(&self.order(index)?).await {
                    Ok(job) => submitted.push_back((index, job)),
                    Err(failure @ (Failure::Usage(_) | Failure::Experiment(_))) => {
                        self.has_failed(index, &failure, progress)?;
                    }
                    // The farm may be full: when one of these jobs has ended, there is room again.
                    Err(_) if !submitted.is_empty() => break,
                    Err(failure) => return Err(self.series.consequence(index, &failure).unwrap_or(failure)),
                }
                waiting.pop_front();
            }
            let Some((index, job)) = submitted.pop_front() else { return Ok(()) };
            match easel.fetch(job, &self.order(index)?, progress).await? {
                Ending::Fetched => self.is_done(index, progress),
                Ending::Failed(why) => self.has_failed(index, &Failure::failed(why), progress)?,
            }
        }
    }
}

/// Writes a finished picture: all of it, or nothing. A full disk is waited for.
fn keep(path: &Path, png: &[u8], progress: &SeriesProgress) -> Result<(), Failure> {
    if space::wait_for(|| file::create_exactly(path, png), |line| progress.demand(&line))? {
        return Ok(());
    }
    Err(Failure::failed(format!("{} appeared while it was drawn", path.display())))
}
