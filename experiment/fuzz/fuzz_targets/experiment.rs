//! Any bytes as an experiment: read, everything evaluated in a few scopes, exported and read again.
//!
//! `cd experiment && cargo +nightly fuzz run experiment -- -max_total_time=600 -timeout=1 -rss_limit_mb=500`
#![no_main]

use clipig_experiment::random::Key;
use clipig_experiment::{Overrides, Scope, Source, load};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(source) = Source::from_bytes("fuzz.yaml", bytes.to_vec()) else { return };
    let none = Overrides::default();
    match load(&[source], &none) {
        Ok(loaded) => {
            for (epoch, sim) in [(0, 0.0), (5, 30.0), (9, -100.0)] {
                let scope = Scope::new(Key::root(1), epoch, 10)
                    .with_resolution(224, 100)
                    .with_learnrate(0.5, 2.0)
                    .with_similarity(sim);
                for number in loaded.experiment.numbers() {
                    let _ = number.check(&scope);
                }
            }
            let yaml = loaded.to_yaml();
            let again = load(&[Source::new("again.yaml", yaml.clone())], &none);
            let again = again.unwrap_or_else(|errors| panic!("{yaml}\n{errors}"));
            assert_eq!(again.to_yaml(), yaml);
        }
        Err(errors) => assert!(!errors.render(true).is_empty()),
    }
});
