//! `clipig-coordinator`: a farm without workers of its own, for machines that do nothing else.

fn main() {
    clipig::clipig_coordinator().end()
}
