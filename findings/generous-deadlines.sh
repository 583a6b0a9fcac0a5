#!/usr/bin/env bash
# Connect, grpcio: a call that may take very long ends at once.
#
# One would guess: a deadline of 30 days, or of infinity, is as good as none.
# What happens: Connect for Node hands the deadline to setTimeout, which takes 2^31 - 1 ms (24.8 days) and makes 1 ms
# of anything longer: deadline_exceeded. From 27.8 hours on it also writes more than the eight digits that gRPC
# allows in grpc-timeout, and its own server answers "protocol error: invalid grpc timeout value". The server has the
# same timer: for a caller in any language that allows 25 days, the handler's signal to stop comes at once.
# grpcio takes 95 years, but 9e9 seconds and float("inf") end at once. grpc-js takes whatever comes.
# Why it matters: sessions and watches live for weeks, and "a deadline always, but a generous one" is good advice.
# One hour in the test works, one day works, and the week that is meant is an invalid argument.
#
# @connectrpc/connect and connect-node 2.1.1, @grpc/grpc-js 1.14.7 on Node 20, grpcio 1.85.3. Seen:
#   Connect to Connect   1 day well; 2 days invalid_argument; 25 days deadline_exceeded
#   grpcio to Connect    24 days well; 25 days: the handler is told to stop
#   grpcio to grpcio     95 years well; 285 years, infinity DEADLINE_EXCEEDED
#   grpc-js to grpcio    100 years well
. "$(dirname "$0")/lib/finding.sh"
python_packages grpcio==1.85.3 typing_extensions==4.16.0
npm_packages @connectrpc/connect@2.1.1 @connectrpc/connect-node@2.1.1 @bufbuild/protobuf@2.17.0 @grpc/grpc-js@1.14.7

# The service finding.Finding with say(StringValue) and its server, for both ends.
cat > service.mjs <<'END'
import { create, createFileRegistry } from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema, file_google_protobuf_wrappers } from "@bufbuild/protobuf/wkt";

const text = ".google.protobuf.StringValue";
const file = create(FileDescriptorProtoSchema, {
  name: "finding.proto", package: "finding", syntax: "proto3", dependency: ["google/protobuf/wrappers.proto"],
  service: [{ name: "Finding", method: [{ name: "Say", inputType: text, outputType: text }] }],
});
const files = createFileRegistry(file, () => file_google_protobuf_wrappers.proto);
export const Finding = files.getService("finding.Finding");
END
cat > server.mjs <<'END'
import http2 from "node:http2";
import { connectNodeAdapter } from "@connectrpc/connect-node";
import { Finding } from "./service.mjs";

const say = async ({ value }, { signal }) => {
  await new Promise((done) => setTimeout(done, 200));
  return { value: signal.aborted ? "stop" : value };
};
const handler = connectNodeAdapter({ routes: (router) => router.service(Finding, { say }) });
http2.createServer(handler).listen(+process.argv[2], "127.0.0.1");
END
cat > client.mjs <<'END'
import { Code, createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { Finding } from "./service.mjs";

const client = createClient(Finding, createGrpcTransport({ baseUrl: `http://127.0.0.1:${process.argv[2]}` }));
const ends = [];
for (const days of process.argv.slice(3)) {
  const said = client.say({ value: "well" }, { timeoutMs: days * 86_400_000 });
  ends.push(await said.then(({ value }) => value, (error) => Code[error.code]));
}
console.log(ends.join(" "));
process.exit(0);
END
cat > grpc-js.mjs <<'END'
import grpc from "@grpc/grpc-js";

const as_is = (bytes) => bytes;
const method = { path: "/finding/count", requestStream: true, responseStream: false, requestSerialize: as_is,
  requestDeserialize: as_is, responseSerialize: as_is, responseDeserialize: as_is };
const Client = grpc.makeGenericClientConstructor({ count: method }, "finding");
const client = new Client(`127.0.0.1:${process.argv[2]}`, grpc.credentials.createInsecure());
const call = client.count({ deadline: Date.now() + process.argv[3] * 86_400_000 }, (error, answer) => {
  console.log(error ? error.code : answer.toString());
  process.exit(0);
});
call.write(Buffer.from("12345"));
call.end();
END
cat > client.py <<'END'
import sys, grpc

with grpc.insecure_channel(f"127.0.0.1:{sys.argv[1]}") as channel:
    ends = []
    for seconds in map(float, sys.argv[3:]):
        try:
            if sys.argv[2] == "connect":
                said = channel.unary_unary("/finding.Finding/Say")(b"\n\x04well", timeout=seconds)
                ends.append(said[2:].decode())
            else:
                channel.stream_unary("/finding/count")(iter([b"-"]), timeout=seconds)
                ends.append("well")
        except grpc.RpcError as error:
            ends.append(error.code().name)
print(*ends)
END
plain=$(free_port); grpc_server "$plain"
connect=$(free_port); serve node --no-warnings server.mjs "$connect"; listening "$connect"
expect "Connect to Connect: 1, 2, 25, 30 days" "$(node --no-warnings client.mjs "$connect" 1 2 25 30)" \
  "well InvalidArgument DeadlineExceeded DeadlineExceeded"
expect "grpcio to Connect: 1, 24, 25, 30 days" "$(python client.py "$connect" connect 86400 2073600 2160000 2592000)" \
  "well well stop stop"
expect "grpcio to grpcio: 30 days, 95 years, 285 years, infinity" \
  "$(python client.py "$plain" grpcio 2592000 3e9 9e9 inf)" "well well DEADLINE_EXCEEDED DEADLINE_EXCEEDED"
expect "grpc-js to grpcio: 100 years" "$(node grpc-js.mjs "$plain" 36525)" 5
