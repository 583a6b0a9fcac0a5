#!/usr/bin/env bash
# diffusers: one pixel of -0.01 leaves the whole batch in half the contrast, and tensors are resized without a filter.
#
# One would guess: VaeImageProcessor, with which pipelines take their pictures in, makes the same [-1, 1] of a picture
# as PIL image, array or tensor, up to rounding, and a picture is prepared alike whatever is beside it in the batch.
# What happens: floats are meant to be in [0, 1]. Whether they are is asked of the smallest number of the batch: if that
# is below 0, all are taken for [-1, 1] already and left as they are. A single overshoot, as every bicubic or Lanczos
# filter makes at an edge and every step of an optimiser, is enough: black is then 0 instead of -1, which is the model's
# middle grey. The other way round, [-1, 1] that happens to have nothing below 0 is halved and moved once more. A
# FutureWarning about something deprecated is all that is said. Resizing goes by the type, too: PIL images with Lanczos,
# arrays and tensors by F.interpolate's default, which takes the nearest pixel. And a tensor of four channels is taken
# for latents: RGBA comes back in its own size and range, where PIL's RGBA is resized and centred.
# Why it matters: an image-to-image result is pale, but only for batches with such a pixel, and the picture that brought
# it is not the only pale one. Who goes from PIL to tensors for speed gets jagged pictures, even for 100 x 100, which
# becomes 96 x 96 unasked. Clamp to [0, 1] and resize beforehand.
#
# diffusers 0.42.1, torch 2.11.0, Pillow 13.0.0; a smooth picture of 100 x 100 in [0, 1]. Seen:
#   to 64 x 64, tensor against PIL            up to 0.5 of [-1, 1] apart; equal to F.interpolate's nearest
#   the same, array against tensor            equal
#   two pictures, one pixel set to -0.01      both come back as they were, in [0, 1]
#   [-1, 1] without a number below 0          comes back in [0, 1]'s half again
#   a tensor of RGBA to 64 x 64               comes back as it was, in 100 x 100
. "$(dirname "$0")/lib/finding.sh"
torch_for_cpu "${transformers[@]}" diffusers==0.42.1 importlib_metadata==10.2.0 zipp==4.1.2

cat > prepare.py <<'END'
import numpy, torch
import torch.nn.functional as F
from PIL import Image
from diffusers.image_processor import VaeImageProcessor
from finding import expect, holds

processor = VaeImageProcessor(vae_scale_factor=8)
coarse = torch.rand(2, 3, 16, 16, generator=torch.Generator().manual_seed(0))
levels = (F.interpolate(coarse, (100, 100), mode="bilinear") * 255).round().clamp(20, 255)
pictures = levels / 255
first = Image.fromarray(levels[0].permute(1, 2, 0).byte().numpy())

by_pil = processor.preprocess(first, 64, 64)
by_tensor = processor.preprocess(pictures[:1], 64, 64)
by_array = processor.preprocess(pictures[:1].permute(0, 2, 3, 1).numpy(), 64, 64)
apart = round(float((by_pil - by_tensor).abs().max()), 2)
holds("64 x 64, tensor against PIL image, largest difference", apart, 0.3 < apart < 0.8)
lanczos = numpy.asarray(first.resize((64, 64), Image.LANCZOS)) / 127.5 - 1
expect("  the PIL image by Lanczos", bool(numpy.allclose(by_pil[0].permute(1, 2, 0), lanczos, atol=1e-5)), True)
expect("  the tensor by the nearest pixel", by_tensor.equal(2 * F.interpolate(pictures[:1], (64, 64)) - 1), True)
expect("  the array like the tensor", bool(torch.allclose(by_array, by_tensor, atol=1e-6)), True)
expect("100 x 100 becomes", tuple(processor.preprocess(pictures).shape[2:]), (96, 96))

fine = pictures[:, :, :96, :96].clone()
holds("[0, 1] comes back as [-1, 1]", "largest difference 0", processor.preprocess(fine).equal(2 * fine - 1))
fine[1, 0, 5, 5] = -0.01
expect("one pixel of -0.01: both pictures come back as they were", processor.preprocess(fine).equal(fine), True)
centred = fine.abs() # in [-1, 1] and, by chance, nowhere below 0
expect("[-1, 1] with nothing below 0 is left as it is", processor.preprocess(centred).equal(centred), False)

rgba = torch.cat([pictures, torch.ones(2, 1, 100, 100)], dim=1)
expect("a tensor of RGBA comes back as it was", processor.preprocess(rgba, 64, 64).equal(rgba), True)
expect("a PIL image of RGBA becomes", tuple(processor.preprocess(first.convert("RGBA"), 64, 64).shape), (1, 4, 64, 64))
END
python prepare.py
