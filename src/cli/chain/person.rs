//! Whoever sits at the terminal: asked what a step wants to know, and whether a call may be made.

use std::io::{IsTerminal, stdin};
use std::sync::Arc;

use futures_util::future::BoxFuture;

use super::watch::Pause;
use crate::app::chains::Person;
use crate::app::consent;
use crate::cli::Context;
use crate::tools::{Asks, Proposed, Reply};
use crate::ui::ask;

/// The terminal, without the lines of what is under way while somebody is asked.
pub(super) struct AtTerminal {
    pause: Pause,
}

impl AtTerminal {
    /// Somebody to be asked, where there is one: at a terminal, and not where a program reads the output.
    pub(super) fn somebody(context: &Context, screen: &Arc<super::watch::Screen<'_>>) -> Option<Arc<Self>> {
        let is_there = stdin().is_terminal() && context.ui.stderr_is_terminal;
        is_there.then(|| Arc::new(Self { pause: screen.pause() }))
    }

    async fn line(&self, question: &str) -> Option<String> {
        let _paused = self.pause.begin();
        ask::line(question).await.ok().flatten()
    }
}

impl Person for AtTerminal {
    fn answer<'a>(
        &'a self,
        path: &'a str,
        question: &'a str,
        choices: &'a [String],
    ) -> BoxFuture<'a, Option<String>> {
        Box::pin(async move {
            let which = if choices.is_empty() { String::new() } else { format!(" [{}]", choices.join("/")) };
            loop {
                let text = self.line(&format!("{path}: {}{which}: ", question.trim())).await?;
                let text = text.trim();
                if choices.is_empty() && !text.is_empty() {
                    return Some(text.to_owned());
                }
                if let Some(choice) = choices.iter().find(|choice| choice.eq_ignore_ascii_case(text)) {
                    return Some(choice.clone());
                }
            }
        })
    }
}

impl Asks for AtTerminal {
    fn ask<'a>(&'a self, call: &'a Proposed<'a>) -> BoxFuture<'a, Reply> {
        Box::pin(async move {
            let answer = self.line(&format!("{}: ", consent::question(call))).await;
            // Whatever is not clearly a yes is a no.
            answer.and_then(|text| consent::reply(&text)).unwrap_or(Reply::No)
        })
    }
}
