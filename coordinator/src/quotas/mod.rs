//! How much an owner may take of the farm, and all owners together.
//!
//! A limit of an owner comes from the tokens, else from the settings `quotas.…`. Tokens of one owner share it: what they
//! take counts together, and where several name a limit, the smallest holds. So nobody gets more by using two tokens.

pub(crate) mod bucket;

use std::collections::HashMap;
use std::fmt;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::{Duration, Instant};

use clipig_access::{Limit, Limits};
use clipig_schedule::memory::Bytes;

use self::bucket::{Bucket, Pace};
use crate::metrics::Metrics;

/// What this time brings may be called at once: a page asks for several things when it opens.
const CALL_BURST: Duration = Duration::from_secs(10);

/// The same of uploads.
const UPLOAD_BURST: Duration = Duration::from_secs(2);

/// How long a piece of an upload waits. Where it would be longer, so many uploads share the rate that proxies would take
/// them for dead.
const UPLOAD_PATIENCE: Duration = Duration::from_secs(30);

/// Beyond so many owners, those are forgotten who have not used their share for a while.
const OWNERS: usize = 1_024;

/// What all owners together may take; `None`: no limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Calls per second of all but operators.
    pub calls: Option<u64>,
    /// Bytes of uploads per second.
    pub upload: Option<u64>,
    /// Snapshots of all jobs.
    pub snapshots: Option<u64>,
}

/// What owners may take, and what they have taken. Cloning gives another handle to the same.
#[derive(Clone)]
pub struct Quotas(Arc<Inner>);

struct Inner {
    /// Of each owner, where their tokens do not say otherwise.
    settings: Limits,
    all: Totals,
    of_tokens: RwLock<HashMap<String, Limits>>,
    calls: Mutex<Buckets>,
    uploads: Mutex<Buckets>,
    metrics: Arc<Metrics>,
}

/// A limit that holds for somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Quota {
    limit: Limit,
    most: u64,
    source: Source,
}

/// Where a limit was set.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Source {
    /// By a token of this owner.
    Token(String),
    /// For each owner; for this one.
    Owner(String),
    /// For all together, by this setting.
    All(&'static str),
}

/// Something is more than a limit allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OverLimit {
    quota: Quota,
    excess: Excess,
}

/// By what a limit is passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Excess {
    /// There are so many already.
    Count(u64),
    /// So many bytes are stored, and so many would come.
    Bytes { stored: u64, more: u64 },
    /// It came too quickly. After this time it may come.
    Rate(Duration),
}

impl Quota {
    /// What is limited.
    pub(crate) fn limit(&self) -> Limit {
        self.limit
    }

    /// How much is allowed.
    pub(crate) fn most(&self) -> u64 {
        self.most
    }

    fn over(self, excess: Excess) -> OverLimit {
        OverLimit { quota: self, excess }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Token(owner) | Self::Owner(owner) => write!(f, "`{owner}`"),
            Self::All(_) => f.write_str("all owners together"),
        }
    }
}

impl Source {
    /// The form of "to have" that goes with it.
    fn has(&self) -> &'static str {
        match self {
            Self::Token(_) | Self::Owner(_) => "has",
            Self::All(_) => "have",
        }
    }
}

impl OverLimit {
    /// When it is worth to try again, as far as that is known.
    pub fn retry_after(&self) -> Option<Duration> {
        match self.excess {
            Excess::Rate(wait) => Some(wait),
            Excess::Count(_) | Excess::Bytes { .. } => None,
        }
    }
}

impl fmt::Display for OverLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { quota: Quota { limit, most, source }, excess } = self;
        let place = match source {
            Source::Token(_) => format!("the limit `{limit}` of the token, see `clipig token limits`"),
            Source::Owner(_) => format!("`{}`", limit.setting()),
            Source::All(setting) => format!("`{setting}`"),
        };
        let allowed = match limit {
            Limit::Upload | Limit::Bytes => Bytes(*most).to_string(),
            Limit::JobsWaiting | Limit::JobsRunning | Limit::Calls | Limit::Snapshots => most.to_string(),
        };
        match excess {
            Excess::Count(found) => {
                let what = match limit {
                    Limit::JobsWaiting => "waiting or paused jobs",
                    Limit::JobsRunning => "running jobs",
                    _ => "snapshots",
                };
                write!(f, "{source} {} {found} {what}; {allowed} are allowed ({place})", source.has())?;
                match limit {
                    Limit::JobsWaiting => {
                        f.write_str(": wait until one of them starts, or have the limit raised")
                    }
                    _ => Ok(()),
                }
            }
            Excess::Bytes { stored, more } => write!(
                f,
                "images and weights that {source} has uploaded take {}, and this upload would take {}; {allowed} are \
                 allowed ({place}): have the limit raised, or wait until old jobs are deleted",
                Bytes(*stored),
                Bytes(*more)
            ),
            Excess::Rate(wait) => {
                let what = if *limit == Limit::Upload { "uploads" } else { "calls" };
                write!(
                    f,
                    "too many {what} of {source}: {allowed} per second are allowed ({place}); try again in {} s, or have \
                     the limit raised",
                    whole_seconds(*wait)
                )
            }
        }
    }
}

impl std::error::Error for OverLimit {}

/// Seconds as programs wait them, at least one.
pub(crate) fn whole_seconds(time: Duration) -> NonZeroU32 {
    let seconds = time.as_secs().saturating_add(u64::from(time.subsec_nanos() > 0));
    NonZeroU32::new(u32::try_from(seconds).unwrap_or(u32::MAX)).unwrap_or(NonZeroU32::MIN)
}

impl Default for Quotas {
    /// Without limits.
    fn default() -> Self {
        Self::new(Limits::default(), Totals::default(), Arc::default())
    }
}

impl Quotas {
    /// `settings` hold for each owner whose tokens do not say otherwise.
    pub fn new(settings: Limits, all: Totals, metrics: Arc<Metrics>) -> Self {
        Self(Arc::new(Inner {
            settings,
            all,
            of_tokens: RwLock::default(),
            calls: Mutex::default(),
            uploads: Mutex::default(),
            metrics,
        }))
    }

    /// From now on tokens say this about their owners.
    pub(crate) fn set_tokens(&self, of_tokens: HashMap<String, Limits>) {
        *self.0.of_tokens.write().unwrap_or_else(PoisonError::into_inner) = of_tokens;
    }

    /// A limit of an owner; `None`: there is none.
    pub(crate) fn of(&self, owner: &str, limit: Limit) -> Option<Quota> {
        let of_tokens = self.0.of_tokens.read().unwrap_or_else(PoisonError::into_inner);
        let named = of_tokens.get(owner).and_then(|limits| limits.get(limit));
        // Each call asks, and mostly there is none: nothing is copied for that.
        let (most, source): (_, fn(String) -> Source) = match named {
            Some(most) => (most, Source::Token),
            None => (self.0.settings.get(limit)?, Source::Owner),
        };
        Some(Quota { limit, most, source: source(owner.to_owned()) })
    }

    /// Each limit of an owner.
    pub(crate) fn all_of(&self, owner: &str) -> Vec<Quota> {
        Limit::ALL.into_iter().filter_map(|limit| self.of(owner, limit)).collect()
    }

    /// Owners for whom tokens set limits.
    pub(crate) fn owners_with_tokens(&self) -> Vec<String> {
        let of_tokens = self.0.of_tokens.read().unwrap_or_else(PoisonError::into_inner);
        of_tokens.keys().cloned().collect()
    }

    /// Does a limit hold for anybody?
    pub(crate) fn are_set(&self) -> bool {
        let of_tokens = self.0.of_tokens.read().unwrap_or_else(PoisonError::into_inner);
        !self.0.settings.is_empty() || of_tokens.values().any(|limits| !limits.is_empty())
    }

    /// Is there a limit of the snapshots of all owners together?
    pub(crate) fn limit_all_snapshots(&self) -> bool {
        self.0.all.snapshots.is_some()
    }

    /// Refuses one more snapshot where the jobs of all owners have `found`.
    pub(crate) fn check_all_snapshots(&self, found: u64) -> Result<(), OverLimit> {
        match self.0.all.snapshots {
            Some(most) if found >= most => {
                let source = Source::All("limits.stored_snapshots");
                let quota = Quota { limit: Limit::Snapshots, most, source };
                Err(self.refuse(quota, Excess::Count(found)))
            }
            _ => Ok(()),
        }
    }

    /// Refuses one more of something of which an owner has `found`.
    pub(crate) fn check_count(&self, owner: &str, limit: Limit, found: u64) -> Result<(), OverLimit> {
        match self.of(owner, limit) {
            Some(quota) if found >= quota.most => Err(self.refuse(quota, Excess::Count(found))),
            _ => Ok(()),
        }
    }

    /// Refuses an upload of `more` bytes of an owner of whom so many are stored or under way.
    pub(crate) fn check_bytes(&self, owner: &str, stored: u64, more: u64) -> Result<(), OverLimit> {
        match self.of(owner, Limit::Bytes) {
            Some(quota) if stored.saturating_add(more) > quota.most => {
                Err(self.refuse(quota, Excess::Bytes { stored, more }))
            }
            _ => Ok(()),
        }
    }

    /// Counts a call of an owner. What all together may call does not hold for operators: they have to get in while
    /// others flood the farm.
    pub(crate) fn take_call(&self, owner: &str, is_operator: bool) -> Result<(), OverLimit> {
        let all = self.0.all.calls.filter(|_| !is_operator);
        let rate = Rate {
            limit: Limit::Calls,
            burst: CALL_BURST,
            all: all.map(|most| (most, "limits.calls_per_second")),
            buckets: &self.0.calls,
        };
        let one = |bucket: &mut Bucket, pace, now| bucket.take_one(pace, now).map(|()| Duration::ZERO);
        self.take(&rate, owner, one).map(|_| ())
    }

    /// Counts bytes of an upload. Returns how long to wait before more is read.
    pub(crate) fn take_upload(&self, owner: &str, bytes: u64) -> Result<Duration, OverLimit> {
        let all = self.0.all.upload;
        let rate = Rate {
            limit: Limit::Upload,
            burst: UPLOAD_BURST,
            all: all.map(|most| (most, "limits.upload_bytes_per_second")),
            buckets: &self.0.uploads,
        };
        self.take(&rate, owner, |bucket, pace, now| bucket.take(bytes as f64, pace, UPLOAD_PATIENCE, now))
    }

    /// Takes from an owner's share of a rate, then from that of all together, where there are such limits. `take` returns
    /// how long to wait before the next time, or after what time it is not too much any more.
    fn take(
        &self,
        rate: &Rate<'_>,
        owner: &str,
        take: impl Fn(&mut Bucket, Pace, Instant) -> Result<Duration, Duration>,
    ) -> Result<Duration, OverLimit> {
        let now = Instant::now();
        let mut buckets = lock(rate.buckets);
        let limit = rate.limit;
        let all = rate.all.map(|(most, setting)| Quota { limit, most, source: Source::All(setting) });
        let mut wait = Duration::ZERO;
        for quota in self.of(owner, limit).into_iter().chain(all) {
            let pace = Pace::per_second(quota.most as f64, rate.burst);
            let bucket = match &quota.source {
                Source::Token(_) | Source::Owner(_) => buckets.owner(owner, pace, now),
                Source::All(_) => buckets.all(pace, now),
            };
            let taken = take(bucket, pace, now);
            wait = wait.max(taken.map_err(|wait| self.refuse(quota, Excess::Rate(wait)))?);
        }
        Ok(wait)
    }

    fn refuse(&self, quota: Quota, excess: Excess) -> OverLimit {
        self.0.metrics.over_limit(quota.limit, matches!(quota.source, Source::All(_)));
        quota.over(excess)
    }
}

/// Something of which owners, and all together, may take so much per second.
struct Rate<'a> {
    limit: Limit,
    /// What this time brings may be taken at once.
    burst: Duration,
    /// How much all together may take, and the setting that says so.
    all: Option<(u64, &'static str)>,
    buckets: &'a Mutex<Buckets>,
}

/// The shares of owners, and that of all.
#[derive(Debug, Default)]
struct Buckets {
    all: Option<Bucket>,
    owners: HashMap<String, (Bucket, Pace)>,
}

impl Buckets {
    fn all(&mut self, pace: Pace, now: Instant) -> &mut Bucket {
        self.all.get_or_insert_with(|| Bucket::full(pace, now))
    }

    fn owner(&mut self, owner: &str, pace: Pace, now: Instant) -> &mut Bucket {
        if self.owners.len() >= OWNERS && !self.owners.contains_key(owner) {
            // A full bucket is as good as a new one.
            self.owners.retain(|_, (bucket, pace)| bucket.level(*pace, now) < pace.most);
        }
        let fresh = || (Bucket::full(pace, now), pace);
        let (bucket, known) = self.owners.entry(owner.to_owned()).or_insert_with(fresh);
        // Its tokens may say something else than before.
        *known = pace;
        bucket
    }
}

fn lock(buckets: &Mutex<Buckets>) -> MutexGuard<'_, Buckets> {
    buckets.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quotas(settings: &str, tokens: &[(&str, &str)], all: Totals) -> Quotas {
        let quotas = Quotas::new(settings.parse().unwrap(), all, Arc::default());
        let limits = |(owner, limits): &(&str, &str)| ((*owner).to_owned(), limits.parse().unwrap());
        quotas.set_tokens(tokens.iter().map(limits).collect());
        quotas
    }

    #[test]
    fn the_limit_of_a_token_goes_before_the_setting() {
        let quotas = quotas("jobs-waiting=5", &[("bob", "jobs-waiting=7,calls=3")], Totals::default());
        let of = |owner, limit| quotas.of(owner, limit).map(|quota| quota.most());
        assert_eq!(of("alice", Limit::JobsWaiting), Some(5));
        assert_eq!(of("bob", Limit::JobsWaiting), Some(7));
        assert_eq!((of("alice", Limit::Calls), of("bob", Limit::Calls)), (None, Some(3)));
        assert!(quotas.check_count("alice", Limit::JobsWaiting, 4).is_ok());
        assert_eq!(
            quotas.check_count("alice", Limit::JobsWaiting, 5).unwrap_err().to_string(),
            "`alice` has 5 waiting or paused jobs; 5 are allowed (`quotas.jobs_waiting`): wait until one of them starts, or have \
             the limit raised"
        );
        assert!(quotas.check_count("bob", Limit::JobsWaiting, 6).is_ok());
        let text = quotas.check_count("bob", Limit::JobsWaiting, 9).unwrap_err().to_string();
        assert!(text.contains("7 are allowed (the limit `jobs-waiting` of the token"), "{text}");
        assert!(quotas.check_count("bob", Limit::Snapshots, u64::MAX).is_ok());
    }

    #[test]
    fn calls_of_one_owner_take_nothing_from_another() {
        let quotas = quotas("calls=1", &[], Totals::default());
        let taken = |owner| (0..1_000).take_while(|_| quotas.take_call(owner, false).is_ok()).count();
        // On a slow machine some more come in meanwhile.
        assert!((10..500).contains(&taken("alice")));
        assert!((10..500).contains(&taken("bob")));
        let refused = (0..1_000).find_map(|_| quotas.take_call("alice", true).err()).unwrap();
        assert!(refused.retry_after().is_some_and(|wait| wait <= Duration::from_secs(1)));
        let text = refused.to_string();
        let start = "too many calls of `alice`: 1 per second are allowed (`quotas.calls_per_second`); try again in 1 s";
        assert!(text.starts_with(start), "{text}");
    }

    #[test]
    fn all_together_have_a_limit_that_lets_operators_in() {
        let all = Totals { calls: Some(1), upload: Some(1 << 16), snapshots: Some(9) };
        let quotas = quotas("snapshots=1", &[], all);
        let taken = (0..1_000).take_while(|n| quotas.take_call(&format!("owner-{n}"), false).is_ok()).count();
        assert!((10..500).contains(&taken), "{taken}");
        assert!((0..1_000).all(|_| quotas.take_call("operator", true).is_ok()));
        assert!(quotas.take_upload("alice", 1 << 17).is_ok());
        // Half an hour of the rate is owed after that.
        quotas.take_upload("alice", 1800 << 16).unwrap();
        let refused = quotas.take_upload("bob", 1).unwrap_err();
        let text = refused.to_string();
        assert!(text.contains("all owners together: 64.0 KiB per second"), "{text}");
        assert!(text.contains("`limits.upload_bytes_per_second`"), "{text}");
        assert!(refused.retry_after().is_some_and(|wait| wait > Duration::from_mins(20)));
        assert!(quotas.check_all_snapshots(8).is_ok());
        assert_eq!(
            quotas.check_all_snapshots(9).unwrap_err().to_string(),
            "all owners together have 9 snapshots; 9 are allowed (`limits.stored_snapshots`)"
        );
    }

    #[test]
    fn uploads_wait_and_too_many_at_once_are_refused() {
        let quotas = quotas("upload=1MiB,bytes=3MiB", &[], Totals::default());
        let take = |owner, bytes| quotas.take_upload(owner, bytes);
        assert_eq!(take("alice", 2 << 20), Ok(Duration::ZERO));
        let wait = take("alice", 25 << 20).unwrap();
        assert!(wait > Duration::from_secs(1) && wait <= Duration::from_secs(25), "{wait:?}");
        take("alice", 1 << 30).unwrap();
        assert!(take("alice", 1).is_err());
        assert_eq!(take("bob", 2 << 20), Ok(Duration::ZERO));
        assert!(quotas.check_bytes("bob", 2 << 20, 1 << 20).is_ok());
        assert_eq!(
            quotas.check_bytes("bob", 2 << 20, (1 << 20) + 1).unwrap_err().to_string(),
            "images and weights that `bob` has uploaded take 2.0 MiB, and this upload would take 1.0 MiB; 3.0 MiB are \
             allowed (`quotas.stored_bytes`): have the limit raised, or wait until old jobs are deleted"
        );
    }

    #[test]
    fn owners_who_came_once_are_forgotten() {
        let pace = Pace::per_second(1.0, CALL_BURST);
        let (mut buckets, start) = (Buckets::default(), Instant::now());
        for number in 0..5_000 {
            let now = start + Duration::from_secs(number);
            assert!(buckets.owner(&number.to_string(), pace, now).take_one(pace, now).is_ok());
        }
        assert!(buckets.owners.len() <= OWNERS);
    }

    #[test]
    fn programs_wait_whole_seconds() {
        let wait = |milliseconds| whole_seconds(Duration::from_millis(milliseconds)).get();
        assert_eq!([wait(0), wait(1), wait(1_000), wait(1_001)], [1, 1, 1, 2]);
    }
}
