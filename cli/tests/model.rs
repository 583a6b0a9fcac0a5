//! `clipig model` from outside.

mod support;

use std::path::Path;

use serde_json::Value as Json;
use support::{Studio, server};

/// The model inside clipig, as a file.
fn tiny() -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../models/clipig-tiny.safetensors");
    file.to_str().expect("a name in UTF-8").to_owned()
}

#[test]
fn an_empty_store_lists_what_can_be_fetched() {
    let studio = Studio::new();
    let table = studio.run(&["model", "list"]).succeeded();
    for part in ["* clipig-tiny", "inside clipig", "  ViT-B/32 ", "605 MB", "not here"] {
        assert!(table.contains(part), "{part}: {table}");
    }
    let list: Json = serde_json::from_str(&studio.run(&["model", "list", "--json"]).succeeded()).unwrap();
    assert_eq!((&list[0]["place"], &list[1]["place"]), (&"embedded".into(), &"absent".into()));
}

#[test]
fn models_and_files_are_described() {
    let studio = Studio::new();
    let tiny = studio.run(&["model", "info", "tiny"]).succeeded();
    for part in
        ["clipig-tiny\n", "  weights      inside clipig\n", "(known to clipig)", "  naming       OpenAI"]
    {
        assert!(tiny.contains(part), "{part}: {tiny}");
    }
    let file = studio.run(&["model", "info", &self::tiny(), "--tensors"]).succeeded();
    assert!(file.contains("visual.conv1.weight") && file.contains("patches of 8"), "{file}");
    let absent = studio.run(&["model", "info", "RN50"]);
    assert!(absent.err.contains("clipig model pull RN50"));
    assert!(absent.succeeded().contains("QuickGELU"));
    assert!(studio.run(&["model", "info", "ViT-B/23"]).failed(2).contains("did you mean"));
    studio.write("note.txt", "no weights");
    assert!(studio.run(&["model", "info", "note.txt"]).failed(1).contains("safetensors"));
}

#[test]
fn weights_are_imported_under_a_name() {
    let studio = Studio::new();
    let refused = studio.run(&["model", "import", &tiny()]).failed(1);
    assert!(refused.contains("--name"), "{refused}");
    let import = ["model", "import", &tiny(), "--name", "mine", "--activation", "gelu"];
    assert!(studio.run(&import).succeeded().starts_with("mine is in the store: "));
    assert!(studio.run(&["model", "list"]).succeeded().contains("\n  mine "));
    let info = studio.run(&["model", "info", "mine", "--verify"]);
    assert!(info.err.contains("the hash is right"));
    assert!(info.succeeded().contains("  activation   GELU"));
    // Other weights do not take the place of these by accident.
    studio.write("other.safetensors", server::weights());
    let other = ["model", "import", "other.safetensors", "--name", "mine"];
    assert!(studio.run(&other).failed(1).contains("--replace"));
    studio.run(&[&other[..], &["--replace"]].concat()).succeeded();
    assert_eq!(studio.run(&["model", "import", &tiny(), "--activation", "relu"]).code, Some(2));
}

#[test]
fn a_pull_goes_on_where_it_broke_off_and_says_so() {
    let studio = Studio::new();
    let address = server::start(server::weights(), 200_000);
    let pull = || {
        studio.command(&["model", "pull", "RN101"]).env("CLIPIG_MODEL_BASE_URL", &address).output().unwrap()
    };
    let first = pull();
    let (out, err) = (String::from_utf8_lossy(&first.stdout), String::from_utf8_lossy(&first.stderr));
    assert!(first.status.success(), "{err}");
    for part in
        ["fetching RN101 from http://", "interrupted: ", "going on at 0.2 MB of 0.9 MB", "100 % of 0.9 MB"]
    {
        assert!(err.contains(part), "{part}: {err}");
    }
    assert!(out.starts_with("RN101 is in the store: ") && out.contains("sha256 "), "{out}");
    let second = pull();
    assert!(second.status.success() && second.stderr.is_empty());
    assert!(studio.run(&["model", "pull", "tiny"]).succeeded().contains("nothing to fetch"));
    assert!(studio.run(&["model", "pull", "RN102"]).failed(2).contains("RN101"));
}
