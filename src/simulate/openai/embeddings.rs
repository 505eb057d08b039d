//! Vectors for texts, in one of the three forms in which they are asked for.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::super::dialect::Kind;
use super::super::model;
use super::super::reply::Refusal;
use super::super::wire::Reading;

/// Numbers in a vector when the request does not say.
const DIMENSIONS: usize = 64;

/// The body with a vector for every text.
pub(super) fn answer(reading: Reading<'_>, body: &Value) -> Result<Value, Refusal> {
    let model = reading.model.or(body.get("model").and_then(Value::as_str)).unwrap_or_default();
    if model.is_empty() {
        return Err(Refusal::bad("you must provide a model parameter").with("param", "model"));
    }
    if model.contains("nope") || model.contains("does-not-exist") {
        return Err(Refusal::new(Kind::NoModel));
    }
    let field = if reading.model.is_some() { "inputs" } else { "input" };
    let wanted = body.get("dimensions").and_then(Value::as_u64).and_then(|count| usize::try_from(count).ok());
    let dimensions = wanted.unwrap_or(DIMENSIONS);
    let (texts, single) = texts(body.get(field))
        .ok_or_else(|| Refusal::bad(format!("invalid '{field}'")).with("param", field))?;
    let vectors: Vec<_> = texts.iter().map(|text| model::vector(text, dimensions)).collect();
    if reading.model.is_some() {
        return Ok(if single { json!(vectors.first()) } else { json!(vectors) });
    }
    let packed = body.get("encoding_format").is_some_and(|format| format == "base64");
    let entry = |(index, vector): (usize, &Vec<f32>)| {
        let embedding = if packed { pack(vector) } else { json!(vector) };
        json!({"object": "embedding", "index": index, "embedding": embedding})
    };
    let data: Vec<_> = vectors.iter().enumerate().map(entry).collect();
    let tokens: u32 = texts.iter().map(|text| model::count(text)).sum();
    Ok(json!({
        "object": "list", "data": data, "model": model,
        "usage": {"prompt_tokens": tokens, "total_tokens": tokens}
    }))
}

/// The texts, and whether they came as one and not as a list.
fn texts(input: Option<&Value>) -> Option<(Vec<String>, bool)> {
    match input? {
        Value::String(text) => Some((vec![text.clone()], true)),
        Value::Array(items) if items.first().is_some_and(Value::is_number) => {
            Some((vec![Value::Array(items.clone()).to_string()], true))
        }
        Value::Array(items) if !items.is_empty() => {
            let text = |item: &Value| match item {
                Value::String(text) => Some(text.clone()),
                Value::Array(_) => Some(item.to_string()),
                _ => None,
            };
            Some((items.iter().map(text).collect::<Option<_>>()?, false))
        }
        _ => None,
    }
}

fn pack(vector: &[f32]) -> Value {
    let bytes: Vec<u8> = vector.iter().flat_map(|x| x.to_le_bytes()).collect();
    Value::String(STANDARD.encode(bytes))
}
