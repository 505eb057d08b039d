//! What a model really can do, found out by asking it: catalogues and providers' own lists are wrong often enough.
//!
//! A probe begins with a test, by the first key that works: who refuses a plain question says nothing about tools. Each
//! request after that differs from the plain one in one thing only, so that a refusal can only be about that. What keeps
//! a provider from answering at all (the network, the key, a limit) is never taken for an inability: it stays unclear,
//! and what was known before holds. What is found out is kept with the state of providers, and counts more than what is
//! listed when a request looks for its candidates ([`App::model`]).

mod ask;
mod judge;

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use tokio::time::Instant;

use super::App;
use super::alone::Alone;
use super::trial::{Outcome, Subject, Trial};
use crate::chat::{Failure, FailureClass, ModelId};
use crate::health::Aspect;
use crate::providers::client::Client;
use crate::providers::{Ability, Model};

/// What one probe found out.
#[derive(Debug, Clone)]
pub struct Probe {
    /// The test that it began with.
    pub trial: Trial,
    /// What was found out about each aspect; nothing where the test failed.
    pub verdicts: Vec<(Aspect, Verdict)>,
}

/// What was found out about one aspect.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// It can.
    Able,
    /// It cannot, and how that showed.
    Unable(String),
    /// Something else kept it from showing.
    Unclear(Failure),
}

impl Probe {
    fn failed(trial: Trial) -> Self {
        Self { trial, verdicts: Vec::new() }
    }
}

impl App {
    /// A model with what probes found out about it, which counts more than what is listed.
    pub fn model(&self, id: &ModelId) -> Model {
        let findings = self.health.findings(&id.provider, &id.model, Instant::now());
        let probed = findings.iter().filter_map(|(aspect, finding)| Some((ability(aspect)?, finding.able)));
        Model { probed: probed.collect(), ..self.catalog.model(id) }
    }

    /// Probes all subjects at once.
    pub async fn probes(
        &self,
        client: &Arc<Client>,
        subjects: &[Subject<'_>],
        limit: Duration,
    ) -> Vec<Probe> {
        join_all(subjects.iter().map(|subject| self.probe(client, subject, limit))).await
    }

    async fn probe(&self, client: &Arc<Client>, subject: &Subject<'_>, limit: Duration) -> Probe {
        let model = match self.aim(client, subject, limit).await {
            Ok(model) => model,
            Err(trial) => return Probe::failed(*trial),
        };
        let mut failed = None;
        for key in subject.keys() {
            let trial = self.trial(client, subject.account, &model, key.clone(), limit).await;
            match trial.outcome {
                Outcome::Works { tells_usage, .. } => {
                    let id = ModelId::new(&subject.account.provider.id, &model);
                    // Whatever is listed or was found out before, it is asked.
                    let probed = Aspect::ALL.into_iter().filter_map(|aspect| Some((ability(aspect)?, true)));
                    let model = Model { probed: probed.collect(), ..self.catalog.model(&id) };
                    let alone = Alone { app: self, client, account: subject.account, model, key, limit };
                    let verdicts = ask::verdicts(&alone, tells_usage).await;
                    self.keep(&id, &verdicts);
                    return Probe { trial, verdicts };
                }
                // Another key may do better.
                Outcome::Failed(ref failure) if is_of_the_key(failure.class) => {
                    failed = failed.or(Some(trial));
                }
                _ => return Probe::failed(trial),
            }
        }
        Probe::failed(failed.unwrap_or_else(|| Trial::without_request(subject.account, Outcome::NoKey)))
    }

    fn keep(&self, id: &ModelId, verdicts: &[(Aspect, Verdict)]) {
        let now = Instant::now();
        for (aspect, verdict) in verdicts {
            let able = match verdict {
                Verdict::Able => true,
                Verdict::Unable(_) => false,
                Verdict::Unclear(_) => continue,
            };
            self.health.found(&id.provider, &id.model, *aspect, able, now);
        }
    }
}

/// What an aspect means for who is asked and how, if it does.
fn ability(aspect: Aspect) -> Option<Ability> {
    match aspect {
        Aspect::Tools => Some(Ability::Tools),
        Aspect::Schema => Some(Ability::Schema),
        Aspect::Prefill => Some(Ability::Prefill),
        Aspect::Parallel | Aspect::StreamUsage => None,
    }
}

fn is_of_the_key(class: FailureClass) -> bool {
    matches!(
        class,
        FailureClass::Auth
            | FailureClass::Forbidden
            | FailureClass::RateLimited
            | FailureClass::QuotaExhausted
    )
}
