//! Which entries a command means.

use std::path::Path;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use jiff::Timestamp;

use super::super::{CommandError, when};
use crate::app::App;
use crate::memory::{Filter, Found, Kind, Scope};

/// Entries by what they have in common.
#[derive(Debug, Clone, Default, Args)]
pub(super) struct FilterArgs {
    #[command(flatten)]
    pub(super) scope: ScopeArg,

    /// Only what this agent wrote
    #[arg(long, value_name = "NAME")]
    pub(super) agent: Option<String>,

    /// Only what has this tag; may be repeated
    #[arg(long, value_name = "TAG")]
    pub(super) tag: Vec<String>,

    /// Only what is of this kind
    #[arg(long, value_name = "KIND", value_parser = kinds(&Kind::ALL))]
    pub(super) kind: Option<Kind>,

    /// Only what was written or changed since then: a span such as 24h, or a date such as 2026-11-01 (UTC)
    #[arg(long, value_name = "WHEN", value_parser = when::since)]
    pub(super) since: Option<Timestamp>,
}

/// Whose entries.
#[derive(Debug, Clone, Default, Args)]
pub(super) struct ScopeArg {
    /// Whose: shared, agent:NAME, session:NAME, project:PATH or run:ID
    #[arg(long, value_name = "SCOPE")]
    scope: Option<Scope>,
}

impl FilterArgs {
    pub(super) fn filter(&self, app: &App) -> Result<Filter, CommandError> {
        Ok(Filter {
            scope: self.scope.resolved(app)?,
            agent: self.agent.clone(),
            tags: self.tag.clone(),
            kind: self.kind,
            since: self.since,
            ..Filter::default()
        })
    }

    /// Whether anything is narrowed down.
    pub(super) fn is_some(&self) -> bool {
        self.scope.is_some() || self.is_more_than_scope()
    }

    pub(super) fn is_more_than_scope(&self) -> bool {
        self.agent.is_some() || !self.tag.is_empty() || self.kind.is_some() || self.since.is_some()
    }
}

impl ScopeArg {
    pub(super) fn is_some(&self) -> bool {
        self.scope.is_some()
    }

    /// The scope as entries have it: conversations by id, directories whole.
    pub(super) fn resolved(&self, app: &App) -> Result<Option<Scope>, CommandError> {
        Ok(match self.scope.clone() {
            Some(Scope::Session(name)) if app.memory.path().exists() => match app.memory.session(&name)? {
                Found::One(session) => Some(Scope::Session(session.id)),
                Found::None | Found::Several(_) => Some(Scope::Session(name)),
            },
            Some(Scope::Project(path)) => Some(Scope::Project(whole(Path::new(&path))?)),
            scope => scope,
        })
    }
}

/// A path that means the same wherever it is read.
pub(super) fn whole(path: &Path) -> Result<String, CommandError> {
    let absolute = path.canonicalize().or_else(|_| std::path::absolute(path));
    let absolute = absolute.map_err(|error| CommandError::failed(format!("{}: {error}", path.display())))?;
    Ok(absolute.to_string_lossy().into_owned())
}

/// Kinds as words.
pub(super) fn kinds(kinds: &'static [Kind]) -> impl TypedValueParser<Value = Kind> {
    PossibleValuesParser::new(kinds.iter().map(|kind| kind.as_str()))
        .map(move |word| kinds.iter().copied().find(|kind| kind.as_str() == word).unwrap_or(Kind::Note))
}
