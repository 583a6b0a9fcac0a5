//! An experiment that is ready to be submitted: read, checked, its files found and hashed.

use std::collections::BTreeMap;
use std::path::Path;

use bytes::Bytes;
use clipig_core::{Activation, Assets, ModelSettings};
use clipig_experiment::{Loaded, Overrides, load};
use clipig_models::registry;
use clipig_picture::Record;
use sha2::{Digest, Sha256};

use super::content::{Blob, OwnModel, Source};
use super::wire;
use crate::arguments::{ComputeArguments, Precision, TermsArguments};
use crate::command::validate::rehearsal;
use crate::experiment_files::{self, Sources};
use crate::failure::Failure;
use crate::{features, image_files, output, terminal};

/// The longest name of a job, in bytes.
const NAME_BYTES: usize = 200;

/// An experiment that can go to a farm.
pub(crate) struct Submission {
    /// The experiment, with the values of the command line.
    pub(crate) loaded: Loaded,
    /// The picture that is repeated.
    record: Option<Record>,
    /// Content by its SHA-256.
    pub(crate) blobs: BTreeMap<[u8; 32], Blob>,
    /// SHA-256 by the names that the experiment uses.
    assets: BTreeMap<String, Bytes>,
    /// The weights of each model of the experiment, where they are here.
    pub(crate) models: Vec<Option<OwnModel>>,
    /// Name of the first file, without folder and ending.
    file: String,
}

impl Submission {
    /// Reads an experiment with all files that it names and checks it as `clipig validate` does. Addresses are
    /// fetched here: a farm opens none.
    pub(crate) fn read(files: &[String], overrides: &Overrides) -> Result<Self, Failure> {
        let Sources { yaml, record } = experiment_files::read(files, overrides.text.as_deref())?;
        let loaded = load(&yaml, overrides)?;
        let talkative = loaded.experiment.verbose >= 1;
        let say = move |message: String| {
            if talkative {
                output::say(message);
            }
        };
        if !loaded.warnings.is_empty() {
            say(loaded.warnings.render(terminal::colours_on_stderr()).trim_end().to_owned());
        }
        let mut failures = rehearsal::rehearse(&loaded.experiment).failures;
        failures.extend(features::check(&loaded.experiment)?);
        if !failures.is_empty() {
            return Err(Failure::usage(failures.join("\nerror: ")));
        }
        let images = image_files::read(&loaded.experiment, files, record.as_ref(), &say)?;
        Self::of(loaded, record, &images, files)
    }

    /// An experiment that was checked, with its images. `files` are those that it was read from.
    pub(crate) fn of(
        loaded: Loaded,
        record: Option<Record>,
        images: &Assets,
        files: &[String],
    ) -> Result<Self, Failure> {
        let mut blobs = BTreeMap::new();
        let mut assets = BTreeMap::new();
        for (name, bytes) in images.iter() {
            let bytes = Bytes::from_owner(std::sync::Arc::clone(bytes));
            let sha256: [u8; 32] = Sha256::digest(&bytes).into();
            assets.insert(name.to_owned(), Bytes::copy_from_slice(&sha256));
            blobs.entry(sha256).or_insert(Blob { name: name.to_owned(), bytes: Source::Memory(bytes) });
        }
        let file = files.first().filter(|file| *file != "-").map(String::as_str).unwrap_or_default();
        let file = Path::new(file).file_stem().map(|stem| stem.to_string_lossy().into_owned());
        let own = |name: Option<&str>| name.map_or(Ok(None), OwnModel::find);
        let models = loaded.experiment.model_names().into_iter().map(own).collect::<Result<_, Failure>>()?;
        Ok(Self { loaded, record, blobs, assets, models, file: file.unwrap_or_default() })
    }

    /// The experiment as one document.
    fn yaml(&self) -> String {
        let mut tree = self.loaded.tree.clone();
        tree.forget_output();
        tree.to_yaml()
    }

    /// Prints a line, unless the experiment is silent (`verbose: 0`).
    pub(crate) fn say(&self, line: impl std::fmt::Display) {
        if self.is_talkative() {
            output::say(line);
        }
    }

    /// Whether anything is printed.
    pub(crate) fn is_talkative(&self) -> bool {
        self.loaded.experiment.verbose >= 1
    }

    /// The farm's warnings that were not printed before.
    pub(crate) fn new_warnings(&self, warnings: &[wire::Problem]) -> Vec<wire::Problem> {
        let said =
            |warning: &&wire::Problem| self.loaded.warnings.iter().any(|one| one.message == warning.message);
        warnings.iter().filter(|warning| !said(warning)).cloned().collect()
    }

    /// The job of the picture `i`, under a token of its own.
    pub(crate) fn job(
        &self,
        i: u32,
        compute: &ComputeArguments,
        terms: &TermsArguments,
    ) -> Result<wire::SubmitJobRequest, Failure> {
        let recorded = self.record.as_ref().map(|record| &record.run);
        let number_type = match compute.precision {
            Precision::Float32 => wire::NumberType::Float32,
            Precision::Bfloat16 => wire::NumberType::Bfloat16,
            Precision::Float16 => wire::NumberType::Float16,
        };
        let threads = compute.threads.or(recorded.map(|run| run.threads));
        let mut contents = (0..self.models.len()).map(|place| self.content(place));
        let first = contents.next().unwrap_or_default();
        let name = terms.name.clone().unwrap_or_else(|| self.file.clone());
        Ok(wire::SubmitJobRequest {
            client_token: client_token()?,
            yaml: self.yaml(),
            name: shortened(&name, NAME_BYTES),
            priority: terms.priority,
            seed: compute.seed(self.loaded.experiment.seed, i)?,
            device: device(&self.loaded.experiment.device)?.into(),
            number_type: number_type.into(),
            threads: threads.map(|threads| u32::try_from(threads).unwrap_or(u32::MAX)),
            mix_kinds: terms.mix_kinds,
            assets: self.assets.clone(),
            model_sha256: first.sha256,
            model_quick_gelu: first.quick_gelu,
            model_settings: first.settings,
            more_models: contents.collect(),
            snapshot_interval: None,
            submitter: shortened(&submitter(), NAME_BYTES),
            dry_run: false,
        })
    }

    /// What the farm is told of the weights of a model, by its place among the experiment's. Those that a repeated picture
    /// records come first, then those of this machine: the farm's picture is then that of a local run.
    fn content(&self, place: usize) -> wire::ModelContent {
        let own = self.models.get(place).and_then(Option::as_ref);
        let own_sha256 = own.map(|model| Bytes::copy_from_slice(&model.sha256));
        let recorded = self.recorded(place);
        let recorded_sha256 =
            recorded.and_then(|(sha256, _)| base16ct::lower::decode_vec(sha256).ok()).map(Bytes::from);
        let sha256 = recorded_sha256.or_else(|| own_sha256.clone());
        let is_own = sha256.is_some() && sha256 == own_sha256;
        let own_settings = own.filter(|_| is_own).map(|model| model.settings);
        let settings = own_settings.or_else(|| recorded.and_then(|(_, settings)| settings));
        wire::ModelContent {
            sha256,
            quick_gelu: settings.map(|settings| settings.activation == Activation::QuickGelu),
            settings: settings.map(wire::ModelSettings::from),
        }
    }

    /// SHA-256 and settings of the weights that a repeated picture records, unless the experiment now names another model.
    fn recorded(&self, place: usize) -> Option<(&str, Option<ModelSettings>)> {
        let run = &self.record.as_ref()?.run;
        let wanted = self.loaded.experiment.model_names().get(place).copied().flatten();
        let known = run.model_names().nth(place)?;
        let known = registry::canonical(known);
        let is_same = wanted.is_none_or(|wanted| registry::canonical(wanted).eq_ignore_ascii_case(known));
        run.model_at(place).filter(|_| is_same)
    }

    /// This experiment for a job that is there.
    pub(crate) fn update(&self, job: u64, expected_revision: Option<u32>) -> wire::UpdateJobRequest {
        wire::UpdateJobRequest { job, yaml: self.yaml(), assets: self.assets.clone(), expected_revision }
    }
}

/// Makes a call safe to repeat: 16 random bytes, drawn once.
fn client_token() -> Result<Bytes, Failure> {
    let mut token = [0; 16];
    getrandom::fill(&mut token).map_err(|error| Failure::failed(format!("no random numbers: {error}")))?;
    Ok(Bytes::copy_from_slice(&token))
}

/// The kind of device that an experiment asks for. Which of several GPUs computes is the farm's choice.
fn device(name: &str) -> Result<wire::DeviceClass, Failure> {
    match name {
        "auto" => Ok(wire::DeviceClass::Unspecified),
        "cpu" => Ok(wire::DeviceClass::Cpu),
        "cuda" => Ok(wire::DeviceClass::Cuda),
        name if name.starts_with("cuda:") => Ok(wire::DeviceClass::Cuda),
        name => {
            Err(Failure::usage(format!("device: a farm cannot compute on `{name}`; use auto, cpu or cuda")))
        }
    }
}

/// `name@machine`.
fn submitter() -> String {
    let name = ["USER", "LOGNAME"].into_iter().find_map(|name| std::env::var(name).ok()).unwrap_or_default();
    let machine = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    match (name.trim(), machine.trim()) {
        ("", machine) => machine.to_owned(),
        (name, "") => name.to_owned(),
        (name, machine) => format!("{name}@{machine}"),
    }
}

/// At most so many bytes of a text, in whole characters.
fn shortened(text: &str, bytes: usize) -> String {
    let end = (0..=bytes.min(text.len())).rev().find(|&end| text.is_char_boundary(end)).unwrap_or(0);
    text[..end].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn devices_of_experiments_become_classes() {
        assert_eq!(device("auto").unwrap(), wire::DeviceClass::Unspecified);
        assert_eq!(device("cuda:3").unwrap(), wire::DeviceClass::Cuda);
        assert!(matches!(device("mps"), Err(Failure::Usage(_))));
    }

    #[test]
    fn names_are_cut_between_characters() {
        assert_eq!([shortened("aä", 2), shortened("aä", 3), shortened("", 3)], ["a", "aä", ""]);
    }

    #[test]
    fn tokens_differ() {
        assert_ne!(client_token().unwrap(), client_token().unwrap());
    }
}
