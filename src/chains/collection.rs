//! The chains that there are: a trusted project's, the user's, the built-in ones; of one name the first of these counts.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::definition::Definition;
use super::problem::Problem;
use super::read;
use crate::agents::Origin;

/// The largest file of a chain.
const MAX_FILE: u64 = 4 << 20;
/// How files of chains end.
const ENDING: &str = ".toml";

/// Those that come with the program.
const BUILT_IN: &[(&str, &str)] = &[
    ("code-review", include_str!("built_in/code-review.toml")),
    ("daily-digest", include_str!("built_in/daily-digest.toml")),
    ("debate", include_str!("built_in/debate.toml")),
    ("research-brief", include_str!("built_in/research-brief.toml")),
    ("summarize-files", include_str!("built_in/summarize-files.toml")),
    ("support-desk", include_str!("built_in/support-desk.toml")),
];

/// A directory, and the files in it as they were when it was read.
pub(super) type Kept = (PathBuf, Vec<(String, Vec<u8>)>);

/// A chain with whatever is wrong with its file.
#[derive(Debug, Clone)]
pub struct Found {
    /// What it says, as far as it can be read.
    pub definition: Definition,
    /// What is wrong with it.
    pub problems: Vec<Problem>,
    /// Whose it is.
    pub origin: Origin,
}

/// The chains that there are.
#[derive(Debug, Clone, Default)]
pub struct Chains {
    /// A trusted project's files, as they were when they were found to be the trusted ones.
    project: Option<Kept>,
    /// The user's directory. It need not exist.
    user: Option<PathBuf>,
}

impl Chains {
    /// Those of the user, and those of a trusted project. Nothing is read yet.
    pub fn new(user: PathBuf, project: Option<Kept>) -> Self {
        Self { project, user: Some(user) }
    }

    /// Where the user's are.
    pub fn directory(&self) -> Option<&Path> {
        self.user.as_deref()
    }

    /// The names of all of them.
    pub fn names(&self) -> Vec<String> {
        let name =
            |file: &str| file.strip_suffix(ENDING).filter(|name| !name.starts_with('.')).map(str::to_owned);
        let mut names: Vec<String> = BUILT_IN.iter().map(|(name, _)| (*name).to_owned()).collect();
        if let Some((_, files)) = &self.project {
            names.extend(files.iter().filter_map(|(file, _)| name(file)));
        }
        let entries = self.user.as_ref().and_then(|directory| std::fs::read_dir(directory).ok());
        let files =
            entries.into_iter().flatten().flatten().filter_map(|entry| entry.file_name().into_string().ok());
        names.extend(files.filter_map(|file| name(&file)));
        names.sort();
        names.dedup();
        names
    }

    /// A chain by its name.
    pub fn find(&self, name: &str) -> Option<Found> {
        let file = format!("{name}{ENDING}");
        if let Some((directory, files)) = &self.project
            && let Some((_, bytes)) = files.iter().find(|(other, _)| *other == file)
        {
            return Some(found(name, &directory.join(&file), Ok(bytes.clone()), Origin::Project));
        }
        let is_plain = !name.contains(['/', '\\']) && !name.starts_with('.');
        if let Some(path) = self
            .user
            .as_ref()
            .map(|directory| directory.join(&file))
            .filter(|path| is_plain && path.is_file())
        {
            return Some(found(name, &path, bytes(&path), Origin::User));
        }
        let text = Self::built_in_text(name)?;
        let (definition, problems) = read(name, None, text);
        Some(Found { definition, problems, origin: Origin::BuiltIn })
    }

    /// The text of a built-in chain.
    pub fn built_in_text(name: &str) -> Option<&'static str> {
        BUILT_IN.iter().find(|(other, _)| *other == name).map(|(_, text)| *text)
    }

    /// A chain as it can be read, for those who run it.
    pub fn definition(&self, name: &str) -> Option<Arc<Definition>> {
        self.find(name).map(|found| Arc::new(found.definition))
    }
}

/// Reads the chain of a file that was named.
pub fn read_file(path: &Path) -> Found {
    let name = path.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    found(&name, path, bytes(path), Origin::User)
}

fn found(name: &str, path: &Path, bytes: Result<Vec<u8>, String>, origin: Origin) -> Found {
    let text =
        bytes.and_then(|bytes| String::from_utf8(bytes).map_err(|_| "it is not UTF-8 text".to_owned()));
    match text {
        Ok(text) => {
            let (definition, problems) = read(name, Some(path), &text);
            Found { definition, problems, origin }
        }
        Err(message) => {
            let (definition, _) = read(name, Some(path), "");
            Found {
                definition,
                problems: vec![Problem { file: path.to_owned(), position: None, message }],
                origin,
            }
        }
    }
}

fn bytes(path: &Path) -> Result<Vec<u8>, String> {
    let explain = |error: std::io::Error| format!("cannot read it: {error}");
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path).map_err(explain)?;
    file.take(MAX_FILE + 1).read_to_end(&mut bytes).map_err(explain)?;
    if bytes.len() as u64 > MAX_FILE {
        return Err(format!("it is larger than {} MiB", MAX_FILE >> 20));
    }
    Ok(bytes)
}
