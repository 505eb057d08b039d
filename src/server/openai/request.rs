//! Requests: from the client's JSON to our own words.
//!
//! What would change the answer and cannot be carried is refused by name: a setting that silently does nothing is worse
//! than an error. What the answer does not hang on (`user`, `metadata`, `store`, `service_tier` …) is let go.

use serde::Deserialize;
use serde_json::{Value, json};

use super::super::dialect::Asked;
use super::super::refusal::Refusal;
use super::super::request::{parse, required, tool_choice, within};
use super::message::{MessageBody, messages};
use crate::chat::{ChatRequest, Effort, Format, Sampling, Schema, ToolSpec};

#[derive(Debug, Deserialize)]
struct Body {
    model: Option<String>,
    #[serde(default)]
    messages: Vec<MessageBody>,
    stream: Option<bool>,
    stream_options: Option<StreamOptions>,
    tools: Option<Vec<ToolBody>>,
    tool_choice: Option<Value>,
    parallel_tool_calls: Option<bool>,
    response_format: Option<FormatBody>,
    temperature: Option<f64>,
    top_p: Option<f64>,
    max_tokens: Option<u32>,
    max_completion_tokens: Option<u32>,
    stop: Option<Stop>,
    seed: Option<i64>,
    reasoning_effort: Option<Effort>,
    // What changes the answer and cannot be carried.
    n: Option<Value>,
    logprobs: Option<Value>,
    top_logprobs: Option<Value>,
    logit_bias: Option<Value>,
    frequency_penalty: Option<Value>,
    presence_penalty: Option<Value>,
    repetition_penalty: Option<Value>,
    top_k: Option<Value>,
    min_p: Option<Value>,
    audio: Option<Value>,
    modalities: Option<Value>,
    verbosity: Option<Value>,
    web_search_options: Option<Value>,
    functions: Option<Value>,
    function_call: Option<Value>,
}

#[derive(Debug, Deserialize)]
struct StreamOptions {
    include_usage: Option<bool>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged, expecting = "`stop` is a text or an array of texts")]
enum Stop {
    One(String),
    Several(Vec<String>),
}

#[derive(Debug, Deserialize)]
struct ToolBody {
    #[serde(rename = "type")]
    kind: Option<String>,
    function: Option<FunctionBody>,
}

#[derive(Debug, Deserialize)]
struct FunctionBody {
    name: String,
    description: Option<String>,
    parameters: Option<Value>,
    strict: Option<bool>,
}

#[derive(Debug, Deserialize)]
struct FormatBody {
    #[serde(rename = "type")]
    kind: String,
    json_schema: Option<SchemaBody>,
}

#[derive(Debug, Deserialize)]
struct SchemaBody {
    name: Option<String>,
    schema: Option<Value>,
}

/// Reads a request, and whether a stream shall end with the count of tokens.
pub(super) fn read(bytes: &[u8]) -> Result<(Asked, bool), Refusal> {
    let body: Body = parse(bytes)?;
    refuse_foreign(&body)?;
    let model = required(body.model)?;
    let tools = tools(body.tools.unwrap_or_default())?;
    let request = ChatRequest {
        messages: messages(body.messages)?,
        tool_choice: tool_choice(body.tool_choice.as_ref(), "/function/name", &tools)?,
        tools,
        parallel_tool_calls: body.parallel_tool_calls,
        format: body.response_format.map_or(Ok(Format::Text), format)?,
        sampling: Sampling {
            temperature: within("temperature", body.temperature, 2.0)?,
            top_p: within("top_p", body.top_p, 1.0)?,
            max_tokens: limit(body.max_tokens, body.max_completion_tokens)?,
            stop: match body.stop {
                None => Vec::new(),
                Some(Stop::One(text)) => vec![text],
                Some(Stop::Several(texts)) => texts,
            },
            seed: body.seed,
        },
        effort: body.reasoning_effort,
        // Whatever the client wants: a provider that streams shows at once when it falls silent.
        stream: true,
        trace: None,
    };
    let usage = body.stream_options.and_then(|options| options.include_usage).unwrap_or(false);
    Ok((Asked { model, request, stream: body.stream.unwrap_or(false) }, usage))
}

/// Refuses what cannot be carried, unless it asks for nothing but the usual.
fn refuse_foreign(body: &Body) -> Result<(), Refusal> {
    let foreign = [
        ("n", &body.n, json!(1)),
        ("logprobs", &body.logprobs, json!(false)),
        ("top_logprobs", &body.top_logprobs, json!(0)),
        ("logit_bias", &body.logit_bias, json!({})),
        ("frequency_penalty", &body.frequency_penalty, json!(0)),
        ("presence_penalty", &body.presence_penalty, json!(0)),
        ("repetition_penalty", &body.repetition_penalty, json!(1)),
        ("top_k", &body.top_k, json!(0)),
        ("min_p", &body.min_p, json!(0)),
        ("audio", &body.audio, json!({})),
        ("modalities", &body.modalities, json!(["text"])),
        ("verbosity", &body.verbosity, json!("medium")),
        ("web_search_options", &body.web_search_options, Value::Null),
        ("functions", &body.functions, json!([])),
        ("function_call", &body.function_call, json!("auto")),
    ];
    for (name, value, usual) in foreign {
        let same = |value: &Value| *value == usual || (value.is_number() && value.as_f64() == usual.as_f64());
        if value.as_ref().is_some_and(|value| !same(value)) {
            let instead = if name.starts_with("function") { "; use `tools`" } else { "" };
            let message = format!("`{name}` is not supported{instead}");
            return Err(Refusal::of(name, message).code("unsupported_parameter"));
        }
    }
    Ok(())
}

/// The newer name counts where both are given.
fn limit(older: Option<u32>, newer: Option<u32>) -> Result<Option<u32>, Refusal> {
    let (name, value) = match newer {
        Some(_) => ("max_completion_tokens", newer),
        None => ("max_tokens", older),
    };
    if value == Some(0) {
        return Err(Refusal::of(name, format!("`{name}` is at least 1")));
    }
    Ok(value)
}

fn tools(tools: Vec<ToolBody>) -> Result<Vec<ToolSpec>, Refusal> {
    let read = |(at, tool): (usize, ToolBody)| {
        let place = format!("tools[{at}]");
        match (tool.kind.as_deref(), tool.function) {
            (None | Some("function"), Some(function)) => Ok(ToolSpec {
                name: function.name,
                description: function.description.unwrap_or_default(),
                parameters: function
                    .parameters
                    .filter(|parameters| !parameters.is_null())
                    .unwrap_or_else(|| json!({"type": "object", "properties": {}})),
                strict: function.strict.unwrap_or(false),
            }),
            (Some("function") | None, None) => Err(Refusal::of(place, "a tool needs its `function`")),
            (Some(kind), _) => Err(Refusal::of(place, format!("tools of type `{kind}` are not supported"))),
        }
    };
    tools.into_iter().enumerate().map(read).collect()
}

fn format(body: FormatBody) -> Result<Format, Refusal> {
    let wrong = |message: String| Err(Refusal::of("response_format", message));
    match (body.kind.as_str(), body.json_schema) {
        ("text", _) => Ok(Format::Text),
        ("json_object", _) => Ok(Format::Json),
        ("json_schema", Some(SchemaBody { name, schema: Some(mut schema) })) => {
            // Providers are told the name, and a schema is called by its title.
            if let (Some(object), Some(name)) = (schema.as_object_mut(), name) {
                object.entry("title").or_insert_with(|| json!(name));
            }
            Schema::new(schema)
                .map(Format::Schema)
                .map_err(|error| Refusal::of("response_format.json_schema.schema", error.to_string()))
        }
        ("json_schema", _) => wrong("`json_schema` needs its `schema`".into()),
        (kind, _) => wrong(format!("answers of type `{kind}` are not supported")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chat::ToolChoice;
    use proptest::prelude::*;

    fn asked(more: &Value) -> Result<Asked, Refusal> {
        let mut body = json!({"model": "m", "messages": [{"role": "user", "content": "hi"}]});
        for (name, value) in more.as_object().unwrap() {
            body[name] = value.clone();
        }
        read(body.to_string().as_bytes()).map(|(asked, _)| asked)
    }

    fn param(more: &Value) -> Option<String> {
        let refusal = asked(more).unwrap_err();
        assert_eq!(refusal.status, 400);
        refusal.param.map(Into::into)
    }

    #[test]
    fn settings_are_carried() {
        let more = json!({"temperature": 0.5, "top_p": 0.9, "max_tokens": 5, "max_completion_tokens": 7, "stop": "x",
            "seed": 3, "reasoning_effort": "low", "parallel_tool_calls": false, "stream": true,
            "stream_options": {"include_usage": true}, "user": "me", "metadata": {"a": "b"}, "service_tier": "auto"});
        let asked = asked(&more).unwrap();
        let sampling = Sampling {
            temperature: Some(0.5),
            top_p: Some(0.9),
            max_tokens: Some(7),
            stop: vec!["x".into()],
            seed: Some(3),
        };
        assert_eq!((&asked.request.sampling, asked.request.effort), (&sampling, Some(Effort::Low)));
        assert!(asked.stream && asked.request.parallel_tool_calls == Some(false));
    }

    #[test]
    fn what_would_change_the_answer_is_refused_unless_it_is_the_usual() {
        for (name, usual, other) in [
            ("n", json!(1), json!(2)),
            ("logprobs", json!(false), json!(true)),
            ("frequency_penalty", json!(0.0), json!(0.5)),
            ("logit_bias", json!({}), json!({"1": 2})),
            ("modalities", json!(["text"]), json!(["text", "audio"])),
            ("audio", Value::Null, json!({"voice": "x"})),
            ("functions", json!([]), json!([{"name": "f"}])),
            ("top_k", json!(0), json!(40)),
        ] {
            assert!(asked(&json!({name: usual})).is_ok(), "{name}");
            assert_eq!(param(&json!({name: other})).as_deref(), Some(name));
        }
    }

    #[test]
    fn wrong_values_are_named() {
        for (more, place) in [
            (json!({"model": ""}), "model"),
            (json!({"model": "m".repeat(300)}), "model"),
            (json!({"messages": []}), "messages"),
            (json!({"temperature": 3}), "temperature"),
            (json!({"max_tokens": 0}), "max_tokens"),
            (json!({"tools": [{"type": "custom"}]}), "tools[0]"),
            (json!({"tool_choice": "required"}), "tool_choice"),
            (json!({"tool_choice": {"type": "function", "function": {"name": "f"}}}), "tool_choice"),
            (json!({"response_format": {"type": "xml"}}), "response_format"),
            (json!({"response_format": {"type": "json_schema"}}), "response_format"),
        ] {
            assert_eq!(param(&more).as_deref(), Some(place), "{more}");
        }
        assert!(read(b"{").unwrap_err().message.contains("not valid JSON"));
        assert!(read(b"[]").is_err() && read("[".repeat(100_000).as_bytes()).is_err());
        assert!(asked(&json!({"max_tokens": -1})).unwrap_err().message.contains("the request is wrong"));
    }

    #[test]
    fn tools_and_schemas_are_carried() {
        let asked = asked(&json!({
            "tools": [{"type": "function", "function": {"name": "f"}}],
            "tool_choice": {"type": "function", "function": {"name": "f"}},
            "response_format": {"type": "json_schema", "json_schema": {"name": "city", "schema": {"type": "object"}}},
        }))
        .unwrap();
        assert_eq!(asked.request.tools[0].parameters["type"], "object");
        assert_eq!(asked.request.tool_choice, ToolChoice::Named("f".into()));
        assert!(matches!(asked.request.format, Format::Schema(schema) if schema.name() == "city"));
    }

    /// A value of any shape, with the words of requests in it.
    fn values() -> impl Strategy<Value = Value> {
        let word = "role|content|type|text|user|tool|image_url|url|function|name|id|data:;base64,|[a-z]{0,3}";
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            word.prop_map(Value::from)
        ];
        leaf.prop_recursive(4, 32, 4, move |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                proptest::collection::btree_map(word, inner, 0..4)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn whatever_comes_is_read_or_refused(name in "messages|tools|tool_choice|response_format|stop", value in values()) {
            match asked(&json!({name: value})) {
                Ok(asked) => prop_assert!(!asked.request.messages.is_empty()),
                Err(refusal) => prop_assert_eq!(refusal.status, 400),
            }
        }

        #[test]
        fn whatever_bytes_come_are_refused(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            prop_assert_eq!(read(&bytes).unwrap_err().status, 400);
        }
    }
}
