//! `clipig worker`: this machine works for a farm.

use clipig_worker::{Flags, LogFormat, Shutdown, WorkerSettings, run_worker};

use crate::devices;
use clipig_client::arguments::WorkArguments;
use clipig_client::exit::ExitCode;
use clipig_client::failure::Failure;
use clipig_client::terminal::log;
use clipig_client::traces;

/// Works until the farm or a signal ends it.
pub(crate) fn work(arguments: &WorkArguments) -> Result<ExitCode, Failure> {
    let settings =
        WorkerSettings::load(arguments.settings.as_deref(), &clipig_worker::environment(), &flags(arguments))
            .map_err(Failure::usage)?;
    log::of_service(settings.log == LogFormat::Json);
    let _exporting = traces::of_service("clipig-worker");
    let devices = devices::find(&settings.devices, settings.cores, settings.rendering)?;
    for device in &devices {
        tracing::info!(worker = %settings.name, device = device.name, kind = %device.kind, cores = device.cores, "this worker");
    }
    // A session on one thread is quicker: its parts need not wake each other up. Several devices have a thread each.
    let mut runtime = match devices.len() {
        1 => tokio::runtime::Builder::new_current_thread(),
        _ => tokio::runtime::Builder::new_multi_thread(),
    };
    let runtime = runtime
        .worker_threads(devices.len())
        .enable_all()
        .build()
        .map_err(|error| Failure::failed(format!("cannot start threads for messages: {error}")))?;
    let outcome = runtime.block_on(async {
        let shutdown = Shutdown::on_signals().map_err(Failure::failed)?;
        let outcome = run_worker(&settings, devices, devices::weights(), shutdown.clone()).await;
        Ok::<_, Failure>(outcome.map(|()| shutdown.is_asked()))
    })?;
    // Threads that still compute a shard are not waited for.
    runtime.shutdown_background();
    match outcome {
        // The other reason to end in order is that somebody drained it through the coordinator.
        Ok(by_signal) => Ok(ExitCode::from(if by_signal { settings.terminated_exit_code } else { 0 })),
        Err(error) => {
            tracing::error!("{error}");
            Ok(ExitCode::from(error.exit_code()))
        }
    }
}

/// The flags, under the names of the settings that they override.
fn flags(arguments: &WorkArguments) -> Flags {
    let WorkArguments { farm, name, devices, cores, cache, token_file, tls_ca, insecure, settings: _ } =
        arguments;
    let device = if devices.as_deref() == Some("all") { "devices" } else { "device" };
    let set = [
        ("coordinator", farm),
        ("name", name),
        (device, devices),
        ("cores", cores),
        ("cache", cache),
        ("token_file", token_file),
        ("tls.ca", tls_ca),
    ];
    let set = set.into_iter().filter_map(|(key, value)| Some((key, value.clone()?)));
    set.chain(insecure.then(|| ("insecure", "true".to_owned()))).collect()
}
