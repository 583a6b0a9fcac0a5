//! Follows the pixels of a window back to where they lie on the image that a chain is applied to.

use crate::axis::NOWHERE;
use crate::chain::{Chain, Step};
use crate::field::FieldStep;
use crate::region::Size;

impl Chain {
    /// Where each pixel of a window lies on the image that the chain is applied to, row by row: column and row, or `None` for
    /// a pixel that comes from nowhere. The window is the chain's output in another size; where sizes change, it is the
    /// nearest pixel. What a step does to values is left out, and what a mask mixes stays where it is.
    pub fn places(&self, window: Size) -> Vec<Option<[usize; 2]>> {
        let width = window.width.max(1);
        let column = |place: i64| (place % width) as i32;
        let row = |place: i64| (place / width) as i32;
        let mut xs: Vec<i32> = (0..window.area()).map(column).collect();
        let mut ys: Vec<i32> = (0..window.area()).map(row).collect();
        resize([&mut xs, &mut ys], window, self.output());
        for (number, step) in self.steps.iter().enumerate().rev() {
            match step {
                Step::Map(map) => map.follow(&mut xs, &mut ys),
                Step::Field(FieldStep::Resize(resized)) => {
                    resize([&mut xs, &mut ys], resized.size(), self.size_before(number));
                }
                Step::Field(_) | Step::Pixel(_) | Step::Blend(_) => {}
            }
        }
        let place = |(x, y): (i32, i32)| (x != NOWHERE).then_some([x as usize, y as usize]);
        xs.into_iter().zip(ys).map(place).collect()
    }
}

/// Replaces columns and rows of an image by those of the nearest pixels of the image that it was resized from.
fn resize([xs, ys]: [&mut [i32]; 2], size: Size, from: Size) {
    let nearest = |places: &mut [i32], size: i64, from: i64| {
        if size == from {
            return;
        }
        for place in places.iter_mut().filter(|place| **place != NOWHERE) {
            // The pixel in which the middle of this one lies.
            *place = ((2 * i64::from(*place) + 1) * from / (2 * size)) as i32;
        }
    };
    nearest(xs, size.width, from.width);
    nearest(ys, size.height, from.height);
}

#[cfg(test)]
mod tests {
    use clipig_experiment::random::Key;
    use clipig_experiment::{Overrides, Scope, Source, load};

    use super::*;
    use crate::route::RowMemory;
    use crate::trace::Trace;

    fn chain(transforms: &str, input: Size) -> Chain {
        let yaml = format!("targets: [{{transforms: [{transforms}]}}]");
        let loaded = load(&[Source::new("chain.yaml", &yaml)], &Overrides::default());
        let target =
            loaded.unwrap_or_else(|problems| panic!("{yaml}: {problems}")).experiment.targets.remove(0);
        let scope = Scope::new(Key::root(4), 3, 10).with_resolution(30, 20);
        Chain::draw(&target.transforms, &scope, input).expect("it fits")
    }

    #[test]
    fn pixels_lie_where_a_run_takes_them_from() {
        let chains = [
            "{shift: .3 -.2}",
            "{noise: .1}, {random_crop: 24 30}, {border: {size: 2}}",
            "{repeat: 2 3}, {random_rotate: {degree: -40 40, center: .2 .8}}, {center_crop: 31 29}, {mul: .5}",
            "{pad: {size: 9, mode: edge}}, {random_scale: .4 1.6}, {random_translate: .3 .3}, {rotate: {degree: 30}}",
        ];
        for transforms in chains {
            let chain = chain(transforms, Size { width: 40, height: 37 });
            let trace = Trace::of(&chain).expect("a small image");
            let (run, mut memory, mut wanted) = (&trace.runs[0], RowMemory::default(), Vec::new());
            for row in 0..chain.output().height as usize {
                run.route.follow(row, &mut memory);
                wanted.extend(run.route.row(run.route.last_level(), row, &memory).pixels());
            }
            let found = chain.places(chain.output());
            assert_eq!(found.len() as i64, chain.output().area(), "{transforms}");
            assert_eq!(found.into_iter().flatten().collect::<Vec<_>>(), wanted, "{transforms}");
        }
    }

    #[test]
    fn another_size_takes_the_pixel_in_the_middle() {
        let window = Size { width: 2, height: 1 };
        let places = |transforms: &str| chain(transforms, Size { width: 8, height: 3 }).places(window);
        assert_eq!(places(""), [Some([2, 1]), Some([6, 1])]);
        assert_eq!(places("{crop: 4 0 4 3}"), [Some([5, 1]), Some([7, 1])]);
        // As many pixels as the window: those of four, in whose middle they lie.
        assert_eq!(places("{resize: 4 6}"), [Some([3, 1]), Some([7, 1])]);
        assert_eq!(places("{crop: 6 0 4 3}"), [Some([7, 1]), None]);
    }
}
