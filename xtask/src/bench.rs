//! `cargo xtask bench`: measures clipig's own work and writes the tables and the plot of `docs/performance.md`.
//! With `--old PROGRAM`, which is `own_work` of another build, both take turns. `--new PROGRAM` is measured instead of what
//! `cargo bench` builds.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::Error;
use crate::figures::{line, median, shown, write_into_page};
use crate::instructions::executable;
use crate::places::Places;
use crate::process::{captured, cargo, run as start};

const PLOT: &str = "docs/performance.svg";

/// Sides of the canvases of the plot.
const SIDES: [u32; 6] = [448, 1024, 1536, 2048, 4096, 8192];

/// What both builds measure in each round: arguments of `own_work`.
const RUNS: [&[&str]; 6] = [
    &["samples", "20"],
    &["upkeep", "448", "20"],
    &["upkeep", "2048", "6"],
    &["upkeep", "4096", "6"],
    &["upkeep", "8192", "4"],
    &["memory", "4096", "6"],
];

/// The options.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Bench {
    /// `own_work` of another build.
    pub(crate) old: Option<PathBuf>,
    /// `own_work` of this build, where it need not be built.
    pub(crate) new: Option<PathBuf>,
    /// How often everything is measured; the tables have the medians.
    pub(crate) rounds: u32,
}

/// All values of a figure, by name; from the other build and from this one.
type Figures = BTreeMap<String, [Vec<f64>; 2]>;

/// The command.
pub(crate) fn run(places: &Places, bench: &Bench) -> Result<(), Error> {
    let new = bench.new.clone().map_or_else(|| build(places), Ok)?;
    let mut figures = Figures::new();
    for round in 1..=bench.rounds {
        for arguments in RUNS {
            eprintln!("── round {round} of {}: {}", bench.rounds, arguments.join(" "));
            if let Some(old) = &bench.old {
                take(old, arguments, &mut figures, 0)?;
            }
            take(&new, arguments, &mut figures, 1)?;
        }
        for side in SIDES {
            eprintln!("── round {round} of {}: chain of {side}²", bench.rounds);
            take(&new, &["chain", &side.to_string(), "20"], &mut figures, 1)?;
        }
    }
    write_into_page(places, "bench", &tables(&figures))?;
    let plot = places.repository.join(PLOT);
    fs::write(&plot, drawn(&curve(&figures))).map_err(Error::file("write", &plot))
}

fn build(places: &Places) -> Result<PathBuf, Error> {
    let bench = ["bench", "--no-run", "--package", "clipig-engine", "--bench", "own_work"];
    start(cargo(places).args(bench))?;
    executable(&captured(cargo(places).args(bench).args(["--quiet", "--message-format=json"]))?)
        .ok_or_else(|| Error::Other("cargo names no program for the benchmark `own_work`".into()))
}

/// Runs a program and takes its lines `name value`. What counts the time of one thread is pinned to one core.
fn take(program: &Path, arguments: &[&str], figures: &mut Figures, build: usize) -> Result<(), Error> {
    let on_all_cores = arguments[0] == "upkeep";
    let mut command = if on_all_cores {
        Command::new(program)
    } else {
        let mut pinned = Command::new("taskset");
        pinned.args(["-c", "0"]).arg(program);
        pinned
    };
    let text = captured(command.args(arguments))?;
    for line in String::from_utf8_lossy(&text).lines() {
        let value = line.split_once(' ').and_then(|(name, value)| Some((name, value.parse().ok()?)));
        let (name, value) = value.ok_or_else(|| Error::Other(format!("`{line}` is no figure")))?;
        // A canvas's side belongs to the name where there are several.
        let name = if on_all_cores { format!("{name} {}", arguments[1]) } else { name.to_owned() };
        figures.entry(name).or_default()[build].push(value);
    }
    Ok(())
}

/// A figure's medians: from the other build and from this one.
fn medians(figures: &Figures, name: &str) -> [Option<f64>; 2] {
    figures.get(name).map_or([None; 2], |builds| builds.each_ref().map(|values| median(values)))
}

fn quotient(over: Option<f64>, under: Option<f64>) -> String {
    shown(over.zip(under).filter(|(_, under)| *under > 0.0).map(|(over, under)| over / under))
}

fn tables(figures: &Figures) -> String {
    let mut text =
        "**Per sample**, milliseconds:\n\n| experiment | old | new | old / new |\n|---|---|---|---|\n"
            .to_owned();
    for (title, name) in [
        ("a shift by nothing, 224²", "shift_by_nothing_ms"),
        ("`random_crop: 224` of 448²", "random_crop_ms"),
        ("the chain of examples/07", "chain_07_ms"),
    ] {
        let [old, new] = medians(figures, name);
        line(&mut text, &[title.into(), shown(old), shown(new), quotient(old, new)]);
    }
    text += "\n**Upkeep**, milliseconds per epoch, best epoch of each run:\n\n\
             | canvas | old | new | old / new | bare | new / bare | kernel time: old | new |\n|---|---|---|---|---|---|---|---|\n";
    for side in [448, 2048, 4096, 8192] {
        let of = |name: &str| medians(figures, &format!("{name} {side}"));
        let ([old, new], [_, bare]) = (of("upkeep_best_ms"), of("bare_best_ms"));
        let kernel = of("upkeep_kernel_ms").map(shown);
        let [kernel_old, kernel_new] = kernel;
        let cells = [format!("{side}²"), shown(old), shown(new), quotient(old, new), shown(bare)];
        line(&mut text, &[&cells[..], &[quotient(new, bare), kernel_old, kernel_new]].concat());
    }
    let [old, new] = medians(figures, "memory_mb");
    write!(
        text,
        "\n**Memory** at most in 6 epochs of 64 samples of the chain of examples/07 on 4096², in one process: old {} MB, new {} MB, \
         that is {} times as much.\n\n**Per sample by canvas**, the chain of examples/07, milliseconds:\n\n| canvas | new | times 448² |\n|---|---|---|\n",
        shown(old),
        shown(new),
        quotient(new, old),
    )
    .expect("memory takes text");
    let curve = curve(figures);
    for (side, value) in &curve {
        line(
            &mut text,
            &[format!("{side}²"), shown(Some(*value)), quotient(Some(*value), curve.first().map(|c| c.1))],
        );
    }
    text + "\n![The cost of a sample on canvases from 448² to 8192²](performance.svg)\n"
}

/// Side of the canvas and milliseconds per sample.
fn curve(figures: &Figures) -> Vec<(u32, f64)> {
    let value = |side| Some((side, medians(figures, &format!("chain_07_of_{side}_ms"))[1]?));
    SIDES.into_iter().filter_map(value).collect()
}

/// A plot: sides of canvases from left to right, each twice as far where it doubles; time from 0 upwards.
fn drawn(curve: &[(u32, f64)]) -> String {
    const WIDTH: f64 = 640.0;
    const HEIGHT: f64 = 320.0;
    const EDGE: f64 = 56.0;
    let most = curve.iter().map(|(_, value)| *value).fold(0.0, f64::max) * 1.25;
    let [first, last] =
        [curve.first(), curve.last()].map(|point| point.map_or(1.0, |(side, _)| f64::from(*side)));
    let x = |side: u32| {
        EDGE + (f64::from(side) / first).log2() / (last / first).log2().max(1e-9) * (WIDTH - 2.0 * EDGE)
    };
    let y = |value: f64| HEIGHT - EDGE - value / most.max(1e-9) * (HEIGHT - 2.0 * EDGE);
    let mut marks = String::new();
    for &(side, value) in curve {
        let (x, y) = (x(side), y(value));
        writeln!(
            marks,
            "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"4\" fill=\"#36c\"/>\
             <text x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>\
             <text x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{side}²</text>",
            y - 10.0,
            shown(Some(value)),
            HEIGHT - EDGE + 20.0
        )
        .expect("memory takes text");
    }
    let points: Vec<String> =
        curve.iter().map(|&(side, value)| format!("{:.1},{:.1}", x(side), y(value))).collect();
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" font-family=\"sans-serif\" font-size=\"12\">\n\
         <rect width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"#fff\"/>\n\
         <text x=\"{EDGE}\" y=\"28\">clipig's own work per sample of examples/07 in milliseconds, by canvas</text>\n\
         <path d=\"M{EDGE} {EDGE}V{bottom}H{right}\" fill=\"none\" stroke=\"#888\"/>\n\
         <polyline points=\"{}\" fill=\"none\" stroke=\"#36c\" stroke-width=\"2\"/>\n{marks}</svg>\n",
        points.join(" "),
        bottom = HEIGHT - EDGE,
        right = WIDTH - EDGE
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_have_medians_and_quotients() {
        let mut figures = Figures::new();
        figures.insert("chain_07_ms".into(), [vec![9.0, 3.0, 6.0], vec![2.0, 1.0, 30.0]]);
        figures.insert("upkeep_best_ms 4096".into(), [vec![1000.0], vec![250.0]]);
        figures.insert("bare_best_ms 4096".into(), [vec![90.0], vec![100.0]]);
        figures.insert("chain_07_of_448_ms".into(), [vec![], vec![2.0]]);
        figures.insert("chain_07_of_8192_ms".into(), [vec![], vec![3.0]]);
        let text = tables(&figures);
        assert!(text.contains("| the chain of examples/07 | 6.00 | 2.00 | 3.00 |\n"), "{text}");
        assert!(text.contains("| 4096² | 1000 | 250 | 4.00 | 100 | 2.50 | – | – |\n"), "{text}");
        assert!(text.contains("| 8192² | 3.00 | 1.50 |\n"), "{text}");
    }

    #[test]
    fn the_plot_reaches_from_edge_to_edge() {
        let plot = drawn(&[(448, 1.0), (896, 2.0), (1792, 1.0)]);
        assert!(plot.contains("points=\"56.0,180.8 320.0,97.6 584.0,180.8\""), "{plot}");
        assert!(plot.starts_with("<svg") && plot.ends_with("</svg>\n"));
    }
}
