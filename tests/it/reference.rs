//! The reference of the configuration in `docs/` is what the schema says. `AIGW_BLESS=1 cargo test reference` writes it anew.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Map, Value};

const HEAD: &str = "\
# Configuration reference

<!-- Written by `AIGW_BLESS=1 cargo test reference` from `aigw config schema`. -->

Every key is optional. A key that there is not is an error, with the nearest name. `aigw config show` prints every value with the
file and line that it comes from, `aigw config validate` looks for mistakes, and `aigw config schema` prints what this page is made
from, for editors that complete.

A span of time is `\"500ms\"`, `\"30s\"`, `\"1m30s\"`, or a number of seconds.
";

/// The schema, and what was written so far.
struct Page {
    schema: Value,
    text: String,
    /// Where each table of the schema is told first. Others refer to it.
    places: BTreeMap<String, String>,
}

impl Page {
    fn new() -> Self {
        Self { schema: aigw::config::schema(), text: HEAD.to_owned(), places: BTreeMap::new() }
    }

    /// What a reference leads to; its name if it is one. What may be null is what it may be else.
    fn behind<'a>(&'a self, node: &'a Value) -> (&'a Value, Option<&'a str>) {
        let some = node["anyOf"].as_array().filter(|ways| ways.iter().any(|way| way["type"] == "null"));
        let node = some.and_then(|ways| ways.iter().find(|way| way["type"] != "null")).unwrap_or(node);
        match node["$ref"].as_str().and_then(|path| path.rsplit('/').next()) {
            Some(name) => (&self.schema["$defs"][name], Some(name)),
            None => (node, None),
        }
    }

    /// A table of the configuration file, then those in it.
    fn section(&mut self, path: &str, node: &Value) {
        let (node, name) = self.behind(node);
        let (node, name) = (node.clone(), name.map(str::to_owned));
        if let Some(name) = name
            && self.places.entry(name).or_insert_with(|| path.to_owned()) != path
        {
            return;
        }
        let Some(properties) = node["properties"].as_object() else { return };
        self.text.extend(["\n## `[", path, "]`\n\n"]);
        if let Some(about) = node["description"].as_str() {
            self.text.extend([&one_line(about), "\n\n"]);
        }
        self.rows(path, properties);
        for (key, inner) in properties {
            self.inner(&format!("{path}.{key}"), inner);
        }
        if node["additionalProperties"].is_object() {
            self.inner(&format!("{path}.NAME"), &node["additionalProperties"].clone());
        }
    }

    /// What stands below a key, where that is a table or a collection of tables.
    fn inner(&mut self, path: &str, node: &Value) {
        let target = self.behind(node).0.clone();
        if target["properties"].is_object() {
            self.section(path, node);
        } else if target["additionalProperties"].is_object() {
            self.section(&format!("{path}.NAME"), &target["additionalProperties"]);
        }
    }

    fn rows(&mut self, path: &str, properties: &Map<String, Value>) {
        self.text.push_str("| key | value | |\n| --- | --- | --- |\n");
        for (key, node) in properties {
            let about = one_line(node["description"].as_str().unwrap_or_default());
            let here = format!("{path}.{key}");
            let elsewhere =
                self.behind(node).1.and_then(|name| self.places.get(name)).filter(|place| **place != here);
            let kind = match elsewhere {
                Some(place) => format!("table with the keys of `[{place}]`"),
                None => self.kind(node),
            };
            let default = match &node["default"] {
                Value::Null => String::new(),
                Value::Array(list) if list.is_empty() => String::new(),
                Value::Object(_) => String::new(),
                value => format!(" Default: `{value}`."),
            };
            let _infallible = writeln!(self.text, "| `{key}` | {kind} | {about}{default} |");
        }
    }

    /// What a value looks like, in words.
    fn kind(&self, node: &Value) -> String {
        let (target, name) = self.behind(node);
        if name == Some("Span") {
            return "span of time".to_owned();
        }
        if let Some(words) =
            target["oneOf"].as_array().filter(|ways| ways.iter().all(|way| way["const"].is_string()))
        {
            let words: Vec<String> = words.iter().map(|way| format!("`{}`", way["const"])).collect();
            return words.join(", ");
        }
        if let Some(words) = target["enum"].as_array() {
            let words: Vec<String> =
                words.iter().filter(|word| word.is_string()).map(|word| format!("`{word}`")).collect();
            return words.join(", ");
        }
        if let Some(ways) = target["anyOf"].as_array() {
            let mut ways: Vec<String> = ways.iter().map(|way| self.kind(way)).collect();
            ways.dedup();
            return ways.join(", or ");
        }
        let types: Vec<&str> = match &target["type"] {
            Value::Array(list) => {
                list.iter().filter_map(Value::as_str).filter(|kind| *kind != "null").collect()
            }
            Value::String(kind) => vec![kind],
            _ => return "anything".to_owned(),
        };
        let words = types.iter().map(|kind| match *kind {
            "string" => "text".to_owned(),
            "integer" => "whole number".to_owned(),
            "number" => "number".to_owned(),
            "boolean" => "`true` or `false`".to_owned(),
            "array" => format!("list of {}", self.kind(&target["items"])),
            _ => "table".to_owned(),
        });
        words.collect::<Vec<_>>().join(" or ")
    }
}

/// A description as a cell of a table has it.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|")
}

#[test]
fn the_reference_is_fresh() {
    let mut page = Page::new();
    let properties = page.schema["properties"].as_object().unwrap().clone();
    // Once to learn where everything is told, and once to say so.
    for _ in 0..2 {
        HEAD.clone_into(&mut page.text);
        page.text.push_str("\n## At the top\n\n");
        page.rows("", &properties);
        for (key, node) in &properties {
            page.inner(key, node);
        }
    }
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/reference.md");
    #[expect(clippy::disallowed_methods, reason = "the one switch of the tests themselves")]
    if std::env::var("AIGW_BLESS").is_ok() {
        std::fs::write(path, &page.text).unwrap();
    }
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    assert!(committed == page.text, "docs/reference.md is stale: AIGW_BLESS=1 cargo test reference");
    // No table of the schema is forgotten; those that stand in a line are told by their keys' own words.
    let inline = ["WeightedModel", "EmbedModel", "KnownModel"];
    for (name, definition) in page.schema["$defs"].as_object().unwrap() {
        let is_table = definition["properties"].as_object().is_some_and(|keys| !keys.is_empty());
        let told = page.places.contains_key(name) || inline.contains(&name.as_str());
        assert!(!is_table || told, "{name} is not in docs/reference.md");
    }
}
