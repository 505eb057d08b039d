//! What the gate knows of a turn: which calls were made in it, what was refused, and what was read.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use url::Url;

/// Addresses that are remembered of a turn.
const MOST_ADDRESSES: usize = 10_000;
/// The longest of them.
const LONGEST_ADDRESS: usize = 2_048;

/// The calls of a turn.
#[derive(Debug, Default)]
pub struct TurnCalls {
    pub(super) turn: String,
    made: Mutex<HashMap<(String, String), u32>>,
    addresses: Mutex<HashSet<Url>>,
    foreign: AtomicBool,
    offered_foreign: AtomicBool,
    refused: AtomicBool,
    refusals: Mutex<Vec<String>>,
    unclear: AtomicBool,
}

impl TurnCalls {
    /// None yet.
    pub fn of(turn: impl Into<String>) -> Self {
        Self { turn: turn.into(), ..Self::default() }
    }

    /// Whether somebody else's words were read.
    pub fn read_foreign(&self) -> bool {
        self.foreign.load(Ordering::Relaxed)
    }

    /// Models are told of tools in somebody else's words.
    pub fn offers_foreign(&self) {
        self.offered_foreign.store(true, Ordering::Relaxed);
    }

    /// Whether somebody else's words may be why a tool is called. What the tools of somebody else say of themselves was
    /// looked at and approved for calls of these, and for nothing else.
    pub fn may_be_led(&self, to_foreign_tool: bool) -> bool {
        self.read_foreign() || (!to_foreign_tool && self.offered_foreign.load(Ordering::Relaxed))
    }

    /// Whether a call was not let through.
    pub fn had_refusals(&self) -> bool {
        self.refused.load(Ordering::Relaxed)
    }

    /// A text was read, the question or what a call gave: going to an address that stands in it tells nobody there
    /// anything that they did not know.
    pub fn has_read(&self, text: &str) {
        let mut known = locked(&self.addresses);
        for address in addresses(text) {
            if known.len() >= MOST_ADDRESSES {
                return;
            }
            known.insert(address);
        }
    }

    /// Somebody else's words were read.
    pub fn mark_foreign(&self) {
        self.foreign.store(true, Ordering::Relaxed);
    }

    /// A call was begun before, and nobody knows how it ended.
    pub(super) fn note_unclear(&self) {
        self.unclear.store(true, Ordering::Relaxed);
    }

    /// Whether there was such a call.
    pub fn had_unclear(&self) -> bool {
        self.unclear.load(Ordering::Relaxed)
    }

    /// A call was not let through; a line says which and why.
    pub(super) fn note_refusal(&self, what: String) {
        self.refused.store(true, Ordering::Relaxed);
        locked(&self.refusals).push(what);
    }

    /// The calls that were not let through since this was last asked, a line each.
    pub fn take_refusals(&self) -> Vec<String> {
        std::mem::take(&mut locked(&self.refusals))
    }

    /// Whether an address stands in what was read.
    pub(super) fn knows(&self, address: &str) -> bool {
        address_of(address).is_some_and(|address| locked(&self.addresses).contains(&address))
    }

    /// How often the call was made before.
    pub(super) fn count(&self, tool: &str, arguments: &str) -> u32 {
        let mut made = locked(&self.made);
        let count = made.entry((tool.to_owned(), arguments.to_owned())).or_default();
        *count += 1;
        *count - 1
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The addresses that stand in a text. Where it is not clear where one ends, each end that it may have counts.
fn addresses(text: &str) -> impl Iterator<Item = Url> {
    let starts = text.match_indices("http").map(|(at, _)| &text[at..]);
    let starts = starts.filter(|rest| rest.starts_with("http://") || rest.starts_with("https://"));
    starts.flat_map(|rest| {
        let near = &rest[..rest.floor_char_boundary(LONGEST_ADDRESS)];
        let whole = near.split(is_no_part).next().unwrap_or_default();
        let first = whole.split(closes).next().unwrap_or_default();
        let cut = whole.trim_end_matches(pauses);
        let bare = whole.trim_end_matches(|c| pauses(c) || closes(c));
        [whole, cut, bare, first, first.trim_end_matches(pauses)].into_iter().filter_map(address_of)
    })
}

fn is_no_part(c: char) -> bool {
    c.is_whitespace() || matches!(c, '"' | '\'' | '<' | '>' | '`' | '|')
}

fn closes(c: char) -> bool {
    matches!(c, ')' | ']' | '}')
}

fn pauses(c: char) -> bool {
    matches!(c, '.' | ',' | ';' | ':' | '!' | '?' | '*' | '_')
}

/// An address without what is for the reader alone.
fn address_of(text: &str) -> Option<Url> {
    let mut address = Url::parse(text.trim()).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
    address.set_fragment(None);
    Some(address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_known_as_they_stood_in_a_text() {
        let calls = TurnCalls::of("t");
        calls.has_read(
            "See https://example.org/a, (https://example.org/b) and [1]: https://en.wikipedia.org/wiki/Oak_(tree). \
             Or <https://example.org/c?x=1#part>; https://example.org/d?key= and\"http://example.org\".",
        );
        for known in [
            "https://example.org/a",
            "https://example.org/b",
            "https://en.wikipedia.org/wiki/Oak_(tree)",
            "https://EXAMPLE.org/c?x=1",
            " https://example.org/c?x=1#other",
            "https://example.org/d?key=",
            "http://example.org/",
        ] {
            assert!(calls.knows(known), "{known}");
        }
        for unknown in [
            "https://example.org/d?key=secret",
            "https://example.org/a?",
            "https://example.org/c",
            "https://secret.example.org/a",
            "https://user:secret@example.org/a",
            "https://example.org:444/a",
            "file:///etc/passwd",
            "secret",
        ] {
            assert!(!calls.knows(unknown), "{unknown}");
        }
    }
}
