//! Random numbers as pure functions of keys.
//!
//! A run can be repeated, split over machines and restarted in the middle because no random number
//! depends on the order of events: every number is a function of a [`Key`], and a key is a function of
//! *(seed, epoch, parameter path, sample, draw)*. The functions here fix the bits of every picture; change
//! them and every seed means another picture.
//!
//! The mixing function is the finaliser of `SplitMix64` (Steele, Lea, Flood: "Fast Splittable Pseudorandom
//! Number Generators", OOPSLA 2014), the stream is `SplitMix64` itself.

/// The increment of `SplitMix64`: 2⁶⁴ divided by the golden ratio, made odd.
pub const GOLDEN_GAMMA: u64 = 0x9e37_79b9_7f4a_7c15;

/// The finaliser of `SplitMix64`: a bijection on 64 bits in which every input bit moves every output bit.
#[inline]
pub const fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// What a random number depends on, folded into 64 bits.
///
/// Keys are derived, never drawn: `Key::root(seed).with(epoch).with_path("targets.0…").with(sample)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Key(u64);

impl Key {
    /// The key of a whole run.
    pub const fn root(seed: u64) -> Self {
        Self(mix(seed ^ 0x636c_6970_6967_3031)) // "clipig01": the version of the random numbers
    }

    /// The key for one value (an epoch, a sample, a draw) below this one. Order matters.
    #[must_use]
    pub const fn with(self, part: u64) -> Self {
        Self(mix(self.0.wrapping_add(GOLDEN_GAMMA) ^ mix(part.wrapping_add(GOLDEN_GAMMA))))
    }

    /// The key for a name below this one, such as the path of a parameter (`targets.0.weight`).
    #[must_use]
    pub const fn with_path(self, path: &str) -> Self {
        // FNV-1a: short, and a path has few bytes; `with` mixes the result.
        let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
        let bytes = path.as_bytes();
        let mut i = 0;
        while i < bytes.len() {
            hash = (hash ^ bytes[i] as u64).wrapping_mul(0x0000_0100_0000_01b3);
            i += 1;
        }
        self.with(hash)
    }

    /// The 64 bits of the key.
    pub const fn bits(self) -> u64 {
        self.0
    }

    /// The stream of numbers that belongs to this key.
    pub const fn stream(self) -> Stream {
        Stream { state: self.0 }
    }
}

/// A sequence of random numbers: a pure function of its key and of how many were taken before.
#[derive(Clone, Debug)]
pub struct Stream {
    state: u64,
}

impl Stream {
    /// 64 uniform bits.
    pub const fn bits(&mut self) -> u64 {
        self.state = self.state.wrapping_add(GOLDEN_GAMMA);
        mix(self.state)
    }

    /// Uniform in [0, 1), a multiple of 2⁻⁵³.
    pub fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 * (1.0 / 9_007_199_254_740_992.0)
    }

    /// Uniform between `a` and `b`, in whichever order they stand.
    pub fn uniform(&mut self, a: f64, b: f64) -> f64 {
        a + (b - a) * self.unit()
    }

    /// Uniform in `0..n` (0 for `n` = 0), without bias (Lemire, "Fast Random Integer Generation in an
    /// Interval", 2019).
    pub fn below(&mut self, n: u64) -> u64 {
        if n == 0 {
            return 0;
        }
        let threshold = n.wrapping_neg() % n;
        loop {
            let wide = u128::from(self.bits()) * u128::from(n);
            if wide as u64 >= threshold {
                return (wide >> 64) as u64;
            }
        }
    }

    /// Normally distributed with mean 0 and standard deviation 1 (Box and Muller, 1958).
    ///
    /// Computed with the `libm` crate, so that every platform gives the same bits.
    pub fn normal(&mut self) -> f64 {
        let radius = libm::sqrt(-2.0 * libm::log(1.0 - self.unit()));
        radius * libm::cos(std::f64::consts::TAU * self.unit())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stream_is_splitmix64() {
        // The first numbers of SplitMix64 for the state 1234567, as in the reference implementation's tests.
        let mut stream = Stream { state: 1_234_567 };
        let expected = [6_457_827_717_110_365_317_u64, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423];
        assert_eq!(expected.map(|_| stream.bits()), expected);
    }

    #[test]
    fn keys_depend_on_order_and_value() {
        let root = Key::root(1);
        assert_ne!(root.with(1).with(2), root.with(2).with(1));
        assert_ne!(root.with(0), root);
        assert_ne!(root.with_path("a.b"), root.with_path("a").with_path("b"));
        assert_ne!(Key::root(0), Key::root(1));
    }

    #[test]
    fn normal_has_unit_variance_and_below_is_uniform() {
        let mut stream = Key::root(7).stream();
        let n = 100_000;
        let values: Vec<f64> = (0..n).map(|_| stream.normal()).collect();
        let mean = values.iter().sum::<f64>() / f64::from(n);
        let variance = values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / f64::from(n);
        assert!(mean.abs() < 0.02, "{mean}");
        assert!((variance - 1.0).abs() < 0.02, "{variance}");
        let mut counts = [0_u32; 5];
        for _ in 0..n {
            counts[stream.below(5) as usize] += 1;
        }
        assert!(counts.iter().all(|&c| (19_000..21_000).contains(&c)), "{counts:?}");
    }
}
