//! `aigw man`: the manual pages.

use std::io;
use std::path::PathBuf;

use clap::{Args, Command, CommandFactory};
use clap_mangen::Man;

use super::{Cli, CommandError, Context};

/// Print the manual page, or write all of them.
#[derive(Debug, Args)]
#[command(after_help = "Example: aigw man | man -l -")]
pub struct ManArgs {
    /// Write the pages of all commands into this directory
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

/// All manual pages: file name and text.
pub fn pages() -> io::Result<Vec<(String, String)>> {
    let mut command = Cli::command().disable_help_subcommand(true);
    command.build();
    let mut pages = Vec::new();
    collect(&command, "aigw", &mut pages)?;
    Ok(pages)
}

fn collect(command: &Command, name: &str, pages: &mut Vec<(String, String)>) -> io::Result<()> {
    let mut bytes = Vec::new();
    // No date in the page: it would change with every build.
    Man::new(command.clone()).title(name).date("").render(&mut bytes)?;
    pages.push((format!("{name}.1"), String::from_utf8_lossy(&bytes).into_owned()));
    for subcommand in command.get_subcommands().filter(|subcommand| !subcommand.is_hide_set()) {
        collect(subcommand, &format!("{name}-{}", subcommand.get_name()), pages)?;
    }
    Ok(())
}

/// Runs the command.
pub fn run(args: &ManArgs, context: &Context) -> Result<(), CommandError> {
    let pages = pages()?;
    let Some(directory) = &args.dir else {
        let main = pages.first().map(|(_, text)| text.as_str()).unwrap_or_default();
        return Ok(context.ui.data(main)?);
    };
    let fail = |error: io::Error| {
        CommandError::failed(format!("{}: cannot write there: {error}", directory.display()))
    };
    std::fs::create_dir_all(directory).map_err(fail)?;
    for (name, text) in pages {
        std::fs::write(directory.join(name), text).map_err(fail)?;
    }
    Ok(())
}
