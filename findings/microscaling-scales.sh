#!/usr/bin/env bash
# ml_dtypes, JAX, ONNX: the scale 5 is stored as 4 or as 8, and that of a black block as nan.
#
# One would guess: float8_e8m0fnu, the scale of the microscaling formats, holds powers of two and nothing else; so there
# is one nearest power of two for a number, and 0 becomes the smallest one.
# What happens: ml_dtypes (thus JAX and NumPy) takes the nearest: 5 becomes 4. ONNX's Cast takes the next larger one
# where nothing is said (round_mode "up"): 8. 0 and negative numbers are nan in ml_dtypes. In ONNX Runtime they are
# 2^-127, and infinity is 2^127; ONNX's own reference drops the sign, -5 is 8, and makes nan of infinity.
# Why it matters: weights that are scaled in one library and read in another are right only if the scale that was *used*
# is the one that was stored. Blocks of zeros are common (padding, pruned rows, black): max(abs(block)) / 6 is 0, so its
# scale is nan in ml_dtypes, and so is whatever is multiplied with the block. A test with random blocks shows neither.
#
# ml_dtypes 0.6.0, jax 0.10.2, onnx 1.23.2, onnxruntime 1.32.0, CPU. Seen for 5, 1.25, 0, -5 and infinity:
#   ml_dtypes, JAX  4, 1, nan, nan, nan
#   ONNX Runtime    8, 2, 2^-127, 2^-127, 2^127; with round_mode "nearest" 4, 1; with saturate 0 nan for the last three
#   ONNX reference  8, 2, 2^-127, 8, nan
. "$(dirname "$0")/lib/finding.sh"
python_packages ml_dtypes==0.6.0 numpy==2.4.6 jax==0.10.2 jaxlib==0.10.2 scipy==1.17.1 opt_einsum==3.4.0 onnx==1.23.2 \
  onnxruntime==1.32.0 protobuf==7.36.2 flatbuffers==25.12.19 typing_extensions==4.16.0

cat > scales.py <<'END'
import jax, jax.numpy, ml_dtypes, numpy, onnx.reference, onnxruntime
from onnx import TensorProto, helper
from finding import expect

numbers = numpy.array([5, 1.25, 0, -5, numpy.inf], numpy.float32)
least, most, nan = 2.0**-127, 2.0**127, "nan"

def model(**attributes):
    there = helper.make_node("Cast", ["x"], ["scale"], to=TensorProto.FLOAT8E8M0, **attributes)
    back = helper.make_node("Cast", ["scale"], ["y"], to=TensorProto.FLOAT)
    ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [None]) for name in "xy"]
    graph = helper.make_graph([there, back], "through", ends[:1], ends[1:])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 24)], ir_version=11)

def runtime(**attributes):
    return onnxruntime.InferenceSession(model(**attributes).SerializeToString()).run(None, {"x": numbers})[0]

def reference(**attributes):
    return onnx.reference.ReferenceEvaluator(model(**attributes)).run(None, {"x": numbers})[0]

def shown(array):
    return [nan if number != number else number for number in numpy.asarray(array).astype(float).tolist()]

small = ml_dtypes.float8_e8m0fnu
expect("ml_dtypes", shown(numbers.astype(small).astype(numpy.float32)), [4, 1, nan, nan, nan])
expect("JAX", shown(jax.jit(lambda x: x.astype(small).astype(numpy.float32))(numbers)), [4, 1, nan, nan, nan])
expect("ONNX Runtime", shown(runtime()), [8, 2, least, least, most])
expect("ONNX Runtime, nearest", shown(runtime(round_mode="nearest")), [4, 1, least, least, most])
expect("ONNX Runtime, down", shown(runtime(round_mode="down")), [4, 1, least, least, most])
expect("ONNX Runtime, saturate 0", shown(runtime(saturate=0)), [8, 2, nan, nan, nan])
expect("ONNX reference", shown(reference()), [8, 2, least, 8, nan])

blocks = numpy.array([[0] * 32, [1, -6, 3, 0.5] * 8], numpy.float32)
scales = (abs(blocks).max(axis=1, keepdims=True) / 6).astype(small).astype(numpy.float32)
restored = (blocks / scales).astype(ml_dtypes.float4_e2m1fn).astype(numpy.float32) * scales
expect("ml_dtypes, a black block", shown(restored[0, :4]), [nan] * 4)
expect("ml_dtypes, another block", shown(restored[1, :4]), [1, -6, 3, 0.5])
END
python scales.py
