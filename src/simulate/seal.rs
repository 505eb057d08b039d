//! The signatures by which a stand-in knows its own thoughts when they come back.
//!
//! Real ones are encrypted state. These are digests: they show whether a client hands back what it was
//! given, unchanged and in its place, which is all that matters here.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

/// What real signatures begin with.
const HEAD: [u8; 6] = [0x12, 0xaa, 0x01, 0x0a, 0x48, 0x08];

/// The signature of a thought.
pub(super) fn seal(thought: &str) -> String {
    STANDARD.encode([&HEAD[..], &Sha256::digest(thought.as_bytes())].concat())
}

/// Whether a signature is the thought's own, in either alphabet: some clients write it anew.
pub(super) fn is_genuine(thought: &str, signature: &str) -> bool {
    let usual: String = signature
        .chars()
        .map(|c| {
            if c == '-' {
                '+'
            } else if c == '_' {
                '/'
            } else {
                c
            }
        })
        .collect();
    usual.trim_end_matches('=') == seal(thought).trim_end_matches('=')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_its_own_thought_fits_a_signature() {
        let signature = seal("hm");
        assert!(is_genuine("hm", &signature));
        assert!(is_genuine("hm", &signature.replace('+', "-").replace('/', "_")));
        assert!(!is_genuine("Hm", &signature) && !is_genuine("hm", "") && !is_genuine("hm", "EqoB"));
    }
}
