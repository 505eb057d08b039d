//! From the text of a file to a definition: which keys there are, what their values must be, and what is said where they
//! are not.

use std::path::Path;

use super::front_matter::{Fault, parts};
use super::name::normal_name;
use super::yaml::{Entry, Node, Value};
use super::{Definition, MemoryUse, Problem};
use crate::memory::Scope;

/// The keys that mean something here.
const KEYS: &[&str] = &[
    "name",
    "description",
    "model",
    "tools",
    "max_turns",
    "max_tokens",
    "max_cost_usd",
    "memory",
    "handoffs",
    "temperature",
    "agents_md",
];
/// More turns than anybody waits for.
const MOST_TURNS: u64 = 1000;
/// More than any model reads.
const MOST_RECALLED: u64 = 1_000_000;

/// Reads an agent's file. A fatal problem is one because of which there is no definition.
pub(in crate::agents) fn read(file: &Path, text: &str) -> (Option<Definition>, Vec<Problem>) {
    let mut problems = Vec::new();
    let definition = definition(file, text, &mut problems);
    (definition, problems)
}

fn definition(file: &Path, text: &str, problems: &mut Vec<Problem>) -> Option<Definition> {
    let mut reading = Reading { file, problems, failed: false };
    let parts = match parts(text, KEYS) {
        Ok(parts) => parts,
        Err(fault) => {
            reading.fail(Err::<(), _>(fault));
            return None;
        }
    };
    for lost in parts.lost {
        reading.warn(lost.line, lost.message);
    }
    reading.once(&parts.entries);
    let of = |key: &str| parts.entries.iter().find(|entry| entry.key == key).filter(|it| !is_null(&it.node));
    let name = reading.name(of("name"))?;
    let mut definition = Definition { instructions: parts.body, ..Definition::new(&name) };
    match of("description").map(|entry| (entry.line, text_of(&entry.node))) {
        Some((_, Some(text))) => definition.description = one_line(text),
        Some((line, None)) => reading.warn(line, "`description`: expected a text; it is left out"),
        None => reading.warn(1, "it has no `description`: nobody knows when to ask this agent"),
    }
    definition.model = of("model").and_then(|entry| reading.model(entry));
    let wish = |reading: &mut Reading<'_>, key: &str| {
        of(key).and_then(|entry| reading.fail(words(entry))).unwrap_or_default()
    };
    definition.tools = wish(&mut reading, "tools");
    let handoffs = wish(&mut reading, "handoffs");
    definition.handoffs = handoffs.iter().filter_map(|name| normal_name(name)).collect();
    if let Some(turns) = of("max_turns").and_then(|it| reading.fail(whole(it, 1, MOST_TURNS))) {
        definition.max_turns = u32::try_from(turns).unwrap_or(u32::MAX);
    }
    definition.max_tokens = of("max_tokens").and_then(|it| reading.fail(whole(it, 1, u64::MAX)));
    definition.max_cost_usd = of("max_cost_usd").and_then(|it| reading.fail(number(it, None)));
    definition.temperature = of("temperature").and_then(|it| reading.fail(number(it, Some(2.0))));
    definition.agents_md = of("agents_md").and_then(|it| reading.fail(switch(it))).unwrap_or_default();
    let mut ignored = Vec::new();
    if let Some(memory) = of("memory").and_then(|it| reading.memory(it, &name, &mut ignored)) {
        definition.memory = memory;
    }
    let others = parts.entries.iter().map(|entry| one_line(&entry.key));
    definition.ignored = others.filter(|key| !KEYS.contains(&key.as_str())).chain(ignored).collect();
    definition.file = Some(file.to_owned());
    (!reading.failed).then_some(definition)
}

/// A file that is being read.
struct Reading<'a> {
    file: &'a Path,
    problems: &'a mut Vec<Problem>,
    failed: bool,
}

impl Reading<'_> {
    fn warn(&mut self, line: usize, message: impl Into<String>) {
        let (file, message) = (self.file.to_owned(), message.into());
        self.problems.push(Problem { file, line: Some(line), message, fatal: false });
    }

    /// What came of it; what is wrong makes the file useless.
    fn fail<T>(&mut self, result: Result<T, Fault>) -> Option<T> {
        result
            .map_err(|fault| {
                self.failed = true;
                let file = self.file.to_owned();
                self.problems.push(Problem {
                    file,
                    line: Some(fault.line),
                    message: fault.message,
                    fatal: true,
                });
            })
            .ok()
    }

    /// Each key that means something may stand once.
    fn once(&mut self, entries: &[Entry]) {
        for (index, entry) in entries.iter().enumerate() {
            let earlier = entries[..index].iter().find(|earlier| earlier.key == entry.key);
            if let Some(earlier) = earlier.filter(|it| KEYS.contains(&it.key.as_str())) {
                let message = format!("`{}` stands in line {} already", entry.key, earlier.line);
                self.fail(Err::<(), _>(Fault::new(entry.line, message)));
            }
        }
    }

    /// The name in the file, else that of the file.
    fn name(&mut self, entry: Option<&Entry>) -> Option<String> {
        let stem = self.file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        let (line, written) = match entry.map(|entry| (entry.line, text_of(&entry.node))) {
            Some((line, Some(text))) => (line, one_line(text)),
            Some((line, None)) => {
                self.fail(Err::<(), _>(Fault::new(line, "`name`: expected a text")));
                return None;
            }
            None => (1, stem),
        };
        let Some(name) = normal_name(&written) else {
            let message = format!("`{written}` is no name: expected letters a-z, digits, `-` and `_`");
            self.fail(Err::<(), _>(Fault::new(line, message)));
            return None;
        };
        if name != written {
            self.warn(line, format!("the agent `{written}` is called `{name}` here"));
        }
        Some(name)
    }

    fn model(&mut self, entry: &Entry) -> Option<String> {
        let first = match &entry.node.value {
            Value::Text(text, _) => Some(text),
            Value::List(list) => {
                self.warn(entry.line, "`model`: expected one; of these the first one counts");
                list.first().and_then(text_of)
            }
            Value::Table(_) => {
                self.warn(entry.line, "`model`: expected a name; it is left out");
                None
            }
        };
        first.map(|text| one_line(text)).filter(|text| !text.is_empty())
    }

    fn memory(&mut self, entry: &Entry, name: &str, ignored: &mut Vec<String>) -> Option<MemoryUse> {
        let Value::Table(entries) = &entry.node.value else {
            // Others use the word for something else.
            let expected = "`memory`: expected `read`, `write`, `recall_tokens`; it is left out";
            self.warn(entry.line, expected);
            return None;
        };
        let mut memory = MemoryUse::of(name);
        for entry in entries.iter().filter(|entry| !is_null(&entry.node)) {
            match entry.key.as_str() {
                "read" => {
                    let scopes = words(entry).and_then(|words| {
                        words.iter().map(|word| scope(entry.node.line, word)).collect::<Result<Vec<_>, _>>()
                    });
                    memory.read = self.fail(scopes)?;
                }
                "write" => {
                    let word = text_of(&entry.node).map(String::as_str).unwrap_or_default().trim();
                    memory.write = match word {
                        "none" => None,
                        word => Some(self.fail(scope(entry.node.line, word))?),
                    };
                }
                "recall_tokens" => {
                    let tokens = self.fail(whole(entry, 0, MOST_RECALLED))?;
                    memory.recall_tokens = u32::try_from(tokens).unwrap_or(u32::MAX);
                }
                other => ignored.push(one_line(&format!("memory.{other}"))),
            }
        }
        Some(memory)
    }
}

fn scope(line: usize, word: &str) -> Result<Scope, Fault> {
    word.parse().map_err(|error| Fault::new(line, format!("`memory`: {error}")))
}

fn text_of(node: &Node) -> Option<&String> {
    match &node.value {
        Value::Text(text, _) => Some(text),
        Value::List(_) | Value::Table(_) => None,
    }
}

/// A key without a value says as much as no key.
fn is_null(node: &Node) -> bool {
    matches!(&node.value, Value::Text(text, true) if ["", "~", "null"].contains(&text.as_str()))
}

/// A text for lists: its words in one line. A `\n` that was written as two signs is meant as what it looks like.
pub(super) fn one_line(text: &str) -> String {
    let text = text.replace("\\n", " ");
    let words = text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ")
}

/// Words: a list, or a text with commas; a table of switches; or tables that name an `agent`, as others hand over.
fn words(entry: &Entry) -> Result<Vec<String>, Fault> {
    let wrong = |line| Fault::new(line, format!("`{}`: expected names, as [a, b] or `a, b`", entry.key));
    let words: Vec<String> = match &entry.node.value {
        Value::Text(text, _) => apart(text),
        Value::List(list) => {
            let word = |node: &Node| match &node.value {
                Value::Text(text, _) => Ok(one_line(text)),
                Value::Table(entries) => {
                    let agent = entries.iter().find(|entry| entry.key == "agent");
                    agent.and_then(|it| text_of(&it.node)).map(|it| one_line(it)).ok_or(wrong(node.line))
                }
                Value::List(_) => Err(wrong(node.line)),
            };
            list.iter().map(word).collect::<Result<_, _>>()?
        }
        Value::Table(entries) => {
            let is_on = |entry: &&Entry| !matches!(text_of(&entry.node), Some(text) if text == "false");
            entries.iter().filter(is_on).map(|entry| one_line(&entry.key)).collect()
        }
    };
    let mut kept: Vec<String> = Vec::new();
    for word in words {
        if !word.is_empty() && !kept.contains(&word) {
            kept.push(word);
        }
    }
    Ok(kept)
}

/// The parts of a text between commas; those in brackets belong to their word, as in `Bash(git add, git commit)`.
fn apart(text: &str) -> Vec<String> {
    let mut depth = 0usize;
    let parts = text.split(|c: char| {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0 && (c == ',' || c == '\n')
    });
    parts.map(one_line).collect()
}

fn whole(entry: &Entry, least: u64, most: u64) -> Result<u64, Fault> {
    let text = text_of(&entry.node).map(|text| text.trim().replace('_', "")).unwrap_or_default();
    match text.parse::<u64>() {
        Ok(number) if (least..=most).contains(&number) => Ok(number),
        _ => {
            let range = if most == u64::MAX { "or more".to_owned() } else { format!("to {most}") };
            Err(expected(entry, &format!("a whole number, {least} {range}")))
        }
    }
}

fn number(entry: &Entry, most: Option<f64>) -> Result<f64, Fault> {
    let text = text_of(&entry.node).map(|text| text.trim()).unwrap_or_default();
    match text.parse::<f64>() {
        Ok(number) if number.is_finite() && (0.0..=most.unwrap_or(number)).contains(&number) => Ok(number),
        _ => Err(match most {
            Some(most) => expected(entry, &format!("a number from 0 to {most}")),
            None => expected(entry, "a number, such as 0.05"),
        }),
    }
}

fn switch(entry: &Entry) -> Result<bool, Fault> {
    match text_of(&entry.node).map(|text| text.trim()) {
        Some("true") => Ok(true),
        Some("false") => Ok(false),
        _ => Err(expected(entry, "true or false")),
    }
}

/// What was expected, and what there is instead.
fn expected(entry: &Entry, what: &str) -> Fault {
    let is = match &entry.node.value {
        Value::Text(text, _) => format!("`{}`", one_line(text).chars().take(40).collect::<String>()),
        Value::List(_) => "a list".to_owned(),
        Value::Table(_) => "a table".to_owned(),
    };
    Fault::new(entry.line, format!("`{}`: expected {what}, not {is}", entry.key))
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
