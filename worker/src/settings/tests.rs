//! Settings from all sources, and what is said about wrong ones.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clipig_core::Rendering;

use super::{Devices, Environment, Flags, LogFormat, SettingsError, Token, WorkerSettings};

fn map(pairs: &[(&str, &str)]) -> Environment {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

fn flags(pairs: &[(&'static str, &str)]) -> Flags {
    pairs.iter().map(|(key, value)| (*key, (*value).to_owned())).collect()
}

fn load(environment: &[(&str, &str)], set: &[(&'static str, &str)]) -> Result<WorkerSettings, SettingsError> {
    WorkerSettings::load(None, &map(environment), &flags(set))
}

#[test]
fn defaults_stand_for_what_nobody_set() {
    let settings = load(&[("HOME", "/home/ada"), ("CLIPIG_FARM", "http://elsewhere:1")], &[]).unwrap();
    assert_eq!(settings.coordinator.to_string(), "http://127.0.0.1:7870");
    assert_eq!(settings.cache, PathBuf::from("/home/ada/.cache/clipig/worker"));
    assert_eq!((settings.cache_bytes, settings.drain), (4 << 30, Duration::from_secs(30)));
    assert_eq!((settings.devices, settings.log), (Devices::One("auto".to_owned()), LogFormat::Human));
    assert_eq!((settings.token, settings.cores), (None, None));
    assert_eq!(settings.rendering, Rendering::Auto);
    assert_eq!(settings.terminated_exit_code, 0);
    assert_eq!((settings.health_socket, settings.stuck_after), (None, Duration::from_mins(30)));
    assert!(!settings.name.as_str().is_empty());
}

#[test]
fn later_sources_win() {
    let folder = tempfile::tempdir().unwrap();
    let secret = folder.path().join("secret");
    std::fs::write(&secret, "s3cret\n").unwrap();
    let toml = format!(
        "coordinator = \"unix:/run/farm.sock\"\ncores = 3\ntoken_file = {secret:?}\n[log]\nformat = \"json\"\n"
    );
    let yaml =
        format!("coordinator: unix:/run/farm.sock\ncores: 3\ntoken_file: {secret:?}\nlog:\n  format: json\n");
    for (name, text) in [("worker.toml", toml), ("worker.yaml", yaml)] {
        let file = folder.path().join(name);
        std::fs::write(&file, text).unwrap();
        let environment = map(&[("CLIPIG_WORKER__CORES", "5"), ("CLIPIG_WORKER__CACHE_BYTES", "1 GiB")]);
        let flags = flags(&[("cores", "7"), ("devices", "all"), ("drain_seconds", "1.5")]);
        let settings = WorkerSettings::load(Some(&file), &environment, &flags).unwrap();
        assert_eq!(settings.coordinator.to_string(), "unix:/run/farm.sock");
        assert_eq!((settings.cores, settings.cache_bytes), (Some(7), 1 << 30));
        assert_eq!((&settings.devices, settings.log), (&Devices::All, LogFormat::Json));
        assert_eq!(settings.drain, Duration::from_millis(1500));
        assert_eq!(settings.token.unwrap().read().unwrap(), "s3cret");
    }
}

#[test]
fn a_token_leaves_this_machine_only_encrypted_unless_that_is_allowed() {
    let open = ("coordinator", "http://farm.example:7870");
    let token = ("token", "a-secret-of-workers");
    let refused = load(&[], &[open, token]).unwrap_err().to_string();
    assert!(refused.contains("would see the token") && refused.contains("insecure"), "{refused}");
    assert!(!refused.contains("a-secret"), "{refused}");
    assert!(load(&[], &[open, token, ("insecure", "true")]).unwrap().insecure);
    assert!(load(&[("CLIPIG_WORKER__INSECURE", "perhaps")], &[]).is_err());
    for address in
        ["https://farm.example:7870", "http://127.0.0.1:7870", "http://[::1]:1", "unix:/run/farm.sock"]
    {
        assert!(load(&[], &[("coordinator", address), token]).is_ok(), "{address}");
    }
    assert!(load(&[], &[open]).is_ok(), "there is no token to lose");
}

#[test]
fn a_weaker_source_does_not_get_in_the_way() {
    let settings = load(&[("CLIPIG_WORKER__DEVICES", "all")], &[("device", "cuda:1")]).unwrap();
    assert_eq!(settings.devices, Devices::One("cuda:1".to_owned()));
}

#[test]
fn rendering_is_a_place() {
    let settings = load(&[("CLIPIG_WORKER__RENDERING", "host")], &[]).unwrap();
    assert_eq!(settings.rendering, Rendering::Host);
    let error = load(&[("CLIPIG_WORKER__RENDERING", "moon")], &[]).unwrap_err().to_string();
    assert!(error.contains("moon") && error.contains("`device`"), "{error}");
}

#[test]
fn a_socket_is_a_path() {
    for written in ["/run/w.sock", "unix:/run/w.sock"] {
        let settings =
            load(&[("CLIPIG_WORKER__HEALTH_SOCKET", written)], &[("stuck_seconds", "90")]).unwrap();
        assert_eq!(settings.health_socket, Some(PathBuf::from("/run/w.sock")));
        assert_eq!(settings.stuck_after, Duration::from_secs(90));
    }
}

#[test]
fn tokens_are_not_shown() {
    let settings = load(&[("CLIPIG_WORKER__TOKEN", "s3cret")], &[]).unwrap();
    assert!(!format!("{settings:?}").contains("s3cret"));
    assert_eq!(settings.token, Some(Token::Value("s3cret".to_owned())));
    let error = load(&[("CLIPIG_WORKER__TOKEN", "s3 cret")], &[]).unwrap_err();
    assert!(!error.to_string().contains("cret"), "{error}");
}

#[test]
fn errors_name_key_and_place() {
    let said = |environment: &[(&str, &str)], flags: &[(&'static str, &str)]| {
        load(environment, flags).unwrap_err().to_string()
    };
    for (key, value) in [
        ("coordinator", "farm:7870"),
        ("name", "two words"),
        ("cores", "0"),
        ("cache_bytes", "lots"),
        ("drain_seconds", "-1"),
        ("drain_seconds", "NaN"),
        ("stuck_seconds", "0"),
        ("stuck_seconds", "1e9"),
        ("terminated_exit_code", "256"),
        ("devices", "some"),
        ("token_file", "/not/there"),
        ("tls.ca", "/not/there"),
        ("log.format", "xml"),
    ] {
        let variable = format!("CLIPIG_WORKER__{}", key.to_uppercase().replace('.', "__"));
        let message = said(&[(&variable, value)], &[]);
        assert!(message.starts_with(&variable) && message.contains(&format!("`{key}`")), "{message}");
        let flag = match key {
            "coordinator" => "--farm".to_owned(),
            _ => format!("--{}", key.replace(['.', '_'], "-")),
        };
        let message = said(&[], &[(key, value)]);
        assert!(message.starts_with(&flag) && message.contains(&format!("`{key}`")), "{message}");
    }
    let message = said(&[("CLIPIG_WORKER__CORE", "3")], &[]);
    assert!(message.contains("CLIPIG_WORKER__CORE") && message.contains("`cores`"), "{message}");
    let message = said(&[], &[("device", "cpu"), ("devices", "all")]);
    assert!(message.contains("`devices`"), "{message}");
    let message = said(&[], &[("tls.ca", "/dev/null")]);
    assert!(message.contains("https"), "{message}");
    let message = said(&[], &[("tls.certificate", "/dev/null")]);
    assert!(message.contains("`tls.key` is missing"), "{message}");
    let message = said(&[], &[("tls.key", "/dev/null")]);
    assert!(message.contains("`tls.certificate` is missing"), "{message}");
    let message = said(&[], &[("tls.certificate", "/dev/null"), ("tls.key", "/dev/null")]);
    assert!(message.contains("`tls.key`") && message.contains("no private key in PEM"), "{message}");
}

#[test]
fn files_that_are_none_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let said = |name: &str, text: Option<&str>| {
        let file = folder.path().join(name);
        if let Some(text) = text {
            std::fs::write(&file, text).unwrap();
        }
        let error =
            WorkerSettings::load(Some(Path::new(&file)), &Environment::new(), &Flags::new()).unwrap_err();
        assert!(error.to_string().contains(name), "{error}");
        error.to_string()
    };
    said("absent.toml", None);
    said("worker.json", Some("{}"));
    said("broken.toml", Some("cores ="));
    said("list.toml", Some("cores = [1, 2]"));
    assert!(said("unknown.yaml", Some("tls:\n  cert: x\n")).contains("tls.cert"));
}
