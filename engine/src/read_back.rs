//! Copies of tensors in plain memory.

use tch::kind::Element;
use tch::{TchError, Tensor};

/// A tensor's values did not arrive: the device failed, or the tensor has no values.
#[derive(Debug, thiserror::Error)]
#[error("a tensor could not be read back: {0}")]
pub struct ReadBackError(String);

/// All values of a tensor, in the order of its indices, converted to `T`. Waits for the device.
///
/// # Errors
/// When the device fails.
pub(crate) fn read_back<T: Element + Copy>(tensor: &Tensor) -> Result<Vec<T>, ReadBackError> {
    let flat = tensor.f_detach().and_then(|tensor| tensor.f_reshape([-1_i64]));
    Ok(flat.and_then(|flat| Vec::try_from(&flat))?)
}

/// All values of a float32 tensor, in the order of its indices, into memory that is used again.
///
/// # Errors
/// When the device fails or the tensor is not float32.
pub(crate) fn read_into(tensor: &Tensor, values: &mut Vec<f32>) -> Result<(), ReadBackError> {
    values.resize(tensor.numel(), 0.0);
    read_to_slice(tensor, values)
}

/// The same into memory of exactly this length.
pub(crate) fn read_to_slice(tensor: &Tensor, values: &mut [f32]) -> Result<(), ReadBackError> {
    let count = tensor.numel();
    if count != values.len() {
        return Err(ReadBackError(format!("it has {count} values, not {}", values.len())));
    }
    Ok(tensor.f_detach().and_then(|tensor| tensor.f_contiguous()?.f_copy_data(values, count))?)
}

impl From<TchError> for ReadBackError {
    fn from(error: TchError) -> Self {
        // libtorch appends a stack trace to its messages.
        Self(error.to_string().lines().next().unwrap_or("no reason given").to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shape_arrives_and_a_failure_is_not_empty_data() {
        let values: Vec<f64> = (0..6).map(f64::from).collect();
        let tensor = Tensor::from_slice(&values).view([3, 1, 2]);
        assert_eq!(read_back::<f64>(&tensor).ok(), Some(values));
        assert_eq!(read_back::<f32>(&tensor.transpose(0, 2)).ok(), Some(vec![0.0, 2.0, 4.0, 1.0, 3.0, 5.0]));
        let message = read_back::<f32>(&Tensor::new()).map_err(|error| error.to_string());
        assert!(message.is_err_and(|message| message.starts_with("a tensor could not be read back: ")));
    }
}
