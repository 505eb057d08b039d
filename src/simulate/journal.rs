//! What a stand-in has been asked, for those who want to see it afterwards.

use std::collections::VecDeque;
use std::time::Instant;

use serde_json::{Value, json};

/// More requests than this are not kept.
const MOST_REQUESTS: usize = 10_000;

/// More bytes of bodies than this are not kept.
const MOST_BYTES: usize = 256 << 20;

/// One request that a stand-in has met.
#[derive(Clone, Debug, PartialEq)]
pub struct Recorded {
    /// When it had come in full.
    pub at: Instant,
    /// The model that was asked for an answer; none for a request of another kind.
    pub model: Option<String>,
    /// The HTTP method.
    pub method: String,
    /// The path with its query.
    pub path: String,
    /// The headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body; null when there was none or it was not JSON.
    pub body: Value,
    /// The size of the body.
    pub body_bytes: usize,
    /// The client went away before the answer ended.
    pub disconnected: bool,
}

impl Recorded {
    /// The request as JSON, with no more than the end of its key.
    pub(super) fn redacted(&self) -> Value {
        let shown = |name: &str, value: &str| {
            if matches!(name, "authorization" | "x-api-key" | "x-goog-api-key") {
                ending(value)
            } else {
                value.to_owned()
            }
        };
        let headers: Vec<_> =
            self.headers.iter().map(|(name, value)| json!([name, shown(name, value)])).collect();
        json!({
            "method": self.method, "path": without_key(&self.path), "headers": headers, "body": self.body,
            "body_bytes": self.body_bytes, "disconnected": self.disconnected
        })
    }
}

/// A path whose query shows no more than the end of its key.
fn without_key(path: &str) -> String {
    let Some((path, query)) = path.split_once('?') else { return path.to_owned() };
    let fields = query.split('&').map(|field| match field.strip_prefix("key=") {
        Some(key) => format!("key={}", ending(key)),
        None => field.to_owned(),
    });
    format!("{path}?{}", fields.collect::<Vec<_>>().join("&"))
}

/// The last four characters, or nothing of a text that is not much longer.
pub(super) fn ending(text: &str) -> String {
    let count = text.chars().count();
    let tail: String = if count < 8 { String::new() } else { text.chars().skip(count - 4).collect() };
    format!("…{tail}")
}

/// The requests in order; the oldest go when there are too many.
#[derive(Debug, Default)]
pub(super) struct Journal {
    entries: VecDeque<Recorded>,
    /// How many have gone.
    forgotten: usize,
    bytes: usize,
}

impl Journal {
    /// Keeps a request and gives its number.
    pub(super) fn add(&mut self, entry: Recorded) -> usize {
        self.bytes += entry.body_bytes;
        self.entries.push_back(entry);
        while self.entries.len() > MOST_REQUESTS || (self.bytes > MOST_BYTES && self.entries.len() > 1) {
            let gone = self.entries.pop_front();
            self.bytes -= gone.map_or(0, |gone| gone.body_bytes);
            self.forgotten += 1;
        }
        self.count() - 1
    }

    /// Notes that the client of a request went away.
    pub(super) fn disconnected(&mut self, number: usize) {
        let entry = number.checked_sub(self.forgotten).and_then(|at| self.entries.get_mut(at));
        if let Some(entry) = entry {
            entry.disconnected = true;
        }
    }

    pub(super) fn entries(&self) -> impl Iterator<Item = &Recorded> {
        self.entries.iter()
    }

    /// How many requests there have been.
    pub(super) fn count(&self) -> usize {
        self.forgotten + self.entries.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(key: &str) -> Recorded {
        let headers = vec![("authorization".to_owned(), key.to_owned())];
        let (method, path) = ("POST".to_owned(), "/v1".to_owned());
        let (at, model, body) = (Instant::now(), None, Value::Null);
        Recorded { at, model, method, path, headers, body, body_bytes: 1, disconnected: false }
    }

    #[test]
    fn keys_are_shown_by_their_end_only() {
        let shown = entry("Bearer sk-secret-1234").redacted().to_string();
        assert!(shown.contains("…1234") && !shown.contains("secret"));
        assert!(!entry("short").redacted().to_string().contains("short"));
        let path = "/v1beta/models?pageSize=5&key=secret-5678".to_owned();
        let shown = Recorded { path, ..entry("x") }.redacted();
        assert_eq!(shown["path"], "/v1beta/models?pageSize=5&key=…5678");
    }

    #[test]
    fn the_oldest_go_first_and_numbers_stay() {
        let mut journal = Journal::default();
        for _ in 0..MOST_REQUESTS + 5 {
            journal.add(entry("x"));
        }
        journal.disconnected(2);
        journal.disconnected(MOST_REQUESTS + 4);
        assert_eq!((journal.count(), journal.entries().count()), (MOST_REQUESTS + 5, MOST_REQUESTS));
        let gone: Vec<_> = journal.entries().map(|entry| entry.disconnected).collect();
        assert!(gone[MOST_REQUESTS - 1] && gone.iter().filter(|gone| **gone).count() == 1);
    }
}
