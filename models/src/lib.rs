//! The CLIP models that clipig knows, the store of their weights, the embedded default.
//!
//! [`registry`] says what cannot be read from weights (heads, activation, normalisation) and where they
//! come from. [`Store`] is a folder of weights: list, pull, import, info, resolve. [`embedded`] is the
//! small model inside the program, and [`default_model`] chooses between the two. [`notices()`] are the
//! licences of all that is shipped here. No tensors and no async: other crates do both.
//!
//! What somebody imports takes this way: `source` finds the files, `names`, `adapter` and `long_clip` bring the
//! tensors into the form of the libraries, `wrong_file` says what else a file is, `architecture` and `inventory`
//! what must be in it, `configuration` and `settle` how it is read, and `check` looks at every number.

pub mod default_model;
pub mod embedded;
pub mod error;
pub mod info;
pub mod listing;
pub mod notices;
pub mod registry;
pub mod resolve;
pub mod store;

mod adapter;
mod architecture;
mod check;
mod checkpoint;
mod configuration;
mod contents;
mod cost;
mod dimensions;
mod download;
mod feature_lengths;
mod hash;
mod header;
mod import;
mod inventory;
mod json;
mod long_clip;
mod names;
mod numbers;
mod record;
mod settle;
mod source;
mod token_table;
mod towers;
mod wrong_file;

pub use self::{
    architecture::{Architecture, Naming, Vision},
    default_model::DefaultModel,
    download::{Progress, PullOptions, Retry},
    error::ModelError,
    feature_lengths::FeatureLengths,
    import::{ImportOptions, Imported},
    info::ModelInfo,
    listing::{Entry, Place},
    names::{hugging_face as hugging_face_names, is_transposed},
    notices::{Notice, notices},
    registry::{Activation, ModelSettings, ModelSpec, Registered, ResizeMode},
    resolve::{Resolved, Weights},
    settle::Flags,
    store::Store,
    token_table::known_tokens,
};
