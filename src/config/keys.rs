//! Where provider keys come from.
//!
//! The first of these sources that has any wins: what the configuration lists, the provider's variables, the
//! credentials file. Equal secrets are one key.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Env;
use crate::secret::{KeySource, Secret};

/// How many numbered variables are looked at.
const NUMBERED: u32 = 10;

/// The keys that the configuration lists.
pub fn from_config(entries: &[String], env: &Env) -> Vec<Arc<KeySource>> {
    let mut sources = Vec::new();
    for entry in entries {
        if let Some(name) = entry.strip_prefix("env:") {
            // A variable that is not set is no key; other sources may have one.
            let name = name.trim();
            sources.extend(split(env.get(name)).map(|secret| KeySource::key(format!("env {name}"), secret)));
        } else if let Some(command) = entry.strip_prefix("cmd:") {
            sources.push(KeySource::command(command));
        } else if let Some(path) = entry.strip_prefix("file:") {
            sources.push(KeySource::file(expand_home(path.trim(), env)));
        } else if !entry.trim().is_empty() {
            sources.push(KeySource::key("config", Secret::new(entry)));
        }
    }
    distinct(sources)
}

/// The entries that name a variable in which there is no key, with their places.
pub fn unset<'a>(entries: &'a [String], env: &Env) -> impl Iterator<Item = (usize, &'a str)> {
    let named = entries
        .iter()
        .enumerate()
        .filter_map(|(index, entry)| Some((index, entry.strip_prefix("env:")?.trim())));
    named.filter(|(_, name)| split(env.get(name)).next().is_none())
}

/// Whether an entry holds the secret itself instead of saying where it is.
pub fn is_bare_secret(entry: &str) -> bool {
    !entry.trim().is_empty() && !["env:", "cmd:", "file:"].iter().any(|scheme| entry.starts_with(scheme))
}

/// Whether an entry says nothing, or not where the key is.
pub fn is_empty(entry: &str) -> bool {
    let place = ["env:", "cmd:", "file:"].iter().find_map(|scheme| entry.strip_prefix(scheme));
    place.unwrap_or(entry).trim().is_empty()
}

/// The keys in a provider's variables: the first variable that has any, itself, numbered, or as a list.
pub fn from_env(variables: &[String], env: &Env) -> Vec<Arc<KeySource>> {
    for name in variables {
        let numbered = (1..=NUMBERED).map(|number| format!("{name}_{number}"));
        let found: Vec<_> = std::iter::once(name.clone())
            .chain(numbered)
            .flat_map(|name| {
                split(env.get(&name))
                    .map(move |secret| KeySource::key(format!("env {name}"), secret))
                    .collect::<Vec<_>>()
            })
            .collect();
        if !found.is_empty() {
            return distinct(found);
        }
    }
    Vec::new()
}

/// The keys of the credentials file.
pub fn from_credentials(keys: &[Secret]) -> Vec<Arc<KeySource>> {
    distinct(keys.iter().map(|key| KeySource::key("credentials", key.clone())).collect())
}

fn split(value: Option<&str>) -> impl Iterator<Item = Secret> {
    value.unwrap_or_default().split(',').map(Secret::new).filter(|secret| !secret.is_empty())
}

fn distinct(sources: Vec<KeySource>) -> Vec<Arc<KeySource>> {
    let mut kept: Vec<Arc<KeySource>> = Vec::new();
    for source in sources {
        if kept.iter().all(|other| other.id() != source.id()) {
            kept.push(Arc::new(source));
        }
    }
    kept
}

fn expand_home(path: &str, env: &Env) -> PathBuf {
    match (path.strip_prefix("~/"), env.get("HOME")) {
        (Some(rest), Some(home)) => Path::new(home).join(rest),
        _ => PathBuf::from(path),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn env(pairs: &[(&str, &str)]) -> Env {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    fn shown(sources: &[Arc<KeySource>]) -> Vec<(String, String)> {
        sources
            .iter()
            .map(|source| (source.origin.clone(), source.ready().map_or("…", Secret::expose).to_owned()))
            .collect()
    }

    #[test]
    fn variables_numbered_and_lists_make_a_pool() {
        let env = env(&[("A", ""), ("B", "k1, k2"), ("B_2", "k3"), ("B_3", "k1"), ("C", "k9")]);
        let names: Vec<String> = ["A", "B", "C"].map(str::to_owned).into();
        let expected = [("env B", "k1"), ("env B", "k2"), ("env B_2", "k3")];
        assert_eq!(shown(&from_env(&names, &env)), expected.map(|(a, b)| (a.to_owned(), b.to_owned())));
    }

    #[test]
    fn the_configuration_s_sources() {
        let env = env(&[("K", "k1")]);
        let entries =
            ["env:K", "env:NONE", "cmd:op read x", "bare", "k1", "file:/no/such"].map(str::to_owned);
        let expected = [("env K", "k1"), ("cmd op …", "…"), ("config", "bare"), ("file /no/such", "…")];
        assert_eq!(shown(&from_config(&entries, &env)), expected.map(|(a, b)| (a.to_owned(), b.to_owned())));
        assert!(is_bare_secret("sk-x") && !is_bare_secret("env:X"));
    }
}
