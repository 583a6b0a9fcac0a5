//! The picture before, as an image of the next one's experiment.

use std::io::Cursor;
use std::path::Path;

use image::ImageFormat;

use crate::failure::Failure;

/// A frame without its record, which would hold the frames before it, one within the other.
pub(super) fn pixels_alone(path: &Path) -> Result<Vec<u8>, Failure> {
    let unreadable = |error: &dyn std::fmt::Display| {
        Failure::failed(format!(
            "cannot read {}: {error}\nhelp: delete the file, and the same command draws it again",
            path.display()
        ))
    };
    let bytes = std::fs::read(path).map_err(|error| unreadable(&error))?;
    let image = image::load_from_memory_with_format(&bytes, ImageFormat::Png);
    let mut png = Cursor::new(Vec::new());
    image
        .map_err(|error| unreadable(&error))?
        .into_rgb8()
        .write_to(&mut png, ImageFormat::Png)
        .map_err(|error| Failure::failed(format!("cannot encode {}: {error}", path.display())))?;
    Ok(png.into_inner())
}

#[cfg(test)]
mod tests {
    use clipig_core::Canvas;
    use clipig_picture::{TextChunk, encode_png};

    use super::*;

    #[test]
    fn a_frame_for_the_next_one_has_pixels_and_no_record() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("00000.png");
        let canvas = Canvas::new(2, 2, vec![0.25; 12]).unwrap();
        let text = TextChunk { keyword: "clipig run".to_owned(), text: "long ".repeat(1_000) };
        std::fs::write(&path, encode_png(&canvas, &[text]).unwrap()).unwrap();
        let alone = pixels_alone(&path).unwrap();
        assert!(alone.len() < 200 && clipig_picture::read_texts(&alone).unwrap().is_empty());
        assert_eq!(alone, pixels_alone(&path).unwrap());
        let pixels = |bytes: &[u8]| image::load_from_memory(bytes).unwrap().into_rgb8();
        assert_eq!(pixels(&alone), pixels(&std::fs::read(&path).unwrap()));
        std::fs::write(&path, "torn").unwrap();
        assert!(pixels_alone(&path).unwrap_err().to_string().contains("delete the file"));
    }
}
