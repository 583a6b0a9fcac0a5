//! Curves and areas in a plot, as paths of SVG.

use std::fmt::Write;

/// Where a plot is in the picture, and how many moments and what values it has room for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Plot {
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) width: f64,
    pub(super) height: f64,
    /// Distances between moments.
    pub(super) steps: u32,
    /// The value at the upper edge.
    pub(super) most: f64,
}

impl Plot {
    pub(super) fn x(&self, moment: f64) -> f64 {
        self.left + moment / f64::from(self.steps.max(1)) * self.width
    }

    pub(super) fn y(&self, value: f64) -> f64 {
        self.top + self.height - value / self.most * self.height
    }

    fn point(&self, moment: usize, value: f64) -> [String; 2] {
        [format!("{:.1}", self.x(moment as f64)), format!("{:.1}", self.y(value))]
    }

    /// A line through the values, with gaps where there are none. A value without neighbours is a dot, if the ends of
    /// lines are round.
    pub(super) fn line(&self, values: &[Option<f64>]) -> String {
        let mut path = String::new();
        let mut moment = 0;
        for run in values.chunk_by(|one, next| one.is_some() == next.is_some()) {
            let points: Vec<_> =
                (moment..).zip(run.iter().flatten()).map(|(at, v)| self.point(at, *v)).collect();
            moment += run.len();
            if let [[x, y]] = &points[..] {
                write!(path, "M{x} {y}h0").expect("memory takes text");
            } else {
                path += &through(&points);
            }
        }
        path
    }

    /// The area between two edges.
    pub(super) fn area(&self, [below, above]: &[Vec<f64>; 2]) -> String {
        let edge = |values: &[f64]| -> Vec<_> {
            values.iter().enumerate().map(|(moment, value)| self.point(moment, *value)).collect()
        };
        let mut back = edge(below);
        back.reverse();
        format!("{}{}Z", through(&edge(above)), through(&back).replacen('M', "L", 1))
    }
}

/// Without the points that a level line passes anyway.
fn through(points: &[[String; 2]]) -> String {
    let mut path = String::new();
    for (index, [x, y]) in points.iter().enumerate() {
        let level = |neighbour: Option<&[String; 2]>| neighbour.is_some_and(|point| point[1] == *y);
        if index > 0 && level(points.get(index - 1)) && level(points.get(index + 1)) {
            continue;
        }
        let letter = if index == 0 { 'M' } else { 'L' };
        write!(path, "{letter}{x} {y}").expect("memory takes text");
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLOT: Plot = Plot { left: 10.0, top: 5.0, width: 40.0, height: 20.0, steps: 4, most: 2.0 };

    #[test]
    fn a_line_has_gaps_and_dots() {
        let values = [Some(0.0), Some(2.0), None, Some(1.0), None];
        assert_eq!(PLOT.line(&values), "M10.0 25.0L20.0 5.0M40.0 15.0h0");
        assert_eq!(PLOT.line(&[None, None]), "");
    }

    #[test]
    fn a_level_line_needs_its_ends_only() {
        let values = [1.0, 1.0, 1.0, 1.0, 2.0].map(Some);
        assert_eq!(PLOT.line(&values), "M10.0 15.0L40.0 15.0L50.0 5.0");
    }

    #[test]
    fn an_area_goes_forth_above_and_back_below() {
        let edges = [vec![0.0, 0.0, 1.0], vec![1.0, 2.0, 2.0]];
        assert_eq!(PLOT.area(&edges), "M10.0 15.0L20.0 5.0L30.0 5.0L30.0 15.0L20.0 25.0L10.0 25.0Z");
    }
}
