//! `noise`: adds normal noise. `bwnoise` adds the same to all colours.

use clipig_core::wide;
use clipig_geometry::transform::noise::Noise;
use clipig_geometry::{NOWHERE, RowPlaces, Ys};

use super::gate::Row;
use crate::noise::{Normal, PIECE};

/// Adds the noise at the row's places; none where they are nowhere.
pub(super) fn apply(noise: &Noise, row: &mut Row<'_>, places: RowPlaces<'_>) {
    if noise.std == [0.0; 3] {
        return;
    }
    let normal = Normal::new(noise.key);
    let [red, green, blue] = row;
    let colors = red.chunks_mut(PIECE).zip(green.chunks_mut(PIECE)).zip(blue.chunks_mut(PIECE));
    for (number, (((red, green), blue), xs)) in colors.zip(places.xs.chunks(PIECE)).enumerate() {
        let mut found = [[0.0; PIECE]; 3];
        let mut bits = [0; PIECE];
        match places.ys {
            Ys::All(y) => normal.bits_of_row(xs, y, &mut bits),
            Ys::Each(ys) => normal.bits_of(xs, &ys[number * PIECE..], &mut bits),
        }
        normal.look_up(&bits[..xs.len()], &mut found);
        let [of_red, of_green, of_blue] = &found;
        let [of_green, of_blue] = if noise.gray { [of_red; 2] } else { [of_green, of_blue] };
        add(red, xs, of_red, noise.std[0]);
        add(green, xs, of_green, noise.std[1]);
        add(blue, xs, of_blue, noise.std[2]);
    }
}

wide! {
    fn add(values: &mut [f32], xs: &[i32], found: &[f32; PIECE], std: f32) {
        for ((value, x), found) in values.iter_mut().zip(xs).zip(found) {
            *value += if *x == NOWHERE { 0.0 } else { *found } * std;
        }
    }
}
