//! Prints the OpenAPI document of the JSON API; `cargo xtask generate` keeps it in `docs/openapi.json`.

fn main() {
    print!("{}", clipig_coordinator::api::openapi());
}
