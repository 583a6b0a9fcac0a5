//! A picture of a trace: a row for each span, below its parent, with a bar from its begin to its end.

use std::fmt::Write as _;

use super::collector::Received;

/// Pixels.
const WIDTH: f64 = 1_000.0;
const NAMES: f64 = 190.0;
const ROW: f64 = 18.0;
const HEAD: f64 = 34.0;
/// Right of the bars, for how long the last of them are.
const DURATIONS: f64 = 70.0;

/// A part of a picture, with a scale of its own.
pub(crate) struct Panel<'a> {
    pub(crate) title: &'a str,
    /// They come as a tree: whoever draws has left out what is too much.
    pub(crate) spans: Vec<Received>,
}

/// Draws spans of one trace as SVG, panel below panel.
pub(crate) fn waterfall(panels: &[Panel<'_>]) -> String {
    let mut y = HEAD;
    let bodies: String = panels.iter().map(|panel| drawn(panel, &mut y)).collect();
    let height = y + 4.0;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{height}\" \
         viewBox=\"0 0 {WIDTH} {height}\" font-family=\"sans-serif\" font-size=\"12\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n"
    );
    let spans = || panels.iter().flat_map(|panel| &panel.spans);
    let mut services: Vec<&str> = spans().map(|span| span.service.as_str()).collect();
    services.sort_unstable();
    services.dedup();
    for (i, service) in services.iter().enumerate() {
        let x = 10.0 + 190.0 * i as f64;
        let _ = writeln!(
            svg,
            "<rect x=\"{x}\" y=\"9\" width=\"12\" height=\"12\" fill=\"{}\"/><text x=\"{}\" y=\"20\">{}</text>",
            colour(service),
            x + 18.0,
            escaped(service)
        );
    }
    svg + &bodies + "</svg>\n"
}

/// Draws a panel below `y`, which is its lower edge then.
fn drawn(panel: &Panel<'_>, y: &mut f64) -> String {
    let spans = &panel.spans;
    let begin = spans.iter().map(|span| span.begun).min().unwrap_or(0);
    let end = spans.iter().map(|span| span.ended).max().unwrap_or(0);
    let scale = (WIDTH - NAMES - DURATIONS) / ((end - begin).max(1) as f64);
    let mut svg = String::new();
    let _ = writeln!(
        svg,
        "<text x=\"10\" y=\"{:.0}\" font-weight=\"bold\">{}</text>",
        *y + 14.0,
        escaped(panel.title)
    );
    *y += ROW + 6.0;
    let rows = rows(spans);
    for tenth in 0..=10_u32 {
        let x = NAMES + (WIDTH - NAMES - DURATIONS) * f64::from(tenth) / 10.0;
        let bottom = *y + ROW * rows.len() as f64;
        let _ = writeln!(svg, "<path d=\"M{x:.1} {:.0}V{bottom:.0}\" stroke=\"#e4e4e4\"/>", *y);
        if tenth % 5 == 0 {
            let time = duration((end - begin) / 10 * u64::from(tenth));
            let _ = writeln!(
                svg,
                "<text x=\"{x:.1}\" y=\"{:.0}\" fill=\"#555\" font-size=\"10\" text-anchor=\"middle\">{time}</text>",
                *y - 4.0
            );
        }
    }
    for (depth, span) in &rows {
        let x = NAMES + (span.begun - begin) as f64 * scale;
        let width = ((span.ended - span.begun) as f64 * scale).max(1.0);
        let outline = if span.error.is_some() { " stroke=\"#c00\" stroke-width=\"2\"" } else { "" };
        let _ = writeln!(
            svg,
            "<text x=\"{:.0}\" y=\"{:.0}\">{}</text><rect x=\"{x:.1}\" y=\"{:.0}\" width=\"{width:.1}\" height=\"{:.0}\" \
             fill=\"{}\"{outline}/><text x=\"{:.1}\" y=\"{:.0}\" fill=\"#555\" font-size=\"10\">{}</text>",
            10.0 + 12.0 * *depth as f64,
            *y + 13.0,
            escaped(&label(span)),
            *y + 3.0,
            ROW - 5.0,
            colour(&span.service),
            x + width + 4.0,
            *y + 13.0,
            duration(span.ended - span.begun)
        );
        *y += ROW;
    }
    *y += 10.0;
    svg
}

/// Each span after its parent, children by their begin, with its depth.
fn rows(spans: &[Received]) -> Vec<(usize, &Received)> {
    fn add<'a>(of: &'a Received, depth: usize, spans: &'a [Received], rows: &mut Vec<(usize, &'a Received)>) {
        rows.push((depth, of));
        let mut children: Vec<&Received> = spans.iter().filter(|span| span.parent == of.id).collect();
        children.sort_by_key(|span| span.begun);
        for child in children {
            add(child, depth + 1, spans, rows);
        }
    }
    let mut rows = Vec::new();
    for root in spans.iter().filter(|span| !spans.iter().any(|other| other.id == span.parent)) {
        add(root, 0, spans, &mut rows);
    }
    rows
}

fn label(span: &Received) -> String {
    let keys = ["clipig.epoch", "clipig.node", "clipig.shard", "clipig.worker"];
    let shown = |key: &str| match (span.name.as_str(), key) {
        ("epoch", "clipig.epoch")
        | ("lease" | "node" | "merge", "clipig.node")
        | ("shard", "clipig.shard")
        | ("lease", "clipig.worker") => {
            Some(span.of(key)).filter(|value| !value.is_empty()).map(str::to_owned)
        }
        _ => None,
    };
    let more: Vec<String> = keys.into_iter().filter_map(shown).collect();
    format!("{} {}", span.name, more.join(" ")).trim().to_owned()
}

fn colour(service: &str) -> &'static str {
    match service {
        "clipig" => "#e0a030",
        "clipig-coordinator" => "#3070b0",
        _ => "#50a060",
    }
}

fn duration(nanoseconds: u64) -> String {
    match nanoseconds {
        0 => "0".to_owned(),
        1..1_000_000 => format!("{} µs", nanoseconds / 1_000),
        1_000_000..1_000_000_000 => format!("{:.1} ms", nanoseconds as f64 * 1e-6),
        _ => format!("{:.2} s", nanoseconds as f64 * 1e-9),
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
