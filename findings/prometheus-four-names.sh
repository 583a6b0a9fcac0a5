#!/usr/bin/env bash
# prometheus-client: since 0.23 a metric has four names, by who asks, and two metrics can be one for some of them.
#
# One would guess: a process exposes each metric under its name. Names with dots are refused, as they always were, or
# they are kept now that Prometheus 3 takes them. A registry refuses a name that it has already.
# What happens: since 0.22 any name is taken, and since 0.23 the Accept header of each request says how it is exposed:
# "clip.similarity" for one with escaping=allow-utf-8 (Prometheus 3), clip_similarity, U__clip_2e_similarity or
# clip_dot_similarity for others, and labels alike. (0.22 writes "clip.similarity" for all, also for those who cannot
# read it.) The registry compares the names as they were given, so "clip.similarity" and clip_similarity stand side by
# side; for an asker with underscores both are one series with two values, in one answer, under two TYPE lines. With
# "dots" the underscores of old names are doubled: who looks for clip_similarity finds nothing.
# Why it matters: curl and a browser show other names than those that are stored. An agent or a gateway between process
# and server decides by its Accept header what the metrics of the whole farm are called, and an update of it renames
# them. OpenTelemetry's names, which have dots, meet those that were written with underscores for Prometheus.
#
# prometheus-client 0.26.0, 0.22.0 and 0.21.1. Seen for the gauges "clip.similarity" (0.25) and clip_similarity (0.5):
#   0.21.1: ValueError; 0.22.0: {"clip.similarity"} and clip_similarity for all
#   0.26.0: no header, */*, text 0.0.4, OpenMetrics: both clip_similarity; allow-utf-8: {"clip.similarity"} and
#   clip_similarity; values: U__clip_2e_similarity and clip_similarity; dots: clip_dot_similarity and clip__similarity
. "$(dirname "$0")/lib/finding.sh"
python_packages prometheus-client==0.26.0

cat > plain.py <<'END'
from prometheus_client import CollectorRegistry, Gauge
from prometheus_client.exposition import choose_encoder

registry = CollectorRegistry()
try:
    Gauge("clip.similarity", "of picture and text", registry=registry).set(0.25)
    print(choose_encoder("*/*")[0](registry).decode().splitlines()[-1])
except ValueError as error:
    print(error)
END
older() {
  pip install --quiet --no-deps --target "$1" "prometheus-client==$1"
  expect "$1" "$(PYTHONPATH=$work/$1:$PYTHONPATH python plain.py)" "$2"
}
older 0.21.1 'Invalid metric name: clip.similarity'
older 0.22.0 '{"clip.similarity"} 0.25'

cat > ask.py <<'END'
from prometheus_client import CollectorRegistry, Gauge
from prometheus_client.exposition import choose_encoder
from prometheus_client.parser import text_string_to_metric_families
from finding import expect

registry = CollectorRegistry()
Gauge("clip.similarity", "of picture and text", ["job.name"], registry=registry).labels("first").set(0.25)
Gauge("clip_similarity", "of picture and text", ["job_name"], registry=registry).labels("first").set(0.5)

def answer(accept):
    encode, _ = choose_encoder(accept)
    return encode(registry).decode()

def shown(accept):
    return [line for line in answer(accept).splitlines() if not line.startswith("#")]

plain = ['clip_similarity{job_name="first"} 0.25', 'clip_similarity{job_name="first"} 0.5']
for accept in None, "*/*", "text/plain;version=0.0.4", "application/openmetrics-text;version=1.0.0":
    expect(accept, shown(accept), plain)
text = "text/plain;version=1.0.0;escaping="
expect("allow-utf-8", shown(text + "allow-utf-8"), ['{"clip.similarity","job.name"="first"} 0.25', plain[1]])
expect("underscores", shown(text + "underscores"), plain)
expect("values", shown(text + "values"), ['U__clip_2e_similarity{U__job_2e_name="first"} 0.25', plain[1]])
expect("dots", shown(text + "dots"),
       ['clip_dot_similarity{job_dot_name="first"} 0.25', 'clip__similarity{job__name="first"} 0.5'])
[family] = text_string_to_metric_families(answer("*/*"))
expect("series and values, read again", [(str(sample.labels), sample.value) for sample in family.samples],
       [("{'job_name': 'first'}", 0.25), ("{'job_name': 'first'}", 0.5)])
END
python ask.py
