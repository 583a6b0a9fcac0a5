//! The blocks of code of a page in Markdown. The tests of `cli/` read docs/operations with this file, too.

/// What stands between two fences.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Block<'a> {
    /// The nearest heading above, with its number signs.
    pub(crate) heading: &'a str,
    /// The word behind the first fence, such as `sh`.
    pub(crate) language: &'a str,
    /// Its lines, each with its end.
    pub(crate) text: String,
}

/// All blocks of a page, from top to bottom.
pub(crate) fn blocks(page: &str) -> Vec<Block<'_>> {
    let (mut found, mut heading, mut open) = (Vec::new(), "", None::<Block<'_>>);
    for line in page.lines() {
        let fence = line.strip_prefix("```");
        match open.take() {
            Some(block) if fence.is_some() => found.push(block),
            // Comments in scripts begin as headings do, but they stand in a block.
            Some(mut block) => {
                block.text.extend([line, "\n"]);
                open = Some(block);
            }
            None => match fence {
                Some(language) => open = Some(Block { heading, language, text: String::new() }),
                None if line.starts_with('#') => heading = line,
                None => {}
            },
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_know_their_heading_and_language() {
        let page = "# Page\n\n```toml\na = 1\n```\n## One\ntext\n### Two\n```sh\necho\n# three\n```\n```\n```\n```sh\nopen\n";
        let block = |heading, language, text: &str| Block { heading, language, text: text.to_owned() };
        assert_eq!(
            blocks(page),
            [
                block("# Page", "toml", "a = 1\n"),
                block("### Two", "sh", "echo\n# three\n"),
                block("### Two", "", "")
            ]
        );
    }
}
