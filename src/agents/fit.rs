//! Making a conversation fit: old turns are summarised once, and stay as they were said.

use super::compact;
use super::place::Unheard;
use super::run::{Cause, Routes, Terms, Undone, Work};
use super::spending::Purse;
use super::talk::{Question, Talk, off_thread};
use super::{Definition, history};
use crate::chat::{FailureClass, Message};
use crate::router::{Demand, RouteErrorKind, Upstream};

/// The least room that is left for an answer, in tokens.
const ANSWER: u64 = 1024;
/// Where nobody says how much fits, half of what did not.
const HALF: u64 = 2;

impl<U: Upstream, R: Routes> Talk<'_, U, R> {
    /// Has old turns summarised where the question would not fit with all that was said before.
    pub(super) async fn fit(&mut self, question: &Question<'_>) {
        let Some(room) = room(question) else { return };
        let first = self.request(question.agent, &question.messages, &question.recalled, &question.terms);
        if Demand::of(&first).input > room {
            self.compact(question, room).await;
        }
    }

    /// Has old turns summarised, so that what is left fits into a room of so many tokens. False if nothing was gained.
    pub(super) async fn compact(&mut self, question: &Question<'_>, room: u64) -> bool {
        let Some(last) = compact::cut(&self.turns, room) else { return false };
        let before = self.turns[..=last].iter().rposition(|turn| turn.summary.is_some());
        let mut summary = before.and_then(|place| self.turns[place].summary.clone());
        let first = before.map_or(0, |place| place + 1);
        let mut made_by = String::new();
        for piece in compact::pieces(&self.turns[first..=last], room) {
            let asked = [compact::question(summary.as_deref(), &piece)];
            let Some((text, model)) = self.summary(question, &asked).await else { return false };
            (summary, made_by) = (Some(text), model);
        }
        let Some(summary) = summary else { return false };
        self.turns[last].summary = Some(summary.clone());
        if let Some(memory) = self.memory.clone() {
            let turn = self.turns[last].id.clone();
            // Whoever cannot keep it makes it again.
            let kept = off_thread(move || memory.summarise(&turn, summary, made_by)).await;
            tracing::debug!(?kept, "a summary was made");
        }
        true
    }

    /// Has the older turns summarised, so that less is sent from now on. False if there is nothing to be gained.
    pub async fn shorten(&mut self, question: &Question<'_>) -> bool {
        let first = self.turns.iter().rposition(|turn| turn.summary.is_some()).map_or(0, |place| place + 1);
        let room = self.turns[first..].iter().map(history::tokens).sum();
        self.turns.len() > first + 1 && self.compact(question, room).await
    }

    async fn summary(&self, question: &Question<'_>, asked: &[Message]) -> Option<(String, String)> {
        let known = self.runner.agents.find(compact::SUMMARIZER);
        // It has nothing to look up, and nobody to hand over to: all that it is to speak of stands in the question.
        let agent = Definition {
            name: compact::SUMMARIZER.into(),
            instructions: known.map(|known| known.instructions.clone()).unwrap_or_default(),
            max_turns: 1,
            ..Definition::default()
        };
        let work = Work {
            id: uuid::Uuid::now_v7().to_string(),
            agent: &agent,
            route: question.route.clone(),
            system: None,
            history: &[],
            recalled: None,
            question: asked,
            terms: Terms {
                stream: true,
                buffered: true,
                deadline: question.terms.deadline,
                max_wait: question.terms.max_wait,
                ..Terms::default()
            },
            session: self.memory.is_some().then(|| self.session.id.clone()),
            answered_by: self.answered_by(),
            purse: Purse::default(),
            journal: None,
            read_foreign: false,
        };
        let worked = self.runner.run(work, &mut Unheard).await.ok()?;
        let model = worked.completion.attempts.last().map(|attempt| attempt.model.to_string());
        Some((worked.completion.answer.text(), model.unwrap_or_default()))
    }
}

/// Tokens that a question and all before it may have; none where no window is known. Whoever has the largest window
/// decides: the others are left out by the plan.
fn room(question: &Question<'_>) -> Option<u64> {
    let windows: Option<Vec<u64>> = question.route.stops.iter().map(|stop| stop.model.window).collect();
    let window = windows?.into_iter().max()?;
    let answer = question.terms.sampling.max_tokens.map_or(ANSWER, u64::from).min(window / HALF);
    Some(window - answer)
}

/// How much fits, where a question had too much before it for everybody and nothing was delivered.
pub(super) fn too_long(undone: &Undone, turns: &[crate::memory::session::Turn]) -> Option<u64> {
    let Cause::Unanswered(error) = &undone.cause else { return None };
    if !matches!(error.kind, RouteErrorKind::Exhausted) || !undone.said.is_empty() {
        return None;
    }
    let failure = error.attempts.iter().rev().find_map(|attempt| {
        attempt.failure.as_ref().filter(|failure| failure.class == FailureClass::ContextLength)
    })?;
    let half = turns.iter().map(history::tokens).sum::<u64>() / HALF;
    Some(failure.window.map_or(half, |window| window.min(half.max(1))))
}
