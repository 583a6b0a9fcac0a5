#!/usr/bin/env bash
# safetensors: the same tensors with the same metadata are another file each time.
#
# One would guess: a format made to be simple writes the same bytes for the same content, so a hash says whether two
# files of weights are the same model.
# What happens: metadata with two or more entries is written in the order of a hash map, which is drawn anew for
# every call. The tensors' part is the same each time. One entry, such as transformers' {"format": "pt"}, hides it.
# Why it matters: models are addressed and cached by sha256. Saving the same checkpoint again, with a licence and a
# title in the metadata, makes it another model for every store, and a reproducible build cannot have it.
#
# safetensors 0.8.0 with numpy 2.4.6. Seen for 8 calls in one process:
#   one entry: 1 hash; six entries: more than one (up to 8); the bytes behind the header: 1 hash
. "$(dirname "$0")/lib/finding.sh"
python_packages safetensors==0.8.0 numpy==2.4.6

cat > hashes.py <<'END'
import hashlib, numpy
from safetensors.numpy import save
from finding import expect, holds

tensors = {"weight": numpy.arange(12, dtype=numpy.float32).reshape(3, 4), "bias": numpy.zeros(3, numpy.float32)}
MANY = {"format": "pt", "title": "example", "licence": "MIT", "author": "somebody", "step": "1000", "seed": "7"}

def hashes(metadata, part=lambda data: data):
    return len({hashlib.sha256(part(save(tensors, metadata=metadata))).digest() for _ in range(8)})

def behind_header(data):
    return data[8 + int.from_bytes(data[:8], "little"):]

expect("hashes with one entry", hashes({"format": "pt"}), 1)
found = hashes(MANY)
holds("hashes with six entries", found, found > 1)
expect("hashes of what is behind the header", hashes(MANY, behind_header), 1)
END
python hashes.py
