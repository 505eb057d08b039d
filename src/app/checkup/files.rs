//! Files and directories: what is there, what may be written, how much room is left.

use std::path::{Path, PathBuf};

use super::Check;
use crate::app::{App, Nearby};
use crate::config::{ConfigError, Credentials, Paths};

/// Less room than this is worth a word.
const LITTLE_ROOM: u64 = 200 << 20;

/// A configuration that can be read.
pub(super) fn configuration(app: &App) -> Check {
    let finding = match &app.config.document.file {
        Some(file) => format!("{} is well-formed", file.display()),
        None => format!("there is no {}: everything is as built in", app.paths.config_file.display()),
    };
    Check::ok("configuration", finding)
}

pub(super) fn credentials(paths: &Paths, read: &Result<Credentials, ConfigError>) -> Check {
    let name = "credentials";
    let file = paths.credentials_file();
    match read {
        Err(error) => Check::of_error(name, error),
        Ok(_) if !file.exists() => {
            Check::ok(name, format!("there is no {}: no key is stored", file.display()))
        }
        Ok(credentials) => {
            let count = credentials.providers().count();
            let providers = if count == 1 { "provider" } else { "providers" };
            Check::ok(name, format!("{} holds keys for {count} {providers}, for you only", file.display()))
        }
    }
}

/// The settings of the project that the program was started in.
pub(super) fn project(nearby: &Nearby) -> Check {
    match nearby.warning() {
        None => Check::ok("project", format!("{} is trusted", nearby.directory().display())),
        Some(warning) => Check::warning("project", warning),
    }
}

/// The agents' files, where there are any.
pub(super) fn agents(app: &App, checks: &mut Vec<Check>) {
    let agents = app.agents();
    for problem in agents.problems() {
        let check = if problem.fatal { Check::problem } else { Check::warning };
        checks.push(check("agents", problem.to_string()));
    }
    let files = agents.definitions().iter().filter(|agent| agent.file.is_some()).count();
    if files > 0 && agents.problems().is_empty() {
        let what = if files == 1 { "file is" } else { "files are" };
        checks.push(Check::ok("agents", format!("{files} {what} well-formed")));
    }
}

pub(super) fn directories(paths: &Paths, checks: &mut Vec<Check>) {
    // A configuration that somebody else manages need not be ours to write.
    let config = directory("config directory", &paths.config_dir).unwrap_or_else(|reason| {
        Check::warning("config directory", reason)
            .todo("`aigw auth login` needs to write there; AIGW_CONFIG_DIR names another one")
    });
    let data = directory("data directory", &paths.data_dir).unwrap_or_else(|reason| {
        Check::problem("data directory", reason)
            .todo("mend its permissions, or let AIGW_DATA_DIR name another one")
    });
    checks.extend([config, data]);
    checks.extend(room(&paths.data_dir));
}

/// Whether a directory is there and can be written, or can be created.
fn directory(name: &str, path: &Path) -> Result<Check, String> {
    let (nearest, exists) = nearest(path);
    if !nearest.is_dir() {
        return Err(format!(
            "{} cannot be created: {} is not a directory",
            path.display(),
            nearest.display()
        ));
    }
    // The only sure way to know. On Linux such a file has no name, elsewhere it loses it at once.
    match (tempfile::tempfile_in(&nearest), exists) {
        (Ok(_), true) => Ok(Check::ok(name, format!("{} can be written", path.display()))),
        (Ok(_), false) => Ok(Check::ok(name, format!("{} can be created when it is needed", path.display()))),
        (Err(error), true) => Err(format!("{} cannot be written: {error}", path.display())),
        (Err(error), false) => Err(format!(
            "{} cannot be created: {} cannot be written: {error}",
            path.display(),
            nearest.display()
        )),
    }
}

/// The path itself, or the nearest one above it that exists; and which of the two it is.
fn nearest(path: &Path) -> (PathBuf, bool) {
    let exists = path.exists();
    let found = path.ancestors().find(|path| path.exists() && !path.as_os_str().is_empty());
    (found.map_or_else(|| PathBuf::from("."), Path::to_path_buf), exists)
}

#[cfg(unix)]
fn room(path: &Path) -> Option<Check> {
    let (nearest, _) = nearest(path);
    let disk = rustix::fs::statvfs(&nearest).ok()?;
    let free = disk.f_bavail.saturating_mul(disk.f_frsize);
    // Some file systems have no size of their own.
    if disk.f_blocks == 0 {
        return None;
    }
    let finding = format!("{} is free where the databases are", people(free));
    Some(if free < LITTLE_ROOM {
        Check::warning("disk", finding).todo("make room: without it nothing can be recorded")
    } else {
        Check::ok("disk", finding)
    })
}

#[cfg(not(unix))]
fn room(_path: &Path) -> Option<Check> {
    None
}

/// Bytes as people say them.
pub(super) fn people(bytes: u64) -> String {
    let units = [(30, "GiB"), (20, "MiB"), (10, "KiB")];
    match units.iter().find(|(bits, _)| bytes >> bits > 0) {
        Some((bits, unit)) => {
            let tenths = (bytes >> (bits - 10)) * 10 / 1024;
            if tenths < 100 {
                format!("{}.{} {unit}", tenths / 10, tenths % 10)
            } else {
                format!("{} {unit}", tenths / 10)
            }
        }
        None => format!("{bytes} bytes"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_for_people() {
        assert_eq!(people(512), "512 bytes");
        assert_eq!(people(1536), "1.5 KiB");
        assert_eq!(people(200 << 20), "200 MiB");
        assert_eq!(people(5 << 30), "5.0 GiB");
        assert_eq!(people(u64::MAX), "17179869183 GiB");
    }

    #[test]
    fn a_check_leaves_nothing_behind() {
        let home = tempfile::tempdir().unwrap();
        let there = directory("x", home.path()).unwrap();
        assert!(there.finding.contains("can be written"), "{there:?}");
        let deep = home.path().join("a/b/c");
        assert!(directory("x", &deep).unwrap().finding.contains("can be created"));
        std::fs::write(home.path().join("file"), "").unwrap();
        assert!(directory("x", &home.path().join("file/b")).unwrap_err().contains("not a directory"));
        assert_eq!(std::fs::read_dir(home.path()).unwrap().count(), 1);
    }
}
