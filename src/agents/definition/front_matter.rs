//! The front matter of a file: between two lines of `---`, keys with values.
//!
//! It is YAML. Files made for other tools often only look so: a description goes on over several lines, has `: ` or
//! unmatched quotes in it. Where YAML fails, each key is read by itself, and what still fails as the text that it is.

use super::yaml::{self, Entry, Node, Value, Wrong};

/// The largest front matter.
const MAX_HEAD: usize = 64 << 10;

/// Keys whose value is a text, whatever stands in it.
const TEXTS: &[&str] = &["name", "description", "model"];
/// Keys whose value may be a list of words in one line.
const WORDS: &[&str] = &["tools", "handoffs"];

/// A file, taken apart.
#[derive(Debug, Default)]
pub(super) struct Parts {
    pub(super) entries: Vec<Entry>,
    /// What stands below the front matter.
    pub(super) body: String,
    /// What was not understood and is left out.
    pub(super) lost: Vec<Fault>,
}

/// What is wrong at a line.
#[derive(Debug, PartialEq)]
pub(super) struct Fault {
    pub(super) line: usize,
    pub(super) message: String,
}

impl Fault {
    pub(super) fn new(line: usize, message: impl Into<String>) -> Self {
        Self { line, message: message.into() }
    }
}

/// Takes a file apart; `known` are the keys that mean something.
pub(super) fn parts(text: &str, known: &[&str]) -> Result<Parts, Fault> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text).replace("\r\n", "\n").replace('\r', "\n");
    let (head, body) = split(&text)?;
    let body = body.trim_matches('\n').trim_end().to_owned();
    match yaml::parse(head, 1) {
        Ok(None) => Ok(Parts { body, ..Parts::default() }),
        Ok(Some(Node { value: Value::Table(entries), .. })) => Ok(Parts { entries, body, lost: Vec::new() }),
        Err(Wrong::Refused { line, message }) => Err(Fault::new(line, message)),
        Err(Wrong::Syntax { .. }) | Ok(Some(_)) => {
            let (entries, lost) = leniently(head, known)?;
            Ok(Parts { entries, body, lost })
        }
    }
}

/// What stands between the first two lines of `---`, and what stands below.
fn split(text: &str) -> Result<(&str, &str), Fault> {
    let is_fence = |line: &str| line.trim_end() == "---";
    let mut lines = text.split_inclusive('\n');
    let first = lines.next().unwrap_or_default();
    if !is_fence(first) {
        return Err(Fault::new(
            1,
            "expected front matter: the first line is `---`, then `name: …` and others",
        ));
    }
    let mut end = first.len();
    for line in lines {
        if is_fence(line) {
            let head = &text[first.len()..end];
            if head.len() > MAX_HEAD {
                return Err(Fault::new(1, format!("the front matter is larger than {} KiB", MAX_HEAD >> 10)));
            }
            return Ok((head, &text[end + line.len()..]));
        }
        end += line.len();
    }
    Err(Fault::new(1, "the front matter has no end: expected a second line of `---`"))
}

/// A key and the lines up to the next one.
struct Chunk<'a> {
    key: &'a str,
    line: usize,
    lines: Vec<&'a str>,
    /// Its text goes on at the margin, where keys stand.
    spilled: bool,
}

fn leniently(head: &str, known: &[&str]) -> Result<(Vec<Entry>, Vec<Fault>), Fault> {
    let (mut chunks, mut lost): (Vec<Chunk<'_>>, Vec<Fault>) = (Vec::new(), Vec::new());
    for (line, number) in head.lines().zip(2..) {
        let key = key(line);
        match (key, chunks.last_mut()) {
            // Within a text that goes on at the margin only what is known to be a key is one.
            (Some(key), before) if before.as_ref().is_none_or(|it| !it.spilled) || known.contains(&key) => {
                chunks.push(Chunk { key, line: number, lines: vec![line], spilled: false });
            }
            (_, Some(chunk)) => {
                chunk.spilled |= !line.starts_with([' ', '\t', '-', '#']) && !line.is_empty();
                chunk.lines.push(line);
            }
            (_, None) if line.trim().is_empty() || line.starts_with('#') => {}
            (_, None) => lost.push(Fault::new(number, "expected `key: value`; the line is left out")),
        }
    }
    let chunks = chunks.into_iter().filter(|chunk| known.contains(&chunk.key));
    let entries: Result<Vec<_>, _> = chunks.map(|chunk| entry(&chunk)).collect();
    Ok((entries?, lost))
}

/// The key that a line at the margin begins with.
fn key(line: &str) -> Option<&str> {
    let (key, rest) = line.split_once(':')?;
    let is_word = key.starts_with(|c: char| c.is_ascii_alphabetic())
        && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
    (is_word && (rest.is_empty() || rest.starts_with([' ', '\t']))).then_some(key)
}

fn entry(chunk: &Chunk<'_>) -> Result<Entry, Fault> {
    let (line, key) = (chunk.line, chunk.key);
    let text = text(chunk);
    let strictly = if chunk.spilled { Ok(None) } else { yaml::parse(&chunk.lines.join("\n"), line - 1) };
    let reason = match strictly {
        Ok(Some(Node { value: Value::Table(mut entries), .. })) if entries.len() == 1 => {
            if let Some(entry) = entries.pop() {
                return Ok(entry);
            }
            String::new()
        }
        Ok(_) => "it goes on in a way that is no YAML".to_owned(),
        Err(Wrong::Refused { line, message }) => return Err(Fault::new(line, message)),
        Err(Wrong::Syntax { message, .. }) => message,
    };
    let is_text = TEXTS.contains(&key)
        || (WORDS.contains(&key) && !chunk.spilled && !text.starts_with(['[', '{', '&', '*', '!']));
    if !is_text {
        return Err(Fault::new(line, format!("`{key}`: it is no YAML: {reason}")));
    }
    Ok(Entry { key: key.to_owned(), line, node: Node { line, value: Value::Text(text, true) } })
}

/// The text of a key, from all its lines, without the quotes around it.
fn text(chunk: &Chunk<'_>) -> String {
    let first = chunk.lines.first().and_then(|line| line.split_once(':')).map(|(_, rest)| rest);
    let rest = chunk.lines.iter().skip(1).copied();
    let lines = first.into_iter().chain(rest).map(str::trim).filter(|line| !line.is_empty());
    let text = lines.collect::<Vec<_>>().join("\n");
    let quoted = |quote| text.strip_prefix(quote).and_then(|text: &str| text.strip_suffix(quote));
    quoted('"').or_else(|| quoted('\'')).unwrap_or(&text).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: &[&str] = &["name", "description", "tools", "model", "memory"];

    fn texts(text: &str) -> Vec<(String, usize, String)> {
        let parts = parts(text, KNOWN).unwrap();
        assert_eq!(parts.lost, []);
        let entry = |it: Entry| match it.node.value {
            Value::Text(text, _) => (it.key, it.line, text),
            other => (it.key, it.line, format!("{other:?}")),
        };
        parts.entries.into_iter().map(entry).collect()
    }

    fn rows(rows: &[(&str, usize, &str)]) -> Vec<(String, usize, String)> {
        rows.iter().map(|(key, line, text)| ((*key).to_owned(), *line, (*text).to_owned())).collect()
    }

    #[test]
    fn what_is_no_yaml_is_a_text() {
        let text = "---\nname: a\ndescription: Use when: always. \"So\" # 1\n\tuser: \"x\"\ntools: Read, Grep\n---\nBody\n---\nmore\n";
        assert_eq!(
            texts(text),
            rows(&[
                ("name", 2, "a"),
                ("description", 3, "Use when: always. \"So\" # 1\nuser: \"x\""),
                ("tools", 5, "Read, Grep"),
            ])
        );
        assert_eq!(parts(text, KNOWN).unwrap().body, "Body\n---\nmore");
    }

    #[test]
    fn a_text_may_go_on_at_the_margin() {
        let text = "---\ndescription: Examples:\n\n<example>\nContext: a: b\nuser: \"x\"\n</example>\nmodel: opus\n---\n";
        assert_eq!(
            texts(text),
            rows(&[
                ("description", 2, "Examples:\n<example>\nContext: a: b\nuser: \"x\"\n</example>"),
                ("model", 8, "opus"),
            ])
        );
    }

    #[test]
    fn ends_of_lines_and_marks_do_not_matter() {
        assert_eq!(texts("\u{feff}--- \r\nname: a  \r\n---\r\nx"), rows(&[("name", 2, "a")]));
        assert_eq!(texts("---\n---\n"), rows(&[]));
        let fault = |text: &str| parts(text, KNOWN).unwrap_err();
        assert_eq!(fault("").line, 1);
        assert!(fault("---\nname: a\n").message.contains("no end"));
        assert!(fault(&format!("---\na: {}\n---\n", "x".repeat(70_000))).message.contains("64 KiB"));
    }

    #[test]
    fn what_is_lost_is_told() {
        let read = parts("---\nhello\nname: a: b\n---\n", KNOWN).unwrap();
        assert_eq!((read.entries.len(), read.lost[0].line), (1, 2));
        let fault = parts("---\nname: a: b\nmemory: [\n---\n", KNOWN).unwrap_err();
        assert!(fault.line == 3 && fault.message.starts_with("`memory`: it is no YAML"), "{fault:?}");
        assert_eq!(parts("---\nname: a: b\ntools: *all\n---\n", KNOWN).unwrap_err().line, 3);
        // What nobody reads may be as wrong as it likes.
        assert_eq!(texts("---\nname: a\nhooks: [\n---\n"), rows(&[("name", 2, "a")]));
    }
}
