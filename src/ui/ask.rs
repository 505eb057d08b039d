//! Questions to whoever sits at the terminal: asked on stderr, answered on stdin.
//!
//! Reading blocks a thread of its own, so that a question can be dropped at any time. Whoever drops one gets the terminal
//! back as it was, with its echo.

use std::io::{self, BufRead, Read, Write, stderr, stdin};

use super::safe;

/// The longest answer that is read.
const MAX_ANSWER: u64 = 16 << 10;

/// Asks for a line. None when there are no more answers: the end of the input.
pub async fn line(question: &str) -> io::Result<Option<String>> {
    prompt(question)?;
    let open = OpenLine;
    let answer = read().await;
    // Whoever answered has ended the line.
    if matches!(answer, Ok(Some(_))) {
        std::mem::forget(open);
    }
    answer
}

/// Asks for a line that is not shown while it is typed.
#[cfg(unix)]
pub async fn secret(question: &str) -> io::Result<Option<String>> {
    prompt(question)?;
    // The end of the line is not shown either.
    let _open = OpenLine;
    let _silence = Silence::begin()?;
    read().await
}

/// Asks for a line that is not shown while it is typed.
#[cfg(not(unix))]
pub async fn secret(question: &str) -> io::Result<Option<String>> {
    prompt(question)?;
    let read = tokio::task::spawn_blocking(|| console::Term::stderr().read_secure_line());
    read.await.map_err(io::Error::other)?.map(Some)
}

fn prompt(text: &str) -> io::Result<()> {
    let mut stderr = stderr().lock();
    stderr.write_all(safe(text).as_bytes())?;
    stderr.flush()
}

async fn read() -> io::Result<Option<String>> {
    let read = tokio::task::spawn_blocking(|| {
        let mut answer = String::new();
        let length = stdin().lock().take(MAX_ANSWER).read_line(&mut answer)?;
        Ok((length > 0).then_some(answer))
    });
    read.await.map_err(io::Error::other)?
}

/// A question after which the cursor still stands; when this is dropped, the line ends.
struct OpenLine;

impl Drop for OpenLine {
    fn drop(&mut self) {
        let _closed = prompt("\n");
    }
}

/// A terminal that does not show what is typed, until this is dropped.
#[cfg(unix)]
struct Silence(rustix::termios::Termios);

#[cfg(unix)]
impl Silence {
    fn begin() -> io::Result<Self> {
        use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};
        let before = tcgetattr(stdin())?;
        let mut silent = before.clone();
        silent.local_modes.remove(LocalModes::ECHO);
        tcsetattr(stdin(), OptionalActions::Flush, &silent)?;
        Ok(Self(before))
    }
}

#[cfg(unix)]
impl Drop for Silence {
    fn drop(&mut self) {
        // If the terminal is gone, nobody misses its echo.
        let _gone = rustix::termios::tcsetattr(stdin(), rustix::termios::OptionalActions::Now, &self.0);
    }
}
