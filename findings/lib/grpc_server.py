"""A gRPC server on a port of loopback, for the findings about its peers. Messages are plain bytes."""

import sys
import threading
import time
from concurrent import futures

import grpc


def refuse(length, context):
    """Ends with an error whose text has that length."""
    context.abort(grpc.StatusCode.INVALID_ARGUMENT, "e" * int(length))


def echo(messages, context):
    """Sends everything back."""
    yield from messages


def tick(seconds, context):
    """Says something twice a second."""
    for _ in range(2 * int(seconds)):
        yield b"tick"
        time.sleep(0.5)


def tick_while_open(messages, context):
    """The same for a caller that keeps its side open, until it is closed."""
    closed = threading.Event()
    threading.Thread(target=lambda: (list(messages), closed.set()), daemon=True).start()
    while not closed.wait(0.5):
        yield b"tick"


def count(messages, context):
    """The number of bytes that came."""
    return str(sum(map(len, messages))).encode()


def leave_unread(messages, context):
    """Reads nothing until the call is over."""
    over = threading.Event()
    context.add_callback(over.set)
    over.wait()
    return b""


def pour(pieces, context):
    """Sends so many pieces of 64 KiB."""
    for _ in range(int(pieces)):
        yield bytes(64 * 1024)


METHODS = {
    "refuse": grpc.unary_unary_rpc_method_handler(refuse),
    "echo": grpc.stream_stream_rpc_method_handler(echo),
    "tick": grpc.unary_stream_rpc_method_handler(tick),
    "tick_while_open": grpc.stream_stream_rpc_method_handler(tick_while_open),
    "count": grpc.stream_unary_rpc_method_handler(count),
    "leave_unread": grpc.stream_unary_rpc_method_handler(leave_unread),
    "pour": grpc.unary_stream_rpc_method_handler(pour),
}

if __name__ == "__main__":
    server = grpc.server(futures.ThreadPoolExecutor(int(sys.argv[2])))
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("finding", METHODS),))
    server.add_insecure_port(f"127.0.0.1:{sys.argv[1]}")
    server.start()
    server.wait_for_termination()
