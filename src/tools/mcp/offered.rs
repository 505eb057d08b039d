//! What a server says that it can do, made fit to be read.
//!
//! Names, descriptions and schemas go to the model and onto the terminal. They are cleaned and bounded; what cannot be is
//! left out, with a line that says why.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use rmcp::model::Tool;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use crate::chat::Schema;
use crate::safe_text::safe;

/// Tools of one server at most.
const MOST_TOOLS: usize = 256;
/// The longest name.
const MAX_NAME: usize = 128;
/// The longest description, in characters: the longest that every provider takes.
const MAX_DESCRIPTION: usize = 1_000;
/// The longest text within a schema, in characters.
const MAX_SCHEMA_TEXT: usize = 1_000;
/// The largest schema, in bytes.
const MAX_SCHEMA: usize = 32 << 10;

/// A tool that a server offers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offered {
    /// What the server calls it.
    pub name: String,
    /// What it is for, cleaned.
    pub description: String,
    /// Its arguments, cleaned.
    pub schema: Value,
    /// SHA-256 of all three as the server gave them.
    pub digest: String,
}

/// What a server offers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Listing {
    /// Its tools, by name.
    pub tools: Vec<Offered>,
    /// What was left out, and why.
    pub left_out: Vec<String>,
}

impl Listing {
    pub(super) fn of(tools: Vec<Tool>) -> Self {
        let (mut listing, mut names) = (Self::default(), BTreeSet::new());
        let count = tools.len();
        for tool in tools.into_iter().take(MOST_TOOLS) {
            let shown = cut(&safe(&tool.name), 40);
            match Offered::of(&tool) {
                Err(why) => listing.left_out.push(format!("`{shown}` is left out: {why}")),
                Ok(offered) if !names.insert(offered.name.clone()) => {
                    listing.left_out.push(format!("`{shown}` is left out: there are two of that name"));
                }
                Ok(offered) => listing.tools.push(offered),
            }
        }
        if count > MOST_TOOLS {
            listing.left_out.push(format!("{} more tools are left out", count - MOST_TOOLS));
        }
        listing.tools.sort_by(|a, b| a.name.cmp(&b.name));
        listing
    }
}

impl Offered {
    fn of(tool: &Tool) -> Result<Self, &'static str> {
        let name = tool.name.to_string();
        if name.is_empty() || name.len() > MAX_NAME || safe(&name) != name || name.contains(['\n', '\t']) {
            return Err("its name is empty, too long, or holds control characters");
        }
        let description = tool.description.as_deref().unwrap_or_default();
        let given = Value::Object((*tool.input_schema).clone());
        let digest = digest(&[Value::from(name.as_str()), Value::from(description), given.clone()]);
        let schema = cleaned(&given);
        if schema.to_string().len() > MAX_SCHEMA {
            return Err("the schema of its arguments is too large");
        }
        if schema.get("type").is_some_and(|kind| kind != "object") {
            return Err("its arguments are no object");
        }
        // Nothing is fetched for a schema: one that needs that cannot be checked.
        if Schema::new(schema.clone()).is_err() {
            return Err("the schema of its arguments cannot be used");
        }
        Ok(Self {
            name,
            description: cut(&safe(description), MAX_DESCRIPTION),
            schema: with_type(schema),
            digest,
        })
    }
}

/// Providers want a schema to say that it is one of an object.
fn with_type(schema: Value) -> Value {
    let Value::Object(mut object) = schema else { return schema };
    object.entry("type").or_insert_with(|| "object".into());
    object.entry("properties").or_insert_with(|| Value::Object(Map::new()));
    Value::Object(object)
}

/// A value whose texts hold nothing that a terminal would obey. Keys are cleaned as well.
pub(super) fn cleaned(value: &Value) -> Value {
    match value {
        Value::String(text) => Value::String(cut(&safe(text), MAX_SCHEMA_TEXT)),
        Value::Array(items) => Value::Array(items.iter().map(cleaned).collect()),
        Value::Object(fields) => {
            Value::Object(fields.iter().map(|(name, value)| (safe(name), cleaned(value))).collect())
        }
        other => other.clone(),
    }
}

/// A text of at most so many characters.
pub(super) fn cut(text: &str, most: usize) -> String {
    let mut characters = text.chars();
    let kept: String = characters.by_ref().take(most).collect();
    if characters.next().is_none() { kept } else { kept + "…" }
}

/// SHA-256 of values, whatever the order of their keys.
pub(super) fn digest(values: &[Value]) -> String {
    fn write(value: &Value, hash: &mut Sha256) {
        match value {
            Value::Array(items) => {
                hash.update(b"[");
                for item in items {
                    write(item, hash);
                    hash.update(b",");
                }
                hash.update(b"]");
            }
            Value::Object(fields) => {
                let mut fields: Vec<_> = fields.iter().collect();
                fields.sort_by_key(|(name, _)| *name);
                hash.update(b"{");
                for (name, value) in fields {
                    write(&Value::from(name.as_str()), hash);
                    hash.update(b":");
                    write(value, hash);
                    hash.update(b",");
                }
                hash.update(b"}");
            }
            other => hash.update(other.to_string().as_bytes()),
        }
    }
    let mut hash = Sha256::new();
    for value in values {
        write(value, &mut hash);
        hash.update(b"\n");
    }
    hash.finalize().0.iter().fold(String::new(), |mut hex, byte| {
        // A string takes everything.
        let _written = write!(hex, "{byte:02x}");
        hex
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn tool(name: &str, description: &str, schema: &Value) -> Tool {
        let Value::Object(schema) = schema.clone() else { panic!("no object") };
        Tool::new(name.to_owned(), description.to_owned(), schema)
    }

    #[test]
    fn what_is_hostile_is_cleaned_or_left_out() {
        let plain = json!({"type": "object"});
        let evil = json!({"type": "object", "properties": {"a\u{1b}[31m": {"type": "string", "description": "\u{1b}]0;x\u{7}ok"}}});
        let listing = Listing::of(vec![
            tool("z", &format!("\u{1b}[2Jclean\u{202e}{}", "x".repeat(9000)), &evil),
            tool("a", "", &plain),
            tool("a", "again", &plain),
            tool("bad\u{7}name", "", &plain),
            tool(&"n".repeat(200), "", &plain),
            tool("list", "", &json!({"type": "array"})),
            tool("far", "", &json!({"$ref": "https://example.org/schema.json"})),
            tool("huge", "", &json!({"type": "object", "enum": vec!["x".repeat(900); 60]})),
        ]);
        let names: Vec<&str> = listing.tools.iter().map(|tool| tool.name.as_str()).collect();
        assert_eq!(names, ["a", "z"]);
        assert_eq!(listing.left_out.len(), 6, "{:?}", listing.left_out);
        let shown = format!("{:?}{}", listing.left_out, listing.tools[1].schema);
        assert!(
            shown.contains("\"ok\"") && !shown.contains('\u{1b}') && !shown.contains("\\u001b"),
            "{shown}"
        );
        assert!(listing.tools[1].description.starts_with("cleanxxx"));
        assert_eq!(listing.tools[1].description.chars().count(), MAX_DESCRIPTION + 1);
    }

    #[test]
    fn a_digest_is_of_what_was_given_and_not_of_its_order() {
        let digest = |description: &str, schema: Value| {
            Listing::of(vec![tool("a", description, &schema)]).tools[0].digest.clone()
        };
        let (one, other) = (json!({"type": "object", "title": "t"}), json!({"title": "t", "type": "object"}));
        assert_eq!(digest("d", one.clone()), digest("d", other));
        assert_ne!(digest("d", one.clone()), digest("d\u{1b}[0m", one.clone()));
        assert_ne!(digest("d", one), digest("d", json!({"type": "object"})));
    }
}
