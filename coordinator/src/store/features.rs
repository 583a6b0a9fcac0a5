//! Encoded texts and images as bytes, bit for bit.

use clipig_core::{Prepared, PreparedTarget};

use super::binary::{ByteReader, ByteWriter, Malformed};

/// Version of this form; the first number in the bytes.
const VERSION: u32 = 1;

pub(super) fn encode(prepared: &Prepared) -> Vec<u8> {
    let mut bytes = ByteWriter::default();
    bytes.u32(VERSION);
    bytes.list(&prepared.targets, |bytes, target| {
        bytes.list(&target.features, |bytes, feature| {
            bytes.list(feature, |bytes, value| bytes.u32(value.to_bits()));
        });
        bytes.list(&target.auto_scales, |bytes, scale| bytes.f64(*scale));
        bytes.list(target.warning.as_slice(), |bytes, warning| bytes.text(warning));
    });
    bytes.into_bytes()
}

pub(super) fn decode(bytes: &[u8]) -> Result<Prepared, Malformed> {
    let mut bytes = ByteReader::new(bytes);
    if bytes.u32()? != VERSION {
        return Err(Malformed);
    }
    let targets = bytes.list(|bytes| {
        Ok(PreparedTarget {
            features: bytes.list(|bytes| bytes.list(ByteReader::f32))?,
            auto_scales: bytes.list(ByteReader::f64)?,
            warning: bytes.list(ByteReader::text)?.pop(),
        })
    })?;
    bytes.end()?;
    Ok(Prepared { targets })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn target() -> impl Strategy<Value = PreparedTarget> {
        let feature = proptest::collection::vec(any::<u32>().prop_map(f32::from_bits), 0..5);
        let features = proptest::collection::vec(feature, 0..4);
        let scales = proptest::collection::vec(any::<f64>(), 0..4);
        (features, scales, any::<Option<String>>())
            .prop_map(|(features, auto_scales, warning)| PreparedTarget { features, auto_scales, warning })
    }

    proptest! {
        #[test]
        fn every_bit_comes_back(targets in proptest::collection::vec(target(), 0..4)) {
            let bytes = encode(&Prepared { targets });
            // NaN is not equal to itself, its bytes are.
            prop_assert_eq!(encode(&decode(&bytes).unwrap()), bytes);
        }

        #[test]
        fn other_bytes_are_refused(bytes in proptest::collection::vec(any::<u8>(), 0..60), cut in 1_usize..9) {
            let _ = decode(&bytes);
            let whole = encode(&Prepared { targets: vec![PreparedTarget::default()] });
            prop_assert!(decode(&whole[..whole.len() - cut]).is_err());
        }
    }
}
