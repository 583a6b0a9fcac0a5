#!/usr/bin/env bash
# Kubernetes, its Python client: the client takes quantities for numbers that Kubernetes itself refuses.
#
# One would guess: the official client's `parse_quantity` and Kubernetes' own Go code agree on what a quantity is.
# What happens: the client reads `1K` as 1000 (Kubernetes: only `k`, and `Ki`), `1e3Mi` as 1048576000, `1_000` as
# 1000 and `NaN` as NaN. Kubernetes refuses all four. So do two schema checks not help: kubernetes-validate passes
# them, since its schema calls any text a quantity.
# Why it matters: a controller or a test that sizes pods with this function calls a manifest sound that no cluster
# takes, and `NaN` compares as neither above nor below any limit.
#
# kubernetes 37.0.2 and kubernetes-validate 1.37.0 (PyPI), kubectl 1.35.2 (npm). Seen, for a limit of memory:
#   quantity  client       kubernetes-validate  kubectl set image --local
#   1K        1000         passes               unable to parse quantity's suffix
#   1e3Mi     1048576000   passes               quantities must match the regular expression
#   1_000     1000         passes               quantities must match the regular expression
#   NaN       NaN          passes               quantities must match the regular expression
#   1k        1000         passes               takes it
. "$(dirname "$0")/lib/finding.sh"
kubernetes_tools
python_packages kubernetes==37.0.2 kubernetes-validate==1.37.0 six==1.17.0 python-dateutil==2.9.0.post0 certifi==2026.10.19.post1 \
  urllib3==2.8.0 pyyaml==6.0.3 jsonschema==4.26.0 attrs==26.1.0 rpds-py==2026.9.1 referencing==0.37.0 \
  jsonschema-specifications==2025.9.1 typing_extensions==4.16.0 packaging==26.4 importlib-resources==7.1.0

cat > client.py <<'END'
import sys
from importlib import util, metadata
from pathlib import Path

# The module alone: the package's root imports clients for which the cluster's address would be wanted.
path = Path(metadata.distribution("kubernetes").locate_file("kubernetes/utils/quantity.py"))
spec = util.spec_from_file_location("quantity", path)
quantity = util.module_from_spec(spec)
spec.loader.exec_module(quantity)
number = quantity.parse_quantity(sys.argv[1])
print("NaN" if number.is_nan() else int(number))
END

pod() {
  cat <<END
apiVersion: v1
kind: Pod
metadata:
  name: example
spec:
  containers:
  - name: worker
    image: example.org/worker:1
    resources:
      limits:
        memory: "$1"
END
}

while read -r quantity number answer; do
  pod "$quantity" > pod.yaml
  expect "$quantity, client" "$(python client.py "$quantity")" "$number"
  kubernetes-validate --version 1.35 pod.yaml >validated 2>&1 || changed "kubernetes-validate refuses $quantity: $(cat validated)"
  if kubectl set image --local -f pod.yaml worker=example.org/worker:2 -o yaml >set 2>&1; then said=takes; else said=refuses; fi
  expect "$quantity, kubectl" "$said" "$answer"
done <<'END'
1K 1000 refuses
1e3Mi 1048576000 refuses
1_000 1000 refuses
NaN NaN refuses
1k 1000 takes
END
