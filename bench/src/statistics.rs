//! Medians, percentiles, slopes.

/// The middle value; the mean of the two middle ones where there are two. NaN of nothing.
pub(crate) fn median(values: &[f64]) -> f64 {
    let sorted = sorted(values);
    let middle = sorted.len() / 2;
    match sorted.len() {
        0 => f64::NAN,
        count if count % 2 == 1 => sorted[middle],
        _ => f64::midpoint(sorted[middle - 1], sorted[middle]),
    }
}

/// The smallest value that at least the share `part` (above 0, at most 1) of all values does not exceed. NaN of
/// nothing.
pub(crate) fn percentile(values: &[f64], part: f64) -> f64 {
    let sorted = sorted(values);
    let place = (part * sorted.len() as f64).ceil() as usize;
    sorted.get(place.saturating_sub(1)).copied().unwrap_or(f64::NAN)
}

/// The slope of the straight line with the least squared distance to the points (x, y); 0 where it has none.
pub(crate) fn slope(points: &[(f64, f64)]) -> f64 {
    let count = points.len() as f64;
    let (x, y) = points.iter().fold((0.0, 0.0), |(x, y), point| (x + point.0 / count, y + point.1 / count));
    let above: f64 = points.iter().map(|point| (point.0 - x) * (point.1 - y)).sum();
    let below: f64 = points.iter().map(|point| (point.0 - x).powi(2)).sum();
    if below > 0.0 { above / below } else { 0.0 }
}

fn sorted(values: &[f64]) -> Vec<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_and_the_ends() {
        assert_eq!(median(&[3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(&[4.0, 1.0, 2.0, 3.0]), 2.5);
        assert!(median(&[]).is_nan() && percentile(&[], 0.5).is_nan());
        let hundred: Vec<f64> = (1..=100).rev().map(f64::from).collect();
        assert_eq!((percentile(&hundred, 0.99), percentile(&hundred, 1.0)), (99.0, 100.0));
        assert_eq!(percentile(&[5.0], 0.01), 5.0);
    }

    #[test]
    fn a_line_has_its_own_slope() {
        let points: Vec<(f64, f64)> = (0..10).map(|x| (f64::from(x), 7.0 - 3.0 * f64::from(x))).collect();
        assert!((slope(&points) + 3.0).abs() < 1e-12);
        assert_eq!(slope(&points[..1]), 0.0);
    }
}
