//! What is measured.

pub(crate) mod coordination;
pub(crate) mod exhaustion;
pub(crate) mod kill;
pub(crate) mod memory;
pub(crate) mod proxies;
pub(crate) mod scaling;
pub(crate) mod tracing;
pub(crate) mod wire;

/// The list that was asked for, or the one that is measured otherwise.
fn or_default<T: Clone>(asked: &[T], default: &[T]) -> Vec<T> {
    if asked.is_empty() { default.to_vec() } else { asked.to_vec() }
}

/// A number for a table; a dash where there is none.
fn shown(value: Option<f64>, digits: usize) -> String {
    value.map_or_else(|| "–".to_owned(), |value| format!("{value:.digits$}"))
}
