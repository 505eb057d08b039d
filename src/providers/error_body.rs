//! What a provider's error says, read from the dozen shapes in which providers say it.

use serde_json::Value;

/// The longest message that is kept, in characters.
const MAX_MESSAGE: usize = 500;

/// The facts of an error body, in one shape. Empty text where the provider said nothing.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct ErrorBody {
    /// What happened, for a person. One line, bounded.
    pub(super) message: String,
    /// The machine-readable code, kind and reason, lower case, each between spaces so that whole words can be found.
    pub(super) codes: String,
    /// The parameter that is at fault.
    pub(super) param: Option<String>,
    /// A status that the body itself states.
    pub(super) status: Option<u16>,
    /// The body as it was, for whoever looks for more.
    pub(super) json: Value,
}

impl ErrorBody {
    /// Reads a body. What is not JSON gives a message of its own and no codes: HTML is never searched for words.
    pub(super) fn read(bytes: &[u8]) -> Self {
        let trimmed = bytes.trim_ascii();
        if trimmed.is_empty() {
            return Self { message: "an empty body".into(), ..Self::default() };
        }
        match serde_json::from_slice::<Value>(trimmed) {
            Ok(json) => Self::from_json(json),
            Err(_) if looks_like_html(trimmed) => Self { message: html_title(trimmed), ..Self::default() },
            Err(_) => Self { message: one_line(&String::from_utf8_lossy(trimmed)), ..Self::default() },
        }
    }

    /// Reads a JSON error: of a body, or of an event in a stream.
    pub(super) fn from_json(json: Value) -> Self {
        // Google's compatibility layer wraps the object into an array of one.
        let body = json.get(0).unwrap_or(&json);
        let error = match body.get("error") {
            Some(object @ Value::Object(_)) => object,
            _ => body,
        };
        let mut found = Self {
            message: message_of(body, error),
            codes: codes_of(body, error),
            param: text(error, "param").map(str::to_owned).or_else(|| refused_field(error)),
            status: status_of(body, error),
            json: Value::Null,
        };
        found.json = json;
        found
    }

    /// Whether one of the codes is this word.
    pub(super) fn has_code(&self, code: &str) -> bool {
        self.codes.split(' ').any(|known| known == code)
    }
}

fn text<'a>(value: &'a Value, key: &str) -> Option<&'a str> {
    value.get(key)?.as_str().filter(|text| !text.is_empty())
}

fn message_of(body: &Value, error: &Value) -> String {
    let said = text(error, "message")
        .or_else(|| text(body, "error")) // {"error":"…"}: Hugging Face, xAI, LM Studio
        .or_else(|| text(error, "detail")) // {"detail":"…"}: FastAPI, Replicate
        .or_else(|| text(body, "message"));
    let mut message = match said {
        Some(said) => said.to_owned(),
        // A structured message (Mistral's validation) is shown as it is.
        None => ["message", "detail"].iter().find_map(|key| error.get(*key)).unwrap_or(body).to_string(),
    };
    // OpenRouter hides what the provider behind it said in here.
    if let Some(raw) = error.get("metadata").and_then(|metadata| text(metadata, "raw")) {
        message = format!("{message}: {raw}");
    }
    one_line(&message)
}

/// Every word that classifies: codes, types, statuses and reasons, wherever a provider puts them.
fn codes_of(body: &Value, error: &Value) -> String {
    const KEYS: [&str; 7] = ["code", "type", "status", "reason", "error_type", "limit_source", "title"];
    let metadata = error.get("metadata").unwrap_or(&Value::Null);
    let details = error.get("details").and_then(Value::as_array).into_iter().flatten();
    let mut codes = String::new();
    for place in [body, error, metadata].into_iter().chain(details) {
        for code in KEYS.iter().filter_map(|key| text(place, key)) {
            codes.push_str(&code.to_ascii_lowercase().replace(' ', "_"));
            codes.push(' ');
        }
        for quota in place.get("violations").and_then(Value::as_array).into_iter().flatten() {
            codes.push_str(&text(quota, "quotaId").unwrap_or_default().to_ascii_lowercase());
            codes.push_str(if text(quota, "quotaValue") == Some("0") { " quota_of_zero " } else { " " });
        }
    }
    codes
}

/// `code` may be an HTTP status as a number or as text; streams have other names for it.
fn status_of(body: &Value, error: &Value) -> Option<u16> {
    ["status_code", "http_status_code", "code", "status"].iter().find_map(|key| {
        [error, body].iter().find_map(|place| {
            let value = place.get(*key)?;
            let number = value.as_u64().or_else(|| value.as_str()?.parse().ok())?;
            u16::try_from(number).ok().filter(|status| (400..=599).contains(status))
        })
    })
}

/// The field that a validation error names: FastAPI's `detail[].loc`, also inside Mistral's message; Replicate's
/// `invalid_fields`.
fn refused_field(error: &Value) -> Option<String> {
    if let Some(field) = error.pointer("/invalid_fields/0/field").and_then(Value::as_str) {
        return field.strip_prefix("input.").map(str::to_owned);
    }
    let detail = error.get("detail").or_else(|| error.get("message")?.get("detail"))?;
    let first = detail.get(0)?;
    if first.get("type")?.as_str()? != "extra_forbidden" {
        return None;
    }
    Some(first.get("loc")?.as_array()?.last()?.as_str()?.to_owned())
}

/// Whether a body is a web page, whatever it is labelled as. JSON that speaks of HTML is none.
pub(super) fn looks_like_html(bytes: &[u8]) -> bool {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(64)]).trim_start().to_ascii_lowercase();
    ["<!doctype", "<html", "<head", "<body", "<!--"].iter().any(|start| head.starts_with(start))
}

fn html_title(bytes: &[u8]) -> String {
    let page = String::from_utf8_lossy(&bytes[..bytes.len().min(8192)]);
    let title =
        page.split_once("<title>").and_then(|(_, rest)| rest.split_once("</title>")).map(|(title, _)| title);
    match title {
        Some(title) if !title.trim().is_empty() => {
            format!("a web page instead of an answer: {}", one_line(title))
        }
        _ => "a web page instead of an answer".into(),
    }
}

/// Folds white space and control characters, and cuts what is too long.
pub fn one_line(text: &str) -> String {
    let mut line = String::new();
    for word in text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()) {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    if line.chars().count() > MAX_MESSAGE {
        line = line.chars().take(MAX_MESSAGE).collect();
        line.push('…');
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str) -> ErrorBody {
        ErrorBody::read(body.as_bytes())
    }

    #[test]
    fn every_shape_gives_its_message_and_codes() {
        let cases = [
            (r#"{"error":{"message":"m","type":"t","code":"C"}}"#, "m", "t"),
            (r#"{"error":"m"}"#, "m", ""),
            (r#"{"code":"Permission denied","error":"m"}"#, "m", "permission_denied"),
            (r#"{"message":"m","type":"t","param":"quota","code":"c"}"#, "m", "t"),
            (r#"{"object":"error","message":"m","type":"t","code":"1300"}"#, "m", "1300"),
            (r#"{"detail":"m"}"#, "m", ""),
            (r#"{"title":"Insufficient credit","detail":"m","status":402}"#, "m", "insufficient_credit"),
            (
                r#"{"code":403,"reason":"NOT_ENOUGH_BALANCE","message":"m","metadata":{}}"#,
                "m",
                "not_enough_balance",
            ),
            (
                r#"{"type":"error","error":{"type":"overloaded_error","message":"m"}}"#,
                "m",
                "overloaded_error",
            ),
            (
                r#"[{"error":{"code":429,"message":"m","status":"RESOURCE_EXHAUSTED"}}]"#,
                "m",
                "resource_exhausted",
            ),
            (r#"{"error":{"message":"m","metadata":{"raw":"r","error_type":"server"}}}"#, "m: r", "server"),
        ];
        for (body, message, code) in cases {
            let found = read(body);
            assert_eq!(found.message, message, "{body}");
            assert!(code.is_empty() || found.has_code(code), "{body} {found:?}");
        }
    }

    #[test]
    fn statuses_params_and_pages() {
        assert_eq!(read(r#"{"error":{"message":"m","code":502}}"#).status, Some(502));
        assert_eq!(read(r#"{"error":{"message":"m","code":"503"}}"#).status, Some(503));
        assert_eq!(read(r#"{"error":{"message":"m"},"status_code":500}"#).status, Some(500));
        assert_eq!(read(r#"{"error":{"message":"m","code":"3700"}}"#).status, None);
        let mistral = r#"{"object":"error","message":{"detail":[{"type":"extra_forbidden","loc":["body","logit_bias"]}]}}"#;
        assert_eq!(read(mistral).param.as_deref(), Some("logit_bias"));
        assert!(!looks_like_html(br#"{"choices":[{"message":{"content":"<html>"}}]}"#));
        let page = read("<html><title>502 Bad Gateway</title>rate limit</html>");
        assert_eq!(page.message, "a web page instead of an answer: 502 Bad Gateway");
        assert_eq!(read("").message, "an empty body");
        assert_eq!(read(" \u{1b}[31mbad\r\nthing ").message, "[31mbad thing");
    }
}
