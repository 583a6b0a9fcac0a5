//! `clipig`: the commands, without libtorch.

fn main() {
    clipig_client::clipig().end()
}
