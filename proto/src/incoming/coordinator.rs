//! What the coordinator says, for a worker.

use std::sync::Arc;

use clipig_core::{JobBrief, JobRevision, ToWorker};

use super::canvases::Canvases;
use super::fragments::{Fragments, decode};
use crate::convert::{limited, required};
use crate::entries;
use crate::limits::{COORDINATOR_FRAGMENTS_BYTES, REASON_BYTES};
use crate::v1::CoordinatorMessage;
use crate::v1::coordinator_message::Message as Said;
use crate::wire_error::{FragmentProblem, WireError};

/// Puts together what the coordinator says in one session.
#[derive(Debug)]
pub struct CoordinatorAssembler {
    fragments: Fragments,
    canvases: Canvases,
}

impl Default for CoordinatorAssembler {
    fn default() -> Self {
        Self { fragments: Fragments::new(COORDINATOR_FRAGMENTS_BYTES), canvases: Canvases::default() }
    }
}

impl CoordinatorAssembler {
    /// For a new session.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes a message; returns what it says, or completes.
    ///
    /// # Errors
    /// When the message breaks the rules of the protocol; nothing of it counts then.
    pub fn receive(&mut self, message: CoordinatorMessage) -> Result<Option<ToWorker>, WireError> {
        let said = match message.message.ok_or(WireError::Unknown)? {
            Said::Fragment(fragment) => match self.fragments.add(&fragment)? {
                None => return Ok(None),
                Some(whole) => {
                    let whole: CoordinatorMessage = decode(whole, entries::COORDINATOR)?;
                    match whole.message.ok_or(WireError::Unknown)? {
                        Said::Fragment(_) | Said::CanvasPixels(_) | Said::CanvasTiles(_) => {
                            return Err(WireError::Fragment(FragmentProblem::Nested));
                        }
                        said => said,
                    }
                }
            },
            said => said,
        };
        self.said(said)
    }

    /// Memory held by what is not complete, in bytes.
    pub fn bytes(&self) -> usize {
        self.fragments.bytes() + self.canvases.bytes()
    }

    fn said(&mut self, said: Said) -> Result<Option<ToWorker>, WireError> {
        let complete = match said {
            Said::Canvas(header) => {
                self.canvases.open(header)?;
                return Ok(None);
            }
            // Nothing, and what the connection alone is concerned with.
            Said::KeepAlive(_) | Said::Resume(_) | Said::Receipt(_) => return Ok(None),
            Said::CanvasPixels(pixels) => return Ok(self.canvases.add(&pixels)?.map(ToWorker::Canvas)),
            Said::CanvasTilesHeader(header) => {
                return Ok(self.canvases.open_tiles(header)?.map(ToWorker::Tiles));
            }
            Said::CanvasTiles(tiles) => return Ok(self.canvases.add_tiles(tiles)?.map(ToWorker::Tiles)),
            Said::Welcome(welcome) => ToWorker::Welcome(welcome.try_into()?),
            Said::Refuse(refuse) => ToWorker::Refuse(limited(refuse.reason, REASON_BYTES, "reason")?),
            Said::Open(brief) => ToWorker::Open(Arc::new(JobBrief::try_from(brief)?)),
            Said::Lease(lease) => ToWorker::Lease(lease.try_into()?),
            Said::Revoke(revoke) => ToWorker::Revoke(required(revoke.fence, "fence")?.into()),
            Said::Close(close) => {
                let revision: JobRevision = required(close.revision, "revision")?.into();
                self.canvases.close(revision);
                ToWorker::Close(revision)
            }
            Said::Drain(drain) => ToWorker::Drain(limited(drain.reason, REASON_BYTES, "reason")?),
            // One that came alone was put together before; one within another was refused.
            Said::Fragment(_) => return Err(WireError::Fragment(FragmentProblem::Nested)),
        };
        Ok(Some(complete))
    }
}
