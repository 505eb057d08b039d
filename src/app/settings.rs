//! From the words of the configuration to the router's.

use crate::config::{self, RouteSection, TierName};
use crate::providers::catalog::Tier;
use crate::router::{OnBrokenStream, OnContentFilter, Route, Stop, Strategy};

/// A route as the configuration sets it.
pub(super) fn route(name: String, stops: Vec<Stop>, section: &RouteSection) -> Route {
    let usual = Route::new(name, stops);
    Route {
        max_attempts: section
            .max_attempts
            .map_or(usual.max_attempts, |most| usize::try_from(most).unwrap_or(usize::MAX)),
        patience: section.patience.map_or(usual.patience, |span| span.0),
        strategy: strategy(section.strategy),
        hedge_after: section.hedge_after.map(|span| span.0),
        on_broken_stream: match section.on_broken_stream {
            config::OnBrokenStream::Resume => OnBrokenStream::Resume,
            config::OnBrokenStream::Restart => OnBrokenStream::Restart,
            config::OnBrokenStream::Fail => OnBrokenStream::Fail,
        },
        on_content_filter: match section.content_filter {
            config::OnContentFilter::Fail => OnContentFilter::Fail,
            config::OnContentFilter::Next => OnContentFilter::Next,
        },
        min_tier: section.min_tier.map(|tier| match tier {
            TierName::Small => Tier::Small,
            TierName::Medium => Tier::Medium,
            TierName::Large => Tier::Large,
            TierName::Frontier => Tier::Frontier,
        }),
        ..usual
    }
}

/// How stops are ordered, in the router's words.
pub(super) fn strategy(word: config::Strategy) -> Strategy {
    match word {
        config::Strategy::Priority => Strategy::Priority,
        config::Strategy::Weighted => Strategy::Weighted,
        config::Strategy::RoundRobin => Strategy::RoundRobin,
        config::Strategy::Latency => Strategy::Latency,
        config::Strategy::Cost => Strategy::Cost,
        config::Strategy::LeastBusy => Strategy::LeastBusy,
        config::Strategy::Quota => Strategy::Quota,
    }
}
