//! Transforms against the original: outputs, gradients, statistics of noise and of drawn numbers.

use clipig_core::GradientSum;
use clipig_experiment::random::Key;
use clipig_experiment::{Overrides, Scope, Source as Yaml, Transform, TransformKind, load};
use clipig_geometry::transform::{random_crop, random_rotate, random_shift, random_translate};
use clipig_geometry::{Chain, Size};
use clipig_testing::{Array, Oracle, Tensors, Value, mismatch};
use tch::{Kind, Tensor};

use super::{BatchMemory, Rendered, Source, Values, render};
use crate::device;
use crate::mask::Masks;

#[test]
fn oracle_transforms() {
    let oracle = Oracle::open();
    let tensors = oracle.tensors("transforms/tensors.safetensors");
    oracle.index("transforms").check(|case| match case["kind"].as_str() {
        Some("exact" | "pipeline") => exact(case, &tensors),
        Some("stat") if case["outputs"]["draws"].is_string() => draws(case, &tensors),
        Some("stat") => noise(case, &tensors),
        // Needs torch's own generator, which is global: optional by the oracle's README, and not wanted here.
        Some("seeded") => Ok(()),
        kind => Err(format!("unknown kind {kind:?}")),
    });
}

fn transforms(case: &Value) -> Result<Vec<Transform>, String> {
    let yaml = Yaml { name: "case.yaml".into(), text: case["yaml"].as_str().unwrap_or_default().into() };
    let loaded = load(&[yaml], &Overrides::default()).map_err(|problems| problems.render(false))?;
    Ok(loaded.experiment.targets[0].transforms.clone())
}

fn scope(case: &Value, seed: u64) -> Scope {
    let context = &case["context"];
    let int = |name: &str| context[name].as_u64().unwrap_or_default() as u32;
    Scope::new(Key::root(seed), int("epoch"), int("epochs"))
        .with_resolution(int("width"), int("height"))
        .with_learnrate(
            context["learnrate"].as_f64().unwrap_or_default(),
            context["learnrate_scale"].as_f64().unwrap_or_default(),
        )
}

fn size_of(image: &Array) -> Size {
    Size { width: image.shape[2] as i64, height: image.shape[1] as i64 }
}

fn apply(case: &Value, image: &Array, seed: u64) -> Result<Rendered, String> {
    let size = size_of(image);
    let chain =
        Chain::draw(&transforms(case)?, &scope(case, seed), size).map_err(|error| error.to_string())?;
    let source = Source {
        values: Values::Plain(&image.values),
        size,
        clamp: false,
        device: device::of_tests(),
        masks: &Masks::default(),
    };
    render(&[chain], &source, false, &mut BatchMemory::default()).map_err(|error| error.to_string())
}

/// Where chance is part of a case, the record is one draw: some seed must give it.
const SEEDS: u64 = 5_000;

fn exact(case: &Value, tensors: &Tensors) -> Result<(), String> {
    let seeds = if case["is_random"] == true && case["expect_error"].is_null() { SEEDS } else { 1 };
    (0..seeds)
        .map(|seed| exact_with(case, tensors, seed))
        .find(Result::is_ok)
        .unwrap_or_else(|| exact_with(case, tensors, 0))
}

fn exact_with(case: &Value, tensors: &Tensors, seed: u64) -> Result<(), String> {
    let image = tensors.get(&case["inputs"]["image"]);
    let rendered = match apply(case, image, seed) {
        Err(_) if !case["expect_error"].is_null() => return Ok(()),
        Ok(_) if !case["expect_error"].is_null() => return Err("no error".into()),
        other => other?,
    };
    let expected = tensors.get(&case["outputs"]["image"]);
    let shape: Vec<usize> = rendered.windows.size()[1..].iter().map(|&side| side as usize).collect();
    if shape != expected.shape {
        return Err(format!("shape {shape:?}, not {:?}", expected.shape));
    }
    let tolerance = &case["tolerance"];
    let allowed = tolerance["allowed_mismatch_fraction"].as_f64().unwrap_or(0.0);
    let mut found = Vec::<f32>::try_from(rendered.windows.flatten(0, 3)).map_err(|e| e.to_string())?;
    let mut wanted = expected.values.clone();
    if case["outputs"]["stable_mask"].is_string() {
        let mask = &tensors.get(&case["outputs"]["stable_mask"]).values;
        for values in [&mut found, &mut wanted] {
            for (i, value) in values.iter_mut().enumerate() {
                *value *= mask[i % mask.len()];
            }
        }
    }
    let check = |what: &str, found: &[f32], wanted: &[f32], atol: &Value| {
        let (share, greatest) = mismatch(found, wanted, atol.as_f64().unwrap_or(0.0));
        if share > allowed {
            Err(format!("{what}: {share:.4} differ, by up to {greatest:.2e}"))
        } else {
            Ok(())
        }
    };
    check("output", &found, &wanted, &tolerance["atol"])?;
    let weights = tensors.get(&case["inputs"]["W"]);
    let shape: Vec<i64> = weights.shape.iter().map(|&side| side as i64).collect();
    let weighted = (rendered.windows.squeeze_dim(0)
        * Tensor::from_slice(&weights.values).view(&shape[..]).to_device(rendered.windows.device()))
    .sum(Kind::Float);
    let mut gradient = GradientSum::new(image.shape[2], image.shape[1]);
    rendered
        .back_propagate(&weighted, &mut gradient, &mut BatchMemory::default())
        .map_err(|error| error.to_string())?;
    let wanted = tensors.get(&case["outputs"]["grad"]);
    check("gradient", &gradient.to_dense(), &wanted.values, &tolerance["grad_atol"])
}

/// Mean, standard deviation, kurtosis and correlations of the noise that a transform adds.
fn noise(case: &Value, tensors: &Tensors) -> Result<(), String> {
    let image = tensors.get(&case["inputs"]["image"]);
    let (width, height) = (image.shape[2], image.shape[1]);
    let tolerance = &case["tolerance"];
    let count = tolerance["test_draws"].as_u64().unwrap_or(200);
    let _guard = tch::no_grad_guard();
    let mut planes: [Vec<f64>; 3] = Default::default();
    for seed in 0..count {
        let values = Vec::<f32>::try_from(apply(case, image, seed)?.windows.flatten(0, 3))
            .map_err(|e| e.to_string())?;
        for (channel, plane) in planes.iter_mut().enumerate() {
            let range = channel * width * height..(channel + 1) * width * height;
            plane.extend(
                values[range.clone()].iter().zip(&image.values[range]).map(|(a, b)| f64::from(a - b)),
            );
        }
    }
    let neighbours = |step: usize| {
        planes.each_ref().map(|plane| {
            let pairs = (0..plane.len()).filter(|i| {
                let (x, y) = (i % width, i / width % height);
                if step == 1 { x + 1 < width } else { y + 1 < height }
            });
            let (a, b): (Vec<f64>, Vec<f64>) = pairs.map(|i| (plane[i], plane[i + step])).unzip();
            correlation(&a, &b)
        })
    };
    let stats = &case["stats"];
    let limit = |name: &str| tolerance[name].as_f64().unwrap_or(f64::INFINITY);
    let near = |name: &str, found: f64, wanted: &Value, atol: f64| {
        let wanted = wanted.as_f64().unwrap_or(f64::NAN);
        if (found - wanted).abs() <= atol {
            Ok(())
        } else {
            Err(format!("{name} is {found:.5}, not {wanted:.5}"))
        }
    };
    for (i, plane) in planes.iter().enumerate() {
        let (mean, std) = mean_std(plane);
        near("mean", mean, &stats["mean"][i], limit("mean_atol"))?;
        let wanted = stats["std"][i].as_f64().unwrap_or_default();
        near("std", std, &stats["std"][i], wanted * limit("std_rtol"))?;
        if stats["kurtosis"].is_array() {
            let fourth = plane.iter().map(|v| ((v - mean) / std).powi(4)).sum::<f64>() / plane.len() as f64;
            near("kurtosis", fourth, &stats["kurtosis"][i], limit("kurtosis_atol"))?;
        }
        for (name, step) in [("corr_right", 1), ("corr_down", width)] {
            if stats[name].is_array() {
                near(name, neighbours(step)[i], &stats[name][i], limit("corr_atol"))?;
            }
        }
    }
    for (name, a, b) in [("corr_rg", 0, 1), ("corr_rb", 0, 2), ("corr_gb", 1, 2)] {
        near(name, correlation(&planes[a], &planes[b]), &stats[name], limit("corr_atol"))?;
    }
    Ok(())
}

fn mean_std(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    (mean, (values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt())
}

fn correlation(a: &[f64], b: &[f64]) -> f64 {
    let ((mean_a, std_a), (mean_b, std_b)) = (mean_std(a), mean_std(b));
    let covariance =
        a.iter().zip(b).map(|(a, b)| (a - mean_a) * (b - mean_b)).sum::<f64>() / (a.len() - 1) as f64;
    covariance / (std_a * std_b)
}

/// The distribution of drawn numbers, column by column.
fn draws(case: &Value, tensors: &Tensors) -> Result<(), String> {
    let size = size_of(tensors.get(&case["inputs"]["image"]));
    let transform = transforms(case)?.remove(0);
    let recorded = tensors.get(&case["outputs"]["draws"]);
    let tolerance = &case["tolerance"];
    let count = tolerance["test_draws"].as_u64().unwrap_or(2000);
    let rows =
        (0..count).map(|seed| drawn(&transform, &scope(case, seed), size)).collect::<Result<Vec<_>, _>>()?;
    for column in 0..rows[0].len() {
        let found: Vec<f64> = rows.iter().map(|row| row[column]).collect();
        let columns = recorded.shape.get(1).copied().unwrap_or(1);
        let wanted: Vec<f64> =
            recorded.values.iter().skip(column).step_by(columns).map(|&value| f64::from(value)).collect();
        let (mean, std) = mean_std(&found);
        let stat = |name: &str| case["stats"][name][column].as_f64().unwrap_or(f64::NAN);
        if (mean - stat("mean")).abs() > tolerance["mean_atol"][column].as_f64().unwrap_or(0.0) {
            return Err(format!("column {column}: mean {mean}, not {}", stat("mean")));
        }
        if (std / stat("std") - 1.0).abs() > tolerance["std_rtol"].as_f64().unwrap_or(0.0) {
            return Err(format!("column {column}: std {std}, not {}", stat("std")));
        }
        let distance = kolmogorov_smirnov(found, wanted);
        if distance > tolerance["ks_two_sample_max"].as_f64().unwrap_or(0.0) {
            return Err(format!("column {column}: the distributions are {distance} apart"));
        }
    }
    Ok(())
}

/// The numbers of one draw, in the columns of the record.
fn drawn(transform: &Transform, scope: &Scope, size: Size) -> Result<Vec<f64>, String> {
    let float =
        |value: &clipig_experiment::expression::Float| value.evaluate(scope).map_err(|e| e.to_string());
    let pair = |values: &[_; 2]| Ok::<_, String>([float(&values[0])?, float(&values[1])?]);
    let mut stream = scope.key(&transform.path).stream();
    Ok(match &transform.kind {
        TransformKind::RandomRotate { degree, center } => {
            let (degree, [x, y]) = random_rotate::sample(pair(degree)?, pair(center)?, &mut stream);
            vec![degree, (x * size.width as f64).trunc(), (y * size.height as f64).trunc()]
        }
        TransformKind::RandomScale(range) => {
            let [from, to] = pair(range)?;
            vec![stream.uniform(from, to)]
        }
        TransformKind::RandomShift(range) => {
            let range = range.iter().map(float).collect::<Result<Vec<_>, _>>()?;
            let range = if let [from, to] = range[..] { vec![from, to, from, to] } else { range };
            random_shift::sample([range[0], range[1], range[2], range[3]], &mut stream).to_vec()
        }
        TransformKind::RandomTranslate(offset) => {
            random_translate::sample(pair(offset)?, size, &mut stream).to_vec()
        }
        TransformKind::RandomCrop([width, height]) => {
            let side =
                |value: &clipig_experiment::expression::Int| value.evaluate(scope).map_err(|e| e.to_string());
            let piece = Size { width: side(width)?, height: side(height)? };
            random_crop::sample(size, piece, &mut stream).map(|offset| offset as f64).to_vec()
        }
        other => return Err(format!("no draws are known of {other:?}")),
    })
}

/// The greatest distance between two empirical distributions.
fn kolmogorov_smirnov(mut a: Vec<f64>, mut b: Vec<f64>) -> f64 {
    a.sort_by(f64::total_cmp);
    b.sort_by(f64::total_cmp);
    let below =
        |values: &[f64], x: f64| values.partition_point(|&value| value <= x) as f64 / values.len() as f64;
    a.iter().chain(&b).map(|&x| (below(&a, x) - below(&b, x)).abs()).fold(0.0, f64::max)
}
