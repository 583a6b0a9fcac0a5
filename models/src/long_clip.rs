//! Long-CLIP (Zhang et al., 2024) has 248 positions for texts and two tables of them: the first 20 come from
//! `positional_embedding`, where OpenAI's training had most of its texts, the others from
//! `positional_embedding_res` (`mask1` and `mask2` in its `model_longclip.py`).

use crate::header::{Header, Tensor};

/// The table of positions that every CLIP has.
pub(crate) const TABLE: &str = "positional_embedding";
/// Number of positions that are taken from this table.
pub(crate) const ROWS_OF_FIRST: usize = 20;

const SECOND: &str = "positional_embedding_res";

/// Takes both tables out of a header; `None` if the model is not a Long-CLIP.
pub(crate) fn take(header: &mut Header) -> Result<Option<(Tensor, Tensor)>, String> {
    let Some(second) = header.tensors.remove(SECOND) else { return Ok(None) };
    let Some(first) = header.tensors.remove(TABLE) else {
        return Err(format!("it has a tensor \"{SECOND}\" and no \"{TABLE}\""));
    };
    let same = (first.shape.as_slice(), first.dtype) == (second.shape.as_slice(), second.dtype);
    if same && first.shape.len() == 2 && first.shape[0] > ROWS_OF_FIRST {
        return Ok(Some((first, second)));
    }
    Err(format!(
        "its second table of positions, \"{SECOND}\", has the shape {:?} and the first {:?}; in a Long-CLIP both are alike",
        second.shape, first.shape
    ))
}
