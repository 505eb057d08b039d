//! Asking whoever sits at the terminal whether a call may be made.

use std::io::{IsTerminal, stdin};
use std::sync::Arc;

use futures_util::future::BoxFuture;

use crate::app::consent;
use crate::tools::{Asks, Proposed, Reply};
use crate::ui::{Ui, ask};

/// The terminal.
struct AtTerminal(Ui);

/// Somebody to be asked, where there is one: at a terminal, and not where a program reads the output.
pub(in crate::cli) fn somebody(ui: &Ui) -> Option<Arc<dyn Asks>> {
    (stdin().is_terminal() && ui.stderr_is_terminal)
        .then(|| Arc::new(AtTerminal(ui.clone())) as Arc<dyn Asks>)
}

impl Asks for AtTerminal {
    fn ask<'a>(&'a self, call: &'a Proposed<'a>) -> BoxFuture<'a, Reply> {
        Box::pin(async move {
            let answer = ask::line(&format!("{}: ", consent::question(call))).await;
            // Whatever is not clearly a yes is a no.
            answer.ok().flatten().and_then(|text| consent::reply(&text)).unwrap_or(Reply::No)
        })
    }

    fn unkept(&self, problem: &str) {
        self.0.warn(&consent::unkept(problem));
    }
}
