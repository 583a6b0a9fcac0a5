#!/usr/bin/env bash
# ffmpeg: pictures become a film whose colours depend on who plays it.
#
# One would guess: ffmpeg turns PNG files into an H.264 film of HD size with HD's colours (BT.709), or writes into the
# file which ones it took.
# What happens: it takes those of standard definition (BT.601) whatever the size, and writes nothing. Players that
# are not told guess by size or take BT.709, so that (0, 200, 0) is shown as (0, 168, 0). ffmpeg itself reads the
# film back with BT.601 and sees nothing wrong, so a test that compares frames passes.
# Why it matters: the film beside the picture is darker in green and shifted in red, and nobody can measure it with
# the usual tool. Naming matrix and tags makes it the same everywhere.
#
# ffmpeg 4.2.2, 7.0.2 and 9.0.2 (imageio-ffmpeg 0.5.1, 0.6.0, 0.8.1); 1280 × 720, libx264, yuv420p. Seen in all:
#   as it is     no tags; read back by ffmpeg (0, 199, 0); with BT.709 (0, 168, 0)
#   with scale=out_color_matrix=bt709 and the tags   bt709; read back (0, 199, 0)
. "$(dirname "$0")/lib/finding.sh"
python_packages pillow==13.0.0

python -c 'from PIL import Image; Image.new("RGB", (1280, 720), (0, 200, 0)).save("green.png")'
pixel() { # PROGRAM FILM [FILTER]
  "$1" -nostdin -v error -y -i "$2" ${3:+-vf "$3"} -frames:v 1 frame.bmp
  python -c 'from PIL import Image; print(*Image.open("frame.bmp").convert("RGB").getpixel((640, 360)))'
}
for version in 0.5.1 0.6.0 0.8.1; do
  program=$(ffmpeg_of $version)
  "$program" -version | sed -n '1s/ Copyright.*//p'
  "$program" -nostdin -v error -y -i green.png -c:v libx264 -pix_fmt yuv420p plain.mp4
  expect "tags" "$("$program" -nostdin -i plain.mp4 2>&1 | grep -c 'Video.*\(bt709\|bt601\|bt470\|smpte\)' || true)" 0
  expect "read back" "$(pixel "$program" plain.mp4)" "0 199 0"
  expect "read as BT.709" "$(pixel "$program" plain.mp4 scale=in_color_matrix=bt709)" "0 168 0"
  "$program" -nostdin -v error -y -i green.png -vf scale=out_color_matrix=bt709:out_range=tv -c:v libx264 -pix_fmt yuv420p \
    -colorspace bt709 -color_primaries bt709 -color_trc bt709 -color_range tv tagged.mp4
  expect "tags, named" "$("$program" -nostdin -i tagged.mp4 2>&1 | grep -c 'Video.*bt709' || true)" 1
  read -r red green blue <<<"$(pixel "$program" tagged.mp4)"
  echo "read back, named: $red $green $blue"
  (( red <= 2 && blue <= 2 && green >= 198 && green <= 202 )) || changed "the film with tags is read back otherwise"
done
