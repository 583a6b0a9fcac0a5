//! The pictures of a series, rendered on this machine.

use std::sync::{Arc, OnceLock};

use clipig_coordinator::job_runner::{Ending, Observer, RunError};
use clipig_coordinator::{EpochLoop, EpochReport, first_resolution};
use clipig_core::{Epoch, JobRevision, Preparation};
use clipig_engine::{DeviceFactory, device};
use clipig_picture::encode_png;
use tch::Device;

use super::{Setup, failure, number_type, run_job};
use crate::farm_of_one::FarmOfOne;
use clipig_client::arguments::ComputeArguments;
use clipig_client::failure::Failure;
use clipig_client::model::Model;
use clipig_client::series::order::{Drawn, Order};

/// Renders one picture after the other, without a word.
#[derive(Default)]
pub(crate) struct Easel {
    /// Devices that were used before, with the models that they hold.
    factories: Vec<(Device, Arc<DeviceFactory>)>,
    cuda: OnceLock<()>,
}

impl clipig_client::local::Easel for Easel {
    fn draw(
        &mut self,
        order: &Order,
        compute: &ComputeArguments,
        on_epoch: &mut dyn FnMut(),
    ) -> Result<Drawn, Failure> {
        self.cuda.get_or_init(device::load_cuda);
        let experiment = &order.loaded.experiment;
        let device = device::select(&experiment.device).map_err(Failure::usage)?;
        let models = Model::all_of(experiment)?;
        let factory = self.factory(device);
        let setup = Setup {
            compute,
            json: false,
            loaded: order.loaded.clone(),
            device,
            kind: factory.kind(),
            number: number_type(compute),
            models,
            assets: order.assets.clone(),
            record: None,
        };
        let farm = FarmOfOne::start(&factory, setup.cores(), &setup.models, &setup.assets)?;
        setup.draw(&farm, order.seed, on_epoch)
    }
}

impl Easel {
    fn factory(&mut self, device: Device) -> Arc<DeviceFactory> {
        if let Some((_, factory)) = self.factories.iter().find(|(known, _)| *known == device) {
            return Arc::clone(factory);
        }
        let factory = Arc::new(DeviceFactory::new(device));
        self.factories.push((device, Arc::clone(&factory)));
        factory
    }
}

impl Setup<'_> {
    fn draw(&self, farm: &FarmOfOne, seed: u64, on_epoch: &mut dyn FnMut()) -> Result<Drawn, Failure> {
        let experiment = Arc::new(self.loaded.experiment.clone());
        let (shard_size, threads) = self.concurrency()?;
        first_resolution(&experiment, seed).map_err(|error| failure(RunError::Job(error)))?;
        let order = self.order(&experiment, seed, shard_size, threads)?;
        let mut observer = SeriesObserver { epochs: 0, warnings: Vec::new(), on_epoch };
        let (ending, job) = run_job(farm, order, &mut observer).map_err(failure)?;
        let SeriesObserver { epochs, warnings, .. } = observer;
        if !matches!(ending, Ending::Completed) {
            return Ok(Drawn::Interrupted);
        }
        let mut record = self.new_record(seed, shard_size, threads);
        record.run.epochs_done = epochs;
        let png = encode_png(&job.canvas(), &record.chunks())
            .map_err(|error| Failure::failed(format!("cannot encode the picture: {error}")))?;
        Ok(Drawn::Picture { png, warnings })
    }
}

/// Counts the epochs of a picture in a series.
struct SeriesObserver<'a> {
    epochs: u32,
    warnings: Vec<String>,
    on_epoch: &'a mut dyn FnMut(),
}

impl Observer for SeriesObserver<'_> {
    type Error = Failure;

    fn on_prepared(&mut self, _: JobRevision, preparation: &Preparation) -> Result<(), Failure> {
        self.warnings.extend_from_slice(&preparation.warnings);
        Ok(())
    }

    fn on_update(&mut self, _: JobRevision, _: Epoch) -> Result<(), Failure> {
        Ok(())
    }

    fn on_epoch(&mut self, _: &EpochReport, _: &EpochLoop, _: f64) -> Result<(), Failure> {
        self.epochs += 1;
        (self.on_epoch)();
        Ok(())
    }
}
