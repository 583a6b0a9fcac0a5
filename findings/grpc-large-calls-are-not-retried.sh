#!/usr/bin/env bash
# grpcio: a retry policy repeats a call of 255 KiB and not one of 256, and never more than four times.
#
# One would guess: a service config with retryPolicy applies to all calls it names; `maxAttempts: 10` means ten
# attempts; and a hedgingPolicy, the other half of the same proposal, is obeyed or refused.
# What happens: to repeat a call its messages have to be kept. grpcio keeps 256 KiB for each call
# (grpc.per_rpc_retry_buffer_size); a call that is larger is given up at the first UNAVAILABLE, without a word about
# retries. Ten attempts are five. hedgingPolicy is read past.
# Why it matters: a picture, a checkpoint, a part of a model are larger than that, and they are the calls that meet a
# server's restart, since they take long. The heartbeats beside them are repeated, so the policy looks proven.
#
# grpcio 1.85.3, client and server; the server answers UNAVAILABLE some times, then well. Seen, attempts:
#   2 refusals: 100 bytes 3, 262,000 bytes 3, 262,144 bytes 1 (UNAVAILABLE), 4 MB 1; 4 MB with a buffer of 8 MiB 3
#   4 refusals, maxAttempts 10: 5; 5 refusals: 5 (UNAVAILABLE)
#   2 refusals, hedgingPolicy with maxAttempts 3: 1 (UNAVAILABLE)
. "$(dirname "$0")/lib/finding.sh"
python_packages grpcio==1.85.3 typing_extensions==4.16.0

cat > repeat.py <<'END'
import json
from concurrent import futures
import grpc
from finding import expect

refusals, attempts = 0, 0

def upload(request, context):
    global attempts
    attempts += 1
    if attempts <= refusals:
        context.abort(grpc.StatusCode.UNAVAILABLE, "later")
    return b"taken"

server = grpc.server(futures.ThreadPoolExecutor(4), options=[("grpc.max_receive_message_length", -1)])
handler = grpc.method_handlers_generic_handler("finding", {"upload": grpc.unary_unary_rpc_method_handler(upload)})
server.add_generic_rpc_handlers((handler,))
address = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
server.start()

RETRY = {"retryPolicy": {"maxAttempts": 10, "initialBackoff": "0.02s", "maxBackoff": "0.1s", "backoffMultiplier": 1,
                         "retryableStatusCodes": ["UNAVAILABLE"]}}
HEDGE = {"hedgingPolicy": {"maxAttempts": 3, "hedgingDelay": "0.05s", "nonFatalStatusCodes": ["UNAVAILABLE"]}}

def called(size, refused, policy=RETRY, options=()):
    """How often the server was asked, and how the call ended."""
    global refusals, attempts
    refusals, attempts = refused, 0
    config = ("grpc.service_config", json.dumps({"methodConfig": [{"name": [{}], **policy}]}))
    with grpc.insecure_channel(address, options=[config, *options]) as channel:
        try:
            return attempts_of(channel.unary_unary("/finding/upload")(b"-" * size, timeout=20).decode())
        except grpc.RpcError as error:
            return attempts_of(error.code().name)

def attempts_of(end):
    return attempts, end

for size in (100, 262_000):
    expect(f"{size} bytes, refused twice", called(size, 2), (3, "taken"))
for size in (262_144, 4_000_000):
    expect(f"{size} bytes, refused twice", called(size, 2), (1, "UNAVAILABLE"))
buffer = ("grpc.per_rpc_retry_buffer_size", 8 << 20)
expect("4000000 bytes with a buffer of 8 MiB", called(4_000_000, 2, options=[buffer]), (3, "taken"))
expect("refused four times, maxAttempts 10", called(100, 4), (5, "taken"))
expect("refused five times, maxAttempts 10", called(100, 5), (5, "UNAVAILABLE"))
expect("hedging, refused twice", called(100, 2, HEDGE), (1, "UNAVAILABLE"))
END
python repeat.py
