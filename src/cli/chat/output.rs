//! Where the answer goes: as it comes to a terminal or a pipe, as events, or gathered for later.

use std::io::{self, Write};
use std::time::Duration;

use serde_json::{Value, json};

use crate::agents::turn::CallResult;
use crate::agents::{Audience, TurnEvent};
use crate::chat::Event;
use crate::providers::one_line;
use crate::router::{AttemptReport, Delivery, Gone, Notice, Written};
use crate::ui::markdown::MarkdownStream;
use crate::ui::{SafeText, Spinner, Ui};

/// How the answer is shown while it comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Manner {
    /// As text.
    Text,
    /// As one JSON value per event.
    Events,
    /// Not at all: it is printed when it is whole.
    Gathered,
}

/// Whoever waits longer than this wants to know for whom.
const LONG_WAIT: Duration = Duration::from_secs(2);

/// Takes the answer.
pub(super) struct Screen<'a> {
    ui: &'a Ui,
    manner: Manner,
    spinner: Option<Spinner>,
    filter: SafeText,
    /// The text as a terminal shows it, as far as it is not written; none where it is written as it is.
    page: Option<MarkdownStream>,
    /// The last character written, so that the text ends with exactly one line end.
    last: Option<char>,
    /// Why nothing more can be written.
    broken: Option<io::Error>,
}

impl<'a> Screen<'a> {
    pub(super) fn new(ui: &'a Ui, manner: Manner, raw: bool) -> Self {
        let is_rendered = ui.stdout_is_terminal && manner == Manner::Text && !raw;
        Self {
            ui,
            manner,
            spinner: Some(ui.spinner("asking")),
            filter: SafeText::default(),
            page: is_rendered.then(|| MarkdownStream::new(ui.look())),
            last: None,
            broken: None,
        }
    }

    /// Ends the text with a line end if it has none, and says why writing failed if it did.
    pub(super) fn finish(&mut self) -> io::Result<()> {
        let ended = self.end_page();
        self.spinner = None;
        if let Some(error) = self.broken.take() {
            return Err(error);
        }
        ended?;
        if self.last.is_some_and(|last| last != '\n') {
            self.last = Some('\n');
            return write("\n");
        }
        Ok(())
    }

    /// Says something on stderr. On a terminal it does not tear a line of the answer.
    pub(super) fn aside(&mut self, say: impl FnOnce(&Ui)) {
        let ui = self.ui;
        if let Some(spinner) = &self.spinner {
            return spinner.suspend(|| say(ui));
        }
        if ui.stdout_is_terminal && ui.stderr_is_terminal && self.last.is_some_and(|last| last != '\n') {
            self.last = Some('\n');
            // A terminal that is gone shows at the next event.
            let _written = write("\n");
        }
        say(ui);
    }

    /// Writes one event as a line of JSON.
    pub(super) fn event_line(&mut self, value: &Value) -> io::Result<()> {
        self.spinner = None;
        self.ui.line(&value.to_string())
    }

    fn show(&mut self, event: &Event) -> io::Result<Written> {
        match (self.manner, event) {
            (_, Event::Skipped(what)) => {
                self.aside(|ui| ui.warn(what));
                return Ok(Written::No);
            }
            (Manner::Text, Event::Text(text)) => self.text(text)?,
            (Manner::Events, Event::Text(text)) => self.event_line(&json!({"type": "text", "text": text}))?,
            (Manner::Events, Event::Reasoning(text)) => {
                self.event_line(&json!({"type": "reasoning", "text": text}))?;
            }
            (Manner::Events, Event::ToolCall(call)) => self.event_line(
                &json!({"type": "tool_call", "id": call.id, "name": call.name, "arguments": call.arguments}),
            )?,
            _ => return Ok(Written::No),
        }
        Ok(Written::Yes)
    }

    /// A wait that goes on is a countdown where something moves anyway, and one line elsewhere.
    fn waiting(&mut self, model: &str, span: Duration, left: Duration) {
        if let Some(spinner) = &self.spinner {
            spinner.text(&format!("{model} is out for now: {} s", left.as_secs_f64().ceil()));
        }
        if left == span {
            let text = format!("{model} is out for now: waiting {:.1} s", span.as_secs_f64());
            self.aside(|ui| if span > LONG_WAIT { ui.note(&text) } else { ui.detail(&text) });
        }
    }

    /// What stands above is void: a mark that nobody overlooks, or an event.
    fn restart(&mut self, model: &str) -> io::Result<()> {
        if self.manner == Manner::Events {
            return self.event_line(&json!({"type": "restart", "model": model}));
        }
        self.end_page()?;
        let mark = format!("--- the answer broke off here; {model} begins again ---");
        let before = if self.last.is_some_and(|last| last != '\n') { "\n" } else { "" };
        self.last = Some('\n');
        write(&format!("{before}\n{mark}\n\n"))
    }

    /// What was said before a call and what is said after it are two paragraphs.
    fn again(&mut self) -> io::Result<()> {
        if self.manner != Manner::Text || self.last.is_none() {
            return Ok(());
        }
        self.end_page()?;
        let gap = if self.last == Some('\n') { "\n" } else { "\n\n" };
        self.last = Some('\n');
        write(gap)
    }

    fn called(&mut self, agent: &str, result: &CallResult) -> io::Result<()> {
        let (name, content) = (&result.call.name, &result.content);
        let line = one_line(content);
        if result.is_error {
            self.aside(|ui| ui.note(&format!("{agent}: {name} failed: {line}")));
        } else {
            self.aside(|ui| ui.detail(&format!("{agent}: {name} gave: {line}")));
        }
        self.also(&json!({
            "type": "tool_result", "agent": agent, "id": result.call.id, "name": name, "content": content,
            "is_error": result.is_error,
        }))
    }

    /// One more event, where events are shown.
    fn also(&mut self, value: &Value) -> io::Result<()> {
        if self.manner == Manner::Events { self.event_line(value) } else { Ok(()) }
    }

    /// Nothing more can be written; why is told at the end.
    fn broken(&mut self, error: io::Error) -> Gone {
        self.broken = Some(error);
        Gone
    }

    fn text(&mut self, text: &str) -> io::Result<()> {
        if let Some(page) = &mut self.page {
            let mut lines = String::new();
            page.push(text, self.ui.columns(), &mut lines);
            return self.lines(&lines);
        }
        self.spinner = None;
        if !self.ui.stdout_is_terminal {
            self.last = text.chars().last().or(self.last);
            return write(text);
        }
        let mut safe = String::with_capacity(text.len());
        self.filter.push(text, &mut safe);
        self.last = safe.chars().last().or(self.last);
        write(&safe)
    }
}

impl Screen<'_> {
    /// Lines of the page. Until there are some, the spinner says that something is coming.
    fn lines(&mut self, lines: &str) -> io::Result<()> {
        if lines.is_empty() {
            return Ok(());
        }
        self.spinner = None;
        self.last = Some('\n');
        write(lines)
    }

    /// Writes what is left of the page, and begins another one.
    fn end_page(&mut self) -> io::Result<()> {
        let Some(page) = self.page.take() else { return Ok(()) };
        let mut lines = String::new();
        page.finish(self.ui.columns(), &mut lines);
        self.page = Some(MarkdownStream::new(self.ui.look()));
        self.lines(&lines)
    }
}

fn write(text: &str) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    stdout.write_all(text.as_bytes())?;
    stdout.flush()
}

impl Audience for Screen<'_> {
    fn hears(&mut self, event: &TurnEvent<'_>) {
        let shown = match event {
            TurnEvent::Again => self.again(),
            TurnEvent::Calling { agent, call } => {
                self.aside(|ui| ui.detail(&format!("{agent} calls {} {}", call.name, call.arguments)));
                // Somebody may have to be asked about it.
                self.spinner = None;
                Ok(())
            }
            // One's own shows as a call that failed.
            TurnEvent::Refused { asked: false, .. } => Ok(()),
            TurnEvent::Refused { agent, what, asked: true } => {
                self.aside(|ui| ui.warn(&format!("a call of {agent} was refused: {}", one_line(what))));
                Ok(())
            }
            TurnEvent::Called { agent, result } => self.called(agent, result),
            TurnEvent::HandedOver { from, to } => {
                self.aside(|ui| ui.note(&format!("{from} hands over to {to}")));
                self.also(&json!({"type": "handoff", "from": from, "to": to}))
            }
            TurnEvent::Met { agent, limit } => {
                self.aside(|ui| ui.warn(&format!("{agent}: {limit}; it answers with what there is")));
                self.also(&json!({"type": "limit", "agent": agent, "message": limit.to_string()}))
            }
        };
        if let Err(error) = shown {
            self.broken.get_or_insert(error);
        }
    }
}

impl Delivery for Screen<'_> {
    async fn event(&mut self, event: &Event) -> Result<Written, Gone> {
        self.show(event).map_err(|error| self.broken(error))
    }

    fn restarts(&self) -> bool {
        match self.manner {
            Manner::Text => self.ui.stdout_is_terminal,
            Manner::Events => true,
            Manner::Gathered => false,
        }
    }

    fn notice(&mut self, notice: &Notice<'_>) -> Result<(), Gone> {
        match notice {
            Notice::Trying { model } => {
                if let Some(spinner) = &self.spinner {
                    spinner.text(&format!("asking {model}"));
                }
                self.aside(|ui| ui.detail(&format!("asking {model}")));
            }
            Notice::Failed(attempt) => {
                let line = crate::app::outcome::attempt_line(attempt);
                self.aside(|ui| ui.detail(&format!("no answer from {line}")));
                if self.manner == Manner::Events {
                    let mut value = serde_json::to_value(AttemptReport::new(attempt)).unwrap_or_default();
                    value["type"] = json!("attempt");
                    self.event_line(&value).map_err(|error| self.broken(error))?;
                }
            }
            Notice::Waiting { model, span, left } => self.waiting(model, *span, *left),
            Notice::Resuming { model, how } => {
                let text = format!("the answer broke off; asking {model} for the rest ({})", how.as_str());
                self.aside(|ui| ui.detail(&text));
            }
            Notice::Restarting { model } => self.restart(model).map_err(|error| self.broken(error))?,
            Notice::Dropped { model, params } => {
                let text = format!("{model} does not take {}: left out", params.join(", "));
                self.aside(|ui| ui.note(&text));
            }
        }
        Ok(())
    }
}
