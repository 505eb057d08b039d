//! A project's own settings: the directory `.aigw` in it, laid out as the configuration directory is.
//!
//! Whoever clones a repository gets its `.aigw` along, so nothing in it is used until the user says so. It is read whole
//! and once, within bounds; the digest of what was read says whether it is still what the user has seen, and what is used
//! is what the digest was made of.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::{ConfigError, Document};

/// What the directory is called.
pub const DIRECTORY: &str = ".aigw";
/// The most files that are read.
const MAX_FILES: usize = 1000;
/// The most bytes that are read.
const MAX_BYTES: u64 = 4 << 20;
/// How deep directories may stand in each other.
const DEEPEST: usize = 4;

/// A project's settings, as they were read.
#[derive(Debug, Clone)]
pub struct Project {
    /// The directory that the project is.
    pub root: PathBuf,
    /// Its files, sorted: the path below `.aigw`, with `/`, and the bytes. Hidden ones are not read.
    pub files: Vec<(String, Vec<u8>)>,
    /// What changes when one of the files does.
    pub digest: String,
}

/// Why a project's settings are not read.
#[derive(Debug, thiserror::Error)]
#[error("{}: {message}", path.display())]
pub struct ProjectError {
    /// What cannot be read.
    pub path: PathBuf,
    /// Why not.
    pub message: String,
}

impl ProjectError {
    fn new(path: impl Into<PathBuf>, message: impl Into<String>) -> Self {
        Self { path: path.into(), message: message.into() }
    }

    fn of_io(path: &Path, error: &std::io::Error) -> Self {
        Self::new(path, format!("cannot read it: {error}"))
    }
}

/// The nearest directory with an `.aigw`, from this one upward: never above the home directory, never across the boundary
/// of a file system.
pub fn nearest(start: &Path, home: Option<&Path>) -> Option<PathBuf> {
    let home = home.map(|home| home.canonicalize().unwrap_or_else(|_| home.to_owned()));
    let device = device(start)?;
    for directory in start.ancestors() {
        if self::device(directory) != Some(device) {
            return None;
        }
        // A link that leads nowhere is one to be told of, too.
        if directory.join(DIRECTORY).symlink_metadata().is_ok() {
            return Some(directory.to_owned());
        }
        if home.as_deref() == Some(directory) {
            return None;
        }
    }
    None
}

#[cfg(unix)]
fn device(directory: &Path) -> Option<u64> {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata(directory).ok().map(|metadata| metadata.dev())
}

#[cfg(not(unix))]
fn device(directory: &Path) -> Option<u64> {
    std::fs::metadata(directory).ok().map(|_| 0)
}

impl Project {
    /// Reads the settings of the project in a directory.
    pub fn read(root: &Path) -> Result<Self, ProjectError> {
        let directory = root.join(DIRECTORY);
        let metadata =
            directory.symlink_metadata().map_err(|error| ProjectError::of_io(&directory, &error))?;
        if !metadata.is_dir() {
            let is = if metadata.is_symlink() { "a symbolic link" } else { "no directory" };
            return Err(ProjectError::new(directory, format!("it is {is}")));
        }
        let mut reading = Reading { files: Vec::new(), seen: 0, room: MAX_BYTES };
        reading.directory(&directory, "", 1)?;
        let mut files = reading.files;
        files.sort();
        let digest = digest(&files);
        Ok(Self { root: root.to_owned(), files, digest })
    }

    /// Where the settings are.
    pub fn directory(&self) -> PathBuf {
        self.root.join(DIRECTORY)
    }

    /// What its `config.toml` says; nothing if there is none.
    pub fn document(&self) -> Result<Document, ConfigError> {
        match self.files.iter().find(|(name, _)| name == "config.toml") {
            Some((name, bytes)) => Document::of_bytes(&self.directory().join(name), bytes.clone()),
            None => Ok(Document::default()),
        }
    }

    /// The files of one directory in it: their names there and what they hold.
    pub fn files_in(&self, directory: &str) -> Vec<(String, Vec<u8>)> {
        let inside = |name: &str| {
            let rest = name.strip_prefix(directory)?.strip_prefix('/')?;
            (!rest.contains('/')).then(|| rest.to_owned())
        };
        self.files.iter().filter_map(|(name, bytes)| Some((inside(name)?, bytes.clone()))).collect()
    }
}

struct Reading {
    files: Vec<(String, Vec<u8>)>,
    seen: usize,
    /// How many bytes may still come.
    room: u64,
}

impl Reading {
    fn directory(&mut self, directory: &Path, prefix: &str, depth: usize) -> Result<(), ProjectError> {
        if depth > DEEPEST {
            let message = format!("directories stand in each other more than {DEEPEST} deep");
            return Err(ProjectError::new(directory, message));
        }
        let entries = std::fs::read_dir(directory).map_err(|error| ProjectError::of_io(directory, &error))?;
        for entry in entries {
            let entry = entry.map_err(|error| ProjectError::of_io(directory, &error))?;
            let path = entry.path();
            let Ok(name) = entry.file_name().into_string() else {
                return Err(ProjectError::new(path, "its name is not UTF-8"));
            };
            if name.starts_with('.') {
                continue;
            }
            self.seen += 1;
            if self.seen > MAX_FILES {
                return Err(ProjectError::new(directory, format!("it holds more than {MAX_FILES} files")));
            }
            let metadata = path.symlink_metadata().map_err(|error| ProjectError::of_io(&path, &error))?;
            if metadata.is_dir() {
                self.directory(&path, &format!("{prefix}{name}/"), depth + 1)?;
            } else if metadata.is_file() {
                let bytes = self.file(&path)?;
                self.files.push((format!("{prefix}{name}"), bytes));
            } else {
                let is = if metadata.is_symlink() { "a symbolic link" } else { "no file" };
                return Err(ProjectError::new(path, format!("it is {is}")));
            }
        }
        Ok(())
    }

    fn file(&mut self, path: &Path) -> Result<Vec<u8>, ProjectError> {
        use std::io::Read as _;
        let mut bytes = Vec::new();
        std::fs::File::open(path)
            .and_then(|file| file.take(self.room + 1).read_to_end(&mut bytes))
            .map_err(|error| ProjectError::of_io(path, &error))?;
        self.room = self.room.checked_sub(bytes.len() as u64).ok_or_else(|| {
            ProjectError::new(path, format!("the files are larger than {} MiB", MAX_BYTES >> 20))
        })?;
        Ok(bytes)
    }
}

/// No two sets of files have the same: lengths stand before whatever has one.
fn digest(files: &[(String, Vec<u8>)]) -> String {
    let mut hash = Sha256::new();
    for (name, bytes) in files {
        for part in [name.as_bytes(), bytes] {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
    }
    hash.finalize().iter().fold(String::new(), |mut text, byte| {
        // Writing to a String cannot fail.
        let _infallible = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn project(files: &[(&str, &str)]) -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(root.path().join(".aigw/agents")).unwrap();
        for (name, text) in files {
            std::fs::write(root.path().join(".aigw").join(name), text).unwrap();
        }
        root
    }

    #[test]
    fn the_nearest_one_counts() {
        let root = project(&[]);
        let root = root.path().canonicalize().unwrap();
        let deep = root.join("a/b");
        std::fs::create_dir_all(&deep).unwrap();
        assert_eq!(nearest(&deep, None).as_deref(), Some(root.as_path()));
        assert_eq!(nearest(&deep, Some(&root)).as_deref(), Some(root.as_path()));
        assert_eq!(nearest(&deep, Some(&root.join("a"))), None);
        std::fs::create_dir(root.join("a/.aigw")).unwrap();
        assert_eq!(nearest(&deep, None), Some(root.join("a")));
    }

    #[test]
    fn whatever_changes_changes_the_digest() {
        let digest = |files: &[(&str, &str)]| Project::read(project(files).path()).unwrap().digest;
        let first = digest(&[("config.toml", "a"), ("agents/x.md", "b")]);
        assert_eq!(first, digest(&[("agents/x.md", "b"), ("config.toml", "a"), (".swap", "c")]));
        for other in [
            &[("config.toml", "b"), ("agents/x.md", "b")][..],
            &[("config.toml", "a"), ("agents/y.md", "b")],
            &[("config.toml", "a")],
            &[("config.toml", "a"), ("agents/x.md", "b"), ("run.sh", "")],
            &[("config.toml", "ab"), ("agents/x.md", "")],
        ] {
            assert_ne!(first, digest(other));
        }
    }

    #[test]
    fn files_are_found_again() {
        let root = project(&[("config.toml", "default_route = \"auto\""), ("agents/x.md", "b")]);
        std::fs::create_dir(root.path().join(".aigw/agents/deep")).unwrap();
        std::fs::write(root.path().join(".aigw/agents/deep/y.md"), "c").unwrap();
        let project = Project::read(root.path()).unwrap();
        assert_eq!(project.files_in("agents"), [("x.md".to_owned(), b"b".to_vec())]);
        assert_eq!(project.document().unwrap().values.default_route.as_deref(), Some("auto"));
    }

    #[test]
    fn what_has_no_bounds_is_not_read() {
        let reason = |root: &tempfile::TempDir| Project::read(root.path()).unwrap_err().message;
        let root = project(&[]);
        for number in 0..=MAX_FILES {
            std::fs::write(root.path().join(format!(".aigw/agents/{number}.md")), "").unwrap();
        }
        assert_eq!(reason(&root), "it holds more than 1000 files");
        let root = project(&[]);
        std::fs::write(root.path().join(".aigw/huge"), vec![0; (4 << 20) + 1]).unwrap();
        assert_eq!(reason(&root), "the files are larger than 4 MiB");
        let root = project(&[]);
        std::fs::create_dir_all(root.path().join(".aigw/a/b/c/d/e")).unwrap();
        assert!(reason(&root).contains("deep"));
        let root = tempfile::tempdir().unwrap();
        std::fs::write(root.path().join(".aigw"), "").unwrap();
        assert_eq!(reason(&root), "it is no directory");
    }

    #[cfg(unix)]
    #[test]
    fn links_are_not_followed() {
        use std::os::unix::fs::symlink;
        let elsewhere = project(&[("config.toml", "")]);
        let root = tempfile::tempdir().unwrap();
        symlink(elsewhere.path().join(".aigw"), root.path().join(".aigw")).unwrap();
        assert_eq!(Project::read(root.path()).unwrap_err().message, "it is a symbolic link");
        assert!(nearest(root.path(), None).is_some());
        let root = project(&[]);
        symlink("/etc/passwd", root.path().join(".aigw/agents/x.md")).unwrap();
        let error = Project::read(root.path()).unwrap_err();
        assert!(error.path.ends_with("x.md") && error.message == "it is a symbolic link");
    }
}
