//! Files that people wrote, and what was wrong with reading them.

use clipig_experiment::{Loaded, NotText, Overrides, Source, load};

/// A file of `tests/field`.
fn file(name: &str) -> Result<Source, NotText> {
    let path = format!("{}/tests/field/{name}", env!("CARGO_MANIFEST_DIR"));
    Source::from_bytes(name, std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}")))
}

fn read(text: &str) -> Result<Loaded, String> {
    load(&[Source::new("a.yaml", text)], &Overrides::default()).map_err(|errors| errors.to_string())
}

#[track_caller]
fn refused(text: &str) -> String {
    match read(text) {
        Ok(_) => panic!("{text:?} was accepted"),
        Err(errors) => errors,
    }
}

#[track_caller]
fn accepted(text: &str) -> Loaded {
    read(text).unwrap_or_else(|errors| panic!("{text:?}\n{errors}"))
}

/// A feature with this text as it is written.
fn feature(written: &str) -> String {
    format!("targets:\n  - features:\n      - text: {written}\n")
}

/// The words and the place (`line:column`) that the message must have.
#[track_caller]
fn assert_says(message: &str, place: &str, words: &[&str]) {
    let place = format!("--> a.yaml:{place}\n");
    for word in words.iter().chain([&place.as_str()]) {
        assert!(message.contains(word), "no {word:?} in\n{message}");
    }
}

#[test]
fn seeds_end_where_64_bits_end() {
    let source = file("seed_too_large.yaml").unwrap();
    let errors = load(&[source], &Overrides::default()).unwrap_err().to_string();
    assert!(errors.contains("`seed` is too large: 18446744073709551616"), "{errors}");
    assert!(errors.contains("from 0 to 18446744073709551615"), "{errors}");
    for greatest in ["18446744073709551615", "'18446744073709551615'", "2**64 - 1", "0xFFFFFFFFFFFFFFFF"] {
        assert_eq!(accepted(&format!("seed: {greatest}\n")).experiment.seed, Some(u64::MAX), "{greatest}");
    }
    for beyond in
        ["2**64", "1.8446744073709552e+19", "-1", "-9223372036854775809", "2**127", "2**128", ".inf"]
    {
        refused(&format!("seed: {beyond}\n"));
    }
}

#[test]
fn numbers_that_do_not_fit_are_refused_at_their_place() {
    for (yaml, place, words) in [
        ("verbose: 99999999999999999999\n", "1:10", "`verbose` is too large: 99999999999999999999"),
        ("snapshot_interval: 4294967296\n", "1:20", "`snapshot_interval` is too large: 4294967296"),
        ("init:\n  mean: [.5, 1.0e+39, .5]\n", "2:14", "`mean` is too large: 1e+39"),
        ("init:\n  std: .1 .1 nan\n", "2:14", "`std` is not a number (NaN)"),
        ("learnrate: -1e300\n", "1:12", "`learnrate` is too small: -1e+300"),
        (
            "init:\n  image_tensor: [[[1.0e+39]], [[0]], [[0]]]\n",
            "2:20",
            "a pixel is a finite number of 32 bits",
        ),
        (
            "targets:\n- transforms:\n  - blur:\n      kernel_size: 3 16385\n",
            "4:22",
            "`kernel_size` is too large",
        ),
        ("targets:\n- transforms:\n  - resize: [1e30, 1]\n", "3:14", "`resize` is too large"),
        ("targets:\n- batch_size: 340282366920938463463374607431768211456\n", "2:15", "out of range"),
    ] {
        let message = refused(yaml);
        assert!(message.contains(place) && message.contains(words), "{yaml}\n{message}");
    }
    // A moment that no run reaches is one all the same.
    accepted("targets:\n- end: 99999999999999999999\n  features:\n  - text: a\n");
    // Limits that may be infinite stay so.
    accepted("targets:\n- transforms:\n  - clamp: [0, .inf]\n  features:\n  - text: a\n");
}

#[test]
fn words_that_become_a_comment_are_told() {
    let warnings = |line: &str| {
        accepted(&format!("targets:\n- features:\n  - text: a pear\n  - {line}\n")).warnings.to_string()
    };
    for (line, place, text) in [
        ("text: apple #1", "4:17", "\"apple #1\""),
        ("prompt: a cat:2 | a dog #nofilter on top", "4:29", "\"a cat:2 | a dog #nofilter on top\""),
        ("direction: {from: a, to: b}\n  - text: a #b", "5:13", "\"a #b\""),
    ] {
        assert_says(&warnings(line), place, &["begins a comment", text]);
    }
    for line in [
        "text: apple # the first",
        "text: apple #",
        "text: 'apple #1'",
        "text: apple#1",
        "text: a\n    weight: 2 #old",
    ] {
        assert_eq!(warnings(line), "", "{line}");
    }
}

#[test]
fn a_run_without_epochs_is_an_experiment_with_a_warning() {
    let loaded = load(&[file("zero.yaml").unwrap()], &Overrides::default()).unwrap();
    assert!(loaded.warnings.to_string().contains("the picture is the first canvas"));
    let late = accepted("epochs: 5\nstart_epoch: 5\n");
    assert_says(&late.warnings.to_string(), "2:14", &["`start_epoch` is 5 and `epochs` is 5: no epoch"]);
}

#[test]
fn a_canvas_that_cannot_be_is_refused_with_place_and_remedy() {
    let cases: [(&str, &str, &[&str]); 8] = [
        ("canvas: {symmetry: rotate-4}\nresolution: 64 32\n", "1:20", &["64 x 32", "rotate-2"]),
        ("canvas: {symmetry: rotate-4, tile: 2 1}\nresolution: 64\n", "1:20", &["a tile", "32 x 64"]),
        ("canvas: {symmetry: sideways}\n", "1:20", &["`left-right`"]),
        ("canvas: {model: palette, softness: 0}\n", "1:36", &["from 0.01", "to 2"]),
        ("canvas: {model: palette, colors: 1}\n", "1:34", &["too small", "from 2 to 64"]),
        ("canvas:\n  model: palette\n  palette:\n    - color: 1 0 0\n", "3:3", &["from 2 to 64"]),
        ("canvas: {model: pyramid, levels: 40}\n", "1:34", &["from 1 to 15"]),
        ("canvas: {tile: 0}\n", "1:16", &["from 1 to 64"]),
    ];
    for (yaml, place, words) in cases {
        assert_says(&refused(yaml), place, words);
    }
    let warnings = accepted("canvas: {model: pyramid, colors: 4}\n").warnings.to_string();
    assert!(warnings.contains("`colors` has no effect on `model: pyramid`"), "{warnings}");
    let pixels = accepted("canvas: {falloff: 1}\n").warnings.to_string();
    assert!(pixels.contains("write `model: fft` or `model: pyramid` beside it"), "{pixels}");
    // Which resolutions there will be is known only when it runs.
    accepted("canvas: {symmetry: rotate-4}\nresolution:\n  - 64\n  - 64 if t < .5 else 32\n");
}

#[test]
fn prompts_that_say_nothing_are_refused_with_place_and_remedy() {
    let prompt = |written: &str| refused(&format!("targets:\n  - features:\n      - {written}\n"));
    assert_says(
        &prompt("prompt: a castle | | blurry:-1"),
        "3:17",
        &["a text is missing", "a castle | stormy:0.5"],
    );
    assert_says(&prompt("prompt: ' '"), "3:17", &["a text is missing"]);
    assert_says(&prompt("prompt: a castle:inf"), "3:17", &["has no weight that", "`a castle:0.5`"]);
    assert_says(
        &prompt(&format!("prompt: {}", "a |".repeat(64) + " a")),
        "3:17",
        &["65 texts", "at most 64"],
    );
    assert_says(&prompt("prompt: a castle\n        weight: t"), "4:17", &["a plain number", "weight: 1 - t"]);
    assert_says(
        &prompt("prompt: a castle\n        text: b"),
        "3:17",
        &["either a prompt, a text or an image"],
    );
}

#[test]
fn invisible_characters_are_named_where_they_stand() {
    for (name, words, place) in [
        ("nbsp_indent.yaml", "lines are indented with plain spaces", "5:1"),
        ("nbsp_after_colon.yaml", "a plain space belongs behind the colon", "5:14"),
    ] {
        let errors = load(&[file(name).unwrap()], &Overrides::default()).unwrap_err().to_string();
        assert!(errors.contains("this is a no-break space (U+00A0), not a plain space"), "{errors}");
        assert!(errors.contains(words) && errors.contains(&format!("--> {name}:{place}\n")), "{errors}");
    }
    for (yaml, place, words) in [
        ("targets:\n  -\u{a0}features:\n      - text: a\n", "2:4", "behind the hyphen"),
        ("epochs: 3\nresolution:\u{a0}5\ntargets: []\n", "2:12", "a no-break space (U+00A0)"),
        ("epo\u{200b}chs: 64\n", "1:4", "a zero-width space (U+200B)"),
        ("epochs: 64\u{200b}\n", "1:11", "a zero-width space (U+200B)"),
        ("epochs: 6\u{ad}4\n", "1:10", "a soft hyphen (U+00AD)"),
        ("epochs: 3\n\u{feff}resolution: 5\n", "2:1", "a byte order mark (U+FEFF)"),
        ("epochs: 3\n\0resolution: 5\n", "2:1", "a null character (U+0000)"),
        ("epochs: 3 # a\u{c}b\n", "1:14", "a form feed (U+000C)"),
        ("targets:\n  - name: a\u{2028}b\n", "2:12", "a line separator (U+2028)"),
        ("\u{3000}epochs: 3\n", "1:1", "an ideographic space (U+3000)"),
        ("targets:\n\t- features:\n", "2:1", "a tab (U+0009)"),
        ("epochs:\t5\n", "1:8", "a tab (U+0009)"),
        ("init:\n  mean: 5\n\tstd: 4\n", "3:1", "a tab (U+0009)"),
    ] {
        assert_says(&refused(yaml), place, &[words]);
    }
    let warned = accepted(&feature("straw\u{ad}berry")).warnings.to_string();
    assert_says(&warned, "3:20", &["a soft hyphen (U+00AD) is a part of this text"]);
    let bom = refused(&feature("\u{feff}a"));
    assert_says(&bom, "3:15", &["a byte order mark (U+FEFF)"]);
}

#[test]
fn characters_that_are_spelling_are_left_alone() {
    for text in
        ["un chat\u{a0}!", "می\u{200c}خواهم", "👨\u{200d}👩\u{200d}👧", "猫：黒", "rock – paper", "don’t"]
    {
        let loaded = accepted(&feature(text));
        assert!(loaded.warnings.is_empty(), "{text}\n{}", loaded.warnings);
    }
    // An escape sequence is meant.
    assert!(accepted(&feature("\"a\\u200Bb\"")).warnings.is_empty());
}

#[test]
fn signs_of_a_word_processor_are_named() {
    let quoted = accepted(&feature("“a cat”")).warnings.to_string();
    assert_says(&quoted, "3:15", &["a typographic quotation mark (U+201C)", "becomes a part of the text"]);
    for (yaml, place, words) in [
        (feature("“a: cat”"), "3:15", "opens no text"),
        (feature("\"a cat”"), "3:21", "closes nothing"),
        ("“epochs”: 5\n".to_owned(), "1:1", "names need no quotes"),
        ("targets:\n  – features:\n      - text: a\n".to_owned(), "2:3", "an en dash (U+2013), not `-`"),
        ("epochs：5\n".to_owned(), "1:7", "a wide colon (U+FF1A), not `:`"),
        ("targets:\n- start: −5\n".to_owned(), "2:10", "write `-`"),
    ] {
        assert_says(&refused(&yaml), place, &[words]);
    }
}

#[test]
fn utf_16_is_recognised() {
    let error = file("utf16bom.yaml").unwrap_err().to_string();
    assert!(error.contains("utf16bom.yaml: this is UTF-16; save it as UTF-8"), "{error}");
}

#[test]
fn backslashes_in_double_quotes_are_explained() {
    let errors = load(&[file("winpath.yaml").unwrap()], &Overrides::default()).unwrap_err().to_string();
    for words in [
        "winpath.yaml:3:13",
        "in double quotes `\\U` begins an escape sequence and needs eight hexadecimal digits",
        "single quotes keep backslashes as they are: 'C:\\Users\\me\\Pictures\\a.png'",
    ] {
        assert!(errors.contains(words), "no {words:?} in\n{errors}");
    }
    let other = refused("init:\n  image: \"C:\\\\x\\images\\a.png\"\n");
    assert_says(&other, "2:16", &["`\\i` is none"]);
    // Valid, and still not what was meant: a tab and a line break.
    let valid = accepted("init:\n  image: \"C:\\temp\\new.png\"\n").warnings.to_string();
    assert_says(&valid, "2:13", &["`\\t` is an escape sequence", "'C:\\temp\\new.png'"]);
    for fine in ["'C:\\temp\\new.png'", "\"C:\\\\temp\"", "C:\\temp"] {
        let warnings = accepted(&format!("init:\n  image: {fine}\n")).warnings.to_string();
        assert!(!warnings.contains("escape"), "{warnings}");
    }
}

#[test]
fn texts_that_begin_with_a_sign_of_yaml_need_quotes() {
    for text in [
        "@home",
        "`code`",
        "%5 grey",
        "*bold* move",
        "*star",
        "* x",
        "& x",
        "| a",
        "> 5 apples",
        "- a",
        "? a",
        ", a",
        "] a",
        "[draft] cat",
        "{red} apple",
        "\"big\" apple",
        "'don't'",
    ] {
        let message = refused(&feature(text));
        let first = &text[..1];
        assert_says(
            &message,
            "3:15",
            &[&format!("a text that begins with `{first}` needs quotes"), "write `text: "],
        );
        // What the help says is right.
        let help = message.split("write `").nth(1).unwrap().trim_end().trim_end_matches('`');
        let loaded = accepted(&format!("targets:\n  - features:\n      - {help}\n"));
        assert_eq!(loaded.experiment.targets[0].features[0].source.shown(), text);
    }
    let tag = refused(&feature("!important"));
    assert_says(&tag, "3:15", &["the tag `!important`", "quote"]);
    let comment = refused(&feature("#1 fan"));
    assert_says(&comment, "3:15", &["`#` begins a comment", "write `text: '#1 fan'`"]);
    // Half of the text is gone without an error.
    let mark = accepted(&feature("&co company")).warnings.to_string();
    assert_says(&mark, "3:15", &["`&co` marks this value", "'&co company'"]);
    assert!(accepted("a: &a 3\n".replace("a: ", "epochs: ").as_str()).warnings.to_string().contains("`&a`"));
    assert!(accepted("epochs: &a 3\nverbose: *a\n").warnings.is_empty());
}

#[test]
fn numbers_in_base_60_and_8_are_warned_of() {
    let loaded = load(&[file("ratio.yaml").unwrap()], &Overrides::default()).unwrap();
    let warnings = loaded.warnings.to_string();
    assert!(warnings.contains("`16:9` means `969` in YAML") && warnings.contains("`16 9`"), "{warnings}");
    let inside = accepted("resolution: [16:9, 010]\n").warnings.to_string();
    assert_says(&inside, "1:14", &["`16:9` means `969`"]);
    assert_says(&inside, "1:20", &["`010` means `8` in YAML", "without the 0: `10`"]);
    assert!(accepted("learnrate: 1:30.5\n").warnings.to_string().contains("`1:30.5` means `90.5`"));
    for usual in ["epochs: 0x10\n", "epochs: '010'\n", "learnrate: 0.5\n", "start_epoch: 0\n"] {
        assert!(accepted(usual).warnings.is_empty(), "{usual}");
    }
}

/// The order of entries is the order of transforms.
fn transforms(yaml: &str) -> Vec<String> {
    let loaded = accepted(yaml);
    let all = &loaded.experiment.targets.last().unwrap().transforms;
    all.iter().map(|one| format!("{:?}", one.kind)).collect()
}

/// Recorded with `PyYAML` 6.0.2 and 6.0.3, which agree. From 6.0.4 on the winner depends on the length of the names.
#[test]
fn merge_keys_follow_pyyaml() {
    let two = refused("targets:\n- &a {weight: 1}\n- &b {weight: 2}\n- <<: *a\n  <<: *b\n");
    assert_says(&two, "5:3", &["`<<` is given twice; the first is in line 4", "`<<: [*a, *b]`"]);
    refused("targets:\n- {<<: {weight: 1}, <<: {name: a}}\n");
    let weight = |yaml: &str| accepted(yaml).experiment.targets.last().unwrap().weight.as_constant();
    let list = "targets:\n- &a {weight: 1, name: a}\n- &b {weight: 2}\n- {<<: [*a, *b]}\n";
    assert_eq!(weight(list), Some(1.0), "the first map of a list wins");
    assert_eq!(
        weight("targets:\n- &a {weight: 1}\n- {<<: *a, weight: 3}\n"),
        Some(3.0),
        "its own value wins"
    );
    let order = "targets:\n- transforms:\n  - &a {mean: 0, noise: 0}\n- transforms:\n  - {add: 1, noise: 5, <<: *a}\n";
    // PyYAML: {'mean': 0, 'noise': 5, 'add': 1}
    assert!(
        matches!(transforms(order).as_slice(), [mean, noise, add] if mean.starts_with("Mean") && noise.contains("5.0") && add.starts_with("Add")),
        "{:?}",
        transforms(order)
    );
    let lists = "targets:\n- transforms:\n  - &a {mean: 0, noise: 0}\n  - &b {add: 1, noise: 5}\n- transforms:\n  - {<<: [*a, *b], mul: 3}\n";
    // PyYAML: {'add': 1, 'noise': 0, 'mean': 0, 'mul': 3}
    let found = transforms(lists);
    let names: Vec<&str> = found.iter().map(|one| one.split('(').next().unwrap()).collect();
    assert_eq!(names, ["Add", "Noise", "Mean", "Mul"]);
    assert!(found[1].contains("0.0"), "{found:?}");
}

#[test]
fn tags_decide_the_type() {
    use clipig_experiment::experiment::{FrameTime, Interval};
    let loaded = accepted("snapshot_interval: !!float 3\ntargets:\n- end: !!float 1\n  start: !!int '1'\n");
    assert_eq!(loaded.experiment.snapshot_interval, Interval::Seconds(3.0));
    let span = loaded.experiment.targets[0].span;
    assert_eq!((span.start, span.end), (FrameTime::Epoch(1), FrameTime::Ratio(1.0)));
    assert_says(&refused("epochs: !!int 3.7\n"), "1:9", &["`3.7` is not what the tag `!!int` says"]);
}
