"""Kinds that others define, as far as the manifests use them: JSON schemas that know no other fields.

Kubernetes' own schemas do not have these kinds, and a misspelt field of theirs is dropped in silence where they are
applied. The fields exist in KEDA, the Prometheus operator and the Gateway API as of August 2026.
"""

TEXT = {"type": "string", "minLength": 1}
WHOLE = {"type": "integer", "minimum": 0}
SECONDS = {"type": "string", "pattern": "^[0-9]+(ms|s|m|h)$"}


def fields(required, optional=None):
    """An object with these fields and no others."""
    return {
        "type": "object",
        "additionalProperties": False,
        "required": list(required),
        "properties": {**required, **(optional or {})},
    }


def items(schema):
    """A list that is not empty."""
    return {"type": "array", "minItems": 1, "items": schema}


def map_of(schema):
    """Any names with such values."""
    return {"type": "object", "additionalProperties": schema}


SELECTOR = fields({"matchLabels": map_of(TEXT)})
POLICY = fields({"type": {"enum": ["Percent", "Pods"]}, "value": WHOLE, "periodSeconds": WHOLE})
SCALING = fields({"stabilizationWindowSeconds": WHOLE}, {"policies": items(POLICY), "selectPolicy": TEXT})

SPECS = {
    ("keda.sh/v1alpha1", "ScaledObject"): fields(
        {
            "scaleTargetRef": fields({"name": TEXT}),
            "triggers": items(
                fields({"type": {"const": "metrics-api"}, "metadata": map_of(TEXT)}, {"metricType": TEXT})
            ),
        },
        {
            "minReplicaCount": WHOLE,
            "maxReplicaCount": WHOLE,
            "pollingInterval": WHOLE,
            "cooldownPeriod": WHOLE,
            "fallback": fields(
                {"failureThreshold": WHOLE, "replicas": WHOLE},
                {
                    "behavior": {
                        "enum": ["static", "currentReplicas", "currentReplicasIfHigher", "currentReplicasIfLower"]
                    }
                },
            ),
            "advanced": fields(
                {
                    "horizontalPodAutoscalerConfig": fields(
                        {"behavior": fields({}, {"scaleUp": SCALING, "scaleDown": SCALING})}
                    )
                }
            ),
        },
    ),
    ("monitoring.coreos.com/v1", "ServiceMonitor"): fields(
        {"selector": SELECTOR, "endpoints": items(fields({"port": TEXT, "path": TEXT}, {"interval": SECONDS}))},
        {"jobLabel": TEXT},
    ),
    ("monitoring.coreos.com/v1", "PrometheusRule"): fields(
        {
            "groups": items(
                fields(
                    {
                        "name": TEXT,
                        "rules": items(
                            fields(
                                {"alert": TEXT, "expr": TEXT},
                                {"for": SECONDS, "labels": map_of(TEXT), "annotations": map_of(TEXT)},
                            )
                        ),
                    }
                )
            )
        }
    ),
    ("gateway.networking.k8s.io/v1", "Gateway"): fields(
        {
            "gatewayClassName": TEXT,
            "listeners": items(
                fields(
                    {"name": TEXT, "protocol": {"const": "TLS"}, "port": WHOLE},
                    {
                        "hostname": TEXT,
                        "tls": fields({"mode": {"enum": ["Passthrough", "Terminate"]}}),
                        "allowedRoutes": fields({"namespaces": fields({"from": {"enum": ["All", "Same"]}})}),
                    },
                )
            ),
        }
    ),
    ("gateway.networking.k8s.io/v1", "TLSRoute"): fields(
        {
            "parentRefs": items(fields({"name": TEXT}, {"sectionName": TEXT})),
            "hostnames": items(TEXT),
            "rules": items(fields({"backendRefs": items(fields({"name": TEXT, "port": WHOLE}))})),
        }
    ),
}


def schema(resource):
    """The schema of a resource of such a kind; `None` where it is none."""
    spec = SPECS.get((resource["apiVersion"], resource["kind"]))
    if spec is None:
        return None
    metadata = fields({"name": TEXT}, {"namespace": TEXT, "labels": map_of(TEXT), "annotations": map_of(TEXT)})
    return fields({"apiVersion": TEXT, "kind": TEXT, "metadata": metadata, "spec": spec})
