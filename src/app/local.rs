//! Servers on this machine: found on their ports, recognised by what they say.

use std::time::Duration;

use futures_util::future::join_all;

use super::{Account, App, ResolveError};
use crate::providers::client::Client;
use crate::secret::Secret;

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

/// A model that the server has loaded or could load: its default one, else the first that is made for text.
pub(super) async fn model_of(
    account: &Account,
    client: &Client,
    key: Option<&Secret>,
) -> Result<String, ResolveError> {
    let down = |reason: String| ResolveError::LocalDown {
        provider: account.provider.id.clone(),
        base_url: account.provider.base_url.clone(),
        reason,
    };
    let models = client
        .list_models(&account.provider, key, PATIENCE)
        .await
        .map_err(|failure| down(failure.message))?;
    if let Some(model) = account.default_model.as_ref().filter(|model| models.contains(model)) {
        return Ok(model.clone());
    }
    let makes_text = |model: &&String| !model.contains("embed");
    models.iter().find(makes_text).cloned().ok_or_else(|| down("it has no model loaded".into()))
}
