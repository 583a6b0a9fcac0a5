//! `cargo xtask prometheus`: a real Prometheus scrapes a real farm that is at work. Its target must be up, every query of
//! the dashboard must return data, the rules of alerts must load, and none may fire. With `--picture`, the dashboard is
//! drawn from what Prometheus answers.
//!
//! Prometheus is on no package registry that wheels are fetched from, so this is no part of `cargo xtask check`.

mod busy;
mod curve;
mod dashboard;
mod legend;
mod picture;
mod scene;
mod series;
mod svg;
mod unit;

use std::fs;
use std::path::{Path, PathBuf};

use dashboard::Dashboard;
use picture::Filled;
use scene::Scene;

use crate::deploy::DASHBOARD;
use crate::error::Error;
use crate::places::Places;
use crate::process::{answers, output};
use crate::programs::Programs;
use crate::setup;

/// Where the picture goes.
const PICTURE: &str = "docs/pictures/dashboard.svg";

/// The options.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Prometheus {
    /// Take `clipig` from here instead of building it.
    pub(crate) programs: Option<PathBuf>,
    /// Draw the dashboard.
    pub(crate) picture: bool,
}

/// The command.
pub(crate) fn run(places: &Places, options: &Prometheus) -> Result<(), Error> {
    for program in ["prometheus", "promtool"] {
        if !answers(program) {
            return Err(Error::Other(format!("{program} is not here (Debian: apt install prometheus)")));
        }
    }
    let program = match &options.programs {
        Some(folder) => std::path::absolute(folder).map_err(Error::file("find", folder))?.join("clipig"),
        None => build(places)?,
    };
    let path = places.repository.join(DASHBOARD);
    let dashboard = Dashboard::read(&fs::read_to_string(&path).map_err(Error::file("read", &path))?)?;
    let scene = Scene::prepare(places, program)?;
    let _farm = scene.farm()?;
    scene.until("the farm answers", || Ok(output(&mut scene.clipig(&["farm"]))?.status.success()))?;
    let _prometheus = scene.prometheus()?;
    scene.until("Prometheus has scraped the farm", || Ok(scene.values("up{job=\"clipig\"}")? == ["1"]))?;
    println!("The target is up");
    if options.picture {
        draw(&places.repository.join(PICTURE), &scene, &dashboard)?;
    }
    let queries = dashboard.queries();
    for query in &queries {
        let mut values = Vec::new();
        scene.until(&format!("there is data for {query}"), || {
            // Something new must happen between two scrapes: queues are left, checkpoints are written.
            scene.submit(&[])?;
            values = scene.values(query)?;
            Ok(values.iter().any(|value| value != "NaN"))
        })?;
        let shown = values.iter().find(|value| *value != "NaN");
        println!("{:4} series, {:>22}  {query}", values.len(), shown.map_or("", String::as_str));
    }
    let firing = scene.values("ALERTS{alertstate=\"firing\"}")?;
    if !firing.is_empty() {
        return Err(Error::Other("an alert fires on a sound farm: look at `clipig_` in the rules".into()));
    }
    println!("All {} queries of {DASHBOARD} return data, and no alert fires", queries.len());
    Ok(())
}

fn build(places: &Places) -> Result<PathBuf, Error> {
    setup::ensure(places)?;
    Ok(Programs::build(places)?.clipig())
}

/// Lets the farm be busy for a while, and writes the picture of it.
fn draw(path: &Path, scene: &Scene, dashboard: &Dashboard) -> Result<(), Error> {
    let span = busy::work(scene)?;
    let mut panels = Vec::new();
    for panel in &dashboard.panels {
        let mut series = Vec::new();
        for target in &panel.targets {
            series.extend(series::read(&scene.range(&target.query(), span)?, target, span)?);
        }
        // Most calls never come: their quantiles would fill the legend.
        series.retain(|series| series.values.iter().any(Option::is_some));
        panels.push(Filled { panel, series });
    }
    fs::write(path, picture::drawn(dashboard, &panels, span)?).map_err(Error::file("write", path))?;
    println!("{} shows {} s", path.display(), span.seconds());
    Ok(())
}
