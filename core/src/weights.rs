//! Where the weights of a job's models lie.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

/// Weights where they lie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WeightsSource {
    /// Inside the program, under the model's name.
    Embedded,
    /// In a safetensors file whose content was verified.
    File(PathBuf),
}

/// The weights of a job's models, one entry for each of [`JobBrief::models`](crate::JobBrief::models), as far as they are at
/// hand: a model is fetched when something that needs it is to be computed. Clones share the entries.
#[derive(Clone, Debug)]
pub struct JobWeights(Arc<[OnceLock<WeightsSource>]>);

impl JobWeights {
    /// Entries for so many models, none of which is at hand.
    pub fn missing(models: usize) -> Self {
        Self((0..models).map(|_| OnceLock::new()).collect())
    }

    /// How many models the job has.
    pub fn models(&self) -> usize {
        self.0.len()
    }

    /// The weights of a model, by its place among the job's; `None` where they are not at hand, or there is no such model.
    pub fn get(&self, place: usize) -> Option<&WeightsSource> {
        self.0.get(place)?.get()
    }

    /// The weights that are at hand.
    pub fn at_hand(&self) -> impl Iterator<Item = &WeightsSource> {
        self.0.iter().filter_map(OnceLock::get)
    }

    /// Are the weights of all models at hand?
    pub fn are_complete(&self) -> bool {
        self.0.iter().all(|entry| entry.get().is_some())
    }

    /// The weights of a model are at hand from now on. What was known before stays; so does everything if there is no such
    /// model.
    pub fn put(&self, place: usize, source: WeightsSource) {
        if let Some(entry) = self.0.get(place) {
            entry.get_or_init(|| source);
        }
    }
}

impl From<Vec<WeightsSource>> for JobWeights {
    /// All of them are at hand.
    fn from(sources: Vec<WeightsSource>) -> Self {
        Self(sources.into_iter().map(OnceLock::from).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clones_share_what_comes_to_hand() {
        let weights = JobWeights::missing(2);
        let seen_by_an_engine = weights.clone();
        assert!(!weights.are_complete() && weights.at_hand().next().is_none());
        weights.put(1, WeightsSource::Embedded);
        assert_eq!(seen_by_an_engine.get(1), Some(&WeightsSource::Embedded));
        assert_eq!((seen_by_an_engine.get(0), seen_by_an_engine.get(2)), (None, None));
        weights.put(1, WeightsSource::File("later".into()));
        assert_eq!(weights.get(1), Some(&WeightsSource::Embedded), "the file in use stays");
        weights.put(0, WeightsSource::Embedded);
        weights.put(2, WeightsSource::Embedded);
        assert!(seen_by_an_engine.are_complete());
        assert_eq!(seen_by_an_engine.models(), 2);
        assert!(JobWeights::from(vec![WeightsSource::Embedded]).are_complete());
    }
}
