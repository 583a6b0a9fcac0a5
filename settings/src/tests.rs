use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use super::*;

const SCHEMA: Schema = Schema {
    keys: &["listen", "token", "token_file", "tls.key", "tls.certificate", "log.format"],
    former: &[],
    prefix: "CLIPIG_TEST",
    flag: |key| format!("--{}", key.replace(['.', '_'], "-")),
};

fn layers(
    file: Option<(&str, &str)>,
    variables: &[(&str, &str)],
    flags: &Flags,
) -> Result<Layers, SettingsError> {
    let environment =
        variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let folder = tempfile::tempdir().unwrap();
    let path = file.map(|(name, text)| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    });
    Layers::read(SCHEMA, path.as_deref(), &environment, flags)
}

fn written(name: &str, text: &str, key: &'static str) -> Vec<String> {
    layers(Some((name, text)), &[], &Flags::new()).unwrap().get(key).unwrap().elements().to_vec()
}

fn message(name: &str, text: &str) -> String {
    layers(Some((name, text)), &[], &Flags::new()).err().unwrap().to_string()
}

#[test]
fn both_languages_say_the_same() {
    let toml = "listen = [\"a\", 1]\ntoken = \"007\"\ntls.key = \"k\"\n[log]\nformat = \"json\"\n";
    let yaml = "listen: [a, 1]\ntoken: '007'\ntls.key: k\nlog:\n  format: json\n";
    for (name, text) in [("s.toml", toml), ("s.yaml", yaml), ("s.yml", yaml)] {
        assert_eq!(written(name, text, "listen"), ["a", "1"], "{name}");
        assert_eq!(written(name, text, "token"), ["007"], "{name}");
        assert_eq!(written(name, text, "tls.key"), ["k"], "{name}");
        assert_eq!(written(name, text, "log.format"), ["json"], "{name}");
    }
}

#[test]
fn yaml_words_and_digits_stay_what_was_written() {
    assert_eq!(written("s.yaml", "listen: off", "listen"), ["off"]);
    assert_eq!(written("s.yaml", "token: 0123", "token"), ["0123"]);
    assert_eq!(written("s.yaml", "listen: 0.25", "listen"), ["0.25"]);
    assert_eq!(written("s.yaml", "listen: true", "listen"), ["true"]);
    // Nothing is written for it.
    assert!(layers(Some(("s.yaml", "token:\n")), &[], &Flags::new()).unwrap().get("token").is_none());
    assert!(layers(Some(("s.yaml", "# nothing\n")), &[], &Flags::new()).unwrap().get("token").is_none());
}

#[test]
fn the_last_source_wins() {
    let flags = vec![("tls.key", "of the flag".to_owned())];
    let variables =
        [("CLIPIG_TEST__TLS__KEY", "of the variable"), ("CLIPIG_TEST__LISTEN", "variable"), ("HOME", "/")];
    let layers = layers(
        Some(("s.toml", "listen = \"file\"\ntoken = \"file\"\ntls.key = \"file\"")),
        &variables,
        &flags,
    )
    .unwrap();
    let place =
        |key| layers.get(key).map(|written| (written.place(), written.elements()[0].clone())).unwrap();
    assert_eq!(place("tls.key"), ("--tls-key".to_owned(), "of the flag".to_owned()));
    assert_eq!(place("listen"), ("CLIPIG_TEST__LISTEN".to_owned(), "variable".to_owned()));
    assert!(place("token").0.ends_with("s.toml"));
}

#[test]
fn one_of_two_that_exclude_each_other() {
    let both = layers(Some(("s.toml", "token = \"t\"\ntoken_file = \"f\"")), &[], &Flags::new()).unwrap();
    let error = both.either("token", "token_file").err().unwrap().to_string();
    assert!(error.contains("`token` and `token_file` are both set"), "{error}");
    let variables = [("CLIPIG_TEST__TOKEN_FILE", "f")];
    let replaced = layers(Some(("s.toml", "token = \"t\"")), &variables, &Flags::new()).unwrap();
    assert_eq!(replaced.either("token", "token_file").unwrap().unwrap().key(), "token_file");
}

#[test]
fn empty_variables_count_as_not_set() {
    assert!(layers(None, &[("CLIPIG_TEST__TOKEN", "")], &Flags::new()).unwrap().get("token").is_none());
    // What Kubernetes sets for a service of that name is not a setting.
    assert!(layers(None, &[("CLIPIG_TEST_PORT", "tcp://1.2.3.4:7870")], &Flags::new()).is_ok());
}

#[test]
fn unknown_keys_are_named_with_those_of_their_section() {
    let error = message("s.toml", "[tls]\nca = \"x\"");
    assert!(
        error.contains("s.toml: there is no setting `tls.ca`; allowed here: `tls.key`, `tls.certificate`"),
        "{error}"
    );
    let error = layers(None, &[("CLIPIG_TEST__LISSEN", "x")], &Flags::new()).err().unwrap().to_string();
    assert!(error.starts_with("CLIPIG_TEST__LISSEN: ") && error.contains("`listen`, `token`"), "{error}");
    let error = message("s.yaml", "token:\n  file: x\n");
    assert!(error.contains("`token.file`"), "{error}");
}

#[test]
fn a_file_that_cannot_be_read_is_named_and_no_secret_shown() {
    assert!(message("s.json", "{}").ends_with("must end in `.toml`, `.yaml` or `.yml`; rename it"));
    for (name, text) in [
        ("s.toml", "listen = 1\ntoken = hush, quiet\n"),
        ("s.yaml", "listen: 1\ntoken: \"hush\n"),
        ("s.yaml", "listen: 1\ntoken: hush: quiet\n"),
        ("s.yaml", "token: hush\ntoken: hush\n"),
    ] {
        let error = message(name, text);
        assert!(error.contains(name) && error.contains("line ") && !error.contains("hush"), "{error}");
    }
    assert!(message("s.toml", "listen = 1\ntoken = hush, quiet\n").contains("line 2"));
    for text in ["hush", "- hush", "[hush]"] {
        let error = message("s.yaml", text);
        assert!(error.contains("`key: value`") && !error.contains("hush"), "{error}");
    }
    let absent = Layers::read(SCHEMA, Some(Path::new("/not/there.toml")), &BTreeMap::new(), &Flags::new());
    assert!(absent.err().unwrap().to_string().starts_with("/not/there.toml: No such file"));
}

#[test]
fn wrong_values_are_named_with_place_and_remedy() {
    let layers = layers(Some(("s.yaml", "listen: much\ntoken: [a, b]\n")), &[], &Flags::new()).unwrap();
    let error = layers.get("listen").unwrap().read("a size", bytes).err().unwrap().to_string();
    assert!(error.ends_with("s.yaml: `listen` is `much`; it can be a size"), "{error}");
    let error = layers.get("token").unwrap().read("a text", Some).err().unwrap().to_string();
    assert!(error.ends_with("`token` is `a, b`; it can be a text"), "{error}");
    let error = layers.get("token").unwrap().secret().err().unwrap().to_string();
    assert!(error.ends_with("`token`: a list is not expected here"), "{error}");
}

#[test]
fn units_are_understood() {
    for (text, expected) in [
        ("17", 17),
        ("4 GiB", 4 << 30),
        ("2GiB", 2 << 30),
        ("500MB", 500_000_000),
        ("1kib", 1024),
        ("2 TB", 2_000_000_000_000),
    ] {
        assert_eq!(bytes(text), Some(expected), "{text}");
    }
    for text in ["", "GiB", "-1", "1.5 GiB", "3 apples", "99999999999 TiB"] {
        assert_eq!(bytes(text), None, "{text}");
    }
    assert_eq!(
        ["4194304", "1000", "1099511627776"].map(|text| bytes_text(text.parse().unwrap())),
        ["4 MiB", "1000", "1 TiB"]
    );
    assert_eq!(seconds("1.5"), Some(Duration::from_millis(1500)));
    for text in ["", "-1", "NaN", "inf", "1 s"] {
        assert_eq!(seconds(text), None, "{text}");
    }
}

#[test]
fn a_file_without_end_is_no_secret() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("token");
    std::fs::write(&path, "a".repeat(4_096)).unwrap();
    assert_eq!(read_secret(&path).unwrap().len(), 4_096);
    std::fs::write(&path, "a".repeat(4_097)).unwrap();
    assert!(read_secret(&path).unwrap_err().to_string().contains("more than 4096 bytes"));
    assert!(read_secret(Path::new("/dev/zero")).unwrap_err().to_string().contains("more than 4096 bytes"));
}
