//! What an agent may be called.

/// The longest name.
const LONGEST: usize = 64;

/// Whether this is a name as it should be.
pub fn is_name(text: &str) -> bool {
    normal_name(text).is_some_and(|normal| normal == text)
}

/// The name that a text stands for: `Code Reviewer` is `code-reviewer`. None if there is nothing in it to make one of.
pub fn normal_name(text: &str) -> Option<String> {
    let mut name = String::new();
    for c in text.trim().chars() {
        match c.to_ascii_lowercase() {
            c if c.is_ascii_alphanumeric() => name.push(c),
            c @ ('_' | '-') if !name.is_empty() => name.push(c),
            _ if name.is_empty() || name.ends_with('-') => {}
            _ => name.push('-'),
        }
        if name.len() == LONGEST {
            break;
        }
    }
    let ends_as_written = text.trim().ends_with(['-', '_']);
    let name = if ends_as_written { name.as_str() } else { name.trim_end_matches('-') };
    (!name.is_empty()).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_are_made_of_what_people_write() {
        let name = |text: &str| normal_name(text).unwrap_or_default();
        assert_eq!(name("Code Reviewer"), "code-reviewer");
        assert_eq!(name(" C++ / Rust expert! "), "c-rust-expert");
        assert_eq!(name("-_x"), "x");
        assert_eq!(name("../../etc/passwd"), "etc-passwd");
        assert_eq!(name("…"), "");
        assert!(is_name("a_b-2") && is_name("a--b") && is_name("a-"));
        assert!(
            !is_name("A") && !is_name("") && !is_name("a b") && !is_name("-a") && !is_name(&"a".repeat(65))
        );
    }

    proptest! {
        #[test]
        fn a_name_stays_what_it_is(text in "\\PC{0,90}") {
            if let Some(name) = normal_name(&text) {
                prop_assert!(is_name(&name), "{name}");
            }
        }
    }
}
