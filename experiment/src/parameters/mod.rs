//! The registry: everything the language knows about its parameters, in one table.
//!
//! Parsing, defaults, validation, completion, the reference and the schema all read it. A transform is
//! defined once and listed twice: under the transforms of a target and, if it keeps the resolution, under
//! post-processing.

mod constraints;
mod definition;
mod features;
mod general;
mod masks;
mod models;
mod series;
mod targets;
mod transforms;

use std::collections::HashMap;
use std::sync::LazyLock;

pub use definition::{Choice, Initial, Kind, Limits, Stage, Type};
pub(crate) use definition::{Definition, Group};
pub(crate) use masks::{MASKS, NAME};
pub(crate) use models::MODELS;

/// One parameter of the language.
#[expect(clippy::struct_excessive_bools, reason = "independent facts of a table, no state")]
#[derive(Clone, Debug)]
pub struct Parameter {
    /// Path without list indices, such as `targets.transforms.blur.sigma`.
    pub path: String,
    /// Its shape.
    pub kind: Kind,
    /// Value where it is not written.
    pub default: Initial,
    /// May it be `null`?
    pub nullable: bool,
    /// Whether every map of its kind has to give it.
    pub required: bool,
    /// What its expressions may use.
    pub stage: Stage,
    /// The texts that it allows; empty where any text is fine.
    pub choices: &'static [Choice],
    /// Least and greatest value.
    pub limits: Limits,
    /// What it does, in Markdown, for artists.
    pub doc: &'static str,
    /// A piece of YAML that shows it; may be empty.
    pub example: &'static str,
    /// Is it an addition of clipig, unknown to the original?
    pub addition: bool,
    /// Is it random by nature (transforms)?
    pub draws: bool,
}

impl Parameter {
    /// The last part of the path.
    pub fn name(&self) -> &str {
        self.path.rsplit('.').next().unwrap_or(&self.path)
    }

    /// The path without its last part; empty at the top.
    pub fn parent(&self) -> &str {
        self.path.rsplit_once('.').map_or("", |(parent, _)| parent)
    }

    /// Is it a transform, post-processing effect or constraint: an entry that is used when it is written?
    pub fn is_step(&self) -> bool {
        match self.parent() {
            "targets.transforms" => self.kind != Kind::Mask,
            "targets.constraints" => true,
            "postproc" => !matches!(self.name(), "active" | "start" | "end" | "mask"),
            _ => false,
        }
    }

    /// The path that the parameters of its map are registered below.
    pub fn below(&self) -> &str {
        if self.kind == Kind::Mask { MASKS } else { &self.path }
    }

    /// What it takes, in a sentence for people: `3 numbers (or one for all)`.
    pub fn takes(&self) -> String {
        match self.kind {
            Kind::Scalar(of) => of.noun(false).to_owned(),
            Kind::List(of, lengths) => {
                let lengths: Vec<String> = lengths.iter().map(ToString::to_string).collect();
                format!("{} {} (or one for all)", lengths.join(" or "), of.noun(true))
            }
            Kind::Mask => "the name of a mask, or a map of its parameters".to_owned(),
            Kind::Moment => "an epoch (`50`), a share of the run (`.5`) or a percentage (`50%`)".to_owned(),
            Kind::Map => "a map of parameters".to_owned(),
            Kind::Entries => "a list of entries".to_owned(),
            Kind::Axes => "parameters, each with a list or a range of values".to_owned(),
            Kind::Keys(of) => format!("{}, or key frames (`{{0: …, 24: …}}`)", of.noun(false)),
            Kind::Tracks => "parameters, each with an expression of `frame` or key frames".to_owned(),
        }
    }

    /// `int`, `list of 3 float`, … for the reference.
    pub fn type_name(&self) -> String {
        match self.kind {
            Kind::Scalar(of) => of.name().to_owned(),
            Kind::List(of, lengths) => {
                let lengths: Vec<String> = lengths.iter().map(ToString::to_string).collect();
                format!("list of {} {}", lengths.join(" or "), of.name())
            }
            Kind::Mask => "mask".to_owned(),
            Kind::Moment => "time".to_owned(),
            Kind::Map => "map".to_owned(),
            Kind::Entries => "list of entries".to_owned(),
            Kind::Axes => "map of lists and ranges".to_owned(),
            Kind::Keys(of) => format!("{} or key frames", of.name()),
            Kind::Tracks => "map of key frames".to_owned(),
        }
    }
}

/// All parameters, in the order of the reference.
#[derive(Debug)]
pub struct Registry {
    parameters: Vec<Parameter>,
    by_path: HashMap<String, usize>,
    children: HashMap<String, Vec<usize>>,
}

impl Registry {
    fn new() -> Self {
        let mut registry = Self { parameters: Vec::new(), by_path: HashMap::new(), children: HashMap::new() };
        registry.add_all("", Stage::Fixed, general::PARAMETERS);
        registry.add_all("", Stage::Fixed, models::PARAMETERS);
        registry.add_all("", Stage::Fixed, masks::PARAMETERS);
        registry.add_all("", Stage::Fixed, targets::PARAMETERS);
        registry.add_all("", Stage::Fixed, &models::OF_TARGET);
        registry.add_all("", Stage::Fixed, features::PARAMETERS);
        registry.add_group("targets.transforms", Stage::Rate, transforms::TRANSFORMS, |_| true);
        registry.add_all("", Stage::Fixed, targets::POSTPROC);
        registry
            .add_group("postproc", Stage::Rate, transforms::TRANSFORMS, |group| !group.changes_resolution);
        registry.add_all("", Stage::Fixed, constraints::HEAD);
        registry.add_group("targets.constraints", Stage::Target, constraints::CONSTRAINTS, |_| true);
        registry.add_all("", Stage::Fixed, series::PARAMETERS);
        registry
    }

    fn add(&mut self, parameter: Parameter) {
        let index = self.parameters.len();
        self.by_path.insert(parameter.path.clone(), index);
        self.children.entry(parameter.parent().to_owned()).or_default().push(index);
        self.parameters.push(parameter);
    }

    fn add_all(&mut self, prefix: &str, stage: Stage, definitions: &[Definition]) {
        for definition in definitions {
            self.add(definition.parameter(prefix, stage));
        }
    }

    fn add_group(&mut self, prefix: &str, stage: Stage, groups: &[Group], keep: impl Fn(&Group) -> bool) {
        for group in groups.iter().filter(|group| keep(group)) {
            let path = format!("{prefix}.{}", group.name);
            if let [Definition { name: "", .. }] = group.parameters {
                let mut parameter = group.parameters[0].parameter(&path, stage);
                (parameter.path, parameter.doc, parameter.example) = (path, group.doc, group.example);
                (parameter.draws, parameter.required) = (group.draws, false);
                self.add(parameter);
                continue;
            }
            self.add(Parameter {
                path: path.clone(),
                kind: Kind::Map,
                default: Initial::Null,
                nullable: false,
                required: false,
                stage: Stage::Fixed,
                choices: &[],
                limits: Limits::NONE,
                doc: group.doc,
                example: group.example,
                addition: group.addition,
                draws: group.draws,
            });
            for definition in group.parameters.iter().chain(group.more) {
                let mut parameter = definition.parameter(&path, stage);
                parameter.addition |= group.addition;
                self.add(parameter);
            }
        }
    }

    /// Every parameter.
    pub fn iter(&self) -> impl Iterator<Item = &Parameter> {
        self.parameters.iter()
    }

    /// The parameter with this path (without list indices).
    pub fn get(&self, path: &str) -> Option<&Parameter> {
        self.by_path.get(path).map(|index| &self.parameters[*index])
    }

    /// The parameters directly below a path; `""` is the top.
    pub fn children(&self, path: &str) -> impl Iterator<Item = &Parameter> {
        self.children.get(path).into_iter().flatten().map(|index| &self.parameters[*index])
    }

    /// Paths that complete `prefix`, one level further. `targets.f` gives `targets.feature_scale` and
    /// `targets.features`, and `targets.` gives everything directly below `targets`. List indices are ignored.
    pub fn complete(&self, prefix: &str) -> Vec<&str> {
        let prefix = without_indices(prefix);
        let (parent, start) = prefix.rsplit_once('.').unwrap_or(("", &prefix));
        let parent = self.get(parent).map_or(parent, Parameter::below);
        self.children(parent)
            .filter(|parameter| parameter.name().starts_with(start))
            .map(|parameter| parameter.path.as_str())
            .collect()
    }
}

/// The path without list indices: `targets.0.weight` and `targets[0].weight` become `targets.weight`.
pub fn without_indices(path: &str) -> String {
    let path = path.replace(['[', ']'], ".");
    let parts = path.split('.').filter(|part| part.is_empty() || !part.bytes().all(|b| b.is_ascii_digit()));
    let mut joined = String::new();
    let ends_open = path.ends_with('.');
    for part in parts.filter(|part| !part.is_empty()) {
        if !joined.is_empty() {
            joined.push('.');
        }
        joined.push_str(part);
    }
    if ends_open && !joined.is_empty() {
        joined.push('.');
    }
    joined
}

/// Does a parameter describe a series of pictures, a sweep or an animation, and not one picture?
pub fn is_series(path: &str) -> bool {
    matches!(path.split('.').next(), Some("sweep" | "animation"))
}

/// The registry of the language.
pub fn parameters() -> &'static Registry {
    static REGISTRY: LazyLock<Registry> = LazyLock::new(Registry::new);
    &REGISTRY
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::{MAX_HISTOGRAMS, MAX_STYLES};

    #[test]
    fn paths_are_completed_level_by_level() {
        let registry = parameters();
        assert_eq!(registry.complete("targets.f"), ["targets.feature_scale", "targets.features"]);
        assert_eq!(
            registry.complete("targets.0.transforms.3.random_sh"),
            ["targets.transforms.random_shift"]
        );
        assert_eq!(registry.complete("init.").len(), 11);
        assert_eq!(registry.complete("targets.0.mask.g"), ["masks.gradient"]);
        assert!(registry.complete("frob").is_empty());
        assert_eq!(registry.complete("").len(), registry.children("").count());
    }

    #[test]
    fn every_parameter_is_documented_and_has_a_parent() {
        for parameter in parameters().iter() {
            assert!(parameter.doc.len() > 20, "{}", parameter.path);
            let parent = parameter.parent();
            assert!(parent.is_empty() || parameters().get(parent).is_some(), "{}", parameter.path);
            if parameter.required {
                assert_eq!(parameter.default, Initial::Null, "{}", parameter.path);
            }
        }
        assert_eq!(transforms::TRANSFORMS.len(), 26);
        assert_eq!(constraints::CONSTRAINTS.len(), 11);
    }

    #[test]
    fn limits_of_a_number_are_told() {
        for (path, limit) in
            [("targets.features.style", MAX_STYLES), ("targets.constraints.histogram", MAX_HISTOGRAMS)]
        {
            let doc = &parameters().get(path).expect("a parameter").doc;
            assert!(doc.contains(&format!("most {limit} are allowed")), "{doc}");
        }
    }

    #[test]
    fn indices_are_left_out_of_paths() {
        assert_eq!(without_indices("targets.0.weight"), "targets.weight");
        assert_eq!(without_indices("targets[0].weight"), "targets.weight");
        assert_eq!(without_indices("targets.0."), "targets.");
        assert_eq!(without_indices(""), "");
    }
}
