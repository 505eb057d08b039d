//! Items that a request only names: `item_reference`, by the id that an item had in a response that was kept.
//!
//! OpenAI's and Vercel's clients send them in place of what they know to be kept.

use std::collections::HashMap;

use axum::http::StatusCode;
use serde_json::Value;

use super::super::refusal::Refusal;
use super::super::visit::Visit;
use super::super::{Gateway, body};

/// The word for such an item.
const REFERENCE: &str = "item_reference";
/// How long the id of a request is without its dashes, which the ids of a response and of its items are made of.
const STEM: usize = 32;
/// From how many responses a request may name items.
const MOST: usize = 200;

/// The body with the items in the place of their names.
pub(super) async fn resolved(gateway: &Gateway, visit: &Visit, bytes: Vec<u8>) -> Result<Vec<u8>, Refusal> {
    if !bytes.windows(REFERENCE.len()).any(|window| window == REFERENCE.as_bytes()) {
        return Ok(bytes);
    }
    // What is no JSON is refused where it is read.
    let Ok(mut request) = serde_json::from_slice::<Value>(&bytes) else { return Ok(bytes) };
    let Some(items) = request.get_mut("input").and_then(Value::as_array_mut) else { return Ok(bytes) };
    let mut kept: HashMap<String, Value> = HashMap::new();
    let mut size = bytes.len();
    for (at, item) in items.iter_mut().enumerate().filter(|(_, item)| item["type"] == REFERENCE) {
        let id = item["id"].as_str().unwrap_or_default().to_owned();
        let Some(response) = response_of(&id) else { return Err(missing(at, &id)) };
        if !kept.contains_key(&response) {
            if kept.len() == MOST {
                let message = format!("items of more than {MOST} responses are named");
                return Err(Refusal::of("input", message));
            }
            let stored = super::find(gateway, visit, response.clone()).await.map_err(|refusal| {
                if refusal.status == StatusCode::NOT_FOUND { missing(at, &id) } else { refusal }
            })?;
            kept.insert(response.clone(), stored.response);
        }
        let outputs = kept.get(&response).and_then(|response| response["output"].as_array());
        let named = outputs.and_then(|outputs| outputs.iter().find(|output| output["id"] == id.as_str()));
        let named = named.ok_or_else(|| missing(at, &id))?;
        // A name is short, and what it names may be long.
        size = size.saturating_add(named.to_string().len());
        if size > body::LARGEST {
            return Err(body::too_large());
        }
        *item = named.clone();
    }
    Ok(request.to_string().into_bytes())
}

/// The id of the response that an item is of: the opposite of `output::id`.
fn response_of(item: &str) -> Option<String> {
    let (_, stem) = item.split_once('_')?;
    Some(format!("resp_{}", stem.get(..STEM)?))
}

fn missing(at: usize, id: &str) -> Refusal {
    let shown: String = id.chars().take(80).collect();
    let refusal = Refusal::new(StatusCode::NOT_FOUND, format!("no item with the id `{shown}` is kept"));
    Refusal { param: Some(format!("input[{at}].id").into()), ..refusal }.code("item_not_found")
}

#[cfg(test)]
mod tests {
    use super::super::{Identity, output};
    use super::*;

    #[test]
    fn the_id_of_an_item_tells_the_response() {
        let id = format!("resp_{}", uuid::Uuid::now_v7().simple());
        let identity = Identity { id, created: 7, asked: "auto".into(), terms: Value::Null, store: true };
        for place in [0, 9, 123] {
            let item = output::id(&identity, "rs", place);
            assert_eq!(response_of(&item).as_deref(), Some(identity.id.as_str()), "{item}");
        }
        for wrong in ["", "x", "rs_", "rs_07", "rs_\u{e9}é世界世界世界世界世界世界"] {
            assert_eq!(response_of(wrong), None, "{wrong}");
        }
    }
}
