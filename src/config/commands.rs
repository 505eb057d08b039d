//! Commands of the user's own: what stands in `[tools]` under any name that no built-in tool has. Doc comments here are what
//! `aigw config schema` says.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;

use super::tools::{PermissionWord, QuotaSection};
use super::{ConfigError, Document, Span};

/// The tools that come with the program. No command may take the name of one: models would be told one thing and get
/// another.
pub const BUILT_IN_TOOLS: &[&str] = &[
    "ask_agent",
    "calculator",
    "datetime",
    "fetch_url",
    "memory_forget",
    "memory_search",
    "memory_write",
    "news",
    "read_file",
    "stocks",
    "weather",
    "web_search",
    "wikipedia",
];
/// Names begin with this only where they stand for something else: what MCP servers offer.
const OF_SERVERS: &str = "mcp__";
/// The longest name of a function that all providers take.
const LONGEST_NAME: usize = 64;
/// The most that a command may be allowed to print, in bytes.
const MOST_OUTPUT: u64 = 1 << 20;

/// A command that models may call: it gets the arguments as JSON on its standard input, and what it prints is the result.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CommandSection {
    /// What it does and when to use it, for the model.
    pub description: Option<String>,
    /// The program and its arguments. No shell reads them. A path with `/` in it is relative to the file that this stands in.
    pub command: Vec<String>,
    /// JSON Schema of the arguments, an object; without it there are none.
    pub parameters: Option<Parameters>,
    /// The same in a JSON file of its own, relative to the file that this stands in.
    pub parameters_file: Option<String>,
    /// Environment variables that it gets. All others but PATH are kept from it.
    pub env: Vec<String>,
    /// Where it runs, relative to the file that this stands in; the working directory unless set.
    pub cwd: Option<String>,
    /// How long it may take: 30s unless set.
    pub timeout: Option<Span>,
    /// How much of what it prints is used, in bytes: 32768 unless set.
    pub max_output: Option<u64>,
    /// Whether models may call it: `ask` unless set.
    pub permission: Option<PermissionWord>,
    /// How often it may be called.
    pub quota: QuotaSection,
    /// Whether a call that was cut short may be made again: the command does nothing twice for the same `AIGW_CALL`.
    pub repeatable: bool,
}

/// A JSON Schema, written as TOML.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct Parameters(pub serde_json::Map<String, serde_json::Value>);

impl JsonSchema for Parameters {
    fn schema_name() -> Cow<'static, str> {
        "Parameters".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let anything = generator.subschema_for::<Anything>();
        json_schema!({
            "description": "A JSON Schema, written as TOML.",
            "type": "object",
            "additionalProperties": anything,
        })
    }
}

/// Whatever can be written.
struct Anything;

impl JsonSchema for Anything {
    fn schema_name() -> Cow<'static, str> {
        "Anything".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let anything = generator.subschema_for::<Self>();
        json_schema!({"items": anything.clone(), "additionalProperties": anything})
    }
}

/// Checks what can be checked of one file alone. Whether a command is whole shows only when all files are read.
pub(super) fn check(document: &Document) -> Result<(), ConfigError> {
    for (name, section) in &document.values.tools.commands {
        let path = format!("tools.{name}");
        let wrong = |key: &str, message: &str| Err(document.error(&format!("{path}{key}"), message));
        if BUILT_IN_TOOLS.contains(&name.as_str()) {
            return wrong("", "this is the name of a built-in tool, and no command may take it");
        }
        if name.starts_with(OF_SERVERS) {
            return wrong("", "names that begin with `mcp__` are those of the tools of MCP servers");
        }
        let starts_well = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
        let is_plain = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
        if !starts_well || !is_plain || name.len() > LONGEST_NAME {
            let message =
                "models take only names of at most 64 letters, digits, `_` and `-` that begin with a letter";
            return wrong("", message);
        }
        if let Some(index) = section.command.iter().position(|word| word.contains('\0')) {
            return wrong(&format!(".command[{index}]"), "no command can have a NUL in it");
        }
        if let Some(index) = section.env.iter().position(|name| name.is_empty() || name.contains(['=', '\0']))
        {
            return wrong(
                &format!(".env[{index}]"),
                "this is not the name of an environment variable, such as `HOME`",
            );
        }
        if let Some(Err(error)) = section.timeout.map(Span::some) {
            return wrong(".timeout", error);
        }
        if section.max_output.is_some_and(|most| most == 0 || most > MOST_OUTPUT) {
            return wrong(".max_output", "it must be from 1 to 1048576 bytes");
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    fn error(text: &str) -> String {
        Document::parse(Path::new("config.toml"), text).unwrap_err().to_string()
    }

    #[test]
    fn built_in_names_are_settings_and_all_others_are_commands() {
        let text = "[tools.fetch_url]\nallow_private = [\"127.0.0.1:8080\"]\n[tools.deploy]\ndescription = \"d\"\n\
                    command = [\"./deploy\", \"--now\"]\ntimeout = \"5s\"\npermission = \"deny\"\nenv = [\"HOME\"]\n\
                    [tools.deploy.parameters]\ntype = \"object\"\nrequired = [\"to\"]\n\
                    properties.to = { type = \"string\", enum = [\"a\", \"b\"] }\nproperties.deep.items = [{ x = 1 }]\n";
        let document = Document::parse(Path::new("config.toml"), text).unwrap();
        let tools = &document.values.tools;
        assert_eq!(tools.fetch_url.allow_private, ["127.0.0.1:8080"]);
        assert_eq!(tools.commands.keys().collect::<Vec<_>>(), ["deploy"]);
        let deploy = &tools.commands["deploy"];
        assert_eq!((deploy.command.len(), deploy.permission), (2, Some(PermissionWord::Deny)));
        let parameters = &deploy.parameters.as_ref().unwrap().0;
        assert_eq!(parameters["properties"]["to"]["enum"][1], "b");
        assert_eq!(document.position("tools.deploy.parameters.properties.to.type"), Some((12, 19)));
    }

    #[test]
    fn what_is_wrong_is_said_with_its_place() {
        for (text, what) in [
            (
                "[tools.calculator]\ncommand = [\"bc\"]\n",
                "config.toml:2:1: unknown key `tools.calculator.command`",
            ),
            (
                "[tools.fetch_url]\ncommand = [\"x\"]\n",
                "config.toml:2:1: unknown key `tools.fetch_url.command`",
            ),
            ("[tools.mcp__x]\ncommand = [\"x\"]\n", "MCP servers"),
            ("[tools.\"a b\"]\ncommand = [\"x\"]\n", "letters, digits"),
            ("[tools.1]\ncommand = [\"x\"]\n", "begin with a letter"),
            ("[tools.x]\ncommand = \"rm -rf\"\n", "config.toml:2:11: `tools.x.command`: expected a list"),
            ("[tools.x]\ncomand = [\"x\"]\n", "config.toml:2:1: unknown key `tools.x.comand`"),
            ("[tools.x]\nenv = [\"A=B\"]\n", "config.toml:2:8: `tools.x.env[0]`: this is not the name"),
            ("[tools.x]\ntimeout = 0\n", "config.toml:2:1: `tools.x.timeout`: it must be longer"),
            ("[tools.x]\nmax_output = 9999999\n", "from 1 to 1048576"),
            ("[tools.x]\npermission = \"maybe\"\n", "expected one of: allow, ask, deny"),
            ("[tools.x]\nparameters = \"x\"\n", "expected a table"),
            ("[tools]\nx = 3\n", "expected a table"),
            ("[tools.x]\ncommand = [\"a\\u0000\"]\n", "NUL"),
        ] {
            let error = error(text);
            assert!(error.contains(what), "{text}: {error}");
        }
    }
}
