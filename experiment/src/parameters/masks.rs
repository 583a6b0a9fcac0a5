//! Masks: where something counts.
//!
//! They are registered once, as entries of `masks`. A `mask` of a target, a constraint, an effect or `init` is of the kind
//! [`Kind::Mask`](super::Kind): the name of an entry, or a map of the same parameters.

use super::definition::{BOOL, Definition, FLOAT, FLOAT_4, Initial, Kind, Stage, TEXT};

/// The path that the parameters of all masks are registered below.
pub(crate) const MASKS: &str = "masks";

/// The name of what a mask belongs to, or of the mask that it refers to.
pub(crate) const NAME: &str = "name";

pub(super) const PARAMETERS: &[Definition] = &[
    Definition::new(
        MASKS,
        Kind::Entries,
        Initial::Entries,
        "Masks with names, for targets, constraints, effects and `init` to refer to: `mask: sky`. A mask says for each place \
         of the picture how much it counts, from 0 (not at all) to 1 (fully). Its numbers are shares of width and height, so \
         it fits every resolution. If it has several shapes, it counts where all of them do. A mask that is used only once \
         can be written where it is used: `mask: {box: 0 0 1 .5}`.",
    )
    .example(
        "masks:\n  - name: sky\n    gradient: .5 .6 .5 .4\n  - name: face\n    ellipse: .3 .1 .4 .5\n    feather: .1\n",
    )
    .addition(),
    Definition::new(
        "masks.name",
        TEXT,
        Initial::Null,
        "In `masks`: the name of the mask. In a `mask`: the name of one of these, which may be given alone (`mask: sky`), or \
         with more: `mask: {name: sky, invert: yes}`.",
    )
    .nullable()
    .addition(),
    Definition::new(
        "masks.box",
        FLOAT_4,
        Initial::Null,
        "Counts in a rectangle: x and y of its upper left corner, its width and its height, as shares of the picture's \
         width and height.",
    )
    .nullable()
    .stage(Stage::Rate)
    .example("masks:\n  - name: left half\n    box: 0 0 .5 1\n")
    .addition(),
    Definition::new(
        "masks.ellipse",
        FLOAT_4,
        Initial::Null,
        "Counts in an ellipse, given by the rectangle around it: x, y, width and height as shares of the picture.",
    )
    .nullable()
    .stage(Stage::Rate)
    .example("masks:\n  - name: middle\n    ellipse: .25 .25 .5 .5\n")
    .addition(),
    Definition::new(
        "masks.gradient",
        FLOAT_4,
        Initial::Null,
        "Rises evenly from 0 at one point to 1 at another one. The numbers are x and y of the first point, then x \
         and y of the second, as shares of the picture. Before the first point the mask is 0, beyond the second one \
         it is 1.",
    )
    .nullable()
    .stage(Stage::Rate)
    .example("masks:\n  - name: more at the bottom\n    gradient: 0 0 0 1\n")
    .addition(),
    Definition::new(
        "masks.image",
        TEXT,
        Initial::Null,
        "An image file: white counts, black and transparent places do not. It is scaled and cropped as `init.image` \
         is, so a mask that was drawn over that image fits it.",
    )
    .nullable()
    .example("masks:\n  - name: hole\n    image: hole.png\n")
    .addition(),
    Definition::new(
        "masks.feather",
        FLOAT,
        Initial::Float(0.0),
        "Width of the soft edge of a box, an ellipse or an image, as a share of the picture's shorter side. Half of it lies \
         inside, half outside. 0 is a hard edge.",
    )
    .stage(Stage::Rate)
    .least(0)
    .most(1)
    .addition(),
    Definition::new(
        "masks.invert",
        BOOL,
        Initial::Bool(false),
        "`yes` turns the mask around: it counts where it did not, and the other way round.",
    )
    .addition(),
];

/// The mask of a target.
pub(super) const OF_TARGET: Definition = Definition::new(
    "targets.mask",
    Kind::Mask,
    Initial::Null,
    "Where the target may change the picture. What it sees stays the same, but the pull of its features and \
     constraints on each pixel is multiplied by the mask. With `adam`, a pixel at which only one target pulls \
     changes as fast with a tenth of the pull as with all of it. So a soft edge mixes targets, but does not weaken a \
     single one. With `canvas.model: fft` or `pyramid`, the numbers behind the pixels reach farther than a pixel, so \
     the picture moves a little outside, too; `init.mask` holds it there.",
)
.example("targets:\n  - mask: {box: 0 .5 1 .5, feather: .1}\n    features:\n      - text: a lawn\n")
.addition();

/// The mask of transforms.
pub(super) const OF_TRANSFORM: Definition = Definition::new(
    "targets.transforms.mask",
    Kind::Mask,
    Initial::Null,
    "Where the transforms of the entry act. Elsewhere the image stays as they got it, and where the mask is between 0 and 1, \
     both are mixed. The mask lies over the image that they get: after a crop, it lies over the piece. Only transforms that \
     keep the size of the image can have one. In each window, random functions in its numbers give other numbers.",
)
.example("targets:\n  - transforms:\n      - blur:\n          kernel_size: 9\n        mask: {ellipse: .25 .25 .5 .5, invert: yes}\n      - random_crop: 224\n")
.addition();

/// The mask of an effect.
pub(super) const OF_EFFECT: Definition = Definition::new(
    "postproc.mask",
    Kind::Mask,
    Initial::Null,
    "Where the effects of the entry act. Elsewhere the picture stays as it is, and where the mask is between 0 and 1, both \
     are mixed.",
)
.example("postproc:\n  - blur:\n      kernel_size: 5\n    mask: {ellipse: .25 .25 .5 .5, invert: yes}\n")
.addition();

/// The mask of a constraint.
pub(super) const OF_CONSTRAINT: Definition = Definition::new(
    "mask",
    Kind::Mask,
    Initial::Null,
    "Where the constraint counts: each pixel of the window has the weight that the mask has at its place in the \
     picture. Means become weighted means. The loss is multiplied by the share of the window that counts, so no \
     pixel is pulled more strongly than without a mask. What transforms add around the picture is outside of every \
     shape.",
)
.addition();
