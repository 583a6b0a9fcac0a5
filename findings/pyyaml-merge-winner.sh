#!/usr/bin/env bash
# PyYAML 6.0.4: which of two merged maps wins depends on how long the name is.
#
# One would guess: with `<<: [*mine, *base]` the first map wins, as YAML's merge key says, whatever the names are.
# What happens: in 6.0.3 the first map wins. In 6.0.4 it wins for names of one letter and loses for longer ones: a
# name is taken for "seen already" by the identity of its string, and CPython keeps only strings of one letter once.
# Two `<<` lines in one map change sides too, and only for names of one letter.
# Why it matters: experiments, values and manifests are put together with merge keys ("my settings, then the
# defaults"). After an update from 6.0.3 to 6.0.4 the defaults win, without a word, and a test with x and y passes.
#
# PyYAML 6.0.3 and 6.0.4, CPython 3.11; SafeLoader and CSafeLoader alike. Seen:
#   6.0.3 list x: 1, list batch_size: 1, lines x: 2, lines batch_size: 2
#   6.0.4 list x: 1, list batch_size: 2, lines x: 1, lines batch_size: 2
. "$(dirname "$0")/lib/finding.sh"

cat > read.py <<'END'
import yaml
from finding import expect

def winner(loader, name, text):
    return yaml.load(text.replace("NAME", name), loader)["both"][name]

LIST = """
mine: &mine {NAME: 1}
base: &base {NAME: 2}
both:
  <<: [*mine, *base]
"""
LINES = """
mine: &mine {NAME: 1}
base: &base {NAME: 2}
both:
  <<: *mine
  <<: *base
"""
WANTED = {"6.0.3": [1, 1, 2, 2], "6.0.4": [1, 2, 1, 2]}
for loader in yaml.SafeLoader, yaml.CSafeLoader:
    found = [winner(loader, name, text) for text in (LIST, LINES) for name in ("x", "batch_size")]
    expect(f"{yaml.__version__} {loader.__name__}, list x, list batch_size, lines x, lines batch_size",
           found, WANTED[yaml.__version__])
END
python_packages pyyaml==6.0.3
python read.py
python_packages pyyaml==6.0.4
python read.py
