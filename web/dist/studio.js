import{A as e,C as t,D as n,E as r,O as i,S as a,T as o,_ as s,a as c,b as l,c as u,d,f,g as p,h as m,i as h,k as g,l as _,m as v,n as y,o as b,p as x,r as S,s as C,t as w,u as T,v as E,w as D,x as O,y as ee}from"./page.js";var te=Object.defineProperty,k=(e,t)=>{let n={};for(var r in e)te(n,r,{get:e[r],enumerable:!0});return t||te(n,Symbol.toStringTag,{value:`Module`}),n};function A(e){let t=e.split(`

`).map(e=>{let t=e.split("`").map((e,t)=>t%2==1?p(`code`,{},e):e);return p(`p`,{},...t)});return p(`div`,{class:`prose`},...t)}function ne(e,t){let{place:n}=t;if(!n||n.line>e.lines)return;let r=e.line(n.line),i=(e,t)=>[...e].slice(0,t).join(``).length,a=i(r.text,n.column-1),o=i(r.text.slice(a),n.length),s=r.from+a;return{from:s,to:Math.min(Math.max(s+o,s+1),e.length)}}function re(e){let t=e.label===``?void 0:A(e.label);return p(`div`,{class:`problem-text`},A(e.message),t,...e.help.map(A))}var ie=Object.entries(Object.assign({"../../examples/01-curly-spoon.yaml":`targets:
  - features:
      - text: a curly spoon
`,"../../examples/02-curly-spoon-shift.yaml":`targets:
  - features:
      - text: a curly spoon
    transforms:
      - random_shift: 0 1
`,"../../examples/03-curly-spoon-rotate.yaml":`targets:
  - features:
      - text: a curly spoon
    transforms:
      - random_rotate:
          degree: -90 90
          center: 0.3 .7
`,"../../examples/04-curly-spoon-noise-blur.yaml":`targets:
- batch_size: 5
  features:
  - text: a curly spoon on a plate
  transforms:
  - noise: 0.1*ti
  - random_shift: -.1 .1
  - random_rotate:
      degree: -3 3
      center: 0.3 .7
  constraints:
  - blur: 
      kernel_size: 31*ti
`,"../../examples/05-curly-handle-border.yaml":`targets:
- batch_size: 5
  features:
  - text: close-up of a spoon with a curly handle
  transforms:
  - noise: 0.1
  - repeat: 3
  - random_rotate:
      degree: -30 30
      center: .4 .6
  - center_crop: 224
  constraints:
  - blur: 
      kernel_size: 51

postproc:
- border:
    size: 1 1
    color: 0.15 0.1 0.05
`,"../../examples/06-many-curly-spoons.yaml":`targets:
- batch_size: 5
  features:
  - text: a lot of curly spoons
  transforms:
  - noise: 0.1
  - repeat: 3
  - random_rotate:
      degree: -30 30
      center: .4 .6
  - center_crop: 224
  - mul: 1./5.         # only show a 5th of the color range
  constraints:
  - blur:
      kernel_size: 51
  - saturation:        # The desired saturation is lowered
      below: .01       
      weight: 10.
postproc:
- border:
    size: 1
    color: 0.15 0.1 0.05
`,"../../examples/07-lovecraft-high-resolution.yaml":`epochs: 300
resolution: 224*2
targets:
  - batch_size: 20
    features:
      - text: h.p. lovecraft at a birthday party
    transforms:
      - noise: 0.1
      - repeat: 3
      - random_shift:
          - 0
          - 0 if t < .4 else 1. 
      - random_rotate:
          degree: -30 30
          center: .4 .6
      - random_scale:
          - .5
          - .5 if t < .4 else 1.
      - center_crop: 224
      - mul: 1./5.
    constraints:
      - blur:
          kernel_size: 51
      - saturation:
          below: .01
          weight: 10.
postproc:
  - border:
      size: 1
      color: 0.15 0.1 0.05
`,"../../examples/08-lovecraft-three-targets.yaml":`epochs: 500
resolution: 224*3

# load the previous image
init:
  image: start.png
  mean: 0.0
  std: 1.0

# lower the brightness a bit
postproc:
  - mean: .33

targets:
  - name: lovecraft
    batch_size: 3
    features:
      - text: h.p. lovecraft at a birthday party
    transforms:
      - noise: 0.1
      - random_rotate:
          degree: -30 30
          center: .4 .6
      - center_crop: width/2
      - random_crop: 224
      - mul: 1./5.
    constraints:
      - blur:
          kernel_size: 51
      - saturation:
          below: 0.01
          weight: 10.0

  - name: party details
    batch_size: 5
    features:
      - text: people at a creepy birthday party
    transforms:
      - noise: 0.1
      - random_shift: 0 1
      - random_rotate:
          degree: -30 30
          center: .4 .6
      - random_scale: .5 1.5
      - center_crop: 224
      - mul: 1./5.
    constraints:
      - blur:
          kernel_size: 11

  - name: special details
    start: 30%
    batch_size: 5
    select: best
    features:
      - text: cthulhuian birthday cakes
      - text: creepy confetti
        weight: 0.5
      - text: lovecraft's interior
        weight: 0.7
      - text: cthulhu
        weight: 0.8
    transforms:
      - noise: 0.1
      - random_shift: 0 1
      - random_rotate:
          degree: -30 30
          center: .4 .6
      - random_scale: .7 1.5
      - center_crop: 224
      - mul: 1./5.
    constraints:
      - blur:
          kernel_size: 51
      - saturation:
          below: 0.01
          weight: 10.0
`,"../../examples/09-strawberries.yaml":`resolution: 512 512
epochs: 250

learnrate: 2.
learnrate_scale: 1. - .95 * t5

init:
  mean: .4
  std: 0.05

targets:

  - name: random sampler

    # this is faster than running 1000 epochs
    # and probably has some other effects on pixel-learning
    batch_size: 5

    transforms:
      # randomly move the image around
      - random_shift: -1 1
      # randomly rotate between -10 and +10 degrees
      - random_rotate:
          degree: -10 10
          center: 0 1
      # randomly zoom in
      - random_scale: 0.5 1.
      # take the image center and present it to CLIP
      - center_crop: 224

    constraints:
      # back-prop the blur into the transformated window
      - blur:
          kernel_size: 5

    select: all
    features:
      - text: strawberries lying on the grass
      # - text: a straw basket filled with strawberries standing on the grass
`,"../../examples/blue-balloon.yaml":`# A direction: the red balloon of balloon.png becomes blue. The words say what changes, from the first text to the second;
# what they do not speak of (that it is a balloon, its folds, its light) should stay.
#
#   clipig render examples/blue-balloon.yaml -o pictures/

model: clipig-tiny
seed: 1
epochs: 100
resolution: 160
learnrate: 2
learnrate_scale: 1 - .9*t

# Begin with the image as it is. The name counts from this file's folder (or from where clipig is called).
init:
  image: balloon.png
  mean: 0
  std: 1

targets:
  - name: red to blue
    features:
      # From the first canvas, the picture should move as the second text differs from the first.
      - direction:
          from: a red balloon
          to: a blue balloon
    # A direction says which way, not how far, and the sky could become bluer, too: only the balloon may change.
    mask:
      ellipse: .2 .06 .6 .68
      feather: .04
    batch_size: 6
    transforms:
      - random_shift: -.03 .03
      - random_rotate:
          degree: -5 5
      - noise: .1
    constraints:
      - blur:
          weight: .5
`,"../../examples/cherry-pattern.yaml":`# A pattern that repeats without seams, for wallpaper and wrapping paper.
#
#   clipig render examples/cherry-pattern.yaml -o pictures/
#
# The model sees the picture shifted anew every time, with what leaves at one side coming back at the other. So no
# place of it is an edge, and copies laid side by side fit together.

model: clipig-tiny
seed: 1
epochs: 300
resolution:
  - 64 if t < .4 else 128
learnrate: 3
learnrate_scale: 1 - .9*t
init:
  mean: .5
  std: .05

targets:
  - name: pattern
    features:
      - text: cherries
    batch_size: 10
    transforms:
      - noise: .2-.15*t
      - random_shift: 0 1
      - random_rotate:
          degree: -10 10
      # a cherry should fill the window, so look closely: at two thirds of the picture
      - random_scale: 1.4 1.7
    constraints:
      - blur:
          weight: 3-2.5*t

# A blur would see edges where there are none, so there is none here.
`,"../../examples/chimera.yaml":`# Two beings in one: \`select: mix\` makes one wish of two, somewhere between them.
#
#   clipig render examples/chimera.yaml -o pictures/

model: clipig-tiny
seed: 1
epochs: 300
resolution:
  - 32 if t < .2 else 64 if t < .6 else 128
learnrate: 3
learnrate_scale: 1 - .9*t
init:
  mean: .5
  std: .05

targets:
  - name: chimera
    # Instead of \`mix\`: \`all\` pulls at both, \`best\` at the one that the picture resembles most, \`worst\` at the other.
    select: mix
    features:
      - text: a turtle
      - text: a tomato
        weight: .7
    batch_size: 8
    transforms:
      - pad:
          size: width//4
          color: .5
      - random_rotate:
          degree: -10 10
      - random_scale: .8 1.2
      - crop: 1/6 1/6 2/3 2/3
      - noise: .2-.15*t
    constraints:
      - blur:
          weight: 3-2.5*t

postproc:
  - blur:
      kernel_size:
        - 3 if epoch % 5 == 0 and t < .5 else 1
      sigma: .7
`,"../../examples/flight.yaml":`# A film: a tulip comes nearer, turns, and becomes a balloon.
#
#   clipig animate examples/flight.yaml -o pictures/flight --video pictures/flight.mp4
#
# Without --video there are only the frames, and ffmpeg is not needed. If you stop it, the same command goes on after the
# last whole frame. docs/animation.md explains everything in it.

animation:
  frames: 24
  fps: 8
  # Of each frame after the first, 85 % of the epochs are skipped: 18 are left to repaint the frame before.
  strength: .85
  # Each frame begins as the one before it, 3 % larger and turned a little: more and more, and less again.
  zoom: 1.03
  rotate: {0: 0, 12: 3, 23: 0}
  easing: ease
  # Between two key frames both texts count, by their weights.
  prompts:
    0: a tulip
    8: a tulip
    20: a balloon

model: clipig-tiny
seed: 1
epochs: 120
resolution:
  - 32 if t < .3 else 64 if t < .7 else 96
learnrate: 3
learnrate_scale: 1 - .8*t
init:
  mean: .5
  std: .05

targets:
  - features:
      # the one that \`prompts\` changes
      - text: a tulip
    batch_size: 8
    transforms:
      - pad:
          size: width//4
          color: .5
      - random_rotate:
          degree: -10 10
      - random_scale: .8 1.2
      - crop: 1/6 1/6 2/3 2/3
      - noise: .2-.15*t
    constraints:
      - blur:
          weight: 3-2.5*t
`,"../../examples/four-in-one.yaml":`# A composition with more pixels than the model sees: four targets, each with its own quarter of the picture.
#
#   clipig render examples/four-in-one.yaml -o pictures/
#
# It takes a minute or two on two processor cores. On a farm, all samples of an epoch are computed side by side:
# \`clipig submit examples/four-in-one.yaml --watch\`.

model: clipig-tiny
seed: 1
epochs: 300
resolution:
  - 64 if t < .2 else 128 if t < .6 else 256
learnrate: 3
learnrate_scale: 1 - .9*t

# a greyish blue, for the air between the things
init:
  mean: .5 .55 .65
  std: .04

targets:
  - name: balloon, above on the left
    features:
      - text: a balloon
    batch_size: 6
    transforms:
      # not always exactly the same piece, so that its edges leave no trace
      - random_shift: -.04 .04
      - crop: 0 0 .5 .5
      - random_scale: 1 1.15
      - noise: .2-.15*t
    constraints:
      - blur:
          weight: 3-2.5*t

  - name: airplane, above on the right
    features:
      - text: an airplane
    batch_size: 6
    transforms:
      - random_shift: -.04 .04
      - crop: .5 0 .5 .5
      - random_scale: 1 1.15
      - noise: .2-.15*t
    constraints:
      - blur:
          weight: 3-2.5*t

  - name: turtle, below on the right
    features:
      - text: a turtle
    batch_size: 6
    transforms:
      - random_shift: -.04 .04
      - crop: .5 .5 .5 .5
      - random_scale: 1 1.15
      - noise: .2-.15*t
    constraints:
      - blur:
          weight: 3-2.5*t

  - name: tulip, below on the left
    features:
      - text: a tulip
    batch_size: 6
    transforms:
      - random_shift: -.04 .04
      - crop: 0 .5 .5 .5
      - random_scale: 1 1.15
      - noise: .2-.15*t
    constraints:
      - blur:
          weight: 3-2.5*t

postproc:
  - blur:
      kernel_size:
        - 3 if epoch % 5 == 0 and t < .5 else 1
      sigma: .7
`,"../../examples/framed-bee.yaml":`# A border: drawn over the picture after each epoch, it pushes everything inwards.
#
#   clipig render examples/framed-bee.yaml -o pictures/

model: clipig-tiny
seed: 1
epochs: 300
resolution:
  - 32 if t < .2 else 64 if t < .6 else 128
learnrate: 3
learnrate_scale: 1 - .9*t
init:
  mean: .5
  std: .05

targets:
  - name: bee
    features:
      - text: a bee
    batch_size: 8
    transforms:
      - pad:
          size: width//4
          color: .5
      - random_rotate:
          degree: -10 10
      - random_scale: .8 1.2
      - crop: 1/6 1/6 2/3 2/3
      - noise: .2-.15*t
    constraints:
      - blur:
          weight: 3-2.5*t

postproc:
  - blur:
      kernel_size:
        - 3 if epoch % 5 == 0 and t < .5 else 1
      sigma: .7
  # Effects happen in the order written: the border comes last, or it would be blurred. It grows with the picture.
  - border:
      size: width//20
      color: .35 .2 .1
`,"../../examples/from-a-pyramid.yaml":`# A turtle from a pyramid: the picture is the sum of pictures of several sizes, from 4 x 4 pixels to its own, and the
# optimiser moves all of them. The small ones give it large areas, the large ones its details.
#
#   clipig render examples/from-a-pyramid.yaml -o pictures/

model: clipig-tiny
seed: 1
epochs: 300
resolution:
  - 32 if t < .2 else 64 if t < .6 else 128

# With a larger \`falloff\` the small pictures count more, and the result is softer. \`levels: 3\` would have only three.
canvas:
  model: pyramid
  falloff: 1

# A pyramid needs larger steps than pixels.
learnrate: 5
learnrate_scale: 1 - .9*t
init:
  mean: .5
  std: .02

targets:
  - name: turtle
    features:
      - text: a turtle
    batch_size: 8
    transforms:
      # a grey margin around the picture, so that the turtle has an outline
      - pad:
          size: width//4
          color: .5
      - random_rotate:
          degree: -10 10
      - random_scale: .8 1.2
      - crop: 1/6 1/6 2/3 2/3
      - noise: .2-.15*t
    constraints:
      - blur:
          weight: .5-.4*t
`,"../../examples/from-a-spectrum.yaml":`# A bee from a spectrum: the optimiser moves waves of all lengths instead of single pixels. Whole forms come first, and
# colours stay natural. Remove the two lines of \`canvas\` to see the difference.
#
#   clipig render examples/from-a-spectrum.yaml -o pictures/

model: clipig-tiny
seed: 1
epochs: 200
resolution: 128

# Long waves weigh more than short ones: 1 is like photographs, more is softer.
canvas:
  model: fft
  falloff: 1.5

# A spectrum needs larger steps than pixels.
learnrate: 5
learnrate_scale: 1 - .9*t
init:
  mean: .5
  std: .02

targets:
  - name: bee
    features:
      - text: a bee
    batch_size: 8
    transforms:
      # a grey margin around the picture, so that the bee has an outline
      - pad:
          size: width//4
          color: .5
      - random_rotate:
          degree: -10 10
      - random_scale: .8 1.2
      - crop: 1/6 1/6 2/3 2/3
      - noise: .2-.15*t
    constraints:
      - blur:
          weight: .2*(1-t)
`,"../../examples/inpainting.yaml":`# Inpainting: a part of an image is drawn anew. A strawberry takes the place of the balloon; sky, hills and basket stay as
# they are in balloon.png, to the last bit.
#
#   clipig render examples/inpainting.yaml -o pictures/

model: clipig-tiny
seed: 1
epochs: 300

# The picture grows, as in strawberry.yaml. What stays is taken from the image in every size anew.
resolution:
  - 40 if t < .2 else 80 if t < .6 else 160
learnrate: 3
learnrate_scale: 1 - .9*t

init:
  # The name counts from this file's folder (or from where clipig is called).
  image: balloon.png
  # Where it is drawn: an ellipse over the balloon, with a soft edge. \`image: hole.png\` would take the mask from a file, in
  # which white is drawn.
  mask:
    ellipse: .2 .06 .6 .68
    feather: .04
  # Inside, it begins as sky-blue noise.
  mean: .6 .8 .95
  std: .05

targets:
  - name: strawberry
    features:
      - text: a strawberry
    batch_size: 8
    transforms:
      # look at the ellipse and a little of what is around it
      - random_shift: -.02 .02
      - crop: .1 0 .8 .8
      - random_rotate:
          degree: -10 10
      - random_scale: .9 1.1
      - noise: .2-.15*t
    constraints:
      - blur:
          weight: 3-2.5*t
`,"../../examples/lemon-in-clover.yaml":`# Two things in one picture, each in its own part: a lemon in an ellipse, and clover around it.
#
#   clipig render examples/lemon-in-clover.yaml -o pictures/
#
# A mask says where something counts. Here it says where a target may change the picture, where it is kept calm, and where
# it is dimmed.

model: clipig-tiny
seed: 1
epochs: 250
resolution:
  - 48 if t < .3 else 96 if t < .7 else 144
learnrate: 3
learnrate_scale: 1 - .9*t
init:
  mean: .4 .6 .3
  std: .05

# Numbers are shares of the picture: x, y, width, height. The edge is soft.
masks:
  - name: middle
    ellipse: .22 .22 .56 .56
    feather: .06

targets:
  - name: lemon
    mask: middle
    features:
      - text: a lemon
    batch_size: 6
    transforms:
      # what the model sees of the picture: the ellipse and a little of what is around it
      - random_shift: -.02 .02
      - crop: .15 .15 .7 .7
      - random_scale: .9 1.1
      - noise: .2-.15*t
    constraints:
      - blur:
          weight: 3-2.5*t
          mask: middle

  - name: clover
    # everything but the middle
    mask: {name: middle, invert: yes}
    features:
      - text: a four leaf clover
    batch_size: 8
    # looks at pieces of the picture only, so that there are many leaves
    cuts:
      overview: 0
      size: .3 .5
    transforms:
      - noise: .2-.15*t
    constraints:
      - blur:
          weight: 3-2.5*t
          mask: {name: middle, invert: yes}

postproc:
  - blur:
      kernel_size:
        - 3 if epoch % 5 == 0 and t < .7 else 1
      sigma: .7
  # A little darker towards the corners, in the last third.
  - mul: .999
    start: 67%
    mask:
      ellipse: -.1 -.1 1.2 1.2
      feather: .5
      invert: yes
`,"../../examples/like-a-picture.yaml":`# An image instead of words: be like balloon.png. Not a copy: the model compares what it sees in both, not pixels.
#
#   clipig render examples/like-a-picture.yaml -o pictures/
#
# The image's name counts from this file's folder (or from where clipig is called). Try one of your own.

model: clipig-tiny
seed: 1
epochs: 300
resolution:
  - 32 if t < .2 else 64 if t < .6 else 128
learnrate: 3
learnrate_scale: 1 - .9*t
init:
  mean: .5
  std: .05

targets:
  - name: like balloon.png
    features:
      - image: balloon.png
    batch_size: 8
    transforms:
      - pad:
          size: width//4
          color: .5
      - random_rotate:
          degree: -10 10
      - random_scale: .8 1.2
      - crop: 1/6 1/6 2/3 2/3
      - noise: .2-.15*t
    constraints:
      - blur:
          weight: 3-2.5*t

postproc:
  - blur:
      kernel_size:
        - 3 if epoch % 5 == 0 and t < .5 else 1
      sigma: .7
`,"../../examples/lion-by-cuts.yaml":`# More pixels than the model sees at once, with one target: some looks see the whole picture (overviews), the others a piece
# of it (inner cuts). lion-in-detail.yaml does that with two targets.
#
#   clipig render examples/lion-by-cuts.yaml -o pictures/
#
# Overviews come first and decide what it is. Later most looks are pieces, and give it what is too fine for the whole.

model: clipig-tiny
seed: 1
epochs: 300
resolution:
  - 32 if t < .15 else 64 if t < .4 else 128 if t < .65 else 256
learnrate: 3
learnrate_scale: 1 - .9*t
init:
  mean: .5
  std: .05

targets:
  - name: lion
    features:
      - text: a lion
    # More looks when there are more pixels to look at.
    batch_size: 6 if t < .4 else 10
    cuts:
      # at first all of them, in the end four of ten
      overview: 10 if t < .5 else 7 if t < .75 else 4
      # sides of the pieces, as shares of the picture, mostly near the greater one
      size: .45 .9
      power: .5
    transforms:
      # a grey margin around what is seen
      - pad:
          size: width//8
          color: .5
      - random_rotate:
          degree: -10 10
      - random_scale: .85 1.15
      - noise: .2-.15*t
    constraints:
      - blur:
          weight: 3-2.5*t

postproc:
  - blur:
      kernel_size:
        - 3 if epoch % 5 == 0 and t < .5 else 1
      sigma: .7
`,"../../examples/lion-in-detail.yaml":`# More pixels than the model sees at once: one target looks at the whole, the other one at pieces of it.
#
#   clipig render examples/lion-in-detail.yaml -o pictures/
#
# The whole decides what it is. The pieces, shown at two to three times the size, give it what is too fine for
# the whole; they pull less, or every piece would become a lion of its own.

model: clipig-tiny
seed: 1
epochs: 350
resolution:
  - 32 if t < .15 else 64 if t < .4 else 128 if t < .65 else 256
learnrate: 3
learnrate_scale: 1 - .9*t
init:
  mean: .5
  std: .05

targets:
  - name: whole
    features:
      - text: a lion
    batch_size: 8
    transforms:
      - pad:
          size: width//4
          color: .5
      - random_rotate:
          degree: -10 10
      - random_scale: .8 1.2
      - crop: 1/6 1/6 2/3 2/3
      - noise: .2-.15*t
    constraints:
      - blur:
          weight: 3-2.5*t

  - name: pieces
    # when the form is there
    start: 50%
    weight: .25
    features:
      - text: the face of a lion
    batch_size: 4
    transforms:
      - random_scale: 1.6 2.4
      - random_translate: .3 .3
      - noise: .1
    constraints:
      - blur:
          weight: 6

postproc:
  - blur:
      kernel_size:
        - 3 if epoch % 5 == 0 and t < .5 else 1
      sigma: .7
`,"../../examples/metamorphosis.yaml":`# A schedule: one thing for the first half, another one for the second, and what is left of the first shines through.
#
#   clipig render examples/metamorphosis.yaml -o pictures/

model: clipig-tiny
seed: 1
epochs: 300
resolution:
  - 32 if t < .2 else 64 if t < .7 else 128
learnrate: 3
# ts(a, b) rises from 0 to 1 between these two moments: large steps at first, middling ones for the change, then calm.
learnrate_scale: 1 - .6*ts(.2, .4) - .35*ts(.6, 1)
init:
  mean: .5
  std: .05

targets:
  - name: tulip becomes balloon
    features:
      - text: a tulip
        end: 50%
      - text: a balloon
        start: 40%
        # comes slowly
        weight: ts(.4, .6)
    batch_size: 8
    transforms:
      # much noise for the form, little for the details
      - noise: .2-.1*t
      - pad:
          size: width//4
          color: .5
      - random_rotate:
          degree: -10 10
      - random_scale: .8 1.2
      - crop: 1/6 1/6 2/3 2/3
    constraints:
      - blur:
          weight: 3-2.5*t

postproc:
  - blur:
      kernel_size:
        - 3 if epoch % 5 == 0 and t < .5 else 1
      sigma: .7
`,"../../examples/mirrored-butterfly.yaml":`# A butterfly whose right half mirrors the left one, to the last bit. Other symmetries: top-bottom, both, rotate-2, and
# rotate-4 for square pictures.
#
#   clipig render examples/mirrored-butterfly.yaml -o pictures/

model: clipig-tiny
seed: 1
epochs: 300
resolution:
  - 32 if t < .2 else 64 if t < .6 else 128

# A symmetry works with every model: pixels, fft, pyramid and palette.
canvas:
  model: fft
  symmetry: left-right

learnrate: 4
learnrate_scale: 1 - .9*t
init:
  mean: .5
  std: .02

targets:
  - name: butterfly
    features:
      - text: a butterfly
    batch_size: 8
    transforms:
      - pad:
          size: width//4
          color: .5
      - random_rotate:
          degree: -10 10
      - random_scale: .8 1.2
      - crop: 1/6 1/6 2/3 2/3
      - noise: .2-.15*t
    constraints:
      - blur:
          weight: 1-.8*t
`,"../../examples/not-a-cherry.yaml":`# What it should not be: a negative weight pushes away.
#
#   clipig render examples/not-a-cherry.yaml -o pictures/
#
# Both are round and red with something green. Compare with the text alone: remove the second feature.

model: clipig-tiny
seed: 1
epochs: 300
resolution:
  - 32 if t < .2 else 64 if t < .6 else 128
learnrate: 3
learnrate_scale: 1 - .9*t
init:
  mean: .5
  std: .05

targets:
  - name: tomato
    features:
      - text: a tomato
      - text: a cherry
        # Too much of it, and the picture is nothing but "not a cherry".
        weight: -.4
    batch_size: 8
    transforms:
      - pad:
          size: width//4
          color: .5
      - random_rotate:
          degree: -10 10
      - random_scale: .8 1.2
      - crop: 1/6 1/6 2/3 2/3
      - noise: .2-.15*t
    constraints:
      - blur:
          weight: 3-2.5*t

postproc:
  - blur:
      kernel_size:
        - 3 if epoch % 5 == 0 and t < .5 else 1
      sigma: .7
`,"../../examples/outpainting.yaml":`# Outpainting: an image lies in a larger picture, and the picture grows below it. Under the balloon of balloon.png there
# is a sea, with a turtle.
#
#   clipig render examples/outpainting.yaml -o pictures/

model: clipig-tiny
seed: 1
epochs: 250
resolution:
  - 32 if t < .2 else 64 if t < .6 else 128
  - 64 if t < .2 else 128 if t < .6 else 256
learnrate: 3
learnrate_scale: 1 - .9*t

init:
  image: balloon.png
  # Where the image lies: x, y, width and height as shares of the picture. It is the upper half.
  place: 0 0 1 .5
  # What is drawn: the lower half. The edge is soft, so that there is no seam.
  mask:
    box: -1 .49 3 1
    feather: .06
  # There it begins as noise in the blue of the sky.
  mean: .59 .8 .94
  std: .05

targets:
  - name: sea
    features:
      - text: a turtle
    batch_size: 6
    transforms:
      # look at the lower half, and not always exactly at the same piece
      - random_shift: -.02 .02
      - crop: 0 .5 width .5
      - random_scale: .9 1.1
      - noise: .2-.15*t
    constraints:
      - blur:
          weight: 3-2.5*t

postproc:
  - blur:
      kernel_size:
        - 3 if epoch % 5 == 0 and t < .5 else 1
      sigma: .7
`,"../../examples/pear-and-lemon.yaml":`# Two things, each in its place: a target for each half of a wide picture.
#
#   clipig render examples/pear-and-lemon.yaml -o pictures/
#
# A text such as "a pear and a lemon" leaves it to the model which is where. Looking at one half at a time, it has no
# choice.

model: clipig-tiny
seed: 1
epochs: 300

# twice as wide as high
resolution:
  - 64 if t < .2 else 128 if t < .6 else 256
  - 32 if t < .2 else 64 if t < .6 else 128
learnrate: 3
learnrate_scale: 1 - .9*t
init:
  mean: .5
  std: .05

targets:
  - name: left
    features:
      - text: a pear
    batch_size: 8
    transforms:
      - noise: .2-.15*t
      # x, y, width and height as shares of the picture; a number of 1 or more would be pixels
      - crop: 0 0 .5 height
      - random_rotate:
          degree: -10 10
      - random_scale: .9 1.1
    constraints:
      - blur:
          weight: 3-2.5*t

  - name: right
    features:
      - text: a lemon
    batch_size: 8
    transforms:
      - noise: .2-.15*t
      - crop: .5 0 .5 height
      - random_rotate:
          degree: -10 10
      - random_scale: .9 1.1
    constraints:
      - blur:
          weight: 3-2.5*t

postproc:
  - blur:
      kernel_size:
        - 3 if epoch % 5 == 0 and t < .5 else 1
      sigma: .7
`,"../../examples/poster.yaml":`# A tomato in four colours, as if it were printed: every pixel is one of them, or lies between two where it is undecided.
# Without \`palette\`, \`colors: 4\` would let the optimiser choose the colours, too.
#
#   clipig render examples/poster.yaml -o pictures/

model: clipig-tiny
seed: 1
epochs: 300
resolution:
  - 32 if t < .2 else 64 if t < .6 else 128

# A small \`softness\` paints hard areas; pixels then find it harder to change their colour.
canvas:
  model: palette
  softness: .5
  palette:
    - color: .95 .9 .8   # paper
    - color: .85 .1 .1   # red
    - color: .1 .5 .2    # green
    - color: .1 .1 .2    # ink

learnrate: 4
learnrate_scale: 1 - .9*t
# Begin between the colours, where every pixel can still become any of them.
init:
  mean: .5
  std: .05

targets:
  - name: tomato
    features:
      - text: a tomato
    batch_size: 8
    transforms:
      - pad:
          size: width//4
          color: .6
      - random_rotate:
          degree: -10 10
      - random_scale: .8 1.2
      - crop: 1/6 1/6 2/3 2/3
      - noise: .2-.15*t
    constraints:
      - blur:
          weight: 1.5-1.2*t
`,"../../examples/strawberry-tiles.yaml":`# Four copies of one tile. The target sees a window that is larger than a tile, at any place, so it sees the seams, too:
# cut one tile out, and it repeats in all directions.
#
#   clipig render examples/strawberry-tiles.yaml -o pictures/

model: clipig-tiny
seed: 1
epochs: 200
resolution: 128

# Two copies in each direction: a tile has 64 x 64 pixels. Opposite edges of a pyramid's tile are neighbours.
canvas:
  model: pyramid
  tile: 2

learnrate: 5
learnrate_scale: 1 - .9*t
init:
  mean: .5
  std: .02

targets:
  - name: strawberries
    features:
      - text: a strawberry
    batch_size: 8
    transforms:
      - random_crop: 72
      - random_rotate:
          degree: -10 10
      - noise: .2-.15*t
    constraints:
      - blur:
          weight: 1-.8*t
`,"../../examples/strawberry.yaml":`# A strawberry, for a first look at clipig. It takes less than a minute on two processor cores.
#
#   clipig render examples/strawberry.yaml -o pictures/
#
# Read it from top to bottom: how long, how large, how fast, what to begin with, and what to draw.
# \`t\` is the time: 0 in the first epoch, 1 in the last one.

# The small model inside clipig. It knows things that have an emoji, and colours, and sees 64 x 64 pixels at a time.
# To use ViT-B/32 instead, run \`clipig model pull ViT-B/32\` and remove this line.
model: clipig-tiny

# The seed decides everything that is random. Another seed gives another picture.
seed: 1

# How many steps it takes to make the picture.
epochs: 300

# The picture begins small, which gives it large shapes, and grows, which adds details.
resolution:
  - 32 if t < .2 else 64 if t < .6 else 128

# How much the pixels change in each step: a lot at first, a little at the end.
learnrate: 3
learnrate_scale: 1 - .9*t

# Begin with an almost even grey.
init:
  mean: .5
  std: .05

targets:
  - name: picture

    # What the picture should show. Change the words and render again! Or: clipig render --text "a cat"
    features:
      - text: a strawberry

    # How often the model looks at the picture in every step, each time a little differently.
    batch_size: 8
    transforms:
      # a grey margin around the picture, so that the strawberry gets an outline
      - pad:
          size: width//4
          color: .5
      # turn and zoom a little: only shapes survive that
      - random_rotate:
          degree: -10 10
      - random_scale: .8 1.2
      # remove the margin
      - crop: 1/6 1/6 2/3 2/3
      # hide faint patterns in noise, which becomes weaker over time
      - noise: .2-.15*t

    # Neighbouring pixels should be similar. This, too, becomes weaker over time, when the details come.
    constraints:
      - blur:
          weight: 3-2.5*t

# In the first half, every fifth step, blur the picture itself: what the model does not draw again fades.
postproc:
  - blur:
      kernel_size:
        - 3 if epoch % 5 == 0 and t < .5 else 1
      sigma: .7
`,"../../examples/sweep-of-canvases.yaml":`# Six attempts from one file: three ways to make a picture, each with two learn rates.
#
#   clipig sweep examples/sweep-of-canvases.yaml -o pictures/canvases
#
# The folder gets six pictures, a contact sheet (sheet.png) and a table (table.csv). If you stop it, the same command
# goes on. docs/sweeps.md explains what else a sweep can do.

sweep:
  # Any parameter by its path; the last one changes fastest, from left to right on the contact sheet.
  parameters:
    canvas.model: [pixels, fft, pyramid]
    learnrate: [2, 5]
  # Who rates the pictures: best a model that has drawn none of them. Remove the mark if you have ViT-B/32
  # (\`clipig model pull ViT-B/32\`).
  # judge: ViT-B/32

model: clipig-tiny
seed: 1
epochs: 150
resolution:
  - 32 if t < .4 else 64
learnrate_scale: 1 - .9*t
init:
  mean: .5
  std: .05

targets:
  - features:
      - text: a bee
    batch_size: 8
    transforms:
      - pad:
          size: width//4
          color: .5
      - random_rotate:
          degree: -10 10
      - random_scale: .8 1.2
      - crop: 1/6 1/6 2/3 2/3
      - noise: .2-.15*t
    constraints:
      - blur:
          weight: 3-2.5*t
`,"../../examples/tulip-in-purple.yaml":`# A colour theme: what the picture shows is one wish, which colours it has on average is another.
#
#   clipig render examples/tulip-in-purple.yaml -o pictures/

model: clipig-tiny
seed: 1
epochs: 300
resolution:
  - 32 if t < .2 else 64 if t < .6 else 128
learnrate: 3
learnrate_scale: 1 - .9*t
init:
  mean: .45 .25 .6
  std: .05

targets:
  - name: tulip
    features:
      - text: a tulip
    batch_size: 8
    transforms:
      - pad:
          size: width//4
          color: .45 .25 .6
      - random_rotate:
          degree: -10 10
      - random_scale: .8 1.2
      - crop: 1/6 1/6 2/3 2/3
      - noise: .2-.15*t
    constraints:
      - blur:
          weight: 3-2.5*t
      # Red, green and blue on average: much red and blue, little green. A weight of 0 would leave it to the text.
      - mean:
          above: .5 .0 .6
          below: .7 .3 .9
          weight: 20

postproc:
  - blur:
      kernel_size:
        - 3 if epoch % 5 == 0 and t < .5 else 1
      sigma: .7
`,"../../examples/turtle-in-borrowed-colours.yaml":`# The colours of an image, in the same amounts: a turtle in the reds, blues and greens of balloon.png.
#
#   clipig render examples/turtle-in-borrowed-colours.yaml -o pictures/

model: clipig-tiny
seed: 1
epochs: 300
resolution:
  - 32 if t < .2 else 64 if t < .6 else 128
learnrate: 3
learnrate_scale: 1 - .9*t
init:
  mean: .5
  std: .05

targets:
  - name: turtle
    features:
      - text: a turtle
    batch_size: 8
    transforms:
      - pad:
          size: width//4
          color: .5
      - random_rotate:
          degree: -10 10
      - random_scale: .8 1.2
      - crop: 1/6 1/6 2/3 2/3
      - noise: .2-.15*t
    constraints:
      - blur:
          weight: 3-2.5*t

  # The colours are those of the picture as a whole, so a target of its own looks at all of it.
  - name: colours
    constraints:
      - histogram:
          image: balloon.png
          weight: 4

postproc:
  - blur:
      kernel_size:
        - 3 if epoch % 5 == 0 and t < .5 else 1
      sigma: .7
`,"../../examples/turtle-in-strokes.yaml":`# A style: a turtle that looks like brush-strokes.png. The text says what the picture shows, the image how it looks.
#
#   clipig render examples/turtle-in-strokes.yaml -o pictures/

model: clipig-tiny
seed: 1
epochs: 300
resolution:
  - 32 if t < .2 else 64 if t < .6 else 128
learnrate: 3
learnrate_scale: 1 - .9*t
init:
  mean: .3 .4 .6
  std: .1

targets:
  - name: turtle
    features:
      - text: a turtle
      # The colours and textures of the image, wherever they stand in it.
      - style:
          image: brush-strokes.png
          depth: .2
        weight: .5
    batch_size: 8
    transforms:
      - random_rotate:
          degree: -10 10
      - random_scale: .8 1.2
      - noise: .15-.1*t
`,"../../examples/walkthrough/1-one-text.yaml":`# Step 1: a text and nothing else.
model: clipig-tiny
seed: 1
epochs: 200
resolution: 64

targets:
  - features:
      - text: a turtle
`,"../../examples/walkthrough/2-shift.yaml":`# Step 2: another piece in every epoch. What leaves at one side comes back at the other.
model: clipig-tiny
seed: 1
epochs: 200
resolution: 64

targets:
  - features:
      - text: a turtle
    transforms:
      - random_shift: 0 1
`,"../../examples/walkthrough/3-rotate.yaml":`# Step 3: turned instead of shifted.
model: clipig-tiny
seed: 1
epochs: 200
resolution: 64

targets:
  - features:
      - text: a turtle
    transforms:
      - random_rotate:
          degree: -30 30
          center: .3 .7
`,"../../examples/walkthrough/4-noise-and-calm.yaml":`# Step 4: several looks per epoch, through noise, and a wish for calm.
model: clipig-tiny
seed: 1
epochs: 200
resolution: 64

targets:
  - features:
      - text: a turtle
    batch_size: 6
    transforms:
      - noise: .15
      - random_shift: -.05 .05
      - random_rotate:
          degree: -10 10
    constraints:
      - blur:
          weight: 3
`,"../../examples/walkthrough/5-small-to-large.yaml":`# Step 5: first the form, small and with large steps; then the details.
model: clipig-tiny
seed: 1
epochs: 250
resolution:
  - 32 if t < .2 else 64 if t < .6 else 128
learnrate: 3
learnrate_scale: 1 - .9*t

targets:
  - features:
      - text: a turtle
    batch_size: 6
    transforms:
      - noise: .15
      - random_shift: -.05 .05
      - random_rotate:
          degree: -10 10
    constraints:
      - blur:
          weight: 3
`,"../../examples/walkthrough/6-corners-and-border.yaml":`# Step 6: no black corners, and a border that keeps the turtle inside.
model: clipig-tiny
seed: 1
epochs: 250
resolution:
  - 32 if t < .2 else 64 if t < .6 else 128
learnrate: 3
learnrate_scale: 1 - .9*t

targets:
  - features:
      - text: a turtle
    batch_size: 6
    transforms:
      - pad:
          size: width//4
          color: .5
      - random_rotate:
          degree: -10 10
      - random_scale: .8 1.2
      - crop: 1/6 1/6 2/3 2/3
      - noise: .2-.15*t
    constraints:
      - blur:
          weight: 3-2.5*t

postproc:
  - blur:
      kernel_size:
        - 3 if epoch % 5 == 0 and t < .5 else 1
      sigma: .7
  - border:
      size: width//32
      color: .05 .15 .3
`,"../../examples/walkthrough/7-many.yaml":`# Step 7: a picture nine times as large as the model's window, seen through windows at random places.
model: clipig-tiny
seed: 1
epochs: 250
resolution:
  - 96 if t < .4 else 192
learnrate: 3
learnrate_scale: 1 - .9*t

targets:
  - features:
      - text: a turtle
    batch_size: 20
    transforms:
      - noise: .15
      - random_shift: 0 1
      - random_rotate:
          degree: -10 10
      - center_crop: 64
    constraints:
      - blur:
          weight: 3
`,"../../examples/walkthrough/8-one-large.yaml":`# Step 8: first the whole picture, scaled down to the window; from half of the time on also pieces of it.
model: clipig-tiny
seed: 1
epochs: 300
resolution:
  - 48 if t < .15 else 96 if t < .4 else 192
learnrate: 3
learnrate_scale: 1 - .9*t

targets:
  - features:
      - text: a turtle
    batch_size: 20
    transforms:
      - noise: .2-.15*t
      - random_shift:
          - -.05 if t < .5 else -.15
          - .05 if t < .5 else .15
      - random_rotate:
          degree: -10 10
      - random_scale:
          - 64/width
          - 64/width if t < .5 else 1.5*64/width
      - center_crop: 64
    constraints:
      - blur:
          weight: 3-2.5*t

postproc:
  - blur:
      kernel_size:
        - 3 if epoch % 5 == 0 and t < .5 else 1
      sigma: .7
`,"../../examples/walkthrough/9-three-targets.yaml":`# Step 9: begins with the picture of step 8 and lives in the sea: three targets with three tasks.
model: clipig-tiny
seed: 1
epochs: 300
resolution: 320
learnrate: 2
learnrate_scale: 1 - .9*t

init:
  image: ../../docs/pictures/walkthrough/8-one-large.png
  # darker and paler than it was: pure black and pure colours leave no room for change
  mean: .2
  std: .6

targets:
  # keeps the turtle in the middle
  - name: turtle
    batch_size: 4
    features:
      - text: a turtle
    transforms:
      - noise: .12
      - random_shift: -.04 .04
      - random_rotate:
          degree: -8 8
      - center_crop: width*.8
    constraints:
      - blur:
          weight: 1

  # is about every place that is not the middle
  - name: sea
    batch_size: 4
    features:
      - text: a water wave
    transforms:
      - noise: .12
      # half of the picture comes in from the other side: what was the middle is now at the edges
      - shift: .5 .5
      - random_shift: -.22 .22
      - center_crop: width*.5
    constraints:
      - blur:
          weight: 1
      # blue, and not dark
      - mean:
          above: .1 .35 .55
          below: .35 .65 1
          weight: 20

  # begins later; in each place, whatever is there already most of all
  - name: who lives there
    start: 30%
    batch_size: 6
    select: best
    features:
      - text: a tropical fish
      - text: a spiral shell
      - text: a crab
        weight: .8
    transforms:
      - noise: .12
      - shift: .5 .5
      - random_shift: -.2 .2
      - center_crop: width*.3
    constraints:
      - blur:
          weight: 1
`,"../../examples/weighted-words.yaml":`# Words with weights in one line: a house, with a little of the sun, and nothing of a tree. A weight of 1 need not be
# written; a negative one pushes away. The line is called \`prompt\`: in a \`text\`, bars and colons mean nothing.
#
#   clipig render examples/weighted-words.yaml -o pictures/

model: clipig-tiny
seed: 1
epochs: 300
resolution:
  - 32 if t < .2 else 64 if t < .6 else 128
learnrate: 3
learnrate_scale: 1 - .9*t
init:
  mean: .5
  std: .05

targets:
  - name: house
    features:
      - prompt: a house | the sun:0.4 | a green tree:-0.3
        # the angle between what is seen and what is wanted, instead of its cosine
        loss: spherical
    batch_size: 8
    transforms:
      - pad:
          size: width//4
          color: .5
      - random_rotate:
          degree: -10 10
      - random_scale: .8 1.2
      - crop: 1/6 1/6 2/3 2/3
      - noise: .2-.15*t
    constraints:
      - blur:
          weight: 3-2.5*t

postproc:
  - blur:
      kernel_size:
        - 3 if epoch % 5 == 0 and t < .5 else 1
      sigma: .7
`,"../../examples/whale-in-four-inks.yaml":`# A palette as a wish: a whale that settles for four colours. It begins free; later every pixel is drawn to the nearest of
# them, more and more. (poster.yaml has no other colours from the beginning.)
#
#   clipig render examples/whale-in-four-inks.yaml -o pictures/

model: clipig-tiny
seed: 1
epochs: 300
resolution:
  - 32 if t < .2 else 64 if t < .6 else 128
learnrate: 3
learnrate_scale: 1 - .9*t
init:
  mean: .6
  std: .05

targets:
  - name: whale
    features:
      - text: a whale on a yellow background
    batch_size: 8
    transforms:
      - pad:
          size: width//4
          color: .6
      - random_rotate:
          degree: -10 10
      - random_scale: .8 1.2
      - crop: 1/6 1/6 2/3 2/3
      - noise: .2-.15*t
    constraints:
      - blur:
          weight: 3-2.5*t

  - name: inks
    constraints:
      # Every pixel is pulled to the nearest of these.
      - palette:
          colors:
            - color: .96 .94 .86
            - color: .97 .8 .2
            - color: .15 .35 .65
            - color: .08 .1 .2
          weight: 20*max(0,t-.4)

postproc:
  - blur:
      kernel_size:
        - 3 if epoch % 5 == 0 and t < .5 else 1
      sigma: .7
`,"../../examples/whale.yaml":`# A thing on a ground: name both. Without its second half, the text leaves the ground grey, as it begins.
#
#   clipig render examples/whale.yaml -o pictures/
#
# What every line means stands in strawberry.yaml; here are the notes on what is new.

model: clipig-tiny
seed: 1
epochs: 300
resolution:
  - 32 if t < .2 else 64 if t < .6 else 128
learnrate: 3
learnrate_scale: 1 - .9*t
init:
  mean: .5
  std: .05

targets:
  - name: whale
    features:
      - text: a whale on a yellow background
    batch_size: 8
    transforms:
      - pad:
          size: width//4
          color: .5
      - random_rotate:
          degree: -10 10
      - random_scale: .8 1.2
      - crop: 1/6 1/6 2/3 2/3
      - noise: .2-.15*t
    constraints:
      - blur:
          weight: 3-2.5*t

postproc:
  - blur:
      kernel_size:
        - 3 if epoch % 5 == 0 and t < .5 else 1
      sigma: .7
`})).filter(([,e])=>!/^\s*(?:-\s+)?image\s*:|^(?:sweep|animation)\s*:/m.test(e)).map(([e,t])=>({name:e.slice(e.lastIndexOf(`/`)+1).replace(/\.yaml$/,``),text:t,group:e.includes(`/walkthrough/`)?`Walkthrough`:`Examples`})),ae=[`strawberry`,`cherry-pattern`,`chimera`,`four-in-one`,`framed-bee`,`lion-in-detail`,`metamorphosis`,`not-a-cherry`,`pear-and-lemon`,`tulip-in-purple`,`whale`,`1-one-text`,`2-shift`,`3-rotate`,`4-noise-and-calm`,`5-small-to-large`,`6-corners-and-border`,`7-many`,`8-one-large`];function oe(){let e=ie.find(e=>e.name===`strawberry`)??ie[0];if(!e)throw Error(`clipig comes with examples`);return e}var j=Symbol.for(`yaml.alias`),M=Symbol.for(`yaml.document`),N=Symbol.for(`yaml.map`),se=Symbol.for(`yaml.pair`),P=Symbol.for(`yaml.scalar`),F=Symbol.for(`yaml.seq`),ce=Symbol.for(`yaml.node.type`),le=e=>!!e&&typeof e==`object`&&e[ce]===j,ue=e=>!!e&&typeof e==`object`&&e[ce]===M,de=e=>!!e&&typeof e==`object`&&e[ce]===N,I=e=>!!e&&typeof e==`object`&&e[ce]===se,L=e=>!!e&&typeof e==`object`&&e[ce]===P,fe=e=>!!e&&typeof e==`object`&&e[ce]===F;function R(e){if(e&&typeof e==`object`)switch(e[ce]){case N:case F:return!0}return!1}function z(e){if(e&&typeof e==`object`)switch(e[ce]){case j:case N:case P:case F:return!0}return!1}var pe=e=>(L(e)||R(e))&&!!e.anchor,me=Symbol(`break visit`),he=Symbol(`skip children`),ge=Symbol(`remove node`);function _e(e,t){let n=ye(t);ue(e)?ve(null,e.contents,n,Object.freeze([e]))===ge&&(e.contents=null):ve(null,e,n,Object.freeze([]))}_e.BREAK=me,_e.SKIP=he,_e.REMOVE=ge;function ve(e,t,n,r){let i=B(e,t,n,r);if(z(i)||I(i))return V(e,r,i),ve(e,i,n,r);if(typeof i!=`symbol`){if(R(t)){r=Object.freeze(r.concat(t));for(let e=0;e<t.items.length;++e){let i=ve(e,t.items[e],n,r);if(typeof i==`number`)e=i-1;else if(i===me)return me;else i===ge&&(t.items.splice(e,1),--e)}}else if(I(t)){r=Object.freeze(r.concat(t));let e=ve(`key`,t.key,n,r);if(e===me)return me;e===ge&&(t.key=null);let i=ve(`value`,t.value,n,r);if(i===me)return me;i===ge&&(t.value=null)}}return i}function ye(e){return typeof e==`object`&&(e.Collection||e.Node||e.Value)?Object.assign({Alias:e.Node,Map:e.Node,Scalar:e.Node,Seq:e.Node},e.Value&&{Map:e.Value,Scalar:e.Value,Seq:e.Value},e.Collection&&{Map:e.Collection,Seq:e.Collection},e):e}function B(e,t,n,r){if(typeof n==`function`)return n(e,t,r);if(de(t))return n.Map?.(e,t,r);if(fe(t))return n.Seq?.(e,t,r);if(I(t))return n.Pair?.(e,t,r);if(L(t))return n.Scalar?.(e,t,r);if(le(t))return n.Alias?.(e,t,r)}function V(e,t,n){let r=t[t.length-1];if(R(r))r.items[e]=n;else if(I(r))e===`key`?r.key=n:r.value=n;else if(ue(r))r.contents=n;else{let e=le(r)?`alias`:`scalar`;throw Error(`Cannot replace node with ${e} parent`)}}var be={"!":`%21`,",":`%2C`,"[":`%5B`,"]":`%5D`,"{":`%7B`,"}":`%7D`},xe=e=>e.replace(/[!,[\]{}]/g,e=>be[e]),Se=class e{constructor(t,n){this.docStart=null,this.docEnd=!1,this.yaml=Object.assign({},e.defaultYaml,t),this.tags=Object.assign({},e.defaultTags,n)}clone(){let t=new e(this.yaml,this.tags);return t.docStart=this.docStart,t}atDocument(){let t=new e(this.yaml,this.tags);switch(this.yaml.version){case`1.1`:this.atNextDocument=!0;break;case`1.2`:this.atNextDocument=!1,this.yaml={explicit:e.defaultYaml.explicit,version:`1.2`},this.tags=Object.assign({},e.defaultTags)}return t}add(t,n){this.atNextDocument&&=(this.yaml={explicit:e.defaultYaml.explicit,version:`1.1`},this.tags=Object.assign({},e.defaultTags),!1);let r=t.trim().split(/[ \t]+/),i=r.shift();switch(i){case`%TAG`:{if(r.length!==2&&(n(0,`%TAG directive should contain exactly two parts`),r.length<2))return!1;let[e,t]=r;return this.tags[e]=t,!0}case`%YAML`:{if(this.yaml.explicit=!0,r.length!==1)return n(0,`%YAML directive should contain exactly one part`),!1;let[e]=r;if(e===`1.1`||e===`1.2`)return this.yaml.version=e,!0;{let t=/^\d+\.\d+$/.test(e);return n(6,`Unsupported YAML version ${e}`,t),!1}}default:return n(0,`Unknown directive ${i}`,!0),!1}}tagName(e,t){if(e===`!`)return`!`;if(e[0]!==`!`)return t(`Not a valid tag: ${e}`),null;if(e[1]===`<`){let n=e.slice(2,-1);return n===`!`||n===`!!`?(t(`Verbatim tags aren't resolved, so ${e} is invalid.`),null):(e[e.length-1]!==`>`&&t(`Verbatim tags must end with a >`),n)}let[,n,r]=e.match(/^(.*!)([^!]*)$/s);r||t(`The ${e} tag has no suffix`);let i=this.tags[n];if(i)try{return i+decodeURIComponent(r)}catch(e){return t(String(e)),null}return n===`!`?e:(t(`Could not resolve tag: ${e}`),null)}tagString(e){for(let[t,n]of Object.entries(this.tags))if(e.startsWith(n))return t+xe(e.substring(n.length));return e[0]===`!`?e:`!<${e}>`}toString(e){let t=this.yaml.explicit?[`%YAML ${this.yaml.version||`1.2`}`]:[],n=Object.entries(this.tags),r;if(e&&n.length>0&&z(e.contents)){let t={};_e(e.contents,(e,n)=>{z(n)&&n.tag&&(t[n.tag]=!0)}),r=Object.keys(t)}else r=[];for(let[i,a]of n)i===`!!`&&a===`tag:yaml.org,2002:`||e&&!r.some(e=>e.startsWith(a))||t.push(`%TAG ${i} ${a}`);return t.join(`
`)}};Se.defaultYaml={explicit:!1,version:`1.2`},Se.defaultTags={"!!":`tag:yaml.org,2002:`};function Ce(e){if(/[\x00-\x19\s,[\]{}]/.test(e)){let t=`Anchor must not contain whitespace or control characters: ${JSON.stringify(e)}`;throw Error(t)}return!0}function we(e){let t=new Set;return _e(e,{Value(e,n){n.anchor&&t.add(n.anchor)}}),t}function Te(e,t){for(let n=1;;++n){let r=`${e}${n}`;if(!t.has(r))return r}}function Ee(e,t){let n=[],r=new Map,i=null;return{onAnchor:r=>{n.push(r),i??=we(e);let a=Te(t,i);return i.add(a),a},setAnchors:()=>{for(let e of n){let t=r.get(e);if(typeof t==`object`&&t.anchor&&(L(t.node)||R(t.node)))t.node.anchor=t.anchor;else{let t=Error(`Failed to resolve repeated object (this should not happen)`);throw t.source=e,t}}},sourceObjects:r}}function De(e,t,n,r){if(r&&typeof r==`object`){if(Array.isArray(r))for(let t=0,n=r.length;t<n;++t){let n=r[t],i=De(e,r,String(t),n);i===void 0?delete r[t]:i!==n&&(r[t]=i)}else if(r instanceof Map)for(let t of Array.from(r.keys())){let n=r.get(t),i=De(e,r,t,n);i===void 0?r.delete(t):i!==n&&r.set(t,i)}else if(r instanceof Set)for(let t of Array.from(r)){let n=De(e,r,t,t);n===void 0?r.delete(t):n!==t&&(r.delete(t),r.add(n))}else for(let[t,n]of Object.entries(r)){let i=De(e,r,t,n);i===void 0?delete r[t]:i!==n&&(r[t]=i)}}return e.call(t,n,r)}function Oe(e,t,n){if(Array.isArray(e))return e.map((e,t)=>Oe(e,String(t),n));if(e&&typeof e.toJSON==`function`){if(!n||!pe(e))return e.toJSON(t,n);let r={aliasCount:0,count:1,res:void 0};n.anchors.set(e,r),n.onCreate=e=>{r.res=e,delete n.onCreate};let i=e.toJSON(t,n);return n.onCreate&&n.onCreate(i),i}return typeof e==`bigint`&&!n?.keep?Number(e):e}var ke=class{constructor(e){Object.defineProperty(this,ce,{value:e})}clone(){let e=Object.create(Object.getPrototypeOf(this),Object.getOwnPropertyDescriptors(this));return this.range&&(e.range=this.range.slice()),e}toJS(e,{mapAsMap:t,maxAliasCount:n,onAnchor:r,reviver:i}={}){if(!ue(e))throw TypeError(`A document argument is required`);let a={anchors:new Map,doc:e,keep:!0,mapAsMap:t===!0,mapKeyWarned:!1,maxAliasCount:typeof n==`number`?n:100},o=Oe(this,``,a);if(typeof r==`function`)for(let{count:e,res:t}of a.anchors.values())r(t,e);return typeof i==`function`?De(i,{"":o},``,o):o}},Ae=class extends ke{constructor(e){super(j),this.source=e,Object.defineProperty(this,"tag",{set(){throw Error(`Alias nodes cannot have tags`)}})}resolve(e,t){if(t?.maxAliasCount===0)throw ReferenceError(`Alias resolution is disabled`);let n;t?.aliasResolveCache?n=t.aliasResolveCache:(n=[],_e(e,{Node:(e,t)=>{(le(t)||pe(t))&&n.push(t)}}),t&&(t.aliasResolveCache=n));let r;for(let e of n){if(e===this)break;e.anchor===this.source&&(r=e)}if(r&&t){let{anchors:e,doc:n,maxAliasCount:i}=t,a=e.get(r);if(a||=(Oe(r,null,t),e.get(r)),a?.res===void 0)throw ReferenceError(`This should not happen: Alias anchor was not resolved?`);if(i>=0&&(a.count+=1,a.aliasCount===0&&(a.aliasCount=je(n,r,e)),a.count*a.aliasCount>i))throw ReferenceError(`Excessive alias count indicates a resource exhaustion attack`)}return r}toJSON(e,t){if(!t)return{source:this.source};let n=this.resolve(t.doc,t);if(!n){let e=`Unresolved alias (the anchor must be set before the alias): ${this.source}`;throw ReferenceError(e)}return t.anchors.get(n).res}toString(e,t,n){let r=`*${this.source}`;if(e){if(Ce(this.source),e.options.verifyAliasOrder&&!e.anchors.has(this.source)){let e=`Unresolved alias (the anchor must be set before the alias): ${this.source}`;throw Error(e)}if(e.implicitKey)return`${r} `}return r}};function je(e,t,n){if(le(t)){let r=t.resolve(e),i=n&&r&&n.get(r);return i?i.count*i.aliasCount:0}if(R(t)){let r=0;for(let i of t.items){let t=je(e,i,n);t>r&&(r=t)}return r}if(I(t)){let r=je(e,t.key,n),i=je(e,t.value,n);return Math.max(r,i)}return 1}var Me=e=>!e||typeof e!=`function`&&typeof e!=`object`,H=class extends ke{constructor(e){super(P),this.value=e}toJSON(e,t){return t?.keep?this.value:Oe(this.value,e,t)}toString(){return String(this.value)}};H.BLOCK_FOLDED=`BLOCK_FOLDED`,H.BLOCK_LITERAL=`BLOCK_LITERAL`,H.PLAIN=`PLAIN`,H.QUOTE_DOUBLE=`QUOTE_DOUBLE`,H.QUOTE_SINGLE=`QUOTE_SINGLE`;var Ne=`tag:yaml.org,2002:`;function Pe(e,t,n){if(t){let e=n.filter(e=>e.tag===t),r=e.find(e=>!e.format)??e[0];if(!r)throw Error(`Tag ${t} not found`);return r}return n.find(t=>t.identify?.(e)&&!t.format)}function Fe(e,t,n){if(ue(e)&&(e=e.contents),z(e))return e;if(I(e)){let t=n.schema[N].createNode?.(n.schema,null,n);return t.items.push(e),t}(e instanceof String||e instanceof Number||e instanceof Boolean||typeof BigInt<`u`&&e instanceof BigInt)&&(e=e.valueOf());let{aliasDuplicateObjects:r,onAnchor:i,onTagObj:a,schema:o,sourceObjects:s}=n,c;if(r&&e&&typeof e==`object`){if(c=s.get(e),c)return c.anchor??(c.anchor=i(e)),new Ae(c.anchor);c={anchor:null,node:null},s.set(e,c)}t?.startsWith(`!!`)&&(t=Ne+t.slice(2));let l=Pe(e,t,o.tags);if(!l){if(e&&typeof e.toJSON==`function`&&(e=e.toJSON()),!e||typeof e!=`object`){let t=new H(e);return c&&(c.node=t),t}l=e instanceof Map?o[N]:Symbol.iterator in Object(e)?o[F]:o[N]}a&&(a(l),delete n.onTagObj);let u=l?.createNode?l.createNode(n.schema,e,n):typeof l?.nodeClass?.from==`function`?l.nodeClass.from(n.schema,e,n):new H(e);return t?u.tag=t:l.default||(u.tag=l.tag),c&&(c.node=u),u}function Ie(e,t,n){let r=n;for(let e=t.length-1;e>=0;--e){let n=t[e];if(typeof n==`number`&&Number.isInteger(n)&&n>=0){let e=[];e[n]=r,r=e}else r=new Map([[n,r]])}return Fe(r,void 0,{aliasDuplicateObjects:!1,keepUndefined:!1,onAnchor:()=>{throw Error(`This should not happen, please report a bug.`)},schema:e,sourceObjects:new Map})}var Le=e=>e==null||typeof e==`object`&&!!e[Symbol.iterator]().next().done,Re=class extends ke{constructor(e,t){super(e),Object.defineProperty(this,"schema",{value:t,configurable:!0,enumerable:!1,writable:!0})}clone(e){let t=Object.create(Object.getPrototypeOf(this),Object.getOwnPropertyDescriptors(this));return e&&(t.schema=e),t.items=t.items.map(t=>z(t)||I(t)?t.clone(e):t),this.range&&(t.range=this.range.slice()),t}addIn(e,t){if(Le(e))this.add(t);else{let[n,...r]=e,i=this.get(n,!0);if(R(i))i.addIn(r,t);else if(i===void 0&&this.schema)this.set(n,Ie(this.schema,r,t));else throw Error(`Expected YAML collection at ${n}. Remaining path: ${r}`)}}deleteIn(e){let[t,...n]=e;if(n.length===0)return this.delete(t);let r=this.get(t,!0);if(R(r))return r.deleteIn(n);throw Error(`Expected YAML collection at ${t}. Remaining path: ${n}`)}getIn(e,t){let[n,...r]=e,i=this.get(n,!0);return r.length===0?!t&&L(i)?i.value:i:R(i)?i.getIn(r,t):void 0}hasAllNullValues(e){return this.items.every(t=>{if(!I(t))return!1;let n=t.value;return n==null||e&&L(n)&&n.value==null&&!n.commentBefore&&!n.comment&&!n.tag})}hasIn(e){let[t,...n]=e;if(n.length===0)return this.has(t);let r=this.get(t,!0);return R(r)?r.hasIn(n):!1}setIn(e,t){let[n,...r]=e;if(r.length===0)this.set(n,t);else{let e=this.get(n,!0);if(R(e))e.setIn(r,t);else if(e===void 0&&this.schema)this.set(n,Ie(this.schema,r,t));else throw Error(`Expected YAML collection at ${n}. Remaining path: ${r}`)}}},ze=e=>e.replace(/^(?!$)(?: $)?/gm,`#`);function Be(e,t){return/^\n+$/.test(e)?e.substring(1):t?e.replace(/^(?! *$)/gm,t):e}var Ve=(e,t,n)=>e.endsWith(`
`)?Be(n,t):n.includes(`
`)?`
`+Be(n,t):(e.endsWith(` `)?``:` `)+n,He=`flow`,Ue=`block`,We=`quoted`;function Ge(e,t,n=`flow`,{indentAtStart:r,lineWidth:i=80,minContentWidth:a=20,onFold:o,onOverflow:s}={}){if(!i||i<0)return e;i<a&&(a=0);let c=Math.max(1+a,1+i-t.length);if(e.length<=c)return e;let l=[],u={},d=i-t.length;typeof r==`number`&&(r>i-Math.max(2,a)?l.push(0):d=i-r);let f,p,m=!1,h=-1,g=-1,_=-1;n===`block`&&(h=Ke(e,h,t.length),h!==-1&&(d=h+c));for(let r;r=e[h+=1];){if(n===`quoted`&&r===`\\`){switch(g=h,e[h+1]){case`x`:h+=3;break;case`u`:h+=5;break;case`U`:h+=9;break;default:h+=1}_=h}if(r===`
`)n===`block`&&(h=Ke(e,h,t.length)),d=h+t.length+c,f=void 0;else{if(r===` `&&p&&p!==` `&&p!==`
`&&p!==`	`){let t=e[h+1];t&&t!==` `&&t!==`
`&&t!==`	`&&(f=h)}if(h>=d){if(f)l.push(f),d=f+c,f=void 0;else if(n===`quoted`){for(;p===` `||p===`	`;)p=r,r=e[h+=1],m=!0;let t=h>_+1?h-2:g-1;if(u[t])return e;l.push(t),u[t]=!0,d=t+c,f=void 0}else m=!0}}p=r}if(m&&s&&s(),l.length===0)return e;o&&o();let v=e.slice(0,l[0]);for(let r=0;r<l.length;++r){let i=l[r],a=l[r+1]||e.length;i===0?v=`\n${t}${e.slice(0,a)}`:(n===`quoted`&&u[i]&&(v+=`${e[i]}\\`),v+=`\n${t}${e.slice(i+1,a)}`)}return v}function Ke(e,t,n){let r=t,i=t+1,a=e[i];for(;a===` `||a===`	`;)if(t<i+n)a=e[++t];else{do a=e[++t];while(a&&a!==`
`);r=t,i=t+1,a=e[i]}return r}var qe=(e,t)=>({indentAtStart:t?e.indent.length:e.indentAtStart,lineWidth:e.options.lineWidth,minContentWidth:e.options.minContentWidth}),Je=e=>/^(%|---|\.\.\.)/m.test(e);function Ye(e,t,n){if(!t||t<0)return!1;let r=t-n,i=e.length;if(i<=r)return!1;for(let t=0,n=0;t<i;++t)if(e[t]===`
`){if(t-n>r)return!0;if(n=t+1,i-n<=r)return!1}return!0}function Xe(e,t){let n=JSON.stringify(e);if(t.options.doubleQuotedAsJSON)return n;let{implicitKey:r}=t,i=t.options.doubleQuotedMinMultiLineLength,a=t.indent||(Je(e)?`  `:``),o=``,s=0;for(let e=0,t=n[e];t;t=n[++e])if(t===` `&&n[e+1]===`\\`&&n[e+2]===`n`&&(o+=n.slice(s,e)+`\\ `,e+=1,s=e,t=`\\`),t===`\\`)switch(n[e+1]){case`u`:{o+=n.slice(s,e);let t=n.substr(e+2,4);switch(t){case`0000`:o+=`\\0`;break;case`0007`:o+=`\\a`;break;case`000b`:o+=`\\v`;break;case`001b`:o+=`\\e`;break;case`0085`:o+=`\\N`;break;case`00a0`:o+=`\\_`;break;case`2028`:o+=`\\L`;break;case`2029`:o+=`\\P`;break;default:t.substr(0,2)===`00`?o+=`\\x`+t.substr(2):o+=n.substr(e,6)}e+=5,s=e+1}break;case`n`:if(r||n[e+2]===`"`||n.length<i)e+=1;else{for(o+=n.slice(s,e)+`

`;n[e+2]===`\\`&&n[e+3]===`n`&&n[e+4]!==`"`;)o+=`
`,e+=2;o+=a,n[e+2]===` `&&(o+=`\\`),e+=1,s=e+1}break;default:e+=1}return o=s?o+n.slice(s):n,r?o:Ge(o,a,We,qe(t,!1))}function Ze(e,t){if(t.options.singleQuote===!1||t.implicitKey&&e.includes(`
`)||/[ \t]\n|\n[ \t]/.test(e))return Xe(e,t);let n=t.indent||(Je(e)?`  `:``),r=`'`+e.replace(/'/g,`''`).replace(/\n+/g,`$&\n${n}`)+`'`;return t.implicitKey?r:Ge(r,n,He,qe(t,!1))}function Qe(e,t){let{singleQuote:n}=t.options,r;if(n===!1)r=Xe;else{let t=e.includes(`"`),i=e.includes(`'`);r=t&&!i?Ze:i&&!t?Xe:n?Ze:Xe}return r(e,t)}var $e;try{$e=RegExp(`(^|(?<!
))
+(?!
|$)`,`g`)}catch{$e=/\n+(?!\n|$)/g}function et({comment:e,type:t,value:n},r,i,a){let{blockQuote:o,commentString:s,lineWidth:c}=r.options;if(!o||/\n[\t ]+$/.test(n))return Qe(n,r);let l=r.indent||(r.forceBlockIndent||Je(n)?`  `:``),u=o===`literal`?!0:o===`folded`||t===H.BLOCK_FOLDED?!1:t===H.BLOCK_LITERAL||!Ye(n,c,l.length);if(!n)return u?`|
`:`>
`;let d,f;for(f=n.length;f>0;--f){let e=n[f-1];if(e!==`
`&&e!==`	`&&e!==` `)break}let p=n.substring(f),m=p.indexOf(`
`);m===-1?d=`-`:n===p||m!==p.length-1?(d=`+`,a&&a()):d=``,p&&=(n=n.slice(0,-p.length),p[p.length-1]===`
`&&(p=p.slice(0,-1)),p.replace($e,`$&${l}`));let h=!1,g,_=-1;for(g=0;g<n.length;++g){let e=n[g];if(e===` `)h=!0;else if(e===`
`)_=g;else break}let v=n.substring(0,_<g?_+1:g);v&&=(n=n.substring(v.length),v.replace(/\n+/g,`$&${l}`));let y=(h?l?`2`:`1`:``)+d;if(e&&(y+=` `+s(e.replace(/ ?[\r\n]+/g,` `)),i&&i()),!u){let e=n.replace(/\n+/g,`
$&`).replace(/(?:^|\n)([\t ].*)(?:([\n\t ]*)\n(?![\n\t ]))?/g,`$1$2`).replace(/\n+/g,`$&${l}`),i=!1,a=qe(r,!0);o!==`folded`&&t!==H.BLOCK_FOLDED&&(a.onOverflow=()=>{i=!0});let s=Ge(`${v}${e}${p}`,l,Ue,a);if(!i)return`>${y}\n${l}${s}`}return n=n.replace(/\n+/g,`$&${l}`),`|${y}\n${l}${v}${n}${p}`}function tt(e,t,n,r){let{type:i,value:a}=e,{actualString:o,implicitKey:s,indent:c,indentStep:l,inFlow:u}=t;if(s&&a.includes(`
`)||u&&/[[\]{},]/.test(a))return Qe(a,t);if(/^[\n\t ,[\]{}#&*!|>'"%@`]|^[?-]$|^[?-][ \t]|[\n:][ \t]|[ \t]\n|[\n\t ]#|[\n\t :]$/.test(a))return s||u||!a.includes(`
`)?Qe(a,t):et(e,t,n,r);if(!s&&!u&&i!==H.PLAIN&&a.includes(`
`))return et(e,t,n,r);if(Je(a)){if(c===``)return t.forceBlockIndent=!0,et(e,t,n,r);if(s&&c===l)return Qe(a,t)}let d=a.replace(/\n+/g,`$&\n${c}`);if(o){let e=e=>e.default&&e.tag!==`tag:yaml.org,2002:str`&&e.test?.test(d),{compat:n,tags:r}=t.doc.schema;if(r.some(e)||n?.some(e))return Qe(a,t)}return s?d:Ge(d,c,He,qe(t,!1))}function nt(e,t,n,r){let{implicitKey:i,inFlow:a}=t,o=typeof e.value==`string`?e:Object.assign({},e,{value:String(e.value)}),{type:s}=e;s!==H.QUOTE_DOUBLE&&/[\x00-\x08\x0b-\x1f\x7f-\x9f\u{D800}-\u{DFFF}]/u.test(o.value)&&(s=H.QUOTE_DOUBLE);let c=e=>{switch(e){case H.BLOCK_FOLDED:case H.BLOCK_LITERAL:return i||a?Qe(o.value,t):et(o,t,n,r);case H.QUOTE_DOUBLE:return Xe(o.value,t);case H.QUOTE_SINGLE:return Ze(o.value,t);case H.PLAIN:return tt(o,t,n,r);default:return null}},l=c(s);if(l===null){let{defaultKeyType:e,defaultStringType:n}=t.options,r=i&&e||n;if(l=c(r),l===null)throw Error(`Unsupported default string type ${r}`)}return l}function rt(e,t){let n=Object.assign({blockQuote:!0,commentString:ze,defaultKeyType:null,defaultStringType:`PLAIN`,directives:null,doubleQuotedAsJSON:!1,doubleQuotedMinMultiLineLength:40,falseStr:`false`,flowCollectionPadding:!0,indentSeq:!0,lineWidth:80,minContentWidth:20,nullStr:`null`,simpleKeys:!1,singleQuote:null,trailingComma:!1,trueStr:`true`,verifyAliasOrder:!0},e.schema.toStringOptions,t),r;switch(n.collectionStyle){case`block`:r=!1;break;case`flow`:r=!0;break;default:r=null}return{anchors:new Set,doc:e,flowCollectionPadding:n.flowCollectionPadding?` `:``,indent:``,indentStep:typeof n.indent==`number`?` `.repeat(n.indent):`  `,inFlow:r,options:n}}function it(e,t){if(t.tag){let n=e.filter(e=>e.tag===t.tag);if(n.length>0)return n.find(e=>e.format===t.format)??n[0]}let n,r;if(L(t)){r=t.value;let i=e.filter(e=>e.identify?.(r));if(i.length>1){let e=i.filter(e=>e.test);e.length>0&&(i=e)}n=i.find(e=>e.format===t.format)??i.find(e=>!e.format)}else r=t,n=e.find(e=>e.nodeClass&&r instanceof e.nodeClass);if(!n){let e=r?.constructor?.name??(r===null?`null`:typeof r);throw Error(`Tag not resolved for ${e} value`)}return n}function at(e,t,{anchors:n,doc:r}){if(!r.directives)return``;let i=[],a=(L(e)||R(e))&&e.anchor;a&&Ce(a)&&(n.add(a),i.push(`&${a}`));let o=e.tag??(t.default?null:t.tag);return o&&i.push(r.directives.tagString(o)),i.join(` `)}function U(e,t,n,r){if(I(e))return e.toString(t,n,r);if(le(e)){if(t.doc.directives)return e.toString(t);if(t.resolvedAliases?.has(e))throw TypeError(`Cannot stringify circular structure without alias nodes`);t.resolvedAliases?t.resolvedAliases.add(e):t.resolvedAliases=new Set([e]),e=e.resolve(t.doc)}let i,a=z(e)?e:t.doc.createNode(e,{onTagObj:e=>i=e});i??=it(t.doc.schema.tags,a);let o=at(a,i,t);o.length>0&&(t.indentAtStart=(t.indentAtStart??0)+o.length+1);let s=typeof i.stringify==`function`?i.stringify(a,t,n,r):L(a)?nt(a,t,n,r):a.toString(t,n,r);return o?L(a)||s[0]===`{`||s[0]===`[`?`${o} ${s}`:`${o}\n${t.indent}${s}`:s}function ot({key:e,value:t},n,r,i){let{allNullValues:a,doc:o,indent:s,indentStep:c,options:{commentString:l,indentSeq:u,simpleKeys:d}}=n,f=z(e)&&e.comment||null;if(d){if(f)throw Error(`With simple keys, key nodes cannot have comments`);if(R(e)||!z(e)&&typeof e==`object`)throw Error(`With simple keys, collection cannot be used as a key value`)}let p=!d&&(!e||f&&t==null&&!n.inFlow||R(e)||(L(e)?e.type===H.BLOCK_FOLDED||e.type===H.BLOCK_LITERAL:typeof e==`object`));n=Object.assign({},n,{allNullValues:!1,implicitKey:!p&&(d||!a),indent:s+c});let m=!1,h=!1,g=U(e,n,()=>m=!0,()=>h=!0);if(!p&&!n.inFlow&&g.length>1024){if(d)throw Error(`With simple keys, single line scalar must not span more than 1024 characters`);p=!0}if(n.inFlow){if(a||t==null)return m&&r&&r(),g===``?`?`:p?`? ${g}`:g}else if(a&&!d||t==null&&p)return g=`? ${g}`,f&&!m?g+=Ve(g,n.indent,l(f)):h&&i&&i(),g;m&&(f=null),p?(f&&(g+=Ve(g,n.indent,l(f))),g=`? ${g}\n${s}:`):(g=`${g}:`,f&&(g+=Ve(g,n.indent,l(f))));let _,v,y;z(t)?(_=!!t.spaceBefore,v=t.commentBefore,y=t.comment):(_=!1,v=null,y=null,t&&typeof t==`object`&&(t=o.createNode(t))),n.implicitKey=!1,!p&&!f&&L(t)&&(n.indentAtStart=g.length+1),h=!1,!u&&c.length>=2&&!n.inFlow&&!p&&fe(t)&&!t.flow&&!t.tag&&!t.anchor&&(n.indent=n.indent.substring(2));let b=!1,x=U(t,n,()=>b=!0,()=>h=!0),S=` `;if(f||_||v){if(S=_?`
`:``,v){let e=l(v);S+=`\n${Be(e,n.indent)}`}x===``&&!n.inFlow?S===`
`&&y&&(S=`

`):S+=`\n${n.indent}`}else if(!p&&R(t)){let e=x[0],r=x.indexOf(`
`),i=r!==-1,a=n.inFlow??t.flow??t.items.length===0;if(i||!a){let t=!1;if(i&&(e===`&`||e===`!`)){let n=x.indexOf(` `);e===`&`&&n!==-1&&n<r&&x[n+1]===`!`&&(n=x.indexOf(` `,n+1)),(n===-1||r<n)&&(t=!0)}t||(S=`\n${n.indent}`)}}else(x===``||x[0]===`
`)&&(S=``);return g+=S+x,n.inFlow?b&&r&&r():y&&!b?g+=Ve(g,n.indent,l(y)):h&&i&&i(),g}function st(e,t){(e===`debug`||e===`warn`)&&console.warn(t)}var ct=`<<`,lt={identify:e=>e===ct||typeof e==`symbol`&&e.description===ct,default:`key`,tag:`tag:yaml.org,2002:merge`,test:/^<<$/,resolve:()=>Object.assign(new H(Symbol(ct)),{addToJSMap:dt}),stringify:()=>ct},ut=(e,t)=>(lt.identify(t)||L(t)&&(!t.type||t.type===H.PLAIN)&&lt.identify(t.value))&&e?.doc.schema.tags.some(e=>e.tag===lt.tag&&e.default);function dt(e,t,n){let r=pt(e,n);if(fe(r))for(let n of r.items)ft(e,t,n);else if(Array.isArray(r))for(let n of r)ft(e,t,n);else ft(e,t,r)}function ft(e,t,n){let r=pt(e,n);if(!de(r))throw Error(`Merge sources must be maps or map aliases`);let i=r.toJSON(null,e,Map);for(let[e,n]of i)t instanceof Map?t.has(e)||t.set(e,n):t instanceof Set?t.add(e):Object.prototype.hasOwnProperty.call(t,e)||Object.defineProperty(t,e,{value:n,writable:!0,enumerable:!0,configurable:!0});return t}function pt(e,t){return e&&le(t)?t.resolve(e.doc,e):t}function mt(e,t,{key:n,value:r}){if(z(n)&&n.addToJSMap)n.addToJSMap(e,t,r);else if(ut(e,n))dt(e,t,r);else{let i=Oe(n,``,e);if(t instanceof Map)t.set(i,Oe(r,i,e));else if(t instanceof Set)t.add(i);else{let a=ht(n,i,e),o=Oe(r,a,e);a in t?Object.defineProperty(t,a,{value:o,writable:!0,enumerable:!0,configurable:!0}):t[a]=o}}return t}function ht(e,t,n){if(t===null)return``;if(typeof t!=`object`)return String(t);if(z(e)&&n?.doc){let t=rt(n.doc,{});t.anchors=new Set;for(let e of n.anchors.keys())t.anchors.add(e.anchor);t.inFlow=!0,t.inStringifyKey=!0;let r=e.toString(t);if(!n.mapKeyWarned){let e=JSON.stringify(r);e.length>40&&(e=e.substring(0,36)+`..."`),st(n.doc.options.logLevel,`Keys with collection values will be stringified due to JS Object restrictions: ${e}. Set mapAsMap: true to use object keys.`),n.mapKeyWarned=!0}return r}return JSON.stringify(t)}function gt(e,t,n){return new _t(Fe(e,void 0,n),Fe(t,void 0,n))}var _t=class e{constructor(e,t=null){Object.defineProperty(this,ce,{value:se}),this.key=e,this.value=t}clone(t){let{key:n,value:r}=this;return z(n)&&(n=n.clone(t)),z(r)&&(r=r.clone(t)),new e(n,r)}toJSON(e,t){return mt(t,t?.mapAsMap?new Map:{},this)}toString(e,t,n){return e?.doc?ot(this,e,t,n):JSON.stringify(this)}};function vt(e,t,n){return(t.inFlow??e.flow?bt:yt)(e,t,n)}function yt({comment:e,items:t},n,{blockItemPrefix:r,flowChars:i,itemIndent:a,onChompKeep:o,onComment:s}){let{indent:c,options:{commentString:l}}=n,u=Object.assign({},n,{indent:a,type:null}),d=!1,f=[];for(let e=0;e<t.length;++e){let i=t[e],o=null;if(z(i))!d&&i.spaceBefore&&f.push(``),xt(n,f,i.commentBefore,d),i.comment&&(o=i.comment);else if(I(i)){let e=z(i.key)?i.key:null;e&&(!d&&e.spaceBefore&&f.push(``),xt(n,f,e.commentBefore,d))}d=!1;let s=U(i,u,()=>o=null,()=>d=!0);o&&(s+=Ve(s,a,l(o))),d&&o&&(d=!1),f.push(r+s)}let p;if(f.length===0)p=i.start+i.end;else{p=f[0];for(let e=1;e<f.length;++e){let t=f[e];p+=t?`\n${c}${t}`:`
`}}return e?(p+=`
`+Be(l(e),c),s&&s()):d&&o&&o(),p}function bt({items:e},t,{flowChars:n,itemIndent:r}){let{indent:i,indentStep:a,flowCollectionPadding:o,options:{commentString:s}}=t;r+=a;let c=Object.assign({},t,{indent:r,inFlow:!0,type:null}),l=!1,u=0,d=[];for(let n=0;n<e.length;++n){let i=e[n],a=null;if(z(i))i.spaceBefore&&d.push(``),xt(t,d,i.commentBefore,!1),i.comment&&(a=i.comment);else if(I(i)){let e=z(i.key)?i.key:null;e&&(e.spaceBefore&&d.push(``),xt(t,d,e.commentBefore,!1),e.comment&&(l=!0));let n=z(i.value)?i.value:null;n?(n.comment&&(a=n.comment),n.commentBefore&&(l=!0)):i.value==null&&e?.comment&&(a=e.comment)}a&&(l=!0);let o=U(i,c,()=>a=null);l||=d.length>u||o.includes(`
`),n<e.length-1?o+=`,`:t.options.trailingComma&&(t.options.lineWidth>0&&(l||=d.reduce((e,t)=>e+t.length+2,2)+(o.length+2)>t.options.lineWidth),l&&(o+=`,`)),a&&(o+=Ve(o,r,s(a))),d.push(o),u=d.length}let{start:f,end:p}=n;if(d.length===0)return f+p;if(!l){let e=d.reduce((e,t)=>e+t.length+2,2);l=t.options.lineWidth>0&&e>t.options.lineWidth}if(l){let e=f;for(let t of d)e+=t?`\n${a}${i}${t}`:`
`;return`${e}\n${i}${p}`}return`${f}${o}${d.join(` `)}${o}${p}`}function xt({indent:e,options:{commentString:t}},n,r,i){if(r&&i&&(r=r.replace(/^\n+/,``)),r){let i=Be(t(r),e);n.push(i.trimStart())}}function St(e,t){let n=L(t)?t.value:t;for(let r of e)if(I(r)&&(r.key===t||r.key===n||L(r.key)&&r.key.value===n))return r}var Ct=class extends Re{static get tagName(){return`tag:yaml.org,2002:map`}constructor(e){super(N,e),this.items=[]}static from(e,t,n){let{keepUndefined:r,replacer:i}=n,a=new this(e),o=(e,o)=>{if(typeof i==`function`)o=i.call(t,e,o);else if(Array.isArray(i)&&!i.includes(e))return;(o!==void 0||r)&&a.items.push(gt(e,o,n))};if(t instanceof Map)for(let[e,n]of t)o(e,n);else if(t&&typeof t==`object`)for(let e of Object.keys(t))o(e,t[e]);return typeof e.sortMapEntries==`function`&&a.items.sort(e.sortMapEntries),a}add(e,t){let n;n=I(e)?e:!e||typeof e!=`object`||!(`key`in e)?new _t(e,e?.value):new _t(e.key,e.value);let r=St(this.items,n.key),i=this.schema?.sortMapEntries;if(r){if(!t)throw Error(`Key ${n.key} already set`);L(r.value)&&Me(n.value)?r.value.value=n.value:r.value=n.value}else if(i){let e=this.items.findIndex(e=>i(n,e)<0);e===-1?this.items.push(n):this.items.splice(e,0,n)}else this.items.push(n)}delete(e){let t=St(this.items,e);return t?this.items.splice(this.items.indexOf(t),1).length>0:!1}get(e,t){let n=St(this.items,e)?.value;return(!t&&L(n)?n.value:n)??void 0}has(e){return!!St(this.items,e)}set(e,t){this.add(new _t(e,t),!0)}toJSON(e,t,n){let r=n?new n:t?.mapAsMap?new Map:{};t?.onCreate&&t.onCreate(r);for(let e of this.items)mt(t,r,e);return r}toString(e,t,n){if(!e)return JSON.stringify(this);for(let e of this.items)if(!I(e))throw Error(`Map items must all be pairs; found ${JSON.stringify(e)} instead`);return!e.allNullValues&&this.hasAllNullValues(!1)&&(e=Object.assign({},e,{allNullValues:!0})),vt(this,e,{blockItemPrefix:``,flowChars:{start:`{`,end:`}`},itemIndent:e.indent||``,onChompKeep:n,onComment:t})}},wt={collection:`map`,default:!0,nodeClass:Ct,tag:`tag:yaml.org,2002:map`,resolve(e,t){return de(e)||t(`Expected a mapping for this tag`),e},createNode:(e,t,n)=>Ct.from(e,t,n)},Tt=class extends Re{static get tagName(){return`tag:yaml.org,2002:seq`}constructor(e){super(F,e),this.items=[]}add(e){this.items.push(e)}delete(e){let t=Et(e);return typeof t==`number`&&this.items.splice(t,1).length>0}get(e,t){let n=Et(e);if(typeof n!=`number`)return;let r=this.items[n];return!t&&L(r)?r.value:r}has(e){let t=Et(e);return typeof t==`number`&&t<this.items.length}set(e,t){let n=Et(e);if(typeof n!=`number`)throw Error(`Expected a valid index, not ${e}.`);let r=this.items[n];L(r)&&Me(t)?r.value=t:this.items[n]=t}toJSON(e,t){let n=[];t?.onCreate&&t.onCreate(n);let r=0;for(let e of this.items)n.push(Oe(e,String(r++),t));return n}toString(e,t,n){return e?vt(this,e,{blockItemPrefix:`- `,flowChars:{start:`[`,end:`]`},itemIndent:(e.indent||``)+`  `,onChompKeep:n,onComment:t}):JSON.stringify(this)}static from(e,t,n){let{replacer:r}=n,i=new this(e);if(t&&Symbol.iterator in Object(t)){let e=0;for(let a of t){if(typeof r==`function`){let n=t instanceof Set?a:String(e++);a=r.call(t,n,a)}i.items.push(Fe(a,void 0,n))}}return i}};function Et(e){let t=L(e)?e.value:e;return t&&typeof t==`string`&&(t=Number(t)),typeof t==`number`&&Number.isInteger(t)&&t>=0?t:null}var Dt={collection:`seq`,default:!0,nodeClass:Tt,tag:`tag:yaml.org,2002:seq`,resolve(e,t){return fe(e)||t(`Expected a sequence for this tag`),e},createNode:(e,t,n)=>Tt.from(e,t,n)},Ot={identify:e=>typeof e==`string`,default:!0,tag:`tag:yaml.org,2002:str`,resolve:e=>e,stringify(e,t,n,r){return t=Object.assign({actualString:!0},t),nt(e,t,n,r)}},kt={identify:e=>e==null,createNode:()=>new H(null),default:!0,tag:`tag:yaml.org,2002:null`,test:/^(?:~|[Nn]ull|NULL)?$/,resolve:()=>new H(null),stringify:({source:e},t)=>typeof e==`string`&&kt.test.test(e)?e:t.options.nullStr},At={identify:e=>typeof e==`boolean`,default:!0,tag:`tag:yaml.org,2002:bool`,test:/^(?:[Tt]rue|TRUE|[Ff]alse|FALSE)$/,resolve:e=>new H(e[0]===`t`||e[0]===`T`),stringify({source:e,value:t},n){return e&&At.test.test(e)&&t===(e[0]===`t`||e[0]===`T`)?e:t?n.options.trueStr:n.options.falseStr}};function jt({format:e,minFractionDigits:t,tag:n,value:r}){if(typeof r==`bigint`)return String(r);let i=typeof r==`number`?r:Number(r);if(!isFinite(i))return isNaN(i)?`.nan`:i<0?`-.inf`:`.inf`;let a=Object.is(r,-0)?`-0`:JSON.stringify(r);if(!e&&t&&(!n||n===`tag:yaml.org,2002:float`)&&/^-?\d/.test(a)&&!a.includes(`e`)){let e=a.indexOf(`.`);e<0&&(e=a.length,a+=`.`);let n=t-(a.length-e-1);for(;n-->0;)a+=`0`}return a}var Mt={identify:e=>typeof e==`number`,default:!0,tag:`tag:yaml.org,2002:float`,test:/^(?:[-+]?\.(?:inf|Inf|INF)|\.nan|\.NaN|\.NAN)$/,resolve:e=>e.slice(-3).toLowerCase()===`nan`?NaN:e[0]===`-`?-1/0:1/0,stringify:jt},Nt={identify:e=>typeof e==`number`,default:!0,tag:`tag:yaml.org,2002:float`,format:`EXP`,test:/^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)[eE][-+]?[0-9]+$/,resolve:e=>parseFloat(e),stringify(e){let t=Number(e.value);return isFinite(t)?t.toExponential():jt(e)}},Pt={identify:e=>typeof e==`number`,default:!0,tag:`tag:yaml.org,2002:float`,test:/^[-+]?(?:\.[0-9]+|[0-9]+\.[0-9]*)$/,resolve(e){let t=new H(parseFloat(e)),n=e.indexOf(`.`);return n!==-1&&e[e.length-1]===`0`&&(t.minFractionDigits=e.length-n-1),t},stringify:jt},Ft=e=>typeof e==`bigint`||Number.isInteger(e),It=(e,t,n,{intAsBigInt:r})=>r?BigInt(e):parseInt(e.substring(t),n);function Lt(e,t,n){let{value:r}=e;return Ft(r)&&r>=0?n+r.toString(t):jt(e)}var Rt={identify:e=>Ft(e)&&e>=0,default:!0,tag:`tag:yaml.org,2002:int`,format:`OCT`,test:/^0o[0-7]+$/,resolve:(e,t,n)=>It(e,2,8,n),stringify:e=>Lt(e,8,`0o`)},zt={identify:Ft,default:!0,tag:`tag:yaml.org,2002:int`,test:/^[-+]?[0-9]+$/,resolve:(e,t,n)=>It(e,0,10,n),stringify:jt},Bt={identify:e=>Ft(e)&&e>=0,default:!0,tag:`tag:yaml.org,2002:int`,format:`HEX`,test:/^0x[0-9a-fA-F]+$/,resolve:(e,t,n)=>It(e,2,16,n),stringify:e=>Lt(e,16,`0x`)},Vt=[wt,Dt,Ot,kt,At,Rt,zt,Bt,Mt,Nt,Pt];function Ht(e){return typeof e==`bigint`||Number.isInteger(e)}var Ut=({value:e})=>JSON.stringify(e),Wt=[{identify:e=>typeof e==`string`,default:!0,tag:`tag:yaml.org,2002:str`,resolve:e=>e,stringify:Ut},{identify:e=>e==null,createNode:()=>new H(null),default:!0,tag:`tag:yaml.org,2002:null`,test:/^null$/,resolve:()=>null,stringify:Ut},{identify:e=>typeof e==`boolean`,default:!0,tag:`tag:yaml.org,2002:bool`,test:/^true$|^false$/,resolve:e=>e===`true`,stringify:Ut},{identify:Ht,default:!0,tag:`tag:yaml.org,2002:int`,test:/^-?(?:0|[1-9][0-9]*)$/,resolve:(e,t,{intAsBigInt:n})=>n?BigInt(e):parseInt(e,10),stringify:({value:e})=>Ht(e)?e.toString():JSON.stringify(e)},{identify:e=>typeof e==`number`,default:!0,tag:`tag:yaml.org,2002:float`,test:/^-?(?:0|[1-9][0-9]*)(?:\.[0-9]*)?(?:[eE][-+]?[0-9]+)?$/,resolve:e=>parseFloat(e),stringify:Ut}],Gt=[wt,Dt].concat(Wt,{default:!0,tag:``,test:/^/,resolve(e,t){return t(`Unresolved plain scalar ${JSON.stringify(e)}`),e}}),Kt={identify:e=>e instanceof Uint8Array,default:!1,tag:`tag:yaml.org,2002:binary`,resolve(e,t){if(typeof atob==`function`){let t=atob(e.replace(/[\n\r]/g,``)),n=new Uint8Array(t.length);for(let e=0;e<t.length;++e)n[e]=t.charCodeAt(e);return n}return t(`This environment does not support reading binary tags; either Buffer or atob is required`),e},stringify({comment:e,type:t,value:n},r,i,a){if(!n)return``;let o=n,s;if(typeof btoa==`function`){let e=``;for(let t=0;t<o.length;++t)e+=String.fromCharCode(o[t]);s=btoa(e)}else throw Error(`This environment does not support writing binary tags; either Buffer or btoa is required`);if(t??=H.BLOCK_LITERAL,t!==H.QUOTE_DOUBLE){let e=Math.max(r.options.lineWidth-r.indent.length,r.options.minContentWidth),n=Math.ceil(s.length/e),i=Array(n);for(let t=0,r=0;t<n;++t,r+=e)i[t]=s.substr(r,e);s=i.join(t===H.BLOCK_LITERAL?`
`:` `)}return nt({comment:e,type:t,value:s},r,i,a)}};function qt(e,t){if(fe(e))for(let n=0;n<e.items.length;++n){let r=e.items[n];if(!I(r)){if(de(r)){r.items.length>1&&t(`Each pair must have its own sequence indicator`);let e=r.items[0]||new _t(new H(null));if(r.commentBefore&&(e.key.commentBefore=e.key.commentBefore?`${r.commentBefore}\n${e.key.commentBefore}`:r.commentBefore),r.comment){let t=e.value??e.key;t.comment=t.comment?`${r.comment}\n${t.comment}`:r.comment}r=e}e.items[n]=I(r)?r:new _t(r)}}else t(`Expected a sequence for this tag`);return e}function Jt(e,t,n){let{replacer:r}=n,i=new Tt(e);i.tag=`tag:yaml.org,2002:pairs`;let a=0;if(t&&Symbol.iterator in Object(t))for(let e of t){typeof r==`function`&&(e=r.call(t,String(a++),e));let o,s;if(Array.isArray(e)){if(e.length===2)o=e[0],s=e[1];else throw TypeError(`Expected [key, value] tuple: ${e}`)}else if(e&&e instanceof Object){let t=Object.keys(e);if(t.length===1)o=t[0],s=e[o];else throw TypeError(`Expected tuple with one key, not ${t.length} keys`)}else o=e;i.items.push(gt(o,s,n))}return i}var Yt={collection:`seq`,default:!1,tag:`tag:yaml.org,2002:pairs`,resolve:qt,createNode:Jt},Xt=class e extends Tt{constructor(){super(),this.add=Ct.prototype.add.bind(this),this.delete=Ct.prototype.delete.bind(this),this.get=Ct.prototype.get.bind(this),this.has=Ct.prototype.has.bind(this),this.set=Ct.prototype.set.bind(this),this.tag=e.tag}toJSON(e,t){if(!t)return super.toJSON(e);let n=new Map;t?.onCreate&&t.onCreate(n);for(let e of this.items){let r,i;if(I(e)?(r=Oe(e.key,``,t),i=Oe(e.value,r,t)):r=Oe(e,``,t),n.has(r))throw Error(`Ordered maps must not include duplicate keys`);n.set(r,i)}return n}static from(e,t,n){let r=Jt(e,t,n),i=new this;return i.items=r.items,i}};Xt.tag=`tag:yaml.org,2002:omap`;var Zt={collection:`seq`,identify:e=>e instanceof Map,nodeClass:Xt,default:!1,tag:`tag:yaml.org,2002:omap`,resolve(e,t){let n=qt(e,t),r=[];for(let{key:e}of n.items)L(e)&&(r.includes(e.value)?t(`Ordered maps must not include duplicate keys: ${e.value}`):r.push(e.value));return Object.assign(new Xt,n)},createNode:(e,t,n)=>Xt.from(e,t,n)};function Qt({value:e,source:t},n){return t&&(e?$t:en).test.test(t)?t:e?n.options.trueStr:n.options.falseStr}var $t={identify:e=>e===!0,default:!0,tag:`tag:yaml.org,2002:bool`,test:/^(?:Y|y|[Yy]es|YES|[Tt]rue|TRUE|[Oo]n|ON)$/,resolve:()=>new H(!0),stringify:Qt},en={identify:e=>e===!1,default:!0,tag:`tag:yaml.org,2002:bool`,test:/^(?:N|n|[Nn]o|NO|[Ff]alse|FALSE|[Oo]ff|OFF)$/,resolve:()=>new H(!1),stringify:Qt},tn={identify:e=>typeof e==`number`,default:!0,tag:`tag:yaml.org,2002:float`,test:/^(?:[-+]?\.(?:inf|Inf|INF)|\.nan|\.NaN|\.NAN)$/,resolve:e=>e.slice(-3).toLowerCase()===`nan`?NaN:e[0]===`-`?-1/0:1/0,stringify:jt},nn={identify:e=>typeof e==`number`,default:!0,tag:`tag:yaml.org,2002:float`,format:`EXP`,test:/^[-+]?(?:[0-9][0-9_]*)?(?:\.[0-9_]*)?[eE][-+]?[0-9]+$/,resolve:e=>parseFloat(e.replace(/_/g,``)),stringify(e){let t=Number(e.value);return isFinite(t)?t.toExponential():jt(e)}},rn={identify:e=>typeof e==`number`,default:!0,tag:`tag:yaml.org,2002:float`,test:/^[-+]?(?:[0-9][0-9_]*)?\.[0-9_]*$/,resolve(e){let t=new H(parseFloat(e.replace(/_/g,``))),n=e.indexOf(`.`);if(n!==-1){let r=e.substring(n+1).replace(/_/g,``);r[r.length-1]===`0`&&(t.minFractionDigits=r.length)}return t},stringify:jt},W=e=>typeof e==`bigint`||Number.isInteger(e);function G(e,t,n,{intAsBigInt:r}){let i=e[0];if((i===`-`||i===`+`)&&(t+=1),e=e.substring(t).replace(/_/g,``),r){switch(n){case 2:e=`0b${e}`;break;case 8:e=`0o${e}`;break;case 16:e=`0x${e}`}let t=BigInt(e);return i===`-`?BigInt(-1)*t:t}let a=parseInt(e,n);return i===`-`?-1*a:a}function an(e,t,n){let{value:r}=e;if(W(r)){let e=r.toString(t);return r<0?`-`+n+e.substr(1):n+e}return jt(e)}var on={identify:W,default:!0,tag:`tag:yaml.org,2002:int`,format:`BIN`,test:/^[-+]?0b[0-1_]+$/,resolve:(e,t,n)=>G(e,2,2,n),stringify:e=>an(e,2,`0b`)},sn={identify:W,default:!0,tag:`tag:yaml.org,2002:int`,format:`OCT`,test:/^[-+]?0[0-7_]+$/,resolve:(e,t,n)=>G(e,1,8,n),stringify:e=>an(e,8,`0`)},cn={identify:W,default:!0,tag:`tag:yaml.org,2002:int`,test:/^[-+]?[0-9][0-9_]*$/,resolve:(e,t,n)=>G(e,0,10,n),stringify:jt},K={identify:W,default:!0,tag:`tag:yaml.org,2002:int`,format:`HEX`,test:/^[-+]?0x[0-9a-fA-F_]+$/,resolve:(e,t,n)=>G(e,2,16,n),stringify:e=>an(e,16,`0x`)},ln=class e extends Ct{constructor(t){super(t),this.tag=e.tag}add(e){let t;t=I(e)?e:e&&typeof e==`object`&&`key`in e&&`value`in e&&e.value===null?new _t(e.key,null):new _t(e,null),St(this.items,t.key)||this.items.push(t)}get(e,t){let n=St(this.items,e);return!t&&I(n)?L(n.key)?n.key.value:n.key:n}set(e,t){if(typeof t!=`boolean`)throw Error(`Expected boolean value for set(key, value) in a YAML set, not ${typeof t}`);let n=St(this.items,e);n&&!t?this.items.splice(this.items.indexOf(n),1):!n&&t&&this.items.push(new _t(e))}toJSON(e,t){return super.toJSON(e,t,Set)}toString(e,t,n){if(!e)return JSON.stringify(this);if(this.hasAllNullValues(!0))return super.toString(Object.assign({},e,{allNullValues:!0}),t,n);throw Error(`Set items must all have null values`)}static from(e,t,n){let{replacer:r}=n,i=new this(e);if(t&&Symbol.iterator in Object(t))for(let e of t)typeof r==`function`&&(e=r.call(t,e,e)),i.items.push(gt(e,null,n));return i}};ln.tag=`tag:yaml.org,2002:set`;var un={collection:`map`,identify:e=>e instanceof Set,nodeClass:ln,default:!1,tag:`tag:yaml.org,2002:set`,createNode:(e,t,n)=>ln.from(e,t,n),resolve(e,t){if(de(e)){if(e.hasAllNullValues(!0))return Object.assign(new ln,e);t(`Set items must all have null values`)}else t(`Expected a mapping for this tag`);return e}};function dn(e,t){let n=e[0],r=n===`-`||n===`+`?e.substring(1):e,i=e=>t?BigInt(e):Number(e),a=r.replace(/_/g,``).split(`:`).reduce((e,t)=>e*i(60)+i(t),i(0));return n===`-`?i(-1)*a:a}function fn(e){let{value:t}=e,n=e=>e;if(typeof t==`bigint`)n=e=>BigInt(e);else if(isNaN(t)||!isFinite(t))return jt(e);let r=``;t<0&&(r=`-`,t*=n(-1));let i=n(60),a=[t%i];return t<60?a.unshift(0):(t=(t-a[0])/i,a.unshift(t%i),t>=60&&(t=(t-a[0])/i,a.unshift(t))),r+a.map(e=>String(e).padStart(2,`0`)).join(`:`).replace(/000000\d*$/,``)}var pn={identify:e=>typeof e==`bigint`||Number.isInteger(e),default:!0,tag:`tag:yaml.org,2002:int`,format:`TIME`,test:/^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+$/,resolve:(e,t,{intAsBigInt:n})=>dn(e,n),stringify:fn},mn={identify:e=>typeof e==`number`,default:!0,tag:`tag:yaml.org,2002:float`,format:`TIME`,test:/^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*$/,resolve:e=>dn(e,!1),stringify:fn},hn={identify:e=>e instanceof Date,default:!0,tag:`tag:yaml.org,2002:timestamp`,test:RegExp(`^([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(?:(?:t|T|[ \\t]+)([0-9]{1,2}):([0-9]{1,2}):([0-9]{1,2}(\\.[0-9]+)?)(?:[ \\t]*(Z|[-+][012]?[0-9](?::[0-9]{2})?))?)?$`),resolve(e){let t=e.match(hn.test);if(!t)throw Error(`!!timestamp expects a date, starting with yyyy-mm-dd`);let[,n,r,i,a,o,s]=t.map(Number),c=t[7]?Number((t[7]+`00`).substr(1,3)):0,l=Date.UTC(n,r-1,i,a||0,o||0,s||0,c),u=t[8];if(u&&u!==`Z`){let e=dn(u,!1);Math.abs(e)<30&&(e*=60),l-=6e4*e}return new Date(l)},stringify:({value:e})=>e?.toISOString().replace(/(T00:00:00)?\.000Z$/,``)??``},gn=[wt,Dt,Ot,kt,$t,en,on,sn,cn,K,tn,nn,rn,Kt,lt,Zt,Yt,un,pn,mn,hn],_n=new Map([[`core`,Vt],[`failsafe`,[wt,Dt,Ot]],[`json`,Gt],[`yaml11`,gn],[`yaml-1.1`,gn]]),vn={binary:Kt,bool:At,float:Pt,floatExp:Nt,floatNaN:Mt,floatTime:mn,int:zt,intHex:Bt,intOct:Rt,intTime:pn,map:wt,merge:lt,null:kt,omap:Zt,pairs:Yt,seq:Dt,set:un,timestamp:hn},yn={"tag:yaml.org,2002:binary":Kt,"tag:yaml.org,2002:merge":lt,"tag:yaml.org,2002:omap":Zt,"tag:yaml.org,2002:pairs":Yt,"tag:yaml.org,2002:set":un,"tag:yaml.org,2002:timestamp":hn};function bn(e,t,n){let r=_n.get(t);if(r&&!e)return n&&!r.includes(lt)?r.concat(lt):r.slice();let i=r;if(!i){if(Array.isArray(e))i=[];else{let e=Array.from(_n.keys()).filter(e=>e!==`yaml11`).map(e=>JSON.stringify(e)).join(`, `);throw Error(`Unknown schema "${t}"; use one of ${e} or define customTags array`)}}if(Array.isArray(e))for(let t of e)i=i.concat(t);else typeof e==`function`&&(i=e(i.slice()));return n&&(i=i.concat(lt)),i.reduce((e,t)=>{let n=typeof t==`string`?vn[t]:t;if(!n){let e=JSON.stringify(t),n=Object.keys(vn).map(e=>JSON.stringify(e)).join(`, `);throw Error(`Unknown custom tag ${e}; use one of ${n}`)}return e.includes(n)||e.push(n),e},[])}var xn=(e,t)=>e.key<t.key?-1:+(e.key>t.key),Sn=class e{constructor({compat:e,customTags:t,merge:n,resolveKnownTags:r,schema:i,sortMapEntries:a,toStringDefaults:o}){this.compat=Array.isArray(e)?bn(e,`compat`):e?bn(null,e):null,this.name=typeof i==`string`&&i||`core`,this.knownTags=r?yn:{},this.tags=bn(t,this.name,n),this.toStringOptions=o??null,Object.defineProperty(this,N,{value:wt}),Object.defineProperty(this,P,{value:Ot}),Object.defineProperty(this,F,{value:Dt}),this.sortMapEntries=typeof a==`function`?a:a===!0?xn:null}clone(){let t=Object.create(e.prototype,Object.getOwnPropertyDescriptors(this));return t.tags=this.tags.slice(),t}};function Cn(e,t){let n=[],r=t.directives===!0;if(t.directives!==!1&&e.directives){let t=e.directives.toString(e);t?(n.push(t),r=!0):e.directives.docStart&&(r=!0)}r&&n.push(`---`);let i=rt(e,t),{commentString:a}=i.options;if(e.commentBefore){n.length!==1&&n.unshift(``);let t=a(e.commentBefore);n.unshift(Be(t,``))}let o=!1,s=null;if(e.contents){if(z(e.contents)){if(e.contents.spaceBefore&&r&&n.push(``),e.contents.commentBefore){let t=a(e.contents.commentBefore);n.push(Be(t,``))}i.forceBlockIndent=!!e.comment,s=e.contents.comment}let t=s?void 0:()=>o=!0,c=U(e.contents,i,()=>s=null,t);s&&(c+=Ve(c,``,a(s))),(c[0]===`|`||c[0]===`>`)&&n[n.length-1]===`---`?n[n.length-1]=`--- ${c}`:n.push(c)}else n.push(U(e.contents,i));if(e.directives?.docEnd){if(e.comment){let t=a(e.comment);t.includes(`
`)?(n.push(`...`),n.push(Be(t,``))):n.push(`... ${t}`)}else n.push(`...`)}else{let t=e.comment;t&&o&&(t=t.replace(/^\n+/,``)),t&&((!o||s)&&n[n.length-1]!==``&&n.push(``),n.push(Be(a(t),``)))}return n.join(`
`)+`
`}var wn=class e{constructor(e,t,n){this.commentBefore=null,this.comment=null,this.errors=[],this.warnings=[],Object.defineProperty(this,ce,{value:M});let r=null;typeof t==`function`||Array.isArray(t)?r=t:n===void 0&&t&&(n=t,t=void 0);let i=Object.assign({intAsBigInt:!1,keepSourceTokens:!1,logLevel:`warn`,prettyErrors:!0,strict:!0,stringKeys:!1,uniqueKeys:!0,version:`1.2`},n);this.options=i;let{version:a}=i;n?._directives?(this.directives=n._directives.atDocument(),this.directives.yaml.explicit&&(a=this.directives.yaml.version)):this.directives=new Se({version:a}),this.setSchema(a,n),this.contents=e===void 0?null:this.createNode(e,r,n)}clone(){let t=Object.create(e.prototype,{[ce]:{value:M}});return t.commentBefore=this.commentBefore,t.comment=this.comment,t.errors=this.errors.slice(),t.warnings=this.warnings.slice(),t.options=Object.assign({},this.options),this.directives&&(t.directives=this.directives.clone()),t.schema=this.schema.clone(),t.contents=z(this.contents)?this.contents.clone(t.schema):this.contents,this.range&&(t.range=this.range.slice()),t}add(e){Tn(this.contents)&&this.contents.add(e)}addIn(e,t){Tn(this.contents)&&this.contents.addIn(e,t)}createAlias(e,t){if(!e.anchor){let n=we(this);e.anchor=!t||n.has(t)?Te(t||`a`,n):t}return new Ae(e.anchor)}createNode(e,t,n){let r;if(typeof t==`function`)e=t.call({"":e},``,e),r=t;else if(Array.isArray(t)){let e=t.filter(e=>typeof e==`number`||e instanceof String||e instanceof Number).map(String);e.length>0&&(t=t.concat(e)),r=t}else n===void 0&&t&&(n=t,t=void 0);let{aliasDuplicateObjects:i,anchorPrefix:a,flow:o,keepUndefined:s,onTagObj:c,tag:l}=n??{},{onAnchor:u,setAnchors:d,sourceObjects:f}=Ee(this,a||`a`),p={aliasDuplicateObjects:i??!0,keepUndefined:s??!1,onAnchor:u,onTagObj:c,replacer:r,schema:this.schema,sourceObjects:f},m=Fe(e,l,p);return o&&R(m)&&(m.flow=!0),d(),m}createPair(e,t,n={}){return new _t(this.createNode(e,null,n),this.createNode(t,null,n))}delete(e){return Tn(this.contents)?this.contents.delete(e):!1}deleteIn(e){return Le(e)?this.contents!=null&&(this.contents=null,!0):Tn(this.contents)?this.contents.deleteIn(e):!1}get(e,t){return R(this.contents)?this.contents.get(e,t):void 0}getIn(e,t){return Le(e)?!t&&L(this.contents)?this.contents.value:this.contents:R(this.contents)?this.contents.getIn(e,t):void 0}has(e){return R(this.contents)?this.contents.has(e):!1}hasIn(e){return Le(e)?this.contents!==void 0:R(this.contents)?this.contents.hasIn(e):!1}set(e,t){this.contents==null?this.contents=Ie(this.schema,[e],t):Tn(this.contents)&&this.contents.set(e,t)}setIn(e,t){Le(e)?this.contents=t:this.contents==null?this.contents=Ie(this.schema,Array.from(e),t):Tn(this.contents)&&this.contents.setIn(e,t)}setSchema(e,t={}){typeof e==`number`&&(e=String(e));let n;switch(e){case`1.1`:this.directives?this.directives.yaml.version=`1.1`:this.directives=new Se({version:`1.1`}),n={resolveKnownTags:!1,schema:`yaml-1.1`};break;case`1.2`:case`next`:this.directives?this.directives.yaml.version=e:this.directives=new Se({version:e}),n={resolveKnownTags:!0,schema:`core`};break;case null:this.directives&&delete this.directives,n=null;break;default:{let t=JSON.stringify(e);throw Error(`Expected '1.1', '1.2' or null as first argument, but found: ${t}`)}}if(t.schema instanceof Object)this.schema=t.schema;else if(n)this.schema=new Sn(Object.assign(n,t));else throw Error(`With a null YAML version, the { schema: Schema } option is required`)}toJS({json:e,jsonArg:t,mapAsMap:n,maxAliasCount:r,onAnchor:i,reviver:a}={}){let o={anchors:new Map,doc:this,keep:!e,mapAsMap:n===!0,mapKeyWarned:!1,maxAliasCount:typeof r==`number`?r:100},s=Oe(this.contents,t??``,o);if(typeof i==`function`)for(let{count:e,res:t}of o.anchors.values())i(t,e);return typeof a==`function`?De(a,{"":s},``,s):s}toJSON(e,t){return this.toJS({json:!0,jsonArg:e,mapAsMap:!1,onAnchor:t})}toString(e={}){if(this.errors.length>0)throw Error(`Document with errors cannot be stringified`);if(`indent`in e&&(!Number.isInteger(e.indent)||Number(e.indent)<=0)){let t=JSON.stringify(e.indent);throw Error(`"indent" option must be a positive integer, not ${t}`)}return Cn(this,e)}};function Tn(e){if(R(e))return!0;throw Error(`Expected a YAML collection as document contents`)}var En=class extends Error{constructor(e,t,n,r){super(),this.name=e,this.code=n,this.message=r,this.pos=t}},Dn=class extends En{constructor(e,t,n){super(`YAMLParseError`,e,t,n)}},On=class extends En{constructor(e,t,n){super(`YAMLWarning`,e,t,n)}},kn=(e,t)=>n=>{if(n.pos[0]===-1)return;n.linePos=n.pos.map(e=>t.linePos(e));let{line:r,col:i}=n.linePos[0];n.message+=` at line ${r}, column ${i}`;let a=i-1,o=e.substring(t.lineStarts[r-1],t.lineStarts[r]).replace(/[\n\r]+$/,``);if(a>=60&&o.length>80){let e=Math.min(a-39,o.length-79);o=`…`+o.substring(e),a-=e-1}if(o.length>80&&(o=o.substring(0,79)+`…`),r>1&&/^ *$/.test(o.substring(0,a))){let n=e.substring(t.lineStarts[r-2],t.lineStarts[r-1]);n.length>80&&(n=n.substring(0,79)+`…
`),o=n+o}if(/[^ ]/.test(o)){let e=1,t=n.linePos[1];t?.line===r&&t.col>i&&(e=Math.max(1,Math.min(t.col-i,80-a)));let s=` `.repeat(a)+`^`.repeat(e);n.message+=`:\n\n${o}\n${s}\n`}};function An(e,{flow:t,indicator:n,next:r,offset:i,onError:a,parentIndent:o,startOnNewline:s}){let c=!1,l=s,u=s,d=``,f=``,p=!1,m=!1,h=null,g=null,_=null,v=null,y=null,b=null,x=null;for(let i of e)switch(m&&=(i.type!==`space`&&i.type!==`newline`&&i.type!==`comma`&&a(i.offset,`MISSING_CHAR`,`Tags and anchors must be separated from the next token by white space`),!1),h&&=(l&&i.type!==`comment`&&i.type!==`newline`&&a(h,`TAB_AS_INDENT`,`Tabs are not allowed as indentation`),null),i.type){case`space`:!t&&(n!==`doc-start`||r?.type!==`flow-collection`)&&i.source.includes(`	`)&&(h=i),u=!0;break;case`comment`:{u||a(i,`MISSING_CHAR`,`Comments must be separated from other tokens by white space characters`);let e=i.source.substring(1)||` `;d?d+=f+e:d=e,f=``,l=!1;break}case`newline`:l?d?d+=i.source:b&&n===`seq-item-ind`||(c=!0):f+=i.source,l=!0,p=!0,(g||_)&&(v=i),u=!0;break;case`anchor`:g&&a(i,`MULTIPLE_ANCHORS`,`A node can have at most one anchor`),i.source.endsWith(`:`)&&a(i.offset+i.source.length-1,`BAD_ALIAS`,`Anchor ending in : is ambiguous`,!0),g=i,x??=i.offset,l=!1,u=!1,m=!0;break;case`tag`:_&&a(i,`MULTIPLE_TAGS`,`A node can have at most one tag`),_=i,x??=i.offset,l=!1,u=!1,m=!0;break;case n:(g||_)&&a(i,`BAD_PROP_ORDER`,`Anchors and tags must be after the ${i.source} indicator`),b&&a(i,`UNEXPECTED_TOKEN`,`Unexpected ${i.source} in ${t??`collection`}`),b=i,l=n===`seq-item-ind`||n===`explicit-key-ind`,u=!1;break;case`comma`:if(t){y&&a(i,`UNEXPECTED_TOKEN`,`Unexpected , in ${t}`),y=i,l=!1,u=!1;break}default:a(i,`UNEXPECTED_TOKEN`,`Unexpected ${i.type} token`),l=!1,u=!1}let S=e[e.length-1],C=S?S.offset+S.source.length:i;return m&&r&&r.type!==`space`&&r.type!==`newline`&&r.type!==`comma`&&(r.type!==`scalar`||r.source!==``)&&a(r.offset,`MISSING_CHAR`,`Tags and anchors must be separated from the next token by white space`),h&&(l&&h.indent<=o||r?.type===`block-map`||r?.type===`block-seq`)&&a(h,`TAB_AS_INDENT`,`Tabs are not allowed as indentation`),{comma:y,found:b,spaceBefore:c,comment:d,hasNewline:p,anchor:g,tag:_,newlineAfterProp:v,end:C,start:x??C}}function jn(e){if(!e)return null;switch(e.type){case`alias`:case`scalar`:case`double-quoted-scalar`:case`single-quoted-scalar`:if(e.source.includes(`
`))return!0;if(e.end){for(let t of e.end)if(t.type===`newline`)return!0}return!1;case`flow-collection`:for(let t of e.items){for(let e of t.start)if(e.type===`newline`)return!0;if(t.sep){for(let e of t.sep)if(e.type===`newline`)return!0}if(jn(t.key)||jn(t.value))return!0}return!1;default:return!0}}function Mn(e,t,n){if(t?.type===`flow-collection`){let r=t.end[0];r.indent===e&&(r.source===`]`||r.source===`}`)&&jn(t)&&n(r,`BAD_INDENT`,`Flow end indicator should be more indented than parent`,!0)}}function Nn(e,t,n){let{uniqueKeys:r}=e.options;if(r===!1)return!1;let i=typeof r==`function`?r:(e,t)=>e===t||L(e)&&L(t)&&e.value===t.value;return t.some(e=>i(e.key,n))}var Pn=`All mapping items must start at the same column`;function Fn({composeNode:e,composeEmptyNode:t},n,r,i,a){let o=new((a?.nodeClass)??Ct)(n.schema);n.atRoot&&=!1;let s=r.offset,c=null;for(let a of r.items){let{start:l,key:u,sep:d,value:f}=a,p=An(l,{indicator:`explicit-key-ind`,next:u??d?.[0],offset:s,onError:i,parentIndent:r.indent,startOnNewline:!0}),m=!p.found;if(m){if(u&&(u.type===`block-seq`?i(s,`BLOCK_AS_IMPLICIT_KEY`,`A block sequence may not be used as an implicit map key`):`indent`in u&&u.indent!==r.indent&&i(s,`BAD_INDENT`,Pn)),!p.anchor&&!p.tag&&!d){c=p.end,p.comment&&(o.comment?o.comment+=`
`+p.comment:o.comment=p.comment);continue}(p.newlineAfterProp||jn(u))&&i(u??l[l.length-1],`MULTILINE_IMPLICIT_KEY`,`Implicit keys need to be on a single line`)}else p.found?.indent!==r.indent&&i(s,`BAD_INDENT`,Pn);n.atKey=!0;let h=p.end,g=u?e(n,u,p,i):t(n,h,l,null,p,i);n.schema.compat&&Mn(r.indent,u,i),n.atKey=!1,Nn(n,o.items,g)&&i(h,`DUPLICATE_KEY`,`Map keys must be unique`);let _=An(d??[],{indicator:`map-value-ind`,next:f,offset:g.range[2],onError:i,parentIndent:r.indent,startOnNewline:!u||u.type===`block-scalar`});if(s=_.end,_.found){m&&(f?.type===`block-map`&&!_.hasNewline&&i(s,`BLOCK_AS_IMPLICIT_KEY`,`Nested mappings are not allowed in compact mappings`),n.options.strict&&p.start<_.found.offset-1024&&i(g.range,`KEY_OVER_1024_CHARS`,`The : indicator must be at most 1024 chars after the start of an implicit block mapping key`));let c=f?e(n,f,_,i):t(n,s,d,null,_,i);n.schema.compat&&Mn(r.indent,f,i),s=c.range[2];let l=new _t(g,c);n.options.keepSourceTokens&&(l.srcToken=a),o.items.push(l)}else{m&&i(g.range,`MISSING_CHAR`,`Implicit map keys need to be followed by map values`),_.comment&&(g.comment?g.comment+=`
`+_.comment:g.comment=_.comment);let e=new _t(g);n.options.keepSourceTokens&&(e.srcToken=a),o.items.push(e)}}return c&&c<s&&i(c,`IMPOSSIBLE`,`Map comment with trailing content`),o.range=[r.offset,s,c??s],o}function In({composeNode:e,composeEmptyNode:t},n,r,i,a){let o=new((a?.nodeClass)??Tt)(n.schema);n.atRoot&&=!1,n.atKey&&=!1;let s=r.offset,c=null;for(let{start:a,value:l}of r.items){let u=An(a,{indicator:`seq-item-ind`,next:l,offset:s,onError:i,parentIndent:r.indent,startOnNewline:!0});if(!u.found){if(u.anchor||u.tag||l)l?.type===`block-seq`?i(u.end,`BAD_INDENT`,`All sequence items must start at the same column`):i(s,`MISSING_CHAR`,`Sequence item without - indicator`);else{c=u.end,u.comment&&(o.comment=u.comment);continue}}let d=l?e(n,l,u,i):t(n,u.end,a,null,u,i);n.schema.compat&&Mn(r.indent,l,i),s=d.range[2],o.items.push(d)}return o.range=[r.offset,s,c??s],o}function Ln(e,t,n,r){let i=``;if(e){let a=!1,o=``;for(let s of e){let{source:e,type:c}=s;switch(c){case`space`:a=!0;break;case`comment`:{n&&!a&&r(s,`MISSING_CHAR`,`Comments must be separated from other tokens by white space characters`);let t=e.substring(1)||` `;i?i+=o+t:i=t,o=``;break}case`newline`:i&&(o+=e),a=!0;break;default:r(s,`UNEXPECTED_TOKEN`,`Unexpected ${c} at node end`)}t+=e.length}}return{comment:i,offset:t}}var Rn=`Block collections are not allowed within flow collections`,zn=e=>e&&(e.type===`block-map`||e.type===`block-seq`);function Bn({composeNode:e,composeEmptyNode:t},n,r,i,a){let o=r.start.source===`{`,s=o?`flow map`:`flow sequence`,c=new((a?.nodeClass)??(o?Ct:Tt))(n.schema);c.flow=!0;let l=n.atRoot;l&&(n.atRoot=!1),n.atKey&&=!1;let u=r.offset+r.start.source.length;for(let a=0;a<r.items.length;++a){let l=r.items[a],{start:d,key:f,sep:p,value:m}=l,h=An(d,{flow:s,indicator:`explicit-key-ind`,next:f??p?.[0],offset:u,onError:i,parentIndent:r.indent,startOnNewline:!1});if(!h.found){if(!h.anchor&&!h.tag&&!p&&!m){a===0&&h.comma?i(h.comma,`UNEXPECTED_TOKEN`,`Unexpected , in ${s}`):a<r.items.length-1&&i(h.start,`UNEXPECTED_TOKEN`,`Unexpected empty item in ${s}`),h.comment&&(c.comment?c.comment+=`
`+h.comment:c.comment=h.comment),u=h.end;continue}!o&&n.options.strict&&jn(f)&&i(f,`MULTILINE_IMPLICIT_KEY`,`Implicit keys of flow sequence pairs need to be on a single line`)}if(a===0)h.comma&&i(h.comma,`UNEXPECTED_TOKEN`,`Unexpected , in ${s}`);else if(h.comma||i(h.start,`MISSING_CHAR`,`Missing , between ${s} items`),h.comment){let e=``;loop:for(let t of d)switch(t.type){case`comma`:case`space`:break;case`comment`:e=t.source.substring(1);break loop;default:break loop}if(e){let t=c.items[c.items.length-1];I(t)&&(t=t.value??t.key),t.comment?t.comment+=`
`+e:t.comment=e,h.comment=h.comment.substring(e.length+1)}}if(!o&&!p&&!h.found){let r=m?e(n,m,h,i):t(n,h.end,p,null,h,i);c.items.push(r),u=r.range[2],zn(m)&&i(r.range,`BLOCK_IN_FLOW`,Rn)}else{n.atKey=!0;let a=h.end,g=f?e(n,f,h,i):t(n,a,d,null,h,i);zn(f)&&i(g.range,`BLOCK_IN_FLOW`,Rn),n.atKey=!1;let _=An(p??[],{flow:s,indicator:`map-value-ind`,next:m,offset:g.range[2],onError:i,parentIndent:r.indent,startOnNewline:!1});if(_.found){if(!o&&!h.found&&n.options.strict){if(p)for(let e of p){if(e===_.found)break;if(e.type===`newline`){i(e,`MULTILINE_IMPLICIT_KEY`,`Implicit keys of flow sequence pairs need to be on a single line`);break}}h.start<_.found.offset-1024&&i(_.found,`KEY_OVER_1024_CHARS`,`The : indicator must be at most 1024 chars after the start of an implicit flow sequence key`)}}else m&&(`source`in m&&m.source?.[0]===`:`?i(m,`MISSING_CHAR`,`Missing space after : in ${s}`):i(_.start,`MISSING_CHAR`,`Missing , or : between ${s} items`));let v=m?e(n,m,_,i):_.found?t(n,_.end,p,null,_,i):null;v?zn(m)&&i(v.range,`BLOCK_IN_FLOW`,Rn):_.comment&&(g.comment?g.comment+=`
`+_.comment:g.comment=_.comment);let y=new _t(g,v);if(n.options.keepSourceTokens&&(y.srcToken=l),o){let e=c;Nn(n,e.items,g)&&i(a,`DUPLICATE_KEY`,`Map keys must be unique`),e.items.push(y)}else{let e=new Ct(n.schema);e.flow=!0,e.items.push(y);let t=(v??g).range;e.range=[g.range[0],t[1],t[2]],c.items.push(e)}u=v?v.range[2]:_.end}}let d=o?`}`:`]`,[f,...p]=r.end,m=u;if(f?.source===d)m=f.offset+f.source.length;else{let e=s[0].toUpperCase()+s.substring(1),t=l?`${e} must end with a ${d}`:`${e} in block collection must be sufficiently indented and end with a ${d}`;i(u,l?`MISSING_CHAR`:`BAD_INDENT`,t),f&&f.source.length!==1&&p.unshift(f)}if(p.length>0){let e=Ln(p,m,n.options.strict,i);e.comment&&(c.comment?c.comment+=`
`+e.comment:c.comment=e.comment),c.range=[r.offset,m,e.offset]}else c.range=[r.offset,m,m];return c}function Vn(e,t,n,r,i,a){let o=n.type===`block-map`?Fn(e,t,n,r,a):n.type===`block-seq`?In(e,t,n,r,a):Bn(e,t,n,r,a),s=o.constructor;return i===`!`||i===s.tagName?(o.tag=s.tagName,o):(i&&(o.tag=i),o)}function Hn(e,t,n,r,i){let a=r.tag,o=a?t.directives.tagName(a.source,e=>i(a,`TAG_RESOLVE_FAILED`,e)):null;if(n.type===`block-seq`){let{anchor:e,newlineAfterProp:t}=r,n=e&&a?e.offset>a.offset?e:a:e??a;n&&(!t||t.offset<n.offset)&&i(n,`MISSING_CHAR`,`Missing newline after block sequence props`)}let s=n.type===`block-map`?`map`:n.type===`block-seq`?`seq`:n.start.source===`{`?`map`:`seq`;if(!a||!o||o===`!`||o===Ct.tagName&&s===`map`||o===Tt.tagName&&s===`seq`)return Vn(e,t,n,i,o);let c=t.schema.tags.find(e=>e.tag===o&&e.collection===s);if(!c){let r=t.schema.knownTags[o];if(r?.collection===s)t.schema.tags.push(Object.assign({},r,{default:!1})),c=r;else return r?i(a,`BAD_COLLECTION_TYPE`,`${r.tag} used for ${s} collection, but expects ${r.collection??`scalar`}`,!0):i(a,`TAG_RESOLVE_FAILED`,`Unresolved tag: ${o}`,!0),Vn(e,t,n,i,o)}let l=Vn(e,t,n,i,o,c),u=c.resolve?.(l,e=>i(a,`TAG_RESOLVE_FAILED`,e),t.options)??l,d=z(u)?u:new H(u);return d.range=l.range,d.tag=o,c?.format&&(d.format=c.format),d}function Un(e,t,n){let r=t.offset,i=Wn(t,e.options.strict,n);if(!i)return{value:``,type:null,comment:``,range:[r,r,r]};let a=i.mode===`>`?H.BLOCK_FOLDED:H.BLOCK_LITERAL,o=t.source?Gn(t.source):[],s=o.length;for(let e=o.length-1;e>=0;--e){let t=o[e][1];if(t===``||t===`\r`)s=e;else break}if(s===0){let e=i.chomp===`+`&&o.length>0?`
`.repeat(Math.max(1,o.length-1)):``,n=r+i.length;return t.source&&(n+=t.source.length),{value:e,type:a,comment:i.comment,range:[r,n,n]}}let c=t.indent+i.indent,l=t.offset+i.length,u=0;for(let t=0;t<s;++t){let[r,a]=o[t];if(a===``||a===`\r`)i.indent===0&&r.length>c&&(c=r.length);else{r.length<c&&n(l+r.length,`MISSING_CHAR`,`Block scalars with more-indented leading empty lines must use an explicit indentation indicator`),i.indent===0&&(c=r.length),u=t,c===0&&!e.atRoot&&n(l,`BAD_INDENT`,`Block scalar values in collections must be indented`);break}l+=r.length+a.length+1}for(let e=o.length-1;e>=s;--e)o[e][0].length>c&&(s=e+1);let d=``,f=``,p=!1;for(let e=0;e<u;++e)d+=o[e][0].slice(c)+`
`;for(let e=u;e<s;++e){let[t,r]=o[e];l+=t.length+r.length+1;let s=r[r.length-1]===`\r`;if(s&&(r=r.slice(0,-1)),r&&t.length<c){let e=`Block scalar lines must not be less indented than their ${i.indent?`explicit indentation indicator`:`first line`}`;n(l-r.length-(s?2:1),`BAD_INDENT`,e),t=``}a===H.BLOCK_LITERAL?(d+=f+t.slice(c)+r,f=`
`):t.length>c||r[0]===`	`?(f===` `?f=`
`:!p&&f===`
`&&(f=`

`),d+=f+t.slice(c)+r,f=`
`,p=!0):r===``?f===`
`?d+=`
`:f=`
`:(d+=f+r,f=` `,p=!1)}switch(i.chomp){case`-`:break;case`+`:for(let e=s;e<o.length;++e)d+=`
`+o[e][0].slice(c);d[d.length-1]!==`
`&&(d+=`
`);break;default:d+=`
`}let m=r+i.length+t.source.length;return{value:d,type:a,comment:i.comment,range:[r,m,m]}}function Wn({offset:e,props:t},n,r){if(t[0].type!==`block-scalar-header`)return r(t[0],`IMPOSSIBLE`,`Block scalar header not found`),null;let{source:i}=t[0],a=i[0],o=0,s=``,c=-1;for(let t=1;t<i.length;++t){let n=i[t];if(!s&&(n===`-`||n===`+`))s=n;else{let r=Number(n);!o&&r?o=r:c===-1&&(c=e+t)}}c!==-1&&r(c,`UNEXPECTED_TOKEN`,`Block scalar header includes extra characters: ${i}`);let l=!1,u=``,d=i.length;for(let e=1;e<t.length;++e){let i=t[e];switch(i.type){case`space`:l=!0;case`newline`:d+=i.source.length;break;case`comment`:n&&!l&&r(i,`MISSING_CHAR`,`Comments must be separated from other tokens by white space characters`),d+=i.source.length,u=i.source.substring(1);break;case`error`:r(i,`UNEXPECTED_TOKEN`,i.message),d+=i.source.length;break;default:{r(i,`UNEXPECTED_TOKEN`,`Unexpected token in block scalar header: ${i.type}`);let e=i.source;e&&typeof e==`string`&&(d+=e.length)}}}return{mode:a,indent:o,chomp:s,comment:u,length:d}}function Gn(e){let t=e.split(/\n( *)/),n=t[0],r=n.match(/^( *)/),i=[r?.[1]?[r[1],n.slice(r[1].length)]:[``,n]];for(let e=1;e<t.length;e+=2)i.push([t[e],t[e+1]]);return i}function Kn(e,t,n){let{offset:r,type:i,source:a,end:o}=e,s,c,l=(e,t,i)=>n(r+e,t,i);switch(i){case`scalar`:s=H.PLAIN,c=qn(a,l);break;case`single-quoted-scalar`:s=H.QUOTE_SINGLE,c=Jn(a,l);break;case`double-quoted-scalar`:s=H.QUOTE_DOUBLE,c=Xn(a,l);break;default:return n(e,`UNEXPECTED_TOKEN`,`Expected a flow scalar value, but found: ${i}`),{value:``,type:null,comment:``,range:[r,r+a.length,r+a.length]}}let u=r+a.length,d=Ln(o,u,t,n);return{value:c,type:s,comment:d.comment,range:[r,u,d.offset]}}function qn(e,t){let n=``;switch(e[0]){case`	`:n=`a tab character`;break;case`,`:n=`flow indicator character ,`;break;case`%`:n=`directive indicator character %`;break;case`|`:case`>`:n=`block scalar indicator ${e[0]}`;break;case`@`:case"`":n=`reserved character ${e[0]}`}return n&&t(0,`BAD_SCALAR_START`,`Plain value cannot start with ${n}`),Yn(e)}function Jn(e,t){return(e[e.length-1]!==`'`||e.length===1)&&t(e.length,`MISSING_CHAR`,`Missing closing 'quote`),Yn(e.slice(1,-1)).replace(/''/g,`'`)}function Yn(e){let t=/(.*?)\r?\n/sy,n=t.exec(e);if(!n)return e;let r,i;try{r=RegExp(`(?<![ 	])[ 	]+$`),i=RegExp(`^[ 	]+|(?<![ 	])[ 	]+$`,`g`)}catch{r=/[ \t]+$/,i=/^[ \t]+|[ \t]+$/g}let a=n[1].replace(r,``),o=` `,s=t.lastIndex;for(;n=t.exec(e);){let e=n[1].replace(i,``);e===``?o===`
`?a+=o:o=`
`:(a+=o+e,o=` `),s=t.lastIndex}let c=/[ \t]*(.*)/sy;return c.lastIndex=s,n=c.exec(e),a+o+(n?.[1]??``)}function Xn(e,t){let n=``;for(let r=1;r<e.length-1;++r){let i=e[r];if(i!==`\r`||e[r+1]!==`
`){if(i===`
`){let{fold:t,offset:i}=Zn(e,r);n+=t,r=i}else if(i===`\\`){let i=e[++r],a=Qn[i];if(a)n+=a;else if(i===`
`)for(i=e[r+1];i===` `||i===`	`;)i=e[++r+1];else if(i===`\r`&&e[r+1]===`
`)for(i=e[++r+1];i===` `||i===`	`;)i=e[++r+1];else if(i===`x`||i===`u`||i===`U`){let a=i===`x`?2:i===`u`?4:8;n+=$n(e,r+1,a,t),r+=a}else{let i=e.substr(r-1,2);t(r-1,`BAD_DQ_ESCAPE`,`Invalid escape sequence ${i}`),n+=i}}else if(i===` `||i===`	`){let t=r,a=e[r+1];for(;a===` `||a===`	`;)a=e[++r+1];a!==`
`&&(a!==`\r`||e[r+2]!==`
`)&&(n+=r>t?e.slice(t,r+1):i)}else n+=i}}return(e[e.length-1]!==`"`||e.length===1)&&t(e.length,`MISSING_CHAR`,`Missing closing "quote`),n}function Zn(e,t){let n=``,r=e[t+1];for(;(r===` `||r===`	`||r===`
`||r===`\r`)&&(r!==`\r`||e[t+2]===`
`);)r===`
`&&(n+=`
`),t+=1,r=e[t+1];return n||=` `,{fold:n,offset:t}}var Qn={0:`\0`,a:`\x07`,b:`\b`,e:`\x1B`,f:`\f`,n:`
`,r:`\r`,t:`	`,v:`\v`,N:``,_:`\xA0`,L:`\u2028`,P:`\u2029`," ":` `,'"':`"`,"/":`/`,"\\":`\\`,"	":`	`};function $n(e,t,n,r){let i=e.substr(t,n),a=i.length===n&&/^[0-9a-fA-F]+$/.test(i)?parseInt(i,16):NaN;try{return String.fromCodePoint(a)}catch{let i=e.substr(t-2,n+2);return r(t-2,`BAD_DQ_ESCAPE`,`Invalid escape sequence ${i}`),i}}function er(e,t,n,r){let{value:i,type:a,comment:o,range:s}=t.type===`block-scalar`?Un(e,t,r):Kn(t,e.options.strict,r),c=n?e.directives.tagName(n.source,e=>r(n,`TAG_RESOLVE_FAILED`,e)):null,l;l=e.options.stringKeys&&e.atKey?e.schema[P]:c?tr(e.schema,i,c,n,r):t.type===`scalar`?nr(e,i,t,r):e.schema[P];let u;try{let a=l.resolve(i,e=>r(n??t,`TAG_RESOLVE_FAILED`,e),e.options);u=L(a)?a:new H(a)}catch(e){let a=e instanceof Error?e.message:String(e);r(n??t,`TAG_RESOLVE_FAILED`,a),u=new H(i)}return u.range=s,u.source=i,a&&(u.type=a),c&&(u.tag=c),l.format&&(u.format=l.format),o&&(u.comment=o),u}function tr(e,t,n,r,i){if(n===`!`)return e[P];let a=[];for(let t of e.tags)if(!t.collection&&t.tag===n){if(t.default&&t.test)a.push(t);else return t}for(let e of a)if(e.test?.test(t))return e;let o=e.knownTags[n];return o&&!o.collection?(e.tags.push(Object.assign({},o,{default:!1,test:void 0})),o):(i(r,`TAG_RESOLVE_FAILED`,`Unresolved tag: ${n}`,n!==`tag:yaml.org,2002:str`),e[P])}function nr({atKey:e,directives:t,schema:n},r,i,a){let o=n.tags.find(t=>(t.default===!0||e&&t.default===`key`)&&t.test?.test(r))||n[P];if(n.compat){let e=n.compat.find(e=>e.default&&e.test?.test(r))??n[P];o.tag!==e.tag&&a(i,`TAG_RESOLVE_FAILED`,`Value may be parsed as either ${t.tagString(o.tag)} or ${t.tagString(e.tag)}`,!0)}return o}function rr(e,t,n){if(t){n??=t.length;for(let r=n-1;r>=0;--r){let n=t[r];switch(n.type){case`space`:case`comment`:case`newline`:e-=n.source.length;continue}for(n=t[++r];n?.type===`space`;)e+=n.source.length,n=t[++r];break}}return e}var ir={composeNode:ar,composeEmptyNode:or};function ar(e,t,n,r){let i=e.atKey,{spaceBefore:a,comment:o,anchor:s,tag:c}=n,l,u=!0;switch(t.type){case`alias`:l=sr(e,t,r),(s||c)&&r(t,`ALIAS_PROPS`,`An alias node must not specify any properties`);break;case`scalar`:case`single-quoted-scalar`:case`double-quoted-scalar`:case`block-scalar`:l=er(e,t,c,r),s&&(l.anchor=s.source.substring(1));break;case`block-map`:case`block-seq`:case`flow-collection`:try{l=Hn(ir,e,t,n,r),s&&(l.anchor=s.source.substring(1))}catch(e){r(t,`RESOURCE_EXHAUSTION`,e instanceof Error?e.message:String(e))}break;default:r(t,`UNEXPECTED_TOKEN`,t.type===`error`?t.message:`Unsupported token (type: ${t.type})`),u=!1}return l??=or(e,t.offset,void 0,null,n,r),s&&l.anchor===``&&r(s,`BAD_ALIAS`,`Anchor cannot be an empty string`),i&&e.options.stringKeys&&(!L(l)||typeof l.value!=`string`||l.tag&&l.tag!==`tag:yaml.org,2002:str`)&&r(c??t,`NON_STRING_KEY`,`With stringKeys, all keys must be strings`),a&&(l.spaceBefore=!0),o&&(t.type===`scalar`&&t.source===``?l.comment=o:l.commentBefore=o),e.options.keepSourceTokens&&u&&(l.srcToken=t),l}function or(e,t,n,r,{spaceBefore:i,comment:a,anchor:o,tag:s,end:c},l){let u=er(e,{type:`scalar`,offset:rr(t,n,r),indent:-1,source:``},s,l);return o&&(u.anchor=o.source.substring(1),u.anchor===``&&l(o,`BAD_ALIAS`,`Anchor cannot be an empty string`)),i&&(u.spaceBefore=!0),a&&(u.comment=a,u.range[2]=c),u}function sr({options:e},{offset:t,source:n,end:r},i){let a=new Ae(n.substring(1));a.source===``&&i(t,`BAD_ALIAS`,`Alias cannot be an empty string`),a.source.endsWith(`:`)&&i(t+n.length-1,`BAD_ALIAS`,`Alias ending in : is ambiguous`,!0);let o=t+n.length,s=Ln(r,o,e.strict,i);return a.range=[t,o,s.offset],s.comment&&(a.comment=s.comment),a}function cr(e,t,{offset:n,start:r,value:i,end:a},o){let s=new wn(void 0,Object.assign({_directives:t},e)),c={atKey:!1,atRoot:!0,directives:s.directives,options:s.options,schema:s.schema},l=An(r,{indicator:`doc-start`,next:i??a?.[0],offset:n,onError:o,parentIndent:0,startOnNewline:!0});l.found&&(s.directives.docStart=!0,i&&(i.type===`block-map`||i.type===`block-seq`)&&!l.hasNewline&&o(l.end,`MISSING_CHAR`,`Block collection cannot start on same line with directives-end marker`)),s.contents=i?ar(c,i,l,o):or(c,l.end,r,null,l,o);let u=s.contents.range[2],d=Ln(a,u,!1,o);return d.comment&&(s.comment=d.comment),s.range=[n,u,d.offset],s}function lr(e){if(typeof e==`number`)return[e,e+1];if(Array.isArray(e))return e.length===2?e:[e[0],e[1]];let{offset:t,source:n}=e;return[t,t+(typeof n==`string`?n.length:1)]}function ur(e){let t=``,n=!1,r=!1;for(let i=0;i<e.length;++i){let a=e[i];switch(a[0]){case`#`:t+=(t===``?``:r?`

`:`
`)+(a.substring(1)||` `),n=!0,r=!1;break;case`%`:e[i+1]?.[0]!==`#`&&(i+=1),n=!1;break;default:n||(r=!0),n=!1}}return{comment:t,afterEmptyLine:r}}var dr=class{constructor(e={}){this.doc=null,this.atDirectives=!1,this.prelude=[],this.errors=[],this.warnings=[],this.onError=(e,t,n,r)=>{let i=lr(e);r?this.warnings.push(new On(i,t,n)):this.errors.push(new Dn(i,t,n))},this.directives=new Se({version:e.version||`1.2`}),this.options=e}decorate(e,t){let{comment:n,afterEmptyLine:r}=ur(this.prelude);if(n){let i=e.contents;if(t)e.comment=e.comment?`${e.comment}\n${n}`:n;else if(r||e.directives.docStart||!i)e.commentBefore=n;else if(R(i)&&!i.flow&&i.items.length>0){let e=i.items[0];I(e)&&(e=e.key);let t=e.commentBefore;e.commentBefore=t?`${n}\n${t}`:n}else{let e=i.commentBefore;i.commentBefore=e?`${n}\n${e}`:n}}if(t){for(let t=0;t<this.errors.length;++t)e.errors.push(this.errors[t]);for(let t=0;t<this.warnings.length;++t)e.warnings.push(this.warnings[t])}else e.errors=this.errors,e.warnings=this.warnings;this.prelude=[],this.errors=[],this.warnings=[]}streamInfo(){return{comment:ur(this.prelude).comment,directives:this.directives,errors:this.errors,warnings:this.warnings}}*compose(e,t=!1,n=-1){for(let t of e)yield*this.next(t);yield*this.end(t,n)}*next(e){switch(e.type){case`directive`:this.directives.add(e.source,(t,n,r)=>{let i=lr(e);i[0]+=t,this.onError(i,`BAD_DIRECTIVE`,n,r)}),this.prelude.push(e.source),this.atDirectives=!0;break;case`document`:{let t=cr(this.options,this.directives,e,this.onError);this.atDirectives&&!t.directives.docStart&&this.onError(e,`MISSING_CHAR`,`Missing directives-end/doc-start indicator line`),this.decorate(t,!1),this.doc&&(yield this.doc),this.doc=t,this.atDirectives=!1;break}case`byte-order-mark`:case`space`:break;case`comment`:case`newline`:this.prelude.push(e.source);break;case`error`:{let t=e.source?`${e.message}: ${JSON.stringify(e.source)}`:e.message,n=new Dn(lr(e),`UNEXPECTED_TOKEN`,t);this.atDirectives||!this.doc?this.errors.push(n):this.doc.errors.push(n);break}case`doc-end`:{if(!this.doc){this.errors.push(new Dn(lr(e),`UNEXPECTED_TOKEN`,`Unexpected doc-end without preceding document`));break}this.doc.directives.docEnd=!0;let t=Ln(e.end,e.offset+e.source.length,this.doc.options.strict,this.onError);if(this.decorate(this.doc,!0),t.comment){let e=this.doc.comment;this.doc.comment=e?`${e}\n${t.comment}`:t.comment}this.doc.range[2]=t.offset;break}default:this.errors.push(new Dn(lr(e),`UNEXPECTED_TOKEN`,`Unsupported token ${e.type}`))}}*end(e=!1,t=-1){if(this.doc)this.decorate(this.doc,!0),yield this.doc,this.doc=null;else if(e){let e=new wn(void 0,Object.assign({_directives:this.directives},this.options));this.atDirectives&&this.onError(t,`MISSING_CHAR`,`Missing directives-end indicator line`),e.range=[0,t,t],this.decorate(e,!1),yield e}}},fr=Symbol(`break visit`),pr=Symbol(`skip children`),mr=Symbol(`remove item`);function hr(e,t){`type`in e&&e.type===`document`&&(e={start:e.start,value:e.value}),gr(Object.freeze([]),e,t)}hr.BREAK=fr,hr.SKIP=pr,hr.REMOVE=mr,hr.itemAtPath=(e,t)=>{let n=e;for(let[e,r]of t){let t=n?.[e];if(t&&`items`in t)n=t.items[r];else return}return n},hr.parentCollection=(e,t)=>{let n=hr.itemAtPath(e,t.slice(0,-1)),r=t[t.length-1][0],i=n?.[r];if(i&&`items`in i)return i;throw Error(`Parent collection not found`)};function gr(e,t,n){let r=n(t,e);if(typeof r==`symbol`)return r;for(let i of[`key`,`value`]){let a=t[i];if(a&&`items`in a){for(let t=0;t<a.items.length;++t){let r=gr(Object.freeze(e.concat([[i,t]])),a.items[t],n);if(typeof r==`number`)t=r-1;else if(r===fr)return fr;else r===mr&&(a.items.splice(t,1),--t)}typeof r==`function`&&i===`key`&&(r=r(t,e))}}return typeof r==`function`?r(t,e):r}function _r(e){switch(e){case`﻿`:return`byte-order-mark`;case``:return`doc-mode`;case``:return`flow-error-end`;case``:return`scalar`;case`---`:return`doc-start`;case`...`:return`doc-end`;case``:case`
`:case`\r
`:return`newline`;case`-`:return`seq-item-ind`;case`?`:return`explicit-key-ind`;case`:`:return`map-value-ind`;case`{`:return`flow-map-start`;case`}`:return`flow-map-end`;case`[`:return`flow-seq-start`;case`]`:return`flow-seq-end`;case`,`:return`comma`}switch(e[0]){case` `:case`	`:return`space`;case`#`:return`comment`;case`%`:return`directive-line`;case`*`:return`alias`;case`&`:return`anchor`;case`!`:return`tag`;case`'`:return`single-quoted-scalar`;case`"`:return`double-quoted-scalar`;case`|`:case`>`:return`block-scalar-header`}return null}function vr(e){switch(e){case void 0:case` `:case`
`:case`\r`:case`	`:return!0;default:return!1}}var yr=new Set(`0123456789ABCDEFabcdef`),br=new Set(`0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-#;/?:@&=+$_.!~*'()`),xr=new Set(`,[]{}`),Sr=new Set(` ,[]{}
\r	`),Cr=e=>!e||Sr.has(e),wr=class{constructor(){this.atEnd=!1,this.blockScalarIndent=-1,this.blockScalarKeep=!1,this.buffer=``,this.flowKey=!1,this.flowLevel=0,this.indentNext=0,this.indentValue=0,this.lineEndPos=null,this.next=null,this.pos=0}*lex(e,t=!1){if(e){if(typeof e!=`string`)throw TypeError(`source is not a string`);this.buffer=this.buffer?this.buffer+e:e,this.lineEndPos=null}this.atEnd=!t;let n=this.next??`stream`;for(;n&&(t||this.hasChars(1));)n=yield*this.parseNext(n)}atLineEnd(){let e=this.pos,t=this.buffer[e];for(;t===` `||t===`	`;)t=this.buffer[++e];return!t||t===`#`||t===`
`||t===`\r`&&this.buffer[e+1]===`
`}charAt(e){return this.buffer[this.pos+e]}continueScalar(e){let t=this.buffer[e];if(this.indentNext>0){let n=0;for(;t===` `;)t=this.buffer[++n+e];if(t===`\r`){let t=this.buffer[n+e+1];if(t===`
`||!t&&!this.atEnd)return e+n+1}return t===`
`||n>=this.indentNext||!t&&!this.atEnd?e+n:-1}if(t===`-`||t===`.`){let t=this.buffer.substr(e,3);if((t===`---`||t===`...`)&&vr(this.buffer[e+3]))return-1}return e}getLine(){let e=this.lineEndPos;return(typeof e!=`number`||e!==-1&&e<this.pos)&&(e=this.buffer.indexOf(`
`,this.pos),this.lineEndPos=e),e===-1?this.atEnd?this.buffer.substring(this.pos):null:(this.buffer[e-1]===`\r`&&--e,this.buffer.substring(this.pos,e))}hasChars(e){return this.pos+e<=this.buffer.length}setNext(e){return this.buffer=this.buffer.substring(this.pos),this.pos=0,this.lineEndPos=null,this.next=e,null}peek(e){return this.buffer.substr(this.pos,e)}*parseNext(e){switch(e){case`stream`:return yield*this.parseStream();case`line-start`:return yield*this.parseLineStart();case`block-start`:return yield*this.parseBlockStart();case`doc`:return yield*this.parseDocument();case`flow`:return yield*this.parseFlowCollection();case`quoted-scalar`:return yield*this.parseQuotedScalar();case`block-scalar`:return yield*this.parseBlockScalar();case`plain-scalar`:return yield*this.parsePlainScalar()}}*parseStream(){let e=this.getLine();if(e===null)return this.setNext(`stream`);if(e[0]===`﻿`&&(yield*this.pushCount(1),e=e.substring(1)),e[0]===`%`){let t=e.length,n=e.indexOf(`#`);for(;n!==-1;){let r=e[n-1];if(r===` `||r===`	`){t=n-1;break}n=e.indexOf(`#`,n+1)}for(;;){let n=e[t-1];if(n===` `||n===`	`)--t;else break}let r=(yield*this.pushCount(t))+(yield*this.pushSpaces(!0));return yield*this.pushCount(e.length-r),this.pushNewline(),`stream`}if(this.atLineEnd()){let t=yield*this.pushSpaces(!0);return yield*this.pushCount(e.length-t),yield*this.pushNewline(),`stream`}return yield``,yield*this.parseLineStart()}*parseLineStart(){let e=this.charAt(0);if(!e&&!this.atEnd)return this.setNext(`line-start`);if(e===`-`||e===`.`){if(!this.atEnd&&!this.hasChars(4))return this.setNext(`line-start`);let e=this.peek(3);if((e===`---`||e===`...`)&&vr(this.charAt(3)))return yield*this.pushCount(3),this.indentValue=0,this.indentNext=0,e===`---`?`doc`:`stream`}return this.indentValue=yield*this.pushSpaces(!1),this.indentNext>this.indentValue&&!vr(this.charAt(1))&&(this.indentNext=this.indentValue),yield*this.parseBlockStart()}*parseBlockStart(){let[e,t]=this.peek(2);if(!t&&!this.atEnd)return this.setNext(`block-start`);if((e===`-`||e===`?`||e===`:`)&&vr(t)){let e=(yield*this.pushCount(1))+(yield*this.pushSpaces(!0));return this.indentNext=this.indentValue+1,this.indentValue+=e,`block-start`}return`doc`}*parseDocument(){yield*this.pushSpaces(!0);let e=this.getLine();if(e===null)return this.setNext(`doc`);let t=yield*this.pushIndicators();switch(e[t]){case`#`:yield*this.pushCount(e.length-t);case void 0:return yield*this.pushNewline(),yield*this.parseLineStart();case`{`:case`[`:return yield*this.pushCount(1),this.flowKey=!1,this.flowLevel=1,`flow`;case`}`:case`]`:return yield*this.pushCount(1),`doc`;case`*`:return yield*this.pushUntil(Cr),`doc`;case`"`:case`'`:return yield*this.parseQuotedScalar();case`|`:case`>`:return t+=yield*this.parseBlockScalarHeader(),t+=yield*this.pushSpaces(!0),yield*this.pushCount(e.length-t),yield*this.pushNewline(),yield*this.parseBlockScalar();default:return yield*this.parsePlainScalar()}}*parseFlowCollection(){let e,t,n=-1;do e=yield*this.pushNewline(),e>0?(t=yield*this.pushSpaces(!1),this.indentValue=n=t):t=0,t+=yield*this.pushSpaces(!0);while(e+t>0);let r=this.getLine();if(r===null)return this.setNext(`flow`);if((n!==-1&&n<this.indentNext&&r[0]!==`#`||n===0&&(r.startsWith(`---`)||r.startsWith(`...`))&&vr(r[3]))&&(n!==this.indentNext-1||this.flowLevel!==1||r[0]!==`]`&&r[0]!==`}`))return this.flowLevel=0,yield``,yield*this.parseLineStart();let i=0;for(;r[i]===`,`;)i+=yield*this.pushCount(1),i+=yield*this.pushSpaces(!0),this.flowKey=!1;switch(i+=yield*this.pushIndicators(),r[i]){case void 0:return`flow`;case`#`:return yield*this.pushCount(r.length-i),`flow`;case`{`:case`[`:return yield*this.pushCount(1),this.flowKey=!1,this.flowLevel+=1,`flow`;case`}`:case`]`:return yield*this.pushCount(1),this.flowKey=!0,--this.flowLevel,this.flowLevel?`flow`:`doc`;case`*`:return yield*this.pushUntil(Cr),`flow`;case`"`:case`'`:return this.flowKey=!0,yield*this.parseQuotedScalar();case`:`:{let e=this.charAt(1);if(this.flowKey||vr(e)||e===`,`)return this.flowKey=!1,yield*this.pushCount(1),yield*this.pushSpaces(!0),`flow`}default:return this.flowKey=!1,yield*this.parsePlainScalar()}}*parseQuotedScalar(){let e=this.charAt(0),t=this.buffer.indexOf(e,this.pos+1);if(e===`'`)for(;t!==-1&&this.buffer[t+1]===`'`;)t=this.buffer.indexOf(`'`,t+2);else for(;t!==-1;){let e=0;for(;this.buffer[t-1-e]===`\\`;)e+=1;if(e%2==0)break;t=this.buffer.indexOf(`"`,t+1)}let n=this.buffer.substring(0,t),r=n.indexOf(`
`,this.pos);if(r!==-1){for(;r!==-1;){let e=this.continueScalar(r+1);if(e===-1)break;r=n.indexOf(`
`,e)}r!==-1&&(t=r-(n[r-1]===`\r`?2:1))}if(t===-1){if(!this.atEnd)return this.setNext(`quoted-scalar`);t=this.buffer.length}return yield*this.pushToIndex(t+1,!1),this.flowLevel?`flow`:`doc`}*parseBlockScalarHeader(){this.blockScalarIndent=-1,this.blockScalarKeep=!1;let e=this.pos;for(;;){let t=this.buffer[++e];if(t===`+`)this.blockScalarKeep=!0;else if(t>`0`&&t<=`9`)this.blockScalarIndent=Number(t)-1;else if(t!==`-`)break}return yield*this.pushUntil(e=>vr(e)||e===`#`)}*parseBlockScalar(){let e=this.pos-1,t=0,n;loop:for(let r=this.pos;n=this.buffer[r];++r)switch(n){case` `:t+=1;break;case`
`:e=r,t=0;break;case`\r`:{let e=this.buffer[r+1];if(!e&&!this.atEnd)return this.setNext(`block-scalar`);if(e===`
`)break}default:break loop}if(!n&&!this.atEnd)return this.setNext(`block-scalar`);if(t>=this.indentNext){this.indentNext=this.blockScalarIndent===-1?t:this.blockScalarIndent+(this.indentNext===0?1:this.indentNext);do{let t=this.continueScalar(e+1);if(t===-1)break;e=this.buffer.indexOf(`
`,t)}while(e!==-1);if(e===-1){if(!this.atEnd)return this.setNext(`block-scalar`);e=this.buffer.length}}let r=e+1;for(n=this.buffer[r];n===` `;)n=this.buffer[++r];if(n===`	`){for(;n===`	`||n===` `||n===`\r`||n===`
`;)n=this.buffer[++r];e=r-1}else if(!this.blockScalarKeep)do{let n=e-1,r=this.buffer[n];r===`\r`&&(r=this.buffer[--n]);let i=n;for(;r===` `;)r=this.buffer[--n];if(r===`
`&&n>=this.pos&&n+1+t>i)e=n;else break}while(1);return yield``,yield*this.pushToIndex(e+1,!0),yield*this.parseLineStart()}*parsePlainScalar(){let e=this.flowLevel>0,t=this.pos-1,n=this.pos-1,r;for(;r=this.buffer[++n];)if(r===`:`){let r=this.buffer[n+1];if(vr(r)||e&&xr.has(r))break;t=n}else if(vr(r)){let i=this.buffer[n+1];if(r===`\r`&&(i===`
`?(n+=1,r=`
`,i=this.buffer[n+1]):t=n),i===`#`||e&&xr.has(i))break;if(r===`
`){let e=this.continueScalar(n+1);if(e===-1)break;n=Math.max(n,e-2)}}else{if(e&&xr.has(r))break;t=n}return!r&&!this.atEnd?this.setNext(`plain-scalar`):(yield``,yield*this.pushToIndex(t+1,!0),e?`flow`:`doc`)}*pushCount(e){return e>0?(yield this.buffer.substr(this.pos,e),this.pos+=e,e):0}*pushToIndex(e,t){let n=this.buffer.slice(this.pos,e);return n?(yield n,this.pos+=n.length,n.length):(t&&(yield``),0)}*pushIndicators(){let e=0;loop:for(;;){switch(this.charAt(0)){case`!`:e+=yield*this.pushTag(),e+=yield*this.pushSpaces(!0);continue loop;case`&`:e+=yield*this.pushUntil(Cr),e+=yield*this.pushSpaces(!0);continue loop;case`-`:case`?`:case`:`:{let t=this.flowLevel>0,n=this.charAt(1);if(vr(n)||t&&xr.has(n)){t?this.flowKey&&=!1:this.indentNext=this.indentValue+1,e+=yield*this.pushCount(1),e+=yield*this.pushSpaces(!0);continue loop}}}break loop}return e}*pushTag(){if(this.charAt(1)===`<`){let e=this.pos+2,t=this.buffer[e];for(;!vr(t)&&t!==`>`;)t=this.buffer[++e];return yield*this.pushToIndex(t===`>`?e+1:e,!1)}{let e=this.pos+1,t=this.buffer[e];for(;t;)if(br.has(t))t=this.buffer[++e];else if(t===`%`&&yr.has(this.buffer[e+1])&&yr.has(this.buffer[e+2]))t=this.buffer[e+=3];else break;return yield*this.pushToIndex(e,!1)}}*pushNewline(){let e=this.buffer[this.pos];return e===`
`?yield*this.pushCount(1):e===`\r`&&this.charAt(1)===`
`?yield*this.pushCount(2):0}*pushSpaces(e){let t=this.pos-1,n;do n=this.buffer[++t];while(n===` `||e&&n===`	`);let r=t-this.pos;return r>0&&(yield this.buffer.substr(this.pos,r),this.pos=t),r}*pushUntil(e){let t=this.pos,n=this.buffer[t];for(;!e(n);)n=this.buffer[++t];return yield*this.pushToIndex(t,!1)}},Tr=class{constructor(){this.lineStarts=[],this.addNewLine=e=>this.lineStarts.push(e),this.linePos=e=>{let t=0,n=this.lineStarts.length;for(;t<n;){let r=t+n>>1;this.lineStarts[r]<e?t=r+1:n=r}if(this.lineStarts[t]===e)return{line:t+1,col:1};if(t===0)return{line:0,col:e};let r=this.lineStarts[t-1];return{line:t,col:e-r+1}}}};function Er(e,t){for(let n=0;n<e.length;++n)if(e[n].type===t)return!0;return!1}function Dr(e){for(let t=0;t<e.length;++t)switch(e[t].type){case`space`:case`comment`:case`newline`:break;default:return t}return-1}function Or(e){switch(e?.type){case`alias`:case`scalar`:case`single-quoted-scalar`:case`double-quoted-scalar`:case`flow-collection`:return!0;default:return!1}}function kr(e){switch(e.type){case`document`:return e.start;case`block-map`:{let t=e.items[e.items.length-1];return t.sep??t.start}case`block-seq`:return e.items[e.items.length-1].start;default:return[]}}function Ar(e){if(e.length===0)return[];let t=e.length;loop:for(;--t>=0;)switch(e[t].type){case`doc-start`:case`explicit-key-ind`:case`map-value-ind`:case`seq-item-ind`:case`newline`:break loop}for(;e[++t]?.type===`space`;);return e.splice(t,e.length)}function jr(e,t){if(t.length<1e5)Array.prototype.push.apply(e,t);else for(let n=0;n<t.length;++n)e.push(t[n])}function Mr(e){if(e.start.type===`flow-seq-start`)for(let t of e.items)t.sep&&!t.value&&!Er(t.start,`explicit-key-ind`)&&!Er(t.sep,`map-value-ind`)&&(t.key&&(t.value=t.key),delete t.key,Or(t.value)?t.value.end?jr(t.value.end,t.sep):t.value.end=t.sep:jr(t.start,t.sep),delete t.sep)}var Nr=class{constructor(e){this.atNewLine=!0,this.atScalar=!1,this.indent=0,this.offset=0,this.onKeyLine=!1,this.stack=[],this.source=``,this.type=``,this.lexer=new wr,this.onNewLine=e}*parse(e,t=!1){this.onNewLine&&this.offset===0&&this.onNewLine(0);for(let n of this.lexer.lex(e,t))yield*this.next(n);t||(yield*this.end())}*next(e){if(this.source=e,this.atScalar){this.atScalar=!1,yield*this.step(),this.offset+=e.length;return}let t=_r(e);if(!t){let t=`Not a YAML token: ${e}`;yield*this.pop({type:`error`,offset:this.offset,message:t,source:e}),this.offset+=e.length}else if(t===`scalar`)this.atNewLine=!1,this.atScalar=!0,this.type=`scalar`;else{switch(this.type=t,yield*this.step(),t){case`newline`:this.atNewLine=!0,this.indent=0,this.onNewLine&&this.onNewLine(this.offset+e.length);break;case`space`:this.atNewLine&&e[0]===` `&&(this.indent+=e.length);break;case`explicit-key-ind`:case`map-value-ind`:case`seq-item-ind`:this.atNewLine&&(this.indent+=e.length);break;case`doc-mode`:case`flow-error-end`:return;default:this.atNewLine=!1}this.offset+=e.length}}*end(){for(;this.stack.length>0;)yield*this.pop()}get sourceToken(){return{type:this.type,offset:this.offset,indent:this.indent,source:this.source}}*step(){let e=this.peek(1);if(this.type===`doc-end`&&e?.type!==`doc-end`){for(;this.stack.length>0;)yield*this.pop();this.stack.push({type:`doc-end`,offset:this.offset,source:this.source})}else{if(!e)return yield*this.stream();switch(e.type){case`document`:return yield*this.document(e);case`alias`:case`scalar`:case`single-quoted-scalar`:case`double-quoted-scalar`:return yield*this.scalar(e);case`block-scalar`:return yield*this.blockScalar(e);case`block-map`:return yield*this.blockMap(e);case`block-seq`:return yield*this.blockSequence(e);case`flow-collection`:return yield*this.flowCollection(e);case`doc-end`:return yield*this.documentEnd(e)}yield*this.pop()}}peek(e){return this.stack[this.stack.length-e]}*pop(e){let t=e??this.stack.pop();if(!t)yield{type:`error`,offset:this.offset,source:``,message:`Tried to pop an empty stack`};else if(this.stack.length===0)yield t;else{let e=this.peek(1);switch(t.type===`block-scalar`?t.indent=`indent`in e?e.indent:0:t.type===`flow-collection`&&e.type===`document`&&(t.indent=0),t.type===`flow-collection`&&Mr(t),e.type){case`document`:e.value=t;break;case`block-scalar`:e.props.push(t);break;case`block-map`:{let n=e.items[e.items.length-1];if(n.value){e.items.push({start:[],key:t,sep:[]}),this.onKeyLine=!0;return}if(n.sep)n.value=t;else{Object.assign(n,{key:t,sep:[]}),this.onKeyLine=!n.explicitKey;return}break}case`block-seq`:{let n=e.items[e.items.length-1];n.value?e.items.push({start:[],value:t}):n.value=t;break}case`flow-collection`:{let n=e.items[e.items.length-1];!n||n.value?e.items.push({start:[],key:t,sep:[]}):n.sep?n.value=t:Object.assign(n,{key:t,sep:[]});return}default:yield*this.pop(),yield*this.pop(t)}if((e.type===`document`||e.type===`block-map`||e.type===`block-seq`)&&(t.type===`block-map`||t.type===`block-seq`)){let n=t.items[t.items.length-1];n&&!n.sep&&!n.value&&n.start.length>0&&Dr(n.start)===-1&&(t.indent===0||n.start.every(e=>e.type!==`comment`||e.indent<t.indent))&&(e.type===`document`?e.end=n.start:e.items.push({start:n.start}),t.items.splice(-1,1))}}}*stream(){switch(this.type){case`directive-line`:yield{type:`directive`,offset:this.offset,source:this.source};return;case`byte-order-mark`:case`space`:case`comment`:case`newline`:yield this.sourceToken;return;case`doc-mode`:case`doc-start`:{let e={type:`document`,offset:this.offset,start:[]};this.type===`doc-start`&&e.start.push(this.sourceToken),this.stack.push(e);return}}yield{type:`error`,offset:this.offset,message:`Unexpected ${this.type} token in YAML stream`,source:this.source}}*document(e){if(e.value)return yield*this.lineEnd(e);switch(this.type){case`doc-start`:Dr(e.start)===-1?e.start.push(this.sourceToken):(yield*this.pop(),yield*this.step());return;case`anchor`:case`tag`:case`space`:case`comment`:case`newline`:e.start.push(this.sourceToken);return}let t=this.startBlockValue(e);t?this.stack.push(t):yield{type:`error`,offset:this.offset,message:`Unexpected ${this.type} token in YAML document`,source:this.source}}*scalar(e){if(this.type===`map-value-ind`){let t=Ar(kr(this.peek(2))),n;e.end?(n=e.end,n.push(this.sourceToken),delete e.end):n=[this.sourceToken];let r={type:`block-map`,offset:e.offset,indent:e.indent,items:[{start:t,key:e,sep:n}]};this.onKeyLine=!0,this.stack[this.stack.length-1]=r}else yield*this.lineEnd(e)}*blockScalar(e){switch(this.type){case`space`:case`comment`:case`newline`:e.props.push(this.sourceToken);return;case`scalar`:if(e.source=this.source,this.atNewLine=!0,this.indent=0,this.onNewLine){let e=this.source.indexOf(`
`)+1;for(;e!==0;)this.onNewLine(this.offset+e),e=this.source.indexOf(`
`,e)+1}yield*this.pop();break;default:yield*this.pop(),yield*this.step()}}*blockMap(e){let t=e.items[e.items.length-1];switch(this.type){case`newline`:if(this.onKeyLine=!1,t.value){let n=`end`in t.value?t.value.end:void 0;(Array.isArray(n)?n[n.length-1]:void 0)?.type===`comment`?n?.push(this.sourceToken):e.items.push({start:[this.sourceToken]})}else t.sep?t.sep.push(this.sourceToken):t.start.push(this.sourceToken);return;case`space`:case`comment`:if(t.value)e.items.push({start:[this.sourceToken]});else if(t.sep)t.sep.push(this.sourceToken);else{if(this.atIndentedComment(t.start,e.indent)){let n=e.items[e.items.length-2]?.value?.end;if(Array.isArray(n)){jr(n,t.start),n.push(this.sourceToken),e.items.pop();return}}t.start.push(this.sourceToken)}return}if(this.indent>=e.indent){let n=!this.onKeyLine&&this.indent===e.indent,r=n&&(t.sep||t.explicitKey)&&this.type!==`seq-item-ind`,i=[];if(r&&t.sep&&!t.value){let n=[];for(let r=0;r<t.sep.length;++r){let i=t.sep[r];switch(i.type){case`newline`:n.push(r);break;case`space`:break;case`comment`:i.indent>e.indent&&(n.length=0);break;default:n.length=0}}n.length>=2&&(i=t.sep.splice(n[1]))}switch(this.type){case`anchor`:case`tag`:r||t.value?(i.push(this.sourceToken),e.items.push({start:i}),this.onKeyLine=!0):t.sep?t.sep.push(this.sourceToken):t.start.push(this.sourceToken);return;case`explicit-key-ind`:!t.sep&&!t.explicitKey?(t.start.push(this.sourceToken),t.explicitKey=!0):r||t.value?(i.push(this.sourceToken),e.items.push({start:i,explicitKey:!0})):this.stack.push({type:`block-map`,offset:this.offset,indent:this.indent,items:[{start:[this.sourceToken],explicitKey:!0}]}),this.onKeyLine=!0;return;case`map-value-ind`:if(t.explicitKey){if(!t.sep){if(Er(t.start,`newline`))Object.assign(t,{key:null,sep:[this.sourceToken]});else{let e=Ar(t.start);this.stack.push({type:`block-map`,offset:this.offset,indent:this.indent,items:[{start:e,key:null,sep:[this.sourceToken]}]})}}else if(t.value)e.items.push({start:[],key:null,sep:[this.sourceToken]});else if(Er(t.sep,`map-value-ind`))this.stack.push({type:`block-map`,offset:this.offset,indent:this.indent,items:[{start:i,key:null,sep:[this.sourceToken]}]});else if(Or(t.key)&&!Er(t.sep,`newline`)){let e=Ar(t.start),n=t.key,r=t.sep;r.push(this.sourceToken),delete t.key,delete t.sep,this.stack.push({type:`block-map`,offset:this.offset,indent:this.indent,items:[{start:e,key:n,sep:r}]})}else i.length>0?t.sep=t.sep.concat(i,this.sourceToken):t.sep.push(this.sourceToken)}else t.sep?t.value||r?e.items.push({start:i,key:null,sep:[this.sourceToken]}):Er(t.sep,`map-value-ind`)?this.stack.push({type:`block-map`,offset:this.offset,indent:this.indent,items:[{start:[],key:null,sep:[this.sourceToken]}]}):t.sep.push(this.sourceToken):Object.assign(t,{key:null,sep:[this.sourceToken]});this.onKeyLine=!0;return;case`alias`:case`scalar`:case`single-quoted-scalar`:case`double-quoted-scalar`:{let n=this.flowScalar(this.type);r||t.value?(e.items.push({start:i,key:n,sep:[]}),this.onKeyLine=!0):t.sep?this.stack.push(n):(Object.assign(t,{key:n,sep:[]}),this.onKeyLine=!0);return}default:{let r=this.startBlockValue(e);if(r){if(r.type===`block-seq`){if(!t.explicitKey&&t.sep&&!Er(t.sep,`newline`)){yield*this.pop({type:`error`,offset:this.offset,message:`Unexpected block-seq-ind on same line with key`,source:this.source});return}}else n&&e.items.push({start:i});this.stack.push(r);return}}}}yield*this.pop(),yield*this.step()}*blockSequence(e){let t=e.items[e.items.length-1];switch(this.type){case`newline`:if(t.value){let n=`end`in t.value?t.value.end:void 0;(Array.isArray(n)?n[n.length-1]:void 0)?.type===`comment`?n?.push(this.sourceToken):e.items.push({start:[this.sourceToken]})}else t.start.push(this.sourceToken);return;case`space`:case`comment`:if(t.value)e.items.push({start:[this.sourceToken]});else{if(this.atIndentedComment(t.start,e.indent)){let n=e.items[e.items.length-2]?.value?.end;if(Array.isArray(n)){jr(n,t.start),n.push(this.sourceToken),e.items.pop();return}}t.start.push(this.sourceToken)}return;case`anchor`:case`tag`:if(t.value||this.indent<=e.indent)break;t.start.push(this.sourceToken);return;case`seq-item-ind`:if(this.indent!==e.indent)break;t.value||Er(t.start,`seq-item-ind`)?e.items.push({start:[this.sourceToken]}):t.start.push(this.sourceToken);return}if(this.indent>e.indent){let t=this.startBlockValue(e);if(t){this.stack.push(t);return}}yield*this.pop(),yield*this.step()}*flowCollection(e){let t=e.items[e.items.length-1];if(this.type===`flow-error-end`){let e;do yield*this.pop(),e=this.peek(1);while(e?.type===`flow-collection`)}else if(e.end.length===0){switch(this.type){case`comma`:case`explicit-key-ind`:!t||t.sep?e.items.push({start:[this.sourceToken]}):t.start.push(this.sourceToken);return;case`map-value-ind`:!t||t.value?e.items.push({start:[],key:null,sep:[this.sourceToken]}):t.sep?t.sep.push(this.sourceToken):Object.assign(t,{key:null,sep:[this.sourceToken]});return;case`space`:case`comment`:case`newline`:case`anchor`:case`tag`:!t||t.value?e.items.push({start:[this.sourceToken]}):t.sep?t.sep.push(this.sourceToken):t.start.push(this.sourceToken);return;case`alias`:case`scalar`:case`single-quoted-scalar`:case`double-quoted-scalar`:{let n=this.flowScalar(this.type);!t||t.value?e.items.push({start:[],key:n,sep:[]}):t.sep?this.stack.push(n):Object.assign(t,{key:n,sep:[]});return}case`flow-map-end`:case`flow-seq-end`:e.end.push(this.sourceToken);return}let n=this.startBlockValue(e);n?this.stack.push(n):(yield*this.pop(),yield*this.step())}else{let t=this.peek(2);if(t.type===`block-map`&&(this.type===`map-value-ind`&&t.indent===e.indent||this.type===`newline`&&!t.items[t.items.length-1].sep))yield*this.pop(),yield*this.step();else if(this.type===`map-value-ind`&&t.type!==`flow-collection`){let n=Ar(kr(t));Mr(e);let r=e.end.splice(1,e.end.length);r.push(this.sourceToken);let i={type:`block-map`,offset:e.offset,indent:e.indent,items:[{start:n,key:e,sep:r}]};this.onKeyLine=!0,this.stack[this.stack.length-1]=i}else yield*this.lineEnd(e)}}flowScalar(e){if(this.onNewLine){let e=this.source.indexOf(`
`)+1;for(;e!==0;)this.onNewLine(this.offset+e),e=this.source.indexOf(`
`,e)+1}return{type:e,offset:this.offset,indent:this.indent,source:this.source}}startBlockValue(e){switch(this.type){case`alias`:case`scalar`:case`single-quoted-scalar`:case`double-quoted-scalar`:return this.flowScalar(this.type);case`block-scalar-header`:return{type:`block-scalar`,offset:this.offset,indent:this.indent,props:[this.sourceToken],source:``};case`flow-map-start`:case`flow-seq-start`:return{type:`flow-collection`,offset:this.offset,indent:this.indent,start:this.sourceToken,items:[],end:[]};case`seq-item-ind`:return{type:`block-seq`,offset:this.offset,indent:this.indent,items:[{start:[this.sourceToken]}]};case`explicit-key-ind`:{this.onKeyLine=!0;let t=Ar(kr(e));return t.push(this.sourceToken),{type:`block-map`,offset:this.offset,indent:this.indent,items:[{start:t,explicitKey:!0}]}}case`map-value-ind`:{this.onKeyLine=!0;let t=Ar(kr(e));return{type:`block-map`,offset:this.offset,indent:this.indent,items:[{start:t,key:null,sep:[this.sourceToken]}]}}}return null}atIndentedComment(e,t){return this.type!==`comment`||this.indent<=t?!1:e.every(e=>e.type===`newline`||e.type===`space`)}*documentEnd(e){this.type!==`doc-mode`&&(e.end?e.end.push(this.sourceToken):e.end=[this.sourceToken],this.type===`newline`&&(yield*this.pop()))}*lineEnd(e){switch(this.type){case`comma`:case`doc-start`:case`doc-end`:case`flow-seq-end`:case`flow-map-end`:case`map-value-ind`:yield*this.pop(),yield*this.step();break;case`newline`:this.onKeyLine=!1;default:e.end?e.end.push(this.sourceToken):e.end=[this.sourceToken],this.type===`newline`&&(yield*this.pop())}}};function Pr(e){let t=e.prettyErrors!==!1;return{lineCounter:e.lineCounter||t&&new Tr||null,prettyErrors:t}}function Fr(e,t={}){let{lineCounter:n,prettyErrors:r}=Pr(t),i=new Nr(n?.addNewLine),a=new dr(t),o=null;for(let t of a.compose(i.parse(e),!0,e.length))if(!o)o=t;else if(o.options.logLevel!==`silent`){o.errors.push(new Dn(t.range.slice(0,2),`MULTIPLE_DOCS`,`Source contains multiple documents; please use YAML.parseAllDocuments()`));break}return r&&n&&(o.errors.forEach(kn(e,n)),o.warnings.forEach(kn(e,n))),o}function Ir(e){return Rr(Lr(e)?.get(`targets`)).filter(e=>!Br(e)).map(e=>({name:zr(e.get(`name`))??`target`,features:Rr(e.get(`features`)).map(e=>zr(e.get(`text`))??zr(e.get(`image`))??`feature`),constraints:Rr(e.get(`constraints`)).map(e=>zr(e.items[0]?.key)??`constraint`)}))}function Lr(e){let t=Fr(e,{schema:`failsafe`,uniqueKeys:!1});if(!(t.errors.length>0)&&zr(t.contents)!==``)return de(t.contents)?t:void 0}function Rr(e){return fe(e)?e.items.filter(de):[]}function zr(e){let t=L(e)?e.value:e;return typeof t==`string`?t:void 0}function Br(e){return[`no`,`off`,`false`,`0`].includes(zr(e.get(`active`))?.toLowerCase()??``)}var Vr=`-.3`;function Hr(e){return`model: clipig-tiny
epochs: 300
resolution:
  - 32 if t < .2 else 64 if t < .6 else 128
learnrate: 3
learnrate_scale: 1 - .9*t
init:
  mean: .5
  std: .05

targets:
  - features:
      - text: ${JSON.stringify(e)}
    batch_size: 8
    transforms:
      - pad:
          size: width//4
          color: .5
      - random_rotate:
          degree: -10 10
      - random_scale: .8 1.2
      - crop: 1/6 1/6 2/3 2/3
      - noise: .2-.15*t
    constraints:
      - blur:
          weight: 3-2.5*t

postproc:
  - blur:
      kernel_size:
        - 3 if epoch % 5 == 0 and t < .5 else 1
      sigma: .7
`}function Ur(e){let t=Lr(e);if(!t)return;let n=Yr(t).filter(e=>e.has(`text`)),r=Qr(t),i=e=>n.filter(t=>ei(t)===e).map(e=>zr(e.get(`text`))??``);return{words:i(!1),unwanted:i(!0),width:r[0]??`224`,height:r[1]??r[0]??`224`,epochs:zr(t.get(`epochs`))??`300`,model:zr(t.get(`model`))??``}}function Wr(e,t){let n=Lr(e),r=Ur(e);if(!n||!r)return;let{words:i,unwanted:a,width:o,height:s,epochs:c,model:l}=t;return ni([...i,`
`,...a],[...r.words,`
`,...r.unwanted])&&Xr(n,i,a),(o!==r.width||s!==r.height)&&$r(n,o,s),c!==r.epochs&&n.set(`epochs`,c),l!==r.model&&n.set(`model`,l),Jr(n)}function Gr(e,t){let n=Lr(e);if(n)return n.set(`init`,n.createNode({image:ti(t),mean:`0`,std:`1`})),Jr(n)}function Kr(e,t){let n=Lr(e);if(n)return Zr(n,[...Yr(n),n.createNode({image:ti(t)})]),Jr(n)}function qr(e){return/^seed[ \t]*:[ \t]+(\d+)/m.exec(e)?.[1]}function Jr(e){return e.toString({lineWidth:0})}function Yr(e){return Rr(e.getIn([`targets`,0,`features`]))}function Xr(e,t,n){let r=Yr(e),i=(t,n)=>r.find(e=>zr(e.get(`text`))===t&&ei(e)===n)??e.createNode({text:ti(t),...n?{weight:Vr}:{}}),a=r.filter(e=>!e.has(`text`));Zr(e,[...t.map(e=>i(e,!1)),...n.map(e=>i(e,!0)),...a])}function Zr(e,t){fe(e.get(`targets`))||e.set(`targets`,e.createNode([{features:[]}])),de(e.getIn([`targets`,0]))||e.setIn([`targets`,0],e.createNode({features:[]})),e.setIn([`targets`,0,`features`],e.createNode(t))}function Qr(e){let t=e.get(`resolution`);return(fe(t)?t.items.map(e=>zr(e)??``):(zr(t)??``).split(/[\s,]+/)).map(e=>/(\d+)\s*$/.exec(e)?.[1]??``).filter(e=>e!==``)}function $r(e,t,n){let r=e=>{let[t,n]=[Math.ceil(Number(e)/4),Math.ceil(Number(e)/2)];return`${t} if t < .2 else ${n} if t < .6 else ${e}`};e.set(`resolution`,e.createNode(t===n?[r(t)]:[r(t),r(n)]))}function ei(e){return(zr(e.get(`weight`))??``).trim().startsWith(`-`)}function ti(e){let t=new H(e);return(!/^\p{L}[\p{L}\p{N} ,.'-]*$/u.test(e)||/^(?:y|n|yes|no|on|off|true|false|null)$|, |\s$/i.test(e))&&(t.type=H.QUOTE_DOUBLE),t}function ni(e,t){return e.length!==t.length||e.some((e,n)=>e!==t[n])}var ri=200;function ii(e,t){let n=ie.find(({name:t})=>t===e),r=n&&Ur(n.text)?.words[0]!==Ur(t)?.words[0];return e===`new`||r?``:ai(e)}function ai(e){let t=new TextEncoder,n=``,r=0;for(let i of e){if(r+=t.encode(i).length,r>ri)break;n+=i}return n}var oi=60,si=300;function ci(e){if(/^snapshot_interval\s*:/m.test(e)||!/^targets\s*:/m.test(e)||/^\.\.\.\s*$/m.test(e))return e;let t=Number(/^epochs\s*:\s*(\d+)\s*(?:#.*)?$/m.exec(e)?.[1]??si),n=Math.max(1,Math.round(t/oi));return`${e.trimEnd()}\nsnapshot_interval: ${n}\n`}var li=[137,80,78,71,13,10,26,10],ui=`clipig experiment`;function di(e){return li.every((t,n)=>e[n]===t)}function fi(e){let t=new DataView(e.buffer,e.byteOffset,e.byteLength);for(let n=li.length;n+12<=e.length;){let r=t.getUint32(n),i=e.subarray(n+8,n+8+r);if(mi(e.subarray(n+4,n+8))===`iTXt`){let e=pi(i);if(e!==void 0)return e}n+=12+r}}function pi(e){let t=e.indexOf(0);if(mi(e.subarray(0,t))!==ui||e[t+1]!==0)return;let n=e.indexOf(0,t+3),r=e.indexOf(0,n+1);return n<0||r<0?void 0:new TextDecoder().decode(e.subarray(r+1))}function mi(e){return String.fromCharCode(...e.subarray(0,100))}var hi=48;async function gi(e){let t=new Uint8Array(await e.arrayBuffer()),n=e.name.replace(/\.[^.]*$/,``),r=di(t)?fi(t):void 0;if(r!==void 0)return{kind:`experiment`,name:n,text:r};if(e.type.startsWith(`image/`))return{kind:`image`,image:await _i(e.name,t)};try{return{kind:`experiment`,name:n,text:new TextDecoder(`utf-8`,{fatal:!0}).decode(t)}}catch{throw Error(`${e.name} is neither an experiment (YAML) nor an image`)}}async function _i(t,n){let[r,i]=await Promise.all([e(n),vi(n)]);return{name:t,sha256:r,thumbnail:i}}async function vi(e){try{let t=await createImageBitmap(new Blob([e])),n=hi/Math.max(t.width,t.height),r=document.createElement(`canvas`);return r.width=Math.max(1,Math.round(t.width*n)),r.height=Math.max(1,Math.round(t.height*n)),r.getContext(`2d`)?.drawImage(t,0,0,r.width,r.height),r.toDataURL(`image/png`)}catch{return}}var yi=1e3,bi=class{choose;element;list=p(`ul`,{class:`sheet-list`});all=v(`All`,()=>this.choose(void 0),{kind:`small`,title:`Show all pictures, none of them large`});compare=p(`a`,{class:`button small`},`Side by side`);entries=new Map;timer;numbers=[];constructor(e){this.choose=e;let t=p(`div`,{class:`row`},p(`h2`,{},`Contact sheet`),p(`div`,{class:`row end`},this.all,this.compare));this.element=p(`section`,{class:`sheet`,"aria-label":`Contact sheet`,hidden:!0},t,this.list)}show(e,t){let n=e.length===this.numbers.length&&e.every((e,t)=>e===this.numbers[t]);if(this.numbers=e,this.element.hidden=e.length<2,this.all.disabled=t===void 0,this.compare.href=`/compare?jobs=${e.join(`,`)}`,!n){this.clear();for(let t of e)this.entries.set(t,new xi(t,()=>this.choose(t)));x(this.list,[...this.entries.values()].map(({element:e})=>e))}for(let[e,n]of this.entries)n.mark(e===t);e.length<2||this.timer!==void 0||(this.timer=setInterval(()=>void this.read(),yi),this.read())}leave(){this.clear()}clear(){clearInterval(this.timer),this.timer=void 0;for(let e of this.entries.values())e.leave();this.entries.clear()}async read(){if(!document.hidden)try{let[e,t]=[Math.min(...this.numbers),Math.max(...this.numbers)],n=Math.min(1e3,t-e+1),i=(await r({before:String(t+1),limit:String(n),with_newest:`true`})).jobs.filter(e=>this.entries.has(e.job));for(let e of i)this.entries.get(e.job)?.show(e);i.length===this.entries.size&&i.every(u)&&(clearInterval(this.timer),this.timer=void 0)}catch(e){f(e)}}},xi=class{element;thumbnail=new y;words=p(`span`,{class:`sheet-words`});select;constructor(e,t){this.select=p(`button`,{type:`button`,"aria-pressed":`false`,onclick:t},this.thumbnail.element,this.words),E(this.words,`job ${e}`),this.element=p(`li`,{},this.select)}mark(e){this.select.setAttribute(`aria-pressed`,String(e))}show(e){let t=e.state===`running`||e.state===`paused`?` · ${Math.round(100*b(e))} %`:``;E(this.words,`seed ${e.seed} · ${e.state}${t}`),this.thumbnail.show(e)}leave(){this.thumbnail.leave()}},Si=4;async function Ci(){let e=navigator.locks;if(!e)return()=>void 0;for(let t=0;t<Si;t++){let n=await wi(e,`clipig stream ${t}`);if(n)return n}}function wi(e,t){return new Promise((n,r)=>{e.request(t,{ifAvailable:!0},e=>{if(e)return new Promise(e=>n(()=>e()));n(void 0)}).catch(r)})}var Ti=[`job`,`state`,`progress`,`table`,`artifact`,`warning`,`log`,`revision`],Ei=2e3,Di=2e3,Oi=2e4,ki=class{job;listener;source;last=`0`;release;following=!1;turn=0;again;unseen;constructor(e,t){this.job=e,this.listener=t,document.addEventListener(`visibilitychange`,this.seen),this.begin()}close(){document.removeEventListener(`visibilitychange`,this.seen),this.pause()}seen=()=>{clearTimeout(this.unseen),document.hidden?this.unseen=setTimeout(()=>this.pause(),Oi):this.following&&this.source?.readyState!==EventSource.CLOSED||this.begin()};pause(){this.turn++,this.following=!1,clearTimeout(this.unseen),clearTimeout(this.again),this.source?.close(),this.source=void 0,this.release?.(),this.release=void 0}async begin(){clearTimeout(this.again),this.following=!0;let e=++this.turn,t=this.release??await Ci();e===this.turn?(this.release=t,t?this.open():await this.poll(e)):t!==this.release&&t?.()}async poll(e){let t=`connected`;try{let t=await o(this.job);if(e!==this.turn)return;this.listener.heard({event:`job`,...t})}catch{if(e!==this.turn)return;t=`lost`}this.listener.connection(t),this.listener.more()?this.again=setTimeout(()=>void this.begin(),Di):this.close()}open(){let e=new EventSource(`/api/v1/jobs/${this.job}/events?since=${this.last}`);this.source?.close(),this.source=e,e.onopen=()=>this.listener.connection(`connected`),e.onerror=()=>{this.listener.more()?(this.listener.connection(`lost`),e.readyState===EventSource.CLOSED&&(this.again=setTimeout(()=>void this.begin(),Ei))):this.close()};for(let t of Ti)e.addEventListener(t,e=>{this.last=e.lastEventId,this.listener.heard(JSON.parse(e.data))})}},Ai=!0,ji=`uplot`,Mi=`u-hz`,Ni=`u-vt`,Pi=`u-title`,Fi=`u-wrap`,Ii=`u-under`,Li=`u-over`,Ri=`u-axis`,zi=`u-off`,Bi=`u-select`,Vi=`u-cursor-x`,Hi=`u-cursor-y`,Ui=`u-cursor-pt`,Wi=`u-legend`,Gi=`u-live`,Ki=`u-inline`,qi=`u-series`,Ji=`u-marker`,Yi=`u-label`,Xi=`u-value`,Zi=`width`,Qi=`height`,$i=`top`,ea=`bottom`,ta=`left`,na=`right`,ra=`#000`,ia=`#0000`,aa=`mousemove`,oa=`mousedown`,sa=`mouseup`,ca=`mouseenter`,la=`mouseleave`,ua=`dblclick`,da=`resize`,fa=`scroll`,pa=`change`,ma=`dppxchange`,ha=`--`,ga=typeof window<`u`,_a=ga?document:null,va=ga?window:null,ya=ga?navigator:null,q,ba;function xa(){let e=devicePixelRatio;q!=e&&(q=e,ba&&Fa(pa,ba,xa),ba=matchMedia(`(min-resolution: ${q-.001}dppx) and (max-resolution: ${q+.001}dppx)`),Pa(pa,ba,xa),va.dispatchEvent(new CustomEvent(ma)))}function Sa(e,t){if(t!=null){let n=e.classList;!n.contains(t)&&n.add(t)}}function Ca(e,t){let n=e.classList;n.contains(t)&&n.remove(t)}function J(e,t,n){e.style[t]=n+`px`}function wa(e,t,n,r){let i=_a.createElement(e);return t!=null&&Sa(i,t),n?.insertBefore(i,r),i}function Ta(e,t){return wa(`div`,e,t)}var Ea=new WeakMap;function Da(e,t,n,r,i){let a=`translate(`+t+`px,`+n+`px)`;a!=Ea.get(e)&&(e.style.transform=a,Ea.set(e,a),t<0||n<0||t>r||n>i?Sa(e,zi):Ca(e,zi))}var Oa=new WeakMap;function ka(e,t,n){let r=t+n;r!=Oa.get(e)&&(Oa.set(e,r),e.style.background=t,e.style.borderColor=n)}var Aa=new WeakMap;function ja(e,t,n,r){let i=t+``+n;i!=Aa.get(e)&&(Aa.set(e,i),e.style.height=n+`px`,e.style.width=t+`px`,e.style.marginLeft=r?-t/2+`px`:0,e.style.marginTop=r?-n/2+`px`:0)}var Ma={passive:!0},Na={...Ma,capture:!0};function Pa(e,t,n,r){t.addEventListener(e,n,r?Na:Ma)}function Fa(e,t,n,r){t.removeEventListener(e,n,Ma)}ga&&xa();function Ia(e,t,n,r){let i;n||=0,r||=t.length-1;let a=r<=2147483647;for(;r-n>1;)i=a?n+r>>1:ro((n+r)/2),t[i]<e?n=i:r=i;return e-t[n]<=t[r]-e?n:r}function La(e){return(t,n,r)=>{let i=-1,a=-1;for(let a=n;a<=r;a++)if(e(t[a])){i=a;break}for(let i=r;i>=n;i--)if(e(t[i])){a=i;break}return[i,a]}}var Ra=e=>e!=null,za=e=>e!=null&&e>0,Ba=La(Ra),Va=La(za);function Ha(e,t,n,r=0,i=!1){let a=i?Va:Ba,o=i?za:Ra;[t,n]=a(e,t,n);let s=e[t],c=e[t];if(t>-1){if(r==1)s=e[t],c=e[n];else if(r==-1)s=e[n],c=e[t];else for(let r=t;r<=n;r++){let t=e[r];o(t)&&(t<s?s=t:t>c&&(c=t))}}return[s??X,c??-X]}function Ua(e,t,n,r){let i=lo(e),a=lo(t);e==t&&(i==-1?(e*=n,t/=n):(e/=n,t*=n));let o=n==10?uo:fo,s=i==1?ro:ao,c=a==1?ao:ro,l=s(o(no(e))),u=c(o(no(t))),d=co(n,l),f=co(n,u);return n==10&&(l<0&&(d=Q(d,-l)),u<0&&(f=Q(f,-u))),r||n==2?(e=d*i,t=f*a):(e=Oo(e,d),t=Do(t,f)),[e,t]}function Wa(e,t,n,r){let i=Ua(e,t,n,r);return e==0&&(i[0]=0),t==0&&(i[1]=0),i}var Ga=.1,Ka={mode:3,pad:Ga},qa={pad:0,soft:null,mode:0},Ja={min:qa,max:qa};function Ya(e,t,n,r){return zo(n)?Za(e,t,n):(qa.pad=n,qa.soft=r?0:null,qa.mode=r?3:0,Za(e,t,Ja))}function Y(e,t){return e??t}function Xa(e,t,n){for(t=Y(t,0),n=Y(n,e.length-1);t<=n;){if(e[t]!=null)return!0;t++}return!1}function Za(e,t,n){let r=n.min,i=n.max,a=Y(r.pad,0),o=Y(i.pad,0),s=Y(r.hard,-X),c=Y(i.hard,X),l=Y(r.soft,X),u=Y(i.soft,-X),d=Y(r.mode,0),f=Y(i.mode,0),p=t-e,m=uo(p),h=so(no(e),no(t)),g=no(uo(h)-m);(p<1e-24||g>10)&&(p=0,(e==0||t==0)&&(p=1e-24,d==2&&l!=X&&(a=0),f==2&&u!=-X&&(o=0)));let _=p||h||1e3,v=co(10,ro(uo(_))),y=Q(Oo(e-_*(p==0?e==0?.1:1:a),v/10),24),b=e>=l&&(d==1||d==3&&y<=l||d==2&&y>=l)?l:X,x=so(s,y<b&&e>=b?b:oo(b,y)),S=Q(Do(t+_*(p==0?t==0?.1:1:o),v/10),24),C=t<=u&&(f==1||f==3&&S>=u||f==2&&S<=u)?u:-X,w=oo(c,S>C&&t<=C?C:so(C,S));return x==w&&x==0&&(w=100),[x,w]}var Qa=new Intl.NumberFormat(ga?ya.language:`en-US`),$a=e=>Qa.format(e),eo=Math,to=eo.PI,no=eo.abs,ro=eo.floor,io=eo.round,ao=eo.ceil,oo=eo.min,so=eo.max,co=eo.pow,lo=eo.sign,uo=eo.log10,fo=eo.log2,po=(e,t=1)=>eo.sinh(e)*t,mo=(e,t=1)=>eo.asinh(e/t),X=1/0;function ho(e){return(uo((e^e>>31)-(e>>31))|0)+1}function go(e,t,n){return oo(so(e,t),n)}function _o(e){return typeof e==`function`}function Z(e){return _o(e)?e:()=>e}var vo=()=>{},yo=e=>e,bo=(e,t)=>t,xo=e=>null,So=e=>!0,Co=(e,t)=>e==t,wo=/\.\d*?(?=9{6,}|0{6,})/gm,To=e=>{if(Io(e)||ko.has(e))return e;let t=`${e}`,n=t.match(wo);if(n==null)return e;let r=n[0].length-1;if(t.indexOf(`e-`)!=-1){let[e,n]=t.split(`e`);return+`${To(e)}e${n}`}return Q(e,r)};function Eo(e,t){return To(Q(To(e/t))*t)}function Do(e,t){return To(ao(To(e/t))*t)}function Oo(e,t){return To(ro(To(e/t))*t)}function Q(e,t=0){if(Io(e))return e;let n=10**t;return io(e*n*(1+2**-52))/n}var ko=new Map;function Ao(e){return((``+e).split(`.`)[1]||``).length}function jo(e,t,n,r){let i=[],a=r.map(Ao);for(let o=t;o<n;o++){let t=no(o),n=Q(co(e,o),t);for(let s=0;s<r.length;s++){let c=e==10?+`${r[s]}e${o}`:r[s]*n,l=(o>=0?0:t)+(o>=a[s]?0:a[s]),u=e==10?c:Q(c,l);i.push(u),ko.set(u,l)}}return i}var Mo={},No=[],Po=[null,null],Fo=Array.isArray,Io=Number.isInteger,Lo=e=>e===void 0;function Ro(e){return typeof e==`string`}function zo(e){let t=!1;if(e!=null){let n=e.constructor;t=n==null||n==Object}return t}function Bo(e){return typeof e==`object`&&!!e}var Vo=Object.getPrototypeOf(Uint8Array),Ho=`__proto__`;function Uo(e,t=zo){let n;if(Fo(e)){let r=e.find(e=>e!=null);if(Fo(r)||t(r)){n=Array(e.length);for(let r=0;r<e.length;r++)n[r]=Uo(e[r],t)}else n=e.slice()}else if(e instanceof Vo)n=e.slice();else if(t(e)){n={};for(let r in e)r!=Ho&&(n[r]=Uo(e[r],t))}else n=e;return n}function Wo(e){let t=arguments;for(let n=1;n<t.length;n++){let r=t[n];for(let t in r)t!=Ho&&(zo(e[t])?Wo(e[t],Uo(r[t])):e[t]=Uo(r[t]))}return e}var Go=0,Ko=1,qo=2;function Jo(e,t,n){for(let r=0,i,a=-1;r<t.length;r++){let o=t[r];if(o>a){for(i=o-1;i>=0&&e[i]==null;)e[i--]=null;for(i=o+1;i<n&&e[i]==null;)e[a=i++]=null}}}function Yo(e,t){if(Qo(e)){let t=e[0].slice();for(let n=1;n<e.length;n++)t.push(...e[n].slice(1));return $o(t[0])||(t=Zo(t)),t}let n=new Set;for(let t=0;t<e.length;t++){let r=e[t][0],i=r.length;for(let e=0;e<i;e++)n.add(r[e])}let r=[Array.from(n).sort((e,t)=>e-t)],i=r[0].length,a=new Map;for(let e=0;e<i;e++)a.set(r[0][e],e);for(let n=0;n<e.length;n++){let o=e[n],s=o[0];for(let e=1;e<o.length;e++){let c=o[e],l=Array(i).fill(void 0),u=t?t[n][e]:Ko,d=[];for(let e=0;e<c.length;e++){let t=c[e],n=a.get(s[e]);t===null?u!=Go&&(l[n]=t,u==qo&&d.push(n)):l[n]=t}Jo(l,d,i),r.push(l)}}return r}var Xo=typeof queueMicrotask>`u`?e=>Promise.resolve().then(e):queueMicrotask;function Zo(e){let t=e[0],n=t.length,r=Array(n);for(let e=0;e<r.length;e++)r[e]=e;r.sort((e,n)=>t[e]-t[n]);let i=[];for(let t=0;t<e.length;t++){let a=e[t],o=Array(n);for(let e=0;e<n;e++)o[e]=a[r[e]];i.push(o)}return i}function Qo(e){let t=e[0][0],n=t.length;for(let r=1;r<e.length;r++){let i=e[r][0];if(i.length!=n)return!1;if(i!=t){for(let e=0;e<n;e++)if(i[e]!=t[e])return!1}}return!0}function $o(e,t=100){let n=e.length;if(n<=1)return!0;let r=0,i=n-1;for(;r<=i&&e[r]==null;)r++;for(;i>=r&&e[i]==null;)i--;if(i<=r)return!0;let a=so(1,ro((i-r+1)/t));for(let t=e[r],n=r+a;n<=i;n+=a){let r=e[n];if(r!=null){if(r<=t)return!1;t=r}}return!0}var es=[`January`,`February`,`March`,`April`,`May`,`June`,`July`,`August`,`September`,`October`,`November`,`December`],ts=[`Sunday`,`Monday`,`Tuesday`,`Wednesday`,`Thursday`,`Friday`,`Saturday`];function ns(e){return e.slice(0,3)}var rs=ts.map(ns),is={MMMM:es,MMM:es.map(ns),WWWW:ts,WWW:rs};function as(e){return(e<10?`0`:``)+e}function os(e){return(e<10?`00`:e<100?`0`:``)+e}var ss={YYYY:e=>e.getFullYear(),YY:e=>(e.getFullYear()+``).slice(2),MMMM:(e,t)=>t.MMMM[e.getMonth()],MMM:(e,t)=>t.MMM[e.getMonth()],MM:e=>as(e.getMonth()+1),M:e=>e.getMonth()+1,DD:e=>as(e.getDate()),D:e=>e.getDate(),WWWW:(e,t)=>t.WWWW[e.getDay()],WWW:(e,t)=>t.WWW[e.getDay()],HH:e=>as(e.getHours()),H:e=>e.getHours(),h:e=>{let t=e.getHours();return t==0?12:t>12?t-12:t},AA:e=>e.getHours()>=12?`PM`:`AM`,aa:e=>e.getHours()>=12?`pm`:`am`,a:e=>e.getHours()>=12?`p`:`a`,mm:e=>as(e.getMinutes()),m:e=>e.getMinutes(),ss:e=>as(e.getSeconds()),s:e=>e.getSeconds(),fff:e=>os(e.getMilliseconds())};function cs(e,t){t||=is;let n=[],r=/\{([a-z]+)\}|[^{]+/gi,i;for(;i=r.exec(e);)n.push(i[0][0]==`{`?ss[i[1]]:i[0]);return e=>{let r=``;for(let i=0;i<n.length;i++)r+=typeof n[i]==`string`?n[i]:n[i](e,t);return r}}var ls=new Intl.DateTimeFormat().resolvedOptions().timeZone;function us(e,t){let n;return t==`UTC`||t==`Etc/UTC`?n=new Date(+e+e.getTimezoneOffset()*6e4):t==ls?n=e:(n=new Date(e.toLocaleString(`en-US`,{timeZone:t})),n.setMilliseconds(e.getMilliseconds())),n}var ds=e=>e%1==0,fs=[1,2,2.5,5],ps=jo(10,-32,0,fs),ms=jo(10,0,32,fs),hs=ms.filter(ds),gs=ps.concat(ms),_s=`
`,vs=`{YYYY}`,ys=_s+vs,bs=`{M}/{D}`,xs=_s+bs,Ss=xs+`/{YY}`,Cs=`{aa}`,ws=`{h}:{mm}`+Cs,Ts=_s+ws,Es=`:{ss}`,$=null;function Ds(e){let t=e*1e3,n=t*60,r=n*60,i=r*24,a=i*30,o=i*365,s=(e==1?jo(10,0,3,fs).filter(ds):jo(10,-3,0,fs)).concat([t,t*5,t*10,t*15,t*30,n,n*5,n*10,n*15,n*30,r,r*2,r*3,r*4,r*6,r*8,r*12,i,i*2,i*3,i*4,i*5,i*6,i*7,i*8,i*9,i*10,i*15,a,a*2,a*3,a*4,a*6,o,o*2,o*5,o*10,o*25,o*50,o*100]),c=[[o,vs,$,$,$,$,$,$,1],[i*28,`{MMM}`,ys,$,$,$,$,$,1],[i,bs,ys,$,$,$,$,$,1],[r,`{h}`+Cs,Ss,$,xs,$,$,$,1],[n,ws,Ss,$,xs,$,$,$,1],[t,Es,Ss+` `+ws,$,xs+` `+ws,$,Ts,$,1],[e,Es+`.{fff}`,Ss+` `+ws,$,xs+` `+ws,$,Ts,$,1]];function l(t){return(s,c,l,u,d,f)=>{let p=[],m=d>=o,h=d>=a&&d<o,g=t(l),_=Q(g*e,3),v=Ls(g.getFullYear(),m?0:g.getMonth(),h||m?1:g.getDate()),y=Q(v*e,3);if(h||m){let n=h?d/a:0,r=m?d/o:0,i=_==y?_:Q(Ls(v.getFullYear()+r,v.getMonth()+n,1)*e,3),s=new Date(io(i/e)),c=s.getFullYear(),l=s.getMonth();for(let a=0;i<=u;a++){let o=Ls(c+r*a,l+n*a,1),s=o-t(Q(o*e,3));i=Q((+o+s)*e,3),i<=u&&p.push(i)}}else{let a=d>=i?i:d,o=y+(ro(l)-ro(_))+Do(_-y,a);p.push(o);let m=t(o),h=m.getHours()+m.getMinutes()/n+m.getSeconds()/r,g=d/r,v=f/s.axes[c]._space;for(;o=Q(o+d,e==1?0:3),!(o>u);)if(g>1){let e=ro(Q(h+g,6))%24,n=t(o).getHours()-e;n>1&&(n=-1),o-=n*r,h=(h+g)%24;let i=p[p.length-1];Q((o-i)/d,3)*v>=.7&&p.push(o)}else p.push(o)}return p}}return[s,c,l]}var[Os,ks,As]=Ds(1),[js,Ms,Ns]=Ds(.001);jo(2,-53,53,[1]);function Ps(e,t){return e.map(e=>e.map((n,r)=>r==0||r==8||n==null?n:t(r==1||e[8]==0?n:e[1]+n)))}function Fs(e,t){return(n,r,i,a,o)=>{let s=t.find(e=>o>=e[0])||t[t.length-1],c,l,u,d,f,p;return r.map(t=>{let n=e(t),r=n.getFullYear(),i=n.getMonth(),a=n.getDate(),o=n.getHours(),m=n.getMinutes(),h=n.getSeconds(),g=r!=c&&s[2]||i!=l&&s[3]||a!=u&&s[4]||o!=d&&s[5]||m!=f&&s[6]||h!=p&&s[7]||s[1];return c=r,l=i,u=a,d=o,f=m,p=h,g(n)})}}function Is(e,t){let n=cs(t);return(t,r,i,a,o)=>r.map(t=>n(e(t)))}function Ls(e,t,n){return new Date(e,t,n)}function Rs(e,t){return t(e)}var zs=`{YYYY}-{MM}-{DD} {h}:{mm}{aa}`;function Bs(e,t){return(n,r,i,a)=>a==null?ha:t(e(r))}function Vs(e,t){let n=e.series[t];return n.width?n.stroke(e,t):n.points.width?n.points.stroke(e,t):null}function Hs(e,t){return e.series[t].fill(e,t)}var Us={show:!0,live:!0,isolate:!1,mount:vo,markers:{show:!0,width:2,stroke:Vs,fill:Hs,dash:`solid`},idx:null,idxs:null,values:[]};function Ws(e,t){let n=e.cursor.points,r=Ta(),i=n.size(e,t);J(r,Zi,i),J(r,Qi,i);let a=i/-2;J(r,`marginLeft`,a),J(r,`marginTop`,a);let o=n.width(e,t,i);return o&&J(r,`borderWidth`,o),r}function Gs(e,t){let n=e.series[t].points;return n._fill||n._stroke}function Ks(e,t){let n=e.series[t].points;return n._stroke||n._fill}function qs(e,t){return e.series[t].points.size}var Js=[0,0];function Ys(e,t,n){return Js[0]=t,Js[1]=n,Js}function Xs(e,t,n,r=!0){return e=>{e.button!=0||r&&e.target!=t||n(e)}}function Zs(e,t,n,r=!0){return e=>{r&&e.target!=t||n(e)}}var Qs={show:!0,x:!0,y:!0,lock:!1,move:Ys,points:{one:!1,show:Ws,size:qs,width:0,stroke:Ks,fill:Gs},bind:{mousedown:Xs,mouseup:Xs,click:Xs,dblclick:Xs,mousemove:Zs,mouseleave:Zs,mouseenter:Zs},drag:{setScale:!0,x:!0,y:!1,dist:0,uni:null,click:(e,t)=>{t.stopPropagation(),t.stopImmediatePropagation()},_x:!1,_y:!1},focus:{dist:(e,t,n,r,i)=>r-i,prox:-1,bias:0},hover:{skip:[void 0],prox:null,bias:0},left:-10,top:-10,idx:null,dataIdx:null,idxs:null,event:null},$s={show:!0,stroke:`rgba(0,0,0,0.07)`,width:2},ec=Wo({},$s,{filter:bo}),tc=Wo({},ec,{size:10}),nc=Wo({},$s,{show:!1}),rc=`12px system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, "Noto Sans", sans-serif, "Apple Color Emoji", "Segoe UI Emoji", "Segoe UI Symbol", "Noto Color Emoji"`,ic=`bold `+rc,ac=1.5,oc={show:!0,scale:`x`,stroke:ra,space:50,gap:5,alignTo:1,size:50,labelGap:0,labelSize:30,labelFont:ic,side:2,grid:ec,ticks:tc,border:nc,font:rc,lineGap:ac,rotate:0},sc=`Value`,cc=`Time`,lc={show:!0,scale:`x`,auto:!1,sorted:1,min:X,max:-1/0,idxs:[]};function uc(e,t,n,r,i){return t.map(e=>e==null?``:$a(e))}function dc(e,t,n,r,i,a,o){let s=[],c=ko.get(i)||0;n=o?n:Q(Do(n,i),c);for(let e=n;e<=r;e=Q(e+i,c))s.push(Object.is(e,-0)?0:e);return s}function fc(e,t,n,r,i,a,o){let s=[],c=e.scales[e.axes[t].scale].log;i=co(c,ro((c==10?uo:fo)(n))),c==10&&(i=gs[Ia(i,gs)]);let l=n,u=i*c;c==10&&(u=gs[Ia(u,gs)]);do s.push(l),l+=i,c==10&&!ko.has(l)&&(l=Q(l,ko.get(i))),l>=u&&(i=l,u=i*c,c==10&&(u=gs[Ia(u,gs)]));while(l<=r);return s}function pc(e,t,n,r,i,a,o){let s=e.scales[e.axes[t].scale].asinh,c=r>s?fc(e,t,so(s,n),r,i):[s],l=r>=0&&n<=0?[0]:[];return(n<-s?fc(e,t,so(s,-r),-n,i):[s]).reverse().map(e=>-e).concat(l,c)}var mc=/./,hc=/[12357]/,gc=/[125]/,_c=/1/,vc=(e,t,n,r)=>e.map((e,i)=>t==4&&e==0||i%r==0&&n.test(e.toExponential()[+(e<0)])?e:null);function yc(e,t,n,r,i){let a=e.axes[n],o=a.scale,s=e.scales[o],c=e.valToPos,l=a._space,u=c(10,o),d=c(9,o)-u>=l?mc:c(7,o)-u>=l?hc:c(5,o)-u>=l?gc:_c;if(d==_c){let e=no(c(1,o)-u);if(e<l)return vc(t.slice().reverse(),s.distr,d,ao(l/e)).reverse()}return vc(t,s.distr,d,1)}function bc(e,t,n,r,i){let a=e.axes[n],o=a.scale,s=a._space,c=e.valToPos,l=no(c(1,o)-c(2,o));return l<s?vc(t.slice().reverse(),3,mc,ao(s/l)).reverse():t}function xc(e,t,n,r){return r==null?ha:t==null?``:$a(t)}var Sc={show:!0,scale:`y`,stroke:ra,space:30,gap:5,alignTo:1,size:50,labelGap:0,labelSize:30,labelFont:ic,side:3,grid:ec,ticks:tc,border:nc,font:rc,lineGap:ac,rotate:0};function Cc(e,t){return Q((3+(e||1)*2)*t,3)}function wc(e,t){let{scale:n,idxs:r}=e.series[0],i=e._data[0],a=e.valToPos(i[r[0]],n,!0),o=no(e.valToPos(i[r[1]],n,!0)-a)/(e.series[t].points.space*q);return r[1]-r[0]<=o}var Tc={scale:null,auto:!0,sorted:0,min:X,max:-1/0},Ec=(e,t,n,r,i)=>i,Dc={show:!0,auto:!0,sorted:0,gaps:Ec,alpha:1,facets:[Wo({},Tc,{scale:`x`}),Wo({},Tc,{scale:`y`})]},Oc={scale:`y`,auto:!0,sorted:0,show:!0,spanGaps:!1,gaps:Ec,alpha:1,points:{show:wc,filter:null},values:null,min:X,max:-1/0,idxs:[],path:null,clip:null};function kc(e,t,n,r,i){return n/10}var Ac={time:Ai,auto:!0,distr:1,log:10,asinh:1,min:null,max:null,dir:1,ori:0},jc=Wo({},Ac,{time:!1,ori:1}),Mc={};function Nc(e,t){let n=Mc[e];return n||(n={key:e,plots:[],sub(e){n.plots.push(e)},unsub(e){n.plots=n.plots.filter(t=>t!=e)},pub(e,t,r,i,a,o,s){for(let c=0;c<n.plots.length;c++)n.plots[c]!=t&&n.plots[c].pub(e,t,r,i,a,o,s)}},e!=null&&(Mc[e]=n)),n}var Pc=1,Fc=2;function Ic(e,t,n){let r=e.mode,i=e.series[t],a=r==2?e._data[t]:e._data,o=e.scales,s=e.bbox,c=a[0],l=r==2?a[1]:a[t],u=r==2?o[i.facets[0].scale]:o[e.series[0].scale],d=r==2?o[i.facets[1].scale]:o[i.scale],f=s.left,p=s.top,m=s.width,h=s.height,g=e.valToPosH,_=e.valToPosV;return u.ori==0?n(i,c,l,u,d,g,_,f,p,m,h,Gc,qc,Yc,Zc,$c):n(i,c,l,u,d,_,g,p,f,h,m,Kc,Jc,Xc,Qc,el)}function Lc(e,t){let n=0,r=0,i=Y(e.bands,No);for(let e=0;e<i.length;e++){let a=i[e];a.series[0]==t?n=a.dir:a.series[1]==t&&(a.dir==1?r|=1:r|=2)}return[n,r==1?-1:r==2?1:r==3?2:0]}function Rc(e,t,n,r,i){let a=e.mode,o=e.series[t],s=a==2?o.facets[1].scale:o.scale,c=e.scales[s];return i==-1?c.min:i==1?c.max:c.distr==3?c.dir==1?c.min:c.max:0}function zc(e,t,n,r,i,a){return Ic(e,t,(e,t,o,s,c,l,u,d,f,p,m)=>{let h=e.pxRound,g=s.dir*(s.ori==0?1:-1),_=s.ori==0?qc:Jc,v,y;g==1?(v=n,y=r):(v=r,y=n);let b=h(l(t[v],s,p,d)),x=h(u(o[v],c,m,f)),S=h(l(t[y],s,p,d)),C=h(u(a==1?c.max:c.min,c,m,f)),w=new Path2D(i);return _(w,S,C),_(w,b,C),_(w,b,x),w})}function Bc(e,t,n,r,i,a){let o=null;if(e.length>0){o=new Path2D;let s=t==0?Yc:Xc,c=n;for(let t=0;t<e.length;t++){let n=e[t];if(n[1]>n[0]){let e=n[0]-c;e>0&&s(o,c,r,e,r+a),c=n[1]}}let l=n+i-c;l>0&&s(o,c,r-5,l,r+a+10)}return o}function Vc(e,t,n){let r=e[e.length-1];r&&r[0]==t?r[1]=n:e.push([t,n])}function Hc(e,t,n,r,i,a,o){let s=[],c=e.length;for(let l=i==1?n:r;l>=n&&l<=r;l+=i)if(t[l]===null){let u=l,d=l;if(i==1)for(;++l<=r&&t[l]===null;)d=l;else for(;--l>=n&&t[l]===null;)d=l;let f=a(e[u]),p=d==u?f:a(e[d]),m=u-i;f=o<=0&&m>=0&&m<c?a(e[m]):f;let h=d+i;p=o>=0&&h>=0&&h<c?a(e[h]):p,p>=f&&s.push([f,p])}return s}function Uc(e){return e==0?yo:e==1?io:t=>Eo(t,e)}function Wc(e){let t=e==0?Gc:Kc,n=e==0?(e,t,n,r,i,a)=>{e.arcTo(t,n,r,i,a)}:(e,t,n,r,i,a)=>{e.arcTo(n,t,i,r,a)},r=e==0?(e,t,n,r,i)=>{e.rect(t,n,r,i)}:(e,t,n,r,i)=>{e.rect(n,t,i,r)};return(e,i,a,o,s,c=0,l=0)=>{c==0&&l==0?r(e,i,a,o,s):(c=oo(c,o/2,s/2),l=oo(l,o/2,s/2),t(e,i+c,a),n(e,i+o,a,i+o,a+s,c),n(e,i+o,a+s,i,a+s,l),n(e,i,a+s,i,a,l),n(e,i,a,i+o,a,c),e.closePath())}}var Gc=(e,t,n)=>{e.moveTo(t,n)},Kc=(e,t,n)=>{e.moveTo(n,t)},qc=(e,t,n)=>{e.lineTo(t,n)},Jc=(e,t,n)=>{e.lineTo(n,t)},Yc=Wc(0),Xc=Wc(1),Zc=(e,t,n,r,i,a)=>{e.arc(t,n,r,i,a)},Qc=(e,t,n,r,i,a)=>{e.arc(n,t,r,i,a)},$c=(e,t,n,r,i,a,o)=>{e.bezierCurveTo(t,n,r,i,a,o)},el=(e,t,n,r,i,a,o)=>{e.bezierCurveTo(n,t,i,r,o,a)};function tl(e){return(e,t,n,r,i)=>Ic(e,t,(t,a,o,s,c,l,u,d,f,p,m)=>{let{pxRound:h,points:g}=t,_,v;s.ori==0?(_=Gc,v=Zc):(_=Kc,v=Qc);let y=Q(g.width*q,3),b=(g.size-g.width)/2*q,x=Q(b*2,3),S=new Path2D,C=new Path2D,{left:w,top:T,width:E,height:D}=e.bbox;Yc(C,w-x,T-x,E+x*2,D+x*2);let O=e=>{if(o[e]!=null){let t=h(l(a[e],s,p,d)),n=h(u(o[e],c,m,f));_(S,t+b,n),v(S,t,n,b,0,to*2)}};if(i)i.forEach(O);else for(let e=n;e<=r;e++)O(e);return{stroke:y>0?S:null,fill:S,clip:C,flags:3}})}function nl(e){return(t,n,r,i,a,o)=>{r!=i&&(a!=r&&o!=r&&e(t,n,r),a!=i&&o!=i&&e(t,n,i),e(t,n,o))}}var rl=nl(qc),il=nl(Jc);function al(e){let t=Y(e?.alignGaps,0);return(e,n,r,i)=>Ic(e,n,(a,o,s,c,l,u,d,f,p,m,h)=>{[r,i]=Ba(s,r,i);let g=a.pxRound,_=e=>g(u(e,c,m,f)),v=e=>g(d(e,l,h,p)),y,b;c.ori==0?(y=qc,b=rl):(y=Jc,b=il);let x=c.dir*(c.ori==0?1:-1),S={stroke:new Path2D,fill:null,clip:null,band:null,gaps:null,flags:Pc},C=S.stroke,w=!1;if(i-r>=m*4){let t=t=>e.posToVal(t,c.key,!0),n=null,a=null,l,u,d,f=_(o[x==1?r:i]),p=_(o[r]),m=_(o[i]),h=t(x==1?p+1:m-1);for(let e=x==1?r:i;e>=r&&e<=i;e+=x){let r=o[e],i=(x==1?r<h:r>h)?f:_(r),c=s[e];i==f?c==null?c===null&&(w=!0):(u=c,n==null?(y(C,i,v(u)),l=n=a=u):u<n?n=u:u>a&&(a=u)):(n!=null&&b(C,f,v(n),v(a),v(l),v(u)),c==null?(n=a=null,c===null&&(w=!0)):(u=c,y(C,i,v(u)),n=a=l=u),f=i,h=t(f+x))}n!=null&&n!=a&&d!=f&&b(C,f,v(n),v(a),v(l),v(u))}else for(let e=x==1?r:i;e>=r&&e<=i;e+=x){let t=s[e];t===null?w=!0:t!=null&&y(C,_(o[e]),v(t))}let[T,E]=Lc(e,n);if(a.fill!=null||T!=0){let t=S.fill=new Path2D(C),s=v(a.fillTo(e,n,a.min,a.max,T)),c=_(o[r]),l=_(o[i]);x==-1&&([l,c]=[c,l]),y(t,l,s),y(t,c,s)}if(!a.spanGaps){let l=[];w&&l.push(...Hc(o,s,r,i,x,_,t)),S.gaps=l=a.gaps(e,n,r,i,l),S.clip=Bc(l,c.ori,f,p,m,h)}return E!=0&&(S.band=E==2?[zc(e,n,r,i,C,-1),zc(e,n,r,i,C,1)]:zc(e,n,r,i,C,E)),S})}function ol(e){let t=Y(e.align,1),n=Y(e.ascDesc,!1),r=Y(e.alignGaps,0),i=Y(e.extend,!1);return(e,a,o,s)=>Ic(e,a,(c,l,u,d,f,p,m,h,g,_,v)=>{[o,s]=Ba(u,o,s);let y=c.pxRound,{left:b,width:x}=e.bbox,S=e=>y(p(e,d,_,h)),C=e=>y(m(e,f,v,g)),w=d.ori==0?qc:Jc,T={stroke:new Path2D,fill:null,clip:null,band:null,gaps:null,flags:Pc},E=T.stroke,D=d.dir*(d.ori==0?1:-1),O=C(u[D==1?o:s]),ee=S(l[D==1?o:s]),te=ee,k=ee;i&&t==-1&&(k=b,w(E,k,O)),w(E,ee,O);for(let e=D==1?o:s;e>=o&&e<=s;e+=D){let n=u[e];if(n==null)continue;let r=S(l[e]),i=C(n);t==1?w(E,r,O):w(E,te,i),w(E,r,i),O=i,te=r}let A=te;i&&t==1&&(A=b+x,w(E,A,O));let[ne,re]=Lc(e,a);if(c.fill!=null||ne!=0){let t=T.fill=new Path2D(E),n=C(c.fillTo(e,a,c.min,c.max,ne));w(t,A,n),w(t,k,n)}if(!c.spanGaps){let i=[];i.push(...Hc(l,u,o,s,D,S,r));let f=c.width*q/2,p=n||t==1?f:-f,m=n||t==-1?-f:f;i.forEach(e=>{e[0]+=p,e[1]+=m}),T.gaps=i=c.gaps(e,a,o,s,i),T.clip=Bc(i,d.ori,h,g,_,v)}return re!=0&&(T.band=re==2?[zc(e,a,o,s,E,-1),zc(e,a,o,s,E,1)]:zc(e,a,o,s,E,re)),T})}function sl(e,t,n,r,i,a,o=X){if(e.length>1){let s=null;for(let c=0,l=1/0;c<e.length;c++)if(t[c]!==void 0){if(s!=null){let t=no(e[c]-e[s]);t<l&&(l=t,o=no(n(e[c],r,i,a)-n(e[s],r,i,a)))}s=c}}return o}function cl(e){e||=Mo;let t=Y(e.size,[.6,X,1]),n=e.align||0,r=e.gap||0,i=e.radius;i=i==null?[0,0]:typeof i==`number`?[i,0]:i;let a=Z(i),o=1-t[0],s=Y(t[1],X),c=Y(t[2],1),l=Y(e.disp,Mo),u=Y(e.each,e=>{}),{fill:d,stroke:f}=l;return(e,t,i,p)=>Ic(e,t,(m,h,g,_,v,y,b,x,S,C,w)=>{let T=m.pxRound,E=n,D=r*q,O=s*q,ee=c*q,te,k;_.ori==0?[te,k]=a(e,t):[k,te]=a(e,t);let A=_.dir*(_.ori==0?1:-1),ne=_.ori==0?Yc:Xc,re=_.ori==0?u:(e,t,n,r,i,a,o)=>{u(e,t,n,i,r,o,a)},ie=Y(e.bands,No).find(e=>e.series[0]==t),ae=ie==null?0:ie.dir,oe=m.fillTo(e,t,m.min,m.max,ae),j=T(b(oe,v,w,S)),M,N,se,P=C,F=T(m.width*q),ce=!1,le=null,ue=null,de=null,I=null;d!=null&&(F==0||f!=null)&&(ce=!0,le=d.values(e,t,i,p),ue=new Map,new Set(le).forEach(e=>{e!=null&&ue.set(e,new Path2D)}),F>0&&(de=f.values(e,t,i,p),I=new Map,new Set(de).forEach(e=>{e!=null&&I.set(e,new Path2D)})));let{x0:L,size:fe}=l;if(L!=null&&fe!=null){E=1,h=L.values(e,t,i,p),L.unit==2&&(h=h.map(t=>e.posToVal(x+t*C,_.key,!0)));let n=fe.values(e,t,i,p);N=fe.unit==2?n[0]*C:y(n[0],_,C,x)-y(0,_,C,x),P=sl(h,g,y,_,C,x,P),se=P-N+D}else P=sl(h,g,y,_,C,x,P),se=P*o+D,N=P-se;se<1&&(se=0),F>=N/2&&(F=0),se<5&&(T=yo);let R=se>0,z=P-se-(R?F:0);N=T(go(z,ee,O)),M=(E==0?N/2:E==A?0:N)-E*A*((E==0?D/2:0)+(R?F/2:0));let pe={stroke:null,fill:null,clip:null,band:null,gaps:null,flags:0},me=ce?null:new Path2D,he=null;if(ie!=null)he=e.data[ie.series[1]];else{let{y0:n,y1:r}=l;n!=null&&r!=null&&(g=r.values(e,t,i,p),he=n.values(e,t,i,p))}let ge=te*N,_e=k*N;for(let n=A==1?i:p;n>=i&&n<=p;n+=A){let r=g[n];if(r==null)continue;if(he!=null){let e=he[n]??0;if(r-e==0)continue;j=b(e,v,w,S)}let i=y(_.distr!=2||l!=null?h[n]:n,_,C,x),a=b(Y(r,oe),v,w,S),o=T(i-M),s=T(so(a,j)),c=T(oo(a,j)),u=s-c;if(r!=null){let i=r<0?_e:ge,a=r<0?ge:_e;ce?(F>0&&de[n]!=null&&ne(I.get(de[n]),o,c+ro(F/2),N,so(0,u-F),i,a),le[n]!=null&&ne(ue.get(le[n]),o,c+ro(F/2),N,so(0,u-F),i,a)):ne(me,o,c+ro(F/2),N,so(0,u-F),i,a),re(e,t,n,o-F/2,c,N+F,u)}}return F>0?pe.stroke=ce?I:me:ce||(pe._fill=m.width==0?m._fill:m._stroke??m._fill,pe.width=0),pe.fill=ce?ue:me,pe})}function ll(e,t){let n=Y(t?.alignGaps,0);return(t,r,i,a)=>Ic(t,r,(o,s,c,l,u,d,f,p,m,h,g)=>{[i,a]=Ba(c,i,a);let _=o.pxRound,v=e=>_(d(e,l,h,p)),y=e=>_(f(e,u,g,m)),b,x,S;l.ori==0?(b=Gc,S=qc,x=$c):(b=Kc,S=Jc,x=el);let C=l.dir*(l.ori==0?1:-1),w=v(s[C==1?i:a]),T=w,E=[],D=[];for(let e=C==1?i:a;e>=i&&e<=a;e+=C)if(c[e]!=null){let t=s[e],n=v(t);E.push(T=n),D.push(y(c[e]))}let O={stroke:e(E,D,b,S,x,_),fill:null,clip:null,band:null,gaps:null,flags:Pc},ee=O.stroke,[te,k]=Lc(t,r);if(o.fill!=null||te!=0){let e=O.fill=new Path2D(ee),n=y(o.fillTo(t,r,o.min,o.max,te));S(e,T,n),S(e,w,n)}if(!o.spanGaps){let e=[];e.push(...Hc(s,c,i,a,C,v,n)),O.gaps=e=o.gaps(t,r,i,a,e),O.clip=Bc(e,l.ori,p,m,h,g)}return k!=0&&(O.band=k==2?[zc(t,r,i,a,ee,-1),zc(t,r,i,a,ee,1)]:zc(t,r,i,a,ee,k)),O})}function ul(e){return ll(dl,e)}function dl(e,t,n,r,i,a){let o=e.length;if(o<2)return null;let s=new Path2D;if(n(s,e[0],t[0]),o==2)r(s,e[1],t[1]);else{let n=Array(o),r=Array(o-1),a=Array(o-1),c=Array(o-1);for(let n=0;n<o-1;n++)a[n]=t[n+1]-t[n],c[n]=e[n+1]-e[n],r[n]=a[n]/c[n];n[0]=r[0];for(let e=1;e<o-1;e++)r[e]===0||r[e-1]===0||r[e-1]>0!=r[e]>0?n[e]=0:(n[e]=3*(c[e-1]+c[e])/((2*c[e]+c[e-1])/r[e-1]+(c[e]+2*c[e-1])/r[e]),isFinite(n[e])||(n[e]=0));n[o-1]=r[o-2];for(let r=0;r<o-1;r++)i(s,e[r]+c[r]/3,t[r]+n[r]*c[r]/3,e[r+1]-c[r]/3,t[r+1]-n[r+1]*c[r]/3,e[r+1],t[r+1])}return s}var fl=new Set;function pl(){for(let e of fl)e.syncRect(!0)}ga&&(Pa(da,va,pl),Pa(fa,va,pl,!0),Pa(ma,va,()=>{kl.pxRatio=q}));var ml=al(),hl=tl();function gl(e,t,n,r){return(r?[e[0],e[1]].concat(e.slice(2)):[e[0]].concat(e.slice(1))).map((e,r)=>vl(e,r,t,n))}function _l(e,t){return e.map((e,n)=>n==0?{}:Wo({},t,e))}function vl(e,t,n,r){return Wo({},t==0?n:r,e)}function yl(e,t,n){return t==null?Po:[t,n]}var bl=yl;function xl(e,t,n){return t==null?Po:Ya(t,n,Ga,!0)}function Sl(e,t,n,r){return t==null?Po:Ua(t,n,e.scales[r].log,!1)}var Cl=Sl;function wl(e,t,n,r){return t==null?Po:Wa(t,n,e.scales[r].log,!1)}var Tl=wl;function El(e,t,n,r,i){let a=so(ho(e),ho(t)),o=t-e,s=Ia(i/r*o,n);do{let e=n[s],t=r*e/o;if(t>=i&&a+(e<5?ko.get(e):0)<=17)return[e,t]}while(++s<n.length);return[0,0]}function Dl(e){let t,n;return e=e.replace(/(\d+)px/,(e,r)=>(t=io((n=+r)*q))+`px`),[e,t,n]}function Ol(e){e.show&&[e.font,e.labelFont].forEach(e=>{let t=Q(e[2]*q,1);e[0]=e[0].replace(/[0-9.]+px/,t+`px`),e[1]=t})}function kl(e,t,n){let r={mode:Y(e.mode,1)},i=r.mode;function a(e,t,n,r){let i=t.valToPct(e);return r+n*(t.dir==-1?1-i:i)}function o(e,t,n,r){let i=t.valToPct(e);return r+n*(t.dir==-1?i:1-i)}function s(e,t,n,r){return t.ori==0?a(e,t,n,r):o(e,t,n,r)}r.valToPosH=a,r.valToPosV=o;let c=!1;r.status=0;let l=r.root=Ta(ji);if(e.id!=null&&(l.id=e.id),Sa(l,e.class),e.title){let t=Ta(Pi,l);t.textContent=e.title}let u=wa(`canvas`),d=r.ctx=u.getContext(`2d`),f=Ta(Fi,l);Pa(`click`,f,e=>{e.target===m&&(W!=en||G!=tn)&&on.click(r,e)},!0);let p=r.under=Ta(Ii,f);f.appendChild(u);let m=r.over=Ta(Li,f);e=Uo(e);let h=+Y(e.pxAlign,1),g=Uc(h);(e.plugins||[]).forEach(t=>{t.opts&&(e=t.opts(r,e)||e)});let _=e.ms||.001,v=r.series=i==1?gl(e.series||[],lc,Oc,!1):_l(e.series||[null],Dc),y=r.axes=gl(e.axes||[],oc,Sc,!0),b=r.scales={},x=r.bands=e.bands||[];x.forEach(e=>{e.fill=Z(e.fill||null),e.dir=Y(e.dir,-1)});let S=i==2?v[1].facets[0].scale:v[0].scale,C={axes:Rt,series:Dt},w=(e.drawOrder||[`axes`,`series`]).map(e=>C[e]);function T(e){let t=e.distr==3?t=>uo(t>0?t:e.clamp(r,t,e.min,e.max,e.key)):e.distr==4?t=>mo(t,e.asinh):e.distr==100?t=>e.fwd(t):e=>e;return n=>{let r=t(n),{_min:i,_max:a}=e,o=a-i;return(r-i)/o}}function E(t){let n=b[t];if(n==null){let r=(e.scales||Mo)[t]||Mo;if(r.from!=null){E(r.from);let e=Wo({},b[r.from],r,{key:t});e.valToPct=T(e),b[t]=e}else{n=b[t]=Wo({},t==S?Ac:jc,r),n.key=t;let e=n.time,a=n.range,o=Fo(a);if((t!=S||i==2&&!e)&&(o&&(a[0]==null||a[1]==null)&&(a={min:a[0]==null?Ka:{mode:1,hard:a[0],soft:a[0]},max:a[1]==null?Ka:{mode:1,hard:a[1],soft:a[1]}},o=!1),!o&&zo(a))){let e=a;a=(t,n,r)=>n==null?Po:Ya(n,r,e)}n.range=Z(a||(e?bl:t==S?n.distr==3?Cl:n.distr==4?Tl:yl:n.distr==3?Sl:n.distr==4?wl:xl)),n.auto=Z(!o&&n.auto),n.clamp=Z(n.clamp||kc),n._min=n._max=null,n.valToPct=T(n)}}}E(`x`),E(`y`),i==1&&v.forEach(e=>{E(e.scale)}),y.forEach(e=>{E(e.scale)});for(let t in e.scales)E(t);let D=b[S],O=D.distr,ee,te;D.ori==0?(Sa(l,Mi),ee=a,te=o):(Sa(l,Ni),ee=o,te=a);let k={};for(let e in b){let t=b[e];(t.min!=null||t.max!=null)&&(k[e]={min:t.min,max:t.max},t.min=t.max=null)}let A=e.tzDate||(e=>new Date(io(e/_))),ne=e.fmtDate||cs,re=_==1?As(A):Ns(A),ie=Fs(A,Ps(_==1?ks:Ms,ne)),ae=Bs(A,Rs(zs,ne)),oe=[],j=r.legend=Wo({},Us,e.legend),M=r.cursor=Wo({},Qs,{drag:{y:i==2}},e.cursor),N=j.show,se=M.show,P=j.markers;j.idxs=oe,P.width=Z(P.width),P.dash=Z(P.dash),P.stroke=Z(P.stroke),P.fill=Z(P.fill);let F,ce,le,ue=[],de=[],I,L=!1,fe={};if(j.live){let e=v[1]?v[1].values:null;L=e!=null,I=L?e(r,1,0):{_:0};for(let e in I)fe[e]=ha}if(N){if(F=wa(`table`,Wi,l),le=wa(`tbody`,null,F),j.mount(r,F),L){ce=wa(`thead`,null,F,le);let e=wa(`tr`,null,ce);for(var R in wa(`th`,null,e),I)wa(`th`,Yi,e).textContent=R}else Sa(F,Ki),j.live&&Sa(F,Gi)}let z={show:!0},pe={show:!1};function me(e,t){if(t==0&&(L||!j.live||i==2))return Po;let n=[],a=wa(`tr`,qi,le,le.childNodes[t]);Sa(a,e.class),e.show||Sa(a,zi);let o=wa(`th`,null,a);if(P.show){let e=Ta(Ji,o);if(t>0){let n=P.width(r,t);n&&(e.style.border=n+`px `+P.dash(r,t)+` `+P.stroke(r,t)),e.style.background=P.fill(r,t)}}let s=Ta(Yi,o);for(var c in e.label instanceof HTMLElement?s.appendChild(e.label):s.textContent=e.label,t>0&&(P.show||(s.style.color=e.width>0?P.stroke(r,t):P.fill(r,t)),ge(`click`,o,t=>{if(M._lock)return;Ve(t);let n=v.indexOf(e);if((t.ctrlKey||t.metaKey)!=j.isolate){let e=v.some((e,t)=>t>0&&t!=n&&e.show);v.forEach((t,r)=>{r>0&&pn(r,e?r==n?z:pe:z,!0,Qn.setSeries)})}else pn(n,{show:!e.show},!0,Qn.setSeries)},!1),We&&ge(ca,o,t=>{M._lock||(Ve(t),pn(v.indexOf(e),xn,!0,Qn.setSeries))},!1)),I){let e=wa(`td`,Xi,a);e.textContent=`--`,n.push(e)}return[a,n]}let he=new Map;function ge(e,t,n,i=!0){let a=he.get(t)||{},o=M.bind[e](r,t,n,i);o&&(Pa(e,t,a[e]=o),he.set(t,a))}function _e(e,t,n){let r=he.get(t)||{};for(let n in r)(e==null||n==e)&&(Fa(n,t,r[n]),delete r[n]);e??he.delete(t)}let ve=0,ye=0,B=0,V=0,be=0,xe=0,Se=be,Ce=xe,we=B,Te=V,Ee=0,De=0,Oe=0,ke=0;r.bbox={};let Ae=!1,je=!1,Me=!1,H=!1,Ne=!1,Pe=!1;function Fe(e,t,n){(n||e!=r.width||t!=r.height)&&Ie(e,t),zt(!1),Me=!0,je=!0,Wt()}function Ie(e,t){r.width=ve=B=e,r.height=ye=V=t,be=xe=0,ze(),Be();let n=r.bbox;Ee=n.left=Eo(be*q,.5),De=n.top=Eo(xe*q,.5),Oe=n.width=Eo(B*q,.5),ke=n.height=Eo(V*q,.5)}function Le(){let e=!1,t=0;for(;!e;){t++;let n=It(t),i=Lt(t);e=t==3||n&&i,e||(Ie(r.width,r.height),je=!0)}}function Re({width:e,height:t}){Fe(e,t)}r.setSize=Re;function ze(){let e=!1,t=!1,n=!1,r=!1;y.forEach((i,a)=>{if(i.show&&i._show){let{side:a,_size:o}=i,s=a%2,c=o+(i.label==null?0:i.labelSize);c>0&&(s?(B-=c,a==3?(be+=c,r=!0):n=!0):(V-=c,a==0?(xe+=c,e=!0):t=!0))}}),$e[0]=e,$e[1]=n,$e[2]=t,$e[3]=r,B-=rt[1]+rt[3],be+=rt[3],V-=rt[2]+rt[0],xe+=rt[0]}function Be(){let e=be+B,t=xe+V,n=be,r=xe;function i(i,a){switch(i){case 1:return e+=a,e-a;case 2:return t+=a,t-a;case 3:return n-=a,n+a;case 0:return r-=a,r+a}}y.forEach((e,t)=>{if(e.show&&e._show){let t=e.side;e._pos=i(t,e._size),e.label!=null&&(e._lpos=i(t,e.labelSize))}})}if(M.dataIdx==null){let e=M.hover,n=e.skip=new Set(e.skip??[]);n.add(void 0);let r=e.prox=Z(e.prox),i=e.bias??=0;M.dataIdx=(e,a,o,s)=>{if(a==0)return o;let c=o,l=r(e,a,o,s)??X,u=l>=0&&l<X,d=D.ori==0?B:V,f=M.left,p=t[0],m=t[a];if(n.has(m[o])){c=null;let e=null,t=null,r;if(i==0||i==-1)for(r=o;e==null&&r-->0;)n.has(m[r])||(e=r);if(i==0||i==1)for(r=o;t==null&&r++<m.length;)n.has(m[r])||(t=r);if(e!=null||t!=null){if(u){let n=e==null?-1/0:ee(p[e],D,d,0),r=t==null?1/0:ee(p[t],D,d,0),i=f-n,a=r-f;i<=a?i<=l&&(c=e):a<=l&&(c=t)}else c=t==null?e:e==null?t:o-e<=t-o?e:t}}else u&&no(f-ee(p[o],D,d,0))>l&&(c=null);return c}}let Ve=e=>{M.event=e};M.idxs=oe,M._lock=!1;let He=M.points;He.show=Z(He.show),He.size=Z(He.size),He.stroke=Z(He.stroke),He.width=Z(He.width),He.fill=Z(He.fill);let Ue=r.focus=Wo({},e.focus||{alpha:.3},M.focus),We=Ue.prox>=0,Ge=We&&He.one,Ke=[],qe=[],Je=[];function Ye(e,t){let n=He.show(r,t);if(n instanceof HTMLElement)return Sa(n,Ui),Sa(n,e.class),Da(n,-10,-10,B,V),m.insertBefore(n,Ke[t]),n}function Xe(e,t){if(i==1||t>0){let t=i==1&&b[e.scale].time,n=e.value;e.value=t?Ro(n)?Bs(A,Rs(n,ne)):n||ae:n||xc,e.label=e.label||(t?cc:sc)}if(Ge||t>0){e.width=e.width==null?1:e.width,e.paths=e.paths||ml||xo,e.fillTo=Z(e.fillTo||Rc),e.pxAlign=+Y(e.pxAlign,h),e.pxRound=Uc(e.pxAlign),e.stroke=Z(e.stroke||null),e.fill=Z(e.fill||null),e._stroke=e._fill=e._paths=e._focus=null;let t=Cc(so(1,e.width),1),n=e.points=Wo({},{size:t,width:so(1,t*.2),stroke:e.stroke,space:t*2,paths:hl,_stroke:null,_fill:null},e.points);n.show=Z(n.show),n.filter=Z(n.filter),n.fill=Z(n.fill),n.stroke=Z(n.stroke),n.paths=Z(n.paths),n.pxAlign=e.pxAlign}if(N){let n=me(e,t);ue.splice(t,0,n[0]),de.splice(t,0,n[1]),j.values.push(null)}if(se){oe.splice(t,0,null);let n=null;Ge?t==0&&(n=Ye(e,t)):t>0&&(n=Ye(e,t)),Ke.splice(t,0,n),qe.splice(t,0,0),Je.splice(t,0,0)}Xn(`addSeries`,t)}function Ze(e,t){t??=v.length,e=i==1?vl(e,t,lc,Oc):vl(e,t,{},Dc),v.splice(t,0,e),Xe(v[t],t)}r.addSeries=Ze;function Qe(e){if(v.splice(e,1),N){j.values.splice(e,1),de.splice(e,1);let t=ue.splice(e,1)[0];_e(null,t.firstChild),t.remove()}se&&(oe.splice(e,1),Ke.splice(e,1)[0].remove(),qe.splice(e,1),Je.splice(e,1)),Xn(`delSeries`,e)}r.delSeries=Qe;let $e=[!1,!1,!1,!1];function et(e,t){if(e._show=e.show,e.show){let n=e.side%2,i=b[e.scale];i??=(e.scale=n?v[1].scale:S,b[e.scale]);let a=i.time;e.size=Z(e.size),e.space=Z(e.space),e.rotate=Z(e.rotate),Fo(e.incrs)&&e.incrs.forEach(e=>{!ko.has(e)&&ko.set(e,Ao(e))}),e.incrs=Z(e.incrs||(i.distr==2?hs:a?_==1?Os:js:gs)),e.splits=Z(e.splits||(a&&i.distr==1?re:i.distr==3?fc:i.distr==4?pc:dc)),e.stroke=Z(e.stroke),e.grid.stroke=Z(e.grid.stroke),e.ticks.stroke=Z(e.ticks.stroke),e.border.stroke=Z(e.border.stroke);let o=e.values;e.values=Fo(o)&&!Fo(o[0])?Z(o):a?Fo(o)?Fs(A,Ps(o,ne)):Ro(o)?Is(A,o):o||ie:o||uc,e.filter=Z(e.filter||(i.distr>=3&&i.log==10?yc:i.distr==3&&i.log==2?bc:bo)),e.font=Dl(e.font),e.labelFont=Dl(e.labelFont),e._size=e.size(r,null,t,0),e._space=e._rotate=e._incrs=e._found=e._splits=e._values=null,e._size>0&&($e[t]=!0,e._el=Ta(Ri,f))}}function tt(e,t,n,r){let[i,a,o,s]=n,c=t%2,l=0;return c==0&&(s||a)&&(l=t==0&&!i||t==2&&!o?io(oc.size/3):0),c==1&&(i||o)&&(l=t==1&&!a||t==3&&!s?io(Sc.size/2):0),l}let nt=r.padding=(e.padding||[tt,tt,tt,tt]).map(e=>Z(Y(e,tt))),rt=r._padding=nt.map((e,t)=>e(r,t,$e,0)),it,at=null,U=null,ot=i==1?v[0].idxs:null,st=null,ct=!1;function lt(e,n){if(t=e??[],r.data=r._data=t,i==2){it=0;for(let e=1;e<v.length;e++)it+=t[e][0].length}else{t.length==0&&(r.data=r._data=t=[[]]),st=t[0],it=st.length;let e=t;if(O==2){e=t.slice();let n=e[0]=Array(it);for(let e=0;e<it;e++)n[e]=e}r._data=t=e}if(zt(!0),Xn(`setData`),O==2&&(Me=!0),n!==!1){let e=D;e.auto(r,ct)?ut():fn(S,e.min,e.max),H||=M.left>=0,Pe=!0,Wt()}}r.setData=lt;function ut(){ct=!0;let e,n;i==1&&(it>0?(at=ot[0]=0,U=ot[1]=it-1,e=t[0][at],n=t[0][U],O==2?(e=at,n=U):e==n&&(O==3?[e,n]=Ua(e,e,D.log,!1):O==4?[e,n]=Wa(e,e,D.log,!1):D.time?n=e+io(86400/_):[e,n]=Ya(e,n,Ga,!0))):(at=ot[0]=e=null,U=ot[1]=n=null)),fn(S,e,n)}let dt,ft,pt,mt,ht,gt,_t,vt,yt,bt;function xt(e,t,n,r,i,a){e??=ia,n??=No,r??=`butt`,i??=ia,a??=`round`,e!=dt&&(d.strokeStyle=dt=e),i!=ft&&(d.fillStyle=ft=i),t!=pt&&(d.lineWidth=pt=t),a!=ht&&(d.lineJoin=ht=a),r!=gt&&(d.lineCap=gt=r),n!=mt&&d.setLineDash(mt=n)}function St(e,t,n,r){t!=ft&&(d.fillStyle=ft=t),e!=_t&&(d.font=_t=e),n!=vt&&(d.textAlign=vt=n),r!=yt&&(d.textBaseline=yt=r)}function Ct(e,t,n,i,a=0){if(i.length>0&&e.auto(r,ct)&&(t==null||t.min==null)){let t=Y(at,0),r=Y(U,i.length-1),o=n.min==null?Ha(i,t,r,a,e.distr==3):[n.min,n.max];e.min=oo(e.min,n.min=o[0]),e.max=so(e.max,n.max=o[1])}}let wt={min:null,max:null};function Tt(){for(let e in b){let t=b[e];k[e]==null&&(t.min==null||k[S]!=null&&t.auto(r,ct))&&(k[e]=wt)}for(let e in b){let t=b[e];k[e]==null&&t.from!=null&&k[t.from]!=null&&(k[e]=wt)}k[S]!=null&&zt(!0);let e={};for(let t in k){let n=k[t];if(n!=null){let a=e[t]=Uo(b[t],Bo);if(n.min!=null)Wo(a,n);else if(t!=S||i==2){if(it==0&&a.from==null){let e=a.range(r,null,null,t);a.min=e[0],a.max=e[1]}else a.min=X,a.max=-1/0}}}if(it>0){v.forEach((n,a)=>{if(i==1){let i=n.scale,o=k[i];if(o==null)return;let s=e[i];if(a==0){let e=s.range(r,s.min,s.max,i);s.min=e[0],s.max=e[1],at=Ia(s.min,t[0]),U=Ia(s.max,t[0]),U-at>1&&(t[0][at]<s.min&&at++,t[0][U]>s.max&&U--),n.min=st[at],n.max=st[U]}else n.show&&n.auto&&Ct(s,o,n,t[a],n.sorted);n.idxs[0]=at,n.idxs[1]=U}else if(a>0&&n.show&&n.auto){let[r,i]=n.facets,o=r.scale,s=i.scale,[c,l]=t[a],u=e[o],d=e[s];u!=null&&Ct(u,k[o],r,c,r.sorted),d!=null&&Ct(d,k[s],i,l,i.sorted),n.min=i.min,n.max=i.max}});for(let t in e){let n=e[t],i=k[t];if(n.from==null&&(i==null||i.min==null)){let e=n.range(r,n.min==X?null:n.min,n.max==-1/0?null:n.max,t);n.min=e[0],n.max=e[1]}}}for(let t in e){let n=e[t];if(n.from!=null){let i=e[n.from];if(i.min==null)n.min=n.max=null;else{let e=n.range(r,i.min,i.max,t);n.min=e[0],n.max=e[1]}}}let n={},a=!1;for(let t in e){let r=e[t],i=b[t];if(i.min!=r.min||i.max!=r.max){i.min=r.min,i.max=r.max;let e=i.distr;i._min=e==3?uo(i.min):e==4?mo(i.min,i.asinh):e==100?i.fwd(i.min):i.min,i._max=e==3?uo(i.max):e==4?mo(i.max,i.asinh):e==100?i.fwd(i.max):i.max,n[t]=a=!0}}if(a){v.forEach((e,t)=>{i==2?t>0&&n.y&&(e._paths=null):n[e.scale]&&(e._paths=null)});for(let e in n)Me=!0,Xn(`setScale`,e);se&&M.left>=0&&(H=Pe=!0)}for(let e in k)k[e]=null}function Et(e){let t=go(at-1,0,it-1),n=go(U+1,0,it-1);for(;e[t]==null&&t>0;)t--;for(;e[n]==null&&n<it-1;)n++;return[t,n]}function Dt(){if(it>0){let e=v.some(e=>e._focus)&&bt!=Ue.alpha;e&&(d.globalAlpha=bt=Ue.alpha),v.forEach((e,n)=>{if(n>0&&e.show&&(Ot(n,!1),Ot(n,!0),e._paths==null)){let a=bt;bt!=e.alpha&&(d.globalAlpha=bt=e.alpha);let o=i==2?[0,t[n][0].length-1]:Et(t[n]);e._paths=e.paths(r,n,o[0],o[1]),bt!=a&&(d.globalAlpha=bt=a)}}),v.forEach((e,t)=>{if(t>0&&e.show){let n=bt;bt!=e.alpha&&(d.globalAlpha=bt=e.alpha),e._paths!=null&&kt(t,!1);{let n=e._paths==null?null:e._paths.gaps,i=e.points.show(r,t,at,U,n),a=e.points.filter(r,t,i,n);(i||a)&&(e.points._paths=e.points.paths(r,t,at,U,a),kt(t,!0))}bt!=n&&(d.globalAlpha=bt=n),Xn(`drawSeries`,t)}}),e&&(d.globalAlpha=bt=1)}}function Ot(e,t){let n=t?v[e].points:v[e];n._stroke=n.stroke(r,e),n._fill=n.fill(r,e)}function kt(e,t){let n=t?v[e].points:v[e],{stroke:r,fill:i,clip:a,flags:o,_stroke:s=n._stroke,_fill:c=n._fill,_width:l=n.width}=n._paths;l=Q(l*q,3);let u=null,f=l%2/2;t&&c==null&&(c=l>0?`#fff`:s);let p=n.pxAlign==1&&f>0;if(p&&d.translate(f,f),!t){let e=Ee-l/2,t=De-l/2,n=Oe+l,r=ke+l;u=new Path2D,u.rect(e,t,n,r)}t?jt(s,l,n.dash,n.cap,c,r,i,o,a):At(e,s,l,n.dash,n.cap,c,r,i,o,u,a),p&&d.translate(-f,-f)}function At(e,n,i,a,o,s,c,l,u,d,f){let p=!1;u!=0&&x.forEach((m,h)=>{if(m.series[0]==e){let e=v[m.series[1]],g=t[m.series[1]],_=(e._paths||Mo).band;Fo(_)&&(_=m.dir==1?_[0]:_[1]);let y,b=null;e.show&&_&&Xa(g,at,U)?(b=m.fill(r,h)||s,y=e._paths.clip):_=null,jt(n,i,a,o,b,c,l,u,d,f,y,_),p=!0}}),p||jt(n,i,a,o,s,c,l,u,d,f)}function jt(e,t,n,r,i,a,o,s,c,l,u,f){xt(e,t,n,r,i),(c||l||f)&&(d.save(),c&&d.clip(c),l&&d.clip(l)),f?(s&3)==3?(d.clip(f),u&&d.clip(u),Nt(i,o),Mt(e,a,t)):s&Fc?(Nt(i,o),d.clip(f),Mt(e,a,t)):s&Pc&&(d.save(),d.clip(f),u&&d.clip(u),Nt(i,o),d.restore(),Mt(e,a,t)):(Nt(i,o),Mt(e,a,t)),(c||l||f)&&d.restore()}function Mt(e,t,n){n>0&&(t instanceof Map?t.forEach((e,t)=>{d.strokeStyle=dt=t,d.stroke(e)}):t!=null&&e&&d.stroke(t))}function Nt(e,t){t instanceof Map?t.forEach((e,t)=>{d.fillStyle=ft=t,d.fill(e)}):t!=null&&e&&d.fill(t)}function Pt(e,t,n,i){let a=y[e],o;if(i<=0)o=[0,0];else{let s=a._space=a.space(r,e,t,n,i);o=El(t,n,a._incrs=a.incrs(r,e,t,n,i,s),i,s)}return a._found=o}function Ft(e,t,n,r,i,a,o,s,c,l){let u=o%2/2;h==1&&d.translate(u,u),xt(s,o,c,l,s),d.beginPath();let f,p,m,g,_=i+(r==0||r==3?-a:a);n==0?(p=i,g=_):(f=i,m=_);for(let r=0;r<e.length;r++)t[r]!=null&&(n==0?f=m=e[r]:p=g=e[r],d.moveTo(f,p),d.lineTo(m,g));d.stroke(),h==1&&d.translate(-u,-u)}function It(e){let t=!0;return y.forEach((n,i)=>{if(!n.show)return;let a=b[n.scale];if(a.min==null){n._show&&(t=!1,n._show=!1,zt(!1));return}n._show||(t=!1,n._show=!0,zt(!1));let o=n.side,s=o%2,{min:c,max:l}=a,[u,d]=Pt(i,c,l,s==0?B:V);if(d==0)return;let f=a.distr==2,p=n._splits=n.splits(r,i,c,l,u,d,f),m=a.distr==2?p.map(e=>st[e]):p,h=a.distr==2?st[p[1]]-st[p[0]]:u,g=n._values=n.values(r,n.filter(r,m,i,d,h),i,d,h);n._rotate=o==2?n.rotate(r,g,i,d):0;let _=n._size;n._size=ao(n.size(r,g,i,e)),_!=null&&n._size!=_&&(t=!1)}),t}function Lt(e){let t=!0;return nt.forEach((n,i)=>{let a=n(r,i,$e,e);a!=rt[i]&&(t=!1),rt[i]=a}),t}function Rt(){for(let e=0;e<y.length;e++){let t=y[e];if(!t.show||!t._show)continue;let n=t.side,i=n%2,a,o,c=t.stroke(r,e),l=n==0||n==3?-1:1,[u,f]=t._found;if(t.label!=null){let s=t.labelGap*l,p=io((t._lpos+s)*q);St(t.labelFont[0],c,`center`,n==2?$i:ea),d.save(),i==1?(a=o=0,d.translate(p,io(De+ke/2)),d.rotate((n==3?-to:to)/2)):(a=io(Ee+Oe/2),o=p);let m=_o(t.label)?t.label(r,e,u,f):t.label;d.fillText(m,a,o),d.restore()}if(f==0)continue;let p=b[t.scale],m=i==0?Oe:ke,h=i==0?Ee:De,_=t._splits,v=p.distr==2?_.map(e=>st[e]):_,x=p.distr==2?st[_[1]]-st[_[0]]:u,S=t.ticks,C=t.border,w=S.show?S.size:0,T=io(w*q),E=io((t.alignTo==2?t._size-w-t.gap:t.gap)*q),D=t._rotate*-to/180,O=g(t._pos*q),ee=O+(T+E)*l;o=i==0?ee:0,a=i==1?ee:0;let te=t.font[0];St(te,c,t.align==1?ta:t.align==2?na:D>0?ta:D<0?na:i==0?`center`:n==3?na:ta,D||i==1?`middle`:n==2?$i:ea);let k=t.font[1]*t.lineGap,A=_.map(e=>g(s(e,p,m,h))),ne=t._values;for(let e=0;e<ne.length;e++){let t=ne[e];if(t!=null){i==0?a=A[e]:o=A[e],t=``+t;let n=t.indexOf(`
`)==-1?[t]:t.split(/\n/gm);for(let e=0;e<n.length;e++){let t=n[e];D?(d.save(),d.translate(a,o+e*k),d.rotate(D),d.fillText(t,0,0),d.restore()):d.fillText(t,a,o+e*k)}}}S.show&&Ft(A,S.filter(r,v,e,f,x),i,n,O,T,Q(S.width*q,3),S.stroke(r,e),S.dash,S.cap);let re=t.grid;re.show&&Ft(A,re.filter(r,v,e,f,x),i,i==0?2:1,i==0?De:Ee,i==0?ke:Oe,Q(re.width*q,3),re.stroke(r,e),re.dash,re.cap),C.show&&Ft([O],[1],+(i==0),i==0?1:2,i==1?De:Ee,i==1?ke:Oe,Q(C.width*q,3),C.stroke(r,e),C.dash,C.cap)}Xn(`drawAxes`)}function zt(e){v.forEach((t,n)=>{n>0&&(t._paths=null,e&&(i==1?(t.min=null,t.max=null):t.facets.forEach(e=>{e.min=null,e.max=null})))})}let Bt=!1,Vt=!1,Ht=[];function Ut(){Vt=!1;for(let e=0;e<Ht.length;e++)Xn(...Ht[e]);Ht.length=0}function Wt(){Bt||=(Xo(Kt),!0)}function Gt(e,t=!1){Bt=!0,Vt=t,e(r),Kt(),t&&Ht.length>0&&queueMicrotask(Ut)}r.batch=Gt;function Kt(){if(Ae&&=(Tt(),!1),Me&&=(Le(),!1),je){if(J(p,ta,be),J(p,$i,xe),J(p,Zi,B),J(p,Qi,V),J(m,ta,be),J(m,$i,xe),J(m,Zi,B),J(m,Qi,V),J(f,Zi,ve),J(f,Qi,ye),u.width=io(ve*q),u.height=io(ye*q),y.forEach(({_el:e,_show:t,_size:n,_pos:r,side:i})=>{if(e!=null){if(t){let t=i===3||i===0?n:0,a=i%2==1;J(e,a?`left`:`top`,r-t),J(e,a?`width`:`height`,n),J(e,a?`top`:`left`,a?xe:be),J(e,a?`height`:`width`,a?V:B),Ca(e,zi)}else Sa(e,zi)}}),dt=ft=pt=ht=gt=_t=vt=yt=mt=null,bt=1,Pn(!0),be!=Se||xe!=Ce||B!=we||V!=Te){zt(!1);let e=B/we,t=V/Te;if(se&&!H&&M.left>=0){M.left*=e,M.top*=t,Xt&&Da(Xt,io(M.left),0,B,V),Zt&&Da(Zt,0,io(M.top),B,V);for(let n=0;n<Ke.length;n++){let r=Ke[n];r!=null&&(qe[n]*=e,Je[n]*=t,Da(r,ao(qe[n]),ao(Je[n]),B,V))}}if(K.show&&!Ne&&K.left>=0&&K.width>0){K.left*=e,K.width*=e,K.top*=t,K.height*=t;for(let e in Ln)J(ln,e,K[e])}Se=be,Ce=xe,we=B,Te=V}Xn(`setSize`),je=!1}ve>0&&ye>0&&(d.clearRect(0,0,u.width,u.height),Xn(`drawClear`),w.forEach(e=>e()),Xn(`draw`)),K.show&&Ne&&(un(K),Ne=!1),se&&H&&(Mn(null,!0,!1),H=!1),j.show&&j.live&&Pe&&(An(),Pe=!1),c||(c=!0,r.status=1,Xn(`ready`)),ct=!1,Bt=!1}r.redraw=(e,t)=>{Me=t||!1,e===!1?Wt():fn(S,D.min,D.max)};function qt(e,n){let i=b[e];if(i.from==null){if(it==0){let t=i.range(r,n.min,n.max,e);n.min=t[0],n.max=t[1]}if(n.min>n.max){let e=n.min;n.min=n.max,n.max=e}if(it>1&&n.min!=null&&n.max!=null&&n.max-n.min<1e-16)return;e==S&&i.distr==2&&it>0&&(n.min=Ia(n.min,t[0]),n.max=Ia(n.max,t[0]),n.min==n.max&&n.max++),k[e]=n,Ae=!0,Wt()}}r.setScale=qt;let Jt,Yt,Xt,Zt,Qt,$t,en,tn,nn,rn,W,G,an=!1,on=M.drag,sn=on.x,cn=on.y;se&&(M.x&&(Jt=Ta(Vi,m)),M.y&&(Yt=Ta(Hi,m)),D.ori==0?(Xt=Jt,Zt=Yt):(Xt=Yt,Zt=Jt),W=M.left,G=M.top);let K=r.select=Wo({show:!0,over:!0,left:0,width:0,top:0,height:0},e.select),ln=K.show?Ta(Bi,K.over?m:p):null;function un(e,t){if(K.show){for(let t in e)K[t]=e[t],t in Ln&&J(ln,t,e[t]);t!==!1&&Xn(`setSelect`)}}r.setSelect=un;function dn(e){if(v[e].show)N&&Ca(ue[e],zi);else if(N&&Sa(ue[e],zi),se){let t=Ge?Ke[0]:Ke[e];t!=null&&Da(t,-10,-10,B,V)}}function fn(e,t,n){qt(e,{min:t,max:n})}function pn(e,t,n,a){t.focus!=null&&Sn(e),t.show!=null&&v.forEach((n,r)=>{r>0&&(e==r||e==null)&&(n.show=t.show,dn(r),i==2?(fn(n.facets[0].scale,null,null),fn(n.facets[1].scale,null,null)):fn(n.scale,null,null),Wt())}),n!==!1&&Xn(`setSeries`,e,t),a&&tr(`setSeries`,r,e,t)}r.setSeries=pn;function mn(e,t){Wo(x[e],t)}function hn(e,t){e.fill=Z(e.fill||null),e.dir=Y(e.dir,-1),t??=x.length,x.splice(t,0,e)}function gn(e){e==null?x.length=0:x.splice(e,1)}r.addBand=hn,r.setBand=mn,r.delBand=gn;function _n(e,t){v[e].alpha=t,se&&Ke[e]!=null&&(Ke[e].style.opacity=t),N&&ue[e]&&(ue[e].style.opacity=t)}let vn,yn,bn,xn={focus:!0};function Sn(e){if(e!=bn){let t=e==null,n=Ue.alpha!=1;v.forEach((r,a)=>{if(i==1||a>0){let i=t||a==0||a==e;r._focus=t?null:i,n&&_n(a,i?1:Ue.alpha)}}),bn=e,n&&Wt()}}N&&We&&ge(la,F,e=>{M._lock||(Ve(e),bn!=null&&pn(null,xn,!0,Qn.setSeries))});function Cn(e,t,n){let r=b[t];n&&(e=e/q-(r.ori==1?xe:be));let i=B;r.ori==1&&(i=V,e=i-e),r.dir==-1&&(e=i-e);let a=r._min,o=r._max,s=e/i,c=a+(o-a)*s,l=r.distr;return l==3?co(10,c):l==4?po(c,r.asinh):l==100?r.bwd(c):c}function wn(e,n){return Ia(Cn(e,S,n),t[0],at,U)}r.valToIdx=e=>Ia(e,t[0]),r.posToIdx=wn,r.posToVal=Cn,r.valToPos=(e,t,n)=>b[t].ori==0?a(e,b[t],n?Oe:B,n?Ee:0):o(e,b[t],n?ke:V,n?De:0),r.setCursor=(e,t,n)=>{W=e.left,G=e.top,Mn(null,t,n)};function Tn(e,t){J(ln,ta,K.left=e),J(ln,Zi,K.width=t)}function En(e,t){J(ln,$i,K.top=e),J(ln,Qi,K.height=t)}let Dn=D.ori==0?Tn:En,On=D.ori==1?Tn:En;function kn(){if(N&&j.live)for(let e=+(i==2);e<v.length;e++){if(e==0&&L)continue;let t=j.values[e],n=0;for(let r in t)de[e][n++].firstChild.nodeValue=t[r]}}function An(e,t){if(e!=null&&(e.idxs?e.idxs.forEach((e,t)=>{oe[t]=e}):Lo(e.idx)||oe.fill(e.idx),j.idx=oe[0]),N&&j.live){for(let e=0;e<v.length;e++)(e>0||i==1&&!L)&&jn(e,oe[e]);kn()}Pe=!1,t!==!1&&Xn(`setLegend`)}r.setLegend=An;function jn(e,n){let i=v[e],a=e==0&&O==2?st:t[e],o;L?o=i.values(r,e,n)??fe:(o=i.value(r,n==null?null:a[n],e,n),o=o==null?fe:{_:o}),j.values[e]=o}function Mn(e,n,a){nn=W,rn=G,[W,G]=M.move(r,W,G),M.left=W,M.top=G,se&&(Xt&&Da(Xt,io(W),0,B,V),Zt&&Da(Zt,0,io(G),B,V));let o,s=at>U;vn=X,yn=null;let c=D.ori==0?B:V,l=D.ori==1?B:V;if(W<0||it==0||s){o=M.idx=null;for(let e=0;e<v.length;e++){let t=Ke[e];t!=null&&Da(t,-10,-10,B,V)}We&&pn(null,xn,!0,e==null&&Qn.setSeries),j.live&&(oe.fill(o),Pe=!0)}else{let e,n,a;i==1&&(e=D.ori==0?W:G,n=Cn(e,S),o=M.idx=Ia(n,t[0],at,U),a=ee(t[0][o],D,c,0));let s=-10,u=-10,d=0,f=0,p=!0,m=``,h=``;for(let e=+(i==2);e<v.length;e++){let g=v[e],_=oe[e],y=_==null?null:i==1?t[e][_]:t[e][1][_],x=M.dataIdx(r,e,o,n),S=x==null?null:i==1?t[e][x]:t[e][1][x];if(Pe=Pe||S!=y||x!=_,oe[e]=x,e>0&&g.show){let n=x==null?-10:x==o?a:ee(i==1?t[0][x]:t[e][0][x],D,c,0),_=S==null?-10:te(S,i==1?b[g.scale]:b[g.facets[1].scale],l,0);if(We&&S!=null){let t=D.ori==1?W:G,n=no(Ue.dist(r,e,x,_,t));if(n<vn){let r=Ue.bias;if(r!=0){let i=Cn(t,g.scale),a=S>=0?1:-1,o=i>=0?1:-1;o==a&&(o==1?r==1?S>=i:S<=i:r==1?S<=i:S>=i)&&(vn=n,yn=e)}else vn=n,yn=e}}if(Pe||Ge){let t,i;D.ori==0?(t=n,i=_):(t=_,i=n);let a,o,c,l,g,v,y=!0,b=He.bbox;if(b!=null){y=!1;let t=b(r,e);c=t.left,l=t.top,a=t.width,o=t.height}else c=t,l=i,a=o=He.size(r,e);if(v=He.fill(r,e),g=He.stroke(r,e),Ge)e==yn&&vn<=Ue.prox&&(s=c,u=l,d=a,f=o,p=y,m=v,h=g);else{let t=Ke[e];t!=null&&(qe[e]=c,Je[e]=l,ja(t,a,o,y),ka(t,v,g),Da(t,ao(c),ao(l),B,V))}}}}if(Ge){let e=Ue.prox;if(Pe||(bn==null?vn<=e:vn>e||yn!=bn)){let e=Ke[0];e!=null&&(qe[0]=s,Je[0]=u,ja(e,d,f,p),ka(e,m,h),Da(e,ao(s),ao(u),B,V))}}}if(K.show&&an){if(e!=null){let[t,n]=Qn.scales,[r,i]=Qn.match,[a,o]=e.cursor.sync.scales,s=e.cursor.drag;if(sn=s._x,cn=s._y,sn||cn){let{left:s,top:u,width:d,height:f}=e.select,p=e.scales[a].ori,m=e.posToVal,h,g,_,v,y,x=t!=null&&r(t,a),S=n!=null&&i(n,o);x&&sn?(p==0?(h=s,g=d):(h=u,g=f),_=b[t],v=ee(m(h,a),_,c,0),y=ee(m(h+g,a),_,c,0),Dn(oo(v,y),no(y-v))):Dn(0,c),S&&cn?(p==1?(h=s,g=d):(h=u,g=f),_=b[n],v=te(m(h,o),_,l,0),y=te(m(h+g,o),_,l,0),On(oo(v,y),no(y-v))):On(0,l)}else Rn()}else{let e=no(nn-Qt),t=no(rn-$t);if(D.ori==1){let n=e;e=t,t=n}sn=on.x&&e>=on.dist,cn=on.y&&t>=on.dist;let n=on.uni;n==null?on.x&&on.y&&(sn||cn)&&(sn=cn=!0):sn&&cn&&(sn=e>=n,cn=t>=n,!sn&&!cn&&(t>e?cn=!0:sn=!0));let r,i;sn&&(D.ori==0?(r=en,i=W):(r=tn,i=G),Dn(oo(r,i),no(i-r)),cn||On(0,l)),cn&&(D.ori==1?(r=en,i=W):(r=tn,i=G),On(oo(r,i),no(i-r)),sn||Dn(0,c)),!sn&&!cn&&(Dn(0,0),On(0,0))}}if(on._x=sn,on._y=cn,e==null){if(a){if($n!=null){let[e,t]=Qn.scales;Qn.values[0]=e==null?null:Cn(D.ori==0?W:G,e),Qn.values[1]=t==null?null:Cn(D.ori==1?W:G,t)}tr(aa,r,W,G,B,V,o)}if(We){let e=a&&Qn.setSeries,t=Ue.prox;bn==null?vn<=t&&pn(yn,xn,!0,e):vn>t?pn(null,xn,!0,e):yn!=bn&&pn(yn,xn,!0,e)}}Pe&&(j.idx=o,An()),n!==!1&&Xn(`setCursor`)}let Nn=null;Object.defineProperty(r,"rect",{get(){return Nn??Pn(!1),Nn}});function Pn(e=!1){e?Nn=null:(Nn=m.getBoundingClientRect(),Xn(`syncRect`,Nn))}function Fn(e,t,n,r,i,a,o){M._lock||an&&e!=null&&e.movementX==0&&e.movementY==0||(In(e,t,n,r,i,a,o,!1,e!=null),e==null?Mn(t,!0,!1):Mn(null,!0,!0))}function In(e,t,n,i,a,o,c,l,u){if(Nn??Pn(!1),Ve(e),e!=null)n=e.clientX-Nn.left,i=e.clientY-Nn.top;else{if(n<0||i<0){W=-10,G=-10;return}let[e,r]=Qn.scales,c=t.cursor.sync,[l,u]=c.values,[d,f]=c.scales,[p,m]=Qn.match,h=t.axes[0].side%2==1,g=D.ori==0?B:V,_=D.ori==1?B:V,v=h?o:a,y=h?a:o,x=h?i:n,S=h?n:i;if(n=d==null?x/v*g:p(e,d)?s(l,b[e],g,0):-10,i=f==null?S/y*_:m(r,f)?s(u,b[r],_,0):-10,D.ori==1){let e=n;n=i,i=e}}u&&(t==null||t.cursor.event.type==aa)&&((n<=1||n>=B-1)&&(n=Eo(n,B)),(i<=1||i>=V-1)&&(i=Eo(i,V))),l?(Qt=n,$t=i,[en,tn]=M.move(r,n,i)):(W=n,G=i)}let Ln={width:0,height:0,left:0,top:0};function Rn(){un(Ln,!1)}let zn,Bn,Vn,Hn;function Un(e,t,n,i,a,o,s){an=!0,sn=cn=on._x=on._y=!1,In(e,t,n,i,a,o,s,!0,!1),e!=null&&(ge(sa,_a,Wn,!1),tr(oa,r,en,tn,B,V,null));let{left:c,top:l,width:u,height:d}=K;zn=c,Bn=l,Vn=u,Hn=d}function Wn(e,t,n,i,a,o,s){an=on._x=on._y=!1,In(e,t,n,i,a,o,s,!1,!0);let{left:c,top:l,width:u,height:d}=K,f=u>0||d>0,p=zn!=c||Bn!=l||Vn!=u||Hn!=d;if(f&&p&&un(K),on.setScale&&f&&p){let e=c,t=u,n=l,r=d;if(D.ori==1&&(e=l,t=d,n=c,r=u),sn&&fn(S,Cn(e,S),Cn(e+t,S)),cn)for(let e in b){let t=b[e];e!=S&&t.from==null&&t.min!=X&&fn(e,Cn(n+r,e),Cn(n,e))}Rn()}else M.lock&&(M._lock=!M._lock,Mn(t,!0,e!=null));e!=null&&(_e(sa,_a),tr(sa,r,W,G,B,V,null))}function Gn(e,t,n,r,i,a,o){if(M._lock)return;Ve(e);let s=an;if(an){let e=!0,t=!0,n,r;D.ori==0?(n=sn,r=cn):(n=cn,r=sn),n&&r&&(e=W<=10||W>=B-10,t=G<=10||G>=V-10),n&&e&&(W=W<en?0:B),r&&t&&(G=G<tn?0:V),Mn(null,!0,!0),an=!1}W=-10,G=-10,oe.fill(null),Mn(null,!0,!0),s&&(an=s)}function Kn(e,t,n,i,a,o,s){M._lock||(Ve(e),ut(),Rn(),e!=null&&tr(ua,r,W,G,B,V,null))}function qn(){y.forEach(Ol),Fe(r.width,r.height,!0)}Pa(ma,va,qn);let Jn={};Jn.mousedown=Un,Jn.mousemove=Fn,Jn.mouseup=Wn,Jn.dblclick=Kn,Jn.setSeries=(e,t,n,i)=>{let a=Qn.match[2];n=a(r,t,n),n!=-1&&pn(n,i,!0,!1)},se&&(ge(oa,m,Un),ge(aa,m,Fn),ge(ca,m,e=>{Ve(e),Pn(!1)}),ge(la,m,Gn),ge(ua,m,Kn),fl.add(r),r.syncRect=Pn);let Yn=r.hooks=e.hooks||{};function Xn(e,t,n){Vt?Ht.push([e,t,n]):e in Yn&&Yn[e].forEach(e=>{e.call(null,r,t,n)})}(e.plugins||[]).forEach(e=>{for(let t in e.hooks)Yn[t]=(Yn[t]||[]).concat(e.hooks[t])});let Zn=(e,t,n)=>n,Qn=Wo({key:null,setSeries:!1,filters:{pub:So,sub:So},scales:[S,v[1]?v[1].scale:null],match:[Co,Co,Zn],values:[null,null]},M.sync);Qn.match.length==2&&Qn.match.push(Zn),M.sync=Qn;let $n=Qn.key,er=Nc($n);function tr(e,t,n,r,i,a,o){Qn.filters.pub(e,t,n,r,i,a,o)&&er.pub(e,t,n,r,i,a,o)}er.sub(r);function nr(e,t,n,r,i,a,o){Qn.filters.sub(e,t,n,r,i,a,o)&&Jn[e](null,t,n,r,i,a,o)}r.pub=nr;function rr(){er.unsub(r),fl.delete(r),he.clear(),Fa(ma,va,qn),l.remove(),F?.remove(),Xn(`destroy`)}r.destroy=rr;function ir(){Xn(`init`,e,t),lt(t||e.data,!1),k[S]?qt(S,k[S]):ut(),Ne=K.show&&(K.width>0||K.height>0),H=Pe=!0,Fe(e.width,e.height)}return v.forEach(Xe),y.forEach(et),n?n instanceof HTMLElement?(n.appendChild(l),ir()):n(r,ir):ir(),r}kl.assign=Wo,kl.fmtNum=$a,kl.rangeNum=Ya,kl.rangeLog=Ua,kl.rangeAsinh=Wa,kl.orient=Ic,kl.pxRatio=q,kl.join=Yo,kl.fmtDate=cs,kl.tzDate=us,kl.sync=Nc;{kl.addGap=Vc,kl.clipGaps=Bc;let e=kl.paths={points:tl};e.linear=al,e.stepped=ol,e.bars=cl,e.spline=ul}var Al=8,jl=170,Ml=class{title;element;holder=p(`div`,{class:`plot`});plot;labels=``;data=[[]];resizing=new ResizeObserver(()=>this.resize());redrawing=()=>this.rebuild(this.labels);constructor(e){this.title=e,this.element=p(`figure`,{class:`chart`},p(`figcaption`,{},e),this.holder),this.resizing.observe(this.holder),addEventListener(`themechange`,this.redrawing)}show(e){let t=e.filter(e=>e.points.size>0),n=[...new Set(t.flatMap(e=>[...e.points.keys()]))].sort((e,t)=>e-t);this.data=[n,...t.map(e=>n.map(t=>e.points.get(t)??null))];let r=t.map(e=>e.label).join(`
`);this.describe(t),r!==this.labels||!this.plot?this.rebuild(r):this.plot.setData(this.data)}leave(){this.resizing.disconnect(),removeEventListener(`themechange`,this.redrawing),this.plot?.destroy()}describe(e){let t=e.slice(0,Al).map(({label:e,points:t})=>{let n=[...t.values()];return`${e} from ${_(n[0]??NaN)} to ${_(n.at(-1)??NaN)}`});this.holder.setAttribute(`role`,`img`),this.holder.setAttribute(`aria-label`,`${this.title}: ${t.join(`, `)||`nothing yet`}`)}rebuild(e){if(this.labels=e,this.plot?.destroy(),this.plot=void 0,this.holder.replaceChildren(),e===``||this.holder.clientWidth===0)return;let t=getComputedStyle(this.element),n=e=>t.getPropertyValue(e).trim(),r={stroke:n(`--muted`),grid:{stroke:n(`--line`),width:1},ticks:{show:!1}},i=e.split(`
`).map((e,t)=>({label:e,stroke:n(`--curve-${t%Al+1}`),width:1.5,spanGaps:!0,points:{show:!1},value:(e,t)=>t===null?`–`:_(t)})),a={width:this.holder.clientWidth,height:jl,scales:{x:{time:!1}},axes:[{...r,size:28},{...r,size:52,values:(e,t)=>t.map(e=>String(Number(e.toPrecision(4))))}],series:[{label:`epoch`},...i],legend:{show:!0,live:!0},cursor:{drag:{x:!0,y:!1}}};this.plot=new kl(a,this.data,this.holder)}resize(){let e=this.holder.clientWidth;e!==0&&(this.plot?this.plot.setSize({width:e,height:jl}):this.rebuild(this.labels))}},Nl=class{element=p(`ol`,{class:`log scroll`,tabindex:`0`,"aria-label":`Log`});of;shown=0;show(e){this.of!==e&&(this.of=e,this.shown=0,this.element.replaceChildren());let t=e.said-this.shown;if(t===0)return;this.shown=e.said;let{scrollHeight:n,scrollTop:r,clientHeight:i}=this.element,a=n-r-i<8;for(this.element.append(...e.log.slice(-t).map(e=>p(`li`,{class:e.level},e.text)));this.element.childElementCount>e.log.length;)this.element.firstElementChild?.remove();a&&(this.element.scrollTop=this.element.scrollHeight)}},Pl=1.25,Fl=64,Il=60,Ll=class{element;plane=p(`div`,{class:`plane`});image=p(`img`,{alt:``,draggable:`false`});under=p(`canvas`,{"aria-hidden":`true`});before=p(`canvas`,{class:`before`,"aria-hidden":`true`});split=p(`input`,{type:`range`,class:`split`,min:`0`,max:`100`,value:`50`,"aria-label":`Before and after`});tiled=p(`div`,{class:`tiles`,role:`img`});tiles=1;empty=!0;earlier;zoom=1;place={x:0,y:0};constructor(){this.element=p(`div`,{class:`stage`,tabindex:`0`,role:`group`,"aria-label":`Picture: + and - zoom, 0 fits`}),this.split.addEventListener(`input`,()=>this.showSplit()),this.element.addEventListener(`wheel`,e=>this.wheel(e),{passive:!1}),this.element.addEventListener(`dblclick`,e=>this.zoomTo(this.zoom>1?1:4,e)),this.element.addEventListener(`keydown`,e=>this.key(e)),this.element.addEventListener(`pointerdown`,e=>this.drag(e))}say(e){this.empty=!0,this.earlier=void 0,this.fit(),this.image.removeAttribute(`src`),m(this.element,p(`p`,{class:`empty`},e))}show(e,t){!this.empty&&this.image.complete&&Rl(this.image,this.under),this.image.src=e.src,this.image.alt=t,this.plane.style.setProperty(`--ratio`,String(e.naturalWidth/e.naturalHeight)),this.image.classList.remove(`fresh`),this.empty||requestAnimationFrame(()=>this.image.classList.add(`fresh`)),this.empty=!1,this.compose()}repeat(e){this.tiles=e,this.compose()}compare(e){this.earlier=e,e&&Rl(e,this.before),this.compose()}fit(){this.zoom=1,this.place={x:0,y:0},this.move()}compose(){if(this.empty)return;let e=[];this.tiles>1?(this.tiled.setAttribute(`aria-label`,`${this.image.alt}, repeated ${this.tiles} × ${this.tiles}`),this.tiled.style.backgroundImage=`url("${this.image.src}")`,this.tiled.style.backgroundSize=`${100/this.tiles}% ${100/this.tiles}%`,e.push(this.tiled)):(e.push(this.under,this.image),this.earlier&&e.push(this.before,this.split)),this.showSplit(),this.put(this.plane,e),this.put(this.element,[this.plane])}put(e,t){(e.children.length!==t.length||t.some((t,n)=>e.children[n]!==t))&&e.replaceChildren(...t)}showSplit(){this.plane.style.setProperty(`--split`,`${this.split.value}%`),this.split.setAttribute(`aria-valuetext`,`${this.split.value} % before`)}wheel(e){(e.ctrlKey||e.metaKey||this.element.closest(`.full`)!==null)&&!this.empty&&(e.preventDefault(),this.zoomTo(this.zoom*(e.deltaY<0?Pl:1/Pl),e))}zoomTo(e,t){if(this.empty)return;let n=Math.min(Fl,Math.max(1,e)),r=this.element.getBoundingClientRect(),i=t??{clientX:r.x+r.width/2,clientY:r.y+r.height/2},a={x:i.clientX-r.x-r.width/2,y:i.clientY-r.y-r.height/2},o=n/this.zoom;this.place={x:a.x-(a.x-this.place.x)*o,y:a.y-(a.y-this.place.y)*o},this.zoom=n,n===1&&(this.place={x:0,y:0}),this.move()}move(){this.plane.style.transform=this.zoom===1?``:`translate(${this.place.x}px, ${this.place.y}px) scale(${this.zoom})`,this.element.classList.toggle(`zoomed`,this.zoom>1)}key(e){if(e.altKey||e.ctrlKey||e.metaKey||e.target!==this.element)return;let t=(e,t)=>()=>{this.place={x:this.place.x+e,y:this.place.y+t},this.move()},n={"+":()=>this.zoomTo(this.zoom*Pl),"-":()=>this.zoomTo(this.zoom/Pl),0:()=>this.fit()};n[`=`]=n[`+`]??(()=>void 0),this.zoom>1&&Object.assign(n,{ArrowLeft:t(Il,0),ArrowRight:t(-60,0),ArrowUp:t(0,Il),ArrowDown:t(0,-60)});let r=n[e.key];r&&(e.preventDefault(),r())}drag(e){if(this.zoom===1||e.button!==0||e.target===this.split)return;let t={x:this.place.x-e.clientX,y:this.place.y-e.clientY},n=({clientX:e,clientY:n})=>{this.place={x:t.x+e,y:t.y+n},this.move()},r=()=>this.element.removeEventListener(`pointermove`,n);this.element.setPointerCapture(e.pointerId),this.element.addEventListener(`pointermove`,n),this.element.addEventListener(`pointerup`,r,{once:!0}),this.element.addEventListener(`pointercancel`,r,{once:!0})}};function Rl(e,t){t.width=e.naturalWidth,t.height=e.naturalHeight,t.width>0&&t.getContext(`2d`)?.drawImage(e,0,0)}function zl(e,t){let n=URL.createObjectURL(e);p(`a`,{href:n,download:t}).click(),setTimeout(()=>URL.revokeObjectURL(n),1e4)}var Bl=15,Vl=30,Hl=512,Ul=[`video/mp4;codecs=avc1.42E01E`,`video/webm;codecs=vp9`,`video/webm;codecs=vp8`];function Wl(){return typeof MediaRecorder>`u`?void 0:Ul.find(e=>MediaRecorder.isTypeSupported(e))}function Gl(){return Wl()!==void 0&&`captureStream`in HTMLCanvasElement.prototype}async function Kl(e,t,n){let r=Wl(),i=await Promise.all(e.filter(ql(e.length)).map(Jl)),a=i.at(-1),o=document.createElement(`canvas`),s=o.getContext(`2d`);if(r===void 0||!a||!s)throw Error(`this browser cannot make videos`);let c=Math.max(1,Math.ceil(Hl/a.height));[o.width,o.height]=[a.width*c,a.height*c].map(e=>e+e%2);let l=o.captureStream(0),u=l.getVideoTracks()[0],d=new MediaRecorder(l,{mimeType:r,videoBitsPerSecond:8e6}),f=[];d.ondataavailable=({data:e})=>f.push(e);let p=new Promise(e=>d.onstop=e);d.start();let m=[...i,...Array.from({length:Vl},()=>a)];for(let[e,t]of m.entries())s.drawImage(t,0,0,o.width,o.height),u?.requestFrame(),n(e/m.length),await new Promise(e=>setTimeout(e,1e3/Bl));d.stop(),await p,zl(new Blob(f,{type:r}),`${t}.${r.startsWith(`video/mp4`)?`mp4`:`webm`}`)}function ql(e){let t=Math.ceil(e/450);return(n,r)=>r%t===0||r===e-1}async function Jl({url:e}){let t=await fetch(e);if(!t.ok)throw Error(`a snapshot cannot be read: the farm answers ${t.status}`);return createImageBitmap(await t.blob())}var Yl=1e4,Xl={least:40,most:150},Zl=2e3,Ql=class{name;acts;element;stage=new Ll;slider=p(`input`,{type:`range`,min:`0`,max:`0`,value:`0`,"aria-label":`Snapshot`});caption=p(`output`,{class:`muted`});play=v(`Play`,()=>this.togglePlay(),{title:`Play the snapshots`});compare=v(`Before/after`,()=>this.toggleCompare(),{title:`Lay the picture as it was before over the left half`});full=v(`Large`,()=>this.toggleFull(),{title:`Fill the window; Esc leaves`});tiles=s(`Repeat the picture as tiles`,Array.from({length:10},(e,t)=>[String(t+1),t===0?`No tiles`:`${t+1} × ${t+1}`]),()=>this.stage.repeat(Number(this.tiles.value)));download=p(`a`,{class:`button`,"aria-disabled":`true`,title:`Save the picture; its experiment is inside`},`PNG`);video=v(`Video`,()=>void this.saveVideo(),{title:`Make a video of the snapshots`});startFrom=v(`Start from this`,()=>this.artifact&&this.acts.startFrom(this.artifact),{title:`A new experiment that begins with this picture`});again=v(`Another seed`,()=>this.acts.again(),{title:`Run the job's experiment with another seed`});artifacts=[];following=!0;shown;loading=!1;timer;retry;beforeEpoch=0;constructor(e,t){this.name=e,this.acts=t,this.slider.addEventListener(`input`,()=>{this.stop(),this.following=Number(this.slider.value)===this.artifacts.length-1,this.draw()});let n=p(`div`,{class:`row time`},this.play,this.slider,this.caption),r=p(`div`,{class:`row`},p(`div`,{class:`row first`},this.full,this.compare,this.tiles),p(`div`,{class:`row making`},this.startFrom,this.again),p(`div`,{class:`row`},this.download,Gl()?this.video:void 0));this.element=p(`section`,{class:`picture`,"aria-label":`Picture`},this.stage.element,n,r),this.element.addEventListener(`keydown`,e=>{e.key===`Escape`&&this.element.classList.contains(`full`)&&this.toggleFull()}),this.clear(`Press Start, and the picture appears here.`)}clear(e){this.stop(),clearTimeout(this.retry),this.artifacts=[],this.following=!0,this.shown=void 0,this.beforeEpoch=0,this.compare.setAttribute(`aria-pressed`,`false`),this.stage.say(e),this.update([],0)}update(e,t){this.artifacts=e,this.beforeEpoch=t;let n=Math.max(0,e.length-1);this.slider.max=String(n);for(let t of[this.slider,this.play,this.compare,this.video])t.disabled=e.length<2;for(let t of[this.startFrom,this.again,this.full,this.tiles])t.disabled=e.length===0;this.following&&(this.slider.value=String(n)),this.draw()}leave(){this.stop(),clearTimeout(this.retry)}get artifact(){return this.artifacts[Number(this.slider.value)]}get file(){return this.name().replaceAll(/[^\p{L}\p{N} _-]/gu,``).trim().slice(0,60)||`clipig`}draw(){let e=this.artifact;this.download.toggleAttribute(`href`,e!==void 0),this.download.setAttribute(`aria-disabled`,String(e===void 0));let t=e?e.kind===`picture`?`finished`:`epoch ${e.epoch}`:``;E(this.caption,t),this.slider.setAttribute(`aria-valuetext`,t),e&&(this.download.href=e.url,this.download.download=`${this.file}.png`,e.url===this.shown||this.loading||(this.loading=!0,$l(e.url).then(n=>{if(this.loading=!1,!this.artifacts.some(({url:t})=>t===e.url))return this.draw();n?(this.shown=e.url,this.stage.show(n,`${this.name()}, ${e.kind===`picture`?`the finished picture`:t}`),this.draw()):this.retry=setTimeout(()=>this.draw(),Zl)})))}toggleCompare(){let e=this.compare.getAttribute(`aria-pressed`)!==`true`;this.compare.setAttribute(`aria-pressed`,String(e));let t=this.artifacts.findLast(e=>e.epoch<=this.beforeEpoch)??this.artifacts[0];!e||!t?this.stage.compare(void 0):$l(t.url).then(e=>this.stage.compare(e))}toggleFull(){let e=this.element.classList.toggle(`full`);this.full.setAttribute(`aria-pressed`,String(e)),e||this.stage.fit()}togglePlay(){if(this.timer!==void 0){this.stop();return}this.artifact===this.artifacts.at(-1)&&(this.slider.value=`0`),this.following=!1,this.play.firstChild?.replaceWith(`Pause`);let e=Math.min(Xl.most,Math.max(Xl.least,Yl/this.artifacts.length)),t=Math.max(1,Math.round(this.artifacts.length*e/Yl));this.timer=setInterval(()=>{if(this.loading)return;let e=this.artifacts.length-1;Number(this.slider.value)>=e?(this.following=!0,this.stop()):(this.slider.value=String(Math.min(e,Number(this.slider.value)+t)),this.draw())},e)}stop(){clearInterval(this.timer),this.timer=void 0,this.play.firstChild?.replaceWith(`Play`)}async saveVideo(){this.video.disabled=!0;try{await Kl(this.artifacts,this.file,e=>this.video.firstChild?.replaceWith(`Video ${Math.round(e*100)} %`))}catch(e){f(e)}this.video.firstChild?.replaceWith(`Video`),this.video.disabled=!1}};async function $l(e){let t=new Image;t.src=e;try{return await t.decode(),t}catch{return}}var eu=class{element=p(`div`,{class:`scroll`,tabindex:`0`,role:`region`,"aria-label":`Targets`});shown;show(e){if(e&&e===this.shown)return;if(this.shown=e,!e){m(this.element,p(`p`,{class:`muted`},`The targets appear after the first epochs.`));return}let t=[`feature`,`similarity`,`loss`,`weight`,`count`].map(e=>p(`th`,{scope:`col`},e)),n=e.targets.flatMap(e=>[p(`tr`,{class:`group`},p(`th`,{scope:`rowgroup`,colspan:`4`},e.name),nu(String(e.samples))),...e.features.map(e=>tu(e.text,[_(e.similarity),_(e.loss),_(e.weight),ru(e.chosen)])),...e.constraints.map(e=>tu(e.name,[``,_(e.loss),_(e.weight),ru(e.active)]))]);m(this.element,p(`table`,{},p(`thead`,{},p(`tr`,{},...t)),p(`tbody`,{},...n)))}};function tu(e,t){return p(`tr`,{},p(`th`,{scope:`row`},e),...t.map(nu))}function nu(e){return p(`td`,{class:`number`},e)}function ru(e){return Number.isFinite(e)?String(e):`–`}var iu=250,au=class{changed;element;watched=new C;asked;picture;status=new c;loss=new Ml(`Loss`);similarities=new Ml(`Similarity`);targets=new eu;log=new Nl;follower;connection=`connected`;drawing=!1;chartTimer;constructor(e,t,{beside:n,idle:r}){this.changed=e,this.picture=new Ql(()=>this.watched.job?.name??`clipig`,t);let i=p(`div`,{class:`details`},p(`div`,{class:`charts`},this.loss.element,this.similarities.element),ou(`Targets`,this.targets.element),ou(`Log`,this.log.element));this.element=p(`div`,{class:`watcher`},this.picture.element,n,this.status.element,i,r),this.follow(void 0)}get number(){return this.watched.job?.job}follow(e){this.follower?.close(),this.follower=void 0,this.asked=e;let t=new C;if(this.watched=t,this.connection=`connected`,this.element.classList.toggle(`idle`,e===void 0),e===void 0){this.picture.clear(l()?`Press Start, and the picture appears here.`:`Choose a job in the gallery to watch it.`),this.redraw();return}this.picture.clear(`The first snapshot is on its way…`);let n=()=>this.watched===t,r=r=>{if(!n())return;let i=t.job?.revision;t.add(r),i!==void 0&&t.job?.revision!==i&&this.readNames(e,t),this.redraw()};this.follower=new ki(e,{heard:r,connection:r=>{n()&&(r===`connected`&&this.readPast(e,t),this.connection=r,this.redraw())},more:()=>n()?(t.ended&&this.readEnd(e,t),!t.ended):!1}),this.readNames(e,t),this.redraw()}leave(){this.follower?.close(),clearTimeout(this.chartTimer),this.chartTimer=void 0,this.picture.leave(),this.loss.leave(),this.similarities.leave()}async readPast(e,t){try{let n=t.artifacts.at(-1)?.epoch??0,[r,i]=await Promise.all([a(e,n),D(e,t.nextRow)]);t.addArtifacts(r),t.addHistory(i),this.watched===t&&this.redraw()}catch(e){this.watched===t&&f(e)}}async readEnd(e,t){try{t.job={...await o(e),resolution:t.job?.resolution??null}}catch(e){this.watched===t&&f(e)}await this.readPast(e,t)}async readNames(e,n){try{n.addNames(Ir((await t(e)).yaml)),this.watched===n&&this.redraw()}catch(e){this.watched===n&&f(e)}}redraw(){this.drawing||(this.drawing=!0,requestAnimationFrame(()=>{this.drawing=!1,this.draw()}))}draw(){let{watched:e}=this;e.artifacts.length>0&&this.picture.update(e.artifacts,e.revisedAt),this.status.show(e,this.connection),this.targets.show(e.table),this.log.show(e),this.chartTimer??=setTimeout(()=>this.drawCharts(),iu),this.changed()}drawCharts(){this.chartTimer=void 0,this.loss.show([this.watched.loss]),this.similarities.show(this.watched.similarities)}};function ou(e,t){return p(`section`,{},p(`h2`,{},e),t)}var su=`clipig.drafts`,cu=`clipig.front`,lu=class{changed;drafts;front;constructor(e,t){this.changed=t,this.drafts=du()??[e()],this.front=Number(uu(()=>sessionStorage.getItem(cu))??0),addEventListener(`storage`,this.merge)}leave(){removeEventListener(`storage`,this.merge)}get all(){return this.drafts}get current(){let e=this.drafts.find(e=>e.id===this.front)??this.drafts[0];if(!e)throw Error(`there is always a draft`);return e}open(e,t,n={}){let r=1+Math.max(0,...this.drafts.map(e=>e.id)),i={id:r,name:e,text:t,...n};return this.drafts.push(i),this.select(r),i}select(e){this.front=e,this.save()}close(e){if(this.drafts.length===1)return;let t=this.drafts.findIndex(t=>t.id===e);this.drafts.splice(t,1),this.front===e&&(this.front=this.drafts[Math.max(0,t-1)]?.id??0),this.save()}change(e){Object.assign(this.current,e),this.save()}save(){uu(()=>sessionStorage.setItem(cu,String(this.front))),uu(()=>localStorage.setItem(su,JSON.stringify({drafts:this.drafts})))}merge=e=>{let t=e.key===su?du():void 0;if(!t)return;let n=this.current,r=t.findIndex(e=>e.id===n.id);r>=0?t[r]=n:t.push(n),this.drafts=t,this.front=n.id,this.changed()}};function uu(e){try{return e()}catch{return}}function du(){let e=uu(()=>JSON.parse(localStorage.getItem(su)??`null`)),t=uu(()=>e?.drafts.every(({id:e,name:t,text:n})=>typeof e==`number`&&typeof t==`string`&&typeof n==`string`));return e&&t&&e.drafts.length>0?e.drafts:void 0}var fu=class{events;element=p(`div`,{class:`editor`});editor;isLeft=!1;isAsked=!1;observer=new IntersectionObserver(e=>{e.some(({isIntersecting:e})=>e)&&this.load()},{rootMargin:`200px`});waiting;constructor(e,t){this.events=t,this.waiting={text:e},this.showPlain(),this.observer.observe(this.element)}load(){this.isAsked||(this.isAsked=!0,this.observer.disconnect(),this.put().catch(this.events.failed))}get text(){return this.editor?.text??this.waiting.text}open(e){this.editor?this.editor.open(e):(this.waiting={text:e},this.showPlain())}replace(e){this.editor?this.editor.replace(e):e!==this.waiting.text&&(this.open(e),this.events.changed(e))}fillEntry(e){return this.editor?.fillEntry(e)??!1}refresh(){this.editor?.refresh()}select(e,t=e){this.editor?this.editor.select(e,t):(this.waiting.selection=[e,t],this.load())}destroy(){this.isLeft=!0,this.observer.disconnect(),this.editor?.destroy()}showPlain(){m(this.element,p(`pre`,{class:`plain`},this.waiting.text))}async put(){let{Editor:e}=await w(async()=>{let{Editor:e}=await import(`./editor.js`);return{Editor:e}},[]);if(this.isLeft)return;let{text:t,selection:n}=this.waiting,{thumbnails:r,changed:i,failed:a}=this.events,o=new e(this.element,t,{thumbnails:r,changed:i,failed:a,checked:e=>this.events.checked(e,o.document)});this.editor=o,m(this.element),n&&o.select(...n)}},pu=[`64 × 64`,`128 × 128`,`256 × 256`,`512 × 512`,`256 × 128`,`128 × 256`,`512 × 256`,`256 × 512`],mu=[[`100`,`a sketch, 100 epochs`],[`300`,`as usual, 300 epochs`],[`600`,`careful, 600 epochs`],[`1500`,`patient, 1500 epochs`]],hu=[[`clipig-tiny`,`clipig-tiny, quick`],[`ViT-B/32`,`ViT-B/32`],[`ViT-B/16`,`ViT-B/16`],[`ViT-L/14`,`ViT-L/14`]],gu=class{changed;element;words=p(`textarea`,{rows:`3`,id:`wish-words`,placeholder:`a strawberry`});unwanted=p(`textarea`,{rows:`2`,id:`wish-unwanted`,placeholder:`words, letters`});size=s(`Size`,pu.map(e=>[e,e]),()=>this.write());length=s(`How long`,mu,()=>this.write());model=s(`Model`,hu,()=>this.write());fields;unreadable=p(`p`,{class:`empty`},`The form cannot read this experiment. Mend what is listed below in the text, then the form is back.`);yaml=``;filled;constructor(e){this.changed=e;for(let e of[this.words,this.unwanted])e.addEventListener(`input`,()=>this.write());this.fields=p(`div`,{class:`fields`},yu(`wish-words`,`What should the picture show?`,`One idea per line. Several are mixed.`,this.words),yu(`wish-unwanted`,`What should it not show?`,`Also one per line; may be left empty.`,this.unwanted),p(`div`,{class:`row choices`},bu(`Size`,this.size),bu(`How long`,this.length),bu(`Model`,this.model))),this.element=p(`div`,{class:`form`},this.fields,this.unreadable)}show(e){let t=Ur(e);this.fields.hidden=!t,this.unreadable.hidden=t!==void 0,!t||e===this.yaml&&this.words.value!==``||(this.yaml=e,this.filled=t,this.words.value=t.words.join(`
`),this.unwanted.value=t.unwanted.join(`
`),vu(this.size,`${t.width} × ${t.height}`,`${t.width} × ${t.height}`),vu(this.length,t.epochs,`${t.epochs} epochs`),vu(this.model,t.model,t.model===``?`the farm's usual one`:t.model))}focus(){this.words.focus()}write(){let[e=``,t=``]=this.size.value.split(` × `),n={words:_u(this.words,this.filled?.words??[]),unwanted:_u(this.unwanted,this.filled?.unwanted??[]),width:e,height:t,epochs:this.length.value,model:this.model.value},r=Wr(this.yaml,n);r!==void 0&&(this.yaml=r,this.changed(r))}};function _u({value:e},t){return e===t.join(`
`)?t:e.split(`
`).map(e=>e.trim()).filter(e=>e!==``)}function vu(e,t,n){e.querySelector(`option.own`)?.remove(),e.value=t,e.selectedIndex>=0||(e.append(p(`option`,{class:`own`,value:t},n)),e.value=t)}function yu(e,t,n,r){return r.setAttribute(`aria-describedby`,`${e}-hint`),p(`div`,{class:`field`},p(`label`,{for:e},t),r,p(`p`,{class:`muted`,id:`${e}-hint`},n))}function bu(e,t){return p(`label`,{class:`choice`},p(`span`,{},e),t)}function xu(e,t){let n,r=e=>()=>{n=e,i.close()},i=p(`dialog`,{class:`ask`,"aria-label":`Use ${e}`},p(`h2`,{},t===void 0?void 0:p(`img`,{src:t,alt:``}),e),v(`The picture shall look like it`,r(`feature`),{kind:`primary`,title:`The image becomes a feature of the first target`}),v(`The picture begins with it`,r(`start`),{title:`The image is the canvas before the first epoch`}),v(`Cancel`,r(void 0),{kind:`quiet`}));return document.body.append(i),i.showModal(),new Promise(e=>{i.addEventListener(`close`,()=>{i.remove(),e(n)})})}var Su=class{jump;element=p(`div`,{class:`problems`,role:`status`,"aria-label":`Problems`,"aria-live":`polite`});constructor(e){this.jump=e}show(e,{valid:t,problems:n}){n.length===0?m(this.element,p(`p`,{class:`ok`},t?`No problems`:`This experiment cannot run`)):m(this.element,...n.map(t=>this.entry(e,t)))}entry(e,t){let n=ne(e,t),r=t.warning?`warning`:`error`,i=t.place?`line ${t.place.line}`:``,a=re(t),o=n?p(`button`,{type:`button`,class:`link`,onclick:()=>this.jump(n.from,n.to)},`${r}, ${i}`):p(`strong`,{},r);return p(`div`,{class:`problem ${r}`},o,a)}};function Cu(e,t){return[...e.all.map(({id:n,name:r})=>{let i=n===e.current.id,a=p(`button`,{type:`button`,"aria-pressed":String(i),title:r,onclick:()=>t.select(n)},r),o=p(`button`,{type:`button`,class:`close`,"aria-label":`Close ${r}`,onclick:()=>t.close(n)},`×`);return p(`span`,{class:i?`tab current`:`tab`},a,e.all.length>1?o:void 0)}),p(`button`,{type:`button`,class:`add`,title:`New experiment`,"aria-label":`New experiment`,onclick:t.add},`+`)]}var wu=`clipig.mode`,Tu=class{turned;edited;element;drafts=new lu(()=>({id:1,...oe()}),()=>this.showTabs());tabs=p(`div`,{class:`tabs`,role:`group`,"aria-label":`Experiments`});problems=new Su((e,t)=>this.jump(e,t));editor;form=new gu(e=>this.editor.replace(e));asForm=v(`Form`,()=>this.switchTo(`form`),{title:`A form instead of YAML`});asText=v(`YAML`,()=>this.switchTo(`yaml`),{title:`The experiment as a text`});mode=`yaml`;constructor(e,t,n){this.turned=t,this.edited=n,this.editor=new fu(this.drafts.current.text,{thumbnails:()=>this.drafts.current.thumbnails??{},changed:e=>this.textChanged(e),checked:(e,t)=>this.problems.show(t,e),failed:f});let r=p(`div`,{class:`modes`,role:`group`,"aria-label":`How to write`},this.asForm,this.asText);this.element=p(`div`,{class:`write`},p(`div`,{class:`row top`},this.tabs,p(`div`,{class:`row end`},this.exampleMenu(),r)),e,this.editor.element,this.form.element,p(`div`,{class:`below`},this.problems.element,this.files())),this.showTabs(),this.switchTo(l()?Du():`yaml`)}leave(){this.editor.destroy(),this.drafts.leave()}get text(){return this.editor.text}open(e,t,n={}){this.drafts.open(e,t,n),this.turn()}rename(e){this.drafts.change({name:e}),this.showTabs()}select(e){this.drafts.select(e),this.turn()}openStart(e,t){let n=Gr(e.text,t.name);n===void 0?T(`The experiment's text cannot be read; see below the editor`,`error`):this.open(e.name,n,{...Eu(e,t)})}async take(e){try{let t=await gi(e);t.kind===`experiment`?this.open(t.name,t.text):await this.use(t.image)}catch(e){f(e)}}async use(e){let t=await xu(e.name,e.thumbnail);if(t===void 0||(this.drafts.change(Eu(this.drafts.current,e)),t===`feature`&&this.editor.fillEntry(`image: ${JSON.stringify(e.name)}`)))return;let n=(t===`feature`?Kr:Gr)(this.text,e.name);n===void 0?T(`The experiment's text cannot be read; see below the editor`,`error`):this.editor.replace(n),this.editor.refresh()}textChanged(e){this.drafts.change({text:e}),this.edited(e),this.mode===`form`&&this.form.show(e)}jump(e,t){this.switchTo(`yaml`),this.editor.select(e,t)}turn(){let e=this.drafts.current;this.editor.open(e.text),this.form.show(e.text),this.showTabs(),this.turned(e)}switchTo(e){this.mode=e,this.editor.element.hidden=e!==`yaml`,this.form.element.hidden=e!==`form`,this.asForm.setAttribute(`aria-pressed`,String(e===`form`)),this.asText.setAttribute(`aria-pressed`,String(e===`yaml`)),e===`form`&&(this.form.show(this.text),this.editor.load());try{localStorage.setItem(wu,e)}catch{}}showTabs(){m(this.tabs,...Cu(this.drafts,{select:e=>this.select(e),close:e=>{this.drafts.close(e),this.turn()},add:()=>this.open(`new`,Hr(``))})),this.tabs.querySelector(`.current`)?.scrollIntoView({block:`nearest`,inline:`nearest`})}exampleMenu(){let e=[`Walkthrough`,`Examples`].map(e=>p(`optgroup`,{label:e},...ie.filter(t=>t.group===e).map(({name:e})=>p(`option`,{value:e},e)))),t=p(`select`,{"aria-label":`Open an example`},p(`option`,{value:``},`Examples…`),...e);return t.addEventListener(`change`,()=>{let e=ie.find(e=>e.name===t.value);t.value=``,e&&this.open(e.name,e.text)}),t}files(){let e=p(`input`,{type:`file`,accept:`.yaml,.yml,image/*`,multiple:!0,hidden:!0,"aria-label":`Open a file`});e.addEventListener(`change`,()=>{for(let t of e.files??[])this.take(t);e.value=``});let t=()=>zl(new Blob([this.text],{type:`application/yaml`}),`${this.drafts.current.name}.yaml`),n=v(`Open…`,()=>e.click(),{kind:`small`,title:`Open an experiment, a picture of clipig or an image; or drop it anywhere`});return p(`div`,{class:`row files`},e,n,v(`Save YAML`,t,{kind:`small`}))}};function Eu(e,{name:t,sha256:n,thumbnail:r}){return{assets:{...e.assets,[t]:n},thumbnails:r===void 0?e.thumbnails:{...e.thumbnails,[t]:r}}}function Du(){try{return localStorage.getItem(wu)===`form`?`form`:`yaml`}catch{return`yaml`}}var Ou=112;function ku(e){let t=ae.flatMap((t,n)=>{let r=ie.find(e=>e.name===t);return r?[p(`li`,{},Au(r,n,e))]:[]});return p(`section`,{class:`starters`,"aria-label":`Examples`},p(`h2`,{},`Or begin with one of these`),p(`ul`,{},...t))}function Au(e,t,n){let r=p(`span`,{class:`starter-picture`});return r.style.backgroundPosition=`${-t*Ou}px 0`,p(`button`,{type:`button`,onclick:()=>n(e)},r,p(`span`,{},e.name.replaceAll(`-`,` `)))}var ju=k({Studio:()=>Nu}),Mu=3e3,Nu=class{router;element;start=v(`Start`,()=>void this.once(()=>this.begin()),{key:`Alt+S`,kind:`primary`});change=v(`Update`,()=>void this.once(()=>this.revise()),{key:`Alt+U`,title:`The running job goes on from its picture with this text`});stop=v(`Stop`,()=>void this.once(()=>this.halt()),{key:`Alt+P`});seed=p(`input`,{class:`seed`,inputmode:`numeric`,title:`Seed of all random numbers; empty: as the experiment says, else another one each time`,"aria-label":`Seed`});count=s(`Pictures`,[1,2,3,4,6,9,12,16].map(e=>[String(e),e===1?`1 picture`:`${e} pictures`]));sheet=new bi(e=>this.chooseFromSheet(e));watcher;desk;acting=!1;left=!1;constructor(e,t){this.router=e;let n={startFrom:e=>void this.startFrom(e),again:()=>void this.once(()=>this.again())};this.watcher=new au(()=>this.show(),n,{beside:this.sheet.element,idle:ku(({name:e,text:t})=>this.desk.open(e,t))});let r=p(`div`,{class:`row tools`},this.start,this.change,this.stop,this.seed,this.count);this.desk=new Tu(r,e=>this.turn(e),e=>this.showSeed(e)),this.element=p(`div`,{class:`studio`},p(`h1`,{class:`unseen`},`Studio`),this.desk.element,this.watcher.element),document.addEventListener(`keydown`,this.keys),this.acceptDrops();let i=h(new URLSearchParams(location.search).get(`jobs`));this.openFromAddress()||(t===void 0?this.turn(this.desk.drafts.current):this.visit(t,i))}get title(){let e=this.watcher.watched.job;return e?e.state===`running`?`${Math.round(100*b(e))} % ${e.name}`:e.name:`Studio`}leave(){this.left=!0,document.removeEventListener(`keydown`,this.keys),this.watcher.leave(),this.sheet.leave(),this.desk.leave()}keys=e=>{if(!e.altKey||e.ctrlKey||e.metaKey||e.repeat)return;let t=/^[a-z]$/i.test(e.key)?e.key.toLowerCase():e.code.replace(`Key`,``).toLowerCase(),n={s:this.start,u:this.change,p:this.stop}[t];n&&l()&&(e.preventDefault(),n.click())};async once(e){if(!this.acting){this.acting=!0,this.stop.setAttribute(`aria-disabled`,`true`);try{await e()}catch(e){let t=e instanceof O?e.problem?.problems:void 0;t&&t.length>0?T(`The experiment has problems; they are listed below the text`,`error`):f(e)}this.acting=!1,this.stop.removeAttribute(`aria-disabled`)}}async visit(e,n){try{let r=this.desk.drafts.all.find(t=>t.job===e||t.jobs?.includes(e));if(r){await o(e),this.left||this.desk.drafts.select(r.id),this.left||this.desk.drafts.change({job:e}),this.left||this.desk.select(r.id);return}let[i,{yaml:a,assets:s}]=await Promise.all([o(e),t(e)]);this.left||this.desk.open(i.name,a,{job:e,jobs:n.includes(e)?n:[e],assets:s})}catch(t){if(f(t),this.left)return;t instanceof O&&t.isMissing?this.turn(this.desk.drafts.current):setTimeout(()=>void(this.left||this.visit(e,n)),Mu)}}openFromAddress(){let e=new URLSearchParams(location.hash.slice(1)),t=e.get(`yaml`);return t!==null&&(history.replaceState(null,``,location.pathname),this.desk.open(e.get(`name`)??`experiment`,t),!0)}turn({job:e,jobs:t=[],text:n}){this.showSeed(n),this.watch(e,t)}showSeed(e){this.seed.placeholder=`seed: ${qr(e)??`random`}`}watch(e,t){e!==this.watcher.asked&&this.watcher.follow(e),this.sheet.show(t,e),this.element.classList.toggle(`choosing`,e===void 0&&t.length>1);let n=t.length>1?`?jobs=${t.join(`,`)}`:``;this.router.rename(e===void 0?`/${n}`:`/jobs/${e}${n}`)}chooseFromSheet(e){this.desk.drafts.change({job:e}),this.watch(e,this.desk.drafts.current.jobs??[])}async begin(){let e=this.desk.drafts.current,t=ci(this.desk.text),n=S(Number(this.count.value),this.seed.value.trim()),r=[];for(let a of n){let n={yaml:t,name:ii(e.name,t),assets:e.assets??{},...a===void 0?{}:{seed:a}};r.push((await i(n)).job)}this.tellOfBefore();let a=r.map(({job:e})=>e),o=a.length===1?a[0]:void 0,s=o===void 0?a:[...e.jobs??[],o].slice(-16);e.name===`new`&&r[0]&&this.desk.rename(r[0].name),this.desk.drafts.change({job:o,jobs:s}),this.watch(o,s)}tellOfBefore(){let{job:e,ended:t}=this.watcher.watched;e&&!t&&e.state!==`paused`&&ee(e)&&d(`Job ${e.job} goes on beside it`,`Cancel job ${e.job}`,()=>void n(e.job,`cancel`).catch(f))}async revise(){let e=this.watcher.watched.job;if(!e||this.watcher.watched.ended)return;let t=await g(e.job,{yaml:ci(this.desk.text),assets:this.desk.drafts.current.assets??{},expected_revision:e.revision});T(`Job ${e.job} goes on with this text (revision ${t.job.revision})`),t.job.state===`paused`&&await n(e.job,`resume`)}async halt(){let e=this.watcher.watched.job;if(!e)return;let t=this.watcher.watched.ended?`retry`:e.state===`paused`?`resume`:`pause`;await n(e.job,t),t===`retry`&&this.watcher.follow(e.job),T(t===`pause`?`Job ${e.job} has stopped; its picture is kept`:`Job ${e.job} goes on`)}async again(){let e=this.watcher.number;if(e===void 0)return;let{name:n}=this.watcher.watched.job??{name:``},{yaml:r,assets:a}=await t(e),[o]=S(2,``),{job:s}=(await i({yaml:r,assets:a,name:n,...o===void 0?{}:{seed:o}})).job,c=[...new Set([...this.desk.drafts.current.jobs??[],e,s])];this.desk.drafts.change({job:s,jobs:c}),this.watch(s,c)}async startFrom({url:e,epoch:n}){let r=this.watcher.watched.job;if(r)try{let i=await fetch(e);if(!i.ok)throw Error(`the picture cannot be read: the farm answers ${i.status}`);let a=await _i(`job-${r.job}-epoch-${n}.png`,new Uint8Array(await i.arrayBuffer())),{yaml:o,assets:s}=await t(r.job);this.desk.openStart({name:`${r.name} 2`,text:o,assets:s},a),T(`A new tab begins with this picture; change what you like and start`)}catch(e){f(e)}}show(){let{job:e,ended:t}=this.watcher.watched,n=e?.state===`failed`||e?.state===`cancelled`,r=e!==void 0&&ee(e);this.change.disabled=!r||t,this.stop.disabled=!r||t&&!n;let i=n?`Retry`:e?.state===`paused`?`Resume`:`Stop`;this.stop.firstChild?.textContent!==i&&this.stop.firstChild?.replaceWith(i),this.left||this.router.retitle()}acceptDrops(){let e=0,t=t=>{e=l()?Math.max(0,e+t):0,this.element.classList.toggle(`dropping`,e>0)};this.element.addEventListener(`dragenter`,()=>t(1)),this.element.addEventListener(`dragleave`,()=>t(-1)),this.element.addEventListener(`dragover`,e=>e.preventDefault()),this.element.addEventListener(`drop`,n=>{if(t(-e),l()&&n.dataTransfer?.files.length){n.preventDefault(),n.stopPropagation();for(let e of n.dataTransfer.files)this.desk.take(e)}},{capture:!0})}};export{Nu as Studio,A as i,re as n,ne as r,ju as t};