//! An experiment between YAML and types: the parameters that were written, each converted and with its origin.

use crate::experiment::ImageTensor;
use crate::source::Origin;
use crate::yaml::Node;

/// A converted value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    Null,
    Bool(bool),
    Int(i128),
    Float(f64),
    Text(String),
    /// An expression with variables or random functions.
    Formula(String),
    List(Vec<Setting>),
    /// Raw pixels.
    Pixels(ImageTensor),
    /// A value that could not be converted. Its error is reported already, so nobody reports it again.
    Broken,
}

/// A value and where it comes from.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Setting {
    pub(crate) value: Value,
    pub(crate) origin: Origin,
}

/// What stands under a name.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Branch {
    Setting(Setting),
    Map(Map),
    /// A list of maps of parameters.
    Entries(Vec<Map>),
    /// What a series varies, as written: its values are converted for each picture.
    Raw(Node),
}

/// Parameters in the order written, no name twice.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Map {
    pub(crate) entries: Vec<Entry>,
    pub(crate) origin: Origin,
}

/// A name and what stands under it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Entry {
    pub(crate) name: &'static str,
    /// Where the name stands.
    pub(crate) origin: Origin,
    pub(crate) branch: Branch,
}

impl Map {
    pub(crate) fn empty(origin: Origin) -> Self {
        Self { entries: Vec::new(), origin }
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.name == name)
    }

    /// The text with this name.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        match &self.get(name)?.branch {
            Branch::Setting(Setting { value: Value::Text(text), .. }) => Some(text),
            _ => None,
        }
    }

    /// Merges `later` into this map: its values win, its lists of entries are appended.
    pub(crate) fn merge(&mut self, later: Self) {
        for entry in later.entries {
            let Some(mine) = self.entries.iter_mut().find(|mine| mine.name == entry.name) else {
                self.entries.push(entry);
                continue;
            };
            match (&mut mine.branch, entry.branch) {
                (Branch::Map(mine), Branch::Map(later)) => mine.merge(later),
                (Branch::Entries(mine), Branch::Entries(later)) => mine.extend(later),
                (_, branch) => (mine.branch, mine.origin) = (branch, entry.origin),
            }
        }
    }

    /// Sets one value, replacing what stands there.
    pub(crate) fn set(&mut self, name: &'static str, setting: Setting) {
        let origin = setting.origin;
        self.merge(Self { entries: vec![Entry { name, origin, branch: Branch::Setting(setting) }], origin });
    }
}
