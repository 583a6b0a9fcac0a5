//! Which tiles of the canvas the shards of an epoch need, so that workers get no others.

use std::collections::BTreeMap;
use std::num::NonZero;
use std::panic::resume_unwind;
use std::thread::{available_parallelism, scope};

use clipig_core::{EpochPlan, Shard, ShardTiles, TargetIndex, TileSet, WHOLE_SHARE};
use clipig_experiment::{Experiment, Scope};
use clipig_geometry::{Size, footprint};

/// Samples that are looked at by one thread in no time.
const SAMPLES_PER_THREAD: usize = 256;

/// The tiles that each shard of a plan needs of a canvas. `variables` are those that the shards are computed with.
pub(crate) fn shard_tiles(
    experiment: &Experiment,
    variables: &Scope,
    plan: &EpochPlan,
    [width, height]: [usize; 2],
) -> ShardTiles {
    let size = Size { width: width as i64, height: height as i64 };
    let tiles_of = |shard: &Shard| -> Option<TileSet> {
        let target = experiment.targets.get(shard.target.0 as usize)?;
        let tiles = footprint(target, variables, shard.samples.clone(), size);
        (!tiles.exceeds(WHOLE_SHARE)).then_some(tiles)
    };
    // Where the first shard of a target needs nearly everything, so do the others: they are not looked at.
    let mut takes_little: BTreeMap<TargetIndex, bool> = BTreeMap::new();
    for shard in &plan.shards {
        takes_little.entry(shard.target).or_insert_with(|| tiles_of(shard).is_some());
    }
    if takes_little.values().all(|little| !little) {
        return ShardTiles::whole();
    }
    let each = |shard: &Shard| takes_little[&shard.target].then(|| tiles_of(shard)).flatten();
    let samples: usize = plan.shards.iter().map(|shard| shard.samples.len()).sum();
    let threads =
        available_parallelism().map_or(1, NonZero::get).min(samples.div_ceil(SAMPLES_PER_THREAD)).max(1);
    if threads == 1 {
        return ShardTiles::new(plan.shards.iter().map(each).collect());
    }
    let parts = plan.shards.chunks(plan.shards.len().div_ceil(threads));
    let tiles = scope(|scope| {
        let threads: Vec<_> =
            parts.map(|part| scope.spawn(move || part.iter().map(each).collect::<Vec<_>>())).collect();
        let tiles =
            threads.into_iter().flat_map(|thread| thread.join().unwrap_or_else(|panic| resume_unwind(panic)));
        tiles.collect()
    });
    ShardTiles::new(tiles)
}

#[cfg(test)]
mod tests {
    use clipig_experiment::random::Key;
    use clipig_experiment::{Overrides, Source, load};
    use clipig_schedule::plan;

    use super::*;

    fn tiles(yaml: &str, side: usize) -> (EpochPlan, ShardTiles) {
        let experiment = load(&[Source::new("x.yaml", yaml)], &Overrides::default()).unwrap().experiment;
        let scope = Scope::new(Key::root(3), 1, 10).with_resolution(side as u32, side as u32);
        let plan = plan(&experiment, &scope, 8);
        let tiles = shard_tiles(&experiment, &scope, &plan, [side, side]);
        (plan, tiles)
    }

    #[test]
    fn windows_need_little_of_a_large_canvas_and_much_of_a_small_one() {
        let targets =
            "targets:\n- batch_size: 1000\n  transforms: [{random_crop: 224}]\n- transforms: [{noise: .1}]\n";
        let (plan, large) = tiles(targets, 4096);
        let shards = plan.shards.len() as u32;
        assert_eq!(shards, 126);
        for shard in 0..shards - 1 {
            let needed = large.of(shard..shard + 1).unwrap();
            assert!((50..=8 * 25).contains(&needed.len()), "{} tiles", needed.len());
        }
        assert_eq!(large.of(shards - 1..shards), None, "the second target looks at all");
        let (_, small) = tiles(targets, 300);
        assert_eq!(small.of(0..1), None);
    }
}
