//! Makes engines for jobs. Coordinator and workers reach libtorch through these factories only.

use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use clipig_core::{
    Canvas, CanvasFactory, CanvasJob, CanvasOwner, CanvasState, ComputeFactory, ComputeJob, DeviceClass,
    Preparation, Prepared, Rendering, ShardCompute, ShardError, StepError, WorkerKind,
};
use clipig_experiment::Experiment;
use clipig_experiment::random::Key;
use tch::{Device, Kind};

use crate::canvas::{CanvasEngine, init_error};
use crate::device::{self, DeviceKind};
use crate::failure::{guarded, panic_message};
use crate::gradient::GradientEngine;
use crate::mask::Masks;
use crate::models::{DeviceModels, LoadModel};
use crate::prepare::{Encoder, PrepareError};
use crate::vocabulary::unknown_words;

/// Makes engines that compute shards on one device.
pub struct DeviceFactory {
    device: Device,
    rendering: Rendering,
    models: Arc<DeviceModels>,
    /// The masks of the jobs that are computed, one for all threads of a job.
    masks: Mutex<Vec<(Weak<Experiment>, Weak<Masks>)>>,
}

impl DeviceFactory {
    /// A factory for one device. A model is loaded when the first job needs it.
    pub fn new(device: Device) -> Self {
        let models = Arc::new(DeviceModels::new(device));
        Self { device, rendering: Rendering::Auto, models, masks: Mutex::default() }
    }

    /// The same factory, whose engines render windows somewhere else.
    #[must_use]
    pub fn with_rendering(self, rendering: Rendering) -> Self {
        Self { rendering, ..self }
    }

    /// The properties of the device that change the bits of a result.
    pub fn kind(&self) -> WorkerKind {
        let DeviceKind { model, libtorch, mut capability, .. } = DeviceKind::of(self.device, Kind::Float, 1);
        let class = if self.device == Device::Cpu { DeviceClass::Cpu } else { DeviceClass::Cuda };
        if class == DeviceClass::Cuda && device::renders(self.rendering, self.device) {
            // A GPU may add the gradients of a pixel in another order than the host.
            "renders windows".clone_into(&mut capability);
        }
        WorkerKind { class, model, libtorch: libtorch.to_owned(), capability }
    }

    /// The job's masks. As long as a thread computes the job, others get the same, so that an image is held once.
    fn masks(&self, job: &ComputeJob) -> Arc<Masks> {
        let mut masks = self.masks.lock().unwrap_or_else(PoisonError::into_inner);
        masks.retain(|(experiment, masks)| experiment.strong_count() > 0 && masks.strong_count() > 0);
        let same = |(experiment, _): &&(Weak<Experiment>, Weak<Masks>)| {
            std::ptr::eq(experiment.as_ptr(), Arc::as_ptr(&job.experiment))
        };
        if let Some(known) = masks.iter().find(same).and_then(|(_, masks)| masks.upgrade()) {
            return known;
        }
        let new = Arc::new(Masks::new(job.assets.clone()));
        masks.push((Arc::downgrade(&job.experiment), Arc::downgrade(&new)));
        new
    }
}

impl ComputeFactory for DeviceFactory {
    fn prepare(&self, job: &ComputeJob, canvas: &Canvas) -> Result<Preparation, ShardError> {
        guarded(|| {
            device::set_threads(job.brief.threads as usize);
            let mut encoder = Encoder::new(&job.experiment, &job.assets, canvas, &job.progress);
            encoder.check_masks().map_err(|error| prepare_error(error, None))?;
            let mut warnings = Vec::new();
            let of_several = !job.brief.more_models.is_empty();
            // Shards need them. One that nobody holds may be dropped and loaded again.
            let mut held = Vec::new();
            for (place, model) in job.brief.models().enumerate() {
                let clip = match self.models.get(job, place) {
                    Err(ShardError::OutOfMemory(_)) if !held.is_empty() => {
                        held.clear();
                        self.models.get(job, place)?
                    }
                    got => got?,
                };
                let name = of_several.then_some(model.name.as_str());
                encoder.encode(&clip, place).map_err(|error| prepare_error(error, name))?;
                let unknown = unknown_words(&clip, &job.experiment, place)?;
                warnings.extend(unknown.into_iter().map(|line| of_model(name, line)));
                held.push(clip);
            }
            let prepared = encoder.finish();
            warnings.extend(prepared.targets.iter().filter_map(|target| target.warning.clone()));
            Ok(Preparation { prepared, warnings })
        })
    }

    fn open(&self, job: &ComputeJob, prepared: &Arc<Prepared>) -> Result<Box<dyn ShardCompute>, ShardError> {
        guarded(|| {
            let experiment = Arc::clone(&job.experiment);
            let threads = job.brief.threads as usize;
            let (models, of_job) = (Arc::clone(&self.models), job.clone());
            let load: LoadModel = Box::new(move |place| models.get(&of_job, place));
            let source = (self.device, load);
            let engine = GradientEngine::of_models(source, experiment, Arc::clone(prepared), threads);
            let engine = engine.with_progress(job.progress.clone()).with_rendering(self.rendering);
            let engine = engine.with_masks(self.masks(job));
            Ok(Box::new(engine) as Box<dyn ShardCompute>)
        })
    }

    fn forget(&self) {
        self.models.forget();
    }
}

/// Makes canvases in the memory of this machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct CanvasEngines;

impl CanvasFactory for CanvasEngines {
    fn first(&self, job: &CanvasJob, resolution: [u32; 2]) -> Result<Box<dyn CanvasOwner>, StepError> {
        device::set_threads(job.threads as usize);
        let make = || {
            let experiment = Arc::clone(&job.experiment);
            CanvasEngine::new(experiment, resolution, &job.assets, Key::root(job.seed))
                .map(|canvas| Box::new(canvas) as Box<dyn CanvasOwner>)
                .map_err(init_error)
        };
        std::panic::catch_unwind(AssertUnwindSafe(make))
            .unwrap_or_else(|panic| Err(StepError::Device(panic_message(panic.as_ref()))))
    }

    fn restore(&self, job: &CanvasJob, state: CanvasState) -> Result<Box<dyn CanvasOwner>, StepError> {
        device::set_threads(job.threads as usize);
        let restore = || {
            CanvasEngine::restore(Arc::clone(&job.experiment), state, &job.assets)
                .map(|canvas| Box::new(canvas) as Box<dyn CanvasOwner>)
                .map_err(init_error)
        };
        std::panic::catch_unwind(AssertUnwindSafe(restore))
            .unwrap_or_else(|panic| Err(StepError::Device(panic_message(panic.as_ref()))))
    }

    fn kind(&self) -> String {
        DeviceKind::of(Device::Cpu, Kind::Float, 1).to_string()
    }
}

/// What a worker says of a preparation that failed; `model` is the name of the model that failed, if the job has several.
fn prepare_error(error: PrepareError, model: Option<&str>) -> ShardError {
    let model = model.filter(|_| error.depends_on_the_model());
    match error {
        PrepareError::ReadBack(error) => error.into(),
        error => ShardError::Experiment(of_model(model, error.to_string())),
    }
}

/// A line for people about one model of several.
fn of_model(model: Option<&str>, line: String) -> String {
    match model {
        Some(model) => format!("{model}: {line}"),
        None => line,
    }
}
