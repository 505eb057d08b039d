//! Upstream accounts: the catalogue's rows and the user's settings in one, with their keys.

use std::sync::Arc;

use crate::config::keys::KeySource;
use crate::config::{Config, ConfigError, ProviderSection, WireName, keys};
use crate::providers::catalog::ProviderRow;
use crate::providers::{Billing, Catalog, Provider, Quirks, Timeouts, WireFormat};

/// A provider with the user's keys for it.
#[derive(Debug, Clone)]
pub struct Account {
    /// What requests see of it.
    pub provider: Arc<Provider>,
    /// Its own name.
    pub name: String,
    /// Its row in the catalogue, if it has one.
    pub row: Option<&'static ProviderRow>,
    /// The keys, or the ways to get them.
    pub keys: Vec<KeySource>,
    /// The variables that may hold a key.
    pub key_env: Vec<String>,
    /// Whether the user has a section for it.
    pub configured: bool,
    /// Whether it may be used at all.
    pub enabled: bool,
    /// Its key was found only in a variable that people set for other purposes.
    pub incidental: bool,
    /// Its place in `auto`; higher goes first.
    pub priority: i64,
    /// The model that is meant when only the provider is named.
    pub default_model: Option<String>,
}

impl Account {
    /// Whether a request needs a key.
    pub fn needs_key(&self) -> bool {
        self.row.is_some_and(|row| row.billing != Billing::Local)
    }

    /// Whether a request could be made.
    pub fn is_on(&self) -> bool {
        self.enabled && (!self.needs_key() || !self.keys.is_empty())
    }

    /// Whether it runs on this machine.
    pub fn is_local(&self) -> bool {
        self.provider.billing == Billing::Local
    }
}

/// All accounts: the catalogue's in its order, then the user's own by name.
pub(super) fn accounts(
    catalog: &'static Catalog,
    config: &Config,
    warnings: &mut Vec<String>,
) -> Result<Vec<Account>, ConfigError> {
    let sections = &config.document.values.providers;
    let mut accounts = Vec::new();
    for row in catalog.providers() {
        accounts.push(account(&row.id, Some(row), sections.get(&row.id), config, warnings)?);
    }
    for (id, section) in sections.iter().filter(|(id, _)| catalog.provider(id).is_none()) {
        if id.contains('/') {
            return Err(config
                .document
                .error(&format!("providers.{id}"), "the name of a provider cannot contain `/`"));
        }
        accounts.push(account(id, None, Some(section), config, warnings)?);
    }
    Ok(accounts)
}

fn account(
    id: &str,
    row: Option<&'static ProviderRow>,
    section: Option<&ProviderSection>,
    config: &Config,
    warnings: &mut Vec<String>,
) -> Result<Account, ConfigError> {
    let defaults = ProviderSection::default();
    let configured = section.is_some();
    let section = section.unwrap_or(&defaults);
    let base_url = base_url(id, row, section, config)?;
    let key_env = row.map(|row| row.key_env.clone()).unwrap_or_default();
    let keys = key_sources(id, &key_env, section, config, &base_url, warnings)?;
    let incidental = row.is_some_and(|row| {
        let only_there =
            |key: &KeySource| row.incidental_env.iter().any(|name| key.origin == format!("env {name}"));
        !keys.is_empty() && keys.iter().all(only_there)
    });
    let provider = Provider {
        id: id.to_owned(),
        wire: match (section.wire, row) {
            (Some(WireName::Openai), _) => WireFormat::Openai,
            (None, Some(row)) => row.wire,
            (None, None) => {
                let error = config
                    .document
                    .error(&format!("providers.{id}"), "it is not built in, so it needs `wire`");
                return Err(error.hinted("add `wire = \"openai\"` and its `base_url`"));
            }
        },
        base_url,
        headers: row.map(|row| row.headers.clone().into_iter().collect()).unwrap_or_default(),
        quirks: row.map_or_else(Quirks::default, |row| row.quirks.clone()),
        timeouts: timeouts(row, section),
        billing: row.map_or(Billing::Paid, |row| row.billing),
    };
    Ok(Account {
        provider: Arc::new(provider),
        name: row.map_or_else(|| id.to_owned(), |row| row.name.clone()),
        row,
        keys,
        key_env,
        configured,
        enabled: section.enabled.unwrap_or(true),
        incidental,
        priority: section.priority.unwrap_or(0),
        default_model: section
            .default_model
            .clone()
            .or_else(|| row.and_then(|row| row.default_model.clone())),
    })
}

fn key_sources(
    id: &str,
    key_env: &[String],
    section: &ProviderSection,
    config: &Config,
    base_url: &str,
    warnings: &mut Vec<String>,
) -> Result<Vec<KeySource>, ConfigError> {
    let path = format!("providers.{id}.api_keys");
    let configured = keys::from_config(&section.api_keys, &config.env)
        .map_err(|(index, error)| config.document.error(&format!("{path}[{index}]"), error))?;
    // A key for a server on this machine is no secret.
    if section.api_keys.iter().any(|entry| keys::is_bare_secret(entry)) && !is_on_this_machine(base_url) {
        let place = config.document.error(&path, "it holds a key itself");
        warnings.push(format!("{place}; `aigw auth login {id}`, or `env:NAME`, `cmd:COMMAND`, `file:PATH` keep it out of the file"));
    }
    if !configured.is_empty() {
        return Ok(configured);
    }
    let in_env = keys::from_env(key_env, &config.env);
    if !in_env.is_empty() {
        return Ok(in_env);
    }
    Ok(keys::from_credentials(config.credentials.keys(id)))
}

fn base_url(
    id: &str,
    row: Option<&ProviderRow>,
    section: &ProviderSection,
    config: &Config,
) -> Result<String, ConfigError> {
    let path = format!("providers.{id}.base_url");
    let Some(url) = &section.base_url else {
        let host = row.and_then(|row| config.env.get(row.host_env.as_deref()?));
        return match (row, host) {
            (Some(_), Some(host)) => Ok(from_host(host)),
            (Some(row), None) => Ok(row.base_url.clone()),
            (None, _) => Err(config
                .document
                .error(&format!("providers.{id}"), "it is not built in, so it needs `base_url`")
                .hinted("it is all that stands before /chat/completions")),
        };
    };
    let url = url.trim().trim_end_matches('/');
    // A password in an address would be shown wherever the address is; so it is not even shown here.
    if url.contains('@') {
        let error = config.document.error(&path, "it must not contain a user name or a password");
        return Err(error.hinted("keys go into `api_keys`"));
    }
    if !is_http(url) {
        return Err(config.document.error(&path, format!("`{url}` is not an http or https address")));
    }
    if let Some(stem) = url.strip_suffix("/chat/completions") {
        let error = config.document.error(&path, "it must end before /chat/completions");
        return Err(error.hinted(format!("base_url = \"{stem}\"")));
    }
    Ok(url.to_owned())
}

fn is_http(url: &str) -> bool {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    rest.is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/') && !rest.contains(char::is_whitespace))
}

/// `OLLAMA_HOST` and its like: `host`, `host:port` or an address; a server that listens everywhere is asked here.
fn from_host(host: &str) -> String {
    let host = host.trim().trim_end_matches('/').replace("0.0.0.0", "127.0.0.1");
    let url = if host.contains("://") { host } else { format!("http://{host}") };
    let authority = url.split_once("://").map_or("", |(_, rest)| rest);
    if authority.contains(':') || url.starts_with("https") {
        format!("{url}/v1")
    } else {
        format!("{url}:11434/v1")
    }
}

fn is_on_this_machine(url: &str) -> bool {
    ["http://127.", "http://localhost", "http://[::1]"].iter().any(|start| url.starts_with(start))
}

fn timeouts(row: Option<&ProviderRow>, section: &ProviderSection) -> Timeouts {
    let (usual, set) = (Timeouts::DEFAULT, &section.timeout);
    let row = row.map(|row| row.timeout).unwrap_or_default();
    let total = set.total.map(|span| span.0).or(row.total).unwrap_or(usual.total);
    Timeouts {
        connect: set.connect.map(|span| span.0).or(row.connect).unwrap_or(usual.connect),
        first_token: set.first_token.map(|span| span.0).or(row.first_token).unwrap_or(usual.first_token),
        idle: set.idle.map(|span| span.0).or(row.idle).unwrap_or(usual.idle),
        total,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_become_addresses() {
        assert_eq!(from_host("127.0.0.1"), "http://127.0.0.1:11434/v1");
        assert_eq!(from_host("0.0.0.0:9999"), "http://127.0.0.1:9999/v1");
        assert_eq!(from_host("https://ollama.example.org/"), "https://ollama.example.org/v1");
    }
}
