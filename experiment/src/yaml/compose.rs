//! From parser events to nodes.

use std::collections::HashMap;

use saphyr_parser::{Event, Parser, ScalarStyle, Span, StrInput, Tag};

use super::explain::{explain, quoted};
use super::inspect::{self, forbidden};
use super::problem::Problem;
use super::{Key, Node, NodeKind, Scalar};
use crate::diagnostic::{Diagnostic, shown};
use crate::limits::{MAX_DEPTH, MAX_NODES};
use crate::source::{Place, Source};

/// What was read of a source.
#[derive(Debug)]
pub(crate) struct Composed {
    /// The document; `None` where there is none (an empty file, or only comments).
    pub(crate) document: Option<Node>,
    /// What is odd about the way in which it is written.
    pub(crate) warnings: Vec<Diagnostic>,
}

/// More oddities than this are not kept: the first ones say enough.
const MOST_WARNINGS: usize = 20;

/// Reads the document of a source.
///
/// # Errors
/// The first thing that is not YAML, or not what it looks like.
pub(crate) fn compose(index: usize, source: &Source) -> Result<Composed, Box<Diagnostic>> {
    let text = source.text.strip_prefix('\u{feff}').unwrap_or(&source.text);
    let mut composer = Composer {
        parser: Parser::new_from_str(text),
        offsets: Offsets::new(text, source.text.len() - text.len()),
        text: &source.text,
        source: index,
        anchors: HashMap::new(),
        nodes: 0,
        warnings: Vec::new(),
    };
    let document = match forbidden(&source.text) {
        Some(problem) => Err(problem),
        None => composer.document(),
    };
    let document = document.map_err(|problem| Box::new(problem.error(index)))?;
    composer.warn_of_unused_anchors();
    let warnings = composer.warnings.into_iter().map(|problem| problem.warning(index)).collect();
    Ok(Composed { document, warnings })
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
    used: bool,
}

struct Composer<'input> {
    parser: Parser<'input, StrInput<'input>>,
    offsets: Offsets,
    /// The whole source, also a byte order mark.
    text: &'input str,
    source: usize,
    anchors: HashMap<usize, Anchored>,
    nodes: usize,
    warnings: Vec<Problem>,
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
                Err(explain(self.text, self.offsets.byte(error.marker().index()), error.info()))
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
                self.inspect(place, style)?;
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
                let Some(anchored) = self.anchors.get_mut(&id) else {
                    return Err(Problem::new(place, "an alias inside the value that it repeats"));
                };
                anchored.used = true;
                let nodes = anchored.nodes;
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
            self.anchors.insert(anchor, Anchored { node: node.clone(), nodes, used: false });
        }
        Ok(node)
    }

    /// Whether a single value reads as it looks.
    fn inspect(&mut self, place: Place, style: ScalarStyle) -> Result<(), Problem> {
        let range = place.start..place.end;
        if style == ScalarStyle::DoubleQuoted && self.warnings.len() < MOST_WARNINGS {
            self.warnings.extend(inspect::path_with_escapes(self.text, &range));
        }
        if style == ScalarStyle::Plain && self.warnings.len() < MOST_WARNINGS {
            self.warnings.extend(inspect::comment_behind_words(self.text, &range));
        }
        // Nearly all texts have none of the characters in question.
        if self.text.get(range.clone()).is_none_or(str::is_ascii) {
            return Ok(());
        }
        let is_plain = style == ScalarStyle::Plain;
        if let Some(problem) = inspect::plain(self.text, &range).filter(|_| is_plain) {
            return Err(problem);
        }
        self.warnings.extend(
            inspect::odd(self.text, &range, is_plain).filter(|_| self.warnings.len() < MOST_WARNINGS),
        );
        Ok(())
    }

    /// `text: &co company` is the text "company": YAML takes the first word for a mark.
    fn warn_of_unused_anchors(&mut self) {
        let unused = self.anchors.values().filter(|anchored| !anchored.used);
        let mut places: Vec<Place> = unused
            .filter(|anchored| matches!(anchored.node.kind, NodeKind::Scalar { .. }))
            .map(|anchored| anchored.node.place)
            .collect();
        places.sort_unstable_by_key(|place| place.start);
        places.truncate(MOST_WARNINGS);
        for place in places {
            // The place begins with the mark, or with a tag before it.
            let raw = self.text[place.start..place.end].trim_end();
            let Some(at) = raw.find('&') else { continue };
            let name = raw[at..].split_whitespace().next().unwrap_or("&");
            let message = format!("`{}` marks this value for `*`, and nothing repeats it", shown(name));
            let help = format!("remove it; where it is a part of the text, write {}", quoted(&raw[at..]));
            let mark = place.start + at;
            self.warnings.push(Problem::at(mark..mark + name.len(), message).help(help));
        }
    }

    fn map(&mut self, depth: usize) -> Result<(Vec<(Key, Node)>, usize), Problem> {
        let mut own = Entries::default();
        // The line of each name, for the message about a second one.
        let mut lines: HashMap<String, usize> = HashMap::new();
        let mut merge_line = None;
        let mut merged = Entries::default();
        loop {
            let (event, span) = self.next()?;
            if matches!(event, Event::MappingEnd) {
                let end = self.place(span).end;
                // As in `PyYAML`: what is merged stands first, and the map's own values take the places of merged ones.
                for (key, node) in own.list {
                    merged.set(key, node);
                }
                return Ok((merged.list, end));
            }
            let plain = matches!(event, Event::Scalar(_, ScalarStyle::Plain, _, None));
            let line = span.start.line();
            let key = self.node(event, span, depth + 1)?;
            if let Some(problem) = inspect::name(self.text, &(key.place.start..key.place.end)) {
                return Err(problem);
            }
            let NodeKind::Scalar { text, .. } = key.kind else {
                return Err(Problem::new(key.place, "a list or map cannot be a name; write `name: value`"));
            };
            let key = Key { text, place: key.place };
            let (event, span) = self.next()?;
            let node = self.node(event, span, depth + 1)?;
            // A quoted `<<` is a name like others.
            let merges = plain && key.text == "<<";
            let first = if merges { merge_line.replace(line) } else { lines.insert(key.text.clone(), line) };
            if let Some(first) = first {
                let message = format!("`{}` is given twice; the first is in line {first}", shown(&key.text));
                let help = if merges {
                    "merge several maps in one line: `<<: [*a, *b]`"
                } else {
                    "remove one of the two"
                };
                return Err(Problem::new(key.place, message).help(help));
            }
            if merges {
                merge(&mut merged, node)?;
            } else {
                own.set(key, node);
            }
        }
    }
}

/// Entries of a map. A name that is set again keeps its place and gets the new value, as in a Python dict.
#[derive(Default)]
struct Entries {
    list: Vec<(Key, Node)>,
    index: HashMap<String, usize>,
}

impl Entries {
    fn set(&mut self, key: Key, node: Node) {
        if let Some(&at) = self.index.get(&key.text) {
            self.list[at] = (key, node);
        } else {
            self.index.insert(key.text.clone(), self.list.len());
            self.list.push((key, node));
        }
    }
}

/// The entries that `<<: *name` or `<<: [*a, *b]` adds. Of a list the first map wins, and `PyYAML` up to 6.0.3 reaches
/// that by reading the list from its end; the order of the entries, which is that of transforms, follows from it.
fn merge(merged: &mut Entries, node: Node) -> Result<(), Problem> {
    let none = |place: Place| Problem::new(place, "`<<` takes a map, or a list of maps: `<<: [*a, *b]`");
    let maps = match node.kind {
        NodeKind::List(maps) => maps,
        kind => vec![Node { kind, ..node }],
    };
    for map in maps.into_iter().rev() {
        let NodeKind::Map(entries) = map.kind else { return Err(none(map.place)) };
        for (key, node) in entries {
            merged.set(key, node);
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
        Some(kind @ ("int" | "float" | "bool" | "null")) => Scalar::tagged(kind, text)
            .ok_or_else(|| format!("`{}` is not what the tag `!!{kind}` says", shown(text))),
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
        "the tag `{}{}` has no meaning in an experiment; remove it, or quote the text that begins with `!`",
        shown(&tag.handle),
        shown(&tag.suffix)
    )
}
