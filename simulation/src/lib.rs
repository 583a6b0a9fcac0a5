//! The farm in virtual time.
//!
//! The dispatcher, the queue, the epoch loops and the workers' sessions are the real ones. What they talk through, and
//! what they lose, is made up here from a seed: messages are lost, delayed, doubled and overtake each other; connections
//! break and are cut off; workers die, freeze, hang, fail, and send nonsense; the coordinator dies in the middle of a
//! write. Tensors are replaced by a few pixels whose bits depend on the order of additions
//! ([`picture`]).
//!
//! What must hold: every job ends; no shard is merged twice or never; no lease goes to who must not have one; every
//! picture is the undisturbed one, bit for bit; and two jobs that compete get shares by their priority. A seed that
//! fails replays exactly: `cargo run --release -p clipig-simulation -- --seed N --trace`.

mod coordinator;
mod disk;
mod network;
mod picture;
mod plant;
mod random;
mod results;
mod running;
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
