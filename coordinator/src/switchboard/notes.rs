//! What the dispatcher notes, in the log: each with the job, epoch, shard and worker that it is about, as fields.

use clipig_core::{Node, Stage};
use clipig_schedule::dispatcher::{Attempt, Evidence, LeaveCause, Note};

/// Writes a note into the log: what goes wrong as a warning.
pub(super) fn log(note: &Note) {
    match note {
        Note::Joined { worker, .. } | Note::Back { worker } | Note::Reinstated { worker } => {
            tracing::info!(%worker, "{note}");
        }
        Note::Left { worker, cause: LeaveCause::Goodbye, leases: 0 } => tracing::info!(%worker, "{note}"),
        Note::Left { worker, cause: LeaveCause::Closing, leases } => {
            tracing::info!(%worker, leases, "{note}");
        }
        Note::Left { worker, leases, .. } | Note::Lost { worker, leases } => {
            tracing::warn!(%worker, leases, "{note}");
        }
        Note::Quarantined { worker, lasts, .. } => {
            tracing::warn!(%worker, seconds = lasts.as_secs(), "{note}");
        }
        Note::Failed { revision, stage, node, attempt: Attempt { worker, .. } } => {
            let (job, epoch, shard) = (revision.job, number(*stage), first(*node));
            tracing::warn!(%job, epoch, shard, %node, %worker, "{note}");
        }
        Note::LeaseLost { worker, revision, stage, node } => {
            let (job, epoch, shard) = (revision.job, number(*stage), first(*node));
            tracing::info!(%job, epoch, shard, %node, %worker, "{note}");
        }
        Note::Returned { worker, revision, stage, node, .. } => {
            let (job, epoch, shard) = (revision.job, number(*stage), first(*node));
            tracing::warn!(%job, epoch, shard, %node, %worker, "{note}");
        }
        Note::Differs(evidence) => {
            let Evidence { revision, stage, node, opinions, .. } = evidence;
            let (job, epoch, shard) = (revision.job, number(*stage), first(*node));
            // Also those of it that the text leaves out.
            let digests: Vec<String> = opinions.iter().map(|opinion| opinion.digest.to_string()).collect();
            let worker = names(evidence);
            tracing::error!(%job, epoch, shard, %node, worker, ?digests, "{note}");
        }
        Note::Doubtful { job, evidence } => tracing::warn!(%job, worker = names(evidence), "{note}"),
        Note::Speculated { revision, stage, node, slow, second } => {
            let (job, epoch, shard) = (revision.job, number(*stage), first(*node));
            tracing::info!(%job, epoch, shard, %node, worker = %second, %slow, "{note}");
        }
    }
}

/// The workers that are not believed.
fn names(evidence: &Evidence) -> String {
    let names: Vec<&str> = evidence.at_fault().map(|opinion| opinion.worker.as_str()).collect();
    names.join(", ")
}

/// An epoch's number; a preparation has none.
fn number(stage: Stage) -> Option<u32> {
    stage.epoch().map(|epoch| epoch.0)
}

/// The first shard below a node.
fn first(node: Node) -> u32 {
    node.shards(u32::MAX).start
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::{Arc, Mutex};
    use std::time::Duration;

    use clipig_core::{Epoch, JobId, JobRevision, ShardError, WorkerName};
    use clipig_schedule::dispatcher::Opinion;
    use tracing::field::{Field, Visit};
    use tracing::span;

    use super::*;

    /// Keeps the fields of events.
    #[derive(Clone, Default)]
    struct Fields(Arc<Mutex<Vec<BTreeMap<String, String>>>>);

    struct Reader(BTreeMap<String, String>);

    impl Visit for Reader {
        fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
            self.0.insert(field.name().to_owned(), format!("{value:?}"));
        }
    }

    impl tracing::Subscriber for Fields {
        fn enabled(&self, _: &tracing::Metadata<'_>) -> bool {
            true
        }
        fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
            span::Id::from_u64(1)
        }
        fn record(&self, _: &span::Id, _: &span::Record<'_>) {}
        fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}
        fn event(&self, event: &tracing::Event<'_>) {
            let mut reader = Reader(BTreeMap::new());
            event.record(&mut reader);
            self.0.lock().unwrap().push(reader.0);
        }
        fn enter(&self, _: &span::Id) {}
        fn exit(&self, _: &span::Id) {}
    }

    fn fields(note: &Note) -> BTreeMap<String, String> {
        let seen = Fields::default();
        tracing::subscriber::with_default(seen.clone(), || log(note));
        let mut events = seen.0.lock().unwrap();
        events.pop().unwrap()
    }

    #[test]
    fn notes_name_job_epoch_shard_and_worker() {
        let worker: WorkerName = "w1".parse().unwrap();
        let revision = JobRevision { job: JobId(7), revision: 0 };
        let (stage, node) = (Stage::Epoch(Epoch(3)), Node { level: 2, index: 5 });
        let attempt = Attempt { worker: worker.clone(), error: ShardError::Device("broken".into()) };
        let notes = [
            Note::Failed { revision, stage, node, attempt },
            Note::LeaseLost { worker: worker.clone(), revision, stage, node },
            Note::Returned { worker: worker.clone(), revision, stage, node, reason: "no canvas".into() },
            Note::Speculated { revision, stage, node, slow: "w9".parse().unwrap(), second: worker.clone() },
        ];
        for note in notes {
            let fields = fields(&note);
            for (name, value) in [("job", "7"), ("epoch", "3"), ("shard", "20"), ("worker", "w1")] {
                assert_eq!(fields.get(name).map(String::as_str), Some(value), "{name} of {note:?}");
            }
            assert_eq!(fields["message"], note.to_string());
        }
        let digest = |byte| clipig_core::Sha256([byte; 32]);
        let opinion = |worker: &str, byte, merged| Opinion {
            worker: worker.parse().unwrap(),
            digest: digest(byte),
            merged,
        };
        let opinions = vec![opinion("w1", 0xab, true), opinion("w2", 1, false), opinion("w3", 1, false)];
        let evidence = Evidence { revision, stage, node, opinions, right: Some(digest(1)) };
        let differs = Note::Differs(evidence.clone());
        let seen = fields(&differs);
        for (name, value) in [("job", "7"), ("epoch", "3"), ("shard", "20"), ("worker", "w1")] {
            assert_eq!(seen.get(name).map(|value| value.trim_matches('"')), Some(value), "{name}");
        }
        assert!(seen["digests"].contains(&"ab".repeat(32)), "{seen:?}");
        assert_eq!(
            differs.to_string(),
            "a spot check found that results differ: job 7, epoch 3, node 2:5: worker w1 has abababababababab, merged, \
             worker w2 has 0101010101010101, worker w3 has 0101010101010101; most say 0101010101010101"
        );
        let doubtful = Note::Doubtful { job: JobId(9), evidence };
        assert_eq!(fields(&doubtful)["job"], "9");
        let aside = Note::Quarantined { worker, reason: "it failed".into(), lasts: Duration::from_mins(10) };
        assert_eq!(fields(&aside)["worker"], "w1");
        let lost = Note::LeaseLost { worker: "w2".parse().unwrap(), revision, stage: Stage::Prepare, node };
        assert!(!fields(&lost).contains_key("epoch"));
    }
}
