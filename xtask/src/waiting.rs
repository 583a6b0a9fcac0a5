//! Waiting for what takes time.

use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::error::Error;

/// From one look to the next.
const LOOK: Duration = Duration::from_millis(500);

/// Waits until it is so, and says what was waited for where it never is. Returns how long it took.
pub(crate) fn until(
    what: &str,
    patience: Duration,
    mut is_so: impl FnMut() -> Result<bool, Error>,
) -> Result<Duration, Error> {
    let start = Instant::now();
    while !is_so()? {
        if start.elapsed() > patience {
            return Err(Error::Other(format!("not within {} s: {what}", patience.as_secs())));
        }
        sleep(LOOK);
    }
    Ok(start.elapsed())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waiting_has_an_end() {
        let error = until("rain", Duration::ZERO, || Ok(false)).unwrap_err();
        assert_eq!(error.to_string(), "not within 0 s: rain");
        assert!(until("sun", Duration::ZERO, || Ok(true)).is_ok());
        let error = until("snow", Duration::ZERO, || Err(Error::Other("no sky".to_owned()))).unwrap_err();
        assert_eq!(error.to_string(), "no sky");
    }
}
