//! Vectors: the same for the same text, and of length one.

/// More numbers than any real model has; a request must not decide how much memory is used.
const MOST: usize = 8192;

/// A vector that depends on nothing but the text.
pub(in crate::simulate) fn vector(text: &str, dimensions: usize) -> Vec<f32> {
    let seed = text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    let mut random = fastrand::Rng::with_seed(seed);
    let mut vector: Vec<f32> = (0..dimensions.clamp(1, MOST)).map(|_| random.f32() - 0.5).collect();
    let length = vector.iter().map(|x| x * x).sum::<f32>().sqrt().max(f32::MIN_POSITIVE);
    for x in &mut vector {
        *x /= length;
    }
    vector
}
