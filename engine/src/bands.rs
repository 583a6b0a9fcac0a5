//! Work on the rows of a canvas, on all cores.

use std::ops::Range;

/// Values below which threads cost more than they save.
const PARALLEL: usize = 1 << 18;

/// How many threads work on so many values.
pub(crate) fn threads_for(values: usize) -> usize {
    if values < PARALLEL { 1 } else { std::thread::available_parallelism().map_or(1, std::num::NonZero::get) }
}

/// The rows `0..rows` in about equal parts, one for each thread.
pub(crate) fn bands(rows: usize, threads: usize) -> Vec<Range<usize>> {
    let size = rows.div_ceil(threads.max(1)).max(1);
    (0..rows).step_by(size).map(|from| from..rows.min(from + size)).collect()
}

/// Calls `work` with each item, side by side; this thread takes the first. Do all say yes?
pub(crate) fn all_of<T: Send>(items: Vec<T>, work: impl Fn(T) -> bool + Sync) -> bool {
    let mut items = items.into_iter();
    let first = items.next();
    std::thread::scope(|scope| {
        let work = &work;
        let others: Vec<_> = items.map(|item| scope.spawn(move || work(item))).collect();
        let first = first.is_none_or(work);
        let joined = others.into_iter().map(|other| match other.join() {
            Ok(yes) => yes,
            Err(panic) => std::panic::resume_unwind(panic),
        });
        joined.fold(first, |all, yes| all & yes)
    })
}

/// Calls `work` with parts of `values`, side by side: the number of a part's first row, and its rows of this length.
pub(crate) fn on_rows<T: Send>(values: &mut [T], length: usize, work: impl Fn(usize, &mut [T]) + Sync) {
    let bands = bands(values.len() / length, threads_for(values.len()));
    let rows = bands.first().map_or(1, Range::len);
    let parts = bands.into_iter().zip(values.chunks_mut(rows * length)).collect();
    all_of(parts, |(band, part)| {
        work(band.start, part);
        true
    });
}

/// Replaces the three values of each pixel of `[3, height, width]`, side by side. `change` gets the pixel's place in a
/// plane, too.
pub(crate) fn on_pixels(values: &mut [f32], change: impl Fn(usize, [f32; 3]) -> [f32; 3] + Sync) {
    let area = values.len() / 3;
    let length = area.div_ceil(threads_for(values.len())).max(1);
    let (red, others) = values.split_at_mut(area);
    let (green, blue) = others.split_at_mut(area);
    let pieces = red.chunks_mut(length).zip(green.chunks_mut(length)).zip(blue.chunks_mut(length));
    let pieces = pieces.enumerate().map(|(i, ((red, green), blue))| (i * length, red, green, blue));
    all_of(pieces.collect(), |(first, red, green, blue)| {
        for (place, ((red, green), blue)) in (first..).zip(red.iter_mut().zip(green).zip(blue)) {
            [*red, *green, *blue] = change(place, [*red, *green, *blue]);
        }
        true
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bands_cover_all_rows_once() {
        for (rows, threads) in [(0, 3), (1, 4), (7, 2), (9, 3), (10, 4)] {
            let bands = bands(rows, threads);
            assert!(bands.len() <= threads);
            assert_eq!(bands.into_iter().flatten().collect::<Vec<_>>(), (0..rows).collect::<Vec<_>>());
        }
    }

    #[test]
    fn every_row_is_worked_on_once() {
        for rows in [1, 7, PARALLEL / 100 + 1] {
            let mut values = vec![0; 100 * rows];
            on_rows(&mut values, 100, |first, part| {
                for (row, values) in (first..).zip(part.chunks_exact_mut(100)) {
                    for value in values {
                        *value += row;
                    }
                }
            });
            assert!(values.iter().enumerate().all(|(i, value)| *value == i / 100));
        }
    }

    #[test]
    fn one_no_is_enough() {
        assert!(all_of(Vec::<u32>::new(), |_| false));
        assert!(all_of(vec![1, 2, 3], |number| number < 4));
        assert!(!all_of(vec![1, 2, 3], |number| number < 3));
        assert!(!all_of(vec![9, 2, 3], |number| number < 4));
    }
}
