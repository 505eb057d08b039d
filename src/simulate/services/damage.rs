//! Answers with damage in one place: whoever reads them must not take them for what they are not, and not fall over.

use serde_json::{Value, json};

use super::super::reply::{Content, Reply};

/// Damages an answer: of JSON one value is another, of everything else a part is gone.
pub(super) fn damage(reply: &mut Reply, number: u32) {
    let Content::Whole { text, .. } = &mut reply.content else { return };
    let number = number as usize;
    if let Ok(mut value) = serde_json::from_str::<Value>(text) {
        let all = count(&value);
        if let Some(place) = nth(&mut value, &mut (number % all)) {
            *place = other(number / all);
        }
        *text = value.to_string();
        return;
    }
    let from = text.floor_char_boundary(number.wrapping_mul(37) % text.len().max(1));
    let to = text.ceil_char_boundary((from + 1 + number % 11).min(text.len()));
    match number % 3 {
        0 => text.truncate(from),
        1 => text.replace_range(from..to, ""),
        _ => text.insert_str(from, "<&\u{0}\u{202e}-1e999"),
    }
}

fn other(number: usize) -> Value {
    let others = [
        json!(null),
        json!(""),
        json!([]),
        json!({}),
        json!(-1e300),
        json!(true),
        json!("N/A"),
        json!(i64::MAX),
    ];
    others.into_iter().cycle().nth(number % 8).unwrap_or_default()
}

fn count(value: &Value) -> usize {
    1 + match value {
        Value::Array(items) => items.iter().map(count).sum(),
        Value::Object(fields) => fields.values().map(count).sum(),
        _ => 0,
    }
}

/// The value at this place, counted from outside to inside.
fn nth<'a>(value: &'a mut Value, place: &mut usize) -> Option<&'a mut Value> {
    if *place == 0 {
        return Some(value);
    }
    *place -= 1;
    match value {
        Value::Array(items) => items.iter_mut().find_map(|item| nth(item, place)),
        Value::Object(fields) => fields.values_mut().find_map(|field| nth(field, place)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_number_damages_another_place() {
        let damaged = |text: &str, number| {
            let mut reply = Reply::text(200, "text/plain", text.to_owned());
            damage(&mut reply, number);
            match reply.content {
                Content::Whole { text, .. } => text,
                Content::Stream(_) => String::new(),
            }
        };
        let json: Vec<String> = (0..6).map(|number| damaged(r#"{"a":[1,2],"b":3}"#, number)).collect();
        let expected = [
            "null",
            r#"{"a":null,"b":3}"#,
            r#"{"a":[null,2],"b":3}"#,
            r#"{"a":[1,null],"b":3}"#,
            r#"{"a":[1,2],"b":null}"#,
            "\"\"",
        ];
        assert_eq!(json, expected);
        for number in 0..1000 {
            assert_ne!(damaged("<a>käse</a>", number), "<a>käse</a>", "{number}");
        }
    }
}
