//! One request on its way through the server, told about when it is over.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::keys::{Holder, Pass};
use crate::app::Owners;

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
    /// The name of the client's key.
    pub key: Option<String>,
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
    /// Who asks, where that has to be said.
    holder: Option<Arc<Holder>>,
    /// What counts it among those under way.
    pass: Mutex<Option<(Pass, Arc<Owners>)>>,
}

impl Visit {
    pub(super) fn new(
        id: String,
        method: &str,
        path: &str,
        log: Option<Log>,
        holder: Option<Arc<Holder>>,
    ) -> Self {
        let served = Served {
            id: id.clone(),
            method: method.to_owned(),
            path: path.to_owned(),
            status: None,
            model: None,
            key: holder.as_ref().map(|holder| holder.key.name.clone()),
            took: Duration::ZERO,
            ending: Ending::Left,
        };
        Self { id, started: Instant::now(), log, served: Mutex::new(served), holder, pass: Mutex::default() }
    }

    /// The request's id.
    pub(super) fn id(&self) -> &str {
        &self.id
    }

    /// Who asks; none where nobody needs to say.
    pub(super) fn holder(&self) -> Option<&Arc<Holder>> {
        self.holder.as_ref()
    }

    /// Whose it is, as what is kept is told apart: nobody's in particular where no key is needed.
    pub(super) fn owner(&self) -> String {
        self.holder.as_ref().map(|holder| holder.key.id.clone()).unwrap_or_default()
    }

    /// Counts it among those under way, until it is over.
    pub(super) fn passes(&self, pass: Pass, owners: Arc<Owners>) {
        *self.pass.lock().unwrap_or_else(PoisonError::into_inner) = Some((pass, owners));
    }

    /// What it used.
    pub(super) fn used(&self, tokens: u64) {
        if let Some((pass, _)) = &*self.pass.lock().unwrap_or_else(PoisonError::into_inner) {
            pass.used(tokens);
        }
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
        if let Some((_, owners)) = self.pass.get_mut().unwrap_or_else(PoisonError::into_inner) {
            owners.end(&self.id);
        }
        if let Some(log) = self.log.take() {
            let mut served = self.served();
            served.took = self.started.elapsed();
            log(&served);
        }
    }
}
