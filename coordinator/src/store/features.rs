//! Encoded texts and images as bytes, bit for bit.

use std::collections::BTreeMap;

use clipig_core::{Prepared, PreparedTarget};

use super::binary::{ByteReader, ByteWriter, Malformed};

/// The form without supplements, which earlier builds read, too. It is written where there are none.
const PLAIN: u32 = 1;
/// The form with supplements.
const WITH_SUPPLEMENTS: u32 = 2;

/// The first number of the bytes is their form.
pub(super) fn encode(prepared: &Prepared) -> Vec<u8> {
    let mut bytes = ByteWriter::default();
    let plain = prepared.targets.iter().all(|target| target.supplements.is_empty());
    bytes.u32(if plain { PLAIN } else { WITH_SUPPLEMENTS });
    bytes.list(&prepared.targets, |bytes, target| {
        bytes.list(&target.features, |bytes, feature| {
            bytes.list(feature, |bytes, value| bytes.u32(value.to_bits()));
        });
        bytes.list(&target.auto_scales, |bytes, scale| bytes.f64(*scale));
        bytes.list(target.warning.as_slice(), |bytes, warning| bytes.text(warning));
        if !plain {
            let supplements: Vec<_> = target.supplements.iter().collect();
            bytes.list(&supplements, |bytes, (place, values)| {
                bytes.u32(**place);
                bytes.list(values, |bytes, value| bytes.u32(value.to_bits()));
            });
        }
    });
    bytes.into_bytes()
}

pub(super) fn decode(bytes: &[u8]) -> Result<Prepared, Malformed> {
    let mut bytes = ByteReader::new(bytes);
    let plain = match bytes.u32()? {
        PLAIN => true,
        WITH_SUPPLEMENTS => false,
        _ => return Err(Malformed),
    };
    let targets = bytes.list(|bytes| {
        Ok(PreparedTarget {
            features: bytes.list(|bytes| bytes.list(ByteReader::f32))?,
            auto_scales: bytes.list(ByteReader::f64)?,
            warning: bytes.list(ByteReader::text)?.pop(),
            supplements: if plain { BTreeMap::new() } else { supplements(bytes)? },
        })
    })?;
    bytes.end()?;
    Ok(Prepared { targets })
}

fn supplements(bytes: &mut ByteReader<'_>) -> Result<BTreeMap<u32, Vec<f32>>, Malformed> {
    let supplements = bytes.list(|bytes| Ok((bytes.u32()?, bytes.list(ByteReader::f32)?)))?;
    Ok(supplements.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn target() -> impl Strategy<Value = PreparedTarget> {
        let feature = proptest::collection::vec(any::<u32>().prop_map(f32::from_bits), 0..5);
        let features = proptest::collection::vec(feature, 0..4);
        let scales = proptest::collection::vec(any::<f64>(), 0..4);
        let numbers = proptest::collection::vec(any::<u32>().prop_map(f32::from_bits), 0..4);
        let supplements = proptest::collection::btree_map(any::<u32>(), numbers, 0..3);
        (features, scales, any::<Option<String>>(), supplements).prop_map(
            |(features, auto_scales, warning, supplements)| PreparedTarget {
                features,
                auto_scales,
                warning,
                supplements,
            },
        )
    }

    #[test]
    fn without_supplements_earlier_builds_read_it() {
        let target = PreparedTarget { features: vec![vec![1.0]], ..PreparedTarget::default() };
        // Form, targets, features, numbers, 1.0; no scales, no warning.
        let words: [u32; 7] = [1, 1, 1, 1, 1.0_f32.to_bits(), 0, 0];
        let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        assert_eq!(encode(&Prepared { targets: vec![target] }), bytes);
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
