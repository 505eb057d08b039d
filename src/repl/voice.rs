//! An answer as it comes, line by line. Of several that come at once each line says whose it is.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::agents::{Audience, TurnEvent};
use crate::chat::Event;
use crate::providers::one_line;
use crate::router::{Delivery, Gone, Notice, Written};
use crate::ui::markdown::MarkdownStream;
use crate::ui::{Spinner, Ui};

/// Columns of a name before a line, at most.
const MOST_NAME: usize = 14;

/// Writes the answer of an agent.
pub(super) struct Voice<'a> {
    ui: &'a Ui,
    page: Option<MarkdownStream>,
    spinner: Option<Spinner>,
    /// What stands before every line: whose it is.
    name: Option<String>,
    sign: Arc<Sign>,
}

/// Who is waited for, as long as nobody says anything.
#[derive(Default)]
pub(super) struct Sign {
    model: Mutex<String>,
    heard: AtomicBool,
}

impl Sign {
    /// Tells who is waited for, where no spinner does.
    pub(super) fn show(&self, ui: &Ui) {
        let model = self.model.lock().unwrap_or_else(PoisonError::into_inner);
        if ui.has_page() && !model.is_empty() && !self.heard.load(Ordering::Relaxed) {
            ui.note(&format!("waiting for {model}"));
        }
    }
}

impl<'a> Voice<'a> {
    /// The only one to speak.
    pub(super) fn alone(ui: &'a Ui, agent: &str) -> Self {
        let spinner = Some(ui.spinner(&format!("{agent} is asked")));
        Self { ui, page: Some(MarkdownStream::new(ui.look())), spinner, name: None, sign: Arc::default() }
    }

    /// One of several.
    pub(super) fn among_others(ui: &'a Ui, agent: &str) -> Self {
        let name: String = agent.chars().take(MOST_NAME).collect();
        Self {
            ui,
            page: Some(MarkdownStream::new(ui.look())),
            spinner: None,
            name: Some(name),
            sign: Arc::default(),
        }
    }

    /// Who is waited for.
    pub(super) fn sign(&self) -> Arc<Sign> {
        Arc::clone(&self.sign)
    }

    fn columns(&self) -> usize {
        let before = if self.name.is_some() { MOST_NAME + 3 } else { 0 };
        self.ui.columns().saturating_sub(before)
    }

    fn write(&mut self, lines: &str) -> io::Result<()> {
        if lines.is_empty() {
            return Ok(());
        }
        self.spinner = None;
        self.sign.heard.store(true, Ordering::Relaxed);
        self.ui.lines(self.name.as_deref().map(|name| (name, MOST_NAME)), lines)
    }

    /// Writes what is left.
    pub(super) fn finish(&mut self) -> io::Result<()> {
        self.spinner = None;
        let Some(page) = self.page.take() else { return Ok(()) };
        let mut lines = String::new();
        page.finish(self.columns(), &mut lines);
        self.page = Some(MarkdownStream::new(self.ui.look()));
        self.write(&lines)
    }

    fn say(&self, text: &str) {
        let say =
            || self.ui.note(&self.name.as_ref().map_or(text.to_owned(), |name| format!("{name}: {text}")));
        match &self.spinner {
            Some(spinner) => spinner.suspend(say),
            None => say(),
        }
    }
}

impl Delivery for Voice<'_> {
    async fn event(&mut self, event: &Event) -> Result<Written, Gone> {
        match event {
            Event::Text(text) => {
                let (columns, mut lines) = (self.columns(), String::new());
                if let Some(page) = &mut self.page {
                    page.push(text, columns, &mut lines);
                }
                self.write(&lines).map_err(|_| Gone)?;
                Ok(Written::Yes)
            }
            Event::Skipped(what) => {
                self.say(what);
                Ok(Written::No)
            }
            _ => Ok(Written::No),
        }
    }

    fn restarts(&self) -> bool {
        true
    }

    fn notice(&mut self, notice: &Notice<'_>) -> Result<(), Gone> {
        match notice {
            Notice::Trying { model } => {
                self.sign.model.lock().unwrap_or_else(PoisonError::into_inner).clone_from(model);
                if let Some(spinner) = &self.spinner {
                    spinner.text(&format!("{model} is asked"));
                }
            }
            Notice::Waiting { model, span, left } if left == span => {
                self.say(&format!("{model} is out for now: waiting {:.1} s", span.as_secs_f64()));
            }
            Notice::Resuming { model, .. } => {
                self.say(&format!("the answer broke off; {model} is asked for the rest"));
            }
            Notice::Restarting { model } => {
                self.finish().map_err(|_| Gone)?;
                let mark = format!("--- the answer broke off here; {model} begins again ---\n");
                self.write(&mark).map_err(|_| Gone)?;
            }
            Notice::Dropped { model, params } => {
                self.say(&format!("{model} does not take {}: left out", params.join(", ")));
            }
            Notice::Failed(_) | Notice::Waiting { .. } => {}
        }
        Ok(())
    }
}

impl Audience for Voice<'_> {
    fn hears(&mut self, event: &TurnEvent<'_>) {
        match event {
            TurnEvent::Again => drop(self.finish()),
            TurnEvent::Calling { call, .. } => {
                self.sign.heard.store(true, Ordering::Relaxed);
                self.say(&format!("{} {}", call.name, one_line(&call.arguments)));
            }
            TurnEvent::Refused { agent, what, asked: true } => {
                self.say(&format!("a call of {agent} was refused: {}", one_line(what)));
            }
            TurnEvent::Called { result, .. } if result.is_error => {
                self.say(&format!("{} failed: {}", result.call.name, one_line(&result.content)));
            }
            TurnEvent::Called { .. } | TurnEvent::Refused { .. } => {}
            TurnEvent::HandedOver { from, to } => self.say(&format!("{from} hands over to {to}")),
            TurnEvent::Met { agent, limit } => {
                self.say(&format!("{agent}: {limit}; it answers with what there is"));
            }
        }
    }
}
