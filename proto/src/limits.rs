//! Bounds on what travels. A receiver refuses what is beyond them before it takes memory.

use std::time::Duration;

use clipig_experiment::limits::MAX_MODELS;

/// How long clients and workers wait until a coordinator has accepted a connection.
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Greatest number of bytes of pixels or tiles that a sender puts into one message: five whole tiles. Small enough to
/// stay in the processor's cache between the copies that sockets make, large enough that the cost per message
/// vanishes.
pub const SENT_BULK_BYTES: usize = 256 << 10;

/// Greatest number of bytes of pixels, tiles or other content in one message that a receiver takes.
pub const RECEIVED_CHUNK_BYTES: usize = 1 << 20;

/// Greatest encoding that is sent in one message; longer ones go in fragments.
pub const UNFRAGMENTED_BYTES: usize = 1 << 20;

/// What the transport must let through (`max_decoding_message_size`): the chunk with what stands around it.
pub const MESSAGE_BYTES: usize = RECEIVED_CHUNK_BYTES + (64 << 10);

/// Greatest encoding of a worker's message put together from fragments: 16,000 encoded texts, or what 100,000
/// samples of ten features report.
pub const WORKER_FRAGMENTS_BYTES: usize = 32 << 20;

/// Greatest encoding of a coordinator's message put together from fragments. It holds an experiment and what a
/// worker has prepared.
pub const COORDINATOR_FRAGMENTS_BYTES: usize = 128 << 20;

/// Greatest number of targets in what a worker has prepared.
pub const PREPARED_TARGETS: usize = 1 << 18;

/// Greatest number of constraints of a job for which a worker prepares something.
pub const SUPPLEMENTED_CONSTRAINTS: usize = 1_024;

/// Transfers of gradients that one worker may have under way at a time.
pub const OPEN_GRADIENTS: usize = 4;

/// Transfers of canvases that one session may have under way at a time.
pub const OPEN_CANVASES: usize = 4;

/// Greatest number of leases in a heartbeat.
pub const HELD_LEASES: usize = 65_536;

/// Greatest number of jobs that a worker knows when it comes back.
pub const KNOWN_JOBS: usize = 65_536;

/// Greatest number of images of a job.
pub const ASSETS: usize = 65_536;

/// Greatest number of models of a job besides the first.
pub const MORE_MODELS: usize = MAX_MODELS - 1;

/// Greatest number of warnings of a preparation.
pub const WARNINGS: usize = 1000;

/// Greatest length in bytes of names of models, versions and devices.
pub const NAME_BYTES: usize = 200;

/// Greatest length in bytes of reasons and warnings; longer ones are cut when they are sent.
pub const REASON_BYTES: usize = 64 << 10;

/// Longest time between two heartbeats, in milliseconds.
pub const HEARTBEAT_MILLISECONDS: u32 = 3_600_000;

/// Bytes that a peer may send on one stream before it has to wait for an answer. With HTTP/2's default of 64 KiB a
/// gradient of 200 MB waits 3,000 times for the other side. 4 MiB are what 10 Gbit/s carry in 3.4 ms, far more than
/// a message takes to and fro within a data centre.
pub const STREAM_WINDOW: u32 = 4 << 20;

/// The same for all streams of a connection: a session and a few downloads beside it. It bounds what a peer can make
/// the other side hold.
pub const CONNECTION_WINDOW: u32 = 8 << 20;

/// Greatest HTTP/2 frame. A message of tiles (256 KiB) goes in one frame instead of sixteen.
pub const FRAME_BYTES: u32 = 512 << 10;
