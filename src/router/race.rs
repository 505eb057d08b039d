//! Two candidates at once: when the first one is slow, a second is asked as well, and whoever has something to say first
//! goes on. The other is dropped, on the wire too, and billed.

use std::time::Duration;

use futures_util::future::{Either, select};
use tokio::time::{Instant, timeout};

use super::run::{Attempting, Begun, Ended};
use super::{Attempt, Candidate, Upstream};
use crate::chat::Failure;

/// How a race ended.
pub(super) struct Raced<'a> {
    /// Who goes on; where nobody does, who failed last.
    pub(super) winner: Attempting<'a>,
    /// How it began.
    pub(super) begun: Result<Begun, Ended>,
    /// Who does not: why, or nothing if it was outrun.
    pub(super) lost: Vec<(Candidate, Option<Failure>, Attempt)>,
}

/// Asks one candidate and, if it has said nothing after a while, another one as well.
pub(super) async fn race<'a, U: Upstream>(
    upstream: &U,
    mut one: Attempting<'a>,
    (without, deadline): (&[String], Instant),
    hedge: Option<(Duration, impl FnOnce() -> Option<Attempting<'a>>)>,
) -> Raced<'a> {
    let Some((after, second)) = hedge else {
        let begun = one.first(upstream, without, deadline).await;
        return Raced { winner: one, begun, lost: Vec::new() };
    };
    let mut first = Box::pin(one.first(upstream, without, deadline));
    let early = timeout(after, &mut first).await.ok();
    let two = if early.is_some() { None } else { second() };
    let Some(mut two) = two else {
        let begun = match early {
            Some(begun) => begun,
            None => first.as_mut().await,
        };
        drop(first);
        return Raced { winner: one, begun, lost: Vec::new() };
    };
    // First who had something to say, or who failed and what became of the other one.
    let finish = {
        let other = Box::pin(two.first(upstream, &[], deadline));
        match select(first, other).await {
            Either::Left((Ok(begun), _)) => Finish::First(begun),
            Either::Right((Ok(begun), _)) => Finish::Second(begun),
            Either::Left((Err(ended), other)) => Finish::FirstFailed(ended, other.await),
            Either::Right((Err(ended), first)) => Finish::SecondFailed(ended, first.await),
        }
    };
    match finish {
        Finish::First(begun) => Raced { winner: one, begun: Ok(begun), lost: vec![outrun(two)] },
        Finish::Second(begun) => Raced { winner: two, begun: Ok(begun), lost: vec![outrun(one)] },
        Finish::FirstFailed(ended, begun) => Raced { winner: two, begun, lost: vec![failed(one, &ended)] },
        Finish::SecondFailed(ended, begun) => Raced { winner: one, begun, lost: vec![failed(two, &ended)] },
    }
}

enum Finish {
    First(Begun),
    Second(Begun),
    FirstFailed(Ended, Result<Begun, Ended>),
    SecondFailed(Ended, Result<Begun, Ended>),
}

fn outrun(attempting: Attempting<'_>) -> (Candidate, Option<Failure>, Attempt) {
    (attempting.candidate.clone(), None, attempting.outrun())
}

fn failed(attempting: Attempting<'_>, ended: &Ended) -> (Candidate, Option<Failure>, Attempt) {
    let failure = if let Ended::Failed { failure, .. } = ended { Some(failure.clone()) } else { None };
    (attempting.candidate.clone(), failure, attempting.conclude(ended))
}
