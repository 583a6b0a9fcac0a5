//! Jobs that are computed with several models.

use std::collections::BTreeMap;

use clipig_testing::model_file::{float16_file, resnet};

use super::support::{TestFarm, YAML, request};
use crate::farm::{ModelContent, SubmitRequest};

/// An experiment with these entries of `models`.
fn listed(models: &str) -> String {
    format!("models: [{models}]\n{YAML}")
}

#[test]
fn each_model_of_a_job_must_be_known_and_stand_there_once() {
    let farm = TestFarm::new();
    let refused = |models: &str| farm.ask("a", &listed(models)).unwrap_err().to_string();
    let absent = refused("{name: clipig-tiny}, {name: RN50}");
    assert!(absent.contains("RN50") && absent.contains("clipig model pull"), "{absent}");
    let unknown = refused("{name: RN5O}, {name: clipig-tiny}");
    assert!(unknown.contains("RN5O"), "{unknown}");
    let twice = refused("{name: clipig-tiny}, {name: tiny}");
    assert!(twice.contains("has the model `clipig-tiny` twice"), "{twice}");
}

#[test]
fn an_update_keeps_the_models_of_its_job() {
    let farm = TestFarm::new();
    let job = farm.submit(&listed("{name: clipig-tiny}"));
    let record = farm.view(job).record;
    assert_eq!((record.model.name.as_str(), record.more_models.len()), ("clipig-tiny", 0));
    let update = |yaml: &str| farm.farm.update(job, yaml, &BTreeMap::new(), None);
    let other = update(&listed("{name: clipig-tiny}, {name: RN50}")).unwrap_err().to_string();
    assert!(other.contains("computed with clipig-tiny") && other.contains("clipig-tiny, RN50"), "{other}");
    assert!(other.contains("as a new job"), "{other}");
    // The same by another name, and without a list.
    update(&listed("{name: TINY, weight: 2}")).unwrap();
    update(YAML).unwrap();
    let plain = farm.submit(YAML);
    let several = farm.farm.update(plain, &listed("{name: RN101}"), &BTreeMap::new(), None);
    assert!(several.unwrap_err().to_string().contains("cannot change that to RN101"));
    assert_eq!(farm.store().revisions(plain).unwrap().len(), 1);
}

#[test]
fn a_style_needs_a_model_with_patches() {
    let farm = TestFarm::new();
    let weights = farm.store().blobs().insert(&float16_file(&resnet(2, 8, 8), 1)).unwrap();
    let image = farm.store().blobs().insert(b"an image").unwrap();
    let assets = BTreeMap::from([("a.png".to_owned(), image)]);
    let style = YAML.replace("{text: x}", "{style: {image: a.png}}");
    let submit = |token: &str, yaml: String| {
        let mut asked = SubmitRequest { assets: assets.clone(), ..request("local", token, &yaml) };
        if yaml.starts_with("models") {
            asked.more_models = vec![ModelContent { sha256: Some(weights), settings: None }];
        } else {
            asked.model_sha256 = Some(weights);
        }
        farm.farm.submit(&asked).map(|answer| answer.job.record.id).map_err(|error| error.to_string())
    };
    let alone = submit("a", format!("model: mine\n{style}")).unwrap_err();
    assert!(alone.starts_with("`targets.0.features.0.style`: the image tower of this model"), "{alone}");
    let models = "models: [{name: clipig-tiny}, {name: mine}]\n";
    let both = submit("b", format!("{models}{style}")).unwrap_err();
    assert!(both.starts_with("mine: `targets.0.features.0.style`: the image tower"), "{both}");
    assert!(both.ends_with("`targets.0.models`"), "{both}");
    let chosen = style.replace("    transforms", "    models: [{name: clipig-tiny}]\n    transforms");
    submit("c", format!("{models}{chosen}")).unwrap();
    let job = submit("d", format!("model: mine\n{YAML}")).unwrap();
    let update = farm.farm.update(job, &style, &assets, None).unwrap_err().to_string();
    assert_eq!(update, alone);
}
