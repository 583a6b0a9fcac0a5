//! What the system lets this process use: memory, open files, and its clock.

use std::fmt::Write as _;
use std::time::{Duration, SystemTime};

use rustix::process::{Resource, Rlimit, getrlimit};

use super::super::Finding;
use crate::farm::time;
use crate::terminal::utc;

/// With less memory than this, a real CLIP may not fit; see docs/operations/sizing.md.
const MEMORY: u64 = 4_000_000_000;

/// A coordinator takes half as many connections: enough for some hundred workers and their clients.
const FILES: u64 = 4_096;

/// A file may come from a machine whose clock is a little ahead.
const AHEAD: Duration = Duration::from_hours(1);

pub(super) fn memory() -> Finding {
    let meminfo = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let address_space = getrlimit(Resource::As).current;
    judge_memory(clipig_core::memory::available(), address_space, &meminfo)
}

/// `usable`: what control groups and the machine allow.
fn judge_memory(usable: Option<u64>, address_space: Option<u64>, meminfo: &str) -> Finding {
    const CHECK: &str = "memory";
    let field = |name: &str| {
        let line = meminfo.lines().find_map(|line| line.strip_prefix(name))?;
        line.trim().strip_suffix(" kB")?.parse::<u64>().ok()?.checked_mul(1_024)
    };
    let machine = field("MemTotal:");
    let limits = [(usable, "by its control group"), (address_space, "by `ulimit -v`")];
    let limit = limits.into_iter().filter_map(|(bytes, by)| Some((bytes?, by))).min();
    let Some((bytes, by)) = limit else {
        return Finding::ok(CHECK, "the system does not say how much there is");
    };
    let machine_bytes = machine.unwrap_or(u64::MAX);
    let mut found = time::bytes(bytes.min(machine_bytes));
    if bytes < machine_bytes {
        let _ = write!(found, " may be used, limited {by}");
        if let Some(machine) = machine {
            let _ = write!(found, "; the machine has {}", time::bytes(machine));
        }
    }
    if let Some(free) = field("MemAvailable:") {
        let _ = write!(found, ", {} of the machine's are free", time::bytes(free));
    }
    if bytes >= MEMORY {
        return Finding::ok(CHECK, found);
    }
    let remedy = format!(
        "rendering with ViT-B/32 on a few cores takes about {}: raise the limit, or use the small model \
         (`--model clipig-tiny`) or a farm",
        time::bytes(MEMORY)
    );
    Finding::warning(CHECK, found, remedy)
}

pub(super) fn open_files() -> Finding {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    judge_files(current, maximum)
}

fn judge_files(soft: Option<u64>, hard: Option<u64>) -> Finding {
    const CHECK: &str = "open files";
    let said = |limit: Option<u64>| limit.map_or_else(|| "any number".to_owned(), |limit| limit.to_string());
    let found = format!("{} may be open at once; a coordinator raises that to {}", said(soft), said(hard));
    match hard {
        Some(hard) if hard < FILES => Finding::warning(
            CHECK,
            format!("{found}, and takes {} connections", hard / 2),
            "raise the hard limit before you start a coordinator here: `LimitNOFILE=` for systemd, `ulimit -Hn` in \
             a shell, `--ulimit nofile=` for containers",
        ),
        _ => Finding::ok(CHECK, found),
    }
}

pub(super) fn clock() -> Finding {
    let program = std::env::current_exe().and_then(std::fs::metadata).and_then(|file| file.modified());
    judge_clock(SystemTime::now(), program.ok())
}

/// No clock can be right that is before the program was made.
fn judge_clock(now: SystemTime, program: Option<SystemTime>) -> Finding {
    const CHECK: &str = "clock";
    match program {
        Some(made) if made > now + AHEAD => Finding::fault(
            CHECK,
            format!("it says {}, but this program was written on {}", utc(now), utc(made)),
            "set the clock, for example with `timedatectl set-ntp true`: certificates are judged by it",
        ),
        _ => Finding::ok(CHECK, utc(now)),
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::Verdict;
    use super::*;

    const MEMINFO: &str = "MemTotal:       16000000 kB\nMemFree: 1 kB\nMemAvailable:   9000000 kB\n";

    #[test]
    fn the_tightest_limit_of_memory_is_named() {
        let said = |usable, address_space| judge_memory(usable, address_space, MEMINFO);
        let whole = said(Some(16_384_000_000), None);
        assert_eq!(whole.found, "16 GB, 9.2 GB of the machine's are free");
        assert_eq!(whole.verdict, Verdict::Ok);
        let group = said(Some(2_000_000_000), Some(3_000_000_000));
        assert_eq!(
            group.found,
            "2.0 GB may be used, limited by its control group; the machine has 16 GB, 9.2 GB of the machine's are \
             free"
        );
        assert_eq!(group.verdict, Verdict::Warning);
        assert!(said(Some(16_384_000_000), Some(3_000_000_000)).found.contains("limited by `ulimit -v`"));
        assert_eq!(judge_memory(None, None, "").verdict, Verdict::Ok);
    }

    #[test]
    fn few_files_are_few_connections() {
        assert_eq!(judge_files(Some(1_024), Some(1 << 20)).verdict, Verdict::Ok);
        assert_eq!(judge_files(None, None).verdict, Verdict::Ok);
        let few = judge_files(Some(256), Some(256));
        assert_eq!(few.verdict, Verdict::Warning);
        assert!(few.found.ends_with("takes 128 connections"), "{}", few.found);
    }

    #[test]
    fn a_clock_before_the_program_is_wrong() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_hours(24);
        assert_eq!(judge_clock(now, Some(now + Duration::from_mins(1))).verdict, Verdict::Ok);
        assert_eq!(judge_clock(now, None).verdict, Verdict::Ok);
        let wrong = judge_clock(now, Some(now + Duration::from_hours(240)));
        assert_eq!(wrong.verdict, Verdict::Fault);
        assert!(wrong.found.contains("1970-01-02") && wrong.found.contains("1970-01-12"), "{}", wrong.found);
    }
}
