//! Turns `farm/v1/*.proto` into Rust, without protoc.

use std::path::PathBuf;
use std::{env, fs};

use prost::Message;

type Error = Box<dyn std::error::Error>;

fn main() -> Result<(), Error> {
    println!("cargo:rerun-if-changed=farm");
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("cargo sets OUT_DIR")?);
    let files = protox::compile(["farm/v1/farm.proto", "farm/v1/worker.proto"], ["."])?;
    // For the reflection service.
    fs::write(out.join("farm.binpb"), files.encode_to_vec())?;
    tonic_prost_build::configure()
        .build_client(env::var_os("CARGO_FEATURE_CLIENT").is_some())
        .build_server(env::var_os("CARGO_FEATURE_SERVER").is_some())
        .build_transport(false)
        .codec_path("crate::codec::ReservingCodec")
        // Bulk data is cut out of what was received, not copied.
        .bytes(".")
        // Maps are encoded in one order.
        .btree_map(".")
        .compile_fds(files)?;
    Ok(())
}
