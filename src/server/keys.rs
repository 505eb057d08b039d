//! Who may ask: virtual keys, and what each of them is good for.
//!
//! Until a key is made nobody needs one, for only programs of this machine are answered. From then on everybody does.
//! Requests look into a snapshot in memory, which is read anew when the ledger has changed; only keys with a budget have
//! their requests written down before they begin.

use std::collections::{HashMap, VecDeque};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use globset::{Glob, GlobSet, GlobSetBuilder};
use jiff::Timestamp;
use tokio::time::Instant;

use super::refusal::Refusal;
use crate::ledger::Ledger;
use crate::ledger::keys::{Spending, Terms, VirtualKey, hash};
use crate::memory::StoreError;

/// The window of limits.
const MINUTE: Duration = Duration::from_mins(1);
/// How long a key of a file has to be: shorter ones can be guessed.
const SHORTEST: usize = 16;

/// The keys that there are.
pub(super) struct Keys {
    ledger: Arc<Ledger>,
    /// From a file: good for everything.
    given: Vec<Vec<u8>>,
    known: RwLock<Arc<Known>>,
}

#[derive(Default)]
struct Known {
    by_hash: HashMap<Vec<u8>, (Arc<Holder>, Option<Timestamp>)>,
    required: bool,
    /// What the files of the ledger were like when it was read.
    stamp: Stamp,
}

type Stamp = Vec<Option<(u64, SystemTime)>>;

/// Who has a key, and what it is good for.
pub(super) struct Holder {
    pub(super) key: VirtualKey,
    models: Option<GlobSet>,
    recent: Arc<Mutex<Recent>>,
}

/// What was asked in the last minute, and what is under way.
#[derive(Debug, Default)]
struct Recent {
    requests: VecDeque<Instant>,
    tokens: VecDeque<(Instant, u64)>,
    under_way: u32,
}

/// A request that was let in. Ends when it is dropped.
pub(super) struct Pass {
    holder: Arc<Holder>,
    ledger: Option<Arc<Ledger>>,
    request: String,
}

impl Keys {
    /// Those of the ledger, and those of a file. Fails where the ledger is there and cannot be read: then nobody knows who
    /// may ask.
    pub(super) fn new(ledger: Arc<Ledger>, given: &[String]) -> Result<Self, StoreError> {
        let given = given.iter().map(|key| hash(key)).collect();
        let keys = Self { ledger, given, known: RwLock::default() };
        keys.read()?;
        Ok(keys)
    }

    /// Whether a key is needed.
    pub(super) fn required(&self) -> bool {
        self.known().required
    }

    /// Reads the keys anew if the ledger has changed. What cannot be read stays as it was.
    pub(super) fn refresh(&self) {
        if self.known().stamp != self.stamp()
            && let Err(error) = self.read()
        {
            tracing::warn!(%error, "the keys of clients cannot be read anew");
        }
    }

    fn known(&self) -> Arc<Known> {
        Arc::clone(&self.known.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn stamp(&self) -> Stamp {
        let stamp = |path: PathBuf| {
            let metadata = std::fs::metadata(path).ok()?;
            Some((metadata.len(), metadata.modified().ok()?))
        };
        let path = self.ledger.path();
        vec![stamp(path.to_owned()), stamp(path.with_extension("db-wal"))]
    }

    fn read(&self) -> Result<(), StoreError> {
        // Looked at before, so that what is written meanwhile shows.
        let stamp = self.stamp();
        let keys = self.ledger.keys()?;
        let before = self.known();
        let mut known =
            Known { by_hash: HashMap::new(), required: !keys.is_empty() || !self.given.is_empty(), stamp };
        for key in keys {
            let recent = before.by_hash.values().find(|(holder, _)| holder.key.id == key.id);
            let recent = recent.map(|(holder, _)| Arc::clone(&holder.recent)).unwrap_or_default();
            let (current, old) = key.hashes.clone();
            let holder = Arc::new(Holder { models: globs(&key.terms.models), key, recent });
            if let Some((hash, until)) = old {
                known.by_hash.insert(hash, (Arc::clone(&holder), Some(until)));
            }
            known.by_hash.insert(current, (holder, None));
        }
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(known);
        Ok(())
    }

    /// Who asks; none where nobody needs to say.
    pub(super) fn holder(&self, head: &Parts) -> Result<Option<Arc<Holder>>, Refusal> {
        let known = self.known();
        if !known.required {
            return Ok(None);
        }
        let Some(shown) = shown(head) else {
            let message = "a key is needed here: `aigw key create NAME` makes one";
            return Err(Refusal::new(StatusCode::UNAUTHORIZED, message).code("missing_api_key"));
        };
        // OpenAI's words: there are clients that know by them that the key is meant.
        let wrong = |why: &str| {
            let message = format!("Incorrect API key provided: it {why}");
            Err(Refusal::new(StatusCode::UNAUTHORIZED, message).code("invalid_api_key"))
        };
        let hash = hash(&shown);
        if self.given.contains(&hash) {
            return Ok(None);
        }
        let Some((holder, until)) = known.by_hash.get(&hash) else {
            return wrong("is not known here");
        };
        let now = Timestamp::now();
        match (holder.key.revoked, holder.key.expires, until) {
            (Some(_), _, _) => wrong("was revoked"),
            (_, Some(expires), _) if expires <= now => wrong("has expired"),
            (_, _, Some(until)) if *until <= now => wrong("was replaced by another one"),
            _ => Ok(Some(Arc::clone(holder))),
        }
    }
}

/// The key that a request shows, where the vendors' clients put theirs.
fn shown(head: &Parts) -> Option<String> {
    let text = |name: &str, headers: &HeaderMap| Some(headers.get(name)?.to_str().ok()?.trim().to_owned());
    let bearer = text(header::AUTHORIZATION.as_str(), &head.headers).and_then(|value| {
        let (scheme, key) = value.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| key.trim().to_owned())
    });
    let asked = || {
        let pair = head.uri.query()?.split('&').find_map(|pair| pair.strip_prefix("key="))?;
        Some(percent_encoding::percent_decode_str(pair).decode_utf8_lossy().into_owned())
    };
    let named = |name: &str| text(name, &head.headers);
    bearer.or_else(|| named("x-api-key")).or_else(|| named("x-goog-api-key")).or_else(asked)
}

/// The keys in a file, one a line; `#` begins a comment.
pub fn keys_of_file(text: &str) -> Result<Vec<String>, String> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let keys: Vec<String> = lines.map(str::to_owned).collect();
    if keys.is_empty() {
        return Err("there is no key in it".to_owned());
    }
    if keys.iter().any(|key| key.len() < SHORTEST) {
        return Err(format!("a key in it has fewer than {SHORTEST} characters: such a one can be guessed"));
    }
    Ok(keys)
}

fn globs(patterns: &[String]) -> Option<GlobSet> {
    if patterns.is_empty() {
        return None;
    }
    let mut set = GlobSetBuilder::new();
    for glob in patterns.iter().filter_map(|pattern| Glob::new(pattern).ok()) {
        set.add(glob);
    }
    // What cannot be read allows nothing.
    Some(set.build().unwrap_or_default())
}

impl Holder {
    /// Whether a model, a route or an agent may be named.
    pub(super) fn may_name(&self, name: &str) -> bool {
        self.models.as_ref().is_none_or(|models| models.is_match(name))
    }

    /// Whether something may be done.
    pub(super) fn may(&self, scope: &str) -> bool {
        let scopes = &self.key.terms.scopes;
        if scopes.is_empty() {
            return Terms::USUAL_SCOPES.contains(&scope);
        }
        scopes.iter().any(|known| known == scope)
    }

    /// Lets a request in, or says which limit keeps it out and for how long.
    pub(super) async fn begin(
        self: Arc<Self>,
        ledger: &Arc<Ledger>,
        request: &str,
        wanted: Spending,
    ) -> Result<Pass, Refusal> {
        self.count(wanted.tokens)?;
        let mut pass = Pass { holder: Arc::clone(&self), ledger: None, request: request.to_owned() };
        if !self.key.terms.has_budget() {
            return Ok(pass);
        }
        let ledger = Arc::clone(ledger);
        // The pass goes along: whoever leaves meanwhile gives back what is reserved only then.
        let reserve = move || {
            pass.ledger = Some(Arc::clone(&ledger));
            let over = ledger.reserve(&pass.holder.key, &pass.request, wanted);
            (pass, over)
        };
        match tokio::task::spawn_blocking(reserve).await {
            Ok((pass, Ok(None))) => Ok(pass),
            Ok((_, Ok(Some(over)))) => {
                let message =
                    format!("the key `{}` has used up its budget of {}", self.key.name, over.budget);
                let wait = over.until.duration_since(Timestamp::now());
                let refusal = limited(message, Duration::try_from(wait).unwrap_or(MINUTE));
                Err(refusal.code("budget_exceeded"))
            }
            // Whoever cannot count does not let in.
            Ok((_, Err(_))) | Err(_) => {
                let message = "budgets cannot be counted now; `aigw doctor` says why";
                Err(Refusal::new(StatusCode::SERVICE_UNAVAILABLE, message).code("storage"))
            }
        }
    }

    fn count(&self, tokens: u64) -> Result<(), Refusal> {
        let terms = &self.key.terms;
        let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        let is_old = |at: &Instant| now.duration_since(*at) >= MINUTE;
        while recent.requests.front().is_some_and(is_old) {
            recent.requests.pop_front();
        }
        while recent.tokens.front().is_some_and(|(at, _)| is_old(at)) {
            recent.tokens.pop_front();
        }
        let name = &self.key.name;
        let until =
            |at: Option<&Instant>| at.map_or(MINUTE, |at| MINUTE.saturating_sub(now.duration_since(*at)));
        if let Some(most) = terms.rpm.filter(|most| recent.requests.len() >= *most as usize) {
            let message = format!("the key `{name}` may ask {most} times a minute");
            return Err(limited(message, until(recent.requests.front())));
        }
        let used: u64 = recent.tokens.iter().map(|(_, tokens)| tokens).sum();
        if let Some(most) = terms.tpm.filter(|most| used.saturating_add(tokens) > *most) {
            let message = format!("the key `{name}` may use {most} tokens a minute");
            return Err(limited(message, until(recent.tokens.front().map(|(at, _)| at))));
        }
        if let Some(most) = terms.concurrency.filter(|most| recent.under_way >= *most) {
            return Err(limited(
                format!("the key `{name}` may have {most} requests under way"),
                Duration::from_secs(1),
            ));
        }
        if terms.rpm.is_some() {
            recent.requests.push_back(now);
        }
        recent.under_way += 1;
        Ok(())
    }
}

fn limited(message: String, wait: Duration) -> Refusal {
    let refusal = Refusal::new(StatusCode::TOO_MANY_REQUESTS, message);
    Refusal { kind: "rate_limit_error", retry_after: Some(wait), ..refusal.code("rate_limit_exceeded") }
}

impl Pass {
    /// What was used, for the limit of a minute.
    pub(super) fn used(&self, tokens: u64) {
        let mut recent = self.holder.recent.lock().unwrap_or_else(PoisonError::into_inner);
        if self.holder.key.terms.tpm.is_some() {
            recent.tokens.push_back((Instant::now(), tokens));
        }
    }
}

impl Drop for Pass {
    fn drop(&mut self) {
        let mut recent = self.holder.recent.lock().unwrap_or_else(PoisonError::into_inner);
        recent.under_way = recent.under_way.saturating_sub(1);
        drop(recent);
        if let Some(ledger) = &self.ledger {
            ledger.release(std::mem::take(&mut self.request));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holder(terms: Terms) -> Arc<Holder> {
        let key = VirtualKey {
            id: "vk_1".into(),
            name: "ci".into(),
            hint: "abcd".into(),
            terms,
            created: Timestamp::now(),
            expires: None,
            revoked: None,
            hashes: (Vec::new(), None),
        };
        Arc::new(Holder { models: globs(&key.terms.models), key, recent: Arc::default() })
    }

    #[test]
    fn names_and_scopes_are_held_to() {
        let all = holder(Terms::default());
        assert!(all.may_name("anything") && all.may("chat") && all.may("agents") && !all.may("shared"));
        let some = Terms {
            models: vec!["groq/*".into(), "agent:writer".into()],
            scopes: vec!["shared".into()],
            ..Terms::default()
        };
        let some = holder(some);
        assert!(some.may_name("groq/openai/gpt-oss-20b") && some.may_name("agent:writer"));
        assert!(!some.may_name("auto") && !some.may("chat") && some.may("shared"));
        let broken = holder(Terms { models: vec!["[".into()], ..Terms::default() });
        assert!(!broken.may_name("["));
    }

    #[tokio::test(start_paused = true)]
    async fn limits_hold_for_a_minute_and_no_longer() {
        let directory = tempfile::tempdir().unwrap();
        let ledger = Arc::new(Ledger::new(directory.path()));
        let begin = |holder: &Arc<Holder>| Arc::clone(holder).begin(&ledger, "r", Spending::default());
        let often = holder(Terms { rpm: Some(2), ..Terms::default() });
        for _ in 0..2 {
            drop(begin(&often).await.unwrap());
        }
        tokio::time::advance(Duration::from_secs(20)).await;
        let refusal = begin(&often).await.err().unwrap();
        assert_eq!((refusal.status.as_u16(), refusal.wait()), (429, Some(40)));
        tokio::time::advance(Duration::from_secs(40)).await;
        assert!(begin(&often).await.is_ok());
        let much = holder(Terms { tpm: Some(100), ..Terms::default() });
        begin(&much).await.unwrap().used(100);
        let more = Arc::clone(&much).begin(&ledger, "r", Spending { tokens: 1, cost_usd: 0.0 }).await;
        assert_eq!(more.err().unwrap().status.as_u16(), 429);
        let few = holder(Terms { concurrency: Some(1), ..Terms::default() });
        let one = begin(&few).await.unwrap();
        assert!(begin(&few).await.is_err());
        drop(one);
        assert!(begin(&few).await.is_ok());
        // Nothing of this needs a file.
        assert!(!ledger.path().exists());
    }

    /// A client that leaves while its budget is looked at has nothing reserved in the end.
    #[tokio::test]
    async fn whoever_leaves_gives_back_what_was_reserved() {
        let directory = tempfile::tempdir().unwrap();
        let ledger = Arc::new(Ledger::new(directory.path()));
        let terms = Terms { tokens_per_day: Some(1000), concurrency: Some(1), ..Terms::default() };
        let (key, _) = ledger.create_key("ci", terms, None).unwrap().unwrap();
        let holder = Arc::new(Holder { models: None, key, recent: Arc::default() });
        let wanted = Spending { tokens: 600, cost_usd: 0.0 };
        {
            let mut begun = std::pin::pin!(Arc::clone(&holder).begin(&ledger, "gone", wanted));
            assert!(futures_util::poll!(begun.as_mut()).is_pending());
        }
        // Whoever comes then finds its place free, and its budget.
        let mut refused = 0;
        while Arc::clone(&holder).begin(&ledger, "next", wanted).await.is_err() {
            refused += 1;
            assert!(refused < 10_000, "what was reserved is not given back");
            tokio::task::yield_now().await;
        }
    }

    #[test]
    fn a_file_of_keys_is_read_or_refused() {
        let keys = keys_of_file("# ours\n\n sk-0123456789abcdef \nother-0123456789\n").unwrap();
        assert_eq!(keys, ["sk-0123456789abcdef", "other-0123456789"]);
        assert!(keys_of_file("# none\n").is_err() && keys_of_file("short\n").is_err());
    }
}
