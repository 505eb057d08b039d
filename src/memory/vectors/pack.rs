//! Vectors as they are kept, and how near two of them are. Pure.
//!
//! A vector of length one is kept as a byte per number and one scale: a quarter of the space, so that a search reads a
//! quarter as much. What that loses is far below what models differ by.

/// Bytes of the scale, before the numbers.
const SCALE: usize = 4;
/// The largest number that is kept of a vector.
const MOST: f32 = 127.0;
/// The largest number of what is searched with: small enough that the sum over [`LONGEST`] products stays in 32 bits.
const MOST_ASKED: f32 = 2047.0;
/// The longest vector.
pub(super) const LONGEST: usize = 4096;

/// A vector as it is kept; empty if there is none to keep: a length of zero points nowhere.
pub(super) fn pack(vector: &[f32]) -> Vec<u8> {
    let Some((scale, numbers)) = quantised(vector, MOST) else { return Vec::new() };
    let numbers = numbers.flat_map(|number| {
        #[expect(clippy::cast_possible_truncation, reason = "at most 127")]
        let number = number as i8;
        number.to_le_bytes()
    });
    scale.to_le_bytes().into_iter().chain(numbers).collect()
}

/// A vector to search with.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Asked {
    scale: f32,
    numbers: Vec<i16>,
}

impl Asked {
    /// None if it is longer than any that is kept, or points nowhere.
    pub(super) fn new(vector: &[f32]) -> Option<Self> {
        let (scale, numbers) = quantised(vector, MOST_ASKED).filter(|_| vector.len() <= LONGEST)?;
        #[expect(clippy::cast_possible_truncation, reason = "at most 2047")]
        let numbers = numbers.map(|number| number as i16).collect();
        Some(Self { scale, numbers })
    }

    /// The cosine of the angle to a vector that is kept; none for one of another length.
    pub(super) fn cosine(&self, packed: &[u8]) -> Option<f32> {
        let (scale, numbers) = packed.split_first_chunk::<SCALE>()?;
        if numbers.len() != self.numbers.len() {
            return None;
        }
        #[expect(clippy::cast_precision_loss, reason = "far more digits than the numbers have")]
        let sum = dot(&self.numbers, numbers) as f32;
        Some(sum * self.scale * f32::from_le_bytes(*scale))
    }
}

/// Written so that the compiler makes it several products at once.
fn dot(asked: &[i16], packed: &[u8]) -> i32 {
    let product = |(one, other): (&i16, &u8)| i32::from(*one) * i32::from(other.cast_signed());
    asked.iter().zip(packed).map(product).sum()
}

/// A vector of length one as whole numbers up to `most`, and what they are to be multiplied by.
fn quantised(vector: &[f32], most: f32) -> Option<(f32, impl Iterator<Item = f32>)> {
    let length = vector.iter().map(|number| number * number).sum::<f32>().sqrt();
    let largest = vector.iter().fold(0.0f32, |largest, number| largest.max(number.abs()));
    let usable = length.is_finite() && length > 0.0;
    usable.then(|| {
        (largest / length / most, vector.iter().map(move |number| (number / largest * most).round()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::{prop_assert, proptest};

    fn exact(one: &[f32], other: &[f32]) -> f32 {
        let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
        dot(one, other) / (dot(one, one) * dot(other, other)).sqrt()
    }

    #[test]
    fn what_points_nowhere_is_not_kept() {
        for vector in [&[][..], &[0.0; 8], &[f32::MAX; 8]] {
            assert!(pack(vector).is_empty() && Asked::new(vector).is_none(), "{vector:?}");
        }
        assert!(Asked::new(&vec![1.0; LONGEST + 1]).is_none());
        let asked = Asked::new(&[1.0, 2.0]).unwrap();
        assert!(asked.cosine(&[]).is_none() && asked.cosine(&pack(&[1.0; 3])).is_none());
    }

    #[test]
    fn the_longest_vectors_do_not_overflow() {
        let asked = Asked::new(&[1.0; LONGEST]).unwrap();
        assert!((asked.cosine(&pack(&[1.0; LONGEST])).unwrap() - 1.0).abs() < 0.001);
        assert!((asked.cosine(&pack(&[-1.0; LONGEST])).unwrap() + 1.0).abs() < 0.001);
    }

    proptest! {
        #[test]
        fn a_packed_vector_points_where_it_did(
            pairs in proptest::collection::vec((-1.0f32..1.0, -1.0f32..1.0), 16..600),
            longer in 0.01f32..100.0,
        ) {
            let (mut one, other): (Vec<f32>, Vec<f32>) = pairs.into_iter().unzip();
            one[0] += 0.5;
            let other: Vec<f32> = other.iter().map(|number| number * longer + 0.001).collect();
            let near = Asked::new(&one).unwrap().cosine(&pack(&other)).unwrap();
            prop_assert!((near - exact(&one, &other)).abs() < 0.01, "{near} {}", exact(&one, &other));
        }
    }
}
