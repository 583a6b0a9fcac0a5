//! The CLIP models that a device holds, and those that an engine uses.

use std::sync::{Arc, Mutex, PoisonError, Weak};

use clipig_core::{ComputeJob, ModelReference, NumberType, ShardError, WeightsSource};
use clipig_models::{embedded, registry};
use tch::{Device, Kind};

use crate::clip::Clip;
use crate::clip::weights::Weights;
use crate::failure::guarded;

/// How many models stay loaded that no engine wants. With two, switching between two jobs loads nothing.
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
        let clip = load_with_room(&mut models, || load(model, weights, number, self.device))?;
        let clip = Arc::new(clip);
        job.progress.advance();
        models.push(LoadedModel { model: model.clone(), number, clip: Arc::clone(&clip) });
        drop_unused(&mut models);
        Ok(clip)
    }

    /// Frees the models that no engine wants.
    pub(crate) fn forget(&self) {
        let mut models = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        models.retain(LoadedModel::is_wanted);
    }
}

impl LoadedModel {
    /// Does anybody compute with it at this moment?
    fn is_in_use(&self) -> bool {
        Arc::strong_count(&self.clip) > 1
    }

    /// Does anybody compute with it at this moment, or has an engine, which will soon?
    fn is_wanted(&self) -> bool {
        self.is_in_use() || Arc::weak_count(&self.clip) > 0
    }
}

/// Drops what no engine wants until only [`KEPT_MODELS`] are left. One that is wanted stays, however many there are: it
/// would be loaded a second time.
fn drop_unused(models: &mut Vec<LoadedModel>) {
    let mut surplus = models.len().saturating_sub(KEPT_MODELS);
    models.retain(|model| {
        let stays = surplus == 0 || model.is_wanted();
        surplus -= usize::from(!stays);
        stays
    });
}

/// Loads something. If there is not enough memory, once more without the models with which nobody computes at this moment:
/// so a device that has room for only one model of a job computes with the others, too.
fn load_with_room<T>(
    models: &mut Vec<LoadedModel>,
    load: impl Fn() -> Result<T, ShardError>,
) -> Result<T, ShardError> {
    match guarded(&load) {
        Err(ShardError::OutOfMemory(_)) if !models.iter().all(LoadedModel::is_in_use) => {
            models.retain(LoadedModel::is_in_use);
            guarded(&load)
        }
        loaded => loaded,
    }
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

/// The models of one engine. One is asked for when it is first needed. Between two shards whoever loaded it may free it.
pub(crate) struct EngineModels {
    known: Vec<(usize, Weak<Clip>)>,
    load: LoadModel,
}

impl EngineModels {
    pub(crate) fn new(load: LoadModel) -> Self {
        Self { known: Vec::new(), load }
    }

    /// The model at a place among the experiment's.
    pub(crate) fn get(&mut self, place: usize) -> Result<Arc<Clip>, ShardError> {
        let known = self.known.iter().find(|(known, _)| *known == place);
        if let Some(clip) = known.and_then(|(_, clip)| clip.upgrade()) {
            return Ok(clip);
        }
        let clip = (self.load)(place)?;
        self.known.retain(|(known, _)| *known != place);
        self.known.push((place, Arc::downgrade(&clip)));
        Ok(clip)
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use clipig_core::Sha256;

    use super::*;

    /// The model inside clipig, under another name.
    fn loaded(name: &str) -> LoadedModel {
        let known = registry::find("clipig-tiny").expect("the model inside clipig");
        let model = ModelReference {
            name: name.to_owned(),
            sha256: Sha256([0; 32]),
            settings: known.spec.settings(),
        };
        let number = NumberType::Float32;
        let clip = load(&model, &WeightsSource::Embedded, number, Device::Cpu).expect("a model");
        LoadedModel { model, number, clip: Arc::new(clip) }
    }

    #[test]
    fn a_model_that_does_not_fit_beside_others_takes_the_place_of_those_that_wait() {
        let mut models = vec![loaded("waits"), loaded("computes")];
        let (wanted, computing) = (Arc::downgrade(&models[0].clip), Arc::clone(&models[1].clip));
        let full = || -> Result<u8, ShardError> { panic!("CUDA out of memory. Tried to allocate 1 GiB") };
        let error = load_with_room(&mut models, full).expect_err("it does not fit");
        assert!(matches!(error, ShardError::OutOfMemory(_)), "{error}");
        assert_eq!((models.len(), wanted.strong_count()), (1, 0), "what waits was freed");
        // With others who compute nobody interferes, and one attempt says it.
        let attempts = Cell::new(0);
        let counted = || {
            attempts.set(attempts.get() + 1);
            full()
        };
        load_with_room(&mut models, counted).expect_err("it does not fit");
        assert_eq!((models.len(), attempts.get()), (1, 1));
        drop(computing);
        let fits_alone = || if attempts.replace(3) < 2 { full() } else { Ok(7) };
        assert_eq!(load_with_room(&mut models, fits_alone).ok(), Some(7));
        assert!(models.is_empty());
    }

    #[test]
    fn an_engine_keeps_its_models_known_and_lets_them_be_freed() {
        let models = Arc::new(Mutex::new(vec![loaded("a"), loaded("b"), loaded("c"), loaded("d")]));
        let (source, loads) = (Arc::clone(&models), Arc::new(AtomicUsize::new(0)));
        let count = Arc::clone(&loads);
        let mut engine = EngineModels::new(Box::new(move |place| {
            count.fetch_add(1, Ordering::SeqCst);
            Ok(Arc::clone(&source.lock().unwrap_or_else(PoisonError::into_inner)[place].clip))
        }));
        for place in [0, 1, 2, 0, 1, 2] {
            engine.get(place).expect("it is loaded");
        }
        assert_eq!(loads.load(Ordering::SeqCst), 3, "each was asked for once");
        let mut models = models.lock().unwrap_or_else(PoisonError::into_inner);
        drop_unused(&mut models);
        let names = |models: &[LoadedModel]| {
            models.iter().map(|loaded| loaded.model.name.clone()).collect::<Vec<_>>()
        };
        assert_eq!(names(&models), ["a", "b", "c"], "the engine wants more than are kept otherwise");
        drop(engine);
        drop_unused(&mut models);
        assert_eq!(names(&models), ["b", "c"]);
    }
}
