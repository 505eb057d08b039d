//! Whose an entry is: everybody's, or one agent's, conversation's, project's or run's.

use std::fmt;
use std::str::FromStr;

/// Who may see an entry.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scope {
    /// Everybody.
    Shared,
    /// One agent, by name.
    Agent(String),
    /// One conversation, by id.
    Session(String),
    /// Who works in one directory tree, by its path.
    Project(String),
    /// One run of a chain, by id.
    Run(String),
}

/// A word that is no scope.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no scope: expected shared, agent:NAME, session:NAME, project:PATH or run:ID")]
pub struct NoScope(pub String);

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Shared => f.write_str("shared"),
            Self::Agent(name) => write!(f, "agent:{name}"),
            Self::Session(id) => write!(f, "session:{id}"),
            Self::Project(path) => write!(f, "project:{path}"),
            Self::Run(id) => write!(f, "run:{id}"),
        }
    }
}

impl FromStr for Scope {
    type Err = NoScope;

    fn from_str(text: &str) -> Result<Self, NoScope> {
        if text == "shared" {
            return Ok(Self::Shared);
        }
        let (kind, name) = text.split_once(':').ok_or_else(|| NoScope(text.to_owned()))?;
        let name = name.trim();
        if name.is_empty() || name.chars().any(char::is_control) {
            return Err(NoScope(text.to_owned()));
        }
        let name = name.to_owned();
        match kind {
            "agent" => Ok(Self::Agent(name)),
            "session" => Ok(Self::Session(name)),
            "project" => Ok(Self::Project(name)),
            "run" => Ok(Self::Run(name)),
            _ => Err(NoScope(text.to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_are_written_as_they_are_read() {
        for text in ["shared", "agent:researcher", "session:a b", "project:/home/me/x:y", "run:1"] {
            assert_eq!(text.parse::<Scope>().unwrap().to_string(), text);
        }
        for text in ["", "Shared", "agent", "agent:", "agent: ", "team:x", "session:a\nb"] {
            assert_eq!(text.parse::<Scope>(), Err(NoScope(text.to_owned())), "{text:?}");
        }
    }
}
