//! Constraints on what a target sees.

use super::definition::{Choice, Definition, FLOAT, FLOAT_3, Group, Initial, Kind, Stage, TEXT};
use super::masks::OF_CONSTRAINT;
use super::targets::{END, START};
use super::transforms::{BORDER_COLOR, BORDER_SIZE, KERNEL_SIZE, SIGMA};

const LOSSES: &[Choice] = &[
    Choice { name: "l1", doc: "mean absolute difference" },
    Choice { name: "mae", doc: "the same as `l1`" },
    Choice { name: "l2", doc: "mean squared difference: forgives small ones, punishes large ones" },
    Choice { name: "mse", doc: "the same as `l2`" },
];

/// What every constraint has.
const MORE: &[Definition] = &[
    Definition::new(
        "weight",
        FLOAT,
        Initial::Float(1.0),
        "How strongly the constraint pulls; negative weights turn it around. `sim` is the mean similarity of the \
         target's features (0 to 100).",
    ),
    Definition::new("start", Kind::Moment, Initial::Float(0.0), START),
    Definition::new("end", Kind::Moment, Initial::Float(1.0), END),
    Definition::new("loss", TEXT, Initial::Text("l2"), "How the difference is measured.").choices(LOSSES),
    OF_CONSTRAINT,
];

const ABOVE: Definition = Definition::new(
    "above",
    FLOAT_3,
    Initial::Null,
    "The value should be above this: one number for all colours, or red, green, blue. While it is, the constraint \
     does nothing. Give `above`, `below` or both.",
)
.infinite();
const BELOW: Definition = Definition::new(
    "below",
    FLOAT_3,
    Initial::Null,
    "The value should be below this: one number for all colours, or red, green, blue. While it is, the constraint \
     does nothing.",
)
.infinite();

pub(super) const HEAD: &[Definition] = &[Definition::new(
    "targets.constraints",
    Kind::Entries,
    Initial::Entries,
    "What the window should be like, apart from its content: calm, dark, pale. Constraints do not ask CLIP. They act on \
     the piece of the picture that the target's transforms show.",
)
.stage(Stage::Fixed)
.example("targets:\n  - constraints:\n      - blur:\n          kernel_size: 31\n      - saturation:\n          below: .1\n")];

const fn constraint(name: &'static str, parameters: &'static [Definition], doc: &'static str) -> Group {
    Group {
        name,
        changes_resolution: false,
        draws: false,
        addition: false,
        doc,
        example: "",
        parameters,
        more: MORE,
    }
}

pub(super) const CONSTRAINTS: &[Group] = &[
    constraint(
        "blur",
        &[KERNEL_SIZE, SIGMA],
        "Wants the window to be like its blurred copy. What CLIP needs stays sharp, and the rest becomes calm. That works \
         far better than blurring the picture itself.",
    )
    .example("- blur:\n    kernel_size: 51\n"),
    constraint(
        "border",
        &[BORDER_SIZE, BORDER_COLOR],
        "Wants a border of this colour around the window.",
    )
    .example("- border:\n    size: 4\n    color: 0\n"),
    constraint(
        "contrast",
        &[ABOVE, BELOW],
        "Wants the contrast of each colour (how far light and dark are apart) above or below a value.",
    )
    .example("- contrast:\n    above: .4\n"),
    constraint(
        "edge_mean",
        &[ABOVE, BELOW, KERNEL_SIZE, SIGMA],
        "Wants more or fewer edges: the mean difference between the window and its blurred copy above or below a \
         value.",
    )
    .example("- edge_mean:\n    below: .01\n"),
    constraint(
        "histogram",
        &[Definition::new(
            "image",
            TEXT,
            Initial::Null,
            "The image file whose colours are wanted. Only its colours count, not where they are; what is transparent does \
             not count.",
        )
        .required()],
        "Wants the window to have the colours of an image, in the same amounts: the sliced optimal-transport distance \
         (Heitz et al., 2021) between the colours of the two. It moves each colour to the one that has the same rank in the \
         image, so shapes stay. It acts on each window by itself: use it in a target that sees all or most of the picture. At \
         most 64 are allowed.",
    )
    .example("- histogram:\n    image: sunset.jpg\n    weight: .5\n")
    .addition(),
    constraint(
        "mean",
        &[ABOVE, BELOW],
        "Wants the mean of each colour above or below a value: brightness and tint.",
    )
    .example("- mean:\n    above: .4\n    below: .6\n"),
    constraint(
        "noise",
        &[Definition::new(
            "std",
            FLOAT_3,
            Initial::Null,
            "Strength of the noise (standard deviation), for all colours or each.",
        )
        .required()],
        "Compares the window with a noisy copy of itself. It adds to the loss that is shown, but pulls at no pixel.",
    ),
    constraint(
        "normalize",
        &[
            Definition::new(
                "min",
                FLOAT_3,
                Initial::Floats(&[0.0, 0.0, 0.0]),
                "The darkest value of each colour.",
            ),
            Definition::new(
                "max",
                FLOAT_3,
                Initial::Floats(&[1.0, 1.0, 1.0]),
                "The brightest value of each colour.",
            ),
        ],
        "Wants the colours of the window to fill this range, from the darkest to the brightest pixel.",
    )
    .example("- normalize:\n    min: 0\n    max: 1\n"),
    constraint(
        "palette",
        &[
            Definition::new(
                "colors",
                Kind::Entries,
                Initial::Entries,
                "The colours, from 1 to 64.",
            ),
            Definition::new(
                "colors.color",
                FLOAT_3,
                Initial::Null,
                "One colour: red, green and blue from 0 to 1, or one number for a grey.",
            )
            .required(),
        ],
        "Wants every pixel of the window to have one of some colours: it is pulled to the nearest one. How often each is used \
         is left open. With a growing `weight` it may settle late. (`canvas.model: palette` allows no other colours from the \
         beginning.)",
    )
    .example("- palette:\n    colors:\n      - color: .95 .9 .8\n      - color: .8 .2 .1\n      - color: .1 .1 .3\n    weight: 2*t\n")
    .addition(),
    constraint(
        "saturation",
        &[ABOVE, BELOW],
        "Wants the colourfulness (the mean distance of the colours from grey) above or below a value.",
    )
    .example("- saturation:\n    below: .01\n    weight: 10.\n"),
    constraint(
        "std",
        &[ABOVE, BELOW],
        "Wants the spread of each colour (standard deviation) above or below a value: lively or even surfaces.",
    )
    .example("- std:\n    above: .2\n"),
];
