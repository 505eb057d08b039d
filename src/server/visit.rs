//! One request on its way through the server, told about when it is over.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// A request that is over. Nothing of what was asked or answered is in it.
#[derive(Debug, Clone)]
pub struct Served {
    /// The request's id, the ledger's too.
    pub id: String,
    /// The HTTP method.
    pub method: String,
    /// The path, without its query.
    pub path: String,
    /// The status; none if the client was gone before it.
    pub status: Option<u16>,
    /// Who answered, else what was asked for.
    pub model: Option<String>,
    /// How long it took.
    pub took: Duration,
    /// How it ended.
    pub ending: Ending,
}

/// How the answer to a request ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// As it was meant to.
    Whole,
    /// The stream broke, and the client was told.
    Broken,
    /// The client went away.
    Left,
}

/// Told about every request when it is over.
pub type Log = Arc<dyn Fn(&Served) + Send + Sync>;

/// A request under way. The last who lets go of it ends it.
pub(super) struct Visit {
    id: String,
    started: Instant,
    log: Option<Log>,
    served: Mutex<Served>,
}

impl Visit {
    pub(super) fn new(id: String, method: &str, path: &str, log: Option<Log>) -> Self {
        let served = Served {
            id: id.clone(),
            method: method.to_owned(),
            path: path.to_owned(),
            status: None,
            model: None,
            took: Duration::ZERO,
            ending: Ending::Left,
        };
        Self { id, started: Instant::now(), log, served: Mutex::new(served) }
    }

    /// The request's id.
    pub(super) fn id(&self) -> &str {
        &self.id
    }

    /// Whose it is, as what is kept is told apart: nobody's in particular while there are no keys.
    pub(super) fn owner(&self) -> String {
        String::new()
    }

    pub(super) fn status(&self, status: u16) {
        self.served().status = Some(status);
    }

    pub(super) fn model(&self, model: String) {
        self.served().model = Some(model);
    }

    pub(super) fn ended(&self, ending: Ending) {
        self.served().ending = ending;
    }

    /// Only this request's own parts ever hold it, and never for long.
    fn served(&self) -> MutexGuard<'_, Served> {
        self.served.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Visit {
    fn drop(&mut self) {
        if let Some(log) = self.log.take() {
            let mut served = self.served();
            served.took = self.started.elapsed();
            log(&served);
        }
    }
}
