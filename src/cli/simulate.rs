//! `aigw simulate`: stand-ins for providers, to rehearse with.

use std::net::{Ipv4Addr, SocketAddr};

use clap::Args;

use super::{CommandError, Context};
use crate::config::Span;
use crate::providers::Catalog;
use crate::simulate::{FaultSpec, Limits, Manner, Pace, ParseMannerError, Settings, Stand, providers};

/// Run wire-accurate stand-ins for providers, with faults on demand.
///
/// Each provider gets a loopback socket of its own and speaks as the real one does: quirks, headers, errors, limits. Its
/// answers say that they are simulated. What is printed on stdout is a configuration that goes to the stand-ins.
#[derive(Debug, Args)]
#[command(
    after_help = "Faults (K counts pieces of the answer from 0, DUR is like 500ms or 2s; `*N` at the end: only N times; `@MODEL` before
that: only with this model):
  503, 429, 401, …     any status, with that provider's own error; 429:2 names 2 s in Retry-After
  quota  daily  busy   out of credit; out of the day's share; no capacity
  context  filter      the input does not fit; the content filter refuses
  tool_fault           the model makes a broken tool call
  unsupported:PARAM    refuses this parameter while it is sent
  hang  slow:DUR       never answers; the first token comes after DUR
  keepalive:DUR        sends comments for DUR instead of tokens
  stall:K  cut:K       falls silent, or the connection breaks, after K pieces
  eof:K  reset:K       the stream ends without an end, or the connection is reset, after K pieces
  error:K  malformed:K an error in the stream, or an unreadable event in it, at piece K
  no_done  done_open   no terminal marker; the same, and the connection stays open
  garbage  empty       not the protocol; nothing at all
  no_choices  html     an answer without choices; a web page (html:502 with that status)
  error200  reset      an error with status 200; the connection is reset at once
  down:DUR             503 for DUR, then well

What is made of half an answer that a client hands over to be completed (--resume):
  prefill              it is gone on with where it ends; where that is asked for in words that name its last ones, the
                       answer begins with those (so all do unless told otherwise)
  tail  over           the last words are said again, then the rest; the whole answer is said again
  refuse               a last message of the assistant's own is refused; being asked in words is not
  other                something else is said

What a model cannot do shows in its name: one with `no-tools` in it calls tools in words only, `refuses-tools`
refuses requests with any, `one-call` makes one call at a time, `gullible` does whatever it reads in results, `no-schema` answers in prose whatever schema it is given.

A request header `x-simulate-fault: FAULT` does it for one request, POST /_simulate/faults from outside;
GET /_simulate/requests shows what was asked.

Examples:
  aigw simulate groq cerebras --fault groq=503 > rehearsal.toml
  aigw --config rehearsal.toml chat hello"
)]
pub struct SimulateArgs {
    /// Which providers; all that are known if none is named
    #[arg(value_name = "PROVIDER")]
    providers: Vec<String>,

    /// The first one's port, the others on the ports after it; any free ports if 0
    #[arg(long, value_name = "PORT", default_value_t = 0)]
    port: u16,

    /// What goes wrong: `FAULT` for all, `PROVIDER=FAULT` for one; may be repeated
    #[arg(long, value_name = "FAULT")]
    fault: Vec<String>,

    /// How half an answer is taken up: `MANNER` for all, `PROVIDER=MANNER` for one; may be repeated
    #[arg(long, value_name = "MANNER")]
    resume: Vec<String>,

    /// Requests per minute that each allows
    #[arg(long, value_name = "N")]
    rpm: Option<u32>,

    /// Tokens per minute that each allows
    #[arg(long, value_name = "N")]
    tpm: Option<u32>,

    /// Requests at a time that each allows
    #[arg(long, value_name = "N")]
    concurrency: Option<u32>,

    /// How long until the first token
    #[arg(long, value_name = "DUR", default_value = "0s")]
    first_token: Span,

    /// How long from token to token
    #[arg(long, value_name = "DUR", default_value = "0s")]
    between: Span,
}

/// Runs the command until it is interrupted.
pub async fn run(args: SimulateArgs, context: &Context) -> Result<(), CommandError> {
    let names = names(&args.providers)?;
    let faults = faults(&args.fault, &names)?;
    let manners = manners(&args.resume, &names)?;
    let mut stands = Vec::new();
    for (place, name) in (0..).zip(&names) {
        let port = if args.port == 0 { Some(0) } else { args.port.checked_add(place) };
        let port = port.ok_or_else(|| {
            CommandError::usage(format!("--port {}: there are not enough ports after it", args.port))
        })?;
        let mut settings = Settings::new(name);
        settings.addr = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        settings.faults = faults
            .iter()
            .filter(|(to, _)| to.is_none_or(|to| to == *name))
            .map(|(_, fault)| fault.clone())
            .collect();
        // The last word counts.
        let mine = manners.iter().rev().find(|(to, _)| to.is_none_or(|to| to == *name));
        settings.manner = mine.map_or(settings.manner, |(_, manner)| *manner);
        settings.limits = Limits { rpm: args.rpm, tpm: args.tpm, concurrency: args.concurrency };
        settings.pace = Pace { first_token: args.first_token.0, between: args.between.0 };
        let stand = Stand::start(settings).await.map_err(|error| {
            CommandError::failed(format!("cannot start the stand-in for {name}: {error}"))
        })?;
        stands.push(stand);
    }
    context.ui.data(&configuration(&stands))?;
    for stand in &stands {
        context.ui.status(&format!("{} listening on http://{}", stand.provider(), stand.addr()));
    }
    context.interrupt.wait().await;
    Ok(())
}

/// Whom to stand in for, each once; all that are known if nobody is named.
fn names(wanted: &[String]) -> Result<Vec<&str>, CommandError> {
    let known = providers();
    if wanted.is_empty() {
        return Ok(known);
    }
    let mut names: Vec<&str> = wanted.iter().map(String::as_str).collect();
    if let Some(unknown) = names.iter().find(|name| !known.contains(name)) {
        let otherwise = format!("known: {}", known.join(", "));
        return Err(CommandError::unknown("stand-in for", unknown, known.iter().copied(), otherwise));
    }
    let mut seen = std::collections::HashSet::new();
    names.retain(|name| seen.insert(*name));
    Ok(names)
}

/// A configuration that goes to the stand-ins and to nobody else.
pub(super) fn configuration(stands: &[Stand]) -> String {
    let models: Vec<String> = stands.iter().map(|stand| format!("\"{}\"", model(stand.provider()))).collect();
    let mut text = format!(
        "# Goes to stand-ins on this machine: aigw --config THIS_FILE chat …\n\
         default_route = \"simulated\"\n\n[routes.simulated]\nmodels = [{}]\n",
        models.join(", ")
    );
    for stand in stands {
        let (id, url) = (stand.provider(), stand.base_url());
        text.extend([
            format!("\n[providers.{id}]\nbase_url = \"{url}\"\n"),
            format!("api_keys = [\"simulated-{id}\"]\n"),
        ]);
    }
    text
}

/// The provider where it has a default model, else one of a model that its stand-in answers to.
fn model(provider: &str) -> String {
    match Catalog::built_in().provider(provider).and_then(|row| row.default_model.as_ref()) {
        Some(_) => provider.to_owned(),
        None => format!("{provider}/simulated-model"),
    }
}

/// Reads `FAULT` and `PROVIDER=FAULT`.
fn faults<'a>(
    texts: &'a [String],
    names: &[&str],
) -> Result<Vec<(Option<&'a str>, FaultSpec)>, CommandError> {
    let read = |text: &'a String| {
        let (provider, fault) = addressed("--fault", text, names)?;
        let spec = fault.parse::<FaultSpec>().map_err(|error| {
            CommandError::usage(format!("--fault {text}: {error}"))
                .hint("`aigw simulate --help` lists the faults")
        })?;
        Ok((provider, spec))
    };
    texts.iter().map(read).collect()
}

/// Reads `MANNER` and `PROVIDER=MANNER`.
fn manners<'a>(texts: &'a [String], names: &[&str]) -> Result<Vec<(Option<&'a str>, Manner)>, CommandError> {
    let read = |text: &'a String| {
        let (provider, manner) = addressed("--resume", text, names)?;
        let manner = manner
            .parse()
            .map_err(|error: ParseMannerError| CommandError::usage(format!("--resume {text}: {error}")))?;
        Ok((provider, manner))
    };
    texts.iter().map(read).collect()
}

/// Takes apart what is said to all stand-ins, or with the name of one before it.
fn addressed<'a>(
    flag: &str,
    text: &'a str,
    names: &[&str],
) -> Result<(Option<&'a str>, &'a str), CommandError> {
    let (provider, what) = match text.split_once('=') {
        Some((provider, what)) if !provider.contains(':') => (Some(provider), what),
        _ => (None, text),
    };
    match provider.filter(|provider| !names.contains(provider)) {
        Some(unknown) => {
            Err(CommandError::usage(format!("{flag} {text}: no stand-in for `{unknown}` is started")))
        }
        None => Ok((provider, what)),
    }
}
