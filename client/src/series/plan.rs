//! What a series is made from: the files, their images, and a hash of all that decides its pictures.

use clipig_core::Assets;
use clipig_experiment::{Loaded, Source};
use sha2::{Digest, Sha256};

use crate::arguments::SeriesArguments;
use crate::command::validate::{absent_models, rehearsal};
use crate::experiment_files::{self, Sources};
use crate::failure::Failure;
use crate::picture::sha256;
use crate::{features, image_files, output};

/// Mistakes that are shown: with more of them a person reads none.
const MOST_FAILURES: usize = 5;

/// What a series is made from.
pub(crate) struct Plan {
    pub(crate) sources: Vec<Source>,
    files: Vec<String>,
    /// Is it drawn on this machine?
    here: bool,
    hash: Sha256,
    /// The images that were read, by name.
    assets: Assets,
    failures: Vec<String>,
}

impl Plan {
    /// Reads the files of the command line.
    pub(crate) fn read(arguments: &SeriesArguments) -> Result<Self, Failure> {
        let experiment = &arguments.experiment;
        let Sources { yaml, record } = experiment_files::read(&experiment.files, experiment.text.as_deref())?;
        if record.is_some() {
            return Err(Failure::usage("a picture holds the experiment of one picture, and no series"));
        }
        let mut hash = Sha256::new();
        hash.update(format!("{:?} {:?}\n", arguments.precision, arguments.threads));
        Ok(Self {
            sources: yaml,
            files: experiment.files.clone(),
            here: arguments.farm.is_none(),
            hash,
            assets: Assets::default(),
            failures: Vec::new(),
        })
    }

    /// Checks a picture as `clipig validate` does, and reads its images, but for `later`, which is drawn first. `what` says
    /// in messages which picture it is.
    pub(crate) fn add(&mut self, what: &str, loaded: &Loaded, later: Option<&str>) -> Result<(), Failure> {
        let mut failures = rehearsal::rehearse(&loaded.experiment).failures;
        failures.extend(features::check(&loaded.experiment)?);
        if self.here {
            failures.extend(absent_models(&loaded.experiment));
        }
        for failure in failures {
            // All pictures may have the same mistake.
            if !self.failures.iter().any(|known| known.ends_with(&failure)) {
                self.failures.push(format!("{what}: {failure}"));
            }
        }
        let mut wanted = loaded.experiment.clone();
        if wanted.init.image.as_deref() == later {
            wanted.init.image = None;
        }
        if wanted.image_names().iter().any(|name| self.assets.bytes(name).is_none()) {
            let read =
                image_files::read(&wanted, &self.files, None, &|line: String| output::say(line.trim_end()))?;
            for (name, bytes) in read.iter() {
                self.hash.update(format!("{name}\n{}\n", sha256(bytes)));
                self.assets.insert(name, std::sync::Arc::clone(bytes));
            }
        }
        self.hash.update(loaded.to_yaml());
        Ok(())
    }

    /// The hash of everything that was added.
    ///
    /// # Errors
    /// What would fail on the way.
    pub(crate) fn finish(&mut self) -> Result<String, Failure> {
        if self.failures.is_empty() {
            return Ok(base16ct::lower::encode_string(&self.hash.clone().finalize()));
        }
        let left_out = self.failures.len().saturating_sub(MOST_FAILURES);
        self.failures.truncate(MOST_FAILURES);
        if left_out > 0 {
            self.failures.push(format!("{left_out} more"));
        }
        Err(Failure::usage(self.failures.join("\nerror: ")))
    }

    /// The images that an experiment needs, but for those that were not read.
    pub(crate) fn assets(&self, loaded: &Loaded) -> Assets {
        let mut assets = Assets::default();
        for name in loaded.experiment.image_names() {
            if let Some(bytes) = self.assets.bytes(name) {
                assets.insert(name, std::sync::Arc::clone(bytes));
            }
        }
        assets
    }

    /// The files that were named.
    pub(crate) fn files(&self) -> &[String] {
        &self.files
    }
}
