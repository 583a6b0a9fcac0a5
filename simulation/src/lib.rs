//! The farm in virtual time.
//!
//! The switchboard with its dispatcher, the queue, the epoch loops, the states of jobs and the workers' sessions are the
//! real ones. What they talk through, and what they lose, is made up here from a seed: messages are lost, delayed,
//! doubled and overtake each other; connections break and are cut off; workers die, freeze, hang, fail, and send
//! nonsense; the coordinator dies in the middle of a write; people pause, resume, cancel, retry and update jobs and change
//! their priority, also while the last command is still on its way. Tensors are replaced by a few pixels whose bits depend on
//! the order of additions ([`picture`]). The jobs' threads are played step by step ([`runner`]).
//!
//! What must hold: every job ends; no shard is merged twice or never; no lease goes to who must not have one; no epoch
//! begins of a job that is paused or cancelled; no command of a job is refused by the switchboard; every picture is the
//! undisturbed one, bit for bit, with its updates from the epochs that were noted; two jobs that compete get shares by
//! their priority; and spot checks find workers that compute wrongly, and never accuse others. A seed that fails replays
//! exactly: `cargo run --release -p clipig-simulation -- --seed N --trace`.

mod checks;
mod coordinator;
mod disk;
mod network;
mod people;
mod picture;
mod plant;
mod random;
mod results;
mod runner;
mod scenario;
mod trial;
mod trouble;
mod worker;
mod workplace;
mod world;

pub use plant::{Plant, PlantError};
pub use trial::{Figures, run};

#[cfg(test)]
mod tests;
