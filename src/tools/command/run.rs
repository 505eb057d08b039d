//! How a command runs: in a process group of its own, which is ended with it, whatever it has started.

use std::io;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, ChildStdin};
use tokio::time::timeout;

use super::Command;
use crate::tools::gate::current_call;

/// The variable by which a command knows a call that it has seen before.
const CALL: &str = "AIGW_CALL";

/// How much of its complaints is kept, from the end, in bytes.
const MOST_COMPLAINT: usize = 16 << 10;
/// A program that prints so much more than is used will not end by itself.
const FLOOD: usize = 64 << 20;
/// How much is read at once.
const PIECE: usize = 8 << 10;
/// How long what a program has started may still print when the program itself has ended.
const GRACE: Duration = Duration::from_millis(300);

/// How it went.
#[derive(Debug)]
pub(super) struct Ran {
    /// The beginning of what it printed.
    pub(super) printed: Vec<u8>,
    /// It printed more.
    pub(super) truncated: bool,
    /// The end of its complaints.
    pub(super) complaint: Vec<u8>,
    pub(super) end: Ended,
}

/// How it ended.
#[derive(Debug)]
pub(super) enum Ended {
    Well,
    Badly(ExitStatus),
    /// It had to be ended.
    Late,
    /// It printed and printed.
    Flood,
}

/// Runs a command. When this is dropped, it is ended.
pub(super) async fn run(command: &Command, arguments: &Value) -> io::Result<Ran> {
    let mut child = start(command)?;
    let _group = Group::of(&child);
    let (input, output, errors) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let (mut printed, mut truncated, mut complaint) = (Vec::new(), false, Vec::new());
    let end = {
        let pipes = async {
            let ((), all, ()) = tokio::join!(
                give(input, arguments),
                beginning(output, command.most, &mut printed, &mut truncated),
                ending(errors, &mut complaint)
            );
            all
        };
        timeout(command.timeout, whole(&mut child, pipes)).await
    };
    let end = match end {
        Err(_) => Ended::Late,
        Ok(Ok(None)) => Ended::Flood,
        Ok(Ok(Some(status))) if status.success() => Ended::Well,
        Ok(Ok(Some(status))) => Ended::Badly(status),
        Ok(Err(error)) => return Err(error),
    };
    Ok(Ran { printed, truncated, complaint, end })
}

fn start(command: &Command) -> io::Result<Child> {
    let Some((program, words)) = command.words.split_first() else {
        return Err(io::Error::other("there is no program"));
    };
    let mut process = tokio::process::Command::new(program);
    process
        .args(words)
        .env_clear()
        .envs(command.environment.iter().map(|(name, value)| (name, value)))
        .envs(current_call().map(|id| (CALL, id)))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    if let Some(directory) = &command.directory {
        process.current_dir(directory);
    }
    #[cfg(unix)]
    process.process_group(0);
    process.spawn()
}

/// Waits for the program and for what comes out of it; no status if too much does. A program in the background that holds
/// the pipes open is not waited for.
async fn whole(child: &mut Child, pipes: impl Future<Output = bool>) -> io::Result<Option<ExitStatus>> {
    tokio::pin!(pipes);
    let status = tokio::select! {
        biased;
        all = &mut pipes => return if all { child.wait().await.map(Some) } else { Ok(None) },
        status = child.wait() => status?,
    };
    let all = timeout(GRACE, pipes).await.unwrap_or(true);
    Ok(all.then_some(status))
}

/// Gives the arguments. A program need not read them.
async fn give(input: Option<ChildStdin>, arguments: &Value) {
    if let Some(mut input) = input {
        input.write_all(format!("{arguments}\n").as_bytes()).await.ok();
    }
}

/// Reads to the end and keeps the beginning. Whether there was an end at all.
async fn beginning(
    from: Option<impl AsyncRead + Unpin>,
    most: usize,
    kept: &mut Vec<u8>,
    more: &mut bool,
) -> bool {
    let Some(mut from) = from else { return true };
    let (mut buffer, mut all) = (vec![0; PIECE], 0);
    loop {
        let length = match from.read(&mut buffer).await {
            Ok(0) | Err(_) => return true,
            Ok(length) => length,
        };
        let used = length.min(most - kept.len());
        kept.extend_from_slice(&buffer[..used]);
        *more |= used < length;
        all += length;
        if all > FLOOD {
            return false;
        }
    }
}

/// Reads to the end and keeps the ending.
async fn ending(from: Option<impl AsyncRead + Unpin>, kept: &mut Vec<u8>) {
    let Some(mut from) = from else { return };
    let mut buffer = vec![0; PIECE];
    while let Ok(length @ 1..) = from.read(&mut buffer).await {
        kept.extend_from_slice(&buffer[..length]);
        kept.drain(..kept.len().saturating_sub(MOST_COMPLAINT));
    }
}

/// All that a program has started, and itself. Dropped, it is ended. (What has left the group is not found; only a
/// program that means to outlive its caller does that.)
struct Group {
    #[cfg(unix)]
    id: Option<rustix::process::Pid>,
}

impl Group {
    #[cfg(unix)]
    fn of(child: &Child) -> Self {
        Self { id: child.id().and_then(|id| i32::try_from(id).ok()).and_then(rustix::process::Pid::from_raw) }
    }

    #[cfg(not(unix))]
    fn of(_: &Child) -> Self {
        Self {}
    }
}

#[cfg(unix)]
impl Drop for Group {
    fn drop(&mut self) {
        if let Some(id) = self.id {
            // There may be nobody left in it, which is as well.
            rustix::process::kill_process_group(id, rustix::process::Signal::KILL).ok();
        }
    }
}
