//! What the tests share: a hermetic home, the binary in it, and stand-ins for providers.

mod gate;
pub mod mcp;
mod terminal;

use std::fmt;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

pub use gate::toolbox;
pub use terminal::Terminal;

use aigw::app::App;
use aigw::config::Env;
use aigw::simulate::{FaultSpec, Settings, Stand};

/// Whoever makes the machine sweat waits for its turn: time limits mean nothing where everybody does at once.
pub static SWEAT: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

/// A home of its own: nothing of the machine's reaches the program, and nothing of the program's the machine.
pub struct TestEnv {
    directory: tempfile::TempDir,
    variables: Vec<(String, String)>,
}

impl TestEnv {
    pub fn new() -> Self {
        Self { directory: tempfile::tempdir().unwrap(), variables: Vec::new() }
    }

    /// An environment whose default route goes to these stand-ins, in order.
    pub fn with_stands(stands: &[&Stand]) -> Self {
        let env = Self::new();
        let models: Vec<String> =
            stands.iter().map(|stand| format!("\"{}\"", model_of(stand.provider()))).collect();
        let mut text = format!("default_route = \"test\"\n[routes.test]\nmodels = [{}]\n", models.join(", "));
        for stand in stands {
            text += &provider_section(stand);
        }
        env.config(&text);
        env
    }

    #[must_use]
    pub fn var(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn path(&self) -> &Path {
        self.directory.path()
    }

    pub fn config_dir(&self) -> PathBuf {
        self.path().join("config")
    }

    pub fn data_dir(&self) -> PathBuf {
        self.path().join("data")
    }

    /// The program, put together in this environment.
    pub fn app(&self) -> App {
        let variables = [("AIGW_CONFIG_DIR", self.config_dir()), ("AIGW_DATA_DIR", self.data_dir())];
        let variables = variables.map(|(name, path)| (name.to_owned(), path.display().to_string()));
        App::new(variables.into_iter().collect::<Env>(), None).unwrap()
    }

    /// Writes the configuration file.
    pub fn config(&self, text: &str) {
        self.write("config/config.toml", text.as_bytes());
    }

    pub fn write(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, bytes).unwrap();
        path
    }

    /// The program with these arguments, not yet started. stdin is empty unless it is set.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_aigw"));
        command
            .args(args)
            .current_dir(self.path())
            .env_clear()
            .env("HOME", self.path())
            .env("AIGW_CONFIG_DIR", self.config_dir())
            .env("AIGW_DATA_DIR", self.data_dir())
            .env("COLUMNS", "100")
            .env("PATH", "/usr/bin:/bin")
            .envs(self.variables.iter().cloned())
            .stdin(Stdio::null());
        command
    }

    /// Runs the program to its end. Look at what it gave: a run that nobody looks at proves nothing.
    #[must_use]
    pub fn run(&self, args: &[&str]) -> Ran {
        self.ran(self.command(args).output().unwrap())
    }

    /// Runs the program with something on stdin.
    #[must_use]
    pub fn run_with(&self, args: &[&str], stdin: &[u8]) -> Ran {
        let mut child = self
            .command(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut pipe = child.stdin.take().unwrap();
        let bytes = stdin.to_vec();
        let writer = std::thread::spawn(move || {
            // The program may stop reading before the end.
            let _closed = pipe.write_all(&bytes);
        });
        let output = child.wait_with_output().unwrap();
        writer.join().unwrap();
        self.ran(output)
    }

    pub fn ran(&self, output: Output) -> Ran {
        let text = |bytes: Vec<u8>| {
            let text = String::from_utf8(bytes).unwrap().replace(self.path().to_str().unwrap(), "[HOME]");
            without_ids(&text)
        };
        Ran { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
    }
}

/// What a run of the program gave.
pub struct Ran {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Ran {
    #[track_caller]
    pub fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{self}");
        self
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self}"))
    }

    /// The same with what changes from run to run replaced: ports, fingerprints, times, ids.
    pub fn stable(&self) -> String {
        let mut text = self.to_string();
        for (pattern, replacement) in [("127.0.0.1:", "[PORT]"), ("fingerprint ", "[KEY]"), ("key ", "[KEY]")]
        {
            text = replace_after(&text, pattern, replacement);
        }
        text
    }
}

/// Replaces the ids of requests where people read them.
fn without_ids(text: &str) -> String {
    let mut pieces = text.split("--request ");
    let mut out = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let rest = if piece.as_bytes().get(8) == Some(&b'-') { &piece[36..] } else { piece };
        out += "--request ";
        out += if rest.len() < piece.len() { "[ID]" } else { "" };
        out += rest;
    }
    out
}

/// A server that answers every request with these bytes, in which `{authorization}` stands for the request's own key.
/// Its address is the base URL of a provider.
pub fn raw_server(answer: &str) -> String {
    use std::io::Read;
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let answer = answer.to_owned();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut request = Vec::new();
            let mut buffer = [0; 4096];
            // The body is JSON and the last thing that comes; a GET has none.
            let whole = |request: &[u8]| {
                request.ends_with(b"}") || (request.starts_with(b"GET") && request.ends_with(b"\r\n\r\n"))
            };
            while !whole(&request) {
                match stream.read(&mut buffer) {
                    Ok(0) | Err(_) => break,
                    Ok(length) => request.extend_from_slice(&buffer[..length]),
                }
            }
            let text = String::from_utf8_lossy(&request);
            let key = text.lines().find_map(|line| line.strip_prefix("authorization: ")).unwrap_or_default();
            // Whoever asked may be gone.
            let _gone = stream.write_all(answer.replace("{authorization}", key).as_bytes());
        }
    });
    format!("http://{address}")
}

/// An HTTP answer with a status, a content type and a body.
pub fn http(status: &str, kind: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\ncontent-type: {kind}\r\nconnection: close\r\n\r\n{body}")
}

/// Replaces the word of digits and letters a-f after each occurrence of a marker.
fn replace_after(text: &str, marker: &str, replacement: &str) -> String {
    let mut pieces = text.split(marker);
    let mut out = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let end = piece.find(|c: char| !c.is_ascii_hexdigit()).unwrap_or(piece.len());
        out += marker;
        out += if end > 3 { replacement } else { &piece[..end] };
        out += &piece[end..];
    }
    out
}

impl fmt::Display for Ran {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let code = self.code.map_or_else(|| "signal".to_owned(), |code| code.to_string());
        write!(f, "exit {code}\n--- stdout\n{}--- stderr\n{}", self.stdout, self.stderr)
    }
}

/// A stand-in for a provider, with faults.
pub async fn stand(provider: &str, faults: &[&str]) -> Stand {
    let mut settings = Settings::new(provider);
    settings.faults = faults.iter().map(|fault| fault.parse::<FaultSpec>().unwrap()).collect();
    Stand::start(settings).await.unwrap()
}

/// A model of a provider that its stand-in answers to.
pub fn model_of(provider: &str) -> String {
    let row = aigw::providers::Catalog::built_in().provider(provider).unwrap();
    match &row.default_model {
        Some(model) => format!("{provider}/{model}"),
        None => format!("{provider}/local-model"),
    }
}

/// The part of a configuration that keeps the program from the servers that may run on this machine.
pub fn nothing_local() -> String {
    ["ollama", "lmstudio", "llamacpp", "vllm"]
        .map(|id| format!("[providers.{id}]\nenabled = false\n"))
        .concat()
}

/// The part of a configuration that sends a provider's requests to its stand-in.
pub fn provider_section(stand: &Stand) -> String {
    format!(
        "[providers.{}]\nbase_url = \"{}\"\napi_keys = [\"test-key-of-{}\"]\n",
        stand.provider(),
        stand.base_url(),
        stand.provider()
    )
}
