//! `cargo xtask bench --looks`: what each look adds to an epoch, as a table in `docs/performance.md`.
//!
//! `clipig render` draws an experiment with the look and one without it, side by side, so that other programs disturb both
//! alike: first for one epoch, then for some more. The difference of the processor time, divided by the number of epochs
//! more, is the cost of an epoch. Each quotient is one of two such neighbours, and the table has the medians.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::Error;
use crate::figures::{line, median, shown, write_into_page};
use crate::instructions::executable;
use crate::places::Places;
use crate::process::{self, Started, captured, cargo, started};

/// The options.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Looks {
    /// `clipig`, where it need not be built.
    pub(crate) program: Option<PathBuf>,
    /// How often everything is measured.
    pub(crate) rounds: u32,
}

/// Sides of the canvases, and how many epochs are measured on each.
const SIZES: [(u32, u32); 2] = [(448, 16), (2048, 4)];

/// How an experiment differs from [`PLAIN`]. All are in YAML.
struct Look {
    /// In the table.
    title: &'static str,
    canvas: &'static str,
    batch_size: &'static str,
    features: &'static str,
    constraints: &'static str,
    /// More parameters of the target.
    target: &'static str,
}

/// The pixels themselves, eight times per epoch through the transforms of examples/strawberry.yaml.
const PLAIN: Look = Look {
    title: "pixels",
    canvas: "{model: pixels}",
    batch_size: "8",
    features: "[{text: a strawberry}]",
    constraints: "[{blur: {weight: 1}}]",
    target: "",
};

/// Images are those of `examples/`.
const LOOKS: [Look; 15] = [
    Look { title: "`canvas.model: fft`", canvas: "{model: fft}", ..PLAIN },
    Look { title: "`canvas.model: pyramid`", canvas: "{model: pyramid}", ..PLAIN },
    Look { title: "`canvas.model: palette`, 6 colours", canvas: "{model: palette}", ..PLAIN },
    Look { title: "`canvas.symmetry: left-right`", canvas: "{symmetry: left-right}", ..PLAIN },
    Look { title: "`canvas.tile: 2`", canvas: "{tile: 2}", ..PLAIN },
    Look { title: "`mask` of the target", target: "mask: {ellipse: .1 .1 .8 .8, feather: .1}", ..PLAIN },
    Look {
        title: "`mask` of the constraint",
        constraints: "[{blur: {weight: 1, mask: {ellipse: .1 .1 .8 .8, feather: .1}}}]",
        ..PLAIN
    },
    Look { title: "`cuts`, 4 overviews and 4 pieces", target: "cuts: {overview: 4}", ..PLAIN },
    Look { title: "`batch_size` as an expression", batch_size: "8 if t < 2 else 16", ..PLAIN },
    Look { title: "`loss: spherical`", features: "[{text: a strawberry, loss: spherical}]", ..PLAIN },
    Look {
        title: "`prompt` with three texts",
        features: "[{prompt: 'a strawberry | a leaf:0.5 | a stone:-0.3'}]",
        ..PLAIN
    },
    Look {
        title: "a `direction` beside the text",
        features: "[{text: a strawberry}, {direction: {from: a photo, to: a drawing}}]",
        ..PLAIN
    },
    Look {
        title: "a `style` beside the text",
        features: "[{text: a strawberry}, {style: {image: brush-strokes.png}}]",
        ..PLAIN
    },
    Look {
        title: "the constraint `histogram` beside `blur`",
        constraints: "[{blur: {weight: 1}}, {histogram: {image: balloon.png}}]",
        ..PLAIN
    },
    Look {
        title: "the constraint `palette` beside `blur`, 3 colours",
        constraints: "[{blur: {weight: 1}}, {palette: {colors: [{color: 1 0 0}, {color: 0 1 0}, {color: 1}]}}]",
        ..PLAIN
    },
];

impl Look {
    fn experiment(&self) -> String {
        let Self { canvas, batch_size, features, constraints, target, .. } = self;
        format!(
            "model: clipig-tiny
device: cpu
seed: 1
verbose: 0
snapshot_interval: 0
canvas: {canvas}
targets:
  - features: {features}
    batch_size: {batch_size}
    transforms:
      - pad: {{size: width//4, color: .5}}
      - random_rotate: {{degree: -10 10}}
      - random_scale: .8 1.2
      - crop: 1/6 1/6 2/3 2/3
      - noise: .1
    constraints: {constraints}
    {target}
"
        )
    }
}

/// Seconds of an epoch: of pixels and of the look beside them.
type Pair = [f64; 2];

/// The command.
pub(crate) fn run(places: &Places, looks: &Looks) -> Result<(), Error> {
    let program = match &looks.program {
        // It is started in another folder.
        Some(program) => fs::canonicalize(program).map_err(Error::file("find", program))?,
        None => build(places)?,
    };
    let folder = std::env::temp_dir().join(format!("clipig-looks-{}", std::process::id()));
    fs::create_dir(&folder).map_err(Error::file("create", &folder))?;
    let measure = Measure { program, folder, examples: places.repository.join("examples") };
    let pairs = measure.all(looks.rounds);
    let folder = measure.folder;
    fs::remove_dir_all(&folder).map_err(Error::file("remove", &folder))?;
    write_into_page(places, "bench --looks", &table(&pairs?))
}

fn build(places: &Places) -> Result<PathBuf, Error> {
    let build = ["build", "--release", "--package", "clipig", "--bin", "clipig-local"];
    process::run(cargo(places).args(build))?;
    executable(&captured(cargo(places).args(build).args(["--quiet", "--message-format=json"]))?)
        .ok_or_else(|| Error::Other("cargo names no program `clipig-local`".into()))
}

/// What is measured, and where.
struct Measure {
    /// `clipig-local`.
    program: PathBuf,
    /// For experiments and pictures.
    folder: PathBuf,
    /// Where the images are.
    examples: PathBuf,
}

impl Measure {
    /// For each look and size, the pairs of all rounds.
    fn all(&self, rounds: u32) -> Result<Vec<[Vec<Pair>; SIZES.len()]>, Error> {
        let mut pairs = vec![[(); SIZES.len()].map(|()| Vec::new()); LOOKS.len()];
        for round in 1..=rounds {
            for (look, pairs) in LOOKS.iter().zip(&mut pairs) {
                for ((side, epochs), pairs) in SIZES.into_iter().zip(pairs) {
                    eprintln!("── round {round} of {rounds}: {} at {side}²", look.title);
                    let first = self.side_by_side(look, side, 1)?;
                    let all = self.side_by_side(look, side, 1 + epochs)?;
                    pairs.push([0, 1].map(|one| (all[one] - first[one]) / f64::from(epochs)));
                }
            }
        }
        Ok(pairs)
    }

    /// Processor seconds of two programs that draw at the same time: pixels and the look.
    fn side_by_side(&self, look: &Look, side: u32, epochs: u32) -> Result<Pair, Error> {
        let start = |name: &str, look: &Look| {
            let file = self.folder.join(name).with_extension("yaml");
            fs::write(&file, look.experiment()).map_err(Error::file("write", &file))?;
            let mut render = Command::new(&self.program);
            render.arg("render").arg(&file).arg("--output").arg(file.with_extension("png"));
            render.args([
                "--threads",
                "1",
                "--epochs",
                &epochs.to_string(),
                "--resolution",
                &side.to_string(),
            ]);
            started(render.current_dir(&self.examples))
        };
        let [pixels, look] = [start("pixels", &PLAIN)?, start("look", look)?];
        // A program's time counts from when it was waited for, even if both have ended by then.
        let seconds = |program: Started| {
            let before = ticks_of_children()?;
            program.wait()?;
            Ok::<f64, Error>((ticks_of_children()? - before) as f64 / TICKS_PER_SECOND)
        };
        Ok([seconds(pixels)?, seconds(look)?])
    }
}

/// Linux counts processor time for programs in hundredths of a second.
const TICKS_PER_SECOND: f64 = 100.0;

/// Processor time of all programs that this one has started and waited for: their own code's and the kernel's.
fn ticks_of_children() -> Result<u64, Error> {
    let path = Path::new("/proc/self/stat");
    let text = fs::read_to_string(path).map_err(Error::file("read", path))?;
    waited_for(&text)
        .ok_or_else(|| Error::Other(format!("{}: `{text}` has no times of children", path.display())))
}

/// The 16th and 17th field of such a line, added up. The second field is a name in brackets and may contain anything.
fn waited_for(line: &str) -> Option<u64> {
    let (_, rest) = line.rsplit_once(") ")?;
    let mut fields = rest.split_whitespace().skip(13).map(str::parse::<u64>);
    Some(fields.next()?.ok()? + fields.next()?.ok()?)
}

fn table(pairs: &[[Vec<Pair>; SIZES.len()]]) -> String {
    let mut text = String::from("| look |");
    for (side, _) in SIZES {
        write!(text, " {side}²: ms per epoch | more than pixels | times pixels |")
            .expect("memory takes text");
    }
    text += "\n|---|";
    text += &"---|".repeat(3 * SIZES.len());
    text.push('\n');
    let mut plain = vec![PLAIN.title.to_owned()];
    for size in 0..SIZES.len() {
        let all: Vec<f64> =
            pairs.iter().flat_map(|pairs| pairs[size].iter().map(|[pixels, _]| 1e3 * pixels)).collect();
        plain.extend([shown(median(&all)), String::new(), String::new()]);
    }
    line(&mut text, &plain);
    for (look, pairs) in LOOKS.iter().zip(pairs) {
        let mut cells = vec![look.title.to_owned()];
        for pairs in pairs {
            let of = |figure: fn(&Pair) -> f64| shown(median(&pairs.iter().map(figure).collect::<Vec<_>>()));
            cells.push(of(|[_, look]| 1e3 * look));
            cells.push(of(|[pixels, look]| 1e3 * (look - pixels)));
            cells.push(of(|[pixels, look]| look / pixels));
        }
        line(&mut text, &cells);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_of_children_is_found_behind_any_name() {
        let line = "17 (a) b (c) R 1 2 3 4 5 6 7 8 9 10 1000 2000 30 4 20 0 1 0 99 1 2";
        assert_eq!(waited_for(line), Some(34));
        assert_eq!(waited_for("17 (a) R 1"), None);
    }

    #[test]
    fn a_row_has_the_medians_of_pairs() {
        let mut pairs = vec![[(); SIZES.len()].map(|()| vec![[1.0, 1.0]]); LOOKS.len()];
        // The second round was disturbed, in both halves alike.
        pairs[0] = [vec![[0.2, 0.25], [0.4, 0.5], [0.2, 0.26]], vec![[2.0, 3.0]]];
        let text = table(&pairs);
        let row = "| `canvas.model: fft` | 260 | 60.0 | 1.25 | 3000 | 1000 | 1.50 |\n";
        assert!(text.contains(row), "{text}");
        assert!(text.contains("| pixels | 1000 |  |  | 1000 |  |  |\n"), "{text}");
    }

    #[test]
    fn each_look_differs_from_pixels() {
        for look in LOOKS {
            assert_ne!(look.experiment(), PLAIN.experiment(), "{}", look.title);
        }
    }
}
