//! mods' `mods.yml`: a table of APIs, and a model by its name or alias.
//!
//! The file that it writes at first lists every API there is, so only those are taken over that have a key or the usual
//! model. Source: `config_template.yml` in charmbracelet/mods.

use super::found::{Found, Taken, Trouble, tree};
use crate::agents::yaml::{Entry, Node};
use crate::secret::Secret;

/// APIs whose formats are not spoken here.
const FOREIGN: &[&str] = &["azure", "azure-ad", "cohere", "copilot"];

/// Reads it. `set` says whether a variable is set.
pub(super) fn read(text: &str, set: &dyn Fn(&str) -> bool) -> Result<Found, Trouble> {
    let root = tree(text)?;
    let mut found = Found::default();
    let wanted = root.get("default-model").and_then(Node::text);
    let mut model = None;
    for api in root.get("apis").map(Node::entries).unwrap_or_default() {
        let usual = if model.is_none() { wanted.and_then(|wanted| model_of(api, wanted)) } else { None };
        match taken(api, usual, set) {
            Ok(Some(provider)) => {
                model = model.or_else(|| usual.map(|model| format!("{}/{model}", provider.id)));
                found.providers.push(provider);
            }
            Ok(None) => {}
            Err(why) => found.left.push(why),
        }
    }
    if let (Some(wanted), None) = (wanted, &model) {
        found.left.push(format!("the model {wanted}: none of what is taken over has it"));
    }
    found.model = model;
    Ok(found)
}

/// The model of an API that has this name or alias.
fn model_of<'a>(api: &'a Entry, wanted: &str) -> Option<&'a str> {
    let models = api.node.get("models")?.entries();
    let is_meant = |model: &&Entry| {
        let aliases = model.node.get("aliases").map(Node::items).unwrap_or_default();
        model.key == wanted || aliases.iter().any(|alias| alias.text() == Some(wanted))
    };
    models.iter().find(is_meant).map(|model| model.key.as_str())
}

/// None if it is only listed.
fn taken(api: &Entry, usual: Option<&str>, set: &dyn Fn(&str) -> bool) -> Result<Option<Taken>, String> {
    let of = |key: &str| api.node.get(key).and_then(Node::text);
    let variable = of("api-key-env").filter(|name| set(name));
    let (key, command) = (of("api-key"), of("api-key-cmd"));
    if usual.is_none() && key.is_none() && command.is_none() && variable.is_none() {
        return Ok(None);
    }
    if FOREIGN.contains(&api.key.as_str()) {
        return Err(format!("{}: its format is not spoken here", api.key));
    }
    let base = of("base-url").map(|url| match url.trim_end_matches('/').strip_suffix("/api") {
        // Ollama's own API; it speaks OpenAI's format beside it.
        Some(server) if api.key == "ollama" => format!("{server}/v1"),
        _ => url.to_owned(),
    });
    let mut provider = Taken::named(&api.key, base.as_deref())?;
    provider.key = key.map(Secret::new);
    if let Some(name) = variable {
        provider.variable(name);
    }
    provider.sources.extend(command.map(|command| format!("cmd:{command}")));
    if provider.row().is_none_or(|row| row.default_model.is_none()) {
        let models = api.node.get("models").map(Node::entries).unwrap_or_default();
        provider.default_model = usual.or(models.first().map(|model| model.key.as_str())).map(str::to_owned);
    }
    Ok(Some(provider))
}
