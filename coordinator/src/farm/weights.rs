//! Weights of models: inside the program, in the coordinator's store of models, or brought by a client.

use clipig_core::{ModelReference, ModelSettings, NoPatches, Sha256, WeightsSource, WindowCost};
use clipig_experiment::Experiment;
use clipig_models::{Architecture, FeatureLengths, ModelError, ModelInfo, Place, embedded, registry};

use super::{CommandError, Farm, SubmitRequest};
use crate::store::{JobRecord, StoreError};

/// Longest name of a model in bytes. Workers refuse longer ones.
const NAME: usize = 200;

/// Why a job cannot use a model.
#[derive(Debug, thiserror::Error)]
pub enum ModelRefusal {
    /// The client names a model that the coordinator does not have or cannot read.
    #[error("on the coordinator: {0}")]
    Unresolved(ModelError),
    /// A client says another number of models than the experiment has.
    #[error("the experiment's number of models is {wanted}, and the request says the weights of {said}")]
    Number {
        /// Models of the experiment.
        wanted: usize,
        /// Models of the request.
        said: usize,
    },
    /// Two names of one model.
    #[error("`models` has the model `{0}` twice, under different names; remove one of them")]
    Twice(String),
    /// An update with other models.
    #[error(
        "the job is computed with {was}, and an update cannot change that to {now}; submit the experiment as a new job"
    )]
    Changed {
        /// The job's models.
        was: String,
        /// Those of the update.
        now: String,
    },
    /// The store of models has no hash of it.
    #[error("the coordinator knows no hash of the model `{0}`; import the model there again")]
    NoHash(String),
    /// The name is longer than workers take.
    #[error("a model's name has at most {NAME} bytes")]
    LongName,
    /// The weights of that content cannot be used.
    #[error("the weights of `{name}`: {}", reason(.error))]
    Unusable {
        /// The model.
        name: String,
        /// What is wrong with them. Its own text may hold paths of the coordinator.
        error: ModelError,
    },
    /// A style for a model that cannot encode any.
    #[error("{}{error}", .model.as_ref().map_or_else(String::new, |model| format!("{model}: ")))]
    NoPatches {
        /// The model, where there are several.
        model: Option<String>,
        /// The style.
        error: NoPatches,
    },
    /// The weights do not fit clipig or what is recorded of the model.
    #[error("the weights of `{name}` cannot be used: {why}")]
    Misfit {
        /// The model.
        name: String,
        /// What does not fit.
        why: String,
    },
    /// The weights are those of another model.
    #[error("the weights {sha256} are not those of `{name}`: {why}")]
    Mismatch {
        /// The content.
        sha256: Sha256,
        /// The model that it should be.
        name: String,
        /// How the architectures differ.
        why: String,
    },
}

/// The weights that a client wants a model to have.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ModelContent {
    /// Their content; `None`: whatever the model's name means here.
    pub sha256: Option<Sha256>,
    /// How that content is to be read; weights do not tell. `None`: the client does not know either.
    pub settings: Option<ModelSettings>,
}

/// Refuses an update whose models are not those of the job. If neither lists several, the job's model stays whatever the
/// update names.
pub(super) fn check_same_models(job: &JobRecord, experiment: &Experiment) -> Result<(), ModelRefusal> {
    if experiment.models.is_empty() && job.more_models.is_empty() {
        return Ok(());
    }
    let canonical = |name| registry::canonical(name).to_owned();
    let was: Vec<String> = job.models().map(|model| model.name.clone()).collect();
    let named = experiment.model_names();
    let now: Vec<String> =
        named.into_iter().map(|name| name.map_or_else(|| "the default".to_owned(), canonical)).collect();
    let same = was.len() == now.len() && was.iter().zip(&now).all(|(was, now)| was.eq_ignore_ascii_case(now));
    if same { Ok(()) } else { Err(ModelRefusal::Changed { was: was.join(", "), now: now.join(", ") }) }
}

impl Farm {
    /// Where the weights of that content are; `None` where this farm does not have them.
    ///
    /// # Errors
    /// When the store of models cannot be read.
    pub fn weights(&self, sha256: Sha256) -> Result<Option<WeightsSource>, ModelError> {
        let digits = sha256.to_string();
        if digits == embedded::SHA256 {
            return Ok(Some(WeightsSource::Embedded));
        }
        let stored = self.models().list()?.into_iter().find_map(|entry| match entry.place {
            Place::Stored(path) if entry.sha256.as_deref() == Some(digits.as_str()) => Some(path),
            _ => None,
        });
        Ok(stored.or_else(|| self.store().blobs().path(&sha256)).map(WeightsSource::File))
    }

    /// The models of a submission, at least one.
    pub(super) fn resolve_models(
        &self,
        experiment: &Experiment,
        request: &SubmitRequest,
    ) -> Result<Vec<ModelReference>, CommandError> {
        let names = experiment.model_names();
        let said = request.more_models.len();
        if said != 0 && said + 1 != names.len() {
            return Err(ModelRefusal::Number { wanted: names.len(), said: said + 1 }.into());
        }
        let first = ModelContent { sha256: request.model_sha256, settings: request.model_settings };
        let said = std::iter::once(first).chain(request.more_models.iter().copied());
        let said = said.chain(std::iter::repeat(ModelContent::default()));
        let mut models: Vec<ModelReference> = Vec::with_capacity(names.len());
        for (name, content) in names.into_iter().zip(said) {
            let model = self.model(name, content)?;
            if models.iter().any(|known| known.name == model.name) {
                return Err(ModelRefusal::Twice(model.name).into());
            }
            models.push(model);
        }
        Ok(models)
    }

    /// A model of a submission: by the client's content where it names one, else whatever the name means here.
    fn model(&self, name: Option<&str>, content: ModelContent) -> Result<ModelReference, CommandError> {
        let models = self.models();
        let name = name.unwrap_or_else(|| models.default_model().name);
        let here = models.resolve(name);
        let Some(wanted) = content.sha256 else {
            let found = here.map_err(ModelRefusal::Unresolved)?;
            let sha256 = found.sha256.parse().map_err(|_| ModelRefusal::NoHash(name.to_owned()))?;
            let settings = found.spec.settings();
            return Ok(ModelReference { name: found.name, sha256, settings });
        };
        // Where the client does not know it, weights of the same content in the store may.
        let recorded = here.ok().filter(|found| found.sha256 == wanted.to_string());
        let recorded = recorded.map(|found| found.spec.settings());
        self.brought(name, wanted, content.settings.or(recorded))
    }

    /// What a window of a job costs a device that computes in its number type; `None` where this farm does not have
    /// the weights of all its models.
    ///
    /// # Errors
    /// When they cannot be read.
    pub(super) fn window_cost(&self, job: &JobRecord) -> Result<Option<WindowCost>, ModelError> {
        let mut all: Option<WindowCost> = None;
        for model in job.models() {
            let Some(weights) = self.weights(model.sha256)? else { return Ok(None) };
            let cost = info(&weights)?.window_cost(job.number);
            all = Some(all.map_or(cost, |all| all.beside(cost)));
        }
        Ok(all)
    }

    /// Refuses styles for models without patches, as far as the weights of the models are here.
    pub(super) fn check_styles<'a>(
        &self,
        experiment: &Experiment,
        models: impl Iterator<Item = &'a ModelReference>,
    ) -> Result<(), ModelRefusal> {
        for (place, model) in models.enumerate() {
            let Some(error) = NoPatches::find(experiment, place) else { continue };
            // What cannot be read here is found out by the worker that prepares the job.
            let shape = self.architecture(model).ok().flatten();
            if shape.is_some_and(|shape| shape.feature_lengths().style.is_none()) {
                let model = (experiment.models.len() > 1).then(|| model.name.clone());
                return Err(ModelRefusal::NoPatches { model, error });
            }
        }
        Ok(())
    }

    /// How many numbers each model of a job makes of features; `None` where this farm cannot read its weights.
    pub(super) fn feature_lengths(&self, job: &JobRecord) -> Vec<Option<FeatureLengths>> {
        let known = |model: &ModelReference| {
            self.architecture(model).unwrap_or_else(|error| {
                let text = "the weights cannot be read, so it is not known how long features are";
                tracing::warn!(job = %job.id, model = %model.name, %error, "{text}");
                None
            })
        };
        job.models().map(|model| known(model).map(|shape| shape.feature_lengths())).collect()
    }

    /// The shape of a model; `None` where this farm does not have its weights.
    fn architecture(&self, model: &ModelReference) -> Result<Option<Architecture>, ModelError> {
        let Some(weights) = self.weights(model.sha256)? else { return Ok(None) };
        Ok(Some(info(&weights)?.architecture))
    }

    /// A model by its content, which may be a stranger's file.
    fn brought(
        &self,
        name: &str,
        sha256: Sha256,
        settings: Option<ModelSettings>,
    ) -> Result<ModelReference, CommandError> {
        let known = registry::find(name);
        let name = known.map_or_else(|| name.trim(), |known| known.name);
        if name.len() > NAME {
            return Err(ModelRefusal::LongName.into());
        }
        // Renews its time, so that it is not collected before the job names it.
        self.store().blobs().has(&sha256);
        let refused = |error| ModelRefusal::Unusable { name: name.to_owned(), error };
        let Some(weights) = self.weights(sha256).map_err(refused)? else {
            return Err(StoreError::MissingBlobs(vec![(format!("the model {name}"), sha256)]).into());
        };
        let architecture = info(&weights).map_err(refused)?.architecture;
        if let Some(why) = known.and_then(|known| architecture.mismatch(&known.spec)) {
            let name = name.to_owned();
            return Err(ModelRefusal::Mismatch { sha256, name, why }.into());
        }
        // A picture of an older version records no settings; then they were those of OpenAI's models.
        let settings = known.map(|known| known.spec.settings()).or(settings).unwrap_or_default();
        let misfit = architecture.foreign_vocabulary().or_else(|| architecture.misfit(&settings));
        match misfit {
            None => Ok(ModelReference { name: name.to_owned(), sha256, settings }),
            Some(why) => Err(ModelRefusal::Misfit { name: name.to_owned(), why }.into()),
        }
    }
}

/// What the header of weights says.
fn info(weights: &WeightsSource) -> Result<ModelInfo, ModelError> {
    match weights {
        WeightsSource::Embedded => ModelInfo::of_embedded(),
        WeightsSource::File(path) => ModelInfo::of_file(path),
    }
}

/// What is wrong with weights, without the paths of this machine.
fn reason(error: &ModelError) -> String {
    match error {
        ModelError::NotClip { why, .. } => why.clone(),
        ModelError::WrongFile { what, remedy, .. } => format!("they are {what}: {remedy}"),
        ModelError::NotSafetensors { why, .. } => format!("no safetensors: {why}"),
        _ => "they cannot be read on the coordinator".to_owned(),
    }
}
