//! Rows against the reference, on chains made at random.

use clipig_core::wide::limit;
use clipig_core::{Canvas, CanvasTiles, GradientSum, TileArea, TileGrid, TiledCanvas};
use clipig_experiment::random::{Key, Stream};
use clipig_experiment::{Overrides, Scope, Source as Yaml, load};
use clipig_geometry::{Chain, DrawError, Size, Trace, footprint_of};
use tch::Tensor;

use super::reference::{DEVICE, Reference, first_difference, weighted};
use super::render::{BatchMemory, Rendered, are_alike, render};
use super::repaint;
use super::rows::Values;
use super::source::Source;
use crate::pixels::Pixels;

/// Maps and pixel steps, each in several forms: they may leave the image, turn it or not, hit its edges.
const STEPS: [&str; 33] = [
    "add: .1 -.2 .05",
    "mul: 1.3 .8 -1.1",
    "clamp: .1 .8",
    "clamp: .7 .2",
    "quantize: .07",
    "saturation: 1.7",
    "saturation: .3",
    "noise: .2 .1 .3",
    "noise: .1",
    "bwnoise: .2",
    "border: {size: 3 2, color: .9 -.1 2}",
    "border: {size: 1000, color: .5}",
    "pad: {size: 5 4, color: .2 .4 .9}",
    "pad: {size: 6, mode: edge}",
    "pad: {size: 50 7, mode: wrap}",
    "shift: -.3 .6",
    "shift: 5 -7",
    "random_shift: 0 1.",
    "repeat: 2 3",
    "repeat: 1 2",
    "crop: -.2 .3 .7 .9",
    "crop: 3 -2 21 17",
    "crop: 90 90 12 12",
    "center_crop: 19 26",
    "center_crop: 40",
    "random_crop: 12 11",
    "rotate: {degree: 90}",
    "random_rotate: {degree: -40 40, center: .2 .8}",
    "random_rotate: {degree: -180 180}",
    "random_scale: .4 1.6",
    "random_translate: .4 .3",
    "random_scale: .001 .01",
    "random_scale: 30 40",
];

const FIELDS: [&str; 8] = [
    "blur: {kernel_size: 3 5}",
    "blur: {kernel_size: 9}",
    "edge: {kernel_size: 3, amount: 2.}",
    "contrast: 1.4",
    "mean: .5 .4 .3",
    "resize: 24 18",
    "rnoise: {std: .2, resolution: 5 7}",
    "fnoise: .05",
];

/// Transforms with a mask, alone and several in one entry.
const MASKED: [&str; 10] = [
    "mul: 1.3 .8 -1.1, mask: {box: 0 .3 .6 .9, feather: .3}",
    "noise: .2 .1 .3, mask: {gradient: 0 0 1 .5}",
    "saturation: .3, clamp: .1 .8, mask: {ellipse: 0 0 1 1}",
    "shift: -.3 .6, mask: {gradient: 1 0 0 0}",
    "random_rotate: {degree: -180 180}, border: {size: 2, color: .5}, mask: {ellipse: .1 .1 .8 .8, feather: .5}",
    "random_translate: .9 .9, mask: {box: 0 0 random() 1, feather: .2}",
    "random_scale: .001 30, mask: {gradient: 0 1 0 0}",
    "blur: {kernel_size: 5}, mask: {gradient: 0 0 1 1}",
    "random_shift: 0 1., edge: {kernel_size: 3, amount: 2.}, mul: .7, shift: 3 2, mask: {box: 0 0 1 1, feather: 1}",
    "mean: .5 .4 .3, mask: {box: .2 .2 .6 .6, invert: yes}",
];

pub(super) fn chains(stream: &mut Stream, size: Size, count: u64) -> Option<(String, Vec<Chain>)> {
    let mut text = "targets: [{transforms: [".to_owned();
    for i in 0..stream.below(7) {
        let steps: &[&str] = match stream.below(12) {
            0 | 1 => &FIELDS,
            2 => &MASKED,
            _ => &STEPS,
        };
        let separator = if i == 0 { "" } else { ", " };
        let step = steps[stream.below(steps.len() as u64) as usize];
        text.extend([separator, "{", step, "}"]);
    }
    text += "]}]";
    let yaml = Yaml { name: "chain.yaml".into(), text: text.clone() };
    let loaded = load(&[yaml], &Overrides::default()).unwrap_or_else(|problems| panic!("{text}: {problems}"));
    let transforms = &loaded.experiment.targets[0].transforms;
    let scope = Scope::new(Key::root(stream.bits()), 3, 10).with_resolution(30, 20);
    let draw = |sample| Chain::draw(transforms, &scope.with_sample(sample), size);
    // Some transforms do not fit what others leave, such as a crop of a smaller image.
    (0..count).map(draw).collect::<Result<Vec<_>, DrawError>>().ok().map(|chains| (text, chains))
}

fn compare(text: &str, chains: &[Chain], pixels: &[f32], size: Size, limited: bool) {
    let mut memory = BatchMemory::default();
    let source = Source::of_test(Values::Plain(pixels), size, DEVICE);
    let rendered = render(chains, &source, limited, &mut memory).expect("small pieces");
    let traces: Vec<Trace> = chains.iter().map(|chain| Trace::of(chain).expect("small")).collect();
    let batch = if traces.windows(2).all(|pair| are_alike(&pair[0], &pair[1])) { chains.len() } else { 1 };
    let references: Vec<Reference> =
        chains.chunks(batch).map(|chains| Reference::render(chains, pixels, size, true)).collect();
    let windows = Tensor::cat(&references.iter().map(|reference| &reference.windows).collect::<Vec<_>>(), 0);
    let wanted = if limited { windows.clamp(0.0, 1.0) } else { windows };
    assert_eq!(first_difference(&rendered.windows, &wanted), None, "{text}");
    let gradient = gradient_of(rendered, size, &mut memory);
    let whole = weighted(&wanted);
    let mut wanted = GradientSum::new(size.width as usize, size.height as usize);
    for reference in &references {
        reference.back_propagate(&whole, &mut wanted);
    }
    let (gradient, wanted) = (gradient.to_dense(), wanted.to_dense());
    let difference = gradient.iter().zip(&wanted).position(|(a, b)| a != b);
    assert_eq!(difference, None, "gradient of {text}, limited: {limited}");
}

fn gradient_of(rendered: Rendered, size: Size, memory: &mut BatchMemory) -> GradientSum {
    let mut gradient = GradientSum::new(size.width as usize, size.height as usize);
    let total = weighted(&rendered.windows);
    rendered.back_propagate(&total, &mut gradient, memory).expect("a gradient");
    gradient
}

/// Paints chains that keep the size onto canvases, in place and where somebody still looks at the pixels.
#[test]
fn repainted_canvases_have_the_bits_of_the_reference() {
    let mut stream = Key::root(2).with_path("chains").stream();
    let (mut painted, mut in_place) = (0, 0);
    for _ in 0..400 {
        let size = Size { width: 8 + stream.below(40) as i64, height: 8 + stream.below(40) as i64 };
        let Some((text, chains)) = chains(&mut stream, size, 1) else { continue };
        if chains[0].output() != size || chains[0].sizes.iter().any(|size| size.area() > 1 << 14) {
            continue;
        }
        let values: Vec<f32> = (0..3 * size.area()).map(|_| stream.uniform(-0.3, 1.3) as f32).collect();
        let wanted = Reference::render(&chains, &values, size, false).windows;
        let canvas =
            || Canvas::new(size.width as usize, size.height as usize, values.clone()).expect("its size");
        let [mut alone, mut shared] = [canvas(), canvas()].map(Pixels::new);
        let _looks = shared.canvas().clone();
        for pixels in [&mut alone, &mut shared] {
            let memory = pixels.canvas().pixels().as_ptr();
            repaint(&chains[0], pixels).expect("a small canvas");
            let found = Tensor::from_slice(pixels.canvas().pixels());
            assert_eq!(first_difference(&found, &wanted), None, "{text}");
            in_place += usize::from(pixels.canvas().pixels().as_ptr() == memory);
        }
        painted += 1;
    }
    assert!(painted > 100 && in_place > 30, "{painted} painted, {in_place} in place");
}

#[test]
fn what_moves_is_not_painted_in_place() {
    let size = Size { width: 9, height: 7 };
    let yaml = "targets: [{transforms: [{border: {size: 1, color: .3}}, {mul: .9}, {shift: 3 2}]}]";
    let loaded = load(&[Yaml { name: "chain.yaml".into(), text: yaml.to_owned() }], &Overrides::default());
    let transforms = loaded.expect("a chain").experiment.targets[0].transforms.clone();
    let chains = [Chain::draw(&transforms, &Scope::new(Key::root(1), 0, 1), size).expect("it fits")];
    let values: Vec<f32> = (0..3 * 63).map(|i| i as f32 / 189.0).collect();
    let mut pixels = Pixels::new(Canvas::new(9, 7, values.clone()).expect("its size"));
    repaint(&chains[0], &mut pixels).expect("a small canvas");
    let wanted = Reference::render(&chains, &values, size, false).windows;
    assert_eq!(first_difference(&Tensor::from_slice(pixels.canvas().pixels()), &wanted), None);
}

/// What is outside of a chain's footprint does not matter: not for its window, and not for its gradient.
#[test]
fn nothing_is_taken_outside_of_a_footprint() {
    let mut stream = Key::root(4).with_path("chains").stream();
    let (mut compared, mut poisoned) = (0, 0);
    for _ in 0..400 {
        let size = Size { width: 30 + stream.below(300) as i64, height: 30 + stream.below(300) as i64 };
        let Some((text, chains)) = chains(&mut stream, size, 1) else { continue };
        if chains[0].sizes.iter().chain([&chains[0].output()]).any(|size| size.area() > 1 << 16) {
            continue;
        }
        let (width, height) = (size.width as usize, size.height as usize);
        let tiles = footprint_of(&chains[0]);
        let clean: Vec<f32> = (0..3 * size.area()).map(|_| stream.uniform(-0.3, 1.3) as f32).collect();
        let mut spoilt = clean.clone();
        for area in (0..tiles.grid().count()).filter(|tile| !tiles.contains(*tile)) {
            let TileArea { x, y, width: columns, height: rows } = tiles.grid().area(area).expect("a tile");
            for line in (0..3).flat_map(|channel| (y..y + rows).map(move |y| channel * height + y)) {
                spoilt[line * width + x..][..columns].fill(f32::NAN);
                poisoned += 1;
            }
        }
        let [(window, gradient), (wanted, wanted_gradient)] = [&spoilt, &clean].map(|pixels| {
            let source = Source::of_test(Values::Plain(pixels), size, DEVICE);
            let mut memory = BatchMemory::default();
            let rendered = render(&chains, &source, true, &mut memory).expect("small pieces");
            let window = rendered.windows.shallow_clone();
            (window, gradient_of(rendered, size, &mut memory))
        });
        assert_eq!(first_difference(&window, &wanted), None, "{text} on {size:?}");
        assert_eq!(gradient, wanted_gradient, "{text} on {size:?}");
        assert!(gradient.into_tiles().all(|(number, _)| tiles.contains(number)), "{text} on {size:?}");
        // The same from the tiles alone.
        let canvas = Canvas::new(width, height, clean.clone()).expect("its size");
        let mut held = TiledCanvas::empty(canvas.grid());
        for (number, values) in CanvasTiles::within(canvas, tiles.clone()) {
            held.insert(number, values).expect("a tile of this canvas");
        }
        let source = Source::of_test(Values::Tiles(&held), size, DEVICE);
        let mut memory = BatchMemory::default();
        let rendered = render(&chains, &source, true, &mut memory).expect("small pieces");
        assert_eq!(first_difference(&rendered.windows, &wanted), None, "{text} on tiles of {size:?}");
        assert_eq!(gradient_of(rendered, size, &mut memory), wanted_gradient, "{text} on tiles of {size:?}");
        compared += 1;
    }
    assert!(compared > 80 && poisoned > 1_000, "{compared} compared, {poisoned} rows poisoned");
}

#[test]
fn a_tile_that_is_not_there_is_noticed() {
    let size = Size { width: 200, height: 100 };
    for transforms in
        ["{crop: 100 10 50 50}", "{rotate: {degree: 10}}, {crop: 100 10 50 50}", "{random_scale: 2 2}"]
    {
        let text = format!("targets: [{{transforms: [{transforms}]}}]");
        let loaded = load(&[Yaml { name: "chain.yaml".into(), text }], &Overrides::default());
        let transforms = loaded.expect("a chain").experiment.targets[0].transforms.clone();
        let chains = [Chain::draw(&transforms, &Scope::new(Key::root(1), 0, 1), size).expect("it fits")];
        let held = TiledCanvas::empty(TileGrid::new(200, 100));
        let source = Source::of_test(Values::Tiles(&held), size, DEVICE);
        let rendered = render(&chains, &source, true, &mut BatchMemory::default()).expect("small pieces");
        let sum = rendered.windows.sum(tch::Kind::Float).double_value(&[]);
        assert!(sum.is_nan(), "{transforms:?} gives {sum}");
    }
}

#[test]
fn rows_have_the_bits_of_the_reference() {
    let mut stream = Key::root(1).with_path("chains").stream();
    let mut compared = 0;
    for _ in 0..250 {
        // Some rows are longer than what is fetched in one go, and than a tile.
        let longest = if stream.below(4) == 0 { 300 } else { 40 };
        let size = Size { width: 8 + stream.below(longest) as i64, height: 8 + stream.below(40) as i64 };
        let count = 1 + stream.below(4);
        let Some((text, chains)) = chains(&mut stream, size, count) else { continue };
        let [first, ..] = &*chains else { continue };
        let stack = chains.iter().all(|chain| chain.output() == first.output());
        // Copies of copies grow; large images show nothing that small ones do not.
        let large = chains.iter().flat_map(|chain| &chain.sizes).any(|size| size.area() > 1 << 14);
        if !stack || large {
            continue;
        }
        let pixels: Vec<f32> = (0..3 * size.area()).map(|_| stream.uniform(-0.3, 1.3) as f32).collect();
        for limited in [false, true] {
            limit::each(|_| compare(&text, &chains, &pixels, size, limited));
        }
        compared += 1;
    }
    assert!(compared > 100, "only {compared} chains could be drawn");
}
