import{A as e,C as t,D as n,E as r,F as i,M as a,N as o,O as s,P as c,S as l,_ as u,a as d,b as f,c as p,d as m,f as h,g,h as _,i as v,j as y,k as b,l as x,m as S,n as C,o as w,p as ee,r as T,s as E,t as D,u as O,v as te,w as k,x as ne,y as re}from"./page.js";var ie=Object.defineProperty,ae=(e,t)=>{let n={};for(var r in e)ie(n,r,{get:e[r],enumerable:!0});return t||ie(n,Symbol.toStringTag,{value:`Module`}),n};function oe(e){let t=e.split(`

`).map(e=>f(`p`,{},...te(e)));return f(`div`,{class:`prose`},...t)}function se(e,t){let{place:n}=t;if(!n||n.line>e.lines)return;let r=e.line(n.line),i=(e,t)=>[...e].slice(0,t).join(``).length,a=i(r.text,n.column-1),o=i(r.text.slice(a),n.length),s=r.from+a;return{from:s,to:Math.min(Math.max(s+o,s+1),e.length)}}function A(e){let t=e.label===``?void 0:oe(e.label);return f(`div`,{class:`problem-text`},oe(e.message),t,...e.help.map(oe))}var j=`targets:
  - features:
      - text: a curly spoon
`,M=`targets:
  - features:
      - text: a curly spoon
    transforms:
      - random_shift: 0 1
`,ce=`targets:
  - features:
      - text: a curly spoon
    transforms:
      - random_rotate:
          degree: -90 90
          center: 0.3 .7
`,N=`targets:
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
`,P=`targets:
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
`,le=`targets:
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
`,ue=`epochs: 300
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
`,de=`epochs: 500
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
`,fe=`resolution: 512 512
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
`,pe=`# A direction: the red balloon of balloon.png becomes blue. The words say what changes, from the first text to the second;
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
`,me=`# A pattern that repeats without seams, for wallpaper and wrapping paper.
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
`,he=`# Two beings in one: \`select: mix\` makes one wish of two, somewhere between them.
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
`,ge=`# A film: a tulip comes nearer, turns, and becomes a balloon.
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
`,_e=`# A composition with more pixels than the model sees: four targets, each with its own quarter of the picture.
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
`,ve=`# A border: drawn over the picture after each epoch, it pushes everything inwards.
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
`,ye=`# A turtle from a pyramid: the picture is the sum of pictures of several sizes, from 4 x 4 pixels to its own, and the
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
`,be=`# A bee from a spectrum: the optimiser moves waves of all lengths instead of single pixels. Whole forms come first, and
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
`,xe=`# Inpainting: a part of an image is drawn anew. A strawberry takes the place of the balloon; sky, hills and basket stay as
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
`,Se=`# Two things in one picture, each in its own part: a lemon in an ellipse, and clover around it.
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
`,Ce=`# An image instead of words: be like balloon.png. Not a copy: the model compares what it sees in both, not pixels.
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
`,we=`# More pixels than the model sees at once, with one target: some looks see the whole picture (overviews), the others a piece
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
`,F=`# More pixels than the model sees at once: one target looks at the whole, the other one at pieces of it.
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
`,I=`# A schedule: one thing for the first half, another one for the second, and what is left of the first shines through.
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
`,Te=`# A butterfly whose right half mirrors the left one, to the last bit. Other symmetries: top-bottom, both, rotate-2, and
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
`,Ee=`# What it should not be: a negative weight pushes away.
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
`,De=`# Outpainting: an image lies in a larger picture, and the picture grows below it. Under the balloon of balloon.png there
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
`,Oe=`# Two things, each in its place: a target for each half of a wide picture.
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
`,ke=`# A tomato in four colours, as if it were printed: every pixel is one of them, or lies between two where it is undecided.
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
`,Ae=`# Four copies of one tile. The target sees a window that is larger than a tile, at any place, so it sees the seams, too:
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
`,je=`# A strawberry, for a first look at clipig. It takes less than a minute on two processor cores.
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
`,Me=`# Six attempts from one file: three ways to make a picture, each with two learn rates.
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
`,Ne=`# A colour theme: what the picture shows is one wish, which colours it has on average is another.
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
`,Pe=`# The colours of an image, in the same amounts: a turtle in the reds, blues and greens of balloon.png.
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
`,Fe=`# A style: a turtle that looks like brush-strokes.png. The text says what the picture shows, the image how it looks.
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
`,Ie=`# Step 1: a text and nothing else.
model: clipig-tiny
seed: 1
epochs: 200
resolution: 64

targets:
  - features:
      - text: a turtle
`,Le=`# Step 2: another piece in every epoch. What leaves at one side comes back at the other.
model: clipig-tiny
seed: 1
epochs: 200
resolution: 64

targets:
  - features:
      - text: a turtle
    transforms:
      - random_shift: 0 1
`,Re=`# Step 3: turned instead of shifted.
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
`,ze=`# Step 4: several looks per epoch, through noise, and a wish for calm.
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
`,Be=`# Step 5: first the form, small and with large steps; then the details.
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
`,Ve=`# Step 6: no black corners, and a border that keeps the turtle inside.
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
`,He=`# Step 7: a picture nine times as large as the model's window, seen through windows at random places.
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
`,Ue=`# Step 8: first the whole picture, scaled down to the window; from half of the time on also pieces of it.
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
`,We=`# Step 9: begins with the picture of step 8 and lives in the sea: three targets with three tasks.
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
`,Ge=`# Words with weights in one line: a house, with a little of the sun, and nothing of a tree. A weight of 1 need not be
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
`,Ke=`# A palette as a wish: a whale that settles for four colours. It begins free; later every pixel is drawn to the nearest of
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
`,qe=`# A thing on a ground: name both. Without its second half, the text leaves the ground grey, as it begins.
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
`,Je=`data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAKAAAACgCAMAAAC8EZcfAAAAwFBMVEX90z380T38zzyc0vaX0PaWz/OWzfGWzfCWze+S2PyU0fX7yjz6yDz6xzz6xTv5xTyqyMqXy+6Xyu31szu4qqKWzO+Vy+2Ty+2OxNN8sJZvq2Fvq1puqlpuqlluqVtsqlZemldbllFallFallBalk/qfzezgIrhWDXDWGFXk0mCbEuMWjKHVTDaOzPYMDLYLzLXLzLXLjPXLjLWMDXWLjS5OzzYLTLXLTPXLTLXKzHYJy7VJjLbIybVIzHUIjHaICa2JanOAAAK8klEQVR42u2ce3eqvBKH0YqCylFArFZrL9bLadWKsE8Vbf3+3+pMEi4J4N4EQusfzXrXfutlLZ/OzG8uSazUuPIl/QL+Av4C/gL+Av4CXhOgAus6AS3d0IGtLsv1uqLAA+uKAIHHaqqq2qwbigH/1fEDSwxkcUDdkAHH6M3nc9NcrNcL04QfewOglHX9pwEto6GqALd01zOzZa49WGuzas7Wx+W8Z6hq3bB+ENAC48nd+do7n2YdqdJZf21se3N0TElqzeBJZ9nTwbjWTwEaddWYL72T97k2pVansvja7GFtjotWpy2Zi6/D6fRnbqiy8SOAug5467PnOp8LrdL5T8U8bvd4bb5mUqdTrc6OjuOdHUBs6N8PaDSbPcBz3M3XotLW2u32OgDcHdadVlvTpNnnbuscAFFuGt8MaOnqYHnyHHu/+VxUNK2tVWaf7/s9ZcK21gHC7d4GxGVXtfTvBNRlteecHBexYL62Vl0EBgQTHtfIpG0gRGFpO6fDvJnTiFI+9+rL08EBlC0Ioo35zN0+WtujWekAoeYLx92fl4ZqfBegAe49g3dRtG3MqhbZKljvyO8IsNUhkfkB9u7mIpTy8HXh43xLoWBDq0V52JcJJqya/lOOd+jlIZRy8PVsj/CBQAhfxEH5mA5D5OaDN89BKOXgO3iub6eN2YphhD4OTNvW1kcSnvb+lMOGvIB6s+v49vOzCQasLKIkQ3QM4vFfCvMP2JCfUOLlM0I+SCa+kQBjfdixTg6M2+5UF5/bgHDfVfUyAa1Gc+nrg3YjhOCBxUMvVvwXoQbuQqWsjaZVIqChzs8OrVTfftKM9TDtfiaHO6dlmYAgkJMbIkQ6SGgEZ/CqlohCIDxzSpkH0JKNtWdTURYgaJAFYyEYZkKUI6kItQ/2oKmXBKhTDt5voVgEPmwlNQIr5GcMzOtkiYevS9kPqSAwYDxNk1+Afp3id/iyIQegBQp201yIWq1tHJBSCQ6B8A02KFlWSgDUQSFOoh24oBHyhk7qG/h0IuUzIPZg+PnxOhKTMfIxJSJsQks4IBuBO0rDKNElXRw0rSmVhisKOQCXlIfh41vU56+PCcB9lMdx40r9Cq7HIWQps4MHzsFOlUA7Pcvs/xfZGAUhFQSu182cCyWOIuKklVocYZskHhjZrKQHIZdMsgLqjETAgXQIJlqFWKIkRt5TMlmKdrEFbdbhgy1kUYCZx10qYBQFGjsS2Nl9LGVPgjaTQyKNMM1AeqaOZyIOH0tZQ5Aqw2wWTmu2koBsLoeCrOqCXcyEYPzD0wEXlIslphpy5OpsgNBoOVSa/qt16HZHuxynWYNQyqjh7qVWJSNgTOkuFBOhgHQrHcsy2QBb5oZO5s4pq0qkrBqh0zQLyNYxuhpGtTDe02aXsZRHxHS7nxMws4yzupixIN2tZgPEmzc7Ogaz9gtSjlYmH+D6F/AXUJyK8wC2GUDRKk6kmWx5UPtLmpl/ZyVZpFYSaqwrPVGzIx3bzmetxe9l1uLYyJSvWaC7GWiphQI26vofzy3UbrH94MEZCFVxPM/QQ12ejhomY1ns0BRrZ8A6TLuVBbDcmQQ6VjqG2BSSZapjd0eczBrJPBfXjT+0jsMTkoyA7Q6dpz+yhyDHzgLbcLHbBu//3llgk0zmoS77zgJkQvfi1sc/AVkj82xvZd8frC8pwnd6/zRtB5gFhNn++E4nmewbhJkB2XJMnzLFAix51hTXSPaJiQcQ787YtH3+uYHZpme6/S7PzgyPi1kT0lkutZTQqbLD1BGOfQ/OPWqox6nbRxc20akoZbaOXK9bCmCiKYwOmtISIX1Yx/RafAbkAVTQSZibCsBuG8SDlNmfw31COYDsSQlT7ZIy3lG1hmm5eU8TuU47oaeJnPzuXz1Jb/opETN5Eh3Vcd3R5AK0aCdT/V7acSzzauhh++DyHXZyH2h3vb2dGEzYQhELUUYiDve9Cs47C0jJbrQPHDIkDiJ2ET1lXu7j7By3PuiuJprt2E18+hgA4EMDogBsKOUCKlbU/Edn2ommOqojlAGBry7zXoLjvtjD3AsIUknixJjOkoEBPzgzYE5A+lAsxIhdfqOvRlXMAD1HAOYCpCa8bZDstMTNnsi2QRmGSa7O/2G5AKMpPjQU2w5Q5FVzGzZZPVX/FkCqawhPnC7cH6SeRz3CN90fbCh1K9xn8F3Jdnz0tTO/SnPsJRQHpDa7gutHF66IRiWGq80vDBjpJOoJaJXsAsOGXYTLfWerGGC02xXMbkxDE2BHErG9rqp/I2Ckk0AmjEqCViZ8MreDC9xEl/0x2W9MUS3ZJTVCJIIG4Zwezg0IOiGA/gjPqMT3ezirFDBggbv8flsTjnd020+sGtwDcHIrpAhgOMj70xE1vfsaCbvED55BXRhgqBNfJpRKYs/kaxKKAzYa5B6DP79RHVeoEex02+PYKhIKGJxN+F/OiFRCWgjN/waMc+oVMGCxrwwRJweXugOV+Cb1JYIUUuS7YUUA0V0QpBMik7CWEI2EEjl0fwwQNdfIhGSfKFQJqSNoTNkUVUhRQP++Dzn8DDsXXyP4/NXlum0pHhCdTgRbbaFKcB3xq0hBhRQG9HWCq4kWqgRpBElkw7vVVgKgv1uD9xH8WoI1gnfkYNC0B82fBfSHUPJVP6ISPI+QO6GFFSIAEF/NdLBM/LkEw2ogka3t/THq1s8DDoLZhKgEzyP4zqpbWCEiAIlOyPk/mUtAIx0JqogAhQgBtOpIJ0gmuLjhmR1tCeYeNEUDEp3gyEMqwb0W+kGEQsQAkiEUZNKuoC/s4mhcHDf5tmLKAWwO3IN3nlVb5ul0OpvVqnk+uV89AREo6M8YgE5Wy+Wy0unAv0uzU4F/V683/WuxIMygt6uh2qSWCk9cE6BSA8C+oigWLPhfvzZYDWrW9QD21ddXtU8/Hq76cuOaAIevN9blx9cAuLqlGtO4RX8c0IrFnIVj8poAZUa1sYdXABgzmSVOxKIA2aCLh+RVAIJs++ESJ+LLgFHWVf76nA94M1yhP4NDVk2ciFMAEQT620C1YAVfxFTq0VP1BnqXwuSZ13m0VvNSAIFNaWAyuX87GAyGZN0FizyEFwa3BLaOfxmsire3FbXe3oaiRQIfhdmUWwQGNPcPlxeBHQz6AaX8Ckz0Wr0ZAksdWK6BPomgEYb78WQyGo0msTXCz/nwk7uAsv/6Fl/CmgVwq0zg7iaYbEKwxn9bGJVwjhFlP25BcYCI7hbg7gnbP8ASnKPJGPv8LYcFSVKArGQFi/zMJAkJ0yFDgEXGuRaifOACBDAgUVCmuEkunCXgHUR/Eqab5IULIbMCog9WMFhNvkWZIkgV4cJJQkHkwGn1pYd7TremrvssgAAHieLmRsaJYnj3+Dh9+W/Kenl6fAyyxI0kgC4LIIIjbIjM53qZPj+lrOmL//oTcErjcVmAUbeAEiXAYTYChkGen6cX1jMGf0ac5QEatX5Eh6X4jNjQR18ES4A+PYkBnIyTiXp4W4N0YfUR3XD4iGOLgy1YggBHCRk/PtwNajWrdgO2eyRw0zxLkIuB8JVZD5AbH4aDWkD3PM25BAGOcZGm1wSeggrzUohOIOB4cs+u8Wj8AOlkWohOJGBsAd4TSnPToqscwNEIrDcVskoBHE1E4ZUCCOabCuMrAXB0L858ZQCOkDiuGHAk1HziAYXziQYUzicWULz9xAKWwScSsBQ+gYCjhzL4xAGO7p+m1w1YioPFAUL9LWf9Hzy2lvUTrU91AAAAAElFTkSuQmCC`,Ye=`data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAKAAAACgCAMAAAC8EZcfAAAASFBMVEX+8qH86qD455z61VzwzlzlzXKYq6JgnNBrhJg1ZK0uXKgoWawtTpAjN3MZMHQZLHAYLHEYLHAXLHEYLG4XKWkOI20OGEcIDz2mBC9HAAAllUlEQVR42o1diYLjNq6kZZNNSiQlS5T8/3/6UAB4yN2TfdpNMplp22UQR+FijH+9nv5z0fMp2/Heynt7n6e3r+fzJY917oce69O5vofnONIyt2dZ6DUp/4yPf02Px8O4+u/xXI845+N9bPRx3uBPH4/JL/Tq/kbRGXomR5937qsBhGcihJ9row8taStH9N45ZxXg6/myFoCf/oaQPmvAFxy9Tbzhsy/7oA9q+H52gvaeIwliK9cnGUFoHs77QBAV5DLThwPdkWJMA0AI8Ah4I+emCX9NHSPE+XQDwK3EMIqPfsTPd3xPax5+Du03QiERvJeZPud9kED8ZFiE/C0gx/Zu9MTo6czyzgBf9NMQIH1oezf34FcDY4VJEsyDAJfxdJ9PO/38kt8Uz1JSe8u0r/heiUSRy+dzzQpxAsJYUlzm0N41hDnvRzF8hABYSDfeW44x8HcW/eCXT3LaT/sTWQYiwa2frreWfugGz/H5xjNv+azf2pISA2A86F0yfea1hyZEF85ybCmy/PR7hzlGBmghQOCDEtKTc5w7QBIlDtsCwdHO+KxHvAQW9xc+556TEYkfajnuJQBnMhM6rQN2eUWnEEkb8r6e8WW9H22GAcKKq2w2eo6jnNZMA0YIEhDOc82EcTtSSJl1ZcFnm1/4Fjo9d77xfQ49Y/ckK8YrYSZvHDIh/NyEmBNs8Wldx9gAigDrQ+cyka0/Roz0b2xchDHThwbShVnUgTT8+sK3kBMRt5TPuRqNhwRTFEU++JBZiEaFOPn4rH7D0dGECpCMuORt+0JIlsUYx8OGe4qEsUTSEDzi70gSUDQv/zq5JSwOCijWrrBf4qbofKofuNj9fvZuzk59BuFMJxnNshg1YqgeTndAeJ6ZTP1xwzjhX62LCW6L/ooxziF9cFgk0OtSfAvhEwXcmomQn7QASMFA3QAfMiCe9OPV4ZDDfdFBEW561xK9gY2QBtLbk2QKvpx+wXVdd3Ll0bvbYU/ACEESQvKjuVyXfgw9Zf6BWMnPG/GZW3cyVgEOjooOWV5LQKoQH9YruOTJEz+NGDGfDWlvOo5BjitZBAkyEcabICcctgSoEBUfHhxJ8O6JAEI+DwCP0P320+55BLie+Hb88rLPIkT6DFcuCiHeWcjlYdhGhhAV4GgGgxGM7+jsZMxg02YK5KfmcHR8VyZ0pECOtF4V8N2Ds0+eHGEe8UVEgYvFdUTYPQ6HHlKcdHk5NAE4hKMTP08v6FIkOea3CnLAaOKRrvvzSaTdT+eNKuAYmuK5n8nFjpDwwRZI4xJMOdD3dRM5GJ8KY67+kWyEgkd7m5QocOfSz3g/31lwEkRE6YfR8BQ/rCu3hxTNLZOpQXsr7Z1LXtMJ0+5qaJ81zrsEoZUimsxvapXrEEDbxZcTDt6wO4ACkuByWsnfbuSF8hHV6+HLGZe+wEGERBDIIu3+FhjrMRKFlQBOlbOtZ3o1KuIVWPu+H1fx3QAu0cKL+LhnBkd+BpzG7xu7Ibw6MUiwnXB/T0TLqzztHMyjEcduwz8KkA9/vwMkHfv6rp8o+ChaGnCA+i3h/h388C5OUBwMxbGTP5+gNd+MH/d44AUVZtkz8boaglUFnfBBR6AzAE70xqQ463vd6xHbzy9dVipr3IcAtjAKFoZQpuAezf0Z5ovh5+8nXQnPkbf3fmbX8UEFwY6dUC3iWPT16BdzShsbyev5ejVCP+CrCmjIxI1vAImKBYofqYObqkvxEODPvx74z3SChlL8cQPtzifTekJIsWE/MlOpWOaFYgAfsuWw9gtgVcCpfIpZbAMI5um+wImmelI++iPr/sQXyXHu1WzzMnio3YrF/5AunJoiUPwJwivhF8g5Pl8dIAfNmqyQnzhms4R+wgE6Z1pMA+efLPIRCeD0/EIY0nGWHsLBR3NlbiQiOSnnKM05U+W3lH/sh34D0qfIRiKKDEeTGnO4zhjMXBHGSA6CQSmkP56nJS0CQ4hRvGY+KQscfTq5orAxqYTVyglPgUJ3AwgG3vQALzmJh5GHIAds2WdP9YCJu8bF0AsEIDHJ6V/AOkAiFCd/V3pFpqMd0cG84IUooDM5gtVOMMVkLCC1HIHicnfYpKhPSn3ggD2cRfXQD3bhFgBn8aQ5/I1PDlcBkrtgDkI4InHIGzqSgV/wTvRdiRwVUUEyMU//tycZSc2HOH9qIS9ZOGTA+3QDeeiHG80qflJJwT6/UPFDJ+6IW0AdSUenlKPkv9UYhJclzvWfgaK5cvxYVTA5BphLagj3IeLRGcPXKqtsrEuBGJE5fdyRFwGIgP8SVJ78R1qRx0+ShZI8rEPSQPFMPmNAhypECLnmID9RVZBwWmclo9NDziO+aIxleN1ASAFHgDMdclkz66CdXEqRTqBApcBX7Wjb9JAmg+I/SI2EQjDHkq/ml3Q0BhNUBWfQ6Re9JclAJTjkryTASWMdPLQS61Z4MdX0SWM8uz8KbPQcJ0hjxTZy/onQnUf5OPq5nSiUr1UcEjvhK7kzGGZMU9wR8V6ctbfyQW7eci++ct7uoWP70ipBemPmGhJgSGOsOOwvj81M+iRhk4Uma+n8/etZldYFipSEr7NfcfKcyv0AIOKMIozKiY+tdL6RKkVwpx5MA0hfaa2p8PSsZ3oHx2iJ2hDzOuDjpF7THJBflsKMpgnQMSuDqlLqaZkt+ElLRIseMufvNYq0epc7M6u2EysWrTggQfP450PONkQihwenjSOdY3gUJwvbYWdYBBDCyBwBrWeAxilAOWQIsMIrzraPom8F/aYcwsztBSBDbvoXPjNFChul0mu4116eo9NFedAT6+mkJ9gGEAJXgFOoH5iODpC+moeXNaJjNeOi7NbEeQDo0z9EOIHlreu2rTVkNHzkdOgzF8cuMwwCZJem6R0JnI4Ysa+JEEUuhBHPgcmxi0uOteqVNGclt2SOGn8o2Zt8qn7cmC/bcDuiGqPbSX+J29uufER1xc+4nmZGtjnTcmFwVLhu42vxikmhBVWiDFjre3GCEfgKkCR4JMUHyudrLvWw0y3FJJ7NgV2cMtd3fn7Yo3voyDJrELKd1XIYYXotBrtWelPthJxhJidNQp7MpAW+hEj86gBJBwsjXLIUcsjMcJ6UOo7VDktpQEUH/yS8EFVVK+KgA65s56d7aeF0DSCkn5D7ulrrzWyYTGlVYwiqcVaPmBzf82ki5Zg5b+or4d0AwHZaaMiznJwZp8je03vl38SbRBhLU0jfC6zq0zSB4hxsJ/ow9UOe5z2qBqXyUoDGEWfJ+1sBvswP0bej13E8SjeuUrIHXsAO7Fwj6Z1k2UHwcTEZx7uElp4NPtCqyxV8+06RnfTXPgngVCPeIrGBcg/NoIgALIvTrAam7w3CImqW1Zn72Q/ekMSHHG9XxfOI6WSooZdAl66AT1t6EOHkuWZ4657ooy2pCiQ4NTsJNbmsXsGiahbiuckRU7ZikqRgECMeOJABH4nvOASdFMUka+2lbnJ/VQFfr2vuAnT1o5sbZA1m3TGPoKorejpl1EHkDPhk0rEfdGyJkgHTCkVM07d1VaKucbSkzGzgaSl+twy91/cJnKsHnFod4cfYwgKcMrvcPbldmA+KUA9KlQWgsAl25quVTgcD9G7PO9JS+zH3wiqrc570i7kQUUlFcki/tJV0lJ+WXYwU13+GIOc5sE7K7CmjJ4DCHQ80iX5E+sox6ZhqZLKi3EgjmSsk8/71SCphtK9AqfaEHkNwgq9sqE8vtXszhONP7+NMhvygZ+a2bu2IIUR1Vj6PAiSOXuoZiw9a0ieJRP8ACN716G0PFKZR3pPUsOwHChoeKbh7jqnLlUcB0llKQneCE1CejrLaeW6rkFw0MZagmq75gXxPES4hvOTMzTY8MBSm4GNXxnHpgvGhiJq2Yz0psnhvR3zPdPUoPKVa3yOEzFrIDZKFAOPOGDdKT6uPmbSyJt/X6vHUDM6I8XKeeOSMKtvpbul5gPMNTKRmlHxj3o9J+O7zORaoGlF1qJSIpZFB/IAUvFduOKE8iaN+owwStH5QP02/seMY0JyryfyggBjTKVW2e88yIKWK6JUFFKQJKZn5U5ugTQGv0ms30NaeProfKTWs2qikRIy0JIXmY3r4hlmQs+cCPcITHk47OSmZY+Lk4PNVJqKfpI+ChOZYuAh6cWh/Oo47QgivPLRiYe6NHXeER+Pa8ThiE6Bf/M8I0ZJTV1N+EcWUtBMthR18UB3xrXTFukJ/RKa25Xwgt3my1aIkLbw/XfPwGvmedkDIp7y9izZ7iUDMqoEP1OJDGJuQlK+5WRDSO5mFu4qZ83v3o92pER79HLvci7MIitoqOGLPaPxZlM3PWj/h59zZm7dDnn5EhoSQ/DTqJ0dqJuKkIzRAJEtKwkIW97KGi+vkpBJbbhxF6CY1KHYYRTJFitoAiBautaDWRF1ffhmqm6Ggu0Oq0urgjFBDHje5YMOeC2g9Rxk6DdwFm4VmmoiuoSepyh92Ec41fxCALvM5MUBI7UUwE9Ew8l8Ecey1h3PjPuHnuiPctFJkKUGWQIzqa6Ud6AE1jDPFOeYh9mXg9Uxv5lcR0rcYAU5uXRrAi/1KeSLVJZ4CMxlsKvi07+k3wlRaTBEWj2qp38a5hwEjsW1iY57czH7YW7NcCUtZewa2WLCuniciCD3BDlH8AMChrhlQNd2PlO6lFiCMesp7rdFwOTwOkyNsrgNEVHxMr6TEeRDhlVFDU/0gljmh6jIA1ByHAfY+AWqDeSfifMYiCDtxawjXY9NMnPTDuXBDOIgxZPKE1sztq5eSuwhBCnKWr8ddzRRFgqRFVgudDJCsP34NdhDokvSLju7wRxthmqdRRoIGu71NANwwksveTX3r483jDyE1gCsFQHkvYvyHVJW5cG+0usjJ157i2T1gEWpAvxfkkEsnl4xwbQMty4FmGHtU9ydGOWfTThzioez6KHLEm3BYsA6KIHnVNrSWdTtAOs7OU9NHk4nkY9A80Zl+ylr5RWSlN91XLT6pGMP8rY4hZDPO3BCbwfAMop1Wxzau2w7VvF8AiQaU5gPCVRmbtz8yzpTP7rAxnMRN9wOTJRgd0TQb0dLH3xCXJSrApBDEDEp5b+P8TkSMW/8B8L2OPU3tMiHHkAyhjAhrxsuTJbW2nRvElGWQYnyE7ITbSNEwuqASRDK1CxjpzUghQAn90BUOqaytdu9ZhMeeeli25Vi/6DEodgREpNzpjF8QDazr5z6T8sa3Y+q7vlWhW2tD5TFxCwvTXpT174MIyQ62esqvSw85dYfte2n1PbQIKKviGjxB3OMXQEM+7sxfryBoO1eCa/HLaR1N2m/ofVCOTOGZzpJePc58aYMBDRordkIIH22qAxNQx68sg056RScH9lLICfSjRgnPHlX/3h3amlDc1zrP7rsEE4Y+jOPGFUlwT0B0DEM95BylmLDaVBHGXuoJKeftdyIktRH07pz0pWdADDNkL6pETo/z9vONsQCR+DNUgE/HdgQL8h70og70rWh5iBaydyVSX8sxFCc0E1x7NYBTEHIx7/X3SUvvDqMB+PqJgnG8QCj47AqRQlB/b6VHKhmM1ijyYet040bvka1pE4dvkddBLobelHASBThbB4QZMDHb8DO6wx86h/XbWhrKnVyGzKsAqHFcf4IIAqFr0LTWVAEiJtUGYCZTM7EB1PJk0nQhODQOq6HwBFEKtaRe08y4Hj51hMgnx8oBRTV5N/qbOVmpSUvCUNblPAO1fs++E2G7uT0uRU7pDlAnxRiidaG61byfVwpD0b9WHMkuY3Md21HWnIfmU5+aIoAr8IHIk8aM+GwkUcS4RMwc+tEx4+im60uC76GbkDxzxw0fPDJZZ27tlnx7MQYReNQkr3eAqqxF+x5VfJ4HK4jblaOkWoGuAMn1XncdbBLUjgJxM7K6fE9gx6nOhxbXd62zOcdVZnzomyAWbXBT0tTHgIZOJ4qW/GUywgoqXM/nMMO6wtLex4Wp0nXXevJ9LKKQNwtfQ49Tlx/mn/C6k3w0q7A1UsmlY8sY1iGuJ29kqtsfy0DxrN1cnqWjuHlyDc6u+vvrvvMRsnUwy2MRDuMvBPEbnel2HCNKDCvaBX6tJI4gcm8QfXaMvyDGxtnomfWe1su/1dVCI7Yi3Ydz5UnfhpA9wiaFeyAEwDhOwl3sczq6oWfA3UqWwUpEOO3ikOB7LVfHW5WdI4keWe+5JXmpVKEy2VrR6g8g2r3+oRTF8VJUATOnAkgYbqoYZJDq1nNB1TWtarT7+9R6eXs8ugq1r6wApZ7OLtCj4bDtHFLIRDIIfyYKIpCidXi/XTrJkeT6RmcBCNG1xGhSukFMznz3rqQsvLanTgESZJEKhf3KF8KsBUw6OUfStWwcYDOZo51NO/9UzNwngUhJdTIiphTV6cchQUZYNN//gujt96juA9F6rwLbe/mZaZ6MXdPHpkS8Ox9GXfl+krDBKSCgOHNlidhlXiTDR9WMa7jkfRib9mIxT0RcCggJYEEopncvd4jTAJFH+ykUYwCDJ6qgguTkCv6PKZJ8BplzK+Ddx2bElR/cJUQdmXuM4SnauOqgBiWeLqkU39yTUI2lOL6/0calgElWHEl65YqTvxt0h6j8uGBYBo0D8ipSZ8aYCD10VLHmSCJRI172et+2CKxai+bViCTkZOKJhh0UehWWjloZzAd9XER2mWxKmA3xN8d9OZ1TMy5I9rzvdkyne94ahiQODwPcdJJf4yCmP57o90MRUY2WYj7pHJnFLqxoFZZuyZmd0lO9SmmDBzy+8pe10G8HSTEIofv595MqHMOJRhvl5+Y4x+Q6sIXOWJ9LsF7thRMJxJYjYTr1BAxpTn+s1O7rqEmDyL9vPOeAoOLpP/DFNg9m6MiO5D8tsaxB5dkb1iOHQDusmTTRfrgZTCNhP0TCnVbdJm7z3Q7aiwxdZADr+RcyXmX5CZE4gCQvBpZJ6c0wscb69vz3/NarmzQMP4E8JbLBDSyuFX95YgQIB4iSzqCHQG7plsg43q/huQ2H7Ry4Nhn1NfQp8fW6avCFeb1e/j/my3hqNypEvMoh8fIcYiDDAovARg+ztXkQ4uealA4+4BPEoQgwIRACrlUMeXTFWC7KXuvAap4xPf8eMnuRL6cPJqOxPHdUhwRZ44RYRratwB/Ek+Bz7kKcemaC7wiJSqThr8TohoyTea/Bxz5TtRHWQH++702aBs0Nc+9e4v2eT51xOxO5UORigxS09a+TT+kxLi047vvqaoD7epHIkEDp0pUCZFqD5u0XNO9/KTORxogNm3xK75FEiAG878+Q7aQoKUargShEo5r6LboG8K0AX5fybwiQuHQlhyiMeene/PyBEL68nFp6ofQ65nT/mMC1RTr0mK+h7N8KcuhSujD/jU5H0BSgGDFybTqpNsLOLcPy1ZnoCNG3it6avg2DmvHCVYFFkGVUshBT8+Fr/aPyr4k09a+DHbbC9IifZMRbTWTP2mOFHUQ+HA5gyCe/9tIgQ5hhZ6MGBd2Afb2ceauCGPnKfXLoTq1xRc8v8f8GJ5Jnxm6kqVVUhGvqPGClKHGoBVJuS1EvfDtVhcyd19oEx9Q1ihQ6aLuejXFOjQ8Wso9pGHv4DS9fWsIRgJ/rqF762dO6VWLXvu8l/chp6M7dNP0+8bpeQZrf10YoMebaO/tXnR0zlk4me8fq8JftUhghuWis060w4QpMrCvxX1due1G+nFCza9t4C+YWpWr3lVQanb5uw/Lg244HU2RYrp4x6WY5D1RUsUQ63er85J5B0NqUsG6FSdzLChDkL6PF++Hx5tC9wLL0PrT7jVAfyp9lhAT7XuR9SBGZ/008kWh4QzFzNmvuKRLSCwy927aRIlbctur2yJVOHC+qREA3+iiCR65kGvbs7iP9SL85rJII8WD7A78k6uIn5BAc0NyqZagDfU3wORnQALoi7ojeet1HgLIpsKaTNxQokq/bcd7RsQY6+vJpuq0CDo3v9kgHiBIFeubIxacp8WYUgfQt6d4weSzvj2510Vl+kIovCRYZ8YugUgnxAVX4FEb/Lj1dHD0i6ICx7Q/flqGlB11NgNTCUaopqerZqkQn5SZBk7dr2D5Cj08HgvLKa2scR1hN4r6fGCdGEXY0L17wo39gSgoMf0iDqhjDMv/bq2EqlScX1l64POKPx7JVmMt1X8n5OG1wEBMWgJzLleRlNJoL08vNK5FIkSMWrIBgtWG6QWSDCUsYTrk+dUbLkX7da5WovFPmQvTn+rWRQ58TC8EjZ2Rq0YoyJyIm+Wv1mr3SuxySuWYukRCpJl3FOtGojS5e56lWwrtEcOwVMv4Z43cvoaR4XX+slpHrLShXJsihAdxKiYfOPQ5HmxldH/nR7MnDAO9ifFiPYZn2CGcN+jhi1114rXCZyRiva1BAafCd209meJM1tR9DbkliC0+OstVic/N4D8NdQrclYUGJwduvk26EAAXAicly/UNbWzwU/UrfZEatkRj81VF+sDj5w6u5lErwjjum7Il4Hm1ZUkYIMNV0f+6zyUhNvBvGcafbyP+43GMevu0/rJtWf9FwW9882UiHiGQBSyjYYOf11QmZzsluhtjgvqYuf/LPrYXMT/vnNtZhRYphPOm/p7C5MvJuSUXx3Lo8YiSMtXCadu46oPyE8kJB5ercyeiNrrWl1Nem+qAsLwfFFPWZjzIsF/CEN2aUsYT8+OeEONYXcnV+3AB3yHp58z3EWvijrzpzxejALj4dFmX2/BqjK/jHXo3/P/Lp8Kkz4zeIWW16+of4KHYou6F8n17s89EakEmzi3Syb8uldTK1MGd4765VPu74wlcRPEldm9TYjnPyUdq+95X4CpepQTveRJmCpxyXopxWYbTGc6avLY76MMC/8VHMi79W6JI6rmE4j7gZBjp3jwgztdF6qcWg3lvJISyWfhifJkuAvM3NnS27COfK2x8A6RWzAjxyhwJFzX/u+SXdXXg28r1jwE+9tw5VwgwfyH7Xtl11HLwHiwTo4AZR9eJY1hK3Cyre/a4CvD5zbQ1tV13XBGfEEuXfyujBPWKFSN8fppQPPWmUtriAHMI+NHpR1GdHjEsWvjr/NbAimUHhfgT4unKAdmqHLEglHNMwL57Zd+6fK52Ldzp3GiQoElHG1ApIT16Jdxy1H0dWu2XhBHTCdTDlr1yOJ/GGmGier4PfPb8xcYWGJfrKsho2pO7/Mmykx63mzRhPLiZL57JPFhSe69Nrbd5t++ofKGO3FUPnowPlnKAPvdhb8aNei/NHvYy8Rh7DN511u+vhXRehU2mcRW5fWP6Dnc1zbzSaZ538D0il/ll247q5j+GvJeOwpBtEyFGNrjK/WDobQP/stC7MYa6c7BfUJP6QZN1SFkwKffw/qlpPXgPAtHMhJOEXwIB1tXgXAaSXmF4Sm7w6Ph2Z04G0wDnZjJ7q/eUyAHAk01bxCF92zz+wMTTu7OzosDLIGG6OB2Q73yAC4JpxH8e5jfA8z/QhpNtan6AP2MvBJE+TjGVGHS8uJIul7tXNeJM4kJVW12LOGRND3A9KWRJfSvMmL6I1L3ohd/4GiItMM6AZ01sSn0+Sa4mIV75qwcxKFxWGQ2lg5I8LiIUEDtTBNAXksUYt5/OJ1iokbkCIE+5oiKsiwdbugc38hIEyhEqe0aDYk6N8oWNbpQrVF8Qpn3zWgTQwKR375UAscw88s0h+7eF5U5Xny0xXwE/xaDgg/sck9wRwLsixLU09xw4Ls9jMhQfNFC80VMgvYsA3UG5DVITpd9sP/3xQleKpTVQIdt2wdFw4kLGTbUMtVBw9NuJ5ctfUlTDekCbyxGeaeej+KHp3BHsvdLxcXZc6ZZbwGI4PQqTM2XGI8xgmEi7xaaeLk5GmPalhpTNtxGpLvCPGZJwiODI3iNCoSu9OdtjDAsEgnPMiOOKOjIigPtqrFCGdOOXtZgCJNyRQQjfY00p2uNPLQ2ew2NizzlyrjHzsZBVH7qssKP0BoOhgwsQCe2OvJ1ooam1oWCMnocyEfrKgK9h2fX7mIoM+w7DCh9J9QERnDjRGZt0xcA0+LK3N9ZZ2jgA39kx6qQtEmDDkGI3ut3lGV/MWsvklFiyDbP1WJW7R1LFWnnbmeZftGptyOTJE/ogSSWxkyNp4HbrD73YXUgMoE22tsGKITWER/TDoE2AZV9GJxnOtnpznTu7y3RaGp66FbGAQIuXKtzmAEhmh5XaRAMsp+Yhdjb3HZgr8hZVwOGJM+rRDRhERn5nNHHPP+WSQ6cP0gS9EQNAqZZgqaYcstIwXpcd+10Wi9x5LFzzHi6ZvspKmDoNG5V1wZ5C4QfGNR4bOkI+shVBN3EwsLW0mU4NCkhiWVgNCsXgPw77wNHcRkhAzirnjbSe8Btiv56ATxtgSers166G0KPIoZKkALebnNq7kdxHqW5jj6o6KS3VhTs7fGj7LPNRQ7yIEahiE3OZyycLY8rvc7ntN68BiB245SOkPgKSH1oyXApp6+RUlQtUCQvgevh5E+Kjj6aEfPISo93Qk1t5vOuE0VoC3xpk7J6FFOgFIVn3USwPaphM+UhvloOpuGep7d4RdhHc7UbFy0ul4Du8Gfhht5QGhUnCn4PinrwbwXfrO1zQAzNg45TrNbZ5m/qcIjb0DdFJQoBhlS6p1sV+ckY7wTVziF50UgEwfdQ55lXHNqX4icrGHkRsb/qMCORjy9EuEpjVA4v0LDTLMR4l/kN0BYN3g5Dle3RWjN8cq7KPeHvD/EuHjOdoJqIEuI5PvOn4hDCH8u1RRLzbs8wgUXLOsSffOgdYD8He//KGA31o4iNAFoq9pr6PcGOaMkkQS45praX3+M0+gQKBtowaQ27kxw9XUPszU4RlQvsDV0PBvEfLlDrZeLWBBNY9jT3XDC9eEgg8xA5n7HvIc7hScQj09qa7JZ61MEj6sih95Ui/jmvqYied+MVUb5vg/DrmdsX+ithiTTn9jXhcl9oeIOA9T5beNoKLRmciZcNooRp6ZmMrS2w0g1zIT4EnPKx0p/jroelTga21LHSI8KehGvSBhl0ig3jzf3kUxonyEqQFUsXm64OX12oqDGFaN6Nq4dLKOjJIz8V9bcxYMThGd/i1FlHswt2MrqQkg54E0UbWQ+EFkx63Tw/WezAGjXDOid9kQhyeFCHI1K/DJHk+od1dKx8MFVDu8Htwye3Ctt2AM869FFHpRT6bx1sQ5kmuXFsg1PRpuGOHtq3aMupDNMiFCRQaizfOsOMSItZlFZ9/EAuofVzh+zsd/LR15EmGTSV4LKnWTjgWcup1ctZQiG/Zl0t8YnzWHOK5yLHJV4CeHrvX0TkO5tyJZAtSCeyOMMfza5/GvhjrxJlTsS+eihM2lYg4EO6GMcez8BVx38ZS9ukSfE3XJ6AjznwCrS1DrdCFKWvJuq5bzcG+WbQAi07rYLmsjqj51SkHiR78wZqwK8NBga0Dh7zCTiJs08a7xU+lQB4grGMalx777TxYdD17/RoLL3fG5XQzLdwPUO0wYoDctl5A5mp69oOOJy1u4vsr1PC0GKNS4yHjILNsnw6AAe11DBIMoBvGfOQ4sC+vh6NxpnxsIiV5LiEBn08lECDwSh1ivUzoEMAnlnOoKLkDh1gzpiIj5vgTmPDRExYCvavYL48PUFR0i8Qx90oiQx580vzmIw4aEA5KFt+nFoiAKwCtXFLW0EY/aqjjFn2Wpd2wQwnTcNwV6aUULGGLAMVSHGSobfo9Drv1mLFIzvoD60IGaAy61VXxw+wq7MUz/xp94+hi9VKfpV0lueEQJtrbO/HKbJf8unBFOTobk9l4yn0a2jPlqkcZuQ7jjKu7tlOWArERwDaLa5TtwqZ9ei9EuSplQlqs75jbE3f9z5E9xWgkvPL/Z88ivqn9p0Qlb8BQlec5wPXOVhWPN0A/Wq3/ILhy2YGRBkjmsOO0+hWOXJs7/ggnfCP7SAEbzfcdCGpwNjgalrPXsnRuL62umxkJWkS8BFNtolEcMul885HgU9o/y8q/H9oxpcue3BDG9NbhDXLckS6LDywlhHVKuLSSXypU6UWdHM2HdsksNYzK4ad1WE/nnMz3aEadfALH02GO7QzFuvuGD4jpX90t4JH+VusTV3jjIdUdgOv2q0FdPSBxug7TPf+GcHpWu0juYtXda9D6tp7u5Q3LZHR9UkD7YVoAouaBDg5wO+9hO71pUn7i2WSaeFkqp3xY589SRyvML4GSlMuHW/W32c9MLrKtHsa9uKLjr5vZ6pNLxEMR2Pr2XLW0U3FDk1EZVkjEpSgbGPZX00VuRNRXgX8Nw79ZjYSRwsyi0vo3zfI049gsuMVj/6jfu3y5s0V1xk5K6X64FxhN7fZjY+tSKwqFXN/pxz0cR/pU6TQ+52rIqOd/v9px4GoU3YM5zp5Bw8DA1xsC4etgNpX83J5bVrnjCzDll3bJP49KkBZ9Srze9O2fcHXGlrwE/N9yAzPeC9gsS2cvygLD15dxX7bG8T/D4pd/I0xvDavlVr6YH/y9jZ4r/WwjqHWI5oxb57uPET+H5w5rY/WbD8ak+QnMS6y+Mh+gZ40a+ehFD//p8GNg4qJYpkxP+1BtgfXUO+dizUofj645PHHJrobr/uArvqeX2d8vquL7Ka15nJBfLHxq+8E0ojjfvi1k2C2lHvX1Lxx5Dvz/Unnf9v3R27J8AWRWhfu0/ldEnR7hCtfGel+fZivnLvWA253z3e/MmTrb6OnCtuvGcvi751puMXuOlvx8v7mgAKNe/tuup5Xb99whQIeoZk3T38UIjqN+EImRmp6cAMZE/pFVLTW/Kxo6Ht2C8UAyZWPLtqkbxxHyNm8V/t2GQsqJbowD8P1kgH0VJWOUpAAAAAElFTkSuQmCC`,Xe=Object.assign({"../../examples/01-curly-spoon.yaml":j,"../../examples/02-curly-spoon-shift.yaml":M,"../../examples/03-curly-spoon-rotate.yaml":ce,"../../examples/04-curly-spoon-noise-blur.yaml":N,"../../examples/05-curly-handle-border.yaml":P,"../../examples/06-many-curly-spoons.yaml":le,"../../examples/07-lovecraft-high-resolution.yaml":ue,"../../examples/08-lovecraft-three-targets.yaml":de,"../../examples/09-strawberries.yaml":fe,"../../examples/blue-balloon.yaml":pe,"../../examples/cherry-pattern.yaml":me,"../../examples/chimera.yaml":he,"../../examples/flight.yaml":ge,"../../examples/four-in-one.yaml":_e,"../../examples/framed-bee.yaml":ve,"../../examples/from-a-pyramid.yaml":ye,"../../examples/from-a-spectrum.yaml":be,"../../examples/inpainting.yaml":xe,"../../examples/lemon-in-clover.yaml":Se,"../../examples/like-a-picture.yaml":Ce,"../../examples/lion-by-cuts.yaml":we,"../../examples/lion-in-detail.yaml":F,"../../examples/metamorphosis.yaml":I,"../../examples/mirrored-butterfly.yaml":Te,"../../examples/not-a-cherry.yaml":Ee,"../../examples/outpainting.yaml":De,"../../examples/pear-and-lemon.yaml":Oe,"../../examples/poster.yaml":ke,"../../examples/strawberry-tiles.yaml":Ae,"../../examples/strawberry.yaml":je,"../../examples/sweep-of-canvases.yaml":Me,"../../examples/tulip-in-purple.yaml":Ne,"../../examples/turtle-in-borrowed-colours.yaml":Pe,"../../examples/turtle-in-strokes.yaml":Fe,"../../examples/walkthrough/1-one-text.yaml":Ie,"../../examples/walkthrough/2-shift.yaml":Le,"../../examples/walkthrough/3-rotate.yaml":Re,"../../examples/walkthrough/4-noise-and-calm.yaml":ze,"../../examples/walkthrough/5-small-to-large.yaml":Be,"../../examples/walkthrough/6-corners-and-border.yaml":Ve,"../../examples/walkthrough/7-many.yaml":He,"../../examples/walkthrough/8-one-large.yaml":Ue,"../../examples/walkthrough/9-three-targets.yaml":We,"../../examples/weighted-words.yaml":Ge,"../../examples/whale-in-four-inks.yaml":Ke,"../../examples/whale.yaml":qe}),Ze=Object.fromEntries(Object.entries(Object.assign({"../../examples/balloon.png":Je,"../../examples/brush-strokes.png":Ye})).map(([e,t])=>[e.slice(e.lastIndexOf(`/`)+1),t])),Qe=Object.entries(Xe).filter(([,e])=>!/^(?:sweep|animation)\s*:/m.test(e)&&et(e).every(e=>Object.hasOwn(Ze,e))).map(([e,t])=>({name:e.slice(e.lastIndexOf(`/`)+1).replace(/\.yaml$/,``),text:t,group:e.includes(`/walkthrough/`)?`Walkthrough`:`Examples`,images:et(t)})),$e=`strawberry.whale.poster.mirrored-butterfly.lion-by-cuts.tulip-in-purple.blue-balloon.whale-in-four-inks.from-a-spectrum.like-a-picture.inpainting.outpainting.not-a-cherry.weighted-words.lemon-in-clover.turtle-in-strokes.turtle-in-borrowed-colours.from-a-pyramid.framed-bee.four-in-one.chimera.lion-in-detail.metamorphosis.pear-and-lemon.cherry-pattern.strawberry-tiles`.split(`.`);function et(e){return[...new Set([...e.matchAll(/^\s*(?:-\s+)?image\s*:\s*(\S+)/gm)].map(([,e=``])=>e))]}function tt(e){let t=atob(Ze[e]?.split(`,`)[1]??``);return Uint8Array.from(t,e=>e.charCodeAt(0))}function nt(){let e=Qe.find(e=>e.name===`strawberry`)??Qe[0];if(!e)throw Error(`clipig comes with examples`);return e}var rt=Symbol.for(`yaml.alias`),it=Symbol.for(`yaml.document`),at=Symbol.for(`yaml.map`),ot=Symbol.for(`yaml.pair`),st=Symbol.for(`yaml.scalar`),ct=Symbol.for(`yaml.seq`),lt=Symbol.for(`yaml.node.type`),ut=e=>!!e&&typeof e==`object`&&e[lt]===rt,dt=e=>!!e&&typeof e==`object`&&e[lt]===it,L=e=>!!e&&typeof e==`object`&&e[lt]===at,R=e=>!!e&&typeof e==`object`&&e[lt]===ot,z=e=>!!e&&typeof e==`object`&&e[lt]===st,ft=e=>!!e&&typeof e==`object`&&e[lt]===ct;function B(e){if(e&&typeof e==`object`)switch(e[lt]){case at:case ct:return!0}return!1}function V(e){if(e&&typeof e==`object`)switch(e[lt]){case rt:case at:case st:case ct:return!0}return!1}var pt=e=>(z(e)||B(e))&&!!e.anchor,mt=Symbol(`break visit`),ht=Symbol(`skip children`),gt=Symbol(`remove node`);function _t(e,t){let n=yt(t);dt(e)?vt(null,e.contents,n,Object.freeze([e]))===gt&&(e.contents=null):vt(null,e,n,Object.freeze([]))}_t.BREAK=mt,_t.SKIP=ht,_t.REMOVE=gt;function vt(e,t,n,r){let i=bt(e,t,n,r);if(V(i)||R(i))return xt(e,r,i),vt(e,i,n,r);if(typeof i!=`symbol`){if(B(t)){r=Object.freeze(r.concat(t));for(let e=0;e<t.items.length;++e){let i=vt(e,t.items[e],n,r);if(typeof i==`number`)e=i-1;else if(i===mt)return mt;else i===gt&&(t.items.splice(e,1),--e)}}else if(R(t)){r=Object.freeze(r.concat(t));let e=vt(`key`,t.key,n,r);if(e===mt)return mt;e===gt&&(t.key=null);let i=vt(`value`,t.value,n,r);if(i===mt)return mt;i===gt&&(t.value=null)}}return i}function yt(e){return typeof e==`object`&&(e.Collection||e.Node||e.Value)?Object.assign({Alias:e.Node,Map:e.Node,Scalar:e.Node,Seq:e.Node},e.Value&&{Map:e.Value,Scalar:e.Value,Seq:e.Value},e.Collection&&{Map:e.Collection,Seq:e.Collection},e):e}function bt(e,t,n,r){if(typeof n==`function`)return n(e,t,r);if(L(t))return n.Map?.(e,t,r);if(ft(t))return n.Seq?.(e,t,r);if(R(t))return n.Pair?.(e,t,r);if(z(t))return n.Scalar?.(e,t,r);if(ut(t))return n.Alias?.(e,t,r)}function xt(e,t,n){let r=t[t.length-1];if(B(r))r.items[e]=n;else if(R(r))e===`key`?r.key=n:r.value=n;else if(dt(r))r.contents=n;else{let e=ut(r)?`alias`:`scalar`;throw Error(`Cannot replace node with ${e} parent`)}}var St={"!":`%21`,",":`%2C`,"[":`%5B`,"]":`%5D`,"{":`%7B`,"}":`%7D`},Ct=e=>e.replace(/[!,[\]{}]/g,e=>St[e]),wt=class e{constructor(t,n){this.docStart=null,this.docEnd=!1,this.yaml=Object.assign({},e.defaultYaml,t),this.tags=Object.assign({},e.defaultTags,n)}clone(){let t=new e(this.yaml,this.tags);return t.docStart=this.docStart,t}atDocument(){let t=new e(this.yaml,this.tags);switch(this.yaml.version){case`1.1`:this.atNextDocument=!0;break;case`1.2`:this.atNextDocument=!1,this.yaml={explicit:e.defaultYaml.explicit,version:`1.2`},this.tags=Object.assign({},e.defaultTags)}return t}add(t,n){this.atNextDocument&&=(this.yaml={explicit:e.defaultYaml.explicit,version:`1.1`},this.tags=Object.assign({},e.defaultTags),!1);let r=t.trim().split(/[ \t]+/),i=r.shift();switch(i){case`%TAG`:{if(r.length!==2&&(n(0,`%TAG directive should contain exactly two parts`),r.length<2))return!1;let[e,t]=r;return this.tags[e]=t,!0}case`%YAML`:{if(this.yaml.explicit=!0,r.length!==1)return n(0,`%YAML directive should contain exactly one part`),!1;let[e]=r;if(e===`1.1`||e===`1.2`)return this.yaml.version=e,!0;{let t=/^\d+\.\d+$/.test(e);return n(6,`Unsupported YAML version ${e}`,t),!1}}default:return n(0,`Unknown directive ${i}`,!0),!1}}tagName(e,t){if(e===`!`)return`!`;if(e[0]!==`!`)return t(`Not a valid tag: ${e}`),null;if(e[1]===`<`){let n=e.slice(2,-1);return n===`!`||n===`!!`?(t(`Verbatim tags aren't resolved, so ${e} is invalid.`),null):(e[e.length-1]!==`>`&&t(`Verbatim tags must end with a >`),n)}let[,n,r]=e.match(/^(.*!)([^!]*)$/s);r||t(`The ${e} tag has no suffix`);let i=this.tags[n];if(i)try{return i+decodeURIComponent(r)}catch(e){return t(String(e)),null}return n===`!`?e:(t(`Could not resolve tag: ${e}`),null)}tagString(e){for(let[t,n]of Object.entries(this.tags))if(e.startsWith(n))return t+Ct(e.substring(n.length));return e[0]===`!`?e:`!<${e}>`}toString(e){let t=this.yaml.explicit?[`%YAML ${this.yaml.version||`1.2`}`]:[],n=Object.entries(this.tags),r;if(e&&n.length>0&&V(e.contents)){let t={};_t(e.contents,(e,n)=>{V(n)&&n.tag&&(t[n.tag]=!0)}),r=Object.keys(t)}else r=[];for(let[i,a]of n)i===`!!`&&a===`tag:yaml.org,2002:`||e&&!r.some(e=>e.startsWith(a))||t.push(`%TAG ${i} ${a}`);return t.join(`
`)}};wt.defaultYaml={explicit:!1,version:`1.2`},wt.defaultTags={"!!":`tag:yaml.org,2002:`};function Tt(e){if(/[\x00-\x19\s,[\]{}]/.test(e)){let t=`Anchor must not contain whitespace or control characters: ${JSON.stringify(e)}`;throw Error(t)}return!0}function Et(e){let t=new Set;return _t(e,{Value(e,n){n.anchor&&t.add(n.anchor)}}),t}function Dt(e,t){for(let n=1;;++n){let r=`${e}${n}`;if(!t.has(r))return r}}function Ot(e,t){let n=[],r=new Map,i=null;return{onAnchor:r=>{n.push(r),i??=Et(e);let a=Dt(t,i);return i.add(a),a},setAnchors:()=>{for(let e of n){let t=r.get(e);if(typeof t==`object`&&t.anchor&&(z(t.node)||B(t.node)))t.node.anchor=t.anchor;else{let t=Error(`Failed to resolve repeated object (this should not happen)`);throw t.source=e,t}}},sourceObjects:r}}function kt(e,t,n,r){if(r&&typeof r==`object`){if(Array.isArray(r))for(let t=0,n=r.length;t<n;++t){let n=r[t],i=kt(e,r,String(t),n);i===void 0?delete r[t]:i!==n&&(r[t]=i)}else if(r instanceof Map)for(let t of Array.from(r.keys())){let n=r.get(t),i=kt(e,r,t,n);i===void 0?r.delete(t):i!==n&&r.set(t,i)}else if(r instanceof Set)for(let t of Array.from(r)){let n=kt(e,r,t,t);n===void 0?r.delete(t):n!==t&&(r.delete(t),r.add(n))}else for(let[t,n]of Object.entries(r)){let i=kt(e,r,t,n);i===void 0?delete r[t]:i!==n&&(r[t]=i)}}return e.call(t,n,r)}function At(e,t,n){if(Array.isArray(e))return e.map((e,t)=>At(e,String(t),n));if(e&&typeof e.toJSON==`function`){if(!n||!pt(e))return e.toJSON(t,n);let r={aliasCount:0,count:1,res:void 0};n.anchors.set(e,r),n.onCreate=e=>{r.res=e,delete n.onCreate};let i=e.toJSON(t,n);return n.onCreate&&n.onCreate(i),i}return typeof e==`bigint`&&!n?.keep?Number(e):e}var jt=class{constructor(e){Object.defineProperty(this,lt,{value:e})}clone(){let e=Object.create(Object.getPrototypeOf(this),Object.getOwnPropertyDescriptors(this));return this.range&&(e.range=this.range.slice()),e}toJS(e,{mapAsMap:t,maxAliasCount:n,onAnchor:r,reviver:i}={}){if(!dt(e))throw TypeError(`A document argument is required`);let a={anchors:new Map,doc:e,keep:!0,mapAsMap:t===!0,mapKeyWarned:!1,maxAliasCount:typeof n==`number`?n:100},o=At(this,``,a);if(typeof r==`function`)for(let{count:e,res:t}of a.anchors.values())r(t,e);return typeof i==`function`?kt(i,{"":o},``,o):o}},Mt=class extends jt{constructor(e){super(rt),this.source=e,Object.defineProperty(this,"tag",{set(){throw Error(`Alias nodes cannot have tags`)}})}resolve(e,t){if(t?.maxAliasCount===0)throw ReferenceError(`Alias resolution is disabled`);let n;t?.aliasResolveCache?n=t.aliasResolveCache:(n=[],_t(e,{Node:(e,t)=>{(ut(t)||pt(t))&&n.push(t)}}),t&&(t.aliasResolveCache=n));let r;for(let e of n){if(e===this)break;e.anchor===this.source&&(r=e)}if(r&&t){let{anchors:e,doc:n,maxAliasCount:i}=t,a=e.get(r);if(a||=(At(r,null,t),e.get(r)),a?.res===void 0)throw ReferenceError(`This should not happen: Alias anchor was not resolved?`);if(i>=0&&(a.count+=1,a.aliasCount===0&&(a.aliasCount=Nt(n,r,e)),a.count*a.aliasCount>i))throw ReferenceError(`Excessive alias count indicates a resource exhaustion attack`)}return r}toJSON(e,t){if(!t)return{source:this.source};let n=this.resolve(t.doc,t);if(!n){let e=`Unresolved alias (the anchor must be set before the alias): ${this.source}`;throw ReferenceError(e)}return t.anchors.get(n).res}toString(e,t,n){let r=`*${this.source}`;if(e){if(Tt(this.source),e.options.verifyAliasOrder&&!e.anchors.has(this.source)){let e=`Unresolved alias (the anchor must be set before the alias): ${this.source}`;throw Error(e)}if(e.implicitKey)return`${r} `}return r}};function Nt(e,t,n){if(ut(t)){let r=t.resolve(e),i=n&&r&&n.get(r);return i?i.count*i.aliasCount:0}if(B(t)){let r=0;for(let i of t.items){let t=Nt(e,i,n);t>r&&(r=t)}return r}if(R(t)){let r=Nt(e,t.key,n),i=Nt(e,t.value,n);return Math.max(r,i)}return 1}var Pt=e=>!e||typeof e!=`function`&&typeof e!=`object`,H=class extends jt{constructor(e){super(st),this.value=e}toJSON(e,t){return t?.keep?this.value:At(this.value,e,t)}toString(){return String(this.value)}};H.BLOCK_FOLDED=`BLOCK_FOLDED`,H.BLOCK_LITERAL=`BLOCK_LITERAL`,H.PLAIN=`PLAIN`,H.QUOTE_DOUBLE=`QUOTE_DOUBLE`,H.QUOTE_SINGLE=`QUOTE_SINGLE`;var Ft=`tag:yaml.org,2002:`;function It(e,t,n){if(t){let e=n.filter(e=>e.tag===t),r=e.find(e=>!e.format)??e[0];if(!r)throw Error(`Tag ${t} not found`);return r}return n.find(t=>t.identify?.(e)&&!t.format)}function Lt(e,t,n){if(dt(e)&&(e=e.contents),V(e))return e;if(R(e)){let t=n.schema[at].createNode?.(n.schema,null,n);return t.items.push(e),t}(e instanceof String||e instanceof Number||e instanceof Boolean||typeof BigInt<`u`&&e instanceof BigInt)&&(e=e.valueOf());let{aliasDuplicateObjects:r,onAnchor:i,onTagObj:a,schema:o,sourceObjects:s}=n,c;if(r&&e&&typeof e==`object`){if(c=s.get(e),c)return c.anchor??(c.anchor=i(e)),new Mt(c.anchor);c={anchor:null,node:null},s.set(e,c)}t?.startsWith(`!!`)&&(t=Ft+t.slice(2));let l=It(e,t,o.tags);if(!l){if(e&&typeof e.toJSON==`function`&&(e=e.toJSON()),!e||typeof e!=`object`){let t=new H(e);return c&&(c.node=t),t}l=e instanceof Map?o[at]:Symbol.iterator in Object(e)?o[ct]:o[at]}a&&(a(l),delete n.onTagObj);let u=l?.createNode?l.createNode(n.schema,e,n):typeof l?.nodeClass?.from==`function`?l.nodeClass.from(n.schema,e,n):new H(e);return t?u.tag=t:l.default||(u.tag=l.tag),c&&(c.node=u),u}function Rt(e,t,n){let r=n;for(let e=t.length-1;e>=0;--e){let n=t[e];if(typeof n==`number`&&Number.isInteger(n)&&n>=0){let e=[];e[n]=r,r=e}else r=new Map([[n,r]])}return Lt(r,void 0,{aliasDuplicateObjects:!1,keepUndefined:!1,onAnchor:()=>{throw Error(`This should not happen, please report a bug.`)},schema:e,sourceObjects:new Map})}var zt=e=>e==null||typeof e==`object`&&!!e[Symbol.iterator]().next().done,Bt=class extends jt{constructor(e,t){super(e),Object.defineProperty(this,"schema",{value:t,configurable:!0,enumerable:!1,writable:!0})}clone(e){let t=Object.create(Object.getPrototypeOf(this),Object.getOwnPropertyDescriptors(this));return e&&(t.schema=e),t.items=t.items.map(t=>V(t)||R(t)?t.clone(e):t),this.range&&(t.range=this.range.slice()),t}addIn(e,t){if(zt(e))this.add(t);else{let[n,...r]=e,i=this.get(n,!0);if(B(i))i.addIn(r,t);else if(i===void 0&&this.schema)this.set(n,Rt(this.schema,r,t));else throw Error(`Expected YAML collection at ${n}. Remaining path: ${r}`)}}deleteIn(e){let[t,...n]=e;if(n.length===0)return this.delete(t);let r=this.get(t,!0);if(B(r))return r.deleteIn(n);throw Error(`Expected YAML collection at ${t}. Remaining path: ${n}`)}getIn(e,t){let[n,...r]=e,i=this.get(n,!0);return r.length===0?!t&&z(i)?i.value:i:B(i)?i.getIn(r,t):void 0}hasAllNullValues(e){return this.items.every(t=>{if(!R(t))return!1;let n=t.value;return n==null||e&&z(n)&&n.value==null&&!n.commentBefore&&!n.comment&&!n.tag})}hasIn(e){let[t,...n]=e;if(n.length===0)return this.has(t);let r=this.get(t,!0);return B(r)?r.hasIn(n):!1}setIn(e,t){let[n,...r]=e;if(r.length===0)this.set(n,t);else{let e=this.get(n,!0);if(B(e))e.setIn(r,t);else if(e===void 0&&this.schema)this.set(n,Rt(this.schema,r,t));else throw Error(`Expected YAML collection at ${n}. Remaining path: ${r}`)}}},Vt=e=>e.replace(/^(?!$)(?: $)?/gm,`#`);function Ht(e,t){return/^\n+$/.test(e)?e.substring(1):t?e.replace(/^(?! *$)/gm,t):e}var Ut=(e,t,n)=>e.endsWith(`
`)?Ht(n,t):n.includes(`
`)?`
`+Ht(n,t):(e.endsWith(` `)?``:` `)+n,Wt=`flow`,Gt=`block`,Kt=`quoted`;function qt(e,t,n=`flow`,{indentAtStart:r,lineWidth:i=80,minContentWidth:a=20,onFold:o,onOverflow:s}={}){if(!i||i<0)return e;i<a&&(a=0);let c=Math.max(1+a,1+i-t.length);if(e.length<=c)return e;let l=[],u={},d=i-t.length;typeof r==`number`&&(r>i-Math.max(2,a)?l.push(0):d=i-r);let f,p,m=!1,h=-1,g=-1,_=-1;n===`block`&&(h=Jt(e,h,t.length),h!==-1&&(d=h+c));for(let r;r=e[h+=1];){if(n===`quoted`&&r===`\\`){switch(g=h,e[h+1]){case`x`:h+=3;break;case`u`:h+=5;break;case`U`:h+=9;break;default:h+=1}_=h}if(r===`
`)n===`block`&&(h=Jt(e,h,t.length)),d=h+t.length+c,f=void 0;else{if(r===` `&&p&&p!==` `&&p!==`
`&&p!==`	`){let t=e[h+1];t&&t!==` `&&t!==`
`&&t!==`	`&&(f=h)}if(h>=d){if(f)l.push(f),d=f+c,f=void 0;else if(n===`quoted`){for(;p===` `||p===`	`;)p=r,r=e[h+=1],m=!0;let t=h>_+1?h-2:g-1;if(u[t])return e;l.push(t),u[t]=!0,d=t+c,f=void 0}else m=!0}}p=r}if(m&&s&&s(),l.length===0)return e;o&&o();let v=e.slice(0,l[0]);for(let r=0;r<l.length;++r){let i=l[r],a=l[r+1]||e.length;i===0?v=`\n${t}${e.slice(0,a)}`:(n===`quoted`&&u[i]&&(v+=`${e[i]}\\`),v+=`\n${t}${e.slice(i+1,a)}`)}return v}function Jt(e,t,n){let r=t,i=t+1,a=e[i];for(;a===` `||a===`	`;)if(t<i+n)a=e[++t];else{do a=e[++t];while(a&&a!==`
`);r=t,i=t+1,a=e[i]}return r}var Yt=(e,t)=>({indentAtStart:t?e.indent.length:e.indentAtStart,lineWidth:e.options.lineWidth,minContentWidth:e.options.minContentWidth}),Xt=e=>/^(%|---|\.\.\.)/m.test(e);function Zt(e,t,n){if(!t||t<0)return!1;let r=t-n,i=e.length;if(i<=r)return!1;for(let t=0,n=0;t<i;++t)if(e[t]===`
`){if(t-n>r)return!0;if(n=t+1,i-n<=r)return!1}return!0}function Qt(e,t){let n=JSON.stringify(e);if(t.options.doubleQuotedAsJSON)return n;let{implicitKey:r}=t,i=t.options.doubleQuotedMinMultiLineLength,a=t.indent||(Xt(e)?`  `:``),o=``,s=0;for(let e=0,t=n[e];t;t=n[++e])if(t===` `&&n[e+1]===`\\`&&n[e+2]===`n`&&(o+=n.slice(s,e)+`\\ `,e+=1,s=e,t=`\\`),t===`\\`)switch(n[e+1]){case`u`:{o+=n.slice(s,e);let t=n.substr(e+2,4);switch(t){case`0000`:o+=`\\0`;break;case`0007`:o+=`\\a`;break;case`000b`:o+=`\\v`;break;case`001b`:o+=`\\e`;break;case`0085`:o+=`\\N`;break;case`00a0`:o+=`\\_`;break;case`2028`:o+=`\\L`;break;case`2029`:o+=`\\P`;break;default:t.substr(0,2)===`00`?o+=`\\x`+t.substr(2):o+=n.substr(e,6)}e+=5,s=e+1}break;case`n`:if(r||n[e+2]===`"`||n.length<i)e+=1;else{for(o+=n.slice(s,e)+`

`;n[e+2]===`\\`&&n[e+3]===`n`&&n[e+4]!==`"`;)o+=`
`,e+=2;o+=a,n[e+2]===` `&&(o+=`\\`),e+=1,s=e+1}break;default:e+=1}return o=s?o+n.slice(s):n,r?o:qt(o,a,Kt,Yt(t,!1))}function $t(e,t){if(t.options.singleQuote===!1||t.implicitKey&&e.includes(`
`)||/[ \t]\n|\n[ \t]/.test(e))return Qt(e,t);let n=t.indent||(Xt(e)?`  `:``),r=`'`+e.replace(/'/g,`''`).replace(/\n+/g,`$&\n${n}`)+`'`;return t.implicitKey?r:qt(r,n,Wt,Yt(t,!1))}function en(e,t){let{singleQuote:n}=t.options,r;if(n===!1)r=Qt;else{let t=e.includes(`"`),i=e.includes(`'`);r=t&&!i?$t:i&&!t?Qt:n?$t:Qt}return r(e,t)}var tn;try{tn=RegExp(`(^|(?<!
))
+(?!
|$)`,`g`)}catch{tn=/\n+(?!\n|$)/g}function nn({comment:e,type:t,value:n},r,i,a){let{blockQuote:o,commentString:s,lineWidth:c}=r.options;if(!o||/\n[\t ]+$/.test(n))return en(n,r);let l=r.indent||(r.forceBlockIndent||Xt(n)?`  `:``),u=o===`literal`?!0:o===`folded`||t===H.BLOCK_FOLDED?!1:t===H.BLOCK_LITERAL||!Zt(n,c,l.length);if(!n)return u?`|
`:`>
`;let d,f;for(f=n.length;f>0;--f){let e=n[f-1];if(e!==`
`&&e!==`	`&&e!==` `)break}let p=n.substring(f),m=p.indexOf(`
`);m===-1?d=`-`:n===p||m!==p.length-1?(d=`+`,a&&a()):d=``,p&&=(n=n.slice(0,-p.length),p[p.length-1]===`
`&&(p=p.slice(0,-1)),p.replace(tn,`$&${l}`));let h=!1,g,_=-1;for(g=0;g<n.length;++g){let e=n[g];if(e===` `)h=!0;else if(e===`
`)_=g;else break}let v=n.substring(0,_<g?_+1:g);v&&=(n=n.substring(v.length),v.replace(/\n+/g,`$&${l}`));let y=(h?l?`2`:`1`:``)+d;if(e&&(y+=` `+s(e.replace(/ ?[\r\n]+/g,` `)),i&&i()),!u){let e=n.replace(/\n+/g,`
$&`).replace(/(?:^|\n)([\t ].*)(?:([\n\t ]*)\n(?![\n\t ]))?/g,`$1$2`).replace(/\n+/g,`$&${l}`),i=!1,a=Yt(r,!0);o!==`folded`&&t!==H.BLOCK_FOLDED&&(a.onOverflow=()=>{i=!0});let s=qt(`${v}${e}${p}`,l,Gt,a);if(!i)return`>${y}\n${l}${s}`}return n=n.replace(/\n+/g,`$&${l}`),`|${y}\n${l}${v}${n}${p}`}function rn(e,t,n,r){let{type:i,value:a}=e,{actualString:o,implicitKey:s,indent:c,indentStep:l,inFlow:u}=t;if(s&&a.includes(`
`)||u&&/[[\]{},]/.test(a))return en(a,t);if(/^[\n\t ,[\]{}#&*!|>'"%@`]|^[?-]$|^[?-][ \t]|[\n:][ \t]|[ \t]\n|[\n\t ]#|[\n\t :]$/.test(a))return s||u||!a.includes(`
`)?en(a,t):nn(e,t,n,r);if(!s&&!u&&i!==H.PLAIN&&a.includes(`
`))return nn(e,t,n,r);if(Xt(a)){if(c===``)return t.forceBlockIndent=!0,nn(e,t,n,r);if(s&&c===l)return en(a,t)}let d=a.replace(/\n+/g,`$&\n${c}`);if(o){let e=e=>e.default&&e.tag!==`tag:yaml.org,2002:str`&&e.test?.test(d),{compat:n,tags:r}=t.doc.schema;if(r.some(e)||n?.some(e))return en(a,t)}return s?d:qt(d,c,Wt,Yt(t,!1))}function an(e,t,n,r){let{implicitKey:i,inFlow:a}=t,o=typeof e.value==`string`?e:Object.assign({},e,{value:String(e.value)}),{type:s}=e;s!==H.QUOTE_DOUBLE&&/[\x00-\x08\x0b-\x1f\x7f-\x9f\u{D800}-\u{DFFF}]/u.test(o.value)&&(s=H.QUOTE_DOUBLE);let c=e=>{switch(e){case H.BLOCK_FOLDED:case H.BLOCK_LITERAL:return i||a?en(o.value,t):nn(o,t,n,r);case H.QUOTE_DOUBLE:return Qt(o.value,t);case H.QUOTE_SINGLE:return $t(o.value,t);case H.PLAIN:return rn(o,t,n,r);default:return null}},l=c(s);if(l===null){let{defaultKeyType:e,defaultStringType:n}=t.options,r=i&&e||n;if(l=c(r),l===null)throw Error(`Unsupported default string type ${r}`)}return l}function U(e,t){let n=Object.assign({blockQuote:!0,commentString:Vt,defaultKeyType:null,defaultStringType:`PLAIN`,directives:null,doubleQuotedAsJSON:!1,doubleQuotedMinMultiLineLength:40,falseStr:`false`,flowCollectionPadding:!0,indentSeq:!0,lineWidth:80,minContentWidth:20,nullStr:`null`,simpleKeys:!1,singleQuote:null,trailingComma:!1,trueStr:`true`,verifyAliasOrder:!0},e.schema.toStringOptions,t),r;switch(n.collectionStyle){case`block`:r=!1;break;case`flow`:r=!0;break;default:r=null}return{anchors:new Set,doc:e,flowCollectionPadding:n.flowCollectionPadding?` `:``,indent:``,indentStep:typeof n.indent==`number`?` `.repeat(n.indent):`  `,inFlow:r,options:n}}function W(e,t){if(t.tag){let n=e.filter(e=>e.tag===t.tag);if(n.length>0)return n.find(e=>e.format===t.format)??n[0]}let n,r;if(z(t)){r=t.value;let i=e.filter(e=>e.identify?.(r));if(i.length>1){let e=i.filter(e=>e.test);e.length>0&&(i=e)}n=i.find(e=>e.format===t.format)??i.find(e=>!e.format)}else r=t,n=e.find(e=>e.nodeClass&&r instanceof e.nodeClass);if(!n){let e=r?.constructor?.name??(r===null?`null`:typeof r);throw Error(`Tag not resolved for ${e} value`)}return n}function on(e,t,{anchors:n,doc:r}){if(!r.directives)return``;let i=[],a=(z(e)||B(e))&&e.anchor;a&&Tt(a)&&(n.add(a),i.push(`&${a}`));let o=e.tag??(t.default?null:t.tag);return o&&i.push(r.directives.tagString(o)),i.join(` `)}function G(e,t,n,r){if(R(e))return e.toString(t,n,r);if(ut(e)){if(t.doc.directives)return e.toString(t);if(t.resolvedAliases?.has(e))throw TypeError(`Cannot stringify circular structure without alias nodes`);t.resolvedAliases?t.resolvedAliases.add(e):t.resolvedAliases=new Set([e]),e=e.resolve(t.doc)}let i,a=V(e)?e:t.doc.createNode(e,{onTagObj:e=>i=e});i??=W(t.doc.schema.tags,a);let o=on(a,i,t);o.length>0&&(t.indentAtStart=(t.indentAtStart??0)+o.length+1);let s=typeof i.stringify==`function`?i.stringify(a,t,n,r):z(a)?an(a,t,n,r):a.toString(t,n,r);return o?z(a)||s[0]===`{`||s[0]===`[`?`${o} ${s}`:`${o}\n${t.indent}${s}`:s}function sn({key:e,value:t},n,r,i){let{allNullValues:a,doc:o,indent:s,indentStep:c,options:{commentString:l,indentSeq:u,simpleKeys:d}}=n,f=V(e)&&e.comment||null;if(d){if(f)throw Error(`With simple keys, key nodes cannot have comments`);if(B(e)||!V(e)&&typeof e==`object`)throw Error(`With simple keys, collection cannot be used as a key value`)}let p=!d&&(!e||f&&t==null&&!n.inFlow||B(e)||(z(e)?e.type===H.BLOCK_FOLDED||e.type===H.BLOCK_LITERAL:typeof e==`object`));n=Object.assign({},n,{allNullValues:!1,implicitKey:!p&&(d||!a),indent:s+c});let m=!1,h=!1,g=G(e,n,()=>m=!0,()=>h=!0);if(!p&&!n.inFlow&&g.length>1024){if(d)throw Error(`With simple keys, single line scalar must not span more than 1024 characters`);p=!0}if(n.inFlow){if(a||t==null)return m&&r&&r(),g===``?`?`:p?`? ${g}`:g}else if(a&&!d||t==null&&p)return g=`? ${g}`,f&&!m?g+=Ut(g,n.indent,l(f)):h&&i&&i(),g;m&&(f=null),p?(f&&(g+=Ut(g,n.indent,l(f))),g=`? ${g}\n${s}:`):(g=`${g}:`,f&&(g+=Ut(g,n.indent,l(f))));let _,v,y;V(t)?(_=!!t.spaceBefore,v=t.commentBefore,y=t.comment):(_=!1,v=null,y=null,t&&typeof t==`object`&&(t=o.createNode(t))),n.implicitKey=!1,!p&&!f&&z(t)&&(n.indentAtStart=g.length+1),h=!1,!u&&c.length>=2&&!n.inFlow&&!p&&ft(t)&&!t.flow&&!t.tag&&!t.anchor&&(n.indent=n.indent.substring(2));let b=!1,x=G(t,n,()=>b=!0,()=>h=!0),S=` `;if(f||_||v){if(S=_?`
`:``,v){let e=l(v);S+=`\n${Ht(e,n.indent)}`}x===``&&!n.inFlow?S===`
`&&y&&(S=`

`):S+=`\n${n.indent}`}else if(!p&&B(t)){let e=x[0],r=x.indexOf(`
`),i=r!==-1,a=n.inFlow??t.flow??t.items.length===0;if(i||!a){let t=!1;if(i&&(e===`&`||e===`!`)){let n=x.indexOf(` `);e===`&`&&n!==-1&&n<r&&x[n+1]===`!`&&(n=x.indexOf(` `,n+1)),(n===-1||r<n)&&(t=!0)}t||(S=`\n${n.indent}`)}}else(x===``||x[0]===`
`)&&(S=``);return g+=S+x,n.inFlow?b&&r&&r():y&&!b?g+=Ut(g,n.indent,l(y)):h&&i&&i(),g}function cn(e,t){(e===`debug`||e===`warn`)&&console.warn(t)}var K=`<<`,ln={identify:e=>e===K||typeof e==`symbol`&&e.description===K,default:`key`,tag:`tag:yaml.org,2002:merge`,test:/^<<$/,resolve:()=>Object.assign(new H(Symbol(K)),{addToJSMap:dn}),stringify:()=>K},un=(e,t)=>(ln.identify(t)||z(t)&&(!t.type||t.type===H.PLAIN)&&ln.identify(t.value))&&e?.doc.schema.tags.some(e=>e.tag===ln.tag&&e.default);function dn(e,t,n){let r=pn(e,n);if(ft(r))for(let n of r.items)fn(e,t,n);else if(Array.isArray(r))for(let n of r)fn(e,t,n);else fn(e,t,r)}function fn(e,t,n){let r=pn(e,n);if(!L(r))throw Error(`Merge sources must be maps or map aliases`);let i=r.toJSON(null,e,Map);for(let[e,n]of i)t instanceof Map?t.has(e)||t.set(e,n):t instanceof Set?t.add(e):Object.prototype.hasOwnProperty.call(t,e)||Object.defineProperty(t,e,{value:n,writable:!0,enumerable:!0,configurable:!0});return t}function pn(e,t){return e&&ut(t)?t.resolve(e.doc,e):t}function mn(e,t,{key:n,value:r}){if(V(n)&&n.addToJSMap)n.addToJSMap(e,t,r);else if(un(e,n))dn(e,t,r);else{let i=At(n,``,e);if(t instanceof Map)t.set(i,At(r,i,e));else if(t instanceof Set)t.add(i);else{let a=hn(n,i,e),o=At(r,a,e);a in t?Object.defineProperty(t,a,{value:o,writable:!0,enumerable:!0,configurable:!0}):t[a]=o}}return t}function hn(e,t,n){if(t===null)return``;if(typeof t!=`object`)return String(t);if(V(e)&&n?.doc){let t=U(n.doc,{});t.anchors=new Set;for(let e of n.anchors.keys())t.anchors.add(e.anchor);t.inFlow=!0,t.inStringifyKey=!0;let r=e.toString(t);if(!n.mapKeyWarned){let e=JSON.stringify(r);e.length>40&&(e=e.substring(0,36)+`..."`),cn(n.doc.options.logLevel,`Keys with collection values will be stringified due to JS Object restrictions: ${e}. Set mapAsMap: true to use object keys.`),n.mapKeyWarned=!0}return r}return JSON.stringify(t)}function gn(e,t,n){return new _n(Lt(e,void 0,n),Lt(t,void 0,n))}var _n=class e{constructor(e,t=null){Object.defineProperty(this,lt,{value:ot}),this.key=e,this.value=t}clone(t){let{key:n,value:r}=this;return V(n)&&(n=n.clone(t)),V(r)&&(r=r.clone(t)),new e(n,r)}toJSON(e,t){return mn(t,t?.mapAsMap?new Map:{},this)}toString(e,t,n){return e?.doc?sn(this,e,t,n):JSON.stringify(this)}};function vn(e,t,n){return(t.inFlow??e.flow?bn:yn)(e,t,n)}function yn({comment:e,items:t},n,{blockItemPrefix:r,flowChars:i,itemIndent:a,onChompKeep:o,onComment:s}){let{indent:c,options:{commentString:l}}=n,u=Object.assign({},n,{indent:a,type:null}),d=!1,f=[];for(let e=0;e<t.length;++e){let i=t[e],o=null;if(V(i))!d&&i.spaceBefore&&f.push(``),xn(n,f,i.commentBefore,d),i.comment&&(o=i.comment);else if(R(i)){let e=V(i.key)?i.key:null;e&&(!d&&e.spaceBefore&&f.push(``),xn(n,f,e.commentBefore,d))}d=!1;let s=G(i,u,()=>o=null,()=>d=!0);o&&(s+=Ut(s,a,l(o))),d&&o&&(d=!1),f.push(r+s)}let p;if(f.length===0)p=i.start+i.end;else{p=f[0];for(let e=1;e<f.length;++e){let t=f[e];p+=t?`\n${c}${t}`:`
`}}return e?(p+=`
`+Ht(l(e),c),s&&s()):d&&o&&o(),p}function bn({items:e},t,{flowChars:n,itemIndent:r}){let{indent:i,indentStep:a,flowCollectionPadding:o,options:{commentString:s}}=t;r+=a;let c=Object.assign({},t,{indent:r,inFlow:!0,type:null}),l=!1,u=0,d=[];for(let n=0;n<e.length;++n){let i=e[n],a=null;if(V(i))i.spaceBefore&&d.push(``),xn(t,d,i.commentBefore,!1),i.comment&&(a=i.comment);else if(R(i)){let e=V(i.key)?i.key:null;e&&(e.spaceBefore&&d.push(``),xn(t,d,e.commentBefore,!1),e.comment&&(l=!0));let n=V(i.value)?i.value:null;n?(n.comment&&(a=n.comment),n.commentBefore&&(l=!0)):i.value==null&&e?.comment&&(a=e.comment)}a&&(l=!0);let o=G(i,c,()=>a=null);l||=d.length>u||o.includes(`
`),n<e.length-1?o+=`,`:t.options.trailingComma&&(t.options.lineWidth>0&&(l||=d.reduce((e,t)=>e+t.length+2,2)+(o.length+2)>t.options.lineWidth),l&&(o+=`,`)),a&&(o+=Ut(o,r,s(a))),d.push(o),u=d.length}let{start:f,end:p}=n;if(d.length===0)return f+p;if(!l){let e=d.reduce((e,t)=>e+t.length+2,2);l=t.options.lineWidth>0&&e>t.options.lineWidth}if(l){let e=f;for(let t of d)e+=t?`\n${a}${i}${t}`:`
`;return`${e}\n${i}${p}`}return`${f}${o}${d.join(` `)}${o}${p}`}function xn({indent:e,options:{commentString:t}},n,r,i){if(r&&i&&(r=r.replace(/^\n+/,``)),r){let i=Ht(t(r),e);n.push(i.trimStart())}}function Sn(e,t){let n=z(t)?t.value:t;for(let r of e)if(R(r)&&(r.key===t||r.key===n||z(r.key)&&r.key.value===n))return r}var Cn=class extends Bt{static get tagName(){return`tag:yaml.org,2002:map`}constructor(e){super(at,e),this.items=[]}static from(e,t,n){let{keepUndefined:r,replacer:i}=n,a=new this(e),o=(e,o)=>{if(typeof i==`function`)o=i.call(t,e,o);else if(Array.isArray(i)&&!i.includes(e))return;(o!==void 0||r)&&a.items.push(gn(e,o,n))};if(t instanceof Map)for(let[e,n]of t)o(e,n);else if(t&&typeof t==`object`)for(let e of Object.keys(t))o(e,t[e]);return typeof e.sortMapEntries==`function`&&a.items.sort(e.sortMapEntries),a}add(e,t){let n;n=R(e)?e:!e||typeof e!=`object`||!(`key`in e)?new _n(e,e?.value):new _n(e.key,e.value);let r=Sn(this.items,n.key),i=this.schema?.sortMapEntries;if(r){if(!t)throw Error(`Key ${n.key} already set`);z(r.value)&&Pt(n.value)?r.value.value=n.value:r.value=n.value}else if(i){let e=this.items.findIndex(e=>i(n,e)<0);e===-1?this.items.push(n):this.items.splice(e,0,n)}else this.items.push(n)}delete(e){let t=Sn(this.items,e);return t?this.items.splice(this.items.indexOf(t),1).length>0:!1}get(e,t){let n=Sn(this.items,e)?.value;return(!t&&z(n)?n.value:n)??void 0}has(e){return!!Sn(this.items,e)}set(e,t){this.add(new _n(e,t),!0)}toJSON(e,t,n){let r=n?new n:t?.mapAsMap?new Map:{};t?.onCreate&&t.onCreate(r);for(let e of this.items)mn(t,r,e);return r}toString(e,t,n){if(!e)return JSON.stringify(this);for(let e of this.items)if(!R(e))throw Error(`Map items must all be pairs; found ${JSON.stringify(e)} instead`);return!e.allNullValues&&this.hasAllNullValues(!1)&&(e=Object.assign({},e,{allNullValues:!0})),vn(this,e,{blockItemPrefix:``,flowChars:{start:`{`,end:`}`},itemIndent:e.indent||``,onChompKeep:n,onComment:t})}},wn={collection:`map`,default:!0,nodeClass:Cn,tag:`tag:yaml.org,2002:map`,resolve(e,t){return L(e)||t(`Expected a mapping for this tag`),e},createNode:(e,t,n)=>Cn.from(e,t,n)},Tn=class extends Bt{static get tagName(){return`tag:yaml.org,2002:seq`}constructor(e){super(ct,e),this.items=[]}add(e){this.items.push(e)}delete(e){let t=En(e);return typeof t==`number`&&this.items.splice(t,1).length>0}get(e,t){let n=En(e);if(typeof n!=`number`)return;let r=this.items[n];return!t&&z(r)?r.value:r}has(e){let t=En(e);return typeof t==`number`&&t<this.items.length}set(e,t){let n=En(e);if(typeof n!=`number`)throw Error(`Expected a valid index, not ${e}.`);let r=this.items[n];z(r)&&Pt(t)?r.value=t:this.items[n]=t}toJSON(e,t){let n=[];t?.onCreate&&t.onCreate(n);let r=0;for(let e of this.items)n.push(At(e,String(r++),t));return n}toString(e,t,n){return e?vn(this,e,{blockItemPrefix:`- `,flowChars:{start:`[`,end:`]`},itemIndent:(e.indent||``)+`  `,onChompKeep:n,onComment:t}):JSON.stringify(this)}static from(e,t,n){let{replacer:r}=n,i=new this(e);if(t&&Symbol.iterator in Object(t)){let e=0;for(let a of t){if(typeof r==`function`){let n=t instanceof Set?a:String(e++);a=r.call(t,n,a)}i.items.push(Lt(a,void 0,n))}}return i}};function En(e){let t=z(e)?e.value:e;return t&&typeof t==`string`&&(t=Number(t)),typeof t==`number`&&Number.isInteger(t)&&t>=0?t:null}var Dn={collection:`seq`,default:!0,nodeClass:Tn,tag:`tag:yaml.org,2002:seq`,resolve(e,t){return ft(e)||t(`Expected a sequence for this tag`),e},createNode:(e,t,n)=>Tn.from(e,t,n)},On={identify:e=>typeof e==`string`,default:!0,tag:`tag:yaml.org,2002:str`,resolve:e=>e,stringify(e,t,n,r){return t=Object.assign({actualString:!0},t),an(e,t,n,r)}},kn={identify:e=>e==null,createNode:()=>new H(null),default:!0,tag:`tag:yaml.org,2002:null`,test:/^(?:~|[Nn]ull|NULL)?$/,resolve:()=>new H(null),stringify:({source:e},t)=>typeof e==`string`&&kn.test.test(e)?e:t.options.nullStr},An={identify:e=>typeof e==`boolean`,default:!0,tag:`tag:yaml.org,2002:bool`,test:/^(?:[Tt]rue|TRUE|[Ff]alse|FALSE)$/,resolve:e=>new H(e[0]===`t`||e[0]===`T`),stringify({source:e,value:t},n){return e&&An.test.test(e)&&t===(e[0]===`t`||e[0]===`T`)?e:t?n.options.trueStr:n.options.falseStr}};function jn({format:e,minFractionDigits:t,tag:n,value:r}){if(typeof r==`bigint`)return String(r);let i=typeof r==`number`?r:Number(r);if(!isFinite(i))return isNaN(i)?`.nan`:i<0?`-.inf`:`.inf`;let a=Object.is(r,-0)?`-0`:JSON.stringify(r);if(!e&&t&&(!n||n===`tag:yaml.org,2002:float`)&&/^-?\d/.test(a)&&!a.includes(`e`)){let e=a.indexOf(`.`);e<0&&(e=a.length,a+=`.`);let n=t-(a.length-e-1);for(;n-->0;)a+=`0`}return a}var Mn={identify:e=>typeof e==`number`,default:!0,tag:`tag:yaml.org,2002:float`,test:/^(?:[-+]?\.(?:inf|Inf|INF)|\.nan|\.NaN|\.NAN)$/,resolve:e=>e.slice(-3).toLowerCase()===`nan`?NaN:e[0]===`-`?-1/0:1/0,stringify:jn},Nn={identify:e=>typeof e==`number`,default:!0,tag:`tag:yaml.org,2002:float`,format:`EXP`,test:/^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)[eE][-+]?[0-9]+$/,resolve:e=>parseFloat(e),stringify(e){let t=Number(e.value);return isFinite(t)?t.toExponential():jn(e)}},Pn={identify:e=>typeof e==`number`,default:!0,tag:`tag:yaml.org,2002:float`,test:/^[-+]?(?:\.[0-9]+|[0-9]+\.[0-9]*)$/,resolve(e){let t=new H(parseFloat(e)),n=e.indexOf(`.`);return n!==-1&&e[e.length-1]===`0`&&(t.minFractionDigits=e.length-n-1),t},stringify:jn},Fn=e=>typeof e==`bigint`||Number.isInteger(e),In=(e,t,n,{intAsBigInt:r})=>r?BigInt(e):parseInt(e.substring(t),n);function Ln(e,t,n){let{value:r}=e;return Fn(r)&&r>=0?n+r.toString(t):jn(e)}var Rn={identify:e=>Fn(e)&&e>=0,default:!0,tag:`tag:yaml.org,2002:int`,format:`OCT`,test:/^0o[0-7]+$/,resolve:(e,t,n)=>In(e,2,8,n),stringify:e=>Ln(e,8,`0o`)},zn={identify:Fn,default:!0,tag:`tag:yaml.org,2002:int`,test:/^[-+]?[0-9]+$/,resolve:(e,t,n)=>In(e,0,10,n),stringify:jn},Bn={identify:e=>Fn(e)&&e>=0,default:!0,tag:`tag:yaml.org,2002:int`,format:`HEX`,test:/^0x[0-9a-fA-F]+$/,resolve:(e,t,n)=>In(e,2,16,n),stringify:e=>Ln(e,16,`0x`)},Vn=[wn,Dn,On,kn,An,Rn,zn,Bn,Mn,Nn,Pn];function Hn(e){return typeof e==`bigint`||Number.isInteger(e)}var Un=({value:e})=>JSON.stringify(e),Wn=[{identify:e=>typeof e==`string`,default:!0,tag:`tag:yaml.org,2002:str`,resolve:e=>e,stringify:Un},{identify:e=>e==null,createNode:()=>new H(null),default:!0,tag:`tag:yaml.org,2002:null`,test:/^null$/,resolve:()=>null,stringify:Un},{identify:e=>typeof e==`boolean`,default:!0,tag:`tag:yaml.org,2002:bool`,test:/^true$|^false$/,resolve:e=>e===`true`,stringify:Un},{identify:Hn,default:!0,tag:`tag:yaml.org,2002:int`,test:/^-?(?:0|[1-9][0-9]*)$/,resolve:(e,t,{intAsBigInt:n})=>n?BigInt(e):parseInt(e,10),stringify:({value:e})=>Hn(e)?e.toString():JSON.stringify(e)},{identify:e=>typeof e==`number`,default:!0,tag:`tag:yaml.org,2002:float`,test:/^-?(?:0|[1-9][0-9]*)(?:\.[0-9]*)?(?:[eE][-+]?[0-9]+)?$/,resolve:e=>parseFloat(e),stringify:Un}],Gn=[wn,Dn].concat(Wn,{default:!0,tag:``,test:/^/,resolve(e,t){return t(`Unresolved plain scalar ${JSON.stringify(e)}`),e}}),Kn={identify:e=>e instanceof Uint8Array,default:!1,tag:`tag:yaml.org,2002:binary`,resolve(e,t){if(typeof atob==`function`){let t=atob(e.replace(/[\n\r]/g,``)),n=new Uint8Array(t.length);for(let e=0;e<t.length;++e)n[e]=t.charCodeAt(e);return n}return t(`This environment does not support reading binary tags; either Buffer or atob is required`),e},stringify({comment:e,type:t,value:n},r,i,a){if(!n)return``;let o=n,s;if(typeof btoa==`function`){let e=``;for(let t=0;t<o.length;++t)e+=String.fromCharCode(o[t]);s=btoa(e)}else throw Error(`This environment does not support writing binary tags; either Buffer or btoa is required`);if(t??=H.BLOCK_LITERAL,t!==H.QUOTE_DOUBLE){let e=Math.max(r.options.lineWidth-r.indent.length,r.options.minContentWidth),n=Math.ceil(s.length/e),i=Array(n);for(let t=0,r=0;t<n;++t,r+=e)i[t]=s.substr(r,e);s=i.join(t===H.BLOCK_LITERAL?`
`:` `)}return an({comment:e,type:t,value:s},r,i,a)}};function qn(e,t){if(ft(e))for(let n=0;n<e.items.length;++n){let r=e.items[n];if(!R(r)){if(L(r)){r.items.length>1&&t(`Each pair must have its own sequence indicator`);let e=r.items[0]||new _n(new H(null));if(r.commentBefore&&(e.key.commentBefore=e.key.commentBefore?`${r.commentBefore}\n${e.key.commentBefore}`:r.commentBefore),r.comment){let t=e.value??e.key;t.comment=t.comment?`${r.comment}\n${t.comment}`:r.comment}r=e}e.items[n]=R(r)?r:new _n(r)}}else t(`Expected a sequence for this tag`);return e}function Jn(e,t,n){let{replacer:r}=n,i=new Tn(e);i.tag=`tag:yaml.org,2002:pairs`;let a=0;if(t&&Symbol.iterator in Object(t))for(let e of t){typeof r==`function`&&(e=r.call(t,String(a++),e));let o,s;if(Array.isArray(e)){if(e.length===2)o=e[0],s=e[1];else throw TypeError(`Expected [key, value] tuple: ${e}`)}else if(e&&e instanceof Object){let t=Object.keys(e);if(t.length===1)o=t[0],s=e[o];else throw TypeError(`Expected tuple with one key, not ${t.length} keys`)}else o=e;i.items.push(gn(o,s,n))}return i}var Yn={collection:`seq`,default:!1,tag:`tag:yaml.org,2002:pairs`,resolve:qn,createNode:Jn},Xn=class e extends Tn{constructor(){super(),this.add=Cn.prototype.add.bind(this),this.delete=Cn.prototype.delete.bind(this),this.get=Cn.prototype.get.bind(this),this.has=Cn.prototype.has.bind(this),this.set=Cn.prototype.set.bind(this),this.tag=e.tag}toJSON(e,t){if(!t)return super.toJSON(e);let n=new Map;t?.onCreate&&t.onCreate(n);for(let e of this.items){let r,i;if(R(e)?(r=At(e.key,``,t),i=At(e.value,r,t)):r=At(e,``,t),n.has(r))throw Error(`Ordered maps must not include duplicate keys`);n.set(r,i)}return n}static from(e,t,n){let r=Jn(e,t,n),i=new this;return i.items=r.items,i}};Xn.tag=`tag:yaml.org,2002:omap`;var Zn={collection:`seq`,identify:e=>e instanceof Map,nodeClass:Xn,default:!1,tag:`tag:yaml.org,2002:omap`,resolve(e,t){let n=qn(e,t),r=[];for(let{key:e}of n.items)z(e)&&(r.includes(e.value)?t(`Ordered maps must not include duplicate keys: ${e.value}`):r.push(e.value));return Object.assign(new Xn,n)},createNode:(e,t,n)=>Xn.from(e,t,n)};function Qn({value:e,source:t},n){return t&&(e?$n:er).test.test(t)?t:e?n.options.trueStr:n.options.falseStr}var $n={identify:e=>e===!0,default:!0,tag:`tag:yaml.org,2002:bool`,test:/^(?:Y|y|[Yy]es|YES|[Tt]rue|TRUE|[Oo]n|ON)$/,resolve:()=>new H(!0),stringify:Qn},er={identify:e=>e===!1,default:!0,tag:`tag:yaml.org,2002:bool`,test:/^(?:N|n|[Nn]o|NO|[Ff]alse|FALSE|[Oo]ff|OFF)$/,resolve:()=>new H(!1),stringify:Qn},tr={identify:e=>typeof e==`number`,default:!0,tag:`tag:yaml.org,2002:float`,test:/^(?:[-+]?\.(?:inf|Inf|INF)|\.nan|\.NaN|\.NAN)$/,resolve:e=>e.slice(-3).toLowerCase()===`nan`?NaN:e[0]===`-`?-1/0:1/0,stringify:jn},nr={identify:e=>typeof e==`number`,default:!0,tag:`tag:yaml.org,2002:float`,format:`EXP`,test:/^[-+]?(?:[0-9][0-9_]*)?(?:\.[0-9_]*)?[eE][-+]?[0-9]+$/,resolve:e=>parseFloat(e.replace(/_/g,``)),stringify(e){let t=Number(e.value);return isFinite(t)?t.toExponential():jn(e)}},rr={identify:e=>typeof e==`number`,default:!0,tag:`tag:yaml.org,2002:float`,test:/^[-+]?(?:[0-9][0-9_]*)?\.[0-9_]*$/,resolve(e){let t=new H(parseFloat(e.replace(/_/g,``))),n=e.indexOf(`.`);if(n!==-1){let r=e.substring(n+1).replace(/_/g,``);r[r.length-1]===`0`&&(t.minFractionDigits=r.length)}return t},stringify:jn},ir=e=>typeof e==`bigint`||Number.isInteger(e);function ar(e,t,n,{intAsBigInt:r}){let i=e[0];if((i===`-`||i===`+`)&&(t+=1),e=e.substring(t).replace(/_/g,``),r){switch(n){case 2:e=`0b${e}`;break;case 8:e=`0o${e}`;break;case 16:e=`0x${e}`}let t=BigInt(e);return i===`-`?BigInt(-1)*t:t}let a=parseInt(e,n);return i===`-`?-1*a:a}function or(e,t,n){let{value:r}=e;if(ir(r)){let e=r.toString(t);return r<0?`-`+n+e.substr(1):n+e}return jn(e)}var sr={identify:ir,default:!0,tag:`tag:yaml.org,2002:int`,format:`BIN`,test:/^[-+]?0b[0-1_]+$/,resolve:(e,t,n)=>ar(e,2,2,n),stringify:e=>or(e,2,`0b`)},cr={identify:ir,default:!0,tag:`tag:yaml.org,2002:int`,format:`OCT`,test:/^[-+]?0[0-7_]+$/,resolve:(e,t,n)=>ar(e,1,8,n),stringify:e=>or(e,8,`0`)},lr={identify:ir,default:!0,tag:`tag:yaml.org,2002:int`,test:/^[-+]?[0-9][0-9_]*$/,resolve:(e,t,n)=>ar(e,0,10,n),stringify:jn},ur={identify:ir,default:!0,tag:`tag:yaml.org,2002:int`,format:`HEX`,test:/^[-+]?0x[0-9a-fA-F_]+$/,resolve:(e,t,n)=>ar(e,2,16,n),stringify:e=>or(e,16,`0x`)},dr=class e extends Cn{constructor(t){super(t),this.tag=e.tag}add(e){let t;t=R(e)?e:e&&typeof e==`object`&&`key`in e&&`value`in e&&e.value===null?new _n(e.key,null):new _n(e,null),Sn(this.items,t.key)||this.items.push(t)}get(e,t){let n=Sn(this.items,e);return!t&&R(n)?z(n.key)?n.key.value:n.key:n}set(e,t){if(typeof t!=`boolean`)throw Error(`Expected boolean value for set(key, value) in a YAML set, not ${typeof t}`);let n=Sn(this.items,e);n&&!t?this.items.splice(this.items.indexOf(n),1):!n&&t&&this.items.push(new _n(e))}toJSON(e,t){return super.toJSON(e,t,Set)}toString(e,t,n){if(!e)return JSON.stringify(this);if(this.hasAllNullValues(!0))return super.toString(Object.assign({},e,{allNullValues:!0}),t,n);throw Error(`Set items must all have null values`)}static from(e,t,n){let{replacer:r}=n,i=new this(e);if(t&&Symbol.iterator in Object(t))for(let e of t)typeof r==`function`&&(e=r.call(t,e,e)),i.items.push(gn(e,null,n));return i}};dr.tag=`tag:yaml.org,2002:set`;var fr={collection:`map`,identify:e=>e instanceof Set,nodeClass:dr,default:!1,tag:`tag:yaml.org,2002:set`,createNode:(e,t,n)=>dr.from(e,t,n),resolve(e,t){if(L(e)){if(e.hasAllNullValues(!0))return Object.assign(new dr,e);t(`Set items must all have null values`)}else t(`Expected a mapping for this tag`);return e}};function pr(e,t){let n=e[0],r=n===`-`||n===`+`?e.substring(1):e,i=e=>t?BigInt(e):Number(e),a=r.replace(/_/g,``).split(`:`).reduce((e,t)=>e*i(60)+i(t),i(0));return n===`-`?i(-1)*a:a}function mr(e){let{value:t}=e,n=e=>e;if(typeof t==`bigint`)n=e=>BigInt(e);else if(isNaN(t)||!isFinite(t))return jn(e);let r=``;t<0&&(r=`-`,t*=n(-1));let i=n(60),a=[t%i];return t<60?a.unshift(0):(t=(t-a[0])/i,a.unshift(t%i),t>=60&&(t=(t-a[0])/i,a.unshift(t))),r+a.map(e=>String(e).padStart(2,`0`)).join(`:`).replace(/000000\d*$/,``)}var hr={identify:e=>typeof e==`bigint`||Number.isInteger(e),default:!0,tag:`tag:yaml.org,2002:int`,format:`TIME`,test:/^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+$/,resolve:(e,t,{intAsBigInt:n})=>pr(e,n),stringify:mr},gr={identify:e=>typeof e==`number`,default:!0,tag:`tag:yaml.org,2002:float`,format:`TIME`,test:/^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*$/,resolve:e=>pr(e,!1),stringify:mr},_r={identify:e=>e instanceof Date,default:!0,tag:`tag:yaml.org,2002:timestamp`,test:RegExp(`^([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(?:(?:t|T|[ \\t]+)([0-9]{1,2}):([0-9]{1,2}):([0-9]{1,2}(\\.[0-9]+)?)(?:[ \\t]*(Z|[-+][012]?[0-9](?::[0-9]{2})?))?)?$`),resolve(e){let t=e.match(_r.test);if(!t)throw Error(`!!timestamp expects a date, starting with yyyy-mm-dd`);let[,n,r,i,a,o,s]=t.map(Number),c=t[7]?Number((t[7]+`00`).substr(1,3)):0,l=Date.UTC(n,r-1,i,a||0,o||0,s||0,c),u=t[8];if(u&&u!==`Z`){let e=pr(u,!1);Math.abs(e)<30&&(e*=60),l-=6e4*e}return new Date(l)},stringify:({value:e})=>e?.toISOString().replace(/(T00:00:00)?\.000Z$/,``)??``},vr=[wn,Dn,On,kn,$n,er,sr,cr,lr,ur,tr,nr,rr,Kn,ln,Zn,Yn,fr,hr,gr,_r],yr=new Map([[`core`,Vn],[`failsafe`,[wn,Dn,On]],[`json`,Gn],[`yaml11`,vr],[`yaml-1.1`,vr]]),br={binary:Kn,bool:An,float:Pn,floatExp:Nn,floatNaN:Mn,floatTime:gr,int:zn,intHex:Bn,intOct:Rn,intTime:hr,map:wn,merge:ln,null:kn,omap:Zn,pairs:Yn,seq:Dn,set:fr,timestamp:_r},xr={"tag:yaml.org,2002:binary":Kn,"tag:yaml.org,2002:merge":ln,"tag:yaml.org,2002:omap":Zn,"tag:yaml.org,2002:pairs":Yn,"tag:yaml.org,2002:set":fr,"tag:yaml.org,2002:timestamp":_r};function Sr(e,t,n){let r=yr.get(t);if(r&&!e)return n&&!r.includes(ln)?r.concat(ln):r.slice();let i=r;if(!i){if(Array.isArray(e))i=[];else{let e=Array.from(yr.keys()).filter(e=>e!==`yaml11`).map(e=>JSON.stringify(e)).join(`, `);throw Error(`Unknown schema "${t}"; use one of ${e} or define customTags array`)}}if(Array.isArray(e))for(let t of e)i=i.concat(t);else typeof e==`function`&&(i=e(i.slice()));return n&&(i=i.concat(ln)),i.reduce((e,t)=>{let n=typeof t==`string`?br[t]:t;if(!n){let e=JSON.stringify(t),n=Object.keys(br).map(e=>JSON.stringify(e)).join(`, `);throw Error(`Unknown custom tag ${e}; use one of ${n}`)}return e.includes(n)||e.push(n),e},[])}var Cr=(e,t)=>e.key<t.key?-1:+(e.key>t.key),wr=class e{constructor({compat:e,customTags:t,merge:n,resolveKnownTags:r,schema:i,sortMapEntries:a,toStringDefaults:o}){this.compat=Array.isArray(e)?Sr(e,`compat`):e?Sr(null,e):null,this.name=typeof i==`string`&&i||`core`,this.knownTags=r?xr:{},this.tags=Sr(t,this.name,n),this.toStringOptions=o??null,Object.defineProperty(this,at,{value:wn}),Object.defineProperty(this,st,{value:On}),Object.defineProperty(this,ct,{value:Dn}),this.sortMapEntries=typeof a==`function`?a:a===!0?Cr:null}clone(){let t=Object.create(e.prototype,Object.getOwnPropertyDescriptors(this));return t.tags=this.tags.slice(),t}};function Tr(e,t){let n=[],r=t.directives===!0;if(t.directives!==!1&&e.directives){let t=e.directives.toString(e);t?(n.push(t),r=!0):e.directives.docStart&&(r=!0)}r&&n.push(`---`);let i=U(e,t),{commentString:a}=i.options;if(e.commentBefore){n.length!==1&&n.unshift(``);let t=a(e.commentBefore);n.unshift(Ht(t,``))}let o=!1,s=null;if(e.contents){if(V(e.contents)){if(e.contents.spaceBefore&&r&&n.push(``),e.contents.commentBefore){let t=a(e.contents.commentBefore);n.push(Ht(t,``))}i.forceBlockIndent=!!e.comment,s=e.contents.comment}let t=s?void 0:()=>o=!0,c=G(e.contents,i,()=>s=null,t);s&&(c+=Ut(c,``,a(s))),(c[0]===`|`||c[0]===`>`)&&n[n.length-1]===`---`?n[n.length-1]=`--- ${c}`:n.push(c)}else n.push(G(e.contents,i));if(e.directives?.docEnd){if(e.comment){let t=a(e.comment);t.includes(`
`)?(n.push(`...`),n.push(Ht(t,``))):n.push(`... ${t}`)}else n.push(`...`)}else{let t=e.comment;t&&o&&(t=t.replace(/^\n+/,``)),t&&((!o||s)&&n[n.length-1]!==``&&n.push(``),n.push(Ht(a(t),``)))}return n.join(`
`)+`
`}var Er=class e{constructor(e,t,n){this.commentBefore=null,this.comment=null,this.errors=[],this.warnings=[],Object.defineProperty(this,lt,{value:it});let r=null;typeof t==`function`||Array.isArray(t)?r=t:n===void 0&&t&&(n=t,t=void 0);let i=Object.assign({intAsBigInt:!1,keepSourceTokens:!1,logLevel:`warn`,prettyErrors:!0,strict:!0,stringKeys:!1,uniqueKeys:!0,version:`1.2`},n);this.options=i;let{version:a}=i;n?._directives?(this.directives=n._directives.atDocument(),this.directives.yaml.explicit&&(a=this.directives.yaml.version)):this.directives=new wt({version:a}),this.setSchema(a,n),this.contents=e===void 0?null:this.createNode(e,r,n)}clone(){let t=Object.create(e.prototype,{[lt]:{value:it}});return t.commentBefore=this.commentBefore,t.comment=this.comment,t.errors=this.errors.slice(),t.warnings=this.warnings.slice(),t.options=Object.assign({},this.options),this.directives&&(t.directives=this.directives.clone()),t.schema=this.schema.clone(),t.contents=V(this.contents)?this.contents.clone(t.schema):this.contents,this.range&&(t.range=this.range.slice()),t}add(e){Dr(this.contents)&&this.contents.add(e)}addIn(e,t){Dr(this.contents)&&this.contents.addIn(e,t)}createAlias(e,t){if(!e.anchor){let n=Et(this);e.anchor=!t||n.has(t)?Dt(t||`a`,n):t}return new Mt(e.anchor)}createNode(e,t,n){let r;if(typeof t==`function`)e=t.call({"":e},``,e),r=t;else if(Array.isArray(t)){let e=t.filter(e=>typeof e==`number`||e instanceof String||e instanceof Number).map(String);e.length>0&&(t=t.concat(e)),r=t}else n===void 0&&t&&(n=t,t=void 0);let{aliasDuplicateObjects:i,anchorPrefix:a,flow:o,keepUndefined:s,onTagObj:c,tag:l}=n??{},{onAnchor:u,setAnchors:d,sourceObjects:f}=Ot(this,a||`a`),p={aliasDuplicateObjects:i??!0,keepUndefined:s??!1,onAnchor:u,onTagObj:c,replacer:r,schema:this.schema,sourceObjects:f},m=Lt(e,l,p);return o&&B(m)&&(m.flow=!0),d(),m}createPair(e,t,n={}){return new _n(this.createNode(e,null,n),this.createNode(t,null,n))}delete(e){return Dr(this.contents)?this.contents.delete(e):!1}deleteIn(e){return zt(e)?this.contents!=null&&(this.contents=null,!0):Dr(this.contents)?this.contents.deleteIn(e):!1}get(e,t){return B(this.contents)?this.contents.get(e,t):void 0}getIn(e,t){return zt(e)?!t&&z(this.contents)?this.contents.value:this.contents:B(this.contents)?this.contents.getIn(e,t):void 0}has(e){return B(this.contents)?this.contents.has(e):!1}hasIn(e){return zt(e)?this.contents!==void 0:B(this.contents)?this.contents.hasIn(e):!1}set(e,t){this.contents==null?this.contents=Rt(this.schema,[e],t):Dr(this.contents)&&this.contents.set(e,t)}setIn(e,t){zt(e)?this.contents=t:this.contents==null?this.contents=Rt(this.schema,Array.from(e),t):Dr(this.contents)&&this.contents.setIn(e,t)}setSchema(e,t={}){typeof e==`number`&&(e=String(e));let n;switch(e){case`1.1`:this.directives?this.directives.yaml.version=`1.1`:this.directives=new wt({version:`1.1`}),n={resolveKnownTags:!1,schema:`yaml-1.1`};break;case`1.2`:case`next`:this.directives?this.directives.yaml.version=e:this.directives=new wt({version:e}),n={resolveKnownTags:!0,schema:`core`};break;case null:this.directives&&delete this.directives,n=null;break;default:{let t=JSON.stringify(e);throw Error(`Expected '1.1', '1.2' or null as first argument, but found: ${t}`)}}if(t.schema instanceof Object)this.schema=t.schema;else if(n)this.schema=new wr(Object.assign(n,t));else throw Error(`With a null YAML version, the { schema: Schema } option is required`)}toJS({json:e,jsonArg:t,mapAsMap:n,maxAliasCount:r,onAnchor:i,reviver:a}={}){let o={anchors:new Map,doc:this,keep:!e,mapAsMap:n===!0,mapKeyWarned:!1,maxAliasCount:typeof r==`number`?r:100},s=At(this.contents,t??``,o);if(typeof i==`function`)for(let{count:e,res:t}of o.anchors.values())i(t,e);return typeof a==`function`?kt(a,{"":s},``,s):s}toJSON(e,t){return this.toJS({json:!0,jsonArg:e,mapAsMap:!1,onAnchor:t})}toString(e={}){if(this.errors.length>0)throw Error(`Document with errors cannot be stringified`);if(`indent`in e&&(!Number.isInteger(e.indent)||Number(e.indent)<=0)){let t=JSON.stringify(e.indent);throw Error(`"indent" option must be a positive integer, not ${t}`)}return Tr(this,e)}};function Dr(e){if(B(e))return!0;throw Error(`Expected a YAML collection as document contents`)}var Or=class extends Error{constructor(e,t,n,r){super(),this.name=e,this.code=n,this.message=r,this.pos=t}},kr=class extends Or{constructor(e,t,n){super(`YAMLParseError`,e,t,n)}},Ar=class extends Or{constructor(e,t,n){super(`YAMLWarning`,e,t,n)}},jr=(e,t)=>n=>{if(n.pos[0]===-1)return;n.linePos=n.pos.map(e=>t.linePos(e));let{line:r,col:i}=n.linePos[0];n.message+=` at line ${r}, column ${i}`;let a=i-1,o=e.substring(t.lineStarts[r-1],t.lineStarts[r]).replace(/[\n\r]+$/,``);if(a>=60&&o.length>80){let e=Math.min(a-39,o.length-79);o=`…`+o.substring(e),a-=e-1}if(o.length>80&&(o=o.substring(0,79)+`…`),r>1&&/^ *$/.test(o.substring(0,a))){let n=e.substring(t.lineStarts[r-2],t.lineStarts[r-1]);n.length>80&&(n=n.substring(0,79)+`…
`),o=n+o}if(/[^ ]/.test(o)){let e=1,t=n.linePos[1];t?.line===r&&t.col>i&&(e=Math.max(1,Math.min(t.col-i,80-a)));let s=` `.repeat(a)+`^`.repeat(e);n.message+=`:\n\n${o}\n${s}\n`}};function Mr(e,{flow:t,indicator:n,next:r,offset:i,onError:a,parentIndent:o,startOnNewline:s}){let c=!1,l=s,u=s,d=``,f=``,p=!1,m=!1,h=null,g=null,_=null,v=null,y=null,b=null,x=null;for(let i of e)switch(m&&=(i.type!==`space`&&i.type!==`newline`&&i.type!==`comma`&&a(i.offset,`MISSING_CHAR`,`Tags and anchors must be separated from the next token by white space`),!1),h&&=(l&&i.type!==`comment`&&i.type!==`newline`&&a(h,`TAB_AS_INDENT`,`Tabs are not allowed as indentation`),null),i.type){case`space`:!t&&(n!==`doc-start`||r?.type!==`flow-collection`)&&i.source.includes(`	`)&&(h=i),u=!0;break;case`comment`:{u||a(i,`MISSING_CHAR`,`Comments must be separated from other tokens by white space characters`);let e=i.source.substring(1)||` `;d?d+=f+e:d=e,f=``,l=!1;break}case`newline`:l?d?d+=i.source:b&&n===`seq-item-ind`||(c=!0):f+=i.source,l=!0,p=!0,(g||_)&&(v=i),u=!0;break;case`anchor`:g&&a(i,`MULTIPLE_ANCHORS`,`A node can have at most one anchor`),i.source.endsWith(`:`)&&a(i.offset+i.source.length-1,`BAD_ALIAS`,`Anchor ending in : is ambiguous`,!0),g=i,x??=i.offset,l=!1,u=!1,m=!0;break;case`tag`:_&&a(i,`MULTIPLE_TAGS`,`A node can have at most one tag`),_=i,x??=i.offset,l=!1,u=!1,m=!0;break;case n:(g||_)&&a(i,`BAD_PROP_ORDER`,`Anchors and tags must be after the ${i.source} indicator`),b&&a(i,`UNEXPECTED_TOKEN`,`Unexpected ${i.source} in ${t??`collection`}`),b=i,l=n===`seq-item-ind`||n===`explicit-key-ind`,u=!1;break;case`comma`:if(t){y&&a(i,`UNEXPECTED_TOKEN`,`Unexpected , in ${t}`),y=i,l=!1,u=!1;break}default:a(i,`UNEXPECTED_TOKEN`,`Unexpected ${i.type} token`),l=!1,u=!1}let S=e[e.length-1],C=S?S.offset+S.source.length:i;return m&&r&&r.type!==`space`&&r.type!==`newline`&&r.type!==`comma`&&(r.type!==`scalar`||r.source!==``)&&a(r.offset,`MISSING_CHAR`,`Tags and anchors must be separated from the next token by white space`),h&&(l&&h.indent<=o||r?.type===`block-map`||r?.type===`block-seq`)&&a(h,`TAB_AS_INDENT`,`Tabs are not allowed as indentation`),{comma:y,found:b,spaceBefore:c,comment:d,hasNewline:p,anchor:g,tag:_,newlineAfterProp:v,end:C,start:x??C}}function Nr(e){if(!e)return null;switch(e.type){case`alias`:case`scalar`:case`double-quoted-scalar`:case`single-quoted-scalar`:if(e.source.includes(`
`))return!0;if(e.end){for(let t of e.end)if(t.type===`newline`)return!0}return!1;case`flow-collection`:for(let t of e.items){for(let e of t.start)if(e.type===`newline`)return!0;if(t.sep){for(let e of t.sep)if(e.type===`newline`)return!0}if(Nr(t.key)||Nr(t.value))return!0}return!1;default:return!0}}function Pr(e,t,n){if(t?.type===`flow-collection`){let r=t.end[0];r.indent===e&&(r.source===`]`||r.source===`}`)&&Nr(t)&&n(r,`BAD_INDENT`,`Flow end indicator should be more indented than parent`,!0)}}function Fr(e,t,n){let{uniqueKeys:r}=e.options;if(r===!1)return!1;let i=typeof r==`function`?r:(e,t)=>e===t||z(e)&&z(t)&&e.value===t.value;return t.some(e=>i(e.key,n))}var Ir=`All mapping items must start at the same column`;function Lr({composeNode:e,composeEmptyNode:t},n,r,i,a){let o=new((a?.nodeClass)??Cn)(n.schema);n.atRoot&&=!1;let s=r.offset,c=null;for(let a of r.items){let{start:l,key:u,sep:d,value:f}=a,p=Mr(l,{indicator:`explicit-key-ind`,next:u??d?.[0],offset:s,onError:i,parentIndent:r.indent,startOnNewline:!0}),m=!p.found;if(m){if(u&&(u.type===`block-seq`?i(s,`BLOCK_AS_IMPLICIT_KEY`,`A block sequence may not be used as an implicit map key`):`indent`in u&&u.indent!==r.indent&&i(s,`BAD_INDENT`,Ir)),!p.anchor&&!p.tag&&!d){c=p.end,p.comment&&(o.comment?o.comment+=`
`+p.comment:o.comment=p.comment);continue}(p.newlineAfterProp||Nr(u))&&i(u??l[l.length-1],`MULTILINE_IMPLICIT_KEY`,`Implicit keys need to be on a single line`)}else p.found?.indent!==r.indent&&i(s,`BAD_INDENT`,Ir);n.atKey=!0;let h=p.end,g=u?e(n,u,p,i):t(n,h,l,null,p,i);n.schema.compat&&Pr(r.indent,u,i),n.atKey=!1,Fr(n,o.items,g)&&i(h,`DUPLICATE_KEY`,`Map keys must be unique`);let _=Mr(d??[],{indicator:`map-value-ind`,next:f,offset:g.range[2],onError:i,parentIndent:r.indent,startOnNewline:!u||u.type===`block-scalar`});if(s=_.end,_.found){m&&(f?.type===`block-map`&&!_.hasNewline&&i(s,`BLOCK_AS_IMPLICIT_KEY`,`Nested mappings are not allowed in compact mappings`),n.options.strict&&p.start<_.found.offset-1024&&i(g.range,`KEY_OVER_1024_CHARS`,`The : indicator must be at most 1024 chars after the start of an implicit block mapping key`));let c=f?e(n,f,_,i):t(n,s,d,null,_,i);n.schema.compat&&Pr(r.indent,f,i),s=c.range[2];let l=new _n(g,c);n.options.keepSourceTokens&&(l.srcToken=a),o.items.push(l)}else{m&&i(g.range,`MISSING_CHAR`,`Implicit map keys need to be followed by map values`),_.comment&&(g.comment?g.comment+=`
`+_.comment:g.comment=_.comment);let e=new _n(g);n.options.keepSourceTokens&&(e.srcToken=a),o.items.push(e)}}return c&&c<s&&i(c,`IMPOSSIBLE`,`Map comment with trailing content`),o.range=[r.offset,s,c??s],o}function Rr({composeNode:e,composeEmptyNode:t},n,r,i,a){let o=new((a?.nodeClass)??Tn)(n.schema);n.atRoot&&=!1,n.atKey&&=!1;let s=r.offset,c=null;for(let{start:a,value:l}of r.items){let u=Mr(a,{indicator:`seq-item-ind`,next:l,offset:s,onError:i,parentIndent:r.indent,startOnNewline:!0});if(!u.found){if(u.anchor||u.tag||l)l?.type===`block-seq`?i(u.end,`BAD_INDENT`,`All sequence items must start at the same column`):i(s,`MISSING_CHAR`,`Sequence item without - indicator`);else{c=u.end,u.comment&&(o.comment=u.comment);continue}}let d=l?e(n,l,u,i):t(n,u.end,a,null,u,i);n.schema.compat&&Pr(r.indent,l,i),s=d.range[2],o.items.push(d)}return o.range=[r.offset,s,c??s],o}function zr(e,t,n,r){let i=``;if(e){let a=!1,o=``;for(let s of e){let{source:e,type:c}=s;switch(c){case`space`:a=!0;break;case`comment`:{n&&!a&&r(s,`MISSING_CHAR`,`Comments must be separated from other tokens by white space characters`);let t=e.substring(1)||` `;i?i+=o+t:i=t,o=``;break}case`newline`:i&&(o+=e),a=!0;break;default:r(s,`UNEXPECTED_TOKEN`,`Unexpected ${c} at node end`)}t+=e.length}}return{comment:i,offset:t}}var Br=`Block collections are not allowed within flow collections`,Vr=e=>e&&(e.type===`block-map`||e.type===`block-seq`);function Hr({composeNode:e,composeEmptyNode:t},n,r,i,a){let o=r.start.source===`{`,s=o?`flow map`:`flow sequence`,c=new((a?.nodeClass)??(o?Cn:Tn))(n.schema);c.flow=!0;let l=n.atRoot;l&&(n.atRoot=!1),n.atKey&&=!1;let u=r.offset+r.start.source.length;for(let a=0;a<r.items.length;++a){let l=r.items[a],{start:d,key:f,sep:p,value:m}=l,h=Mr(d,{flow:s,indicator:`explicit-key-ind`,next:f??p?.[0],offset:u,onError:i,parentIndent:r.indent,startOnNewline:!1});if(!h.found){if(!h.anchor&&!h.tag&&!p&&!m){a===0&&h.comma?i(h.comma,`UNEXPECTED_TOKEN`,`Unexpected , in ${s}`):a<r.items.length-1&&i(h.start,`UNEXPECTED_TOKEN`,`Unexpected empty item in ${s}`),h.comment&&(c.comment?c.comment+=`
`+h.comment:c.comment=h.comment),u=h.end;continue}!o&&n.options.strict&&Nr(f)&&i(f,`MULTILINE_IMPLICIT_KEY`,`Implicit keys of flow sequence pairs need to be on a single line`)}if(a===0)h.comma&&i(h.comma,`UNEXPECTED_TOKEN`,`Unexpected , in ${s}`);else if(h.comma||i(h.start,`MISSING_CHAR`,`Missing , between ${s} items`),h.comment){let e=``;loop:for(let t of d)switch(t.type){case`comma`:case`space`:break;case`comment`:e=t.source.substring(1);break loop;default:break loop}if(e){let t=c.items[c.items.length-1];R(t)&&(t=t.value??t.key),t.comment?t.comment+=`
`+e:t.comment=e,h.comment=h.comment.substring(e.length+1)}}if(!o&&!p&&!h.found){let r=m?e(n,m,h,i):t(n,h.end,p,null,h,i);c.items.push(r),u=r.range[2],Vr(m)&&i(r.range,`BLOCK_IN_FLOW`,Br)}else{n.atKey=!0;let a=h.end,g=f?e(n,f,h,i):t(n,a,d,null,h,i);Vr(f)&&i(g.range,`BLOCK_IN_FLOW`,Br),n.atKey=!1;let _=Mr(p??[],{flow:s,indicator:`map-value-ind`,next:m,offset:g.range[2],onError:i,parentIndent:r.indent,startOnNewline:!1});if(_.found){if(!o&&!h.found&&n.options.strict){if(p)for(let e of p){if(e===_.found)break;if(e.type===`newline`){i(e,`MULTILINE_IMPLICIT_KEY`,`Implicit keys of flow sequence pairs need to be on a single line`);break}}h.start<_.found.offset-1024&&i(_.found,`KEY_OVER_1024_CHARS`,`The : indicator must be at most 1024 chars after the start of an implicit flow sequence key`)}}else m&&(`source`in m&&m.source?.[0]===`:`?i(m,`MISSING_CHAR`,`Missing space after : in ${s}`):i(_.start,`MISSING_CHAR`,`Missing , or : between ${s} items`));let v=m?e(n,m,_,i):_.found?t(n,_.end,p,null,_,i):null;v?Vr(m)&&i(v.range,`BLOCK_IN_FLOW`,Br):_.comment&&(g.comment?g.comment+=`
`+_.comment:g.comment=_.comment);let y=new _n(g,v);if(n.options.keepSourceTokens&&(y.srcToken=l),o){let e=c;Fr(n,e.items,g)&&i(a,`DUPLICATE_KEY`,`Map keys must be unique`),e.items.push(y)}else{let e=new Cn(n.schema);e.flow=!0,e.items.push(y);let t=(v??g).range;e.range=[g.range[0],t[1],t[2]],c.items.push(e)}u=v?v.range[2]:_.end}}let d=o?`}`:`]`,[f,...p]=r.end,m=u;if(f?.source===d)m=f.offset+f.source.length;else{let e=s[0].toUpperCase()+s.substring(1),t=l?`${e} must end with a ${d}`:`${e} in block collection must be sufficiently indented and end with a ${d}`;i(u,l?`MISSING_CHAR`:`BAD_INDENT`,t),f&&f.source.length!==1&&p.unshift(f)}if(p.length>0){let e=zr(p,m,n.options.strict,i);e.comment&&(c.comment?c.comment+=`
`+e.comment:c.comment=e.comment),c.range=[r.offset,m,e.offset]}else c.range=[r.offset,m,m];return c}function Ur(e,t,n,r,i,a){let o=n.type===`block-map`?Lr(e,t,n,r,a):n.type===`block-seq`?Rr(e,t,n,r,a):Hr(e,t,n,r,a),s=o.constructor;return i===`!`||i===s.tagName?(o.tag=s.tagName,o):(i&&(o.tag=i),o)}function Wr(e,t,n,r,i){let a=r.tag,o=a?t.directives.tagName(a.source,e=>i(a,`TAG_RESOLVE_FAILED`,e)):null;if(n.type===`block-seq`){let{anchor:e,newlineAfterProp:t}=r,n=e&&a?e.offset>a.offset?e:a:e??a;n&&(!t||t.offset<n.offset)&&i(n,`MISSING_CHAR`,`Missing newline after block sequence props`)}let s=n.type===`block-map`?`map`:n.type===`block-seq`?`seq`:n.start.source===`{`?`map`:`seq`;if(!a||!o||o===`!`||o===Cn.tagName&&s===`map`||o===Tn.tagName&&s===`seq`)return Ur(e,t,n,i,o);let c=t.schema.tags.find(e=>e.tag===o&&e.collection===s);if(!c){let r=t.schema.knownTags[o];if(r?.collection===s)t.schema.tags.push(Object.assign({},r,{default:!1})),c=r;else return r?i(a,`BAD_COLLECTION_TYPE`,`${r.tag} used for ${s} collection, but expects ${r.collection??`scalar`}`,!0):i(a,`TAG_RESOLVE_FAILED`,`Unresolved tag: ${o}`,!0),Ur(e,t,n,i,o)}let l=Ur(e,t,n,i,o,c),u=c.resolve?.(l,e=>i(a,`TAG_RESOLVE_FAILED`,e),t.options)??l,d=V(u)?u:new H(u);return d.range=l.range,d.tag=o,c?.format&&(d.format=c.format),d}function Gr(e,t,n){let r=t.offset,i=Kr(t,e.options.strict,n);if(!i)return{value:``,type:null,comment:``,range:[r,r,r]};let a=i.mode===`>`?H.BLOCK_FOLDED:H.BLOCK_LITERAL,o=t.source?qr(t.source):[],s=o.length;for(let e=o.length-1;e>=0;--e){let t=o[e][1];if(t===``||t===`\r`)s=e;else break}if(s===0){let e=i.chomp===`+`&&o.length>0?`
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
`}let m=r+i.length+t.source.length;return{value:d,type:a,comment:i.comment,range:[r,m,m]}}function Kr({offset:e,props:t},n,r){if(t[0].type!==`block-scalar-header`)return r(t[0],`IMPOSSIBLE`,`Block scalar header not found`),null;let{source:i}=t[0],a=i[0],o=0,s=``,c=-1;for(let t=1;t<i.length;++t){let n=i[t];if(!s&&(n===`-`||n===`+`))s=n;else{let r=Number(n);!o&&r?o=r:c===-1&&(c=e+t)}}c!==-1&&r(c,`UNEXPECTED_TOKEN`,`Block scalar header includes extra characters: ${i}`);let l=!1,u=``,d=i.length;for(let e=1;e<t.length;++e){let i=t[e];switch(i.type){case`space`:l=!0;case`newline`:d+=i.source.length;break;case`comment`:n&&!l&&r(i,`MISSING_CHAR`,`Comments must be separated from other tokens by white space characters`),d+=i.source.length,u=i.source.substring(1);break;case`error`:r(i,`UNEXPECTED_TOKEN`,i.message),d+=i.source.length;break;default:{r(i,`UNEXPECTED_TOKEN`,`Unexpected token in block scalar header: ${i.type}`);let e=i.source;e&&typeof e==`string`&&(d+=e.length)}}}return{mode:a,indent:o,chomp:s,comment:u,length:d}}function qr(e){let t=e.split(/\n( *)/),n=t[0],r=n.match(/^( *)/),i=[r?.[1]?[r[1],n.slice(r[1].length)]:[``,n]];for(let e=1;e<t.length;e+=2)i.push([t[e],t[e+1]]);return i}function Jr(e,t,n){let{offset:r,type:i,source:a,end:o}=e,s,c,l=(e,t,i)=>n(r+e,t,i);switch(i){case`scalar`:s=H.PLAIN,c=Yr(a,l);break;case`single-quoted-scalar`:s=H.QUOTE_SINGLE,c=Xr(a,l);break;case`double-quoted-scalar`:s=H.QUOTE_DOUBLE,c=Qr(a,l);break;default:return n(e,`UNEXPECTED_TOKEN`,`Expected a flow scalar value, but found: ${i}`),{value:``,type:null,comment:``,range:[r,r+a.length,r+a.length]}}let u=r+a.length,d=zr(o,u,t,n);return{value:c,type:s,comment:d.comment,range:[r,u,d.offset]}}function Yr(e,t){let n=``;switch(e[0]){case`	`:n=`a tab character`;break;case`,`:n=`flow indicator character ,`;break;case`%`:n=`directive indicator character %`;break;case`|`:case`>`:n=`block scalar indicator ${e[0]}`;break;case`@`:case"`":n=`reserved character ${e[0]}`}return n&&t(0,`BAD_SCALAR_START`,`Plain value cannot start with ${n}`),Zr(e)}function Xr(e,t){return(e[e.length-1]!==`'`||e.length===1)&&t(e.length,`MISSING_CHAR`,`Missing closing 'quote`),Zr(e.slice(1,-1)).replace(/''/g,`'`)}function Zr(e){let t=/(.*?)\r?\n/sy,n=t.exec(e);if(!n)return e;let r,i;try{r=RegExp(`(?<![ 	])[ 	]+$`),i=RegExp(`^[ 	]+|(?<![ 	])[ 	]+$`,`g`)}catch{r=/[ \t]+$/,i=/^[ \t]+|[ \t]+$/g}let a=n[1].replace(r,``),o=` `,s=t.lastIndex;for(;n=t.exec(e);){let e=n[1].replace(i,``);e===``?o===`
`?a+=o:o=`
`:(a+=o+e,o=` `),s=t.lastIndex}let c=/[ \t]*(.*)/sy;return c.lastIndex=s,n=c.exec(e),a+o+(n?.[1]??``)}function Qr(e,t){let n=``;for(let r=1;r<e.length-1;++r){let i=e[r];if(i!==`\r`||e[r+1]!==`
`){if(i===`
`){let{fold:t,offset:i}=$r(e,r);n+=t,r=i}else if(i===`\\`){let i=e[++r],a=ei[i];if(a)n+=a;else if(i===`
`)for(i=e[r+1];i===` `||i===`	`;)i=e[++r+1];else if(i===`\r`&&e[r+1]===`
`)for(i=e[++r+1];i===` `||i===`	`;)i=e[++r+1];else if(i===`x`||i===`u`||i===`U`){let a=i===`x`?2:i===`u`?4:8;n+=ti(e,r+1,a,t),r+=a}else{let i=e.substr(r-1,2);t(r-1,`BAD_DQ_ESCAPE`,`Invalid escape sequence ${i}`),n+=i}}else if(i===` `||i===`	`){let t=r,a=e[r+1];for(;a===` `||a===`	`;)a=e[++r+1];a!==`
`&&(a!==`\r`||e[r+2]!==`
`)&&(n+=r>t?e.slice(t,r+1):i)}else n+=i}}return(e[e.length-1]!==`"`||e.length===1)&&t(e.length,`MISSING_CHAR`,`Missing closing "quote`),n}function $r(e,t){let n=``,r=e[t+1];for(;(r===` `||r===`	`||r===`
`||r===`\r`)&&(r!==`\r`||e[t+2]===`
`);)r===`
`&&(n+=`
`),t+=1,r=e[t+1];return n||=` `,{fold:n,offset:t}}var ei={0:`\0`,a:`\x07`,b:`\b`,e:`\x1B`,f:`\f`,n:`
`,r:`\r`,t:`	`,v:`\v`,N:``,_:`\xA0`,L:`\u2028`,P:`\u2029`," ":` `,'"':`"`,"/":`/`,"\\":`\\`,"	":`	`};function ti(e,t,n,r){let i=e.substr(t,n),a=i.length===n&&/^[0-9a-fA-F]+$/.test(i)?parseInt(i,16):NaN;try{return String.fromCodePoint(a)}catch{let i=e.substr(t-2,n+2);return r(t-2,`BAD_DQ_ESCAPE`,`Invalid escape sequence ${i}`),i}}function ni(e,t,n,r){let{value:i,type:a,comment:o,range:s}=t.type===`block-scalar`?Gr(e,t,r):Jr(t,e.options.strict,r),c=n?e.directives.tagName(n.source,e=>r(n,`TAG_RESOLVE_FAILED`,e)):null,l;l=e.options.stringKeys&&e.atKey?e.schema[st]:c?ri(e.schema,i,c,n,r):t.type===`scalar`?ii(e,i,t,r):e.schema[st];let u;try{let a=l.resolve(i,e=>r(n??t,`TAG_RESOLVE_FAILED`,e),e.options);u=z(a)?a:new H(a)}catch(e){let a=e instanceof Error?e.message:String(e);r(n??t,`TAG_RESOLVE_FAILED`,a),u=new H(i)}return u.range=s,u.source=i,a&&(u.type=a),c&&(u.tag=c),l.format&&(u.format=l.format),o&&(u.comment=o),u}function ri(e,t,n,r,i){if(n===`!`)return e[st];let a=[];for(let t of e.tags)if(!t.collection&&t.tag===n){if(t.default&&t.test)a.push(t);else return t}for(let e of a)if(e.test?.test(t))return e;let o=e.knownTags[n];return o&&!o.collection?(e.tags.push(Object.assign({},o,{default:!1,test:void 0})),o):(i(r,`TAG_RESOLVE_FAILED`,`Unresolved tag: ${n}`,n!==`tag:yaml.org,2002:str`),e[st])}function ii({atKey:e,directives:t,schema:n},r,i,a){let o=n.tags.find(t=>(t.default===!0||e&&t.default===`key`)&&t.test?.test(r))||n[st];if(n.compat){let e=n.compat.find(e=>e.default&&e.test?.test(r))??n[st];o.tag!==e.tag&&a(i,`TAG_RESOLVE_FAILED`,`Value may be parsed as either ${t.tagString(o.tag)} or ${t.tagString(e.tag)}`,!0)}return o}function ai(e,t,n){if(t){n??=t.length;for(let r=n-1;r>=0;--r){let n=t[r];switch(n.type){case`space`:case`comment`:case`newline`:e-=n.source.length;continue}for(n=t[++r];n?.type===`space`;)e+=n.source.length,n=t[++r];break}}return e}var oi={composeNode:si,composeEmptyNode:ci};function si(e,t,n,r){let i=e.atKey,{spaceBefore:a,comment:o,anchor:s,tag:c}=n,l,u=!0;switch(t.type){case`alias`:l=li(e,t,r),(s||c)&&r(t,`ALIAS_PROPS`,`An alias node must not specify any properties`);break;case`scalar`:case`single-quoted-scalar`:case`double-quoted-scalar`:case`block-scalar`:l=ni(e,t,c,r),s&&(l.anchor=s.source.substring(1));break;case`block-map`:case`block-seq`:case`flow-collection`:try{l=Wr(oi,e,t,n,r),s&&(l.anchor=s.source.substring(1))}catch(e){r(t,`RESOURCE_EXHAUSTION`,e instanceof Error?e.message:String(e))}break;default:r(t,`UNEXPECTED_TOKEN`,t.type===`error`?t.message:`Unsupported token (type: ${t.type})`),u=!1}return l??=ci(e,t.offset,void 0,null,n,r),s&&l.anchor===``&&r(s,`BAD_ALIAS`,`Anchor cannot be an empty string`),i&&e.options.stringKeys&&(!z(l)||typeof l.value!=`string`||l.tag&&l.tag!==`tag:yaml.org,2002:str`)&&r(c??t,`NON_STRING_KEY`,`With stringKeys, all keys must be strings`),a&&(l.spaceBefore=!0),o&&(t.type===`scalar`&&t.source===``?l.comment=o:l.commentBefore=o),e.options.keepSourceTokens&&u&&(l.srcToken=t),l}function ci(e,t,n,r,{spaceBefore:i,comment:a,anchor:o,tag:s,end:c},l){let u=ni(e,{type:`scalar`,offset:ai(t,n,r),indent:-1,source:``},s,l);return o&&(u.anchor=o.source.substring(1),u.anchor===``&&l(o,`BAD_ALIAS`,`Anchor cannot be an empty string`)),i&&(u.spaceBefore=!0),a&&(u.comment=a,u.range[2]=c),u}function li({options:e},{offset:t,source:n,end:r},i){let a=new Mt(n.substring(1));a.source===``&&i(t,`BAD_ALIAS`,`Alias cannot be an empty string`),a.source.endsWith(`:`)&&i(t+n.length-1,`BAD_ALIAS`,`Alias ending in : is ambiguous`,!0);let o=t+n.length,s=zr(r,o,e.strict,i);return a.range=[t,o,s.offset],s.comment&&(a.comment=s.comment),a}function ui(e,t,{offset:n,start:r,value:i,end:a},o){let s=new Er(void 0,Object.assign({_directives:t},e)),c={atKey:!1,atRoot:!0,directives:s.directives,options:s.options,schema:s.schema},l=Mr(r,{indicator:`doc-start`,next:i??a?.[0],offset:n,onError:o,parentIndent:0,startOnNewline:!0});l.found&&(s.directives.docStart=!0,i&&(i.type===`block-map`||i.type===`block-seq`)&&!l.hasNewline&&o(l.end,`MISSING_CHAR`,`Block collection cannot start on same line with directives-end marker`)),s.contents=i?si(c,i,l,o):ci(c,l.end,r,null,l,o);let u=s.contents.range[2],d=zr(a,u,!1,o);return d.comment&&(s.comment=d.comment),s.range=[n,u,d.offset],s}function di(e){if(typeof e==`number`)return[e,e+1];if(Array.isArray(e))return e.length===2?e:[e[0],e[1]];let{offset:t,source:n}=e;return[t,t+(typeof n==`string`?n.length:1)]}function fi(e){let t=``,n=!1,r=!1;for(let i=0;i<e.length;++i){let a=e[i];switch(a[0]){case`#`:t+=(t===``?``:r?`

`:`
`)+(a.substring(1)||` `),n=!0,r=!1;break;case`%`:e[i+1]?.[0]!==`#`&&(i+=1),n=!1;break;default:n||(r=!0),n=!1}}return{comment:t,afterEmptyLine:r}}var pi=class{constructor(e={}){this.doc=null,this.atDirectives=!1,this.prelude=[],this.errors=[],this.warnings=[],this.onError=(e,t,n,r)=>{let i=di(e);r?this.warnings.push(new Ar(i,t,n)):this.errors.push(new kr(i,t,n))},this.directives=new wt({version:e.version||`1.2`}),this.options=e}decorate(e,t){let{comment:n,afterEmptyLine:r}=fi(this.prelude);if(n){let i=e.contents;if(t)e.comment=e.comment?`${e.comment}\n${n}`:n;else if(r||e.directives.docStart||!i)e.commentBefore=n;else if(B(i)&&!i.flow&&i.items.length>0){let e=i.items[0];R(e)&&(e=e.key);let t=e.commentBefore;e.commentBefore=t?`${n}\n${t}`:n}else{let e=i.commentBefore;i.commentBefore=e?`${n}\n${e}`:n}}if(t){for(let t=0;t<this.errors.length;++t)e.errors.push(this.errors[t]);for(let t=0;t<this.warnings.length;++t)e.warnings.push(this.warnings[t])}else e.errors=this.errors,e.warnings=this.warnings;this.prelude=[],this.errors=[],this.warnings=[]}streamInfo(){return{comment:fi(this.prelude).comment,directives:this.directives,errors:this.errors,warnings:this.warnings}}*compose(e,t=!1,n=-1){for(let t of e)yield*this.next(t);yield*this.end(t,n)}*next(e){switch(e.type){case`directive`:this.directives.add(e.source,(t,n,r)=>{let i=di(e);i[0]+=t,this.onError(i,`BAD_DIRECTIVE`,n,r)}),this.prelude.push(e.source),this.atDirectives=!0;break;case`document`:{let t=ui(this.options,this.directives,e,this.onError);this.atDirectives&&!t.directives.docStart&&this.onError(e,`MISSING_CHAR`,`Missing directives-end/doc-start indicator line`),this.decorate(t,!1),this.doc&&(yield this.doc),this.doc=t,this.atDirectives=!1;break}case`byte-order-mark`:case`space`:break;case`comment`:case`newline`:this.prelude.push(e.source);break;case`error`:{let t=e.source?`${e.message}: ${JSON.stringify(e.source)}`:e.message,n=new kr(di(e),`UNEXPECTED_TOKEN`,t);this.atDirectives||!this.doc?this.errors.push(n):this.doc.errors.push(n);break}case`doc-end`:{if(!this.doc){this.errors.push(new kr(di(e),`UNEXPECTED_TOKEN`,`Unexpected doc-end without preceding document`));break}this.doc.directives.docEnd=!0;let t=zr(e.end,e.offset+e.source.length,this.doc.options.strict,this.onError);if(this.decorate(this.doc,!0),t.comment){let e=this.doc.comment;this.doc.comment=e?`${e}\n${t.comment}`:t.comment}this.doc.range[2]=t.offset;break}default:this.errors.push(new kr(di(e),`UNEXPECTED_TOKEN`,`Unsupported token ${e.type}`))}}*end(e=!1,t=-1){if(this.doc)this.decorate(this.doc,!0),yield this.doc,this.doc=null;else if(e){let e=new Er(void 0,Object.assign({_directives:this.directives},this.options));this.atDirectives&&this.onError(t,`MISSING_CHAR`,`Missing directives-end indicator line`),e.range=[0,t,t],this.decorate(e,!1),yield e}}},mi=Symbol(`break visit`),hi=Symbol(`skip children`),gi=Symbol(`remove item`);function _i(e,t){`type`in e&&e.type===`document`&&(e={start:e.start,value:e.value}),vi(Object.freeze([]),e,t)}_i.BREAK=mi,_i.SKIP=hi,_i.REMOVE=gi,_i.itemAtPath=(e,t)=>{let n=e;for(let[e,r]of t){let t=n?.[e];if(t&&`items`in t)n=t.items[r];else return}return n},_i.parentCollection=(e,t)=>{let n=_i.itemAtPath(e,t.slice(0,-1)),r=t[t.length-1][0],i=n?.[r];if(i&&`items`in i)return i;throw Error(`Parent collection not found`)};function vi(e,t,n){let r=n(t,e);if(typeof r==`symbol`)return r;for(let i of[`key`,`value`]){let a=t[i];if(a&&`items`in a){for(let t=0;t<a.items.length;++t){let r=vi(Object.freeze(e.concat([[i,t]])),a.items[t],n);if(typeof r==`number`)t=r-1;else if(r===mi)return mi;else r===gi&&(a.items.splice(t,1),--t)}typeof r==`function`&&i===`key`&&(r=r(t,e))}}return typeof r==`function`?r(t,e):r}function yi(e){switch(e){case`﻿`:return`byte-order-mark`;case``:return`doc-mode`;case``:return`flow-error-end`;case``:return`scalar`;case`---`:return`doc-start`;case`...`:return`doc-end`;case``:case`
`:case`\r
`:return`newline`;case`-`:return`seq-item-ind`;case`?`:return`explicit-key-ind`;case`:`:return`map-value-ind`;case`{`:return`flow-map-start`;case`}`:return`flow-map-end`;case`[`:return`flow-seq-start`;case`]`:return`flow-seq-end`;case`,`:return`comma`}switch(e[0]){case` `:case`	`:return`space`;case`#`:return`comment`;case`%`:return`directive-line`;case`*`:return`alias`;case`&`:return`anchor`;case`!`:return`tag`;case`'`:return`single-quoted-scalar`;case`"`:return`double-quoted-scalar`;case`|`:case`>`:return`block-scalar-header`}return null}function bi(e){switch(e){case void 0:case` `:case`
`:case`\r`:case`	`:return!0;default:return!1}}var xi=new Set(`0123456789ABCDEFabcdef`),Si=new Set(`0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-#;/?:@&=+$_.!~*'()`),Ci=new Set(`,[]{}`),wi=new Set(` ,[]{}
\r	`),Ti=e=>!e||wi.has(e),Ei=class{constructor(){this.atEnd=!1,this.blockScalarIndent=-1,this.blockScalarKeep=!1,this.buffer=``,this.flowKey=!1,this.flowLevel=0,this.indentNext=0,this.indentValue=0,this.lineEndPos=null,this.next=null,this.pos=0}*lex(e,t=!1){if(e){if(typeof e!=`string`)throw TypeError(`source is not a string`);this.buffer=this.buffer?this.buffer+e:e,this.lineEndPos=null}this.atEnd=!t;let n=this.next??`stream`;for(;n&&(t||this.hasChars(1));)n=yield*this.parseNext(n)}atLineEnd(){let e=this.pos,t=this.buffer[e];for(;t===` `||t===`	`;)t=this.buffer[++e];return!t||t===`#`||t===`
`||t===`\r`&&this.buffer[e+1]===`
`}charAt(e){return this.buffer[this.pos+e]}continueScalar(e){let t=this.buffer[e];if(this.indentNext>0){let n=0;for(;t===` `;)t=this.buffer[++n+e];if(t===`\r`){let t=this.buffer[n+e+1];if(t===`
`||!t&&!this.atEnd)return e+n+1}return t===`
`||n>=this.indentNext||!t&&!this.atEnd?e+n:-1}if(t===`-`||t===`.`){let t=this.buffer.substr(e,3);if((t===`---`||t===`...`)&&bi(this.buffer[e+3]))return-1}return e}getLine(){let e=this.lineEndPos;return(typeof e!=`number`||e!==-1&&e<this.pos)&&(e=this.buffer.indexOf(`
`,this.pos),this.lineEndPos=e),e===-1?this.atEnd?this.buffer.substring(this.pos):null:(this.buffer[e-1]===`\r`&&--e,this.buffer.substring(this.pos,e))}hasChars(e){return this.pos+e<=this.buffer.length}setNext(e){return this.buffer=this.buffer.substring(this.pos),this.pos=0,this.lineEndPos=null,this.next=e,null}peek(e){return this.buffer.substr(this.pos,e)}*parseNext(e){switch(e){case`stream`:return yield*this.parseStream();case`line-start`:return yield*this.parseLineStart();case`block-start`:return yield*this.parseBlockStart();case`doc`:return yield*this.parseDocument();case`flow`:return yield*this.parseFlowCollection();case`quoted-scalar`:return yield*this.parseQuotedScalar();case`block-scalar`:return yield*this.parseBlockScalar();case`plain-scalar`:return yield*this.parsePlainScalar()}}*parseStream(){let e=this.getLine();if(e===null)return this.setNext(`stream`);if(e[0]===`﻿`&&(yield*this.pushCount(1),e=e.substring(1)),e[0]===`%`){let t=e.length,n=e.indexOf(`#`);for(;n!==-1;){let r=e[n-1];if(r===` `||r===`	`){t=n-1;break}n=e.indexOf(`#`,n+1)}for(;;){let n=e[t-1];if(n===` `||n===`	`)--t;else break}let r=(yield*this.pushCount(t))+(yield*this.pushSpaces(!0));return yield*this.pushCount(e.length-r),this.pushNewline(),`stream`}if(this.atLineEnd()){let t=yield*this.pushSpaces(!0);return yield*this.pushCount(e.length-t),yield*this.pushNewline(),`stream`}return yield``,yield*this.parseLineStart()}*parseLineStart(){let e=this.charAt(0);if(!e&&!this.atEnd)return this.setNext(`line-start`);if(e===`-`||e===`.`){if(!this.atEnd&&!this.hasChars(4))return this.setNext(`line-start`);let e=this.peek(3);if((e===`---`||e===`...`)&&bi(this.charAt(3)))return yield*this.pushCount(3),this.indentValue=0,this.indentNext=0,e===`---`?`doc`:`stream`}return this.indentValue=yield*this.pushSpaces(!1),this.indentNext>this.indentValue&&!bi(this.charAt(1))&&(this.indentNext=this.indentValue),yield*this.parseBlockStart()}*parseBlockStart(){let[e,t]=this.peek(2);if(!t&&!this.atEnd)return this.setNext(`block-start`);if((e===`-`||e===`?`||e===`:`)&&bi(t)){let e=(yield*this.pushCount(1))+(yield*this.pushSpaces(!0));return this.indentNext=this.indentValue+1,this.indentValue+=e,`block-start`}return`doc`}*parseDocument(){yield*this.pushSpaces(!0);let e=this.getLine();if(e===null)return this.setNext(`doc`);let t=yield*this.pushIndicators();switch(e[t]){case`#`:yield*this.pushCount(e.length-t);case void 0:return yield*this.pushNewline(),yield*this.parseLineStart();case`{`:case`[`:return yield*this.pushCount(1),this.flowKey=!1,this.flowLevel=1,`flow`;case`}`:case`]`:return yield*this.pushCount(1),`doc`;case`*`:return yield*this.pushUntil(Ti),`doc`;case`"`:case`'`:return yield*this.parseQuotedScalar();case`|`:case`>`:return t+=yield*this.parseBlockScalarHeader(),t+=yield*this.pushSpaces(!0),yield*this.pushCount(e.length-t),yield*this.pushNewline(),yield*this.parseBlockScalar();default:return yield*this.parsePlainScalar()}}*parseFlowCollection(){let e,t,n=-1;do e=yield*this.pushNewline(),e>0?(t=yield*this.pushSpaces(!1),this.indentValue=n=t):t=0,t+=yield*this.pushSpaces(!0);while(e+t>0);let r=this.getLine();if(r===null)return this.setNext(`flow`);if((n!==-1&&n<this.indentNext&&r[0]!==`#`||n===0&&(r.startsWith(`---`)||r.startsWith(`...`))&&bi(r[3]))&&(n!==this.indentNext-1||this.flowLevel!==1||r[0]!==`]`&&r[0]!==`}`))return this.flowLevel=0,yield``,yield*this.parseLineStart();let i=0;for(;r[i]===`,`;)i+=yield*this.pushCount(1),i+=yield*this.pushSpaces(!0),this.flowKey=!1;switch(i+=yield*this.pushIndicators(),r[i]){case void 0:return`flow`;case`#`:return yield*this.pushCount(r.length-i),`flow`;case`{`:case`[`:return yield*this.pushCount(1),this.flowKey=!1,this.flowLevel+=1,`flow`;case`}`:case`]`:return yield*this.pushCount(1),this.flowKey=!0,--this.flowLevel,this.flowLevel?`flow`:`doc`;case`*`:return yield*this.pushUntil(Ti),`flow`;case`"`:case`'`:return this.flowKey=!0,yield*this.parseQuotedScalar();case`:`:{let e=this.charAt(1);if(this.flowKey||bi(e)||e===`,`)return this.flowKey=!1,yield*this.pushCount(1),yield*this.pushSpaces(!0),`flow`}default:return this.flowKey=!1,yield*this.parsePlainScalar()}}*parseQuotedScalar(){let e=this.charAt(0),t=this.buffer.indexOf(e,this.pos+1);if(e===`'`)for(;t!==-1&&this.buffer[t+1]===`'`;)t=this.buffer.indexOf(`'`,t+2);else for(;t!==-1;){let e=0;for(;this.buffer[t-1-e]===`\\`;)e+=1;if(e%2==0)break;t=this.buffer.indexOf(`"`,t+1)}let n=this.buffer.substring(0,t),r=n.indexOf(`
`,this.pos);if(r!==-1){for(;r!==-1;){let e=this.continueScalar(r+1);if(e===-1)break;r=n.indexOf(`
`,e)}r!==-1&&(t=r-(n[r-1]===`\r`?2:1))}if(t===-1){if(!this.atEnd)return this.setNext(`quoted-scalar`);t=this.buffer.length}return yield*this.pushToIndex(t+1,!1),this.flowLevel?`flow`:`doc`}*parseBlockScalarHeader(){this.blockScalarIndent=-1,this.blockScalarKeep=!1;let e=this.pos;for(;;){let t=this.buffer[++e];if(t===`+`)this.blockScalarKeep=!0;else if(t>`0`&&t<=`9`)this.blockScalarIndent=Number(t)-1;else if(t!==`-`)break}return yield*this.pushUntil(e=>bi(e)||e===`#`)}*parseBlockScalar(){let e=this.pos-1,t=0,n;loop:for(let r=this.pos;n=this.buffer[r];++r)switch(n){case` `:t+=1;break;case`
`:e=r,t=0;break;case`\r`:{let e=this.buffer[r+1];if(!e&&!this.atEnd)return this.setNext(`block-scalar`);if(e===`
`)break}default:break loop}if(!n&&!this.atEnd)return this.setNext(`block-scalar`);if(t>=this.indentNext){this.indentNext=this.blockScalarIndent===-1?t:this.blockScalarIndent+(this.indentNext===0?1:this.indentNext);do{let t=this.continueScalar(e+1);if(t===-1)break;e=this.buffer.indexOf(`
`,t)}while(e!==-1);if(e===-1){if(!this.atEnd)return this.setNext(`block-scalar`);e=this.buffer.length}}let r=e+1;for(n=this.buffer[r];n===` `;)n=this.buffer[++r];if(n===`	`){for(;n===`	`||n===` `||n===`\r`||n===`
`;)n=this.buffer[++r];e=r-1}else if(!this.blockScalarKeep)do{let n=e-1,r=this.buffer[n];r===`\r`&&(r=this.buffer[--n]);let i=n;for(;r===` `;)r=this.buffer[--n];if(r===`
`&&n>=this.pos&&n+1+t>i)e=n;else break}while(1);return yield``,yield*this.pushToIndex(e+1,!0),yield*this.parseLineStart()}*parsePlainScalar(){let e=this.flowLevel>0,t=this.pos-1,n=this.pos-1,r;for(;r=this.buffer[++n];)if(r===`:`){let r=this.buffer[n+1];if(bi(r)||e&&Ci.has(r))break;t=n}else if(bi(r)){let i=this.buffer[n+1];if(r===`\r`&&(i===`
`?(n+=1,r=`
`,i=this.buffer[n+1]):t=n),i===`#`||e&&Ci.has(i))break;if(r===`
`){let e=this.continueScalar(n+1);if(e===-1)break;n=Math.max(n,e-2)}}else{if(e&&Ci.has(r))break;t=n}return!r&&!this.atEnd?this.setNext(`plain-scalar`):(yield``,yield*this.pushToIndex(t+1,!0),e?`flow`:`doc`)}*pushCount(e){return e>0?(yield this.buffer.substr(this.pos,e),this.pos+=e,e):0}*pushToIndex(e,t){let n=this.buffer.slice(this.pos,e);return n?(yield n,this.pos+=n.length,n.length):(t&&(yield``),0)}*pushIndicators(){let e=0;loop:for(;;){switch(this.charAt(0)){case`!`:e+=yield*this.pushTag(),e+=yield*this.pushSpaces(!0);continue loop;case`&`:e+=yield*this.pushUntil(Ti),e+=yield*this.pushSpaces(!0);continue loop;case`-`:case`?`:case`:`:{let t=this.flowLevel>0,n=this.charAt(1);if(bi(n)||t&&Ci.has(n)){t?this.flowKey&&=!1:this.indentNext=this.indentValue+1,e+=yield*this.pushCount(1),e+=yield*this.pushSpaces(!0);continue loop}}}break loop}return e}*pushTag(){if(this.charAt(1)===`<`){let e=this.pos+2,t=this.buffer[e];for(;!bi(t)&&t!==`>`;)t=this.buffer[++e];return yield*this.pushToIndex(t===`>`?e+1:e,!1)}{let e=this.pos+1,t=this.buffer[e];for(;t;)if(Si.has(t))t=this.buffer[++e];else if(t===`%`&&xi.has(this.buffer[e+1])&&xi.has(this.buffer[e+2]))t=this.buffer[e+=3];else break;return yield*this.pushToIndex(e,!1)}}*pushNewline(){let e=this.buffer[this.pos];return e===`
`?yield*this.pushCount(1):e===`\r`&&this.charAt(1)===`
`?yield*this.pushCount(2):0}*pushSpaces(e){let t=this.pos-1,n;do n=this.buffer[++t];while(n===` `||e&&n===`	`);let r=t-this.pos;return r>0&&(yield this.buffer.substr(this.pos,r),this.pos=t),r}*pushUntil(e){let t=this.pos,n=this.buffer[t];for(;!e(n);)n=this.buffer[++t];return yield*this.pushToIndex(t,!1)}},Di=class{constructor(){this.lineStarts=[],this.addNewLine=e=>this.lineStarts.push(e),this.linePos=e=>{let t=0,n=this.lineStarts.length;for(;t<n;){let r=t+n>>1;this.lineStarts[r]<e?t=r+1:n=r}if(this.lineStarts[t]===e)return{line:t+1,col:1};if(t===0)return{line:0,col:e};let r=this.lineStarts[t-1];return{line:t,col:e-r+1}}}};function Oi(e,t){for(let n=0;n<e.length;++n)if(e[n].type===t)return!0;return!1}function ki(e){for(let t=0;t<e.length;++t)switch(e[t].type){case`space`:case`comment`:case`newline`:break;default:return t}return-1}function Ai(e){switch(e?.type){case`alias`:case`scalar`:case`single-quoted-scalar`:case`double-quoted-scalar`:case`flow-collection`:return!0;default:return!1}}function ji(e){switch(e.type){case`document`:return e.start;case`block-map`:{let t=e.items[e.items.length-1];return t.sep??t.start}case`block-seq`:return e.items[e.items.length-1].start;default:return[]}}function Mi(e){if(e.length===0)return[];let t=e.length;loop:for(;--t>=0;)switch(e[t].type){case`doc-start`:case`explicit-key-ind`:case`map-value-ind`:case`seq-item-ind`:case`newline`:break loop}for(;e[++t]?.type===`space`;);return e.splice(t,e.length)}function Ni(e,t){if(t.length<1e5)Array.prototype.push.apply(e,t);else for(let n=0;n<t.length;++n)e.push(t[n])}function Pi(e){if(e.start.type===`flow-seq-start`)for(let t of e.items)t.sep&&!t.value&&!Oi(t.start,`explicit-key-ind`)&&!Oi(t.sep,`map-value-ind`)&&(t.key&&(t.value=t.key),delete t.key,Ai(t.value)?t.value.end?Ni(t.value.end,t.sep):t.value.end=t.sep:Ni(t.start,t.sep),delete t.sep)}var Fi=class{constructor(e){this.atNewLine=!0,this.atScalar=!1,this.indent=0,this.offset=0,this.onKeyLine=!1,this.stack=[],this.source=``,this.type=``,this.lexer=new Ei,this.onNewLine=e}*parse(e,t=!1){this.onNewLine&&this.offset===0&&this.onNewLine(0);for(let n of this.lexer.lex(e,t))yield*this.next(n);t||(yield*this.end())}*next(e){if(this.source=e,this.atScalar){this.atScalar=!1,yield*this.step(),this.offset+=e.length;return}let t=yi(e);if(!t){let t=`Not a YAML token: ${e}`;yield*this.pop({type:`error`,offset:this.offset,message:t,source:e}),this.offset+=e.length}else if(t===`scalar`)this.atNewLine=!1,this.atScalar=!0,this.type=`scalar`;else{switch(this.type=t,yield*this.step(),t){case`newline`:this.atNewLine=!0,this.indent=0,this.onNewLine&&this.onNewLine(this.offset+e.length);break;case`space`:this.atNewLine&&e[0]===` `&&(this.indent+=e.length);break;case`explicit-key-ind`:case`map-value-ind`:case`seq-item-ind`:this.atNewLine&&(this.indent+=e.length);break;case`doc-mode`:case`flow-error-end`:return;default:this.atNewLine=!1}this.offset+=e.length}}*end(){for(;this.stack.length>0;)yield*this.pop()}get sourceToken(){return{type:this.type,offset:this.offset,indent:this.indent,source:this.source}}*step(){let e=this.peek(1);if(this.type===`doc-end`&&e?.type!==`doc-end`){for(;this.stack.length>0;)yield*this.pop();this.stack.push({type:`doc-end`,offset:this.offset,source:this.source})}else{if(!e)return yield*this.stream();switch(e.type){case`document`:return yield*this.document(e);case`alias`:case`scalar`:case`single-quoted-scalar`:case`double-quoted-scalar`:return yield*this.scalar(e);case`block-scalar`:return yield*this.blockScalar(e);case`block-map`:return yield*this.blockMap(e);case`block-seq`:return yield*this.blockSequence(e);case`flow-collection`:return yield*this.flowCollection(e);case`doc-end`:return yield*this.documentEnd(e)}yield*this.pop()}}peek(e){return this.stack[this.stack.length-e]}*pop(e){let t=e??this.stack.pop();if(!t)yield{type:`error`,offset:this.offset,source:``,message:`Tried to pop an empty stack`};else if(this.stack.length===0)yield t;else{let e=this.peek(1);switch(t.type===`block-scalar`?t.indent=`indent`in e?e.indent:0:t.type===`flow-collection`&&e.type===`document`&&(t.indent=0),t.type===`flow-collection`&&Pi(t),e.type){case`document`:e.value=t;break;case`block-scalar`:e.props.push(t);break;case`block-map`:{let n=e.items[e.items.length-1];if(n.value){e.items.push({start:[],key:t,sep:[]}),this.onKeyLine=!0;return}if(n.sep)n.value=t;else{Object.assign(n,{key:t,sep:[]}),this.onKeyLine=!n.explicitKey;return}break}case`block-seq`:{let n=e.items[e.items.length-1];n.value?e.items.push({start:[],value:t}):n.value=t;break}case`flow-collection`:{let n=e.items[e.items.length-1];!n||n.value?e.items.push({start:[],key:t,sep:[]}):n.sep?n.value=t:Object.assign(n,{key:t,sep:[]});return}default:yield*this.pop(),yield*this.pop(t)}if((e.type===`document`||e.type===`block-map`||e.type===`block-seq`)&&(t.type===`block-map`||t.type===`block-seq`)){let n=t.items[t.items.length-1];n&&!n.sep&&!n.value&&n.start.length>0&&ki(n.start)===-1&&(t.indent===0||n.start.every(e=>e.type!==`comment`||e.indent<t.indent))&&(e.type===`document`?e.end=n.start:e.items.push({start:n.start}),t.items.splice(-1,1))}}}*stream(){switch(this.type){case`directive-line`:yield{type:`directive`,offset:this.offset,source:this.source};return;case`byte-order-mark`:case`space`:case`comment`:case`newline`:yield this.sourceToken;return;case`doc-mode`:case`doc-start`:{let e={type:`document`,offset:this.offset,start:[]};this.type===`doc-start`&&e.start.push(this.sourceToken),this.stack.push(e);return}}yield{type:`error`,offset:this.offset,message:`Unexpected ${this.type} token in YAML stream`,source:this.source}}*document(e){if(e.value)return yield*this.lineEnd(e);switch(this.type){case`doc-start`:ki(e.start)===-1?e.start.push(this.sourceToken):(yield*this.pop(),yield*this.step());return;case`anchor`:case`tag`:case`space`:case`comment`:case`newline`:e.start.push(this.sourceToken);return}let t=this.startBlockValue(e);t?this.stack.push(t):yield{type:`error`,offset:this.offset,message:`Unexpected ${this.type} token in YAML document`,source:this.source}}*scalar(e){if(this.type===`map-value-ind`){let t=Mi(ji(this.peek(2))),n;e.end?(n=e.end,n.push(this.sourceToken),delete e.end):n=[this.sourceToken];let r={type:`block-map`,offset:e.offset,indent:e.indent,items:[{start:t,key:e,sep:n}]};this.onKeyLine=!0,this.stack[this.stack.length-1]=r}else yield*this.lineEnd(e)}*blockScalar(e){switch(this.type){case`space`:case`comment`:case`newline`:e.props.push(this.sourceToken);return;case`scalar`:if(e.source=this.source,this.atNewLine=!0,this.indent=0,this.onNewLine){let e=this.source.indexOf(`
`)+1;for(;e!==0;)this.onNewLine(this.offset+e),e=this.source.indexOf(`
`,e)+1}yield*this.pop();break;default:yield*this.pop(),yield*this.step()}}*blockMap(e){let t=e.items[e.items.length-1];switch(this.type){case`newline`:if(this.onKeyLine=!1,t.value){let n=`end`in t.value?t.value.end:void 0;(Array.isArray(n)?n[n.length-1]:void 0)?.type===`comment`?n?.push(this.sourceToken):e.items.push({start:[this.sourceToken]})}else t.sep?t.sep.push(this.sourceToken):t.start.push(this.sourceToken);return;case`space`:case`comment`:if(t.value)e.items.push({start:[this.sourceToken]});else if(t.sep)t.sep.push(this.sourceToken);else{if(this.atIndentedComment(t.start,e.indent)){let n=e.items[e.items.length-2]?.value?.end;if(Array.isArray(n)){Ni(n,t.start),n.push(this.sourceToken),e.items.pop();return}}t.start.push(this.sourceToken)}return}if(this.indent>=e.indent){let n=!this.onKeyLine&&this.indent===e.indent,r=n&&(t.sep||t.explicitKey)&&this.type!==`seq-item-ind`,i=[];if(r&&t.sep&&!t.value){let n=[];for(let r=0;r<t.sep.length;++r){let i=t.sep[r];switch(i.type){case`newline`:n.push(r);break;case`space`:break;case`comment`:i.indent>e.indent&&(n.length=0);break;default:n.length=0}}n.length>=2&&(i=t.sep.splice(n[1]))}switch(this.type){case`anchor`:case`tag`:r||t.value?(i.push(this.sourceToken),e.items.push({start:i}),this.onKeyLine=!0):t.sep?t.sep.push(this.sourceToken):t.start.push(this.sourceToken);return;case`explicit-key-ind`:!t.sep&&!t.explicitKey?(t.start.push(this.sourceToken),t.explicitKey=!0):r||t.value?(i.push(this.sourceToken),e.items.push({start:i,explicitKey:!0})):this.stack.push({type:`block-map`,offset:this.offset,indent:this.indent,items:[{start:[this.sourceToken],explicitKey:!0}]}),this.onKeyLine=!0;return;case`map-value-ind`:if(t.explicitKey){if(!t.sep){if(Oi(t.start,`newline`))Object.assign(t,{key:null,sep:[this.sourceToken]});else{let e=Mi(t.start);this.stack.push({type:`block-map`,offset:this.offset,indent:this.indent,items:[{start:e,key:null,sep:[this.sourceToken]}]})}}else if(t.value)e.items.push({start:[],key:null,sep:[this.sourceToken]});else if(Oi(t.sep,`map-value-ind`))this.stack.push({type:`block-map`,offset:this.offset,indent:this.indent,items:[{start:i,key:null,sep:[this.sourceToken]}]});else if(Ai(t.key)&&!Oi(t.sep,`newline`)){let e=Mi(t.start),n=t.key,r=t.sep;r.push(this.sourceToken),delete t.key,delete t.sep,this.stack.push({type:`block-map`,offset:this.offset,indent:this.indent,items:[{start:e,key:n,sep:r}]})}else i.length>0?t.sep=t.sep.concat(i,this.sourceToken):t.sep.push(this.sourceToken)}else t.sep?t.value||r?e.items.push({start:i,key:null,sep:[this.sourceToken]}):Oi(t.sep,`map-value-ind`)?this.stack.push({type:`block-map`,offset:this.offset,indent:this.indent,items:[{start:[],key:null,sep:[this.sourceToken]}]}):t.sep.push(this.sourceToken):Object.assign(t,{key:null,sep:[this.sourceToken]});this.onKeyLine=!0;return;case`alias`:case`scalar`:case`single-quoted-scalar`:case`double-quoted-scalar`:{let n=this.flowScalar(this.type);r||t.value?(e.items.push({start:i,key:n,sep:[]}),this.onKeyLine=!0):t.sep?this.stack.push(n):(Object.assign(t,{key:n,sep:[]}),this.onKeyLine=!0);return}default:{let r=this.startBlockValue(e);if(r){if(r.type===`block-seq`){if(!t.explicitKey&&t.sep&&!Oi(t.sep,`newline`)){yield*this.pop({type:`error`,offset:this.offset,message:`Unexpected block-seq-ind on same line with key`,source:this.source});return}}else n&&e.items.push({start:i});this.stack.push(r);return}}}}yield*this.pop(),yield*this.step()}*blockSequence(e){let t=e.items[e.items.length-1];switch(this.type){case`newline`:if(t.value){let n=`end`in t.value?t.value.end:void 0;(Array.isArray(n)?n[n.length-1]:void 0)?.type===`comment`?n?.push(this.sourceToken):e.items.push({start:[this.sourceToken]})}else t.start.push(this.sourceToken);return;case`space`:case`comment`:if(t.value)e.items.push({start:[this.sourceToken]});else{if(this.atIndentedComment(t.start,e.indent)){let n=e.items[e.items.length-2]?.value?.end;if(Array.isArray(n)){Ni(n,t.start),n.push(this.sourceToken),e.items.pop();return}}t.start.push(this.sourceToken)}return;case`anchor`:case`tag`:if(t.value||this.indent<=e.indent)break;t.start.push(this.sourceToken);return;case`seq-item-ind`:if(this.indent!==e.indent)break;t.value||Oi(t.start,`seq-item-ind`)?e.items.push({start:[this.sourceToken]}):t.start.push(this.sourceToken);return}if(this.indent>e.indent){let t=this.startBlockValue(e);if(t){this.stack.push(t);return}}yield*this.pop(),yield*this.step()}*flowCollection(e){let t=e.items[e.items.length-1];if(this.type===`flow-error-end`){let e;do yield*this.pop(),e=this.peek(1);while(e?.type===`flow-collection`)}else if(e.end.length===0){switch(this.type){case`comma`:case`explicit-key-ind`:!t||t.sep?e.items.push({start:[this.sourceToken]}):t.start.push(this.sourceToken);return;case`map-value-ind`:!t||t.value?e.items.push({start:[],key:null,sep:[this.sourceToken]}):t.sep?t.sep.push(this.sourceToken):Object.assign(t,{key:null,sep:[this.sourceToken]});return;case`space`:case`comment`:case`newline`:case`anchor`:case`tag`:!t||t.value?e.items.push({start:[this.sourceToken]}):t.sep?t.sep.push(this.sourceToken):t.start.push(this.sourceToken);return;case`alias`:case`scalar`:case`single-quoted-scalar`:case`double-quoted-scalar`:{let n=this.flowScalar(this.type);!t||t.value?e.items.push({start:[],key:n,sep:[]}):t.sep?this.stack.push(n):Object.assign(t,{key:n,sep:[]});return}case`flow-map-end`:case`flow-seq-end`:e.end.push(this.sourceToken);return}let n=this.startBlockValue(e);n?this.stack.push(n):(yield*this.pop(),yield*this.step())}else{let t=this.peek(2);if(t.type===`block-map`&&(this.type===`map-value-ind`&&t.indent===e.indent||this.type===`newline`&&!t.items[t.items.length-1].sep))yield*this.pop(),yield*this.step();else if(this.type===`map-value-ind`&&t.type!==`flow-collection`){let n=Mi(ji(t));Pi(e);let r=e.end.splice(1,e.end.length);r.push(this.sourceToken);let i={type:`block-map`,offset:e.offset,indent:e.indent,items:[{start:n,key:e,sep:r}]};this.onKeyLine=!0,this.stack[this.stack.length-1]=i}else yield*this.lineEnd(e)}}flowScalar(e){if(this.onNewLine){let e=this.source.indexOf(`
`)+1;for(;e!==0;)this.onNewLine(this.offset+e),e=this.source.indexOf(`
`,e)+1}return{type:e,offset:this.offset,indent:this.indent,source:this.source}}startBlockValue(e){switch(this.type){case`alias`:case`scalar`:case`single-quoted-scalar`:case`double-quoted-scalar`:return this.flowScalar(this.type);case`block-scalar-header`:return{type:`block-scalar`,offset:this.offset,indent:this.indent,props:[this.sourceToken],source:``};case`flow-map-start`:case`flow-seq-start`:return{type:`flow-collection`,offset:this.offset,indent:this.indent,start:this.sourceToken,items:[],end:[]};case`seq-item-ind`:return{type:`block-seq`,offset:this.offset,indent:this.indent,items:[{start:[this.sourceToken]}]};case`explicit-key-ind`:{this.onKeyLine=!0;let t=Mi(ji(e));return t.push(this.sourceToken),{type:`block-map`,offset:this.offset,indent:this.indent,items:[{start:t,explicitKey:!0}]}}case`map-value-ind`:{this.onKeyLine=!0;let t=Mi(ji(e));return{type:`block-map`,offset:this.offset,indent:this.indent,items:[{start:t,key:null,sep:[this.sourceToken]}]}}}return null}atIndentedComment(e,t){return this.type!==`comment`||this.indent<=t?!1:e.every(e=>e.type===`newline`||e.type===`space`)}*documentEnd(e){this.type!==`doc-mode`&&(e.end?e.end.push(this.sourceToken):e.end=[this.sourceToken],this.type===`newline`&&(yield*this.pop()))}*lineEnd(e){switch(this.type){case`comma`:case`doc-start`:case`doc-end`:case`flow-seq-end`:case`flow-map-end`:case`map-value-ind`:yield*this.pop(),yield*this.step();break;case`newline`:this.onKeyLine=!1;default:e.end?e.end.push(this.sourceToken):e.end=[this.sourceToken],this.type===`newline`&&(yield*this.pop())}}};function Ii(e){let t=e.prettyErrors!==!1;return{lineCounter:e.lineCounter||t&&new Di||null,prettyErrors:t}}function Li(e,t={}){let{lineCounter:n,prettyErrors:r}=Ii(t),i=new Fi(n?.addNewLine),a=new pi(t),o=null;for(let t of a.compose(i.parse(e),!0,e.length))if(!o)o=t;else if(o.options.logLevel!==`silent`){o.errors.push(new kr(t.range.slice(0,2),`MULTIPLE_DOCS`,`Source contains multiple documents; please use YAML.parseAllDocuments()`));break}return r&&n&&(o.errors.forEach(jr(e,n)),o.warnings.forEach(jr(e,n))),o}function Ri(e){let t=Li(e,{schema:`failsafe`,uniqueKeys:!1});if(!(t.errors.length>0)&&q(t.contents)!==``)return L(t.contents)?t:void 0}function zi(e){return ft(e)?e.items.filter(L):[]}function q(e){let t=z(e)?e.value:e;return typeof t==`string`?t:void 0}function Bi(e){let t=e.get(`models`);if(ft(t))return t.items.flatMap(e=>{if(L(e))return[{name:q(e.get(`name`))??``,weight:q(e.get(`weight`))??``}];let t=q(e);return t===void 0?[]:[{name:t,weight:``}]});let n=q(e.get(`model`))??``;return n===``?[]:[{name:n,weight:``}]}function Vi(e,t){let[n,...r]=t;r.length>0||n!==void 0&&(n.weight!==``||Wi(e))?Hi(e,`models`,Ui(e,t)):Hi(e,`model`,n?.name)}function Hi(e,t,n){let r=t===`model`?`models`:`model`;if(n!==void 0&&e.has(t)){e.set(t,n),e.delete(r);return}let i=e.contents?.items??[],a=i.findIndex(({key:e})=>q(e)===r),o=i[a]?.key;if(e.delete(t),e.delete(r),n===void 0)return;let s=e.createNode(t);z(o)&&Object.assign(s,{commentBefore:o.commentBefore,spaceBefore:o.spaceBefore}),i.splice(Math.max(0,a),0,e.createPair(s,n))}function Ui(e,t){let n=e.get(`models`),r=zi(n),i=ft(n)?n:new Tn(e.schema);return i.items=t.map(({name:t,weight:n})=>{let i=r.find(e=>q(e.get(`name`))===t)??e.createNode({name:t});return n===``?i.delete(`weight`):q(i.get(`weight`))!==n&&i.set(`weight`,n),i}),i}function Wi(e){return zi(e.get(`targets`)).some(e=>e.has(`models`))}var Gi=`-.3`;function Ki(e){return`model: clipig-tiny
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
`}function qi(e){let t=Ri(e);if(!t)return;let n=ea(t).filter(e=>e.has(`text`)),r=ra(t),i=e=>n.filter(t=>aa(t)===e).map(e=>q(e.get(`text`))??``);return{words:i(!1),unwanted:i(!0),width:r[0]??`224`,height:r[1]??r[0]??`224`,epochs:q(t.get(`epochs`))??`300`,models:Bi(t)}}function Ji(e,t){let n=Ri(e),r=qi(e);if(!n||!r)return;let{words:i,unwanted:a,width:o,height:s,epochs:c,models:l}=t;return ca([...i,`
`,...a],[...r.words,`
`,...r.unwanted])&&ta(n,i,a),(o!==r.width||s!==r.height)&&ia(n,o,s),c!==r.epochs&&n.set(`epochs`,c),ca(l.map(sa),r.models.map(sa))&&Vi(n,l),$i(n)}function Yi(e,t){let n=Ri(e);if(n)return n.set(`init`,n.createNode({image:oa(t),mean:`0`,std:`1`})),$i(n)}function Xi(e,t){let n=Ri(e);if(n)return na(n,[...ea(n),n.createNode({image:oa(t)})]),$i(n)}function Zi(e,t){let n=Ri(e),[r,...i]=n?Bi(n):[],a=e=>e.toLowerCase().replaceAll(/[^a-z0-9]/g,``);return!r||i.length>0||a(r.name)===a(t)?void 0:r.name}function Qi(e){return/^seed[ \t]*:[ \t]+(\d+)/m.exec(e)?.[1]}function $i(e){return e.toString({lineWidth:0})}function ea(e){return zi(e.getIn([`targets`,0,`features`]))}function ta(e,t,n){let r=ea(e),i=(t,n)=>r.find(e=>q(e.get(`text`))===t&&aa(e)===n)??e.createNode({text:oa(t),...n?{weight:Gi}:{}}),a=r.filter(e=>!e.has(`text`));na(e,[...t.map(e=>i(e,!1)),...n.map(e=>i(e,!0)),...a])}function na(e,t){ft(e.get(`targets`))||e.set(`targets`,e.createNode([{features:[]}])),L(e.getIn([`targets`,0]))||e.setIn([`targets`,0],e.createNode({features:[]})),e.setIn([`targets`,0,`features`],e.createNode(t))}function ra(e){let t=e.get(`resolution`);return(ft(t)?t.items.map(e=>q(e)??``):(q(t)??``).split(/[\s,]+/)).map(e=>/(\d+)\s*$/.exec(e)?.[1]??``).filter(e=>e!==``)}function ia(e,t,n){let r=e=>{let[t,n]=[Math.ceil(Number(e)/4),Math.ceil(Number(e)/2)];return`${t} if t < .2 else ${n} if t < .6 else ${e}`};e.set(`resolution`,e.createNode(t===n?[r(t)]:[r(t),r(n)]))}function aa(e){return(q(e.get(`weight`))??``).trim().startsWith(`-`)}function oa(e){let t=new H(e);return(!/^\p{L}[\p{L}\p{N} ,.'-]*$/u.test(e)||/^(?:y|n|yes|no|on|off|true|false|null)$|, |\s$/i.test(e))&&(t.type=H.QUOTE_DOUBLE),t}function sa({name:e,weight:t}){return`${e}\n${t}`}function ca(e,t){return e.length!==t.length||e.some((e,n)=>e!==t[n])}var la=200;function ua(e,t){let n=Qe.find(({name:t})=>t===e),r=n&&qi(n.text)?.words[0]!==qi(t)?.words[0];return e===`new`||r?``:da(e)}function da(e){let t=new TextEncoder,n=``,r=0;for(let i of e){if(r+=t.encode(i).length,r>la)break;n+=i}return n}var fa=60,pa=300;function ma(e){if(/^snapshot_interval\s*:/m.test(e)||!/^targets\s*:/m.test(e)||/^\.\.\.\s*$/m.test(e))return e;let t=Number(/^epochs\s*:\s*(\d+)\s*(?:#.*)?$/m.exec(e)?.[1]??pa),n=Math.max(1,Math.round(t/fa));return`${e.trimEnd()}\nsnapshot_interval: ${n}\n`}var ha=[137,80,78,71,13,10,26,10],ga=`clipig experiment`;function _a(e){return ha.every((t,n)=>e[n]===t)}function va(e){let t=new DataView(e.buffer,e.byteOffset,e.byteLength);for(let n=ha.length;n+12<=e.length;){let r=t.getUint32(n),i=e.subarray(n+8,n+8+r);if(ba(e.subarray(n+4,n+8))===`iTXt`){let e=ya(i);if(e!==void 0)return e}n+=12+r}}function ya(e){let t=e.indexOf(0);if(ba(e.subarray(0,t))!==ga||e[t+1]!==0)return;let n=e.indexOf(0,t+3),r=e.indexOf(0,n+1);return n<0||r<0?void 0:new TextDecoder().decode(e.subarray(r+1))}function ba(e){return String.fromCharCode(...e.subarray(0,100))}var xa=48;async function Sa(e){let t=new Uint8Array(await e.arrayBuffer()),n=e.name.replace(/\.[^.]*$/,``),r=_a(t)?va(t):void 0;if(r!==void 0)return{kind:`experiment`,name:n,text:r};if(e.type.startsWith(`image/`))return{kind:`image`,image:await Ca(e.name,t)};try{return{kind:`experiment`,name:n,text:new TextDecoder(`utf-8`,{fatal:!0}).decode(t)}}catch{throw Error(`${e.name} is neither an experiment (YAML) nor an image`)}}async function Ca(e,t){let[n,r]=await Promise.all([i(t),wa(t)]);return{name:e,sha256:n,thumbnail:r}}async function wa(e){try{let t=await createImageBitmap(new Blob([e])),n=xa/Math.max(t.width,t.height),r=document.createElement(`canvas`);return r.width=Math.max(1,Math.round(t.width*n)),r.height=Math.max(1,Math.round(t.height*n)),r.getContext(`2d`)?.drawImage(t,0,0,r.width,r.height),r.toDataURL(`image/png`)}catch{return}}var Ta=1e3,Ea=class{choose;element;list=f(`ul`,{class:`sheet-list`});all=g(`All`,()=>this.choose(void 0),{kind:`small`,title:`Show all pictures, none of them large`});compare=f(`a`,{class:`button small`},`Side by side`);entries=new Map;timer;numbers=[];constructor(e){this.choose=e;let t=f(`div`,{class:`row`},f(`h2`,{},`Contact sheet`),f(`div`,{class:`row end`},this.all,this.compare));this.element=f(`section`,{class:`sheet`,"aria-label":`Contact sheet`,hidden:!0},t,this.list)}show(e,t){let n=e.length===this.numbers.length&&e.every((e,t)=>e===this.numbers[t]);if(this.numbers=e,this.element.hidden=e.length<2,this.all.disabled=t===void 0,this.compare.href=`/compare?jobs=${e.join(`,`)}`,!n){this.clear();for(let t of e)this.entries.set(t,new Da(t,()=>this.choose(t)));_(this.list,[...this.entries.values()].map(({element:e})=>e))}for(let[e,n]of this.entries)n.mark(e===t);e.length<2||this.timer!==void 0||(this.timer=setInterval(()=>void this.read(),Ta),this.read())}leave(){this.clear()}clear(){clearInterval(this.timer),this.timer=void 0;for(let e of this.entries.values())e.leave();this.entries.clear()}async read(){if(!document.hidden)try{let[e,t]=[Math.min(...this.numbers),Math.max(...this.numbers)],n=Math.min(1e3,t-e+1),r=(await y({before:String(t+1),limit:String(n),with_newest:`true`})).jobs.filter(e=>this.entries.has(e.job));for(let e of r)this.entries.get(e.job)?.show(e);r.length===this.entries.size&&r.every(x)&&(clearInterval(this.timer),this.timer=void 0)}catch(e){m(e)}}},Da=class{element;thumbnail=new C;words=f(`span`,{class:`sheet-words`});select;constructor(e,t){this.select=f(`button`,{type:`button`,"aria-pressed":`false`,onclick:t},this.thumbnail.element,this.words),l(this.words,`job ${e}`),this.element=f(`li`,{},this.select)}mark(e){this.select.setAttribute(`aria-pressed`,String(e))}show(e){let t=e.state===`running`||e.state===`paused`?` · ${Math.round(100*w(e))} %`:``;l(this.words,`seed ${e.seed} · ${e.state}${t}`),this.thumbnail.show(e)}leave(){this.thumbnail.leave()}},Oa=4;async function ka(){let e=navigator.locks;if(!e)return()=>void 0;for(let t=0;t<Oa;t++){let n=await Aa(e,`clipig stream ${t}`);if(n)return n}}function Aa(e,t){return new Promise((n,r)=>{e.request(t,{ifAvailable:!0},e=>{if(e)return new Promise(e=>n(()=>e()));n(void 0)}).catch(r)})}var ja=[`job`,`state`,`progress`,`table`,`artifact`,`warning`,`log`,`revision`],Ma=2e3,Na=2e3,Pa=2e4,Fa=class{job;listener;source;last=`0`;release;following=!1;turn=0;again;unseen;constructor(e,t){this.job=e,this.listener=t,document.addEventListener(`visibilitychange`,this.seen),this.begin()}close(){document.removeEventListener(`visibilitychange`,this.seen),this.pause()}seen=()=>{clearTimeout(this.unseen),document.hidden?this.unseen=setTimeout(()=>this.pause(),Pa):this.following&&this.source?.readyState!==EventSource.CLOSED||this.begin()};pause(){this.turn++,this.following=!1,clearTimeout(this.unseen),clearTimeout(this.again),this.source?.close(),this.source=void 0,this.release?.(),this.release=void 0}async begin(){clearTimeout(this.again),this.following=!0;let e=++this.turn,t=this.release??await ka();e===this.turn?(this.release=t,t?this.open():await this.poll(e)):t!==this.release&&t?.()}async poll(t){let n=`connected`;try{let n=await e(this.job);if(t!==this.turn)return;this.listener.heard({event:`job`,...n})}catch{if(t!==this.turn)return;n=`lost`}this.listener.connection(n),this.listener.more()?this.again=setTimeout(()=>void this.begin(),Na):this.close()}open(){let e=new EventSource(`/api/v1/jobs/${this.job}/events?since=${this.last}`);this.source?.close(),this.source=e,e.onopen=()=>this.listener.connection(`connected`),e.onerror=()=>{this.listener.more()?(this.listener.connection(`lost`),e.readyState===EventSource.CLOSED&&(this.again=setTimeout(()=>void this.begin(),Ma))):this.close()};for(let t of ja)e.addEventListener(t,e=>{this.last=e.lastEventId,this.listener.heard(JSON.parse(e.data))})}};function Ia(e){let t=Ri(e);if(!t)return[];let n=Bi(t);return zi(t.get(`targets`)).filter(e=>!Ha(e)).flatMap(e=>{let t=q(e.get(`name`))??`target`,r=zi(e.get(`features`)).flatMap(La),i=zi(e.get(`constraints`)).map(e=>q(e.items[0]?.key)??`constraint`);return n.length<2||r.length===0?[{name:t,features:r,constraints:i}]:za(e,n).map(e=>({name:`${t} (${e})`,features:r,constraints:i}))})}function La(e){let{direction:t,style:n}={direction:e.get(`direction`),style:e.get(`style`)};if(L(t)){let e=e=>q(t.get(e))??q(t.get(`${e}_image`))??``;return[`${e(`from`)} → ${e(`to`)}`]}if(L(n))return[`style of ${q(n.get(`image`))??``}`];let r=q(e.get(`prompt`));return r===void 0?[q(e.get(`text`))??q(e.get(`image`))??`feature`]:r.split(`|`).map(e=>Ra(e).trim())}function Ra(e){let t=e.lastIndexOf(`:`),n=e.slice(t+1).trim();return t>=0&&n!==``&&Number.isFinite(Number(n))?e.slice(0,t):e}function za(e,t){let n=zi(e.get(`models`)),r=({name:e,weight:t})=>{if(n.length===0)return t;let r=n.find(t=>q(t.get(`name`))?.toLowerCase()===e.toLowerCase());return r?q(r.get(`weight`))??t:`0`};return t.filter(e=>r(e)===``||Number(r(e))!==0).map(({name:e})=>e)}function Ba(e){let t=new Set,n=Ri(e);return n&&_t(n,{Pair:(e,{key:n,value:r})=>{let i=Va.has(q(n)??``)?q(r)??``:``;i!==``&&t.add(i)}}),[...t]}var Va=new Set([`image`,`from_image`,`to_image`,`origin`]);function Ha(e){return[`no`,`off`,`false`,`0`].includes(q(e.get(`active`))?.toLowerCase()??``)}var Ua=!0,Wa=`uplot`,Ga=`u-hz`,Ka=`u-vt`,qa=`u-title`,Ja=`u-wrap`,Ya=`u-under`,Xa=`u-over`,Za=`u-axis`,Qa=`u-off`,$a=`u-select`,eo=`u-cursor-x`,to=`u-cursor-y`,no=`u-cursor-pt`,ro=`u-legend`,io=`u-live`,ao=`u-inline`,oo=`u-series`,so=`u-marker`,co=`u-label`,lo=`u-value`,uo=`width`,fo=`height`,po=`top`,mo=`bottom`,ho=`left`,go=`right`,_o=`#000`,vo=`#0000`,yo=`mousemove`,bo=`mousedown`,xo=`mouseup`,So=`mouseenter`,Co=`mouseleave`,wo=`dblclick`,To=`resize`,Eo=`scroll`,Do=`change`,Oo=`dppxchange`,ko=`--`,Ao=typeof window<`u`,jo=Ao?document:null,Mo=Ao?window:null,No=Ao?navigator:null,J,Po;function Fo(){let e=devicePixelRatio;J!=e&&(J=e,Po&&Yo(Do,Po,Fo),Po=matchMedia(`(min-resolution: ${J-.001}dppx) and (max-resolution: ${J+.001}dppx)`),Jo(Do,Po,Fo),Mo.dispatchEvent(new CustomEvent(Oo)))}function Io(e,t){if(t!=null){let n=e.classList;!n.contains(t)&&n.add(t)}}function Lo(e,t){let n=e.classList;n.contains(t)&&n.remove(t)}function Y(e,t,n){e.style[t]=n+`px`}function Ro(e,t,n,r){let i=jo.createElement(e);return t!=null&&Io(i,t),n?.insertBefore(i,r),i}function zo(e,t){return Ro(`div`,e,t)}var Bo=new WeakMap;function Vo(e,t,n,r,i){let a=`translate(`+t+`px,`+n+`px)`;a!=Bo.get(e)&&(e.style.transform=a,Bo.set(e,a),t<0||n<0||t>r||n>i?Io(e,Qa):Lo(e,Qa))}var Ho=new WeakMap;function Uo(e,t,n){let r=t+n;r!=Ho.get(e)&&(Ho.set(e,r),e.style.background=t,e.style.borderColor=n)}var Wo=new WeakMap;function Go(e,t,n,r){let i=t+``+n;i!=Wo.get(e)&&(Wo.set(e,i),e.style.height=n+`px`,e.style.width=t+`px`,e.style.marginLeft=r?-t/2+`px`:0,e.style.marginTop=r?-n/2+`px`:0)}var Ko={passive:!0},qo={...Ko,capture:!0};function Jo(e,t,n,r){t.addEventListener(e,n,r?qo:Ko)}function Yo(e,t,n,r){t.removeEventListener(e,n,Ko)}Ao&&Fo();function Xo(e,t,n,r){let i;n||=0,r||=t.length-1;let a=r<=2147483647;for(;r-n>1;)i=a?n+r>>1:_s((n+r)/2),t[i]<e?n=i:r=i;return e-t[n]<=t[r]-e?n:r}function Zo(e){return(t,n,r)=>{let i=-1,a=-1;for(let a=n;a<=r;a++)if(e(t[a])){i=a;break}for(let i=r;i>=n;i--)if(e(t[i])){a=i;break}return[i,a]}}var Qo=e=>e!=null,$o=e=>e!=null&&e>0,es=Zo(Qo),ts=Zo($o);function ns(e,t,n,r=0,i=!1){let a=i?ts:es,o=i?$o:Qo;[t,n]=a(e,t,n);let s=e[t],c=e[t];if(t>-1){if(r==1)s=e[t],c=e[n];else if(r==-1)s=e[n],c=e[t];else for(let r=t;r<=n;r++){let t=e[r];o(t)&&(t<s?s=t:t>c&&(c=t))}}return[s??Os,c??-Os]}function rs(e,t,n,r){let i=Cs(e),a=Cs(t);e==t&&(i==-1?(e*=n,t/=n):(e/=n,t*=n));let o=n==10?ws:Ts,s=i==1?_s:ys,c=a==1?ys:_s,l=s(o(gs(e))),u=c(o(gs(t))),d=Ss(n,l),f=Ss(n,u);return n==10&&(l<0&&(d=Q(d,-l)),u<0&&(f=Q(f,-u))),r||n==2?(e=d*i,t=f*a):(e=Hs(e,d),t=Vs(t,f)),[e,t]}function is(e,t,n,r){let i=rs(e,t,n,r);return e==0&&(i[0]=0),t==0&&(i[1]=0),i}var as=.1,os={mode:3,pad:as},ss={pad:0,soft:null,mode:0},cs={min:ss,max:ss};function ls(e,t,n,r){return $s(n)?ds(e,t,n):(ss.pad=n,ss.soft=r?0:null,ss.mode=r?3:0,ds(e,t,cs))}function X(e,t){return e??t}function us(e,t,n){for(t=X(t,0),n=X(n,e.length-1);t<=n;){if(e[t]!=null)return!0;t++}return!1}function ds(e,t,n){let r=n.min,i=n.max,a=X(r.pad,0),o=X(i.pad,0),s=X(r.hard,-Os),c=X(i.hard,Os),l=X(r.soft,Os),u=X(i.soft,-Os),d=X(r.mode,0),f=X(i.mode,0),p=t-e,m=ws(p),h=xs(gs(e),gs(t)),g=gs(ws(h)-m);(p<1e-24||g>10)&&(p=0,(e==0||t==0)&&(p=1e-24,d==2&&l!=Os&&(a=0),f==2&&u!=-Os&&(o=0)));let _=p||h||1e3,v=Ss(10,_s(ws(_))),y=Q(Hs(e-_*(p==0?e==0?.1:1:a),v/10),24),b=e>=l&&(d==1||d==3&&y<=l||d==2&&y>=l)?l:Os,x=xs(s,y<b&&e>=b?b:bs(b,y)),S=Q(Vs(t+_*(p==0?t==0?.1:1:o),v/10),24),C=t<=u&&(f==1||f==3&&S>=u||f==2&&S<=u)?u:-Os,w=bs(c,S>C&&t<=C?C:xs(C,S));return x==w&&x==0&&(w=100),[x,w]}var fs=new Intl.NumberFormat(Ao?No.language:`en-US`),ps=e=>fs.format(e),ms=Math,hs=ms.PI,gs=ms.abs,_s=ms.floor,vs=ms.round,ys=ms.ceil,bs=ms.min,xs=ms.max,Ss=ms.pow,Cs=ms.sign,ws=ms.log10,Ts=ms.log2,Es=(e,t=1)=>ms.sinh(e)*t,Ds=(e,t=1)=>ms.asinh(e/t),Os=1/0;function ks(e){return(ws((e^e>>31)-(e>>31))|0)+1}function As(e,t,n){return bs(xs(e,t),n)}function js(e){return typeof e==`function`}function Z(e){return js(e)?e:()=>e}var Ms=()=>{},Ns=e=>e,Ps=(e,t)=>t,Fs=e=>null,Is=e=>!0,Ls=(e,t)=>e==t,Rs=/\.\d*?(?=9{6,}|0{6,})/gm,zs=e=>{if(Xs(e)||Us.has(e))return e;let t=`${e}`,n=t.match(Rs);if(n==null)return e;let r=n[0].length-1;if(t.indexOf(`e-`)!=-1){let[e,n]=t.split(`e`);return+`${zs(e)}e${n}`}return Q(e,r)};function Bs(e,t){return zs(Q(zs(e/t))*t)}function Vs(e,t){return zs(ys(zs(e/t))*t)}function Hs(e,t){return zs(_s(zs(e/t))*t)}function Q(e,t=0){if(Xs(e))return e;let n=10**t;return vs(e*n*(1+2**-52))/n}var Us=new Map;function Ws(e){return((``+e).split(`.`)[1]||``).length}function Gs(e,t,n,r){let i=[],a=r.map(Ws);for(let o=t;o<n;o++){let t=gs(o),n=Q(Ss(e,o),t);for(let s=0;s<r.length;s++){let c=e==10?+`${r[s]}e${o}`:r[s]*n,l=(o>=0?0:t)+(o>=a[s]?0:a[s]),u=e==10?c:Q(c,l);i.push(u),Us.set(u,l)}}return i}var Ks={},qs=[],Js=[null,null],Ys=Array.isArray,Xs=Number.isInteger,Zs=e=>e===void 0;function Qs(e){return typeof e==`string`}function $s(e){let t=!1;if(e!=null){let n=e.constructor;t=n==null||n==Object}return t}function ec(e){return typeof e==`object`&&!!e}var tc=Object.getPrototypeOf(Uint8Array),nc=`__proto__`;function rc(e,t=$s){let n;if(Ys(e)){let r=e.find(e=>e!=null);if(Ys(r)||t(r)){n=Array(e.length);for(let r=0;r<e.length;r++)n[r]=rc(e[r],t)}else n=e.slice()}else if(e instanceof tc)n=e.slice();else if(t(e)){n={};for(let r in e)r!=nc&&(n[r]=rc(e[r],t))}else n=e;return n}function ic(e){let t=arguments;for(let n=1;n<t.length;n++){let r=t[n];for(let t in r)t!=nc&&($s(e[t])?ic(e[t],rc(r[t])):e[t]=rc(r[t]))}return e}var ac=0,oc=1,sc=2;function cc(e,t,n){for(let r=0,i,a=-1;r<t.length;r++){let o=t[r];if(o>a){for(i=o-1;i>=0&&e[i]==null;)e[i--]=null;for(i=o+1;i<n&&e[i]==null;)e[a=i++]=null}}}function lc(e,t){if(fc(e)){let t=e[0].slice();for(let n=1;n<e.length;n++)t.push(...e[n].slice(1));return pc(t[0])||(t=dc(t)),t}let n=new Set;for(let t=0;t<e.length;t++){let r=e[t][0],i=r.length;for(let e=0;e<i;e++)n.add(r[e])}let r=[Array.from(n).sort((e,t)=>e-t)],i=r[0].length,a=new Map;for(let e=0;e<i;e++)a.set(r[0][e],e);for(let n=0;n<e.length;n++){let o=e[n],s=o[0];for(let e=1;e<o.length;e++){let c=o[e],l=Array(i).fill(void 0),u=t?t[n][e]:oc,d=[];for(let e=0;e<c.length;e++){let t=c[e],n=a.get(s[e]);t===null?u!=ac&&(l[n]=t,u==sc&&d.push(n)):l[n]=t}cc(l,d,i),r.push(l)}}return r}var uc=typeof queueMicrotask>`u`?e=>Promise.resolve().then(e):queueMicrotask;function dc(e){let t=e[0],n=t.length,r=Array(n);for(let e=0;e<r.length;e++)r[e]=e;r.sort((e,n)=>t[e]-t[n]);let i=[];for(let t=0;t<e.length;t++){let a=e[t],o=Array(n);for(let e=0;e<n;e++)o[e]=a[r[e]];i.push(o)}return i}function fc(e){let t=e[0][0],n=t.length;for(let r=1;r<e.length;r++){let i=e[r][0];if(i.length!=n)return!1;if(i!=t){for(let e=0;e<n;e++)if(i[e]!=t[e])return!1}}return!0}function pc(e,t=100){let n=e.length;if(n<=1)return!0;let r=0,i=n-1;for(;r<=i&&e[r]==null;)r++;for(;i>=r&&e[i]==null;)i--;if(i<=r)return!0;let a=xs(1,_s((i-r+1)/t));for(let t=e[r],n=r+a;n<=i;n+=a){let r=e[n];if(r!=null){if(r<=t)return!1;t=r}}return!0}var mc=[`January`,`February`,`March`,`April`,`May`,`June`,`July`,`August`,`September`,`October`,`November`,`December`],hc=[`Sunday`,`Monday`,`Tuesday`,`Wednesday`,`Thursday`,`Friday`,`Saturday`];function gc(e){return e.slice(0,3)}var _c=hc.map(gc),vc={MMMM:mc,MMM:mc.map(gc),WWWW:hc,WWW:_c};function yc(e){return(e<10?`0`:``)+e}function bc(e){return(e<10?`00`:e<100?`0`:``)+e}var xc={YYYY:e=>e.getFullYear(),YY:e=>(e.getFullYear()+``).slice(2),MMMM:(e,t)=>t.MMMM[e.getMonth()],MMM:(e,t)=>t.MMM[e.getMonth()],MM:e=>yc(e.getMonth()+1),M:e=>e.getMonth()+1,DD:e=>yc(e.getDate()),D:e=>e.getDate(),WWWW:(e,t)=>t.WWWW[e.getDay()],WWW:(e,t)=>t.WWW[e.getDay()],HH:e=>yc(e.getHours()),H:e=>e.getHours(),h:e=>{let t=e.getHours();return t==0?12:t>12?t-12:t},AA:e=>e.getHours()>=12?`PM`:`AM`,aa:e=>e.getHours()>=12?`pm`:`am`,a:e=>e.getHours()>=12?`p`:`a`,mm:e=>yc(e.getMinutes()),m:e=>e.getMinutes(),ss:e=>yc(e.getSeconds()),s:e=>e.getSeconds(),fff:e=>bc(e.getMilliseconds())};function Sc(e,t){t||=vc;let n=[],r=/\{([a-z]+)\}|[^{]+/gi,i;for(;i=r.exec(e);)n.push(i[0][0]==`{`?xc[i[1]]:i[0]);return e=>{let r=``;for(let i=0;i<n.length;i++)r+=typeof n[i]==`string`?n[i]:n[i](e,t);return r}}var Cc=new Intl.DateTimeFormat().resolvedOptions().timeZone;function wc(e,t){let n;return t==`UTC`||t==`Etc/UTC`?n=new Date(+e+e.getTimezoneOffset()*6e4):t==Cc?n=e:(n=new Date(e.toLocaleString(`en-US`,{timeZone:t})),n.setMilliseconds(e.getMilliseconds())),n}var Tc=e=>e%1==0,Ec=[1,2,2.5,5],Dc=Gs(10,-32,0,Ec),Oc=Gs(10,0,32,Ec),kc=Oc.filter(Tc),Ac=Dc.concat(Oc),jc=`
`,Mc=`{YYYY}`,Nc=jc+Mc,Pc=`{M}/{D}`,Fc=jc+Pc,Ic=Fc+`/{YY}`,Lc=`{aa}`,Rc=`{h}:{mm}`+Lc,zc=jc+Rc,Bc=`:{ss}`,$=null;function Vc(e){let t=e*1e3,n=t*60,r=n*60,i=r*24,a=i*30,o=i*365,s=(e==1?Gs(10,0,3,Ec).filter(Tc):Gs(10,-3,0,Ec)).concat([t,t*5,t*10,t*15,t*30,n,n*5,n*10,n*15,n*30,r,r*2,r*3,r*4,r*6,r*8,r*12,i,i*2,i*3,i*4,i*5,i*6,i*7,i*8,i*9,i*10,i*15,a,a*2,a*3,a*4,a*6,o,o*2,o*5,o*10,o*25,o*50,o*100]),c=[[o,Mc,$,$,$,$,$,$,1],[i*28,`{MMM}`,Nc,$,$,$,$,$,1],[i,Pc,Nc,$,$,$,$,$,1],[r,`{h}`+Lc,Ic,$,Fc,$,$,$,1],[n,Rc,Ic,$,Fc,$,$,$,1],[t,Bc,Ic+` `+Rc,$,Fc+` `+Rc,$,zc,$,1],[e,Bc+`.{fff}`,Ic+` `+Rc,$,Fc+` `+Rc,$,zc,$,1]];function l(t){return(s,c,l,u,d,f)=>{let p=[],m=d>=o,h=d>=a&&d<o,g=t(l),_=Q(g*e,3),v=Zc(g.getFullYear(),m?0:g.getMonth(),h||m?1:g.getDate()),y=Q(v*e,3);if(h||m){let n=h?d/a:0,r=m?d/o:0,i=_==y?_:Q(Zc(v.getFullYear()+r,v.getMonth()+n,1)*e,3),s=new Date(vs(i/e)),c=s.getFullYear(),l=s.getMonth();for(let a=0;i<=u;a++){let o=Zc(c+r*a,l+n*a,1),s=o-t(Q(o*e,3));i=Q((+o+s)*e,3),i<=u&&p.push(i)}}else{let a=d>=i?i:d,o=y+(_s(l)-_s(_))+Vs(_-y,a);p.push(o);let m=t(o),h=m.getHours()+m.getMinutes()/n+m.getSeconds()/r,g=d/r,v=f/s.axes[c]._space;for(;o=Q(o+d,e==1?0:3),!(o>u);)if(g>1){let e=_s(Q(h+g,6))%24,n=t(o).getHours()-e;n>1&&(n=-1),o-=n*r,h=(h+g)%24;let i=p[p.length-1];Q((o-i)/d,3)*v>=.7&&p.push(o)}else p.push(o)}return p}}return[s,c,l]}var[Hc,Uc,Wc]=Vc(1),[Gc,Kc,qc]=Vc(.001);Gs(2,-53,53,[1]);function Jc(e,t){return e.map(e=>e.map((n,r)=>r==0||r==8||n==null?n:t(r==1||e[8]==0?n:e[1]+n)))}function Yc(e,t){return(n,r,i,a,o)=>{let s=t.find(e=>o>=e[0])||t[t.length-1],c,l,u,d,f,p;return r.map(t=>{let n=e(t),r=n.getFullYear(),i=n.getMonth(),a=n.getDate(),o=n.getHours(),m=n.getMinutes(),h=n.getSeconds(),g=r!=c&&s[2]||i!=l&&s[3]||a!=u&&s[4]||o!=d&&s[5]||m!=f&&s[6]||h!=p&&s[7]||s[1];return c=r,l=i,u=a,d=o,f=m,p=h,g(n)})}}function Xc(e,t){let n=Sc(t);return(t,r,i,a,o)=>r.map(t=>n(e(t)))}function Zc(e,t,n){return new Date(e,t,n)}function Qc(e,t){return t(e)}var $c=`{YYYY}-{MM}-{DD} {h}:{mm}{aa}`;function el(e,t){return(n,r,i,a)=>a==null?ko:t(e(r))}function tl(e,t){let n=e.series[t];return n.width?n.stroke(e,t):n.points.width?n.points.stroke(e,t):null}function nl(e,t){return e.series[t].fill(e,t)}var rl={show:!0,live:!0,isolate:!1,mount:Ms,markers:{show:!0,width:2,stroke:tl,fill:nl,dash:`solid`},idx:null,idxs:null,values:[]};function il(e,t){let n=e.cursor.points,r=zo(),i=n.size(e,t);Y(r,uo,i),Y(r,fo,i);let a=i/-2;Y(r,`marginLeft`,a),Y(r,`marginTop`,a);let o=n.width(e,t,i);return o&&Y(r,`borderWidth`,o),r}function al(e,t){let n=e.series[t].points;return n._fill||n._stroke}function ol(e,t){let n=e.series[t].points;return n._stroke||n._fill}function sl(e,t){return e.series[t].points.size}var cl=[0,0];function ll(e,t,n){return cl[0]=t,cl[1]=n,cl}function ul(e,t,n,r=!0){return e=>{e.button!=0||r&&e.target!=t||n(e)}}function dl(e,t,n,r=!0){return e=>{r&&e.target!=t||n(e)}}var fl={show:!0,x:!0,y:!0,lock:!1,move:ll,points:{one:!1,show:il,size:sl,width:0,stroke:ol,fill:al},bind:{mousedown:ul,mouseup:ul,click:ul,dblclick:ul,mousemove:dl,mouseleave:dl,mouseenter:dl},drag:{setScale:!0,x:!0,y:!1,dist:0,uni:null,click:(e,t)=>{t.stopPropagation(),t.stopImmediatePropagation()},_x:!1,_y:!1},focus:{dist:(e,t,n,r,i)=>r-i,prox:-1,bias:0},hover:{skip:[void 0],prox:null,bias:0},left:-10,top:-10,idx:null,dataIdx:null,idxs:null,event:null},pl={show:!0,stroke:`rgba(0,0,0,0.07)`,width:2},ml=ic({},pl,{filter:Ps}),hl=ic({},ml,{size:10}),gl=ic({},pl,{show:!1}),_l=`12px system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, "Noto Sans", sans-serif, "Apple Color Emoji", "Segoe UI Emoji", "Segoe UI Symbol", "Noto Color Emoji"`,vl=`bold `+_l,yl=1.5,bl={show:!0,scale:`x`,stroke:_o,space:50,gap:5,alignTo:1,size:50,labelGap:0,labelSize:30,labelFont:vl,side:2,grid:ml,ticks:hl,border:gl,font:_l,lineGap:yl,rotate:0},xl=`Value`,Sl=`Time`,Cl={show:!0,scale:`x`,auto:!1,sorted:1,min:Os,max:-1/0,idxs:[]};function wl(e,t,n,r,i){return t.map(e=>e==null?``:ps(e))}function Tl(e,t,n,r,i,a,o){let s=[],c=Us.get(i)||0;n=o?n:Q(Vs(n,i),c);for(let e=n;e<=r;e=Q(e+i,c))s.push(Object.is(e,-0)?0:e);return s}function El(e,t,n,r,i,a,o){let s=[],c=e.scales[e.axes[t].scale].log;i=Ss(c,_s((c==10?ws:Ts)(n))),c==10&&(i=Ac[Xo(i,Ac)]);let l=n,u=i*c;c==10&&(u=Ac[Xo(u,Ac)]);do s.push(l),l+=i,c==10&&!Us.has(l)&&(l=Q(l,Us.get(i))),l>=u&&(i=l,u=i*c,c==10&&(u=Ac[Xo(u,Ac)]));while(l<=r);return s}function Dl(e,t,n,r,i,a,o){let s=e.scales[e.axes[t].scale].asinh,c=r>s?El(e,t,xs(s,n),r,i):[s],l=r>=0&&n<=0?[0]:[];return(n<-s?El(e,t,xs(s,-r),-n,i):[s]).reverse().map(e=>-e).concat(l,c)}var Ol=/./,kl=/[12357]/,Al=/[125]/,jl=/1/,Ml=(e,t,n,r)=>e.map((e,i)=>t==4&&e==0||i%r==0&&n.test(e.toExponential()[+(e<0)])?e:null);function Nl(e,t,n,r,i){let a=e.axes[n],o=a.scale,s=e.scales[o],c=e.valToPos,l=a._space,u=c(10,o),d=c(9,o)-u>=l?Ol:c(7,o)-u>=l?kl:c(5,o)-u>=l?Al:jl;if(d==jl){let e=gs(c(1,o)-u);if(e<l)return Ml(t.slice().reverse(),s.distr,d,ys(l/e)).reverse()}return Ml(t,s.distr,d,1)}function Pl(e,t,n,r,i){let a=e.axes[n],o=a.scale,s=a._space,c=e.valToPos,l=gs(c(1,o)-c(2,o));return l<s?Ml(t.slice().reverse(),3,Ol,ys(s/l)).reverse():t}function Fl(e,t,n,r){return r==null?ko:t==null?``:ps(t)}var Il={show:!0,scale:`y`,stroke:_o,space:30,gap:5,alignTo:1,size:50,labelGap:0,labelSize:30,labelFont:vl,side:3,grid:ml,ticks:hl,border:gl,font:_l,lineGap:yl,rotate:0};function Ll(e,t){return Q((3+(e||1)*2)*t,3)}function Rl(e,t){let{scale:n,idxs:r}=e.series[0],i=e._data[0],a=e.valToPos(i[r[0]],n,!0),o=gs(e.valToPos(i[r[1]],n,!0)-a)/(e.series[t].points.space*J);return r[1]-r[0]<=o}var zl={scale:null,auto:!0,sorted:0,min:Os,max:-1/0},Bl=(e,t,n,r,i)=>i,Vl={show:!0,auto:!0,sorted:0,gaps:Bl,alpha:1,facets:[ic({},zl,{scale:`x`}),ic({},zl,{scale:`y`})]},Hl={scale:`y`,auto:!0,sorted:0,show:!0,spanGaps:!1,gaps:Bl,alpha:1,points:{show:Rl,filter:null},values:null,min:Os,max:-1/0,idxs:[],path:null,clip:null};function Ul(e,t,n,r,i){return n/10}var Wl={time:Ua,auto:!0,distr:1,log:10,asinh:1,min:null,max:null,dir:1,ori:0},Gl=ic({},Wl,{time:!1,ori:1}),Kl={};function ql(e,t){let n=Kl[e];return n||(n={key:e,plots:[],sub(e){n.plots.push(e)},unsub(e){n.plots=n.plots.filter(t=>t!=e)},pub(e,t,r,i,a,o,s){for(let c=0;c<n.plots.length;c++)n.plots[c]!=t&&n.plots[c].pub(e,t,r,i,a,o,s)}},e!=null&&(Kl[e]=n)),n}var Jl=1,Yl=2;function Xl(e,t,n){let r=e.mode,i=e.series[t],a=r==2?e._data[t]:e._data,o=e.scales,s=e.bbox,c=a[0],l=r==2?a[1]:a[t],u=r==2?o[i.facets[0].scale]:o[e.series[0].scale],d=r==2?o[i.facets[1].scale]:o[i.scale],f=s.left,p=s.top,m=s.width,h=s.height,g=e.valToPosH,_=e.valToPosV;return u.ori==0?n(i,c,l,u,d,g,_,f,p,m,h,au,su,lu,du,pu):n(i,c,l,u,d,_,g,p,f,h,m,ou,cu,uu,fu,mu)}function Zl(e,t){let n=0,r=0,i=X(e.bands,qs);for(let e=0;e<i.length;e++){let a=i[e];a.series[0]==t?n=a.dir:a.series[1]==t&&(a.dir==1?r|=1:r|=2)}return[n,r==1?-1:r==2?1:r==3?2:0]}function Ql(e,t,n,r,i){let a=e.mode,o=e.series[t],s=a==2?o.facets[1].scale:o.scale,c=e.scales[s];return i==-1?c.min:i==1?c.max:c.distr==3?c.dir==1?c.min:c.max:0}function $l(e,t,n,r,i,a){return Xl(e,t,(e,t,o,s,c,l,u,d,f,p,m)=>{let h=e.pxRound,g=s.dir*(s.ori==0?1:-1),_=s.ori==0?su:cu,v,y;g==1?(v=n,y=r):(v=r,y=n);let b=h(l(t[v],s,p,d)),x=h(u(o[v],c,m,f)),S=h(l(t[y],s,p,d)),C=h(u(a==1?c.max:c.min,c,m,f)),w=new Path2D(i);return _(w,S,C),_(w,b,C),_(w,b,x),w})}function eu(e,t,n,r,i,a){let o=null;if(e.length>0){o=new Path2D;let s=t==0?lu:uu,c=n;for(let t=0;t<e.length;t++){let n=e[t];if(n[1]>n[0]){let e=n[0]-c;e>0&&s(o,c,r,e,r+a),c=n[1]}}let l=n+i-c;l>0&&s(o,c,r-5,l,r+a+10)}return o}function tu(e,t,n){let r=e[e.length-1];r&&r[0]==t?r[1]=n:e.push([t,n])}function nu(e,t,n,r,i,a,o){let s=[],c=e.length;for(let l=i==1?n:r;l>=n&&l<=r;l+=i)if(t[l]===null){let u=l,d=l;if(i==1)for(;++l<=r&&t[l]===null;)d=l;else for(;--l>=n&&t[l]===null;)d=l;let f=a(e[u]),p=d==u?f:a(e[d]),m=u-i;f=o<=0&&m>=0&&m<c?a(e[m]):f;let h=d+i;p=o>=0&&h>=0&&h<c?a(e[h]):p,p>=f&&s.push([f,p])}return s}function ru(e){return e==0?Ns:e==1?vs:t=>Bs(t,e)}function iu(e){let t=e==0?au:ou,n=e==0?(e,t,n,r,i,a)=>{e.arcTo(t,n,r,i,a)}:(e,t,n,r,i,a)=>{e.arcTo(n,t,i,r,a)},r=e==0?(e,t,n,r,i)=>{e.rect(t,n,r,i)}:(e,t,n,r,i)=>{e.rect(n,t,i,r)};return(e,i,a,o,s,c=0,l=0)=>{c==0&&l==0?r(e,i,a,o,s):(c=bs(c,o/2,s/2),l=bs(l,o/2,s/2),t(e,i+c,a),n(e,i+o,a,i+o,a+s,c),n(e,i+o,a+s,i,a+s,l),n(e,i,a+s,i,a,l),n(e,i,a,i+o,a,c),e.closePath())}}var au=(e,t,n)=>{e.moveTo(t,n)},ou=(e,t,n)=>{e.moveTo(n,t)},su=(e,t,n)=>{e.lineTo(t,n)},cu=(e,t,n)=>{e.lineTo(n,t)},lu=iu(0),uu=iu(1),du=(e,t,n,r,i,a)=>{e.arc(t,n,r,i,a)},fu=(e,t,n,r,i,a)=>{e.arc(n,t,r,i,a)},pu=(e,t,n,r,i,a,o)=>{e.bezierCurveTo(t,n,r,i,a,o)},mu=(e,t,n,r,i,a,o)=>{e.bezierCurveTo(n,t,i,r,o,a)};function hu(e){return(e,t,n,r,i)=>Xl(e,t,(t,a,o,s,c,l,u,d,f,p,m)=>{let{pxRound:h,points:g}=t,_,v;s.ori==0?(_=au,v=du):(_=ou,v=fu);let y=Q(g.width*J,3),b=(g.size-g.width)/2*J,x=Q(b*2,3),S=new Path2D,C=new Path2D,{left:w,top:ee,width:T,height:E}=e.bbox;lu(C,w-x,ee-x,T+x*2,E+x*2);let D=e=>{if(o[e]!=null){let t=h(l(a[e],s,p,d)),n=h(u(o[e],c,m,f));_(S,t+b,n),v(S,t,n,b,0,hs*2)}};if(i)i.forEach(D);else for(let e=n;e<=r;e++)D(e);return{stroke:y>0?S:null,fill:S,clip:C,flags:3}})}function gu(e){return(t,n,r,i,a,o)=>{r!=i&&(a!=r&&o!=r&&e(t,n,r),a!=i&&o!=i&&e(t,n,i),e(t,n,o))}}var _u=gu(su),vu=gu(cu);function yu(e){let t=X(e?.alignGaps,0);return(e,n,r,i)=>Xl(e,n,(a,o,s,c,l,u,d,f,p,m,h)=>{[r,i]=es(s,r,i);let g=a.pxRound,_=e=>g(u(e,c,m,f)),v=e=>g(d(e,l,h,p)),y,b;c.ori==0?(y=su,b=_u):(y=cu,b=vu);let x=c.dir*(c.ori==0?1:-1),S={stroke:new Path2D,fill:null,clip:null,band:null,gaps:null,flags:Jl},C=S.stroke,w=!1;if(i-r>=m*4){let t=t=>e.posToVal(t,c.key,!0),n=null,a=null,l,u,d,f=_(o[x==1?r:i]),p=_(o[r]),m=_(o[i]),h=t(x==1?p+1:m-1);for(let e=x==1?r:i;e>=r&&e<=i;e+=x){let r=o[e],i=(x==1?r<h:r>h)?f:_(r),c=s[e];i==f?c==null?c===null&&(w=!0):(u=c,n==null?(y(C,i,v(u)),l=n=a=u):u<n?n=u:u>a&&(a=u)):(n!=null&&b(C,f,v(n),v(a),v(l),v(u)),c==null?(n=a=null,c===null&&(w=!0)):(u=c,y(C,i,v(u)),n=a=l=u),f=i,h=t(f+x))}n!=null&&n!=a&&d!=f&&b(C,f,v(n),v(a),v(l),v(u))}else for(let e=x==1?r:i;e>=r&&e<=i;e+=x){let t=s[e];t===null?w=!0:t!=null&&y(C,_(o[e]),v(t))}let[ee,T]=Zl(e,n);if(a.fill!=null||ee!=0){let t=S.fill=new Path2D(C),s=v(a.fillTo(e,n,a.min,a.max,ee)),c=_(o[r]),l=_(o[i]);x==-1&&([l,c]=[c,l]),y(t,l,s),y(t,c,s)}if(!a.spanGaps){let l=[];w&&l.push(...nu(o,s,r,i,x,_,t)),S.gaps=l=a.gaps(e,n,r,i,l),S.clip=eu(l,c.ori,f,p,m,h)}return T!=0&&(S.band=T==2?[$l(e,n,r,i,C,-1),$l(e,n,r,i,C,1)]:$l(e,n,r,i,C,T)),S})}function bu(e){let t=X(e.align,1),n=X(e.ascDesc,!1),r=X(e.alignGaps,0),i=X(e.extend,!1);return(e,a,o,s)=>Xl(e,a,(c,l,u,d,f,p,m,h,g,_,v)=>{[o,s]=es(u,o,s);let y=c.pxRound,{left:b,width:x}=e.bbox,S=e=>y(p(e,d,_,h)),C=e=>y(m(e,f,v,g)),w=d.ori==0?su:cu,ee={stroke:new Path2D,fill:null,clip:null,band:null,gaps:null,flags:Jl},T=ee.stroke,E=d.dir*(d.ori==0?1:-1),D=C(u[E==1?o:s]),O=S(l[E==1?o:s]),te=O,k=O;i&&t==-1&&(k=b,w(T,k,D)),w(T,O,D);for(let e=E==1?o:s;e>=o&&e<=s;e+=E){let n=u[e];if(n==null)continue;let r=S(l[e]),i=C(n);t==1?w(T,r,D):w(T,te,i),w(T,r,i),D=i,te=r}let ne=te;i&&t==1&&(ne=b+x,w(T,ne,D));let[re,ie]=Zl(e,a);if(c.fill!=null||re!=0){let t=ee.fill=new Path2D(T),n=C(c.fillTo(e,a,c.min,c.max,re));w(t,ne,n),w(t,k,n)}if(!c.spanGaps){let i=[];i.push(...nu(l,u,o,s,E,S,r));let f=c.width*J/2,p=n||t==1?f:-f,m=n||t==-1?-f:f;i.forEach(e=>{e[0]+=p,e[1]+=m}),ee.gaps=i=c.gaps(e,a,o,s,i),ee.clip=eu(i,d.ori,h,g,_,v)}return ie!=0&&(ee.band=ie==2?[$l(e,a,o,s,T,-1),$l(e,a,o,s,T,1)]:$l(e,a,o,s,T,ie)),ee})}function xu(e,t,n,r,i,a,o=Os){if(e.length>1){let s=null;for(let c=0,l=1/0;c<e.length;c++)if(t[c]!==void 0){if(s!=null){let t=gs(e[c]-e[s]);t<l&&(l=t,o=gs(n(e[c],r,i,a)-n(e[s],r,i,a)))}s=c}}return o}function Su(e){e||=Ks;let t=X(e.size,[.6,Os,1]),n=e.align||0,r=e.gap||0,i=e.radius;i=i==null?[0,0]:typeof i==`number`?[i,0]:i;let a=Z(i),o=1-t[0],s=X(t[1],Os),c=X(t[2],1),l=X(e.disp,Ks),u=X(e.each,e=>{}),{fill:d,stroke:f}=l;return(e,t,i,p)=>Xl(e,t,(m,h,g,_,v,y,b,x,S,C,w)=>{let ee=m.pxRound,T=n,E=r*J,D=s*J,O=c*J,te,k;_.ori==0?[te,k]=a(e,t):[k,te]=a(e,t);let ne=_.dir*(_.ori==0?1:-1),re=_.ori==0?lu:uu,ie=_.ori==0?u:(e,t,n,r,i,a,o)=>{u(e,t,n,i,r,o,a)},ae=X(e.bands,qs).find(e=>e.series[0]==t),oe=ae==null?0:ae.dir,se=m.fillTo(e,t,m.min,m.max,oe),A=ee(b(se,v,w,S)),j,M,ce,N=C,P=ee(m.width*J),le=!1,ue=null,de=null,fe=null,pe=null;d!=null&&(P==0||f!=null)&&(le=!0,ue=d.values(e,t,i,p),de=new Map,new Set(ue).forEach(e=>{e!=null&&de.set(e,new Path2D)}),P>0&&(fe=f.values(e,t,i,p),pe=new Map,new Set(fe).forEach(e=>{e!=null&&pe.set(e,new Path2D)})));let{x0:me,size:he}=l;if(me!=null&&he!=null){T=1,h=me.values(e,t,i,p),me.unit==2&&(h=h.map(t=>e.posToVal(x+t*C,_.key,!0)));let n=he.values(e,t,i,p);M=he.unit==2?n[0]*C:y(n[0],_,C,x)-y(0,_,C,x),N=xu(h,g,y,_,C,x,N),ce=N-M+E}else N=xu(h,g,y,_,C,x,N),ce=N*o+E,M=N-ce;ce<1&&(ce=0),P>=M/2&&(P=0),ce<5&&(ee=Ns);let ge=ce>0,_e=N-ce-(ge?P:0);M=ee(As(_e,O,D)),j=(T==0?M/2:T==ne?0:M)-T*ne*((T==0?E/2:0)+(ge?P/2:0));let ve={stroke:null,fill:null,clip:null,band:null,gaps:null,flags:0},ye=le?null:new Path2D,be=null;if(ae!=null)be=e.data[ae.series[1]];else{let{y0:n,y1:r}=l;n!=null&&r!=null&&(g=r.values(e,t,i,p),be=n.values(e,t,i,p))}let xe=te*M,Se=k*M;for(let n=ne==1?i:p;n>=i&&n<=p;n+=ne){let r=g[n];if(r==null)continue;if(be!=null){let e=be[n]??0;if(r-e==0)continue;A=b(e,v,w,S)}let i=y(_.distr!=2||l!=null?h[n]:n,_,C,x),a=b(X(r,se),v,w,S),o=ee(i-j),s=ee(xs(a,A)),c=ee(bs(a,A)),u=s-c;if(r!=null){let i=r<0?Se:xe,a=r<0?xe:Se;le?(P>0&&fe[n]!=null&&re(pe.get(fe[n]),o,c+_s(P/2),M,xs(0,u-P),i,a),ue[n]!=null&&re(de.get(ue[n]),o,c+_s(P/2),M,xs(0,u-P),i,a)):re(ye,o,c+_s(P/2),M,xs(0,u-P),i,a),ie(e,t,n,o-P/2,c,M+P,u)}}return P>0?ve.stroke=le?pe:ye:le||(ve._fill=m.width==0?m._fill:m._stroke??m._fill,ve.width=0),ve.fill=le?de:ye,ve})}function Cu(e,t){let n=X(t?.alignGaps,0);return(t,r,i,a)=>Xl(t,r,(o,s,c,l,u,d,f,p,m,h,g)=>{[i,a]=es(c,i,a);let _=o.pxRound,v=e=>_(d(e,l,h,p)),y=e=>_(f(e,u,g,m)),b,x,S;l.ori==0?(b=au,S=su,x=pu):(b=ou,S=cu,x=mu);let C=l.dir*(l.ori==0?1:-1),w=v(s[C==1?i:a]),ee=w,T=[],E=[];for(let e=C==1?i:a;e>=i&&e<=a;e+=C)if(c[e]!=null){let t=s[e],n=v(t);T.push(ee=n),E.push(y(c[e]))}let D={stroke:e(T,E,b,S,x,_),fill:null,clip:null,band:null,gaps:null,flags:Jl},O=D.stroke,[te,k]=Zl(t,r);if(o.fill!=null||te!=0){let e=D.fill=new Path2D(O),n=y(o.fillTo(t,r,o.min,o.max,te));S(e,ee,n),S(e,w,n)}if(!o.spanGaps){let e=[];e.push(...nu(s,c,i,a,C,v,n)),D.gaps=e=o.gaps(t,r,i,a,e),D.clip=eu(e,l.ori,p,m,h,g)}return k!=0&&(D.band=k==2?[$l(t,r,i,a,O,-1),$l(t,r,i,a,O,1)]:$l(t,r,i,a,O,k)),D})}function wu(e){return Cu(Tu,e)}function Tu(e,t,n,r,i,a){let o=e.length;if(o<2)return null;let s=new Path2D;if(n(s,e[0],t[0]),o==2)r(s,e[1],t[1]);else{let n=Array(o),r=Array(o-1),a=Array(o-1),c=Array(o-1);for(let n=0;n<o-1;n++)a[n]=t[n+1]-t[n],c[n]=e[n+1]-e[n],r[n]=a[n]/c[n];n[0]=r[0];for(let e=1;e<o-1;e++)r[e]===0||r[e-1]===0||r[e-1]>0!=r[e]>0?n[e]=0:(n[e]=3*(c[e-1]+c[e])/((2*c[e]+c[e-1])/r[e-1]+(c[e]+2*c[e-1])/r[e]),isFinite(n[e])||(n[e]=0));n[o-1]=r[o-2];for(let r=0;r<o-1;r++)i(s,e[r]+c[r]/3,t[r]+n[r]*c[r]/3,e[r+1]-c[r]/3,t[r+1]-n[r+1]*c[r]/3,e[r+1],t[r+1])}return s}var Eu=new Set;function Du(){for(let e of Eu)e.syncRect(!0)}Ao&&(Jo(To,Mo,Du),Jo(Eo,Mo,Du,!0),Jo(Oo,Mo,()=>{Uu.pxRatio=J}));var Ou=yu(),ku=hu();function Au(e,t,n,r){return(r?[e[0],e[1]].concat(e.slice(2)):[e[0]].concat(e.slice(1))).map((e,r)=>Mu(e,r,t,n))}function ju(e,t){return e.map((e,n)=>n==0?{}:ic({},t,e))}function Mu(e,t,n,r){return ic({},t==0?n:r,e)}function Nu(e,t,n){return t==null?Js:[t,n]}var Pu=Nu;function Fu(e,t,n){return t==null?Js:ls(t,n,as,!0)}function Iu(e,t,n,r){return t==null?Js:rs(t,n,e.scales[r].log,!1)}var Lu=Iu;function Ru(e,t,n,r){return t==null?Js:is(t,n,e.scales[r].log,!1)}var zu=Ru;function Bu(e,t,n,r,i){let a=xs(ks(e),ks(t)),o=t-e,s=Xo(i/r*o,n);do{let e=n[s],t=r*e/o;if(t>=i&&a+(e<5?Us.get(e):0)<=17)return[e,t]}while(++s<n.length);return[0,0]}function Vu(e){let t,n;return e=e.replace(/(\d+)px/,(e,r)=>(t=vs((n=+r)*J))+`px`),[e,t,n]}function Hu(e){e.show&&[e.font,e.labelFont].forEach(e=>{let t=Q(e[2]*J,1);e[0]=e[0].replace(/[0-9.]+px/,t+`px`),e[1]=t})}function Uu(e,t,n){let r={mode:X(e.mode,1)},i=r.mode;function a(e,t,n,r){let i=t.valToPct(e);return r+n*(t.dir==-1?1-i:i)}function o(e,t,n,r){let i=t.valToPct(e);return r+n*(t.dir==-1?i:1-i)}function s(e,t,n,r){return t.ori==0?a(e,t,n,r):o(e,t,n,r)}r.valToPosH=a,r.valToPosV=o;let c=!1;r.status=0;let l=r.root=zo(Wa);if(e.id!=null&&(l.id=e.id),Io(l,e.class),e.title){let t=zo(qa,l);t.textContent=e.title}let u=Ro(`canvas`),d=r.ctx=u.getContext(`2d`),f=zo(Ja,l);Jo(`click`,f,e=>{e.target===m&&(U!=tn||W!=nn)&&G.click(r,e)},!0);let p=r.under=zo(Ya,f);f.appendChild(u);let m=r.over=zo(Xa,f);e=rc(e);let h=+X(e.pxAlign,1),g=ru(h);(e.plugins||[]).forEach(t=>{t.opts&&(e=t.opts(r,e)||e)});let _=e.ms||.001,v=r.series=i==1?Au(e.series||[],Cl,Hl,!1):ju(e.series||[null],Vl),y=r.axes=Au(e.axes||[],bl,Il,!0),b=r.scales={},x=r.bands=e.bands||[];x.forEach(e=>{e.fill=Z(e.fill||null),e.dir=X(e.dir,-1)});let S=i==2?v[1].facets[0].scale:v[0].scale,C={axes:zt,series:kt},w=(e.drawOrder||[`axes`,`series`]).map(e=>C[e]);function ee(e){let t=e.distr==3?t=>ws(t>0?t:e.clamp(r,t,e.min,e.max,e.key)):e.distr==4?t=>Ds(t,e.asinh):e.distr==100?t=>e.fwd(t):e=>e;return n=>{let r=t(n),{_min:i,_max:a}=e,o=a-i;return(r-i)/o}}function T(t){let n=b[t];if(n==null){let r=(e.scales||Ks)[t]||Ks;if(r.from!=null){T(r.from);let e=ic({},b[r.from],r,{key:t});e.valToPct=ee(e),b[t]=e}else{n=b[t]=ic({},t==S?Wl:Gl,r),n.key=t;let e=n.time,a=n.range,o=Ys(a);if((t!=S||i==2&&!e)&&(o&&(a[0]==null||a[1]==null)&&(a={min:a[0]==null?os:{mode:1,hard:a[0],soft:a[0]},max:a[1]==null?os:{mode:1,hard:a[1],soft:a[1]}},o=!1),!o&&$s(a))){let e=a;a=(t,n,r)=>n==null?Js:ls(n,r,e)}n.range=Z(a||(e?Pu:t==S?n.distr==3?Lu:n.distr==4?zu:Nu:n.distr==3?Iu:n.distr==4?Ru:Fu)),n.auto=Z(!o&&n.auto),n.clamp=Z(n.clamp||Ul),n._min=n._max=null,n.valToPct=ee(n)}}}T(`x`),T(`y`),i==1&&v.forEach(e=>{T(e.scale)}),y.forEach(e=>{T(e.scale)});for(let t in e.scales)T(t);let E=b[S],D=E.distr,O,te;E.ori==0?(Io(l,Ga),O=a,te=o):(Io(l,Ka),O=o,te=a);let k={};for(let e in b){let t=b[e];(t.min!=null||t.max!=null)&&(k[e]={min:t.min,max:t.max},t.min=t.max=null)}let ne=e.tzDate||(e=>new Date(vs(e/_))),re=e.fmtDate||Sc,ie=_==1?Wc(ne):qc(ne),ae=Yc(ne,Jc(_==1?Uc:Kc,re)),oe=el(ne,Qc($c,re)),se=[],A=r.legend=ic({},rl,e.legend),j=r.cursor=ic({},fl,{drag:{y:i==2}},e.cursor),M=A.show,ce=j.show,N=A.markers;A.idxs=se,N.width=Z(N.width),N.dash=Z(N.dash),N.stroke=Z(N.stroke),N.fill=Z(N.fill);let P,le,ue,de=[],fe=[],pe,me=!1,he={};if(A.live){let e=v[1]?v[1].values:null;me=e!=null,pe=me?e(r,1,0):{_:0};for(let e in pe)he[e]=ko}if(M){if(P=Ro(`table`,ro,l),ue=Ro(`tbody`,null,P),A.mount(r,P),me){le=Ro(`thead`,null,P,ue);let e=Ro(`tr`,null,le);for(var ge in Ro(`th`,null,e),pe)Ro(`th`,co,e).textContent=ge}else Io(P,ao),A.live&&Io(P,io)}let _e={show:!0},ve={show:!1};function ye(e,t){if(t==0&&(me||!A.live||i==2))return Js;let n=[],a=Ro(`tr`,oo,ue,ue.childNodes[t]);Io(a,e.class),e.show||Io(a,Qa);let o=Ro(`th`,null,a);if(N.show){let e=zo(so,o);if(t>0){let n=N.width(r,t);n&&(e.style.border=n+`px `+N.dash(r,t)+` `+N.stroke(r,t)),e.style.background=N.fill(r,t)}}let s=zo(co,o);for(var c in e.label instanceof HTMLElement?s.appendChild(e.label):s.textContent=e.label,t>0&&(N.show||(s.style.color=e.width>0?N.stroke(r,t):N.fill(r,t)),xe(`click`,o,t=>{if(j._lock)return;qe(t);let n=v.indexOf(e);if((t.ctrlKey||t.metaKey)!=A.isolate){let e=v.some((e,t)=>t>0&&t!=n&&e.show);v.forEach((t,r)=>{r>0&&pn(r,e?r==n?_e:ve:_e,!0,Qn.setSeries)})}else pn(n,{show:!e.show},!0,Qn.setSeries)},!1),Xe&&xe(So,o,t=>{j._lock||(qe(t),pn(v.indexOf(e),xn,!0,Qn.setSeries))},!1)),pe){let e=Ro(`td`,lo,a);e.textContent=`--`,n.push(e)}return[a,n]}let be=new Map;function xe(e,t,n,i=!0){let a=be.get(t)||{},o=j.bind[e](r,t,n,i);o&&(Jo(e,t,a[e]=o),be.set(t,a))}function Se(e,t,n){let r=be.get(t)||{};for(let n in r)(e==null||n==e)&&(Yo(n,t,r[n]),delete r[n]);e??be.delete(t)}let Ce=0,we=0,F=0,I=0,Te=0,Ee=0,De=Te,Oe=Ee,ke=F,Ae=I,je=0,Me=0,Ne=0,Pe=0;r.bbox={};let Fe=!1,Ie=!1,Le=!1,Re=!1,ze=!1,Be=!1;function Ve(e,t,n){(n||e!=r.width||t!=r.height)&&He(e,t),Bt(!1),Le=!0,Ie=!0,Gt()}function He(e,t){r.width=Ce=F=e,r.height=we=I=t,Te=Ee=0,Ge(),Ke();let n=r.bbox;je=n.left=Bs(Te*J,.5),Me=n.top=Bs(Ee*J,.5),Ne=n.width=Bs(F*J,.5),Pe=n.height=Bs(I*J,.5)}function Ue(){let e=!1,t=0;for(;!e;){t++;let n=Lt(t),i=Rt(t);e=t==3||n&&i,e||(He(r.width,r.height),Ie=!0)}}function We({width:e,height:t}){Ve(e,t)}r.setSize=We;function Ge(){let e=!1,t=!1,n=!1,r=!1;y.forEach((i,a)=>{if(i.show&&i._show){let{side:a,_size:o}=i,s=a%2,c=o+(i.label==null?0:i.labelSize);c>0&&(s?(F-=c,a==3?(Te+=c,r=!0):n=!0):(I-=c,a==0?(Ee+=c,e=!0):t=!0))}}),at[0]=e,at[1]=n,at[2]=t,at[3]=r,F-=lt[1]+lt[3],Te+=lt[3],I-=lt[2]+lt[0],Ee+=lt[0]}function Ke(){let e=Te+F,t=Ee+I,n=Te,r=Ee;function i(i,a){switch(i){case 1:return e+=a,e-a;case 2:return t+=a,t-a;case 3:return n-=a,n+a;case 0:return r-=a,r+a}}y.forEach((e,t)=>{if(e.show&&e._show){let t=e.side;e._pos=i(t,e._size),e.label!=null&&(e._lpos=i(t,e.labelSize))}})}if(j.dataIdx==null){let e=j.hover,n=e.skip=new Set(e.skip??[]);n.add(void 0);let r=e.prox=Z(e.prox),i=e.bias??=0;j.dataIdx=(e,a,o,s)=>{if(a==0)return o;let c=o,l=r(e,a,o,s)??Os,u=l>=0&&l<Os,d=E.ori==0?F:I,f=j.left,p=t[0],m=t[a];if(n.has(m[o])){c=null;let e=null,t=null,r;if(i==0||i==-1)for(r=o;e==null&&r-->0;)n.has(m[r])||(e=r);if(i==0||i==1)for(r=o;t==null&&r++<m.length;)n.has(m[r])||(t=r);if(e!=null||t!=null){if(u){let n=e==null?-1/0:O(p[e],E,d,0),r=t==null?1/0:O(p[t],E,d,0),i=f-n,a=r-f;i<=a?i<=l&&(c=e):a<=l&&(c=t)}else c=t==null?e:e==null?t:o-e<=t-o?e:t}}else u&&gs(f-O(p[o],E,d,0))>l&&(c=null);return c}}let qe=e=>{j.event=e};j.idxs=se,j._lock=!1;let Je=j.points;Je.show=Z(Je.show),Je.size=Z(Je.size),Je.stroke=Z(Je.stroke),Je.width=Z(Je.width),Je.fill=Z(Je.fill);let Ye=r.focus=ic({},e.focus||{alpha:.3},j.focus),Xe=Ye.prox>=0,Ze=Xe&&Je.one,Qe=[],$e=[],et=[];function tt(e,t){let n=Je.show(r,t);if(n instanceof HTMLElement)return Io(n,no),Io(n,e.class),Vo(n,-10,-10,F,I),m.insertBefore(n,Qe[t]),n}function nt(e,t){if(i==1||t>0){let t=i==1&&b[e.scale].time,n=e.value;e.value=t?Qs(n)?el(ne,Qc(n,re)):n||oe:n||Fl,e.label=e.label||(t?Sl:xl)}if(Ze||t>0){e.width=e.width==null?1:e.width,e.paths=e.paths||Ou||Fs,e.fillTo=Z(e.fillTo||Ql),e.pxAlign=+X(e.pxAlign,h),e.pxRound=ru(e.pxAlign),e.stroke=Z(e.stroke||null),e.fill=Z(e.fill||null),e._stroke=e._fill=e._paths=e._focus=null;let t=Ll(xs(1,e.width),1),n=e.points=ic({},{size:t,width:xs(1,t*.2),stroke:e.stroke,space:t*2,paths:ku,_stroke:null,_fill:null},e.points);n.show=Z(n.show),n.filter=Z(n.filter),n.fill=Z(n.fill),n.stroke=Z(n.stroke),n.paths=Z(n.paths),n.pxAlign=e.pxAlign}if(M){let n=ye(e,t);de.splice(t,0,n[0]),fe.splice(t,0,n[1]),A.values.push(null)}if(ce){se.splice(t,0,null);let n=null;Ze?t==0&&(n=tt(e,t)):t>0&&(n=tt(e,t)),Qe.splice(t,0,n),$e.splice(t,0,0),et.splice(t,0,0)}Xn(`addSeries`,t)}function rt(e,t){t??=v.length,e=i==1?Mu(e,t,Cl,Hl):Mu(e,t,{},Vl),v.splice(t,0,e),nt(v[t],t)}r.addSeries=rt;function it(e){if(v.splice(e,1),M){A.values.splice(e,1),fe.splice(e,1);let t=de.splice(e,1)[0];Se(null,t.firstChild),t.remove()}ce&&(se.splice(e,1),Qe.splice(e,1)[0].remove(),$e.splice(e,1),et.splice(e,1)),Xn(`delSeries`,e)}r.delSeries=it;let at=[!1,!1,!1,!1];function ot(e,t){if(e._show=e.show,e.show){let n=e.side%2,i=b[e.scale];i??=(e.scale=n?v[1].scale:S,b[e.scale]);let a=i.time;e.size=Z(e.size),e.space=Z(e.space),e.rotate=Z(e.rotate),Ys(e.incrs)&&e.incrs.forEach(e=>{!Us.has(e)&&Us.set(e,Ws(e))}),e.incrs=Z(e.incrs||(i.distr==2?kc:a?_==1?Hc:Gc:Ac)),e.splits=Z(e.splits||(a&&i.distr==1?ie:i.distr==3?El:i.distr==4?Dl:Tl)),e.stroke=Z(e.stroke),e.grid.stroke=Z(e.grid.stroke),e.ticks.stroke=Z(e.ticks.stroke),e.border.stroke=Z(e.border.stroke);let o=e.values;e.values=Ys(o)&&!Ys(o[0])?Z(o):a?Ys(o)?Yc(ne,Jc(o,re)):Qs(o)?Xc(ne,o):o||ae:o||wl,e.filter=Z(e.filter||(i.distr>=3&&i.log==10?Nl:i.distr==3&&i.log==2?Pl:Ps)),e.font=Vu(e.font),e.labelFont=Vu(e.labelFont),e._size=e.size(r,null,t,0),e._space=e._rotate=e._incrs=e._found=e._splits=e._values=null,e._size>0&&(at[t]=!0,e._el=zo(Za,f))}}function st(e,t,n,r){let[i,a,o,s]=n,c=t%2,l=0;return c==0&&(s||a)&&(l=t==0&&!i||t==2&&!o?vs(bl.size/3):0),c==1&&(i||o)&&(l=t==1&&!a||t==3&&!s?vs(Il.size/2):0),l}let ct=r.padding=(e.padding||[st,st,st,st]).map(e=>Z(X(e,st))),lt=r._padding=ct.map((e,t)=>e(r,t,at,0)),ut,dt=null,L=null,R=i==1?v[0].idxs:null,z=null,ft=!1;function B(e,n){if(t=e??[],r.data=r._data=t,i==2){ut=0;for(let e=1;e<v.length;e++)ut+=t[e][0].length}else{t.length==0&&(r.data=r._data=t=[[]]),z=t[0],ut=z.length;let e=t;if(D==2){e=t.slice();let n=e[0]=Array(ut);for(let e=0;e<ut;e++)n[e]=e}r._data=t=e}if(Bt(!0),Xn(`setData`),D==2&&(Le=!0),n!==!1){let e=E;e.auto(r,ft)?V():fn(S,e.min,e.max),Re||=j.left>=0,Be=!0,Gt()}}r.setData=B;function V(){ft=!0;let e,n;i==1&&(ut>0?(dt=R[0]=0,L=R[1]=ut-1,e=t[0][dt],n=t[0][L],D==2?(e=dt,n=L):e==n&&(D==3?[e,n]=rs(e,e,E.log,!1):D==4?[e,n]=is(e,e,E.log,!1):E.time?n=e+vs(86400/_):[e,n]=ls(e,n,as,!0))):(dt=R[0]=e=null,L=R[1]=n=null)),fn(S,e,n)}let pt,mt,ht,gt,_t,vt,yt,bt,xt,St;function Ct(e,t,n,r,i,a){e??=vo,n??=qs,r??=`butt`,i??=vo,a??=`round`,e!=pt&&(d.strokeStyle=pt=e),i!=mt&&(d.fillStyle=mt=i),t!=ht&&(d.lineWidth=ht=t),a!=_t&&(d.lineJoin=_t=a),r!=vt&&(d.lineCap=vt=r),n!=gt&&d.setLineDash(gt=n)}function wt(e,t,n,r){t!=mt&&(d.fillStyle=mt=t),e!=yt&&(d.font=yt=e),n!=bt&&(d.textAlign=bt=n),r!=xt&&(d.textBaseline=xt=r)}function Tt(e,t,n,i,a=0){if(i.length>0&&e.auto(r,ft)&&(t==null||t.min==null)){let t=X(dt,0),r=X(L,i.length-1),o=n.min==null?ns(i,t,r,a,e.distr==3):[n.min,n.max];e.min=bs(e.min,n.min=o[0]),e.max=xs(e.max,n.max=o[1])}}let Et={min:null,max:null};function Dt(){for(let e in b){let t=b[e];k[e]==null&&(t.min==null||k[S]!=null&&t.auto(r,ft))&&(k[e]=Et)}for(let e in b){let t=b[e];k[e]==null&&t.from!=null&&k[t.from]!=null&&(k[e]=Et)}k[S]!=null&&Bt(!0);let e={};for(let t in k){let n=k[t];if(n!=null){let a=e[t]=rc(b[t],ec);if(n.min!=null)ic(a,n);else if(t!=S||i==2){if(ut==0&&a.from==null){let e=a.range(r,null,null,t);a.min=e[0],a.max=e[1]}else a.min=Os,a.max=-1/0}}}if(ut>0){v.forEach((n,a)=>{if(i==1){let i=n.scale,o=k[i];if(o==null)return;let s=e[i];if(a==0){let e=s.range(r,s.min,s.max,i);s.min=e[0],s.max=e[1],dt=Xo(s.min,t[0]),L=Xo(s.max,t[0]),L-dt>1&&(t[0][dt]<s.min&&dt++,t[0][L]>s.max&&L--),n.min=z[dt],n.max=z[L]}else n.show&&n.auto&&Tt(s,o,n,t[a],n.sorted);n.idxs[0]=dt,n.idxs[1]=L}else if(a>0&&n.show&&n.auto){let[r,i]=n.facets,o=r.scale,s=i.scale,[c,l]=t[a],u=e[o],d=e[s];u!=null&&Tt(u,k[o],r,c,r.sorted),d!=null&&Tt(d,k[s],i,l,i.sorted),n.min=i.min,n.max=i.max}});for(let t in e){let n=e[t],i=k[t];if(n.from==null&&(i==null||i.min==null)){let e=n.range(r,n.min==Os?null:n.min,n.max==-1/0?null:n.max,t);n.min=e[0],n.max=e[1]}}}for(let t in e){let n=e[t];if(n.from!=null){let i=e[n.from];if(i.min==null)n.min=n.max=null;else{let e=n.range(r,i.min,i.max,t);n.min=e[0],n.max=e[1]}}}let n={},a=!1;for(let t in e){let r=e[t],i=b[t];if(i.min!=r.min||i.max!=r.max){i.min=r.min,i.max=r.max;let e=i.distr;i._min=e==3?ws(i.min):e==4?Ds(i.min,i.asinh):e==100?i.fwd(i.min):i.min,i._max=e==3?ws(i.max):e==4?Ds(i.max,i.asinh):e==100?i.fwd(i.max):i.max,n[t]=a=!0}}if(a){v.forEach((e,t)=>{i==2?t>0&&n.y&&(e._paths=null):n[e.scale]&&(e._paths=null)});for(let e in n)Le=!0,Xn(`setScale`,e);ce&&j.left>=0&&(Re=Be=!0)}for(let e in k)k[e]=null}function Ot(e){let t=As(dt-1,0,ut-1),n=As(L+1,0,ut-1);for(;e[t]==null&&t>0;)t--;for(;e[n]==null&&n<ut-1;)n++;return[t,n]}function kt(){if(ut>0){let e=v.some(e=>e._focus)&&St!=Ye.alpha;e&&(d.globalAlpha=St=Ye.alpha),v.forEach((e,n)=>{if(n>0&&e.show&&(At(n,!1),At(n,!0),e._paths==null)){let a=St;St!=e.alpha&&(d.globalAlpha=St=e.alpha);let o=i==2?[0,t[n][0].length-1]:Ot(t[n]);e._paths=e.paths(r,n,o[0],o[1]),St!=a&&(d.globalAlpha=St=a)}}),v.forEach((e,t)=>{if(t>0&&e.show){let n=St;St!=e.alpha&&(d.globalAlpha=St=e.alpha),e._paths!=null&&jt(t,!1);{let n=e._paths==null?null:e._paths.gaps,i=e.points.show(r,t,dt,L,n),a=e.points.filter(r,t,i,n);(i||a)&&(e.points._paths=e.points.paths(r,t,dt,L,a),jt(t,!0))}St!=n&&(d.globalAlpha=St=n),Xn(`drawSeries`,t)}}),e&&(d.globalAlpha=St=1)}}function At(e,t){let n=t?v[e].points:v[e];n._stroke=n.stroke(r,e),n._fill=n.fill(r,e)}function jt(e,t){let n=t?v[e].points:v[e],{stroke:r,fill:i,clip:a,flags:o,_stroke:s=n._stroke,_fill:c=n._fill,_width:l=n.width}=n._paths;l=Q(l*J,3);let u=null,f=l%2/2;t&&c==null&&(c=l>0?`#fff`:s);let p=n.pxAlign==1&&f>0;if(p&&d.translate(f,f),!t){let e=je-l/2,t=Me-l/2,n=Ne+l,r=Pe+l;u=new Path2D,u.rect(e,t,n,r)}t?Nt(s,l,n.dash,n.cap,c,r,i,o,a):Mt(e,s,l,n.dash,n.cap,c,r,i,o,u,a),p&&d.translate(-f,-f)}function Mt(e,n,i,a,o,s,c,l,u,d,f){let p=!1;u!=0&&x.forEach((m,h)=>{if(m.series[0]==e){let e=v[m.series[1]],g=t[m.series[1]],_=(e._paths||Ks).band;Ys(_)&&(_=m.dir==1?_[0]:_[1]);let y,b=null;e.show&&_&&us(g,dt,L)?(b=m.fill(r,h)||s,y=e._paths.clip):_=null,Nt(n,i,a,o,b,c,l,u,d,f,y,_),p=!0}}),p||Nt(n,i,a,o,s,c,l,u,d,f)}function Nt(e,t,n,r,i,a,o,s,c,l,u,f){Ct(e,t,n,r,i),(c||l||f)&&(d.save(),c&&d.clip(c),l&&d.clip(l)),f?(s&3)==3?(d.clip(f),u&&d.clip(u),H(i,o),Pt(e,a,t)):s&Yl?(H(i,o),d.clip(f),Pt(e,a,t)):s&Jl&&(d.save(),d.clip(f),u&&d.clip(u),H(i,o),d.restore(),Pt(e,a,t)):(H(i,o),Pt(e,a,t)),(c||l||f)&&d.restore()}function Pt(e,t,n){n>0&&(t instanceof Map?t.forEach((e,t)=>{d.strokeStyle=pt=t,d.stroke(e)}):t!=null&&e&&d.stroke(t))}function H(e,t){t instanceof Map?t.forEach((e,t)=>{d.fillStyle=mt=t,d.fill(e)}):t!=null&&e&&d.fill(t)}function Ft(e,t,n,i){let a=y[e],o;if(i<=0)o=[0,0];else{let s=a._space=a.space(r,e,t,n,i);o=Bu(t,n,a._incrs=a.incrs(r,e,t,n,i,s),i,s)}return a._found=o}function It(e,t,n,r,i,a,o,s,c,l){let u=o%2/2;h==1&&d.translate(u,u),Ct(s,o,c,l,s),d.beginPath();let f,p,m,g,_=i+(r==0||r==3?-a:a);n==0?(p=i,g=_):(f=i,m=_);for(let r=0;r<e.length;r++)t[r]!=null&&(n==0?f=m=e[r]:p=g=e[r],d.moveTo(f,p),d.lineTo(m,g));d.stroke(),h==1&&d.translate(-u,-u)}function Lt(e){let t=!0;return y.forEach((n,i)=>{if(!n.show)return;let a=b[n.scale];if(a.min==null){n._show&&(t=!1,n._show=!1,Bt(!1));return}n._show||(t=!1,n._show=!0,Bt(!1));let o=n.side,s=o%2,{min:c,max:l}=a,[u,d]=Ft(i,c,l,s==0?F:I);if(d==0)return;let f=a.distr==2,p=n._splits=n.splits(r,i,c,l,u,d,f),m=a.distr==2?p.map(e=>z[e]):p,h=a.distr==2?z[p[1]]-z[p[0]]:u,g=n._values=n.values(r,n.filter(r,m,i,d,h),i,d,h);n._rotate=o==2?n.rotate(r,g,i,d):0;let _=n._size;n._size=ys(n.size(r,g,i,e)),_!=null&&n._size!=_&&(t=!1)}),t}function Rt(e){let t=!0;return ct.forEach((n,i)=>{let a=n(r,i,at,e);a!=lt[i]&&(t=!1),lt[i]=a}),t}function zt(){for(let e=0;e<y.length;e++){let t=y[e];if(!t.show||!t._show)continue;let n=t.side,i=n%2,a,o,c=t.stroke(r,e),l=n==0||n==3?-1:1,[u,f]=t._found;if(t.label!=null){let s=t.labelGap*l,p=vs((t._lpos+s)*J);wt(t.labelFont[0],c,`center`,n==2?po:mo),d.save(),i==1?(a=o=0,d.translate(p,vs(Me+Pe/2)),d.rotate((n==3?-hs:hs)/2)):(a=vs(je+Ne/2),o=p);let m=js(t.label)?t.label(r,e,u,f):t.label;d.fillText(m,a,o),d.restore()}if(f==0)continue;let p=b[t.scale],m=i==0?Ne:Pe,h=i==0?je:Me,_=t._splits,v=p.distr==2?_.map(e=>z[e]):_,x=p.distr==2?z[_[1]]-z[_[0]]:u,S=t.ticks,C=t.border,w=S.show?S.size:0,ee=vs(w*J),T=vs((t.alignTo==2?t._size-w-t.gap:t.gap)*J),E=t._rotate*-hs/180,D=g(t._pos*J),O=D+(ee+T)*l;o=i==0?O:0,a=i==1?O:0;let te=t.font[0];wt(te,c,t.align==1?ho:t.align==2?go:E>0?ho:E<0?go:i==0?`center`:n==3?go:ho,E||i==1?`middle`:n==2?po:mo);let k=t.font[1]*t.lineGap,ne=_.map(e=>g(s(e,p,m,h))),re=t._values;for(let e=0;e<re.length;e++){let t=re[e];if(t!=null){i==0?a=ne[e]:o=ne[e],t=``+t;let n=t.indexOf(`
`)==-1?[t]:t.split(/\n/gm);for(let e=0;e<n.length;e++){let t=n[e];E?(d.save(),d.translate(a,o+e*k),d.rotate(E),d.fillText(t,0,0),d.restore()):d.fillText(t,a,o+e*k)}}}S.show&&It(ne,S.filter(r,v,e,f,x),i,n,D,ee,Q(S.width*J,3),S.stroke(r,e),S.dash,S.cap);let ie=t.grid;ie.show&&It(ne,ie.filter(r,v,e,f,x),i,i==0?2:1,i==0?Me:je,i==0?Pe:Ne,Q(ie.width*J,3),ie.stroke(r,e),ie.dash,ie.cap),C.show&&It([D],[1],+(i==0),i==0?1:2,i==1?Me:je,i==1?Pe:Ne,Q(C.width*J,3),C.stroke(r,e),C.dash,C.cap)}Xn(`drawAxes`)}function Bt(e){v.forEach((t,n)=>{n>0&&(t._paths=null,e&&(i==1?(t.min=null,t.max=null):t.facets.forEach(e=>{e.min=null,e.max=null})))})}let Vt=!1,Ht=!1,Ut=[];function Wt(){Ht=!1;for(let e=0;e<Ut.length;e++)Xn(...Ut[e]);Ut.length=0}function Gt(){Vt||=(uc(qt),!0)}function Kt(e,t=!1){Vt=!0,Ht=t,e(r),qt(),t&&Ut.length>0&&queueMicrotask(Wt)}r.batch=Kt;function qt(){if(Fe&&=(Dt(),!1),Le&&=(Ue(),!1),Ie){if(Y(p,ho,Te),Y(p,po,Ee),Y(p,uo,F),Y(p,fo,I),Y(m,ho,Te),Y(m,po,Ee),Y(m,uo,F),Y(m,fo,I),Y(f,uo,Ce),Y(f,fo,we),u.width=vs(Ce*J),u.height=vs(we*J),y.forEach(({_el:e,_show:t,_size:n,_pos:r,side:i})=>{if(e!=null){if(t){let t=i===3||i===0?n:0,a=i%2==1;Y(e,a?`left`:`top`,r-t),Y(e,a?`width`:`height`,n),Y(e,a?`top`:`left`,a?Ee:Te),Y(e,a?`height`:`width`,a?I:F),Lo(e,Qa)}else Io(e,Qa)}}),pt=mt=ht=_t=vt=yt=bt=xt=gt=null,St=1,Pn(!0),Te!=De||Ee!=Oe||F!=ke||I!=Ae){Bt(!1);let e=F/ke,t=I/Ae;if(ce&&!Re&&j.left>=0){j.left*=e,j.top*=t,Zt&&Vo(Zt,vs(j.left),0,F,I),Qt&&Vo(Qt,0,vs(j.top),F,I);for(let n=0;n<Qe.length;n++){let r=Qe[n];r!=null&&($e[n]*=e,et[n]*=t,Vo(r,ys($e[n]),ys(et[n]),F,I))}}if(K.show&&!ze&&K.left>=0&&K.width>0){K.left*=e,K.width*=e,K.top*=t,K.height*=t;for(let e in Ln)Y(ln,e,K[e])}De=Te,Oe=Ee,ke=F,Ae=I}Xn(`setSize`),Ie=!1}Ce>0&&we>0&&(d.clearRect(0,0,u.width,u.height),Xn(`drawClear`),w.forEach(e=>e()),Xn(`draw`)),K.show&&ze&&(un(K),ze=!1),ce&&Re&&(Mn(null,!0,!1),Re=!1),A.show&&A.live&&Be&&(An(),Be=!1),c||(c=!0,r.status=1,Xn(`ready`)),ft=!1,Vt=!1}r.redraw=(e,t)=>{Le=t||!1,e===!1?Gt():fn(S,E.min,E.max)};function Jt(e,n){let i=b[e];if(i.from==null){if(ut==0){let t=i.range(r,n.min,n.max,e);n.min=t[0],n.max=t[1]}if(n.min>n.max){let e=n.min;n.min=n.max,n.max=e}if(ut>1&&n.min!=null&&n.max!=null&&n.max-n.min<1e-16)return;e==S&&i.distr==2&&ut>0&&(n.min=Xo(n.min,t[0]),n.max=Xo(n.max,t[0]),n.min==n.max&&n.max++),k[e]=n,Fe=!0,Gt()}}r.setScale=Jt;let Yt,Xt,Zt,Qt,$t,en,tn,nn,rn,an,U,W,on=!1,G=j.drag,sn=G.x,cn=G.y;ce&&(j.x&&(Yt=zo(eo,m)),j.y&&(Xt=zo(to,m)),E.ori==0?(Zt=Yt,Qt=Xt):(Zt=Xt,Qt=Yt),U=j.left,W=j.top);let K=r.select=ic({show:!0,over:!0,left:0,width:0,top:0,height:0},e.select),ln=K.show?zo($a,K.over?m:p):null;function un(e,t){if(K.show){for(let t in e)K[t]=e[t],t in Ln&&Y(ln,t,e[t]);t!==!1&&Xn(`setSelect`)}}r.setSelect=un;function dn(e){if(v[e].show)M&&Lo(de[e],Qa);else if(M&&Io(de[e],Qa),ce){let t=Ze?Qe[0]:Qe[e];t!=null&&Vo(t,-10,-10,F,I)}}function fn(e,t,n){Jt(e,{min:t,max:n})}function pn(e,t,n,a){t.focus!=null&&Sn(e),t.show!=null&&v.forEach((n,r)=>{r>0&&(e==r||e==null)&&(n.show=t.show,dn(r),i==2?(fn(n.facets[0].scale,null,null),fn(n.facets[1].scale,null,null)):fn(n.scale,null,null),Gt())}),n!==!1&&Xn(`setSeries`,e,t),a&&tr(`setSeries`,r,e,t)}r.setSeries=pn;function mn(e,t){ic(x[e],t)}function hn(e,t){e.fill=Z(e.fill||null),e.dir=X(e.dir,-1),t??=x.length,x.splice(t,0,e)}function gn(e){e==null?x.length=0:x.splice(e,1)}r.addBand=hn,r.setBand=mn,r.delBand=gn;function _n(e,t){v[e].alpha=t,ce&&Qe[e]!=null&&(Qe[e].style.opacity=t),M&&de[e]&&(de[e].style.opacity=t)}let vn,yn,bn,xn={focus:!0};function Sn(e){if(e!=bn){let t=e==null,n=Ye.alpha!=1;v.forEach((r,a)=>{if(i==1||a>0){let i=t||a==0||a==e;r._focus=t?null:i,n&&_n(a,i?1:Ye.alpha)}}),bn=e,n&&Gt()}}M&&Xe&&xe(Co,P,e=>{j._lock||(qe(e),bn!=null&&pn(null,xn,!0,Qn.setSeries))});function Cn(e,t,n){let r=b[t];n&&(e=e/J-(r.ori==1?Ee:Te));let i=F;r.ori==1&&(i=I,e=i-e),r.dir==-1&&(e=i-e);let a=r._min,o=r._max,s=e/i,c=a+(o-a)*s,l=r.distr;return l==3?Ss(10,c):l==4?Es(c,r.asinh):l==100?r.bwd(c):c}function wn(e,n){return Xo(Cn(e,S,n),t[0],dt,L)}r.valToIdx=e=>Xo(e,t[0]),r.posToIdx=wn,r.posToVal=Cn,r.valToPos=(e,t,n)=>b[t].ori==0?a(e,b[t],n?Ne:F,n?je:0):o(e,b[t],n?Pe:I,n?Me:0),r.setCursor=(e,t,n)=>{U=e.left,W=e.top,Mn(null,t,n)};function Tn(e,t){Y(ln,ho,K.left=e),Y(ln,uo,K.width=t)}function En(e,t){Y(ln,po,K.top=e),Y(ln,fo,K.height=t)}let Dn=E.ori==0?Tn:En,On=E.ori==1?Tn:En;function kn(){if(M&&A.live)for(let e=+(i==2);e<v.length;e++){if(e==0&&me)continue;let t=A.values[e],n=0;for(let r in t)fe[e][n++].firstChild.nodeValue=t[r]}}function An(e,t){if(e!=null&&(e.idxs?e.idxs.forEach((e,t)=>{se[t]=e}):Zs(e.idx)||se.fill(e.idx),A.idx=se[0]),M&&A.live){for(let e=0;e<v.length;e++)(e>0||i==1&&!me)&&jn(e,se[e]);kn()}Be=!1,t!==!1&&Xn(`setLegend`)}r.setLegend=An;function jn(e,n){let i=v[e],a=e==0&&D==2?z:t[e],o;me?o=i.values(r,e,n)??he:(o=i.value(r,n==null?null:a[n],e,n),o=o==null?he:{_:o}),A.values[e]=o}function Mn(e,n,a){rn=U,an=W,[U,W]=j.move(r,U,W),j.left=U,j.top=W,ce&&(Zt&&Vo(Zt,vs(U),0,F,I),Qt&&Vo(Qt,0,vs(W),F,I));let o,s=dt>L;vn=Os,yn=null;let c=E.ori==0?F:I,l=E.ori==1?F:I;if(U<0||ut==0||s){o=j.idx=null;for(let e=0;e<v.length;e++){let t=Qe[e];t!=null&&Vo(t,-10,-10,F,I)}Xe&&pn(null,xn,!0,e==null&&Qn.setSeries),A.live&&(se.fill(o),Be=!0)}else{let e,n,a;i==1&&(e=E.ori==0?U:W,n=Cn(e,S),o=j.idx=Xo(n,t[0],dt,L),a=O(t[0][o],E,c,0));let s=-10,u=-10,d=0,f=0,p=!0,m=``,h=``;for(let e=+(i==2);e<v.length;e++){let g=v[e],_=se[e],y=_==null?null:i==1?t[e][_]:t[e][1][_],x=j.dataIdx(r,e,o,n),S=x==null?null:i==1?t[e][x]:t[e][1][x];if(Be=Be||S!=y||x!=_,se[e]=x,e>0&&g.show){let n=x==null?-10:x==o?a:O(i==1?t[0][x]:t[e][0][x],E,c,0),_=S==null?-10:te(S,i==1?b[g.scale]:b[g.facets[1].scale],l,0);if(Xe&&S!=null){let t=E.ori==1?U:W,n=gs(Ye.dist(r,e,x,_,t));if(n<vn){let r=Ye.bias;if(r!=0){let i=Cn(t,g.scale),a=S>=0?1:-1,o=i>=0?1:-1;o==a&&(o==1?r==1?S>=i:S<=i:r==1?S<=i:S>=i)&&(vn=n,yn=e)}else vn=n,yn=e}}if(Be||Ze){let t,i;E.ori==0?(t=n,i=_):(t=_,i=n);let a,o,c,l,g,v,y=!0,b=Je.bbox;if(b!=null){y=!1;let t=b(r,e);c=t.left,l=t.top,a=t.width,o=t.height}else c=t,l=i,a=o=Je.size(r,e);if(v=Je.fill(r,e),g=Je.stroke(r,e),Ze)e==yn&&vn<=Ye.prox&&(s=c,u=l,d=a,f=o,p=y,m=v,h=g);else{let t=Qe[e];t!=null&&($e[e]=c,et[e]=l,Go(t,a,o,y),Uo(t,v,g),Vo(t,ys(c),ys(l),F,I))}}}}if(Ze){let e=Ye.prox;if(Be||(bn==null?vn<=e:vn>e||yn!=bn)){let e=Qe[0];e!=null&&($e[0]=s,et[0]=u,Go(e,d,f,p),Uo(e,m,h),Vo(e,ys(s),ys(u),F,I))}}}if(K.show&&on){if(e!=null){let[t,n]=Qn.scales,[r,i]=Qn.match,[a,o]=e.cursor.sync.scales,s=e.cursor.drag;if(sn=s._x,cn=s._y,sn||cn){let{left:s,top:u,width:d,height:f}=e.select,p=e.scales[a].ori,m=e.posToVal,h,g,_,v,y,x=t!=null&&r(t,a),S=n!=null&&i(n,o);x&&sn?(p==0?(h=s,g=d):(h=u,g=f),_=b[t],v=O(m(h,a),_,c,0),y=O(m(h+g,a),_,c,0),Dn(bs(v,y),gs(y-v))):Dn(0,c),S&&cn?(p==1?(h=s,g=d):(h=u,g=f),_=b[n],v=te(m(h,o),_,l,0),y=te(m(h+g,o),_,l,0),On(bs(v,y),gs(y-v))):On(0,l)}else Rn()}else{let e=gs(rn-$t),t=gs(an-en);if(E.ori==1){let n=e;e=t,t=n}sn=G.x&&e>=G.dist,cn=G.y&&t>=G.dist;let n=G.uni;n==null?G.x&&G.y&&(sn||cn)&&(sn=cn=!0):sn&&cn&&(sn=e>=n,cn=t>=n,!sn&&!cn&&(t>e?cn=!0:sn=!0));let r,i;sn&&(E.ori==0?(r=tn,i=U):(r=nn,i=W),Dn(bs(r,i),gs(i-r)),cn||On(0,l)),cn&&(E.ori==1?(r=tn,i=U):(r=nn,i=W),On(bs(r,i),gs(i-r)),sn||Dn(0,c)),!sn&&!cn&&(Dn(0,0),On(0,0))}}if(G._x=sn,G._y=cn,e==null){if(a){if($n!=null){let[e,t]=Qn.scales;Qn.values[0]=e==null?null:Cn(E.ori==0?U:W,e),Qn.values[1]=t==null?null:Cn(E.ori==1?U:W,t)}tr(yo,r,U,W,F,I,o)}if(Xe){let e=a&&Qn.setSeries,t=Ye.prox;bn==null?vn<=t&&pn(yn,xn,!0,e):vn>t?pn(null,xn,!0,e):yn!=bn&&pn(yn,xn,!0,e)}}Be&&(A.idx=o,An()),n!==!1&&Xn(`setCursor`)}let Nn=null;Object.defineProperty(r,"rect",{get(){return Nn??Pn(!1),Nn}});function Pn(e=!1){e?Nn=null:(Nn=m.getBoundingClientRect(),Xn(`syncRect`,Nn))}function Fn(e,t,n,r,i,a,o){j._lock||on&&e!=null&&e.movementX==0&&e.movementY==0||(In(e,t,n,r,i,a,o,!1,e!=null),e==null?Mn(t,!0,!1):Mn(null,!0,!0))}function In(e,t,n,i,a,o,c,l,u){if(Nn??Pn(!1),qe(e),e!=null)n=e.clientX-Nn.left,i=e.clientY-Nn.top;else{if(n<0||i<0){U=-10,W=-10;return}let[e,r]=Qn.scales,c=t.cursor.sync,[l,u]=c.values,[d,f]=c.scales,[p,m]=Qn.match,h=t.axes[0].side%2==1,g=E.ori==0?F:I,_=E.ori==1?F:I,v=h?o:a,y=h?a:o,x=h?i:n,S=h?n:i;if(n=d==null?x/v*g:p(e,d)?s(l,b[e],g,0):-10,i=f==null?S/y*_:m(r,f)?s(u,b[r],_,0):-10,E.ori==1){let e=n;n=i,i=e}}u&&(t==null||t.cursor.event.type==yo)&&((n<=1||n>=F-1)&&(n=Bs(n,F)),(i<=1||i>=I-1)&&(i=Bs(i,I))),l?($t=n,en=i,[tn,nn]=j.move(r,n,i)):(U=n,W=i)}let Ln={width:0,height:0,left:0,top:0};function Rn(){un(Ln,!1)}let zn,Bn,Vn,Hn;function Un(e,t,n,i,a,o,s){on=!0,sn=cn=G._x=G._y=!1,In(e,t,n,i,a,o,s,!0,!1),e!=null&&(xe(xo,jo,Wn,!1),tr(bo,r,tn,nn,F,I,null));let{left:c,top:l,width:u,height:d}=K;zn=c,Bn=l,Vn=u,Hn=d}function Wn(e,t,n,i,a,o,s){on=G._x=G._y=!1,In(e,t,n,i,a,o,s,!1,!0);let{left:c,top:l,width:u,height:d}=K,f=u>0||d>0,p=zn!=c||Bn!=l||Vn!=u||Hn!=d;if(f&&p&&un(K),G.setScale&&f&&p){let e=c,t=u,n=l,r=d;if(E.ori==1&&(e=l,t=d,n=c,r=u),sn&&fn(S,Cn(e,S),Cn(e+t,S)),cn)for(let e in b){let t=b[e];e!=S&&t.from==null&&t.min!=Os&&fn(e,Cn(n+r,e),Cn(n,e))}Rn()}else j.lock&&(j._lock=!j._lock,Mn(t,!0,e!=null));e!=null&&(Se(xo,jo),tr(xo,r,U,W,F,I,null))}function Gn(e,t,n,r,i,a,o){if(j._lock)return;qe(e);let s=on;if(on){let e=!0,t=!0,n,r;E.ori==0?(n=sn,r=cn):(n=cn,r=sn),n&&r&&(e=U<=10||U>=F-10,t=W<=10||W>=I-10),n&&e&&(U=U<tn?0:F),r&&t&&(W=W<nn?0:I),Mn(null,!0,!0),on=!1}U=-10,W=-10,se.fill(null),Mn(null,!0,!0),s&&(on=s)}function Kn(e,t,n,i,a,o,s){j._lock||(qe(e),V(),Rn(),e!=null&&tr(wo,r,U,W,F,I,null))}function qn(){y.forEach(Hu),Ve(r.width,r.height,!0)}Jo(Oo,Mo,qn);let Jn={};Jn.mousedown=Un,Jn.mousemove=Fn,Jn.mouseup=Wn,Jn.dblclick=Kn,Jn.setSeries=(e,t,n,i)=>{let a=Qn.match[2];n=a(r,t,n),n!=-1&&pn(n,i,!0,!1)},ce&&(xe(bo,m,Un),xe(yo,m,Fn),xe(So,m,e=>{qe(e),Pn(!1)}),xe(Co,m,Gn),xe(wo,m,Kn),Eu.add(r),r.syncRect=Pn);let Yn=r.hooks=e.hooks||{};function Xn(e,t,n){Ht?Ut.push([e,t,n]):e in Yn&&Yn[e].forEach(e=>{e.call(null,r,t,n)})}(e.plugins||[]).forEach(e=>{for(let t in e.hooks)Yn[t]=(Yn[t]||[]).concat(e.hooks[t])});let Zn=(e,t,n)=>n,Qn=ic({key:null,setSeries:!1,filters:{pub:Is,sub:Is},scales:[S,v[1]?v[1].scale:null],match:[Ls,Ls,Zn],values:[null,null]},j.sync);Qn.match.length==2&&Qn.match.push(Zn),j.sync=Qn;let $n=Qn.key,er=ql($n);function tr(e,t,n,r,i,a,o){Qn.filters.pub(e,t,n,r,i,a,o)&&er.pub(e,t,n,r,i,a,o)}er.sub(r);function nr(e,t,n,r,i,a,o){Qn.filters.sub(e,t,n,r,i,a,o)&&Jn[e](null,t,n,r,i,a,o)}r.pub=nr;function rr(){er.unsub(r),Eu.delete(r),be.clear(),Yo(Oo,Mo,qn),l.remove(),P?.remove(),Xn(`destroy`)}r.destroy=rr;function ir(){Xn(`init`,e,t),B(t||e.data,!1),k[S]?Jt(S,k[S]):V(),ze=K.show&&(K.width>0||K.height>0),Re=Be=!0,Ve(e.width,e.height)}return v.forEach(nt),y.forEach(ot),n?n instanceof HTMLElement?(n.appendChild(l),ir()):n(r,ir):ir(),r}Uu.assign=ic,Uu.fmtNum=ps,Uu.rangeNum=ls,Uu.rangeLog=rs,Uu.rangeAsinh=is,Uu.orient=Xl,Uu.pxRatio=J,Uu.join=lc,Uu.fmtDate=Sc,Uu.tzDate=wc,Uu.sync=ql;{Uu.addGap=tu,Uu.clipGaps=eu;let e=Uu.paths={points:hu};e.linear=yu,e.stepped=bu,e.bars=Su,e.spline=wu}var Wu=8,Gu=170,Ku=class{title;element;holder=f(`div`,{class:`plot`});plot;labels=``;data=[[]];resizing=new ResizeObserver(()=>this.resize());redrawing=()=>this.rebuild(this.labels);constructor(e){this.title=e,this.element=f(`figure`,{class:`chart`},f(`figcaption`,{},e),this.holder),this.resizing.observe(this.holder),addEventListener(`themechange`,this.redrawing)}show(e){let t=e.filter(e=>e.points.size>0),n=[...new Set(t.flatMap(e=>[...e.points.keys()]))].sort((e,t)=>e-t);this.data=[n,...t.map(e=>n.map(t=>e.points.get(t)??null))];let r=t.map(e=>e.label).join(`
`);this.describe(t),r!==this.labels||!this.plot?this.rebuild(r):this.plot.setData(this.data)}leave(){this.resizing.disconnect(),removeEventListener(`themechange`,this.redrawing),this.plot?.destroy()}describe(e){let t=e.slice(0,Wu).map(({label:e,points:t})=>{let n=[...t.values()];return`${e} from ${O(n[0]??NaN)} to ${O(n.at(-1)??NaN)}`});this.holder.setAttribute(`role`,`img`),this.holder.setAttribute(`aria-label`,`${this.title}: ${t.join(`, `)||`nothing yet`}`)}rebuild(e){if(this.labels=e,this.plot?.destroy(),this.plot=void 0,this.holder.replaceChildren(),e===``||this.holder.clientWidth===0)return;let t=getComputedStyle(this.element),n=e=>t.getPropertyValue(e).trim(),r={stroke:n(`--muted`),grid:{stroke:n(`--line`),width:1},ticks:{show:!1}},i=e.split(`
`).map((e,t)=>({label:e,stroke:n(`--curve-${t%Wu+1}`),width:1.5,spanGaps:!0,points:{show:!1},value:(e,t)=>t===null?`–`:O(t)})),a={width:this.holder.clientWidth,height:Gu,scales:{x:{time:!1}},axes:[{...r,size:28},{...r,size:52,values:(e,t)=>t.map(e=>String(Number(e.toPrecision(4))))}],series:[{label:`epoch`},...i],legend:{show:!0,live:!0},cursor:{drag:{x:!0,y:!1}}};this.plot=new Uu(a,this.data,this.holder)}resize(){let e=this.holder.clientWidth;e!==0&&(this.plot?this.plot.setSize({width:e,height:Gu}):this.rebuild(this.labels))}},qu=class{element=f(`ol`,{class:`log scroll`,tabindex:`0`,"aria-label":`Log`});of;shown=0;show(e){this.of!==e&&(this.of=e,this.shown=0,this.element.replaceChildren());let t=e.said-this.shown;if(t===0)return;this.shown=e.said;let{scrollHeight:n,scrollTop:r,clientHeight:i}=this.element,a=n-r-i<8;for(this.element.append(...e.log.slice(-t).map(e=>f(`li`,{class:e.level},...te(e.text))));this.element.childElementCount>e.log.length;)this.element.firstElementChild?.remove();a&&(this.element.scrollTop=this.element.scrollHeight)}},Ju=1.25,Yu=64,Xu=60,Zu=class{element;plane=f(`div`,{class:`plane`});image=f(`img`,{alt:``,draggable:`false`});under=f(`canvas`,{"aria-hidden":`true`});before=f(`canvas`,{class:`before`,"aria-hidden":`true`});split=f(`input`,{type:`range`,class:`split`,min:`0`,max:`100`,value:`50`,"aria-label":`Before and after`});tiled=f(`div`,{class:`tiles`,role:`img`});tiles=1;empty=!0;said=``;earlier;zoom=1;place={x:0,y:0};constructor(){this.element=f(`div`,{class:`stage`,tabindex:`0`,role:`group`,"aria-label":`Picture: + and - zoom, 0 fits`}),this.split.addEventListener(`input`,()=>this.showSplit()),this.element.addEventListener(`wheel`,e=>this.wheel(e),{passive:!1}),this.element.addEventListener(`dblclick`,e=>this.zoomTo(this.zoom>1?1:4,e)),this.element.addEventListener(`keydown`,e=>this.key(e)),this.element.addEventListener(`pointerdown`,e=>this.drag(e))}say(e){this.empty=!0,this.earlier=void 0,this.fit(),this.image.removeAttribute(`src`),this.said===e&&this.element.querySelector(`.empty`)||(this.said=e,re(this.element,f(`p`,{class:`empty`},...te(e))))}show(e,t){!this.empty&&this.image.complete&&Qu(this.image,this.under),this.image.src=e.src,this.image.alt=t,this.plane.style.setProperty(`--ratio`,String(e.naturalWidth/e.naturalHeight)),this.image.classList.remove(`fresh`),this.empty||requestAnimationFrame(()=>this.image.classList.add(`fresh`)),this.empty=!1,this.compose()}repeat(e){this.tiles=e,this.compose()}compare(e){this.earlier=e,e&&Qu(e,this.before),this.compose()}fit(){this.zoom=1,this.place={x:0,y:0},this.move()}compose(){if(this.empty)return;let e=[];this.tiles>1?(this.tiled.setAttribute(`aria-label`,`${this.image.alt}, repeated ${this.tiles} × ${this.tiles}`),this.tiled.style.backgroundImage=`url("${this.image.src}")`,this.tiled.style.backgroundSize=`${100/this.tiles}% ${100/this.tiles}%`,e.push(this.tiled)):(e.push(this.under,this.image),this.earlier&&e.push(this.before,this.split)),this.showSplit(),this.put(this.plane,e),this.put(this.element,[this.plane])}put(e,t){(e.children.length!==t.length||t.some((t,n)=>e.children[n]!==t))&&e.replaceChildren(...t)}showSplit(){this.plane.style.setProperty(`--split`,`${this.split.value}%`),this.split.setAttribute(`aria-valuetext`,`${this.split.value} % before`)}wheel(e){(e.ctrlKey||e.metaKey||this.element.closest(`.full`)!==null)&&!this.empty&&(e.preventDefault(),this.zoomTo(this.zoom*(e.deltaY<0?Ju:1/Ju),e))}zoomTo(e,t){if(this.empty)return;let n=Math.min(Yu,Math.max(1,e)),r=this.element.getBoundingClientRect(),i=t??{clientX:r.x+r.width/2,clientY:r.y+r.height/2},a={x:i.clientX-r.x-r.width/2,y:i.clientY-r.y-r.height/2},o=n/this.zoom;this.place={x:a.x-(a.x-this.place.x)*o,y:a.y-(a.y-this.place.y)*o},this.zoom=n,n===1&&(this.place={x:0,y:0}),this.move()}move(){this.plane.style.transform=this.zoom===1?``:`translate(${this.place.x}px, ${this.place.y}px) scale(${this.zoom})`,this.element.classList.toggle(`zoomed`,this.zoom>1)}key(e){if(e.altKey||e.ctrlKey||e.metaKey||e.target!==this.element)return;let t=(e,t)=>()=>{this.place={x:this.place.x+e,y:this.place.y+t},this.move()},n={"+":()=>this.zoomTo(this.zoom*Ju),"-":()=>this.zoomTo(this.zoom/Ju),0:()=>this.fit()};n[`=`]=n[`+`]??(()=>void 0),this.zoom>1&&Object.assign(n,{ArrowLeft:t(Xu,0),ArrowRight:t(-60,0),ArrowUp:t(0,Xu),ArrowDown:t(0,-60)});let r=n[e.key];r&&(e.preventDefault(),r())}drag(e){if(this.zoom===1||e.button!==0||e.target===this.split)return;let t={x:this.place.x-e.clientX,y:this.place.y-e.clientY},n=({clientX:e,clientY:n})=>{this.place={x:t.x+e,y:t.y+n},this.move()},r=()=>this.element.removeEventListener(`pointermove`,n);this.element.setPointerCapture(e.pointerId),this.element.addEventListener(`pointermove`,n),this.element.addEventListener(`pointerup`,r,{once:!0}),this.element.addEventListener(`pointercancel`,r,{once:!0})}};function Qu(e,t){t.width=e.naturalWidth,t.height=e.naturalHeight,t.width>0&&t.getContext(`2d`)?.drawImage(e,0,0)}function $u(e,t){let n=URL.createObjectURL(e);f(`a`,{href:n,download:t}).click(),setTimeout(()=>URL.revokeObjectURL(n),1e4)}var ed=15,td=30,nd=512,rd=[`video/mp4;codecs=avc1.42E01E`,`video/webm;codecs=vp9`,`video/webm;codecs=vp8`];function id(){return typeof MediaRecorder>`u`?void 0:rd.find(e=>MediaRecorder.isTypeSupported(e))}function ad(){return id()!==void 0&&`captureStream`in HTMLCanvasElement.prototype}async function od(e,t,n){let r=id(),i=await Promise.all(e.filter(sd(e.length)).map(cd)),a=i.at(-1),o=document.createElement(`canvas`),s=o.getContext(`2d`);if(r===void 0||!a||!s)throw Error(`this browser cannot make videos`);let c=Math.max(1,Math.ceil(nd/a.height));[o.width,o.height]=[a.width*c,a.height*c].map(e=>e+e%2);let l=o.captureStream(0),u=l.getVideoTracks()[0],d=new MediaRecorder(l,{mimeType:r,videoBitsPerSecond:8e6}),f=[];d.ondataavailable=({data:e})=>f.push(e);let p=new Promise(e=>d.onstop=e);d.start();let m=[...i,...Array.from({length:td},()=>a)];for(let[e,t]of m.entries())s.drawImage(t,0,0,o.width,o.height),u?.requestFrame(),n(e/m.length),await new Promise(e=>setTimeout(e,1e3/ed));d.stop(),await p,$u(new Blob(f,{type:r}),`${t}.${r.startsWith(`video/mp4`)?`mp4`:`webm`}`)}function sd(e){let t=Math.ceil(e/450);return(n,r)=>r%t===0||r===e-1}async function cd({url:e}){let t=await fetch(e);if(!t.ok)throw Error(`a snapshot cannot be read: the farm answers ${t.status}`);return createImageBitmap(await t.blob())}var ld=1e4,ud={least:40,most:150},dd=2e3,fd=class{name;acts;element;stage=new Zu;slider=f(`input`,{type:`range`,min:`0`,max:`0`,value:`0`,"aria-label":`Snapshot`});caption=f(`output`,{class:`muted`});play=g(`Play`,()=>this.togglePlay(),{title:`Play the snapshots`});compare=g(`Before/after`,()=>this.toggleCompare(),{title:`Lay the picture as it was before over the left half`});full=g(`Large`,()=>this.toggleFull(),{title:`Fill the window; Esc leaves`});tiles=ne(`Repeat the picture as tiles`,Array.from({length:10},(e,t)=>[String(t+1),t===0?`No tiles`:`${t+1} × ${t+1}`]),()=>this.stage.repeat(Number(this.tiles.value)));download=f(`a`,{class:`button`,"aria-disabled":`true`,title:`Save the picture; its experiment is inside`},`PNG`);video=g(`Video`,()=>void this.saveVideo(),{title:`Make a video of the snapshots`});startFrom=g(`Start from this`,()=>this.artifact&&this.acts.startFrom(this.artifact),{title:`A new experiment that begins with this picture`});again=g(`Another seed`,()=>this.acts.again(),{title:`Run the job's experiment with another seed`});artifacts=[];following=!0;shown;loading=!1;timer;retry;beforeEpoch=0;constructor(e,t){this.name=e,this.acts=t,this.slider.addEventListener(`input`,()=>{this.stop(),this.following=Number(this.slider.value)===this.artifacts.length-1,this.draw()});let n=f(`div`,{class:`row time`},this.play,this.slider,this.caption),r=f(`div`,{class:`row`},f(`div`,{class:`row first`},this.full,this.compare,this.tiles),f(`div`,{class:`row making`},this.startFrom,this.again),f(`div`,{class:`row`},this.download,ad()?this.video:void 0));this.element=f(`section`,{class:`picture`,"aria-label":`Picture`},this.stage.element,n,r),this.element.addEventListener(`keydown`,e=>{e.key===`Escape`&&this.element.classList.contains(`full`)&&this.toggleFull()}),this.clear(`Press Start, and the picture appears here.`)}clear(e){this.stop(),clearTimeout(this.retry),this.artifacts=[],this.following=!0,this.shown=void 0,this.beforeEpoch=0,this.compare.setAttribute(`aria-pressed`,`false`),this.stage.say(e),this.update([],0)}say(e){this.artifacts.length===0&&this.stage.say(e)}update(e,t){this.artifacts=e,this.beforeEpoch=t;let n=Math.max(0,e.length-1);this.slider.max=String(n);for(let t of[this.slider,this.play,this.compare,this.video])t.disabled=e.length<2;for(let t of[this.startFrom,this.again,this.full,this.tiles])t.disabled=e.length===0;this.following&&(this.slider.value=String(n)),this.draw()}leave(){this.stop(),clearTimeout(this.retry)}get artifact(){return this.artifacts[Number(this.slider.value)]}get file(){return this.name().replaceAll(/[^\p{L}\p{N} _-]/gu,``).trim().slice(0,60)||`clipig`}draw(){let e=this.artifact;this.download.toggleAttribute(`href`,e!==void 0),this.download.setAttribute(`aria-disabled`,String(e===void 0));let t=e?e.kind===`picture`?`finished`:`epoch ${e.epoch}`:``;l(this.caption,t),this.slider.setAttribute(`aria-valuetext`,t),e&&(this.download.href=e.url,this.download.download=`${this.file}.png`,e.url===this.shown||this.loading||(this.loading=!0,pd(e.url).then(n=>{if(this.loading=!1,!this.artifacts.some(({url:t})=>t===e.url))return this.draw();n?(this.shown=e.url,this.stage.show(n,`${this.name()}, ${e.kind===`picture`?`the finished picture`:t}`),this.draw()):this.retry=setTimeout(()=>this.draw(),dd)})))}toggleCompare(){let e=this.compare.getAttribute(`aria-pressed`)!==`true`;this.compare.setAttribute(`aria-pressed`,String(e));let t=this.artifacts.findLast(e=>e.epoch<=this.beforeEpoch)??this.artifacts[0];!e||!t?this.stage.compare(void 0):pd(t.url).then(e=>this.stage.compare(e))}toggleFull(){let e=this.element.classList.toggle(`full`);this.full.setAttribute(`aria-pressed`,String(e)),e||this.stage.fit()}togglePlay(){if(this.timer!==void 0){this.stop();return}this.artifact===this.artifacts.at(-1)&&(this.slider.value=`0`),this.following=!1,this.play.firstChild?.replaceWith(`Pause`);let e=Math.min(ud.most,Math.max(ud.least,ld/this.artifacts.length)),t=Math.max(1,Math.round(this.artifacts.length*e/ld));this.timer=setInterval(()=>{if(this.loading)return;let e=this.artifacts.length-1;Number(this.slider.value)>=e?(this.following=!0,this.stop()):(this.slider.value=String(Math.min(e,Number(this.slider.value)+t)),this.draw())},e)}stop(){clearInterval(this.timer),this.timer=void 0,this.play.firstChild?.replaceWith(`Play`)}async saveVideo(){this.video.disabled=!0;try{await od(this.artifacts,this.file,e=>this.video.firstChild?.replaceWith(`Video ${Math.round(e*100)} %`))}catch(e){S(e)}this.video.firstChild?.replaceWith(`Video`),this.video.disabled=!1}};async function pd(e){let t=new Image;t.src=e;try{return await t.decode(),t}catch{return}}var md=class{element=f(`div`,{class:`scroll`,tabindex:`0`,role:`region`,"aria-label":`Targets`});shown;show(e){if(e&&e===this.shown)return;if(this.shown=e,!e){re(this.element,f(`p`,{class:`muted`},`The targets appear after the first epochs.`));return}let t=[`feature`,`similarity`,`loss`,`weight`,`count`].map(e=>f(`th`,{scope:`col`},e)),n=e.targets.flatMap(e=>[f(`tr`,{class:`group`},f(`th`,{scope:`rowgroup`,colspan:`4`},e.name),gd(String(e.samples))),...e.features.map(e=>hd(e.text,[O(e.similarity),O(e.loss),O(e.weight),_d(e.chosen)])),...e.constraints.map(e=>hd(e.name,[``,O(e.loss),O(e.weight),_d(e.active)]))]);re(this.element,f(`table`,{},f(`thead`,{},f(`tr`,{},...t)),f(`tbody`,{},...n)))}};function hd(e,t){return f(`tr`,{},f(`th`,{scope:`row`},e),...t.map(gd))}function gd(e){return f(`td`,{class:`number`},e)}function _d(e){return Number.isFinite(e)?String(e):`–`}var vd=250,yd=class{changed;element;watched=new p;asked;picture;status=new d;loss=new Ku(`Loss`);similarities=new Ku(`Similarity`);targets=new md;log=new qu;follower;connection=`connected`;drawing=!1;chartTimer;constructor(e,t,{beside:n,idle:r}){this.changed=e,this.picture=new fd(()=>this.watched.job?.name??`clipig`,t);let i=f(`div`,{class:`details`},f(`div`,{class:`charts`},this.loss.element,this.similarities.element),bd(`Targets`,this.targets.element),bd(`Log`,this.log.element));this.element=f(`div`,{class:`watcher`},this.picture.element,n,this.status.element,i,r),this.follow(void 0)}get number(){return this.watched.job?.job}follow(e){this.follower?.close(),this.follower=void 0,this.asked=e;let t=new p;if(this.watched=t,this.connection=`connected`,this.element.classList.toggle(`idle`,e===void 0),e===void 0){this.picture.clear(k()?`Press Start, and the picture appears here.`:`Choose a job in the gallery to watch it.`),this.redraw();return}this.picture.clear(`The first snapshot is on its way…`);let n=()=>this.watched===t,r=r=>{if(!n())return;let i=t.job?.revision;t.add(r),i!==void 0&&t.job?.revision!==i&&this.readNames(e,t),this.redraw()};this.follower=new Fa(e,{heard:r,connection:r=>{n()&&(r===`connected`&&this.readPast(e,t),this.connection=r,this.redraw())},more:()=>n()?(t.ended&&this.readEnd(e,t),!t.ended):!1}),this.readNames(e,t),this.redraw()}leave(){this.follower?.close(),clearTimeout(this.chartTimer),this.chartTimer=void 0,this.picture.leave(),this.loss.leave(),this.similarities.leave()}async readPast(e,t){try{let r=t.artifacts.at(-1)?.epoch??0,[i,a]=await Promise.all([n(e,r),b(e,t.nextRow)]);t.addArtifacts(i),t.addHistory(a),this.watched===t&&this.redraw()}catch(e){this.watched===t&&m(e)}}async readEnd(t,n){try{n.job={...await e(t),resolution:n.job?.resolution??null}}catch(e){this.watched===n&&m(e)}await this.readPast(t,n)}async readNames(e,t){try{t.addNames(Ia((await s(e)).yaml)),this.watched===t&&this.redraw()}catch(e){this.watched===t&&m(e)}}redraw(){this.drawing||(this.drawing=!0,requestAnimationFrame(()=>{this.drawing=!1,this.draw()}))}draw(){let{watched:e}=this;e.artifacts.length>0?this.picture.update(e.artifacts,e.revisedAt):e.job?.artifacts===0&&this.picture.say(E(e.job)),this.status.show(e,this.connection),this.targets.show(e.table),this.log.show(e),this.chartTimer??=setTimeout(()=>this.drawCharts(),vd),this.changed()}drawCharts(){this.chartTimer=void 0,this.loss.show([this.watched.loss]),this.similarities.show(this.watched.similarities)}};function bd(e,t){return f(`section`,{},f(`h2`,{},e),t)}var xd=`clipig.drafts`,Sd=`clipig.front`,Cd=class{changed;drafts;front;constructor(e,t){this.changed=t,this.drafts=Td()??[e()],this.front=Number(wd(()=>sessionStorage.getItem(Sd))??0),addEventListener(`storage`,this.merge)}leave(){removeEventListener(`storage`,this.merge)}get all(){return this.drafts}get current(){let e=this.drafts.find(e=>e.id===this.front)??this.drafts[0];if(!e)throw Error(`there is always a draft`);return e}open(e,t,n={}){let r=1+Math.max(0,...this.drafts.map(e=>e.id)),i={id:r,name:e,text:t,...n};return this.drafts.push(i),this.select(r),i}select(e){this.front=e,this.save()}close(e){if(this.drafts.length===1)return;let t=this.drafts.findIndex(t=>t.id===e);this.drafts.splice(t,1),this.front===e&&(this.front=this.drafts[Math.max(0,t-1)]?.id??0),this.save()}change(e){Object.assign(this.current,e),this.save()}save(){wd(()=>sessionStorage.setItem(Sd,String(this.front))),wd(()=>localStorage.setItem(xd,JSON.stringify({drafts:this.drafts})))}merge=e=>{let t=e.key===xd?Td():void 0;if(!t)return;let n=this.current,r=t.findIndex(e=>e.id===n.id);r>=0?t[r]=n:t.push(n),this.drafts=t,this.front=n.id,this.changed()}};function wd(e){try{return e()}catch{return}}function Td(){let e=wd(()=>JSON.parse(localStorage.getItem(xd)??`null`)),t=wd(()=>e?.drafts.every(({id:e,name:t,text:n})=>typeof e==`number`&&typeof t==`string`&&typeof n==`string`));return e&&t&&e.drafts.length>0?e.drafts:void 0}var Ed=class{events;element=f(`div`,{class:`editor`});editor;isLeft=!1;isAsked=!1;observer=new IntersectionObserver(e=>{e.some(({isIntersecting:e})=>e)&&this.load()},{rootMargin:`200px`});waiting;constructor(e,t){this.events=t,this.waiting={text:e},this.showPlain(),this.observer.observe(this.element)}load(){this.isAsked||(this.isAsked=!0,this.observer.disconnect(),this.put().catch(this.events.failed))}get text(){return this.editor?.text??this.waiting.text}open(e){this.editor?this.editor.open(e):(this.waiting={text:e},this.showPlain())}replace(e){this.editor?this.editor.replace(e):e!==this.waiting.text&&(this.open(e),this.events.changed(e))}fillEntry(e){return this.editor?.fillEntry(e)??!1}refresh(){this.editor?.refresh()}select(e,t=e){this.editor?this.editor.select(e,t):(this.waiting.selection=[e,t],this.load())}destroy(){this.isLeft=!0,this.observer.disconnect(),this.editor?.destroy()}showPlain(){re(this.element,f(`pre`,{class:`plain`},this.waiting.text))}async put(){let{Editor:e}=await D(async()=>{let{Editor:e}=await import(`./editor.js`);return{Editor:e}},[]);if(this.isLeft)return;let{text:t,selection:n}=this.waiting,{thumbnails:r,changed:i,failed:a}=this.events,o=new e(this.element,t,{thumbnails:r,changed:i,failed:a,checked:e=>this.events.checked(e,o.document)});this.editor=o,re(this.element),n&&o.select(...n)}},Dd=60;function Od(e){let t=Ri(e);if(!t)return[];let[n,...r]=zi(t.get(`targets`)),i=zi(n?.get(`features`)).flatMap(e=>e.has(`text`)?[]:[kd(e)]),a=r.length===0?[]:[r.length===1?`1 more target`:`${r.length} more targets`];return[...i,...a,...Ad(t)]}function kd(e){for(let t of[`prompt`,`image`]){let n=q(e.get(t));if(n!==void 0)return`the ${t} ${jd(n)}`}return e.has(`direction`)?`a direction`:e.has(`style`)?`a style`:`a feature`}function Ad(e){let t=e.get(`canvas`),n=e.get(`init`),r=L(t)?q(t.get(`model`)):void 0,i=L(n)?q(n.get(`image`)):void 0,a=r===`pixels`&&L(t)&&t.items.length===1;return[L(t)&&!a?r===void 0?`a canvas of its own`:`the canvas ${jd(r)}`:``,i===void 0?``:`the image ${jd(i)} to begin with`,e.has(`masks`)?`masks`:``].filter(e=>e!==``)}function jd(e){let t=[...e.trim()];return`“${t.length>Dd?`${t.slice(0,Dd).join(``)}…`:t.join(``)}”`}var Md=[[`clipig-tiny`,`clipig-tiny, quick`],[`ViT-B/32`,`ViT-B/32`],[`ViT-B/16`,`ViT-B/16`],[`ViT-L/14`,`ViT-L/14`],[`RN50`,`RN50`]],Nd=4,Pd=class{changed;element;list=f(`div`,{class:`models`});more=g(`Add a model`,()=>this.add(),{kind:`small`});rows=[];constructor(e){this.changed=e,this.element=f(`div`,{class:`field`,role:`group`,"aria-label":`Models`},f(`span`,{class:`label`,"aria-hidden":`true`},`Model`),this.list,this.more)}get models(){let e=this.rows.map(e=>e.model);return e.length===1&&e[0]?.name===``?[]:e}show(e){let t=e.length>0?e:[{name:``,weight:``}];for(;this.rows.length>t.length;)this.rows.pop();for(;this.rows.length<t.length;)this.rows.push(this.row());t.forEach((e,t)=>this.rows[t]?.show(e)),this.number()}row(){let e=new Fd(()=>{this.number(),this.changed()},()=>this.remove(e));return e}add(){let e=new Set(this.rows.map(e=>e.model.name)),t=Md.find(([t])=>!e.has(t))?.[0]??``,n=this.row();n.show({name:t,weight:``}),this.rows.push(n),this.number(),this.changed(),n.focus()}remove(e){this.rows=this.rows.filter(t=>t!==e),this.number(),this.changed(),this.rows.at(-1)?.focus()}number(){_(this.list,this.rows.map(({element:e})=>e)),this.rows.forEach((e,t)=>e.number(t+1,this.rows.length));let e=this.rows.some(e=>e.model.name===``);this.more.disabled=e||this.rows.length>=Nd,this.more.title=e?`Choose a model above; then another one can judge beside it`:this.rows.length>=Nd?`An experiment has at most ${Nd} models`:`Several models judge the picture together. Each takes as much time as one alone`}},Fd=class{element;name;weight=f(`input`,{class:`weight`,inputmode:`decimal`,placeholder:`1`});weighing=f(`label`,{class:`row`},f(`span`,{},`weight`),this.weight);leave;constructor(e,t){this.name=ne(`Model`,Md,e),this.weight.addEventListener(`input`,e),this.leave=g(`×`,t,{kind:`small`,name:`Remove this model`}),this.element=f(`div`,{class:`row`},this.name,this.weighing,this.leave)}get model(){return{name:this.name.value,weight:this.weight.value.trim()}}show({name:e,weight:t}){u(this.name,e,e===``?`the farm's usual one`:e),this.weight.value.trim()!==t&&(this.weight.value=t)}number(e,t){let{name:n,weight:r}=this.model;this.name.setAttribute(`aria-label`,t===1?`Model`:`Model ${e}`),this.weight.setAttribute(`aria-label`,`Weight of ${n}`),this.weight.title=`How much it has to say. Only the proportions count; where nothing is written, it is 1`,this.leave.setAttribute(`aria-label`,`Remove ${n}`),this.leave.title=`Remove ${n}`,this.weighing.hidden=t===1&&r===``,this.leave.hidden=t===1}focus(){this.name.focus()}},Id=[`64 × 64`,`128 × 128`,`256 × 256`,`512 × 512`,`256 × 128`,`128 × 256`,`512 × 256`,`256 × 512`],Ld=[[`100`,`a sketch, 100 epochs`],[`300`,`as usual, 300 epochs`],[`600`,`careful, 600 epochs`],[`1500`,`patient, 1500 epochs`]],Rd=class{changed;element;words=f(`textarea`,{rows:`3`,id:`wish-words`,placeholder:`a strawberry`});unwanted=f(`textarea`,{rows:`2`,id:`wish-unwanted`,placeholder:`words, letters`});size=ne(`Size`,Id.map(e=>[e,e]),()=>this.write());length=ne(`How long`,Ld,()=>this.write());models=new Pd(()=>this.write());besides=f(`p`,{class:`besides`,role:`note`});fields;unreadable=f(`p`,{class:`empty`},`The form cannot read this experiment. Mend what is listed below in the text, then the form is back.`);yaml=``;filled;constructor(e){this.changed=e;for(let e of[this.words,this.unwanted])e.addEventListener(`input`,()=>this.write());this.fields=f(`div`,{class:`fields`},this.besides,Bd(`wish-words`,`What should the picture show?`,`One idea per line. Several are mixed.`,this.words),Bd(`wish-unwanted`,`What should it not show?`,`Also one per line; may be left empty.`,this.unwanted),f(`div`,{class:`row choices`},Vd(`Size`,this.size),Vd(`How long`,this.length)),this.models.element),this.element=f(`div`,{class:`form`},this.fields,this.unreadable)}show(e){let t=qi(e);if(this.fields.hidden=!t,this.unreadable.hidden=t!==void 0,!t||e===this.yaml&&this.words.value!==``)return;this.yaml=e,this.filled=t,this.words.value=t.words.join(`
`),this.unwanted.value=t.unwanted.join(`
`),u(this.size,`${t.width} × ${t.height}`,`${t.width} × ${t.height}`),u(this.length,t.epochs,`${t.epochs} epochs`),this.models.show(t.models);let n=Od(e);this.besides.hidden=n.length===0,n.length>0&&re(this.besides,`Also in this experiment, and kept as it is: ${n.join(`; `)}. `,f(`strong`,{},`YAML`),` shows everything.`)}get isBlank(){return this.words.value.trim()===``&&!this.fields.hidden&&this.besides.hidden}focus(){this.words.focus()}write(){let[e=``,t=``]=this.size.value.split(` × `),n={words:zd(this.words,this.filled?.words??[]),unwanted:zd(this.unwanted,this.filled?.unwanted??[]),width:e,height:t,epochs:this.length.value,models:this.models.models},r=Ji(this.yaml,n);r!==void 0&&(this.yaml=r,this.changed(r))}};function zd({value:e},t){return e===t.join(`
`)?t:e.split(`
`).map(e=>e.trim()).filter(e=>e!==``)}function Bd(e,t,n,r){return r.setAttribute(`aria-describedby`,`${e}-hint`),f(`div`,{class:`field`},f(`label`,{for:e},t),r,f(`p`,{class:`muted`,id:`${e}-hint`},n))}function Vd(e,t){return f(`label`,{class:`choice`},f(`span`,{},e),t)}function Hd(e,t){let n,r=e=>()=>{n=e,i.close()},i=f(`dialog`,{class:`ask`,"aria-label":`Use ${e}`},f(`h2`,{},t===void 0?void 0:f(`img`,{src:t,alt:``}),e),g(`The picture shall look like it`,r(`feature`),{kind:`primary`,title:`The image becomes a feature of the first target`}),g(`The picture begins with it`,r(`start`),{title:`The image is the canvas before the first epoch`}),g(`Cancel`,r(void 0),{kind:`quiet`}));return document.body.append(i),i.showModal(),new Promise(e=>{i.addEventListener(`close`,()=>{i.remove(),e(n)})})}var Ud=class{acts;element=f(`div`,{class:`problems`,role:`status`,"aria-label":`Problems`,"aria-live":`polite`});needs={images:[],isBlank:!1};checked;constructor(e){this.acts=e}get isInvalid(){return this.checked!==void 0&&!this.checked.validation.valid}show(e,t){this.checked={doc:e,validation:t},this.draw()}showUnchecked(){this.checked=void 0,re(this.element,f(`p`,{class:`muted`},`This text is not checked yet.`))}need(e){this.needs=e,this.checked&&this.draw()}draw(){if(!this.checked)return;let{doc:e,validation:t}=this.checked;if(this.needs.isBlank&&!t.valid){re(this.element,f(`p`,{class:`muted`},`Write what the picture should show, then start.`));return}let n=[...this.needs.images.map(e=>this.missing(e)),...t.problems.map(t=>this.entry(e,t))];n.length>0?re(this.element,...n):re(this.element,f(`p`,{class:`ok`},t.valid?`No problems`:`This experiment cannot run`))}missing(e){let t=f(`p`,{},...te(`the image \`${e}\` is not here yet: choose the file of this name, or drop it on the page`)),n=g(`Choose…`,()=>this.acts.choose(e),{kind:`small`,title:`Choose ${e}`});return f(`div`,{class:`problem error`},f(`strong`,{},`error`),f(`div`,{class:`prose`},t),n)}entry(e,t){let n=se(e,t),r=t.warning?`warning`:`error`,i=t.place?`line ${t.place.line}`:``,a=A(t),o=n?f(`button`,{type:`button`,class:`link`,onclick:()=>this.acts.jump(n.from,n.to)},`${r}, ${i}`):f(`strong`,{},r);return f(`div`,{class:`problem ${r}`},o,a)}};function Wd(e,t){return e.all.map(({id:n,name:r})=>{let i=n===e.current.id,a=f(`button`,{type:`button`,"aria-pressed":String(i),title:r,onclick:()=>t.select(n)},r),o=f(`button`,{type:`button`,class:`close`,"aria-label":`Close ${r}`,onclick:()=>t.close(n)},`×`);return f(`span`,{class:i?`tab current`:`tab`},a,e.all.length>1?o:void 0)})}var Gd=`clipig.mode`,Kd=class{turned;edited;element;drafts=new Cd(()=>({id:1,...nt()}),()=>this.showTabs());tabs=f(`div`,{class:`tabs`,role:`group`,"aria-label":`Experiments`});problems=new Ud({jump:(e,t)=>this.jump(e,t),choose:e=>this.choose(e)});file=f(`input`,{type:`file`,accept:`.yaml,.yml,image/*`,multiple:!0,hidden:!0,"aria-label":`Open a file`});wanted;editor;form=new Rd(e=>this.editor.replace(e));asForm=g(`Form`,()=>this.prefer(`form`),{title:`A form instead of YAML`});asText=g(`YAML`,()=>this.prefer(`yaml`),{title:`The experiment as a text`});mode=`yaml`;constructor(e,t,n){this.turned=t,this.edited=n,this.editor=new Ed(this.drafts.current.text,{thumbnails:()=>this.drafts.current.thumbnails??{},changed:e=>this.textChanged(e),checked:(e,t)=>{this.problems.show(t,e),this.showNeeds()},failed:e=>{this.problems.showUnchecked(),m(e)}});let r=g(`+`,()=>this.open(`new`,Ki(``)),{kind:`quiet add`,name:`New experiment`}),i=f(`div`,{class:`modes`,role:`group`,"aria-label":`How to write`},this.asForm,this.asText);this.element=f(`div`,{class:`write`},f(`div`,{class:`row top`},this.tabs,r,f(`div`,{class:`row end`},this.exampleMenu(),i)),e,this.editor.element,this.form.element,f(`div`,{class:`below`},this.problems.element,this.files())),this.showTabs(),this.switchTo(k()?Jd()??`form`:`yaml`)}leave(){this.editor.destroy(),this.drafts.leave()}get text(){return this.editor.text}lacks(){if(this.isBlank&&this.problems.isInvalid)return h(`Write what the picture should show, then start`,`error`),this.form.focus(),!0;let[e]=this.missingImages();return e!==void 0&&h(`The image \`${e}\` is missing: choose it below the experiment, or drop it on the page`,`error`),e!==void 0}openText(e,t,n){Jd()===void 0&&this.switchTo(`yaml`),this.open(e,t,{assets:n})}async openExample({name:e,text:t,images:n}){let r={};try{for(let e of n)r=qd(r,await Ca(e,tt(e)))}catch(e){S(e)}this.open(e,t,r)}open(e,t,n={}){this.drafts.open(e,t,n),this.turn()}rename(e){this.drafts.change({name:e}),this.showTabs()}select(e){this.drafts.select(e),this.turn()}openStart(e,t){let n=Yi(e.text,t.name);n===void 0?h(`The experiment's text cannot be read; see below the editor`,`error`):this.open(e.name,n,{...qd(e,t)})}async takeAll(e){let t=e=>e.type.startsWith(`image/`);for(let n of[...e.filter(e=>!t(e)),...e.filter(t)])await this.take(n)}async take(e){try{if(this.missingImages().includes(e.name))return await this.bringMissing(e.name,e);let t=await Sa(e);t.kind===`experiment`?this.open(t.name,t.text):await this.use(t.image)}catch(e){S(e)}}async use(e){let t=await Hd(e.name,e.thumbnail);if(t===void 0||(this.drafts.change(qd(this.drafts.current,e)),t===`feature`&&this.editor.fillEntry(`image: ${JSON.stringify(e.name)}`)))return;let n=(t===`feature`?Xi:Yi)(this.text,e.name);n===void 0?h(`The experiment's text cannot be read; see below the editor`,`error`):this.editor.replace(n),this.editor.refresh()}textChanged(e){this.drafts.change({text:e}),this.edited(e),this.mode===`form`&&this.form.show(e)}async bringMissing(e,t){let n=await Ca(e,new Uint8Array(await t.arrayBuffer()));this.drafts.change(qd(this.drafts.current,n)),this.editor.refresh(),this.showNeeds()}choose(e){this.wanted=e,this.file.click()}missingImages(){let{assets:e={}}=this.drafts.current;return Ba(this.text).filter(t=>!Object.hasOwn(e,t))}showNeeds(){this.problems.need({images:this.missingImages(),isBlank:this.isBlank})}get isBlank(){return this.mode===`form`&&this.form.isBlank}jump(e,t){this.switchTo(`yaml`),this.editor.select(e,t)}turn(){let e=this.drafts.current;this.editor.open(e.text),this.form.show(e.text),this.showTabs(),this.showNeeds(),this.turned(e)}switchTo(e){this.mode=e,this.editor.element.hidden=e!==`yaml`,this.form.element.hidden=e!==`form`,this.asForm.setAttribute(`aria-pressed`,String(e===`form`)),this.asText.setAttribute(`aria-pressed`,String(e===`yaml`)),e===`form`&&(this.form.show(this.text),this.editor.load()),this.showNeeds()}prefer(e){this.switchTo(e);try{localStorage.setItem(Gd,e)}catch{}}showTabs(){re(this.tabs,...Wd(this.drafts,{select:e=>this.select(e),close:e=>{this.drafts.close(e),this.turn()}})),this.tabs.querySelector(`.current`)?.scrollIntoView({block:`nearest`,inline:`nearest`})}exampleMenu(){let e=[`Walkthrough`,`Examples`].map(e=>f(`optgroup`,{label:e},...Qe.filter(t=>t.group===e).map(({name:e})=>f(`option`,{value:e},e)))),t=f(`select`,{"aria-label":`Open an example`},f(`option`,{value:``},`Examples…`),...e);return t.addEventListener(`change`,()=>{let e=Qe.find(e=>e.name===t.value);t.value=``,e&&this.openExample(e)}),t}files(){let{file:e}=this;e.addEventListener(`change`,()=>{let t=[...e.files??[]];e.value=``;let[n]=t;this.wanted!==void 0&&n?this.bringMissing(this.wanted,n).catch(S):this.takeAll(t),this.wanted=void 0}),e.addEventListener(`cancel`,()=>this.wanted=void 0);let t=()=>$u(new Blob([this.text],{type:`application/yaml`}),`${this.drafts.current.name}.yaml`),n=g(`Open…`,()=>this.choose(),{kind:`small`,title:`Open an experiment, a picture of clipig or an image; or drop it anywhere`});return f(`div`,{class:`row files`},e,n,g(`Save YAML`,t,{kind:`small`}))}};function qd(e,{name:t,sha256:n,thumbnail:r}){return{assets:{...e.assets,[t]:n},thumbnails:r===void 0?e.thumbnails:{...e.thumbnails,[t]:r}}}function Jd(){try{let e=localStorage.getItem(Gd);return e===`form`||e===`yaml`?e:void 0}catch{return}}var Yd=112;function Xd(e){let t=$e.flatMap((t,n)=>{let r=Qe.find(e=>e.name===t);return r?[f(`li`,{},Zd(r,n,e))]:[]});return f(`section`,{class:`starters`,"aria-label":`Examples`},f(`h2`,{},`Or begin with one of these`),f(`ul`,{},...t))}function Zd(e,t,n){let r=f(`span`,{class:`starter-picture`});return r.style.backgroundPosition=`${-t*Yd}px 0`,f(`button`,{type:`button`,onclick:()=>n(e)},r,f(`span`,{},e.name.replaceAll(`-`,` `)))}var Qd=ae({Studio:()=>tf}),$d=3e3,ef=64,tf=class{router;element;start=g(`Start`,()=>void this.once(()=>this.begin()),{key:`Alt+S`,kind:`primary`});change=g(`Update`,()=>void this.once(()=>this.revise()),{key:`Alt+U`,title:`The running job goes on from its picture with this text`});stop=g(`Stop`,()=>void this.once(()=>this.halt()),{key:`Alt+P`});seed=f(`input`,{class:`seed`,inputmode:`numeric`,title:`Seed of all random numbers; empty: as the experiment says, else another one each time`,"aria-label":`Seed`});count=ne(`Pictures`,[1,2,3,4,6,9,12,16].map(e=>[String(e),e===1?`1 picture`:`${e} pictures`]));sheet=new Ea(e=>this.chooseFromSheet(e));watcher;desk;acting=!1;left=!1;constructor(e,t){this.router=e;let n={startFrom:e=>void this.startFrom(e),again:()=>void this.once(()=>this.again())};this.watcher=new yd(()=>this.show(),n,{beside:this.sheet.element,idle:Xd(e=>void this.desk.openExample(e))});let r=f(`div`,{class:`row tools`},this.start,this.change,this.stop,this.seed,this.count);this.desk=new Kd(r,e=>this.turn(e),e=>this.showSeed(e)),this.element=f(`div`,{class:`studio`},f(`h1`,{class:`unseen`},`Studio`),this.desk.element,this.watcher.element),document.addEventListener(`keydown`,this.keys),this.acceptDrops();let i=v(new URLSearchParams(location.search).get(`jobs`));this.openFromAddress()||(t===void 0?this.turn(this.desk.drafts.current):this.visit(t,i))}get title(){let e=this.watcher.watched.job;return e?e.state===`running`?`${Math.round(100*w(e))} % ${e.name}`:e.name:`Studio`}leave(){this.left=!0,document.removeEventListener(`keydown`,this.keys),this.watcher.leave(),this.sheet.leave(),this.desk.leave()}keys=e=>{if(!e.altKey||e.ctrlKey||e.metaKey||e.repeat)return;let t=/^[a-z]$/i.test(e.key)?e.key.toLowerCase():e.code.replace(`Key`,``).toLowerCase(),n={s:this.start,u:this.change,p:this.stop}[t];n&&k()&&(e.preventDefault(),n.click())};async once(e){if(!this.acting){this.acting=!0,this.stop.setAttribute(`aria-disabled`,`true`);try{await e()}catch(e){let t=e instanceof r?e.problem?.problems:void 0;t&&t.length>0?h(`The experiment has problems; they are listed below it`,`error`):S(e)}this.acting=!1,this.stop.removeAttribute(`aria-disabled`)}}async visit(t,n){try{let r=this.desk.drafts.all.find(e=>e.job===t||e.jobs?.includes(t));if(r){await e(t),this.left||this.desk.drafts.select(r.id),this.left||this.desk.drafts.change({job:t}),this.left||this.desk.select(r.id);return}let[i,{yaml:a,assets:o}]=await Promise.all([e(t),s(t)]);this.left||this.desk.open(i.name,a,{job:t,jobs:n.includes(t)?n:[t],assets:o})}catch(e){if(m(e),this.left)return;e instanceof r&&e.isMissing?this.turn(this.desk.drafts.current):setTimeout(()=>void(this.left||this.visit(t,n)),$d)}}openFromAddress(){let e=new URLSearchParams(location.hash.slice(1)),t=e.get(`yaml`);if(t===null)return!1;history.replaceState(null,``,location.pathname);let n=e.getAll(`asset`).map(e=>[e.slice(65),e.slice(0,ef)]);return this.desk.openText(e.get(`name`)??`experiment`,t,Object.fromEntries(n)),!0}turn({job:e,jobs:t=[],text:n}){this.showSeed(n),this.watch(e,t)}showSeed(e){this.seed.placeholder=`seed: ${Qi(e)??`random`}`}watch(e,t){e!==this.watcher.asked&&this.watcher.follow(e),this.sheet.show(t,e),this.element.classList.toggle(`choosing`,e===void 0&&t.length>1);let n=t.length>1?`?jobs=${t.join(`,`)}`:``;this.router.rename(e===void 0?`/${n}`:`/jobs/${e}${n}`)}chooseFromSheet(e){this.desk.drafts.change({job:e}),this.watch(e,this.desk.drafts.current.jobs??[])}async begin(){if(this.desk.lacks())return;let e=this.desk.drafts.current,t=ma(this.desk.text),n=T(Number(this.count.value),this.seed.value.trim()),r=[];for(let i of n){let n={yaml:t,name:ua(e.name,t),assets:e.assets??{},...i===void 0?{}:{seed:i}};r.push((await o(n)).job)}this.tellOfBefore();let i=r.map(({job:e})=>e),a=i.length===1?i[0]:void 0,s=a===void 0?i:[...e.jobs??[],a].slice(-16);e.name===`new`&&r[0]&&this.desk.rename(r[0].name),this.desk.drafts.change({job:a,jobs:s}),this.watch(a,s)}tellOfBefore(){let{job:e,ended:n}=this.watcher.watched;e&&!n&&e.state!==`paused`&&t(e)&&ee(`Job ${e.job} goes on beside it`,`Cancel job ${e.job}`,()=>void a(e.job,`cancel`).catch(S))}async revise(){let e=this.watcher.watched.job;if(!e||this.watcher.watched.ended||this.desk.lacks())return;let t=await c(e.job,{yaml:ma(this.desk.text),assets:this.desk.drafts.current.assets??{},expected_revision:e.revision}),n=e.model?.name??``,r=Zi(this.desk.text,n);r===void 0?h(`Job ${e.job} goes on with this text (revision ${t.job.revision})`):h(`Job ${e.job} goes on with this text, but with the model \`${n}\`: a job keeps its model. Start makes a new job with \`${r}\``,`error`),t.job.state===`paused`&&await a(e.job,`resume`)}async halt(){let e=this.watcher.watched.job;if(!e)return;let t=this.watcher.watched.ended?`retry`:e.state===`paused`?`resume`:`pause`;await a(e.job,t),t===`retry`&&this.watcher.follow(e.job),h(t===`pause`?`Job ${e.job} has stopped; its picture is kept`:`Job ${e.job} goes on`)}async again(){let e=this.watcher.number;if(e===void 0)return;let{name:t}=this.watcher.watched.job??{name:``},{yaml:n,assets:r}=await s(e),[i]=T(2,``),{job:a}=(await o({yaml:n,assets:r,name:t,...i===void 0?{}:{seed:i}})).job,c=[...new Set([...this.desk.drafts.current.jobs??[],e,a])];this.desk.drafts.change({job:a,jobs:c}),this.watch(a,c)}async startFrom({url:e,epoch:t}){let n=this.watcher.watched.job;if(n)try{let r=await fetch(e);if(!r.ok)throw Error(`the picture cannot be read: the farm answers ${r.status}`);let i=await Ca(`job-${n.job}-epoch-${t}.png`,new Uint8Array(await r.arrayBuffer())),{yaml:a,assets:o}=await s(n.job);this.desk.openStart({name:`${n.name} 2`,text:a,assets:o},i),h(`A new tab begins with this picture; change what you like and start`)}catch(e){S(e)}}show(){let{job:e,ended:n}=this.watcher.watched,r=e?.state===`failed`||e?.state===`cancelled`,i=e!==void 0&&t(e);this.change.disabled=!i||n,this.stop.disabled=!i||n&&!r;let a=r?`Retry`:e?.state===`paused`?`Resume`:`Stop`;this.stop.firstChild?.textContent!==a&&this.stop.firstChild?.replaceWith(a),this.left||this.router.retitle()}acceptDrops(){let e=0,t=t=>{e=k()?Math.max(0,e+t):0,this.element.classList.toggle(`dropping`,e>0)};this.element.addEventListener(`dragenter`,()=>t(1)),this.element.addEventListener(`dragleave`,()=>t(-1)),this.element.addEventListener(`dragover`,e=>e.preventDefault()),this.element.addEventListener(`drop`,n=>{t(-e),k()&&n.dataTransfer?.files.length&&(n.preventDefault(),n.stopPropagation(),this.desk.takeAll([...n.dataTransfer.files]))},{capture:!0})}};export{tf as Studio,oe as i,A as n,se as r,Qd as t};