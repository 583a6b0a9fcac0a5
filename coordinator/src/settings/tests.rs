use std::fs;
use std::time::Duration;

use super::*;

const CLIENT: &str = "0123456789012345";
const WORKER: &str = "worker-token-of-test";

fn variables(pairs: &[(&str, &str)]) -> Environment {
    let home = [("HOME", "/home/somebody")];
    home.iter().chain(pairs).map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn from_file(
    name: &str,
    text: &str,
    pairs: &[(&str, &str)],
    flags: &Flags,
) -> Result<Settings, SettingsError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, text).unwrap();
    Settings::load(Some(&path), &variables(pairs), flags)
}

fn message(text: &str) -> String {
    from_file("farm.toml", text, &[], &Flags::new()).unwrap_err().to_string()
}

#[test]
fn the_documentation_names_every_key() {
    let text = include_str!("../../../docs/operations/settings.md");
    for key in KEYS {
        assert!(
            text.contains(&format!("`{}`", key.name)),
            "docs/operations/settings.md has no `{}`",
            key.name
        );
    }
}

#[test]
fn nothing_set_is_a_farm_on_loopback() {
    let settings = Settings::load(None, &variables(&[]), &Flags::new()).unwrap();
    assert_eq!(settings, Settings::with_data("/home/somebody/.local/share/clipig/farm"));
    assert_eq!(settings.listen, [ListenAddress::loopback(7870)]);
    assert!(settings.warnings().is_empty());
    assert_eq!(Settings::load(None, &Environment::new(), &Flags::new()), Err(SettingsError::NoDataFolder));
}

#[test]
fn later_sources_win() {
    let file = "max_running_jobs = 2\nmax_queued_jobs = 20\n[limits]\nblob_bytes = \"3 GiB\"\n[retention]\ndays = 0\n";
    let variables =
        [("CLIPIG_COORDINATOR__MAX_RUNNING_JOBS", "3"), ("CLIPIG_COORDINATOR__LIMITS__BLOB_BYTES", "4GiB")];
    let flags = vec![("max_running_jobs", "4".to_owned())];
    let settings = from_file("farm.toml", file, &variables, &flags).unwrap();
    assert_eq!(settings.max_running_jobs, 4);
    assert_eq!(settings.max_queued_jobs, 20);
    assert_eq!(settings.limits.blob_bytes, 4 << 30);
    assert_eq!(settings.retention, Retention { days: 0, jobs: 1_000, audit: 100_000 });
}

#[test]
fn yaml_and_every_key_are_read() {
    let text = "
listen: [127.0.0.1:1, 'unix:/run/clipig.sock']
http_listen: off
data: /srv/clipig
tls: {certificate: a.pem, key: b.pem}
tokens: {client: '0123456789012345', worker: worker-token-of-test}
insecure: true
limits: {message_bytes: 8 MiB, job_pixels: 1000000}
dispatch:
  heartbeat_seconds: 0.5
  heartbeat_timeout_seconds: 3
  lease_timeout_seconds: 60
  quarantine_seconds: 5
  spot_checks: 0.25
checkpoint: {share: 0.1, min_seconds: 0}
traces: {epochs: 3}
log: {format: json}
";
    let settings = from_file("farm.yaml", text, &[], &Flags::new()).unwrap();
    assert_eq!(settings.listen[1], ListenAddress::Unix("/run/clipig.sock".into()));
    assert_eq!(settings.http_listen, None);
    assert_eq!(settings.limits.message_bytes, 8 << 20);
    assert_eq!(settings.dispatch.heartbeat, Duration::from_millis(500));
    assert_eq!(settings.dispatch.spot_checks, 0.25);
    assert_eq!(settings.checkpoint, CheckpointCadence { share: 0.1, least: Duration::ZERO });
    assert_eq!(settings.traced_epochs, 3);
    assert_eq!(settings.log_format, LogFormat::Json);
    // Zeros in front of a token are part of it.
    assert!(settings.tokens.unwrap().client.admits(CLIENT.as_bytes()));
}

#[test]
fn spot_checks_are_a_share() {
    let of =
        |text: &str| from_file("farm.toml", &format!("[dispatch]\nspot_checks = {text}"), &[], &Flags::new());
    for (text, share) in [("0", 0.0), ("0.01", 0.01), ("1", 1.0)] {
        assert_eq!(of(text).unwrap().dispatch.spot_checks, share);
    }
    for text in ["-0.1", "1.01", "nan", "\"5 %\""] {
        let error = of(text).unwrap_err().to_string();
        assert!(
            error.contains("`dispatch.spot_checks`") && error.contains("a number from 0 to 1"),
            "{error}"
        );
    }
}

#[test]
fn quotas_have_the_values_that_limits_of_tokens_have() {
    let text = "
[limits]
calls_per_second = 200
upload_bytes_per_second = \"100 MiB\"
stored_snapshots = 1000
[quotas]
jobs_waiting = 50
jobs_running = 2
calls_per_second = 20
upload_bytes_per_second = \"10 MiB\"
stored_bytes = \"20 GiB\"
snapshots = 0
";
    let settings = from_file("farm.toml", text, &[], &Flags::new()).unwrap();
    let all = "jobs-waiting=50,jobs-running=2,calls=20,upload=10MiB,bytes=20GiB,snapshots=0";
    assert_eq!(settings.quotas.to_string(), all);
    assert_eq!(settings.limits.calls_per_second, Some(200));
    assert_eq!(settings.limits.upload_bytes_per_second, Some(100 << 20));
    assert_eq!(settings.limits.stored_snapshots, Some(1000));
    // Each limit of a token has its setting.
    for limit in Limit::ALL {
        assert!(KEYS.iter().any(|key| key.name == limit.setting()), "{limit}");
        let error = message(&format!("{} = \"x\"", limit.setting()));
        assert!(error.contains(limit.allowed()), "{error}");
    }
}

#[test]
fn a_key_may_be_written_with_its_former_name() {
    let file = "[dispatch]\nforgive_after_seconds = 5\n";
    assert_eq!(
        from_file("farm.toml", file, &[], &Flags::new()).unwrap().dispatch.quarantine,
        Duration::from_secs(5)
    );
    // A stronger source may use either name.
    for name in ["QUARANTINE_SECONDS", "FORGIVE_AFTER_SECONDS"] {
        let variable = format!("CLIPIG_COORDINATOR__DISPATCH__{name}");
        let settings = from_file("farm.toml", file, &[(&variable, "7")], &Flags::new()).unwrap();
        assert_eq!(settings.dispatch.quarantine, Duration::from_secs(7));
    }
    let error = message("[dispatch]\nforgive_after_seconds = -1");
    assert!(error.contains("`dispatch.forgive_after_seconds` is `-1`"), "{error}");
    let error = message("[dispatch]\nforgive_after_seconds = 5\nquarantine_seconds = 5");
    assert!(error.ends_with("`dispatch.quarantine_seconds` and `dispatch.forgive_after_seconds` are both set; remove one of them"), "{error}");
}

#[test]
fn wrong_values_are_named_with_place_and_remedy() {
    let error = Settings::load(
        None,
        &variables(&[("CLIPIG_COORDINATOR__LIMITS__BLOB_BYTES", "much")]),
        &Flags::new(),
    );
    assert_eq!(
        error.unwrap_err().to_string(),
        "CLIPIG_COORDINATOR__LIMITS__BLOB_BYTES: `limits.blob_bytes` is `much`; it can be a size from 1 MiB to \
         1024 TiB, such as `4 MiB` or 4194304"
    );
    assert!(message("max_running_jobs = 0").contains("a whole number from 1 to 10000"));
    assert!(message("listen = \"here\"").contains("`here`; it can be an IP address with a port"));
    assert!(message("listen = []").contains("`listen`"));
    assert!(message("[limits]\nmessage_bytes = 1").contains("2 MiB to 64 MiB"));
    assert!(message("[log]\nformat = \"pretty\"").contains("`human` or `json`"));
    assert!(message("data = [1, 2]").contains("`1, 2`; it can be a path"));
    assert!(message("[dispatch]\nheartbeat_timeout_seconds = 3.0").contains("at least twice"));
    assert!(message("[dispatch]\nheartbeat_seconds = -1").contains("seconds"));
    assert!(message("= 3").contains("farm.toml"));
}

#[test]
fn unknown_keys_are_refused_with_those_of_their_section() {
    let text = message("[limits]\nblob_byte = 1");
    assert!(text.contains("farm.toml: there is no setting `limits.blob_byte`"), "{text}");
    let section: Vec<String> = KEYS
        .iter()
        .filter(|key| key.name.starts_with("limits."))
        .map(|key| format!("`{}`", key.name))
        .collect();
    assert!(text.ends_with(&format!("allowed here: {}", section.join(", "))), "{text}");
    let variable = variables(&[("CLIPIG_COORDINATOR__LISSEN", "x")]);
    let text = Settings::load(None, &variable, &Flags::new()).unwrap_err().to_string();
    assert!(text.contains("CLIPIG_COORDINATOR__LISSEN") && text.contains("listen"), "{text}");
    // What Kubernetes sets for a service of that name is no setting.
    assert!(
        Settings::load(None, &variables(&[("CLIPIG_COORDINATOR_PORT", "tcp://1.2.3.4:7870")]), &Flags::new())
            .is_ok()
    );
}

#[test]
fn listening_beyond_loopback_needs_tls_and_tokens() {
    let open = "listen = \"0.0.0.0:7870\"\n";
    let tls = "tls.certificate = \"a\"\ntls.key = \"b\"\n";
    let tokens = format!("tokens.client = \"{CLIENT}\"\ntokens.worker = \"{WORKER}\"\n");
    for (text, missing) in [
        (open.to_owned(), "TLS and tokens are not set"),
        (format!("{open}{tls}"), "tokens are not set"),
        (format!("{open}{tokens}"), "TLS is not set"),
        ("listen = [\"127.0.0.1:1\", \"[::]:2\"]".to_owned(), "TLS and tokens are not set"),
    ] {
        let error = message(&text);
        assert!(error.contains(missing) && error.contains("insecure"), "{error}");
        let allowed =
            from_file("farm.toml", &format!("insecure = true\n{text}"), &[], &Flags::new()).unwrap();
        assert!(allowed.warnings()[0].starts_with("INSECURE"), "{:?}", allowed.warnings());
    }
    for tokens in [tokens.as_str(), "tokens.file = \"/etc/clipig/tokens.toml\"\n"] {
        let safe = from_file("farm.toml", &format!("{open}{tls}{tokens}"), &[], &Flags::new()).unwrap();
        assert!(safe.warnings().is_empty());
    }
    for local in ["127.0.0.9:1", "[::1]:1", "[::ffff:127.0.0.1]:1", "localhost:1", "unix:/s"] {
        assert!(local.parse::<ListenAddress>().unwrap().is_local(), "{local}");
    }
}

#[test]
fn certificates_of_workers_need_tls() {
    let text = "tls.worker_ca = \"workers.crt\"\n";
    assert_eq!(message(text), "`tls.worker_ca` is set, and needs `tls.certificate`, which is not");
    let with_tls = format!("tls.certificate = \"a\"\ntls.key = \"b\"\n{text}");
    let settings = from_file("farm.toml", &with_tls, &[], &Flags::new()).unwrap();
    assert_eq!(settings.worker_ca, Some("workers.crt".into()));
}

#[test]
fn tokens_are_whole_different_and_never_shown() {
    let both = format!("[tokens]\nclient = \"{CLIENT}\"\nworker = \"{WORKER}\"");
    let settings = from_file("farm.toml", &both, &[], &Flags::new()).unwrap();
    let shown = format!("{settings:?}");
    assert!(!shown.contains(CLIENT) && !shown.contains(WORKER), "{shown}");
    assert!(message(&format!("[tokens]\nclient = \"{CLIENT}\"")).contains("`tokens.worker` is not"));
    let same = format!("[tokens]\nclient = \"{CLIENT}\"\nworker = \"{CLIENT}\"");
    assert_eq!(from_file("farm.toml", &same, &[], &Flags::new()), Err(SettingsError::SameTokens));
    for weak in ["short", "with a space in it 123", "Schlüssel-mit-Umlaut"] {
        let error = message(&format!("[tokens]\nclient = \"{weak}\"\nworker = \"{WORKER}\""));
        assert!(error.contains("not a token") && !error.contains(weak), "{error}");
    }
    let error = message(&format!("tokens = \"{CLIENT}\""));
    assert!(!error.contains(CLIENT), "{error}");
}

#[test]
fn tokens_come_from_files() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("client");
    fs::write(&path, format!("{CLIENT}\n")).unwrap();
    let text = format!("[tokens]\nclient_file = \"{}\"\nworker = \"{WORKER}\"", path.display());
    let settings = from_file("farm.toml", &text, &[], &Flags::new()).unwrap();
    assert!(settings.tokens.unwrap().client.admits(CLIENT.as_bytes()));
    // While a token rotates, both are valid.
    fs::write(&path, format!("{CLIENT}\n\n{CLIENT}-2\n")).unwrap();
    let client = from_file("farm.toml", &text, &[], &Flags::new()).unwrap().tokens.unwrap().client;
    assert!(client.admits(CLIENT.as_bytes()) && client.admits(format!("{CLIENT}-2").as_bytes()));
    assert!(!client.admits(format!("{CLIENT}\n{CLIENT}-2").as_bytes()) && !client.admits(b""));
    // The file is read again when asked for.
    fs::write(&path, format!("{CLIENT}-3")).unwrap();
    assert_eq!(client.read().unwrap(), [format!("{CLIENT}-3").parse().unwrap()]);
    fs::write(&path, "\n").unwrap();
    assert!(message(&text).contains("it has 0 characters"));
    let both = format!("{text}\nclient = \"{CLIENT}\"");
    assert!(message(&both).contains("both set"));
    fs::remove_file(&path).unwrap();
    assert!(message(&text).contains("No such file"));
}

#[test]
fn tokens_compare_whole() {
    let token: Token = WORKER.parse().unwrap();
    assert!(token.admits(WORKER.as_bytes()));
    for other in ["", &WORKER[1..], &format!("{WORKER}x"), CLIENT] {
        assert!(!token.admits(other.as_bytes()), "{other}");
    }
}
