//! `histogram`: the distance between the colours of the window and those of an image, wherever they stand.
//!
//! It is the sliced optimal-transport distance of the two clouds of colours (Rabin et al., 2011; for pictures Heitz et al.,
//! "A Sliced Wasserstein Loss for Neural Texture Synthesis", 2021). Along each direction the colours of the window are
//! sorted, and each is compared with the quantile of the image at its rank: in one dimension that is the cheapest way to move
//! one distribution onto the other. The directions are fixed, so nothing is random.
//!
//! With a mask, the rank of a colour is a sum of weights, and its distance is multiplied by its own weight.

use std::cell::OnceCell;

use clipig_core::{HISTOGRAM_DIRECTIONS, HISTOGRAM_QUANTILES, HISTOGRAM_VALUES};
use tch::{Device, Kind, Tensor};

use super::{ConstraintError, Evaluation, NO_WEIGHT, distance};
use crate::histogram::DIRECTIONS;
use crate::read_back::send;

/// The colours of the image, on a device.
#[derive(Debug)]
pub(super) struct Colors {
    /// `[HISTOGRAM_DIRECTIONS, HISTOGRAM_QUANTILES]`.
    quantiles: Tensor,
    /// `[HISTOGRAM_DIRECTIONS, 3]`.
    directions: Tensor,
}

/// `quantiles` are those of the image, `[HISTOGRAM_DIRECTIONS, HISTOGRAM_QUANTILES]`.
pub(super) fn loss(
    (quantiles, kept): (&[f32], &OnceCell<Colors>),
    windows: &Tensor,
    eval: &Evaluation<'_>,
) -> Result<Tensor, ConstraintError> {
    let shape = [HISTOGRAM_DIRECTIONS as i64, HISTOGRAM_QUANTILES as i64];
    if quantiles.len() != HISTOGRAM_VALUES {
        return Err(eval.impossible("the colours of its image are not prepared".to_owned()));
    }
    let device = windows.device();
    let Colors { quantiles, directions } = kept.get_or_init(|| Colors {
        quantiles: send(&Tensor::from_slice(quantiles).view(shape), device),
        directions: directions(device),
    });
    let weights = eval.mask.map(|mask| mask.flatten(1, 3));
    // `[n, directions, pixels]`
    let values = directions.matmul(&windows.flatten(2, 3));
    let desired: Vec<Tensor> = (0..values.size()[0])
        .map(|i| {
            let weights = weights.as_ref().map(|weights| weights.get(i));
            transported(&values.detach().get(i), weights.as_ref(), quantiles)
        })
        .collect();
    let distances = distance(&(values - Tensor::stack(&desired, 0)), eval.constraint.loss);
    let distances = match &weights {
        Some(weights) => distances * weights.unsqueeze(1),
        None => distances,
    };
    Ok(distances.mean_dim([1_i64, 2].as_slice(), false, None::<Kind>))
}

fn directions(device: Device) -> Tensor {
    send(&Tensor::from_slice(DIRECTIONS.as_flattened()).view([HISTOGRAM_DIRECTIONS as i64, 3]), device)
}

/// Where each of the values `[directions, pixels]` should be: the quantile at its rank. `weights` are `[pixels]`.
fn transported(values: &Tensor, weights: Option<&Tensor>, quantiles: &Tensor) -> Tensor {
    // A stable order: equal colours keep theirs on every device.
    let (_, order) = values.sort_stable(true, 1, false);
    let (count, most) = (values.size()[1], HISTOGRAM_QUANTILES as f64);
    let shares = match weights {
        None => {
            let ranks = Tensor::arange(count, (Kind::Float, values.device()));
            ((ranks + 0.5) / count as f64).unsqueeze(0).expand_as(values)
        }
        Some(weights) => {
            let sorted = weights.unsqueeze(0).expand_as(values).gather(1, &order, false);
            let up_to = sorted.cumsum(1, Kind::Float);
            let whole = up_to.narrow(1, count - 1, 1).clamp_min(NO_WEIGHT);
            (up_to - sorted / 2.0) / whole
        }
    };
    // Quantile i is that at the share (i + ½) / count; between two of them it rises evenly.
    let places = (shares * most - 0.5).clamp(0.0, most - 1.0);
    let below = places.floor();
    let between = &places - &below;
    let below = below.to_kind(Kind::Int64);
    let above = (&below + 1_i64).clamp_max(HISTOGRAM_QUANTILES as i64 - 1);
    let (low, high) = (quantiles.gather(1, &below, false), quantiles.gather(1, &above, false));
    let sorted = &low + (high - &low) * between;
    values.zeros_like().scatter(1, &order, &sorted)
}

#[cfg(test)]
mod tests {
    use clipig_experiment::random::Key;
    use clipig_experiment::{Overrides, Scope, Source, load};

    use super::*;
    use crate::histogram::quantiles;
    use crate::read_back::read_back;

    #[test]
    fn the_loss_and_its_gradient_are_those_of_pytorch() {
        let record: serde_json::Value =
            serde_json::from_str(include_str!("../../tests/fixtures/looks.json")).expect("a record");
        let numbers = |name: &str| -> Vec<f32> {
            let numbers: Vec<f64> = serde_json::from_value(record[name].clone()).expect("numbers");
            numbers.into_iter().map(|number| number as f32).collect()
        };
        let yaml = "targets: [{constraints: [{histogram: {image: a.png}}]}]\n";
        let loaded = load(&[Source::new("a.yaml", yaml)], &Overrides::default()).expect("an experiment");
        let colors = numbers("colors");
        let prepared = quantiles(colors.as_chunks().0.iter().copied()).expect("colours");
        let window = Tensor::from_slice(&numbers("window")).view([1, 3, 6, 6]).set_requires_grad(true);
        let kept = super::super::Kept::default();
        let seen =
            super::super::Constrained { windows: &window, mask: None, prepared: &prepared, kept: &kept };
        let scopes = [Scope::new(Key::root(1), 2, 10)];
        let loss = super::super::losses(&loaded.experiment.targets[0].constraints[0], seen, &scopes);
        let loss = loss.expect("a loss").sum(Kind::Float);
        loss.backward();
        let wanted = f64::from(numbers("histogram")[0]);
        let found = read_back::<f64>(&loss).expect("a number")[0];
        // 256 quantiles stand for 500 colours.
        assert!((found - wanted).abs() < 0.02 * wanted, "{found} for {wanted}");
        let slopes = read_back::<f64>(&window.grad()).expect("slopes");
        let recorded = numbers("histogram_gradient");
        let steepest = recorded.iter().fold(0.0_f32, |most, slope| most.max(slope.abs()));
        assert_eq!(slopes.len(), recorded.len());
        for (found, wanted) in slopes.into_iter().zip(recorded) {
            assert!((found - f64::from(wanted)).abs() < 0.02 * f64::from(steepest), "{found} for {wanted}");
        }
    }

    #[test]
    fn colours_go_to_the_ranks_that_they_have() {
        // The same colours in another order are where they should be already.
        let colors: Vec<[f32; 3]> =
            (0..512_u16).map(|i| [i % 8, i / 8 % 8, i / 64].map(|level| f32::from(level) / 7.0)).collect();
        let quantiles = Tensor::from_slice(&quantiles(colors.iter().copied()).expect("colours"))
            .view([HISTOGRAM_DIRECTIONS as i64, HISTOGRAM_QUANTILES as i64]);
        let turned: Vec<[f32; 3]> = (0..512).map(|i| colors[i * 77 % 512]).collect();
        let pixels = Tensor::from_slice(turned.as_flattened()).view([512, 3]).tr();
        let apart = |pixels: &Tensor, weights: Option<&Tensor>| {
            let values = directions(Device::Cpu).matmul(pixels);
            let desired = transported(&values, weights, &quantiles);
            read_back::<f64>(&(values - desired).abs().mean(None::<Kind>)).expect("a number")[0]
        };
        assert!(apart(&pixels, None) < 0.01, "{}", apart(&pixels, None));
        let dark = &pixels * 0.5;
        assert!(apart(&dark, None) > 0.1);
        // Where only a part counts, only its colours are ranked: all of them, and the dark ones not.
        let both = Tensor::cat(&[&pixels, &dark], 1);
        let first = Tensor::cat(
            &[
                Tensor::ones([512], (Kind::Float, Device::Cpu)),
                Tensor::zeros([512], (Kind::Float, Device::Cpu)),
            ],
            0,
        );
        let values = directions(Device::Cpu).matmul(&both);
        let desired = transported(&values, Some(&first), &quantiles);
        let apart = (values - desired).abs().narrow(1, 0, 512).mean(None::<Kind>);
        assert!(read_back::<f64>(&apart).expect("a number")[0] < 0.01);
    }
}
