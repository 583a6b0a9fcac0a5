//! Traces: one of them holds what client, coordinator and workers did for a job, in separate processes.
//!
//! With `CLIPIG_TRACE_PICTURE=FILE`, the first test also draws the trace that it has received (docs/tracing.md shows it).

#[path = "support/collector.rs"]
mod collector;
#[allow(dead_code, reason = "other tests use the rest")]
#[path = "support/farm.rs"]
mod farm;
#[path = "support/waterfall.rs"]
mod waterfall;

use std::collections::HashSet;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::os::unix::net::UnixStream;

use clipig_proto::v1::JobState;

use self::collector::{Collector, Received};
use self::farm::Farm;
use self::waterfall::Panel;

/// Several shards in each epoch, of one target with features and one without.
const EXPERIMENT: &str = "
resolution: 64
learnrate: 2
optimizer: adam
seed: 3
model: clipig-tiny
snapshot_interval: 0
targets:
  - name: apple
    batch_size: 30
    features: [{text: a red apple}]
    transforms: [{noise: .1}, {random_crop: 48}]
  - name: soft
    batch_size: 8
    constraints: [{blur: {kernel_size: 3}}]
";

fn experiment(epochs: u32) -> String {
    format!("epochs: {epochs}\n{EXPERIMENT}")
}

/// Five shards in each epoch, which take a millisecond or two.
fn quick(epochs: u32) -> String {
    format!(
        "epochs: {epochs}
resolution: 64
learnrate: 2
seed: 3
model: clipig-tiny
snapshot_interval: 0
targets: [{{batch_size: 40, transforms: [{{random_crop: 48}}], constraints: [{{blur: {{kernel_size: 3}}}}]}}]
"
    )
}

/// A farm whose processes all send their spans to a collector. Its epochs are all told in full, and no node is computed
/// twice only to compare the results.
fn traced(name: &str, collector: &Collector, more: &[(&str, &str)]) -> Farm {
    let variables = collector.variables();
    let mut settings: Vec<(&str, &str)> =
        variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
    settings.push(("CLIPIG_COORDINATOR__TRACES__EPOCHS", "1000"));
    settings.push(("CLIPIG_COORDINATOR__DISPATCH__SPOT_CHECKS", "0"));
    settings.extend(more);
    Farm::start_with(name, &settings)
}

/// Spans by name, in the order of their begin.
fn named<'a>(spans: &'a [Received], name: &str) -> Vec<&'a Received> {
    let mut found: Vec<&Received> = spans.iter().filter(|span| span.name == name).collect();
    found.sort_by_key(|span| span.begun);
    found
}

/// The only span of a name.
fn only<'a>(spans: &'a [Received], name: &str, service: &str) -> &'a Received {
    let found: Vec<&Received> =
        named(spans, name).into_iter().filter(|span| span.service == service).collect();
    assert_eq!(found.len(), 1, "{name} of {service}: {spans:#?}");
    found[0]
}

/// Have all leases that a worker has answered the worker's span, too, and has the run ended?
fn is_complete(spans: &[Received]) -> bool {
    let ids: HashSet<&[u8]> = spans.iter().map(|span| &span.id[..]).collect();
    let links = spans.iter().flat_map(|span| &span.links);
    let parents = spans.iter().filter(|span| span.name != "clipig submit").map(|span| &span.parent);
    named(spans, "run").len() == 1
        && named(spans, "picture").len() == 1
        && named(spans, "clipig submit").len() == 1
        && links.chain(parents).all(|id| ids.contains(&id[..]))
}

#[test]
fn one_trace_holds_a_job_from_submit_to_picture_over_all_processes() {
    let collector = Collector::start();
    let farm = traced("traces", &collector, &[]).with_workers(2);
    let job = farm.submit(&experiment(6));
    farm.finish(job);
    farm.wait_until("all spans have arrived", || is_complete(&collector.spans()));
    let spans = collector.spans();

    let root = only(&spans, "clipig submit", "clipig");
    assert!(root.parent.is_empty(), "{root:#?}");
    assert!(spans.iter().all(|span| span.trace == root.trace), "one job is one trace");
    assert!(spans.iter().all(|span| span.ended >= span.begun && span.error.is_none()), "{spans:#?}");

    // From the client through the call to the run.
    let asked = only(&spans, "SubmitJob", "clipig");
    let answered = only(&spans, "SubmitJob", "clipig-coordinator");
    let run = only(&spans, "run", "clipig-coordinator");
    assert_eq!((&asked.parent, &answered.parent, &run.parent), (&root.id, &asked.id, &answered.id));
    assert_eq!(only(&spans, "queue", "clipig-coordinator").parent, answered.id);
    assert_eq!(only(&spans, "picture", "clipig-coordinator").parent, answered.id);
    assert_eq!((run.of("clipig.job"), run.of("clipig.run.ending")), (&*job.to_string(), "completed"));
    for checkpoint in named(&spans, "checkpoint") {
        assert_eq!(checkpoint.parent, run.id);
        assert_ne!(checkpoint.of("clipig.bytes"), "");
    }

    // Epochs, and what happens in each.
    let epochs = named(&spans, "epoch");
    let numbers: Vec<&str> = epochs.iter().map(|epoch| epoch.of("clipig.epoch")).collect();
    assert_eq!(numbers, ["0", "1", "2", "3", "4", "5"]);
    let below = |parent: &Received, name: &str| -> Vec<Received> {
        spans.iter().filter(|span| span.parent == parent.id && span.name == name).cloned().collect()
    };
    for epoch in &epochs {
        assert_eq!(epoch.parent, run.id);
        for step in ["begin", "compute", "step", "keep"] {
            assert_eq!(below(epoch, step).len(), 1, "{step} of {epoch:#?}");
        }
        let merged: HashSet<String> =
            below(epoch, "merge").iter().map(|merge| merge.of("clipig.node").to_owned()).collect();
        let computed: Vec<Received> = below(epoch, "lease")
            .into_iter()
            .filter(|lease| lease.of("clipig.lease.outcome") == "computed")
            .collect();
        let leased: HashSet<String> =
            computed.iter().map(|lease| lease.of("clipig.node").to_owned()).collect();
        assert_eq!(merged, leased, "what was computed is merged");
        let mut shards = 0;
        for lease in &computed {
            let nodes = below(lease, "node");
            assert_eq!(nodes.len(), 1, "{lease:#?}");
            assert_eq!(nodes[0].service, "clipig-worker");
            assert_eq!(lease.links, [nodes[0].id.clone()], "the answer names the worker's span");
            for shard in below(&nodes[0], "shard") {
                shards += 1;
                assert_eq!(below(&shard, "draw").len(), 1, "{shard:#?}");
                assert_eq!(below(&shard, "render").len(), 1);
                assert_eq!(below(&shard, "forward").len(), 1);
                assert!(below(&shard, "backward").len() <= 1);
            }
        }
        // 30 samples in shards of 8, and 8 in one.
        assert_eq!(shards, 5, "{epoch:#?}");
    }

    // Before its first shard a worker makes an engine, which may take longer than the shard.
    let opened = named(&spans, "open");
    assert!(!opened.is_empty());
    for open in &opened {
        assert_eq!((open.name.as_str(), open.service.as_str()), ("open", "clipig-worker"));
        assert!(named(&spans, "shard").iter().any(|shard| shard.id == open.parent), "{open:#?}");
    }

    // Texts are encoded by one of the workers.
    let prepare = only(&spans, "prepare", "clipig-coordinator");
    let leases = below(prepare, "lease");
    assert_eq!((&prepare.parent, leases.len()), (&run.id, 1));
    assert_eq!(below(&leases[0], "encode").len(), 1);

    if let Some(file) = std::env::var_os("CLIPIG_TRACE_PICTURE") {
        let epoch = epochs[2];
        let (detail, rest): (Vec<Received>, Vec<Received>) =
            spans.iter().cloned().partition(|span| is_within(&spans, span, |above| above.id == epoch.id));
        // Of the other epochs, and of the third one up here, only that there were some.
        let job = rest.into_iter().filter(|span| !is_within(&spans, span, |above| above.name == "epoch"));
        let job = job.chain(epochs.iter().copied().cloned()).collect();
        let panels =
            [Panel { title: "The job", spans: job }, Panel { title: "One of its epochs", spans: detail }];
        std::fs::write(file, waterfall::waterfall(&panels)).unwrap();
    }
}

/// Is the span, or anything above it, such a one?
fn is_within(spans: &[Received], span: &Received, is_such: impl Fn(&Received) -> bool) -> bool {
    let mut at = Some(span);
    while let Some(span) = at {
        if is_such(span) {
            return true;
        }
        at = spans.iter().find(|other| other.id == span.parent);
    }
    false
}

#[test]
fn the_lease_of_a_killed_worker_fails_and_its_copy_is_marked() {
    let collector = Collector::start();
    // As long as a worker may come back, others compute its nodes speculatively.
    let patient = ("CLIPIG_COORDINATOR__DISPATCH__HEARTBEAT_TIMEOUT_SECONDS", "3000");
    let farm = traced("traced-kill", &collector, &[patient]).with_workers(2);
    let job = farm.submit(&experiment(400));
    farm.wait_for_epochs(job, 1);
    farm.stop_in_the_middle(0);
    farm.worker(0).kill();
    // The other worker computes what the dead one had begun, and then its lease is over. Leases that only waited in its
    // hands are taken back and are nobody's copy.
    let copied = |spans: &[Received]| -> Option<[Received; 2]> {
        let leases = named(spans, "lease");
        leases.iter().filter(|lost| lost.error.is_some()).find_map(|lost| {
            let is_copy = |lease: &&&Received| {
                (&lease.parent, lease.of("clipig.node")) == (&lost.parent, lost.of("clipig.node"))
                    && lease.of("clipig.lease.speculative") == "true"
            };
            leases.iter().find(is_copy).map(|copy| [Received::clone(lost), Received::clone(copy)])
        })
    };
    farm.wait_until("a lease of the killed worker and its copy have ended", || {
        copied(&collector.spans()).is_some()
    });
    farm.ask(&["cancel", &job.to_string()]);
    let spans = collector.spans();
    let [lost, copy] = copied(&spans).unwrap();
    assert_eq!((lost.of("clipig.worker"), lost.of("clipig.lease.outcome")), ("w1", "lost"), "{lost:#?}");
    assert_eq!((copy.of("clipig.worker"), copy.of("clipig.lease.outcome")), ("w2", "computed"), "{copy:#?}");
    for lease in named(&spans, "lease").into_iter().filter(|lease| lease.error.is_some()) {
        assert_eq!(lease.of("clipig.worker"), "w1", "{lease:#?}");
    }
}

#[test]
fn leases_of_spot_checks_are_marked_and_followed_beyond_their_epoch() {
    let collector = Collector::start();
    let farm = traced("traced-checks", &collector, &[("CLIPIG_COORDINATOR__DISPATCH__SPOT_CHECKS", "1")]);
    let farm = farm.with_workers(2);
    let job = farm.submit(&quick(60));
    farm.finish(job);
    farm.wait_until("the run is told", || !named(&collector.spans(), "run").is_empty());
    let spans = collector.spans();
    let end = named(&spans, "epoch").iter().map(|epoch| epoch.ended).max().unwrap();
    let leases = named(&spans, "lease");
    let (checks, others): (Vec<&Received>, Vec<&Received>) =
        leases.into_iter().partition(|lease| lease.of("clipig.lease.check") == "true");
    assert!(checks.iter().any(|check| check.of("clipig.lease.outcome") == "computed"), "{checks:#?}");
    for check in checks {
        assert_eq!(check.of("clipig.lease.speculative"), "false", "its result never counts: {check:#?}");
        // The next epoch does not end it.
        assert!(check.of("clipig.lease.outcome") != "dropped" || check.ended >= end, "{check:#?}");
        let is_same = |other: &&Received| {
            (&other.parent, other.of("clipig.node")) == (&check.parent, check.of("clipig.node"))
        };
        assert!(others.iter().any(is_same), "whose result counts: {check:#?}");
    }
}

#[test]
fn what_goes_wrong_is_told_without_the_experiments_texts() {
    let collector = Collector::start();
    let farm = traced("traced-failures", &collector, &[]).with_workers(1);
    // The client finds the first mistake, a worker the second one, and both messages quote the experiment.
    let wrong = quick(3).replace("batch_size: 40", "batch_size: hush");
    std::fs::write(farm.folder().join("wrong.yaml"), wrong).unwrap();
    assert!(!farm.clipig(&["submit", "wrong.yaml"]).status.success());
    let wild = quick(3).replace("{batch_size: 40,", "{name: hush, batch_size: 40, weight: 3e38,");
    let job = farm.submit(&wild.replace("kernel_size: 3", "kernel_size: 3, weight: 3e38"));
    farm.wait_until("the job has failed", || {
        farm.job(job).is_some_and(|job| job.state() == JobState::Failed && job.reason.contains("hush"))
    });
    farm.wait_until("both failures are told", || {
        let spans = collector.spans();
        let failed = |name: &str| named(&spans, name).iter().any(|span| span.error.is_some());
        ["clipig submit", "run", "epoch", "lease", "node", "shard"].into_iter().all(failed)
    });
    let told = format!("{:?}", collector.spans());
    assert!(!told.contains("hush"), "{told}");
}

#[test]
fn a_collector_that_is_away_costs_one_warning_and_changes_no_picture() {
    // Nobody listens here: the socket is bound and closed.
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let endpoint = format!("http://someone:secret@{nobody}");
    let settings = [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint.as_str()),
        ("OTEL_BSP_SCHEDULE_DELAY", "50"),
        // A queue that is soon full.
        ("OTEL_BSP_MAX_QUEUE_SIZE", "16"),
        ("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "4"),
        ("CLIPIG_COORDINATOR__TRACES__EPOCHS", "1000"),
    ];
    let mut farm = Farm::start_with("no-collector", &settings).with_workers(1);
    let picture = farm.picture(&experiment(6));
    assert_eq!(picture, farm::rendered_here(&experiment(6)));
    farm.stop_coordinator();
    let log = std::fs::read_to_string(farm.folder().join("coordinator.log")).unwrap();
    let warnings = log.lines().filter(|line| line.contains("does not take spans")).count();
    assert_eq!(warnings, 1, "{log}");
    assert!(log.contains(&nobody.to_string()) && !log.contains("secret"), "{log}");
    assert!(log.contains("traces were exported in part"), "{log}");
}

#[test]
fn without_an_endpoint_nothing_is_said_of_traces() {
    let mut farm = Farm::start("untraced");
    farm.stop_coordinator();
    let log = std::fs::read_to_string(farm.folder().join("coordinator.log")).unwrap();
    assert!(!log.contains("traces"), "{log}");
}

/// Submits by the JSON API, as a part of a trace of somebody else.
fn post(farm: &Farm, traceparent: &str) {
    let body = serde_json::json!({ "yaml": experiment(2) }).to_string();
    let mut stream = UnixStream::connect(farm.folder().join("http.sock")).unwrap();
    write!(
        stream,
        "POST /api/v1/jobs HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\ncontent-type: application/json\r\n\
         traceparent: {traceparent}\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 201 "), "{answer}");
}

#[test]
fn a_job_belongs_to_the_trace_of_its_caller_also_after_a_restart() {
    let collector = Collector::start();
    let mut farm = traced("trace-kept", &collector, &[]);
    let caller = "00f067aa0ba902b7";
    // The caller does not record the first one, so nobody does.
    let [unseen, seen] = ["11111111111111111111111111111111", "22222222222222222222222222222222"];
    post(&farm, &format!("00-{unseen}-{caller}-00"));
    post(&farm, &format!("00-{seen}-{caller}-01"));
    farm.wait_until("the call is told", || !named(&collector.spans(), "SubmitJob").is_empty());
    farm.restart_coordinator();
    farm.add_worker();
    for job in [1, 2] {
        farm.finish(job);
    }
    farm.wait_until("the run is told", || !named(&collector.spans(), "run").is_empty());
    let spans = collector.spans();
    let (call, run) =
        (only(&spans, "SubmitJob", "clipig-coordinator"), only(&spans, "run", "clipig-coordinator"));
    assert_eq!(call.parent, [0x00, 0xf0, 0x67, 0xaa, 0x0b, 0xa9, 0x02, 0xb7]);
    assert_eq!(run.parent, call.id);
    assert!(spans.iter().all(|span| span.trace == [0x22; 16]), "{spans:#?}");
    assert_eq!(run.of("clipig.job"), "2");
}
