//! `clipig animate`: frames that follow each other.

use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clipig_experiment::{Animation, animation_of};
use image::ImageFormat;
use serde_json::json;

use crate::arguments::{AnimateArguments, SeriesArguments};
use crate::command::watch::interruptible;
use crate::failure::Failure;
use crate::farm::connection::Connection;
use crate::farm::converse;
use crate::farm::video::Film;
use crate::local::Easel;
use crate::picture::file;
use crate::series::order::{Drawn, Order, Prepared, epochs_of};
use crate::series::{Ending, FarmEasel, Plan, SeriesFolder, SeriesProgress};
use crate::{interrupt, output, terminal};

/// The program that makes films.
const FFMPEG: &str = "ffmpeg";

/// An animation under way.
struct Work<'a> {
    animation: &'a Animation,
    plan: &'a Plan,
    folder: &'a SeriesFolder,
    seed: u64,
}

/// How the drawing ended.
#[derive(Debug, PartialEq, Eq)]
enum End {
    Done,
    Interrupted,
}

pub(crate) fn run(arguments: &AnimateArguments) -> Result<ExitCode, Failure> {
    let series = &arguments.series;
    let mut plan = Plan::read(series)?;
    let animation = animation_of(&plan.sources, &series.overrides())?;
    // Before hours are spent on frames of a film that cannot be made.
    let film =
        arguments.video.as_deref().map(|path| Film::prepare(path, animation.fps, FFMPEG)).transpose()?;
    let Prepared { verbose, epochs } = prepare(&animation, &mut plan, series.verbose)?;
    let hash = plan.finish()?;
    let name = series.folder(&animation.picture, "frames");
    let folder = SeriesFolder::open(&name, "animation", &hash)?;
    let seed = animation.seed.unwrap_or(folder.seed());
    let work = Work { animation: &animation, plan: &plan, folder: &folder, seed };
    let total = animation.frames() as usize;
    let missing = work.missing();
    let epochs = missing.iter().map(|frame| epochs[*frame as usize]);
    let mut progress = SeriesProgress::begin("frame", total - missing.len(), epochs, verbose);
    let end = match &series.farm {
        Some(address) => work.on_farm(series, address, &missing, verbose, &mut progress),
        None => work.here(series, &missing, &mut progress),
    };
    progress.end();
    if end? == End::Interrupted {
        if verbose >= 1 {
            output::say(format!("the same command goes on with the other frames in {}", name.display()));
        }
        return Ok(ExitCode::from(interrupt::EXIT_CODE));
    }
    if let Some(film) = &film {
        let frames: Vec<PathBuf> = (0..animation.frames()).map(|frame| work.path(frame)).collect();
        film.make(&frames)?;
    }
    let film = film.map(|film| film.path().display().to_string());
    if arguments.json {
        let json = json!({
            "folder": name.display().to_string(),
            "frames": animation.frames(),
            "fps": animation.fps,
            "seed": seed,
            "video": film,
        });
        output::print(&format!("{json:#}\n"))?;
    } else {
        output::print(&format!("{}\n", film.unwrap_or_else(|| name.display().to_string())))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Checks all frames before the first one is drawn. How much is said: `wanted`, or else as the experiment says.
fn prepare(animation: &Animation, plan: &mut Plan, wanted: Option<i64>) -> Result<Prepared, Failure> {
    let seed = animation.seed.unwrap_or_default();
    let mut verbose = 0;
    let mut epochs = Vec::with_capacity(animation.frames() as usize);
    for frame in 0..animation.frames() {
        let previous = previous(frame);
        let loaded = animation.load(frame, seed, &previous)?;
        if frame == 0 {
            verbose = wanted.unwrap_or(loaded.experiment.verbose);
            if epochs_of(&loaded) == 0 {
                return Err(Failure::usage(
                    "an animation needs at least one epoch per frame: nothing else moves the picture; set `epochs`",
                ));
            }
            if verbose >= 1 && !loaded.warnings.is_empty() {
                output::say(loaded.warnings.render(terminal::colours_on_stderr()).trim_end());
            }
        }
        plan.add(&format!("frame {frame}"), &loaded, Some(&previous))?;
        epochs.push(epochs_of(&loaded));
    }
    Ok(Prepared { verbose, epochs })
}

/// The name of a frame's file.
fn file_name(frame: u32) -> String {
    format!("{frame:05}.png")
}

/// The name by which a frame's experiment knows the frame before; the first one has none.
fn previous(frame: u32) -> String {
    format!("frame-{:05}.png", frame.saturating_sub(1))
}

impl Work<'_> {
    fn path(&self, frame: u32) -> PathBuf {
        self.folder.path(&file_name(frame))
    }

    fn missing(&self) -> Vec<u32> {
        (0..self.animation.frames()).filter(|frame| !self.path(*frame).is_file()).collect()
    }

    /// A frame, whose frame before is there.
    fn order(&self, frame: u32) -> Result<Order, Failure> {
        let previous = previous(frame);
        let loaded = self.animation.load(frame, self.seed, &previous)?;
        let mut assets = self.plan.assets(&loaded);
        if frame > 0 {
            assets.insert(previous, pixels_alone(&self.path(frame - 1))?);
        }
        Ok(Order {
            seed: loaded.experiment.seed.unwrap_or(self.seed),
            assets,
            path: self.path(frame),
            name: format!("frame {frame}/{}", self.animation.frames()),
            token: self.folder.token(frame as usize),
            loaded,
        })
    }

    /// Draws the missing frames on this machine.
    fn here(
        &self,
        series: &SeriesArguments,
        missing: &[u32],
        progress: &mut SeriesProgress,
    ) -> Result<End, Failure> {
        interrupt::listen(|| output::say("\nstopping; press Ctrl-C again to stop at once"));
        let compute = series.compute();
        let mut easel = Easel::default();
        let mut said = std::collections::BTreeSet::new();
        for &frame in missing {
            let order = self.order(frame)?;
            let drawn = easel.draw(&order, &compute, &mut || progress.epoch());
            match drawn.map_err(|failure| of_frame(frame, &failure))? {
                Drawn::Picture { png, warnings } => {
                    for warning in warnings.into_iter().filter(|warning| said.insert(warning.clone())) {
                        progress.say(&format!("warning: {warning}"));
                    }
                    if !file::create_exactly(&order.path, &png)? {
                        let path = order.path.display();
                        return Err(Failure::failed(format!("{path} appeared while it was drawn")));
                    }
                }
                Drawn::Interrupted => return Ok(End::Interrupted),
            }
            progress.picture(&frame.to_string(), "is done");
            if interrupt::asked() {
                return Ok(End::Interrupted);
            }
        }
        Ok(End::Done)
    }

    /// Draws the missing frames on a farm: a chain of jobs, each of which needs the frame before.
    fn on_farm(
        &self,
        series: &SeriesArguments,
        address: &str,
        missing: &[u32],
        verbose: i64,
        progress: &mut SeriesProgress,
    ) -> Result<End, Failure> {
        let compute = series.compute();
        converse(async {
            let easel = FarmEasel {
                connection: Connection::open(address, &series.access).await?,
                compute: &compute,
                terms: &series.terms,
                files: self.plan.files(),
                talkative: verbose >= 1,
            };
            let chain = async {
                for &frame in missing {
                    let order = self.order(frame)?;
                    let job = easel.submit(&order).await.map_err(|failure| of_frame(frame, &failure))?;
                    match easel.fetch(job, &order).await? {
                        Ending::Fetched => progress.picture(&frame.to_string(), "is done"),
                        Ending::Failed(why) => {
                            return Err(of_frame(frame, &Failure::Failed(why)));
                        }
                    }
                }
                Ok(End::Done)
            };
            let Some(done) = interruptible(chain).await else {
                if verbose >= 1 {
                    output::say("the job of this frame goes on; `clipig jobs` lists it");
                }
                return Ok(End::Interrupted);
            };
            done
        })
    }
}

/// A failure with the frame that failed. All frames after it need it.
fn of_frame(frame: u32, failure: &Failure) -> Failure {
    let message = format!("frame {frame}: {failure}");
    match failure {
        Failure::Usage(_) | Failure::Experiment(_) => Failure::usage(message),
        Failure::Failed(_) => Failure::failed(message),
    }
}

/// A frame without its record, which would hold the frames before it, one within the other.
fn pixels_alone(path: &Path) -> Result<Vec<u8>, Failure> {
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

    #[test]
    fn frames_are_in_order_by_name_too() {
        let names: Vec<String> = [0, 9, 10, 9_999].map(file_name).into();
        assert!(names.is_sorted(), "{names:?}");
        assert_eq!([previous(1), previous(10)], ["frame-00000.png", "frame-00009.png"]);
    }
}
