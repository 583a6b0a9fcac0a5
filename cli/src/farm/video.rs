//! A film of snapshots, made by ffmpeg where it is there.

use std::io::ErrorKind;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::failure::Failure;

/// What a film is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Mp4,
    Gif,
}

/// The format that the name of a file asks for.
fn format(path: &Path) -> Result<Format, Failure> {
    match path.extension().map(std::ffi::OsStr::to_ascii_lowercase).as_deref() {
        Some(extension) if extension == "mp4" => Ok(Format::Mp4),
        Some(extension) if extension == "gif" => Ok(Format::Gif),
        _ => Err(Failure::usage(format!("--video {}: a film's name ends in .mp4 or .gif", path.display()))),
    }
}

/// Checks that a film can be made, before anything is fetched for it.
pub(crate) fn check(path: &Path, ffmpeg: &str) -> Result<(), Failure> {
    format(path)?;
    if path.exists() {
        return Err(Failure::usage(format!("--video {}: the file is there already", path.display())));
    }
    let found = Command::new(ffmpeg).arg("-version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    match found {
        Ok(status) if status.success() => Ok(()),
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(Failure::failed(format!("ffmpeg cannot be started: {error}")))
        }
        _ => Err(Failure::failed(
            "a film needs ffmpeg, which is not on this machine's PATH\nhelp: install it (Debian: `apt install \
             ffmpeg`), or fetch --snapshots and make the film elsewhere",
        )),
    }
}

/// Makes a film of pictures (files in order). All frames get the size of the last one, in even numbers as codecs want
/// them: the resolution may have changed on the way.
pub(crate) fn make(frames: &[impl AsRef<Path>], rate: u32, path: &Path, ffmpeg: &str) -> Result<(), Failure> {
    let Some(last) = frames.last() else {
        return Err(Failure::failed(
            "the job has no snapshots to make a film of; snapshot_interval asks for them",
        ));
    };
    let failed =
        |what: &str, error: &dyn std::fmt::Display| Failure::failed(format!("cannot {what}: {error}"));
    let (width, height) = image::image_dimensions(last.as_ref())
        .map_err(|error| failed(&format!("read {}", last.as_ref().display()), &error))?;
    let list = list(frames, rate).map_err(|error| failed("list the snapshots", &error))?;
    let filter = filter(format(path)?, width, height);
    let mut command = Command::new(ffmpeg);
    command.args(["-nostdin", "-loglevel", "error", "-f", "concat", "-safe", "0", "-i"]).arg(list.path());
    command.args(["-vf", &filter, "-r", &rate.to_string()]);
    if format(path)? == Format::Mp4 {
        command.args(["-c:v", "libx264", "-crf", "17", "-pix_fmt", "yuv420p", "-movflags", "+faststart"]);
    }
    // `-n`: never overwrites. A name that begins with a hyphen is a file nevertheless.
    command.arg("-n").arg(std::path::absolute(path).unwrap_or_else(|_| path.to_owned()));
    let output = command.stdin(Stdio::null()).output().map_err(|error| failed("start ffmpeg", &error))?;
    if output.status.success() {
        return Ok(());
    }
    // A film that broke off is of no use.
    let _ = std::fs::remove_file(path);
    let said = String::from_utf8_lossy(&output.stderr);
    Err(Failure::failed(format!("ffmpeg could not make {}: {}", path.display(), said.trim_end())))
}

/// The frames as ffmpeg's concat demuxer reads them.
fn list(frames: &[impl AsRef<Path>], rate: u32) -> std::io::Result<tempfile::NamedTempFile> {
    use std::io::Write as _;
    let mut file = tempfile::Builder::new().prefix("clipig-").suffix(".ffconcat").tempfile()?;
    writeln!(file, "ffconcat version 1.0")?;
    for frame in frames {
        let path = std::path::absolute(frame)?;
        writeln!(file, "file '{}'", path.display().to_string().replace('\'', r"'\''"))?;
        writeln!(file, "duration {}", 1.0 / f64::from(rate))?;
    }
    file.flush()?;
    Ok(file)
}

fn filter(format: Format, width: u32, height: u32) -> String {
    let even = |side: u32| (side / 2 * 2).max(2);
    match format {
        Format::Mp4 => format!("scale={}:{}:flags=lanczos,setsar=1", even(width), even(height)),
        // One palette for the whole film.
        Format::Gif => format!(
            "scale={width}:{height}:flags=lanczos,setsar=1,split[a][b];[a]palettegen[p];[b][p]paletteuse"
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_come_from_names() {
        assert_eq!(format(Path::new("a/film.MP4")).unwrap(), Format::Mp4);
        assert_eq!(format(Path::new("film.gif")).unwrap(), Format::Gif);
        assert!(matches!(format(Path::new("film.avi")), Err(Failure::Usage(_))));
    }

    #[test]
    fn without_ffmpeg_the_reader_learns_what_to_do() {
        let Err(Failure::Failed(message)) = check(Path::new("film.mp4"), "/nonexistent/ffmpeg") else {
            panic!("it is not there")
        };
        assert!(message.contains("apt install ffmpeg") && message.contains("--snapshots"), "{message}");
    }

    #[test]
    fn without_snapshots_there_is_no_film() {
        let none: [&Path; 0] = [];
        assert!(make(&none, 12, Path::new("film.gif"), "ffmpeg").is_err());
    }

    #[test]
    fn names_are_quoted() {
        let list = list(&[Path::new("/a/it's.png")], 10).unwrap();
        let text = std::fs::read_to_string(list.path()).unwrap();
        assert_eq!(text, "ffconcat version 1.0\nfile '/a/it'\\''s.png'\nduration 0.1\n");
    }

    #[test]
    fn sides_are_even() {
        assert!(filter(Format::Mp4, 225, 1).starts_with("scale=224:2:"));
    }
}
