#!/usr/bin/env bash
# float8: a number that is too large is nan or 448, in torch by version, and in MLX nan itself becomes 448.
#
# One would guess: the type says what becomes of a number that does not fit. float8_e4m3fn has no infinity, so what is
# beyond 448 is nan everywhere; or it is limited to 448 everywhere, which is better for weights.
# What happens: ml_dtypes (JAX, NumPy) and torch up to 2.12 make nan of 465, of 1e9 and of infinity. torch since 2.13
# limits all of them to 448, infinity, too, but only for e4m3fn: too large is still nan in e4m3fnuz and infinite in
# e5m2. ONNX Runtime and ONNX's reference limit all three types, so that infinity in e5m2 becomes 57344, unless
# `saturate` is 0. MLX limits, and makes 448 of nan as well.
# Why it matters: quantised weights and activations are checked for nan to find a scale that is too small. After the
# update of torch, or after the export to ONNX, the check finds nothing and the largest numbers are cut off. A feature
# that really is nan comes out of MLX as a plausible 448. Limit before the conversion, and look for nan before it.
#
# torch 2.15.0 (2.13.0 is like it, 2.11.0 and 2.12.1 were like ml_dtypes), ml_dtypes 0.6.0, jax 0.10.2, onnxruntime
# 1.32.0, onnx 1.23.2, mlx 0.32.4, all on the CPU. Seen for 465, infinity and nan in e4m3fn; 1e9 and infinity in e5m2;
# 1e9 in e4m3fnuz:
#   ml_dtypes, JAX:             nan, nan, nan; inf, inf; nan
#   torch 2.15:                 448, 448, nan; inf, inf; nan
#   ONNX Runtime, ONNX:         448, 448, nan; 57344, 57344; 240
#   MLX:                        448, 448, 448
. "$(dirname "$0")/lib/finding.sh"
torch_version=2.15.0
torch_for_cpu ml_dtypes==0.6.0 onnx==1.23.2 onnxruntime==1.32.0 protobuf==7.36.2 \
  flatbuffers==25.12.19 mlx==0.32.4 mlx-cpu==0.32.4 jax==0.10.2 jaxlib==0.10.2 scipy==1.17.1 opt_einsum==3.4.0

cat > torch_only.py <<'END'
import torch
from finding import expect

def through(kind, *numbers):
    return " ".join(f"{number:g}" for number in torch.tensor(numbers, dtype=torch.float32).to(kind).float().tolist())

inf, nan = torch.inf, torch.nan
expect("torch e4m3fn", through(torch.float8_e4m3fn, 464, 465, 1e9, inf, -inf, nan), "448 448 448 448 -448 nan")
expect("torch e5m2", through(torch.float8_e5m2, 1e9, inf), "inf inf")
expect("torch e4m3fnuz", through(torch.float8_e4m3fnuz, 1e9, inf), "nan nan")
END
cat > others.py <<'END'
import jax, jax.numpy, ml_dtypes, mlx.core as mx, numpy, onnx.reference, onnxruntime
from onnx import TensorProto, helper
from finding import expect

KINDS = {
    "e4m3fn": (ml_dtypes.float8_e4m3fn, TensorProto.FLOAT8E4M3FN),
    "e5m2": (ml_dtypes.float8_e5m2, TensorProto.FLOAT8E5M2),
    "e4m3fnuz": (ml_dtypes.float8_e4m3fnuz, TensorProto.FLOAT8E4M3FNUZ),
}
numbers = numpy.array([465, 1e9, numpy.inf, numpy.nan], numpy.float32)

def model(kind, saturate):
    there = helper.make_node("Cast", ["x"], ["small"], to=KINDS[kind][1], saturate=saturate)
    back = helper.make_node("Cast", ["small"], ["y"], to=TensorProto.FLOAT)
    ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [4]) for name in "xy"]
    graph = helper.make_graph([there, back], "through", ends[:1], ends[1:])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 23)], ir_version=11)

def runtime(kind, saturate=1):
    return onnxruntime.InferenceSession(model(kind, saturate).SerializeToString()).run(None, {"x": numbers})[0]

def reference(kind):
    return onnx.reference.ReferenceEvaluator(model(kind, 1)).run(None, {"x": numbers})[0]

def jax_jit(kind):
    return jax.jit(lambda x: x.astype(KINDS[kind][0]).astype("float32"))(numbers)

not_limited = "nan nan nan nan", "448 inf inf nan", "nan nan nan nan"
limited = "448 448 448 nan", "448 57344 57344 nan", "240 240 240 nan"
ROWS = [
    ("ml_dtypes", lambda kind: numbers.astype(KINDS[kind][0]).astype(numpy.float32), not_limited),
    ("JAX", jax_jit, not_limited),
    ("ONNX Runtime", runtime, limited),
    ("ONNX reference", reference, limited),
    ("ONNX Runtime, saturate 0", lambda kind: runtime(kind, 0), not_limited),
    ("MLX", lambda kind: mx.from_fp8(mx.to_fp8(mx.array(numbers)), mx.float32), ["448 448 448 448"]),
]
for name, through, wanted in ROWS:
    for kind, row in zip(KINDS, wanted):
        expect(f"{name} {kind}", " ".join(f"{number:g}" for number in numpy.array(through(kind)).tolist()), row)
END
python others.py
python torch_only.py
