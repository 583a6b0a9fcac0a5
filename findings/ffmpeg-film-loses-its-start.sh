#!/usr/bin/env bash
# ffmpeg: a GIF of numbered pictures silently loses all frames before one that is grey, or of another size.
#
# One would guess: `scale` in front makes all frames alike, and what cannot be used is complained about.
# What happens: when an input frame differs in size or in pixel format from the one before, ffmpeg tears the filters
# down and builds them anew. Filters that gather all frames first (palettegen, reverse) have then delivered nothing
# yet, and what they had gathered is gone: no message, exit code 0. `scale` does not help, since it is torn down,
# too. A PNG whose pixels are all grey is enough, as programs and optimisers store it as grey.
# Why it matters: films of a picture that grows (32 × 32, then 64 × 64) or begins or fades in grey are what people
# of this field make. The film starts late, and looks complete. `-reinit_filter 0` before the input keeps everything.
#
# ffmpeg 4.2.2, 7.0.2 and 9.0.2 (imageio-ffmpeg 0.5.1, 0.6.0, 0.8.1; Debian's 5.1.9 alike); 20 pictures. Seen in all:
#   the 9th and all later larger           GIF of 12 frames; with reverse 12 pictures
#   the 9th grey, all of one size          GIF of 11 frames
#   both with -reinit_filter 0             20 frames
. "$(dirname "$0")/lib/finding.sh"
python_packages pillow==13.0.0

cat > draw.py <<'END'
from PIL import Image

def picture(number, size):
    image = Image.new("RGB", (size, size), (12 * number, 200, 0))
    image.paste((12 * number, 0, 90), (0, 0, size // 2, size))
    return image

for number in range(20):
    picture(number, 32 if number < 8 else 64).save(f"grows{number:02}.png")
    image = Image.new("L", (64, 64), 90) if number == 8 else picture(number, 64)
    image.save(f"grey{number:02}.png")
END
python draw.py
frames() { python -c 'import sys; from PIL import Image; print(Image.open(sys.argv[1]).n_frames)' "$1"; }
gif() { # PROGRAM NAMES OPTION ...: the number of frames of the GIF
  local program=$1 names=$2
  shift 2
  "$program" -nostdin -v warning -y "$@" -framerate 5 -i "$names%02d.png" \
    -vf "scale=64:64,split[a][b];[a]palettegen[p];[b][p]paletteuse" film.gif 2>messages
  frames film.gif
}
for version in 0.5.1 0.6.0 0.8.1; do
  program=$(ffmpeg_of $version)
  "$program" -version | sed -n '1s/ Copyright.*//p'
  expect "the pictures grow" "$(gif "$program" grows)" 12
  expect "one picture is grey" "$(gif "$program" grey)" 11
  expect "messages" "$(grep -ciE 'frame|drop|reinit|reconfig|chang' messages || true)" 0
  expect "the pictures grow, -reinit_filter 0" "$(gif "$program" grows -reinit_filter 0)" 20
  expect "one picture is grey, -reinit_filter 0" "$(gif "$program" grey -reinit_filter 0)" 20
  "$program" -nostdin -v warning -y -i grows%02d.png -vf scale=64:64,reverse reversed%02d.png 2>messages
  expect "the pictures grow, reverse" "$(find . -name 'reversed*.png' | wc -l)" 12
  rm reversed*.png
done
