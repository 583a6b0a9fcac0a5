//! The whole reference as one Markdown page.

use std::fmt::Write as _;

use super::{expressions, facts};
use crate::parameters::{Kind, Parameter, parameters};

/// The reference as Markdown: every parameter, in the order in which an experiment is written.
pub fn page() -> String {
    let mut page = String::from("# Reference\n\n");
    page.push_str(
        "Every parameter of an experiment. This page is made from the program (`clipig reference`); \
         `clipig reference targets.transforms.noise` shows one of them.\n\n",
    );
    page.push_str(expressions::PAGE);
    page.push_str("\n## Parameters\n\n");
    for parameter in parameters().children("") {
        below(&mut page, parameter, 3);
    }
    while page.ends_with("\n\n") {
        page.pop();
    }
    page
}

/// A parameter and everything below it.
fn below(page: &mut String, parameter: &Parameter, level: usize) {
    let level = if matches!(parameter.kind, Kind::Map | Kind::Entries) { level } else { level.max(4) };
    let hashes = "#".repeat(level.min(6));
    let _ = write!(page, "{hashes} `{}`\n\n", parameter.path);
    page.push_str(&facts(parameter).join("; "));
    page.push_str("\n\n");
    page.push_str(parameter.doc);
    page.push_str("\n\n");
    if !parameter.choices.is_empty() {
        for choice in parameter.choices {
            let _ = writeln!(page, "- `{}`: {}", choice.name, choice.doc);
        }
        page.push('\n');
    }
    if !parameter.example.is_empty() {
        let _ = write!(page, "```yaml\n{}\n```\n\n", parameter.example.trim_end());
    }
    for child in parameters().children(&parameter.path) {
        below(page, child, level + 1);
    }
}
