//! `cargo xtask gpu`: what can only be seen on a machine with an NVIDIA GPU. The program is the same one.

use crate::error::Error;
use crate::places::Places;
use crate::process::{self, cargo};
use crate::setup::{self, Wanted};

/// Fetches the GPU part of libtorch, runs the oracle's tests on the GPU in float32, then measures samples per
/// second there in float32 and half precision beside the CPU's.
pub(crate) fn run(places: &Places) -> Result<(), Error> {
    setup::run(places, Wanted { cuda: true, force: false })?;
    let tests = ["test", "--release", "--package", "clipig-engine", "oracle"];
    process::run(cargo(places).args(tests).env("CLIPIG_TEST_DEVICE", "cuda"))?;
    for (device, precision) in
        [("cpu", "float32"), ("cuda", "float32"), ("cuda", "bfloat16"), ("cuda", "float16")]
    {
        let bench = ["bench", "--package", "clipig-engine", "--bench", "throughput", "--"];
        process::run(cargo(places).args(bench).args(["--device", device, "--precision", precision]))?;
    }
    Ok(())
}
