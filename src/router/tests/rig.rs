//! A router over scripted upstreams, and somebody who reads.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::{StreamExt, stream};
use tokio::time::Instant;

use super::super::*;
use crate::chat::{Embeddings, Event, FinishReason, Format, Message, ModelId, Role, Sampling};
use crate::chat::{Failure, FailureClass as C};
use crate::providers::catalog::WireFormat;
use crate::providers::client::{Call, EmbedCall, Opened};
use crate::providers::{Billing, Model, Provider, Quirks, Timeouts};
use crate::secret::{KeySource, Secret};

/// What an upstream does with one request.
#[derive(Clone)]
pub(super) enum Act {
    /// Refuses.
    Refuses(Failure),
    /// Says this, whole.
    Says(&'static str),
    /// Says why it will not answer.
    Declines(&'static str),
    /// Says this and breaks.
    Breaks(&'static str, C),
    /// Thinks and breaks: nothing is shown yet.
    Thinks,
    /// Never answers.
    Hangs,
}

/// One request as an upstream saw it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Seen {
    pub(super) provider: String,
    pub(super) key: Option<String>,
    pub(super) without: Vec<String>,
    pub(super) at: Duration,
    /// The roles of the turns.
    pub(super) turns: Vec<Role>,
}

/// Upstreams by provider, each with its script; the last act is repeated.
pub(super) struct Script {
    pub(super) acts: Mutex<HashMap<String, VecDeque<Act>>>,
    pub(super) seen: Arc<Mutex<Vec<Seen>>>,
    pub(super) started: Instant,
}

impl Script {
    fn act(&self, provider: &str) -> Act {
        let mut acts = self.acts.lock().unwrap();
        let acts = acts.get_mut(provider).unwrap();
        if acts.len() > 1 { acts.pop_front().unwrap() } else { acts[0].clone() }
    }

    fn sees(&self, provider: &Provider, key: Option<&Secret>, without: &[String], turns: Vec<Role>) {
        let (provider, key) = (provider.id.clone(), key.map(|key| key.expose().to_owned()));
        let seen = Seen { provider, key, without: without.to_vec(), at: self.started.elapsed(), turns };
        self.seen.lock().unwrap().push(seen);
    }
}

impl Upstream for Script {
    async fn open(&self, call: Call<'_>) -> Result<Opened, Failure> {
        let turns = call.request.messages.iter().map(|message| message.role).collect();
        self.sees(call.provider, call.key, call.without, turns);
        let act = self.act(&call.provider.id);
        let text = |text: &str| Ok(Event::Text(text.to_owned()));
        let events = match act {
            Act::Refuses(failure) => return Err(failure),
            Act::Hangs => std::future::pending().await,
            Act::Says(words) => vec![text(words), Ok(Event::Finish(FinishReason::Stop))],
            Act::Declines(words) => vec![text(words), Ok(Event::Finish(FinishReason::ContentFilter))],
            Act::Breaks(words, class) => vec![text(words), Err(Failure::new(class, "broke"))],
            Act::Thinks => vec![Ok(Event::Reasoning("hm".into())), Err(Failure::new(C::Server, "broke"))],
        };
        Ok(Opened { events: stream::iter(events).boxed(), dropped: Vec::new(), buckets: Vec::new() })
    }

    /// Two numbers per text: how long what it says is, and the text's place. Whoever declines has a third.
    async fn embed(&self, call: EmbedCall<'_>) -> Result<Embeddings, Failure> {
        self.sees(call.provider, call.key, &[], Vec::new());
        let (words, longer) = match self.act(&call.provider.id) {
            Act::Refuses(failure) => return Err(failure),
            Act::Says(words) => (words, false),
            Act::Declines(words) => (words, true),
            _ => std::future::pending().await,
        };
        let vector = |place: usize| {
            let mut vector = [words.len(), place].map(|it| f32::from(u16::try_from(it).unwrap())).to_vec();
            vector.extend(longer.then_some(0.0));
            vector
        };
        let vectors = (0..call.request.texts.len()).map(vector).collect();
        Ok(Embeddings { vectors, ..Embeddings::default() })
    }
}

#[derive(Default)]
pub(super) struct Recorder(pub(super) Mutex<Vec<Attempt>>);

impl Observer for Recorder {
    fn attempt(&self, _: &RequestTag, attempt: &Attempt) {
        self.0.lock().unwrap().push(attempt.clone());
    }
}

/// A reader of text, for whom a restart is a `|` if it can be shown.
#[derive(Default)]
pub(super) struct Shown {
    pub(super) text: String,
    pub(super) restarts: bool,
    pub(super) waited: Vec<Duration>,
}

impl Delivery for Shown {
    async fn event(&mut self, event: &Event) -> Result<Written, Gone> {
        let Event::Text(text) = event else { return Ok(Written::No) };
        self.text.push_str(text);
        Ok(Written::Yes)
    }

    fn restarts(&self) -> bool {
        self.restarts
    }

    fn notice(&mut self, notice: &Notice<'_>) -> Result<(), Gone> {
        match notice {
            Notice::Restarting { .. } => self.text.push('|'),
            Notice::Waiting { left, .. } => self.waited.push(*left),
            _ => {}
        }
        Ok(())
    }
}

/// A router over scripted providers, named a, b, c … in the order of their scripts.
pub(super) struct Rig {
    pub(super) router: Router<Script>,
    pub(super) route: Route,
    pub(super) restarts: bool,
    pub(super) max_wait: Duration,
    pub(super) temperature: f64,
    pub(super) seen: Arc<Mutex<Vec<Seen>>>,
    pub(super) recorder: Arc<Recorder>,
}

pub(super) fn rig(scripts: &[&[Act]]) -> Rig {
    let names = ["a", "b", "c"];
    let acts = names
        .iter()
        .zip(scripts)
        .map(|(name, acts)| ((*name).to_owned(), acts.iter().cloned().collect()))
        .collect();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let recorder = Arc::new(Recorder::default());
    let script = Script { acts: Mutex::new(acts), seen: Arc::clone(&seen), started: Instant::now() };
    let stops = names.iter().take(scripts.len()).map(|name| stop(name, &["k1"])).collect();
    let route = Route::new("test", stops);
    let observer: Arc<dyn Observer> = recorder.clone();
    let router = Router::new(script, Arc::new(Health::default()), observer);
    Rig { router, route, restarts: false, max_wait: Duration::ZERO, temperature: 0.1, seen, recorder }
}

pub(in crate::router) fn stop(provider: &str, keys: &[&str]) -> Stop {
    let row = Provider {
        id: provider.into(),
        wire: WireFormat::Openai,
        base_url: "http://127.0.0.1:9".into(),
        headers: Vec::new(),
        quirks: Quirks::default(),
        timeouts: Timeouts::DEFAULT,
        billing: Billing::Paid,
    };
    let model = Model::unknown(&ModelId::new(provider, "m"));
    Stop {
        provider: Arc::new(row),
        model: Arc::new(model),
        keys: keys.iter().map(|key| Arc::new(KeySource::key("test", Secret::new(key)))).collect(),
        weight: 1,
    }
}

impl Rig {
    pub(super) async fn ask(&self) -> (Result<Completion, RouteError>, String) {
        self.ask_with(false, None).await
    }

    pub(super) async fn ask_with(
        &self,
        buffered: bool,
        deadline: Option<Duration>,
    ) -> (Result<Completion, RouteError>, String) {
        self.ask_in(Format::Text, buffered, deadline).await
    }

    pub(super) async fn ask_in(
        &self,
        format: Format,
        buffered: bool,
        deadline: Option<Duration>,
    ) -> (Result<Completion, RouteError>, String) {
        let request = ChatRequest {
            messages: vec![Message::text(Role::User, "hi")],
            format,
            sampling: Sampling { temperature: Some(self.temperature), ..Sampling::default() },
            stream: true,
            ..ChatRequest::default()
        };
        let ask = Ask {
            id: "r".into(),
            request: &request,
            route: &self.route,
            buffered,
            deadline,
            max_wait: self.max_wait,
            conversation: Conversation::default(),
        };
        let mut shown = Shown { restarts: self.restarts, ..Shown::default() };
        let result = self.router.chat(&ask, &mut shown).await;
        (result, shown.text)
    }

    /// Who was asked, in order.
    pub(super) fn asked(&self) -> String {
        self.seen.lock().unwrap().iter().map(|seen| seen.provider.as_str()).collect()
    }

    pub(super) fn seen(&self, index: usize) -> Seen {
        self.seen.lock().unwrap()[index].clone()
    }

    pub(super) fn classes(&self) -> Vec<Option<C>> {
        let attempts = self.recorder.0.lock().unwrap();
        attempts.iter().map(|attempt| attempt.failure.as_ref().map(|failure| failure.class)).collect()
    }
}

pub(super) fn refuses(class: C) -> Act {
    // Without a status a key could not even be had.
    let status = (class == C::Auth).then_some(401);
    Act::Refuses(Failure { status, ..Failure::new(class, "no") })
}

pub(super) fn throttled(reset: Option<Duration>) -> Act {
    Act::Refuses(Failure { reset, ..Failure::new(C::RateLimited, "slow down") })
}
