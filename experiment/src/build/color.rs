//! Colours: red, green and blue from 0 to 1.

use super::reader::Reader;

/// From here on, a number is more likely a step of 8 bits or a percentage than a very bright colour.
const SUSPICIOUS: f64 = 2.0;

/// Warns of a colour that seems to be written in other numbers than those from 0 to 1. `None`: a number is not known before
/// the run.
pub(super) fn check(reader: &mut Reader<'_>, name: &str, color: [Option<f64>; 3]) {
    let too_large = color.into_iter().flatten().find(|part| part.is_finite() && *part >= SUSPICIOUS);
    let Some(part) = too_large else { return };
    reader.warning(name, &format!("colours go from 0 to 1, and this one has {part}")).help(|| {
        let parts = color.map(|part| match part {
            // Two digits are enough for 255 steps to the eye.
            Some(part) => ((part / 255.0 * 100.0).round() / 100.0).to_string(),
            None => "…".to_owned(),
        });
        format!("numbers up to 255 are divided by 255: `{name}: {}`", parts.join(" "))
    });
}
