//! The header of a safetensors file: names, types and shapes, without the data.

use std::{collections::BTreeMap, fs::File, io::Read, path::Path};

use safetensors::{Dtype, tensor::Metadata};

use crate::error::ModelError;

/// Longest header that is read. The largest model here has some 80 kB.
const LONGEST_HEADER: u64 = 16 << 20;

/// One tensor of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tensor {
    pub(crate) dtype: Dtype,
    pub(crate) shape: Vec<usize>,
    /// Where its bytes stand, counted from the beginning of the file.
    pub(crate) bytes: std::ops::Range<usize>,
    /// In which of a model's files, where it has several.
    pub(crate) file: usize,
}

impl Tensor {
    /// How many bytes its numbers take.
    pub(crate) fn size(&self) -> usize {
        self.shape.iter().product::<usize>() * self.dtype.bitsize() / 8
    }
}

/// All tensors of a file by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) tensors: BTreeMap<String, Tensor>,
}

impl Header {
    /// Reads the header of a file and checks that the data it promises are there.
    pub(crate) fn of_file(path: &Path) -> Result<Self, ModelError> {
        let io = |source| ModelError::io("read", path, source);
        let mut file = File::open(path).map_err(io)?;
        let length = file.metadata().map_err(io)?.len();
        let mut start = Vec::new();
        file.by_ref().take(8).read_to_end(&mut start).map_err(io)?;
        let wanted = header_length(&start).filter(|&n| n <= LONGEST_HEADER && n + 8 <= length);
        let Some(wanted) = wanted else {
            return Err(ModelError::not_safetensors(path, NO_LENGTH.to_owned()));
        };
        file.take(wanted).read_to_end(&mut start).map_err(io)?;
        Self::parse(&start, length).map_err(|why| ModelError::not_safetensors(path, why))
    }

    /// Reads the header of a whole file in memory.
    pub(crate) fn of_bytes(bytes: &[u8]) -> Result<Self, String> {
        Self::parse(bytes, bytes.len() as u64)
    }

    /// `start` holds at least the header; `length` is the size of the whole file.
    pub(crate) fn parse(start: &[u8], length: u64) -> Result<Self, String> {
        let header = header_length(start).and_then(|n| usize::try_from(n).ok());
        let json = header.and_then(|n| start.get(8..)?.get(..n)).ok_or_else(|| NO_LENGTH.to_owned())?;
        // Offsets, sizes and types are checked against each other while it is read.
        let metadata: Metadata = serde_json::from_slice(json).map_err(|e| e.to_string())?;
        let data = 8 + json.len();
        let promised = (data as u64).saturating_add(metadata.data_len() as u64);
        if promised != length {
            return Err(format!("it has {length} bytes and its header promises {promised}"));
        }
        let tensors = metadata.tensors().into_iter().map(|(name, info)| {
            let (from, to) = info.data_offsets;
            let bytes = data + from..data + to;
            (name, Tensor { dtype: info.dtype, shape: info.shape.clone(), bytes, file: 0 })
        });
        Ok(Self { tensors: tensors.collect() })
    }

    /// The shape of a tensor.
    pub(crate) fn shape(&self, name: &str) -> Option<&[usize]> {
        self.tensors.get(name).map(|tensor| tensor.shape.as_slice())
    }
}

fn header_length(start: &[u8]) -> Option<u64> {
    Some(u64::from_le_bytes(start.get(..8)?.try_into().ok()?))
}

/// What a file is that is not safetensors, [`crate::wrong_file`] says where it can.
const NO_LENGTH: &str = "its header has no sensible length";

#[cfg(test)]
mod tests {
    use super::Header;

    #[test]
    fn a_header_that_is_none_is_an_error() {
        assert!(Header::of_bytes(b"").unwrap_err().contains("header"));
        assert!(Header::of_bytes(&[255; 64]).unwrap_err().contains("header"));
        let mut lie = 10_u64.to_le_bytes().to_vec();
        lie.extend(b"{\"a\":1   }");
        assert!(!Header::of_bytes(&lie).unwrap_err().is_empty());
    }

    #[test]
    fn notices_a_missing_part() {
        let json = br#"{"a":{"dtype":"F16","shape":[2],"data_offsets":[0,4]}}"#;
        let mut bytes = (json.len() as u64).to_le_bytes().to_vec();
        bytes.extend(json);
        bytes.extend([0; 4]);
        let header = Header::of_bytes(&bytes).unwrap();
        assert_eq!(header.shape("a"), Some(&[2][..]));
        assert_eq!(header.tensors["a"].bytes, bytes.len() - 4..bytes.len());
        bytes.pop();
        assert!(Header::of_bytes(&bytes).unwrap_err().contains("promises"));
    }
}
