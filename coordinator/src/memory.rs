//! How much memory this process may take.

use std::fs;
use std::path::{Path, PathBuf};

/// Of the memory that there is, the share that jobs may take where no setting says how much; the rest is for everything
/// else that the coordinator does.
const SHARE_OF_JOBS: f64 = 0.9;

/// What jobs may take where no setting says how much: nine tenths of the limit of the process's control group, else of
/// the machine's memory. `u64::MAX` where the system tells neither.
pub(crate) fn for_jobs() -> u64 {
    for_jobs_below(Path::new("/"))
}

fn for_jobs_below(root: &Path) -> u64 {
    let there_is = [machine(root), group(root)].into_iter().flatten().min();
    there_is.map_or(u64::MAX, |bytes| (bytes as f64 * SHARE_OF_JOBS) as u64)
}

/// The machine's memory.
fn machine(root: &Path) -> Option<u64> {
    let text = fs::read_to_string(root.join("proc/meminfo")).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    let kibibytes: u64 = line.split_whitespace().next()?.parse().ok()?;
    kibibytes.checked_mul(1024)
}

/// The least limit of the control groups that the process is in: version 2, else version 1.
fn group(root: &Path) -> Option<u64> {
    let text = fs::read_to_string(root.join("proc/self/cgroup")).ok()?;
    let limits = text.lines().filter_map(|line| {
        // `0::/path` for version 2, `4:memory:/path` for version 1.
        let mut fields = line.splitn(3, ':');
        let (number, controllers, path) = (fields.next()?, fields.next()?, fields.next()?);
        let (folder, file) = match controllers {
            "" if number == "0" => ("sys/fs/cgroup", "memory.max"),
            _ if controllers.split(',').any(|name| name == "memory") => {
                ("sys/fs/cgroup/memory", "memory.limit_in_bytes")
            }
            _ => return None,
        };
        let top = root.join(folder);
        let mut least = None;
        let mut group: PathBuf = top.join(path.trim_start_matches('/'));
        // Within a container the path may be that of the host, and only the top is there.
        while group.starts_with(&top) {
            // `max` in version 2 stands for no limit, and so does a number beyond any memory in version 1.
            let limit =
                fs::read_to_string(group.join(file)).ok().and_then(|text| text.trim().parse::<u64>().ok());
            least = least.into_iter().chain(limit).min();
            if !group.pop() {
                break;
            }
        }
        least
    });
    limits.min()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(root: &Path, path: &str, text: &str) {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    #[test]
    fn the_tightest_limit_counts() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        assert_eq!(for_jobs_below(root), u64::MAX);
        write(root, "proc/meminfo", "MemTotal:       1000 kB\nMemFree: 5 kB\n");
        assert_eq!(for_jobs_below(root), 921_600);
        write(root, "proc/self/cgroup", "0::/farm.slice/clipig.service\n");
        write(root, "sys/fs/cgroup/farm.slice/clipig.service/memory.max", "max\n");
        assert_eq!(for_jobs_below(root), 921_600);
        write(root, "sys/fs/cgroup/farm.slice/memory.max", "500000\n");
        assert_eq!(for_jobs_below(root), 450_000);
        // A container sees its own group at the top.
        fs::remove_dir_all(root.join("sys/fs/cgroup/farm.slice")).unwrap();
        write(root, "sys/fs/cgroup/memory.max", "100000\n");
        assert_eq!(for_jobs_below(root), 90_000);
        fs::remove_file(root.join("sys/fs/cgroup/memory.max")).unwrap();
        write(root, "proc/self/cgroup", "7:cpu,cpuacct:/a\n4:memory:/a\n0::/\n");
        write(root, "sys/fs/cgroup/memory/a/memory.limit_in_bytes", "200000\n");
        assert_eq!(for_jobs_below(root), 180_000);
        write(root, "sys/fs/cgroup/memory/a/memory.limit_in_bytes", "9223372036854771712\n");
        assert_eq!(for_jobs_below(root), 921_600);
    }

    #[test]
    fn this_machine_has_some() {
        assert!(for_jobs() > 1 << 20);
    }
}
