//! Cuts: the piece of the canvas that a sample's transforms begin with.

use clipig_experiment::{Cuts, Scope};

use crate::context::{Draw, DrawError};
use crate::map::PixelMap;
use crate::region::Size;
use crate::transform::random_crop;

/// Draws the piece for the sample of the scope; `None` for an overview, which is the whole canvas.
pub(crate) fn draw(cuts: &Cuts, scope: &Scope, canvas: Size) -> Result<Option<PixelMap>, DrawError> {
    // Numbers are those of the epoch. Only the piece is drawn anew for each sample.
    let epoch = scope.with_sample(0);
    let draw = Draw { scope: &epoch, path: &cuts.path, size: canvas };
    let overview = draw.int(&cuts.overview)?;
    let Ok(overview) = u64::try_from(overview) else {
        return Err(draw.impossible(format!("there cannot be {overview} overviews; 0 is the least")));
    };
    let ([least, most], power) = (draw.floats(&cuts.size)?, draw.float(&cuts.power)?);
    let is_range = (0.0..=most).contains(&least) && most <= 1.0;
    if !is_range {
        return Err(draw.impossible(format!(
            "the side of a piece is to lie between {least} and {most} of the canvas; the first must not be above the \
             second, and both are from 0 to 1"
        )));
    }
    if !power.is_finite() || power < 0.0 {
        return Err(draw.impossible(format!("the power is {power}; it is at least 0")));
    }
    if scope.sample() < overview {
        return Ok(None);
    }
    let mut stream = scope.key(&cuts.path).stream();
    let share = least + (most - least) * libm::pow(stream.unit(), power);
    let longest = canvas.width.min(canvas.height);
    let side = ((share * longest as f64).round() as i64).clamp(1, longest);
    let size = Size { width: side, height: side };
    let [top, left] = random_crop::sample(canvas, size, &mut stream);
    Ok(Some(PixelMap::cutout(canvas, [left, top], size)))
}

#[cfg(test)]
mod tests {
    use clipig_experiment::random::Key;
    use clipig_experiment::{Overrides, Source, Target, load};

    use super::*;
    use crate::chain::Chain;
    use crate::footprint::footprint;

    const CANVAS: Size = Size { width: 400, height: 300 };

    fn target(cuts: &str) -> Target {
        let yaml = format!("targets: [{{batch_size: 500, cuts: {cuts}, transforms: [{{mul: 1}}]}}]");
        let loaded = load(&[Source::new("cuts.yaml", &yaml)], &Overrides::default());
        loaded.unwrap_or_else(|errors| panic!("{errors}")).experiment.targets.remove(0)
    }

    fn scope(epoch: u32) -> Scope {
        Scope::new(Key::root(3), epoch, 11).with_resolution(400, 300).with_learnrate(1.0, 1.0)
    }

    /// The sizes of what the first samples see.
    fn sizes(target: &Target, epoch: u32, samples: u64) -> Vec<Size> {
        let chain = |sample| Chain::of(target, &scope(epoch).with_sample(sample), CANVAS).expect("a chain");
        (0..samples).map(|sample| chain(sample).output()).collect()
    }

    #[test]
    fn the_first_samples_are_overviews_and_the_rest_are_pieces() {
        let target = target("{overview: 12 if t < .4 else 3, size: .2 .8}");
        assert!(target.draws());
        for (epoch, overviews) in [(0, 12), (3, 12), (4, 3), (10, 3)] {
            let sizes = sizes(&target, epoch, 16);
            let (whole, pieces) = sizes.split_at(overviews);
            assert!(whole.iter().all(|size| *size == CANVAS), "{epoch}: {whole:?}");
            assert!(pieces.iter().all(|size| size.width == size.height && size.width <= 240), "{pieces:?}");
        }
    }

    #[test]
    fn sizes_follow_their_distribution() {
        let sides = |cuts: &str| -> Vec<f64> {
            sizes(&target(cuts), 2, 500).into_iter().map(|size| size.width as f64 / 300.0).collect()
        };
        let even = sides("{overview: 0, size: .2 .8}");
        let low = sides("{overview: 0, size: .2 .8, power: 3}");
        let mean = |sides: &[f64]| sides.iter().sum::<f64>() / sides.len() as f64;
        assert!(even.iter().chain(&low).all(|side| (0.19..0.81).contains(side)));
        // The mean of uⁿ is 1 / (n + 1).
        assert!((mean(&even) - 0.5).abs() < 0.05, "{}", mean(&even));
        assert!((mean(&low) - 0.35).abs() < 0.05, "{}", mean(&low));
        assert!(sides("{overview: 0, size: .5 .5}").iter().all(|side| *side == 0.5));
        assert!(sides("{overview: 0, size: 0 0}").iter().all(|side| *side == 1.0 / 300.0));
    }

    #[test]
    fn each_sample_and_each_epoch_has_its_own_piece_of_few_tiles() {
        let target = target("{overview: 1, size: .2 .4}");
        assert!(sizes(&target, 2, 9) == sizes(&target, 2, 9) && sizes(&target, 2, 9) != sizes(&target, 3, 9));
        let tiles = |sample: u32| footprint(&target, &scope(2), sample..sample + 1, CANVAS);
        assert_eq!(tiles(0).len(), tiles(0).grid().count());
        assert!((1..9).all(|sample| (1..=9).contains(&tiles(sample).len())));
    }

    #[test]
    fn numbers_that_cut_nothing_are_errors() {
        let error = |cuts: &str| {
            Chain::of(&target(cuts), &scope(5), CANVAS).map(|_| ()).expect_err("no cut").to_string()
        };
        assert!(error("{overview: 1-4*t}").contains("`targets.0.cuts`: there cannot be -1 overviews"));
        assert!(error("{size: [.5, t/2]}").contains("between 0.5 and 0.25"));
        assert!(error("{power: -t}").contains("the power is -0.5"));
    }
}
