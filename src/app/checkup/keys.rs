//! Providers: which are on, where their keys come from, which keys are found twice. Fingerprints only.

use super::Check;
use crate::app::{Account, App};
use crate::config::keys::{from_credentials, from_env};
use crate::secret::{KeySource, Secret};

pub(super) fn check(app: &App, checks: &mut Vec<Check>) {
    let mut others = 0;
    for account in &app.accounts {
        let set_up = account.configured || (account.is_on() && !account.is_local());
        if set_up {
            checks.push(state(account));
            checks.extend(found_twice(app, account));
        } else if account.needs_key() {
            others += 1;
        }
    }
    if others > 0 {
        checks.push(Check::ok(
            "providers",
            format!("{others} more are known and have no key (`aigw provider ls --all`)"),
        ));
    }
}

fn state(account: &Account) -> Check {
    let id = account.provider.id.as_str();
    if account.disabled {
        return Check::ok(id, format!("disabled; `aigw provider enable {id}` enables it"));
    }
    if !account.enabled {
        return Check::ok(id, "switched off in the configuration");
    }
    if !account.is_on() {
        let variable = account.key_env.first().map(|name| format!("set {name} or ")).unwrap_or_default();
        return Check::warning(id, "it is configured and has no key")
            .todo(format!("{variable}run `aigw auth login {id}`"));
    }
    let keys: Vec<String> = account.keys.iter().map(|key| shown(key)).collect();
    let keys = if keys.is_empty() { "no key needed".to_owned() } else { format!("key {}", keys.join(", ")) };
    let on =
        if account.incidental { "on request only (that variable serves other purposes too)" } else { "on" };
    Check::ok(id, format!("{on}, {keys}"))
}

fn shown(key: &KeySource) -> String {
    match key.ready() {
        Some(secret) => format!("{} from {}", secret.fingerprint(), key.origin),
        None => format!("from {}, when it is needed", key.origin),
    }
}

/// Keys that another source keeps from being used: harmless if equal, a surprise if not.
fn found_twice(app: &App, account: &Account) -> Option<Check> {
    let id = account.provider.id.as_str();
    let used = account.keys.first()?;
    let in_env = from_env(&account.key_env, &app.config.env);
    let stored = from_credentials(app.config.credentials.keys(id));
    let kind = |origin: &str| origin.split(' ').next().unwrap_or_default().to_owned();
    let fingerprint = |key: &KeySource| key.ready().map(Secret::fingerprint);
    let idle = in_env.iter().chain(&stored).find(|key| {
        let is_used = account.keys.iter().any(|used| used.origin == key.origin && used.id() == key.id());
        !is_used && kind(&key.origin) != kind(&used.origin)
    })?;
    let same = account.keys.iter().any(|used| fingerprint(used) == fingerprint(idle));
    let which = if same { "the same key" } else { "another key" };
    let finding = format!("{which} is in {} as well; the one from {} is used", idle.origin, used.origin);
    let todo = match idle.origin.strip_prefix("env ") {
        Some(name) => format!("unset {name}, or take `api_keys` out of the configuration"),
        None => format!("`aigw auth logout {id}` removes the stored one"),
    };
    Some(Check::warning(id, finding).todo(todo))
}
