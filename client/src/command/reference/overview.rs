//! All parameters on one page, a line each.

use std::fmt::Write as _;

use clipig_experiment::parameters;
use clipig_experiment::parameters::{Kind, Parameter, is_series};
use console::{Term, style, truncate_str};

const CONSTRAINTS: &str = "targets.constraints";

/// The parts of an experiment in the order in which people meet them.
const PARTS: [(&str, &str); 6] = [
    ("", "the experiment"),
    ("init", "init: the first picture"),
    ("targets", "targets: what is desired"),
    ("targets.features", "targets.features: texts and images"),
    ("targets.transforms", "targets.transforms: how CLIP sees the picture"),
    (CONSTRAINTS, "targets.constraints: what else it should be"),
];

/// Parameters that every constraint has; they stand behind the last of them.
const OF_EVERY_CONSTRAINT: [&str; 5] = ["weight", "start", "end", "loss", "mask"];

/// Space for names and for types.
const NAME: usize = 22;
const TYPE: usize = 12;

pub(super) fn text() -> String {
    let term = Term::stdout();
    // Lines are cut on a terminal, where a wrapped one would break the columns; a file has them whole.
    let width = if term.is_term() { usize::from(term.size().1) } else { usize::MAX };
    let mut text = String::new();
    for (path, title) in PARTS {
        let _ = writeln!(text, "{}", style(title).bold());
        let children: Vec<&Parameter> =
            parameters().children(path).filter(|parameter| !is_series(&parameter.path)).collect();
        for parameter in &children {
            add(&mut text, parameter, 1, width);
        }
        if path == CONSTRAINTS
            && let Some(any) = children.first()
        {
            text.push_str("  and in each of them:\n");
            let shared = parameters().children(&any.path).filter(|parameter| is_shared(parameter));
            for parameter in shared {
                add_line(&mut text, parameter, 2, width);
            }
        }
        text.push('\n');
    }
    post_processing(&mut text, width);
    series(&mut text, width);
    text.push_str(
        "\n`clipig reference blur` explains one of them, `clipig reference --all` prints everything.\n",
    );
    text
}

/// Maps whose parameters are only named: each of them is explained by `clipig reference NAME`.
const NAMED: [&str; 3] = ["canvas", "masks", "targets.cuts"];

/// One parameter, and below it those of a map.
fn add(text: &mut String, parameter: &Parameter, level: usize, width: usize) {
    add_line(text, parameter, level, width);
    let children = || parameters().children(&parameter.path);
    if NAMED.contains(&parameter.path.as_str()) {
        add_names(text, level, children());
    } else if matches!(parameter.kind, Kind::Map) && !PARTS.iter().any(|(path, _)| *path == parameter.path) {
        for child in children().filter(|child| !is_shared(child)) {
            add(text, child, level + 1, width);
        }
    }
}

/// Names side by side, in lines that are not too long.
fn add_names<'a>(text: &mut String, level: usize, names: impl Iterator<Item = &'a Parameter>) {
    let names: Vec<&str> = names.map(Parameter::name).collect();
    let indent = " ".repeat(2 * level + 1);
    let mut line = indent.clone();
    for (index, name) in names.iter().enumerate() {
        let comma = if index + 1 < names.len() { "," } else { "" };
        if line.len() + name.len() > 76 {
            let _ = writeln!(text, "{line}");
            line.clone_from(&indent);
        }
        let _ = write!(line, " {name}{comma}");
    }
    let _ = writeln!(text, "{line}");
}

fn add_line(text: &mut String, parameter: &Parameter, level: usize, width: usize) {
    let name = format!("{}{}", "  ".repeat(level), parameter.name());
    let kind = parameter.type_name();
    let kind = kind.strip_prefix("list of ").unwrap_or(&kind);
    let kind = if kind == "entries" { "list" } else { kind };
    let line = format!("{name:NAME$} {kind:TYPE$} {}", first_sentence(parameter.doc));
    let _ = writeln!(text, "{}", truncate_str(&line, width, "…"));
}

fn is_shared(parameter: &Parameter) -> bool {
    let of_constraint = parameter.parent().strip_prefix(CONSTRAINTS).is_some_and(|rest| !rest.is_empty());
    of_constraint && OF_EVERY_CONSTRAINT.contains(&parameter.name())
}

/// Its own parameters a line each; the effects are transforms, which are explained above.
fn post_processing(text: &mut String, width: usize) {
    let _ = writeln!(text, "{}", style("postproc: effects on the picture itself, once per epoch").bold());
    let (effects, own): (Vec<&Parameter>, Vec<_>) =
        parameters().children("postproc").partition(|parameter| parameter.is_step());
    for parameter in own {
        add(text, parameter, 1, width);
    }
    text.push_str("  and the transforms that keep the resolution, with the same parameters:\n");
    add_names(text, 1, effects.into_iter());
}

/// A line each for a sweep and an animation, and the names of what belongs to them.
fn series(text: &mut String, width: usize) {
    let _ = writeln!(text, "\n{}", style("several pictures from one file").bold());
    for parameter in parameters().children("").filter(|parameter| is_series(&parameter.path)) {
        add_line(text, parameter, 1, width);
        add_names(text, 1, parameters().children(&parameter.path));
    }
}

/// The first sentence of a documentation, on one line.
fn first_sentence(doc: &str) -> String {
    let paragraph = doc.split("\n\n").next().unwrap_or_default();
    let line = paragraph.split_whitespace().collect::<Vec<_>>().join(" ");
    // A point inside a number or before a small letter (`e.g. so`) ends no sentence.
    let end = line.match_indices(". ").map(|(at, _)| at + 1);
    let end = end.filter(|at| line[at + 1..].starts_with(|c: char| c.is_uppercase() || c == '`')).min();
    end.map_or(line.as_str(), |at| &line[..at]).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_end_where_a_new_one_begins() {
        assert_eq!(first_sentence("Takes .5 of\nit. And more."), "Takes .5 of it.");
        assert_eq!(first_sentence("Only one, e.g. this"), "Only one, e.g. this");
        assert_eq!(first_sentence("Head\n\nBody. More."), "Head");
    }

    #[test]
    fn no_parameter_is_left_out() {
        let text = text();
        for parameter in parameters().iter() {
            let name = parameter.name();
            assert!(text.split([' ', '\n', ',']).any(|word| word == name), "{}", parameter.path);
        }
    }
}
