//! What Prometheus answers to a query over a stretch of time.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::dashboard::Target;
use crate::error::Error;

/// Moments at the same distance from each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    /// The first one, in seconds since 1970.
    pub(super) start: u64,
    /// Seconds from one to the next.
    pub(super) step: u32,
    /// How many follow the first one.
    pub(super) steps: u32,
}

impl Span {
    pub(super) fn seconds(self) -> u32 {
        self.step * self.steps
    }
}

/// The values of one series.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Series {
    /// In the legend.
    pub(super) name: String,
    /// One for each moment of the span, where there was one.
    pub(super) values: Vec<Option<f64>>,
}

/// A series as `promtool query range --format=json` prints it.
#[derive(Deserialize)]
struct Answered {
    metric: BTreeMap<String, String>,
    /// Seconds since 1970, and a number as text.
    values: Vec<(f64, String)>,
}

/// The series of an answer, by name.
pub(super) fn read(answer: &[u8], target: &Target, span: Span) -> Result<Vec<Series>, Error> {
    let answered: Vec<Answered> = serde_json::from_slice(answer)
        .map_err(|error| Error::Other(format!("promtool prints no series: {error}")))?;
    let mut series: Vec<Series> = answered.iter().map(|one| placed(one, target, span)).collect();
    series.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(series)
}

fn placed(answered: &Answered, target: &Target, span: Span) -> Series {
    let mut values = vec![None; span.steps as usize + 1];
    for (time, value) in &answered.values {
        let moment = ((time - span.start as f64) / f64::from(span.step)).round();
        // A quantile of nothing is NaN, and a rate over nothing infinite.
        let value = value.parse().ok().filter(|value: &f64| value.is_finite());
        if let Some(place) = values.get_mut(moment as usize).filter(|_| moment >= 0.0) {
            *place = value;
        }
    }
    Series { name: target.legend(&answered.metric), values }
}

/// The series on top of each other: for each the lower and the upper edge. What is missing counts as nothing.
pub(super) fn stacked(series: &[Series]) -> Vec<[Vec<f64>; 2]> {
    let moments = series.first().map_or(0, |series| series.values.len());
    let mut below = vec![0.0; moments];
    let mut edges = Vec::new();
    for series in series {
        let above: Vec<f64> =
            below.iter().zip(&series.values).map(|(below, value)| below + value.unwrap_or(0.0)).collect();
        edges.push([below, above.clone()]);
        below = above;
    }
    edges
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_put_at_its_moments() {
        let target: Target = serde_json::from_str(r#"{"expr": "a", "legendFormat": "{{state}}"}"#).unwrap();
        let answer = br#"[{"metric": {"state": "ready"}, "values": [[1002, "3"], [1004.001, "NaN"], [1006, "0.5"]]},
                          {"metric": {"state": "lost"}, "values": [[998, "7"], [1000, "+Inf"], [1008, "9"]]}]"#;
        let series = read(answer, &target, Span { start: 1000, step: 2, steps: 3 }).unwrap();
        assert_eq!(series[0], Series { name: "lost".into(), values: vec![None; 4] });
        let values = vec![None, Some(3.0), None, Some(0.5)];
        assert_eq!(series[1], Series { name: "ready".into(), values });
        assert!(read(b"{}", &target, Span { start: 0, step: 1, steps: 1 }).is_err());
    }

    #[test]
    fn each_series_stands_on_those_before_it() {
        let series = |values: &[Option<f64>]| Series { name: String::new(), values: values.to_vec() };
        let edges = stacked(&[series(&[Some(1.0), None]), series(&[Some(2.0), Some(5.0)])]);
        assert_eq!(edges, [[vec![0.0, 0.0], vec![1.0, 0.0]], [vec![1.0, 0.0], vec![3.0, 5.0]]]);
        assert!(stacked(&[]).is_empty());
    }
}
