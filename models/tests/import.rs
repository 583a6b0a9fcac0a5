//! Importing weights from files.

mod support;

use std::fs;

use clipig_models::{Activation, ImportOptions, ModelError, Place, Weights, embedded};
use support::{safetensors, store, weights};

const NO_SERVER: &str = "http://127.0.0.1:9";

#[test]
fn a_known_model_is_checked_against_its_shape() {
    let (folder, store) = store(NO_SERVER);
    let file = folder.path().join("download.safetensors");
    fs::write(&file, weights(1)).unwrap();
    let named = |name| ImportOptions { name: Some(name), ..ImportOptions::default() };
    let entry = store.import(&file, named("openai/rn101")).unwrap();
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
    let own = safetensors(
        &[
            ("token_embedding.weight", &[300, 128]),
            ("positional_embedding", &[77, 128]),
            ("text_projection", &[128, 64]),
            ("visual.class_embedding", &[192]),
            ("visual.conv1.weight", &[192, 3, 8, 8]),
            ("visual.positional_embedding", &[65, 192]),
        ],
        3,
    );
    fs::write(&file, &own).unwrap();
    let gelu = ImportOptions { activation: Some(Activation::Gelu), ..ImportOptions::default() };
    assert_eq!(store.import(&file, gelu).unwrap().name, "My model");
    let model = store.resolve("my MODEL").unwrap();
    assert_eq!((model.name.as_str(), model.spec.activation), ("My model", Activation::Gelu));
    assert_eq!((model.spec.input_size, model.spec.vision_heads, model.spec.text_heads), (64, 3, 2));
    let Weights::File(path) = model.weights else { panic!("not a file") };
    assert_eq!(fs::read(path).unwrap(), own);
    let list = store.list().unwrap();
    assert!(matches!(list.last().unwrap().place, Place::Stored(_)));
    assert_eq!(list.last().unwrap().name, "My model");
}

#[test]
fn other_weights_of_the_same_name_ask_for_replace() {
    let (folder, store) = store(NO_SERVER);
    let file = folder.path().join("mine.safetensors");
    fs::write(&file, weights(1)).unwrap();
    let first = store.import(&file, ImportOptions::default()).unwrap();
    assert_eq!(store.import(&file, ImportOptions::default()).unwrap(), first);
    fs::write(&file, weights(2)).unwrap();
    let error = store.import(&file, ImportOptions::default()).unwrap_err();
    assert!(error.to_string().contains("--replace"), "{error}");
    let replace = ImportOptions { replace: true, ..ImportOptions::default() };
    assert_ne!(store.import(&file, replace).unwrap().sha256, first.sha256);
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
    fs::write(&file, weights(1)).unwrap();
    for name in ["", "...", "a\nb", "über", &"x".repeat(65)] {
        let options = ImportOptions { name: Some(name), ..ImportOptions::default() };
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
