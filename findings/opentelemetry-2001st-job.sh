#!/usr/bin/env bash
# OpenTelemetry: since a patch release of Python's SDK the 2,001st job has no numbers of its own, and never gets any.
#
# One would guess: an instrument has as many series as there are different attributes. Too many cost memory, or are
# complained about. From 1.45.1 to 1.45.2 nothing changes but faults.
# What happens: 1.45.2 keeps 2,000 sets of attributes per instrument, as JavaScript's SDK does. What comes later is
# added to one series that says only `otel.metric.overflow: true`; nothing is logged. Kept is who came first: with
# cumulative temporality, what Prometheus and OTLP use where nothing is said, series of jobs that ended long ago stay,
# and new jobs are never admitted, however many readings go by.
# Why it matters: a farm that counts by job or by session is right for the first 2,000 since the start of the process.
# Later ones are missing from dashboards and alerts, until a restart "repairs" it. Sums over all stay right, so that
# nobody is alarmed. A view with aggregation_cardinality_limit raises it.
#
# opentelemetry-sdk 1.45.2 and 1.45.1, @opentelemetry/sdk-metrics 2.12.1 (npm) on Node 20. Seen for 5,000 jobs, counted
# once each, series and the count in the overflow; and the largest job that is known after 100 more, a reading later:
#   Python 1.45.1: 5,000; 1.45.2: 2,001, with 3,000; 1,999. JavaScript: 2,000, with 3,001
. "$(dirname "$0")/lib/finding.sh"
python_packages opentelemetry-api==1.45.2 opentelemetry-sdk==1.45.2 opentelemetry-semantic-conventions==0.66b2 \
  typing_extensions==4.16.0
npm_packages @opentelemetry/sdk-metrics@2.12.1

cat > count.py <<'END'
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader

reader = InMemoryMetricReader()
jobs = MeterProvider(metric_readers=[reader]).get_meter("farm").create_counter("jobs")

def series():
    """The counts by job, and the count without one."""
    [resource] = reader.get_metrics_data().resource_metrics
    points = resource.scope_metrics[0].metrics[0].data.data_points
    counts = {point.attributes.get("job"): point.value for point in points}
    return counts, counts.pop(None, 0)

for job in range(5000):
    jobs.add(1, {"job": job})
first, overflow = series()
for job in range(5000, 5100):
    jobs.add(1, {"job": job})
later, more = series()
print(len(first), overflow, max(later), more)
END
cat > count.mjs <<'END'
import { AggregationTemporality, InMemoryMetricExporter, MeterProvider, PeriodicExportingMetricReader } from "@opentelemetry/sdk-metrics";

const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
const reader = new PeriodicExportingMetricReader({ exporter });
const jobs = new MeterProvider({ readers: [reader] }).getMeter("farm").createCounter("jobs");
for (let job = 0; job < 5000; job++) jobs.add(1, { job });
await reader.forceFlush();
const points = exporter.getMetrics()[0].scopeMetrics[0].metrics[0].dataPoints;
const overflow = points.filter(({ attributes }) => attributes["otel.metric.overflow"]);
console.log(points.length - overflow.length, ...overflow.map(({ value }) => value));
process.exit();
END
expect "Python 1.45.2: jobs, overflow; a reading later: largest job, overflow" "$(python count.py)" "2000 3000 1999 3100"
expect "JavaScript: jobs, overflow" "$(node count.mjs)" "1999 3001"
pip install --quiet --no-deps --target older opentelemetry-api==1.45.1 opentelemetry-sdk==1.45.1 \
  opentelemetry-semantic-conventions==0.66b1
expect "Python 1.45.1: the same" "$(PYTHONPATH=$work/older:$PYTHONPATH python count.py)" "5000 0 5099 0"
