#!/usr/bin/env bash
# ffmpeg: every third frame is 1, 4, 7 ... with the filter, and 0, 1, 2, 5, 8 ... with -r, never 0, 3, 6.
#
# One would guess: to take 10 of 30 frames a second is to take every third, beginning with the first, with `-vf fps=10`
# as with `-r 10`; 60 frames become 20; one frame a second is the first frame of each second.
# What happens: the filter rounds each frame's time to the nearest tick of the new rate, and where several fall on one
# the last wins: the first frame, at 0, gives way to the second, at a third of a tick. `fps=1` shows what is half a
# second old. -r leaves it to the program's synchronisation, which corrects only what is more than 1.1 ticks off: it
# lets the first frames pass undiluted until it is that far behind, and adds what is left at the end. So 60 frames
# become 22, three neighbours come first, and frames are a tick late from then on. At 1 a second it gives 0, 1, 26, 56:
# four frames of two seconds, the first two a thirtieth apart. The round=up of the filter gives what one would guess. At
# half the rate the filter is right for an MP4, so a test with that finds nothing; the same film in Matroska, whose
# times are whole milliseconds, stumbles: 1 2 4 7 8 10 13.
# Why it matters: that is how films become pictures for CLIP and sets of them, and how a history of epochs becomes a
# film. "Frame k is second k" is wrong by half a second or four, other decoders take other frames for the same film, and
# the first picture, often the title or the noise that all began with, is missing in one way, and its neighbours are
# there twice in the other.
#
# ffmpeg 4.2.2, 7.0.2 and 9.0.2 (imageio-ffmpeg 0.5.1, 0.6.0, 0.8.1); 60 frames at 30 a second, to PNG. Seen in all:
#   -vf fps=10            20 frames: 1 4 7 10 13 ... 58     -vf fps=1   14 44
#   -r 10                 22 frames: 0 1 2 5 8 ... 56 59    -r 1        0 1 26 56
#   -vf fps=10:round=up   20 frames: 0 3 6 9 12 ... 57      for 1       0 30
#   -vf fps=15            0 2 4 6 8 10 12 ... from MP4, 1 2 4 7 8 10 13 ... from Matroska
. "$(dirname "$0")/lib/finding.sh"
python_packages pillow==13.0.0

cat > draw.py <<'END'
from PIL import Image
for number in range(60):
    Image.new("RGB", (32, 32), (4 * number,) * 3).save(f"number{number:02}.png")
END
cat > taken.py <<'END'
import glob
from PIL import Image
print(*(Image.open(name).convert("RGB").getpixel((16, 16))[0] // 4 for name in sorted(glob.glob("taken*.png"))))
END
python draw.py
taken() { # PROGRAM FILM OPTION ...: the numbers of the frames that are taken from the film
  rm -f taken*.png
  "$1" -nostdin -v error -i "$2" "${@:3}" taken%03d.png
  python taken.py
}
for version in 0.5.1 0.6.0 0.8.1; do
  program=$(ffmpeg_of $version)
  "$program" -version | sed -n '1s/ Copyright.*//p'
  "$program" -nostdin -v error -y -framerate 30 -i number%02d.png -c:v libx264rgb -qp 0 film.mp4
  "$program" -nostdin -v error -y -i film.mp4 -c copy film.mkv
  expect "as it is" "$(taken "$program" film.mp4 -vf null)" "$(seq -s ' ' 0 59)"
  expect "-vf fps=10" "$(taken "$program" film.mp4 -vf fps=10)" "$(seq -s ' ' 1 3 58)"
  expect "-r 10" "$(taken "$program" film.mp4 -r 10)" "0 1 $(seq -s ' ' 2 3 59)"
  expect "-vf fps=10:round=up" "$(taken "$program" film.mp4 -vf fps=10:round=up)" "$(seq -s ' ' 0 3 57)"
  expect "-vf fps=1" "$(taken "$program" film.mp4 -vf fps=1)" "14 44"
  expect "-r 1" "$(taken "$program" film.mp4 -r 1)" "0 1 26 56"
  expect "-vf fps=1:round=up" "$(taken "$program" film.mp4 -vf fps=1:round=up)" "0 30"
  expect "-vf fps=15" "$(taken "$program" film.mp4 -vf fps=15)" "$(seq -s ' ' 0 2 58)"
  expect "-vf fps=15, Matroska" "$(taken "$program" film.mkv -vf fps=15 | cut -d ' ' -f 1-9)" "1 2 4 7 8 10 13 14 16"
done
