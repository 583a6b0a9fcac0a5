#!/usr/bin/env bash
# safetensors: a transposed NumPy array is saved with its numbers in the wrong places.
#
# One would guess: save_file writes what the array says. If it wants contiguous memory it refuses others, as its
# version for torch does ("You are trying to save a non contiguous tensor").
# What happens: safetensors.numpy takes shape and type from the array, and the bytes as they lie in memory. A transposed
# array, one in Fortran's order or every second column comes back with the right shape and shuffled numbers. save_file,
# save, torch and NumPy's own formats agree on contiguous arrays, so nothing is seen in a test that starts with zeros,
# ones, or a vector. The docstring asks for contiguous arrays; nothing checks.
# Why it matters: transposing is what converters of weights do all day: a Linear of Flax or Keras is [in, out] and torch's
# is [out, in], a convolution's kernel is HWIO and OIHW. Shapes fit, loading is strict and content, and the model talks
# nonsense; for a square matrix not even the shape is a hint.
#
# safetensors 0.8.0, NumPy 2.4.6. Seen for [[0, 1, 2], [3, 4, 5]], what is read back:
#   .T [[0, 1], [2, 3], [4, 5]] instead of [[0, 3], [1, 4], [2, 5]]; in Fortran's order [[0, 3, 1], [4, 2, 5]];
#   every second column [[0, 1], [2, 3]] instead of [[0, 2], [3, 5]]
. "$(dirname "$0")/lib/finding.sh"
torch_for_cpu safetensors==0.8.0 packaging==26.4

cat > transposed.py <<'END'
import numpy, torch
from safetensors.numpy import load, load_file, save, save_file
from safetensors.torch import save as save_for_torch
from finding import expect

matrix = numpy.arange(6, dtype=numpy.float32).reshape(2, 3)

def read_back(array):
    save_file({"weight": array}, "weights.safetensors")
    found = load_file("weights.safetensors")["weight"]
    assert found.shape == array.shape
    assert numpy.array_equal(load(save({"weight": array}))["weight"], found)
    return found.astype(int).tolist()

expect("as it is", read_back(matrix), [[0, 1, 2], [3, 4, 5]])
expect("transposed", read_back(matrix.T), [[0, 1], [2, 3], [4, 5]])
expect("in Fortran's order", read_back(numpy.asfortranarray(matrix)), [[0, 3, 1], [4, 2, 5]])
expect("every second column", read_back(matrix[:, ::2]), [[0, 1], [2, 3]])
expect("transposed and copied", read_back(matrix.T.copy()), [[0, 3], [1, 4], [2, 5]])
kernel = numpy.arange(24, dtype=numpy.float32).reshape(1, 2, 3, 4)  # HWIO
expect("a kernel HWIO as OIHW", read_back(kernel.transpose(3, 2, 0, 1))[1], [[[6, 7]], [[8, 9]], [[10, 11]]])
expect("what it should be", kernel.transpose(3, 2, 0, 1)[1].astype(int).tolist(), [[[1, 13]], [[5, 17]], [[9, 21]]])
try:
    save_for_torch({"weight": torch.from_numpy(matrix).T})
    refused = ""
except ValueError as error:
    refused = str(error)[:51]
expect("torch", refused, "You are trying to save a non contiguous tensor: `we")
END
python transposed.py
