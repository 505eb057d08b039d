//! Servers on this machine: found on their ports, recognised by what they say.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;

use super::{Account, App, ResolveError};
use crate::chat::{Failure, FailureClass};
use crate::providers::client::Client;
use crate::secret::{KeySource, Secret};

/// A server on this machine answers at once or not at all.
pub(super) const PATIENCE: Duration = Duration::from_millis(400);

impl App {
    /// The local servers that answer, each with a model of theirs.
    pub async fn local_servers(&self, client: &Client) -> Vec<(&Account, String)> {
        running(self, client, |_| true).await
    }
}

/// The local servers that answer like one, each with a model of theirs, in the catalogue's order; only those that are
/// wanted are asked.
pub(super) async fn running<'a>(
    app: &'a App,
    client: &Client,
    wanted: impl Fn(&Account) -> bool,
) -> Vec<(&'a Account, String)> {
    let local =
        app.accounts.iter().filter(|account| account.is_local() && account.enabled && wanted(account));
    let asked = local.map(|account| async move {
        let key = account.keys.first().and_then(|key| key.ready());
        Some((account, model_of(account, client, key).await.ok()?))
    });
    join_all(asked).await.into_iter().flatten().collect()
}

/// A model of a server that was asked for, by the first of its keys that is taken. They are fetched: whoever only looks
/// around takes what is there.
pub(super) async fn model_by_keys(account: &Account, client: &Client) -> Result<String, ResolveError> {
    let mut refused = None;
    for source in &account.keys {
        let failure = match source.get().await {
            Err(error) => Failure::new(FailureClass::Auth, error),
            Ok(key) => match model_of(account, client, Some(&key)).await {
                Err(failure) if failure.class == FailureClass::Auth => failure,
                answer => return answer.map_err(|failure| down(account, failure, Some(source))),
            },
        };
        refused = refused.or(Some((failure, source)));
    }
    match refused {
        Some((failure, source)) => Err(down(account, failure, Some(source))),
        None => model_of(account, client, None).await.map_err(|failure| down(account, failure, None)),
    }
}

fn down(account: &Account, failure: Failure, key: Option<&Arc<KeySource>>) -> ResolveError {
    ResolveError::LocalDown {
        provider: account.provider.id.clone(),
        base_url: account.provider.base_url.clone(),
        failure: Box::new(failure),
        key: key.cloned(),
    }
}

/// A model that the server has loaded or could load: its default one, else the first that is made for text.
async fn model_of(account: &Account, client: &Client, key: Option<&Secret>) -> Result<String, Failure> {
    let models = client.list_models(&account.provider, key, PATIENCE).await?;
    if let Some(model) = account.default_model.as_ref().filter(|model| models.contains(model)) {
        return Ok(model.clone());
    }
    let makes_text = |model: &&String| !model.contains("embed");
    let none = || Failure::new(FailureClass::NotFound, "it has no model loaded");
    models.iter().find(makes_text).cloned().ok_or_else(none)
}
