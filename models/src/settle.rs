//! How a model's tensors are to be read: what the person says, else what lies beside the file, else what is
//! known of towers of its width. Nothing is guessed that would change pictures.

use std::path::Path;

use crate::{
    architecture::{Architecture, Vision},
    configuration::Stated,
    error::ModelError,
    registry::{Activation, CLIP_MEAN, CLIP_STD, ModelSpec, Registered},
    towers,
};

/// What a person says of a model.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Flags {
    /// Attention heads of the image tower.
    pub heads: Option<u32>,
    /// Attention heads of the text tower.
    pub text_heads: Option<u32>,
    /// The activation of both towers.
    pub activation: Option<Activation>,
    /// Mean per colour.
    pub mean: Option<[f32; 3]>,
    /// Standard deviation per colour.
    pub std: Option<[f32; 3]>,
    /// Most tokens of a text.
    pub context: Option<u32>,
}

/// How a model is read, and who says so.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Settled {
    pub(crate) spec: ModelSpec,
    /// A line for people.
    pub(crate) line: String,
}

/// A value and who says it.
struct Said<T> {
    value: T,
    by: String,
}

impl<T> Said<T> {
    fn new(value: T, by: impl Into<String>) -> Self {
        Self { value, by: by.into() }
    }
}

/// Decides for a model that clipig does not know by name.
pub(crate) fn settle(
    path: &Path,
    architecture: &Architecture,
    stated: &Stated,
    flags: &Flags,
) -> Result<Settled, ModelError> {
    check_flags(architecture, flags)?;
    let files = stated.files.join(" and ");
    let flag = |flag: &str| format!("as {flag} says");
    let (vision_width, text_width) = (architecture.vision_width(), architecture.text_width);
    let known_vision = match architecture.vision {
        Vision::Transformer { width, .. } => towers::vision_heads(width),
        Vision::ResNet { .. } => towers::pooling_heads(vision_width),
    };
    let heads = |given: Option<u32>, name: &str, stated: Option<u32>, known: Option<u32>, width: u32| {
        given
            .map(|heads| Said::new(heads, flag(name)))
            .or_else(|| stated.map(|heads| Said::new(heads, files.clone())))
            .or_else(|| known.map(|heads| Said::new(heads, format!("as all public towers {width} wide"))))
    };
    let vision = heads(flags.heads, "--heads", stated.vision_heads, known_vision, vision_width);
    let known_text = towers::text_heads(text_width);
    let text = heads(flags.text_heads, "--text-heads", stated.text_heads, known_text, text_width);
    let activation = flags
        .activation
        .map(|activation| Said::new(activation, flag("--activation")))
        .or_else(|| stated.activation.map(|activation| Said::new(activation, files.clone())));
    let mut questions = Vec::new();
    if vision.is_none() {
        questions.push(format!(
            "--heads N: attention heads of the image tower, which is {vision_width} wide: {}",
            towers::choices(vision_width)
        ));
    }
    if text.is_none() {
        questions.push(format!(
            "--text-heads N: attention heads of the text tower, which is {text_width} wide: {}",
            towers::choices(text_width)
        ));
    }
    if activation.is_none() {
        questions.push(
            "--activation NAME: quick_gelu (OpenAI's models, and those with \"quickgelu\" in their open_clip name) or gelu \
             (all other open_clip models)"
                .to_owned(),
        );
    }
    let (Some(vision), Some(text), Some(activation)) = (vision, text, activation) else {
        return Err(ModelError::Unknowable { path: path.to_owned(), questions });
    };
    divides("--heads", &vision, vision_width)?;
    divides("--text-heads", &text, text_width)?;
    let spec = ModelSpec {
        input_size: architecture.input_size,
        embed_dim: architecture.embed_dim,
        vision_heads: vision.value,
        text_heads: text.value,
        activation: activation.value,
        mean: flags.mean.or(stated.mean).unwrap_or(CLIP_MEAN),
        std: flags.std.or(stated.std).unwrap_or(CLIP_STD),
        context: flags.context,
        resize: stated.resize.unwrap_or_default(),
    };
    let colors = match (flags.mean.or(flags.std), stated.mean.or(stated.std)) {
        (Some(_), _) => "as --mean and --std say".to_owned(),
        (None, Some(_)) => files.clone(),
        (None, None) => "CLIP's own; --mean and --std say others".to_owned(),
    };
    let line = format!(
        "image tower: {} heads ({}); text tower: {} heads ({}); {} ({}); mean {:?}, std {:?} ({colors})",
        vision.value, vision.by, text.value, text.by, activation.value, activation.by, spec.mean, spec.std
    );
    Ok(Settled { spec, line })
}

fn divides(flag: &'static str, heads: &Said<u32>, width: u32) -> Result<(), ModelError> {
    if heads.value > 0 && width.is_multiple_of(heads.value) {
        return Ok(());
    }
    let choices = towers::choices(width);
    let why = format!("{} heads ({}) do not divide a width of {width}; {choices} do", heads.value, heads.by);
    Err(ModelError::Contradiction { flag, why })
}

fn check_flags(architecture: &Architecture, flags: &Flags) -> Result<(), ModelError> {
    let wrong = |flag, why: String| Err(ModelError::Contradiction { flag, why });
    if let Some(std) = flags.std
        && std.iter().any(|std| !(std.is_finite() && *std > 0.0))
    {
        return wrong("--std", format!("a standard deviation is a number greater than 0, not {std:?}"));
    }
    if let Some(mean) = flags.mean
        && mean.iter().any(|mean| !mean.is_finite())
    {
        return wrong("--mean", format!("a mean is a number, not {mean:?}"));
    }
    match flags.context {
        Some(context) if !(3..=architecture.context).contains(&context) => wrong(
            "--context",
            format!(
                "{context} tokens; the model has {} positions, so 3 to {0} are possible",
                architecture.context
            ),
        ),
        _ => Ok(()),
    }
}

/// Compares what is said of a file with a model that clipig knows by name: its settings are fixed.
pub(crate) fn contradiction(known: &Registered, stated: &Stated, flags: &Flags) -> Result<(), String> {
    let spec = &known.spec;
    let files = stated.files.join(" and ");
    let near = |a: [f32; 3], b: [f32; 3]| a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-5);
    let differ = |what: &str, found: String, by: &str, own: String| {
        Err(format!("its {what} would be {found} ({by}), and {} has {own}", known.name))
    };
    let numbers = [
        ("number of heads in the image tower", flags.heads, stated.vision_heads, spec.vision_heads),
        ("number of heads in the text tower", flags.text_heads, stated.text_heads, spec.text_heads),
    ];
    for (what, flag, file, own) in numbers {
        for (found, by) in [(flag, "by a flag"), (file, files.as_str())] {
            if let Some(found) = found.filter(|&found| found != own) {
                return differ(what, found.to_string(), by, own.to_string());
            }
        }
    }
    for (found, by) in [(flags.activation, "by a flag"), (stated.activation, files.as_str())] {
        if let Some(found) = found.filter(|&found| found != spec.activation) {
            return differ("activation", found.to_string(), by, spec.activation.to_string());
        }
    }
    let colors = [("mean", flags.mean, stated.mean, spec.mean), ("std", flags.std, stated.std, spec.std)];
    for (what, flag, file, own) in colors {
        for (found, by) in [(flag, "by a flag"), (file, files.as_str())] {
            if let Some(found) = found.filter(|&found| !near(found, own)) {
                return differ(what, format!("{found:?}"), by, format!("{own:?}"));
            }
        }
    }
    match (flags.context, stated.resize) {
        (Some(context), _) if Some(context) != spec.context => {
            differ("context", context.to_string(), "by a flag", "that of its positions".to_owned())
        }
        (_, Some(resize)) if resize != spec.resize => {
            differ("way of resizing images", resize.to_string(), &files, spec.resize.to_string())
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{Flags, Settled, contradiction, settle};
    use crate::{
        architecture::{Architecture, Naming, Vision},
        configuration::Stated,
        registry::{self, Activation},
    };

    const PATH: &str = "m.safetensors";

    fn architecture(width: u32, text_width: u32) -> Architecture {
        Architecture {
            naming: Naming::OpenAi,
            vision: Vision::Transformer { width, layers: 2, feed_forward: 4 * width, patch: 8 },
            input_size: 32,
            embed_dim: 64,
            context: 77,
            vocabulary: 49_408,
            text_width,
            text_layers: 2,
            text_feed_forward: 4 * text_width,
        }
    }

    fn settled(width: u32, text_width: u32, stated: &Stated, flags: Flags) -> Result<Settled, String> {
        settle(Path::new(PATH), &architecture(width, text_width), stated, &flags).map_err(|e| e.to_string())
    }

    #[test]
    fn what_cannot_be_known_is_asked() {
        let asked = settled(320, 64, &Stated::default(), Flags::default()).unwrap_err();
        for part in ["--heads N", "320 wide: 4 (80 wide)", "--text-heads N", "1 (64 wide)", "--activation"] {
            assert!(asked.contains(part), "{part}: {asked}");
        }
        let gelu = Flags { activation: Some(Activation::Gelu), ..Flags::default() };
        // ViT-H/14 and its text tower are known by their widths.
        let huge = settled(1_280, 1_024, &Stated::default(), gelu).unwrap();
        assert_eq!((huge.spec.vision_heads, huge.spec.text_heads), (16, 16));
        assert!(huge.line.contains("all public towers 1280 wide"), "{}", huge.line);
    }

    #[test]
    fn flags_stand_above_files_and_files_above_the_table() {
        let stated = Stated {
            files: vec!["config.json".to_owned()],
            vision_heads: Some(8),
            text_heads: Some(8),
            activation: Some(Activation::Gelu),
            mean: Some([0.5; 3]),
            std: Some([0.25; 3]),
            ..Stated::default()
        };
        let file = settled(768, 512, &stated, Flags::default()).unwrap().spec;
        assert_eq!((file.vision_heads, file.activation, file.mean), (8, Activation::Gelu, [0.5; 3]));
        let flags = Flags {
            heads: Some(24),
            activation: Some(Activation::QuickGelu),
            std: Some([1.0; 3]),
            context: Some(20),
            ..Flags::default()
        };
        let flagged = settled(768, 512, &stated, flags).unwrap().spec;
        assert_eq!((flagged.vision_heads, flagged.text_heads), (24, 8));
        assert_eq!((flagged.activation, flagged.mean), (Activation::QuickGelu, [0.5; 3]));
        assert_eq!((flagged.std, flagged.context), ([1.0; 3], Some(20)));
    }

    #[test]
    fn impossible_flags_are_refused() {
        let base = Flags { activation: Some(Activation::Gelu), ..Flags::default() };
        let with = |flags| settled(768, 512, &Stated::default(), flags).unwrap_err();
        assert!(with(Flags { heads: Some(7), ..base }).contains("do not divide"));
        assert!(with(Flags { heads: Some(0), ..base }).contains("do not divide"));
        assert!(with(Flags { std: Some([0.0, 1.0, 1.0]), ..base }).contains("greater than 0"));
        assert!(with(Flags { mean: Some([f32::NAN; 3]), ..base }).contains("--mean"));
        assert!(with(Flags { context: Some(78), ..base }).contains("77"));
        assert!(with(Flags { context: Some(2), ..base }).contains("77"));
    }

    #[test]
    fn known_models_have_their_settings() {
        let known = registry::find("ViT-B/32").unwrap();
        let none = Stated::default();
        assert_eq!(contradiction(known, &none, &Flags::default()), Ok(()));
        let gelu = Flags { activation: Some(Activation::Gelu), ..Flags::default() };
        assert!(contradiction(known, &none, &gelu).unwrap_err().contains("QuickGELU"));
        let stated = Stated { vision_heads: Some(16), ..Stated::default() };
        assert!(contradiction(known, &stated, &Flags::default()).unwrap_err().contains("12"));
        let same = Stated { vision_heads: Some(12), mean: Some(known.spec.mean), ..Stated::default() };
        assert_eq!(contradiction(known, &same, &Flags::default()), Ok(()));
    }
}
