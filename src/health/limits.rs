//! How much a key has used of its limits: those that the user set, and those that the provider tells about. Pure: the
//! time is passed in, in milliseconds since 1970, for days end at somebody's midnight.
//!
//! What the user set is counted here, in slots of time that leave the window one by one. What the provider tells about
//! is believed as it stands, less what was reserved since.

use std::collections::BTreeMap;

use super::gauge::Gauge;
use crate::chat::Unit;

/// The slots of a minute, in milliseconds, and of a day.
pub(super) const SLOT: i64 = 5_000;
pub(super) const HOUR: i64 = 3_600_000;
const MINUTE: i64 = 60_000;
/// When a place among the requests at once will be free is not known: one looks again after this.
const NEXT_LOOK: i64 = 1_000;

/// What a key may be asked; nothing is held back where nothing is set.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Limits {
    /// Requests per minute.
    pub rpm: Option<u64>,
    /// Requests per day.
    pub rpd: Option<u64>,
    /// Tokens per minute, in and out.
    pub tpm: Option<u64>,
    /// Tokens per day, in and out.
    pub tpd: Option<u64>,
    /// Requests at once.
    pub concurrency: Option<u64>,
}

/// When a provider's day ends.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Day {
    /// Each request counts for 24 hours.
    #[default]
    Rolling,
    /// At midnight in Greenwich.
    Utc,
    /// At midnight in California.
    Pacific,
}

/// What was used in one slot of time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Used {
    pub(super) requests: i64,
    pub(super) tokens: i64,
}

/// A slot: its width and its beginning.
pub(super) type Slot = (i64, i64);

/// What one key has used of its limits.
#[derive(Debug, Clone, Default)]
pub(super) struct Meter {
    limits: Limits,
    day: Day,
    running: u64,
    used: BTreeMap<Slot, Used>,
    pub(super) gauges: Vec<Gauge>,
}

impl Limits {
    /// Whether nothing is held back.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl Day {
    /// By the catalogue's word for it. An unknown one is the most careful.
    pub fn of(word: Option<&str>) -> Self {
        match word {
            Some("utc") => Self::Utc,
            Some("pacific") => Self::Pacific,
            _ => Self::Rolling,
        }
    }

    /// The day around a moment, from its beginning to its end; none where it rolls.
    fn around(self, now: i64) -> Option<(i64, i64)> {
        let zone = match self {
            Self::Rolling => return None,
            Self::Utc => jiff::tz::TimeZone::UTC,
            // The rule itself: a machine may have no table of zones.
            Self::Pacific => jiff::tz::TimeZone::posix("PST8PDT,M3.2.0,M11.1.0").ok()?,
        };
        let start = jiff::Timestamp::from_millisecond(now).ok()?.to_zoned(zone).start_of_day().ok()?;
        let end = start.tomorrow().ok()?.start_of_day().ok()?;
        Some((start.timestamp().as_millisecond(), end.timestamp().as_millisecond()))
    }
}

/// One limit as it stands.
struct Standing<'a> {
    limit: u64,
    used: u64,
    unit: Unit,
    /// The slots that count, each with the moment at which it does not any more.
    leaving: Vec<(i64, &'a Used)>,
}

impl Meter {
    pub(super) fn new(limits: Limits, day: Day) -> Self {
        Self { limits, day, ..Self::default() }
    }

    /// Until when there is no room for so many tokens. A request that is larger than a limit waits for all of it.
    pub(super) fn out(&self, tokens: u64, now: i64) -> Option<i64> {
        let full = self.limits.concurrency.is_some_and(|limit| self.running >= limit);
        let counted = self.standings(now).into_iter().filter_map(|standing| standing.out(tokens));
        let told = self.gauges.iter().filter_map(|gauge| gauge.out(tokens, now));
        counted.chain(told).chain(full.then_some(now + NEXT_LOOK)).max()
    }

    /// The share that is free of the limit of which least is; none if no limit is known.
    pub(super) fn free(&self, now: i64) -> Option<f64> {
        let counted = self.standings(now).into_iter().map(|standing| share(standing.used, standing.limit));
        let told = self.gauges.iter().filter_map(|gauge| gauge.free(now));
        let places = self.limits.concurrency.map(|limit| share(self.running, limit));
        counted.chain(told).chain(places).reduce(f64::min)
    }

    /// Reserves a request's share; returns what it added to which slots.
    pub(super) fn reserve(&mut self, tokens: u64, now: i64) -> Vec<(Slot, Used)> {
        self.running += 1;
        self.gauges.iter_mut().for_each(|gauge| gauge.take(tokens, now));
        self.change(now, now, Used { requests: 1, tokens: signed(tokens) })
    }

    /// A request that began then is over: it took so many tokens, or nothing is known to have been used. Returns the
    /// change of which slots.
    pub(super) fn settle(
        &mut self,
        reserved: u64,
        took: Option<u64>,
        began: i64,
        now: i64,
    ) -> Vec<(Slot, Used)> {
        self.running = self.running.saturating_sub(1);
        for gauge in &mut self.gauges {
            gauge.settle(reserved, took, began, now);
        }
        let change = match took {
            Some(took) => Used { requests: 0, tokens: signed(took) - signed(reserved) },
            None => Used { requests: -1, tokens: -signed(reserved) },
        };
        self.change(began, now, change)
    }

    /// Whether nothing is under way and nothing that was told still holds.
    pub(super) fn is_idle(&self, now: i64) -> bool {
        self.running == 0 && self.used.is_empty() && self.gauges.iter().all(|gauge| gauge.ends() <= now)
    }

    /// What other processes have used as well: all that is known to have been used, by slot.
    pub(super) fn learn(&mut self, used: BTreeMap<Slot, Used>) {
        self.used = used;
    }

    fn change(&mut self, at: i64, now: i64, change: Used) -> Vec<(Slot, Used)> {
        let Limits { rpm, tpm, rpd, tpd, .. } = self.limits;
        let minute = (rpm.is_some() || tpm.is_some()).then_some(SLOT);
        let day = (rpd.is_some() || tpd.is_some()).then_some(HOUR);
        self.used.retain(|slot, _| lasts(*slot) > now && slot.1 <= now + slot.0);
        let mut changes = Vec::new();
        for width in minute.into_iter().chain(day) {
            let slot = (width, at.div_euclid(width) * width);
            let used = self.used.entry(slot).or_default();
            used.requests += change.requests;
            used.tokens += change.tokens;
            changes.push((slot, change));
        }
        changes
    }

    fn standings(&self, now: i64) -> Vec<Standing<'_>> {
        let minute = || {
            let slots = self.used.range((SLOT, i64::MIN)..=(SLOT, now));
            slots.map(|(slot, used)| (lasts(*slot), used)).filter(|(end, _)| *end > now).collect()
        };
        let day = || {
            let around = self.day.around(now);
            let slots = self.used.range((HOUR, i64::MIN)..=(HOUR, now));
            let leaving = slots.map(|(slot, used)| match around {
                Some((start, end)) => (if slot.1 >= start { end } else { now }, used),
                None => (lasts(*slot), used),
            });
            leaving.filter(|(end, _)| *end > now).collect()
        };
        let Limits { rpm, tpm, rpd, tpd, .. } = self.limits;
        [
            rpm.map(|limit| Standing::new(limit, Unit::Requests, minute())),
            tpm.map(|limit| Standing::new(limit, Unit::Tokens, minute())),
            rpd.map(|limit| Standing::new(limit, Unit::Requests, day())),
            tpd.map(|limit| Standing::new(limit, Unit::Tokens, day())),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

/// Until when what was used in a slot counts.
fn lasts((width, start): Slot) -> i64 {
    start + width + if width == SLOT { MINUTE } else { 24 * HOUR }
}

impl<'a> Standing<'a> {
    fn new(limit: u64, unit: Unit, leaving: Vec<(i64, &'a Used)>) -> Self {
        let used = leaving.iter().map(|(_, used)| used.of(unit)).sum::<i64>();
        Self { limit, used: used.max(0).cast_unsigned(), unit, leaving }
    }

    /// Until when there is no room.
    fn out(&self, tokens: u64) -> Option<i64> {
        let wanted = match self.unit {
            Unit::Requests => 1,
            Unit::Tokens => tokens.min(self.limit),
        };
        let mut used = signed(self.used);
        let has_room = |used: i64| used.max(0).cast_unsigned().saturating_add(wanted) <= self.limit;
        let mut until = None;
        for (end, left) in &self.leaving {
            if has_room(used) {
                break;
            }
            used -= left.of(self.unit);
            until = Some(*end);
        }
        until
    }
}

impl Used {
    fn of(&self, unit: Unit) -> i64 {
        match unit {
            Unit::Requests => self.requests,
            Unit::Tokens => self.tokens,
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "a share need not be exact")]
fn share(used: u64, limit: u64) -> f64 {
    limit.saturating_sub(used) as f64 / limit.max(1) as f64
}

fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX / 4)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// 2026-11-22T12:00:00Z
    const NOON: i64 = 1_795_348_800_000;

    fn meter(limits: Limits, day: Day) -> Meter {
        Meter::new(limits, day)
    }

    #[test]
    fn requests_leave_the_minute_one_by_one() {
        let mut meter = meter(Limits { rpm: Some(2), ..Limits::default() }, Day::Rolling);
        assert_eq!(meter.out(1, NOON), None);
        meter.reserve(10, NOON);
        meter.reserve(10, NOON + 20_000);
        assert_eq!(meter.free(NOON + 20_000), Some(0.0));
        let until = meter.out(1, NOON + 20_000).unwrap();
        assert!((NOON + 60_000..=NOON + 60_000 + SLOT).contains(&until), "{until}");
        assert_eq!(meter.out(1, until), None);
        meter.reserve(10, until);
        assert!(meter.out(1, until).is_some());
    }

    #[test]
    fn tokens_are_reserved_and_settled() {
        let mut meter = meter(Limits { tpm: Some(100), ..Limits::default() }, Day::Rolling);
        meter.reserve(80, NOON);
        assert!(meter.out(30, NOON).is_some());
        assert_eq!(meter.out(20, NOON), None);
        meter.settle(80, Some(10), NOON, NOON + 1_000);
        assert_eq!(meter.out(30, NOON), None);
        assert_eq!(meter.free(NOON), Some(0.9));
        // One that is larger than the limit goes when nothing else counts.
        assert!(meter.out(1_000, NOON).is_some());
        assert_eq!(meter.out(1_000, NOON + 65_000), None);
        // One that was dropped is not counted.
        meter.reserve(90, NOON);
        meter.settle(90, None, NOON, NOON);
        assert_eq!(meter.free(NOON), Some(0.9));
    }

    #[test]
    fn places_are_free_again_when_requests_end() {
        let mut meter = meter(Limits { concurrency: Some(1), ..Limits::default() }, Day::Rolling);
        meter.reserve(1, NOON);
        assert!(meter.out(1, NOON).is_some());
        meter.settle(1, Some(1), NOON, NOON);
        assert_eq!((meter.out(1, NOON), meter.free(NOON)), (None, Some(1.0)));
    }

    #[test]
    fn days_end_where_the_provider_is() {
        let limits = Limits { rpd: Some(1), ..Limits::default() };
        let until = |day| {
            let mut meter = meter(limits, day);
            meter.reserve(1, NOON);
            let until = meter.out(1, NOON).unwrap();
            assert_eq!(meter.out(1, until), None, "{day:?}");
            until - NOON
        };
        assert_eq!(until(Day::Utc), 12 * HOUR);
        assert_eq!(until(Day::Pacific), 20 * HOUR); // it is four in the morning there
        assert_eq!(until(Day::Rolling), 25 * HOUR); // a slot of an hour is counted to its end
        // In July their clocks are an hour ahead, and in March they lose one.
        let july = NOON - 130 * 24 * HOUR;
        assert_eq!(Day::Pacific.around(july).unwrap().1 - july, 19 * HOUR);
        let eighth_of_march = Day::Pacific.around(1_772_982_000_000).unwrap();
        assert_eq!(eighth_of_march.1 - eighth_of_march.0, 23 * HOUR);
        assert_eq!(Day::of(Some("pacific")), Day::Pacific);
        assert_eq!(Day::of(None), Day::Rolling);
    }

    proptest! {
        #[test]
        fn no_more_goes_through_than_is_allowed(
            requests in proptest::collection::vec((0i64..20_000, 1u64..60, 0u64..60), 1..120),
            rpm in 1u64..20,
            tpm in 60u64..300,
        ) {
            let mut meter = meter(Limits { rpm: Some(rpm), tpm: Some(tpm), ..Limits::default() }, Day::Rolling);
            let (mut now, mut sent) = (NOON, Vec::new());
            for (pause, estimate, took) in requests {
                now += pause;
                if meter.out(estimate, now).is_some() {
                    continue;
                }
                meter.reserve(estimate, now);
                // What was used may be less than was thought, never more: then the limit holds strictly.
                let took = took.min(estimate);
                meter.settle(estimate, Some(took), now, now);
                sent.push((now, took));
                let within = sent.iter().filter(|(at, _)| *at > now - 60_000);
                prop_assert!(within.clone().count() as u64 <= rpm);
                prop_assert!(within.map(|(_, took)| took).sum::<u64>() <= tpm);
                prop_assert!((0.0..=1.0).contains(&meter.free(now).unwrap()));
                prop_assert!(meter.used.len() <= 16);
            }
            // Whatever happened, it passes.
            prop_assert_eq!(meter.out(u64::MAX, now + 65_000), None);
        }
    }
}
