//! Features that ask for something else than likeness with a text or an image.

use super::definition::{Definition, FLOAT, Initial, Kind, TEXT};

pub(super) const PARAMETERS: &[Definition] = &[
    Definition::new(
        "targets.features.direction",
        Kind::Map,
        Initial::Null,
        "A change instead of a content, in place of `text`: the picture should change as `to` differs from `from`. What the \
         first canvas (or another image, `origin`) shows stays if the words do not speak of it. It measures 1 − the cosine \
         between how CLIP's features of the picture have moved and how those of the texts differ (Gal et al., \
         StyleGAN-NADA, 2021). It asks which way to move, not how far: give it a smaller `weight` than a feature for what \
         should stay, or end it early.",
    )
    .example(
        "init:\n  image: photo.png\n  mean: 0\n  std: 1\ntargets:\n  - features:\n      - direction:\n          from: a photo\n          \
         to: a pencil drawing\n      - image: photo.png\n        weight: .5\n",
    )
    .addition(),
    Definition::new(
        "targets.features.direction.from",
        TEXT,
        Initial::Null,
        "What is there: a text such as `a photo`. Each end of a direction is either a text or an image.",
    )
    .nullable()
    .addition(),
    Definition::new(
        "targets.features.direction.from_image",
        TEXT,
        Initial::Null,
        "What is there, as an image file instead of a text.",
    )
    .nullable()
    .addition(),
    Definition::new(
        "targets.features.direction.to",
        TEXT,
        Initial::Null,
        "What it should become: a text such as `a pencil drawing`.",
    )
    .nullable()
    .addition(),
    Definition::new(
        "targets.features.direction.to_image",
        TEXT,
        Initial::Null,
        "What it should become, as an image file instead of a text.",
    )
    .nullable()
    .addition(),
    Definition::new(
        "targets.features.direction.origin",
        TEXT,
        Initial::Null,
        "The image that the change is measured from; its middle square is shown to CLIP. Without it, that is the first \
         canvas as a whole: the start image or the noise; if an update of a running job brings the direction, the canvas of \
         that moment; in an animation the first canvas of each frame.",
    )
    .nullable()
    .addition(),
    Definition::new(
        "targets.features.style",
        Kind::Map,
        Initial::Null,
        "The look of an image instead of what it shows, in place of `text`: its colours, strokes and textures. The mean and \
         the covariance of the model's patches (as in Li et al., Universal Style Transfer, 2017) should be those of the \
         image; where the patches stand does not count. Add a `text` or an `image` for what the picture shows. It needs a \
         model with a vision transformer (ViT). At most 8 are allowed; if several models see a style, it counts once for \
         each.",
    )
    .example(
        "targets:\n  - features:\n      - text: a lighthouse\n      - style:\n          image: starry-night.jpg\n        weight: 2\n",
    )
    .addition(),
    Definition::new(
        "targets.features.style.image",
        TEXT,
        Initial::Null,
        "The image file with the look. Its middle square is shown to CLIP, so strokes come out as large in each window as \
         they are in it.",
    )
    .required()
    .addition(),
    Definition::new(
        "targets.features.style.depth",
        FLOAT,
        Initial::Float(0.4),
        "How deep in the model patches are compared: near 0 they know colours and small textures, near 1 what they belong to.",
    )
    .least(0)
    .most(1)
    .addition(),
];
