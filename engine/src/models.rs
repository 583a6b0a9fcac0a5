//! The CLIP models that a device holds, and those that an engine uses.

use std::sync::{Arc, Mutex, PoisonError};

use clipig_core::{ComputeJob, ModelReference, NumberType, ShardError, WeightsSource};
use clipig_models::{embedded, registry};
use tch::{Device, Kind};

use crate::clip::Clip;
use crate::clip::weights::Weights;

/// How many models stay loaded that nobody uses. With two, switching between two jobs loads nothing.
const KEPT_MODELS: usize = 2;

/// The models on one device, shared by all threads that compute there.
pub(crate) struct DeviceModels {
    device: Device,
    /// The least recently used first.
    loaded: Mutex<Vec<LoadedModel>>,
}

struct LoadedModel {
    /// The whole reference: the same weights under another name or with other settings are another model.
    model: ModelReference,
    number: NumberType,
    clip: Arc<Clip>,
}

impl DeviceModels {
    /// A device without models.
    pub(crate) fn new(device: Device) -> Self {
        Self { device, loaded: Mutex::default() }
    }

    /// A model of a job, by its place among [`JobBrief::models`](clipig_core::JobBrief::models). The lock is held while a
    /// model loads, so threads that ask for the same one wait and do not load it twice.
    pub(crate) fn get(&self, job: &ComputeJob, place: usize) -> Result<Arc<Clip>, ShardError> {
        let number = job.brief.number;
        let Some(model) = job.brief.models().nth(place) else {
            let known = job.brief.models().count();
            return Err(ShardError::Experiment(format!(
                "the experiment asks for model {}, but the job has {known}",
                place + 1
            )));
        };
        let Some(weights) = job.weights.get(place) else {
            return Err(ShardError::Device(format!(
                "the weights of the model `{}` are not here",
                model.name
            )));
        };
        let mut models = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        let same = |loaded: &LoadedModel| loaded.model == *model && loaded.number == number;
        if let Some(place) = models.iter().position(same) {
            // The last one is the one that was used last.
            let model = models.remove(place);
            let clip = Arc::clone(&model.clip);
            models.push(model);
            return Ok(clip);
        }
        let clip = Arc::new(load(model, weights, number, self.device)?);
        job.progress.advance();
        models.push(LoadedModel { model: model.clone(), number, clip: Arc::clone(&clip) });
        drop_unused(&mut models);
        Ok(clip)
    }

    /// Frees the models that nobody uses.
    pub(crate) fn forget(&self) {
        let mut models = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        models.retain(LoadedModel::is_used);
    }
}

impl LoadedModel {
    /// Does an engine hold it?
    fn is_used(&self) -> bool {
        Arc::strong_count(&self.clip) > 1
    }
}

/// Drops what nobody uses until only [`KEPT_MODELS`] are left. One that is used stays known, however many there are:
/// dropping it here would free nothing, and the next thread would load it a second time.
fn drop_unused(models: &mut Vec<LoadedModel>) {
    let mut surplus = models.len().saturating_sub(KEPT_MODELS);
    models.retain(|model| {
        let stays = surplus == 0 || model.is_used();
        surplus -= usize::from(!stays);
        stays
    });
}

/// Reads weights and builds the model.
fn load(
    model: &ModelReference,
    weights: &WeightsSource,
    number: NumberType,
    device: Device,
) -> Result<Clip, ShardError> {
    let unreadable = |reason: String| ShardError::Device(format!("the model `{}`: {reason}", model.name));
    // The hash was compared, so another worker would find the same.
    let unfit = |reason: String| ShardError::Experiment(format!("the model `{}`: {reason}", model.name));
    let file;
    let bytes = match weights {
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
    let kind = match number {
        NumberType::Float32 => Kind::Float,
        NumberType::Bfloat16 => Kind::BFloat16,
        NumberType::Float16 => Kind::Half,
    };
    Weights::parse(bytes)
        .and_then(|tensors| Clip::new(&tensors, &settings, device, kind))
        .map_err(|error| unfit(error.to_string()))
}

/// Gives the model at a place among the experiment's.
pub type LoadModel = Box<dyn Fn(usize) -> Result<Arc<Clip>, ShardError> + Send>;

/// The models of one engine. One is asked for when it is first needed, and held from then on.
pub(crate) struct EngineModels {
    held: Vec<(usize, Arc<Clip>)>,
    load: LoadModel,
}

impl EngineModels {
    pub(crate) fn new(load: LoadModel) -> Self {
        Self { held: Vec::new(), load }
    }

    /// The model at a place among the experiment's.
    pub(crate) fn get(&mut self, place: usize) -> Result<Arc<Clip>, ShardError> {
        if let Some((_, clip)) = self.held.iter().find(|(held, _)| *held == place) {
            return Ok(Arc::clone(clip));
        }
        let clip = (self.load)(place)?;
        self.held.push((place, Arc::clone(&clip)));
        Ok(clip)
    }
}
