//! From words, stdin and files to the question.

use super::super::CommandError;
use super::args::ChatArgs;
use crate::app::attachment::{self, attachment};
use crate::chat::{Message, Part, Role};
use crate::cli::stdin::{self, Wanted};
use crate::ui::Ui;

/// Gathers what is asked, as one message.
pub(super) async fn question(args: &ChatArgs, ui: &Ui) -> Result<Message, CommandError> {
    let dash_word = args.words.iter().any(|word| word == "-");
    let dash_file = args.file.iter().any(|path| path.as_os_str() == "-");
    let words: Vec<&str> = args.words.iter().map(String::as_str).filter(|word| *word != "-").collect();
    let text = words.join(" ");

    let wanted = if dash_word || dash_file || (text.is_empty() && args.file.is_empty()) {
        Wanted::Yes
    } else {
        Wanted::Perhaps
    };
    let look = dash_word || dash_file || (!args.no_stdin && stdin::holds_data());
    let piped = if look { stdin::read(wanted, ui).await? } else { None };

    let mut parts = Vec::new();
    for path in args.file.iter().filter(|path| path.as_os_str() != "-") {
        parts.push(attachment::of_file(path).await?);
    }
    let mut asked = text;
    match piped {
        Some(bytes) if dash_file => parts.push(attachment("stdin", bytes)?),
        Some(bytes) => {
            let piped = as_text(bytes)?;
            if !piped.trim().is_empty() {
                let gap = if asked.is_empty() { "" } else { "\n\n" };
                asked = format!("{asked}{gap}{}", piped.trim_end_matches(['\n', '\r']));
            }
        }
        None => {}
    }
    if asked.trim().is_empty() && parts.is_empty() {
        return Err(CommandError::usage("nothing to ask")
            .hint("give some words, pipe something in, or both: `git diff | aigw chat explain this`"));
    }
    if !asked.trim().is_empty() {
        parts.push(Part::Text(asked));
    }
    Ok(Message { role: Role::User, parts })
}

fn as_text(bytes: Vec<u8>) -> Result<String, CommandError> {
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        CommandError::failed(format!("stdin is not UTF-8 text (byte {at})"))
            .hint("`-f -` sends an image or a PDF; `iconv` converts text")
    })
}
