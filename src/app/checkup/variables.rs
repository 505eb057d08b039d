//! Environment variables: which are read, which were probably meant to be. Names only.

use super::{Check, keys};
use crate::app::App;
use crate::config::Env;

/// Variables of the program's own.
const OWN: &[&str] = &["AIGW_CONFIG", "AIGW_CONFIG_DIR", "AIGW_DATA_DIR", "AIGW_LOG"];
/// Variables of the network. Some programs know only the small letters, some only the large ones.
pub(super) const PROXIES: &[&str] =
    &["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"];
/// Who is reached without a proxy; alone they say nothing.
pub(super) const NO_PROXY: &[&str] = &["NO_PROXY", "no_proxy"];
const OTHERS: &[&str] = &["NO_COLOR", "SSL_CERT_FILE", "SSL_CERT_DIR"];

pub(super) fn check(app: &App, checks: &mut Vec<Check>) {
    let env = &app.config.env;
    let known = known(app);
    let is_known = |name: &str| known.iter().any(|known| known == name);
    let read: Vec<&str> = env.names().filter(|name| is_known(name) && env.get(name).is_some()).collect();
    checks.push(Check::ok(
        "environment",
        if read.is_empty() {
            "none of the variables that are read is set".into()
        } else {
            format!("read: {}", read.join(", "))
        },
    ));
    for name in env.names().filter(|name| is_known(name) && env.get(name).is_none()) {
        checks
            .push(Check::warning("environment", format!("{name} is set and empty, which counts as not set")));
    }
    for (name, meant) in mistaken(env, &known) {
        checks.push(
            Check::warning("environment", format!("{name} is set and nobody reads it"))
                .todo(format!("did you mean {meant}?")),
        );
    }
    keys::check(app, checks);
}

/// Every variable that is read.
fn known(app: &App) -> Vec<String> {
    let of_accounts = app.accounts.iter().flat_map(|account| {
        let numbered =
            |name: &String| (1..=10).map(move |number| format!("{name}_{number}")).collect::<Vec<_>>();
        let host = account.row.and_then(|row| row.host_env.clone());
        let keys = account.key_env.iter().flat_map(move |name| [vec![name.clone()], numbered(name)].concat());
        keys.chain(host).collect::<Vec<_>>()
    });
    let fixed = OWN.iter().chain(PROXIES).chain(NO_PROXY).chain(OTHERS).map(|name| (*name).to_owned());
    // Keys that the configuration takes from variables of any name.
    let sections = app.config.document.values.providers.values();
    let named = sections
        .flat_map(|section| &section.api_keys)
        .filter_map(|entry| entry.strip_prefix("env:"))
        .map(|name| name.trim().to_owned());
    fixed.chain(of_accounts).chain(named).collect()
}

/// Variables that look like one that is read. Those of another service may be a letter off (`ZAI_…`, `XAI_…`), so the
/// first letter must be right.
fn mistaken<'a>(env: &'a Env, known: &'a [String]) -> Vec<(&'a str, &'a str)> {
    let candidate = |name: &&str| {
        let of_a_key = ["KEY", "TOKEN"].iter().any(|word| name.contains(word));
        !known.iter().any(|known| known == name)
            && env.get(name).is_some()
            && (of_a_key || name.starts_with("AIGW_"))
    };
    let nearest = |name: &str| {
        let distance = |known: &&String| strsim::osa_distance(name, known);
        let near = known.iter().min_by_key(distance)?;
        let most = if name.starts_with("AIGW_") { 2 } else { 1 };
        let likely = name.chars().next() == near.chars().next() && distance(&near) <= most;
        likely.then_some(near.as_str())
    };
    env.names().filter(candidate).filter_map(|name| Some((name, nearest(name)?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_found_and_strangers_left_alone() {
        let env: Env = [
            "GROQ_APIKEY",
            "AIGW_DATADIR",
            "GITHUB_TOKEN",
            "GROQ_API_KEY",
            "MY_KEY",
            // Those of Z.ai and of Voyage.
            "ZAI_API_KEY",
            "VOYAGE_API_KEY",
        ]
        .map(|name| (name.to_owned(), "x".to_owned()))
        .into_iter()
        .collect();
        let known = ["GROQ_API_KEY", "AIGW_DATA_DIR", "HF_TOKEN", "XAI_API_KEY"].map(str::to_owned);
        let expected = [("AIGW_DATADIR", "AIGW_DATA_DIR"), ("GROQ_APIKEY", "GROQ_API_KEY")];
        assert_eq!(mistaken(&env, &known), expected);
    }
}
