//! What is computed once per job, before the first epoch.

use std::collections::BTreeMap;

/// The features of all targets, encoded by CLIP.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Prepared {
    /// One entry per target of the experiment.
    pub targets: Vec<PreparedTarget>,
}

/// The features of one target.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PreparedTarget {
    /// One vector of unit length per feature, `[embedding]`. Of a direction it is the direction, of a style the vector of the
    /// image.
    pub features: Vec<Vec<f32>>,
    /// The factor on each feature's similarity that `feature_scale: fair` asks for; 1 otherwise.
    pub auto_scales: Vec<f64>,
    /// Why `fair` could not be computed, for the person who asked for it.
    pub warning: Option<String>,
    /// What some features and constraints need besides, by their place: features first, then constraints, both in the order
    /// of the experiment. A direction has the vector `[embedding]` that changes are measured from, a style the patches
    /// `[patches, width]` of its image, a histogram the quantiles of its image, [`HISTOGRAM_VALUES`] numbers. None of them
    /// is empty.
    pub supplements: BTreeMap<u32, Vec<f32>>,
}

impl PreparedTarget {
    /// The numbers of a feature, or none.
    pub fn of_feature(&self, feature: usize) -> &[f32] {
        self.supplement(feature)
    }

    /// The numbers of a constraint, or none.
    pub fn of_constraint(&self, constraint: usize) -> &[f32] {
        self.supplement(self.features.len() + constraint)
    }

    fn supplement(&self, place: usize) -> &[f32] {
        let place = u32::try_from(place).ok();
        place.and_then(|place| self.supplements.get(&place)).map_or(&[], Vec::as_slice)
    }
}

/// Directions in which the colours of a histogram are sorted: the axes, the diagonals of the faces and those of the cube.
pub const HISTOGRAM_DIRECTIONS: usize = 13;

/// Quantiles of a histogram in each direction.
pub const HISTOGRAM_QUANTILES: usize = 256;

/// Numbers of a histogram, `[HISTOGRAM_DIRECTIONS, HISTOGRAM_QUANTILES]`.
pub const HISTOGRAM_VALUES: usize = HISTOGRAM_DIRECTIONS * HISTOGRAM_QUANTILES;
