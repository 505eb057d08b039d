//! Which candidates a request may go to, in which order. Pure: the same inputs (chance is one of them, as a seed) always
//! give the same plan, so that what is shown to a user (`route explain`, `--dry-run`) is what would happen.

use tokio::time::Instant;

use super::order::order;
use super::{AnsweredBy, Candidate, Demand, Route, Stop, Weighed};
use crate::chat::{FailureClass, Need, Usage};
use crate::health::{Gate, Snapshot};
use crate::providers::catalog::Tier;
use crate::providers::quirks::SchemaManner;
use crate::providers::{Ability, Billing, Model};

/// What a request may go to.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// In the order in which they are tried.
    pub candidates: Vec<Candidate>,
    /// What was left out.
    pub skipped: Vec<Skipped>,
}

/// A candidate that was left out.
#[derive(Debug, Clone)]
pub struct Skipped {
    /// Which.
    pub candidate: Candidate,
    /// Why.
    pub reason: SkipReason,
}

/// Why a candidate was left out.
#[derive(Debug, Clone, PartialEq)]
pub enum SkipReason {
    /// The model cannot do something that the request needs.
    Unable {
        /// What.
        need: Need,
        /// Whether a probe found that out, and not only a list says so.
        probed: bool,
    },
    /// The model is less capable than the route wants.
    Lesser {
        /// What it is.
        tier: Tier,
        /// What the route wants at least.
        least: Tier,
    },
    /// The request does not fit into its window.
    TooLong {
        /// What the request has at least, in tokens.
        tokens: u64,
        /// What fits.
        window: u64,
    },
    /// It is left alone for a while.
    Cooling {
        /// Until when.
        until: Instant,
        /// Why.
        class: FailureClass,
    },
    /// Its model kept failing.
    Open {
        /// Until when it is left alone.
        until: Instant,
        /// Whether it was tried since and failed again.
        again: bool,
    },
    /// The key's limits have no room for the request.
    Out {
        /// Until when.
        until: Instant,
    },
}

impl SkipReason {
    /// Whether it has had enough for now, and says or is known to say when it takes more.
    pub fn is_a_limit(&self) -> bool {
        match self {
            Self::Out { .. } => true,
            Self::Cooling { class, .. } => {
                matches!(class, FailureClass::RateLimited | FailureClass::QuotaExhausted)
            }
            Self::Unable { .. } | Self::Lesser { .. } | Self::TooLong { .. } | Self::Open { .. } => false,
        }
    }

    /// When it may be asked again; none if time does not help.
    pub fn until(&self) -> Option<Instant> {
        match self {
            Self::Unable { .. } | Self::Lesser { .. } | Self::TooLong { .. } => None,
            Self::Cooling { until, .. } | Self::Open { until, .. } | Self::Out { until } => Some(*until),
        }
    }
}

/// Expands a route into candidates (its models, each with its keys), leaves out what is unable, resting or used up, and
/// orders the rest by the route's strategy. A model that is due for a probe keeps its place: a provider that has
/// recovered must be used again soon, and a probe that fails costs one attempt.
pub fn plan(
    route: &Route,
    demand: &Demand,
    health: &Snapshot,
    now: Instant,
    draw: &mut fastrand::Rng,
) -> Plan {
    let (mut able, mut skipped) = (Vec::new(), Vec::new());
    for (place, stop) in route.stops.iter().enumerate() {
        let keys = stop.keys.iter().cloned().map(Some);
        for key in keys.chain(stop.keys.is_empty().then_some(None)) {
            let (provider, model) = (stop.provider.clone(), stop.model.clone());
            let mut candidate = Candidate { provider, model, key, weighed: Weighed::default() };
            candidate.weighed = weigh(&candidate, (route, stop), demand, health);
            match skip_reason(&candidate, route, demand, health, now) {
                None => able.push((place, candidate)),
                Some(reason) => skipped.push(Skipped { candidate, reason }),
            }
        }
    }
    let mut candidates = order(route.strategy, able, health.turn(&route.name), draw);
    // Calls in words are better than none, and not as sure as others.
    candidates.sort_by_key(|candidate| candidate.weighed.spoken);
    if let Some(place) = demand.stays_with.as_ref().and_then(|last| place_of(last, &candidates)) {
        candidates[..=place].rotate_right(1);
    }
    Plan { candidates, skipped }
}

/// Where the one is that a conversation stays with; none if it was unwell, or if not all may fit there. The same model
/// with another key of its provider is the next best.
fn place_of(last: &AnsweredBy, candidates: &[Candidate]) -> Option<usize> {
    let is_well = |candidate: &Candidate| !candidate.weighed.probe && !candidate.weighed.tight;
    let is_it = |candidate: &&Candidate| is_well(candidate) && candidate.model_id() == last.model;
    let of_key = |candidate: &Candidate| is_it(&candidate) && candidate.fingerprint() == last.key;
    candidates.iter().position(of_key).or_else(|| candidates.iter().position(|candidate| is_it(&candidate)))
}

fn weigh(
    candidate: &Candidate,
    (route, stop): (&Route, &Stop),
    demand: &Demand,
    health: &Snapshot,
) -> Weighed {
    let (model, key_model) = (candidate.model_subject(), candidate.key_model_subject());
    let input = demand.input_by(&candidate.model.id, health.ratio(&model));
    Weighed {
        weight: stop.weight,
        first_token: health.first_token(&model),
        cost_usd: cost(candidate, input, demand.output),
        busy: health.busy(&key_model),
        free: health.free(&key_model),
        probe: health.gate(&model) == Gate::Probe,
        tight: candidate.model.window.is_some_and(|window| window < input),
        spoken: route.spoken_tools
            && demand.needs.contains(&Need::Tools)
            && !candidate.model.can(Need::Tools),
    }
}

/// What the request is likely to cost, by the listed prices, also where a free tier may cover it: the ledger counts so
/// too. Where none is listed, what nobody pays for costs nothing.
fn cost(candidate: &Candidate, input: u64, output: u64) -> Option<f64> {
    let model: &Model = &candidate.model;
    let usage = Usage { input_tokens: Some(input), output_tokens: Some(output), ..Usage::default() };
    let billing = model.billing.unwrap_or(candidate.provider.billing);
    let gratis = matches!(billing, Billing::Free | Billing::Local).then_some(0.0);
    model.cost(&usage).or(gratis)
}

fn skip_reason(
    candidate: &Candidate,
    route: &Route,
    demand: &Demand,
    health: &Snapshot,
    now: Instant,
) -> Option<SkipReason> {
    let model = &candidate.model;
    if let Some(need) = demand.needs.iter().find(|need| !is_able(candidate, route, **need)) {
        let probed = model.probed(Ability::of(*need)).is_some();
        return Some(SkipReason::Unable { need: *need, probed });
    }
    // Of a model that is not in the catalogue nothing is known, so nothing is held against it.
    if let (Some(tier), Some(least)) = (model.tier, route.min_tier)
        && tier < least
    {
        return Some(SkipReason::Lesser { tier, least });
    }
    let tokens = demand.least_by(&model.id);
    if let Some(window) = model.window.filter(|window| tokens > *window) {
        return Some(SkipReason::TooLong { tokens, window });
    }
    if let Some(cooling) = health.cooling(&candidate.subjects()).filter(|cooling| cooling.until > now) {
        return Some(SkipReason::Cooling { until: cooling.until, class: cooling.class });
    }
    if let Gate::Open { until, again } = health.gate(&candidate.model_subject())
        && until > now
    {
        return Some(SkipReason::Open { until, again });
    }
    let tokens = demand.input_by(&model.id, health.ratio(&candidate.model_subject())) + demand.output;
    let out = health.out(&candidate.key_model_subject(), tokens);
    out.filter(|until| *until > now).map(|until| SkipReason::Out { until })
}

/// Whether a candidate can do what a request needs. Where a provider takes the schema as an instruction, any model can,
/// unless it was found out that it cannot; tools can be called in words.
fn is_able(candidate: &Candidate, route: &Route, need: Need) -> bool {
    if need == Need::Tools && route.spoken_tools {
        return true;
    }
    let by_instruction = candidate.provider.quirks.schema == SchemaManner::JsonObject;
    let was_seen_to_fail = candidate.model.probed(Ability::of(need)) == Some(false);
    candidate.model.can(need) || (need == Need::Schema && by_instruction && !was_seen_to_fail)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use super::super::tests::rig::stop;
    use super::super::{OnContentFilter, Strategy};
    use super::*;
    use crate::chat::{ChatRequest, Message, ModelId, Role, Tokens};
    use crate::health::{Cooling, Subject};
    use proptest::prelude::{any, prop_assert, prop_assert_eq, proptest};

    fn with_model(name: &str, keys: &[&str], change: impl FnOnce(&mut Model)) -> Stop {
        let mut stop = stop(name, keys);
        change(Arc::make_mut(&mut stop.model));
        stop
    }

    fn planned(route: &Route, demand: &Demand, health: &Snapshot, now: Instant) -> Plan {
        plan(route, demand, health, now, &mut fastrand::Rng::with_seed(1))
    }

    fn demand(needs: Vec<Need>, most: u64) -> Demand {
        Demand::tokens(needs, Tokens { most, least: most / 2 }, None)
    }

    fn names(candidates: &[Candidate]) -> Vec<&str> {
        candidates.iter().map(|candidate| candidate.provider.id.as_str()).collect()
    }

    #[test]
    fn a_conversation_stays_with_whoever_answered_while_that_is_well() {
        let narrow = with_model("c", &["k"], |model| model.window = Some(500));
        let route = Route::new("r", vec![stop("a", &["k"]), stop("b", &["k1", "k2"]), narrow]);
        let order = |provider: &str, key: Option<&str>, tokens: u64, health: &Snapshot, now| {
            let key = key.map(|key| crate::secret::Secret::new(key).fingerprint());
            let model = ModelId::new(provider, "m");
            let demand = Demand { stays_with: Some(AnsweredBy { model, key }), ..demand(Vec::new(), tokens) };
            let plan = planned(&route, &demand, health, now);
            let shown = |candidate: &Candidate| {
                let key = candidate.key.as_ref().and_then(|key| key.ready()).map_or("", |key| key.expose());
                format!("{}{}", candidate.provider.id, key.trim_start_matches('k'))
            };
            plan.candidates.iter().map(shown).collect::<Vec<_>>().join(" ")
        };
        let (well, now) = (Snapshot::default(), Instant::now());
        assert_eq!(order("b", Some("k2"), 9, &well, now), "b2 a b1 c");
        assert_eq!(order("b", Some("gone"), 9, &well, now), "b1 a b2 c");
        assert_eq!(order("c", Some("k"), 9, &well, now), "c a b1 b2");
        assert_eq!(order("nobody", None, 9, &well, now), "a b1 b2 c");
        // Nothing is risked for the sake of a cache: it may not fit there any more.
        assert_eq!(order("c", Some("k"), 900, &well, now), "a b1 b2 c");
        let cooling = Cooling { until: now + Duration::from_secs(9), class: FailureClass::RateLimited };
        let subject = Subject::Model { provider: "b".into(), model: "m".into() };
        let mut resting = Snapshot::default();
        resting.pretend(subject, cooling);
        assert_eq!(order("b", Some("k2"), 9, &resting, now), "a c");
    }

    #[test]
    fn what_a_probe_found_out_counts_more_than_what_is_listed() {
        let probed = |name, listed: Option<Vec<Ability>>, able| {
            with_model(name, &["k"], |model| {
                model.abilities = listed;
                model.probed = vec![(Ability::Tools, able), (Ability::Schema, able)];
            })
        };
        let mut by_instruction = probed("by instruction", None, false);
        Arc::make_mut(&mut by_instruction.provider).quirks.schema = SchemaManner::JsonObject;
        let stops = vec![
            probed("listed", Some(vec![Ability::Tools, Ability::Schema]), false),
            probed("unknown", None, false),
            probed("not listed", Some(Vec::new()), true),
            by_instruction,
        ];
        let route = Route { spoken_tools: false, ..Route::new("r", stops) };
        for need in [Need::Tools, Need::Schema] {
            let plan = planned(&route, &demand(vec![need], 1000), &Snapshot::default(), Instant::now());
            assert_eq!(names(&plan.candidates), ["not listed"]);
            let unable = SkipReason::Unable { need, probed: true };
            assert!(plan.skipped.iter().all(|skipped| skipped.reason == unable));
            assert!(unable.words().ends_with("as a probe showed"));
        }
        // It says nothing about anything else.
        let plan = planned(&route, &demand(Vec::new(), 1000), &Snapshot::default(), Instant::now());
        assert_eq!(plan.candidates.len(), 4);
    }

    #[test]
    fn what_is_known_to_be_unable_is_left_out() {
        let stops = vec![
            with_model("tools", &["k"], |model| model.abilities = Some(vec![Ability::Tools])),
            with_model("none", &["k"], |model| model.abilities = Some(Vec::new())),
            stop("unknown", &["k"]),
            with_model("small", &["k"], |model| model.tier = Some(Tier::Small)),
            with_model("short", &["k"], |model| model.window = Some(499)),
            with_model("tight", &["k"], |model| model.window = Some(500)),
        ];
        let spoken = Route { min_tier: Some(Tier::Medium), ..Route::new("r", stops) };
        let route = Route { spoken_tools: false, ..spoken.clone() };
        let demand = demand(vec![Need::Tools], 1000);
        // Who can call tools in words only comes after all others.
        let plan = planned(&spoken, &demand, &Snapshot::default(), Instant::now());
        assert_eq!(names(&plan.candidates), ["tools", "unknown", "tight", "none"]);
        let plan = planned(&route, &demand, &Snapshot::default(), Instant::now());
        assert_eq!(names(&plan.candidates), ["tools", "unknown", "tight"]);
        assert!(plan.candidates[2].weighed.tight && !plan.candidates[0].weighed.tight);
        let reasons: Vec<_> = plan.skipped.into_iter().map(|skipped| skipped.reason).collect();
        let expected = [
            SkipReason::Unable { need: Need::Tools, probed: false },
            SkipReason::Lesser { tier: Tier::Small, least: Tier::Medium },
            SkipReason::TooLong { tokens: 500, window: 499 },
        ];
        assert_eq!(reasons, expected);
        assert!(reasons.iter().all(|reason| reason.until().is_none()));
    }

    #[test]
    fn what_rests_is_left_out_until_then() {
        let route = Route::new("r", vec![stop("a", &["k1", "k2"]), stop("b", &[])]);
        let now = Instant::now();
        let until = now + Duration::from_secs(9);
        let mut health = Snapshot::default();
        let subject = planned(&route, &Demand::default(), &health, now).candidates[0].key_subject();
        health.pretend(subject, Cooling { until, class: FailureClass::Auth });
        let plan = planned(&route, &Demand::default(), &health, now);
        assert_eq!(names(&plan.candidates), ["a", "b"]);
        assert_eq!(plan.skipped[0].reason, SkipReason::Cooling { until, class: FailureClass::Auth });
        assert_eq!(plan.skipped[0].reason.until(), Some(until));
        // A picture of health that is old does not hold longer than what it shows.
        assert_eq!(planned(&route, &Demand::default(), &health, until).candidates.len(), 3);
    }

    #[test]
    fn costs_are_those_of_this_request() {
        let priced = |name: &str, input, output| {
            with_model(name, &["k"], |model| {
                (model.input_price, model.output_price) = (Some(input), Some(output));
            })
        };
        let stops = vec![priced("talker", 1.0, 1.0), stop("unknown", &["k"]), priced("reader", 0.1, 9.0)];
        let route = Route { strategy: Strategy::Cost, ..Route::new("r", stops) };
        let order = |tokens| {
            let demand = demand(Vec::new(), tokens);
            let plan = planned(&route, &demand, &Snapshot::default(), Instant::now());
            names(&plan.candidates).join(" ")
        };
        assert_eq!(order(100), "talker reader unknown");
        assert_eq!(order(100_000), "reader talker unknown");
        let unlisted = |billing| {
            let mut stop = stop("x", &["k"]);
            Arc::make_mut(&mut stop.provider).billing = billing;
            let route = Route::new("r", vec![stop]);
            planned(&route, &Demand::default(), &Snapshot::default(), Instant::now()).candidates[0]
                .weighed
                .cost_usd
        };
        assert_eq!((unlisted(Billing::Local), unlisted(Billing::Paid)), (Some(0.0), None));
    }

    #[test]
    fn a_request_asks_for_what_is_in_it() {
        let request = ChatRequest {
            messages: vec![Message::text(Role::User, "What is the capital of France, and since when?")],
            ..ChatRequest::default()
        };
        let demand = Demand::of(&request);
        assert!((10..30).contains(&demand.input), "{demand:?}");
        assert_eq!(demand.total(), demand.input + demand.output);
        assert_eq!(Demand::tokens(Vec::new(), Tokens::default(), Some(7)).output, 7);
        assert!(demand.least_input < demand.input);
        // What the defaults say about filters is what the verdicts have always done.
        assert_eq!(Route::new("r", Vec::new()).on_content_filter, OnContentFilter::Fail);
    }

    /// A model with its number of keys, its window, and whether it calls tools, rests, or has a key that does.
    type Shape = (usize, Option<u64>, Option<bool>, bool, bool);

    proptest! {
        #[test]
        fn a_plan_splits_the_expansion_and_repeats_itself(
            shapes in proptest::collection::vec(
                (0usize..4, proptest::option::of(0u64..3000), proptest::option::of(any::<bool>()), any::<bool>(), any::<bool>()),
                0..6,
            ),
            strategy in proptest::sample::select(vec![
                Strategy::Priority, Strategy::Weighted, Strategy::RoundRobin, Strategy::Latency, Strategy::Cost,
                Strategy::LeastBusy, Strategy::Quota,
            ]),
            tokens in 0u64..6000,
            spoken_tools: bool,
            seed: u64,
        ) {
            let now = Instant::now();
            let mut health = Snapshot::default();
            let resting = Cooling { until: now + Duration::from_secs(1), class: FailureClass::Server };
            let stops = shapes.iter().enumerate().map(|(place, (keys, window, tools, rests, key_rests)): (_, &Shape)| {
                let names: Vec<String> = (0..*keys).map(|key| format!("k-{place}-{key}")).collect();
                let names: Vec<&str> = names.iter().map(String::as_str).collect();
                let stop = with_model(&place.to_string(), &names, |model| {
                    model.window = *window;
                    model.abilities = tools.map(|tools| if tools { vec![Ability::Tools] } else { Vec::new() });
                });
                if *rests {
                    health.pretend(Subject::Provider(place.to_string()), resting);
                }
                if let (true, Some(key)) = (key_rests, stop.keys.first()) {
                    let key = key.id().to_owned();
                    health.pretend(Subject::Key { provider: place.to_string(), key }, resting);
                }
                stop
            }).collect();
            let route = Route { strategy, spoken_tools, ..Route::new("r", stops) };
            let demand = demand(vec![Need::Tools], tokens);
            let draw = || plan(&route, &demand, &health, now, &mut fastrand::Rng::with_seed(seed));
            let first = draw();
            let id = |candidate: &Candidate| (candidate.provider.id.clone(), candidate.key.as_ref().map(|key| key.id().to_owned()));
            let asked: Vec<_> = first.candidates.iter().map(id).collect();
            prop_assert_eq!(&asked, &draw().candidates.iter().map(id).collect::<Vec<_>>());
            let mut all: Vec<_> = asked.iter().cloned().chain(first.skipped.iter().map(|skipped| id(&skipped.candidate))).collect();
            all.sort();
            let mut expected = Vec::new();
            for stop in &route.stops {
                let keys = stop.keys.iter().map(|key| Some(key.id().to_owned()));
                expected.extend(keys.chain(stop.keys.is_empty().then_some(None)).map(|key| (stop.provider.id.clone(), key)));
            }
            expected.sort();
            prop_assert_eq!(all, expected);
            let can: Vec<bool> = first.candidates.iter().map(|it| it.model.can(Need::Tools)).collect();
            prop_assert!(can.is_sorted_by_key(|can| !can) && (spoken_tools || can.iter().all(|can| *can)));
            for candidate in &first.candidates {
                prop_assert!(candidate.model.window.is_none_or(|window| window >= demand.least_input));
                prop_assert!(health.cooling(&candidate.subjects()).is_none());
            }
        }
    }
}
