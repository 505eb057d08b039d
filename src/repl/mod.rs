//! The REPL: a conversation at the keyboard, with one agent or several.
//!
//! A line is read on a thread of its own ([`keys`], [`editor`]) and looked at ([`command`]); what is asked goes the same way
//! as with any other front end ([`room`], [`turn`]), and comes back line by line ([`voice`]). While an answer comes the next line can
//! be typed: the answer goes [`above`] it.

mod above;
mod act;
mod command;
mod completion;
mod consent;
mod editor;
mod elsewhere;
mod keys;
mod quiet;
mod room;
mod turn;
mod voice;

use std::sync::Arc;

use rustyline::error::ReadlineError;
use tokio::sync::mpsc;

use self::act::Next;
use self::command::{Typed, read};
use self::completion::Names;
use self::consent::{AtKeys, Question};
use self::editor::Entered;
use self::keys::Keys;
pub use self::room::{Asked, Room, Seat};
use self::turn::Asking;
use crate::agents::Definition;
use crate::chat::Part;

/// The file in the data directory with what was typed.
const HISTORY: &str = "history.txt";
/// Sessions that are completed.
const MOST_SESSIONS: usize = 100;

/// The REPL cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum ReplError {
    /// The terminal is not one that a line can be typed at.
    #[error("the terminal cannot be read: {0}")]
    Terminal(#[from] ReadlineError),
    /// The thread that reads it is gone.
    #[error("the thread that reads the terminal is gone")]
    Thread,
    /// SIGTERM, or the terminal was closed.
    #[error("asked to end")]
    AskedToEnd,
}

/// Reads and answers until somebody leaves, or the program is asked to end.
pub async fn run(mut room: Room) -> Result<(), ReplError> {
    let history = room.is_kept().then(|| room.app.paths.data_dir.join(HISTORY));
    let stop = Arc::clone(&room.stop);
    // One question at a time is asked; others wait at the gate.
    let (asks, mut questions) = mpsc::channel(1);
    let mut keys = Keys::new(history, &mut room.ui, &stop)?;
    room.be_asked(Arc::new(AtKeys(asks, room.ui.clone())));
    room.ui.note("/help lists what can be done; Ctrl-D leaves");
    let ended = tokio::select! {
        ended = converse(&mut room, &mut keys, &mut questions) => ended,
        () = asked_to_end() => Err(ReplError::AskedToEnd),
    };
    keys.leave(&room.ui);
    room.settle().await;
    ended
}

async fn converse(
    room: &mut Room,
    keys: &mut Keys,
    questions: &mut mpsc::Receiver<Question>,
) -> Result<(), ReplError> {
    let mut begun = String::new();
    loop {
        let prompt = room.prompt();
        match keys.next(prompt, || names(room), &std::mem::take(&mut begun)).await? {
            Entered::End => return Ok(()),
            Entered::Dropped => {}
            Entered::Elsewhere(text) => begun = compose(room, keys, &text).await.unwrap_or(text),
            Entered::Text(text) if text.trim().is_empty() => {}
            Entered::Text(text) => {
                let asking = match line(room, &text).await {
                    Next::Leave => return Ok(()),
                    Next::Line => continue,
                    Next::Ask(asking) => asking,
                    Next::Edit(asking) => match changed(room, keys, asking).await {
                        Some(asking) => asking,
                        None => continue,
                    },
                };
                let ui = room.ui.clone();
                keys.meanwhile(&ui, questions, room.ask(&asking)).await?;
            }
        }
    }
}

/// The last question as the user changes it, and the conversation back before it. None if it stays as it was.
async fn changed(room: &mut Room, keys: &mut Keys, mut asking: Asking) -> Option<Asking> {
    let before = asking.question.joined_text();
    let text = compose(room, keys, &before).await?;
    if text.trim().is_empty() || text == before {
        room.ui.note("nothing was changed");
        return None;
    }
    asking.question.parts.retain(|part| !matches!(part, Part::Text(_)));
    asking.question.parts.push(Part::Text(text));
    match act::instead(room) {
        Ok(()) => Some(asking),
        Err(problem) => {
            room.ui.error(&problem);
            None
        }
    }
}

/// A text as it comes out of the user's editor.
async fn compose(room: &Room, keys: &mut Keys, text: &str) -> Option<String> {
    let edited = keys.lend(elsewhere::edit(&room.env, text)).await;
    match edited {
        Some(Ok(text)) => Some(text),
        Some(Err(problem)) => {
            room.ui.error(&problem);
            None
        }
        None => {
            room.ui.error("an editor needs the terminal for itself: try again when no answer is under way");
            None
        }
    }
}

/// Looks at what was typed, and does it if it is a command.
async fn line(room: &mut Room, text: &str) -> Next {
    match read(text) {
        Typed::Command(command, rest) => match act::act(room, command, rest).await {
            Ok(next) => return next,
            Err(problem) => room.ui.error(&problem),
        },
        Typed::Unknown(name, nearest) => {
            room.ui.error(&format!("there is no command /{name}"));
            match nearest {
                Some(nearest) => room.ui.hint(&format!("did you mean /{nearest}?")),
                None => room.ui.hint("/help lists them; a text that begins with / is typed with two"),
            }
        }
        Typed::Text(text) => return Next::Ask(room.asking(room.host(), text)),
        Typed::ToAgent(name, "") => {
            room.ui.hint(&format!("@{name} TEXT asks that agent; /agent {name} has it answer from now on"));
        }
        Typed::ToAgent(name, text) => match room.find(name) {
            Some(agent) => return Next::Ask(room.asking(agent, text)),
            None => room.ui.error(&room.unknown_agent(name)),
        },
        Typed::ToAll("") => room.ui.hint("@all TEXT asks everybody in the room"),
        Typed::ToAll(text) => return Next::Ask(room.asking_all(text)),
    }
    Next::Line
}

/// Waits for SIGTERM, or for the terminal to go away.
#[cfg(unix)]
async fn asked_to_end() {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut end), Ok(mut hangup)) = (signal(SignalKind::terminate()), signal(SignalKind::hangup()))
    else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = end.recv() => {}
        _ = hangup.recv() => {}
    }
}

#[cfg(not(unix))]
async fn asked_to_end() {
    std::future::pending().await
}

/// What can be completed now.
fn names(room: &Room) -> Names {
    let agents = room.agents.definitions().iter();
    let agents = agents.map(|agent: &Definition| (agent.name.clone(), agent.description.clone())).collect();
    let ready = room.app.ready_accounts().map(|account| account.provider.id.clone()).collect::<Vec<_>>();
    let models = room.app.catalog.models().iter().filter(|model| ready.contains(&model.provider));
    let window = |tokens: u64| format!("takes {tokens} tokens");
    let models =
        models.map(|model| (model.model_id().to_string(), model.window.map(window).unwrap_or_default()));
    let is_there = room.is_kept() && room.app.memory.path().exists();
    let sessions = if is_there { room.app.memory.sessions(MOST_SESSIONS) } else { Ok(Vec::new()) };
    let sessions = sessions.unwrap_or_default();
    let sessions = sessions.into_iter().map(|session| (session.label().to_owned(), session.title));
    Names { agents, models: models.collect(), routes: room.routes(), sessions: sessions.collect() }
}
