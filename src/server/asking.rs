//! Putting a request to the router, or to an agent: the only file of the server that knows both.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Response, header};
use tokio::time::Instant;

use super::controls::Controls;
use super::conversation::Conversation;
use super::dialect::{Asked, Kept, Voice};
use super::refusal::Refusal;
use super::streaming::streamed;
use super::visit::Visit;
use super::{Gateway, outcome};
use crate::agents::{Audience, Unheard};
use crate::app::ResolveError;
use crate::chat::{ChatRequest, Usage};
use crate::ledger::keys::Spending;
use crate::memory::StoredResponse;
use crate::router::{Ask, Completion, Demand, Route};

/// How names of agents begin, where a model is named.
const AGENT: &str = "agent:";

const PROVIDER: HeaderName = HeaderName::from_static("x-aigw-provider");
const MODEL: HeaderName = HeaderName::from_static("x-aigw-model");
const ATTEMPTS: HeaderName = HeaderName::from_static("x-aigw-attempts");
const RESUMED: HeaderName = HeaderName::from_static("x-aigw-resumed");
const COST: HeaderName = HeaderName::from_static("x-aigw-cost");

/// What is asked, and of whom.
pub(super) struct Question {
    pub(super) request: ChatRequest,
    pub(super) controls: Controls,
    pub(super) visit: Arc<Visit>,
    to: To,
}

/// Who is asked.
enum To {
    /// The models of a route.
    Route(Box<Route>),
    /// An agent, by its name.
    Agent(String),
}

/// Where a name leads.
pub(super) async fn resolve(gateway: &Gateway, name: &str) -> Result<Route, ResolveError> {
    gateway.app.route(gateway.router.upstream(), &[name.to_owned()]).await
}

/// Answers a request in its dialect, in one piece or as a stream.
pub(super) async fn answer(
    gateway: Arc<Gateway>,
    visit: Arc<Visit>,
    headers: &HeaderMap,
    asked: Asked,
    voice: Box<dyn Voice>,
) -> Result<Response<Body>, Refusal> {
    visit.model(asked.model.clone());
    let controls = Controls::read(headers)?;
    let name = controls.route.as_deref().unwrap_or(&asked.model);
    let to = match name.strip_prefix(AGENT) {
        Some(agent) => To::Agent(agent.to_owned()),
        None => {
            let route = resolve(&gateway, name).await.map_err(outcome::unresolved)?;
            To::Route(Box::new(controls.narrowed(route)))
        }
    };
    let scope = if matches!(to, To::Agent(_)) { "agents" } else { "chat" };
    let wanted = wanted(&asked.request, &to);
    admit(&gateway, &visit, scope, name, wanted).await?;
    let request = ChatRequest { trace: visit.trace(), ..asked.request };
    let question = Question { request, controls, visit, to };
    if asked.stream {
        return streamed(gateway, question, voice.stream()).await;
    }
    let completion = question.work(&gateway, true, &mut Unheard).await?;
    if let Some(kept) = voice.kept(&completion) {
        question.keep(&gateway, &completion, kept).await;
    }
    Ok(whole(voice.whole(&completion).to_string(), &completion))
}

/// Lets a request in as its client's key allows.
pub(super) async fn admit(
    gateway: &Gateway,
    visit: &Visit,
    scope: &str,
    name: &str,
    wanted: Spending,
) -> Result<(), Refusal> {
    let Some(holder) = visit.holder() else { return Ok(()) };
    let forbidden = |message: String| {
        Err(Refusal::new(axum::http::StatusCode::FORBIDDEN, message).code("permission_denied"))
    };
    if !holder.may(scope) {
        return forbidden(format!("the key `{}` is not good for this: it lacks `{scope}`", holder.key.name));
    }
    if !holder.may_name(name) {
        return forbidden(format!("the key `{}` is not good for `{name}`", holder.key.name));
    }
    let pass = Arc::clone(holder).begin(&gateway.app.ledger, visit.id(), wanted).await?;
    gateway.app.owners.begin(visit.id(), &holder.key.id);
    visit.passes(pass, Arc::clone(&gateway.app.owners));
    Ok(())
}

/// What a request may come to, for budgets: its tokens and those of its answer, at the dearest of those who may be asked.
#[expect(clippy::cast_precision_loss, reason = "tokens are far below what an f64 counts exactly")]
fn wanted(request: &ChatRequest, to: &To) -> Spending {
    let demand = Demand::of(request);
    let output = request.sampling.max_tokens.map_or(demand.output, u64::from);
    let stops = match to {
        To::Route(route) => &route.stops[..],
        To::Agent(_) => &[],
    };
    let cost = |stop: &crate::router::Stop| {
        let price = |price: Option<f64>| price.unwrap_or(0.0) / 1e6;
        demand.input as f64 * price(stop.model.input_price) + output as f64 * price(stop.model.output_price)
    };
    Spending { tokens: demand.input + output, cost_usd: stops.iter().map(cost).fold(0.0, f64::max) }
}

impl Question {
    /// Has the answer made. What comes on the way goes to the audience.
    pub(super) async fn work<A: Audience>(
        &self,
        gateway: &Gateway,
        buffered: bool,
        audience: &mut A,
    ) -> Result<Completion, Refusal> {
        let completion = match &self.to {
            To::Agent(name) => super::conversation::agent(gateway, self, name, buffered, audience).await?,
            To::Route(route) => self.by_route(gateway, route, buffered, audience).await?,
        };
        self.visit.answered(&completion);
        let used = |usage: &Usage| usage.input_tokens.unwrap_or(0) + usage.output_tokens.unwrap_or(0);
        self.visit.used(completion.attempts.iter().map(|attempt| used(&attempt.usage)).sum());
        Ok(completion)
    }

    async fn by_route<A: Audience>(
        &self,
        gateway: &Gateway,
        route: &Route,
        buffered: bool,
        audience: &mut A,
    ) -> Result<Completion, Refusal> {
        let conversation = Conversation::find(gateway, self).await?;
        let continued = conversation.as_ref().map(|conversation| conversation.continued(&self.request));
        let ask = Ask {
            id: self.visit.id().to_owned(),
            request: continued.as_ref().unwrap_or(&self.request),
            route,
            buffered,
            deadline: self.controls.timeout,
            // Clients wait better than we do: they are told for how long.
            max_wait: Duration::ZERO,
            conversation: conversation.as_ref().map(Conversation::tag).unwrap_or_default(),
        };
        let Some(conversation) = conversation else {
            let answered = gateway.router.chat(&ask, audience).await;
            return answered.map_err(|error| outcome::unanswered(&error));
        };
        let mut keeper = conversation.keeper(gateway, self, audience);
        let answered = gateway.router.chat(&ask, &mut keeper).await;
        let ending = keeper.ended(&route.name, &answered);
        super::conversation::end(gateway, ending).await;
        answered.map_err(|error| outcome::unanswered(&error))
    }

    /// When all of it must be over.
    pub(super) fn deadline(&self) -> Option<Instant> {
        self.controls.timeout.map(|limit| Instant::now() + limit)
    }

    /// Keeps an answer before its end is told, so that whoever has heard it can come back to it. That it could not be kept
    /// is no reason to withhold it.
    pub(super) async fn keep(&self, gateway: &Gateway, completion: &Completion, kept: Kept) {
        let mut conversation = self.request.messages.clone();
        conversation.push(completion.answer.clone().into_message());
        let Kept { id, response } = kept;
        let stored = StoredResponse { id, owner: self.visit.owner(), conversation, response };
        let memory = Arc::clone(&gateway.app.memory);
        match tokio::task::spawn_blocking(move || memory.keep_response(stored)).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(%error, "a response is not kept"),
            Err(error) => tracing::warn!(%error, "a response is not kept"),
        }
    }
}

fn whole(body: String, completion: &Completion) -> Response<Body> {
    let mut response = Response::new(Body::from(body));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if let Some(last) = completion.attempts.last() {
        let begun = Begun { model: last.model.to_string(), attempts: completion.attempts.len() };
        begun.tell(headers);
    }
    if let Some(resumed) = completion.resumed {
        headers.insert(RESUMED, HeaderValue::from_static(resumed.as_str()));
    }
    // Attempts that failed are paid for, too.
    let costs = completion.attempts.iter().filter_map(|attempt| attempt.cost_usd);
    if let Some(cost) = costs.reduce(|all, one| all + one)
        && let Ok(value) = HeaderValue::try_from(format!("{cost:.8}"))
    {
        headers.insert(COST, value);
    }
    response
}

/// Who has begun to answer, and the how many-th that was asked.
#[derive(Debug, Clone)]
pub(super) struct Begun {
    pub(super) model: String,
    pub(super) attempts: usize,
}

impl Begun {
    pub(super) fn tell(&self, headers: &mut HeaderMap) {
        headers.insert(ATTEMPTS, HeaderValue::from(self.attempts));
        let (provider, model) = self.model.split_once('/').unwrap_or((self.model.as_str(), ""));
        for (name, text) in [(PROVIDER, provider), (MODEL, model)] {
            if let Ok(value) = HeaderValue::try_from(text) {
                headers.insert(name, value);
            }
        }
    }
}

/// The tokens that a request has, on the high side.
pub(super) fn tokens(request: &ChatRequest) -> u64 {
    Demand::of(request).input
}
