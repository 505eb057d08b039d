//! What to do about a key that is refused or cannot be had: that depends on where it comes from.

use super::Account;

/// Where another key goes, so that it is the one that is used.
pub fn another(account: &Account, origin: Option<&str>) -> String {
    let id = &account.provider.id;
    let origin = origin.unwrap_or_default();
    let advice = match origin.split_once(' ') {
        Some(("env", name)) => format!("put a good key into {name}"),
        Some(("cmd" | "file", _)) => format!("see what {origin} gives"),
        _ if origin == "config" => format!("put a good key into `api_keys` of `[providers.{id}]`"),
        _ => format!("`aigw auth login {id}` stores another one"),
    };
    let page = account.row.and_then(|row| row.keys_page.as_deref());
    advice + &page.map(|page| format!(" ({page})")).unwrap_or_default()
}
