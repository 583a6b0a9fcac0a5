//! `clipig model info`.

use std::fmt::Write as _;
use std::path::Path;

use clipig_models::registry::{self, ModelSpec};
use clipig_models::{Entry, ModelError, ModelInfo, Naming, Place, Store, Vision};
use console::style;
use serde_json::{Map, Value as Json, json};

use super::{is_path, list, megabytes, place};
use crate::arguments::InfoArguments;
use crate::failure::Failure;
use crate::output;

/// Everything that is known about a model in the store, or about a file outside of it.
pub(super) fn text(store: &Store, arguments: &InfoArguments) -> Result<String, Failure> {
    let name = &arguments.name;
    let entry = match store.entry(name) {
        Ok(entry) => entry,
        Err(ModelError::Unknown { .. }) if is_path(name) => {
            return of_file(Path::new(name), arguments);
        }
        Err(error) => return Err(error.into()),
    };
    let mut facts = Facts::default();
    describe_entry(&mut facts, &entry);
    let mut record = list::record(&entry);
    if entry.place == Place::Absent {
        if let Some(known) = registry::find(&entry.name) {
            describe_spec(&mut facts, &known.spec);
        }
        output::say(format!("its weights are not here; `clipig model pull {}` fetches them", entry.name));
        if arguments.json {
            record["spec"] = registry::find(&entry.name).map(|known| spec(&known.spec)).into();
            return Ok(format!("{record:#}\n"));
        }
        return Ok(facts.page(&entry.name));
    }
    let resolved = if arguments.verify { store.verify(name) } else { store.resolve(name) };
    let resolved = resolved?;
    if arguments.verify {
        output::say("all bytes were read; the hash is right");
    }
    let info = store.info(name)?;
    if arguments.json {
        record["spec"] = spec(&resolved.spec);
        record["weights"] = weights(&info, arguments.tensors);
        return Ok(format!("{record:#}\n"));
    }
    describe_spec(&mut facts, &resolved.spec);
    describe_weights(&mut facts, &info);
    Ok(facts.page(&entry.name) + &tensors(&info, arguments.tensors))
}

fn of_file(path: &Path, arguments: &InfoArguments) -> Result<String, Failure> {
    let (info, changes) = ModelInfo::of_import(path)?;
    for change in &changes {
        output::say(format!("to be imported: {change}"));
    }
    if arguments.json {
        let record = json!({ "path": path.display().to_string(), "size": info.size, "weights": weights(&info, arguments.tensors) });
        return Ok(format!("{record:#}\n"));
    }
    let mut facts = Facts::default();
    facts.add("size", megabytes(info.size));
    describe_weights(&mut facts, &info);
    Ok(facts.page(&path.display().to_string()) + &tensors(&info, arguments.tensors))
}

/// The model's specification, which the weights do not contain, as JSON.
fn spec(spec: &ModelSpec) -> Json {
    json!({
        "input_size": spec.input_size,
        "embed_dim": spec.embed_dim,
        "vision_heads": spec.vision_heads,
        "text_heads": spec.text_heads,
        "activation": spec.activation.to_string(),
        "mean": spec.mean,
        "std": spec.std,
        "context": spec.context,
        "resize": spec.resize,
    })
}

/// What the weights say, as JSON.
fn weights(info: &ModelInfo, with_tensors: bool) -> Json {
    let shape = &info.architecture;
    let vision = match shape.vision {
        Vision::Transformer { width, layers, feed_forward, patch } => json!({
            "kind": "transformer",
            "width": width,
            "layers": layers,
            "feed_forward": feed_forward,
            "patch": patch,
        }),
        Vision::ResNet { width, layers } => json!({ "kind": "resnet", "width": width, "layers": layers }),
    };
    let types = info.number_types.iter().map(|(name, count)| (name.clone(), json!(count)));
    let shapes = info.shapes.iter().map(|(name, shape)| (name.clone(), json!(shape)));
    json!({
        "tensors": info.tensors,
        "parameters": info.parameters,
        "number_types": types.collect::<Map<_, _>>(),
        "naming": naming(shape.naming),
        "input_size": shape.input_size,
        "vision": vision,
        "text": {
            "width": shape.text_width,
            "layers": shape.text_layers,
            "feed_forward": shape.text_feed_forward,
            "context": shape.context,
            "vocabulary": shape.vocabulary,
        },
        "unused": info.unused,
        "shapes": with_tensors.then(|| shapes.collect::<Map<_, _>>()),
    })
}

fn naming(naming: Naming) -> &'static str {
    match naming {
        Naming::OpenAi => "OpenAI, open_clip",
        Naming::HuggingFace => "Hugging Face",
    }
}

/// Names and values, one below the other.
#[derive(Default)]
struct Facts(Vec<(&'static str, String)>);

impl Facts {
    fn add(&mut self, name: &'static str, value: impl Into<String>) {
        self.0.push((name, value.into()));
    }

    fn page(&self, title: &str) -> String {
        let mut page = format!("{}\n", style(title).bold());
        for (name, value) in self.0.iter().filter(|(_, value)| !value.is_empty()) {
            let _ = writeln!(page, "  {name:12} {value}");
        }
        page
    }
}

fn describe_entry(facts: &mut Facts, entry: &Entry) {
    facts.add("what", entry.about.clone());
    match &entry.place {
        Place::Stored(path) => facts.add("weights", path.display().to_string()),
        other => facts.add("weights", place(other)),
    }
    facts.add("size", entry.size.map(megabytes).unwrap_or_default());
    let known = match (&entry.sha256, entry.pinned) {
        (None, _) => "recorded at first use".to_owned(),
        (Some(sha256), true) => format!("{sha256} (known to clipig)"),
        (Some(sha256), false) => format!("{sha256} (as first seen)"),
    };
    facts.add("sha256", known);
    facts.add("licence", entry.licence.clone());
    // The embedded model's source repeats its place.
    if entry.place != Place::Embedded {
        facts.add("source", entry.source.clone());
    }
}

fn describe_spec(facts: &mut Facts, spec: &ModelSpec) {
    facts.add("window", format!("{0} x {0} pixels", spec.input_size));
    facts.add("feature", format!("{} numbers", spec.embed_dim));
    facts.add(
        "heads",
        format!("{} in the image tower, {} in the text tower", spec.vision_heads, spec.text_heads),
    );
    facts.add("activation", spec.activation.to_string());
    let list = |values: [f32; 3]| values.map(|value| format!("{value:.4}")).join(" ");
    facts.add("mean, std", format!("{} / {}", list(spec.mean), list(spec.std)));
    if let Some(context) = spec.context {
        facts.add("texts", format!("at most {context} tokens"));
    }
    facts.add("images", spec.resize.to_string());
}

fn describe_weights(facts: &mut Facts, info: &ModelInfo) {
    let shape = &info.architecture;
    let image = match shape.vision {
        Vision::Transformer { width, layers, patch, .. } => {
            format!("transformer, patches of {patch} pixels, {layers} layers, width {width}")
        }
        Vision::ResNet { width, layers } => {
            format!("ResNet, blocks {}, width {width}", layers.map(|n| n.to_string()).join(" "))
        }
    };
    facts.add("image tower", format!("{image}, window {0} x {0}", shape.input_size));
    facts.add(
        "text tower",
        format!(
            "transformer, {} layers, width {}, {} tokens of {}",
            shape.text_layers, shape.text_width, shape.context, shape.vocabulary
        ),
    );
    let types = info.number_types.iter().map(|(name, count)| format!("{count} {name}"));
    let (millions, types) = (info.parameters as f64 / 1e6, types.collect::<Vec<_>>().join(", "));
    facts.add("parameters", format!("{millions:.1} million in {} tensors ({types})", info.tensors));
    facts.add("naming", naming(shape.naming));
    facts.add("not used", info.unused.join(", "));
}

/// Every tensor with its shape, if `--tensors` asks for them.
fn tensors(info: &ModelInfo, wanted: bool) -> String {
    if !wanted {
        return String::new();
    }
    let longest = info.shapes.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    let line = |(name, shape): &(String, Vec<usize>)| format!("  {name:longest$}  {shape:?}");
    info.shapes.iter().map(line).collect::<Vec<_>>().join("\n") + "\n"
}
