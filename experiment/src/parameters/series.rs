//! Several pictures from one file: sweeps and animations.

use super::definition::{Choice, Definition, INT, Initial, Kind, TEXT, Type};
use super::general::BORDERS;
use crate::limits::MAX_FRAMES;

const COMBINATIONS: &[Choice] = &[
    Choice { name: "product", doc: "every value of each parameter with every value of all others, a grid" },
    Choice {
        name: "zip",
        doc: "the first values of all parameters together, then the second ones, and so on: all lists have the same \
              length",
    },
];

const EASINGS: &[Choice] = &[
    Choice { name: "linear", doc: "evenly from one key frame to the next" },
    Choice { name: "ease", doc: "slowly away from a key frame and slowly towards the next: `u*u*(3 - 2*u)`" },
    Choice { name: "hold", doc: "no change until the next key frame" },
];

/// A number by frame.
const NUMBERS: Kind = Kind::Keys(Type::Float);

pub(super) const PARAMETERS: &[Definition] = &[
    Definition::new(
        "sweep",
        Kind::Map,
        Initial::Map,
        "Several pictures from one file, which differ in some parameters. `clipig sweep FILE` draws all of them and puts \
         them on a contact sheet, here or on a farm; other commands refuse the file.",
    )
    .example("sweep:\n  parameters:\n    seed: 1..4\n    learnrate: [1, 3]\n")
    .addition(),
    Definition::new(
        "sweep.parameters",
        Kind::Axes,
        Initial::Null,
        "What differs: parameters by their path, such as `canvas.model` or `targets.0.weight`, each with a list of \
         values (`[1, 3, 9]`), whole numbers from one to another (`1..8`), or a range: `{from: .1, to: 10, steps: 5, \
         scale: log}`. Entries of lists are numbered from 0. You may leave out the number if there is only one such \
         entry: `targets.features.text`. A value may also be a map or a list, such as other `transforms`. The last \
         parameter changes fastest.",
    )
    .required()
    .example(
        "sweep:\n  parameters:\n    canvas.model: [pixels, fft]\n    learnrate: {from: 1, to: 4, steps: 3, scale: log}\n",
    )
    .addition(),
    Definition::new(
        "sweep.combine",
        TEXT,
        Initial::Text("product"),
        "Which values meet in one picture.",
    )
    .choices(COMBINATIONS)
    .example("sweep:\n  combine: zip\n  parameters:\n    seed: 1..2\n    epochs: [50, 100]\n")
    .addition(),
    Definition::new(
        "sweep.judge",
        TEXT,
        Initial::Null,
        "The CLIP model that rates the pictures. Choose one that has drawn none of them, because a model likes its \
         own drawings. A rating is 100 times the cosine between the picture and the texts and images of its targets. \
         Without a judge, nothing is rated.",
    )
    .nullable()
    .addition(),
    Definition::new(
        "animation",
        Kind::Map,
        Initial::Map,
        "A film from one file. `clipig animate FILE` draws its frames, here or on a farm. Each frame starts from the \
         one before it, moved a little. Other commands refuse the file.",
    )
    .example("animation:\n  frames: 48\n  zoom: 1.02\n  rotate: {0: 0, 47: 3}\n")
    .addition(),
    Definition::new("animation.frames", INT, Initial::Null, "Number of frames. They are counted from 0.")
        .required()
        .least(1)
        .most(MAX_FRAMES as i128)
        .addition(),
    Definition::new("animation.fps", INT, Initial::Int(12), "Frames per second of the film.")
        .least(1)
        .most(120)
        .addition(),
    Definition::new(
        "animation.strength",
        NUMBERS,
        Initial::Float(0.8),
        "How much of the frame before survives, as in Deforum. A frame skips this share of its epochs: with `.8` and \
         `epochs: 100`, it begins with epoch 80 and has 20 epochs to change the picture. The first frame has all of them.",
    )
    .least(0)
    .most(1)
    .addition(),
    Definition::new(
        "animation.zoom",
        NUMBERS,
        Initial::Float(1.0),
        "How much larger the frame before is made, about the middle: `1.02` moves into the picture, `.98` out of it.",
    )
    .least(0)
    .most(100)
    .example("animation:\n  frames: 30\n  zoom: 1 + .01*frame/frames\n")
    .addition(),
    Definition::new(
        "animation.rotate",
        NUMBERS,
        Initial::Float(0.0),
        "By how many degrees the frame before is turned about the middle, counter-clockwise. Deforum calls it `angle`.",
    )
    .example("animation:\n  frames: 30\n  rotate: {0: 0, 15: 2, 29: 0}\n")
    .addition(),
    Definition::new(
        "animation.move_x",
        NUMBERS,
        Initial::Float(0.0),
        "How far the frame before is moved to the right, as a share of the width: `.01` is one hundredth. Deforum calls it \
         `translation_x` and counts pixels.",
    )
    .addition(),
    Definition::new(
        "animation.move_y",
        NUMBERS,
        Initial::Float(0.0),
        "How far the frame before is moved down, as a share of the height.",
    )
    .addition(),
    Definition::new(
        "animation.border",
        TEXT,
        Initial::Text("mirror"),
        "What fills the places that the frame before was moved away from.",
    )
    .choices(BORDERS)
    .addition(),
    Definition::new(
        "animation.easing",
        TEXT,
        Initial::Text("linear"),
        "How values go from one key frame to the next. Before the first key frame and after the last one they do not \
         change. Between two texts, the weight goes from the first to the second. Values that cannot change \
         gradually, such as a choice, change at the second key frame.",
    )
    .choices(EASINGS)
    .addition(),
    Definition::new(
        "animation.prompts",
        Kind::Keys(Type::Text),
        Initial::Null,
        "Key frames for the text of the only feature that has one. If there are several, give them by their paths in \
         `parameters`.",
    )
    .example(
        "targets:\n  - features:\n      - text: a tulip\nanimation:\n  frames: 48\n  prompts:\n    0: a tulip\n    47: a balloon\n",
    )
    .addition(),
    Definition::new(
        "animation.parameters",
        Kind::Tracks,
        Initial::Null,
        "Other parameters that change from frame to frame, by their path as in `sweep.parameters`. Each has key \
         frames (`{0: .5, 24: 2}`) or one expression. An expression may use the variables of the parameter, and also \
         `frame`, the number of the frame, and `frames`, how many there are.",
    )
    .example(
        "animation:\n  frames: 60\n  parameters:\n    learnrate: 2 + sin(frame/10)\n    epochs: {0: 200, 30: 100}\n",
    )
    .addition(),
];
