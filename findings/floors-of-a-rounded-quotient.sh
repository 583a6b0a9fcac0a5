#!/usr/bin/env bash
# torch.compile, MLX, ONNX: 0.5 // 0.1 is 5 with a remainder of 0.1, and 4 in torch, NumPy and JAX.
#
# One would guess: a // b of floats is exact where it can be, as in IEEE 754 and in Python, it fits to a % b, so that q
# * b + r is a; and a compiled or exported model has the same whole numbers as the one it was made of.
# What happens: 0.1 in float32 is a little more than a tenth, so it goes into 0.5 only four times. torch, NumPy and JAX
# take the exact remainder first (fmod) and get 4, and 0.1 is left. torch.compile and MLX divide, which rounds to
# exactly 5.0, and take the floor of that; their % however is the exact one, so that 5 times 0.1 and 0.1 make 0.6. The
# exporter to ONNX writes a division and a floor, too, and makes the remainder of it, which is below zero then for 0.9.
# Why it matters: picture / step is how one posterises, makes tiles, chequers and palette numbers, and the values on the
# border are the usual ones, since steps are round and pictures come from 256 levels. Speeding a model up moves whole
# bands by one. Of 256 levels, recovered as x // (1 / 255), the first group gets 9 right and the second 136, so neither
# is what one wants: round(x * 255) is.
#
# torch 2.11.0, numpy 2.4.6, jax 0.10.2, MLX 0.32.4, onnx 1.23.2 with ONNX Runtime 1.32.0. Seen in float32:
#                                      0.5 // 0.1   0.5 % 0.1   levels right
#   NumPy, torch, JAX, JAX with jit    4            0.1          9
#   torch.compile, MLX                 5            0.1          136
#   torch.onnx.export                  5            0.0          136   and 0.9 % 0.1 is -6e-8
. "$(dirname "$0")/lib/finding.sh"
torch_for_cpu jax==0.10.2 jaxlib==0.10.2 ml_dtypes==0.6.0 opt_einsum==3.4.0 scipy==1.17.1 mlx==0.32.4 mlx-cpu==0.32.4 \
  onnxruntime==1.32.0 onnx==1.23.2 onnxscript==0.7.2 onnx-ir==1.1.0 protobuf==7.36.2 flatbuffers==25.12.19 \
  packaging==26.4
export TORCHINDUCTOR_CACHE_DIR=$work/inductor # which is otherwise kept for the next program

cat > floors.py <<'END'
import jax, mlx.core, numpy, onnxruntime, torch
from finding import expect, holds

halves = numpy.array([0.5, 0.9], numpy.float32)
levels = numpy.arange(256, dtype=numpy.float32) / numpy.float32(255)

def exported(values, step):
    class Divide(torch.nn.Module):
        def forward(self, values):
            return values // step, values % step
    torch.onnx.export(Divide().eval(), (torch.from_numpy(values),), "divide.onnx", dynamo=True, verbose=False)
    session = onnxruntime.InferenceSession("divide.onnx")
    return session.run(None, {session.get_inputs()[0].name: values})

divide = lambda values, step: (values // step, values % step)
of_torch = lambda function: lambda values, step: function(torch.from_numpy(values), step)
WAYS = {
    "NumPy": lambda values, step: divide(values, numpy.float32(step)),
    "torch": of_torch(divide),
    "JAX": lambda values, step: divide(jax.numpy.asarray(values), step),
    "JAX with jit": jax.jit(divide),
    "torch.compile": of_torch(torch.compile(divide, dynamic=False)),
    "MLX": lambda values, step: divide(mlx.core.array(values), step),
    "torch.onnx.export": exported,
}
for name, way in WAYS.items():
    quotients, remainders = (numpy.array(found) for found in way(halves, 0.1))
    right = int((numpy.array(way(levels, 1 / 255)[0]) == numpy.arange(256)).sum())
    first = name in ("NumPy", "torch", "JAX", "JAX with jit")
    holds(f"{name}: 0.5 // 0.1, 0.9 // 0.1", quotients.tolist(), quotients.tolist() == ([4, 8] if first else [5, 9]))
    if name == "torch.onnx.export":
        holds("  the remainders", remainders.tolist(), remainders[0] == 0 and -1e-7 < remainders[1] < 0)
    else:
        holds("  the remainders", remainders.tolist(), abs(remainders - 0.1).max() < 1e-6)
    expect("  levels of 256 that are right", right, 9 if first else 136)
END
python floors.py 2>errors || { cat errors >&2; exit 1; }
