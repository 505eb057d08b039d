//! The part of YAML that front matter and other tools' settings need: texts, lists and tables, each with its line.
//!
//! Anchors, aliases and tags are refused: nobody needs them there, and they are how a small file becomes a large one.

use saphyr_parser::{Event, Parser, ScalarStyle};

/// How deep values may stand in each other.
const DEEPEST: usize = 16;

/// A value and the line that it begins on.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// Counted from 1.
    pub line: usize,
    /// What stands there.
    pub value: Value,
}

impl Node {
    /// What a table has under a key.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.entries().iter().find(|entry| entry.key == key).map(|entry| &entry.node)
    }

    /// The entries of a table; none of anything else.
    pub fn entries(&self) -> &[Entry] {
        match &self.value {
            Value::Table(entries) => entries,
            Value::Text(..) | Value::List(_) => &[],
        }
    }

    /// The items of a list; none of anything else.
    pub fn items(&self) -> &[Self] {
        match &self.value {
            Value::List(items) => items,
            Value::Text(..) | Value::Table(_) => &[],
        }
    }

    /// A text that says something: neither empty nor YAML's nothing.
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text, true) if matches!(text.as_str(), "~" | "null") => None,
            Value::Text(text, _) if !text.is_empty() => Some(text),
            Value::Text(..) | Value::List(_) | Value::Table(_) => None,
        }
    }
}

/// What a file is made of.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A text, and whether it stands without quotes.
    Text(String, bool),
    /// Items in their order.
    List(Vec<Node>),
    /// Keys in their order.
    Table(Vec<Entry>),
}

/// A key with its value.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The key.
    pub key: String,
    /// Where the key stands.
    pub line: usize,
    /// What it has.
    pub node: Node,
}

/// Why a text is not taken.
#[derive(Debug, Clone, PartialEq)]
pub enum Wrong {
    /// It is not YAML.
    Syntax {
        /// Where, counted from 1.
        line: usize,
        /// What the parser says.
        message: String,
    },
    /// It is, and has something in it that is not wanted here.
    Refused {
        /// Where, counted from 1.
        line: usize,
        /// What it is.
        message: String,
    },
}

/// What a list or a table holds so far; in a table keys and values take turns.
struct Open {
    line: usize,
    is_table: bool,
    nodes: Vec<Node>,
}

impl Open {
    fn new(line: usize, is_table: bool) -> Self {
        Self { line, is_table, nodes: Vec::new() }
    }

    fn close(self) -> Node {
        if !self.is_table {
            return Node { line: self.line, value: Value::List(self.nodes) };
        }
        let mut entries = Vec::new();
        let mut nodes = self.nodes.into_iter();
        while let (Some(key), Some(node)) = (nodes.next(), nodes.next()) {
            // A key that is a list or a table is none of ours.
            if let Value::Text(text, _) = key.value {
                entries.push(Entry { key: text, line: key.line, node });
            }
        }
        Node { line: self.line, value: Value::Table(entries) }
    }
}

/// Reads a document, before which stand so many lines. One that holds nothing is none.
pub fn parse(text: &str, before: usize) -> Result<Option<Node>, Wrong> {
    let mut root = Vec::new();
    let mut open: Vec<Open> = Vec::new();
    let mut documents = 0;
    let mut parser = Parser::new_from_str(text);
    while let Some(event) = parser.next_event() {
        let (event, span) = event.map_err(|error| Wrong::Syntax {
            line: before + error.marker().line(),
            message: error.info().to_owned(),
        })?;
        let line = before + span.start.line();
        refuse(&event, line)?;
        let node = match event {
            Event::DocumentStart(_) if documents > 0 => {
                return Err(Wrong::Syntax { line, message: "a second document begins here".into() });
            }
            Event::DocumentStart(_) => {
                documents += 1;
                continue;
            }
            Event::Scalar(text, style, ..) => {
                Node { line, value: Value::Text(text.into_owned(), style == ScalarStyle::Plain) }
            }
            Event::SequenceStart(..) | Event::MappingStart(..) => {
                if open.len() >= DEEPEST {
                    return Err(Wrong::Refused { line, message: format!("it nests deeper than {DEEPEST}") });
                }
                open.push(Open::new(line, matches!(event, Event::MappingStart(..))));
                continue;
            }
            Event::SequenceEnd | Event::MappingEnd => match open.pop() {
                Some(done) => done.close(),
                None => continue,
            },
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd | Event::Alias(_) => {
                continue;
            }
        };
        match open.last_mut() {
            Some(outer) => outer.nodes.push(node),
            None => root.push(node),
        }
    }
    Ok(root.into_iter().next())
}

fn refuse(event: &Event<'_>, line: usize) -> Result<(), Wrong> {
    let (anchor, tag) = match event {
        Event::Alias(_) => {
            return Err(Wrong::Refused { line, message: "aliases (`*name`) are not read here".into() });
        }
        Event::Scalar(_, _, anchor, tag)
        | Event::SequenceStart(anchor, tag)
        | Event::MappingStart(anchor, tag) => (*anchor, tag.is_some()),
        _ => return Ok(()),
    };
    match (anchor, tag) {
        (0, false) => Ok(()),
        (0, true) => Err(Wrong::Refused { line, message: "tags (`!name`) are not read here".into() }),
        _ => Err(Wrong::Refused { line, message: "anchors (`&name`) are not read here".into() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_know_their_lines() {
        let node = parse("a: 1\nb:\n  - x\n  - \"y\"\nc: { d: ~ }\n? [k]\n: v\n", 1).unwrap().unwrap();
        let Value::Table(entries) = node.value else { panic!("{node:?}") };
        let lines: Vec<_> = entries.iter().map(|it| (it.key.as_str(), it.line, it.node.line)).collect();
        assert_eq!(lines, [("a", 2, 2), ("b", 3, 4), ("c", 6, 6)]);
        let Value::List(list) = &entries[1].node.value else { panic!() };
        assert_eq!(list[1], Node { line: 5, value: Value::Text("y".into(), false) });
        assert_eq!(parse("# nothing\n", 0), Ok(None));
    }

    #[test]
    fn what_makes_files_large_is_refused() {
        let refused = |text: &str| match parse(text, 0) {
            Err(Wrong::Refused { line, message }) => (line, message),
            other => panic!("{text}: {other:?}"),
        };
        assert_eq!(refused("a: 1\nb: &x 2"), (2, "anchors (`&name`) are not read here".into()));
        assert_eq!(refused("a: &x [1]\nb: *x").0, 1);
        assert_eq!(refused("a: !!str 2").1, "tags (`!name`) are not read here");
        assert_eq!(refused(&format!("a: {}", "[".repeat(100))).0, 1);
        assert!(matches!(parse("a: 1\n...\n---\nb: 2", 0), Err(Wrong::Syntax { .. })));
    }
}
