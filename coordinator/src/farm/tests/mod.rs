//! The farm with real state machines, store and switchboard, and stand-ins for canvas and worker.

mod choosing;
mod disk;
mod limits;
mod models;
mod restarts;
mod stops;
mod support;
mod updates;
