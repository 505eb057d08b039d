//! `calculator`: works out an expression.
//!
//! Its own few hundred lines rather than a library: those that there are work in floating point alone, so that 0.1 + 0.2
//! is 0.30000000000000004 and 2^63 + 1 is 2^63, have no bound on depth, or bring a language along. Here fractions of 128
//! bits come first.

mod functions;
mod number;
mod parse;

use futures_util::future::BoxFuture;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Answer, Tool, ToolError};
use crate::chat::ToolSpec;
pub use parse::CalculationError;

/// The tool's name.
pub const NAME: &str = "calculator";

/// Works out expressions.
#[derive(Debug, Clone, Copy, Default)]
pub struct Calculator;

/// What came out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Calculation {
    /// What was to be worked out.
    pub expression: String,
    /// The result, as people write it.
    pub result: String,
    /// Whether that is exactly it, and not rounded.
    pub exact: bool,
    /// It as a fraction, where it is one that no decimal shows exactly.
    pub fraction: Option<String>,
}

/// Works out an expression.
pub fn calculate(expression: &str) -> Result<Calculation, CalculationError> {
    let number = parse::value(expression)?;
    Ok(Calculation {
        expression: expression.trim().to_owned(),
        result: number.to_string(),
        exact: number.is_shown_exactly(),
        fraction: number.as_fraction(),
    })
}

impl Calculation {
    /// For a model.
    pub fn for_model(&self) -> String {
        let sign = if self.exact { "=" } else { "≈" };
        let fraction =
            self.fraction.as_ref().map(|fraction| format!(" (exactly {fraction})")).unwrap_or_default();
        format!("{} {sign} {}{fraction}", self.expression, self.result)
    }
}

impl Tool for Calculator {
    fn spec(&self) -> ToolSpec {
        ToolSpec {
            name: NAME.into(),
            description: "Works out an arithmetic expression exactly where possible. Operators + - * / ^ ! and % (10 % 3 is \
                          the remainder, 15% is 0.15: write 200 * (1 + 15%) to add a percentage), parentheses, pi, e, tau; \
                          functions sqrt cbrt abs exp ln log(x, base) log10 log2 sin cos tan asin acos atan (radians; deg, \
                          rad convert) floor ceil trunc round(x, digits) min max sum avg median gcd lcm mod. Numbers as \
                          1_000.5, 1e6, 0xff."
                .into(),
            parameters: json!({
                "type": "object",
                "properties": {
                    "expression": {"type": "string", "description": "As (2 + 3) * 4^2 or round(100 / 7, 2)"},
                },
                "required": ["expression"],
                "additionalProperties": false,
            }),
            strict: false,
        }
    }

    fn call<'a>(&'a self, arguments: &'a Value) -> BoxFuture<'a, Result<Answer, ToolError>> {
        let expression = arguments["expression"].as_str().unwrap_or_default();
        let calculation = calculate(expression).map_err(|error| ToolError(error.to_string()));
        let answer = calculation.map(|calculation| Answer {
            text: calculation.for_model(),
            data: serde_json::to_value(&calculation).ok(),
            foreign: false,
        });
        Box::pin(std::future::ready(answer))
    }
}

#[cfg(test)]
mod tests;
