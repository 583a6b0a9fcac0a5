//! The CLIP models that clipig knows, the store of their weights, the embedded default.
//!
//! [`registry`] says what cannot be read from weights (heads, activation, normalisation) and where they
//! come from. [`Store`] is a folder of weights: list, pull, import, info, resolve. [`embedded`] is the
//! small model inside the program, and [`default_model`] chooses between the two. [`notices()`] are the
//! licences of all that is shipped here. No tensors and no async: other crates do both.

pub mod default_model;
pub mod embedded;
pub mod error;
pub mod info;
pub mod listing;
pub mod notices;
pub mod registry;
pub mod resolve;
pub mod store;

mod architecture;
mod atomic;
mod download;
mod header;
mod import;
mod record;
mod token_table;

pub use self::{
    architecture::{Architecture, Naming, Vision},
    default_model::DefaultModel,
    download::{Progress, Retry},
    error::ModelError,
    import::ImportOptions,
    info::ModelInfo,
    listing::{Entry, Place},
    notices::{Notice, notices},
    registry::{Activation, ModelSpec, Registered},
    resolve::{Resolved, Weights},
    store::{PullOptions, Store},
    token_table::known_tokens,
};
