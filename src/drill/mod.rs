//! The drill: a route of the user's own is put through sixteen outages, and what it made of them is scored.
//!
//! Nothing of it reaches a provider, a key, the ledger or the health of the user's. A [`stage`] has a stand-in for every
//! provider of the route and the user's own settings in a home that goes away; a [`way`] asks as callers do; [`scenario`]
//! says what the provider does, [`mod@judge`] what is to be made of what was seen. Those two are pure.
//!
//! The scenarios and their marks are those of a public benchmark of gateways, so that figures can be compared.

mod judge;
mod report;
mod scenario;
mod script;
mod stage;
mod stranger;
mod timing;
mod way;

use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::{self, StreamExt};
use tokio::time::Instant;

pub use judge::{End, Heard, Judgement, Observation, Seen, Verdict, judge};
pub use report::{Attempts, Report, Request, ScenarioReport, Summary};
pub use scenario::{Scenario, UnknownScenario};
pub use script::SIXTY;
pub use stage::{Cast, DrillError};
pub use timing::Timing;
pub use way::Through;

use scenario::Play;
use stage::Stage;
use way::Way;

/// How many scenarios are played at a time: more would make each other wait on a small machine.
const AT_A_TIME: usize = 6;
/// How often an outage is met with a request, where nothing is scaled down.
const EVERY: Duration = Duration::from_secs(4);
/// How long after an outage the primary is waited for.
const AFTERWARDS: Duration = Duration::from_secs(35);

/// What is rehearsed.
#[derive(Debug, Clone)]
pub struct Drill {
    /// Who is asked, and how.
    pub cast: Arc<Cast>,
    /// How fast time goes.
    pub timing: Timing,
    /// By which ways requests are made.
    pub through: Vec<Through>,
    /// What happens.
    pub scenarios: Vec<Scenario>,
}

impl Drill {
    /// How many times something is rehearsed.
    pub fn runs(&self) -> usize {
        self.scenarios.len() * self.through.len()
    }

    /// Rehearses everything, and tells of each scenario when it is over. The longest begins first.
    pub async fn run(&self, mut over: impl FnMut(&ScenarioReport)) -> Result<Report, DrillError> {
        let began = Instant::now();
        let mut runs: Vec<(Scenario, Through)> = self
            .through
            .iter()
            .flat_map(|through| self.scenarios.iter().map(|scenario| (*scenario, *through)))
            .collect();
        runs.sort_by_key(|(scenario, _)| !scenario.is_long());
        let mut playing = stream::iter(runs)
            .map(|(scenario, through)| self.one(scenario, through))
            .buffer_unordered(AT_A_TIME);
        let mut scores = Vec::new();
        while let Some(report) = playing.next().await {
            let report = report?;
            over(&report);
            scores.push(report);
        }
        drop(playing);
        scores.sort_by_key(|report: &ScenarioReport| (report.through, report.scenario));
        Ok(Report::new(&self.cast, self.timing, scores, began.elapsed()))
    }

    async fn one(&self, scenario: Scenario, through: Through) -> Result<ScenarioReport, DrillError> {
        if let Some(why) = scenario.not_for(&self.cast) {
            return Ok(ScenarioReport::skipped(scenario, through, why));
        }
        let observation = self.play(scenario, through).await?;
        let judgement = judge(scenario, self.timing, &self.cast.models, &observation);
        Ok(ScenarioReport::new(scenario, through, &self.cast, &observation, judgement))
    }

    async fn play(&self, scenario: Scenario, through: Through) -> Result<Observation, DrillError> {
        let stage = Stage::raise(&self.cast, scenario, self.timing).await?;
        let way = Way::open(through, &stage).await?;
        let began = Instant::now();
        let patience = self.timing.scaled(timing::HANG);
        let mut heard = Vec::new();
        match scenario.play() {
            Play::Once => heard.push(way.ask(&stage, began, patience).await?),
            Play::AndThenWell => {
                heard.push(way.ask(&stage, began, patience).await?);
                stage.recover();
                heard.push(way.ask(&stage, began, patience).await?);
            }
            Play::Throughout(outage) => {
                let outage = self.timing.scaled(outage);
                let is_primary =
                    |heard: &Heard| heard.model.as_deref() == self.cast.models.first().map(String::as_str);
                let mut next = began;
                while began.elapsed() < outage + AFTERWARDS {
                    heard.push(way.ask(&stage, began, patience).await?);
                    if began.elapsed() > outage && heard.last().is_some_and(is_primary) {
                        break;
                    }
                    next += self.timing.scaled(EVERY);
                    tokio::time::sleep_until(next).await;
                }
            }
        }
        let billed_failures = way.billed_failures(&stage).await?;
        Ok(Observation { heard, seen: stage.seen(began), billed_failures })
    }
}
