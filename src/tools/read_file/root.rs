//! The working directory as a place that nobody gets out of.
//!
//! A path is walked name by name, each directory opened from the one before it and never through a link; links are read
//! and their names walked in turn. What is opened is therefore below the root however the tree is changed meanwhile, which
//! a check of the finished path could not promise.

use std::collections::VecDeque;
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::path::{Component, Path, PathBuf};

use rustix::fd::{AsFd, OwnedFd};
use rustix::fs::{AtFlags, Dir, FileType, Mode, OFlags, Stat};

use super::FileError;
use super::secrets::why_not;

/// How many links a path may lead over.
const MOST_LINKS: usize = 16;
/// The longest path.
const LONGEST: usize = 4096;
/// How many names of a directory are told.
const MOST_NAMES: usize = 100;
const TO_WALK: OFlags =
    OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);
/// Opening must not wait, as a pipe would make it, nor take a terminal.
const TO_READ: OFlags = OFlags::RDONLY
    .union(OFlags::NOFOLLOW)
    .union(OFlags::NONBLOCK)
    .union(OFlags::NOCTTY)
    .union(OFlags::CLOEXEC);

/// The directory that files are read from.
#[derive(Debug, Clone)]
pub(super) struct Root {
    pub(super) path: PathBuf,
    /// Files and directories that are not read though they may be below it.
    pub(super) kept_out: Vec<PathBuf>,
}

/// A file that may be read.
#[derive(Debug)]
pub(super) struct Opened {
    pub(super) file: File,
    /// Its path from the root on, without links.
    pub(super) path: String,
}

/// A walk from the root to a file.
struct Walk<'a> {
    root: &'a Root,
    /// As it was asked for.
    asked: &'a str,
    base: OwnedFd,
    /// The directories that one stands in, with their names.
    stack: Vec<(OwnedFd, OsString)>,
    /// The names that are still to be walked.
    ahead: VecDeque<Step>,
    links: usize,
    kept_out: Vec<Stat>,
}

enum Step {
    Up,
    Into(OsString),
}

impl Root {
    /// Opens a file below the root.
    pub(super) fn open(&self, asked: &str) -> Result<Opened, FileError> {
        if asked.trim().is_empty() || asked.contains('\0') || asked.len() > LONGEST {
            return Err(FileError::Path(asked.chars().take(200).collect()));
        }
        let io = |error: rustix::io::Errno| FileError::io(asked, &error.into());
        let base =
            rustix::fs::open(&self.path, TO_WALK.difference(OFlags::NOFOLLOW), Mode::empty()).map_err(io)?;
        let kept_out = self.kept_out.iter().filter_map(|path| rustix::fs::stat(path).ok()).collect();
        let mut walk =
            Walk { root: self, asked, base, stack: Vec::new(), ahead: VecDeque::new(), links: 0, kept_out };
        walk.plan(Path::new(asked))?;
        while let Some(step) = walk.ahead.pop_front() {
            match step {
                Step::Up => drop(walk.stack.pop().ok_or_else(|| FileError::Outside(asked.to_owned()))?),
                Step::Into(name) => {
                    if let Some(opened) = walk.step(name)? {
                        return Ok(opened);
                    }
                }
            }
        }
        let path = walk.path(None).join("/");
        Err(FileError::Directory {
            path: if path.is_empty() { ".".into() } else { path },
            names: walk.names(),
        })
    }
}

impl Walk<'_> {
    /// Puts the parts of a path before what is still to be walked.
    fn plan(&mut self, path: &Path) -> Result<(), FileError> {
        let outside = || FileError::Outside(self.asked.to_owned());
        let mut path = path;
        if path.is_absolute() {
            path = path.strip_prefix(&self.root.path).map_err(|_| outside())?;
            self.stack.clear();
        }
        let mut steps = Vec::new();
        for part in path.components() {
            match part {
                Component::CurDir => {}
                Component::ParentDir => steps.push(Step::Up),
                Component::Normal(name) => steps.push(Step::Into(name.to_owned())),
                Component::RootDir | Component::Prefix(_) => return Err(outside()),
            }
        }
        for step in steps.into_iter().rev() {
            self.ahead.push_front(step);
        }
        Ok(())
    }

    fn here(&self) -> &OwnedFd {
        self.stack.last().map_or(&self.base, |(directory, _)| directory)
    }

    /// Where one stands, and one step on.
    fn path(&self, name: Option<&OsStr>) -> Vec<String> {
        let names = self.stack.iter().map(|(_, name)| name.as_os_str()).chain(name);
        names.map(|name| name.to_string_lossy().into_owned()).collect()
    }

    /// One step: into a directory, along a link, or to the file.
    fn step(&mut self, name: OsString) -> Result<Option<Opened>, FileError> {
        let names = self.path(Some(&name));
        let path = names.join("/");
        if let Some(why) = why_not(&names) {
            return Err(FileError::Secret { path, why });
        }
        let io = |error: rustix::io::Errno| FileError::io(self.asked, &error.into());
        let stat = rustix::fs::statat(self.here(), &name, AtFlags::SYMLINK_NOFOLLOW).map_err(io)?;
        match FileType::from_raw_mode(stat.st_mode) {
            FileType::Symlink => {
                let target = rustix::fs::readlinkat(self.here(), &name, Vec::new()).map_err(io)?;
                self.links += 1;
                if self.links > MOST_LINKS {
                    return Err(FileError::Links(self.asked.to_owned()));
                }
                let target = target.to_string_lossy().into_owned();
                self.plan(Path::new(&target))?;
                Ok(None)
            }
            FileType::Directory => {
                let directory = rustix::fs::openat(self.here(), &name, TO_WALK, Mode::empty()).map_err(io)?;
                self.check(&directory, &path)?;
                self.stack.push((directory, name));
                Ok(None)
            }
            FileType::RegularFile if self.ahead.is_empty() => {
                let file = rustix::fs::openat(self.here(), &name, TO_READ, Mode::empty()).map_err(io)?;
                let stat = self.check(&file, &path)?;
                match FileType::from_raw_mode(stat.st_mode) {
                    FileType::RegularFile => Ok(Some(Opened { file: file.into(), path })),
                    // It was a file a moment ago.
                    _ => Err(FileError::NotFound(path)),
                }
            }
            FileType::RegularFile => Err(FileError::NotFound(self.asked.to_owned())),
            FileType::Fifo => Err(FileError::Special { path, what: "a pipe" }),
            FileType::Socket => Err(FileError::Special { path, what: "a socket" }),
            _ => Err(FileError::Special { path, what: "a device" }),
        }
    }

    /// Checks what was opened: nothing of this program's own, nothing that only looks like files.
    fn check(&self, opened: impl AsFd, path: &str) -> Result<Stat, FileError> {
        let io = |error: rustix::io::Errno| FileError::io(path, &error.into());
        let stat = rustix::fs::fstat(&opened).map_err(io)?;
        let refused = |why| Err(FileError::Secret { path: path.to_owned(), why });
        if self.kept_out.iter().any(|kept| kept.st_dev == stat.st_dev && kept.st_ino == stat.st_ino) {
            return refused("it belongs to the settings and the memory of this very program");
        }
        #[cfg(target_os = "linux")]
        if rustix::fs::fstatfs(&opened).map_err(io)?.f_type == rustix::fs::PROC_SUPER_MAGIC {
            return refused("it is a view of running programs, with what they were given in confidence");
        }
        Ok(stat)
    }

    /// What can be read in the directory that one stands in.
    fn names(&self) -> Vec<String> {
        let Ok(entries) = Dir::read_from(self.here()) else { return Vec::new() };
        let mut names: Vec<String> = entries
            .filter_map(Result::ok)
            .filter_map(|entry| {
                let name = entry.file_name().to_str().ok()?.to_owned();
                let mut path = self.path(None);
                path.push(name.clone());
                let hidden = name == "." || name == ".." || why_not(&path).is_some();
                let end = if entry.file_type() == FileType::Directory { "/" } else { "" };
                (!hidden).then(|| format!("{name}{end}"))
            })
            .collect();
        names.sort();
        if names.len() > MOST_NAMES {
            let more = names.len() - MOST_NAMES;
            names.truncate(MOST_NAMES);
            names.push(format!("and {more} more"));
        }
        names
    }
}
