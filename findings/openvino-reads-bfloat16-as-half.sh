#!/usr/bin/env bash
# OpenVINO: features in bfloat16 come out as float16 with the same bits: 1 is 1.875, 3 is 2.125, 1000 is 4.477.
#
# One would guess: a type that NumPy lacks comes as float32, or as ml_dtypes.bfloat16, as it does from JAX and onnx, or
# is refused, as in ONNX Runtime.
# What happens: `model(...)[0]` and a tensor's `.data` hand the bits of bfloat16 to NumPy as float16, which has more of
# them for the digits and fewer for the exponent. 2 stays 2, 0.5 is 1.75, 0.01 is 1.035. The other way round an array of
# float16 is taken for bfloat16 without a word, and 1 becomes 0.0078; float32 is refused with a message about shapes.
# Why it matters: a CLIP that was exported in bfloat16 gives bfloat16. Its features have the right shape, a usual type
# and usual sizes, and no nan. As the order of numbers is kept, a picture that is a little changed still finds itself
# among 200 each time, and such a test passes; the cosines of unlike pictures, which rank them, agree with the true ones
# by 0.74. `array.view(ml_dtypes.bfloat16)` brings the truth, and so does a Cast to float32 at the model's end.
#
# openvino 2026.4.1, ONNX Runtime 1.31.1, onnx 1.23.2, ml_dtypes 0.6.0, NumPy 2.4.6; x cast to bfloat16. Seen:
#   x          1 2 3 0.5 1000 -1 0.01
#   OpenVINO   1.875 2 2.125 1.75 4.477 -1.875 1.035, as float16; ONNX Runtime: "No corresponding Numpy type"
#   float16 1 2 3 given to a model that takes bfloat16   0.0078 2 32
#   200 random features of 512: changed ones find themselves 100 %; correlation of the cosines 0.74
. "$(dirname "$0")/lib/finding.sh"
python_packages openvino==2026.4.1 openvino-telemetry==2025.2.0 onnx==1.23.2 onnxruntime==1.31.1 numpy==2.4.6 \
  ml_dtypes==0.6.0 protobuf==7.36.2 flatbuffers==25.12.19 packaging==26.4 typing_extensions==4.16.0

cat > half.py <<'PY'
import ml_dtypes, numpy, onnxruntime, openvino
from onnx import TensorProto, helper
from finding import expect, holds

def cast(before, after):
    """A model that only casts."""
    shapes = [helper.make_tensor_value_info(name, kind, [None, None]) for name, kind in (("x", before), ("y", after))]
    graph = helper.make_graph([helper.make_node("Cast", ["x"], ["y"], to=after)], "graph", shapes[:1], shapes[1:])
    opsets = [helper.make_opsetid("", 20)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=10).SerializeToString()

def compiled(model):
    core = openvino.Core()
    return core.compile_model(core.read_model(model), "CPU")

to_bfloat16 = cast(TensorProto.FLOAT, TensorProto.BFLOAT16)
model = compiled(to_bfloat16)
numbers = numpy.array([[1, 2, 3, 0.5, 1000, -1, 0.01]], numpy.float32)
seen = model([numbers])[0]
expect("type of the model's answer", str(model.output(0).element_type), "<Type: 'bfloat16'>")
expect("type in NumPy", seen.dtype.name, "float16")
expect("numbers", seen[0].astype(float).round(3).tolist(), [1.875, 2, 2.125, 1.75, 4.477, -1.875, 1.035])
expect("numbers, viewed", bool((seen.view(ml_dtypes.bfloat16) == numbers.astype(ml_dtypes.bfloat16)).all()), True)

try:
    onnxruntime.InferenceSession(to_bfloat16, providers=["CPUExecutionProvider"]).run(None, {"x": numbers})
    said = "nothing"
except RuntimeError as error:
    said = "No corresponding Numpy type" if "No corresponding Numpy type" in str(error) else str(error)
expect("ONNX Runtime", said, "No corresponding Numpy type")

from_bfloat16 = compiled(cast(TensorProto.BFLOAT16, TensorProto.FLOAT))
found = from_bfloat16([numbers.astype(numpy.float16)])[0][0, :3].round(4).tolist()
holds("float16 1 2 3 given", found, numpy.allclose(found, [0.0078, 2, 32]))
found = from_bfloat16([numbers.astype(ml_dtypes.bfloat16)])[0][0, :3].tolist()
expect("bfloat16 1 2 3 given", found, [1, 2, 3])

random = numpy.random.default_rng(0)

def unit(features):
    return features / numpy.linalg.norm(features, axis=1, keepdims=True)

features = unit(random.standard_normal((200, 512), numpy.float32))
changed = features + 0.05 * random.standard_normal((200, 512), numpy.float32)
stored, asked = (unit(model([some])[0].astype(numpy.float32)) for some in (features, changed))
found = float(((asked @ stored.T).argmax(1) == numpy.arange(200)).mean())
expect("changed ones find themselves", found, 1.0)
pairs = numpy.triu_indices(200, 1)
found = numpy.corrcoef((features @ features.T)[pairs], (stored @ stored.T)[pairs])[0, 1]
holds("correlation of the cosines", round(float(found), 2), 0.7 < found < 0.8)
PY
python half.py
