//! What one process knows about the state of upstreams, and what it takes over from the others.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use tokio::time::Instant;

use super::Subject;
use super::breaker::{self, Breaker};
use super::clock::Clock;
use super::findings::{Findings, Place};
use super::gauge::Gauge;
use super::known::{Found, Known, MOST};
use super::limits::{Day, Limits, Meter, Slot, Used};
use super::ratio::Ratios;
use super::table::{Changes, Contents, Kind, Mark, What};
use crate::chat::FailureClass;

/// The longest time for which a breaker is open: what claims more was not written by one.
const LONGEST_OPEN: Duration = Duration::from_secs(30);

/// All that is known.
#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) clock: Clock,
    /// Whether the file was read.
    pub(super) is_read: bool,
    pub(super) rests: Known<FailureClass>,
    pub(super) breakers: Known<Breaker>,
    /// How often in a row each was throttled without saying for how long.
    pub(super) throttled: Known<u32>,
    pub(super) first_token: Known<Average>,
    pub(super) meters: HashMap<Subject, Told>,
    /// What each key of a provider may be asked.
    pub(super) allowed: HashMap<String, (Limits, Day)>,
    /// Requests under way, by key and model.
    pub(super) busy: HashMap<Subject, u32>,
    pub(super) turns: HashMap<String, u64>,
    /// How models count tokens. Each process learns it anew: one long answer is enough.
    pub(super) ratios: Ratios,
    /// What probes found out, however old.
    pub(super) findings: HashMap<Place, Findings>,
}

/// A moving average.
#[derive(Debug, Clone, Copy)]
pub(super) struct Average {
    pub(super) span: Duration,
    /// What others know of it.
    pub(super) told: Duration,
}

/// The limits of a key.
#[derive(Debug, Default)]
pub(super) struct Told {
    pub(super) meter: Meter,
    /// When the provider last said how they stand.
    pub(super) at: i64,
    /// What others know of what is free.
    pub(super) free: Option<f64>,
}

impl State {
    /// The limits of a key, or of a key for a model; none if there are too many already.
    pub(super) fn told(&mut self, subject: &Subject) -> Option<&mut Told> {
        if !self.meters.contains_key(subject) {
            if self.meters.len() >= MOST {
                let now = self.clock.wall(Instant::now());
                self.meters.retain(|_, told| !told.meter.is_idle(now));
            }
            if self.meters.len() >= MOST {
                return None;
            }
            let limits = match subject {
                Subject::Key { provider, .. } => self.allowed.get(provider).copied(),
                _ => None,
            };
            let (limits, day) = limits.unwrap_or_default();
            let told = Told { meter: Meter::new(limits, day), ..Told::default() };
            self.meters.insert(subject.clone(), told);
        }
        self.meters.get_mut(subject)
    }

    /// Takes over what the file holds; `unwritten` is what it does not hold yet.
    pub(super) fn take_over(&mut self, contents: Contents, unwritten: &Changes, now: Instant) {
        let clock = self.clock;
        let Contents { marks, used, turns, findings, .. } = contents;
        let (mut rests, mut breakers, mut throttled, mut first_token) = (vec![], vec![], vec![], vec![]);
        for Mark { subject, at, until, what } in marks {
            // What is not so any more, and is still to be taken out.
            if matches!(unwritten.marks.get(&(what.kind(), subject.clone())), Some(None)) {
                continue;
            }
            let until = clock.steady(until);
            match what {
                What::Rest { class } => rests.push(Found { subject, value: class, at, until }),
                What::Breaker { tripping, open_until_ms } => {
                    let open = open_until_ms.map(|until| clock.steady(until).min(now + LONGEST_OPEN));
                    breakers.push(Found { subject, value: Breaker::known(tripping, open), at, until });
                }
                What::Throttle { count } => throttled.push(Found { subject, value: count, at, until }),
                What::FirstToken { ms } => {
                    let span = Duration::from_millis(ms.max(0).cast_unsigned());
                    first_token.push(Found { subject, value: Average { span, told: span }, at, until });
                }
                What::Gauges { gauges } => self.learn_gauges(&subject, gauges, at),
            }
        }
        self.rests.take_over(rests, now);
        self.breakers.take_over(breakers, now);
        self.throttled.take_over(throttled, now);
        self.first_token.take_over(first_token, now);
        self.learn_used(used, unwritten);
        self.learn_findings(findings, unwritten);
        for (route, taken) in turns {
            let mine = unwritten.turns.get(&route).copied().unwrap_or(0);
            self.turns.insert(route, taken.saturating_add(mine));
        }
    }

    fn learn_gauges(&mut self, subject: &Subject, gauges: Vec<Gauge>, at: i64) {
        let now = self.clock.wall(Instant::now());
        if let Some(told) = self.told(subject).filter(|told| told.at < at) {
            told.at = at;
            told.meter.gauges = gauges;
            told.free = told.meter.free(now);
        }
    }

    fn learn_used(&mut self, used: Vec<(Subject, Slot, Used)>, unwritten: &Changes) {
        let mut by_subject: HashMap<Subject, BTreeMap<Slot, Used>> = HashMap::new();
        let mine = unwritten.used.iter().map(|((subject, slot), used)| (subject.clone(), *slot, *used));
        for (subject, slot, used) in used.into_iter().chain(mine) {
            let sum = by_subject.entry(subject).or_default().entry(slot).or_default();
            sum.requests += used.requests;
            sum.tokens += used.tokens;
        }
        for (subject, used) in by_subject {
            if let Some(told) = self.told(&subject) {
                told.meter.learn(used);
            }
        }
    }

    /// A breaker as others should know it; none if there is nothing to know.
    pub(super) fn breaker_mark(&self, model: &Subject, now: Instant) -> Option<Mark> {
        let entry = self.breakers.get(model, now).filter(|entry| entry.value.is_suspect())?;
        let (tripping, open) = entry.value.tripping();
        let open_until_ms = open.map(|open| self.clock.wall(open));
        let until = self.clock.wall(entry.until);
        let what = What::Breaker { tripping, open_until_ms };
        Some(Mark { subject: model.clone(), at: entry.at, until, what })
    }

    /// A model's breaker, counted with from now on.
    pub(super) fn breaker(&mut self, model: &Subject, now: Instant) -> Option<&mut Breaker> {
        let at = self.clock.wall(now);
        let until = now + breaker::MEMORY;
        let value = self.breakers.get(model, now).map(|entry| entry.value.clone()).unwrap_or_default();
        self.breakers.put(Found { subject: model.clone(), value, at, until }, now);
        self.breakers.get_mut(model, now).map(|entry| &mut entry.value)
    }

    /// Forgets what keeps a subject from being asked; says of what the file may have to know.
    pub(super) fn forget(&mut self, subject: &Subject) -> Vec<Kind> {
        let mut gone = Vec::new();
        gone.extend(self.rests.remove(subject).map(|_| Kind::Rest));
        gone.extend(self.breakers.remove(subject).map(|_| Kind::Breaker));
        gone.extend(self.throttled.remove(subject).map(|_| Kind::Throttle));
        if let Some(told) = self.meters.get_mut(subject).filter(|told| !told.meter.gauges.is_empty()) {
            told.meter.gauges.clear();
            told.free = None;
            gone.push(Kind::Gauges);
        }
        gone
    }

    /// Of whom something is known that may keep them from being asked.
    pub(super) fn suspects(&self, provider: Option<&str>, now: Instant) -> Vec<Subject> {
        let known = self.rests.iter(now).map(|(subject, _)| subject);
        let known = known.chain(self.breakers.iter(now).map(|(subject, _)| subject));
        let known = known.chain(self.throttled.iter(now).map(|(subject, _)| subject));
        let told = self.meters.iter().filter(|(_, told)| !told.meter.gauges.is_empty());
        let known = known.chain(told.map(|(subject, _)| subject));
        let mut subjects: Vec<Subject> =
            known.filter(|subject| provider.is_none_or(|it| it == subject.provider())).cloned().collect();
        subjects.sort_unstable();
        subjects.dedup();
        subjects
    }
}
