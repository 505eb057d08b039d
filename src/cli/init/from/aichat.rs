//! aichat's `config.yaml`: a list of clients, and a model as `client:model`.
//!
//! Source: `config.example.yaml` in sigoden/aichat.

use super::found::{Found, Taken, Trouble, tree};
use crate::agents::yaml::Node;
use crate::secret::Secret;

/// Reads it. `set` says whether a variable is set.
pub(super) fn read(text: &str, set: &dyn Fn(&str) -> bool) -> Result<Found, Trouble> {
    let root = tree(text)?;
    let mut found = Found::default();
    // What clients are called in `model`, and what they are called here.
    let mut names = Vec::new();
    for client in root.get("clients").map(Node::items).unwrap_or_default() {
        let of = |key: &str| client.get(key).and_then(Node::text);
        let Some(kind) = of("type") else {
            found.left.push(format!("the client in line {}: it has no type", client.line));
            continue;
        };
        let name = of("name").unwrap_or(kind);
        match taken(client, kind, name, set) {
            Ok(provider) => {
                names.push((name.to_owned(), provider.id.clone()));
                found.providers.push(provider);
            }
            Err(why) => found.left.push(why),
        }
    }
    if let Some(model) = root.get("model").and_then(Node::text) {
        let parts = model.split_once(':');
        let id = parts.and_then(|(client, _)| names.iter().find(|(theirs, _)| theirs == client));
        match (parts, id) {
            (Some((_, model)), Some((_, id))) => found.model = Some(format!("{id}/{model}")),
            _ => found.left.push(format!("the model {model}: its client is not taken over")),
        }
    }
    Ok(found)
}

fn taken(client: &Node, kind: &str, name: &str, set: &dyn Fn(&str) -> bool) -> Result<Taken, String> {
    let of = |key: &str| client.get(key).and_then(Node::text);
    let base = of("api_base").map(|base| match kind {
        // Its own API is meant; it speaks OpenAI's format one level below.
        "ollama" => format!("{}/v1", base.trim_end_matches('/').trim_end_matches("/api")),
        _ => base.to_owned(),
    });
    let called = match kind {
        "openai-compatible" => name,
        "openai" | "claude" | "gemini" | "ollama" | "replicate" => kind,
        _ => return Err(format!("{name}: its format is not spoken here")),
    };
    let mut provider = Taken::named(called, base.as_deref())?;
    provider.key = of("api_key").map(Secret::new);
    let variable = format!("{}_API_KEY", name.to_ascii_uppercase().replace('-', "_"));
    if provider.key.is_none() && set(&variable) {
        provider.variable(&variable);
    }
    let chats = |model: &&Node| model.get("type").and_then(Node::text).is_none_or(|kind| kind == "chat");
    let models = client.get("models").map(Node::items).unwrap_or_default();
    let first = models.iter().find(chats).and_then(|model| model.get("name")).and_then(Node::text);
    if provider.row().is_none_or(|row| row.default_model.is_none()) {
        provider.default_model = first.map(str::to_owned);
    }
    Ok(provider)
}
