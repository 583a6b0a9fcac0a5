//! Normal noise at the places of pixels, with the bits of [`crate::noise`]: integers and a table.

use std::sync::{Mutex, PoisonError};

use clipig_experiment::random::{GOLDEN_GAMMA, Key};
use clipig_geometry::Region;
use tch::{Device, Kind, Tensor};

use super::places::Places;
use crate::noise::{normal, quantiles};
use crate::read_back::{send, tensor_written};

/// Standard normal noise of a region, one image `[3, height, width]` for each key: `[n, 3, height, width]`. On a GPU it is made
/// there, with the same bits.
pub(crate) fn noise_images(keys: &[Key], region: Region, device: Device) -> Tensor {
    if device != Device::Cpu {
        return images(keys, region, device);
    }
    let image = 3 * region.size().area() as usize;
    tensor_written(&[keys.len() as i64, 3, region.height, region.width], |values| {
        for (values, key) in values.chunks_exact_mut(image.max(1)).zip(keys) {
            values.copy_from_slice(&normal(*key, region));
        }
    })
}

/// The same by tensor operations.
fn images(keys: &[Key], region: Region, device: Device) -> Tensor {
    let side = |from: i64, count: i64| Tensor::arange_start(from, from + count, (Kind::Int64, device));
    let places = Places {
        xs: side(region.x, region.width).view([1, 1, region.width]),
        ys: side(region.y, region.height).view([1, region.height, 1]),
        there: Tensor::ones([1, 1, 1], (Kind::Bool, device)),
    };
    let starts: Vec<i64> = keys.iter().map(|key| key.bits().wrapping_add(GOLDEN_GAMMA) as i64).collect();
    let starts = send(&Tensor::from_slice(&starts).view([keys.len() as i64, 1, 1]), device);
    noise_at(&starts, &places, false)
}

/// The table of quantiles on a device. It is sent once and kept.
fn quantiles_on(device: Device) -> Tensor {
    static TABLES: Mutex<Vec<(Device, Tensor)>> = Mutex::new(Vec::new());
    let mut tables = TABLES.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, table)) = tables.iter().find(|(known, _)| *known == device) {
        return table.shallow_clone();
    }
    let table = send(&Tensor::from_slice(quantiles()), device);
    tables.push((device, table.shallow_clone()));
    table
}

/// Standard normal noise, `[n, 3, h, w]`, or `[n, 1, h, w]` where all colours have the same; 0 for pixels that are nowhere.
/// `start` is `[n, 1, 1]`.
pub(super) fn noise_at(start: &Tensor, places: &Places, gray: bool) -> Tensor {
    let columns = places.xs.to_kind(Kind::Int64);
    let counter = places.ys.to_kind(Kind::Int64) * (1_i64 << 32) + columns;
    let bits = mix(&(counter * GOLDEN_GAMMA as i64 + start));
    let color = |shift: i64| bits.bitwise_right_shift_tensor_scalar(shift).bitwise_and(0xffff_i64);
    let index = if gray { color(48).unsqueeze(1) } else { Tensor::stack(&[48, 32, 16].map(color), 1) };
    let found = quantiles_on(start.device()).take(&index);
    found.where_scalarother(&places.there.unsqueeze(1), 0.0)
}

/// [`clipig_experiment::random::mix`] on int64, which overflow as unsigned ones do.
fn mix(z: &Tensor) -> Tensor {
    let z = z.bitwise_xor_tensor(&shifted(z, 30)) * 0xbf58_476d_1ce4_e5b9_u64 as i64;
    let z = z.bitwise_xor_tensor(&shifted(&z, 27)) * 0x94d0_49bb_1331_11eb_u64 as i64;
    z.bitwise_xor_tensor(&shifted(&z, 31))
}

/// A shift that fills with zeros; that of int64 fills with the sign.
fn shifted(z: &Tensor, by: u32) -> Tensor {
    z.bitwise_right_shift_tensor_scalar(i64::from(by)).bitwise_and((u64::MAX >> by) as i64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::of_tests;
    use crate::read_back::read_back;

    #[test]
    fn images_of_noise_have_the_bits_of_the_processors() {
        let keys = [Key::root(3), Key::root(4).with_path("noise")];
        let region = Region { x: 5, y: 1_000_000, width: 33, height: 9 };
        let wanted: Vec<f32> = keys.iter().flat_map(|key| normal(*key, region)).collect();
        let device = of_tests();
        for found in [images(&keys, region, device), noise_images(&keys, region, device)] {
            assert_eq!(found.size(), [2, 3, 9, 33]);
            let found: Vec<f32> = read_back(&found).expect("numbers");
            assert!(found.iter().zip(&wanted).all(|(found, wanted)| found.to_bits() == wanted.to_bits()));
        }
    }
}
