#!/usr/bin/env bash
# OpenVINO: an int64 has 32 bits on the way, and 200 + 100 of 8 bits is 255.
#
# One would guess: the type of a tensor says how it is computed. int64 in and int64 out means 64 bits between; sums of
# uint8 wrap around, as ONNX says and as NumPy, torch and ONNX Runtime do.
# What happens: on the CPU OpenVINO makes int32 of int64 and uint64, and int64 again at the end. Already looking up an
# element of a table (Gather) brings 1 for 2^40 + 1; 2^31 and 2^31 + 1 are equal. In 8 bits numbers stop at the ends
# instead of wrapping: 200 + 100 is 255, 0 - 1 is 0, -128 times -1 is 127. A power of int32 is computed in float32.
# Nothing warns, and the types of the results are those that were asked for.
# Why it matters: seeds, hashes, time stamps and ids of pictures have 64 bits and travel beside the pixels through the
# same model; token numbers, which every test has, are small. A generator of random numbers that is written into a
# model ("the same noise on every runtime") lives on wrapping around.
#
# openvino 2026.4.1 on x86-64, onnxruntime 1.31.1, onnx 1.23.2, numpy 2.4.6. Seen, ONNX Runtime and OpenVINO:
#   int64: 2^40 + 1 looked up 1099511627777, 1; 2^20 times 2^20 1099511627776, 0; 2^31 = 2^31 + 1 no, yes
#   uint64: 2^63 + 1 plus 1 9223372036854775810, 2; uint8: 200 + 100 44, 255; 0 - 1 255, 0; int8: -128 times -1 -128, 127
#   int32: 7 to the power of 11 1977326743, 1977326720
. "$(dirname "$0")/lib/finding.sh"
python_packages openvino==2026.4.1 openvino-telemetry==2025.2.0 onnx==1.23.2 onnxruntime==1.31.1 numpy==2.4.6 \
  ml_dtypes==0.6.0 protobuf==7.36.2 flatbuffers==25.12.19 packaging==26.4 typing_extensions==4.16.0

cat > integers.py <<'PY'
import numpy, onnx, onnxruntime, openvino
from onnx import TensorProto, helper
from finding import expect

def both(operator, first, second, result=None):
    """What ONNX Runtime and OpenVINO make of two numbers, and the type of OpenVINO's result."""
    first, second = numpy.array([first]), numpy.array([second])
    if operator == "Gather":
        second = numpy.array([0])
    types = [helper.np_dtype_to_tensor_dtype(array.dtype) for array in (first, second)]
    graph = helper.make_graph(
        [helper.make_node(operator, ["a", "b"], ["c"])], "graph",
        [helper.make_tensor_value_info(name, kind, [1]) for name, kind in zip("ab", types)],
        [helper.make_tensor_value_info("c", result or types[0], [1])])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9), "model.onnx")
    session = onnxruntime.InferenceSession("model.onnx", providers=["CPUExecutionProvider"])
    right = session.run(None, {"a": first, "b": second})[0]
    found = openvino.Core().compile_model("model.onnx", "CPU")({"a": first, "b": second})[0]
    assert found.dtype == right.dtype, (found.dtype, right.dtype)
    return [right[0].item(), found[0].item()]

i8, u8, i32, i64, u64 = numpy.int8, numpy.uint8, numpy.int32, numpy.int64, numpy.uint64
expect("int64, 2^40 + 1 looked up", both("Gather", i64(2 ** 40 + 1), i64(0)), [2 ** 40 + 1, 1])
expect("int64, 2^20 times 2^20", both("Mul", i64(2 ** 20), i64(2 ** 20)), [2 ** 40, 0])
expect("int64, 2^31 = 2^31 + 1", both("Equal", i64(2 ** 31), i64(2 ** 31 + 1), TensorProto.BOOL), [False, True])
expect("uint64, 2^63 + 1 plus 1", both("Add", u64(2 ** 63 + 1), u64(1)), [2 ** 63 + 2, 2])
expect("uint8, 200 + 100", both("Add", u8(200), u8(100)), [44, 255])
expect("uint8, 0 - 1", both("Sub", u8(0), u8(1)), [255, 0])
expect("int8, -128 times -1", both("Mul", i8(-128), i8(-1)), [-128, 127])
expect("int32, 7 to the power of 11", both("Pow", i32(7), i32(11)), [1977326743, 1977326720])
PY
python integers.py
