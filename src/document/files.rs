//! From what was typed (a file, a folder, a pattern) to files.

use std::collections::BTreeSet;
use std::fmt;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use globset::{GlobBuilder, GlobMatcher};
use ignore::{DirEntry, WalkBuilder};

use super::{DocumentError, MOST_BYTES, text};

/// Files that are taken at once.
const MOST_FILES: usize = 10_000;
/// Entries of folders that are looked at.
const MOST_VISITED: usize = 200_000;

/// The files that were meant.
#[derive(Debug, Default)]
pub struct Found {
    /// To be read, in the order of their paths, each once.
    pub files: Vec<PathBuf>,
    /// What folders hold besides, and why it is not read.
    pub left_out: Vec<LeftOut>,
}

/// Something that was met and is not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// The file or folder.
    pub path: PathBuf,
    /// Why.
    pub reason: Reason,
}

/// Why something is not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// Not text.
    Binary,
    /// Nothing in it.
    Empty,
    /// It might lead out of the folder.
    Link,
    /// Larger than is read.
    TooLarge,
    /// Beyond what is taken at once.
    TooMany,
    /// The system said no.
    Unreadable(String),
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Binary => f.write_str("not text"),
            Self::Empty => f.write_str("empty"),
            Self::Link => f.write_str("a link; name it to read it"),
            Self::TooLarge => write!(f, "more than {} MiB", MOST_BYTES >> 20),
            Self::TooMany => write!(f, "more than {MOST_FILES} files at once; name a smaller folder"),
            Self::Unreadable(why) => f.write_str(why),
        }
    }
}

/// Finds the files that arguments mean.
///
/// A file that was named is taken as it is. Folders and patterns such as `docs/**/*.md` are walked without following
/// links; hidden files and what `.gitignore` names are passed over in silence.
pub fn find(arguments: &[PathBuf]) -> Result<Found, DocumentError> {
    let mut search = Search::default();
    for argument in arguments {
        search.argument(argument)?;
    }
    let mut files: Vec<PathBuf> = search.files.into_iter().collect();
    if let Some(first) = files.get(MOST_FILES) {
        search.left_out.push(LeftOut { path: first.clone(), reason: Reason::TooMany });
        files.truncate(MOST_FILES);
    }
    Ok(Found { files, left_out: search.left_out })
}

#[derive(Default)]
struct Search {
    files: BTreeSet<PathBuf>,
    left_out: Vec<LeftOut>,
    visited: usize,
}

impl Search {
    fn argument(&mut self, argument: &Path) -> Result<(), DocumentError> {
        // What is there is meant as it is, whatever characters its name has.
        match fs::metadata(argument) {
            Ok(metadata) if metadata.is_dir() => self.walk(argument, argument, None),
            Ok(_) => {
                self.files.insert(plain(argument).to_owned());
                Ok(())
            }
            Err(error) => match pattern(argument)? {
                Some((base, matcher)) => self.walk(argument, &base, Some(&matcher)),
                None => Err(DocumentError::io(argument, error)),
            },
        }
    }

    fn walk(
        &mut self,
        argument: &Path,
        base: &Path,
        matcher: Option<&GlobMatcher>,
    ) -> Result<(), DocumentError> {
        let mut something = false;
        let walk = WalkBuilder::new(base).require_git(false).sort_by_file_name(Ord::cmp).build();
        for entry in walk {
            self.visited += 1;
            if self.visited > MOST_VISITED {
                self.left_out.push(LeftOut { path: argument.to_owned(), reason: Reason::TooMany });
                break;
            }
            let entry = match entry {
                Ok(entry) => entry,
                // A pattern whose folder is not there matches nothing.
                Err(_) if !base.exists() => break,
                Err(error) => {
                    let reason = Reason::Unreadable(error.to_string());
                    self.left_out.push(LeftOut { path: argument.to_owned(), reason });
                    something = true;
                    continue;
                }
            };
            let path = plain(entry.path());
            // The root is there, and may itself be a link: it was named.
            if entry.depth() == 0
                || entry.file_type().is_some_and(|kind| kind.is_dir())
                || matcher.is_some_and(|matcher| !matcher.is_match(path))
            {
                continue;
            }
            something = true;
            match judge(&entry) {
                None => {
                    self.files.insert(path.to_owned());
                }
                Some(reason) => self.left_out.push(LeftOut { path: path.to_owned(), reason }),
            }
        }
        if something { Ok(()) } else { Err(DocumentError::NoMatch(argument.to_owned())) }
    }
}

/// `./docs` and `docs` are one folder.
fn plain(path: &Path) -> &Path {
    path.strip_prefix(".").unwrap_or(path)
}

/// The folder that a pattern begins in, and the pattern.
fn pattern(argument: &Path) -> Result<Option<(PathBuf, GlobMatcher)>, DocumentError> {
    let special = |part: &Path| part.to_string_lossy().contains(['*', '?', '[', '{']);
    if !special(argument) {
        return Ok(None);
    }
    let base: PathBuf = argument.components().take_while(|part| !special(part.as_ref())).collect();
    let base = if base.as_os_str().is_empty() { PathBuf::from(".") } else { base };
    let glob = GlobBuilder::new(&plain(argument).to_string_lossy()).literal_separator(true).build().map_err(
        |error| DocumentError::BadPattern { path: argument.to_owned(), message: error.kind().to_string() },
    )?;
    Ok(Some((base, glob.compile_matcher())))
}

/// Why a file in a folder is not read, if so.
fn judge(entry: &DirEntry) -> Option<Reason> {
    let kind = entry.file_type()?;
    if kind.is_symlink() {
        return Some(Reason::Link);
    }
    if !kind.is_file() {
        return Some(Reason::Binary);
    }
    let mut head = Vec::new();
    let looked = entry.metadata().map_err(|error| error.to_string()).and_then(|metadata| {
        let file = File::open(entry.path()).map_err(|error| error.to_string())?;
        file.take(text::HEAD as u64).read_to_end(&mut head).map_err(|error| error.to_string())?;
        Ok(metadata.len())
    });
    match looked {
        Err(why) => Some(Reason::Unreadable(why)),
        Ok(0) => Some(Reason::Empty),
        Ok(length) if length > MOST_BYTES => Some(Reason::TooLarge),
        Ok(_) => text::is_binary(&head).then_some(Reason::Binary),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder with something of each kind.
    fn folder() -> tempfile::TempDir {
        let home = tempfile::tempdir().unwrap();
        let files: [(&str, &[u8]); 9] = [
            ("b.md", b"# B"),
            ("a.txt", b"a"),
            ("docs/deep/c.md", b"# C"),
            ("docs/d[1].md", b"# D"),
            ("docs/pixel.png", b"\x89PNG\0\0"),
            ("docs/nothing.md", b""),
            (".hidden/e.md", b"# E"),
            ("target/f.md", b"# F"),
            (".gitignore", b"target\n"),
        ];
        for (name, bytes) in files {
            let path = home.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
        home
    }

    fn names(home: &Path, arguments: &[&str]) -> (Vec<String>, Vec<String>) {
        let arguments: Vec<PathBuf> = arguments.iter().map(|argument| home.join(argument)).collect();
        let found = find(&arguments).unwrap();
        let name = |path: &Path| path.strip_prefix(home).unwrap().to_str().unwrap().replace('\\', "/");
        (
            found.files.iter().map(|path| name(path)).collect(),
            found.left_out.iter().map(|left| format!("{}: {}", name(&left.path), left.reason)).collect(),
        )
    }

    #[test]
    fn folders_patterns_and_files() {
        let home = folder();
        let (files, left_out) = names(home.path(), &["", "a.txt"]);
        assert_eq!(files, ["a.txt", "b.md", "docs/d[1].md", "docs/deep/c.md"]);
        assert_eq!(left_out, ["docs/nothing.md: empty", "docs/pixel.png: not text"]);
        assert_eq!(names(home.path(), &["*.md"]).0, ["b.md"]);
        assert_eq!(names(home.path(), &["docs/**/*.{md,txt}"]).0, ["docs/d[1].md", "docs/deep/c.md"]);
        assert_eq!(names(home.path(), &["docs/d[1].md"]).0, ["docs/d[1].md"]);
        // What was named is wanted.
        assert_eq!(names(home.path(), &["target/f.md", ".hidden/e.md"]).0, [".hidden/e.md", "target/f.md"]);
    }

    #[test]
    fn what_leads_nowhere_is_named() {
        let home = folder();
        for (argument, expected) in [
            ("none.md", "none.md: there is no such file"),
            ("*.rst", "*.rst: nothing to read there"),
            ("no/such/*.md", "no/such/*.md: nothing to read there"),
            ("docs/[.md", "[.md: not a pattern: unclosed character class"),
        ] {
            let error =
                find(&[home.path().join("b.md"), home.path().join(argument)]).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn links_are_not_followed_unless_named() {
        let home = folder();
        let outside = tempfile::tempdir().unwrap();
        fs::write(outside.path().join("secret.md"), "secret").unwrap();
        std::os::unix::fs::symlink(outside.path(), home.path().join("docs/out")).unwrap();
        std::os::unix::fs::symlink(outside.path().join("secret.md"), home.path().join("docs/out.md"))
            .unwrap();
        let (files, left_out) = names(home.path(), &["docs"]);
        assert_eq!(files, ["docs/d[1].md", "docs/deep/c.md"]);
        assert!(left_out.contains(&"docs/out.md: a link; name it to read it".to_owned()), "{left_out:?}");
        assert_eq!(names(home.path(), &["docs/out.md"]).0, ["docs/out.md"]);
    }
}
