//! From a provider's refusal to a failure class.
//!
//! Status codes alone mislead: providers say "bad key" with 400, "no money" with 403 and 429, "too long" with 413, 422
//! and 500, and their own model's mistakes with 400. So codes and wording are read first, in the order in which they
//! bind, and the status decides what they leave open. The table of phrases is data; the order is the logic.

use std::time::Duration;

use jiff::Timestamp;
use reqwest::header::HeaderMap;

use super::error_body::{ErrorBody, looks_like_html};
use super::reset::reset;
use crate::chat::{Failure, FailureClass};

/// A reset that is farther away than this is a daily limit, whatever it is called.
const SOON: Duration = Duration::from_hours(1);

const BAD_KEY: &[&str] =
    &["invalid_api_key", "wrong_api_key", "api_key_invalid", "authentication_error", "unauthenticated"];
const BAD_KEY_TEXT: &[&str] = &[
    "api key not valid",
    "incorrect api key",
    "invalid api key",
    "wrong api key",
    "not authenticated",
    "invalid x-api-key",
];

const FILTER: &[&str] =
    &["content_filter", "content_policy_violation", "moderation_blocked", "refusal", "content_filtered"];
const FILTER_TEXT: &[&str] = &[
    "content policy",
    "content filter",
    "content exists risk",
    "violates usage guidelines",
    "content management policy",
    "flagged by",
    "flagged as",
    "requires moderation",
];

const NO_CREDIT: &[&str] = &[
    "insufficient_quota",
    "billing_hard_limit_reached",
    "not_enough_balance",
    "insufficient_balance",
    "payment_required",
    "billing_error",
    "precondition_failed",
    "insufficient_credit",
    "enforced_spend_limit_reached",
    "contract_spend_limit_reached",
];
const NO_CREDIT_TEXT: &[&str] = &[
    "insufficient balance",
    "not enough balance",
    "credit balance is too low",
    "no credits remaining",
    "insufficient credit",
    "available credits",
    "any credits or licenses",
    "monthly included credits",
    "free usage quota exceeded",
    "exceeded your current quota, please check your plan and billing",
];
const DAILY_TEXT: &[&str] =
    &["per day", "(tpd)", "(rpd)", "per-day", "perday", "daily limit", "daily quota", "tokens_day"];

const TOO_LONG: &[&str] = &[
    "context_length_exceeded",
    "exceed_context_size_error",
    "model_context_window_exceeded",
    "token_limit_exceeded",
    "string_too_long",
    "request_too_large",
];
const TOO_LONG_TEXT: &[&str] = &[
    "maximum context length",
    "exceeds the context window",
    "prompt is too long",
    "exceed context limit",
    "exceeds the maximum number of tokens allowed",
    "maximum prompt length is",
    "reduce the length of the messages",
    "maximum context",
    "`inputs` tokens + `max_new_tokens` must be",
    "exceeds the available context size",
    "loaded with context length of only",
    "exceeded max context length",
    "exceeds the context length",
    "longer than the model's context length",
    "prompt too long",
    "context window exceeds limit",
    "exceeded model token limit",
    "context size has been exceeded",
    "cannot be greater than max_model_len",
    "input is too large to process",
    "prompt tokens limit exceeded",
];

const NO_MODEL: &[&str] = &[
    "model_not_found",
    "model_not_supported",
    "model_decommissioned",
    "model_not_available",
    "not_found_error",
];
const NO_MODEL_TEXT: &[&str] =
    &["model not found", "invalid model", "not supported by provider", "version does not exist"];

const MODEL_FAULT: &[&str] = &["tool_use_failed", "json_validate_failed", "output_parse_failed"];
const MODEL_FAULT_TEXT: &[&str] = &["the model has crashed", "model crashed"];

/// Trouble of the provider's own that it reports as the caller's.
const OWN_TROUBLE: &[&str] = &["upstream provider returned an error", "no models loaded"];

const UNSUPPORTED: &[&str] =
    &["unsupported_parameter", "unsupported_value", "extra_forbidden", "not_supported_error"];
const UNSUPPORTED_TEXT: &[&str] = &[
    "unsupported",
    "not supported",
    "does not support",
    "not permitted",
    "unavailable",
    "unknown parameter",
    "unrecognized request argument",
    "cannot find field", // Google
];
/// Wordings that are about a parameter whether or not they name one of ours.
const UNSUPPORTED_ANYWAY: &[&str] =
    &["unsupported parameter", "does not support parameter", "'response_format.type' must be"];
/// A model that calls no tools, or a server that was started without that: Ollama, llama.cpp, vLLM, OpenRouter.
const NO_TOOLS_TEXT: &[&str] = &[
    "does not support tool",
    "does not support function calling",
    "tools param requires --jinja",
    "tool choice requires --enable-auto-tool-choice",
    "endpoints found that support tool use",
    "tool calling is not supported",
    "tools are not supported",
];
/// Parameters of ours that a provider may refuse by name.
const PARAMS: &[&str] = &[
    "temperature",
    "top_p",
    "seed",
    "stop",
    "max_tokens",
    "max_completion_tokens",
    "reasoning_effort",
    "response_format",
    "parallel_tool_calls",
    "tool_choice",
    "tools",
    "stream_options",
];

/// The same where a provider's own name for it is another.
const OTHER_NAMES: &[(&str, &str)] = &[
    ("topP", "top_p"),
    ("maxOutputTokens", "max_tokens"),
    ("thinkingConfig", "reasoning_effort"),
    ("effort", "reasoning_effort"),
];

/// A provider's refusal as a failure.
pub fn classify(status: u16, headers: &HeaderMap, body: &[u8], now: Timestamp) -> Failure {
    // A web page says nothing about the request; its words are not searched.
    let page = looks_like_html(body);
    let error = ErrorBody::read(body);
    if status < 300 {
        return classify_in_band(&error, now);
    }
    let mut failure = if page {
        Failure::new(by_status(status, None), error.message)
    } else {
        from_error(status, &error, headers, now)
    };
    failure.status = Some(status);
    failure
}

/// An error inside a stream or in a body with a good status: it is classed by the status that it states, else by the
/// one that its words would have had.
pub(super) fn classify_in_band(error: &ErrorBody, now: Timestamp) -> Failure {
    let status = error.status.unwrap_or_else(|| implied_status(error));
    let mut failure = from_error(status, error, &HeaderMap::new(), now);
    failure.status = error.status;
    failure
}

/// Why something failed that was accepted before: the key and the parameters were good, so words about them are about
/// somebody else's.
pub(super) fn classify_wording(error: &ErrorBody, now: Timestamp) -> Failure {
    let mut failure = from_error(400, error, &HeaderMap::new(), now);
    let is_ours = [FailureClass::ContextLength, FailureClass::ContentFilter, FailureClass::Malformed]
        .contains(&failure.class);
    if !is_ours {
        failure = Failure::new(FailureClass::Server, error.message.clone());
    }
    failure.status = error.status;
    failure
}

fn implied_status(error: &ErrorBody) -> u16 {
    let any = |codes: &[&str]| codes.iter().any(|code| error.has_code(code));
    if any(BAD_KEY) {
        401
    } else if any(NO_CREDIT) {
        402
    } else if any(&["rate_limit_error", "rate_limit_exceeded", "rate_limited", "too_many_requests_error"]) {
        429
    } else if any(NO_MODEL) {
        404
    } else if any(&["invalid_request_error", "badrequesterror", "invalid_argument"])
        || [FILTER, TOO_LONG, MODEL_FAULT, UNSUPPORTED].iter().any(|codes| any(codes))
    {
        400
    } else {
        500
    }
}

fn from_error(status: u16, error: &ErrorBody, headers: &HeaderMap, now: Timestamp) -> Failure {
    let message = error.message.to_lowercase();
    let any = |codes: &[&str], texts: &[&str]| {
        codes.iter().any(|code| error.has_code(code)) || texts.iter().any(|text| message.contains(text))
    };
    let reset = reset(headers, &error.json, &error.message, now);
    let throttled = matches!(status, 429 | 498);
    let never_fits = throttled && message.contains("request too large");
    let client_fault = (400..500).contains(&status);

    let no_tools = matches!(status, 400 | 404 | 422 | 500 | 501) && any(&[], NO_TOOLS_TEXT);
    let class = if no_tools {
        FailureClass::Unsupported
    } else if error.has_code("openrouter_in_flight_budget") {
        FailureClass::RateLimited // a 402 that passes as soon as other requests end
    } else if status == 401 || (matches!(status, 400 | 403) && any(BAD_KEY, BAD_KEY_TEXT)) {
        FailureClass::Auth
    } else if client_fault && !throttled && (any(FILTER, FILTER_TEXT) || is_flagged(error)) {
        FailureClass::ContentFilter
    } else if status == 413 || never_fits || (!throttled && any(TOO_LONG, TOO_LONG_TEXT)) {
        FailureClass::ContextLength
    } else if status == 402
        || status == 412
        || (client_fault && any(NO_CREDIT, &[]))
        || (client_fault && any(&[], NO_CREDIT_TEXT) && !is_per_minute(error))
        || (throttled
            && (is_daily(error, reset)
                || is_exhausted_for_long(headers, reset)
                || has_no_allowance(error, headers)))
    {
        FailureClass::QuotaExhausted
    } else if client_fault && any(MODEL_FAULT, MODEL_FAULT_TEXT) {
        FailureClass::Malformed
    } else if client_fault && !throttled && any(NO_MODEL, NO_MODEL_TEXT) {
        FailureClass::NotFound
    } else if matches!(status, 400 | 422)
        && (any(UNSUPPORTED, UNSUPPORTED_ANYWAY)
            || (refused_param(error).is_some() && any(&[], UNSUPPORTED_TEXT))
            || is_out_of_range(error))
    {
        FailureClass::Unsupported
    } else if status == 400 && error.has_code("failed_precondition") {
        FailureClass::Forbidden // Google: this place or this account may not
    } else if status == 400 && any(&[], OWN_TROUBLE) {
        FailureClass::Server
    } else {
        by_status(status, Some(error))
    };

    let mut failure = Failure::new(class, error.message.clone());
    match class {
        FailureClass::Auth => failure.message = "the provider refused the key".into(), // bodies echo parts of keys
        FailureClass::ContextLength => failure.window = stated_window(&message),
        FailureClass::Unsupported if no_tools => failure.param = Some("tools".into()),
        FailureClass::Unsupported => failure.param = refused_param(error),
        _ => {}
    }
    if matches!(class, FailureClass::RateLimited | FailureClass::QuotaExhausted | FailureClass::Server) {
        // Google repeats the minute's delay when it is the day that is used up.
        failure.reset = reset.filter(|_| !error.codes.contains("perday") && !error.has_code("quota_of_zero"));
    }
    failure
}

/// What a status means when the wording leaves it open.
fn by_status(status: u16, error: Option<&ErrorBody>) -> FailureClass {
    match status {
        401 => FailureClass::Auth,
        402 | 412 => FailureClass::QuotaExhausted,
        403 => FailureClass::Forbidden,
        // An endpoint that is not there: mostly a wrong base_url.
        300..=399 | 404 | 405 | 410 | 501 | 505 => FailureClass::NotFound,
        408 | 409 | 425 => FailureClass::Server,
        413 => FailureClass::ContextLength,
        429 | 498 => FailureClass::RateLimited,
        400..=499 if error.is_none() => FailureClass::Server, // a page from something between us and the provider
        400..=499 => FailureClass::BadRequest,
        _ => FailureClass::Server,
    }
}

/// OpenRouter's moderation names reasons or the flagged input.
fn is_flagged(error: &ErrorBody) -> bool {
    let metadata = error.json.get("error").and_then(|error| error.get("metadata"));
    metadata
        .is_some_and(|metadata| metadata.get("flagged_input").is_some() || metadata.get("reasons").is_some())
}

/// Whether a refusal is about the day's share and not about this minute's.
fn is_daily(error: &ErrorBody, reset: Option<Duration>) -> bool {
    let message = error.message.to_lowercase();
    DAILY_TEXT.iter().any(|text| message.contains(text) || error.codes.contains(text))
        || reset.is_some_and(|reset| reset > SOON)
}

/// Google words a minute's limit like an empty purse; its quota id tells them apart.
fn is_per_minute(error: &ErrorBody) -> bool {
    error.codes.contains("perminute")
        || error.message.to_lowercase().contains("retry in")
        || (error.has_code("resource_exhausted") && !error.codes.contains("perday"))
}

/// A bucket of a day or a month that has nothing left, and no word of it being well again soon.
fn is_exhausted_for_long(headers: &HeaderMap, reset: Option<Duration>) -> bool {
    reset.is_none_or(|reset| reset > SOON)
        && headers.iter().any(|(name, value)| {
            let name = name.as_str();
            let long = name.ends_with("-day") || name.ends_with("-month");
            long && name.contains("ratelimit") && name.contains("remaining") && value.as_bytes() == b"0"
        })
}

/// A limit of zero: the key is valid and has no allowance at all.
fn has_no_allowance(error: &ErrorBody, headers: &HeaderMap) -> bool {
    let limit_is_zero = headers.iter().any(|(name, value)| {
        let name = name.as_str();
        let is_limit =
            name.contains("ratelimit-limit-") || (name.contains("ratelimit") && name.ends_with("-limit"));
        is_limit && value.as_bytes() == b"0"
    });
    limit_is_zero || error.has_code("quota_of_zero") || error.message.contains("(actual/limit): 0/0")
}

/// The window that an overflow message states, so that it can be learnt.
fn stated_window(message: &str) -> Option<u64> {
    const BEFORE: &[&str] = &[
        "maximum context length is ",
        "maximum context length of ",
        "maximum prompt length is ",
        "while limit is ",
        "tokens allowed (",
        "too large for model with ",
        "available context size (",
        "context length of only ",
        "model's context length (",
        "must be <= ",
        "model maximum context length: ",
        "model token limit: ",
        "limit ",
        "tokens > ",
    ];
    BEFORE.iter().find_map(|phrase| {
        let rest = &message[message.find(phrase)? + phrase.len()..];
        let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
        digits.parse().ok()
    })
}

/// Replicate checks the input against the model's schema and names the field: one of ours has a value that this model
/// does not take.
fn is_out_of_range(error: &ErrorBody) -> bool {
    let ours = error.param.as_deref().is_some_and(|param| PARAMS.contains(&param));
    ours && error.json.get("invalid_fields").is_some()
}

/// The parameter that an error is about: the one that it names as such, else one of ours that its message mentions.
fn refused_param(error: &ErrorBody) -> Option<String> {
    let words = || error.message.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    let mentioned = || words().map(our_name).find(|word| PARAMS.contains(word)).map(str::to_owned);
    error.param.clone().or_else(mentioned)
}

fn our_name(word: &str) -> &str {
    OTHER_NAMES.iter().find(|(theirs, _)| *theirs == word).map_or(word, |(_, ours)| ours)
}

#[cfg(test)]
mod tests {
    use super::*;
    use FailureClass as C;

    fn class(status: u16, body: &str) -> FailureClass {
        classify(status, &HeaderMap::new(), body.as_bytes(), Timestamp::UNIX_EPOCH).class
    }

    // Every provider's own bodies are in tests/wire/errors; these are the rules by themselves.
    #[test]
    fn wording_binds_before_the_status() {
        let cases = [
            (400, r#"{"error":"Incorrect API key provided: xa***"}"#, C::Auth),
            (403, r#"{"error":"You cannot access this model."}"#, C::Forbidden),
            (403, r#"{"error":{"message":"flagged","metadata":{"reasons":["violence"]}}}"#, C::ContentFilter),
            (
                403,
                r#"{"error":{"message":"This model's maximum context length is 4096 tokens."}}"#,
                C::ContextLength,
            ),
            (
                429,
                r#"{"error":{"message":"Upgrade at https://x/settings/billing","type":"tokens"}}"#,
                C::RateLimited,
            ),
            (429, r#"{"message":"Tokens per minute limit exceeded","param":"quota"}"#, C::RateLimited),
            (413, "", C::ContextLength),
            (400, r#"{"error":{"message":"messages must not be empty"}}"#, C::BadRequest),
            (503, r#"{"error":{"message":"The model is overloaded. Rate limit soon."}}"#, C::Server),
            (502, "<html><title>invalid api key, rate limit</title></html>", C::Server),
            (403, "<!doctype html><title>maximum context length</title>", C::Forbidden),
            (200, r#"{"error":{"message":"Rate limit exceeded","code":429}}"#, C::RateLimited),
            (404, "", C::NotFound),
        ];
        for (status, body, expected) in cases {
            assert_eq!(class(status, body), expected, "{status} {body}");
        }
    }

    #[test]
    fn whoever_knows_no_tools_says_so_in_its_own_words() {
        for (status, words) in [
            (400, "registry.ollama.ai/library/gemma3:1b does not support tools"),
            (500, "tools param requires --jinja flag"),
            (
                400,
                r#"\"auto\" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set"#,
            ),
            (404, "No endpoints found that support tool use. To learn more about provider routing, visit"),
        ] {
            let body = format!(r#"{{"error":{{"message":"{words}","type":"api_error","param":null}}}}"#);
            let failure = classify(status, &HeaderMap::new(), body.as_bytes(), Timestamp::UNIX_EPOCH);
            assert_eq!((failure.class, failure.param.as_deref()), (C::Unsupported, Some("tools")), "{words}");
        }
    }

    #[test]
    fn google_says_quota_for_a_minute_too() {
        let body = |id: &str| {
            format!(
                r#"{{"error":{{"code":429,"message":"You exceeded your current quota, please check your plan and billing details.","status":"RESOURCE_EXHAUSTED","details":[{{"violations":[{{"quotaId":"{id}"}}]}},{{"retryDelay":"34s"}}]}}}}"#
            )
        };
        assert_eq!(class(429, &body("GenerateRequestsPerMinutePerProjectPerModel-FreeTier")), C::RateLimited);
        assert_eq!(class(429, &body("GenerateRequestsPerDayPerProjectPerModel-FreeTier")), C::QuotaExhausted);
    }

    #[test]
    fn google_knows_no_such_field() {
        let refused = |name: &str| {
            let body = format!(
                r#"{{"error":{{"code":400,"message":"Invalid JSON payload received. Unknown name \"{name}\" at 'generation_config': Cannot find field.","status":"INVALID_ARGUMENT"}}}}"#
            );
            let failure = classify(400, &HeaderMap::new(), body.as_bytes(), Timestamp::UNIX_EPOCH);
            (failure.class, failure.param)
        };
        assert_eq!(refused("seed"), (C::Unsupported, Some("seed".into())));
        assert_eq!(refused("topP"), (C::Unsupported, Some("top_p".into())));
        assert_eq!(refused("colour"), (C::BadRequest, None));
    }

    #[test]
    fn a_limit_of_zero_is_no_allowance() {
        let headers =
            [("x-ratelimit-limit-req-minute".parse().unwrap(), "0".parse().unwrap())].into_iter().collect();
        let failure = classify(429, &headers, br#"{"message":"Rate limit exceeded"}"#, Timestamp::UNIX_EPOCH);
        assert_eq!(failure.class, C::QuotaExhausted);
    }

    #[test]
    fn details_are_kept_and_keys_are_not() {
        let failure = classify(
            401,
            &HeaderMap::new(),
            br#"{"error":{"message":"Incorrect API key: sk-abc****xyz"}}"#,
            Timestamp::UNIX_EPOCH,
        );
        assert!(!failure.message.contains("sk-abc"));
        let failure = classify(400, &HeaderMap::new(), br#"{"error":{"message":"Unsupported parameter: 'temperature' is not supported with this model."}}"#, Timestamp::UNIX_EPOCH);
        assert_eq!(failure.param.as_deref(), Some("temperature"));
        let failure = classify(400, &HeaderMap::new(), br#"{"message":"Please reduce the length of the messages or completion. Current length is 23592 while limit is 8192"}"#, Timestamp::UNIX_EPOCH);
        assert_eq!((failure.class, failure.window), (C::ContextLength, Some(8192)));
    }
}
