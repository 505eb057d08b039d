//! The keys that `aigw auth login` keeps: a file that only its owner can read.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::ConfigError;
use crate::secret::Secret;

/// The largest file that is read.
const MAX_FILE: u64 = 1 << 20;

/// Keys by provider.
#[derive(Debug, Default)]
pub struct Credentials {
    file: PathBuf,
    keys: BTreeMap<String, Vec<Secret>>,
}

#[derive(Default, Serialize, Deserialize)]
struct Section {
    #[serde(default)]
    api_keys: Vec<String>,
}

impl Credentials {
    /// Reads the file; none is an empty one. A file that others can read is refused: the keys in it are no secret.
    pub fn read(file: &Path) -> Result<Self, ConfigError> {
        let text = match super::read_bounded(file, MAX_FILE) {
            Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(ConfigError::new(format!("cannot read it: {error}")).at(file, None)),
        };
        if !text.is_empty() {
            check_private(file)?;
        }
        let sections: BTreeMap<String, Section> = toml::from_str(&text).map_err(|error| {
            // The error's own text would quote the line, and the line is a key.
            let line = error.span().map(|span| text[..span.start.min(text.len())].matches('\n').count() + 1);
            ConfigError::new("it is not the TOML that `aigw auth login` writes")
                .at(file, line.map(|line| (line, 1)))
        })?;
        let keys = sections
            .into_iter()
            .map(|(provider, section)| {
                (provider, section.api_keys.iter().map(|key| Secret::new(key)).collect())
            })
            .collect();
        Ok(Self { file: file.to_owned(), keys })
    }

    /// A provider's keys.
    pub fn keys(&self, provider: &str) -> &[Secret] {
        self.keys.get(provider).map_or(&[], Vec::as_slice)
    }

    /// The providers that it holds keys for.
    pub fn providers(&self) -> impl Iterator<Item = &str> {
        self.keys.iter().filter(|(_, keys)| !keys.is_empty()).map(|(provider, _)| provider.as_str())
    }

    /// Reads the file, changes what it says and writes it, while no other process does the same.
    pub fn change<T>(file: &Path, change: impl FnOnce(&mut Self) -> T) -> Result<T, ConfigError> {
        let fail =
            |error: std::io::Error| ConfigError::new(format!("cannot write it: {error}")).at(file, None);
        let directory = file.parent().unwrap_or_else(|| Path::new("."));
        std::fs::create_dir_all(directory).map_err(fail)?;
        let queue = private().create(true).truncate(false).open(file.with_extension("lock")).map_err(fail)?;
        queue.lock().map_err(fail)?;
        let mut credentials = Self::read(file)?;
        let result = change(&mut credentials);
        credentials.write()?;
        Ok(result)
    }

    /// Adds a key; false if it was there already.
    pub fn add(&mut self, provider: &str, key: Secret) -> bool {
        let keys = self.keys.entry(provider.to_owned()).or_default();
        if keys.contains(&key) {
            return false;
        }
        keys.push(key);
        true
    }

    /// Forgets one key.
    pub fn drop_key(&mut self, provider: &str, key: &Secret) {
        if let Some(keys) = self.keys.get_mut(provider) {
            keys.retain(|kept| kept != key);
        }
    }

    /// Forgets a provider's keys and says how many there were.
    pub fn remove(&mut self, provider: &str) -> usize {
        self.keys.remove(provider).map_or(0, |keys| keys.len())
    }

    /// Writes the file: whole or not at all, readable by its owner only.
    fn write(&self) -> Result<(), ConfigError> {
        let sections: BTreeMap<&str, Section> = self
            .keys
            .iter()
            .filter(|(_, keys)| !keys.is_empty())
            .map(|(provider, keys)| {
                (
                    provider.as_str(),
                    Section { api_keys: keys.iter().map(|key| key.expose().to_owned()).collect() },
                )
            })
            .collect();
        let text = toml::to_string(&sections).map_err(|error| ConfigError::new(error.to_string()))?;
        write_private(&self.file, text.as_bytes())
            .map_err(|error| ConfigError::new(format!("cannot write it: {error}")).at(&self.file, None))
    }
}

pub(super) fn write_private(file: &Path, bytes: &[u8]) -> std::io::Result<()> {
    // A link stays one: what it points to is replaced.
    let file = file.canonicalize().unwrap_or_else(|_| file.to_owned());
    let directory = file.parent().unwrap_or_else(|| Path::new("."));
    let temporary = file.with_extension(format!("{:016x}.tmp", fastrand::u64(..)));
    let written = private().create_new(true).open(&temporary).and_then(|mut open| {
        open.write_all(bytes)?;
        open.sync_all()
    });
    let renamed = written.and_then(|()| std::fs::rename(&temporary, &file));
    if renamed.is_err() {
        // Best effort: the error that matters is already on its way.
        let _gone = std::fs::remove_file(&temporary);
    }
    renamed?;
    // The name is on disk when its directory is. Not every system lets a directory be synced.
    let _synced = std::fs::File::open(directory).and_then(|directory| directory.sync_all());
    Ok(())
}

/// Opens for writing what only its owner may read.
pub(super) fn private() -> std::fs::OpenOptions {
    let mut options = std::fs::OpenOptions::new();
    options.write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

#[cfg(unix)]
fn check_private(file: &Path) -> Result<(), ConfigError> {
    use std::os::unix::fs::PermissionsExt;
    let mode = std::fs::metadata(file).map_or(0o600, |metadata| metadata.permissions().mode());
    let for_others = mode & 0o077;
    if for_others == 0 {
        return Ok(());
    }
    Err(ConfigError::new(format!("others can read the keys in it (mode {:o})", mode & 0o777))
        .at(file, None)
        .hinted(format!("chmod 600 {}", file.display())))
}

#[cfg(not(unix))]
fn check_private(_file: &Path) -> Result<(), ConfigError> {
    Ok(())
}
