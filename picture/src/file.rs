//! The canvas as a PNG with texts.

use std::io;

use clipig_core::Canvas;

/// A named text in a PNG.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextChunk {
    /// Latin-1, at most 79 characters.
    pub keyword: String,
    /// Any text.
    pub text: String,
}

/// Encodes the canvas, limited to [0, 1], as an 8-bit PNG with texts.
///
/// # Errors
/// When the encoder refuses a text.
pub fn encode_png(canvas: &Canvas, texts: &[TextChunk]) -> Result<Vec<u8>, png::EncodingError> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, canvas.width() as u32, canvas.height() as u32);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    for TextChunk { keyword, text } in texts {
        encoder.add_itxt_chunk(keyword.clone(), text.clone())?;
    }
    encoder.write_header()?.write_image_data(&to_bytes(canvas))?;
    Ok(bytes)
}

/// The texts of a PNG.
///
/// # Errors
/// When the bytes are not a PNG.
pub fn read_texts(bytes: &[u8]) -> Result<Vec<TextChunk>, png::DecodingError> {
    let mut reader = png::Decoder::new(io::Cursor::new(bytes)).read_info()?;
    // Texts may stand behind the pixels.
    while reader.next_row()?.is_some() {}
    reader.finish()?;
    let info = reader.info();
    let international = info
        .utf8_text
        .iter()
        .filter_map(|chunk| Some(TextChunk { keyword: chunk.keyword.clone(), text: chunk.get_text().ok()? }));
    let latin = info
        .uncompressed_latin1_text
        .iter()
        .map(|chunk| TextChunk { keyword: chunk.keyword.clone(), text: chunk.text.clone() });
    Ok(international.chain(latin).collect())
}

/// Rows of red, green and blue bytes.
fn to_bytes(canvas: &Canvas) -> Vec<u8> {
    let plane = canvas.width() * canvas.height();
    let pixels = canvas.pixels();
    let byte = |value: f32| (value.clamp(0.0, 1.0) * 255.0 + 0.5) as u8;
    (0..plane).flat_map(|i| [0, 1, 2].map(|channel| byte(pixels[channel * plane + i]))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_keeps_pixels_and_texts() {
        let pixels = vec![-1.0, 0.5, 1.0, 2.0, 0.0, 0.25, 0.1, 0.2, 0.3, 0.4, 0.998, 1.0];
        let canvas = Canvas::new(2, 2, pixels).unwrap();
        let texts = vec![
            TextChunk { keyword: "clipig seed".into(), text: "7".into() },
            TextChunk { keyword: "clipig experiment".into(), text: "text: ein Löffel 🥄\n".repeat(500) },
        ];
        let png = encode_png(&canvas, &texts).unwrap();
        assert_eq!(read_texts(&png).unwrap(), texts);
        assert_eq!(to_bytes(&canvas), [0, 0, 77, 128, 64, 102, 255, 26, 254, 255, 51, 255]);
    }
}
