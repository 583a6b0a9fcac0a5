//! Pictures as PNG files, with the record of how they were made.
//!
//! [`encode_png`] makes a file of a canvas; its text chunks hold a [`Record`]: experiment, seed, model, kind of
//! device and small images. [`Record::read`] takes it out again, so that a picture repeats its own run.

mod file;
mod record;

pub use file::{TextChunk, encode_png, read_texts};
/// Why a picture cannot be encoded.
pub use png::EncodingError;
pub use record::{ImageRecord, Record, RecordError, Run, RunModel};
