//! `clipig-local`: `clipig` with what computes. `clipig` replaces itself by it.

fn main() {
    clipig::clipig_local().end()
}
