//! The gate of the tools, as the user has set it up.

use std::sync::Arc;

use super::App;
use super::record::LedgerRecord;
use crate::tools::record::Record;
use crate::tools::{ALL, Gate, Permission, Rule};

impl App {
    /// A gate that keeps record in the ledger, and what is wrong with it: where nobody knows what was decided, everything is
    /// asked for.
    pub fn gate(&self) -> (Gate, Option<String>) {
        let record = Arc::new(LedgerRecord { ledger: Arc::clone(&self.ledger), quotas: Vec::new() });
        let (rules, problem) = match record.rules() {
            Ok(rules) => (rules, None),
            Err(error) => {
                let ask =
                    Rule { tool: ALL.to_owned(), agent: None, pattern: None, permission: Permission::Ask };
                (
                    vec![ask],
                    Some(format!(
                        "what was decided about tools cannot be read, so all are asked for: {error}"
                    )),
                )
            }
        };
        (Gate::new(record, rules), problem)
    }
}
