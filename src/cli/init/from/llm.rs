//! llm's files: keys by name, aliases, a default model, and models of servers that speak OpenAI's format.
//!
//! Source: "Setup", "Model aliases" and "OpenAI-compatible models" in simonw/llm's documentation.

use serde_json::{Map, Value};

use super::found::{Found, Taken, Trouble, slug, tree};
use crate::agents::yaml::Node;
use crate::providers::Catalog;
use crate::secret::Secret;

/// How the names of models begin that say nothing else about their provider.
const FAMILIES: &[(&str, &str)] = &[
    ("gpt-", "openai"),
    ("chatgpt-", "openai"),
    ("o1", "openai"),
    ("o3", "openai"),
    ("o4", "openai"),
    ("claude-", "anthropic"),
    ("gemini-", "gemini"),
    ("mistral-", "mistral"),
    ("deepseek-", "deepseek"),
    ("grok-", "xai"),
];

/// What the files say.
pub(super) struct Files<'a> {
    /// `keys.json`.
    pub(super) keys: &'a str,
    /// `aliases.json`.
    pub(super) aliases: &'a str,
    /// `extra-openai-models.yaml`.
    pub(super) extra: &'a str,
    /// `default_model.txt`.
    pub(super) usual: &'a str,
}

/// A model of `extra-openai-models.yaml`: its names there, and `provider/model` here.
struct Extra {
    names: Vec<String>,
    model: String,
}

/// Reads them. The error names the file.
pub(super) fn read(files: &Files<'_>) -> Result<Found, (&'static str, Trouble)> {
    let keys = object(files.keys).map_err(|trouble| ("keys.json", trouble))?;
    let aliases = object(files.aliases).map_err(|trouble| ("aliases.json", trouble))?;
    let listed = tree(files.extra).map_err(|trouble| ("extra-openai-models.yaml", trouble))?;
    let mut found = Found::default();
    let mut used = Vec::new();
    let extras = extras(&listed, &keys, &mut found, &mut used);
    for (name, key) in &keys {
        // llm writes a note into the file, under the key `// Note`.
        let Some(key) = key.as_str().filter(|_| !name.starts_with("//") && !used.contains(name)) else {
            continue;
        };
        match Taken::named(name, None) {
            Ok(provider) => add(&mut found, provider).key = Some(Secret::new(key)),
            Err(_) => found.left.push(format!("the key {name}: no provider here has that name")),
        }
    }
    for (alias, model) in &aliases {
        let Some(name) = model.as_str() else { continue };
        match meant(name, &extras) {
            Some(model) if Catalog::built_in().provider(alias).is_none() => {
                found.aliases.push((alias.clone(), model));
            }
            _ => found.left.push(format!("the alias {alias}: it is not known whose model {name} is")),
        }
    }
    usual(files.usual, &aliases, &extras, &mut found);
    // Whoever is asked must be there, with or without a key.
    let asked: Vec<String> =
        found.model.iter().chain(found.aliases.iter().map(|(_, model)| model)).cloned().collect();
    for model in asked {
        let id = model.split('/').next().unwrap_or_default();
        if let Ok(provider) = Taken::named(id, None) {
            add(&mut found, provider);
        }
    }
    Ok(found)
}

fn usual(name: &str, aliases: &Map<String, Value>, extras: &[Extra], found: &mut Found) {
    if name.is_empty() {
        return;
    }
    let behind = aliases.get(name).and_then(Value::as_str).unwrap_or(name);
    found.model = meant(behind, extras);
    if found.model.is_none() {
        found.left.push(format!("the default model {name}: it is not known whose it is"));
    }
}

/// The models of servers that speak OpenAI's format, and these servers.
fn extras(listed: &Node, keys: &Map<String, Value>, found: &mut Found, used: &mut Vec<String>) -> Vec<Extra> {
    let mut extras = Vec::new();
    for item in listed.items() {
        let of = |key: &str| item.get(key).and_then(Node::text);
        let Some(id) = of("model_id") else {
            found.left.push(format!("the model in line {}: it has no model_id", item.line));
            continue;
        };
        let name = of("model_name").unwrap_or(id);
        let base = of("api_base");
        // A server is called by where it is: several models may be its.
        let called = base.map_or_else(|| "openai".to_owned(), host);
        let provider = match Taken::named(&called, base) {
            Ok(provider) => add(found, provider),
            Err(why) => {
                found.left.push(why);
                continue;
            }
        };
        if provider.row().is_none() && provider.default_model.is_none() {
            provider.default_model = Some(name.to_owned());
        }
        if let Some((key, name)) = of("api_key_name").and_then(|name| Some((keys.get(name)?.as_str()?, name)))
        {
            provider.key = Some(Secret::new(key));
            used.push(name.to_owned());
        }
        let model = format!("{}/{name}", provider.id);
        if item.get("headers").is_some() {
            found.left.push(format!("the headers of {id}: there is no setting for them"));
        }
        let aliases = item.get("aliases").map(Node::items).unwrap_or_default();
        let names = aliases.iter().filter_map(Node::text).chain([id]).map(str::to_owned).collect();
        extras.push(Extra { names, model });
    }
    extras
}

/// The provider as it is in the list; it is put there if it is not.
fn add(found: &mut Found, provider: Taken) -> &mut Taken {
    let place = found.providers.iter().position(|there| there.id == provider.id).unwrap_or_else(|| {
        found.providers.push(provider);
        found.providers.len() - 1
    });
    &mut found.providers[place]
}

/// `provider/model`, if it is known whose model that is.
fn meant(name: &str, extras: &[Extra]) -> Option<String> {
    if let Some(extra) = extras.iter().find(|extra| extra.names.iter().any(|known| known == name)) {
        return Some(extra.model.clone());
    }
    if let Some((first, model)) = name.split_once('/')
        && let Ok(provider) = Taken::named(first, None)
    {
        return Some(format!("{}/{model}", provider.id));
    }
    let (_, id) = FAMILIES.iter().find(|(begins, _)| name.starts_with(begins))?;
    Some(format!("{id}/{name}"))
}

/// Where a server is, as a name for it.
fn host(url: &str) -> String {
    let rest = url.split_once("//").map_or(url, |(_, rest)| rest);
    slug(rest.split('/').next().unwrap_or_default())
}

fn object(text: &str) -> Result<Map<String, Value>, Trouble> {
    // The error's own text could quote what is there, and that may be a key.
    serde_json::from_str(text)
        .map_err(|error| Trouble { line: error.line(), message: "it is not a JSON object".to_owned() })
}
