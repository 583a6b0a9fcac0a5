//! `clipig licenses` from outside.

mod support;

use support::Studio;

#[test]
fn everything_that_is_shipped_is_named() {
    let text = Studio::new().run(&["licenses"]).succeeded();
    for part in ["CLIP by OpenAI", "Twemoji", "libtorch 2.11.0", "BSD-3-Clause", "tch 0.24", "Apache License"]
    {
        assert!(text.contains(part), "{part}");
    }
}

#[test]
fn a_reader_that_goes_away_is_no_failure_and_a_full_disk_is() {
    let studio = Studio::new();
    let run = studio.run_unread(&["licenses"]);
    assert_eq!((run.code, run.err.as_str()), (Some(0), ""));
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").expect("Linux has it");
    let status = studio.command(&["licenses"]).stdout(full).status().expect("the program starts");
    assert_eq!(status.code(), Some(1));
}
