//! Servers in a JSON file under `mcpServers`, as other programs have them; ours is one of these.
//!
//! What other programs keep there besides is left alone.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::credentials::{private, write_private};
use super::mcp::wrong_name;
use super::{ConfigError, MAX_FILE, McpServerSection, read_bounded};

/// Under which of these keys other programs list servers.
const KEYS: [&str; 2] = ["mcpServers", "servers"];

/// A server as other programs write it. Keys that only they know are ignored.
#[derive(Deserialize)]
struct Listed {
    #[serde(default)]
    command: Option<String>,
    #[serde(default)]
    args: Vec<String>,
    #[serde(default)]
    env: BTreeMap<String, Scalar>,
    #[serde(default)]
    cwd: Option<String>,
    #[serde(default, alias = "serverUrl", alias = "httpUrl")]
    url: Option<String>,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    #[serde(default)]
    disabled: bool,
}

/// Ports and switches are written as numbers and booleans, too.
#[derive(Deserialize)]
#[serde(untagged)]
enum Scalar {
    Text(String),
    Other(Value),
}

/// The servers that a file lists; none if there is no file.
pub fn read(file: &Path) -> Result<BTreeMap<String, McpServerSection>, ConfigError> {
    let object = object(file)?;
    let listed = KEYS.iter().find_map(|key| Some((*key, object.get(*key)?)));
    let Some((under, listed)) = listed else { return Ok(BTreeMap::new()) };
    let fail = |key: String, what: String| Err(ConfigError::new(what).at(file, None).about(key));
    let Value::Object(listed) = listed else {
        return fail(under.to_owned(), "expected an object".to_owned());
    };
    let mut servers = BTreeMap::new();
    for (name, value) in listed {
        let key = format!("{under}.{name}");
        if let Some(what) = wrong_name(name) {
            return fail(key, what.to_owned());
        }
        let section = match Listed::deserialize(value) {
            Ok(listed) => section(listed),
            Err(error) => return fail(key, error.to_string()),
        };
        if let Some((inner, what)) = section.fault() {
            return fail(if inner.is_empty() { key } else { format!("{key}.{inner}") }, what);
        }
        servers.insert(name.clone(), section);
    }
    Ok(servers)
}

fn section(listed: Listed) -> McpServerSection {
    let text = |value: Scalar| match value {
        Scalar::Text(text) => text,
        Scalar::Other(value) => value.to_string(),
    };
    McpServerSection {
        enabled: listed.disabled.then_some(false),
        command: listed.command.into_iter().chain(listed.args).collect(),
        env: listed.env.into_iter().map(|(name, value)| (name, text(value))).collect(),
        cwd: listed.cwd,
        url: listed.url,
        headers: listed.headers,
        ..McpServerSection::default()
    }
}

/// Adds a server, or takes the place of the one of that name.
pub fn put(file: &Path, name: &str, section: &McpServerSection) -> Result<(), ConfigError> {
    change(file, |servers| {
        servers.insert(name.to_owned(), written(section));
    })
}

/// Removes a server; false if it was not there.
pub fn remove(file: &Path, name: &str) -> Result<bool, ConfigError> {
    change(file, |servers| servers.shift_remove(name).is_some())
}

fn written(section: &McpServerSection) -> Value {
    let mut object = Map::new();
    if let Some(url) = &section.url {
        object.insert("type".into(), json!("http"));
        object.insert("url".into(), json!(url));
        if !section.headers.is_empty() {
            object.insert("headers".into(), json!(section.headers));
        }
        return Value::Object(object);
    }
    if let Some((program, arguments)) = section.command.split_first() {
        object.insert("command".into(), json!(program));
        object.insert("args".into(), json!(arguments));
    }
    if !section.env.is_empty() {
        object.insert("env".into(), json!(section.env));
    }
    if let Some(cwd) = &section.cwd {
        object.insert("cwd".into(), json!(cwd));
    }
    Value::Object(object)
}

/// Reads the file, changes its servers and writes it, while no other process does the same. What it holds may be secret:
/// only its owner can read it.
fn change<T>(file: &Path, change: impl FnOnce(&mut Map<String, Value>) -> T) -> Result<T, ConfigError> {
    let fail = |error: std::io::Error| ConfigError::new(format!("cannot write it: {error}")).at(file, None);
    let directory = file.parent().unwrap_or_else(|| Path::new("."));
    std::fs::create_dir_all(directory).map_err(fail)?;
    let lock = file.with_extension("lock");
    let queue = private().create(true).truncate(false).open(lock).map_err(fail)?;
    queue.lock().map_err(fail)?;
    let mut object = object(file)?;
    let servers = object.entry(KEYS[0]).or_insert_with(|| json!({}));
    let Value::Object(servers) = servers else {
        return Err(ConfigError::new("expected an object").at(file, None).about(KEYS[0]));
    };
    let result = change(servers);
    let text = serde_json::to_string_pretty(&object).map_err(|error| fail(error.into()))?;
    write_private(file, format!("{text}\n").as_bytes()).map_err(fail)?;
    Ok(result)
}

/// The file as an object; an empty one if there is no file.
fn object(file: &Path) -> Result<Map<String, Value>, ConfigError> {
    let fail = |what: String| ConfigError::new(what).at(file, None);
    let bytes = match read_bounded(file, MAX_FILE) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Map::new()),
        Err(error) => return Err(fail(format!("cannot read it: {error}"))),
    };
    serde_json::from_slice(&bytes).map_err(|error| {
        // The error's own text quotes nothing, and what stands there may be a secret.
        let place = Some((error.line(), error.column()));
        ConfigError::new("it is not a JSON object").at(file, place)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(text: &str) -> (tempfile::TempDir, std::path::PathBuf) {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("mcp.json");
        std::fs::write(&path, text).unwrap();
        (directory, path)
    }

    #[test]
    fn what_others_write_is_understood() {
        let (_directory, path) = file(
            r#"{"theme": "dark", "mcpServers": {
                "files": {"command": "npx", "args": ["-y", "server"], "env": {"PORT": 80, "T": "${T}"}, "alwaysAllow": []},
                "far": {"type": "http", "url": "https://example.org/mcp", "headers": {"X": "y"}, "disabled": true}}}"#,
        );
        let servers = read(&path).unwrap();
        assert_eq!(servers["files"].command, ["npx", "-y", "server"]);
        assert_eq!(servers["files"].env["PORT"], "80");
        assert_eq!((servers["far"].enabled, servers["far"].url.is_some()), (Some(false), true));
    }

    #[test]
    fn what_cannot_be_meant_is_named() {
        for (text, expected) in [
            ("{", "mcp.json:1:1: it is not a JSON object"),
            (r#"{"mcpServers": []}"#, "`mcpServers`: expected an object"),
            (r#"{"mcpServers": {"a": {}}}"#, "`mcpServers.a`: it needs a `command` or a `url`"),
            (r#"{"mcpServers": {"a": {"command": ["x"]}}}"#, "`mcpServers.a`: invalid type"),
            (r#"{"mcpServers": {"a b": {"command": "x"}}}"#, "`mcpServers.a b`: a name is"),
            (r#"{"servers": {"a": {"url": "x"}}}"#, "`servers.a.url`: expected an address"),
        ] {
            let (_directory, path) = file(text);
            let error = read(&path).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
    }

    #[test]
    fn what_is_written_reads_back_and_the_rest_stays() {
        let (_directory, path) = file(r#"{"theme": "dark", "mcpServers": {"a": {"command": "x"}}}"#);
        let far = McpServerSection { url: Some("https://h/mcp".into()), ..McpServerSection::default() };
        let near = McpServerSection {
            command: vec!["x".into(), "y".into()],
            env: [("T".to_owned(), "env:T".to_owned())].into(),
            cwd: Some("/tmp".into()),
            ..McpServerSection::default()
        };
        put(&path, "far", &far).unwrap();
        put(&path, "near", &near).unwrap();
        assert!(remove(&path, "a").unwrap() && !remove(&path, "a").unwrap());
        let servers = read(&path).unwrap();
        assert_eq!((&servers["far"], &servers["near"], servers.len()), (&far, &near, 2));
        assert!(std::fs::read_to_string(&path).unwrap().contains("\"theme\": \"dark\""));
    }
}
