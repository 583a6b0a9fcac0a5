#!/usr/bin/env bash
# kubernetes for Python: read a deployment, change the replicas, replace it: the pods' memory limit is gone.
#
# One would guess: what a client does not know it passes on, as kubectl and protobuf do, or refuses. What is read and
# written back is the same with one change.
# What happens: an answer becomes an object of the fields that this version of the client has. Those of a newer
# cluster are dropped without a word, and replace writes what is left. Client 31 takes away the limit of the pod as a
# whole (spec.resources) and the rules that say after which exit codes a container starts again. Version 37 is a
# new generator with new classes and the same habit: it knows these two, and drops what comes after it.
# Why it matters: a script that scales a farm is written once and pinned, and the cluster is updated by others. Each
# field that somebody adds to the manifest later is in danger, and the rollout that takes it away looks wanted. A patch
# that holds the replicas alone is safe.
#
# kubernetes 31.0.0 and 37.0.2 (PyPI) against a server that keeps one deployment. Seen, what is left of the pod's
# resources, the container's restartPolicyRules, and a field of neither:
#   31.0.0 after replace: none of the three; 37.0.2: the first two
#   kubectl 1.35.2 label: all three
. "$(dirname "$0")/lib/finding.sh"
kubernetes_tools

cat > scale.py <<'END'
import json, threading
from http.server import BaseHTTPRequestHandler, HTTPServer
import kubernetes
from finding import expect

class Cluster(BaseHTTPRequestHandler):
    """Answers with the deployment, and takes another one in its place."""
    def answer(self):
        body = json.dumps(self.server.deployment).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = answer

    def do_PUT(self):
        self.server.deployment = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.answer()

    def log_message(self, *_):
        pass

cluster = HTTPServer(("127.0.0.1", 0), Cluster)
cluster.deployment = json.load(open("worker.json"))
threading.Thread(target=cluster.serve_forever, daemon=True).start()

settings = kubernetes.client.Configuration()
settings.host = f"http://127.0.0.1:{cluster.server_port}"
deployments = kubernetes.client.AppsV1Api(kubernetes.client.ApiClient(settings))
worker = deployments.read_namespaced_deployment("worker", "farm")
worker.spec.replicas = 5
deployments.replace_namespaced_deployment("worker", "farm", worker)

left = cluster.deployment["spec"]
pod = left["template"]["spec"]
container = pod["containers"][0]
expect(f"{kubernetes.__version__}: replicas", left["replicas"], 5)
expect("the container's own requests, restartPolicy", (container["resources"], container["restartPolicy"]),
       ({"requests": {"cpu": "1"}}, "Never"))
knows = kubernetes.__version__ == "37.0.2"
expect("the pod's resources, restartPolicyRules, the third", ("resources" in pod, "restartPolicyRules" in container,
                                                             "addedLater" in pod), (knows, knows, False))
END
cat > worker.json <<'END'
{"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "worker", "namespace": "farm"},
 "spec": {"replicas": 2, "selector": {"matchLabels": {"app": "worker"}},
  "template": {"metadata": {"labels": {"app": "worker"}},
   "spec": {"resources": {"limits": {"memory": "8Gi"}}, "addedLater": true,
    "containers": [{"name": "worker", "image": "example.org/worker:1", "resources": {"requests": {"cpu": "1"}},
     "restartPolicy": "Never", "restartPolicyRules":
      [{"action": "Restart", "exitCodes": {"operator": "In", "values": [42]}}]}]}}}}
END
python_packages certifi==2026.10.19.post1 charset-normalizer==3.5.3 durationpy==0.11 idna==3.20 oauthlib==4.0.1 \
  python-dateutil==4.0.0 pyyaml==6.0.4 requests==2.34.2 requests-oauthlib==2.0.0 six==1.17.0 urllib3==2.8.0 \
  websocket-client==1.9.2 google-auth==2.63.0 pyasn1==0.6.5 pyasn1_modules==0.4.2 cryptography==50.0.2 cffi==2.1.1 \
  pycparser==3.12 kubernetes==31.0.0
python scale.py
python_packages kubernetes==37.0.2 aiohttp==3.14.5 aiohttp-retry==2.9.1 aiohappyeyeballs==2.7.1 aiosignal==1.4.0 \
  attrs==26.1.0 frozenlist==1.8.0 multidict==7.2.1 propcache==0.5.4 yarl==1.25.1 pydantic==2.14.4 pydantic_core==2.50.5 \
  annotated-types==0.8.0 typing_extensions==4.16.0 typing-inspection==0.4.5
python scale.py
labelled=$(kubectl label --local --filename worker.json farm=yes --output json)
expect "kubectl: all three" "$(grep -cE '"(addedLater|restartPolicyRules|memory)":' <<<"$labelled")" 3
