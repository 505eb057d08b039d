//! What a whole tree of agents may use, and has used: whoever asks another agent shares its purse with it.

use std::sync::{Arc, Mutex, PoisonError};

use super::turn::Limit;

/// What a tree of agents may use; absent is unlimited.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Budget {
    /// Tokens, sent and received.
    pub tokens: Option<u64>,
    /// Money in USD, as far as prices are known.
    pub cost_usd: Option<f64>,
}

/// What was used.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Spent {
    /// Tokens sent.
    pub input_tokens: u64,
    /// Tokens received.
    pub output_tokens: u64,
    /// Money in USD, as far as prices are known; none if no price was.
    pub cost_usd: Option<f64>,
}

/// The purse of one agent: its own budget, and those of all who asked it.
#[derive(Debug, Clone, Default)]
pub struct Purse {
    budget: Budget,
    spent: Arc<Mutex<Spent>>,
    parent: Option<Box<Purse>>,
}

impl Purse {
    /// A purse that nobody shares.
    pub fn new(budget: Budget) -> Self {
        Self { budget, ..Self::default() }
    }

    /// The purse of an agent that is asked by this one.
    #[must_use]
    pub fn of_child(&self, budget: Budget) -> Self {
        Self { budget, spent: Arc::default(), parent: Some(Box::new(self.clone())) }
    }

    /// Takes out what was used, here and from all above.
    pub fn pay(&self, input: u64, output: u64, cost_usd: Option<f64>) {
        let mut spent = self.spent.lock().unwrap_or_else(PoisonError::into_inner);
        spent.input_tokens += input;
        spent.output_tokens += output;
        spent.cost_usd = match (spent.cost_usd, cost_usd) {
            (Some(before), Some(now)) => Some(before + now),
            (before, now) => before.or(now),
        };
        drop(spent);
        if let Some(parent) = &self.parent {
            parent.pay(input, output, cost_usd);
        }
    }

    /// What was used.
    pub fn spent(&self) -> Spent {
        *self.spent.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A limit that is met, here or above.
    pub fn met(&self) -> Option<Limit> {
        let spent = self.spent();
        let tokens = self.budget.tokens.filter(|most| spent.input_tokens + spent.output_tokens >= *most);
        let cost = self.budget.cost_usd.filter(|most| spent.cost_usd.is_some_and(|cost| cost >= *most));
        let here = tokens.map(Limit::Tokens).or(cost.map(|_| Limit::Cost));
        here.or_else(|| self.parent.as_ref()?.met())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn children_spend_their_parents_money() {
        let parent = Purse::new(Budget { tokens: Some(100), cost_usd: Some(0.5) });
        let child = parent.of_child(Budget { tokens: Some(50), cost_usd: None });
        child.pay(20, 20, None);
        assert_eq!((child.met(), parent.met()), (None, None));
        child.pay(5, 5, Some(0.1));
        assert_eq!((child.met(), parent.met()), (Some(Limit::Tokens(50)), None));
        // What it has itself is not all that counts.
        let other = parent.of_child(Budget::default());
        parent.pay(0, 50, Some(0.1));
        assert_eq!(other.met(), Some(Limit::Tokens(100)));
        assert_eq!(parent.spent(), Spent { input_tokens: 25, output_tokens: 75, cost_usd: Some(0.2) });
        let poor = Purse::new(Budget { tokens: None, cost_usd: Some(0.2) });
        poor.pay(1, 1, Some(0.3));
        assert_eq!(poor.met(), Some(Limit::Cost));
    }
}
