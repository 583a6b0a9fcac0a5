//! Tensor operations against rows, on chains made at random. On a CPU all bits are the same. On a GPU (`CLIPIG_TEST_DEVICE`)
//! windows have the bits of the CPU where no field step rounds differently, and gradients are the same each time.

use clipig_core::{Canvas, CanvasTiles, GradientSum, TileSet, TiledCanvas};
use clipig_experiment::random::{Key, Stream};
use clipig_experiment::{Overrides, Scope, Source as Yaml, load};
use clipig_geometry::{Chain, Size, Step, footprint_of};
use tch::{Device, Kind, Tensor};

use super::OnDevice;
use super::canvas::DeviceCanvas;
use crate::device;
use crate::transform::properties::chains;
use crate::transform::reference::first_difference;
use crate::transform::sample::Sample;
use crate::transform::{BatchMemory, Source, Values, render};

/// Windows in the computer's memory, and the gradient of a weighted sum of them.
struct Computed {
    windows: Tensor,
    gradient: GradientSum,
    from_device: bool,
}

fn compute(chains: &[Chain], source: &Source<'_>, limited: bool, memory: &mut BatchMemory) -> Computed {
    let rendered = render(chains, source, limited, memory).expect("small pieces");
    let (windows, from_device) =
        (rendered.windows.detach().to_device(Device::Cpu), rendered.is_from_device());
    let weights = Tensor::arange(windows.numel() as i64, (Kind::Float, Device::Cpu)).sin();
    let weights = weights.view(windows.size().as_slice()).to_device(source.device);
    let total = (&rendered.windows * weights).sum(Kind::Float);
    let mut gradient = GradientSum::new(source.size.width as usize, source.size.height as usize);
    rendered.back_propagate(&total, &mut gradient, memory).expect("a gradient");
    Computed { windows, gradient, from_device }
}

fn has_fields(chains: &[Chain]) -> bool {
    chains.iter().flat_map(|chain| &chain.steps).any(|step| matches!(step, Step::Field(_) | Step::Blend(_)))
}

/// Compares both ways on a source. Those of the device use the same memory one after the other.
fn compare(text: &str, chains: &[Chain], source: &Source<'_>, memory: &mut BatchMemory) {
    let on_cpu = source.device == Device::Cpu;
    if !on_cpu && has_fields(chains) {
        return;
    }
    let host = Source { device: Device::Cpu, ..*source };
    for limited in [false, true] {
        let wanted = compute(chains, &host, limited, &mut BatchMemory::default());
        let found = compute(chains, source, limited, memory);
        assert!(found.from_device && !wanted.from_device, "{text}");
        assert_eq!(first_difference(&found.windows, &wanted.windows), None, "{text}, limited: {limited}");
        if on_cpu {
            assert_eq!(found.gradient, wanted.gradient, "gradient of {text}, limited: {limited}");
        } else {
            let again = compute(chains, source, limited, memory);
            assert_eq!(found.gradient, again.gradient, "gradient of {text}, limited: {limited}");
            for (found, wanted) in found.gradient.to_dense().iter().zip(wanted.gradient.to_dense()) {
                assert!((found - wanted).abs() <= 1e-4 * wanted.abs().max(1.0), "gradient of {text}");
            }
        }
    }
}

fn random_values(stream: &mut Stream, size: Size) -> Vec<f32> {
    (0..3 * size.area()).map(|_| stream.uniform(-0.3, 1.3) as f32).collect()
}

fn too_large(chains: &[Chain]) -> bool {
    chains.iter().flat_map(|chain| &chain.sizes).any(|size| size.area() > 1 << 14)
}

#[test]
fn tensor_operations_have_the_bits_of_rows() {
    let (mut stream, device) = (Key::root(6).with_path("chains").stream(), device::of_tests());
    let mut compared = 0;
    for _ in 0..300 {
        let size = Size { width: 8 + stream.below(40) as i64, height: 8 + stream.below(40) as i64 };
        let count = 1 + stream.below(4);
        let Some((text, chains)) = chains(&mut stream, size, count) else { continue };
        if too_large(&chains) || chains.iter().any(|chain| chain.output() != chains[0].output()) {
            continue;
        }
        let pixels = random_values(&mut stream, size);
        let source = Source::of_test(Values::Plain(&pixels), size, device);
        compare(&text, &chains, &source, &mut BatchMemory::on_device());
        compared += 1;
    }
    assert!(compared > 120, "only {compared} chains could be drawn");
}

/// One memory for many batches, from canvases that change, whole and in tiles.
#[test]
fn tiles_on_the_device_are_those_of_the_canvas() {
    let (mut stream, device) = (Key::root(7).with_path("chains").stream(), device::of_tests());
    let size = Size { width: 150, height: 100 };
    let mut memory = BatchMemory::on_device();
    let mut compared = 0;
    for _ in 0..60 {
        let Some((text, chains)) = chains(&mut stream, size, 2) else { continue };
        if too_large(&chains) || chains[0].output() != chains[1].output() {
            continue;
        }
        let canvas = Canvas::new(150, 100, random_values(&mut stream, size)).expect("its size");
        let mut tiles = TileSet::none(canvas.grid());
        for chain in &chains {
            tiles.add(&footprint_of(chain));
        }
        let mut held = TiledCanvas::empty(canvas.grid());
        for (number, values) in CanvasTiles::within(canvas.clone(), tiles) {
            held.insert(number, values).expect("a tile of this canvas");
        }
        for values in [Values::Whole(&canvas), Values::Tiles(&held), Values::Whole(&canvas)] {
            compare(&text, &chains, &Source::of_test(values, size, device), &mut memory);
        }
        compared += 1;
    }
    assert!(compared > 10, "only {compared} chains could be drawn");
}

/// The chain of one sample.
fn chain(transforms: &str, sample: u64, size: Size) -> Chain {
    let text = format!("targets: [{{transforms: [{transforms}]}}]");
    let loaded = load(&[Yaml { name: "chain.yaml".into(), text }], &Overrides::default());
    let transforms = &loaded.expect("a chain").experiment.targets[0].transforms;
    Chain::draw(transforms, &Scope::new(Key::root(1), 0, 1).with_sample(sample), size).expect("it fits")
}

/// A rotation by nothing is drawn as a map of columns and rows; noise of no strength adds nothing.
#[test]
fn samples_may_have_no_angle_or_no_noise() {
    let (size, device) = (Size { width: 40, height: 30 }, device::of_tests());
    let pixels = random_values(&mut Key::root(8).stream(), size);
    let source = Source::of_test(Values::Plain(&pixels), size, device);
    let turned =
        |degree| format!("{{border: {{size: 2}}}}, {{rotate: {{degree: {degree}}}}}, {{shift: 3 4}}");
    let noisy = |std| format!("{{noise: {std}}}, {{shift: 3 4}}, {{bwnoise: {std}}}");
    for transforms in [["-17", "0", "33"].map(turned), ["0", ".1", "0"].map(noisy)] {
        let chains: Vec<Chain> =
            (0..).zip(&transforms).map(|(sample, transforms)| chain(transforms, sample, size)).collect();
        compare(&transforms.join("; "), &chains, &source, &mut BatchMemory::on_device());
    }
}

#[test]
fn only_what_changed_is_brought() {
    let canvas = |value: f32| Canvas::new(130, 70, vec![value; 3 * 130 * 70]).expect("its size");
    let (first, second) = (canvas(0.1), canvas(0.2));
    let grid = first.grid();
    let some = |numbers: &[usize]| {
        let mut tiles = TileSet::none(grid);
        for number in numbers {
            tiles.insert(*number);
        }
        tiles
    };
    let mut on_device = DeviceCanvas::empty(device::of_tests(), grid);
    assert_eq!(on_device.bring(&Values::Whole(&first), &some(&[0, 4])), 2);
    assert_eq!(on_device.bring(&Values::Whole(&first.clone()), &some(&[0, 4, 5])), 1);
    assert_eq!(on_device.bring(&Values::Whole(&second), &some(&[4])), 1);
    assert_eq!(on_device.bring(&Values::Whole(&second), &some(&[0, 4, 5])), 2);
    let mut held = TiledCanvas::empty(grid);
    for (number, values) in CanvasTiles::within(first.clone(), some(&[0, 4])) {
        held.insert(number, values).expect("a tile of this canvas");
    }
    assert_eq!(on_device.bring(&Values::Tiles(&held), &some(&[0, 4])), 2);
    for (number, values) in CanvasTiles::within(second, some(&[4, 5])) {
        held.insert(number, values).expect("a tile of this canvas");
    }
    assert_eq!(on_device.bring(&Values::Tiles(&held), &some(&[0, 4, 5])), 2, "tile 0 is as it was");
    // Values that nobody can recognise are brought each time.
    assert_eq!([0, 1].map(|_| on_device.bring(&Values::Plain(first.pixels()), &some(&[1]))), [1, 1]);
}

#[test]
fn a_tile_that_is_not_there_is_noticed() {
    let size = Size { width: 200, height: 100 };
    let device = device::of_tests();
    let held = TiledCanvas::empty(clipig_core::TileGrid::new(200, 100));
    let source = Source::of_test(Values::Tiles(&held), size, device);
    let chains = [chain("{crop: 100 10 50 50}", 0, size)];
    let found = compute(&chains, &source, true, &mut BatchMemory::on_device());
    assert!(found.from_device && found.windows.sum(Kind::Float).double_value(&[]).is_nan());
}

#[test]
fn a_batch_too_large_for_the_device_goes_by_rows() {
    let size = Size { width: 20, height: 20 };
    let pixels = random_values(&mut Key::root(9).stream(), size);
    let source = Source::of_test(Values::Plain(&pixels), size, Device::Cpu);
    for (steps, fits) in [("{repeat: 200 200}", false), ("{repeat: 200 200}, {center_crop: 9}", true)] {
        let chains: Vec<Chain> = (0..3).map(|sample| chain(steps, sample, size)).collect();
        let samples: Vec<Sample<'_>> =
            chains.iter().map(|chain| Sample::of(chain, source.masks).expect("small")).collect();
        let samples: Vec<&Sample<'_>> = samples.iter().collect();
        let computed = OnDevice::default().compute(&samples, &source, true);
        assert_eq!(computed.is_some(), fits, "{steps}");
    }
}
