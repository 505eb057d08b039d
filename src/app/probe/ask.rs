//! The requests of a probe, one after the other: they share the limits of one key.

use serde_json::json;

use super::Verdict;
use super::judge::{self, Reply};
use crate::app::alone::{Alone, request};
use crate::chat::{ChatRequest, Event, Failure, FailureClass, Format, Message, Role, Schema, ToolSpec};
use crate::health::Aspect;
use crate::router::{Delivery, Gone, Notice, Written};

/// The tool that the model is asked to call, for two cities.
pub(super) const TOOL: &str = "get_weather";
const CALL_IT: &str = "What is the weather in Paris and in Rome? You must use the tool get_weather to find out: call \
                       it once for each of the two cities, both calls in this one answer.";
const DESCRIBE: &str = "Name a large city and say about how many people live in it.";
/// The answer to this is known, and it breaks off in the middle of a word: only who goes on right there says `day` next.
const WEEK: &str = "Write the seven days of the week in English, in order, beginning with Monday, separated by single \
                    spaces. Write nothing else.";
const BEGUN: &str = "Monday Tuesday Wednes";
pub(super) const GOES_ON: &str = "day";

/// Asks whatever a plain question does not show.
pub(super) async fn verdicts(alone: &Alone<'_>, tells_usage: bool) -> Vec<(Aspect, Verdict)> {
    let usage = if tells_usage {
        Verdict::Able
    } else {
        Verdict::Unable("the stream ended without saying what it took".to_owned())
    };
    let mut asking = Asking { alone, over: None };
    let (tools, parallel) = asking.calls().await;
    let schema = asking.schema().await;
    let prefill = asking.prefill().await;
    vec![
        (Aspect::Tools, tools),
        (Aspect::Parallel, parallel),
        (Aspect::Schema, schema),
        (Aspect::Prefill, prefill),
        (Aspect::StreamUsage, usage),
    ]
}

struct Asking<'a> {
    alone: &'a Alone<'a>,
    /// What keeps the provider from answering anything: nothing more is asked then.
    over: Option<Failure>,
}

impl Asking<'_> {
    async fn ask(&mut self, request: &ChatRequest) -> Reply {
        if let Some(failure) = &self.over {
            return Reply::None(failure.clone());
        }
        let reply = match self.alone.ask(request, &mut Nobody).await {
            Ok(completion) => Reply::Said(completion.answer),
            Err(error) => {
                let last = error.attempts.last();
                judge::failed(last.and_then(|last| last.failure.clone()), last.and_then(|last| last.finish))
            }
        };
        if let Reply::None(failure) = &reply
            && ends_it(failure.class)
        {
            self.over = Some(failure.clone());
        }
        reply
    }

    /// One call shows that it calls tools, two that it calls several at once. Who does not is asked once more.
    async fn calls(&mut self) -> (Verdict, Verdict) {
        let request = ChatRequest { tools: vec![tool()], ..asked(CALL_IT) };
        let first = judge::calls(&self.ask(&request).await);
        if !matches!(first.1, Verdict::Unable(_)) || first.2 {
            return (first.0, first.1);
        }
        let second = judge::calls(&self.ask(&request).await);
        let tools = if first.0 == Verdict::Able { first.0 } else { second.0 };
        (tools, second.1)
    }

    async fn schema(&mut self) -> Verdict {
        let schema = match Schema::new(city()) {
            Ok(schema) => schema,
            Err(error) => return Verdict::Unclear(Failure::new(FailureClass::BadRequest, error.to_string())),
        };
        let request = ChatRequest { format: Format::Schema(schema), ..asked(DESCRIBE) };
        match self.ask(&request).await {
            Reply::Unfit(_) => judge::schema(self.ask(&request).await),
            reply => judge::schema(reply),
        }
    }

    /// Asked once only: to go on now and then is not enough to be relied on.
    async fn prefill(&mut self) -> Verdict {
        let begun = Message::text(Role::Assistant, BEGUN);
        let request = request(vec![Message::text(Role::User, WEEK), begun]);
        judge::prefill(self.ask(&request).await)
    }
}

fn asked(question: &str) -> ChatRequest {
    request(vec![Message::text(Role::User, question)])
}

fn tool() -> ToolSpec {
    ToolSpec {
        name: TOOL.to_owned(),
        description: "The current weather of one city.".to_owned(),
        parameters: json!({
            "type": "object", "required": ["city"], "additionalProperties": false,
            "properties": {"city": {"type": "string", "description": "The city's name."}},
        }),
        strict: false,
    }
}

fn city() -> serde_json::Value {
    json!({
        "title": "city", "type": "object", "required": ["name", "inhabitants"], "additionalProperties": false,
        "properties": {"name": {"type": "string"}, "inhabitants": {"type": "integer"}},
    })
}

/// Whether whoever fails so would fail the same way whatever it is asked next.
fn ends_it(class: FailureClass) -> bool {
    matches!(
        class,
        FailureClass::Auth
            | FailureClass::Forbidden
            | FailureClass::RateLimited
            | FailureClass::QuotaExhausted
            | FailureClass::Timeout
            | FailureClass::Unreachable
    )
}

/// Nobody listens while the answer comes.
struct Nobody;

impl Delivery for Nobody {
    async fn event(&mut self, _: &Event) -> Result<Written, Gone> {
        Ok(Written::No)
    }

    fn notice(&mut self, _: &Notice<'_>) -> Result<(), Gone> {
        Ok(())
    }
}
