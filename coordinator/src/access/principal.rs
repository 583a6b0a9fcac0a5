//! Who makes a call.

use std::sync::Arc;

use clipig_access::{Role, SecretHash};

use super::call::Call;
use super::peer::Peer;
use super::tokens::KnownToken;
use crate::rpc::status::Refusal;
use crate::store::JobRecord;

/// Who makes a call.
#[derive(Clone, Debug)]
pub(crate) struct Principal {
    identity: Arc<Identity>,
    peer: Peer,
}

#[derive(Debug)]
struct Identity {
    owner: String,
    /// `None`: somebody on this machine, where the farm has no tokens.
    token: Option<TokenIdentity>,
    role: Role,
    /// May it also compute?
    computes: bool,
}

#[derive(Debug)]
struct TokenIdentity {
    name: String,
    hash: SecretHash,
}

impl Principal {
    /// Whoever shows a token.
    pub(super) fn of_token(token: &KnownToken, peer: Peer) -> Self {
        let KnownToken { name, owner, role, hash, .. } = token;
        let identity = Identity {
            owner: owner.clone(),
            token: Some(TokenIdentity { name: name.clone(), hash: *hash }),
            role: *role,
            computes: *role == Role::Worker,
        };
        Self { identity: Arc::new(identity), peer }
    }

    /// Whoever reaches a farm without tokens. Over a Unix socket the system says which user that is: the coordinator's own
    /// and root may do everything, since they can read and change the farm's data, too. Others are artists.
    pub(super) fn without_token(peer: Peer, own_user: u32) -> Self {
        let (owner, role) = match peer {
            Peer::Unix { user: Some(user) } if user != 0 && user != own_user => {
                (format!("user-{user}"), Role::Artist)
            }
            Peer::Unix { user: Some(user) } => (format!("user-{user}"), Role::Operator),
            Peer::Unix { user: None } | Peer::Tcp(_) | Peer::Here => ("local".to_owned(), Role::Operator),
        };
        let computes = role == Role::Operator;
        Self { identity: Arc::new(Identity { owner, token: None, role, computes }), peer }
    }

    /// Whose jobs it may change.
    pub(crate) fn owner(&self) -> &str {
        &self.identity.owner
    }

    /// The name of its token; empty where the farm has none.
    pub(crate) fn token(&self) -> &str {
        self.identity.token.as_ref().map_or("", |token| &token.name)
    }

    /// What it may do.
    pub(crate) fn role(&self) -> Role {
        self.identity.role
    }

    /// Where it calls from.
    pub(crate) fn peer(&self) -> Peer {
        self.peer
    }

    /// What proves who it is; `None` where the farm has no tokens.
    pub(crate) fn hash(&self) -> Option<&SecretHash> {
        self.identity.token.as_ref().map(|token| &token.hash)
    }

    /// Has it the role that a call needs?
    pub(super) fn may(&self, call: Call) -> bool {
        match call.role() {
            Role::Worker => self.identity.computes,
            role => self.identity.role.includes(role),
        }
    }

    /// What it is called in messages.
    pub(super) fn description(&self) -> String {
        let role = self.role();
        match self.token() {
            "" => format!("`{}` has the role {role}", self.owner()),
            token => format!("the token `{token}` has the role {role}"),
        }
    }

    /// Refuses to let it change a job of somebody else.
    pub(crate) fn check_owner(&self, job: &JobRecord) -> Result<(), Refusal> {
        if self.role().includes(Role::Operator) || job.owner.as_deref() == Some(self.owner()) {
            return Ok(());
        }
        let whose = match &job.owner {
            Some(owner) => format!("belongs to `{owner}`"),
            None => "was submitted before jobs had owners".to_owned(),
        };
        Err(Refusal::Forbidden(format!(
            "job {} {whose}; you are `{}`, and {}, which changes only jobs of its owner: ask an operator",
            job.id,
            self.owner(),
            self.description()
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_tokens_another_user_of_the_machine_is_an_artist() {
        let of = |user| Principal::without_token(Peer::Unix { user }, 1_000);
        for (who, owner, role) in [
            (of(Some(1_000)), "user-1000", Role::Operator),
            (of(Some(0)), "user-0", Role::Operator),
            (of(Some(1_001)), "user-1001", Role::Artist),
            (of(None), "local", Role::Operator),
        ] {
            assert_eq!((who.owner(), who.role()), (owner, role));
            assert_eq!(who.may(Call::Session), role == Role::Operator);
            assert_eq!(who.may(Call::DrainWorker), role == Role::Operator);
            assert!(who.may(Call::SubmitJob) && who.may(Call::GetJob));
        }
    }
}
