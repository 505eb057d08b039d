//! What services found, with all that must be known about it; or why none of them gave an answer.

use std::fmt::{self, Write as _};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::reading::cut;
use super::service::{Card, Topic};
use super::trouble::{Trouble, Why, wait};

/// The longest that a model is told of one answer, in characters.
const LONGEST: usize = 12_000;

/// Where an answer comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// The service's name in the configuration.
    pub service: String,
    /// Its own name.
    pub name: String,
    /// Where people find it.
    pub url: String,
    /// Whom to name where its data is shown.
    pub attribution: String,
}

impl Source {
    pub(super) fn of(card: &Card) -> Self {
        Self {
            service: card.id.to_owned(),
            name: card.name.to_owned(),
            url: card.url.to_owned(),
            attribution: card.attribution.to_owned(),
        }
    }
}

/// An answer with all that must be known about it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Finding<A> {
    /// Where it comes from.
    pub source: Source,
    /// When it was got.
    pub retrieved_at: Timestamp,
    /// Whether it was kept from an earlier call.
    pub cached: bool,
    /// What must be said about it.
    pub warnings: Vec<String>,
    /// The services that were to be asked first, and why they gave nothing.
    pub passed_over: Vec<Failed>,
    /// The answer.
    pub data: A,
}

/// A service that gave nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failed {
    /// The tool.
    pub tool: String,
    /// The service's name in the configuration.
    pub service: String,
    /// Its own name.
    pub name: String,
    /// Why.
    #[serde(flatten)]
    pub trouble: Trouble,
    /// When it may be asked again.
    pub again_at: Option<Timestamp>,
    /// Whether it was not even asked, because of earlier trouble.
    pub left_alone: bool,
    /// When this was found out.
    #[serde(skip)]
    pub at: Timestamp,
}

impl Failed {
    /// It in words: who, why, when to try again.
    fn told(&self) -> String {
        let rest = match self.again_at {
            Some(until) if self.left_alone => format!("; left alone for {} more", wait(until, self.at)),
            Some(until) => format!("; try again in {}", wait(until, self.at)),
            None => String::new(),
        };
        format!("{}: {}{rest}", self.name, self.trouble.what())
    }
}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.told())?;
        match self.trouble.advice(&self.tool, &self.service) {
            Some(advice) => write!(f, "; {advice}"),
            None => Ok(()),
        }
    }
}

/// No service gave an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Exhausted {
    /// The tool.
    pub tool: &'static str,
    /// Each service and why it gave nothing, in order.
    pub failed: Vec<Failed>,
}

impl Exhausted {
    /// Whether a service that is well knows nothing of what was asked for.
    pub fn is_not_found(&self) -> bool {
        self.failed.iter().any(|failed| failed.trouble.why == Why::NotFound)
    }

    /// When one of them may be asked again, if all have to be waited for.
    pub fn again_at(&self) -> Option<Timestamp> {
        self.failed.iter().map(|failed| failed.again_at).min().flatten()
    }
}

impl fmt::Display for Exhausted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.failed.is_empty() {
            return write!(f, "no service for {} is set up that can answer this", self.tool);
        }
        if self.is_not_found() {
            write!(f, "{} found nothing of this name; check how it is written", self.tool)?;
        } else {
            write!(f, "no service for {} answered; that does not mean that there is nothing", self.tool)?;
        }
        self.failed.iter().try_for_each(|failed| write!(f, "\n- {failed}"))
    }
}

impl std::error::Error for Exhausted {}

impl<A: Topic> Finding<A> {
    /// The text that a model is given: the answer, where it comes from, when, and what must be said about it.
    pub fn for_model(&self) -> String {
        let mut text = cut(self.data.for_model().trim_end(), LONGEST);
        let (source, at) = (&self.source, self.retrieved_at.strftime("%Y-%m-%d %H:%M UTC"));
        let _infallible = write!(text, "\nSource: {} ({}), {at}", source.name, source.url);
        if self.cached {
            text += ", kept from an earlier call";
        }
        if !source.attribution.is_empty() {
            let _infallible = write!(text, ". {}", source.attribution);
        }
        for warning in &self.warnings {
            let _infallible = write!(text, "\nNote: {warning}");
        }
        if self.data.is_empty() && !self.passed_over.is_empty() {
            text += "\nNote: not all services could be asked, so there may be something after all";
        }
        for failed in &self.passed_over {
            let _infallible = write!(text, "\nPassed over: {}", failed.told());
        }
        text
    }
}
