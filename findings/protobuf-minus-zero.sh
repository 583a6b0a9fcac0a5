#!/usr/bin/env bash
# Protocol Buffers: -0.0 arrives as 0.0 from half of the libraries that could have sent it.
#
# One would guess: a float travels as its four bytes, so what arrives has the bits of what was sent, for any number but
# perhaps nan; one message is the same bytes from each library.
# What happens: a field that has its default value is not sent. The reference implementation compares bits, as the
# specification wants it, and sends -0.0, as do protobufjs and protobuf-es. google-protobuf for JavaScript and
# betterproto2 for Python compare with ==, for which -0.0 is 0.0, and leave it out; google-protobuf also reads 0 where
# it was sent. (Rust's prost 0.14 compares with != as well.) Repeated floats are sent whole. In JSON, Python writes
# -0.0, and protobuf-es writes 0 for what it sends as -0.0.
# Why it matters: farms check one worker's answer by another's, by its bits or a hash of the message, and -0.0 is a
# usual number there: a negative gradient times zero, for one. Honest peers in two languages then differ for ever, and a
# relay that decodes and encodes again breaks the hash. Put such numbers into repeated fields or bytes.
#
# protobuf 7.36.2, betterproto2 0.10.0, protobufjs 8.8.1, @bufbuild/protobuf 2.17.0, google-protobuf 4.0.3. Seen,
# bytes of google.protobuf.FloatValue with -0.0:
#   protobuf for Python, protobufjs, protobuf-es   0d 00000080
#   google-protobuf, betterproto2                  none
. "$(dirname "$0")/lib/finding.sh"
python_packages protobuf==7.36.2 betterproto2==0.10.0 typing_extensions==4.16.0 python-dateutil==4.0.0 six==1.17.0
npm_packages protobufjs@8.8.1 @bufbuild/protobuf@2.17.0 google-protobuf@4.0.3

cat > zero.py <<'END'
from dataclasses import dataclass
import betterproto2
from google.protobuf import json_format, wrappers_pb2
from finding import expect

@dataclass(eq=False)
class FloatValue(betterproto2.Message):
    value: float = betterproto2.field(1, betterproto2.TYPE_FLOAT)

@dataclass(eq=False)
class Floats(betterproto2.Message):
    values: list[float] = betterproto2.field(1, betterproto2.TYPE_FLOAT, repeated=True)

SENT = bytes.fromhex("0d00000080")
reference = wrappers_pb2.FloatValue(value=-0.0)
expect("protobuf for Python", reference.SerializeToString().hex(), "0d00000080")
expect("in JSON", json_format.MessageToJson(reference), "-0.0")
expect("betterproto2", bytes(FloatValue(value=-0.0)).hex(), "")
expect("betterproto2, repeated", bytes(Floats(values=[-0.0])).hex(), "0a0400000080")
expect("betterproto2, read", str(FloatValue.parse(SENT).value), "-0.0")
END
cat > zero.mjs <<'END'
import { create, toBinary, toJsonString } from "@bufbuild/protobuf";
import { FloatValueSchema } from "@bufbuild/protobuf/wkt";
import wrappers from "google-protobuf/google/protobuf/wrappers_pb.js";
import protobufjs from "protobufjs";

const hex = (bytes) => Buffer.from(bytes).toString("hex");
const type = new protobufjs.Type("FloatValue").add(new protobufjs.Field("value", 1, "float"));
new protobufjs.Root().add(type);
const google = new wrappers.FloatValue();
google.setValue(-0);
const es = create(FloatValueSchema, { value: -0 });
const read = wrappers.FloatValue.deserializeBinary(Buffer.from("0d00000080", "hex")).getValue();
console.log(`protobufjs:${hex(type.encode(type.create({ value: -0 })).finish())}`);
console.log(`protobuf-es:${hex(toBinary(FloatValueSchema, es))}`);
console.log(`protobuf-es, JSON:${toJsonString(FloatValueSchema, es)}`);
console.log(`google-protobuf:${hex(google.serializeBinary())}`);
console.log(`google-protobuf, read:${Object.is(read, -0) ? "-0" : read}`);
END
python zero.py
node zero.mjs > seen
bytes_of() { sed -n "s/^$1://p" seen; }
expect "protobufjs" "$(bytes_of protobufjs)" "0d00000080"
expect "protobuf-es" "$(bytes_of protobuf-es)" "0d00000080"
expect "protobuf-es, in JSON" "$(bytes_of 'protobuf-es, JSON')" "0"
expect "google-protobuf" "$(bytes_of google-protobuf)" ""
expect "google-protobuf, read" "$(bytes_of 'google-protobuf, read')" "0"
