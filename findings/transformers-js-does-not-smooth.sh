#!/usr/bin/env bash
# transformers.js: CLIP sees a jagged picture in Node, since it is made smaller without smoothing.
#
# One would guess: the processor of the same name with the same preprocessor_config.json ("resample": 3, bicubic) shows
# the model the same pixels in JavaScript and in Python, up to rounding.
# What happens: in Node, transformers.js makes pictures smaller by an affine transform: it looks at 4 × 4 pixels around
# each point and skips the rest. Pillow and torchvision widen the filter by the factor of the reduction. Of a grid of
# thin lines some remain and some vanish, fine noise stays four times as strong, a fine pattern turns into moiré. Slow
# gradients agree to 0.02.
# Why it matters: an index of features is built in Python and asked from a Node server. Flat test pictures agree, and
# photos with hair, grass, text or grain do not. What is missed is a matter of the picture's size, so the same photo
# from a thumbnail has another feature than from the original.
#
# @huggingface/transformers 4.3.1 (with its sharp) on Node 20, transformers 5.24.0, Pillow 13.0.0; pictures of
# 1008 × 1008. Seen, spread of the pixel values and mean difference, in normalised units (black to white: 3.7):
#   noise    Python 0.20, Node 0.88, difference 0.71
#   lines    Python 0.01, Node 1.05, difference 1.04
#   gradient Python 1.06, Node 1.06, difference 0.006
. "$(dirname "$0")/lib/finding.sh"
transformers_without_torch
npm_packages @huggingface/transformers@4.3.1

mkdir clip
cat > clip/preprocessor_config.json <<'END'
{"image_processor_type": "CLIPImageProcessor", "do_resize": true, "size": {"shortest_edge": 224}, "resample": 3,
 "do_center_crop": true, "crop_size": {"height": 224, "width": 224}, "do_normalize": true,
 "image_mean": [0.48145466, 0.4578275, 0.40821073], "image_std": [0.26862954, 0.26130258, 0.27577711]}
END
cat > draw.py <<'END'
import numpy
from PIL import Image

x = numpy.tile(numpy.arange(1008), (1008, 1))
noise = numpy.random.default_rng(0).integers(0, 256, (1008, 1008))
pictures = {"noise": noise, "lines": 255 * (x % 9 == 4), "gradient": x // 4}
for name, picture in pictures.items():
    Image.fromarray(picture.astype(numpy.uint8)).convert("RGB").save(f"{name}.png")
END
cat > process.mjs <<'END'
import { writeFileSync } from "node:fs";
import { AutoProcessor, RawImage, env } from "@huggingface/transformers";

env.allowRemoteModels = false;
env.localModelPath = "./";
const processor = await AutoProcessor.from_pretrained("clip");
for (const name of ["noise", "lines", "gradient"]) {
  const { pixel_values } = await processor(await RawImage.read(`${name}.png`));
  writeFileSync(`${name}.f32`, Buffer.from(pixel_values.data.buffer));
}
END
cat > compare.py <<'END'
import numpy
from PIL import Image
from transformers import CLIPImageProcessor
from finding import holds

processor = CLIPImageProcessor.from_pretrained("clip")
for name, smooth, jagged in ("noise", 0.3, 0.7), ("lines", 0.3, 0.8), ("gradient", 1.2, 1.0):
    python = processor(images=Image.open(f"{name}.png"), return_tensors="np")["pixel_values"][0]
    node = numpy.fromfile(f"{name}.f32", numpy.float32).reshape(python.shape)
    # the spread of each channel
    found = [round(float(pixels.std((1, 2)).mean()), 3) for pixels in (python, node)]
    difference = round(float(abs(python - node).mean()), 4)
    holds(f"{name}: spread in Python and in Node, mean difference", (*found, difference),
          found[0] < smooth and found[1] > jagged and (difference < 0.02 if name == "gradient" else difference > 0.5))
END
python draw.py
node process.mjs
python compare.py
