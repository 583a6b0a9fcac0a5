//! From sources to an experiment.

use std::sync::Arc;

use crate::build;
use crate::convert::{self, Context};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::experiment::Experiment;
use crate::export;
use crate::limits::{MAX_SOURCE_BYTES, MAX_SOURCES};
use crate::output_name;
use crate::overrides::Overrides;
use crate::parameters::MODELS;
use crate::series::kind::{self, SeriesKind};
use crate::source::{Origin, Place, Source};
use crate::tree::{Branch, Map, Value};
use crate::yaml::{self, Composed};

/// An experiment that can run.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The experiment.
    pub experiment: Experiment,
    /// What is odd about it.
    pub warnings: Diagnostics,
    /// What was written.
    pub tree: Tree,
    /// Name of the picture that files and command line ask for. Where a file of that name exists,
    /// [`output_name::free`] adds a number.
    pub picture: String,
}

impl Loaded {
    /// The whole experiment as YAML; see [`Tree::to_yaml`].
    pub fn to_yaml(&self) -> String {
        self.tree.to_yaml()
    }
}

/// The converted parameters of all sources, merged; they can be exported again.
#[derive(Clone, Debug, PartialEq)]
pub struct Tree(Map);

impl Tree {
    #[cfg(test)]
    pub(crate) fn into_map(self) -> Map {
        self.0
    }

    /// Every parameter with its value as JSON: unset ones are `null`, expressions objects
    /// `{"expr": …, "type": …, "groups": […]}`.
    pub fn to_json(&self) -> serde_json::Value {
        export::to_json(&self.0)
    }

    /// YAML with every default written out, which [`load`] reads as the same experiment. Unset parameters are left
    /// out, and the model where nobody chose one.
    pub fn to_yaml(&self) -> String {
        export::to_yaml(&self.0)
    }

    /// Records the model that a run used, so that the exported experiment names it. An experiment that lists its `models`
    /// names them already.
    pub fn record_model(&mut self, model: &str) {
        let listed = self.0.get(MODELS).map(|entry| &entry.branch);
        if matches!(listed, Some(Branch::Entries(models)) if !models.is_empty()) {
            return;
        }
        self.0.set("model", export::recorded(Value::Text(model.to_owned())));
    }

    /// Removes `output`: the record of a picture says how it was made, not where it lies.
    pub fn forget_output(&mut self) {
        self.0.set("output", export::recorded(Value::Text("./".to_owned())));
    }

    /// Records the seed that a run used, so that the exported experiment repeats it.
    pub fn record_seed(&mut self, seed: u64) {
        self.0.set("seed", export::recorded(Value::Int(seed.into())));
    }
}

/// Reads an experiment from its sources. A later source wins over an earlier one, and the command line over all.
///
/// # Errors
/// All problems of all sources at once.
pub fn load(sources: &[Source], overrides: &Overrides) -> Result<Loaded, Diagnostics> {
    let mut collected = collect(sources, overrides);
    kind::refuse(&collected.tree, &mut collected.problems);
    let picture = collected.picture(sources, overrides);
    finish(collected.tree, collected.problems, picture)
}

/// Builds the experiment of a tree. `problems` are those that were found so far.
pub(crate) fn finish(tree: Map, mut problems: Diagnostics, picture: String) -> Result<Loaded, Diagnostics> {
    let experiment = build::build(&tree, &mut problems);
    let (errors, warnings) = problems.split();
    if !errors.is_empty() {
        return Err(errors);
    }
    Ok(Loaded { experiment, warnings, tree: Tree(tree), picture })
}

/// Which kind of series the sources describe; `None`: a single picture, or they cannot be read.
pub fn series_of(sources: &[Source]) -> Option<SeriesKind> {
    kind::kind_of(&collect(sources, &Overrides::default()).tree)
}

/// Reads sources and converts every value, but does not check that the values make an experiment together. For tools
/// that show or change experiments.
///
/// # Errors
/// All YAML that cannot be read, all unknown names, all values that cannot be converted.
pub fn read(sources: &[Source], overrides: &Overrides) -> Result<Tree, Diagnostics> {
    let Collected { tree, problems, .. } = collect(sources, overrides);
    let (errors, _) = problems.split();
    if errors.is_empty() { Ok(Tree(tree)) } else { Err(errors) }
}

/// What the sources and the command line say, converted and merged.
pub(crate) struct Collected {
    pub(crate) tree: Map,
    pub(crate) problems: Diagnostics,
    /// The `output` that stands in the last source.
    last_output: Option<String>,
}

impl Collected {
    /// Name of the picture that they ask for.
    pub(crate) fn picture(&self, sources: &[Source], overrides: &Overrides) -> String {
        let output = self.last_output.as_deref();
        let files: Vec<(&str, Option<&str>)> =
            sources.iter().map(|source| (source.name.as_str(), output)).collect();
        output_name::wanted(&files, overrides.output.as_deref())
    }
}

pub(crate) fn collect(given: &[Source], overrides: &Overrides) -> Collected {
    let sources: Arc<[Source]> = given.iter().map(kept).collect();
    let mut problems = Diagnostics::new(Arc::clone(&sources));
    let mut tree = Map::empty(Origin::Default);
    if sources.len() > MAX_SOURCES {
        let message =
            format!("{} files are too many for one experiment; {MAX_SOURCES} are allowed", sources.len());
        problems.push(Diagnostic::error("", Origin::Default, message));
        return Collected { tree, problems, last_output: None };
    }
    let mut last_output = None;
    let mut context = Context { sources: &sources, problems: &mut problems, computed: 0 };
    for (index, source) in sources.iter().enumerate() {
        if let Some(problem) = too_large(given[index].text.len(), &source.name) {
            context.problems.push(problem);
            continue;
        }
        match yaml::compose(index, source) {
            Ok(Composed { document: Some(document), warnings }) => {
                for warning in warnings {
                    context.problems.push(warning);
                }
                let later = convert::convert(&mut context, &document);
                last_output = later.text("output").map(str::to_owned);
                tree.merge(later);
            }
            Ok(Composed { document: None, .. }) => {
                let origin = Origin::Written(Place { source: index, start: 0, end: 0 });
                let help =
                    "an experiment begins like this:\ntargets:\n  - features:\n      - text: a curly spoon";
                let problem = Diagnostic::error("", origin, "there is no experiment in this file");
                context.problems.push(problem.help(help));
            }
            Err(problem) => context.problems.push(*problem),
        }
    }
    overrides.apply(&mut tree, &mut problems);
    Collected { tree, problems, last_output }
}

/// The source as messages need it. Of one that is too large only the name is kept.
fn kept(source: &Source) -> Source {
    if source.text.len() > MAX_SOURCE_BYTES { Source::new(&source.name, "") } else { source.clone() }
}

fn too_large(bytes: usize, name: &str) -> Option<Diagnostic> {
    (bytes > MAX_SOURCE_BYTES).then(|| {
        let message = format!("{name} has {bytes} bytes; an experiment may have {MAX_SOURCE_BYTES} at most");
        Diagnostic::error("", Origin::Default, message).help("is it the right file?")
    })
}
