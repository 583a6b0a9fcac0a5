//! A small part of what the program runs.

use super::*;

#[test]
fn three_hundred_seeds_hold() {
    let mut figures = Figures::default();
    for seed in 0..300 {
        match run(seed, None, false) {
            Ok(run) => figures += run,
            Err(broken) => panic!("seed {seed}: {}", broken.join("; ")),
        }
    }
    // The troubles were real.
    assert!(figures.stale > 100 && figures.troubles > 1000 && figures.failures > 0, "{figures:?}");
    assert!(figures.updates > 40 && figures.tiles > 1000 && figures.kept > 100, "{figures:?}");
    assert!(figures.checks > 1000 && figures.differences > 3, "{figures:?}");
}

#[test]
fn a_seed_replays() {
    for seed in [3, 17, 42] {
        let (first, second) = (run(seed, None, false).unwrap(), run(seed, None, false).unwrap());
        assert_eq!((first.events, first.time, first.stale), (second.events, second.time, second.stale));
    }
}

#[test]
fn planted_bugs_are_found() {
    for (name, plant) in Plant::ALL {
        // An assertion of the code under test finds it, too.
        let passes = |seed: &u64| {
            std::panic::catch_unwind(|| run(*seed, Some(plant), false)).is_ok_and(|run| run.is_ok())
        };
        let found = (0..400).find(|seed| !passes(seed));
        assert!(found.is_some(), "{name} is not found");
    }
}
