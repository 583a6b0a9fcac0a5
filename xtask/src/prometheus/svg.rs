//! Pieces of SVG.

use std::fmt::Write;

/// Adds a text. It begins at this point, unless the attributes say that it ends or has its middle there.
pub(super) fn text(svg: &mut String, [x, y]: [f64; 2], attributes: &str, content: &str) {
    if !content.is_empty() {
        let (content, gap) = (escaped(content), if attributes.is_empty() { "" } else { " " });
        writeln!(svg, "<text x=\"{x:.1}\" y=\"{y:.1}\"{gap}{attributes}>{content}</text>")
            .expect("memory takes text");
    }
}

/// Adds a path, unless it is empty.
pub(super) fn path(svg: &mut String, attributes: &str, path: &str) {
    if !path.is_empty() {
        writeln!(svg, "<path {attributes} d=\"{path}\"/>").expect("memory takes text");
    }
}

/// As text of XML.
pub(super) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_drawn_of_nothing_and_signs_are_escaped() {
        let mut svg = String::new();
        text(&mut svg, [1.0, 2.5], "fill=\"red\"", "");
        path(&mut svg, "fill=\"red\"", "");
        assert_eq!(svg, "");
        text(&mut svg, [1.0, 2.5], "fill=\"red\"", "a < b & c");
        path(&mut svg, "fill=\"red\"", "M0 0h1");
        assert_eq!(
            svg,
            "<text x=\"1.0\" y=\"2.5\" fill=\"red\">a &lt; b &amp; c</text>\n<path fill=\"red\" d=\"M0 0h1\"/>\n"
        );
    }
}
