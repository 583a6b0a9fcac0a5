//! How many files the process may have open. Connections are files, too.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::connections::ConnectionLimits;
use crate::settings::Limits;

/// More than this helps nobody, and some systems have tables that grow with it.
const ENOUGH: u64 = 1 << 20;

/// How many files may be open, before and after the limit was raised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct OpenFiles {
    pub(crate) before: u64,
    pub(crate) now: u64,
}

/// Raises the soft limit of open files to the hard one, as far as the system allows.
pub(crate) fn raise_limit() -> OpenFiles {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let before = current.unwrap_or(u64::MAX);
    let wanted = maximum.unwrap_or(u64::MAX).min(ENOUGH);
    if wanted > before {
        // Where the system refuses, the limit stays as it is, and fewer connections are taken.
        let _ = setrlimit(Resource::Nofile, Rlimit { current: Some(wanted), maximum });
    }
    let now = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX);
    OpenFiles { before, now }
}

/// The connections that settings and open files allow. Half of the files are kept for everything else: the database,
/// checkpoints, pictures, uploads and downloads. One peer may take no more than half of the connections.
pub(crate) fn connection_limits(limits: &Limits, files: OpenFiles) -> ConnectionLimits {
    let room = usize::try_from(files.now / 2).unwrap_or(usize::MAX);
    let total = limits.connections.min(room).max(1);
    let per_peer = if total < limits.connections { total.div_ceil(2) } else { total };
    ConnectionLimits { total, per_peer: limits.connections_per_peer.min(per_peer) }
}

/// The connections at `http_listen` that settings and open files allow: an eighth of the files.
pub(crate) fn http_connections(limits: &Limits, files: OpenFiles) -> usize {
    limits.http_connections.min(usize::try_from(files.now / 8).unwrap_or(usize::MAX)).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Settings;

    #[test]
    fn the_soft_limit_rises_to_the_hard_one() {
        let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
        let OpenFiles { before, now } = raise_limit();
        assert_eq!(Some(before), current.or(Some(u64::MAX)));
        assert!(
            now >= before && now >= maximum.unwrap_or(u64::MAX).min(ENOUGH),
            "{now}, allowed {maximum:?}"
        );
    }

    #[test]
    fn connections_leave_files_for_everything_else() {
        let limits = Settings::with_data("x").limits;
        let fit = |now| connection_limits(&limits, OpenFiles { before: now, now });
        let ConnectionLimits { total, per_peer } = fit(1 << 20);
        assert_eq!((total, per_peer), (limits.connections, limits.connections_per_peer));
        assert_eq!(fit(1024), ConnectionLimits { total: 512, per_peer: 256 });
        assert_eq!(fit(0), ConnectionLimits { total: 1, per_peer: 1 });
        let http = |now| http_connections(&limits, OpenFiles { before: now, now });
        assert_eq!((http(1 << 20), http(1024), http(0)), (512, 128, 1));
    }
}
