//! Gradients from their tiles.

use std::collections::BTreeMap;

use clipig_core::{Computed, Fence, GradientSum, SampleReport, TileValues};
use clipig_telemetry::TraceContext;

use super::tiles;
use crate::convert::{node_reports, pixels, required};
use crate::limits::OPEN_GRADIENTS;
use crate::v1;
use crate::wire_error::{FieldProblem, TransferProblem, WireError, field};

/// What a gradient must be like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExpectedGradient {
    /// Pixels per row of the canvas.
    pub width: u32,
    /// Rows of the canvas.
    pub height: u32,
    /// Shards below the leased node.
    pub shards: u32,
    /// The greatest number of samples in a shard.
    pub shard_size: u32,
}

/// The transfers of gradients under way in one session.
#[derive(Debug, Default)]
pub(super) struct Gradients {
    open: BTreeMap<Fence, Transfer>,
    /// Transfers that have come to their end without a result.
    passed_over: Vec<Fence>,
}

/// What has arrived of a gradient on a connection that broke.
#[derive(Debug)]
pub struct PartialGradient {
    fence: Fence,
    transfer: Transfer,
}

impl PartialGradient {
    /// Of the lease.
    pub fn fence(&self) -> Fence {
        self.fence
    }

    /// Tiles that have arrived: the first ones, in the order in which the worker sends them.
    pub fn tiles(&self) -> u32 {
        self.transfer.result.as_ref().map_or(0, |computed| computed.gradient.tile_count() as u32)
    }
}

#[derive(Debug)]
struct Transfer {
    /// Tiles still to come.
    left: usize,
    /// `None` where nobody waits for the gradient any more: its tiles are passed over.
    result: Option<Computed>,
}

impl Gradients {
    /// Opens a transfer. It is complete already where there are no tiles.
    pub(super) fn open(
        &mut self,
        header: v1::ComputedHeader,
        expect: impl FnOnce(Fence) -> Option<ExpectedGradient>,
    ) -> Result<Option<Computed>, WireError> {
        let fence = required(header.fence, "fence")?.into();
        let problem = |problem| WireError::Gradient { fence, problem };
        if self.open.contains_key(&fence) {
            return Err(problem(TransferProblem::Opened));
        }
        if self.open.len() >= OPEN_GRADIENTS {
            return Err(problem(TransferProblem::TooMany(OPEN_GRADIENTS)));
        }
        let [width, height] = pixels(header.resolution)?.map(|side| side as usize);
        let left = header.tile_count as usize;
        let gradient = GradientSum::new(width, height);
        let canvas = gradient.grid().count();
        if left > canvas {
            return Err(problem(TransferProblem::Count { canvas, found: left }));
        }
        if !header.seconds.is_finite() || header.seconds < 0.0 {
            return Err(field("seconds", FieldProblem::Invalid(format!("{}", header.seconds))));
        }
        let Some(expected) = expect(fence) else {
            // The lease was revoked while its result was on the way.
            if left > 0 {
                self.open.insert(fence, Transfer { left, result: None });
            } else {
                self.passed_over.push(fence);
            }
            return Ok(None);
        };
        if [expected.width as usize, expected.height as usize] != [width, height] {
            let expected = format!("{}×{}", expected.width, expected.height);
            return Err(problem(TransferProblem::Size { expected, found: format!("{width}×{height}") }));
        }
        let reports = reports(header.reports, expected, fence)?;
        let trace = TraceContext::parse(&header.traceparent);
        let result = Computed { fence, gradient, reports, seconds: header.seconds, trace };
        if left == 0 {
            return Ok(Some(result));
        }
        self.open.insert(fence, Transfer { left, result: Some(result) });
        Ok(None)
    }

    /// Adds tiles; the whole with the last.
    pub(super) fn add(&mut self, message: v1::GradientTiles) -> Result<Option<Computed>, WireError> {
        let fence = required(message.fence, "fence")?.into();
        let problem = |problem| WireError::Gradient { fence, problem };
        let tiles = required(message.tiles, "tiles")?;
        let transfer = self.open.get_mut(&fence).ok_or(problem(TransferProblem::NotOpened))?;
        let tiles = tiles::checked(tiles, transfer.left).map_err(problem)?;
        let mut outcome = Ok(());
        for (number, bytes) in tiles {
            transfer.left -= 1;
            if let Some(computed) = &mut transfer.result
                && let Err(why) = insert(&mut computed.gradient, number, &bytes)
            {
                // What else comes of it is of no use, but has to be told from what was never announced.
                transfer.result = None;
                outcome = Err(problem(why));
            }
        }
        let complete = if transfer.left == 0 { self.open.remove(&fence) } else { None };
        if complete.as_ref().is_some_and(|transfer| transfer.result.is_none()) {
            self.passed_over.push(fence);
        }
        outcome.map(|()| complete?.result)
    }

    /// Transfers that have come to their end without a result since the last call.
    pub(super) fn take_passed_over(&mut self) -> Vec<Fence> {
        std::mem::take(&mut self.passed_over)
    }

    /// Takes out the transfers that somebody still waits for.
    pub(super) fn take_partial(&mut self) -> Vec<PartialGradient> {
        let open = std::mem::take(&mut self.open).into_iter();
        let wanted = open.filter(|(_, transfer)| transfer.result.is_some());
        wanted.map(|(fence, transfer)| PartialGradient { fence, transfer }).collect()
    }

    /// Goes on with a transfer.
    pub(super) fn resume(&mut self, PartialGradient { fence, transfer }: PartialGradient) {
        self.open.insert(fence, transfer);
    }

    /// Passes over what else comes under this fence.
    pub(super) fn pass_over(&mut self, fence: Fence) {
        if let Some(transfer) = self.open.get_mut(&fence) {
            transfer.result = None;
        }
    }

    /// The sender will send nothing more under this fence.
    pub(super) fn close(&mut self, fence: Fence) {
        self.open.remove(&fence);
    }

    /// Bytes held.
    pub(super) fn bytes(&self) -> usize {
        self.open.values().filter_map(|transfer| Some(transfer.result.as_ref()?.gradient.bytes())).sum()
    }
}

fn insert(gradient: &mut GradientSum, number: usize, bytes: &[u8]) -> Result<(), TransferProblem> {
    tiles::area(gradient.grid(), number, bytes)?;
    let mut finite = true;
    let count = bytes.len() / size_of::<f32>();
    let values = TileValues::written(count, |values| finite = tiles::read(bytes, values));
    if !finite {
        return Err(TransferProblem::NotFinite { number });
    }
    gradient.insert_tile(number, values).map_err(|error| TransferProblem::Tile { number, error })
}

/// The reports of the node's shards. Their number is checked before memory is taken for them.
fn reports(
    wire: Option<v1::Reports>,
    expected: ExpectedGradient,
    fence: Fence,
) -> Result<Vec<Vec<SampleReport>>, WireError> {
    let wire = required(wire, "reports")?;
    let ExpectedGradient { shards, shard_size, .. } = expected;
    let most = wire.samples.iter().copied().max().unwrap_or(0);
    if wire.samples.len() != shards as usize || most > shard_size {
        let expected = format!("{shards} shards of at most {shard_size} samples");
        let found = format!("{} shards of at most {most} samples", wire.samples.len());
        return Err(WireError::Gradient { fence, problem: TransferProblem::Reports { expected, found } });
    }
    node_reports(&wire)
}
