//! Whole CLIP models in files, small or with the dimensions of public ones. Their numbers mean nothing.

/// Name and shape of a tensor.
pub type Shape = (String, Vec<usize>);

/// Entries of CLIP's vocabulary.
const TOKENS: usize = 49_408;
const CONTEXT: usize = 77;

/// A CLIP with a vision transformer, in `OpenAI`'s naming: windows of 16 pixels, patches of 8, two blocks in
/// each tower, features of 8 numbers.
pub fn small_clip(vision_width: usize, text_width: usize) -> Vec<Shape> {
    const EMBED: usize = 8;
    let mut shapes = text_tower(text_width, EMBED, 2);
    shapes.extend([
        shape("visual.conv1.weight", &[vision_width, 3, 8, 8]),
        shape("visual.class_embedding", &[vision_width]),
        shape("visual.positional_embedding", &[5, vision_width]),
        shape("visual.proj", &[vision_width, EMBED]),
    ]);
    for norm in ["visual.ln_pre", "visual.ln_post"] {
        shapes.extend(norm_of(norm, vision_width));
    }
    for block in 0..2 {
        shapes.extend(transformer_block(&format!("visual.transformer.resblocks.{block}"), vision_width));
    }
    shapes
}

/// A CLIP that passes for RN101: its dimensions, and fewer blocks.
pub fn rn101() -> Vec<Shape> {
    resnet(64, 512, 512)
}

/// A CLIP with a residual network of so many channels after the stem, windows of 224 pixels, and features of `embed`
/// numbers.
pub fn resnet(width: usize, text_width: usize, embed: usize) -> Vec<Shape> {
    let mut shapes = text_tower(text_width, embed, 1);
    let mut convolution = |conv: &str, norm: &str, sizes: [usize; 4]| {
        shapes.push(shape(&format!("visual.{conv}.weight"), &sizes));
        for part in ["weight", "bias", "running_mean", "running_var"] {
            shapes.push(shape(&format!("visual.{norm}.{part}"), &sizes[..1]));
        }
    };
    convolution("conv1", "bn1", [width / 2, 3, 3, 3]);
    convolution("conv2", "bn2", [width / 2, width / 2, 3, 3]);
    convolution("conv3", "bn3", [width, width / 2, 3, 3]);
    let mut inputs = width;
    for layer in 1..=4 {
        let (planes, name) = (width << (layer - 1), format!("layer{layer}.0"));
        let part = |part: &str| format!("{name}.{part}");
        convolution(&part("conv1"), &part("bn1"), [planes, inputs, 1, 1]);
        convolution(&part("conv2"), &part("bn2"), [planes, planes, 3, 3]);
        convolution(&part("conv3"), &part("bn3"), [4 * planes, planes, 1, 1]);
        convolution(&part("downsample.0"), &part("downsample.1"), [4 * planes, inputs, 1, 1]);
        inputs = 4 * planes;
    }
    shapes.push(shape("visual.attnpool.positional_embedding", &[50, inputs]));
    for part in ["q_proj", "k_proj", "v_proj"] {
        shapes.extend(linear(&format!("visual.attnpool.{part}"), inputs, inputs));
    }
    shapes.extend(linear("visual.attnpool.c_proj", embed, inputs));
    shapes
}

/// The same CLIP in Hugging Face's naming; the model's image tower must be a transformer.
pub fn hugging_face(shapes: &[Shape], names: impl Fn(&str) -> Vec<String>) -> Vec<Shape> {
    let renamed = |(name, sizes): &Shape| {
        let names = names(name);
        let mut sizes = sizes.clone();
        if let Some(rows) = sizes.first_mut() {
            *rows /= names.len();
        }
        if matches!(name.as_str(), "visual.proj" | "text_projection") {
            sizes.reverse();
        }
        names.into_iter().map(move |name| (name, sizes.clone())).collect::<Vec<_>>()
    };
    shapes.iter().flat_map(renamed).collect()
}

/// A safetensors file of float16 tensors, every byte `filler`.
///
/// # Panics
/// Never: sizes follow from shapes.
pub fn float16_file(shapes: &[Shape], filler: u8) -> Vec<u8> {
    file("F16", 2, shapes, filler)
}

/// A safetensors file of tensors of any type, named as the format names it, of so many bytes each number.
pub fn file(dtype: &str, width: usize, shapes: &[Shape], filler: u8) -> Vec<u8> {
    let mut end = 0;
    let entries: Vec<String> = shapes
        .iter()
        .map(|(name, shape)| {
            let start = end;
            end += width * shape.iter().product::<usize>();
            format!(r#""{name}":{{"dtype":"{dtype}","shape":{shape:?},"data_offsets":[{start},{end}]}}"#)
        })
        .collect();
    let header = format!("{{{}}}", entries.join(","));
    let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
    bytes.extend(header.as_bytes());
    bytes.resize(bytes.len() + end, filler);
    bytes
}

fn text_tower(width: usize, embed: usize, blocks: usize) -> Vec<Shape> {
    let mut shapes = vec![
        shape("token_embedding.weight", &[TOKENS, width]),
        shape("positional_embedding", &[CONTEXT, width]),
        shape("text_projection", &[width, embed]),
        shape("logit_scale", &[]),
    ];
    shapes.extend(norm_of("ln_final", width));
    for block in 0..blocks {
        shapes.extend(transformer_block(&format!("transformer.resblocks.{block}"), width));
    }
    shapes
}

fn transformer_block(name: &str, width: usize) -> Vec<Shape> {
    let mut shapes = vec![
        shape(&format!("{name}.attn.in_proj_weight"), &[3 * width, width]),
        shape(&format!("{name}.attn.in_proj_bias"), &[3 * width]),
    ];
    shapes.extend(linear(&format!("{name}.attn.out_proj"), width, width));
    shapes.extend(linear(&format!("{name}.mlp.c_fc"), 4 * width, width));
    shapes.extend(linear(&format!("{name}.mlp.c_proj"), width, 4 * width));
    for norm in ["ln_1", "ln_2"] {
        shapes.extend(norm_of(&format!("{name}.{norm}"), width));
    }
    shapes
}

fn norm_of(name: &str, width: usize) -> [Shape; 2] {
    ["weight", "bias"].map(|part| shape(&format!("{name}.{part}"), &[width]))
}

fn linear(name: &str, rows: usize, columns: usize) -> [Shape; 2] {
    [shape(&format!("{name}.weight"), &[rows, columns]), shape(&format!("{name}.bias"), &[rows])]
}

fn shape(name: &str, sizes: &[usize]) -> Shape {
    (name.to_owned(), sizes.to_vec())
}
