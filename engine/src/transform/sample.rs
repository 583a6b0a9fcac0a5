//! Samples on their way from the source to their windows.

use std::sync::Arc;

use clipig_geometry::{Chain, DrawError, Field, Step, Trace};

use super::error::TransformError;
use crate::mask::{DrawnMask, Masks};

/// One sample: its transforms, the pixels that each of them needs, and the masks of its blends.
pub(super) struct Sample<'a> {
    pub(super) chain: &'a Chain,
    pub(super) trace: Arc<Trace>,
    /// By field of the trace: `None` for a field step.
    pub(super) blends: Vec<Option<SampleBlend<'a>>>,
}

/// A blend of a sample.
pub(super) struct SampleBlend<'a> {
    pub(super) mask: DrawnMask,
    /// May the mask differ from sample to sample?
    pub(super) draws: bool,
    /// The transforms that have the mask, from the piece of the blend's input to the piece of its output.
    pub(super) inner: Sample<'a>,
}

impl<'a> Sample<'a> {
    pub(super) fn of(chain: &'a Chain, masks: &Masks) -> Result<Self, TransformError> {
        Ok(Self::through(chain, Arc::new(Trace::of(chain)?), masks)?)
    }

    fn through(chain: &'a Chain, trace: Arc<Trace>, masks: &Masks) -> Result<Self, DrawError> {
        let blend = |field: &Field| match (&chain.steps[field.step], &field.blend) {
            (Step::Blend(blend), Some(trace)) => Ok(Some(SampleBlend {
                mask: masks.draw_over(&blend.path, &blend.mask, &blend.scope, field.size)?,
                draws: blend.mask.draws(),
                inner: Self::through(&blend.chain, Arc::clone(trace), masks)?,
            })),
            _ => Ok(None),
        };
        let blends = trace.fields.iter().map(blend).collect::<Result<Vec<_>, DrawError>>()?;
        Ok(Self { chain, trace, blends })
    }

    pub(super) fn field(&self, number: usize) -> &Field {
        &self.trace.fields[number]
    }
}

/// The blends of all samples at one field; `None` where there is a field step. Samples that are alike have the same.
pub(super) fn blends_at<'s, 'a>(
    samples: &[&'s Sample<'a>],
    field: usize,
) -> Option<Vec<&'s SampleBlend<'a>>> {
    samples.iter().map(|sample| sample.blends[field].as_ref()).collect()
}
