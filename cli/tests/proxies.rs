//! Workers and clients behind the proxies that operators use: nginx, HAProxy and Caddy from the system's packages, with
//! the settings that docs/operations/proxies.md shows.

#[allow(dead_code, reason = "other tests use the rest")]
#[path = "support/farm.rs"]
mod farm;
#[allow(dead_code, reason = "other tests use the rest")]
#[path = "support/process.rs"]
mod process;
#[path = "support/proxy.rs"]
mod proxy;
mod support;
#[allow(dead_code, reason = "other tests use the rest")]
#[path = "support/tls.rs"]
mod tls;

use std::fs::File;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::Duration;

use clipig_proto::v1::WorkerState;

use self::farm::Farm;
use self::process::Owned;
use self::proxy::{Certificates, Kind, Proxy, SILENCE};

/// Three shards in each epoch, so that each of three workers may have one. The image is large: with its default
/// settings, nginx would not let it pass.
fn shared_by_three(image: &Path) -> String {
    let image = image.display();
    format!(
        "
epochs: 40
resolution: 48
learnrate: 2
optimizer: adam
seed: 7
model: clipig-tiny
snapshot_interval: 0
targets:
  - batch_size: 2
    features: [{{text: a red apple}}]
    transforms: [{{noise: .1}}]
  - batch_size: 2
    features: [{{image: {image}}}]
    transforms: [{{random_shift: 0 1}}]
  - batch_size: 2
    features: [{{text: a banana}}]
    transforms: [{{random_rotate: {{degree: -10 10}}}}]
"
    )
}

/// A gradient of 3 MiB: more than nginx takes in one request, unless it is told otherwise.
const LARGE: &str = "
epochs: 1
resolution: 512
learnrate: 2
seed: 7
model: clipig-tiny
snapshot_interval: 0
targets:
  - features: [{text: a red apple}]
";

/// The client, which finds the farm behind a proxy.
fn through(proxy: &Proxy, farm: &Farm, certificates: &Certificates, arguments: &[&str]) -> Command {
    let mut command = farm.command(arguments);
    command.env("CLIPIG_FARM", proxy.address()).env("CLIPIG_TLS_CA", certificates.authority());
    command
}

/// What a command printed, which must succeed.
fn said(command: &mut Command, farm: &Farm) -> String {
    let output = command.output().unwrap();
    let [text, errors] = [output.stdout, output.stderr].map(|text| String::from_utf8(text).unwrap());
    assert!(output.status.success(), "{command:?}: {text}{errors}{}", farm.logs());
    text
}

/// Adds a worker behind a proxy.
fn add_worker_behind(proxy: &Proxy, farm: &mut Farm, certificates: &Certificates) {
    let (address, authority) = (proxy.address(), certificates.authority());
    farm.add_worker_with(&["--farm", &address, "--tls-ca", authority.to_str().unwrap()]);
}

/// How often each worker has come back after its connection was cut.
fn returns(farm: &Farm) -> [usize; Kind::ALL.len()] {
    std::array::from_fn(|worker| farm.log_of(worker).matches("the farm is back").count())
}

#[test]
fn docs_operations_shows_the_settings_that_are_tested() {
    let manual = include_str!("../../docs/operations/proxies.md");
    for kind in Kind::ALL {
        assert!(manual.contains(&format!("\n{}```\n", kind.settings())), "the settings of {kind:?}");
    }
}

#[test]
fn nginx_haproxy_and_caddy_change_no_picture_whether_all_is_silent_or_they_end_their_connections() {
    // A worker is waited for as long as the machine keeps it from coming back.
    let patience = [("CLIPIG_COORDINATOR__DISPATCH__HEARTBEAT_TIMEOUT_SECONDS", "900")];
    let mut farm = Farm::start_with("proxies", &patience);
    let certificates = Certificates::new();
    let mut proxies = Kind::ALL.map(|kind| Proxy::start(kind, &farm, &certificates));
    let [nginx, haproxy, caddy] = &proxies;
    let image = farm.folder().join("large.bmp");
    std::fs::write(&image, support::square_image(640, [200, 30, 40])).unwrap();
    let experiment = shared_by_three(&image);
    std::fs::write(farm.folder().join("experiment.yaml"), &experiment).unwrap();
    let client =
        |proxy, arguments: &[&str]| said(&mut through(proxy, &farm, &certificates, arguments), &farm);
    let job: u64 = client(nginx, &["submit", "experiment.yaml"]).trim().parse().unwrap();
    let number = job.to_string();
    client(haproxy, &["pause", &number]);

    // While the job is paused, workers and watches have nothing to say for longer than proxies take.
    let watches = proxies.each_ref().map(|proxy| {
        let log = File::create(farm.folder().join(format!("watch-{}.log", proxy.name()))).unwrap();
        let mut watch = through(proxy, &farm, &certificates, &["watch", &number]);
        Owned::new(watch.stdout(log.try_clone().unwrap()).stderr(log).spawn().unwrap())
    });
    for proxy in &proxies {
        add_worker_behind(proxy, &mut farm, &certificates);
    }
    farm.wait_for_workers(proxies.len());
    let expected = thread::scope(|scope| {
        let rendered = scope.spawn(|| farm::rendered_here(&experiment));
        thread::sleep(SILENCE + Duration::from_secs(1));
        assert_eq!(returns(&farm), [0; 3], "no session was cut{}", farm.logs());
        rendered.join().unwrap()
    });
    said(&mut through(caddy, &farm, &certificates, &["resume", &number]), &farm);

    // Each worker holds a lease when it is told that its connection ends, and when that ends.
    farm.stop_all_in_the_middle();
    proxies.iter().for_each(Proxy::end_connections);
    farm.wait_until("all connections are cut", || {
        farm.known_workers().iter().all(|worker| worker.state() == WorkerState::Lost)
    });
    for proxy in &mut proxies {
        proxy.come_back(&farm);
    }
    (0..proxies.len()).for_each(|worker| farm.worker(worker).go_on());
    farm.wait_until("all workers are back", || returns(&farm).iter().all(|count| *count >= 1));

    // The same, and now they compute on while the proxies still let them.
    farm.stop_all_in_the_middle();
    proxies.iter().for_each(Proxy::end_connections);
    (0..proxies.len()).for_each(|worker| farm.worker(worker).go_on());
    for proxy in &mut proxies {
        proxy.come_back(&farm);
    }
    assert_eq!(farm.finish(job), expected);
    farm.wait_until("all workers are back again", || returns(&farm).iter().all(|count| *count >= 2));
    for worker in farm.known_workers() {
        assert_eq!((worker.leases_failed, worker.quarantined_until), (0, None), "{worker:#?}{}", farm.logs());
    }
    for mut watch in watches {
        assert!(watch.wait().success(), "{}", farm.logs());
    }
}

#[test]
fn a_gradient_that_nginx_cuts_by_default_arrives_piece_by_piece_and_the_worker_says_what_to_set() {
    let mut farm = Farm::start("defaults");
    let certificates = Certificates::new();
    let nginx = Proxy::start_nginx_with_defaults(&farm, &certificates);
    add_worker_behind(&nginx, &mut farm, &certificates);
    let job = farm.submit(LARGE);
    assert_eq!(farm.finish(job), farm::rendered_here(LARGE), "{}", farm.logs());
    let log = farm.log_of(0);
    assert!(log.contains("was reset after") && log.contains("client_max_body_size 0;"), "{log}");
    // The rest of the gradient came with the next connection, and was not computed again.
    let told = std::fs::read_to_string(farm.folder().join("coordinator.log")).unwrap();
    assert!(log.contains("the farm is back") && !told.contains("lost with the connection"), "{log}{told}");
    assert_eq!(farm.known_worker(0).unwrap().leases_failed, 0, "{told}");
}
