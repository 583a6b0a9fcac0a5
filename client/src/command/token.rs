//! `clipig token`: makes, lists, revokes and rotates the tokens of a farm, and sets the limits of their owners.
//!
//! It works on the coordinator's file and asks no farm: nobody who has only a token can make another one.

use clipig_access::{CreateError, Limits, NewToken, Secret, TokenEntry, TokenFile, TokenFileError};
use jiff::Timestamp;
use serde_json::{Value as Json, json};

use crate::arguments::{
    CreateArguments, FileArguments, Lifetime, LimitsArguments, RevokeArguments, RotateArguments,
    TokenArguments, TokenCommand,
};
use crate::exit::ExitCode;
use crate::failure::Failure;
use crate::farm::show;
use crate::output;

impl From<TokenFileError> for Failure {
    fn from(error: TokenFileError) -> Self {
        Self::failed(error)
    }
}

impl From<CreateError> for Failure {
    fn from(error: CreateError) -> Self {
        Self::failed(error)
    }
}

pub(crate) fn run(arguments: &TokenArguments) -> Result<ExitCode, Failure> {
    match &arguments.command {
        TokenCommand::Create(arguments) => create(arguments),
        TokenCommand::List(arguments) => list(arguments),
        TokenCommand::Revoke(arguments) => revoke(arguments),
        TokenCommand::Rotate(arguments) => rotate(arguments),
        TokenCommand::Limits(arguments) => limits(arguments),
    }?;
    Ok(ExitCode::SUCCESS)
}

fn create(arguments: &CreateArguments) -> Result<(), Failure> {
    let CreateArguments { name, role, owner, expires: Lifetime(lasts), limits, file } = arguments;
    let now = Timestamp::now();
    let new = NewToken {
        name: name.clone(),
        owner: owner.as_ref().unwrap_or(name).clone(),
        role: *role,
        expires: lasts.map(|lasts| now.checked_add(lasts)).transpose().map_err(Failure::failed)?,
        limits: *limits,
    };
    let made = TokenFile::change(&file.file, |tokens| {
        let secret = tokens.create(new, now)?;
        Ok::<_, Failure>(newest(tokens, secret))
    })?;
    present(made, file)
}

fn rotate(arguments: &RotateArguments) -> Result<(), Failure> {
    let RotateArguments { name, overlap, file } = arguments;
    let made = TokenFile::change(&file.file, |tokens| {
        let secret = tokens.rotate(name, *overlap, Timestamp::now())?;
        Ok::<_, Failure>(newest(tokens, secret))
    })?;
    present(made, file)
}

fn limits(arguments: &LimitsArguments) -> Result<(), Failure> {
    let LimitsArguments { name, limits, file } = arguments;
    TokenFile::change(&file.file, |tokens| tokens.set_limits(name, *limits).map_err(Failure::from))?;
    if file.json {
        let json = json!({ "token": name.as_str(), "limits": limits_json(*limits) });
        return output::print(&format!("{json:#}\n"));
    }
    let takes =
        if limits.is_empty() { "what the farm's settings say".to_owned() } else { limits.to_string() };
    output::print(&format!("the owner of the token {name} may take {takes}\n"))
}

fn revoke(arguments: &RevokeArguments) -> Result<(), Failure> {
    let RevokeArguments { name, file } = arguments;
    TokenFile::change(&file.file, |tokens| tokens.revoke(name).map_err(Failure::from))?;
    if file.json {
        return output::print(&format!("{:#}\n", json!({ "token": name.as_str(), "revoked": true })));
    }
    output::print(&format!("the token {name} is revoked\n"))
}

fn list(arguments: &FileArguments) -> Result<(), Failure> {
    let read = TokenFile::read(&arguments.file)?;
    if read.is_public {
        output::say(format!("warning: other users of this machine may read {}", arguments.file.display()));
    }
    let tokens = read.tokens.tokens();
    if arguments.json {
        output::print(&format!("{:#}\n", tokens.iter().map(described).collect::<Json>()))
    } else if tokens.is_empty() {
        output::say("there are no tokens; `clipig token create NAME --role ROLE` makes one");
        Ok(())
    } else {
        output::print(&show::tokens::text(tokens, Timestamp::now()))
    }
}

/// What was made, and its secret.
type Made = (Option<TokenEntry>, Secret);

fn newest(tokens: &TokenFile, secret: Secret) -> Made {
    (tokens.tokens().last().cloned(), secret)
}

/// Prints a secret alone, so that it can be written to a file, and says on standard error what it is.
fn present((token, secret): Made, file: &FileArguments) -> Result<(), Failure> {
    let Some(token) = token else { return Err(Failure::failed("the token got lost")) };
    if file.json {
        let mut json = described(&token);
        json["secret"] = secret.reveal().into();
        return output::print(&format!("{json:#}\n"));
    }
    output::say(format!(
        "The secret of the token {} ({}, owner {}, {}). It is not shown again.",
        token.name,
        token.role,
        token.owner,
        token
            .expires
            .map_or_else(|| "valid until it is revoked".to_owned(), |end| format!("valid until {end:.0}")),
    ));
    output::print(&format!("{}\n", secret.reveal()))
}

fn described(token: &TokenEntry) -> Json {
    json!({
        "token": token.name.as_str(),
        "owner": token.owner.as_str(),
        "role": token.role.as_str(),
        "created": token.created.to_string(),
        "expires": token.expires.map(|expires| expires.to_string()),
        "limits": limits_json(token.limits),
    })
}

/// Limits by their names; sizes in bytes.
fn limits_json(limits: Limits) -> Json {
    limits.iter().map(|(limit, value)| (limit.as_str().to_owned(), Json::from(value))).collect()
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;
    use crate::arguments::{Arguments, Command};

    fn token(arguments: &[&str]) -> Result<ExitCode, Failure> {
        let Command::Token(parsed) =
            Arguments::try_parse_from([&["clipig", "token"][..], arguments].concat()).unwrap().command
        else {
            panic!("no token")
        };
        run(&parsed)
    }

    #[test]
    fn tokens_are_made_rotated_and_revoked() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("tokens.toml");
        let path = file.to_str().unwrap();
        token(&[
            "create",
            "alice-laptop",
            "--role",
            "artist",
            "--owner",
            "alice",
            "--expires",
            "90d",
            "--limits",
            "jobs-waiting=10,upload=2MiB",
            "--file",
            path,
        ])
        .unwrap();
        token(&["create", "gpus", "--role", "worker", "--file", path]).unwrap();
        let read = || TokenFile::read(&file).unwrap().tokens.tokens().to_vec();
        let [alice, gpus] = &read()[..] else { panic!("{:?}", read()) };
        assert_eq!((alice.owner.as_str(), gpus.owner.as_str(), gpus.expires), ("alice", "gpus", None));
        let lasts = alice.expires.unwrap().duration_since(alice.created);
        assert_eq!(lasts.as_hours(), 90 * 24);
        assert_eq!(alice.limits.to_string(), "jobs-waiting=10,upload=2MiB");
        assert_eq!(described(alice)["limits"], json!({ "jobs-waiting": 10, "upload": 2 << 20 }));
        assert_eq!((gpus.limits, &described(gpus)["limits"]), (Limits::default(), &json!({})));
        assert!(token(&["create", "gpus", "--role", "viewer", "--file", path]).is_err());
        token(&["rotate", "gpus", "--overlap", "1h", "--file", path]).unwrap();
        assert_eq!(read().iter().filter(|token| token.name.as_str() == "gpus").count(), 2);
        token(&["list", "--file", path]).unwrap();
        token(&["limits", "alice-laptop", "jobs-running=3,bytes=1GiB", "--file", path]).unwrap();
        let limits = || read().iter().find(|token| token.name.as_str() == "alice-laptop").unwrap().limits;
        assert_eq!(limits().to_string(), "jobs-running=3,bytes=1GiB");
        token(&["limits", "alice-laptop", "none", "--file", path]).unwrap();
        assert!(limits().is_empty());
        assert!(token(&["limits", "nobody", "none", "--file", path]).is_err());
        token(&["revoke", "gpus", "--file", path]).unwrap();
        assert_eq!(read().len(), 1);
        assert!(token(&["revoke", "gpus", "--file", path]).is_err());
        let wrong = |arguments: &[&str]| {
            Arguments::try_parse_from([&["clipig", "token"][..], arguments].concat()).unwrap_err().to_string()
        };
        let text = wrong(&["create", "a", "--role", "admin", "--file", path]);
        assert!(text.contains("viewer, artist, operator and worker"), "{text}");
        let text = wrong(&["create", "a", "--role", "artist", "--limits", "call=3", "--file", path]);
        assert!(text.contains("jobs-waiting, jobs-running, calls"), "{text}");
        assert!(wrong(&["create", "a b", "--role", "viewer", "--file", path]).contains("cannot be a name"));
    }
}
