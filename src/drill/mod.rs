//! The drill: outages of one's own route, rehearsed against stand-ins, with a scorecard.
//!
//! Sixteen faults, those of a public benchmark for failover ([`scenario`]). Each is played to the route's own settings,
//! with a stand-in on this machine in the place of every provider and a made-up key in the place of every key ([`stage`]);
//! somebody asks, from a terminal's side or over HTTP ([`caller`]); what the caller and the providers saw decides
//! ([`scenario::Scenario::judge`]). Nothing of the user's is written and nothing leaves the machine.

mod caller;
pub mod scenario;
mod seen;
mod stage;

use std::sync::Arc;
use std::time::Duration;

use futures_util::{StreamExt, stream};

use crate::app::App;
use crate::router::Route;
pub use caller::Way;
use scenario::{SCENARIOS, Scenario, Timing, Verdict};
pub use seen::{Ending, Seen};
use stage::Stage;

/// How many scenarios are played at once: each is mostly waiting, and more would be late for their own limits.
const AT_ONCE: usize = 3;

/// Builds the program anew, as it would start, with its data in this directory.
pub type Make<'a> = &'a (dyn Fn(&std::path::Path) -> Result<App, String> + Sync);

/// What is to be rehearsed.
#[derive(Debug)]
pub struct Drill {
    /// The route, a model or a provider, as for `-m`; the default route where nothing is named.
    pub target: Option<String>,
    /// Real spans, or a tenth of them.
    pub timing: Timing,
    /// From which sides.
    pub ways: Vec<Way>,
    /// Only these scenarios; all where none is named.
    pub only: Vec<String>,
}

/// What came of one scenario.
#[derive(Debug)]
pub struct Score {
    /// Which.
    pub scenario: &'static Scenario,
    /// From which side.
    pub way: Way,
    /// How it is to be judged; none where it could not be played.
    pub verdict: Option<Verdict>,
    /// What was seen.
    pub seen: Option<Seen>,
    /// Why it could not be played.
    pub skipped: Option<&'static str>,
}

/// The drill cannot be held.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct DrillError(pub String);

impl Drill {
    /// The route that is rehearsed, resolved.
    pub async fn route(&self, make: Make<'_>) -> Result<Route, DrillError> {
        Stage::set(self, make, &SCENARIOS[0]).await.map(|stage| stage.route)
    }

    /// Plays all scenarios and tells each score when it is known.
    pub async fn hold(&self, make: Make<'_>, told: impl Fn(&Score) + Sync) -> Result<Vec<Score>, DrillError> {
        let wanted = |scenario: &&Scenario| {
            self.only.is_empty() || self.only.iter().any(|id| id.eq_ignore_ascii_case(scenario.id))
        };
        let plays = SCENARIOS
            .iter()
            .filter(wanted)
            .flat_map(|scenario| self.ways.iter().map(move |way| (scenario, *way)));
        let told = &told;
        let scores = stream::iter(plays).map(|(scenario, way)| async move {
            let score = self.play(make, scenario, way).await?;
            told(&score);
            Ok(score)
        });
        let mut scores: Vec<Score> = scores
            .buffered(AT_ONCE)
            .collect::<Vec<_>>()
            .await
            .into_iter()
            .collect::<Result<_, DrillError>>()?;
        scores.sort_by_key(|score| (score.scenario.id, score.way));
        Ok(scores)
    }

    async fn play(&self, make: Make<'_>, scenario: &'static Scenario, way: Way) -> Result<Score, DrillError> {
        let stage = Stage::set(self, make, scenario).await?;
        if scenario.needs_fallback && !stage.has_fallback() {
            let skipped = Some("the route has no second provider");
            return Ok(Score { scenario, way, verdict: None, seen: None, skipped });
        }
        let stage = Arc::new(stage);
        let seen = caller::play(&stage, scenario, self.timing, way).await.map_err(DrillError)?;
        let verdict = scenario.judge(&seen, self.timing);
        Ok(Score { scenario, way, verdict: Some(verdict), seen: Some(seen), skipped: None })
    }
}

/// A tenth of a span where time is short.
fn scaled(span: Duration, timing: Timing) -> Duration {
    match timing {
        Timing::Full => span,
        Timing::Fast => span / 10,
    }
}
