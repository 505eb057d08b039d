//! Answers that clients of the gateway may come back to: `previous_response_id`, `GET /v1/responses/{id}`.

use std::time::Duration;

use jiff::Timestamp;
use rusqlite::{OptionalExtension, params};
use serde_json::Value;

use super::{Memory, PATIENCE};
use crate::chat::Message;
use crate::store::StoreError;

/// How long they are kept, as OpenAI keeps them.
const KEPT: Duration = Duration::from_hours(24 * 30);
/// The most that are kept; the oldest go first.
const MOST: i64 = 100_000;

/// An answer with what led to it.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredResponse {
    /// Its id, as the client knows it.
    pub id: String,
    /// Whose it is: the virtual key's id; empty where none is needed.
    pub owner: String,
    /// All that was said, the answer last.
    pub conversation: Vec<Message>,
    /// As the client was told.
    pub response: Value,
}

impl Memory {
    /// Keeps an answer. When this returns it survives the death of the process.
    pub fn keep_response(&self, stored: StoredResponse) -> Result<(), StoreError> {
        let now = Timestamp::now().as_millisecond();
        let span = i64::try_from(KEPT.as_millis()).unwrap_or(i64::MAX);
        let conversation = serde_json::to_string(&stored.conversation).unwrap_or_default();
        let response = stored.response.to_string();
        self.database.commit(PATIENCE, move |db| {
            db.execute("DELETE FROM responses WHERE at_ms < ?1", [now.saturating_sub(span)])?;
            let old = "DELETE FROM responses WHERE id IN (SELECT id FROM responses ORDER BY at_ms DESC LIMIT -1 OFFSET ?1)";
            db.execute(old, [MOST])?;
            let sql = "INSERT OR REPLACE INTO responses (id, owner, conversation, response, at_ms) VALUES (?1, ?2, ?3, ?4, ?5)";
            db.execute(sql, params![stored.id, stored.owner, conversation, response, now]).map(drop)
        })
    }

    /// An answer of an owner's.
    pub fn response(&self, owner: &str, id: &str) -> Result<Option<StoredResponse>, StoreError> {
        let texts: Option<(String, String)> = self.database.read(|db| {
            let sql = "SELECT conversation, response FROM responses WHERE id = ?1 AND owner = ?2";
            db.query_row(sql, [id, owner], |row| Ok((row.get(0)?, row.get(1)?))).optional()
        })?;
        let read = |(conversation, response): (String, String)| {
            Some(StoredResponse {
                id: id.to_owned(),
                owner: owner.to_owned(),
                conversation: serde_json::from_str(&conversation).ok()?,
                response: serde_json::from_str(&response).ok()?,
            })
        };
        Ok(texts.and_then(read))
    }

    /// Forgets an answer of an owner's; false if there is none.
    pub fn forget_response(&self, owner: &str, id: &str) -> Result<bool, StoreError> {
        let (owner, id) = (owner.to_owned(), id.to_owned());
        self.database.commit(PATIENCE, move |db| {
            db.execute("DELETE FROM responses WHERE id = ?1 AND owner = ?2", [&id, &owner])
                .map(|rows| rows > 0)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chat::Role;

    #[test]
    fn answers_are_their_owners() {
        let directory = tempfile::tempdir().unwrap();
        let memory = Memory::new(directory.path());
        let stored = StoredResponse {
            id: "resp_1".into(),
            owner: "k".into(),
            conversation: vec![Message::text(Role::User, "hi")],
            response: serde_json::json!({"id": "resp_1"}),
        };
        memory.keep_response(stored.clone()).unwrap();
        assert_eq!(memory.response("k", "resp_1").unwrap(), Some(stored));
        assert_eq!(memory.response("", "resp_1").unwrap(), None);
        assert!(!memory.forget_response("", "resp_1").unwrap());
        assert!(memory.forget_response("k", "resp_1").unwrap());
        assert_eq!(memory.response("k", "resp_1").unwrap(), None);
    }
}
