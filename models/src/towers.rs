//! Attention heads of towers that are public, by their width. Heads cannot be seen in the tensors.
//!
//! From `src/open_clip/model_configs/` of `open_clip` 3.3.0 (`vision_cfg.width` and `head_width`, `text_cfg.width`
//! and `heads`), and the same from `config.json` of the models on Hugging Face that have these widths. Every
//! width has the same number of heads in all of them.

/// A width and the number of heads that it is divided among.
type Tower = (u32, u32);

/// Image towers: ViT-S, M, B, B-plus, L; then those whose heads are not 64 wide: H (80), g (88), `bigG` (104),
/// e (112).
const VISION: [Tower; 9] = [
    (384, 6),
    (512, 8),
    (768, 12),
    (896, 14),
    (1_024, 16),
    (1_280, 16),
    (1_408, 16),
    (1_664, 16),
    (1_792, 16),
];

/// Attention pooling of RN50 and RN101, and of RN50 four, 16 and 64 times as large: 64 wide.
const POOLING: [Tower; 4] = [(2_048, 32), (2_560, 40), (3_072, 48), (4_096, 64)];

/// Text towers, all with heads 64 wide: ViT-S-alt, S, B, `RN50x4`, L, H and g, `bigG` and e.
const TEXT: [Tower; 7] = [(256, 4), (384, 6), (512, 8), (640, 10), (768, 12), (1_024, 16), (1_280, 20)];

/// Heads of an image tower that is a transformer.
pub(crate) fn vision_heads(width: u32) -> Option<u32> {
    heads(&VISION, width)
}

/// Heads of an attention pooling.
pub(crate) fn pooling_heads(width: u32) -> Option<u32> {
    heads(&POOLING, width)
}

/// Heads of a text tower.
pub(crate) fn text_heads(width: u32) -> Option<u32> {
    heads(&TEXT, width)
}

fn heads(table: &[Tower], width: u32) -> Option<u32> {
    table.iter().find(|(known, _)| *known == width).map(|(_, heads)| *heads)
}

/// The numbers of heads that a width allows, with heads from 16 to 128 wide.
pub(crate) fn choices(width: u32) -> String {
    let widths = [128, 112, 104, 96, 88, 80, 72, 64, 48, 40, 32, 24, 16];
    let fitting = widths.iter().filter(|&&head| width.is_multiple_of(head) && width >= head);
    let shown: Vec<String> = fitting.map(|head| format!("{} ({head} wide)", width / head)).collect();
    if shown.is_empty() { format!("a divisor of {width}") } else { shown.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::{TEXT, VISION, choices, vision_heads};

    #[test]
    fn heads_divide_their_widths() {
        for (width, heads) in VISION.iter().chain(&TEXT) {
            assert_eq!(width % heads, 0, "{width}");
        }
        assert_eq!(vision_heads(1_280), Some(16));
        assert_eq!(vision_heads(320), None);
    }

    #[test]
    fn choices_are_divisors() {
        assert_eq!(choices(320), "4 (80 wide), 5 (64 wide), 8 (40 wide), 10 (32 wide), 20 (16 wide)");
        assert_eq!(choices(7), "a divisor of 7");
    }
}
