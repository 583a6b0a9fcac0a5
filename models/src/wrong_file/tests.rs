//! One file of each kind. The names are those that the libraries write.

use std::collections::BTreeMap;

use safetensors::Dtype;

use super::{Evidence, recognise};
use crate::{
    contents::Contents,
    header::{Header, Tensor},
    names,
};

/// What the table says of tensors of one number type.
fn what_of(dtype: Dtype, tensors: &[(&str, &[usize])]) -> Option<&'static str> {
    let tensor = |shape: &[usize]| Tensor { dtype, shape: shape.to_vec(), bytes: 0..0, file: 0 };
    let tensors: BTreeMap<_, _> =
        tensors.iter().map(|(name, shape)| ((*name).to_owned(), tensor(shape))).collect();
    let mut header = Header { tensors };
    names::tidy(&mut header);
    let evidence = Evidence { name: "model.safetensors", contents: &Contents::Other, header: &header };
    recognise(&evidence).map(|found| found.what)
}

#[track_caller]
fn is(expected: &str, tensors: &[(&str, &[usize])]) {
    let found = what_of(Dtype::F32, tensors).expect("it is recognised");
    assert!(found.contains(expected), "{found}");
}

#[track_caller]
fn file_is(expected: &str, name: &str, contents: &Contents) {
    let header = Header { tensors: BTreeMap::new() };
    let found = recognise(&Evidence { name, contents, header: &header }).expect("it is recognised");
    assert!(found.what.contains(expected), "{}", found.what);
}

const TABLE: (&str, &[usize]) = ("token_embedding.weight", &[49_408, 512]);
const CUSTOM: (&str, &[usize]) = ("text.token_embedding.weight", &[49_408, 512]);
const CONVOLUTION: (&str, &[usize]) = ("visual.conv1.weight", &[768, 3, 32, 32]);
const LN_PRE: (&str, &[usize]) = ("visual.ln_pre.weight", &[768]);

#[test]
fn a_clip_is_none_of_them() {
    assert_eq!(what_of(Dtype::F32, &[TABLE, CONVOLUTION, LN_PRE]), None);
    let hugging_face: [(&str, &[usize]); 2] = [
        ("text_model.embeddings.token_embedding.weight", &[49_408, 512]),
        ("vision_model.embeddings.patch_embedding.weight", &[768, 3, 32, 32]),
    ];
    assert_eq!(what_of(Dtype::BF16, &hugging_face), None);
    assert_eq!(what_of(Dtype::F16, &[TABLE, ("visual.layer1.0.conv1.weight", &[64, 64, 1, 1])]), None);
    // With a decoder beside it, as CLIPSeg.
    let beside: [(&str, &[usize]); 3] = [
        ("clip.text_model.embeddings.token_embedding.weight", &[49_408, 512]),
        ("clip.vision_model.embeddings.patch_embedding.weight", &[768, 3, 32, 32]),
        ("decoder.reduces.0.weight", &[64, 768]),
    ];
    assert_eq!(what_of(Dtype::F32, &beside), None);
}

#[test]
fn siglip() {
    is(
        "SigLIP",
        &[
            ("text_model.embeddings.token_embedding.weight", &[32_000, 768]),
            ("text_model.head.weight", &[768, 768]),
            ("vision_model.head.probe", &[1, 1, 768]),
        ],
    );
    let open_clip: [(&str, &[usize]); 3] = [
        ("text.token_embedding.weight", &[32_000, 768]),
        ("text.text_projection.weight", &[768, 768]),
        ("visual.trunk.attn_pool.latent", &[1, 1, 768]),
    ];
    is("SigLIP", &open_clip);
}

#[test]
fn coca() {
    is(
        "CoCa",
        &[
            CUSTOM,
            CONVOLUTION,
            LN_PRE,
            ("text_decoder.ln_final.weight", &[512]),
            ("visual.attn_pool.query", &[256, 768]),
        ],
    );
}

#[test]
fn eva02() {
    is("EVA", &[CUSTOM, ("visual.trunk.blocks.0.mlp.fc1_g.weight", &[2048, 768])]);
    is("EVA", &[CUSTOM, ("visual.blocks.0.attn.q_bias", &[768])]);
}

#[test]
fn mobile_clip() {
    is(
        "MobileCLIP",
        &[CUSTOM, ("visual.trunk.stages.0.blocks.0.token_mixer.layer_scale.gamma", &[64, 1, 1])],
    );
    is("MobileCLIP", &[("image_encoder.model.patch_embed.0.rbr.weight", &[64, 3, 3, 3])]);
}

#[test]
fn timm_tower() {
    is("timm", &[TABLE, ("visual.trunk.stem.0.weight", &[128, 3, 4, 4])]);
    // PE-Core pools by attention as SigLIP does, and has a projection of CLIP's.
    is(
        "timm",
        &[CUSTOM, ("text.text_projection", &[512, 512]), ("visual.trunk.attn_pool.latent", &[1, 1, 384])],
    );
}

#[test]
fn tower_of_transformers() {
    let words = ("text.transformer.embeddings.word_embeddings.weight", &[250_002, 768][..]);
    is("text tower of transformers", &[words, CONVOLUTION, LN_PRE]);
}

#[test]
fn clipa() {
    is("CLIPA", &[("token_embedding.weight", &[32_000, 768]), CONVOLUTION]);
}

#[test]
fn x_clip() {
    is(
        "X-CLIP",
        &[
            ("mit.position_embedding", &[1, 8, 512]),
            ("text_model.embeddings.token_embedding.weight", &[49_408, 512]),
        ],
    );
}

#[test]
fn owl_vit() {
    let owl: [(&str, &[usize]); 2] = [
        ("owlvit.text_model.embeddings.token_embedding.weight", &[49_408, 512]),
        ("box_head.dense0.weight", &[768, 768]),
    ];
    is("OWL-ViT", &owl);
}

#[test]
fn adapter() {
    let adapter: [(&str, &[usize]); 2] = [
        ("base_model.model.text_model.encoder.layers.1.self_attn.q_proj.lora_A.weight", &[2, 16]),
        ("base_model.model.text_model.encoder.layers.1.self_attn.q_proj.lora_B.weight", &[16, 2]),
    ];
    is("adapter", &adapter);
}

#[test]
fn lora() {
    is("kohya", &[("lora_te_text_model_encoder_layers_0_mlp_fc1.lora_down.weight", &[4, 768])]);
    is("diffusers", &[("unet.down_blocks.0.attentions.0.to_q.lora_A.weight", &[4, 320])]);
}

#[test]
fn unet() {
    is(
        "UNet",
        &[
            ("down_blocks.0.resnets.0.conv1.weight", &[320, 320, 3, 3]),
            ("up_blocks.0.resnets.0.conv1.weight", &[1, 1, 3, 3]),
        ],
    );
    is(
        "Stable Diffusion",
        &[
            ("model.diffusion_model.out.2.weight", &[4, 320, 3, 3]),
            ("cond_stage_model.transformer.text_model.embeddings.token_embedding.weight", &[49_408, 768]),
        ],
    );
    is("autoencoder", &[("decoder.up_blocks.0.resnets.0.conv1.weight", &[512, 512, 3, 3])]);
}

#[test]
fn language_model() {
    is("language model", &[("lm_head.weight", &[50_257, 768])]);
}

#[test]
fn bert() {
    is("BERT", &[("text_model.embeddings.word_embeddings.weight", &[21_128, 768])]);
}

#[test]
fn group_vit() {
    is("GroupViT", &[("vision_model.encoder.stages.0.group_token", &[1, 64, 384])]);
}

#[test]
fn fp8() {
    let found = what_of(Dtype::F8_E4M3, &[TABLE, CONVOLUTION, LN_PRE]).unwrap();
    assert!(found.contains("fp8"), "{found}");
}

#[test]
fn int8() {
    let found = what_of(Dtype::I8, &[TABLE, CONVOLUTION, LN_PRE]).unwrap();
    assert!(found.contains("int8"), "{found}");
    is("int8", &[TABLE, CONVOLUTION, LN_PRE, ("transformer.resblocks.0.mlp.c_fc.SCB", &[2048])]);
    // Indices of positions are whole numbers, and no weights.
    assert_eq!(
        what_of(Dtype::I64, &[TABLE, CONVOLUTION, LN_PRE, ("text_model.embeddings.position_ids", &[1, 77])]),
        None
    );
}

#[test]
fn text_half() {
    is("text half", &[("text_model.embeddings.token_embedding.weight", &[49_408, 768])]);
    is(
        "text half",
        &[
            ("text_encoder.text_model.embeddings.token_embedding.weight", &[49_408, 768]),
            ("text_encoder.text_model.final_layer_norm.bias", &[768]),
        ],
    );
    // transformers 5 saves a CLIPTextModel without `text_model.`
    is(
        "text half",
        &[("embeddings.token_embedding.weight", &[49_408, 768]), ("final_layer_norm.bias", &[768])],
    );
}

#[test]
fn image_half() {
    is("image half", &[("vision_model.embeddings.patch_embedding.weight", &[768, 3, 32, 32])]);
    is("image half", &[CONVOLUTION, LN_PRE]);
    is(
        "image half",
        &[("embeddings.patch_embedding.weight", &[768, 3, 32, 32]), ("pre_layrnorm.bias", &[768])],
    );
}

#[test]
fn pytorch_files() {
    let archive = |files: &[&str]| Contents::Archive(files.iter().map(|file| (*file).to_owned()).collect());
    file_is("TorchScript", "vit-b-32.pt", &archive(&["ViT-B-32/data.pkl", "ViT-B-32/code/__torch__.py"]));
    file_is("TorchScript", "vit-b-32.pt", &archive(&["m/constants.pkl"]));
    file_is("training", "epoch_32.pt", &archive(&["epoch_32/data.pkl", "epoch_32/data/0"]));
    file_is("training", "renamed.pt", &archive(&["epoch_7/data.pkl"]));
    file_is("training", "epoch_latest.pt", &Contents::Pickle);
    file_is("a PyTorch file", "open_clip_pytorch_model.bin", &archive(&["archive/data.pkl"]));
    file_is("a PyTorch file", "old.bin", &Contents::Pickle);
    // Torn, so that nobody knows what is in it.
    file_is("a PyTorch file", "torn.pt", &archive(&[]));
    file_is("a ZIP archive", "weights.zip", &archive(&["model.safetensors"]));
    file_is("an ONNX file", "model.onnx", &Contents::Other);
    file_is("a Flax file", "flax_model.msgpack", &Contents::Other);
}

#[test]
fn other_files() {
    file_is("empty", "model.safetensors", &Contents::Empty);
    file_is("web page", "model.safetensors", &Contents::WebPage);
    file_is("LFS", "model.safetensors", &Contents::LfsPointer);
    file_is("GGUF", "model.gguf", &Contents::Gguf);
    file_is("HDF5", "tf_model.h5", &Contents::Hdf5);
    file_is("configuration", "config.json", &Contents::Json);
}
