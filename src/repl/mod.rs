//! The REPL: a conversation at the keyboard, with one agent or several.
//!
//! A line is read on a thread of its own ([`editor`]) and looked at ([`command`]); what is asked goes the same way as with
//! any other front end ([`room`]), and comes back line by line ([`voice`]). While a line is typed nobody else writes;
//! while an answer comes nobody reads, and Ctrl-C stops the answer.

mod act;
mod command;
mod editor;
mod quiet;
mod room;
mod voice;

use rustyline::error::ReadlineError;
use tokio::task::spawn_blocking;

use self::command::{Typed, read};
use self::editor::{Editor, Entered, Names};
use self::quiet::Quiet;
pub use self::room::Room;
use crate::agents::Definition;

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
}

/// Reads and answers until somebody leaves.
pub async fn run(mut room: Room) -> Result<(), ReplError> {
    let _quiet = Quiet::new();
    let history = room.is_kept().then(|| room.app.paths.data_dir.join(HISTORY));
    let mut editor = Editor::new(history, room.ui.colors())?;
    room.ui.note("/help lists what can be done; Ctrl-D leaves");
    loop {
        editor.knows(names(&room));
        let prompt = room.prompt();
        let entered;
        (editor, entered) = spawn_blocking(move || {
            let entered = editor.read(&prompt);
            (editor, entered)
        })
        .await
        .map_err(|_| ReplError::Thread)?;
        match entered? {
            Entered::End => break,
            Entered::Dropped => {}
            Entered::Text(text) if text.trim().is_empty() => {}
            Entered::Text(text) => {
                if !line(&mut room, &text).await {
                    break;
                }
            }
        }
    }
    room.settle().await;
    Ok(())
}

/// Does what was typed. False if that was to leave.
async fn line(room: &mut Room, text: &str) -> bool {
    match read(text) {
        Typed::Command(command, rest) => return act::act(room, command, rest).await,
        Typed::Unknown(name, nearest) => {
            room.ui.error(&format!("there is no command /{name}"));
            match nearest {
                Some(nearest) => room.ui.hint(&format!("did you mean /{nearest}?")),
                None => room.ui.hint("/help lists them; a text that begins with / is typed with two"),
            }
        }
        Typed::Text(text) => room.ask(None, text).await,
        Typed::ToAgent(name, "") => {
            room.ui.hint(&format!("@{name} TEXT asks that agent; /agent {name} has it answer from now on"));
        }
        Typed::ToAgent(name, text) => match room.find(name) {
            Some(agent) => room.ask(Some(agent), text).await,
            None => room.ui.error(&room.unknown_agent(name)),
        },
        Typed::ToAll("") => room.ui.hint("@all TEXT asks everybody in the room"),
        Typed::ToAll(text) => room.ask_all(text).await,
    }
    true
}

/// What can be completed now.
fn names(room: &Room) -> Names {
    let agents = room.agents.definitions().iter();
    let agents = agents.map(|agent: &Definition| (agent.name.clone(), agent.description.clone())).collect();
    let routes = room.app.config.document.values.routes.keys().map(|name| (name.clone(), "route".to_owned()));
    let ready = room.app.ready_accounts().map(|account| account.provider.id.clone()).collect::<Vec<_>>();
    let models = room.app.catalog.models().iter().filter(|model| ready.contains(&model.provider));
    let models = models.map(|model| (model.model_id().to_string(), String::new()));
    let is_there = room.is_kept() && room.app.memory.path().exists();
    let sessions = if is_there { room.app.memory.sessions(MOST_SESSIONS) } else { Ok(Vec::new()) };
    let sessions = sessions.unwrap_or_default();
    let sessions = sessions.into_iter().map(|session| (session.label().to_owned(), session.title));
    Names { agents, models: routes.chain(models).collect(), sessions: sessions.collect() }
}
