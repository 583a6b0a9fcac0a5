//! Raw pixels, as programs give them.

use super::Context;
use crate::diagnostic::Diagnostic;
use crate::experiment::ImageTensor;
use crate::source::{Origin, Place};
use crate::tree::Value;
use crate::yaml::{Node, NodeKind, Scalar};

/// `[3][height][width]` numbers.
pub(super) fn convert(context: &mut Context<'_>, node: &Node, path: &str) -> Value {
    match read_pixels(node) {
        Ok(pixels) => Value::Pixels(pixels),
        Err((place, message)) => {
            let problem = Diagnostic::error(path, Origin::Written(place), message);
            context.report(
                problem.help("three lists (red, green, blue) of rows of numbers, all rows equally long"),
            );
            Value::Broken
        }
    }
}

fn filled(node: &Node) -> Result<&[Node], (Place, &'static str)> {
    match &node.kind {
        NodeKind::List(list) if !list.is_empty() => Ok(list),
        _ => Err((node.place, "a list that is not empty belongs here")),
    }
}

fn read_pixels(node: &Node) -> Result<ImageTensor, (Place, &'static str)> {
    let colors = filled(node)?;
    if colors.len() != 3 {
        return Err((node.place, "pixels have three colours"));
    }
    let mut data = Vec::new();
    let (mut width, mut height) = (None, None);
    for color in colors {
        let rows = filled(color)?;
        if *height.get_or_insert(rows.len()) != rows.len() {
            return Err((color.place, "the colours have different numbers of rows"));
        }
        for row in rows {
            let NodeKind::List(values) = &row.kind else {
                return Err((row.place, "a row is a list of numbers"));
            };
            if values.is_empty() || *width.get_or_insert(values.len()) != values.len() {
                return Err((row.place, "rows are equally long and not empty"));
            }
            for value in values {
                let number = match &value.kind {
                    NodeKind::Scalar { value: Scalar::Float(number), .. } => *number as f32,
                    NodeKind::Scalar { value: Scalar::Int(number), .. } => *number as f32,
                    _ => f32::NAN,
                };
                // Beyond the range of a float of 32 bits a number becomes infinite.
                if !number.is_finite() {
                    return Err((value.place, "a pixel is a finite number of 32 bits"));
                }
                data.push(number);
            }
        }
    }
    Ok(ImageTensor { width: width.unwrap_or(1) as u32, height: height.unwrap_or(1) as u32, data })
}
