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
    let import = ["model", "import", &tiny(), "--name", "mine", "--activation", "gelu", "--heads", "4"];
    let asked = studio.run(&import).failed(2);
    assert!(asked.contains("--text-heads N") && asked.contains("2 (64 wide)"), "{asked}");
    let import =
        [&import[..], &["--text-heads", "2", "--mean", "0.5", "--std", "0.5,0.25,0.5", "--context", "20"]]
            .concat();
    let imported = studio.run(&import);
    assert!(imported.err.contains("image tower: 4 heads (as --heads says)"), "{}", imported.err);
    assert!(imported.succeeded().starts_with("mine is in the store: "));
    assert!(studio.run(&["model", "list"]).succeeded().contains("\n  mine "));
    let info = studio.run(&["model", "info", "mine", "--verify"]);
    assert!(info.err.contains("the hash is right"));
    let info = info.succeeded();
    for part in ["  activation   GELU", "0.5000 0.5000 0.5000 / 0.5000 0.2500 0.5000", "at most 20 tokens"] {
        assert!(info.contains(part), "{part}: {info}");
    }
    let json: Json =
        serde_json::from_str(&studio.run(&["model", "info", "mine", "--json"]).succeeded()).unwrap();
    assert_eq!((&json["spec"]["text_heads"], &json["spec"]["context"]), (&2.into(), &20.into()));
    let long = format!("model: mine\ntargets:\n  - features:\n      - text: {}\n", "apple ".repeat(25));
    studio.write("long.yaml", long);
    let checked = studio.run(&["validate", "long.yaml"]);
    let said = format!("{}{}", checked.out, checked.err);
    assert!(said.contains("the model takes 20"), "{said}");
    // Other weights do not take the place of these by accident.
    studio.write("other.safetensors", server::weights());
    let other = ["model", "import", "other.safetensors", "--name", "mine", "--activation", "gelu"];
    assert!(studio.run(&other).failed(1).contains("--replace"));
    studio.run(&[&other[..], &["--replace"]].concat()).succeeded();
    assert_eq!(studio.run(&["model", "import", &tiny(), "--activation", "relu"]).code, Some(2));
}

#[test]
fn the_same_weights_read_in_another_way_rate_otherwise() {
    let studio = Studio::new();
    studio.write("red.bmp", support::plain_image([200, 30, 20]));
    let rate = |name: &str, flags: &[&str]| {
        let import =
            ["model", "import", &tiny(), "--name", name, "--heads", "4", "--text-heads", "2", "--replace"];
        studio.run(&[&import[..], flags].concat()).succeeded();
        studio.run(&["rate", "red.bmp", "-t", "a red apple", "--model", name, "--json"]).succeeded()
    };
    let usual = rate("mine", &["--activation", "quick_gelu"]);
    // The embedded model is read just so.
    let similarity = |text: &str| serde_json::from_str::<Json>(text).unwrap()["rows"].clone();
    let embedded =
        studio.run(&["rate", "red.bmp", "-t", "a red apple", "--model", "tiny", "--json"]).succeeded();
    assert_eq!(similarity(&usual), similarity(&embedded));
    // What was kept of the image under the first settings does not count under the others.
    let gelu = rate("mine", &["--activation", "gelu"]);
    assert_ne!(similarity(&gelu), similarity(&usual));
    let colors = rate("mine", &["--activation", "quick_gelu", "--mean", "0.5", "--std", "0.5"]);
    assert_ne!(similarity(&colors), similarity(&usual));
}

#[test]
fn a_picture_records_how_its_model_was_read() {
    let studio = Studio::new();
    let import = |activation: &str| {
        let import =
            ["model", "import", &tiny(), "--name", "mine", "--heads", "4", "--text-heads", "2", "--replace"];
        studio.run(&[&import[..], &["--activation", activation]].concat()).succeeded();
    };
    import("quick_gelu");
    let experiment = "model: mine\nresolution: 32\nepochs: 1\nseed: 3\ntargets:\n  - features:\n      - text: a red apple\n";
    studio.write("apple.yaml", experiment);
    let picture = studio.run(&["render", "apple.yaml"]).succeeded().trim().to_owned();
    let png = std::fs::read(studio.path(&picture)).unwrap();
    let settings = clipig_picture::Record::read(&png).unwrap().run.model_settings.unwrap();
    assert_eq!((settings.vision_heads, settings.text_heads), (Some(4), Some(2)));
    let note = "the way the model is read was heads 4 and 2, QuickGELU";
    assert!(!studio.run(&["render", &picture]).err.contains(note));
    import("gelu");
    let repeated = studio.run(&["render", &picture]);
    assert!(repeated.err.contains(note), "{}", repeated.err);
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
        ["fetching RN101 from http://", "interrupted: ", "going on at 0.2 MB of 101 MB", "100 % of 101 MB"]
    {
        assert!(err.contains(part), "{part}: {err}");
    }
    assert!(out.starts_with("RN101 is in the store: ") && out.contains("sha256 "), "{out}");
    let second = pull();
    assert!(second.status.success() && second.stderr.is_empty());
    assert!(studio.run(&["model", "pull", "tiny"]).succeeded().contains("nothing to fetch"));
    assert!(studio.run(&["model", "pull", "RN102"]).failed(2).contains("RN101"));
}
