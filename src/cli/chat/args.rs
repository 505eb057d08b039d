//! The arguments of `aigw chat`.

use std::path::PathBuf;

use clap::Args;

use crate::config::Span;

/// Ask a question and get one answer.
///
/// The prompt is the words, a blank line, and what stdin holds if it is a pipe or a file.
#[derive(Debug, Default, Args)]
#[command(after_help = "Examples:
  aigw chat why is the sky blue
  git diff | aigw chat write a commit message
  aigw chat -m groq -m cerebras/gpt-oss-120b -f photo.jpg what is this
  aigw chat -c and why is it red in the evening
  aigw chat -a researcher --then writer the history of tea in one page
  aigw chat --schema '{\"type\":\"object\",\"properties\":{\"name\":{\"type\":\"string\"}}}' name a city

Exit codes: 0 a whole answer, 1 failed, 2 wrong command line, 3 wrong configuration or no provider,
4 nobody answered, 6 no such model, route, agent or session, 7 the answer was cut, 130 interrupted.")]
pub struct ChatArgs {
    /// What to ask; `-` waits for stdin for as long as it takes
    #[arg(value_name = "WORDS", allow_negative_numbers = true)]
    pub words: Vec<String>,

    /// Whom to ask: a model (provider/model), a provider or a route; give several to have them tried in order
    #[arg(short, long, value_name = "MODEL|ROUTE")]
    pub model: Vec<String>,

    /// Who answers: an agent by name
    #[arg(short, long, value_name = "AGENT")]
    pub agent: Option<String>,

    /// Go on in this session, or begin one of this name
    #[arg(short, long, value_name = "NAME|ID", conflicts_with_all = ["continue_last", "no_memory"])]
    pub session: Option<String>,

    /// Go on where the last session ended
    #[arg(short, long = "continue", conflicts_with = "no_memory")]
    pub continue_last: bool,

    /// Have another agent work on the answer; may be repeated
    #[arg(long, value_name = "AGENT")]
    pub then: Vec<String>,

    /// Instructions that stand above the question; a session keeps them
    #[arg(long, value_name = "TEXT")]
    pub system: Option<String>,

    /// Send a file along: text, an image or a PDF; `-` is stdin
    #[arg(short, long, value_name = "PATH")]
    pub file: Vec<PathBuf>,

    /// Give the agent this tool as well
    #[arg(short, long, value_name = "NAME", conflicts_with = "no_tools")]
    pub tool: Vec<String>,

    /// Call no tools
    #[arg(long)]
    pub no_tools: bool,

    /// Let this tool be called, which would have to be asked for
    #[arg(long, value_name = "NAME", conflicts_with = "no_tools")]
    pub allow_tool: Vec<String>,

    /// Recall nothing, and keep nothing of this
    #[arg(long)]
    pub no_memory: bool,

    /// How freely to choose words: 0 is as repeatable as the model can be
    #[arg(long, value_name = "NUMBER", value_parser = temperature)]
    pub temperature: Option<f64>,

    /// The longest answer, in tokens
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub max_tokens: Option<u32>,

    /// Hold the answer to a JSON Schema: the JSON itself or a file with it
    #[arg(long, value_name = "JSON|FILE")]
    pub schema: Option<String>,

    /// Print only the first code block of the answer, or all of it if there is none
    #[arg(short = 'x', long)]
    pub extract: bool,

    /// Print the answer as the model wrote it; on a terminal its Markdown is shown as what it means
    #[arg(long)]
    pub raw: bool,

    /// Have the provider send the answer in one piece
    #[arg(long)]
    pub no_stream: bool,

    /// How long all of it may take, such as 30s or 2m
    #[arg(long, value_name = "DUR", value_parser = Span::read_some)]
    pub timeout: Option<Span>,

    /// Never look at stdin
    #[arg(short, long)]
    pub no_stdin: bool,

    /// Show who would be asked and what would be sent, and send nothing
    #[arg(long)]
    pub dry_run: bool,
}

/// Reads a temperature.
pub fn temperature(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(number) if (0.0..=2.0).contains(&number) => Ok(number),
        _ => Err("expected a number from 0 to 2".into()),
    }
}
