//! `cargo xtask gpu`: what can only be seen on a machine with an NVIDIA GPU. The program is the same one.

use crate::error::Error;
use crate::places::Places;
use crate::process::{self, cargo};
use crate::setup::{self, Wanted};

/// Fetches the GPU part of libtorch. Runs the oracle's tests on the GPU in float32, and those that compare windows which the
/// GPU renders with the CPU's, bit by bit. Then it measures what rendering costs there, and samples per second in float32 and
/// half precision beside the CPU's.
pub(crate) fn run(places: &Places) -> Result<(), Error> {
    setup::run(places, Wanted { cuda: true, force: false })?;
    for name in ["oracle", "on_device"] {
        let tests = ["test", "--release", "--package", "clipig-engine", name];
        process::run(cargo(places).args(tests).env("CLIPIG_TEST_DEVICE", "cuda"))?;
    }
    let rendering = ["bench", "--package", "clipig-engine", "--bench", "own_work", "--", "on-device", "cuda"];
    process::run(cargo(places).args(rendering))?;
    for (device, precision) in
        [("cpu", "float32"), ("cuda", "float32"), ("cuda", "bfloat16"), ("cuda", "float16")]
    {
        let bench = ["bench", "--package", "clipig-engine", "--bench", "throughput", "--"];
        process::run(cargo(places).args(bench).args(["--device", device, "--precision", precision]))?;
    }
    Ok(())
}
