//! The experiment language of clipig: YAML, parameters, expressions, validation.
//!
//! [`load()`] turns files into an [`Experiment`] or into [`Diagnostics`]: everything that
//! is wrong, with its place. The words of the language stand in one table, the [registry](parameters()).

mod build;
mod convert;
mod describe;
mod diagnostic;
pub mod experiment;
mod export;
pub mod expression;
mod feature_source;
pub mod limits;
mod load;
mod lookalike;
mod nearest;
mod numbers;
pub mod output_name;
mod overrides;
pub mod parameters;
pub mod random;
pub mod reference;
mod render;
mod series;
mod source;
mod tree;
mod yaml;

pub use describe::rounded;
pub use diagnostic::{Diagnostic, Diagnostics, Severity};
pub use experiment::{
    Beyond, Border, Bounds, CanvasSettings, Constraint, ConstraintKind, ConstraintLoss, Cuts, Experiment,
    Feature, FeatureLoss, FeatureScale, FrameTime, ImageTensor, Init, Interpolation, Interval, Kernel, Mask,
    MaskShape, Moment, Optimizer, PadMode, PaletteColors, PixelModel, Placement, PostProcess, Select, Span,
    Symmetry, Target, Transform, TransformKind,
};
pub use expression::{EvaluationError, Scope, Value};
pub use feature_source::{Direction, FeatureSource, Style, Subject};
pub use load::{Loaded, Tree, load, read, series_of};
pub use numbers::Number;
pub use overrides::Overrides;
pub use parameters::parameters;
pub use series::{Animation, Axis, SeriesKind, Sweep, animation_of, sweep_of};
pub use source::{NotText, Origin, Place, Source};
