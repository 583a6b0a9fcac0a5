//! Jobs, and the pictures that they must make: those of `clipig render` of the same file and seed.

use std::collections::BTreeMap;
use std::fs;
use std::time::{Duration, Instant};

use super::farm::Farm;
use super::troubles::Trouble;
use crate::error::Error;
use crate::jobs::{Length, epochs_done};
use crate::pictures::shown_in;
use crate::table::Seen;
use crate::waiting::until;

/// The experiment, but for its number of epochs. Three shards in each: one for each worker.
const EXPERIMENT: &str = "\
resolution: 64
seed: 11
model: clipig-tiny
snapshot_interval: 0
targets:
  - batch_size: 24
    features: [{text: a red apple}]
    transforms: [{random_crop: 48}, {noise: .1}]
";

/// The same seed as in the experiment, and those of jobs that run beside the first one.
const SEEDS: [u64; 3] = [11, 12, 13];

/// Longer than the longest trouble.
const LENGTH: Length = Length { first_epochs: 20, alone: Duration::from_mins(1), most: 100_000 };

/// How long a job may take on a machine that is busy otherwise.
const PATIENCE: Duration = Duration::from_mins(30);

/// How often a trouble is tried again, with twice as many epochs, because the jobs had ended before it was over.
const ATTEMPTS: u32 = 4;

/// Jobs of one farm, and the pictures expected of them.
pub(super) struct Jobs<'a> {
    farm: &'a Farm,
    pub(super) epochs: u64,
    /// By epochs and seed.
    expected: BTreeMap<(u64, u64), String>,
}

impl<'a> Jobs<'a> {
    pub(super) fn new(farm: &'a Farm) -> Self {
        Self { farm, epochs: LENGTH.first_epochs, expected: BTreeMap::new() }
    }

    /// A job to which nothing happens. It tells how many epochs the others need.
    pub(super) fn undisturbed(&mut self) -> Result<Seen, Error> {
        let start = Instant::now();
        let job = self.submit(SEEDS[0])?;
        let hash = self.compared(&job, SEEDS[0])?;
        self.epochs = LENGTH.epochs(start.elapsed());
        Ok(Seen {
            words: format!("{} epochs; the jobs below have {}", LENGTH.first_epochs, self.epochs),
            hash,
        })
    }

    /// Jobs during which something happens.
    pub(super) fn survive(&mut self, trouble: &Trouble, newer: &str) -> Result<Seen, Error> {
        for _ in 0..ATTEMPTS {
            let seeds = &SEEDS[..trouble.jobs];
            let jobs = seeds.iter().map(|seed| self.submit(*seed)).collect::<Result<Vec<_>, _>>()?;
            until("the jobs get on", PATIENCE, || {
                jobs.iter().try_fold(true, |all, job| Ok(all && self.epochs_done(job)? >= 2))
            })?;
            let words = (trouble.happen)(self.farm, newer)?;
            let done = jobs.iter().map(|job| self.epochs_done(job)).collect::<Result<Vec<_>, _>>()?;
            let mut hashes = Vec::new();
            for (job, seed) in jobs.iter().zip(seeds) {
                hashes.push(self.compared(job, *seed)?);
            }
            if done.iter().all(|done| *done < self.epochs) {
                let words = format!("{words}; {} epochs", self.epochs);
                return Ok(Seen { words, hash: hashes.join(", ") });
            }
            self.epochs *= 2;
            eprintln!("a job had ended before this was over; once more, with {} epochs", self.epochs);
        }
        Err(Error::Other(format!("jobs of {} epochs end before this is over", self.epochs / 2)))
    }

    fn submit(&self, seed: u64) -> Result<String, Error> {
        self.write(self.epochs)?;
        let submitted = self.farm.json(&["submit", "experiment.yaml", "--seed", &seed.to_string()])?;
        number_of(&submitted)
            .ok_or_else(|| Error::Other(format!("`clipig submit` names no job: {submitted}")))
    }

    fn write(&self, epochs: u64) -> Result<(), Error> {
        let file = self.farm.pictures.join("experiment.yaml");
        fs::write(&file, format!("epochs: {epochs}\n{EXPERIMENT}")).map_err(Error::file("write", &file))
    }

    fn epochs_done(&self, job: &str) -> Result<u64, Error> {
        epochs_done(job, &self.farm.json(&["job", job])?)
    }

    /// Waits for a job's end and compares its picture with that of `clipig render`; the hash of both.
    fn compared(&mut self, job: &str, seed: u64) -> Result<String, Error> {
        until(&format!("job {job} ends"), PATIENCE, || {
            let told = self.farm.json(&["job", job])?;
            match told["state"].as_str() {
                Some("completed") => Ok(true),
                Some("failed" | "cancelled" | "paused") => {
                    Err(Error::Other(format!("job {job} is {}: {}", told["state"], told["reason"])))
                }
                _ => Ok(false),
            }
        })?;
        let folder = format!("job-{job}");
        self.farm.clipig(&["fetch", job, "-o", &folder])?;
        let found = shown_in(&self.farm.pictures.join(&folder))?;
        let expected = self.expected(seed)?;
        if found == expected {
            return Ok(format!("`{found}`"));
        }
        Err(Error::Other(format!("job {job} has made {found}, and `clipig render` makes {expected}")))
    }

    /// The hash of the picture that `clipig render` makes here, without any network.
    fn expected(&mut self, seed: u64) -> Result<String, Error> {
        if let Some(known) = self.expected.get(&(self.epochs, seed)) {
            return Ok(known.clone());
        }
        let picture = format!("local-{}-{seed}/", self.epochs);
        self.farm.render(&["experiment.yaml", "--seed", &seed.to_string(), "-o", &picture])?;
        let hash = shown_in(&self.farm.pictures.join(&picture))?;
        self.expected.insert((self.epochs, seed), hash.clone());
        Ok(hash)
    }
}

/// The number of the first job in what `clipig submit --json` prints.
fn number_of(submitted: &serde_json::Value) -> Option<String> {
    submitted[0]["job"].as_u64().map(|number| number.to_string())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn jobs_are_as_long_as_the_farm_is_quick() {
        assert_eq!(LENGTH.epochs(Duration::from_secs(3)), 400);
        assert_eq!(LENGTH.epochs(Duration::from_mins(10)), LENGTH.first_epochs);
    }

    #[test]
    fn a_submission_names_its_job() {
        assert_eq!(number_of(&json!([{ "job": 7, "name": "x" }])).unwrap(), "7");
        assert_eq!(number_of(&json!([])), None);
    }
}
