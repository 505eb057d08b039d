//! `aigw completions`: what a shell needs to complete our command line.

use clap::{Args, CommandFactory};
use clap_complete::{Shell, generate};

use super::{Cli, CommandError, Context};

/// Print completions for a shell.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  aigw completions bash > ~/.local/share/bash-completion/completions/aigw
  aigw completions zsh > \"${fpath[1]}/_aigw\"
  aigw completions fish > ~/.config/fish/completions/aigw.fish")]
pub struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

/// The completions of a shell, as they are printed and as they are committed.
pub fn completions(shell: Shell) -> String {
    let mut bytes = Vec::new();
    generate(shell, &mut Cli::command(), "aigw", &mut bytes);
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Runs the command.
pub fn run(args: &CompletionsArgs, context: &Context) -> Result<(), CommandError> {
    Ok(context.ui.data(&completions(args.shell))?)
}
