//! A film of snapshots, made by ffmpeg.
//!
//! The frames are decoded and brought to one size here, and ffmpeg gets them as plain pixels. Given files instead, it
//! begins anew wherever the resolution changes: `palettegen` then forgets all frames before.

use std::io::{ErrorKind, Read as _};
use std::path::Path;
use std::process::{Command, Stdio};

use image::RgbImage;
use image::imageops::{self, FilterType};

use crate::failure::Failure;
use crate::picture::file;

/// Frames per second that a GIF holds: it counts in hundredths of a second, and programs take 1 for a mistake.
const FASTEST_GIF: u32 = 50;

/// What a film is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Mp4,
    Gif,
}

/// A film that can be made.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Film<'a> {
    path: &'a Path,
    format: Format,
    rate: u32,
    ffmpeg: &'a str,
}

impl<'a> Film<'a> {
    /// Checks that a film can be made, before anything is fetched for it.
    pub(crate) fn prepare(path: &'a Path, rate: u32, ffmpeg: &'a str) -> Result<Self, Failure> {
        let format = format(path)?;
        if format == Format::Gif && rate > FASTEST_GIF {
            return Err(Failure::usage(format!(
                "--video {}: a GIF shows at most {FASTEST_GIF} frames per second, and {rate} are asked for\nhelp: ask for \
                 fewer, or make an .mp4",
                path.display()
            )));
        }
        if path.exists() {
            return Err(Failure::usage(format!(
                "--video {}: the file exists already\nhelp: choose another name, or delete the file",
                path.display()
            )));
        }
        let found = Command::new(ffmpeg).arg("-version").stdout(Stdio::null()).stderr(Stdio::null()).status();
        match found {
            Ok(status) if status.success() => Ok(Self { path, format, rate, ffmpeg }),
            Err(error) if error.kind() != ErrorKind::NotFound => {
                Err(Failure::failed(format!("ffmpeg cannot be started: {error}")))
            }
            _ => Err(Failure::failed(
                "a film needs ffmpeg, which is not on the PATH\nhelp: install it (Debian: `apt install ffmpeg`), or leave \
                 --video out and make the film elsewhere (`clipig fetch --snapshots` brings the pictures of a job)",
            )),
        }
    }

    pub(crate) fn path(&self) -> &Path {
        self.path
    }

    /// Makes the film of pictures (files in order). All frames get the size of the last one.
    pub(crate) fn make(&self, frames: &[impl AsRef<Path>]) -> Result<(), Failure> {
        let Some(last) = frames.last() else {
            return Err(Failure::failed(
                "the job has no snapshots to make a film of; set `snapshot_interval` in the experiment",
            ));
        };
        let size =
            image::image_dimensions(last.as_ref()).map_err(|error| unreadable(last.as_ref(), &error))?;
        let frames = Frames { files: frames, size: self.format.size(size) };
        file::make_folder(self.path)?;
        let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new("."));
        let temporary = tempfile::Builder::new().prefix(".clipig-").tempdir_in(folder);
        let temporary = temporary.map_err(|error| self.cannot(&error))?;
        let film = temporary.path().join(match self.format {
            Format::Mp4 => "film.mp4",
            Format::Gif => "film.gif",
        });
        match self.format {
            Format::Mp4 => self.run(&frames, &mp4(), &film)?,
            Format::Gif => {
                let palette = temporary.path().join("palette.png");
                self.run(
                    &frames,
                    &words(&["-vf", "palettegen", "-frames:v", "1", "-update", "1"]),
                    &palette,
                )?;
                let mut options = words(&["-i"]);
                options.push(palette.into_os_string());
                options.extend(words(&["-lavfi", "paletteuse"]));
                self.run(&frames, &options, &film)?;
            }
        }
        let whole = std::fs::File::open(&film).and_then(|file| {
            file.sync_all()?;
            file.metadata()
        });
        if whole.map_err(|error| self.cannot(&error))?.len() == 0 {
            return Err(self.cannot(&"ffmpeg left an empty file"));
        }
        let film = tempfile::TempPath::try_from_path(film).map_err(|error| self.cannot(&error))?;
        film.persist_noclobber(self.path).map_err(|failed| self.cannot(&failed.error))
    }

    /// Gives ffmpeg the frames; it makes `result` of them, with these options.
    fn run(
        &self,
        frames: &Frames<'_, impl AsRef<Path>>,
        options: &[std::ffi::OsString],
        result: &Path,
    ) -> Result<(), Failure> {
        let (width, height) = frames.size;
        let mut command = Command::new(self.ffmpeg);
        command.args(["-nostdin", "-loglevel", "error", "-f", "rawvideo", "-pix_fmt", "rgb24"]);
        command.args(["-video_size", &format!("{width}x{height}"), "-framerate", &self.rate.to_string()]);
        command.args(["-i", "-"]).args(options).arg("-n").arg(result);
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(|error| self.cannot(&error))?;
        let said = child.stderr.take().map(|mut stderr| {
            std::thread::spawn(move || {
                let mut said = Vec::new();
                let _ = stderr.read_to_end(&mut said);
                String::from_utf8_lossy(&said).trim_end().to_owned()
            })
        });
        // Where ffmpeg has ended early, its own words say why.
        let fed = child.stdin.take().map_or(Ok(()), |mut stdin| frames.write(&mut stdin));
        let status = child.wait().map_err(|error| self.cannot(&error))?;
        let said = said.and_then(|said| said.join().ok()).unwrap_or_default();
        fed?;
        if status.success() { Ok(()) } else { Err(self.cannot(&format!("ffmpeg says: {said}"))) }
    }

    fn cannot(&self, error: &dyn std::fmt::Display) -> Failure {
        Failure::failed(format!("cannot make {}: {error}", self.path.display()))
    }
}

/// The format that the name of a file asks for.
fn format(path: &Path) -> Result<Format, Failure> {
    match path.extension().map(std::ffi::OsStr::to_ascii_lowercase).as_deref() {
        Some(extension) if extension == "mp4" => Ok(Format::Mp4),
        Some(extension) if extension == "gif" => Ok(Format::Gif),
        _ => Err(Failure::usage(format!(
            "--video {}: the name of a film must end in .mp4 or .gif",
            path.display()
        ))),
    }
}

impl Format {
    /// The size of a film whose last picture has this one: codecs with halved colours want even sides.
    fn size(self, (width, height): (u32, u32)) -> (u32, u32) {
        let even = |side: u32| (side / 2 * 2).max(2);
        match self {
            Self::Mp4 => (even(width), even(height)),
            Self::Gif => (width, height),
        }
    }
}

/// H.264 that every player knows. Colours are those of BT.709, and the file says so: without a word, players take
/// BT.601 for small films and BT.709 for large ones.
fn mp4() -> Vec<std::ffi::OsString> {
    let filter = "scale=in_range=full:out_range=limited:out_color_matrix=bt709:\
                  flags=accurate_rnd+full_chroma_int+full_chroma_inp,format=yuv420p,\
                  setparams=range=limited:color_primaries=bt709:color_trc=bt709:colorspace=bt709,setsar=1";
    let mut options = words(&["-vf", filter, "-c:v", "libx264", "-crf", "17", "-movflags", "+faststart"]);
    for property in ["-colorspace", "-color_primaries", "-color_trc"] {
        options.extend(words(&[property, "bt709"]));
    }
    options.extend(words(&["-color_range", "tv"]));
    options
}

fn words(words: &[&str]) -> Vec<std::ffi::OsString> {
    words.iter().map(Into::into).collect()
}

/// Pictures as frames of one size.
struct Frames<'a, P> {
    files: &'a [P],
    size: (u32, u32),
}

impl<P: AsRef<Path>> Frames<'_, P> {
    /// Writes the pixels of all frames, one after the other: a film of large pictures does not fit into memory.
    fn write(&self, sink: &mut impl std::io::Write) -> Result<(), Failure> {
        for file in self.files {
            let file = file.as_ref();
            let image = opened(file).map_err(|error| unreadable(file, &error))?;
            match sink.write_all(self.fitted(image.into_rgb8()).as_raw()) {
                Ok(()) => {}
                Err(error) if error.kind() == ErrorKind::BrokenPipe => return Ok(()),
                Err(error) => return Err(Failure::failed(format!("ffmpeg takes no frames: {error}"))),
            }
        }
        Ok(())
    }

    /// A picture in the size of the film. One that is a pixel too large for an even side loses that pixel: scaling
    /// would blur all of it.
    fn fitted(&self, image: RgbImage) -> RgbImage {
        let (width, height) = self.size;
        let surplus = |side: u32, wanted: u32| side == wanted || side == wanted + 1;
        if image.dimensions() == self.size {
            image
        } else if surplus(image.width(), width) && surplus(image.height(), height) {
            imageops::crop_imm(&image, 0, 0, width, height).to_image()
        } else {
            imageops::resize(&image, width, height, FilterType::Lanczos3)
        }
    }
}

/// A snapshot of any size that a canvas can have.
fn opened(file: &Path) -> Result<image::DynamicImage, image::ImageError> {
    let mut reader = image::ImageReader::open(file)?;
    let mut limits = image::Limits::default();
    limits.max_alloc = Some(2 << 30);
    reader.limits(limits);
    reader.decode()
}

fn unreadable(path: &Path, error: &image::ImageError) -> Failure {
    Failure::failed(format!("cannot read {}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use image::Rgb;

    use super::*;

    /// Red, green, blue and a colour between: in every frame a quarter each, in another order.
    const COLOURS: [[u8; 3]; 4] = [[200, 0, 0], [0, 200, 0], [0, 0, 200], [180, 140, 60]];

    /// Twelve snapshots of a run whose resolution changes twice; the last ones are large enough for players to guess
    /// other colours than for small films.
    fn snapshots(folder: &Path, sides: [u32; 3]) -> Vec<PathBuf> {
        let frame = |i: usize| {
            let side = sides[i / 4];
            let image = RgbImage::from_fn(side, side, |x, y| Rgb(COLOURS[quarter(side, x, y, i)]));
            let path = folder.join(format!("{i:08}.png"));
            image.save(&path).unwrap();
            path
        };
        (0..12).map(frame).collect()
    }

    /// Which colour stands at a place of frame `i`.
    fn quarter(side: u32, x: u32, y: u32, i: usize) -> usize {
        (usize::from(x >= side / 2) + 2 * usize::from(y >= side / 2) + i) % 4
    }

    /// Runs a program of ffmpeg, which tests need.
    fn output(program: &str, arguments: &[&str], film: &Path) -> Vec<u8> {
        let output = Command::new(program).args(arguments).arg(film).stdin(Stdio::null()).output();
        let output = output.unwrap_or_else(|error| {
            panic!("{program}: {error}; this test needs ffmpeg and ffprobe (Debian: `apt install ffmpeg`)")
        });
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    }

    /// What ffprobe says of a film, and its frames as players show them.
    fn read_back(film: &Path) -> (serde_json::Value, Vec<RgbImage>) {
        let probe = ["-v", "error", "-count_frames", "-show_streams", "-of", "json"];
        let probed: serde_json::Value = serde_json::from_slice(&output("ffprobe", &probe, film)).unwrap();
        let stream = probed["streams"][0].clone();
        let side = |name: &str| stream[name].as_u64().unwrap() as u32;
        let (width, height) = (side("width"), side("height"));
        // The film is the last argument for ffprobe, not for ffmpeg.
        let decode = Command::new("ffmpeg")
            .args(["-nostdin", "-loglevel", "error", "-i"])
            .arg(film)
            .args(["-vf", "scale=flags=accurate_rnd+full_chroma_int,format=rgb24", "-f", "rawvideo"])
            .args(["-fps_mode", "passthrough", "-"])
            .output()
            .unwrap();
        assert!(decode.status.success(), "{}", String::from_utf8_lossy(&decode.stderr));
        let frames = decode.stdout.chunks_exact((width * height * 3) as usize);
        let frames = frames.map(|pixels| RgbImage::from_raw(width, height, pixels.to_vec()).unwrap());
        (stream, frames.collect())
    }

    /// Makes a film of the snapshots and compares the middles of all quarters of all frames.
    fn compared(name: &str, sides: [u32; 3], size: u32, tolerance: u8) -> serde_json::Value {
        let folder = tempfile::tempdir().unwrap();
        let snapshots = snapshots(folder.path(), sides);
        let path = folder.path().join(name);
        Film::prepare(&path, 12, "ffmpeg").expect("tests need ffmpeg").make(&snapshots).unwrap();
        let (stream, frames) = read_back(&path);
        assert_eq!(stream["nb_read_frames"], "12", "{stream:#}");
        assert_eq!((frames.len(), frames[0].dimensions()), (12, (size, size)));
        for (i, frame) in frames.iter().enumerate() {
            for (x, y) in [(1, 1), (3, 1), (1, 3), (3, 3)] {
                let (x, y) = (x * size / 4, y * size / 4);
                let (found, expected) = (frame.get_pixel(x, y).0, COLOURS[quarter(size, x, y, i)]);
                let near = found.iter().zip(expected).all(|(a, b)| a.abs_diff(b) <= tolerance);
                assert!(near, "frame {i} of {name}: {found:?} instead of {expected:?} at {x}, {y}");
            }
        }
        let left = std::fs::read_dir(folder.path()).unwrap().count();
        assert_eq!(left, 13, "the snapshots and the film, nothing else");
        stream
    }

    #[test]
    fn an_mp4_shows_every_snapshot_in_its_colours() {
        let stream = compared("film.mp4", [32, 64, 720], 720, 3);
        for (property, value) in [
            ("color_space", "bt709"),
            ("color_primaries", "bt709"),
            ("color_transfer", "bt709"),
            ("color_range", "tv"),
            ("pix_fmt", "yuv420p"),
        ] {
            assert_eq!(stream[property], value, "{property}: {stream:#}");
        }
        assert_eq!(stream["avg_frame_rate"], "12/1");
    }

    #[test]
    fn a_gif_shows_every_snapshot_in_its_colours() {
        compared("film.gif", [32, 225, 97], 97, 2);
    }

    #[test]
    fn an_odd_side_loses_a_pixel_and_nothing_is_scaled() {
        compared("film.mp4", [65, 65, 65], 64, 3);
        let frames = Frames { files: &[] as &[&Path], size: (64, 2) };
        let sharp = RgbImage::from_fn(65, 2, |x, _| Rgb([if x % 2 == 0 { 255 } else { 0 }; 3]));
        let fitted = frames.fitted(sharp);
        assert!(fitted.dimensions() == (64, 2) && fitted.iter().all(|value| [0, 255].contains(value)));
        assert_eq!(Format::Mp4.size((225, 1)), (224, 2));
    }

    #[test]
    fn a_film_that_breaks_off_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let mut files = snapshots(folder.path(), [32, 32, 32]);
        let torn = folder.path().join("torn.png");
        let whole = std::fs::read(&files[0]).unwrap();
        std::fs::write(&torn, &whole[..whole.len() / 2]).unwrap();
        files.insert(3, torn);
        let path = folder.path().join("film.mp4");
        let Err(Failure::Failed(message)) = Film::prepare(&path, 12, "ffmpeg").unwrap().make(&files) else {
            panic!("a torn picture is a frame")
        };
        assert!(message.contains("torn.png"), "{message}");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 13, "the pictures, nothing else");
    }

    #[test]
    fn formats_come_from_names() {
        assert_eq!(format(Path::new("a/film.MP4")).unwrap(), Format::Mp4);
        assert_eq!(format(Path::new("film.gif")).unwrap(), Format::Gif);
        assert!(matches!(format(Path::new("film.avi")), Err(Failure::Usage(_))));
        let Err(Failure::Usage(message)) = Film::prepare(Path::new("film.gif"), 60, "ffmpeg") else {
            panic!("no GIF is that quick")
        };
        // `clipig fetch` calls it --frame-rate, an animation `fps`.
        assert!(message.contains("at most 50") && message.contains("60 are asked for"), "{message}");
    }

    #[test]
    fn without_ffmpeg_the_reader_learns_what_to_do() {
        let Err(Failure::Failed(message)) = Film::prepare(Path::new("film.mp4"), 12, "/nonexistent/ffmpeg")
        else {
            panic!("it is not there")
        };
        assert!(message.contains("apt install ffmpeg") && message.contains("leave --video out"), "{message}");
    }

    #[test]
    fn without_snapshots_there_is_no_film() {
        let none: [&Path; 0] = [];
        let film = Film { path: Path::new("film.gif"), format: Format::Gif, rate: 12, ffmpeg: "ffmpeg" };
        assert!(film.make(&none).is_err());
    }
}
