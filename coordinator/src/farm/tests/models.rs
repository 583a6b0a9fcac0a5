//! Jobs that are computed with several models.

use std::collections::BTreeMap;

use super::support::{TestFarm, YAML};

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
