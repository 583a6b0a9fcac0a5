//! Facts about a file of weights.

use std::path::Path;

use safetensors::Dtype;

use crate::{architecture::Architecture, embedded, error::ModelError, header::Header, wrong_file};

/// What the header of a model's weights says.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelInfo {
    /// Number of tensors.
    pub tensors: usize,
    /// Number of parameters; counters and the like of whole numbers are not among them.
    pub parameters: u64,
    /// Number types and how many tensors have each, the most frequent first.
    pub number_types: Vec<(String, usize)>,
    /// Size of the file in bytes.
    pub size: u64,
    /// The shape of the model.
    pub architecture: Architecture,
    /// Name and shape of every tensor, by name.
    pub shapes: Vec<(String, Vec<usize>)>,
    /// Tensors that nothing uses and that change nothing, by name.
    pub unused: Vec<String>,
}

impl ModelInfo {
    /// Reads the header of a file in the libraries' names, such as those in the store.
    ///
    /// # Errors
    /// Where the file cannot be read, is not safetensors, or holds something other than a whole CLIP.
    pub fn of_file(path: &Path) -> Result<Self, ModelError> {
        let header = wrong_file::contents_of(path)?;
        wrong_file::check(&header, path)?;
        let size = path.metadata().map_err(|source| ModelError::io("read", path, source))?.len();
        Self::of_header(&header, size).map_err(|why| ModelError::NotClip { path: path.to_owned(), why })
    }

    /// Reads the header of weights in memory.
    ///
    /// # Errors
    /// Where they are not safetensors or not CLIP.
    pub fn of_bytes(bytes: &[u8]) -> Result<Self, ModelError> {
        Self::of_start(bytes, bytes.len() as u64)
    }

    /// The header of the embedded model; the weights themselves are not read.
    ///
    /// # Errors
    /// Never: a test reads them.
    pub fn of_embedded() -> Result<Self, ModelError> {
        Self::of_start(&embedded::START, embedded::SIZE)
    }

    /// The same of weights of `size` bytes, of which `start` holds at least the header.
    pub(crate) fn of_start(start: &[u8], size: u64) -> Result<Self, ModelError> {
        let path = Path::new("(in memory)");
        let header = Header::parse(start, size).map_err(|why| ModelError::not_safetensors(path, why))?;
        Self::of_header(&header, size).map_err(|why| ModelError::NotClip { path: path.to_owned(), why })
    }

    pub(crate) fn of_header(header: &Header, size: u64) -> Result<Self, String> {
        let (architecture, unused) = Architecture::of_header(header)?;
        let mut number_types: Vec<(String, usize)> = Vec::new();
        let mut parameters = 0_u64;
        for tensor in header.tensors.values() {
            let name = format!("{:?}", tensor.dtype);
            match number_types.iter_mut().find(|(known, _)| *known == name) {
                Some((_, count)) => *count += 1,
                None => number_types.push((name, 1)),
            }
            if is_float(tensor.dtype) {
                let elements = tensor.shape.iter().fold(1_u64, |n, &d| n.saturating_mul(d as u64));
                parameters = parameters.saturating_add(elements);
            }
        }
        number_types.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        let shapes = header.tensors.iter().map(|(name, t)| (name.clone(), t.shape.clone())).collect();
        let tensors = header.tensors.len();
        Ok(Self { tensors, parameters, number_types, size, architecture, shapes, unused })
    }
}

fn is_float(dtype: Dtype) -> bool {
    matches!(dtype, Dtype::F16 | Dtype::BF16 | Dtype::F32 | Dtype::F64)
}

#[cfg(test)]
mod tests {
    use super::ModelInfo;
    use crate::embedded;

    #[test]
    fn facts_of_the_embedded_model() {
        let info = ModelInfo::of_bytes(embedded::BYTES).unwrap();
        assert_eq!(info.tensors, 122);
        assert_eq!(info.number_types, [("F16".to_owned(), 122)]);
        assert_eq!(info.parameters * 2 / 1_000_000, 23);
        assert_eq!(info.architecture.vocabulary, 49_408);
        assert_eq!(info.unused, Vec::<String>::new());
    }
}
