//! Vectors for one text or for several.

use serde_json::{Value, json};

use super::super::model;
use super::super::reply::Refusal;
use super::{fields, models};

/// Numbers in a vector when the request does not say.
const DIMENSIONS: usize = 3072;

/// More texts than this are refused.
const MOST_TEXTS: usize = 100;

/// The body with the vector of one text.
pub(super) fn one(model: &str, body: &Value) -> Result<Value, Refusal> {
    models::check(model, true)?;
    let request = fields::normal("embed", body, "")?;
    Ok(json!({"embedding": vector(&request, "EmbedContentRequest")?}))
}

/// The body with a vector for every text.
pub(super) fn several(model: &str, body: &Value) -> Result<Value, Refusal> {
    models::check(model, true)?;
    let body = fields::normal("batch", body, "")?;
    let requests = body.get("requests").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    if requests.is_empty() || requests.len() > MOST_TEXTS {
        return Err(Refusal::bad(
            "* BatchEmbedContentsRequest.requests: at most 100 requests can be in one batch\n",
        ));
    }
    let vectors = requests.iter().enumerate().map(|(at, request)| {
        let path = format!("BatchEmbedContentsRequest.requests[{at}]");
        check_model(model, request, &path)?;
        vector(request, &path)
    });
    Ok(json!({"embeddings": vectors.collect::<Result<Vec<_>, _>>()?}))
}

/// Each request of a batch names the model, and it is the one of the path.
fn check_model(model: &str, request: &Value, path: &str) -> Result<(), Refusal> {
    let named = request.get("model").and_then(Value::as_str).unwrap_or_default();
    let reason = match named.strip_prefix("models/") {
        None => "unexpected model name format",
        Some(named) if named != model => "the model must be that of the batch",
        Some(_) => return Ok(()),
    };
    Err(Refusal::bad(format!("* {path}.model: {reason}\n")))
}

fn vector(request: &Value, path: &str) -> Result<Value, Refusal> {
    let parts = request.pointer("/content/parts").and_then(Value::as_array).into_iter().flatten();
    let texts: Vec<_> = parts.filter_map(|part| part.get("text").and_then(Value::as_str)).collect();
    if texts.is_empty() {
        return Err(Refusal::bad(format!("* {path}.content: contents is not specified\n")));
    }
    let wanted = request.get("outputDimensionality");
    let wanted = wanted.or(request.pointer("/embedContentConfig/outputDimensionality"));
    let wanted = wanted.and_then(Value::as_u64).and_then(|count| usize::try_from(count).ok());
    Ok(json!({"values": model::vector(&texts.concat(), wanted.unwrap_or(DIMENSIONS))}))
}
