//! Asking: one turn of one agent, or of several at once, and what is told of it.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use tokio::time::Instant;
use uuid::Uuid;

use super::room::Room;
use super::voice::Voice;
use crate::agents::talk::{Question, Said, Talk};
use crate::agents::{Cause, Definition, Runner, Terms, Undone, history};
use crate::app::desk::Desk;
use crate::app::outcome::{dead_ends, explain, who_answered};
use crate::app::recall::recall;
use crate::chat::{FinishReason, Message, Role};
use crate::memory::recall::{Recall, line};
use crate::memory::session::Turn;
use crate::providers::client::Client;
use crate::router::{Attempt, Route};

/// How long providers that are all out for now are waited for.
const MAX_WAIT: Duration = Duration::from_secs(20);
/// How long nobody may say anything before it is told who is waited for.
const SILENCE: Duration = Duration::from_millis(1500);
/// The longest that an entry is told of that was recalled, in tokens.
const RECALLED: u64 = 40;

/// A question, and who is asked.
pub(super) struct Asking {
    pub(super) who: Vec<Definition>,
    pub(super) question: Message,
}

impl Asking {
    pub(super) fn one(agent: Definition, question: Message) -> Self {
        Self { who: vec![agent], question }
    }
}

/// How a turn went.
pub(super) struct Last {
    pub(super) agent: String,
    pub(super) attempts: Vec<Attempt>,
    /// What was recalled for it, a line each.
    pub(super) recalled: Vec<String>,
}

impl Room {
    /// Asks, all at once where it is several, and goes on with what came of it.
    pub(super) async fn ask(&mut self, asking: &Asking) {
        let alone = asking.who.len() == 1;
        let asked = asking.who.iter().map(|agent| {
            let voice = if alone {
                Voice::alone(&self.ui, &agent.name)
            } else {
                Voice::among_others(&self.ui, &agent.name)
            };
            self.one(agent, &asking.question, voice)
        });
        let heard: Vec<(Option<Turn>, Option<Last>)> =
            self.unless_stopped(join_all(asked)).await.unwrap_or_default();
        let (turns, mut last): (Vec<_>, Vec<_>) = heard.into_iter().unzip();
        if let Some(last) = last.pop().flatten() {
            self.last = Some(last);
        }
        self.goes_on_with(turns.into_iter().flatten().collect()).await;
    }

    /// Has the older turns summarised.
    pub(super) async fn shorten(&mut self) -> Result<(), String> {
        let host = self.host();
        let desk = self.desk();
        let route = desk.resolve(&host).await.map_err(|error| error.to_string())?;
        let mut talk = self.talk(&desk);
        let before = history::messages(&talk.turns, &host.name).len();
        let question = self.put(&host, route, Message::text(Role::User, ""), Recall::default());
        let shorter = self.unless_stopped(talk.shorten(&question)).await.unwrap_or(false);
        let after = history::messages(&talk.turns, &host.name).len();
        drop(question);
        let turns = talk.turns;
        drop(desk);
        if !shorter {
            return Err("there is nothing to be made shorter, or nobody could do it".to_owned());
        }
        self.turns = turns;
        self.ui.note(&format!(
            "{before} messages were sent along, {after} are from now on; the session keeps them all"
        ));
        Ok(())
    }

    /// A question as it is put to an agent.
    fn put<'a>(
        &self,
        agent: &'a Definition,
        route: Route,
        message: Message,
        recalled: Recall,
    ) -> Question<'a> {
        let deadline = self.terms.timeout.map(|limit| Instant::now() + limit);
        Question {
            id: Uuid::now_v7().to_string(),
            agent,
            route,
            messages: vec![message],
            recalled,
            terms: Terms {
                stream: true,
                max_wait: MAX_WAIT,
                sampling: self.terms.sampling.clone(),
                deadline,
                ..Terms::default()
            },
        }
    }

    fn talk<'a>(&'a self, desk: &'a Desk<'a>) -> Talk<'a, Arc<Client>, Desk<'a>> {
        let runner = Runner { router: &self.router, routes: desk, agents: &self.agents };
        let memory = self.is_kept().then(|| Arc::clone(&self.app.memory));
        Talk { runner, memory, session: self.session.clone(), turns: self.turns.clone() }
    }

    /// Does the work until it is done or somebody presses Ctrl-C; then it is dropped, and what came is kept.
    async fn unless_stopped<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            done = work => Some(done),
            () = self.stop.notified() => self.stopped(),
            _ = tokio::signal::ctrl_c() => self.stopped(),
        }
    }

    fn stopped<T>(&self) -> Option<T> {
        self.ui.note("stopped; what came is kept");
        None
    }

    /// What was said now is part of the conversation.
    async fn goes_on_with(&mut self, turns: Vec<Turn>) {
        if self.is_kept() {
            // An answer that was stopped is written in the background.
            self.write_down().await;
            // With what others have said in it, and what was kept of an answer that was stopped.
            self.enter();
        } else {
            self.turns.extend(turns);
        }
    }

    /// One turn of one agent; gives what is new of the conversation, and how it went.
    async fn one(
        &self,
        agent: &Definition,
        message: &Message,
        mut voice: Voice<'_>,
    ) -> (Option<Turn>, Option<Last>) {
        let desk = self.desk();
        let route = match desk.resolve(agent).await {
            Ok(route) => route,
            Err(error) => {
                self.ui.error(&format!("{}: {error}", agent.name));
                return (None, None);
            }
        };
        let mut talk = self.talk(&desk);
        let (recalled, problem) = recall(&talk, &self.meanings, agent, message).await;
        if let Some(problem) = problem {
            self.ui.warn(&problem);
        }
        let recalls = recalled.entries.iter().map(|entry| line(entry, RECALLED)).collect();
        let question = self.put(agent, route, message.clone(), recalled);
        let sign = voice.sign();
        let said = {
            let mut asking = std::pin::pin!(talk.ask(question, &mut voice));
            tokio::select! {
                said = &mut asking => said,
                () = tokio::time::sleep(SILENCE) => {
                    sign.show(&self.ui);
                    asking.await
                }
            }
        };
        let closed = voice.finish();
        for note in desk.notes() {
            self.ui.warn(&note);
        }
        let attempts = match said {
            Ok(said) => {
                self.tell(&said);
                said.worked.completion.attempts
            }
            Err(undone) => {
                self.complain(&undone);
                match undone.cause {
                    Cause::Unanswered(error) => error.attempts,
                    Cause::NoRoute(_) => Vec::new(),
                }
            }
        };
        if let Err(error) = closed {
            self.ui.error(&format!("the answer cannot be shown: {error}"));
        }
        (talk.turns.pop(), Some(Last { agent: agent.name.clone(), attempts, recalled: recalls }))
    }

    /// A line about who answered, and what it took.
    fn tell(&self, said: &Said) {
        let worked = &said.worked;
        for line in dead_ends(&self.app, &worked.completion) {
            self.ui.warn(&line);
        }
        let tokens = |count: Option<u64>| count.map_or_else(|| "?".to_owned(), |count| count.to_string());
        let (usage, last) = (&worked.completion.usage, worked.completion.attempts.last());
        let model = last.map(|attempt| attempt.model.to_string()).unwrap_or_default();
        let cost = worked.spent.cost_usd.map(|cost| format!(", ${cost:.6}")).unwrap_or_default();
        let seconds: f64 = worked.completion.attempts.iter().map(|it| it.latency.as_secs_f64()).sum();
        let who = who_answered(&self.app, &worked.route, &worked.completion).unwrap_or(model);
        let (sent, got) = (tokens(usage.input_tokens), tokens(usage.output_tokens));
        self.ui.note(&format!("{}: {who}, {sent} tokens in, {got} out{cost}, {seconds:.1} s", worked.agent));
        match worked.completion.answer.finish {
            Some(FinishReason::Length) => self.ui.warn("the answer was cut at the output limit"),
            Some(FinishReason::ContentFilter) => {
                self.ui.warn("the provider's content filter ended the answer");
            }
            _ => {}
        }
        if let Err(error) = &said.kept {
            self.ui.warn(&format!("this turn could not be kept: {error}"));
        }
    }

    fn complain(&self, undone: &Undone) {
        if let Some(error) = &undone.kept {
            self.ui.warn(&format!("this turn could not be kept: {error}"));
        }
        match &undone.cause {
            Cause::NoRoute(problem) => self.ui.error(&format!("{}: {problem}", undone.agent)),
            Cause::Unanswered(error) => {
                let explained = explain(&self.app, error);
                self.ui.error(&format!("{}: {}", undone.agent, explained.message));
                explained.details.iter().for_each(|line| self.ui.error_detail(line));
                explained.hints.iter().for_each(|line| self.ui.hint(line));
            }
        }
    }
}
