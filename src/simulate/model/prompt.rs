//! What the simulated model picks out of a prompt: key words, names, numbers and quotations.

/// Words that say nothing about the subject.
const COMMON: [&str; 72] = [
    "a", "about", "an", "and", "any", "are", "as", "at", "be", "but", "by", "can", "could", "current", "do",
    "does", "for", "from", "get", "give", "given", "has", "have", "how", "i", "in", "is", "it", "its", "let",
    "like", "list", "make", "me", "my", "now", "of", "on", "one", "or", "our", "out", "please", "right",
    "say", "so", "tell", "than", "that", "the", "their", "them", "then", "there", "this", "to", "two", "use",
    "want", "was", "what", "when", "where", "which", "who", "why", "will", "with", "would", "write", "you",
    "your",
];

/// The words of a text in lower case.
pub(super) fn words(text: &str) -> impl Iterator<Item = String> {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase)
}

/// Whether a word (in lower case) says nothing about the subject.
pub(super) fn is_common(word: &str) -> bool {
    COMMON.contains(&word)
}

/// Up to `most` different words that carry the subject, in their order.
pub(super) fn key_words(text: &str, most: usize) -> Vec<String> {
    let mut found = Vec::new();
    for word in words(text).filter(|word| !is_common(word)) {
        if !found.contains(&word) {
            found.push(word);
        }
        if found.len() == most {
            break;
        }
    }
    found
}

/// The names in a text: runs of capitalised words, without the word that merely opens a sentence.
pub(super) fn names(text: &str) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let mut run: Vec<&str> = Vec::new();
    let mut opens = true;
    for token in text.split_whitespace() {
        let word = token.trim_matches(|c: char| !c.is_alphanumeric());
        let capital = word.chars().next().is_some_and(char::is_uppercase);
        let only_opens = opens && is_common(&word.to_lowercase());
        opens = token.ends_with(['.', '!', '?', ':']);
        let breaks = token.ends_with(|c: char| !c.is_alphanumeric());
        if capital && !only_opens && word != "I" {
            run.push(word);
        }
        if !capital || only_opens || breaks {
            close(&mut run, &mut names);
        }
    }
    close(&mut run, &mut names);
    without_opening_verb(text, names)
}

fn close(run: &mut Vec<&str>, names: &mut Vec<String>) {
    let name = run.join(" ");
    run.clear();
    if !name.is_empty() && !names.contains(&name) {
        names.push(name);
    }
}

/// Drops the first word of the text when better names follow it: "Check Paris" is about Paris.
fn without_opening_verb(text: &str, mut names: Vec<String>) -> Vec<String> {
    let opening = text.split_whitespace().next().unwrap_or_default();
    let Some(first) = names.first_mut() else { return names };
    if let Some(rest) = first.strip_prefix(opening).and_then(|rest| rest.strip_prefix(' ')) {
        *first = rest.to_owned();
    } else if first == opening && names.len() > 1 {
        names.remove(0);
    }
    names
}

/// The numbers in a text.
pub(super) fn numbers(text: &str) -> Vec<f64> {
    let tokens = text.split(|c: char| !c.is_ascii_digit() && !matches!(c, '.' | '-'));
    tokens.filter_map(|token| token.trim_end_matches(['.', '-']).parse().ok()).collect()
}

/// What stands between double quotes.
pub(super) fn quotations(text: &str) -> Vec<String> {
    let inside = text.split(['"', '“', '”']).skip(1).step_by(2);
    inside.filter(|quoted| !quoted.trim().is_empty()).map(|quoted| quoted.trim().to_owned()).collect()
}

/// The start of a text, cut at a character when it is longer.
pub(super) fn excerpt(text: &str, most: usize) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(most) {
        Some((at, _)) => format!("{}…", &line[..at]),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_without_opening_words() {
        assert_eq!(names("What is the weather in Paris and Rome?"), ["Paris", "Rome"]);
        assert_eq!(
            names("Check Paris, New York and Rio de Janeiro."),
            ["Paris", "New York", "Rio", "Janeiro"]
        );
        assert_eq!(names("Weather Berlin"), ["Berlin"]);
        assert_eq!(names("London"), ["London"]);
        assert!(names("what is this").is_empty());
    }

    #[test]
    fn numbers_and_quotations_are_found() {
        assert_eq!(numbers("add 2 and -3.5, then 10."), [2.0, -3.5, 10.0]);
        assert_eq!(quotations("say \"one two\" and \"three\""), ["one two", "three"]);
    }

    #[test]
    fn key_words_leave_out_the_common_ones() {
        assert_eq!(
            key_words("Tell me about the old lighthouse and the old sea", 3),
            ["old", "lighthouse", "sea"]
        );
    }
}
