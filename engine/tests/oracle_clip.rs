//! CLIP against the original: both kinds of image tower, the text tower, and the preprocessing of images.

mod support;

use clipig_core::{ModelSettings, ResizeMode};
use clipig_engine::clip::weights::Weights;
use clipig_engine::clip::{Clip, preprocess, unit_length};
use clipig_testing::{Array, Oracle, Tensors, Value, mismatch};
use tch::{Kind, Tensor};

use self::support::test_device;

#[test]
fn oracle_clip_models() {
    let oracle = Oracle::open();
    let mut models = 0;
    oracle.index("clip").check(|case| {
        if case["group"] != "model" {
            return Ok(());
        }
        models += 1;
        model(&oracle, case)
    });
    assert!(models > 0, "the oracle has no model");
}

#[test]
fn oracle_clip_preprocessing() {
    let oracle = Oracle::open();
    let tensors = oracle.tensors("clip/tensors.safetensors");
    let mut images = 0;
    oracle.index("clip").check(|case| {
        if case["group"] != "preprocess" {
            return Ok(());
        }
        images += 1;
        preprocessing(&oracle, &tensors, case)
    });
    assert!(images > 0, "the oracle has no image");
}

fn tensor(array: &Array) -> Tensor {
    let shape: Vec<i64> = array.shape.iter().map(|&side| side as i64).collect();
    Tensor::from_slice(&array.values).view(&shape[..])
}

fn values(tensor: &Tensor) -> Vec<f32> {
    Vec::try_from(tensor.contiguous().view([-1]).to_device(tch::Device::Cpu)).unwrap()
}

fn model(oracle: &Oracle, case: &Value) -> Result<(), String> {
    let bytes = oracle.bytes(&format!("clip/{}", case["model_file"].as_str().unwrap()));
    let tensors = oracle.tensors(&format!("clip/{}", case["tensor_file"].as_str().unwrap()));
    let weights = Weights::parse(&bytes).map_err(|error| error.to_string())?;
    let clip = Clip::new(&weights, &ModelSettings::default(), test_device(), Kind::Float)
        .map_err(|error| error.to_string())?;
    let (inputs, outputs, tolerance) = (&case["inputs"], &case["outputs"], &case["tolerance"]);
    let limit = |name: &str| tolerance[name].as_f64().unwrap();
    let pixels = clip
        .normalize(&tensor(tensors.get(&inputs["pixels"])).to_device(clip.device()))
        .set_requires_grad(true);
    let image = clip.encode_image(&pixels);
    let text = clip.encode_text(&tensor(tensors.get(&inputs["tokens"])).to_kind(Kind::Int64));
    let close = |what: &str, found: &Tensor, wanted: &Array, atol: f64, rtol: f64| {
        let allowed = |wanted: f32| atol + rtol * f64::from(wanted.abs());
        let found = values(found);
        let worst = found
            .iter()
            .zip(&wanted.values)
            .map(|(&found, &wanted)| f64::from((found - wanted).abs()) - allowed(wanted))
            .fold(f64::MIN, f64::max);
        let fits = found.len() == wanted.values.len() && worst <= 0.0;
        if fits { Ok(()) } else { Err(format!("{what} is off by {worst:.2e} more than allowed")) }
    };
    let features = (limit("features_atol"), limit("features_rtol"));
    close("image features", &image, tensors.get(&outputs["image_features"]), features.0, features.1)?;
    close("text features", &text, tensors.get(&outputs["text_features"]), features.0, features.1)?;
    let logit_scale = 100.0; // as in the record: exp of the weights' logit_scale, clamped
    let logits = unit_length(&image).matmul(&unit_length(&text).tr()) * logit_scale;
    let wanted = tensors.get(&outputs["logits_per_image"]);
    let ratio = f64::from(wanted.values[0]) / logits.double_value(&[0, 0]);
    close("logits", &(logits * ratio), wanted, limit("logits_atol"), 0.0)?;
    let pairs = text.narrow(0, 0, pixels.size()[0]);
    let loss = (Tensor::cosine_similarity(&image, &pairs, 1, 1e-8) * -1.0 + 1.0).sum(Kind::Float);
    let wanted = outputs["loss"].as_f64().unwrap();
    if (loss.double_value(&[]) - wanted).abs() > limit("loss_atol") {
        return Err(format!("loss {}, not {wanted}", loss.double_value(&[])));
    }
    let gradient = Tensor::run_backward(&[&loss], &[&pixels], false, false).remove(0);
    let wanted = tensors.get(&outputs["grad"]);
    let greatest = wanted.values.iter().fold(0.0_f32, |greatest, value| greatest.max(value.abs()));
    let atol = limit("grad_rel_to_max") * f64::from(greatest);
    let gradient = gradient.narrow(0, 0, wanted.shape[0] as i64);
    let (share, difference) = mismatch(&values(&gradient), &wanted.values, atol);
    if share > 0.0 { Err(format!("gradient: {share:.5} differ, by up to {difference:.2e}")) } else { Ok(()) }
}

fn preprocessing(oracle: &Oracle, tensors: &Tensors, case: &Value) -> Result<(), String> {
    let bytes = oracle.bytes(&format!("clip/{}", case["inputs"]["file"].as_str().unwrap()));
    let image = image::load_from_memory(&bytes).map_err(|error| error.to_string())?;
    let wanted = tensors.get(&case["outputs"]["uint8_hwc"]);
    let found: Vec<f32> = preprocess::window_rgb(&image, wanted.shape[0] as u32, ResizeMode::Shortest)
        .as_raw()
        .iter()
        .map(|&b| f32::from(b))
        .collect();
    let (_, greatest) = mismatch(&found, &wanted.values, 0.0);
    let mean = found.iter().zip(&wanted.values).map(|(a, b)| f64::from((a - b).abs())).sum::<f64>()
        / found.len() as f64;
    let limit = |name: &str| case["tolerance"][name].as_f64().unwrap();
    if greatest > limit("max_levels") || mean > limit("mean_levels") {
        return Err(format!("differs by up to {greatest} levels, {mean:.4} on average"));
    }
    Ok(())
}
