//! Every tensor that a CLIP model of some shape consists of.

use crate::{
    architecture::{Architecture, Naming, Vision},
    header::Header,
    names,
};

/// Names of a list that a message shows.
const SHOWN: usize = 4;

/// Tensors that the libraries store beside a model and that encoding does not read: the temperature of the
/// training loss, the causal mask, indices of positions, numbers that follow from shapes, a counter.
const UNREAD: [&str; 6] =
    ["logit_scale", "logit_bias", "attn_mask", "input_resolution", "context_length", "vocab_size"];
const UNREAD_ENDINGS: [&str; 2] = [".num_batches_tracked", ".position_ids"];

/// Where a model's own tensors stand. What is below one of these and unknown would change the result.
const TOWERS: [&str; 12] = [
    "visual.",
    "transformer.",
    "token_embedding",
    "positional_embedding",
    "ln_final",
    "text_projection",
    "text.",
    "vision_model.",
    "text_model.",
    "visual_projection",
    "class_embedding",
    "visual_",
];

/// One tensor: its name and shape in `OpenAI`'s naming.
struct Part {
    name: String,
    shape: Vec<usize>,
}

/// The tensors of a model.
pub(crate) struct Inventory {
    naming: Naming,
    parts: Vec<Part>,
}

impl Inventory {
    /// All that a model of this shape must have. Of layer scales the header says whether there are any.
    pub(crate) fn of(architecture: &Architecture, header: &Header) -> Self {
        let mut inventory = Self { naming: architecture.naming, parts: Vec::new() };
        let n = |number: u32| number as usize;
        let (width, embed) = (n(architecture.text_width), n(architecture.embed_dim));
        inventory.add("token_embedding.weight", &[n(architecture.vocabulary), width]);
        inventory.add("positional_embedding", &[n(architecture.context), width]);
        inventory.add_norm("ln_final", width);
        inventory.add("text_projection", &[width, embed]);
        let blocks =
            Blocks { width, layers: architecture.text_layers, inner: n(architecture.text_feed_forward) };
        inventory.add_blocks("transformer", &blocks, header);
        match architecture.vision {
            Vision::Transformer { width, layers, feed_forward, patch } => {
                let (width, side, patch) = (n(width), n(architecture.input_size / patch), n(patch));
                inventory.add("visual.conv1.weight", &[width, 3, patch, patch]);
                inventory.add("visual.class_embedding", &[width]);
                inventory.add("visual.positional_embedding", &[side * side + 1, width]);
                inventory.add_norm("visual.ln_pre", width);
                inventory.add_norm("visual.ln_post", width);
                inventory.add("visual.proj", &[width, embed]);
                let blocks = Blocks { width, layers, inner: n(feed_forward) };
                inventory.add_blocks("visual.transformer", &blocks, header);
            }
            Vision::ResNet { width, layers } => {
                inventory.add_resnet(n(width), layers, n(architecture.input_size / 32), embed);
            }
        }
        inventory
    }

    fn add(&mut self, name: &str, shape: &[usize]) {
        self.parts.push(Part { name: name.to_owned(), shape: shape.to_vec() });
    }

    fn add_norm(&mut self, name: &str, width: usize) {
        self.add(&format!("{name}.weight"), &[width]);
        self.add(&format!("{name}.bias"), &[width]);
    }

    fn add_linear(&mut self, name: &str, rows: usize, columns: usize) {
        self.add(&format!("{name}.weight"), &[rows, columns]);
        self.add(&format!("{name}.bias"), &[rows]);
    }

    fn add_blocks(&mut self, tower: &str, blocks: &Blocks, header: &Header) {
        let &Blocks { width, layers, inner } = blocks;
        let scaled = header.shape(&format!("{tower}.resblocks.0.ls_1.gamma")).is_some();
        for block in 0..layers {
            let name = format!("{tower}.resblocks.{block}");
            self.add_norm(&format!("{name}.ln_1"), width);
            self.add(&format!("{name}.attn.in_proj_weight"), &[3 * width, width]);
            self.add(&format!("{name}.attn.in_proj_bias"), &[3 * width]);
            self.add_linear(&format!("{name}.attn.out_proj"), width, width);
            self.add_norm(&format!("{name}.ln_2"), width);
            self.add_linear(&format!("{name}.mlp.c_fc"), inner, width);
            self.add_linear(&format!("{name}.mlp.c_proj"), width, inner);
            if scaled {
                self.add(&format!("{name}.ls_1.gamma"), &[width]);
                self.add(&format!("{name}.ls_2.gamma"), &[width]);
            }
        }
    }

    /// `ModifiedResNet` of CLIP: a stem of three convolutions, four layers of bottlenecks, attention pooling.
    fn add_resnet(&mut self, width: usize, layers: [u32; 4], grid: usize, embed: usize) {
        for (i, (channels, inputs)) in (1..).zip([(width / 2, 3), (width / 2, width / 2), (width, width / 2)])
        {
            self.add(&format!("visual.conv{i}.weight"), &[channels, inputs, 3, 3]);
            self.add_batch_norm(&format!("visual.bn{i}"), channels);
        }
        let mut inputs = width;
        for (layer, blocks) in (1..).zip(layers) {
            let planes = width << (layer - 1);
            for block in 0..blocks {
                let name = format!("visual.layer{layer}.{block}");
                let outputs = 4 * planes;
                let shapes = [[planes, inputs, 1, 1], [planes, planes, 3, 3], [outputs, planes, 1, 1]];
                for (i, shape) in (1..).zip(shapes) {
                    self.add(&format!("{name}.conv{i}.weight"), &shape);
                    self.add_batch_norm(&format!("{name}.bn{i}"), shape[0]);
                }
                if block == 0 {
                    self.add(&format!("{name}.downsample.0.weight"), &[outputs, inputs, 1, 1]);
                    self.add_batch_norm(&format!("{name}.downsample.1"), outputs);
                }
                inputs = outputs;
            }
        }
        let name = "visual.attnpool";
        self.add(&format!("{name}.positional_embedding"), &[grid * grid + 1, inputs]);
        for part in ["q_proj", "k_proj", "v_proj"] {
            self.add_linear(&format!("{name}.{part}"), inputs, inputs);
        }
        self.add_linear(&format!("{name}.c_proj"), embed, inputs);
    }

    fn add_batch_norm(&mut self, name: &str, channels: usize) {
        self.add_norm(name, channels);
        self.add(&format!("{name}.running_mean"), &[channels]);
        self.add(&format!("{name}.running_var"), &[channels]);
    }

    /// The tensors as the file names them, with their shapes.
    fn stored(&self) -> impl Iterator<Item = (String, Vec<usize>)> {
        self.parts.iter().flat_map(|Part { name, shape }| match self.naming {
            Naming::OpenAi => vec![(name.clone(), shape.clone())],
            Naming::HuggingFace => {
                let stored = names::hugging_face(name);
                let mut shape = shape.clone();
                shape[0] /= stored.len();
                if names::is_transposed(name) {
                    shape.reverse();
                }
                stored.into_iter().map(|name| (name, shape.clone())).collect()
            }
        })
    }

    /// The names of all tensors that encoding reads, as the file has them.
    pub(crate) fn names(&self) -> Vec<String> {
        self.stored().map(|(name, _)| name).collect()
    }

    /// Compares with a file. Returns the tensors that nothing uses and that change nothing.
    pub(crate) fn check(&self, header: &Header) -> Result<Vec<String>, String> {
        let mut missing = Vec::new();
        let mut left: std::collections::BTreeSet<&str> = header.tensors.keys().map(String::as_str).collect();
        for (name, expected) in self.stored() {
            match header.shape(&name) {
                None => missing.push(name),
                Some(found) if found != expected => {
                    return Err(format!("its tensor \"{name}\" has the shape {found:?}, not {expected:?}"));
                }
                Some(_) => {
                    left.remove(name.as_str());
                }
            }
        }
        let unread =
            |name: &str| UNREAD.contains(&name) || UNREAD_ENDINGS.iter().any(|ending| name.ends_with(ending));
        let (strange, unused): (Vec<&str>, Vec<&str>) = left
            .into_iter()
            .filter(|name| !unread(name))
            .partition(|name| TOWERS.iter().any(|tower| name.starts_with(tower)));
        match (missing.is_empty(), strange.is_empty()) {
            (true, true) => Ok(unused.into_iter().map(str::to_owned).collect()),
            (false, true) => Err(format!("it lacks {}", list(&missing))),
            (true, false) => Err(format!(
                "it has tensors that would change the result and that clipig does not know: {}",
                list(&strange)
            )),
            (false, false) => {
                Err(format!("it lacks {} and has, unknown to clipig, {}", list(&missing), list(&strange)))
            }
        }
    }
}

struct Blocks {
    width: usize,
    layers: u32,
    inner: usize,
}

/// Some names in quotes, and how many more there are.
pub(crate) fn list<T: AsRef<str>>(names: &[T]) -> String {
    let shown: Vec<String> = names.iter().take(SHOWN).map(|name| format!("\"{}\"", name.as_ref())).collect();
    let shown = shown.join(", ");
    match names.len().checked_sub(SHOWN) {
        Some(more) if more > 0 => format!("{shown} and {more} more"),
        _ => shown,
    }
}
