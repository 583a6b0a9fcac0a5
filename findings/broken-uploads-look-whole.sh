#!/usr/bin/env bash
# gRPC in Python and Node: an upload that the client broke off looks to the server like one that is complete.
#
# One would guess: a stream of messages ends in one of two ways. The client says that it is done, and the server's loop
# ends; or the client cancels, fails, or its deadline passes, and the loop raises. So what follows the loop may
# store what came.
# What happens: cancelling also ends the reading of messages, and which of both the server hears of first is chance.
# grpcio's loop (`for message in messages`) ends without an error for a fifth to a half of the calls that were cancelled
# or ran out of time; context.is_active() is True at that moment. With grpc.aio nearly every loop ends like that; the
# cancellation comes at the next `await`, so that whatever is done without one is done. grpc-js emits "end" for a
# cancelled call, with call.cancelled still false.
# Why it matters: half a picture, half a history or half the gradients are stored as the whole, and sooner or later they
# are: clients cancel when people press Ctrl-C. A test that kills the client finds it or does not. Only the content can
# say that it is all: a last message that says so, a length, a hash.
#
# grpcio 1.85.3 and @grpc/grpc-js 1.14.7 on Node 20, a client of grpcio; two messages, then the call is cancelled, or its
# deadline of 20 ms passes. Seen, of 100 cancelled calls and of 100 late ones those that looked complete:
#   grpcio 20 to 54 and 31 to 50; grpc.aio 80 to 100 and 85 to 100; grpc-js 100 and 20 to 57
. "$(dirname "$0")/lib/finding.sh"
python_packages grpcio==1.85.3 typing_extensions==4.16.0
npm_packages @grpc/grpc-js@1.14.7

cat > threads.py <<'END'
import sys, threading, grpc
from concurrent import futures

seen, lock = {"complete": 0, "broken": 0}, threading.Lock()

def upload(messages, context):
    try:
        for _ in messages:
            pass
        end = "complete" if context.is_active() else "broken"
    except Exception:
        end = "broken"
    with lock:
        seen[end] += 1
    return b""

def count(request, context):
    return f"{seen['complete']} {seen['broken']}".encode()

handlers = {"upload": grpc.stream_unary_rpc_method_handler(upload),
            "seen": grpc.unary_unary_rpc_method_handler(count)}
server = grpc.server(futures.ThreadPoolExecutor(8))
server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("finding", handlers),))
server.add_insecure_port(f"127.0.0.1:{sys.argv[1]}")
server.start()
server.wait_for_termination()
END
cat > tasks.py <<'END'
import asyncio, sys, grpc

seen = {"complete": 0, "broken": 0}

async def upload(messages, context):
    end = "broken"
    try:
        async for _ in messages:
            pass
        end = "complete"
    finally:
        seen[end] += 1
    await asyncio.sleep(0)
    return b""

async def count(request, context):
    return f"{seen['complete']} {seen['broken']}".encode()

async def serve():
    handlers = {"upload": grpc.stream_unary_rpc_method_handler(upload),
                "seen": grpc.unary_unary_rpc_method_handler(count)}
    server = grpc.aio.server()
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("finding", handlers),))
    server.add_insecure_port(f"127.0.0.1:{sys.argv[1]}")
    await server.start()
    await server.wait_for_termination()

asyncio.run(serve())
END
cat > node.cjs <<'END'
const grpc = require("@grpc/grpc-js");

const seen = { complete: 0, broken: 0 };
const plain = Object.fromEntries(
  ["requestSerialize", "requestDeserialize", "responseSerialize", "responseDeserialize"].map((name) => [name, (bytes) => bytes]));
const method = (name, requestStream) => ({ path: `/finding/${name}`, requestStream, responseStream: false, ...plain });
const server = new grpc.Server();
server.addService({ upload: method("upload", true), seen: method("seen", false) }, {
  upload: (call, answer) => {
    let end = "broken";
    call.on("data", () => {});
    call.on("end", () => { if (!call.cancelled) end = "complete"; answer(null, Buffer.alloc(0)); });
    call.on("close", () => seen[end]++);
  },
  seen: (call, answer) => answer(null, Buffer.from(`${seen.complete} ${seen.broken}`)),
});
server.bindAsync(`127.0.0.1:${process.argv[2]}`, grpc.ServerCredentials.createInsecure(), () => {});
END
cat > client.py <<'END'
import sys, threading, time, grpc
from finding import expect, holds

CALLS = 100

def break_off(channel, how):
    """Breaks off uploads of two messages. How many looked complete to the server, and how many did not."""
    upload, seen = channel.stream_unary("/finding/upload"), channel.unary_unary("/finding/seen")
    before = [int(number) for number in seen(b"", wait_for_ready=True).split()]
    for _ in range(CALLS):
        over, sent = threading.Event(), threading.Event()
        def messages():
            yield b"one"
            yield b"two"
            sent.set()
            over.wait(60)
        call = upload.future(messages(), timeout=0.02 if how == "deadline" else 60)
        while not (sent.is_set() or call.done()):
            time.sleep(0.001)
        if how == "cancel":
            time.sleep(0.01)
            call.cancel()
        while not call.done():
            time.sleep(0.001)
        assert call.code().name == {"cancel": "CANCELLED", "deadline": "DEADLINE_EXCEEDED"}[how]
        over.set()
    time.sleep(2)
    return [int(number) - earlier for number, earlier in zip(seen(b"").split(), before)]

for name, port, least in (("grpcio", sys.argv[1], 1), ("grpc.aio", sys.argv[2], 20), ("grpc-js", sys.argv[3], 5)):
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        found = {how: break_off(channel, how) for how in ("cancel", "deadline")}
    holds(f"{name}: looked complete, broken", found, found["cancel"][0] + found["deadline"][0] >= least)
END
threads=$(free_port); serve python threads.py "$threads"
tasks=$(free_port); serve python tasks.py "$tasks"
node=$(free_port); serve node node.cjs "$node"
listening "$threads" "$tasks" "$node"
python client.py "$threads" "$tasks" "$node"
