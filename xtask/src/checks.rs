//! `cargo xtask check`: all that is checked besides the tests.

use crate::deploy;
use crate::error::Error;
use crate::generated;
use crate::instructions;
use crate::page;
use crate::pins::{CARGO_DENY, CARGO_SHEAR, RUFF, TYPOS};
use crate::places::Places;
use crate::process::{cargo, run as start};
use crate::protocol;
use crate::setup;
use crate::size;
use crate::steps::Steps;

/// The command.
pub(crate) fn run(places: &Places) -> Result<(), Error> {
    setup::ensure(places)?;
    let mut steps = Steps::default();
    add(places, &mut steps);
    steps.finish()
}

/// Runs the steps, quick ones first.
pub(crate) fn add(places: &Places, steps: &mut Steps) {
    steps.run("formatting", || start(cargo(places).args(["fmt", "--all", "--check"])));
    for (name, mode) in
        [("Python: lints", &["check"][..]), ("Python: formatting", &["format", "--check"][..])]
    {
        let folders = ["models/recipe", "coordinator/fuzz"];
        steps.run(name, || start(RUFF.command(places)?.args(mode).args(folders)));
    }
    steps.run("spelling", || start(&mut TYPOS.command(places)?));
    steps.run("unused dependencies", || start(CARGO_SHEAR.command(places)?.arg("--deny-warnings")));
    // Advisories stay out: their database is not on a package registry, and a check must not turn
    // red over night.
    steps.run("licences", || {
        let checks = ["check", "--hide-inclusion-graph", "bans", "licenses", "sources"];
        start(CARGO_DENY.command(places)?.arg("--workspace").args(checks))
    });
    deploy::add(places, steps);
    steps.run("protocol", || protocol::check(places));
    steps.run("lints", || {
        start(cargo(places).args(["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]))
    });
    size::add(places, steps);
    steps.run("documentation", || {
        let mut doc = cargo(places);
        doc.args(["doc", "--workspace", "--no-deps", "--document-private-items"])
            .env("RUSTDOCFLAGS", "-D warnings");
        start(&mut doc)
    });
    instructions::add(places, steps);
    steps.run("generated files", || generated::check(places));
    page::add(places, steps);
}
