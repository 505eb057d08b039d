//! What a line begins. Pure, and decided by the line alone.

/// The most columns a line may be set in and still begin a block.
const MOST_INDENT: usize = 3;

/// What a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind<'a> {
    /// Nothing.
    Blank,
    /// `# Heading`: its level and its text.
    Heading(usize, &'a str),
    /// A fence of code: its character, its length and what it says about the code.
    Fence(char, usize, &'a str),
    /// `---` and the like.
    Rule,
    /// `> `: what is quoted.
    Quote(&'a str),
    /// An item of a list.
    Item(Item<'a>),
    /// Anything else.
    Text,
}

/// An item of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Item<'a> {
    /// Its number with the dot; none where it has a bullet.
    pub(super) number: Option<&'a str>,
    /// Columns from the margin to its text.
    pub(super) inside: usize,
    /// Its text.
    pub(super) text: &'a str,
}

/// Columns that a line is set in. A tab goes to the next multiple of four.
pub(super) fn indent(line: &str) -> usize {
    line.chars()
        .take_while(|c| matches!(c, ' ' | '\t'))
        .fold(0, |at, c| if c == '\t' { at / 4 * 4 + 4 } else { at + 1 })
}

/// What a line is whose container begins at `margin`.
pub(super) fn kind(line: &str, margin: usize) -> Kind<'_> {
    let (text, indent) = (line.trim_start_matches([' ', '\t']), indent(line));
    let text = text.trim_end();
    if text.is_empty() {
        return Kind::Blank;
    }
    if let Some(item) = item(text, indent) {
        return if is_rule(text) { Kind::Rule } else { Kind::Item(item) };
    }
    if indent > margin + MOST_INDENT {
        return Kind::Text;
    }
    if let Some((mark, length, about)) = fence(text) {
        return Kind::Fence(mark, length, about);
    }
    if let Some((level, text)) = heading(text) {
        return Kind::Heading(level, text);
    }
    if let Some(quoted) = text.strip_prefix('>') {
        return Kind::Quote(quoted.strip_prefix(' ').unwrap_or(quoted));
    }
    if is_rule(text) { Kind::Rule } else { Kind::Text }
}

fn heading(text: &str) -> Option<(usize, &str)> {
    let rest = text.trim_start_matches('#');
    let level = text.len() - rest.len();
    let is_one = (1..=6).contains(&level) && (rest.is_empty() || rest.starts_with([' ', '\t']));
    let inner = rest.trim();
    // A closing row of `#` says nothing.
    let bare = inner.trim_end_matches('#');
    let inner = if bare.is_empty() || bare.ends_with(' ') { bare.trim_end() } else { inner };
    is_one.then_some((level, inner))
}

fn fence(text: &str) -> Option<(char, usize, &str)> {
    let mark = text.chars().next().filter(|c| matches!(c, '`' | '~'))?;
    let rest = text.trim_start_matches(mark);
    let length = text.len() - rest.len();
    // An inline code span has its end in the same line.
    let is_one = length >= 3 && !(mark == '`' && rest.contains('`'));
    is_one.then_some((mark, length, rest.trim()))
}

/// Whether a line ends the code that a fence began.
pub(super) fn closes(line: &str, mark: char, length: usize) -> bool {
    let text = line.trim();
    text.len() >= length && text.chars().all(|c| c == mark) && indent(line) <= 12
}

fn is_rule(text: &str) -> bool {
    let mut marks = text.chars().filter(|c| !c.is_whitespace());
    let Some(mark) = marks.next().filter(|c| matches!(c, '-' | '*' | '_')) else { return false };
    let others = marks.try_fold(0, |count, c| (c == mark).then_some(count + 1));
    others.is_some_and(|count| count >= 2)
}

fn item(text: &str, indent: usize) -> Option<Item<'_>> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let marker = match text.as_bytes().get(digits)? {
        b'-' | b'*' | b'+' if digits == 0 => 1,
        b'.' | b')' if (1..=9).contains(&digits) => digits + 1,
        _ => return None,
    };
    let (marker, rest) = text.split_at(marker);
    let inner = rest.trim_start_matches([' ', '\t']);
    if !rest.is_empty() && inner.len() == rest.len() {
        return None;
    }
    let number = (digits > 0).then_some(marker);
    Some(Item { number, inside: indent + marker.len() + (rest.len() - inner.len()).clamp(1, 4), text: inner })
}

/// Whether a line is the second one of a table: the one that says how columns are aligned.
pub(super) fn is_delimiter_row(line: &str) -> bool {
    let line = line.trim();
    let cells = line.trim_matches('|').split('|');
    let is_one = |cell: &str| {
        let cell = cell.trim();
        let dashes = cell.strip_prefix(':').unwrap_or(cell);
        let dashes = dashes.strip_suffix(':').unwrap_or(dashes);
        !dashes.is_empty() && dashes.bytes().all(|byte| byte == b'-')
    };
    line.contains('-') && line.contains(['|', ':']) && cells.into_iter().all(is_one)
}

/// Whether a line that is not over yet is text, whatever comes.
pub(super) fn is_text_already(line: &str) -> bool {
    let text = line.trim_start_matches([' ', '\t']);
    let mut chars = text.chars();
    let Some(first) = chars.next() else { return false };
    match first {
        '-' | '+' | '*' | '_' => {
            let rest = text.trim_start_matches(first);
            let run = text.len() - rest.len();
            // A bullet, or a rule so far.
            rest.chars()
                .next()
                .is_some_and(|next| run > 1 && next != ' ' || run == 1 && !next.is_whitespace())
        }
        '0'..='9' => {
            let rest = text.trim_start_matches(|c: char| c.is_ascii_digit());
            let mut rest = rest.chars();
            match rest.next() {
                Some('.' | ')') => rest.next().is_some_and(|next| !next.is_whitespace()),
                Some(_) => true,
                None => false,
            }
        }
        '#' => text.trim_start_matches('#').chars().next().is_some_and(|next| !next.is_whitespace()),
        '`' | '~' => {
            let rest = text.trim_start_matches(first);
            text.len() - rest.len() < 3 && !rest.is_empty()
        }
        '>' | '|' | '=' | ':' => false,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn lines_are_told_apart() {
        for (line, expected) in [
            ("", Kind::Blank),
            ("## Two ##", Kind::Heading(2, "Two")),
            ("#hashtag", Kind::Text),
            ("```rust", Kind::Fence('`', 3, "rust")),
            ("```code``` inline", Kind::Text),
            ("~~~~", Kind::Fence('~', 4, "")),
            ("---", Kind::Rule),
            ("* * *", Kind::Rule),
            ("> quoted", Kind::Quote("quoted")),
            ("- item", Kind::Item(Item { number: None, inside: 2, text: "item" })),
            ("  12) item", Kind::Item(Item { number: Some("12)"), inside: 6, text: "item" })),
            ("-5 degrees", Kind::Text),
            ("3.5 metres", Kind::Text),
            ("**bold** text", Kind::Text),
            ("        far in", Kind::Text),
        ] {
            assert_eq!(kind(line, 0), expected, "{line:?}");
        }
        assert!(is_delimiter_row("|---|:-:|") && is_delimiter_row("--- | ---") && !is_delimiter_row("---"));
    }

    proptest! {
        /// What is text by its beginning is text when it is whole.
        #[test]
        fn early_is_not_wrong(line in "[ ]{0,3}[-+*_#`~>0-9.)a ]{0,8}[a-z |`]{0,4}", cut in 0usize..14) {
            let at = (0..=cut.min(line.len())).rev().find(|&at| line.is_char_boundary(at)).unwrap();
            if is_text_already(&line[..at]) {
                prop_assert_eq!(kind(&line, 0), Kind::Text, "{:?} of {:?}", &line[..at], line);
            }
        }
    }
}
