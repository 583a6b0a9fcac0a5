//! `clipig sweep`: the pictures of an experiment whose parameters take several values.

mod report;

use clipig_experiment::{Loaded, Sweep, sweep_of};

use self::report::Report;
use crate::arguments::{SeriesArguments, SweepArguments};
use crate::exit::ExitCode;
use crate::failure::Failure;
use crate::farm::show::counted;
use crate::local::Local;
use crate::series::{Checked, Plan, Series};
use crate::{beside, output};

pub(crate) fn run(arguments: &SweepArguments, local: &dyn Local) -> Result<ExitCode, Failure> {
    let series = &arguments.series;
    let plan = Plan::read(series)?;
    let sweep = sweep_of(&plan.sources, &series.overrides())?;
    let checked = Checked::of(&sweep, plan, series.verbose)?;
    // Before hours are spent on pictures that nobody can rate.
    let judge = sweep.judge.as_deref().map(|name| local.judge(name, judging_device(series)));
    let judge = match judge {
        Some(Err(failure)) if series.farm.is_some() && !beside::is_there() => {
            output::say(format!("warning: {failure}"));
            None
        }
        judge => judge.transpose()?,
    };
    let Some(drawing) = checked.draw(series, arguments.jobs as usize, local)? else {
        return Ok(ExitCode::INTERRUPTED);
    };
    let report = Report::of(&drawing, judge)?;
    report.write(&drawing.folder)?;
    let name = drawing.name();
    output::print(&if arguments.json { report.json(name) } else { report.text(name) })?;
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

impl Series for Sweep {
    const SERIES: &'static str = "sweep";
    const PICTURE: &'static str = "picture";
    const SUFFIX: &'static str = "sweep";

    fn count(&self) -> usize {
        Sweep::count(self)
    }

    fn output(&self) -> &str {
        &self.picture
    }

    /// A parameter may give each picture another one.
    fn seed(&self) -> Option<u64> {
        None
    }

    fn load(&self, index: usize, _seed: u64) -> Result<Loaded, Failure> {
        Ok(Sweep::load(self, index)?)
    }

    /// `learnrate 3, seed 2`.
    fn title(&self, index: usize) -> String {
        let names = short_names(self);
        let parts = names.iter().zip(self.labels(index)).map(|(name, (_, value))| format!("{name} {value}"));
        parts.collect::<Vec<_>>().join(", ")
    }

    /// Pictures are counted from 1.
    fn file_name(&self, index: usize) -> String {
        let digits = self.count().to_string().len().max(3);
        format!("{:0digits$}.png", index + 1)
    }

    fn job_name(&self, index: usize) -> String {
        format!("{}/{} {}", index + 1, self.count(), self.title(index))
    }
}

/// Where the judge computes: as the command line says for the pictures, else wherever it is fast.
fn judging_device(series: &SeriesArguments) -> &str {
    series.experiment.device.as_deref().unwrap_or("auto")
}

/// The last parts of the parameters' paths, or the whole paths where these are the same.
fn short_names(sweep: &Sweep) -> Vec<String> {
    let last =
        |path: &str| path.rsplit('.').find(|part| part.parse::<usize>().is_err()).unwrap_or(path).to_owned();
    let paths: Vec<&str> = sweep.axes.iter().map(|axis| axis.parameter.as_str()).collect();
    let unique = |path: &&str| paths.iter().filter(|other| last(other) == last(path)).count() == 1;
    paths.iter().map(|path| if unique(path) { last(path) } else { (*path).to_owned() }).collect()
}
