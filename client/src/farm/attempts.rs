//! When a call to a farm is made again.

use std::time::Duration;

use clipig_proto::backoff::Backoff;
use tonic::{Response, Status};

use super::connection::{Client, Connection, is_passing};
use super::failure::{FarmFailure, reason};
use super::figures::Figures;
use super::wire::GetFarmRequest;

/// The longest time that the farm may name and that a command waits.
const PATIENCE: Duration = Duration::from_secs(5);

/// How often a call is attempted, for about 6 seconds in all.
const ATTEMPTS: u32 = 6;

impl Connection {
    /// Makes a call that may be repeated. [`Attempts`] says when it is.
    /// An answer with a figure that is not finite is refused.
    pub(crate) async fn call<T: Figures, Q: Clone>(
        &self,
        request: Q,
        call: impl AsyncFn(Client, Q) -> Result<Response<T>, Status>,
    ) -> Result<T, FarmFailure> {
        let mut attempts = Attempts::of(self, ATTEMPTS);
        loop {
            match call(self.client(), request.clone()).await {
                Ok(response) => {
                    let answer = response.into_inner();
                    return answer.check().map(|()| answer);
                }
                Err(status) => attempts.wait_after(&status).await?,
            }
        }
    }
}

/// The attempts at one call. It is made again if the connection breaks or the farm is about to start, and after the time that
/// the farm names where it was one call too many.
///
/// After some failures in a row the call fails. If the connection is [persistent](Connection::persistent), only failures count
/// while the farm answers other calls. While it answers none, it is waited for, however long that takes.
pub(super) struct Attempts<'a> {
    connection: &'a Connection,
    backoff: Backoff,
    /// So many failures in a row are enough.
    most: u32,
}

impl<'a> Attempts<'a> {
    pub(super) fn of(connection: &'a Connection, most: u32) -> Self {
        Self { connection, backoff: Backoff::default(), most }
    }

    /// There was progress: earlier failures do not count any more.
    pub(super) fn succeeded(&mut self) {
        self.backoff.succeeded();
    }

    /// Waits until the next attempt.
    ///
    /// # Errors
    /// If there is to be none.
    pub(super) async fn wait_after(&mut self, status: &Status) -> Result<(), FarmFailure> {
        let told = clipig_proto::status::retry_after(status).filter(|wait| *wait <= PATIENCE);
        let passes = is_passing(status);
        if passes && was_away(self.connection).await {
            self.backoff.succeeded();
            return Ok(());
        }
        if !(passes || told.is_some()) || self.backoff.failed() >= self.most {
            return Err(self.connection.failure(status));
        }
        tracing::debug!(%status, "trying again");
        tokio::time::sleep(told.unwrap_or_default() + self.backoff.pause()).await;
        Ok(())
    }
}

/// Waits until the farm of a persistent connection answers; `false` if it does so at once.
async fn was_away(connection: &Connection) -> bool {
    let Some(tell) = connection.listener() else { return false };
    let mut backoff = Backoff::default();
    let mut away = false;
    loop {
        match connection.client().get_farm(GetFarmRequest {}).await {
            Err(status) if is_passing(&status) => {
                if !std::mem::replace(&mut away, true) {
                    tell(&lost(&reason(&status)));
                }
                backoff.failed();
                tokio::time::sleep(backoff.pause()).await;
            }
            // Whatever it answers: somebody is there.
            _ => {
                if away {
                    tell(BACK);
                }
                return away;
            }
        }
    }
}

/// What is said when the farm goes away, …
pub(crate) fn lost(why: &str) -> String {
    format!("the connection is lost ({why}); trying to reach the farm again …")
}

/// … and when it is back.
pub(crate) const BACK: &str = "the farm is back";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arguments::AccessArguments;
    use crate::farm::stand_in::{StandIn, State};

    #[tokio::test]
    async fn a_farm_that_is_there_is_not_waited_for() {
        let farm = StandIn::start(State::default());
        let connection = Connection::open(&farm.address, &AccessArguments::default()).await.unwrap();
        let connection = connection.persistent(|line| panic!("it was never away: {line}"));
        let mut attempts = Attempts::of(&connection, 2);
        let status = Status::unavailable("the disk is slow");
        attempts.wait_after(&status).await.unwrap();
        assert_eq!(attempts.wait_after(&status).await.unwrap_err().to_string(), "the disk is slow");
        // What does not pass fails at once.
        let mut attempts = Attempts::of(&connection, 2);
        assert!(attempts.wait_after(&Status::not_found("no")).await.is_err());
    }
}
