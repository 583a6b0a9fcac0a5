//! The table of similarities as numbers.

use std::cmp::Ordering;
use std::path::Path;

use clipig_client::failure::Failure;

/// Something that images are compared with.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Column {
    /// Its number on the command line, from 1: texts first, then images.
    pub(super) number: usize,
    /// The text or the file.
    pub(super) name: String,
    /// Is it a file?
    pub(super) is_image: bool,
    feature: Vec<f32>,
}

impl Column {
    /// A text with its feature.
    pub(super) fn text(number: usize, text: &str, feature: Vec<f32>) -> Self {
        Self { number, name: text.to_owned(), is_image: false, feature }
    }

    /// An image with its feature.
    pub(super) fn image(number: usize, path: &Path, feature: Vec<f32>) -> Self {
        Self { number, name: path.display().to_string(), is_image: true, feature }
    }
}

/// An image with its similarities.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Row {
    pub(super) name: String,
    /// One per column, 100 times the cosine.
    pub(super) similarities: Vec<f64>,
}

impl Row {
    /// Compares an image's feature with those of all columns.
    pub(super) fn new(path: &Path, feature: &[f32], columns: &[Column]) -> Self {
        let similarities = columns.iter().map(|column| similarity(feature, &column.feature)).collect();
        Self { name: path.display().to_string(), similarities }
    }
}

/// 100 times the cosine similarity of two features of unit length.
fn similarity(a: &[f32], b: &[f32]) -> f64 {
    100.0 * a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum::<f64>()
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    Name,
    /// By the similarity with the column of this number, the least or the greatest first.
    Similarity {
        number: usize,
        /// The greatest first?
        descending: bool,
    },
}

impl Order {
    /// What `--sort` says, with so many columns.
    pub(super) fn parse(sort: Option<i64>, columns: usize) -> Result<Self, Failure> {
        let Some(sort) = sort.filter(|sort| *sort != 0) else { return Ok(Self::Name) };
        match usize::try_from(sort.unsigned_abs()) {
            Ok(number) if number <= columns => Ok(Self::Similarity { number, descending: sort < 0 }),
            _ => Err(Failure::usage(format!(
                "`--sort {sort}`: there {} to sort by; use 1 for the first, or -1 to have the most similar first",
                if columns == 1 { "is 1 column".to_owned() } else { format!("are {columns} columns") }
            ))),
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Ratings {
    /// What the images are compared with.
    pub(super) columns: Vec<Column>,
    pub(super) rows: Vec<Row>,
}

impl Ratings {
    /// Sorts the rows; by name if the column to sort by could not be read.
    pub(super) fn sorted(mut self, order: Order) -> Self {
        let key = match order {
            Order::Similarity { number, descending } => {
                let at = self.columns.iter().position(|column| column.number == number);
                at.map(|at| (at, descending))
            }
            Order::Name => None,
        };
        self.rows.sort_by(|a, b| {
            let by_similarity = key.map_or(Ordering::Equal, |(at, descending)| {
                let ascending = a.similarities[at].total_cmp(&b.similarities[at]);
                if descending { ascending.reverse() } else { ascending }
            });
            by_similarity.then_with(|| a.name.cmp(&b.name))
        });
        self
    }

    /// The row with the greatest similarity in a column; none where there is nothing to compare.
    pub(super) fn best(&self, column: usize) -> Option<usize> {
        let value = |row: &Row| row.similarities[column];
        let best =
            (0..self.rows.len()).max_by(|a, b| value(&self.rows[*a]).total_cmp(&value(&self.rows[*b])));
        best.filter(|_| self.rows.len() > 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ratings() -> Ratings {
        // The column with number 2 could not be read.
        let columns = vec![Column::text(1, "x", vec![1.0, 0.0]), Column::text(3, "y", vec![0.0, 1.0])];
        let row = |name: &str, feature: &[f32]| Row::new(Path::new(name), feature, &columns);
        let rows = vec![row("b", &[0.6, 0.8]), row("a", &[1.0, 0.0]), row("c", &[0.0, 1.0])];
        Ratings { columns, rows }
    }

    fn names(order: Order) -> String {
        ratings().sorted(order).rows.into_iter().map(|row| row.name).collect()
    }

    #[test]
    fn similarities_are_cosines_in_percent() {
        let ratings = ratings();
        assert!((ratings.rows[0].similarities[0] - 60.0).abs() < 1e-5);
        assert_eq!(ratings.rows[1].similarities, [100.0, 0.0]);
        assert_eq!((ratings.best(0), ratings.best(1)), (Some(1), Some(2)));
    }

    #[test]
    fn rows_are_sorted_as_the_original_does() {
        assert_eq!(names(Order::parse(None, 3).unwrap()), "abc");
        assert_eq!(names(Order::parse(Some(0), 3).unwrap()), "abc");
        assert_eq!(names(Order::parse(Some(1), 3).unwrap()), "cba");
        assert_eq!(names(Order::parse(Some(-1), 3).unwrap()), "abc");
        assert_eq!(names(Order::parse(Some(-3), 3).unwrap()), "cba");
        assert_eq!(names(Order::parse(Some(2), 3).unwrap()), "abc");
        for wrong in [4, -4, i64::MIN, i64::MAX] {
            assert!(Order::parse(Some(wrong), 3).is_err(), "{wrong}");
        }
    }
}
