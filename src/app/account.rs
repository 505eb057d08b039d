//! Upstream accounts: the catalogue's rows and the user's settings in one, with their keys.

use std::sync::Arc;

use url::Url;

use crate::config::{Config, ConfigError, LimitsSection, ProviderSection, WireName, keys};
use crate::providers::catalog::ProviderRow;
use crate::providers::{Billing, Catalog, Provider, Quirks, Timeouts, WireFormat, is_loopback};
use crate::secret::KeySource;

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
    pub keys: Vec<Arc<KeySource>>,
    /// The variables that may hold a key.
    pub key_env: Vec<String>,
    /// The variable that said where it is.
    pub host_env: Option<String>,
    /// Whether the user has a section for it.
    pub configured: bool,
    /// Whether it may be used at all.
    pub enabled: bool,
    /// Whether it was switched off by command, and not in the configuration.
    pub disabled: bool,
    /// Its key was found only in a variable that people set for other purposes.
    pub incidental: bool,
    /// Its place in `auto`; higher goes first.
    pub priority: i64,
    /// The model that is meant when only the provider is named.
    pub default_model: Option<String>,
    /// What each of its keys may be asked.
    pub limits: LimitsSection,
}

impl Account {
    /// Takes the user's word for which providers are not to be used.
    pub(super) fn switch(&mut self, disabled: &[String]) {
        self.disabled = disabled.contains(&self.provider.id);
        self.enabled &= !self.disabled;
    }

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
    let (keys, incidental) = key_sources(id, row, section, config, &base_url, warnings);
    let is_local = is_loopback(&base_url);
    let provider = Provider {
        id: id.to_owned(),
        wire: match (section.wire, row) {
            (Some(WireName::Openai), _) => WireFormat::Openai,
            (Some(WireName::Anthropic), _) => WireFormat::Anthropic,
            (Some(WireName::Gemini), _) => WireFormat::Gemini,
            (Some(WireName::Replicate), _) => WireFormat::Replicate,
            (None, Some(row)) => row.wire,
            (None, None) => {
                let error = config
                    .document
                    .error(&format!("providers.{id}"), "it is not built in, so it needs `wire`");
                return Err(error.hinted(
                    "add `wire = \"openai\"` (or `\"anthropic\"`, `\"gemini\"`, `\"replicate\"`) and its `base_url`",
                ));
            }
        },
        base_url,
        headers: row.map(|row| row.headers.clone().into_iter().collect()).unwrap_or_default(),
        quirks: row.map_or_else(Quirks::default, |row| row.quirks.clone()),
        timeouts: timeouts(row, section),
        billing: row.map_or(if is_local { Billing::Local } else { Billing::Paid }, |row| row.billing),
    };
    Ok(Account {
        provider: Arc::new(provider),
        name: row.map_or_else(|| id.to_owned(), |row| row.name.clone()),
        row,
        keys,
        host_env: row
            .and_then(|row| row.host_env.clone())
            .filter(|name| section.base_url.is_none() && config.env.get(name).is_some()),
        key_env,
        configured,
        enabled: section.enabled.unwrap_or(true),
        disabled: false,
        incidental,
        priority: section.priority.unwrap_or(0),
        default_model: section
            .default_model
            .clone()
            .or_else(|| row.and_then(|row| row.default_model.clone())),
        limits: section.limits,
    })
}

/// The keys, and whether they are there for other purposes only.
fn key_sources(
    id: &str,
    row: Option<&ProviderRow>,
    section: &ProviderSection,
    config: &Config,
    base_url: &str,
    warnings: &mut Vec<String>,
) -> (Vec<Arc<KeySource>>, bool) {
    // A key for a server on this machine is no secret.
    if section.api_keys.iter().any(|entry| keys::is_bare_secret(entry)) && !is_loopback(base_url) {
        let place = config.document.error(&format!("providers.{id}.api_keys"), "it holds a key itself");
        warnings.push(format!(
            "{place}; `aigw auth login {id}`, or `env:NAME`, `cmd:COMMAND`, `file:PATH` keep it out of the file"
        ));
    }
    let used = section.enabled != Some(false);
    for (index, name) in keys::unset(&section.api_keys, &config.env).filter(|_| used) {
        let path = format!("providers.{id}.api_keys[{index}]");
        let place =
            config.document.error(&path, format!("the variable {name} is not set, so it gives no key"));
        warnings.push(place.to_string());
    }
    let configured = keys::from_config(&section.api_keys, &config.env);
    if !configured.is_empty() {
        return (configured, false);
    }
    let names = row.map(|row| row.key_env.clone()).unwrap_or_default();
    let in_env = keys::from_env(&names, &config.env);
    if !in_env.is_empty() {
        let incidental = row.map(|row| row.incidental_env.as_slice()).unwrap_or_default();
        let elsewhere =
            |key: &Arc<KeySource>| incidental.iter().any(|name| key.origin == format!("env {name}"));
        let incidental = in_env.iter().all(elsewhere);
        return (in_env, incidental);
    }
    (keys::from_credentials(config.credentials.keys(id)), false)
}

/// Where requests go: what the file says, else the variable of the server's own, else the catalogue.
fn base_url(
    id: &str,
    row: Option<&ProviderRow>,
    section: &ProviderSection,
    config: &Config,
) -> Result<String, ConfigError> {
    let path = format!("providers.{id}.base_url");
    if let Some(url) = &section.base_url {
        return address(url).map_err(|(message, hint)| {
            let error = config.document.error(&path, message);
            if let Some(hint) = hint { error.hinted(hint) } else { error }
        });
    }
    let Some(row) = row else {
        let error =
            config.document.error(&format!("providers.{id}"), "it is not built in, so it needs `base_url`");
        return Err(error
            .hinted("it is all that stands before /chat/completions (/messages, /models/…, /predictions)"));
    };
    match row.host_env.as_deref().and_then(|name| Some((name, config.env.get(name)?))) {
        Some((name, host)) => from_host(host, &row.base_url)
            .map_err(|(message, _)| ConfigError::new(format!("the variable {name}: {message}"))),
        None => Ok(row.base_url.clone()),
    }
}

/// Checks an address. The error does not quote it: a secret may be in it.
fn address(text: &str) -> Result<String, (String, Option<String>)> {
    let text = text.trim().trim_end_matches('/');
    let wrong = |message: &str| (message.to_owned(), None);
    let url = Url::parse(text).map_err(|error| wrong(&format!("it is not an address: {error}")))?;
    if !["http", "https"].contains(&url.scheme()) || url.host().is_none() {
        return Err(wrong("it is not an http or https address"));
    }
    if !url.username().is_empty()
        || url.password().is_some()
        || url.query().is_some()
        || url.fragment().is_some()
    {
        let message = "it must not contain a user name, a password, a query or a fragment";
        return Err((message.to_owned(), Some("keys go into `api_keys`".to_owned())));
    }
    if let Some((stem, endpoint)) = endpoint(text) {
        return Err((format!("it must end before {endpoint}"), Some(format!("base_url = \"{stem}\""))));
    }
    Ok(text.to_owned())
}

/// What stands before an endpoint, if an address names one: people copy them from documentation.
fn endpoint(text: &str) -> Option<(&str, &'static str)> {
    const ENDPOINTS: &[&str] = &["/chat/completions", "/messages", "/embeddings", "/predictions"];
    let at_end = |endpoint: &&'static str| Some((text.strip_suffix(*endpoint)?, *endpoint));
    let of_gemini = || {
        let (stem, model) = text.rsplit_once("/models/")?;
        model.contains(':').then_some((stem, "/models/MODEL:generateContent"))
    };
    ENDPOINTS.iter().find_map(at_end).or_else(of_gemini)
}

/// `host`, `host:port` or an address, as `OLLAMA_HOST` has it; what is missing is as usual, and a server that listens
/// everywhere is asked here.
fn from_host(host: &str, usual: &str) -> Result<String, (String, Option<String>)> {
    let host = host.trim().trim_end_matches('/').replace("0.0.0.0", "127.0.0.1");
    let scheme_is_given = host.contains("://");
    let text = if scheme_is_given { host } else { format!("http://{host}") };
    let mut url = address(&text)?;
    let has_port = url
        .rsplit('/')
        .next()
        .is_some_and(|authority| authority.rsplit(']').next().is_some_and(|end| end.contains(':')));
    let usual = Url::parse(usual).ok();
    if let (false, false, Some(port)) = (scheme_is_given, has_port, usual.as_ref().and_then(Url::port)) {
        url = format!("{url}:{port}");
    }
    Ok(url + usual.as_ref().map_or("", Url::path).trim_end_matches('/'))
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
    fn an_endpoint_is_no_base_url() {
        for (text, stem) in [
            ("https://a.b/v1/chat/completions", "https://a.b/v1"),
            ("https://a.b/v1/messages/", "https://a.b/v1"),
            ("https://a.b/v1/predictions", "https://a.b/v1"),
            ("https://a.b/v1beta/models/gemini-x:generateContent", "https://a.b/v1beta"),
        ] {
            let (_, hint) = address(text).unwrap_err();
            assert_eq!(hint.unwrap(), format!("base_url = \"{stem}\""));
        }
        assert!(address("https://router.example.org/hf-inference/models").is_ok());
    }

    #[test]
    fn hosts_become_addresses() {
        let host = |text| from_host(text, "http://127.0.0.1:11434/v1");
        assert_eq!(host("127.0.0.1").unwrap(), "http://127.0.0.1:11434/v1");
        assert_eq!(host("0.0.0.0:9999").unwrap(), "http://127.0.0.1:9999/v1");
        assert_eq!(host("[::1]").unwrap(), "http://[::1]:11434/v1");
        assert_eq!(host("https://ollama.example.org/").unwrap(), "https://ollama.example.org/v1");
        assert!(!host("http://user:hunter2@x").unwrap_err().0.contains("hunter2"));
    }
}
