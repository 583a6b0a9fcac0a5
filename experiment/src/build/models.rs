//! Several CLIP models, and which of them see a target.
//!
//! A target that k models see becomes k targets, each with one model and its share of the weight. So whatever comes after
//! (plan, shards, merge, statistics, tables) knows only targets that one model sees.

use super::reader::Reader;
use crate::diagnostic::shown;
use crate::experiment::Target;
use crate::limits::MAX_MODELS;
use crate::nearest::nearest;
use crate::parameters::{MODELS, NAME};

/// The weight of a model, in `models` and in a target.
const WEIGHT: &str = "weight";

/// The entries of `models`.
pub(super) struct Models(Vec<Weighted>);

struct Weighted {
    name: String,
    weight: f64,
}

impl Models {
    /// Reads the entries of `models`; none where the experiment has one model.
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        let mut known: Vec<String> = Vec::new();
        let mut models = Self(reader.entries(MODELS, |reader| {
            let name = reader.optional_text(NAME).unwrap_or_default().trim().to_owned();
            if name.is_empty() {
                if reader.is_written(NAME) && !reader.is_broken(NAME) {
                    reader.error(NAME, "the model's name is empty").help(list_of_models);
                }
            } else if known.iter().take(MAX_MODELS).any(|known| known.eq_ignore_ascii_case(&name)) {
                reader
                    .error(NAME, &format!("`{}` stands in `models` twice", shown(&name)))
                    .help(|| "remove one of the two, and give the other one more `weight`".to_owned());
            }
            known.push(name.clone());
            Weighted { name, weight: reader.float(WEIGHT).as_constant().unwrap_or(1.0) }
        }));
        models.check(reader);
        // That there are more was reported. Every target is copied for each model.
        models.0.truncate(MAX_MODELS);
        models
    }

    fn check(&self, reader: &mut Reader<'_>) {
        if self.0.is_empty() {
            return;
        }
        if reader.is_written("model") {
            reader
                .error("model", "`model` names the only model, but there are several in `models`")
                .help(|| "remove `model`, or add it to `models`".to_owned());
        }
        if self.0.len() > MAX_MODELS {
            reader
                .error(MODELS, &format!("{} models are too many", self.0.len()))
                .help(|| format!("at most {MAX_MODELS} are allowed"));
        }
        if self.0.iter().all(|model| model.weight == 0.0) {
            reader
                .error(MODELS, "all models have weight 0, so none of them has anything to say")
                .help(|| "give at least one of them a `weight` above 0".to_owned());
        }
    }

    /// The names, in their order.
    pub(super) fn names(&self) -> Vec<String> {
        self.0.iter().map(|model| model.name.clone()).collect()
    }

    /// The target once for each model that sees it.
    pub(super) fn divide(&self, reader: &mut Reader<'_>, target: Target) -> Vec<Target> {
        let weights = self.weights(reader);
        let sum: f64 = weights.iter().sum();
        let used: Vec<usize> = (0..weights.len()).filter(|&model| weights[model] > 0.0).collect();
        let Some(&first) = used.first() else { return vec![target] };
        if target.features.is_empty() {
            // Constraints need windows and no model.
            return vec![Target { model: first, ..target }];
        }
        let several = self.0.len() > 1;
        let seen_by = |model: usize| Target {
            name: if several {
                format!("{} ({})", target.name, self.0[model].name)
            } else {
                target.name.clone()
            },
            model,
            share: weights[model] / sum,
            ..target.clone()
        };
        used.into_iter().map(seen_by).collect()
    }

    /// The weight that each model has for the target.
    fn weights(&self, reader: &mut Reader<'_>) -> Vec<f64> {
        let mut own: Vec<Option<f64>> = vec![None; self.0.len()];
        let count = reader.entries(MODELS, |reader| self.add_own(reader, &mut own)).len();
        if count == 0 {
            return self.0.iter().map(|model| model.weight).collect();
        }
        if self.0.is_empty() {
            reader
                .error(
                    MODELS,
                    "`models` of a target chooses among the models of the experiment, which lists none",
                )
                .help(list_of_models);
            return Vec::new();
        }
        if own.iter().flatten().all(|weight| *weight == 0.0) && own.iter().any(Option::is_some) {
            reader
                .error(MODELS, "all models of this target have weight 0, so none of them has anything to say")
                .help(|| {
                    "give one of them a `weight` above 0, or switch the target off with `active: no`"
                        .to_owned()
                });
        }
        own.into_iter().map(Option::unwrap_or_default).collect()
    }

    /// Reads one entry of a target's `models`.
    fn add_own(&self, reader: &mut Reader<'_>, own: &mut [Option<f64>]) {
        let weight = reader.number(WEIGHT);
        let Some(name) = reader.optional_text(NAME) else { return };
        let wanted = name.trim();
        let Some(place) = self.0.iter().position(|model| model.name.eq_ignore_ascii_case(wanted)) else {
            if !self.0.is_empty() {
                self.report_unknown(reader, wanted);
            }
            return;
        };
        let weight = super::reader::as_float(&weight).unwrap_or(self.0[place].weight);
        if own[place].replace(weight).is_some() {
            reader
                .error(NAME, &format!("`{}` stands in the target's `models` twice", shown(wanted)))
                .help(|| "remove one of the two, and give the other one more `weight`".to_owned());
        }
    }

    fn report_unknown(&self, reader: &mut Reader<'_>, wanted: &str) {
        let names = || self.0.iter().map(|model| model.name.as_str());
        let near =
            nearest(wanted, names()).map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
        let listed: Vec<String> = names().map(|name| format!("`{}`", shown(name))).collect();
        reader
            .error(NAME, &format!("there is no model `{}` in `models`{near}", shown(wanted)))
            .help(|| format!("`models` lists {}; add it there, or name one of these", listed.join(", ")));
    }
}

fn list_of_models() -> String {
    "list them at the top of the experiment:\nmodels:\n  - name: ViT-B/32\n  - name: RN50".to_owned()
}
