#!/usr/bin/env bash
# OpenVINO: a model that smooths its picture while it makes it smaller makes it jagged, and squeezes it.
#
# One would guess: a runtime obeys an attribute of an operator or refuses the model. ONNX has `antialias` in Resize
# since opset 18, and OpenVINO reads models of opset 19.
# What happens: OpenVINO reads the model without a word and resizes as if antialias were 0, for linear and cubic alike:
# each number is the one that the same model without the attribute gives. keep_aspect_ratio_policy (opset 18, too) is
# passed over in the same way: "not_larger" than 56 × 56 squeezes a wide picture to 56 × 56. ONNX Runtime and ONNX's own
# reference do both.
# Why it matters: preprocessing is put into the model so that every runtime shows CLIP the same pixels. In this one a
# photo of 1000 pixels that becomes 224 is a sampling of every fifth pixel: flat pictures and slow gradients agree, and
# so does whatever is made larger; hair, grass, text and noise do not.
#
# openvino 2026.4.1, onnxruntime 1.31.1, onnx 1.23.2, numpy 2.4.6. Seen for noise of 224 × 224 in [0, 1], whose
# spread is 0.29, made to 56 × 56:
#   spread: ONNX Runtime and reference linear 0.047, cubic 0.061; OpenVINO linear 0.144, cubic 0.208
#   OpenVINO with and without antialias: equal in every bit; a slow gradient: within 0.001 of ONNX Runtime
#   224 × 448, not larger than 56 × 56: ONNX Runtime 28 × 56, OpenVINO 56 × 56
. "$(dirname "$0")/lib/finding.sh"
python_packages openvino==2026.4.1 openvino-telemetry==2025.2.0 onnx==1.23.2 onnxruntime==1.31.1 numpy==2.4.6 \
  ml_dtypes==0.6.0 protobuf==7.36.2 flatbuffers==25.12.19 packaging==26.4 typing_extensions==4.16.0

cat > resize.py <<'PY'
import numpy, onnx, onnxruntime, openvino
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator
from finding import expect, holds

def resize(mode, width=224, **attributes):
    """A model that makes [1, 1, 224, width] to [1, 1, 56, 56]."""
    node = helper.make_node("Resize", ["picture", "", "", "sizes"], ["smaller"], mode=mode, axes=[2, 3], **attributes)
    sizes = numpy_helper.from_array(numpy.array([56, 56]), "sizes")
    graph = helper.make_graph(
        [node], "resize", [helper.make_tensor_value_info("picture", TensorProto.FLOAT, [1, 1, 224, width])],
        [helper.make_tensor_value_info("smaller", TensorProto.FLOAT, None)], [sizes])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 19)], ir_version=9)

def in_openvino(model, picture):
    onnx.save(model, "resize.onnx")
    compiled = openvino.Core().compile_model("resize.onnx", "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    return compiled(picture)[0]

def in_onnxruntime(model, picture):
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(None, {"picture": picture})[0]

noise = numpy.random.default_rng(0).random((1, 1, 224, 224), numpy.float32)
gradient = numpy.broadcast_to(numpy.linspace(0, 1, 224, dtype=numpy.float32), noise.shape).copy()
for mode in "linear", "cubic":
    smooth, plain = resize(mode, antialias=1), resize(mode)
    expect(f"{mode}: OpenVINO, with and without antialias equal",
           numpy.array_equal(in_openvino(smooth, noise), in_openvino(plain, noise)), True)
    right, found = in_onnxruntime(smooth, noise), in_openvino(smooth, noise)
    reference = ReferenceEvaluator(smooth).run(None, {"picture": noise})[0]
    holds(f"{mode}: ONNX Runtime and the reference, largest difference", abs(right - reference).max(),
          abs(right - reference).max() < 1e-4)
    holds(f"{mode}: spread in ONNX Runtime and OpenVINO", (float(right.std()), float(found.std())),
          found.std() > 2.5 * right.std())
    difference = abs(in_onnxruntime(smooth, gradient) - in_openvino(smooth, gradient)).max()
    holds(f"{mode}: a slow gradient, largest difference", difference, difference < 0.002)
wide, kept = numpy.zeros((1, 1, 224, 448), numpy.float32), resize("linear", 448, keep_aspect_ratio_policy="not_larger")
expect("224 × 448, not larger than 56 × 56, ONNX Runtime and OpenVINO",
       [in_onnxruntime(kept, wide).shape[2:], in_openvino(kept, wide).shape[2:]], [(28, 56), (56, 56)])
PY
python resize.py
