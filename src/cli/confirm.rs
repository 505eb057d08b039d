//! A question before something that cannot be taken back, or that lets others in.

use std::io::{IsTerminal, stdin};

use super::{CommandError, Context, Exit};
use crate::ui::ask;

/// Asks for a yes, unless it was given beforehand. Where nobody can be asked, the answer is no.
pub(super) async fn confirm(context: &Context, question: &str, yes: bool) -> Result<(), CommandError> {
    if yes {
        return Ok(());
    }
    if !stdin().is_terminal() || !context.ui.stderr_is_terminal {
        let refused = CommandError::new(Exit::Refused, "nothing was done: there is nobody to ask");
        return Err(refused.hint("`--yes` says yes beforehand"));
    }
    let question = format!("{question} [y/N] ");
    let answer = async {
        ask::line(&question).await.map_err(|error| CommandError::failed(format!("cannot ask: {error}")))
    };
    let answer = context.interrupt.unless(answer).await?.unwrap_or_default();
    if ["y", "yes"].contains(&answer.trim().to_lowercase().as_str()) {
        return Ok(());
    }
    Err(CommandError::new(Exit::Refused, "nothing was done"))
}
