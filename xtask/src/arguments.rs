//! The command line: which command, with which options.

use std::ffi::OsString;

use crate::bench::Bench;
use crate::cluster::Rehearsal;
use crate::containers::{Containers, Family};
use crate::error::Error;
use crate::gpu::Gpu;
use crate::looks::Looks;
use crate::prometheus::Prometheus;
use crate::setup::Wanted;
use crate::testing::soak::Soak;

/// What `cargo xtask --help` prints.
pub(crate) const USAGE: &str = "\
Developer commands of clipig.

Usage: cargo xtask COMMAND

  setup [--cuda] [--force]  check that the needed programs are there; download libtorch
                            --cuda   with the part for NVIDIA GPUs (downloads 2.5 GB)
                            --force  set libtorch up again, even if it seems to be in order
  demo                      set up, build, render an example and say where the picture is
  test [ARGUMENT…]          set up and run all tests, or those that the arguments select
  soak [--busy] [--runs N] [ARGUMENT…]
                            run the tests N times (20), record each run in target/soak, print a table;
                            if it is interrupted, the same command continues
                            --busy   keep all cores busy with something else meanwhile
  check                     formatting, lints, docs, licences, dependencies, spelling, generated files
  generate                  write the generated files (reference, JSON schema, API) again
  page [--fuzz] [ARGUMENT…] build the page of web/ again and test it in Chromium (needs npm and chromium), or run those
                            tests that the arguments select, as `-g TITLE`
                            --fuzz   send a farm's JSON API what its description allows and what it does not
  size                      build the small client as it is shipped, and print its size
  cluster --kubeconfig FILE [--image REF] [--programs FOLDER] [--keep]
                            rehearse on a Kubernetes cluster (needs kubectl): does it admit all objects? With an
                            image that its nodes have, install a farm as documented and disturb it in several ways
                            --programs  take `clipig` from here instead of building it for release
                            --keep      leave the farm there
  containers [--programs FOLDER] [--cuda] [--ipv4] [--ipv6] [--no-farm] [--keep-images]
                            rehearse in containers, as root (needs podman and more, which it names): build the images'
                            last stages on stand-ins for their base images, start a farm of them, disturb it in several
                            ways, on IPv4 and on IPv6, and compare its pictures with those of `clipig render`
                            --programs     take the programs from here instead of building them for release
                            --cuda         build the image for GPUs, too (downloads 2.5 GB)
                            --ipv4, --ipv6 only on this network
                            --no-farm      only the images, the compose file and the batch script
                            --keep-images  leave the images there
  prometheus [--programs FOLDER] [--picture]
                            a real Prometheus scrapes a real farm: every query of the dashboard must return data (needs
                            Debian's package `prometheus`)
                            --programs  take `clipig` from here instead of building it
                            --picture   let the farm work for two minutes, and draw docs/pictures/dashboard.svg
  bench [--old PROGRAM] [--new PROGRAM] [--rounds N]
                            measure clipig's own work N times (3), and write tables and plot of docs/performance.md
                            --old    compare with another build; PROGRAM is its `own_work`
                            --new    use this `own_work` instead of building it
  bench --looks [--new PROGRAM] [--rounds N]
                            measure what canvas models, masks, cuts and other looks add to an epoch, N times (3), and write
                            the table of docs/performance.md
                            --new    use this `clipig` instead of building it
  instructions [--write]    count the instructions of fixed pieces of work under valgrind, and compare them with
                            engine/benches/instructions.txt
                            --write  keep the new counts
  gpu [--pack FOLDER]       on a machine with an NVIDIA GPU: run the oracle's tests on it, and measure its speed, in less
                            than six minutes after everything is built
                            --pack   only put everything into a folder, with a script `run`, for a machine with a GPU and
                                     libtorch but without compiler and network

You need Linux on x86-64, a Rust toolchain, a C++ compiler, and Python 3 with pip.
Libtorch and tools are kept in $XDG_CACHE_HOME/clipig, or in ~/.cache/clipig.
";

/// One command with its options.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Command {
    /// Print [`USAGE`].
    Help,
    /// Make plain `cargo build` work.
    Setup(Wanted),
    /// Set up, build, render, show.
    Demo,
    /// Run the tests; the arguments go to the test runner.
    Test(Vec<OsString>),
    /// Run the tests many times.
    Soak(Soak),
    /// Everything that is checked without running the program's tests.
    Check,
    /// Write the generated files.
    Generate,
    /// What needs a GPU: the oracle there, and its speed.
    Gpu(Gpu),
    /// Build the page and test it in a browser; the arguments go to Playwright.
    Page(Vec<OsString>),
    /// Fuzz the page's API.
    FuzzPage,
    /// Rehearse on a cluster.
    Cluster(Rehearsal),
    /// Rehearse in containers.
    Containers(Containers),
    /// Scrape a farm with a real Prometheus.
    Prometheus(Prometheus),
    /// Weigh the small client.
    Size,
    /// Measure clipig's own work.
    Bench(Bench),
    /// Measure what looks cost.
    Looks(Looks),
    /// Count the instructions of fixed pieces of work.
    Instructions {
        /// Keep the new counts?
        write: bool,
    },
}

/// Reads the arguments after the program's name.
pub(crate) fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Command, Error> {
    use lexopt::prelude::{Long, Short, Value};

    let mut parser = lexopt::Parser::from_args(arguments);
    let name = match parser.next()? {
        None | Some(Short('h') | Long("help")) => return Ok(Command::Help),
        Some(Value(name)) => name.to_string_lossy().into_owned(),
        Some(other) => return Err(other.unexpected().into()),
    };
    let command = match name.as_str() {
        "help" => Command::Help,
        "setup" => return setup(&mut parser),
        "demo" => Command::Demo,
        // Everything behind `test` belongs to the test runner, options too.
        "test" => return Ok(Command::Test(parser.raw_args()?.collect())),
        "soak" => return soak(&mut parser),
        "cluster" => return cluster(&mut parser),
        "containers" => return containers(&mut parser),
        "check" => Command::Check,
        "generate" => Command::Generate,
        "gpu" => return gpu(&mut parser),
        "page" => return page(&mut parser),
        "prometheus" => return prometheus(&mut parser),
        "size" => Command::Size,
        "bench" => return bench(&mut parser),
        "instructions" => return instructions(&mut parser),
        _ => {
            return Err(Error::Usage(format!(
                "there is no command {name:?}; there are setup, demo, test, soak, check, generate, page, size, cluster, \
                 containers, prometheus, bench, instructions, gpu"
            )));
        }
    };
    match parser.next()? {
        None => Ok(command),
        Some(Short('h') | Long("help")) => Ok(Command::Help),
        Some(other) => Err(other.unexpected().into()),
    }
}

fn setup(parser: &mut lexopt::Parser) -> Result<Command, Error> {
    use lexopt::prelude::{Long, Short};

    let mut wanted = Wanted::default();
    while let Some(argument) = parser.next()? {
        match argument {
            Long("cuda") => wanted.cuda = true,
            Long("force") => wanted.force = true,
            Short('h') | Long("help") => return Ok(Command::Help),
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(Command::Setup(wanted))
}

fn cluster(parser: &mut lexopt::Parser) -> Result<Command, Error> {
    use lexopt::ValueExt as _;
    use lexopt::prelude::{Long, Short};

    let (mut rehearsal, mut kubeconfig) = (Rehearsal::default(), None);
    while let Some(argument) = parser.next()? {
        match argument {
            Long("kubeconfig") => kubeconfig = Some(parser.value()?.into()),
            Long("image") => rehearsal.image = Some(parser.value()?.string()?),
            Long("programs") => rehearsal.programs = Some(parser.value()?.into()),
            Long("keep") => rehearsal.keep = true,
            Short('h') | Long("help") => return Ok(Command::Help),
            other => return Err(other.unexpected().into()),
        }
    }
    // Never the cluster that somebody happens to be connected to.
    rehearsal.kubeconfig =
        kubeconfig.ok_or_else(|| Error::Usage("cluster takes --kubeconfig FILE".into()))?;
    Ok(Command::Cluster(rehearsal))
}

fn containers(parser: &mut lexopt::Parser) -> Result<Command, Error> {
    use lexopt::prelude::{Long, Short};

    let (mut containers, mut only) = (Containers::default(), Vec::new());
    while let Some(argument) = parser.next()? {
        match argument {
            Long("programs") => containers.programs = Some(parser.value()?.into()),
            Long("cuda") => containers.cuda = true,
            Long("ipv4") => only.push(Family::V4),
            Long("ipv6") => only.push(Family::V6),
            Long("no-farm") => containers.no_farm = true,
            Long("keep-images") => containers.keep_images = true,
            Short('h') | Long("help") => return Ok(Command::Help),
            other => return Err(other.unexpected().into()),
        }
    }
    containers.only = match only[..] {
        [] => None,
        [family] => Some(family),
        _ => {
            return Err(Error::Usage(
                "--ipv4 and --ipv6 exclude each other; without them, both are tried".into(),
            ));
        }
    };
    Ok(Command::Containers(containers))
}

fn prometheus(parser: &mut lexopt::Parser) -> Result<Command, Error> {
    use lexopt::prelude::{Long, Short};

    let mut prometheus = Prometheus::default();
    while let Some(argument) = parser.next()? {
        match argument {
            Long("programs") => prometheus.programs = Some(parser.value()?.into()),
            Long("picture") => prometheus.picture = true,
            Short('h') | Long("help") => return Ok(Command::Help),
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(Command::Prometheus(prometheus))
}

fn bench(parser: &mut lexopt::Parser) -> Result<Command, Error> {
    use lexopt::prelude::{Long, Short};

    let mut bench = Bench { old: None, new: None, rounds: 3 };
    let mut looks = false;
    while let Some(argument) = parser.next()? {
        match argument {
            Long("looks") => looks = true,
            Long("old") => bench.old = Some(parser.value()?.into()),
            Long("new") => bench.new = Some(parser.value()?.into()),
            Long("rounds") => {
                let number = parser.value()?;
                let rounds = number.to_str().and_then(|number| number.parse().ok()).filter(|n| *n > 0);
                bench.rounds = rounds.ok_or_else(|| {
                    Error::Usage(format!(
                        "--rounds takes a number of rounds from 1 on, not `{}`",
                        number.display()
                    ))
                })?;
            }
            Short('h') | Long("help") => return Ok(Command::Help),
            other => return Err(other.unexpected().into()),
        }
    }
    match bench {
        bench if !looks => Ok(Command::Bench(bench)),
        Bench { old: None, new: program, rounds } => Ok(Command::Looks(Looks { program, rounds })),
        _ => Err(Error::Usage(
            "--looks compares looks with pixels, and no two builds: it takes no --old".into(),
        )),
    }
}

fn page(parser: &mut lexopt::Parser) -> Result<Command, Error> {
    let arguments: Vec<OsString> = parser.raw_args()?.collect();
    let first = arguments.first().and_then(|argument| argument.to_str());
    match (first, arguments.get(1)) {
        (Some("-h" | "--help"), _) => Ok(Command::Help),
        (Some("--fuzz"), None) => Ok(Command::FuzzPage),
        (Some("--fuzz"), Some(more)) => {
            Err(Error::Usage(format!("nothing can follow `--fuzz`, not even `{}`", more.display())))
        }
        _ => Ok(Command::Page(arguments)),
    }
}

fn gpu(parser: &mut lexopt::Parser) -> Result<Command, Error> {
    use lexopt::prelude::{Long, Short};

    let mut gpu = Gpu::default();
    while let Some(argument) = parser.next()? {
        match argument {
            Long("pack") => gpu.pack = Some(parser.value()?.into()),
            Short('h') | Long("help") => return Ok(Command::Help),
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(Command::Gpu(gpu))
}

fn instructions(parser: &mut lexopt::Parser) -> Result<Command, Error> {
    use lexopt::prelude::{Long, Short};

    let mut write = false;
    while let Some(argument) = parser.next()? {
        match argument {
            Long("write") => write = true,
            Short('h') | Long("help") => return Ok(Command::Help),
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(Command::Instructions { write })
}

/// Options of its own come first; from the first other argument on everything belongs to the test runner.
fn soak(parser: &mut lexopt::Parser) -> Result<Command, Error> {
    let mut soak = Soak { runs: 20, busy: false, arguments: Vec::new() };
    let mut arguments = parser.raw_args()?.peekable();
    while let Some(argument) = arguments.next_if(|next| next == "--busy" || next == "--runs") {
        if argument == "--busy" {
            soak.busy = true;
            continue;
        }
        let number = arguments.next().unwrap_or_default();
        let runs = number.to_str().and_then(|number| number.parse().ok()).filter(|runs| *runs > 0);
        soak.runs = runs.ok_or_else(|| {
            Error::Usage(format!("--runs takes a number of runs from 1 on, not `{}`", number.display()))
        })?;
    }
    if arguments.peek().is_some_and(|next| next == "--help" || next == "-h") {
        return Ok(Command::Help);
    }
    soak.arguments = arguments.collect();
    Ok(Command::Soak(soak))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Command, Error> {
        parse(line.split_whitespace().map(OsString::from))
    }

    #[test]
    fn nothing_asks_for_help() {
        assert_eq!(parsed("").unwrap(), Command::Help);
        assert_eq!(parsed("check --help").unwrap(), Command::Help);
    }

    #[test]
    fn benchmarks_take_their_options() {
        assert_eq!(parsed("bench").unwrap(), Command::Bench(Bench { old: None, new: None, rounds: 3 }));
        let bench = Bench { old: Some("a/b".into()), new: Some("c".into()), rounds: 5 };
        assert_eq!(parsed("bench --rounds 5 --old a/b --new c").unwrap(), Command::Bench(bench));
        assert!(parsed("bench --rounds 0").is_err());
        let looks = Looks { program: Some("c".into()), rounds: 1 };
        assert_eq!(parsed("bench --new c --looks --rounds 1").unwrap(), Command::Looks(looks));
        assert!(parsed("bench --looks --old a").is_err());
        assert_eq!(parsed("instructions").unwrap(), Command::Instructions { write: false });
        assert_eq!(parsed("instructions --write").unwrap(), Command::Instructions { write: true });
        assert!(parsed("instructions --old").is_err());
        assert_eq!(parsed("page").unwrap(), Command::Page(Vec::new()));
        let selection = ["-g", "tabs"].map(OsString::from).to_vec();
        assert_eq!(parsed("page -g tabs").unwrap(), Command::Page(selection));
        assert_eq!(parsed("page --fuzz").unwrap(), Command::FuzzPage);
        assert!(parsed("page --fuzz -g").is_err());
    }

    #[test]
    fn a_folder_for_another_machine_may_be_packed() {
        assert_eq!(parsed("gpu").unwrap(), Command::Gpu(Gpu { pack: None }));
        assert_eq!(parsed("gpu --pack a/b").unwrap(), Command::Gpu(Gpu { pack: Some("a/b".into()) }));
        assert!(matches!(parsed("gpu --pack"), Err(Error::Usage(_))));
    }

    #[test]
    fn setup_takes_its_options() {
        assert_eq!(parsed("setup").unwrap(), Command::Setup(Wanted { cuda: false, force: false }));
        assert_eq!(
            parsed("setup --force --cuda").unwrap(),
            Command::Setup(Wanted { cuda: true, force: true })
        );
    }

    #[test]
    fn test_hands_on_whatever_follows() {
        let expected = ["oracle", "--no-fail-fast", "--", "--ignored"].map(OsString::from).to_vec();
        assert_eq!(parsed("test oracle --no-fail-fast -- --ignored").unwrap(), Command::Test(expected));
    }

    #[test]
    fn soak_takes_its_options_and_hands_on_the_rest() {
        let soak = |runs, busy, arguments: &[&str]| {
            Command::Soak(Soak { runs, busy, arguments: arguments.iter().map(OsString::from).collect() })
        };
        assert_eq!(parsed("soak").unwrap(), soak(20, false, &[]));
        let line = "soak --runs 3 --busy -E test(farm) --no-capture --busy";
        assert_eq!(parsed(line).unwrap(), soak(3, true, &["-E", "test(farm)", "--no-capture", "--busy"]));
        assert_eq!(parsed("soak --help").unwrap(), Command::Help);
    }

    #[test]
    fn a_rehearsal_names_its_cluster() {
        let rehearsal = Rehearsal {
            kubeconfig: "k".into(),
            image: Some("r/c:1".into()),
            programs: Some("p".into()),
            keep: true,
        };
        assert_eq!(
            parsed("cluster --image r/c:1 --kubeconfig k --programs p --keep").unwrap(),
            Command::Cluster(rehearsal)
        );
        assert!(matches!(parsed("cluster --image r/c:1"), Err(Error::Usage(_))));
    }

    #[test]
    fn containers_take_their_options() {
        assert_eq!(parsed("containers").unwrap(), Command::Containers(Containers::default()));
        let containers = Containers {
            programs: Some("p".into()),
            cuda: true,
            only: Some(Family::V6),
            no_farm: true,
            ..Containers::default()
        };
        let line = "containers --cuda --programs p --ipv6 --no-farm";
        assert_eq!(parsed(line).unwrap(), Command::Containers(containers));
        assert!(matches!(parsed("containers --ipv4 --ipv6"), Err(Error::Usage(_))));
    }

    #[test]
    fn the_dashboard_may_be_drawn() {
        assert_eq!(parsed("prometheus").unwrap(), Command::Prometheus(Prometheus::default()));
        let prometheus = Prometheus { programs: Some("p".into()), picture: true };
        assert_eq!(parsed("prometheus --picture --programs p").unwrap(), Command::Prometheus(prometheus));
        assert!(matches!(parsed("prometheus --programs"), Err(Error::Usage(_))));
    }

    #[test]
    fn mistakes_are_usage_errors() {
        for line in [
            "soak --runs",
            "soak --runs 0",
            "soak --runs many",
            "tset",
            "setup --gpu",
            "check now",
            "--quiet",
        ] {
            assert!(matches!(parsed(line), Err(Error::Usage(_))), "{line}");
        }
    }
}
