//! What is known by subject: each for a while, not too many of them, and in step with the file that processes share.

use std::collections::{HashMap, HashSet};

use tokio::time::Instant;

use super::Subject;

/// The most entries of a kind. Clients may name any model, and each that does not exist leaves a trace.
pub(super) const MOST: usize = 1000;

/// Entries of one kind.
#[derive(Debug)]
pub(super) struct Known<T>(HashMap<Subject, Entry<T>>);

/// Something that is known.
#[derive(Debug)]
pub(super) struct Entry<T> {
    pub(super) value: T,
    /// Since when, in milliseconds since 1970.
    pub(super) at: i64,
    /// Until when it means anything.
    pub(super) until: Instant,
    /// Whether the file had it when it was read.
    in_file: bool,
}

/// Something that the file holds.
#[derive(Debug)]
pub(super) struct Found<T> {
    pub(super) subject: Subject,
    pub(super) value: T,
    pub(super) at: i64,
    pub(super) until: Instant,
}

impl<T> Default for Known<T> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<T> Known<T> {
    /// What is known of a subject.
    pub(super) fn get(&self, subject: &Subject, now: Instant) -> Option<&Entry<T>> {
        self.0.get(subject).filter(|entry| entry.until > now)
    }

    /// The same, to be changed.
    pub(super) fn get_mut(&mut self, subject: &Subject, now: Instant) -> Option<&mut Entry<T>> {
        self.0.get_mut(subject).filter(|entry| entry.until > now)
    }

    /// All that is known.
    pub(super) fn iter(&self, now: Instant) -> impl Iterator<Item = (&Subject, &Entry<T>)> {
        self.0.iter().filter(move |(_, entry)| entry.until > now)
    }

    /// Keeps something; where there is too much, what ends first goes.
    pub(super) fn put(&mut self, found: Found<T>, now: Instant) {
        let Found { subject, value, at, until } = found;
        if self.0.len() >= MOST && !self.0.contains_key(&subject) {
            self.0.retain(|_, entry| entry.until > now);
            if self.0.len() >= MOST {
                let first = self.0.iter().min_by_key(|(_, entry)| entry.until);
                if let Some(first) = first.map(|(subject, _)| subject.clone()) {
                    self.0.remove(&first);
                }
            }
        }
        let in_file = self.0.get(&subject).is_some_and(|entry| entry.in_file);
        self.0.insert(subject, Entry { value, at, until, in_file });
    }

    pub(super) fn remove(&mut self, subject: &Subject) -> Option<T> {
        self.0.remove(subject).map(|entry| entry.value)
    }

    /// Takes over what the file holds: what is newer there, and what is not there any more.
    pub(super) fn take_over(&mut self, all: Vec<Found<T>>, now: Instant) {
        let there: HashSet<Subject> = all.iter().map(|found| found.subject.clone()).collect();
        self.0.retain(|subject, entry| !entry.in_file || there.contains(subject));
        for found in all {
            let subject = found.subject.clone();
            if self.0.get(&subject).is_none_or(|entry| entry.at < found.at) {
                self.put(found, now);
            }
            if let Some(entry) = self.0.get_mut(&subject) {
                entry.in_file = true;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn found(name: &str, value: u32, at: i64, until: Instant) -> Found<u32> {
        Found { subject: Subject::Provider(name.into()), value, at, until }
    }

    #[test]
    fn the_newer_holds_and_what_left_the_file_is_forgotten() {
        let (mut known, now) = (Known::default(), Instant::now());
        let later = now + Duration::from_secs(9);
        let value = |known: &Known<u32>, name: &str| {
            known.get(&Subject::Provider(name.into()), now).map(|entry| entry.value)
        };
        known.put(found("mine", 1, 10, later), now);
        known.put(found("both", 1, 10, later), now);
        known.take_over(vec![found("both", 2, 11, later), found("theirs", 3, 5, later)], now);
        assert_eq!(["mine", "both", "theirs"].map(|name| value(&known, name)), [Some(1), Some(2), Some(3)]);
        // Somebody took two of them out of the file; the one that was not in it yet stays.
        known.take_over(Vec::new(), now);
        assert_eq!(["mine", "both", "theirs"].map(|name| value(&known, name)), [Some(1), None, None]);
        assert_eq!(known.get(&Subject::Provider("mine".into()), later).map(|entry| entry.value), None);
    }

    #[test]
    fn there_are_never_too_many() {
        let (mut known, now) = (Known::default(), Instant::now());
        for number in 0..3 * MOST as u64 {
            known.put(found(&number.to_string(), 0, 0, now + Duration::from_secs(1 + number)), now);
        }
        assert_eq!(known.0.len(), MOST);
        assert!(known.get(&Subject::Provider((3 * MOST - 1).to_string()), now).is_some());
    }
}
