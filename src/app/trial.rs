//! One tiny request to one model with one key: does it work, how fast, and if not, why.
//!
//! What is known about the candidate's health does not count: whoever tests wants to know how it is now. An answer
//! disproves whatever was known against it.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use tokio::time::{Instant, timeout};

use super::alone::{self, Alone};
use super::{Account, App, ResolveError, local};
use crate::chat::{Event, Failure, FailureClass, Message, ModelId, Role, UsageSource};
use crate::health;
use crate::providers::client::Client;
use crate::router::{Attempt, Completion, Delivery, Gone, Notice, Written};
use crate::secret::{KeySource, Secret};

/// What is asked: as little as a model can answer.
const QUESTION: &str = "Reply with the single word OK.";

/// What is tested.
#[derive(Debug, Clone)]
pub struct Subject<'a> {
    /// The provider.
    pub account: &'a Account,
    /// The model; the provider's default one where none was named.
    pub model: Option<String>,
}

/// How one test went.
#[derive(Debug, Clone)]
pub struct Trial {
    /// The provider's id.
    pub provider: String,
    /// The model, where there is one.
    pub model: Option<ModelId>,
    /// Where the key comes from.
    pub key_origin: Option<String>,
    /// The key's fingerprint, where the key could be had.
    pub key: Option<String>,
    /// What came of it.
    pub outcome: Outcome,
}

/// What came of a test.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// A whole answer came.
    Works {
        /// How long it took.
        latency: Duration,
        /// Until the first content.
        first_token: Option<Duration>,
        /// The model that answered, in the provider's words.
        answered_by: Option<String>,
        /// Whether the provider said what it took.
        tells_usage: bool,
    },
    /// None came.
    Failed(Failure),
    /// There is no key to test.
    NoKey,
    /// The user has switched the provider off.
    Disabled,
    /// It has no model that one could talk to.
    NoChatModel,
}

impl Subject<'_> {
    /// Its keys, in order; a server that needs none is asked without one.
    pub(super) fn keys(&self) -> impl Iterator<Item = Option<Arc<KeySource>>> + '_ {
        let none = self.account.keys.is_empty().then_some(None);
        self.account.keys.iter().cloned().map(Some).chain(none)
    }
}

impl App {
    /// What is meant by the names that were typed: nothing means every provider that is on (where there is none: the
    /// local servers that answer). In the order of the accounts.
    pub async fn trial_subjects(
        &self,
        client: &Client,
        names: &[String],
        model: Option<&str>,
    ) -> Result<Vec<Subject<'_>>, ResolveError> {
        if let Some(unknown) = names.iter().find(|name| self.account(name).is_none()) {
            return Err(ResolveError::Unknown { name: unknown.clone(), nearest: self.nearest(unknown) });
        }
        if !names.is_empty() {
            let meant =
                self.accounts.iter().filter(|account| names.iter().any(|name| *name == account.provider.id));
            return Ok(meant
                .map(|account| Subject { account, model: model.map(|it| own(it, account)) })
                .collect());
        }
        if let Some(model) = model {
            return self.trial_of_model(model);
        }
        let on = |account: &&Account| account.is_on() && !account.incidental;
        let wanted = |account: &&Account| !account.is_local() || account.configured;
        let subjects: Vec<_> = self
            .accounts
            .iter()
            .filter(on)
            .filter(wanted)
            .map(|account| Subject { account, model: None })
            .collect();
        if !subjects.is_empty() {
            return Ok(subjects);
        }
        let running = local::running(self, client, |_| true).await;
        let subjects: Vec<_> =
            running.into_iter().map(|(account, model)| Subject { account, model: Some(model) }).collect();
        if subjects.is_empty() { Err(ResolveError::NoProvider) } else { Ok(subjects) }
    }

    /// `provider/model`, or a bare model with all that are on and list it.
    fn trial_of_model(&self, name: &str) -> Result<Vec<Subject<'_>>, ResolveError> {
        if let Ok(id) = name.parse::<ModelId>()
            && let Some(account) = self.account(&id.provider)
        {
            return Ok(vec![Subject { account, model: Some(id.model) }]);
        }
        let lists = |account: &&Account| {
            let mut models = self.catalog.models().iter();
            models.any(|model| model.provider == account.provider.id && model.id == name)
        };
        let listing: Vec<&Account> = self.accounts.iter().filter(lists).collect();
        if listing.is_empty() {
            return Err(ResolveError::Unknown { name: name.to_owned(), nearest: self.nearest(name) });
        }
        let on: Vec<&Account> = listing.iter().copied().filter(|account| account.is_on()).collect();
        // Without any that is on, each says what it lacks.
        let tested = if on.is_empty() { listing } else { on };
        Ok(tested.into_iter().map(|account| Subject { account, model: Some(name.to_owned()) }).collect())
    }

    /// Tests all subjects at once; the keys of one provider one after the other, as they share its limits.
    pub async fn trials(
        &self,
        client: &Arc<Client>,
        subjects: &[Subject<'_>],
        limit: Duration,
    ) -> Vec<Trial> {
        let trials = subjects.iter().map(|subject| self.trials_of(client, subject, limit));
        join_all(trials).await.into_iter().flatten().collect()
    }

    async fn trials_of(&self, client: &Arc<Client>, subject: &Subject<'_>, limit: Duration) -> Vec<Trial> {
        let model = match self.aim(client, subject, limit).await {
            Ok(model) => model,
            Err(trial) => return vec![*trial],
        };
        let mut trials = Vec::new();
        for key in subject.keys() {
            trials.push(self.trial(client, subject.account, &model, key, limit).await);
        }
        trials
    }

    /// The model that is to be asked, or why nothing can be.
    pub(super) async fn aim(
        &self,
        client: &Client,
        subject: &Subject<'_>,
        limit: Duration,
    ) -> Result<String, Box<Trial>> {
        let Subject { account, model } = subject;
        let without_request = |outcome| Box::new(Trial::without_request(account, outcome));
        if !account.enabled {
            return Err(without_request(Outcome::Disabled));
        }
        if account.needs_key() && account.keys.is_empty() {
            return Err(without_request(Outcome::NoKey));
        }
        if let Some(model) = model.clone().or_else(|| account.default_model.clone()) {
            return Ok(model);
        }
        if !account.is_local() {
            return Err(without_request(Outcome::NoChatModel));
        }
        match timeout(limit, local::model_by_keys(account, client)).await {
            Ok(Ok(model)) => Ok(model),
            Ok(Err(ResolveError::LocalDown { failure, key, .. })) => {
                Err(Box::new(Trial::without_model(account, *failure, key.as_deref())))
            }
            Ok(Err(_)) => Err(without_request(Outcome::NoChatModel)),
            Err(_) => {
                let late = Failure::new(FailureClass::Timeout, "it did not name its models in time");
                Err(Box::new(Trial::without_model(account, late, None)))
            }
        }
    }

    /// Tests one model with one key.
    pub async fn trial(
        &self,
        client: &Arc<Client>,
        account: &Account,
        model: &str,
        key: Option<Arc<KeySource>>,
        limit: Duration,
    ) -> Trial {
        let model = self.catalog.model(&ModelId::new(&account.provider.id, model));
        let alone = Alone { app: self, client, account, model, key: key.clone(), limit };
        let id = alone.model_id();
        let mut listener = Listener::default();
        let request = alone::request(vec![Message::text(Role::User, QUESTION)]);
        let outcome = match alone.ask(&request, &mut listener).await {
            Ok(completion) => works(&completion, listener.answered_by),
            Err(error) => Outcome::Failed(why(error.attempts.last())),
        };
        if matches!(outcome, Outcome::Works { .. }) {
            let key_id = key.as_ref().map(|key| key.id()).unwrap_or_default();
            self.health.heal(&health::Subject::all_of(&id.provider, key_id, &id.model), Instant::now());
        }
        Trial {
            provider: id.provider.clone(),
            model: Some(id),
            key_origin: key.as_ref().map(|key| key.origin.clone()),
            key: key.as_ref().and_then(|key| key.ready()).map(Secret::fingerprint),
            outcome,
        }
    }
}

impl Trial {
    fn without_model(account: &Account, failure: Failure, key: Option<&KeySource>) -> Self {
        Self {
            key_origin: key.map(|key| key.origin.clone()),
            key: key.and_then(KeySource::ready).map(Secret::fingerprint),
            ..Self::without_request(account, Outcome::Failed(failure))
        }
    }

    pub(super) fn without_request(account: &Account, outcome: Outcome) -> Self {
        Self { provider: account.provider.id.clone(), model: None, key_origin: None, key: None, outcome }
    }
}

/// A model in the provider's own words, when it was written with the provider's name before it.
fn own(model: &str, account: &Account) -> String {
    let before = format!("{}/", account.provider.id);
    model.strip_prefix(&before).unwrap_or(model).to_owned()
}

fn works(completion: &Completion, answered_by: Option<String>) -> Outcome {
    let attempt = completion.attempts.last();
    Outcome::Works {
        tells_usage: completion.usage_source == UsageSource::Provider,
        latency: attempt.map(|attempt| attempt.latency).unwrap_or_default(),
        first_token: attempt.and_then(|attempt| attempt.first_token),
        answered_by,
    }
}

fn why(attempt: Option<&Attempt>) -> Failure {
    let failure = attempt.and_then(|attempt| attempt.failure.clone());
    failure.unwrap_or_else(|| Failure::new(FailureClass::BadRequest, "it cannot be asked anything"))
}

/// Hears who answers, and shows nothing.
#[derive(Debug, Default)]
struct Listener {
    answered_by: Option<String>,
}

impl Delivery for Listener {
    async fn event(&mut self, event: &Event) -> Result<Written, Gone> {
        if let Event::Start { model, .. } = event {
            self.answered_by.clone_from(model);
        }
        Ok(Written::No)
    }

    fn notice(&mut self, _: &Notice<'_>) -> Result<(), Gone> {
        Ok(())
    }
}
