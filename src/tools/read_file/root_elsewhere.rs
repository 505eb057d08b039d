//! The working directory as a place that nobody gets out of, where the system has no way to open a file from a directory:
//! links are not followed at all, and names that mean more than a name are refused.

use std::fs::File;
use std::path::{Component, Path, PathBuf};

use super::FileError;
use super::secrets::why_not;

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
    /// Its path from the root on.
    pub(super) path: String,
}

impl Root {
    /// Opens a file below the root.
    pub(super) fn open(&self, asked: &str) -> Result<Opened, FileError> {
        let outside = || FileError::Outside(asked.to_owned());
        let asked_path = Path::new(asked);
        let below = asked_path.strip_prefix(&self.path).unwrap_or(asked_path);
        let (mut full, mut names) = (self.path.clone(), Vec::new());
        for part in below.components() {
            let Component::Normal(name) = part else {
                if part == Component::CurDir { continue } else { return Err(outside()) }
            };
            let name = name.to_str().filter(|name| !name.contains([':', '\0']));
            let name = name.ok_or_else(|| FileError::Path(asked.to_owned()))?;
            names.push(name.to_owned());
            full.push(name);
            if let Some(why) = why_not(&names) {
                return Err(FileError::Secret { path: names.join("/"), why });
            }
            if self.kept_out.contains(&full) {
                let why = "it belongs to the settings and the memory of this very program";
                return Err(FileError::Secret { path: names.join("/"), why });
            }
            let metadata = full.symlink_metadata().map_err(|error| FileError::io(asked, &error))?;
            if metadata.is_symlink() {
                return Err(outside());
            }
        }
        let path = names.join("/");
        let metadata = full.symlink_metadata().map_err(|error| FileError::io(asked, &error))?;
        if metadata.is_dir() {
            return Err(FileError::Directory { path, names: Vec::new() });
        }
        if !metadata.is_file() {
            return Err(FileError::Special { path, what: "a device" });
        }
        let file = File::open(&full).map_err(|error| FileError::io(asked, &error))?;
        Ok(Opened { file, path })
    }
}
