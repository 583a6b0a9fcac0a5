//! Figures of a farm's answers: all of them finite, or the answer is refused.
//!
//! JSON has no NaN, tables would show one as if it were a result, and nothing can be compared with it.

use super::failure::FarmFailure;
use super::wire::job_event::Event;
use super::wire::{
    CancelJobResponse, CheckBlobsResponse, DrainWorkerResponse, Farm, ForgiveWorkerResponse, GetFarmResponse,
    GetHistoryResponse, GetJobResponse, HistoryRow, Job, JobEvent, ListArtifactsResponse, ListAuditResponse,
    ListJobsResponse, ListWorkersResponse, PauseJobResponse, PauseWorkerResponse, Progress,
    ResumeJobResponse, ResumeWorkerResponse, RetryJobResponse, SetLabelsResponse, SetPriorityResponse,
    SubmitJobResponse, TargetTable, UpdateJobResponse, UploadBlobResponse,
};

pub(crate) trait Figures {
    /// Calls `see` with each figure and its name.
    fn visit(&self, see: &mut dyn FnMut(&'static str, f64));

    /// Checks that all figures are finite.
    fn check(&self) -> Result<(), FarmFailure> {
        let mut odd = None;
        self.visit(&mut |name, value| {
            if !value.is_finite() {
                odd.get_or_insert((name, value));
            }
        });
        match odd {
            None => Ok(()),
            Some((name, value)) => Err(FarmFailure::Content(format!(
                "the farm's answer is not usable: its {name} is {value}, which is not a finite number"
            ))),
        }
    }
}

impl Figures for Job {
    fn visit(&self, see: &mut dyn FnMut(&'static str, f64)) {
        self.loss.into_iter().for_each(|loss| see("loss", loss));
        self.eta_seconds.into_iter().for_each(|eta| see("remaining time", eta));
        self.samples_per_second.into_iter().for_each(|speed| see("speed", speed));
    }
}

impl Figures for Progress {
    fn visit(&self, see: &mut dyn FnMut(&'static str, f64)) {
        self.loss.into_iter().for_each(|loss| see("loss", loss));
        self.eta_seconds.into_iter().for_each(|eta| see("remaining time", eta));
        see("speed", self.samples_per_second);
        see("learn rate", self.learnrate);
    }
}

impl Figures for TargetTable {
    fn visit(&self, see: &mut dyn FnMut(&'static str, f64)) {
        for target in &self.targets {
            for feature in &target.features {
                see("weight of a feature", feature.weight);
                see("loss of a feature", feature.loss);
                see("similarity", feature.similarity);
            }
            for constraint in &target.constraints {
                see("weight of a constraint", constraint.weight);
                see("loss of a constraint", constraint.loss);
            }
        }
    }
}

impl Figures for HistoryRow {
    fn visit(&self, see: &mut dyn FnMut(&'static str, f64)) {
        self.loss.into_iter().for_each(|loss| see("loss", loss));
        see("learn rate", self.learnrate);
        see("duration of an epoch", self.seconds);
        for target in &self.targets {
            target.similarities.iter().for_each(|value| see("similarity", *value));
            target.losses.iter().for_each(|value| see("loss of a feature", *value));
            target.constraint_losses.iter().for_each(|value| see("loss of a constraint", *value));
        }
    }
}

impl Figures for Farm {
    fn visit(&self, see: &mut dyn FnMut(&'static str, f64)) {
        see("uptime", self.uptime_seconds);
        see("speed", self.samples_per_second);
    }
}

impl Figures for JobEvent {
    fn visit(&self, see: &mut dyn FnMut(&'static str, f64)) {
        match &self.event {
            Some(Event::Job(job)) => job.visit(see),
            Some(Event::Progress(progress)) => progress.visit(see),
            Some(Event::Table(table)) => table.visit(see),
            Some(
                Event::State(_) | Event::Artifact(_) | Event::Warning(_) | Event::Log(_) | Event::Revision(_),
            )
            | None => {}
        }
    }
}

/// Answers whose figures are those of one of their fields.
macro_rules! of_field {
    ($($answer:ty: $field:ident),* $(,)?) => {
        $(impl Figures for $answer {
            fn visit(&self, see: &mut dyn FnMut(&'static str, f64)) {
                self.$field.iter().for_each(|part| part.visit(see));
            }
        })*
    };
}

of_field! {
    GetJobResponse: job,
    ListJobsResponse: jobs,
    SubmitJobResponse: job,
    UpdateJobResponse: job,
    PauseJobResponse: job,
    ResumeJobResponse: job,
    CancelJobResponse: job,
    RetryJobResponse: job,
    SetPriorityResponse: job,
    SetLabelsResponse: job,
    GetFarmResponse: farm,
    GetHistoryResponse: rows,
}

/// Answers without figures, and streams, whose messages are looked at one by one.
macro_rules! none {
    ($($answer:ty),* $(,)?) => {
        $(impl Figures for $answer {
            fn visit(&self, _: &mut dyn FnMut(&'static str, f64)) {}
        })*
    };
}

none! {
    CheckBlobsResponse, DrainWorkerResponse, ForgiveWorkerResponse, ListArtifactsResponse, ListAuditResponse,
    ListWorkersResponse,
    PauseWorkerResponse, ResumeWorkerResponse, UploadBlobResponse,
}

impl<T> Figures for tonic::Streaming<T> {
    fn visit(&self, _: &mut dyn FnMut(&'static str, f64)) {}
}

#[cfg(test)]
mod tests {
    use super::super::wire::{FeatureRow, TargetRow};
    use super::*;

    #[test]
    fn a_figure_that_is_none_is_named() {
        let job = Job { loss: Some(0.5), eta_seconds: Some(f64::INFINITY), ..Job::default() };
        let answer = ListJobsResponse { jobs: vec![Job::default(), job], more: false };
        let said = answer.check().unwrap_err().to_string();
        assert_eq!(
            said,
            "the farm's answer is not usable: its remaining time is inf, which is not a finite number"
        );
        Job::default().check().unwrap();
        let feature = FeatureRow { similarity: f64::NAN, ..FeatureRow::default() };
        let target = TargetRow { features: vec![feature], ..TargetRow::default() };
        let table = TargetTable { targets: vec![target], ..TargetTable::default() };
        let event = JobEvent { event: Some(Event::Table(table)), ..JobEvent::default() };
        assert!(event.check().unwrap_err().to_string().contains("similarity is NaN"));
    }
}
