//! Vectors of texts, by the same loop that gets answers: to it a request for vectors is a question like any other, whose
//! answer is a word, and what was asked for is handed over beside it. So plans, failures, rests, limits, retries and the
//! ledger are the same, and nothing is tried again anywhere else.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::{StreamExt, stream};

use super::{
    Ask, Attempt, Conversation, Delivery, Gone, Notice, Route, RouteError, RouteErrorKind, Router, Upstream,
    Written,
};
use crate::chat::{
    ChatRequest, EmbedRequest, Embeddings, Event, Failure, FailureClass, FinishReason, Message, ModelId,
    Role, Sampling,
};
use crate::providers::client::{Call, EmbedCall, Opened};

/// Texts whose vectors are asked for.
#[derive(Debug)]
pub struct EmbedAsk<'a> {
    /// The request's id, unique.
    pub id: String,
    /// The texts.
    pub request: &'a EmbedRequest,
    /// Where they may go: one model, wherever it is served. Vectors of different models have nothing in common.
    pub route: &'a Route,
    /// How long the vectors have to be, where it is known: others would be of another model.
    pub length: Option<usize>,
    /// How long all of it may take.
    pub deadline: Option<Duration>,
    /// How long candidates may be waited for when all are out.
    pub max_wait: Duration,
}

/// Vectors and how they came about.
#[derive(Debug)]
pub struct Embedded {
    /// One vector per text, in their order.
    pub embeddings: Embeddings,
    /// Who made them.
    pub model: ModelId,
    /// Every attempt, the successful one last.
    pub attempts: Vec<Attempt>,
}

impl<U: Upstream> Router<U> {
    /// Asks until somebody makes vectors of the texts.
    pub async fn embed(&self, ask: &EmbedAsk<'_>) -> Result<Embedded, RouteError> {
        let errand = Errand {
            upstream: &self.upstream,
            request: ask.request,
            length: ask.length,
            made: Mutex::default(),
        };
        let router = Router {
            upstream: errand,
            health: Arc::clone(&self.health),
            observer: Arc::clone(&self.observer),
            budget: self.budget.clone(),
        };
        let request = question(ask.request);
        let mut route = ask.route.clone();
        for stop in &mut route.stops {
            // A window is for one text, and the texts of a request do not share it.
            Arc::make_mut(&mut stop.model).window = None;
        }
        let asked = Ask {
            id: ask.id.clone(),
            request: &request,
            route: &route,
            buffered: true,
            deadline: ask.deadline,
            max_wait: ask.max_wait,
            conversation: Conversation::default(),
        };
        let completion = router.chat(&asked, &mut Nobody).await?;
        let made = router.upstream.made.into_inner().unwrap_or_else(PoisonError::into_inner);
        let model = completion.attempts.last().map(|attempt| attempt.model.clone());
        match made.zip(model) {
            Some((embeddings, model)) => Ok(Embedded { embeddings, model, attempts: completion.attempts }),
            None => Err(RouteError {
                kind: RouteErrorKind::Exhausted,
                route: ask.route.name.clone(),
                request_id: ask.id.clone(),
                attempts: completion.attempts,
                skipped: completion.skipped,
                unasked: Vec::new(),
            }),
        }
    }
}

/// The texts as a question that is as long: costs and limits are reckoned by it.
fn question(request: &EmbedRequest) -> ChatRequest {
    ChatRequest {
        messages: request.texts.iter().map(|text| Message::text(Role::User, text)).collect(),
        sampling: Sampling { max_tokens: Some(0), ..Sampling::default() },
        ..ChatRequest::default()
    }
}

/// An upstream that is asked for vectors, whatever the question.
struct Errand<'a, U> {
    upstream: &'a U,
    request: &'a EmbedRequest,
    length: Option<usize>,
    made: Mutex<Option<Embeddings>>,
}

impl<U: Upstream> Upstream for Errand<'_, U> {
    async fn open(&self, call: Call<'_>) -> Result<Opened, Failure> {
        let Call { provider, model, key, deadline, .. } = call;
        let made =
            self.upstream.embed(EmbedCall { provider, model, key, request: self.request, deadline }).await?;
        let length = made.vectors.first().map_or(0, Vec::len);
        if let Some(wanted) = self.length.filter(|wanted| *wanted != length) {
            let message = format!("its vectors have {length} numbers and those that are kept have {wanted}");
            return Err(Failure::new(FailureClass::Unsupported, message));
        }
        let said = [
            Ok(Event::Text(" ".into())),
            Ok(Event::Usage(made.usage)),
            Ok(Event::Finish(FinishReason::Stop)),
        ];
        *self.made.lock().unwrap_or_else(PoisonError::into_inner) = Some(made);
        Ok(Opened { events: stream::iter(said).boxed(), dropped: Vec::new(), buckets: Vec::new() })
    }
}

/// There is nothing to show of it.
struct Nobody;

impl Delivery for Nobody {
    async fn event(&mut self, _: &Event) -> Result<Written, Gone> {
        Ok(Written::No)
    }

    fn notice(&mut self, _: &Notice<'_>) -> Result<(), Gone> {
        Ok(())
    }
}
