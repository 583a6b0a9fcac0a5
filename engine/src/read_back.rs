//! Values of tensors in plain memory, and tensors of such values.

use tch::kind::Element;
use tch::{Device, Kind, TchError, Tensor};

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

/// The values of several tensors of the same length, in one transfer. Waits for the device.
///
/// # Errors
/// When the device fails.
pub(crate) fn read_rows(rows: &[&Tensor]) -> Result<Vec<Vec<f64>>, ReadBackError> {
    let Some(first) = rows.first() else { return Ok(Vec::new()) };
    let length = first.numel().max(1);
    let values: Vec<f64> = read_back(&Tensor::f_stack(rows, 0)?)?;
    Ok(values.chunks(length).map(<[f64]>::to_vec).collect())
}

/// A tensor of the computer's memory on the device.
///
/// From pageable memory libtorch waits until the device has done everything before the transfer. From pinned memory it
/// waits for nothing, and keeps the memory until the transfer is done.
pub(crate) fn send(tensor: &Tensor, device: Device) -> Tensor {
    if device == Device::Cpu {
        return tensor.shallow_clone();
    }
    tensor.pin_memory(device).to_dtype_layout((tensor.kind(), device), true, false)
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

/// Gives all values of a float32 tensor to `read`, in the order of its indices. Where they lie in the computer's memory in
/// this order, they are not copied; else they are copied to `memory`.
///
/// # Errors
/// When the device fails or the tensor is not float32.
pub(crate) fn with_values<R>(
    tensor: &Tensor,
    memory: &mut Vec<f32>,
    read: impl FnOnce(&[f32]) -> R,
) -> Result<R, ReadBackError> {
    let (count, first) = (tensor.numel(), tensor.data_ptr().cast::<f32>());
    let in_order = tensor.kind() == Kind::Float && tensor.device() == Device::Cpu && tensor.is_contiguous();
    if in_order && count > 0 && !first.is_null() {
        // SAFETY: `count` float32 lie there, and the tensor keeps the memory while it is borrowed. Nothing in this crate
        // writes to a tensor that it reads from.
        #[allow(unsafe_code)]
        return Ok(read(unsafe { std::slice::from_raw_parts(first, count) }));
    }
    read_into(tensor, memory)?;
    Ok(read(memory))
}

/// A float32 tensor in the computer's memory. `write` finds any values there and must overwrite all of them.
pub(crate) fn tensor_written(shape: &[i64], write: impl FnOnce(&mut [f32])) -> Tensor {
    let tensor = Tensor::empty(shape, (Kind::Float, Device::Cpu));
    let (count, first) = (tensor.numel(), tensor.data_ptr().cast::<f32>());
    if count > 0 {
        // SAFETY: libtorch has just allocated room for `count` float32 in this order, and nobody else knows this tensor.
        // Every pattern of bits is a float32.
        #[allow(unsafe_code)]
        write(unsafe { std::slice::from_raw_parts_mut(first, count) });
    }
    tensor
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

    #[test]
    fn rows_are_read_in_their_order() {
        let rows = [Tensor::from_slice(&[0.5_f32, -1.5]), Tensor::from_slice(&[3.0_f32, 4.0])];
        let read = |rows: &[&Tensor]| read_rows(rows).map_err(|error| error.to_string());
        assert_eq!(read(&[&rows[1], &rows[0]]), Ok(vec![vec![3.0, 4.0], vec![0.5, -1.5]]));
        assert_eq!(read(&[]), Ok(Vec::new()));
        assert!(read(&[&rows[0], &Tensor::from_slice(&[1.0_f32])]).is_err());
    }

    #[test]
    fn values_are_written_and_read_in_place_or_in_order() {
        let tensor =
            tensor_written(&[2, 3], |values| values.copy_from_slice(&[0.0, 1.0, 2.0, 3.0, 4.0, 5.0]));
        let mut memory = Vec::new();
        let place = with_values(&tensor, &mut memory, <[f32]>::as_ptr).map_err(|error| error.to_string());
        assert_eq!((place, memory.len()), (Ok(tensor.data_ptr().cast_const().cast()), 0));
        for (turned, wanted) in [
            (tensor.tr(), vec![0.0, 3.0, 1.0, 4.0, 2.0, 5.0]),
            (tensor.narrow(0, 0, 1).expand([2, 3], false), vec![0.0, 1.0, 2.0, 0.0, 1.0, 2.0]),
            (tensor.narrow(1, 1, 1), vec![1.0, 4.0]),
        ] {
            let read = with_values(&turned, &mut memory, <[f32]>::to_vec).map_err(|error| error.to_string());
            assert_eq!(read, Ok(wanted));
        }
        assert_eq!(tensor_written(&[0, 3], |_| unreachable!("there is nothing to write")).size(), [0, 3]);
        assert!(with_values(&tensor.to_kind(Kind::Double), &mut memory, <[f32]>::len).is_err());
    }
}
