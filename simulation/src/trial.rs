//! One seed: a run with troubles, compared with the same jobs undisturbed.

use clipig_coordinator::store::Update;

use crate::picture::{difference, undisturbed};
use crate::plant::Plant;
use crate::scenario::Scenario;
use crate::world::World;

pub use crate::world::Figures;

/// Of this many seeds, two are runs of another sort.
const PERIOD: u64 = 50;

/// One is a contest of two jobs without troubles.
const CONTEST: u64 = PERIOD - 1;

/// In one, a worker computes wrongly now and then.
const LIAR: u64 = PERIOD / 2 - 1;

/// Runs a seed. With `tracing`, everything that happens is printed.
///
/// # Errors
/// The rules that were broken.
pub fn run(seed: u64, plant: Option<Plant>, tracing: bool) -> Result<Figures, Vec<String>> {
    let one = |error: String| vec![error];
    let scenario = match seed % PERIOD {
        CONTEST => Scenario::contest(seed),
        LIAR => Scenario::liar(seed),
        _ => Scenario::new(seed),
    };
    let scenario = scenario.map_err(one)?;
    let jobs = scenario.jobs.clone();
    let mut world = World::new(scenario, plant, tracing);
    let finished = world.run()?;
    let mut broken = Vec::new();
    for number in 1..=jobs.len() as u64 {
        let job = clipig_core::JobId(number);
        let Some(done) = finished.get(&job) else {
            broken.push(format!("job {number} has no picture"));
            continue;
        };
        if done.revisions.iter().any(|(_, from)| *from == Update::OPEN) {
            broken.push(format!("job {number} was completed, and an update was not heeded"));
            continue;
        }
        let wanted = undisturbed(&done.revisions).map_err(one)?;
        let updated = done.revisions.len() > 1;
        if let Some(what) = difference(&done.progress, &wanted, updated)
            && !world.lies.has_spoiled(job)
        {
            let from: Vec<String> = done.revisions.iter().map(|(_, from)| from.to_string()).collect();
            let from = from.join(", ");
            broken
                .push(format!("job {number}: its {what} is not the undisturbed one (revisions from {from})"));
        }
    }
    broken.extend(world.lies.unnoticed());
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
