//! The rule of `models/second_opinion/README.md`: every number follows from a tensor's name and an index.

/// Names a number's tensor and says in which range it lies.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Numbers {
    key: u64,
    scale: f32,
    offset: f32,
}

impl Numbers {
    /// Uniform numbers in `offset ± scale`.
    pub(crate) fn new(name: &str, scale: f32, offset: f32) -> Self {
        Self { key: fnv1a(name), scale, offset }
    }

    /// The numbers of a weight, by its name and shape in OpenAI's naming.
    pub(crate) fn of_weight(name: &str, shape: &[usize]) -> Self {
        let (scale, offset) = scale_and_offset(name, shape);
        Self::new(name, scale, offset)
    }

    /// The number at a place in row-major order.
    pub(crate) fn at(self, index: u64) -> f32 {
        let unit = bits(self.key, index) as f32 * 2.0_f32.powi(-24);
        (unit * 2.0 - 1.0) * self.scale + self.offset
    }

    /// The first `count` numbers.
    pub(crate) fn take(self, count: usize) -> Vec<f32> {
        (0..count as u64).map(|index| self.at(index)).collect()
    }
}

fn fnv1a(name: &str) -> u64 {
    name.bytes()
        .fold(0xcbf2_9ce4_8422_2325, |key, byte| (key ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3))
}

/// 24 random bits: SplitMix64 from `key` on.
fn bits(key: u64, index: u64) -> u64 {
    let mut z = key.wrapping_add((index + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (z ^ (z >> 31)) >> 40
}

fn scale_and_offset(name: &str, shape: &[usize]) -> (f32, f32) {
    let fan_in = |inputs: usize| ((3.0 / inputs as f32).sqrt(), 0.0);
    let last = name.rsplit('.').next().unwrap_or(name);
    match last {
        "logit_scale" => (0.0, 4.6052),
        "class_embedding" | "positional_embedding" => (0.5, 0.0),
        _ if name == "token_embedding.weight" => (0.5, 0.0),
        "running_mean" => (0.05, 0.0),
        "running_var" => (0.3, 1.0),
        "bias" | "in_proj_bias" => (0.1, 0.0),
        _ if shape.len() == 1 => (0.1, 1.0),
        "proj" | "text_projection" => fan_in(shape[0]),
        _ => fan_in(shape[1..].iter().product()),
    }
}

/// Windows `[2, 3, 224, 224]` in the model's normalised units.
pub(crate) fn pixels() -> Vec<f32> {
    let coarse = Numbers::new("input.pixels.coarse", 1.5, 0.0);
    let fine = Numbers::new("input.pixels.fine", 0.5, 0.0);
    let at = |index: u64| {
        let (plane, y, x) = (index / (224 * 224), index / 224 % 224, index % 224);
        coarse.at((plane * 14 + y / 16) * 14 + x / 16) + fine.at(index)
    };
    (0..2 * 3 * 224 * 224).map(at).collect()
}

/// Three texts as ids `[3, 77]`.
pub(crate) fn tokens() -> Vec<i64> {
    let text = |(row, count): (usize, u64)| {
        let key = fnv1a(&format!("input.tokens.{row}"));
        let mut ids = vec![49406];
        ids.extend((0..count).map(|index| 256 + (bits(key, index) % 49000) as i64));
        ids.push(49407);
        ids.resize(77, 0);
        ids
    };
    [3, 20, 75].into_iter().enumerate().flat_map(text).collect()
}

/// W of the gradient, `[2, embedding]`.
pub(crate) fn cotangent(embedding: usize) -> Vec<f32> {
    Numbers::new("input.cotangent", 1.0, 0.0).take(2 * embedding)
}
