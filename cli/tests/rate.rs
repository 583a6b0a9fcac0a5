//! `clipig rate` from outside.

mod support;

use serde_json::Value as Json;
use support::{Studio, files_below, plain_image};

/// A folder of colours.
fn colours() -> Studio {
    let studio = Studio::new();
    studio.write("pics/red.bmp", plain_image([220, 30, 30]));
    studio.write("pics/green.bmp", plain_image([30, 180, 40]));
    studio.write("pics/deep/blue.bmp", plain_image([20, 40, 220]));
    studio
}

/// The same names and similarities. An image that is encoded alone instead of beside others may differ in the last
/// bits, as every matrix product of another size.
fn same(one: &Json, other: &Json) {
    let numbers = |json: &Json| -> Vec<f64> {
        let rows = json["rows"].as_array().unwrap().iter();
        rows.flat_map(|row| row["similarities"].as_array().unwrap()).map(|n| n.as_f64().unwrap()).collect()
    };
    let names = |json: &Json| -> Vec<Json> {
        json["rows"].as_array().unwrap().iter().map(|row| row["image"].clone()).collect()
    };
    assert_eq!(names(one), names(other));
    assert_eq!((&one["model"], &one["columns"]), (&other["model"], &other["columns"]));
    let (one, other) = (numbers(one), numbers(other));
    assert!(one.iter().zip(&other).all(|(a, b)| (a - b).abs() < 1e-4), "{one:?} {other:?}");
}

const TEXTS: [&str; 4] = ["-t", "a red thing", "a green thing", "a blue thing"];

fn json(studio: &Studio, arguments: &[&str]) -> Json {
    let arguments = [&["rate", "--json"], arguments, &TEXTS].concat();
    serde_json::from_str(&studio.run(&arguments).succeeded()).expect("it is JSON")
}

#[test]
fn images_behind_the_texts_are_told_where_they_belong() {
    let said = colours().run(&["rate", "-t", "red", "pics/red.bmp"]).failed(2);
    assert!(said.contains("no images to rate: give them before -t"), "{said}");
}

#[test]
fn a_table_that_cannot_be_written_is_shown_all_the_same() {
    let run = colours().run(&["rate", "pics/red.bmp", "-t", "red", "-o", "nowhere/table.csv"]);
    assert!(run.out.contains("pics/red.bmp"), "{}{}", run.out, run.err);
    assert!(run.failed(1).contains("cannot write nowhere/table.csv"));
}

#[test]
fn colours_resemble_their_names_with_and_without_the_cache() {
    let studio = colours();
    let first = json(&studio, &["pics"]);
    let rows = first["rows"].as_array().unwrap();
    let names: Vec<&str> = rows.iter().map(|row| row["image"].as_str().unwrap()).collect();
    assert_eq!(names, ["pics/deep/blue.bmp", "pics/green.bmp", "pics/red.bmp"]);
    let value = |row: usize, column: usize| rows[row]["similarities"][column].as_f64().unwrap();
    for (column, best) in [(0, 2), (1, 1), (2, 0)] {
        assert!((0..3).all(|row| value(row, column) <= value(best, column)), "{first}");
    }
    let entries = files_below(&studio.cache().join("clipig/features"));
    assert_eq!(entries.len(), 3);
    // A damaged entry is made anew.
    let whole = std::fs::read(&entries[0]).unwrap();
    std::fs::write(&entries[0], &whole[..20]).unwrap();
    same(&json(&studio, &["pics"]), &first);
    assert_eq!(std::fs::read(&entries[0]).unwrap().len(), whole.len());
    // The same picture under another name is known.
    std::fs::copy(studio.path("pics/red.bmp"), studio.path("copy.dat")).unwrap();
    let copy = json(&studio, &["copy.dat"]);
    assert_eq!(copy["rows"][0]["similarities"], rows[2]["similarities"]);
    assert_eq!(files_below(&studio.cache().join("clipig/features")).len(), 3);
}

#[test]
fn the_table_is_sorted_and_the_csv_whole() {
    let studio = colours();
    studio.write("texts.txt", "a red thing\n\n  a blue thing\n");
    let run = studio.run(&[
        "rate",
        "pics",
        "-tf",
        "texts.txt",
        "-i",
        "pics/red.bmp",
        "--sort",
        "-3",
        "-o",
        "out.csv",
        "--no-cache",
    ]);
    assert!(run.err.contains("clipig-tiny"), "{}", run.err);
    let table = run.succeeded();
    let lines: Vec<&str> = table.lines().collect();
    assert_eq!(lines.len(), 4);
    assert!(lines[0].trim_start().starts_with("a red thing  a blue thing  pics/red.bmp"), "{table}");
    assert!(lines[1].starts_with("pics/red.bmp") && lines[1].ends_with("100.00"), "{table}");
    assert!(lines.iter().all(|line| line.len() == lines[0].len()), "{table}");
    assert!(!table.contains('\u{1b}'), "colours are for terminals");
    let csv = std::fs::read_to_string(studio.path("out.csv")).unwrap();
    assert!(csv.starts_with("image,a red thing,a blue thing,pics/red.bmp\npics/red.bmp,"), "{csv}");
    assert!(files_below(&studio.cache()).is_empty());
}

#[test]
fn what_is_no_image_is_named_and_left_out() {
    let studio = Studio::new();
    studio.write("red.bmp", plain_image([220, 30, 30]));
    studio.write("broken.png", "not an image");
    std::fs::create_dir(studio.path("empty")).unwrap();
    let run = studio.run(&["rate", "broken.png", "red.bmp", "missing.png", "empty", "-t", "red", "-o", "-"]);
    assert!(run.out.starts_with("image,red\nred.bmp,"), "{}", run.out);
    assert_eq!(run.out.lines().count(), 2);
    let said = run.failed(1);
    for part in [
        "broken.png: its content is not that of an image",
        "missing.png: ",
        "empty: no images",
        "3 could not be read, 1 is rated",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    let nothing = studio.run(&["rate", "broken.png", "-t", "red"]);
    assert_eq!(nothing.out, "");
    nothing.failed(1);
}

#[test]
fn mistakes_on_the_command_line_are_found_before_any_work() {
    let studio = Studio::new();
    let long = "word ".repeat(200);
    for (arguments, part) in [
        (&["a.png"][..], "nothing to compare"),
        (&["a.png", "-t", " "], "empty text"),
        (&["a.png", "-t", "x", "--sort", "2"], "there is 1 column"),
        (&["a.png", "-t", "x", "-d", "gpu"], "not a device"),
        (&["a.png", "-t", &long], "tokens"),
    ] {
        let said = studio.run(&[&["rate"], arguments].concat()).failed(2);
        assert!(said.contains(part), "{part}: {said}");
    }
}

#[test]
fn folders_hold_images_by_their_content_and_the_rest_is_named() {
    let studio = Studio::new();
    studio.write("pics/red", plain_image([220, 30, 30]));
    studio.write("pics/notes.png", "words");
    studio.write("pics/a.yaml", "epochs: 3\n");
    let run = studio.run(&["rate", "pics", "-t", "red", "--json"]);
    assert_eq!(run.err.matches("note: passed over pics/a.yaml (not an image), pics/notes.png").count(), 1);
    let json: Json = serde_json::from_str(&run.succeeded()).unwrap();
    assert_eq!(json["rows"].as_array().unwrap().len(), 1);
    assert_eq!(json["rows"][0]["image"], "pics/red");
    assert_eq!(json["passed_over"][1]["path"], "pics/notes.png");
    assert_eq!(json["unreadable"].as_array().unwrap().len(), 0);
}

#[test]
fn an_image_that_breaks_off_is_refused_and_one_from_a_phone_stands_upright() {
    let studio = Studio::new();
    let images = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../engine/tests/fixtures/images");
    for name in ["broken_off.jpg", "phone.jpg", "phone-upright.png"] {
        studio.write(name, std::fs::read(images.join(name)).unwrap());
    }
    let run = studio.run(&["rate", "broken_off.jpg", "phone.jpg", "-i", "phone-upright.png", "--json"]);
    let json: Json = serde_json::from_str(&run.out).unwrap();
    assert_eq!(json["unreadable"][0]["path"], "broken_off.jpg");
    assert_eq!(json["rows"].as_array().unwrap().len(), 1);
    assert!(json["rows"][0]["similarities"][0].as_f64().unwrap() > 97.0, "{json:#}");
    assert!(run.failed(1).contains("the JPEG breaks off before its end"));
}
