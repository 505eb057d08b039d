//! The ledger: every attempt with its tokens, cost and times, and sums over it.
//!
//! Failed and partial attempts are in it too: what was used was used. It survives a power cut. So does what the user
//! has decided about providers, projects, tools and the keys of clients, and every call of a tool.

mod audit;
mod calls;
mod disabled;
mod entry;
pub mod keys;
mod quotas;
mod requests;
mod rules;
mod sums;
mod trust;

pub use audit::AuditEntry;
pub use calls::{Begun, Call};
pub use entry::Entry;
pub use quotas::Quota;
pub use requests::Request;
pub use rules::ToolRule;
pub use sums::{By, Sum};
pub use trust::Trust;

use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;

use crate::store::{Database, File, Migrations, StoreError};

/// The ledger's tables, version by version.
const MIGRATIONS: Migrations = &[
    include_str!("001_attempts.sql"),
    include_str!("002_disabled.sql"),
    include_str!("003_conversation.sql"),
    include_str!("004_trust.sql"),
    include_str!("005_calls.sql"),
    include_str!("006_keys.sql"),
];

/// A handle to the ledger.
#[derive(Debug)]
pub struct Ledger {
    database: Database,
}

impl Ledger {
    /// The version of its tables that this program writes.
    pub const VERSION: usize = MIGRATIONS.len();

    /// The ledger in a data directory. Nothing is opened or created yet.
    pub fn new(data_dir: &Path) -> Self {
        Self { database: Database::new(data_dir, File::Ledger, MIGRATIONS) }
    }

    /// The file.
    pub fn path(&self) -> &Path {
        self.database.path()
    }

    /// Writes an entry, in the background.
    pub fn record(&self, entry: Entry) {
        self.database.write(move |db| entry.insert(db));
    }

    /// Waits until everything is on disk, for at most `patience`; tells what could not be written.
    pub fn flush(&self, patience: Duration) -> Result<(), StoreError> {
        self.database.flush(patience)
    }

    /// Sums, grouped, newest or largest first.
    pub fn sums(&self, by: By, since: Option<Timestamp>) -> Result<Vec<Sum>, StoreError> {
        self.database.read(|db| sums::sums(db, by, since))
    }

    /// The newest requests, at most so many.
    pub fn requests(&self, since: Option<Timestamp>, most: usize) -> Result<Vec<Request>, StoreError> {
        self.database.read(|db| requests::newest(db, since, most))
    }

    /// The attempts of one request, in order. An abbreviated id is enough if it is unique.
    pub fn attempts(&self, request_id: &str) -> Result<Vec<Entry>, StoreError> {
        self.database.read(|db| Entry::of_request(db, request_id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chat::{FailureClass, ModelId, Usage, UsageSource};

    fn entry(request: &str, ordinal: u32, provider: &str, class: Option<FailureClass>) -> Entry {
        Entry {
            request_id: request.into(),
            ordinal,
            at: "2026-11-22T10:00:00Z".parse().unwrap(),
            route: "auto".into(),
            agent: Some("writer".into()),
            session: None,
            owner: None,
            model: ModelId::new(provider, "m"),
            key: Some("0badcafe".into()),
            class,
            status: Some(200),
            message: class.map(|class| class.as_str().into()),
            latency: Duration::from_millis(120),
            first_token: class.is_none().then_some(Duration::from_millis(40)),
            usage: Usage {
                input_tokens: Some(10),
                output_tokens: class.is_none().then_some(5),
                ..Usage::default()
            },
            usage_source: UsageSource::Provider,
            cost_usd: class.is_none().then_some(0.000_001),
        }
    }

    #[test]
    fn entries_come_back_and_sum_up() {
        let directory = tempfile::tempdir().unwrap();
        let ledger = Ledger::new(directory.path());
        let entries = [
            entry("r1", 0, "groq", Some(FailureClass::RateLimited)),
            entry("r1", 1, "cerebras", None),
            entry("r2", 0, "cerebras", None),
        ];
        for entry in &entries {
            ledger.record(entry.clone());
        }
        ledger.flush(Duration::from_secs(20)).unwrap();
        assert_eq!(ledger.attempts("r1").unwrap(), entries[..2]);
        let requests = ledger.requests(None, 10).unwrap();
        let shown: Vec<_> = requests
            .iter()
            .map(|request| {
                (request.request_id.as_str(), request.attempts, request.failed, request.output_tokens)
            })
            .collect();
        assert_eq!(shown, [("r2", 1, 0, 5), ("r1", 2, 1, 5)]);
        assert_eq!(requests[1].answered_by.as_deref(), Some("cerebras/m"));
        assert_eq!(ledger.requests(None, 1).unwrap().len(), 1);
        let sums = ledger.sums(By::Provider, None).unwrap();
        assert_eq!(
            sums.iter().map(|sum| (sum.group.as_str(), sum.attempts, sum.failed)).collect::<Vec<_>>(),
            [("cerebras", 2, 0), ("groq", 1, 1)]
        );
        assert_eq!((sums[0].input_tokens, sums[0].output_tokens), (20, 10));
        assert!((sums[0].cost_usd - 0.000_002).abs() < 1e-12);
        assert_eq!(ledger.sums(By::Day, None).unwrap()[0].requests, 2);
        assert_eq!(ledger.sums(By::Agent, None).unwrap()[0].group, "writer");
        assert_eq!(ledger.sums(By::Session, None).unwrap()[0].group, "-");
        assert!(ledger.sums(By::Model, Some("2026-11-23T00:00:00Z".parse().unwrap())).unwrap().is_empty());
    }
}
