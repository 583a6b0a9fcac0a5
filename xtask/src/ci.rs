//! `cargo xtask ci`: what `.ci/run` does once the machine is ready.

use crate::checks;
use crate::error::Error;
use crate::places::Places;
use crate::setup;
use crate::steps::Steps;
use crate::testing;

/// The command: every step is run and timed, also after one that failed.
pub(crate) fn run(places: &Places) -> Result<(), Error> {
    let mut steps = Steps::default();
    steps.run("set-up", || setup::ensure(places));
    checks::add(places, &mut steps);
    steps.run("tests", || testing::tests(places, &[]));
    steps.finish()
}
