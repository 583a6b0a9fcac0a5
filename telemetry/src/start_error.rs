//! Why spans cannot be exported.

/// Why spans cannot be exported, although somebody wants them.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The environment names something that cannot be.
    #[error("traces are not exported: {0}")]
    Settings(String),
    /// They are being exported already.
    #[error("traces are exported already")]
    Started,
}
