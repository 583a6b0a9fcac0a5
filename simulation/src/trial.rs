//! One seed: a run with troubles, compared with the same jobs undisturbed.

use clipig_coordinator::store::Update;

use crate::picture::{difference, undisturbed};
use crate::plant::Plant;
use crate::scenario::Scenario;
use crate::world::World;

pub use crate::world::Figures;

/// One in this many seeds runs a contest of two jobs without troubles.
const CONTESTS: u64 = 50;

/// Runs a seed. With `tracing`, everything that happens is printed.
///
/// # Errors
/// The rules that were broken.
pub fn run(seed: u64, plant: Option<Plant>, tracing: bool) -> Result<Figures, Vec<String>> {
    let one = |error: String| vec![error];
    let is_contest = seed % CONTESTS == CONTESTS - 1;
    let scenario = if is_contest { Scenario::contest(seed) } else { Scenario::new(seed) }.map_err(one)?;
    let jobs = scenario.jobs.clone();
    let mut world = World::new(scenario, plant, tracing);
    let finished = world.run()?;
    let mut broken = Vec::new();
    for number in 1..=jobs.len() as u64 {
        let Some(done) = finished.get(&clipig_core::JobId(number)) else {
            broken.push(format!("job {number} has no picture"));
            continue;
        };
        if done.revisions.iter().any(|(_, from)| *from == Update::OPEN) {
            broken.push(format!("job {number} was completed, and an update was not heeded"));
            continue;
        }
        let wanted = undisturbed(&done.revisions).map_err(one)?;
        let updated = done.revisions.len() > 1;
        if let Some(what) = difference(&done.progress, &wanted, updated) {
            let from: Vec<String> = done.revisions.iter().map(|(_, from)| from.to_string()).collect();
            let from = from.join(", ");
            broken
                .push(format!("job {number}: its {what} is not the undisturbed one (revisions from {from})"));
        }
    }
    if let Some(shares) = &world.shares {
        broken.extend(unfair(shares, [jobs[0].priority, jobs[1].priority]));
    }
    if broken.is_empty() { Ok(world.figures) } else { Err(broken) }
}

/// Compares the shares of two jobs that always compete with their priorities. Epochs end and begin, so the shares are
/// not exact.
fn unfair(shares: &[f64], priorities: [i32; 2]) -> Option<String> {
    let wanted = f64::from(priorities[0] - priorities[1]).exp2();
    let found = shares[0] / shares[1];
    let ratio = found / wanted;
    (!(0.5..=2.0).contains(&ratio))
        .then(|| format!("shares are {found:.3}, priorities {priorities:?} want {wanted:.3}"))
}
