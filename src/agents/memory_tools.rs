//! The memory as tools: what an agent may look up, keep and forget, within the scopes that its definition gives it.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use serde_json::{Value, json};

use super::{Definition, Meanings, MemoryUse};
use crate::chat::ToolSpec;
use crate::memory::recall::line;
use crate::memory::search::Query;
use crate::memory::{Draft, Found, Kind, Origin, Scope};
use crate::router::Upstream;
use crate::tools::{Answer, Permission, Tool, ToolError};

/// Entries that a search gives where the model does not say.
const FOUND: u64 = 5;
/// Entries that a search gives at most.
const MOST_FOUND: u64 = 20;
/// The longest that one entry is told, in tokens.
const LONGEST: u64 = 600;

/// The tools of an agent on the memory.
pub fn all<U: Upstream + 'static>(
    meanings: &Arc<Meanings<U>>,
    agent: &Definition,
    session: Option<&str>,
) -> Vec<Arc<dyn Tool>> {
    let desk = Arc::new(Desk {
        meanings: Arc::clone(meanings),
        agent: agent.name.clone(),
        session: session.map(str::to_owned),
        uses: agent.memory.clone(),
    });
    let tools = [Act::Search, Act::Write, Act::Forget];
    tools.map(|act| Arc::new(MemoryTool { desk: Arc::clone(&desk), act }) as Arc<dyn Tool>).into()
}

/// Whose memory it is.
struct Desk<U> {
    meanings: Arc<Meanings<U>>,
    agent: String,
    session: Option<String>,
    uses: MemoryUse,
}

#[derive(Clone, Copy)]
enum Act {
    Search,
    Write,
    Forget,
}

struct MemoryTool<U> {
    desk: Arc<Desk<U>>,
    act: Act,
}

impl<U: Upstream + 'static> Tool for MemoryTool<U> {
    fn spec(&self) -> ToolSpec {
        let (name, description, parameters) = match self.act {
            Act::Search => (
                "memory_search",
                "Look up what was remembered, by you and by others: facts, notes, results, documents.",
                json!({
                    "type": "object",
                    "properties": {
                        "query": {"type": "string", "description": "words that should be in it"},
                        "limit": {"type": "integer", "minimum": 1, "maximum": MOST_FOUND},
                    },
                    "required": ["query"],
                    "additionalProperties": false,
                }),
            ),
            Act::Write => (
                "memory_write",
                "Remember something that will be of use later, in one complete sentence or a short text. With a key, \
                 what was remembered under that key is replaced.",
                json!({
                    "type": "object",
                    "properties": {
                        "content": {"type": "string", "description": "what to remember"},
                        "key": {"type": "string", "description": "a short name, if it may have to be replaced"},
                        "kind": {"type": "string", "enum": ["fact", "note", "result", "summary"]},
                        "tags": {"type": "array", "items": {"type": "string"}},
                    },
                    "required": ["content"],
                    "additionalProperties": false,
                }),
            ),
            Act::Forget => (
                "memory_forget",
                "Forget something that was remembered, by its id.",
                json!({
                    "type": "object",
                    "properties": {"id": {"type": "string"}},
                    "required": ["id"],
                    "additionalProperties": false,
                }),
            ),
        };
        ToolSpec { name: name.into(), description: description.into(), parameters, strict: false }
    }

    fn permission(&self) -> Permission {
        match self.act {
            Act::Search | Act::Write => Permission::Allow,
            Act::Forget => Permission::Ask,
        }
    }

    /// What is remembered is taken for true later.
    fn carries_out(&self) -> bool {
        matches!(self.act, Act::Write)
    }

    fn call<'a>(&'a self, arguments: &'a Value) -> BoxFuture<'a, Result<Answer, ToolError>> {
        let (desk, act, arguments) = (Arc::clone(&self.desk), self.act, arguments.clone());
        Box::pin(async move {
            let done = match act {
                Act::Search => return desk.search(&arguments).await.map(Answer::from),
                Act::Write => tokio::task::spawn_blocking(move || desk.write(&arguments)),
                Act::Forget => tokio::task::spawn_blocking(move || desk.forget(&arguments)),
            };
            done.await.unwrap_or_else(|error| Err(ToolError(error.to_string()))).map(Answer::from)
        })
    }
}

impl<U: Upstream> Desk<U> {
    async fn search(&self, arguments: &Value) -> Result<String, ToolError> {
        let limit = arguments["limit"].as_u64().unwrap_or(FOUND).min(MOST_FOUND);
        let query = Query {
            text: word(arguments, "query").unwrap_or_default(),
            scopes: self.uses.read.clone(),
            limit: usize::try_from(limit).unwrap_or(usize::MAX),
            ..Query::default()
        };
        let found = self.meanings.search(query).await.map_err(|error| ToolError(error.to_string()))?;
        if found.hits.is_empty() {
            return Ok("nothing that is remembered has these words".into());
        }
        Ok(found.hits.iter().map(|hit| line(&hit.entry, LONGEST)).collect::<Vec<_>>().join("\n"))
    }

    fn write(&self, arguments: &Value) -> Result<String, ToolError> {
        let Some(scope) = self.uses.write.clone() else {
            return Err(ToolError(format!("{} may not write into the memory", self.agent)));
        };
        let key = word(arguments, "key");
        let kind = word(arguments, "kind");
        let kind = Kind::ALL.into_iter().find(|known| Some(known.as_str()) == kind.as_deref());
        let tags = arguments["tags"].as_array().into_iter().flatten().filter_map(Value::as_str);
        let draft = Draft {
            scope,
            kind: kind.unwrap_or(Kind::Note),
            tags: tags.map(str::to_owned).collect(),
            origin: Origin::Agent,
            agent: Some(self.agent.clone()),
            session: self.session.clone(),
            key,
            ..Draft::note(word(arguments, "content").unwrap_or_default())
        };
        let written = if draft.key.is_some() {
            self.meanings.memory.set(draft)
        } else {
            self.meanings.memory.add(draft)
        };
        let added = written.map_err(|error| ToolError(error.to_string()))?;
        let how = if added.merged { "it was known already, and is up to date now" } else { "remembered" };
        Ok(format!("{how}: {}", added.id))
    }

    fn forget(&self, arguments: &Value) -> Result<String, ToolError> {
        let id = word(arguments, "id").unwrap_or_default();
        let found = self.meanings.memory.get(&id, None).map_err(|error| ToolError(error.to_string()))?;
        let mine = |scope: &Scope| self.uses.read.contains(scope) || self.uses.write.as_ref() == Some(scope);
        let Found::One(entry) = found else {
            return Err(ToolError(format!("there is no entry `{id}`; memory_search shows ids")));
        };
        if !mine(&entry.draft.scope) {
            return Err(ToolError(format!("there is no entry `{id}`; memory_search shows ids")));
        }
        self.meanings.memory.forget(vec![entry.id.clone()]).map_err(|error| ToolError(error.to_string()))?;
        Ok(format!("forgotten: {}", entry.id))
    }
}

fn word(arguments: &Value, name: &str) -> Option<String> {
    arguments[name].as_str().map(str::to_owned).filter(|text| !text.is_empty())
}
