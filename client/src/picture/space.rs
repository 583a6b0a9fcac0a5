//! Waiting for space on a full disk: a finished picture may have taken hours.

use std::io::IsTerminal as _;
use std::time::{Duration, Instant};

use super::file::WriteError;
use crate::interrupt;

/// How long to wait if standard error is not a terminal, so that nobody may be there to make some.
const WAIT: Duration = Duration::from_secs(20);

/// How often it is tried again.
const TRY_AGAIN: Duration = Duration::from_millis(500);

/// Writes a finished picture. While the disk is full, it is tried again: on a terminal until Ctrl-C, elsewhere for 20 seconds.
/// `say` tells the person once what clipig waits for.
///
/// # Errors
/// As `write`, where waiting does not help.
pub fn wait_for<T>(
    mut write: impl FnMut() -> Result<T, WriteError>,
    say: impl FnOnce(String),
) -> Result<T, WriteError> {
    let (start, asked) = (Instant::now(), interrupt::asked());
    let waits = || std::io::stderr().is_terminal() || start.elapsed() < WAIT;
    let mut say = Some(say);
    loop {
        match write() {
            // A Ctrl-C before the picture was finished does not count here.
            Err(error) if error.is_full() && waits() && interrupt::asked() == asked => {
                if let Some(say) = say.take() {
                    say(format!(
                        "{error}; clipig waits until there is space, press Ctrl-C to give the picture up"
                    ));
                }
                std::thread::sleep(TRY_AGAIN);
            }
            outcome => return outcome,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Error, ErrorKind};

    use super::*;

    #[test]
    fn a_full_disk_is_waited_for_and_nothing_else() {
        let fails = |kind: ErrorKind| WriteError { path: "a.png".into(), error: Error::from(kind) };
        let mut tries = vec![Ok("written"), Err(fails(ErrorKind::StorageFull))];
        let mut said = String::new();
        let outcome = wait_for(|| tries.pop().unwrap(), |line| said = line);
        assert_eq!(outcome.unwrap(), "written");
        assert!(said.contains("cannot write a.png") && said.contains("waits until there is space"), "{said}");
        let refused = wait_for(|| Err::<(), _>(fails(ErrorKind::PermissionDenied)), |line| panic!("{line}"));
        assert!(refused.is_err());
    }
}
