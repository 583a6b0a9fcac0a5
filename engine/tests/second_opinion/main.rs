//! The loader against other people's: `open_clip`'s and transformers' own CLIP models answered once, in
//! `models/second_opinion/recorded.json`, with weights that anybody can make again. Here the same models,
//! in the full shapes of ViT-B/32 and RN50, go through our loader.

mod checkpoints;
mod model_file;
mod record;
mod rule;

use clipig_core::ModelSettings;
use clipig_engine::clip::Clip;
use clipig_engine::clip::weights::Weights;
use clipig_models::Naming;
use safetensors::Dtype;
use safetensors::tensor::TensorView;
use tch::{Device, Kind, Tensor};

use crate::model_file::Shapes;
use crate::record::{Answers, GradientLimit, Record};
use crate::rule::Numbers;

const VIT: &str = "ViT-B-32-quickgelu";
const RESNET: &str = "RN50-quickgelu";

/// A transformer's gradient is as exact as its features; rounding switches none of its parts.
const SMOOTH: GradientLimit = GradientLimit { max: 1e-5, norm: 1e-5 };

/// Among the millions of `ReLU` units of a `ResNet` some stand so near zero that rounding switches them (the
/// record's own float32 run is off by 0.8 % of the largest magnitude, 0.1 % of the norm).
const SWITCHING: GradientLimit = GradientLimit { max: 5e-2, norm: 1e-2 };

fn load(bytes: &[u8], naming: Naming) -> Clip {
    let weights = Weights::parse(bytes).expect("the file is whole");
    assert_eq!(weights.architecture().naming, naming);
    Clip::new(&weights, &ModelSettings::default(), Device::Cpu, Kind::Float).expect("the tensors are a CLIP")
}

fn values(tensor: &Tensor) -> Vec<f32> {
    Vec::try_from(tensor.contiguous().view([-1])).expect("float32")
}

fn answers(clip: &Clip) -> Answers {
    assert_eq!((clip.window(), clip.context(), clip.vocabulary()), (224, 77, 49408));
    let pixels = Tensor::from_slice(&rule::pixels()).view([2, 3, 224, 224]).set_requires_grad(true);
    let image = clip.encode_image(&pixels);
    let cotangent = Tensor::from_slice(&rule::cotangent(clip.embedding() as usize)).view_as(&image);
    let loss = (&image * cotangent).sum(Kind::Float);
    let gradient = Tensor::run_backward(&[&loss], &[&pixels], false, false).remove(0);
    let text = clip.encode_text(&Tensor::from_slice(&rule::tokens()).view([3, 77]));
    Answers {
        image_features: values(&image),
        text_features: values(&text),
        pixel_gradient: values(&gradient),
    }
}

#[test]
fn second_opinion_rule() {
    let record = Record::open();
    let ends = |values: &[f32]| {
        let last = values.len() - 1;
        serde_json::json!([values[0].to_bits(), values[1.min(last)].to_bits(), values[last].to_bits()])
    };
    let inputs = &record.0["inputs"];
    assert_eq!(ends(&rule::pixels()), inputs["pixels_probe_bits"]);
    assert_eq!(ends(&rule::cotangent(512)), inputs["cotangent_probe_bits"]);
    let tokens: Vec<Vec<i64>> =
        rule::tokens().chunks(77).map(|row| row.iter().copied().filter(|&id| id > 0).collect()).collect();
    assert_eq!(serde_json::json!(tokens), inputs["tokens"]);
    for name in [VIT, RESNET] {
        let (model, mut probes) = (record.model(name), 0);
        let shapes = model.shapes();
        for (tensor, bits) in model.0["probe_bits"].as_object().expect("probes by name") {
            let shape = &shapes[tensor];
            let numbers = Numbers::of_weight(tensor, shape).take(shape.iter().product());
            assert_eq!(ends(&numbers), *bits, "{name} {tensor}");
            probes += 1;
        }
        assert!(probes > 8, "{name} has few probes");
    }
}

#[test]
fn second_opinion_hugging_face_names() {
    let record = Record::open();
    let ours = model_file::shapes(&model_file::hugging_face(&record.model(VIT).shapes()));
    assert_eq!(ours, record.model("CLIPModel").shapes());
}

#[test]
fn second_opinion_vit_in_openai_naming() {
    let record = Record::open().model(VIT);
    let clip = load(&model_file::write(&model_file::openai(&record.shapes())), Naming::OpenAi);
    record.compare("open_clip ViT-B/32", &answers(&clip), &SMOOTH);
}

#[test]
fn second_opinion_vit_in_hugging_face_naming() {
    // transformers' answers are open_clip's; record.py insists on it.
    let record = Record::open().model(VIT);
    let clip = load(&model_file::write(&model_file::hugging_face(&record.shapes())), Naming::HuggingFace);
    record.compare("transformers ViT-B/32", &answers(&clip), &SMOOTH);
}

#[test]
fn second_opinion_resnet() {
    let record = Record::open().model(RESNET);
    let clip = load(&model_file::write(&model_file::openai(&record.shapes())), Naming::OpenAi);
    record.compare("open_clip RN50", &answers(&clip), &SWITCHING);
}

/// A file in half precision is the model that its rounded numbers make: the very same bits come out as from
/// a float32 file with those numbers.
#[test]
fn second_opinion_half_precision_files() {
    let tensors = model_file::write(&model_file::openai(&small_shapes()));
    let file = safetensors::SafeTensors::deserialize(&tensors).expect("just written");
    for (dtype, kind) in [(Dtype::F16, Kind::Half), (Dtype::BF16, Kind::BFloat16)] {
        let rounded = |name: &str| {
            let view = file.tensor(name).expect("a name of this file");
            let shape: Vec<i64> = view.shape().iter().map(|&side| side as i64).collect();
            Tensor::from_data_size(view.data(), &shape, Kind::Float).to_kind(kind)
        };
        let written = |dtype: Dtype, kind: Kind| {
            let bytes = |name: &str| {
                let bytes = rounded(name).to_kind(kind).view([-1]).view_dtype(Kind::Uint8);
                Vec::<u8>::try_from(bytes).expect("bytes")
            };
            let data: Vec<(&str, Vec<u8>)> =
                file.names().into_iter().map(|name| (name, bytes(name))).collect();
            let views = data.iter().map(|(name, bytes)| {
                let shape = file.tensor(name).expect("a name of this file").shape().to_vec();
                (*name, TensorView::new(dtype, shape, bytes).expect("as many bytes as the shape says"))
            });
            safetensors::serialize(views, None).expect("the sizes are consistent")
        };
        let features = |bytes: &[u8]| {
            let clip = load(bytes, Naming::OpenAi);
            assert_eq!(clip.window(), 16);
            let pixels = Tensor::from_slice(&rule::pixels()[..2 * 3 * 16 * 16]).view([2, 3, 16, 16]);
            let tokens = Tensor::from_slice(&[6_i64, 1, 4, 7, 0]).view([1, 5]);
            (values(&clip.encode_image(&pixels)), values(&clip.encode_text(&tokens)))
        };
        let (half, full) = (written(dtype, kind), written(Dtype::F32, Kind::Float));
        assert!(half.len() < full.len() * 2 / 3);
        assert_eq!(features(&half), features(&full), "{dtype:?}");
        assert_ne!(features(&half), features(&tensors), "{dtype:?} should round");
    }
}

/// A vision transformer with two by two patches and one layer per tower.
fn small_shapes() -> Shapes {
    let mut shapes: Shapes = [
        ("visual.conv1.weight", vec![64, 3, 8, 8]),
        ("visual.class_embedding", vec![64]),
        ("visual.positional_embedding", vec![5, 64]),
        ("visual.proj", vec![64, 32]),
        ("token_embedding.weight", vec![8, 64]),
        ("positional_embedding", vec![5, 64]),
        ("text_projection", vec![64, 32]),
    ]
    .map(|(name, shape)| (name.to_owned(), shape))
    .into();
    for norm in ["visual.ln_pre", "visual.ln_post", "ln_final"] {
        shapes.extend(["weight", "bias"].map(|part| (format!("{norm}.{part}"), vec![64])));
    }
    for tower in ["visual.transformer", "transformer"] {
        let layer = [
            ("attn.in_proj_weight", vec![192, 64]),
            ("attn.in_proj_bias", vec![192]),
            ("attn.out_proj.weight", vec![64, 64]),
            ("attn.out_proj.bias", vec![64]),
            ("ln_1.weight", vec![64]),
            ("ln_1.bias", vec![64]),
            ("ln_2.weight", vec![64]),
            ("ln_2.bias", vec![64]),
            ("mlp.c_fc.weight", vec![256, 64]),
            ("mlp.c_fc.bias", vec![256]),
            ("mlp.c_proj.weight", vec![64, 256]),
            ("mlp.c_proj.bias", vec![64]),
        ];
        shapes.extend(layer.map(|(part, shape)| (format!("{tower}.resblocks.0.{part}"), shape)));
    }
    shapes
}
