//! What settings must be to each other.

use std::path::Path;
use std::str::FromStr;

use clipig_settings::Layers;

use super::error::SettingsError;
use super::secret::TokenSetting;
use super::typed::Typed;
use super::{Settings, TlsFiles, Tokens};

/// Certificate and key belong together.
pub(super) fn tls(sources: &Layers) -> Result<Option<TlsFiles>, SettingsError> {
    match (sources.path("tls.certificate")?, sources.path("tls.key")?) {
        (Some(certificate), Some(key)) => Ok(Some(TlsFiles { certificate, key })),
        (None, None) => Ok(None),
        (Some(_), None) => Err(SettingsError::OnlyOne("tls.certificate", "tls.key")),
        (None, Some(_)) => Err(SettingsError::OnlyOne("tls.key", "tls.certificate")),
    }
}

/// Both tokens or none, and different ones.
pub(super) fn tokens(sources: &Layers) -> Result<Option<Tokens>, SettingsError> {
    let client = token(sources, "tokens.client", "tokens.client_file")?;
    let worker = token(sources, "tokens.worker", "tokens.worker_file")?;
    match (client, worker) {
        (Some(client), Some(worker)) if client.overlaps(&worker) => Err(SettingsError::SameTokens),
        (Some(client), Some(worker)) => Ok(Some(Tokens { client, worker })),
        (None, None) => Ok(None),
        (Some(_), None) => Err(SettingsError::OnlyOne("tokens.client", "tokens.worker")),
        (None, Some(_)) => Err(SettingsError::OnlyOne("tokens.worker", "tokens.client")),
    }
}

fn token(
    sources: &Layers,
    key: &'static str,
    file: &'static str,
) -> Result<Option<TokenSetting>, SettingsError> {
    let (written, token) = match (sources.get(key), sources.get(file)) {
        (Some(_), Some(_)) => return Err(SettingsError::Both(key, file)),
        (None, None) => return Ok(None),
        (Some(value), None) => (value, TokenSetting::from_str(value.secret()?)),
        (None, Some(path)) => (path, TokenSetting::of_file(Path::new(path.secret()?))),
    };
    token.map(Some).map_err(|error| written.unusable(format!("not a token: {error}")).into())
}

/// Everything that only all settings together show.
pub(super) fn check(settings: &Settings) -> Result<(), SettingsError> {
    let [heartbeat, timeout] =
        [settings.dispatch.heartbeat, settings.dispatch.heartbeat_timeout].map(|time| time.as_secs_f64());
    if timeout < 2.0 * heartbeat {
        return Err(SettingsError::Heartbeat { heartbeat, timeout });
    }
    if settings.worker_ca.is_some() && settings.tls.is_none() {
        return Err(SettingsError::Needs("tls.worker_ca", "tls.certificate"));
    }
    match exposed(settings) {
        Some(exposed) if !settings.insecure => Err(SettingsError::Exposed {
            address: exposed.address,
            missing: exposed.missing,
            remedy: exposed.remedy,
        }),
        _ => Ok(()),
    }
}

/// What a person should hear at the start.
pub(super) fn warnings(settings: &Settings) -> Vec<String> {
    let danger = exposed(settings).map(|Exposed { address, missing, danger, .. }| {
        format!("INSECURE: {address} can be reached from other machines, but {missing} not set: {danger}")
    });
    danger.into_iter().collect()
}

struct Exposed {
    address: String,
    missing: String,
    remedy: String,
    danger: &'static str,
}

/// The first address that others reach without what protects it.
fn exposed(settings: &Settings) -> Option<Exposed> {
    let address = settings.listen.iter().find(|address| !address.is_local())?.to_string();
    let has_tokens = settings.tokens.is_some() || settings.tokens_file.is_some();
    let (missing, remedy, danger) = match (&settings.tls, has_tokens) {
        (Some(_), true) => return None,
        (None, true) => (
            "TLS is",
            "`tls.certificate` and `tls.key`",
            "whoever can read the network sees tokens, experiments and pictures",
        ),
        (Some(_), false) => (
            "tokens are",
            "`tokens.file`, or `tokens.client_file` and `tokens.worker_file`",
            "whoever reaches it can use and change everything",
        ),
        (None, false) => (
            "TLS and tokens are",
            "`tls.certificate`, `tls.key` and `tokens.file` (or `tokens.client_file` and `tokens.worker_file`)",
            "whoever reaches it can use and change everything, and read along",
        ),
    };
    Some(Exposed { address, missing: missing.to_owned(), remedy: remedy.to_owned(), danger })
}
