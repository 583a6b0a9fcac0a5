//! What every conversion checks.

use std::ops::RangeInclusive;

use crate::limits::REASON_BYTES;
use crate::wire_error::{FieldProblem, WireError, field};

/// The value of a field that must be set.
pub(crate) fn required<T>(value: Option<T>, name: &'static str) -> Result<T, WireError> {
    value.ok_or_else(|| field(name, FieldProblem::Missing))
}

/// A text of at most `limit` bytes.
pub(crate) fn limited(text: String, limit: usize, name: &'static str) -> Result<String, WireError> {
    listed(text.len(), limit, name)?;
    Ok(text)
}

/// A list of at most `limit` entries.
pub(crate) fn listed(length: usize, limit: usize, name: &'static str) -> Result<(), WireError> {
    if length <= limit { Ok(()) } else { Err(field(name, FieldProblem::TooLong(limit))) }
}

/// A list of exactly so many entries.
pub(super) fn counted(found: usize, expected: usize, name: &'static str) -> Result<(), WireError> {
    if found == expected { Ok(()) } else { Err(field(name, FieldProblem::Length { expected, found })) }
}

/// A number within bounds.
pub(super) fn ranged(value: u32, range: RangeInclusive<u32>, name: &'static str) -> Result<u32, WireError> {
    if range.contains(&value) {
        return Ok(value);
    }
    let [least, most, found] = [*range.start(), *range.end(), value].map(u64::from);
    Err(field(name, FieldProblem::Range { least, most, found }))
}

/// A reason for people, cut to what receivers take.
pub(crate) fn reason(mut text: String) -> String {
    text.truncate(text.floor_char_boundary(REASON_BYTES));
    text
}
