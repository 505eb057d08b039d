//! What a request asks of whoever answers it.

use super::AnsweredBy;
use crate::chat::{ChatRequest, Need, Tokens, exact};

/// Tokens of an answer, as long as they commonly are. Prices are compared by it; nothing is cut there.
const USUAL_OUTPUT: u64 = 512;

/// What a request asks of whoever answers it.
#[derive(Debug, Clone, Default)]
pub struct Demand {
    /// What a model must be able to do.
    pub needs: Vec<Need>,
    /// Tokens of the request, estimated on the high side. Limits are reserved and costs compared by it, and when a
    /// window turned out to be too small it says who has room for certain.
    pub input: u64,
    /// Tokens that the request has for certain, estimated on the low side. A model is left out only if not even these
    /// fit: for the rest its provider has the last word, and its refusal sends the request on to larger windows.
    pub least_input: u64,
    /// Tokens of the answer, as far as one can tell before.
    pub output: u64,
    /// Tokens of the request as models of OpenAI's vocabulary count them, where the program can.
    pub exact: Option<u64>,
    /// Who answered last in the same conversation.
    pub stays_with: Option<AnsweredBy>,
}

impl Demand {
    /// What a request asks.
    pub fn of(request: &ChatRequest) -> Self {
        let messages: Tokens = request.messages.iter().map(Tokens::of_message).sum();
        let tools = request.tools.iter().map(|tool| {
            let parameters = Tokens::of_text(&tool.parameters.to_string());
            Tokens::of_text(&tool.name) + Tokens::of_text(&tool.description) + parameters
        });
        let exact = exact::count(&request.messages, &request.tools);
        Self { exact, ..Self::tokens(request.needs(), messages + tools.sum(), request.sampling.max_tokens) }
    }

    /// A request of so many tokens.
    pub fn tokens(needs: Vec<Need>, input: Tokens, max_output: Option<u32>) -> Self {
        let output = max_output.map_or(USUAL_OUTPUT, |most| u64::from(most).min(USUAL_OUTPUT));
        Self { needs, input: input.most, least_input: input.least, output, exact: None, stays_with: None }
    }

    /// The tokens of the request as a model of this id counts them; where that is not known exactly, as one does that
    /// has been seen to count so many times the estimate.
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "an estimate, and never negative"
    )]
    pub fn input_by(&self, model: &str, ratio: f64) -> u64 {
        self.exact_for(model).unwrap_or((self.input as f64 * ratio).ceil() as u64)
    }

    /// The tokens that a model of this id counts at least.
    pub fn least_by(&self, model: &str) -> u64 {
        self.exact_for(model).unwrap_or(self.least_input)
    }

    fn exact_for(&self, model: &str) -> Option<u64> {
        self.exact.filter(|_| exact::is_countable(model))
    }

    /// Tokens that count against limits: the request and its answer.
    pub fn total(&self) -> u64 {
        self.input + self.output
    }
}
