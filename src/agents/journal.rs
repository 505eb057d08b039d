//! What models answered in a turn, kept so that a turn that begins again after its program was killed goes on where it was
//! and asks nobody twice. Whoever keeps it is wired from above; here are its words.

use futures_util::future::BoxFuture;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::chat::{Answer, FinishReason, Part, Usage, UsageSource};
use crate::router::{AttemptReport, Completion};

/// Keeps what models answer in a turn.
pub trait Journal: std::fmt::Debug + Send + Sync {
    /// What was answered the how many-th time, from zero, if that was kept.
    fn answered(&self, ordinal: u32) -> Option<Answered>;

    /// Keeps an answer. When it is over, the answer is on disk or never will be.
    fn keep(&self, ordinal: u32, answered: Answered) -> BoxFuture<'_, ()>;
}

/// One answer of a model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Answered {
    /// What was said.
    pub parts: Vec<Part>,
    /// Why it ended.
    pub finish: Option<FinishReason>,
    /// Who said it.
    pub model: Option<String>,
    /// Tokens sent, failed attempts included.
    pub input_tokens: u64,
    /// Tokens received, failed attempts included.
    pub output_tokens: u64,
    /// What it cost in USD, as far as prices are known.
    pub cost_usd: Option<f64>,
    /// How it came about: a list of attempts.
    pub attempts: Value,
}

impl Answered {
    pub(super) fn of(completion: &Completion) -> Self {
        let attempts = &completion.attempts;
        let sum =
            |tokens: fn(&Usage) -> Option<u64>| attempts.iter().filter_map(|it| tokens(&it.usage)).sum();
        let costs: Vec<f64> = attempts.iter().filter_map(|attempt| attempt.cost_usd).collect();
        let reports: Vec<_> = attempts.iter().map(AttemptReport::new).collect();
        Self {
            parts: completion.answer.parts.clone(),
            finish: completion.answer.finish,
            model: attempts.last().map(|attempt| attempt.model.to_string()),
            input_tokens: sum(|usage| usage.input_tokens),
            output_tokens: sum(|usage| usage.output_tokens),
            cost_usd: (!costs.is_empty()).then(|| costs.iter().sum()),
            attempts: serde_json::to_value(reports).unwrap_or_default(),
        }
    }

    /// The same answer as if it had just come. Its attempts were told when they were made.
    pub(super) fn completion(self) -> Completion {
        let usage = Usage {
            input_tokens: Some(self.input_tokens),
            output_tokens: Some(self.output_tokens),
            ..Usage::default()
        };
        Completion {
            answer: Answer { parts: self.parts, usage, finish: self.finish },
            attempts: Vec::new(),
            usage,
            usage_source: UsageSource::None,
            resumed: None,
            skipped: Vec::new(),
        }
    }
}
