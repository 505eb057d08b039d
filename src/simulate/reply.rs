//! Answers before they are sent, and errors in each provider's own body and headers.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::http::StatusCode;
use serde_json::Value;

use super::dialect::{Dialect, Kind, Reset, Row, json};
use super::limit::{Gauge, Standing};
use super::template::Values;
use super::wire::Frame;

/// What goes back to the client.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) content: Content,
    /// After so long a stream is ended, and with what.
    pub(super) ended: Option<(Duration, Frame)>,
}

/// The body of a reply.
#[derive(Debug)]
pub(super) enum Content {
    Whole { mime: &'static str, text: String },
    Stream(Vec<Frame>),
}

impl Reply {
    pub(super) fn json(status: u16, body: &Value) -> Self {
        Self::text(status, "application/json", body.to_string())
    }

    pub(super) fn text(status: u16, mime: &'static str, text: String) -> Self {
        Self { status, headers: Vec::new(), content: Content::Whole { mime, text }, ended: None }
    }

    /// An answer without content, in the form that was asked for.
    pub(super) fn bare((whole, frames): (Value, Vec<Frame>), streams: bool) -> Self {
        let mut reply = Self::json(200, &whole);
        if streams {
            reply.content = Content::Stream(frames);
        }
        reply
    }

    /// Sets headers, in place of those of the same name.
    pub(super) fn set(&mut self, headers: &BTreeMap<String, String>, values: &Values) {
        for (name, value) in headers {
            self.headers.retain(|(present, _)| present != name);
            self.headers.push((name.clone(), values.write(value)));
        }
    }
}

/// A page such as a proxy in front of the provider shows.
pub(super) fn page(status: u16) -> Reply {
    let known = StatusCode::from_u16(status).ok();
    let reason = known.and_then(|status| status.canonical_reason());
    let title = format!("{status} {}", reason.unwrap_or("Unknown Error"));
    let text = format!(
        "<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n<center><h1>{title}</h1></center>\r\n\
         <hr><center>cloudflare</center>\r\n</body>\r\n</html>\r\n"
    );
    let mut reply = Reply::text(status, "text/html", text);
    reply.headers.push(("server".to_owned(), "cloudflare".to_owned()));
    reply
}

/// A refusal before it is put into words.
#[derive(Clone, Debug)]
pub(super) struct Refusal {
    pub(super) kind: Kind,
    /// Stands in for the status that the kind usually has.
    status: Option<u16>,
    wait: Option<Duration>,
    /// The wait is announced even by those who usually keep quiet about it.
    announced: bool,
    values: Values,
}

impl Refusal {
    pub(super) fn new(kind: Kind) -> Self {
        Self { kind, status: None, wait: None, announced: false, values: Values::default() }
    }

    /// A bad request, with the reason.
    pub(super) fn bad(reason: impl Into<String>) -> Self {
        Self::new(Kind::BadRequest).with("reason", reason.into())
    }

    pub(super) fn with(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.values.set(name, value);
        self
    }

    pub(super) fn status(mut self, status: u16) -> Self {
        self.status = Some(status);
        self
    }

    /// Whether the status is another than the kind's own.
    pub(super) fn has_status(&self) -> bool {
        self.status.is_some()
    }

    pub(super) fn wait(mut self, wait: Duration) -> Self {
        self.wait = Some(wait);
        self
    }

    pub(super) fn announced(mut self) -> Self {
        self.announced = true;
        self
    }

    /// The refusal in the provider's words; `facts` is what is known of the request.
    pub(super) fn reply(self, dialect: &Dialect, facts: &Values, standing: &Standing) -> Reply {
        let Some(row) = dialect.errors.get(&self.kind) else {
            return Reply::text(self.status.unwrap_or(500), "text/plain", String::new());
        };
        let status = self.status.unwrap_or(row.status);
        let wait = self.wait.or(row.wait.map(|seconds| Duration::from_secs(seconds.into())));
        let values = self.worded(dialect, row, facts, status, wait);
        let mut reply = body(dialect, row, status, &values);
        reply.set(&dialect.headers, &values);
        if let Some(wait) = wait {
            let mut exhausted = *standing;
            exhausted.requests = Gauge { remaining: 0, reset: wait, ..exhausted.requests };
            exhausted.tokens = Gauge { remaining: 0, reset: wait, ..exhausted.tokens };
            reply.set(&dialect.gauges, &gauge_values(dialect, &exhausted));
            if self.announced || row.wait.is_some() || !dialect.quiet {
                announce(dialect, wait, &mut reply);
            }
        }
        reply.set(&row.headers, &values);
        reply
    }

    fn worded(
        &self,
        dialect: &Dialect,
        row: &Row,
        facts: &Values,
        status: u16,
        wait: Option<Duration>,
    ) -> Values {
        let limit = match self.kind {
            Kind::RateRequests | Kind::Concurrency => dialect.shown.rpm,
            Kind::RateTokens | Kind::RequestTooLarge => dialect.shown.tpm,
            _ => row.limit.unwrap_or(8192),
        };
        let used = limit.saturating_add(limit / 8).saturating_add(17);
        let mut values = self
            .values
            .clone()
            .or(facts)
            .with("status", status)
            .with_some("type", row.kind.clone())
            .with_some("code", row.code.clone())
            .with_some("user", row.user.clone())
            .with_some("failed", row.failed.clone());
        let defaults = Values::default()
            .with("limit", limit)
            .with("used", used)
            .with("requested", used)
            .with("reason", format!("Request failed with status {status}"))
            .with_some("param", row.param.clone());
        values = values.or(&defaults);
        // As text, where a number would not do.
        values.set("quota", values.write("$limit"));
        if self.kind == Kind::Context {
            values.set("n_prompt", used);
            values.set("n_ctx", limit);
            values.set("excess", used - limit);
        }
        if let Some(wait) = wait {
            values.set("wait", go(wait));
            values.set("seconds", ceil(wait));
            values.set("delay", format!("{}s", decimal(u64::try_from(wait.as_millis()).unwrap_or(u64::MAX))));
            values.set("hint", values.write(&dialect.hint));
            if let Some(retry) = dialect.shape("retry") {
                values.set("retry", values.fill(retry));
            }
        }
        if let Some(metadata) = &row.metadata {
            values.set("metadata", values.fill(metadata));
        }
        let message = values.write(&row.message);
        values.or(&Values::default().with("message", message))
    }
}

fn body(dialect: &Dialect, row: &Row, status: u16, values: &Values) -> Reply {
    if row.html || row.text {
        let mime = if row.html { "text/html" } else { "text/plain" };
        return Reply::text(status, mime, values.write(&row.message));
    }
    let own = row.shape.as_deref().and_then(|shape| json(shape).ok());
    let shape = own.as_ref().or(dialect.shape("error")).cloned().unwrap_or_default();
    let mut reply = Reply::json(status, &values.fill(&shape));
    if dialect.octet_stream_errors
        && status == 400
        && let Content::Whole { mime, .. } = &mut reply.content
    {
        *mime = "application/octet-stream";
    }
    reply
}

fn announce(dialect: &Dialect, wait: Duration, reply: &mut Reply) {
    for name in &dialect.retry {
        let value = if name.ends_with("-ms") { wait.as_millis() } else { u128::from(ceil(wait)) };
        reply.headers.push((name.clone(), value.to_string()));
    }
}

/// The values that rate-limit headers are made of.
pub(super) fn gauge_values(dialect: &Dialect, standing: &Standing) -> Values {
    let reset = |gauge: Gauge| match dialect.reset {
        Reset::Go => go(gauge.reset),
        Reset::Seconds => format!("{:.3}", gauge.reset.as_secs_f64()),
        Reset::WholeSeconds => ceil(gauge.reset).to_string(),
        Reset::EpochMs => (jiff::Timestamp::now().as_millisecond() + millis(gauge.reset)).to_string(),
        Reset::Rfc3339 => date(gauge.reset),
    };
    Values::default()
        .with("limit_requests", standing.requests.limit)
        .with("left_requests", standing.requests.remaining)
        .with("reset_requests", reset(standing.requests))
        .with("limit_tokens", standing.tokens.limit)
        .with("left_tokens", standing.tokens.remaining)
        .with("reset_tokens", reset(standing.tokens))
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

/// The moment when this much time has passed, to the second.
fn date(from_now: Duration) -> String {
    let seconds = jiff::Timestamp::now().as_second() + i64::try_from(ceil(from_now)).unwrap_or(0);
    jiff::Timestamp::from_second(seconds).unwrap_or(jiff::Timestamp::MAX).to_string()
}

fn ceil(duration: Duration) -> u64 {
    duration.as_secs() + u64::from(duration.subsec_nanos() > 0)
}

/// A duration in the manner of Go: `1h2m3.5s`, `120ms`, `0s`.
fn go(duration: Duration) -> String {
    let millis = duration.as_millis();
    if millis > 0 && millis < 1000 {
        return format!("{millis}ms");
    }
    let (hours, minutes) = (duration.as_secs() / 3600, duration.as_secs() / 60 % 60);
    let seconds = decimal(u64::try_from(millis % 60_000).unwrap_or(0));
    match (hours, minutes) {
        (0, 0) => format!("{seconds}s"),
        (0, minutes) => format!("{minutes}m{seconds}s"),
        (hours, minutes) => format!("{hours}h{minutes}m{seconds}s"),
    }
}

/// Milliseconds as seconds, without zeros at the end.
fn decimal(millis: u64) -> String {
    let text = format!("{}.{:03}", millis / 1000, millis % 1000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::super::dialect;
    use super::*;

    const SOON: Duration = Duration::from_secs(2);

    fn standing() -> Standing {
        let gauge = Gauge { limit: 30, remaining: 29, reset: Duration::ZERO };
        Standing { requests: gauge, tokens: gauge }
    }

    fn refused(provider: &str, refusal: Refusal) -> (Reply, String) {
        let dialect = dialect::all().unwrap().iter().find(|dialect| dialect.name == provider).unwrap();
        let reply = refusal.reply(dialect, &Values::default().with("model", "some/model"), &standing());
        let Content::Whole { text, .. } = &reply.content else { panic!("{provider} streams an error") };
        let text = text.clone();
        (reply, text)
    }

    #[test]
    fn durations_are_written_as_go_does() {
        let cases =
            [(0, "0s"), (120, "120ms"), (11_455, "11.455s"), (86_400, "1m26.4s"), (3_723_000, "1h2m3s")];
        for (millis, text) in cases {
            assert_eq!(go(Duration::from_millis(millis)), text);
        }
    }

    #[test]
    fn a_hint_is_given_in_the_providers_manner() {
        let hinted = |provider| refused(provider, Refusal::new(Kind::RateRequests).wait(SOON).announced());
        let (groq, text) = hinted("groq");
        assert!(text.contains("Please try again in 2s."));
        assert!(groq.headers.contains(&("retry-after".into(), "2".into())));
        assert!(groq.headers.contains(&("x-ratelimit-reset-requests".into(), "2s".into())));
        let (openai, _) = hinted("openai");
        assert!(openai.headers.contains(&("retry-after-ms".into(), "2000".into())));
        let (huggingface, _) = hinted("huggingface");
        assert!(huggingface.headers.contains(&("ratelimit".into(), "\"api\";r=0;t=2".into())));
        let (openrouter, _) = hinted("openrouter");
        assert!(
            openrouter.headers.iter().any(|(name, value)| name == "x-ratelimit-reset" && value.len() == 13)
        );
    }

    #[test]
    fn without_a_hint_nothing_tells_the_time() {
        for dialect in dialect::all().unwrap() {
            let (reply, text) = refused(&dialect.name, Refusal::new(Kind::RateRequests));
            assert!(!text.contains("try again in"), "{}", dialect.name);
            assert!(!reply.headers.iter().any(|(name, _)| name.starts_with("retry-")), "{}", dialect.name);
        }
    }

    #[test]
    fn no_body_has_a_hole_left() {
        for dialect in dialect::all().unwrap() {
            for kind in dialect.errors.keys() {
                let (reply, text) =
                    refused(&dialect.name, Refusal::new(*kind).with("param", "p").with("path", "/x"));
                assert!(!text.contains('$') && !text.is_empty(), "{} {kind:?}: {text}", dialect.name);
                assert!(!format!("{:?}", reply.headers).contains('$'), "{} {kind:?}", dialect.name);
            }
        }
    }
}
