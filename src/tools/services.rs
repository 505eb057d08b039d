//! Several services that can answer the same questions, asked in order until one does.
//!
//! A service that fails is passed over and left alone for a while, and the result says so. "There is nothing" is an answer
//! only if a service that is well gives it, and even then one more is asked: indexes and gazetteers differ, and two that
//! find nothing are believed. What failed is never told as nothing.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use jiff::Timestamp;
use serde_json::Value;
use tokio::time::{Instant, timeout};

use super::finding::{Exhausted, Failed, Finding, Source};
use super::service::{Desk, Service, Topic};
use super::trouble::{Trouble, Why, after};
use super::{Answer, Tool, ToolError};
use crate::chat::ToolSpec;

/// After so long nobody else is asked: whoever waits has waited long enough.
const PATIENCE: Duration = Duration::from_secs(45);
/// How many requests a service may need, one after the other, as far as time goes.
const REQUESTS: u32 = 2;

/// How many services that find nothing are believed.
const OPINIONS: usize = 2;
/// How long it is kept that nothing was found.
const NOTHING_KEEPS: Duration = Duration::from_mins(5);

/// The services of a tool, in the order in which they are asked.
pub struct Services<A: Topic> {
    services: Vec<Box<dyn Service<A>>>,
    desk: Arc<Desk>,
}

impl<A: Topic> Services<A> {
    /// These services, in this order.
    pub fn new(services: Vec<Box<dyn Service<A>>>, desk: Arc<Desk>) -> Self {
        Self { services, desk }
    }

    /// The names of the services in the configuration, in order.
    pub fn names(&self) -> Vec<&'static str> {
        self.services.iter().map(|service| service.card().id).collect()
    }

    /// The longest that it may take until there is an answer or none.
    fn longest(&self) -> Duration {
        let longest = self.services.iter().map(|service| service.access().timeout).max().unwrap_or_default();
        PATIENCE + longest.saturating_mul(REQUESTS) + Duration::from_secs(5)
    }

    /// Asks, in order, until one answers.
    pub async fn find(&self, query: &A::Query) -> Result<Finding<A>, Exhausted> {
        let key = self.place(query);
        if let Some(finding) = self.kept(&key) {
            return Ok(finished(finding, query));
        }
        let (mut failed, mut nothing) = (Vec::new(), Vec::new());
        let begun = Instant::now();
        for service in self.services.iter().filter(|service| service.can(query)) {
            let service = &**service;
            if let Some(resting) = self.resting(service) {
                failed.push(resting);
                continue;
            }
            if begun.elapsed() > PATIENCE {
                failed.push(
                    self.blank(service, Trouble::new(Why::Timeout, "not asked: the others took too long")),
                );
                continue;
            }
            self.pause(service);
            let limit = service.access().timeout.saturating_mul(REQUESTS);
            let asked = timeout(limit, service.ask(&self.desk, query)).await;
            match asked.unwrap_or_else(|_| Err(Trouble::new(Why::Timeout, format!("{limit:?}")))) {
                Ok(data) if data.is_empty() => nothing.push(finding(service, data, self.desk.now())),
                Ok(data) => {
                    let found = finding(service, data, self.desk.now());
                    self.keep(&key, &found, found.data.keeps());
                    return Ok(finished(Finding { passed_over: failed, ..found }, query));
                }
                Err(trouble) => failed.push(self.failed(service, trouble)),
            }
            let strangers = failed.iter().filter(|failed| failed.trouble.why == Why::NotFound).count();
            if nothing.len() + strangers >= OPINIONS {
                break;
            }
        }
        let believed = nothing.len() >= OPINIONS;
        match nothing.into_iter().next() {
            Some(found) => {
                if believed {
                    self.keep(&key, &found, NOTHING_KEEPS);
                }
                Ok(finished(Finding { passed_over: failed, ..found }, query))
            }
            None => Err(Exhausted { tool: A::TOOL, failed }),
        }
    }

    /// What an answer is kept under: whoever asks other services, or with another key, may get another one.
    fn place(&self, query: &A::Query) -> String {
        let query = serde_json::to_string(query).unwrap_or_default();
        let services = self
            .services
            .iter()
            .map(|service| format!("{}={}", service.card().id, service.access().identity()));
        format!("result {} {} {query}", A::TOOL, services.collect::<Vec<_>>().join("+"))
    }

    fn kept(&self, key: &str) -> Option<Finding<A>> {
        let text = self.desk.kept().result(key)?;
        let finding: Finding<A> = serde_json::from_str(&text).ok()?;
        Some(Finding { cached: true, ..finding })
    }

    fn keep(&self, key: &str, finding: &Finding<A>, keeps: Duration) {
        if let (Ok(text), Some(until)) = (serde_json::to_string(finding), after(self.desk.now(), keeps)) {
            self.desk.kept().put(key, text, until);
        }
    }

    /// Why a service is left alone, if it is.
    fn resting(&self, service: &dyn Service<A>) -> Option<Failed> {
        let (text, until) = self.desk.kept().get(&rest_key(service))?;
        let trouble = serde_json::from_str(&text).ok()?;
        Some(Failed { again_at: Some(until), left_alone: true, ..self.blank(service, trouble) })
    }

    /// Leaves a service alone for as long as it asks for after every request.
    fn pause(&self, service: &dyn Service<A>) {
        let pause = service.card().pause;
        if pause.is_zero() {
            return;
        }
        let trouble =
            Trouble::limited_for(pause, self.desk.now(), "it asks for a pause between two requests");
        self.rest(service, &trouble);
    }

    fn failed(&self, service: &dyn Service<A>, trouble: Trouble) -> Failed {
        let again_at = self.rest(service, &trouble);
        Failed { again_at, ..self.blank(service, trouble) }
    }

    /// Remembers that a service is to be left alone. What was known to last longer does.
    fn rest(&self, service: &dyn Service<A>, trouble: &Trouble) -> Option<Timestamp> {
        let until = trouble.rests_until(self.desk.now())?;
        let key = rest_key(service);
        let longer = self.desk.kept().get(&key).is_some_and(|(_, known)| known > until);
        if let (false, Ok(text)) = (longer, serde_json::to_string(trouble)) {
            self.desk.kept().put(&key, text, until);
        }
        Some(until)
    }

    fn blank(&self, service: &dyn Service<A>, trouble: Trouble) -> Failed {
        let card = service.card();
        Failed {
            tool: A::TOOL.to_owned(),
            service: card.id.to_owned(),
            name: card.name.to_owned(),
            trouble,
            again_at: None,
            left_alone: false,
            at: self.desk.now(),
        }
    }
}

/// What it is kept under that a service is left alone.
fn rest_key<A: Topic>(service: &dyn Service<A>) -> String {
    format!("rest {} {} {}", A::TOOL, service.card().id, service.access().identity())
}

fn finding<A: Topic>(service: &dyn Service<A>, data: A, now: Timestamp) -> Finding<A> {
    let card = service.card();
    let source = Source::of(card);
    let warnings = card.warning.iter().map(|warning| (*warning).to_owned()).collect();
    Finding { source, retrieved_at: now, cached: false, warnings, passed_over: Vec::new(), data }
}

/// A finding as this query wants it.
fn finished<A: Topic>(mut finding: Finding<A>, query: &A::Query) -> Finding<A> {
    finding.data = finding.data.fitted(query);
    let warnings = finding.data.warnings(query);
    finding.warnings.extend(warnings);
    finding
}

/// A tool that asks services.
pub struct ServiceTool<A: Topic>(pub Services<A>);

impl<A: Topic> ServiceTool<A> {
    /// What the services find for a model's arguments.
    pub async fn find(&self, arguments: &Value) -> Result<Finding<A>, ToolError> {
        let query = A::query(arguments)?;
        self.0.find(&query).await.map_err(|error| ToolError(error.to_string()))
    }
}

impl<A: Topic> Tool for ServiceTool<A> {
    fn spec(&self) -> ToolSpec {
        A::spec()
    }

    fn time_limit(&self) -> Duration {
        self.0.longest()
    }

    fn call<'a>(&'a self, arguments: &'a Value) -> BoxFuture<'a, Result<Answer, ToolError>> {
        Box::pin(async move {
            let finding = self.find(arguments).await?;
            Ok(Answer { text: finding.for_model(), data: serde_json::to_value(&finding).ok(), foreign: true })
        })
    }
}

#[cfg(test)]
mod tests;
