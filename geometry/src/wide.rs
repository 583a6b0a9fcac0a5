//! Loops over the values of a row, compiled for wider registers where the processor has them.
//!
//! Programs are built for every x86-64 processor, so the compiler handles four values at a time. Most processors have AVX2,
//! which handles eight and multiplies whole numbers. Each function here is compiled for both, and each call takes what the
//! processor has. The bits are the same: the same operations are rounded in the same way, one by one, and the compiler never
//! joins a product and a sum.

/// Defines functions that are compiled twice on x86-64. Whatever they call has to be inlined, or it stays as narrow as before.
#[macro_export]
macro_rules! wide {
    ($($(#[$attribute:meta])* $visibility:vis fn $name:ident($($argument:ident: $type:ty),* $(,)?) $body:block)*) => {$(
        $(#[$attribute])*
        $visibility fn $name($($argument: $type),*) {
            // It has to become part of both, or it would be compiled only once.
            #[allow(clippy::inline_always)]
            #[inline(always)]
            fn narrow($($argument: $type),*) $body

            #[cfg(target_arch = "x86_64")]
            {
                #[target_feature(enable = "avx2")]
                fn avx2($($argument: $type),*) {
                    narrow($($argument),*);
                }

                if $crate::wide::has_avx2() {
                    // SAFETY: the processor has AVX2; nothing else is asked for.
                    #[allow(unsafe_code)]
                    unsafe {
                        avx2($($argument),*);
                    }
                    return;
                }
            }
            narrow($($argument),*);
        }
    )*};
}

/// Has the processor AVX2?
#[cfg(target_arch = "x86_64")]
#[inline]
pub fn has_avx2() -> bool {
    #[cfg(any(test, feature = "narrow"))]
    if narrow::IS_WANTED.get() {
        return false;
    }
    std::arch::is_x86_feature_detected!("avx2")
}

/// Lets tests compare both.
#[cfg(any(test, feature = "narrow"))]
pub mod narrow {
    use std::cell::Cell;

    thread_local! {
        pub(super) static IS_WANTED: Cell<bool> = const { Cell::new(false) };
    }

    /// Calls `work` as on a processor without wide registers.
    pub fn only<R>(work: impl FnOnce() -> R) -> R {
        IS_WANTED.set(true);
        let result = work();
        IS_WANTED.set(false);
        result
    }
}
