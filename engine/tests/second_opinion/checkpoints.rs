//! Checkpoints as the libraries write them, through `clipig model import` and our engine.
//!
//! `models/second_opinion/checkpoints.json` lists what files `open_clip`, transformers and peft wrote for small
//! models, and what they answered. The same files are made here again, with their configurations beside them.

use std::fs;
use std::path::Path;

use clipig_engine::clip::Clip;
use clipig_engine::clip::weights::Weights as Tensors;
use clipig_models::{ImportOptions, Store, Weights};
use serde_json::Value as Json;
use tch::{Device, Kind, Tensor};

use crate::rule::{self, Numbers};
use crate::values;

/// The largest difference of features, as a share of the largest magnitude. A wrong reading costs 1e-2 and more.
const FEATURES: f64 = 1e-5;
/// Full sizes are computed in float32 by the libraries, too.
const FULL_SIZE: f64 = 1e-4;

/// Writes a safetensors file whose tensors follow the rule.
fn write(path: &Path, tensors: &Json) {
    let (mut header, mut data) = (serde_json::Map::new(), Vec::new());
    for (name, described) in tensors.as_object().expect("tensors by name") {
        let shape: Vec<usize> = serde_json::from_value(described[1].clone()).expect("a shape");
        let count = shape.iter().product();
        let start = data.len();
        let numbers = || {
            let numbers = if name.contains(".lora_") {
                Numbers::new(name, 0.05, 0.0)
            } else {
                Numbers::of_weight(name, &shape)
            };
            numbers.take(count)
        };
        match described[0].as_str().expect("a type") {
            "F32" => data.extend(numbers().iter().flat_map(|number| number.to_le_bytes())),
            "BF16" => {
                let rounded = Tensor::from_slice(&numbers()).to_kind(Kind::BFloat16);
                data.extend(Vec::<u8>::try_from(rounded.view_dtype(Kind::Uint8)).expect("bytes"));
            }
            // A counter, which nothing reads.
            "I64" => data.extend(vec![0; 8 * count]),
            other => panic!("{name} is {other}"),
        }
        let entry = serde_json::json!({
            "dtype": described[0], "shape": shape, "data_offsets": [start, data.len()],
        });
        header.insert(name.clone(), entry);
    }
    let header = Json::Object(header).to_string();
    let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
    bytes.extend(header.as_bytes());
    bytes.extend(data);
    fs::write(path, bytes).expect("it can be written");
}

/// Imports a folder and compares features of the rule's windows and texts.
fn apart(store: &Store, folder: &Path, expected: &Json) -> [f64; 2] {
    let options = ImportOptions { replace: true, ..ImportOptions::default() };
    let name = store.import(folder, options).unwrap_or_else(|error| panic!("{error}")).entry.name;
    let model = store.resolve(&name).expect("it was imported");
    let Weights::File(path) = &model.weights else { panic!("not a file") };
    let bytes = fs::read(path).expect("it is there");
    let tensors = Tensors::parse(&bytes).expect("import has checked it");
    let clip =
        Clip::new(&tensors, &model.spec.settings(), Device::Cpu, Kind::Float).expect("import has checked it");
    let _guard = tch::no_grad_guard();
    let side = clip.window();
    let windows = Numbers::new("input.windows", 0.5, 0.5).take((2 * 3 * side * side) as usize);
    let windows = Tensor::from_slice(&windows).view([2, 3, side, side]);
    let image = clip.encode_image(&clip.normalize(&windows));
    let text = clip.encode_text(&Tensor::from_slice(&rule::tokens()).view([3, 77]));
    [("image_features", image), ("text_features", text)].map(|(name, found)| {
        let wanted: Vec<f32> = serde_json::from_value(expected[name].clone()).expect("a list of numbers");
        let found = values(&found);
        assert_eq!(found.len(), wanted.len());
        let magnitude = |v: f32| if v.is_nan() { f64::INFINITY } else { f64::from(v.abs()) };
        let greatest = wanted.iter().map(|&v| magnitude(v)).fold(0.0, f64::max);
        found.iter().zip(&wanted).map(|(found, wanted)| magnitude(found - wanted)).fold(0.0, f64::max)
            / greatest
    })
}

#[test]
fn second_opinion_checkpoints_of_the_libraries() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../models/second_opinion/checkpoints.json");
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let record: Json = serde_json::from_str(&text).expect("the record is JSON");
    let models = record["models"].as_object().expect("models by name");
    assert!(models.len() >= 12);
    let temporary = tempfile::tempdir().expect("a temporary folder");
    let store = Store::at(temporary.path().join("models"));
    for (name, model) in models {
        let folder = temporary.path().join(name.replace(|c: char| !c.is_alphanumeric(), "-"));
        fs::create_dir(&folder).expect("it can be created");
        for (file, tensors) in model["weights"].as_object().expect("files by name") {
            write(&folder.join(file), tensors);
        }
        for (file, text) in model["texts"].as_object().expect("files by name") {
            fs::write(folder.join(file), text.to_string()).expect("it can be written");
        }
        let [image, text] = apart(&store, &folder, model);
        println!("{name}: image {image:.1e}, text {text:.1e}");
        assert!(image <= FEATURES && text <= FEATURES, "{name}: image {image:.1e}, text {text:.1e}");
        fs::remove_dir_all(&folder).expect("it is there");
    }
}

/// The comparison at full size, with files that `models/second_opinion/checkpoints.py --full` wrote.
#[test]
#[ignore = "needs CLIPIG_CHECKPOINTS, a folder of 4 GB; models/second_opinion/README.md"]
fn full_size() {
    let folder = std::env::var_os("CLIPIG_CHECKPOINTS").expect("CLIPIG_CHECKPOINTS names the folder");
    let temporary = tempfile::tempdir().expect("a temporary folder");
    let store = Store::at(temporary.path());
    let mut folders: Vec<_> = fs::read_dir(folder)
        .expect("it is there")
        .map(|entry| entry.expect("it can be read").path())
        .collect();
    folders.sort();
    assert!(!folders.is_empty());
    for folder in folders {
        let expected = fs::read_to_string(folder.join("expected.json")).expect("checkpoints.py has finished");
        let [image, text] = apart(&store, &folder, &serde_json::from_str(&expected).expect("JSON"));
        let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        println!("{name}: image {image:.1e}, text {text:.1e}");
        assert!(image <= FULL_SIZE && text <= FULL_SIZE, "{name}: image {image:.1e}, text {text:.1e}");
        for file in fs::read_dir(temporary.path()).expect("it is there").flatten() {
            fs::remove_file(file.path()).expect("it is ours");
        }
    }
}
