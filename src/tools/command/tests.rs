#![cfg(unix)]

use std::fs::File;
use std::io::Read as _;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Instant;

use serde_json::json;

use super::*;

const PATH: &str = "/usr/local/bin:/usr/bin:/bin";

fn command(words: &[&str]) -> Command {
    Command {
        spec: ToolSpec {
            name: "own".into(),
            description: "Ours.".into(),
            parameters: json!({"type": "object", "properties": {"to": {"type": "string"}}, "required": ["to"]}),
            strict: false,
        },
        words: words.iter().map(|&word| word.to_owned()).collect(),
        environment: vec![("PATH".into(), PATH.into())],
        directory: None,
        timeout: Duration::from_mins(1),
        most: 1000,
        permission: Permission::Ask,
        repeatable: false,
    }
}

fn script(text: &str) -> Command {
    command(&["sh", "-c", text])
}

async fn printed(command: &Command) -> String {
    command.run(&json!({"to": "x"})).await.unwrap().output
}

async fn complaint(command: &Command) -> String {
    command.run(&json!({"to": "x"})).await.unwrap_err()
}

/// A pipe with a name, and whoever reads it to its end, which comes when all that have it open are gone.
fn pipe(directory: &Path) -> std::thread::JoinHandle<Vec<u8>> {
    let path = directory.join("pipe");
    let mode = rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR;
    rustix::fs::mknodat(rustix::fs::CWD, &path, rustix::fs::FileType::Fifo, mode, 0).unwrap();
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        File::open(path).unwrap().read_to_end(&mut bytes).unwrap();
        bytes
    })
}

#[tokio::test]
async fn arguments_go_in_and_the_result_comes_out() {
    let answer = command(&["cat"]).call(&json!({"to": "ä $HOME `id`"})).await.unwrap();
    assert_eq!((answer.text.as_str(), answer.foreign), ("{\"to\":\"ä $HOME `id`\"}", true));
    let output: Output = serde_json::from_value(answer.data.unwrap()).unwrap();
    assert!(!output.truncated && output.notices.is_empty());
    // No shell reads the words.
    assert_eq!(printed(&command(&["printf", "%s|%s", "$HOME; echo no", "*"])).await, "$HOME; echo no|*");
    let silent = command(&["true"]).run(&json!({"to": "x".repeat(1 << 20)})).await.unwrap();
    assert_eq!(silent.for_model(), "(it printed nothing)");
}

#[tokio::test]
async fn it_sees_only_what_it_is_given() {
    let mut own = command(&["env"]);
    assert_eq!(printed(&own).await, format!("PATH={PATH}"));
    own.environment.push(("NAMED".into(), "value".into()));
    assert_eq!(printed(&own).await, format!("NAMED=value\nPATH={PATH}"));
    let home = tempfile::tempdir().unwrap();
    let mut own = command(&["pwd", "-P"]);
    own.directory = Some(home.path().to_owned());
    assert_eq!(Path::new(&printed(&own).await), home.path().canonicalize().unwrap());
    own.directory = Some(home.path().join("none"));
    assert!(complaint(&own).await.contains("there is no directory"));
}

#[tokio::test]
async fn what_goes_wrong_is_told() {
    let told = complaint(&script("echo out; echo broken >&2; exit 3")).await;
    assert_eq!(told, "own failed (exit status: 3): broken");
    assert_eq!(complaint(&script("echo out; exit 1")).await, "own failed (exit status: 1): out");
    assert_eq!(complaint(&script("kill -9 $$")).await, "own failed (signal: 9 (SIGKILL))");
    let told =
        complaint(&script("i=0; while [ $i -lt 3000 ]; do echo complaint $i >&2; i=$((i+1)); done; exit 1"))
            .await;
    assert!(told.len() < 2100 && told.ends_with("complaint 2999") && told.contains(": …"), "{told}");
    let told = complaint(&command(&["no-such-program-here"])).await;
    assert_eq!(
        told,
        "own cannot be run: no-such-program-here: there is no such program; the user has to mend it"
    );
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("file");
    std::fs::write(&file, "text").unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
    assert!(complaint(&command(&[file.to_str().unwrap()])).await.contains("cannot be run"));
}

#[tokio::test]
async fn output_is_bounded_and_text() {
    let long = script("i=0; while [ $i -lt 5000 ]; do echo line $i; i=$((i+1)); done; echo done >&2");
    let output = long.run(&json!({})).await.unwrap();
    assert!(output.truncated && output.output.len() <= 1000 && output.output.starts_with("line 0\n"));
    assert!(output.for_model().ends_with("[note: it printed more; only the first 1000 bytes are here]"));
    assert!(complaint(&command(&["yes"])).await.starts_with("own was ended: it printed without end: y\ny"));
    let odd = script(r"printf 'a\000b\377c\033[31md\n'").run(&json!({})).await.unwrap();
    assert_eq!((odd.output.as_str(), odd.notices.len()), ("a\u{fffd}b\u{fffd}cd", 1));
}

#[tokio::test]
async fn all_that_it_started_ends_with_its_time() {
    let home = tempfile::tempdir().unwrap();
    let reader = pipe(home.path());
    let mut own = script("exec 3>pipe; echo begun >&3; sleep 1000 & sleep 1000 & wait");
    own.directory = Some(home.path().to_owned());
    own.timeout = Duration::from_secs(2);
    assert_eq!(complaint(&own).await, "own was ended: it took longer than 2 s");
    assert_eq!(reader.join().unwrap(), b"begun\n");
}

#[tokio::test]
async fn all_that_it_started_ends_when_nobody_waits_any_more() {
    let home = tempfile::tempdir().unwrap();
    let reader = pipe(home.path());
    let mut own = script("exec 3>pipe; (sleep 1000 &) ; mkdir begun; sleep 1000");
    own.directory = Some(home.path().to_owned());
    let running = tokio::spawn(async move { own.run(&json!({})).await });
    while !home.path().join("begun").exists() {
        tokio::task::yield_now().await;
    }
    running.abort();
    assert!(running.await.unwrap_err().is_cancelled());
    assert_eq!(reader.join().unwrap(), b"");
}

#[tokio::test]
async fn what_it_leaves_in_the_background_is_not_waited_for() {
    let home = tempfile::tempdir().unwrap();
    let reader = pipe(home.path());
    let mut own = script("exec 3>pipe; sleep 1000 & echo done");
    own.directory = Some(home.path().to_owned());
    let started = Instant::now();
    assert_eq!(printed(&own).await, "done");
    assert!(started.elapsed() < Duration::from_secs(30));
    assert_eq!(reader.join().unwrap(), b"");
}

#[test]
fn nobody_else_ends_it_before_its_time() {
    let own = command(&["cat"]);
    assert!(own.time_limit() > own.timeout && own.carries_out());
    assert_eq!(own.permission(), Permission::Ask);
}
