#!/usr/bin/env bash
# NumPy, MLX, ONNX Runtime, torch: the mean colour of sixteen white frames is half grey.
#
# One would guess: the mean of ones is one. Libraries add float32 in parts (pairwise, or in vectors), so that a sum of
# millions is right to six digits; NumPy's documentation says so.
# What happens: NumPy adds in parts only along the axis that lies closest in memory. `pixels.mean(axis=0)`, of rows of
# red, green and blue, adds row after row to one float32, which stops at 2^24 = 16,777,216: more than that plus one is
# the same. 33 million white pixels, sixteen frames of 1920 x 1080, have the mean 0.506, and more frames make it go on
# to 0. MLX stops for every axis. ONNX Runtime's reductions (ReduceSum, ReduceMean, ReduceL2) stop along the first
# axis. In torch sum and mean are right, and so they are in JAX; avg_pool2d, bincount with weights, and histc are not
# (histc counts right again with two threads, each of which has 2^24 of its own).
# Why it matters: mean and deviation of a data set are computed like this, once, and written into a config. A test
# with ten pictures is right. Real pictures get there at twice the number, after the sum has lost digits for long.
#
# NumPy 2.4.6, mlx 0.32.4, onnxruntime 1.31.1, torch 2.11.0 (one thread), jax 0.10.2, all on the CPU; 2^25 white pixels. Seen:
#   0.5 or 2^24: NumPy mean(0), MLX, ReduceSum, ReduceMean and ReduceL2 along axis 0, avg_pool2d, bincount, histc
#   right: NumPy mean(1) of [2, N], torch and jax mean(0), NumPy's bincount and histogram
. "$(dirname "$0")/lib/finding.sh"
torch_for_cpu jax==0.10.2 jaxlib==0.10.2 ml_dtypes==0.6.0 opt_einsum==3.4.0 scipy==1.17.1 mlx==0.32.4 mlx-cpu==0.32.4 \
  onnxruntime==1.31.1 onnx==1.23.2 protobuf==7.36.2 flatbuffers==25.12.19 packaging==26.4

cat > means.py <<'END'
import jax.numpy, mlx.core, numpy, onnx, onnxruntime, torch
from finding import expect, holds

COUNT, STOP = 2**25, float(2**24)
torch.set_num_threads(1)
mlx.core.set_default_device(mlx.core.cpu)
white = numpy.ones((COUNT, 2), numpy.float32)  # two channels do

def reduced(name):
    """What ONNX Runtime makes of it along the first axis."""
    floats, helper = onnx.TensorProto.FLOAT, onnx.helper
    graph = helper.make_graph(
        [helper.make_node(name, ["x", "axes"], ["y"], keepdims=0)], "graph", [helper.make_tensor_value_info("x", floats, ["N", 2])],
        [helper.make_tensor_value_info("y", floats, [2])], [onnx.numpy_helper.from_array(numpy.array([0]), "axes")])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    return session.run(None, {"x": white})[0].tolist()

expect("NumPy: mean(0), sum(0)", (white.mean(0).tolist(), white.sum(0).tolist()), ([0.5, 0.5], [STOP, STOP]))
expect("NumPy: mean(1) of the transposed copy", white.T.copy().mean(1).tolist(), [1, 1])
expect("JAX: mean(0)", jax.numpy.mean(white, 0).tolist(), [1, 1])
pixels = mlx.core.array(white)
expect("MLX: mean(0)", pixels.mean(0).tolist(), [0.5, 0.5])
expect("MLX: mean of one channel", mlx.core.ones(COUNT).mean().item(), 0.5)
expect("ONNX Runtime: ReduceSum, ReduceL2, ReduceMean", [reduced(f"Reduce{name}")[0] for name in ("Sum", "L2", "Mean")],
       [STOP, 2.0**12, 0.5])
tensor = torch.from_numpy(white)
holds("torch: mean(0), sum(0)", (tensor.mean(0).tolist(), tensor.sum(0).tolist()), (tensor.mean(0) - 1).abs().max() < 1e-5)
one, black = torch.ones(COUNT), torch.zeros(COUNT)
side = (2**12, 2**13)
expect("torch: avg_pool2d", torch.nn.functional.avg_pool2d(one.reshape(1, 1, *side), side).item(), 0.5)
expect("torch: bincount with weights", torch.bincount(black.long(), weights=one).item(), STOP)
expect("torch: histc", torch.histc(black, bins=2, min=0, max=1)[0].item(), STOP)
expect("NumPy: bincount, histogram", (numpy.bincount(black.long().numpy(), weights=one.numpy())[0],
                                      numpy.histogram(black.numpy(), bins=2, range=(0, 1))[0][0]), (COUNT, COUNT))
END
python means.py
