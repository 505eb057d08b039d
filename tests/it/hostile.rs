//! What goes wrong around a request: stdin, disks, homes. Each ends with a clear line and the right exit code.

use std::process::Stdio;
use std::time::{Duration, Instant};

use insta::assert_snapshot;

use super::support::{TestEnv, stand};

#[tokio::test(flavor = "multi_thread")]
async fn an_open_and_silent_pipe_does_not_hang_us() {
    let groq = stand("groq", &[]).await;
    let env = TestEnv::with_stands(&[&groq]);
    let started = Instant::now();
    let mut child = env
        .command(&["chat", "say exactly: on my own"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // Held open, and nothing is written.
    let pipe = child.stdin.take().unwrap();
    let ran = env.ran(child.wait_with_output().unwrap());
    drop(pipe);
    assert_snapshot!(ran, @"
    exit 0
    --- stdout
    on my own
    --- stderr
    waiting for stdin (-n does not look at it)
    warning: nothing came on stdin for 3 s: going on without it (`-` waits, -n does not look)
    ");
    assert!((3..8).contains(&started.elapsed().as_secs()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_pipe_is_read_to_its_end() {
    use std::io::Write;
    let groq = stand("groq", &[]).await;
    let env = TestEnv::with_stands(&[&groq]);
    let mut child = env
        .command(&["chat", "explain"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut pipe = child.stdin.take().unwrap();
    pipe.write_all(b"first, ").unwrap();
    // Longer than the moment that a silent pipe gets.
    tokio::time::sleep(Duration::from_millis(3500)).await;
    pipe.write_all(b"second").unwrap();
    drop(pipe);
    env.ran(child.wait_with_output().unwrap()).exits(0);
    assert_eq!(groq.requests()[0].body["messages"][0]["content"], "explain\n\nfirst, second");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_stdin_may_hold() {
    let groq = stand("groq", &[]).await;
    let env = TestEnv::with_stands(&[&groq]);
    assert_snapshot!(env.run_with(&["chat", "explain"], b"caf\xe9\n"), @"
    exit 1
    --- stdout
    --- stderr
    error: stdin is not UTF-8 text (byte 3)
    hint: `-f -` sends an image or a PDF; `iconv` converts text
    ");
    assert_snapshot!(env.run_with(&["chat"], b""), @"
    exit 2
    --- stdout
    --- stderr
    error: nothing to ask
    hint: give some words, pipe something in, or both: `git diff | aigw chat explain this`
    ");
    assert_snapshot!(env.run(&["chat"]), @"
    exit 2
    --- stdout
    --- stderr
    error: nothing to ask
    hint: give some words, pipe something in, or both: `git diff | aigw chat explain this`
    ");
    assert_snapshot!(env.run_with(&["chat", "explain"], &vec![b'x'; 100 << 20]), @"
    exit 1
    --- stdout
    --- stderr
    error: stdin holds more than 64 MiB
    hint: that is more than can be of use: give a part of it
    ");
    assert!(groq.requests().is_empty());
    // An empty pipe adds nothing.
    env.run_with(&["chat", "explain"], b"").exits(0);
    assert_eq!(groq.requests()[0].body["messages"][0]["content"], "explain");
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_cannot_be_sent() {
    let groq = stand("groq", &[]).await;
    let env = TestEnv::with_stands(&[&groq]);
    let binary = env.write("data.bin", &[0xff, 0xfe, 0, 1]);
    let binary = binary.to_str().unwrap();
    assert_snapshot!(env.run(&["chat", "x", "-f", binary]), @"
    exit 1
    --- stdout
    --- stderr
    error: [HOME]/data.bin: it is neither UTF-8 text nor a PNG, JPEG, GIF or WebP image nor a PDF
    ");
    assert_snapshot!(env.run(&["chat", "x", "-f", "no-such-file"]), @"
    exit 1
    --- stdout
    --- stderr
    error: no-such-file: cannot read it: No such file or directory (os error 2)
    ");
    assert_snapshot!(env.run(&["chat", "x", "-f", "/tmp"]), @"
    exit 1
    --- stdout
    --- stderr
    error: /tmp: it is a directory
    hint: name the files in it: -f a.rs -f b.rs
    ");
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_behind_stdout_is_an_error() {
    let groq = stand("groq", &[]).await;
    let env = TestEnv::with_stands(&[&groq]);
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let output = env.command(&["chat", "hello"]).stdout(full).stderr(Stdio::piped()).spawn().unwrap();
    assert_snapshot!(env.ran(output.wait_with_output().unwrap()), @"
    exit 1
    --- stdout
    --- stderr
    error: cannot write to stdout: No space left on device (os error 28)
    ");
}

/// Where nothing can be written, not even by root.
#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn a_home_that_cannot_be_written_costs_the_record_and_not_the_answer() {
    let groq = stand("groq", &[]).await;
    let env = TestEnv::with_stands(&[&groq]).var("AIGW_DATA_DIR", "/proc/aigw");
    assert_snapshot!(env.run(&["chat", "say exactly: still here"]), @"
    exit 0
    --- stdout
    still here
    --- stderr
    warning: this turn could not be kept: /proc/aigw/memory.db: cannot create it: No such file or directory (os error 2); AIGW_DATA_DIR can name another directory
    warning: the usage of this request could not be recorded: /proc/aigw/ledger.db: cannot create it: No such file or directory (os error 2); AIGW_DATA_DIR can name another directory
    ");
    assert_snapshot!(env.run(&["usage"]), @"
    exit 0
    --- stdout
    --- stderr
    nothing was used yet
    ");
    let env = TestEnv::new().var("AIGW_CONFIG_DIR", "/proc/aigw");
    assert_snapshot!(env.run_with(&["auth", "login", "groq"], b"some-key-1234567890"), @"
    exit 3
    --- stdout
    --- stderr
    error: /proc/aigw/credentials.toml: cannot write it: No such file or directory (os error 2)
    ");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_ledger_costs_the_record_and_not_the_answer() {
    let groq = stand("groq", &[]).await;
    let env = TestEnv::with_stands(&[&groq]);
    env.write("data/ledger.db", &[b'x'; 8192]);
    assert_snapshot!(env.run(&["chat", "say exactly: still here"]), @"
    exit 0
    --- stdout
    still here
    --- stderr
    warning: which providers are disabled cannot be read: [HOME]/data/ledger.db: it is not a database; move it away to start afresh
    warning: the usage of this request could not be recorded: [HOME]/data/ledger.db: it is not a database; move it away to start afresh
    ");
    assert_snapshot!(env.run(&["usage"]), @"
    exit 1
    --- stdout
    --- stderr
    warning: which providers are disabled cannot be read: [HOME]/data/ledger.db: it is not a database; move it away to start afresh
    error: [HOME]/data/ledger.db: it is not a database; move it away to start afresh
    ");
}
