//! Programs of others that clipig starts.

use std::io::ErrorKind;
use std::process::Command;

use super::super::Finding;

const CHECK: &str = "ffmpeg";
const REMEDY: &str = "only `clipig fetch --video` needs it (Debian: `apt install ffmpeg`)";

pub(super) fn ffmpeg() -> Finding {
    match Command::new("ffmpeg").arg("-version").output() {
        Ok(output) if output.status.success() => {
            let text = String::from_utf8_lossy(&output.stdout);
            let first = text.lines().next().unwrap_or_default();
            let version = first.strip_prefix("ffmpeg version ").unwrap_or(first);
            Finding::ok(CHECK, version.split_whitespace().next().unwrap_or("there").to_owned())
        }
        Ok(output) => Finding::warning(CHECK, format!("it fails ({})", output.status), REMEDY),
        Err(error) if error.kind() == ErrorKind::NotFound => Finding::warning(CHECK, "not there", REMEDY),
        Err(error) => Finding::warning(CHECK, format!("it cannot be started ({error})"), REMEDY),
    }
}
