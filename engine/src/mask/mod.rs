//! Masks: how much each place of an image counts, from 0 to 1.
//!
//! A mask is a function of a pixel's middle, so nothing of the image's size is held for it; only images are ([`Plane`]), in
//! the size of the canvas and shared by all who need them, or in the size of what a transform gets. Everything is plain
//! arithmetic in float64 and in integers, with the same bits on every processor.
//!
//! - A box and an ellipse are soft by their signed distance d, which is positive inside: with a feather of f pixels the mask
//!   is ramp(d / f + ½). The ramp rises from 0 to 1 with its argument and is what two moving averages of width f / 2 make of
//!   a hard straight edge, and so it is what [`Plane`] makes of an edge in an image:
//!   2 t² up to ½, 1 − 2 (1 − t)² from there on.
//! - The distance to a box is exact (I. Quilez, *2D distance functions*). That to an ellipse with radii r is
//!   k₀ (1 − k₀) / k₁ with k₀ = |p / r| and k₁ = |p / r²|: the value of an implicit function divided by the length of its
//!   gradient, the first-order distance of G. Taubin, *Estimation of planar curves* (1991). It is exact on the edge.
//! - A gradient from a to b is ((p − a) · (b − a)) / |b − a|², limited to [0, 1], as linear gradients are in SVG, in pixels.

#[cfg(test)]
mod gradient_tests;
mod plane;

use std::sync::{Arc, Mutex, PoisonError};

use clipig_core::Assets;
use clipig_experiment::expression::Float;
use clipig_experiment::{EvaluationError, Mask, MaskShape, Scope, limits};
use clipig_geometry::{DrawError, Size};

use crate::assets::{self, AssetError};
use plane::Plane;

/// Why a mask cannot be drawn.
#[derive(Debug, thiserror::Error)]
pub enum MaskError {
    /// An expression failed.
    #[error(transparent)]
    Expression(#[from] EvaluationError),
    /// Its image cannot be used.
    #[error("`{path}.image`: {source}")]
    Image {
        /// Path of the mask in the experiment.
        path: String,
        /// What is wrong with it.
        source: AssetError,
    },
    /// Its numbers are no mask.
    #[error("`{path}`: {message}")]
    Impossible {
        /// Path of the mask in the experiment.
        path: String,
        /// What is wrong and what would do.
        message: String,
    },
}

impl From<MaskError> for DrawError {
    fn from(error: MaskError) -> Self {
        match error {
            MaskError::Expression(error) => Self::Expression(error),
            MaskError::Image { path, source } => {
                Self::Impossible { path: format!("{path}.image"), message: source.to_string() }
            }
            MaskError::Impossible { path, message } => Self::Impossible { path, message },
        }
    }
}

/// Draws the masks of one job. The images of masks are kept in the sizes in which they were needed last, as many as
/// [`limits::mask_planes`] says.
#[derive(Debug, Default)]
pub struct Masks {
    assets: Assets,
    /// The one that was used last stands last.
    planes: Mutex<Vec<KeptPlane>>,
}

/// The image of a mask, which is kept until the mask wants another one.
#[derive(Debug)]
struct KeptPlane {
    key: PlaneKey,
    /// Path of the mask that it was made for.
    path: String,
    /// Path of the transforms whose mask that is. `None` if it lies over the canvas.
    over: Option<String>,
    plane: Arc<Plane>,
}

/// What an image becomes depends on these.
#[derive(Clone, Debug, PartialEq)]
struct PlaneKey {
    image: String,
    size: Size,
    radius: usize,
}

/// A mask whose expressions are evaluated, on an image of one size.
#[derive(Clone, Debug)]
pub(crate) struct DrawnMask {
    shapes: Vec<Shape>,
    invert: bool,
}

#[derive(Clone, Debug)]
enum Shape {
    /// A box or an ellipse without area.
    Nothing,
    Box(Area),
    Ellipse(Area),
    Gradient {
        from: [f64; 2],
        /// How much it rises per pixel, to the right and down.
        slope: [f64; 2],
    },
    Image(Arc<Plane>),
    Mask(DrawnMask),
}

/// A box, or the one around an ellipse, in pixels.
#[derive(Clone, Copy, Debug)]
struct Area {
    center: [f64; 2],
    /// Half of width and height, both above 0.
    half: [f64; 2],
    feather: f64,
}

impl Masks {
    /// Masks whose images are among these files.
    pub(crate) fn new(assets: Assets) -> Self {
        Self { assets, planes: Mutex::default() }
    }

    /// The files.
    pub(crate) fn assets(&self) -> &Assets {
        &self.assets
    }

    /// Evaluates a mask for the scope's epoch, on an image of `size`.
    ///
    /// # Errors
    /// When an expression fails, numbers are no mask, or an image cannot be used.
    pub(crate) fn draw(&self, mask: &Mask, scope: &Scope, size: Size) -> Result<DrawnMask, MaskError> {
        self.draw_on(None, mask, scope, size)
    }

    /// The same for a mask of transforms, which are at `path` in the experiment. The image is what they get.
    ///
    /// # Errors
    /// When an expression fails, numbers are no mask, or an image cannot be used.
    pub(crate) fn draw_over(
        &self,
        path: &str,
        mask: &Mask,
        scope: &Scope,
        size: Size,
    ) -> Result<DrawnMask, MaskError> {
        self.draw_on(Some(path), mask, scope, size)
    }

    fn draw_on(
        &self,
        over: Option<&str>,
        mask: &Mask,
        scope: &Scope,
        size: Size,
    ) -> Result<DrawnMask, MaskError> {
        let feather = mask.feather.evaluate(scope)?;
        if !(0.0..=1.0).contains(&feather) {
            return Err(impossible(mask, format!("the feather is {feather}; it is from 0 to 1")));
        }
        let feather = feather * size.width.min(size.height) as f64;
        let mut shapes = Vec::with_capacity(mask.shapes.len());
        for shape in &mask.shapes {
            shapes.push(match shape {
                MaskShape::Box(area) => {
                    let area = Area::of(numbers(mask, area, scope)?, feather, size);
                    area.map_or(Shape::Nothing, Shape::Box)
                }
                MaskShape::Ellipse(area) => {
                    let area = Area::of(numbers(mask, area, scope)?, feather, size);
                    area.map_or(Shape::Nothing, Shape::Ellipse)
                }
                MaskShape::Gradient(points) => gradient(mask, numbers(mask, points, scope)?, size)?,
                MaskShape::Image(name) => Shape::Image(self.plane(over, (mask, name), feather, size)?),
                MaskShape::Named(named) => Shape::Mask(self.draw_on(over, named, scope, size)?),
            });
        }
        Ok(DrawnMask { shapes, invert: mask.invert })
    }

    /// An image in the size of what it lies over. Whoever asks for one that is being made waits for it.
    fn plane(
        &self,
        over: Option<&str>,
        (mask, name): (&Mask, &str),
        feather: f64,
        size: Size,
    ) -> Result<Arc<Plane>, MaskError> {
        // Two moving averages of 2 · radius + 1 pixels each are together about as wide as the feather.
        let radius = ((feather / 2.0 - 1.0) / 2.0).max(0.0).round() as usize;
        let key = PlaneKey { image: name.to_owned(), size, radius };
        let mut planes = self.planes.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = planes.iter().position(|kept| kept.key == key).map(|place| planes.remove(place));
        let kept = if let Some(kept) = kept {
            kept
        } else {
            // What it lies over has one size at a time, and a mask one feather.
            let is_old = |kept: &KeptPlane| {
                kept.over.as_deref() == over && kept.path == mask.path && kept.key.image == name
            };
            let is_of_old_canvas =
                |kept: &KeptPlane| over.is_none() && kept.over.is_none() && kept.key.size != size;
            planes.retain(|kept| !is_old(kept) && !is_of_old_canvas(kept));
            make_room(&mut planes, size.area() as u64);
            let image = assets::image(&self.assets, name)
                .map_err(|source| MaskError::Image { path: mask.path.clone(), source })?;
            let (path, over) = (mask.path.clone(), over.map(str::to_owned));
            KeptPlane { key, path, over, plane: Arc::new(Plane::of(&image, size, radius)) }
        };
        let plane = Arc::clone(&kept.plane);
        planes.push(kept);
        Ok(plane)
    }
}

/// Drops those that were used least recently, until there is room for a new one of so many pixels: all of them together take
/// no more than [`limits::mask_planes`] of the largest would.
fn make_room(planes: &mut Vec<KeptPlane>, pixels: u64) {
    let area = |kept: &KeptPlane| kept.key.size.area() as u64;
    while !planes.is_empty() {
        let largest = planes.iter().map(area).fold(pixels, u64::max);
        let most = largest.saturating_mul(limits::mask_planes(largest) as u64);
        if planes.iter().map(area).sum::<u64>() + pixels <= most {
            return;
        }
        planes.remove(0);
    }
}

fn impossible(mask: &Mask, message: String) -> MaskError {
    MaskError::Impossible { path: mask.path.clone(), message }
}

/// Four finite numbers.
fn numbers(mask: &Mask, values: &[Float; 4], scope: &Scope) -> Result<[f64; 4], MaskError> {
    let mut numbers = [0.0; 4];
    for (number, value) in numbers.iter_mut().zip(values) {
        *number = value.evaluate(scope)?;
        if !number.is_finite() {
            return Err(impossible(mask, format!("{number} is no share of the picture")));
        }
    }
    Ok(numbers)
}

fn gradient(mask: &Mask, [x, y, to_x, to_y]: [f64; 4], size: Size) -> Result<Shape, MaskError> {
    let (width, height) = (size.width as f64, size.height as f64);
    let from = [x * width, y * height];
    let way = [to_x * width - from[0], to_y * height - from[1]];
    let square = way[0] * way[0] + way[1] * way[1];
    if square == 0.0 || !square.is_finite() {
        let message = "the gradient ends where it begins; it takes two different points".to_owned();
        return Err(impossible(mask, message));
    }
    Ok(Shape::Gradient { from, slope: way.map(|way| way / square) })
}

impl Area {
    /// `None` where it has no area.
    fn of([x, y, width, height]: [f64; 4], feather: f64, size: Size) -> Option<Self> {
        let sides = [size.width as f64, size.height as f64];
        let half = [width * sides[0] / 2.0, height * sides[1] / 2.0];
        let center = [x * sides[0] + half[0], y * sides[1] + half[1]];
        (half[0] > 0.0 && half[1] > 0.0).then_some(Self { center, half, feather })
    }

    /// The place of a pixel's middle seen from the centre.
    fn relative(&self, [x, y]: [f64; 2]) -> [f64; 2] {
        [x - self.center[0], y - self.center[1]]
    }

    fn in_box(&self, place: [f64; 2]) -> f64 {
        let [x, y] = self.relative(place);
        let (beyond_x, beyond_y) = (x.abs() - self.half[0], y.abs() - self.half[1]);
        let (x, y) = (beyond_x.max(0.0), beyond_y.max(0.0));
        let distance = (x * x + y * y).sqrt() + beyond_x.max(beyond_y).min(0.0);
        self.ramp(-distance)
    }

    fn in_ellipse(&self, place: [f64; 2]) -> f64 {
        let [x, y] = self.relative(place);
        let [a, b] = self.half;
        let length = |x: f64, y: f64| (x * x + y * y).sqrt();
        let value = length(x / a, y / b);
        let slope = length(x / (a * a), y / (b * b));
        // In the middle there is no direction.
        let distance = if slope > 0.0 { value * (1.0 - value) / slope } else { a.min(b) };
        self.ramp(distance)
    }

    /// The value at a distance from the edge, positive inside.
    fn ramp(&self, distance: f64) -> f64 {
        if self.feather <= 0.0 {
            return if distance >= 0.0 { 1.0 } else { 0.0 };
        }
        let t = (distance / self.feather + 0.5).clamp(0.0, 1.0);
        if t < 0.5 { 2.0 * t * t } else { 1.0 - 2.0 * (1.0 - t) * (1.0 - t) }
    }
}

impl DrawnMask {
    /// How much a pixel of the image counts.
    pub(crate) fn at(&self, x: usize, y: usize) -> f32 {
        self.value(x, y) as f32
    }

    /// A pixel between what it was and what it becomes. One that does not count, or counts fully, keeps the bits.
    pub(crate) fn mix(&self, x: usize, y: usize, before: [f32; 3], after: [f32; 3]) -> [f32; 3] {
        let share = self.at(x, y);
        if share >= 1.0 {
            after
        } else if share <= 0.0 {
            before
        } else {
            [0, 1, 2].map(|color| before[color] * (1.0 - share) + after[color] * share)
        }
    }

    /// How much a place counts that is not on the image.
    pub(crate) fn outside(&self) -> f32 {
        let covered =
            self.shapes.iter().all(|shape| matches!(shape, Shape::Mask(mask) if mask.outside() > 0.0));
        if covered == self.invert { 0.0 } else { 1.0 }
    }

    fn value(&self, x: usize, y: usize) -> f64 {
        let place = [x as f64 + 0.5, y as f64 + 0.5];
        let product: f64 = self
            .shapes
            .iter()
            .map(|shape| match shape {
                Shape::Nothing => 0.0,
                Shape::Box(area) => area.in_box(place),
                Shape::Ellipse(area) => area.in_ellipse(place),
                Shape::Gradient { from, slope } => {
                    let rise = (place[0] - from[0]) * slope[0] + (place[1] - from[1]) * slope[1];
                    rise.clamp(0.0, 1.0)
                }
                Shape::Image(plane) => plane.at(x, y),
                Shape::Mask(mask) => mask.value(x, y),
            })
            .product();
        if self.invert { 1.0 - product } else { product }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use clipig_experiment::random::Key;
    use clipig_experiment::{Overrides, Source, load};
    use image::{ImageFormat, LumaA, Rgb, RgbImage};

    use super::*;

    const SIZE: Size = Size { width: 40, height: 20 };

    fn png(image: &image::DynamicImage) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        image.write_to(&mut bytes, ImageFormat::Png).expect("a small image");
        bytes.into_inner()
    }

    /// The files of these tests: white on the left, transparent white on the right; a white strip.
    fn assets() -> Assets {
        let half = image::ImageBuffer::from_fn(80, 40, |x, _| LumaA([255_u8, if x < 40 { 255 } else { 0 }]));
        let strip = RgbImage::from_fn(3, 60, |_, y| Rgb([if (20..40).contains(&y) { 255 } else { 0 }; 3]));
        let mut assets = Assets::default();
        assets.insert("half.png", png(&half.into()));
        assets.insert("strip.png", png(&strip.into()));
        assets
    }

    fn drawn(masks: &str, used: &str, size: Size) -> DrawnMask {
        let yaml = format!("{masks}\ntargets: [{{mask: {used}, constraints: [{{blur: {{}}}}]}}]\n");
        let loaded = load(&[Source::new("mask.yaml", &yaml)], &Overrides::default());
        let experiment = loaded.unwrap_or_else(|errors| panic!("{yaml}\n{errors}")).experiment;
        let mask = experiment.targets[0].mask.as_deref().expect("a mask");
        let scope = Scope::new(Key::root(1), 5, 11).with_resolution(40, 20).with_learnrate(1.0, 1.0);
        Masks::new(assets()).draw(mask, &scope, size).expect("a mask")
    }

    fn row(mask: &DrawnMask, y: usize) -> Vec<f32> {
        (0..SIZE.width as usize).map(|x| mask.at(x, y)).collect()
    }

    fn all(mask: &DrawnMask) -> Vec<f32> {
        (0..SIZE.height as usize).flat_map(|y| row(mask, y)).collect()
    }

    #[test]
    fn hard_edges_count_or_do_not() {
        let mask = drawn("", "{box: .25 .5 .5 .5}", SIZE);
        for (place, value) in all(&mask).into_iter().enumerate() {
            let (x, y) = (place % 40, place / 40);
            let wanted = f32::from(u8::from((10..30).contains(&x) && y >= 10));
            assert_eq!(value, wanted, "{x}, {y}");
        }
        let mask = drawn("", "{ellipse: 0 0 1 1}", SIZE);
        for (place, value) in all(&mask).into_iter().enumerate() {
            let (x, y) = ((place % 40) as f64 + 0.5, (place / 40) as f64 + 0.5);
            let inside = ((x - 20.0) / 20.0).powi(2) + ((y - 10.0) / 10.0).powi(2) <= 1.0;
            assert_eq!(value, f32::from(u8::from(inside)), "{x}, {y}");
        }
        assert!(all(&drawn("", "{box: 0 0 1 1}", SIZE)).iter().all(|value| *value == 1.0));
        assert!(all(&drawn("", "{box: .2 .2 0 0, feather: .5}", SIZE)).iter().all(|value| *value == 0.0));
        assert!(all(&drawn("", "{ellipse: 0 0 0 1, invert: yes}", SIZE)).iter().all(|value| *value == 1.0));
    }

    #[test]
    fn a_feather_is_two_moving_averages_of_a_hard_edge() {
        // 8 pixels, half of them on either side of the edge at 20.
        let found = row(&drawn("", "{box: -1 -9 1.5 19, feather: .4}", SIZE), 10);
        let hard = |x: f64| if x < 20.0 { 1.0 } else { 0.0 };
        let (steps, width) = (400, 4.0);
        let mean = |value: &dyn Fn(f64) -> f64, x: f64| -> f64 {
            let offset = |i: i32| (f64::from(i) + 0.5) / f64::from(steps) * width - width / 2.0;
            (0..steps).map(|i| value(x + offset(i))).sum::<f64>() / f64::from(steps)
        };
        for (x, found) in found.iter().enumerate() {
            let wanted = mean(&|x| mean(&hard, x), x as f64 + 0.5);
            assert!((f64::from(*found) - wanted).abs() < 2e-3, "{x}: {found} for {wanted}");
        }
        assert_eq!((found[15], found[24]), (1.0, 0.0));
        // An ellipse has the same edge where it is crossed at a right angle.
        let ellipse = row(&drawn("", "{ellipse: -.5 -4.5 1 10, feather: .4}", SIZE), 10);
        for (x, (ellipse, found)) in ellipse.iter().zip(&found).enumerate() {
            assert!((ellipse - found).abs() < 0.15, "{x}: {ellipse} and {found}");
        }
        // And so has an image.
        let image = row(&drawn("", "{image: half.png, feather: .4}", SIZE), 10);
        for (x, (image, found)) in image.iter().zip(&found).enumerate() {
            assert!((image - found).abs() < 0.1, "{x}: {image} and {found}");
        }
    }

    #[test]
    fn a_gradient_rises_along_its_way() {
        let found = row(&drawn("", "{gradient: .25 0 .75 0}", SIZE), 3);
        for (x, found) in found.iter().enumerate() {
            let wanted = ((x as f32 + 0.5 - 10.0) / 20.0).clamp(0.0, 1.0);
            assert!((found - wanted).abs() < 1e-6, "{x}: {found} for {wanted}");
        }
        // Across a slanted way, places in pixels count, not shares: (8, 0) and (0, 8) are alike.
        let slanted = drawn("", "{gradient: 0 0 .5 1}", SIZE);
        assert!((slanted.at(8, 0) - slanted.at(0, 8)).abs() < 1e-6);
    }

    #[test]
    fn images_cover_the_canvas_and_light_counts() {
        let half = drawn("", "{image: half.png}", SIZE);
        assert!((0..40).all(|x| (half.at(x, 7) > 0.5) == (x < 20)), "{:?}", row(&half, 7));
        assert_eq!((half.at(3, 0), half.at(37, 19)), (1.0, 0.0));
        // A strip of 3 × 60 shows its middle.
        let strip = drawn("", "{image: strip.png}", SIZE);
        assert!(all(&strip).iter().all(|value| *value == 1.0));
    }

    #[test]
    fn an_image_over_the_canvas_and_one_over_a_piece_are_both_kept() {
        let yaml = "targets: [{mask: {image: half.png}, constraints: [{blur: {}}]}]\n";
        let loaded = load(&[Source::new("mask.yaml", yaml)], &Overrides::default()).expect("an experiment");
        let mask = loaded.experiment.targets[0].mask.clone().expect("a mask");
        let scope = Scope::new(Key::root(1), 5, 11).with_resolution(40, 20).with_learnrate(1.0, 1.0);
        let masks = Masks::new(assets());
        let size = |width| Size { width, height: 20 };
        let plane = |over: Option<&str>, width| {
            let drawn = masks.draw_on(over, &mask, &scope, size(width)).expect("a mask");
            let [Shape::Image(plane)] = &drawn.shapes[..] else { panic!("{drawn:?}") };
            Arc::clone(plane)
        };
        let [canvas, piece] = [plane(None, 40), plane(Some("a"), 30)];
        assert!(Arc::ptr_eq(&canvas, &plane(None, 40)) && Arc::ptr_eq(&piece, &plane(Some("a"), 30)));
        // Another piece takes the place of the one before, and so does another canvas.
        plane(Some("a"), 31);
        assert!(!Arc::ptr_eq(&piece, &plane(Some("a"), 30)));
        plane(None, 44);
        assert!(!Arc::ptr_eq(&canvas, &plane(None, 40)));
        assert_eq!(masks.planes.lock().expect("nobody panicked").len(), 2);
    }

    #[test]
    fn shapes_are_multiplied_and_masks_have_names() {
        let masks = "masks:\n- {name: left, box: 0 0 .5 1}\n- {name: low, gradient: 0 0 0 1}\n";
        let (left, low) = (all(&drawn(masks, "left", SIZE)), all(&drawn(masks, "low", SIZE)));
        let both = all(&drawn(masks, "{name: left, gradient: 0 0 0 1}", SIZE));
        let right = all(&drawn(masks, "{name: left, invert: yes}", SIZE));
        for ((both, right), (left, low)) in both.iter().zip(&right).zip(left.iter().zip(&low)) {
            assert_eq!(*both, left * low);
            assert_eq!(*right, 1.0 - left);
        }
        // Half of the run is over.
        let moved = all(&drawn("", "{box: t 0 .5 1}", SIZE));
        assert_eq!(moved, right);
    }

    #[test]
    fn what_lies_beside_the_picture_is_outside_of_every_shape() {
        let masks = "masks: [{name: left, box: 0 0 .5 1}, {name: right, box: 0 0 .5 1, invert: yes}]";
        let outside = |used: &str| drawn(masks, used, SIZE).outside();
        assert_eq!(outside("{box: -9 -9 99 99}"), 0.0);
        assert_eq!(outside("{gradient: 0 0 0 1, invert: yes}"), 1.0);
        assert_eq!((outside("left"), outside("right")), (0.0, 1.0));
        assert_eq!(
            (outside("{name: right, invert: yes}"), outside("{name: right, box: 0 0 1 1}")),
            (0.0, 0.0)
        );
    }

    #[test]
    fn a_picture_of_a_mask_is_made_once() {
        let masks = Masks::new(assets());
        let yaml = "targets: [{mask: {image: half.png, feather: .1*t}, constraints: [{blur: {}}]}]";
        let loaded = load(&[Source::new("mask.yaml", yaml)], &Overrides::default());
        let experiment = loaded.expect("an experiment").experiment;
        let mask = experiment.targets[0].mask.as_deref().expect("a mask");
        let plane = |epoch: u32, size: Size| {
            let scope = Scope::new(Key::root(1), epoch, 100).with_resolution(40, 20).with_learnrate(1.0, 1.0);
            let DrawnMask { shapes, .. } = masks.draw(mask, &scope, size).expect("a mask");
            let Some(Shape::Image(plane)) = shapes.into_iter().next() else { panic!("an image") };
            plane
        };
        assert!(Arc::ptr_eq(&plane(0, SIZE), &plane(1, SIZE)));
        let large = Size { width: 400, height: 400 };
        for epoch in 0..100 {
            plane(epoch, large);
            let planes = masks.planes.lock().expect("a list");
            // Its feather changes, and those before are of no use.
            assert!(planes.len() == 1 && planes[0].key.size == large, "{} planes", planes.len());
        }
    }

    #[test]
    fn masks_with_many_feathers_are_made_once() {
        let masks = Masks::new(assets());
        let target = |n: u32| {
            format!("{{mask: {{image: half.png, feather: .{n:02}}}, constraints: [{{blur: {{}}}}]}}")
        };
        let targets: Vec<String> = (1..=30).map(target).collect();
        let yaml = format!("targets: [{}]", targets.join(", "));
        let experiment = load(&[Source::new("mask.yaml", &yaml)], &Overrides::default())
            .expect("an experiment")
            .experiment;
        let size = Size { width: 400, height: 400 };
        let scope = Scope::new(Key::root(1), 0, 9).with_resolution(400, 400).with_learnrate(1.0, 1.0);
        let all = || -> Vec<Arc<Plane>> {
            let planes = experiment.targets.iter().map(|target| {
                let mask = target.mask.as_deref().expect("a mask");
                let DrawnMask { shapes, .. } = masks.draw(mask, &scope, size).expect("a mask");
                let Some(Shape::Image(plane)) = shapes.into_iter().next() else { panic!("an image") };
                plane
            });
            planes.collect()
        };
        let (first, second) = (all(), all());
        assert_eq!(first.len(), 30);
        assert!(first.iter().zip(&second).all(|(a, b)| Arc::ptr_eq(a, b)), "an image was made again");
    }

    #[test]
    fn what_is_no_mask_is_an_error_with_its_place() {
        let error = |mask: &str| {
            let yaml = format!("targets: [{{mask: {mask}, constraints: [{{blur: {{}}}}]}}]\n");
            let loaded = load(&[Source::new("mask.yaml", &yaml)], &Overrides::default());
            let experiment = loaded.unwrap_or_else(|errors| panic!("{errors}")).experiment;
            let mask = experiment.targets[0].mask.as_deref().expect("a mask");
            let scope = Scope::new(Key::root(1), 5, 11).with_resolution(40, 20).with_learnrate(1.0, 1.0);
            Masks::default().draw(mask, &scope, SIZE).expect_err("no mask").to_string()
        };
        assert!(error("{box: 0 0 1 1, feather: 3*t}").contains("`targets.0.mask`: the feather is 1.5"));
        assert!(error("{gradient: t 0 .5 0}").contains("ends where it begins"));
        assert!(
            error("{image: lost.png}").contains("`targets.0.mask.image`: the image `lost.png` was not found")
        );
        assert!(error("{box: 1/(t-.5) 0 1 1}").contains("in epoch 5"));
    }
}
