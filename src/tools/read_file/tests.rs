#![cfg(unix)]

use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::*;

/// A directory `work` with files in it, and secrets beside it.
fn place() -> (tempfile::TempDir, ReadFile) {
    let home = tempfile::tempdir().unwrap();
    let work = home.path().canonicalize().unwrap().join("desk");
    std::fs::create_dir_all(work.join("src/deep")).unwrap();
    std::fs::create_dir_all(work.join(".git")).unwrap();
    std::fs::create_dir_all(work.join("own")).unwrap();
    for (name, text) in [
        ("a.txt", "one\ntwo\nthree\n"),
        ("src/main.rs", "fn main() {}\r\n"),
        ("src/deep/b.txt", "deep"),
        (".git/config", "password"),
        (".env", "KEY=canary"),
        (".env.example", "KEY="),
        ("own/memory.db", "canary"),
        ("empty", ""),
        ("../secret.txt", "canary"),
    ] {
        std::fs::write(work.join(name), text).unwrap();
    }
    let own = work.join("own");
    (home, ReadFile::new(work, vec![own]))
}

fn wish(path: &str) -> Wish {
    Wish { path: path.into(), start_line: None, lines: None }
}

#[test]
fn files_below_are_read() {
    let (_home, files) = place();
    let root = files.root.path.clone();
    symlink("src/main.rs", root.join("link.rs")).unwrap();
    symlink("../a.txt", root.join("src/up")).unwrap();
    symlink("src", root.join("dir")).unwrap();
    symlink(root.join("a.txt"), root.join("absolute")).unwrap();
    symlink("link.rs", root.join("twice")).unwrap();
    for (path, first, resolved) in [
        ("a.txt", "one", "a.txt"),
        ("./src/../a.txt", "one", "a.txt"),
        ("src//main.rs", "fn main() {}", "src/main.rs"),
        ("link.rs", "fn main() {}", "src/main.rs"),
        ("twice", "fn main() {}", "src/main.rs"),
        ("src/up", "one", "a.txt"),
        ("dir/deep/b.txt", "deep", "src/deep/b.txt"),
        ("dir/../a.txt", "one", "a.txt"),
        ("absolute", "one", "a.txt"),
        (".env.example", "KEY=", ".env.example"),
        (root.join("a.txt").to_str().unwrap(), "one", "a.txt"),
    ] {
        let piece = files.read(&wish(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
        assert_eq!((piece.lines[0].as_str(), piece.path.as_str()), (first, resolved), "{path}");
    }
    assert_eq!(files.read(&wish("empty")).unwrap().for_model(), "empty: there is nothing in it");
}

#[test]
fn nothing_leads_out() {
    let (home, files) = place();
    let root = files.root.path.clone();
    let home = home.path().canonicalize().unwrap();
    symlink("../secret.txt", root.join("out")).unwrap();
    symlink(home.join("secret.txt"), root.join("out-absolute")).unwrap();
    symlink("..", root.join("up")).unwrap();
    symlink("/", root.join("top")).unwrap();
    symlink("circle", root.join("circle")).unwrap();
    symlink(".env", root.join("harmless.txt")).unwrap();
    symlink(".git", root.join("git")).unwrap();
    symlink("nowhere", root.join("dangling")).unwrap();
    let _socket = UnixListener::bind(root.join("socket")).unwrap();
    rustix::fs::mknodat(
        rustix::fs::CWD,
        root.join("pipe"),
        rustix::fs::FileType::Fifo,
        rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR,
        0,
    )
    .unwrap();
    let absolute = home.join("secret.txt").to_str().unwrap().to_owned();
    let beside = format!("{}-other/x", root.display());
    for (path, what) in [
        ("../secret.txt", "not below"),
        ("src/../../secret.txt", "not below"),
        ("src/deep/../../../secret.txt", "not below"),
        (absolute.as_str(), "not below"),
        (beside.as_str(), "not below"),
        ("/etc/passwd", "not below"),
        ("/proc/self/environ", "not below"),
        ("out", "not below"),
        ("out-absolute", "not below"),
        ("up/secret.txt", "not below"),
        ("up/desk/a.txt", "not below"),
        ("top/etc/passwd", "not below"),
        ("circle", "too many others"),
        ("harmless.txt", "keys and passwords"),
        (".env", "keys and passwords"),
        ("src/../.ENV", "keys and passwords"),
        (".git/config", "may hold passwords"),
        ("git/config", "may hold passwords"),
        ("own/memory.db", "this very program"),
        ("socket", "a socket"),
        ("pipe", "a pipe"),
        ("dangling", "there is no file"),
        ("~/secret.txt", "there is no file"),
        ("a.txt/b", "there is no file"),
        ("a.txt\0", "not the path"),
        ("", "not the path"),
    ] {
        let error = files.read(&wish(path)).unwrap_err().to_string();
        assert!(error.contains(what) && !error.contains("canary"), "{path}: {error}");
    }
    // Asked without `harmless.txt` in the way, names are told, and secret ones are not.
    let error = files.read(&wish("src")).unwrap_err().to_string();
    assert_eq!(error, "`src` is a directory; in it are: deep/, main.rs");
    let error = files.read(&wish(".")).unwrap_err().to_string();
    assert!(error.contains("a.txt") && !error.contains(".git,") && !error.contains(".env,"), "{error}");
}

#[cfg(target_os = "linux")]
#[test]
fn running_programs_are_not_looked_into() {
    let files = ReadFile::new("/".into(), Vec::new());
    for path in ["/proc/self/environ", "proc/1/cmdline", "/dev/null", "/dev/zero"] {
        let error = files.read(&wish(path)).unwrap_err();
        assert!(matches!(error, FileError::Secret { .. } | FileError::Special { .. }), "{path}: {error}");
    }
}

#[test]
fn whoever_swaps_directories_meanwhile_gains_nothing() {
    let (home, files) = place();
    let root = files.root.path.clone();
    let outside = home.path().join("outside");
    std::fs::create_dir(&outside).unwrap();
    std::fs::write(outside.join("b.txt"), "canary").unwrap();
    std::fs::create_dir(root.join("good")).unwrap();
    std::fs::write(root.join("good/b.txt"), "fine").unwrap();
    symlink(&outside, root.join("bad")).unwrap();
    symlink("good", root.join("swapped")).unwrap();
    let done = Arc::new(AtomicBool::new(false));
    let swapping = std::thread::spawn({
        let (root, done) = (root.clone(), Arc::clone(&done));
        move || {
            while !done.load(Ordering::Relaxed) {
                for names in [["good", "spare"], ["bad", "good"], ["good", "bad"], ["spare", "good"]] {
                    std::fs::rename(root.join(names[0]), root.join(names[1])).unwrap();
                }
            }
        }
    });
    let (mut read, mut refused) = (0, 0);
    for _ in 0..20_000 {
        match files.read(&wish("good/b.txt")) {
            Ok(piece) => {
                assert_eq!(piece.lines, ["fine"]);
                read += 1;
            }
            Err(_) => refused += 1,
        }
    }
    done.store(true, Ordering::Relaxed);
    swapping.join().unwrap();
    assert!(read > 0 && refused > 0, "{read} {refused}");
}

#[test]
fn long_files_come_in_pieces() {
    let (_home, files) = place();
    let root = &files.root.path;
    let numbered: Vec<_> = (1..=1200).map(|number| format!("line {number}\n")).collect();
    std::fs::write(root.join("long"), numbered.concat()).unwrap();
    let read = |path: &str, start_line, lines| files.read(&Wish { path: path.into(), start_line, lines });
    let piece = read("long", None, None).unwrap();
    assert_eq!((piece.lines.len(), piece.next_line, piece.all_lines), (500, Some(501), 1200));
    let piece = read("long", Some(1199), Some(5)).unwrap();
    assert_eq!(piece.for_model(), "long, lines 1199 to 1200 of 1200:\n1199  line 1199\n1200  line 1200\n");
    let piece = read("long", Some(9), Some(2)).unwrap().for_model();
    assert!(
        piece.contains("\n 9  line 9\n10  line 10\n[for more call again with start_line = 11]"),
        "{piece}"
    );
    let error = read("long", Some(1201), None).unwrap_err().to_string();
    assert_eq!(error, "`long` has no line 1201: it has 1200");

    std::fs::write(root.join("wide"), format!("{}\n", "ä".repeat(5000)).repeat(100)).unwrap();
    let piece = read("wide", None, None).unwrap();
    assert!(piece.for_model().len() < 64 << 10 && piece.lines[0].ends_with("[cut: 5000 characters]"));
    assert_eq!(piece.next_line, Some(piece.lines.len() + 1));

    std::fs::write(root.join("huge"), "0123456789\n".repeat(500_000)).unwrap();
    let piece = read("huge", Some(380_000), None).unwrap();
    assert!(
        piece.all_lines < 500_000 && piece.lines[0] == "0123456789" && piece.notices[0].contains("4 MiB")
    );
}

#[test]
fn what_is_no_text_is_said_to_be_none() {
    let (_home, files) = place();
    let root = &files.root.path;
    std::fs::write(root.join("binary"), b"\x7fELF\0\0\0").unwrap();
    std::fs::write(root.join("latin"), b"mostly plain text, and one caf\xe9\n").unwrap();
    std::fs::write(root.join("colours"), "\x1b[31mred\x1b[0m \u{202e}turned").unwrap();
    let key = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQ\n";
    std::fs::write(root.join("server.pem"), key).unwrap();
    assert!(files.read(&wish("binary")).unwrap_err().to_string().contains("not text"));
    assert!(files.read(&wish("latin")).unwrap().notices[0].starts_with("1 places"));
    let piece = files.read(&wish("colours")).unwrap();
    assert_eq!((piece.lines[0].as_str(), piece.notices.len()), ("red turned", 1));
    let error = files.read(&wish("server.pem")).unwrap_err().to_string();
    assert!(error.contains("private key") && !error.contains("MII"), "{error}");
}

#[tokio::test]
async fn a_model_reads_it() {
    let (_home, files) = place();
    assert_eq!(files.permission(), Permission::Ask);
    let answer = files.call(&json!({"path": "a.txt", "start_line": 2})).await.unwrap();
    assert_eq!(
        (answer.text.as_str(), answer.foreign),
        ("a.txt, lines 2 to 3 of 3:\n2  two\n3  three\n", true)
    );
    let piece: Piece = serde_json::from_value(answer.data.unwrap()).unwrap();
    assert_eq!((piece.first_line, piece.lines.len()), (2, 2));
    assert!(files.call(&json!({"path": "../secret.txt"})).await.is_err());
}
