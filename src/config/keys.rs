//! Where provider keys come from.
//!
//! The first of these sources that has any wins: what the configuration lists, the provider's variables, the
//! credentials file. Equal secrets are one key. A command is run only when its key is needed.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::{ConfigError, Env};
use crate::secret::Secret;

/// How long a command that prints a key may take: it may ask for a fingerprint.
const COMMAND_PATIENCE: Duration = Duration::from_mins(1);
/// How many numbered variables are looked at.
const NUMBERED: u32 = 10;

/// A key, or the way to get it.
#[derive(Debug, Clone)]
pub struct KeySource {
    /// Where it comes from, for people: `env GROQ_API_KEY`, `cmd op …`, `credentials`.
    pub origin: String,
    found: Found,
}

#[derive(Debug, Clone)]
enum Found {
    Key(Secret),
    Command(String),
}

impl KeySource {
    fn key(origin: impl Into<String>, secret: Secret) -> Self {
        Self { origin: origin.into(), found: Found::Key(secret) }
    }

    /// The key, if it is here without running anything.
    pub fn ready(&self) -> Option<&Secret> {
        match &self.found {
            Found::Key(secret) => Some(secret),
            Found::Command(_) => None,
        }
    }

    /// The key; runs the command where there is one.
    pub async fn get(&self) -> Result<Secret, ConfigError> {
        match &self.found {
            Found::Key(secret) => Ok(secret.clone()),
            Found::Command(command) => run(command).await,
        }
    }
}

/// The keys that the configuration lists. The error says which entry is wrong and why.
pub fn from_config(entries: &[String], env: &Env) -> Result<Vec<KeySource>, (usize, String)> {
    let mut sources = Vec::new();
    for (index, entry) in entries.iter().enumerate() {
        let fail = |message: String| (index, message);
        if let Some(name) = entry.strip_prefix("env:") {
            // A variable that is not set is no key; other sources may have one.
            sources.extend(
                split(env.get(name.trim()))
                    .map(|secret| KeySource::key(format!("env {}", name.trim()), secret)),
            );
        } else if let Some(command) = entry.strip_prefix("cmd:") {
            let command = command.trim().to_owned();
            sources.push(KeySource {
                origin: format!("cmd {}", program(&command)),
                found: Found::Command(command),
            });
        } else if let Some(path) = entry.strip_prefix("file:") {
            let path = expand_home(path.trim(), env);
            let text = std::fs::read_to_string(&path)
                .map_err(|error| fail(format!("cannot read the key from {}: {error}", path.display())))?;
            let first = Secret::new(text.lines().next().unwrap_or_default());
            if first.is_empty() {
                return Err(fail(format!("{} holds no key in its first line", path.display())));
            }
            sources.push(KeySource::key(format!("file {}", path.display()), first));
        } else if !entry.trim().is_empty() {
            sources.push(KeySource::key("config", Secret::new(entry)));
        }
    }
    Ok(distinct(sources))
}

/// Whether an entry holds the secret itself instead of saying where it is.
pub fn is_bare_secret(entry: &str) -> bool {
    !entry.trim().is_empty() && !["env:", "cmd:", "file:"].iter().any(|scheme| entry.starts_with(scheme))
}

/// The keys in a provider's variables: the first variable that has any, itself, numbered, or as a list.
pub fn from_env(variables: &[String], env: &Env) -> Vec<KeySource> {
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
pub fn from_credentials(keys: &[Secret]) -> Vec<KeySource> {
    distinct(keys.iter().map(|key| KeySource::key("credentials", key.clone())).collect())
}

fn split(value: Option<&str>) -> impl Iterator<Item = Secret> {
    value.unwrap_or_default().split(',').map(Secret::new).filter(|secret| !secret.is_empty())
}

fn distinct(sources: Vec<KeySource>) -> Vec<KeySource> {
    let mut kept: Vec<KeySource> = Vec::new();
    for source in sources {
        if source.ready().is_none_or(|key| kept.iter().all(|other| other.ready() != Some(key))) {
            kept.push(source);
        }
    }
    kept
}

fn program(command: &str) -> &str {
    command.split_whitespace().next().unwrap_or_default()
}

fn expand_home(path: &str, env: &Env) -> PathBuf {
    match (path.strip_prefix("~/"), env.get("HOME")) {
        (Some(rest), Some(home)) => Path::new(home).join(rest),
        _ => PathBuf::from(path),
    }
}

/// Runs a command without a shell; its first line of output is the key. What it prints is shown nowhere.
async fn run(command: &str) -> Result<Secret, ConfigError> {
    let name = program(command);
    let words = shlex::split(command).filter(|words| !words.is_empty());
    let words = words.ok_or_else(|| {
        ConfigError::new(format!("cannot read the key command `{name} …`: its quotes do not match"))
    })?;
    let mut child = tokio::process::Command::new(&words[0]);
    child
        .args(&words[1..])
        .stdin(std::process::Stdio::null())
        .stderr(std::process::Stdio::inherit())
        .kill_on_drop(true);
    let output = match tokio::time::timeout(COMMAND_PATIENCE, child.output()).await {
        Err(_) => {
            return Err(ConfigError::new(format!("the key command `{name} …` took longer than a minute")));
        }
        Ok(Err(error)) => {
            return Err(ConfigError::new(format!("cannot run the key command `{name} …`: {error}")));
        }
        Ok(Ok(output)) => output,
    };
    if !output.status.success() {
        return Err(ConfigError::new(format!("the key command `{name} …` failed ({})", output.status)));
    }
    let secret = Secret::new(String::from_utf8_lossy(&output.stdout).lines().next().unwrap_or_default());
    if secret.is_empty() {
        return Err(ConfigError::new(format!("the key command `{name} …` printed nothing")));
    }
    Ok(secret)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn env(pairs: &[(&str, &str)]) -> Env {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    fn shown(sources: &[KeySource]) -> Vec<(String, String)> {
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
        let entries = ["env:K", "env:NONE", "cmd:op read x", "bare", "k1"].map(str::to_owned);
        let expected = [("env K", "k1"), ("cmd op", "…"), ("config", "bare")];
        assert_eq!(
            shown(&from_config(&entries, &env).unwrap()),
            expected.map(|(a, b)| (a.to_owned(), b.to_owned()))
        );
        assert_eq!(from_config(&["x".into(), "file:/no/such".into()], &env).unwrap_err().0, 1);
        assert!(is_bare_secret("sk-x") && !is_bare_secret("env:X"));
    }

    #[tokio::test]
    async fn commands_run_without_a_shell() {
        assert_eq!(run("echo 'a key' ignored").await.unwrap().expose(), "a key ignored");
        assert!(run("false").await.unwrap_err().message.contains("failed"));
        assert!(run("true").await.unwrap_err().message.contains("printed nothing"));
        assert!(run("no-such-program-here x").await.unwrap_err().message.contains("cannot run"));
    }
}
