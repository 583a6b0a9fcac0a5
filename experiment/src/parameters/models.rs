//! Several CLIP models that judge one picture.

use super::definition::{Definition, FLOAT, Initial, Kind, TEXT};

/// The path of the list.
pub(crate) const MODELS: &str = "models";

pub(super) const PARAMETERS: &[Definition] = &[
    Definition::new(
        MODELS,
        Kind::Entries,
        Initial::Entries,
        "Several CLIP models that judge the picture together, instead of `model`: where a model alone would settle for a \
         texture that pleases only itself, the others object. Every target is seen by all of them, unless it has `models` \
         of its own. Each model takes as much time as a picture with it alone.",
    )
    .example("models:\n  - name: ViT-B/32\n  - name: RN50\n    weight: .5\ntargets:\n  - features:\n      - text: a curly spoon\n")
    .addition(),
    Definition::new(
        "models.name",
        TEXT,
        Initial::Null,
        "The name of a CLIP model; `clipig model list` shows those that are here. Models may have windows of different sizes.",
    )
    .required()
    .addition(),
    Definition::new(
        "models.weight",
        FLOAT,
        Initial::Float(1.0),
        "How much the model has to say. Only the proportions count: the weights of all models that see a target are divided \
         by their sum, so that one more model makes no target stronger. A model of weight 0 is used only by targets that give \
         it a weight themselves.",
    )
    .least(0)
    .addition(),
];

/// The models of a target.
pub(super) const OF_TARGET: [Definition; 3] = [
    Definition::new(
        "targets.models",
        Kind::Entries,
        Initial::Entries,
        "Which of the models in `models` see this target; all of them if it is left out.",
    )
    .example(
        "models:\n  - name: ViT-B/32\n  - name: RN50\ntargets:\n  - features:\n      - text: fur\n    models:\n      - name: RN50\n",
    )
    .addition(),
    Definition::new("targets.models.name", TEXT, Initial::Null, "The name of a model, as it stands in `models`.")
        .required()
        .addition(),
    Definition::new(
        "targets.models.weight",
        FLOAT,
        Initial::Null,
        "How much the model has to say about this target; if it is left out, the weight that it has in `models`.",
    )
    .nullable()
    .least(0)
    .addition(),
];
