//! Numbers that must not be mixed up.

use std::fmt;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub u32);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

id! {
    /// One optimiser step, counted from 0.
    Epoch
}
id! {
    /// A shard's place in its epoch, counted from 0 over all targets; a leaf of the merge tree.
    ShardIndex
}
id! {
    /// A target's place in its experiment, counted from 0.
    TargetIndex
}
