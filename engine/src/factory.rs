//! Makes engines for jobs. Coordinator and workers reach libtorch through these factories only.

use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use clipig_core::{
    Canvas, CanvasFactory, CanvasJob, CanvasOwner, CanvasState, ComputeFactory, ComputeJob, DeviceClass,
    ModelReference, NumberType, Preparation, Prepared, Rendering, ShardCompute, ShardError, StepError,
    WeightsSource, WorkerKind,
};
use clipig_experiment::Experiment;
use clipig_experiment::random::Key;
use clipig_models::{embedded, registry};
use tch::{Device, Kind};

use crate::canvas::{CanvasEngine, init_error};
use crate::clip::Clip;
use crate::clip::weights::Weights;
use crate::device::{self, DeviceKind};
use crate::gradient::{GradientEngine, panic_error, panic_message};
use crate::mask::Masks;
use crate::prepare::{PrepareError, prepare};
use crate::vocabulary::unknown_words;

/// How many models stay loaded. With two, switching between two jobs loads nothing.
const KEPT_MODELS: usize = 2;

/// Makes engines that compute shards on one device.
pub struct DeviceFactory {
    device: Device,
    rendering: Rendering,
    models: Mutex<Vec<LoadedModel>>,
    /// The masks of the jobs that are computed, one for all threads of a job.
    masks: Mutex<Vec<(Weak<Experiment>, Weak<Masks>)>>,
}

struct LoadedModel {
    /// The whole reference: the same weights under another name or with other settings are another model.
    model: ModelReference,
    number: NumberType,
    clip: Arc<Clip>,
}

impl DeviceFactory {
    /// A factory for one device. A model is loaded when the first job needs it.
    pub fn new(device: Device) -> Self {
        Self { device, rendering: Rendering::Auto, models: Mutex::default(), masks: Mutex::default() }
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

    /// The job's model on this device. The lock is held while a model loads, so threads that ask for the same one
    /// wait and do not load it twice.
    fn clip(&self, job: &ComputeJob) -> Result<Arc<Clip>, ShardError> {
        let (model, number) = (&job.brief.model, job.brief.number);
        let mut models = self.models.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(place) =
            models.iter().position(|loaded| loaded.model == *model && loaded.number == number)
        {
            // The last one is the one that was used last.
            let model = models.remove(place);
            let clip = Arc::clone(&model.clip);
            models.push(model);
            return Ok(clip);
        }
        let clip = Arc::new(load(job, self.device)?);
        job.progress.advance();
        models.push(LoadedModel { model: model.clone(), number, clip: Arc::clone(&clip) });
        if let Some(surplus) = models.len().checked_sub(KEPT_MODELS) {
            models.drain(..surplus);
        }
        Ok(clip)
    }
}

impl ComputeFactory for DeviceFactory {
    fn prepare(&self, job: &ComputeJob, canvas: &Canvas) -> Result<Preparation, ShardError> {
        guarded(|| {
            device::set_threads(job.brief.threads as usize);
            let clip = self.clip(job)?;
            let prepared =
                prepare(&clip, &job.experiment, &job.assets, canvas, &job.progress).map_err(prepare_error)?;
            let mut warnings = unknown_words(&clip, &job.experiment)?;
            warnings.extend(prepared.targets.iter().filter_map(|target| target.warning.clone()));
            Ok(Preparation { prepared, warnings })
        })
    }

    fn open(&self, job: &ComputeJob, prepared: &Arc<Prepared>) -> Result<Box<dyn ShardCompute>, ShardError> {
        guarded(|| {
            let (clip, experiment) = (self.clip(job)?, Arc::clone(&job.experiment));
            let threads = job.brief.threads as usize;
            let engine = GradientEngine::new(clip, experiment, Arc::clone(prepared), threads);
            let engine = engine.with_progress(job.progress.clone()).with_rendering(self.rendering);
            let engine = engine.with_masks(self.masks(job));
            Ok(Box::new(engine) as Box<dyn ShardCompute>)
        })
    }

    fn forget(&self) {
        let mut models = self.models.lock().unwrap_or_else(PoisonError::into_inner);
        // Whoever computes with a model holds it; the others' memory goes back.
        models.retain(|model| Arc::strong_count(&model.clip) > 1);
    }
}

/// Reads a job's weights and builds the model.
fn load(job: &ComputeJob, device: Device) -> Result<Clip, ShardError> {
    let model = &job.brief.model;
    let unreadable = |reason: String| ShardError::Device(format!("the model `{}`: {reason}", model.name));
    // The hash was compared, so another worker would find the same.
    let unfit = |reason: String| ShardError::Experiment(format!("the model `{}`: {reason}", model.name));
    let file;
    let bytes = match &job.weights {
        WeightsSource::Embedded => embedded::BYTES,
        WeightsSource::File(path) => {
            file = std::fs::read(path).map_err(|error| unreadable(format!("{}: {error}", path.display())))?;
            file.as_slice()
        }
    };
    let settings = match registry::find(&model.name) {
        // An older coordinator says only the activation.
        Some(known) if model.settings.vision_heads.is_none() => known.spec.settings(),
        _ => model.settings,
    };
    let kind = match job.brief.number {
        NumberType::Float32 => Kind::Float,
        NumberType::Bfloat16 => Kind::BFloat16,
        NumberType::Float16 => Kind::Half,
    };
    Weights::parse(bytes)
        .and_then(|tensors| Clip::new(&tensors, &settings, device, kind))
        .map_err(|error| unfit(error.to_string()))
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

fn prepare_error(error: PrepareError) -> ShardError {
    match error {
        PrepareError::ReadBack(error) => error.into(),
        error => ShardError::Experiment(error.to_string()),
    }
}

/// Turns panics into errors: tch's wrappers panic when libtorch reports a failure.
fn guarded<T>(compute: impl FnOnce() -> Result<T, ShardError>) -> Result<T, ShardError> {
    std::panic::catch_unwind(AssertUnwindSafe(compute))
        .unwrap_or_else(|panic| Err(panic_error(panic.as_ref())))
}
