//! Canvas models, masks, cuts and the other looks on farms of one, three and seven workers, one of which is killed while it
//! computes: each picture is the one that `clipig render` makes.

#[allow(dead_code, reason = "other tests use the rest")]
#[path = "support/farm.rs"]
mod farm;

use self::farm::Farm;

/// What each experiment has, beside a target of its own: two targets, so that an epoch has three shards at least. The
/// order in which their gradients are added could matter.
const EXPERIMENT: &str = "
epochs: 3
resolution: 32
learnrate: 2
seed: 3
model: clipig-tiny
snapshot_interval: 0
targets:
  - batch_size: 2
    features: [{text: green leaves}]
    transforms: [{random_shift: 0 1}]
  - features: [{text: a bowl of fruit, weight: .5}]
";

/// A look, in YAML.
struct Look {
    canvas: &'static str,
    batch_size: &'static str,
    features: &'static str,
    transforms: &'static str,
    /// More parameters of the target.
    target: &'static str,
}

const PLAIN: Look = Look {
    canvas: "{model: pixels}",
    batch_size: "3",
    features: "[{text: a red apple}]",
    transforms: "[{noise: .1}]",
    target: "",
};

const LOOKS: [Look; 13] = [
    Look { canvas: "{model: fft}", ..PLAIN },
    Look { canvas: "{model: pyramid}", ..PLAIN },
    Look { canvas: "{model: palette, colors: 4}", ..PLAIN },
    Look { canvas: "{symmetry: rotate-4, tile: 2}", ..PLAIN },
    Look {
        target: "mask: {ellipse: .1 .1 .8 .8, feather: .2*t}
    constraints: [{mean: {above: .7, mask: {box: 0 0 1 .5}}}]",
        ..PLAIN
    },
    Look {
        transforms: "[{random_shift: 0 1, blur: {}, mask: {image: start.png, ellipse: .1 .1 .8 .8, feather: .2*t}},
        {rotate: {degree: 90*random()}, mask: {gradient: 0 0 random() 1}}, {noise: .2, mask: {box: 0 0 1 .5}}]",
        ..PLAIN
    },
    Look { target: "cuts: {overview: 2 if t < .5 else 1, size: .3 .9}", ..PLAIN },
    // At first one shard, then two.
    Look { batch_size: "2 if t < .5 else 10", ..PLAIN },
    Look { features: "[{text: a red apple, loss: spherical}]", ..PLAIN },
    Look { features: "[{direction: {from: a red apple, to: a green apple}}]", ..PLAIN },
    Look { features: "[{style: {image: start.png}}]", ..PLAIN },
    Look { target: "constraints: [{palette: {colors: [{color: 1 0 0}, {color: .9}]}}]", ..PLAIN },
    Look { target: "constraints: [{histogram: {image: start.png}}]", ..PLAIN },
];

impl Look {
    fn experiment(&self) -> String {
        let Self { canvas, batch_size, features, transforms, target } = self;
        format!(
            "canvas: {canvas}{EXPERIMENT}  - batch_size: {batch_size}
    features: {features}
    transforms: {transforms}
    {target}\n"
        )
    }
}

/// The hashes of all looks, drawn side by side by so many workers. The first worker dies with a lease in its hands; where
/// it was the only one, another one comes.
fn drawn_by(workers: usize) -> Vec<String> {
    let side_by_side = LOOKS.len().to_string();
    let settings = [("CLIPIG_COORDINATOR__MAX_RUNNING_JOBS", side_by_side.as_str())];
    let mut farm = Farm::start_with("looks", &settings).with_workers(workers);
    // Nobody computes before all jobs are there, so none of them is over when the worker dies.
    (0..workers).for_each(|worker| farm.worker(worker).stop());
    let jobs = LOOKS.map(|look| farm.submit_from_here(&look.experiment()));
    (0..workers).for_each(|worker| farm.worker(worker).go_on());
    farm.stop_in_the_middle(0);
    farm.worker(0).kill();
    if workers == 1 {
        farm.add_worker();
    }
    jobs.map(|job| farm.finish_from_here(job)).to_vec()
}

#[test]
fn each_look_is_the_same_on_one_three_and_seven_workers_one_of_which_is_killed() {
    let expected = LOOKS.map(|look| farm::rendered_here(&look.experiment())).to_vec();
    for workers in [1, 3, 7] {
        assert_eq!(drawn_by(workers), expected, "{workers} workers");
    }
}
