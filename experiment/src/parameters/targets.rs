//! Targets with their features, and the head of post-processing.

use super::definition::{BOOL, Choice, Definition, FLOAT, FLOAT_2, INT, Initial, Kind, Stage, TEXT};
use super::masks::{OF_EFFECT, OF_TARGET, OF_TRANSFORM};
use crate::limits::MAX_BATCH;

const SELECTIONS: &[Choice] = &[
    Choice { name: "all", doc: "every feature pulls, as strongly as its weight says" },
    Choice { name: "best", doc: "only the feature that the picture resembles most: the strong get stronger" },
    Choice { name: "worst", doc: "only the feature that the picture resembles least: all get their share" },
    Choice { name: "mix", doc: "one feature mixed from all of them by weight" },
];

const SCALES: &[Choice] = &[
    Choice { name: "equal", doc: "similarities count as they are" },
    Choice { name: "fair", doc: "scaled so that the first picture resembles all features equally" },
];

const LOSSES: &[Choice] = &[
    Choice { name: "cosine", doc: "1 − the cosine between the two: what CLIP was trained with" },
    Choice { name: "l1", doc: "mean absolute difference" },
    Choice { name: "mae", doc: "the same as `l1`" },
    Choice { name: "l2", doc: "mean squared difference: forgives small ones, punishes large ones" },
    Choice { name: "mse", doc: "the same as `l2`" },
    Choice {
        name: "spherical",
        doc: "half the squared angle between the two (the great-circle distance): near the goal it is like `cosine`, far \
              from it, it pulls more strongly",
    },
];

pub(super) const PARAMETERS: &[Definition] = &[
    Definition::new(
        "targets",
        Kind::Entries,
        Initial::Entries,
        "What the picture should show. Each target looks at the picture in its own way (`transforms`), compares what it sees \
         with texts or images (`features`), and may ask for colours or calm (`constraints`). All targets pull at \
         the same picture.",
    )
    .example("targets:\n  - features:\n      - text: a curly spoon\n    transforms:\n      - random_shift: -.1 .1\n"),
    Definition::new(
        "targets.active",
        BOOL,
        Initial::Bool(true),
        "`no` switches the target off without deleting it: handy for trying things out.",
    ),
    Definition::new(
        "targets.name",
        TEXT,
        Initial::Text("target"),
        "The name of the target in tables and messages. It changes nothing else.",
    ),
    Definition::new("targets.start", Kind::Moment, Initial::Float(0.0), START)
        .example("targets:\n  - start: 30%\n"),
    Definition::new("targets.end", Kind::Moment, Initial::Float(1.0), END),
    Definition::new(
        "targets.weight",
        FLOAT,
        Initial::Float(1.0),
        "How strongly the target pulls: a factor on the losses of all its features and constraints. `sim` is the \
         mean similarity of its features (0 to 100).",
    )
    .stage(Stage::Target)
    .example("targets:\n  - weight: 1 if sim < 30 else .1\n"),
    OF_TARGET,
    Definition::new(
        "targets.batch_size",
        INT,
        Initial::Int(1),
        "How often the target looks at the picture in one epoch, each time through newly drawn random transforms. \
         More looks give calmer pictures and take longer. A target without random transforms looks once, \
         whatever the number. It may change over time: an expression that gives less than 1 counts as 1.",
    )
    .stage(Stage::Canvas)
    .least(1)
    .most(MAX_BATCH as i128)
    .example("targets:\n  - batch_size: 4 if t < .5 else 12\n    transforms:\n      - noise: .1\n"),
    Definition::new(
        "targets.cuts",
        Kind::Map,
        Initial::Null,
        "Which looks of `batch_size` see the whole picture (overviews) and which a random square piece of it (inner \
         cuts). Overviews decide what the picture shows, pieces fill it with details. The `transforms` are applied \
         to the piece. Without `cuts` this needs two targets: one for the whole picture and one with `random_crop`.",
    )
    .example("targets:\n  - batch_size: 16\n    cuts:\n      overview: 12 if t < .4 else 4\n      size: .3 .9\n")
    .addition(),
    Definition::new(
        "targets.cuts.overview",
        INT,
        Initial::Int(1),
        "How many of the looks see the whole picture; all others see a piece. With `batch_size: 16`, `12 if t < .4 else 4` \
         begins with 12 overviews and 4 pieces, and ends with 4 and 12. If it is more than `batch_size`, there are no pieces.",
    )
    .stage(Stage::Rate)
    .least(0)
    .most(MAX_BATCH as i128)
    .addition(),
    Definition::new(
        "targets.cuts.size",
        FLOAT_2,
        Initial::Floats(&[0.2, 0.8]),
        "Least and greatest side of a piece, as shares of the picture's shorter side.",
    )
    .stage(Stage::Rate)
    .least(0)
    .most(1)
    .addition(),
    Definition::new(
        "targets.cuts.power",
        FLOAT,
        Initial::Float(1.0),
        "Which sizes are frequent: 1 draws all evenly, 3 mostly small pieces, 0.3 mostly large ones. The side is \
         `least + (greatest - least) * u**power` with a `u` that is drawn evenly from 0 to 1.",
    )
    .stage(Stage::Rate)
    .least(0)
    .addition(),
    Definition::new(
        "targets.select",
        TEXT,
        Initial::Text("all"),
        "Which of the features count, where there are several.",
    )
    .choices(SELECTIONS),
    Definition::new(
        "targets.feature_scale",
        TEXT,
        Initial::Text("equal"),
        "How the similarities of several features are made comparable: some texts resemble every picture more \
         than others, and would always win with `select: best`.",
    )
    .choices(SCALES),
    Definition::new(
        "targets.features",
        Kind::Entries,
        Initial::Entries,
        "What the picture should look like: texts or images, each with its weight.",
    )
    .example("targets:\n  - features:\n      - text: a curly spoon\n      - text: blurry\n        weight: -.2\n"),
    Definition::new(
        "targets.features.text",
        TEXT,
        Initial::Null,
        "Words that say what should be seen. CLIP knows English best; about fifty words fit, a longer text is an error. \
         Each feature has either a text or an image.",
    )
    .nullable(),
    Definition::new(
        "targets.features.prompt",
        TEXT,
        Initial::Null,
        "Several texts with weights in one line, instead of `text`: `a castle | stormy:0.5 | blurry:-0.3`. Each \
         becomes a feature of its own. A number after the last colon is the weight of a text, 1 if there is none; \
         the entry's own `weight` multiplies all of them. In `text` bars and colons have no meaning, so use it for a \
         text such as `at 10:30`.",
    )
    .nullable()
    .example("targets:\n  - features:\n      - prompt: a castle | stormy:0.5 | blurry:-0.3\n")
    .addition(),
    Definition::new(
        "targets.features.image",
        TEXT,
        Initial::Null,
        "An image file that the picture should resemble in content (not in its pixels). The middle square of it is \
         shown to CLIP.",
    )
    .nullable()
    .example("targets:\n  - features:\n      - image: spoon.jpg\n"),
    Definition::new("targets.features.start", Kind::Moment, Initial::Float(0.0), START),
    Definition::new("targets.features.end", Kind::Moment, Initial::Float(1.0), END),
    Definition::new(
        "targets.features.weight",
        FLOAT,
        Initial::Float(1.0),
        "How strongly the feature pulls. Negative weights push away: the picture becomes unlike it. `sim` is the \
         similarity with this feature right now (0 to 100).",
    )
    .stage(Stage::Feature),
    Definition::new(
        "targets.features.scale",
        FLOAT,
        Initial::Float(1.0),
        "A factor on the similarity before `select` compares it: above 1 the feature is chosen earlier by `best`, \
         later by `worst`.",
    )
    .stage(Stage::Rate),
    Definition::new(
        "targets.features.loss",
        TEXT,
        Initial::Text("cosine"),
        "How the difference between the picture and the feature is measured.",
    )
    .choices(LOSSES),
    Definition::new(
        "targets.transforms",
        Kind::Entries,
        Initial::Entries,
        "The way from the picture to what CLIP sees: cropped, turned, shifted, blurred, one step after the other, in \
         the order written. Random transforms give another view each time; without them the picture becomes noise. \
         At the end, the result is resized to the model's window.",
    )
    .example("targets:\n  - transforms:\n      - noise: 0.1*ti\n      - random_rotate:\n          degree: -30 30\n      - center_crop: 224\n"),
    OF_TRANSFORM,
];

pub(super) const POSTPROC: &[Definition] = &[
    Definition::new(
        "postproc",
        Kind::Entries,
        Initial::Entries,
        "Effects on the picture itself, once per epoch before the pixels move. All transforms that keep the \
         resolution can be used. What they change stays changed, so small amounts are enough.",
    )
    .example("postproc:\n  - blur:\n      kernel_size: 3\n      sigma: .4\n    end: 50%\n"),
    Definition::new(
        "postproc.active",
        BOOL,
        Initial::Bool(true),
        "`no` switches the entry off without deleting it.",
    ),
    Definition::new("postproc.start", Kind::Moment, Initial::Float(0.0), START),
    Definition::new("postproc.end", Kind::Moment, Initial::Float(1.0), END),
    OF_EFFECT,
];

/// For everything that has a beginning.
pub(super) const START: &str = "When it begins: an epoch (an integer such as `100`), a share of the run (a number \
                                with a point: `.5` is the middle), or a percentage (`30%`).";
/// For everything that has an end.
pub(super) const END: &str = "When it ends; that moment is included. An epoch (an integer such as `100`), a share of \
                              the run (a number with a point: `.5` is the middle), or a percentage (`30%`).";
