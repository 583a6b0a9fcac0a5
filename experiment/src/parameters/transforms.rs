//! Transforms: for targets, and where they keep the resolution, for post-processing.

use super::definition::{
    Choice, Definition, FLOAT, FLOAT_2, FLOAT_3, FLOAT_4, Group, INT_2, Initial, Kind, TEXT, Type,
};
use crate::limits::MAX_SIDE;

pub(super) const PAD_MODES: &[Choice] = &[
    Choice { name: "fill", doc: "a colour, see `color`" },
    Choice { name: "edge", doc: "the outermost pixels, drawn outwards" },
    Choice { name: "wrap", doc: "the picture from the other side, one copy at most" },
];

/// Kernel size and strength of a blur.
pub(super) const KERNEL_SIZE: Definition = Definition::new(
    "kernel_size",
    INT_2,
    Initial::Ints(&[3, 3]),
    "How far the blur reaches: width and height of the window in pixels that each pixel is mixed from; one number \
     for both. Even numbers are raised to the next odd one.",
)
.most(MAX_SIDE as i128);
/// See [`KERNEL_SIZE`].
pub(super) const SIGMA: Definition = Definition::new(
    "sigma",
    FLOAT_2,
    Initial::Null,
    "How soft the blur is: standard deviation in pixels in x and y. Without it, it follows the window: \
     `0.15 * kernel_size + 0.35`.",
)
.nullable();
/// Width of a frame.
pub(super) const BORDER_SIZE: Definition = Definition::new(
    "size",
    INT_2,
    Initial::Ints(&[1, 1]),
    "Thickness of the border in pixels: at the left and right, and at the top and bottom; one number for all.",
)
.least(1)
.most(MAX_SIDE as i128);
/// Colour of a frame.
pub(super) const BORDER_COLOR: Definition = Definition::new(
    "color",
    FLOAT_3,
    Initial::Floats(&[0.0, 0.0, 0.0]),
    "Colour of the border: red, green, blue from 0 to 1, or one number for grey.",
);
const CENTER: Definition = Definition::new(
    "center",
    FLOAT_2,
    Initial::Floats(&[0.5, 0.5]),
    "The point that the picture turns around, as a share of width and height: `.5` is the middle, `0` the left or \
     upper edge.",
);

/// A transform with a single parameter, written `NAME: value`.
const fn single(name: &'static str, kind: &'static [Definition; 1], doc: &'static str) -> Group {
    several(name, kind, doc)
}

/// A transform with several parameters, written as a map.
const fn several(name: &'static str, parameters: &'static [Definition], doc: &'static str) -> Group {
    Group {
        name,
        changes_resolution: false,
        draws: false,
        addition: false,
        doc,
        example: "",
        parameters,
        more: &[],
    }
}

impl Group {
    /// It ends in another resolution than it began with.
    const fn resizes(mut self) -> Self {
        self.changes_resolution = true;
        self
    }

    /// It is random by nature.
    const fn random(mut self) -> Self {
        self.draws = true;
        self
    }

    /// It is unknown to the original.
    pub(super) const fn addition(mut self) -> Self {
        self.addition = true;
        self
    }

    pub(super) const fn example(mut self, example: &'static str) -> Self {
        self.example = example;
        self
    }
}

const fn value(kind: Kind) -> Definition {
    Definition::new("", kind, Initial::Null, "")
}

const fn size(least: i64) -> Definition {
    value(INT_2).least(least).most(MAX_SIDE as i128)
}

pub(super) const TRANSFORMS: &[Group] = &[
    single("add", &[value(FLOAT_3)], "Adds a colour to every pixel; negative numbers make it darker.")
        .example("- add: .1 0 -.1\n"),
    several("blur", &[KERNEL_SIZE, SIGMA], "Blurs softly (with a Gaussian kernel).")
        .example("- blur:\n    kernel_size: 5\n    sigma: 1.5\n"),
    several(
        "border",
        &[BORDER_SIZE, BORDER_COLOR],
        "Draws a border over the outermost pixels. The resolution stays.",
    )
    .example("- border:\n    size: 2\n    color: .15 .1 .05\n"),
    single(
        "bwnoise",
        &[value(FLOAT)],
        "Adds grey noise, the same to red, green and blue. The number is its strength (standard deviation).",
    )
    .random()
    .example("- bwnoise: .1 * ti\n"),
    single(
        "center_crop",
        &[size(1)],
        "Cuts out the middle: width and height in pixels, one number for a square. Where the picture is smaller, \
         the rest is black.",
    )
    .resizes()
    .example("- center_crop: 224\n"),
    single(
        "clamp",
        &[value(FLOAT_2).infinite()],
        "Keeps every colour between a least and a greatest value.",
    )
    .example("- clamp: 0 1\n"),
    single(
        "contrast",
        &[value(FLOAT).least(0)],
        "Factor on the contrast: 0 is plain grey, 1 changes nothing, 2 is strong.",
    )
    .example("- contrast: 1.5\n"),
    single(
        "crop",
        &[value(FLOAT_4)],
        "Cuts out a piece: x, y, width, height. Numbers below 1 are shares of the size, from 1 on pixels (so `1` is \
         one pixel). What lies outside of the picture is black.",
    )
    .resizes()
    .example("- crop: .25 .25 .5 .5   # the middle quarter\n"),
    several(
        "edge",
        &[
            KERNEL_SIZE,
            SIGMA,
            Definition::new(
                "amount",
                FLOAT_3,
                Initial::Floats(&[1.0, 1.0, 1.0]),
                "Strength of the edges, for all colours or for red, green and blue.",
            ),
        ],
        "Keeps nothing but the edges: the difference between the picture and its blurred copy. More of an experiment \
         than an improvement.",
    )
    .example("- edge:\n    kernel_size: 5\n    amount: 3\n"),
    single(
        "fnoise",
        &[value(FLOAT_3)],
        "Adds noise to the picture's frequencies instead of its pixels: waves and stripes of all sizes. The numbers \
         are strengths (standard deviation) for all colours or each.",
    )
    .random()
    .example("- fnoise: 2\n"),
    single(
        "mean",
        &[value(FLOAT_3)],
        "Moves the mean of each colour to this value: sets brightness and tint without touching the contrast.",
    )
    .example("- mean: .33\n"),
    single("mul", &[value(FLOAT_3)], "Multiplies the colours: below 1 darker, above 1 brighter.")
        .example("- mul: 1./5.\n"),
    single(
        "noise",
        &[value(FLOAT_3)],
        "Adds coloured noise. The numbers are strengths (standard deviation) for all colours or each; around 0.1 \
         makes forms larger and calmer.",
    )
    .random()
    .example("- noise: 0.1*ti\n"),
    several(
        "pad",
        &[
            Definition::new(
                "size",
                INT_2,
                Initial::Null,
                "Pixels added at the left and right, and at the top and bottom; one number for all.",
            )
            .most(MAX_SIDE as i128)
            .required(),
            Definition::new(
                "color",
                FLOAT_3,
                Initial::Floats(&[0.0, 0.0, 0.0]),
                "Colour for `mode: fill`: red, green, blue from 0 to 1, or one number for grey.",
            ),
            Definition::new("mode", TEXT, Initial::Text("fill"), "What stands in the added pixels.")
                .choices(PAD_MODES),
        ],
        "Makes the picture larger on every side.",
    )
    .resizes()
    .example("- pad:\n    size: 32\n    mode: wrap\n"),
    single(
        "quantize",
        &[value(FLOAT_3)],
        "Rounds the colours down to multiples of this step: `.25` leaves four shades of each colour.",
    )
    .example("- quantize: .25\n"),
    single(
        "random_crop",
        &[size(1)],
        "Cuts out a piece of this width and height in pixels at a random place; one number for a square. It must fit \
         into the picture.",
    )
    .resizes()
    .random()
    .example("- random_crop: 224\n"),
    several(
        "random_rotate",
        &[
            Definition::new(
                "degree",
                FLOAT_2,
                Initial::Null,
                "Least and greatest angle in degrees.",
            )
            .required(),
            Definition::new(
                "center",
                FLOAT_2,
                Initial::Floats(&[0.5, 0.5]),
                "The point that the picture turns around. Its x and y are drawn between these two shares of the size; \
                 `.5` is the middle.",
            ),
        ],
        "Turns the picture by a random angle. Corners that come in from outside are black.",
    )
    .random()
    .example("- random_rotate:\n    degree: -30 30\n    center: .4 .6\n"),
    single(
        "random_scale",
        &[value(FLOAT_2)],
        "Zooms by a random factor between these two: below 1 the picture shrinks (with black around it), above 1 it \
         grows. The resolution stays.",
    )
    .random()
    .example("- random_scale: .5 1.5\n"),
    single(
        "random_shift",
        &[Definition::new("", Kind::List(Type::Float, &[2, 4]), Initial::Null, "")],
        "Shifts by a random distance; what leaves at one side comes back at the other. Two numbers are the range for \
         both directions, four are x from, x to, y from, y to. Numbers between -1 and 1 are shares of the size, \
         others pixels.",
    )
    .random()
    .example("- random_shift: -.1 .1\n"),
    single(
        "random_translate",
        &[value(FLOAT_2).least(0).most(1)],
        "Moves by a random distance of at most this share of width and height, in any direction; what comes in is \
         black.",
    )
    .random()
    .example("- random_translate: .1 .1\n"),
    single(
        "repeat",
        &[size(1)],
        "Lays copies side by side. The numbers say how many in x and in y; one number stands for both.",
    )
    .resizes()
    .example("- repeat: 3\n"),
    single(
        "resize",
        &[size(1)],
        "Changes the resolution (linearly between pixels): width and height in pixels, one number for a square.",
    )
    .resizes()
    .example("- resize: 224\n"),
    several(
        "rnoise",
        &[
            Definition::new(
                "std",
                FLOAT_3,
                Initial::Null,
                "Strength of the noise (standard deviation), for all colours or each.",
            )
            .required(),
            Definition::new(
                "resolution",
                INT_2,
                Initial::Null,
                "Width and height of the noise in pixels before it is scaled up; one number for a square. Few pixels \
                 give large blotches.",
            )
            .required()
            .least(1)
            .most(MAX_SIDE as i128),
        ],
        "Adds noise of another resolution, scaled to the picture: blotches instead of grains.",
    )
    .random()
    .example("- rnoise:\n    std: .1\n    resolution: 16\n"),
    several(
        "rotate",
        &[
            Definition::new("degree", FLOAT, Initial::Null, "Angle in degrees, counter-clockwise.").required(),
            CENTER,
        ],
        "Turns the picture. Corners that come in from outside are black.",
    )
    .example("- rotate:\n    degree: 360*t\n"),
    single(
        "saturation",
        &[value(FLOAT).least(0)],
        "Factor on the colourfulness: 0 is black and white, 1 changes nothing, 2 is garish.",
    )
    .example("- saturation: .5\n"),
    single(
        "shift",
        &[value(FLOAT_2)],
        "Shifts in x and y; what leaves at one side comes back at the other. Numbers between -1 and 1 are shares of \
         the size, others pixels.",
    )
    .example("- shift: .5 0\n"),
];
