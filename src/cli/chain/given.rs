//! From words, flags, files and stdin to the inputs of a chain.

use std::path::Path;

use serde_json::Value;

use super::run::RunArgs;
use crate::chains::Plan;
use crate::chains::definition::InputKind;
use crate::chains::inputs::{self, Typed, kind_of, unnamed};
use crate::cli::stdin::{self, Wanted};
use crate::cli::{CommandError, Context};
use crate::config::read_bounded;

/// The largest file that is an input.
const MAX_FILE: u64 = 16 << 20;

/// The inputs of a run.
pub(super) async fn inputs(
    args: &RunArgs,
    words: &[String],
    plan: &Plan,
    context: &Context,
) -> Result<Value, CommandError> {
    let mut typed: Vec<(String, Typed)> = Vec::new();
    for (name, text) in &args.input {
        typed.push((name.clone(), Typed::Text(text.clone())));
    }
    for (name, path) in &args.input_file {
        let file = if path == "-" { "/dev/stdin" } else { path };
        typed.push((name.clone(), file_of(file)?));
    }
    let dash = words.iter().any(|word| word == "-");
    let words: Vec<&str> = words.iter().map(String::as_str).filter(|word| *word != "-").collect();
    let target = unnamed(plan, &typed).map(str::to_owned);
    let is_missing =
        words.is_empty() && plan.required().any(|name| !typed.iter().any(|(other, _)| other == name));
    let wanted = if dash || is_missing { Wanted::Yes } else { Wanted::Perhaps };
    let names_stdin = args.input_file.iter().any(|(_, path)| path == "-");
    let looks = dash
        || (!args.no_stdin
            && !names_stdin
            && target.is_some()
            && (is_missing || !words.is_empty())
            && stdin::holds_data());
    let piped = if looks { stdin::read(wanted, &context.ui).await? } else { None };
    let piped = piped
        .map(String::from_utf8)
        .transpose()
        .map_err(|_| CommandError::failed("stdin is not UTF-8 text"))?;
    let piped = piped.filter(|text| !text.trim().is_empty());
    let Some(target) = target else {
        if !words.is_empty() {
            return Err(CommandError::usage(format!(
                "the chain `{}` takes no more inputs: what is `{}` for?",
                plan.definition.name,
                words.join(" ")
            )));
        }
        return finish(plan, typed);
    };
    if kind_of(plan, &target) == InputKind::Files {
        for word in words {
            typed.push((target.clone(), file_of(word)?));
        }
        typed.extend(piped.map(|text| (target, Typed::File("stdin".into(), text))));
    } else {
        let text = words.join(" ");
        let gap = if text.is_empty() || piped.is_none() { "" } else { "\n\n" };
        let whole = format!("{text}{gap}{}", piped.unwrap_or_default().trim_end_matches(['\n', '\r']));
        if !whole.trim().is_empty() {
            typed.push((target, Typed::Text(whole)));
        }
    }
    finish(plan, typed)
}

fn finish(plan: &Plan, typed: Vec<(String, Typed)>) -> Result<Value, CommandError> {
    inputs::inputs(plan, typed).map_err(|problem| {
        CommandError::usage(problem)
            .hint("words and stdin are the first input; others go with --input NAME=VALUE")
    })
}

fn file_of(path: &str) -> Result<Typed, CommandError> {
    let bytes = read_bounded(Path::new(path), MAX_FILE)
        .map_err(|error| CommandError::failed(format!("{path}: cannot read it: {error}")))?;
    let text =
        String::from_utf8(bytes).map_err(|_| CommandError::failed(format!("{path} is not UTF-8 text")))?;
    Ok(Typed::File(path.to_owned(), text))
}
