//! Which conversation a question belongs to.

use super::ChatArgs;
use crate::app::App;
use crate::cli::{CommandError, Exit};
use crate::memory::Found;
use crate::memory::session::Session;

/// The longest name of a session.
const LONGEST: usize = 100;
/// So many characters of an id are no accident.
const BEGINNING: usize = 6;

/// The session that was named or continued, with what was chosen for it now; a new one otherwise.
pub(in crate::cli) fn choose(args: &ChatArgs, app: &App) -> Result<Session, CommandError> {
    let mut session = match &args.session {
        Some(name) => named(app, name)?,
        None if args.continue_last => last(app)?,
        None => Session::new(None),
    };
    if args.agent.is_some() {
        session.agent.clone_from(&args.agent);
    }
    if !args.model.is_empty() {
        session.models.clone_from(&args.model);
    }
    if args.system.is_some() {
        session.system.clone_from(&args.system);
    }
    Ok(session)
}

fn named(app: &App, name: &str) -> Result<Session, CommandError> {
    check_name(name)?;
    if !app.memory.path().exists() {
        return Ok(Session::new(Some(name.to_owned())));
    }
    match app.memory.session(name)? {
        Found::One(session) if session.name.as_deref() == Some(name) || name.len() >= BEGINNING => {
            Ok(session)
        }
        Found::One(_) | Found::None | Found::Several(_) => Ok(Session::new(Some(name.to_owned()))),
    }
}

/// Whether a session may be called so.
pub(in crate::cli) fn check_name(name: &str) -> Result<(), CommandError> {
    if name.trim().is_empty() || name.chars().count() > LONGEST || name.chars().any(char::is_control) {
        let message =
            format!("a session is called by 1 to {LONGEST} characters, none of them a control character");
        return Err(CommandError::usage(message));
    }
    Ok(())
}

fn last(app: &App) -> Result<Session, CommandError> {
    let last = if app.memory.path().exists() { app.memory.latest_session()? } else { None };
    last.ok_or_else(|| {
        CommandError::new(Exit::NotFound, "there is no session to continue")
            .hint("`aigw chat` begins one with every question; `-s NAME` gives it a name")
    })
}
