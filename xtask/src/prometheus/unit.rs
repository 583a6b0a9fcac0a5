//! Units of Grafana, and the axes that go with them.

/// How the values of a panel are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    /// Things that are counted.
    Number,
    Seconds,
    Bytes,
    BytesPerSecond,
    /// Something else per second, such as `ops/s`.
    Rate(&'static str),
}

/// A multiple of a unit.
#[derive(Debug, Clone, PartialEq)]
struct Scale {
    /// In the unit itself.
    size: f64,
    label: String,
}

/// The vertical axis of a plot, which starts at 0.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Axis {
    /// What the marks count, such as `ms`. Empty for plain numbers.
    pub(super) label: String,
    /// The value at the upper end.
    pub(super) top: f64,
    /// Values with their text, from 0 to the top.
    pub(super) marks: Vec<(f64, String)>,
}

impl Unit {
    /// The unit of that name in a dashboard. The names stand in Grafana's `valueFormats/categories.ts`.
    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "short" => Self::Number,
            "s" => Self::Seconds,
            "bytes" => Self::Bytes,
            "Bps" => Self::BytesPerSecond,
            "ops" => Self::Rate("ops/s"),
            "reqps" => Self::Rate("req/s"),
            "cps" => Self::Rate("c/s"),
            _ => return None,
        })
    }

    /// The greatest multiple that `value` has at least one of, or the smallest of all.
    fn scale(self, value: f64) -> Scale {
        let scales: &[(f64, &str)] = match self {
            Self::Seconds => &[(1e-6, "µs"), (1e-3, "ms"), (1.0, "s")],
            Self::Bytes => &[(1.0, "B"), (1024.0, "KiB"), (1_048_576.0, "MiB"), (1_073_741_824.0, "GiB")],
            Self::BytesPerSecond => &[(1.0, "B/s"), (1e3, "kB/s"), (1e6, "MB/s")],
            Self::Number | Self::Rate(_) => &[(1.0, ""), (1e3, "k"), (1e6, "M")],
        };
        let fits = scales.iter().rev().find(|(size, _)| value >= *size);
        let (size, prefix) = *fits.unwrap_or(&scales[0]);
        let label = match self {
            Self::Rate(rate) if size > 1.0 => format!("{prefix} {rate}"),
            Self::Rate(rate) => rate.to_owned(),
            _ => prefix.to_owned(),
        };
        Scale { size, label }
    }

    /// A value with its unit.
    pub(super) fn shown(self, value: f64) -> String {
        let Scale { size, label } = self.scale(value);
        let number = plain(value / size, if value / size < 100.0 { 2 } else { 0 });
        if label.is_empty() { number } else { format!("{number} {label}") }
    }

    /// An axis that has room for values up to `most`, with three to six marks.
    pub(super) fn axis(self, most: f64) -> Axis {
        let Scale { size, label } = self.scale(most);
        let mut step = round_step(most / size / 4.0);
        if self == Self::Number && size == 1.0 {
            // Nobody has half a worker.
            step = step.max(1.0);
        }
        let intervals = (most / size / step - 1e-9).ceil().max(1.0);
        let decimals = (-step.log10()).ceil().max(0.0) as usize;
        let marks = (0..=intervals as u32).map(|mark| {
            let value = f64::from(mark) * step;
            (value * size, plain(value, decimals))
        });
        Axis { label, top: intervals * step * size, marks: marks.collect() }
    }
}

/// The smallest of 1, 2 and 5 times a power of ten that is no smaller than `step`; 1 for nothing.
fn round_step(step: f64) -> f64 {
    if step <= 0.0 {
        return 1.0;
    }
    let power = 10f64.powf(step.log10().floor());
    let multiple = [1.0, 2.0, 5.0, 10.0].into_iter().find(|multiple| multiple * power >= step * (1.0 - 1e-9));
    multiple.unwrap_or(10.0) * power
}

/// At most so many decimals, and no zeros at their end.
fn plain(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// Seconds between the marks of an axis of time, so that there are at most `marks` beside the one at 0.
pub(super) fn time_step(seconds: u32, marks: u32) -> u32 {
    let steps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600];
    steps.into_iter().find(|step| seconds / step <= marks.max(1)).unwrap_or_else(|| seconds.max(1))
}

/// Minutes and seconds.
pub(super) fn clock(seconds: u32) -> String {
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marks(unit: &str, most: f64) -> String {
        let axis = Unit::named(unit).unwrap().axis(most);
        let marks: Vec<_> = axis.marks.iter().map(|(_, text)| text.as_str()).collect();
        assert!(axis.top > most - 1e-9 && axis.marks.last().unwrap().0 == axis.top);
        format!("{} {}", marks.join(" "), axis.label)
    }

    #[test]
    fn marks_are_round_in_the_multiple_that_fits() {
        assert_eq!(marks("s", 0.0123), "0 5 10 15 ms");
        assert_eq!(marks("s", 0.000_07), "0 20 40 60 80 µs");
        assert_eq!(marks("s", 1.2), "0 0.5 1 1.5 s");
        assert_eq!(marks("bytes", 3.0 * 1_048_576.0), "0 1 2 3 MiB");
        assert_eq!(marks("Bps", 4_100.0), "0 2 4 6 kB/s");
        assert_eq!(marks("ops", 0.07), "0 0.02 0.04 0.06 0.08 ops/s");
        assert_eq!(Unit::named("parsec"), None);
    }

    #[test]
    fn things_are_counted_in_whole_numbers() {
        assert_eq!(marks("short", 0.0), "0 1 ");
        assert_eq!(marks("short", 1.0), "0 1 ");
        assert_eq!(marks("short", 7.0), "0 2 4 6 8 ");
        assert_eq!(marks("short", 20_000.0), "0 5 10 15 20 k");
    }

    #[test]
    fn values_are_shown_with_their_unit() {
        let shown = |unit, value| Unit::named(unit).unwrap().shown(value);
        assert_eq!(shown("short", 2.0), "2");
        assert_eq!(shown("short", 12.346), "12.35");
        assert_eq!(shown("s", 0.25), "250 ms");
        assert_eq!(shown("cps", 1500.0), "1.5 k c/s");
    }

    #[test]
    fn time_has_as_many_marks_as_there_is_room_for() {
        assert_eq!([time_step(130, 5), time_step(130, 10), time_step(0, 5)], [30, 15, 1]);
        assert_eq!([clock(0), clock(90), clock(605)], ["0:00", "1:30", "10:05"]);
    }
}
