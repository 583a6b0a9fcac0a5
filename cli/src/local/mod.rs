//! What computes on this machine.

mod data_folder;
mod devices;
pub(crate) mod doctor;
mod farm;
pub(crate) mod farm_of_one;
mod studio;
mod worker;

use std::process::ExitCode;

use clipig_core::NoPatches;
use clipig_experiment::Experiment;
use clipig_models::{ModelError, Store};

use crate::arguments::{RateArguments, RenderArguments};
use crate::command;
use crate::failure::Failure;
use crate::model::Model;

/// The version of libtorch that computes here.
pub(crate) const LIBTORCH: Option<&str> = Some(clipig_engine::device::LIBTORCH);

/// The notices of the packages in the page that the coordinator serves.
pub(crate) const PAGE_NOTICES: &str = clipig_coordinator::page::NOTICES;

pub(crate) use self::data_folder::{check, restore};
pub(crate) use self::farm::{coordinate, start_farm};
pub(crate) use self::studio::studio;
pub(crate) use self::worker::work;
pub(crate) use crate::command::rate::judge::Judge;
pub(crate) use crate::command::render::easel::Easel;

pub(crate) fn render(arguments: &RenderArguments) -> Result<ExitCode, Failure> {
    command::render::run(arguments)
}

pub(crate) fn rate(arguments: &RateArguments) -> Result<ExitCode, Failure> {
    command::rate::run(arguments)
}

/// The page about the metrics of a coordinator.
#[expect(clippy::unnecessary_wraps, reason = "a clipig without a coordinator has none")]
pub(crate) fn metrics() -> Result<String, Failure> {
    let table = clipig_coordinator::metrics::table();
    Ok(format!(
        "# Metrics of the coordinator\n\nGenerated from the program by `cargo xtask generate`; do not edit. Times are in \
         seconds, sizes in bytes.\n[operations/monitoring.md](operations/monitoring.md#metrics) says how to collect them \
         and where to look first.\n\n{table}"
    ))
}

/// Why a sweep would not find its judge, which rates the pictures on this machine wherever they are drawn.
pub(crate) fn check_judge(name: &str) -> Option<String> {
    Model::find(Some(name)).err().map(|failure| failure.to_string())
}

/// What preparing the features of an experiment for its models would end with, as far as texts and styles tell; nothing
/// where the weights are not here. Only their header is read.
pub(crate) fn check_features(experiment: &Experiment) -> Result<Vec<String>, Failure> {
    // Without a home there is no store, and the embedded model is not asked for by a farm.
    let Ok(store) = Store::of_user() else { return Ok(Vec::new()) };
    let mut problems: Vec<(String, Vec<String>)> = Vec::new();
    let names = experiment.model_names();
    let models = names.len();
    for (place, name) in names.into_iter().enumerate() {
        let name = name.map_or_else(|| store.default_model().name.to_owned(), str::to_owned);
        let shape = match store.info(&name) {
            Ok(info) => info.architecture,
            Err(ModelError::Unknown { .. } | ModelError::NotInStore { .. } | ModelError::NotEmbedded) => {
                continue;
            }
            Err(error) => return Err(error.into()),
        };
        let limit = store.resolve(&name)?.spec.context.unwrap_or(shape.context);
        let tokens = (limit.min(shape.context) as usize, shape.vocabulary as usize);
        let texts = clipig_engine::check_texts(experiment, place, tokens);
        let mut found: Vec<String> = texts.iter().map(ToString::to_string).collect();
        if shape.feature_lengths().style.is_none() {
            found.extend(NoPatches::find(experiment, place).map(|error| error.to_string()));
        }
        for problem in found {
            // Several models may take exactly as many words.
            match problems.iter_mut().find(|(known, _)| *known == problem) {
                Some((_, models)) => models.push(name.clone()),
                None => problems.push((problem, vec![name.clone()])),
            }
        }
    }
    let named = |(problem, of): (String, Vec<String>)| {
        if of.len() < models { format!("{}: {problem}", of.join(", ")) } else { problem }
    };
    Ok(problems.into_iter().map(named).collect())
}
