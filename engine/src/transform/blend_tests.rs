//! Transforms with a mask: between masks of ones and zeros, against differences, and against PyTorch.

use clipig_core::GradientSum;
use clipig_experiment::random::Key;
use clipig_experiment::{Overrides, Scope, Source as Yaml, load};
use clipig_geometry::{Chain, Size};
use tch::{Device, Kind, Tensor};

use super::{BatchMemory, Source, Values, render};
use crate::mask::Masks;

/// Every transform that keeps the size of the image.
const TRANSFORMS: [&str; 20] = [
    "add: .1 -.2 .05",
    "blur: {kernel_size: 3 5}",
    "border: {size: 2 1, color: .9 -.1 2}",
    "bwnoise: .2",
    "clamp: .1 .8",
    "contrast: 1.4",
    "edge: {kernel_size: 3, amount: 2.}",
    "fnoise: .05",
    "mean: .5 .4 .3",
    "mul: 1.3 .8 -1.1",
    "noise: .2 .1 .3",
    "quantize: .07",
    "random_rotate: {degree: -180 180}",
    "random_scale: .4 1.6",
    "random_shift: 0 1.",
    "random_translate: .4 .3",
    "rnoise: {std: .2, resolution: 5 7}",
    "rotate: {degree: 90}",
    "saturation: .3",
    "shift: 5 -7",
];

/// The chains of two samples of these transforms.
fn chains(transforms: &str, size: Size) -> Vec<Chain> {
    let text = format!("targets: [{{transforms: [{transforms}]}}]");
    let loaded = load(&[Yaml::new("chain.yaml", &text)], &Overrides::default());
    let target = loaded.unwrap_or_else(|problems| panic!("{text}: {problems}")).experiment.targets.remove(0);
    let scope = Scope::new(Key::root(5), 3, 10).with_resolution(30, 20).with_learnrate(1.0, 1.0);
    let draw = |sample| Chain::draw(&target.transforms, &scope.with_sample(sample), size).expect("it fits");
    [0, 1].map(draw).into()
}

/// The windows, and the gradient of Σ x · sin i.
fn computed(chains: &[Chain], pixels: &[f32], size: Size, memory: &mut BatchMemory) -> (Vec<f32>, Vec<f32>) {
    let masks = &Masks::default();
    let source = Source { values: Values::Plain(pixels), size, clamp: false, device: Device::Cpu, masks };
    let rendered = render(chains, &source, false, memory).expect("small pieces");
    let windows = rendered.windows.detach();
    let weights = Tensor::arange(windows.numel() as i64, (Kind::Float, Device::Cpu)).sin();
    let total = (&rendered.windows * weights.view(windows.size().as_slice())).sum(Kind::Float);
    let mut gradient = GradientSum::new(size.width as usize, size.height as usize);
    rendered.back_propagate(&total, &mut gradient, memory).expect("a gradient");
    (Vec::try_from(windows.contiguous().view([-1])).expect("values"), gradient.to_dense())
}

/// On the way by rows, and with tensor operations; both have the same bits.
fn both_ways(chains: &[Chain], pixels: &[f32], size: Size) -> (Vec<f32>, Vec<f32>) {
    let by_rows = computed(chains, pixels, size, &mut BatchMemory::default());
    let on_device = computed(chains, pixels, size, &mut BatchMemory::on_device());
    assert_eq!(by_rows, on_device);
    by_rows
}

fn values(size: Size) -> Vec<f32> {
    (0..3 * size.area()).map(|i| (i * 37 % 101) as f32 / 101.0).collect()
}

#[test]
fn a_mask_of_ones_is_none_and_one_of_zeros_leaves_everything() {
    let size = Size { width: 19, height: 16 };
    let pixels = values(size);
    let found = |transforms: &str| both_ways(&chains(transforms, size), &pixels, size);
    let untouched = found("");
    for transform in TRANSFORMS.into_iter().chain(["mul: .5, random_shift: 0 1., blur: {}"]) {
        // Random numbers are the same with a mask and without.
        let (plain, gradient) = found(&format!("{{{transform}}}"));
        assert!(plain != untouched.0, "{transform}");
        let everywhere = found(&format!("{{{transform}, mask: {{box: 0 0 1 1}}}}"));
        assert_eq!(everywhere.0, plain, "{transform}");
        // It is added up for each sample before it is added to the canvas.
        for (found, wanted) in everywhere.1.iter().zip(gradient) {
            assert!((found - wanted).abs() < 1e-4, "{transform}: {found} for {wanted}");
        }
        let nowhere = found(&format!("{{{transform}, mask: {{box: 0 0 1 1, invert: yes}}}}"));
        assert_eq!(nowhere, untouched, "{transform}");
    }
}

#[test]
fn a_mask_lies_over_the_image_that_the_transform_gets() {
    let size = Size { width: 40, height: 20 };
    let pixels = values(size);
    // The left half of the piece, wherever the piece was.
    let (windows, gradient) =
        both_ways(&chains("{crop: 12 4 16 8}, {mul: 0, mask: {box: 0 0 .5 1}}", size), &pixels, size);
    let cropped = both_ways(&chains("{crop: 12 4 16 8}", size), &pixels, size).0;
    for (place, (found, before)) in windows.iter().zip(&cropped).enumerate() {
        assert_eq!(*found, if place % 16 < 8 { 0.0 } else { *before }, "{place}");
    }
    for (place, found) in gradient.iter().enumerate() {
        let (x, y) = (place % 40, place / 40 % 20);
        assert_eq!(*found != 0.0, (20..28).contains(&x) && (4..12).contains(&y), "{x}, {y}");
    }
}

#[test]
fn the_gradient_is_that_of_differences() {
    let size = Size { width: 9, height: 8 };
    let pixels = values(size);
    let step = 1.0 / 32.0;
    let total = |chains: &[Chain], pixels: &[f32]| -> f64 {
        let windows = computed(chains, pixels, size, &mut BatchMemory::default()).0;
        (0_u32..).zip(windows).map(|(i, value)| f64::from((i as f32).sin()) * f64::from(value)).sum()
    };
    for transforms in [
        "{mul: 1.3 .8 -1.1, mask: {gradient: 0 0 1 1}}",
        "{noise: .2, mul: .9, bwnoise: .1, mask: {ellipse: 0 0 1 1, feather: .4}}",
        "{random_rotate: {degree: -180 180}, mask: {ellipse: .1 .1 .8 .8, feather: .5}}",
        "{random_shift: 0 1., blur: {kernel_size: 5}, mask: {gradient: 1 0 0 0}}",
        "{blur: {kernel_size: 3}, mask: {box: 0 0 random() 1, feather: .3}}, {shift: 2 3}",
        "{mean: .5 .4 .3, random_translate: .4 .3, mask: {gradient: 0 1 0 0}}, {center_crop: 6}, {fnoise: .05, mask: {box: 0 0 .5 1}}",
    ] {
        let chains = chains(transforms, size);
        let gradient = both_ways(&chains, &pixels, size).1;
        for (i, found) in gradient.into_iter().enumerate() {
            let moved = |by: f32| {
                let mut pixels = pixels.clone();
                pixels[i] += by;
                total(&chains, &pixels)
            };
            let wanted = (moved(step) - moved(-step)) / f64::from(2.0 * step);
            assert!((f64::from(found) - wanted).abs() < 2e-3, "{transforms}: {i}: {found} for {wanted}");
        }
    }
}

/// What PyTorch 2 computes in float64:
///
/// ```python
/// h, w = 4, 5
/// x = (torch.arange(3 * h * w, dtype=torch.float64) * 37 % 101 / 101).view(3, h, w).requires_grad_()
/// made = x.roll((-1, 2), (1, 2)) * 1.5
/// made = made + torch.tensor([.5, .4, .3]).double().view(3, 1, 1) - made.mean((1, 2), keepdim=True)
/// px, py = torch.arange(w) + .5, (torch.arange(h) + .5).view(h, 1)
/// dx, dy = (px - 2.5).abs() - 1.5 + 0 * py, (py - 2).abs() - 1 + 0 * px
/// distance = -((dx.clamp(min=0) ** 2 + dy.clamp(min=0) ** 2).sqrt() + torch.maximum(dx, dy).clamp(max=0))
/// t = (distance / 2 + .5).clamp(0, 1)
/// mask = torch.where(t < .5, 2 * t * t, 1 - 2 * (1 - t) ** 2)
/// out = mask * made + (1 - mask) * x
/// (out * torch.arange(3 * h * w).double().sin().view(3, h, w)).sum().backward()
/// print(out.flatten().tolist(), x.grad.flatten().tolist())
/// ```
#[test]
fn pytorch_mixes_the_same_and_has_the_same_gradient() {
    let size = Size { width: 5, height: 4 };
    let transforms = "{shift: 2 -1, mul: 1.5, mean: .5 .4 .3, mask: {box: .2 .25 .6 .5, feather: .5}}";
    let chain = &chains(transforms, size)[..1];
    let (windows, gradient) = both_ways(chain, &values(size), size);
    for (found, wanted) in [(windows, OUT), (gradient, GRADIENT)] {
        for (i, (found, wanted)) in found.iter().zip(wanted).enumerate() {
            assert!((found - wanted).abs() < 2e-6, "{i}: {found} for {wanted}");
        }
    }
}

#[rustfmt::skip]
#[expect(clippy::unreadable_literal, reason = "as PyTorch prints them")]
const OUT: [f32; 60] = [
    0.0504314, 0.3487005, 0.7694926, 0.0962252, 0.4722477, 0.8431312, 0.0009282, 0.748453, -0.0374381, 0.3066213,
    0.6642946, 1.0714728, 0.5064975, 1.0331064, 0.1277847, 0.4707363, 0.8134282, 0.1717203, 0.560953, 0.9568924,
    0.3138222, 0.6783416, 0.0366337, 0.4258663, 0.7999784, 0.1102723, 0.3480198, 1.0955446, 0.1846535, 0.6362624,
    0.9939356, 0.1060644, 0.8535891, -0.057302, 0.4574257, 0.7984669, 0.2680693, 0.5013614, 0.8905941, 0.2631765,
    0.6447699, 0.1423577, 0.3756498, 0.7648824, 0.1094794, 0.4492884, 0.7607364, 0.0707611, 0.59737, 0.7877785,
    0.2704517, 0.5187809, -0.1711943, 0.3554146, 0.7964418, 0.1723078, 0.4195854, 0.8403775, 0.1671101, 0.5941241,
];

#[rustfmt::skip]
#[expect(clippy::unreadable_literal, reason = "as PyTorch prints them")]
const GRADIENT: [f32; 60] = [
    -0.194887, 0.5808521, 0.7906534, 0.1506945, -0.7929476, -0.6831904, -0.0230919, 0.0188058, 0.1090448, 0.5037545,
    0.3716515, 1.158909, -0.0044243, -0.1419024, 0.4854237, -0.096482, 0.2849289, -0.6701089, -0.7737427, -1.1836636,
    0.5699913, 0.6045115, -0.1288658, -0.9511234, -1.2358251, -0.3005987, -0.2464779, -0.1218491, -0.0905294, -0.6069381,
    0.2075844, 0.1219278, -0.2386344, -0.0829583, 1.280674, 0.1307996, 0.2614465, -0.6470242, -0.1090648, 0.2090243,
    0.6600934, -0.0874715, -0.895829, -0.9269673, -0.2156885, 0.4378525, -0.1780745, -0.1182547, -0.1829317, -0.9991156,
    -0.2022286, -1.0593959, -0.1903405, 0.0741948, 0.5598165, 0.203236, -0.0715457, 0.1420309, 0.684728, 1.3542618,
];
