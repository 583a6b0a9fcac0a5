//! Post-processing: effects on the canvas itself, once per epoch before the step, outside of autograd.

use clipig_core::{Canvas, all_finite};
use clipig_experiment::{PostProcess, Scope};
use clipig_geometry::{Chain, DrawError, Size};

use crate::bands::on_pixels;
use crate::mask::{DrawnMask, Masks};
use crate::pixels::{Change, Pixels};
use crate::transform::{TransformError, repaint};

/// Applies the effects that are active in the scope's epoch, in the order written.
pub(crate) fn apply(
    effects: &[PostProcess],
    scope: &Scope,
    masks: &Masks,
    pixels: &mut Pixels,
) -> Result<(), TransformError> {
    let is_active =
        |effect: &&PostProcess| effect.active && effect.span.contains(scope.epoch(), scope.time());
    let active: Vec<&PostProcess> = effects.iter().filter(is_active).collect();
    // Entries without a mask are one chain, which goes over the canvas once.
    for entries in active.chunk_by(|a, b| a.mask.is_none() && b.mask.is_none()) {
        let transforms: Vec<_> = entries.iter().flat_map(|effect| &effect.transforms).collect();
        if transforms.is_empty() {
            continue;
        }
        let canvas = pixels.canvas();
        let size = Size { width: canvas.width() as i64, height: canvas.height() as i64 };
        let chain = Chain::draw(transforms, scope, size)?;
        let Some(mask) = &entries[0].mask else {
            repaint(&chain, pixels)?;
            continue;
        };
        let mask = masks.draw(mask, scope, size).map_err(DrawError::from)?;
        // As long as it is held, changed pixels are written to other memory.
        let before = pixels.canvas().clone();
        repaint(&chain, pixels)?;
        restore(&before, &mask, pixels);
    }
    Ok(())
}

/// Mixes the pixels with those before them: what does not count stays as it was, to the last bit.
fn restore(before: &Canvas, mask: &DrawnMask, pixels: &mut Pixels) {
    let (width, area) = (before.width(), before.width() * before.height());
    let before = before.pixels();
    pixels.change(|Change { old, new }| {
        if let Some(old) = old {
            new.copy_from_slice(old);
        }
        on_pixels(new, |place, after| {
            let before = [before[place], before[area + place], before[2 * area + place]];
            mask.mix(place % width, place / width, before, after)
        });
        all_finite(new)
    });
}

#[cfg(test)]
mod tests {
    use clipig_experiment::random::Key;
    use clipig_experiment::{Overrides, Source, load};

    use super::*;

    /// Effects that move pixels, change them one by one, and need neighbours.
    const EFFECTS: [&str; 4] = ["shift: .3 .2", "mul: .5 .9 2", "blur: {kernel_size: 5}", "noise: .2"];

    fn canvas() -> Canvas {
        let values = (0..3 * 30 * 20).map(|i| ((i as f32 + 0.5) * 12.9898).sin()).collect();
        Canvas::new(30, 20, values).expect("as many values as pixels")
    }

    /// The canvas after these entries of `postproc`.
    fn after(entries: &str) -> Vec<f32> {
        let yaml = format!("postproc: [{entries}]\n");
        let loaded = load(&[Source::new("effects.yaml", &yaml)], &Overrides::default());
        let effects = loaded.unwrap_or_else(|errors| panic!("{yaml}\n{errors}")).experiment.postproc;
        let scope = Scope::new(Key::root(3), 2, 9).with_resolution(30, 20).with_learnrate(1.0, 1.0);
        let mut pixels = Pixels::new(canvas());
        apply(&effects, &scope, &Masks::default(), &mut pixels).expect("effects");
        assert!(pixels.is_finite());
        pixels.canvas().pixels().to_vec()
    }

    fn bits(values: &[f32]) -> Vec<u32> {
        values.iter().map(|value| value.to_bits()).collect()
    }

    #[test]
    fn a_mask_of_ones_is_none_and_one_of_zeros_leaves_everything() {
        for effect in EFFECTS {
            let (plain, untouched) = (after(&format!("{{{effect}}}")), bits(canvas().pixels()));
            let masked = |mask: &str| bits(&after(&format!("{{{effect}, mask: {mask}}}")));
            assert!(bits(&plain) != untouched, "{effect}");
            assert_eq!(masked("{box: 0 0 1 1}"), bits(&plain), "{effect}");
            assert_eq!(masked("{box: 0 0 1 1, invert: yes}"), untouched, "{effect}");
            assert_eq!(masked("{ellipse: 0 0 0 0}"), untouched, "{effect}");
        }
        // Entries around one with a mask are chains of their own.
        let all = EFFECTS.map(|effect| format!("{{{effect}}}")).join(", ");
        let masked = EFFECTS.map(|effect| format!("{{{effect}, mask: {{box: 0 0 1 1}}}}")).join(", ");
        let [first, second, third, last] = EFFECTS;
        let mixed = format!("{{{first}}}, {{{second}}}, {{{third}, mask: {{box: 0 0 1 1}}}}, {{{last}}}");
        assert_eq!(bits(&after(&all)), bits(&after(&masked)));
        assert_eq!(bits(&after(&all)), bits(&after(&mixed)));
    }

    #[test]
    fn between_zero_and_one_both_are_mixed() {
        let (before, plain) = (canvas(), after("{mul: .5}"));
        let found = after("{mul: .5, mask: {gradient: 0 0 1 0}}");
        for (place, found) in found.iter().enumerate() {
            let share = ((place % 30) as f32 + 0.5) / 30.0;
            let wanted = before.pixels()[place] * (1.0 - share) + plain[place] * share;
            assert!((found - wanted).abs() < 1e-6, "{place}: {found} for {wanted}");
        }
    }
}
