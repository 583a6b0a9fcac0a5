//! Safetensors files whose tensors follow the rule, in both namings.

use std::borrow::Cow;
use std::collections::BTreeMap;

use safetensors::{Dtype, View};

use crate::rule::Numbers;

/// Names and shapes of a model's tensors.
pub(crate) type Shapes = BTreeMap<String, Vec<usize>>;

/// A tensor of a file. Its bytes are made when they are written, so that a model is in memory once.
pub(crate) struct Tensor {
    shape: Vec<usize>,
    numbers: Numbers,
    order: Order,
}

/// Which of its numbers a tensor of a file shows where.
#[derive(Clone, Copy)]
enum Order {
    /// Those from an index on, in their order.
    From(u64),
    /// All of them, rows as columns.
    Transposed,
}

impl View for &Tensor {
    fn dtype(&self) -> Dtype {
        Dtype::F32
    }

    fn shape(&self) -> &[usize] {
        &self.shape
    }

    fn data(&self) -> Cow<'_, [u8]> {
        let mut numbers = vec![[0_u8; 4]; self.count()];
        let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let length = numbers.len().div_ceil(threads).max(1 << 16);
        std::thread::scope(|scope| {
            for (part, slots) in numbers.chunks_mut(length).enumerate() {
                scope.spawn(move || {
                    for (index, slot) in ((part * length) as u64..).zip(slots) {
                        *slot = self.at(index).to_le_bytes();
                    }
                });
            }
        });
        Cow::Owned(numbers.into_flattened())
    }

    fn data_len(&self) -> usize {
        self.count() * 4
    }
}

impl Tensor {
    fn count(&self) -> usize {
        self.shape.iter().product()
    }

    fn at(&self, index: u64) -> f32 {
        self.numbers.at(match self.order {
            Order::From(start) => start + index,
            Order::Transposed => {
                let (rows, columns) = (self.shape[0] as u64, self.shape[1] as u64);
                index % columns * rows + index / columns
            }
        })
    }
}

/// A model's tensors in OpenAI's naming.
pub(crate) fn openai(shapes: &Shapes) -> BTreeMap<String, Tensor> {
    let tensor = |(name, shape): (&String, &Vec<usize>)| {
        let numbers = Numbers::of_weight(name, shape);
        (name.clone(), Tensor { shape: shape.clone(), numbers, order: Order::From(0) })
    };
    shapes.iter().map(tensor).collect()
}

/// The same numbers in Hugging Face's naming; `shapes` are OpenAI's of a model with a vision transformer.
pub(crate) fn hugging_face(shapes: &Shapes) -> BTreeMap<String, Tensor> {
    shapes.iter().flat_map(|(name, shape)| hugging_face_tensors(name, shape)).collect()
}

fn hugging_face_tensors(name: &str, shape: &[usize]) -> Vec<(String, Tensor)> {
    let numbers = Numbers::of_weight(name, shape);
    let tensor =
        |name: String, shape: &[usize], order| (name, Tensor { shape: shape.to_vec(), numbers, order });
    let projection = match name {
        "visual.proj" => Some("visual_projection.weight"),
        "text_projection" => Some("text_projection.weight"),
        _ => None,
    };
    if let Some(renamed) = projection {
        return vec![tensor(renamed.to_owned(), &[shape[1], shape[0]], Order::Transposed)];
    }
    let Some((tower, layer)) = name.split_once("transformer.resblocks.") else {
        return vec![tensor(outside_of_layers(name).to_owned(), shape, Order::From(0))];
    };
    let tower = if tower == "visual." { "vision_model" } else { "text_model" };
    let (number, part) = layer.split_once('.').expect("a layer has parts");
    let layer = format!("{tower}.encoder.layers.{number}");
    if let Some(kind) = part.strip_prefix("attn.in_proj_") {
        let mut third = shape.to_vec();
        third[0] /= 3;
        let length = third.iter().product::<usize>() as u64;
        let split = |(order, part)| {
            tensor(format!("{layer}.self_attn.{part}_proj.{kind}"), &third, Order::From(order * length))
        };
        return (0..).zip(["q", "k", "v"]).map(split).collect();
    }
    let (module, kind) = part.rsplit_once('.').expect("a module has a weight or a bias");
    let module = match module {
        "attn.out_proj" => "self_attn.out_proj",
        "ln_1" => "layer_norm1",
        "ln_2" => "layer_norm2",
        "mlp.c_fc" => "mlp.fc1",
        "mlp.c_proj" => "mlp.fc2",
        other => panic!("{other} is no module of a layer"),
    };
    vec![tensor(format!("{layer}.{module}.{kind}"), shape, Order::From(0))]
}

fn outside_of_layers(name: &str) -> &str {
    match name {
        "token_embedding.weight" => "text_model.embeddings.token_embedding.weight",
        "positional_embedding" => "text_model.embeddings.position_embedding.weight",
        "ln_final.weight" => "text_model.final_layer_norm.weight",
        "ln_final.bias" => "text_model.final_layer_norm.bias",
        "visual.class_embedding" => "vision_model.embeddings.class_embedding",
        "visual.conv1.weight" => "vision_model.embeddings.patch_embedding.weight",
        "visual.positional_embedding" => "vision_model.embeddings.position_embedding.weight",
        // The spelling is theirs.
        "visual.ln_pre.weight" => "vision_model.pre_layrnorm.weight",
        "visual.ln_pre.bias" => "vision_model.pre_layrnorm.bias",
        "visual.ln_post.weight" => "vision_model.post_layernorm.weight",
        "visual.ln_post.bias" => "vision_model.post_layernorm.bias",
        other => other,
    }
}

/// Names and shapes of the tensors that a file would hold.
pub(crate) fn shapes(tensors: &BTreeMap<String, Tensor>) -> Shapes {
    tensors.iter().map(|(name, tensor)| (name.clone(), tensor.shape.clone())).collect()
}

/// The bytes of a file.
pub(crate) fn write(tensors: &BTreeMap<String, Tensor>) -> Vec<u8> {
    safetensors::serialize(tensors, None).expect("the sizes are consistent")
}
