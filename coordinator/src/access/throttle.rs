//! How many refused logins of a peer are written down: a burst, then some per minute. A flood of wrong tokens must not
//! fill the audit log or keep the disk busy. Valid tokens are never throttled, so nobody can lock others out.

use std::collections::HashMap;
use std::net::IpAddr;
use std::time::{Duration, Instant};

use crate::quotas::bucket::{Bucket, Pace};

/// Refusals of one network that are written down at once.
const BURST: f64 = 10.0;

/// From one to the next after that.
const EVERY: Duration = Duration::from_secs(6);

/// How many of one network are written down.
const PACE: Pace = Pace { every: EVERY.as_secs() as f64, most: BURST };

/// The same for all networks together.
const TOTAL: Pace = Pace { every: 0.6, most: 100.0 };

/// Networks that are remembered.
const NETWORKS: usize = 10_000;

/// What is left of a network's share.
#[derive(Clone, Copy, Debug)]
struct Network {
    bucket: Bucket,
    /// When it was refused last.
    seen: Instant,
    /// What was not written down since the last time.
    passed_over: u64,
}

/// Counts refused logins.
#[derive(Debug)]
pub(super) struct Throttle {
    total: Bucket,
    networks: HashMap<Option<IpAddr>, Network>,
    /// When quiet networks were forgotten.
    tidied: Instant,
}

impl Throttle {
    pub(super) fn new(now: Instant) -> Self {
        Self { total: Bucket::full(TOTAL, now), networks: HashMap::new(), tidied: now }
    }

    /// Shall a refusal be written down? Then, how many of this network were not since the last one.
    pub(super) fn admit(&mut self, network: Option<IpAddr>, now: Instant) -> Option<u64> {
        if !self.networks.contains_key(&network) && self.networks.len() >= NETWORKS {
            // Those that have been quiet for a while are as good as new. Looked for not too often, because they are many.
            let quiet = EVERY * BURST as u32;
            if now.saturating_duration_since(self.tidied) >= EVERY {
                self.networks.retain(|_, known| now.saturating_duration_since(known.seen) < quiet);
                self.tidied = now;
            }
            if self.networks.len() >= NETWORKS {
                return None;
            }
        }
        let fresh = || Network { bucket: Bucket::full(PACE, now), seen: now, passed_over: 0 };
        let known = self.networks.entry(network).or_insert_with(fresh);
        known.seen = now;
        // One that has none left takes nothing from the others.
        let taken = known.bucket.take_one(PACE, now).is_ok() && self.total.take_one(TOTAL, now).is_ok();
        if !taken {
            known.passed_over += 1;
            return None;
        }
        Some(std::mem::take(&mut known.passed_over))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(number: u32) -> IpAddr {
        std::net::Ipv4Addr::from(number).into()
    }

    #[test]
    fn a_burst_is_written_down_and_then_one_from_time_to_time() {
        let start = Instant::now();
        let mut throttle = Throttle::new(start);
        let burst = (0..1_000).filter(|_| throttle.admit(Some(network(1)), start).is_some()).count();
        assert_eq!(burst, 10);
        // Another network has a burst of its own.
        assert_eq!(throttle.admit(Some(network(2)), start), Some(0));
        assert_eq!(throttle.admit(Some(network(1)), start + EVERY), Some(990));
        assert_eq!(throttle.admit(Some(network(1)), start + EVERY), None);
        assert_eq!(throttle.admit(Some(network(1)), start + EVERY * 100), Some(1));
    }

    #[test]
    fn many_networks_together_are_bounded() {
        let start = Instant::now();
        let mut throttle = Throttle::new(start);
        let kept =
            (0..30_000).filter(|number| throttle.admit(Some(network(*number)), start).is_some()).count();
        assert_eq!(kept, 100);
        assert!(throttle.networks.len() <= NETWORKS);
        // Afterwards others are remembered again.
        let later = start + Duration::from_hours(1);
        assert_eq!(throttle.admit(Some(network(90_000)), later), Some(0));
        assert_eq!(throttle.networks.len(), 1);
    }
}
