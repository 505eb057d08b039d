//! What entries and questions mean: models are asked for vectors, the memory keeps them.
//!
//! Nobody waits for a vector to write something. What has none gets one later: a bounded number before a search, or all
//! of them when that is asked for. A question is asked of the model that made the vectors that are there, at whichever
//! provider it can be had; where it cannot, words are all that is searched by.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::talk::off_thread;
use crate::chat::{EmbedRequest, FailureClass, Purpose, Tokens};
use crate::memory::search::{Hit, Query};
use crate::memory::vectors::{Meaning, Standing, Trial, Unembedded};
use crate::memory::{Memory, StoreError};
use crate::router::{EmbedAsk, Route, RouteError, RouteErrorKind, Router, Upstream};

/// The most texts of one request.
const MOST_TEXTS: usize = 32;
/// The most bytes of all texts of one request.
const MOST_BYTES: usize = 64 << 10;
/// The most tokens of a text where the model's window is not known.
const USUAL_WINDOW: u64 = 512;
/// The most tokens of a text in any case: what comes later in it says little about what it means.
const MOST_TOKENS: u64 = 2048;
/// How long a question may wait for its vector.
const PATIENCE: Duration = Duration::from_secs(5);
/// How often a text is halved that is too long all the same.
const MOST_HALVINGS: u32 = 3;

/// One model that makes vectors, wherever it is served.
#[derive(Debug, Clone)]
pub struct Embedder {
    /// The model: what its vectors are kept under.
    pub name: String,
    /// Where it is served.
    pub route: Route,
}

/// Makes and keeps vectors, and searches by them.
pub struct Meanings<U> {
    /// Whom models are asked through.
    pub router: Router<U>,
    /// Where vectors are kept.
    pub memory: Arc<Memory>,
    /// The models, the preferred one first; none if entries are found by their words only.
    pub embedders: Vec<Embedder>,
}

/// What was found.
#[derive(Debug)]
pub struct Searched {
    /// The entries, the best one first.
    pub hits: Vec<Hit>,
    /// Why they were found by their words only, though what the question means was asked for.
    pub trouble: Option<Box<RouteError>>,
}

/// How much time there is.
#[derive(Debug, Clone, Copy)]
pub struct Time {
    /// When all must be over.
    pub end: Instant,
    /// How long providers may be waited for when all are out.
    pub max_wait: Duration,
}

/// What came of making vectors.
#[derive(Debug, Default)]
pub struct CaughtUp {
    /// Entries that have one now.
    pub made: usize,
    /// Entries whose text is refused by everybody.
    pub refused: usize,
    /// Why it ended early.
    pub trouble: Option<RouteError>,
}

/// What is known of a question's meaning.
#[derive(Debug)]
pub enum Understood {
    /// What it means.
    Yes(Meaning),
    /// Nothing is to be compared with it: no model is set, or it has made no vectors that are of use.
    Unasked,
    /// Nobody could say.
    No(Box<RouteError>),
}

impl<U: Upstream> Meanings<U> {
    /// The entries that fit a question best, by their words and by what it means.
    pub async fn search(&self, query: Query) -> Result<Searched, StoreError> {
        let understood = if query.is_narrow() { Understood::Unasked } else { self.of(&query.text).await? };
        let (meaning, trouble) = match understood {
            Understood::Yes(meaning) => (Some(meaning), None),
            Understood::Unasked => (None, None),
            Understood::No(error) => (None, Some(error)),
        };
        let hits = self.with_memory(move |memory| memory.search_by(&query, meaning.as_ref())).await?;
        Ok(Searched { hits, trouble })
    }

    /// Makes vectors of entries that have none, the newest first: of so many at most, and for so long. A model that has
    /// made many is tried.
    pub async fn catch_up(&self, most: usize, time: Time) -> Result<CaughtUp, StoreError> {
        let mut done = CaughtUp::default();
        let Some(embedder) = self.embedders.first() else { return Ok(done) };
        let end = time.end;
        let mut left = most;
        while left > 0 && done.trouble.is_none() && Instant::now() < end {
            let name = embedder.name.clone();
            let some = self.with_memory(move |memory| memory.unembedded(&name, left.min(MOST_TEXTS))).await?;
            if some.is_empty() {
                break;
            }
            left -= some.len();
            let before = done.made + done.refused;
            self.embed(embedder, some, time, &mut done).await?;
            if done.made + done.refused == before {
                break;
            }
        }
        if done.trouble.is_none() && Instant::now() < end {
            self.try_out(embedder, time).await?;
        }
        Ok(done)
    }

    /// What a question means, by the model whose vectors there are.
    pub async fn of(&self, question: &str) -> Result<Understood, StoreError> {
        if self.embedders.is_empty() || question.trim().is_empty() {
            return Ok(Understood::Unasked);
        }
        let standings = self.with_memory(Memory::embedders).await?;
        let Some((embedder, standing)) = self.in_use(&standings).filter(|(_, it)| it.worth() > 0.0) else {
            return Ok(Understood::Unasked);
        };
        let question = vec![cut(question, embedder.longest()).to_owned()];
        let time = Time { end: Instant::now() + PATIENCE, max_wait: Duration::ZERO };
        Ok(match self.vectors(embedder, question, Purpose::Query, Some(standing.length), time).await {
            Ok(mut vectors) if vectors.len() == 1 => {
                Understood::Yes(Meaning { embedder: embedder.name.clone(), vector: vectors.remove(0) })
            }
            Ok(_) => Understood::Unasked,
            Err(error) => Understood::No(Box::new(error)),
        })
    }

    /// The model that questions are asked of: the first one that has made at least half as many vectors as any, so that
    /// another model takes over when it has got far enough.
    fn in_use<'s>(&self, standings: &'s [Standing]) -> Option<(&Embedder, &'s Standing)> {
        let of = |embedder: &Embedder| standings.iter().find(|standing| standing.name == embedder.name);
        let known = || self.embedders.iter().filter_map(|embedder| Some((embedder, of(embedder)?)));
        let most = known().map(|(_, standing)| standing.vectors).max().filter(|most| *most > 0)?;
        known().find(|(_, standing)| standing.vectors * 2 >= most)
    }

    /// Makes vectors of some entries. Where everybody refuses them together, they are asked for in smaller parts, so that
    /// one bad text keeps no other one back.
    async fn embed(
        &self,
        embedder: &Embedder,
        entries: Vec<Unembedded>,
        time: Time,
        done: &mut CaughtUp,
    ) -> Result<(), StoreError> {
        let mut parts = portions(entries, embedder.longest());
        while let Some((entries, longest, halvings)) = parts.pop() {
            let texts = entries.iter().map(|entry| cut(&entry.text, longest).to_owned()).collect();
            match self.vectors(embedder, texts, Purpose::Document, None, time).await {
                Ok(vectors) => {
                    let (name, made) = (embedder.name.clone(), entries.len());
                    let kept = self.with_memory(move |memory| memory.keep_vectors(&name, entries, &vectors));
                    done.made += if kept.await? { made } else { 0 };
                }
                Err(error) if !is_about_the_texts(&error) => {
                    done.trouble = Some(error);
                    return Ok(());
                }
                Err(_) if entries.len() > 1 => {
                    let mut first = entries;
                    let second = first.split_off(first.len() / 2);
                    parts.extend([(second, longest, 0), (first, longest, 0)]);
                }
                Err(error) if is_too_long(&error) && halvings < MOST_HALVINGS => {
                    parts.push((entries, longest / 2, halvings + 1));
                }
                Err(error) => {
                    let name = embedder.name.clone();
                    let refused = entries.into_iter().next();
                    let known = self.with_memory(move |memory| match refused {
                        Some(entry) => memory.keep_no_vector(&name, entry),
                        None => Ok(true),
                    });
                    if !known.await? {
                        // It has never made one: it is not the text's fault.
                        done.trouble = Some(error);
                        return Ok(());
                    }
                    done.refused += 1;
                }
            }
        }
        Ok(())
    }

    /// Finds out what a model's vectors are worth, if it is time to.
    async fn try_out(&self, embedder: &Embedder, time: Time) -> Result<(), StoreError> {
        let name = embedder.name.clone();
        let Some(trial) = self.with_memory(move |memory| memory.trial(&name)).await? else { return Ok(()) };
        let Trial { questions, answers } = trial.clone();
        let questions = self.many(embedder, questions, Purpose::Query, time).await;
        let answers = self.many(embedder, answers, Purpose::Document, time).await;
        // Without an answer it is tried another time.
        let (Ok(questions), Ok(answers)) = (questions, answers) else { return Ok(()) };
        let (name, weight) = (embedder.name.clone(), trial.weight(&questions, &answers));
        self.with_memory(move |memory| memory.weigh_embedder(&name, Some(weight))).await
    }

    async fn many(
        &self,
        embedder: &Embedder,
        texts: Vec<String>,
        purpose: Purpose,
        time: Time,
    ) -> Result<Vec<Vec<f32>>, RouteError> {
        let mut all = Vec::new();
        for some in texts.chunks(MOST_TEXTS) {
            let some = some.iter().map(|text| cut(text, embedder.longest()).to_owned()).collect();
            all.extend(self.vectors(embedder, some, purpose, None, time).await?);
        }
        Ok(all)
    }

    async fn vectors(
        &self,
        embedder: &Embedder,
        texts: Vec<String>,
        purpose: Purpose,
        length: Option<usize>,
        time: Time,
    ) -> Result<Vec<Vec<f32>>, RouteError> {
        let length = match length {
            Some(length) => Some(length),
            None => self.length(embedder).await,
        };
        let request = EmbedRequest { texts, purpose: Some(purpose), dimensions: None };
        let ask = EmbedAsk {
            id: uuid::Uuid::now_v7().to_string(),
            request: &request,
            route: &embedder.route,
            length,
            deadline: Some(time.end.saturating_duration_since(Instant::now())),
            max_wait: time.max_wait,
        };
        Ok(self.router.embed(&ask).await?.embeddings.vectors)
    }

    /// How long a model's vectors are, if there are any.
    async fn length(&self, embedder: &Embedder) -> Option<usize> {
        let standings = self.with_memory(Memory::embedders).await.ok()?;
        standings.iter().find(|standing| standing.name == embedder.name).map(|standing| standing.length)
    }

    async fn with_memory<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Memory) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let memory = Arc::clone(&self.memory);
        off_thread(move || work(&memory)).await
    }
}

impl Embedder {
    /// The most tokens of a text: the smallest of its windows counts, for any of its providers may be asked.
    fn longest(&self) -> u64 {
        let windows = self.route.stops.iter().map(|stop| stop.model.window.unwrap_or(USUAL_WINDOW));
        windows.min().unwrap_or(USUAL_WINDOW).min(MOST_TOKENS)
    }
}

/// Entries, the most tokens of each that are sent, and how often that was halved.
type Portion = (Vec<Unembedded>, u64, u32);

/// Entries in portions that fit into a request, the last one first.
fn portions(entries: Vec<Unembedded>, longest: u64) -> Vec<Portion> {
    let mut portions: Vec<Portion> = Vec::new();
    let mut bytes = 0;
    for entry in entries {
        let size = cut(&entry.text, longest).len();
        bytes += size;
        match portions.last_mut() {
            Some((some, ..)) if bytes <= MOST_BYTES => some.push(entry),
            _ => {
                bytes = size;
                portions.push((vec![entry], longest, 0));
            }
        }
    }
    portions.reverse();
    portions
}

/// The beginning of a text, of so many tokens at most.
fn cut(text: &str, tokens: u64) -> &str {
    let fits = |end: usize| Tokens::of_text(&text[..end]).most <= tokens;
    let mut end = text.floor_char_boundary(usize::try_from(tokens).unwrap_or(usize::MAX).saturating_mul(8));
    // It gets shorter each time, and what one token has at most is little beside the whole.
    while end > 0 && !fits(end) {
        end = text.floor_char_boundary(end - end / 8 - 1);
    }
    &text[..end]
}

/// Whether a request came to nothing because of what was in it.
fn is_about_the_texts(error: &RouteError) -> bool {
    let about = |class| {
        matches!(class, FailureClass::BadRequest | FailureClass::ContentFilter | FailureClass::ContextLength)
    };
    matches!(error.kind, RouteErrorKind::Exhausted) && last_class(error).is_some_and(about)
}

fn is_too_long(error: &RouteError) -> bool {
    // Many say of a text that is too long only that it is a bad one.
    matches!(last_class(error), Some(FailureClass::ContextLength | FailureClass::BadRequest))
}

fn last_class(error: &RouteError) -> Option<FailureClass> {
    error.attempts.last()?.failure.as_ref().map(|failure| failure.class)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::{prop_assert, proptest};

    proptest! {
        #[test]
        fn a_cut_text_fits_and_is_a_beginning(text in ".{0,400}", tokens in 0u64..60) {
            let short = cut(&text, tokens);
            prop_assert!(text.starts_with(short) && Tokens::of_text(short).most <= tokens.max(Tokens::of_text("").most));
            // What fits is not cut.
            if Tokens::of_text(&text).most <= tokens && text.len() as u64 <= tokens * 8 {
                prop_assert!(short == text);
            }
        }
    }
}
