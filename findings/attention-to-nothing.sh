#!/usr/bin/env bash
# torch, JAX, MLX, ONNX Runtime: a text that is all padding is zero, nan, or the mean of what was to be hidden.
#
# One would guess: a row of attention from which everything is masked is nan (0/0), or zero, in every library; and one
# library has one answer. A mask of booleans and one of 0 and -inf are the same.
# What happens: scaled_dot_product_attention of torch and Attention of ONNX Runtime give zero. JAX and MLX give the
# mean of all values for a mask of booleans, so exactly what is hidden shines through, and nan for -inf. With the
# smallest float32 instead of -inf, which transformers uses, torch gives the mean as well. nn.MultiheadAttention gives
# zero, and nan under no_grad (its "fast path") or with need_weights=True. torch's own export to ONNX writes the
# smallest number, so that the exported model gives the mean where torch gave zero.
# Why it matters: it happens to an empty prompt in a batch, and to a tile outside of the picture. Its feature is zero, nan
# or a plausible mixture, in libraries that agree to six digits on every text with words. A check for nan finds it in
# some of them, and in nn.MultiheadAttention only while nothing is trained. Leave out what has no token to look at.
#
# torch 2.11.0, jax 0.10.2, mlx 0.32.4, onnxruntime 1.31.1 with onnx 1.23.2 and onnxscript 0.7.2, all on the CPU. Seen
# for booleans, and for 0 and -inf:
#   torch zero, zero (smallest float32: mean); JAX mean, nan; MLX mean, nan; ONNX Runtime zero; torch exported mean
#   nn.MultiheadAttention: zero; under no_grad nan; with need_weights=True nan
. "$(dirname "$0")/lib/finding.sh"
torch_for_cpu jax==0.10.2 jaxlib==0.10.2 ml_dtypes==0.6.0 opt_einsum==3.4.0 scipy==1.17.1 mlx==0.32.4 mlx-cpu==0.32.4 \
  onnxruntime==1.31.1 onnx==1.23.2 onnxscript==0.7.2 onnx-ir==1.1.0 protobuf==7.36.2 flatbuffers==25.12.19 \
  packaging==26.4

cat > nothing.py <<'PY'
import logging
import jax, jax.numpy as jnp, mlx.core as mx, numpy, onnxruntime, torch
import onnx
from onnx import TensorProto, helper
from torch.nn.functional import scaled_dot_product_attention
from finding import expect

logging.disable(logging.CRITICAL)
torch.set_num_threads(1)
random = numpy.random.default_rng(0)
queries, keys, values = random.normal(size=(3, 1, 2, 5, 8)).astype(numpy.float32)  # [text, head, token, channel] each
seen = numpy.ones((5, 5), bool)
seen[1] = False  # the second token sees nothing
negative = numpy.where(seen, 0, -numpy.inf).astype(numpy.float32)
smallest = numpy.where(seen, 0, numpy.finfo(numpy.float32).min).astype(numpy.float32)

def kind(result):
    """What the second token got: [text, head, token, channel] or an array like it."""
    row = numpy.asarray(result)[0, :, 1]
    if numpy.isnan(row).all():
        return "nan"
    if not row.any():
        return "zero"
    return "mean" if numpy.allclose(row, values.mean(2)[0], atol=1e-5) else str(row)

tensors = [torch.tensor(array) for array in (queries, keys, values)]

def in_torch(mask):
    return kind(scaled_dot_product_attention(*tensors, attn_mask=torch.tensor(mask)))

def in_jax(**masks):
    turned = [jnp.asarray(array.transpose(0, 2, 1, 3)) for array in (queries, keys, values)]
    masks = {name: jnp.asarray(mask)[None, None] for name, mask in masks.items()}
    return kind(jax.nn.dot_product_attention(*turned, **masks).transpose(0, 2, 1, 3))

def in_mlx(mask):
    arrays = [mx.array(array) for array in (queries, keys, values)]
    return kind(mx.fast.scaled_dot_product_attention(*arrays, scale=8 ** -0.5, mask=mx.array(mask)))

def in_onnxruntime():
    inputs = {"queries": queries, "keys": keys, "values": values, "seen": seen}
    described = [helper.make_tensor_value_info(name, helper.np_dtype_to_tensor_dtype(array.dtype), array.shape)
                 for name, array in inputs.items()]
    result = helper.make_tensor_value_info("result", TensorProto.FLOAT, queries.shape)
    node = helper.make_node("Attention", list(inputs), ["result"])
    graph = helper.make_graph([node], "attention", described, [result])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 23)], ir_version=11), "attention.onnx")
    session = onnxruntime.InferenceSession("attention.onnx", providers=["CPUExecutionProvider"])
    return kind(session.run(None, inputs)[0])

class Attention(torch.nn.Module):
    def forward(self, queries, keys, values):
        return scaled_dot_product_attention(queries, keys, values, attn_mask=torch.tensor(seen))

def exported():
    torch.onnx.export(Attention().eval(), tuple(tensors), "exported.onnx", dynamo=True, verbose=False, opset_version=20)
    session = onnxruntime.InferenceSession("exported.onnx", providers=["CPUExecutionProvider"])
    return kind(session.run(None, dict(zip(("queries", "keys", "values"), (queries, keys, values))))[0])

expect("torch, booleans, -inf, smallest", [in_torch(mask) for mask in (seen, negative, smallest)],
       ["zero", "zero", "mean"])
expect("JAX, booleans, -inf", [in_jax(mask=seen), in_jax(bias=negative)], ["mean", "nan"])
expect("MLX, booleans, -inf", [in_mlx(seen), in_mlx(negative)], ["mean", "nan"])
expect("ONNX Runtime", in_onnxruntime(), "zero")
expect("torch, exported", exported(), "mean")

layer = torch.nn.MultiheadAttention(8, 2, batch_first=True).eval()
texts, padding = torch.randn(2, 5, 8), torch.tensor([[False] * 5, [True] * 5])

def of_layer(**settings):
    """What the second text, which is all padding, gets."""
    result = layer(texts, texts, texts, key_padding_mask=padding, **settings)[0][1]
    return "nan" if result.isnan().all() else "zero" if not result.any() else "other"

expect("nn.MultiheadAttention", of_layer(need_weights=False), "zero")
expect("nn.MultiheadAttention with need_weights", of_layer(need_weights=True), "nan")
with torch.no_grad():
    expect("nn.MultiheadAttention under no_grad", of_layer(need_weights=False), "nan")
PY
python nothing.py
