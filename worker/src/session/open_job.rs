//! A job that a session knows.
//!
//! ```text
//!             Fetch             content arrived
//!  Known ───────────▶ Fetching ────────────────▶ Ready
//!    ▲                   │
//!    └───did not arrive──┘   (the error is kept; a later lease tries again)
//! ```
//!
//! The weights of its models come after that, each when a lease needs it first.

use std::collections::BTreeMap;
use std::sync::Arc;

use clipig_core::{
    CanvasTiles, CanvasView, ComputeJob, Epoch, EpochPlan, EpochValues, JobBrief, Stage, TileError,
    TiledCanvas,
};
use clipig_experiment::Scope;
use clipig_schedule::plan;

use super::{FetchError, Request};

/// What a session knows of a job.
#[derive(Debug)]
pub(super) struct OpenJob {
    brief: Arc<JobBrief>,
    content: Content,
    /// What came last of a canvas, and what is computed from it.
    canvas: Option<(Stage, CanvasView)>,
    /// The plan that was needed last: a session computes several nodes of an epoch.
    planned: Option<(Epoch, EpochValues, Planned)>,
}

/// Experiment and assets.
#[derive(Debug)]
enum Content {
    Known(Known),
    Fetching(Fetching),
    Ready(Ready),
}

/// Not at hand; why not, where that was tried.
#[derive(Debug)]
struct Known {
    error: Option<FetchError>,
}

/// On its way.
#[derive(Debug)]
struct Fetching {
    request: Request,
}

/// At hand.
#[derive(Debug)]
struct Ready {
    job: Arc<ComputeJob>,
    /// Weights that are on their way, by the place of their model.
    coming: BTreeMap<usize, Request>,
}

/// What a request is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    /// Experiment and assets.
    Content,
    /// The weights of the model at this place.
    Model(usize),
}

/// The plan of an epoch, and the variables that its shards are computed with.
#[derive(Clone, Debug)]
pub(super) struct Planned {
    pub(super) plan: Arc<EpochPlan>,
    pub(super) scope: Scope,
}

impl OpenJob {
    pub(super) fn new(brief: Arc<JobBrief>) -> Self {
        Self { brief, content: Content::Known(Known { error: None }), canvas: None, planned: None }
    }

    /// What there is of the canvas of a stage.
    pub(super) fn canvas(&self, wanted: Stage) -> Option<&CanvasView> {
        self.canvas.as_ref().filter(|(stage, _)| *stage == wanted).map(|(_, canvas)| canvas)
    }

    /// A whole canvas takes the place of the one before.
    pub(super) fn set_canvas(&mut self, stage: Stage, canvas: CanvasView) {
        self.canvas = Some((stage, canvas));
    }

    /// Tiles are added to those of the same canvas, or take the place of the one before. The whole canvas has them
    /// already.
    ///
    /// # Errors
    /// When a tile does not fit the canvas.
    pub(super) fn add_tiles(&mut self, stage: Stage, tiles: CanvasTiles) -> Result<(), TileError> {
        let mut held = match self.canvas.take() {
            Some((known, canvas @ CanvasView::Whole(_))) if known == stage => {
                self.canvas = Some((stage, canvas));
                return Ok(());
            }
            Some((known, CanvasView::Tiles(held))) if known == stage && held.grid() == tiles.grid() => held,
            _ => TiledCanvas::empty(tiles.grid()),
        };
        let added = tiles.into_iter().try_for_each(|(number, values)| held.insert(number, values));
        self.canvas = Some((stage, CanvasView::Tiles(held)));
        added
    }

    pub(super) fn brief(&self) -> &JobBrief {
        &self.brief
    }

    /// Cores that one shard occupies, of `all` that the worker has.
    pub(super) fn cores(&self, all: u32) -> u32 {
        self.brief.threads.clamp(1, all.max(1))
    }

    pub(super) fn needs_fetch(&self) -> bool {
        matches!(self.content, Content::Known(_))
    }

    /// What a request is for; `None` where it is none of this job's that are under way.
    pub(super) fn wanted(&self, request: Request) -> Option<Wanted> {
        match &self.content {
            Content::Known(_) => None,
            Content::Fetching(fetching) => (fetching.request == request).then_some(Wanted::Content),
            Content::Ready(ready) => {
                let mut coming = ready.coming.iter();
                coming.find(|(_, known)| **known == request).map(|(place, _)| Wanted::Model(*place))
            }
        }
    }

    pub(super) fn fetch_error(&self) -> Option<&FetchError> {
        match &self.content {
            Content::Known(known) => known.error.as_ref(),
            Content::Fetching(_) | Content::Ready(_) => None,
        }
    }

    /// What is to be fetched, unless that is under way or done.
    pub(super) fn begin_fetch(&mut self, request: Request) -> Option<Arc<JobBrief>> {
        if !self.needs_fetch() {
            return None;
        }
        self.content = Content::Fetching(Fetching { request });
        Some(Arc::clone(&self.brief))
    }

    pub(super) fn end_fetch(&mut self, fetched: Result<Arc<ComputeJob>, FetchError>) {
        self.content = match fetched {
            Ok(job) => Content::Ready(Ready { job, coming: BTreeMap::new() }),
            Err(error) => Content::Known(Known { error: Some(error) }),
        };
    }

    pub(super) fn ready(&self) -> Option<Arc<ComputeJob>> {
        match &self.content {
            Content::Ready(ready) => Some(Arc::clone(&ready.job)),
            Content::Known(_) | Content::Fetching(_) => None,
        }
    }

    /// The job, if the weights of a model are to be fetched: they are neither at hand nor on their way.
    pub(super) fn begin_model(&mut self, place: usize, request: Request) -> Option<Arc<ComputeJob>> {
        let Content::Ready(ready) = &mut self.content else { return None };
        if ready.job.weights.get(place).is_some() || ready.coming.contains_key(&place) {
            return None;
        }
        ready.coming.insert(place, request);
        Some(Arc::clone(&ready.job))
    }

    /// The weights of a model have come, or did not arrive. A later lease tries again.
    pub(super) fn end_model(&mut self, place: usize) {
        if let Content::Ready(ready) = &mut self.content {
            ready.coming.remove(&place);
        }
    }

    /// Are experiment and assets at hand, and the weights of these models?
    pub(super) fn has(&self, models: impl IntoIterator<Item = usize>) -> bool {
        match &self.content {
            Content::Ready(Ready { job, .. }) => {
                models.into_iter().all(|place| job.weights.get(place).is_some())
            }
            Content::Known(_) | Content::Fetching(_) => false,
        }
    }

    pub(super) fn into_ready(self) -> Option<Arc<ComputeJob>> {
        self.ready()
    }

    /// The plan of an epoch.
    pub(super) fn planned(&mut self, job: &ComputeJob, epoch: Epoch, values: EpochValues) -> Planned {
        if let Some((known, with, planned)) = &self.planned
            && (*known, *with) == (epoch, values)
        {
            return planned.clone();
        }
        let scope = values.scope(&job.experiment, self.brief.seed, epoch);
        let plan = Arc::new(plan(&job.experiment, &scope, self.brief.shard_size));
        let planned = Planned { plan, scope };
        self.planned = Some((epoch, values, planned.clone()));
        planned
    }
}
