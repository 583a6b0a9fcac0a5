//! Sweeps: pictures that differ in some parameters.

use super::axis::Axis;
use super::kind::take;
use crate::build::SweepSettings;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::limits::MAX_SWEEP;
use crate::load::{Loaded, collect, finish};
use crate::overrides::Overrides;
use crate::parameters::parameters;
use crate::source::{Origin, Source};
use crate::tree::{Branch, Map};
use crate::yaml::NodeKind;

/// A sweep whose pictures can be made into experiments one by one.
#[derive(Clone, Debug)]
pub struct Sweep {
    /// What differs, in the order written; the last one changes fastest.
    pub axes: Vec<Axis>,
    /// Name of the model that rates the pictures.
    pub judge: Option<String>,
    /// Name of the picture that a file without a sweep would give.
    pub picture: String,
    /// What is odd about the files.
    warnings: Diagnostics,
    zip: bool,
    tree: Map,
}

/// Reads a sweep from its sources. Values of a sweep win over the command line.
///
/// # Errors
/// All problems of the files and of the sweep itself. What is wrong with single pictures, [`Sweep::load`] finds.
pub fn sweep_of(sources: &[Source], overrides: &Overrides) -> Result<Sweep, Diagnostics> {
    let collected = collect(sources, overrides);
    let picture = collected.picture(sources, overrides);
    let (mut tree, mut problems) = (collected.tree, collected.problems);
    let kept = problems.sources();
    let origin = tree.get("sweep").map_or(Origin::Default, |entry| entry.origin);
    let settings = SweepSettings::read(&tree, &mut problems);
    let map = take(&mut tree, "sweep", &mut problems);
    let axes = map.map(|map| axes(&map, origin, &tree, &kept, &mut problems)).unwrap_or_default();
    check_number(&axes, settings.zip, &mut problems);
    let (errors, warnings) = problems.split();
    if !errors.is_empty() {
        return Err(errors);
    }
    Ok(Sweep { axes, judge: settings.judge, picture, warnings, zip: settings.zip, tree })
}

fn axes(
    sweep: &Map,
    origin: Origin,
    tree: &Map,
    sources: &[Source],
    problems: &mut Diagnostics,
) -> Vec<Axis> {
    let example = parameters().get("sweep.parameters").map_or("", |parameter| parameter.example);
    let help = || format!("for example:\n{}", example.trim_end());
    let Some(entry) = sweep.get("parameters") else {
        let problem = Diagnostic::error("sweep", origin, "`sweep` needs `parameters`: what differs");
        problems.push(problem.help(help()));
        return Vec::new();
    };
    let Branch::Raw(node) = &entry.branch else { return Vec::new() };
    let entries = match &node.kind {
        NodeKind::Map(entries) if !entries.is_empty() => entries,
        _ => {
            let message = format!("`parameters` takes parameters with their values, found {}", node.noun());
            problems.push(Diagnostic::error("sweep.parameters", entry.origin, message).help(help()));
            return Vec::new();
        }
    };
    let mut axes: Vec<Axis> = Vec::new();
    for entry in entries {
        let Some(axis) = Axis::read(entry, tree, sources, problems) else { continue };
        if axes.iter().any(|other| other.parameter == axis.parameter) {
            let message = format!("`{}` differs twice", axis.parameter);
            let path = format!("sweep.parameters.{}", entry.0.text);
            problems.push(Diagnostic::error(path, axis.origin, message).help("remove one of the two"));
            continue;
        }
        axes.push(axis);
    }
    axes
}

fn check_number(axes: &[Axis], zip: bool, problems: &mut Diagnostics) {
    let Some(first) = axes.first() else { return };
    if zip {
        for axis in axes.iter().filter(|axis| axis.labels.len() != first.labels.len()) {
            let (found, wanted) = (axis.labels.len(), first.labels.len());
            let message = format!(
                "with `combine: zip`, `{}` needs {wanted} values as `{}` has, found {found}",
                axis.parameter, first.parameter
            );
            problems.push(Diagnostic::error("sweep.parameters", axis.origin, message));
        }
        return;
    }
    let number = axes.iter().fold(1_usize, |number, axis| number.saturating_mul(axis.labels.len()));
    if number > MAX_SWEEP {
        let factors: Vec<String> = axes.iter().map(|axis| axis.labels.len().to_string()).collect();
        let message = format!("{} are {number} pictures; a sweep may have {MAX_SWEEP}", factors.join(" · "));
        let help = "leave values out, make several sweeps, or use `combine: zip`";
        problems.push(Diagnostic::error("sweep.parameters", first.origin, message).help(help));
    }
}

impl Sweep {
    /// How many pictures it has.
    pub fn count(&self) -> usize {
        let lengths = self.axes.iter().map(|axis| axis.labels.len());
        if self.zip { lengths.min().unwrap_or(0) } else { lengths.product() }
    }

    /// How many pictures stand in a row of a contact sheet so that each column has the same last value; `None` where the
    /// pictures are no grid.
    pub fn columns(&self) -> Option<usize> {
        match self.axes.as_slice() {
            [.., last] if !self.zip && self.axes.len() > 1 => Some(last.labels.len()),
            _ => None,
        }
    }

    /// Which value of each axis picture `index` has.
    pub fn choice(&self, index: usize) -> Vec<usize> {
        if self.zip {
            return vec![index; self.axes.len()];
        }
        let mut rest = index;
        let mut choice: Vec<usize> = self
            .axes
            .iter()
            .rev()
            .map(|axis| {
                let at = rest % axis.labels.len();
                rest /= axis.labels.len();
                at
            })
            .collect();
        choice.reverse();
        choice
    }

    /// What is special about picture `index`: each parameter with its value.
    pub fn labels(&self, index: usize) -> Vec<(&str, &str)> {
        let axes = self.axes.iter().zip(self.choice(index));
        axes.map(|(axis, at)| (axis.parameter.as_str(), axis.labels[at].as_str())).collect()
    }

    /// The experiment of picture `index`, below [`count`](Self::count).
    ///
    /// # Errors
    /// What is wrong with it, where the value of the sweep stands.
    pub fn load(&self, index: usize) -> Result<Loaded, Diagnostics> {
        let mut tree = self.tree.clone();
        for (axis, at) in self.axes.iter().zip(self.choice(index)) {
            axis.slot.set(&mut tree, axis.branches[at].clone(), axis.origin);
        }
        finish(tree, self.warnings.clone(), self.picture.clone())
    }
}
