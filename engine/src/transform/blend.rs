//! Blends: what transforms with a mask make, mixed with what they got.
//!
//! A pixel becomes got · (1 − share) + made · share; its share is what the mask is there. One that does not count or counts
//! fully keeps its bits, as it does in post-processing. The gradient goes back both ways, in the same shares.

use clipig_geometry::Region;
use tch::{Kind, Tensor};

use super::sample::{Sample, SampleBlend};
use crate::piece::cut;
use crate::read_back::{send, tensor_written};

/// What it takes to mix the pieces of a batch, and to go back.
pub(super) struct Mix {
    /// By sample: where the piece of the output lies in that of the input. One where it is the same for all.
    cuts: Vec<Region>,
    /// `[n, 1, h, w]`, or `[1, 1, h, w]` where all samples have the same.
    shares: Tensor,
    /// 1 − share.
    rest: Tensor,
}

impl Mix {
    /// The mix at one field of samples that have these blends there.
    pub(super) fn of(
        samples: &[&Sample<'_>],
        field: usize,
        blends: &[&SampleBlend<'_>],
        device: tch::Device,
    ) -> Self {
        let fields: Vec<_> = samples.iter().map(|sample| sample.field(field)).collect();
        let first = fields[0];
        let same_shares = blends.iter().all(|blend| !blend.draws)
            && fields.iter().all(|field| field.output == first.output && field.size == first.size);
        let rows = if same_shares { 1 } else { fields.len() };
        let Region { width, height, .. } = first.output;
        let shares = tensor_written(&[rows as i64, 1, height, width], |shares| {
            let pieces = shares.chunks_exact_mut((width * height) as usize).zip(blends).zip(&fields);
            for ((shares, blend), field) in pieces {
                let (left, top) = (field.output.x as usize, field.output.y as usize);
                for (y, row) in shares.chunks_exact_mut(width as usize).enumerate() {
                    for (x, share) in row.iter_mut().enumerate() {
                        *share = blend.mask.at(left + x, top + y);
                    }
                }
            }
        });
        let shares = send(&shares, device);
        let within =
            |input: Region, output: Region| Region { x: output.x - input.x, y: output.y - input.y, ..output };
        let mut cuts: Vec<Region> = fields.iter().map(|field| within(field.input, field.output)).collect();
        if cuts.iter().all(|cut| *cut == cuts[0]) {
            cuts.truncate(1);
        }
        Self { cuts, rest: shares.ones_like() - &shares, shares }
    }

    /// The pieces of the output, `[n, 3, h, w]`, of those of the input and of what was made of them.
    pub(super) fn apply(&self, input: &Tensor, made: &Tensor) -> Tensor {
        let got = match &self.pieces(&input.detach())[..] {
            [all] => all.shallow_clone(),
            each => Tensor::cat(each, 0),
        };
        let made = made.detach();
        let mixed = &got * &self.rest + &made * &self.shares;
        let mixed = made.where_self(&self.shares.ge(1.0), &mixed);
        got.where_self(&self.shares.le(0.0), &mixed).contiguous()
    }

    /// The gradient of what was made, from that of the output.
    pub(super) fn of_made(&self, gradient: &Tensor) -> Tensor {
        gradient * &self.shares
    }

    /// Adds the part of the gradient that goes past the transforms to that of the input.
    pub(super) fn add_got(&self, gradient: &Tensor, input_gradient: &Tensor) {
        let got = gradient * &self.rest;
        let pieces = self.pieces(input_gradient);
        for (mut piece, got) in
            pieces.iter().map(Tensor::shallow_clone).zip(got.chunk(pieces.len() as i64, 0))
        {
            let _ = piece.g_add_(&got);
        }
    }

    /// The pieces of the output in `[n, 3, h, w]` of the input: one for each sample, or one of all.
    fn pieces(&self, image: &Tensor) -> Vec<Tensor> {
        match &self.cuts[..] {
            [all] => vec![cut(*all, image)],
            each => (0..).zip(each).map(|(sample, each)| cut(*each, &image.narrow(0, sample, 1))).collect(),
        }
    }
}

/// The gradient of `leaf`, from that of what was computed from it.
pub(super) fn gradient_through(computed: &Tensor, gradient: &Tensor, leaf: &Tensor) -> Tensor {
    // tch has no way to start with a given gradient; that of Σ x · g is g, with the same bits.
    let total = (computed * gradient).sum(None::<Kind>);
    let mut gradients = Tensor::run_backward(&[total], &[leaf], false, false);
    gradients.remove(0)
}
