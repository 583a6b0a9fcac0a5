//! Looks at the text of a document for what a parser of YAML takes as it is and a person does not see.

use std::ops::Range;

use super::problem::Problem;
use crate::diagnostic::shown;
use crate::lookalike::{Lookalike, Looks, find};
use crate::parameters::parameters;

const HYPHEN: &str = "an entry of a list begins with a hyphen and a space";

/// The first character that no document may have, wherever it stands: the original refuses it, too, or takes it for
/// the end of a line.
pub(super) fn forbidden(text: &str) -> Option<Problem> {
    let (at, found) = find(text, |one| matches!(one.looks, Looks::Control | Looks::Break))?;
    let place = at..at + found.character.len_utf8();
    let problem = match found.looks {
        Looks::Break => {
            let help = "YAML 1.1 takes it for the end of a line, YAML 1.2 for a part of the text";
            Problem::at(place, format!("this is {}", found.full_name())).help(help)
        }
        _ => Problem::at(place, format!("this is {}, which YAML does not allow", found.full_name())),
    };
    Some(problem.help(found.remedy()))
}

/// Why the name of an entry is not what it looks like; `range` is its place in `text`.
pub(super) fn name(text: &str, range: &Range<usize>) -> Option<Problem> {
    let raw = text.get(range.clone())?;
    let opens = raw.chars().next().and_then(Lookalike::of).filter(|one| one.is_quote() || one.is_dash());
    let (at, found) = opens.map(|one| (0, one)).or_else(|| find(raw, Lookalike::is_invisible))?;
    let label = match found.looks {
        Looks::Sign("-") => HYPHEN,
        Looks::Sign(_) => "names need no quotes",
        _ if raw[..at] == *"-" => "a plain space belongs behind the hyphen",
        _ if raw[..at].trim().is_empty() => "lines are indented with plain spaces",
        _ => "",
    };
    Some(named(text, range.start + at, found).label(label))
}

/// Why a text without quotes is not what it looks like: `text:` with a no-break space behind it is not the name of
/// an entry, and a dash is not a hyphen.
pub(super) fn plain(text: &str, range: &Range<usize>) -> Option<Problem> {
    let raw = text.get(range.clone())?;
    let mut characters = raw.chars();
    let first = characters.next()?;
    if let Some(dash) = Lookalike::of(first).filter(|one| one.is_dash()) {
        let line = text[..range.start].rfind('\n').map_or(0, |end| end + 1);
        let begins = text[line..range.start].bytes().all(|byte| byte == b' ');
        let entry = begins && characters.next() == Some(' ');
        return entry.then(|| named(text, range.start, dash).label(HYPHEN));
    }
    if first == '-' {
        let blank = characters.next().and_then(Lookalike::of).filter(|one| one.is_invisible())?;
        return Some(named(text, range.start + 1, blank).label("a plain space belongs behind the hyphen"));
    }
    let word = raw.bytes().take_while(|byte| byte.is_ascii_lowercase() || *byte == b'_').count();
    let mut behind = raw[word..].chars();
    let sign = behind.next()?;
    let (at, found, label) = if sign == ':' {
        let blank = behind.next().and_then(Lookalike::of).filter(|one| one.is_invisible())?;
        (word + 1, blank, "a plain space belongs behind the colon")
    } else {
        let colon = Lookalike::of(sign).filter(|one| one.looks == Looks::Sign(":"))?;
        (word, colon, "a name ends with a plain colon and a space")
    };
    // Another word in front of it is a part of a text.
    let known = parameters().iter().any(|one| one.name() == &raw[..word]);
    known.then(|| named(text, range.start + at, found).label(label))
}

/// A word that begins with `#` right behind the words for the model, as in `text: apple #1`: YAML takes it for a comment. Those
/// who mean a comment mostly put a space behind the `#`.
pub(super) fn comment_behind_words(text: &str, range: &Range<usize>) -> Option<Problem> {
    let raw = text.get(range.clone())?.trim_end();
    let at = range.start + raw.len() + 1;
    let comment = text.get(at..).filter(|_| text[..at].ends_with(' '))?;
    let word = comment.split_whitespace().next().filter(|word| word.len() > 1 && comment.starts_with('#'))?;
    let line = text[..range.start].rfind('\n').map_or(0, |end| end + 1);
    let name = text[line..range.start].trim_end();
    if word.starts_with("##") || !["text:", "prompt:", "from:", "to:"].iter().any(|end| name.ends_with(end)) {
        return None;
    }
    let rest = comment.lines().next().unwrap_or(comment).trim_end();
    let problem = Problem::at(at..at + word.len(), format!("`{}` begins a comment", shown(word)));
    Some(problem.help(format!(
        "if it is a part of the text, put all of it in quotes: \"{}\"",
        shown(&format!("{raw} {rest}"))
    )))
}

/// Oddities of a text that may be meant.
pub(super) fn odd(text: &str, range: &Range<usize>, plain: bool) -> Option<Problem> {
    let raw = text.get(range.clone())?;
    let first = raw.chars().next().and_then(Lookalike::of);
    if let Some(quote) = first.filter(|one| plain && one.is_quote()) {
        let place = range.start..range.start + quote.character.len_utf8();
        let problem =
            Problem::at(place, format!("this is {}; it becomes a part of the text", quote.full_name()));
        return Some(problem.help("YAML knows two quotation marks, `\"` and `'`"));
    }
    let edge = |one: Lookalike| one.looks == Looks::Blank;
    let last = raw.chars().next_back().and_then(Lookalike::of);
    let (at, found) = if let Some(blank) = first.filter(|one| plain && edge(*one)) {
        (0, blank)
    } else if let Some(blank) = last.filter(|one| plain && edge(*one)) {
        (raw.len() - blank.character.len_utf8(), blank)
    } else {
        hidden(raw)?
    };
    let place = range.start + at..range.start + at + found.character.len_utf8();
    let problem = Problem::at(place, format!("{} is a part of this text", found.full_name()));
    Some(problem.help(found.remedy()))
}

/// The first hidden character. Joiners between letters that are not Latin are spelling: Persian and Hindi need them, and
/// many emoji are several joined ones.
fn hidden(raw: &str) -> Option<(usize, Lookalike)> {
    let mut before = 'a';
    for (at, character) in raw.char_indices() {
        let joins = matches!(character, '\u{200c}' | '\u{200d}') && !before.is_ascii();
        if let Some(found) = Lookalike::of(character)
            && found.looks == Looks::Hidden
            && !joins
        {
            return Some((at, found));
        }
        before = character;
    }
    None
}

/// A path of Windows in double quotes that happens to be valid: `"C:\temp"` has a tab in it and no folder `temp`.
pub(super) fn path_with_escapes(text: &str, range: &Range<usize>) -> Option<Problem> {
    let raw = text.get(range.clone())?;
    let inner = raw.strip_prefix('"')?.strip_suffix('"')?;
    let [drive, b':', b'\\', letter, ..] = inner.as_bytes() else { return None };
    if !drive.is_ascii_alphabetic() || *letter == b'\\' {
        return None;
    }
    let at = range.start + 3;
    let message =
        format!("in double quotes `\\{}` is an escape sequence, not a part of a path", *letter as char);
    Some(
        Problem::at(at..at + 2, message)
            .help(format!("single quotes keep backslashes as they are: '{}'", shown(inner))),
    )
}

/// A problem about a character that has to go, with how often it stands in the document.
fn named(text: &str, at: usize, found: Lookalike) -> Problem {
    let place = at..at + found.character.len_utf8();
    let count = text.matches(found.character).count();
    let message = match found.looks {
        Looks::Sign(sign) => format!("this is {}, not `{sign}`", found.full_name()),
        Looks::Blank => format!("this is {}, not a plain space", found.full_name()),
        _ => format!("{} stands here, which is invisible", found.full_name()),
    };
    let problem = Problem::at(place, message);
    let remedy = found.remedy();
    problem.help(if count > 1 { format!("{remedy}; the file has {count} of them") } else { remedy })
}

/// The invisible character that explains why the parser gave up at `at`: in the indentation of its line or the line
/// before, or behind their first hyphens and colon.
pub(super) fn invisible_near(text: &str, at: usize) -> Option<Problem> {
    let here = text[..at].rfind('\n').map_or(0, |end| end + 1);
    let before = text[..here.saturating_sub(1)].rfind('\n').map_or(0, |end| end + 1);
    [here, before].into_iter().find_map(|start| {
        let line = text[start..].lines().next()?;
        let structure = line.find(": ").map_or(line, |colon| &line[..colon]);
        let (place, found) = find(structure, Lookalike::is_invisible)?;
        Some(named(text, start + place, found))
    })
}
