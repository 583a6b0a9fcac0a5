#!/usr/bin/env bash
# OpenTelemetry: a flush of two seconds takes up to half a minute, delivers nothing, and returns True.
#
# One would guess: force_flush(2000) waits for two seconds at most, and says False when the time is up or when what
# was to be sent was not.
# What happens: in Python the processor of spans in batches does not look at the timeout. It sends what it has, 512
# spans at a time, one batch after another. Each is tried again with growing pauses, up to its own ten seconds, and
# then dropped. At the end it says True. A collector that refuses connections costs 7 s for one span and 28 s for
# 2,000.
# Why it matters: workers flush when they are told to end (SIGTERM). Kubernetes gives them 30 s in all, which were
# meant for the work at hand: it is killed with SIGKILL because the *collector* was away. Functions that "flush before
# they return the result" answer half a minute late, and the check `if not flush(...)` that was written for this never
# fires.
#
# opentelemetry-sdk and opentelemetry-exporter-otlp-proto-grpc 1.45.2, grpcio 1.85.3; nothing listens on the port. Seen,
# seconds of force_flush(2000), and its result: 1 span 6.6, True; 600 spans 14, True; 2,000 spans 28, True (the pauses are
# random); without any span 0, True
. "$(dirname "$0")/lib/finding.sh"
python_packages opentelemetry-api==1.45.2 opentelemetry-sdk==1.45.2 opentelemetry-proto==1.45.2 \
  opentelemetry-exporter-otlp-proto-grpc==1.45.2 opentelemetry-exporter-otlp-proto-common==1.45.2 \
  opentelemetry-exporter-otlp-common==0.66b2 opentelemetry-semantic-conventions==0.66b2 grpcio==1.85.3 \
  protobuf==7.36.2 googleapis-common-protos==1.76.0 typing_extensions==4.16.0

cat > flush.py <<'END'
import logging, sys, time
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from finding import holds

logging.disable()
found = {}
for spans in (0, 1, 600):
    provider = TracerProvider(shutdown_on_exit=False)
    exporter = OTLPSpanExporter(endpoint=f"127.0.0.1:{sys.argv[1]}", insecure=True)
    provider.add_span_processor(BatchSpanProcessor(exporter, schedule_delay_millis=3_600_000))
    for _ in range(spans):
        provider.get_tracer("farm").start_span("render").end()
    start = time.monotonic()
    answer = provider.force_flush(2000)
    found[spans] = round(time.monotonic() - start, 1), answer
holds("spans: seconds of force_flush(2000), and its answer", found,
      all(answer for _, answer in found.values()) and found[0][0] < 1 and found[1][0] > 3 and found[600][0] > 8)
END
python flush.py "$(free_port)"
