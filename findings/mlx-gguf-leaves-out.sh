#!/usr/bin/env bash
# MLX, GGUF: tensors of newer types are silently missing, and bfloat16 is read as float16, so that 100,000 is infinite.
#
# One would guess: mx.load of a GGUF file gives all its tensors, or an error that names what it cannot read. A type that
# MLX has itself, bfloat16, comes back as it is.
# What happens: tensors of the ternary types (TQ1_0, TQ2_0) and of MXFP4 are left out of the dictionary; the others of
# the same file are there, and nothing is said. Types of the older family that it does not know (Q5_0, float64, int64)
# do raise, with "gguf_tensor_to_f16 failed", and so does the rest of the file with them. bfloat16 becomes float16: what
# is larger than 65,504 is infinite, and what is smaller than 3e-8 is 0.
# Why it matters: load_weights(strict=False), the usual call for a part of a model, keeps the random first weights for
# what is missing, so that a CLIP tower converted for one program gives other features each time in another. bfloat16 is
# what large models are stored in just because of its range. Compare the names with those of gguf's own reader.
#
# mlx 0.32.4 on the CPU, files written by gguf 0.19.0. Seen, of a file with the tensors "other" (float32) and "x":
#   x of TQ1_0, TQ2_0, MXFP4: only "other"; of Q8_0, Q4_0, int32: both; of Q5_0, float64, int64: an error
#   bfloat16 99840, 9.97e-10, 3: inf, 0, 3 in float16
. "$(dirname "$0")/lib/finding.sh"
python_packages mlx==0.32.4 mlx-cpu==0.32.4 gguf==0.19.0 numpy==2.4.6 tqdm==4.70.1 pyyaml==6.0.3 requests==2.34.2 \
  urllib3==2.8.0 charset_normalizer==3.5.3 idna==3.20 certifi==2026.10.19.post1 ml_dtypes==0.6.0

cat > load.py <<'END'
import gguf, ml_dtypes, mlx.core as mx, numpy
from gguf import GGMLQuantizationType as Kind
from finding import expect

weights = numpy.random.default_rng(0).normal(size=(4, 256)).astype(numpy.float32)
wide = numpy.array([1e5, 1e-9, 3], numpy.float32).astype(ml_dtypes.bfloat16)

def written(name, tensor, kind=None):
    writer = gguf.GGUFWriter(name, "clip")
    writer.add_tensor("other", weights)
    writer.add_tensor("x", tensor, raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return name

def loaded(name):
    found = [tensor.name for tensor in gguf.GGUFReader(name).tensors]
    assert found == ["other", "x"], found
    try:
        tensors = mx.load(name)
    except RuntimeError as error:
        return str(error)
    if "x.scales" in tensors:  # MLX's own form of the same
        tensors = {key: value for key, value in tensors.items() if key not in ("x.scales", "x.biases")}
    return " ".join(sorted(tensors))

for kind in Kind.TQ1_0, Kind.TQ2_0, Kind.MXFP4:
    expect(kind.name, loaded(written(f"{kind.name}.gguf", gguf.quants.quantize(weights, kind), kind)), "other")
for kind in Kind.Q8_0, Kind.Q4_0:
    expect(kind.name, loaded(written(f"{kind.name}.gguf", gguf.quants.quantize(weights, kind), kind)), "other x")
expect("int32", loaded(written("int32.gguf", numpy.arange(4, dtype=numpy.int32))), "other x")
unknown = "[load_gguf] gguf_tensor_to_f16 failed"
expect("Q5_0", loaded(written("q5.gguf", gguf.quants.quantize(weights, Kind.Q5_0), Kind.Q5_0)), unknown)
for kind in numpy.float64, numpy.int64:
    expect(kind.__name__, loaded(written(f"{kind.__name__}.gguf", numpy.arange(4, dtype=kind))), unknown)

name = written("bfloat16.gguf", wide.view(numpy.uint8), Kind.BF16)
stored = gguf.quants.dequantize(gguf.GGUFReader(name).tensors[1].data, Kind.BF16)
expect("bfloat16 in the file", [f"{number:.6g}" for number in stored], ["99840", "9.96806e-10", "3"])
read = mx.load(name)["x"]
expect("bfloat16 in MLX", (str(read.dtype), read.tolist()), ("mlx.core.float16", [numpy.inf, 0.0, 3.0]))
END
python load.py
