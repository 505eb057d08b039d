//! The answer as JSON. These shapes are an interface.

use std::time::Duration;

use serde::Serialize;
use serde_json::{Value, json};

use crate::agents::Worked;
use crate::chat::{Answer, FinishReason, Part, ToolCall, Usage, UsageSource};
use crate::memory::Entry;
use crate::memory::recall::Recall;
use crate::router::{Attempt, AttemptReport, Resumed, RouteError, RouteErrorKind};

/// What `aigw chat --json` prints.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    text: String,
    reasoning: String,
    agent: Option<String>,
    session: Option<String>,
    route: String,
    /// Who finished.
    provider: Option<String>,
    model: Option<String>,
    finish_reason: Option<FinishReason>,
    usage: UsageReport,
    cost_usd: Option<f64>,
    latency_ms: u64,
    ttft_ms: Option<u64>,
    tool_calls: Vec<CallReport>,
    recalled: Vec<Value>,
    attempts: Vec<AttemptReport>,
    resumed: Option<Resumed>,
    request_id: String,
}

#[derive(Debug, Serialize)]
struct UsageReport {
    input_tokens: Option<u64>,
    output_tokens: Option<u64>,
    cached_tokens: Option<u64>,
    reasoning_tokens: Option<u64>,
    source: UsageSource,
}

#[derive(Debug, Serialize)]
struct CallReport {
    id: String,
    name: String,
    arguments: Value,
}

impl Report {
    /// Of a whole answer.
    pub(super) fn of(worked: &Worked) -> Self {
        let completion = &worked.completion;
        let (route, request_id) = (&worked.route.name, &worked.request_id);
        let mut report = Self::new(&completion.answer, &completion.attempts, route, request_id);
        let parts = worked.said.iter().flat_map(|message| &message.parts);
        let calls = parts.filter_map(|part| if let Part::ToolCall(call) = part { Some(call) } else { None });
        report.tool_calls = calls.map(call).collect();
        report.usage = usage(&completion.usage, completion.usage_source);
        let last = completion.attempts.last();
        report.provider = last.map(|attempt| attempt.model.provider.clone());
        report.model = last.map(|attempt| attempt.model.model.clone());
        report.resumed = completion.resumed;
        report
    }

    /// Of a request that got none: the part that came, if any.
    pub(super) fn of_failure(error: &RouteError) -> Self {
        let nothing = Answer::default();
        let partial = match &error.kind {
            RouteErrorKind::Broken(partial) => partial,
            RouteErrorKind::NoCandidate | RouteErrorKind::Exhausted | RouteErrorKind::Gone => &nothing,
        };
        Self::new(partial, &error.attempts, &error.route, &error.request_id)
    }

    fn new(answer: &Answer, attempts: &[Attempt], route: &str, request_id: &str) -> Self {
        let costs: Vec<f64> = attempts.iter().filter_map(|attempt| attempt.cost_usd).collect();
        let before: Duration = attempts.iter().rev().skip(1).map(|attempt| attempt.latency).sum();
        let first_token = attempts.last().and_then(|attempt| attempt.first_token);
        Self {
            text: answer.text(),
            reasoning: answer.reasoning(),
            agent: None,
            session: None,
            route: route.to_owned(),
            provider: None,
            model: None,
            finish_reason: answer.finish,
            usage: usage(&Usage::default(), UsageSource::None),
            cost_usd: (!costs.is_empty()).then(|| costs.iter().sum()),
            latency_ms: ms(attempts.iter().map(|attempt| attempt.latency).sum()),
            ttft_ms: first_token.map(|span| ms(before + span)),
            tool_calls: answer.tool_calls().map(call).collect(),
            recalled: Vec::new(),
            attempts: attempts.iter().map(AttemptReport::new).collect(),
            resumed: None,
            request_id: request_id.to_owned(),
        }
    }

    /// Whose answer it is, and in which session.
    pub(super) fn by(self, agent: &str, session: Option<&str>) -> Self {
        Self { agent: Some(agent.to_owned()), session: session.map(str::to_owned), ..self }
    }

    /// What went along with the question.
    pub(super) fn recalling(self, recall: &Recall) -> Self {
        let entry = |entry: &Entry| {
            json!({
                "id": entry.id,
                "scope": entry.draft.scope.to_string(),
                "key": entry.draft.key,
                "kind": entry.draft.kind.as_str(),
                "agent": entry.draft.agent,
                "content": entry.draft.content,
            })
        };
        Self { recalled: recall.entries.iter().map(entry).collect(), ..self }
    }

    pub(super) fn to_json(&self) -> Value {
        serde_json::to_value(self).unwrap_or_else(|_| json!({}))
    }
}

fn usage(usage: &Usage, source: UsageSource) -> UsageReport {
    UsageReport {
        input_tokens: usage.input_tokens,
        output_tokens: usage.output_tokens,
        cached_tokens: usage.cached_tokens,
        reasoning_tokens: usage.reasoning_tokens,
        source,
    }
}

fn call(call: &ToolCall) -> CallReport {
    let arguments =
        serde_json::from_str(&call.arguments).unwrap_or_else(|_| Value::String(call.arguments.clone()));
    CallReport { id: call.id.clone(), name: call.name.clone(), arguments }
}

fn ms(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}
