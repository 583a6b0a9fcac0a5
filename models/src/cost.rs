//! What a window costs the device that computes its gradient: how much arithmetic, and how much memory.
//!
//! Weights need no gradient, so the way back is one product for each product of the way there, and libtorch keeps less
//! than in training. What it keeps follows from its derivatives (`tools/autograd/derivatives.yaml`): a linear layer
//! keeps nothing, a layer normalisation its input, attention its queries, keys, values and output, an activation its
//! input (`relu`: its output), a convolution its input.

use clipig_core::{NumberType, WindowCost};

use crate::architecture::{Architecture, Vision};
use crate::info::ModelInfo;

/// Bytes for each pixel of a window outside of the tower, at the worst moment: its places and noise as int64 for each
/// colour, its values on the way to the tower, its gradient on the way back, and the keys that sums are sorted by.
const PIXEL_BYTES: u64 = 256;

/// How many further blocks' worth of memory the block takes that is being computed.
const BLOCKS_UNDER_WAY: u64 = 2;

impl ModelInfo {
    /// What a window costs a device that computes in this number type.
    pub fn window_cost(&self, number: NumberType) -> WindowCost {
        self.architecture.window_cost(number, self.parameters)
    }
}

impl Architecture {
    /// The same for a model with so many parameters.
    pub fn window_cost(&self, number: NumberType, parameters: u64) -> WindowCost {
        let pixels = u64::from(self.input_size).pow(2);
        let tower = match self.vision {
            Vision::Transformer { width, layers, feed_forward, patch } => {
                let [width, layers, feed_forward, patch] =
                    [width, layers, feed_forward, patch].map(u64::from);
                transformer(u64::from(self.input_size) / patch.max(1), patch, width, layers, feed_forward)
            }
            Vision::ResNet { width, layers } => {
                resnet(self.input_size.into(), width.into(), layers.map(u64::from), self.embed_dim.into())
            }
        };
        WindowCost {
            pixels,
            flop: tower.products.saturating_mul(4),
            bytes: tower
                .kept
                .saturating_mul(number.bytes())
                .saturating_add(pixels.saturating_mul(PIXEL_BYTES)),
            model: parameters.saturating_mul(number.bytes()),
        }
    }
}

/// The cost of a window in a tower.
#[derive(Clone, Copy, Debug, Default)]
struct Tower {
    /// Products of the way there, each with a sum.
    products: u64,
    /// Numbers that are kept for the way back.
    kept: u64,
}

/// A transformer over `grid` × `grid` patches.
fn transformer(grid: u64, patch: u64, width: u64, layers: u64, feed_forward: u64) -> Tower {
    let patches = grid.saturating_mul(grid);
    let tokens = patches + 1;
    let linear = width.saturating_mul(4 * width + 2 * feed_forward);
    let attention = 2 * tokens * width;
    let embedding = patches.saturating_mul(3 * patch * patch * width);
    // The inputs of two layer normalisations; queries, keys, values and output of attention; the input of an activation.
    let kept = (2 + 4) * width + feed_forward;
    Tower {
        products: tokens
            .saturating_mul(layers)
            .saturating_mul(linear.saturating_add(attention))
            .saturating_add(embedding),
        kept: tokens.saturating_mul(layers + BLOCKS_UNDER_WAY).saturating_mul(kept),
    }
}

/// A modified `ResNet`: a stem of three convolutions, four layers of bottlenecks, attention pooling.
fn resnet(window: u64, width: u64, layers: [u64; 4], embedding: u64) -> Tower {
    let mut tower = Tower { products: 0, kept: 3 * window * window };
    let mut side = window / 2;
    for (kernel, inputs, outputs) in [(3, 3, width / 2), (3, width / 2, width / 2), (3, width / 2, width)] {
        tower.convolution(kernel, inputs, outputs, side);
        tower.keep(outputs, side);
    }
    side /= 2;
    tower.keep(width, side);
    let (mut inputs, mut planes) = (width, width);
    for (layer, blocks) in layers.into_iter().enumerate() {
        for block in 0..blocks {
            let (first, strided) = (block == 0, block == 0 && layer > 0);
            let after = if strided { side / 2 } else { side };
            tower.convolution(1, inputs, planes, side);
            tower.convolution(3, planes, planes, side);
            tower.convolution(1, planes, 4 * planes, after);
            tower.keep(2 * planes, side);
            tower.keep(4 * planes, after);
            if first {
                tower.convolution(1, inputs, 4 * planes, after);
            }
            if strided {
                // What average pooling makes is the input of the convolutions behind it.
                tower.keep(planes + inputs, after);
            }
            (inputs, side) = (4 * planes, after);
        }
        planes *= 2;
    }
    let (tokens, last) = (side * side + 1, 32 * width);
    // Keys and values of all places; one query and one output.
    let pooling = (2 * tokens + 1).saturating_mul(last * last).saturating_add(last * embedding);
    tower.products = tower.products.saturating_add(pooling).saturating_add(2 * tokens * last);
    tower.kept = tower.kept.saturating_add(4 * tokens * last);
    tower
}

impl Tower {
    fn convolution(&mut self, kernel: u64, inputs: u64, outputs: u64, side: u64) {
        let products = inputs.saturating_mul(outputs).saturating_mul(kernel * kernel * side * side);
        self.products = self.products.saturating_add(products);
    }

    fn keep(&mut self, channels: u64, side: u64) {
        self.kept = self.kept.saturating_add(channels.saturating_mul(side * side));
    }
}

#[cfg(test)]
mod tests {
    use clipig_core::NumberType;
    use clipig_schedule::gpu_shard;

    use crate::{Architecture, ModelInfo, Naming, Vision, embedded};

    /// A tower with the text tower of ViT-B/32.
    fn model(vision: Vision, input_size: u32, embed_dim: u32) -> Architecture {
        Architecture {
            naming: Naming::OpenAi,
            vision,
            input_size,
            embed_dim,
            context: 77,
            vocabulary: 49_408,
            text_width: 512,
            text_layers: 12,
            text_feed_forward: 2_048,
        }
    }

    fn transformer(input_size: u32, patch: u32, width: u32, layers: u32) -> Architecture {
        model(Vision::Transformer { width, layers, feed_forward: 4 * width, patch }, input_size, 512)
    }

    /// Against the table of `open_clip`, `docs/model_profile.csv`: `image_gflops` of one way. It also counts the normalisations
    /// of residual networks.
    #[test]
    fn arithmetic_is_that_of_known_models() {
        let resnet =
            |input_size, width, layers, embed| model(Vision::ResNet { width, layers }, input_size, embed);
        for (name, model, gflop, tolerance) in [
            ("ViT-B/32", transformer(224, 32, 768, 12), 8.82, 0.005),
            ("ViT-B/16", transformer(224, 16, 768, 12), 35.13, 0.005),
            ("ViT-L/14", transformer(224, 14, 1_024, 24), 162.03, 0.005),
            ("ViT-L/14@336", transformer(336, 14, 1_024, 24), 381.92, 0.005),
            ("ViT-H/14", transformer(224, 14, 1_280, 32), 334.59, 0.005),
            ("RN50", resnet(224, 64, [3, 4, 6, 3], 1_024), 12.22, 0.06),
            ("RN50x4", resnet(288, 80, [4, 6, 10, 6], 640), 42.56, 0.06),
            ("RN50x64", resnet(448, 128, [3, 15, 36, 10], 1_024), 529.11, 0.06),
        ] {
            let found = model.window_cost(NumberType::Float32, 0).flop as f64 / 2e9;
            assert!((found - gflop).abs() < tolerance * gflop, "{name}: {found} for {gflop}");
        }
    }

    /// A block of torch 2.11 keeps 6 · width + `feed_forward` numbers for each token, and 8 for averages and the like.
    #[test]
    fn memory_follows_tokens_layers_and_numbers() {
        let bytes = |model: &Architecture, number| model.window_cost(number, 0).bytes;
        let (model, deeper) = (transformer(224, 32, 768, 12), transformer(224, 32, 768, 13));
        let block = 50 * (6 * 768 + 3_072);
        assert_eq!(bytes(&deeper, NumberType::Float32) - bytes(&model, NumberType::Float32), 4 * block);
        assert_eq!(bytes(&deeper, NumberType::Bfloat16) - bytes(&model, NumberType::Bfloat16), 2 * block);
        assert_eq!(bytes(&model, NumberType::Float32), 14 * 4 * block + 256 * 224 * 224);
        assert_eq!(model.window_cost(NumberType::Float16, 1_000).model, 2_000);
    }

    /// On GPUs with 8, 16, 24, 40 and 80 GB.
    #[test]
    fn shards_of_known_models() {
        let rn50x64 = Vision::ResNet { width: 128, layers: [3, 15, 36, 10] };
        for (name, model, parameters, float, half) in [
            ("ViT-B/32", transformer(224, 32, 768, 12), 151, [64, 128, 128, 128, 128], [128; 5]),
            ("ViT-B/16", transformer(224, 16, 768, 12), 150, [16, 32, 64, 64, 64], [32, 64, 64, 64, 64]),
            ("ViT-L/14", transformer(224, 14, 1_024, 24), 428, [8, 16, 16, 16, 16], [16; 5]),
            ("ViT-L/14@336", transformer(336, 14, 1_024, 24), 428, [2, 8, 8, 16, 16], [8, 16, 16, 16, 16]),
            ("ViT-H/14", transformer(224, 14, 1_280, 32), 986, [2, 8, 16, 16, 16], [8, 16, 16, 16, 16]),
            ("RN50x64", model(rn50x64, 448, 1_024), 623, [2, 4, 8, 8, 16], [4, 8, 16, 16, 16]),
        ] {
            for (number, wanted) in [(NumberType::Float32, float), (NumberType::Bfloat16, half)] {
                let cost = model.window_cost(number, parameters * 1_000_000);
                let shards = [8, 16, 24, 40, 80].map(|gigabytes: u64| gpu_shard(&cost, gigabytes << 30));
                assert_eq!(shards, wanted, "{name} in {number}");
            }
        }
    }

    #[test]
    fn of_several_models_the_dearest_decides() {
        let cost = |model: Architecture, parameters| model.window_cost(NumberType::Float32, parameters);
        let base = cost(transformer(224, 32, 768, 12), 151_000_000);
        let large = cost(transformer(224, 14, 1_024, 24), 428_000_000);
        let both = [base.beside(large), large.beside(base)];
        assert_eq!(both[0], both[1]);
        assert_eq!(both[0].model, base.model + large.model);
        let shards = |cost, gigabytes: u64| gpu_shard(cost, gigabytes << 30);
        assert_eq!([&base, &large, &both[0]].map(|cost| shards(cost, 80)), [128, 16, 16]);
        assert_eq!([&large, &both[0]].map(|cost| shards(cost, 8)), [8, 4], "both models take memory");
    }

    #[test]
    fn no_shape_overflows() {
        let (most, window) = (u32::MAX, 1 << 14);
        let vision = Vision::Transformer { width: most, layers: 1_024, feed_forward: most, patch: 1 };
        assert_eq!(model(vision, window, most).window_cost(NumberType::Float32, u64::MAX).flop, u64::MAX);
        let vision = Vision::ResNet { width: 1 << 16, layers: [1_024; 4] };
        let _ = model(vision, window, most).window_cost(NumberType::Float32, u64::MAX);
    }

    #[test]
    fn the_small_model_is_cheap() {
        let info = ModelInfo::of_bytes(embedded::BYTES).unwrap();
        let cost = info.window_cost(NumberType::Float32);
        assert_eq!((cost.pixels, cost.model), (64 * 64, 4 * info.parameters));
        assert!((1..17_600_000_000 / 8).contains(&cost.flop), "{cost:?}");
    }
}
