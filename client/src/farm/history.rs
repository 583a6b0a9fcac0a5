//! A job's history of losses and similarities, as CSV or JSON.

use super::connection::Connection;
use super::failure::FarmFailure;
use super::figures::Figures as _;
use super::{json, time, wire};
use crate::arguments::HistoryFormat;

/// All epochs of a job that the farm knows. A broken stream goes on behind the last epoch.
pub(crate) async fn fetch(connection: &Connection, job: u64) -> Result<Vec<wire::HistoryRow>, FarmFailure> {
    let mut rows: Vec<wire::HistoryRow> = Vec::new();
    let mut backoff = clipig_proto::backoff::Backoff::default();
    loop {
        let from_epoch = rows.last().map_or(0, |row| row.epoch.saturating_add(1));
        let request = wire::GetHistoryRequest { job, from_epoch, to_epoch: None };
        let call = connection.call(request, async |mut client, request| client.get_history(request).await);
        let mut stream = call.await?;
        let before = rows.len();
        let status = loop {
            match stream.message().await {
                Ok(Some(batch)) => {
                    batch.check()?;
                    rows.extend(batch.rows);
                }
                Ok(None) => return Ok(rows),
                Err(status) => break status,
            }
        };
        if rows.len() > before {
            backoff.succeeded();
        }
        if !super::connection::is_passing(&status) || backoff.failed() >= 8 {
            return Err(connection.failure(&status));
        }
        tokio::time::sleep(backoff.pause()).await;
    }
}

/// The history in a format.
///
/// # Errors
/// Where the CSV cannot be written, which memory does not refuse.
pub(crate) fn text(rows: &[wire::HistoryRow], format: HistoryFormat) -> Result<String, csv::Error> {
    match format {
        HistoryFormat::Json => {
            Ok(format!("{:#}\n", rows.iter().map(json::history).collect::<serde_json::Value>()))
        }
        HistoryFormat::Csv => csv(rows),
    }
}

/// One line per epoch. Targets may change when the experiment is updated: columns are those of the widest epoch, and
/// what an epoch does not have is empty.
fn csv(rows: &[wire::HistoryRow]) -> Result<String, csv::Error> {
    let widest = |list: fn(&wire::HistoryTarget) -> usize, target: usize| {
        rows.iter().filter_map(|row| row.targets.get(target)).map(list).max().unwrap_or(0)
    };
    let targets = rows.iter().map(|row| row.targets.len()).max().unwrap_or(0);
    let shapes: Vec<(usize, usize)> = (0..targets)
        .map(|target| {
            (widest(|one| one.similarities.len(), target), widest(|one| one.constraint_losses.len(), target))
        })
        .collect();
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(heading(&shapes))?;
    for row in rows {
        writer.write_record(record(row, &shapes))?;
    }
    let bytes = writer.into_inner().map_err(csv::IntoInnerError::into_error)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn heading(shapes: &[(usize, usize)]) -> Vec<String> {
    let fixed = ["epoch", "time", "revision", "loss", "learnrate", "width", "height", "seconds"];
    let mut names: Vec<String> = fixed.map(str::to_owned).to_vec();
    for (target, (features, constraints)) in shapes.iter().enumerate() {
        names.push(format!("targets.{target}.samples"));
        for feature in 0..*features {
            for what in ["similarity", "loss", "chosen"] {
                names.push(format!("targets.{target}.features.{feature}.{what}"));
            }
        }
        names.extend((0..*constraints).map(|i| format!("targets.{target}.constraints.{i}.loss")));
    }
    names
}

fn record(row: &wire::HistoryRow, shapes: &[(usize, usize)]) -> Vec<String> {
    let size = row.resolution.unwrap_or_default();
    let mut cells = vec![
        row.epoch.to_string(),
        row.time.as_ref().and_then(time::exact).unwrap_or_default(),
        row.revision.to_string(),
        row.loss.map(|loss| loss.to_string()).unwrap_or_default(),
        row.learnrate.to_string(),
        size.width.to_string(),
        size.height.to_string(),
        row.seconds.to_string(),
    ];
    let number = |value: Option<&f64>| value.map(f64::to_string).unwrap_or_default();
    for (target, (features, constraints)) in shapes.iter().enumerate() {
        let one = row.targets.get(target);
        cells.push(one.map(|one| one.samples.to_string()).unwrap_or_default());
        for feature in 0..*features {
            cells.push(number(one.and_then(|one| one.similarities.get(feature))));
            cells.push(number(one.and_then(|one| one.losses.get(feature))));
            cells.push(one.and_then(|one| one.chosen.get(feature)).map(u32::to_string).unwrap_or_default());
        }
        cells.extend((0..*constraints).map(|i| number(one.and_then(|one| one.constraint_losses.get(i)))));
    }
    cells
}
