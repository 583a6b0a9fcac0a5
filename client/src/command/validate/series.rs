//! What can be said of a file that describes several pictures.

use std::time::{Duration, Instant};

use clipig_experiment::{Diagnostics, Loaded, Overrides, Source, animation_of, sweep_of};

use super::finding::{Finding, Summary};
use super::rehearsal::{self, Rehearsal};
use crate::command::animate::NO_EPOCHS;
use crate::model::Model;
use crate::series::order::epochs_of;
use crate::{beside, features, image_files};

/// A thousand pictures of a large experiment could take minutes. Others are checked within a second.
const LONGEST: Duration = Duration::from_secs(20);

/// A file with a sweep: all of its pictures are checked.
pub(super) fn of_sweep(sources: &[Source], file: &str) -> Finding {
    let sweep = match sweep_of(sources, &Overrides::default()) {
        Ok(sweep) => sweep,
        Err(problems) => return Finding::Refused(problems),
    };
    let pictures = (0..sweep.count()).map(|index| (format!("picture {}", index + 1), sweep.load(index)));
    let mut finding = of_all(pictures, (sweep.count(), "picture"), file, None);
    if let Finding::Loaded { rehearsed, .. } = &mut finding {
        // He rates the pictures on this machine, wherever they are drawn. Where nothing computes there is none.
        let judge = sweep.judge.as_deref().filter(|_| beside::is_there());
        let failure = judge.and_then(|name| Model::find(Some(name)).err());
        rehearsed.failures.extend(failure.map(|failure| format!("sweep.judge: {failure}")));
    }
    finding
}

/// A file with an animation: all of its frames are checked.
pub(super) fn of_animation(sources: &[Source], file: &str) -> Finding {
    /// Stands for the frame before, which is drawn first.
    const PREVIOUS: &str = "the frame before.png";
    let animation = match animation_of(sources, &Overrides::default()) {
        Ok(animation) => animation,
        Err(problems) => return Finding::Refused(problems),
    };
    let seed = animation.seed.unwrap_or_default();
    let frames = 0..animation.frames();
    let frames = frames.map(|frame| (format!("frame {frame}"), animation.load(frame, seed, PREVIOUS)));
    of_all(frames, (animation.frames() as usize, "frame"), file, Some(PREVIOUS))
}

fn of_all(
    pictures: impl Iterator<Item = (String, Result<Loaded, Diagnostics>)>,
    (count, what): (usize, &'static str),
    file: &str,
    drawn_first: Option<&str>,
) -> Finding {
    let files = [file.to_owned()];
    let mut rehearsed = Rehearsal::default();
    let mut first: Option<(Summary, Diagnostics)> = None;
    let end = Instant::now() + LONGEST;
    for (name, loaded) in pictures {
        if Instant::now() > end {
            rehearsed.cut_short = true;
            break;
        }
        let mut loaded = match loaded {
            Ok(loaded) => loaded,
            Err(problems) => return Finding::Refused(problems),
        };
        let one = rehearsal::rehearse(&loaded.experiment);
        rehearsed.cut_short |= one.cut_short;
        for warning in one.warnings.into_iter().chain(super::absent_models(&loaded.experiment)) {
            if !rehearsed.warnings.contains(&warning) {
                rehearsed.warnings.push(warning);
            }
        }
        let mut failures = one.failures;
        match features::check(&loaded.experiment) {
            Ok(found) => failures.extend(found),
            Err(error) => return Finding::Unreadable(error.to_string()),
        }
        if drawn_first.is_some() && epochs_of(&loaded) == 0 {
            failures.push(NO_EPOCHS.to_owned());
        }
        if loaded.experiment.init.image.as_deref() == drawn_first {
            loaded.experiment.init.image = None;
        }
        failures.extend(image_files::missing(&loaded.experiment, &files, None));
        for failure in failures {
            // Most mistakes are in all pictures.
            if !rehearsed.failures.iter().any(|known| known.ends_with(&failure)) {
                rehearsed.failures.push(format!("{name}: {failure}"));
            }
        }
        if first.is_none() {
            first = Some((Summary::of_series(&loaded.experiment, count, what), loaded.warnings));
        }
    }
    match first {
        Some((summary, warnings)) => Finding::Loaded { summary, warnings, rehearsed },
        None => Finding::Unreadable(format!("there is no {what} in it")),
    }
}
