//! Loops over the values of a row, compiled for wider registers where the processor has them.
//!
//! Programs are built for every x86-64 processor, so the compiler handles four values at a time. Most processors have AVX2,
//! which handles eight and multiplies whole numbers; many have AVX-512, which handles sixteen, multiplies those of 64 bits and
//! chooses between two values without a further instruction. Each function here is compiled for all three, and each call takes
//! the widest that the processor has. The bits are the same: the same operations are rounded in the same way, one by one, and
//! the compiler never joins a product and a sum.

/// How many values the processor handles at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Registers {
    /// As many as every processor of its kind.
    Narrow,
    /// Those of 32 bytes.
    Avx2,
    /// Those of 64 bytes, with instructions for bytes and for whole numbers of 64 bits.
    Avx512,
}

/// Defines functions that are compiled three times on x86-64. Whatever they call has to be inlined, or it stays as narrow as
/// before.
#[macro_export]
macro_rules! wide {
    ($(
        $(#[$attribute:meta])*
        $visibility:vis fn $name:ident($($argument:ident: $type:ty),* $(,)?) $(-> $result:ty)? $body:block
    )*) => {$(
        $(#[$attribute])*
        $visibility fn $name($($argument: $type),*) $(-> $result)? {
            // It has to become part of all three, or it would be compiled only once.
            #[allow(clippy::inline_always)]
            #[inline(always)]
            fn narrow($($argument: $type),*) $(-> $result)? $body

            #[cfg(target_arch = "x86_64")]
            {
                #[target_feature(enable = "avx2")]
                fn avx2($($argument: $type),*) $(-> $result)? {
                    narrow($($argument),*)
                }

                #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl")]
                fn avx512($($argument: $type),*) $(-> $result)? {
                    narrow($($argument),*)
                }

                match $crate::wide::registers() {
                    $crate::wide::Registers::Narrow => {}
                    $crate::wide::Registers::Avx2 => {
                        // SAFETY: the processor has AVX2; nothing else is asked for.
                        #[allow(unsafe_code)]
                        return unsafe { avx2($($argument),*) };
                    }
                    $crate::wide::Registers::Avx512 => {
                        // SAFETY: the processor has these four parts of AVX-512; nothing else is asked for.
                        #[allow(unsafe_code)]
                        return unsafe { avx512($($argument),*) };
                    }
                }
            }
            narrow($($argument),*)
        }
    )*};
}

/// The widest registers that may be used.
#[cfg(target_arch = "x86_64")]
#[inline]
pub fn registers() -> Registers {
    use std::sync::LazyLock;

    static WIDEST: LazyLock<Registers> = LazyLock::new(|| {
        if is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512bw")
            && is_x86_feature_detected!("avx512dq")
            && is_x86_feature_detected!("avx512vl")
        {
            Registers::Avx512
        } else if is_x86_feature_detected!("avx2") {
            Registers::Avx2
        } else {
            Registers::Narrow
        }
    });
    let registers = *WIDEST;
    #[cfg(any(test, feature = "narrow"))]
    let registers = registers.min(limit::LIMIT.get());
    registers
}

/// The widest registers that may be used.
#[cfg(not(target_arch = "x86_64"))]
#[inline]
pub fn registers() -> Registers {
    Registers::Narrow
}

/// Does the processor fetch many values from many places faster by one instruction than one by one? Those of Intel with AVX-512
/// do. Nobody has measured clipig with such an instruction on others.
#[cfg(target_arch = "x86_64")]
#[inline]
pub fn gathers() -> bool {
    use std::arch::x86_64::__cpuid;
    use std::sync::LazyLock;

    static IS_INTEL: LazyLock<bool> = LazyLock::new(|| {
        let vendor = __cpuid(0);
        [vendor.ebx, vendor.edx, vendor.ecx].map(u32::to_le_bytes).as_flattened() == b"GenuineIntel"
    });
    registers() == Registers::Avx512 && *IS_INTEL
}

/// Does the processor fetch many values from many places faster by one instruction than one by one?
#[cfg(not(target_arch = "x86_64"))]
#[inline]
pub fn gathers() -> bool {
    false
}

/// Lets tests compare what all of them compute.
#[cfg(any(test, feature = "narrow"))]
pub mod limit {
    use std::cell::Cell;

    use crate::wide::{Registers, registers};

    thread_local! {
        pub(super) static LIMIT: Cell<Registers> = const { Cell::new(Registers::Avx512) };
    }

    /// Calls `work` with each sort of registers that this processor has, from the narrowest on.
    pub fn each(mut work: impl FnMut(Registers)) {
        let widest = registers();
        for limit in [Registers::Narrow, Registers::Avx2, Registers::Avx512] {
            if limit <= widest {
                LIMIT.set(limit);
                work(limit);
            }
        }
        LIMIT.set(widest);
    }
}
