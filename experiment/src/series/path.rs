//! Parameters by their path, as a series names them.

use crate::nearest::nearest;
use crate::parameters::{Kind, Parameter, Type, is_series, parameters, without_indices};
use crate::source::Origin;
use crate::tree::{Branch, Entry, Map};

/// What belongs to the run of a command and not to the picture.
const FIXED: [&str; 3] = ["verbose", "output", "snapshot_interval"];

/// A parameter's place in a tree.
#[derive(Clone, Debug)]
pub(super) struct Slot {
    pub(super) parameter: &'static Parameter,
    steps: Vec<Step>,
    /// With all indices: `targets.0.weight`.
    pub(super) path: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Name(&'static str),
    /// An entry of the list before it.
    Entry(usize),
}

/// Why a path leads nowhere.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Astray {
    pub(super) message: String,
    pub(super) help: String,
}

impl Astray {
    fn new(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { message: message.into(), help: help.into() }
    }
}

impl Slot {
    /// Finds the place that `text` means in a tree. The number of an entry may be left out where only one can be meant: the
    /// only entry, or the only one in which the rest of the path is written.
    pub(super) fn find(tree: &Map, text: &str) -> Result<Self, Astray> {
        let plain = text.replace(['[', ']'], ".");
        let parts: Vec<&str> = plain.split('.').filter(|part| !part.is_empty()).collect();
        let whole = without_indices(text);
        let mut walk = Walk {
            steps: Vec::new(),
            path: String::new(),
            registered: String::new(),
            here: Some(tree),
            parameter: None,
        };
        let mut rest = parts.as_slice();
        while let Some((name, behind)) = rest.split_first() {
            rest = walk.enter(name, behind).map_err(|stop| match stop {
                Stop::Unknown => unknown(text, &whole),
                Stop::Unclear(astray) => astray,
            })?;
        }
        let parameter = walk.parameter.ok_or_else(|| unknown(text, &whole))?;
        if is_series(&parameter.path) || FIXED.contains(&parameter.path.as_str()) {
            return Err(Astray::new(
                format!("`{}` is the same for all pictures of a series", parameter.path),
                "what may differ is what decides how a picture looks",
            ));
        }
        Ok(Self { parameter, steps: walk.steps, path: walk.path })
    }

    /// Puts a value there.
    pub(super) fn set(&self, tree: &mut Map, branch: Branch, origin: Origin) {
        put(tree, &self.steps, branch, origin);
    }

    /// Is it the text of a feature?
    pub(super) fn is_text_of_feature(&self) -> bool {
        self.parameter.path == "targets.features.text"
    }

    /// Can it have values between two others?
    pub(super) fn is_number(&self) -> bool {
        matches!(self.parameter.kind, Kind::Scalar(Type::Int | Type::Float) | Kind::List(..))
    }

    /// Is it a single value, or a list of numbers?
    pub(super) fn is_value(&self) -> bool {
        !matches!(
            self.parameter.kind,
            Kind::Map
                | Kind::Entries
                | Kind::Scalar(Type::Pixels)
                | Kind::Axes
                | Kind::Keys(_)
                | Kind::Tracks
        )
    }

    /// The entries of the last list on the way there, and which of them it is in.
    pub(super) fn entry_of<'a>(&self, tree: &'a mut Map) -> Option<(&'a mut Vec<Map>, usize)> {
        let last = self.steps.iter().rposition(|step| matches!(step, Step::Entry(_)))?;
        let Step::Entry(index) = self.steps[last] else { return None };
        Some((entries(tree, &self.steps[..last])?, index))
    }
}

/// On the way to a place.
struct Walk<'a> {
    steps: Vec<Step>,
    path: String,
    registered: String,
    /// The map that was reached, where it is written.
    here: Option<&'a Map>,
    /// The parameter that was reached.
    parameter: Option<&'static Parameter>,
}

/// Why a walk ends early.
enum Stop {
    /// There is no parameter of this name.
    Unknown,
    /// It is not clear where to go.
    Unclear(Astray),
}

impl<'a> Walk<'a> {
    /// Goes to `name`, and if that is a list, on to one of its entries. What is left of the path.
    fn enter<'p, 't>(&mut self, name: &str, rest: &'p [&'t str]) -> Result<&'p [&'t str], Stop> {
        if index(name).is_some() {
            let list = &self.path;
            return Err(Stop::Unclear(Astray::new(
                format!("`{list}` is not a list of entries, or one of them is meant as a whole"),
                format!("name a parameter, or all entries at once: `{list}`"),
            )));
        }
        self.registered = join(&self.registered, name);
        self.path = join(&self.path, name);
        let parameter = parameters().get(&self.registered).ok_or(Stop::Unknown)?;
        self.parameter = Some(parameter);
        self.steps.push(Step::Name(parameter.name()));
        let branch = self.here.and_then(|map| map.get(name)).map(|entry| &entry.branch);
        if rest.is_empty() {
            return Ok(rest);
        }
        if parameter.kind != Kind::Entries {
            self.here = match branch {
                Some(Branch::Map(map)) => Some(map),
                _ => None,
            };
            return Ok(rest);
        }
        let entries: &'a [Map] = match branch {
            Some(Branch::Entries(entries)) => entries,
            _ => &[],
        };
        let list = &self.registered;
        let (entry, rest) = match index(rest[0]) {
            Some(_) if rest.len() == 1 => {
                return Err(Stop::Unclear(Astray::new(
                    format!("`{}.{}` is a whole entry", self.path, rest[0]),
                    format!("name one of its parameters, or all entries at once: `{list}`"),
                )));
            }
            Some(entry) => (entry, &rest[1..]),
            None => (only(entries, rest, list).map_err(Stop::Unclear)?, rest),
        };
        let Some(map) = entries.get(entry) else {
            let count = entries.len();
            let entries = if count == 1 { "entry" } else { "entries" };
            return Err(Stop::Unclear(Astray::new(
                format!("`{list}` has {count} {entries}, so there is no entry {entry}"),
                "the first entry has the number 0",
            )));
        };
        self.steps.push(Step::Entry(entry));
        self.path = format!("{}.{entry}", self.path);
        self.here = Some(map);
        Ok(rest)
    }
}

/// The entry that is meant where no number says it.
fn only(entries: &[Map], rest: &[&str], list: &str) -> Result<usize, Astray> {
    let written: Vec<usize> = (0..entries.len()).filter(|entry| has(&entries[*entry], rest)).collect();
    match (written.as_slice(), entries.len()) {
        ([entry], _) => Ok(*entry),
        ([], 1) => Ok(0),
        ([], 0) => Err(Astray::new(
            format!("`{list}` has no entries"),
            format!("write one, whose `{}` can then differ", rest.join(".")),
        )),
        _ => {
            let entries = entries.len();
            Err(Astray::new(
                format!("it is not clear which of the {entries} entries of `{list}` is meant"),
                format!("give its number, from 0 to {}: `{list}.0.{}`", entries - 1, rest.join(".")),
            ))
        }
    }
}

/// Is the rest of a path written in this map?
fn has(map: &Map, rest: &[&str]) -> bool {
    let Some((name, rest)) = rest.split_first() else { return true };
    let Some(entry) = map.get(name) else { return false };
    if rest.is_empty() {
        return true;
    }
    match &entry.branch {
        Branch::Map(map) => has(map, rest),
        Branch::Entries(maps) => match index(rest[0]) {
            Some(entry) => maps.get(entry).is_some_and(|map| has(map, &rest[1..])),
            None => maps.iter().any(|map| has(map, rest)),
        },
        Branch::Setting(_) | Branch::Raw(_) => false,
    }
}

fn put(map: &mut Map, steps: &[Step], branch: Branch, origin: Origin) {
    let [Step::Name(name), rest @ ..] = steps else { return };
    let name = *name;
    let at = map.entries.iter().position(|entry| entry.name == name);
    if rest.is_empty() {
        let entry = Entry { name, origin, branch };
        match at {
            Some(at) => map.entries[at] = entry,
            None => map.entries.push(entry),
        }
        return;
    }
    let at = at.unwrap_or_else(|| {
        map.entries.push(Entry { name, origin, branch: Branch::Map(Map::empty(origin)) });
        map.entries.len() - 1
    });
    match (&mut map.entries[at].branch, rest) {
        (Branch::Entries(maps), [Step::Entry(entry), rest @ ..]) => {
            if let Some(map) = maps.get_mut(*entry) {
                put(map, rest, branch, origin);
            }
        }
        (Branch::Map(map), rest) => put(map, rest, branch, origin),
        _ => {}
    }
}

/// The entries of a list.
fn entries<'a>(map: &'a mut Map, steps: &[Step]) -> Option<&'a mut Vec<Map>> {
    let [Step::Name(name), rest @ ..] = steps else { return None };
    let entry = map.entries.iter_mut().find(|entry| entry.name == *name)?;
    match (&mut entry.branch, rest) {
        (Branch::Entries(maps), []) => Some(maps),
        (Branch::Entries(maps), [Step::Entry(index), rest @ ..]) => entries(maps.get_mut(*index)?, rest),
        (Branch::Map(map), rest) => entries(map, rest),
        _ => None,
    }
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

fn index(part: &str) -> Option<usize> {
    part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse().ok()).flatten()
}

fn unknown(text: &str, registered: &str) -> Astray {
    let shown = crate::diagnostic::shown(text);
    let paths = parameters().iter().map(|parameter| parameter.path.as_str());
    let named: Vec<&str> = parameters()
        .iter()
        .filter(|parameter| parameter.name() == registered && !is_series(&parameter.path))
        .map(|parameter| parameter.path.as_str())
        .take(3)
        .collect();
    let help = if let Some(near) = nearest(registered, paths) {
        format!("did you mean `{near}`?")
    } else if named.is_empty() {
        "a path begins at the top of the experiment: `learnrate`, `canvas.model`, `targets.0.weight`"
            .to_owned()
    } else {
        let named: Vec<String> = named.iter().map(|path| format!("`{path}`")).collect();
        format!("write the whole path, such as {}", named.join(" or "))
    };
    Astray::new(format!("`{shown}` is not a parameter of an experiment"), help)
}

#[cfg(test)]
mod tests {
    use crate::load::read;
    use crate::{Overrides, Source};

    use super::*;

    const TREE: &str = "\
canvas: {model: fft}
targets:
- features: [{text: a}, {image: b.png}]
  transforms: [{noise: .1}, {blur: {sigma: 1}}]
- features: [{text: c}]
";

    fn tree() -> Map {
        let tree = read(&[Source::new("a.yaml", TREE)], &Overrides::default()).unwrap();
        tree.into_map()
    }

    fn path(text: &str) -> Result<String, String> {
        Slot::find(&tree(), text).map(|slot| slot.path).map_err(|astray| astray.message)
    }

    #[test]
    fn numbers_of_entries_may_be_left_out_where_one_is_meant() {
        for (text, expected) in [
            ("learnrate", "learnrate"),
            ("canvas.model", "canvas.model"),
            ("init.std", "init.std"),
            ("targets.0.weight", "targets.0.weight"),
            ("targets[1].features[0].text", "targets.1.features.0.text"),
            ("targets.features.image", "targets.0.features.1.image"),
            ("targets.transforms.blur.sigma", "targets.0.transforms.1.blur.sigma"),
            ("targets.1.features.weight", "targets.1.features.0.weight"),
            ("targets.transforms", "targets.0.transforms"),
        ] {
            assert_eq!(path(text).as_deref(), Ok(expected), "{text}");
        }
        for (text, message) in [
            ("targets.features.text", "which of the 2 entries of `targets`"),
            ("targets.weight", "which of the 2 entries of `targets`"),
            ("targets.0.features.0.text.x", "is not a parameter"),
            ("targets.7.weight", "has 2 entries, so there is no entry 7"),
            ("targets.0", "is a whole entry"),
            ("canvas.0", "is not a list of entries"),
            ("postproc.blur.sigma", "`postproc` has no entries"),
            ("weight", "`weight` is not a parameter of an experiment"),
            ("sweep.judge", "is the same for all pictures"),
            ("output", "is the same for all pictures"),
            ("", "is not a parameter"),
        ] {
            let found = path(text).expect_err(text);
            assert!(found.contains(message), "{text}: {found}");
        }
    }

    #[test]
    fn values_are_put_where_the_path_leads() {
        let mut tree = tree();
        let value = || {
            let origin = Origin::Default;
            Branch::Setting(crate::tree::Setting { value: crate::tree::Value::Int(7), origin })
        };
        for text in ["seed", "init.std", "targets.1.weight", "targets.transforms.blur.sigma"] {
            let slot = Slot::find(&tree, text).unwrap();
            slot.set(&mut tree, value(), Origin::Default);
            // Now it is written, so that it is found without its number.
            let again = Slot::find(&tree, &without_indices(text)).unwrap();
            assert_eq!(again.path, slot.path);
        }
        let slot = Slot::find(&tree, "targets.1.features.0.text").unwrap();
        let (entries, index) = slot.entry_of(&mut tree).unwrap();
        assert_eq!((entries.len(), index), (1, 0));
        assert!(slot.is_text_of_feature() && !slot.is_number() && slot.is_value());
    }
}
