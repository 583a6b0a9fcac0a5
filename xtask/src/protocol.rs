//! The definitions in `proto/`: their style, and whether programs built before a change still understand those
//! built after it. The rules are in `proto/buf.yaml`; what was promised is in the committed [`IMAGE`].

use std::path::Path;

use crate::error::Error;
use crate::pins::BUF;
use crate::places::Places;
use crate::process::{captured, run};

/// The definitions as they are promised, without comments. `cargo xtask generate` adds what is new.
pub(crate) const IMAGE: &str = "proto/farm/v1/compatibility.binpb";

/// The folder of the definitions.
const DEFINITIONS: &str = "proto";

/// Style, and compatibility with what was promised. That the image is up to date is seen with the generated files.
pub(crate) fn check(places: &Places) -> Result<(), Error> {
    run(BUF.command(places)?.args(["lint", DEFINITIONS]))?;
    compatible(places, Path::new(DEFINITIONS), Path::new(IMAGE))
}

/// What [`IMAGE`] should hold. An incompatible change is an error, so that it is not promised by accident.
pub(crate) fn image(places: &Places) -> Result<Vec<u8>, Error> {
    if places.repository.join(IMAGE).exists() {
        compatible(places, Path::new(DEFINITIONS), Path::new(IMAGE))?;
    }
    built(places, Path::new(DEFINITIONS))
}

fn built(places: &Places, definitions: &Path) -> Result<Vec<u8>, Error> {
    let mut build = BUF.command(places)?;
    captured(build.arg("build").arg(definitions).args([
        "--exclude-source-info",
        "--output",
        "-#format=binpb",
    ]))
}

fn compatible(places: &Places, definitions: &Path, promised: &Path) -> Result<(), Error> {
    run(BUF.command(places)?.arg("breaking").arg(definitions).arg("--against").arg(promised)).map_err(|error| {
        match error {
            Error::Failed { .. } => Error::Other(format!(
                "the protocol has changed in a way that other versions do not understand; see above\n  \
                 New fields take new numbers; a field that goes leaves `reserved` for its number and name. Where \
                 nothing was released that speaks the old protocol, delete {IMAGE} and run `cargo xtask generate`"
            )),
            other => other,
        }
    })
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::PathBuf;

    use tempfile::TempDir;

    use super::*;

    const BEFORE: &str = r#"
syntax = "proto3";
package p;
service S {
  rpc Call(Question) returns (Answer);
  rpc Other(Question) returns (stream Answer);
}
message Question {
  uint64 number = 1;
  string name = 2;
  reserved 9;
}
message Answer {
  State state = 1;
  oneof what {
    bool yes = 2;
    string no = 3;
  }
}
enum State {
  STATE_UNSPECIFIED = 0;
  STATE_GOOD = 1;
  STATE_BAD = 2;
}
"#;

    /// [`BEFORE`] in a folder, and promised.
    struct Protocol {
        places: Places,
        folder: TempDir,
    }

    impl Protocol {
        fn promised() -> Self {
            let protocol = Self { places: Places::find().unwrap(), folder: tempfile::tempdir().unwrap() };
            let definitions = protocol.definitions();
            fs::create_dir(&definitions).unwrap();
            let rules = protocol.places.repository.join("proto/buf.yaml");
            fs::copy(rules, definitions.join("buf.yaml")).unwrap();
            fs::write(definitions.join("p.proto"), BEFORE).unwrap();
            fs::write(protocol.image(), built(&protocol.places, &definitions).unwrap()).unwrap();
            protocol
        }

        fn definitions(&self) -> PathBuf {
            self.folder.path().join("proto")
        }

        fn image(&self) -> PathBuf {
            self.folder.path().join("promised.binpb")
        }

        /// Is it compatible to replace `from` by `to`?
        fn allows(&self, from: &str, to: &str) -> bool {
            assert!(BEFORE.contains(from), "{from}");
            let definitions = self.definitions();
            fs::write(definitions.join("p.proto"), BEFORE.replace(from, to)).unwrap();
            built(&self.places, &definitions).expect("it is a definition");
            compatible(&self.places, &definitions, &self.image()).is_ok()
        }
    }

    #[test]
    fn additions_are_compatible() {
        let protocol = Protocol::promised();
        for (from, to) in [
            ("reserved 9;", "reserved 9; bool more = 3;"),
            ("STATE_BAD = 2;", "STATE_BAD = 2; STATE_UGLY = 3;"),
            ("string no = 3;", "string no = 3; bytes perhaps = 4;"),
            ("enum State", "message New {} enum State"),
            ("  rpc Other", "  rpc New(Question) returns (Answer);\n  rpc Other"),
            ("string name = 2;", "reserved 2; reserved \"name\";"),
        ] {
            assert!(protocol.allows(from, to), "{from} → {to}");
        }
    }

    #[test]
    fn breaks_are_found() {
        let protocol = Protocol::promised();
        for (from, to) in [
            // Fields: retyped, renumbered, removed, reused, repeated, renamed.
            ("uint64 number = 1;", "string number = 1;"),
            ("uint64 number = 1;", "uint32 number = 1;"),
            ("uint64 number = 1;", "uint64 number = 3;"),
            ("string name = 2;", ""),
            ("string name = 2;", "string title = 2;"),
            ("string name = 2;", "repeated string name = 2;"),
            ("reserved 9;", "bool more = 9;"),
            ("    string no = 3;\n", ""),
            ("    bool yes = 2;\n", ""),
            // Enums.
            ("  STATE_BAD = 2;\n", ""),
            ("STATE_BAD = 2;", "STATE_BAD = 3;"),
            ("STATE_BAD = 2;", "STATE_UGLY = 2;"),
            ("  STATE_BAD = 2;\n", "  reserved 2; reserved \"STATE_BAD\";\n"),
            // Calls.
            ("  rpc Call(Question) returns (Answer);\n", ""),
            ("returns (stream Answer)", "returns (Answer)"),
            ("rpc Call(Question)", "rpc Call(stream Question)"),
            ("rpc Call(Question)", "rpc Call(Answer)"),
            ("package p;", "package q;"),
        ] {
            assert!(!protocol.allows(from, to), "{from} → {to}");
        }
    }
}
