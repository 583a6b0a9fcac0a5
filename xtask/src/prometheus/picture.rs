//! The dashboard as a picture: each panel at its place in the grid, with what Prometheus answered to its queries.

use std::fmt::Write;

use super::curve::Plot;
use super::dashboard::{Dashboard, Kind, Panel, Place};
use super::legend::{Legend, colour};
use super::series::{Series, Span, stacked};
use super::svg::{escaped, path, text};
use super::unit::{Unit, clock, time_step};
use crate::error::Error;

/// Sizes in pixels. A column and a row of the grid, with the gap to the next panel.
const COLUMN: u32 = 40;
const ROW: u32 = 22;
const GAP: u32 = 8;
/// Above the grid.
const HEAD: u32 = 46;
/// Around texts in a panel.
const EDGE: f64 = 9.0;
/// From the edges of a panel to its plot, without the legend.
const LEFT: f64 = 42.0;
const RIGHT: f64 = 12.0;
const ABOVE: f64 = 38.0;
const BELOW: f64 = 22.0;
/// Below the title.
const NOTE: &str = "Drawn by `cargo xtask prometheus --picture`, not by Grafana, from what Prometheus answered to the \
                    dashboard's queries. Time in minutes:seconds.";

/// Attributes.
const HEADING: &str = "font-size=\"12\" font-weight=\"bold\"";
const TITLE: &str = "font-size=\"11\" font-weight=\"bold\"";
const GREY: &str = "fill=\"#57606a\"";
const CENTRED: &str = "fill=\"#57606a\" text-anchor=\"middle\"";
const FLUSH_RIGHT: &str = "fill=\"#57606a\" text-anchor=\"end\"";
const CARD: &str = "fill=\"#fff\" stroke=\"#d5d9de\"";
const ROUND: &str = "stroke-width=\"1.5\" stroke-linecap=\"round\" stroke-linejoin=\"round\"";

/// The answers to all queries of a panel, one after the other.
pub(super) struct Filled<'a> {
    pub(super) panel: &'a Panel,
    pub(super) series: Vec<Series>,
}

/// The picture, as SVG.
pub(super) fn drawn(dashboard: &Dashboard, panels: &[Filled<'_>], span: Span) -> Result<String, Error> {
    let places = panels.iter().map(|filled| filled.panel.grid_pos);
    let (columns, rows) =
        places.fold((0, 0), |(columns, rows), Place { x, y, w, h }| (columns.max(x + w), rows.max(y + h)));
    let (width, height) = (GAP + columns * COLUMN, HEAD + rows * ROW + GAP);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {width} {height}\" font-family=\"sans-serif\" font-size=\"10\" fill=\"#24292f\">\n\
         <rect width=\"{width}\" height=\"{height}\" rx=\"4\" fill=\"#eef0f2\"/>\n"
    );
    let left = f64::from(GAP);
    text(&mut svg, [left, 20.0], "font-size=\"14\" font-weight=\"bold\"", &dashboard.title);
    text(&mut svg, [left, 37.0], GREY, NOTE);
    for filled in panels {
        let card = Card::of(filled, span)?;
        card.draw(&mut svg);
    }
    svg += "</svg>\n";
    Ok(svg)
}

/// A panel with its place in pixels.
struct Card<'a> {
    filled: &'a Filled<'a>,
    unit: Unit,
    span: Span,
    left: f64,
    top: f64,
    width: f64,
    height: f64,
}

impl<'a> Card<'a> {
    fn of(filled: &'a Filled<'a>, span: Span) -> Result<Self, Error> {
        let Panel { kind, title, grid_pos: Place { x, y, w, h }, field_config, .. } = filled.panel;
        let unit = match kind {
            Kind::Row => Unit::Number,
            Kind::Stat | Kind::Timeseries => {
                let name = &field_config.defaults.unit;
                Unit::named(name).ok_or_else(|| {
                    Error::Other(format!(
                        "panel `{title}`: unit `{name}` is not in xtask/src/prometheus/unit.rs yet"
                    ))
                })?
            }
        };
        Ok(Self {
            filled,
            unit,
            span,
            left: f64::from(GAP + x * COLUMN),
            top: f64::from(HEAD + y * ROW),
            width: f64::from(w * COLUMN - GAP),
            height: f64::from(h * ROW - GAP),
        })
    }

    fn draw(&self, svg: &mut String) {
        let Self { left, top, width, height, .. } = *self;
        let Panel { kind, title, description, .. } = self.filled.panel;
        if *kind == Kind::Row {
            text(svg, [left, top + 13.0], HEADING, title);
            return;
        }
        writeln!(
            svg,
            "<g><title>{}</title><rect x=\"{left}\" y=\"{top}\" width=\"{width}\" height=\"{height}\" rx=\"3\" {CARD}/>",
            escaped(description)
        )
        .expect("memory takes text");
        text(svg, [left + EDGE, top + 17.0], TITLE, title);
        if self.filled.series.iter().all(|series| series.values.iter().all(Option::is_none)) {
            text(svg, [left + width / 2.0, top + height / 2.0 + 4.0], CENTRED, "No data");
        } else if *kind == Kind::Stat {
            self.stat(svg);
        } else {
            self.plot(svg);
        }
        svg.push_str("</g>\n");
    }

    /// The last value in large letters, and beside it how it came about.
    fn stat(&self, svg: &mut String) {
        let Some(series) = self.filled.series.first() else { return };
        let last = series.values.iter().rev().flatten().next();
        let last = last.map_or_else(String::new, |value| self.unit.shown(*value));
        let attributes = format!("font-size=\"28\" fill=\"{}\"", colour(0));
        text(svg, [self.left + EDGE, self.top + self.height - 16.0], &attributes, &last);
        let plot = Plot {
            left: self.left + self.width / 2.0,
            top: self.top + 26.0,
            width: self.width / 2.0 - RIGHT,
            height: self.height - 38.0,
            steps: self.span.steps,
            most: greatest(series.values.iter().flatten().copied()).max(f64::MIN_POSITIVE),
        };
        curve(svg, 0, &plot.line(&series.values));
    }

    fn plot(&self, svg: &mut String) {
        let series = &self.filled.series;
        let legend = Legend::of(series, self.width - 2.0 * EDGE);
        let stack = if self.filled.panel.stacked() { stacked(series) } else { Vec::new() };
        let most = if stack.is_empty() {
            greatest(series.iter().flat_map(|series| series.values.iter().flatten().copied()))
        } else {
            greatest(stack.iter().flat_map(|[_, above]| above.iter().copied()))
        };
        let axis = self.unit.axis(most);
        let plot = Plot {
            left: self.left + LEFT,
            top: self.top + ABOVE,
            width: self.width - LEFT - RIGHT,
            height: self.height - ABOVE - BELOW - legend.height(),
            steps: self.span.steps,
            most: axis.top,
        };
        self.grid(svg, &plot, &axis.marks, &axis.label);
        for (index, edges) in stack.iter().enumerate() {
            path(svg, &format!("fill=\"{}\" fill-opacity=\".35\"", colour(index)), &plot.area(edges));
        }
        for (index, series) in series.iter().enumerate() {
            let line = match stack.get(index) {
                Some([_, above]) => plot.line(&edge(above, &series.values)),
                None => plot.line(&series.values),
            };
            curve(svg, index, &line);
        }
        legend.draw(svg, self.left + EDGE, plot.top + plot.height + BELOW + 8.0);
    }

    /// Lines at the marks of both axes, with their texts.
    fn grid(&self, svg: &mut String, plot: &Plot, marks: &[(f64, String)], label: &str) {
        let (right, bottom) = (plot.left + plot.width, plot.top + plot.height);
        text(svg, [self.left + EDGE, plot.top - 9.0], GREY, label);
        let mut lines = String::new();
        for (value, mark) in marks {
            let y = plot.y(*value);
            write!(lines, "M{:.1} {y:.1}H{right:.1}", plot.left).expect("memory takes text");
            text(svg, [plot.left - 5.0, y + 3.5], FLUSH_RIGHT, mark);
        }
        let step = time_step(self.span.seconds(), (plot.width / 44.0) as u32);
        for seconds in (0..=self.span.seconds()).step_by(step as usize) {
            let x = plot.x(f64::from(seconds) / f64::from(self.span.step));
            write!(lines, "M{x:.1} {:.1}V{bottom:.1}", plot.top).expect("memory takes text");
            text(svg, [x, bottom + 13.0], CENTRED, &clock(seconds));
        }
        path(svg, "fill=\"none\" stroke=\"#e7eaed\"", &lines);
    }
}

/// The upper edges of a stacked series where it adds something. Elsewhere, its line would hide the one below.
fn edge(above: &[f64], own: &[Option<f64>]) -> Vec<Option<f64>> {
    above.iter().zip(own).map(|(above, own)| own.filter(|own| *own > 0.0).map(|_| *above)).collect()
}

fn greatest(values: impl Iterator<Item = f64>) -> f64 {
    values.fold(0.0, f64::max)
}

/// Adds the line of the series with this number.
fn curve(svg: &mut String, series: usize, line: &str) {
    let attributes = format!("fill=\"none\" stroke=\"{}\" {ROUND}", colour(series));
    path(svg, &attributes, line);
}

#[cfg(test)]
mod tests {
    use super::*;

    const DASHBOARD: &str = r#"{"title": "a < b", "panels": [
        {"type": "row", "title": "Heading", "gridPos": {"x": 0, "y": 0, "w": 24, "h": 1}},
        {"type": "stat", "title": "Workers", "gridPos": {"x": 0, "y": 1, "w": 6, "h": 4},
         "fieldConfig": {"defaults": {"unit": "short"}}, "targets": [{"expr": "a"}]},
        {"type": "timeseries", "title": "Time", "description": "How long.", "gridPos": {"x": 12, "y": 1, "w": 12, "h": 8},
         "fieldConfig": {"defaults": {"unit": "s"}}, "targets": [{"expr": "b"}]}]}"#;
    const SPAN: Span = Span { start: 1000, step: 10, steps: 6 };

    fn series(name: &str, values: &[f64]) -> Series {
        Series { name: name.into(), values: values.iter().map(|value| Some(*value)).collect() }
    }

    fn picture(dashboard: &str, answers: [Vec<Series>; 3]) -> Result<String, Error> {
        let dashboard = Dashboard::read(dashboard).unwrap();
        let filled = dashboard.panels.iter().zip(answers).map(|(panel, series)| Filled { panel, series });
        drawn(&dashboard, &filled.collect::<Vec<_>>(), SPAN)
    }

    fn answers() -> [Vec<Series>; 3] {
        let time = [series("median", &[0.0; 7]), series("worst", &[0.0, 0.1, 0.2, 0.3, 0.4, 0.2, 0.2])];
        [Vec::new(), vec![series("", &[1.0, 2.0, 2.0, 2.0, 2.0, 2.0, 3.0])], time.to_vec()]
    }

    #[test]
    fn panels_stand_at_their_places_in_the_grid() {
        let svg = picture(DASHBOARD, answers()).unwrap();
        // 24 columns of 40 and a gap; 9 rows of 22 below 46, and a gap.
        assert!(svg.contains("viewBox=\"0 0 968 252\""), "{svg}");
        assert!(
            svg.contains("<text x=\"8.0\" y=\"59.0\" font-size=\"12\" font-weight=\"bold\">Heading</text>"),
            "{svg}"
        );
        assert!(svg.contains("<rect x=\"8\" y=\"68\" width=\"232\" height=\"80\""), "{svg}");
        assert!(
            svg.contains("<title>How long.</title><rect x=\"488\" y=\"68\" width=\"472\" height=\"168\""),
            "{svg}"
        );
        assert!(svg.contains(">a &lt; b</text>"), "{svg}");
    }

    #[test]
    fn a_plot_has_axes_curves_and_a_legend() {
        let svg = picture(DASHBOARD, answers()).unwrap();
        for text in [
            ">0</text>",
            ">400</text>",
            ">ms</text>",
            ">0:00</text>",
            ">1:00</text>",
            ">median</text>",
            ">worst</text>",
        ] {
            assert!(svg.contains(text), "{text} in {svg}");
        }
        // 0.4 s is the top of the axis, at 68 + 38, and two thirds of the way from 530 to 948.
        assert!(svg.contains("L808.7 106.0"), "{svg}");
        // The last value in large.
        assert!(svg.contains("font-size=\"28\" fill=\"#3274b5\">3</text>"), "{svg}");
        roxmltree::Document::parse(&svg).unwrap();
    }

    #[test]
    fn areas_are_stacked_where_the_dashboard_says_so() {
        let stacked = r#""unit": "s", "custom": {"stacking": {"mode": "normal"}}"#;
        let svg = picture(&DASHBOARD.replace(r#""unit": "s""#, stacked), answers()).unwrap();
        assert_eq!(svg.matches("fill-opacity").count(), 2);
        assert_eq!(picture(DASHBOARD, answers()).unwrap().matches("fill-opacity").count(), 0);
    }

    #[test]
    fn what_cannot_be_shown_is_said() {
        let [heading, workers, _] = answers();
        let nothing = vec![Series { name: "a".into(), values: vec![None; 7] }];
        assert!(picture(DASHBOARD, [heading, workers, nothing]).unwrap().contains(">No data</text>"));
        let error =
            picture(&DASHBOARD.replace(r#""unit": "s""#, r#""unit": "parsec""#), answers()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "panel `Time`: unit `parsec` is not in xtask/src/prometheus/unit.rs yet"
        );
    }
}
