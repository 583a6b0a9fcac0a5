//! Normal noise as a pure function of (key, colour, y, x).
//!
//! Every pixel's noise is found by itself, in the coordinates of the image that it is added to, so a region
//! gets exactly the noise of the whole and no state is shared. One finaliser of `SplitMix64` gives 64 bits per
//! pixel; three colours take 16 bits each and look up the quantile of the normal distribution in a table.
//! Integers and a table leave nothing to round: every device and every number of threads gets the same bits.

use std::sync::LazyLock;

use clipig_core::wide;
use clipig_core::wide::gathers;
use clipig_experiment::random::{GOLDEN_GAMMA, Key, mix};
use clipig_geometry::Region;

/// Pixels of a row whose noise is made in one go.
pub(crate) const PIECE: usize = 64;

/// As many quantiles as 16 bits have values.
type Quantiles = [f32; 1 << 16];

/// Quantiles of the standard normal distribution at (i + ½) / 65536. The greatest is 4.17.
static QUANTILES: LazyLock<Box<Quantiles>> = LazyLock::new(|| {
    let quantiles = (0..1 << 16).map(|i| normal_quantile((f64::from(i) + 0.5) / 65_536.0) as f32);
    let quantiles: Box<[f32]> = quantiles.collect();
    quantiles.try_into().expect("one quantile for each of 16 bits")
});

/// The table of quantiles, by 16 bits.
pub(crate) fn quantiles() -> &'static [f32] {
    QUANTILES.as_slice()
}

/// Standard normal noise of one key.
#[derive(Clone, Copy)]
pub(crate) struct Normal {
    start: u64,
    quantiles: &'static Quantiles,
}

impl Normal {
    pub(crate) fn new(key: Key) -> Self {
        Self { start: key.bits().wrapping_add(GOLDEN_GAMMA), quantiles: &QUANTILES }
    }

    /// The noise of the three colours at a place.
    #[inline]
    pub(crate) fn at(&self, x: u32, y: u32) -> [f32; 3] {
        self.quantiles_of(bits(self.start, x, y))
    }

    /// The random bits of some pixels of a row.
    pub(crate) fn bits_of_row(&self, xs: &[i32], y: i32, bits: &mut [u64; PIECE]) {
        bits_of_row(self.start, xs, y, bits);
    }

    /// The random bits of some pixels.
    pub(crate) fn bits_of(&self, xs: &[i32], ys: &[i32], bits: &mut [u64; PIECE]) {
        bits_of(self.start, xs, ys, bits);
    }

    /// The noise that random bits stand for, by colour.
    pub(crate) fn look_up(&self, bits: &[u64], [red, green, blue]: &mut [[f32; PIECE]; 3]) {
        if gathers() {
            look_up_at_once(self.quantiles, bits, red, green, blue);
        } else {
            look_up(self.quantiles, bits, red, green, blue);
        }
    }

    #[inline]
    fn quantiles_of(&self, bits: u64) -> [f32; 3] {
        parts(bits).map(|part| self.quantiles[part])
    }
}

/// The 16 bits of each colour.
#[inline]
fn parts(bits: u64) -> [usize; 3] {
    [bits >> 48, bits >> 32, bits >> 16].map(|bits| (bits & 0xffff) as usize)
}

#[inline]
fn bits(start: u64, x: u32, y: u32) -> u64 {
    let counter = (u64::from(y) << 32) | u64::from(x);
    mix(start.wrapping_add(GOLDEN_GAMMA.wrapping_mul(counter)))
}

#[inline]
fn look_up(
    quantiles: &Quantiles,
    bits: &[u64],
    red: &mut [f32; PIECE],
    green: &mut [f32; PIECE],
    blue: &mut [f32; PIECE],
) {
    for (((bits, red), green), blue) in bits.iter().zip(red).zip(green).zip(blue) {
        [*red, *green, *blue] = parts(*bits).map(|part| quantiles[part]);
    }
}

wide! {
    fn look_up_at_once(
        quantiles: &Quantiles,
        bits: &[u64],
        red: &mut [f32; PIECE],
        green: &mut [f32; PIECE],
        blue: &mut [f32; PIECE],
    ) {
        look_up(quantiles, bits, red, green, blue);
    }

    fn bits_of_row(start: u64, xs: &[i32], y: i32, found: &mut [u64; PIECE]) {
        for (found, x) in found.iter_mut().zip(xs) {
            *found = bits(start, *x as u32, y as u32);
        }
    }

    fn bits_of(start: u64, xs: &[i32], ys: &[i32], found: &mut [u64; PIECE]) {
        for ((found, x), y) in found.iter_mut().zip(xs).zip(ys) {
            *found = bits(start, *x as u32, *y as u32);
        }
    }
}

/// Standard normal noise of a region for the three colours, `[3, height, width]`.
pub(crate) fn normal(key: Key, region: Region) -> Vec<f32> {
    let normal = Normal::new(key);
    let plane = (region.width * region.height) as usize;
    let mut values = vec![0.0; 3 * plane];
    let columns = region.x as u32..(region.x + region.width) as u32;
    let rows = region.y as u32..(region.y + region.height) as u32;
    for (i, (y, x)) in rows.flat_map(|y| columns.clone().map(move |x| (y, x))).enumerate() {
        for (channel, value) in normal.at(x, y).into_iter().enumerate() {
            values[channel * plane + i] = value;
        }
    }
    values
}

/// The quantile of the standard normal distribution for 0 < p < 1: the rational approximation of Acklam
/// (relative error 1.15e-9), which float32 cannot tell from the exact one. `libm` gives the same bits
/// everywhere.
fn normal_quantile(p: f64) -> f64 {
    const A: [f64; 6] = [
        -39.696_830_286_653_76,
        220.946_098_424_520_5,
        -275.928_510_446_968_7,
        138.357_751_867_269,
        -30.664_798_066_147_16,
        2.506_628_277_459_239,
    ];
    const B: [f64; 6] = [
        -54.476_098_798_224_06,
        161.585_836_858_040_9,
        -155.698_979_859_886_6,
        66.801_311_887_719_72,
        -13.280_681_552_885_72,
        1.0,
    ];
    const C: [f64; 6] = [
        -7.784_894_002_430_293e-3,
        -0.322_396_458_041_136_5,
        -2.400_758_277_161_838,
        -2.549_732_539_343_734,
        4.374_664_141_464_968,
        2.938_163_982_698_783,
    ];
    const D: [f64; 5] = [
        7.784_695_709_041_462e-3,
        0.322_467_129_070_039_8,
        2.445_134_137_142_996,
        3.754_408_661_907_416,
        1.0,
    ];
    let polynomial = |coefficients: &[f64], x: f64| coefficients.iter().fold(0.0, |sum, c| sum * x + c);
    if p > 0.5 {
        return -normal_quantile(1.0 - p);
    }
    if p < 0.024_25 {
        let q = libm::sqrt(-2.0 * libm::log(p));
        return polynomial(&C, q) / polynomial(&D, q);
    }
    let q = p - 0.5;
    let r = q * q;
    polynomial(&A, r) * q / polynomial(&B, r)
}

#[cfg(test)]
mod tests {
    use super::*;
    use clipig_core::wide::limit;

    #[test]
    fn all_registers_look_up_every_quantile() {
        let normal = Normal::new(Key::root(1));
        // Of odd length, so that something is left after the widest registers.
        for from in (0..1_u64 << 16).step_by(PIECE - 1) {
            let bits: Vec<u64> = (from..from + PIECE as u64 - 1)
                .map(|part| [part, part ^ 0x5555, part.reverse_bits() >> 48, !0].map(|part| part & 0xffff))
                .map(|[red, green, blue, rest]| red << 48 | green << 32 | blue << 16 | rest)
                .collect();
            limit::each(|registers| {
                let mut found = [[f32::NAN; PIECE]; 3];
                normal.look_up(&bits, &mut found);
                for (i, bits) in bits.iter().enumerate() {
                    let wanted = [48, 32, 16].map(|shift| quantiles()[(bits >> shift & 0xffff) as usize]);
                    assert_eq!(found.map(|channel| channel[i]), wanted, "{bits:x}, {registers:?}");
                }
                assert!(found.iter().all(|channel| channel[PIECE - 1].is_nan()), "nothing else is written");
            });
        }
    }

    #[test]
    fn quantiles_are_the_normal_distributions() {
        for (p, z) in [(0.5, 0.0), (0.975, 1.959_963_985), (0.01, -2.326_347_874), (1e-5, -4.264_890_794)] {
            assert!((normal_quantile(p) - z).abs() < 1e-7, "{p}");
        }
    }

    #[test]
    fn a_region_gets_the_noise_of_the_whole() {
        let key = Key::root(3).with_path("noise");
        let whole = Region { x: 0, y: 0, width: 20, height: 10 };
        let part = Region { x: 7, y: 3, width: 5, height: 4 };
        let (all, some) = (normal(key, whole), normal(key, part));
        for channel in 0..3 {
            for y in 0..4 {
                for x in 0..5 {
                    assert_eq!(some[channel * 20 + y * 5 + x], all[channel * 200 + (y + 3) * 20 + x + 7]);
                }
            }
        }
        assert_ne!(all, normal(Key::root(4).with_path("noise"), whole));
    }
}
