//! How an answer leaves: paced, and with the faults that happen on the way.
//!
//! A script of steps is made first, purely; a body then plays it. So what a fault does to a stream can
//! be read, and tested, without a socket.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use futures_util::stream;

use super::Pace;
use super::fault::Fault;
use super::shared::Visit;
use super::stand::Line;
use super::wire::{Frame, Part};

/// Time for bytes that were sent to reach the client before the connection breaks.
const LINGER: Duration = Duration::from_millis(5);

/// Bytes that mean nothing: not text, not JSON, not an event.
const GARBAGE: &[u8] = b"\xff\xfe\x00\x9d\xc3\x28garbage\x07\xf0\x28\x8c\xbc\x1b[0m\x80\x81";

/// One thing that happens to a body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Send(Bytes),
    Wait(Duration),
    /// Nothing more, for ever.
    Silence,
    /// The connection closes with the body unfinished.
    Cut,
    /// The connection is reset.
    Reset,
}

/// What the faults in the middle of a stream are made of.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mishaps<'a> {
    /// The error that a stream ends with.
    pub(super) errors: &'a [Frame],
    /// An event that cannot be read.
    pub(super) unreadable: &'static [u8],
    /// What is sent while there is nothing to say.
    pub(super) keepalive: &'static [u8],
}

/// The steps of a stream.
pub(super) fn stream_script(
    frames: Vec<Frame>,
    fault: Option<&Fault>,
    mishaps: Mishaps<'_>,
    pace: Pace,
) -> Vec<Step> {
    let mut steps = match fault {
        Some(Fault::Empty) => return Vec::new(),
        Some(Fault::Garbage) => return vec![garbage()],
        Some(Fault::Error200) => return sent(mishaps.errors),
        Some(Fault::Slow(time)) => vec![Step::Wait(*time)],
        Some(Fault::Keepalive(time)) => keepalive(*time, mishaps.keepalive),
        _ => Vec::new(),
    };
    let last = fault.and_then(|fault| ending(fault, mishaps.errors));
    let mut broken_line = match fault {
        Some(Fault::Malformed(chunk)) => Some((*chunk).max(1)),
        _ => None,
    };
    let unterminated = matches!(fault, Some(Fault::NoDone | Fault::DoneOpen));
    let (mut contents, mut tokens) = (0, 0);
    for frame in frames {
        let ends = matches!(frame.part, Part::Finish | Part::Usage | Part::Done);
        let content = frame.part == Part::Content;
        if let Some((after, ending)) = &last
            && (ends || (content && contents == *after))
        {
            steps.extend(ending.iter().cloned());
            return steps;
        }
        if broken_line.is_some_and(|chunk| ends || (content && contents + 1 == chunk)) {
            broken_line = None;
            steps.push(Step::Send(Bytes::from_static(mishaps.unreadable)));
        }
        if frame.part == Part::Done && unterminated {
            continue;
        }
        contents += u32::from(content);
        if matches!(frame.part, Part::Content | Part::Thought) {
            let pause = if tokens == 0 { pace.first_token } else { pace.between };
            tokens += 1;
            steps.extend((!pause.is_zero()).then_some(Step::Wait(pause)));
        }
        steps.push(Step::Send(frame.bytes));
    }
    if fault == Some(&Fault::DoneOpen) {
        steps.push(Step::Silence);
    }
    steps
}

/// The same steps, but if they go on for so long, they are ended with these bytes.
pub(super) fn ended(steps: Vec<Step>, within: Duration, last: Bytes) -> Vec<Step> {
    let (mut kept, mut left) = (Vec::with_capacity(steps.len()), within);
    for step in steps {
        if let Step::Wait(time) = step {
            if time >= left {
                kept.extend([Step::Wait(left), Step::Send(last)]);
                return kept;
            }
            left -= time;
        }
        kept.push(step);
    }
    kept
}

/// The same steps as one JSON list: its items are what the events carried.
pub(super) fn listed(steps: Vec<Step>, fault: Option<&Fault>) -> Vec<Step> {
    let unfinished = matches!(
        fault,
        Some(Fault::Empty | Fault::Garbage | Fault::Eof(_) | Fault::NoDone | Fault::DoneOpen)
    );
    let breaks = steps.iter().any(|step| matches!(step, Step::Cut | Step::Reset));
    let mut opened = false;
    let mut item = |step| match step {
        Step::Send(bytes) => match bytes.strip_prefix(b"data: ") {
            Some(data) => {
                let before: &[u8] = if std::mem::replace(&mut opened, true) { b",\r\n" } else { b"[" };
                Step::Send([before, data.trim_ascii_end()].concat().into())
            }
            None if bytes.starts_with(b":") => Step::Send(Bytes::from_static(b"\r\n")),
            None => Step::Send(bytes),
        },
        other => other,
    };
    let mut steps: Vec<_> = steps.into_iter().map(&mut item).collect();
    if !unfinished && !breaks {
        steps.push(Step::Send(Bytes::from_static(b"\r\n]")));
    }
    steps
}

/// After how many content chunks a fault ends the stream, and how.
fn ending(fault: &Fault, errors: &[Frame]) -> Option<(u32, Vec<Step>)> {
    match fault {
        Fault::Stall { after, hold } => Some((*after, vec![Step::Wait(*hold), Step::Cut])),
        Fault::Cut(after) => Some((*after, vec![Step::Cut])),
        Fault::Eof(after) => Some((*after, Vec::new())),
        Fault::ResetAfter(after) => Some((*after, vec![Step::Reset])),
        Fault::Error(after) => Some((*after, sent(errors))),
        _ => None,
    }
}

fn sent(frames: &[Frame]) -> Vec<Step> {
    frames.iter().map(|frame| Step::Send(frame.bytes.clone())).collect()
}

fn garbage() -> Step {
    Step::Send(Bytes::from_static(GARBAGE))
}

/// Comments for so long, often enough that no client takes them for silence.
fn keepalive(time: Duration, comment: &'static [u8]) -> Vec<Step> {
    let every = (time / 10).clamp(Duration::from_millis(10), Duration::from_secs(1));
    let mut steps = Vec::new();
    let mut left = time;
    while !left.is_zero() {
        let pause = left.min(every);
        steps.push(Step::Send(Bytes::from_static(comment)));
        steps.push(Step::Wait(pause));
        left = left.saturating_sub(pause);
    }
    steps
}

/// The steps of a body in one piece, and the length that is promised for it.
pub(super) fn whole_script(text: &str, fault: Option<&Fault>) -> (Option<usize>, Vec<Step>) {
    let bytes = Bytes::copy_from_slice(text.as_bytes());
    let half = Step::Send(bytes.slice(..bytes.len() / 2));
    let promised = Some(bytes.len());
    match fault {
        Some(Fault::Empty) => (Some(0), Vec::new()),
        Some(Fault::Garbage) => (Some(GARBAGE.len()), vec![garbage()]),
        Some(Fault::Malformed(_)) => (Some(bytes.len() / 2), vec![half]),
        Some(Fault::Stall { hold, .. }) => (promised, vec![half, Step::Wait(*hold), Step::Cut]),
        Some(Fault::Cut(_) | Fault::Eof(_)) => (promised, vec![half, Step::Cut]),
        Some(Fault::ResetAfter(_)) => (promised, vec![half, Step::Reset]),
        Some(Fault::Keepalive(time)) => {
            let mut steps = keepalive(*time, b"\n");
            steps.push(Step::Send(bytes));
            (None, steps)
        }
        _ => (promised, vec![Step::Send(bytes)]),
    }
}

/// A body that plays the script.
pub(super) fn play(steps: Vec<Step>, line: Arc<Line>, visit: Visit) -> Body {
    let player = Player { steps: steps.into_iter(), line, visit };
    Body::from_stream(stream::unfold(player, Player::next))
}

struct Player {
    steps: std::vec::IntoIter<Step>,
    line: Arc<Line>,
    visit: Visit,
}

impl Player {
    async fn next(mut self) -> Option<(io::Result<Bytes>, Self)> {
        loop {
            match self.steps.next() {
                Some(Step::Send(bytes)) => return Some((Ok(bytes), self)),
                Some(Step::Wait(time)) => tokio::time::sleep(time).await,
                Some(Step::Silence) => std::future::pending::<()>().await,
                Some(Step::Cut) => {
                    // A short sleep may be over before it is first looked at; this one surely lets the server flush.
                    tokio::task::yield_now().await;
                    tokio::time::sleep(LINGER).await;
                    self.visit.over();
                    return Some((Err(io::ErrorKind::ConnectionAborted.into()), self));
                }
                Some(Step::Reset) => {
                    // A short sleep may be over before it is first looked at; this one surely lets the server flush.
                    tokio::task::yield_now().await;
                    tokio::time::sleep(LINGER).await;
                    self.visit.over();
                    self.line.reset();
                    std::future::pending::<()>().await;
                }
                None => {
                    self.visit.over();
                    return None;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn frame(part: Part, text: &'static str) -> Frame {
        Frame { part, bytes: Bytes::from_static(text.as_bytes()) }
    }

    fn mishaps(errors: &[Frame]) -> Mishaps<'_> {
        Mishaps { errors, unreadable: b"broken", keepalive: b": alive" }
    }

    #[test]
    fn a_list_has_the_events_for_items() {
        let send = |text: &'static str| Step::Send(Bytes::from_static(text.as_bytes()));
        let said = |steps: Vec<Step>| -> String {
            let texts = steps.iter().map(|step| match step {
                Step::Send(bytes) => String::from_utf8_lossy(bytes).into_owned(),
                other => shown(other),
            });
            texts.collect()
        };
        let steps = vec![send(": hm\n\n"), send("data: 1\r\n\r\n"), send("data: 2\r\n\r\n")];
        assert_eq!(said(listed(steps.clone(), None)), "\r\n[1,\r\n2\r\n]");
        assert_eq!(said(listed(steps, Some(&Fault::Eof(2)))), "\r\n[1,\r\n2");
        assert_eq!(said(listed(vec![send("data: 1"), Step::Cut], None)), "[1!");
    }

    fn script(fault: &str) -> String {
        let frames = vec![
            frame(Part::Opening, "o"),
            frame(Part::Content, "a"),
            frame(Part::Content, "b"),
            frame(Part::Finish, "f"),
            frame(Part::Done, "d"),
        ];
        let fault = (!fault.is_empty()).then(|| fault.parse().unwrap());
        let steps =
            stream_script(frames, fault.as_ref(), mishaps(&[frame(Part::Error, "E")]), Pace::default());
        steps.iter().map(shown).collect()
    }

    fn shown(step: &Step) -> String {
        match step {
            Step::Send(bytes) if bytes.len() > 1 => "?".to_owned(),
            Step::Send(bytes) => String::from_utf8_lossy(bytes).into_owned(),
            Step::Wait(time) => format!("({})", time.as_millis()),
            Step::Silence => "…".to_owned(),
            Step::Cut => "!".to_owned(),
            Step::Reset => "#".to_owned(),
        }
    }

    #[test]
    fn each_fault_does_its_own_to_a_stream() {
        let cases = [
            ("", "oabfd"),
            ("cut:0", "o!"),
            ("cut:1", "oa!"),
            ("cut:9", "oab!"),
            ("eof:1", "oa"),
            ("reset:2", "oab#"),
            ("error:0", "oE"),
            ("error:1", "oaE"),
            ("stall:1:2s", "oa(2000)!"),
            ("malformed:2", "oa?bfd"),
            ("malformed:9", "oab?fd"),
            ("no_done", "oabf"),
            ("done_open", "oabf…"),
            ("empty", ""),
            ("garbage", "?"),
            ("error200", "E"),
            ("slow:1s", "(1000)oabfd"),
            ("keepalive:20ms", "?(10)?(10)oabfd"),
        ];
        for (fault, expected) in cases {
            assert_eq!(script(fault), expected, "{fault}");
        }
    }

    #[test]
    fn tokens_are_paced() {
        let frames = vec![frame(Part::Thought, "t"), frame(Part::Content, "a"), frame(Part::Finish, "f")];
        let pace = Pace { first_token: 2 * SECOND, between: SECOND };
        let steps = stream_script(frames, None, mishaps(&[]), pace);
        assert_eq!(steps.iter().map(shown).collect::<String>(), "(2000)t(1000)af");
    }

    #[test]
    fn a_stream_that_goes_on_too_long_is_ended() {
        let send = |text: &'static str| Step::Send(Bytes::from_static(text.as_bytes()));
        let steps = vec![Step::Wait(SECOND), send("a"), Step::Wait(2 * SECOND), send("b")];
        let ended = |seconds: u32| -> String {
            let steps = super::ended(steps.clone(), SECOND * seconds, Bytes::from_static(b"e"));
            steps.iter().map(shown).collect()
        };
        assert_eq!([ended(0), ended(1)], ["(0)e", "(1000)e"]);
        assert_eq!([ended(2), ended(4)], ["(1000)a(1000)e", "(1000)a(2000)b"]);
    }

    #[test]
    fn a_whole_body_promises_more_than_a_cut_one_sends() {
        let (length, steps) = whole_script("12345678", Some(&Fault::Cut(3)));
        assert_eq!(length, Some(8));
        assert_eq!(steps, [Step::Send(Bytes::from_static(b"1234")), Step::Cut]);
        assert_eq!(whole_script("12", None).0, Some(2));
    }
}
