#!/usr/bin/env bash
# OpenVINO, ONNX Runtime: a picture that is not a number has a fine feature.
#
# One would guess: nan goes through everything, so a model that got one says nan. "Is the result finite?" is a check of
# the whole way, as it is in torch, where relu, max and max_pool keep nan.
# What happens: whatever compares may lose it. In OpenVINO Relu of nan is 0, Max(nan, 0) is 0, HardSigmoid is 1, and Exp
# is infinite. ONNX Runtime keeps nan in these; but ReduceMax passes over it in both, and so does MaxPool: a window of
# nothing else becomes -3.4e38, in OpenVINO for rows and for pictures, in ONNX Runtime for rows. ONNX's own reference
# keeps nan in ReduceMax.
# Why it matters: a broken decoder, 0/0 in a normalisation, an overflow in half precision upstream: the first ReLU
# of a ResNet (CLIP's RN50 begins so) makes a black spot of it, and the picture is ranked among the others. What alerted
# in torch ("nan in features") does so no more after the export, with weights and results that
# agree to six digits for every healthy picture.
#
# openvino 2026.4.1, onnxruntime 1.31.1, onnx 1.23.2, numpy 2.4.6. Seen for nan in OpenVINO and ONNX Runtime:
#   Relu 0, nan; Max with 0: 0, nan; HardSigmoid 1, nan; Exp inf, nan; Sigmoid and Tanh nan in both
#   MaxPool of a picture -3.4e38, nan; of a row -3.4e38 in both; ReduceMax of four ones and a nan 1 in both
#   convolution, Relu, mean of a picture that is nan: 0, nan
. "$(dirname "$0")/lib/finding.sh"
python_packages openvino==2026.4.1 openvino-telemetry==2025.2.0 onnx==1.23.2 onnxruntime==1.31.1 numpy==2.4.6 \
  ml_dtypes==0.6.0 protobuf==7.36.2 flatbuffers==25.12.19 packaging==26.4 typing_extensions==4.16.0

cat > nan.py <<'PY'
import numpy, onnx, onnxruntime, openvino
from onnx import TensorProto, helper, numpy_helper
from finding import expect

def both(nodes, constants, numbers):
    """What OpenVINO and ONNX Runtime make of the numbers: the first number of each result."""
    constants = [numpy_helper.from_array(value, name) for name, value in constants.items()]
    graph = helper.make_graph(
        nodes, "graph", [helper.make_tensor_value_info("x", TensorProto.FLOAT, numbers.shape)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)], constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    onnx.save(model, "model.onnx")
    compiled = openvino.Core().compile_model("model.onnx", "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    session = onnxruntime.InferenceSession("model.onnx", providers=["CPUExecutionProvider"])
    results = compiled(numbers)[0], session.run(None, {"x": numbers})[0]
    return [f"{result.flat[0]:.3g}" for result in results]

def one(operator, numbers, **attributes):
    return both([helper.make_node(operator, ["x"], ["y"], **attributes)], {}, numbers)

nothing = numpy.full((1, 3, 8, 8), numpy.nan, numpy.float32)
expect("Relu", one("Relu", nothing), ["0", "nan"])
expect("HardSigmoid", one("HardSigmoid", nothing), ["1", "nan"])
expect("Exp", one("Exp", nothing), ["inf", "nan"])
expect("Max with 0", both([helper.make_node("Max", ["x", "zero"], ["y"])], {"zero": numpy.float32([0])}, nothing),
       ["0", "nan"])
expect("Sigmoid", one("Sigmoid", nothing), ["nan", "nan"])
expect("Tanh", one("Tanh", nothing), ["nan", "nan"])
expect("MaxPool of a picture", one("MaxPool", nothing, kernel_shape=[2, 2]), ["-3.4e+38", "nan"])
expect("MaxPool of a row", one("MaxPool", nothing[0], kernel_shape=[2]), ["-3.4e+38", "-3.4e+38"])
almost = numpy.float32([[1, 1, numpy.nan, 1, 1]])
expect("ReduceMax of four ones and a nan", one("ReduceMax", almost, keepdims=1), ["1", "1"])
weights = numpy.random.default_rng(0).normal(size=(4, 3, 3, 3)).astype(numpy.float32)
layers = [helper.make_node("Conv", ["x", "weights"], ["sums"]), helper.make_node("Relu", ["sums"], ["bright"]),
          helper.make_node("GlobalAveragePool", ["bright"], ["y"])]
expect("convolution, Relu, mean", both(layers, {"weights": weights}, nothing), ["0", "nan"])
PY
python nan.py
