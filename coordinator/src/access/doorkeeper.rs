//! Turns what a peer shows into a principal, or refuses it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::{Duration, Instant};

use clipig_access::{Role, SecretHash};
use jiff::Timestamp;
use tokio::sync::watch;

use super::audit::Audit;
use super::call::Call;
use super::peer::Peer;
use super::principal::Principal;
use super::throttle::Throttle;
use super::tokens::{KnownToken, KnownTokens, TokenSources, TokensError};
use crate::metrics::{Metrics, RefusedLogin};
use crate::quotas::{Quotas, Totals};
use crate::rpc::status::Refusal;
use crate::settings::Settings;

/// Owners that a refusal names.
const NAMED: usize = 3;

/// How often those are looked at whose tokens expire: a clock may be set.
const LOOK_AGAIN: Duration = Duration::from_mins(1);

/// Lets peers in.
pub(crate) struct Doorkeeper {
    sources: TokenSources,
    known: RwLock<Arc<KnownTokens>>,
    changed: watch::Sender<()>,
    throttle: Mutex<Throttle>,
    quotas: Quotas,
    audit: Audit,
    metrics: Arc<Metrics>,
    /// Do workers have to show a certificate?
    worker_certificates: bool,
    /// Under which this process runs.
    own_user: u32,
}

/// Why a peer is not known.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
enum LoginFault {
    #[error("this farm asks for a token")]
    Missing,
    #[error("the header `authorization` must be `Bearer` with a token")]
    Malformed,
    #[error("the token is not the farm's")]
    Unknown,
    #[error(
        "the token `{name}` has expired on {expired}; an operator can rotate it (`clipig token rotate {name}`)"
    )]
    Expired { name: String, expired: String },
}

impl LoginFault {
    fn reason(&self) -> RefusedLogin {
        match self {
            Self::Missing => RefusedLogin::Missing,
            Self::Malformed | Self::Unknown => RefusedLogin::Unknown,
            Self::Expired { .. } => RefusedLogin::Expired,
        }
    }
}

impl Doorkeeper {
    /// Reads the tokens.
    ///
    /// # Errors
    /// When they cannot be used.
    pub(crate) fn open(
        settings: &Settings,
        audit: Audit,
        metrics: Arc<Metrics>,
    ) -> Result<Self, TokensError> {
        let sources = TokenSources::of(settings);
        let known = sources.read()?;
        for warning in &known.warnings {
            tracing::warn!("{warning}");
        }
        let all = Totals {
            calls: settings.limits.calls_per_second,
            upload: settings.limits.upload_bytes_per_second,
            snapshots: settings.limits.stored_snapshots,
        };
        let quotas = Quotas::new(settings.quotas, all, Arc::clone(&metrics));
        quotas.set_tokens(known.limits.clone());
        Ok(Self {
            known: RwLock::new(Arc::new(known)),
            sources,
            changed: watch::Sender::new(()),
            throttle: Mutex::new(Throttle::new(Instant::now())),
            quotas,
            audit,
            metrics,
            worker_certificates: settings.worker_ca.is_some(),
            own_user: rustix::process::geteuid().as_raw(),
        })
    }

    /// Does the farm ask for tokens?
    pub(crate) fn asks(&self) -> bool {
        self.sources.exist()
    }

    /// Writes down what people do.
    pub(crate) fn audit(&self) -> &Audit {
        &self.audit
    }

    /// What owners may take.
    pub(crate) fn quotas(&self) -> &Quotas {
        &self.quotas
    }

    pub(super) fn sources(&self) -> &TokenSources {
        &self.sources
    }

    /// Reads the tokens again. Where they cannot be used, those from before stay. Says how many there are.
    pub(super) fn reload(&self) -> Result<usize, TokensError> {
        let known = self.sources.read()?;
        for warning in &known.warnings {
            tracing::warn!("{warning}");
        }
        let count = known.len();
        self.quotas.set_tokens(known.limits.clone());
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(known);
        self.changed.send_replace(());
        Ok(count)
    }

    /// Lets a peer make a call, if the token in the header `authorization` allows it. Refusals are counted and written
    /// down.
    pub(crate) fn admit(&self, header: Option<&[u8]>, peer: Peer, call: Call) -> Result<Principal, Refusal> {
        let who = self
            .of_header(header, peer)
            .map_err(|fault| self.refuse(&fault, peer, call.name(), call.role()))?;
        self.permit(&who, call).map(|()| who)
    }

    /// Refuses a call that the role does not allow, and one too many. Workers call as often as their work needs it.
    pub(crate) fn permit(&self, who: &Principal, call: Call) -> Result<(), Refusal> {
        if who.may(call) {
            if call.role() != Role::Worker {
                self.quotas.take_call(who.owner(), who.role() == Role::Operator)?;
            }
            return Ok(());
        }
        let text = self.not_permitted(who, call);
        self.metrics.refused_logins(RefusedLogin::Role);
        self.write_down(Some(who), who.peer(), call.name(), &text);
        Err(Refusal::Forbidden(text))
    }

    /// Refuses a worker's call from another machine without a certificate, where they are asked for one. A Unix socket is
    /// not encrypted, and nobody beyond this machine reaches it.
    pub(crate) fn check_certificate(
        &self,
        who: &Principal,
        call: Call,
        has_certificate: bool,
    ) -> Result<(), Refusal> {
        let is_asked = self.worker_certificates && call.role() == Role::Worker;
        if !is_asked || has_certificate || !matches!(who.peer(), Peer::Tcp(_)) {
            return Ok(());
        }
        let text = "this farm asks workers for a certificate (`tls.worker_ca`), and none was shown; a worker shows one \
                    by its settings `tls.certificate` and `tls.key`";
        self.metrics.refused_logins(RefusedLogin::Certificate);
        self.write_down(Some(who), who.peer(), call.name(), text);
        Err(Refusal::Forbidden(text.to_owned()))
    }

    /// Who shows this secret as a login, which is for people.
    pub(crate) fn login(&self, secret: &[u8], peer: Peer) -> Result<Principal, Refusal> {
        if !self.asks() {
            return Ok(Principal::without_token(peer, self.own_user));
        }
        let who = self.of_secret(secret, peer);
        let who = who.map_err(|fault| self.refuse(&fault, peer, "Login", Role::Viewer))?;
        self.permit(&who, Call::GetFarm).map(|()| who)
    }

    /// Who shows this, without a word about it where it is nobody.
    pub(crate) fn identify(&self, header: Option<&[u8]>, peer: Peer) -> Option<Principal> {
        self.of_header(header, peer).ok()
    }

    /// Whoever has a token of this name for which `proves` holds.
    pub(crate) fn named(
        &self,
        name: &str,
        peer: Peer,
        proves: impl Fn(&SecretHash) -> bool,
    ) -> Option<Principal> {
        let now = Timestamp::now();
        let known = self.known();
        let mut valid = known.named(name).filter(|token| !token.has_expired(now));
        valid.find(|token| proves(&token.hash)).map(|token| Principal::of_token(token, peer))
    }

    /// Resolves when somebody who was let in would not be any more: the token was revoked, has expired, or allows
    /// something else.
    pub(crate) async fn until_revoked(&self, who: &Principal) {
        let Some(hash) = who.hash() else { return std::future::pending().await };
        let mut changed = self.changed.subscribe();
        loop {
            let expires = {
                let known = self.known();
                let now = Timestamp::now();
                match known.find(hash) {
                    Some(token) if token.role == who.role() && !token.has_expired(now) => token.expires,
                    _ => return,
                }
            };
            let left = |expires: Timestamp| {
                let left = expires.duration_since(Timestamp::now());
                // Beyond its moment it is found to have expired.
                Duration::try_from(left).unwrap_or_default().min(LOOK_AGAIN) + Duration::from_millis(1)
            };
            let expired = async {
                match expires {
                    Some(expires) => tokio::time::sleep(left(expires)).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                // The sender is part of this.
                _ = changed.changed() => {}
                () = expired => {}
            }
        }
    }

    fn of_header(&self, header: Option<&[u8]>, peer: Peer) -> Result<Principal, LoginFault> {
        if !self.asks() {
            return Ok(Principal::without_token(peer, self.own_user));
        }
        let shown = bearer(header.ok_or(LoginFault::Missing)?).ok_or(LoginFault::Malformed)?;
        self.of_secret(shown, peer)
    }

    fn of_secret(&self, secret: &[u8], peer: Peer) -> Result<Principal, LoginFault> {
        let known = self.known();
        let token = known.find(&SecretHash::of(secret)).ok_or(LoginFault::Unknown)?;
        if token.has_expired(Timestamp::now()) {
            return Err(expired(token));
        }
        Ok(Principal::of_token(token, peer))
    }

    fn refuse(&self, fault: &LoginFault, peer: Peer, action: &str, needed: Role) -> Refusal {
        self.metrics.refused_logins(fault.reason());
        let text = match fault {
            LoginFault::Expired { .. } => fault.to_string(),
            _ => format!("{fault}; {}", help(needed)),
        };
        // Who shows nothing has not tried to log in.
        if *fault != LoginFault::Missing {
            self.write_down(None, peer, action, &fault.to_string());
        }
        Refusal::Unauthenticated(text)
    }

    /// Writes down a refusal, but not each of a flood.
    fn write_down(&self, who: Option<&Principal>, peer: Peer, action: &str, text: &str) {
        let Some(passed_over) = self.throttle().admit(peer.network(), Instant::now()) else { return };
        let more = match passed_over {
            0 => String::new(),
            count => format!(" ({count} more from this address were not written down before this one)"),
        };
        tracing::warn!(%peer, action, "refused: {text}{more}");
        self.audit.record_refused(who, peer, action, &format!("{text}{more}"));
    }

    /// Says which role is needed and who has it.
    fn not_permitted(&self, who: &Principal, call: Call) -> String {
        let needed = call.role();
        let known = self.known();
        let owners = known.owners(needed, Timestamp::now());
        let has_it = match owners.as_slice() {
            [] => String::new(),
            [one] => format!(", which `{one}` has"),
            many if many.len() <= NAMED => format!(", which {} have", listed(many)),
            many => format!(", which {} and {} others have", listed(&many[..NAMED]), many.len() - NAMED),
        };
        let other_kind = who.role() == Role::Worker || needed == Role::Worker;
        let help = if other_kind { format!("; {}", help(needed)) } else { String::new() };
        format!("{} needs the role {needed}{has_it}; {}{help}", call.name(), who.description())
    }

    fn known(&self) -> Arc<KnownTokens> {
        Arc::clone(&self.known.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn throttle(&self) -> MutexGuard<'_, Throttle> {
        self.throttle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn expired(token: &KnownToken) -> LoginFault {
    let expired = token.expires.map(|expires| expires.strftime("%Y-%m-%d %H:%M UTC").to_string());
    LoginFault::Expired { name: token.name.clone(), expired: expired.unwrap_or_default() }
}

/// Where those take their tokens from who need a role.
fn help(needed: Role) -> &'static str {
    match needed {
        Role::Worker => "workers take theirs from the setting `token_file` (CLIPIG_WORKER__TOKEN_FILE)",
        Role::Viewer | Role::Artist | Role::Operator => {
            "clients take theirs from CLIPIG_TOKEN or CLIPIG_TOKEN_FILE"
        }
    }
}

fn listed(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// The token in a header: the scheme's name in any case, spaces, the token.
fn bearer(header: &[u8]) -> Option<&[u8]> {
    let (scheme, rest) = header.split_at_checked(b"bearer ".len())?;
    scheme.eq_ignore_ascii_case(b"bearer ").then(|| rest.trim_ascii())
}

#[cfg(test)]
impl Doorkeeper {
    /// One with these settings, and a store in this folder.
    pub(crate) fn test(settings: &Settings, folder: &std::path::Path) -> Self {
        use crate::store::{Store, SystemClock};
        let store = Store::open(folder, Arc::new(SystemClock::default())).unwrap();
        let metrics = Arc::new(Metrics::default());
        Self::open(settings, Audit::new(store, Arc::clone(&metrics)), metrics).unwrap()
    }
}

#[cfg(test)]
mod tests;
