//! Mending an answer that broke after some of it was delivered: what was told stays told, and the rest is asked for.
//!
//! The ladder, from the surest step to the last: the same request again with what is known suppressed, where a rerun is
//! likely to repeat itself; the rest, asked for in words or by a prefill, joined only where both halves have the same
//! words; a marked restart, where the one who reads can be shown that it is one; an honest end. Pure: what is asked
//! ([`ask`]), where halves join ([`overlap`]) and what of an attempt's events is passed on ([`splice`]).

mod ask;
mod overlap;
mod splice;

use serde::Serialize;

pub(super) use splice::{Misfit, Splice};

use super::{Ask, Candidate, OnBrokenStream};
use crate::chat::{Answer, ChatRequest, Event, Format, Need};
use crate::providers::Ability;

/// How an answer that broke was completed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Resumed {
    /// By asking again and suppressing what was known.
    Replay,
    /// By asking for the rest.
    Continuation,
    /// By beginning again, for all to see.
    Restart,
}

impl Resumed {
    /// The word in JSON and in messages.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Replay => "replay",
            Self::Continuation => "continuation",
            Self::Restart => "restart",
        }
    }
}

/// How a candidate is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Manner {
    /// As everybody who is the first.
    Plain,
    /// The same again, with what was told suppressed.
    Replay,
    /// For the rest.
    Continue {
        /// By an unfinished turn of its own that it goes on with.
        prefill: bool,
    },
    /// From the beginning.
    Restart,
}

/// How a candidate is asked, and whether its tools are put into words.
#[derive(Debug, Clone, Copy)]
pub(super) struct Approach {
    pub(super) manner: Manner,
    pub(super) spoken: bool,
}

impl Approach {
    /// Speaks of tools in words with whoever knows no other way, or has refused it, where the route lets it.
    pub(super) fn new(manner: Manner, candidate: &Candidate, ask: &Ask<'_>, refused_tools: bool) -> Self {
        let unable = refused_tools || !candidate.model.can(Need::Tools);
        Self { manner, spoken: unable && ask.route.spoken_tools && ask.request.speaks_of_tools() }
    }
}

impl Manner {
    /// How an answer that comes so was completed.
    pub(super) fn resumed(self) -> Option<Resumed> {
        match self {
            Self::Plain => None,
            Self::Replay => Some(Resumed::Replay),
            Self::Continue { .. } => Some(Resumed::Continuation),
            Self::Restart => Some(Resumed::Restart),
        }
    }

    /// The request that is sent; none where it is the caller's own.
    pub(super) fn request(self, request: &ChatRequest, told: &Answer) -> Option<ChatRequest> {
        match self {
            Self::Plain | Self::Replay | Self::Restart => None,
            Self::Continue { prefill: true } => Some(ask::prefilled(request, &told.text())),
            Self::Continue { prefill: false } => Some(ask::continued(request, &told.text())),
        }
    }
}

/// What was delivered so far, and what was tried to complete it.
#[derive(Debug, Default)]
pub(super) struct Mend {
    /// What was delivered.
    pub(super) told: Answer,
    /// The names of the models that told it, without their providers.
    tellers: Vec<String>,
    /// How the candidate whose turn it is was asked in vain.
    tried: Vec<Manner>,
    /// Nothing joins: it is told again from the beginning.
    pub(super) restarting: bool,
}

impl Mend {
    /// Notes what was delivered.
    pub(super) fn push(&mut self, event: &Event) {
        self.told.push(event);
    }

    /// An attempt broke after telling something.
    pub(super) fn broke(&mut self, candidate: &Candidate) {
        self.tellers.push(family(&candidate.model.id).to_owned());
        self.tried.clear();
        self.restarting = false;
    }

    /// What comes now is another answer, and it was said so.
    pub(super) fn begin_again(&mut self) {
        self.told = Answer::default();
        self.tellers.clear();
        self.restarting = false;
    }

    /// The candidate whose turn it is was asked in vain.
    pub(super) fn in_vain(&mut self, manner: Manner) {
        self.tried.push(manner);
    }

    /// It is another one's turn.
    pub(super) fn next(&mut self) {
        self.tried.clear();
    }

    /// How a candidate is to be asked now; none if there is no way that has not been tried.
    pub(super) fn manner(
        &self,
        candidate: &Candidate,
        request: &ChatRequest,
        policy: OnBrokenStream,
    ) -> Option<Manner> {
        if self.told.is_empty() {
            return Some(Manner::Plain);
        }
        if self.restarting {
            return Some(Manner::Restart);
        }
        if policy != OnBrokenStream::Resume {
            return None;
        }
        let replay = self.repeats_itself(candidate, request).then_some(Manner::Replay);
        let prefill = candidate.model.has(Ability::Prefill).then_some(Manner::Continue { prefill: true });
        let words = Some(Manner::Continue { prefill: false });
        let rest = if self.may_be_continued(request) { [prefill, words] } else { [None, None] };
        std::iter::once(replay).chain(rest).flatten().find(|manner| !self.tried.contains(manner))
    }

    /// Whether beginning again would not do anything twice: a call that was delivered is final.
    pub(super) fn may_restart(&self) -> bool {
        self.told.tool_calls().next().is_none()
    }

    /// Whether the same request is likely to get the same answer: drawn without chance, or from the same model.
    fn repeats_itself(&self, candidate: &Candidate, request: &ChatRequest) -> bool {
        let family = family(&candidate.model.id);
        request.sampling.temperature == Some(0.0) || self.tellers.iter().all(|teller| teller == family)
    }

    /// Text can be gone on with. Half a schema, a thought or a delivered call cannot.
    fn may_be_continued(&self, request: &ChatRequest) -> bool {
        let text_was_told = !self.told.text().trim().is_empty();
        text_was_told && matches!(request.format, Format::Text) && self.may_restart()
    }
}

/// The name that a model has everywhere, as far as names can say: without its publisher and its variant.
fn family(id: &str) -> &str {
    let name = id.rsplit('/').next().unwrap_or(id);
    name.split(':').next().unwrap_or(name)
}
