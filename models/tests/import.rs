//! Importing weights from files.

mod support;

use std::{fs, path::Path};

use clipig_models::{
    Activation, Flags, ImportOptions, Imported, ModelError, ModelInfo, Place, ResizeMode, Store, Weights,
    embedded, hugging_face_names,
};
use clipig_testing::model_file::{self, Shape, float16_file};
use support::{store, weights};

const NO_SERVER: &str = "http://127.0.0.1:9";

/// All that must be said of the small models here.
const FLAGS: Flags = Flags {
    heads: Some(2),
    text_heads: Some(1),
    activation: Some(Activation::Gelu),
    mean: None,
    std: None,
    context: None,
};

fn flagged() -> ImportOptions<'static> {
    ImportOptions { flags: FLAGS, replace: true, ..ImportOptions::default() }
}

/// A small CLIP, its image tower 96 wide.
fn small() -> Vec<Shape> {
    model_file::small_clip(96, 16)
}

/// Imports a file with these tensors, under its name.
fn import(store: &Store, folder: &Path, shapes: &[Shape]) -> Result<Imported, ModelError> {
    let file = folder.join("mine.safetensors");
    fs::write(&file, float16_file(shapes, 1)).unwrap();
    store.import(&file, flagged())
}

#[track_caller]
fn refused(shapes: &[Shape], parts: &[&str]) {
    let (folder, store) = store(NO_SERVER);
    let error = import(&store, folder.path(), shapes).unwrap_err().to_string();
    for part in parts {
        assert!(error.contains(part), "{part}: {error}");
    }
    assert!(store.list().unwrap().iter().all(|entry| entry.name != "mine"));
}

/// The tensors of the file in the store.
fn stored(store: &Store, name: &str) -> Vec<u8> {
    let Weights::File(path) = store.resolve(name).unwrap().weights else { panic!("not a file") };
    fs::read(path).unwrap()
}

fn renamed(shapes: &[Shape], rename: impl Fn(&str) -> String) -> Vec<Shape> {
    shapes.iter().map(|(name, shape)| (rename(name), shape.clone())).collect()
}

#[test]
fn imports_at_once_do_not_mix() {
    let (folder, store) = store(NO_SERVER);
    let names = ["first", "second", "third", "fourth"];
    let files: Vec<_> = (1..).zip(names).map(|(seed, _)| float16_file(&small(), seed)).collect();
    std::thread::scope(|scope| {
        for (name, bytes) in names.iter().zip(&files) {
            let (folder, store) = (folder.path(), &store);
            scope.spawn(move || {
                let file = folder.join(format!("{name}.safetensors"));
                fs::write(&file, bytes).unwrap();
                store.import(&file, flagged()).unwrap();
            });
        }
    });
    for (name, bytes) in names.iter().zip(&files) {
        assert!(stored(&store, name) == *bytes, "{name}");
    }
    let left = fs::read_dir(store.root()).unwrap().map(|entry| entry.unwrap().file_name());
    let left: Vec<_> = left.filter(|name| name.to_string_lossy().starts_with(".clipig-")).collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn a_known_model_is_checked_against_its_shape() {
    let (folder, store) = store(NO_SERVER);
    let file = folder.path().join("download.safetensors");
    fs::write(&file, weights(1)).unwrap();
    let named = |name| ImportOptions { name: Some(name), ..ImportOptions::default() };
    let entry = store.import(&file, named("openai/rn101")).unwrap().entry;
    assert_eq!(entry.name, "RN101");
    assert!(entry.source.ends_with("download.safetensors"));
    assert_eq!(store.resolve("RN101").unwrap().spec.embed_dim, 512);

    let error = store.import(&file, named("RN50")).unwrap_err();
    assert!(matches!(error, ModelError::OtherModel { .. }), "{error}");
    assert!(error.to_string().contains("1024"), "{error}");
    assert!(matches!(store.resolve("RN50"), Err(ModelError::NotInStore { .. })));
    assert!(store.import(&file, named("clipig-tiny")).is_err());
}

#[test]
fn an_own_model_keeps_its_name_and_gets_a_specification() {
    let (folder, store) = store(NO_SERVER);
    let file = folder.path().join("My model.safetensors");
    fs::write(&file, embedded::BYTES).unwrap();
    // The bytes of the embedded model are recognised, and it needs no import.
    assert!(matches!(store.import(&file, ImportOptions::default()), Err(ModelError::BadName { .. })));
    let own = float16_file(&small(), 3);
    fs::write(&file, &own).unwrap();
    assert_eq!(store.import(&file, flagged()).unwrap().entry.name, "My model");
    let model = store.resolve("my MODEL").unwrap();
    assert_eq!((model.name.as_str(), model.spec.activation), ("My model", Activation::Gelu));
    assert_eq!((model.spec.input_size, model.spec.vision_heads, model.spec.text_heads), (16, 2, 1));
    // Nothing was to be changed, so the file is the same.
    assert_eq!(stored(&store, "My model"), own);
    let list = store.list().unwrap();
    assert!(matches!(list.last().unwrap().place, Place::Stored(_)));
    assert_eq!(list.last().unwrap().name, "My model");
}

#[test]
fn what_nobody_says_is_asked_before_anything_is_copied() {
    let (folder, store) = store(NO_SERVER);
    let file = folder.path().join("mine.safetensors");
    fs::write(&file, float16_file(&small(), 1)).unwrap();
    let error = store.import(&file, ImportOptions::default()).unwrap_err();
    assert!(matches!(error, ModelError::Unknowable { .. }), "{error}");
    for part in ["--heads N", "96 wide", "2 (48 wide)", "--text-heads N", "--activation", "config.json"] {
        assert!(error.to_string().contains(part), "{part}: {error}");
    }
    assert!(!store.root().exists());
    let imported = store.import(&file, flagged()).unwrap();
    assert!(
        imported.notes[0].contains("image tower: 2 heads (as --heads says); text tower: 1 heads"),
        "{:?}",
        imported.notes
    );
}

#[test]
fn a_record_of_an_older_version_is_read() {
    let (folder, store) = store(NO_SERVER);
    import(&store, folder.path(), &small()).unwrap();
    let record = store.root().join("mine.json");
    let text = fs::read_to_string(&record).unwrap();
    let mut value: serde_json::Value = serde_json::from_str(&text).unwrap();
    for key in ["context", "resize"] {
        value["spec"].as_object_mut().unwrap().remove(key);
    }
    fs::write(&record, value.to_string()).unwrap();
    let spec = store.resolve("mine").unwrap().spec;
    assert_eq!((spec.vision_heads, spec.context, spec.resize), (2, None, ResizeMode::Shortest));
}

#[test]
fn a_folder_says_how_it_is_read() {
    let (folder, store) = store(NO_SERVER);
    let model = folder.path().join("my-clip");
    fs::create_dir(&model).unwrap();
    let shapes = model_file::hugging_face(&small(), hugging_face_names);
    fs::write(model.join("model.safetensors"), float16_file(&shapes, 1)).unwrap();
    let config = r#"{"model_type": "clip",
        "text_config": {"hidden_act": "gelu", "num_attention_heads": 4, "hidden_size": 16, "num_hidden_layers": 2},
        "vision_config": {"hidden_act": "gelu", "num_attention_heads": 3, "hidden_size": 96, "num_hidden_layers": 2}}"#;
    fs::write(model.join("config.json"), config).unwrap();
    let images = r#"{"image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5], "size": {"height": 16, "width": 16}}"#;
    fs::write(model.join("preprocessor_config.json"), images).unwrap();
    let imported = store.import(&model, ImportOptions::default()).unwrap();
    assert_eq!(imported.entry.name, "my-clip");
    assert!(imported.notes[0].contains("config.json and preprocessor_config.json"), "{:?}", imported.notes);
    let spec = store.resolve("my-clip").unwrap().spec;
    assert_eq!((spec.vision_heads, spec.text_heads, spec.activation), (3, 4, Activation::Gelu));
    assert_eq!((spec.mean, spec.std, spec.resize), ([0.5; 3], [0.5; 3], ResizeMode::Squash));
    // The file of the same folder says the same.
    let options = ImportOptions { name: Some("file"), ..ImportOptions::default() };
    store.import(&model.join("model.safetensors"), options).unwrap();
    assert_eq!(store.resolve("file").unwrap().spec, spec);
    // The configuration itself is no weights.
    let error = store.import(&model.join("config.json"), ImportOptions::default()).unwrap_err().to_string();
    assert!(error.contains("configuration") && error.contains("folder"), "{error}");
}

#[test]
fn several_files_are_joined() {
    let (folder, store) = store(NO_SERVER);
    let model = folder.path().join("sharded");
    fs::create_dir(&model).unwrap();
    let shapes = small();
    let (first, second) = shapes.split_at(shapes.len() / 2);
    let names = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"];
    for (name, part) in names.iter().zip([first, second]) {
        fs::write(model.join(name), float16_file(part, 1)).unwrap();
    }
    let map = |part: &[Shape], file| part.iter().map(|(name, _)| (name.clone(), file)).collect::<Vec<_>>();
    let map: serde_json::Map<_, _> = [map(first, names[0]), map(second, names[1])]
        .concat()
        .into_iter()
        .map(|(name, file)| (name, file.into()))
        .collect();
    let index = model.join("model.safetensors.index.json");
    fs::write(&index, serde_json::json!({ "weight_map": map }).to_string()).unwrap();
    let shard = store.import(&model.join(names[0]), flagged()).unwrap_err().to_string();
    assert!(shard.contains("one of 2 files") && shard.contains("index"), "{shard}");
    for path in [&model, &index] {
        let imported = store.import(path, flagged()).unwrap();
        assert_eq!(imported.entry.name, "sharded");
        assert!(imported.notes[0].contains("2 files were joined"), "{:?}", imported.notes);
    }
    let info = store.info("sharded").unwrap();
    // The temperature is not stored anew.
    assert_eq!(info.tensors, shapes.len() - 1);
    fs::remove_file(model.join(names[1])).unwrap();
    let missing = store.import(&model, flagged()).unwrap_err().to_string();
    assert!(missing.contains(names[1]), "{missing}");
}

#[test]
fn prefixes_are_taken_off() {
    let plain = {
        let (folder, store) = store(NO_SERVER);
        let shapes: Vec<Shape> = small().into_iter().filter(|(name, _)| name != "logit_scale").collect();
        import(&store, folder.path(), &renamed(&shapes, |name| format!("net.{name}"))).unwrap();
        stored(&store, "mine")
    };
    for prefix in ["module.", "model.", "_orig_mod.", "clip.", "module.model."] {
        let (folder, store) = store(NO_SERVER);
        let file = folder.path().join("mine.safetensors");
        fs::write(&file, float16_file(&renamed(&small(), |name| format!("{prefix}{name}")), 1)).unwrap();
        let (info, changes) = ModelInfo::of_import(&file).unwrap();
        assert_eq!((info.architecture.input_size, changes.len()), (16, 1));
        let imported = store.import(&file, flagged()).unwrap();
        assert!(imported.notes[0].contains(&format!("\"{prefix}\"")), "{:?}", imported.notes);
        assert_eq!(stored(&store, "mine"), plain, "{prefix}");
    }
    // CustomTextCLIP of open_clip, the same model.
    let (folder, store) = store(NO_SERVER);
    let custom = |name: &str| match name {
        name if name.starts_with("visual.") || name == "logit_scale" => name.to_owned(),
        name => format!("text.{name}"),
    };
    import(&store, folder.path(), &renamed(&small(), custom)).unwrap();
    assert_eq!(stored(&store, "mine"), plain);
}

#[test]
fn every_block_must_be_whole() {
    let without =
        |missing: &str| -> Vec<Shape> { small().into_iter().filter(|(name, _)| name != missing).collect() };
    refused(
        &without("visual.transformer.resblocks.0.attn.in_proj_weight"),
        &["lacks", "\"visual.transformer.resblocks.0.attn.in_proj_weight\""],
    );
    refused(&without("transformer.resblocks.1.mlp.c_proj.bias"), &["c_proj.bias"]);
    refused(&without("visual.ln_pre.weight"), &["visual.ln_pre.weight"]);
    // A block that only its number tells of.
    let far = [small(), vec![("transformer.resblocks.3.ln_1.weight".to_owned(), vec![16])]].concat();
    refused(&far, &["transformer.resblocks.2", "more"]);
    let absurd =
        [small(), vec![("transformer.resblocks.4000000000.ln_1.weight".to_owned(), vec![16])]].concat();
    refused(&absurd, &["more blocks than any model has"]);
    let mut odd = small();
    odd[0].1 = vec![49_408, 16, 1];
    refused(&odd, &["[49408, 16, 1]"]);
}

#[test]
fn tensors_that_would_change_the_result_are_refused() {
    let with = |name: &str| [small(), vec![(name.to_owned(), vec![96])]].concat();
    // Layer scale in one block and not in the other; attention with norms; a class token for texts.
    for name in [
        "visual.transformer.resblocks.1.ls_1.gamma",
        "visual.transformer.resblocks.0.attn.ln_q.weight",
        "visual.attn_pool.query",
        "transformer.resblocks.0.attn.ln_k.bias",
    ] {
        refused(&with(name), &["would change the result", name]);
    }
    // What stands beside the towers is named, and changes nothing.
    let (folder, store) = store(NO_SERVER);
    let beside = [with("classifier.weight"), vec![("logit_bias".to_owned(), vec![])]].concat();
    let imported = import(&store, folder.path(), &beside).unwrap();
    assert!(imported.notes[0].contains("\"classifier.weight\""), "{:?}", imported.notes);
    assert_eq!(store.info("mine").unwrap().unused, ["classifier.weight"]);
}

#[test]
fn layer_scale_is_a_part_of_the_model() {
    let (folder, store) = store(NO_SERVER);
    let scales = (0..2).flat_map(|block| {
        ["ls_1", "ls_2"].map(|part| (format!("visual.transformer.resblocks.{block}.{part}.gamma"), vec![96]))
    });
    let shapes: Vec<Shape> = small().into_iter().chain(scales).collect();
    import(&store, folder.path(), &shapes).unwrap();
    assert_eq!(store.info("mine").unwrap().unused, Vec::<String>::new());
}

#[test]
fn other_vocabularies_are_refused() {
    for rows in [250_100, 49_407, 49_409] {
        let mut shapes = small();
        assert_eq!(shapes[0].0, "token_embedding.weight");
        shapes[0].1[0] = rows;
        refused(&shapes, &[&rows.to_string(), "tokenizer"]);
    }
}

#[test]
fn numbers_are_checked() {
    let (folder, store) = store(NO_SERVER);
    let file = folder.path().join("mine.safetensors");
    let error = |bytes: &[u8]| {
        fs::write(&file, bytes).unwrap();
        store.import(&file, flagged()).unwrap_err().to_string()
    };
    let zeros = error(&float16_file(&small(), 0));
    assert!(zeros.contains("nothing but zeros"), "{zeros}");
    let nan = error(&float16_file(&small(), 255));
    assert!(nan.contains("NaN"), "{nan}");
    // One number of one tensor in the middle.
    let mut one = float16_file(&small(), 1);
    let place = one.len() - 1_001;
    one[place] = 0x7c;
    one[place - 1] = 0;
    let one = error(&one);
    assert!(one.contains("holds inf at place"), "{one}");
    let fp8 = error(&model_file::file("F8_E4M3", 1, &small(), 1));
    assert!(fp8.contains("fp8") && fp8.contains("bfloat16"), "{fp8}");
    let int8 = error(&model_file::file("I8", 1, &small(), 1));
    assert!(int8.contains("int8"), "{int8}");
    let whole = error(&model_file::file("I64", 8, &small(), 1));
    assert!(whole.contains("I64") && whole.contains("BF16"), "{whole}");
    assert!(
        store.import(&file, flagged()).is_err() && store.list().unwrap().iter().all(|e| e.name != "mine")
    );
    for (dtype, width) in [("BF16", 2), ("F32", 4), ("F64", 8)] {
        fs::write(&file, model_file::file(dtype, width, &small(), 1)).unwrap();
        store.import(&file, flagged()).unwrap();
    }
}

#[test]
fn long_clip_has_two_tables_of_positions() {
    let (folder, store) = store(NO_SERVER);
    let mut shapes = small();
    for (name, shape) in &mut shapes {
        if name == "positional_embedding" {
            shape[0] = 248;
        }
    }
    shapes.push(("positional_embedding_res".to_owned(), vec![248, 16]));
    let file = folder.path().join("mine.safetensors");
    let mut bytes = float16_file(&shapes, 1);
    // The second table is the last tensor, and has other numbers.
    let start = bytes.len() - 248 * 16 * 2;
    bytes[start..].fill(2);
    fs::write(&file, &bytes).unwrap();
    let imported = store.import(&file, flagged()).unwrap();
    assert!(imported.notes[0].contains("Long-CLIP"), "{:?}", imported.notes);
    assert_eq!(store.info("mine").unwrap().architecture.context, 248);
    let joined = stored(&store, "mine");
    let count = |filler: u8| joined.windows(32).filter(|row| row.iter().all(|&byte| byte == filler)).count();
    assert_eq!(count(2), (248 - 20) * 32 - 31);
    // A table that is longer than the other one: nobody knows what that is.
    let mut odd = small();
    odd.push(("positional_embedding_res".to_owned(), vec![248, 16]));
    refused(&odd, &["positional_embedding_res", "Long-CLIP"]);
}

#[test]
fn adapters_are_merged_where_their_scale_is_known() {
    let (folder, store) = store(NO_SERVER);
    let model = folder.path().join("adapted");
    fs::create_dir(&model).unwrap();
    // q_proj of one block of two, as peft names it.
    let module = "base_model.model.vision_model.encoder.layers.1.self_attn.q_proj";
    let shapes: Vec<Shape> = model_file::hugging_face(&small(), hugging_face_names)
        .into_iter()
        .map(|(name, shape)| {
            let name = format!("base_model.model.{name}");
            let part = name.strip_prefix(module).map(|part| format!("{module}.base_layer{part}"));
            (part.unwrap_or(name), shape)
        })
        .chain([
            (format!("{module}.lora_A.default.weight"), vec![2, 96]),
            (format!("{module}.lora_B.default.weight"), vec![96, 2]),
        ])
        .collect();
    let file = model.join("model.safetensors");
    // 0x3c3c is a little more than 1 in half precision.
    fs::write(&file, float16_file(&shapes, 0x3c)).unwrap();
    let unmerged = store.import(&file, flagged()).unwrap_err().to_string();
    assert!(unmerged.contains("merge_and_unload") && unmerged.contains("adapter_config.json"), "{unmerged}");
    let config = |extra: &str| {
        let text = format!(r#"{{"peft_type": "LORA", "lora_alpha": 4, "r": 2{extra}}}"#);
        fs::write(model.join("adapter_config.json"), text).unwrap();
        store.import(&model, flagged())
    };
    for extra in [r#", "use_dora": true"#, r#", "alpha_pattern": {"q_proj": 8}"#, r#", "lora_bias": true"#] {
        let error = config(extra).unwrap_err().to_string();
        assert!(error.contains("merge_and_unload") && error.contains("does not do"), "{error}");
    }
    let imported = config("").unwrap();
    assert!(
        imported.notes.iter().any(|note| note.contains("adapters (LoRA) of 1 matrices")),
        "{:?}",
        imported.notes
    );
    let bytes = stored(&store, "adapted");
    let tensors = safetensors::SafeTensors::deserialize(&bytes).unwrap();
    let name = "vision_model.encoder.layers.1.self_attn.q_proj.weight";
    let merged = tensors.tensor(name).unwrap();
    let number = f32::from_le_bytes(merged.data()[..4].try_into().unwrap());
    // x + 4 / 2 · (x · x + x · x)
    let x = f32::from(half::f16::from_le_bytes([0x3c, 0x3c]));
    assert!((number - (x + 4.0 * x * x)).abs() < 1e-5, "{number}");
    let rank_stabilised = config(r#", "use_rslora": true"#).unwrap();
    assert_eq!(rank_stabilised.entry.name, "adapted");
    let bytes = stored(&store, "adapted");
    let tensors = safetensors::SafeTensors::deserialize(&bytes).unwrap();
    let number = f32::from_le_bytes(tensors.tensor(name).unwrap().data()[..4].try_into().unwrap());
    assert!((number - (x + 4.0 / 2.0_f32.sqrt() * 2.0 * x * x)).abs() < 1e-4, "{number}");
}

#[test]
fn a_known_name_has_its_settings() {
    let (folder, store) = store(NO_SERVER);
    let file = folder.path().join("download.safetensors");
    fs::write(&file, weights(1)).unwrap();
    let flags = Flags { activation: Some(Activation::Gelu), ..Flags::default() };
    let options = ImportOptions { name: Some("RN101"), flags, replace: false };
    let error = store.import(&file, options).unwrap_err().to_string();
    assert!(error.contains("QuickGELU"), "{error}");
}

#[test]
fn other_weights_of_the_same_name_ask_for_replace() {
    let (folder, store) = store(NO_SERVER);
    let file = folder.path().join("mine.safetensors");
    let keep = ImportOptions { flags: FLAGS, ..ImportOptions::default() };
    fs::write(&file, float16_file(&small(), 1)).unwrap();
    let first = store.import(&file, keep).unwrap();
    assert_eq!(store.import(&file, keep).unwrap(), first);
    fs::write(&file, float16_file(&small(), 2)).unwrap();
    let error = store.import(&file, keep).unwrap_err();
    assert!(error.to_string().contains("--replace"), "{error}");
    assert_ne!(store.import(&file, flagged()).unwrap().entry.sha256, first.entry.sha256);
    let left: Vec<_> = fs::read_dir(store.root()).unwrap().map(|f| f.unwrap().file_name()).collect();
    assert!(left.iter().all(|name| !name.to_string_lossy().contains(".part")), "{left:?}");
}

#[test]
fn other_files_are_named_for_what_they_are() {
    let (folder, store) = store(NO_SERVER);
    let file = folder.path().join("ViT-B-32.pt");
    fs::write(&file, b"PK\x03\x04 and so on").unwrap();
    let error = store.import(&file, ImportOptions::default()).unwrap_err();
    assert!(error.to_string().contains("PyTorch"), "{error}");
    assert!(store.import(&folder.path().join("absent"), ImportOptions::default()).is_err());
    fs::write(&file, float16_file(&small(), 1)).unwrap();
    for name in ["", "...", "a\nb", "über", &"x".repeat(65)] {
        let options = ImportOptions { name: Some(name), ..flagged() };
        assert!(matches!(store.import(&file, options), Err(ModelError::BadName { .. })), "{name:?}");
    }
}

#[test]
fn a_file_put_there_by_hand_is_taken_after_a_check() {
    let (_folder, store) = store(NO_SERVER);
    fs::create_dir_all(store.root()).unwrap();
    fs::write(store.root().join("rn101.safetensors"), weights(1)).unwrap();
    let first = store.resolve("RN101").unwrap();
    assert_eq!(store.entry("RN101").unwrap().sha256, Some(first.sha256));
    fs::write(store.root().join("vit-b-32.safetensors"), weights(1)).unwrap();
    assert!(matches!(store.resolve("ViT-B/32"), Err(ModelError::WrongHash { .. })));
    assert_eq!(store.default_model().name, "ViT-B/32");
}
