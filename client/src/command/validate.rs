//! `clipig validate`: checks experiments without running them, and says what `clipig render` would say of their
//! expressions, texts and images.

mod finding;
pub(crate) mod rehearsal;
mod series;

use std::io::IsTerminal;

use clipig_experiment::{Experiment, Overrides, SeriesKind, load, series_of};
use clipig_models::{ModelError, Store};

use self::finding::{Finding, Summary};
use crate::arguments::ValidateArguments;
use crate::exit::ExitCode;
use crate::experiment_files;
use crate::failure::Failure;
use crate::{features, image_files, output};

/// Exit code for experiments that cannot run.
const WRONG: u8 = 2;

/// Checks each file by itself: what can be said of it goes to standard output, problems to standard error.
pub(crate) fn run(arguments: &ValidateArguments) -> Result<ExitCode, Failure> {
    let mut records = Vec::new();
    let mut wrong = false;
    for file in &arguments.files {
        let finding = examine(file);
        wrong |= finding.is_wrong();
        if arguments.json {
            records.push(finding.to_json(file));
        } else {
            let problems = finding.problems(std::io::stderr().is_terminal());
            if !problems.is_empty() {
                output::say(problems.trim_end());
            }
            output::print(&format!("{}: {}\n", shown(file), finding.verdict()))?;
        }
    }
    if arguments.json {
        output::print(&format!("{:#}\n", serde_json::Value::from(records)))?;
    }
    Ok(if wrong { ExitCode::from(WRONG) } else { ExitCode::SUCCESS })
}

fn examine(file: &str) -> Finding {
    let sources = match experiment_files::read(&[file.to_owned()], None) {
        Ok(sources) => sources,
        Err(Failure::Experiment(problems)) => return Finding::Refused(*problems),
        Err(Failure::Usage(reason) | Failure::Failed(reason)) => return Finding::Unreadable(reason),
    };
    match series_of(&sources.yaml) {
        Some(SeriesKind::Sweep) => return series::of_sweep(&sources.yaml, file),
        Some(SeriesKind::Animation) => return series::of_animation(&sources.yaml, file),
        None => {}
    }
    match load(&sources.yaml, &Overrides::default()) {
        Ok(loaded) => {
            let mut rehearsed = rehearsal::rehearse(&loaded.experiment);
            match features::check(&loaded.experiment) {
                Ok(failures) => rehearsed.failures.extend(failures),
                Err(error) => return Finding::Unreadable(error.to_string()),
            }
            let files = [file.to_owned()];
            rehearsed.failures.extend(image_files::missing(
                &loaded.experiment,
                &files,
                sources.record.as_ref(),
            ));
            rehearsed.warnings.extend(absent_models(&loaded.experiment));
            Finding::Loaded { summary: Summary::of(&loaded.experiment), warnings: loaded.warnings, rehearsed }
        }
        Err(problems) => Finding::Refused(problems),
    }
}

/// Says of the models that an experiment names and this machine does not have where they may come from.
pub(crate) fn absent_models(experiment: &Experiment) -> Vec<String> {
    // Without a home there is no store.
    let Ok(store) = Store::of_user() else { return Vec::new() };
    let absent = |name: &str| match store.info(name) {
        Err(error @ (ModelError::Unknown { .. } | ModelError::NotInStore { .. })) => {
            Some(format!("{error}; or draw on a farm that has it"))
        }
        // Anything else is said when it is used.
        _ => None,
    };
    experiment.model_names().into_iter().flatten().filter_map(absent).collect()
}

/// The name of a file as people know it.
fn shown(file: &str) -> &str {
    if file == "-" { "standard input" } else { file }
}
