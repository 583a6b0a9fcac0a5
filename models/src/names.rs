//! What tensors are called: Hugging Face's names for `OpenAI`'s, and prefixes that programs put in front.

use std::collections::BTreeMap;

use crate::header::{Header, Tensor};

/// Hugging Face's names for one of `OpenAI`'s tensors, in the order in which they are stacked: three for
/// query, key and value, else one.
pub fn hugging_face(name: &str) -> Vec<String> {
    let fixed = match name {
        "visual.class_embedding" => Some("vision_model.embeddings.class_embedding"),
        "visual.conv1.weight" => Some("vision_model.embeddings.patch_embedding.weight"),
        "visual.positional_embedding" => Some("vision_model.embeddings.position_embedding.weight"),
        "visual.proj" => Some("visual_projection.weight"),
        "token_embedding.weight" => Some("text_model.embeddings.token_embedding.weight"),
        "positional_embedding" => Some("text_model.embeddings.position_embedding.weight"),
        "text_projection" => Some("text_projection.weight"),
        _ => None,
    };
    if let Some(fixed) = fixed {
        return vec![fixed.to_owned()];
    }
    let renamed = name
        .replace("visual.ln_pre", "vision_model.pre_layrnorm")
        .replace("visual.ln_post", "vision_model.post_layernorm")
        .replace("ln_final", "text_model.final_layer_norm")
        .replace("visual.transformer.resblocks", "vision_model.encoder.layers")
        .replace("transformer.resblocks", "text_model.encoder.layers")
        .replace("attn.out_proj", "self_attn.out_proj")
        .replace(".ln_1.", ".layer_norm1.")
        .replace(".ln_2.", ".layer_norm2.")
        .replace("mlp.c_fc", "mlp.fc1")
        .replace("mlp.c_proj", "mlp.fc2");
    for (stacked, kind) in [("attn.in_proj_weight", "weight"), ("attn.in_proj_bias", "bias")] {
        if let Some(layer) = renamed.strip_suffix(stacked) {
            return ["q_proj", "k_proj", "v_proj"]
                .iter()
                .map(|part| format!("{layer}self_attn.{part}.{kind}"))
                .collect();
        }
    }
    vec![renamed]
}

/// Is the tensor of that (`OpenAI`'s) name stored with rows as columns by Hugging Face?
pub fn is_transposed(name: &str) -> bool {
    matches!(name, "visual.proj" | "text_projection")
}

/// A tensor that every CLIP has, under its three names. A prefix of this name is a prefix of all names.
const ANCHORS: [&str; 3] =
    ["text_model.embeddings.token_embedding.weight", "text.token_embedding.weight", "token_embedding.weight"];

/// Prefixes that data-parallel training, `torch.compile`, adapters and programs that contain a CLIP add to names.
const WRAPPERS: [&str; 5] = ["module.", "model.", "_orig_mod.", "clip.", "base_model.model."];

/// Does the prefix consist of wrappers alone? Any other prefix may belong to a program that contains a CLIP's text
/// tower, out of which no tensor must be taken.
fn is_wrapper(prefix: &str) -> bool {
    let mut rest = prefix;
    while !rest.is_empty() {
        match WRAPPERS.iter().find_map(|wrapper| rest.strip_prefix(wrapper)) {
            Some(shorter) => rest = shorter,
            None => return false,
        }
    }
    true
}

/// Gives tensors the names that the libraries use: removes their common prefix, and the `text.` of `open_clip`'s
/// `CustomTextCLIP`. Returns sentences that say what it did.
pub(crate) fn tidy(header: &mut Header) -> Vec<String> {
    let mut done = Vec::new();
    if let Some(prefix) = prefix(&header.tensors) {
        rename(&mut header.tensors, |name| name.strip_prefix(prefix.as_str()).map(str::to_owned));
        done.push(format!("the names of its tensors begin with \"{prefix}\", which was taken off"));
    }
    let compiled = "_orig_mod.";
    if header.tensors.keys().any(|name| name.contains(compiled)) {
        rename(&mut header.tensors, |name| name.contains(compiled).then(|| name.replace(compiled, "")));
        done.push(format!("\"{compiled}\" was taken out of the names of its tensors"));
    }
    if header.tensors.contains_key("text.token_embedding.weight") {
        rename(&mut header.tensors, |name| name.strip_prefix("text.").map(str::to_owned));
        done.push("its text tower is named \"text.\" (custom_text), which was taken off".to_owned());
    }
    done
}

/// The prefix of the tensors' names, if it consists of wrappers or all tensors have it.
fn prefix(tensors: &BTreeMap<String, Tensor>) -> Option<String> {
    let of_anchor = |name: &str| {
        // The longest name comes first in `ANCHORS`, because the shortest is the end of the others.
        let anchor = ANCHORS.iter().find(|anchor| name.ends_with(**anchor))?;
        Some(name[..name.len() - anchor.len()].to_owned())
    };
    let mut prefixes: Vec<String> = tensors.keys().filter_map(|name| of_anchor(name)).collect();
    prefixes.dedup();
    // Two models in one file: nobody can know which one is meant.
    let [prefix] = prefixes.as_slice() else { return None };
    let common = || tensors.keys().all(|name| name.starts_with(prefix.as_str()));
    (!prefix.is_empty() && (is_wrapper(prefix) || common())).then(|| prefix.clone())
}

/// Renames the tensors for which `to` gives a name. If the new name is taken, the tensor keeps its old one, and is
/// later reported as unused.
fn rename(tensors: &mut BTreeMap<String, Tensor>, to: impl Fn(&str) -> Option<String>) {
    let before = std::mem::take(tensors);
    for (name, tensor) in &before {
        let renamed = to(name).filter(|renamed| !before.contains_key(renamed));
        tensors.insert(renamed.unwrap_or_else(|| name.clone()), tensor.clone());
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use safetensors::Dtype;

    use super::{hugging_face, tidy};
    use crate::header::{Header, Tensor};

    #[test]
    fn names_of_hugging_face() {
        assert_eq!(
            hugging_face("visual.transformer.resblocks.3.attn.in_proj_bias"),
            ["q", "k", "v"].map(|p| format!("vision_model.encoder.layers.3.self_attn.{p}_proj.bias"))
        );
        assert_eq!(
            hugging_face("transformer.resblocks.0.mlp.c_fc.weight"),
            ["text_model.encoder.layers.0.mlp.fc1.weight"]
        );
        assert_eq!(hugging_face("ln_final.bias"), ["text_model.final_layer_norm.bias"]);
        assert_eq!(hugging_face("visual.ln_pre.weight"), ["vision_model.pre_layrnorm.weight"]);
    }

    fn tidied(names: &[&str]) -> (Vec<String>, usize) {
        let tensor = Tensor { dtype: Dtype::F32, shape: vec![1], bytes: 0..4, file: 0 };
        let tensors: BTreeMap<_, _> = names.iter().map(|n| ((*n).to_owned(), tensor.clone())).collect();
        let mut header = Header { tensors };
        let done = tidy(&mut header).len();
        (header.tensors.into_keys().collect(), done)
    }

    #[test]
    fn wrappers_are_taken_off() {
        let own = ["token_embedding.weight", "visual.proj"];
        for prefix in ["module.", "model.", "_orig_mod.", "clip.", "base_model.model.", "module._orig_mod."] {
            let names = own.map(|name| format!("{prefix}{name}"));
            assert_eq!(tidied(&names.each_ref().map(String::as_str)), (own.map(str::to_owned).to_vec(), 1));
        }
        // Common to all, so it says nothing.
        assert_eq!(tidied(&["net.token_embedding.weight", "net.visual.proj"]).0, own);
        // What stands beside a wrapped CLIP stays.
        let beside =
            tidied(&["clip.text_model.embeddings.token_embedding.weight", "decoder.reduces.0.weight"]);
        assert_eq!(beside.0, ["decoder.reduces.0.weight", "text_model.embeddings.token_embedding.weight"]);
        let custom = tidied(&["text.ln_final.bias", "text.token_embedding.weight", "visual.proj"]);
        assert_eq!(
            custom,
            (["ln_final.bias", "token_embedding.weight", "visual.proj"].map(str::to_owned).to_vec(), 1)
        );
    }

    #[test]
    fn what_is_not_clear_stays() {
        for names in [
            &["owlvit.text_model.embeddings.token_embedding.weight", "box_head.bias"][..],
            &["ema.token_embedding.weight", "module.token_embedding.weight"],
            &["token_embedding.weight", "visual.proj"],
        ] {
            let mut sorted: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
            sorted.sort();
            assert_eq!(tidied(names), (sorted, 0));
        }
        // A name that is taken is not taken over.
        let (names, _) = tidied(&["clip.token_embedding.weight", "clip.z", "z"]);
        assert_eq!(names, ["clip.z", "token_embedding.weight", "z"]);
    }
}
