use serde_json::{Value as Json, json};

use super::{Stated, beside};
use crate::{
    architecture::{Architecture, Naming, Vision},
    registry::{Activation, ResizeMode},
    source::Source,
};

fn architecture(naming: Naming) -> Architecture {
    Architecture {
        naming,
        vision: Vision::Transformer { width: 320, layers: 2, feed_forward: 1_280, patch: 8 },
        input_size: 32,
        embed_dim: 64,
        context: 77,
        vocabulary: 49_408,
        text_width: 64,
        text_layers: 2,
        text_feed_forward: 256,
    }
}

/// Reads these files, found beside a model of that naming.
fn read(naming: Naming, files: &[(&str, Json)]) -> Result<Stated, String> {
    let folder = tempfile::tempdir().unwrap();
    for (name, value) in files {
        std::fs::write(folder.path().join(name), value.to_string()).unwrap();
    }
    let path = folder.path().join("model.safetensors");
    let source = Source { files: vec![path.clone()], path, folder: folder.path().to_owned() };
    beside(&source, &architecture(naming)).map_err(|error| error.to_string())
}

/// As `open_clip` 3.3.0 saves it.
fn open_clip() -> Json {
    json!({
        "model_cfg": {
            "embed_dim": 64,
            "vision_cfg": { "image_size": 32, "layers": 2, "width": 320, "head_width": 80, "patch_size": 8 },
            "text_cfg": { "context_length": 77, "vocab_size": 49_408, "width": 64, "heads": 2, "layers": 2 },
            "quick_gelu": true
        },
        "preprocess_cfg": {
            "mean": [0.5, 0.5, 0.25],
            "std": [0.5, 0.5, 0.5],
            "interpolation": "bicubic",
            "resize_mode": "squash"
        }
    })
}

/// As transformers 5.24.0 saves it, shortened.
fn transformers() -> Json {
    json!({
        "model_type": "clip",
        "text_config": {
            "hidden_act": "gelu", "hidden_size": 64, "num_hidden_layers": 2, "num_attention_heads": 2,
            "layer_norm_eps": 1e-5, "eos_token_id": 49_407, "vocab_size": 49_408, "max_position_embeddings": 77
        },
        "vision_config": {
            "hidden_act": "gelu", "hidden_size": 320, "num_hidden_layers": 2, "num_attention_heads": 4,
            "layer_norm_eps": 1e-5, "image_size": 32, "patch_size": 8, "num_channels": 3
        }
    })
}

fn images() -> Json {
    json!({
        "do_resize": true, "do_center_crop": true, "do_normalize": true, "do_rescale": true,
        "resample": 3, "rescale_factor": 0.003_921_568_627_450_98,
        "size": { "shortest_edge": 32 }, "crop_size": { "height": 32, "width": 32 },
        "image_mean": [0.5, 0.5, 0.5], "image_std": [0.25, 0.25, 0.25]
    })
}

/// A file with one setting changed, at a path of keys.
fn with(mut file: Json, path: &str, value: Json) -> Json {
    *path.split('.').fold(&mut file, |at, key| &mut at[key]) = value;
    file
}

#[test]
fn of_open_clip() {
    let stated = read(Naming::OpenAi, &[("open_clip_config.json", open_clip())]).unwrap();
    assert_eq!((stated.vision_heads, stated.text_heads), (Some(4), Some(2)));
    assert_eq!((stated.activation, stated.resize), (Some(Activation::QuickGelu), Some(ResizeMode::Squash)));
    assert_eq!((stated.mean, stated.std), (Some([0.5, 0.5, 0.25]), Some([0.5; 3])));
    // Without the settings of images, and under the other name.
    let bare = open_clip()["model_cfg"].clone();
    let gelu = with(bare, "quick_gelu", json!(false));
    let stated = read(Naming::HuggingFace, &[("config.json", gelu)]).unwrap();
    assert_eq!((stated.activation, stated.mean), (Some(Activation::Gelu), None));
}

#[test]
fn of_transformers() {
    let files = [("config.json", transformers()), ("preprocessor_config.json", images())];
    let stated = read(Naming::HuggingFace, &files).unwrap();
    assert_eq!((stated.vision_heads, stated.text_heads), (Some(4), Some(2)));
    assert_eq!((stated.activation, stated.resize), (Some(Activation::Gelu), Some(ResizeMode::Shortest)));
    assert_eq!((stated.mean, stated.std), (Some([0.5; 3]), Some([0.25; 3])));
    assert_eq!(stated.files, ["config.json", "preprocessor_config.json"]);
    let squashed = with(images(), "size", json!({ "height": 32, "width": 32 }));
    let nested = json!({ "image_processor": with(squashed, "do_center_crop", json!(false)) });
    let stated = read(Naming::HuggingFace, &[("processor_config.json", nested)]).unwrap();
    assert_eq!(stated.resize, Some(ResizeMode::Squash));
}

#[test]
fn what_is_left_out_is_the_default() {
    let towers = json!({ "text_config_dict": { "hidden_act": "gelu" }, "text_config": { "hidden_act": "quick_gelu" } });
    let config = with(towers, "model_type", json!("clip"));
    let error = read(Naming::HuggingFace, &[("config.json", config)]).unwrap_err();
    // The older key counts, as transformers has it.
    assert!(error.contains("different activations"), "{error}");
    let config = json!({ "model_type": "clip", "vision_config": {}, "text_config": null });
    let stated = read(Naming::HuggingFace, &[("config.json", config)]).unwrap();
    assert_eq!((stated.vision_heads, stated.text_heads), (Some(12), Some(8)));
    assert_eq!(stated.activation, Some(Activation::QuickGelu));
}

#[test]
fn open_clip_does_what_clipig_does_not() {
    let cases = [
        ("model_cfg.vision_cfg.pool_type", json!("avg"), "pool_type"),
        ("model_cfg.vision_cfg.attentional_pool", json!(true), "attentional_pool"),
        ("model_cfg.vision_cfg.no_ln_pre", json!(true), "no_ln_pre"),
        ("model_cfg.vision_cfg.timm_model_name", json!("convnext_base"), "timm_model_name"),
        ("model_cfg.vision_cfg.qk_norm", json!(true), "qk_norm"),
        ("model_cfg.vision_cfg.norm_kwargs", json!({ "eps": 1e-6 }), "norm_kwargs.eps"),
        ("model_cfg.vision_cfg.act_kwargs", json!({ "approximate": "tanh" }), "act_kwargs"),
        ("model_cfg.text_cfg.no_causal_mask", json!(true), "no_causal_mask"),
        ("model_cfg.text_cfg.pool_type", json!("last"), "pool_type"),
        ("model_cfg.text_cfg.hf_tokenizer_name", json!("bert-base-uncased"), "hf_tokenizer_name"),
        ("model_cfg.text_cfg.proj_type", json!("none"), "proj_type"),
        ("model_cfg.text_cfg.embed_cls", json!(true), "embed_cls"),
        ("preprocess_cfg.resize_mode", json!("longest"), "resize_mode"),
        ("preprocess_cfg.interpolation", json!("bilinear"), "interpolation"),
        ("preprocess_cfg.std", json!([0.5, 0.0, 0.5]), "greater than 0"),
        ("preprocess_cfg.mean", json!([0.5, 0.5]), "three numbers"),
        // Of another model.
        ("model_cfg.embed_dim", json!(512), "other weights"),
        ("model_cfg.text_cfg.layers", json!(12), "other weights"),
        ("model_cfg.vision_cfg.width", json!(-1), "whole number"),
    ];
    for (path, value, named) in cases {
        let file = with(open_clip(), path, value);
        let error = read(Naming::OpenAi, &[("open_clip_config.json", file)]).unwrap_err();
        assert!(error.contains(named) && error.contains("open_clip_config.json"), "{path}: {error}");
    }
}

#[test]
fn transformers_does_what_clipig_does_not() {
    let cases = [
        ("model_type", json!("siglip"), "siglip"),
        ("text_config.hidden_act", json!("gelu_new"), "hidden_act"),
        ("vision_config.hidden_act", json!("quick_gelu"), "different activations"),
        ("vision_config.layer_norm_eps", json!(1e-6), "layer_norm_eps"),
        ("text_config.vocab_size", json!(901_629), "vocab_size"),
        ("text_config.eos_token_id", json!(7), "eos_token_id"),
        ("text_config.hidden_size", json!(512), "other weights"),
    ];
    for (path, value, named) in cases {
        let file = with(transformers(), path, value);
        let error = read(Naming::HuggingFace, &[("config.json", file)]).unwrap_err();
        assert!(error.contains(named) && error.contains("config.json"), "{path}: {error}");
    }
    let cases = [
        ("resample", json!(2), "resample"),
        ("size", json!({ "shortest_edge": 36 }), "size"),
        ("crop_size", json!({ "height": 30, "width": 30 }), "crop_size"),
        ("do_normalize", json!(false), "do_normalize"),
        ("rescale_factor", json!(1.0), "rescale_factor"),
    ];
    for (path, value, named) in cases {
        let file = with(images(), path, value);
        let error = read(Naming::HuggingFace, &[("preprocessor_config.json", file)]).unwrap_err();
        assert!(error.contains(named), "{path}: {error}");
    }
}

#[test]
fn files_that_are_no_configurations() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.safetensors");
    let source = Source { files: vec![path.clone()], path, folder: folder.path().to_owned() };
    let config = folder.path().join("config.json");
    let error = |bytes: &[u8]| {
        std::fs::write(&config, bytes).unwrap();
        beside(&source, &architecture(Naming::OpenAi)).unwrap_err().to_string()
    };
    assert!(error(b"{").contains("not JSON"));
    assert!(error(b"[]").contains("folder of their own"));
    assert!(error(br#"{"vision_cfg": 3}"#).contains("not a map"));
    std::fs::remove_file(&config).unwrap();
    assert_eq!(beside(&source, &architecture(Naming::OpenAi)).unwrap(), Stated::default());
}
