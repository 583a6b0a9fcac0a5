//! How far each group of competing jobs is.

use crate::dispatcher::terms::Fit;

/// Clocks that are kept; a farm has few kinds at once.
const CLOCKS: usize = 64;

/// The pass of whoever was served last, by who competes.
#[derive(Debug, Default)]
pub(super) struct Clocks {
    clocks: Vec<(Fit, f64)>,
}

impl Clocks {
    /// A job of this fit and pass is served.
    pub(super) fn serve(&mut self, fit: &Fit, pass: f64) {
        if !self.clocks.iter().any(|(known, _)| known == fit) {
            if self.clocks.len() == CLOCKS {
                self.clocks.remove(0);
            }
            self.clocks.push((fit.clone(), pass));
        }
        for (known, clock) in &mut self.clocks {
            if known.overlaps(fit) {
                *clock = clock.max(pass);
            }
        }
    }

    /// The least pass of a job that begins to compete.
    pub(super) fn now(&self, fit: &Fit) -> f64 {
        let overlapping = self.clocks.iter().filter(|(known, _)| known.overlaps(fit));
        overlapping.map(|(_, clock)| *clock).fold(0.0, f64::max)
    }
}
