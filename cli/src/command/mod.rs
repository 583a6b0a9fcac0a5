//! One module per command.

pub(crate) mod completions;
pub(crate) mod licenses;
pub(crate) mod model;
pub(crate) mod rate;
pub(crate) mod reference;
pub(crate) mod render;
pub(crate) mod validate;
