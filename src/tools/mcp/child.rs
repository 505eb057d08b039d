//! A server that is a program: started without a shell, with an environment of its own, and never left behind.
//!
//! It leads a process group, so that what it starts itself ends with it. What it writes to stderr is nobody's answer; the
//! end of it is kept, to say why it failed.

use std::collections::VecDeque;
use std::path::Path;
use std::process::Stdio;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncReadExt, DuplexStream};
use tokio::process::{ChildStderr, ChildStdin, Command};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::messages::messages;
use super::offered::cut;
use crate::safe_text::safe;

/// What is kept of stderr, in bytes.
const MAX_WORDS: usize = 8 << 10;
/// What is told of it, in characters.
const MAX_TOLD: usize = 600;
/// How long it may take to end by itself when nobody needs it any more, and then when it is told to.
const GRACE: Duration = Duration::from_secs(1);
/// How long what it says at the end is waited for.
const LAST_WORDS: Duration = Duration::from_millis(200);

/// A program that runs. Dropping it ends it and all that it has started.
#[derive(Debug)]
pub(super) struct Child {
    group: Group,
    over: Arc<AtomicBool>,
    words: Words,
    waiter: JoinHandle<()>,
}

/// The end of what was written to stderr.
#[derive(Debug, Clone)]
struct Words {
    kept: Arc<Mutex<VecDeque<u8>>>,
    /// Nothing more comes.
    over: watch::Sender<bool>,
}

/// Where to read messages of a program, and to write to it.
pub(super) type Pipes = (DuplexStream, ChildStdin);

impl Child {
    /// Starts a program. Its environment is what is given and nothing else.
    pub(super) fn start<'a>(
        command: &[String],
        env: impl Iterator<Item = (&'a str, &'a str)>,
        cwd: Option<&Path>,
    ) -> Result<(Self, Pipes), String> {
        let (program, arguments) = command.split_first().ok_or("there is no command")?;
        let mut starting = Command::new(program);
        starting
            .args(arguments)
            .env_clear()
            .envs(env)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        #[cfg(unix)]
        starting.process_group(0);
        if let Some(cwd) = cwd {
            starting.current_dir(cwd);
        }
        let mut child = starting.spawn().map_err(|error| format!("cannot start `{program}`: {error}"))?;
        let group = Group::of(&child);
        let pipes = child.stdout.take().zip(child.stdin.take());
        let (stdout, stdin) = pipes.ok_or("it has no stdin and stdout")?;
        let (over, words) = (Arc::new(AtomicBool::new(false)), Words::new());
        if let Some(stderr) = child.stderr.take() {
            tokio::spawn(words.clone().listen(stderr));
        }
        let ended = Arc::clone(&over);
        let waiter = tokio::spawn(async move {
            // However it ended: what it has started is to end with it.
            let _status = child.wait().await;
            ended.store(true, Ordering::Release);
            group.kill();
        });
        Ok((Self { group, over, words, waiter }, (messages(stdout), stdin)))
    }

    /// Whether it has ended.
    pub(super) fn is_over(&self) -> bool {
        self.over.load(Ordering::Acquire)
    }

    /// The last that it wrote to stderr.
    pub(super) async fn last_words(&self) -> Option<String> {
        let mut over = self.words.over.subscribe();
        // One that still runs may have said enough.
        drop(timeout(LAST_WORDS, over.wait_for(|over| *over)).await);
        self.words.last()
    }

    /// Lets it end by itself, then tells it to; dropping does the rest. Its stdin must be closed already.
    pub(super) async fn end(mut self) {
        if timeout(GRACE, &mut self.waiter).await.is_err() {
            self.group.terminate();
            let _late = timeout(GRACE, &mut self.waiter).await;
        }
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        if !self.is_over() {
            self.group.kill();
        }
        // The program goes with its waiter, where there are no groups.
        self.waiter.abort();
    }
}

impl Words {
    fn new() -> Self {
        Self { kept: Arc::default(), over: watch::Sender::new(false) }
    }

    async fn listen(self, mut stderr: ChildStderr) {
        let mut buffer = [0; 2048];
        while let Ok(length @ 1..) = stderr.read(&mut buffer).await {
            let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
            kept.extend(&buffer[..length]);
            let too_many = kept.len().saturating_sub(MAX_WORDS);
            kept.drain(..too_many);
        }
        self.over.send_replace(true);
    }

    fn last(&self) -> Option<String> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let text = safe(&String::from_utf8_lossy(kept.make_contiguous()));
        let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        let last = lines[lines.len().saturating_sub(3)..].join(" / ");
        (!last.is_empty()).then(|| cut(&last, MAX_TOLD))
    }
}

/// The programs that belong together.
#[derive(Debug, Clone, Copy)]
struct Group {
    #[cfg(unix)]
    leader: Option<rustix::process::Pid>,
}

#[cfg(unix)]
impl Group {
    fn of(child: &tokio::process::Child) -> Self {
        let id = child.id().and_then(|id| i32::try_from(id).ok());
        Self { leader: id.and_then(rustix::process::Pid::from_raw) }
    }

    fn kill(self) {
        self.signal(rustix::process::Signal::KILL);
    }

    fn terminate(self) {
        self.signal(rustix::process::Signal::TERM);
    }

    fn signal(self, signal: rustix::process::Signal) {
        if let Some(leader) = self.leader {
            // Who is gone already need not be told.
            let _gone = rustix::process::kill_process_group(leader, signal);
        }
    }
}

#[cfg(not(unix))]
impl Group {
    fn of(_: &tokio::process::Child) -> Self {
        Self {}
    }

    fn kill(self) {}

    fn terminate(self) {}
}
