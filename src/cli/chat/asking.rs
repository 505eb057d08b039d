//! Asking, agent after agent, and telling what came of it.

use std::sync::Arc;

use serde_json::json;
use uuid::Uuid;

use super::outcome::failure;
use super::output::{Manner, Screen};
use super::report::Report;
use super::{ChatArgs, extract, pretty};
use crate::agents::talk::{Question, Said, Talk};
use crate::agents::{Cause, Definition, Meanings, Routes, Terms, Undone, Worked};
use crate::app::App;
use crate::app::desk::Desk;
use crate::app::outcome::{dead_ends, took, who_answered};
use crate::app::recall::recall;
use crate::chat::{FinishReason, Format, Message, Part, Role};
use crate::cli::{CommandError, Context, Exit, Output};
use crate::providers::client::Client;
use crate::router::{Route, Upstream};

/// What every question of this command has in common.
pub(super) struct Asking<'a> {
    pub(super) args: &'a ChatArgs,
    pub(super) context: &'a Context,
    pub(super) app: &'a App,
    pub(super) desk: &'a Desk<'a>,
    /// What says what a question means.
    pub(super) meanings: &'a Meanings<Arc<Client>>,
}

impl Asking<'_> {
    /// Asks the first agent, and has the others work on what it says. Only the last answer is the answer.
    pub(super) async fn all<U: Upstream, R: Routes>(
        &self,
        talk: &mut Talk<'_, U, R>,
        (first, mut route): (&Definition, Route),
        question: Message,
        others: &[&Definition],
        terms: Terms,
    ) -> Result<(), CommandError> {
        let mut agent = first;
        let mut asked = question.clone();
        for next in others {
            let plain = Terms { format: Format::Text, buffered: true, ..terms.clone() };
            let (said, mut screen) = self.one(talk, (agent, route), asked, plain, Manner::Gathered).await;
            screen.finish()?;
            let said = said?;
            self.tell(&said);
            self.context.ui.note(&format!("{} has answered; {} goes on", said.worked.agent, next.name));
            asked = passed_on(&question, &said.worked);
            (agent, route) = (*next, self.desk.resolve(next).await?);
        }
        let manner = self.manner();
        let (said, mut screen) = self.one(talk, (agent, route), asked, terms, manner).await;
        let closed = screen.finish();
        let outcome = said.and_then(|said| self.conclude(&said, &talk.session.id, &mut screen));
        // What could not be written decides: an answer that nobody got was not delivered.
        closed?;
        outcome
    }

    async fn one<U: Upstream, R: Routes>(
        &self,
        talk: &mut Talk<'_, U, R>,
        (agent, route): (&Definition, Route),
        message: Message,
        terms: Terms,
        manner: Manner,
    ) -> (Result<Said, CommandError>, Screen<'_>) {
        let (recalled, problem) = recall(talk, self.meanings, agent, &message).await;
        if let Some(problem) = problem {
            self.context.ui.warn(&problem);
        }
        if !recalled.entries.is_empty() {
            let ids: Vec<&str> = recalled.entries.iter().map(|entry| entry.id.as_str()).collect();
            self.context.ui.detail(&format!("recalled: {}", ids.join(", ")));
        }
        let raw = self.args.raw || self.args.schema.is_some();
        let mut screen = Screen::new(&self.context.ui, manner, raw);
        let session = talk.memory.is_some().then(|| talk.session.id.clone());
        let question = Question {
            id: Uuid::now_v7().to_string(),
            agent,
            route,
            messages: vec![message],
            recalled,
            terms,
        };
        let answered = async {
            talk.ask(question, &mut screen).await.map_err(|undone| self.undone(&undone, session.as_deref()))
        };
        let answered = self.context.interrupt.unless(answered).await;
        for note in self.desk.notes() {
            self.context.ui.warn(&note);
        }
        (answered, screen)
    }

    /// A turn without an answer, as a failure of the command.
    fn undone(&self, undone: &Undone, session: Option<&str>) -> CommandError {
        self.not_kept(undone.kept.as_deref());
        match &undone.cause {
            Cause::NoRoute(problem) => CommandError::failed(format!("{}: {problem}", undone.agent)),
            Cause::Unanswered(error) => {
                let report = Report::of_failure(error).by(&undone.agent, session);
                failure(self.app, error).with_json(report.to_json())
            }
        }
    }

    fn not_kept(&self, problem: Option<&crate::store::StoreError>) {
        if let Some(error) = problem {
            self.context.ui.warn(&format!("this turn could not be kept: {error}"));
        }
    }

    fn manner(&self) -> Manner {
        match self.context.global.output() {
            Output::Jsonl => Manner::Events,
            Output::Json => Manner::Gathered,
            Output::Text if self.args.extract => Manner::Gathered,
            Output::Text => Manner::Text,
        }
    }

    /// Says on stderr what is worth knowing about an answer.
    fn tell(&self, said: &Said) {
        let (ui, worked) = (&self.context.ui, &said.worked);
        self.not_kept(said.kept.as_ref().err());
        for line in dead_ends(self.app, &worked.completion) {
            ui.warn(&line);
        }
        if let Some(line) = who_answered(self.app, &worked.route, &worked.completion) {
            ui.note(&line);
        }
        ui.detail(&took(worked));
    }

    /// Prints what is still to be printed of a whole answer, and says what is worth knowing about it.
    fn conclude(&self, said: &Said, session: &str, screen: &mut Screen<'_>) -> Result<(), CommandError> {
        let (ui, worked) = (&self.context.ui, &said.worked);
        let answer = &worked.completion.answer;
        let session = (!self.args.no_memory).then_some(session);
        let report = Report::of(worked).by(&worked.agent, session).recalling(&said.recalled);
        let filtered = answer.finish == Some(FinishReason::ContentFilter);
        match self.context.global.output() {
            // Then the error carries the report: one value, not two.
            Output::Json | Output::Jsonl if filtered => {}
            Output::Json => ui.line(&pretty(&report.to_json()))?,
            Output::Jsonl => {
                let mut done = report.to_json();
                done["type"] = json!("done");
                screen.event_line(&done)?;
            }
            Output::Text if self.args.extract => ui.line(extract(&answer.text()))?,
            Output::Text => {}
        }
        self.tell(said);
        if filtered {
            let message = "the provider's content filter ended the answer before it was whole";
            return Err(CommandError::new(Exit::Cut, message).with_json(report.to_json()));
        }
        if answer.finish == Some(FinishReason::Length) {
            ui.warn("the answer was cut at the output limit (--max-tokens sets it)");
        }
        Ok(())
    }
}

/// The question with what an agent answered to it, for the next one.
fn passed_on(question: &Message, worked: &Worked) -> Message {
    let text = worked.completion.answer.text();
    let mut parts = question.parts.clone();
    parts.push(Part::Text(format!("\n\n<answer by=\"{}\">\n{}\n</answer>", worked.agent, text.trim())));
    Message { role: Role::User, parts }
}
