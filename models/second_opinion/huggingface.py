"""The same ViT-B/32 tensors under Hugging Face's names and layout."""

LAYER = {
    "attn.out_proj": "self_attn.out_proj",
    "ln_1": "layer_norm1",
    "ln_2": "layer_norm2",
    "mlp.c_fc": "mlp.fc1",
    "mlp.c_proj": "mlp.fc2",
}

SINGLE = {
    "logit_scale": "logit_scale",
    "token_embedding.weight": "text_model.embeddings.token_embedding.weight",
    "positional_embedding": "text_model.embeddings.position_embedding.weight",
    "ln_final.weight": "text_model.final_layer_norm.weight",
    "ln_final.bias": "text_model.final_layer_norm.bias",
    "visual.class_embedding": "vision_model.embeddings.class_embedding",
    "visual.conv1.weight": "vision_model.embeddings.patch_embedding.weight",
    "visual.positional_embedding": "vision_model.embeddings.position_embedding.weight",
    # The spelling is theirs.
    "visual.ln_pre.weight": "vision_model.pre_layrnorm.weight",
    "visual.ln_pre.bias": "vision_model.pre_layrnorm.bias",
    "visual.ln_post.weight": "vision_model.post_layernorm.weight",
    "visual.ln_post.bias": "vision_model.post_layernorm.bias",
}

# Stored [out, in], to be multiplied from the left: OpenAI's are [in, out].
TRANSPOSED = {
    "text_projection": "text_projection.weight",
    "visual.proj": "visual_projection.weight",
}


def from_openai(state):
    """A Hugging Face state dict (name → tensor) out of one with OpenAI's names."""
    out = {}
    for name, tensor in state.items():
        if name in SINGLE:
            out[SINGLE[name]] = tensor
        elif name in TRANSPOSED:
            out[TRANSPOSED[name]] = tensor.T.contiguous()
        else:
            out.update(_layer(name, tensor))
    return out


def _layer(name, tensor):
    """The entries of a tensor inside a transformer layer: three for a joint q, k, v, else one."""
    tower = "vision_model" if name.startswith("visual.") else "text_model"
    number, rest = name.split("resblocks.")[1].split(".", 1)
    prefix = f"{tower}.encoder.layers.{number}."
    if rest.startswith("attn.in_proj_"):
        last = rest.removeprefix("attn.in_proj_")
        parts = zip("qkv", tensor.chunk(3))
        return {f"{prefix}self_attn.{p}_proj.{last}": part.clone() for p, part in parts}
    module, last = rest.rsplit(".", 1)
    return {f"{prefix}{LAYER[module]}.{last}": tensor}
