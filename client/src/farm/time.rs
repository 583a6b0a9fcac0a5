//! Durations, times and sizes as text.

use jiff::Timestamp;

/// A time of the wire; `None` where it makes no sense.
pub(crate) fn timestamp(time: &prost_types::Timestamp) -> Option<Timestamp> {
    Timestamp::new(time.seconds, time.nanos).ok()
}

/// Seconds from one time to another; `None` where one is missing.
pub(crate) fn seconds_between(
    from: Option<&prost_types::Timestamp>,
    to: Option<&prost_types::Timestamp>,
) -> Option<f64> {
    let (from, to) = (timestamp(from?)?, timestamp(to?)?);
    Some(to.duration_since(from).as_secs_f64().max(0.0))
}

/// In ISO 8601, UTC, to the millisecond: for programs.
pub fn exact(time: &prost_types::Timestamp) -> Option<String> {
    timestamp(time).map(|time| format!("{time:.3}"))
}

/// `12 s ago`, `3 min ago`; what is in the future by a clock that is ahead, is now.
pub(crate) fn ago(now: Timestamp, time: &prost_types::Timestamp) -> String {
    let Some(time) = timestamp(time) else { return String::new() };
    let seconds = now.duration_since(time).as_secs_f64();
    if seconds < 1.0 { "now".to_owned() } else { format!("{} ago", duration(seconds)) }
}

/// `12 s`, `3 min`, `2 h 10 min`, `4 days`.
pub(crate) fn duration(seconds: f64) -> String {
    if !seconds.is_finite() {
        return "an unknown time".to_owned();
    }
    let seconds = seconds.clamp(0.0, 1e12) as u64;
    let (minutes, hours) = (seconds / 60, seconds / 3600);
    let and = |rest: u64, unit: &str| if rest == 0 { String::new() } else { format!(" {rest} {unit}") };
    match seconds {
        0..60 => format!("{seconds} s"),
        60..600 => format!("{minutes} min{}", and(seconds % 60, "s")),
        600..3600 => format!("{minutes} min"),
        3600..86_400 => format!("{hours} h{}", and(minutes % 60, "min")),
        86_400..172_800 => format!("1 day{}", and(hours % 24, "h")),
        _ => format!("{} days", hours / 24),
    }
}

/// `3.4 GB`, in powers of 1000 as disks are sold.
pub fn bytes(bytes: u64) -> String {
    let units = ["kB", "MB", "GB", "TB", "PB"];
    if bytes < 1000 {
        return format!("{bytes} bytes");
    }
    let mut value = bytes as f64 / 1e3;
    let mut unit = units[0];
    for next in &units[1..] {
        if value < 999.5 {
            break;
        }
        value /= 1e3;
        unit = next;
    }
    if value < 9.95 { format!("{value:.1} {unit}") } else { format!("{value:.0} {unit}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_said_roughly() {
        let said = [0.4, 59.9, 60.0, 61.0, 700.0, 3600.0, 7900.0, 90_000.0, 400_000.0].map(duration);
        assert_eq!(
            said,
            ["0 s", "59 s", "1 min", "1 min 1 s", "11 min", "1 h", "2 h 11 min", "1 day 1 h", "4 days"]
        );
        assert_eq!([f64::NAN, f64::INFINITY].map(duration), ["an unknown time"; 2]);
    }

    #[test]
    fn the_future_is_now() {
        let now = Timestamp::from_second(1000).unwrap();
        let at = |seconds| prost_types::Timestamp { seconds, nanos: 0 };
        assert_eq!([ago(now, &at(2000)), ago(now, &at(880))], ["now", "2 min ago"]);
        assert_eq!(ago(now, &at(i64::MAX)), "");
        assert_eq!(exact(&at(880)).unwrap(), "1970-01-01T00:14:40.000Z");
    }

    #[test]
    fn sizes_are_said_roughly() {
        let sizes = [17, 1234, 999_600, 3_440_000_000, 12_500_000_000].map(bytes);
        assert_eq!(sizes, ["17 bytes", "1.2 kB", "1.0 MB", "3.4 GB", "12 GB"]);
    }
}
