//! How many connections there may be, and which of them gives way.
//!
//! A connection is *known* as soon as its peer has made a call with a valid token. Until then it is a stranger: it is
//! closed after a while, and when there is no room the oldest stranger makes some. A known one is never closed for
//! another one.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::net::{IpAddr, Ipv6Addr};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use crate::metrics::{Metrics, RefusedConnection};

/// The least time between two warnings about refused connections.
const WARN_EVERY: Duration = Duration::from_secs(10);

/// Bits of an IPv6 address that one customer has for themselves: /64 is what providers give out.
const IPV6_PREFIX: u128 = !0 << 64;

/// How many connections there may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ConnectionLimits {
    /// In all.
    pub(crate) total: usize,
    /// From one address.
    pub(crate) per_peer: usize,
}

/// Who a connection is counted for; `None`: a process of this machine, over a Unix socket.
type Host = Option<IpAddr>;

/// All open connections of some listeners.
pub(crate) struct Connections {
    limits: ConnectionLimits,
    metrics: Arc<Metrics>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    next: u64,
    open: HashMap<u64, Open>,
    /// Strangers, the oldest first.
    strangers: BTreeSet<u64>,
    hosts: HashMap<Host, OfHost>,
    refused: Refused,
}

struct Open {
    host: Host,
    evict: oneshot::Sender<()>,
}

/// The connections of one host.
#[derive(Default)]
struct OfHost {
    open: HashSet<u64>,
    strangers: BTreeSet<u64>,
}

/// What was refused since the last warning.
#[derive(Default)]
struct Refused {
    warned: Option<Instant>,
    since: u64,
}

/// Room for one connection, until it is dropped.
pub(crate) struct Place {
    connections: Arc<Connections>,
    number: u64,
    known: AtomicBool,
}

/// Why there is no room.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NoRoom {
    /// For this peer.
    #[error(
        "its address has {0} connections, which is as many as one may have (`limits.connections_per_peer`)"
    )]
    Peer(usize),
    /// For anybody.
    #[error("{0} connections are open, which is as many as this farm takes (`limits.connections`)")]
    Total(usize),
}

impl Connections {
    pub(crate) fn new(limits: ConnectionLimits, metrics: Arc<Metrics>) -> Arc<Self> {
        Arc::new(Self { limits, metrics, state: Mutex::default() })
    }

    /// Room for a connection from this address. The receiver resolves when the connection has to make room.
    ///
    /// # Errors
    /// Where there is no room and no stranger that could make some.
    pub(crate) fn admit(
        self: &Arc<Self>,
        address: Option<IpAddr>,
    ) -> Result<(Arc<Place>, oneshot::Receiver<()>), NoRoom> {
        let host = address.map(host);
        let mut state = self.lock();
        // A Unix socket has one user, and workers behind it may be many.
        let of_host = state.hosts.get(&host).filter(|_| host.is_some());
        if of_host.is_some_and(|of_host| of_host.open.len() >= self.limits.per_peer) {
            let oldest = of_host.and_then(|of_host| of_host.strangers.first().copied());
            let Some(oldest) = oldest else {
                return Err(self.refuse(&mut state, NoRoom::Peer(self.limits.per_peer), address));
            };
            self.evict(&mut state, oldest);
        } else if state.open.len() >= self.limits.total {
            let Some(oldest) = state.strangers.first().copied() else {
                return Err(self.refuse(&mut state, NoRoom::Total(self.limits.total), address));
            };
            self.evict(&mut state, oldest);
        }
        let number = state.next;
        state.next += 1;
        let (evict, evicted) = oneshot::channel();
        state.open.insert(number, Open { host, evict });
        state.strangers.insert(number);
        let of_host = state.hosts.entry(host).or_default();
        of_host.open.insert(number);
        of_host.strangers.insert(number);
        self.show(&state);
        let place = Place { connections: Arc::clone(self), number, known: AtomicBool::new(false) };
        Ok((Arc::new(place), evicted))
    }

    /// A stranger has not made a call in time.
    pub(crate) fn count_silent(&self) {
        self.metrics.refused_connections(RefusedConnection::NoCall);
    }

    fn refuse(&self, state: &mut State, reason: NoRoom, address: Option<IpAddr>) -> NoRoom {
        self.metrics.refused_connections(match reason {
            NoRoom::Peer(_) => RefusedConnection::Peer,
            NoRoom::Total(_) => RefusedConnection::Total,
        });
        let refused = &mut state.refused;
        refused.since += 1;
        if refused.warned.is_none_or(|warned| warned.elapsed() >= WARN_EVERY) {
            let peer =
                address.map_or_else(|| "a process of this machine".to_owned(), |peer| peer.to_string());
            let connections = refused.since;
            tracing::warn!(peer, connections, "connections were refused, the last one because {reason}");
            *refused = Refused { warned: Some(Instant::now()), since: 0 };
        }
        reason
    }

    fn evict(&self, state: &mut State, number: u64) {
        self.metrics.refused_connections(RefusedConnection::Evicted);
        if let Some(open) = state.remove(number) {
            // The error means that it has just ended.
            let _ = open.evict.send(());
        }
    }

    fn show(&self, state: &State) {
        let strangers = state.strangers.len();
        self.metrics.set_connections(state.open.len() - strangers, strangers);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn remove(&mut self, number: u64) -> Option<Open> {
        let open = self.open.remove(&number)?;
        self.strangers.remove(&number);
        if let Some(of_host) = self.hosts.get_mut(&open.host) {
            of_host.open.remove(&number);
            of_host.strangers.remove(&number);
            if of_host.open.is_empty() {
                self.hosts.remove(&open.host);
            }
        }
        Some(open)
    }
}

impl Place {
    /// The peer has shown a valid token.
    pub(crate) fn make_known(&self) {
        if self.known.swap(true, Ordering::Relaxed) {
            return;
        }
        let mut state = self.connections.lock();
        let Some(host) = state.open.get(&self.number).map(|open| open.host) else { return };
        state.strangers.remove(&self.number);
        if let Some(of_host) = state.hosts.get_mut(&host) {
            of_host.strangers.remove(&self.number);
        }
        self.connections.show(&state);
    }

    /// Has the peer shown a valid token?
    pub(crate) fn is_known(&self) -> bool {
        self.known.load(Ordering::Relaxed)
    }

    pub(crate) fn connections(&self) -> &Connections {
        &self.connections
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut state = self.connections.lock();
        state.remove(self.number);
        self.connections.show(&state);
    }
}

/// What counts as one peer: an IPv4 address, or an IPv6 network.
fn host(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & IPV6_PREFIX)),
        address @ IpAddr::V4(_) => address,
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn connections(total: usize, per_peer: usize) -> Arc<Connections> {
        Connections::new(ConnectionLimits { total, per_peer }, Arc::default())
    }

    #[expect(clippy::unnecessary_wraps, reason = "as connections have it")]
    fn address(text: &str) -> Option<IpAddr> {
        Some(text.parse().unwrap())
    }

    #[test]
    fn one_peer_cannot_take_all_connections() {
        let connections = connections(100, 2);
        let admit = |from: &str| connections.admit(address(from));
        let (first, mut evicted) = admit("10.0.0.1").unwrap();
        let (second, _) = admit("10.0.0.1").unwrap();
        first.make_known();
        // The stranger makes room, the known one stays.
        let (third, _) = admit("::ffff:10.0.0.1").unwrap();
        third.make_known();
        assert!(evicted.try_recv().is_err());
        assert_eq!(admit("10.0.0.1").err(), Some(NoRoom::Peer(2)));
        assert!(admit("10.0.0.2").is_ok());
        // The evicted connection ends a moment later, and is not counted twice.
        drop(second);
        assert_eq!(admit("10.0.0.1").err(), Some(NoRoom::Peer(2)));
        drop(third);
        assert!(admit("10.0.0.1").is_ok());
    }

    #[test]
    fn an_ipv6_network_is_one_peer() {
        let connections = connections(100, 1);
        let (known, _evicted) = connections.admit(address("2001:db8::1")).unwrap();
        known.make_known();
        assert!(connections.admit(address("2001:db8::2")).is_err());
        assert!(connections.admit(address("2001:db8:0:1::1")).is_ok());
    }

    #[test]
    fn strangers_make_room_for_others_and_known_peers_do_not() {
        let connections = connections(3, 3);
        let unix: Vec<_> = (0..3).map(|_| connections.admit(None).unwrap()).collect();
        unix[0].0.make_known();
        let (newcomer, _) = connections.admit(address("10.0.0.1")).unwrap();
        newcomer.make_known();
        let mut evicted = unix.into_iter().map(|(place, evicted)| (place.is_known(), evicted));
        let (is_known, mut told) = evicted.next().unwrap();
        assert!(is_known && told.try_recv().is_err());
        let (is_known, mut told) = evicted.next().unwrap();
        assert!(!is_known && told.try_recv().is_ok());
        drop(evicted);
        assert_eq!(connections.lock().open.len(), 1, "what has ended is not counted");
        assert!(connections.lock().hosts.contains_key(&address("10.0.0.1")));
    }
}
