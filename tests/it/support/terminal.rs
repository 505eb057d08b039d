//! The program on a terminal: keys go in, and what is on the screen is looked at.

use std::io::{Read, Write};
use std::num::NonZero;
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

use super::TestEnv;

/// How long something may take to appear. It takes a moment; only a failure takes so long.
const PATIENCE: Duration = Duration::from_secs(30);

/// A terminal with the program on it.
pub struct Terminal {
    master: Box<dyn MasterPty + Send>,
    keys: Box<dyn Write + Send>,
    child: Box<dyn Child + Send + Sync>,
    shown: Arc<Shown>,
}

/// What was written to it.
struct Shown {
    /// The screen, all bytes, and whether that is all.
    state: Mutex<(vt100::Parser, Vec<u8>, bool)>,
    changed: Condvar,
}

impl Terminal {
    /// Starts the program on a terminal of so many columns. It has many rows, so that nothing scrolls away.
    pub fn start(env: &TestEnv, args: &[&str], columns: u16) -> Self {
        let size = PtySize { rows: ROWS, cols: columns, ..PtySize::default() };
        let pair = native_pty_system().openpty(size).unwrap();
        let plain = env.command(args);
        let mut command = CommandBuilder::new(plain.get_program());
        command.args(plain.get_args());
        command.env_clear();
        command.env("TERM", "xterm-256color");
        for (name, value) in plain.get_envs().filter(|(name, _)| *name != "COLUMNS") {
            command.env(name, value.unwrap());
        }
        command.cwd(env.path());
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let shown = Arc::new(Shown {
            state: Mutex::new((vt100::Parser::new(size_of(ROWS), size_of(columns), 0), Vec::new(), false)),
            changed: Condvar::new(),
        });
        let (mut reader, keys) =
            (pair.master.try_clone_reader().unwrap(), pair.master.take_writer().unwrap());
        let writes = Arc::clone(&shown);
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            // A terminal whose program is gone gives an error on some systems.
            while let Ok(length @ 1..) = reader.read(&mut buffer) {
                let mut state = writes.state.lock().unwrap();
                state.0.process(&buffer[..length]);
                state.1.extend_from_slice(&buffer[..length]);
                writes.changed.notify_all();
            }
            writes.state.lock().unwrap().2 = true;
            writes.changed.notify_all();
        });
        Self { master: pair.master, keys, child, shown }
    }

    /// Presses keys.
    pub fn keys(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
        self.keys.flush().unwrap();
    }

    /// Makes the window wider or narrower.
    pub fn resize(&self, columns: u16) {
        self.shown.state.lock().unwrap().0.screen_mut().set_size(size_of(ROWS), size_of(columns));
        self.master.resize(PtySize { rows: ROWS, cols: columns, ..PtySize::default() }).unwrap();
    }

    /// Waits until the screen is as wanted, and gives it.
    pub fn until(&self, wanted: impl Fn(&str) -> bool) -> String {
        let end = Instant::now() + PATIENCE;
        let mut state = self.shown.state.lock().unwrap();
        loop {
            let screen = lines(&state.0);
            if wanted(&screen) {
                return screen;
            }
            let left = end.saturating_duration_since(Instant::now());
            assert!(!left.is_zero() && !state.2, "it did not come to that:\n{screen}");
            state = self.shown.changed.wait_timeout(state, left).unwrap().0;
        }
    }

    /// Waits until something is on the screen.
    pub fn until_shows(&self, text: &str) -> String {
        self.until(|screen| screen.contains(text))
    }

    /// Sends the program SIGTERM.
    pub fn terminate(&self) {
        let id = self.child.process_id().unwrap().to_string();
        assert!(std::process::Command::new("kill").arg(id).status().unwrap().success());
    }

    /// Whether the terminal shows what is typed, as it does where no program has changed it.
    #[cfg(unix)]
    pub fn echoes(&self) -> bool {
        const ECHO: u64 = 0o10;
        u64::from(self.master.get_termios().unwrap().local_flags.bits()) & ECHO != 0
    }

    /// Waits for the end: its exit code, the screen, and all bytes that were written.
    pub fn end(mut self) -> (u32, String, Vec<u8>) {
        self.wait()
    }

    /// As [`Terminal::end`]; the terminal is still there.
    pub fn wait(&mut self) -> (u32, String, Vec<u8>) {
        let end = Instant::now() + PATIENCE;
        let mut state = self.shown.state.lock().unwrap();
        while !state.2 {
            let left = end.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "it did not end:\n{}", lines(&state.0));
            state = self.shown.changed.wait_timeout(state, left).unwrap().0;
        }
        let (screen, bytes) = (lines(&state.0), std::mem::take(&mut state.1));
        drop(state);
        (self.child.wait().unwrap().exit_code(), screen, bytes)
    }
}

/// Rows of a screen.
const ROWS: u16 = 200;

/// The lines on the screen, without what is empty at their ends and below them.
fn lines(parser: &vt100::Parser) -> String {
    parser.screen().contents().lines().map(str::trim_end).collect::<Vec<_>>().join("\n").trim_end().to_owned()
}

fn size_of(count: u16) -> NonZero<u16> {
    NonZero::new(count).unwrap()
}
