//! What can be wrong with the settings of tools that ask services, found when the program starts and not when a model calls.

use url::Url;

use crate::config::tools::ServiceSection;
use crate::config::{Config, ConfigError, Span, keys, nearest};

/// Checks them; what is odd but no error comes back as warnings. No message quotes an address or a key.
pub(super) fn check(config: &Config) -> Result<Vec<String>, ConfigError> {
    let mut warnings = Vec::new();
    let document = &config.document;
    for (name, section) in document.values.tools.of_services() {
        let (common, services) = (section.common(), section.services());
        let known: Vec<&str> = services.iter().map(|(id, _)| *id).collect();
        order(config, name, common.order.unwrap_or_default(), &known)?;
        if let Some(Err(error)) = common.timeout.map(Span::some) {
            return Err(document.error(&format!("tools.{name}.timeout"), error));
        }
        for (id, section) in services {
            warnings.extend(service(config, &format!("tools.{name}.{id}"), section)?);
        }
    }
    for (index, feed) in document.values.tools.news.feeds.iter().enumerate() {
        web(feed).map_err(|message| document.error(&format!("tools.news.feeds[{index}]"), message))?;
    }
    Ok(warnings)
}

fn order(config: &Config, tool: &str, order: &[String], known: &[&str]) -> Result<(), ConfigError> {
    for (index, id) in order.iter().enumerate() {
        let path = format!("tools.{tool}.order[{index}]");
        if order[..index].contains(id) {
            return Err(config.document.error(&path, "it is in the list already"));
        }
        if !known.contains(&id.as_str()) {
            let error = config.document.error(&path, format!("there is no service `{id}` for {tool}"));
            return Err(match nearest(id, known.iter().copied()) {
                Some(near) => error.hinted(format!("did you mean `{near}`?")),
                None => error.hinted(format!("there are: {}", known.join(", "))),
            });
        }
    }
    Ok(())
}

fn service(config: &Config, path: &str, section: &ServiceSection) -> Result<Option<String>, ConfigError> {
    let document = &config.document;
    for (key, address) in [("base_url", &section.base_url), ("geocoding_url", &section.geocoding_url)] {
        if let Some(Err(message)) = address.as_deref().map(bare) {
            return Err(document.error(&format!("{path}.{key}"), message));
        }
    }
    let Some(key) = &section.api_key else { return Ok(None) };
    let path = format!("{path}.api_key");
    if keys::is_empty(key) {
        let error = document.error(&path, "it is empty");
        return Err(error.hinted("write `env:NAME`, `cmd:COMMAND` or `file:PATH`, or leave it out"));
    }
    if keys::is_bare_secret(key) {
        let place = document.error(&path, "it holds a key itself");
        return Ok(Some(format!("{place}; `env:NAME`, `cmd:COMMAND`, `file:PATH` keep it out of the file")));
    }
    let unset = keys::unset(std::slice::from_ref(key), &config.env).next();
    Ok(unset.map(|(_, name)| {
        document.error(&path, format!("the variable {name} is not set, so it gives no key")).to_string()
    }))
}

/// What stands before the paths of a service.
fn bare(address: &str) -> Result<(), &'static str> {
    // The code of a language goes there later.
    let url = web(&address.replace("{language}", "en"))?;
    let has_more = url.query().is_some() || url.fragment().is_some();
    if has_more || !url.username().is_empty() || url.password().is_some() {
        return Err(
            "it must not contain a user name, a password, a query or a fragment: keys go into `api_key`",
        );
    }
    Ok(())
}

fn web(address: &str) -> Result<Url, &'static str> {
    let url = Url::parse(address.trim()).ok();
    let is_web = |url: &Url| ["http", "https"].contains(&url.scheme()) && url.host().is_some();
    url.filter(is_web).ok_or("it is not an http or https address")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Document;

    fn checked(text: &str) -> Result<Vec<String>, String> {
        let document = Document::parse(std::path::Path::new("config.toml"), text).unwrap();
        let error = |error: ConfigError| format!("{error} / {}", error.hint.clone().unwrap_or_default());
        check(&Config { document, ..Config::default() }).map_err(error)
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        for (text, what) in [
            (
                "[tools.weather]\norder = [\"wttr\", \"open-meteo\"]",
                "config.toml:2:18: `tools.weather.order[1]`: there is no service `open-meteo` for weather / did you mean `open_meteo`?",
            ),
            ("[tools.stocks]\norder = [\"zzz\"]", "/ there are: yahoo, finnhub"),
            (
                "[tools.stocks]\norder = [\"yahoo\", \"yahoo\"]",
                "`tools.stocks.order[1]`: it is in the list already",
            ),
            ("[tools.news]\ntimeout = 0", "`tools.news.timeout`: it must be longer"),
            (
                "[tools.news]\nfeeds = [\"https://a.b/?x=1\", \"feed\"]",
                "`tools.news.feeds[1]`: it is not an http",
            ),
            (
                "[tools.web_search.searxng]\nbase_url = \"searx\"",
                "config.toml:2:1: `tools.web_search.searxng.base_url`",
            ),
            ("[tools.weather.open_meteo]\ngeocoding_url = \"\"", "`tools.weather.open_meteo.geocoding_url`"),
            (
                "[tools.web_search.brave]\napi_key = \"env: \"",
                "`tools.web_search.brave.api_key`: it is empty / write",
            ),
        ] {
            let error = checked(text).unwrap_err();
            assert!(error.contains(what), "{text}: {error}");
        }
        let secret = checked("[tools.stocks.finnhub]\nbase_url = \"https://x.y/?token=canary\"").unwrap_err();
        assert!(secret.contains("keys go into `api_key`") && !secret.contains("canary"), "{secret}");
        assert_eq!(
            checked("[tools.wikipedia.wikipedia]\nbase_url = \"https://{language}.x.y/\""),
            Ok(vec![])
        );
    }

    #[test]
    fn keys_that_are_none_or_no_secret_are_told() {
        let text =
            "[tools.stocks.finnhub]\napi_key = \"env:FH\"\n[tools.web_search.brave]\napi_key = \"canary\"";
        let warnings = checked(text).unwrap().join("\n");
        assert!(
            warnings.contains("`tools.stocks.finnhub.api_key`: the variable FH is not set"),
            "{warnings}"
        );
        assert!(
            warnings.contains("config.toml:4:1: `tools.web_search.brave.api_key`: it holds a key itself")
        );
        assert!(!warnings.contains("canary"));
    }
}
