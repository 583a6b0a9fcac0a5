//! The tokens that are valid now: those of the settings, and those of `tokens.file`.

use std::collections::HashMap;
use std::path::PathBuf;

use clipig_access::{Limits, Read, Role, SecretHash, TokenFile, TokenFileError};
use jiff::Timestamp;

use crate::settings::{Settings, TokenError, Tokens};

/// Why the tokens cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TokensError {
    /// `tokens.file`.
    #[error("`tokens.file`: {0}")]
    File(#[from] TokenFileError),
    /// `tokens.client_file` or `tokens.worker_file`.
    #[error("`{key}`: {error}")]
    Setting {
        /// The setting.
        key: &'static str,
        /// What is wrong.
        error: TokenError,
    },
    /// Workers and clients would have the same rights.
    #[error("one secret stands for both {0} and {1}; draw another one")]
    Same(String, String),
}

/// A token that is known.
#[derive(Clone, Debug)]
pub(super) struct KnownToken {
    pub(super) name: String,
    pub(super) owner: String,
    pub(super) role: Role,
    pub(super) hash: SecretHash,
    pub(super) expires: Option<Timestamp>,
}

impl KnownToken {
    pub(super) fn has_expired(&self, now: Timestamp) -> bool {
        self.expires.is_some_and(|expires| expires <= now)
    }
}

/// Where tokens come from.
#[derive(Clone, Debug)]
pub(super) struct TokenSources {
    settings: Option<Tokens>,
    file: Option<PathBuf>,
}

/// All tokens of a moment.
#[derive(Debug, Default)]
pub(super) struct KnownTokens {
    tokens: Vec<KnownToken>,
    /// What the tokens of owners say about their limits.
    pub(super) limits: HashMap<String, Limits>,
    /// What a person should hear about the files.
    pub(super) warnings: Vec<String>,
}

impl TokenSources {
    pub(super) fn of(settings: &Settings) -> Self {
        Self { settings: settings.tokens.clone(), file: settings.tokens_file.clone() }
    }

    /// Are there any? Otherwise everybody who reaches the farm is let in.
    pub(super) fn exist(&self) -> bool {
        self.settings.is_some() || self.file.is_some()
    }

    /// All files.
    pub(super) fn files(&self) -> impl Iterator<Item = &PathBuf> {
        let settings = self.settings.iter().flat_map(|tokens| [&tokens.client, &tokens.worker]);
        settings.filter_map(|setting| setting.file()).chain(&self.file)
    }

    /// Reads all files.
    pub(super) fn read(&self) -> Result<KnownTokens, TokensError> {
        let mut known = KnownTokens::default();
        if let Some(Tokens { client, worker }) = &self.settings {
            for (setting, name, role) in
                [(client, "tokens.client", Role::Operator), (worker, "tokens.worker", Role::Worker)]
            {
                let secrets = setting.read().map_err(|error| TokensError::Setting { key: name, error })?;
                known.tokens.extend(secrets.iter().map(|secret| KnownToken {
                    name: name.to_owned(),
                    owner: name.trim_start_matches("tokens.").to_owned(),
                    role,
                    hash: secret.hash(),
                    expires: None,
                }));
            }
        }
        if let Some(path) = &self.file {
            let Read { tokens, is_public } = TokenFile::read(path)?;
            if is_public {
                known.warnings.push(format!(
                    "other users of this machine may read {}; it holds no secret, but names and roles: `chmod 600` it",
                    path.display()
                ));
            }
            for token in tokens.tokens().iter().filter(|token| !token.limits.is_empty()) {
                let limits = known.limits.entry(token.owner.to_string()).or_default();
                *limits = limits.smallest(token.limits);
            }
            known.tokens.extend(tokens.tokens().iter().map(|token| KnownToken {
                name: token.name.to_string(),
                owner: token.owner.to_string(),
                role: token.role,
                hash: token.sha256,
                expires: token.expires,
            }));
        }
        known.check()?;
        Ok(known)
    }
}

impl KnownTokens {
    /// Refuses one secret for two roles.
    fn check(&self) -> Result<(), TokensError> {
        let mut seen = HashMap::new();
        for token in &self.tokens {
            if let Some(other) = seen.insert(*token.hash.bytes(), token)
                && other.role != token.role
            {
                return Err(TokensError::Same(other.name.clone(), token.name.clone()));
            }
        }
        Ok(())
    }

    /// The token with this hash. All are compared, each in constant time.
    pub(super) fn find(&self, hash: &SecretHash) -> Option<&KnownToken> {
        self.tokens.iter().fold(None, |found, token| if token.hash == *hash { Some(token) } else { found })
    }

    /// Tokens of a name.
    pub(super) fn named(&self, name: &str) -> impl Iterator<Item = &KnownToken> {
        self.tokens.iter().filter(move |token| token.name == name)
    }

    /// The owners whose tokens have a role now, each once.
    pub(super) fn owners(&self, role: Role, now: Timestamp) -> Vec<&str> {
        let has = |token: &&KnownToken| token.role.includes(role) && !token.has_expired(now);
        let owners: std::collections::BTreeSet<&str> =
            self.tokens.iter().filter(has).map(|token| token.owner.as_str()).collect();
        owners.into_iter().collect()
    }

    pub(super) fn len(&self) -> usize {
        self.tokens.len()
    }
}
