//! `aigw serve`: the HTTP gateway.

mod check;

use std::fs::OpenOptions;
use std::io::Write as _;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::channel;
use std::time::Duration;

use clap::Args;
use serde_json::{Value, json};
use tokio::sync::Notify;

use super::chat::settle_ledger;
use super::{CommandError, Context, Exit};
use crate::app::App;
use crate::config::Env;
use crate::ledger::keys::VirtualKey;
use crate::providers::client::Client;
use crate::server::{Ending, Log, Reload, Served, Server, Settings, keys_of_file};
use crate::ui::Ui;

/// How long answers under way may take when the program was asked to end.
const GRACE: Duration = Duration::from_secs(10);
/// What tidying up takes beyond that.
const TIDY_UP: Duration = Duration::from_secs(5);
/// The most connections at a time, where the system lets us.
const MOST_CONNECTIONS: usize = 8192;
/// The most open files that are asked of the system.
#[cfg(unix)]
const MOST_FILES: u64 = 32_768;
/// Open files that are no connections: databases, the runtime's own.
#[cfg(unix)]
const OTHER_FILES: u64 = 100;
/// Names a file of keys that clients may show.
const KEY_FILE: &str = "AIGW_SERVE_KEY_FILE";
/// The port where none is named.
const PORT: u16 = 8787;

/// Answer HTTP clients that speak OpenAI's, Anthropic's or Gemini's format.
///
/// Every request goes by a route, as `aigw chat` does: the client does not notice when a provider fails. A model is named
/// as everywhere (a route, an alias, provider/model, a provider, a model's bare name), or it is agent:NAME. Only programs of
/// this machine are answered, until `aigw key create` has made a key: then whoever has one is.
#[derive(Debug, Args)]
#[command(after_help = "Paths:
  OpenAI     POST /v1/chat/completions, /v1/responses, /v1/embeddings; GET /v1/models;
             the same after /openai, where Groq's clients look
  Anthropic  POST /v1/messages, /v1/messages/count_tokens
  Gemini     POST /v1beta/models/MODEL:generateContent, :streamGenerateContent, :embedContent,
             :batchEmbedContents, :countTokens; GET /v1beta/models
  ours       GET /health/live, /health/ready, /metrics

Request headers: X-Aigw-Route NAME, X-Aigw-Fallback off, X-Aigw-Timeout 30s, X-Aigw-Restart events, X-Session-Id NAME
Response headers: x-aigw-provider, -model, -attempts, -resumed, -cost, x-request-id

Environment:
  AIGW_SERVE_KEY_FILE  a file of keys that clients may show, one a line, for containers

A change of the configuration, or SIGHUP: it is read anew, and requests under way go on as they began; one that is
wrong changes nothing.

Ctrl-C or SIGTERM: no new requests are taken, and answers under way have 10 s to end; a second time ends at once.

Examples:
  aigw serve
  curl http://127.0.0.1:8787/v1/chat/completions -H 'content-type: application/json' \\
    -d '{\"model\":\"auto\",\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}]}'
  OPENAI_BASE_URL=http://127.0.0.1:8787/v1 OPENAI_API_KEY=any your-program
  ANTHROPIC_BASE_URL=http://127.0.0.1:8787 ANTHROPIC_API_KEY=any your-program
  aigw key create laptop && aigw serve --addr 0.0.0.0")]
pub struct ServeArgs {
    /// Where to listen; other than this machine's own addresses only where clients need a key
    #[arg(long, value_name = "ADDR[:PORT]", default_value = "127.0.0.1:8787")]
    addr: String,

    /// The port, instead of the address's; any free one if 0
    #[arg(long, value_name = "PORT")]
    port: Option<u16>,

    /// Append a line of JSON for every request, without what was asked and answered; `-` is stdout
    #[arg(long, value_name = "FILE")]
    access_log: Option<PathBuf>,

    /// Ask the gateway that listens there whether it is ready, and exit with 0 if so
    #[arg(long)]
    check: bool,
}

/// Runs the command until it is interrupted.
pub async fn run(args: &ServeArgs, context: &Context) -> Result<(), CommandError> {
    let addr = address(args)?;
    if args.check {
        return check::run(addr, context).await;
    }
    let app = Arc::new(context.app()?);
    let keys = key_file(&context.env)?;
    guard(addr, &app, &keys)?;
    app.health().watch();
    let connections = connections();
    let reload = Some(reload(context, &app));
    let settings = Settings {
        addr,
        connections,
        grace: GRACE,
        log: log(&context.ui, args.access_log.as_deref())?,
        keys,
        reload,
    };
    let server = Server::bind(settings, Arc::clone(&app), Client::new()?)
        .await
        .map_err(|error| CommandError::failed(format!("cannot listen on {addr}: {error}")))?;
    context.interrupt.allow(GRACE + TIDY_UP);
    if app.ready_accounts().next().is_none() {
        context.ui.warn("no provider is set up: only servers on this machine are asked, if any answers");
        context.ui.hint("`aigw init` sets providers up");
    }
    context.ui.status(&format!("listening on http://{}", server.addr()));
    let stop = async {
        context.interrupt.wait().await;
        context.ui.note("stopping: answers under way may end");
    };
    let current = server.current();
    let cut = server.run(stop).await;
    settle_ledger(&current.app(), context).await;
    if cut > 0 {
        context.ui.warn(&format!("{cut} connections were cut: their answers took longer than 10 s more"));
    }
    // A service that its manager stops has not failed.
    Ok(())
}

/// How the configuration is read anew: when a file of it changes, and on SIGHUP.
fn reload(context: &Context, app: &App) -> Reload {
    let asked = Arc::new(Notify::new());
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let wanted = Arc::clone(&asked);
        // Without the signal a change of the files is noticed all the same.
        if let Ok(mut hangup) = signal(SignalKind::hangup()) {
            tokio::spawn(async move {
                while hangup.recv().await.is_some() {
                    wanted.notify_one();
                }
            });
        }
    }
    let (env, named, ui) = (context.env.clone(), context.global.config.clone(), context.ui.clone());
    let make = move || {
        let app = App::new(env.clone(), named.clone()).map_err(|error| error.to_string())?;
        app.health().watch();
        Ok(app)
    };
    let told = move |outcome: Result<(), String>| match outcome {
        Ok(()) => ui.note("the configuration was read anew"),
        Err(problem) => {
            ui.warn(&format!("the configuration is wrong, and the one before still holds: {problem}"));
        }
    };
    let paths = &app.paths;
    let files = vec![
        paths.config_file.clone(),
        paths.credentials_file(),
        paths.config_dir.join("agents"),
        paths.config_dir.join("chains"),
    ];
    Reload { make: Box::new(make), files, asked, told: Box::new(told) }
}

/// The keys of `AIGW_SERVE_KEY_FILE`.
fn key_file(env: &Env) -> Result<Vec<String>, CommandError> {
    let Some(path) = env.get(KEY_FILE) else { return Ok(Vec::new()) };
    let wrong = |problem: String| CommandError::new(Exit::Config, format!("{KEY_FILE}={path}: {problem}"));
    let text = std::fs::read_to_string(path).map_err(|error| wrong(error.to_string()))?;
    keys_of_file(&text).map_err(wrong)
}

/// Everybody else's requests would be answered with the user's keys: off this machine only whoever has a key of ours is
/// answered.
fn guard(addr: SocketAddr, app: &App, keys: &[String]) -> Result<(), CommandError> {
    if addr.ip().to_canonical().is_loopback() || !keys.is_empty() {
        return Ok(());
    }
    let is_good = |key: &VirtualKey| key.revoked.is_none();
    if app.ledger.keys()?.iter().any(is_good) {
        return Ok(());
    }
    let message = format!("{addr} can be reached from other machines, and no client needs a key yet");
    Err(CommandError::usage(message)
        .hint(format!("`aigw key create NAME` makes one; {KEY_FILE} names a file of them")))
}

/// Reads `--addr` and `--port`.
fn address(args: &ServeArgs) -> Result<SocketAddr, CommandError> {
    let text = args.addr.trim();
    let named = text.strip_prefix("localhost").map(|rest| format!("{}{rest}", Ipv4Addr::LOCALHOST));
    let text = named.as_deref().unwrap_or(text);
    let ip = |text: &str| text.trim_matches(['[', ']']).parse::<IpAddr>().ok();
    let addr = text.parse().ok().or_else(|| Some(SocketAddr::new(ip(text)?, PORT)));
    let mut addr: SocketAddr = addr.ok_or_else(|| {
        CommandError::usage(format!("--addr {}: it is not an address such as 127.0.0.1:{PORT}", args.addr))
    })?;
    if let Some(port) = args.port {
        addr.set_port(port);
    }
    Ok(addr)
}

/// How many connections there may be at a time: each may need a second one, to a provider. Without room for that, a
/// provider would be blamed for what this process lacks.
fn connections() -> usize {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
        let limit = getrlimit(Resource::Nofile);
        let wanted = limit.maximum.unwrap_or(MOST_FILES).min(MOST_FILES);
        let raised = Rlimit { current: Some(wanted), maximum: limit.maximum };
        let has = limit.current.unwrap_or(MOST_FILES);
        let has = if has < wanted && setrlimit(Resource::Nofile, raised).is_ok() { wanted } else { has };
        let room = usize::try_from(has.saturating_sub(OTHER_FILES) / 2).unwrap_or(MOST_CONNECTIONS);
        room.clamp(1, MOST_CONNECTIONS)
    }
    #[cfg(not(unix))]
    MOST_CONNECTIONS
}

/// What is told about every request: a line for people with `-v`, and one of JSON where an access log is kept.
fn log(ui: &Ui, access: Option<&Path>) -> Result<Option<Log>, CommandError> {
    let access = access.map(|path| access_log(path, ui)).transpose()?;
    if ui.verbosity == 0 && access.is_none() {
        return Ok(None);
    }
    let ui = ui.clone();
    Ok(Some(Arc::new(move |served: &Served| {
        if ui.verbosity > 0 {
            ui.detail(&line(served));
        }
        if let Some(access) = &access {
            access(entry(served).to_string());
        }
    })))
}

type Lines = Box<dyn Fn(String) + Send + Sync>;

/// Takes lines of an access log. A thread writes them: nobody who is answered waits for a disk.
fn access_log(path: &Path, ui: &Ui) -> Result<Lines, CommandError> {
    if path == Path::new("-") {
        let ui = ui.clone();
        // Whoever reads it may be gone; requests are answered all the same.
        return Ok(Box::new(move |line| drop(ui.line(&line))));
    }
    let fail = |error: std::io::Error| {
        CommandError::failed(format!("--access-log {}: it cannot be written: {error}", path.display()))
    };
    let mut options = OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path).map_err(fail)?;
    let (lines, taken) = channel::<String>();
    let write = move || {
        for line in taken {
            if let Err(error) = file.write_all(format!("{line}\n").as_bytes()) {
                tracing::warn!(%error, "the access log cannot be written");
            }
        }
    };
    std::thread::Builder::new().name("access log".into()).spawn(write).map_err(fail)?;
    Ok(Box::new(move |line| drop(lines.send(line))))
}

/// A request as JSON: no part of what was asked or answered. The shape is an interface.
fn entry(served: &Served) -> Value {
    let ms = |span: Duration| u64::try_from(span.as_millis()).unwrap_or(u64::MAX);
    json!({
        "time": served.at.to_string(),
        "request_id": served.id,
        "trace": served.trace,
        "key": served.key,
        "dialect": served.dialect,
        "method": served.method,
        "path": served.path,
        "status": served.status,
        "ending": match served.ending {
            Ending::Whole => "whole",
            Ending::Broken => "broken",
            Ending::Left => "left",
        },
        "model": served.model,
        "attempts": served.attempts,
        "resumed": served.resumed,
        "ms": ms(served.took),
        "first_ms": served.first.map(ms),
        "input_tokens": served.tokens.0,
        "output_tokens": served.tokens.1,
        "cost_usd": served.cost_usd,
    })
}

fn line(served: &Served) -> String {
    let status = served.status.map_or_else(|| "-".to_owned(), |status| status.to_string());
    let ending = match served.ending {
        Ending::Whole => "",
        Ending::Broken => ", broken off",
        Ending::Left => ", the client left",
    };
    let model = served.model.as_deref().unwrap_or("-");
    let path: String = served.path.chars().take(120).collect();
    format!(
        "{} {path} {status} {model} {} ms, request {}{ending}",
        served.method,
        served.took.as_millis(),
        served.id
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(addr: &str, port: Option<u16>) -> Option<String> {
        address(&ServeArgs { addr: addr.into(), port, access_log: None, check: false })
            .ok()
            .map(|addr| addr.to_string())
    }

    #[test]
    fn addresses_are_read() {
        for (addr, port, expected) in [
            ("127.0.0.1:8787", None, "127.0.0.1:8787"),
            ("127.0.0.1", Some(0), "127.0.0.1:0"),
            ("localhost:9000", None, "127.0.0.1:9000"),
            ("localhost", None, "127.0.0.1:8787"),
            ("::1", None, "[::1]:8787"),
            ("[::1]:1", Some(2), "[::1]:2"),
            ("0.0.0.0", None, "0.0.0.0:8787"),
        ] {
            assert_eq!(read(addr, port).as_deref(), Some(expected), "{addr}");
        }
        for addr in ["example.org:80", "localhost.example.org", ""] {
            assert_eq!(read(addr, None), None, "{addr}");
        }
    }
}
