#!/usr/bin/env bash
# grpcio: `keepalive_timeout_ms` has had no effect since 1.59; a peer that hangs is noticed after a minute.
#
# One would guess: with keepalive_time_ms 2000 and keepalive_timeout_ms 2000 a server that no longer answers is
# noticed after about four seconds, as the documentation of gRPC says, and as it was up to 1.57.
# What happens: from 1.59 to 1.85 the ping is sent after two seconds, and then another, newer setting decides:
# grpc.http2.ping_timeout_ms, which is a minute. keepalive_timeout_ms is taken without a word.
# Why it matters: streams that are quiet for long (a worker's session, a watch) rely on keepalive alone. After an
# update of grpcio a machine that hangs is given up after 62 seconds instead of four, and tuning the documented
# setting changes nothing. Who lowers ping_timeout_ms as well has the old behaviour.
#
# grpcio 1.57.0 and 1.85.3 against grpcio's own server, stopped by SIGSTOP. Seen, seconds until the call ended:
#   1.57.0, time 2 s, timeout 2 s                     4.0  UNAVAILABLE: keepalive watchdog timeout
#   1.85.3, time 2 s, timeout 2 s                     not within 15 (62.0 when waited for)
#   1.85.3, time 2 s, timeout 2 s, ping timeout 2 s   4.0  UNAVAILABLE: ping timeout
. "$(dirname "$0")/lib/finding.sh"
python_packages grpcio==1.85.3 typing_extensions==4.16.0
port=$(free_port)
grpc_server "$port"

cat > hang.py <<'END'
import os, signal, sys, threading, time, grpc
from finding import holds

port, server, noticed, extra = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3] == "noticed", sys.argv[4:]
options = [("grpc.keepalive_time_ms", 2000), ("grpc.keepalive_timeout_ms", 2000), ("grpc.http2.max_pings_without_data", 0)]
options += [(name, 2000) for name in extra]
end = threading.Event()

def messages():
    yield b"one"
    end.wait(20)

with grpc.insecure_channel(f"127.0.0.1:{port}", options=options) as channel:
    call = channel.stream_stream("/finding/echo")(messages(), timeout=15)
    next(call)
    os.kill(server, signal.SIGSTOP)
    start = time.monotonic()
    try:
        next(call)
    except grpc.RpcError as error:
        seconds, code = time.monotonic() - start, error.code().name
    finally:
        os.kill(server, signal.SIGCONT)
        end.set()
wanted = ("UNAVAILABLE", seconds < 8) if noticed else ("DEADLINE_EXCEEDED", seconds > 14)
holds(f"grpcio {grpc.__version__}, {extra}: seconds, code", (round(seconds, 1), code), wanted == (code, True))
END
python hang.py "$port" "${servers[0]}" unnoticed
python hang.py "$port" "${servers[0]}" noticed grpc.http2.ping_timeout_ms
pip install --quiet --no-deps --target older grpcio==1.57.0
PYTHONPATH=$work/older:$PYTHONPATH python hang.py "$port" "${servers[0]}" noticed
