//! Where a key comes from: it is here, in a file, or what a command prints. Files are read and commands run when the key
//! is first needed, and not before.

use std::path::{Path, PathBuf};
use std::time::Duration;

use sha2::{Digest, Sha256};
use tokio::io::AsyncReadExt;
use tokio::sync::OnceCell;
use tokio::time::{Instant, timeout_at};

use super::Secret;

/// How long a command may take: it may ask for a fingerprint.
const COMMAND_PATIENCE: Duration = Duration::from_mins(1);
/// Longer than any key.
const MAX_KEY: u64 = 16 << 10;

/// A key, or the way to get it.
#[derive(Debug)]
pub struct KeySource {
    /// Where it comes from, for people: `env GROQ_API_KEY`, `cmd op …`, `credentials`.
    pub origin: String,
    id: String,
    way: Way,
    found: OnceCell<Secret>,
}

#[derive(Debug)]
enum Way {
    Here,
    Command(String),
    File(PathBuf),
}

impl KeySource {
    /// A key that is here.
    pub fn key(origin: impl Into<String>, secret: Secret) -> Self {
        Self {
            origin: origin.into(),
            id: secret.fingerprint(),
            way: Way::Here,
            found: OnceCell::new_with(Some(secret)),
        }
    }

    /// A key that a command prints in the first line of its output. It is run without a shell.
    pub fn command(command: &str) -> Self {
        let command = command.trim().to_owned();
        let origin = format!("cmd {} …", program(&command));
        Self { origin, id: digest(&command), way: Way::Command(command), found: OnceCell::new() }
    }

    /// A key in the first line of a file.
    pub fn file(path: PathBuf) -> Self {
        let origin = format!("file {}", path.display());
        Self { id: digest(&origin), origin, way: Way::File(path), found: OnceCell::new() }
    }

    /// What tells it from other sources; it gives nothing away.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The key, if it is here by now.
    pub fn ready(&self) -> Option<&Secret> {
        self.found.get()
    }

    /// The key; reads the file or runs the command the first time. The error says which and why.
    pub async fn get(&self) -> Result<Secret, String> {
        let get = || async {
            match &self.way {
                Way::Here => Err("there is no key".to_owned()),
                Way::Command(command) => run(command).await,
                Way::File(path) => read(path).await,
            }
        };
        self.found.get_or_try_init(get).await.cloned()
    }

    /// The key, if it can be had by then.
    pub async fn get_by(&self, deadline: Instant) -> Result<Secret, String> {
        let late = |_| Err(format!("the key from {} did not come in time", self.origin));
        timeout_at(deadline, self.get()).await.unwrap_or_else(late)
    }
}

fn digest(text: &str) -> String {
    let [a, b, c, d, ..] = Sha256::digest(text.as_bytes()).0;
    format!("source {:08x}", u32::from_be_bytes([a, b, c, d]))
}

fn program(command: &str) -> &str {
    command.split_whitespace().next().unwrap_or_default()
}

async fn read(path: &Path) -> Result<Secret, String> {
    let fail = |error: std::io::Error| format!("cannot read the key from {}: {error}", path.display());
    let mut text = String::new();
    tokio::fs::File::open(path)
        .await
        .map_err(fail)?
        .take(MAX_KEY)
        .read_to_string(&mut text)
        .await
        .map_err(fail)?;
    let key = Secret::new(text.lines().next().unwrap_or_default());
    if key.is_empty() { Err(format!("{} holds no key in its first line", path.display())) } else { Ok(key) }
}

/// Runs a command. What it prints is shown nowhere.
async fn run(command: &str) -> Result<Secret, String> {
    let name = program(command);
    let words = shlex::split(command).filter(|words| !words.is_empty());
    let words =
        words.ok_or_else(|| format!("cannot read the key command `{name} …`: its quotes do not match"))?;
    let mut child = tokio::process::Command::new(&words[0]);
    child
        .args(&words[1..])
        .stdin(std::process::Stdio::null())
        .stderr(std::process::Stdio::inherit())
        .kill_on_drop(true);
    let output = match tokio::time::timeout(COMMAND_PATIENCE, child.output()).await {
        Err(_) => return Err(format!("the key command `{name} …` took longer than a minute")),
        Ok(Err(error)) => return Err(format!("cannot run the key command `{name} …`: {error}")),
        Ok(Ok(output)) => output,
    };
    if !output.status.success() {
        return Err(format!("the key command `{name} …` failed ({})", output.status));
    }
    let key = Secret::new(String::from_utf8_lossy(&output.stdout).lines().next().unwrap_or_default());
    if key.is_empty() { Err(format!("the key command `{name} …` printed nothing")) } else { Ok(key) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn commands_run_without_a_shell_and_once() {
        let get = |command: &str| {
            let source = KeySource::command(command);
            async move { source.get().await }
        };
        assert_eq!(get("echo 'a key' ignored").await.unwrap().expose(), "a key ignored");
        assert!(get("false").await.unwrap_err().contains("failed"));
        assert!(get("true").await.unwrap_err().contains("printed nothing"));
        assert!(get("no-such-program-here x").await.unwrap_err().contains("cannot run"));
        assert!(get("echo 'open").await.unwrap_err().contains("quotes"));
        let source = KeySource::command("echo key-of-a-command");
        assert!(source.ready().is_none());
        source.get().await.unwrap();
        assert_eq!(source.ready().unwrap().expose(), "key-of-a-command");
    }

    #[tokio::test]
    async fn a_command_is_not_waited_for_beyond_the_deadline() {
        let source = KeySource::command("sleep 600");
        let error = source.get_by(Instant::now() + Duration::from_millis(20)).await.unwrap_err();
        assert_eq!(error, "the key from cmd sleep … did not come in time");
    }

    #[tokio::test]
    async fn files_hold_a_key_in_their_first_line() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("key");
        assert!(KeySource::file(path.clone()).get().await.unwrap_err().contains("cannot read"));
        std::fs::write(&path, "the-key\nmore\n").unwrap();
        assert_eq!(KeySource::file(path).get().await.unwrap().expose(), "the-key");
    }
}
