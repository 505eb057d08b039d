//! A server as it is set up.

use std::path::PathBuf;
use std::time::Duration;

use serde_json::{Value, json};
use url::Url;

use crate::secret::Secret;

/// A server.
#[derive(Debug, Clone)]
pub struct Server {
    /// What it is called here.
    pub name: String,
    /// How it is reached.
    pub way: Way,
    /// How long a call may take.
    pub timeout: Duration,
    /// How long it may take until it is ready.
    pub start_timeout: Duration,
    /// The tools that are used; all where none are named.
    pub only: Option<Vec<String>>,
}

/// How a server is reached.
#[derive(Debug, Clone)]
pub enum Way {
    /// It is a program.
    Child {
        /// The program and its arguments.
        command: Vec<String>,
        /// What was set for its environment.
        env: Vec<(String, Secret)>,
        /// What else its environment has: where programs are, where the user's home is.
        inherited: Vec<(String, String)>,
        /// The directory that it is started in.
        cwd: Option<PathBuf>,
    },
    /// It is at an address.
    Http {
        /// The address.
        url: Url,
        /// What every request carries.
        headers: Vec<(String, Secret)>,
        /// How connections are made safe.
        tls: Box<rustls::ClientConfig>,
    },
}

impl Server {
    /// What would be run or asked, without secrets: what an approval holds for.
    pub fn identity(&self) -> Value {
        let names = |pairs: &[(String, Secret)]| {
            let mut names: Vec<String> = pairs.iter().map(|(name, _)| name.clone()).collect();
            names.sort();
            names
        };
        match &self.way {
            Way::Child { command, env, cwd, .. } => {
                json!({"command": command, "env": names(env), "cwd": cwd.as_ref().map(|cwd| cwd.to_string_lossy())})
            }
            Way::Http { url, headers, .. } => json!({"url": url.as_str(), "headers": names(headers)}),
        }
    }

    /// How it is reached, in one word.
    pub fn transport(&self) -> &'static str {
        match self.way {
            Way::Child { .. } => "stdio",
            Way::Http { .. } => "http",
        }
    }

    /// The command or the address, as it would be typed.
    pub fn target(&self) -> String {
        match &self.way {
            Way::Child { command, .. } => {
                let words = command.iter().map(String::as_str);
                shlex::try_join(words).unwrap_or_else(|_| command.join(" "))
            }
            Way::Http { url, .. } => url.to_string(),
        }
    }

    /// Takes what was set as secret out of what a server says.
    pub(super) fn redacted(&self, text: &str) -> String {
        let secrets = match &self.way {
            Way::Child { env, .. } => env,
            Way::Http { headers, .. } => headers,
        };
        secrets.iter().fold(text.to_owned(), |text, (_, secret)| secret.redact(&text))
    }

    /// Whether a tool is one of those that are used.
    pub(super) fn uses(&self, tool: &str) -> bool {
        self.only.as_ref().is_none_or(|only| only.iter().any(|name| name == tool))
    }
}
