//! The definitions in `proto/`: their style, and whether programs built before a change still understand those
//! built after it. The rules are in `proto/buf.yaml`. What was promised is in the committed [`IMAGE`], which grows with
//! the definitions, and in the folders below [`FROZEN`], which never change.

use std::fs;
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::pins::BUF;
use crate::places::Places;
use crate::process::{captured, run};

/// The definitions as they are promised, without comments. `cargo xtask generate` adds what is new.
pub(crate) const IMAGE: &str = "proto/farm/v1/compatibility.binpb";

/// The folder of the definitions.
const DEFINITIONS: &str = "proto";

/// The folder with what earlier builds speak, a folder for each.
const FROZEN: &str = "frozen";

/// What to do about a change that the definitions' own image does not allow.
const NOT_PROMISED_YET: &str = "Where nothing was released that speaks the old protocol, delete \
                                proto/farm/v1/compatibility.binpb and run `cargo xtask generate`";

/// What to do about a change that a released build does not understand.
const RELEASED: &str = "If workers must speak in another way, raise PROTOCOL. frozen/README.md says what else has to be \
                        done then, and what if clients must";

/// Style, and compatibility with what was promised. That the image is up to date is seen with the generated files.
pub(crate) fn check(places: &Places) -> Result<(), Error> {
    run(BUF.command(places)?.args(["lint", DEFINITIONS]))?;
    compatible(places, Path::new(DEFINITIONS), Path::new(IMAGE), NOT_PROMISED_YET)?;
    earlier_builds(places)
}

/// Do the peers of each frozen contract understand the definitions?
fn earlier_builds(places: &Places) -> Result<(), Error> {
    let contracts = contracts(&places.repository.join(FROZEN))?;
    contracts.iter().try_for_each(|contract| compatible(places, Path::new(DEFINITIONS), contract, RELEASED))
}

/// The folders of contracts in a folder, the oldest first.
fn contracts(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let entries = fs::read_dir(folder).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let entries = entries.map_err(|error| Error::Other(format!("{}: {error}", folder.display())))?;
    let mut contracts: Vec<PathBuf> = entries.into_iter().map(|entry| entry.path()).collect();
    contracts.retain(|path| path.join("farm").is_dir());
    contracts.sort();
    if contracts.is_empty() {
        return Err(Error::Other(format!("{} holds no contract of an earlier build", folder.display())));
    }
    Ok(contracts)
}

/// What [`IMAGE`] should hold. An incompatible change is an error, so that it is not promised by accident.
pub(crate) fn image(places: &Places) -> Result<Vec<u8>, Error> {
    if places.repository.join(IMAGE).exists() {
        compatible(places, Path::new(DEFINITIONS), Path::new(IMAGE), NOT_PROMISED_YET)?;
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

/// `promised` is an image or a folder of definitions; `remedy` says what else can be done than to keep to it.
fn compatible(places: &Places, definitions: &Path, promised: &Path, remedy: &str) -> Result<(), Error> {
    run(BUF.command(places)?.arg("breaking").arg(definitions).arg("--against").arg(promised)).map_err(|error| {
        match error {
            Error::Failed { .. } => Error::Other(format!(
                "the protocol has changed in a way that other versions do not understand; see above. What they speak is \
                 in {}\n  \
                 New fields take new numbers; a field that goes leaves `reserved` for its number and name. {remedy}",
                promised.display()
            )),
            other => other,
        }
    })
}

#[cfg(test)]
mod tests {
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
            compatible(&self.places, &definitions, &self.image(), "").is_ok()
        }
    }

    #[test]
    fn the_definitions_are_understood_by_all_earlier_builds() {
        let places = Places::find().unwrap();
        assert!(!contracts(&places.repository.join(FROZEN)).unwrap().is_empty());
        earlier_builds(&places).unwrap();
    }

    #[test]
    fn what_an_earlier_build_does_not_understand_is_found_and_the_way_out_named() {
        let places = Places::find().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let (before, after) = (folder.path().join("frozen/2026-01-01"), folder.path().join("proto"));
        for place in [&before, &after] {
            fs::create_dir_all(place.join("farm")).unwrap();
            fs::copy(places.repository.join("proto/buf.yaml"), place.join("buf.yaml")).unwrap();
            fs::write(place.join("farm/p.proto"), BEFORE).unwrap();
        }
        assert_eq!(contracts(&folder.path().join("frozen")).unwrap(), std::slice::from_ref(&before));
        compatible(&places, &after, &before, RELEASED).unwrap();
        fs::write(after.join("farm/p.proto"), BEFORE.replace("uint64 number = 1;", "")).unwrap();
        let error = compatible(&places, &after, &before, RELEASED).unwrap_err().to_string();
        assert!(error.contains("frozen/2026-01-01") && error.contains("raise PROTOCOL"), "{error}");
        let nothing = contracts(&after).unwrap_err().to_string();
        assert!(nothing.contains("holds no contract"), "{nothing}");
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
