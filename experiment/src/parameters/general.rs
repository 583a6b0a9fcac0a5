//! The run as a whole: output, time, canvas, learn rate, start.

use super::definition::{
    Choice, Definition, FLOAT, FLOAT_2, FLOAT_3, FLOAT_4, INT, INT_2, Initial, Kind, Stage, TEXT, Type,
};
use crate::limits::{MAX_COLORS, MAX_EPOCHS, MAX_LEVELS, MAX_SIDE, MAX_TILES};

pub(crate) const OPTIMIZERS: &[Choice] = &[
    Choice { name: "adam", doc: "Adam: steady, a good first choice (base rate 0.01)" },
    Choice { name: "sgd", doc: "plain gradient descent: strong colours, slow in flat places (base rate 10)" },
    Choice { name: "sparse_adam", doc: "RMSprop with a base rate of 0.01, as the original CLIPig has it" },
    Choice { name: "adadelta", doc: "Adadelta: finds its own step sizes (base rate 20)" },
    Choice {
        name: "rmsprob",
        doc: "centred RMSprop with momentum 0.1 (base rate 0.003), as the original spells it",
    },
    Choice { name: "rmsprop", doc: "the same as `rmsprob`" },
];

const INTERPOLATIONS: &[Choice] = &[
    Choice { name: "nearest", doc: "the nearest pixel: hard blocks" },
    Choice { name: "linear", doc: "between the four neighbours: soft" },
    Choice { name: "cubic", doc: "between sixteen neighbours: smooth and sharp" },
    Choice { name: "bilinear", doc: "the same as `linear`" },
    Choice { name: "bicubic", doc: "the same as `cubic`" },
];

const PIXEL_MODELS: &[Choice] = &[
    Choice { name: "pixels", doc: "the pixels themselves, each by itself, as the original CLIPig does it" },
    Choice {
        name: "fft",
        doc: "a Fourier spectrum in which low frequencies weigh more and colours are decorrelated, as in Lucid and \
              aphantasia: whole forms and natural colours instead of grain",
    },
    Choice {
        name: "pyramid",
        doc: "the sum of pictures of several resolutions, coarse to fine: areas move as a whole, and details come on \
              top of them",
    },
    Choice {
        name: "palette",
        doc: "every pixel is one of a few colours, or a mixture of them where it is undecided: posters, pixel art",
    },
];

const SYMMETRIES: &[Choice] = &[
    Choice { name: "none", doc: "none" },
    Choice { name: "left-right", doc: "the left half mirrors the right one, as in a face or a butterfly" },
    Choice { name: "top-bottom", doc: "the upper half mirrors the lower one, as in still water" },
    Choice { name: "both", doc: "all four quarters mirror each other, as in a kaleidoscope" },
    Choice { name: "rotate-2", doc: "turned by 180 degrees it is the same, as a playing card" },
    Choice {
        name: "rotate-4",
        doc: "turned by 90 degrees it is the same, as a pinwheel; the picture must be square",
    },
];

/// What stands beyond the edges of an image that is moved.
pub(super) const BORDERS: &[Choice] = &[
    Choice { name: "mirror", doc: "the picture mirrored at its edge" },
    Choice { name: "edge", doc: "the outermost pixels, drawn outwards" },
    Choice { name: "wrap", doc: "the picture from the other side" },
    Choice { name: "black", doc: "black" },
];

pub(super) const PARAMETERS: &[Definition] = &[
    Definition::new(
        "verbose",
        INT,
        Initial::Int(2),
        "How much clipig prints while it makes the picture: `0` nothing, `1` a progress bar, `2` and more also the \
         table of targets with losses and similarities.",
    ),
    Definition::new(
        "output",
        TEXT,
        Initial::Text("./"),
        "Where the picture goes. A name that ends with `/` is a folder; the picture in it is named after the (last) \
         experiment file. Any other name is that of the picture itself. No file is overwritten: if the name is \
         taken, a number is added (`spoon.png`, `spoon-1.png`, …).",
    )
    .example("output: pictures/spoon.png\n"),
    Definition::new(
        "snapshot_interval",
        Kind::Scalar(Type::Number),
        Initial::Float(20.0),
        "How often the unfinished picture is written to disk. A number with a point counts seconds (`20.`), an \
         integer counts epochs (`20`). `0` writes no snapshots.",
    )
    .least(0)
    .example("snapshot_interval: 50   # every 50 epochs\n"),
    Definition::new(
        "epochs",
        INT,
        Initial::Int(300),
        "How many steps clipig makes. In each of them every target looks at the picture `batch_size` times, and then \
         all pixels change a little.",
    )
    .least(0)
    .most(MAX_EPOCHS as i128),
    Definition::new(
        "start_epoch",
        INT,
        Initial::Int(0),
        "The first epoch; the ones before it are skipped. Use it to continue a run from its picture: the time `t` \
         then starts where the other run ended.",
    )
    .least(0)
    .most(MAX_EPOCHS as i128),
    Definition::new(
        "resolution",
        INT_2,
        Initial::Ints(&[224, 224]),
        "Width and height of the picture in pixels; one number makes a square. It may change while the picture is \
         made. The picture is then resized (see `interpolation`), and the optimiser starts again. A picture that \
         begins small and grows gets large forms first and details later.",
    )
    .stage(Stage::Canvas)
    .least(1)
    .most(MAX_SIDE as i128)
    .example("resolution:\n  - 224 if t < .2 else 448\n"),
    Definition::new(
        "interpolation",
        TEXT,
        Initial::Text("cubic"),
        "How the picture is interpolated when `resolution` changes.",
    )
    .choices(INTERPOLATIONS),
    Definition::new(
        "model",
        TEXT,
        Initial::Text("ViT-B/32"),
        "The CLIP model that judges the picture; `clipig model list` shows the known ones. If it is not given, \
         clipig uses `ViT-B/32` if its weights are installed, and otherwise the small model inside clipig.",
    )
    .example("model: ViT-B/16\n"),
    Definition::new(
        "device",
        TEXT,
        Initial::Text("auto"),
        "What computes: `cpu`, `cuda` (the first GPU), `cuda:1` (the second one), or `auto` for a GPU where there \
         is one and the CPU elsewhere.",
    )
    .example("device: cuda:0\n"),
    Definition::new(
        "learnrate",
        FLOAT,
        Initial::Float(1.0),
        "How much the pixels change in each epoch. It multiplies the base rate of the optimiser, so `1` is a good \
         start with every optimiser. 0.1 is careful, 5 is wild. Other expressions can read it as `lr`.",
    )
    .stage(Stage::Schedule)
    .example("learnrate: 2 * ti + .1\n"),
    Definition::new(
        "learnrate_scale",
        FLOAT,
        Initial::Float(1.0),
        "Another factor on the learn rate. Use it for changes over time, and keep `learnrate` a plain number that is \
         easy to change. Other expressions can read it as `lrs`.",
    )
    .stage(Stage::Schedule)
    .example("learnrate_scale: 1 - .95 * t5\n"),
    Definition::new(
        "optimizer",
        TEXT,
        Initial::Text("adam"),
        "The method that moves the pixels. Each one gives the picture another look: try them.",
    )
    .choices(OPTIMIZERS),
    Definition::new(
        "seed",
        INT,
        Initial::Null,
        "The number that all random numbers follow from: the same experiment with the same seed gives the same \
         picture, pixel by pixel. Without it, clipig draws a seed and shows it.",
    )
    .nullable()
    .least(0)
    .most(u64::MAX as i128)
    .example("seed: 42\n")
    .addition(),
    Definition::new(
        "canvas",
        Kind::Map,
        Initial::Map,
        "What the optimiser changes: the pixels, or numbers that the pixels are computed from.",
    )
    .example("canvas:\n  model: fft\n")
    .addition(),
    Definition::new(
        "canvas.model",
        TEXT,
        Initial::Text("pixels"),
        "How the picture is computed from the numbers that the optimiser changes. With `fft` and `pyramid` all \
         colours stay between black and white. A good learn rate for `fft` is three to five times that for pixels. \
         Everything else works as before: `init`, a `resolution` that changes, constraints, post-processing. After \
         each of these a palette assigns its colours anew.",
    )
    .choices(PIXEL_MODELS)
    .addition(),
    Definition::new(
        "canvas.falloff",
        FLOAT,
        Initial::Float(1.5),
        "With `model: fft` and `model: pyramid`: how much less fine details weigh. `0` weighs all frequencies alike, \
         `1` is that of photographs, and more makes the picture softer.",
    )
    .stage(Stage::Fixed)
    .least(0)
    .most(4)
    .addition(),
    Definition::new(
        "canvas.levels",
        INT,
        Initial::Null,
        "With `model: pyramid`: how many resolutions there are. Each has half the width and height of the next one; the \
         finest is the picture's own. Without it, they go on until the shorter side has at most four pixels.",
    )
    .nullable()
    .least(1)
    .most(MAX_LEVELS as i128)
    .addition(),
    Definition::new(
        "canvas.palette",
        Kind::Entries,
        Initial::Entries,
        "With `model: palette`: the colours. Without it, `colors` says how many there are, and they are learned together \
         with the picture.",
    )
    .example("canvas:\n  model: palette\n  palette:\n    - color: 1 .9 .7\n    - color: .8 .1 .1\n    - color: 0\n")
    .addition(),
    Definition::new(
        "canvas.palette.color",
        FLOAT_3,
        Initial::Null,
        "One colour: red, green and blue from 0 to 1, or one number for a grey.",
    )
    .required()
    .addition(),
    Definition::new(
        "canvas.colors",
        INT,
        Initial::Int(6),
        "With `model: palette` and no `palette`: how many colours are learned.",
    )
    .least(2)
    .most(MAX_COLORS as i128)
    .addition(),
    Definition::new(
        "canvas.softness",
        FLOAT,
        Initial::Float(0.25),
        "With `model: palette`: how far a pixel may be from a colour and still be mixed with it. Black and white are \
         1.7 apart. Small numbers (from 0.01) give hard areas, and pixels seldom change their colour. Large ones (up \
         to 2) mix all colours.",
    )
    .stage(Stage::Fixed)
    .addition(),
    Definition::new(
        "canvas.symmetry",
        TEXT,
        Initial::Text("none"),
        "How the picture is symmetric. The symmetry is exact, with every model and in every epoch. An image to start \
         from is made symmetric, and so is the result of post-processing.",
    )
    .choices(SYMMETRIES)
    .example("canvas:\n  symmetry: left-right\n")
    .addition(),
    Definition::new(
        "canvas.tile",
        INT_2,
        Initial::Ints(&[1, 1]),
        "Copies of one tile that make up the picture, from left to right and from top to bottom. Targets see the \
         copies side by side, seams included, so each of them repeats without seams. With `symmetry` it is the tile \
         that is symmetric.",
    )
    .least(1)
    .most(MAX_TILES as i128)
    .example("canvas:\n  tile: 2\n")
    .addition(),
    Definition::new(
        "init",
        Kind::Map,
        Initial::Map,
        "The picture before the first epoch: noise, or an image.",
    )
    .example("init:\n  mean: .4 .4 .5   # a bluish grey\n  std: .05\n"),
    Definition::new(
        "init.resolution",
        INT_2,
        Initial::Null,
        "Resolution of the first noise or image in pixels before it is resized to the picture's `resolution`. \
         Small numbers give large, soft blotches to start from.",
    )
    .least(1)
    .most(MAX_SIDE as i128),
    Definition::new(
        "init.mean",
        FLOAT_3,
        Initial::Floats(&[0.5, 0.5, 0.5]),
        "Brightness of the first noise: one number for grey, or red, green and blue; 0 is black, 1 is white. With \
         `image` it is added to the pixels of the image, so give `0` to keep them.",
    ),
    Definition::new(
        "init.std",
        FLOAT_3,
        Initial::Floats(&[0.1, 0.1, 0.1]),
        "Strength of the first noise (standard deviation), for all colours or each. With `image` it multiplies the \
         pixels of the image, so give `1` to keep them.",
    )
    .least(0),
    Definition::new(
        "init.image",
        TEXT,
        Initial::Null,
        "An image file to start from. It is scaled until it covers the resolution and cropped at the centre; then \
         its pixels are multiplied by `std` and `mean` is added: give `std: 1` and `mean: 0` to start from the \
         image itself.",
    )
    .nullable()
    .example("init:\n  image: start.png\n  mean: 0\n  std: 1\n"),
    Definition::new(
        "init.mask",
        Kind::Mask,
        Initial::Null,
        "Where the picture is drawn (inpainting). Elsewhere the picture is exactly the `image`, in every epoch and \
         with every `canvas.model`. Where the mask is between 0 and 1, both are mixed. Inside the mask, the picture \
         begins as noise with `mean` and `std`, which do not change the image then. The mask cannot change over \
         time, so its numbers have no variables.",
    )
    .example("init:\n  image: start.png\n  mask: {ellipse: .3 .3 .4 .4, feather: .05}\n")
    .addition(),
    Definition::new(
        "init.place",
        FLOAT_4,
        Initial::Null,
        "Where the `image` lies in the picture: x and y of its upper left corner, its width and its height, as \
         shares of the picture. It is scaled until it covers this place and cropped at the centre. The picture \
         around it begins as noise with `mean` and `std`, which do not change the image then. With a `mask` that \
         leaves the image out, the picture grows around it (outpainting).",
    )
    .nullable()
    .stage(Stage::Fixed)
    .example(
        "init:\n  image: start.png\n  place: .25 .25 .5 .5\n  mask: {box: .27 .27 .46 .46, feather: .04, invert: yes}\n",
    )
    .addition(),
    Definition::new(
        "init.zoom",
        FLOAT,
        Initial::Float(1.0),
        "With `image`: how much larger it is made, about the middle; below 1 it becomes smaller. All that moves the image, \
         `zoom`, `rotate` and `move`, is done in one step, with cubic interpolation.",
    )
    .example("init:\n  image: start.png\n  mean: 0\n  std: 1\n  zoom: 1.2\n  rotate: 10\n")
    .addition(),
    Definition::new(
        "init.rotate",
        FLOAT,
        Initial::Float(0.0),
        "With `image`: by how many degrees it is turned about the middle, counter-clockwise.",
    )
    .addition(),
    Definition::new(
        "init.move",
        FLOAT_2,
        Initial::Floats(&[0.0, 0.0]),
        "With `image`: how far it is moved after that, to the right and down, as shares of width and height.",
    )
    .addition(),
    Definition::new(
        "init.border",
        TEXT,
        Initial::Text("mirror"),
        "What fills the places that `image` was moved away from.",
    )
    .choices(BORDERS)
    .addition(),
    Definition::new(
        "init.image_tensor",
        Kind::Scalar(Type::Pixels),
        Initial::Null,
        "Raw pixels to start from, for programs: three lists (red, green, blue) of rows of numbers from 0 to 1.",
    )
    .nullable(),
];
