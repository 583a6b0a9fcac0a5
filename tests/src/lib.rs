//! What tests of several crates share: the reader of the oracle, a clock that other work on the machine does not
//! advance, whole models in small files ([`model_file`]), and proxies ([`proxy`]), which benchmarks start, too.
//!
//! The oracle is a folder of recorded inputs, outputs and gradients of the original program; its README says
//! what the fields mean. The project carries a copy in `tests/oracle` with its large files compressed;
//! `CLIPIG_ORACLE` names another folder of the same form. A file that is missing is a failed test, never a
//! skipped one.

pub mod model_file;
pub mod proxy;

mod cpu;
mod tensors;

use std::path::{Path, PathBuf};

pub use cpu::CpuClock;
pub use serde_json::Value;
pub use tensors::{Array, Tensors};

/// The folder of the oracle.
pub struct Oracle {
    folder: PathBuf,
}

impl Oracle {
    /// The folder that `CLIPIG_ORACLE` names, else the project's copy.
    ///
    /// # Panics
    /// When there is no such folder.
    pub fn open() -> Self {
        let folder = std::env::var_os("CLIPIG_ORACLE")
            .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("oracle"), PathBuf::from);
        assert!(folder.is_dir(), "there is no oracle at {}", folder.display());
        Self { folder }
    }

    /// The bytes of a file, `path` relative to the folder; `path.zst` stands in for it.
    ///
    /// # Panics
    /// When neither can be read.
    pub fn bytes(&self, path: &str) -> Vec<u8> {
        let plain = self.folder.join(path);
        if let Ok(bytes) = std::fs::read(&plain) {
            return bytes;
        }
        let packed = std::fs::File::open(self.folder.join(format!("{path}.zst")))
            .unwrap_or_else(|error| panic!("{} or .zst: {error}", plain.display()));
        let mut bytes = Vec::new();
        ruzstd::decoding::StreamingDecoder::new(packed)
            .map_err(|error| error.to_string())
            .and_then(|mut stream| {
                std::io::Read::read_to_end(&mut stream, &mut bytes).map_err(|error| error.to_string())
            })
            .unwrap_or_else(|error| panic!("{}.zst: {error}", plain.display()));
        bytes
    }

    /// A JSON file.
    ///
    /// # Panics
    /// When it cannot be read.
    pub fn json(&self, path: &str) -> Value {
        serde_json::from_slice(&self.bytes(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// The index of a folder: `index.json` with its cases.
    ///
    /// # Panics
    /// When it cannot be read or has no cases.
    pub fn index(&self, folder: &str) -> Index {
        Index::new(self.json(&format!("{folder}/index.json")), folder)
    }

    /// `expressions.json`, which stands alone.
    ///
    /// # Panics
    /// When it cannot be read or has no cases.
    pub fn expressions(&self) -> Index {
        Index::new(self.json("expressions.json"), "expressions.json")
    }

    /// A safetensors file.
    ///
    /// # Panics
    /// When it cannot be read.
    pub fn tensors(&self, path: &str) -> Tensors {
        Tensors::parse(&self.bytes(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }
}

/// An index file.
pub struct Index {
    /// The whole file.
    pub value: Value,
    name: String,
}

impl Index {
    fn new(value: Value, name: &str) -> Self {
        let cases = value["cases"].as_array().map_or(0, Vec::len);
        assert!(cases > 0, "{name} has no cases");
        Self { value, name: name.to_owned() }
    }

    /// All cases.
    pub fn cases(&self) -> &[Value] {
        self.value["cases"].as_array().map_or(&[], Vec::as_slice)
    }

    /// Runs `check` on every case and reports all failures at once.
    ///
    /// # Panics
    /// When a case fails.
    pub fn check(&self, mut check: impl FnMut(&Value) -> Result<(), String>) {
        let failures: Vec<String> = self
            .cases()
            .iter()
            .filter_map(|case| check(case).err().map(|error| format!("{}: {error}", case["name"])))
            .collect();
        println!(
            "{}: {} of {} cases agree",
            self.name,
            self.cases().len() - failures.len(),
            self.cases().len()
        );
        assert!(failures.is_empty(), "{} cases fail:\n{}", failures.len(), failures.join("\n"));
    }
}

/// A number of the oracle: plain, or `{"float": "nan" | "inf" | "-inf"}`.
pub fn number(value: &Value) -> Option<f64> {
    value.as_f64().or_else(|| value["float"].as_str()?.parse().ok())
}

/// The share of values that differ by more than `atol`, and the greatest difference. NaN differs from
/// everything.
pub fn mismatch(found: &[f32], expected: &[f32], atol: f64) -> (f64, f64) {
    if found.len() != expected.len() {
        return (1.0, f64::INFINITY);
    }
    let (mut count, mut greatest) = (0_usize, 0.0_f64);
    for (&found, &expected) in found.iter().zip(expected) {
        let difference = f64::from((found - expected).abs());
        if difference.is_nan() || difference > atol {
            count += 1;
        }
        greatest = if difference.is_nan() { f64::INFINITY } else { greatest.max(difference) };
    }
    (count as f64 / found.len().max(1) as f64, greatest)
}
