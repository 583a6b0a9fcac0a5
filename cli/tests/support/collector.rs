//! A collector of traces: it takes OTLP over HTTP, as Jaeger, Tempo and the collector of OpenTelemetry do.

use std::collections::HashMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
use opentelemetry_proto::tonic::trace::v1::status::StatusCode;
use prost::Message as _;

/// A span as it was received.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Received {
    /// Whose it is: `service.name`.
    pub(crate) service: String,
    pub(crate) trace: Vec<u8>,
    pub(crate) id: Vec<u8>,
    /// Empty: the first of its trace.
    pub(crate) parent: Vec<u8>,
    pub(crate) name: String,
    /// Nanoseconds since 1970.
    pub(crate) begun: u64,
    pub(crate) ended: u64,
    pub(crate) attributes: HashMap<String, String>,
    /// Spans that it is linked with.
    pub(crate) links: Vec<Vec<u8>>,
    /// What went wrong.
    pub(crate) error: Option<String>,
}

/// A collector that keeps everything.
pub(crate) struct Collector {
    address: SocketAddr,
    spans: Arc<Mutex<Vec<Received>>>,
}

impl Collector {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let spans = Arc::<Mutex<Vec<Received>>>::default();
        let kept = Arc::clone(&spans);
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let kept = Arc::clone(&kept);
                thread::spawn(move || while serve(&stream, &kept).is_some() {});
            }
        });
        Self { address, spans }
    }

    /// What processes are told, so that they send their spans here, and soon.
    pub(crate) fn variables(&self) -> Vec<(&'static str, String)> {
        vec![
            ("OTEL_EXPORTER_OTLP_ENDPOINT", format!("http://{}", self.address)),
            ("OTEL_BSP_SCHEDULE_DELAY", "100".to_owned()),
            ("OTEL_BSP_MAX_QUEUE_SIZE", "65536".to_owned()),
        ]
    }

    /// All spans so far.
    pub(crate) fn spans(&self) -> Vec<Received> {
        self.spans.lock().unwrap().clone()
    }
}

/// Takes one request; `None` where the connection is over.
fn serve(stream: &TcpStream, kept: &Mutex<Vec<Received>>) -> Option<()> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    let mut head = Vec::new();
    while reader.read_line(&mut line).ok()? > 0 && !line.trim().is_empty() {
        head.push(std::mem::take(&mut line).trim().to_owned());
    }
    assert_eq!(head.first()?, "POST /v1/traces HTTP/1.1");
    let field = |name: &str| {
        let mut fields = head.iter().filter_map(|line| line.split_once(':'));
        fields.find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim().to_owned())
    };
    assert_eq!(field("content-type").unwrap(), "application/x-protobuf");
    let mut body = vec![0; field("content-length").unwrap().parse().unwrap()];
    reader.read_exact(&mut body).ok()?;
    kept.lock().unwrap().extend(read(&body));
    // An empty message: all spans were taken.
    let answer = "HTTP/1.1 200 OK\r\ncontent-type: application/x-protobuf\r\ncontent-length: 0\r\n\r\n";
    let mut writer = stream;
    writer.write_all(answer.as_bytes()).ok()
}

fn read(body: &[u8]) -> Vec<Received> {
    let request = ExportTraceServiceRequest::decode(body).unwrap();
    let mut received = Vec::new();
    for resource in request.resource_spans {
        let process = attributes(&resource.resource.unwrap().attributes);
        assert!(process.contains_key("service.version") && process.contains_key("host.name"), "{process:?}");
        for span in resource.scope_spans.into_iter().flat_map(|scope| scope.spans) {
            let status = span.status.unwrap_or_default();
            received.push(Received {
                service: process["service.name"].clone(),
                trace: span.trace_id,
                id: span.span_id,
                parent: span.parent_span_id,
                name: span.name,
                begun: span.start_time_unix_nano,
                ended: span.end_time_unix_nano,
                attributes: attributes(&span.attributes),
                links: span.links.into_iter().map(|link| link.span_id).collect(),
                error: (status.code == StatusCode::Error as i32).then_some(status.message),
            });
        }
    }
    received
}

fn attributes(list: &[KeyValue]) -> HashMap<String, String> {
    let text = |value: &AnyValue| match &value.value {
        Some(Value::StringValue(text)) => text.clone(),
        Some(Value::BoolValue(flag)) => flag.to_string(),
        Some(Value::IntValue(number)) => number.to_string(),
        Some(Value::DoubleValue(number)) => number.to_string(),
        other => format!("{other:?}"),
    };
    let pair = |pair: &KeyValue| (pair.key.clone(), pair.value.as_ref().map(text).unwrap_or_default());
    list.iter().map(pair).collect()
}

impl Received {
    /// An attribute; empty where it is not set.
    pub(crate) fn of(&self, key: &str) -> &str {
        self.attributes.get(key).map_or("", String::as_str)
    }
}
