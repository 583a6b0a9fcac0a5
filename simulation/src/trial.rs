//! One seed: a run with troubles, compared with the same jobs undisturbed.

use crate::picture::same_bits;
use crate::plant::Plant;
use crate::scenario::Scenario;
use crate::world::World;

pub use crate::world::Figures;

/// Every so many seeds, the run is a contest of two jobs without troubles.
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
    for (number, job) in (1..).zip(&jobs) {
        let undisturbed = job.picture.undisturbed().map_err(one)?;
        match finished.get(&clipig_core::JobId(number)) {
            None => broken.push(format!("job {number} has no picture")),
            Some(progress) if !same_bits(progress, &undisturbed) => {
                broken.push(format!("job {number}: the picture is not the undisturbed one"));
            }
            Some(_) => {}
        }
    }
    if let Some(shares) = &world.shares {
        broken.extend(unfair(shares, [jobs[0].priority, jobs[1].priority]));
    }
    if broken.is_empty() { Ok(world.figures) } else { Err(broken) }
}

/// Shares of two jobs that always compete, against their priorities. Epochs end and begin, so they are not exact.
fn unfair(shares: &[f64], priorities: [i32; 2]) -> Option<String> {
    let wanted = f64::from(priorities[0] - priorities[1]).exp2();
    let found = shares[0] / shares[1];
    let ratio = found / wanted;
    (!(0.5..=2.0).contains(&ratio))
        .then(|| format!("shares are {found:.3}, priorities {priorities:?} want {wanted:.3}"))
}
