//! The strategies: each gives every candidate a rank, the lowest goes first, and equal ones stay as they are listed.

use std::time::Duration;

use super::{Candidate, Strategy};

/// Orders candidates, each of which comes with the place of its model in the route. Strategies that look at models keep
/// the keys of one together and in their order; those that look at keys take each for itself.
pub(super) fn order(
    strategy: Strategy,
    able: Vec<(usize, Candidate)>,
    turn: u64,
    draw: &mut fastrand::Rng,
) -> Vec<Candidate> {
    let candidates = || able.iter().map(|(_, candidate)| candidate.weighed);
    let ranks: Vec<f64> = match strategy {
        Strategy::Priority => vec![0.0; able.len()],
        Strategy::Weighted => by_chance(&able, draw),
        Strategy::RoundRobin => in_turn(able.len(), turn),
        Strategy::Latency => by_latency(&able, draw),
        Strategy::Cost => candidates().map(|weighed| weighed.cost_usd.unwrap_or(f64::INFINITY)).collect(),
        Strategy::LeastBusy => candidates().map(|weighed| f64::from(weighed.busy)).collect(),
        // Where no limit is known, none holds a request back.
        Strategy::Quota => candidates().map(|weighed| -weighed.free.unwrap_or(1.0)).collect(),
    };
    let mut ranked: Vec<(f64, Candidate)> =
        ranks.into_iter().zip(able).map(|(rank, (_, candidate))| (rank, candidate)).collect();
    ranked.sort_by(|(a, _), (b, _)| a.total_cmp(b));
    ranked.into_iter().map(|(_, candidate)| candidate).collect()
}

/// The models among candidates: the place of each with its first candidate.
fn models(able: &[(usize, Candidate)]) -> Vec<&(usize, Candidate)> {
    let mut models: Vec<&(usize, Candidate)> = able.iter().collect();
    models.dedup_by_key(|(place, _)| *place);
    models
}

/// Spreads the ranks of models over their keys.
fn spread(able: &[(usize, Candidate)], rank: impl Fn(usize) -> f64) -> Vec<f64> {
    able.iter().map(|(place, _)| rank(*place)).collect()
}

/// Each model waits for a time that is drawn from an exponential distribution, whose rate is its weight: each is first
/// with the probability of its share, and among those that are left it is so again.
fn by_chance(able: &[(usize, Candidate)], draw: &mut fastrand::Rng) -> Vec<f64> {
    let waits: Vec<(usize, f64)> = models(able)
        .into_iter()
        .map(|(place, candidate)| {
            // From 0, excluded, to 1, so that the logarithm is finite.
            let chance = 1.0 - draw.f64();
            (*place, -chance.ln() / f64::from(candidate.weighed.weight.max(1)))
        })
        .collect();
    spread(able, |place| waits.iter().find(|(other, _)| *other == place).map_or(0.0, |(_, wait)| *wait))
}

/// The candidate whose turn it is goes first, those after it next, those before it last.
#[expect(clippy::cast_precision_loss, reason = "a route has few candidates")]
fn in_turn(count: usize, turn: u64) -> Vec<f64> {
    let count = count.max(1);
    let first = usize::try_from(turn % count as u64).unwrap_or(0);
    (0..count).map(|place| ((place + count - first) % count) as f64).collect()
}

/// Two models are drawn and the faster one of them goes first, then again among those that are left. That keeps the
/// slowest from the front without sending everybody to the fastest. One of which nothing is known counts as the
/// fastest: it is tried, and then it is known.
#[expect(clippy::cast_precision_loss, reason = "a route has few models")]
fn by_latency(able: &[(usize, Candidate)], draw: &mut fastrand::Rng) -> Vec<f64> {
    let mut left: Vec<(usize, Duration)> = models(able)
        .into_iter()
        .map(|(place, candidate)| (*place, candidate.weighed.first_token.unwrap_or_default()))
        .collect();
    let mut places = Vec::new();
    while !left.is_empty() {
        let one = draw.usize(..left.len());
        let other = (one + 1 + draw.usize(..left.len().max(2) - 1)) % left.len();
        let (_, faster) = (left[one].1, one).min((left[other].1, other));
        places.push(left.remove(faster).0);
    }
    spread(able, |place| places.iter().position(|other| *other == place).unwrap_or(0) as f64)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::Arc;

    use super::super::tests::rig::stop;
    use super::super::{Stop, Weighed};
    use super::*;
    use proptest::prelude::{Strategy as _, any, prop_assert_eq, proptest};

    const ALL: [Strategy; 7] = [
        Strategy::Priority,
        Strategy::Weighted,
        Strategy::RoundRobin,
        Strategy::Latency,
        Strategy::Cost,
        Strategy::LeastBusy,
        Strategy::Quota,
    ];

    /// Models named after their places, each with as many keys as said and the same numbers for all.
    fn able(models: &[(usize, Weighed)]) -> Vec<(usize, Candidate)> {
        let mut able = Vec::new();
        for (place, (keys, weighed)) in models.iter().enumerate() {
            let names: Vec<String> = (0..*keys).map(|key| format!("key-{place}-{key}")).collect();
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            let Stop { provider, model, keys, .. } = stop(&place.to_string(), &names);
            for key in keys {
                let (provider, model) = (Arc::clone(&provider), Arc::clone(&model));
                able.push((place, Candidate { provider, model, key: Some(key), weighed: *weighed }));
            }
        }
        able
    }

    fn names(strategy: Strategy, able: &[(usize, Candidate)], turn: u64, seed: u64) -> Vec<String> {
        let ordered = order(strategy, able.to_vec(), turn, &mut fastrand::Rng::with_seed(seed));
        let name = |candidate: &Candidate| {
            let key = candidate.key.as_ref().and_then(|key| key.ready()).unwrap().expose().to_owned();
            key.trim_start_matches("key-").to_owned()
        };
        ordered.iter().map(name).collect()
    }

    fn one_key(weighed: impl IntoIterator<Item = Weighed>) -> Vec<(usize, Candidate)> {
        able(&weighed.into_iter().map(|weighed| (1, weighed)).collect::<Vec<_>>())
    }

    /// How often each model is first, of this many draws.
    fn firsts(strategy: Strategy, able: &[(usize, Candidate)], draws: u64) -> BTreeMap<String, u64> {
        let mut firsts = BTreeMap::new();
        for seed in 0..draws {
            *firsts.entry(names(strategy, able, 0, seed)[0].clone()).or_insert(0) += 1;
        }
        firsts
    }

    #[test]
    fn cheap_idle_and_unused_ones_go_first_and_equal_ones_stay() {
        let cost = |cost_usd| Weighed { cost_usd, ..Weighed::default() };
        let costs = one_key([cost(None), cost(Some(0.2)), cost(Some(0.1)), cost(Some(0.2)), cost(Some(0.0))]);
        assert_eq!(names(Strategy::Cost, &costs, 0, 0), ["4-0", "2-0", "1-0", "3-0", "0-0"]);
        let busy = one_key([2, 0, 1, 0].map(|busy| Weighed { busy, ..Weighed::default() }));
        assert_eq!(names(Strategy::LeastBusy, &busy, 0, 0), ["1-0", "3-0", "2-0", "0-0"]);
        let free = one_key(
            [Some(0.2), Some(0.9), None, Some(0.0)].map(|free| Weighed { free, ..Weighed::default() }),
        );
        assert_eq!(names(Strategy::Quota, &free, 0, 0), ["2-0", "1-0", "0-0", "3-0"]);
        assert_eq!(names(Strategy::Priority, &free, 3, 9), ["0-0", "1-0", "2-0", "3-0"]);
    }

    #[test]
    fn keys_take_turns_too() {
        let able = able(&[(2, Weighed::default()), (1, Weighed::default())]);
        let turns = [0, 1, 2, 3].map(|turn| names(Strategy::RoundRobin, &able, turn, 0)[0].clone());
        assert_eq!(turns, ["0-0", "0-1", "1-0", "0-0"]);
        assert_eq!(names(Strategy::RoundRobin, &able, u64::MAX, 0).len(), 3);
        assert!(names(Strategy::RoundRobin, &[], 7, 0).is_empty());
    }

    #[test]
    fn chance_is_fair_by_weight_and_not_by_keys() {
        let weight = |weight| Weighed { weight, ..Weighed::default() };
        let able = able(&[(3, weight(1)), (1, weight(3)), (1, weight(6))]);
        let firsts = firsts(Strategy::Weighted, &able, 10_000);
        for (model, share) in [("0-0", 1000), ("1-0", 3000), ("2-0", 6000)] {
            let count = firsts[model];
            assert!(count.abs_diff(share) < 200, "{model}: {count}, not about {share}");
        }
        // The keys of one model stay together and in their order.
        let together = |order: Vec<String>| order.windows(3).any(|three| three == ["0-0", "0-1", "0-2"]);
        assert!((0..100).all(|seed| together(names(Strategy::Weighted, &able, 0, seed))));
        // Once the heaviest is gone, its fallback is drawn by weight too.
        let second = (0..10_000)
            .map(|seed| names(Strategy::Weighted, &able, 0, seed))
            .filter(|order| order[0] == "2-0")
            .map(|order| u64::from(order[1] == "1-0"));
        let (hits, draws) = second.fold((0, 0), |(hits, draws), hit| (hits + hit, draws + 1));
        assert!((hits * 100 / draws).abs_diff(75) < 4, "{hits} of {draws}");
    }

    #[test]
    fn fast_ones_are_preferred_and_unknown_ones_tried() {
        let after =
            |ms: Option<u64>| Weighed { first_token: ms.map(Duration::from_millis), ..Weighed::default() };
        let known = one_key([after(Some(900)), after(Some(100)), after(Some(500))]);
        let firsts_known = firsts(Strategy::Latency, &known, 3000);
        // Of three pairs two hold the fastest and none is won by the slowest.
        assert!(firsts_known["1-0"].abs_diff(2000) < 150, "{firsts_known:?}");
        assert!(!firsts_known.contains_key("0-0"), "{firsts_known:?}");
        let two = one_key([after(Some(900)), after(None)]);
        assert_eq!(firsts(Strategy::Latency, &two, 50)["1-0"], 50);
        let unknown = one_key([after(None), after(None)]);
        assert_eq!(names(Strategy::Latency, &unknown, 0, 5), ["0-0", "1-0"]);
    }

    fn weighed() -> impl proptest::strategy::Strategy<Value = Weighed> {
        (0u32..5, proptest::option::of(0u64..2000), proptest::option::of(0.0..1.0f64), 0u32..4, any::<bool>())
            .prop_map(|(weight, ms, cost_usd, busy, probe)| Weighed {
                spoken: false,
                weight,
                first_token: ms.map(Duration::from_millis),
                cost_usd,
                busy,
                free: cost_usd,
                probe,
                tight: probe,
            })
    }

    proptest! {
        #[test]
        fn every_order_is_a_permutation_and_repeatable(
            models in proptest::collection::vec((1usize..4, weighed()), 0..6),
            strategy in proptest::sample::select(ALL.to_vec()),
            turn: u64,
            seed: u64,
        ) {
            let able = able(&models);
            let ordered = names(strategy, &able, turn, seed);
            let mut sorted = ordered.clone();
            sorted.sort();
            // Priority keeps the list's order, which is sorted here.
            prop_assert_eq!(sorted, names(Strategy::Priority, &able, 0, 0));
            prop_assert_eq!(ordered, names(strategy, &able, turn, seed));
        }
    }
}
