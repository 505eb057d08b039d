//! Secrets that cannot be printed by accident.

mod source;

use std::fmt;
use std::sync::Arc;

use sha2::{Digest, Sha256};

pub use source::KeySource;

/// A provider's key. It has no `Display`, no `Serialize`, and a `Debug` that shows nothing; whoever needs the text
/// says so with [`Secret::expose`], and there is one such place: the header of a request.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Secret(Arc<str>);

impl Secret {
    /// Takes a secret; surrounding white space, as files and copied text have it, is not part of it.
    pub fn new(text: &str) -> Self {
        Self(Arc::from(text.trim()))
    }

    /// The text itself.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Eight hexadecimal digits that tell keys apart without giving anything away.
    pub fn fingerprint(&self) -> String {
        let digest = Sha256::digest(self.0.as_bytes());
        let [a, b, c, d, ..] = digest.0;
        format!("{:08x}", u32::from_be_bytes([a, b, c, d]))
    }

    /// Takes the secret out of text that came from outside: providers like to echo keys in their errors. A piece of it
    /// at the end, where the text was cut, goes as well.
    pub fn redact(&self, text: &str) -> String {
        let secret = &*self.0;
        // A shorter one is no secret and would tear holes into ordinary words.
        if secret.len() < 8 {
            return text.to_owned();
        }
        let text = text.replace(secret, "[key]");
        let end = text.trim_end_matches('…');
        let cut = (6..secret.len())
            .rev()
            .find(|&length| secret.get(..length).is_some_and(|piece| end.ends_with(piece)));
        match cut {
            Some(length) => format!("{}[key]…", &end[..end.len() - length]),
            None => text,
        }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn never_shows_itself() {
        let secret = Secret::new(" sk-canary-1234567890 \n");
        assert_eq!(secret.expose(), "sk-canary-1234567890");
        assert!(!format!("{secret:?}").contains("canary"));
        assert_eq!(secret.fingerprint().len(), 8);
        assert_eq!(secret.redact("bad key sk-canary-1234567890!"), "bad key [key]!");
        assert_eq!(secret.redact("bad key sk-canary-1…"), "bad key [key]…");
        assert_eq!(secret.redact("ask me…"), "ask me…");
    }
}
