//! Legends: the names of series, each with the colour of its curve.

use std::fmt::Write;

use super::series::Series;
use super::svg::text;

/// Sizes in pixels.
const LINE: f64 = 13.0;
/// At most so many lines; they take their room from the plot.
const LINES: usize = 3;
/// A letter of the small text is hardly wider in any font.
const LETTER: f64 = 5.6;
/// The square before a name, and the distance to the next one.
const SQUARE: f64 = 13.0;
const APART: f64 = 12.0;

/// Colours of series. They stand out from white, and neighbours from each other.
const COLOURS: [&str; 10] = [
    "#3274b5", "#e0832d", "#3f9b52", "#c8423f", "#8561b4", "#1d9aa6", "#b8860b", "#c75b9b", "#6b6f76",
    "#7c9a2e",
];

/// The colour of the series with this number in its panel.
pub(super) fn colour(series: usize) -> &'static str {
    COLOURS[series % COLOURS.len()]
}

/// Lines of names with the numbers of their series. One without a number tells how many are left out.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Legend(Vec<Vec<(Option<usize>, String)>>);

impl Legend {
    /// As many names as there is room for.
    pub(super) fn of(series: &[Series], width: f64) -> Self {
        let names: Vec<_> =
            series.iter().enumerate().map(|(index, series)| (Some(index), series.name.clone())).collect();
        for shown in (0..=names.len()).rev() {
            let mut entries = names[..shown].to_vec();
            if shown < names.len() {
                entries.push((None, format!("and {} more", names.len() - shown)));
            }
            let lines = broken(entries, width);
            if lines.len() <= LINES {
                return Self(lines);
            }
        }
        Self(Vec::new())
    }

    pub(super) fn height(&self) -> f64 {
        LINE * self.0.len() as f64
    }

    /// From the left end of the first line of text.
    pub(super) fn draw(&self, svg: &mut String, left: f64, top: f64) {
        for (line, y) in self.0.iter().zip((0..).map(|line| top + LINE * f64::from(line))) {
            let mut x = left;
            for (series, name) in line {
                if let Some(series) = series {
                    let (y, colour) = (y - 8.0, colour(*series));
                    write!(svg, "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"9\" height=\"9\" rx=\"2\" fill=\"{colour}\"/>")
                        .expect("memory takes text");
                }
                text(svg, [x + series.map_or(0.0, |_| SQUARE), y], "", name);
                x += width(name);
            }
        }
    }
}

fn broken(entries: Vec<(Option<usize>, String)>, room: f64) -> Vec<Vec<(Option<usize>, String)>> {
    let (mut lines, mut used) = (Vec::<Vec<_>>::new(), f64::INFINITY);
    for entry in entries {
        let needed = width(&entry.1);
        if used + needed - APART > room {
            lines.push(Vec::new());
            used = 0.0;
        }
        used += needed;
        lines.last_mut().expect("the first entry begins a line").push(entry);
    }
    lines
}

fn width(name: &str) -> f64 {
    SQUARE + LETTER * name.chars().count() as f64 + APART
}

#[cfg(test)]
mod tests {
    use super::*;

    fn legend(names: &[&str], width: f64) -> Vec<String> {
        let series = names.iter().map(|name| Series { name: (*name).into(), values: Vec::new() });
        let Legend(lines) = Legend::of(&series.collect::<Vec<_>>(), width);
        lines
            .iter()
            .map(|line| line.iter().map(|(_, name)| name.as_str()).collect::<Vec<_>>().join(", "))
            .collect()
    }

    #[test]
    fn names_fill_lines_and_the_rest_is_counted() {
        // A name of ten letters takes 69 pixels and needs 12 more before the next one.
        let names = ["aaaaaaaaaa", "bbbbbbbbbb", "cccccccccc", "dddddddddd", "eeeeeeeeee"];
        assert_eq!(legend(&names, 150.0), ["aaaaaaaaaa, bbbbbbbbbb", "cccccccccc, dddddddddd", "eeeeeeeeee"]);
        assert_eq!(legend(&names, 149.0), ["aaaaaaaaaa", "bbbbbbbbbb", "and 3 more"]);
        assert!(legend(&[], 100.0).is_empty());
    }

    #[test]
    fn a_name_has_the_colour_of_its_curve() {
        let series = ["a&b", "c"].map(|name| Series { name: name.into(), values: Vec::new() });
        let mut svg = String::new();
        Legend::of(&series, 200.0).draw(&mut svg, 10.0, 20.0);
        let second = format!("fill=\"{}\"/><text x=\"64.8\" y=\"20.0\">c</text>", colour(1));
        assert!(svg.contains(">a&amp;b</text>") && svg.contains(&second), "{svg}");
        assert_ne!(colour(0), colour(1));
        assert_eq!(colour(3), colour(13));
    }
}
