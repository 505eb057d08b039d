//! What a provider says it serves: bytes in, models out. Pure.
//!
//! The lists agree on little more than ids. Windows, prices and abilities stand in fields of each one's own; they are
//! taken where a field can mean one thing only, and left out where its unit or its owner is in doubt.

use serde_json::Value;

use super::{Ability, WireFormat};
use crate::chat::{Failure, FailureClass};

/// A model as its provider lists it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ListedModel {
    /// Its id in the provider's words.
    pub id: String,
    /// Tokens that fit, input and output together.
    pub window: Option<u64>,
    /// The longest answer.
    pub max_output: Option<u64>,
    /// USD per million tokens of input.
    pub input_price: Option<f64>,
    /// USD per million tokens of output.
    pub output_price: Option<f64>,
    /// What it can do; unknown when absent.
    pub abilities: Option<Vec<Ability>>,
    /// It is passed on to others, so that a suffix (`ID:cheapest`) says to whom and is no part of the id.
    pub passed_on: bool,
}

/// A page of a list.
#[derive(Debug, PartialEq)]
pub(super) struct Page {
    pub(super) models: Vec<ListedModel>,
    /// The query that asks for the next page.
    pub(super) next: Option<String>,
}

/// The query that asks for the first page, as large as it may be.
pub(super) fn first_query(wire: WireFormat) -> &'static str {
    match wire {
        WireFormat::Openai | WireFormat::Replicate => "",
        WireFormat::Anthropic => "?limit=1000",
        WireFormat::Gemini => "?pageSize=1000",
    }
}

/// Reads a page.
pub(super) fn read(wire: WireFormat, body: &[u8]) -> Result<Page, Failure> {
    let malformed = |message: &str| Failure::new(FailureClass::Malformed, message);
    let json: Value =
        serde_json::from_slice(body).map_err(|_| malformed("the list of models is not JSON"))?;
    let (field, next) = match wire {
        WireFormat::Openai | WireFormat::Replicate => ("data", None),
        WireFormat::Anthropic => ("data", next_after(&json)),
        WireFormat::Gemini => ("models", next_token(&json)),
    };
    // Some send the bare array.
    let list = json.get(field).unwrap_or(&json).as_array();
    let list = list.ok_or_else(|| malformed("not a list of models"))?;
    let model = if wire == WireFormat::Gemini { gemini } else { openai };
    Ok(Page { models: list.iter().filter_map(model).collect(), next })
}

fn next_after(json: &Value) -> Option<String> {
    let last = json["last_id"].as_str().filter(|_| json["has_more"] == true)?;
    Some(format!("{}&after_id={}", first_query(WireFormat::Anthropic), encoded(last)))
}

fn next_token(json: &Value) -> Option<String> {
    let token = json["nextPageToken"].as_str().filter(|token| !token.is_empty())?;
    Some(format!("{}&pageToken={}", first_query(WireFormat::Gemini), encoded(token)))
}

fn encoded(text: &str) -> impl std::fmt::Display {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC)
}

/// Google's own shape. What neither talks nor gives vectors is left out.
fn gemini(model: &Value) -> Option<ListedModel> {
    let name = model.get("name")?.as_str()?;
    let methods = model.get("supportedGenerationMethods").and_then(Value::as_array);
    let has = |method: &str| methods.is_some_and(|methods| methods.iter().any(|it| it == method));
    let embeds = has("embedContent");
    if methods.is_some() && !has("generateContent") && !embeds {
        return None;
    }
    Some(ListedModel {
        id: name.strip_prefix("models/").unwrap_or(name).to_owned(),
        window: model["inputTokenLimit"].as_u64(),
        max_output: model["outputTokenLimit"].as_u64().filter(|_| !embeds),
        abilities: embeds.then(|| vec![Ability::Embeddings]),
        ..ListedModel::default()
    })
}

/// Everybody else's: `id`, and what each adds to it.
fn openai(model: &Value) -> Option<ListedModel> {
    let id = model.get("id")?.as_str()?.to_owned();
    let routes = model.get("providers").and_then(Value::as_array);
    let mut listed = ListedModel { id, passed_on: routes.is_some(), ..ListedModel::default() };
    let windows = ["context_length", "context_window", "context_size", "max_context_length", "max_model_len"];
    listed.window = windows.iter().find_map(|name| model[*name].as_u64()).filter(|window| *window > 0);
    listed.max_output = [&model["max_completion_tokens"], &model["top_provider"]["max_completion_tokens"]]
        .iter()
        .find_map(|figure| figure.as_u64())
        .filter(|figure| *figure > 0);
    let pricing = &model["pricing"];
    // Texts are USD per token, numbers USD per million.
    listed.input_price = per_token(&pricing["prompt"]).or_else(|| per_million(&pricing["input"]));
    listed.output_price = per_token(&pricing["completion"]).or_else(|| per_million(&pricing["output"]));
    listed.abilities = abilities(model);
    if let Some(routes) = routes {
        by_route(&mut listed, model, routes);
    }
    Some(listed)
}

/// A model that is passed on to others has their figures: the largest window; a price only where all agree.
fn by_route(listed: &mut ListedModel, model: &Value, routes: &[Value]) {
    let live: Vec<&Value> = routes.iter().filter(|route| route["status"] != "error").collect();
    let agreed = |field: &str| {
        let mut prices = live.iter().map(|route| per_million(&route["pricing"][field]));
        let first = prices.next()??;
        prices.all(|price| price == Some(first)).then_some(first)
    };
    listed.window =
        listed.window.or_else(|| live.iter().filter_map(|route| route["context_length"].as_u64()).max());
    (listed.input_price, listed.output_price) = (agreed("input"), agreed("output"));
    if live.iter().all(|route| route.get("supports_tools").is_none()) {
        return;
    }
    let any = |field: &str| live.iter().any(|route| route[field] == true);
    let mut able = Vec::new();
    able.extend(any("supports_tools").then_some(Ability::Tools));
    able.extend(any("supports_structured_output").then_some(Ability::Schema));
    able.extend(takes(model, "image").then_some(Ability::Vision));
    listed.abilities = Some(able);
}

/// What a list that names the parameters of its models says about them.
fn abilities(model: &Value) -> Option<Vec<Ability>> {
    if model["type"] == "embedding" {
        return Some(vec![Ability::Embeddings]);
    }
    let parameters = model["supported_parameters"].as_array()?;
    let has = |name: &str| parameters.iter().any(|parameter| parameter == name);
    let all = [
        (has("tools"), Ability::Tools),
        (has("structured_outputs"), Ability::Schema),
        (has("reasoning"), Ability::Reasoning),
        (takes(model, "image"), Ability::Vision),
        (takes(model, "file"), Ability::Pdf),
    ];
    Some(all.into_iter().filter_map(|(has, ability)| has.then_some(ability)).collect())
}

fn takes(model: &Value, kind: &str) -> bool {
    let kinds = model["architecture"]["input_modalities"].as_array();
    kinds.is_some_and(|kinds| kinds.iter().any(|it| it == kind))
}

/// USD per token as text; a negative one means that it varies.
fn per_token(price: &Value) -> Option<f64> {
    let price: f64 = price.as_str()?.parse().ok()?;
    sound(price * 1e6)
}

fn per_million(price: &Value) -> Option<f64> {
    sound(price.as_f64()?)
}

/// A price, without the dust of binary fractions.
fn sound(price: f64) -> Option<f64> {
    (price.is_finite() && (0.0..1e6).contains(&price)).then(|| (price * 1e6).round() / 1e6)
}

#[cfg(test)]
mod tests {
    use super::*;
    use Ability as A;
    use proptest::prelude::*;
    use serde_json::json;

    fn page(wire: WireFormat, json: &Value) -> Page {
        read(wire, json.to_string().as_bytes()).unwrap()
    }

    fn one(wire: WireFormat, model: &Value) -> ListedModel {
        let list = if wire == WireFormat::Gemini { "models" } else { "data" };
        page(wire, &json!({ list: [model] })).models.remove(0)
    }

    #[test]
    fn plain_lists_and_bare_arrays() {
        let plain =
            json!({"object": "list", "data": [{"id": "a", "object": "model"}, {"no": "id"}, {"id": "b"}]});
        let ids = |page: Page| page.models.into_iter().map(|model| model.id).collect::<Vec<_>>();
        assert_eq!(ids(page(WireFormat::Openai, &plain)), ["a", "b"]);
        assert_eq!(ids(page(WireFormat::Openai, &json!([{"id": "c"}]))), ["c"]);
        for wrong in [&b"<html>"[..], b"{}", b"{\"data\": 7}", b"\"x\"", b""] {
            assert_eq!(read(WireFormat::Openai, wrong).unwrap_err().class, FailureClass::Malformed);
        }
    }

    #[test]
    fn prices_by_token_are_texts_and_by_million_numbers() {
        let by_token = one(
            WireFormat::Openai,
            &json!({
                "id": "lab/thinker", "context_length": 200_000,
                "architecture": {"input_modalities": ["text", "image", "file"]},
                "pricing": {"prompt": "0.00000015", "completion": "0.0000006"},
                "top_provider": {"max_completion_tokens": 32_000},
                "supported_parameters": ["tools", "reasoning", "structured_outputs", "temperature"],
            }),
        );
        assert_eq!((by_token.window, by_token.max_output), (Some(200_000), Some(32_000)));
        assert_eq!((by_token.input_price, by_token.output_price), (Some(0.15), Some(0.6)));
        assert_eq!(by_token.abilities.unwrap(), [A::Tools, A::Schema, A::Reasoning, A::Vision, A::Pdf]);
        let varies =
            one(WireFormat::Openai, &json!({"id": "auto", "pricing": {"prompt": "-1", "completion": "-1"}}));
        assert_eq!((varies.input_price, varies.output_price), (None, None));
        let by_million = json!({"id": "m", "context_length": 131_072, "type": "chat", "pricing": {"input": 0.18, "output": 0.18, "hourly": 0}});
        let by_million = one(WireFormat::Openai, &by_million);
        assert_eq!((by_million.input_price, by_million.output_price), (Some(0.18), Some(0.18)));
        // A unit that nobody is sure of.
        let unsure = json!({"id": "m", "context_size": 16_384, "input_token_price_per_m": 200});
        let unsure = one(WireFormat::Openai, &unsure);
        assert_eq!((unsure.window, unsure.input_price), (Some(16_384), None));
    }

    #[test]
    fn who_passes_on_shows_what_all_agree_on() {
        let route = |status: &str, window: u64, price: f64, tools: bool| {
            json!({"provider": "p", "status": status, "context_length": window, "supports_tools": tools,
                "pricing": {"input": price, "output": 0.5}})
        };
        let routes = [
            route("live", 8_000, 0.1, false),
            route("live", 32_000, 0.2, true),
            route("error", 64_000, 9.0, true),
        ];
        let model = one(WireFormat::Openai, &json!({"id": "lab/m", "providers": routes}));
        assert!(model.passed_on);
        assert_eq!((model.window, model.input_price, model.output_price), (Some(32_000), None, Some(0.5)));
        assert_eq!(model.abilities, Some(vec![Ability::Tools]));
    }

    #[test]
    fn pages_follow_each_other() {
        let first = json!({"data": [{"type": "model", "id": "claude-x"}], "has_more": true, "first_id": "claude-x", "last_id": "claude x"});
        assert_eq!(page(WireFormat::Anthropic, &first).next.unwrap(), "?limit=1000&after_id=claude%20x");
        let last = json!({"data": [], "has_more": false, "last_id": "claude-x"});
        assert_eq!(page(WireFormat::Anthropic, &last).next, None);
        let gemini = json!({
            "models": [
                {"name": "models/small", "inputTokenLimit": 1000, "outputTokenLimit": 100, "supportedGenerationMethods": ["generateContent"]},
                {"name": "models/vectors", "inputTokenLimit": 2048, "outputTokenLimit": 1, "supportedGenerationMethods": ["embedContent"]},
                {"name": "models/painter", "supportedGenerationMethods": ["predict"]},
            ],
            "nextPageToken": "a+b",
        });
        let page = page(WireFormat::Gemini, &gemini);
        assert_eq!(page.next.unwrap(), "?pageSize=1000&pageToken=a%2Bb");
        let shown: Vec<_> =
            page.models.iter().map(|model| (model.id.as_str(), model.window, model.max_output)).collect();
        assert_eq!(shown, [("small", Some(1000), Some(100)), ("vectors", Some(2048), None)]);
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(text in "[\\[\\]{}\",:a-z0-9.-]{0,60}", wire in 0usize..3) {
            let wire = [WireFormat::Openai, WireFormat::Anthropic, WireFormat::Gemini][wire];
            let _any = read(wire, text.as_bytes());
            let _any = read(wire, format!("{{\"data\":[{{\"id\":\"x\",\"pricing\":{text}}}]}}").as_bytes());
        }
    }
}
