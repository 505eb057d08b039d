//! A first configuration file: its text, and how it is put in place.

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// The most backups that are kept; after that somebody has to clear up.
const MAX_BACKUPS: u32 = 100;
/// The most links that are followed, as many as the system does.
const MAX_LINKS: u32 = 40;

/// A provider in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its id.
    pub id: String,
    /// What there is to say about it.
    pub comment: String,
    /// Variables that hold its keys, where it is not enough that they are set.
    pub variables: Vec<String>,
}

/// The file's text: these providers, the first one preferred. It holds no key.
pub fn draft(entries: &[Entry], date: &str) -> String {
    let mut text = format!(
        "# Written by `aigw init` on {date}. Everything in here is optional; `aigw config schema` lists all there is.\n\
         # Keys are not in here: they come from the environment or from `aigw auth login`.\n\n\
         # Each provider that has a key is asked in turn, the one with the highest priority first.\n\
         default_route = \"auto\"\n"
    );
    for (priority, entry) in (1..=entries.len()).rev().zip(entries) {
        // Writing to a String cannot fail.
        let _infallible =
            write!(text, "\n[providers.{}] # {}\npriority = {}\n", entry.id, entry.comment, priority * 10);
        if !entry.variables.is_empty() {
            let variables: Vec<String> =
                entry.variables.iter().map(|name| format!("\"env:{name}\"")).collect();
            let _infallible = writeln!(text, "api_keys = [{}]", variables.join(", "));
        }
    }
    text
}

/// Puts the text in place, whole or not at all. A file that is there is replaced only if that is wanted, and kept under
/// another name, which is returned.
pub fn put(file: &Path, text: &str, replace: bool) -> io::Result<Option<PathBuf>> {
    let file = behind_links(file)?;
    let directory = file.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::create_dir_all(directory)?;
    let mut temporary = tempfile::Builder::new().prefix(".config-").tempfile_in(directory)?;
    temporary.write_all(text.as_bytes())?;
    temporary.as_file().sync_all()?;
    if !replace {
        temporary.persist_noclobber(&file)?;
        return Ok(None);
    }
    let kept = keep(&file)?;
    temporary.persist(&file)?;
    Ok(kept)
}

/// The file that a link leads to, even if it is not there yet: the link stays one.
fn behind_links(file: &Path) -> io::Result<PathBuf> {
    let mut file = file.to_owned();
    for _ in 0..MAX_LINKS {
        match std::fs::read_link(&file) {
            Ok(next) => file = file.parent().unwrap_or(Path::new("")).join(next),
            // It is not there, or no link.
            Err(_) => return Ok(file),
        }
    }
    Err(io::Error::other("it is a link that leads to itself"))
}

/// Copies a file to a name that is free.
fn keep(file: &Path) -> io::Result<Option<PathBuf>> {
    let text = match std::fs::read(file) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    for number in 1..=MAX_BACKUPS {
        let ending = if number == 1 { "toml.bak".to_owned() } else { format!("toml.bak{number}") };
        let backup = file.with_extension(ending);
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create_new(true);
        // There may be a key in it.
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        match options.open(&backup) {
            Ok(mut open) => {
                open.write_all(&text)?;
                open.sync_all()?;
                return Ok(Some(backup));
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(io::Error::other(format!("there are {MAX_BACKUPS} backups of it already")))
}

#[cfg(test)]
mod tests {
    use super::super::Document;
    use super::*;

    fn entry(id: &str, variables: &[&str]) -> Entry {
        let variables = variables.iter().map(|name| (*name).to_owned()).collect();
        Entry { id: id.into(), comment: "free".into(), variables }
    }

    #[test]
    fn a_draft_is_a_configuration() {
        let text = draft(&[entry("groq", &[]), entry("huggingface", &["HF_TOKEN"])], "2026-11-22");
        let document = Document::parse(Path::new("config.toml"), &text).unwrap();
        let providers = &document.values.providers;
        assert_eq!(providers["groq"].priority, Some(20));
        assert_eq!(providers["huggingface"].priority, Some(10));
        assert_eq!(providers["huggingface"].api_keys, ["env:HF_TOKEN"]);
    }

    #[test]
    fn nothing_is_lost() {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("deep/config.toml");
        assert_eq!(put(&file, "a = 1", false).unwrap(), None);
        assert_eq!(put(&file, "a = 2", false).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "a = 1");
        for (text, kept, name) in
            [("a = 2", "a = 1", "config.toml.bak"), ("a = 3", "a = 2", "config.toml.bak2")]
        {
            let backup = put(&file, text, true).unwrap().unwrap();
            assert!(backup.ends_with(name), "{}", backup.display());
            assert_eq!(std::fs::read_to_string(backup).unwrap(), kept);
        }
        // A link is followed, even where what it leads to is not there yet.
        #[cfg(unix)]
        {
            let (link, target) = (home.path().join("link.toml"), home.path().join("not/yet.toml"));
            std::os::unix::fs::symlink("not/yet.toml", &link).unwrap();
            put(&link, "a = 4", false).unwrap();
            assert_eq!(put(&link, "a = 5", false).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
            put(&link, "a = 6", true).unwrap();
            assert!(link.is_symlink());
            assert_eq!(std::fs::read_to_string(target).unwrap(), "a = 6");
            let circle = home.path().join("circle.toml");
            std::os::unix::fs::symlink("circle.toml", &circle).unwrap();
            assert!(put(&circle, "a = 7", false).is_err());
        }
        // And nothing is left over.
        assert_eq!(std::fs::read_dir(file.parent().unwrap()).unwrap().count(), 3);
    }
}
