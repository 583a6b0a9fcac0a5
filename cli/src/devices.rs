//! The devices of this machine as workers.

use std::sync::Arc;

use clipig_core::{ComputeFactory, DeviceClass, ModelReference, Rendering, WeightsSource};
use clipig_engine::{DeviceFactory, device, gpu};
use clipig_models::{Store, Weights, embedded};
use clipig_schedule::GPU_SHARDS;
use clipig_worker::{Devices, FindWeights, WorkerDevice};
use tch::Device;

use clipig_client::failure::Failure;

/// The devices that a worker shall compute on. `cores` limits how many cores of the CPU it takes.
pub(crate) fn find(
    wanted: &Devices,
    cores: Option<u32>,
    rendering: Rendering,
) -> Result<Vec<WorkerDevice>, Failure> {
    device::load_cuda();
    let worker = |name: &str, device| {
        worker(name, DeviceFactory::new(device).with_rendering(rendering), device, cores)
    };
    match wanted {
        Devices::One(name) => Ok(vec![worker(name, device::select(name).map_err(Failure::usage)?)]),
        Devices::All => {
            let gpus = device::gpus();
            if gpus == 0 {
                return Err(Failure::usage(
                    "clipig finds no GPU that it can use; `--devices cpu` computes on the CPU",
                ));
            }
            Ok((0..gpus).map(|i| worker(&format!("cuda:{i}"), Device::Cuda(i))).collect())
        }
    }
}

fn worker(name: &str, factory: DeviceFactory, device: Device, cores: Option<u32>) -> WorkerDevice {
    let kind = factory.kind();
    let on_cpu = kind.class == DeviceClass::Cpu;
    let present = std::thread::available_parallelism().map_or(1, std::num::NonZero::get) as u32;
    let name = if name == "auto" { kind.class.to_string() } else { name.to_owned() };
    WorkerDevice {
        name,
        kind,
        cores: if on_cpu { cores.unwrap_or(present).clamp(1, present) } else { GPU_SHARDS },
        memory: match device {
            Device::Cuda(index) => gpu::describe(index).map_or(0, |gpu| gpu.memory),
            _ => clipig_core::memory::available().unwrap_or(0),
        },
        factory: Arc::new(factory) as Arc<dyn ComputeFactory>,
    }
}

/// Models that need no fetching from a coordinator: the one inside the program, and those in the user's store.
pub(crate) fn weights() -> Arc<FindWeights> {
    Arc::new(|model: &ModelReference| {
        let sha256 = model.sha256.to_string();
        if sha256 == embedded::SHA256 {
            return Some(WeightsSource::Embedded);
        }
        let found = Store::of_user().ok()?.resolve(&model.name).ok()?;
        match found.weights {
            Weights::File(path) if found.sha256 == sha256 => Some(WeightsSource::File(path)),
            _ => None,
        }
    })
}
