//! Steps with a name, a time and an outcome, and the table of them at the end.

use std::time::{Duration, Instant};

use crate::error::{Error, Missing};

/// Steps that have been run so far. A failing step does not keep the next ones from running, so
/// that one run shows everything there is to repair.
#[derive(Debug, Default)]
pub(crate) struct Steps {
    done: Vec<Step>,
    /// What is said once more at the end.
    failures: Vec<String>,
}

#[derive(Debug)]
struct Step {
    name: &'static str,
    time: Duration,
    outcome: Outcome,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Passed,
    Failed,
    LeftOut,
}

impl Steps {
    /// Runs one step, says so before and after it, and returns whether it passed.
    pub(crate) fn run(&mut self, name: &'static str, work: impl FnOnce() -> Result<(), Error>) -> bool {
        eprintln!("── {name}");
        let start = Instant::now();
        let result = work();
        let (time, passed) = (start.elapsed(), result.is_ok());
        match result {
            Ok(()) => eprintln!("── {name}: {}", seconds(time)),
            Err(error) => {
                error.print();
                eprintln!("── {name}: FAILED after {}", seconds(time));
                self.failures.extend(error.for_the_end());
            }
        }
        self.done.push(Step { name, time, outcome: if passed { Outcome::Passed } else { Outcome::Failed } });
        passed
    }

    /// Runs a step for which something is missing, or nothing. Where something is, the step is left out, with the way to
    /// get it; in continuous integration it fails.
    pub(crate) fn run_unless(
        &mut self,
        missing: Vec<Missing>,
        name: &'static str,
        work: impl FnOnce() -> Result<(), Error>,
    ) {
        if missing.is_empty() {
            self.run(name, work);
        } else if in_ci() {
            self.run(name, || Err(Error::Missing(missing)));
        } else {
            self.leave_out(name, &Error::Missing(missing));
        }
    }

    /// Tells of a step that this machine cannot run, why, and how it could. The table names it, too.
    pub(crate) fn leave_out(&mut self, name: &'static str, why: &Error) {
        eprintln!("── {name}: not run: {why}");
        self.done.push(Step { name, time: Duration::ZERO, outcome: Outcome::LeftOut });
    }

    /// Runs a step without which there are no others: its error ends the command.
    pub(crate) fn require(
        &mut self,
        name: &'static str,
        work: impl FnOnce() -> Result<(), Error>,
    ) -> Result<(), Error> {
        eprintln!("── {name}");
        let start = Instant::now();
        work()?;
        self.done.push(Step { name, time: start.elapsed(), outcome: Outcome::Passed });
        Ok(())
    }

    /// Prints the table; an error if a step failed.
    pub(crate) fn finish(self) -> Result<(), Error> {
        let total = self.done.iter().map(|step| step.time).sum();
        eprintln!("──");
        for step in &self.done {
            let outcome = match step.outcome {
                Outcome::Passed => "ok",
                Outcome::Failed => "FAILED",
                Outcome::LeftOut => "not run",
            };
            eprintln!("{:<24} {outcome:<7} {:>9}", step.name, seconds(step.time));
        }
        eprintln!("{:<24} {:<7} {:>9}", "total", "", seconds(total));
        for failure in &self.failures {
            eprintln!("\n{failure}");
        }
        let failed = self.done.iter().filter(|step| step.outcome == Outcome::Failed);
        let failed: Vec<_> = failed.map(|step| step.name).collect();
        if failed.is_empty() { Ok(()) } else { Err(Error::Steps(format!("failed: {}", failed.join(", ")))) }
    }
}

/// Does a machine for continuous integration run this? There, nothing is left out.
pub(crate) fn in_ci() -> bool {
    std::env::var_os("CI").is_some_and(|value| !value.is_empty())
}

/// `7.3 s`, `2 min 05 s`.
pub(crate) fn seconds(time: Duration) -> String {
    // Rounded before it is split, or 59.96 s would become "60.0 s".
    let tenths = (time.as_secs_f64() * 10.0).round() as u64;
    if tenths < 600 {
        format!("{}.{} s", tenths / 10, tenths % 10)
    } else {
        let whole = (tenths + 5) / 10;
        format!("{} min {:02} s", whole / 60, whole % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_short() {
        assert_eq!(seconds(Duration::from_millis(7_340)), "7.3 s");
        assert_eq!(seconds(Duration::from_millis(59_960)), "1 min 00 s");
        assert_eq!(seconds(Duration::from_secs(125)), "2 min 05 s");
    }

    #[test]
    fn all_steps_run_and_failures_are_named() {
        let mut steps = Steps::default();
        let mut ran = 0;
        steps.run("first", || Err(Error::Other("broken".into())));
        steps.run("second", || {
            ran += 1;
            Ok(())
        });
        steps.leave_out("third", &Error::Other("there is no browser".into()));
        assert_eq!(ran, 1);
        assert_eq!(steps.finish().unwrap_err().to_string(), "failed: first");
    }
}
