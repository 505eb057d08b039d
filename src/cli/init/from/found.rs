//! What another tool's settings say, in this program's words; and whom they mean by a name and an address.

use crate::agents::yaml::{self, Node, Wrong};
use crate::providers::Catalog;
use crate::providers::catalog::ProviderRow;
use crate::secret::Secret;

/// Names that providers have elsewhere.
const ELSEWHERE: &[(&str, &str)] = &[("claude", "anthropic"), ("google", "gemini"), ("grok", "xai")];

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// In the order of the file.
    pub(super) providers: Vec<Taken>,
    /// What is asked where nothing else is said: `provider/model`.
    pub(super) model: Option<String>,
    /// Other names, and the `provider/model` that each stands for.
    pub(super) aliases: Vec<(String, String)>,
    /// What is not taken over, each with its reason.
    pub(super) left: Vec<String>,
}

/// A provider that is taken over.
#[derive(Debug)]
pub(super) struct Taken {
    pub(super) id: String,
    /// Where it is, unless it is where we know it to be.
    pub(super) base_url: Option<String>,
    pub(super) default_model: Option<String>,
    /// Where its keys come from: `env:NAME`, `cmd:COMMAND`.
    pub(super) sources: Vec<String>,
    /// A key that stands in the file.
    pub(super) key: Option<Secret>,
}

/// Why a file cannot be read.
#[derive(Debug)]
pub(super) struct Trouble {
    pub(super) line: usize,
    pub(super) message: String,
}

impl From<Wrong> for Trouble {
    fn from(wrong: Wrong) -> Self {
        let (Wrong::Syntax { line, message } | Wrong::Refused { line, message }) = wrong;
        Self { line, message }
    }
}

/// Reads YAML; a file with nothing in it is an empty one.
pub(super) fn tree(text: &str) -> Result<Node, Trouble> {
    Ok(yaml::parse(text, 0)?.unwrap_or(Node { line: 1, value: yaml::Value::Table(Vec::new()) }))
}

impl Taken {
    /// Whoever has this name, or this address. The error says why it cannot be taken over.
    pub(super) fn named(name: &str, base_url: Option<&str>) -> Result<Self, String> {
        let known = Catalog::built_in().providers();
        let elsewhere = ELSEWHERE.iter().find(|(theirs, _)| *theirs == name).map_or(name, |(_, ours)| *ours);
        let by_name = known.iter().find(|row| row.id == elsewhere);
        let by_address = |url: &str| known.iter().find(|row| address(&row.base_url) == address(url));
        let row = by_name.or_else(|| base_url.and_then(by_address));
        let base_url = match (row, base_url) {
            (Some(row), Some(url)) if address(&row.base_url) == address(url) => None,
            (_, Some(url)) => Some(url.trim_end_matches('/').to_owned()),
            (Some(_), None) => None,
            (None, None) => {
                return Err(format!("{name}: it is not known here, and its address is not in the file"));
            }
        };
        let id = row.map_or_else(|| slug(name), |row| row.id.clone());
        Ok(Self { id, base_url, default_model: None, sources: Vec::new(), key: None })
    }

    /// What is known about it without any configuration.
    pub(super) fn row(&self) -> Option<&'static ProviderRow> {
        Catalog::built_in().provider(&self.id)
    }

    /// Takes keys from a variable, where that is not done anyway.
    pub(super) fn variable(&mut self, name: &str) {
        if !self.row().is_some_and(|row| row.key_env.iter().any(|known| known == name)) {
            self.sources.push(format!("env:{name}"));
        }
    }
}

/// An address as far as it tells servers apart: this machine has two names, and `/v1` is often left out.
fn address(url: &str) -> String {
    let url = url.trim_end_matches('/').replace("//localhost", "//127.0.0.1");
    url.strip_suffix("/v1").unwrap_or(&url).to_owned()
}

/// A name as the id of a provider.
pub(super) fn slug(name: &str) -> String {
    let letters = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
    let slug: String = name.chars().map(letters).collect();
    let slug = slug.trim_matches('-');
    if slug.is_empty() { "provider".to_owned() } else { slug.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_addresses() {
        let named = |name: &str, url: Option<&str>| {
            Taken::named(name, url).map(|taken| (taken.id, taken.base_url.unwrap_or_default()))
        };
        let known = |id: &str| Ok((id.to_owned(), String::new()));
        assert_eq!(named("claude", None), known("anthropic"));
        assert_eq!(named("groq", Some("https://api.groq.com/openai/v1/")), known("groq"));
        assert_eq!(named("deepseek", Some("https://api.deepseek.com/v1")), known("deepseek"));
        assert_eq!(named("my groq", Some("https://api.groq.com/openai/v1")), known("groq"));
        assert_eq!(named("ollama", Some("http://localhost:11434/v1")), known("ollama"));
        let own = Ok(("my-box".to_owned(), "http://10.0.0.2:1/v1".to_owned()));
        assert_eq!(named("My Box", Some("http://10.0.0.2:1/v1/")), own);
        let elsewhere = Ok(("openai".to_owned(), "https://proxy.example/v1".to_owned()));
        assert_eq!(named("openai", Some("https://proxy.example/v1")), elsewhere);
        assert!(named("nobody", None).is_err());
        assert_eq!(slug("--"), "provider");
    }
}
