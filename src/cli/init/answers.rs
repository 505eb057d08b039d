//! What a person means by an answer: numbers or names of a list, yes or no, a key.

use crate::config::nearest;
use crate::secret::Secret;

/// The places of a list that an answer names, in its order, each once. The error says what was not understood.
pub(super) fn places(answer: &str, names: &[&str]) -> Result<Vec<usize>, String> {
    let mut places = Vec::new();
    for word in answer.split([',', ' ', '\t', '\n', '\r']).filter(|word| !word.is_empty()) {
        let place = match word.parse::<usize>() {
            Ok(number) if (1..=names.len()).contains(&number) => number - 1,
            Ok(number) => {
                return Err(format!("there is no {number}: the list goes from 1 to {}", names.len()));
            }
            Err(_) => match names.iter().position(|name| name.eq_ignore_ascii_case(word)) {
                Some(place) => place,
                None => return Err(unknown(word, names)),
            },
        };
        if !places.contains(&place) {
            places.push(place);
        }
    }
    Ok(places)
}

fn unknown(word: &str, names: &[&str]) -> String {
    // Somebody may have pasted a key: then it is not repeated.
    if word.len() > 20 {
        return "that is no number and no name of the list".to_owned();
    }
    match nearest(word, names.iter().copied()) {
        Some(near) => format!("there is no `{word}`; did you mean `{near}`?"),
        None => format!("there is no `{word}` in the list"),
    }
}

/// Yes or no; an empty answer means what was offered.
pub(super) fn yes(answer: &str, offered: bool) -> Option<bool> {
    match answer.trim().to_lowercase().as_str() {
        "" => Some(offered),
        "y" | "yes" => Some(true),
        "n" | "no" => Some(false),
        _ => None,
    }
}

/// A key: one word that a header can carry.
pub(super) fn key(answer: &str) -> Option<Secret> {
    let key = Secret::new(answer);
    let usable = !key.is_empty() && key.expose().chars().all(|c| c.is_ascii_graphic());
    usable.then_some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_names() {
        let names = ["groq", "openrouter", "gemini"];
        assert_eq!(places("3, groq 3\n", &names), Ok(vec![2, 0]));
        assert_eq!(places("  \n", &names), Ok(vec![]));
        assert_eq!(places("4", &names).unwrap_err(), "there is no 4: the list goes from 1 to 3");
        assert_eq!(places("0", &names).unwrap_err(), "there is no 0: the list goes from 1 to 3");
        assert_eq!(places("GROQ", &names), Ok(vec![0]));
        assert_eq!(places("grok", &names).unwrap_err(), "there is no `grok`; did you mean `groq`?");
        assert!(!places("gsk_canary_0123456789012", &names).unwrap_err().contains("canary"));
    }

    #[test]
    fn yes_and_no() {
        assert_eq!(yes("\n", true), Some(true));
        assert_eq!(yes("No", true), Some(false));
        assert_eq!(yes("perhaps", true), None);
        assert!(key("two words").is_none() && key("\n").is_none() && key(" k1 \n").is_some());
    }
}
