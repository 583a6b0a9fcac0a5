//! The all-reduce of `torch.distributed` over gloo, by `gloo.py`.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::child::Child;
use crate::error::BenchError;
use crate::farm::Group;

const SCRIPT: &str = include_str!("../gloo.py");

/// A python that has torch.
pub(crate) struct Python(PathBuf);

impl Python {
    /// The one that was asked for, that of `$CLIPIG_BENCH_PYTHON`, or `python3`; `None` where it has no torch.
    pub(crate) fn with_torch(asked: Option<&Path>) -> Option<Self> {
        let variable = std::env::var_os("CLIPIG_BENCH_PYTHON").map(PathBuf::from);
        let python = asked.map(Path::to_owned).or(variable).unwrap_or_else(|| "python3".into());
        let check = "import torch.distributed as d; assert d.is_gloo_available()";
        let tried =
            Command::new(&python).args(["-c", check]).stdout(Stdio::null()).stderr(Stdio::null()).status();
        tried.is_ok_and(|status| status.success()).then_some(Self(python))
    }

    /// As many processes as `world`, which add up tensors of `values` float32.
    pub(crate) fn start(&self, world: u32, values: usize) -> Result<Group, BenchError> {
        let folder = tempfile::tempdir().map_err(BenchError::at("a folder for gloo"))?;
        let script = folder.path().join("gloo.py");
        std::fs::write(&script, SCRIPT).map_err(BenchError::at(script.display().to_string()))?;
        let arguments = [
            script.display().to_string(),
            world.to_string(),
            values.to_string(),
            folder.path().join("rendezvous").display().to_string(),
        ];
        Group::of(Child::program("gloo", &self.0, &arguments)?, folder)
    }
}
