//! The project that the program was started in: whether its settings are those that the user trusts, and what they would
//! redirect.

use std::path::{Path, PathBuf};

use crate::agents::Shelf;
use crate::config::{ConfigError, Document, Paths, Project, ProjectError, keys, project};
use crate::ledger::Ledger;
use crate::store::StoreError;

/// Keys of the configuration that say where requests go, what they carry, or what is run.
const REDIRECTING: &[&str] = &["base_url", "api_keys", "command", "url"];
/// The same among the settings of tools: what a command is given, what a tool may do, which keys services get.
const OF_TOOLS: &[&str] = &["env", "cwd", "permission", "allow_private", "api_key", "geocoding_url", "feeds"];

/// A project with settings of its own.
#[derive(Debug)]
pub struct Nearby {
    /// The directory that the project is.
    pub root: PathBuf,
    /// How it stands with the user.
    pub standing: Standing,
}

/// How a project stands with the user.
#[derive(Debug)]
pub enum Standing {
    /// The settings are those that the user trusts.
    Trusted(Project),
    /// They are not those that the user trusted.
    Changed,
    /// The user has not been asked. Nothing of it was read.
    Untrusted,
    /// They are trusted and cannot be read.
    Unreadable(ProjectError),
    /// It cannot be found out.
    Unknown(StoreError),
}

impl Nearby {
    /// The project that the program was started in, if it is one.
    pub(super) fn of(paths: &Paths) -> Option<Self> {
        let root = paths.project.clone()?;
        let standing = Standing::of(&root, &Ledger::new(&paths.data_dir));
        Some(Self { root, standing })
    }

    /// Its settings, if the user trusts them.
    pub fn trusted(&self) -> Option<&Project> {
        match &self.standing {
            Standing::Trusted(project) => Some(project),
            _ => None,
        }
    }

    /// Where the settings are.
    pub fn directory(&self) -> PathBuf {
        self.root.join(project::DIRECTORY)
    }

    /// Why its settings are not used.
    pub fn warning(&self) -> Option<String> {
        let directory = self.directory();
        let directory = directory.display();
        match &self.standing {
            Standing::Trusted(_) => None,
            Standing::Untrusted => Some(format!(
                "{directory} is not used: you have not said that you trust it; `aigw trust` shows what is in it"
            )),
            Standing::Changed => Some(format!(
                "{directory} is not used: it has changed since you trusted it; `aigw trust` shows what is in it"
            )),
            Standing::Unreadable(error) => Some(format!("{directory} is not used: {error}")),
            Standing::Unknown(error) => {
                Some(format!("{directory} is not used: whether you trust it cannot be read: {error}"))
            }
        }
    }
}

impl Standing {
    /// How the settings of the project in a directory stand with the user.
    pub fn of(root: &Path, ledger: &Ledger) -> Self {
        let trust = match ledger.trust_in(&root.to_string_lossy()) {
            Ok(Some(trust)) => trust,
            Ok(None) => return Self::Untrusted,
            Err(error) => return Self::Unknown(error),
        };
        match Project::read(root) {
            Ok(project) if project.digest == trust.digest => Self::Trusted(project),
            Ok(_) => Self::Changed,
            Err(error) => Self::Unreadable(error),
        }
    }
}

/// The agents of a trusted project.
pub(super) fn agents(project: &Project) -> Shelf {
    Shelf::of_project(project.directory().join("agents"), project.files_in("agents"))
}

/// A setting of a project that redirects something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redirect {
    /// The key.
    pub key: String,
    /// Its value; of a key that stands there itself only that it does.
    pub value: String,
    /// The line.
    pub line: Option<usize>,
}

/// The settings of a project that redirect something, and the keys of the others.
pub fn redirects(project: &Project) -> Result<(Vec<Redirect>, Vec<String>), ConfigError> {
    let document = project.document()?;
    let (mut redirects, mut others) = (Vec::new(), Vec::new());
    for (key, written) in document.leaves() {
        let last = key.rsplit('.').next().unwrap_or_default();
        let of_tool = key.starts_with("tools.") && OF_TOOLS.contains(&last);
        // All that is set of a server is what would be run, or what it would be given.
        let of_server = key.starts_with("mcp.");
        if !of_tool && !of_server && !REDIRECTING.contains(&last) {
            others.push(key.to_owned());
            continue;
        }
        let given = of_server && [".env.", ".headers."].iter().any(|part| key.contains(part));
        let value = match last {
            "api_keys" => entries(&document, key),
            _ if given && !written.contains("env:") => "(a value)".to_owned(),
            "api_key" if keys::is_bare_secret(written.trim_matches(['"', '\''])) => "(a key)".to_owned(),
            _ => written.to_owned(),
        };
        let line = document.position(key).map(|(line, _)| line);
        redirects.push(Redirect { key: key.to_owned(), value, line });
    }
    Ok((redirects, others))
}

/// The entries of `api_keys`, without the keys that stand there themselves. A command is shown whole: it would be run.
fn entries(document: &Document, key: &str) -> String {
    let id = key.strip_prefix("providers.").and_then(|key| key.strip_suffix(".api_keys"));
    let section = id.and_then(|id| document.values.providers.get(id));
    let entries = section.map(|section| section.api_keys.as_slice()).unwrap_or_default();
    let shown = |entry: &String| {
        if keys::is_bare_secret(entry) { "(a key)".to_owned() } else { format!("\"{entry}\"") }
    };
    format!("[{}]", entries.iter().map(shown).collect::<Vec<_>>().join(", "))
}
