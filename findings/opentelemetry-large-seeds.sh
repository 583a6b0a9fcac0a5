#!/usr/bin/env bash
# OpenTelemetry: a seed of 64 bits takes other people's logs, and all metrics, with it.
#
# One would guess: what cannot be exported is left out or converted, alone; half of all 64-bit seeds cannot be a
# trap, or the attribute is refused where it is set.
# What happens: OTLP's whole numbers are signed. 2^63 and above is accepted by the API and fails when it is written.
# In a span that attribute is missing, and the span arrives. In the body of a log record the whole batch is dropped:
# up to 512 records, of whichever part of the program. As a gauge no metric arrives any more, in that interval and in
# all later ones, since the last value stays.
# Why it matters: seeds are unsigned numbers of 64 bits, so it happens to every other picture, and never in a test
# with seed 7. What is lost are the lines beside it, in production, while the exporter reports to its own log only.
#
# opentelemetry-sdk and opentelemetry-exporter-otlp-proto-grpc 1.45.2, grpcio 1.85.3, protobuf 7.36.2. Seen, with
# seed 2^63 - 1 and with 2^63:
#   span     attributes job, seed    and job
#   log      11 of 11 records        and 0 of 11
#   metrics  epochs, loss, seed      and none, twice
. "$(dirname "$0")/lib/finding.sh"
python_packages opentelemetry-api==1.45.2 opentelemetry-sdk==1.45.2 opentelemetry-proto==1.45.2 \
  opentelemetry-exporter-otlp-proto-grpc==1.45.2 opentelemetry-exporter-otlp-proto-common==1.45.2 \
  opentelemetry-exporter-otlp-common==0.66b2 opentelemetry-semantic-conventions==0.66b2 grpcio==1.85.3 \
  protobuf==7.36.2 googleapis-common-protos==1.76.0 typing_extensions==4.16.0

cat > export.py <<'END'
import logging
from concurrent import futures
import grpc
from opentelemetry._logs import LogRecord, SeverityNumber
from opentelemetry.exporter.otlp.proto.grpc._log_exporter import OTLPLogExporter
from opentelemetry.exporter.otlp.proto.grpc.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
from opentelemetry.proto.collector.logs.v1 import logs_service_pb2, logs_service_pb2_grpc
from opentelemetry.proto.collector.metrics.v1 import metrics_service_pb2, metrics_service_pb2_grpc
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2, trace_service_pb2_grpc
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from finding import expect

logging.disable(logging.CRITICAL)  # the exporter's own log: tracebacks
spans, records, metrics = [], [], []

class Traces(trace_service_pb2_grpc.TraceServiceServicer):
    def Export(self, request, context):
        for scope in (scope for resource in request.resource_spans for scope in resource.scope_spans):
            spans.extend([attribute.key for attribute in span.attributes] for span in scope.spans)
        return trace_service_pb2.ExportTraceServiceResponse()

class Logs(logs_service_pb2_grpc.LogsServiceServicer):
    def Export(self, request, context):
        for scope in (scope for resource in request.resource_logs for scope in resource.scope_logs):
            records.extend(scope.log_records)
        return logs_service_pb2.ExportLogsServiceResponse()

class Metrics(metrics_service_pb2_grpc.MetricsServiceServicer):
    def Export(self, request, context):
        for scope in (scope for resource in request.resource_metrics for scope in resource.scope_metrics):
            metrics.extend(metric.name for metric in scope.metrics)
        return metrics_service_pb2.ExportMetricsServiceResponse()

collector = grpc.server(futures.ThreadPoolExecutor(2))
trace_service_pb2_grpc.add_TraceServiceServicer_to_server(Traces(), collector)
logs_service_pb2_grpc.add_LogsServiceServicer_to_server(Logs(), collector)
metrics_service_pb2_grpc.add_MetricsServiceServicer_to_server(Metrics(), collector)
there = dict(endpoint=f"http://127.0.0.1:{collector.add_insecure_port('127.0.0.1:0')}", insecure=True)
collector.start()

def traced(seed):
    spans.clear()
    provider = TracerProvider()
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(**there)))
    provider.get_tracer("farm").start_span("render", attributes={"job": 7, "seed": seed}).end()
    provider.shutdown()
    return spans[:]

def logged(seed):
    records.clear()
    provider = LoggerProvider()
    provider.add_log_record_processor(BatchLogRecordProcessor(OTLPLogExporter(**there)))
    for body in ["a worker came"] * 5 + [{"job": 7, "seed": seed}] + ["a worker left"] * 5:
        provider.get_logger("farm").emit(LogRecord(timestamp=1, body=body, severity_number=SeverityNumber.INFO))
    provider.shutdown()
    return len(records)

def measured(seed):
    reader = PeriodicExportingMetricReader(OTLPMetricExporter(**there), export_interval_millis=3_600_000)
    meter = MeterProvider(metric_readers=[reader], shutdown_on_exit=False).get_meter("farm")
    meter.create_counter("epochs").add(3)
    meter.create_gauge("loss").set(0.5)
    meter.create_gauge("seed").set(seed)
    found = []
    for _ in range(2):
        metrics.clear()
        reader.collect()
        found.append(sorted(metrics))
    return found

for what, seed in (("2^63 - 1", 2**63 - 1), ("2^63", 2**63)):
    small = seed < 2**63
    expect(f"attributes of the span, seed {what}", traced(seed), [["job", "seed"] if small else ["job"]])
    expect(f"log records of 11, seed {what}", logged(seed), 11 if small else 0)
    expect(f"metrics, twice, seed {what}", measured(seed), [["epochs", "loss", "seed"] if small else []] * 2)
collector.stop(None).wait()
END
python export.py
