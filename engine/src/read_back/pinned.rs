//! Pinned memory of the computer, which is used again. A GPU copies to it several times as fast as to other memory.

use std::sync::atomic::{AtomicUsize, Ordering};

use tch::{Device, Kind, Tensor};

/// Most float32 in pinned memory that this process keeps: 1 GiB. No other program can have this memory, and the system
/// cannot swap it out. Two threads that see the whole of a canvas of 4096² fit in. libtorch holds on to what is given back,
/// for whoever asks for as much again.
static KEPT: Budget = Budget::new(1 << 28);

/// What one engine keeps for its next shards.
#[derive(Debug)]
pub(crate) struct Pinned {
    kept: Option<(Tensor, Share)>,
    budget: &'static Budget,
}

impl Default for Pinned {
    fn default() -> Self {
        Self { kept: None, budget: &KEPT }
    }
}

impl Pinned {
    /// Room for so many float32, with any values. It is other memory where there is no pinned memory left.
    pub(super) fn take(&mut self, count: usize, device: Device) -> Tensor {
        let place = (Kind::Float, Device::Cpu);
        let kept = self.kept.take().filter(|(kept, _)| kept.numel() >= count);
        // A power of two, so that shards that need a little more do not take new memory each time.
        let new = || {
            let share = self.budget.take(count.next_power_of_two())?;
            Some((Tensor::empty([share.count as i64], place).pin_memory(device), share))
        };
        self.kept = kept.or_else(new);
        match &self.kept {
            Some((kept, _)) => kept.narrow(0, 0, count as i64),
            None => Tensor::empty([count as i64], place),
        }
    }
}

/// How much may be taken at a time.
#[derive(Debug)]
struct Budget {
    most: usize,
    taken: AtomicUsize,
}

impl Budget {
    const fn new(most: usize) -> Self {
        Self { most, taken: AtomicUsize::new(0) }
    }

    /// Takes a share until that is dropped; `None`: there is not so much left.
    fn take(&'static self, count: usize) -> Option<Share> {
        let more = |taken: usize| taken.checked_add(count).filter(|taken| *taken <= self.most);
        self.taken.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more).ok()?;
        Some(Share { of: self, count })
    }
}

/// A part of a budget.
#[derive(Debug)]
struct Share {
    of: &'static Budget,
    count: usize,
}

impl Drop for Share {
    fn drop(&mut self) {
        self.of.taken.fetch_sub(self.count, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_shares_together_are_no_more_than_the_budget() {
        static BUDGET: Budget = Budget::new(8);
        let first = BUDGET.take(4).expect("half of it");
        assert!(BUDGET.take(5).is_none());
        assert!(BUDGET.take(usize::MAX).is_none(), "no sum overflows");
        let second = BUDGET.take(4).expect("the other half");
        assert!(BUDGET.take(1).is_none());
        drop(first);
        assert_eq!(BUDGET.take(4).map(|share| share.count), Some(4), "and it is free again at once");
        drop(second);
        assert_eq!(BUDGET.taken.load(Ordering::Relaxed), 0);
    }

    #[test]
    fn there_is_room_where_no_pinned_memory_is_left() {
        static BUDGET: Budget = Budget::new(7);
        let mut memory = Pinned { kept: None, budget: &BUDGET };
        // A power of two that is more than the budget. Without a GPU, nothing could be pinned here.
        assert_eq!(memory.take(5, Device::Cpu).size(), [5]);
        assert!(memory.kept.is_none());
    }
}
