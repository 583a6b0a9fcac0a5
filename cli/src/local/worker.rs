//! `clipig worker`: this machine works for a farm.

use std::collections::BTreeMap;
use std::process::ExitCode;

use clipig_worker::{LogFormat, Shutdown, WorkerSettings, run_worker};

use super::devices;
use crate::arguments::WorkArguments;
use crate::failure::Failure;
use crate::terminal::log;

/// Works until the farm or a signal ends it.
pub(crate) fn work(arguments: &WorkArguments) -> Result<ExitCode, Failure> {
    let settings =
        WorkerSettings::load(arguments.settings.as_deref(), std::env::vars().collect(), flags(arguments))
            .map_err(Failure::usage)?;
    log::of_service(settings.log == LogFormat::Json);
    let devices = devices::find(&settings.devices, settings.cores)?;
    for device in &devices {
        tracing::info!(worker = %settings.name, device = device.name, kind = %device.kind, cores = device.cores, "this worker");
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|error| Failure::failed(format!("cannot start threads for messages: {error}")))?;
    let outcome = runtime.block_on(async {
        let shutdown = Shutdown::on_signals().map_err(Failure::failed)?;
        Ok::<_, Failure>(run_worker(&settings, devices, devices::weights(), shutdown).await)
    })?;
    // Threads in the middle of a shard are of no interest any more.
    runtime.shutdown_background();
    match outcome {
        Ok(()) => Ok(ExitCode::SUCCESS),
        Err(error) => {
            tracing::error!("{error}");
            Ok(ExitCode::from(error.exit_code()))
        }
    }
}

/// Flags by the names of the settings that they set.
fn flags(arguments: &WorkArguments) -> BTreeMap<String, String> {
    let WorkArguments { farm, name, device, settings: _ } = arguments;
    let device = device.as_ref().map(|device| match device.as_str() {
        "all" => ("devices", device),
        _ => ("device", device),
    });
    let set =
        [farm.as_ref().map(|farm| ("coordinator", farm)), name.as_ref().map(|name| ("name", name)), device];
    set.into_iter().flatten().map(|(key, value)| (key.to_owned(), value.clone())).collect()
}
