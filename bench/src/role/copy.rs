//! The bare copy: as many bytes as an epoch moves, by as many processes, over the same kind of socket, with plain reads
//! and writes of buffers that hold everything.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};

use super::{apply_commands, report};
use crate::arguments::{HubRole, LeafRole};
use crate::error::BenchError;
use crate::machine;
use crate::socket::{Duplex, Listener, connect};

/// Sends the same bytes to every leaf and takes theirs, once for each epoch that is asked for. Each leaf has a thread
/// and a buffer of its own, so that all bytes are in memory when an epoch ends, as gradients are.
pub(super) fn play_hub(arguments: &HubRole) -> Result<(), BenchError> {
    let failed = || BenchError::at(arguments.listen.as_str());
    let listener = Listener::bind(&arguments.listen).map_err(failed())?;
    report(&format!("listening {}", listener.address().map_err(failed())?))?;
    let there: Arc<[u8]> = vec![1; arguments.there].into();
    let mut leaves = Vec::new();
    for _ in 0..arguments.leaves {
        let mut stream = listener.accept().map_err(failed())?;
        let mut number = [0; 8];
        stream.read_exact(&mut number).map_err(failed())?;
        let back = arguments.back.get(u64::from_le_bytes(number) as usize).copied();
        let back = vec![1; back.ok_or_else(|| BenchError::Wrong("a leaf has no bytes to send".to_owned()))?];
        let (start, starts) = channel();
        let (end, ends) = channel();
        let there = Arc::clone(&there);
        std::thread::spawn(move || exchange(stream, &there, back, &starts, &end));
        leaves.push((start, ends));
    }
    report("ready")?;
    apply_commands(|epochs| {
        for epoch in 0..epochs {
            let begun = machine::now();
            for (start, _) in &leaves {
                start.send(()).map_err(BenchError::wrong)?;
            }
            for (_, ends) in &leaves {
                ends.recv().map_err(BenchError::wrong)?.map_err(failed())?;
            }
            report(&format!("epoch {epoch} {begun} {}", machine::now()))?;
        }
        Ok(())
    })
}

fn exchange(
    mut stream: Box<dyn Duplex>,
    there: &[u8],
    mut back: Vec<u8>,
    starts: &Receiver<()>,
    end: &Sender<std::io::Result<()>>,
) {
    while starts.recv().is_ok() {
        let exchanged = stream.write_all(there).and_then(|()| stream.read_exact(&mut back));
        if end.send(exchanged).is_err() {
            return;
        }
    }
}

/// Takes bytes and sends some back, until the hub is gone.
pub(super) fn play_leaf(arguments: &LeafRole) -> Result<(), BenchError> {
    let mut stream = connect(&arguments.hub).map_err(BenchError::at(arguments.hub.as_str()))?;
    let number = arguments.number as u64;
    stream.write_all(&number.to_le_bytes()).map_err(BenchError::at(arguments.hub.as_str()))?;
    let mut buffer = vec![1; arguments.there.max(arguments.back)];
    // The hub ends a measurement by ending itself.
    while stream.read_exact(&mut buffer[..arguments.there]).is_ok() {
        if stream.write_all(&buffer[..arguments.back]).is_err() {
            break;
        }
    }
    Ok(())
}
