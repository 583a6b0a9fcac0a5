//! The digest of a node's result, by which two workers' results are compared without keeping either.

use clipig_core::{GradientSum, SampleReport, Sha256};
use sha2::Digest as _;

/// Values that are hashed in one go.
const PIECE: usize = 1024;

/// SHA-256 over the bits of everything in a result that the picture or its statistics depend on: the gradient with the size
/// of its canvas, and the reports of all samples.
///
/// A tile of zeros counts as none, since the gradient is the same without it. Negative zeros do not count as zeros: they
/// are other bits.
pub fn digest(gradient: &GradientSum, reports: &[Vec<SampleReport>]) -> Sha256 {
    let mut hash = Hash(sha2::Sha256::new());
    hash.count(gradient.width());
    hash.count(gradient.height());
    for ((column, row), tile) in gradient.tiles() {
        if tile.iter().any(|value| value.to_bits() != 0) {
            hash.count(column);
            hash.count(row);
            hash.values(tile);
        }
    }
    // No tile lies there, so what follows cannot be taken for one.
    hash.count(usize::MAX);
    hash.count(reports.len());
    for samples in reports {
        hash.count(samples.len());
        for sample in samples {
            hash.sample(sample);
        }
    }
    Sha256(hash.0.finalize().into())
}

/// Values of known lengths, one after the other.
struct Hash(sha2::Sha256);

impl Hash {
    fn count(&mut self, count: usize) {
        self.0.update((count as u64).to_le_bytes());
    }

    fn number(&mut self, number: f64) {
        self.0.update(number.to_bits().to_le_bytes());
    }

    fn values(&mut self, values: &[f32]) {
        let mut bytes = [0; 4 * PIECE];
        for piece in values.chunks(PIECE) {
            for (place, value) in bytes.chunks_exact_mut(4).zip(piece) {
                place.copy_from_slice(&value.to_bits().to_le_bytes());
            }
            self.0.update(&bytes[..4 * piece.len()]);
        }
    }

    fn sample(&mut self, sample: &SampleReport) {
        self.number(sample.loss);
        self.count(sample.features.len());
        for feature in &sample.features {
            self.number(feature.similarity);
            self.number(feature.weight);
            self.count(usize::from(feature.loss.is_some()));
            if let Some(loss) = feature.loss {
                self.number(loss);
            }
        }
        self.count(sample.constraints.len());
        for constraint in &sample.constraints {
            self.count(usize::from(constraint.is_some()));
            if let Some(constraint) = constraint {
                self.number(constraint.weight);
                self.number(constraint.loss);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use clipig_core::{ConstraintReport, FeatureReport, TILE};

    use super::*;

    fn gradient() -> GradientSum {
        let mut gradient = GradientSum::new(100, 70);
        gradient.add_at(&[Some(0), Some(99), Some(6_999)], &[0.5; 9]);
        gradient
    }

    fn reports() -> Vec<Vec<SampleReport>> {
        let feature = FeatureReport { similarity: 20.0, weight: 1.0, loss: Some(0.25) };
        let constraints = vec![None, Some(ConstraintReport { weight: 2.0, loss: 0.5 })];
        let sample =
            SampleReport { loss: 0.75, features: vec![feature, FeatureReport::default()], constraints };
        vec![vec![sample.clone(), sample.clone()], vec![sample]]
    }

    #[test]
    fn the_same_bits_have_one_digest_however_they_came() {
        let wanted = digest(&gradient(), &reports());
        let mut received = GradientSum::new(100, 70);
        for (number, values) in gradient().into_tiles() {
            received.insert_tile(number, values).unwrap();
        }
        assert_eq!(digest(&received, &reports()), wanted);
        // A tile of zeros is no tile.
        let mut padded = gradient();
        padded.insert_tile(2, vec![0.0; 3 * TILE * 6]).unwrap();
        assert!(padded.tile_count() > gradient().tile_count());
        assert_eq!(digest(&padded, &reports()), wanted);
    }

    #[test]
    fn every_bit_of_gradient_and_reports_counts() {
        let wanted = digest(&gradient(), &reports());
        let mut seen = vec![wanted];
        let mut differs = |gradient: &GradientSum, reports: &[Vec<SampleReport>]| {
            let found = digest(gradient, reports);
            assert!(!seen.contains(&found), "{reports:?}");
            seen.push(found);
        };
        for pixel in [0, 1, 99, 6_999] {
            let mut changed = gradient();
            changed.add_at(&[Some(pixel)], &[0.0, 0.0, f32::EPSILON]);
            differs(&changed, &reports());
        }
        // The same pixels of another canvas.
        let mut other = GradientSum::new(100, 71);
        other.add_at(&[Some(0), Some(99), Some(6_999)], &[0.5; 9]);
        differs(&other, &reports());
        let changes: [fn(&mut Vec<Vec<SampleReport>>); 9] = [
            |reports| reports[1][0].loss += f64::EPSILON,
            |reports| reports[0][1].features[0].similarity = -20.0,
            |reports| reports[0][1].features[0].weight = 0.0,
            |reports| reports[0][1].features[0].loss = None,
            |reports| reports[0][0].features[1].loss = Some(0.0),
            |reports| reports[0][0].constraints[1] = None,
            |reports| reports[0][0].constraints.reverse(),
            |reports| reports[0][0].features.reverse(),
            |reports| reports.reverse(),
        ];
        for change in changes {
            let mut changed = reports();
            change(&mut changed);
            differs(&gradient(), &changed);
        }
    }
}
