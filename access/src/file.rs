//! The file of a farm's tokens, in TOML.
//!
//! Tokens are not in the coordinator's store. So a farm can have tokens before it first starts, a Kubernetes Secret or a
//! configuration system can hold them, restoring a backup does not bring back a revoked token, and a token alone does not
//! let anyone make another one.
//!
//! ```toml
//! [[token]]
//! name = "alice-laptop"
//! owner = "alice"
//! role = "artist"
//! sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
//! created = "2026-11-30T01:00:00Z"
//! expires = "2027-02-28T01:00:00Z"
//! limits = "jobs-waiting=100,upload=10MiB"
//! ```
//!
//! Two entries may have one name while a token rotates: the old secret and the new one.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::limits::{Limits, LimitsError};
use crate::name::{Name, NameError};
use crate::role::Role;
use crate::secret::{Secret, SecretHash};

/// Bytes that such a file may have: some ten thousand tokens.
const LARGEST: u64 = 4 << 20;

/// What stands above the tokens.
const HEADING: &str = "# Tokens of a clipig farm, written by `clipig token`, which keeps no comments. The secrets are not in it, only\n\
                       # their hashes; but whoever can change this file can use the farm.\n";

/// A token, without its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenEntry {
    /// What people call it.
    pub name: Name,
    /// Whose it is: jobs belong to owners.
    pub owner: Name,
    /// What it allows.
    pub role: Role,
    /// What is kept of its secret.
    pub sha256: SecretHash,
    /// When it was made.
    pub created: Timestamp,
    /// From when on it is refused; `None`: never.
    pub expires: Option<Timestamp>,
    /// What its owner may take, where that is not what the farm's settings say.
    pub limits: Limits,
}

impl TokenEntry {
    /// Is it refused by now?
    pub fn has_expired(&self, now: Timestamp) -> bool {
        self.expires.is_some_and(|expires| expires <= now)
    }
}

/// All tokens of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TokenFile {
    tokens: Vec<TokenEntry>,
}

/// A token that is to be made.
#[derive(Clone, Debug)]
pub struct NewToken {
    /// What people call it.
    pub name: Name,
    /// Whose it is.
    pub owner: Name,
    /// What it allows.
    pub role: Role,
    /// From when on it is refused; `None`: never.
    pub expires: Option<Timestamp>,
    /// What its owner may take, where that is not what the farm's settings say.
    pub limits: Limits,
}

/// What was read, and what a person should hear about it.
#[derive(Clone, Debug)]
pub struct Read {
    /// The tokens.
    pub tokens: TokenFile,
    /// May other users of the machine read the file? They learn names and roles from it, but no secret.
    pub is_public: bool,
}

/// What is wrong with the text of such a file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenFileFault {
    /// It is not what the file looks like.
    #[error("{0}")]
    Text(String),
    /// A name cannot be one.
    #[error(transparent)]
    Name(#[from] NameError),
    /// The limits of a token cannot be used.
    #[error("the token `{name}`: {error}")]
    Limits {
        /// The token.
        name: Name,
        /// What is wrong.
        error: LimitsError,
    },
    /// Something of a token is not what it should be.
    #[error("the token `{name}`: `{field}` is {found:?}; it is {allowed}")]
    Field {
        /// The token.
        name: String,
        /// Its field.
        field: &'static str,
        /// What stands there.
        found: String,
        /// What may.
        allowed: &'static str,
    },
    /// Two tokens of one name are not of one owner and role.
    #[error("the token `{0}` is there more than once, with different owners or roles")]
    Ambiguous(Name),
    /// Two tokens have one secret.
    #[error("the tokens `{0}` and `{1}` have the same secret")]
    SameSecret(Name, Name),
}

/// Why a file of tokens cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TokenFileError {
    /// The system refuses.
    #[error("cannot {action} {}: {source}", .path.display())]
    Io {
        /// `read` or `write`.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// Others could give themselves a token.
    #[error(
        "{} may be written by other users of this machine (mode {mode:o}), who could give themselves any role; \
         `chmod go-w` it", .path.display()
    )]
    Writable {
        /// The file.
        path: PathBuf,
        /// Its permissions.
        mode: u32,
    },
    /// What is in it cannot be used.
    #[error("{}: {fault}", .path.display())]
    Fault {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        fault: TokenFileFault,
    },
}

/// Why a token cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum CreateError {
    /// There is one already.
    #[error("there is a token `{0}` already; `clipig token rotate {0}` gives it another secret")]
    Exists(Name),
    /// There is none.
    #[error("there is no token `{0}`; `clipig token list` shows those that there are")]
    Unknown(Name),
    /// No secret could be drawn.
    #[error("this system gives no random numbers: {0}")]
    Entropy(getrandom::Error),
}

impl TokenFile {
    /// All tokens, in the order of the file.
    pub fn tokens(&self) -> &[TokenEntry] {
        &self.tokens
    }

    /// Reads a file.
    ///
    /// # Errors
    /// When it cannot be read or used, and when other users may write it.
    pub fn read(path: &Path) -> Result<Read, TokenFileError> {
        let refused = |source| TokenFileError::Io { action: "read", path: path.to_owned(), source };
        let file = File::open(path).map_err(refused)?;
        let mode = file.metadata().map_err(refused)?.permissions().mode() & 0o777;
        if mode & 0o022 != 0 {
            return Err(TokenFileError::Writable { path: path.to_owned(), mode });
        }
        let mut text = String::new();
        // Bounded by what is read and not by what the system says: `/dev/zero` has a length of 0.
        file.take(LARGEST + 1).read_to_string(&mut text).map_err(refused)?;
        let fault = |fault| TokenFileError::Fault { path: path.to_owned(), fault };
        if text.len() as u64 > LARGEST {
            return Err(fault(TokenFileFault::Text(format!("it has more than {LARGEST} bytes"))));
        }
        Ok(Read { tokens: Self::parse(&text).map_err(fault)?, is_public: mode & 0o004 != 0 })
    }

    /// The same, without tokens where there is no file yet.
    ///
    /// # Errors
    /// See [`read`](Self::read).
    pub fn read_or_new(path: &Path) -> Result<Self, TokenFileError> {
        match Self::read(path) {
            Ok(Read { tokens, .. }) => Ok(tokens),
            Err(TokenFileError::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
                Ok(Self::default())
            }
            Err(error) => Err(error),
        }
    }

    /// Changes a file while no other process does. It is replaced as a whole, so readers see the old tokens or the new
    /// ones; only its owner may read it. Nothing is written where `change` fails.
    ///
    /// # Errors
    /// When it cannot be read, used or written; and what `change` fails with.
    pub fn change<T, E: From<TokenFileError>>(
        path: &Path,
        change: impl FnOnce(&mut Self) -> Result<T, E>,
    ) -> Result<T, E> {
        let refused = |source| TokenFileError::Io { action: "write", path: path.to_owned(), source };
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        // The folder is locked and not the file, which is replaced.
        let lock = File::open(folder).map_err(refused)?;
        lock.lock().map_err(refused)?;
        let mut tokens = Self::read_or_new(path)?;
        let value = change(&mut tokens)?;
        // A link stays one: what it leads to is replaced.
        let place = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let folder = place.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new("."));
        let write = || {
            // Temporary files are for their owner only, and this one becomes the file.
            let mut file = tempfile::Builder::new().prefix(".clipig-").tempfile_in(folder)?;
            file.write_all(tokens.text().as_bytes())?;
            file.as_file().sync_all()?;
            file.persist(&place)?;
            File::open(folder)?.sync_all()
        };
        write().map_err(refused)?;
        Ok(value)
    }

    /// Adds a token. Its secret is returned and kept nowhere.
    ///
    /// # Errors
    /// Where there is one of that name.
    pub fn create(&mut self, new: NewToken, now: Timestamp) -> Result<Secret, CreateError> {
        let NewToken { name, owner, role, expires, limits } = new;
        if self.tokens.iter().any(|token| token.name == name) {
            return Err(CreateError::Exists(name));
        }
        let secret = Secret::draw().map_err(CreateError::Entropy)?;
        let sha256 = secret.hash();
        self.tokens.push(TokenEntry { name, owner, role, sha256, created: now, expires, limits });
        Ok(secret)
    }

    /// Removes a token, also while it rotates.
    ///
    /// # Errors
    /// Where there is none of that name.
    pub fn revoke(&mut self, name: &Name) -> Result<(), CreateError> {
        let before = self.tokens.len();
        self.tokens.retain(|token| token.name != *name);
        if self.tokens.len() == before { Err(CreateError::Unknown(name.clone())) } else { Ok(()) }
    }

    /// Gives a token other limits, also while it rotates.
    ///
    /// # Errors
    /// Where there is none of that name.
    pub fn set_limits(&mut self, name: &Name, limits: Limits) -> Result<(), CreateError> {
        let mut known = false;
        for token in self.tokens.iter_mut().filter(|token| token.name == *name) {
            token.limits = limits;
            known = true;
        }
        if known { Ok(()) } else { Err(CreateError::Unknown(name.clone())) }
    }

    /// Gives a token another secret, which is returned. The old one is valid for `overlap` more, if it is that long. The new
    /// one is valid for as long as the old one was when it was made.
    ///
    /// # Errors
    /// Where there is none of that name.
    pub fn rotate(&mut self, name: &Name, overlap: Duration, now: Timestamp) -> Result<Secret, CreateError> {
        let newest = self.tokens.iter().filter(|token| token.name == *name).max_by_key(|token| token.created);
        let Some(old) = newest.cloned() else { return Err(CreateError::Unknown(name.clone())) };
        let secret = Secret::draw().map_err(CreateError::Entropy)?;
        // Times beyond the calendar do not occur: they were read from it.
        let end = now.checked_add(overlap).unwrap_or(Timestamp::MAX);
        let lasts = old.expires.map(|expires| expires.duration_since(old.created));
        // What rotated before goes: two secrets are enough.
        self.tokens.retain(|token| token.name != *name || token.sha256 == old.sha256);
        for token in self.tokens.iter_mut().filter(|token| token.name == *name) {
            token.expires = Some(token.expires.map_or(end, |expires| expires.min(end)));
        }
        self.tokens.retain(|token| token.name != *name || !token.has_expired(now));
        self.tokens.push(TokenEntry {
            sha256: secret.hash(),
            created: now,
            expires: lasts.map(|lasts| now.checked_add(lasts).unwrap_or(Timestamp::MAX)),
            ..old
        });
        Ok(secret)
    }

    fn parse(text: &str) -> Result<Self, TokenFileFault> {
        let written: Written = toml::from_str(text)
            .map_err(|error| TokenFileFault::Text(error.to_string().trim_end().into()))?;
        let tokens: Vec<TokenEntry> =
            written.token.into_iter().map(WrittenToken::checked).collect::<Result<_, _>>()?;
        check(&tokens)?;
        Ok(Self { tokens })
    }

    fn text(&self) -> String {
        let token = self.tokens.iter().map(WrittenToken::of).collect();
        // Only texts are in it, which TOML can hold.
        let written = toml::to_string(&Written { token }).unwrap_or_else(|error| unreachable!("{error}"));
        format!("{HEADING}\n{written}")
    }
}

/// What tokens must be to each other.
fn check(tokens: &[TokenEntry]) -> Result<(), TokenFileFault> {
    let (mut names, mut secrets) = (HashMap::new(), HashMap::new());
    for token in tokens {
        let first: &&TokenEntry = names.entry(&token.name).or_insert(token);
        if (&first.owner, first.role) != (&token.owner, token.role) {
            return Err(TokenFileFault::Ambiguous(token.name.clone()));
        }
        if let Some(other) = secrets.insert(*token.sha256.bytes(), token) {
            return Err(TokenFileFault::SameSecret(other.name.clone(), token.name.clone()));
        }
    }
    Ok(())
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(default)]
    token: Vec<WrittenToken>,
}

/// A token as it is written.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenToken {
    name: String,
    /// The token's name where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    owner: Option<String>,
    role: Role,
    sha256: String,
    created: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    expires: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    limits: Option<String>,
}

impl WrittenToken {
    fn of(token: &TokenEntry) -> Self {
        Self {
            name: token.name.to_string(),
            owner: Some(token.owner.to_string()),
            role: token.role,
            sha256: token.sha256.to_hex(),
            created: token.created.to_string(),
            expires: token.expires.map(|expires| expires.to_string()),
            limits: (!token.limits.is_empty()).then(|| token.limits.to_string()),
        }
    }

    fn checked(self) -> Result<TokenEntry, TokenFileFault> {
        let Self { name, owner, role, sha256, created, expires, limits } = self;
        let fault = |field, found: &str, allowed| {
            let found = found.chars().take(80).collect();
            TokenFileFault::Field { name: name.clone(), field, found, allowed }
        };
        let time = |field, text: &str| {
            text.parse::<Timestamp>().map_err(|_| fault(field, text, "a time such as 2027-02-28T01:00:00Z"))
        };
        let parsed: Name = name.parse()?;
        Ok(TokenEntry {
            owner: owner.as_deref().map(str::parse).transpose()?.unwrap_or_else(|| parsed.clone()),
            role,
            sha256: SecretHash::from_hex(&sha256)
                .ok_or_else(|| fault("sha256", &sha256, "64 lower-case hexadecimal digits"))?,
            created: time("created", &created)?,
            expires: expires.as_deref().map(|text| time("expires", text)).transpose()?,
            limits: match limits {
                Some(text) => {
                    text.parse().map_err(|error| TokenFileFault::Limits { name: parsed.clone(), error })?
                }
                None => Limits::default(),
            },
            name: parsed,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    struct Refused;

    impl From<TokenFileError> for Refused {
        fn from(error: TokenFileError) -> Self {
            panic!("{error}")
        }
    }

    fn now() -> Timestamp {
        "2026-11-30T01:00:00Z".parse().unwrap()
    }

    fn day(days: u64) -> Duration {
        Duration::from_hours(24 * days)
    }

    fn new(name: &str, role: Role, expires: Option<Timestamp>) -> NewToken {
        let (name, owner) = (name.parse().unwrap(), "alice".parse().unwrap());
        NewToken { name, owner, role, expires, limits: Limits::default() }
    }

    #[test]
    fn what_is_written_is_read_again_and_holds_no_secret() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tokens.toml");
        let secret = TokenFile::change(&path, |file| {
            file.create(new("viewer", Role::Viewer, None), now()).unwrap();
            let expires = now() + day(90);
            Ok::<_, TokenFileError>(file.create(new("a", Role::Artist, Some(expires)), now()).unwrap())
        });
        let secret = secret.unwrap();
        let Read { tokens, is_public } = TokenFile::read(&path).unwrap();
        assert!(!is_public);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(tokens.tokens().len(), 2);
        let entry = &tokens.tokens()[1];
        assert_eq!((entry.role, entry.sha256), (Role::Artist, secret.hash()));
        assert!(!entry.has_expired(now() + day(89)) && entry.has_expired(now() + day(90)));
        let text = fs::read_to_string(&path).unwrap();
        assert!(!text.contains(&secret.reveal()[7..]), "{text}");
        // Nothing else is left in the folder, and a change that fails changes nothing.
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        let failed = TokenFile::change(&path, |file| {
            file.revoke(&"a".parse().unwrap()).unwrap();
            Err::<(), _>(Refused)
        });
        assert!(failed.is_err());
        assert_eq!(fs::read_to_string(&path).unwrap(), text);
    }

    #[test]
    fn a_token_rotates_with_both_secrets_valid_for_a_while() {
        let mut file = TokenFile::default();
        let first = file.create(new("w", Role::Worker, Some(now() + day(90))), now()).unwrap();
        let later = now() + day(80);
        let name = "w".parse().unwrap();
        let second = file.rotate(&name, day(2), later).unwrap();
        let valid = |file: &TokenFile, secret: &Secret, at: Timestamp| {
            file.tokens().iter().any(|token| token.sha256 == secret.hash() && !token.has_expired(at))
        };
        assert!(valid(&file, &first, later) && valid(&file, &second, later));
        assert!(!valid(&file, &first, later + day(2)) && valid(&file, &second, later + day(2)));
        // It lasts as long as the first one did.
        assert!(valid(&file, &second, later + day(89)) && !valid(&file, &second, later + day(90)));
        // Without an overlap the old one ends at once, and so does what rotated before.
        let third = file.rotate(&name, Duration::ZERO, later).unwrap();
        assert!(!valid(&file, &first, later) && !valid(&file, &second, later) && valid(&file, &third, later));
        assert_eq!(file.tokens().len(), 1);
        // An old one that would end before the overlap is not prolonged.
        let end = later + day(90);
        file.rotate(&name, day(200), later).unwrap();
        assert!(valid(&file, &third, end - Duration::from_secs(1)) && !valid(&file, &third, end));
    }

    #[test]
    fn limits_are_kept_with_the_token_and_can_be_changed() {
        let mut file = TokenFile::default();
        let name = "a".parse().unwrap();
        let limits: Limits = "jobs-waiting=3,upload=1MiB".parse().unwrap();
        file.create(NewToken { limits, ..new("a", Role::Artist, None) }, now()).unwrap();
        let read = |file: &TokenFile| TokenFile::parse(&file.text()).unwrap();
        assert_eq!(read(&file), file);
        assert!(file.text().contains("limits = \"jobs-waiting=3,upload=1MiB\""), "{}", file.text());
        // Both secrets of a token that rotates have them.
        file.rotate(&name, day(1), now()).unwrap();
        assert!(read(&file).tokens().iter().all(|token| token.limits == limits));
        file.set_limits(&name, Limits::default()).unwrap();
        assert!(read(&file).tokens().iter().all(|token| token.limits.is_empty()));
        assert_eq!(file.tokens().len(), 2);
        assert!(file.set_limits(&"b".parse().unwrap(), limits).is_err());
    }

    #[test]
    fn names_are_taken_once_and_unknown_ones_are_told() {
        let mut file = TokenFile::default();
        file.create(new("a", Role::Viewer, None), now()).unwrap();
        let error = file.create(new("a", Role::Operator, None), now()).unwrap_err();
        assert!(error.to_string().contains("clipig token rotate a"), "{error}");
        let b = "b".parse().unwrap();
        assert!(file.rotate(&b, Duration::ZERO, now()).unwrap_err().to_string().contains("no token `b`"));
        assert!(file.revoke(&b).is_err());
        file.revoke(&"a".parse().unwrap()).unwrap();
        assert!(file.tokens().is_empty());
    }

    #[test]
    fn a_file_that_others_may_write_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tokens.toml");
        fs::write(&path, "").unwrap();
        for (mode, usable) in [(0o600, true), (0o640, true), (0o644, true), (0o660, false), (0o602, false)] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            let read = TokenFile::read(&path);
            assert_eq!(read.is_ok(), usable, "{mode:o}");
            match read {
                Ok(read) => assert_eq!(read.is_public, mode == 0o644),
                Err(error) => assert!(error.to_string().contains("chmod go-w"), "{error}"),
            }
        }
    }

    #[test]
    fn faults_are_named() {
        let hash = SecretHash::of(b"x").to_hex();
        let token = |name: &str, role: &str, sha256: &str, rest: &str| {
            format!(
                "[[token]]\nname = \"{name}\"\nrole = \"{role}\"\nsha256 = \"{sha256}\"\n\
                 created = \"2026-11-30T01:00:00Z\"\n{rest}\n"
            )
        };
        let other = SecretHash::of(b"y").to_hex();
        assert_eq!(
            TokenFile::parse(&token("a", "viewer", &hash, "")).unwrap().tokens()[0].owner.as_str(),
            "a"
        );
        for (text, words) in [
            (token("a", "admin", &hash, ""), "unknown variant `admin`"),
            (token("a b", "viewer", &hash, ""), "cannot be a name"),
            (token("a", "viewer", "abc", ""), "64 lower-case hexadecimal digits"),
            (token("a", "viewer", &hash, "expires = \"soon\""), "a time such as"),
            (token("a", "viewer", &hash, "owners = \"b\""), "owners"),
            (token("a", "viewer", &hash, "limits = \"calls=0\""), "the token `a`: the limit `calls` is `0`"),
            (token("a", "viewer", &hash, "") + &token("b", "viewer", &hash, ""), "the same secret"),
            (token("a", "viewer", &hash, "") + &token("a", "artist", &other, ""), "more than once"),
            ("token = 3".to_owned(), "invalid type"),
        ] {
            let fault = TokenFile::parse(&text).unwrap_err().to_string();
            assert!(fault.contains(words), "{fault}");
        }
        assert!(TokenFile::read(Path::new("/dev/zero")).is_err());
    }
}
