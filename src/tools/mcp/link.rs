//! The way to one server: it is reached when somebody needs it, and again when it has ended, but not for ever.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::Value;
use tokio::sync::Mutex as Turnstile;
use tokio::time::{Instant, timeout};

use super::answer::answer;
use super::connection::Connection;
use super::{Approvals, Offered, Server};
use crate::tools::{Answer, ToolError};

/// How often a server is started within a minute at most.
const MOST_STARTS: usize = 3;
const MINUTE: Duration = Duration::from_mins(1);
/// How long it is left alone when it could not be reached; longer each time.
const PAUSE: Duration = Duration::from_secs(1);

/// The way to a server.
pub struct Link {
    /// The server.
    pub server: Server,
    approvals: Approvals,
    slot: Turnstile<Slot>,
    trouble: Mutex<Option<String>>,
}

/// Whoever holds it reaches the server; others wait for what comes of it.
#[derive(Default)]
struct Slot {
    open: Option<Arc<Connection>>,
    starts: VecDeque<Instant>,
    failures: u32,
    /// Why it could not be reached, and until when nobody tries again.
    pause: Option<(Instant, String)>,
}

impl Link {
    /// The way to a server; nothing is started.
    pub fn new(server: Server, approvals: Approvals) -> Self {
        Self { server, approvals, slot: Turnstile::default(), trouble: Mutex::default() }
    }

    /// Why the server cannot be used, as far as that is known by now.
    pub fn trouble(&self) -> Option<String> {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Reaches the server, if it has not been reached. The error is one line.
    pub async fn reach(&self) -> Result<(), String> {
        self.connection().await.map(drop)
    }

    async fn connection(&self) -> Result<Arc<Connection>, String> {
        let mut slot = self.slot.lock().await;
        if let Some(open) = slot.open.take_if(|open| open.is_open()) {
            slot.open = Some(Arc::clone(&open));
            return Ok(open);
        }
        slot.open = None;
        slot.may_start(Instant::now()).map_err(|why| self.named(&why))?;
        match self.open().await {
            Ok(connection) => {
                let connection = Arc::new(connection);
                *slot = Slot {
                    open: Some(Arc::clone(&connection)),
                    starts: std::mem::take(&mut slot.starts),
                    ..Slot::default()
                };
                self.know(None);
                Ok(connection)
            }
            Err(why) => {
                slot.failures += 1;
                let pause = PAUSE * 5_u32.saturating_pow(slot.failures - 1).min(60);
                slot.pause = Some((Instant::now() + pause, why.clone()));
                let why = self.named(&why);
                self.know(Some(why.clone()));
                Err(why)
            }
        }
    }

    /// Starts what was approved, and holds what it says against that.
    async fn open(&self) -> Result<Connection, String> {
        let (approvals, name) = (self.approvals.clone(), self.server.name.clone());
        let found = tokio::task::spawn_blocking(move || approvals.find(&name)).await;
        let found = found.map_err(|error| error.to_string())?;
        let approval = found.map_err(|error| format!("what was approved cannot be read: {error}"))?;
        let approval = approval.filter(|approval| approval.is_for(&self.server));
        let approval = approval.ok_or_else(|| format!("it is not approved; {}", self.remedy()))?;
        let limit = self.server.start_timeout;
        let connection = Connection::open(&self.server, Some(&approval.protocol), limit).await?;
        let changes = approval.changes(&self.server, &connection.listing.tools);
        if changes.is_empty() {
            return Ok(connection);
        }
        connection.close().await;
        Err(self.changed(&changes))
    }

    /// Calls a tool of the server.
    pub(super) async fn call(&self, tool: &Offered, arguments: &Value) -> Result<Answer, ToolError> {
        let connection = self.connection().await.map_err(ToolError)?;
        self.recheck(&connection).await.map_err(|why| ToolError(self.named(&why)))?;
        let limit = self.server.timeout;
        let result = match timeout(limit, connection.call(&tool.name, arguments)).await {
            Ok(Ok(result)) => answer(result),
            Ok(Err(error)) => {
                let why = connection.explained(&error).await;
                let unclear =
                    if connection.is_open() { "" } else { "; whether the call was made is not known" };
                Err(ToolError(self.named(&format!("{why}{unclear}"))))
            }
            Err(_) => Err(ToolError(
                self.named(&format!("it took longer than {} s and was told to stop", limit.as_secs_f32())),
            )),
        };
        match result {
            Ok(answer) => Ok(Answer { text: self.server.redacted(&answer.text), ..answer }),
            Err(ToolError(why)) => Err(ToolError(self.server.redacted(&why))),
        }
    }

    /// A server that has said that its tools are others now is held against what was approved again.
    async fn recheck(&self, connection: &Connection) -> Result<(), String> {
        let Some(listing) = connection.relisted().await? else { return Ok(()) };
        let approved = self.approvals.find(&self.server.name);
        let approval = approved.map_err(|error| format!("what was approved cannot be read: {error}"))?;
        let changes =
            approval.map(|approval| approval.changes(&self.server, &listing.tools)).unwrap_or_default();
        if changes.is_empty() {
            return Ok(());
        }
        // The next one who needs it starts it anew, and meets the same check.
        self.slot.lock().await.open = None;
        Err(self.changed(&changes))
    }

    /// Ends the server.
    pub async fn close(&self) {
        let open = self.slot.lock().await.open.take();
        // Whoever still has a call under way ends it by letting go.
        if let Some(connection) = open.and_then(Arc::into_inner) {
            connection.close().await;
        }
    }

    fn know(&self, trouble: Option<String>) {
        *self.trouble.lock().unwrap_or_else(PoisonError::into_inner) = trouble;
    }

    fn named(&self, why: &str) -> String {
        format!("MCP server {}: {why}", self.server.name)
    }

    fn changed(&self, changes: &[String]) -> String {
        let (first, more) = changes.split_at(changes.len().min(5));
        let more = if more.is_empty() { String::new() } else { format!(" and {} more", more.len()) };
        format!("its tools are not those that were approved ({}{more}); {}", first.join(", "), self.remedy())
    }

    fn remedy(&self) -> String {
        format!("the user can look at it with `aigw mcp tools {} --approve`", self.server.name)
    }
}

impl Slot {
    /// Counts a start, or says why there is none.
    fn may_start(&mut self, now: Instant) -> Result<(), String> {
        if let Some((until, why)) = &self.pause
            && now < *until
        {
            return Err(format!("{why} (tried again in {} s)", (*until - now).as_secs() + 1));
        }
        self.starts.retain(|start| now - *start < MINUTE);
        if self.starts.len() >= MOST_STARTS {
            return Err(format!(
                "it was started {MOST_STARTS} times within a minute and is left alone for a while"
            ));
        }
        self.starts.push_back(now);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_not_started_for_ever() {
        let mut slot = Slot::default();
        let begin = Instant::now();
        let at = |seconds: u64| begin + Duration::from_secs(seconds);
        assert!([0, 1, 2].iter().all(|&second| slot.may_start(at(second)).is_ok()));
        assert!(slot.may_start(at(59)).unwrap_err().contains("3 times within a minute"));
        assert!(slot.may_start(at(60)).is_ok());
        slot.pause = Some((at(200), "it is not there".into()));
        assert_eq!(slot.may_start(at(199)).unwrap_err(), "it is not there (tried again in 2 s)");
        assert!(slot.may_start(at(200)).is_ok());
    }
}
