//! What a worker says, for the coordinator.

use clipig_core::{Fence, FromWorker, Held};

use super::fragments::{Fragments, decode};
use super::gradients::{ExpectedGradient, Gradients, PartialGradient};
use crate::convert::{failure, limited, listed, required};
use crate::entries;
use crate::limits::{REASON_BYTES, WARNINGS, WORKER_FRAGMENTS_BYTES};
use crate::v1::WorkerMessage;
use crate::v1::worker_message::Message as Said;
use crate::wire_error::{FragmentProblem, WireError};

/// Puts together what one worker says.
#[derive(Debug)]
pub struct WorkerAssembler {
    fragments: Fragments,
    gradients: Gradients,
}

impl Default for WorkerAssembler {
    fn default() -> Self {
        Self { fragments: Fragments::new(WORKER_FRAGMENTS_BYTES), gradients: Gradients::default() }
    }
}

impl WorkerAssembler {
    /// For a new session.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes a message; returns what it says, or completes.
    ///
    /// `expect` tells what is leased to this session: for other fences it gives `None`, and their gradients are
    /// passed over, since a lease may be revoked while its result is on the way. It is asked when a gradient begins.
    ///
    /// # Errors
    /// When the message breaks the rules of the protocol; nothing of it counts then.
    pub fn receive(
        &mut self,
        message: WorkerMessage,
        expect: impl FnOnce(Fence) -> Option<ExpectedGradient>,
    ) -> Result<Option<FromWorker>, WireError> {
        let said = match message.message.ok_or(WireError::Unknown)? {
            Said::Fragment(fragment) => match self.fragments.add(&fragment)? {
                None => return Ok(None),
                Some(whole) => {
                    let whole: WorkerMessage = decode(whole, entries::WORKER)?;
                    match whole.message.ok_or(WireError::Unknown)? {
                        Said::Fragment(_) | Said::GradientTiles(_) => {
                            return Err(WireError::Fragment(FragmentProblem::Nested));
                        }
                        said => said,
                    }
                }
            },
            said => said,
        };
        self.said(said, expect)
    }

    /// Passes over what else comes of the gradient under this fence: the lease was revoked.
    pub fn pass_over(&mut self, fence: Fence) {
        self.gradients.pass_over(fence);
    }

    /// Answers that have come to their end since the last call, and of which [`receive`](Self::receive) has returned
    /// nothing: their gradients were passed over, or did not keep to the rules.
    pub fn take_passed_over(&mut self) -> Vec<Fence> {
        self.gradients.take_passed_over()
    }

    /// Takes out what has come of gradients that are not complete: the connection has broken.
    pub fn take_partial(&mut self) -> Vec<PartialGradient> {
        self.gradients.take_partial()
    }

    /// Goes on with a gradient of an earlier connection, whose first tiles do not come again. The worker has to be told
    /// of it before it sends the rest.
    pub fn resume(&mut self, gradient: PartialGradient) {
        self.gradients.resume(gradient);
    }

    /// Memory held by what is not complete, in bytes.
    pub fn bytes(&self) -> usize {
        self.fragments.bytes() + self.gradients.bytes()
    }

    fn said(
        &mut self,
        said: Said,
        expect: impl FnOnce(Fence) -> Option<ExpectedGradient>,
    ) -> Result<Option<FromWorker>, WireError> {
        let complete = match said {
            Said::Computed(header) => {
                return Ok(self.gradients.open(header, expect)?.map(FromWorker::Computed));
            }
            Said::GradientTiles(tiles) => return Ok(self.gradients.add(tiles)?.map(FromWorker::Computed)),
            Said::Register(worker) => FromWorker::Register(worker.try_into()?),
            Said::Heartbeat(heartbeat) => FromWorker::Heartbeat(Vec::<Held>::try_from(heartbeat)?),
            Said::Prepared(result) => {
                listed(result.warnings.len(), WARNINGS, "warnings")?;
                let warnings = result.warnings.into_iter();
                FromWorker::Prepared {
                    fence: required(result.fence, "fence")?.into(),
                    prepared: required(result.prepared, "prepared")?.try_into()?,
                    warnings: warnings
                        .map(|warning| limited(warning, REASON_BYTES, "warnings"))
                        .collect::<Result<_, _>>()?,
                }
            }
            Said::Failed(failed) => {
                let (fence, error) = failure(failed)?;
                self.gradients.close(fence);
                FromWorker::Failed { fence, error }
            }
            Said::Returned(returned) => {
                let fence = required(returned.fence, "fence")?.into();
                let reason = limited(returned.reason, REASON_BYTES, "reason")?;
                self.gradients.close(fence);
                FromWorker::Returned { fence, reason }
            }
            Said::Draining(draining) => {
                FromWorker::Draining(limited(draining.reason, REASON_BYTES, "reason")?)
            }
            Said::Goodbye(_) => FromWorker::Goodbye,
            // One that came alone was put together before; one within another was refused.
            Said::Fragment(_) => return Err(WireError::Fragment(FragmentProblem::Nested)),
        };
        Ok(Some(complete))
    }
}
