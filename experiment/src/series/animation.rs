//! Animations: frames that follow each other.

use std::sync::Arc;

use super::keys::{Count, Keys, Moment};
use super::kind::take;
use super::path::{Astray, Slot};
use crate::build::{AnimationSettings, initial};
use crate::convert::{self, Context};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::limits::ZOOM;
use crate::load::{Loaded, collect, finish};
use crate::overrides::Overrides;
use crate::parameters::{Parameter, parameters};
use crate::source::{Origin, Source};
use crate::tree::{Branch, Entry, Map, Setting, Value};
use crate::yaml::{Node, NodeKind, Scalar, python_float};

/// From here on, a move is more likely one in pixels than one in shares of the picture.
const SUSPICIOUS_MOVE: f64 = 2.0;

/// An animation whose frames can be made into experiments one by one.
#[derive(Clone, Debug)]
pub struct Animation {
    /// Frames per second.
    pub fps: u32,
    /// Name of the picture that a file without an animation would give.
    pub picture: String,
    /// The experiment's seed, where it has one.
    pub seed: Option<u64>,
    /// What is odd about the files.
    warnings: Diagnostics,
    settings: AnimationSettings,
    moves: Moves,
    tracks: Vec<Track>,
    tree: Map,
    sources: Arc<[Source]>,
}

/// What is done to the frame before.
#[derive(Clone, Debug)]
struct Moves {
    strength: Line,
    zoom: Line,
    rotate: Line,
    move_x: Line,
    move_y: Line,
}

/// A number by frame; `None` is the default.
#[derive(Clone, Debug)]
struct Line {
    parameter: &'static Parameter,
    keys: Option<Keys>,
}

/// A parameter that changes.
#[derive(Clone, Debug)]
struct Track {
    slot: Slot,
    keys: Keys,
    /// Where its name stands.
    origin: Origin,
}

/// Reads an animation from its sources.
///
/// # Errors
/// All problems of the files and of the animation itself. What is wrong with single frames, [`Animation::load`] finds.
pub fn animation_of(sources: &[Source], overrides: &Overrides) -> Result<Animation, Diagnostics> {
    let collected = collect(sources, overrides);
    let picture = collected.picture(sources, overrides);
    let (mut tree, mut problems) = (collected.tree, collected.problems);
    let kept = problems.sources();
    let Some(map) = take(&mut tree, "animation", &mut problems) else { return Err(problems.split().0) };
    let settings = {
        // The reader begins at the top.
        let mut top = Map::empty(map.origin);
        let origin = map.entries.first().map_or(map.origin, |entry| entry.origin);
        top.entries.push(Entry { name: "animation", origin, branch: Branch::Map(map.clone()) });
        AnimationSettings::read(&top, &mut problems)
    };
    let mut line = |name: &str| Line::read(&map, name, settings.frames, &mut problems);
    let moves = Moves {
        strength: line("strength"),
        zoom: line("zoom"),
        rotate: line("rotate"),
        move_x: line("move_x"),
        move_y: line("move_y"),
    };
    for line in [&moves.zoom, &moves.move_x, &moves.move_y] {
        line.check(&mut problems);
    }
    let tracks = tracks(&map, &tree, settings.frames, &mut problems);
    let (errors, warnings) = problems.split();
    if !errors.is_empty() {
        return Err(errors);
    }
    let seed = match tree.get("seed").map(|entry| &entry.branch) {
        Some(Branch::Setting(Setting { value: Value::Int(seed), .. })) => u64::try_from(*seed).ok(),
        _ => None,
    };
    Ok(Animation { fps: settings.fps, picture, seed, warnings, settings, moves, tracks, tree, sources: kept })
}

/// The parameters that change: the text of `prompts`, and those of `parameters`.
fn tracks(animation: &Map, tree: &Map, frames: u32, problems: &mut Diagnostics) -> Vec<Track> {
    let mut tracks: Vec<Track> = Vec::new();
    let raw = |name: &str| match animation.get(name) {
        Some(Entry { branch: Branch::Raw(node), origin, .. }) => Some((node, *origin)),
        _ => None,
    };
    if let Some((node, origin)) = raw("prompts") {
        let path = "animation.prompts";
        if matches!(node.kind, NodeKind::List(_)) {
            let message = "`prompts` is one text, or a map from frames to texts, found a list";
            let problem = Diagnostic::error(path, origin, message);
            problems.push(
                problem
                    .help("say at which frame each text is reached: `prompts: {0: a tulip, 47: a balloon}`"),
            );
            return tracks;
        }
        tracks.extend(Track::read("targets.features.text", path, (node, origin), (tree, frames), problems));
    }
    let Some((node, origin)) = raw("parameters") else { return tracks };
    let NodeKind::Map(entries) = &node.kind else {
        let message = format!("`parameters` takes parameters by name, found {}", node.noun());
        let example = parameters().get("animation.parameters").map_or("", |one| one.example).trim_end();
        let problem = Diagnostic::error("animation.parameters", origin, message);
        problems.push(problem.help(format!("for example:\n{example}")));
        return tracks;
    };
    for (key, node) in entries {
        let path = format!("animation.parameters.{}", key.text);
        let origin = Origin::Written(key.place);
        let Some(track) = Track::read(&key.text, &path, (node, origin), (tree, frames), problems) else {
            continue;
        };
        if tracks.iter().any(|other| other.slot.path == track.slot.path) {
            let message = format!("`{}` changes twice", track.slot.path);
            problems.push(Diagnostic::error(path, origin, message).help("remove one of the two"));
            continue;
        }
        tracks.push(track);
    }
    tracks
}

impl Track {
    /// `None` if something is wrong, which is reported.
    fn read(
        name: &str,
        path: &str,
        (node, origin): (&Node, Origin),
        (tree, frames): (&Map, u32),
        problems: &mut Diagnostics,
    ) -> Option<Self> {
        let slot = match Slot::find(tree, name) {
            Ok(slot) => slot,
            Err(Astray { message, help }) => {
                problems.push(Diagnostic::error(path, origin, message).help(help));
                return None;
            }
        };
        if !slot.is_value() || slot.path.starts_with("init.") {
            let message = format!("`{}` cannot change from frame to frame", slot.path);
            let help = if slot.path.starts_with("init.") {
                "a frame begins as the one before it; `zoom`, `rotate`, `move_x` and `move_y` move it"
            } else {
                "name a parameter below it, with a value of its own"
            };
            problems.push(Diagnostic::error(path, origin, message).help(help));
            return None;
        }
        let keys = Keys::read(node, path, frames, problems)?;
        Some(Self { slot, keys, origin })
    }
}

impl Line {
    fn read(animation: &Map, name: &str, frames: u32, problems: &mut Diagnostics) -> Self {
        let path = format!("animation.{name}");
        let parameter = parameters().get(&path).unwrap_or_else(|| unreachable!("`{path}` is not registered"));
        let keys = match animation.get(name).map(|entry| &entry.branch) {
            Some(Branch::Raw(node)) => Keys::read(node, &path, frames, problems),
            _ => None,
        };
        Self { parameter, keys }
    }

    /// Checks the numbers that are written as they are. What an expression gives is limited to what can be.
    fn check(&self, problems: &mut Diagnostics) {
        let path = self.parameter.path.as_str();
        let name = self.parameter.name();
        for node in self.keys.iter().flat_map(Keys::values) {
            let number = match node.kind {
                NodeKind::Scalar { value: Scalar::Int(number), .. } => number as f64,
                NodeKind::Scalar { value: Scalar::Float(number), .. } => number,
                _ => continue,
            };
            let origin = Origin::Written(node.place);
            // A zoom out of the parameter's own limits is reported when a frame is loaded.
            if name == "zoom" && (0.0..*ZOOM.start()).contains(&number) {
                let help = "`1` leaves the frame as it is, `1.02` moves into the picture, `.98` out of it";
                let problem = Diagnostic::error(path, origin, format!("`zoom` cannot be {number}"));
                problems.push(problem.help(help));
            } else if matches!(name, "move_x" | "move_y") && number.abs() >= SUSPICIOUS_MOVE {
                let message =
                    format!("`{name}` counts in whole pictures, not in pixels: {number} is far away");
                let help = "`.01` moves the frame by a hundredth of its side";
                problems.push(Diagnostic::warning(path, origin, message).help(help));
            }
        }
    }

    /// The number at a frame. What cannot be one is reported.
    fn at(&self, count: Count, settings: &AnimationSettings, context: &mut Context<'_>) -> f64 {
        let standard = match initial(self.parameter.default) {
            Value::Float(value) => value,
            _ => 0.0,
        };
        let Some(keys) = &self.keys else { return standard };
        let Moment { value, next } = keys.at(count.frame, settings.easing);
        let path = self.parameter.path.as_str();
        let mut number = |node: &Node| {
            convert::fixed_number(context, self.parameter, &count.put_into(node), path).unwrap_or(standard)
        };
        let value = number(value);
        next.map_or(value, |(next, share)| value + (number(next) - value) * share)
    }
}

impl Animation {
    /// How many frames it has.
    pub fn frames(&self) -> u32 {
        self.settings.frames
    }

    /// The experiment of a frame, below [`frames`](Self::frames). `seed` is that of the whole animation; a frame has the
    /// one that is higher by its number, unless `seed` is among the parameters that change. `previous` is the name of the
    /// image with the frame before; the first frame has none.
    ///
    /// # Errors
    /// What is wrong with it, where the value of the animation stands.
    pub fn load(&self, frame: u32, seed: u64, previous: &str) -> Result<Loaded, Diagnostics> {
        let count = Count { frame, frames: self.settings.frames };
        let mut tree = self.tree.clone();
        let mut problems = self.warnings.clone();
        let seed = seed.wrapping_add(u64::from(frame));
        tree.set("seed", made(Value::Int(seed.into())));
        let mut context = Context { sources: &self.sources, problems: &mut problems, computed: 0 };
        // A second text is a copy of the first one's feature, and shares its weight: all others have their values before.
        let (texts, others): (Vec<&Track>, Vec<&Track>) =
            self.tracks.iter().partition(|track| track.slot.is_text_of_feature());
        for track in others.into_iter().chain(texts) {
            track.put_into(&mut tree, count, &self.settings, &mut context);
        }
        if frame > 0 {
            self.follow(&mut tree, count, previous, &mut context);
        }
        finish(tree, problems, self.picture.clone())
    }

    /// Makes a frame begin as the one before it, moved.
    fn follow(&self, tree: &mut Map, count: Count, previous: &str, context: &mut Context<'_>) {
        let Moves { strength, zoom, rotate, move_x, move_y } = &self.moves;
        let mut at = |line: &Line| line.at(count, &self.settings, context);
        let start = start_epoch(tree, at(strength));
        tree.set("start_epoch", made(Value::Int(start)));
        let list =
            |values: &[f64]| Value::List(values.iter().map(|value| made(Value::Float(*value))).collect());
        let zoom = at(zoom).clamp(*ZOOM.start(), *ZOOM.end());
        let entries = [
            ("image", Value::Text(previous.to_owned())),
            ("mean", list(&[0.0; 3])),
            ("std", list(&[1.0; 3])),
            ("zoom", Value::Float(zoom)),
            ("rotate", Value::Float(at(rotate))),
            ("move", list(&[at(move_x), at(move_y)])),
            ("border", Value::Text(self.settings.border.clone())),
        ];
        let entry =
            |(name, value)| Entry { name, origin: Origin::Default, branch: Branch::Setting(made(value)) };
        let init = Map { entries: entries.map(entry).into(), origin: Origin::Default };
        tree.entries.retain(|entry| entry.name != "init");
        tree.entries.push(Entry { name: "init", origin: Origin::Default, branch: Branch::Map(init) });
    }
}

/// The first epoch of a frame that keeps a share of the frame before. At least one epoch is left.
fn start_epoch(tree: &Map, strength: f64) -> i128 {
    let int = |name: &str| match tree.get(name).map(|entry| &entry.branch) {
        Some(Branch::Setting(Setting { value: Value::Int(value), .. })) => *value,
        _ => match parameters().get(name).map(|parameter| initial(parameter.default)) {
            Some(Value::Int(value)) => value,
            _ => 0,
        },
    };
    let (start, epochs) = (int("start_epoch"), int("epochs"));
    let left = (epochs - start).max(0);
    let skipped = (left as f64 * strength).floor() as i128;
    start + skipped.min(left - 1).max(0)
}

impl Track {
    /// Puts the value of a frame into the tree.
    fn put_into(
        &self,
        tree: &mut Map,
        count: Count,
        settings: &AnimationSettings,
        context: &mut Context<'_>,
    ) {
        let moment = self.keys.at(count.frame, settings.easing);
        let node = if self.slot.is_number() {
            moment.number(self.slot.parameter, count)
        } else if self.slot.is_text_of_feature() {
            moment.value.clone()
        } else {
            // An epoch and a share, two choices: there is nothing between them.
            count.put_into(moment.value)
        };
        if let Some(branch) = convert::branch(context, self.slot.parameter, &node, &self.slot.path) {
            self.slot.set(tree, branch, self.origin);
        }
        if let Some((next, share)) = moment.next.filter(|_| self.slot.is_text_of_feature())
            && let Some(text) = convert::branch(context, self.slot.parameter, next, &self.slot.path)
        {
            self.blend(tree, text, share);
        }
    }

    /// Adds a second text beside the first, and shares the weight of the feature between them.
    fn blend(&self, tree: &mut Map, text: Branch, share: f64) {
        let Some((features, index)) = self.slot.entry_of(tree) else { return };
        let Some(first) = features.get_mut(index) else { return };
        let mut second = first.clone();
        second.entries.retain(|entry| entry.name != "text");
        second.entries.push(Entry { name: "text", origin: self.origin, branch: text });
        multiply_weight(first, 1.0 - share);
        multiply_weight(&mut second, share);
        // Behind all others, so that their numbers stay.
        features.push(second);
    }
}

fn multiply_weight(feature: &mut Map, factor: f64) {
    let (value, origin) = match feature.get("weight").map(|entry| &entry.branch) {
        Some(Branch::Setting(Setting { value, origin })) => (value.clone(), *origin),
        _ => (Value::Float(1.0), Origin::Default),
    };
    let value = match value {
        Value::Int(weight) => Value::Float(weight as f64 * factor),
        Value::Float(weight) => Value::Float(weight * factor),
        Value::Formula(weight) => Value::Formula(format!("({}) * {}", weight.trim(), python_float(factor))),
        other => other,
    };
    feature.set("weight", Setting { value, origin });
}

/// A setting that the animation makes.
fn made(value: Value) -> Setting {
    Setting { value, origin: Origin::Default }
}
