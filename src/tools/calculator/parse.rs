//! From text to a number: one pass over the signs, each operator by how strongly it binds.
//!
//! Nothing is built: what is read is worked out at once. How deep parentheses go is bounded, and so is the text.

use super::functions::{NAMES, call, constant, factorial, power, quotient, remainder};
use super::number::Number;

/// The longest expression, in characters.
const LONGEST: usize = 2000;
/// How deep things may stand in each other.
const DEEPEST: usize = 100;
/// How strongly a sign before a number binds: less than a power, so that -2^2 is -4.
const OF_SIGN: u8 = 3;

/// An expression that cannot be worked out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message} (at character {at}{})", if .rest.is_empty() { ", the end".into() } else { format!(": `{rest}`") })]
pub struct CalculationError {
    /// What is wrong.
    pub message: String,
    /// Where, in characters from one on.
    pub at: usize,
    /// What stands there.
    pub rest: String,
}

/// Works out an expression.
pub(super) fn value(expression: &str) -> Result<Number, CalculationError> {
    let signs: Vec<char> = expression.chars().take(LONGEST + 1).collect();
    let mut reader = Reader { signs: &signs, at: 0, depth: 0 };
    if signs.len() > LONGEST {
        return Err(reader.error(0, format!("it is longer than {LONGEST} characters")));
    }
    let value = reader.expression(0)?;
    match reader.peek() {
        None => Ok(value),
        Some(')') => Err(reader.error(reader.at, "this `)` closes nothing")),
        Some(',') => {
            Err(reader.error(reader.at, "a comma only parts arguments; thousands are written 1_000"))
        }
        Some(c) if starts_operand(c) => {
            Err(reader.error(reader.at, "an operator is missing; write `*` to multiply"))
        }
        Some('=' | '<' | '>') => Err(reader.error(reader.at, "only numbers are worked out, not equations")),
        Some(_) => Err(reader.error(reader.at, "this is not understood")),
    }
}

struct Reader<'a> {
    signs: &'a [char],
    at: usize,
    depth: usize,
}

#[derive(Clone, Copy)]
enum Operator {
    Plus,
    Minus,
    Times,
    By,
    Remainder,
    Power,
}

impl Operator {
    fn strength(self) -> u8 {
        match self {
            Self::Plus | Self::Minus => 1,
            Self::Times | Self::By | Self::Remainder => 2,
            Self::Power => 4,
        }
    }
}

/// Whether a number, a name or a parenthesis begins here.
fn starts_operand(c: char) -> bool {
    c.is_alphanumeric() || ['(', '.', '√'].contains(&c)
}

impl Reader<'_> {
    /// Reads on for as long as operators bind at least so strongly.
    fn expression(&mut self, least: u8) -> Result<Number, CalculationError> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(self.error(self.at, format!("it stands more than {DEEPEST} deep in itself")));
        }
        let mut left = self.operand()?;
        loop {
            self.space();
            let at = self.at;
            let Some((operator, length)) = self.operator() else { break };
            let strength = operator.strength();
            if strength < least {
                break;
            }
            self.at += length;
            // A power binds to the right: 2^3^2 is 2^9.
            let right =
                self.expression(if matches!(operator, Operator::Power) { OF_SIGN } else { strength + 1 })?;
            let result = match operator {
                Operator::Plus => Ok(left.plus(right)),
                Operator::Minus => Ok(left.minus(right)),
                Operator::Times => Ok(left.times(right)),
                Operator::By => quotient(left, right),
                Operator::Remainder => remainder(left, right),
                Operator::Power => power(left, right),
            };
            left = self.finite(at, result)?;
        }
        self.depth -= 1;
        Ok(left)
    }

    /// A number with what stands before and behind it.
    fn operand(&mut self) -> Result<Number, CalculationError> {
        self.space();
        let at = self.at;
        let mut value = match self.peek() {
            None => return Err(self.error(at, "a number is missing")),
            Some('+') => {
                self.at += 1;
                return self.expression(OF_SIGN);
            }
            Some('-' | '−' | '–') => {
                self.at += 1;
                return Ok(self.expression(OF_SIGN)?.negative());
            }
            Some('(') => {
                self.at += 1;
                let value = self.expression(0)?;
                self.closed(at)?;
                value
            }
            Some('√') => {
                self.at += 1;
                let of = self.expression(OF_SIGN + 2)?;
                self.finite(at, call("sqrt", &[of]))?
            }
            Some(c) if c.is_ascii_digit() || c == '.' => self.number()?,
            Some(c) if c.is_alphabetic() => self.named()?,
            Some(_) => return Err(self.error(at, "a number is expected here")),
        };
        loop {
            self.space();
            let at = self.at;
            match self.peek() {
                Some('!') if self.signs.get(at + 1) != Some(&'=') => {
                    self.at += 1;
                    value = self.finite(at, factorial(value))?;
                }
                Some('%') if !self.is_remainder() => {
                    self.at += 1;
                    value = value.by(Number::whole(100));
                }
                _ => return Ok(value),
            }
        }
    }

    /// Whether the `%` that stands here has a second number, and so is an operator and not a part of a hundred.
    fn is_remainder(&self) -> bool {
        self.signs[self.at + 1..].iter().find(|c| !c.is_whitespace()).is_some_and(|c| starts_operand(*c))
    }

    fn operator(&self) -> Option<(Operator, usize)> {
        Some(match (self.peek()?, self.signs.get(self.at + 1)) {
            ('+', _) => (Operator::Plus, 1),
            ('-' | '−' | '–', _) => (Operator::Minus, 1),
            ('*', Some('*')) => (Operator::Power, 2),
            ('*' | '×' | '·' | '⋅', _) => (Operator::Times, 1),
            ('/' | '÷' | '∕', _) => (Operator::By, 1),
            ('%', _) => (Operator::Remainder, 1),
            ('^', _) => (Operator::Power, 1),
            _ => return None,
        })
    }

    fn number(&mut self) -> Result<Number, CalculationError> {
        let start = self.at;
        if self.peek() == Some('0') && self.signs.get(start + 1).is_some_and(|c| "xXbBoO".contains(*c)) {
            return self.other_base();
        }
        self.digits();
        if self.peek() == Some('.') {
            self.at += 1;
            self.digits();
        }
        if matches!(self.peek(), Some('e' | 'E')) {
            let sign = usize::from(matches!(self.signs.get(self.at + 1), Some('+' | '-')));
            // Without a digit behind it, it is the constant, and an operator is missing.
            if self.signs.get(self.at + 1 + sign).is_some_and(char::is_ascii_digit) {
                self.at += 1 + sign;
                self.digits();
            }
        }
        let text: String = self.signs[start..self.at].iter().filter(|c| **c != '_').collect();
        let number = if text == "." { None } else { Number::read(&text) };
        number.ok_or_else(|| self.error(start, "this is not a number, or too large for one"))
    }

    /// `0xff`, `0b101`, `0o17`.
    fn other_base(&mut self) -> Result<Number, CalculationError> {
        let start = self.at;
        let base = match self.signs[start + 1] {
            'x' | 'X' => 16,
            'b' | 'B' => 2,
            _ => 8,
        };
        self.at += 2;
        while self.peek().is_some_and(|c| c.is_ascii_alphanumeric() || c == '_') {
            self.at += 1;
        }
        let text: String = self.signs[start + 2..self.at].iter().filter(|c| **c != '_').collect();
        let number = i128::from_str_radix(&text, base).map(Number::whole);
        number.map_err(|_| {
            self.error(start, format!("this is not a whole number in base {base}, or too large for one"))
        })
    }

    fn digits(&mut self) {
        while self.peek().is_some_and(|c| c.is_ascii_digit() || c == '_') {
            self.at += 1;
        }
    }

    /// A constant or the call of a function.
    fn named(&mut self) -> Result<Number, CalculationError> {
        let start = self.at;
        while self.peek().is_some_and(|c| c.is_alphanumeric() || c == '_') {
            self.at += 1;
        }
        let name: String = self.signs[start..self.at].iter().collect::<String>().to_lowercase();
        self.space();
        let is_function = NAMES.contains(&name.as_str());
        if self.peek() != Some('(') || !is_function {
            return constant(&name).ok_or_else(|| self.unknown(start, &name, is_function));
        }
        let open = self.at;
        self.at += 1;
        let mut arguments = Vec::new();
        self.space();
        if self.peek() != Some(')') {
            arguments.push(self.expression(0)?);
            while self.peek() == Some(',') {
                self.at += 1;
                arguments.push(self.expression(0)?);
            }
        }
        self.closed(open)?;
        self.finite(start, call(&name, &arguments))
    }

    fn unknown(&self, start: usize, name: &str, is_function: bool) -> CalculationError {
        if is_function {
            return self.error(start, format!("{name} wants its arguments in parentheses, as {name}(2)"));
        }
        if name == "x" {
            return self.error(start, "x stands for nothing here; write `*` to multiply");
        }
        let near = NAMES.iter().map(|known| (strsim::jaro_winkler(name, known), *known));
        let near = near.filter(|(likeness, _)| *likeness >= 0.8).max_by(|one, two| one.0.total_cmp(&two.0));
        let hint = near.map_or_else(
            || format!("; there are pi, e, tau, phi, {}", NAMES.join(", ")),
            |(_, near)| format!("; did you mean {near}?"),
        );
        self.error(start, format!("there is no `{name}`{hint}"))
    }

    fn closed(&mut self, open: usize) -> Result<(), CalculationError> {
        self.space();
        match self.peek() {
            Some(')') => {
                self.at += 1;
                Ok(())
            }
            None => Err(self.error(open, "this `(` is not closed")),
            Some(c) if starts_operand(c) => {
                Err(self.error(self.at, "an operator is missing; write `*` to multiply"))
            }
            Some(',') => {
                Err(self.error(self.at, "a comma only parts arguments; thousands are written 1_000"))
            }
            Some(_) => Err(self.error(self.at, "this is not understood")),
        }
    }

    /// A result, unless it is none.
    fn finite(&self, at: usize, result: Result<Number, String>) -> Result<Number, CalculationError> {
        match result {
            Err(message) => Err(self.error(at, message)),
            Ok(Number::About(number)) if !number.is_finite() => {
                Err(self.error(at, "the result is too large"))
            }
            Ok(number) => Ok(number),
        }
    }

    fn peek(&self) -> Option<char> {
        self.signs.get(self.at).copied()
    }

    fn space(&mut self) {
        while self.peek().is_some_and(char::is_whitespace) {
            self.at += 1;
        }
    }

    fn error(&self, at: usize, message: impl Into<String>) -> CalculationError {
        let rest: String = self.signs[at.min(self.signs.len())..].iter().take(20).collect();
        CalculationError { message: message.into(), at: at + 1, rest }
    }
}
