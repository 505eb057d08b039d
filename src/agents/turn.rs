//! One turn of an agent as a pure state machine: what happened goes in, what is to be done comes out. No I/O and no
//! clock; the driver in [`super::run`] does what it says.
//!
//! The model is asked, its calls are made, it is asked again with what they gave, until it answers or hands the
//! conversation on. When a limit is met it is asked once more, without tools, to answer with what there is: what was
//! found out is not lost, and the outcome says that a limit ended it.

use std::collections::VecDeque;
use std::fmt;

use crate::chat::{Answer, Message, Part, Role, ToolCall};

/// The name of the tool by which a model hands the conversation on.
pub const HAND_OFF: &str = "hand_off";
/// The most hand-offs of one turn: whoever passes a question around so often does not answer it.
const MOST_HANDOFFS: usize = 8;

/// Why an agent was told to answer with what there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// It has asked its model as often as it may.
    Turns(u32),
    /// The tokens of the whole tree of agents are used up.
    Tokens(u64),
    /// The money of the whole tree of agents is used up.
    Cost,
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Turns(turns) => write!(f, "the limit of {turns} steps is reached"),
            Self::Tokens(tokens) => write!(f, "the budget of {tokens} tokens is used up"),
            Self::Cost => f.write_str("the budget is used up"),
        }
    }
}

/// What happened.
#[derive(Debug)]
pub enum Happened {
    /// The model has answered.
    Answered {
        /// The answer, whole.
        answer: Answer,
        /// A limit of the whole tree that is met by now.
        met: Option<Limit>,
    },
    /// Calls were made; what they gave, in their order.
    Called(Vec<CallResult>),
}

/// What a call gave.
#[derive(Debug, Clone, PartialEq)]
pub struct CallResult {
    /// The call.
    pub call: ToolCall,
    /// What it gave, as text for the model.
    pub content: String,
    /// Whether it failed.
    pub is_error: bool,
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq)]
pub enum Next {
    /// Ask the model with what was said so far; with a limit, for the last time and without tools.
    Ask(Option<Limit>),
    /// Make these calls; they do not depend on each other.
    Call(Vec<ToolCall>),
    /// Go on as another agent.
    HandOver(String),
    /// The last thing said is the answer; a limit ended the work where there is one.
    End(Option<Limit>),
}

/// Who the turn may be handed to, and who has had it.
#[derive(Debug, Clone, Default)]
pub struct Handoffs {
    made: Vec<(String, String)>,
}

/// An agent's turn.
#[derive(Debug)]
pub struct Turn {
    agent: String,
    may_hand_to: Vec<String>,
    max_turns: u32,
    asked: u32,
    met: Option<Limit>,
    last: Option<Limit>,
    handing: Option<String>,
    /// What was answered without being called, in the order of the calls.
    refused: VecDeque<CallResult>,
    calls: Vec<ToolCall>,
    /// What was said in this turn, by whichever agent: answers, calls and what they gave.
    pub said: Vec<Message>,
    /// Who handed it to whom.
    pub handoffs: Handoffs,
}

impl Handoffs {
    /// Why it cannot be handed on so; none if it can.
    fn refuse(&self, from: &str, to: &str, may: &[String]) -> Option<String> {
        if !may.iter().any(|name| name == to) {
            let may = if may.is_empty() { "nobody".to_owned() } else { may.join(", ") };
            return Some(format!("you cannot hand over to `{to}`, only to {may}"));
        }
        let again = self.made.iter().any(|(giver, taker)| giver == from && taker == to);
        if again || self.made.len() >= MOST_HANDOFFS {
            return Some(format!(
                "this conversation was handed to {to} before; answer yourself with what there is"
            ));
        }
        None
    }
}

impl Turn {
    /// A turn that begins. The first thing to do is to ask the model.
    pub fn new(agent: impl Into<String>, may_hand_to: Vec<String>, max_turns: u32) -> Self {
        Self {
            agent: agent.into(),
            may_hand_to,
            max_turns: max_turns.max(1),
            asked: 0,
            met: None,
            last: None,
            handing: None,
            refused: VecDeque::new(),
            calls: Vec::new(),
            said: Vec::new(),
            handoffs: Handoffs::default(),
        }
    }

    /// The same turn with another agent: what was said stays, its own count begins.
    #[must_use]
    pub fn handed_to(self, agent: impl Into<String>, may_hand_to: Vec<String>, max_turns: u32) -> Self {
        let Self { said, handoffs, met, .. } = self;
        Self { met, said, handoffs, ..Self::new(agent, may_hand_to, max_turns) }
    }

    /// What is to be done first.
    pub fn begin(&mut self) -> Next {
        self.ask()
    }

    /// What follows from what happened.
    pub fn step(&mut self, happened: Happened) -> Next {
        match happened {
            Happened::Answered { answer, met } => self.answered(answer, met),
            Happened::Called(results) => self.called(results),
        }
    }

    fn ask(&mut self) -> Next {
        self.asked += 1;
        let turns = (self.asked >= self.max_turns && self.asked > 1).then_some(Limit::Turns(self.max_turns));
        self.last = self.met.or(turns);
        Next::Ask(self.last)
    }

    fn answered(&mut self, answer: Answer, met: Option<Limit>) -> Next {
        self.met = self.met.or(met);
        let calls: Vec<ToolCall> = answer.tool_calls().cloned().collect();
        if calls.is_empty() {
            self.said.push(answer.into_message());
            return Next::End(self.last);
        }
        // Whoever was told to answer and calls all the same has answered with what it said beside its calls.
        if self.last.is_some() {
            let mut message = answer.into_message();
            message.parts.retain(|part| !matches!(part, Part::ToolCall(_)));
            self.said.push(message);
            return Next::End(self.last);
        }
        self.said.push(answer.into_message());
        let (handing, others): (Vec<_>, Vec<_>) =
            calls.iter().cloned().partition(|call| call.name == HAND_OFF);
        self.calls = calls;
        for call in handing {
            self.hand(call);
        }
        if others.is_empty() { self.called(Vec::new()) } else { Next::Call(others) }
    }

    /// A wish to hand over: the first one that may be is granted.
    fn hand(&mut self, call: ToolCall) {
        let to = serde_json::from_str::<serde_json::Value>(&call.arguments).ok();
        let to =
            to.as_ref().and_then(|arguments| arguments.get("to")?.as_str()).unwrap_or_default().to_owned();
        let refusal = match &self.handing {
            Some(other) => Some(format!("it was handed to {other} already")),
            None => self.handoffs.refuse(&self.agent, &to, &self.may_hand_to),
        };
        let is_error = refusal.is_some();
        let content = refusal.unwrap_or_else(|| {
            let content = format!("{to} goes on from here.");
            self.handing = Some(to);
            content
        });
        self.refused.push_back(CallResult { call, content, is_error });
    }

    fn called(&mut self, results: Vec<CallResult>) -> Next {
        let mut results: Vec<CallResult> = results.into_iter().chain(self.refused.drain(..)).collect();
        let place = |result: &CallResult| self.calls.iter().position(|call| call.id == result.call.id);
        results.sort_by_key(place);
        let part = |result: CallResult| Part::ToolResult {
            call_id: result.call.id,
            name: result.call.name,
            content: result.content,
            is_error: result.is_error,
        };
        let parts: Vec<Part> = results.into_iter().map(part).collect();
        if !parts.is_empty() {
            self.said.push(Message { role: Role::Tool, parts });
        }
        match self.handing.take() {
            Some(to) => {
                self.handoffs.made.push((self.agent.clone(), to.clone()));
                Next::HandOver(to)
            }
            None => self.ask(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::{Strategy, any, prop, prop_assert, prop_oneof, proptest};

    fn call(id: &str, name: &str, arguments: &str) -> ToolCall {
        ToolCall { id: id.into(), name: name.into(), arguments: arguments.into(), signature: None }
    }

    fn says(text: &str, calls: &[ToolCall]) -> Happened {
        let text = (!text.is_empty()).then(|| Part::Text(text.into()));
        let parts = text.into_iter().chain(calls.iter().cloned().map(Part::ToolCall)).collect();
        Happened::Answered { answer: Answer { parts, ..Answer::default() }, met: None }
    }

    fn gave(call: &ToolCall, content: &str) -> CallResult {
        CallResult { call: call.clone(), content: content.into(), is_error: false }
    }

    fn results(turn: &Turn) -> Vec<(String, bool)> {
        let result = |part: &Part| match part {
            Part::ToolResult { content, is_error, .. } => Some((content.clone(), *is_error)),
            _ => None,
        };
        turn.said.iter().flat_map(|message| &message.parts).filter_map(result).collect()
    }

    #[test]
    fn an_answer_ends_it() {
        let mut turn = Turn::new("a", Vec::new(), 1);
        assert_eq!(turn.begin(), Next::Ask(None));
        assert_eq!(turn.step(says("done", &[])), Next::End(None));
        assert_eq!(turn.said[0].joined_text(), "done");
    }

    #[test]
    fn calls_are_made_and_told_in_their_order() {
        let (one, two) = (call("1", "x", "{}"), call("2", "y", "{}"));
        let mut turn = Turn::new("a", Vec::new(), 5);
        turn.begin();
        let calls = [one.clone(), two.clone()];
        assert_eq!(turn.step(says("", &calls)), Next::Call(calls.to_vec()));
        let next = turn.step(Happened::Called(vec![gave(&two, "second"), gave(&one, "first")]));
        assert_eq!(next, Next::Ask(None));
        assert_eq!(results(&turn), [("first".to_owned(), false), ("second".to_owned(), false)]);
        assert_eq!(turn.step(says("done", &[])), Next::End(None));
    }

    #[test]
    fn a_limit_leaves_one_last_word() {
        let one = call("1", "x", "{}");
        let mut turn = Turn::new("a", Vec::new(), 2);
        assert_eq!(turn.begin(), Next::Ask(None));
        turn.step(says("", std::slice::from_ref(&one)));
        let limit = Some(Limit::Turns(2));
        assert_eq!(turn.step(Happened::Called(vec![gave(&one, "r")])), Next::Ask(limit));
        // It calls all the same.
        assert_eq!(turn.step(says("so far", &[one])), Next::End(limit));
        assert_eq!(turn.said.last().unwrap().joined_text(), "so far");
    }

    #[test]
    fn a_used_up_budget_leaves_one_last_word_too() {
        let one = call("1", "x", "{}");
        let mut turn = Turn::new("a", Vec::new(), 9);
        turn.begin();
        let met = Some(Limit::Tokens(100));
        let answer = Answer { parts: vec![Part::ToolCall(one.clone())], ..Answer::default() };
        turn.step(Happened::Answered { answer, met });
        assert_eq!(turn.step(Happened::Called(vec![gave(&one, "r")])), Next::Ask(met));
    }

    #[test]
    fn a_conversation_is_handed_on_once_each_way() {
        let to = |id: &str, name: &str| call(id, HAND_OFF, &format!(r#"{{"to":"{name}"}}"#));
        let mut turn = Turn::new("a", vec!["b".into()], 5);
        turn.begin();
        assert_eq!(turn.step(says("", &[to("1", "c")])), Next::Ask(None));
        assert!(results(&turn)[0].0.contains("only to b"), "{:?}", results(&turn));
        assert_eq!(turn.step(says("", &[to("2", "b"), to("3", "b")])), Next::HandOver("b".into()));
        let mut turn = turn.handed_to("b", vec!["a".into()], 5);
        assert_eq!(turn.begin(), Next::Ask(None));
        assert_eq!(turn.step(says("", &[to("4", "a")])), Next::HandOver("a".into()));
        let mut turn = turn.handed_to("a", vec!["b".into()], 5);
        turn.begin();
        // Round it does not go.
        assert_eq!(turn.step(says("", &[to("5", "b")])), Next::Ask(None));
        assert!(results(&turn).last().unwrap().1);
        assert_eq!(turn.step(says("myself", &[])), Next::End(None));
    }

    fn answer() -> impl Strategy<Value = Vec<ToolCall>> {
        let name = prop_oneof![proptest::strategy::Just("x"), proptest::strategy::Just(HAND_OFF)];
        let one = (name, any::<bool>());
        prop::collection::vec(one, 0..4).prop_map(|calls| {
            let calls = calls.into_iter().enumerate();
            calls
                .map(|(id, (name, valid))| {
                    call(&id.to_string(), name, if valid { r#"{"to":"b"}"# } else { "}" })
                })
                .collect()
        })
    }

    proptest! {
        /// However a model behaves, a turn ends, every call has its result before the model is asked again, and the
        /// model is not asked more often than it may be.
        #[test]
        fn every_turn_ends(answers in prop::collection::vec(answer(), 40), max_turns in 1..9_u32) {
            let mut turn = Turn::new("a", vec!["b".into()], max_turns);
            let (mut next, mut answers, mut asked) = (turn.begin(), answers.into_iter(), 0);
            loop {
                next = match next {
                    Next::Ask(_) => {
                        asked += 1;
                        let parts = |message: &Message, is: fn(&Part) -> bool| message.parts.iter().filter(|part| is(part)).count();
                        let calls: usize = turn.said.iter().map(|it| parts(it, |part| matches!(part, Part::ToolCall(_)))).sum();
                        let results: usize = turn.said.iter().map(|it| parts(it, |part| matches!(part, Part::ToolResult { .. }))).sum();
                        prop_assert!(calls == results, "{calls} calls, {results} results");
                        turn.step(says("t", &answers.next().unwrap_or_default()))
                    }
                    Next::Call(calls) => turn.step(Happened::Called(calls.iter().map(|call| gave(call, "r")).collect())),
                    Next::HandOver(to) => {
                        turn = turn.handed_to(to, vec!["a".into(), "b".into()], max_turns);
                        turn.begin()
                    }
                    Next::End(_) => break,
                };
            }
            prop_assert!(asked <= (max_turns as usize).max(1) * (MOST_HANDOFFS + 1), "{asked}");
        }
    }
}
