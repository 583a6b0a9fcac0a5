//! `clipig rate`: how similar images are to texts and to other images.

mod encoder;
mod export;
mod feature_cache;
pub(crate) mod judge;
mod ratings;
mod sources;
mod table;

use self::encoder::{Encoded, Encoder};
use self::ratings::{Column, Order, Ratings, Row};
use self::sources::Sources;
use clipig_client::arguments::RateArguments;
use clipig_client::exit::ExitCode;
use clipig_client::failure::Failure;
use clipig_client::interrupt;
use clipig_client::output;

/// Rates the images. Those that cannot be read are named and left out, and the exit code is 1.
pub(crate) fn run(arguments: &RateArguments) -> Result<ExitCode, Failure> {
    let Sources { images, texts, references, mut failures, passed_over } = Sources::collect(arguments)?;
    if let Some(note) = sources::summary(&passed_over) {
        output::say(note);
    }
    let order = Order::parse(arguments.sort, texts.len() + references.len())?;
    let mut encoder = Encoder::prepare(arguments)?;
    interrupt::listen(|| output::say("\nstopping after these images; press Ctrl-C again to stop at once"));
    let interrupted = Ok(ExitCode::INTERRUPTED);

    let features = encoder.texts(&texts)?;
    let mut columns: Vec<Column> = (1..)
        .zip(texts.iter().zip(features))
        .map(|(n, (text, feature))| Column::text(n, text, feature))
        .collect();
    let Some(Encoded { features, failures: unreadable }) = encoder.images(&references)? else {
        return interrupted;
    };
    // A column keeps its number where one before it could not be read.
    let first = texts.len() + 1;
    columns
        .extend(features.into_iter().map(|(i, feature)| Column::image(first + i, &references[i], feature)));
    failures.extend(unreadable);

    let Some(Encoded { features, failures: unreadable }) = encoder.images(&images)? else {
        return interrupted;
    };
    failures.extend(unreadable);
    let rows = features.iter().map(|(index, feature)| Row::new(&images[*index], feature, &columns)).collect();
    let ratings = Ratings { columns, rows }.sorted(order);

    if arguments.json {
        output::print(&export::json(&ratings, encoder.model(), &failures, &passed_over))?;
    }
    let written = match &arguments.output {
        Some(path) if path.as_os_str() == "-" => output::print(&export::csv(&ratings)?),
        Some(path) => export::write_csv(&ratings, path),
        None => Ok(()),
    };
    let csv_instead = arguments.output.as_ref().is_some_and(|path| path.as_os_str() == "-");
    if !arguments.json && !csv_instead && !ratings.rows.is_empty() {
        output::print(&table::text(&ratings, &table::Layout::of_stdout()))?;
    }
    // The table is shown all the same: the ratings may have taken long.
    written?;
    if failures.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    let (failed, rated) = (failures.len(), ratings.rows.len());
    output::say(format!(
        "{failed} could not be read, {rated} {} rated",
        if rated == 1 { "is" } else { "are" }
    ));
    Ok(ExitCode::FAILURE)
}
