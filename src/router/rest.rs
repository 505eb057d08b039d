//! Candidates that are left alone for now: who is asked all the same, and who is waited for.

use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use super::course::Course;
use super::plan::{SkipReason, Skipped};
use super::{Candidate, Delivery, Gone, Notice, Upstream};

/// How often a long wait says that it goes on.
const SECOND: Duration = Duration::from_secs(1);

impl<U: Upstream, D: Delivery> Course<'_, U, D> {
    /// Who was not asked because it kept failing, the one first whose rest is over first. To fail is worse than to ask them.
    pub(super) fn shut(&self) -> Vec<Candidate> {
        let skipped = self.router.plan(self.setting.ask).skipped;
        // Who has failed its probe too is asked only where nobody else was and nobody is known to be well soon.
        let nobody = self.walk.tried() == 0 && !skipped.iter().any(|skipped| skipped.reason.is_a_limit());
        let hope =
            |skipped: &Skipped| matches!(skipped.reason, SkipReason::Open { again, .. } if nobody || !again);
        let mut shut = skipped;
        shut.retain(|skipped| hope(skipped) && !self.walk.has_asked(&skipped.candidate));
        shut.sort_by_key(|skipped| skipped.reason.until());
        shut.into_iter().map(|skipped| skipped.candidate).collect()
    }

    /// Who is out for now and well again before it is too late to wait for; the soonest.
    pub(super) fn next_well(&self) -> Option<(Instant, Candidate)> {
        let latest = (Instant::now() + self.max_wait).min(self.setting.deadline);
        let skipped = self.router.plan(self.setting.ask).skipped.into_iter();
        let throttled = skipped.filter(|skipped| skipped.reason.is_a_limit());
        let out = throttled.filter_map(|skipped| Some((skipped.reason.until()?, skipped.candidate)));
        out.filter(|(until, _)| *until <= latest).min_by_key(|(until, _)| *until)
    }

    /// Waits for whoever is well again first, and goes on with those who are by then.
    pub(super) async fn wait_for_the_next(&mut self) -> Result<(), Gone> {
        let Some((until, next)) = self.next_well() else { return Ok(()) };
        let out: Vec<Candidate> =
            self.router.plan(self.setting.ask).skipped.into_iter().map(|skipped| skipped.candidate).collect();
        self.max_wait = self.max_wait.saturating_sub(until.saturating_duration_since(Instant::now()));
        self.wait(until, &next.model_id().to_string()).await?;
        let mut well = self.router.plan(self.setting.ask).candidates;
        well.retain(|candidate| out.iter().any(|before| before.is(candidate)));
        self.walk.go_on_with(well);
        Ok(())
    }

    /// Waits, and says so: at once, and every second.
    pub(super) async fn wait(&mut self, until: Instant, model: &str) -> Result<(), Gone> {
        let span = until.saturating_duration_since(Instant::now());
        let end = until.min(self.setting.deadline);
        loop {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(());
            }
            self.delivery.notice(&Notice::Waiting { model: model.to_owned(), span, left })?;
            sleep_until((Instant::now() + SECOND).min(end)).await;
        }
    }
}
