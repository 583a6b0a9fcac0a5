//! Compiles the one question that tch does not ask libtorch, and lets the tests of this crate find libtorch without
//! `LD_LIBRARY_PATH`.

fn main() {
    println!("cargo:rerun-if-env-changed=LIBTORCH");
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=src/capability.cpp");
    cc::Build::new().cpp(true).std("c++17").file("src/capability.cpp").compile("clipig_capability");
    if let Ok(lib) = std::env::var("DEP_TCH_LIBTORCH_LIB") {
        println!("cargo:rustc-link-arg=-Wl,-rpath,{lib}");
    }
}
