//! The fault matrix: every provider, streaming and not, with every fault.
//!
//! With a healthy second candidate whoever asks gets exactly one whole answer, and the recorded class is right; alone,
//! the request fails and says why. An answer that breaks after something of it was delivered is completed by the other.

use std::fmt::Write as _;
use std::time::Duration;

use aigw::app::App;
use aigw::chat::{Answer, ChatRequest, Event, FailureClass, Message, Role, Sampling};
use aigw::config::Env;
use aigw::providers::client::Client;
use aigw::router::{
    Ask, Attempt, Completion, Conversation, Delivery, Gone, Notice, RouteError, RouteErrorKind, Written,
};
use aigw::simulate::{Stand, providers};
use futures_util::{StreamExt, stream};

use super::support::{SWEAT, TestEnv, model_of, provider_section, stand};

/// What the first candidate's first attempt must be recorded as.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Expected {
    /// It answers in spite of the fault.
    Answers,
    /// It fails with this class, and nothing of it was delivered.
    Fails(FailureClass),
    /// It breaks after something was delivered.
    Breaks,
}

use Expected::{Answers, Breaks, Fails};
use FailureClass as C;

/// The faults, with what must come of them when streaming and when not.
const FAULTS: &[(&str, Expected, Expected)] = &[
    ("400", Fails(C::BadRequest), Fails(C::BadRequest)),
    ("401", Fails(C::Auth), Fails(C::Auth)),
    ("402", Fails(C::QuotaExhausted), Fails(C::QuotaExhausted)),
    ("403", Fails(C::Forbidden), Fails(C::Forbidden)),
    ("404", Fails(C::NotFound), Fails(C::NotFound)),
    ("408", Fails(C::Server), Fails(C::Server)),
    ("413", Fails(C::ContextLength), Fails(C::ContextLength)),
    ("422", Fails(C::BadRequest), Fails(C::BadRequest)),
    ("429", Fails(C::RateLimited), Fails(C::RateLimited)),
    ("429:7", Fails(C::RateLimited), Fails(C::RateLimited)),
    ("500", Fails(C::Server), Fails(C::Server)),
    ("502", Fails(C::Server), Fails(C::Server)),
    ("503", Fails(C::Server), Fails(C::Server)),
    ("504", Fails(C::Server), Fails(C::Server)),
    ("529", Fails(C::Server), Fails(C::Server)),
    ("503*1", Fails(C::Server), Fails(C::Server)),
    ("busy", Fails(C::Server), Fails(C::Server)),
    ("quota", Fails(C::QuotaExhausted), Fails(C::QuotaExhausted)),
    ("daily", Fails(C::QuotaExhausted), Fails(C::QuotaExhausted)),
    ("context", Fails(C::ContextLength), Fails(C::ContextLength)),
    ("filter", Fails(C::ContentFilter), Fails(C::ContentFilter)),
    ("unsupported:temperature", Fails(C::Unsupported), Fails(C::Unsupported)),
    ("hang", Fails(C::Timeout), Fails(C::Timeout)),
    ("slow:20s", Fails(C::Timeout), Fails(C::Timeout)),
    ("keepalive:20s", Fails(C::Timeout), Fails(C::Timeout)),
    ("stall:0", Fails(C::Timeout), Fails(C::Timeout)),
    ("stall:3", Breaks, Fails(C::Timeout)),
    ("cut:0", Fails(C::Malformed), Fails(C::Malformed)),
    ("cut:3", Breaks, Fails(C::Malformed)),
    ("eof:0", Fails(C::Malformed), Fails(C::Malformed)),
    ("eof:3", Breaks, Fails(C::Malformed)),
    ("error:0", Fails(C::Server), Fails(C::Server)),
    ("error:3", Breaks, Fails(C::Server)),
    ("error200", Fails(C::Server), Fails(C::Server)),
    ("malformed:3", Answers, Fails(C::Malformed)),
    ("no_done", Answers, Answers),
    ("done_open", Answers, Answers),
    ("garbage", Fails(C::Malformed), Fails(C::Malformed)),
    ("empty", Fails(C::Malformed), Fails(C::Malformed)),
    ("no_choices", Fails(C::Malformed), Fails(C::Malformed)),
    ("html", Fails(C::Malformed), Fails(C::Malformed)),
    ("html:502", Fails(C::Server), Fails(C::Server)),
    ("reset", Fails(C::Unreachable), Fails(C::Unreachable)),
    ("reset:0", Fails(C::Unreachable), Fails(C::Unreachable)),
    ("reset:3", Breaks, Fails(C::Unreachable)),
    ("down:60s", Fails(C::Server), Fails(C::Server)),
];

/// Where a provider's own wording or words in the stream make it something else.
fn expected(provider: &str, fault: &str, streaming: bool, usual: Expected) -> Expected {
    let in_band = ["error:0", "error200"].contains(&fault) && streaming;
    let lost = ["cut:0", "cut:3", "eof:0", "eof:3", "reset:0", "reset:3", "garbage", "empty", "malformed:3"];
    match (provider, fault) {
        // A reasoning model has begun to think by then, so the stream was already under way.
        _ if streaming && fault.ends_with(":0") && thinks(provider) => Fails(C::BrokenStream),
        // In-band errors state a status of their own.
        ("groq", _) if in_band => Fails(C::Malformed),
        ("huggingface", _) if in_band => Fails(C::BadRequest),
        ("llamacpp", _) if in_band => Fails(C::ContextLength),
        // It restricts the organisation and says nothing about money.
        ("groq", "quota") => Fails(C::Forbidden),
        // The answer exists apart from the stream that was to bring it.
        ("replicate", _) if streaming && lost.contains(&fault) => Answers,
        // The catalogue knows, or the model itself says, that it takes no temperature, so none is sent.
        ("openai" | "replicate", "unsupported:temperature") => Answers,
        // "Busy" is a 429 at some.
        ("groq" | "openrouter" | "cerebras" | "mistral", "busy") => Fails(C::RateLimited),
        _ => usual,
    }
}

fn thinks(provider: &str) -> bool {
    model_of(provider).contains("gpt-oss")
}

const PROMPT: &str = "name three rivers and say something about each of them";

/// Takes an answer as a terminal would, and remembers what was delivered.
#[derive(Default)]
struct Listener {
    delivered: Answer,
}

impl Delivery for Listener {
    async fn event(&mut self, event: &Event) -> Result<Written, Gone> {
        // As on a terminal: thoughts are not shown.
        if !matches!(event, Event::Text(_) | Event::ToolCall(_) | Event::Finish(_)) {
            return Ok(Written::No);
        }
        self.delivered.push(event);
        Ok(Written::Yes)
    }

    fn notice(&mut self, _: &Notice<'_>) -> Result<(), Gone> {
        Ok(())
    }
}

struct Outcome {
    result: Result<Completion, RouteError>,
    delivered: Answer,
}

async fn ask(stands: &[&Stand], streaming: bool, buffered: bool) -> Outcome {
    let env = TestEnv::new();
    let models: Vec<String> =
        stands.iter().map(|stand| format!("\"{}\"", model_of(stand.provider()))).collect();
    let mut text = format!(
        "default_route = \"test\"\n[routes.test]\npatience = \"1s\"\nmodels = [{}]\n",
        models.join(", ")
    );
    for stand in stands {
        text += &provider_section(stand);
        text += "timeout = { first_token = \"3s\", idle = \"3s\", total = \"9s\" }\n";
    }
    env.config(&text);
    let variables = [("AIGW_CONFIG_DIR", env.config_dir()), ("AIGW_DATA_DIR", env.data_dir())];
    let variables = variables.map(|(name, path)| (name.to_owned(), path.display().to_string()));
    let app = App::new(variables.into_iter().collect::<Env>(), None).unwrap();
    let client = Client::new().unwrap();
    let route = app.route(&client, &[]).await.unwrap();
    let request = ChatRequest {
        messages: vec![Message::text(Role::User, PROMPT)],
        sampling: Sampling { temperature: Some(0.5), ..Sampling::default() },
        stream: streaming,
        ..ChatRequest::default()
    };
    let ask = Ask {
        id: "test".into(),
        request: &request,
        route: &route,
        buffered,
        deadline: None,
        max_wait: std::time::Duration::ZERO,
        conversation: Conversation::default(),
    };
    let mut listener = Listener::default();
    let result = app.router(client).chat(&ask, &mut listener).await;
    // Its home goes away now.
    app.ledger.flush(Duration::from_secs(20)).unwrap();
    let recorded: Vec<_> = app.ledger.attempts("test").unwrap().iter().map(|entry| entry.class).collect();
    let outcome = Outcome { result, delivered: listener.delivered };
    let classes: Vec<_> =
        attempts(&outcome).iter().map(|attempt| attempt.failure.as_ref().map(|f| f.class)).collect();
    assert_eq!(recorded, classes, "the ledger");
    outcome
}

fn attempts(outcome: &Outcome) -> &[Attempt] {
    match &outcome.result {
        Ok(completion) => &completion.attempts,
        Err(error) => &error.attempts,
    }
}

/// Checks one cell of the matrix; the error says what is wrong.
async fn cell(
    provider: &str,
    fault: &str,
    streaming: bool,
    expected: Expected,
    whole: &str,
) -> Result<(), String> {
    // The healthy one is another provider, with a window as large or unknown.
    let healthy_provider = if provider == "openai" { "ollama" } else { "openai" };
    let faulty = stand(provider, &[fault]).await;
    let healthy = stand(healthy_provider, &[]).await;

    let outcome = ask(&[&faulty, &healthy], streaming, !streaming).await;
    check_first(&outcome, expected)?;
    check_pair(&outcome, expected, fault, whole)?;
    if streaming {
        // The same while nothing is shown before it is whole: a break is an ordinary failover.
        faulty.clear();
        faulty.inject(fault.parse().unwrap());
        let outcome = ask(&[&faulty, &healthy], streaming, true).await;
        let held_back = if expected == Breaks { Fails(C::BrokenStream) } else { expected };
        check_pair(&outcome, held_back, fault, whole).map_err(|error| format!("held back: {error}"))?;
    }
    faulty.clear();
    faulty.inject(fault.parse().unwrap());
    let alone = ask(&[&faulty], streaming, true).await;
    check_alone(&alone, expected, fault).map_err(|error| format!("alone: {error}"))
}

fn check_first(outcome: &Outcome, expected: Expected) -> Result<(), String> {
    let first = &attempts(outcome)[0];
    let class = first.failure.as_ref().map(|failure| failure.class);
    let right = match expected {
        Answers => None,
        Fails(class) => Some(class),
        Breaks => Some(C::BrokenStream),
    };
    if class == right {
        Ok(())
    } else {
        Err(format!("recorded {class:?} instead of {right:?}: {:?}", first.failure))
    }
}

fn check_pair(outcome: &Outcome, expected: Expected, fault: &str, whole: &str) -> Result<(), String> {
    match (&outcome.result, expected) {
        (Ok(completion), Breaks) => {
            let (delivered, answer) = (outcome.delivered.text(), completion.answer.text());
            let mended = delivered == whole && answer == whole && completion.resumed.is_some();
            if mended { Ok(()) } else { Err(format!("delivered {delivered:?}, answer {answer:?}")) }
        }
        // What the provider's filter refuses is not shopped around.
        (Err(error), Fails(C::ContentFilter)) if error.attempts.len() == 1 => Ok(()),
        (Ok(completion), Answers | Fails(_)) if expected != Fails(C::ContentFilter) => {
            if outcome.delivered.text() != whole || completion.answer.text() != whole {
                return Err(format!("delivered {:?} instead of {whole:?}", outcome.delivered.text()));
            }
            let stayed = completion.attempts.first().map(|first| &first.model)
                == completion.attempts.last().map(|last| &last.model);
            // One failure is survived in place; a refused parameter is left out and the same one asked again.
            let may_stay = expected == Answers || fault.ends_with("*1") || fault.starts_with("unsupported");
            if stayed == may_stay { Ok(()) } else { Err(format!("stayed: {stayed}")) }
        }
        (result, _) => Err(format!("{result:?}")),
    }
}

fn check_alone(outcome: &Outcome, expected: Expected, fault: &str) -> Result<(), String> {
    let survives = expected == Answers || fault.ends_with("*1") || fault.starts_with("unsupported");
    match &outcome.result {
        Ok(_) if survives => Ok(()),
        Err(error) if !survives => {
            let said =
                !error.attempts.is_empty() && error.attempts.iter().all(|attempt| attempt.failure.is_some());
            let clean =
                outcome.delivered == Answer::default() && matches!(error.kind, RouteErrorKind::Exhausted);
            if said && clean && error.attempts.len() <= 2 { Ok(()) } else { Err(format!("{error:?}")) }
        }
        result => Err(format!("{result:?}")),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_fault_of_every_provider() {
    let _alone = SWEAT.lock().await;
    // What a stand-in says depends on the prompt only.
    let whole = ask(&[&stand("openai", &[]).await], true, true).await.delivered.text();
    assert!(whole.len() > 100, "{whole}");
    let mut cells = Vec::new();
    for provider in providers() {
        for (fault, streamed, in_one_piece) in FAULTS {
            for (streaming, usual) in [(true, *streamed), (false, *in_one_piece)] {
                cells.push((provider, *fault, streaming, expected(provider, fault, streaming, usual)));
            }
        }
    }
    let count = cells.len();
    let results: Vec<_> = stream::iter(cells)
        .map(|(provider, fault, streaming, expected)| {
            let whole = &whole;
            async move {
                let result = cell(provider, fault, streaming, expected, whole).await;
                result.err().map(|error| format!("{provider} {fault} streaming={streaming}: {error}"))
            }
        })
        .buffer_unordered(96)
        .collect()
        .await;
    let mut wrong = String::new();
    let mut failures = 0;
    for failure in results.into_iter().flatten() {
        failures += 1;
        let _infallible = writeln!(wrong, "{failure}");
    }
    assert!(wrong.is_empty(), "{failures} of {count} cells are wrong:\n{wrong}");
}
