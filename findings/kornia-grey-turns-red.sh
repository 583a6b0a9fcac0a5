#!/usr/bin/env bash
# kornia, torchvision: changing the hue or saturation of a grey picture sends the whole gradient into red.
#
# One would guess: a grey pixel (red = green = blue) that is turned in hue or saturated stays what it is, so that its
# gradient goes to the three channels alike, or each channel keeps its own.
# What happens: both go by way of hue, saturation and value, and value is the largest channel. Of equal ones max() takes
# the first, so red gets the gradient of all three and green and blue get zero; kornia's hls too. kornia 0.9 mended hsv
# (each gets a third), and not hls. torchvision 0.26 has the flaw in transforms.functional.adjust_hue, which ColorJitter
# calls; the one in transforms.v2 cannot be differentiated at all and says so.
# Why it matters: whoever optimises pixels augments them this way, and begins with a grey canvas. Its first step is red,
# whatever the text says. So it is for each pixel that clamp has made black or white. A canvas with a little noise, or
# the jitter of brightness and contrast alone, does not do it.
#
# kornia 0.8.3 and 0.9.0, torchvision 0.26.0, torch 2.11.0; a canvas of 0.5, a step of Adam (0.1) to brighten it. Seen:
#   gradient for red, green, blue   adjust_hue of kornia 0.8.3, adjust_hue of torchvision, kornia's hls   3 0 0
#                                   adjust_hue of kornia 0.9.0   1 1 1
#   colour after the step           0.6 0.5 0.5, and 0.6 0.6 0.6 with kornia 0.9.0
. "$(dirname "$0")/lib/finding.sh"
torch_for_cpu torchvision==0.26.0 pillow==13.0.0 kornia==0.8.3 kornia-rs==0.1.15 packaging==26.4
pip install --quiet --no-deps --target newer kornia==0.9.0 kornia-rs==0.2.0

cat > grey.py <<'END'
import sys, kornia, torch, torchvision
from torchvision.transforms import v2
from finding import expect

torch.set_num_threads(1)

def painted(augment):
    """The gradient of a grey canvas that is to become brighter, by channels, and its colour after one step."""
    canvas = torch.full((1, 3, 8, 8), 0.5, requires_grad=True)
    seen = augment(canvas)
    assert torch.allclose(seen, canvas, atol=1e-3), "grey stays grey"
    seen.sum().backward()
    gradient = canvas.grad.mean((0, 2, 3))
    torch.optim.Adam([canvas], lr=0.1, maximize=True).step()
    return gradient.round(decimals=2).tolist(), canvas.detach().mean((0, 2, 3)).round(decimals=2).tolist()

RED, GREY = ([3, 0, 0], [0.6, 0.5, 0.5]), ([1, 1, 1], [0.6, 0.6, 0.6])

def close(found, wanted):
    return all(abs(f - w) < 0.011 for got, want in zip(found, wanted) for f, w in zip(got, want))

def check(what, augment, wanted):
    found = painted(augment)
    expect(f"{what}: gradient, colour {found}", close(found, wanted), True)

version = kornia.__version__
newer = version == "0.9.0"
check(f"kornia {version}, adjust_hue", lambda canvas: kornia.enhance.adjust_hue(canvas, 0.3), GREY if newer else RED)
check(f"kornia {version}, adjust_saturation", lambda canvas: kornia.enhance.adjust_saturation(canvas, 1.5),
      GREY if newer else RED)
check(f"kornia {version}, hls", lambda canvas: kornia.color.hls_to_rgb(kornia.color.rgb_to_hls(canvas)), RED)
if not newer:
    hue = torchvision.transforms.functional.adjust_hue
    check("torchvision, adjust_hue", lambda canvas: hue(canvas, 0.1), RED)
    try:
        painted(lambda canvas: v2.functional.adjust_hue(canvas, 0.1))
        said = "nothing"
    except RuntimeError as error:
        said = "modified inplace" if "modified inplace" in str(error) else str(error)
    expect("torchvision, v2", said, "modified inplace")
END
python grey.py
PYTHONPATH=$work/newer:$PYTHONPATH python grey.py
