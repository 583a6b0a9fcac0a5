#!/usr/bin/env bash
# transformers, open_clip: "a bird’s nest" has other tokens in each.
#
# One would guess: there is one tokeniser of CLIP, with one vocabulary, so two libraries give the same tokens for
# plain English words, whatever apostrophe the keyboard typed.
# What happens: open_clip straightens typographic quotes first (ftfy, as CLIP was trained), so that ’s is the token
# 's. The tokeniser of transformers does not: the apostrophe falls into two tokens of bytes, and s stands alone. The
# same with “quoted words”, with the ligature ﬁ and with entities of HTML such as &amp;.
# Why it matters: phones and word processors type ’ by themselves. The same prompt gives other features, and is
# longer, depending on which library encodes it; stored features of both do not fit together.
#
# transformers 5.24.0 and open_clip_torch 3.3.0 with the vocabulary that open_clip ships. Seen for "a bird’s nest":
#   open_clip     a, bird, 's, nest
#   transformers  a, bird, âĢ, Ļ, s, nest
# and the same tokens from both for "a bird's nest".
. "$(dirname "$0")/lib/finding.sh"
clip_libraries

cat > compare.py <<'END'
import json
from open_clip.tokenizer import SimpleTokenizer
from transformers import CLIPTokenizer
from finding import expect

ours = SimpleTokenizer()
names = {"<start_of_text>": "<|startoftext|>", "<end_of_text>": "<|endoftext|>"}
vocabulary = {names.get(token, token): number for token, number in ours.encoder.items()}
pairs = sorted(ours.bpe_ranks, key=ours.bpe_ranks.get)
json.dump(vocabulary, open("vocab.json", "w"))
open("merges.txt", "w").write("#version: 0.2\n" + "".join(f"{a} {b}\n" for a, b in pairs))
theirs = CLIPTokenizer("vocab.json", "merges.txt")

def open_clip(text):
    return [ours.decoder[token].removesuffix("</w>") for token in ours.encode(text)]

def transformers(text):
    tokens = theirs.convert_ids_to_tokens(theirs(text)["input_ids"])[1:-1]
    return [token.removesuffix("</w>") for token in tokens]

straight = ["a", "bird", "'s", "nest"]
expect("open_clip, a bird's nest", open_clip("a bird's nest"), straight)
expect("transformers, a bird's nest", transformers("a bird's nest"), straight)
expect("open_clip, a bird’s nest", open_clip("a bird’s nest"), straight)
expect("transformers, a bird’s nest", transformers("a bird’s nest"), ["a", "bird", "âĢ", "Ļ", "s", "nest"])
expect("open_clip, rock &amp; roll", open_clip("rock &amp; roll"), ["rock", "&", "roll"])
expect("transformers, rock &amp; roll", transformers("rock &amp; roll"), ["rock", "&", "amp", ";", "roll"])
END
python compare.py
