//! All about one job.

use console::style;
use jiff::Timestamp;

use super::columns::{Facts, plain};
use super::{colored_job_state, device_class, number_type};
use crate::farm::time;
use crate::farm::wire::{Job, JobState, WorkerKind};

pub(crate) fn text(job: &Job, now: Timestamp) -> String {
    let mut facts = Facts::default();
    facts.add("state", state(job));
    facts.add("epochs", epochs(job));
    facts.add("loss", job.loss.map(|loss| format!("{loss:.4}")).unwrap_or_default());
    facts.add(
        "picture",
        job.resolution.map(|size| format!("{} x {} pixels", size.width, size.height)).unwrap_or_default(),
    );
    facts.add("priority", job.priority.to_string());
    let when = |time: Option<&prost_types::Timestamp>| {
        let said = |time| Some(format!("{} ({})", time::ago(now, time), time::exact(time)?));
        time.and_then(said).unwrap_or_default()
    };
    let by =
        if job.submitter.is_empty() { String::new() } else { format!(" by {}", plain(&job.submitter, 60)) };
    facts.add("submitted", when(job.created.as_ref()) + &by);
    facts.add("owner", plain(&job.owner, 64));
    facts.add("started", when(job.started.as_ref()));
    facts.add("ended", when(job.ended.as_ref()));
    for model in job.model.iter().chain(&job.more_models) {
        let hash = base16ct::lower::encode_string(&model.sha256);
        facts
            .add("model", format!("{} (sha256 {})", plain(&model.name, 60), hash.get(..12).unwrap_or(&hash)));
    }
    facts.add("seed", job.seed.to_string());
    facts.add("computed on", computed_on(job));
    facts.add("same bits", bits(job));
    if job.revision > 0 {
        facts.add("updated", super::counted(u64::from(job.revision), "time"));
    }
    facts.add(
        "checkpoint",
        job.checkpoint_epoch.map(|epoch| format!("after {epoch} epochs")).unwrap_or_default(),
    );
    let files =
        |count: u32| format!("{} (`clipig fetch {}`)", super::counted(u64::from(count), "file"), job.number);
    facts.add("made", if job.artifacts == 0 { String::new() } else { files(job.artifacts) });
    facts.page(&style(format!("job {}: {}", job.number, plain(&job.name, 100))).bold().to_string())
}

fn state(job: &Job) -> String {
    let mut parts = vec![colored_job_state(job.state()).to_string()];
    parts.extend(job.queue_place.map(|place| format!("place {place} in the queue")));
    let text = parts.join(", ");
    if job.reason.is_empty() { text } else { format!("{text}: {}", plain(&job.reason, 1000)) }
}

fn epochs(job: &Job) -> String {
    let mut parts = vec![format!("{} of {}", job.epochs_done, job.epochs_total)];
    if job.state() == JobState::Running {
        parts.push(format!("{} computing", super::counted(u64::from(job.workers), "worker")));
        parts.extend(job.samples_per_second.map(|rate| format!("{rate:.1} samples/s")));
        parts.extend(job.eta_seconds.map(|eta| format!("{} left", time::duration(eta))));
    }
    parts.join(", ")
}

fn computed_on(job: &Job) -> String {
    let Some(kind) = &job.kind else {
        return match device_class(job.device_request()) {
            "auto" => String::new(),
            class => format!("{class}, when it starts"),
        };
    };
    let threads = super::counted(u64::from(job.threads), "thread");
    let number = number_type(job.number_type());
    format!("{}, {threads} per shard of at most {}, {number}", kind_name(kind), job.shard_size)
}

/// The kind in one line.
fn kind_name(kind: &WorkerKind) -> String {
    let mut parts = vec![plain(&kind.model, 80), format!("libtorch {}", plain(&kind.libtorch, 20))];
    parts.extend((!kind.capability.is_empty()).then(|| plain(&kind.capability, 40)));
    parts.join(", ")
}

fn bits(job: &Job) -> String {
    if job.kind.is_none() {
        return String::new();
    }
    if job.bit_exact {
        return "yes, with the same seed on the same kind of device".to_owned();
    }
    if job.bit_exact_reason.is_empty() {
        "no".to_owned()
    } else {
        format!("no: {}", plain(&job.bit_exact_reason, 200))
    }
}
