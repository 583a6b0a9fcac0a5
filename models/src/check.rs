//! Whether a file can be computed with: the same for weights that are imported, pulled or found in the store.

use std::{
    fs::File,
    io::{Read, Seek, SeekFrom},
    path::Path,
};

use clipig_core::expected;
use safetensors::Dtype;

use crate::{
    error::ModelError,
    header::Tensor,
    info::ModelInfo,
    inventory::{Inventory, list},
    numbers::Numbers,
    wrong_file,
};

/// Matrices without which all images or all texts are the same. `OpenAI`'s names and Hugging Face's.
const DECISIVE: [&str; 9] = [
    "visual.conv1.weight",
    "visual.proj",
    "visual.attnpool.c_proj.weight",
    "token_embedding.weight",
    "text_projection",
    "vision_model.embeddings.patch_embedding.weight",
    "visual_projection.weight",
    "text_model.embeddings.token_embedding.weight",
    "text_projection.weight",
];

/// Reads all of a file in the libraries' names. Messages call it `shown`.
///
/// # Errors
/// Where it is not a whole CLIP, cannot tokenise texts, or holds numbers with which nothing can be computed.
pub(crate) fn file(path: &Path, shown: &Path) -> Result<ModelInfo, ModelError> {
    let not_clip = |why| ModelError::NotClip { path: shown.to_owned(), why };
    let header = wrong_file::contents_of(path)?;
    wrong_file::check(&header, shown)?;
    let size = path.metadata().map_err(|source| ModelError::io("read", path, source))?.len();
    let info = ModelInfo::of_header(&header, size).map_err(not_clip)?;
    if let Some(why) = info.architecture.foreign_vocabulary() {
        return Err(not_clip(why));
    }
    let mut file = File::open(path).map_err(|source| ModelError::io("read", path, source))?;
    for name in Inventory::of(&info.architecture, &header).names() {
        let tensor = expected(header.tensors.get(&name), "the shape was read from these tensors");
        let Some(tensor) = tensor else { continue };
        let bytes = bytes(&mut file, tensor).map_err(|source| ModelError::io("read", path, source))?;
        if let Some(why) = problem(&name, tensor, &bytes) {
            return Err(ModelError::Numbers { path: shown.to_owned(), tensor: name, why });
        }
    }
    Ok(info)
}

/// A line about tensors that nothing uses; `None` where there are none.
pub(crate) fn unused(info: &ModelInfo) -> Option<String> {
    let names = &info.unused;
    (!names.is_empty()).then(|| format!("{} are no part of CLIP and are not used", list(names)))
}

fn bytes(file: &mut File, tensor: &Tensor) -> std::io::Result<Vec<u8>> {
    file.seek(SeekFrom::Start(tensor.bytes.start as u64))?;
    let mut bytes = vec![0; tensor.bytes.len()];
    file.read_exact(&mut bytes)?;
    Ok(bytes)
}

/// What is wrong with a tensor's numbers, as the end of a sentence about it.
fn problem(name: &str, tensor: &Tensor, bytes: &[u8]) -> Option<String> {
    let Some(numbers) = Numbers::of(tensor.dtype, bytes) else {
        return Some(format!("holds {:?}; weights are F32, F16, BF16 or F64", tensor.dtype));
    };
    let variance = name.ends_with(".running_var");
    let mut all_zero = true;
    for (index, number) in numbers.enumerate() {
        let fits = number.is_finite() && (tensor.dtype != Dtype::F64 || (number as f32).is_finite());
        if !fits {
            return Some(format!(
                "holds {number} at place {index}: whoever saved it had lost the model by then"
            ));
        }
        if variance && number < 0.0 {
            return Some(format!("holds {number} at place {index}, and a variance is never negative"));
        }
        all_zero &= number == 0.0;
    }
    (all_zero && DECISIVE.contains(&name))
        .then(|| "holds nothing but zeros: all images or texts would be the same".to_owned())
}

#[cfg(test)]
mod tests {
    use safetensors::Dtype;

    use super::problem;
    use crate::header::Tensor;

    fn of(name: &str, dtype: Dtype, bytes: &[u8]) -> Option<String> {
        problem(name, &Tensor { dtype, shape: vec![1], bytes: 0..0, file: 0 }, bytes)
    }

    #[test]
    fn numbers_that_are_none() {
        let float = |number: f32| of("ln_final.bias", Dtype::F32, &number.to_le_bytes());
        assert_eq!(float(3e38), None);
        assert_eq!(float(0.0), None);
        assert!(float(f32::NAN).unwrap().contains("NaN"));
        assert!(float(f32::NEG_INFINITY).unwrap().contains("inf"));
        // Infinite in half precision and in bfloat16.
        assert!(of("ln_final.bias", Dtype::F16, &[0, 0x7c]).is_some());
        assert!(of("ln_final.bias", Dtype::BF16, &[0x80, 0x7f]).is_some());
        assert!(of("ln_final.bias", Dtype::F64, &1e300_f64.to_le_bytes()).is_some());
        assert!(of("ln_final.bias", Dtype::I64, &[0; 8]).unwrap().contains("I64"));
        let variance = "visual.bn1.running_var";
        assert!(of(variance, Dtype::F32, &(-1.0_f32).to_le_bytes()).unwrap().contains("variance"));
        assert!(of("visual.proj", Dtype::F32, &[0; 8]).unwrap().contains("zeros"));
    }
}
