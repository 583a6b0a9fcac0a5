//! What computes on this machine, for the commands of the client.

use clipig_client::arguments::DoctorArguments;
use clipig_client::doctor::{Finding, Folder};
use clipig_client::exit::ExitCode;
use clipig_client::failure::Failure;
use clipig_client::local::{Easel, Judge, Local, Notices, Task};
use clipig_client::output;

use crate::{data_folder, doctor, farm, rate, render, studio, worker};

/// All that clipig can compute.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Here;

impl Local for Here {
    fn run(&self, task: Task<'_>) -> Result<ExitCode, Failure> {
        match task {
            Task::Render(arguments) => render::run(arguments),
            Task::Studio(arguments) => studio::studio(arguments),
            Task::Work(arguments) => worker::work(arguments),
            Task::Start(arguments) => farm::start_farm(arguments),
            Task::Restore(arguments) => data_folder::restore(arguments),
            Task::Check(arguments) => data_folder::check(arguments),
            Task::Rate(arguments) => rate::run(arguments),
            Task::Metrics => {
                output::print(&metrics())?;
                Ok(ExitCode::SUCCESS)
            }
        }
    }

    fn easel(&self) -> Result<Box<dyn Easel>, Failure> {
        Ok(Box::new(render::easel::Easel::default()))
    }

    fn judge(&self, name: &str, device: &str) -> Result<Box<dyn Judge>, Failure> {
        Ok(Box::new(rate::judge::Judge::new(name, device)?))
    }

    fn devices(&self) -> Vec<Finding> {
        doctor::devices()
    }

    fn settings(&self, arguments: &DoctorArguments) -> (Vec<Finding>, Vec<Folder>) {
        doctor::settings(arguments)
    }

    fn notices(&self) -> Notices {
        Notices { libtorch: clipig_engine::device::LIBTORCH, page: clipig_coordinator::page::NOTICES }
    }
}

/// The page about the metrics of a coordinator.
fn metrics() -> String {
    let table = clipig_coordinator::metrics::table();
    format!(
        "# Metrics of the coordinator\n\nGenerated from the program by `cargo xtask generate`; do not edit. Times are in \
         seconds, sizes in bytes.\n[operations/monitoring.md](operations/monitoring.md#metrics) says how to collect them \
         and where to look first.\n\n{table}"
    )
}
