//! Experiments from strangers: refused quickly, in little memory, with words.

use std::fmt::Write as _;
use std::time::Duration;

use clipig_experiment::random::Key;
use clipig_experiment::{Diagnostics, Loaded, Overrides, Scope, Source, load};
use clipig_testing::CpuClock;

/// Loads a text and evaluates everything in it a few times.
fn run(text: &str) -> Result<Loaded, Diagnostics> {
    let loaded = load(&[Source::new("x.yaml", text)], &Overrides::default())?;
    for (epoch, sim) in [(0, 0.0), (7, 25.0), (9, -3.0)] {
        let scope = Scope::new(Key::root(1), epoch, 10)
            .with_resolution(640, 480)
            .with_learnrate(1.0, 0.5)
            .with_similarity(sim);
        for number in loaded.experiment.numbers() {
            let _ = number.check(&scope);
        }
    }
    Ok(loaded)
}

/// The message with which a text is refused, within the time that is allowed for it.
#[track_caller]
fn refused(text: &str) -> String {
    let start = CpuClock::start();
    let message = match run(text) {
        Ok(_) => panic!("accepted"),
        Err(errors) => errors.to_string(),
    };
    let took = start.elapsed();
    assert!(took < Duration::from_millis(500), "{took:?}");
    assert!(message.len() < 100_000, "{} bytes of messages", message.len());
    message
}

#[test]
fn alias_bombs_are_refused() {
    let mut text = String::from("a: &a [x, x, x, x, x, x, x, x, x]\n");
    for (name, before) in ('b'..='z').zip('a'..) {
        writeln!(text, "{name}: &{name} [{}]", vec![format!("*{before}"); 9].join(", ")).unwrap();
    }
    assert!(refused(&text).contains("more than 250000 values"));
    let mut text = String::from("a: &a {k: 1}\n");
    for (name, before) in ('b'..='z').zip('a'..) {
        writeln!(text, "{name}: &{name}\n  <<: [{}]\n  k{name}: 1", vec![format!("*{before}"); 9].join(", "))
            .unwrap();
    }
    assert!(refused(&text).contains("more than 250000 values"));
    assert!(refused("a: &a [*a]\n").contains("alias"));
}

#[test]
fn a_hundred_megabytes_are_refused_before_they_are_parsed() {
    assert!(refused(&"x".repeat(100 << 20)).contains("bytes"));
}

#[test]
fn deep_nesting_is_refused() {
    for piece in ["[", "{a: ", "- ", "? ", "!!seq [", "&a [", "'a': {"] {
        let text = piece.repeat(100_000);
        refused(&text[..text.len().min(1 << 20)]);
    }
    let stairs = (0..1000).map(|depth| " ".repeat(depth) + "a:\n").collect::<String>();
    assert!(refused(&stairs).contains("nested"));
    assert!(refused(&format!("learnrate: \"{}1\"", "(".repeat(4000))).contains("error"));
}

#[test]
fn long_inputs_of_one_kind_are_fast() {
    for piece in [
        "a: 1\n",
        "- a\n",
        "a ",
        ", ",
        "#\n",
        "\n",
        "\t",
        "'",
        "\"",
        "|\n",
        "&a ",
        "*a ",
        "!a ",
        "%",
        "---\n",
        ": ",
        "\\",
        "\u{0}",
        "a: [",
        "x, ",
        "? a\n",
        "\"\\u0041\" ",
        "<<: {}\n",
        "- - - a\n",
        ">\n a\n",
        "ö",
        "a\u{a0}",
        "'a': b\n",
        "[]: x\n",
    ] {
        let text = piece.repeat((1 << 20) / piece.len());
        let start = CpuClock::start();
        let _ = run(&text);
        let took = start.elapsed();
        assert!(took < Duration::from_secs(2), "{piece:?}: {took:?}");
    }
    let entries = (0..50_000).map(|i| i.to_string() + ": 1\n").collect::<String>();
    assert!(refused(&entries).contains("more like these"));
    let noises = "  - noise: t*1\n".repeat(20_000);
    let start = CpuClock::start();
    let _ = run(&format!("targets:\n- transforms:\n{noises}"));
    assert!(start.elapsed() < Duration::from_secs(3), "{:?}", start.elapsed());
}

#[test]
fn many_costly_expressions_are_bounded_together() {
    let costly = "  - bwnoise: sum([x*x for x in range(9000)])\n".repeat(5_000);
    let start = CpuClock::start();
    let sources = [Source::new("x", format!("targets:\n- transforms:\n{costly}"))];
    assert!(load(&sources, &Overrides::default()).is_err(), "{:?}", start.elapsed());
    assert!(start.elapsed() < Duration::from_secs(3), "{:?}", start.elapsed());
}

#[test]
fn numbers_without_sense_are_refused() {
    for text in [
        "resolution: -1",
        "resolution: 0",
        "resolution: .nan",
        "resolution: 1e9",
        "resolution: 16384 16385",
        "resolution: 99999999999999999999999999999999999999999999999",
        "learnrate: nan",
        "learnrate: .inf",
        "epochs: -1",
        "epochs: .inf",
        "epochs: 1e300",
        "epochs: 10**10**10",
        "seed: -1",
        "seed: 1e30",
        "targets: [{batch_size: 0}]",
        "targets: [{batch_size: 65537}]",
        "targets: [{start: .nan}]",
        "init: {resolution: 16385}",
        "init: {std: -1}",
        "init: {mean: .nan}",
        "snapshot_interval: -1",
        "targets: [{transforms: [{border: {size: 0}}]}]",
        "targets: [{transforms: [{random_scale: 1 .5}]}]",
        "targets: [{transforms: [{resize: 100000}]}]",
        "targets: [{transforms: [{contrast: -1}]}]",
        "targets: [{weight: 9**9**9**9}]",
        "learnrate: factorial(10**6)",
    ] {
        refused(text);
    }
}

/// Small, fast and the same everywhere; what it gives has no meaning beyond this test.
struct Chance(u64);

impl Chance {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % n.max(1)
    }
}

const SEEDS: [&str; 4] = [
    "epochs: 300\nresolution: 224*2\ntargets:\n  - batch_size: 20\n    features:\n      - text: h.p. lovecraft\n        weight: sim/100 if t < .4 else -1\n    transforms:\n      - noise: 0.1\n      - random_shift:\n          - 0\n          - 0 if t < .4 else 1. \n      - crop: .1, .1, .5, .5\n      - pad:\n          size: 3\n          mode: wrap\n    constraints:\n      - blur:\n          kernel_size: 31*ti\n          start: 10%\npostproc:\n  - border:\n      size: 1\n      color: 0.15 0.1 0.05\n",
    "learnrate: 2.\nlearnrate_scale: 1. - .95 * t5\ninit: {mean: .4, std: [0.05, '0.1', 1/4]}\nseed: 5\n",
    "base: &a\n  weight: 1\ntargets:\n- <<: *a\n  name: \"x\\n\\u0041\"\n  select: best\n  active: off\n",
    "resolution:\n  - \"{0: 8, 1: 8, 2: 16}.get(int(t*16), 224)\"\ntargets:\n- weight: max(*res) + randint(1, 6) // ts(.2, .4)\n  features: [{image: a.png, loss: L1, end: 5}]\n",
];

const PIECES: [&str; 36] = [
    "\n", "  ", "- ", ": ", "[", "]", "{", "}", ",", "'", "\"", "#", "&a ", "*a", "<<: ", "!", "|", ">", "t",
    "sim", "**", "(", ")", "nan", "1e999", "9", "-", ".", "%", " if ", "range(", "ö", "\u{a0}", "\u{200b}",
    "“", "–",
];

#[test]
fn mutated_experiments_never_panic_and_always_end() {
    let mut chance = Chance(2024);
    let start = CpuClock::start();
    let mut accepted = 0;
    for _ in 0..4_000 {
        let mut text = SEEDS[chance.below(SEEDS.len())].to_owned();
        for _ in 0..=chance.below(6) {
            let mut at = chance.below(text.len() + 1);
            while !text.is_char_boundary(at) {
                at -= 1;
            }
            let mut end = (at + chance.below(12)).min(text.len());
            while !text.is_char_boundary(end) {
                end += 1;
            }
            match chance.below(3) {
                0 => text.insert_str(at, PIECES[chance.below(PIECES.len())]),
                1 => text.replace_range(at..end, ""),
                _ => {
                    let copy = text[at..end].to_owned();
                    let mut to = chance.below(text.len() + 1);
                    while !text.is_char_boundary(to) {
                        to -= 1;
                    }
                    text.insert_str(to, &copy);
                }
            }
        }
        let one = CpuClock::start();
        match run(&text) {
            Ok(loaded) => {
                accepted += 1;
                let yaml = loaded.to_yaml();
                let again = load(&[Source::new("again", yaml.clone())], &Overrides::default());
                let again = again.unwrap_or_else(|errors| panic!("{text}\n---\n{yaml}\n{errors}"));
                assert_eq!(again.to_yaml(), yaml, "{text}");
            }
            Err(errors) => assert!(!errors.to_string().is_empty()),
        }
        assert!(one.elapsed() < Duration::from_secs(1), "{text}");
    }
    assert!(accepted > 60, "{accepted}: the mutations are too wild to test anything");
    assert!(start.elapsed() < Duration::from_mins(1));
}
