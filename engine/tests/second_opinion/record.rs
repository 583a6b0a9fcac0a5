//! `models/second_opinion/recorded.json`, and how far our answers are from it.

use std::path::Path;

use serde_json::Value;

use crate::model_file::Shapes;

/// The record of one model, or of all inputs.
pub(crate) struct Record(pub(crate) Value);

/// The models' answers, as plain numbers in row-major order.
pub(crate) struct Answers {
    pub(crate) image_features: Vec<f32>,
    pub(crate) text_features: Vec<f32>,
    /// `[2, 3, 224, 224]`.
    pub(crate) pixel_gradient: Vec<f32>,
}

/// How far a gradient may be from the record.
pub(crate) struct GradientLimit {
    /// The largest difference, as a share of the largest magnitude.
    pub(crate) max: f64,
    /// The norm of the difference, as a share of the norm.
    pub(crate) norm: f64,
}

/// The largest difference of features, as a share of the largest magnitude.
const FEATURES: f64 = 1e-5;

impl Record {
    /// Reads the file.
    pub(crate) fn open() -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../models/second_opinion/recorded.json");
        let text =
            std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        Self(serde_json::from_str(&text).expect("the record is JSON"))
    }

    /// The record of a model.
    pub(crate) fn model(&self, name: &str) -> Self {
        Self(self.0["models"][name].clone())
    }

    /// Names and shapes of a model's tensors.
    pub(crate) fn shapes(&self) -> Shapes {
        serde_json::from_value(self.0["tensors"].clone()).expect("names and shapes")
    }

    fn numbers(value: &Value) -> Vec<f64> {
        serde_json::from_value(value.clone()).expect("a list of numbers")
    }

    /// Compares a model's answers and prints how far each of them is from the record.
    pub(crate) fn compare(&self, what: &str, answers: &Answers, limit: &GradientLimit) {
        let features = [
            ("image_features", &answers.image_features, FEATURES),
            ("text_features", &answers.text_features, FEATURES),
        ];
        for (name, found, limit) in features {
            let wanted = Self::numbers(&self.0[name]);
            let apart = Apart::of(found.iter().map(|&v| f64::from(v)), &wanted, greatest(&wanted));
            println!("{what}: {name} max {:.1e}, norm {:.1e}", apart.max, apart.norm);
            assert!(apart.max <= limit, "{what}: {name} are off by {apart:?}");
        }
        self.compare_gradient(what, &answers.pixel_gradient, limit);
    }

    fn compare_gradient(&self, what: &str, gradient: &[f32], limit: &GradientLimit) {
        let record = &self.0["pixel_gradient"];
        let max_abs = record["max_abs"].as_f64().expect("a number");
        let stride = record["stride"].as_u64().expect("a number") as usize;
        let gradient: Vec<f64> = gradient.iter().map(|&v| f64::from(v)).collect();
        let wanted = Self::numbers(&record["values"]);
        let apart = Apart::of(gradient.iter().copied().step_by(stride), &wanted, max_abs);
        println!("{what}: pixel_gradient max {:.1e}, norm {:.1e}", apart.max, apart.norm);
        assert!(apart.max <= limit.max && apart.norm <= limit.norm, "{what}: gradient off by {apart:?}");

        // The samples are one in 97; norms and sums answer for the others.
        let norms = Self::numbers(&record["norm_per_image_and_channel"]);
        let sums = Self::numbers(&record["sum_per_image_and_channel"]);
        let planes = gradient.chunks_exact(224 * 224);
        assert_eq!((planes.len(), norms.len(), sums.len()), (6, 6, 6));
        for ((plane, norm), sum) in planes.zip(norms).zip(sums) {
            let found = plane.iter().map(|v| v * v).sum::<f64>().sqrt();
            assert!((found - norm).abs() <= limit.norm * norm, "{what}: norm {found}, not {norm}");
            // Cauchy and Schwarz: the sum of n numbers is at most √n times their norm; √n is 224.
            let found: f64 = plane.iter().sum();
            assert!((found - sum).abs() <= limit.norm * norm * 224.0, "{what}: sum {found}, not {sum}");
        }
        let found = greatest(&gradient);
        assert!((found - max_abs).abs() <= limit.max * max_abs, "{what}: largest {found}, not {max_abs}");
    }
}

/// A difference of two lists.
#[derive(Debug)]
struct Apart {
    max: f64,
    norm: f64,
}

impl Apart {
    fn of(found: impl ExactSizeIterator<Item = f64>, wanted: &[f64], max_abs: f64) -> Self {
        assert_eq!(found.len(), wanted.len());
        let differences: Vec<f64> = found.zip(wanted).map(|(found, wanted)| found - wanted).collect();
        let norm = |values: &[f64]| values.iter().map(|v| v * v).sum::<f64>().sqrt();
        Self { max: greatest(&differences) / max_abs, norm: norm(&differences) / norm(wanted) }
    }
}

/// The largest magnitude; NaN counts as the largest of all.
fn greatest(values: &[f64]) -> f64 {
    let magnitude = |v: &f64| if v.is_nan() { f64::INFINITY } else { v.abs() };
    values.iter().map(magnitude).fold(0.0, f64::max)
}
