//! A terminal that keeps what is typed while an answer comes, and shows it when it is the user's turn again.
//!
//! Otherwise the system would echo keys into the middle of the answer, and hand over Enter as the end of a line of text
//! instead of as the key that it is. Ctrl-C still interrupts.

/// Keeps the terminal quiet until it is dropped.
#[cfg(unix)]
#[derive(Debug)]
pub(super) struct Quiet(Option<rustix::termios::Termios>);

#[cfg(unix)]
impl Quiet {
    pub(super) fn new() -> Self {
        use rustix::termios::{InputModes, LocalModes, OptionalActions, tcgetattr, tcsetattr};
        let stdin = std::io::stdin();
        let before = tcgetattr(&stdin).ok();
        if let Some(mut modes) = before.clone() {
            modes.local_modes -= LocalModes::ECHO | LocalModes::ICANON;
            modes.input_modes -= InputModes::ICRNL;
            // A terminal that cannot be set is used as it is.
            let _set = tcsetattr(&stdin, OptionalActions::Now, &modes);
        }
        Self(before)
    }
}

#[cfg(unix)]
impl Drop for Quiet {
    fn drop(&mut self) {
        if let Some(before) = &self.0 {
            let now = rustix::termios::OptionalActions::Now;
            let _restored = rustix::termios::tcsetattr(std::io::stdin(), now, before);
        }
    }
}

/// Elsewhere the console does so by itself.
#[cfg(not(unix))]
#[derive(Debug)]
pub(super) struct Quiet;

#[cfg(not(unix))]
impl Quiet {
    pub(super) fn new() -> Self {
        Self
    }
}
