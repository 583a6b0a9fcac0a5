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
        ]
    };
    table(heading, &tokens.iter().map(row).collect::<Vec<_>>())
}
