//! The part of `config.toml` that names servers of the Model Context Protocol.
//!
//! A server is a program that is started, or an address. Values of its environment and of its headers may say where a
//! secret is (`env:NAME`) and need not hold it.

use std::collections::BTreeMap;
use std::fmt;

use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::{self, Deserializer, MapAccess};
use url::Url;

use super::{ConfigError, Document, Env, Span};

/// The longest name of a server: with that of a tool it makes a name that every provider takes.
const MAX_NAME: usize = 32;

/// The key that is no server.
const IMPORT: &str = "import";

/// Servers of the Model Context Protocol, whose tools agents may have.
#[derive(Debug, Clone, Default, JsonSchema)]
pub struct McpSection {
    /// Files of other programs that list such servers under `mcpServers`, as `"~/.cursor/mcp.json"`. What they list is not
    /// started before you have approved it.
    #[schemars(default)]
    pub import: Vec<String>,
    /// Servers by name: a command or an address.
    #[schemars(flatten)]
    pub servers: BTreeMap<String, McpServerSection>,
}

/// A server: a program that is started, or an address.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct McpServerSection {
    /// Whether it is used.
    pub enabled: Option<bool>,
    /// The program and its arguments, one by one. No shell sees them.
    pub command: Vec<String>,
    /// What its environment has besides PATH and HOME: a value, or `env:NAME` for that of a variable of yours.
    pub env: BTreeMap<String, String>,
    /// The directory that it is started in.
    pub cwd: Option<String>,
    /// The address of a server that speaks streamable HTTP.
    pub url: Option<String>,
    /// What every request to the address carries: a value, `env:NAME`, or `Bearer env:NAME`.
    pub headers: BTreeMap<String, String>,
    /// How long a call may take; 60 s where nothing is set.
    pub timeout: Option<Span>,
    /// How long it may take until it is ready; 10 s where nothing is set.
    pub start_timeout: Option<Span>,
    /// The tools that are used; all where nothing is set.
    pub tools: Option<Vec<String>>,
}

/// By hand, because a flattened map forgets where its values stand.
impl<'de> Deserialize<'de> for McpSection {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> de::Visitor<'de> for Visitor {
            type Value = McpSection;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("tables of servers")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<McpSection, A::Error> {
                let mut section = McpSection::default();
                while let Some(name) = map.next_key::<String>()? {
                    if name == IMPORT {
                        section.import = map.next_value()?;
                    } else {
                        section.servers.insert(name, map.next_value()?);
                    }
                }
                Ok(section)
            }
        }
        deserializer.deserialize_map(Visitor)
    }
}

/// What a name must be, if it is not that.
pub fn wrong_name(name: &str) -> Option<&'static str> {
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if name == IMPORT {
        return Some("this name is taken by the key `import`");
    }
    let edges = name.starts_with('_') || name.ends_with('_');
    if name.is_empty() || name.len() > MAX_NAME || !name.chars().all(fits) || edges || name.contains("__") {
        return Some("a name is at most 32 letters, digits, `-` and single `_` between them");
    }
    None
}

impl McpServerSection {
    /// What cannot be meant: the key, and why.
    pub fn fault(&self) -> Option<(String, String)> {
        let fault = |key: &str, what: &str| Some((key.to_owned(), what.to_owned()));
        match (&self.url, self.command.first()) {
            (Some(_), Some(_)) => {
                return fault("url", "there is a `command` as well: a server has one of them");
            }
            (None, None) => return fault("", "it needs a `command` or a `url`"),
            (None, Some(program)) if program.trim().is_empty() => {
                return fault("command", "the program is empty");
            }
            (None, Some(_)) => {
                if !self.headers.is_empty() {
                    return fault("headers", "they belong to a `url`, and there is a `command`");
                }
            }
            (Some(url), None) => {
                if let Some(what) = wrong_url(url) {
                    return fault("url", what);
                }
                let local = [("env", self.env.is_empty()), ("cwd", self.cwd.is_none())];
                if let Some((key, _)) = local.iter().find(|(_, absent)| !absent) {
                    return fault(key, "it belongs to a `command`, and there is a `url`");
                }
            }
        }
        let is_bad_name = |name: &&String| name.is_empty() || name.contains(['=', '\0']);
        if let Some(name) = self.env.keys().find(is_bad_name) {
            return fault(&format!("env.{name}"), "this is not the name of a variable");
        }
        let is_bad_header =
            |name: &&String| reqwest::header::HeaderName::from_bytes(name.as_bytes()).is_err();
        if let Some(name) = self.headers.keys().find(is_bad_header) {
            return fault(&format!("headers.{name}"), "this is not the name of a header");
        }
        let spans = [("timeout", self.timeout), ("start_timeout", self.start_timeout)];
        spans
            .iter()
            .find_map(|(key, span)| Some((*key, span.map(Span::some)?.err()?)))
            .map(|(key, what)| (key.to_owned(), what.to_owned()))
    }
}

fn wrong_url(url: &str) -> Option<&'static str> {
    let Ok(url) = Url::parse(url) else {
        return Some("expected an address such as \"https://example.org/mcp\"");
    };
    if !["http", "https"].contains(&url.scheme()) || url.host_str().is_none() {
        return Some("expected an address such as \"https://example.org/mcp\"");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Some("a password in an address is shown to everybody: put it into `headers`");
    }
    None
}

/// Checks the servers of a file.
pub(super) fn check(document: &Document) -> Result<(), ConfigError> {
    for (name, section) in &document.values.mcp.servers {
        if let Some(what) = wrong_name(name) {
            return Err(document.error(&format!("mcp.{name}"), what));
        }
        if let Some((key, what)) = section.fault() {
            let path = if key.is_empty() { format!("mcp.{name}") } else { format!("mcp.{name}.{key}") };
            return Err(document.error(&path, what));
        }
    }
    Ok(())
}

/// A value with the variables that it names filled in: `env:NAME`, `Bearer env:NAME`, and `${NAME}` as other programs have
/// it. The error is the name of one that is not set.
pub fn filled(value: &str, env: &Env) -> Result<String, String> {
    let get = |name: &str| env.get(name).map(str::to_owned).ok_or_else(|| name.to_owned());
    if let Some(name) = value.strip_prefix("env:") {
        return get(name.trim());
    }
    if let Some(name) = value.strip_prefix("Bearer env:") {
        return Ok(format!("Bearer {}", get(name.trim())?));
    }
    let (mut out, mut rest) = (String::new(), value);
    while let Some((before, inside)) = rest.split_once("${") {
        let Some((name, after)) = inside.split_once('}') else { break };
        out += before;
        let (name, otherwise) = match name.split_once(":-") {
            Some((name, otherwise)) => (name, Some(otherwise)),
            None => (name, None),
        };
        let found = get(name.strip_prefix("env:").unwrap_or(name));
        out += &otherwise
            .map_or_else(|| found.clone(), |otherwise| Ok(found.clone().unwrap_or(otherwise.into())))?;
        rest = after;
    }
    Ok(out + rest)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn read(text: &str) -> Result<Document, ConfigError> {
        Document::parse(Path::new("config.toml"), text)
    }

    fn error(text: &str) -> String {
        let error = read(text).unwrap_err();
        format!("{error} / {}", error.hint.clone().unwrap_or_default())
    }

    #[test]
    fn servers_and_imports() {
        let document = read(
            "[mcp]\nimport = [\"~/.cursor/mcp.json\"]\n[mcp.files]\ncommand = [\"npx\", \"-y\", \"server\"]\n\
             env = { TOKEN = \"env:T\" }\nstart_timeout = \"30s\"\ntools = [\"read\"]\n[mcp.far]\n\
             url = \"https://example.org/mcp\"\nheaders = { Authorization = \"Bearer env:T\" }\nenabled = false\n",
        )
        .unwrap();
        let mcp = &document.values.mcp;
        assert_eq!(mcp.import, ["~/.cursor/mcp.json"]);
        assert_eq!(mcp.servers["files"].command, ["npx", "-y", "server"]);
        assert_eq!(mcp.servers["files"].start_timeout.map(|span| span.0.as_secs()), Some(30));
        assert_eq!(mcp.servers["far"].enabled, Some(false));
        assert_eq!(document.position("mcp.files.command"), Some((4, 1)));
    }

    #[test]
    fn every_fault_has_its_place() {
        for (text, expected) in [
            (
                "[mcp.a]\ncomand = [\"x\"]",
                "config.toml:2:1: unknown key `mcp.a.comand` / did you mean `command`?",
            ),
            ("[mcp.a]\ncommand = \"npx x\"", "`mcp.a.command`: expected a list"),
            ("[mcp.a]\nenabled = true", "config.toml:1:6: `mcp.a`: it needs a `command` or a `url`"),
            ("[mcp.a]\ncommand = [\"\"]", "`mcp.a.command`: the program is empty"),
            (
                "[mcp.a]\ncommand = [\"x\"]\nurl = \"http://h\"",
                "config.toml:3:1: `mcp.a.url`: there is a `command`",
            ),
            ("[mcp.a]\nurl = \"ftp://h\"", "`mcp.a.url`: expected an address"),
            ("[mcp.a]\nurl = \"http://u:p@h/\"", "`mcp.a.url`: a password"),
            (
                "[mcp.a]\nurl = \"http://h\"\ncwd = \"/\"",
                "config.toml:3:1: `mcp.a.cwd`: it belongs to a `command`",
            ),
            (
                "[mcp.a]\nurl = \"http://h\"\nheaders = { \"a b\" = \"c\" }",
                "`mcp.a.headers.a b`: this is not",
            ),
            ("[mcp.a]\ncommand = [\"x\"]\ntimeout = \"soon\"", "config.toml:3:"),
            ("[mcp.a]\ncommand = [\"x\"]\ntimeout = 0", "`mcp.a.timeout`: it must be longer"),
            ("[mcp.a__b]\ncommand = [\"x\"]", "`mcp.a__b`: a name is at most 32"),
            ("[mcp]\nimport = \"x\"", "`mcp.import`: expected a list"),
        ] {
            let error = error(text);
            assert!(error.contains(expected), "{error}");
        }
    }

    #[test]
    fn values_are_filled_in() {
        let env: Env = [("T".to_owned(), "secret".to_owned())].into_iter().collect();
        for (value, expected) in [
            ("plain", Ok("plain")),
            ("env:T", Ok("secret")),
            ("Bearer env:T", Ok("Bearer secret")),
            ("a ${T} b ${env:T}", Ok("a secret b secret")),
            ("${NONE:-else}", Ok("else")),
            ("${T:-else}", Ok("secret")),
            ("${T", Ok("${T")),
            ("env:NONE", Err("NONE")),
            ("x${NONE}", Err("NONE")),
        ] {
            let filled = filled(value, &env);
            assert_eq!(filled.as_deref().map_err(String::as_str), expected, "{value}");
        }
    }
}
