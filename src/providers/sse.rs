//! Server-sent events, decoded as the bytes arrive.
//!
//! The grammar is the HTML standard's: lines end in LF, CRLF or CR; `:` begins a comment; `data` lines of one event
//! are joined with LF; an event is complete at a blank line only, so a connection that dies inside an event yields
//! nothing of it. Ours differs from general parsers in two ways: an event has a hard size limit (what comes from the
//! network must not grow without end), and the common case, one `data` line, is handed out without a copy.

use memchr::memchr2;

/// The largest event that is accepted, in bytes. A whole answer with an inlined image stays below it.
const MAX_EVENT: usize = 16 << 20;

/// One event. It borrows from the decoder, so it must be used before the next call.
#[derive(Debug, PartialEq, Eq)]
pub struct SseEvent<'a> {
    /// The event's type; `message` is what the standard says when there was none, empty here.
    pub name: &'a str,
    /// The data lines, joined.
    pub data: &'a [u8],
}

/// The stream is not one of events that we accept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an event of the stream is larger than {} MiB", MAX_EVENT >> 20)]
pub struct EventTooLarge;

/// Cuts a byte stream into events.
#[derive(Debug, Default)]
pub struct SseDecoder {
    buffer: Vec<u8>,
    /// Where the event that is being read begins in `buffer`: everything before it was handed out.
    event_start: usize,
    /// Where the next line begins.
    line_start: usize,
    /// Up to where the buffer was searched for a line end.
    searched: usize,
    data: Data,
    joined: Vec<u8>,
    name: String,
    /// The last line ended in CR: an LF right after it belongs to that line end.
    after_cr: bool,
    past_bom: bool,
    /// The last call returned an event, which still borrows its name.
    handed_out: bool,
}

/// The data of the event that is being read.
#[derive(Debug, Default, Clone, Copy, PartialEq)]
enum Data {
    #[default]
    None,
    /// One line, still in the buffer.
    Line { start: usize, end: usize },
    /// Several lines, in `joined`.
    Joined,
}

impl SseDecoder {
    /// Adds bytes as they came from the network.
    pub fn push(&mut self, bytes: &[u8]) {
        if self.event_start > 0 {
            let gone = self.event_start;
            self.buffer.drain(..gone);
            self.event_start = 0;
            self.line_start -= gone;
            self.searched -= gone;
            if let Data::Line { start, end } = &mut self.data {
                *start -= gone;
                *end -= gone;
            }
        }
        self.buffer.extend_from_slice(bytes);
    }

    /// The next complete event, or `None` until more bytes come.
    pub fn next_event(&mut self) -> Result<Option<SseEvent<'_>>, EventTooLarge> {
        if !self.skip_bom() {
            return Ok(None);
        }
        if std::mem::take(&mut self.handed_out) {
            self.name.clear();
        }
        while let Some((start, end)) = self.next_line() {
            if start < end {
                self.field(start, end);
                continue;
            }
            self.event_start = self.line_start;
            self.handed_out = self.data != Data::None;
            match std::mem::take(&mut self.data) {
                Data::None => self.name.clear(),
                Data::Line { start, end } => {
                    return Ok(Some(SseEvent { name: &self.name, data: &self.buffer[start..end] }));
                }
                Data::Joined => {
                    return Ok(Some(SseEvent { name: &self.name, data: &self.joined }));
                }
            }
        }
        if self.buffer.len() - self.event_start > MAX_EVENT || self.joined.len() > MAX_EVENT {
            return Err(EventTooLarge);
        }
        Ok(None)
    }

    /// A byte order mark may stand at the very beginning. False while that cannot be told yet.
    fn skip_bom(&mut self) -> bool {
        const BOM: &[u8] = b"\xef\xbb\xbf";
        if self.past_bom {
            return true;
        }
        let head = &self.buffer[..self.buffer.len().min(BOM.len())];
        if head.len() < BOM.len() && BOM.starts_with(head) {
            return false;
        }
        if head == BOM {
            self.event_start = BOM.len();
            self.line_start = BOM.len();
            self.searched = BOM.len();
        }
        self.past_bom = true;
        true
    }

    /// The bounds of the next complete line without its end.
    fn next_line(&mut self) -> Option<(usize, usize)> {
        if self.after_cr && self.line_start < self.buffer.len() {
            if self.buffer[self.line_start] == b'\n' {
                self.line_start += 1;
                self.searched = self.searched.max(self.line_start);
                if self.data == Data::None {
                    self.event_start = self.line_start;
                }
            }
            self.after_cr = false;
        }
        let Some(offset) = memchr2(b'\n', b'\r', &self.buffer[self.searched..]) else {
            self.searched = self.buffer.len();
            return None;
        };
        let (start, end) = (self.line_start, self.searched + offset);
        self.after_cr = self.buffer[end] == b'\r';
        self.line_start = end + 1;
        self.searched = self.line_start;
        Some((start, end))
    }

    /// Takes in one line that is not blank.
    fn field(&mut self, start: usize, end: usize) {
        let line = &self.buffer[start..end];
        let colon = memchr::memchr(b':', line).unwrap_or(line.len());
        let mut value = (colon + 1).min(line.len());
        if line.get(value) == Some(&b' ') {
            value += 1;
        }
        match &line[..colon] {
            b"data" => self.add_data(start + value, end),
            b"event" => {
                self.name.clear();
                self.name.push_str(&String::from_utf8_lossy(&line[value..]));
            }
            // Comments (an empty name), `id`, `retry` and whatever else there may be.
            _ => {}
        }
    }

    fn add_data(&mut self, start: usize, end: usize) {
        match self.data {
            Data::None => self.data = Data::Line { start, end },
            Data::Line { start: first_start, end: first_end } => {
                self.joined.clear();
                self.joined.extend_from_slice(&self.buffer[first_start..first_end]);
                self.join(start, end);
            }
            Data::Joined => self.join(start, end),
        }
    }

    fn join(&mut self, start: usize, end: usize) {
        self.joined.push(b'\n');
        self.joined.extend_from_slice(&self.buffer[start..end]);
        self.data = Data::Joined;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn events(pieces: &[&[u8]]) -> Vec<(String, String)> {
        let mut decoder = SseDecoder::default();
        let mut events = Vec::new();
        for piece in pieces {
            decoder.push(piece);
            while let Some(event) = decoder.next_event().unwrap() {
                events.push((event.name.to_owned(), String::from_utf8_lossy(event.data).into_owned()));
            }
        }
        events
    }

    fn unnamed(data: &[&str]) -> Vec<(String, String)> {
        data.iter().map(|data| (String::new(), (*data).to_owned())).collect()
    }

    #[test]
    fn reads_every_line_end_and_an_optional_space() {
        assert_eq!(events(&[b"data: a\n\ndata:b\r\n\r\ndata: c\r\r"]), unnamed(&["a", "b", "c"]));
        assert_eq!(events(&[b"\xef\xbb\xbfdata: a\r\rdata: b\r\r"]), unnamed(&["a", "b"]));
        // Only the first space is cut.
        assert_eq!(events(&[b"data:  a\n\n"]), unnamed(&[" a"]));
    }

    #[test]
    fn joins_lines_and_keeps_names() {
        assert_eq!(
            events(&[b": hello\nevent: error\ndata: 1\ndata: 2\nretry: 3\n\ndata: x\n\n"]),
            vec![("error".into(), "1\n2".into()), (String::new(), "x".into())]
        );
        assert_eq!(events(&[b"event: ping\n\ndata\n\n"]), unnamed(&[""]));
    }

    #[test]
    fn an_unfinished_event_is_never_handed_out() {
        let mut decoder = SseDecoder::default();
        decoder.push(b"data: a\n\ndata: half");
        assert!(decoder.next_event().unwrap().is_some());
        assert!(decoder.next_event().unwrap().is_none());
    }

    #[test]
    fn an_endless_event_is_refused() {
        let mut decoder = SseDecoder::default();
        decoder.push(b"data: ");
        for _ in 0..=(MAX_EVENT >> 20) {
            decoder.push(&vec![b'x'; 1 << 20]);
        }
        assert_eq!(decoder.next_event(), Err(EventTooLarge));
        // The same when it comes as many short lines.
        let mut decoder = SseDecoder::default();
        let mut refused = false;
        for _ in 0..(MAX_EVENT >> 10) {
            decoder.push(&b"data: x\n".repeat(256));
            refused |= decoder.next_event().is_err();
        }
        assert!(refused);
    }

    proptest! {
        #[test]
        fn any_split_gives_the_same_events(
            text in "(data: ?[a-z]{0,3}|event: e|: c|id: 1|\u{feff}|é|\r|\n|\r\n|\n\n|\r\n\r\n){0,40}",
            cuts in proptest::collection::vec(0usize..200, 0..12),
        ) {
            let bytes = text.as_bytes();
            let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(bytes.len())).collect();
            cuts.extend([0, bytes.len()]);
            cuts.sort_unstable();
            let pieces: Vec<&[u8]> = cuts.windows(2).map(|pair| &bytes[pair[0]..pair[1]]).collect();
            prop_assert_eq!(events(&pieces), events(&[bytes]));
        }
    }
}
