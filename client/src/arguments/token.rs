//! The arguments of `clipig token`.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand};
use clipig_access::{Limits, LimitsError, Name, Role};

#[derive(Clone, Debug, Args)]
pub struct TokenArguments {
    #[command(subcommand)]
    pub command: TokenCommand,
}

#[derive(Clone, Debug, Subcommand)]
pub enum TokenCommand {
    /// Make a token and print its secret, which is not shown again.
    Create(CreateArguments),
    /// List the tokens, without their secrets.
    List(FileArguments),
    /// Remove a token. Its sessions end within seconds.
    Revoke(RevokeArguments),
    /// Give a token another secret and print it. The old one stays valid for a while.
    Rotate(RotateArguments),
    /// Change the limits of a token's owner. The farm applies them within seconds.
    Limits(LimitsArguments),
}

/// The file that tokens are in.
#[derive(Clone, Debug, Args)]
pub struct FileArguments {
    /// The coordinator's file of tokens (its setting `tokens.file`).
    #[arg(long, value_name = "FILE", env = "CLIPIG_TOKENS_FILE")]
    pub file: PathBuf,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

#[derive(Clone, Debug, Args)]
pub struct CreateArguments {
    /// Name of the token, such as `alice-laptop`.
    pub name: Name,
    /// Role of the token: viewer, artist, operator or worker.
    #[arg(long)]
    pub role: Role,
    /// Owner of the token. An artist can change only jobs of the same owner. Default: the token's name.
    #[arg(long, value_name = "NAME")]
    pub owner: Option<Name>,
    /// How long the token is valid, such as `90d` or `12h`, or `never`: until it is revoked.
    #[arg(long, value_name = "TIME", default_value = "never", value_parser = lifetime)]
    pub expires: Lifetime,
    /// What its owner may take, such as `jobs-waiting=100,jobs-running=2,calls=20,upload=10MiB,bytes=20GiB`; there is
    /// `snapshots`, too. `calls` and `upload` are per second. Default: the coordinator's settings `quotas.…`.
    #[arg(long, value_name = "LIMITS", default_value = "none", value_parser = limits)]
    pub limits: Limits,
    #[command(flatten)]
    pub file: FileArguments,
}

#[derive(Clone, Debug, Args)]
pub struct LimitsArguments {
    /// Name of the token; `clipig token list` shows it.
    pub name: Name,
    /// All limits of the token, as in `clipig token create --limits`; `none`: those of the coordinator's settings.
    #[arg(value_name = "LIMITS", value_parser = limits)]
    pub limits: Limits,
    #[command(flatten)]
    pub file: FileArguments,
}

#[derive(Clone, Debug, Args)]
pub struct RevokeArguments {
    /// Name of the token; `clipig token list` shows it.
    pub name: Name,
    #[command(flatten)]
    pub file: FileArguments,
}

#[derive(Clone, Debug, Args)]
pub struct RotateArguments {
    /// Name of the token; `clipig token list` shows it.
    pub name: Name,
    /// How long the old secret stays valid beside the new one. `0s` ends it at once.
    #[arg(long, value_name = "TIME", default_value = "1d", value_parser = duration)]
    pub overlap: Duration,
    #[command(flatten)]
    pub file: FileArguments,
}

/// How long a token is valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lifetime(pub Option<Duration>);

/// As [`Limits`] reads them, or `none`.
fn limits(text: &str) -> Result<Limits, LimitsError> {
    if text == "none" { Ok(Limits::default()) } else { text.parse() }
}

/// The longest time: a hundred years.
const LONGEST: u64 = 36_525 * 86_400;

fn lifetime(text: &str) -> Result<Lifetime, String> {
    if text == "never" {
        return Ok(Lifetime(None));
    }
    match duration(text) {
        Ok(Duration::ZERO) => Err("a token that is never valid is of no use".to_owned()),
        lasts => lasts.map(|lasts| Lifetime(Some(lasts))),
    }
}

/// `90d`, `12h`, `30m`, `45s`.
fn duration(text: &str) -> Result<Duration, String> {
    let wrong =
        || "times are a number and a unit: `90d`, `12h`, `30m`, `45s`; at most a hundred years".to_owned();
    let unit = text.chars().last().ok_or_else(wrong)?;
    let seconds: u64 = match unit {
        'd' => 86_400,
        'h' => 3_600,
        'm' => 60,
        's' => 1,
        _ => return Err(wrong()),
    };
    let number: u64 = text[..text.len() - 1].parse().map_err(|_| wrong())?;
    let seconds = number.checked_mul(seconds).filter(|seconds| *seconds <= LONGEST).ok_or_else(wrong)?;
    Ok(Duration::from_secs(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_a_number_and_a_unit() {
        assert_eq!(duration("90d").unwrap(), Duration::from_hours(90 * 24));
        assert_eq!(duration("12h").unwrap(), Duration::from_hours(12));
        assert_eq!(duration("0s").unwrap(), Duration::ZERO);
        assert_eq!(lifetime("never"), Ok(Lifetime(None)));
        assert_eq!(lifetime("30m"), Ok(Lifetime(Some(Duration::from_mins(30)))));
        for text in ["", "d", "90", "-1d", "1.5h", "1y", "9999999999999999999d", "40000d", "1 d", "9ä"] {
            assert!(duration(text).is_err(), "{text}");
        }
        assert!(lifetime("0d").is_err());
    }
}
