//! One module per command.

pub(crate) mod animate;
pub(crate) mod backup;
pub(crate) mod completions;
pub(crate) mod control;
pub(crate) mod doctor;
pub(crate) mod farm;
pub(crate) mod fetch;
pub(crate) mod job;
pub(crate) mod jobs;
pub(crate) mod licenses;
pub(crate) mod model;
pub(crate) mod reference;
pub(crate) mod remote_render;
pub(crate) mod submit;
pub(crate) mod sweep;
pub(crate) mod token;
pub(crate) mod top;
pub(crate) mod update;
pub(crate) mod validate;
pub(crate) mod watch;
pub(crate) mod workers;
