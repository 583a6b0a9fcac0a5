//! Series of pictures, sweeps and animations: their folder, how they are drawn here or on a farm, and how far they are.
//!
//! A series has a folder. A file in it says which series it is; a picture in it is finished, because it gets its name with
//! its last byte. So a series that was interrupted, however hard, goes on with the pictures that are missing. On a farm,
//! the token of each job follows from the folder's own number, and so the jobs that were submitted before are found again.

mod drawing;
mod farm;
mod folder;
pub mod order;
mod plan;
mod previous;
mod progress;

pub(crate) use self::drawing::{Checked, Drawing, Series};
pub(crate) use self::folder::SeriesFolder;
pub(crate) use self::plan::Plan;
pub(crate) use self::progress::SeriesProgress;
