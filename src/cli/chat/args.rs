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
  aigw chat --schema '{\"type\":\"object\",\"properties\":{\"name\":{\"type\":\"string\"}}}' name a city

Exit codes: 0 a whole answer, 1 failed, 2 wrong command line, 3 wrong configuration or no provider,
4 nobody answered, 6 no such model or route, 7 the answer was cut, 130 interrupted.")]
pub struct ChatArgs {
    /// What to ask; `-` waits for stdin for as long as it takes
    #[arg(value_name = "WORDS", allow_negative_numbers = true)]
    pub words: Vec<String>,

    /// Whom to ask: a model (provider/model), a provider or a route; give several to have them tried in order
    #[arg(short, long, value_name = "MODEL|ROUTE")]
    pub model: Vec<String>,

    /// Instructions that stand above the question
    #[arg(long, value_name = "TEXT")]
    pub system: Option<String>,

    /// Send a file along: text, an image or a PDF; `-` is stdin
    #[arg(short, long, value_name = "PATH")]
    pub file: Vec<PathBuf>,

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

fn temperature(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(number) if (0.0..=2.0).contains(&number) => Ok(number),
        _ => Err("expected a number from 0 to 2".into()),
    }
}
