//! What is computed once per job, before the first epoch.

/// The features of all targets, encoded by CLIP.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Prepared {
    /// One entry per target of the experiment.
    pub targets: Vec<PreparedTarget>,
}

/// The features of one target.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PreparedTarget {
    /// One vector of unit length per feature, `[embedding]`.
    pub features: Vec<Vec<f32>>,
    /// The factor on each feature's similarity that `feature_scale: fair` asks for; 1 otherwise.
    pub auto_scales: Vec<f64>,
    /// Why `fair` could not be computed, for the person who asked for it.
    pub warning: Option<String>,
}
