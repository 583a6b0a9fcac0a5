//! Safetensors files as plain arrays.

use std::collections::BTreeMap;

use safetensors::{Dtype, SafeTensors};

/// An array with its shape.
#[derive(Clone, Debug, PartialEq)]
pub struct Array {
    /// Length of each dimension.
    pub shape: Vec<usize>,
    /// The values, the last dimension fastest; integers as floats.
    pub values: Vec<f32>,
}

/// All arrays of a file.
#[derive(Clone, Debug, Default)]
pub struct Tensors {
    arrays: BTreeMap<String, Array>,
}

impl Tensors {
    /// Reads all arrays.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, String> {
        let file = SafeTensors::deserialize(bytes).map_err(|error| error.to_string())?;
        let mut arrays = BTreeMap::new();
        for (name, view) in file.tensors() {
            let data = view.data();
            let values = match view.dtype() {
                Dtype::F32 => data.as_chunks().0.iter().map(|&b| f32::from_le_bytes(b)).collect(),
                Dtype::I32 => data.as_chunks().0.iter().map(|&b| i32::from_le_bytes(b) as f32).collect(),
                Dtype::I64 => data.as_chunks().0.iter().map(|&b| i64::from_le_bytes(b) as f32).collect(),
                Dtype::U8 => data.iter().map(|&b| f32::from(b)).collect(),
                // Model weights: read by the engine's own loader.
                _ => continue,
            };
            arrays.insert(name, Array { shape: view.shape().to_vec(), values });
        }
        Ok(Self { arrays })
    }

    /// An array by its name, as cases give it.
    ///
    /// # Panics
    /// When there is none.
    pub fn get(&self, name: &serde_json::Value) -> &Array {
        let name = name.as_str().unwrap_or_else(|| panic!("{name} is no name of an array"));
        self.arrays.get(name).unwrap_or_else(|| panic!("there is no array {name}"))
    }
}
