//! Providers that the user has switched off by command: a decision, so it is kept where nothing is lost.

use std::time::Duration;

use jiff::Timestamp;

use super::Ledger;
use crate::store::StoreError;

/// How long a locked file may hold a program up: what was decided holds, even when many start at once.
const PATIENCE: Duration = Duration::from_secs(2);

impl Ledger {
    /// Those that are switched off. Nothing is created where there is no ledger yet.
    pub fn disabled(&self) -> Result<Vec<String>, StoreError> {
        let disabled = self.database.peek(PATIENCE, |db| {
            db.prepare("SELECT provider FROM disabled ORDER BY provider")?
                .query_map([], |row| row.get(0))?
                .collect()
        });
        Ok(disabled?.unwrap_or_default())
    }

    /// Switches one off, in the background.
    pub fn disable(&self, provider: &str) {
        let (provider, at) = (provider.to_owned(), Timestamp::now().as_millisecond());
        self.database.write(move |db| {
            let sql = "INSERT INTO disabled (provider, at_ms) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
            db.execute(sql, rusqlite::params![provider, at]).map(drop)
        });
    }

    /// Switches one on again, in the background.
    pub fn enable(&self, provider: &str) {
        let provider = provider.to_owned();
        self.database
            .write(move |db| db.execute("DELETE FROM disabled WHERE provider = ?1", [provider]).map(drop));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_decided_is_kept() {
        let directory = tempfile::tempdir().unwrap();
        let ledger = || Ledger::new(directory.path());
        assert_eq!(ledger().disabled().unwrap(), [""; 0]);
        assert!(!ledger().path().exists());
        let writer = ledger();
        for provider in ["groq", "openai", "groq"] {
            writer.disable(provider);
        }
        writer.flush(Duration::from_secs(20)).unwrap();
        assert_eq!(ledger().disabled().unwrap(), ["groq", "openai"]);
        writer.enable("groq");
        writer.flush(Duration::from_secs(20)).unwrap();
        assert_eq!(ledger().disabled().unwrap(), ["openai"]);
    }
}
