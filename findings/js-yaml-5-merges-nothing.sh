#!/usr/bin/env bash
# js-yaml: since version 5 "<<: *base" merges nothing, and none of its schemas reads files as version 4 did.
#
# One would guess: js-yaml reads the anchors and merges with which every manifest and list of jobs is shortened, as it
# always did and as PyYAML does; a change of that would be an error, not other contents.
# What happens: version 5 follows YAML 1.2, which has no merging: the job gets an entry whose name is "<<" and whose
# value is the whole base, and keeps only what it says itself. The `yaml` package does so too, unless `merge` is asked
# for. What reads job.steps gets undefined, so its default. Written again the name is in quotes, so that PyYAML, which
# does merge, does not any more: to load and dump a file breaks it for all. YAML11_SCHEMA brings merging back, and takes
# 1e3 away, which is a text in YAML 1.1, and makes 10 of 012. CORE_SCHEMA with mergeTag merges and keeps 1e3, but a date
# is a text then, which version 4 read as a date.
# Why it matters: nothing raises, the jobs run, with default steps, size and seed. Tests whose files have no merges
# pass. A check of `key in job` finds nothing either, and one for unknown keys finds "<<", if there is one.
#
# js-yaml 4.3.2, 5.0.0 and 5.5.0, yaml 2.9.1, PyYAML 6.0.3. Seen for a job of {<<: *base, seed: 8}
# with the base {steps: 500, seed: 7}:
#   js-yaml 4.3.2                            {"steps":500,"seed":8}
#   js-yaml 5.0.0, 5.5.0, yaml 2.9.1         {"<<":{"steps":500,"seed":7},"seed":8}
#   js-yaml 5 with YAML11_SCHEMA             {"steps":500,"seed":8}
#   written by 4 and by 5, read by PyYAML    {steps: 500, seed: 8} and {'<<': {steps: 500, seed: 7}, seed: 8}
#                 1e3     012   2026-11-30
#   4.3.2         1000    12    a date
#   5             1000    12    "2026-11-30"
#   YAML11        "1e3"   10    a date
. "$(dirname "$0")/lib/finding.sh"
python_packages pyyaml==6.0.3
npm_packages js-yaml-4@npm:js-yaml@4.3.2 js-yaml-5@npm:js-yaml@5.5.0 js-yaml-5-0@npm:js-yaml@5.0.0 yaml@2.9.1

cat > jobs.yaml <<'END'
base: &base
  steps: 500
  seed: 7
job:
  <<: *base
  seed: 8
END
cat > scalars.yaml <<'END'
- 1e3
- 012
- 2026-11-30
END
cat > read.mjs <<'END'
import fs from "node:fs";
import * as four from "js-yaml-4";
import * as five from "js-yaml-5";
import * as fiveZero from "js-yaml-5-0";
import yaml from "yaml";

const [jobs, scalars] = ["jobs.yaml", "scalars.yaml"].map((name) => fs.readFileSync(name, "utf8"));
const merging = five.CORE_SCHEMA.withTags([five.mergeTag]);
const ways = {
  "4": four.load,
  "5.0": fiveZero.load,
  "5": five.load,
  "5 YAML11": (text) => five.load(text, { schema: five.YAML11_SCHEMA }),
  "5 mergeTag": (text) => five.load(text, { schema: merging }),
  yaml: yaml.parse,
};
for (const [name, load] of Object.entries(ways)) {
  console.log(`${name}:${JSON.stringify(load(jobs).job)}`);
  const seen = load(scalars).map((value) => (value instanceof Date ? "date" : JSON.stringify(value)));
  console.log(`${name} scalars:${seen.join(" ")}`);
}
fs.writeFileSync("by4.yaml", four.dump(four.load(jobs)));
fs.writeFileSync("by5.yaml", five.dump(five.load(jobs)));
END
node read.mjs > seen
seen() { sed -n "s/^$1://p" seen; }
merged='{"steps":500,"seed":8}'
apart='{"<<":{"steps":500,"seed":7},"seed":8}'
expect "js-yaml 4" "$(seen 4)" "$merged"
expect "js-yaml 5.0" "$(seen 5.0)" "$apart"
expect "js-yaml 5" "$(seen 5)" "$apart"
expect "yaml" "$(seen yaml)" "$apart"
expect "js-yaml 5, YAML11_SCHEMA" "$(seen '5 YAML11')" "$merged"
expect "js-yaml 5, CORE_SCHEMA with mergeTag" "$(seen '5 mergeTag')" "$merged"
expect "scalars, js-yaml 4" "$(seen '4 scalars')" '1000 12 date'
expect "scalars, js-yaml 5" "$(seen '5 scalars')" '1000 12 "2026-11-30"'
expect "scalars, YAML11_SCHEMA" "$(seen '5 YAML11 scalars')" '"1e3" 10 date'
expect "scalars, CORE_SCHEMA with mergeTag" "$(seen '5 mergeTag scalars')" '1000 12 "2026-11-30"'

cat > job.py <<'END'
import json, sys, yaml
print(json.dumps(yaml.safe_load(open(sys.argv[1]))["job"], separators=(",", ":")))
END
by_pyyaml() { python job.py "$1"; }
expect "original, read by PyYAML" "$(by_pyyaml jobs.yaml)" "$merged"
expect "written by 4, read by PyYAML" "$(by_pyyaml by4.yaml)" "$merged"
expect "written by 5, read by PyYAML" "$(by_pyyaml by5.yaml)" "$apart"
