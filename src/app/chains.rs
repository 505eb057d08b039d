//! Chains of the program: which there are, what they may use, and doing what their steps say.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use serde_json::{Value, json};
use tokio::sync::Mutex as Turnstile;

use super::App;
use super::desk::{Desk, Wishes};
use super::outcome::explain;
use super::recall::recall;
use crate::agents::talk::Talk;
use crate::agents::{
    Agents, Audience, Budget, Cause, Definition, Meanings, MemoryUse, Routes, Runner, Terms, TurnEvent,
    Undone, Work, memory_tools, write,
};
use crate::chains::{
    Call, Chains, Hands, Progress, Question, Said, Told, Trouble, TroubleKind, World, text_of,
};
use crate::chat::{Event, Format, Message, Role, Tokens, ToolCall};
use crate::memory::Scope;
use crate::memory::session::Session;
use crate::providers::client::Client;
use crate::router::{AttemptReport, Delivery, Gone, Notice, RouteErrorKind, Router, Written};
use crate::tools::{ToolError, TurnCalls};

/// How long providers that are all out for now are waited for. Nobody sits there waiting for a step, and limits of a minute
/// are over after one.
const MAX_WAIT: Duration = Duration::from_secs(75);

impl App {
    /// The chains that there are. Their files are read when somebody asks.
    pub fn chains(&self) -> Chains {
        let trusted = self.project.as_ref().and_then(super::Nearby::trusted);
        let project = trusted.map(|project| (project.directory().join("chains"), project.files_in("chains")));
        Chains::new(self.paths.chains_dir(), project)
    }
}

/// What chains of the program may use.
pub struct Known<'a> {
    /// The program.
    pub app: &'a App,
    /// Who there is.
    pub agents: &'a Agents,
    /// Which chains there are.
    pub chains: &'a Chains,
    /// Chains as they were when a run began; they go before those that there are.
    pub before: &'a [(String, Arc<crate::chains::Definition>)],
    /// Whom requests go through.
    pub client: &'a Arc<Client>,
}

impl World for Known<'_> {
    fn agents(&self) -> Vec<String> {
        self.agents.names()
    }

    fn tools(&self) -> Option<Vec<(String, Value)>> {
        let mut tools = self.app.tools(self.client).ok()?;
        let meanings = Arc::new(self.app.no_meanings(self.client));
        tools.extend(memory_tools::all(&meanings, &Definition::new("chain"), None));
        let named = |tool: &Arc<dyn crate::tools::Tool>| {
            let spec = tool.spec();
            (spec.name, spec.parameters)
        };
        Some(tools.iter().map(named).collect())
    }

    fn chains(&self) -> Vec<String> {
        self.chains.names()
    }

    fn chain(&self, name: &str) -> Option<Arc<crate::chains::Definition>> {
        let before =
            self.before.iter().find(|(other, _)| other == name).map(|(_, definition)| Arc::clone(definition));
        before.or_else(|| self.chains.definition(name))
    }
}

/// Whoever can be asked what a run wants to know.
pub trait Person: Send + Sync {
    /// Asks; none where there is no answer.
    fn answer<'a>(
        &'a self,
        path: &'a str,
        question: &'a str,
        choices: &'a [String],
    ) -> BoxFuture<'a, Option<String>>;
}

/// The program's models, tools and people, for a run.
pub struct Helpers<'a> {
    app: &'a App,
    agents: &'a Agents,
    desk: Desk<'a>,
    router: Router<Arc<Client>>,
    meanings: &'a Arc<Meanings<Arc<Client>>>,
    run: &'a str,
    chain: &'a str,
    person: Option<&'a dyn Person>,
    /// One question at a time.
    asking: Turnstile<()>,
}

impl<'a> Helpers<'a> {
    /// For a run of a chain, by its id.
    pub fn new(
        app: &'a App,
        agents: &'a Agents,
        (client, meanings): (&'a Arc<Client>, &'a Arc<Meanings<Arc<Client>>>),
        (wishes, models): (&'a Wishes, &'a [String]),
        (run, chain): (&'a str, &'a str),
        person: Option<&'a dyn Person>,
    ) -> Self {
        let desk = Desk::new(app, client, meanings, wishes, (run, models));
        let router = app.router(Arc::clone(client));
        Self { app, agents, desk, router, meanings, run, chain, person, asking: Turnstile::new(()) }
    }

    /// What agents could not have as they wish, since the last time.
    pub fn notes(&self) -> Vec<String> {
        self.desk.notes()
    }

    fn find(&self, name: &str) -> Result<Definition, Trouble> {
        let agent = self.agents.find(name).cloned();
        let agent =
            agent.ok_or_else(|| Trouble::new(TroubleKind::Config, format!("there is no agent `{name}`")))?;
        // What the other steps of the run have come to can be looked up.
        let mut agent = agent;
        agent.memory.read.push(Scope::Run(self.run.to_owned()));
        Ok(agent)
    }

    async fn ask(&self, question: Question<'_>) -> Result<Said, Trouble> {
        let agent = self.find(question.agent)?;
        let route = self
            .desk
            .resolve(&agent)
            .await
            .map_err(|error| Trouble::new(TroubleKind::Config, error.to_string()))?;
        let message = Message::text(Role::User, question.prompt);
        let runner = Runner { router: &self.router, routes: &self.desk, agents: self.agents };
        let session = Session { id: self.run.to_owned(), ..Session::default() };
        let talk = Talk { runner, memory: Some(Arc::clone(&self.app.memory)), session, turns: Vec::new() };
        // What is recalled is what was known before the run: what steps tell each other stands in their prompts.
        let plain = self.agents.find(question.agent).unwrap_or(&agent);
        let (recalled, problem) = recall(&talk, self.meanings, plain, &message).await;
        if let Some(problem) = problem {
            tracing::warn!(problem, "recall for a step");
        }
        let history: Vec<Message> =
            question.before.map(|text| Message::text(Role::User, text)).into_iter().collect();
        let asked = [message];
        let budget = Budget { tokens: agent.max_tokens, cost_usd: agent.max_cost_usd };
        let work = Work {
            id: question.turn,
            agent: &agent,
            route,
            system: None,
            history: &history,
            recalled: recalled.text.as_deref(),
            question: &asked,
            terms: Terms {
                format: question.schema.map_or(Format::Text, Format::Schema),
                stream: true,
                deadline: question.deadline,
                max_wait: MAX_WAIT,
                ..Terms::default()
            },
            session: Some(self.run.to_owned()),
            answered_by: None,
            purse: question.purse.of_child(budget),
            journal: Some(question.journal),
            read_foreign: question.read_foreign,
        };
        match talk.runner.run(work, &mut Counting::new(question.progress)).await {
            Ok(worked) => Ok(Said {
                text: worked.completion.answer.text(),
                agent: worked.agent,
                met: worked.met.map(|limit| limit.to_string()),
                read_foreign: worked.read_foreign,
            }),
            Err(undone) => Err(self.trouble(&undone)),
        }
    }

    fn trouble(&self, undone: &Undone) -> Trouble {
        match &undone.cause {
            Cause::NoRoute(problem) => {
                Trouble::new(TroubleKind::Config, format!("{}: {problem}", undone.agent))
            }
            Cause::Unanswered(error) => {
                let explained = explain(self.app, error);
                let details = explained.details.join("; ");
                let kind = match error.kind {
                    RouteErrorKind::NoCandidate if error.is_unable() => TroubleKind::Config,
                    RouteErrorKind::Exhausted if super::outcome::lacks_keys(error) => TroubleKind::Config,
                    _ => TroubleKind::NoAnswer,
                };
                let attempts: Vec<_> = error.attempts.iter().map(AttemptReport::new).collect();
                let message = if details.is_empty() {
                    explained.message
                } else {
                    format!("{} ({details})", explained.message)
                };
                Trouble { attempts: json!(attempts), ..Trouble::new(kind, message) }
            }
        }
    }

    async fn call(&self, call: Call<'_>) -> Result<Told, Trouble> {
        // A chain is not the user: what it calls passes the same rules as what an agent calls.
        let caller = Definition {
            tools: vec![call.tool.to_owned()],
            ..Definition::new(format!("chain-{}", self.chain))
        };
        let tools = self.desk.tools(&caller);
        if !tools.names().iter().any(|name| name == call.tool) {
            let why = self.desk.notes().join("; ");
            let why = if why.is_empty() { format!("{} may not be called", call.tool) } else { why };
            return Err(Trouble::new(TroubleKind::Refused, why));
        }
        let calls = TurnCalls::of(call.turn.clone());
        if call.read_foreign {
            calls.mark_foreign();
        }
        let spec = tools.specs().into_iter().find(|spec| spec.name == call.tool);
        let arguments =
            spec.map_or_else(|| call.arguments.clone(), |spec| as_wanted(call.arguments, &spec.parameters));
        let made = ToolCall {
            id: call.turn,
            name: call.tool.to_owned(),
            arguments: arguments.to_string(),
            signature: None,
        };
        match tools.call(&made, &calls).await {
            Ok(answer) => Ok(Told { text: answer.text, foreign: answer.foreign }),
            Err(ToolError(message)) => {
                let kind = match (calls.had_refusals(), calls.had_unclear()) {
                    (_, true) => TroubleKind::Unclear,
                    (true, _) => TroubleKind::Refused,
                    _ => TroubleKind::Other,
                };
                Err(Trouble::new(kind, message))
            }
        }
    }

    async fn makings_of(&self, agent: &str) -> Result<String, Trouble> {
        let agent = self.find(agent)?;
        let plain = Definition { memory: MemoryUse::default(), ..agent.clone() };
        let route = self
            .desk
            .resolve(&agent)
            .await
            .map_err(|error| Trouble::new(TroubleKind::Config, error.to_string()))?;
        let models: Vec<String> = route.stops.iter().map(|stop| stop.model.model_id().to_string()).collect();
        let tools: Vec<Value> = self
            .desk
            .tools(&agent)
            .specs()
            .into_iter()
            .map(|spec| json!([spec.name, spec.description, spec.parameters]))
            .collect();
        Ok(json!([write(&plain), models, tools]).to_string())
    }
}

impl Hands for Helpers<'_> {
    fn agent<'a>(&'a self, question: Question<'a>) -> BoxFuture<'a, Result<Said, Trouble>> {
        Box::pin(self.ask(question))
    }

    fn tool<'a>(&'a self, call: Call<'a>) -> BoxFuture<'a, Result<Told, Trouble>> {
        Box::pin(self.call(call))
    }

    fn human<'a>(
        &'a self,
        path: &'a str,
        question: &'a str,
        choices: &'a [String],
    ) -> BoxFuture<'a, Result<Option<String>, Trouble>> {
        Box::pin(async move {
            let Some(person) = self.person else { return Ok(None) };
            let _turn = self.asking.lock().await;
            Ok(person.answer(path, question, choices).await)
        })
    }

    fn makings<'a>(&'a self, agent: &'a str) -> BoxFuture<'a, Result<String, Trouble>> {
        Box::pin(self.makings_of(agent))
    }
}

/// Arguments in which a text stands where the schema wants one, whatever a template came to.
fn as_wanted(arguments: &Value, schema: &Value) -> Value {
    let Some(fields) = arguments.as_object() else { return arguments.clone() };
    let field = |(name, value): (&String, &Value)| {
        let wants_text = schema["properties"][name]["type"] == "string";
        let value =
            if wants_text && !value.is_null() { Value::String(text_of(value)) } else { value.clone() };
        (name.clone(), value)
    };
    Value::Object(fields.iter().map(field).collect())
}

/// Counts what comes of an answer. Nothing is shown before it is whole: what breaks is asked for anew.
struct Counting<'a> {
    progress: &'a (dyn Fn(Progress<'_>) + Sync),
    model: String,
    /// Of answers that were whole, and of the one that comes.
    before: u64,
    now: u64,
}

impl<'a> Counting<'a> {
    fn new(progress: &'a (dyn Fn(Progress<'_>) + Sync)) -> Self {
        Self { progress, model: String::new(), before: 0, now: 0 }
    }

    fn tell(&self) {
        (self.progress)(Progress { model: &self.model, tokens: self.before + self.now });
    }
}

impl Delivery for Counting<'_> {
    async fn event(&mut self, event: &Event) -> Result<Written, Gone> {
        let text = match event {
            Event::Text(text) | Event::Reasoning(text) => text,
            Event::ToolCall(call) => &call.arguments,
            _ => return Ok(Written::No),
        };
        self.now += Tokens::of_text(text).most;
        self.tell();
        Ok(Written::No)
    }

    fn notice(&mut self, notice: &Notice<'_>) -> Result<(), Gone> {
        if let Notice::Trying { model } = notice {
            self.model.clone_from(model);
            self.now = 0;
            self.tell();
        }
        Ok(())
    }
}

impl Audience for Counting<'_> {
    fn hears(&mut self, event: &TurnEvent<'_>) {
        if matches!(event, TurnEvent::Again) {
            self.before += std::mem::take(&mut self.now);
        }
    }
}
