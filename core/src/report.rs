//! Losses and similarities of one sample.

/// One sample's losses and similarities.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SampleReport {
    /// The sample's whole loss, weighted.
    pub loss: f64,
    /// One entry per feature of the target.
    pub features: Vec<FeatureReport>,
    /// One entry per constraint of the target; `None` where it was not active.
    pub constraints: Vec<Option<ConstraintReport>>,
}

/// One feature in one sample.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct FeatureReport {
    /// 100 · cosine · auto scale · scale.
    pub similarity: f64,
    /// The weight as evaluated for this sample.
    pub weight: f64,
    /// The loss before weighting; `None` where the feature was not applied.
    pub loss: Option<f64>,
}

/// One constraint in one sample.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ConstraintReport {
    /// The weight as evaluated for this sample.
    pub weight: f64,
    /// The loss, weighted.
    pub loss: f64,
}
