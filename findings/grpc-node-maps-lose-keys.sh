#!/usr/bin/env bash
# grpc-js, protobufjs: a map by seeds comes in with eight odd letters for each seed, and goes out with one seed, 0.
#
# One would guess: a map<uint64, string> that a Node server gets has its keys as decimal texts, as 64-bit values have
# with `longs: String`, and a server that sends back what it got sends back the same map.
# What happens: JavaScript's objects have only texts for keys, and protobufjs makes one of a 64-bit key by taking its
# eight bytes as letters. `longs` is for values alone. Up to version 7, which grpc-js's proto-loader has to this day,
# neither toObject nor the encoder turn them back: the encoder reads the letters as a decimal number, finds none, and
# writes 0, once for each entry, so that the next reader keeps whichever comes last. What a program writes itself, as
# {"1234": ...}, goes out right, so a test of the sender passes. A map<bool, ...> comes in right and goes out as one
# true: the key "false" is a text, which counts as true. Keys of 32 bits and texts are right. Version 8 keeps the odd
# letters in what decode returns, turns them back in toObject, and encodes both; proto-loader wants ^7.5.5.
# Why it matters: results by seed, or by job number, are a usual map. A gateway in Node loses all of them but one, files
# that one under 0, and its log shows empty-looking keys; no error anywhere. Make them repeated pairs, or read a key
# with Buffer.from(key, "latin1").readBigUInt64LE().
#
# @grpc/grpc-js 1.14.7, @grpc/proto-loader 0.8.1 with protobufjs 7.6.6, protobufjs 8.8.1, protobuf 7.36.2, grpcio
# 1.85.3. Seen, sent by Python to a Node server that answers with what it got:
#   map<uint64, string> {7: a, 1234567890123456789: b}   server sees no key "7"; answer {0: a or b}
#   map<bool, string> {false: a, true: b}                server sees both; answer {true: a or b}
#   map<uint32, string>, map<string, string>             as sent
#   protobufjs 8, {7: a, 1234567890123456789: b}         toObject and encode as sent
. "$(dirname "$0")/lib/finding.sh"
python_packages grpcio==1.85.3 protobuf==7.36.2 typing_extensions==4.16.0
npm_packages @grpc/grpc-js@1.14.7 @grpc/proto-loader@0.8.1 protobufjs@7.6.6 protobufjs-8@npm:protobufjs@8.8.1

cat > maps.proto <<'END'
syntax = "proto3";
package finding;
message Maps {
  map<uint64, string> seeds = 1;
  map<bool, string> flags = 2;
  map<uint32, string> small = 3;
  map<string, string> texts = 4;
}
service Echo { rpc Say(Maps) returns (Maps); }
END
cat > server.mjs <<'END'
import grpc from "@grpc/grpc-js";
import loader from "@grpc/proto-loader";
const { finding } = grpc.loadPackageDefinition(loader.loadSync("maps.proto", { longs: String, keepCase: true }));
const server = new grpc.Server();
server.addService(finding.Echo.service, {
  Say: (call, answer) => {
    const sees = (map) => JSON.stringify(Object.keys(map ?? {}).map((key) => [...key].map((c) => c.charCodeAt(0))));
    const trailers = new grpc.Metadata();
    trailers.set("seeds", sees(call.request.seeds));
    trailers.set("flags", Object.keys(call.request.flags ?? {}).join());
    answer(null, call.request, trailers);
  },
});
server.bindAsync(`127.0.0.1:${process.argv[2]}`, grpc.ServerCredentials.createInsecure(), () => {});
END
cat > client.py <<'END'
import json, sys, grpc
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from finding import expect

KINDS = descriptor_pb2.FieldDescriptorProto
file = descriptor_pb2.FileDescriptorProto(name="maps.proto", package="finding", syntax="proto3")
maps = file.message_type.add(name="Maps")
for number, (name, key) in enumerate((("seeds", KINDS.TYPE_UINT64), ("flags", KINDS.TYPE_BOOL),
                                      ("small", KINDS.TYPE_UINT32), ("texts", KINDS.TYPE_STRING)), 1):
    entry = maps.nested_type.add(name=f"{name.capitalize()}Entry")
    entry.options.map_entry = True
    entry.field.add(name="key", number=1, type=key, label=KINDS.LABEL_OPTIONAL)
    entry.field.add(name="value", number=2, type=KINDS.TYPE_STRING, label=KINDS.LABEL_OPTIONAL)
    maps.field.add(name=name, number=number, type=KINDS.TYPE_MESSAGE, label=KINDS.LABEL_REPEATED,
                   type_name=f".finding.Maps.{entry.name}")
pool = descriptor_pool.DescriptorPool()
pool.Add(file)
Maps = message_factory.GetMessageClass(pool.FindMessageTypeByName("finding.Maps"))

seeds = {7: "a", 1234567890123456789: "b"}
sent = Maps(seeds=seeds, flags={False: "a", True: "b"}, small={7: "a"}, texts={"12345678": "a"})
with grpc.insecure_channel(f"127.0.0.1:{sys.argv[1]}") as channel:
    say = channel.unary_unary("/finding.Echo/Say", Maps.SerializeToString, Maps.FromString)
    answer, call = say.with_call(sent, timeout=10)
seen = dict(call.trailing_metadata())
letters = [list(seed.to_bytes(8, "little")) for seed in seeds]
expect("map<uint64, …>, letters of the keys in the server", sorted(json.loads(seen["seeds"])), sorted(letters))
expect("  keys of the answer", list(answer.seeds), [0])
expect("map<bool, …>, keys in the server", sorted(seen["flags"].split(",")), ["false", "true"])
expect("  keys of the answer", list(answer.flags), [True])
expect("map<uint32, …>, the answer", dict(answer.small), {7: "a"})
expect("map<string, …>, the answer", dict(answer.texts), {"12345678": "a"})
END
cat > library.mjs <<'END'
// {7: a, 1234567890123456789: b}
const sent = Buffer.from("0a050807120161" + "0a0d089582a6efc79e849111120162", "hex");
for (const name of ["protobufjs", "protobufjs-8"]) {
  const { default: protobufjs } = await import(name);
  const type = (await protobufjs.load("maps.proto")).lookupType("finding.Maps");
  const decoded = type.decode(sent);
  const plain = Object.keys(type.toObject(decoded, { longs: String }).seeds).includes("7");
  const same = Buffer.from(type.encode(decoded).finish()).equals(sent);
  const own = Buffer.from(type.encode({ seeds: { 7: "a", "1234567890123456789": "b" } }).finish()).equals(sent);
  console.log(`${name}: decode ${"7" in decoded.seeds}, toObject ${plain}, encode what was decoded ${same}, own ${own}`);
}
END
port=$(free_port)
serve node server.mjs "$port"
listening "$port"
python client.py "$port"
node library.mjs > libraries
expect "right keys" "$(sed -n 1p libraries)" \
  "protobufjs: decode false, toObject false, encode what was decoded false, own true"
expect "right keys" "$(sed -n 2p libraries)" \
  "protobufjs-8: decode false, toObject true, encode what was decoded true, own true"
