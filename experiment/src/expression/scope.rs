//! Everything that an expression can see: variables and the key of its random numbers.

use crate::random::Key;

use super::value::Value;

/// Which groups of variables a parameter may use.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "four independent groups, each known or not")]
pub struct Variables {
    /// `epoch`, `time` and what follows from them.
    pub time: bool,
    /// `resolution`, `width`, `height`.
    pub resolution: bool,
    /// `learnrate`, `learnrate_scale`.
    pub learnrate: bool,
    /// `similarity`.
    pub similarity: bool,
}

impl Variables {
    pub(super) const fn allows(self, group: Group) -> bool {
        match group {
            Group::Time => self.time,
            Group::Resolution => self.resolution,
            Group::Learnrate => self.learnrate,
            Group::Similarity => self.similarity,
        }
    }
}

/// Variables that are known at the same places.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Group {
    Time,
    Resolution,
    Learnrate,
    Similarity,
}

/// A variable; aliases are the same variable.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Variable {
    Epoch,
    /// `time` to a power.
    Time(u8),
    /// `1 − time` to a power.
    TimeInverse(u8),
    Resolution,
    Width,
    Height,
    Learnrate,
    LearnrateScale,
    Similarity,
}

/// The variables by name.
pub(super) const VARIABLES: &[(&str, Variable)] = &[
    ("epoch", Variable::Epoch),
    ("t", Variable::Time(1)),
    ("time", Variable::Time(1)),
    ("t2", Variable::Time(2)),
    ("time2", Variable::Time(2)),
    ("t3", Variable::Time(3)),
    ("time3", Variable::Time(3)),
    ("t4", Variable::Time(4)),
    ("time4", Variable::Time(4)),
    ("t5", Variable::Time(5)),
    ("time5", Variable::Time(5)),
    ("ti", Variable::TimeInverse(1)),
    ("time_inverse", Variable::TimeInverse(1)),
    ("ti2", Variable::TimeInverse(2)),
    ("time_inverse2", Variable::TimeInverse(2)),
    ("ti3", Variable::TimeInverse(3)),
    ("time_inverse3", Variable::TimeInverse(3)),
    ("ti4", Variable::TimeInverse(4)),
    ("time_inverse4", Variable::TimeInverse(4)),
    ("ti5", Variable::TimeInverse(5)),
    ("time_inverse5", Variable::TimeInverse(5)),
    ("res", Variable::Resolution),
    ("resolution", Variable::Resolution),
    ("width", Variable::Width),
    ("height", Variable::Height),
    ("lr", Variable::Learnrate),
    ("learnrate", Variable::Learnrate),
    ("lrs", Variable::LearnrateScale),
    ("learnrate_scale", Variable::LearnrateScale),
    ("sim", Variable::Similarity),
    ("similarity", Variable::Similarity),
];

impl Variable {
    pub(super) const fn group(self) -> Group {
        match self {
            Self::Epoch | Self::Time(_) | Self::TimeInverse(_) => Group::Time,
            Self::Resolution | Self::Width | Self::Height => Group::Resolution,
            Self::Learnrate | Self::LearnrateScale => Group::Learnrate,
            Self::Similarity => Group::Similarity,
        }
    }
}

/// Everything that an expression can see in one evaluation.
///
/// A scope is cheap to copy; the `with_` functions give a scope that knows more.
#[derive(Clone, Debug)]
pub struct Scope {
    run: Key,
    epoch: u32,
    time: f64,
    sample: u64,
    resolution: Option<(u32, u32)>,
    learnrate: Option<(f64, f64)>,
    similarity: Option<f64>,
}

impl Scope {
    /// The scope of one epoch of a run: `time` is `epoch / max(1, epochs − 1)`.
    pub fn new(run: Key, epoch: u32, epochs: u32) -> Self {
        let time = f64::from(epoch) / f64::from(epochs.saturating_sub(1).max(1));
        Self { run, epoch, time, sample: 0, resolution: None, learnrate: None, similarity: None }
    }

    /// Adds the size of the canvas in pixels.
    #[must_use]
    pub fn with_resolution(&self, width: u32, height: u32) -> Self {
        Self { resolution: Some((width, height)), ..self.clone() }
    }

    /// Adds the learn rate (the product that the optimiser uses) and its scale.
    #[must_use]
    pub fn with_learnrate(&self, learnrate: f64, scale: f64) -> Self {
        Self { learnrate: Some((learnrate, scale)), ..self.clone() }
    }

    /// Adds the similarity, −100 to 100.
    #[must_use]
    pub fn with_similarity(&self, similarity: f64) -> Self {
        Self { similarity: Some(similarity), ..self.clone() }
    }

    /// Sets the sample, on which random numbers depend; 0 before.
    #[must_use]
    pub fn with_sample(&self, sample: u64) -> Self {
        Self { sample, ..self.clone() }
    }

    /// The epoch.
    pub fn epoch(&self) -> u32 {
        self.epoch
    }

    /// The share of the run, 0 to 1.
    pub fn time(&self) -> f64 {
        self.time
    }

    /// The sample.
    pub fn sample(&self) -> u64 {
        self.sample
    }

    /// The key of the random numbers of the parameter at `path`, for this epoch and sample.
    pub fn key(&self, path: &str) -> Key {
        self.run.with(u64::from(self.epoch)).with_path(path).with(self.sample)
    }

    /// The value of a variable; `None` where this scope does not know it.
    pub(super) fn get(&self, variable: Variable) -> Option<Value> {
        Some(match variable {
            Variable::Epoch => Value::from(i64::from(self.epoch)),
            Variable::Time(power) => Value::Float(raise(self.time, power)),
            Variable::TimeInverse(power) => Value::Float(raise(1.0 - self.time, power)),
            Variable::Resolution => {
                let (width, height) = self.resolution?;
                Value::List(vec![Value::from(i64::from(width)), Value::from(i64::from(height))])
            }
            Variable::Width => Value::from(i64::from(self.resolution?.0)),
            Variable::Height => Value::from(i64::from(self.resolution?.1)),
            Variable::Learnrate => Value::Float(self.learnrate?.0),
            Variable::LearnrateScale => Value::Float(self.learnrate?.1),
            Variable::Similarity => Value::Float(self.similarity?),
        })
    }
}

/// The first power is by far the most frequent, and `pow` would only cost time.
fn raise(base: f64, power: u8) -> f64 {
    if power == 1 { base } else { libm::pow(base, f64::from(power)) }
}
