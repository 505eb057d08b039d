//! A thread of its own for readers of foreign bytes: bounded in stack and time, and a panic in it is an error.
//!
//! A thread cannot be ended from outside. Readers therefore look at the deadline themselves; one that cannot (a library
//! that is deep in its work) is left behind, and ends with the process at the latest.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use super::DocumentError;

/// Room for the recursion that parsers allow themselves.
const STACK: usize = 16 << 20;
/// Between the deadline that a reader sees and the end of waiting, so that it can say itself what it was at.
const GRACE: Duration = Duration::from_secs(1);

/// When a reader has to stop.
#[derive(Debug, Clone, Copy)]
pub(super) struct Deadline {
    at: Instant,
    after: Duration,
}

impl Deadline {
    /// A deadline from now on.
    pub(super) fn new(after: Duration) -> Self {
        Self { at: Instant::now() + after, after }
    }

    /// An error once it has passed.
    pub(super) fn check(self, path: &Path) -> Result<(), DocumentError> {
        if Instant::now() < self.at {
            return Ok(());
        }
        Err(DocumentError::TooSlow { path: path.to_owned(), after: self.after })
    }
}

/// The name of such a thread: what goes wrong in it is told as an error of the file.
pub(crate) const THREAD: &str = "document";

/// Runs a reader within `patience`.
pub(super) fn run<T: Send + 'static>(
    path: &Path,
    patience: Duration,
    reader: impl FnOnce(Deadline) -> Result<T, DocumentError> + Send + 'static,
) -> Result<T, DocumentError> {
    let deadline = Deadline::new(patience);
    let (sender, receiver) = sync_channel(1);
    let work = move || {
        let outcome = catch_unwind(AssertUnwindSafe(|| reader(deadline)));
        // Nobody listens any more when the time was up.
        sender.send(outcome).ok();
    };
    thread::Builder::new()
        .name(THREAD.into())
        .stack_size(STACK)
        .spawn(work)
        .map_err(|error| DocumentError::io(path, error))?;
    match receiver.recv_timeout(patience + GRACE) {
        Ok(Ok(outcome)) => outcome,
        Ok(Err(_)) | Err(RecvTimeoutError::Disconnected) => {
            Err(DocumentError::damaged(path, "its reader broke on it"))
        }
        Err(RecvTimeoutError::Timeout) => {
            Err(DocumentError::TooSlow { path: path.to_owned(), after: patience })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::channel;

    #[test]
    fn a_panic_is_an_error_and_so_is_silence() {
        let path = Path::new("a.pdf");
        let minute = Duration::from_mins(1);
        assert_eq!(run(path, minute, |_| Ok(7)).unwrap(), 7);
        let error = run::<()>(path, minute, |_| panic!("garbage")).unwrap_err();
        assert!(error.to_string().starts_with("a.pdf: a damaged file"), "{error}");

        let deadline = Deadline::new(Duration::ZERO);
        assert!(matches!(deadline.check(path), Err(DocumentError::TooSlow { .. })));
    }

    #[test]
    fn a_reader_that_hangs_is_left_behind() {
        let (end, wait_for_end) = channel::<()>();
        let wait = move |_| {
            wait_for_end.recv().ok();
            Ok(())
        };
        let error = run(Path::new("a.pdf"), Duration::ZERO, wait).unwrap_err();
        assert!(matches!(error, DocumentError::TooSlow { .. }), "{error}");
        drop(end);
    }
}
