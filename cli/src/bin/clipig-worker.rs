//! `clipig-worker`: `clipig worker` under a name of its own, for machines that do nothing else.

fn main() {
    clipig::clipig_worker().end()
}
