//! `aigw key`: who may ask through the gateway.

mod create;
mod list;

use std::time::Duration;

use clap::{Args, Subcommand};

use super::{CommandError, Context, Exit, confirm::confirm};
use crate::config::Span;

/// Who may ask through `aigw serve`, for what and how much
///
/// Until the first key is made nobody needs one, for only programs of this machine are answered. A key is shown once and kept
/// as a hash.
#[derive(Debug, Args)]
pub struct KeyArgs {
    #[command(subcommand)]
    command: KeyCommand,
}

#[derive(Debug, Subcommand)]
enum KeyCommand {
    Create(Box<create::CreateArgs>),
    /// List the keys
    Ls,
    /// Show a key: what it is good for and what it has used
    Show {
        /// The key's name
        name: String,
    },
    /// Make a new key in place of one
    Rotate {
        /// The key's name
        name: String,

        /// How long the old one is still good
        #[arg(long, value_name = "TIME", default_value = "1h")]
        grace: Span,
    },
    /// Make a key good for nothing, from the next request on
    Revoke {
        /// The key's name
        name: String,

        /// Do not ask
        #[arg(short, long)]
        yes: bool,
    },
}

/// Runs the command.
pub async fn run(args: KeyArgs, context: &Context) -> Result<(), CommandError> {
    match args.command {
        KeyCommand::Create(args) => create::run(*args, context),
        KeyCommand::Ls => list::list(context),
        KeyCommand::Show { name } => list::show(context, &name),
        KeyCommand::Rotate { name, grace } => rotate(context, &name, grace.0),
        KeyCommand::Revoke { name, yes } => {
            let app = context.app()?;
            let question = format!("Revoke the key `{name}`? Whoever uses it is refused from then on.");
            list::find(&app, &name)?;
            confirm(context, &question, yes).await?;
            if !app.ledger.revoke_key(&name)? {
                return Err(CommandError::failed(format!("the key `{name}` was revoked before")));
            }
            context.ui.note(&format!("{name} is good for nothing any more"));
            Ok(())
        }
    }
}

fn rotate(context: &Context, name: &str, grace: Duration) -> Result<(), CommandError> {
    let app = context.app()?;
    let key = list::find(&app, name)?;
    let new = app.ledger.rotate_key(name, grace)?.ok_or_else(|| {
        CommandError::new(Exit::Failed, format!("the key `{}` was revoked: make another one", key.name))
    })?;
    create::tell(context, &key.name, &new)?;
    context.ui.note("the old one is good for a while longer (--grace)");
    Ok(())
}
