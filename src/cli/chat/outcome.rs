//! A request without a whole answer, as a failure of the command.

use super::super::{CommandError, Exit};
use super::report::Report;
use crate::app::App;
use crate::app::outcome::{Explained, explain, lacks_keys};
use crate::router::plan::Skipped;
use crate::router::{Route, RouteError, RouteErrorKind};

/// A request without a whole answer, as a failure of the command.
pub(in crate::cli) fn failure(app: &App, error: &RouteError) -> CommandError {
    let explained = explain(app, error);
    let exit = match &error.kind {
        RouteErrorKind::NoCandidate if error.is_unable() => return command_error(Exit::Failed, explained),
        RouteErrorKind::NoCandidate => Exit::NoAnswer,
        RouteErrorKind::Exhausted if lacks_keys(error) => Exit::Config,
        RouteErrorKind::Exhausted => Exit::NoAnswer,
        RouteErrorKind::Broken(_) => Exit::Cut,
        // Why nobody was there any more is known where the writing failed.
        RouteErrorKind::Gone => return CommandError::new(Exit::Success, ""),
    };
    let message = match exit {
        Exit::Cut => format!("{}; what came is on stdout", explained.message),
        _ => explained.message,
    };
    command_error(exit, Explained { message, ..explained }).with_json(Report::of_failure(error).to_json())
}

/// No model of the route can do what the request needs.
pub(super) fn unable(route: &Route, skipped: &[Skipped]) -> CommandError {
    command_error(Exit::Failed, crate::app::outcome::unable(&route.name, skipped))
}

fn command_error(exit: Exit, explained: Explained) -> CommandError {
    let error = CommandError::new(exit, explained.message).details(explained.details);
    explained.hints.into_iter().fold(error, CommandError::hint)
}
