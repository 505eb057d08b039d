//! `aigw key create`.

use clap::Args;
use globset::Glob;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use crate::cli::{CommandError, Context, Output, json};
use crate::config::Span;
use crate::ledger::keys::Terms;

/// The longest name of a key.
const LONGEST: usize = 64;

/// Make a key
///
/// It is printed once, on stdout, and cannot be had again: `aigw key rotate` makes another one.
#[derive(Debug, Args)]
pub(super) struct CreateArgs {
    /// What it is called
    name: String,

    /// A model, route or agent that may be named, such as groq/* or agent:writer; everything if none is given
    #[arg(short, long, value_name = "GLOB")]
    model: Vec<String>,

    /// What may be done; chat, embeddings and agents if nothing is said. `shared` is to read and write what all agents
    /// remember
    #[arg(long, value_name = "SCOPE", value_parser = clap::builder::PossibleValuesParser::new(Terms::SCOPES))]
    scope: Vec<String>,

    /// How long it is good, such as 30d
    #[arg(long, value_name = "TIME", value_parser = span)]
    expires: Option<SignedDuration>,

    /// Requests a minute
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    rpm: Option<u32>,

    /// Tokens a minute
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    tpm: Option<u64>,

    /// Requests at a time
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    concurrency: Option<u32>,

    /// Tokens a day, by UTC
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    tokens_per_day: Option<u64>,

    /// Tokens a month, by UTC
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    tokens_per_month: Option<u64>,

    /// USD a day, by UTC
    #[arg(long, value_name = "USD", value_parser = money)]
    usd_per_day: Option<f64>,

    /// USD a month, by UTC
    #[arg(long, value_name = "USD", value_parser = money)]
    usd_per_month: Option<f64>,

    /// What else it is called by
    #[arg(long, value_name = "TAG")]
    tag: Vec<String>,
}

/// A span of time; days are allowed, which have 24 hours.
fn span(text: &str) -> Result<SignedDuration, String> {
    if let Some(Ok(days)) = text.trim().strip_suffix('d').map(str::parse::<u32>) {
        return Ok(SignedDuration::from_hours(i64::from(days) * 24));
    }
    let span: Span = text.parse().map_err(|error| format!("{error}"))?;
    SignedDuration::try_from(span.0).map_err(|error| error.to_string())
}

fn money(text: &str) -> Result<f64, String> {
    let money = text.parse().ok().filter(|money: &f64| money.is_finite() && *money > 0.0);
    money.ok_or_else(|| "expected a sum above 0".into())
}

pub(super) fn run(args: CreateArgs, context: &Context) -> Result<(), CommandError> {
    let name = args.name.trim().to_owned();
    let is_plain = |c: char| c.is_alphanumeric() || "-_.@ ".contains(c);
    if name.is_empty() || name.len() > LONGEST || !name.chars().all(is_plain) {
        let message =
            format!("`{name}` cannot be the name of a key: letters, digits, - _ . @, {LONGEST} at most");
        return Err(CommandError::usage(message));
    }
    if let Some(wrong) = args.model.iter().find(|pattern| Glob::new(pattern).is_err()) {
        return Err(CommandError::usage(format!("--model {wrong}: it is no pattern such as groq/*")));
    }
    let expires = args.expires.map(|span| Timestamp::now().checked_add(span)).transpose();
    let expires = expires.map_err(|_| CommandError::usage("--expires: that is too far away"))?;
    let terms = Terms {
        models: args.model,
        scopes: args.scope,
        rpm: args.rpm,
        tpm: args.tpm,
        concurrency: args.concurrency,
        tokens_per_day: args.tokens_per_day,
        tokens_per_month: args.tokens_per_month,
        usd_per_day: args.usd_per_day,
        usd_per_month: args.usd_per_month,
        tags: args.tag,
    };
    let app = context.app()?;
    let is_first = app.ledger.keys()?.is_empty();
    let Some((_, key)) = app.ledger.create_key(&name, terms, expires)? else {
        let message = format!("there is a key `{name}` already");
        return Err(CommandError::failed(message).hint("`aigw key rotate` makes a new one in its place"));
    };
    tell(context, &name, &key)?;
    if is_first {
        context.ui.note("from now on every client of `aigw serve` needs a key");
    }
    Ok(())
}

/// Shows a key, for the only time.
pub(super) fn tell(context: &Context, name: &str, key: &str) -> Result<(), CommandError> {
    if context.global.output() == Output::Text {
        context.ui.line(key)?;
    } else {
        json::object(&context.ui, context.global.output(), &json!({"name": name, "key": key}))?;
    }
    context.ui.note("it is shown this once: only its hash is kept");
    Ok(())
}
