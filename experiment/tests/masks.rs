//! Masks as the language knows them: with names, where they are used, and what is said of those that are none.

use clipig_experiment::{Loaded, Mask, MaskShape, Number, Overrides, Source, Transform, TransformKind, load};

fn load_one(text: &str) -> Result<Loaded, String> {
    load(&[Source::new("mask.yaml", text)], &Overrides::default()).map_err(|errors| errors.to_string())
}

fn one(text: &str) -> Loaded {
    load_one(text).unwrap_or_else(|errors| panic!("{text}\n{errors}"))
}

fn error(text: &str) -> String {
    load_one(text).expect_err("an error")
}

const EVERYWHERE: &str = "\
masks:
- name: sky
  box: 0 0 1 t
  feather: .1
- name: hole
  image: hole.png
init:
  image: start.png
  mask: hole
targets:
- mask: sky
  constraints:
  - blur:
      mask: {name: sky, invert: yes}
  - mean:
      above: .5
      mask:
        gradient: 0 0 1 0
        ellipse: 0 0 1 1
        image: light.png
  transforms:
  - noise: .1
    mask: {name: sky, image: dust.png}
postproc:
- mul: .9
  mask: {name: hole, box: 0 0 .5 1}
";

#[test]
fn masks_have_names_or_stand_where_they_are_used() {
    let loaded = one(EVERYWHERE);
    assert!(loaded.warnings.is_empty(), "{}", loaded.warnings);
    let experiment = &loaded.experiment;
    let target = &experiment.targets[0];
    let sky = target.mask.as_deref().expect("a mask");
    assert_eq!((sky.path.as_str(), sky.shapes.len(), sky.invert), ("masks.0", 1, false));
    let [first, second] = [0, 1].map(|i| target.constraints[i].mask.as_deref().expect("a mask"));
    assert!(
        first.invert && matches!(&first.shapes[..], [MaskShape::Named(named)] if named.path == "masks.0")
    );
    assert_eq!((second.path.as_str(), second.shapes.len()), ("targets.0.constraints.1.mean.mask", 3));
    let effect = experiment.postproc[0].mask.as_deref().expect("a mask");
    assert!(matches!(&effect.shapes[..], [MaskShape::Named(_), MaskShape::Box(_)]));
    assert!(experiment.init.mask.as_deref().is_some_and(Mask::is_fixed) && !sky.is_fixed());
    let images: Vec<&str> = experiment.image_names().into_iter().collect();
    assert_eq!(images, ["dust.png", "hole.png", "light.png", "start.png"]);
    assert_eq!(experiment.mask_images().len(), 3);
    // The expression of the sky, wherever it is used.
    let is_t = |number: &&Number<'_>| matches!(number, Number::Float(value) if value.expression().is_some_and(|one| one.text() == "t"));
    assert_eq!(experiment.numbers().iter().filter(is_t).count(), 3);
}

#[test]
fn an_exported_mask_is_the_same() {
    let loaded = one(EVERYWHERE);
    let yaml = loaded.to_yaml();
    let again = one(&yaml);
    assert!(again.warnings.is_empty(), "{}", again.warnings);
    assert_eq!(again.to_yaml(), yaml);
    assert_eq!(again.tree.to_json(), loaded.tree.to_json());
    let unmasked = one("targets: [{constraints: [{blur: {}}]}]").to_yaml();
    assert!(!unmasked.contains("mask"), "{unmasked}");
}

#[test]
fn what_is_not_active_needs_no_image() {
    let text = "masks: [{name: a, image: a.png}]\ntargets: [{active: no, mask: a, features: [{text: b}]}]\n\
                postproc: [{mul: .5, active: no, mask: {image: c.png}}]\n";
    assert!(one(text).experiment.image_names().is_empty());
}

#[test]
fn what_is_no_mask_is_said_with_its_place() {
    let of_target =
        |mask: &str| error(&format!("masks: [{{name: sky, box: 0 0 1 .5}}]\ntargets:\n- mask: {mask}\n"));
    let unknown = of_target("sly");
    assert!(unknown.contains("there is no mask `sly`; did you mean `sky`?"), "{unknown}");
    assert!(unknown.contains("mask.yaml:3:9") && unknown.contains("are `sky`"), "{unknown}");
    assert!(of_target("{feather: .1}").contains("a mask needs `box`, `ellipse`, `gradient` or `image`"));
    assert!(of_target("").contains("`mask` has nothing below it"));
    assert!(of_target("[sky]").contains("found a list"));
    assert!(of_target("{bix: 0 0 1 1}").contains("did you mean `box`?"));
    assert!(of_target("{box: 0 0 -1 1}").contains("a side of the box is less than 0: -1"));
    assert!(of_target("{gradient: .5 .5 .5 .5}").contains("the gradient ends where it begins"));
    assert!(of_target("{box: 0 0 1 1, feather: 2}").contains("`feather` is too large: 2"));
    assert!(of_target("{box: 0 0 sim 1}").contains("sim"));
    assert!(of_target("{image: ''}").contains("the name of the image is empty"));
    assert!(error("masks: [{box: 0 0 1 1}]\n").contains("a mask in `masks` needs a `name`"));
    assert!(error("masks: [{name: a, box: 0}, {name: a, box: 1}]\n").contains("two masks with the name `a`"));
    assert!(error("masks: [{name: a}]\n").contains("a mask needs"));
    let none = error("targets: [{mask: sky}]\n");
    assert!(none.contains("there is no mask `sky`") && none.contains("define it in `masks`"), "{none}");
    let moved = error("init: {image: a.png, place: 0 0 .5 .5, zoom: 2}\n");
    assert!(moved.contains("`zoom` does not go with `mask` or `place`"), "{moved}");
}

/// The transforms of the first target.
fn transforms(entries: &str) -> Vec<Transform> {
    let text = format!(
        "masks: [{{name: sky, box: 0 0 1 .5}}]\ntargets: [{{features: [{{text: a}}], batch_size: 2, transforms: [{entries}]}}]\n"
    );
    let loaded = one(&text);
    assert!(loaded.warnings.is_empty(), "{}", loaded.warnings);
    loaded.experiment.targets.into_iter().next().expect("a target").transforms
}

#[test]
fn the_transforms_of_an_entry_have_its_mask() {
    let found = transforms(
        "{noise: .1}, {mul: .5, random_shift: 0 1., mask: sky}, {blur: {}, mask: {ellipse: 0 0 t 1}}",
    );
    let paths: Vec<&str> = found.iter().map(|transform| transform.path.as_str()).collect();
    assert_eq!(paths, ["targets.0.transforms.0.noise", "targets.0.transforms.1", "targets.0.transforms.2"]);
    let TransformKind::Masked { mask, transforms } = &found[1].kind else { panic!("{:?}", found[1]) };
    // Random numbers follow from these paths, so they are those without a mask.
    let inner: Vec<&str> = transforms.iter().map(|transform| transform.path.as_str()).collect();
    assert_eq!(inner, ["targets.0.transforms.1.mul", "targets.0.transforms.1.random_shift"]);
    assert_eq!(mask.path, "masks.0");
    let TransformKind::Masked { mask, .. } = &found[2].kind else { panic!("{:?}", found[2]) };
    assert_eq!(mask.path, "targets.0.transforms.2.mask");
    assert_eq!(found.iter().map(Transform::draws).collect::<Vec<_>>(), [true, true, false]);
    // A mask that is random makes its entry random.
    assert!(
        transforms_draw("{mul: .5, mask: {box: 0 0 random() 1}}")
            && !transforms_draw("{mul: .5, mask: {box: 0 0 t 1}}")
    );
}

fn transforms_draw(entry: &str) -> bool {
    let text = format!("targets: [{{features: [{{text: a}}], transforms: [{entry}]}}]\n");
    one(&text).experiment.targets[0].draws()
}

#[test]
fn a_transform_that_changes_the_size_has_no_mask() {
    for (entry, name) in [
        ("{crop: 0 0 5 5, mask: {box: 0 0 1 1}}", "crop"),
        ("{noise: .1, resize: 64, mask: {box: 0 0 1 1}}", "resize"),
        ("{mask: {box: 0 0 1 1}, pad: {size: 5}}", "pad"),
    ] {
        let message = error(&format!("targets: [{{transforms: [{entry}]}}]\n"));
        assert!(
            message.contains(&format!("`{name}` changes the size of the image, so it cannot have a mask")),
            "{message}"
        );
        assert!(
            message.contains(&format!("put `{name}` into an entry of its own, without `mask`")),
            "{message}"
        );
        assert!(message.contains(&format!("parameter: targets.0.transforms.0.{name}")), "{message}");
    }
    let inside = error("targets: [{transforms: [{rotate: {degree: 5, mask: {box: 0 0 1 1}}}]}]\n");
    assert!(inside.contains("the mask stands beside `rotate`, not below it"), "{inside}");
    let inside = error("postproc: [{blur: {mask: {box: 0 0 1 1}}}]\n");
    assert!(inside.contains("the mask stands beside `blur`, not below it"), "{inside}");
    let alone = one("targets: [{features: [{text: a}], transforms: [{mask: {box: 0 0 1 1}}]}]\n")
        .warnings
        .to_string();
    assert!(alone.contains("this entry has a mask and no transform, so it has no effect"), "{alone}");
}

#[test]
fn a_feather_that_softens_nothing_is_told() {
    let warnings = |mask: &str| {
        let text = format!(
            "masks: [{{name: sky, box: 0 0 1 .5}}]\ntargets:\n- mask: {mask}\n  constraints: [{{blur: {{}}}}]\n"
        );
        one(&text).warnings.to_string()
    };
    for mask in ["{name: sky, feather: .1}", "{gradient: 0 0 0 1, feather: .1*t}"] {
        let found = warnings(mask);
        assert!(
            found.contains("`feather` has no effect here") && found.contains("mask.yaml:3:"),
            "{mask}: {found}"
        );
    }
    for mask in ["sky", "{name: sky, ellipse: 0 0 1 1, feather: .1}", "{gradient: 0 0 0 1, feather: 0}"] {
        assert_eq!(warnings(mask), "", "{mask}");
    }
}

#[test]
fn a_mask_in_pixels_or_beside_the_picture_is_told() {
    let warnings = |mask: &str| {
        one(&format!("targets:\n- mask: {mask}\n  constraints: [{{blur: {{}}}}]\n")).warnings.to_string()
    };
    for (mask, words) in [
        ("{box: 0 0 64 32}", "the box is far larger than the picture"),
        ("{ellipse: 16 16 32 32}", "`ellipse: 0 0 1 .5`"),
        ("{box: 1 0 1 1}", "the box lies outside the picture"),
        ("{box: -.5 0 .5 1}", "it counts nowhere"),
        ("{ellipse: .5 .5 0 0}", "the ellipse has no area"),
    ] {
        let found = warnings(mask);
        assert!(found.contains(words) && found.contains("as shares of the picture"), "{mask}: {found}");
    }
    for mask in ["{box: -1 -1 3 3}", "{ellipse: .9 .9 .5 .5}", "{box: 0 0 1 64*t}"] {
        assert_eq!(warnings(mask), "", "{mask}");
    }
}

#[test]
fn a_first_picture_with_a_mask_needs_an_image_that_fits() {
    let of_init = |init: &str| error(&format!("init: {{{init}}}\n"));
    assert!(of_init("mask: {box: 0 0 1 1}").contains("`mask` needs an `image` to start from"));
    assert!(of_init("place: 0 0 1 1").contains("`place` needs an `image` to start from"));
    assert!(of_init("image: a.png, mask: {box: 0 0 t 1}").contains("must stay the same"));
    assert!(of_init("image: a.png, place: .5 0 .6 1").contains("reaches beyond the picture"));
    assert!(of_init("image: a.png, place: 0 0 1 0").contains("holds no image"));
    let loaded = one("init: {image: a.png, place: 1/3 0 2/3 1}\n");
    assert!(loaded.warnings.is_empty(), "the image is not multiplied: {}", loaded.warnings);
}

#[test]
fn the_images_of_masks_are_few() {
    let masks: Vec<String> = (0..9).map(|i| format!("{{mul: 1, mask: {{image: {i}.png}}}}")).collect();
    let text = |count: usize| format!("postproc: [{}]\n", masks[..count].join(", "));
    assert_eq!(one(&text(8)).experiment.mask_images().len(), 8);
    assert!(error(&text(9)).contains("9 images for masks are too many"));
}
