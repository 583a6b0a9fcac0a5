#!/usr/bin/env bash
# cel-js: a rule that refuses an odd number of tiles lets it pass, since 3 / 2 * 2 is 3.
#
# One would guess: CEL, in which Kubernetes writes its rules, has whole numbers of 64 bits, so that a rule means the
# same wherever it is evaluated; that is what it was made for.
# What happens: cel-js computes with JavaScript's numbers. 7 / 2 is 3.5 where it is 3 in CEL, so that for each list
# size(tiles) / 2 * 2 == size(tiles). 2^53 + 1 equals 2^53, and the largest int64 plus 1 is fine. 0.0 and -0.0, which
# are equal, are not. It adds 1 and 1.5, for which CEL has no operator, so that rules pass that no cluster takes.
# @bufbuild/cel and @marcbachmann/cel-js, in the same language, have CEL's numbers.
# Why it matters: rules are checked in a browser or a test before the cluster sees them. Rules that
# compare agree; those about halves, pages and large seeds say yes to what the cluster refuses.
#
# cel-js 0.8.2, @bufbuild/cel 0.6.1, @marcbachmann/cel-js 8.0.0 (npm), Node 20. Seen in cel-js, and in the two others:
#   7 / 2                                     3.5    3
#   size([1, 2, 3]) / 2 * 2 == size([1, 2, 3])   true   false
#   9007199254740993 == 9007199254740992      true   false
#   9223372036854775807 + 1                   9223372036854775808   error
#   0.0 == -0.0                               false  true
#   1 + 1.5                                   2.5    error
. "$(dirname "$0")/lib/finding.sh"
npm_packages cel-js@0.8.2 @bufbuild/cel@0.6.1 @marcbachmann/cel-js@8.0.0

cat > rules.mjs <<'END'
import { evaluate } from "cel-js";
import { isCelError, run } from "@bufbuild/cel";
import { evaluate as evaluateStrictly } from "@marcbachmann/cel-js";

const RULES = [
  "7 / 2", "size([1, 2, 3]) / 2 * 2 == size([1, 2, 3])", "9007199254740993 == 9007199254740992",
  "9223372036854775807 + 1", "0.0 == -0.0", "1 + 1.5", "size([1, 2, 3]) <= 4",
];
const EVALUATORS = [evaluate, (rule) => run(rule, {}), (rule) => evaluateStrictly(rule, {})];
// What an evaluator makes of a rule, with all digits of a whole number.
const answer = (evaluator, rule) => {
  try {
    const value = evaluator(rule);
    return isCelError(value) ? "error" : String(Number.isInteger(value) ? BigInt(value) : value);
  } catch {
    return "error";
  }
};
for (const rule of RULES) {
  console.log(EVALUATORS.map((evaluator) => answer(evaluator, rule)).join(" "));
}
END
node rules.mjs > seen
line() { sed -n "$1p" seen; }
expect "7 / 2 in cel-js, @bufbuild/cel, @marcbachmann/cel-js" "$(line 1)" "3.5 3 3"
expect "an even number of tiles" "$(line 2)" "true false false"
expect "2^53 + 1 equals 2^53" "$(line 3)" "true false false"
expect "the largest int64 plus 1" "$(line 4)" "9223372036854775808 error error"
expect "0.0 equals -0.0" "$(line 5)" "false true true"
expect "1 + 1.5" "$(line 6)" "2.5 error error"
expect "at most four tiles" "$(line 7)" "true true true"
