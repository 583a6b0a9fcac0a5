//! What `docs/notebook.md` shows, run by Python against a real farm.

#[allow(dead_code, reason = "other tests use the rest")]
#[path = "support/process.rs"]
mod process;
mod support;

use std::fs::Permissions;
use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Stdio};

use process::Owned;
use support::{Run, Studio};

/// The blocks of Python on the page, in order.
fn blocks() -> Vec<String> {
    let page = include_str!("../../docs/notebook.md");
    let behind = page.split("```python\n").skip(1);
    behind.map(|rest| rest.split("```").next().unwrap().to_owned()).collect()
}

/// What a notebook has that plain Python lacks: `display` writes pictures to files. Where requests is not installed, the
/// copy that pip brings serves.
const NOTEBOOK: [(&str, &str); 3] = [
    ("IPython/__init__.py", ""),
    (
        "IPython/display.py",
        "from itertools import count
number = count(1)
def Image(data):
    return data
def display(data):
    with open(f'shown-{next(number)}.png', 'wb') as file:
        file.write(data)
",
    ),
    (
        "fallback/requests.py",
        "from pip._vendor.requests import *\nfrom pip._vendor.requests import Session, get, post\n",
    ),
];

/// Runs a cell; what it printed.
fn run(studio: &Studio, cell: &str) -> String {
    let folders = [studio.path(""), studio.path("fallback")];
    let has = |code: &str| {
        Command::new("python3").args(["-c", code]).stderr(Stdio::null()).status().unwrap().success()
    };
    let folders = if has("import requests") { &folders[..1] } else { &folders[..] };
    let mut python = Command::new("python3");
    python.args(["-c", cell]).current_dir(studio.path(""));
    python.env("PYTHONPATH", std::env::join_paths(folders).unwrap());
    Run::of(&python.output().unwrap()).succeeded()
}

fn size(picture: &Path) -> (u32, u32) {
    let bytes = std::fs::read(picture).unwrap();
    assert!(bytes.starts_with(b"\x89PNG\r\n\x1a\n"), "{} is a PNG", picture.display());
    let number = |at: usize| u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap());
    (number(16), number(20))
}

#[test]
fn a_notebook_submits_follows_and_shows() {
    let studio = Studio::new();
    for (name, text) in NOTEBOOK {
        studio.write(name, text);
    }
    for (name, token) in
        [("client.token", "token-of-a-notebook-0123456789"), ("worker.token", "token-of-a-worker-0123456789")]
    {
        studio.write(name, token);
        std::fs::set_permissions(studio.path(name), Permissions::from_mode(0o600)).unwrap();
    }
    for (name, settings) in [
        ("open", ""),
        ("guarded", "[tokens]\nclient_file = \"client.token\"\nworker_file = \"worker.token\"\n"),
    ] {
        studio.write("settings.toml", settings);
        let mut command =
            studio.command(&["studio", "--no-browser", "--settings", "settings.toml", "--data", name]);
        command.args(["--listen", "127.0.0.1:0", "--http-listen", "127.0.0.1:0"]);
        let mut farm = Owned::new(command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap());
        let mut address = String::new();
        BufReader::new(farm.child().stdout.take().unwrap()).read_line(&mut address).unwrap();
        let [cell, emerge, token] = blocks().try_into().unwrap();
        let replaced = |text: &str, from: &str, to: &str| {
            assert!(text.contains(from), "{from} is in {text}");
            text.replace(from, to)
        };
        // Smaller, so that it takes no time; and all that the page proposes.
        let cell = replaced(&cell, "http://127.0.0.1:7871", address.trim().trim_end_matches('/'));
        let cell = replaced(&cell, "epochs: 200\\n", "epochs: 4\\nresolution: 32\\n");
        let cell = replaced(&cell, "{\"yaml\": yaml}", "{\"yaml\": yaml, \"snapshot_interval\": 2}");
        let cell = replaced(&cell, "display(Image(requests", &format!("{emerge}display(Image(requests"));
        let cell = if settings.is_empty() {
            cell
        } else {
            let token = replaced(&token, "requests.verify = \"ca.pem\"\n", "");
            replaced(&cell, "\nfarm = ", &format!("\n{token}farm = "))
        };
        let said = run(&studio, &cell);
        assert!(said.contains("of 4 epochs, loss"), "{said}");
        // One snapshot in the middle, perhaps one at the end, and the finished picture.
        for number in 1..=2 {
            let picture = studio.path(&format!("shown-{number}.png"));
            assert_eq!(size(&picture), (32, 32));
            std::fs::remove_file(picture).unwrap();
        }
    }
}
