//! Constraints against the original: losses and gradients.

use clipig_experiment::random::Key;
use clipig_experiment::{Overrides, Scope, Source, load};
use clipig_testing::{Oracle, Tensors, Value, mismatch};
use tch::{Kind, Tensor};

#[test]
fn oracle_constraints() {
    let oracle = Oracle::open();
    let tensors = oracle.tensors("constraints/tensors.safetensors");
    oracle.index("constraints").check(|case| {
        match (compute(case, &tensors), case["expect_error"].is_null()) {
            (Err(_), false) => Ok(()),
            (Ok(()), false) => Err("no error".into()),
            (result, true) => result,
        }
    });
}

fn compute(case: &Value, tensors: &Tensors) -> Result<(), String> {
    let yaml = Source { name: "case.yaml".into(), text: case["yaml"].as_str().unwrap_or_default().into() };
    let loaded = load(&[yaml], &Overrides::default()).map_err(|problems| problems.render(false))?;
    let constraint = &loaded.experiment.targets[0].constraints[0];
    let context = &case["context"];
    let int = |name: &str| context[name].as_u64().unwrap_or_default() as u32;
    let float = |name: &str| context[name].as_f64().unwrap_or_default();
    let scope = Scope::new(Key::root(1), int("epoch"), int("epochs"))
        .with_resolution(int("width"), int("height"))
        .with_learnrate(float("learnrate"), float("learnrate_scale"))
        .with_similarity(float("similarity"));
    if let Some(wanted) = case["description"].as_str() {
        let found = constraint.describe(&scope).map_err(|e| e.to_string())?;
        // Two names each for the same loss; clipig prints the shorter one.
        let wanted = wanted.replace("loss=mae", "loss=l1").replace("loss=mse", "loss=l2");
        if found != wanted {
            return Err(format!("described as {found}, not {wanted}"));
        }
    }
    // Errors are recorded without an image; any will do to provoke them.
    let (shape, values) = if case["inputs"]["image"].is_string() {
        let image = tensors.get(&case["inputs"]["image"]);
        (image.shape.iter().map(|&side| side as i64).collect(), image.values.clone())
    } else {
        (vec![3, 32, 32], vec![0.5; 3 * 32 * 32])
    };
    let image = Tensor::from_slice(&values)
        .view(&shape[..])
        .to_device(crate::device::of_tests())
        .set_requires_grad(true);
    let kept = super::Kept::default();
    let seen = super::Constrained { windows: &image.unsqueeze(0), mask: None, prepared: &[], kept: &kept };
    let losses = super::losses(constraint, seen, std::slice::from_ref(&scope)).map_err(|e| e.to_string())?;
    let weight = constraint.weight.evaluate(&scope).map_err(|e| e.to_string())?;
    let loss = (losses * weight).sum(Kind::Float);
    let tolerance = &case["tolerance"];
    let limit = |name: &str| tolerance[name].as_f64();
    if let Some(wanted) = clipig_testing::number(&case["loss"])
        .filter(|_| limit("loss_atol").is_some() || limit("loss_rtol").is_some())
    {
        let found = loss.double_value(&[]);
        let allowed = limit("loss_atol").unwrap_or(0.0) + limit("loss_rtol").unwrap_or(0.0) * wanted.abs();
        if (found - wanted).abs() > allowed {
            return Err(format!("loss {found}, not {wanted}"));
        }
    }
    if let (true, Some(atol)) = (case["outputs"]["grad"].is_string(), limit("grad_atol")) {
        let gradient = if loss.requires_grad() {
            Tensor::run_backward(&[&loss], &[&image], false, false).remove(0)
        } else {
            image.zeros_like()
        };
        let found = Vec::<f32>::try_from(gradient.flatten(0, 2)).map_err(|e| e.to_string())?;
        let (share, greatest) = mismatch(&found, &tensors.get(&case["outputs"]["grad"]).values, atol);
        if share > limit("grad_allowed_mismatch_fraction").unwrap_or(0.0) {
            return Err(format!("gradient: {share:.4} differ, by up to {greatest:.2e}"));
        }
    }
    Ok(())
}
