//! What the parser of YAML cannot read, in words for people who write experiments.

use super::inspect::invisible_near;
use super::problem::Problem;
use crate::diagnostic::shown;
use crate::lookalike::{Lookalike, find};

/// Why the parser gave up at the byte `at`; `info` are its own words.
pub(super) fn explain(text: &str, at: usize, info: &str) -> Problem {
    let at = boundary(text, at.min(text.len()));
    if let Some(problem) = invisible_near(text, at) {
        return problem;
    }
    let here = at..at + text[at..].chars().next().map_or(1, char::len_utf8);
    if info.contains("recursion") {
        return Problem::at(here, "lists and maps are nested too deep")
            .help("an experiment needs no more than six levels");
    }
    if info.contains("escape") || info.contains("hexadecimal") {
        return backslash(text, at);
    }
    if let Some(tab) = tab_near(text, at).filter(|_| info.contains("tab") || info.contains("whitespace")) {
        return tab;
    }
    if info.contains("byte order mark")
        && let Some(mark) = text[at..].find('\u{feff}').map(|mark| at + mark)
    {
        return Problem::at(mark..mark + 3, "a byte order mark (U+FEFF) stands here, which is invisible")
            .help("remove it");
    }
    if let Some(problem) = needs_quotes(text, at, info) {
        return problem;
    }
    let (message, help) = if info.contains("mapping values are not allowed") {
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
        return Problem::at(here, format!("this is not valid YAML: {info}"))
            .help("see the lines around: indentation, quotes and brackets must match");
    };
    Problem::at(here, message).help(help)
}

/// The first tab from the line of `at` on. The parser may stop in the line before it.
fn tab_near(text: &str, at: usize) -> Option<Problem> {
    let start = line_start(text, at);
    let tab = start + text[start..].split_inclusive('\n').take(2).collect::<String>().find('\t')?;
    let indents = text[line_start(text, tab)..tab].trim().is_empty();
    let help = if indents { "indent with spaces" } else { "write a space instead" };
    Some(Problem::at(tab..tab + 1, "a tab (U+0009) is not allowed here").help(help))
}

fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |end| end + 1)
}

/// Double quotes in which a backslash begins no escape sequence; mostly a path of Windows. `at` is in the text or
/// before it.
fn backslash(text: &str, at: usize) -> Problem {
    let open = text[at..].find('"').map_or(at, |quote| at + quote);
    let (sequence, letter) = wrong_escape(text, open).unwrap_or((at, ' '));
    let digits = match letter {
        'x' => "two hexadecimal digits",
        'u' => "four hexadecimal digits",
        'U' => "eight hexadecimal digits",
        _ => "",
    };
    let message = if digits.is_empty() {
        format!("in double quotes a backslash begins an escape sequence, and `\\{letter}` is none")
    } else {
        format!("in double quotes `\\{letter}` begins an escape sequence and needs {digits}")
    };
    let problem = Problem::at(sequence..sequence + 1 + letter.len_utf8(), message);
    let quoted = text[open..].lines().next().unwrap_or_default().split('"').nth(1).unwrap_or_default();
    if quoted.is_empty() || quoted.contains('\'') {
        return problem.help("write two backslashes for each");
    }
    problem.help(format!("single quotes keep backslashes as they are: '{}'", shown(quoted)))
}

/// The first backslash behind the quote at `open` that begins no escape sequence of YAML, and the letter behind it.
fn wrong_escape(text: &str, open: usize) -> Option<(usize, char)> {
    let mut characters = text.get(open + 1..)?.char_indices();
    while let Some((at, character)) = characters.next() {
        if character != '\\' {
            continue;
        }
        let (_, letter) = characters.next()?;
        let digits = match letter {
            'x' => 2,
            'u' => 4,
            'U' => 8,
            _ => 0,
        };
        let known = digits > 0 || "0abt\tnvfre \"/\\N_LP\n\r".contains(letter);
        let hexadecimal =
            characters.clone().take(digits).filter(|(_, c)| c.is_ascii_hexdigit()).count() == digits;
        if !known || !hexadecimal {
            return Some((open + 1 + at, letter));
        }
    }
    None
}

/// A value that begins with a sign of YAML: the person meant a text.
fn needs_quotes(text: &str, at: usize, info: &str) -> Option<Problem> {
    let line = text[line_start(text, at)..].lines().next()?;
    let start = line_start(text, at) + value_start(line);
    let value = line[value_start(line)..].trim_end();
    let first = value.chars().next()?;
    // A quotation mark that a word processor has closed.
    if matches!(first, '"' | '\'')
        && let Some((place, mark)) =
            find(&value[1..], Lookalike::is_quote).filter(|_| info.contains("quoted"))
        && !value[1..].contains(first)
    {
        let place = start + 1 + place;
        return Some(
            Problem::at(
                place..place + mark.character.len_utf8(),
                format!("this is {}, which closes nothing", mark.full_name()),
            )
            .help(format!("close the text with `{first}`")),
        );
    }
    if let Some(mark) = Lookalike::of(first).filter(|one| one.is_quote()) {
        let message = format!("this is {}, which opens no text in YAML", mark.full_name());
        return Some(Problem::at(start..start + first.len_utf8(), message).help(mark.remedy()));
    }
    let why = match first {
        '@' | '`' => "it is reserved in YAML",
        '%' => "YAML takes it for a directive",
        '*' => "YAML takes it for the repetition of a value that is marked with `&`",
        '&' => "YAML takes it for a mark that `*` repeats",
        '!' => "YAML takes it for a tag",
        '"' | '\'' if info.contains("trailing") || info.contains("quoted") || info.contains("mapping") => {
            "what stands behind the closing quote belongs to nothing"
        }
        '|' | '>' => "YAML takes it for a text of several lines below",
        '-' | '?' => "YAML takes it for an entry below",
        ',' | ']' | '}' => "YAML takes it for a part of a list or map",
        '[' if value.contains(']') && !value.ends_with(']') => "YAML takes it for a list",
        '{' if value.contains('}') && !value.ends_with('}') => "YAML takes it for a map",
        _ => return None,
    };
    let name = line[..value_start(line)].trim_start_matches(['-', ' ']);
    let problem = Problem::at(
        start..start + first.len_utf8(),
        format!("a text that begins with `{first}` needs quotes"),
    )
    .label(why);
    Some(problem.help(format!("write `{name}{}`", quoted(value))))
}

/// Where the value of a line begins: behind hyphens and the name.
fn value_start(line: &str) -> usize {
    let indented = line.len() - line.trim_start_matches(' ').len();
    let mut start = indented;
    while line[start..].starts_with("- ") {
        start += 2;
        start += line[start..].len() - line[start..].trim_start_matches(' ').len();
    }
    let name = line[start..].bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
    match line[start + name..].strip_prefix(':') {
        Some(rest) if name > 0 && rest.starts_with(' ') => line.len() - rest.trim_start_matches(' ').len(),
        _ => start,
    }
}

/// The text in quotes that keep it as it is.
pub(super) fn quoted(text: &str) -> String {
    if text.contains('\'') && !text.contains(['"', '\\']) {
        format!("\"{}\"", shown(text))
    } else {
        format!("'{}'", shown(&text.replace('\'', "''")))
    }
}

/// The character boundary at or before `at`.
fn boundary(text: &str, at: usize) -> usize {
    (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}
