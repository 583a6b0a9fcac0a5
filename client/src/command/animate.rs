//! `clipig animate`: frames that follow each other.

use std::path::PathBuf;

use clipig_experiment::{Animation, Loaded, animation_of};
use serde_json::json;

use crate::arguments::AnimateArguments;
use crate::exit::ExitCode;
use crate::failure::Failure;
use crate::farm::show::counted;
use crate::farm::video::Film;
use crate::local::Local;
use crate::output;
use crate::series::order::epochs_of;
use crate::series::{Checked, Plan, Series};

/// What is wrong with an animation whose frames have no epochs.
pub(crate) const NO_EPOCHS: &str =
    "an animation needs at least one epoch per frame: nothing else moves the picture; set `epochs`";

/// The program that makes films.
const FFMPEG: &str = "ffmpeg";

pub(crate) fn run(arguments: &AnimateArguments, local: &dyn Local) -> Result<ExitCode, Failure> {
    let series = &arguments.series;
    let plan = Plan::read(series)?;
    let animation = animation_of(&plan.sources, &series.overrides())?;
    // Before hours are spent on frames of a film that cannot be made.
    let film =
        arguments.video.as_deref().map(|path| Film::prepare(path, animation.fps, FFMPEG)).transpose()?;
    // Each frame needs the one before it, so there is one job at a time.
    let Some(drawing) = Checked::of(&animation, plan, series.verbose)?.draw(series, 1, local)? else {
        return Ok(ExitCode::INTERRUPTED);
    };
    if let Some(film) = &film {
        if drawing.verbose >= 1 {
            // Thousands of frames take ffmpeg some minutes.
            let frames = counted(u64::from(animation.frames()), "frame");
            output::say(format!("making {} of {frames}", film.path().display()));
        }
        let frames: Vec<PathBuf> = (0..animation.count()).map(|index| drawing.path(index)).collect();
        film.make(&frames)?;
    }
    let film = film.map(|film| film.path().display().to_string());
    let folder = drawing.name().display().to_string();
    if arguments.json {
        let json = json!({
            "folder": folder,
            "frames": animation.frames(),
            "fps": animation.fps,
            "seed": drawing.seed(),
            "video": film,
        });
        output::print(&format!("{json:#}\n"))?;
    } else {
        output::print(&format!("{}\n", film.unwrap_or(folder)))?;
    }
    Ok(ExitCode::SUCCESS)
}

impl Series for Animation {
    const SERIES: &'static str = "animation";
    const PICTURE: &'static str = "frame";
    const SUFFIX: &'static str = "frames";

    fn count(&self) -> usize {
        self.frames() as usize
    }

    fn output(&self) -> &str {
        &self.picture
    }

    fn seed(&self) -> Option<u64> {
        self.seed
    }

    fn load(&self, index: usize, seed: u64) -> Result<Loaded, Failure> {
        let frame = index as u32;
        Ok(Animation::load(self, frame, seed, &before(frame))?)
    }

    fn check_first(&self, first: &Loaded) -> Result<(), Failure> {
        if epochs_of(first) > 0 {
            return Ok(());
        }
        Err(Failure::usage(NO_EPOCHS))
    }

    fn title(&self, index: usize) -> String {
        index.to_string()
    }

    fn place(&self, index: usize) -> String {
        format!("frame {index}")
    }

    fn file_name(&self, index: usize) -> String {
        frame_name(index)
    }

    fn job_name(&self, index: usize) -> String {
        format!("frame {index}/{}", self.frames())
    }

    fn previous(&self, index: usize) -> Option<String> {
        (index > 0).then(|| before(index as u32))
    }

    /// All frames after it need it.
    fn consequence(&self, index: usize, failure: &Failure) -> Option<Failure> {
        let message = format!("frame {index}: {failure}");
        Some(match failure {
            Failure::Usage(_) | Failure::Experiment(_) => Failure::usage(message),
            Failure::Failed(_) => Failure::failed(message),
        })
    }
}

/// The name of a frame's file.
fn frame_name(index: usize) -> String {
    format!("{index:05}.png")
}

/// The name by which a frame's experiment knows the frame before; the first one has none.
fn before(frame: u32) -> String {
    format!("frame-{:05}.png", frame.saturating_sub(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_in_order_by_name_too() {
        let names: Vec<String> = [0, 9, 10, 9_999].map(frame_name).into();
        assert!(names.is_sorted(), "{names:?}");
        assert_eq!([before(1), before(10)], ["frame-00000.png", "frame-00009.png"]);
    }
}
