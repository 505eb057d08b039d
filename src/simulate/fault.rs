//! The faults a stand-in can be told to have, and their text form.
//!
//! One grammar serves the command line, the control endpoint, the request header and the tests:
//! `NAME[:ARG[:ARG]][@MODEL][*N]`. It parses and prints without loss, so that what a stand-in reports about
//! itself can be fed back to it.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// How long `stall` holds a silent connection open when it is not told.
const STALL_HOLD: Duration = Duration::from_mins(2);

/// One way in which a provider can let its client down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// An error status in the provider's own wording; the hint is Retry-After in seconds.
    Status {
        /// The HTTP status, 400 to 599.
        code: u16,
        /// Seconds after which a retry is invited; `None` sends no hint at all.
        retry_after: Option<u32>,
    },
    /// Out of credit.
    Quota,
    /// The day's allowance is used up; the reset is hours away.
    Daily,
    /// The provider itself has no capacity.
    Busy,
    /// The prompt does not fit the model's window.
    Context,
    /// The content filter refuses the prompt.
    Filter,
    /// The named request field is refused, while the request carries it.
    Unsupported(String),
    /// The model produced a bad tool call.
    ToolFault,
    /// Accepts the request and never answers.
    Hang,
    /// Headers at once, the first token after this long.
    Slow(Duration),
    /// Falls silent after so many content chunks and closes after `hold`.
    Stall {
        /// Content chunks sent before the silence.
        after: u32,
        /// How long the silent connection stays open.
        hold: Duration,
    },
    /// The connection closes in the middle of the body after so many content chunks.
    Cut(u32),
    /// The body ends properly after so many content chunks, but the answer is not whole.
    Eof(u32),
    /// An error event inside the stream after so many content chunks.
    Error(u32),
    /// A line of invalid JSON before this content chunk (counted from one).
    Malformed(u32),
    /// A whole answer without its terminator.
    NoDone,
    /// A whole answer without its terminator on a connection that stays open.
    DoneOpen,
    /// Status 200 with bytes that mean nothing.
    Garbage,
    /// Status 200 with nothing in it.
    Empty,
    /// Status 200 with an empty list of choices.
    NoChoices,
    /// An HTML page with this status.
    Html(u16),
    /// Status 200 with an error in the body.
    Error200,
    /// The connection is reset before the first byte.
    Reset,
    /// The connection is reset after so many content chunks.
    ResetAfter(u32),
    /// 503 for this long from the first request that meets it.
    Down(Duration),
    /// Comment lines for this long, then the answer.
    Keepalive(Duration),
}

/// A fault and the requests that it applies to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FaultSpec {
    /// What goes wrong.
    pub fault: Fault,
    /// With which model; `None` means with all of them.
    pub model: Option<String>,
    /// For how many requests; `None` means for ever.
    pub times: Option<u32>,
}

impl From<Fault> for FaultSpec {
    fn from(fault: Fault) -> Self {
        Self { fault, model: None, times: None }
    }
}

/// A text that is not a fault.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseFaultError {
    /// No fault has this name.
    #[error("unknown fault `{0}`")]
    Name(String),
    /// The argument is missing, superfluous or not of the right kind.
    #[error("fault `{name}` {needs}")]
    Argument {
        /// The fault's name.
        name: String,
        /// What the fault wants.
        needs: &'static str,
    },
    /// What follows `*` is not a positive number.
    #[error("`*{0}` is not a number of requests")]
    Times(String),
    /// Nothing follows `@`.
    #[error("`@` needs the name of a model")]
    Model,
}

impl FromStr for FaultSpec {
    type Err = ParseFaultError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        let (fault, times) = match text.rsplit_once('*') {
            Some((fault, count)) => match count.parse() {
                Ok(times) if times > 0 => (fault, Some(times)),
                Ok(_) | Err(_) => return Err(ParseFaultError::Times(count.to_owned())),
            },
            None => (text, None),
        };
        let (fault, model) = match fault.split_once('@') {
            Some((_, "")) => return Err(ParseFaultError::Model),
            Some((fault, model)) => (fault, Some(model.to_owned())),
            None => (fault, None),
        };
        Ok(Self { fault: fault.parse()?, model, times })
    }
}

impl FromStr for Fault {
    type Err = ParseFaultError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut parts = text.splitn(2, ':');
        let words = Words { name: parts.next().unwrap_or_default().trim(), rest: parts.next() };
        if let Some(plain) = Self::plain(words.name) {
            return words.nothing(plain);
        }
        match words.name {
            "unsupported" => words.text().map(Self::Unsupported),
            "slow" => words.duration().map(Self::Slow),
            "down" => words.duration().map(Self::Down),
            "keepalive" => words.duration().map(Self::Keepalive),
            "stall" => words.stall(),
            "cut" => words.count().map(Self::Cut),
            "eof" => words.count().map(Self::Eof),
            "error" => words.count().map(Self::Error),
            "malformed" => words.count().map(Self::Malformed),
            "html" if words.rest.is_none() => Ok(Self::Html(200)),
            "html" => words.status(words.rest.unwrap_or_default()).map(Self::Html),
            "reset" if words.rest.is_none() => Ok(Self::Reset),
            "reset" => words.count().map(Self::ResetAfter),
            name if name.starts_with(|c: char| c.is_ascii_digit()) => words.refusal(),
            name => Err(ParseFaultError::Name(name.to_owned())),
        }
    }
}

impl Fault {
    /// The faults without an argument.
    const PLAIN: [(&'static str, Self); 12] = [
        ("quota", Self::Quota),
        ("daily", Self::Daily),
        ("busy", Self::Busy),
        ("context", Self::Context),
        ("filter", Self::Filter),
        ("tool_fault", Self::ToolFault),
        ("hang", Self::Hang),
        ("no_done", Self::NoDone),
        ("done_open", Self::DoneOpen),
        ("garbage", Self::Garbage),
        ("empty", Self::Empty),
        ("no_choices", Self::NoChoices),
    ];

    fn plain(name: &str) -> Option<Self> {
        if name == "error200" {
            return Some(Self::Error200);
        }
        Self::PLAIN.iter().find(|(plain, _)| *plain == name).map(|(_, fault)| fault.clone())
    }

    fn plain_name(&self) -> &'static str {
        Self::PLAIN.iter().find(|(_, fault)| fault == self).map_or("error200", |(name, _)| name)
    }
}

/// A fault's name and what stands after its first colon.
#[derive(Clone, Copy)]
struct Words<'a> {
    name: &'a str,
    rest: Option<&'a str>,
}

impl Words<'_> {
    fn wants(&self, needs: &'static str) -> ParseFaultError {
        ParseFaultError::Argument { name: self.name.to_owned(), needs }
    }

    fn nothing(&self, fault: Fault) -> Result<Fault, ParseFaultError> {
        if self.rest.is_some() { Err(self.wants("takes no argument")) } else { Ok(fault) }
    }

    fn text(&self) -> Result<String, ParseFaultError> {
        match self.rest.map(str::trim) {
            Some(text) if !text.is_empty() => Ok(text.to_owned()),
            Some(_) | None => Err(self.wants("needs the name of a request field")),
        }
    }

    fn count(&self) -> Result<u32, ParseFaultError> {
        let count = self.rest.and_then(|rest| rest.parse().ok());
        count.ok_or_else(|| self.wants("needs a number of content chunks"))
    }

    fn duration(&self) -> Result<Duration, ParseFaultError> {
        let duration = self.rest.and_then(duration);
        duration.ok_or_else(|| self.wants("needs a duration such as 500ms, 2s or 1m"))
    }

    fn status(&self, text: &str) -> Result<u16, ParseFaultError> {
        match text.parse() {
            Ok(code @ (200 | 400..=599)) => Ok(code),
            Ok(_) | Err(_) => Err(self.wants("needs a status from 400 to 599")),
        }
    }

    fn stall(&self) -> Result<Fault, ParseFaultError> {
        let needs = || self.wants("needs a number of content chunks and perhaps a duration");
        let mut parts = self.rest.ok_or_else(needs)?.splitn(2, ':');
        let after = parts.next().and_then(|count| count.parse().ok()).ok_or_else(needs)?;
        let hold = match parts.next() {
            Some(text) => duration(text).ok_or_else(needs)?,
            None => STALL_HOLD,
        };
        Ok(Fault::Stall { after, hold })
    }

    fn refusal(&self) -> Result<Fault, ParseFaultError> {
        let Ok(code @ 400..=599) = self.name.parse() else {
            return Err(self.wants("is not a status from 400 to 599"));
        };
        let retry_after = match self.rest {
            Some(text) => Some(text.parse().map_err(|_| self.wants("takes a number of seconds"))?),
            None => None,
        };
        Ok(Fault::Status { code, retry_after })
    }
}

/// Reads `500ms`, `2s` or `1m`.
fn duration(text: &str) -> Option<Duration> {
    let digits = text.find(|c: char| !c.is_ascii_digit())?;
    let amount: u64 = text[..digits].parse().ok()?;
    match &text[digits..] {
        "ms" => Some(Duration::from_millis(amount)),
        "s" => Some(Duration::from_secs(amount)),
        "m" => Some(Duration::from_secs(amount.checked_mul(60)?)),
        _ => None,
    }
}

/// Writes a duration so that [`duration`] reads the same one.
struct Span(Duration);

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let millis = self.0.as_millis();
        match (millis % 1000, millis / 1000) {
            (0, seconds) if seconds > 0 && seconds % 60 == 0 => write!(f, "{}m", seconds / 60),
            (0, seconds) => write!(f, "{seconds}s"),
            _ => write!(f, "{millis}ms"),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Status { code, retry_after: None } => write!(f, "{code}"),
            Self::Status { code, retry_after: Some(seconds) } => write!(f, "{code}:{seconds}"),
            Self::Unsupported(field) => write!(f, "unsupported:{field}"),
            Self::Slow(time) => write!(f, "slow:{}", Span(*time)),
            Self::Down(time) => write!(f, "down:{}", Span(*time)),
            Self::Keepalive(time) => write!(f, "keepalive:{}", Span(*time)),
            Self::Stall { after, hold } if *hold == STALL_HOLD => write!(f, "stall:{after}"),
            Self::Stall { after, hold } => write!(f, "stall:{after}:{}", Span(*hold)),
            Self::Cut(after) => write!(f, "cut:{after}"),
            Self::Eof(after) => write!(f, "eof:{after}"),
            Self::Error(after) => write!(f, "error:{after}"),
            Self::Malformed(chunk) => write!(f, "malformed:{chunk}"),
            Self::Html(200) => f.write_str("html"),
            Self::Html(code) => write!(f, "html:{code}"),
            Self::Reset => f.write_str("reset"),
            Self::ResetAfter(after) => write!(f, "reset:{after}"),
            Self::Quota
            | Self::Daily
            | Self::Busy
            | Self::Context
            | Self::Filter
            | Self::ToolFault
            | Self::Hang
            | Self::NoDone
            | Self::DoneOpen
            | Self::Garbage
            | Self::Empty
            | Self::NoChoices
            | Self::Error200 => f.write_str(self.plain_name()),
        }
    }
}

impl fmt::Display for FaultSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.fault.fmt(f)?;
        if let Some(model) = &self.model {
            write!(f, "@{model}")?;
        }
        self.times.map_or(Ok(()), |times| write!(f, "*{times}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_prints_as_it_was_written() {
        let texts = "503 429 429:2 529*3 quota daily busy context filter unsupported:seed tool_fault hang \
                     slow:500ms slow:2s*1 stall:3 stall:0:250ms stall:4:3m cut:0 cut:7*2 eof:2 error:0 \
                     malformed:2 no_done done_open garbage empty no_choices html html:502 error200 reset \
                     reset:3 down:1m down:1500ms keepalive:90s 503@openai/gpt-oss-20b:free cut:3@m*2";
        for text in texts.split_whitespace() {
            let spec: FaultSpec = text.parse().unwrap();
            assert_eq!(spec.to_string(), text);
            assert_eq!(spec.to_string().parse::<FaultSpec>().unwrap(), spec);
        }
    }

    #[test]
    fn equal_durations_are_one_fault() {
        assert_eq!("slow:60s".parse::<FaultSpec>().unwrap().to_string(), "slow:1m");
        assert_eq!("slow:2000ms".parse::<FaultSpec>(), "slow:2s".parse());
        assert_eq!("stall:1:120s".parse::<FaultSpec>().unwrap().to_string(), "stall:1");
        assert_eq!("slow:0s".parse::<FaultSpec>().unwrap().to_string(), "slow:0s");
    }

    #[test]
    fn what_is_not_a_fault_is_refused_with_a_reason() {
        for text in [
            "",
            "200",
            "600",
            "429:x",
            "cut",
            "cut:x",
            "slow",
            "slow:2",
            "slow:2h",
            "hang:1",
            "503*0",
            "503*x",
            "unsupported",
            "unsupported:",
            "stall",
            "stall:x",
            "stall:1:z",
            "html:302",
            "503@",
            "frob",
        ] {
            let error = text.parse::<FaultSpec>().unwrap_err();
            assert!(!error.to_string().is_empty(), "{text}");
        }
        assert_eq!("frob".parse::<FaultSpec>(), Err(ParseFaultError::Name("frob".into())));
    }
}
