//! Parameters that the command line sets. They are merged like a last file.

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::source::Origin;
use crate::tree::{Branch, Entry, Map, Setting, Value};

/// What the flags of the command line say; nothing by default.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Overrides {
    /// `--text`: the only feature of every target.
    pub text: Option<String>,
    /// `--epochs`
    pub epochs: Option<i64>,
    /// `--resolution`: one number for a square, or width and height.
    pub resolution: Vec<i64>,
    /// `--learnrate`
    pub learnrate: Option<f64>,
    /// `--optimizer`
    pub optimizer: Option<String>,
    /// `--snapshot-interval`, in seconds.
    pub snapshot_interval: Option<f64>,
    /// `--device`
    pub device: Option<String>,
    /// `--model`
    pub model: Option<String>,
    /// `--seed`
    pub seed: Option<u64>,
    /// `--output`
    pub output: Option<String>,
    /// `--verbose`
    pub verbose: Option<i64>,
}

impl Overrides {
    /// Writes the given values into `tree`.
    pub(crate) fn apply(&self, tree: &mut Map, problems: &mut Diagnostics) {
        let mut set = |name: &'static str, flag: &'static str, value: Option<Value>| {
            if let Some(value) = value {
                tree.set(name, Setting { value, origin: Origin::Flag(flag) });
            }
        };
        let text = |text: &Option<String>| text.clone().map(Value::Text);
        let int = |value: &Option<i64>| value.map(|value| Value::Int(value.into()));
        let side = |value: &i64| Setting {
            value: Value::Int((*value).into()),
            origin: Origin::Flag("--resolution"),
        };
        let sides: Vec<Setting> = self.resolution.iter().map(side).collect();
        if sides.len() > 2 {
            let message = format!("`resolution` takes 1 or 2 values, found {}", sides.len());
            problems.push(Diagnostic::error("resolution", Origin::Flag("--resolution"), message));
        }
        let resolution = match sides.as_slice() {
            [] => None,
            [side] => Some(Value::List(vec![side.clone(), side.clone()])),
            sides => Some(Value::List(sides.to_vec())),
        };
        set("epochs", "--epochs", int(&self.epochs));
        set("resolution", "--resolution", resolution);
        set("learnrate", "--learnrate", self.learnrate.map(Value::Float));
        set("optimizer", "--optimizer", text(&self.optimizer));
        set("snapshot_interval", "--snapshot-interval", self.snapshot_interval.map(Value::Float));
        set("device", "--device", text(&self.device));
        set("model", "--model", text(&self.model));
        set("seed", "--seed", self.seed.map(|seed| Value::Int(seed.into())));
        set("output", "--output", text(&self.output));
        set("verbose", "--verbose", int(&self.verbose));
        if let Some(text) = &self.text {
            replace_features(tree, text);
        }
    }
}

/// Makes `text` the only feature of every target. Without targets, one is added.
fn replace_features(tree: &mut Map, text: &str) {
    const ORIGIN: Origin = Origin::Flag("--text");
    let entry = |name, branch| Entry { name, origin: ORIGIN, branch };
    let map = |entry| Map { entries: vec![entry], origin: ORIGIN };
    let words = Setting { value: Value::Text(text.to_owned()), origin: ORIGIN };
    let features = entry("features", Branch::Entries(vec![map(entry("text", Branch::Setting(words)))]));
    if tree.get("targets").is_none() {
        tree.entries.push(entry("targets", Branch::Entries(vec![Map::empty(ORIGIN)])));
    }
    let targets = tree.entries.iter_mut().filter(|entry| entry.name == "targets");
    for branch in targets.map(|entry| &mut entry.branch) {
        let Branch::Entries(targets) = branch else { continue };
        for target in targets {
            target.entries.retain(|entry| entry.name != "features");
            target.entries.push(features.clone());
        }
    }
}
