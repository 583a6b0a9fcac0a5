//! Turns the frozen definitions into Rust.

use std::path::{Path, PathBuf};
use std::{env, fs};

use prost::Message;

type Error = Box<dyn std::error::Error>;

/// Each has a folder here and a module in `src/lib.rs`.
const CONTRACTS: &[&str] = &["2026-11-30"];

fn main() -> Result<(), Error> {
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("cargo sets OUT_DIR")?);
    for contract in CONTRACTS {
        println!("cargo:rerun-if-changed={contract}");
        // Where workers of its time are refused, only the clients' part is left.
        let definitions = ["farm/v1/farm.proto", "farm/v1/worker.proto"];
        let definitions = definitions.into_iter().filter(|file| Path::new(contract).join(file).exists());
        let files = protox::compile(definitions, [contract])?;
        let folder = out.join(contract);
        fs::create_dir_all(&folder)?;
        fs::write(folder.join("farm.binpb"), files.encode_to_vec())?;
        // The codec of `later` asks a message for its name.
        let mut config = prost_build::Config::new();
        config.enable_type_names();
        // The rest is as tonic has it: what clipig's own code does in another way is not shared with it.
        tonic_prost_build::configure()
            .build_transport(false)
            .out_dir(folder)
            .compile_fds_with_config(files, config)?;
    }
    Ok(())
}
