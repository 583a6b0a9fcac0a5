import{A as e,C as t,D as n,E as r,F as i,I as a,M as o,N as s,O as c,P as l,S as u,_ as d,a as f,b as p,c as m,d as h,f as g,g as _,h as v,i as y,j as b,k as x,l as S,m as C,n as w,o as ee,p as T,r as E,s as D,t as te,u as ne,v as O,w as re,x as ie,y as ae}from"./page.js";var oe=Object.defineProperty,se=(e,t)=>{let n={};for(var r in e)oe(n,r,{get:e[r],enumerable:!0});return t||oe(n,Symbol.toStringTag,{value:`Module`}),n};function ce(e){let t=e.split(`

`).map(e=>p(`p`,{},...O(e)));return p(`div`,{class:`prose`},...t)}function k(e,t){let{place:n}=t;if(!n||n.line>e.lines)return;let r=e.line(n.line),i=(e,t)=>[...e].slice(0,t).join(``).length,a=i(r.text,n.column-1),o=i(r.text.slice(a),n.length),s=r.from+a;return{from:s,to:Math.min(Math.max(s+o,s+1),e.length)}}function A(e){let t=e.label===``?void 0:ce(e.label);return p(`div`,{class:`problem-text`},ce(e.message),t,...e.help.map(ce))}var le=`targets:
  - features:
      - text: a curly spoon
`,ue=`targets:
  - features:
      - text: a curly spoon
    transforms:
      - random_shift: 0 1
`,j=`targets:
  - features:
      - text: a curly spoon
    transforms:
      - random_rotate:
          degree: -90 90
          center: 0.3 .7
`,M=`targets:
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
`,de=`targets:
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
`,fe=`targets:
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
`,pe=`epochs: 300
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
`,me=`epochs: 500
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
`,he=`resolution: 512 512
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
`,ge=`# A direction: the red balloon of balloon.png becomes blue. The words say what changes, from the first text to the second;
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
`,_e=`# A pattern that repeats without seams, for wallpaper and wrapping paper.
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
`,ve=`# Two beings in one: \`select: mix\` makes one wish of two, somewhere between them.
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
`,ye=`# A film: a tulip comes nearer, turns, and becomes a balloon.
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
`,be=`# A composition with more pixels than the model sees: four targets, each with its own quarter of the picture.
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
`,xe=`# A border: drawn over the picture after each epoch, it pushes everything inwards.
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
`,Se=`# A turtle from a pyramid: the picture is the sum of pictures of several sizes, from 4 x 4 pixels to its own, and the
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
`,Ce=`# A bee from a spectrum: the optimiser moves waves of all lengths instead of single pixels. Whole forms come first, and
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
`,we=`# Inpainting: a part of an image is drawn anew. A strawberry takes the place of the balloon; sky, hills and basket stay as
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
`,Te=`# Two things in one picture, each in its own part: a lemon in an ellipse, and clover around it.
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
`,Ee=`# An image instead of words: be like balloon.png. Not a copy: the model compares what it sees in both, not pixels.
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
`,N=`# More pixels than the model sees at once, with one target: some looks see the whole picture (overviews), the others a piece
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
`,P=`# More pixels than the model sees at once: one target looks at the whole, the other one at pieces of it.
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
`,De=`# A schedule: one thing for the first half, another one for the second, and what is left of the first shines through.
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
`,Oe=`# A butterfly whose right half mirrors the left one, to the last bit. Other symmetries: top-bottom, both, rotate-2, and
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
`,ke=`# What it should not be: a negative weight pushes away.
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
`,Ae=`# Outpainting: an image lies in a larger picture, and the picture grows below it. Under the balloon of balloon.png there
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
`,je=`# Two things, each in its place: a target for each half of a wide picture.
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
`,Me=`# A tomato in four colours, as if it were printed: every pixel is one of them, or lies between two where it is undecided.
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
`,Ne=`# Four copies of one tile. The target sees a window that is larger than a tile, at any place, so it sees the seams, too:
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
`,Pe=`# A strawberry, for a first look at clipig. It takes less than a minute on two processor cores.
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
`,Fe=`# Six attempts from one file: three ways to make a picture, each with two learn rates.
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
`,Ie=`# A colour theme: what the picture shows is one wish, which colours it has on average is another.
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
`,Le=`# The colours of an image, in the same amounts: a turtle in the reds, blues and greens of balloon.png.
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
`,Re=`# A style: a turtle that looks like brush-strokes.png. The text says what the picture shows, the image how it looks.
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
`,ze=`# Two things in one picture: a red heart as it is, a strawberry when the disc in its middle is turned by half.
#
#   clipig render examples/two-in-one.yaml -o pictures/
#
# A mask in an entry of \`transforms\` says where its transforms act. Here only a disc is turned before the model looks.
# Both things have the same colours, so that little of one stands in the way of the other.

model: clipig-tiny
seed: 1
# Long runs fill everything with red.
epochs: 150
resolution:
  - 32 if t < .4 else 64 if t < .8 else 128
learnrate: 3
learnrate_scale: 1 - .97*t
init:
  mean: .5
  std: .05

masks:
  - name: disc
    ellipse: .12 .12 .76 .76
    feather: .06

targets:
  - name: as it is
    features:
      - text: a red heart
    batch_size: 8
    transforms:
      - noise: .2-.15*t
      - pad:
          size: width//4
          color: .5
      - random_rotate:
          degree: -10 10
      - random_scale: .8 1.2
      - crop: 1/6 1/6 2/3 2/3
    constraints:
      - blur:
          weight: 3-1.5*t

  - name: with its disc turned
    features:
      - text: a strawberry
    batch_size: 8
    transforms:
      - rotate:
          degree: 180
        mask: disc
      - noise: .2-.15*t
      - pad:
          size: width//4
          color: .5
      - random_rotate:
          degree: -10 10
      - random_scale: .8 1.2
      - crop: 1/6 1/6 2/3 2/3
    constraints:
      - blur:
          weight: 3-1.5*t

postproc:
  - blur:
      kernel_size:
        - 3 if epoch % 5 == 0 and t < .5 else 1
      sigma: .7
`,Be=`# Step 1: a text and nothing else.
model: clipig-tiny
seed: 1
epochs: 200
resolution: 64

targets:
  - features:
      - text: a turtle
`,Ve=`# Step 2: another piece in every epoch. What leaves at one side comes back at the other.
model: clipig-tiny
seed: 1
epochs: 200
resolution: 64

targets:
  - features:
      - text: a turtle
    transforms:
      - random_shift: 0 1
`,He=`# Step 3: turned instead of shifted.
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
`,Ue=`# Step 4: several looks per epoch, through noise, and a wish for calm.
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
`,We=`# Step 5: first the form, small and with large steps; then the details.
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
`,Ge=`# Step 6: no black corners, and a border that keeps the turtle inside.
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
`,Ke=`# Step 7: a picture nine times as large as the model's window, seen through windows at random places.
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
`,qe=`# Step 8: first the whole picture, scaled down to the window; from half of the time on also pieces of it.
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
`,Je=`# Step 9: begins with the picture of step 8 and lives in the sea: three targets with three tasks.
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
`,Ye=`# Words with weights in one line: a house, with a little of the sun, and nothing of a tree. A weight of 1 need not be
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
`,Xe=`# A palette as a wish: a whale that settles for four colours. It begins free; later every pixel is drawn to the nearest of
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
`,Ze=`# A thing on a ground: name both. Without its second half, the text leaves the ground grey, as it begins.
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
`,Qe=`data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAKAAAACgCAMAAAC8EZcfAAAAwFBMVEX90z380T38zzyc0vaX0PaWz/OWzfGWzfCWze+S2PyU0fX7yjz6yDz6xzz6xTv5xTyqyMqXy+6Xyu31szu4qqKWzO+Vy+2Ty+2OxNN8sJZvq2Fvq1puqlpuqlluqVtsqlZemldbllFallFallBalk/qfzezgIrhWDXDWGFXk0mCbEuMWjKHVTDaOzPYMDLYLzLXLzLXLjPXLjLWMDXWLjS5OzzYLTLXLTPXLTLXKzHYJy7VJjLbIybVIzHUIjHaICa2JanOAAAK8klEQVR42u2ce3eqvBKH0YqCylFArFZrL9bLadWKsE8Vbf3+3+pMEi4J4N4EQusfzXrXfutlLZ/OzG8uSazUuPIl/QL+Av4C/gL+Av4CXhOgAus6AS3d0IGtLsv1uqLAA+uKAIHHaqqq2qwbigH/1fEDSwxkcUDdkAHH6M3nc9NcrNcL04QfewOglHX9pwEto6GqALd01zOzZa49WGuzas7Wx+W8Z6hq3bB+ENAC48nd+do7n2YdqdJZf21se3N0TElqzeBJZ9nTwbjWTwEaddWYL72T97k2pVansvja7GFtjotWpy2Zi6/D6fRnbqiy8SOAug5467PnOp8LrdL5T8U8bvd4bb5mUqdTrc6OjuOdHUBs6N8PaDSbPcBz3M3XotLW2u32OgDcHdadVlvTpNnnbuscAFFuGt8MaOnqYHnyHHu/+VxUNK2tVWaf7/s9ZcK21gHC7d4GxGVXtfTvBNRlteecHBexYL62Vl0EBgQTHtfIpG0gRGFpO6fDvJnTiFI+9+rL08EBlC0Ioo35zN0+WtujWekAoeYLx92fl4ZqfBegAe49g3dRtG3MqhbZKljvyO8IsNUhkfkB9u7mIpTy8HXh43xLoWBDq0V52JcJJqya/lOOd+jlIZRy8PVsj/CBQAhfxEH5mA5D5OaDN89BKOXgO3iub6eN2YphhD4OTNvW1kcSnvb+lMOGvIB6s+v49vOzCQasLKIkQ3QM4vFfCvMP2JCfUOLlM0I+SCa+kQBjfdixTg6M2+5UF5/bgHDfVfUyAa1Gc+nrg3YjhOCBxUMvVvwXoQbuQqWsjaZVIqChzs8OrVTfftKM9TDtfiaHO6dlmYAgkJMbIkQ6SGgEZ/CqlohCIDxzSpkH0JKNtWdTURYgaJAFYyEYZkKUI6kItQ/2oKmXBKhTDt5voVgEPmwlNQIr5GcMzOtkiYevS9kPqSAwYDxNk1+Afp3id/iyIQegBQp201yIWq1tHJBSCQ6B8A02KFlWSgDUQSFOoh24oBHyhk7qG/h0IuUzIPZg+PnxOhKTMfIxJSJsQks4IBuBO0rDKNElXRw0rSmVhisKOQCXlIfh41vU56+PCcB9lMdx40r9Cq7HIWQps4MHzsFOlUA7Pcvs/xfZGAUhFQSu182cCyWOIuKklVocYZskHhjZrKQHIZdMsgLqjETAgXQIJlqFWKIkRt5TMlmKdrEFbdbhgy1kUYCZx10qYBQFGjsS2Nl9LGVPgjaTQyKNMM1AeqaOZyIOH0tZQ5Aqw2wWTmu2koBsLoeCrOqCXcyEYPzD0wEXlIslphpy5OpsgNBoOVSa/qt16HZHuxynWYNQyqjh7qVWJSNgTOkuFBOhgHQrHcsy2QBb5oZO5s4pq0qkrBqh0zQLyNYxuhpGtTDe02aXsZRHxHS7nxMws4yzupixIN2tZgPEmzc7Ogaz9gtSjlYmH+D6F/AXUJyK8wC2GUDRKk6kmWx5UPtLmpl/ZyVZpFYSaqwrPVGzIx3bzmetxe9l1uLYyJSvWaC7GWiphQI26vofzy3UbrH94MEZCFVxPM/QQ12ejhomY1ns0BRrZ8A6TLuVBbDcmQQ6VjqG2BSSZapjd0eczBrJPBfXjT+0jsMTkoyA7Q6dpz+yhyDHzgLbcLHbBu//3llgk0zmoS77zgJkQvfi1sc/AVkj82xvZd8frC8pwnd6/zRtB5gFhNn++E4nmewbhJkB2XJMnzLFAix51hTXSPaJiQcQ787YtH3+uYHZpme6/S7PzgyPi1kT0lkutZTQqbLD1BGOfQ/OPWqox6nbRxc20akoZbaOXK9bCmCiKYwOmtISIX1Yx/RafAbkAVTQSZibCsBuG8SDlNmfw31COYDsSQlT7ZIy3lG1hmm5eU8TuU47oaeJnPzuXz1Jb/opETN5Eh3Vcd3R5AK0aCdT/V7acSzzauhh++DyHXZyH2h3vb2dGEzYQhELUUYiDve9Cs47C0jJbrQPHDIkDiJ2ET1lXu7j7By3PuiuJprt2E18+hgA4EMDogBsKOUCKlbU/Edn2ommOqojlAGBry7zXoLjvtjD3AsIUknixJjOkoEBPzgzYE5A+lAsxIhdfqOvRlXMAD1HAOYCpCa8bZDstMTNnsi2QRmGSa7O/2G5AKMpPjQU2w5Q5FVzGzZZPVX/FkCqawhPnC7cH6SeRz3CN90fbCh1K9xn8F3Jdnz0tTO/SnPsJRQHpDa7gutHF66IRiWGq80vDBjpJOoJaJXsAsOGXYTLfWerGGC02xXMbkxDE2BHErG9rqp/I2Ckk0AmjEqCViZ8MreDC9xEl/0x2W9MUS3ZJTVCJIIG4Zwezg0IOiGA/gjPqMT3ezirFDBggbv8flsTjnd020+sGtwDcHIrpAhgOMj70xE1vfsaCbvED55BXRhgqBNfJpRKYs/kaxKKAzYa5B6DP79RHVeoEex02+PYKhIKGJxN+F/OiFRCWgjN/waMc+oVMGCxrwwRJweXugOV+Cb1JYIUUuS7YUUA0V0QpBMik7CWEI2EEjl0fwwQNdfIhGSfKFQJqSNoTNkUVUhRQP++Dzn8DDsXXyP4/NXlum0pHhCdTgRbbaFKcB3xq0hBhRQG9HWCq4kWqgRpBElkw7vVVgKgv1uD9xH8WoI1gnfkYNC0B82fBfSHUPJVP6ISPI+QO6GFFSIAEF/NdLBM/LkEw2ogka3t/THq1s8DDoLZhKgEzyP4zqpbWCEiAIlOyPk/mUtAIx0JqogAhQgBtOpIJ0gmuLjhmR1tCeYeNEUDEp3gyEMqwb0W+kGEQsQAkiEUZNKuoC/s4mhcHDf5tmLKAWwO3IN3nlVb5ul0OpvVqnk+uV89AREo6M8YgE5Wy+Wy0unAv0uzU4F/V683/WuxIMygt6uh2qSWCk9cE6BSA8C+oigWLPhfvzZYDWrW9QD21ddXtU8/Hq76cuOaAIevN9blx9cAuLqlGtO4RX8c0IrFnIVj8poAZUa1sYdXABgzmSVOxKIA2aCLh+RVAIJs++ESJ+LLgFHWVf76nA94M1yhP4NDVk2ciFMAEQT620C1YAVfxFTq0VP1BnqXwuSZ13m0VvNSAIFNaWAyuX87GAyGZN0FizyEFwa3BLaOfxmsire3FbXe3oaiRQIfhdmUWwQGNPcPlxeBHQz6AaX8Ckz0Wr0ZAksdWK6BPomgEYb78WQyGo0msTXCz/nwk7uAsv/6Fl/CmgVwq0zg7iaYbEKwxn9bGJVwjhFlP25BcYCI7hbg7gnbP8ASnKPJGPv8LYcFSVKArGQFi/zMJAkJ0yFDgEXGuRaifOACBDAgUVCmuEkunCXgHUR/Eqab5IULIbMCog9WMFhNvkWZIkgV4cJJQkHkwGn1pYd7TremrvssgAAHieLmRsaJYnj3+Dh9+W/Kenl6fAyyxI0kgC4LIIIjbIjM53qZPj+lrOmL//oTcErjcVmAUbeAEiXAYTYChkGen6cX1jMGf0ac5QEatX5Eh6X4jNjQR18ES4A+PYkBnIyTiXp4W4N0YfUR3XD4iGOLgy1YggBHCRk/PtwNajWrdgO2eyRw0zxLkIuB8JVZD5AbH4aDWkD3PM25BAGOcZGm1wSeggrzUohOIOB4cs+u8Wj8AOlkWohOJGBsAd4TSnPToqscwNEIrDcVskoBHE1E4ZUCCOabCuMrAXB0L858ZQCOkDiuGHAk1HziAYXziQYUzicWULz9xAKWwScSsBQ+gYCjhzL4xAGO7p+m1w1YioPFAUL9LWf9Hzy2lvUTrU91AAAAAElFTkSuQmCC`,$e=`data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAKAAAACgCAMAAAC8EZcfAAAASFBMVEX+8qH86qD455z61VzwzlzlzXKYq6JgnNBrhJg1ZK0uXKgoWawtTpAjN3MZMHQZLHAYLHEYLHAXLHEYLG4XKWkOI20OGEcIDz2mBC9HAAAllUlEQVR42o1diYLjNq6kZZNNSiQlS5T8/3/6UAB4yN2TfdpNMplp22UQR+FijH+9nv5z0fMp2/Heynt7n6e3r+fzJY917oce69O5vofnONIyt2dZ6DUp/4yPf02Px8O4+u/xXI845+N9bPRx3uBPH4/JL/Tq/kbRGXomR5937qsBhGcihJ9row8taStH9N45ZxXg6/myFoCf/oaQPmvAFxy9Tbzhsy/7oA9q+H52gvaeIwliK9cnGUFoHs77QBAV5DLThwPdkWJMA0AI8Ah4I+emCX9NHSPE+XQDwK3EMIqPfsTPd3xPax5+Du03QiERvJeZPud9kED8ZFiE/C0gx/Zu9MTo6czyzgBf9NMQIH1oezf34FcDY4VJEsyDAJfxdJ9PO/38kt8Uz1JSe8u0r/heiUSRy+dzzQpxAsJYUlzm0N41hDnvRzF8hABYSDfeW44x8HcW/eCXT3LaT/sTWQYiwa2frreWfugGz/H5xjNv+azf2pISA2A86F0yfea1hyZEF85ybCmy/PR7hzlGBmghQOCDEtKTc5w7QBIlDtsCwdHO+KxHvAQW9xc+556TEYkfajnuJQBnMhM6rQN2eUWnEEkb8r6e8WW9H22GAcKKq2w2eo6jnNZMA0YIEhDOc82EcTtSSJl1ZcFnm1/4Fjo9d77xfQ49Y/ckK8YrYSZvHDIh/NyEmBNs8Wldx9gAigDrQ+cyka0/Roz0b2xchDHThwbShVnUgTT8+sK3kBMRt5TPuRqNhwRTFEU++JBZiEaFOPn4rH7D0dGECpCMuORt+0JIlsUYx8OGe4qEsUTSEDzi70gSUDQv/zq5JSwOCijWrrBf4qbofKofuNj9fvZuzk59BuFMJxnNshg1YqgeTndAeJ6ZTP1xwzjhX62LCW6L/ooxziF9cFgk0OtSfAvhEwXcmomQn7QASMFA3QAfMiCe9OPV4ZDDfdFBEW561xK9gY2QBtLbk2QKvpx+wXVdd3Ll0bvbYU/ACEESQvKjuVyXfgw9Zf6BWMnPG/GZW3cyVgEOjooOWV5LQKoQH9YruOTJEz+NGDGfDWlvOo5BjitZBAkyEcabICcctgSoEBUfHhxJ8O6JAEI+DwCP0P320+55BLie+Hb88rLPIkT6DFcuCiHeWcjlYdhGhhAV4GgGgxGM7+jsZMxg02YK5KfmcHR8VyZ0pECOtF4V8N2Ds0+eHGEe8UVEgYvFdUTYPQ6HHlKcdHk5NAE4hKMTP08v6FIkOea3CnLAaOKRrvvzSaTdT+eNKuAYmuK5n8nFjpDwwRZI4xJMOdD3dRM5GJ8KY67+kWyEgkd7m5QocOfSz3g/31lwEkRE6YfR8BQ/rCu3hxTNLZOpQXsr7Z1LXtMJ0+5qaJ81zrsEoZUimsxvapXrEEDbxZcTDt6wO4ACkuByWsnfbuSF8hHV6+HLGZe+wEGERBDIIu3+FhjrMRKFlQBOlbOtZ3o1KuIVWPu+H1fx3QAu0cKL+LhnBkd+BpzG7xu7Ibw6MUiwnXB/T0TLqzztHMyjEcduwz8KkA9/vwMkHfv6rp8o+ChaGnCA+i3h/h388C5OUBwMxbGTP5+gNd+MH/d44AUVZtkz8boaglUFnfBBR6AzAE70xqQ463vd6xHbzy9dVipr3IcAtjAKFoZQpuAezf0Z5ovh5+8nXQnPkbf3fmbX8UEFwY6dUC3iWPT16BdzShsbyev5ejVCP+CrCmjIxI1vAImKBYofqYObqkvxEODPvx74z3SChlL8cQPtzifTekJIsWE/MlOpWOaFYgAfsuWw9gtgVcCpfIpZbAMI5um+wImmelI++iPr/sQXyXHu1WzzMnio3YrF/5AunJoiUPwJwivhF8g5Pl8dIAfNmqyQnzhms4R+wgE6Z1pMA+efLPIRCeD0/EIY0nGWHsLBR3NlbiQiOSnnKM05U+W3lH/sh34D0qfIRiKKDEeTGnO4zhjMXBHGSA6CQSmkP56nJS0CQ4hRvGY+KQscfTq5orAxqYTVyglPgUJ3AwgG3vQALzmJh5GHIAds2WdP9YCJu8bF0AsEIDHJ6V/AOkAiFCd/V3pFpqMd0cG84IUooDM5gtVOMMVkLCC1HIHicnfYpKhPSn3ggD2cRfXQD3bhFgBn8aQ5/I1PDlcBkrtgDkI4InHIGzqSgV/wTvRdiRwVUUEyMU//tycZSc2HOH9qIS9ZOGTA+3QDeeiHG80qflJJwT6/UPFDJ+6IW0AdSUenlKPkv9UYhJclzvWfgaK5cvxYVTA5BphLagj3IeLRGcPXKqtsrEuBGJE5fdyRFwGIgP8SVJ78R1qRx0+ShZI8rEPSQPFMPmNAhypECLnmID9RVZBwWmclo9NDziO+aIxleN1ASAFHgDMdclkz66CdXEqRTqBApcBX7Wjb9JAmg+I/SI2EQjDHkq/ml3Q0BhNUBWfQ6Re9JclAJTjkryTASWMdPLQS61Z4MdX0SWM8uz8KbPQcJ0hjxTZy/onQnUf5OPq5nSiUr1UcEjvhK7kzGGZMU9wR8V6ctbfyQW7eci++ct7uoWP70ipBemPmGhJgSGOsOOwvj81M+iRhk4Uma+n8/etZldYFipSEr7NfcfKcyv0AIOKMIozKiY+tdL6RKkVwpx5MA0hfaa2p8PSsZ3oHx2iJ2hDzOuDjpF7THJBflsKMpgnQMSuDqlLqaZkt+ElLRIseMufvNYq0epc7M6u2EysWrTggQfP450PONkQihwenjSOdY3gUJwvbYWdYBBDCyBwBrWeAxilAOWQIsMIrzraPom8F/aYcwsztBSBDbvoXPjNFChul0mu4116eo9NFedAT6+mkJ9gGEAJXgFOoH5iODpC+moeXNaJjNeOi7NbEeQDo0z9EOIHlreu2rTVkNHzkdOgzF8cuMwwCZJem6R0JnI4Ysa+JEEUuhBHPgcmxi0uOteqVNGclt2SOGn8o2Zt8qn7cmC/bcDuiGqPbSX+J29uufER1xc+4nmZGtjnTcmFwVLhu42vxikmhBVWiDFjre3GCEfgKkCR4JMUHyudrLvWw0y3FJJ7NgV2cMtd3fn7Yo3voyDJrELKd1XIYYXotBrtWelPthJxhJidNQp7MpAW+hEj86gBJBwsjXLIUcsjMcJ6UOo7VDktpQEUH/yS8EFVVK+KgA65s56d7aeF0DSCkn5D7ulrrzWyYTGlVYwiqcVaPmBzf82ki5Zg5b+or4d0AwHZaaMiznJwZp8je03vl38SbRBhLU0jfC6zq0zSB4hxsJ/ow9UOe5z2qBqXyUoDGEWfJ+1sBvswP0bej13E8SjeuUrIHXsAO7Fwj6Z1k2UHwcTEZx7uElp4NPtCqyxV8+06RnfTXPgngVCPeIrGBcg/NoIgALIvTrAam7w3CImqW1Zn72Q/ekMSHHG9XxfOI6WSooZdAl66AT1t6EOHkuWZ4657ooy2pCiQ4NTsJNbmsXsGiahbiuckRU7ZikqRgECMeOJABH4nvOASdFMUka+2lbnJ/VQFfr2vuAnT1o5sbZA1m3TGPoKorejpl1EHkDPhk0rEfdGyJkgHTCkVM07d1VaKucbSkzGzgaSl+twy91/cJnKsHnFod4cfYwgKcMrvcPbldmA+KUA9KlQWgsAl25quVTgcD9G7PO9JS+zH3wiqrc570i7kQUUlFcki/tJV0lJ+WXYwU13+GIOc5sE7K7CmjJ4DCHQ80iX5E+sox6ZhqZLKi3EgjmSsk8/71SCphtK9AqfaEHkNwgq9sqE8vtXszhONP7+NMhvygZ+a2bu2IIUR1Vj6PAiSOXuoZiw9a0ieJRP8ACN716G0PFKZR3pPUsOwHChoeKbh7jqnLlUcB0llKQneCE1CejrLaeW6rkFw0MZagmq75gXxPES4hvOTMzTY8MBSm4GNXxnHpgvGhiJq2Yz0psnhvR3zPdPUoPKVa3yOEzFrIDZKFAOPOGDdKT6uPmbSyJt/X6vHUDM6I8XKeeOSMKtvpbul5gPMNTKRmlHxj3o9J+O7zORaoGlF1qJSIpZFB/IAUvFduOKE8iaN+owwStH5QP02/seMY0JyryfyggBjTKVW2e88yIKWK6JUFFKQJKZn5U5ugTQGv0ms30NaeProfKTWs2qikRIy0JIXmY3r4hlmQs+cCPcITHk47OSmZY+Lk4PNVJqKfpI+ChOZYuAh6cWh/Oo47QgivPLRiYe6NHXeER+Pa8ThiE6Bf/M8I0ZJTV1N+EcWUtBMthR18UB3xrXTFukJ/RKa25Xwgt3my1aIkLbw/XfPwGvmedkDIp7y9izZ7iUDMqoEP1OJDGJuQlK+5WRDSO5mFu4qZ83v3o92pER79HLvci7MIitoqOGLPaPxZlM3PWj/h59zZm7dDnn5EhoSQ/DTqJ0dqJuKkIzRAJEtKwkIW97KGi+vkpBJbbhxF6CY1KHYYRTJFitoAiBautaDWRF1ffhmqm6Ggu0Oq0urgjFBDHje5YMOeC2g9Rxk6DdwFm4VmmoiuoSepyh92Ec41fxCALvM5MUBI7UUwE9Ew8l8Ecey1h3PjPuHnuiPctFJkKUGWQIzqa6Ud6AE1jDPFOeYh9mXg9Uxv5lcR0rcYAU5uXRrAi/1KeSLVJZ4CMxlsKvi07+k3wlRaTBEWj2qp38a5hwEjsW1iY57czH7YW7NcCUtZewa2WLCuniciCD3BDlH8AMChrhlQNd2PlO6lFiCMesp7rdFwOTwOkyNsrgNEVHxMr6TEeRDhlVFDU/0gljmh6jIA1ByHAfY+AWqDeSfifMYiCDtxawjXY9NMnPTDuXBDOIgxZPKE1sztq5eSuwhBCnKWr8ddzRRFgqRFVgudDJCsP34NdhDokvSLju7wRxthmqdRRoIGu71NANwwksveTX3r483jDyE1gCsFQHkvYvyHVJW5cG+0usjJ157i2T1gEWpAvxfkkEsnl4xwbQMty4FmGHtU9ydGOWfTThzioez6KHLEm3BYsA6KIHnVNrSWdTtAOs7OU9NHk4nkY9A80Zl+ylr5RWSlN91XLT6pGMP8rY4hZDPO3BCbwfAMop1Wxzau2w7VvF8AiQaU5gPCVRmbtz8yzpTP7rAxnMRN9wOTJRgd0TQb0dLH3xCXJSrApBDEDEp5b+P8TkSMW/8B8L2OPU3tMiHHkAyhjAhrxsuTJbW2nRvElGWQYnyE7ITbSNEwuqASRDK1CxjpzUghQAn90BUOqaytdu9ZhMeeeli25Vi/6DEodgREpNzpjF8QDazr5z6T8sa3Y+q7vlWhW2tD5TFxCwvTXpT174MIyQ62esqvSw85dYfte2n1PbQIKKviGjxB3OMXQEM+7sxfryBoO1eCa/HLaR1N2m/ofVCOTOGZzpJePc58aYMBDRordkIIH22qAxNQx68sg056RScH9lLICfSjRgnPHlX/3h3amlDc1zrP7rsEE4Y+jOPGFUlwT0B0DEM95BylmLDaVBHGXuoJKeftdyIktRH07pz0pWdADDNkL6pETo/z9vONsQCR+DNUgE/HdgQL8h70og70rWh5iBaydyVSX8sxFCc0E1x7NYBTEHIx7/X3SUvvDqMB+PqJgnG8QCj47AqRQlB/b6VHKhmM1ijyYet040bvka1pE4dvkddBLobelHASBThbB4QZMDHb8DO6wx86h/XbWhrKnVyGzKsAqHFcf4IIAqFr0LTWVAEiJtUGYCZTM7EB1PJk0nQhODQOq6HwBFEKtaRe08y4Hj51hMgnx8oBRTV5N/qbOVmpSUvCUNblPAO1fs++E2G7uT0uRU7pDlAnxRiidaG61byfVwpD0b9WHMkuY3Md21HWnIfmU5+aIoAr8IHIk8aM+GwkUcS4RMwc+tEx4+im60uC76GbkDxzxw0fPDJZZ27tlnx7MQYReNQkr3eAqqxF+x5VfJ4HK4jblaOkWoGuAMn1XncdbBLUjgJxM7K6fE9gx6nOhxbXd62zOcdVZnzomyAWbXBT0tTHgIZOJ4qW/GUywgoqXM/nMMO6wtLex4Wp0nXXevJ9LKKQNwtfQ49Tlx/mn/C6k3w0q7A1UsmlY8sY1iGuJ29kqtsfy0DxrN1cnqWjuHlyDc6u+vvrvvMRsnUwy2MRDuMvBPEbnel2HCNKDCvaBX6tJI4gcm8QfXaMvyDGxtnomfWe1su/1dVCI7Yi3Ydz5UnfhpA9wiaFeyAEwDhOwl3sczq6oWfA3UqWwUpEOO3ikOB7LVfHW5WdI4keWe+5JXmpVKEy2VrR6g8g2r3+oRTF8VJUATOnAkgYbqoYZJDq1nNB1TWtarT7+9R6eXs8ugq1r6wApZ7OLtCj4bDtHFLIRDIIfyYKIpCidXi/XTrJkeT6RmcBCNG1xGhSukFMznz3rqQsvLanTgESZJEKhf3KF8KsBUw6OUfStWwcYDOZo51NO/9UzNwngUhJdTIiphTV6cchQUZYNN//gujt96juA9F6rwLbe/mZaZ6MXdPHpkS8Ox9GXfl+krDBKSCgOHNlidhlXiTDR9WMa7jkfRib9mIxT0RcCggJYEEopncvd4jTAJFH+ykUYwCDJ6qgguTkCv6PKZJ8BplzK+Ddx2bElR/cJUQdmXuM4SnauOqgBiWeLqkU39yTUI2lOL6/0calgElWHEl65YqTvxt0h6j8uGBYBo0D8ipSZ8aYCD10VLHmSCJRI172et+2CKxai+bViCTkZOKJhh0UehWWjloZzAd9XER2mWxKmA3xN8d9OZ1TMy5I9rzvdkyne94ahiQODwPcdJJf4yCmP57o90MRUY2WYj7pHJnFLqxoFZZuyZmd0lO9SmmDBzy+8pe10G8HSTEIofv595MqHMOJRhvl5+Y4x+Q6sIXOWJ9LsF7thRMJxJYjYTr1BAxpTn+s1O7rqEmDyL9vPOeAoOLpP/DFNg9m6MiO5D8tsaxB5dkb1iOHQDusmTTRfrgZTCNhP0TCnVbdJm7z3Q7aiwxdZADr+RcyXmX5CZE4gCQvBpZJ6c0wscb69vz3/NarmzQMP4E8JbLBDSyuFX95YgQIB4iSzqCHQG7plsg43q/huQ2H7Ry4Nhn1NfQp8fW6avCFeb1e/j/my3hqNypEvMoh8fIcYiDDAovARg+ztXkQ4uealA4+4BPEoQgwIRACrlUMeXTFWC7KXuvAap4xPf8eMnuRL6cPJqOxPHdUhwRZ44RYRratwB/Ek+Bz7kKcemaC7wiJSqThr8TohoyTea/Bxz5TtRHWQH++702aBs0Nc+9e4v2eT51xOxO5UORigxS09a+TT+kxLi047vvqaoD7epHIkEDp0pUCZFqD5u0XNO9/KTORxogNm3xK75FEiAG878+Q7aQoKUargShEo5r6LboG8K0AX5fybwiQuHQlhyiMeene/PyBEL68nFp6ofQ65nT/mMC1RTr0mK+h7N8KcuhSujD/jU5H0BSgGDFybTqpNsLOLcPy1ZnoCNG3it6avg2DmvHCVYFFkGVUshBT8+Fr/aPyr4k09a+DHbbC9IifZMRbTWTP2mOFHUQ+HA5gyCe/9tIgQ5hhZ6MGBd2Afb2ceauCGPnKfXLoTq1xRc8v8f8GJ5Jnxm6kqVVUhGvqPGClKHGoBVJuS1EvfDtVhcyd19oEx9Q1ihQ6aLuejXFOjQ8Wso9pGHv4DS9fWsIRgJ/rqF762dO6VWLXvu8l/chp6M7dNP0+8bpeQZrf10YoMebaO/tXnR0zlk4me8fq8JftUhghuWis060w4QpMrCvxX1due1G+nFCza9t4C+YWpWr3lVQanb5uw/Lg244HU2RYrp4x6WY5D1RUsUQ63er85J5B0NqUsG6FSdzLChDkL6PF++Hx5tC9wLL0PrT7jVAfyp9lhAT7XuR9SBGZ/008kWh4QzFzNmvuKRLSCwy927aRIlbctur2yJVOHC+qREA3+iiCR65kGvbs7iP9SL85rJII8WD7A78k6uIn5BAc0NyqZagDfU3wORnQALoi7ojeet1HgLIpsKaTNxQokq/bcd7RsQY6+vJpuq0CDo3v9kgHiBIFeubIxacp8WYUgfQt6d4weSzvj2510Vl+kIovCRYZ8YugUgnxAVX4FEb/Lj1dHD0i6ICx7Q/flqGlB11NgNTCUaopqerZqkQn5SZBk7dr2D5Cj08HgvLKa2scR1hN4r6fGCdGEXY0L17wo39gSgoMf0iDqhjDMv/bq2EqlScX1l64POKPx7JVmMt1X8n5OG1wEBMWgJzLleRlNJoL08vNK5FIkSMWrIBgtWG6QWSDCUsYTrk+dUbLkX7da5WovFPmQvTn+rWRQ58TC8EjZ2Rq0YoyJyIm+Wv1mr3SuxySuWYukRCpJl3FOtGojS5e56lWwrtEcOwVMv4Z43cvoaR4XX+slpHrLShXJsihAdxKiYfOPQ5HmxldH/nR7MnDAO9ifFiPYZn2CGcN+jhi1114rXCZyRiva1BAafCd209meJM1tR9DbkliC0+OstVic/N4D8NdQrclYUGJwduvk26EAAXAicly/UNbWzwU/UrfZEatkRj81VF+sDj5w6u5lErwjjum7Il4Hm1ZUkYIMNV0f+6zyUhNvBvGcafbyP+43GMevu0/rJtWf9FwW9882UiHiGQBSyjYYOf11QmZzsluhtjgvqYuf/LPrYXMT/vnNtZhRYphPOm/p7C5MvJuSUXx3Lo8YiSMtXCadu46oPyE8kJB5ercyeiNrrWl1Nem+qAsLwfFFPWZjzIsF/CEN2aUsYT8+OeEONYXcnV+3AB3yHp58z3EWvijrzpzxejALj4dFmX2/BqjK/jHXo3/P/Lp8Kkz4zeIWW16+of4KHYou6F8n17s89EakEmzi3Syb8uldTK1MGd4765VPu74wlcRPEldm9TYjnPyUdq+95X4CpepQTveRJmCpxyXopxWYbTGc6avLY76MMC/8VHMi79W6JI6rmE4j7gZBjp3jwgztdF6qcWg3lvJISyWfhifJkuAvM3NnS27COfK2x8A6RWzAjxyhwJFzX/u+SXdXXg28r1jwE+9tw5VwgwfyH7Xtl11HLwHiwTo4AZR9eJY1hK3Cyre/a4CvD5zbQ1tV13XBGfEEuXfyujBPWKFSN8fppQPPWmUtriAHMI+NHpR1GdHjEsWvjr/NbAimUHhfgT4unKAdmqHLEglHNMwL57Zd+6fK52Ldzp3GiQoElHG1ApIT16Jdxy1H0dWu2XhBHTCdTDlr1yOJ/GGmGier4PfPb8xcYWGJfrKsho2pO7/Mmykx63mzRhPLiZL57JPFhSe69Nrbd5t++ofKGO3FUPnowPlnKAPvdhb8aNei/NHvYy8Rh7DN511u+vhXRehU2mcRW5fWP6Dnc1zbzSaZ538D0il/ll247q5j+GvJeOwpBtEyFGNrjK/WDobQP/stC7MYa6c7BfUJP6QZN1SFkwKffw/qlpPXgPAtHMhJOEXwIB1tXgXAaSXmF4Sm7w6Ph2Z04G0wDnZjJ7q/eUyAHAk01bxCF92zz+wMTTu7OzosDLIGG6OB2Q73yAC4JpxH8e5jfA8z/QhpNtan6AP2MvBJE+TjGVGHS8uJIul7tXNeJM4kJVW12LOGRND3A9KWRJfSvMmL6I1L3ohd/4GiItMM6AZ01sSn0+Sa4mIV75qwcxKFxWGQ2lg5I8LiIUEDtTBNAXksUYt5/OJ1iokbkCIE+5oiKsiwdbugc38hIEyhEqe0aDYk6N8oWNbpQrVF8Qpn3zWgTQwKR375UAscw88s0h+7eF5U5Xny0xXwE/xaDgg/sck9wRwLsixLU09xw4Ls9jMhQfNFC80VMgvYsA3UG5DVITpd9sP/3xQleKpTVQIdt2wdFw4kLGTbUMtVBw9NuJ5ctfUlTDekCbyxGeaeej+KHp3BHsvdLxcXZc6ZZbwGI4PQqTM2XGI8xgmEi7xaaeLk5GmPalhpTNtxGpLvCPGZJwiODI3iNCoSu9OdtjDAsEgnPMiOOKOjIigPtqrFCGdOOXtZgCJNyRQQjfY00p2uNPLQ2ew2NizzlyrjHzsZBVH7qssKP0BoOhgwsQCe2OvJ1ooam1oWCMnocyEfrKgK9h2fX7mIoM+w7DCh9J9QERnDjRGZt0xcA0+LK3N9ZZ2jgA39kx6qQtEmDDkGI3ut3lGV/MWsvklFiyDbP1WJW7R1LFWnnbmeZftGptyOTJE/ogSSWxkyNp4HbrD73YXUgMoE22tsGKITWER/TDoE2AZV9GJxnOtnpznTu7y3RaGp66FbGAQIuXKtzmAEhmh5XaRAMsp+Yhdjb3HZgr8hZVwOGJM+rRDRhERn5nNHHPP+WSQ6cP0gS9EQNAqZZgqaYcstIwXpcd+10Wi9x5LFzzHi6ZvspKmDoNG5V1wZ5C4QfGNR4bOkI+shVBN3EwsLW0mU4NCkhiWVgNCsXgPw77wNHcRkhAzirnjbSe8Btiv56ATxtgSers166G0KPIoZKkALebnNq7kdxHqW5jj6o6KS3VhTs7fGj7LPNRQ7yIEahiE3OZyycLY8rvc7ntN68BiB245SOkPgKSH1oyXApp6+RUlQtUCQvgevh5E+Kjj6aEfPISo93Qk1t5vOuE0VoC3xpk7J6FFOgFIVn3USwPaphM+UhvloOpuGep7d4RdhHc7UbFy0ul4Du8Gfhht5QGhUnCn4PinrwbwXfrO1zQAzNg45TrNbZ5m/qcIjb0DdFJQoBhlS6p1sV+ckY7wTVziF50UgEwfdQ55lXHNqX4icrGHkRsb/qMCORjy9EuEpjVA4v0LDTLMR4l/kN0BYN3g5Dle3RWjN8cq7KPeHvD/EuHjOdoJqIEuI5PvOn4hDCH8u1RRLzbs8wgUXLOsSffOgdYD8He//KGA31o4iNAFoq9pr6PcGOaMkkQS45praX3+M0+gQKBtowaQ27kxw9XUPszU4RlQvsDV0PBvEfLlDrZeLWBBNY9jT3XDC9eEgg8xA5n7HvIc7hScQj09qa7JZ61MEj6sih95Ui/jmvqYied+MVUb5vg/DrmdsX+ithiTTn9jXhcl9oeIOA9T5beNoKLRmciZcNooRp6ZmMrS2w0g1zIT4EnPKx0p/jroelTga21LHSI8KehGvSBhl0ig3jzf3kUxonyEqQFUsXm64OX12oqDGFaN6Nq4dLKOjJIz8V9bcxYMThGd/i1FlHswt2MrqQkg54E0UbWQ+EFkx63Tw/WezAGjXDOid9kQhyeFCHI1K/DJHk+od1dKx8MFVDu8Htwye3Ctt2AM869FFHpRT6bx1sQ5kmuXFsg1PRpuGOHtq3aMupDNMiFCRQaizfOsOMSItZlFZ9/EAuofVzh+zsd/LR15EmGTSV4LKnWTjgWcup1ctZQiG/Zl0t8YnzWHOK5yLHJV4CeHrvX0TkO5tyJZAtSCeyOMMfza5/GvhjrxJlTsS+eihM2lYg4EO6GMcez8BVx38ZS9ukSfE3XJ6AjznwCrS1DrdCFKWvJuq5bzcG+WbQAi07rYLmsjqj51SkHiR78wZqwK8NBga0Dh7zCTiJs08a7xU+lQB4grGMalx777TxYdD17/RoLL3fG5XQzLdwPUO0wYoDctl5A5mp69oOOJy1u4vsr1PC0GKNS4yHjILNsnw6AAe11DBIMoBvGfOQ4sC+vh6NxpnxsIiV5LiEBn08lECDwSh1ivUzoEMAnlnOoKLkDh1gzpiIj5vgTmPDRExYCvavYL48PUFR0i8Qx90oiQx580vzmIw4aEA5KFt+nFoiAKwCtXFLW0EY/aqjjFn2Wpd2wQwnTcNwV6aUULGGLAMVSHGSobfo9Drv1mLFIzvoD60IGaAy61VXxw+wq7MUz/xp94+hi9VKfpV0lueEQJtrbO/HKbJf8unBFOTobk9l4yn0a2jPlqkcZuQ7jjKu7tlOWArERwDaLa5TtwqZ9ei9EuSplQlqs75jbE3f9z5E9xWgkvPL/Z88ivqn9p0Qlb8BQlec5wPXOVhWPN0A/Wq3/ILhy2YGRBkjmsOO0+hWOXJs7/ggnfCP7SAEbzfcdCGpwNjgalrPXsnRuL62umxkJWkS8BFNtolEcMul885HgU9o/y8q/H9oxpcue3BDG9NbhDXLckS6LDywlhHVKuLSSXypU6UWdHM2HdsksNYzK4ad1WE/nnMz3aEadfALH02GO7QzFuvuGD4jpX90t4JH+VusTV3jjIdUdgOv2q0FdPSBxug7TPf+GcHpWu0juYtXda9D6tp7u5Q3LZHR9UkD7YVoAouaBDg5wO+9hO71pUn7i2WSaeFkqp3xY589SRyvML4GSlMuHW/W32c9MLrKtHsa9uKLjr5vZ6pNLxEMR2Pr2XLW0U3FDk1EZVkjEpSgbGPZX00VuRNRXgX8Nw79ZjYSRwsyi0vo3zfI049gsuMVj/6jfu3y5s0V1xk5K6X64FxhN7fZjY+tSKwqFXN/pxz0cR/pU6TQ+52rIqOd/v9px4GoU3YM5zp5Bw8DA1xsC4etgNpX83J5bVrnjCzDll3bJP49KkBZ9Srze9O2fcHXGlrwE/N9yAzPeC9gsS2cvygLD15dxX7bG8T/D4pd/I0xvDavlVr6YH/y9jZ4r/WwjqHWI5oxb57uPET+H5w5rY/WbD8ak+QnMS6y+Mh+gZ40a+ehFD//p8GNg4qJYpkxP+1BtgfXUO+dizUofj645PHHJrobr/uArvqeX2d8vquL7Ka15nJBfLHxq+8E0ojjfvi1k2C2lHvX1Lxx5Dvz/Unnf9v3R27J8AWRWhfu0/ldEnR7hCtfGel+fZivnLvWA253z3e/MmTrb6OnCtuvGcvi751puMXuOlvx8v7mgAKNe/tuup5Xb99whQIeoZk3T38UIjqN+EImRmp6cAMZE/pFVLTW/Kxo6Ht2C8UAyZWPLtqkbxxHyNm8V/t2GQsqJbowD8P1kgH0VJWOUpAAAAAElFTkSuQmCC`,et=Object.assign({"../../examples/01-curly-spoon.yaml":le,"../../examples/02-curly-spoon-shift.yaml":ue,"../../examples/03-curly-spoon-rotate.yaml":j,"../../examples/04-curly-spoon-noise-blur.yaml":M,"../../examples/05-curly-handle-border.yaml":de,"../../examples/06-many-curly-spoons.yaml":fe,"../../examples/07-lovecraft-high-resolution.yaml":pe,"../../examples/08-lovecraft-three-targets.yaml":me,"../../examples/09-strawberries.yaml":he,"../../examples/blue-balloon.yaml":ge,"../../examples/cherry-pattern.yaml":_e,"../../examples/chimera.yaml":ve,"../../examples/flight.yaml":ye,"../../examples/four-in-one.yaml":be,"../../examples/framed-bee.yaml":xe,"../../examples/from-a-pyramid.yaml":Se,"../../examples/from-a-spectrum.yaml":Ce,"../../examples/inpainting.yaml":we,"../../examples/lemon-in-clover.yaml":Te,"../../examples/like-a-picture.yaml":Ee,"../../examples/lion-by-cuts.yaml":N,"../../examples/lion-in-detail.yaml":P,"../../examples/metamorphosis.yaml":De,"../../examples/mirrored-butterfly.yaml":Oe,"../../examples/not-a-cherry.yaml":ke,"../../examples/outpainting.yaml":Ae,"../../examples/pear-and-lemon.yaml":je,"../../examples/poster.yaml":Me,"../../examples/strawberry-tiles.yaml":Ne,"../../examples/strawberry.yaml":Pe,"../../examples/sweep-of-canvases.yaml":Fe,"../../examples/tulip-in-purple.yaml":Ie,"../../examples/turtle-in-borrowed-colours.yaml":Le,"../../examples/turtle-in-strokes.yaml":Re,"../../examples/two-in-one.yaml":ze,"../../examples/walkthrough/1-one-text.yaml":Be,"../../examples/walkthrough/2-shift.yaml":Ve,"../../examples/walkthrough/3-rotate.yaml":He,"../../examples/walkthrough/4-noise-and-calm.yaml":Ue,"../../examples/walkthrough/5-small-to-large.yaml":We,"../../examples/walkthrough/6-corners-and-border.yaml":Ge,"../../examples/walkthrough/7-many.yaml":Ke,"../../examples/walkthrough/8-one-large.yaml":qe,"../../examples/walkthrough/9-three-targets.yaml":Je,"../../examples/weighted-words.yaml":Ye,"../../examples/whale-in-four-inks.yaml":Xe,"../../examples/whale.yaml":Ze}),tt=Object.fromEntries(Object.entries(Object.assign({"../../examples/balloon.png":Qe,"../../examples/brush-strokes.png":$e})).map(([e,t])=>[e.slice(e.lastIndexOf(`/`)+1),t])),nt=Object.entries(et).filter(([,e])=>!/^(?:sweep|animation)\s*:/m.test(e)&&it(e).every(e=>Object.hasOwn(tt,e))).map(([e,t])=>({name:e.slice(e.lastIndexOf(`/`)+1).replace(/\.yaml$/,``),text:t,group:e.includes(`/walkthrough/`)?`Walkthrough`:`Examples`,images:it(t)})),rt=`strawberry.whale.poster.mirrored-butterfly.lion-by-cuts.tulip-in-purple.blue-balloon.whale-in-four-inks.from-a-spectrum.like-a-picture.inpainting.outpainting.not-a-cherry.weighted-words.lemon-in-clover.turtle-in-strokes.turtle-in-borrowed-colours.from-a-pyramid.framed-bee.four-in-one.chimera.lion-in-detail.metamorphosis.pear-and-lemon.cherry-pattern.strawberry-tiles`.split(`.`);function it(e){return[...new Set([...e.matchAll(/^\s*(?:-\s+)?image\s*:\s*(\S+)/gm)].map(([,e=``])=>e))]}function at(e){let t=atob(tt[e]?.split(`,`)[1]??``);return Uint8Array.from(t,e=>e.charCodeAt(0))}function ot(){let e=nt.find(e=>e.name===`strawberry`)??nt[0];if(!e)throw Error(`clipig comes with examples`);return e}var st=Symbol.for(`yaml.alias`),ct=Symbol.for(`yaml.document`),lt=Symbol.for(`yaml.map`),ut=Symbol.for(`yaml.pair`),dt=Symbol.for(`yaml.scalar`),ft=Symbol.for(`yaml.seq`),F=Symbol.for(`yaml.node.type`),I=e=>!!e&&typeof e==`object`&&e[F]===st,pt=e=>!!e&&typeof e==`object`&&e[F]===ct,L=e=>!!e&&typeof e==`object`&&e[F]===lt,R=e=>!!e&&typeof e==`object`&&e[F]===ut,z=e=>!!e&&typeof e==`object`&&e[F]===dt,mt=e=>!!e&&typeof e==`object`&&e[F]===ft;function B(e){if(e&&typeof e==`object`)switch(e[F]){case lt:case ft:return!0}return!1}function V(e){if(e&&typeof e==`object`)switch(e[F]){case st:case lt:case dt:case ft:return!0}return!1}var ht=e=>(z(e)||B(e))&&!!e.anchor,gt=Symbol(`break visit`),_t=Symbol(`skip children`),vt=Symbol(`remove node`);function yt(e,t){let n=xt(t);pt(e)?bt(null,e.contents,n,Object.freeze([e]))===vt&&(e.contents=null):bt(null,e,n,Object.freeze([]))}yt.BREAK=gt,yt.SKIP=_t,yt.REMOVE=vt;function bt(e,t,n,r){let i=St(e,t,n,r);if(V(i)||R(i))return Ct(e,r,i),bt(e,i,n,r);if(typeof i!=`symbol`){if(B(t)){r=Object.freeze(r.concat(t));for(let e=0;e<t.items.length;++e){let i=bt(e,t.items[e],n,r);if(typeof i==`number`)e=i-1;else if(i===gt)return gt;else i===vt&&(t.items.splice(e,1),--e)}}else if(R(t)){r=Object.freeze(r.concat(t));let e=bt(`key`,t.key,n,r);if(e===gt)return gt;e===vt&&(t.key=null);let i=bt(`value`,t.value,n,r);if(i===gt)return gt;i===vt&&(t.value=null)}}return i}function xt(e){return typeof e==`object`&&(e.Collection||e.Node||e.Value)?Object.assign({Alias:e.Node,Map:e.Node,Scalar:e.Node,Seq:e.Node},e.Value&&{Map:e.Value,Scalar:e.Value,Seq:e.Value},e.Collection&&{Map:e.Collection,Seq:e.Collection},e):e}function St(e,t,n,r){if(typeof n==`function`)return n(e,t,r);if(L(t))return n.Map?.(e,t,r);if(mt(t))return n.Seq?.(e,t,r);if(R(t))return n.Pair?.(e,t,r);if(z(t))return n.Scalar?.(e,t,r);if(I(t))return n.Alias?.(e,t,r)}function Ct(e,t,n){let r=t[t.length-1];if(B(r))r.items[e]=n;else if(R(r))e===`key`?r.key=n:r.value=n;else if(pt(r))r.contents=n;else{let e=I(r)?`alias`:`scalar`;throw Error(`Cannot replace node with ${e} parent`)}}var wt={"!":`%21`,",":`%2C`,"[":`%5B`,"]":`%5D`,"{":`%7B`,"}":`%7D`},Tt=e=>e.replace(/[!,[\]{}]/g,e=>wt[e]),Et=class e{constructor(t,n){this.docStart=null,this.docEnd=!1,this.yaml=Object.assign({},e.defaultYaml,t),this.tags=Object.assign({},e.defaultTags,n)}clone(){let t=new e(this.yaml,this.tags);return t.docStart=this.docStart,t}atDocument(){let t=new e(this.yaml,this.tags);switch(this.yaml.version){case`1.1`:this.atNextDocument=!0;break;case`1.2`:this.atNextDocument=!1,this.yaml={explicit:e.defaultYaml.explicit,version:`1.2`},this.tags=Object.assign({},e.defaultTags)}return t}add(t,n){this.atNextDocument&&=(this.yaml={explicit:e.defaultYaml.explicit,version:`1.1`},this.tags=Object.assign({},e.defaultTags),!1);let r=t.trim().split(/[ \t]+/),i=r.shift();switch(i){case`%TAG`:{if(r.length!==2&&(n(0,`%TAG directive should contain exactly two parts`),r.length<2))return!1;let[e,t]=r;return this.tags[e]=t,!0}case`%YAML`:{if(this.yaml.explicit=!0,r.length!==1)return n(0,`%YAML directive should contain exactly one part`),!1;let[e]=r;if(e===`1.1`||e===`1.2`)return this.yaml.version=e,!0;{let t=/^\d+\.\d+$/.test(e);return n(6,`Unsupported YAML version ${e}`,t),!1}}default:return n(0,`Unknown directive ${i}`,!0),!1}}tagName(e,t){if(e===`!`)return`!`;if(e[0]!==`!`)return t(`Not a valid tag: ${e}`),null;if(e[1]===`<`){let n=e.slice(2,-1);return n===`!`||n===`!!`?(t(`Verbatim tags aren't resolved, so ${e} is invalid.`),null):(e[e.length-1]!==`>`&&t(`Verbatim tags must end with a >`),n)}let[,n,r]=e.match(/^(.*!)([^!]*)$/s);r||t(`The ${e} tag has no suffix`);let i=this.tags[n];if(i)try{return i+decodeURIComponent(r)}catch(e){return t(String(e)),null}return n===`!`?e:(t(`Could not resolve tag: ${e}`),null)}tagString(e){for(let[t,n]of Object.entries(this.tags))if(e.startsWith(n))return t+Tt(e.substring(n.length));return e[0]===`!`?e:`!<${e}>`}toString(e){let t=this.yaml.explicit?[`%YAML ${this.yaml.version||`1.2`}`]:[],n=Object.entries(this.tags),r;if(e&&n.length>0&&V(e.contents)){let t={};yt(e.contents,(e,n)=>{V(n)&&n.tag&&(t[n.tag]=!0)}),r=Object.keys(t)}else r=[];for(let[i,a]of n)i===`!!`&&a===`tag:yaml.org,2002:`||e&&!r.some(e=>e.startsWith(a))||t.push(`%TAG ${i} ${a}`);return t.join(`
`)}};Et.defaultYaml={explicit:!1,version:`1.2`},Et.defaultTags={"!!":`tag:yaml.org,2002:`};function Dt(e){if(/[\x00-\x19\s,[\]{}]/.test(e)){let t=`Anchor must not contain whitespace or control characters: ${JSON.stringify(e)}`;throw Error(t)}return!0}function Ot(e){let t=new Set;return yt(e,{Value(e,n){n.anchor&&t.add(n.anchor)}}),t}function kt(e,t){for(let n=1;;++n){let r=`${e}${n}`;if(!t.has(r))return r}}function At(e,t){let n=[],r=new Map,i=null;return{onAnchor:r=>{n.push(r),i??=Ot(e);let a=kt(t,i);return i.add(a),a},setAnchors:()=>{for(let e of n){let t=r.get(e);if(typeof t==`object`&&t.anchor&&(z(t.node)||B(t.node)))t.node.anchor=t.anchor;else{let t=Error(`Failed to resolve repeated object (this should not happen)`);throw t.source=e,t}}},sourceObjects:r}}function jt(e,t,n,r){if(r&&typeof r==`object`){if(Array.isArray(r))for(let t=0,n=r.length;t<n;++t){let n=r[t],i=jt(e,r,String(t),n);i===void 0?delete r[t]:i!==n&&(r[t]=i)}else if(r instanceof Map)for(let t of Array.from(r.keys())){let n=r.get(t),i=jt(e,r,t,n);i===void 0?r.delete(t):i!==n&&r.set(t,i)}else if(r instanceof Set)for(let t of Array.from(r)){let n=jt(e,r,t,t);n===void 0?r.delete(t):n!==t&&(r.delete(t),r.add(n))}else for(let[t,n]of Object.entries(r)){let i=jt(e,r,t,n);i===void 0?delete r[t]:i!==n&&(r[t]=i)}}return e.call(t,n,r)}function Mt(e,t,n){if(Array.isArray(e))return e.map((e,t)=>Mt(e,String(t),n));if(e&&typeof e.toJSON==`function`){if(!n||!ht(e))return e.toJSON(t,n);let r={aliasCount:0,count:1,res:void 0};n.anchors.set(e,r),n.onCreate=e=>{r.res=e,delete n.onCreate};let i=e.toJSON(t,n);return n.onCreate&&n.onCreate(i),i}return typeof e==`bigint`&&!n?.keep?Number(e):e}var Nt=class{constructor(e){Object.defineProperty(this,F,{value:e})}clone(){let e=Object.create(Object.getPrototypeOf(this),Object.getOwnPropertyDescriptors(this));return this.range&&(e.range=this.range.slice()),e}toJS(e,{mapAsMap:t,maxAliasCount:n,onAnchor:r,reviver:i}={}){if(!pt(e))throw TypeError(`A document argument is required`);let a={anchors:new Map,doc:e,keep:!0,mapAsMap:t===!0,mapKeyWarned:!1,maxAliasCount:typeof n==`number`?n:100},o=Mt(this,``,a);if(typeof r==`function`)for(let{count:e,res:t}of a.anchors.values())r(t,e);return typeof i==`function`?jt(i,{"":o},``,o):o}},Pt=class extends Nt{constructor(e){super(st),this.source=e,Object.defineProperty(this,"tag",{set(){throw Error(`Alias nodes cannot have tags`)}})}resolve(e,t){if(t?.maxAliasCount===0)throw ReferenceError(`Alias resolution is disabled`);let n;t?.aliasResolveCache?n=t.aliasResolveCache:(n=[],yt(e,{Node:(e,t)=>{(I(t)||ht(t))&&n.push(t)}}),t&&(t.aliasResolveCache=n));let r;for(let e of n){if(e===this)break;e.anchor===this.source&&(r=e)}if(r&&t){let{anchors:e,doc:n,maxAliasCount:i}=t,a=e.get(r);if(a||=(Mt(r,null,t),e.get(r)),a?.res===void 0)throw ReferenceError(`This should not happen: Alias anchor was not resolved?`);if(i>=0&&(a.count+=1,a.aliasCount===0&&(a.aliasCount=Ft(n,r,e)),a.count*a.aliasCount>i))throw ReferenceError(`Excessive alias count indicates a resource exhaustion attack`)}return r}toJSON(e,t){if(!t)return{source:this.source};let n=this.resolve(t.doc,t);if(!n){let e=`Unresolved alias (the anchor must be set before the alias): ${this.source}`;throw ReferenceError(e)}return t.anchors.get(n).res}toString(e,t,n){let r=`*${this.source}`;if(e){if(Dt(this.source),e.options.verifyAliasOrder&&!e.anchors.has(this.source)){let e=`Unresolved alias (the anchor must be set before the alias): ${this.source}`;throw Error(e)}if(e.implicitKey)return`${r} `}return r}};function Ft(e,t,n){if(I(t)){let r=t.resolve(e),i=n&&r&&n.get(r);return i?i.count*i.aliasCount:0}if(B(t)){let r=0;for(let i of t.items){let t=Ft(e,i,n);t>r&&(r=t)}return r}if(R(t)){let r=Ft(e,t.key,n),i=Ft(e,t.value,n);return Math.max(r,i)}return 1}var It=e=>!e||typeof e!=`function`&&typeof e!=`object`,H=class extends Nt{constructor(e){super(dt),this.value=e}toJSON(e,t){return t?.keep?this.value:Mt(this.value,e,t)}toString(){return String(this.value)}};H.BLOCK_FOLDED=`BLOCK_FOLDED`,H.BLOCK_LITERAL=`BLOCK_LITERAL`,H.PLAIN=`PLAIN`,H.QUOTE_DOUBLE=`QUOTE_DOUBLE`,H.QUOTE_SINGLE=`QUOTE_SINGLE`;var Lt=`tag:yaml.org,2002:`;function Rt(e,t,n){if(t){let e=n.filter(e=>e.tag===t),r=e.find(e=>!e.format)??e[0];if(!r)throw Error(`Tag ${t} not found`);return r}return n.find(t=>t.identify?.(e)&&!t.format)}function zt(e,t,n){if(pt(e)&&(e=e.contents),V(e))return e;if(R(e)){let t=n.schema[lt].createNode?.(n.schema,null,n);return t.items.push(e),t}(e instanceof String||e instanceof Number||e instanceof Boolean||typeof BigInt<`u`&&e instanceof BigInt)&&(e=e.valueOf());let{aliasDuplicateObjects:r,onAnchor:i,onTagObj:a,schema:o,sourceObjects:s}=n,c;if(r&&e&&typeof e==`object`){if(c=s.get(e),c)return c.anchor??(c.anchor=i(e)),new Pt(c.anchor);c={anchor:null,node:null},s.set(e,c)}t?.startsWith(`!!`)&&(t=Lt+t.slice(2));let l=Rt(e,t,o.tags);if(!l){if(e&&typeof e.toJSON==`function`&&(e=e.toJSON()),!e||typeof e!=`object`){let t=new H(e);return c&&(c.node=t),t}l=e instanceof Map?o[lt]:Symbol.iterator in Object(e)?o[ft]:o[lt]}a&&(a(l),delete n.onTagObj);let u=l?.createNode?l.createNode(n.schema,e,n):typeof l?.nodeClass?.from==`function`?l.nodeClass.from(n.schema,e,n):new H(e);return t?u.tag=t:l.default||(u.tag=l.tag),c&&(c.node=u),u}function Bt(e,t,n){let r=n;for(let e=t.length-1;e>=0;--e){let n=t[e];if(typeof n==`number`&&Number.isInteger(n)&&n>=0){let e=[];e[n]=r,r=e}else r=new Map([[n,r]])}return zt(r,void 0,{aliasDuplicateObjects:!1,keepUndefined:!1,onAnchor:()=>{throw Error(`This should not happen, please report a bug.`)},schema:e,sourceObjects:new Map})}var Vt=e=>e==null||typeof e==`object`&&!!e[Symbol.iterator]().next().done,Ht=class extends Nt{constructor(e,t){super(e),Object.defineProperty(this,"schema",{value:t,configurable:!0,enumerable:!1,writable:!0})}clone(e){let t=Object.create(Object.getPrototypeOf(this),Object.getOwnPropertyDescriptors(this));return e&&(t.schema=e),t.items=t.items.map(t=>V(t)||R(t)?t.clone(e):t),this.range&&(t.range=this.range.slice()),t}addIn(e,t){if(Vt(e))this.add(t);else{let[n,...r]=e,i=this.get(n,!0);if(B(i))i.addIn(r,t);else if(i===void 0&&this.schema)this.set(n,Bt(this.schema,r,t));else throw Error(`Expected YAML collection at ${n}. Remaining path: ${r}`)}}deleteIn(e){let[t,...n]=e;if(n.length===0)return this.delete(t);let r=this.get(t,!0);if(B(r))return r.deleteIn(n);throw Error(`Expected YAML collection at ${t}. Remaining path: ${n}`)}getIn(e,t){let[n,...r]=e,i=this.get(n,!0);return r.length===0?!t&&z(i)?i.value:i:B(i)?i.getIn(r,t):void 0}hasAllNullValues(e){return this.items.every(t=>{if(!R(t))return!1;let n=t.value;return n==null||e&&z(n)&&n.value==null&&!n.commentBefore&&!n.comment&&!n.tag})}hasIn(e){let[t,...n]=e;if(n.length===0)return this.has(t);let r=this.get(t,!0);return B(r)?r.hasIn(n):!1}setIn(e,t){let[n,...r]=e;if(r.length===0)this.set(n,t);else{let e=this.get(n,!0);if(B(e))e.setIn(r,t);else if(e===void 0&&this.schema)this.set(n,Bt(this.schema,r,t));else throw Error(`Expected YAML collection at ${n}. Remaining path: ${r}`)}}},Ut=e=>e.replace(/^(?!$)(?: $)?/gm,`#`);function Wt(e,t){return/^\n+$/.test(e)?e.substring(1):t?e.replace(/^(?! *$)/gm,t):e}var Gt=(e,t,n)=>e.endsWith(`
`)?Wt(n,t):n.includes(`
`)?`
`+Wt(n,t):(e.endsWith(` `)?``:` `)+n,Kt=`flow`,qt=`block`,Jt=`quoted`;function Yt(e,t,n=`flow`,{indentAtStart:r,lineWidth:i=80,minContentWidth:a=20,onFold:o,onOverflow:s}={}){if(!i||i<0)return e;i<a&&(a=0);let c=Math.max(1+a,1+i-t.length);if(e.length<=c)return e;let l=[],u={},d=i-t.length;typeof r==`number`&&(r>i-Math.max(2,a)?l.push(0):d=i-r);let f,p,m=!1,h=-1,g=-1,_=-1;n===`block`&&(h=Xt(e,h,t.length),h!==-1&&(d=h+c));for(let r;r=e[h+=1];){if(n===`quoted`&&r===`\\`){switch(g=h,e[h+1]){case`x`:h+=3;break;case`u`:h+=5;break;case`U`:h+=9;break;default:h+=1}_=h}if(r===`
`)n===`block`&&(h=Xt(e,h,t.length)),d=h+t.length+c,f=void 0;else{if(r===` `&&p&&p!==` `&&p!==`
`&&p!==`	`){let t=e[h+1];t&&t!==` `&&t!==`
`&&t!==`	`&&(f=h)}if(h>=d){if(f)l.push(f),d=f+c,f=void 0;else if(n===`quoted`){for(;p===` `||p===`	`;)p=r,r=e[h+=1],m=!0;let t=h>_+1?h-2:g-1;if(u[t])return e;l.push(t),u[t]=!0,d=t+c,f=void 0}else m=!0}}p=r}if(m&&s&&s(),l.length===0)return e;o&&o();let v=e.slice(0,l[0]);for(let r=0;r<l.length;++r){let i=l[r],a=l[r+1]||e.length;i===0?v=`\n${t}${e.slice(0,a)}`:(n===`quoted`&&u[i]&&(v+=`${e[i]}\\`),v+=`\n${t}${e.slice(i+1,a)}`)}return v}function Xt(e,t,n){let r=t,i=t+1,a=e[i];for(;a===` `||a===`	`;)if(t<i+n)a=e[++t];else{do a=e[++t];while(a&&a!==`
`);r=t,i=t+1,a=e[i]}return r}var Zt=(e,t)=>({indentAtStart:t?e.indent.length:e.indentAtStart,lineWidth:e.options.lineWidth,minContentWidth:e.options.minContentWidth}),Qt=e=>/^(%|---|\.\.\.)/m.test(e);function $t(e,t,n){if(!t||t<0)return!1;let r=t-n,i=e.length;if(i<=r)return!1;for(let t=0,n=0;t<i;++t)if(e[t]===`
`){if(t-n>r)return!0;if(n=t+1,i-n<=r)return!1}return!0}function en(e,t){let n=JSON.stringify(e);if(t.options.doubleQuotedAsJSON)return n;let{implicitKey:r}=t,i=t.options.doubleQuotedMinMultiLineLength,a=t.indent||(Qt(e)?`  `:``),o=``,s=0;for(let e=0,t=n[e];t;t=n[++e])if(t===` `&&n[e+1]===`\\`&&n[e+2]===`n`&&(o+=n.slice(s,e)+`\\ `,e+=1,s=e,t=`\\`),t===`\\`)switch(n[e+1]){case`u`:{o+=n.slice(s,e);let t=n.substr(e+2,4);switch(t){case`0000`:o+=`\\0`;break;case`0007`:o+=`\\a`;break;case`000b`:o+=`\\v`;break;case`001b`:o+=`\\e`;break;case`0085`:o+=`\\N`;break;case`00a0`:o+=`\\_`;break;case`2028`:o+=`\\L`;break;case`2029`:o+=`\\P`;break;default:t.substr(0,2)===`00`?o+=`\\x`+t.substr(2):o+=n.substr(e,6)}e+=5,s=e+1}break;case`n`:if(r||n[e+2]===`"`||n.length<i)e+=1;else{for(o+=n.slice(s,e)+`

`;n[e+2]===`\\`&&n[e+3]===`n`&&n[e+4]!==`"`;)o+=`
`,e+=2;o+=a,n[e+2]===` `&&(o+=`\\`),e+=1,s=e+1}break;default:e+=1}return o=s?o+n.slice(s):n,r?o:Yt(o,a,Jt,Zt(t,!1))}function tn(e,t){if(t.options.singleQuote===!1||t.implicitKey&&e.includes(`
`)||/[ \t]\n|\n[ \t]/.test(e))return en(e,t);let n=t.indent||(Qt(e)?`  `:``),r=`'`+e.replace(/'/g,`''`).replace(/\n+/g,`$&\n${n}`)+`'`;return t.implicitKey?r:Yt(r,n,Kt,Zt(t,!1))}function nn(e,t){let{singleQuote:n}=t.options,r;if(n===!1)r=en;else{let t=e.includes(`"`),i=e.includes(`'`);r=t&&!i?tn:i&&!t?en:n?tn:en}return r(e,t)}var rn;try{rn=RegExp(`(^|(?<!
))
+(?!
|$)`,`g`)}catch{rn=/\n+(?!\n|$)/g}function an({comment:e,type:t,value:n},r,i,a){let{blockQuote:o,commentString:s,lineWidth:c}=r.options;if(!o||/\n[\t ]+$/.test(n))return nn(n,r);let l=r.indent||(r.forceBlockIndent||Qt(n)?`  `:``),u=o===`literal`?!0:o===`folded`||t===H.BLOCK_FOLDED?!1:t===H.BLOCK_LITERAL||!$t(n,c,l.length);if(!n)return u?`|
`:`>
`;let d,f;for(f=n.length;f>0;--f){let e=n[f-1];if(e!==`
`&&e!==`	`&&e!==` `)break}let p=n.substring(f),m=p.indexOf(`
`);m===-1?d=`-`:n===p||m!==p.length-1?(d=`+`,a&&a()):d=``,p&&=(n=n.slice(0,-p.length),p[p.length-1]===`
`&&(p=p.slice(0,-1)),p.replace(rn,`$&${l}`));let h=!1,g,_=-1;for(g=0;g<n.length;++g){let e=n[g];if(e===` `)h=!0;else if(e===`
`)_=g;else break}let v=n.substring(0,_<g?_+1:g);v&&=(n=n.substring(v.length),v.replace(/\n+/g,`$&${l}`));let y=(h?l?`2`:`1`:``)+d;if(e&&(y+=` `+s(e.replace(/ ?[\r\n]+/g,` `)),i&&i()),!u){let e=n.replace(/\n+/g,`
$&`).replace(/(?:^|\n)([\t ].*)(?:([\n\t ]*)\n(?![\n\t ]))?/g,`$1$2`).replace(/\n+/g,`$&${l}`),i=!1,a=Zt(r,!0);o!==`folded`&&t!==H.BLOCK_FOLDED&&(a.onOverflow=()=>{i=!0});let s=Yt(`${v}${e}${p}`,l,qt,a);if(!i)return`>${y}\n${l}${s}`}return n=n.replace(/\n+/g,`$&${l}`),`|${y}\n${l}${v}${n}${p}`}function U(e,t,n,r){let{type:i,value:a}=e,{actualString:o,implicitKey:s,indent:c,indentStep:l,inFlow:u}=t;if(s&&a.includes(`
`)||u&&/[[\]{},]/.test(a))return nn(a,t);if(/^[\n\t ,[\]{}#&*!|>'"%@`]|^[?-]$|^[?-][ \t]|[\n:][ \t]|[ \t]\n|[\n\t ]#|[\n\t :]$/.test(a))return s||u||!a.includes(`
`)?nn(a,t):an(e,t,n,r);if(!s&&!u&&i!==H.PLAIN&&a.includes(`
`))return an(e,t,n,r);if(Qt(a)){if(c===``)return t.forceBlockIndent=!0,an(e,t,n,r);if(s&&c===l)return nn(a,t)}let d=a.replace(/\n+/g,`$&\n${c}`);if(o){let e=e=>e.default&&e.tag!==`tag:yaml.org,2002:str`&&e.test?.test(d),{compat:n,tags:r}=t.doc.schema;if(r.some(e)||n?.some(e))return nn(a,t)}return s?d:Yt(d,c,Kt,Zt(t,!1))}function W(e,t,n,r){let{implicitKey:i,inFlow:a}=t,o=typeof e.value==`string`?e:Object.assign({},e,{value:String(e.value)}),{type:s}=e;s!==H.QUOTE_DOUBLE&&/[\x00-\x08\x0b-\x1f\x7f-\x9f\u{D800}-\u{DFFF}]/u.test(o.value)&&(s=H.QUOTE_DOUBLE);let c=e=>{switch(e){case H.BLOCK_FOLDED:case H.BLOCK_LITERAL:return i||a?nn(o.value,t):an(o,t,n,r);case H.QUOTE_DOUBLE:return en(o.value,t);case H.QUOTE_SINGLE:return tn(o.value,t);case H.PLAIN:return U(o,t,n,r);default:return null}},l=c(s);if(l===null){let{defaultKeyType:e,defaultStringType:n}=t.options,r=i&&e||n;if(l=c(r),l===null)throw Error(`Unsupported default string type ${r}`)}return l}function on(e,t){let n=Object.assign({blockQuote:!0,commentString:Ut,defaultKeyType:null,defaultStringType:`PLAIN`,directives:null,doubleQuotedAsJSON:!1,doubleQuotedMinMultiLineLength:40,falseStr:`false`,flowCollectionPadding:!0,indentSeq:!0,lineWidth:80,minContentWidth:20,nullStr:`null`,simpleKeys:!1,singleQuote:null,trailingComma:!1,trueStr:`true`,verifyAliasOrder:!0},e.schema.toStringOptions,t),r;switch(n.collectionStyle){case`block`:r=!1;break;case`flow`:r=!0;break;default:r=null}return{anchors:new Set,doc:e,flowCollectionPadding:n.flowCollectionPadding?` `:``,indent:``,indentStep:typeof n.indent==`number`?` `.repeat(n.indent):`  `,inFlow:r,options:n}}function sn(e,t){if(t.tag){let n=e.filter(e=>e.tag===t.tag);if(n.length>0)return n.find(e=>e.format===t.format)??n[0]}let n,r;if(z(t)){r=t.value;let i=e.filter(e=>e.identify?.(r));if(i.length>1){let e=i.filter(e=>e.test);e.length>0&&(i=e)}n=i.find(e=>e.format===t.format)??i.find(e=>!e.format)}else r=t,n=e.find(e=>e.nodeClass&&r instanceof e.nodeClass);if(!n){let e=r?.constructor?.name??(r===null?`null`:typeof r);throw Error(`Tag not resolved for ${e} value`)}return n}function cn(e,t,{anchors:n,doc:r}){if(!r.directives)return``;let i=[],a=(z(e)||B(e))&&e.anchor;a&&Dt(a)&&(n.add(a),i.push(`&${a}`));let o=e.tag??(t.default?null:t.tag);return o&&i.push(r.directives.tagString(o)),i.join(` `)}function G(e,t,n,r){if(R(e))return e.toString(t,n,r);if(I(e)){if(t.doc.directives)return e.toString(t);if(t.resolvedAliases?.has(e))throw TypeError(`Cannot stringify circular structure without alias nodes`);t.resolvedAliases?t.resolvedAliases.add(e):t.resolvedAliases=new Set([e]),e=e.resolve(t.doc)}let i,a=V(e)?e:t.doc.createNode(e,{onTagObj:e=>i=e});i??=sn(t.doc.schema.tags,a);let o=cn(a,i,t);o.length>0&&(t.indentAtStart=(t.indentAtStart??0)+o.length+1);let s=typeof i.stringify==`function`?i.stringify(a,t,n,r):z(a)?W(a,t,n,r):a.toString(t,n,r);return o?z(a)||s[0]===`{`||s[0]===`[`?`${o} ${s}`:`${o}\n${t.indent}${s}`:s}function K({key:e,value:t},n,r,i){let{allNullValues:a,doc:o,indent:s,indentStep:c,options:{commentString:l,indentSeq:u,simpleKeys:d}}=n,f=V(e)&&e.comment||null;if(d){if(f)throw Error(`With simple keys, key nodes cannot have comments`);if(B(e)||!V(e)&&typeof e==`object`)throw Error(`With simple keys, collection cannot be used as a key value`)}let p=!d&&(!e||f&&t==null&&!n.inFlow||B(e)||(z(e)?e.type===H.BLOCK_FOLDED||e.type===H.BLOCK_LITERAL:typeof e==`object`));n=Object.assign({},n,{allNullValues:!1,implicitKey:!p&&(d||!a),indent:s+c});let m=!1,h=!1,g=G(e,n,()=>m=!0,()=>h=!0);if(!p&&!n.inFlow&&g.length>1024){if(d)throw Error(`With simple keys, single line scalar must not span more than 1024 characters`);p=!0}if(n.inFlow){if(a||t==null)return m&&r&&r(),g===``?`?`:p?`? ${g}`:g}else if(a&&!d||t==null&&p)return g=`? ${g}`,f&&!m?g+=Gt(g,n.indent,l(f)):h&&i&&i(),g;m&&(f=null),p?(f&&(g+=Gt(g,n.indent,l(f))),g=`? ${g}\n${s}:`):(g=`${g}:`,f&&(g+=Gt(g,n.indent,l(f))));let _,v,y;V(t)?(_=!!t.spaceBefore,v=t.commentBefore,y=t.comment):(_=!1,v=null,y=null,t&&typeof t==`object`&&(t=o.createNode(t))),n.implicitKey=!1,!p&&!f&&z(t)&&(n.indentAtStart=g.length+1),h=!1,!u&&c.length>=2&&!n.inFlow&&!p&&mt(t)&&!t.flow&&!t.tag&&!t.anchor&&(n.indent=n.indent.substring(2));let b=!1,x=G(t,n,()=>b=!0,()=>h=!0),S=` `;if(f||_||v){if(S=_?`
`:``,v){let e=l(v);S+=`\n${Wt(e,n.indent)}`}x===``&&!n.inFlow?S===`
`&&y&&(S=`

`):S+=`\n${n.indent}`}else if(!p&&B(t)){let e=x[0],r=x.indexOf(`
`),i=r!==-1,a=n.inFlow??t.flow??t.items.length===0;if(i||!a){let t=!1;if(i&&(e===`&`||e===`!`)){let n=x.indexOf(` `);e===`&`&&n!==-1&&n<r&&x[n+1]===`!`&&(n=x.indexOf(` `,n+1)),(n===-1||r<n)&&(t=!0)}t||(S=`\n${n.indent}`)}}else(x===``||x[0]===`
`)&&(S=``);return g+=S+x,n.inFlow?b&&r&&r():y&&!b?g+=Gt(g,n.indent,l(y)):h&&i&&i(),g}function ln(e,t){(e===`debug`||e===`warn`)&&console.warn(t)}var un=`<<`,dn={identify:e=>e===un||typeof e==`symbol`&&e.description===un,default:`key`,tag:`tag:yaml.org,2002:merge`,test:/^<<$/,resolve:()=>Object.assign(new H(Symbol(un)),{addToJSMap:pn}),stringify:()=>un},fn=(e,t)=>(dn.identify(t)||z(t)&&(!t.type||t.type===H.PLAIN)&&dn.identify(t.value))&&e?.doc.schema.tags.some(e=>e.tag===dn.tag&&e.default);function pn(e,t,n){let r=hn(e,n);if(mt(r))for(let n of r.items)mn(e,t,n);else if(Array.isArray(r))for(let n of r)mn(e,t,n);else mn(e,t,r)}function mn(e,t,n){let r=hn(e,n);if(!L(r))throw Error(`Merge sources must be maps or map aliases`);let i=r.toJSON(null,e,Map);for(let[e,n]of i)t instanceof Map?t.has(e)||t.set(e,n):t instanceof Set?t.add(e):Object.prototype.hasOwnProperty.call(t,e)||Object.defineProperty(t,e,{value:n,writable:!0,enumerable:!0,configurable:!0});return t}function hn(e,t){return e&&I(t)?t.resolve(e.doc,e):t}function gn(e,t,{key:n,value:r}){if(V(n)&&n.addToJSMap)n.addToJSMap(e,t,r);else if(fn(e,n))pn(e,t,r);else{let i=Mt(n,``,e);if(t instanceof Map)t.set(i,Mt(r,i,e));else if(t instanceof Set)t.add(i);else{let a=_n(n,i,e),o=Mt(r,a,e);a in t?Object.defineProperty(t,a,{value:o,writable:!0,enumerable:!0,configurable:!0}):t[a]=o}}return t}function _n(e,t,n){if(t===null)return``;if(typeof t!=`object`)return String(t);if(V(e)&&n?.doc){let t=on(n.doc,{});t.anchors=new Set;for(let e of n.anchors.keys())t.anchors.add(e.anchor);t.inFlow=!0,t.inStringifyKey=!0;let r=e.toString(t);if(!n.mapKeyWarned){let e=JSON.stringify(r);e.length>40&&(e=e.substring(0,36)+`..."`),ln(n.doc.options.logLevel,`Keys with collection values will be stringified due to JS Object restrictions: ${e}. Set mapAsMap: true to use object keys.`),n.mapKeyWarned=!0}return r}return JSON.stringify(t)}function vn(e,t,n){return new yn(zt(e,void 0,n),zt(t,void 0,n))}var yn=class e{constructor(e,t=null){Object.defineProperty(this,F,{value:ut}),this.key=e,this.value=t}clone(t){let{key:n,value:r}=this;return V(n)&&(n=n.clone(t)),V(r)&&(r=r.clone(t)),new e(n,r)}toJSON(e,t){return gn(t,t?.mapAsMap?new Map:{},this)}toString(e,t,n){return e?.doc?K(this,e,t,n):JSON.stringify(this)}};function bn(e,t,n){return(t.inFlow??e.flow?Sn:xn)(e,t,n)}function xn({comment:e,items:t},n,{blockItemPrefix:r,flowChars:i,itemIndent:a,onChompKeep:o,onComment:s}){let{indent:c,options:{commentString:l}}=n,u=Object.assign({},n,{indent:a,type:null}),d=!1,f=[];for(let e=0;e<t.length;++e){let i=t[e],o=null;if(V(i))!d&&i.spaceBefore&&f.push(``),Cn(n,f,i.commentBefore,d),i.comment&&(o=i.comment);else if(R(i)){let e=V(i.key)?i.key:null;e&&(!d&&e.spaceBefore&&f.push(``),Cn(n,f,e.commentBefore,d))}d=!1;let s=G(i,u,()=>o=null,()=>d=!0);o&&(s+=Gt(s,a,l(o))),d&&o&&(d=!1),f.push(r+s)}let p;if(f.length===0)p=i.start+i.end;else{p=f[0];for(let e=1;e<f.length;++e){let t=f[e];p+=t?`\n${c}${t}`:`
`}}return e?(p+=`
`+Wt(l(e),c),s&&s()):d&&o&&o(),p}function Sn({items:e},t,{flowChars:n,itemIndent:r}){let{indent:i,indentStep:a,flowCollectionPadding:o,options:{commentString:s}}=t;r+=a;let c=Object.assign({},t,{indent:r,inFlow:!0,type:null}),l=!1,u=0,d=[];for(let n=0;n<e.length;++n){let i=e[n],a=null;if(V(i))i.spaceBefore&&d.push(``),Cn(t,d,i.commentBefore,!1),i.comment&&(a=i.comment);else if(R(i)){let e=V(i.key)?i.key:null;e&&(e.spaceBefore&&d.push(``),Cn(t,d,e.commentBefore,!1),e.comment&&(l=!0));let n=V(i.value)?i.value:null;n?(n.comment&&(a=n.comment),n.commentBefore&&(l=!0)):i.value==null&&e?.comment&&(a=e.comment)}a&&(l=!0);let o=G(i,c,()=>a=null);l||=d.length>u||o.includes(`
`),n<e.length-1?o+=`,`:t.options.trailingComma&&(t.options.lineWidth>0&&(l||=d.reduce((e,t)=>e+t.length+2,2)+(o.length+2)>t.options.lineWidth),l&&(o+=`,`)),a&&(o+=Gt(o,r,s(a))),d.push(o),u=d.length}let{start:f,end:p}=n;if(d.length===0)return f+p;if(!l){let e=d.reduce((e,t)=>e+t.length+2,2);l=t.options.lineWidth>0&&e>t.options.lineWidth}if(l){let e=f;for(let t of d)e+=t?`\n${a}${i}${t}`:`
`;return`${e}\n${i}${p}`}return`${f}${o}${d.join(` `)}${o}${p}`}function Cn({indent:e,options:{commentString:t}},n,r,i){if(r&&i&&(r=r.replace(/^\n+/,``)),r){let i=Wt(t(r),e);n.push(i.trimStart())}}function wn(e,t){let n=z(t)?t.value:t;for(let r of e)if(R(r)&&(r.key===t||r.key===n||z(r.key)&&r.key.value===n))return r}var Tn=class extends Ht{static get tagName(){return`tag:yaml.org,2002:map`}constructor(e){super(lt,e),this.items=[]}static from(e,t,n){let{keepUndefined:r,replacer:i}=n,a=new this(e),o=(e,o)=>{if(typeof i==`function`)o=i.call(t,e,o);else if(Array.isArray(i)&&!i.includes(e))return;(o!==void 0||r)&&a.items.push(vn(e,o,n))};if(t instanceof Map)for(let[e,n]of t)o(e,n);else if(t&&typeof t==`object`)for(let e of Object.keys(t))o(e,t[e]);return typeof e.sortMapEntries==`function`&&a.items.sort(e.sortMapEntries),a}add(e,t){let n;n=R(e)?e:!e||typeof e!=`object`||!(`key`in e)?new yn(e,e?.value):new yn(e.key,e.value);let r=wn(this.items,n.key),i=this.schema?.sortMapEntries;if(r){if(!t)throw Error(`Key ${n.key} already set`);z(r.value)&&It(n.value)?r.value.value=n.value:r.value=n.value}else if(i){let e=this.items.findIndex(e=>i(n,e)<0);e===-1?this.items.push(n):this.items.splice(e,0,n)}else this.items.push(n)}delete(e){let t=wn(this.items,e);return t?this.items.splice(this.items.indexOf(t),1).length>0:!1}get(e,t){let n=wn(this.items,e)?.value;return(!t&&z(n)?n.value:n)??void 0}has(e){return!!wn(this.items,e)}set(e,t){this.add(new yn(e,t),!0)}toJSON(e,t,n){let r=n?new n:t?.mapAsMap?new Map:{};t?.onCreate&&t.onCreate(r);for(let e of this.items)gn(t,r,e);return r}toString(e,t,n){if(!e)return JSON.stringify(this);for(let e of this.items)if(!R(e))throw Error(`Map items must all be pairs; found ${JSON.stringify(e)} instead`);return!e.allNullValues&&this.hasAllNullValues(!1)&&(e=Object.assign({},e,{allNullValues:!0})),bn(this,e,{blockItemPrefix:``,flowChars:{start:`{`,end:`}`},itemIndent:e.indent||``,onChompKeep:n,onComment:t})}},En={collection:`map`,default:!0,nodeClass:Tn,tag:`tag:yaml.org,2002:map`,resolve(e,t){return L(e)||t(`Expected a mapping for this tag`),e},createNode:(e,t,n)=>Tn.from(e,t,n)},Dn=class extends Ht{static get tagName(){return`tag:yaml.org,2002:seq`}constructor(e){super(ft,e),this.items=[]}add(e){this.items.push(e)}delete(e){let t=On(e);return typeof t==`number`&&this.items.splice(t,1).length>0}get(e,t){let n=On(e);if(typeof n!=`number`)return;let r=this.items[n];return!t&&z(r)?r.value:r}has(e){let t=On(e);return typeof t==`number`&&t<this.items.length}set(e,t){let n=On(e);if(typeof n!=`number`)throw Error(`Expected a valid index, not ${e}.`);let r=this.items[n];z(r)&&It(t)?r.value=t:this.items[n]=t}toJSON(e,t){let n=[];t?.onCreate&&t.onCreate(n);let r=0;for(let e of this.items)n.push(Mt(e,String(r++),t));return n}toString(e,t,n){return e?bn(this,e,{blockItemPrefix:`- `,flowChars:{start:`[`,end:`]`},itemIndent:(e.indent||``)+`  `,onChompKeep:n,onComment:t}):JSON.stringify(this)}static from(e,t,n){let{replacer:r}=n,i=new this(e);if(t&&Symbol.iterator in Object(t)){let e=0;for(let a of t){if(typeof r==`function`){let n=t instanceof Set?a:String(e++);a=r.call(t,n,a)}i.items.push(zt(a,void 0,n))}}return i}};function On(e){let t=z(e)?e.value:e;return t&&typeof t==`string`&&(t=Number(t)),typeof t==`number`&&Number.isInteger(t)&&t>=0?t:null}var kn={collection:`seq`,default:!0,nodeClass:Dn,tag:`tag:yaml.org,2002:seq`,resolve(e,t){return mt(e)||t(`Expected a sequence for this tag`),e},createNode:(e,t,n)=>Dn.from(e,t,n)},An={identify:e=>typeof e==`string`,default:!0,tag:`tag:yaml.org,2002:str`,resolve:e=>e,stringify(e,t,n,r){return t=Object.assign({actualString:!0},t),W(e,t,n,r)}},jn={identify:e=>e==null,createNode:()=>new H(null),default:!0,tag:`tag:yaml.org,2002:null`,test:/^(?:~|[Nn]ull|NULL)?$/,resolve:()=>new H(null),stringify:({source:e},t)=>typeof e==`string`&&jn.test.test(e)?e:t.options.nullStr},Mn={identify:e=>typeof e==`boolean`,default:!0,tag:`tag:yaml.org,2002:bool`,test:/^(?:[Tt]rue|TRUE|[Ff]alse|FALSE)$/,resolve:e=>new H(e[0]===`t`||e[0]===`T`),stringify({source:e,value:t},n){return e&&Mn.test.test(e)&&t===(e[0]===`t`||e[0]===`T`)?e:t?n.options.trueStr:n.options.falseStr}};function Nn({format:e,minFractionDigits:t,tag:n,value:r}){if(typeof r==`bigint`)return String(r);let i=typeof r==`number`?r:Number(r);if(!isFinite(i))return isNaN(i)?`.nan`:i<0?`-.inf`:`.inf`;let a=Object.is(r,-0)?`-0`:JSON.stringify(r);if(!e&&t&&(!n||n===`tag:yaml.org,2002:float`)&&/^-?\d/.test(a)&&!a.includes(`e`)){let e=a.indexOf(`.`);e<0&&(e=a.length,a+=`.`);let n=t-(a.length-e-1);for(;n-->0;)a+=`0`}return a}var Pn={identify:e=>typeof e==`number`,default:!0,tag:`tag:yaml.org,2002:float`,test:/^(?:[-+]?\.(?:inf|Inf|INF)|\.nan|\.NaN|\.NAN)$/,resolve:e=>e.slice(-3).toLowerCase()===`nan`?NaN:e[0]===`-`?-1/0:1/0,stringify:Nn},Fn={identify:e=>typeof e==`number`,default:!0,tag:`tag:yaml.org,2002:float`,format:`EXP`,test:/^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)[eE][-+]?[0-9]+$/,resolve:e=>parseFloat(e),stringify(e){let t=Number(e.value);return isFinite(t)?t.toExponential():Nn(e)}},In={identify:e=>typeof e==`number`,default:!0,tag:`tag:yaml.org,2002:float`,test:/^[-+]?(?:\.[0-9]+|[0-9]+\.[0-9]*)$/,resolve(e){let t=new H(parseFloat(e)),n=e.indexOf(`.`);return n!==-1&&e[e.length-1]===`0`&&(t.minFractionDigits=e.length-n-1),t},stringify:Nn},Ln=e=>typeof e==`bigint`||Number.isInteger(e),Rn=(e,t,n,{intAsBigInt:r})=>r?BigInt(e):parseInt(e.substring(t),n);function zn(e,t,n){let{value:r}=e;return Ln(r)&&r>=0?n+r.toString(t):Nn(e)}var Bn={identify:e=>Ln(e)&&e>=0,default:!0,tag:`tag:yaml.org,2002:int`,format:`OCT`,test:/^0o[0-7]+$/,resolve:(e,t,n)=>Rn(e,2,8,n),stringify:e=>zn(e,8,`0o`)},Vn={identify:Ln,default:!0,tag:`tag:yaml.org,2002:int`,test:/^[-+]?[0-9]+$/,resolve:(e,t,n)=>Rn(e,0,10,n),stringify:Nn},Hn={identify:e=>Ln(e)&&e>=0,default:!0,tag:`tag:yaml.org,2002:int`,format:`HEX`,test:/^0x[0-9a-fA-F]+$/,resolve:(e,t,n)=>Rn(e,2,16,n),stringify:e=>zn(e,16,`0x`)},Un=[En,kn,An,jn,Mn,Bn,Vn,Hn,Pn,Fn,In];function Wn(e){return typeof e==`bigint`||Number.isInteger(e)}var Gn=({value:e})=>JSON.stringify(e),Kn=[{identify:e=>typeof e==`string`,default:!0,tag:`tag:yaml.org,2002:str`,resolve:e=>e,stringify:Gn},{identify:e=>e==null,createNode:()=>new H(null),default:!0,tag:`tag:yaml.org,2002:null`,test:/^null$/,resolve:()=>null,stringify:Gn},{identify:e=>typeof e==`boolean`,default:!0,tag:`tag:yaml.org,2002:bool`,test:/^true$|^false$/,resolve:e=>e===`true`,stringify:Gn},{identify:Wn,default:!0,tag:`tag:yaml.org,2002:int`,test:/^-?(?:0|[1-9][0-9]*)$/,resolve:(e,t,{intAsBigInt:n})=>n?BigInt(e):parseInt(e,10),stringify:({value:e})=>Wn(e)?e.toString():JSON.stringify(e)},{identify:e=>typeof e==`number`,default:!0,tag:`tag:yaml.org,2002:float`,test:/^-?(?:0|[1-9][0-9]*)(?:\.[0-9]*)?(?:[eE][-+]?[0-9]+)?$/,resolve:e=>parseFloat(e),stringify:Gn}],qn=[En,kn].concat(Kn,{default:!0,tag:``,test:/^/,resolve(e,t){return t(`Unresolved plain scalar ${JSON.stringify(e)}`),e}}),Jn={identify:e=>e instanceof Uint8Array,default:!1,tag:`tag:yaml.org,2002:binary`,resolve(e,t){if(typeof atob==`function`){let t=atob(e.replace(/[\n\r]/g,``)),n=new Uint8Array(t.length);for(let e=0;e<t.length;++e)n[e]=t.charCodeAt(e);return n}return t(`This environment does not support reading binary tags; either Buffer or atob is required`),e},stringify({comment:e,type:t,value:n},r,i,a){if(!n)return``;let o=n,s;if(typeof btoa==`function`){let e=``;for(let t=0;t<o.length;++t)e+=String.fromCharCode(o[t]);s=btoa(e)}else throw Error(`This environment does not support writing binary tags; either Buffer or btoa is required`);if(t??=H.BLOCK_LITERAL,t!==H.QUOTE_DOUBLE){let e=Math.max(r.options.lineWidth-r.indent.length,r.options.minContentWidth),n=Math.ceil(s.length/e),i=Array(n);for(let t=0,r=0;t<n;++t,r+=e)i[t]=s.substr(r,e);s=i.join(t===H.BLOCK_LITERAL?`
`:` `)}return W({comment:e,type:t,value:s},r,i,a)}};function Yn(e,t){if(mt(e))for(let n=0;n<e.items.length;++n){let r=e.items[n];if(!R(r)){if(L(r)){r.items.length>1&&t(`Each pair must have its own sequence indicator`);let e=r.items[0]||new yn(new H(null));if(r.commentBefore&&(e.key.commentBefore=e.key.commentBefore?`${r.commentBefore}\n${e.key.commentBefore}`:r.commentBefore),r.comment){let t=e.value??e.key;t.comment=t.comment?`${r.comment}\n${t.comment}`:r.comment}r=e}e.items[n]=R(r)?r:new yn(r)}}else t(`Expected a sequence for this tag`);return e}function Xn(e,t,n){let{replacer:r}=n,i=new Dn(e);i.tag=`tag:yaml.org,2002:pairs`;let a=0;if(t&&Symbol.iterator in Object(t))for(let e of t){typeof r==`function`&&(e=r.call(t,String(a++),e));let o,s;if(Array.isArray(e)){if(e.length===2)o=e[0],s=e[1];else throw TypeError(`Expected [key, value] tuple: ${e}`)}else if(e&&e instanceof Object){let t=Object.keys(e);if(t.length===1)o=t[0],s=e[o];else throw TypeError(`Expected tuple with one key, not ${t.length} keys`)}else o=e;i.items.push(vn(o,s,n))}return i}var Zn={collection:`seq`,default:!1,tag:`tag:yaml.org,2002:pairs`,resolve:Yn,createNode:Xn},Qn=class e extends Dn{constructor(){super(),this.add=Tn.prototype.add.bind(this),this.delete=Tn.prototype.delete.bind(this),this.get=Tn.prototype.get.bind(this),this.has=Tn.prototype.has.bind(this),this.set=Tn.prototype.set.bind(this),this.tag=e.tag}toJSON(e,t){if(!t)return super.toJSON(e);let n=new Map;t?.onCreate&&t.onCreate(n);for(let e of this.items){let r,i;if(R(e)?(r=Mt(e.key,``,t),i=Mt(e.value,r,t)):r=Mt(e,``,t),n.has(r))throw Error(`Ordered maps must not include duplicate keys`);n.set(r,i)}return n}static from(e,t,n){let r=Xn(e,t,n),i=new this;return i.items=r.items,i}};Qn.tag=`tag:yaml.org,2002:omap`;var $n={collection:`seq`,identify:e=>e instanceof Map,nodeClass:Qn,default:!1,tag:`tag:yaml.org,2002:omap`,resolve(e,t){let n=Yn(e,t),r=[];for(let{key:e}of n.items)z(e)&&(r.includes(e.value)?t(`Ordered maps must not include duplicate keys: ${e.value}`):r.push(e.value));return Object.assign(new Qn,n)},createNode:(e,t,n)=>Qn.from(e,t,n)};function er({value:e,source:t},n){return t&&(e?tr:nr).test.test(t)?t:e?n.options.trueStr:n.options.falseStr}var tr={identify:e=>e===!0,default:!0,tag:`tag:yaml.org,2002:bool`,test:/^(?:Y|y|[Yy]es|YES|[Tt]rue|TRUE|[Oo]n|ON)$/,resolve:()=>new H(!0),stringify:er},nr={identify:e=>e===!1,default:!0,tag:`tag:yaml.org,2002:bool`,test:/^(?:N|n|[Nn]o|NO|[Ff]alse|FALSE|[Oo]ff|OFF)$/,resolve:()=>new H(!1),stringify:er},rr={identify:e=>typeof e==`number`,default:!0,tag:`tag:yaml.org,2002:float`,test:/^(?:[-+]?\.(?:inf|Inf|INF)|\.nan|\.NaN|\.NAN)$/,resolve:e=>e.slice(-3).toLowerCase()===`nan`?NaN:e[0]===`-`?-1/0:1/0,stringify:Nn},ir={identify:e=>typeof e==`number`,default:!0,tag:`tag:yaml.org,2002:float`,format:`EXP`,test:/^[-+]?(?:[0-9][0-9_]*)?(?:\.[0-9_]*)?[eE][-+]?[0-9]+$/,resolve:e=>parseFloat(e.replace(/_/g,``)),stringify(e){let t=Number(e.value);return isFinite(t)?t.toExponential():Nn(e)}},ar={identify:e=>typeof e==`number`,default:!0,tag:`tag:yaml.org,2002:float`,test:/^[-+]?(?:[0-9][0-9_]*)?\.[0-9_]*$/,resolve(e){let t=new H(parseFloat(e.replace(/_/g,``))),n=e.indexOf(`.`);if(n!==-1){let r=e.substring(n+1).replace(/_/g,``);r[r.length-1]===`0`&&(t.minFractionDigits=r.length)}return t},stringify:Nn},or=e=>typeof e==`bigint`||Number.isInteger(e);function sr(e,t,n,{intAsBigInt:r}){let i=e[0];if((i===`-`||i===`+`)&&(t+=1),e=e.substring(t).replace(/_/g,``),r){switch(n){case 2:e=`0b${e}`;break;case 8:e=`0o${e}`;break;case 16:e=`0x${e}`}let t=BigInt(e);return i===`-`?BigInt(-1)*t:t}let a=parseInt(e,n);return i===`-`?-1*a:a}function cr(e,t,n){let{value:r}=e;if(or(r)){let e=r.toString(t);return r<0?`-`+n+e.substr(1):n+e}return Nn(e)}var lr={identify:or,default:!0,tag:`tag:yaml.org,2002:int`,format:`BIN`,test:/^[-+]?0b[0-1_]+$/,resolve:(e,t,n)=>sr(e,2,2,n),stringify:e=>cr(e,2,`0b`)},ur={identify:or,default:!0,tag:`tag:yaml.org,2002:int`,format:`OCT`,test:/^[-+]?0[0-7_]+$/,resolve:(e,t,n)=>sr(e,1,8,n),stringify:e=>cr(e,8,`0`)},dr={identify:or,default:!0,tag:`tag:yaml.org,2002:int`,test:/^[-+]?[0-9][0-9_]*$/,resolve:(e,t,n)=>sr(e,0,10,n),stringify:Nn},fr={identify:or,default:!0,tag:`tag:yaml.org,2002:int`,format:`HEX`,test:/^[-+]?0x[0-9a-fA-F_]+$/,resolve:(e,t,n)=>sr(e,2,16,n),stringify:e=>cr(e,16,`0x`)},pr=class e extends Tn{constructor(t){super(t),this.tag=e.tag}add(e){let t;t=R(e)?e:e&&typeof e==`object`&&`key`in e&&`value`in e&&e.value===null?new yn(e.key,null):new yn(e,null),wn(this.items,t.key)||this.items.push(t)}get(e,t){let n=wn(this.items,e);return!t&&R(n)?z(n.key)?n.key.value:n.key:n}set(e,t){if(typeof t!=`boolean`)throw Error(`Expected boolean value for set(key, value) in a YAML set, not ${typeof t}`);let n=wn(this.items,e);n&&!t?this.items.splice(this.items.indexOf(n),1):!n&&t&&this.items.push(new yn(e))}toJSON(e,t){return super.toJSON(e,t,Set)}toString(e,t,n){if(!e)return JSON.stringify(this);if(this.hasAllNullValues(!0))return super.toString(Object.assign({},e,{allNullValues:!0}),t,n);throw Error(`Set items must all have null values`)}static from(e,t,n){let{replacer:r}=n,i=new this(e);if(t&&Symbol.iterator in Object(t))for(let e of t)typeof r==`function`&&(e=r.call(t,e,e)),i.items.push(vn(e,null,n));return i}};pr.tag=`tag:yaml.org,2002:set`;var mr={collection:`map`,identify:e=>e instanceof Set,nodeClass:pr,default:!1,tag:`tag:yaml.org,2002:set`,createNode:(e,t,n)=>pr.from(e,t,n),resolve(e,t){if(L(e)){if(e.hasAllNullValues(!0))return Object.assign(new pr,e);t(`Set items must all have null values`)}else t(`Expected a mapping for this tag`);return e}};function hr(e,t){let n=e[0],r=n===`-`||n===`+`?e.substring(1):e,i=e=>t?BigInt(e):Number(e),a=r.replace(/_/g,``).split(`:`).reduce((e,t)=>e*i(60)+i(t),i(0));return n===`-`?i(-1)*a:a}function gr(e){let{value:t}=e,n=e=>e;if(typeof t==`bigint`)n=e=>BigInt(e);else if(isNaN(t)||!isFinite(t))return Nn(e);let r=``;t<0&&(r=`-`,t*=n(-1));let i=n(60),a=[t%i];return t<60?a.unshift(0):(t=(t-a[0])/i,a.unshift(t%i),t>=60&&(t=(t-a[0])/i,a.unshift(t))),r+a.map(e=>String(e).padStart(2,`0`)).join(`:`).replace(/000000\d*$/,``)}var _r={identify:e=>typeof e==`bigint`||Number.isInteger(e),default:!0,tag:`tag:yaml.org,2002:int`,format:`TIME`,test:/^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+$/,resolve:(e,t,{intAsBigInt:n})=>hr(e,n),stringify:gr},vr={identify:e=>typeof e==`number`,default:!0,tag:`tag:yaml.org,2002:float`,format:`TIME`,test:/^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*$/,resolve:e=>hr(e,!1),stringify:gr},yr={identify:e=>e instanceof Date,default:!0,tag:`tag:yaml.org,2002:timestamp`,test:RegExp(`^([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(?:(?:t|T|[ \\t]+)([0-9]{1,2}):([0-9]{1,2}):([0-9]{1,2}(\\.[0-9]+)?)(?:[ \\t]*(Z|[-+][012]?[0-9](?::[0-9]{2})?))?)?$`),resolve(e){let t=e.match(yr.test);if(!t)throw Error(`!!timestamp expects a date, starting with yyyy-mm-dd`);let[,n,r,i,a,o,s]=t.map(Number),c=t[7]?Number((t[7]+`00`).substr(1,3)):0,l=Date.UTC(n,r-1,i,a||0,o||0,s||0,c),u=t[8];if(u&&u!==`Z`){let e=hr(u,!1);Math.abs(e)<30&&(e*=60),l-=6e4*e}return new Date(l)},stringify:({value:e})=>e?.toISOString().replace(/(T00:00:00)?\.000Z$/,``)??``},br=[En,kn,An,jn,tr,nr,lr,ur,dr,fr,rr,ir,ar,Jn,dn,$n,Zn,mr,_r,vr,yr],xr=new Map([[`core`,Un],[`failsafe`,[En,kn,An]],[`json`,qn],[`yaml11`,br],[`yaml-1.1`,br]]),Sr={binary:Jn,bool:Mn,float:In,floatExp:Fn,floatNaN:Pn,floatTime:vr,int:Vn,intHex:Hn,intOct:Bn,intTime:_r,map:En,merge:dn,null:jn,omap:$n,pairs:Zn,seq:kn,set:mr,timestamp:yr},Cr={"tag:yaml.org,2002:binary":Jn,"tag:yaml.org,2002:merge":dn,"tag:yaml.org,2002:omap":$n,"tag:yaml.org,2002:pairs":Zn,"tag:yaml.org,2002:set":mr,"tag:yaml.org,2002:timestamp":yr};function wr(e,t,n){let r=xr.get(t);if(r&&!e)return n&&!r.includes(dn)?r.concat(dn):r.slice();let i=r;if(!i){if(Array.isArray(e))i=[];else{let e=Array.from(xr.keys()).filter(e=>e!==`yaml11`).map(e=>JSON.stringify(e)).join(`, `);throw Error(`Unknown schema "${t}"; use one of ${e} or define customTags array`)}}if(Array.isArray(e))for(let t of e)i=i.concat(t);else typeof e==`function`&&(i=e(i.slice()));return n&&(i=i.concat(dn)),i.reduce((e,t)=>{let n=typeof t==`string`?Sr[t]:t;if(!n){let e=JSON.stringify(t),n=Object.keys(Sr).map(e=>JSON.stringify(e)).join(`, `);throw Error(`Unknown custom tag ${e}; use one of ${n}`)}return e.includes(n)||e.push(n),e},[])}var Tr=(e,t)=>e.key<t.key?-1:+(e.key>t.key),Er=class e{constructor({compat:e,customTags:t,merge:n,resolveKnownTags:r,schema:i,sortMapEntries:a,toStringDefaults:o}){this.compat=Array.isArray(e)?wr(e,`compat`):e?wr(null,e):null,this.name=typeof i==`string`&&i||`core`,this.knownTags=r?Cr:{},this.tags=wr(t,this.name,n),this.toStringOptions=o??null,Object.defineProperty(this,lt,{value:En}),Object.defineProperty(this,dt,{value:An}),Object.defineProperty(this,ft,{value:kn}),this.sortMapEntries=typeof a==`function`?a:a===!0?Tr:null}clone(){let t=Object.create(e.prototype,Object.getOwnPropertyDescriptors(this));return t.tags=this.tags.slice(),t}};function Dr(e,t){let n=[],r=t.directives===!0;if(t.directives!==!1&&e.directives){let t=e.directives.toString(e);t?(n.push(t),r=!0):e.directives.docStart&&(r=!0)}r&&n.push(`---`);let i=on(e,t),{commentString:a}=i.options;if(e.commentBefore){n.length!==1&&n.unshift(``);let t=a(e.commentBefore);n.unshift(Wt(t,``))}let o=!1,s=null;if(e.contents){if(V(e.contents)){if(e.contents.spaceBefore&&r&&n.push(``),e.contents.commentBefore){let t=a(e.contents.commentBefore);n.push(Wt(t,``))}i.forceBlockIndent=!!e.comment,s=e.contents.comment}let t=s?void 0:()=>o=!0,c=G(e.contents,i,()=>s=null,t);s&&(c+=Gt(c,``,a(s))),(c[0]===`|`||c[0]===`>`)&&n[n.length-1]===`---`?n[n.length-1]=`--- ${c}`:n.push(c)}else n.push(G(e.contents,i));if(e.directives?.docEnd){if(e.comment){let t=a(e.comment);t.includes(`
`)?(n.push(`...`),n.push(Wt(t,``))):n.push(`... ${t}`)}else n.push(`...`)}else{let t=e.comment;t&&o&&(t=t.replace(/^\n+/,``)),t&&((!o||s)&&n[n.length-1]!==``&&n.push(``),n.push(Wt(a(t),``)))}return n.join(`
`)+`
`}var Or=class e{constructor(e,t,n){this.commentBefore=null,this.comment=null,this.errors=[],this.warnings=[],Object.defineProperty(this,F,{value:ct});let r=null;typeof t==`function`||Array.isArray(t)?r=t:n===void 0&&t&&(n=t,t=void 0);let i=Object.assign({intAsBigInt:!1,keepSourceTokens:!1,logLevel:`warn`,prettyErrors:!0,strict:!0,stringKeys:!1,uniqueKeys:!0,version:`1.2`},n);this.options=i;let{version:a}=i;n?._directives?(this.directives=n._directives.atDocument(),this.directives.yaml.explicit&&(a=this.directives.yaml.version)):this.directives=new Et({version:a}),this.setSchema(a,n),this.contents=e===void 0?null:this.createNode(e,r,n)}clone(){let t=Object.create(e.prototype,{[F]:{value:ct}});return t.commentBefore=this.commentBefore,t.comment=this.comment,t.errors=this.errors.slice(),t.warnings=this.warnings.slice(),t.options=Object.assign({},this.options),this.directives&&(t.directives=this.directives.clone()),t.schema=this.schema.clone(),t.contents=V(this.contents)?this.contents.clone(t.schema):this.contents,this.range&&(t.range=this.range.slice()),t}add(e){kr(this.contents)&&this.contents.add(e)}addIn(e,t){kr(this.contents)&&this.contents.addIn(e,t)}createAlias(e,t){if(!e.anchor){let n=Ot(this);e.anchor=!t||n.has(t)?kt(t||`a`,n):t}return new Pt(e.anchor)}createNode(e,t,n){let r;if(typeof t==`function`)e=t.call({"":e},``,e),r=t;else if(Array.isArray(t)){let e=t.filter(e=>typeof e==`number`||e instanceof String||e instanceof Number).map(String);e.length>0&&(t=t.concat(e)),r=t}else n===void 0&&t&&(n=t,t=void 0);let{aliasDuplicateObjects:i,anchorPrefix:a,flow:o,keepUndefined:s,onTagObj:c,tag:l}=n??{},{onAnchor:u,setAnchors:d,sourceObjects:f}=At(this,a||`a`),p={aliasDuplicateObjects:i??!0,keepUndefined:s??!1,onAnchor:u,onTagObj:c,replacer:r,schema:this.schema,sourceObjects:f},m=zt(e,l,p);return o&&B(m)&&(m.flow=!0),d(),m}createPair(e,t,n={}){return new yn(this.createNode(e,null,n),this.createNode(t,null,n))}delete(e){return kr(this.contents)?this.contents.delete(e):!1}deleteIn(e){return Vt(e)?this.contents!=null&&(this.contents=null,!0):kr(this.contents)?this.contents.deleteIn(e):!1}get(e,t){return B(this.contents)?this.contents.get(e,t):void 0}getIn(e,t){return Vt(e)?!t&&z(this.contents)?this.contents.value:this.contents:B(this.contents)?this.contents.getIn(e,t):void 0}has(e){return B(this.contents)?this.contents.has(e):!1}hasIn(e){return Vt(e)?this.contents!==void 0:B(this.contents)?this.contents.hasIn(e):!1}set(e,t){this.contents==null?this.contents=Bt(this.schema,[e],t):kr(this.contents)&&this.contents.set(e,t)}setIn(e,t){Vt(e)?this.contents=t:this.contents==null?this.contents=Bt(this.schema,Array.from(e),t):kr(this.contents)&&this.contents.setIn(e,t)}setSchema(e,t={}){typeof e==`number`&&(e=String(e));let n;switch(e){case`1.1`:this.directives?this.directives.yaml.version=`1.1`:this.directives=new Et({version:`1.1`}),n={resolveKnownTags:!1,schema:`yaml-1.1`};break;case`1.2`:case`next`:this.directives?this.directives.yaml.version=e:this.directives=new Et({version:e}),n={resolveKnownTags:!0,schema:`core`};break;case null:this.directives&&delete this.directives,n=null;break;default:{let t=JSON.stringify(e);throw Error(`Expected '1.1', '1.2' or null as first argument, but found: ${t}`)}}if(t.schema instanceof Object)this.schema=t.schema;else if(n)this.schema=new Er(Object.assign(n,t));else throw Error(`With a null YAML version, the { schema: Schema } option is required`)}toJS({json:e,jsonArg:t,mapAsMap:n,maxAliasCount:r,onAnchor:i,reviver:a}={}){let o={anchors:new Map,doc:this,keep:!e,mapAsMap:n===!0,mapKeyWarned:!1,maxAliasCount:typeof r==`number`?r:100},s=Mt(this.contents,t??``,o);if(typeof i==`function`)for(let{count:e,res:t}of o.anchors.values())i(t,e);return typeof a==`function`?jt(a,{"":s},``,s):s}toJSON(e,t){return this.toJS({json:!0,jsonArg:e,mapAsMap:!1,onAnchor:t})}toString(e={}){if(this.errors.length>0)throw Error(`Document with errors cannot be stringified`);if(`indent`in e&&(!Number.isInteger(e.indent)||Number(e.indent)<=0)){let t=JSON.stringify(e.indent);throw Error(`"indent" option must be a positive integer, not ${t}`)}return Dr(this,e)}};function kr(e){if(B(e))return!0;throw Error(`Expected a YAML collection as document contents`)}var Ar=class extends Error{constructor(e,t,n,r){super(),this.name=e,this.code=n,this.message=r,this.pos=t}},jr=class extends Ar{constructor(e,t,n){super(`YAMLParseError`,e,t,n)}},Mr=class extends Ar{constructor(e,t,n){super(`YAMLWarning`,e,t,n)}},Nr=(e,t)=>n=>{if(n.pos[0]===-1)return;n.linePos=n.pos.map(e=>t.linePos(e));let{line:r,col:i}=n.linePos[0];n.message+=` at line ${r}, column ${i}`;let a=i-1,o=e.substring(t.lineStarts[r-1],t.lineStarts[r]).replace(/[\n\r]+$/,``);if(a>=60&&o.length>80){let e=Math.min(a-39,o.length-79);o=`…`+o.substring(e),a-=e-1}if(o.length>80&&(o=o.substring(0,79)+`…`),r>1&&/^ *$/.test(o.substring(0,a))){let n=e.substring(t.lineStarts[r-2],t.lineStarts[r-1]);n.length>80&&(n=n.substring(0,79)+`…
`),o=n+o}if(/[^ ]/.test(o)){let e=1,t=n.linePos[1];t?.line===r&&t.col>i&&(e=Math.max(1,Math.min(t.col-i,80-a)));let s=` `.repeat(a)+`^`.repeat(e);n.message+=`:\n\n${o}\n${s}\n`}};function Pr(e,{flow:t,indicator:n,next:r,offset:i,onError:a,parentIndent:o,startOnNewline:s}){let c=!1,l=s,u=s,d=``,f=``,p=!1,m=!1,h=null,g=null,_=null,v=null,y=null,b=null,x=null;for(let i of e)switch(m&&=(i.type!==`space`&&i.type!==`newline`&&i.type!==`comma`&&a(i.offset,`MISSING_CHAR`,`Tags and anchors must be separated from the next token by white space`),!1),h&&=(l&&i.type!==`comment`&&i.type!==`newline`&&a(h,`TAB_AS_INDENT`,`Tabs are not allowed as indentation`),null),i.type){case`space`:!t&&(n!==`doc-start`||r?.type!==`flow-collection`)&&i.source.includes(`	`)&&(h=i),u=!0;break;case`comment`:{u||a(i,`MISSING_CHAR`,`Comments must be separated from other tokens by white space characters`);let e=i.source.substring(1)||` `;d?d+=f+e:d=e,f=``,l=!1;break}case`newline`:l?d?d+=i.source:b&&n===`seq-item-ind`||(c=!0):f+=i.source,l=!0,p=!0,(g||_)&&(v=i),u=!0;break;case`anchor`:g&&a(i,`MULTIPLE_ANCHORS`,`A node can have at most one anchor`),i.source.endsWith(`:`)&&a(i.offset+i.source.length-1,`BAD_ALIAS`,`Anchor ending in : is ambiguous`,!0),g=i,x??=i.offset,l=!1,u=!1,m=!0;break;case`tag`:_&&a(i,`MULTIPLE_TAGS`,`A node can have at most one tag`),_=i,x??=i.offset,l=!1,u=!1,m=!0;break;case n:(g||_)&&a(i,`BAD_PROP_ORDER`,`Anchors and tags must be after the ${i.source} indicator`),b&&a(i,`UNEXPECTED_TOKEN`,`Unexpected ${i.source} in ${t??`collection`}`),b=i,l=n===`seq-item-ind`||n===`explicit-key-ind`,u=!1;break;case`comma`:if(t){y&&a(i,`UNEXPECTED_TOKEN`,`Unexpected , in ${t}`),y=i,l=!1,u=!1;break}default:a(i,`UNEXPECTED_TOKEN`,`Unexpected ${i.type} token`),l=!1,u=!1}let S=e[e.length-1],C=S?S.offset+S.source.length:i;return m&&r&&r.type!==`space`&&r.type!==`newline`&&r.type!==`comma`&&(r.type!==`scalar`||r.source!==``)&&a(r.offset,`MISSING_CHAR`,`Tags and anchors must be separated from the next token by white space`),h&&(l&&h.indent<=o||r?.type===`block-map`||r?.type===`block-seq`)&&a(h,`TAB_AS_INDENT`,`Tabs are not allowed as indentation`),{comma:y,found:b,spaceBefore:c,comment:d,hasNewline:p,anchor:g,tag:_,newlineAfterProp:v,end:C,start:x??C}}function Fr(e){if(!e)return null;switch(e.type){case`alias`:case`scalar`:case`double-quoted-scalar`:case`single-quoted-scalar`:if(e.source.includes(`
`))return!0;if(e.end){for(let t of e.end)if(t.type===`newline`)return!0}return!1;case`flow-collection`:for(let t of e.items){for(let e of t.start)if(e.type===`newline`)return!0;if(t.sep){for(let e of t.sep)if(e.type===`newline`)return!0}if(Fr(t.key)||Fr(t.value))return!0}return!1;default:return!0}}function Ir(e,t,n){if(t?.type===`flow-collection`){let r=t.end[0];r.indent===e&&(r.source===`]`||r.source===`}`)&&Fr(t)&&n(r,`BAD_INDENT`,`Flow end indicator should be more indented than parent`,!0)}}function Lr(e,t,n){let{uniqueKeys:r}=e.options;if(r===!1)return!1;let i=typeof r==`function`?r:(e,t)=>e===t||z(e)&&z(t)&&e.value===t.value;return t.some(e=>i(e.key,n))}var Rr=`All mapping items must start at the same column`;function zr({composeNode:e,composeEmptyNode:t},n,r,i,a){let o=new((a?.nodeClass)??Tn)(n.schema);n.atRoot&&=!1;let s=r.offset,c=null;for(let a of r.items){let{start:l,key:u,sep:d,value:f}=a,p=Pr(l,{indicator:`explicit-key-ind`,next:u??d?.[0],offset:s,onError:i,parentIndent:r.indent,startOnNewline:!0}),m=!p.found;if(m){if(u&&(u.type===`block-seq`?i(s,`BLOCK_AS_IMPLICIT_KEY`,`A block sequence may not be used as an implicit map key`):`indent`in u&&u.indent!==r.indent&&i(s,`BAD_INDENT`,Rr)),!p.anchor&&!p.tag&&!d){c=p.end,p.comment&&(o.comment?o.comment+=`
`+p.comment:o.comment=p.comment);continue}(p.newlineAfterProp||Fr(u))&&i(u??l[l.length-1],`MULTILINE_IMPLICIT_KEY`,`Implicit keys need to be on a single line`)}else p.found?.indent!==r.indent&&i(s,`BAD_INDENT`,Rr);n.atKey=!0;let h=p.end,g=u?e(n,u,p,i):t(n,h,l,null,p,i);n.schema.compat&&Ir(r.indent,u,i),n.atKey=!1,Lr(n,o.items,g)&&i(h,`DUPLICATE_KEY`,`Map keys must be unique`);let _=Pr(d??[],{indicator:`map-value-ind`,next:f,offset:g.range[2],onError:i,parentIndent:r.indent,startOnNewline:!u||u.type===`block-scalar`});if(s=_.end,_.found){m&&(f?.type===`block-map`&&!_.hasNewline&&i(s,`BLOCK_AS_IMPLICIT_KEY`,`Nested mappings are not allowed in compact mappings`),n.options.strict&&p.start<_.found.offset-1024&&i(g.range,`KEY_OVER_1024_CHARS`,`The : indicator must be at most 1024 chars after the start of an implicit block mapping key`));let c=f?e(n,f,_,i):t(n,s,d,null,_,i);n.schema.compat&&Ir(r.indent,f,i),s=c.range[2];let l=new yn(g,c);n.options.keepSourceTokens&&(l.srcToken=a),o.items.push(l)}else{m&&i(g.range,`MISSING_CHAR`,`Implicit map keys need to be followed by map values`),_.comment&&(g.comment?g.comment+=`
`+_.comment:g.comment=_.comment);let e=new yn(g);n.options.keepSourceTokens&&(e.srcToken=a),o.items.push(e)}}return c&&c<s&&i(c,`IMPOSSIBLE`,`Map comment with trailing content`),o.range=[r.offset,s,c??s],o}function Br({composeNode:e,composeEmptyNode:t},n,r,i,a){let o=new((a?.nodeClass)??Dn)(n.schema);n.atRoot&&=!1,n.atKey&&=!1;let s=r.offset,c=null;for(let{start:a,value:l}of r.items){let u=Pr(a,{indicator:`seq-item-ind`,next:l,offset:s,onError:i,parentIndent:r.indent,startOnNewline:!0});if(!u.found){if(u.anchor||u.tag||l)l?.type===`block-seq`?i(u.end,`BAD_INDENT`,`All sequence items must start at the same column`):i(s,`MISSING_CHAR`,`Sequence item without - indicator`);else{c=u.end,u.comment&&(o.comment=u.comment);continue}}let d=l?e(n,l,u,i):t(n,u.end,a,null,u,i);n.schema.compat&&Ir(r.indent,l,i),s=d.range[2],o.items.push(d)}return o.range=[r.offset,s,c??s],o}function Vr(e,t,n,r){let i=``;if(e){let a=!1,o=``;for(let s of e){let{source:e,type:c}=s;switch(c){case`space`:a=!0;break;case`comment`:{n&&!a&&r(s,`MISSING_CHAR`,`Comments must be separated from other tokens by white space characters`);let t=e.substring(1)||` `;i?i+=o+t:i=t,o=``;break}case`newline`:i&&(o+=e),a=!0;break;default:r(s,`UNEXPECTED_TOKEN`,`Unexpected ${c} at node end`)}t+=e.length}}return{comment:i,offset:t}}var Hr=`Block collections are not allowed within flow collections`,Ur=e=>e&&(e.type===`block-map`||e.type===`block-seq`);function Wr({composeNode:e,composeEmptyNode:t},n,r,i,a){let o=r.start.source===`{`,s=o?`flow map`:`flow sequence`,c=new((a?.nodeClass)??(o?Tn:Dn))(n.schema);c.flow=!0;let l=n.atRoot;l&&(n.atRoot=!1),n.atKey&&=!1;let u=r.offset+r.start.source.length;for(let a=0;a<r.items.length;++a){let l=r.items[a],{start:d,key:f,sep:p,value:m}=l,h=Pr(d,{flow:s,indicator:`explicit-key-ind`,next:f??p?.[0],offset:u,onError:i,parentIndent:r.indent,startOnNewline:!1});if(!h.found){if(!h.anchor&&!h.tag&&!p&&!m){a===0&&h.comma?i(h.comma,`UNEXPECTED_TOKEN`,`Unexpected , in ${s}`):a<r.items.length-1&&i(h.start,`UNEXPECTED_TOKEN`,`Unexpected empty item in ${s}`),h.comment&&(c.comment?c.comment+=`
`+h.comment:c.comment=h.comment),u=h.end;continue}!o&&n.options.strict&&Fr(f)&&i(f,`MULTILINE_IMPLICIT_KEY`,`Implicit keys of flow sequence pairs need to be on a single line`)}if(a===0)h.comma&&i(h.comma,`UNEXPECTED_TOKEN`,`Unexpected , in ${s}`);else if(h.comma||i(h.start,`MISSING_CHAR`,`Missing , between ${s} items`),h.comment){let e=``;loop:for(let t of d)switch(t.type){case`comma`:case`space`:break;case`comment`:e=t.source.substring(1);break loop;default:break loop}if(e){let t=c.items[c.items.length-1];R(t)&&(t=t.value??t.key),t.comment?t.comment+=`
`+e:t.comment=e,h.comment=h.comment.substring(e.length+1)}}if(!o&&!p&&!h.found){let r=m?e(n,m,h,i):t(n,h.end,p,null,h,i);c.items.push(r),u=r.range[2],Ur(m)&&i(r.range,`BLOCK_IN_FLOW`,Hr)}else{n.atKey=!0;let a=h.end,g=f?e(n,f,h,i):t(n,a,d,null,h,i);Ur(f)&&i(g.range,`BLOCK_IN_FLOW`,Hr),n.atKey=!1;let _=Pr(p??[],{flow:s,indicator:`map-value-ind`,next:m,offset:g.range[2],onError:i,parentIndent:r.indent,startOnNewline:!1});if(_.found){if(!o&&!h.found&&n.options.strict){if(p)for(let e of p){if(e===_.found)break;if(e.type===`newline`){i(e,`MULTILINE_IMPLICIT_KEY`,`Implicit keys of flow sequence pairs need to be on a single line`);break}}h.start<_.found.offset-1024&&i(_.found,`KEY_OVER_1024_CHARS`,`The : indicator must be at most 1024 chars after the start of an implicit flow sequence key`)}}else m&&(`source`in m&&m.source?.[0]===`:`?i(m,`MISSING_CHAR`,`Missing space after : in ${s}`):i(_.start,`MISSING_CHAR`,`Missing , or : between ${s} items`));let v=m?e(n,m,_,i):_.found?t(n,_.end,p,null,_,i):null;v?Ur(m)&&i(v.range,`BLOCK_IN_FLOW`,Hr):_.comment&&(g.comment?g.comment+=`
`+_.comment:g.comment=_.comment);let y=new yn(g,v);if(n.options.keepSourceTokens&&(y.srcToken=l),o){let e=c;Lr(n,e.items,g)&&i(a,`DUPLICATE_KEY`,`Map keys must be unique`),e.items.push(y)}else{let e=new Tn(n.schema);e.flow=!0,e.items.push(y);let t=(v??g).range;e.range=[g.range[0],t[1],t[2]],c.items.push(e)}u=v?v.range[2]:_.end}}let d=o?`}`:`]`,[f,...p]=r.end,m=u;if(f?.source===d)m=f.offset+f.source.length;else{let e=s[0].toUpperCase()+s.substring(1),t=l?`${e} must end with a ${d}`:`${e} in block collection must be sufficiently indented and end with a ${d}`;i(u,l?`MISSING_CHAR`:`BAD_INDENT`,t),f&&f.source.length!==1&&p.unshift(f)}if(p.length>0){let e=Vr(p,m,n.options.strict,i);e.comment&&(c.comment?c.comment+=`
`+e.comment:c.comment=e.comment),c.range=[r.offset,m,e.offset]}else c.range=[r.offset,m,m];return c}function Gr(e,t,n,r,i,a){let o=n.type===`block-map`?zr(e,t,n,r,a):n.type===`block-seq`?Br(e,t,n,r,a):Wr(e,t,n,r,a),s=o.constructor;return i===`!`||i===s.tagName?(o.tag=s.tagName,o):(i&&(o.tag=i),o)}function Kr(e,t,n,r,i){let a=r.tag,o=a?t.directives.tagName(a.source,e=>i(a,`TAG_RESOLVE_FAILED`,e)):null;if(n.type===`block-seq`){let{anchor:e,newlineAfterProp:t}=r,n=e&&a?e.offset>a.offset?e:a:e??a;n&&(!t||t.offset<n.offset)&&i(n,`MISSING_CHAR`,`Missing newline after block sequence props`)}let s=n.type===`block-map`?`map`:n.type===`block-seq`?`seq`:n.start.source===`{`?`map`:`seq`;if(!a||!o||o===`!`||o===Tn.tagName&&s===`map`||o===Dn.tagName&&s===`seq`)return Gr(e,t,n,i,o);let c=t.schema.tags.find(e=>e.tag===o&&e.collection===s);if(!c){let r=t.schema.knownTags[o];if(r?.collection===s)t.schema.tags.push(Object.assign({},r,{default:!1})),c=r;else return r?i(a,`BAD_COLLECTION_TYPE`,`${r.tag} used for ${s} collection, but expects ${r.collection??`scalar`}`,!0):i(a,`TAG_RESOLVE_FAILED`,`Unresolved tag: ${o}`,!0),Gr(e,t,n,i,o)}let l=Gr(e,t,n,i,o,c),u=c.resolve?.(l,e=>i(a,`TAG_RESOLVE_FAILED`,e),t.options)??l,d=V(u)?u:new H(u);return d.range=l.range,d.tag=o,c?.format&&(d.format=c.format),d}function qr(e,t,n){let r=t.offset,i=Jr(t,e.options.strict,n);if(!i)return{value:``,type:null,comment:``,range:[r,r,r]};let a=i.mode===`>`?H.BLOCK_FOLDED:H.BLOCK_LITERAL,o=t.source?Yr(t.source):[],s=o.length;for(let e=o.length-1;e>=0;--e){let t=o[e][1];if(t===``||t===`\r`)s=e;else break}if(s===0){let e=i.chomp===`+`&&o.length>0?`
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
`}let m=r+i.length+t.source.length;return{value:d,type:a,comment:i.comment,range:[r,m,m]}}function Jr({offset:e,props:t},n,r){if(t[0].type!==`block-scalar-header`)return r(t[0],`IMPOSSIBLE`,`Block scalar header not found`),null;let{source:i}=t[0],a=i[0],o=0,s=``,c=-1;for(let t=1;t<i.length;++t){let n=i[t];if(!s&&(n===`-`||n===`+`))s=n;else{let r=Number(n);!o&&r?o=r:c===-1&&(c=e+t)}}c!==-1&&r(c,`UNEXPECTED_TOKEN`,`Block scalar header includes extra characters: ${i}`);let l=!1,u=``,d=i.length;for(let e=1;e<t.length;++e){let i=t[e];switch(i.type){case`space`:l=!0;case`newline`:d+=i.source.length;break;case`comment`:n&&!l&&r(i,`MISSING_CHAR`,`Comments must be separated from other tokens by white space characters`),d+=i.source.length,u=i.source.substring(1);break;case`error`:r(i,`UNEXPECTED_TOKEN`,i.message),d+=i.source.length;break;default:{r(i,`UNEXPECTED_TOKEN`,`Unexpected token in block scalar header: ${i.type}`);let e=i.source;e&&typeof e==`string`&&(d+=e.length)}}}return{mode:a,indent:o,chomp:s,comment:u,length:d}}function Yr(e){let t=e.split(/\n( *)/),n=t[0],r=n.match(/^( *)/),i=[r?.[1]?[r[1],n.slice(r[1].length)]:[``,n]];for(let e=1;e<t.length;e+=2)i.push([t[e],t[e+1]]);return i}function Xr(e,t,n){let{offset:r,type:i,source:a,end:o}=e,s,c,l=(e,t,i)=>n(r+e,t,i);switch(i){case`scalar`:s=H.PLAIN,c=Zr(a,l);break;case`single-quoted-scalar`:s=H.QUOTE_SINGLE,c=Qr(a,l);break;case`double-quoted-scalar`:s=H.QUOTE_DOUBLE,c=ei(a,l);break;default:return n(e,`UNEXPECTED_TOKEN`,`Expected a flow scalar value, but found: ${i}`),{value:``,type:null,comment:``,range:[r,r+a.length,r+a.length]}}let u=r+a.length,d=Vr(o,u,t,n);return{value:c,type:s,comment:d.comment,range:[r,u,d.offset]}}function Zr(e,t){let n=``;switch(e[0]){case`	`:n=`a tab character`;break;case`,`:n=`flow indicator character ,`;break;case`%`:n=`directive indicator character %`;break;case`|`:case`>`:n=`block scalar indicator ${e[0]}`;break;case`@`:case"`":n=`reserved character ${e[0]}`}return n&&t(0,`BAD_SCALAR_START`,`Plain value cannot start with ${n}`),$r(e)}function Qr(e,t){return(e[e.length-1]!==`'`||e.length===1)&&t(e.length,`MISSING_CHAR`,`Missing closing 'quote`),$r(e.slice(1,-1)).replace(/''/g,`'`)}function $r(e){let t=/(.*?)\r?\n/sy,n=t.exec(e);if(!n)return e;let r,i;try{r=RegExp(`(?<![ 	])[ 	]+$`),i=RegExp(`^[ 	]+|(?<![ 	])[ 	]+$`,`g`)}catch{r=/[ \t]+$/,i=/^[ \t]+|[ \t]+$/g}let a=n[1].replace(r,``),o=` `,s=t.lastIndex;for(;n=t.exec(e);){let e=n[1].replace(i,``);e===``?o===`
`?a+=o:o=`
`:(a+=o+e,o=` `),s=t.lastIndex}let c=/[ \t]*(.*)/sy;return c.lastIndex=s,n=c.exec(e),a+o+(n?.[1]??``)}function ei(e,t){let n=``;for(let r=1;r<e.length-1;++r){let i=e[r];if(i!==`\r`||e[r+1]!==`
`){if(i===`
`){let{fold:t,offset:i}=ti(e,r);n+=t,r=i}else if(i===`\\`){let i=e[++r],a=ni[i];if(a)n+=a;else if(i===`
`)for(i=e[r+1];i===` `||i===`	`;)i=e[++r+1];else if(i===`\r`&&e[r+1]===`
`)for(i=e[++r+1];i===` `||i===`	`;)i=e[++r+1];else if(i===`x`||i===`u`||i===`U`){let a=i===`x`?2:i===`u`?4:8;n+=ri(e,r+1,a,t),r+=a}else{let i=e.substr(r-1,2);t(r-1,`BAD_DQ_ESCAPE`,`Invalid escape sequence ${i}`),n+=i}}else if(i===` `||i===`	`){let t=r,a=e[r+1];for(;a===` `||a===`	`;)a=e[++r+1];a!==`
`&&(a!==`\r`||e[r+2]!==`
`)&&(n+=r>t?e.slice(t,r+1):i)}else n+=i}}return(e[e.length-1]!==`"`||e.length===1)&&t(e.length,`MISSING_CHAR`,`Missing closing "quote`),n}function ti(e,t){let n=``,r=e[t+1];for(;(r===` `||r===`	`||r===`
`||r===`\r`)&&(r!==`\r`||e[t+2]===`
`);)r===`
`&&(n+=`
`),t+=1,r=e[t+1];return n||=` `,{fold:n,offset:t}}var ni={0:`\0`,a:`\x07`,b:`\b`,e:`\x1B`,f:`\f`,n:`
`,r:`\r`,t:`	`,v:`\v`,N:``,_:`\xA0`,L:`\u2028`,P:`\u2029`," ":` `,'"':`"`,"/":`/`,"\\":`\\`,"	":`	`};function ri(e,t,n,r){let i=e.substr(t,n),a=i.length===n&&/^[0-9a-fA-F]+$/.test(i)?parseInt(i,16):NaN;try{return String.fromCodePoint(a)}catch{let i=e.substr(t-2,n+2);return r(t-2,`BAD_DQ_ESCAPE`,`Invalid escape sequence ${i}`),i}}function ii(e,t,n,r){let{value:i,type:a,comment:o,range:s}=t.type===`block-scalar`?qr(e,t,r):Xr(t,e.options.strict,r),c=n?e.directives.tagName(n.source,e=>r(n,`TAG_RESOLVE_FAILED`,e)):null,l;l=e.options.stringKeys&&e.atKey?e.schema[dt]:c?ai(e.schema,i,c,n,r):t.type===`scalar`?oi(e,i,t,r):e.schema[dt];let u;try{let a=l.resolve(i,e=>r(n??t,`TAG_RESOLVE_FAILED`,e),e.options);u=z(a)?a:new H(a)}catch(e){let a=e instanceof Error?e.message:String(e);r(n??t,`TAG_RESOLVE_FAILED`,a),u=new H(i)}return u.range=s,u.source=i,a&&(u.type=a),c&&(u.tag=c),l.format&&(u.format=l.format),o&&(u.comment=o),u}function ai(e,t,n,r,i){if(n===`!`)return e[dt];let a=[];for(let t of e.tags)if(!t.collection&&t.tag===n){if(t.default&&t.test)a.push(t);else return t}for(let e of a)if(e.test?.test(t))return e;let o=e.knownTags[n];return o&&!o.collection?(e.tags.push(Object.assign({},o,{default:!1,test:void 0})),o):(i(r,`TAG_RESOLVE_FAILED`,`Unresolved tag: ${n}`,n!==`tag:yaml.org,2002:str`),e[dt])}function oi({atKey:e,directives:t,schema:n},r,i,a){let o=n.tags.find(t=>(t.default===!0||e&&t.default===`key`)&&t.test?.test(r))||n[dt];if(n.compat){let e=n.compat.find(e=>e.default&&e.test?.test(r))??n[dt];o.tag!==e.tag&&a(i,`TAG_RESOLVE_FAILED`,`Value may be parsed as either ${t.tagString(o.tag)} or ${t.tagString(e.tag)}`,!0)}return o}function si(e,t,n){if(t){n??=t.length;for(let r=n-1;r>=0;--r){let n=t[r];switch(n.type){case`space`:case`comment`:case`newline`:e-=n.source.length;continue}for(n=t[++r];n?.type===`space`;)e+=n.source.length,n=t[++r];break}}return e}var ci={composeNode:li,composeEmptyNode:ui};function li(e,t,n,r){let i=e.atKey,{spaceBefore:a,comment:o,anchor:s,tag:c}=n,l,u=!0;switch(t.type){case`alias`:l=di(e,t,r),(s||c)&&r(t,`ALIAS_PROPS`,`An alias node must not specify any properties`);break;case`scalar`:case`single-quoted-scalar`:case`double-quoted-scalar`:case`block-scalar`:l=ii(e,t,c,r),s&&(l.anchor=s.source.substring(1));break;case`block-map`:case`block-seq`:case`flow-collection`:try{l=Kr(ci,e,t,n,r),s&&(l.anchor=s.source.substring(1))}catch(e){r(t,`RESOURCE_EXHAUSTION`,e instanceof Error?e.message:String(e))}break;default:r(t,`UNEXPECTED_TOKEN`,t.type===`error`?t.message:`Unsupported token (type: ${t.type})`),u=!1}return l??=ui(e,t.offset,void 0,null,n,r),s&&l.anchor===``&&r(s,`BAD_ALIAS`,`Anchor cannot be an empty string`),i&&e.options.stringKeys&&(!z(l)||typeof l.value!=`string`||l.tag&&l.tag!==`tag:yaml.org,2002:str`)&&r(c??t,`NON_STRING_KEY`,`With stringKeys, all keys must be strings`),a&&(l.spaceBefore=!0),o&&(t.type===`scalar`&&t.source===``?l.comment=o:l.commentBefore=o),e.options.keepSourceTokens&&u&&(l.srcToken=t),l}function ui(e,t,n,r,{spaceBefore:i,comment:a,anchor:o,tag:s,end:c},l){let u=ii(e,{type:`scalar`,offset:si(t,n,r),indent:-1,source:``},s,l);return o&&(u.anchor=o.source.substring(1),u.anchor===``&&l(o,`BAD_ALIAS`,`Anchor cannot be an empty string`)),i&&(u.spaceBefore=!0),a&&(u.comment=a,u.range[2]=c),u}function di({options:e},{offset:t,source:n,end:r},i){let a=new Pt(n.substring(1));a.source===``&&i(t,`BAD_ALIAS`,`Alias cannot be an empty string`),a.source.endsWith(`:`)&&i(t+n.length-1,`BAD_ALIAS`,`Alias ending in : is ambiguous`,!0);let o=t+n.length,s=Vr(r,o,e.strict,i);return a.range=[t,o,s.offset],s.comment&&(a.comment=s.comment),a}function fi(e,t,{offset:n,start:r,value:i,end:a},o){let s=new Or(void 0,Object.assign({_directives:t},e)),c={atKey:!1,atRoot:!0,directives:s.directives,options:s.options,schema:s.schema},l=Pr(r,{indicator:`doc-start`,next:i??a?.[0],offset:n,onError:o,parentIndent:0,startOnNewline:!0});l.found&&(s.directives.docStart=!0,i&&(i.type===`block-map`||i.type===`block-seq`)&&!l.hasNewline&&o(l.end,`MISSING_CHAR`,`Block collection cannot start on same line with directives-end marker`)),s.contents=i?li(c,i,l,o):ui(c,l.end,r,null,l,o);let u=s.contents.range[2],d=Vr(a,u,!1,o);return d.comment&&(s.comment=d.comment),s.range=[n,u,d.offset],s}function pi(e){if(typeof e==`number`)return[e,e+1];if(Array.isArray(e))return e.length===2?e:[e[0],e[1]];let{offset:t,source:n}=e;return[t,t+(typeof n==`string`?n.length:1)]}function mi(e){let t=``,n=!1,r=!1;for(let i=0;i<e.length;++i){let a=e[i];switch(a[0]){case`#`:t+=(t===``?``:r?`

`:`
`)+(a.substring(1)||` `),n=!0,r=!1;break;case`%`:e[i+1]?.[0]!==`#`&&(i+=1),n=!1;break;default:n||(r=!0),n=!1}}return{comment:t,afterEmptyLine:r}}var hi=class{constructor(e={}){this.doc=null,this.atDirectives=!1,this.prelude=[],this.errors=[],this.warnings=[],this.onError=(e,t,n,r)=>{let i=pi(e);r?this.warnings.push(new Mr(i,t,n)):this.errors.push(new jr(i,t,n))},this.directives=new Et({version:e.version||`1.2`}),this.options=e}decorate(e,t){let{comment:n,afterEmptyLine:r}=mi(this.prelude);if(n){let i=e.contents;if(t)e.comment=e.comment?`${e.comment}\n${n}`:n;else if(r||e.directives.docStart||!i)e.commentBefore=n;else if(B(i)&&!i.flow&&i.items.length>0){let e=i.items[0];R(e)&&(e=e.key);let t=e.commentBefore;e.commentBefore=t?`${n}\n${t}`:n}else{let e=i.commentBefore;i.commentBefore=e?`${n}\n${e}`:n}}if(t){for(let t=0;t<this.errors.length;++t)e.errors.push(this.errors[t]);for(let t=0;t<this.warnings.length;++t)e.warnings.push(this.warnings[t])}else e.errors=this.errors,e.warnings=this.warnings;this.prelude=[],this.errors=[],this.warnings=[]}streamInfo(){return{comment:mi(this.prelude).comment,directives:this.directives,errors:this.errors,warnings:this.warnings}}*compose(e,t=!1,n=-1){for(let t of e)yield*this.next(t);yield*this.end(t,n)}*next(e){switch(e.type){case`directive`:this.directives.add(e.source,(t,n,r)=>{let i=pi(e);i[0]+=t,this.onError(i,`BAD_DIRECTIVE`,n,r)}),this.prelude.push(e.source),this.atDirectives=!0;break;case`document`:{let t=fi(this.options,this.directives,e,this.onError);this.atDirectives&&!t.directives.docStart&&this.onError(e,`MISSING_CHAR`,`Missing directives-end/doc-start indicator line`),this.decorate(t,!1),this.doc&&(yield this.doc),this.doc=t,this.atDirectives=!1;break}case`byte-order-mark`:case`space`:break;case`comment`:case`newline`:this.prelude.push(e.source);break;case`error`:{let t=e.source?`${e.message}: ${JSON.stringify(e.source)}`:e.message,n=new jr(pi(e),`UNEXPECTED_TOKEN`,t);this.atDirectives||!this.doc?this.errors.push(n):this.doc.errors.push(n);break}case`doc-end`:{if(!this.doc){this.errors.push(new jr(pi(e),`UNEXPECTED_TOKEN`,`Unexpected doc-end without preceding document`));break}this.doc.directives.docEnd=!0;let t=Vr(e.end,e.offset+e.source.length,this.doc.options.strict,this.onError);if(this.decorate(this.doc,!0),t.comment){let e=this.doc.comment;this.doc.comment=e?`${e}\n${t.comment}`:t.comment}this.doc.range[2]=t.offset;break}default:this.errors.push(new jr(pi(e),`UNEXPECTED_TOKEN`,`Unsupported token ${e.type}`))}}*end(e=!1,t=-1){if(this.doc)this.decorate(this.doc,!0),yield this.doc,this.doc=null;else if(e){let e=new Or(void 0,Object.assign({_directives:this.directives},this.options));this.atDirectives&&this.onError(t,`MISSING_CHAR`,`Missing directives-end indicator line`),e.range=[0,t,t],this.decorate(e,!1),yield e}}},gi=Symbol(`break visit`),_i=Symbol(`skip children`),vi=Symbol(`remove item`);function yi(e,t){`type`in e&&e.type===`document`&&(e={start:e.start,value:e.value}),bi(Object.freeze([]),e,t)}yi.BREAK=gi,yi.SKIP=_i,yi.REMOVE=vi,yi.itemAtPath=(e,t)=>{let n=e;for(let[e,r]of t){let t=n?.[e];if(t&&`items`in t)n=t.items[r];else return}return n},yi.parentCollection=(e,t)=>{let n=yi.itemAtPath(e,t.slice(0,-1)),r=t[t.length-1][0],i=n?.[r];if(i&&`items`in i)return i;throw Error(`Parent collection not found`)};function bi(e,t,n){let r=n(t,e);if(typeof r==`symbol`)return r;for(let i of[`key`,`value`]){let a=t[i];if(a&&`items`in a){for(let t=0;t<a.items.length;++t){let r=bi(Object.freeze(e.concat([[i,t]])),a.items[t],n);if(typeof r==`number`)t=r-1;else if(r===gi)return gi;else r===vi&&(a.items.splice(t,1),--t)}typeof r==`function`&&i===`key`&&(r=r(t,e))}}return typeof r==`function`?r(t,e):r}function xi(e){switch(e){case`﻿`:return`byte-order-mark`;case``:return`doc-mode`;case``:return`flow-error-end`;case``:return`scalar`;case`---`:return`doc-start`;case`...`:return`doc-end`;case``:case`
`:case`\r
`:return`newline`;case`-`:return`seq-item-ind`;case`?`:return`explicit-key-ind`;case`:`:return`map-value-ind`;case`{`:return`flow-map-start`;case`}`:return`flow-map-end`;case`[`:return`flow-seq-start`;case`]`:return`flow-seq-end`;case`,`:return`comma`}switch(e[0]){case` `:case`	`:return`space`;case`#`:return`comment`;case`%`:return`directive-line`;case`*`:return`alias`;case`&`:return`anchor`;case`!`:return`tag`;case`'`:return`single-quoted-scalar`;case`"`:return`double-quoted-scalar`;case`|`:case`>`:return`block-scalar-header`}return null}function Si(e){switch(e){case void 0:case` `:case`
`:case`\r`:case`	`:return!0;default:return!1}}var Ci=new Set(`0123456789ABCDEFabcdef`),wi=new Set(`0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-#;/?:@&=+$_.!~*'()`),Ti=new Set(`,[]{}`),Ei=new Set(` ,[]{}
\r	`),Di=e=>!e||Ei.has(e),Oi=class{constructor(){this.atEnd=!1,this.blockScalarIndent=-1,this.blockScalarKeep=!1,this.buffer=``,this.flowKey=!1,this.flowLevel=0,this.indentNext=0,this.indentValue=0,this.lineEndPos=null,this.next=null,this.pos=0}*lex(e,t=!1){if(e){if(typeof e!=`string`)throw TypeError(`source is not a string`);this.buffer=this.buffer?this.buffer+e:e,this.lineEndPos=null}this.atEnd=!t;let n=this.next??`stream`;for(;n&&(t||this.hasChars(1));)n=yield*this.parseNext(n)}atLineEnd(){let e=this.pos,t=this.buffer[e];for(;t===` `||t===`	`;)t=this.buffer[++e];return!t||t===`#`||t===`
`||t===`\r`&&this.buffer[e+1]===`
`}charAt(e){return this.buffer[this.pos+e]}continueScalar(e){let t=this.buffer[e];if(this.indentNext>0){let n=0;for(;t===` `;)t=this.buffer[++n+e];if(t===`\r`){let t=this.buffer[n+e+1];if(t===`
`||!t&&!this.atEnd)return e+n+1}return t===`
`||n>=this.indentNext||!t&&!this.atEnd?e+n:-1}if(t===`-`||t===`.`){let t=this.buffer.substr(e,3);if((t===`---`||t===`...`)&&Si(this.buffer[e+3]))return-1}return e}getLine(){let e=this.lineEndPos;return(typeof e!=`number`||e!==-1&&e<this.pos)&&(e=this.buffer.indexOf(`
`,this.pos),this.lineEndPos=e),e===-1?this.atEnd?this.buffer.substring(this.pos):null:(this.buffer[e-1]===`\r`&&--e,this.buffer.substring(this.pos,e))}hasChars(e){return this.pos+e<=this.buffer.length}setNext(e){return this.buffer=this.buffer.substring(this.pos),this.pos=0,this.lineEndPos=null,this.next=e,null}peek(e){return this.buffer.substr(this.pos,e)}*parseNext(e){switch(e){case`stream`:return yield*this.parseStream();case`line-start`:return yield*this.parseLineStart();case`block-start`:return yield*this.parseBlockStart();case`doc`:return yield*this.parseDocument();case`flow`:return yield*this.parseFlowCollection();case`quoted-scalar`:return yield*this.parseQuotedScalar();case`block-scalar`:return yield*this.parseBlockScalar();case`plain-scalar`:return yield*this.parsePlainScalar()}}*parseStream(){let e=this.getLine();if(e===null)return this.setNext(`stream`);if(e[0]===`﻿`&&(yield*this.pushCount(1),e=e.substring(1)),e[0]===`%`){let t=e.length,n=e.indexOf(`#`);for(;n!==-1;){let r=e[n-1];if(r===` `||r===`	`){t=n-1;break}n=e.indexOf(`#`,n+1)}for(;;){let n=e[t-1];if(n===` `||n===`	`)--t;else break}let r=(yield*this.pushCount(t))+(yield*this.pushSpaces(!0));return yield*this.pushCount(e.length-r),this.pushNewline(),`stream`}if(this.atLineEnd()){let t=yield*this.pushSpaces(!0);return yield*this.pushCount(e.length-t),yield*this.pushNewline(),`stream`}return yield``,yield*this.parseLineStart()}*parseLineStart(){let e=this.charAt(0);if(!e&&!this.atEnd)return this.setNext(`line-start`);if(e===`-`||e===`.`){if(!this.atEnd&&!this.hasChars(4))return this.setNext(`line-start`);let e=this.peek(3);if((e===`---`||e===`...`)&&Si(this.charAt(3)))return yield*this.pushCount(3),this.indentValue=0,this.indentNext=0,e===`---`?`doc`:`stream`}return this.indentValue=yield*this.pushSpaces(!1),this.indentNext>this.indentValue&&!Si(this.charAt(1))&&(this.indentNext=this.indentValue),yield*this.parseBlockStart()}*parseBlockStart(){let[e,t]=this.peek(2);if(!t&&!this.atEnd)return this.setNext(`block-start`);if((e===`-`||e===`?`||e===`:`)&&Si(t)){let e=(yield*this.pushCount(1))+(yield*this.pushSpaces(!0));return this.indentNext=this.indentValue+1,this.indentValue+=e,`block-start`}return`doc`}*parseDocument(){yield*this.pushSpaces(!0);let e=this.getLine();if(e===null)return this.setNext(`doc`);let t=yield*this.pushIndicators();switch(e[t]){case`#`:yield*this.pushCount(e.length-t);case void 0:return yield*this.pushNewline(),yield*this.parseLineStart();case`{`:case`[`:return yield*this.pushCount(1),this.flowKey=!1,this.flowLevel=1,`flow`;case`}`:case`]`:return yield*this.pushCount(1),`doc`;case`*`:return yield*this.pushUntil(Di),`doc`;case`"`:case`'`:return yield*this.parseQuotedScalar();case`|`:case`>`:return t+=yield*this.parseBlockScalarHeader(),t+=yield*this.pushSpaces(!0),yield*this.pushCount(e.length-t),yield*this.pushNewline(),yield*this.parseBlockScalar();default:return yield*this.parsePlainScalar()}}*parseFlowCollection(){let e,t,n=-1;do e=yield*this.pushNewline(),e>0?(t=yield*this.pushSpaces(!1),this.indentValue=n=t):t=0,t+=yield*this.pushSpaces(!0);while(e+t>0);let r=this.getLine();if(r===null)return this.setNext(`flow`);if((n!==-1&&n<this.indentNext&&r[0]!==`#`||n===0&&(r.startsWith(`---`)||r.startsWith(`...`))&&Si(r[3]))&&(n!==this.indentNext-1||this.flowLevel!==1||r[0]!==`]`&&r[0]!==`}`))return this.flowLevel=0,yield``,yield*this.parseLineStart();let i=0;for(;r[i]===`,`;)i+=yield*this.pushCount(1),i+=yield*this.pushSpaces(!0),this.flowKey=!1;switch(i+=yield*this.pushIndicators(),r[i]){case void 0:return`flow`;case`#`:return yield*this.pushCount(r.length-i),`flow`;case`{`:case`[`:return yield*this.pushCount(1),this.flowKey=!1,this.flowLevel+=1,`flow`;case`}`:case`]`:return yield*this.pushCount(1),this.flowKey=!0,--this.flowLevel,this.flowLevel?`flow`:`doc`;case`*`:return yield*this.pushUntil(Di),`flow`;case`"`:case`'`:return this.flowKey=!0,yield*this.parseQuotedScalar();case`:`:{let e=this.charAt(1);if(this.flowKey||Si(e)||e===`,`)return this.flowKey=!1,yield*this.pushCount(1),yield*this.pushSpaces(!0),`flow`}default:return this.flowKey=!1,yield*this.parsePlainScalar()}}*parseQuotedScalar(){let e=this.charAt(0),t=this.buffer.indexOf(e,this.pos+1);if(e===`'`)for(;t!==-1&&this.buffer[t+1]===`'`;)t=this.buffer.indexOf(`'`,t+2);else for(;t!==-1;){let e=0;for(;this.buffer[t-1-e]===`\\`;)e+=1;if(e%2==0)break;t=this.buffer.indexOf(`"`,t+1)}let n=this.buffer.substring(0,t),r=n.indexOf(`
`,this.pos);if(r!==-1){for(;r!==-1;){let e=this.continueScalar(r+1);if(e===-1)break;r=n.indexOf(`
`,e)}r!==-1&&(t=r-(n[r-1]===`\r`?2:1))}if(t===-1){if(!this.atEnd)return this.setNext(`quoted-scalar`);t=this.buffer.length}return yield*this.pushToIndex(t+1,!1),this.flowLevel?`flow`:`doc`}*parseBlockScalarHeader(){this.blockScalarIndent=-1,this.blockScalarKeep=!1;let e=this.pos;for(;;){let t=this.buffer[++e];if(t===`+`)this.blockScalarKeep=!0;else if(t>`0`&&t<=`9`)this.blockScalarIndent=Number(t)-1;else if(t!==`-`)break}return yield*this.pushUntil(e=>Si(e)||e===`#`)}*parseBlockScalar(){let e=this.pos-1,t=0,n;loop:for(let r=this.pos;n=this.buffer[r];++r)switch(n){case` `:t+=1;break;case`
`:e=r,t=0;break;case`\r`:{let e=this.buffer[r+1];if(!e&&!this.atEnd)return this.setNext(`block-scalar`);if(e===`
`)break}default:break loop}if(!n&&!this.atEnd)return this.setNext(`block-scalar`);if(t>=this.indentNext){this.indentNext=this.blockScalarIndent===-1?t:this.blockScalarIndent+(this.indentNext===0?1:this.indentNext);do{let t=this.continueScalar(e+1);if(t===-1)break;e=this.buffer.indexOf(`
`,t)}while(e!==-1);if(e===-1){if(!this.atEnd)return this.setNext(`block-scalar`);e=this.buffer.length}}let r=e+1;for(n=this.buffer[r];n===` `;)n=this.buffer[++r];if(n===`	`){for(;n===`	`||n===` `||n===`\r`||n===`
`;)n=this.buffer[++r];e=r-1}else if(!this.blockScalarKeep)do{let n=e-1,r=this.buffer[n];r===`\r`&&(r=this.buffer[--n]);let i=n;for(;r===` `;)r=this.buffer[--n];if(r===`
`&&n>=this.pos&&n+1+t>i)e=n;else break}while(1);return yield``,yield*this.pushToIndex(e+1,!0),yield*this.parseLineStart()}*parsePlainScalar(){let e=this.flowLevel>0,t=this.pos-1,n=this.pos-1,r;for(;r=this.buffer[++n];)if(r===`:`){let r=this.buffer[n+1];if(Si(r)||e&&Ti.has(r))break;t=n}else if(Si(r)){let i=this.buffer[n+1];if(r===`\r`&&(i===`
`?(n+=1,r=`
`,i=this.buffer[n+1]):t=n),i===`#`||e&&Ti.has(i))break;if(r===`
`){let e=this.continueScalar(n+1);if(e===-1)break;n=Math.max(n,e-2)}}else{if(e&&Ti.has(r))break;t=n}return!r&&!this.atEnd?this.setNext(`plain-scalar`):(yield``,yield*this.pushToIndex(t+1,!0),e?`flow`:`doc`)}*pushCount(e){return e>0?(yield this.buffer.substr(this.pos,e),this.pos+=e,e):0}*pushToIndex(e,t){let n=this.buffer.slice(this.pos,e);return n?(yield n,this.pos+=n.length,n.length):(t&&(yield``),0)}*pushIndicators(){let e=0;loop:for(;;){switch(this.charAt(0)){case`!`:e+=yield*this.pushTag(),e+=yield*this.pushSpaces(!0);continue loop;case`&`:e+=yield*this.pushUntil(Di),e+=yield*this.pushSpaces(!0);continue loop;case`-`:case`?`:case`:`:{let t=this.flowLevel>0,n=this.charAt(1);if(Si(n)||t&&Ti.has(n)){t?this.flowKey&&=!1:this.indentNext=this.indentValue+1,e+=yield*this.pushCount(1),e+=yield*this.pushSpaces(!0);continue loop}}}break loop}return e}*pushTag(){if(this.charAt(1)===`<`){let e=this.pos+2,t=this.buffer[e];for(;!Si(t)&&t!==`>`;)t=this.buffer[++e];return yield*this.pushToIndex(t===`>`?e+1:e,!1)}{let e=this.pos+1,t=this.buffer[e];for(;t;)if(wi.has(t))t=this.buffer[++e];else if(t===`%`&&Ci.has(this.buffer[e+1])&&Ci.has(this.buffer[e+2]))t=this.buffer[e+=3];else break;return yield*this.pushToIndex(e,!1)}}*pushNewline(){let e=this.buffer[this.pos];return e===`
`?yield*this.pushCount(1):e===`\r`&&this.charAt(1)===`
`?yield*this.pushCount(2):0}*pushSpaces(e){let t=this.pos-1,n;do n=this.buffer[++t];while(n===` `||e&&n===`	`);let r=t-this.pos;return r>0&&(yield this.buffer.substr(this.pos,r),this.pos=t),r}*pushUntil(e){let t=this.pos,n=this.buffer[t];for(;!e(n);)n=this.buffer[++t];return yield*this.pushToIndex(t,!1)}},ki=class{constructor(){this.lineStarts=[],this.addNewLine=e=>this.lineStarts.push(e),this.linePos=e=>{let t=0,n=this.lineStarts.length;for(;t<n;){let r=t+n>>1;this.lineStarts[r]<e?t=r+1:n=r}if(this.lineStarts[t]===e)return{line:t+1,col:1};if(t===0)return{line:0,col:e};let r=this.lineStarts[t-1];return{line:t,col:e-r+1}}}};function Ai(e,t){for(let n=0;n<e.length;++n)if(e[n].type===t)return!0;return!1}function ji(e){for(let t=0;t<e.length;++t)switch(e[t].type){case`space`:case`comment`:case`newline`:break;default:return t}return-1}function Mi(e){switch(e?.type){case`alias`:case`scalar`:case`single-quoted-scalar`:case`double-quoted-scalar`:case`flow-collection`:return!0;default:return!1}}function Ni(e){switch(e.type){case`document`:return e.start;case`block-map`:{let t=e.items[e.items.length-1];return t.sep??t.start}case`block-seq`:return e.items[e.items.length-1].start;default:return[]}}function Pi(e){if(e.length===0)return[];let t=e.length;loop:for(;--t>=0;)switch(e[t].type){case`doc-start`:case`explicit-key-ind`:case`map-value-ind`:case`seq-item-ind`:case`newline`:break loop}for(;e[++t]?.type===`space`;);return e.splice(t,e.length)}function Fi(e,t){if(t.length<1e5)Array.prototype.push.apply(e,t);else for(let n=0;n<t.length;++n)e.push(t[n])}function Ii(e){if(e.start.type===`flow-seq-start`)for(let t of e.items)t.sep&&!t.value&&!Ai(t.start,`explicit-key-ind`)&&!Ai(t.sep,`map-value-ind`)&&(t.key&&(t.value=t.key),delete t.key,Mi(t.value)?t.value.end?Fi(t.value.end,t.sep):t.value.end=t.sep:Fi(t.start,t.sep),delete t.sep)}var Li=class{constructor(e){this.atNewLine=!0,this.atScalar=!1,this.indent=0,this.offset=0,this.onKeyLine=!1,this.stack=[],this.source=``,this.type=``,this.lexer=new Oi,this.onNewLine=e}*parse(e,t=!1){this.onNewLine&&this.offset===0&&this.onNewLine(0);for(let n of this.lexer.lex(e,t))yield*this.next(n);t||(yield*this.end())}*next(e){if(this.source=e,this.atScalar){this.atScalar=!1,yield*this.step(),this.offset+=e.length;return}let t=xi(e);if(!t){let t=`Not a YAML token: ${e}`;yield*this.pop({type:`error`,offset:this.offset,message:t,source:e}),this.offset+=e.length}else if(t===`scalar`)this.atNewLine=!1,this.atScalar=!0,this.type=`scalar`;else{switch(this.type=t,yield*this.step(),t){case`newline`:this.atNewLine=!0,this.indent=0,this.onNewLine&&this.onNewLine(this.offset+e.length);break;case`space`:this.atNewLine&&e[0]===` `&&(this.indent+=e.length);break;case`explicit-key-ind`:case`map-value-ind`:case`seq-item-ind`:this.atNewLine&&(this.indent+=e.length);break;case`doc-mode`:case`flow-error-end`:return;default:this.atNewLine=!1}this.offset+=e.length}}*end(){for(;this.stack.length>0;)yield*this.pop()}get sourceToken(){return{type:this.type,offset:this.offset,indent:this.indent,source:this.source}}*step(){let e=this.peek(1);if(this.type===`doc-end`&&e?.type!==`doc-end`){for(;this.stack.length>0;)yield*this.pop();this.stack.push({type:`doc-end`,offset:this.offset,source:this.source})}else{if(!e)return yield*this.stream();switch(e.type){case`document`:return yield*this.document(e);case`alias`:case`scalar`:case`single-quoted-scalar`:case`double-quoted-scalar`:return yield*this.scalar(e);case`block-scalar`:return yield*this.blockScalar(e);case`block-map`:return yield*this.blockMap(e);case`block-seq`:return yield*this.blockSequence(e);case`flow-collection`:return yield*this.flowCollection(e);case`doc-end`:return yield*this.documentEnd(e)}yield*this.pop()}}peek(e){return this.stack[this.stack.length-e]}*pop(e){let t=e??this.stack.pop();if(!t)yield{type:`error`,offset:this.offset,source:``,message:`Tried to pop an empty stack`};else if(this.stack.length===0)yield t;else{let e=this.peek(1);switch(t.type===`block-scalar`?t.indent=`indent`in e?e.indent:0:t.type===`flow-collection`&&e.type===`document`&&(t.indent=0),t.type===`flow-collection`&&Ii(t),e.type){case`document`:e.value=t;break;case`block-scalar`:e.props.push(t);break;case`block-map`:{let n=e.items[e.items.length-1];if(n.value){e.items.push({start:[],key:t,sep:[]}),this.onKeyLine=!0;return}if(n.sep)n.value=t;else{Object.assign(n,{key:t,sep:[]}),this.onKeyLine=!n.explicitKey;return}break}case`block-seq`:{let n=e.items[e.items.length-1];n.value?e.items.push({start:[],value:t}):n.value=t;break}case`flow-collection`:{let n=e.items[e.items.length-1];!n||n.value?e.items.push({start:[],key:t,sep:[]}):n.sep?n.value=t:Object.assign(n,{key:t,sep:[]});return}default:yield*this.pop(),yield*this.pop(t)}if((e.type===`document`||e.type===`block-map`||e.type===`block-seq`)&&(t.type===`block-map`||t.type===`block-seq`)){let n=t.items[t.items.length-1];n&&!n.sep&&!n.value&&n.start.length>0&&ji(n.start)===-1&&(t.indent===0||n.start.every(e=>e.type!==`comment`||e.indent<t.indent))&&(e.type===`document`?e.end=n.start:e.items.push({start:n.start}),t.items.splice(-1,1))}}}*stream(){switch(this.type){case`directive-line`:yield{type:`directive`,offset:this.offset,source:this.source};return;case`byte-order-mark`:case`space`:case`comment`:case`newline`:yield this.sourceToken;return;case`doc-mode`:case`doc-start`:{let e={type:`document`,offset:this.offset,start:[]};this.type===`doc-start`&&e.start.push(this.sourceToken),this.stack.push(e);return}}yield{type:`error`,offset:this.offset,message:`Unexpected ${this.type} token in YAML stream`,source:this.source}}*document(e){if(e.value)return yield*this.lineEnd(e);switch(this.type){case`doc-start`:ji(e.start)===-1?e.start.push(this.sourceToken):(yield*this.pop(),yield*this.step());return;case`anchor`:case`tag`:case`space`:case`comment`:case`newline`:e.start.push(this.sourceToken);return}let t=this.startBlockValue(e);t?this.stack.push(t):yield{type:`error`,offset:this.offset,message:`Unexpected ${this.type} token in YAML document`,source:this.source}}*scalar(e){if(this.type===`map-value-ind`){let t=Pi(Ni(this.peek(2))),n;e.end?(n=e.end,n.push(this.sourceToken),delete e.end):n=[this.sourceToken];let r={type:`block-map`,offset:e.offset,indent:e.indent,items:[{start:t,key:e,sep:n}]};this.onKeyLine=!0,this.stack[this.stack.length-1]=r}else yield*this.lineEnd(e)}*blockScalar(e){switch(this.type){case`space`:case`comment`:case`newline`:e.props.push(this.sourceToken);return;case`scalar`:if(e.source=this.source,this.atNewLine=!0,this.indent=0,this.onNewLine){let e=this.source.indexOf(`
`)+1;for(;e!==0;)this.onNewLine(this.offset+e),e=this.source.indexOf(`
`,e)+1}yield*this.pop();break;default:yield*this.pop(),yield*this.step()}}*blockMap(e){let t=e.items[e.items.length-1];switch(this.type){case`newline`:if(this.onKeyLine=!1,t.value){let n=`end`in t.value?t.value.end:void 0;(Array.isArray(n)?n[n.length-1]:void 0)?.type===`comment`?n?.push(this.sourceToken):e.items.push({start:[this.sourceToken]})}else t.sep?t.sep.push(this.sourceToken):t.start.push(this.sourceToken);return;case`space`:case`comment`:if(t.value)e.items.push({start:[this.sourceToken]});else if(t.sep)t.sep.push(this.sourceToken);else{if(this.atIndentedComment(t.start,e.indent)){let n=e.items[e.items.length-2]?.value?.end;if(Array.isArray(n)){Fi(n,t.start),n.push(this.sourceToken),e.items.pop();return}}t.start.push(this.sourceToken)}return}if(this.indent>=e.indent){let n=!this.onKeyLine&&this.indent===e.indent,r=n&&(t.sep||t.explicitKey)&&this.type!==`seq-item-ind`,i=[];if(r&&t.sep&&!t.value){let n=[];for(let r=0;r<t.sep.length;++r){let i=t.sep[r];switch(i.type){case`newline`:n.push(r);break;case`space`:break;case`comment`:i.indent>e.indent&&(n.length=0);break;default:n.length=0}}n.length>=2&&(i=t.sep.splice(n[1]))}switch(this.type){case`anchor`:case`tag`:r||t.value?(i.push(this.sourceToken),e.items.push({start:i}),this.onKeyLine=!0):t.sep?t.sep.push(this.sourceToken):t.start.push(this.sourceToken);return;case`explicit-key-ind`:!t.sep&&!t.explicitKey?(t.start.push(this.sourceToken),t.explicitKey=!0):r||t.value?(i.push(this.sourceToken),e.items.push({start:i,explicitKey:!0})):this.stack.push({type:`block-map`,offset:this.offset,indent:this.indent,items:[{start:[this.sourceToken],explicitKey:!0}]}),this.onKeyLine=!0;return;case`map-value-ind`:if(t.explicitKey){if(!t.sep){if(Ai(t.start,`newline`))Object.assign(t,{key:null,sep:[this.sourceToken]});else{let e=Pi(t.start);this.stack.push({type:`block-map`,offset:this.offset,indent:this.indent,items:[{start:e,key:null,sep:[this.sourceToken]}]})}}else if(t.value)e.items.push({start:[],key:null,sep:[this.sourceToken]});else if(Ai(t.sep,`map-value-ind`))this.stack.push({type:`block-map`,offset:this.offset,indent:this.indent,items:[{start:i,key:null,sep:[this.sourceToken]}]});else if(Mi(t.key)&&!Ai(t.sep,`newline`)){let e=Pi(t.start),n=t.key,r=t.sep;r.push(this.sourceToken),delete t.key,delete t.sep,this.stack.push({type:`block-map`,offset:this.offset,indent:this.indent,items:[{start:e,key:n,sep:r}]})}else i.length>0?t.sep=t.sep.concat(i,this.sourceToken):t.sep.push(this.sourceToken)}else t.sep?t.value||r?e.items.push({start:i,key:null,sep:[this.sourceToken]}):Ai(t.sep,`map-value-ind`)?this.stack.push({type:`block-map`,offset:this.offset,indent:this.indent,items:[{start:[],key:null,sep:[this.sourceToken]}]}):t.sep.push(this.sourceToken):Object.assign(t,{key:null,sep:[this.sourceToken]});this.onKeyLine=!0;return;case`alias`:case`scalar`:case`single-quoted-scalar`:case`double-quoted-scalar`:{let n=this.flowScalar(this.type);r||t.value?(e.items.push({start:i,key:n,sep:[]}),this.onKeyLine=!0):t.sep?this.stack.push(n):(Object.assign(t,{key:n,sep:[]}),this.onKeyLine=!0);return}default:{let r=this.startBlockValue(e);if(r){if(r.type===`block-seq`){if(!t.explicitKey&&t.sep&&!Ai(t.sep,`newline`)){yield*this.pop({type:`error`,offset:this.offset,message:`Unexpected block-seq-ind on same line with key`,source:this.source});return}}else n&&e.items.push({start:i});this.stack.push(r);return}}}}yield*this.pop(),yield*this.step()}*blockSequence(e){let t=e.items[e.items.length-1];switch(this.type){case`newline`:if(t.value){let n=`end`in t.value?t.value.end:void 0;(Array.isArray(n)?n[n.length-1]:void 0)?.type===`comment`?n?.push(this.sourceToken):e.items.push({start:[this.sourceToken]})}else t.start.push(this.sourceToken);return;case`space`:case`comment`:if(t.value)e.items.push({start:[this.sourceToken]});else{if(this.atIndentedComment(t.start,e.indent)){let n=e.items[e.items.length-2]?.value?.end;if(Array.isArray(n)){Fi(n,t.start),n.push(this.sourceToken),e.items.pop();return}}t.start.push(this.sourceToken)}return;case`anchor`:case`tag`:if(t.value||this.indent<=e.indent)break;t.start.push(this.sourceToken);return;case`seq-item-ind`:if(this.indent!==e.indent)break;t.value||Ai(t.start,`seq-item-ind`)?e.items.push({start:[this.sourceToken]}):t.start.push(this.sourceToken);return}if(this.indent>e.indent){let t=this.startBlockValue(e);if(t){this.stack.push(t);return}}yield*this.pop(),yield*this.step()}*flowCollection(e){let t=e.items[e.items.length-1];if(this.type===`flow-error-end`){let e;do yield*this.pop(),e=this.peek(1);while(e?.type===`flow-collection`)}else if(e.end.length===0){switch(this.type){case`comma`:case`explicit-key-ind`:!t||t.sep?e.items.push({start:[this.sourceToken]}):t.start.push(this.sourceToken);return;case`map-value-ind`:!t||t.value?e.items.push({start:[],key:null,sep:[this.sourceToken]}):t.sep?t.sep.push(this.sourceToken):Object.assign(t,{key:null,sep:[this.sourceToken]});return;case`space`:case`comment`:case`newline`:case`anchor`:case`tag`:!t||t.value?e.items.push({start:[this.sourceToken]}):t.sep?t.sep.push(this.sourceToken):t.start.push(this.sourceToken);return;case`alias`:case`scalar`:case`single-quoted-scalar`:case`double-quoted-scalar`:{let n=this.flowScalar(this.type);!t||t.value?e.items.push({start:[],key:n,sep:[]}):t.sep?this.stack.push(n):Object.assign(t,{key:n,sep:[]});return}case`flow-map-end`:case`flow-seq-end`:e.end.push(this.sourceToken);return}let n=this.startBlockValue(e);n?this.stack.push(n):(yield*this.pop(),yield*this.step())}else{let t=this.peek(2);if(t.type===`block-map`&&(this.type===`map-value-ind`&&t.indent===e.indent||this.type===`newline`&&!t.items[t.items.length-1].sep))yield*this.pop(),yield*this.step();else if(this.type===`map-value-ind`&&t.type!==`flow-collection`){let n=Pi(Ni(t));Ii(e);let r=e.end.splice(1,e.end.length);r.push(this.sourceToken);let i={type:`block-map`,offset:e.offset,indent:e.indent,items:[{start:n,key:e,sep:r}]};this.onKeyLine=!0,this.stack[this.stack.length-1]=i}else yield*this.lineEnd(e)}}flowScalar(e){if(this.onNewLine){let e=this.source.indexOf(`
`)+1;for(;e!==0;)this.onNewLine(this.offset+e),e=this.source.indexOf(`
`,e)+1}return{type:e,offset:this.offset,indent:this.indent,source:this.source}}startBlockValue(e){switch(this.type){case`alias`:case`scalar`:case`single-quoted-scalar`:case`double-quoted-scalar`:return this.flowScalar(this.type);case`block-scalar-header`:return{type:`block-scalar`,offset:this.offset,indent:this.indent,props:[this.sourceToken],source:``};case`flow-map-start`:case`flow-seq-start`:return{type:`flow-collection`,offset:this.offset,indent:this.indent,start:this.sourceToken,items:[],end:[]};case`seq-item-ind`:return{type:`block-seq`,offset:this.offset,indent:this.indent,items:[{start:[this.sourceToken]}]};case`explicit-key-ind`:{this.onKeyLine=!0;let t=Pi(Ni(e));return t.push(this.sourceToken),{type:`block-map`,offset:this.offset,indent:this.indent,items:[{start:t,explicitKey:!0}]}}case`map-value-ind`:{this.onKeyLine=!0;let t=Pi(Ni(e));return{type:`block-map`,offset:this.offset,indent:this.indent,items:[{start:t,key:null,sep:[this.sourceToken]}]}}}return null}atIndentedComment(e,t){return this.type!==`comment`||this.indent<=t?!1:e.every(e=>e.type===`newline`||e.type===`space`)}*documentEnd(e){this.type!==`doc-mode`&&(e.end?e.end.push(this.sourceToken):e.end=[this.sourceToken],this.type===`newline`&&(yield*this.pop()))}*lineEnd(e){switch(this.type){case`comma`:case`doc-start`:case`doc-end`:case`flow-seq-end`:case`flow-map-end`:case`map-value-ind`:yield*this.pop(),yield*this.step();break;case`newline`:this.onKeyLine=!1;default:e.end?e.end.push(this.sourceToken):e.end=[this.sourceToken],this.type===`newline`&&(yield*this.pop())}}};function Ri(e){let t=e.prettyErrors!==!1;return{lineCounter:e.lineCounter||t&&new ki||null,prettyErrors:t}}function zi(e,t={}){let{lineCounter:n,prettyErrors:r}=Ri(t),i=new Li(n?.addNewLine),a=new hi(t),o=null;for(let t of a.compose(i.parse(e),!0,e.length))if(!o)o=t;else if(o.options.logLevel!==`silent`){o.errors.push(new jr(t.range.slice(0,2),`MULTIPLE_DOCS`,`Source contains multiple documents; please use YAML.parseAllDocuments()`));break}return r&&n&&(o.errors.forEach(Nr(e,n)),o.warnings.forEach(Nr(e,n))),o}function Bi(e){let t=zi(e,{schema:`failsafe`,uniqueKeys:!1});if(!(t.errors.length>0)&&q(t.contents)!==``)return L(t.contents)?t:void 0}function Vi(e){return mt(e)?e.items.filter(L):[]}function q(e){let t=z(e)?e.value:e;return typeof t==`string`?t:void 0}function Hi(e){let t=e.get(`models`);if(mt(t))return t.items.flatMap(e=>{if(L(e))return[{name:q(e.get(`name`))??``,weight:q(e.get(`weight`))??``}];let t=q(e);return t===void 0?[]:[{name:t,weight:``}]});let n=q(e.get(`model`))??``;return n===``?[]:[{name:n,weight:``}]}function Ui(e,t){let[n,...r]=t;r.length>0||n!==void 0&&(n.weight!==``||Ki(e))?Wi(e,`models`,Gi(e,t)):Wi(e,`model`,n?.name)}function Wi(e,t,n){let r=t===`model`?`models`:`model`;if(n!==void 0&&e.has(t)){e.set(t,n),e.delete(r);return}let i=e.contents?.items??[],a=i.findIndex(({key:e})=>q(e)===r),o=i[a]?.key;if(e.delete(t),e.delete(r),n===void 0)return;let s=e.createNode(t);z(o)&&Object.assign(s,{commentBefore:o.commentBefore,spaceBefore:o.spaceBefore}),i.splice(Math.max(0,a),0,e.createPair(s,n))}function Gi(e,t){let n=e.get(`models`),r=Vi(n),i=mt(n)?n:new Dn(e.schema);return i.items=t.map(({name:t,weight:n})=>{let i=r.find(e=>q(e.get(`name`))===t)??e.createNode({name:t});return n===``?i.delete(`weight`):q(i.get(`weight`))!==n&&i.set(`weight`,n),i}),i}function Ki(e){return Vi(e.get(`targets`)).some(e=>e.has(`models`))}var qi=`-.3`;function Ji(e){return`model: clipig-tiny
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
`}function Yi(e){let t=Bi(e);if(!t)return;let n=na(t).filter(e=>e.has(`text`)),r=aa(t),i=e=>n.filter(t=>sa(t)===e).map(e=>q(e.get(`text`))??``);return{words:i(!1),unwanted:i(!0),width:r[0]??`224`,height:r[1]??r[0]??`224`,epochs:q(t.get(`epochs`))??`300`,models:Hi(t)}}function Xi(e,t){let n=Bi(e),r=Yi(e);if(!n||!r)return;let{words:i,unwanted:a,width:o,height:s,epochs:c,models:l}=t;return ua([...i,`
`,...a],[...r.words,`
`,...r.unwanted])&&ra(n,i,a),(o!==r.width||s!==r.height)&&oa(n,o,s),c!==r.epochs&&n.set(`epochs`,c),ua(l.map(la),r.models.map(la))&&Ui(n,l),ta(n)}function Zi(e,t){let n=Bi(e);if(n)return n.set(`init`,n.createNode({image:ca(t),mean:`0`,std:`1`})),ta(n)}function Qi(e,t){let n=Bi(e);if(n)return ia(n,[...na(n),n.createNode({image:ca(t)})]),ta(n)}function $i(e,t){let n=Bi(e),[r,...i]=n?Hi(n):[],a=e=>e.toLowerCase().replaceAll(/[^a-z0-9]/g,``);return!r||i.length>0||a(r.name)===a(t)?void 0:r.name}function ea(e){return/^seed[ \t]*:[ \t]+(\d+)/m.exec(e)?.[1]}function ta(e){return e.toString({lineWidth:0})}function na(e){return Vi(e.getIn([`targets`,0,`features`]))}function ra(e,t,n){let r=na(e),i=(t,n)=>r.find(e=>q(e.get(`text`))===t&&sa(e)===n)??e.createNode({text:ca(t),...n?{weight:qi}:{}}),a=r.filter(e=>!e.has(`text`));ia(e,[...t.map(e=>i(e,!1)),...n.map(e=>i(e,!0)),...a])}function ia(e,t){mt(e.get(`targets`))||e.set(`targets`,e.createNode([{features:[]}])),L(e.getIn([`targets`,0]))||e.setIn([`targets`,0],e.createNode({features:[]})),e.setIn([`targets`,0,`features`],e.createNode(t))}function aa(e){let t=e.get(`resolution`);return(mt(t)?t.items.map(e=>q(e)??``):(q(t)??``).split(/[\s,]+/)).map(e=>/(\d+)\s*$/.exec(e)?.[1]??``).filter(e=>e!==``)}function oa(e,t,n){let r=e=>{let[t,n]=[Math.ceil(Number(e)/4),Math.ceil(Number(e)/2)];return`${t} if t < .2 else ${n} if t < .6 else ${e}`};e.set(`resolution`,e.createNode(t===n?[r(t)]:[r(t),r(n)]))}function sa(e){return(q(e.get(`weight`))??``).trim().startsWith(`-`)}function ca(e){let t=new H(e);return(!/^\p{L}[\p{L}\p{N} ,.'-]*$/u.test(e)||/^(?:y|n|yes|no|on|off|true|false|null)$|, |\s$/i.test(e))&&(t.type=H.QUOTE_DOUBLE),t}function la({name:e,weight:t}){return`${e}\n${t}`}function ua(e,t){return e.length!==t.length||e.some((e,n)=>e!==t[n])}var da=200;function fa(e,t){let n=nt.find(({name:t})=>t===e),r=n&&Yi(n.text)?.words[0]!==Yi(t)?.words[0];return e===`new`||r?``:pa(e)}function pa(e){let t=new TextEncoder,n=``,r=0;for(let i of e){if(r+=t.encode(i).length,r>da)break;n+=i}return n}var ma=60,ha=300;function ga(e){if(/^snapshot_interval\s*:/m.test(e)||!/^targets\s*:/m.test(e)||/^\.\.\.\s*$/m.test(e))return e;let t=Number(/^epochs\s*:\s*(\d+)\s*(?:#.*)?$/m.exec(e)?.[1]??ha),n=Math.max(1,Math.round(t/ma));return`${e.trimEnd()}\nsnapshot_interval: ${n}\n`}var _a=[137,80,78,71,13,10,26,10],va=`clipig experiment`;function ya(e){return _a.every((t,n)=>e[n]===t)}function ba(e){let t=new DataView(e.buffer,e.byteOffset,e.byteLength);for(let n=_a.length;n+12<=e.length;){let r=t.getUint32(n),i=e.subarray(n+8,n+8+r);if(Sa(e.subarray(n+4,n+8))===`iTXt`){let e=xa(i);if(e!==void 0)return e}n+=12+r}}function xa(e){let t=e.indexOf(0);if(Sa(e.subarray(0,t))!==va||e[t+1]!==0)return;let n=e.indexOf(0,t+3),r=e.indexOf(0,n+1);return n<0||r<0?void 0:new TextDecoder().decode(e.subarray(r+1))}function Sa(e){return String.fromCharCode(...e.subarray(0,100))}var Ca=48;async function wa(e){let t=new Uint8Array(await e.arrayBuffer()),n=e.name.replace(/\.[^.]*$/,``),r=ya(t)?ba(t):void 0;if(r!==void 0)return{kind:`experiment`,name:n,text:r};if(e.type.startsWith(`image/`))return{kind:`image`,image:await Ta(e.name,t)};try{return{kind:`experiment`,name:n,text:new TextDecoder(`utf-8`,{fatal:!0}).decode(t)}}catch{throw Error(`${e.name} is neither an experiment (YAML) nor an image`)}}async function Ta(e,t){let[n,r]=await Promise.all([a(t),Ea(t)]);return{name:e,sha256:n,thumbnail:r}}async function Ea(e){try{let t=await createImageBitmap(new Blob([e])),n=Ca/Math.max(t.width,t.height),r=document.createElement(`canvas`);return r.width=Math.max(1,Math.round(t.width*n)),r.height=Math.max(1,Math.round(t.height*n)),r.getContext(`2d`)?.drawImage(t,0,0,r.width,r.height),r.toDataURL(`image/png`)}catch{return}}var Da=1e3,Oa=class{choose;element;list=p(`ul`,{class:`sheet-list`});all=_(`All`,()=>this.choose(void 0),{kind:`small`,title:`Show all pictures, none of them large`});compare=p(`a`,{class:`button small`},`Side by side`);entries=new Map;timer;numbers=[];constructor(e){this.choose=e;let t=p(`div`,{class:`row`},p(`h2`,{},`Contact sheet`),p(`div`,{class:`row end`},this.all,this.compare));this.element=p(`section`,{class:`sheet`,"aria-label":`Contact sheet`,hidden:!0},t,this.list)}show(e,t){let n=e.length===this.numbers.length&&e.every((e,t)=>e===this.numbers[t]);if(this.numbers=e,this.element.hidden=e.length<2,this.all.disabled=t===void 0,this.compare.href=`/compare?jobs=${e.join(`,`)}`,!n){this.clear();for(let t of e)this.entries.set(t,new ka(t,()=>this.choose(t)));v(this.list,[...this.entries.values()].map(({element:e})=>e))}for(let[e,n]of this.entries)n.mark(e===t);e.length<2||this.timer!==void 0||(this.timer=setInterval(()=>void this.read(),Da),this.read())}leave(){this.clear()}clear(){clearInterval(this.timer),this.timer=void 0;for(let e of this.entries.values())e.leave();this.entries.clear()}async read(){if(!document.hidden)try{let[e,t]=[Math.min(...this.numbers),Math.max(...this.numbers)],n=Math.min(1e3,t-e+1),r=(await b({before:String(t+1),limit:String(n),with_newest:`true`})).jobs.filter(e=>this.entries.has(e.job));for(let e of r)this.entries.get(e.job)?.show(e);r.length===this.entries.size&&r.every(S)&&(clearInterval(this.timer),this.timer=void 0)}catch(e){h(e)}}},ka=class{element;thumbnail=new w;words=p(`span`,{class:`sheet-words`});select;constructor(e,t){this.select=p(`button`,{type:`button`,"aria-pressed":`false`,onclick:t},this.thumbnail.element,this.words),u(this.words,`job ${e}`),this.element=p(`li`,{},this.select)}mark(e){this.select.setAttribute(`aria-pressed`,String(e))}show(e){let t=e.state===`running`||e.state===`paused`?` · ${Math.round(100*ee(e))} %`:``;u(this.words,`seed ${e.seed} · ${e.state}${t}`),this.thumbnail.show(e)}leave(){this.thumbnail.leave()}},Aa=4;async function ja(){let e=navigator.locks;if(!e)return()=>void 0;for(let t=0;t<Aa;t++){let n=await Ma(e,`clipig stream ${t}`);if(n)return n}}function Ma(e,t){return new Promise((n,r)=>{e.request(t,{ifAvailable:!0},e=>{if(e)return new Promise(e=>n(()=>e()));n(void 0)}).catch(r)})}var Na=[`job`,`state`,`progress`,`table`,`artifact`,`warning`,`log`,`revision`],Pa=2e3,Fa=2e3,Ia=2e4,La=class{job;listener;source;last=`0`;release;following=!1;turn=0;again;unseen;constructor(e,t){this.job=e,this.listener=t,document.addEventListener(`visibilitychange`,this.seen),this.begin()}close(){document.removeEventListener(`visibilitychange`,this.seen),this.pause()}seen=()=>{clearTimeout(this.unseen),document.hidden?this.unseen=setTimeout(()=>this.pause(),Ia):this.following&&this.source?.readyState!==EventSource.CLOSED||this.begin()};pause(){this.turn++,this.following=!1,clearTimeout(this.unseen),clearTimeout(this.again),this.source?.close(),this.source=void 0,this.release?.(),this.release=void 0}async begin(){clearTimeout(this.again),this.following=!0;let e=++this.turn,t=this.release??await ja();e===this.turn?(this.release=t,t?this.open():await this.poll(e)):t!==this.release&&t?.()}async poll(t){let n=`connected`;try{let n=await e(this.job);if(t!==this.turn)return;this.listener.heard({event:`job`,...n})}catch{if(t!==this.turn)return;n=`lost`}this.listener.connection(n),this.listener.more()?this.again=setTimeout(()=>void this.begin(),Fa):this.close()}open(){let e=new EventSource(`/api/v1/jobs/${this.job}/events?since=${this.last}`);this.source?.close(),this.source=e,e.onopen=()=>this.listener.connection(`connected`),e.onerror=()=>{this.listener.more()?(this.listener.connection(`lost`),e.readyState===EventSource.CLOSED&&(this.again=setTimeout(()=>void this.begin(),Pa))):this.close()};for(let t of Na)e.addEventListener(t,e=>{this.last=e.lastEventId,this.listener.heard(JSON.parse(e.data))})}};function Ra(e){let t=Bi(e);if(!t)return[];let n=Hi(t);return Vi(t.get(`targets`)).filter(e=>!Wa(e)).flatMap(e=>{let t=q(e.get(`name`))??`target`,r=Vi(e.get(`features`)).flatMap(za),i=Vi(e.get(`constraints`)).map(e=>q(e.items[0]?.key)??`constraint`);return n.length<2||r.length===0?[{name:t,features:r,constraints:i}]:Va(e,n).map(e=>({name:`${t} (${e})`,features:r,constraints:i}))})}function za(e){let{direction:t,style:n}={direction:e.get(`direction`),style:e.get(`style`)};if(L(t)){let e=e=>q(t.get(e))??q(t.get(`${e}_image`))??``;return[`${e(`from`)} → ${e(`to`)}`]}if(L(n))return[`style of ${q(n.get(`image`))??``}`];let r=q(e.get(`prompt`));return r===void 0?[q(e.get(`text`))??q(e.get(`image`))??`feature`]:r.split(`|`).map(e=>Ba(e).trim())}function Ba(e){let t=e.lastIndexOf(`:`),n=e.slice(t+1).trim();return t>=0&&n!==``&&Number.isFinite(Number(n))?e.slice(0,t):e}function Va(e,t){let n=Vi(e.get(`models`)),r=({name:e,weight:t})=>{if(n.length===0)return t;let r=n.find(t=>q(t.get(`name`))?.toLowerCase()===e.toLowerCase());return r?q(r.get(`weight`))??t:`0`};return t.filter(e=>r(e)===``||Number(r(e))!==0).map(({name:e})=>e)}function Ha(e){let t=new Set,n=Bi(e);return n&&yt(n,{Pair:(e,{key:n,value:r})=>{let i=Ua.has(q(n)??``)?q(r)??``:``;i!==``&&t.add(i)}}),[...t]}var Ua=new Set([`image`,`from_image`,`to_image`,`origin`]);function Wa(e){return[`no`,`off`,`false`,`0`].includes(q(e.get(`active`))?.toLowerCase()??``)}var Ga=!0,Ka=`uplot`,qa=`u-hz`,Ja=`u-vt`,Ya=`u-title`,Xa=`u-wrap`,Za=`u-under`,Qa=`u-over`,$a=`u-axis`,eo=`u-off`,to=`u-select`,no=`u-cursor-x`,ro=`u-cursor-y`,io=`u-cursor-pt`,ao=`u-legend`,oo=`u-live`,so=`u-inline`,co=`u-series`,lo=`u-marker`,uo=`u-label`,fo=`u-value`,po=`width`,mo=`height`,ho=`top`,go=`bottom`,_o=`left`,vo=`right`,yo=`#000`,bo=`#0000`,xo=`mousemove`,So=`mousedown`,Co=`mouseup`,wo=`mouseenter`,To=`mouseleave`,Eo=`dblclick`,Do=`resize`,Oo=`scroll`,ko=`change`,Ao=`dppxchange`,jo=`--`,Mo=typeof window<`u`,No=Mo?document:null,Po=Mo?window:null,Fo=Mo?navigator:null,J,Io;function Lo(){let e=devicePixelRatio;J!=e&&(J=e,Io&&Zo(ko,Io,Lo),Io=matchMedia(`(min-resolution: ${J-.001}dppx) and (max-resolution: ${J+.001}dppx)`),Xo(ko,Io,Lo),Po.dispatchEvent(new CustomEvent(Ao)))}function Ro(e,t){if(t!=null){let n=e.classList;!n.contains(t)&&n.add(t)}}function zo(e,t){let n=e.classList;n.contains(t)&&n.remove(t)}function Y(e,t,n){e.style[t]=n+`px`}function Bo(e,t,n,r){let i=No.createElement(e);return t!=null&&Ro(i,t),n?.insertBefore(i,r),i}function Vo(e,t){return Bo(`div`,e,t)}var Ho=new WeakMap;function Uo(e,t,n,r,i){let a=`translate(`+t+`px,`+n+`px)`;a!=Ho.get(e)&&(e.style.transform=a,Ho.set(e,a),t<0||n<0||t>r||n>i?Ro(e,eo):zo(e,eo))}var Wo=new WeakMap;function Go(e,t,n){let r=t+n;r!=Wo.get(e)&&(Wo.set(e,r),e.style.background=t,e.style.borderColor=n)}var Ko=new WeakMap;function qo(e,t,n,r){let i=t+``+n;i!=Ko.get(e)&&(Ko.set(e,i),e.style.height=n+`px`,e.style.width=t+`px`,e.style.marginLeft=r?-t/2+`px`:0,e.style.marginTop=r?-n/2+`px`:0)}var Jo={passive:!0},Yo={...Jo,capture:!0};function Xo(e,t,n,r){t.addEventListener(e,n,r?Yo:Jo)}function Zo(e,t,n,r){t.removeEventListener(e,n,Jo)}Mo&&Lo();function Qo(e,t,n,r){let i;n||=0,r||=t.length-1;let a=r<=2147483647;for(;r-n>1;)i=a?n+r>>1:ys((n+r)/2),t[i]<e?n=i:r=i;return e-t[n]<=t[r]-e?n:r}function $o(e){return(t,n,r)=>{let i=-1,a=-1;for(let a=n;a<=r;a++)if(e(t[a])){i=a;break}for(let i=r;i>=n;i--)if(e(t[i])){a=i;break}return[i,a]}}var es=e=>e!=null,ts=e=>e!=null&&e>0,ns=$o(es),rs=$o(ts);function is(e,t,n,r=0,i=!1){let a=i?rs:ns,o=i?ts:es;[t,n]=a(e,t,n);let s=e[t],c=e[t];if(t>-1){if(r==1)s=e[t],c=e[n];else if(r==-1)s=e[n],c=e[t];else for(let r=t;r<=n;r++){let t=e[r];o(t)&&(t<s?s=t:t>c&&(c=t))}}return[s??As,c??-As]}function as(e,t,n,r){let i=Ts(e),a=Ts(t);e==t&&(i==-1?(e*=n,t/=n):(e/=n,t*=n));let o=n==10?Es:Ds,s=i==1?ys:xs,c=a==1?xs:ys,l=s(o(vs(e))),u=c(o(vs(t))),d=ws(n,l),f=ws(n,u);return n==10&&(l<0&&(d=Q(d,-l)),u<0&&(f=Q(f,-u))),r||n==2?(e=d*i,t=f*a):(e=Ws(e,d),t=Us(t,f)),[e,t]}function os(e,t,n,r){let i=as(e,t,n,r);return e==0&&(i[0]=0),t==0&&(i[1]=0),i}var ss=.1,cs={mode:3,pad:ss},ls={pad:0,soft:null,mode:0},us={min:ls,max:ls};function ds(e,t,n,r){return tc(n)?ps(e,t,n):(ls.pad=n,ls.soft=r?0:null,ls.mode=r?3:0,ps(e,t,us))}function X(e,t){return e??t}function fs(e,t,n){for(t=X(t,0),n=X(n,e.length-1);t<=n;){if(e[t]!=null)return!0;t++}return!1}function ps(e,t,n){let r=n.min,i=n.max,a=X(r.pad,0),o=X(i.pad,0),s=X(r.hard,-As),c=X(i.hard,As),l=X(r.soft,As),u=X(i.soft,-As),d=X(r.mode,0),f=X(i.mode,0),p=t-e,m=Es(p),h=Cs(vs(e),vs(t)),g=vs(Es(h)-m);(p<1e-24||g>10)&&(p=0,(e==0||t==0)&&(p=1e-24,d==2&&l!=As&&(a=0),f==2&&u!=-As&&(o=0)));let _=p||h||1e3,v=ws(10,ys(Es(_))),y=Q(Ws(e-_*(p==0?e==0?.1:1:a),v/10),24),b=e>=l&&(d==1||d==3&&y<=l||d==2&&y>=l)?l:As,x=Cs(s,y<b&&e>=b?b:Ss(b,y)),S=Q(Us(t+_*(p==0?t==0?.1:1:o),v/10),24),C=t<=u&&(f==1||f==3&&S>=u||f==2&&S<=u)?u:-As,w=Ss(c,S>C&&t<=C?C:Cs(C,S));return x==w&&x==0&&(w=100),[x,w]}var ms=new Intl.NumberFormat(Mo?Fo.language:`en-US`),hs=e=>ms.format(e),gs=Math,_s=gs.PI,vs=gs.abs,ys=gs.floor,bs=gs.round,xs=gs.ceil,Ss=gs.min,Cs=gs.max,ws=gs.pow,Ts=gs.sign,Es=gs.log10,Ds=gs.log2,Os=(e,t=1)=>gs.sinh(e)*t,ks=(e,t=1)=>gs.asinh(e/t),As=1/0;function js(e){return(Es((e^e>>31)-(e>>31))|0)+1}function Ms(e,t,n){return Ss(Cs(e,t),n)}function Ns(e){return typeof e==`function`}function Z(e){return Ns(e)?e:()=>e}var Ps=()=>{},Fs=e=>e,Is=(e,t)=>t,Ls=e=>null,Rs=e=>!0,zs=(e,t)=>e==t,Bs=/\.\d*?(?=9{6,}|0{6,})/gm,Vs=e=>{if(Qs(e)||Gs.has(e))return e;let t=`${e}`,n=t.match(Bs);if(n==null)return e;let r=n[0].length-1;if(t.indexOf(`e-`)!=-1){let[e,n]=t.split(`e`);return+`${Vs(e)}e${n}`}return Q(e,r)};function Hs(e,t){return Vs(Q(Vs(e/t))*t)}function Us(e,t){return Vs(xs(Vs(e/t))*t)}function Ws(e,t){return Vs(ys(Vs(e/t))*t)}function Q(e,t=0){if(Qs(e))return e;let n=10**t;return bs(e*n*(1+2**-52))/n}var Gs=new Map;function Ks(e){return((``+e).split(`.`)[1]||``).length}function qs(e,t,n,r){let i=[],a=r.map(Ks);for(let o=t;o<n;o++){let t=vs(o),n=Q(ws(e,o),t);for(let s=0;s<r.length;s++){let c=e==10?+`${r[s]}e${o}`:r[s]*n,l=(o>=0?0:t)+(o>=a[s]?0:a[s]),u=e==10?c:Q(c,l);i.push(u),Gs.set(u,l)}}return i}var Js={},Ys=[],Xs=[null,null],Zs=Array.isArray,Qs=Number.isInteger,$s=e=>e===void 0;function ec(e){return typeof e==`string`}function tc(e){let t=!1;if(e!=null){let n=e.constructor;t=n==null||n==Object}return t}function nc(e){return typeof e==`object`&&!!e}var rc=Object.getPrototypeOf(Uint8Array),ic=`__proto__`;function ac(e,t=tc){let n;if(Zs(e)){let r=e.find(e=>e!=null);if(Zs(r)||t(r)){n=Array(e.length);for(let r=0;r<e.length;r++)n[r]=ac(e[r],t)}else n=e.slice()}else if(e instanceof rc)n=e.slice();else if(t(e)){n={};for(let r in e)r!=ic&&(n[r]=ac(e[r],t))}else n=e;return n}function oc(e){let t=arguments;for(let n=1;n<t.length;n++){let r=t[n];for(let t in r)t!=ic&&(tc(e[t])?oc(e[t],ac(r[t])):e[t]=ac(r[t]))}return e}var sc=0,cc=1,lc=2;function uc(e,t,n){for(let r=0,i,a=-1;r<t.length;r++){let o=t[r];if(o>a){for(i=o-1;i>=0&&e[i]==null;)e[i--]=null;for(i=o+1;i<n&&e[i]==null;)e[a=i++]=null}}}function dc(e,t){if(mc(e)){let t=e[0].slice();for(let n=1;n<e.length;n++)t.push(...e[n].slice(1));return hc(t[0])||(t=pc(t)),t}let n=new Set;for(let t=0;t<e.length;t++){let r=e[t][0],i=r.length;for(let e=0;e<i;e++)n.add(r[e])}let r=[Array.from(n).sort((e,t)=>e-t)],i=r[0].length,a=new Map;for(let e=0;e<i;e++)a.set(r[0][e],e);for(let n=0;n<e.length;n++){let o=e[n],s=o[0];for(let e=1;e<o.length;e++){let c=o[e],l=Array(i).fill(void 0),u=t?t[n][e]:cc,d=[];for(let e=0;e<c.length;e++){let t=c[e],n=a.get(s[e]);t===null?u!=sc&&(l[n]=t,u==lc&&d.push(n)):l[n]=t}uc(l,d,i),r.push(l)}}return r}var fc=typeof queueMicrotask>`u`?e=>Promise.resolve().then(e):queueMicrotask;function pc(e){let t=e[0],n=t.length,r=Array(n);for(let e=0;e<r.length;e++)r[e]=e;r.sort((e,n)=>t[e]-t[n]);let i=[];for(let t=0;t<e.length;t++){let a=e[t],o=Array(n);for(let e=0;e<n;e++)o[e]=a[r[e]];i.push(o)}return i}function mc(e){let t=e[0][0],n=t.length;for(let r=1;r<e.length;r++){let i=e[r][0];if(i.length!=n)return!1;if(i!=t){for(let e=0;e<n;e++)if(i[e]!=t[e])return!1}}return!0}function hc(e,t=100){let n=e.length;if(n<=1)return!0;let r=0,i=n-1;for(;r<=i&&e[r]==null;)r++;for(;i>=r&&e[i]==null;)i--;if(i<=r)return!0;let a=Cs(1,ys((i-r+1)/t));for(let t=e[r],n=r+a;n<=i;n+=a){let r=e[n];if(r!=null){if(r<=t)return!1;t=r}}return!0}var gc=[`January`,`February`,`March`,`April`,`May`,`June`,`July`,`August`,`September`,`October`,`November`,`December`],_c=[`Sunday`,`Monday`,`Tuesday`,`Wednesday`,`Thursday`,`Friday`,`Saturday`];function vc(e){return e.slice(0,3)}var yc=_c.map(vc),bc={MMMM:gc,MMM:gc.map(vc),WWWW:_c,WWW:yc};function xc(e){return(e<10?`0`:``)+e}function Sc(e){return(e<10?`00`:e<100?`0`:``)+e}var Cc={YYYY:e=>e.getFullYear(),YY:e=>(e.getFullYear()+``).slice(2),MMMM:(e,t)=>t.MMMM[e.getMonth()],MMM:(e,t)=>t.MMM[e.getMonth()],MM:e=>xc(e.getMonth()+1),M:e=>e.getMonth()+1,DD:e=>xc(e.getDate()),D:e=>e.getDate(),WWWW:(e,t)=>t.WWWW[e.getDay()],WWW:(e,t)=>t.WWW[e.getDay()],HH:e=>xc(e.getHours()),H:e=>e.getHours(),h:e=>{let t=e.getHours();return t==0?12:t>12?t-12:t},AA:e=>e.getHours()>=12?`PM`:`AM`,aa:e=>e.getHours()>=12?`pm`:`am`,a:e=>e.getHours()>=12?`p`:`a`,mm:e=>xc(e.getMinutes()),m:e=>e.getMinutes(),ss:e=>xc(e.getSeconds()),s:e=>e.getSeconds(),fff:e=>Sc(e.getMilliseconds())};function wc(e,t){t||=bc;let n=[],r=/\{([a-z]+)\}|[^{]+/gi,i;for(;i=r.exec(e);)n.push(i[0][0]==`{`?Cc[i[1]]:i[0]);return e=>{let r=``;for(let i=0;i<n.length;i++)r+=typeof n[i]==`string`?n[i]:n[i](e,t);return r}}var Tc=new Intl.DateTimeFormat().resolvedOptions().timeZone;function Ec(e,t){let n;return t==`UTC`||t==`Etc/UTC`?n=new Date(+e+e.getTimezoneOffset()*6e4):t==Tc?n=e:(n=new Date(e.toLocaleString(`en-US`,{timeZone:t})),n.setMilliseconds(e.getMilliseconds())),n}var Dc=e=>e%1==0,Oc=[1,2,2.5,5],kc=qs(10,-32,0,Oc),Ac=qs(10,0,32,Oc),jc=Ac.filter(Dc),Mc=kc.concat(Ac),Nc=`
`,Pc=`{YYYY}`,Fc=Nc+Pc,Ic=`{M}/{D}`,Lc=Nc+Ic,Rc=Lc+`/{YY}`,zc=`{aa}`,Bc=`{h}:{mm}`+zc,Vc=Nc+Bc,Hc=`:{ss}`,$=null;function Uc(e){let t=e*1e3,n=t*60,r=n*60,i=r*24,a=i*30,o=i*365,s=(e==1?qs(10,0,3,Oc).filter(Dc):qs(10,-3,0,Oc)).concat([t,t*5,t*10,t*15,t*30,n,n*5,n*10,n*15,n*30,r,r*2,r*3,r*4,r*6,r*8,r*12,i,i*2,i*3,i*4,i*5,i*6,i*7,i*8,i*9,i*10,i*15,a,a*2,a*3,a*4,a*6,o,o*2,o*5,o*10,o*25,o*50,o*100]),c=[[o,Pc,$,$,$,$,$,$,1],[i*28,`{MMM}`,Fc,$,$,$,$,$,1],[i,Ic,Fc,$,$,$,$,$,1],[r,`{h}`+zc,Rc,$,Lc,$,$,$,1],[n,Bc,Rc,$,Lc,$,$,$,1],[t,Hc,Rc+` `+Bc,$,Lc+` `+Bc,$,Vc,$,1],[e,Hc+`.{fff}`,Rc+` `+Bc,$,Lc+` `+Bc,$,Vc,$,1]];function l(t){return(s,c,l,u,d,f)=>{let p=[],m=d>=o,h=d>=a&&d<o,g=t(l),_=Q(g*e,3),v=$c(g.getFullYear(),m?0:g.getMonth(),h||m?1:g.getDate()),y=Q(v*e,3);if(h||m){let n=h?d/a:0,r=m?d/o:0,i=_==y?_:Q($c(v.getFullYear()+r,v.getMonth()+n,1)*e,3),s=new Date(bs(i/e)),c=s.getFullYear(),l=s.getMonth();for(let a=0;i<=u;a++){let o=$c(c+r*a,l+n*a,1),s=o-t(Q(o*e,3));i=Q((+o+s)*e,3),i<=u&&p.push(i)}}else{let a=d>=i?i:d,o=y+(ys(l)-ys(_))+Us(_-y,a);p.push(o);let m=t(o),h=m.getHours()+m.getMinutes()/n+m.getSeconds()/r,g=d/r,v=f/s.axes[c]._space;for(;o=Q(o+d,e==1?0:3),!(o>u);)if(g>1){let e=ys(Q(h+g,6))%24,n=t(o).getHours()-e;n>1&&(n=-1),o-=n*r,h=(h+g)%24;let i=p[p.length-1];Q((o-i)/d,3)*v>=.7&&p.push(o)}else p.push(o)}return p}}return[s,c,l]}var[Wc,Gc,Kc]=Uc(1),[qc,Jc,Yc]=Uc(.001);qs(2,-53,53,[1]);function Xc(e,t){return e.map(e=>e.map((n,r)=>r==0||r==8||n==null?n:t(r==1||e[8]==0?n:e[1]+n)))}function Zc(e,t){return(n,r,i,a,o)=>{let s=t.find(e=>o>=e[0])||t[t.length-1],c,l,u,d,f,p;return r.map(t=>{let n=e(t),r=n.getFullYear(),i=n.getMonth(),a=n.getDate(),o=n.getHours(),m=n.getMinutes(),h=n.getSeconds(),g=r!=c&&s[2]||i!=l&&s[3]||a!=u&&s[4]||o!=d&&s[5]||m!=f&&s[6]||h!=p&&s[7]||s[1];return c=r,l=i,u=a,d=o,f=m,p=h,g(n)})}}function Qc(e,t){let n=wc(t);return(t,r,i,a,o)=>r.map(t=>n(e(t)))}function $c(e,t,n){return new Date(e,t,n)}function el(e,t){return t(e)}var tl=`{YYYY}-{MM}-{DD} {h}:{mm}{aa}`;function nl(e,t){return(n,r,i,a)=>a==null?jo:t(e(r))}function rl(e,t){let n=e.series[t];return n.width?n.stroke(e,t):n.points.width?n.points.stroke(e,t):null}function il(e,t){return e.series[t].fill(e,t)}var al={show:!0,live:!0,isolate:!1,mount:Ps,markers:{show:!0,width:2,stroke:rl,fill:il,dash:`solid`},idx:null,idxs:null,values:[]};function ol(e,t){let n=e.cursor.points,r=Vo(),i=n.size(e,t);Y(r,po,i),Y(r,mo,i);let a=i/-2;Y(r,`marginLeft`,a),Y(r,`marginTop`,a);let o=n.width(e,t,i);return o&&Y(r,`borderWidth`,o),r}function sl(e,t){let n=e.series[t].points;return n._fill||n._stroke}function cl(e,t){let n=e.series[t].points;return n._stroke||n._fill}function ll(e,t){return e.series[t].points.size}var ul=[0,0];function dl(e,t,n){return ul[0]=t,ul[1]=n,ul}function fl(e,t,n,r=!0){return e=>{e.button!=0||r&&e.target!=t||n(e)}}function pl(e,t,n,r=!0){return e=>{r&&e.target!=t||n(e)}}var ml={show:!0,x:!0,y:!0,lock:!1,move:dl,points:{one:!1,show:ol,size:ll,width:0,stroke:cl,fill:sl},bind:{mousedown:fl,mouseup:fl,click:fl,dblclick:fl,mousemove:pl,mouseleave:pl,mouseenter:pl},drag:{setScale:!0,x:!0,y:!1,dist:0,uni:null,click:(e,t)=>{t.stopPropagation(),t.stopImmediatePropagation()},_x:!1,_y:!1},focus:{dist:(e,t,n,r,i)=>r-i,prox:-1,bias:0},hover:{skip:[void 0],prox:null,bias:0},left:-10,top:-10,idx:null,dataIdx:null,idxs:null,event:null},hl={show:!0,stroke:`rgba(0,0,0,0.07)`,width:2},gl=oc({},hl,{filter:Is}),_l=oc({},gl,{size:10}),vl=oc({},hl,{show:!1}),yl=`12px system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, "Noto Sans", sans-serif, "Apple Color Emoji", "Segoe UI Emoji", "Segoe UI Symbol", "Noto Color Emoji"`,bl=`bold `+yl,xl=1.5,Sl={show:!0,scale:`x`,stroke:yo,space:50,gap:5,alignTo:1,size:50,labelGap:0,labelSize:30,labelFont:bl,side:2,grid:gl,ticks:_l,border:vl,font:yl,lineGap:xl,rotate:0},Cl=`Value`,wl=`Time`,Tl={show:!0,scale:`x`,auto:!1,sorted:1,min:As,max:-1/0,idxs:[]};function El(e,t,n,r,i){return t.map(e=>e==null?``:hs(e))}function Dl(e,t,n,r,i,a,o){let s=[],c=Gs.get(i)||0;n=o?n:Q(Us(n,i),c);for(let e=n;e<=r;e=Q(e+i,c))s.push(Object.is(e,-0)?0:e);return s}function Ol(e,t,n,r,i,a,o){let s=[],c=e.scales[e.axes[t].scale].log;i=ws(c,ys((c==10?Es:Ds)(n))),c==10&&(i=Mc[Qo(i,Mc)]);let l=n,u=i*c;c==10&&(u=Mc[Qo(u,Mc)]);do s.push(l),l+=i,c==10&&!Gs.has(l)&&(l=Q(l,Gs.get(i))),l>=u&&(i=l,u=i*c,c==10&&(u=Mc[Qo(u,Mc)]));while(l<=r);return s}function kl(e,t,n,r,i,a,o){let s=e.scales[e.axes[t].scale].asinh,c=r>s?Ol(e,t,Cs(s,n),r,i):[s],l=r>=0&&n<=0?[0]:[];return(n<-s?Ol(e,t,Cs(s,-r),-n,i):[s]).reverse().map(e=>-e).concat(l,c)}var Al=/./,jl=/[12357]/,Ml=/[125]/,Nl=/1/,Pl=(e,t,n,r)=>e.map((e,i)=>t==4&&e==0||i%r==0&&n.test(e.toExponential()[+(e<0)])?e:null);function Fl(e,t,n,r,i){let a=e.axes[n],o=a.scale,s=e.scales[o],c=e.valToPos,l=a._space,u=c(10,o),d=c(9,o)-u>=l?Al:c(7,o)-u>=l?jl:c(5,o)-u>=l?Ml:Nl;if(d==Nl){let e=vs(c(1,o)-u);if(e<l)return Pl(t.slice().reverse(),s.distr,d,xs(l/e)).reverse()}return Pl(t,s.distr,d,1)}function Il(e,t,n,r,i){let a=e.axes[n],o=a.scale,s=a._space,c=e.valToPos,l=vs(c(1,o)-c(2,o));return l<s?Pl(t.slice().reverse(),3,Al,xs(s/l)).reverse():t}function Ll(e,t,n,r){return r==null?jo:t==null?``:hs(t)}var Rl={show:!0,scale:`y`,stroke:yo,space:30,gap:5,alignTo:1,size:50,labelGap:0,labelSize:30,labelFont:bl,side:3,grid:gl,ticks:_l,border:vl,font:yl,lineGap:xl,rotate:0};function zl(e,t){return Q((3+(e||1)*2)*t,3)}function Bl(e,t){let{scale:n,idxs:r}=e.series[0],i=e._data[0],a=e.valToPos(i[r[0]],n,!0),o=vs(e.valToPos(i[r[1]],n,!0)-a)/(e.series[t].points.space*J);return r[1]-r[0]<=o}var Vl={scale:null,auto:!0,sorted:0,min:As,max:-1/0},Hl=(e,t,n,r,i)=>i,Ul={show:!0,auto:!0,sorted:0,gaps:Hl,alpha:1,facets:[oc({},Vl,{scale:`x`}),oc({},Vl,{scale:`y`})]},Wl={scale:`y`,auto:!0,sorted:0,show:!0,spanGaps:!1,gaps:Hl,alpha:1,points:{show:Bl,filter:null},values:null,min:As,max:-1/0,idxs:[],path:null,clip:null};function Gl(e,t,n,r,i){return n/10}var Kl={time:Ga,auto:!0,distr:1,log:10,asinh:1,min:null,max:null,dir:1,ori:0},ql=oc({},Kl,{time:!1,ori:1}),Jl={};function Yl(e,t){let n=Jl[e];return n||(n={key:e,plots:[],sub(e){n.plots.push(e)},unsub(e){n.plots=n.plots.filter(t=>t!=e)},pub(e,t,r,i,a,o,s){for(let c=0;c<n.plots.length;c++)n.plots[c]!=t&&n.plots[c].pub(e,t,r,i,a,o,s)}},e!=null&&(Jl[e]=n)),n}var Xl=1,Zl=2;function Ql(e,t,n){let r=e.mode,i=e.series[t],a=r==2?e._data[t]:e._data,o=e.scales,s=e.bbox,c=a[0],l=r==2?a[1]:a[t],u=r==2?o[i.facets[0].scale]:o[e.series[0].scale],d=r==2?o[i.facets[1].scale]:o[i.scale],f=s.left,p=s.top,m=s.width,h=s.height,g=e.valToPosH,_=e.valToPosV;return u.ori==0?n(i,c,l,u,d,g,_,f,p,m,h,su,lu,du,pu,hu):n(i,c,l,u,d,_,g,p,f,h,m,cu,uu,fu,mu,gu)}function $l(e,t){let n=0,r=0,i=X(e.bands,Ys);for(let e=0;e<i.length;e++){let a=i[e];a.series[0]==t?n=a.dir:a.series[1]==t&&(a.dir==1?r|=1:r|=2)}return[n,r==1?-1:r==2?1:r==3?2:0]}function eu(e,t,n,r,i){let a=e.mode,o=e.series[t],s=a==2?o.facets[1].scale:o.scale,c=e.scales[s];return i==-1?c.min:i==1?c.max:c.distr==3?c.dir==1?c.min:c.max:0}function tu(e,t,n,r,i,a){return Ql(e,t,(e,t,o,s,c,l,u,d,f,p,m)=>{let h=e.pxRound,g=s.dir*(s.ori==0?1:-1),_=s.ori==0?lu:uu,v,y;g==1?(v=n,y=r):(v=r,y=n);let b=h(l(t[v],s,p,d)),x=h(u(o[v],c,m,f)),S=h(l(t[y],s,p,d)),C=h(u(a==1?c.max:c.min,c,m,f)),w=new Path2D(i);return _(w,S,C),_(w,b,C),_(w,b,x),w})}function nu(e,t,n,r,i,a){let o=null;if(e.length>0){o=new Path2D;let s=t==0?du:fu,c=n;for(let t=0;t<e.length;t++){let n=e[t];if(n[1]>n[0]){let e=n[0]-c;e>0&&s(o,c,r,e,r+a),c=n[1]}}let l=n+i-c;l>0&&s(o,c,r-5,l,r+a+10)}return o}function ru(e,t,n){let r=e[e.length-1];r&&r[0]==t?r[1]=n:e.push([t,n])}function iu(e,t,n,r,i,a,o){let s=[],c=e.length;for(let l=i==1?n:r;l>=n&&l<=r;l+=i)if(t[l]===null){let u=l,d=l;if(i==1)for(;++l<=r&&t[l]===null;)d=l;else for(;--l>=n&&t[l]===null;)d=l;let f=a(e[u]),p=d==u?f:a(e[d]),m=u-i;f=o<=0&&m>=0&&m<c?a(e[m]):f;let h=d+i;p=o>=0&&h>=0&&h<c?a(e[h]):p,p>=f&&s.push([f,p])}return s}function au(e){return e==0?Fs:e==1?bs:t=>Hs(t,e)}function ou(e){let t=e==0?su:cu,n=e==0?(e,t,n,r,i,a)=>{e.arcTo(t,n,r,i,a)}:(e,t,n,r,i,a)=>{e.arcTo(n,t,i,r,a)},r=e==0?(e,t,n,r,i)=>{e.rect(t,n,r,i)}:(e,t,n,r,i)=>{e.rect(n,t,i,r)};return(e,i,a,o,s,c=0,l=0)=>{c==0&&l==0?r(e,i,a,o,s):(c=Ss(c,o/2,s/2),l=Ss(l,o/2,s/2),t(e,i+c,a),n(e,i+o,a,i+o,a+s,c),n(e,i+o,a+s,i,a+s,l),n(e,i,a+s,i,a,l),n(e,i,a,i+o,a,c),e.closePath())}}var su=(e,t,n)=>{e.moveTo(t,n)},cu=(e,t,n)=>{e.moveTo(n,t)},lu=(e,t,n)=>{e.lineTo(t,n)},uu=(e,t,n)=>{e.lineTo(n,t)},du=ou(0),fu=ou(1),pu=(e,t,n,r,i,a)=>{e.arc(t,n,r,i,a)},mu=(e,t,n,r,i,a)=>{e.arc(n,t,r,i,a)},hu=(e,t,n,r,i,a,o)=>{e.bezierCurveTo(t,n,r,i,a,o)},gu=(e,t,n,r,i,a,o)=>{e.bezierCurveTo(n,t,i,r,o,a)};function _u(e){return(e,t,n,r,i)=>Ql(e,t,(t,a,o,s,c,l,u,d,f,p,m)=>{let{pxRound:h,points:g}=t,_,v;s.ori==0?(_=su,v=pu):(_=cu,v=mu);let y=Q(g.width*J,3),b=(g.size-g.width)/2*J,x=Q(b*2,3),S=new Path2D,C=new Path2D,{left:w,top:ee,width:T,height:E}=e.bbox;du(C,w-x,ee-x,T+x*2,E+x*2);let D=e=>{if(o[e]!=null){let t=h(l(a[e],s,p,d)),n=h(u(o[e],c,m,f));_(S,t+b,n),v(S,t,n,b,0,_s*2)}};if(i)i.forEach(D);else for(let e=n;e<=r;e++)D(e);return{stroke:y>0?S:null,fill:S,clip:C,flags:3}})}function vu(e){return(t,n,r,i,a,o)=>{r!=i&&(a!=r&&o!=r&&e(t,n,r),a!=i&&o!=i&&e(t,n,i),e(t,n,o))}}var yu=vu(lu),bu=vu(uu);function xu(e){let t=X(e?.alignGaps,0);return(e,n,r,i)=>Ql(e,n,(a,o,s,c,l,u,d,f,p,m,h)=>{[r,i]=ns(s,r,i);let g=a.pxRound,_=e=>g(u(e,c,m,f)),v=e=>g(d(e,l,h,p)),y,b;c.ori==0?(y=lu,b=yu):(y=uu,b=bu);let x=c.dir*(c.ori==0?1:-1),S={stroke:new Path2D,fill:null,clip:null,band:null,gaps:null,flags:Xl},C=S.stroke,w=!1;if(i-r>=m*4){let t=t=>e.posToVal(t,c.key,!0),n=null,a=null,l,u,d,f=_(o[x==1?r:i]),p=_(o[r]),m=_(o[i]),h=t(x==1?p+1:m-1);for(let e=x==1?r:i;e>=r&&e<=i;e+=x){let r=o[e],i=(x==1?r<h:r>h)?f:_(r),c=s[e];i==f?c==null?c===null&&(w=!0):(u=c,n==null?(y(C,i,v(u)),l=n=a=u):u<n?n=u:u>a&&(a=u)):(n!=null&&b(C,f,v(n),v(a),v(l),v(u)),c==null?(n=a=null,c===null&&(w=!0)):(u=c,y(C,i,v(u)),n=a=l=u),f=i,h=t(f+x))}n!=null&&n!=a&&d!=f&&b(C,f,v(n),v(a),v(l),v(u))}else for(let e=x==1?r:i;e>=r&&e<=i;e+=x){let t=s[e];t===null?w=!0:t!=null&&y(C,_(o[e]),v(t))}let[ee,T]=$l(e,n);if(a.fill!=null||ee!=0){let t=S.fill=new Path2D(C),s=v(a.fillTo(e,n,a.min,a.max,ee)),c=_(o[r]),l=_(o[i]);x==-1&&([l,c]=[c,l]),y(t,l,s),y(t,c,s)}if(!a.spanGaps){let l=[];w&&l.push(...iu(o,s,r,i,x,_,t)),S.gaps=l=a.gaps(e,n,r,i,l),S.clip=nu(l,c.ori,f,p,m,h)}return T!=0&&(S.band=T==2?[tu(e,n,r,i,C,-1),tu(e,n,r,i,C,1)]:tu(e,n,r,i,C,T)),S})}function Su(e){let t=X(e.align,1),n=X(e.ascDesc,!1),r=X(e.alignGaps,0),i=X(e.extend,!1);return(e,a,o,s)=>Ql(e,a,(c,l,u,d,f,p,m,h,g,_,v)=>{[o,s]=ns(u,o,s);let y=c.pxRound,{left:b,width:x}=e.bbox,S=e=>y(p(e,d,_,h)),C=e=>y(m(e,f,v,g)),w=d.ori==0?lu:uu,ee={stroke:new Path2D,fill:null,clip:null,band:null,gaps:null,flags:Xl},T=ee.stroke,E=d.dir*(d.ori==0?1:-1),D=C(u[E==1?o:s]),te=S(l[E==1?o:s]),ne=te,O=te;i&&t==-1&&(O=b,w(T,O,D)),w(T,te,D);for(let e=E==1?o:s;e>=o&&e<=s;e+=E){let n=u[e];if(n==null)continue;let r=S(l[e]),i=C(n);t==1?w(T,r,D):w(T,ne,i),w(T,r,i),D=i,ne=r}let re=ne;i&&t==1&&(re=b+x,w(T,re,D));let[ie,ae]=$l(e,a);if(c.fill!=null||ie!=0){let t=ee.fill=new Path2D(T),n=C(c.fillTo(e,a,c.min,c.max,ie));w(t,re,n),w(t,O,n)}if(!c.spanGaps){let i=[];i.push(...iu(l,u,o,s,E,S,r));let f=c.width*J/2,p=n||t==1?f:-f,m=n||t==-1?-f:f;i.forEach(e=>{e[0]+=p,e[1]+=m}),ee.gaps=i=c.gaps(e,a,o,s,i),ee.clip=nu(i,d.ori,h,g,_,v)}return ae!=0&&(ee.band=ae==2?[tu(e,a,o,s,T,-1),tu(e,a,o,s,T,1)]:tu(e,a,o,s,T,ae)),ee})}function Cu(e,t,n,r,i,a,o=As){if(e.length>1){let s=null;for(let c=0,l=1/0;c<e.length;c++)if(t[c]!==void 0){if(s!=null){let t=vs(e[c]-e[s]);t<l&&(l=t,o=vs(n(e[c],r,i,a)-n(e[s],r,i,a)))}s=c}}return o}function wu(e){e||=Js;let t=X(e.size,[.6,As,1]),n=e.align||0,r=e.gap||0,i=e.radius;i=i==null?[0,0]:typeof i==`number`?[i,0]:i;let a=Z(i),o=1-t[0],s=X(t[1],As),c=X(t[2],1),l=X(e.disp,Js),u=X(e.each,e=>{}),{fill:d,stroke:f}=l;return(e,t,i,p)=>Ql(e,t,(m,h,g,_,v,y,b,x,S,C,w)=>{let ee=m.pxRound,T=n,E=r*J,D=s*J,te=c*J,ne,O;_.ori==0?[ne,O]=a(e,t):[O,ne]=a(e,t);let re=_.dir*(_.ori==0?1:-1),ie=_.ori==0?du:fu,ae=_.ori==0?u:(e,t,n,r,i,a,o)=>{u(e,t,n,i,r,o,a)},oe=X(e.bands,Ys).find(e=>e.series[0]==t),se=oe==null?0:oe.dir,ce=m.fillTo(e,t,m.min,m.max,se),k=ee(b(ce,v,w,S)),A,le,ue,j=C,M=ee(m.width*J),de=!1,fe=null,pe=null,me=null,he=null;d!=null&&(M==0||f!=null)&&(de=!0,fe=d.values(e,t,i,p),pe=new Map,new Set(fe).forEach(e=>{e!=null&&pe.set(e,new Path2D)}),M>0&&(me=f.values(e,t,i,p),he=new Map,new Set(me).forEach(e=>{e!=null&&he.set(e,new Path2D)})));let{x0:ge,size:_e}=l;if(ge!=null&&_e!=null){T=1,h=ge.values(e,t,i,p),ge.unit==2&&(h=h.map(t=>e.posToVal(x+t*C,_.key,!0)));let n=_e.values(e,t,i,p);le=_e.unit==2?n[0]*C:y(n[0],_,C,x)-y(0,_,C,x),j=Cu(h,g,y,_,C,x,j),ue=j-le+E}else j=Cu(h,g,y,_,C,x,j),ue=j*o+E,le=j-ue;ue<1&&(ue=0),M>=le/2&&(M=0),ue<5&&(ee=Fs);let ve=ue>0,ye=j-ue-(ve?M:0);le=ee(Ms(ye,te,D)),A=(T==0?le/2:T==re?0:le)-T*re*((T==0?E/2:0)+(ve?M/2:0));let be={stroke:null,fill:null,clip:null,band:null,gaps:null,flags:0},xe=de?null:new Path2D,Se=null;if(oe!=null)Se=e.data[oe.series[1]];else{let{y0:n,y1:r}=l;n!=null&&r!=null&&(g=r.values(e,t,i,p),Se=n.values(e,t,i,p))}let Ce=ne*le,we=O*le;for(let n=re==1?i:p;n>=i&&n<=p;n+=re){let r=g[n];if(r==null)continue;if(Se!=null){let e=Se[n]??0;if(r-e==0)continue;k=b(e,v,w,S)}let i=y(_.distr!=2||l!=null?h[n]:n,_,C,x),a=b(X(r,ce),v,w,S),o=ee(i-A),s=ee(Cs(a,k)),c=ee(Ss(a,k)),u=s-c;if(r!=null){let i=r<0?we:Ce,a=r<0?Ce:we;de?(M>0&&me[n]!=null&&ie(he.get(me[n]),o,c+ys(M/2),le,Cs(0,u-M),i,a),fe[n]!=null&&ie(pe.get(fe[n]),o,c+ys(M/2),le,Cs(0,u-M),i,a)):ie(xe,o,c+ys(M/2),le,Cs(0,u-M),i,a),ae(e,t,n,o-M/2,c,le+M,u)}}return M>0?be.stroke=de?he:xe:de||(be._fill=m.width==0?m._fill:m._stroke??m._fill,be.width=0),be.fill=de?pe:xe,be})}function Tu(e,t){let n=X(t?.alignGaps,0);return(t,r,i,a)=>Ql(t,r,(o,s,c,l,u,d,f,p,m,h,g)=>{[i,a]=ns(c,i,a);let _=o.pxRound,v=e=>_(d(e,l,h,p)),y=e=>_(f(e,u,g,m)),b,x,S;l.ori==0?(b=su,S=lu,x=hu):(b=cu,S=uu,x=gu);let C=l.dir*(l.ori==0?1:-1),w=v(s[C==1?i:a]),ee=w,T=[],E=[];for(let e=C==1?i:a;e>=i&&e<=a;e+=C)if(c[e]!=null){let t=s[e],n=v(t);T.push(ee=n),E.push(y(c[e]))}let D={stroke:e(T,E,b,S,x,_),fill:null,clip:null,band:null,gaps:null,flags:Xl},te=D.stroke,[ne,O]=$l(t,r);if(o.fill!=null||ne!=0){let e=D.fill=new Path2D(te),n=y(o.fillTo(t,r,o.min,o.max,ne));S(e,ee,n),S(e,w,n)}if(!o.spanGaps){let e=[];e.push(...iu(s,c,i,a,C,v,n)),D.gaps=e=o.gaps(t,r,i,a,e),D.clip=nu(e,l.ori,p,m,h,g)}return O!=0&&(D.band=O==2?[tu(t,r,i,a,te,-1),tu(t,r,i,a,te,1)]:tu(t,r,i,a,te,O)),D})}function Eu(e){return Tu(Du,e)}function Du(e,t,n,r,i,a){let o=e.length;if(o<2)return null;let s=new Path2D;if(n(s,e[0],t[0]),o==2)r(s,e[1],t[1]);else{let n=Array(o),r=Array(o-1),a=Array(o-1),c=Array(o-1);for(let n=0;n<o-1;n++)a[n]=t[n+1]-t[n],c[n]=e[n+1]-e[n],r[n]=a[n]/c[n];n[0]=r[0];for(let e=1;e<o-1;e++)r[e]===0||r[e-1]===0||r[e-1]>0!=r[e]>0?n[e]=0:(n[e]=3*(c[e-1]+c[e])/((2*c[e]+c[e-1])/r[e-1]+(c[e]+2*c[e-1])/r[e]),isFinite(n[e])||(n[e]=0));n[o-1]=r[o-2];for(let r=0;r<o-1;r++)i(s,e[r]+c[r]/3,t[r]+n[r]*c[r]/3,e[r+1]-c[r]/3,t[r+1]-n[r+1]*c[r]/3,e[r+1],t[r+1])}return s}var Ou=new Set;function ku(){for(let e of Ou)e.syncRect(!0)}Mo&&(Xo(Do,Po,ku),Xo(Oo,Po,ku,!0),Xo(Ao,Po,()=>{Gu.pxRatio=J}));var Au=xu(),ju=_u();function Mu(e,t,n,r){return(r?[e[0],e[1]].concat(e.slice(2)):[e[0]].concat(e.slice(1))).map((e,r)=>Pu(e,r,t,n))}function Nu(e,t){return e.map((e,n)=>n==0?{}:oc({},t,e))}function Pu(e,t,n,r){return oc({},t==0?n:r,e)}function Fu(e,t,n){return t==null?Xs:[t,n]}var Iu=Fu;function Lu(e,t,n){return t==null?Xs:ds(t,n,ss,!0)}function Ru(e,t,n,r){return t==null?Xs:as(t,n,e.scales[r].log,!1)}var zu=Ru;function Bu(e,t,n,r){return t==null?Xs:os(t,n,e.scales[r].log,!1)}var Vu=Bu;function Hu(e,t,n,r,i){let a=Cs(js(e),js(t)),o=t-e,s=Qo(i/r*o,n);do{let e=n[s],t=r*e/o;if(t>=i&&a+(e<5?Gs.get(e):0)<=17)return[e,t]}while(++s<n.length);return[0,0]}function Uu(e){let t,n;return e=e.replace(/(\d+)px/,(e,r)=>(t=bs((n=+r)*J))+`px`),[e,t,n]}function Wu(e){e.show&&[e.font,e.labelFont].forEach(e=>{let t=Q(e[2]*J,1);e[0]=e[0].replace(/[0-9.]+px/,t+`px`),e[1]=t})}function Gu(e,t,n){let r={mode:X(e.mode,1)},i=r.mode;function a(e,t,n,r){let i=t.valToPct(e);return r+n*(t.dir==-1?1-i:i)}function o(e,t,n,r){let i=t.valToPct(e);return r+n*(t.dir==-1?i:1-i)}function s(e,t,n,r){return t.ori==0?a(e,t,n,r):o(e,t,n,r)}r.valToPosH=a,r.valToPosV=o;let c=!1;r.status=0;let l=r.root=Vo(Ka);if(e.id!=null&&(l.id=e.id),Ro(l,e.class),e.title){let t=Vo(Ya,l);t.textContent=e.title}let u=Bo(`canvas`),d=r.ctx=u.getContext(`2d`),f=Vo(Xa,l);Xo(`click`,f,e=>{e.target===m&&(U!=tn||W!=nn)&&sn.click(r,e)},!0);let p=r.under=Vo(Za,f);f.appendChild(u);let m=r.over=Vo(Qa,f);e=ac(e);let h=+X(e.pxAlign,1),g=au(h);(e.plugins||[]).forEach(t=>{t.opts&&(e=t.opts(r,e)||e)});let _=e.ms||.001,v=r.series=i==1?Mu(e.series||[],Tl,Wl,!1):Nu(e.series||[null],Ul),y=r.axes=Mu(e.axes||[],Sl,Rl,!0),b=r.scales={},x=r.bands=e.bands||[];x.forEach(e=>{e.fill=Z(e.fill||null),e.dir=X(e.dir,-1)});let S=i==2?v[1].facets[0].scale:v[0].scale,C={axes:zt,series:kt},w=(e.drawOrder||[`axes`,`series`]).map(e=>C[e]);function ee(e){let t=e.distr==3?t=>Es(t>0?t:e.clamp(r,t,e.min,e.max,e.key)):e.distr==4?t=>ks(t,e.asinh):e.distr==100?t=>e.fwd(t):e=>e;return n=>{let r=t(n),{_min:i,_max:a}=e,o=a-i;return(r-i)/o}}function T(t){let n=b[t];if(n==null){let r=(e.scales||Js)[t]||Js;if(r.from!=null){T(r.from);let e=oc({},b[r.from],r,{key:t});e.valToPct=ee(e),b[t]=e}else{n=b[t]=oc({},t==S?Kl:ql,r),n.key=t;let e=n.time,a=n.range,o=Zs(a);if((t!=S||i==2&&!e)&&(o&&(a[0]==null||a[1]==null)&&(a={min:a[0]==null?cs:{mode:1,hard:a[0],soft:a[0]},max:a[1]==null?cs:{mode:1,hard:a[1],soft:a[1]}},o=!1),!o&&tc(a))){let e=a;a=(t,n,r)=>n==null?Xs:ds(n,r,e)}n.range=Z(a||(e?Iu:t==S?n.distr==3?zu:n.distr==4?Vu:Fu:n.distr==3?Ru:n.distr==4?Bu:Lu)),n.auto=Z(!o&&n.auto),n.clamp=Z(n.clamp||Gl),n._min=n._max=null,n.valToPct=ee(n)}}}T(`x`),T(`y`),i==1&&v.forEach(e=>{T(e.scale)}),y.forEach(e=>{T(e.scale)});for(let t in e.scales)T(t);let E=b[S],D=E.distr,te,ne;E.ori==0?(Ro(l,qa),te=a,ne=o):(Ro(l,Ja),te=o,ne=a);let O={};for(let e in b){let t=b[e];(t.min!=null||t.max!=null)&&(O[e]={min:t.min,max:t.max},t.min=t.max=null)}let re=e.tzDate||(e=>new Date(bs(e/_))),ie=e.fmtDate||wc,ae=_==1?Kc(re):Yc(re),oe=Zc(re,Xc(_==1?Gc:Jc,ie)),se=nl(re,el(tl,ie)),ce=[],k=r.legend=oc({},al,e.legend),A=r.cursor=oc({},ml,{drag:{y:i==2}},e.cursor),le=k.show,ue=A.show,j=k.markers;k.idxs=ce,j.width=Z(j.width),j.dash=Z(j.dash),j.stroke=Z(j.stroke),j.fill=Z(j.fill);let M,de,fe,pe=[],me=[],he,ge=!1,_e={};if(k.live){let e=v[1]?v[1].values:null;ge=e!=null,he=ge?e(r,1,0):{_:0};for(let e in he)_e[e]=jo}if(le){if(M=Bo(`table`,ao,l),fe=Bo(`tbody`,null,M),k.mount(r,M),ge){de=Bo(`thead`,null,M,fe);let e=Bo(`tr`,null,de);for(var ve in Bo(`th`,null,e),he)Bo(`th`,uo,e).textContent=ve}else Ro(M,so),k.live&&Ro(M,oo)}let ye={show:!0},be={show:!1};function xe(e,t){if(t==0&&(ge||!k.live||i==2))return Xs;let n=[],a=Bo(`tr`,co,fe,fe.childNodes[t]);Ro(a,e.class),e.show||Ro(a,eo);let o=Bo(`th`,null,a);if(j.show){let e=Vo(lo,o);if(t>0){let n=j.width(r,t);n&&(e.style.border=n+`px `+j.dash(r,t)+` `+j.stroke(r,t)),e.style.background=j.fill(r,t)}}let s=Vo(uo,o);for(var c in e.label instanceof HTMLElement?s.appendChild(e.label):s.textContent=e.label,t>0&&(j.show||(s.style.color=e.width>0?j.stroke(r,t):j.fill(r,t)),Ce(`click`,o,t=>{if(A._lock)return;Ye(t);let n=v.indexOf(e);if((t.ctrlKey||t.metaKey)!=k.isolate){let e=v.some((e,t)=>t>0&&t!=n&&e.show);v.forEach((t,r)=>{r>0&&pn(r,e?r==n?ye:be:ye,!0,Qn.setSeries)})}else pn(n,{show:!e.show},!0,Qn.setSeries)},!1),Qe&&Ce(wo,o,t=>{A._lock||(Ye(t),pn(v.indexOf(e),xn,!0,Qn.setSeries))},!1)),he){let e=Bo(`td`,fo,a);e.textContent=`--`,n.push(e)}return[a,n]}let Se=new Map;function Ce(e,t,n,i=!0){let a=Se.get(t)||{},o=A.bind[e](r,t,n,i);o&&(Xo(e,t,a[e]=o),Se.set(t,a))}function we(e,t,n){let r=Se.get(t)||{};for(let n in r)(e==null||n==e)&&(Zo(n,t,r[n]),delete r[n]);e??Se.delete(t)}let Te=0,Ee=0,N=0,P=0,De=0,Oe=0,ke=De,Ae=Oe,je=N,Me=P,Ne=0,Pe=0,Fe=0,Ie=0;r.bbox={};let Le=!1,Re=!1,ze=!1,Be=!1,Ve=!1,He=!1;function Ue(e,t,n){(n||e!=r.width||t!=r.height)&&We(e,t),Bt(!1),ze=!0,Re=!0,Gt()}function We(e,t){r.width=Te=N=e,r.height=Ee=P=t,De=Oe=0,qe(),Je();let n=r.bbox;Ne=n.left=Hs(De*J,.5),Pe=n.top=Hs(Oe*J,.5),Fe=n.width=Hs(N*J,.5),Ie=n.height=Hs(P*J,.5)}function Ge(){let e=!1,t=0;for(;!e;){t++;let n=Lt(t),i=Rt(t);e=t==3||n&&i,e||(We(r.width,r.height),Re=!0)}}function Ke({width:e,height:t}){Ue(e,t)}r.setSize=Ke;function qe(){let e=!1,t=!1,n=!1,r=!1;y.forEach((i,a)=>{if(i.show&&i._show){let{side:a,_size:o}=i,s=a%2,c=o+(i.label==null?0:i.labelSize);c>0&&(s?(N-=c,a==3?(De+=c,r=!0):n=!0):(P-=c,a==0?(Oe+=c,e=!0):t=!0))}}),st[0]=e,st[1]=n,st[2]=t,st[3]=r,N-=dt[1]+dt[3],De+=dt[3],P-=dt[2]+dt[0],Oe+=dt[0]}function Je(){let e=De+N,t=Oe+P,n=De,r=Oe;function i(i,a){switch(i){case 1:return e+=a,e-a;case 2:return t+=a,t-a;case 3:return n-=a,n+a;case 0:return r-=a,r+a}}y.forEach((e,t)=>{if(e.show&&e._show){let t=e.side;e._pos=i(t,e._size),e.label!=null&&(e._lpos=i(t,e.labelSize))}})}if(A.dataIdx==null){let e=A.hover,n=e.skip=new Set(e.skip??[]);n.add(void 0);let r=e.prox=Z(e.prox),i=e.bias??=0;A.dataIdx=(e,a,o,s)=>{if(a==0)return o;let c=o,l=r(e,a,o,s)??As,u=l>=0&&l<As,d=E.ori==0?N:P,f=A.left,p=t[0],m=t[a];if(n.has(m[o])){c=null;let e=null,t=null,r;if(i==0||i==-1)for(r=o;e==null&&r-->0;)n.has(m[r])||(e=r);if(i==0||i==1)for(r=o;t==null&&r++<m.length;)n.has(m[r])||(t=r);if(e!=null||t!=null){if(u){let n=e==null?-1/0:te(p[e],E,d,0),r=t==null?1/0:te(p[t],E,d,0),i=f-n,a=r-f;i<=a?i<=l&&(c=e):a<=l&&(c=t)}else c=t==null?e:e==null?t:o-e<=t-o?e:t}}else u&&vs(f-te(p[o],E,d,0))>l&&(c=null);return c}}let Ye=e=>{A.event=e};A.idxs=ce,A._lock=!1;let Xe=A.points;Xe.show=Z(Xe.show),Xe.size=Z(Xe.size),Xe.stroke=Z(Xe.stroke),Xe.width=Z(Xe.width),Xe.fill=Z(Xe.fill);let Ze=r.focus=oc({},e.focus||{alpha:.3},A.focus),Qe=Ze.prox>=0,$e=Qe&&Xe.one,et=[],tt=[],nt=[];function rt(e,t){let n=Xe.show(r,t);if(n instanceof HTMLElement)return Ro(n,io),Ro(n,e.class),Uo(n,-10,-10,N,P),m.insertBefore(n,et[t]),n}function it(e,t){if(i==1||t>0){let t=i==1&&b[e.scale].time,n=e.value;e.value=t?ec(n)?nl(re,el(n,ie)):n||se:n||Ll,e.label=e.label||(t?wl:Cl)}if($e||t>0){e.width=e.width==null?1:e.width,e.paths=e.paths||Au||Ls,e.fillTo=Z(e.fillTo||eu),e.pxAlign=+X(e.pxAlign,h),e.pxRound=au(e.pxAlign),e.stroke=Z(e.stroke||null),e.fill=Z(e.fill||null),e._stroke=e._fill=e._paths=e._focus=null;let t=zl(Cs(1,e.width),1),n=e.points=oc({},{size:t,width:Cs(1,t*.2),stroke:e.stroke,space:t*2,paths:ju,_stroke:null,_fill:null},e.points);n.show=Z(n.show),n.filter=Z(n.filter),n.fill=Z(n.fill),n.stroke=Z(n.stroke),n.paths=Z(n.paths),n.pxAlign=e.pxAlign}if(le){let n=xe(e,t);pe.splice(t,0,n[0]),me.splice(t,0,n[1]),k.values.push(null)}if(ue){ce.splice(t,0,null);let n=null;$e?t==0&&(n=rt(e,t)):t>0&&(n=rt(e,t)),et.splice(t,0,n),tt.splice(t,0,0),nt.splice(t,0,0)}Xn(`addSeries`,t)}function at(e,t){t??=v.length,e=i==1?Pu(e,t,Tl,Wl):Pu(e,t,{},Ul),v.splice(t,0,e),it(v[t],t)}r.addSeries=at;function ot(e){if(v.splice(e,1),le){k.values.splice(e,1),me.splice(e,1);let t=pe.splice(e,1)[0];we(null,t.firstChild),t.remove()}ue&&(ce.splice(e,1),et.splice(e,1)[0].remove(),tt.splice(e,1),nt.splice(e,1)),Xn(`delSeries`,e)}r.delSeries=ot;let st=[!1,!1,!1,!1];function ct(e,t){if(e._show=e.show,e.show){let n=e.side%2,i=b[e.scale];i??=(e.scale=n?v[1].scale:S,b[e.scale]);let a=i.time;e.size=Z(e.size),e.space=Z(e.space),e.rotate=Z(e.rotate),Zs(e.incrs)&&e.incrs.forEach(e=>{!Gs.has(e)&&Gs.set(e,Ks(e))}),e.incrs=Z(e.incrs||(i.distr==2?jc:a?_==1?Wc:qc:Mc)),e.splits=Z(e.splits||(a&&i.distr==1?ae:i.distr==3?Ol:i.distr==4?kl:Dl)),e.stroke=Z(e.stroke),e.grid.stroke=Z(e.grid.stroke),e.ticks.stroke=Z(e.ticks.stroke),e.border.stroke=Z(e.border.stroke);let o=e.values;e.values=Zs(o)&&!Zs(o[0])?Z(o):a?Zs(o)?Zc(re,Xc(o,ie)):ec(o)?Qc(re,o):o||oe:o||El,e.filter=Z(e.filter||(i.distr>=3&&i.log==10?Fl:i.distr==3&&i.log==2?Il:Is)),e.font=Uu(e.font),e.labelFont=Uu(e.labelFont),e._size=e.size(r,null,t,0),e._space=e._rotate=e._incrs=e._found=e._splits=e._values=null,e._size>0&&(st[t]=!0,e._el=Vo($a,f))}}function lt(e,t,n,r){let[i,a,o,s]=n,c=t%2,l=0;return c==0&&(s||a)&&(l=t==0&&!i||t==2&&!o?bs(Sl.size/3):0),c==1&&(i||o)&&(l=t==1&&!a||t==3&&!s?bs(Rl.size/2):0),l}let ut=r.padding=(e.padding||[lt,lt,lt,lt]).map(e=>Z(X(e,lt))),dt=r._padding=ut.map((e,t)=>e(r,t,st,0)),ft,F=null,I=null,pt=i==1?v[0].idxs:null,L=null,R=!1;function z(e,n){if(t=e??[],r.data=r._data=t,i==2){ft=0;for(let e=1;e<v.length;e++)ft+=t[e][0].length}else{t.length==0&&(r.data=r._data=t=[[]]),L=t[0],ft=L.length;let e=t;if(D==2){e=t.slice();let n=e[0]=Array(ft);for(let e=0;e<ft;e++)n[e]=e}r._data=t=e}if(Bt(!0),Xn(`setData`),D==2&&(ze=!0),n!==!1){let e=E;e.auto(r,R)?mt():fn(S,e.min,e.max),Be||=A.left>=0,He=!0,Gt()}}r.setData=z;function mt(){R=!0;let e,n;i==1&&(ft>0?(F=pt[0]=0,I=pt[1]=ft-1,e=t[0][F],n=t[0][I],D==2?(e=F,n=I):e==n&&(D==3?[e,n]=as(e,e,E.log,!1):D==4?[e,n]=os(e,e,E.log,!1):E.time?n=e+bs(86400/_):[e,n]=ds(e,n,ss,!0))):(F=pt[0]=e=null,I=pt[1]=n=null)),fn(S,e,n)}let B,V,ht,gt,_t,vt,yt,bt,xt,St;function Ct(e,t,n,r,i,a){e??=bo,n??=Ys,r??=`butt`,i??=bo,a??=`round`,e!=B&&(d.strokeStyle=B=e),i!=V&&(d.fillStyle=V=i),t!=ht&&(d.lineWidth=ht=t),a!=_t&&(d.lineJoin=_t=a),r!=vt&&(d.lineCap=vt=r),n!=gt&&d.setLineDash(gt=n)}function wt(e,t,n,r){t!=V&&(d.fillStyle=V=t),e!=yt&&(d.font=yt=e),n!=bt&&(d.textAlign=bt=n),r!=xt&&(d.textBaseline=xt=r)}function Tt(e,t,n,i,a=0){if(i.length>0&&e.auto(r,R)&&(t==null||t.min==null)){let t=X(F,0),r=X(I,i.length-1),o=n.min==null?is(i,t,r,a,e.distr==3):[n.min,n.max];e.min=Ss(e.min,n.min=o[0]),e.max=Cs(e.max,n.max=o[1])}}let Et={min:null,max:null};function Dt(){for(let e in b){let t=b[e];O[e]==null&&(t.min==null||O[S]!=null&&t.auto(r,R))&&(O[e]=Et)}for(let e in b){let t=b[e];O[e]==null&&t.from!=null&&O[t.from]!=null&&(O[e]=Et)}O[S]!=null&&Bt(!0);let e={};for(let t in O){let n=O[t];if(n!=null){let a=e[t]=ac(b[t],nc);if(n.min!=null)oc(a,n);else if(t!=S||i==2){if(ft==0&&a.from==null){let e=a.range(r,null,null,t);a.min=e[0],a.max=e[1]}else a.min=As,a.max=-1/0}}}if(ft>0){v.forEach((n,a)=>{if(i==1){let i=n.scale,o=O[i];if(o==null)return;let s=e[i];if(a==0){let e=s.range(r,s.min,s.max,i);s.min=e[0],s.max=e[1],F=Qo(s.min,t[0]),I=Qo(s.max,t[0]),I-F>1&&(t[0][F]<s.min&&F++,t[0][I]>s.max&&I--),n.min=L[F],n.max=L[I]}else n.show&&n.auto&&Tt(s,o,n,t[a],n.sorted);n.idxs[0]=F,n.idxs[1]=I}else if(a>0&&n.show&&n.auto){let[r,i]=n.facets,o=r.scale,s=i.scale,[c,l]=t[a],u=e[o],d=e[s];u!=null&&Tt(u,O[o],r,c,r.sorted),d!=null&&Tt(d,O[s],i,l,i.sorted),n.min=i.min,n.max=i.max}});for(let t in e){let n=e[t],i=O[t];if(n.from==null&&(i==null||i.min==null)){let e=n.range(r,n.min==As?null:n.min,n.max==-1/0?null:n.max,t);n.min=e[0],n.max=e[1]}}}for(let t in e){let n=e[t];if(n.from!=null){let i=e[n.from];if(i.min==null)n.min=n.max=null;else{let e=n.range(r,i.min,i.max,t);n.min=e[0],n.max=e[1]}}}let n={},a=!1;for(let t in e){let r=e[t],i=b[t];if(i.min!=r.min||i.max!=r.max){i.min=r.min,i.max=r.max;let e=i.distr;i._min=e==3?Es(i.min):e==4?ks(i.min,i.asinh):e==100?i.fwd(i.min):i.min,i._max=e==3?Es(i.max):e==4?ks(i.max,i.asinh):e==100?i.fwd(i.max):i.max,n[t]=a=!0}}if(a){v.forEach((e,t)=>{i==2?t>0&&n.y&&(e._paths=null):n[e.scale]&&(e._paths=null)});for(let e in n)ze=!0,Xn(`setScale`,e);ue&&A.left>=0&&(Be=He=!0)}for(let e in O)O[e]=null}function Ot(e){let t=Ms(F-1,0,ft-1),n=Ms(I+1,0,ft-1);for(;e[t]==null&&t>0;)t--;for(;e[n]==null&&n<ft-1;)n++;return[t,n]}function kt(){if(ft>0){let e=v.some(e=>e._focus)&&St!=Ze.alpha;e&&(d.globalAlpha=St=Ze.alpha),v.forEach((e,n)=>{if(n>0&&e.show&&(At(n,!1),At(n,!0),e._paths==null)){let a=St;St!=e.alpha&&(d.globalAlpha=St=e.alpha);let o=i==2?[0,t[n][0].length-1]:Ot(t[n]);e._paths=e.paths(r,n,o[0],o[1]),St!=a&&(d.globalAlpha=St=a)}}),v.forEach((e,t)=>{if(t>0&&e.show){let n=St;St!=e.alpha&&(d.globalAlpha=St=e.alpha),e._paths!=null&&jt(t,!1);{let n=e._paths==null?null:e._paths.gaps,i=e.points.show(r,t,F,I,n),a=e.points.filter(r,t,i,n);(i||a)&&(e.points._paths=e.points.paths(r,t,F,I,a),jt(t,!0))}St!=n&&(d.globalAlpha=St=n),Xn(`drawSeries`,t)}}),e&&(d.globalAlpha=St=1)}}function At(e,t){let n=t?v[e].points:v[e];n._stroke=n.stroke(r,e),n._fill=n.fill(r,e)}function jt(e,t){let n=t?v[e].points:v[e],{stroke:r,fill:i,clip:a,flags:o,_stroke:s=n._stroke,_fill:c=n._fill,_width:l=n.width}=n._paths;l=Q(l*J,3);let u=null,f=l%2/2;t&&c==null&&(c=l>0?`#fff`:s);let p=n.pxAlign==1&&f>0;if(p&&d.translate(f,f),!t){let e=Ne-l/2,t=Pe-l/2,n=Fe+l,r=Ie+l;u=new Path2D,u.rect(e,t,n,r)}t?Nt(s,l,n.dash,n.cap,c,r,i,o,a):Mt(e,s,l,n.dash,n.cap,c,r,i,o,u,a),p&&d.translate(-f,-f)}function Mt(e,n,i,a,o,s,c,l,u,d,f){let p=!1;u!=0&&x.forEach((m,h)=>{if(m.series[0]==e){let e=v[m.series[1]],g=t[m.series[1]],_=(e._paths||Js).band;Zs(_)&&(_=m.dir==1?_[0]:_[1]);let y,b=null;e.show&&_&&fs(g,F,I)?(b=m.fill(r,h)||s,y=e._paths.clip):_=null,Nt(n,i,a,o,b,c,l,u,d,f,y,_),p=!0}}),p||Nt(n,i,a,o,s,c,l,u,d,f)}function Nt(e,t,n,r,i,a,o,s,c,l,u,f){Ct(e,t,n,r,i),(c||l||f)&&(d.save(),c&&d.clip(c),l&&d.clip(l)),f?(s&3)==3?(d.clip(f),u&&d.clip(u),Ft(i,o),Pt(e,a,t)):s&Zl?(Ft(i,o),d.clip(f),Pt(e,a,t)):s&Xl&&(d.save(),d.clip(f),u&&d.clip(u),Ft(i,o),d.restore(),Pt(e,a,t)):(Ft(i,o),Pt(e,a,t)),(c||l||f)&&d.restore()}function Pt(e,t,n){n>0&&(t instanceof Map?t.forEach((e,t)=>{d.strokeStyle=B=t,d.stroke(e)}):t!=null&&e&&d.stroke(t))}function Ft(e,t){t instanceof Map?t.forEach((e,t)=>{d.fillStyle=V=t,d.fill(e)}):t!=null&&e&&d.fill(t)}function It(e,t,n,i){let a=y[e],o;if(i<=0)o=[0,0];else{let s=a._space=a.space(r,e,t,n,i);o=Hu(t,n,a._incrs=a.incrs(r,e,t,n,i,s),i,s)}return a._found=o}function H(e,t,n,r,i,a,o,s,c,l){let u=o%2/2;h==1&&d.translate(u,u),Ct(s,o,c,l,s),d.beginPath();let f,p,m,g,_=i+(r==0||r==3?-a:a);n==0?(p=i,g=_):(f=i,m=_);for(let r=0;r<e.length;r++)t[r]!=null&&(n==0?f=m=e[r]:p=g=e[r],d.moveTo(f,p),d.lineTo(m,g));d.stroke(),h==1&&d.translate(-u,-u)}function Lt(e){let t=!0;return y.forEach((n,i)=>{if(!n.show)return;let a=b[n.scale];if(a.min==null){n._show&&(t=!1,n._show=!1,Bt(!1));return}n._show||(t=!1,n._show=!0,Bt(!1));let o=n.side,s=o%2,{min:c,max:l}=a,[u,d]=It(i,c,l,s==0?N:P);if(d==0)return;let f=a.distr==2,p=n._splits=n.splits(r,i,c,l,u,d,f),m=a.distr==2?p.map(e=>L[e]):p,h=a.distr==2?L[p[1]]-L[p[0]]:u,g=n._values=n.values(r,n.filter(r,m,i,d,h),i,d,h);n._rotate=o==2?n.rotate(r,g,i,d):0;let _=n._size;n._size=xs(n.size(r,g,i,e)),_!=null&&n._size!=_&&(t=!1)}),t}function Rt(e){let t=!0;return ut.forEach((n,i)=>{let a=n(r,i,st,e);a!=dt[i]&&(t=!1),dt[i]=a}),t}function zt(){for(let e=0;e<y.length;e++){let t=y[e];if(!t.show||!t._show)continue;let n=t.side,i=n%2,a,o,c=t.stroke(r,e),l=n==0||n==3?-1:1,[u,f]=t._found;if(t.label!=null){let s=t.labelGap*l,p=bs((t._lpos+s)*J);wt(t.labelFont[0],c,`center`,n==2?ho:go),d.save(),i==1?(a=o=0,d.translate(p,bs(Pe+Ie/2)),d.rotate((n==3?-_s:_s)/2)):(a=bs(Ne+Fe/2),o=p);let m=Ns(t.label)?t.label(r,e,u,f):t.label;d.fillText(m,a,o),d.restore()}if(f==0)continue;let p=b[t.scale],m=i==0?Fe:Ie,h=i==0?Ne:Pe,_=t._splits,v=p.distr==2?_.map(e=>L[e]):_,x=p.distr==2?L[_[1]]-L[_[0]]:u,S=t.ticks,C=t.border,w=S.show?S.size:0,ee=bs(w*J),T=bs((t.alignTo==2?t._size-w-t.gap:t.gap)*J),E=t._rotate*-_s/180,D=g(t._pos*J),te=D+(ee+T)*l;o=i==0?te:0,a=i==1?te:0;let ne=t.font[0];wt(ne,c,t.align==1?_o:t.align==2?vo:E>0?_o:E<0?vo:i==0?`center`:n==3?vo:_o,E||i==1?`middle`:n==2?ho:go);let O=t.font[1]*t.lineGap,re=_.map(e=>g(s(e,p,m,h))),ie=t._values;for(let e=0;e<ie.length;e++){let t=ie[e];if(t!=null){i==0?a=re[e]:o=re[e],t=``+t;let n=t.indexOf(`
`)==-1?[t]:t.split(/\n/gm);for(let e=0;e<n.length;e++){let t=n[e];E?(d.save(),d.translate(a,o+e*O),d.rotate(E),d.fillText(t,0,0),d.restore()):d.fillText(t,a,o+e*O)}}}S.show&&H(re,S.filter(r,v,e,f,x),i,n,D,ee,Q(S.width*J,3),S.stroke(r,e),S.dash,S.cap);let ae=t.grid;ae.show&&H(re,ae.filter(r,v,e,f,x),i,i==0?2:1,i==0?Pe:Ne,i==0?Ie:Fe,Q(ae.width*J,3),ae.stroke(r,e),ae.dash,ae.cap),C.show&&H([D],[1],+(i==0),i==0?1:2,i==1?Pe:Ne,i==1?Ie:Fe,Q(C.width*J,3),C.stroke(r,e),C.dash,C.cap)}Xn(`drawAxes`)}function Bt(e){v.forEach((t,n)=>{n>0&&(t._paths=null,e&&(i==1?(t.min=null,t.max=null):t.facets.forEach(e=>{e.min=null,e.max=null})))})}let Vt=!1,Ht=!1,Ut=[];function Wt(){Ht=!1;for(let e=0;e<Ut.length;e++)Xn(...Ut[e]);Ut.length=0}function Gt(){Vt||=(fc(qt),!0)}function Kt(e,t=!1){Vt=!0,Ht=t,e(r),qt(),t&&Ut.length>0&&queueMicrotask(Wt)}r.batch=Kt;function qt(){if(Le&&=(Dt(),!1),ze&&=(Ge(),!1),Re){if(Y(p,_o,De),Y(p,ho,Oe),Y(p,po,N),Y(p,mo,P),Y(m,_o,De),Y(m,ho,Oe),Y(m,po,N),Y(m,mo,P),Y(f,po,Te),Y(f,mo,Ee),u.width=bs(Te*J),u.height=bs(Ee*J),y.forEach(({_el:e,_show:t,_size:n,_pos:r,side:i})=>{if(e!=null){if(t){let t=i===3||i===0?n:0,a=i%2==1;Y(e,a?`left`:`top`,r-t),Y(e,a?`width`:`height`,n),Y(e,a?`top`:`left`,a?Oe:De),Y(e,a?`height`:`width`,a?P:N),zo(e,eo)}else Ro(e,eo)}}),B=V=ht=_t=vt=yt=bt=xt=gt=null,St=1,Pn(!0),De!=ke||Oe!=Ae||N!=je||P!=Me){Bt(!1);let e=N/je,t=P/Me;if(ue&&!Be&&A.left>=0){A.left*=e,A.top*=t,Zt&&Uo(Zt,bs(A.left),0,N,P),Qt&&Uo(Qt,0,bs(A.top),N,P);for(let n=0;n<et.length;n++){let r=et[n];r!=null&&(tt[n]*=e,nt[n]*=t,Uo(r,xs(tt[n]),xs(nt[n]),N,P))}}if(K.show&&!Ve&&K.left>=0&&K.width>0){K.left*=e,K.width*=e,K.top*=t,K.height*=t;for(let e in Ln)Y(ln,e,K[e])}ke=De,Ae=Oe,je=N,Me=P}Xn(`setSize`),Re=!1}Te>0&&Ee>0&&(d.clearRect(0,0,u.width,u.height),Xn(`drawClear`),w.forEach(e=>e()),Xn(`draw`)),K.show&&Ve&&(un(K),Ve=!1),ue&&Be&&(Mn(null,!0,!1),Be=!1),k.show&&k.live&&He&&(An(),He=!1),c||(c=!0,r.status=1,Xn(`ready`)),R=!1,Vt=!1}r.redraw=(e,t)=>{ze=t||!1,e===!1?Gt():fn(S,E.min,E.max)};function Jt(e,n){let i=b[e];if(i.from==null){if(ft==0){let t=i.range(r,n.min,n.max,e);n.min=t[0],n.max=t[1]}if(n.min>n.max){let e=n.min;n.min=n.max,n.max=e}if(ft>1&&n.min!=null&&n.max!=null&&n.max-n.min<1e-16)return;e==S&&i.distr==2&&ft>0&&(n.min=Qo(n.min,t[0]),n.max=Qo(n.max,t[0]),n.min==n.max&&n.max++),O[e]=n,Le=!0,Gt()}}r.setScale=Jt;let Yt,Xt,Zt,Qt,$t,en,tn,nn,rn,an,U,W,on=!1,sn=A.drag,cn=sn.x,G=sn.y;ue&&(A.x&&(Yt=Vo(no,m)),A.y&&(Xt=Vo(ro,m)),E.ori==0?(Zt=Yt,Qt=Xt):(Zt=Xt,Qt=Yt),U=A.left,W=A.top);let K=r.select=oc({show:!0,over:!0,left:0,width:0,top:0,height:0},e.select),ln=K.show?Vo(to,K.over?m:p):null;function un(e,t){if(K.show){for(let t in e)K[t]=e[t],t in Ln&&Y(ln,t,e[t]);t!==!1&&Xn(`setSelect`)}}r.setSelect=un;function dn(e){if(v[e].show)le&&zo(pe[e],eo);else if(le&&Ro(pe[e],eo),ue){let t=$e?et[0]:et[e];t!=null&&Uo(t,-10,-10,N,P)}}function fn(e,t,n){Jt(e,{min:t,max:n})}function pn(e,t,n,a){t.focus!=null&&Sn(e),t.show!=null&&v.forEach((n,r)=>{r>0&&(e==r||e==null)&&(n.show=t.show,dn(r),i==2?(fn(n.facets[0].scale,null,null),fn(n.facets[1].scale,null,null)):fn(n.scale,null,null),Gt())}),n!==!1&&Xn(`setSeries`,e,t),a&&tr(`setSeries`,r,e,t)}r.setSeries=pn;function mn(e,t){oc(x[e],t)}function hn(e,t){e.fill=Z(e.fill||null),e.dir=X(e.dir,-1),t??=x.length,x.splice(t,0,e)}function gn(e){e==null?x.length=0:x.splice(e,1)}r.addBand=hn,r.setBand=mn,r.delBand=gn;function _n(e,t){v[e].alpha=t,ue&&et[e]!=null&&(et[e].style.opacity=t),le&&pe[e]&&(pe[e].style.opacity=t)}let vn,yn,bn,xn={focus:!0};function Sn(e){if(e!=bn){let t=e==null,n=Ze.alpha!=1;v.forEach((r,a)=>{if(i==1||a>0){let i=t||a==0||a==e;r._focus=t?null:i,n&&_n(a,i?1:Ze.alpha)}}),bn=e,n&&Gt()}}le&&Qe&&Ce(To,M,e=>{A._lock||(Ye(e),bn!=null&&pn(null,xn,!0,Qn.setSeries))});function Cn(e,t,n){let r=b[t];n&&(e=e/J-(r.ori==1?Oe:De));let i=N;r.ori==1&&(i=P,e=i-e),r.dir==-1&&(e=i-e);let a=r._min,o=r._max,s=e/i,c=a+(o-a)*s,l=r.distr;return l==3?ws(10,c):l==4?Os(c,r.asinh):l==100?r.bwd(c):c}function wn(e,n){return Qo(Cn(e,S,n),t[0],F,I)}r.valToIdx=e=>Qo(e,t[0]),r.posToIdx=wn,r.posToVal=Cn,r.valToPos=(e,t,n)=>b[t].ori==0?a(e,b[t],n?Fe:N,n?Ne:0):o(e,b[t],n?Ie:P,n?Pe:0),r.setCursor=(e,t,n)=>{U=e.left,W=e.top,Mn(null,t,n)};function Tn(e,t){Y(ln,_o,K.left=e),Y(ln,po,K.width=t)}function En(e,t){Y(ln,ho,K.top=e),Y(ln,mo,K.height=t)}let Dn=E.ori==0?Tn:En,On=E.ori==1?Tn:En;function kn(){if(le&&k.live)for(let e=+(i==2);e<v.length;e++){if(e==0&&ge)continue;let t=k.values[e],n=0;for(let r in t)me[e][n++].firstChild.nodeValue=t[r]}}function An(e,t){if(e!=null&&(e.idxs?e.idxs.forEach((e,t)=>{ce[t]=e}):$s(e.idx)||ce.fill(e.idx),k.idx=ce[0]),le&&k.live){for(let e=0;e<v.length;e++)(e>0||i==1&&!ge)&&jn(e,ce[e]);kn()}He=!1,t!==!1&&Xn(`setLegend`)}r.setLegend=An;function jn(e,n){let i=v[e],a=e==0&&D==2?L:t[e],o;ge?o=i.values(r,e,n)??_e:(o=i.value(r,n==null?null:a[n],e,n),o=o==null?_e:{_:o}),k.values[e]=o}function Mn(e,n,a){rn=U,an=W,[U,W]=A.move(r,U,W),A.left=U,A.top=W,ue&&(Zt&&Uo(Zt,bs(U),0,N,P),Qt&&Uo(Qt,0,bs(W),N,P));let o,s=F>I;vn=As,yn=null;let c=E.ori==0?N:P,l=E.ori==1?N:P;if(U<0||ft==0||s){o=A.idx=null;for(let e=0;e<v.length;e++){let t=et[e];t!=null&&Uo(t,-10,-10,N,P)}Qe&&pn(null,xn,!0,e==null&&Qn.setSeries),k.live&&(ce.fill(o),He=!0)}else{let e,n,a;i==1&&(e=E.ori==0?U:W,n=Cn(e,S),o=A.idx=Qo(n,t[0],F,I),a=te(t[0][o],E,c,0));let s=-10,u=-10,d=0,f=0,p=!0,m=``,h=``;for(let e=+(i==2);e<v.length;e++){let g=v[e],_=ce[e],y=_==null?null:i==1?t[e][_]:t[e][1][_],x=A.dataIdx(r,e,o,n),S=x==null?null:i==1?t[e][x]:t[e][1][x];if(He=He||S!=y||x!=_,ce[e]=x,e>0&&g.show){let n=x==null?-10:x==o?a:te(i==1?t[0][x]:t[e][0][x],E,c,0),_=S==null?-10:ne(S,i==1?b[g.scale]:b[g.facets[1].scale],l,0);if(Qe&&S!=null){let t=E.ori==1?U:W,n=vs(Ze.dist(r,e,x,_,t));if(n<vn){let r=Ze.bias;if(r!=0){let i=Cn(t,g.scale),a=S>=0?1:-1,o=i>=0?1:-1;o==a&&(o==1?r==1?S>=i:S<=i:r==1?S<=i:S>=i)&&(vn=n,yn=e)}else vn=n,yn=e}}if(He||$e){let t,i;E.ori==0?(t=n,i=_):(t=_,i=n);let a,o,c,l,g,v,y=!0,b=Xe.bbox;if(b!=null){y=!1;let t=b(r,e);c=t.left,l=t.top,a=t.width,o=t.height}else c=t,l=i,a=o=Xe.size(r,e);if(v=Xe.fill(r,e),g=Xe.stroke(r,e),$e)e==yn&&vn<=Ze.prox&&(s=c,u=l,d=a,f=o,p=y,m=v,h=g);else{let t=et[e];t!=null&&(tt[e]=c,nt[e]=l,qo(t,a,o,y),Go(t,v,g),Uo(t,xs(c),xs(l),N,P))}}}}if($e){let e=Ze.prox;if(He||(bn==null?vn<=e:vn>e||yn!=bn)){let e=et[0];e!=null&&(tt[0]=s,nt[0]=u,qo(e,d,f,p),Go(e,m,h),Uo(e,xs(s),xs(u),N,P))}}}if(K.show&&on){if(e!=null){let[t,n]=Qn.scales,[r,i]=Qn.match,[a,o]=e.cursor.sync.scales,s=e.cursor.drag;if(cn=s._x,G=s._y,cn||G){let{left:s,top:u,width:d,height:f}=e.select,p=e.scales[a].ori,m=e.posToVal,h,g,_,v,y,x=t!=null&&r(t,a),S=n!=null&&i(n,o);x&&cn?(p==0?(h=s,g=d):(h=u,g=f),_=b[t],v=te(m(h,a),_,c,0),y=te(m(h+g,a),_,c,0),Dn(Ss(v,y),vs(y-v))):Dn(0,c),S&&G?(p==1?(h=s,g=d):(h=u,g=f),_=b[n],v=ne(m(h,o),_,l,0),y=ne(m(h+g,o),_,l,0),On(Ss(v,y),vs(y-v))):On(0,l)}else Rn()}else{let e=vs(rn-$t),t=vs(an-en);if(E.ori==1){let n=e;e=t,t=n}cn=sn.x&&e>=sn.dist,G=sn.y&&t>=sn.dist;let n=sn.uni;n==null?sn.x&&sn.y&&(cn||G)&&(cn=G=!0):cn&&G&&(cn=e>=n,G=t>=n,!cn&&!G&&(t>e?G=!0:cn=!0));let r,i;cn&&(E.ori==0?(r=tn,i=U):(r=nn,i=W),Dn(Ss(r,i),vs(i-r)),G||On(0,l)),G&&(E.ori==1?(r=tn,i=U):(r=nn,i=W),On(Ss(r,i),vs(i-r)),cn||Dn(0,c)),!cn&&!G&&(Dn(0,0),On(0,0))}}if(sn._x=cn,sn._y=G,e==null){if(a){if($n!=null){let[e,t]=Qn.scales;Qn.values[0]=e==null?null:Cn(E.ori==0?U:W,e),Qn.values[1]=t==null?null:Cn(E.ori==1?U:W,t)}tr(xo,r,U,W,N,P,o)}if(Qe){let e=a&&Qn.setSeries,t=Ze.prox;bn==null?vn<=t&&pn(yn,xn,!0,e):vn>t?pn(null,xn,!0,e):yn!=bn&&pn(yn,xn,!0,e)}}He&&(k.idx=o,An()),n!==!1&&Xn(`setCursor`)}let Nn=null;Object.defineProperty(r,"rect",{get(){return Nn??Pn(!1),Nn}});function Pn(e=!1){e?Nn=null:(Nn=m.getBoundingClientRect(),Xn(`syncRect`,Nn))}function Fn(e,t,n,r,i,a,o){A._lock||on&&e!=null&&e.movementX==0&&e.movementY==0||(In(e,t,n,r,i,a,o,!1,e!=null),e==null?Mn(t,!0,!1):Mn(null,!0,!0))}function In(e,t,n,i,a,o,c,l,u){if(Nn??Pn(!1),Ye(e),e!=null)n=e.clientX-Nn.left,i=e.clientY-Nn.top;else{if(n<0||i<0){U=-10,W=-10;return}let[e,r]=Qn.scales,c=t.cursor.sync,[l,u]=c.values,[d,f]=c.scales,[p,m]=Qn.match,h=t.axes[0].side%2==1,g=E.ori==0?N:P,_=E.ori==1?N:P,v=h?o:a,y=h?a:o,x=h?i:n,S=h?n:i;if(n=d==null?x/v*g:p(e,d)?s(l,b[e],g,0):-10,i=f==null?S/y*_:m(r,f)?s(u,b[r],_,0):-10,E.ori==1){let e=n;n=i,i=e}}u&&(t==null||t.cursor.event.type==xo)&&((n<=1||n>=N-1)&&(n=Hs(n,N)),(i<=1||i>=P-1)&&(i=Hs(i,P))),l?($t=n,en=i,[tn,nn]=A.move(r,n,i)):(U=n,W=i)}let Ln={width:0,height:0,left:0,top:0};function Rn(){un(Ln,!1)}let zn,Bn,Vn,Hn;function Un(e,t,n,i,a,o,s){on=!0,cn=G=sn._x=sn._y=!1,In(e,t,n,i,a,o,s,!0,!1),e!=null&&(Ce(Co,No,Wn,!1),tr(So,r,tn,nn,N,P,null));let{left:c,top:l,width:u,height:d}=K;zn=c,Bn=l,Vn=u,Hn=d}function Wn(e,t,n,i,a,o,s){on=sn._x=sn._y=!1,In(e,t,n,i,a,o,s,!1,!0);let{left:c,top:l,width:u,height:d}=K,f=u>0||d>0,p=zn!=c||Bn!=l||Vn!=u||Hn!=d;if(f&&p&&un(K),sn.setScale&&f&&p){let e=c,t=u,n=l,r=d;if(E.ori==1&&(e=l,t=d,n=c,r=u),cn&&fn(S,Cn(e,S),Cn(e+t,S)),G)for(let e in b){let t=b[e];e!=S&&t.from==null&&t.min!=As&&fn(e,Cn(n+r,e),Cn(n,e))}Rn()}else A.lock&&(A._lock=!A._lock,Mn(t,!0,e!=null));e!=null&&(we(Co,No),tr(Co,r,U,W,N,P,null))}function Gn(e,t,n,r,i,a,o){if(A._lock)return;Ye(e);let s=on;if(on){let e=!0,t=!0,n,r;E.ori==0?(n=cn,r=G):(n=G,r=cn),n&&r&&(e=U<=10||U>=N-10,t=W<=10||W>=P-10),n&&e&&(U=U<tn?0:N),r&&t&&(W=W<nn?0:P),Mn(null,!0,!0),on=!1}U=-10,W=-10,ce.fill(null),Mn(null,!0,!0),s&&(on=s)}function Kn(e,t,n,i,a,o,s){A._lock||(Ye(e),mt(),Rn(),e!=null&&tr(Eo,r,U,W,N,P,null))}function qn(){y.forEach(Wu),Ue(r.width,r.height,!0)}Xo(Ao,Po,qn);let Jn={};Jn.mousedown=Un,Jn.mousemove=Fn,Jn.mouseup=Wn,Jn.dblclick=Kn,Jn.setSeries=(e,t,n,i)=>{let a=Qn.match[2];n=a(r,t,n),n!=-1&&pn(n,i,!0,!1)},ue&&(Ce(So,m,Un),Ce(xo,m,Fn),Ce(wo,m,e=>{Ye(e),Pn(!1)}),Ce(To,m,Gn),Ce(Eo,m,Kn),Ou.add(r),r.syncRect=Pn);let Yn=r.hooks=e.hooks||{};function Xn(e,t,n){Ht?Ut.push([e,t,n]):e in Yn&&Yn[e].forEach(e=>{e.call(null,r,t,n)})}(e.plugins||[]).forEach(e=>{for(let t in e.hooks)Yn[t]=(Yn[t]||[]).concat(e.hooks[t])});let Zn=(e,t,n)=>n,Qn=oc({key:null,setSeries:!1,filters:{pub:Rs,sub:Rs},scales:[S,v[1]?v[1].scale:null],match:[zs,zs,Zn],values:[null,null]},A.sync);Qn.match.length==2&&Qn.match.push(Zn),A.sync=Qn;let $n=Qn.key,er=Yl($n);function tr(e,t,n,r,i,a,o){Qn.filters.pub(e,t,n,r,i,a,o)&&er.pub(e,t,n,r,i,a,o)}er.sub(r);function nr(e,t,n,r,i,a,o){Qn.filters.sub(e,t,n,r,i,a,o)&&Jn[e](null,t,n,r,i,a,o)}r.pub=nr;function rr(){er.unsub(r),Ou.delete(r),Se.clear(),Zo(Ao,Po,qn),l.remove(),M?.remove(),Xn(`destroy`)}r.destroy=rr;function ir(){Xn(`init`,e,t),z(t||e.data,!1),O[S]?Jt(S,O[S]):mt(),Ve=K.show&&(K.width>0||K.height>0),Be=He=!0,Ue(e.width,e.height)}return v.forEach(it),y.forEach(ct),n?n instanceof HTMLElement?(n.appendChild(l),ir()):n(r,ir):ir(),r}Gu.assign=oc,Gu.fmtNum=hs,Gu.rangeNum=ds,Gu.rangeLog=as,Gu.rangeAsinh=os,Gu.orient=Ql,Gu.pxRatio=J,Gu.join=dc,Gu.fmtDate=wc,Gu.tzDate=Ec,Gu.sync=Yl;{Gu.addGap=ru,Gu.clipGaps=nu;let e=Gu.paths={points:_u};e.linear=xu,e.stepped=Su,e.bars=wu,e.spline=Eu}var Ku=8,qu=170,Ju=class{title;element;holder=p(`div`,{class:`plot`});plot;labels=``;data=[[]];resizing=new ResizeObserver(()=>this.resize());redrawing=()=>this.rebuild(this.labels);constructor(e){this.title=e,this.element=p(`figure`,{class:`chart`},p(`figcaption`,{},e),this.holder),this.resizing.observe(this.holder),addEventListener(`themechange`,this.redrawing)}show(e){let t=e.filter(e=>e.points.size>0),n=[...new Set(t.flatMap(e=>[...e.points.keys()]))].sort((e,t)=>e-t);this.data=[n,...t.map(e=>n.map(t=>e.points.get(t)??null))];let r=t.map(e=>e.label).join(`
`);this.describe(t),r!==this.labels||!this.plot?this.rebuild(r):this.plot.setData(this.data)}leave(){this.resizing.disconnect(),removeEventListener(`themechange`,this.redrawing),this.plot?.destroy()}describe(e){let t=e.slice(0,Ku).map(({label:e,points:t})=>{let n=[...t.values()];return`${e} from ${ne(n[0]??NaN)} to ${ne(n.at(-1)??NaN)}`});this.holder.setAttribute(`role`,`img`),this.holder.setAttribute(`aria-label`,`${this.title}: ${t.join(`, `)||`nothing yet`}`)}rebuild(e){if(this.labels=e,this.plot?.destroy(),this.plot=void 0,this.holder.replaceChildren(),e===``||this.holder.clientWidth===0)return;let t=getComputedStyle(this.element),n=e=>t.getPropertyValue(e).trim(),r={stroke:n(`--muted`),grid:{stroke:n(`--line`),width:1},ticks:{show:!1}},i=e.split(`
`).map((e,t)=>({label:e,stroke:n(`--curve-${t%Ku+1}`),width:1.5,spanGaps:!0,points:{show:!1},value:(e,t)=>t===null?`–`:ne(t)})),a={width:this.holder.clientWidth,height:qu,scales:{x:{time:!1}},axes:[{...r,size:28},{...r,size:52,values:(e,t)=>t.map(e=>String(Number(e.toPrecision(4))))}],series:[{label:`epoch`},...i],legend:{show:!0,live:!0},cursor:{drag:{x:!0,y:!1}}};this.plot=new Gu(a,this.data,this.holder)}resize(){let e=this.holder.clientWidth;e!==0&&(this.plot?this.plot.setSize({width:e,height:qu}):this.rebuild(this.labels))}},Yu=class{element=p(`ol`,{class:`log scroll`,tabindex:`0`,"aria-label":`Log`});of;shown=0;show(e){this.of!==e&&(this.of=e,this.shown=0,this.element.replaceChildren());let t=e.said-this.shown;if(t===0)return;this.shown=e.said;let{scrollHeight:n,scrollTop:r,clientHeight:i}=this.element,a=n-r-i<8;for(this.element.append(...e.log.slice(-t).map(e=>p(`li`,{class:e.level},...O(e.text))));this.element.childElementCount>e.log.length;)this.element.firstElementChild?.remove();a&&(this.element.scrollTop=this.element.scrollHeight)}},Xu=1.25,Zu=64,Qu=60,$u=class{element;plane=p(`div`,{class:`plane`});image=p(`img`,{alt:``,draggable:`false`});under=p(`canvas`,{"aria-hidden":`true`});before=p(`canvas`,{class:`before`,"aria-hidden":`true`});split=p(`input`,{type:`range`,class:`split`,min:`0`,max:`100`,value:`50`,"aria-label":`Before and after`});tiled=p(`div`,{class:`tiles`,role:`img`});tiles=1;empty=!0;said=``;earlier;zoom=1;place={x:0,y:0};constructor(){this.element=p(`div`,{class:`stage`,tabindex:`0`,role:`group`,"aria-label":`Picture: + and - zoom, 0 fits`}),this.split.addEventListener(`input`,()=>this.showSplit()),this.element.addEventListener(`wheel`,e=>this.wheel(e),{passive:!1}),this.element.addEventListener(`dblclick`,e=>this.zoomTo(this.zoom>1?1:4,e)),this.element.addEventListener(`keydown`,e=>this.key(e)),this.element.addEventListener(`pointerdown`,e=>this.drag(e))}say(e){this.empty=!0,this.earlier=void 0,this.fit(),this.image.removeAttribute(`src`),this.said===e&&this.element.querySelector(`.empty`)||(this.said=e,ae(this.element,p(`p`,{class:`empty`},...O(e))))}show(e,t){!this.empty&&this.image.complete&&ed(this.image,this.under),this.image.src=e.src,this.image.alt=t,this.plane.style.setProperty(`--ratio`,String(e.naturalWidth/e.naturalHeight)),this.image.classList.remove(`fresh`),this.empty||requestAnimationFrame(()=>this.image.classList.add(`fresh`)),this.empty=!1,this.compose()}repeat(e){this.tiles=e,this.compose()}compare(e){this.earlier=e,e&&ed(e,this.before),this.compose()}fit(){this.zoom=1,this.place={x:0,y:0},this.move()}compose(){if(this.empty)return;let e=[];this.tiles>1?(this.tiled.setAttribute(`aria-label`,`${this.image.alt}, repeated ${this.tiles} × ${this.tiles}`),this.tiled.style.backgroundImage=`url("${this.image.src}")`,this.tiled.style.backgroundSize=`${100/this.tiles}% ${100/this.tiles}%`,e.push(this.tiled)):(e.push(this.under,this.image),this.earlier&&e.push(this.before,this.split)),this.showSplit(),this.put(this.plane,e),this.put(this.element,[this.plane])}put(e,t){(e.children.length!==t.length||t.some((t,n)=>e.children[n]!==t))&&e.replaceChildren(...t)}showSplit(){this.plane.style.setProperty(`--split`,`${this.split.value}%`),this.split.setAttribute(`aria-valuetext`,`${this.split.value} % before`)}wheel(e){(e.ctrlKey||e.metaKey||this.element.closest(`.full`)!==null)&&!this.empty&&(e.preventDefault(),this.zoomTo(this.zoom*(e.deltaY<0?Xu:1/Xu),e))}zoomTo(e,t){if(this.empty)return;let n=Math.min(Zu,Math.max(1,e)),r=this.element.getBoundingClientRect(),i=t??{clientX:r.x+r.width/2,clientY:r.y+r.height/2},a={x:i.clientX-r.x-r.width/2,y:i.clientY-r.y-r.height/2},o=n/this.zoom;this.place={x:a.x-(a.x-this.place.x)*o,y:a.y-(a.y-this.place.y)*o},this.zoom=n,n===1&&(this.place={x:0,y:0}),this.move()}move(){this.plane.style.transform=this.zoom===1?``:`translate(${this.place.x}px, ${this.place.y}px) scale(${this.zoom})`,this.element.classList.toggle(`zoomed`,this.zoom>1)}key(e){if(e.altKey||e.ctrlKey||e.metaKey||e.target!==this.element)return;let t=(e,t)=>()=>{this.place={x:this.place.x+e,y:this.place.y+t},this.move()},n={"+":()=>this.zoomTo(this.zoom*Xu),"-":()=>this.zoomTo(this.zoom/Xu),0:()=>this.fit()};n[`=`]=n[`+`]??(()=>void 0),this.zoom>1&&Object.assign(n,{ArrowLeft:t(Qu,0),ArrowRight:t(-60,0),ArrowUp:t(0,Qu),ArrowDown:t(0,-60)});let r=n[e.key];r&&(e.preventDefault(),r())}drag(e){if(this.zoom===1||e.button!==0||e.target===this.split)return;let t={x:this.place.x-e.clientX,y:this.place.y-e.clientY},n=({clientX:e,clientY:n})=>{this.place={x:t.x+e,y:t.y+n},this.move()},r=()=>this.element.removeEventListener(`pointermove`,n);this.element.setPointerCapture(e.pointerId),this.element.addEventListener(`pointermove`,n),this.element.addEventListener(`pointerup`,r,{once:!0}),this.element.addEventListener(`pointercancel`,r,{once:!0})}};function ed(e,t){t.width=e.naturalWidth,t.height=e.naturalHeight,t.width>0&&t.getContext(`2d`)?.drawImage(e,0,0)}function td(e,t){let n=URL.createObjectURL(e);p(`a`,{href:n,download:t}).click(),setTimeout(()=>URL.revokeObjectURL(n),1e4)}var nd=15,rd=30,id=512,ad=[`video/mp4;codecs=avc1.42E01E`,`video/webm;codecs=vp9`,`video/webm;codecs=vp8`];function od(){return typeof MediaRecorder>`u`?void 0:ad.find(e=>MediaRecorder.isTypeSupported(e))}function sd(){return od()!==void 0&&`captureStream`in HTMLCanvasElement.prototype}async function cd(e,t,n){let r=od(),i=await Promise.all(e.filter(ld(e.length)).map(ud)),a=i.at(-1),o=document.createElement(`canvas`),s=o.getContext(`2d`);if(r===void 0||!a||!s)throw Error(`this browser cannot make videos`);let c=Math.max(1,Math.ceil(id/a.height));[o.width,o.height]=[a.width*c,a.height*c].map(e=>e+e%2);let l=o.captureStream(0),u=l.getVideoTracks()[0],d=new MediaRecorder(l,{mimeType:r,videoBitsPerSecond:8e6}),f=[];d.ondataavailable=({data:e})=>f.push(e);let p=new Promise(e=>d.onstop=e);d.start();let m=[...i,...Array.from({length:rd},()=>a)];for(let[e,t]of m.entries())s.drawImage(t,0,0,o.width,o.height),u?.requestFrame(),n(e/m.length),await new Promise(e=>setTimeout(e,1e3/nd));d.stop(),await p,td(new Blob(f,{type:r}),`${t}.${r.startsWith(`video/mp4`)?`mp4`:`webm`}`)}function ld(e){let t=Math.ceil(e/450);return(n,r)=>r%t===0||r===e-1}async function ud({url:e}){let t=await fetch(e);if(!t.ok)throw Error(`a snapshot cannot be read: the farm answers ${t.status}`);return createImageBitmap(await t.blob())}var dd=1e4,fd={least:40,most:150},pd=2e3,md=class{name;acts;element;stage=new $u;slider=p(`input`,{type:`range`,min:`0`,max:`0`,value:`0`,"aria-label":`Snapshot`});caption=p(`output`,{class:`muted`});play=_(`Play`,()=>this.togglePlay(),{title:`Play the snapshots`});compare=_(`Before/after`,()=>this.toggleCompare(),{title:`Lay the picture as it was before over the left half`});full=_(`Large`,()=>this.toggleFull(),{title:`Fill the window; Esc leaves`});tiles=ie(`Repeat the picture as tiles`,Array.from({length:10},(e,t)=>[String(t+1),t===0?`No tiles`:`${t+1} × ${t+1}`]),()=>this.stage.repeat(Number(this.tiles.value)));download=p(`a`,{class:`button`,"aria-disabled":`true`,title:`Save the picture; its experiment is inside`},`PNG`);video=_(`Video`,()=>void this.saveVideo(),{title:`Make a video of the snapshots`});startFrom=_(`Start from this`,()=>this.artifact&&this.acts.startFrom(this.artifact),{title:`A new experiment that begins with this picture`});again=_(`Another seed`,()=>this.acts.again(),{title:`Run the job's experiment with another seed`});artifacts=[];following=!0;shown;loading=!1;timer;retry;beforeEpoch=0;constructor(e,t){this.name=e,this.acts=t,this.slider.addEventListener(`input`,()=>{this.stop(),this.following=Number(this.slider.value)===this.artifacts.length-1,this.draw()});let n=p(`div`,{class:`row time`},this.play,this.slider,this.caption),r=p(`div`,{class:`row`},p(`div`,{class:`row first`},this.full,this.compare,this.tiles),p(`div`,{class:`row making`},this.startFrom,this.again),p(`div`,{class:`row`},this.download,sd()?this.video:void 0));this.element=p(`section`,{class:`picture`,"aria-label":`Picture`},this.stage.element,n,r),this.element.addEventListener(`keydown`,e=>{e.key===`Escape`&&this.element.classList.contains(`full`)&&this.toggleFull()}),this.clear(`Press Start, and the picture appears here.`)}clear(e){this.stop(),clearTimeout(this.retry),this.artifacts=[],this.following=!0,this.shown=void 0,this.beforeEpoch=0,this.compare.setAttribute(`aria-pressed`,`false`),this.stage.say(e),this.update([],0)}say(e){this.artifacts.length===0&&this.stage.say(e)}update(e,t){this.artifacts=e,this.beforeEpoch=t;let n=Math.max(0,e.length-1);this.slider.max=String(n);for(let t of[this.slider,this.play,this.compare,this.video])t.disabled=e.length<2;for(let t of[this.startFrom,this.again,this.full,this.tiles])t.disabled=e.length===0;this.following&&(this.slider.value=String(n)),this.draw()}leave(){this.stop(),clearTimeout(this.retry)}get artifact(){return this.artifacts[Number(this.slider.value)]}get file(){return this.name().replaceAll(/[^\p{L}\p{N} _-]/gu,``).trim().slice(0,60)||`clipig`}draw(){let e=this.artifact;this.download.toggleAttribute(`href`,e!==void 0),this.download.setAttribute(`aria-disabled`,String(e===void 0));let t=e?e.kind===`picture`?`finished`:`epoch ${e.epoch}`:``;u(this.caption,t),this.slider.setAttribute(`aria-valuetext`,t),e&&(this.download.href=e.url,this.download.download=`${this.file}.png`,e.url===this.shown||this.loading||(this.loading=!0,hd(e.url).then(n=>{if(this.loading=!1,!this.artifacts.some(({url:t})=>t===e.url))return this.draw();n?(this.shown=e.url,this.stage.show(n,`${this.name()}, ${e.kind===`picture`?`the finished picture`:t}`),this.draw()):this.retry=setTimeout(()=>this.draw(),pd)})))}toggleCompare(){let e=this.compare.getAttribute(`aria-pressed`)!==`true`;this.compare.setAttribute(`aria-pressed`,String(e));let t=this.artifacts.findLast(e=>e.epoch<=this.beforeEpoch)??this.artifacts[0];!e||!t?this.stage.compare(void 0):hd(t.url).then(e=>this.stage.compare(e))}toggleFull(){let e=this.element.classList.toggle(`full`);this.full.setAttribute(`aria-pressed`,String(e)),e||this.stage.fit()}togglePlay(){if(this.timer!==void 0){this.stop();return}this.artifact===this.artifacts.at(-1)&&(this.slider.value=`0`),this.following=!1,this.play.firstChild?.replaceWith(`Pause`);let e=Math.min(fd.most,Math.max(fd.least,dd/this.artifacts.length)),t=Math.max(1,Math.round(this.artifacts.length*e/dd));this.timer=setInterval(()=>{if(this.loading)return;let e=this.artifacts.length-1;Number(this.slider.value)>=e?(this.following=!0,this.stop()):(this.slider.value=String(Math.min(e,Number(this.slider.value)+t)),this.draw())},e)}stop(){clearInterval(this.timer),this.timer=void 0,this.play.firstChild?.replaceWith(`Play`)}async saveVideo(){this.video.disabled=!0;try{await cd(this.artifacts,this.file,e=>this.video.firstChild?.replaceWith(`Video ${Math.round(e*100)} %`))}catch(e){C(e)}this.video.firstChild?.replaceWith(`Video`),this.video.disabled=!1}};async function hd(e){let t=new Image;t.src=e;try{return await t.decode(),t}catch{return}}var gd=class{element=p(`div`,{class:`scroll`,tabindex:`0`,role:`region`,"aria-label":`Targets`});shown;show(e){if(e&&e===this.shown)return;if(this.shown=e,!e){ae(this.element,p(`p`,{class:`muted`},`The targets appear after the first epochs.`));return}let t=[`feature`,`similarity`,`loss`,`weight`,`count`].map(e=>p(`th`,{scope:`col`},e)),n=e.targets.flatMap(e=>[p(`tr`,{class:`group`},p(`th`,{scope:`rowgroup`,colspan:`4`},e.name),vd(String(e.samples))),...e.features.map(e=>_d(e.text,[ne(e.similarity),ne(e.loss),ne(e.weight),yd(e.chosen)])),...e.constraints.map(e=>_d(e.name,[``,ne(e.loss),ne(e.weight),yd(e.active)]))]);ae(this.element,p(`table`,{},p(`thead`,{},p(`tr`,{},...t)),p(`tbody`,{},...n)))}};function _d(e,t){return p(`tr`,{},p(`th`,{scope:`row`},e),...t.map(vd))}function vd(e){return p(`td`,{class:`number`},e)}function yd(e){return Number.isFinite(e)?String(e):`–`}var bd=250,xd=class{changed;element;watched=new m;asked;picture;status=new f;loss=new Ju(`Loss`);similarities=new Ju(`Similarity`);targets=new gd;log=new Yu;follower;connection=`connected`;drawing=!1;chartTimer;constructor(e,t,{beside:n,idle:r}){this.changed=e,this.picture=new md(()=>this.watched.job?.name??`clipig`,t);let i=p(`div`,{class:`details`},p(`div`,{class:`charts`},this.loss.element,this.similarities.element),Sd(`Targets`,this.targets.element),Sd(`Log`,this.log.element));this.element=p(`div`,{class:`watcher`},this.picture.element,n,this.status.element,i,r),this.follow(void 0)}get number(){return this.watched.job?.job}follow(e){this.follower?.close(),this.follower=void 0,this.asked=e;let t=new m;if(this.watched=t,this.connection=`connected`,this.element.classList.toggle(`idle`,e===void 0),e===void 0){this.picture.clear(re()?`Press Start, and the picture appears here.`:`Choose a job in the gallery to watch it.`),this.redraw();return}this.picture.clear(`The first snapshot is on its way…`);let n=()=>this.watched===t,r=r=>{if(!n())return;let i=t.job?.revision;t.add(r),i!==void 0&&t.job?.revision!==i&&this.readNames(e,t),this.redraw()};this.follower=new La(e,{heard:r,connection:r=>{n()&&(r===`connected`&&this.readPast(e,t),this.connection=r,this.redraw())},more:()=>n()?(t.ended&&this.readEnd(e,t),!t.ended):!1}),this.readNames(e,t),this.redraw()}leave(){this.follower?.close(),clearTimeout(this.chartTimer),this.chartTimer=void 0,this.picture.leave(),this.loss.leave(),this.similarities.leave()}async readPast(e,t){try{let r=t.artifacts.at(-1)?.epoch??0,[i,a]=await Promise.all([n(e,r),x(e,t.nextRow)]);t.addArtifacts(i),t.addHistory(a),this.watched===t&&this.redraw()}catch(e){this.watched===t&&h(e)}}async readEnd(t,n){try{n.job={...await e(t),resolution:n.job?.resolution??null}}catch(e){this.watched===n&&h(e)}await this.readPast(t,n)}async readNames(e,t){try{t.addNames(Ra((await c(e)).yaml)),this.watched===t&&this.redraw()}catch(e){this.watched===t&&h(e)}}redraw(){this.drawing||(this.drawing=!0,requestAnimationFrame(()=>{this.drawing=!1,this.draw()}))}draw(){let{watched:e}=this;e.artifacts.length>0?this.picture.update(e.artifacts,e.revisedAt):e.job?.artifacts===0&&this.picture.say(D(e.job)),this.status.show(e,this.connection),this.targets.show(e.table),this.log.show(e),this.chartTimer??=setTimeout(()=>this.drawCharts(),bd),this.changed()}drawCharts(){this.chartTimer=void 0,this.loss.show([this.watched.loss]),this.similarities.show(this.watched.similarities)}};function Sd(e,t){return p(`section`,{},p(`h2`,{},e),t)}var Cd=`clipig.drafts`,wd=`clipig.front`,Td=class{changed;drafts;front;constructor(e,t){this.changed=t,this.drafts=Dd()??[e()],this.front=Number(Ed(()=>sessionStorage.getItem(wd))??0),addEventListener(`storage`,this.merge)}leave(){removeEventListener(`storage`,this.merge)}get all(){return this.drafts}get current(){let e=this.drafts.find(e=>e.id===this.front)??this.drafts[0];if(!e)throw Error(`there is always a draft`);return e}open(e,t,n={}){let r=1+Math.max(0,...this.drafts.map(e=>e.id)),i={id:r,name:e,text:t,...n};return this.drafts.push(i),this.select(r),i}select(e){this.front=e,this.save()}close(e){if(this.drafts.length===1)return;let t=this.drafts.findIndex(t=>t.id===e);this.drafts.splice(t,1),this.front===e&&(this.front=this.drafts[Math.max(0,t-1)]?.id??0),this.save()}change(e){Object.assign(this.current,e),this.save()}save(){Ed(()=>sessionStorage.setItem(wd,String(this.front))),Ed(()=>localStorage.setItem(Cd,JSON.stringify({drafts:this.drafts})))}merge=e=>{let t=e.key===Cd?Dd():void 0;if(!t)return;let n=this.current,r=t.findIndex(e=>e.id===n.id);r>=0?t[r]=n:t.push(n),this.drafts=t,this.front=n.id,this.changed()}};function Ed(e){try{return e()}catch{return}}function Dd(){let e=Ed(()=>JSON.parse(localStorage.getItem(Cd)??`null`)),t=Ed(()=>e?.drafts.every(({id:e,name:t,text:n})=>typeof e==`number`&&typeof t==`string`&&typeof n==`string`));return e&&t&&e.drafts.length>0?e.drafts:void 0}var Od=class{events;element=p(`div`,{class:`editor`});editor;isLeft=!1;isAsked=!1;observer=new IntersectionObserver(e=>{e.some(({isIntersecting:e})=>e)&&this.load()},{rootMargin:`200px`});waiting;constructor(e,t){this.events=t,this.waiting={text:e},this.showPlain(),this.observer.observe(this.element)}load(){this.isAsked||(this.isAsked=!0,this.observer.disconnect(),this.put().catch(this.events.failed))}get text(){return this.editor?.text??this.waiting.text}open(e){this.editor?this.editor.open(e):(this.waiting={text:e},this.showPlain())}replace(e){this.editor?this.editor.replace(e):e!==this.waiting.text&&(this.open(e),this.events.changed(e))}fillEntry(e){return this.editor?.fillEntry(e)??!1}refresh(){this.editor?.refresh()}select(e,t=e){this.editor?this.editor.select(e,t):(this.waiting.selection=[e,t],this.load())}destroy(){this.isLeft=!0,this.observer.disconnect(),this.editor?.destroy()}showPlain(){ae(this.element,p(`pre`,{class:`plain`},this.waiting.text))}async put(){let{Editor:e}=await te(async()=>{let{Editor:e}=await import(`./editor.js`);return{Editor:e}},[]);if(this.isLeft)return;let{text:t,selection:n}=this.waiting,{thumbnails:r,changed:i,failed:a}=this.events,o=new e(this.element,t,{thumbnails:r,changed:i,failed:a,checked:e=>this.events.checked(e,o.document)});this.editor=o,ae(this.element),n&&o.select(...n)}},kd=60;function Ad(e){let t=Bi(e);if(!t)return[];let[n,...r]=Vi(t.get(`targets`)),i=Vi(n?.get(`features`)).flatMap(e=>e.has(`text`)?[]:[jd(e)]),a=r.length===0?[]:[r.length===1?`1 more target`:`${r.length} more targets`];return[...i,...a,...Md(t)]}function jd(e){for(let t of[`prompt`,`image`]){let n=q(e.get(t));if(n!==void 0)return`the ${t} ${Nd(n)}`}return e.has(`direction`)?`a direction`:e.has(`style`)?`a style`:`a feature`}function Md(e){let t=e.get(`canvas`),n=e.get(`init`),r=L(t)?q(t.get(`model`)):void 0,i=L(n)?q(n.get(`image`)):void 0,a=r===`pixels`&&L(t)&&t.items.length===1;return[L(t)&&!a?r===void 0?`a canvas of its own`:`the canvas ${Nd(r)}`:``,i===void 0?``:`the image ${Nd(i)} to begin with`,e.has(`masks`)?`masks`:``].filter(e=>e!==``)}function Nd(e){let t=[...e.trim()];return`“${t.length>kd?`${t.slice(0,kd).join(``)}…`:t.join(``)}”`}var Pd=4,Fd=`(not on this farm)`,Id=class{changed;ask;element;list=p(`div`,{class:`models`});more=_(`Add a model`,()=>this.add(),{kind:`small`});rows=[];known;constructor(e,t){this.changed=e,this.ask=t,this.element=p(`div`,{class:`field`,role:`group`,"aria-label":`Models`},p(`span`,{class:`label`,"aria-hidden":`true`},`Model`),this.list,this.more),this.offer(),this.element.addEventListener(`focusin`,()=>void this.offer())}async offer(){let e;try{e=await this.ask()}catch{return}if(JSON.stringify(e)!==JSON.stringify(this.known)){this.known=e;for(let t of this.rows)t.offer(e);this.number()}}get models(){let e=this.rows.map(e=>e.model);return e.length===1&&e[0]?.name===``?[]:e}show(e){let t=e.length>0?e:[{name:``,weight:``}];for(;this.rows.length>t.length;)this.rows.pop();for(;this.rows.length<t.length;)this.rows.push(this.row());t.forEach((e,t)=>this.rows[t]?.show(e)),this.number()}row(){let e=new Ld(()=>{this.number(),this.changed()},()=>this.remove(e));return this.known&&e.offer(this.known),e}get another(){let e=new Set(this.rows.map(e=>e.model.name));return this.known?.find(t=>t.is_here&&!e.has(t.name))}add(){let e=this.row();e.show({name:this.another?.name??``,weight:``}),this.rows.push(e),this.number(),this.changed(),e.focus()}remove(e){this.rows=this.rows.filter(t=>t!==e),this.number(),this.changed(),this.rows.at(-1)?.focus()}number(){v(this.list,this.rows.map(({element:e})=>e)),this.rows.forEach((e,t)=>e.number(t+1,this.rows.length));let e=this.rows.some(e=>e.model.name===``),t=!this.another;this.more.disabled=e||t||this.rows.length>=Pd,this.more.title=e?`Choose a model above; then another one can judge beside it`:this.rows.length>=Pd?`An experiment has at most ${Pd} models`:t?"The farm has no other model. `clipig model pull` or `clipig model import` on the coordinator's machine brings one":`Several models judge the picture together. Each takes as much time as one alone`}},Ld=class{element;name;weight=p(`input`,{class:`weight`,inputmode:`decimal`,placeholder:`1`});weighing=p(`label`,{class:`row`},p(`span`,{},`weight`),this.weight);leave;constructor(e,t){this.name=ie(`Model`,[],e),this.weight.addEventListener(`input`,e),this.leave=_(`×`,t,{kind:`small`,name:`Remove this model`}),this.element=p(`div`,{class:`row`},this.name,this.weighing,this.leave)}get model(){return{name:this.name.value,weight:this.weight.value.trim()}}offer(e){let{name:t}=this.model;ae(this.name,...e.map(({name:e,about:t,is_here:n})=>p(`option`,{value:e,title:t,disabled:!n},n?e:`${e} ${Fd}`))),this.choose(t)}choose(e){let t=this.name.options.length>1;d(this.name,e,e===``?`the farm's usual one`:t?`${e} ${Fd}`:e)}show({name:e,weight:t}){this.choose(e),this.weight.value.trim()!==t&&(this.weight.value=t)}number(e,t){let{name:n,weight:r}=this.model;this.name.setAttribute(`aria-label`,t===1?`Model`:`Model ${e}`),this.weight.setAttribute(`aria-label`,`Weight of ${n}`),this.weight.title=`How much it has to say. Only the proportions count; where nothing is written, it is 1`,this.leave.setAttribute(`aria-label`,`Remove ${n}`),this.leave.title=`Remove ${n}`,this.weighing.hidden=t===1&&r===``,this.leave.hidden=t===1}focus(){this.name.focus()}},Rd=[`64 × 64`,`128 × 128`,`256 × 256`,`512 × 512`,`256 × 128`,`128 × 256`,`512 × 256`,`256 × 512`],zd=[[`100`,`a sketch, 100 epochs`],[`300`,`as usual, 300 epochs`],[`600`,`careful, 600 epochs`],[`1500`,`patient, 1500 epochs`]],Bd=class{changed;element;words=p(`textarea`,{rows:`3`,id:`wish-words`,placeholder:`a strawberry`});unwanted=p(`textarea`,{rows:`2`,id:`wish-unwanted`,placeholder:`words, letters`});size=ie(`Size`,Rd.map(e=>[e,e]),()=>this.write());length=ie(`How long`,zd,()=>this.write());models=new Id(()=>this.write(),o);besides=p(`p`,{class:`besides`,role:`note`});fields;unreadable=p(`p`,{class:`empty`},`The form cannot read this experiment. Mend what is listed below in the text, then the form is back.`);yaml=``;filled;constructor(e){this.changed=e;for(let e of[this.words,this.unwanted])e.addEventListener(`input`,()=>this.write());this.fields=p(`div`,{class:`fields`},this.besides,Hd(`wish-words`,`What should the picture show?`,`One idea per line. Several are mixed.`,this.words),Hd(`wish-unwanted`,`What should it not show?`,`Also one per line; may be left empty.`,this.unwanted),p(`div`,{class:`row choices`},Ud(`Size`,this.size),Ud(`How long`,this.length)),this.models.element),this.element=p(`div`,{class:`form`},this.fields,this.unreadable)}show(e){let t=Yi(e);if(this.fields.hidden=!t,this.unreadable.hidden=t!==void 0,!t||e===this.yaml&&this.words.value!==``)return;this.yaml=e,this.filled=t,this.words.value=t.words.join(`
`),this.unwanted.value=t.unwanted.join(`
`),d(this.size,`${t.width} × ${t.height}`,`${t.width} × ${t.height}`),d(this.length,t.epochs,`${t.epochs} epochs`),this.models.show(t.models);let n=Ad(e);this.besides.hidden=n.length===0,n.length>0&&ae(this.besides,`Also in this experiment, and kept as it is: ${n.join(`; `)}. `,p(`strong`,{},`YAML`),` shows everything.`)}get isBlank(){return this.words.value.trim()===``&&!this.fields.hidden&&this.besides.hidden}focus(){this.words.focus()}write(){let[e=``,t=``]=this.size.value.split(` × `),n={words:Vd(this.words,this.filled?.words??[]),unwanted:Vd(this.unwanted,this.filled?.unwanted??[]),width:e,height:t,epochs:this.length.value,models:this.models.models},r=Xi(this.yaml,n);r!==void 0&&(this.yaml=r,this.changed(r))}};function Vd({value:e},t){return e===t.join(`
`)?t:e.split(`
`).map(e=>e.trim()).filter(e=>e!==``)}function Hd(e,t,n,r){return r.setAttribute(`aria-describedby`,`${e}-hint`),p(`div`,{class:`field`},p(`label`,{for:e},t),r,p(`p`,{class:`muted`,id:`${e}-hint`},n))}function Ud(e,t){return p(`label`,{class:`choice`},p(`span`,{},e),t)}function Wd(e,t){let n,r=e=>()=>{n=e,i.close()},i=p(`dialog`,{class:`ask`,"aria-label":`Use ${e}`},p(`h2`,{},t===void 0?void 0:p(`img`,{src:t,alt:``}),e),_(`The picture shall look like it`,r(`feature`),{kind:`primary`,title:`The image becomes a feature of the first target`}),_(`The picture begins with it`,r(`start`),{title:`The image is the canvas before the first epoch`}),_(`Cancel`,r(void 0),{kind:`quiet`}));return document.body.append(i),i.showModal(),new Promise(e=>{i.addEventListener(`close`,()=>{i.remove(),e(n)})})}var Gd=class{acts;element=p(`div`,{class:`problems`,role:`status`,"aria-label":`Problems`,"aria-live":`polite`});needs={images:[],isBlank:!1};checked;constructor(e){this.acts=e}get isInvalid(){return this.checked!==void 0&&!this.checked.validation.valid}show(e,t){this.checked={doc:e,validation:t},this.draw()}showUnchecked(){this.checked=void 0,ae(this.element,p(`p`,{class:`muted`},`This text is not checked yet.`))}need(e){this.needs=e,this.checked&&this.draw()}draw(){if(!this.checked)return;let{doc:e,validation:t}=this.checked;if(this.needs.isBlank&&!t.valid){ae(this.element,p(`p`,{class:`muted`},`Write what the picture should show, then start.`));return}let n=[...this.needs.images.map(e=>this.missing(e)),...t.problems.map(t=>this.entry(e,t))];n.length>0?ae(this.element,...n):ae(this.element,p(`p`,{class:`ok`},t.valid?`No problems`:`This experiment cannot run`))}missing(e){let t=p(`p`,{},...O(`the image \`${e}\` is not here yet: choose the file of this name, or drop it on the page`)),n=_(`Choose…`,()=>this.acts.choose(e),{kind:`small`,title:`Choose ${e}`});return p(`div`,{class:`problem error`},p(`strong`,{},`error`),p(`div`,{class:`prose`},t),n)}entry(e,t){let n=k(e,t),r=t.warning?`warning`:`error`,i=t.place?`line ${t.place.line}`:``,a=A(t),o=n?p(`button`,{type:`button`,class:`link`,onclick:()=>this.acts.jump(n.from,n.to)},`${r}, ${i}`):p(`strong`,{},r);return p(`div`,{class:`problem ${r}`},o,a)}};function Kd(e,t){return e.all.map(({id:n,name:r})=>{let i=n===e.current.id,a=p(`button`,{type:`button`,"aria-pressed":String(i),title:r,onclick:()=>t.select(n)},r),o=p(`button`,{type:`button`,class:`close`,"aria-label":`Close ${r}`,onclick:()=>t.close(n)},`×`);return p(`span`,{class:i?`tab current`:`tab`},a,e.all.length>1?o:void 0)})}var qd=`clipig.mode`,Jd=class{turned;edited;element;drafts=new Td(()=>({id:1,...ot()}),()=>this.showTabs());tabs=p(`div`,{class:`tabs`,role:`group`,"aria-label":`Experiments`});problems=new Gd({jump:(e,t)=>this.jump(e,t),choose:e=>this.choose(e)});file=p(`input`,{type:`file`,accept:`.yaml,.yml,image/*`,multiple:!0,hidden:!0,"aria-label":`Open a file`});wanted;editor;form=new Bd(e=>this.editor.replace(e));asForm=_(`Form`,()=>this.prefer(`form`),{title:`A form instead of YAML`});asText=_(`YAML`,()=>this.prefer(`yaml`),{title:`The experiment as a text`});mode=`yaml`;constructor(e,t,n){this.turned=t,this.edited=n,this.editor=new Od(this.drafts.current.text,{thumbnails:()=>this.drafts.current.thumbnails??{},changed:e=>this.textChanged(e),checked:(e,t)=>{this.problems.show(t,e),this.showNeeds()},failed:e=>{this.problems.showUnchecked(),h(e)}});let r=_(`+`,()=>this.open(`new`,Ji(``)),{kind:`quiet add`,name:`New experiment`}),i=p(`div`,{class:`modes`,role:`group`,"aria-label":`How to write`},this.asForm,this.asText);this.element=p(`div`,{class:`write`},p(`div`,{class:`row top`},this.tabs,r,p(`div`,{class:`row end`},this.exampleMenu(),i)),e,this.editor.element,this.form.element,p(`div`,{class:`below`},this.problems.element,this.files())),this.showTabs(),this.switchTo(re()?Xd()??`form`:`yaml`)}leave(){this.editor.destroy(),this.drafts.leave()}get text(){return this.editor.text}lacks(){if(this.isBlank&&this.problems.isInvalid)return g(`Write what the picture should show, then start`,`error`),this.form.focus(),!0;let[e]=this.missingImages();return e!==void 0&&g(`The image \`${e}\` is missing: choose it below the experiment, or drop it on the page`,`error`),e!==void 0}openText(e,t,n){Xd()===void 0&&this.switchTo(`yaml`),this.open(e,t,{assets:n})}async openExample({name:e,text:t,images:n}){let r={};try{for(let e of n)r=Yd(r,await Ta(e,at(e)))}catch(e){C(e)}this.open(e,t,r)}open(e,t,n={}){this.drafts.open(e,t,n),this.turn()}rename(e){this.drafts.change({name:e}),this.showTabs()}select(e){this.drafts.select(e),this.turn()}openStart(e,t){let n=Zi(e.text,t.name);n===void 0?g(`The experiment's text cannot be read; see below the editor`,`error`):this.open(e.name,n,{...Yd(e,t)})}async takeAll(e){let t=e=>e.type.startsWith(`image/`);for(let n of[...e.filter(e=>!t(e)),...e.filter(t)])await this.take(n)}async take(e){try{if(this.missingImages().includes(e.name))return await this.bringMissing(e.name,e);let t=await wa(e);t.kind===`experiment`?this.open(t.name,t.text):await this.use(t.image)}catch(e){C(e)}}async use(e){let t=await Wd(e.name,e.thumbnail);if(t===void 0||(this.drafts.change(Yd(this.drafts.current,e)),t===`feature`&&this.editor.fillEntry(`image: ${JSON.stringify(e.name)}`)))return;let n=(t===`feature`?Qi:Zi)(this.text,e.name);n===void 0?g(`The experiment's text cannot be read; see below the editor`,`error`):this.editor.replace(n),this.editor.refresh()}textChanged(e){this.drafts.change({text:e}),this.edited(e),this.mode===`form`&&this.form.show(e)}async bringMissing(e,t){let n=await Ta(e,new Uint8Array(await t.arrayBuffer()));this.drafts.change(Yd(this.drafts.current,n)),this.editor.refresh(),this.showNeeds()}choose(e){this.wanted=e,this.file.click()}missingImages(){let{assets:e={}}=this.drafts.current;return Ha(this.text).filter(t=>!Object.hasOwn(e,t))}showNeeds(){this.problems.need({images:this.missingImages(),isBlank:this.isBlank})}get isBlank(){return this.mode===`form`&&this.form.isBlank}jump(e,t){this.switchTo(`yaml`),this.editor.select(e,t)}turn(){let e=this.drafts.current;this.editor.open(e.text),this.form.show(e.text),this.showTabs(),this.showNeeds(),this.turned(e)}switchTo(e){this.mode=e,this.editor.element.hidden=e!==`yaml`,this.form.element.hidden=e!==`form`,this.asForm.setAttribute(`aria-pressed`,String(e===`form`)),this.asText.setAttribute(`aria-pressed`,String(e===`yaml`)),e===`form`&&(this.form.show(this.text),this.editor.load()),this.showNeeds()}prefer(e){this.switchTo(e);try{localStorage.setItem(qd,e)}catch{}}showTabs(){ae(this.tabs,...Kd(this.drafts,{select:e=>this.select(e),close:e=>{this.drafts.close(e),this.turn()}})),this.tabs.querySelector(`.current`)?.scrollIntoView({block:`nearest`,inline:`nearest`})}exampleMenu(){let e=[`Walkthrough`,`Examples`].map(e=>p(`optgroup`,{label:e},...nt.filter(t=>t.group===e).map(({name:e})=>p(`option`,{value:e},e)))),t=p(`select`,{"aria-label":`Open an example`},p(`option`,{value:``},`Examples…`),...e);return t.addEventListener(`change`,()=>{let e=nt.find(e=>e.name===t.value);t.value=``,e&&this.openExample(e)}),t}files(){let{file:e}=this;e.addEventListener(`change`,()=>{let t=[...e.files??[]];e.value=``;let[n]=t;this.wanted!==void 0&&n?this.bringMissing(this.wanted,n).catch(C):this.takeAll(t),this.wanted=void 0}),e.addEventListener(`cancel`,()=>this.wanted=void 0);let t=()=>td(new Blob([this.text],{type:`application/yaml`}),`${this.drafts.current.name}.yaml`),n=_(`Open…`,()=>this.choose(),{kind:`small`,title:`Open an experiment, a picture of clipig or an image; or drop it anywhere`});return p(`div`,{class:`row files`},e,n,_(`Save YAML`,t,{kind:`small`}))}};function Yd(e,{name:t,sha256:n,thumbnail:r}){return{assets:{...e.assets,[t]:n},thumbnails:r===void 0?e.thumbnails:{...e.thumbnails,[t]:r}}}function Xd(){try{let e=localStorage.getItem(qd);return e===`form`||e===`yaml`?e:void 0}catch{return}}var Zd=112;function Qd(e){let t=rt.flatMap((t,n)=>{let r=nt.find(e=>e.name===t);return r?[p(`li`,{},$d(r,n,e))]:[]});return p(`section`,{class:`starters`,"aria-label":`Examples`},p(`h2`,{},`Or begin with one of these`),p(`ul`,{},...t))}function $d(e,t,n){let r=p(`span`,{class:`starter-picture`});return r.style.backgroundPosition=`${-t*Zd}px 0`,p(`button`,{type:`button`,onclick:()=>n(e)},r,p(`span`,{},e.name.replaceAll(`-`,` `)))}var ef=se({Studio:()=>rf}),tf=3e3,nf=64,rf=class{router;element;start=_(`Start`,()=>void this.once(()=>this.begin()),{key:`Alt+S`,kind:`primary`});change=_(`Update`,()=>void this.once(()=>this.revise()),{key:`Alt+U`,title:`The running job goes on from its picture with this text`});stop=_(`Stop`,()=>void this.once(()=>this.halt()),{key:`Alt+P`});seed=p(`input`,{class:`seed`,inputmode:`numeric`,title:`Seed of all random numbers; empty: as the experiment says, else another one each time`,"aria-label":`Seed`});count=ie(`Pictures`,[1,2,3,4,6,9,12,16].map(e=>[String(e),e===1?`1 picture`:`${e} pictures`]));sheet=new Oa(e=>this.chooseFromSheet(e));watcher;desk;acting=!1;left=!1;constructor(e,t){this.router=e;let n={startFrom:e=>void this.startFrom(e),again:()=>void this.once(()=>this.again())};this.watcher=new xd(()=>this.show(),n,{beside:this.sheet.element,idle:Qd(e=>void this.desk.openExample(e))});let r=p(`div`,{class:`row tools`},this.start,this.change,this.stop,this.seed,this.count);this.desk=new Jd(r,e=>this.turn(e),e=>this.showSeed(e)),this.element=p(`div`,{class:`studio`},p(`h1`,{class:`unseen`},`Studio`),this.desk.element,this.watcher.element),document.addEventListener(`keydown`,this.keys),this.acceptDrops();let i=y(new URLSearchParams(location.search).get(`jobs`));this.openFromAddress()||(t===void 0?this.turn(this.desk.drafts.current):this.visit(t,i))}get title(){let e=this.watcher.watched.job;return e?e.state===`running`?`${Math.round(100*ee(e))} % ${e.name}`:e.name:`Studio`}leave(){this.left=!0,document.removeEventListener(`keydown`,this.keys),this.watcher.leave(),this.sheet.leave(),this.desk.leave()}keys=e=>{if(!e.altKey||e.ctrlKey||e.metaKey||e.repeat)return;let t=/^[a-z]$/i.test(e.key)?e.key.toLowerCase():e.code.replace(`Key`,``).toLowerCase(),n={s:this.start,u:this.change,p:this.stop}[t];n&&re()&&(e.preventDefault(),n.click())};async once(e){if(!this.acting){this.acting=!0,this.stop.setAttribute(`aria-disabled`,`true`);try{await e()}catch(e){let t=e instanceof r?e.problem?.problems:void 0;t&&t.length>0?g(`The experiment has problems; they are listed below it`,`error`):C(e)}this.acting=!1,this.stop.removeAttribute(`aria-disabled`)}}async visit(t,n){try{let r=this.desk.drafts.all.find(e=>e.job===t||e.jobs?.includes(t));if(r){await e(t),this.left||this.desk.drafts.select(r.id),this.left||this.desk.drafts.change({job:t}),this.left||this.desk.select(r.id);return}let[i,{yaml:a,assets:o}]=await Promise.all([e(t),c(t)]);this.left||this.desk.open(i.name,a,{job:t,jobs:n.includes(t)?n:[t],assets:o})}catch(e){if(h(e),this.left)return;e instanceof r&&e.isMissing?this.turn(this.desk.drafts.current):setTimeout(()=>void(this.left||this.visit(t,n)),tf)}}openFromAddress(){let e=new URLSearchParams(location.hash.slice(1)),t=e.get(`yaml`);if(t===null)return!1;history.replaceState(null,``,location.pathname);let n=e.getAll(`asset`).map(e=>[e.slice(65),e.slice(0,nf)]);return this.desk.openText(e.get(`name`)??`experiment`,t,Object.fromEntries(n)),!0}turn({job:e,jobs:t=[],text:n}){this.showSeed(n),this.watch(e,t)}showSeed(e){this.seed.placeholder=`seed: ${ea(e)??`random`}`}watch(e,t){e!==this.watcher.asked&&this.watcher.follow(e),this.sheet.show(t,e),this.element.classList.toggle(`choosing`,e===void 0&&t.length>1);let n=t.length>1?`?jobs=${t.join(`,`)}`:``;this.router.rename(e===void 0?`/${n}`:`/jobs/${e}${n}`)}chooseFromSheet(e){this.desk.drafts.change({job:e}),this.watch(e,this.desk.drafts.current.jobs??[])}async begin(){if(this.desk.lacks())return;let e=this.desk.drafts.current,t=ga(this.desk.text),n=E(Number(this.count.value),this.seed.value.trim()),r=[];for(let i of n){let n={yaml:t,name:fa(e.name,t),assets:e.assets??{},...i===void 0?{}:{seed:i}};r.push((await l(n)).job)}this.tellOfBefore();let i=r.map(({job:e})=>e),a=i.length===1?i[0]:void 0,o=a===void 0?i:[...e.jobs??[],a].slice(-16);e.name===`new`&&r[0]&&this.desk.rename(r[0].name),this.desk.drafts.change({job:a,jobs:o}),this.watch(a,o)}tellOfBefore(){let{job:e,ended:n}=this.watcher.watched;e&&!n&&e.state!==`paused`&&t(e)&&T(`Job ${e.job} goes on beside it`,`Cancel job ${e.job}`,()=>void s(e.job,`cancel`).catch(C))}async revise(){let e=this.watcher.watched.job;if(!e||this.watcher.watched.ended||this.desk.lacks())return;let t=await i(e.job,{yaml:ga(this.desk.text),assets:this.desk.drafts.current.assets??{},expected_revision:e.revision}),n=e.model?.name??``,r=$i(this.desk.text,n);r===void 0?g(`Job ${e.job} goes on with this text (revision ${t.job.revision})`):g(`Job ${e.job} goes on with this text, but with the model \`${n}\`: a job keeps its model. Start makes a new job with \`${r}\``,`error`),t.job.state===`paused`&&await s(e.job,`resume`)}async halt(){let e=this.watcher.watched.job;if(!e)return;let t=this.watcher.watched.ended?`retry`:e.state===`paused`?`resume`:`pause`;await s(e.job,t),t===`retry`&&this.watcher.follow(e.job),g(t===`pause`?`Job ${e.job} has stopped; its picture is kept`:`Job ${e.job} goes on`)}async again(){let e=this.watcher.number;if(e===void 0)return;let{name:t}=this.watcher.watched.job??{name:``},{yaml:n,assets:r}=await c(e),[i]=E(2,``),{job:a}=(await l({yaml:n,assets:r,name:t,...i===void 0?{}:{seed:i}})).job,o=[...new Set([...this.desk.drafts.current.jobs??[],e,a])];this.desk.drafts.change({job:a,jobs:o}),this.watch(a,o)}async startFrom({url:e,epoch:t}){let n=this.watcher.watched.job;if(n)try{let r=await fetch(e);if(!r.ok)throw Error(`the picture cannot be read: the farm answers ${r.status}`);let i=await Ta(`job-${n.job}-epoch-${t}.png`,new Uint8Array(await r.arrayBuffer())),{yaml:a,assets:o}=await c(n.job);this.desk.openStart({name:`${n.name} 2`,text:a,assets:o},i),g(`A new tab begins with this picture; change what you like and start`)}catch(e){C(e)}}show(){let{job:e,ended:n}=this.watcher.watched,r=e?.state===`failed`||e?.state===`cancelled`,i=e!==void 0&&t(e);this.change.disabled=!i||n,this.stop.disabled=!i||n&&!r;let a=r?`Retry`:e?.state===`paused`?`Resume`:`Stop`;this.stop.firstChild?.textContent!==a&&this.stop.firstChild?.replaceWith(a),this.left||this.router.retitle()}acceptDrops(){let e=0,t=t=>{e=re()?Math.max(0,e+t):0,this.element.classList.toggle(`dropping`,e>0)};this.element.addEventListener(`dragenter`,()=>t(1)),this.element.addEventListener(`dragleave`,()=>t(-1)),this.element.addEventListener(`dragover`,e=>e.preventDefault()),this.element.addEventListener(`drop`,n=>{t(-e),re()&&n.dataTransfer?.files.length&&(n.preventDefault(),n.stopPropagation(),this.desk.takeAll([...n.dataTransfer.files]))},{capture:!0})}};export{rf as Studio,ce as i,A as n,k as r,ef as t};