//! What each epoch of a job gave.

use clipig_core::{Epoch, JobId, SampleReport};
use rusqlite::{Row, params};

use super::clock::Timestamp;
use super::database::decoded;
use super::error::StoreError;
use super::folder::Store;
use super::jobs::read_job;

/// One epoch.
#[derive(Clone, Debug, PartialEq)]
pub struct EpochHistory {
    pub epoch: Epoch,
    /// When it was finished; `None` where an older clipig wrote it.
    pub time: Option<Timestamp>,
    /// The sum of all samples' losses.
    pub loss: f64,
    /// Base rate · `learnrate_scale` · `learnrate`.
    pub learnrate: f64,
    /// `learnrate_scale` alone.
    pub learnrate_scale: f64,
    /// Width and height of the canvas.
    pub resolution: [u32; 2],
    /// Samples computed.
    pub samples: u32,
    /// Was there a step?
    pub stepped: bool,
    /// How long it took.
    pub seconds: f64,
    /// One entry per target of the experiment; without samples for those that were not active.
    pub targets: Vec<TargetHistory>,
}

/// One target in one epoch.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TargetHistory {
    /// Samples computed.
    pub samples: u32,
    /// One entry per feature.
    pub features: Vec<FeatureHistory>,
    /// One entry per constraint: the mean of its weighted losses; `None` where it was not active.
    pub constraints: Vec<Option<f64>>,
}

/// One feature in one epoch.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct FeatureHistory {
    /// Mean similarity over all samples of the target.
    pub similarity: f64,
    /// Mean loss before weighting over the samples to which it was applied; `None`: to none.
    pub loss: Option<f64>,
    /// Samples to which it was applied.
    pub chosen: u32,
}

impl TargetHistory {
    /// Sums up an epoch's samples of one target, in order.
    pub fn of<'a>(samples: impl IntoIterator<Item = &'a SampleReport>) -> Self {
        let mut features: Vec<[Mean; 2]> = Vec::new();
        let mut constraints: Vec<Mean> = Vec::new();
        let mut count = 0;
        for sample in samples {
            count += 1;
            features.resize_with(features.len().max(sample.features.len()), Default::default);
            constraints.resize_with(constraints.len().max(sample.constraints.len()), Default::default);
            for ([similarity, loss], feature) in features.iter_mut().zip(&sample.features) {
                similarity.add(Some(feature.similarity));
                loss.add(feature.loss);
            }
            for (mean, constraint) in constraints.iter_mut().zip(&sample.constraints) {
                mean.add(constraint.map(|constraint| constraint.loss));
            }
        }
        let feature = |[similarity, loss]: &[Mean; 2]| FeatureHistory {
            similarity: similarity.value().unwrap_or(0.0),
            loss: loss.value(),
            chosen: loss.count,
        };
        Self {
            samples: count,
            features: features.iter().map(feature).collect(),
            constraints: constraints.iter().map(Mean::value).collect(),
        }
    }
}

#[derive(Default)]
struct Mean {
    sum: f64,
    count: u32,
}

impl Mean {
    fn add(&mut self, value: Option<f64>) {
        self.sum += value.unwrap_or(0.0);
        self.count += u32::from(value.is_some());
    }

    fn value(&self) -> Option<f64> {
        (self.count > 0).then(|| self.sum / f64::from(self.count))
    }
}

impl Store {
    /// Writes a batch of epochs, in the place of what was there, and the job's next epoch.
    ///
    /// # Errors
    /// [`StoreError::NoSuchJob`]; when it cannot be written.
    pub fn add_history(&self, job: JobId, epochs: &[EpochHistory], next: Epoch) -> Result<(), StoreError> {
        self.database().write(|transaction| {
            read_job(transaction, job)?;
            let mut statement = transaction.prepare_cached(
                "INSERT OR REPLACE INTO history (job, epoch, loss, learnrate, learnrate_scale, width, height,
                 samples, stepped, seconds, targets, time)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
            )?;
            for epoch in epochs {
                let [width, height] = epoch.resolution;
                statement.execute(params![
                    job.0 as i64,
                    epoch.epoch.0,
                    epoch.loss,
                    epoch.learnrate,
                    epoch.learnrate_scale,
                    width,
                    height,
                    epoch.samples,
                    epoch.stepped,
                    epoch.seconds,
                    targets_to_json(&epoch.targets),
                    epoch.time.map(|time| time.0),
                ])?;
            }
            transaction
                .prepare_cached("UPDATE jobs SET next_epoch = ?2 WHERE id = ?1")?
                .execute(params![job.0 as i64, next.0])?;
            Ok(())
        })
    }

    /// Forgets the epochs from `next` on, which will be computed again. Returns how many those were.
    ///
    /// # Errors
    /// [`StoreError::NoSuchJob`]; when it cannot be written.
    pub fn truncate_history(&self, job: JobId, next: Epoch) -> Result<usize, StoreError> {
        self.database().write(|transaction| {
            read_job(transaction, job)?;
            let key = params![job.0 as i64, next.0];
            let removed = transaction.execute("DELETE FROM history WHERE job = ?1 AND epoch >= ?2", key)?;
            transaction.execute("UPDATE jobs SET next_epoch = ?2 WHERE id = ?1", key)?;
            Ok(removed)
        })
    }

    /// Epochs of a job from `from` on, in order, at most `limit` of them.
    ///
    /// # Errors
    /// [`StoreError::NoSuchJob`]; when the database fails.
    pub fn history(&self, job: JobId, from: Epoch, limit: u32) -> Result<Vec<EpochHistory>, StoreError> {
        self.database().read(|connection| {
            read_job(connection, job)?;
            let mut statement = connection.prepare_cached(
                "SELECT * FROM history WHERE job = ?1 AND epoch >= ?2 ORDER BY epoch LIMIT ?3",
            )?;
            let rows = statement.query_map(params![job.0 as i64, from.0, limit], epoch)?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }
}

fn epoch(row: &Row<'_>) -> rusqlite::Result<EpochHistory> {
    // SQLite knows no NaN: it stores NULL.
    let number =
        |column: &str| Ok::<_, rusqlite::Error>(row.get::<_, Option<f64>>(column)?.unwrap_or(f64::NAN));
    Ok(EpochHistory {
        epoch: Epoch(row.get("epoch")?),
        time: row.get::<_, Option<i64>>("time")?.map(Timestamp),
        loss: number("loss")?,
        learnrate: number("learnrate")?,
        learnrate_scale: number("learnrate_scale")?,
        resolution: [row.get("width")?, row.get("height")?],
        samples: row.get("samples")?,
        stepped: row.get("stepped")?,
        seconds: number("seconds")?,
        targets: decoded(row, "targets", |text: String| targets_from_json(&text))?,
    })
}

/// `[samples, [[similarity, loss or null, chosen], …], [constraint's loss or null, …]]` per target.
type TargetJson = (u32, Vec<(Option<f64>, Option<f64>, u32)>, Vec<Option<f64>>);

fn targets_to_json(targets: &[TargetHistory]) -> String {
    let feature = |f: &FeatureHistory| (Some(f.similarity), f.loss, f.chosen);
    let target =
        |t: &TargetHistory| (t.samples, t.features.iter().map(feature).collect(), t.constraints.clone());
    let rows: Vec<TargetJson> = targets.iter().map(target).collect();
    serde_json::json!(rows).to_string()
}

fn targets_from_json(text: &str) -> Result<Vec<TargetHistory>, serde_json::Error> {
    let rows: Vec<TargetJson> = serde_json::from_str(text)?;
    let target = |(samples, features, constraints): TargetJson| TargetHistory {
        samples,
        features: features
            .into_iter()
            // JSON knows no NaN either.
            .map(|(similarity, loss, chosen)| FeatureHistory {
                similarity: similarity.unwrap_or(f64::NAN),
                loss,
                chosen,
            })
            .collect(),
        constraints,
    };
    Ok(rows.into_iter().map(target).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clipig_core::{ConstraintReport, FeatureReport};
    use proptest::prelude::*;

    #[test]
    fn samples_are_summed_up() {
        let sample = |similarity, loss, constraint: Option<f64>| SampleReport {
            loss: 0.0,
            features: vec![FeatureReport { similarity, weight: 1.0, loss }],
            constraints: vec![constraint.map(|loss| ConstraintReport { weight: 1.0, loss })],
        };
        let samples =
            [sample(10.0, Some(1.0), None), sample(20.0, None, Some(3.0)), sample(30.0, Some(2.0), None)];
        let history = TargetHistory::of(&samples);
        assert_eq!(history.samples, 3);
        assert_eq!(history.features, [FeatureHistory { similarity: 20.0, loss: Some(1.5), chosen: 2 }]);
        assert_eq!(history.constraints, [Some(3.0)]);
        assert_eq!(TargetHistory::of([]), TargetHistory::default());
    }

    proptest! {
        #[test]
        fn json_keeps_every_bit(
            bits in proptest::collection::vec((any::<f64>(), any::<Option<f64>>(), any::<u32>()), 0..5),
        ) {
            prop_assume!(bits.iter().all(|(a, b, _)| a.is_finite() && b.is_none_or(f64::is_finite)));
            let feature = |&(similarity, loss, chosen): &(f64, Option<f64>, u32)| {
                FeatureHistory { similarity, loss, chosen }
            };
            let target = TargetHistory {
                samples: 7,
                features: bits.iter().map(feature).collect(),
                constraints: bits.iter().map(|(_, loss, _)| *loss).collect(),
            };
            let back = targets_from_json(&targets_to_json(std::slice::from_ref(&target))).unwrap();
            prop_assert_eq!(back, vec![target]);
        }
    }
}
