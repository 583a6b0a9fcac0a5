#!/usr/bin/env bash
# safetensors: the float8 number -2 is 192 in MLX, and stays it when saved; a seed of 2^40 + 5 is 5 in JAX.
#
# One would guess: each tensor of a safetensors file says its type, so a reader gives the same numbers, in that type or
# a larger one, or says that it does not know the type, which MLX does for F64 and F8_E5M2.
# What happens: mlx.core.load takes F8_E4M3 and F8_E8M0 for uint8 and gives their bits as whole numbers, since MLX has
# no type for them: 0.5 is 48, -2 is 192. Whatever multiplies them by a scale goes on without an error. Saved again they
# are U8, so that the next reader cannot know, either. mlx.core.from_fp8 gives the numbers, if one knows that there is
# something to convert. safetensors.flax hands 64-bit types to JAX, which keeps the lower half of whole numbers, unless
# its 64 bits are switched on. The reader of safetensors for MLX turns F64 into float32, where MLX's own refuses.
# Why it matters: weights in float8 are published as safetensors. A model that loads without an error and with the right
# shapes is looked for mistakes elsewhere first, and a file that went through MLX once has lost the type for all others.
# Steps, seeds and token counts in checkpoints are int64.
#
# safetensors 0.8.0, MLX 0.32.4, jax 0.10.2, ml_dtypes 0.6.0. Seen for files written by the format's description:
#   F8_E4M3 0.5, 1, -2, 448   mlx.core.load: uint8 48, 56, 192, 126; after saving: U8
#   F8_E8M0 0.5, 1, 2, 512    mlx.core.load: uint8 126, 127, 128, 136
#   F8_E5M2, F64              mlx.core.load: "unsupported dtype"; safetensors.mlx, F64: float32
#   I64 2^40 + 5, -2^31 - 1   safetensors.flax: int32 5, 2147483647; numpy and mlx as stored
#   U64 2^63 + 9, 2^32        safetensors.flax: uint32 9, 0; numpy and mlx as stored
. "$(dirname "$0")/lib/finding.sh"
python_packages safetensors==0.8.0 numpy==2.4.6 mlx==0.32.4 mlx-cpu==0.32.4 jax==0.10.2 jaxlib==0.10.2 \
  ml_dtypes==0.6.0 scipy==1.17.1 opt_einsum==3.4.0

cat > readers.py <<'END'
import json
import ml_dtypes, mlx.core, numpy
import safetensors.flax, safetensors.mlx, safetensors.numpy
from finding import expect, holds

def write(kind, numbers):
    """A file with one tensor of that type."""
    head = json.dumps({"w": {"dtype": kind, "shape": [len(numbers)], "data_offsets": [0, numbers.nbytes]}}).encode()
    head += b" " * (-len(head) % 8)
    with open("w.safetensors", "wb") as file:
        file.write(len(head).to_bytes(8, "little") + head + numbers.tobytes())

def read(reader):
    tensor = reader("w.safetensors")["w"]
    return str(tensor.dtype), numpy.array(tensor).tolist()

write("F8_E4M3", numpy.array([0.5, 1, -2, 448], ml_dtypes.float8_e4m3fn))
expect("F8_E4M3, mlx.core.load", read(mlx.core.load), ("mlx.core.uint8", [48, 56, 192, 126]))
bits = mlx.core.load("w.safetensors")["w"]
expect("  mlx.core.from_fp8", numpy.array(mlx.core.from_fp8(bits, mlx.core.float32)).tolist(), [0.5, 1, -2, 448])
mlx.core.save_safetensors("again.safetensors", {"w": bits})
with open("again.safetensors", "rb") as file:
    head = json.loads(file.read(int.from_bytes(file.read(8), "little")))
expect("  its type when saved again", head["w"]["dtype"], "U8")
write("F8_E8M0", numpy.array([0.5, 1, 2, 512], ml_dtypes.float8_e8m0fnu))
expect("F8_E8M0, mlx.core.load", read(mlx.core.load), ("mlx.core.uint8", [126, 127, 128, 136]))

for kind, type in ("F8_E5M2", ml_dtypes.float8_e5m2), ("F64", numpy.float64):
    write(kind, numpy.array([0.5, 1], type))
    try:
        expect(f"{kind}, mlx.core.load", read(mlx.core.load), "an error")
    except RuntimeError as error:
        holds(f"{kind}, mlx.core.load", str(error), "unsupported dtype" in str(error))
expect("F64, safetensors.mlx", read(safetensors.mlx.load_file), ("mlx.core.float32", [0.5, 1]))

for kind, type, numbers, found in (("I64", "int64", [2**40 + 5, -(2**31) - 1], ("int32", [5, 2**31 - 1])),
                                   ("U64", "uint64", [2**63 + 9, 2**32], ("uint32", [9, 0]))):
    write(kind, numpy.array(numbers, type))
    expect(f"{kind}, safetensors.flax", read(safetensors.flax.load_file), found)
    expect("  safetensors.numpy", read(safetensors.numpy.load_file), (type, numbers))
    expect("  mlx.core.load", read(mlx.core.load), (f"mlx.core.{type}", numbers))
END
python readers.py
