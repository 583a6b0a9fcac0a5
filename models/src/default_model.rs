//! Which model is used where an experiment names none.

use crate::{embedded, registry, store::Store};

/// The model that stands in, and what to tell the person about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DefaultModel {
    /// Its name.
    pub name: &'static str,
    /// A line that says why it is not the usual one and how to get that; `None` where it is.
    pub explanation: Option<String>,
}

impl Store {
    /// ViT-B/32 where its weights are in the store, else the embedded model.
    pub fn default_model(&self) -> DefaultModel {
        let preferred = registry::PREFERRED;
        if self.weights_file(preferred).is_file() {
            return DefaultModel { name: preferred, explanation: None };
        }
        let size = registry::find(preferred).and_then(|model| model.size);
        let size = size.map(|bytes| format!(" ({} MB)", bytes / 1_000_000)).unwrap_or_default();
        let explanation = format!(
            "using the small model inside clipig, {}, which knows emoji-like things and colours; `clipig model \
             pull {preferred}` gets the usual one{size}",
            embedded::NAME
        );
        DefaultModel { name: embedded::NAME, explanation: Some(explanation) }
    }
}
