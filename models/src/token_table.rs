//! Which words a model has learned: the rows of its token table that are not zero.

use safetensors::Dtype;

use crate::header::Header;

const NAMES: [&str; 2] = ["token_embedding.weight", "text_model.embeddings.token_embedding.weight"];

/// One entry per token id: false where the row of the model's token table is zero, so that the model
/// has never seen it. `None` where the file has no such table, or one in a type that is not a float
/// of 16 or 32 bits. Every word of a large model is known; the embedded model was trained on few.
pub fn known_tokens(weights: &[u8]) -> Option<Vec<bool>> {
    let header = Header::of_bytes(weights).ok()?;
    let table = NAMES.iter().find_map(|name| header.tensors.get(*name))?;
    let &[rows, columns] = table.shape.as_slice() else { return None };
    let width = match table.dtype {
        Dtype::F16 | Dtype::BF16 => 2,
        Dtype::F32 => 4,
        _ => return None,
    };
    let data = weights.get(table.bytes.clone())?;
    if columns == 0 {
        return Some(vec![false; rows]);
    }
    // The sign bit is the highest of the last byte, and minus zero is zero.
    let is_zero = |number: &[u8]| {
        number
            .split_last()
            .is_none_or(|(last, rest)| matches!(last, 0 | 0x80) && rest.iter().all(|&b| b == 0))
    };
    Some(data.chunks_exact(columns * width).map(|row| !row.chunks_exact(width).all(is_zero)).collect())
}

#[cfg(test)]
mod tests {
    use super::known_tokens;

    #[test]
    fn zero_rows_are_unknown() {
        let json = br#"{"token_embedding.weight":{"dtype":"F16","shape":[3,2],"data_offsets":[0,12]}}"#;
        let mut bytes = (json.len() as u64).to_le_bytes().to_vec();
        bytes.extend(json);
        bytes.extend([0, 0, 0, 0x3c, 0, 0x80, 0, 0, 1, 0, 0, 0]);
        assert_eq!(known_tokens(&bytes), Some(vec![true, false, true]));
        assert_eq!(known_tokens(b"nothing"), None);
    }
}
