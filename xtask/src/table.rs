//! What happened, as a table for people: printed, and written as Markdown.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::time::Instant;

use crate::error::Error;
use crate::steps::seconds;

/// Characters of an error that the table shows; all of it was printed when it came.
const LONGEST: usize = 200;

/// The rehearsal so far.
pub(crate) struct Table {
    start: Instant,
    rows: Vec<[String; 5]>,
    failed: Vec<String>,
    facts: Vec<String>,
}

impl Table {
    pub(crate) fn new() -> Self {
        Self { start: Instant::now(), rows: Vec::new(), failed: Vec::new(), facts: Vec::new() }
    }

    /// Something to know about the whole run.
    pub(crate) fn fact(&mut self, fact: String) {
        eprintln!("{fact}");
        self.facts.push(fact);
    }

    /// Does one thing in a place and notes what came of it: what was seen, and the picture's hash if there is one. A
    /// failure is noted, too, and does not keep the next one from being done. Returns whether it passed.
    pub(crate) fn row(
        &mut self,
        place: &str,
        what: &str,
        work: impl FnOnce() -> Result<Seen, Error>,
    ) -> bool {
        eprintln!("── {place}: {what}");
        let start = Instant::now();
        let (words, hash, passed) = match work() {
            Ok(Seen { words, hash }) => (words, hash, true),
            Err(error) => {
                error.print();
                self.failed.push(format!("{place}: {what}"));
                let words = error.to_string().replace('|', "/");
                let first: String = words.lines().next().unwrap_or_default().chars().take(LONGEST).collect();
                (format!("**FAILED**: {first}"), String::new(), false)
            }
        };
        let time = seconds(start.elapsed());
        eprintln!("── {place}: {what}: {words} {hash} ({time})");
        self.rows.push([place.into(), what.into(), words, hash, time]);
        passed
    }

    /// Writes the table; an error if something failed.
    pub(crate) fn finish(mut self, path: &Path) -> Result<(), Error> {
        self.facts.push(format!("The whole run took {}.", seconds(self.start.elapsed())));
        let text = self.markdown();
        print!("{text}");
        fs::write(path, &text).map_err(Error::file("write", path))?;
        eprintln!("The same table is in {}", path.display());
        let failed = self.failed.join(", ");
        if self.failed.is_empty() { Ok(()) } else { Err(Error::Steps(format!("failed: {failed}"))) }
    }

    fn markdown(&self) -> String {
        let mut text = String::new();
        for fact in &self.facts {
            // To a String it cannot fail.
            let _ = writeln!(text, "- {fact}");
        }
        text += "\n| where | what happened | what was seen | pixels of the pictures | time |\n|---|---|---|---|---|\n";
        for row in &self.rows {
            let _ = writeln!(text, "| {} |", row.join(" | "));
        }
        text
    }
}

/// What came of one row.
pub(crate) struct Seen {
    pub(crate) words: String,
    /// The pictures' hashes, for people.
    pub(crate) hash: String,
}

impl Seen {
    pub(crate) fn words(words: impl Into<String>) -> Self {
        Self { words: words.into(), hash: String::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_stand_in_the_table_and_in_the_end() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report.md");
        let mut table = Table::new();
        table.fact("podman 4".into());
        assert!(table.row("IPv4", "nothing", || Ok(Seen { words: "fine".into(), hash: "ab12".into() })));
        assert!(!table.row("IPv6", "a cut", || Err(Error::Other("gone | for\never".into()))));
        assert_eq!(table.finish(&path).unwrap_err().to_string(), "failed: IPv6: a cut");
        let text = fs::read_to_string(path).unwrap();
        for line in [
            "- podman 4\n",
            "| IPv4 | nothing | fine | ab12 | 0.0 s |\n",
            "**FAILED**: gone / for | ",
            "- The whole run",
        ] {
            assert!(text.contains(line), "{line} is missing in\n{text}");
        }
    }
}
