//! What probes found out about models: what they really can do, whatever is listed about them.
//!
//! A finding is somebody's request answered or refused, so it is not given up for what strangers name: it has a table of
//! its own, and only its age ends it.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use tokio::time::Instant;

use super::known::MOST;
use super::state::State;
use super::table::{Changes, SLACK};
use super::{Health, clock};

/// How long a finding counts: models change under their names.
pub const FINDINGS_LAST: Duration = Duration::from_hours(30 * 24);

/// What a probe looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Aspect {
    /// Calls a tool that it was asked to call.
    Tools,
    /// Calls several at once.
    Parallel,
    /// Answers to a schema.
    Schema,
    /// Goes straight on where an unfinished turn of its own stops.
    Prefill,
    /// Says at the end of a stream what it took.
    StreamUsage,
}

/// What was found out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Finding {
    /// Whether it can.
    pub able: bool,
    /// When, in milliseconds since 1970.
    pub at: i64,
}

/// All that was found out about a model.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Findings(BTreeMap<Aspect, Finding>);

/// A provider and a model of it.
pub(super) type Place = (String, String);

impl Aspect {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 5] = [Self::Tools, Self::Parallel, Self::Schema, Self::Prefill, Self::StreamUsage];

    /// The word in JSON and in the file.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Tools => "tools",
            Self::Parallel => "parallel_calls",
            Self::Schema => "schema",
            Self::Prefill => "prefill",
            Self::StreamUsage => "stream_usage",
        }
    }

    pub(super) fn read(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|aspect| aspect.as_str() == word)
    }
}

impl Findings {
    /// What was found out about one aspect.
    pub fn get(&self, aspect: Aspect) -> Option<Finding> {
        self.0.get(&aspect).copied()
    }

    /// Everything, in the order of the aspects.
    pub fn iter(&self) -> impl Iterator<Item = (Aspect, Finding)> + '_ {
        self.0.iter().map(|(aspect, finding)| (*aspect, *finding))
    }

    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Of two findings the newer one holds.
    fn note(&mut self, aspect: Aspect, finding: Finding) {
        let known = self.0.entry(aspect).or_insert(finding);
        if known.at <= finding.at {
            *known = finding;
        }
    }

    /// What counts at a time of the clock on the wall. What a clock that went ahead has dated is of unknown age.
    fn counting(&self, now: i64) -> Self {
        let counts = |finding: &Finding| finding.at > oldest(now) && finding.at <= now + SLACK;
        Self(self.0.iter().filter(|(_, finding)| counts(finding)).map(|(a, f)| (*a, *f)).collect())
    }
}

/// What was found out then or before counts no more now.
pub(super) fn oldest(now: i64) -> i64 {
    now - clock::ms(FINDINGS_LAST)
}

impl State {
    /// Takes over what the file holds, and what is still to be written to it.
    pub(super) fn learn_findings(&mut self, all: Vec<(Place, Aspect, Finding)>, unwritten: &Changes) {
        let mut findings: HashMap<Place, Findings> = HashMap::new();
        let mine = unwritten.findings.iter().map(|((place, aspect), found)| (place.clone(), *aspect, *found));
        for (place, aspect, finding) in all.into_iter().chain(mine) {
            findings.entry(place).or_default().note(aspect, finding);
        }
        self.findings = findings;
    }
}

impl Health {
    /// A probe found out whether a model can do something.
    pub fn found(&self, provider: &str, model: &str, aspect: Aspect, able: bool, now: Instant) {
        let place = (provider.to_owned(), model.to_owned());
        let mut state = self.lock();
        let finding = Finding { able, at: state.clock.wall(now) };
        if state.findings.len() < MOST || state.findings.contains_key(&place) {
            state.findings.entry(place.clone()).or_default().note(aspect, finding);
        }
        if let Some(shared) = &self.shared {
            shared.found(place, aspect, finding);
        }
    }

    /// What probes found out about a model, as far as it counts now.
    pub fn findings(&self, provider: &str, model: &str, now: Instant) -> Findings {
        let state = self.lock();
        let place = (provider.to_owned(), model.to_owned());
        state.findings.get(&place).map(|known| known.counting(state.clock.wall(now))).unwrap_or_default()
    }

    /// The models of a provider that something was found out about, by name.
    pub fn probed(&self, provider: &str, now: Instant) -> Vec<(String, Findings)> {
        let state = self.lock();
        let of_provider = state.findings.iter().filter(|((of, _), _)| of == provider);
        let counting =
            of_provider.map(|((_, model), known)| (model.clone(), known.counting(state.clock.wall(now))));
        let mut probed: Vec<_> = counting.filter(|(_, known)| !known.is_empty()).collect();
        probed.sort_by(|(one, _), (other, _)| one.cmp(other));
        probed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Duration = Duration::from_secs(20);

    fn able(health: &Health, aspect: Aspect, at: Instant) -> Option<bool> {
        health.findings("p", "a/b:c", at).get(aspect).map(|finding| finding.able)
    }

    #[test]
    fn what_one_finds_out_the_next_one_knows_for_thirty_days() {
        let directory = tempfile::tempdir().unwrap();
        let now = Instant::now();
        let health = Health::load(directory.path());
        health.found("p", "a/b:c", Aspect::Tools, true, now);
        health.found("p", "a/b:c", Aspect::Prefill, false, now);
        health.flush(PATIENCE);
        let other = Health::load(directory.path());
        for health in [&health, &other] {
            assert_eq!(able(health, Aspect::Tools, now), Some(true));
            assert_eq!(able(health, Aspect::Prefill, now), Some(false));
            assert_eq!(able(health, Aspect::Schema, now), None);
            assert_eq!(health.findings("p", "another", now), Findings::default());
            let last = now + FINDINGS_LAST - Duration::from_mins(1);
            assert_eq!(able(health, Aspect::Tools, last), Some(true));
            assert_eq!(health.probed("p", last).len(), 1);
            let over = now + FINDINGS_LAST + Duration::from_mins(1);
            assert_eq!(able(health, Aspect::Tools, over), None);
            assert!(health.probed("p", over).is_empty());
        }
    }

    #[test]
    fn the_newer_finding_holds_and_others_stay() {
        let directory = tempfile::tempdir().unwrap();
        let now = Instant::now();
        let later = now + Duration::from_millis(500);
        let health = Health::load(directory.path());
        health.found("p", "a/b:c", Aspect::Tools, true, now);
        health.found("p", "a/b:c", Aspect::Schema, true, now);
        health.flush(PATIENCE);
        let other = Health::load(directory.path());
        other.found("p", "a/b:c", Aspect::Tools, false, later);
        other.flush(PATIENCE);
        let third = Health::load(directory.path());
        assert_eq!(able(&third, Aspect::Tools, later), Some(false));
        assert_eq!(able(&third, Aspect::Schema, later), Some(true));
        // A process that lives long hears of it.
        health.take_over(health.shared.as_ref().unwrap());
        assert_eq!(able(&health, Aspect::Tools, later), Some(false));
        // Nobody knows how old it is by a clock that was set back.
        assert_eq!(able(&third, Aspect::Schema, now.checked_sub(Duration::from_mins(1)).unwrap()), None);
    }

    #[test]
    fn a_reset_forgets_no_finding() {
        let (health, now) = (Health::default(), Instant::now());
        health.found("p", "a/b:c", Aspect::Tools, false, now);
        health.forget(None, now);
        assert_eq!(able(&health, Aspect::Tools, now), Some(false));
    }

    #[test]
    fn every_aspect_has_its_word() {
        assert!(Aspect::ALL.into_iter().all(|aspect| Aspect::read(aspect.as_str()) == Some(aspect)));
    }
}
