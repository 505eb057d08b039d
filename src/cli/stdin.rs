//! Standard input: whether it is meant for us, and how long to wait for it.
//!
//! A pipe on stdin may be the prompt, or something that a service manager or an editor left open. So with words given a
//! silent pipe is waited for a moment only; whoever means it says `-`.

use std::io::{IsTerminal, Read};
use std::time::Duration;

use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::time::{Instant, timeout_at};

use super::CommandError;
use crate::ui::Ui;

/// The most that is read.
const MAX_BYTES: usize = 64 << 20;
/// After this long of silence the user is told what is being waited for.
const SAY_AFTER: Duration = Duration::from_millis(500);
/// After this long of silence the words alone are asked.
const GIVE_UP_AFTER: Duration = Duration::from_secs(3);

/// How much stdin matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    /// It is asked for: wait for ever.
    Yes,
    /// It may be meant: wait for its first byte for a moment.
    Perhaps,
}

/// Whether stdin is something that is read when nobody says so: a pipe, a socket or a file, but no terminal and no
/// `/dev/null`.
#[cfg(unix)]
pub(super) fn holds_data() -> bool {
    use std::os::fd::AsFd;
    use std::os::unix::fs::FileTypeExt;
    let Ok(fd) = std::io::stdin().as_fd().try_clone_to_owned() else { return false };
    let Ok(metadata) = std::fs::File::from(fd).metadata() else { return false };
    let kind = metadata.file_type();
    kind.is_fifo() || kind.is_file() || kind.is_socket()
}

/// Whether stdin is something that is read when nobody says so.
#[cfg(not(unix))]
pub(super) fn holds_data() -> bool {
    !std::io::stdin().is_terminal()
}

/// Reads stdin to its end. None when nothing came and it was only perhaps meant.
pub(super) async fn read(wanted: Wanted, ui: &Ui) -> Result<Option<Vec<u8>>, CommandError> {
    let mut pieces = start();
    let started = Instant::now();
    let mut bytes = Vec::new();
    let mut next = if let Ok(first) = timeout_at(started + SAY_AFTER, pieces.recv()).await {
        first
    } else {
        if !std::io::stdin().is_terminal() {
            ui.note("waiting for stdin (-n does not look at it)");
        }
        if wanted == Wanted::Yes {
            pieces.recv().await
        } else if let Ok(first) = timeout_at(started + GIVE_UP_AFTER, pieces.recv()).await {
            first
        } else {
            ui.warn("nothing came on stdin for 3 s: going on without it (`-` waits, -n does not look)");
            return Ok(None);
        }
    };
    while let Some(piece) = next {
        let piece = piece.map_err(|error| CommandError::failed(format!("cannot read stdin: {error}")))?;
        if bytes.len() + piece.len() > MAX_BYTES {
            return Err(CommandError::failed(format!("stdin holds more than {} MiB", MAX_BYTES >> 20))
                .hint("that is more than can be of use: give a part of it"));
        }
        bytes.extend_from_slice(&piece);
        next = pieces.recv().await;
    }
    Ok(Some(bytes))
}

/// Reads in a thread of its own: a read that waits cannot be stopped, and must not keep the program from ending.
fn start() -> UnboundedReceiver<std::io::Result<Vec<u8>>> {
    let (sender, receiver) = unbounded_channel();
    std::thread::spawn(move || {
        let mut stdin = std::io::stdin().lock();
        let mut buffer = vec![0; 256 << 10];
        loop {
            let piece = match stdin.read(&mut buffer) {
                Ok(0) => return,
                Ok(length) => Ok(buffer[..length].to_vec()),
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                Err(error) => Err(error),
            };
            let failed = piece.is_err();
            if sender.send(piece).is_err() || failed {
                return;
            }
        }
    });
    receiver
}
