//! The numbers that the transforms of a batch were drawn with, on their way to the device: one transfer for all of them.

use tch::{Device, Kind, Tensor};

use crate::read_back::send;

/// Collects numbers. [`send`](Self::send) brings them to the device.
#[derive(Debug, Default)]
pub(super) struct Numbers {
    words: Vec<i32>,
}

/// Where numbers are among all words.
#[derive(Clone, Copy, Debug)]
struct Span {
    at: i64,
    words: i64,
}

/// Some int32.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ints(Span);

/// Some float32.
#[derive(Clone, Copy, Debug)]
pub(super) struct Floats(Span);

/// Some int64.
#[derive(Clone, Copy, Debug)]
pub(super) struct Longs(Span);

/// Numbers that are on the device.
#[derive(Debug)]
pub(super) struct Sent {
    words: Tensor,
}

impl Numbers {
    pub(super) fn ints(&mut self, values: impl IntoIterator<Item = i32>) -> Ints {
        let at = self.words.len();
        self.words.extend(values);
        Ints(self.since(at))
    }

    pub(super) fn floats(&mut self, values: impl IntoIterator<Item = f32>) -> Floats {
        let Ints(span) = self.ints(values.into_iter().map(|value| value.to_bits() as i32));
        Floats(span)
    }

    /// The bits of int64; above 2⁶³ they are negative there.
    pub(super) fn longs(&mut self, values: impl IntoIterator<Item = u64>) -> Longs {
        // libtorch sees an int64 only where an even number of int32 comes before it.
        if !self.words.len().is_multiple_of(2) {
            self.words.push(0);
        }
        let at = self.words.len();
        for value in values {
            let (low, high) = (value as i32, (value >> 32) as i32);
            self.words.extend(if cfg!(target_endian = "little") { [low, high] } else { [high, low] });
        }
        Longs(self.since(at))
    }

    fn since(&self, at: usize) -> Span {
        Span { at: at as i64, words: (self.words.len() - at) as i64 }
    }

    pub(super) fn send(self, device: Device) -> Sent {
        Sent { words: send(&Tensor::from_slice(&self.words), device) }
    }
}

impl Sent {
    pub(super) fn ints<const N: usize>(&self, Ints(span): Ints, shape: [i64; N]) -> Tensor {
        self.words(span).view(&shape[..])
    }

    pub(super) fn floats<const N: usize>(&self, Floats(span): Floats, shape: [i64; N]) -> Tensor {
        self.words(span).view_dtype(Kind::Float).view(&shape[..])
    }

    pub(super) fn longs<const N: usize>(&self, Longs(span): Longs, shape: [i64; N]) -> Tensor {
        self.words(span).view_dtype(Kind::Int64).view(&shape[..])
    }

    fn words(&self, span: Span) -> Tensor {
        self.words.narrow(0, span.at, span.words)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read_back::read_back;

    #[test]
    fn numbers_of_all_kinds_arrive_with_their_bits() {
        let mut numbers = Numbers::default();
        let ints = numbers.ints([1, -2, i32::MIN]);
        let longs = numbers.longs([u64::MAX - 4, 1 << 40]);
        let floats = numbers.floats([0.1, -0.0]);
        let more = numbers.longs([7]);
        let sent = numbers.send(Device::Cpu);
        assert_eq!(read_back::<i32>(&sent.ints(ints, [3, 1])).ok(), Some(vec![1, -2, i32::MIN]));
        assert_eq!(read_back::<i64>(&sent.longs(longs, [2])).ok(), Some(vec![-5, 1 << 40]));
        let found = read_back::<f32>(&sent.floats(floats, [1, 2])).expect("two numbers");
        assert_eq!([found[0].to_bits(), found[1].to_bits()], [0.1_f32.to_bits(), 1 << 31]);
        assert_eq!(read_back::<i64>(&sent.longs(more, [1])).ok(), Some(vec![7]));
    }
}
