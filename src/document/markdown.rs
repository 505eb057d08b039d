//! Markdown: its headings, and what should stay in one piece. The text itself stays as it was written.

use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use super::outline::Outline;
use super::{Parsed, Places};

/// The parser keeps some fifty bytes for each that it reads. What is larger was hardly written by hand, and is plain
/// text.
const MOST_STRUCTURE: usize = 16 << 20;
/// Front matter is a few lines.
const LONGEST_FRONT_MATTER: usize = 64 << 10;

/// Reads Markdown.
pub(super) fn read(text: String) -> Parsed {
    let (start, named) = front_matter(&text);
    if text.len() > MOST_STRUCTURE {
        let mut parsed = Parsed::plain(text, start);
        parsed.notices.push(format!("more than {} MiB: read without its headings", MOST_STRUCTURE >> 20));
        return parsed;
    }
    let body = &text[start..];
    let mut outline = Outline::new(start);
    let (mut whole, mut depth) = (Vec::new(), 0usize);
    let mut heading: Option<String> = None;
    let events = Parser::new_ext(body, Options::ENABLE_TABLES | Options::ENABLE_FOOTNOTES);
    for (event, range) in events.into_offset_iter() {
        match event {
            Event::Start(tag) => {
                if matches!(tag, Tag::CodeBlock(_) | Tag::Table(_)) {
                    whole.push(start + line_start(body, range.start)..start + range.end);
                }
                // A heading in a quotation or a list belongs to that.
                if depth == 0 && matches!(tag, Tag::Heading { .. }) {
                    heading = Some(String::new());
                }
                depth += 1;
            }
            Event::End(tag) => {
                depth = depth.saturating_sub(1);
                if let (TagEnd::Heading(level), Some(name)) = (tag, &heading)
                    && depth == 0
                {
                    let at = start + line_start(body, range.start);
                    outline.enter(rank(level), name, at..start + range.end);
                    heading = None;
                }
            }
            Event::Text(piece) | Event::Code(piece) => {
                if let Some(name) = &mut heading {
                    name.push_str(&piece);
                }
            }
            Event::SoftBreak | Event::HardBreak => {
                if let Some(name) = &mut heading {
                    name.push(' ');
                }
            }
            _ => {}
        }
    }
    let title = named.or_else(|| outline.first_name());
    let sections = outline.finish(text.len());
    Parsed { title, text, sections, whole, places: Places::Lines, notices: Vec::new() }
}

fn rank(level: HeadingLevel) -> u8 {
    match level {
        HeadingLevel::H1 => 1,
        HeadingLevel::H2 => 2,
        HeadingLevel::H3 => 3,
        HeadingLevel::H4 => 4,
        HeadingLevel::H5 => 5,
        HeadingLevel::H6 => 6,
    }
}

/// The start of the line, if only white space stands between.
fn line_start(text: &str, at: usize) -> usize {
    let indented = text[..at].trim_end_matches([' ', '\t']);
    if indented.is_empty() || indented.ends_with('\n') { indented.len() } else { at }
}

/// Where the text begins after front matter (YAML or TOML), and the title that it names.
fn front_matter(text: &str) -> (usize, Option<String>) {
    let fence = ["---", "+++"].into_iter().find(|fence| {
        text.strip_prefix(*fence)
            .is_some_and(|rest| rest.lines().next().is_some_and(|line| line.trim().is_empty()))
    });
    let Some(fence) = fence else { return (0, None) };
    let (mut at, mut title) = (0, None);
    for (number, line) in text.split_inclusive('\n').enumerate() {
        at += line.len();
        if at > LONGEST_FRONT_MATTER {
            break;
        }
        let line = line.trim_end();
        // A blank line after the fence, and it was a rule.
        if number == 1 && line.is_empty() {
            break;
        }
        if number > 0 && (line == fence || (fence == "---" && line == "...")) {
            return (at, title);
        }
        let value = line.strip_prefix("title").and_then(|rest| rest.trim_start().strip_prefix([':', '=']));
        if let Some(value) = value {
            title = Some(value.trim().trim_matches(['"', '\'']).to_owned()).filter(|title| !title.is_empty());
        }
    }
    (0, None)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(parsed: &Parsed) -> Vec<String> {
        parsed.sections.iter().map(|section| section.path.join(" > ")).collect()
    }

    #[test]
    fn headings_make_sections_and_front_matter_is_skipped() {
        let text = "---\ntitle: \"A Guide\"\ntags: [x]\n---\nfirst\n\n# Guide\n\nSetext `code`\n---\n\n> # not one\n\n   ### Deep ###\nx\n# End\n";
        let parsed = read(text.to_owned());
        assert_eq!(parsed.title.as_deref(), Some("A Guide"));
        assert_eq!(paths(&parsed), ["", "Guide", "Guide > Setext code", "Guide > Setext code > Deep", "End"]);
        let pieces: String = parsed.sections.iter().map(|section| &text[section.range.clone()]).collect();
        assert_eq!(pieces, text[text.find("first").unwrap()..]);
        assert!(text[parsed.sections[3].range.clone()].starts_with("   ### Deep"));
    }

    #[test]
    fn a_rule_is_no_front_matter() {
        for text in ["---\n\ntext\n\n---\nmore", "---\nnever closed", "--- x\ny", "----\na\n----\n"] {
            assert_eq!(front_matter(text), (0, None), "{text:?}");
        }
        assert_eq!(front_matter("+++\ntitle = 'T'\n+++\nx"), (20, Some("T".into())));
    }

    #[test]
    fn fences_and_tables_are_known() {
        let text = "a\n\n```rust\n# no heading\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n- x\n\n  ```\n  y\n  ```\n";
        let parsed = read(text.to_owned());
        assert_eq!(parsed.sections.len(), 1);
        let whole: Vec<&str> = parsed.whole.iter().map(|range| text[range.clone()].trim_end()).collect();
        assert_eq!(
            whole,
            ["```rust\n# no heading\n```", "| a | b |\n|---|---|\n| 1 | 2 |", "  ```\n  y\n  ```"]
        );
    }
}
