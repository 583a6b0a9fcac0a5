//! Models with random weights: time does not depend on their values.

use clipig_experiment::random::Key;
use safetensors::Dtype;
use safetensors::tensor::TensorView;

/// The shape of an image tower.
#[derive(Clone, Copy)]
pub(crate) struct Shape {
    /// Its name, as in the registry.
    pub(crate) name: &'static str,
    /// Side of the window, in pixels.
    pub(crate) window: usize,
    /// Side of a patch.
    pub(crate) patch: usize,
    /// Width of the residual stream.
    pub(crate) width: usize,
    /// Number of blocks.
    pub(crate) layers: usize,
}

/// The shapes by name.
pub(crate) const SHAPES: [Shape; 4] = [
    Shape { name: "ViT-B/32", window: 224, patch: 32, width: 768, layers: 12 },
    Shape { name: "ViT-B/16", window: 224, patch: 16, width: 768, layers: 12 },
    Shape { name: "ViT-L/14", window: 224, patch: 14, width: 1_024, layers: 24 },
    // For trying a benchmark out on a small machine.
    Shape { name: "thin", window: 224, patch: 32, width: 64, layers: 1 },
];

/// Length of a feature, and width of the text tower.
const EMBEDDING: usize = 64;

/// A safetensors file in OpenAI's naming with random float16 weights: an image tower of this shape, and a text tower of one
/// thin block.
pub(crate) fn random_model(shape: &Shape) -> Vec<u8> {
    let Shape { window, patch, width, layers, .. } = *shape;
    let mut tensors: Vec<(String, Vec<usize>)> = vec![
        ("visual.conv1.weight".into(), vec![width, 3, patch, patch]),
        ("visual.class_embedding".into(), vec![width]),
        ("visual.positional_embedding".into(), vec![(window / patch).pow(2) + 1, width]),
        ("visual.proj".into(), vec![width, EMBEDDING]),
        ("token_embedding.weight".into(), vec![49_408, EMBEDDING]),
        ("positional_embedding".into(), vec![77, EMBEDDING]),
        ("text_projection".into(), vec![EMBEDDING, EMBEDDING]),
    ];
    for (name, width) in [("visual.ln_pre", width), ("visual.ln_post", width), ("ln_final", EMBEDDING)] {
        tensors.extend(["weight", "bias"].map(|part| (format!("{name}.{part}"), vec![width])));
    }
    for (tower, width, layers) in [("visual.transformer", width, layers), ("transformer", EMBEDDING, 1)] {
        for layer in 0..layers {
            let block = format!("{tower}.resblocks.{layer}");
            for norm in ["ln_1", "ln_2"] {
                let part = |part: &str| (format!("{block}.{norm}.{part}"), vec![width]);
                tensors.extend(["weight", "bias"].map(part));
            }
            for (name, rows, columns) in [
                ("attn.in_proj_", 3 * width, width),
                ("attn.out_proj.", width, width),
                ("mlp.c_fc.", 4 * width, width),
                ("mlp.c_proj.", width, 4 * width),
            ] {
                tensors.push((format!("{block}.{name}weight"), vec![rows, columns]));
                tensors.push((format!("{block}.{name}bias"), vec![rows]));
            }
        }
    }
    let mut stream = Key::root(0).stream();
    let data: Vec<Vec<u8>> = tensors
        .iter()
        .map(|(_, shape)| {
            let values = shape.iter().product::<usize>();
            // float16 around ±0.03: sign and mantissa at random, one exponent.
            (0..values.div_ceil(4))
                .flat_map(|_| (stream.bits() & 0x83ff_83ff_83ff_83ff | 0x2800_2800_2800_2800).to_le_bytes())
                .take(2 * values)
                .collect()
        })
        .collect();
    let views = tensors.iter().zip(&data).map(|((name, shape), data)| {
        (name.clone(), TensorView::new(Dtype::F16, shape.clone(), data).expect("two bytes per value"))
    });
    safetensors::serialize(views, None).expect("valid tensors")
}
