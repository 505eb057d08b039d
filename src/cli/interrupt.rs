//! Being asked to end: Ctrl-C, or SIGTERM.
//!
//! The first time, whatever is under way is dropped and what came by then is kept and recorded. A second time, or when
//! the program is stuck (a pipe that nobody reads, a file that never ends), it ends at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::watch;

use super::{CommandError, Exit};

/// How long a program that was asked to end may take to tidy up.
const TIDY_UP_MS: u64 = 1500;

/// Tells whether the program was asked to end.
#[derive(Debug, Clone)]
pub struct Interrupt {
    asked: watch::Receiver<bool>,
    tidy_up_ms: Arc<AtomicU64>,
}

impl Interrupt {
    /// Listens from now on.
    pub(super) fn listen() -> Self {
        let (sender, asked) = watch::channel(false);
        let tidy_up_ms = Arc::new(AtomicU64::new(TIDY_UP_MS));
        let allowed = Arc::clone(&tidy_up_ms);
        tokio::spawn(async move {
            asked_to_end().await;
            sender.send_replace(true);
            let tidy_up = Duration::from_millis(allowed.load(Ordering::Relaxed));
            tokio::select! {
                () = asked_to_end() => {}
                () = tokio::time::sleep(tidy_up) => {}
            }
            // Whatever blocks the program cannot be asked any more.
            std::process::exit(Exit::Interrupted as i32);
        });
        Self { asked, tidy_up_ms }
    }

    /// Nobody listens: whoever reads the keys sees to Ctrl-C.
    pub(super) fn left_alone() -> Self {
        let (_, asked) = watch::channel(false);
        Self { asked, tidy_up_ms: Arc::new(AtomicU64::new(TIDY_UP_MS)) }
    }

    /// Allows more time to tidy up: a server has others' answers under way.
    pub(super) fn allow(&self, tidy_up: Duration) {
        let most = u64::try_from(tidy_up.as_millis()).unwrap_or(u64::MAX);
        self.tidy_up_ms.store(most, Ordering::Relaxed);
    }

    /// Waits until the program is asked to end.
    pub async fn wait(&self) {
        let mut receiver = self.asked.clone();
        if receiver.wait_for(|asked| *asked).await.is_err() {
            // Nobody listens any more, so nobody will ask.
            std::future::pending::<()>().await;
        }
    }

    /// Does the work unless the user stops it; then the work is dropped at once.
    pub async fn unless<T>(
        &self,
        work: impl Future<Output = Result<T, CommandError>>,
    ) -> Result<T, CommandError> {
        tokio::select! {
            result = work => result,
            () = self.wait() => Err(CommandError::interrupted()),
        }
    }
}

#[cfg(unix)]
async fn asked_to_end() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        },
        Err(_) => ctrl_c().await,
    }
}

#[cfg(not(unix))]
async fn asked_to_end() {
    ctrl_c().await;
}

/// Where no handler can be set the system ends the program by itself.
async fn ctrl_c() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
