//! `aigw provider disable`, `enable` and `reset`: what the user decides, and what is forgotten.

use std::time::Duration;

use tokio::time::Instant;

use super::super::{CommandError, Context};
use super::unknown_provider;
use crate::app::{Account, App};

/// How long the files may take.
const PATIENCE: Duration = Duration::from_secs(3);

/// Switches a provider off, until it is switched on again.
pub(super) fn disable(app: &App, context: &Context, id: &str) -> Result<(), CommandError> {
    let account = find(app, id)?;
    if !account.disabled {
        app.ledger.disable(id);
        app.ledger.flush(PATIENCE)?;
    }
    context.ui.note(&format!("{id} is disabled; `aigw provider enable {id}` enables it again"));
    Ok(())
}

/// Takes that back.
pub(super) fn enable(app: &App, context: &Context, id: &str) -> Result<(), CommandError> {
    let account = find(app, id)?;
    if account.disabled {
        app.ledger.enable(id);
        app.ledger.flush(PATIENCE)?;
    }
    if app.config.document.values.providers.get(id).is_some_and(|section| section.enabled == Some(false)) {
        context.ui.warn(&format!("{id} stays off: the configuration says `enabled = false`"));
    } else if account.needs_key() && account.keys.is_empty() {
        context.ui.warn(&format!("{id} is enabled, but there is no key for it"));
    } else {
        context.ui.note(&format!("{id} is enabled"));
    }
    Ok(())
}

/// Forgets whatever is known against a provider, or against all of them.
pub(super) fn reset(app: &App, context: &Context, id: Option<&str>) -> Result<(), CommandError> {
    if let Some(id) = id {
        find(app, id)?;
    }
    let health = app.health();
    let forgotten = health.forget(id, Instant::now());
    health.flush(PATIENCE);
    let whom = id.unwrap_or("any provider");
    context.ui.note(&match forgotten {
        0 => format!("nothing was known against {whom}"),
        _ => format!("whatever was known against {whom} is forgotten: it is asked again"),
    });
    Ok(())
}

fn find<'a>(app: &'a App, id: &str) -> Result<&'a Account, CommandError> {
    app.account(id).ok_or_else(|| unknown_provider(app, id))
}
