//! The messages of a worker's session as the frames of a gRPC stream, without copies of bulk data.
//!
//! tonic's codecs write each message into one buffer and read each from one: twice a copy of every pixel that travels,
//! and the memory for it. A session is nothing but canvases and gradients, so its streams are made here: tiles go into
//! HTTP/2 frames as they lie in memory ([`MessageBody`]), and come out of them as the transport received them
//! ([`Messages`]). On the wire it is the gRPC of every other peer.
//!
//! The framing is that of [gRPC over HTTP/2](https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md): each
//! message follows a byte for compression, which is not used here, and four for its length.

mod body;
#[cfg(any(feature = "client", feature = "server"))]
mod call;
mod messages;
mod pieces;
mod rope;

pub use body::MessageBody;
#[cfg(any(feature = "client", feature = "server"))]
pub use call::PATH;
#[cfg(feature = "server")]
pub use call::answer;
#[cfg(feature = "client")]
pub use call::open;
pub use messages::Messages;
pub use pieces::Pieces;

/// The header by which the caller of `Session` or `WatchJob` asks for a message of the coordinator at least every
/// [`KEEP_ALIVE`].
pub const KEEP_ALIVE_HEADER: &str = "clipig-keep-alive";

/// The header by which a worker asks for receipts of its answers: it keeps them until then, and sends what did not
/// arrive on its next connection.
pub const RECEIPTS_HEADER: &str = "clipig-receipts";

/// The longest silence of a coordinator whose caller asks for that. Proxies cut streams that are silent for longer, mostly
/// for a minute.
pub const KEEP_ALIVE: std::time::Duration = std::time::Duration::from_secs(5);

/// A coordinator that has sent keep-alives and is silent for this long hangs, or the way to it is broken.
pub const SILENCE: std::time::Duration = std::time::Duration::from_secs(30);

/// What a status says of a stream that ended without one.
pub(crate) const BROKEN_OFF: &str = "the stream broke off";

/// Bytes before each message: compression and length.
const PREFIX: usize = 5;

/// Bytes that a message takes on the wire.
pub fn wire_bytes(message: &impl prost::Message) -> u64 {
    (PREFIX + message.encoded_len()) as u64
}
