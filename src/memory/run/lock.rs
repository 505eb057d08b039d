//! One process at a run: a lock that the kernel lets go of when its process is killed.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use crate::memory::Memory;

/// The right to go on with a run. Gone when dropped.
#[derive(Debug)]
pub struct RunLock {
    path: PathBuf,
    _file: File,
}

impl Memory {
    /// The right to go on with a run; none while another process has it.
    pub fn lock_run(&self, id: &str) -> io::Result<Option<RunLock>> {
        let path = self.lock_of(id);
        if let Some(directory) = path.parent() {
            fs::create_dir_all(directory)?;
        }
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path)?;
        let ours = file.try_lock().is_ok() && is_at(&file, &path);
        Ok(ours.then_some(RunLock { path, _file: file }))
    }

    /// Whether a process is at a run.
    pub fn is_run_locked(&self, id: &str) -> bool {
        File::open(self.lock_of(id)).is_ok_and(|file| file.try_lock_shared().is_err())
    }

    fn lock_of(&self, id: &str) -> PathBuf {
        self.path().parent().unwrap_or(Path::new("")).join("runs").join(format!("{id}.lock"))
    }
}

/// Whether it is this file that others find under its name: whoever had the lock before may have removed it meanwhile.
#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let ids = |metadata: io::Result<fs::Metadata>| metadata.map(|it| (it.dev(), it.ino())).ok();
    ids(file.metadata()) == ids(fs::metadata(path))
}

/// Elsewhere a file that is open cannot be removed.
#[cfg(not(unix))]
fn is_at(_file: &File, _path: &Path) -> bool {
    true
}

impl Drop for RunLock {
    fn drop(&mut self) {
        let _left = fs::remove_file(&self.path);
    }
}
