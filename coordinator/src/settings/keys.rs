//! Everything that can be set, as a table: the documentation is checked against it.

use clipig_settings::Schema;

/// What variables of the environment begin with. A dot of a key is written `__`.
pub const PREFIX: &str = "CLIPIG_COORDINATOR";

/// A setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key {
    /// Its name, with the section before the dot.
    pub name: &'static str,
    /// What holds where it is not set, in words.
    pub default: &'static str,
    /// What it is for.
    pub meaning: &'static str,
}

const fn key(name: &'static str, default: &'static str, meaning: &'static str) -> Key {
    Key { name, default, meaning }
}

/// All settings.
pub const KEYS: &[Key] = &[
    key(
        "listen",
        "127.0.0.1:7870",
        "where clients and workers connect: `IP:port` or `unix:/path`, or a list of both",
    ),
    key(
        "http_listen",
        "127.0.0.1:7871",
        "where the page, its API, /livez, /readyz and /metrics are served; `off`: nowhere",
    ),
    key("data", "~/.local/share/clipig/farm", "the data folder"),
    key("tls.certificate", "none", "certificate chain in PEM"),
    key("tls.key", "none", "its private key in PEM"),
    key(
        "tls.worker_ca",
        "none",
        "authorities in PEM; workers must show a certificate that one of them has signed",
    ),
    key("tokens.client", "none", "what clients show; `tokens.client_file` is safer"),
    key(
        "tokens.client_file",
        "none",
        "a file with the token for clients, or several, one per line; read again when it changes",
    ),
    key("tokens.worker", "none", "what workers show; `tokens.worker_file` is safer"),
    key(
        "tokens.worker_file",
        "none",
        "a file with the token for workers, or several, one per line; read again when it changes",
    ),
    key(
        "tokens.file",
        "none",
        "a file of named tokens with roles, which `clipig token` writes; read again when it changes",
    ),
    key("insecure", "false", "may it listen beyond loopback without TLS or tokens?"),
    key("max_running_jobs", "8", "jobs that may run side by side"),
    key("max_queued_jobs", "10000", "jobs that may wait"),
    key("retention.days", "30", "days after which ended jobs are removed; 0: never by age"),
    key(
        "retention.jobs",
        "1000",
        "completed jobs that are kept, and as many failed and cancelled ones; 0: never removed by number",
    ),
    key("retention.audit", "100000", "entries of the audit log that are kept"),
    key("limits.message_bytes", "4 MiB", "greatest gRPC message"),
    key("limits.blob_bytes", "2 GiB", "greatest uploaded content, but for weights"),
    key("limits.model_bytes", "8 GiB", "greatest uploaded weights of a model"),
    key("limits.job_pixels", "268435456", "greatest canvas of a job in pixels"),
    key(
        "limits.job_memory",
        "nine tenths of what there is",
        "memory that running jobs may take together, by estimate",
    ),
    key(
        "limits.gradient_bytes",
        "a quarter of what there is",
        "gradients that may be on their way or unmerged; leases wait for room",
    ),
    key("limits.epoch_samples", "1048576", "samples of all targets that an epoch of a job may have"),
    key("limits.stored_bytes", "none", "all uploaded images and weights together"),
    key(
        "limits.disk_reserve",
        "1 GiB",
        "room on the disk that uploads leave to jobs; at most a twentieth of the disk",
    ),
    key("limits.snapshots", "10000", "snapshots that are kept of a job"),
    key("limits.stored_snapshots", "none", "snapshots of all jobs together"),
    key("limits.revisions", "100", "how often a job may be updated"),
    key("limits.revision_bytes", "16 MiB", "all experiments of a job, as submitted and updated"),
    key(
        "limits.connections",
        "8192",
        "connections of clients and workers; at most half of the files that may be open",
    ),
    key("limits.connections_per_peer", "1024", "connections from one IPv4 address or IPv6 network (/64)"),
    key(
        "limits.http_connections",
        "512",
        "connections at `http_listen`; at most an eighth of the files that may be open",
    ),
    key(
        "limits.first_call_seconds",
        "10",
        "how long a connection may take to its first call with a valid token",
    ),
    key(
        "limits.calls_per_second",
        "none",
        "calls of all owners together; those of operators and workers do not count",
    ),
    key("limits.upload_bytes_per_second", "none", "uploads of all owners together; beyond it they wait"),
    key("quotas.jobs_waiting", "none", "jobs of one owner that may wait or be paused"),
    key("quotas.jobs_running", "none", "jobs of one owner that may run side by side; others of theirs wait"),
    key("quotas.calls_per_second", "none", "calls of one owner; ten seconds' worth may come at once"),
    key("quotas.upload_bytes_per_second", "none", "uploads of one owner; beyond it they wait"),
    key("quotas.stored_bytes", "none", "uploaded images and weights of one owner"),
    key("quotas.snapshots", "none", "snapshots of all jobs of one owner"),
    key("dispatch.heartbeat_seconds", "2", "how often a worker says that it is alive"),
    key(
        "dispatch.heartbeat_timeout_seconds",
        "10",
        "how long a worker that is silent or cut off keeps its leases",
    ),
    key(
        "dispatch.lease_timeout_seconds",
        "120",
        "least time without progress after which a lease goes to others; ten median shards where that is more",
    ),
    key("dispatch.lease_seconds", "1", "how long a lease may be expected to take; other jobs wait for it"),
    key(
        "dispatch.quarantine_seconds",
        "600",
        "for how long a worker that failed too often is quarantined, also over a restart",
    ),
    key(
        "dispatch.spot_checks",
        "0.01",
        "the share of work that an idle worker computes again to compare the bits; 0: none",
    ),
    key("checkpoint.share", "0.05", "the share of a job's run time that its checkpoints may take"),
    key("checkpoint.min_seconds", "10", "time from one checkpoint to the next, at least"),
    key("traces.epochs", "20", "epochs of each job that are traced in full, and as many slow ones besides"),
    key("log.format", "human", "`human` or `json`"),
];

/// The names of all keys.
const NAMES: [&str; KEYS.len()] = {
    let mut names = [""; KEYS.len()];
    let mut i = 0;
    while i < KEYS.len() {
        names[i] = KEYS[i].name;
        i += 1;
    }
    names
};

/// How keys are called in the environment and on the command line.
pub(super) const SCHEMA: Schema = Schema {
    keys: &NAMES,
    former: &[("dispatch.forgive_after_seconds", "dispatch.quarantine_seconds")],
    prefix: PREFIX,
    flag: |key| format!("--{}", key.replace(['.', '_'], "-")),
};
