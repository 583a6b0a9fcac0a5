#!/usr/bin/env bash
# transformers.js: a preprocessor_config.json that says "size": 224 makes it put black bars around the picture.
#
# One would guess: "size": 224 and "size": {"shortest_edge": 224} are the older and the newer way to say the same, as
# they are in Python; what a reader does not know, it refuses.
# What happens: transformers.js takes a plain number for the shorter side *and* the limit of the longer one. A photo of
# 1000 × 667 becomes 224 × 149 instead of 335 × 224, and the centre "crop" fills up to 224 × 224 with black. The
# model is shown the whole photo, small, between two bars. Square pictures are the same both ways.
# Why it matters: older files, and many that were fine-tuned from them, have the plain number. Features of the same
# photo differ as for another subject, and only for photos that are not square, so the cat in the test is fine.
# Whoever converts weights for the browser carries the file along unread.
#
# @huggingface/transformers 4.3.1 on Node 20, transformers 5.24.0. Seen for a white picture of 1000 × 667, rows of
# 224 that are black:
#   Python: 0 and 0. Node: 75 with "size": 224, 0 with {"shortest_edge": 224}; 0 for a square with either
. "$(dirname "$0")/lib/finding.sh"
transformers_without_torch
npm_packages @huggingface/transformers@4.3.1

for size in 224 '{"shortest_edge": 224}'; do
  folder=clip-${#size}
  mkdir "$folder"
  cat > "$folder/preprocessor_config.json" <<END
{"image_processor_type": "CLIPImageProcessor", "do_resize": true, "size": $size, "resample": 3,
 "do_center_crop": true, "crop_size": 224, "do_normalize": false, "do_rescale": true}
END
done
python -c '
from PIL import Image
for width, height in (1000, 667), (700, 700):
    Image.new("RGB", (width, height), "white").save(f"{width}.png")'

cat > rows.mjs <<'END'
import { AutoProcessor, RawImage, env } from "@huggingface/transformers";

env.allowRemoteModels = false;
env.localModelPath = "./";
const black = [];
for (const folder of ["clip-3", "clip-22"]) {
  const processor = await AutoProcessor.from_pretrained(folder);
  for (const picture of ["1000.png", "700.png"]) {
    const { pixel_values } = await processor(await RawImage.read(picture));
    const [height, width] = pixel_values.dims.slice(2);
    const rows = Array.from({ length: height }, (_, y) => pixel_values.data.slice(y * width, (y + 1) * width));
    black.push(rows.filter((row) => row.every((value) => value === 0)).length);
  }
}
console.log(black.join(" "));
END
cat > rows.py <<'END'
from PIL import Image
from transformers import CLIPImageProcessor

black = []
for folder in ("clip-3", "clip-22"):
    processor = CLIPImageProcessor.from_pretrained(folder)
    for picture in ("1000.png", "700.png"):
        pixels = processor(images=Image.open(picture), return_tensors="np")["pixel_values"][0, 0]
        assert pixels.shape == (224, 224), pixels.shape
        black.append(int((pixels == 0).all(1).sum()))
print(*black)
END
expect 'Python, black rows: "size": 224 for photo and square, then {"shortest_edge": 224}' "$(python rows.py)" "0 0 0 0"
expect 'Node, black rows: the same' "$(node rows.mjs)" "75 0 0 0"
