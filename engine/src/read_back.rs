//! Values of tensors in plain memory, and tensors of such values.
//!
//! Whoever reads values waits until the device has computed them, and everything that it was asked for before. So what a
//! shard gives is read at once, as a [`Parcel`]. All reading goes through [`waited`].

mod pinned;

use std::cell::Cell;
use std::ops::Range;
use std::time::{Duration, Instant};

use tch::kind::Element;
use tch::{Device, Kind, TchError, Tensor};

pub(crate) use self::pinned::Pinned;

/// A tensor's values did not arrive: the device failed, or the tensor has no values.
#[derive(Debug, thiserror::Error)]
#[error("a tensor could not be read back: {0}")]
pub struct ReadBackError(String);

/// All values of a tensor, in the order of its indices, converted to `T`. Waits for the device.
///
/// # Errors
/// When the device fails.
pub(crate) fn read_back<T: Element + Copy>(tensor: &Tensor) -> Result<Vec<T>, ReadBackError> {
    let flat = waited(tensor).and_then(|tensor| tensor.f_reshape([-1_i64]));
    Ok(flat.and_then(|flat| timed(|| Vec::try_from(&flat)))?)
}

/// A tensor whose values are about to be read.
fn waited(tensor: &Tensor) -> Result<Tensor, TchError> {
    #[cfg(test)]
    crate::counts::WAITS.count();
    tensor.f_detach()
}

thread_local! {
    static WAITED: Cell<Duration> = const { Cell::new(Duration::ZERO) };
}

/// How long this thread has waited for the values of tensors since it began, for benchmarks.
pub fn time_waited() -> Duration {
    WAITED.get()
}

fn timed<R>(read: impl FnOnce() -> R) -> R {
    let start = Instant::now();
    let values = read();
    WAITED.set(WAITED.get() + start.elapsed());
    values
}

/// Tensors that are read together: one transfer, one wait.
#[derive(Debug, Default)]
pub(crate) struct Parcel {
    /// Flat.
    parts: Vec<Tensor>,
    length: usize,
}

/// Where the values of a tensor are among those of its [`Parcel`].
pub(crate) type Part = Range<usize>;

impl Parcel {
    /// Adds all values of a tensor, in the order of its indices, as float32.
    ///
    /// # Errors
    /// When the tensor has no values.
    pub(crate) fn add(&mut self, tensor: &Tensor) -> Result<Part, ReadBackError> {
        let flat = tensor.f_detach()?.f_to_kind(Kind::Float)?.f_reshape([-1_i64])?;
        let from = self.length;
        self.length += flat.numel();
        self.parts.push(flat);
        Ok(from..self.length)
    }

    /// Gives the values of all to `read`. Waits for the device, unless there are none.
    ///
    /// # Errors
    /// When the device fails.
    pub(crate) fn read<R>(
        self,
        memory: &mut Pinned,
        read: impl FnOnce(&[f32]) -> R,
    ) -> Result<R, ReadBackError> {
        if self.length == 0 {
            return Ok(read(&[]));
        }
        let all = match &self.parts[..] {
            [only] => only.shallow_clone(),
            several => Tensor::f_cat(several, 0)?,
        };
        if all.device() == Device::Cpu {
            return with_values(&all, &mut Vec::new(), read);
        }
        let all = waited(&all)?;
        let mut here = memory.take(self.length, all.device());
        // Waits until the values are there.
        timed(|| here.f_copy_(&all))?;
        Ok(read_in_place(&here, read))
    }
}

/// Gives values to `read` where they lie: those of a float32 tensor in the computer's memory, one after the other.
fn read_in_place<R>(tensor: &Tensor, read: impl FnOnce(&[f32]) -> R) -> R {
    let (count, first) = (tensor.numel(), tensor.data_ptr().cast::<f32>());
    let in_order = tensor.kind() == Kind::Float && tensor.device() == Device::Cpu && tensor.is_contiguous();
    assert!(in_order && (count == 0 || !first.is_null()), "values of another kind or order");
    if count == 0 {
        return read(&[]);
    }
    // SAFETY: `count` float32 lie there, and the tensor keeps the memory while it is borrowed. Nothing in this crate
    // writes to a tensor that it reads from.
    #[allow(unsafe_code)]
    let values = unsafe { std::slice::from_raw_parts(first, count) };
    read(values)
}

/// A tensor of the computer's memory on the device.
///
/// From pageable memory libtorch waits until the device has done everything before the transfer. From pinned memory it
/// waits for nothing, and keeps the memory until the transfer is done.
pub(crate) fn send(tensor: &Tensor, device: Device) -> Tensor {
    #[cfg(test)]
    crate::counts::UPLOADS.count();
    if device == Device::Cpu {
        return tensor.shallow_clone();
    }
    tensor.pin_memory(device).to_dtype_layout((tensor.kind(), device), true, false)
}

/// Rows of the same length as float32 tensors on the device, in one transfer.
pub(crate) fn send_rows(rows: &[Vec<f64>], device: Device) -> Vec<Tensor> {
    let values: Vec<f32> = rows.iter().flatten().map(|value| *value as f32).collect();
    if values.is_empty() {
        return rows.iter().map(|_| Tensor::zeros([0], (Kind::Float, device))).collect();
    }
    send(&Tensor::from_slice(&values).view([rows.len() as i64, -1]), device).unbind(0)
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
    let contiguous = waited(tensor).and_then(|tensor| tensor.f_contiguous());
    Ok(contiguous.and_then(|tensor| timed(|| tensor.f_copy_data(values, count)))?)
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
    let in_order = tensor.kind() == Kind::Float && tensor.device() == Device::Cpu && tensor.is_contiguous();
    if in_order && tensor.numel() > 0 {
        return Ok(read_in_place(&waited(tensor)?, read));
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
    use crate::counts;

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
    fn a_parcel_brings_all_its_tensors_at_once() {
        let device = crate::device::of_tests();
        let (bytes, matrix) =
            (Tensor::from_slice(&[0_u8, 1]), Tensor::from_slice(&[0.5_f32, -1.5, 3.0, 4.0]));
        let matrix = matrix.view([2, 2]).set_requires_grad(true);
        let mut memory = Pinned::default();
        for _ in 0..2 {
            let mut parcel = Parcel::default();
            let parts = [&bytes, &matrix.tr(), &matrix.narrow(0, 1, 1)]
                .map(|tensor| parcel.add(&tensor.to_device(device)).expect("values"));
            let (read, count) = counts::WAITS.during(|| {
                parcel.read(&mut memory, |values| parts.map(|part| values[part].to_vec())).expect("a device")
            });
            assert_eq!(read, [vec![0.0, 1.0], vec![0.5, 3.0, -1.5, 4.0], vec![3.0, 4.0]]);
            assert_eq!(count, 1);
        }
        let (nothing, count) = counts::WAITS.during(|| Parcel::default().read(&mut memory, <[f32]>::len));
        assert_eq!((nothing.ok(), count), (Some(0), 0));
        assert!(Parcel::default().add(&Tensor::new()).is_err());
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
