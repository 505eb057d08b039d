//! What is kept for a while: results that need not be asked for twice, and services that are left alone.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;

/// The most entries that are kept.
const MOST: usize = 2000;
/// The most bytes that are kept.
const MOST_BYTES: usize = 16 << 20;

/// What tells the time.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// Texts by key, each until a time. Those of a process; the lock is held for a look and never while anything is waited for.
pub struct Kept {
    clock: Clock,
    entries: Mutex<HashMap<String, Entry>>,
}

struct Entry {
    value: String,
    from: Timestamp,
    until: Timestamp,
}

impl Kept {
    /// Keeps nothing yet.
    pub fn new(clock: Clock) -> Self {
        Self { clock, entries: Mutex::default() }
    }

    /// The time, as this sees it.
    pub fn now(&self) -> Timestamp {
        (self.clock)()
    }

    /// What is kept under a key, and until when.
    pub fn get(&self, key: &str) -> Option<(String, Timestamp)> {
        let now = self.now();
        let entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = entries.get(key).filter(|entry| entry.is_alive(now))?;
        Some((entry.value.clone(), entry.until))
    }

    /// Keeps something under a key until a time.
    pub fn put(&self, key: &str, value: String, until: Timestamp) {
        let now = self.now();
        let entry = Entry { value, from: now, until };
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        entries.insert(key.to_owned(), entry);
        if is_full(&entries) {
            entries.retain(|_, entry| entry.is_alive(now));
        }
        while is_full(&entries) {
            let Some(key) = entries.iter().min_by_key(|(_, entry)| entry.until).map(|(key, _)| key.clone())
            else {
                return;
            };
            entries.remove(&key);
        }
    }
}

impl Entry {
    /// A clock that was set back makes nothing live longer.
    fn is_alive(&self, now: Timestamp) -> bool {
        self.from <= now && now < self.until
    }
}

fn is_full(entries: &HashMap<String, Entry>) -> bool {
    let bytes = || entries.iter().map(|(key, entry)| key.len() + entry.value.len()).sum::<usize>();
    entries.len() > MOST || bytes() > MOST_BYTES
}

#[cfg(test)]
pub(super) mod tests {
    use std::sync::atomic::{AtomicI64, Ordering};

    use super::*;

    /// A clock that is moved by hand.
    #[derive(Clone)]
    pub(in crate::tools) struct Hands(Arc<AtomicI64>);

    impl Hands {
        pub(in crate::tools) fn new() -> Self {
            let start: Timestamp = "2026-11-22T12:00:00Z".parse().unwrap();
            Self(Arc::new(AtomicI64::new(start.as_second())))
        }

        pub(in crate::tools) fn clock(&self) -> Clock {
            let hands = self.clone();
            Arc::new(move || Timestamp::from_second(hands.0.load(Ordering::Relaxed)).unwrap())
        }

        pub(in crate::tools) fn forward(&self, seconds: i64) {
            self.0.fetch_add(seconds, Ordering::Relaxed);
        }
    }

    #[test]
    fn things_are_kept_until_their_time() {
        let hands = Hands::new();
        let kept = Kept::new(hands.clock());
        let until = kept.now() + jiff::SignedDuration::from_secs(10);
        kept.put("a", "1".into(), until);
        assert_eq!(kept.get("a"), Some(("1".into(), until)));
        hands.forward(9);
        assert!(kept.get("a").is_some() && kept.get("b").is_none());
        hands.forward(1);
        assert_eq!(kept.get("a"), None);
        hands.forward(-60);
        assert_eq!(kept.get("a"), None);
    }

    #[test]
    fn room_is_bounded() {
        let hands = Hands::new();
        let kept = Kept::new(hands.clock());
        let until = |seconds| kept.now() + jiff::SignedDuration::from_secs(seconds);
        for number in 0..i64::try_from(MOST).unwrap() + 50 {
            kept.put(&number.to_string(), String::new(), until(100 + number));
        }
        assert!(kept.get("0").is_none() && kept.get("49").is_none() && kept.get("50").is_some());
        kept.put("large", "x".repeat(MOST_BYTES), until(10));
        kept.put("last", String::new(), until(20));
        assert!(kept.get("large").is_none());
    }
}
