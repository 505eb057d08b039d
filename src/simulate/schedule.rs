//! Which fault, if any, meets the next request.
//!
//! Faults come from the settings and from outside while the stand-in runs. Those from outside are the
//! more specific wish and win; within one source the first that applies is taken, so that a list of
//! counted faults plays like a script.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::fault::{Fault, FaultSpec};

/// A fault in force: what is left of its count, and since when an outage lasts.
#[derive(Debug)]
struct Armed {
    spec: FaultSpec,
    first_hit: Option<Instant>,
}

/// All faults in force at one stand-in.
#[derive(Debug, Default)]
pub(super) struct Schedule {
    injected: VecDeque<Armed>,
    settled: VecDeque<Armed>,
}

/// What a fault needs to know about a request to decide whether it applies.
#[derive(Clone, Copy, Debug)]
pub(super) struct Encounter<'a> {
    /// The model that the request names.
    pub(super) model: &'a str,
    pub(super) body: &'a Value,
    /// A look at the model list. Counted faults are meant for answers, so such a request does not use
    /// them up.
    pub(super) listing: bool,
    pub(super) now: Instant,
}

impl Schedule {
    pub(super) fn new(faults: &[FaultSpec]) -> Self {
        let settled = faults.iter().cloned().map(|spec| Armed { spec, first_hit: None }).collect();
        Self { injected: VecDeque::new(), settled }
    }

    pub(super) fn inject(&mut self, spec: FaultSpec) {
        self.injected.push_back(Armed { spec, first_hit: None });
    }

    /// Forgets every fault, also those of the settings.
    pub(super) fn clear(&mut self) {
        self.injected.clear();
        self.settled.clear();
    }

    /// The faults in force, as text.
    pub(super) fn names(&self) -> Vec<String> {
        self.injected.iter().chain(&self.settled).map(|armed| armed.spec.to_string()).collect()
    }

    /// Takes the fault that meets this request.
    pub(super) fn take(&mut self, request: Encounter<'_>) -> Option<Fault> {
        take_from(&mut self.injected, request).or_else(|| take_from(&mut self.settled, request))
    }
}

fn take_from(faults: &mut VecDeque<Armed>, request: Encounter<'_>) -> Option<Fault> {
    faults.retain(|armed| !armed.is_over(request.now));
    let at = faults.iter().position(|armed| armed.applies(request))?;
    let armed = faults.get_mut(at)?;
    armed.first_hit.get_or_insert(request.now);
    let fault = armed.spec.fault.clone();
    if let Some(times) = &mut armed.spec.times {
        *times -= 1;
        if *times == 0 {
            drop(faults.remove(at));
        }
    }
    Some(fault)
}

impl Armed {
    fn applies(&self, request: Encounter<'_>) -> bool {
        let in_place = !request.listing || self.spec.times.is_none();
        in_place && concerns(&self.spec, request.model, request.body)
    }

    fn is_over(&self, now: Instant) -> bool {
        let elapsed = self.first_hit.map_or(Duration::ZERO, |first| now.saturating_duration_since(first));
        matches!(self.spec.fault, Fault::Down(time) if self.first_hit.is_some() && elapsed >= time)
    }
}

/// Whether the fault concerns a request to this model with this body.
pub(super) fn concerns(spec: &FaultSpec, model: &str, body: &Value) -> bool {
    spec.model.as_deref().is_none_or(|its| its == model)
        && match &spec.fault {
            Fault::Unsupported(field) => carries(body, field),
            _ => true,
        }
}

/// Whether a request has this field: at the top, or where a protocol keeps what steers the model.
fn carries(body: &Value, field: &str) -> bool {
    let inner =
        ["generationConfig", "generation_config", "input"].into_iter().filter_map(|name| body.get(name));
    let camel = camel_case(field);
    std::iter::once(body).chain(inner).any(|place| {
        [field, camel.as_str()].iter().any(|name| place.get(name).is_some_and(|value| !value.is_null()))
    })
}

/// `top_p` as `topP`, in the way of those who write it so.
pub(super) fn camel_case(name: &str) -> String {
    let mut words = name.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |camel, word| {
        let mut letters = word.chars();
        let head = letters.next().map(|c| c.to_ascii_uppercase());
        camel + &head.into_iter().chain(letters).collect::<String>()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meet(schedule: &mut Schedule, body: &Value, now: Instant) -> Option<String> {
        let request = Encounter { model: "m", body, listing: false, now };
        schedule.take(request).map(|fault| fault.to_string())
    }

    #[test]
    fn counted_faults_play_in_order_and_end() {
        let faults = ["503*2".parse().unwrap(), "cut:1*1".parse().unwrap()];
        let mut schedule = Schedule::new(&faults);
        let now = Instant::now();
        let met: Vec<_> = (0..4).map(|_| meet(&mut schedule, &Value::Null, now)).collect();
        let expected = [Some("503"), Some("503"), Some("cut:1"), None];
        assert_eq!(met, expected.map(|name| name.map(str::to_owned)));
        assert!(schedule.names().is_empty());
    }

    #[test]
    fn injected_faults_come_first() {
        let mut schedule = Schedule::new(&["500".parse().unwrap()]);
        schedule.inject("429*1".parse().unwrap());
        let now = Instant::now();
        assert_eq!(meet(&mut schedule, &Value::Null, now).as_deref(), Some("429"));
        assert_eq!(meet(&mut schedule, &Value::Null, now).as_deref(), Some("500"));
        schedule.clear();
        assert_eq!(meet(&mut schedule, &Value::Null, now), None);
    }

    #[test]
    fn an_outage_starts_with_its_first_victim_and_ends() {
        let mut schedule = Schedule::new(&["down:10s".parse().unwrap()]);
        let start = Instant::now() + Duration::from_secs(100);
        assert!(meet(&mut schedule, &Value::Null, start).is_some());
        assert!(meet(&mut schedule, &Value::Null, start + Duration::from_secs(9)).is_some());
        assert!(meet(&mut schedule, &Value::Null, start + Duration::from_secs(10)).is_none());
    }

    #[test]
    fn a_refused_field_waits_for_a_request_that_has_it() {
        let mut schedule = Schedule::new(&["unsupported:seed*1".parse().unwrap()]);
        let now = Instant::now();
        assert_eq!(meet(&mut schedule, &serde_json::json!({"model": "m"}), now), None);
        assert!(meet(&mut schedule, &serde_json::json!({"seed": 1}), now).is_some());
        schedule.inject("unsupported:top_p*1".parse().unwrap());
        assert!(meet(&mut schedule, &serde_json::json!({"generationConfig": {"topP": 1}}), now).is_some());
        assert_eq!(meet(&mut schedule, &serde_json::json!({"seed": 1}), now), None);
    }

    #[test]
    fn a_fault_of_one_model_leaves_the_others_alone() {
        let mut schedule = Schedule::new(&["503@other".parse().unwrap(), "500@m*1".parse().unwrap()]);
        let now = Instant::now();
        assert_eq!(meet(&mut schedule, &Value::Null, now).as_deref(), Some("500"));
        assert_eq!(meet(&mut schedule, &Value::Null, now), None);
        assert_eq!(schedule.names(), ["503@other"]);
    }

    #[test]
    fn a_look_at_the_models_uses_up_no_count() {
        let mut schedule = Schedule::new(&["503*1".parse().unwrap()]);
        let look = Encounter { model: "", body: &Value::Null, listing: true, now: Instant::now() };
        assert_eq!(schedule.take(look), None);
        assert_eq!(schedule.names(), ["503*1"]);
    }
}
