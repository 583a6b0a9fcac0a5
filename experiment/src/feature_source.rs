//! What features are made of.

use std::borrow::Cow;

/// Where a feature comes from.
#[derive(Clone, Debug, PartialEq)]
pub enum FeatureSource {
    /// Words.
    Text(String),
    /// Path of an image.
    Image(String),
    /// A change.
    Direction(Box<Direction>),
    /// The look of an image, whatever it shows.
    Style(Style),
}

/// The look of an image: statistics of its patches.
#[derive(Clone, Debug, PartialEq)]
pub struct Style {
    /// Path of the image.
    pub image: String,
    /// How deep in the model patches are compared, 0 to 1.
    pub depth: f64,
}

/// A change of the picture: as `to` differs from `from`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Direction {
    /// What is there.
    pub from: Subject,
    /// What it should become.
    pub to: Subject,
    /// Path of the image that the change is measured from; `None`: the first canvas.
    pub origin: Option<String>,
}

/// A text or an image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// Words.
    Text(String),
    /// Path of an image.
    Image(String),
}

impl Subject {
    /// The words, or the path.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Text(text) | Self::Image(text) => text,
        }
    }
}

impl FeatureSource {
    /// In one line, as tables show it: the words, the path, `from → to` or `style of …`.
    pub fn shown(&self) -> Cow<'_, str> {
        match self {
            Self::Text(text) | Self::Image(text) => text.into(),
            Self::Direction(direction) => {
                format!("{} → {}", direction.from.as_str(), direction.to.as_str()).into()
            }
            Self::Style(style) => format!("style of {}", style.image).into(),
        }
    }

    /// The name of a source that is compared by its angle alone; `None` for those whose vector is compared with that of
    /// the window.
    pub fn angle(&self) -> Option<&'static str> {
        match self {
            Self::Text(_) | Self::Image(_) => None,
            Self::Direction(_) => Some("direction"),
            Self::Style(_) => Some("style"),
        }
    }

    /// The texts that it uses, each with what its path has behind that of the source.
    pub fn texts(&self) -> Vec<(&'static str, &str)> {
        match self {
            Self::Text(text) => vec![("", text)],
            Self::Image(_) | Self::Style(_) => Vec::new(),
            Self::Direction(direction) => {
                let ends = [(".from", &direction.from), (".to", &direction.to)].into_iter();
                let texts = ends.filter_map(|(name, end)| match end {
                    Subject::Text(text) => Some((name, text.as_str())),
                    Subject::Image(_) => None,
                });
                texts.collect()
            }
        }
    }

    /// The images that it uses.
    pub fn images(&self) -> Vec<&str> {
        match self {
            Self::Text(_) => Vec::new(),
            Self::Image(name) => vec![name],
            Self::Direction(direction) => {
                let ends = [&direction.from, &direction.to].into_iter();
                let images = ends.filter_map(|end| match end {
                    Subject::Text(_) => None,
                    Subject::Image(name) => Some(name.as_str()),
                });
                images.chain(direction.origin.as_deref()).collect()
            }
            Self::Style(style) => vec![&style.image],
        }
    }
}
