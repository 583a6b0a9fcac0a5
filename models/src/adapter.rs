//! Adapters (LoRA) that were saved beside the matrices that they change, as peft does it.
//!
//! W + (α / r) · B · A is the matrix that the model computes with (Hu et al., 2021; rank-stabilised: α / √r,
//! Kalajdzievski, 2023). α is not among the tensors: `adapter_config.json` has it.

use safetensors::Dtype;
use serde_json::Value as Json;

use crate::{
    error::ModelError,
    header::{Header, Tensor},
    inventory::list,
    json::JsonFile,
    source::Source,
};

/// A matrix with its adapter.
#[derive(Debug)]
pub(crate) struct Merge {
    /// `[out, in]`.
    pub(crate) base: Tensor,
    /// A, `[r, in]`.
    pub(crate) down: Tensor,
    /// B, `[out, r]`.
    pub(crate) up: Tensor,
    scale: f64,
}

impl Merge {
    /// `None` where the shapes do not fit each other.
    fn new(base: Tensor, down: Tensor, up: Tensor, scaling: &Scaling) -> Option<Self> {
        match (base.shape.as_slice(), down.shape.as_slice(), up.shape.as_slice()) {
            (&[rows, columns], &[rank, inputs], &[outputs, same])
                if rows == outputs && columns == inputs && rank == same && rank > 0 && inputs > 0 =>
            {
                let scale = scaling.of_rank(rank);
                Some(Self { base, down, up, scale })
            }
            _ => None,
        }
    }

    /// The merged matrix, float32 so that nothing of the adapter is rounded away.
    pub(crate) fn result(&self) -> Tensor {
        Tensor { dtype: Dtype::F32, shape: self.base.shape.clone(), bytes: 0..0, file: 0 }
    }

    /// The numbers of the merged matrix.
    pub(crate) fn merged(&self, base: Vec<f64>, down: &[f64], up: &[f64]) -> Vec<f32> {
        let (rank, columns) = (self.down.shape[0], self.down.shape[1]);
        let mut merged = base;
        for (row, up) in merged.chunks_exact_mut(columns).zip(up.chunks_exact(rank)) {
            for (down, up) in down.chunks_exact(columns).zip(up) {
                for (number, down) in row.iter_mut().zip(down) {
                    *number += self.scale * up * down;
                }
            }
        }
        merged.into_iter().map(|number| number as f32).collect()
    }
}

const REMEDY: &str = "merge them first: `model = model.merge_and_unload()` in peft, then save it again";

/// Takes the adapters out of a header; what is left has the names of a model without any. Returns the
/// matrices that they change, by name.
///
/// # Errors
/// Where it is not certain how they are to be merged.
pub(crate) fn take(header: &mut Header, source: &Source) -> Result<Vec<(String, Merge)>, ModelError> {
    let adapted = |name: &str| name.contains(".base_layer.") || name.contains(".lora_");
    if !header.tensors.keys().any(|name| adapted(name)) {
        return Ok(Vec::new());
    }
    let unmerged = |why: String| ModelError::WrongFile {
        path: source.path.clone(),
        what: format!("a model with adapters (LoRA) that are not merged into its weights, and {why}"),
        remedy: REMEDY.to_owned(),
    };
    let Some(config) = JsonFile::find(&source.folder.join("adapter_config.json"))? else {
        return Err(unmerged("no adapter_config.json beside it says their scale".to_owned()));
    };
    let scaling =
        Scaling::of(&config.value).map_err(|why| unmerged(format!("adapter_config.json says {why}")))?;
    let modules: Vec<String> = header
        .tensors
        .keys()
        .filter_map(|name| Some(name.split_once(".base_layer.")?.0.to_owned()))
        .collect();
    let mut merges = Vec::new();
    for module in modules {
        // A module with a bias is there twice, and taken at the first.
        let Some(base) = header.tensors.remove(&format!("{module}.base_layer.weight")) else { continue };
        if let Some(bias) = header.tensors.remove(&format!("{module}.base_layer.bias")) {
            header.tensors.insert(format!("{module}.bias"), bias);
        }
        let name = format!("{module}.weight");
        match (of_module(header, &module, "lora_A"), of_module(header, &module, "lora_B")) {
            ((None, 0), (None, 0)) => {
                header.tensors.insert(name, base);
            }
            ((Some(down), 1), (Some(up), 1)) => {
                let merge = Merge::new(base, down, up, &scaling);
                let merge =
                    merge.ok_or_else(|| unmerged(format!("those of \"{module}\" do not fit its matrix")))?;
                merges.push((name, merge));
            }
            _ => return Err(unmerged(format!("\"{module}\" does not have exactly one"))),
        }
    }
    let left: Vec<&String> = header.tensors.keys().filter(|name| adapted(name)).collect();
    if left.is_empty() {
        return Ok(merges);
    }
    Err(unmerged(format!("clipig does not know what {} are", list(&left))))
}

/// The tensor `{module}.{part}.{adapter}.weight`, and how many there are.
fn of_module(header: &mut Header, module: &str, part: &str) -> (Option<Tensor>, usize) {
    let prefix = format!("{module}.{part}.");
    let names: Vec<String> = header
        .tensors
        .keys()
        .filter(|name| name.starts_with(&prefix) && name.ends_with(".weight"))
        .cloned()
        .collect();
    let last = names.last().and_then(|name| header.tensors.remove(name));
    (last, names.len())
}

/// How strongly adapters count.
struct Scaling {
    alpha: f64,
    /// By √r instead of r.
    rank_stabilised: bool,
}

/// Variants of LoRA that compute something else.
const VARIANTS: [&str; 12] = [
    "use_dora",
    "use_qalora",
    "use_bdlora",
    "fan_in_fan_out",
    "lora_bias",
    "alpha_pattern",
    "modules_to_save",
    "trainable_token_indices",
    "arrow_config",
    "kasa_config",
    "monteclora_config",
    "velora_config",
];

impl Scaling {
    fn of(config: &Json) -> Result<Self, String> {
        if config["peft_type"] != "LORA" {
            return Err(format!("that they are of the type {}, not LORA", config["peft_type"]));
        }
        let is_set = |value: &Json| match value {
            Json::Null | Json::Bool(false) => false,
            Json::Array(list) => !list.is_empty(),
            Json::Object(map) => !map.is_empty(),
            _ => true,
        };
        if let Some(variant) = VARIANTS.iter().find(|variant| is_set(&config[**variant])) {
            return Err(format!("\"{variant}\": {}, which clipig does not do", config[*variant]));
        }
        let alpha = config["lora_alpha"].as_f64().filter(|alpha| alpha.is_finite());
        let alpha = alpha.ok_or_else(|| "no \"lora_alpha\"".to_owned())?;
        Ok(Self { alpha, rank_stabilised: config["use_rslora"] == true })
    }

    /// The factor of an adapter of this rank, which is at least 1.
    fn of_rank(&self, rank: usize) -> f64 {
        let rank = rank as f64;
        self.alpha / if self.rank_stabilised { rank.sqrt() } else { rank }
    }
}
