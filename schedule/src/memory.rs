//! How much memory a running job takes on the coordinator.

use std::fmt;

use clipig_experiment::Optimizer;

/// Bytes of a canvas per pixel: three float32.
const PIXEL: u64 = 12;

/// What a running job takes at most, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct JobMemory {
    /// The canvas. A step writes other memory while a checkpoint or a worker still needs the pixels before it.
    pub canvas: u64,
    /// The optimiser's averages.
    pub optimizer: u64,
    /// A copy of both that is on its way to the disk.
    pub checkpoint: u64,
    /// Gradients under way: the sum, one that arrives, one that waits for its neighbour in the tree.
    pub gradients: u64,
}

impl JobMemory {
    /// Of a canvas of this width and height. Windows that touch only parts of it take less.
    pub fn of([width, height]: [u32; 2], optimizer: Optimizer) -> Self {
        let plane = PIXEL * u64::from(width) * u64::from(height);
        let averages = match optimizer {
            Optimizer::Sgd => 0,
            Optimizer::SparseAdam => 1,
            Optimizer::Adam | Optimizer::Adadelta => 2,
            Optimizer::RmsProp => 3,
        };
        Self {
            canvas: 2 * plane,
            optimizer: averages * plane,
            checkpoint: (1 + averages) * plane,
            gradients: 3 * plane,
        }
    }

    /// All of it.
    pub fn total(self) -> u64 {
        self.canvas + self.optimizer + self.checkpoint + self.gradients
    }
}

/// A number of bytes for people, with one decimal: `1.5 GiB`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bytes(pub u64);

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let units = [(40, "TiB"), (30, "GiB"), (20, "MiB"), (10, "KiB")];
        match units.into_iter().find(|(shift, _)| self.0 >> shift > 0) {
            Some((shift, unit)) => write!(f, "{:.1} {unit}", self.0 as f64 / (1_u64 << shift) as f64),
            None => write!(f, "{} bytes", self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_estimate_counts_everything_that_a_job_holds() {
        let adam = JobMemory::of([8192, 8192], Optimizer::Adam);
        // Ten canvases of 768 MiB, as docs/operations.md says.
        assert_eq!(adam.total(), 10 * 805_306_368);
        let sgd = JobMemory::of([8192, 8192], Optimizer::Sgd);
        assert_eq!((sgd.optimizer, sgd.total()), (0, 6 * 805_306_368));
        // The largest canvas that there is.
        assert!(JobMemory::of([16_384, 16_384], Optimizer::RmsProp).total() > adam.total());
    }

    #[test]
    fn bytes_are_shown_for_people() {
        let shown = [0, 1023, 1024, 1 << 20, 3 << 29, u64::MAX].map(|bytes| Bytes(bytes).to_string());
        assert_eq!(shown, ["0 bytes", "1023 bytes", "1.0 KiB", "1.0 MiB", "1.5 GiB", "16777216.0 TiB"]);
    }
}
