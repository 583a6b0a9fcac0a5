//! `border`: the distance between the window's frame and a colour.

use clipig_experiment::Border;
use tch::{Kind, Tensor};

use super::{ConstraintError, Evaluation};

pub(super) fn loss(
    border: &Border,
    windows: &Tensor,
    eval: &Evaluation<'_>,
) -> Result<Tensor, ConstraintError> {
    let (height, width) = (windows.size()[2], windows.size()[3]);
    let color = eval.colors(&border.color, windows)?.view([-1, 3, 1, 1]);
    let frame = |scope: &_| -> Result<[i64; 2], ConstraintError> {
        let size = [border.size[0].evaluate(scope)?, border.size[1].evaluate(scope)?];
        if size.iter().any(|&side| side < 1) {
            let [columns, rows] = size;
            return Err(
                eval.impossible(format!("the size is {columns}×{rows}; a border has at least one pixel"))
            );
        }
        Ok([size[0].min(width), size[1].min(height)])
    };
    let masks = eval.per_sample(windows, frame, |&[columns, rows], windows| {
        let mask = Tensor::ones([1, 1, height, width], (Kind::Float, windows.device()));
        let inner = (width - 2 * columns, height - 2 * rows);
        if inner.0 > 0 && inner.1 > 0 {
            let _ = mask.narrow(2, rows, inner.1).narrow(3, columns, inner.0).fill_(0.0);
        }
        mask
    })?;
    // Inside the frame the window is as it should be.
    Ok(eval.mean_distance(&((windows - color) * masks)))
}
