//! Colours for code: strings, comments, numbers and the words that languages keep for themselves.
//!
//! It reads a line at a time in one pass and knows families of languages rather than languages: enough to see the shape of
//! a piece of code, and nothing that takes long or can be wrong about what the text is.

use anstyle::AnsiColor;

use super::text::{Line, Span, Style};

const COMMENT: Style = Style::DIM;
const STRING: Style = Style::of(AnsiColor::Green);
const NUMBER: Style = Style::of(AnsiColor::Magenta);
const KEYWORD: Style = Style::of(AnsiColor::Blue);
/// A longer line is shown as it is.
const LONGEST: usize = 4 << 10;

/// A family of languages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Family {
    /// What begins a comment to the end of the line.
    line: &'static [&'static str],
    /// What begins and ends a comment, or a text, over several lines.
    blocks: &'static [(&'static str, &'static str, Style)],
    /// What strings stand between.
    quotes: &'static str,
    keywords: &'static [&'static str],
}

const C_LIKE: &[&str] = &[
    "abstract",
    "as",
    "async",
    "await",
    "bool",
    "boolean",
    "break",
    "case",
    "catch",
    "char",
    "class",
    "const",
    "continue",
    "default",
    "defer",
    "do",
    "double",
    "dyn",
    "else",
    "enum",
    "export",
    "extends",
    "extern",
    "false",
    "final",
    "finally",
    "float",
    "fn",
    "for",
    "func",
    "function",
    "go",
    "goto",
    "if",
    "impl",
    "implements",
    "import",
    "in",
    "instanceof",
    "int",
    "interface",
    "let",
    "long",
    "loop",
    "map",
    "match",
    "mod",
    "move",
    "mut",
    "namespace",
    "new",
    "nil",
    "null",
    "override",
    "package",
    "private",
    "protected",
    "pub",
    "public",
    "range",
    "ref",
    "return",
    "select",
    "self",
    "Self",
    "short",
    "static",
    "string",
    "struct",
    "super",
    "switch",
    "template",
    "this",
    "throw",
    "trait",
    "true",
    "try",
    "type",
    "typeof",
    "undefined",
    "union",
    "unsafe",
    "use",
    "using",
    "val",
    "var",
    "virtual",
    "void",
    "where",
    "while",
    "yield",
];
const SCRIPT: &[&str] = &[
    "and", "as", "assert", "async", "await", "begin", "break", "case", "class", "continue", "def", "del",
    "do", "done", "echo", "elif", "else", "elsif", "end", "esac", "except", "exit", "export", "False", "fi",
    "finally", "for", "from", "function", "global", "if", "import", "in", "is", "lambda", "local", "module",
    "nil", "None", "nonlocal", "not", "or", "pass", "raise", "require", "rescue", "return", "self", "then",
    "True", "try", "unless", "until", "while", "with", "yield",
];
const SQL: &[&str] = &[
    "add",
    "all",
    "alter",
    "and",
    "as",
    "asc",
    "by",
    "case",
    "create",
    "delete",
    "desc",
    "distinct",
    "drop",
    "else",
    "end",
    "exists",
    "from",
    "full",
    "group",
    "having",
    "in",
    "index",
    "inner",
    "insert",
    "into",
    "is",
    "join",
    "key",
    "left",
    "like",
    "limit",
    "not",
    "null",
    "on",
    "or",
    "order",
    "outer",
    "primary",
    "references",
    "right",
    "select",
    "set",
    "table",
    "then",
    "union",
    "unique",
    "update",
    "values",
    "view",
    "when",
    "where",
    "with",
];
const DATA: &[&str] = &["true", "false", "null", "yes", "no", "on", "off"];

const C: Family =
    Family { line: &["//"], blocks: &[("/*", "*/", COMMENT)], quotes: "\"'`", keywords: C_LIKE };
const PYTHON: Family = Family {
    line: &["#"],
    blocks: &[("\"\"\"", "\"\"\"", STRING), ("'''", "'''", STRING)],
    quotes: "\"'",
    keywords: SCRIPT,
};
const LUA: Family = Family {
    line: &["--"],
    blocks: &[("--[[", "]]", COMMENT), ("{-", "-}", COMMENT)],
    quotes: "\"'",
    keywords: SCRIPT,
};
const STRUCTURED: Family = Family { line: &["#", ";"], blocks: &[], quotes: "\"'", keywords: DATA };
const JSON: Family = Family { line: &["//"], blocks: &[("/*", "*/", COMMENT)], quotes: "\"", keywords: DATA };
const QUERY: Family =
    Family { line: &["--"], blocks: &[("/*", "*/", COMMENT)], quotes: "'\"", keywords: SQL };
const MARKUP: Family =
    Family { line: &[], blocks: &[("<!--", "-->", COMMENT)], quotes: "\"'", keywords: &[] };

fn family(language: &str) -> Option<Family> {
    Some(match language {
        "c" | "h" | "cpp" | "c++" | "cc" | "hpp" | "cs" | "csharp" | "c#" | "java" | "js" | "javascript"
        | "jsx" | "mjs" | "ts" | "typescript" | "tsx" | "rs" | "rust" | "go" | "golang" | "swift"
        | "kotlin" | "kt" | "scala" | "dart" | "php" | "zig" | "css" | "scss" | "less" | "proto"
        | "groovy" | "solidity" | "objc" | "glsl" => C,
        "py" | "python" | "python3" | "rb" | "ruby" | "sh" | "bash" | "zsh" | "fish" | "shell"
        | "console" | "perl" | "r" | "elixir" | "ex" | "julia" | "nim" | "make" | "makefile"
        | "dockerfile" | "docker" | "powershell" | "ps1" => PYTHON,
        "lua" | "haskell" | "hs" | "elm" | "ada" => LUA,
        "yaml" | "yml" | "toml" | "ini" | "conf" | "cfg" | "properties" | "env" | "nix" | "hcl"
        | "terraform" => STRUCTURED,
        "json" | "jsonc" | "json5" | "jsonl" => JSON,
        "sql" | "sqlite" | "postgres" | "postgresql" | "mysql" => QUERY,
        "html" | "xml" | "svg" | "vue" | "svelte" => MARKUP,
        _ => return None,
    })
}

/// Reads code, a line after the other.
#[derive(Debug)]
pub(super) struct Code {
    family: Option<Family>,
    /// What ends the comment or the text that goes on over lines, and how it looks.
    until: Option<(&'static str, Style)>,
}

impl Code {
    /// Code of a language by the word behind the fence; without colours where it is not known.
    pub(super) fn new(about: &str) -> Self {
        let word = about.split([' ', ',', '{']).next().unwrap_or_default().to_lowercase();
        Self { family: family(&word), until: None }
    }

    pub(super) fn line(&mut self, text: &str) -> Line {
        let Some(family) = self.family.filter(|_| text.len() <= LONGEST) else {
            return vec![Span::new(text, Style::PLAIN)];
        };
        let mut line = Line::new();
        let mut rest = text;
        while !rest.is_empty() {
            let (length, style) = self.piece(rest, family, line.last().is_some_and(ends_in_word));
            let (piece, after) = rest.split_at(length);
            match line.last_mut().filter(|last| last.style == style) {
                Some(last) => last.text.push_str(piece),
                None => line.push(Span::new(piece, style)),
            }
            rest = after;
        }
        line
    }

    /// The length of the next piece and how it looks.
    fn piece(&mut self, rest: &str, family: Family, in_word: bool) -> (usize, Style) {
        if let Some((end, style)) = self.until {
            return match rest.find(end) {
                Some(at) => {
                    self.until = None;
                    (at + end.len(), style)
                }
                None => (rest.len(), style),
            };
        }
        if let Some((begin, end, style)) = family.blocks.iter().find(|(begin, ..)| rest.starts_with(begin)) {
            self.until = Some((end, *style));
            return (begin.len(), *style);
        }
        if !in_word && family.line.iter().any(|mark| rest.starts_with(mark)) {
            return (rest.len(), COMMENT);
        }
        let first = rest.chars().next().unwrap_or_default();
        if family.quotes.contains(first)
            && let Some(length) = string(rest, first)
        {
            return (length, STRING);
        }
        let word = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
        match word {
            0 => (first.len_utf8(), Style::PLAIN),
            _ if first.is_ascii_digit() => (word, NUMBER),
            _ if is_keyword(&rest[..word], family) => (word, KEYWORD),
            _ => (word, Style::PLAIN),
        }
    }
}

fn ends_in_word(span: &Span) -> bool {
    span.text.ends_with(|c: char| c.is_alphanumeric() || matches!(c, '$' | '{' | ':' | '&'))
}

fn is_keyword(word: &str, family: Family) -> bool {
    family.keywords.contains(&word) || (family.keywords == SQL && SQL.contains(&word.to_lowercase().as_str()))
}

/// The length of a string with its quotes; none where the line ends before it does, as with the apostrophe of a lifetime.
fn string(rest: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if c == quote => return Some(at + quote.len_utf8()),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn styled(language: &str, text: &str, style: Style) -> Vec<String> {
        let mut code = Code::new(language);
        let lines = text.lines().flat_map(|line| code.line(line));
        lines.filter(|span| span.style == style).map(|span| span.text).collect()
    }

    #[test]
    fn strings_comments_numbers_and_keywords_stand_out() {
        let rust = "fn main<'a>() { // go\n    let x = \"a \\\" b\"; /* over\n two */ return 0x1f;\n}";
        assert_eq!(styled("rust", rust, KEYWORD), ["fn", "let", "return"]);
        assert_eq!(styled("rust,ignore", rust, COMMENT), ["// go", "/* over", " two */"]);
        assert_eq!(styled("rust", rust, STRING), ["\"a \\\" b\""]);
        assert_eq!(styled("rust", rust, NUMBER), ["0x1f"]);
        let python = "def f():\n    \"\"\"Says\n    it.\"\"\"\n    return '#'  # no";
        assert_eq!(styled("python", python, STRING), ["\"\"\"Says", "    it.\"\"\"", "'#'"]);
        assert_eq!(styled("python", python, COMMENT), ["# no"]);
        assert_eq!(styled("sh", "echo $# ${#x} # yes", COMMENT), ["# yes"]);
        assert_eq!(styled("sql", "SELECT a FROM t -- all", KEYWORD), ["SELECT", "FROM"]);
        assert_eq!(styled("klingon", "fn 'x' // y", Style::PLAIN), ["fn 'x' // y"]);
    }

    proptest! {
        #[test]
        fn nothing_is_changed(language in "(rust|python|sql|html|lua|json|yaml|x)", lines in prop::collection::vec("[-a-z\"'/*#<!>{}\\\\ é0-9]{0,30}", 0..6)) {
            let mut code = Code::new(&language);
            for line in lines {
                let shown: String = code.line(&line).iter().map(|span| span.text.as_str()).collect();
                prop_assert_eq!(shown, line);
            }
        }
    }
}
