//! A coordinator as in production, with one job whose canvas stands in for tensors.

use std::sync::Arc;
use std::time::Duration;

use clipig_coordinator::farm::{Farm, SubmitRequest};
use clipig_coordinator::server::{Coordinator, Parts};
use clipig_coordinator::settings::{ListenAddress, Settings, TlsFiles};
use clipig_core::NumberType;
use clipig_models::Store;
use clipig_schedule::CPU_SHARD;
use clipig_schedule::dispatcher::WorkerView;
use clipig_telemetry::{Kind, Span};

use super::{apply_commands, report};
use crate::arguments::CoordinatorRole;
use crate::error::BenchError;
use crate::stand_in::{Canvases, Gate};

/// Longer than any measurement.
const NEVER: Duration = Duration::from_hours(24);

/// How often it is looked whether all workers are there.
const LOOK_AGAIN: Duration = Duration::from_millis(20);

pub(super) fn play(arguments: CoordinatorRole) -> Result<(), BenchError> {
    let _exporting = super::exporting("clipig-coordinator")?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(BenchError::at("threads for messages"))?;
    runtime.block_on(coordinate(arguments))
}

async fn coordinate(arguments: CoordinatorRole) -> Result<(), BenchError> {
    let gate = Arc::new(Gate::default());
    let (shape, shards) = (arguments.work.shape, arguments.shards);
    let canvases = Arc::new(Canvases { gate: Arc::clone(&gate), shape, shards });
    let models = Store::at(arguments.data.join("models"));
    let coordinator = Coordinator::open(settings(&arguments)?, Parts { canvases, models }).await;
    let coordinator = coordinator.map_err(BenchError::wrong)?;
    let farm = coordinator.farm().clone();
    let scheme = if arguments.certificate.is_some() { "https" } else { "http" };
    let address =
        coordinator.addresses().into_iter().next().map_or_else(String::new, |address| match address {
            ListenAddress::Tcp(address) => format!("{scheme}://{address}"),
            ListenAddress::Unix(path) => format!("unix:{}", path.display()),
        });
    report(&format!("listening {address}"))?;
    if let Some(ListenAddress::Tcp(probes)) = coordinator.http_address() {
        report(&format!("probes {probes}"))?;
    }
    let (switchboard, wanted) = (farm.switchboard().clone(), arguments.workers);
    std::thread::spawn(move || {
        let asked = apply_commands(|epochs| {
            while serving(&switchboard.workers_blocking().unwrap_or_default()) < wanted {
                std::thread::sleep(LOOK_AGAIN);
            }
            gate.allow(epochs);
            Ok(())
        });
        // Nothing of this farm is of use after its measurement.
        std::process::exit(i32::from(asked.is_err()));
    });
    let submitting = async {
        until_all_are_there(&farm, arguments.workers).await;
        let request = request(&arguments);
        let submitted = tokio::task::spawn_blocking(move || farm.submit(&request).map(drop)).await;
        submitted.map_err(BenchError::wrong)?.map_err(BenchError::wrong)?;
        std::future::pending::<Result<(), BenchError>>().await
    };
    tokio::select! {
        served = coordinator.serve(std::future::pending()) => served.map_err(BenchError::wrong),
        failed = submitting => failed,
    }
}

fn settings(arguments: &CoordinatorRole) -> Result<Settings, BenchError> {
    let mut settings = Settings::with_data(&arguments.data);
    settings.listen = vec![arguments.listen.parse().map_err(BenchError::wrong)?];
    settings.http_listen = None;
    settings.max_running_jobs = arguments.running;
    if arguments.probes {
        settings.http_listen = Some(ListenAddress::loopback(0));
        settings.max_queued_jobs *= 2;
    }
    if let Some(epochs) = arguments.traced_epochs {
        settings.traced_epochs = epochs;
    }
    if let (Some(certificate), Some(key)) = (&arguments.certificate, &arguments.key) {
        settings.tls = Some(TlsFiles { certificate: certificate.clone(), key: key.clone() });
    }
    if !arguments.checkpoints {
        settings.checkpoint.least = NEVER;
    }
    Ok(settings)
}

async fn until_all_are_there(farm: &Farm, wanted: usize) {
    while serving(&farm.switchboard().workers().await.unwrap_or_default()) < wanted {
        tokio::time::sleep(LOOK_AGAIN).await;
    }
}

/// How many take work.
fn serving(workers: &[WorkerView]) -> usize {
    workers.iter().filter(|worker| worker.takes_work()).count()
}

/// A job with so many shards per epoch, and more epochs than anybody waits for.
fn request(arguments: &CoordinatorRole) -> SubmitRequest {
    let (side, samples) = (arguments.side, arguments.shards * CPU_SHARD);
    let transform = if arguments.crops { "random_crop: 224" } else { "noise: 0.1" };
    let yaml = format!(
        "epochs: 1000000\nresolution: {side}\nsnapshot_interval: 0\nmodel: clipig-tiny\ntargets:\n  - batch_size: \
         {samples}\n    features: [{{text: an apple}}]\n    transforms: [{{{transform}}}]\n"
    );
    SubmitRequest {
        token: "benchmark".to_owned(),
        yaml,
        name: String::new(),
        priority: 0,
        seed: Some(1),
        class: None,
        number: NumberType::Float32,
        threads: Some(1),
        mix_kinds: false,
        assets: std::collections::BTreeMap::new(),
        model_sha256: None,
        model_settings: None,
        more_models: Vec::new(),
        snapshot_interval: None,
        submitter: "clipig-bench".to_owned(),
        owner: "local".to_owned(),
        trace: Span::root("bench", Kind::Internal, None).context(),
    }
}
