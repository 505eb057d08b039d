//! The network: certificates, proxies, who can be reached, the clock.

use std::time::Duration;

use futures_util::future::{join, join_all};

use super::{
    Check, State,
    variables::{NO_PROXY, PROXIES},
};
use crate::app::{Account, App, local};
use crate::providers::check_roots;
use crate::providers::client::{Client, Look, Obstacle, is_loopback};

/// How long a provider may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// A clock that is further off than this misleads: tokens expire, cooldowns last too long.
const MAX_SKEW: i64 = 300;

pub(super) async fn check(app: &App, offline: bool, checks: &mut Vec<Check>) {
    if let Err(error) = check_roots() {
        let check = Check::problem("certificates", format!("none can be used: {error}"));
        checks
            .push(check.todo("install the system's CA certificates (ca-certificates), or set SSL_CERT_FILE"));
    } else {
        checks.push(Check::ok("certificates", "the system's are used"));
    }
    let set = |names: &[&'static str]| -> Vec<&'static str> {
        names.iter().copied().filter(|name| app.config.env.get(name).is_some()).collect()
    };
    let proxies = set(PROXIES);
    if !proxies.is_empty() {
        let names = [proxies.clone(), set(NO_PROXY)].concat().join(", ");
        checks.push(Check::ok("proxy", format!("set by {names}; requests to this machine go past it")));
    }
    let client = match Client::new() {
        Ok(client) => client,
        Err(error) => return checks.push(Check::problem("network", error.to_string())),
    };
    // A server that is called local may be in the next room.
    let may_be_asked = |account: &Account| !offline || is_loopback(&account.provider.base_url);
    let wanted = |account: &&Account| {
        account.is_on() && (!account.is_local() || account.configured) && may_be_asked(account)
    };
    let asking = &client;
    let looks = app.accounts.iter().filter(wanted).map(|account| async move {
        // A key that a command gives may ask for a finger: the address is looked at without it.
        let key = account.keys.first().and_then(|key| key.ready());
        (account, asking.look(&account.provider, key, PATIENCE).await)
    });
    let (looks, running) = join(join_all(looks), local::running(app, &client, may_be_asked)).await;
    checks.extend(looks.iter().map(|(account, look)| reach(account, look, !proxies.is_empty())));
    checks.extend(running.iter().map(|(account, model)| {
        let (id, url) = (&account.provider.id, &account.provider.base_url);
        Check::ok("local server", format!("{id} answers at {url} and has {model}"))
    }));
    if offline {
        checks.push(Check::ok("network", "nobody beyond this machine was asked (--offline)"));
    }
    checks.extend(clock(&looks));
    // A key in a variable that serves other purposes answers nobody who names no provider.
    let answers = |account: &Account| account.is_on() && !account.is_local() && !account.incidental;
    let nobody = !app.accounts.iter().any(answers);
    let local = |(account, look): &(&Account, Look)| {
        account.is_local() && matches!(look.obstacle, None | Some((Obstacle::List, _)))
    };
    let local = !running.is_empty() || looks.iter().any(local);
    // A file that cannot be read may hold keys, and is a problem already.
    let unread = |check: &Check| {
        ["configuration", "credentials"].contains(&check.name.as_str()) && check.state == State::Problem
    };
    if nobody && !local && !checks.iter().any(unread) {
        checks.push(Check::problem("providers", "none has a key, and no local server answers").todo(
            "`aigw init` sets one up; or set a variable such as GROQ_API_KEY; `aigw demo` needs nothing",
        ));
    }
}

fn reach(account: &Account, look: &Look, proxied: bool) -> Check {
    let id = &account.provider.id;
    let name = format!("reach {id}");
    let url = &account.provider.base_url;
    let Some((obstacle, failure)) = &look.obstacle else {
        return Check::ok(name, format!("{url} answers ({} ms)", look.took.as_millis()));
    };
    let unsent = account.keys.first().is_some_and(|key| key.ready().is_none());
    if *obstacle == Obstacle::Key && unsent {
        return Check::ok(
            name,
            format!("{url} answers; its key was not tried (it comes from {})", account.keys[0].origin),
        );
    }
    let (what, todo) = advice(*obstacle, account, proxied);
    let may_work = matches!(obstacle, Obstacle::Broken | Obstacle::List);
    let state = if may_work { State::Warning } else { State::Problem };
    Check { state, ..Check::problem(name, format!("{url}: {what}: {}", failure.message)).todo(todo) }
}

/// What an obstacle is and what to do about it.
fn advice(obstacle: Obstacle, account: &Account, proxied: bool) -> (&'static str, String) {
    let id = &account.provider.id;
    let through = if proxied { "check the proxy, and " } else { "" };
    let here = is_loopback(&account.provider.base_url);
    match obstacle {
        Obstacle::Name => {
            ("its name cannot be resolved", format!("{through}check the network connection and DNS; or base_url, if you have set it"))
        }
        Obstacle::Refused if here => ("nobody listens there", "start the server, or correct its address".into()),
        Obstacle::Refused => ("the connection is refused", format!("{through}check whether a firewall is in the way")),
        Obstacle::Tls => (
            "no secure connection",
            "if a proxy here reads TLS, add its certificate to the system's or name it by SSL_CERT_FILE; check the clock".into(),
        ),
        Obstacle::Silence => ("it is silent", format!("{through}try again; a firewall may swallow what is sent")),
        Obstacle::Between => (
            "something else answers in its place",
            format!("{through}log in to the network if it wants that; check base_url"),
        ),
        Obstacle::Proxy => {
            ("the proxy does not let it through", "check what the proxy variables say, and the proxy".into())
        }
        Obstacle::Key => ("it refuses the key", format!("`aigw provider show {id}` says where the key comes from, `aigw provider test {id}` tries it")),
        Obstacle::List => (
            "it answers, but there is no list of models at its /models",
            format!("check base_url: it is all that stands before /chat/completions (/messages, /models/…, /predictions); `aigw provider test {id}` tries it"),
        ),
        Obstacle::Broken => ("it is out of order", "others are asked meanwhile; try again later".into()),
        Obstacle::Network => ("it cannot be reached", format!("{through}check the network connection")),
    }
}

/// The local clock against those of the providers. One of them may be wrong, so the nearest counts.
fn clock(looks: &[(&Account, Look)]) -> Option<Check> {
    let ahead = looks.iter().filter_map(|(_, look)| look.ahead).min_by_key(|ahead| ahead.abs())?;
    if ahead.abs() <= MAX_SKEW {
        return Some(Check::ok("clock", "it agrees with that of a provider"));
    }
    let minutes = ahead.abs() / 60;
    let side = if ahead > 0 { "behind" } else { "ahead of" };
    Some(
        Check::warning("clock", format!("it is {minutes} min {side} that of a provider"))
            .todo("set it: certificates and reset times are read by it"),
    )
}
