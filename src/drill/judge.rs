//! What is to be made of a scenario: by the benchmark's table, and by what was seen only. Pure.

use std::time::Duration;

use serde::Serialize;

use super::script::SIXTY;
use super::{Scenario, Timing};

/// What a scenario came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Full marks.
    Pass,
    /// The whole answer, but not within the marks.
    Partial,
    /// No whole answer, and an error that says so.
    Safe,
    /// No end, or something else than the answer that looks like it.
    Fail,
    /// It could not be played with this route.
    Skip,
}

impl Verdict {
    /// The word in tables and JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Partial => "partial",
            Self::Safe => "safe",
            Self::Fail => "fail",
            Self::Skip => "skip",
        }
    }
}

/// How a request ended, as its caller sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// Well.
    Whole,
    /// With an error.
    Error {
        /// Its class.
        class: String,
        /// What it says.
        message: String,
    },
    /// Not at all, in the time that a caller has.
    Never,
}

/// What the caller of one request saw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heard {
    /// When it was asked, from the beginning.
    pub at: Duration,
    /// How long it took.
    pub took: Duration,
    /// The text that came.
    pub text: String,
    /// How it ended.
    pub end: End,
    /// Who is said to have answered.
    pub model: Option<String>,
    /// The tokens of the answer, as the caller was told.
    pub output_tokens: Option<u64>,
}

impl Heard {
    /// Whether it is the whole answer, word for word.
    pub fn is_whole(&self) -> bool {
        self.end == End::Whole && self.text == SIXTY
    }
}

/// One request that a provider saw.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    /// Which model of the route was asked, from zero.
    pub candidate: usize,
    /// When, from the beginning.
    pub at: Duration,
}

/// All that was seen of a scenario.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Observation {
    /// By the callers, in order.
    pub heard: Vec<Heard>,
    /// By the providers, in order.
    pub seen: Vec<Seen>,
    /// Attempts that gave nothing and are billed as if they had.
    pub billed_failures: usize,
}

/// A verdict and its reasons.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    /// What it came to.
    pub verdict: Verdict,
    /// What kept it from full marks.
    pub why: Vec<String>,
}

impl Judgement {
    fn new(verdict: Verdict, why: impl Into<String>) -> Self {
        Self { verdict, why: vec![why.into()] }
    }
}

/// Judges what was seen of a scenario with these models.
pub fn judge(scenario: Scenario, timing: Timing, models: &[String], observation: &Observation) -> Judgement {
    if observation.heard.is_empty() || !observation.seen.iter().any(|seen| seen.candidate == 0) {
        return Judgement::new(Verdict::Fail, "the first model was never asked, so nothing was rehearsed");
    }
    // The worst of all requests counts, and whatever is wrong outweighs what is merely missing.
    let faults: Vec<_> = observation.heard.iter().filter_map(|heard| fault(scenario, heard)).collect();
    if let Some(fault) = faults.iter().find(|fault| fault.verdict == Verdict::Fail) {
        return fault.clone();
    }
    let bench = Bench { timing, models, observation };
    if scenario == Scenario::Filtered {
        return bench.filtered();
    }
    if let Some(fault) = faults.into_iter().next() {
        return fault;
    }
    let why = bench.unmet(scenario);
    Judgement { verdict: if why.is_empty() { Verdict::Pass } else { Verdict::Partial }, why }
}

/// What is wrong with what a caller got; nothing if it is the whole answer.
fn fault(scenario: Scenario, heard: &Heard) -> Option<Judgement> {
    let begins = SIXTY.starts_with(&heard.text);
    let fail = |why: String| Some(Judgement::new(Verdict::Fail, why));
    match &heard.end {
        _ if heard.is_whole() => None,
        End::Never => fail(format!("no end within {} s", heard.took.as_secs())),
        _ if !begins => fail("the text is not that of the answer".to_owned()),
        End::Whole => fail(format!("cut after {} words and shown as whole", words(&heard.text))),
        End::Error { class, .. }
            if scenario == Scenario::CutWithoutPrefill
                && ["bad_request", "unsupported"].contains(&class.as_str()) =>
        {
            fail("the refusal of the prefill hides what happened".to_owned())
        }
        End::Error { class, .. } => Some(Judgement::new(
            Verdict::Safe,
            match words(&heard.text) {
                // The route is at fault, not what was made of it.
                0 if scenario == Scenario::TooLong && class == "context_length" => {
                    "no answer: nobody after it takes more (context_length)".to_owned()
                }
                0 => format!("no answer: {class}"),
                words => format!("cut after {words} words: {class}"),
            },
        )),
    }
}

fn words(text: &str) -> usize {
    text.split_whitespace().count()
}

/// Where the marks of a scenario are held against what was seen.
struct Bench<'a> {
    timing: Timing,
    models: &'a [String],
    observation: &'a Observation,
}

impl Bench<'_> {
    /// What is missing for full marks although every answer was whole.
    fn unmet(&self, scenario: Scenario) -> Vec<String> {
        let seconds = Duration::from_secs;
        let marks = match scenario {
            Scenario::RetryAfter => {
                vec![self.by_primary(), self.waited(), self.early(Duration::from_millis(1500), 2)]
            }
            Scenario::Throttled => vec![self.by_fallback(), self.early(seconds(3), 4), self.most(6)],
            Scenario::Hiccup => vec![self.by_primary(), self.exactly(2)],
            Scenario::Outage => vec![self.by_fallback(), self.most(6)],
            Scenario::Reset | Scenario::Cut | Scenario::BadEvent | Scenario::CutWithoutPrefill => Vec::new(),
            Scenario::Silence => vec![self.by_fallback(), self.exactly(1), self.within(seconds(100))],
            Scenario::SlowStart => vec![self.by_fallback(), self.within(seconds(15))],
            Scenario::Stall => vec![self.within(seconds(45))],
            Scenario::NoTerminator => vec![self.within(seconds(8)), self.told_usage(), self.exactly(1)],
            Scenario::TooLong => vec![self.by_fallback(), self.exactly(1)],
            // The one scenario in which there is no answer to be had.
            Scenario::Filtered => Vec::new(),
            Scenario::Recovery => vec![self.few_meanwhile(), self.back_again()],
            Scenario::Accounts => vec![self.by_fallback(), self.told_usage(), self.none_billed()],
        };
        marks.into_iter().flatten().collect()
    }

    /// A filter's refusal is an answer to the caller, who must hear the reason, and nobody else is asked.
    fn filtered(&self) -> Judgement {
        let Some(heard) = self.observation.heard.first() else {
            return Judgement::new(Verdict::Fail, "nothing heard");
        };
        match &heard.end {
            End::Error { class, message } if class == "content_filter" && !message.trim().is_empty() => {
                let asked = self.observation.seen.len();
                if asked == 1 {
                    return Judgement { verdict: Verdict::Pass, why: Vec::new() };
                }
                Judgement::new(Verdict::Partial, format!("{asked} attempts, not one"))
            }
            End::Error { class, .. } => Judgement::new(Verdict::Safe, format!("the reason is lost: {class}")),
            End::Whole | End::Never => {
                Judgement::new(Verdict::Partial, "another one was asked what a filter had refused")
            }
        }
    }

    fn first(&self) -> Option<&Heard> {
        self.observation.heard.first()
    }

    fn answered_by(&self, place: usize) -> bool {
        let name = self.models.get(place);
        self.first().is_some_and(|heard| heard.model.as_ref() == name)
    }

    fn by_primary(&self) -> Option<String> {
        (!self.answered_by(0)).then(|| "another one answered than the first".to_owned())
    }

    fn by_fallback(&self) -> Option<String> {
        let by = |place| self.answered_by(place);
        let is_other = (1..self.models.len()).any(by);
        (!is_other).then(|| "no fallback is named as the one who answered".to_owned())
    }

    /// When the primary was asked.
    fn attempts(&self) -> impl Iterator<Item = Duration> {
        self.observation.seen.iter().filter(|seen| seen.candidate == 0).map(|seen| seen.at)
    }

    fn waited(&self) -> Option<String> {
        const LEAST: Duration = Duration::from_millis(1800);
        let times: Vec<_> = self.attempts().take(2).collect();
        let [first, second] = times[..] else {
            return Some("the first model was not asked again".to_owned());
        };
        let gap = second.saturating_sub(first);
        (gap < LEAST)
            .then(|| format!("asked again after {:.1} s, before it had invited to", gap.as_secs_f64()))
    }

    /// At most so many attempts within a time from the first one.
    fn early(&self, span: Duration, most: usize) -> Option<String> {
        let first = self.attempts().next().unwrap_or_default();
        let count = self.attempts().filter(|at| *at <= first + span).count();
        (count > most).then(|| format!("{count} attempts within {:.1} s", span.as_secs_f64()))
    }

    fn most(&self, most: usize) -> Option<String> {
        let count = self.attempts().count();
        (count > most).then(|| format!("{count} attempts there, {most} at most were due"))
    }

    fn exactly(&self, due: usize) -> Option<String> {
        let count = self.attempts().count();
        (count != due).then(|| format!("attempts there: {count}, due: {due}"))
    }

    fn within(&self, span: Duration) -> Option<String> {
        let (span, took) = (self.timing.mark(span), self.first().map(|heard| heard.took).unwrap_or_default());
        (took > span).then(|| format!("took {:.1} s, due: {:.1} s", took.as_secs_f64(), span.as_secs_f64()))
    }

    fn told_usage(&self) -> Option<String> {
        let told = self.first().is_some_and(|heard| heard.output_tokens.is_some_and(|tokens| tokens > 0));
        (!told).then(|| "the caller is not told the usage".to_owned())
    }

    fn none_billed(&self) -> Option<String> {
        let count = self.observation.billed_failures;
        (count > 0).then(|| format!("{count} failed attempts are billed as answers"))
    }

    fn outage(&self) -> Duration {
        Scenario::Recovery.outage(self.timing).unwrap_or_default()
    }

    /// Fewer than two attempts for every three requests: whoever remembers nothing makes at least one for each.
    fn few_meanwhile(&self) -> Option<String> {
        let outage = self.outage();
        let requests = self.observation.heard.iter().filter(|heard| heard.at < outage).count();
        let attempts = self.attempts().filter(|at| *at < outage).count();
        (attempts * 3 > requests * 2)
            .then(|| format!("{attempts} attempts there during the outage, for {requests} requests"))
    }

    fn back_again(&self) -> Option<String> {
        const SOON: Duration = Duration::from_secs(30);
        let is_primary = |heard: &&Heard| heard.model.as_ref() == self.models.first();
        let back = self.observation.heard.iter().filter(is_primary).map(|heard| heard.at + heard.took).next();
        match back {
            None => Some("the first model was not used again".to_owned()),
            Some(at) if at > self.outage() + SOON => {
                let late = at.saturating_sub(self.outage());
                Some(format!("the first model was used again only after {:.0} s", late.as_secs_f64()))
            }
            Some(_) => None,
        }
    }
}
