//! The list of tokens.

use clipig_access::TokenEntry;
use jiff::Timestamp;

use super::columns::{Align, table};
use crate::farm::time;

/// Tokens, one per line.
pub(crate) fn text(tokens: &[TokenEntry], now: Timestamp) -> String {
    let heading = [
        ("token", Align::Left),
        ("role", Align::Left),
        ("owner", Align::Left),
        ("made", Align::Left),
        ("", Align::Left),
        ("limits", Align::Left),
    ];
    let row = |token: &TokenEntry| {
        let age = now.duration_since(token.created).as_secs_f64();
        [
            token.name.to_string(),
            token.role.to_string(),
            token.owner.to_string(),
            format!("{} ago", time::duration(age)),
            match token.expires {
                None => String::new(),
                Some(expires) if token.has_expired(now) => {
                    format!("expired {} ago", time::duration(now.duration_since(expires).as_secs_f64()))
                }
                Some(expires) => {
                    format!("valid for {}", time::duration(expires.duration_since(now).as_secs_f64()))
                }
            },
            token.limits.to_string(),
        ]
    };
    table(heading, &tokens.iter().map(row).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use clipig_access::{Limits, NewToken, Role, TokenFile};

    use super::*;

    #[test]
    fn limits_stand_beside_their_token() {
        let now: Timestamp = "2026-11-30T01:00:00Z".parse().unwrap();
        let mut file = TokenFile::default();
        for (name, limits) in [("alice", "jobs-running=2,upload=10MiB"), ("bob", "")] {
            let limits = if limits.is_empty() { Limits::default() } else { limits.parse().unwrap() };
            let (name, owner) = (name.parse().unwrap(), name.parse().unwrap());
            let new = NewToken { name, owner, role: Role::Artist, expires: None, limits };
            file.create(new, now).unwrap();
        }
        let text = text(file.tokens(), now);
        let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
        assert!(lines[0].contains("limits"), "{text}");
        assert!(lines[1].ends_with("jobs-running=2,upload=10MiB"), "{text}");
        assert!(lines[2].starts_with("bob") && !lines[2].contains('='), "{text}");
    }
}
