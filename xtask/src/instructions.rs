//! `cargo xtask instructions`: how many instructions fixed pieces of work take, counted by callgrind. A count hardly depends on
//! the machine and not at all on what else it does, so it shows what a benchmark on a shared machine hides.
//! `cargo xtask check` compares the counts with those in [`FILE`] where valgrind is installed.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::Error;
use crate::places::Places;
use crate::process::{answers, captured, cargo, run as start};
use crate::steps::Steps;

/// The counts that are kept.
const FILE: &str = "engine/benches/instructions.txt";

/// How much more a piece of work may take before it counts as a change, in percent.
const TOLERANCE: u64 = 10;

/// Name and count of each piece of work.
type Counts = BTreeMap<String, u64>;

/// The command: counts, compares, and writes the counts where `write` is set.
pub(crate) fn run(places: &Places, write: bool) -> Result<(), Error> {
    if !answers("valgrind") {
        return Err(Error::Other("valgrind is not installed; `apt-get install valgrind` gets it".into()));
    }
    let file = places.repository.join(FILE);
    let found = count(places)?;
    if write {
        fs::write(&file, shown(&found)).map_err(Error::file("write", &file))?;
        return Ok(());
    }
    compare(&kept(&file)?, &found)
}

/// Adds the step of the checks.
pub(crate) fn add(places: &Places, steps: &mut Steps) {
    if answers("valgrind") {
        steps.run("instructions", || run(places, false));
    }
}

/// Builds the program as tests are built and runs it under callgrind.
fn count(places: &Places) -> Result<Counts, Error> {
    let bench = ["--package", "clipig-engine", "--bench", "instructions"];
    start(cargo(places).args(["test", "--no-run"]).args(bench))?;
    let messages =
        captured(cargo(places).args(["test", "--no-run", "--quiet", "--message-format=json"]).args(bench))?;
    let program = executable(&messages)
        .ok_or_else(|| Error::Other("cargo names no program for the benchmark `instructions`".into()))?;
    let folder = places.repository.join("target/instructions");
    fs::create_dir_all(&folder).map_err(Error::file("create", &folder))?;
    let output = folder.join("callgrind.out");
    let mut valgrind = Command::new("valgrind");
    valgrind.args(["--quiet", "--tool=callgrind", "--toggle-collect=instructions::counted_*"]);
    valgrind.arg(format!("--callgrind-out-file={}", output.display())).arg(program);
    // More threads would only wait for each other.
    start(valgrind.env("OMP_NUM_THREADS", "1"))?;
    let mut annotate = Command::new("callgrind_annotate");
    let table = captured(annotate.args(["--inclusive=yes", "--threshold=100"]).arg(&output))?;
    let counts = counts(&String::from_utf8_lossy(&table));
    if counts.is_empty() {
        return Err(Error::Other(format!("{} has no count", output.display())));
    }
    Ok(counts)
}

/// The program that cargo's messages name.
pub(crate) fn executable(messages: &[u8]) -> Option<PathBuf> {
    let lines = messages.split(|byte| *byte == b'\n');
    let values = lines.filter_map(|line| serde_json::from_slice::<serde_json::Value>(line).ok());
    let mut programs = values.filter_map(|value| Some(PathBuf::from(value.get("executable")?.as_str()?)));
    programs.next_back()
}

/// Takes the counted functions out of callgrind's table: `1,234 (5.6%)  file:crate::counted_plan [program]`.
fn counts(table: &str) -> Counts {
    let count = |line: &str| {
        let (_, name) = line.split_once("instructions::counted_")?;
        let end = name.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(name.len());
        // Closures within a function have its name as well, with more behind it.
        let rest = &name[end..];
        let number = line.split_whitespace().next()?.replace(',', "").parse::<u64>().ok()?;
        let is_itself = !rest.starts_with("::{{");
        is_itself.then(|| (name[..end].to_owned(), number))
    };
    let mut counts = Counts::new();
    for (name, number) in table.lines().filter_map(count) {
        let most = counts.entry(name).or_default();
        *most = number.max(*most);
    }
    counts
}

fn kept(file: &Path) -> Result<Counts, Error> {
    let text = fs::read_to_string(file).map_err(Error::file("read", file))?;
    let count = |line: &str| {
        let (name, number) = line.split_once(' ')?;
        Some((name.to_owned(), number.replace('_', "").parse().ok()?))
    };
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| {
            count(line).ok_or_else(|| Error::Other(format!("{}: `{line}` is no count", file.display())))
        })
        .collect()
}

fn shown(counts: &Counts) -> String {
    let mut text =
        "# Instructions of engine/benches/instructions.rs. `cargo xtask instructions --write` renews them.\n"
            .to_owned();
    for (name, number) in counts {
        writeln!(text, "{name} {number}").expect("memory takes text");
    }
    text
}

/// Prints both and says which pieces of work have grown by more than [`TOLERANCE`] or are not there on both sides.
fn compare(kept: &Counts, found: &Counts) -> Result<(), Error> {
    let mut problems = Vec::new();
    for name in kept.keys().chain(found.keys().filter(|name| !kept.contains_key(*name))) {
        let (Some(before), Some(now)) = (kept.get(name), found.get(name)) else {
            problems.push(format!("`{name}` is only in one of {FILE} and the program"));
            continue;
        };
        let percent = *now as f64 / *before as f64 * 100.0 - 100.0;
        eprintln!("{name:<16} {now:>12} instructions, {percent:+.1} %");
        if now * 100 > before * (100 + TOLERANCE) {
            problems.push(format!("`{name}` takes {now} instructions, {percent:.1} % more than before"));
        }
    }
    if problems.is_empty() {
        return Ok(());
    }
    problems.push(format!(
        "at most {TOLERANCE} % more are allowed; if it has to be, `cargo xtask instructions --write` keeps the new counts"
    ));
    Err(Error::Other(problems.join("\n  ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(pairs: &[(&str, u64)]) -> Counts {
        pairs.iter().map(|(name, number)| ((*name).to_owned(), *number)).collect()
    }

    #[test]
    fn counted_functions_are_found_in_the_table() {
        let table = "\
Ir
34,500,000 (100.0%)  PROGRAM TOTALS
20,000,000 (57.97%)  engine/benches/instructions.rs:instructions::counted_render::h0123 [/target/instructions-12]
 9,000,000 (26.09%)  ???:instructions::counted_merge [/target/instructions-12]
   500,000 ( 1.45%)  ???:instructions::counted_merge::{{closure}} [/target/instructions-12]
   400,000 ( 1.16%)  ???:clipig_schedule::plan::plan [/target/instructions-12]
   300,000 ( 0.87%)  ???:std::_Sp_counted_base<2>::_M_release() [libtorch_cpu.so]
    90,000 ( 0.26%)  /library/core/src/ptr/mod.rs:instructions::counted_merge
";
        assert_eq!(counts(table), of(&[("merge", 9_000_000), ("render", 20_000_000)]));
    }

    #[test]
    fn a_tenth_more_is_allowed() {
        let kept = of(&[("a", 1_000), ("b", 2_000)]);
        assert!(compare(&kept, &of(&[("a", 1_100), ("b", 20)])).is_ok());
        let message = compare(&kept, &of(&[("a", 1_101), ("b", 20)])).unwrap_err().to_string();
        assert!(message.starts_with("`a` takes 1101 instructions, 10.1 % more than before"), "{message}");
        let message = compare(&kept, &of(&[("a", 1_000), ("c", 1)])).unwrap_err().to_string();
        assert!(
            message.contains("`b` is only in one") && message.contains("`c` is only in one"),
            "{message}"
        );
    }

    #[test]
    fn what_is_written_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("instructions.txt");
        let counts = of(&[("assign", 7), ("plan", 1_234_567)]);
        fs::write(&file, shown(&counts)).unwrap();
        assert_eq!(kept(&file).unwrap(), counts);
        fs::write(&file, "plan x").unwrap();
        assert!(kept(&file).unwrap_err().to_string().ends_with("`plan x` is no count"));
    }

    #[test]
    fn the_program_is_the_last_one_that_is_named() {
        let messages = b"{\"reason\":\"x\",\"executable\":null}\n{\"executable\":\"/a/b-1\"}\nnot JSON\n";
        assert_eq!(executable(messages), Some(PathBuf::from("/a/b-1")));
    }
}
