//! The values and traits that the rest of clipig shares. Nothing is decided here.
//!
//! A [`Canvas`] goes out to workers, and comes back as a [`GradientSum`]. [`ToWorker`] and [`FromWorker`] are what
//! coordinator and workers say to each other. Tensors come in from outside through two traits: [`ShardCompute`]
//! turns a canvas and a shard into a gradient, [`CanvasOwner`] owns the canvas and its optimiser.
//!
//! [`durable`] puts files in their places, for all that keep any. [`backup`] names the files of a backup. [`memory`] says
//! how much of it there is.
//!
//! What follows from these values (plans, leases, the order of a merge) is decided in the crate `clipig-schedule`.

pub mod backup;
mod brief;
mod canvas;
mod canvas_tiles;
mod canvas_view;
mod compute;
pub mod durable;
mod expect;
mod finite;
mod gradient;
mod ids;
mod kind;
pub mod memory;
mod messages;
mod model_settings;
mod no_patches;
mod node;
mod prepared;
mod progress_counter;
mod rendering;
mod report;
mod shard;
mod shard_models;
mod shard_tiles;
mod stage;
mod tile;
mod tile_set;
mod tile_values;
mod tiled_canvas;
mod weights;
pub mod wide;
mod window_cost;

pub use brief::{EpochValues, JobBrief, Lease, ModelReference, Work};
pub use canvas::{Canvas, CanvasId, CanvasSizeError};
pub use canvas_tiles::CanvasTiles;
pub use canvas_view::CanvasView;
pub use compute::{
    Assets, CanvasFactory, CanvasJob, CanvasOwner, CanvasState, ComputeFactory, ComputeJob, EpochContext,
    Preparation, ShardCompute, ShardError, ShardResult, ShardTask, StepError,
};
pub use expect::expected;
pub use finite::all_finite;
pub use gradient::{Adder, GradientRows, GradientSum, TileError};
pub use ids::{
    Epoch, Fence, JobId, JobRevision, SessionId, Sha256, Sha256Error, ShardIndex, TargetIndex, WorkerName,
    WorkerNameError,
};
pub use kind::{DeviceClass, NumberType, NumberTypeError, WorkerKind};
pub use messages::{
    Computed, EpochCanvas, EpochTiles, FromWorker, Held, PROTOCOL, Registration, ToWorker, Welcome,
};
pub use model_settings::{Activation, CLIP_MEAN, CLIP_STD, ModelSettings, ResizeMode};
pub use no_patches::NoPatches;
pub use node::Node;
pub use prepared::{HISTOGRAM_DIRECTIONS, HISTOGRAM_QUANTILES, HISTOGRAM_VALUES, Prepared, PreparedTarget};
pub use progress_counter::ProgressCounter;
pub use rendering::{Rendering, RenderingError};
pub use report::{ConstraintReport, FeatureReport, SampleReport};
pub use shard::{EpochPlan, Shard};
pub use shard_models::ShardModels;
pub use shard_tiles::ShardTiles;
pub use stage::Stage;
pub use tile::{TILE, TileArea, TileGrid};
pub use tile_set::{TileSet, WHOLE_SHARE};
pub use tile_values::TileValues;
pub use tiled_canvas::TiledCanvas;
pub use weights::{JobWeights, WeightsSource};
pub use window_cost::{RENDERED_PIXELS, WindowCost};
