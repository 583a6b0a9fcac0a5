//! How much memory this process may use: the machine's, or less where a control group (a container, a unit of systemd)
//! limits it.

use std::fs;
use std::path::Path;

/// Bytes that this process may use; `None` where the system does not say.
pub fn available() -> Option<u64> {
    below(Path::new("/"))
}

/// As [`available`], of the system whose root this is.
fn below(root: &Path) -> Option<u64> {
    let text = |path: &str| fs::read_to_string(root.join(path)).unwrap_or_default();
    let machine = machine(&text("proc/meminfo"));
    let limits = limits(root, &text("proc/self/cgroup"));
    // "No limit" is a limit beyond all memory in version 1.
    limits.into_iter().chain(machine).min()
}

fn machine(meminfo: &str) -> Option<u64> {
    let total = meminfo.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    total.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok()?.checked_mul(1_024)
}

/// The limits of all groups that the process is in. `membership` is `/proc/self/cgroup`: lines of number, controllers
/// and path, in version 2 of control groups `0::/path`.
fn limits(root: &Path, membership: &str) -> Vec<u64> {
    let mut found = Vec::new();
    for line in membership.lines() {
        let mut parts = line.splitn(3, ':').skip(1);
        let (Some(controllers), Some(group)) = (parts.next(), parts.next()) else { continue };
        let (mount, file) = match controllers {
            "" => ("sys/fs/cgroup", "memory.max"),
            _ if controllers.split(',').any(|controller| controller == "memory") => {
                ("sys/fs/cgroup/memory", "memory.limit_in_bytes")
            }
            _ => continue,
        };
        let mount = root.join(mount);
        // A group above may allow less. Within a container the path may be that on the host, and not be there.
        for group in Path::new(group.trim_start_matches('/')).ancestors() {
            let limit = fs::read_to_string(mount.join(group).join(file)).unwrap_or_default();
            // `max` is no number, and no limit.
            found.extend(limit.trim().parse::<u64>().ok());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const GIB: u64 = 1 << 30;

    fn system(files: &[(&str, &str)]) -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = root.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        root
    }

    #[test]
    fn the_tightest_limit_counts() {
        let meminfo = ("proc/meminfo", "MemTotal:       16777216 kB\nMemFree:  1 kB\n");
        let two = ("proc/self/cgroup", "0::/pods/worker\n");
        let one = ("proc/self/cgroup", "5:cpu,cpuacct:/a\n4:memory:/docker/0a1b\n0::/\n");
        let limit = "8589934592\n";
        for (name, files, expected) in [
            ("nothing is known", &[][..], None),
            ("no groups", &[meminfo], Some(16 * GIB)),
            ("no limit", &[meminfo, two, ("sys/fs/cgroup/pods/worker/memory.max", "max\n")], Some(16 * GIB)),
            ("a limit", &[meminfo, two, ("sys/fs/cgroup/pods/worker/memory.max", limit)], Some(8 * GIB)),
            ("a limit above", &[meminfo, two, ("sys/fs/cgroup/pods/memory.max", limit)], Some(8 * GIB)),
            // A container has the host's path and a mount of its own.
            ("in a container", &[meminfo, two, ("sys/fs/cgroup/memory.max", limit)], Some(8 * GIB)),
            (
                "more than there is",
                &[meminfo, two, ("sys/fs/cgroup/memory.max", "999999999999\n")],
                Some(16 * GIB),
            ),
            (
                "version 1",
                &[meminfo, one, ("sys/fs/cgroup/memory/memory.limit_in_bytes", limit)],
                Some(8 * GIB),
            ),
            (
                "version 1 without a limit",
                &[meminfo, one, ("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n")],
                Some(16 * GIB),
            ),
        ] {
            assert_eq!(below(system(files).path()), expected, "{name}");
        }
    }

    #[test]
    fn this_machine_has_memory() {
        assert!(available() > Some(1 << 20));
    }
}
