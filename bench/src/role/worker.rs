//! Workers as in production, with a stand-in for the device.

use std::sync::Arc;

use clipig_core::{ComputeFactory, DeviceClass, WeightsSource, WorkerKind};
use clipig_worker::{Environment, Shutdown, WorkerDevice, WorkerSettings, run_worker};

use crate::arguments::WorkerRole;
use crate::error::BenchError;
use crate::stand_in::Factory;

pub(super) fn play(arguments: WorkerRole) -> Result<(), BenchError> {
    let _exporting = super::exporting("clipig-worker")?;
    // As `clipig worker` does it.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(BenchError::at("threads for messages"))?;
    std::thread::spawn(|| {
        let asked = super::apply_commands(|_| Ok(()));
        std::process::exit(i32::from(asked.is_err()));
    });
    let mut flags = vec![("coordinator", arguments.coordinator), ("name", arguments.name)];
    flags.extend(arguments.authority.map(|file| ("tls.ca", file.display().to_string())));
    let settings = WorkerSettings::load(None, &Environment::new(), &flags).map_err(BenchError::wrong)?;
    let factory: Arc<dyn ComputeFactory> = Arc::new(Factory { work: arguments.work, tell: arguments.tell });
    let devices = (0..arguments.count).map(|number| device(number, arguments.cores, &factory)).collect();
    runtime.block_on(async {
        let shutdown = Shutdown::on_signals().map_err(BenchError::at("listening to signals"))?;
        let weights = Arc::new(|_: &_| Some(WeightsSource::Embedded));
        run_worker(&settings, devices, weights, shutdown).await.map_err(BenchError::wrong)
    })
}

fn device(number: u32, cores: u32, factory: &Arc<dyn ComputeFactory>) -> WorkerDevice {
    WorkerDevice {
        name: format!("core{number}"),
        kind: WorkerKind {
            class: DeviceClass::Cpu,
            model: "a stand-in".to_owned(),
            libtorch: "none".to_owned(),
            capability: "none".to_owned(),
        },
        cores,
        memory: 0,
        factory: Arc::clone(factory),
    }
}
