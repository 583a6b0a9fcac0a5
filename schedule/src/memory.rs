//! How much memory a running job takes on the coordinator.

use std::fmt;

use clipig_experiment::limits::MASK_PIXEL;
use clipig_experiment::{Experiment, Optimizer, PixelModel};

/// Bytes of a canvas per pixel: three float32.
const PIXEL: u64 = 12;

/// What a running job takes at most, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct JobMemory {
    /// The canvas, the numbers that it follows from, where pixels are not stepped themselves, and the images of masks. A step
    /// writes other memory while a checkpoint or a worker still needs the pixels before it.
    pub canvas: u64,
    /// The optimiser's averages.
    pub optimizer: u64,
    /// A copy of both that is on its way to the disk.
    pub checkpoint: u64,
    /// Gradients under way: the sum, one that arrives, one that waits for its neighbour in the tree.
    pub gradients: u64,
}

impl JobMemory {
    /// Of an experiment's canvas of this width and height. Windows that touch only parts of it take less.
    pub fn of([width, height]: [u32; 2], experiment: &Experiment) -> Self {
        let plane = PIXEL * u64::from(width) * u64::from(height);
        let averages = match experiment.optimizer {
            Optimizer::Sgd => 0,
            Optimizer::SparseAdam => 1,
            Optimizer::Adam | Optimizer::Adadelta => 2,
            Optimizer::RmsProp => 3,
        };
        let canvas = &experiment.canvas;
        // A spectrum: itself twice, as the canvas; its gradient; and, for one colour at a time, the complex numbers of a
        // Fourier transform before and after it was transposed. With the weights that is less than two planes. A
        // palette needs less. The levels of a pyramid are a third more than its pixels, as is their gradient, and each
        // colour is enlarged level by level.
        let keeps = experiment.init.mask.is_some();
        let (parameters, pixel_model) = match &canvas.model {
            _ if canvas.is_plain() && !keeps => (0, 0),
            PixelModel::Pyramid { .. } => (plane + plane.div_ceil(3), 7 * plane),
            PixelModel::Pixels | PixelModel::Fft { .. } | PixelModel::Palette { .. } => (plane, 5 * plane),
        };
        // The image before maps, for the pixels and again for the gradient.
        let maps = if canvas.has_maps() { 3 * plane } else { 0 };
        // The image that stays, and what is drawn of pixels that have changed.
        let keep = if keeps { 2 * plane } else { 0 };
        let masks = MASK_PIXEL * (plane / PIXEL) * experiment.mask_planes(plane / PIXEL) as u64;
        let average = plane.max(parameters);
        Self {
            canvas: 2 * plane + pixel_model + maps + keep + masks,
            optimizer: averages * average,
            checkpoint: plane + parameters + averages * average,
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
    use clipig_experiment::{Overrides, Source, load};

    use super::*;

    #[test]
    fn an_estimate_counts_everything_that_a_job_holds() {
        let memory = |side: u32, yaml: &str| {
            let loaded = load(&[Source::new("memory.yaml", yaml)], &Overrides::default());
            JobMemory::of([side, side], &loaded.expect("an experiment").experiment)
        };
        let adam = memory(8192, "optimizer: adam");
        // Ten canvases of 768 MiB, as docs/operations/sizing.md says.
        assert_eq!(adam.total(), 10 * 805_306_368);
        let sgd = memory(8192, "optimizer: sgd");
        assert_eq!((sgd.optimizer, sgd.total()), (0, 6 * 805_306_368));
        // The largest canvas that there is.
        assert!(memory(16_384, "optimizer: rmsprop").total() > adam.total());
        // A spectrum, its step and its copy on the way to the disk.
        assert_eq!(memory(8192, "canvas: {model: fft}").total(), 16 * 805_306_368);
        assert_eq!(memory(8192, "canvas: {model: palette}").total(), 16 * 805_306_368);
        // A pyramid's averages and parameters are a third longer, and a symmetric image is not yet the canvas.
        let pyramid = memory(8192, "canvas: {model: pyramid}");
        assert!(pyramid.total() > 17 * 805_306_368 && pyramid.optimizer == 2 * (805_306_368 + 268_435_456));
        assert!(memory(8192, "canvas: {symmetry: both}").total() > 16 * 805_306_368);
        // An image that stays makes a model of pixels; a mask's image has a sixth of a canvas, whoever uses it.
        let kept = memory(8192, "init: {image: a.png, mask: {image: hole.png}}");
        assert_eq!(kept.total(), 18 * 805_306_368 + 805_306_368 / 6);
        let masked = "postproc: [{mul: .9, mask: {image: b.png}}]\ntargets: [{mask: {image: b.png}}]\n";
        assert_eq!(memory(8192, masked).total(), 10 * 805_306_368 + 805_306_368 / 6);
        // With three feathers, one of which changes, it is held three times.
        let feathers = "masks: [{name: b, image: b.png, feather: .1*t}]\npostproc: [{mul: .9, mask: b}]\n\
                        targets: [{mask: {image: b.png}}, {mask: b}, {mask: {image: b.png, feather: .2}}]\n";
        assert_eq!(memory(8192, feathers).total(), 10 * 805_306_368 + 805_306_368 / 2);
        // Each transform with such a mask holds it in the size of what it gets.
        let transforms = "targets: [{mask: {image: b.png}, transforms: [{mul: .5, mask: {image: b.png}}]}]\n";
        assert_eq!(memory(8192, transforms).total(), 10 * 805_306_368 + 805_306_368 / 3);
        // As many as fit into 64 MiB, or eight.
        let targets: Vec<String> = (0..200)
            .map(|n| format!("{{mask: {{image: b.png, feather: {}}}}}", f64::from(n) / 200.0))
            .collect();
        let many = format!("targets: [{}]", targets.join(", "));
        let masks = |side: u32| memory(side, &many).canvas - memory(side, "optimizer: adam").canvas;
        assert_eq!([8192, 1024, 128].map(masks), [8 * 2 * 8192 * 8192, 64 << 20, 200 * 2 * 128 * 128]);
    }

    #[test]
    fn bytes_are_shown_for_people() {
        let shown = [0, 1023, 1024, 1 << 20, 3 << 29, u64::MAX].map(|bytes| Bytes(bytes).to_string());
        assert_eq!(shown, ["0 bytes", "1023 bytes", "1.0 KiB", "1.0 MiB", "1.5 GiB", "16777216.0 TiB"]);
    }
}
