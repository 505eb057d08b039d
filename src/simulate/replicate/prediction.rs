//! A prediction as it is being made: what it is like at any moment follows from when it was created.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use bytes::Bytes;
use serde_json::{Value, json};

use super::super::Pace;
use super::super::dialect::{Dialect, Kind};
use super::super::fault::Fault;
use super::super::model::{Answer, Tokens};
use super::super::reply::{Content, Refusal, Reply};
use super::super::template::Values;
use super::super::wire::{Chat, Frame, Part};
use super::models;
use super::terms::LONGEST_WAIT;

/// More predictions than this are not kept.
const MOST: usize = 1_000;

/// What is wanted of a prediction that exists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) enum Errand {
    Look(String),
    Follow(String),
    Cancel(String),
}

/// Why a prediction does not come out as it should.
#[derive(Clone, Debug, Default, PartialEq)]
struct Fate {
    /// The error that it fails with, and after how many pieces.
    error: Option<(usize, String)>,
    /// After so many pieces nothing more comes.
    stalls: Option<usize>,
    /// It begins this much later.
    late: Duration,
    /// It succeeds with no output at all.
    bare: bool,
}

/// One prediction.
#[derive(Clone, Debug)]
pub(in super::super) struct Prediction {
    id: String,
    model: String,
    input: Value,
    pieces: Vec<String>,
    tokens: Tokens,
    pace: Pace,
    /// When it was created; `None` for one that is finished from the start.
    begun: Option<Instant>,
    fate: Fate,
    /// What happens to its stream.
    fault: Option<Fault>,
    /// When it is ended by itself, done or not.
    deadline: Option<Instant>,
    /// When somebody ended it.
    canceled: Option<Instant>,
}

/// How far a prediction is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Status {
    Starting,
    Processing,
    Succeeded,
    Failed,
    Canceled,
    /// Ended before it had begun.
    Aborted,
}

impl Status {
    fn is_under_way(self) -> bool {
        matches!(self, Self::Starting | Self::Processing)
    }
}

impl Prediction {
    /// A finished one.
    pub(in super::super) fn made(chat: &Chat, answer: &Answer, facts: &Values) -> Self {
        Self {
            id: facts.write("$id"),
            model: chat.ask.model.clone(),
            input: Value::Null,
            pieces: answer.chunks.clone(),
            tokens: answer.tokens,
            pace: Pace::default(),
            begun: None,
            fate: Fate::default(),
            fault: None,
            deadline: None,
            canceled: None,
        }
    }

    /// One that begins now.
    pub(in super::super) fn begun(mut self, input: Value, pace: Pace, now: Instant) -> Self {
        (self.input, self.pace, self.begun) = (input, pace, Some(now));
        self
    }

    /// One that is ended so long after its beginning.
    pub(in super::super) fn living(mut self, life: Option<Duration>) -> Self {
        self.deadline = self.begun.zip(life).and_then(|(begun, life)| begun.checked_add(life));
        self
    }

    /// With what a fault makes of it; `apart` when its creation does not wait for it.
    pub(in super::super) fn befallen(
        mut self,
        fault: Option<&Fault>,
        apart: bool,
        error: impl Fn(Kind) -> String,
    ) -> Self {
        let after = |count: &u32| usize::try_from(*count).unwrap_or(usize::MAX);
        match fault {
            Some(Fault::Context) => self.fate.error = Some((0, error(Kind::Context))),
            Some(Fault::Filter) => self.fate.error = Some((0, error(Kind::Filter))),
            Some(Fault::Busy) => self.fate.error = Some((0, error(Kind::Busy))),
            Some(Fault::ToolFault) => self.fate.error = Some((0, error(Kind::ToolFault))),
            Some(Fault::Error200) => self.fate.error = Some((0, error(Kind::Server))),
            Some(Fault::Error(count)) => self.fate.error = Some((after(count), error(Kind::Server))),
            Some(Fault::NoChoices) => self.fate.bare = true,
            Some(Fault::Stall { after: count, .. }) if apart => self.fate.stalls = Some(after(count)),
            Some(Fault::Slow(late) | Fault::Keepalive(late)) if apart => self.fate.late = *late,
            _ => {}
        }
        self.fault = fault.filter(|_| apart && self.fate.error.is_none()).cloned();
        self
    }

    /// Whether a fault is part of what becomes of a prediction, and not of the way of its request.
    pub(in super::super) fn suffers(fault: &Fault) -> bool {
        matches!(
            fault,
            Fault::Context
                | Fault::Filter
                | Fault::Busy
                | Fault::ToolFault
                | Fault::Error200
                | Fault::Error(_)
                | Fault::NoChoices
        )
    }

    /// How long until it is as far as it will come.
    pub(in super::super) fn left(&self, now: Instant) -> Duration {
        let count = u32::try_from(self.pieces.len()).unwrap_or(u32::MAX);
        let all = self.fate.late + self.pace.first_token + self.pace.between.saturating_mul(count);
        let left = match self.fate.stalls {
            Some(_) => LONGEST_WAIT,
            None => all.saturating_sub(self.begun.map_or(all, |begun| now.saturating_duration_since(begun))),
        };
        self.deadline.map_or(left, |deadline| left.min(deadline.saturating_duration_since(now)))
    }

    /// How far it is, and how many pieces are there.
    fn standing(&self, now: Instant) -> (Status, usize) {
        let end = self.canceled.or(self.deadline).filter(|end| *end <= now);
        let (status, ready) = self.made_by(end.unwrap_or(now));
        match (status, end) {
            (Status::Starting, Some(_)) if self.canceled.is_none() => (Status::Aborted, ready),
            (Status::Starting | Status::Processing, Some(_)) => (Status::Canceled, ready),
            _ => (status, ready),
        }
    }

    /// The pieces that are there if nobody ends it, and what follows from that.
    fn made_by(&self, now: Instant) -> (Status, usize) {
        let passed = self.begun.map_or(Duration::MAX, |begun| now.saturating_duration_since(begun));
        let mut ready = match passed.checked_sub(self.fate.late + self.pace.first_token) {
            None => 0,
            Some(_) if self.pace.between.is_zero() => self.pieces.len(),
            Some(since) => (since.as_nanos() / self.pace.between.as_nanos() + 1)
                .try_into()
                .map_or(self.pieces.len(), |count: usize| count.min(self.pieces.len())),
        };
        ready = ready.min(self.fate.stalls.unwrap_or(usize::MAX));
        let status = match &self.fate.error {
            Some((after, _)) if ready >= *after => {
                ready = *after;
                Status::Failed
            }
            _ if self.fate.stalls.is_none() && ready == self.pieces.len() => Status::Succeeded,
            _ if ready == 0 => Status::Starting,
            _ => Status::Processing,
        };
        (status, ready.min(self.pieces.len()))
    }

    /// What a look at it shows, once it is finished.
    pub(super) fn state(&self, dialect: &Dialect) -> Value {
        self.state_at(Instant::now(), "", dialect)
    }

    /// What a look at it shows.
    fn state_at(&self, now: Instant, base_url: &str, dialect: &Dialect) -> Value {
        self.state_of(self.standing(now), base_url, dialect)
    }

    /// What its creation shows to whoever has waited for it: another status when that was not long enough.
    pub(in super::super) fn waited_for(&self, now: Instant, base_url: &str, dialect: &Dialect) -> Reply {
        let status = if self.standing(now).0.is_under_way() { 202 } else { 201 };
        Reply::json(status, &self.state_at(now, base_url, dialect))
    }

    /// What its creation shows to whoever does not wait: the beginning, however soon it is over.
    pub(in super::super) fn beginning(&self, base_url: &str, dialect: &Dialect) -> Value {
        self.state_of((Status::Starting, 0), base_url, dialect)
    }

    fn state_of(&self, (status, ready): (Status, usize), base_url: &str, dialect: &Dialect) -> Value {
        let word = match status {
            Status::Starting => "starting",
            Status::Processing => "processing",
            Status::Succeeded => "succeeded",
            Status::Failed => "failed",
            Status::Canceled => "canceled",
            Status::Aborted => "aborted",
        };
        let output = if self.fate.bare || ready == 0 { Value::Null } else { json!(self.pieces[..ready]) };
        let error = self.fate.error.as_ref().filter(|_| status == Status::Failed).map(|(_, error)| error);
        let mut values = Values::default()
            .with("id", self.id.as_str())
            .with("model", self.model.as_str())
            .with("version", models::version(dialect, &self.model).unwrap_or("hidden"))
            .with("input", self.input.clone())
            .with("status", word)
            .with("output", output)
            .with("base", base_url)
            .with_some("error", error.map(String::as_str))
            .with("time", jiff::Timestamp::now().to_string());
        if !status.is_under_way() {
            values.set("ended", jiff::Timestamp::now().to_string());
        }
        if status == Status::Succeeded {
            values.set("prompt", self.tokens.prompt);
            values.set("completion", self.tokens.output);
        }
        values.fill(
            dialect
                .shape(if status == Status::Succeeded { "succeeded" } else { "whole" })
                .unwrap_or(&Value::Null),
        )
    }

    /// Its stream, and what happens to that on its way.
    fn stream(&self, now: Instant) -> (Reply, Option<Fault>) {
        let mut reply = Reply::json(200, &Value::Null);
        if matches!(self.standing(now).0, Status::Canceled | Status::Aborted) {
            reply.content = Content::Stream(vec![ended()]);
            return (reply, None);
        }
        reply.content = Content::Stream(self.events());
        let unfinished = |deadline: &Instant| self.made_by(*deadline).0.is_under_way();
        reply.ended = self
            .deadline
            .filter(unfinished)
            .map(|deadline| (deadline.saturating_duration_since(now), ended()));
        (reply, self.fault.clone())
    }

    /// The events of its stream if nobody ends it.
    fn events(&self) -> Vec<Frame> {
        match &self.fate.error {
            Some((after, error)) => {
                let mut frames = frames(&self.pieces[..(*after).min(self.pieces.len())]);
                frames.pop();
                frames.extend(error_frames(error));
                frames
            }
            None if self.fate.bare => frames(&[]),
            None => frames(&self.pieces),
        }
    }
}

/// The events of a prediction that succeeds.
pub(super) fn frames(pieces: &[String]) -> Vec<Frame> {
    let piece = |(at, piece): (usize, &String)| {
        let data: Vec<_> = piece.split('\n').map(|line| format!("data: {line}\n")).collect();
        let text = format!("event: output\nid: {}:0\n{}\n", 1_790_000_000 + at, data.concat());
        Frame { part: Part::Content, bytes: Bytes::from(text) }
    };
    let logs = Bytes::from_static(b"event: logs\nid: 1789999999:0\ndata: Using seed: 7\n\n");
    let logs = Frame { part: Part::Opening, bytes: logs };
    [logs].into_iter().chain(pieces.iter().enumerate().map(piece)).chain([done("{}")]).collect()
}

/// The events with which a prediction fails.
pub(super) fn error_frames(message: &str) -> Vec<Frame> {
    let data = json!({"detail": message});
    let error = Bytes::from(format!("event: error\nid: 1790009998:0\ndata: {data}\n\n"));
    vec![Frame { part: Part::Error, bytes: error }, done(r#"{"reason":"error"}"#)]
}

/// The end of a stream whose prediction was ended.
fn ended() -> Frame {
    done(r#"{"reason":"canceled"}"#)
}

fn done(data: &str) -> Frame {
    Frame { part: Part::Done, bytes: Bytes::from(format!("event: done\nid: 1790009999:0\ndata: {data}\n\n")) }
}

/// The predictions that a stand-in remembers, the newest last.
#[derive(Debug, Default)]
pub(in super::super) struct Predictions(VecDeque<Prediction>);

impl Predictions {
    pub(in super::super) fn add(&mut self, prediction: Prediction) {
        if self.0.len() >= MOST {
            self.0.pop_front();
        }
        self.0.push_back(prediction);
    }

    /// Runs an errand; what happens to the reply on its way comes with it.
    pub(in super::super) fn run(
        &mut self,
        errand: &Errand,
        now: Instant,
        base_url: &str,
        dialect: &Dialect,
    ) -> Result<(Reply, Option<Fault>), Refusal> {
        let (Errand::Look(id) | Errand::Follow(id) | Errand::Cancel(id)) = errand;
        let found = self.0.iter_mut().find(|prediction| prediction.id == *id);
        let prediction = found.ok_or_else(|| Refusal::new(Kind::NoPath))?;
        if let Errand::Follow(_) = errand {
            return Ok(prediction.stream(now));
        }
        if matches!(errand, Errand::Cancel(_)) && prediction.standing(now).0.is_under_way() {
            prediction.canceled = Some(now);
        }
        Ok((Reply::json(200, &prediction.state_at(now, base_url, dialect)), None))
    }
}
