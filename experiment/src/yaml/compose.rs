//! From parser events to nodes.

use std::collections::HashMap;

use saphyr_parser::{Event, Parser, ScalarStyle, Span, StrInput, Tag};

use super::{Key, Node, NodeKind, Scalar};
use crate::diagnostic::{Diagnostic, shown};
use crate::limits::{MAX_DEPTH, MAX_NODES};
use crate::source::{Origin, Place, Source};

/// The document in a source; `None` where there is none (an empty file, or only comments).
pub(crate) fn compose(index: usize, source: &Source) -> Result<Option<Node>, Box<Diagnostic>> {
    let start = Place { source: index, start: 0, end: 0 };
    let text = source.text.strip_prefix('\u{feff}').unwrap_or(&source.text);
    let mut composer = Composer {
        parser: Parser::new_from_str(text),
        offsets: Offsets::new(text, source.text.len() - text.len()),
        source: index,
        anchors: HashMap::new(),
        nodes: 0,
    };
    composer.document().map_err(|problem| {
        let place = problem.place.unwrap_or(start);
        let mut one = Diagnostic::error("", Origin::Written(place), problem.message).label(problem.label);
        for help in problem.help {
            one = one.help(help);
        }
        Box::new(one)
    })
}

/// Why a document cannot be composed.
struct Problem {
    place: Option<Place>,
    message: String,
    label: String,
    help: Vec<String>,
}

impl Problem {
    fn new(place: Place, message: impl Into<String>) -> Self {
        Self { place: Some(place), message: message.into(), label: String::new(), help: Vec::new() }
    }

    fn help(mut self, help: impl Into<String>) -> Self {
        self.help.push(help.into());
        self
    }
}

/// Byte offsets of characters, which is what the parser counts.
struct Offsets {
    /// Byte offset of each character; empty where all are one byte long.
    bytes: Vec<u32>,
    /// Bytes of the whole text.
    length: usize,
    /// Bytes before the text (a byte order mark).
    skipped: usize,
}

impl Offsets {
    fn new(text: &str, skipped: usize) -> Self {
        let bytes =
            if text.is_ascii() { Vec::new() } else { text.char_indices().map(|(at, _)| at as u32).collect() };
        Self { bytes, length: text.len(), skipped }
    }

    fn byte(&self, character: usize) -> usize {
        let at = if self.bytes.is_empty() {
            character.min(self.length)
        } else {
            self.bytes.get(character).map_or(self.length, |at| *at as usize)
        };
        at + self.skipped
    }
}

struct Anchored {
    node: Node,
    nodes: usize,
}

struct Composer<'input> {
    parser: Parser<'input, StrInput<'input>>,
    offsets: Offsets,
    source: usize,
    anchors: HashMap<usize, Anchored>,
    nodes: usize,
}

impl<'input> Composer<'input> {
    fn document(&mut self) -> Result<Option<Node>, Problem> {
        let mut document = None;
        loop {
            let (event, span) = self.next()?;
            match event {
                Event::StreamEnd => return Ok(document),
                Event::DocumentStart(_) if document.is_some() => {
                    return Err(Problem::new(self.place(span), "a second document starts here")
                        .help("an experiment is one document: remove the `---` line, or make two files and name both"));
                }
                Event::DocumentStart(_) => {
                    let (event, span) = self.next()?;
                    document = Some(self.node(event, span, 0)?);
                }
                _ => {}
            }
        }
    }

    fn next(&mut self) -> Result<(Event<'input>, Span), Problem> {
        match self.parser.next_event() {
            Some(Ok(event)) => Ok(event),
            Some(Err(error)) => {
                let at = self.offsets.byte(error.marker().index());
                let place = Place { source: self.source, start: at, end: at + 1 };
                Err(explain(place, error.info()))
            }
            None => Ok((Event::StreamEnd, Span::default())),
        }
    }

    fn place(&self, span: Span) -> Place {
        let start = self.offsets.byte(span.start.index());
        Place { source: self.source, start, end: self.offsets.byte(span.end.index()).max(start) }
    }

    /// Counts values, so that neither a long file nor a short one with many aliases takes much memory.
    fn count(&mut self, nodes: usize, place: Place) -> Result<(), Problem> {
        self.nodes = self.nodes.saturating_add(nodes);
        if self.nodes > MAX_NODES {
            return Err(Problem::new(place, format!("more than {MAX_NODES} values in one file"))
                .help("values that are repeated by aliases (`*name`) count each time"));
        }
        Ok(())
    }

    fn node(&mut self, event: Event<'input>, span: Span, depth: usize) -> Result<Node, Problem> {
        let mut place = self.place(span);
        self.count(1, place)?;
        if depth > MAX_DEPTH {
            return Err(Problem::new(place, format!("lists and maps are nested more than {MAX_DEPTH} deep")));
        }
        let before = self.nodes - 1;
        let (kind, anchor) = match event {
            Event::Scalar(text, style, anchor, tag) => {
                let value =
                    scalar(&text, style, tag.as_deref()).map_err(|message| Problem::new(place, message))?;
                (NodeKind::Scalar { text: text.into_owned(), value }, anchor)
            }
            Event::SequenceStart(anchor, tag) => {
                check_tag(tag.as_deref(), "seq", place)?;
                let mut list = Vec::new();
                loop {
                    let (event, span) = self.next()?;
                    if matches!(event, Event::SequenceEnd) {
                        place.end = self.place(span).end;
                        break;
                    }
                    list.push(self.node(event, span, depth + 1)?);
                }
                (NodeKind::List(list), anchor)
            }
            Event::MappingStart(anchor, tag) => {
                check_tag(tag.as_deref(), "map", place)?;
                let (map, end) = self.map(depth)?;
                place.end = end;
                (NodeKind::Map(map), anchor)
            }
            Event::Alias(id) => {
                let Some(nodes) = self.anchors.get(&id).map(|anchored| anchored.nodes) else {
                    return Err(Problem::new(place, "an alias inside the value that it repeats"));
                };
                self.count(nodes, place)?;
                // Counted before it is copied, so a bomb is refused before it takes memory.
                let kind = self.anchors.get(&id).map(|anchored| anchored.node.kind.clone());
                (kind.unwrap_or(NodeKind::List(Vec::new())), 0)
            }
            _ => return Err(Problem::new(place, "this is not valid YAML")),
        };
        let node = Node { place, kind };
        if anchor > 0 {
            let nodes = self.nodes - before;
            self.count(nodes, place)?;
            self.anchors.insert(anchor, Anchored { node: node.clone(), nodes });
        }
        Ok(node)
    }

    fn map(&mut self, depth: usize) -> Result<(Vec<(Key, Node)>, usize), Problem> {
        let mut entries: Vec<(Key, Node)> = Vec::new();
        // The line of each name, for the message about a second one.
        let mut names: HashMap<String, usize> = HashMap::new();
        let mut merged: Vec<(Key, Node)> = Vec::new();
        loop {
            let (event, span) = self.next()?;
            if matches!(event, Event::MappingEnd) {
                let end = self.place(span).end;
                // Entries of the map itself win over merged ones, earlier merged ones over later ones.
                for (key, node) in merged {
                    if !names.contains_key(&key.text) {
                        names.insert(key.text.clone(), 0);
                        entries.push((key, node));
                    }
                }
                return Ok((entries, end));
            }
            let plain = matches!(event, Event::Scalar(_, ScalarStyle::Plain, _, None));
            let line = span.start.line();
            let key = self.node(event, span, depth + 1)?;
            let NodeKind::Scalar { text, .. } = key.kind else {
                return Err(Problem::new(key.place, "a list or map cannot be a name; write `name: value`"));
            };
            let key = Key { text, place: key.place };
            let (event, span) = self.next()?;
            let node = self.node(event, span, depth + 1)?;
            if plain && key.text == "<<" {
                merge(&mut merged, node)?;
            } else if let Some(first) = names.get(&key.text) {
                let message = format!("`{}` is given twice; the first is in line {first}", shown(&key.text));
                return Err(Problem::new(key.place, message).help("remove one of the two"));
            } else {
                names.insert(key.text.clone(), line);
                entries.push((key, node));
            }
        }
    }
}

/// The entries that `<<: *name` or `<<: [*a, *b]` adds.
fn merge(merged: &mut Vec<(Key, Node)>, node: Node) -> Result<(), Problem> {
    match node.kind {
        NodeKind::Map(entries) => merged.extend(entries),
        NodeKind::List(maps) => {
            for map in maps {
                let NodeKind::Map(entries) = map.kind else {
                    return Err(Problem::new(map.place, "`<<` merges maps, and this is none"));
                };
                merged.extend(entries);
            }
        }
        NodeKind::Scalar { .. } => {
            return Err(Problem::new(node.place, "`<<` merges maps, and this is none"));
        }
    }
    Ok(())
}

fn scalar(text: &str, style: ScalarStyle, tag: Option<&Tag>) -> Result<Scalar, String> {
    let Some(tag) = tag else {
        return Ok(if style == ScalarStyle::Plain { Scalar::resolve(text) } else { Scalar::Text });
    };
    if tag.handle == "!" && tag.suffix.is_empty() || tag.handle.is_empty() && tag.suffix == "!" {
        return Ok(Scalar::Text);
    }
    let suffix = tag.is_yaml_core_schema().then_some(tag.suffix.as_str());
    match suffix {
        Some("str") => Ok(Scalar::Text),
        Some("int" | "float" | "bool" | "null") => Ok(Scalar::resolve(text)),
        _ => Err(unknown_tag(tag)),
    }
}

fn check_tag(tag: Option<&Tag>, expected: &str, place: Place) -> Result<(), Problem> {
    match tag {
        Some(tag) if !(tag.is_yaml_core_schema() && tag.suffix == expected) => {
            Err(Problem::new(place, unknown_tag(tag)))
        }
        _ => Ok(()),
    }
}

fn unknown_tag(tag: &Tag) -> String {
    format!(
        "the tag `{}{}` has no meaning in an experiment; remove it",
        shown(&tag.handle),
        shown(&tag.suffix)
    )
}

/// The parser's frequent errors in words for people who write experiments; others as the parser says it.
fn explain(place: Place, info: &str) -> Problem {
    let (message, help) = if info.contains("recursion") {
        ("lists and maps are nested too deep", "an experiment needs no more than six levels")
    } else if info.contains("tab") {
        ("a tab is not allowed here", "indent with spaces")
    } else if info.contains("mapping values are not allowed") {
        (
            "`: ` is not expected here",
            "a text that contains `: ` needs quotes: `text: \"a: b\"`; or the line is indented too far",
        )
    } else if info.contains("block collection")
        || info.contains("block mapping")
        || info.contains("block end")
    {
        (
            "the indentation of this line does not fit the lines above",
            "the parameters of an entry begin in the same column, below the first letter after `- `",
        )
    } else if info.contains("':' indicator") || info.contains("flow") {
        (
            "a bracket or brace is not closed before this",
            "a list in brackets ends with `]`, a map in braces with `}`",
        )
    } else {
        let message = format!("this is not valid YAML: {info}");
        return Problem::new(place, message)
            .help("see the lines around: indentation, quotes and brackets must match");
    };
    Problem::new(place, message).help(help)
}
