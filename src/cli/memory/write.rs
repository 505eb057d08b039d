//! `aigw memory add` and `set`.

use std::path::PathBuf;

use clap::Args;
use jiff::Timestamp;
use serde_json::json;

use super::super::stdin::{self, Wanted};
use super::super::{CommandError, Context, Output, json, when};
use super::filter::kinds;
use super::{ScopeArg, documents};
use crate::app::App;
use crate::memory::{Added, Draft, Kind, Scope};

/// Kinds that are typed; pieces of documents come from files.
const TYPED: [Kind; 4] = [Kind::Note, Kind::Fact, Kind::Result, Kind::Summary];

/// Remember something.
///
/// The text is the words, a blank line, and what stdin holds if it is a pipe or a file. What says the same or nearly the
/// same as an entry of the same scope becomes one entry with it; the older text stays in its history. Prints the id.
///
/// With --file documents are remembered in pieces: text, Markdown, HTML, PDF. A file that is added again is brought up to
/// date; pieces that did not change keep their ids.
#[derive(Debug, Args)]
pub(super) struct AddArgs {
    /// What to remember; `-` waits for stdin for as long as it takes
    #[arg(value_name = "WORDS", allow_negative_numbers = true)]
    words: Vec<String>,

    /// Remember a document: a file, a folder or a pattern such as 'docs/**/*.md'; may be repeated
    #[arg(short, long, value_name = "PATH|PATTERN", conflicts_with_all = ["words", "kind", "agent"])]
    file: Vec<PathBuf>,

    /// What it is
    #[arg(long, value_name = "KIND", value_parser = kinds(&TYPED), default_value = "note")]
    kind: Kind,

    #[command(flatten)]
    about: AboutArgs,
}

/// Give a key a value, in place of the one that it has.
///
/// The value is the words, a blank line, and what stdin holds if it is a pipe or a file. What was there before stays in
/// the history: `aigw memory get KEY --history`. Prints the id.
#[derive(Debug, Args)]
pub(super) struct SetArgs {
    #[arg(value_name = "KEY")]
    key: String,

    /// The value; `-` waits for stdin for as long as it takes
    #[arg(value_name = "WORDS", allow_negative_numbers = true)]
    words: Vec<String>,

    /// What it is
    #[arg(long, value_name = "KIND", value_parser = kinds(&TYPED), default_value = "fact")]
    kind: Kind,

    #[command(flatten)]
    about: AboutArgs,
}

#[derive(Debug, Args)]
struct AboutArgs {
    #[command(flatten)]
    scope: ScopeArg,

    /// A word to find it by; may be repeated
    #[arg(long, value_name = "TAG")]
    tag: Vec<String>,

    /// In the name of this agent
    #[arg(long, value_name = "NAME")]
    agent: Option<String>,

    /// When what it says was so: a date or a time (UTC)
    #[arg(long, value_name = "TIME", value_parser = when::at)]
    at: Option<Timestamp>,

    /// When it is to be forgotten: in a span such as 30d, or on a date (UTC)
    #[arg(long, value_name = "WHEN", value_parser = when::ahead)]
    expires: Option<Timestamp>,

    /// Never look at stdin
    #[arg(short, long)]
    no_stdin: bool,
}

impl AboutArgs {
    fn draft(self, app: &App, content: String) -> Result<Draft, CommandError> {
        Ok(Draft {
            scope: self.scope.resolved(app)?.unwrap_or(Scope::Shared),
            tags: self.tag,
            agent: self.agent,
            happened: self.at,
            expires: self.expires,
            ..Draft::note(content)
        })
    }
}

pub(super) async fn add(args: AddArgs, context: &Context, app: &App) -> Result<(), CommandError> {
    if !args.file.is_empty() {
        let draft = args.about.draft(app, String::new())?;
        return documents::add(&args.file, &draft, context, app);
    }
    let text = text(&args.words, args.about.no_stdin, context).await?;
    let draft = Draft { kind: args.kind, ..args.about.draft(app, text)? };
    let added = app.memory.add(draft)?;
    if added.merged {
        context.ui.note("it was there already, or nearly so: it is one entry now");
    }
    report(context, &added)
}

pub(super) async fn set(args: SetArgs, context: &Context, app: &App) -> Result<(), CommandError> {
    let text = text(&args.words, args.about.no_stdin, context).await?;
    let draft = Draft { kind: args.kind, key: Some(args.key), ..args.about.draft(app, text)? };
    report(context, &app.memory.set(draft)?)
}

fn report(context: &Context, Added { id, merged }: &Added) -> Result<(), CommandError> {
    match context.global.output() {
        Output::Text => Ok(context.ui.line(id)?),
        output => json::object(&context.ui, output, &json!({"id": id, "merged": merged})),
    }
}

/// The words, a blank line, and what came on stdin.
async fn text(words: &[String], no_stdin: bool, context: &Context) -> Result<String, CommandError> {
    let dash = words.iter().any(|word| word == "-");
    let typed: Vec<&str> = words.iter().map(String::as_str).filter(|word| *word != "-").collect();
    let typed = typed.join(" ");
    let wanted = if dash || typed.is_empty() { Wanted::Yes } else { Wanted::Perhaps };
    if !dash && (no_stdin || !stdin::holds_data()) {
        return Ok(typed);
    }
    let read = stdin::read(wanted, &context.ui);
    let Some(bytes) = context.interrupt.unless(read).await? else { return Ok(typed) };
    let piped = String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to() + 1;
        CommandError::failed(format!("stdin is not UTF-8 text (byte {at})"))
            .hint("`iconv` converts text; `aigw memory add --file FILE` reads PDFs and other encodings")
    })?;
    let piped = piped.trim_end_matches(['\n', '\r']);
    let gap = if typed.is_empty() || piped.is_empty() { "" } else { "\n\n" };
    Ok(format!("{typed}{gap}{piped}"))
}
