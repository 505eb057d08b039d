//! The scorecard. As JSON its shape is an interface.

use std::time::Duration;

use serde::Serialize;

use super::{Cast, End, Judgement, Observation, SIXTY, Scenario, Through, Timing, Verdict};

/// All that a drill showed.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    route: String,
    /// In the order in which they are asked.
    models: Vec<String>,
    timing: Timing,
    /// Every scenario, by each way.
    pub scores: Vec<ScenarioReport>,
    /// The sums.
    pub summary: Summary,
}

/// How many scenarios came to what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// How many were played.
    pub played: usize,
    /// With full marks.
    pub pass: usize,
    /// Answered, but not within the marks.
    pub partial: usize,
    /// Ended with an honest error.
    pub safe: usize,
    /// Wrong.
    pub fail: usize,
    /// Not played.
    pub skip: usize,
    /// How long it took.
    pub ms: u64,
}

/// One scenario by one way.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ScenarioReport {
    /// Which.
    #[serde(rename = "id")]
    pub scenario: Scenario,
    /// How requests were made.
    pub through: Through,
    /// What the first model's provider does.
    pub fault: &'static str,
    /// What earns full marks.
    pub wanted: &'static str,
    /// What it came to.
    pub verdict: Verdict,
    /// What kept it from full marks, or from being played.
    pub why: Vec<String>,
    /// What the callers of its requests saw.
    pub requests: Vec<Request>,
    /// What the models of the route were asked; those that were not are left out.
    pub attempts: Vec<Attempts>,
}

/// What the caller of one request saw.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Request {
    /// `whole`, `cut`, `none`, or `wrong`.
    pub text: &'static str,
    /// Of the error, if it ended with one; `never` if it did not end.
    pub class: Option<String>,
    /// What the error says.
    pub message: Option<String>,
    /// Who is said to have answered.
    pub model: Option<String>,
    /// When it was asked, from the beginning.
    pub at_ms: u64,
    /// How long it took.
    pub took_ms: u64,
}

/// When a model was asked, from the beginning.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Attempts {
    /// `provider/model`.
    pub model: String,
    /// Each time.
    pub at_ms: Vec<u64>,
}

impl Report {
    pub(super) fn new(cast: &Cast, timing: Timing, scores: Vec<ScenarioReport>, took: Duration) -> Self {
        let mut summary = Summary { ms: ms(took), ..Summary::default() };
        for score in &scores {
            let count = match score.verdict {
                Verdict::Pass => &mut summary.pass,
                Verdict::Partial => &mut summary.partial,
                Verdict::Safe => &mut summary.safe,
                Verdict::Fail => &mut summary.fail,
                Verdict::Skip => &mut summary.skip,
            };
            *count += 1;
            summary.played += usize::from(score.verdict != Verdict::Skip);
        }
        Self { route: cast.route.clone(), models: cast.models.clone(), timing, scores, summary }
    }
}

impl ScenarioReport {
    pub(super) fn skipped(scenario: Scenario, through: Through, why: &str) -> Self {
        let (fault, wanted) = (scenario.does(), scenario.wanted());
        let (verdict, why) = (Verdict::Skip, vec![why.to_owned()]);
        let (requests, attempts) = (Vec::new(), Vec::new());
        Self { scenario, through, fault, wanted, verdict, why, requests, attempts }
    }

    pub(super) fn new(
        scenario: Scenario,
        through: Through,
        cast: &Cast,
        observation: &Observation,
        Judgement { verdict, why }: Judgement,
    ) -> Self {
        let asked = |place| {
            let seen = observation.seen.iter().filter(move |seen| seen.candidate == place);
            seen.map(|seen| ms(seen.at)).collect::<Vec<_>>()
        };
        let attempts = cast.models.iter().enumerate();
        let attempts = attempts.map(|(place, model)| Attempts { model: model.clone(), at_ms: asked(place) });
        Self {
            scenario,
            through,
            fault: scenario.does(),
            wanted: scenario.wanted(),
            verdict,
            why,
            requests: observation.heard.iter().map(Request::new).collect(),
            attempts: attempts.filter(|attempts| !attempts.at_ms.is_empty()).collect(),
        }
    }
}

impl Request {
    fn new(heard: &super::Heard) -> Self {
        let (class, message) = match &heard.end {
            End::Whole => (None, None),
            End::Error { class, message } => (Some(class.clone()), Some(message.clone())),
            End::Never => (Some("never".to_owned()), None),
        };
        let text = match heard.text.as_str() {
            SIXTY => "whole",
            "" => "none",
            text if SIXTY.starts_with(text) => "cut",
            _ => "wrong",
        };
        let (model, at_ms, took_ms) = (heard.model.clone(), ms(heard.at), ms(heard.took));
        Self { text, class, message, model, at_ms, took_ms }
    }
}

fn ms(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}
