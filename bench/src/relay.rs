//! Stands between workers and what they connect to: counts bytes and connections, and passes bytes on later, as a distance
//! does.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::{Duration, Instant};

/// Bytes that are passed on at once.
const BUFFER: usize = 256 << 10;

/// Pieces that may be on their way. More than any connection here has in 20 ms, so only the time is felt.
const PIECES: usize = 4_096;

/// Passes on what comes, in both directions, until the process ends.
pub(crate) struct Relay {
    address: SocketAddr,
    counts: Arc<Counts>,
}

#[derive(Default)]
struct Counts {
    connections: AtomicU64,
    to_workers: AtomicU64,
    from_workers: AtomicU64,
}

impl Relay {
    /// Stands before a coordinator, or a proxy, at `127.0.0.1:PORT`. Bytes arrive so much later, each way.
    pub(crate) fn before(coordinator: SocketAddr, delay: Duration) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let (address, counts) = (listener.local_addr()?, Arc::new(Counts::default()));
        let counted = Arc::clone(&counts);
        std::thread::spawn(move || {
            for worker in listener.incoming() {
                let Ok(worker) = worker else { continue };
                counted.connections.fetch_add(1, Ordering::Relaxed);
                // A worker that is not let through hears that its connection has ended. It may come again.
                let _ = join(worker, coordinator, &counted, delay);
            }
        });
        Ok(Self { address, counts })
    }

    /// Where workers connect to.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Bytes so far: to workers, from workers.
    pub(crate) fn bytes(&self) -> [u64; 2] {
        [&self.counts.to_workers, &self.counts.from_workers].map(|count| count.load(Ordering::Relaxed))
    }

    /// Connections that workers have made so far.
    pub(crate) fn connections(&self) -> u64 {
        self.counts.connections.load(Ordering::Relaxed)
    }
}

fn join(worker: TcpStream, coordinator: SocketAddr, counts: &Arc<Counts>, delay: Duration) -> io::Result<()> {
    let coordinator = TcpStream::connect(coordinator)?;
    for stream in [&worker, &coordinator] {
        stream.set_nodelay(true)?;
    }
    let (there, back) = (Arc::clone(counts), Arc::clone(counts));
    let (from_worker, to_coordinator) = (worker.try_clone()?, coordinator.try_clone()?);
    std::thread::spawn(move || pass_on(coordinator, worker, &there.to_workers, delay));
    std::thread::spawn(move || pass_on(from_worker, to_coordinator, &back.from_workers, delay));
    Ok(())
}

/// Until one side ends, which the other one then hears.
fn pass_on(mut from: TcpStream, mut to: TcpStream, count: &AtomicU64, delay: Duration) {
    if !delay.is_zero() {
        return pass_on_later(from, to, count, delay);
    }
    let mut buffer = vec![0; BUFFER];
    while let Ok(length @ 1..) = from.read(&mut buffer) {
        if to.write_all(&buffer[..length]).is_err() {
            break;
        }
        count.fetch_add(length as u64, Ordering::Relaxed);
    }
    // It may be over already.
    let _ = to.shutdown(Shutdown::Write);
}

fn pass_on_later(mut from: TcpStream, to: TcpStream, count: &AtomicU64, delay: Duration) {
    let (send, pieces) = sync_channel(PIECES);
    std::thread::spawn(move || deliver(to, &pieces));
    let mut buffer = vec![0; BUFFER];
    while let Ok(length @ 1..) = from.read(&mut buffer) {
        if send.send((Instant::now() + delay, buffer[..length].to_vec())).is_err() {
            break;
        }
        count.fetch_add(length as u64, Ordering::Relaxed);
    }
}

/// Writes each piece when it is due.
fn deliver(mut to: TcpStream, pieces: &Receiver<(Instant, Vec<u8>)>) {
    for (due, piece) in pieces {
        std::thread::sleep(due.saturating_duration_since(Instant::now()));
        if to.write_all(&piece).is_err() {
            break;
        }
    }
    // It may be over already.
    let _ = to.shutdown(Shutdown::Write);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_passed_on_and_counted() {
        for delay in [Duration::ZERO, Duration::from_millis(20)] {
            let coordinator = TcpListener::bind("127.0.0.1:0").unwrap();
            let relay = Relay::before(coordinator.local_addr().unwrap(), delay).unwrap();
            let mut worker = TcpStream::connect(relay.address()).unwrap();
            let (mut accepted, _) = coordinator.accept().unwrap();
            let start = Instant::now();
            worker.write_all(&[1; 1000]).unwrap();
            let (mut up, mut down) = (vec![0; 1000], vec![0; 300_000]);
            accepted.read_exact(&mut up).unwrap();
            accepted.write_all(&vec![2; 300_000]).unwrap();
            worker.read_exact(&mut down).unwrap();
            assert!(start.elapsed() >= 2 * delay, "{:?}", start.elapsed());
            assert!(up == vec![1; 1000] && down == vec![2; 300_000]);
            drop(worker);
            assert_eq!(accepted.read(&mut up).unwrap(), 0, "the end is passed on, too");
            assert_eq!((relay.bytes(), relay.connections()), ([300_000, 1000], 1));
        }
    }

    #[test]
    fn a_worker_that_is_not_let_through_ends_nothing_for_others() {
        // Nobody else asks for ports at this address, so it stays free in between.
        let coordinator = TcpListener::bind("127.0.0.77:0").unwrap();
        let address = coordinator.local_addr().unwrap();
        drop(coordinator);
        let relay = Relay::before(address, Duration::ZERO).unwrap();
        let mut first = TcpStream::connect(relay.address()).unwrap();
        assert!(matches!(first.read(&mut [0]), Ok(0) | Err(_)), "it hears that nobody is there");
        let coordinator = TcpListener::bind(address).unwrap();
        let mut second = TcpStream::connect(relay.address()).unwrap();
        second.write_all(b"hello").unwrap();
        coordinator.set_nonblocking(true).unwrap();
        let deadline = Instant::now() + Duration::from_mins(1);
        let mut accepted = loop {
            match coordinator.accept() {
                Ok((accepted, _)) => break accepted,
                Err(_) => assert!(Instant::now() < deadline, "the relay lets nobody through any more"),
            }
            std::thread::sleep(Duration::from_millis(1));
        };
        accepted.set_nonblocking(false).unwrap();
        let mut heard = [0; 5];
        accepted.read_exact(&mut heard).unwrap();
        assert_eq!(&heard, b"hello");
        assert_eq!(relay.connections(), 2);
    }
}
