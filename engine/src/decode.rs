//! Image files become pixels: whole files only, upright, within bounds.

use std::io::Cursor;

use image::{DynamicImage, ImageDecoder as _, ImageFormat, ImageReader, Limits};

/// The greatest side of an image that is read, in pixels.
const MAX_SIDE: u32 = 16_384;

/// The most memory that one decoded image may take, in bytes.
const MAX_DECODED: u64 = 1 << 30;

/// How many bytes at the beginning of a file [`recognise`] looks at.
pub const HEAD_BYTES: usize = 32;

/// What the first bytes of a file say that it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// An image in a format that is read: PNG, JPEG, WebP, GIF or BMP.
    Image,
    /// An image in another format, by its name.
    OtherImage(&'static str),
    /// No image.
    Other,
}

/// Recognises an image by its content: `head` is the whole file or at least its first [`HEAD_BYTES`].
pub fn recognise(head: &[u8]) -> Content {
    match format_of(head) {
        Some(_) => Content::Image,
        None => other_format(head).map_or(Content::Other, Content::OtherImage),
    }
}

/// The format, where it is one that is read.
fn format_of(head: &[u8]) -> Option<ImageFormat> {
    match image::guess_format(head).ok()? {
        // Texts begin with `BM`, too: the size of the second header tells.
        ImageFormat::Bmp => {
            let size = u32::from_le_bytes(*head.get(14..)?.first_chunk()?);
            matches!(size, 12 | 16 | 40 | 52 | 56 | 64 | 108 | 124).then_some(ImageFormat::Bmp)
        }
        format @ (ImageFormat::Png | ImageFormat::Jpeg | ImageFormat::WebP | ImageFormat::Gif) => {
            Some(format)
        }
        _ => None,
    }
}

/// Formats that people have and that are not read. Their marks are long enough not to begin a text by chance.
fn other_format(head: &[u8]) -> Option<&'static str> {
    let brand = || head.get(4..8).filter(|mark| mark == b"ftyp").and_then(|_| head.get(8..12));
    match brand() {
        Some(b"heic" | b"heix" | b"heim" | b"heis" | b"mif1" | b"msf1") => return Some("HEIC"),
        Some(b"avif" | b"avis") => return Some("AVIF"),
        _ => {}
    }
    let marks: [(&[u8], &str); 6] = [
        (b"II*\0", "TIFF"),
        (b"MM\0*", "TIFF"),
        (b"\0\0\0\x0cJXL \r\n\x87\n", "JPEG XL"),
        (b"\0\0\0\x0cjP  \r\n\x87\n", "JPEG 2000"),
        (b"8BPS\0\x01", "Photoshop"),
        (b"\x76\x2f\x31\x01", "OpenEXR"),
    ];
    marks.into_iter().find(|(mark, _)| head.starts_with(mark)).map(|(_, name)| name)
}

/// Decodes an image within bounds and turns it as its EXIF orientation says.
///
/// A file that breaks off is refused, even where the decoder would fill up the rest.
///
/// # Errors
/// What is wrong with it, as the end of a sentence.
pub(crate) fn decode(bytes: &[u8]) -> Result<DynamicImage, String> {
    let format = format_of(bytes).ok_or_else(|| match other_format(bytes) {
        Some(name) => format!("it is a {name} file; convert it to PNG or JPEG"),
        None if bytes.is_empty() => "it is empty".to_owned(),
        None => "its content is not that of an image".to_owned(),
    })?;
    if format == ImageFormat::Jpeg && !reaches_end_of_image(bytes) {
        return Err("the JPEG breaks off before its end".to_owned());
    }
    let text = |error: image::ImageError| error.to_string();
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    limits.max_alloc = Some(MAX_DECODED);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits.clone());
    let mut decoder = reader.into_decoder().map_err(text)?;
    limits.reserve(decoder.total_bytes()).map_err(text)?;
    decoder.set_limits(limits).map_err(text)?;
    let orientation = decoder.orientation().map_err(text)?;
    let mut image = DynamicImage::from_decoder(decoder).map_err(text)?;
    image.apply_orientation(orientation);
    Ok(image)
}

/// Does a JPEG go on to its end marker?
///
/// The decoder takes a file that ends early and leaves the rest grey. Here only the structure is followed (ITU-T
/// T.81, B.1.1): segments say how long they are, and what is coded lasts until the next marker.
fn reaches_end_of_image(bytes: &[u8]) -> bool {
    const END_OF_IMAGE: u8 = 0xD9;
    let mut rest = bytes;
    loop {
        // 0xFF is followed by 0 where it is data, and by itself where it fills up.
        let marker = rest.windows(2).position(|pair| pair[0] == 0xFF && !matches!(pair[1], 0 | 0xFF));
        let Some(at) = marker else { return false };
        let marker = rest[at + 1];
        rest = &rest[at + 2..];
        let length = match marker {
            END_OF_IMAGE => return true,
            // Start of image, restarts and TEM are bare.
            0x01 | 0xD0..=0xD8 => 0,
            _ => rest.first_chunk().map_or(usize::MAX, |length| usize::from(u16::from_be_bytes(*length))),
        };
        match rest.get(length..) {
            Some(behind) => rest = behind,
            None => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use super::*;

    fn folder() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/images")
    }

    fn file(name: &str) -> Vec<u8> {
        std::fs::read(folder().join(name)).unwrap()
    }

    /// Every way of holding one picture: those that `make.py` writes.
    fn ways() -> Vec<String> {
        let names = std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().file_name());
        let mut names: Vec<String> = names.map(|name| name.into_string().unwrap()).collect();
        names.retain(|name| {
            let other = ["orientation-", "upright", "phone", "broken"];
            Path::new(name).extension() != Some("py".as_ref())
                && !other.iter().any(|other| name.starts_with(other))
        });
        names.sort();
        assert!(names.len() >= 20, "{names:?}");
        names
    }

    #[test]
    fn no_beginning_of_a_file_is_another_picture() {
        for name in ways() {
            let whole = file(&name);
            let picture = decode(&whole).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!((picture.width(), picture.height()), (24, 16), "{name}");
            for end in 0..whole.len() {
                if let Ok(other) = decode(&whole[..end]) {
                    let same = other == picture;
                    assert!(same, "{name}: the first {end} of {} bytes are another picture", whole.len());
                }
            }
            // The first frame of a film in a GIF ends before its half.
            let half = decode(&whole[..whole.len() / 2]);
            assert!(half.is_err() || name == "animated.gif", "{name}: half a file is taken");
        }
    }

    #[test]
    fn a_jpeg_that_breaks_off_is_refused() {
        let error = decode(&file("broken_off.jpg")).unwrap_err();
        assert_eq!(error, "the JPEG breaks off before its end");
        // An end marker within a segment, such as that of a thumbnail, is not the file's.
        let segment = [0xFF, 0xD8, 0xFF, 0xE1, 0, 4, 0xFF, 0xD9, 0xFF, 0xDA, 0, 2, 7, 0xFF, 0, 0xFF, 0xD0, 7];
        assert!(!reaches_end_of_image(&segment));
        assert!(reaches_end_of_image(&[&segment[..], &[0xFF, 0xD9]].concat()));
    }

    #[test]
    fn pictures_stand_upright() {
        let upright = decode(&file("upright.png")).unwrap().to_rgb8();
        for orientation in 1..=8 {
            for ending in ["png", "webp"] {
                let name = format!("orientation-{orientation}.{ending}");
                assert!(decode(&file(&name)).unwrap().to_rgb8() == upright, "{name}");
            }
        }
        let phone = decode(&file("phone.jpg")).unwrap().to_rgb8();
        let upright = decode(&file("phone-upright.png")).unwrap().to_rgb8();
        assert_eq!(phone.dimensions(), upright.dimensions());
        let distance = |(a, b): (&u8, &u8)| u64::from(a.abs_diff(*b));
        let apart: u64 = phone.iter().zip(upright.iter()).map(distance).sum();
        assert!(apart / (phone.len() as u64) < 8, "{apart} levels apart in {} values", phone.len());
    }

    #[test]
    fn files_are_known_by_their_content() {
        for name in ways() {
            assert_eq!(recognise(&file(&name)[..HEAD_BYTES]), Content::Image, "{name}");
        }
        assert_eq!(recognise(b"\0\0\0\x18ftypheic\0\0\0\0mif1"), Content::OtherImage("HEIC"));
        assert_eq!(recognise(b"II*\0\x08\0\0\0"), Content::OtherImage("TIFF"));
        for text in ["", "P3 is a word", "BMW is not a bitmap, nor a picture", "epochs: 3\n", "RIFF", "GIF"] {
            assert_eq!(recognise(text.as_bytes()), Content::Other, "{text}");
        }
        assert!(decode(b"II*\0\x08\0\0\0").unwrap_err().contains("TIFF"));
        assert_eq!(decode(b"").unwrap_err(), "it is empty");
    }
}
