//! Counts the bytes between workers and their coordinator, by standing between them.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Bytes that are passed on at once.
const BUFFER: usize = 256 << 10;

/// Passes on what comes, in both directions, until the process ends.
pub(crate) struct Relay {
    address: SocketAddr,
    counts: Arc<Counts>,
}

#[derive(Default)]
struct Counts {
    to_workers: AtomicU64,
    from_workers: AtomicU64,
}

impl Relay {
    /// Stands before a coordinator at `127.0.0.1:PORT`.
    pub(crate) fn before(coordinator: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let (address, counts) = (listener.local_addr()?, Arc::new(Counts::default()));
        let counted = Arc::clone(&counts);
        std::thread::spawn(move || {
            for worker in listener.incoming() {
                // A worker that is not let through says so.
                if worker.and_then(|worker| join(worker, coordinator, &counted)).is_err() {
                    return;
                }
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
}

fn join(worker: TcpStream, coordinator: SocketAddr, counts: &Arc<Counts>) -> io::Result<()> {
    let coordinator = TcpStream::connect(coordinator)?;
    for stream in [&worker, &coordinator] {
        stream.set_nodelay(true)?;
    }
    let (there, back) = (Arc::clone(counts), Arc::clone(counts));
    let (from_worker, to_coordinator) = (worker.try_clone()?, coordinator.try_clone()?);
    std::thread::spawn(move || pass_on(coordinator, worker, &there.to_workers));
    std::thread::spawn(move || pass_on(from_worker, to_coordinator, &back.from_workers));
    Ok(())
}

/// Until one side ends, which the other one then hears.
fn pass_on(mut from: TcpStream, mut to: TcpStream, count: &AtomicU64) {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_passed_on_and_counted() {
        let coordinator = TcpListener::bind("127.0.0.1:0").unwrap();
        let relay = Relay::before(coordinator.local_addr().unwrap()).unwrap();
        let mut worker = TcpStream::connect(relay.address()).unwrap();
        let (mut accepted, _) = coordinator.accept().unwrap();
        worker.write_all(&[1; 1000]).unwrap();
        accepted.write_all(&vec![2; 300_000]).unwrap();
        let (mut up, mut down) = (vec![0; 1000], vec![0; 300_000]);
        accepted.read_exact(&mut up).unwrap();
        worker.read_exact(&mut down).unwrap();
        assert!(up == vec![1; 1000] && down == vec![2; 300_000]);
        drop(worker);
        assert_eq!(accepted.read(&mut up).unwrap(), 0, "the end is passed on, too");
        assert_eq!(relay.bytes(), [300_000, 1000]);
    }
}
