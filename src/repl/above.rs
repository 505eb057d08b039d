//! Lines above the line that is being typed.
//!
//! The line editor owns the terminal while it reads; what others want to show goes through it, whole lines at a time, and
//! it draws the typed line anew below. Between two lines the terminal is nobody's: while an answer is under way what comes
//! then waits for the next line, so that the order stays; at other times it is written as usual.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rustyline::ExternalPrinter;

use crate::ui::Page;

/// How long the line editor may take to take up what it was handed.
const TAKING_UP: Duration = Duration::from_millis(50);

/// What is to be written, and whether it can be now.
#[derive(Debug, Default)]
pub(super) struct Above {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    typing: Typing,
    /// An answer is under way.
    busy: bool,
    /// The line editor is being handed something.
    handing: bool,
    waiting: String,
    over: bool,
}

/// Where the line editor stands.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Typing {
    /// It is not asked to read.
    #[default]
    Not,
    /// It is, and has not drawn anything yet.
    Soon,
    /// The typed line is on the screen.
    Now,
}

impl Above {
    /// Hands lines to a line editor, on a thread of its own: it takes them when it comes to it.
    pub(super) fn new(mut printer: impl ExternalPrinter + Send + 'static) -> Arc<Self> {
        let above = Arc::new(Self::default());
        let hands = Arc::clone(&above);
        std::thread::spawn(move || {
            while let Some(lines) = hands.next() {
                // A terminal that is gone is noticed by whoever reads it.
                let _gone = printer.print(lines);
                hands.lock().handing = false;
                hands.changed.notify_all();
            }
        });
        above
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is to be handed over next, once that is possible.
    fn next(&self) -> Option<String> {
        let idle =
            |state: &mut State| !state.over && (state.typing != Typing::Now || state.waiting.is_empty());
        let mut state = self.changed.wait_while(self.lock(), idle).unwrap_or_else(PoisonError::into_inner);
        if state.over {
            return None;
        }
        state.handing = true;
        Some(std::mem::take(&mut state.waiting))
    }

    /// Whether an answer is under way from now on.
    pub(super) fn set_busy(&self, busy: bool) {
        self.lock().busy = busy;
    }

    pub(super) fn is_busy(&self) -> bool {
        self.lock().busy
    }

    /// A line is about to be read.
    pub(super) fn opens(&self) {
        self.lock().typing = Typing::Soon;
    }

    /// The typed line was drawn.
    pub(super) fn drawn(&self) {
        let mut state = self.lock();
        if state.typing == Typing::Soon {
            state.typing = Typing::Now;
            self.changed.notify_all();
        }
    }

    /// The line is about to end, or has ended: whoever is handing lines over comes first.
    pub(super) fn closes(&self) {
        let mut state = self.lock();
        state.typing = Typing::Not;
        let handing = |state: &mut State| state.handing;
        drop(self.changed.wait_timeout_while(state, TAKING_UP, handing));
    }

    /// Waits until what was to be written is written, as far as that can be known.
    pub(super) async fn settle(self: &Arc<Self>) {
        let above = Arc::clone(self);
        let wait = move || {
            let pending = |state: &mut State| {
                state.typing != Typing::Not && (state.handing || !state.waiting.is_empty())
            };
            let state = above.lock();
            drop(above.changed.wait_timeout_while(state, TAKING_UP * 4, pending));
        };
        // The last lines are with the line editor, which takes them up before the next key but one.
        let _gone = tokio::task::spawn_blocking(wait).await;
    }

    /// Nobody types any more: gives what still waits.
    pub(super) fn end(&self) -> String {
        let mut state = self.lock();
        (state.over, state.typing) = (true, Typing::Not);
        self.changed.notify_all();
        std::mem::take(&mut state.waiting)
    }
}

impl Page for Above {
    fn takes(&self, lines: &str) -> bool {
        let mut state = self.lock();
        let is_free =
            state.typing == Typing::Not && !state.busy && state.waiting.is_empty() && !state.handing;
        if is_free || state.over {
            return false;
        }
        state.waiting.push_str(lines);
        self.changed.notify_all();
        true
    }
}
