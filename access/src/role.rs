//! What a token allows.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What a token allows.
///
/// ```text
/// viewer ⊂ artist ⊂ operator        worker
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Looks at jobs, pictures and workers.
    Viewer,
    /// Also submits jobs, and changes those of the same owner.
    Artist,
    /// Also changes all jobs, steers workers and reads the audit log.
    Operator,
    /// Computes, and nothing else.
    Worker,
}

/// A text that is no role.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a role; there are viewer, artist, operator and worker")]
pub struct RoleError(String);

impl Role {
    /// All roles.
    pub const ALL: [Self; 4] = [Self::Viewer, Self::Artist, Self::Operator, Self::Worker];

    /// Its name in files, messages and on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Artist => "artist",
            Self::Operator => "operator",
            Self::Worker => "worker",
        }
    }

    /// Does this role have all rights of the other one?
    pub fn includes(self, other: Self) -> bool {
        match other {
            Self::Viewer => matches!(self, Self::Viewer | Self::Artist | Self::Operator),
            Self::Artist => matches!(self, Self::Artist | Self::Operator),
            Self::Operator => self == Self::Operator,
            Self::Worker => self == Self::Worker,
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Role {
    type Err = RoleError;

    fn from_str(text: &str) -> Result<Self, RoleError> {
        Self::ALL.into_iter().find(|role| role.as_str() == text).ok_or_else(|| RoleError(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_include_those_below_them_and_workers_are_apart() {
        let rights = |role: Role| Role::ALL.map(|other| role.includes(other));
        assert_eq!(rights(Role::Viewer), [true, false, false, false]);
        assert_eq!(rights(Role::Artist), [true, true, false, false]);
        assert_eq!(rights(Role::Operator), [true, true, true, false]);
        assert_eq!(rights(Role::Worker), [false, false, false, true]);
        assert!(Role::ALL.into_iter().all(|role| role.as_str().parse() == Ok(role)));
        assert!("admin".parse::<Role>().unwrap_err().to_string().contains("viewer, artist"));
    }
}
