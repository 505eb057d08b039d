//! The databases, looked into without a change to them.

use std::path::Path;
use std::time::Duration;

use super::Check;
use super::files::people;
use crate::config::Paths;
use crate::ledger::Ledger;
use crate::memory::Memory;
use crate::store::{File, Inspection, StoreError, inspect};

/// How long the check of one file's pages may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// A write-ahead log that has grown beyond this is held up by somebody.
const LARGE_LOG: u64 = 64 << 20;

pub(super) async fn check(paths: &Paths, checks: &mut Vec<Check>) {
    let files = [File::Memory, File::Ledger, File::State, File::Cache];
    let there: Vec<_> = files.into_iter().filter(|file| paths.data_dir.join(file.name()).exists()).collect();
    if there.is_empty() {
        checks.push(Check::ok("databases", "there are none yet: the first request creates them"));
    }
    for file in there {
        let path = paths.data_dir.join(file.name());
        let looked = tokio::task::spawn_blocking(move || inspect(&path, PATIENCE)).await;
        checks.push(match looked {
            Ok(found) => verdict(file, &paths.data_dir, found),
            Err(_) => Check::problem(file.name(), "the check itself failed"),
        });
    }
}

/// What to do about a damaged file.
fn rescue(file: File, path: &Path) -> String {
    let path = path.display();
    match file {
        File::Memory => format!(
            "restore it from a backup; or save what can be read with `aigw memory export FILE` and `aigw session export`, move \
             {path} away, and `aigw memory import FILE`"
        ),
        File::Ledger | File::State | File::Cache => {
            format!("move {path} away to start afresh, or restore it from a backup")
        }
    }
}

fn verdict(file: File, directory: &Path, found: Result<Inspection, StoreError>) -> Check {
    let name = file.name();
    let found = match found {
        Ok(found) => found,
        // The error says what to do.
        Err(error) => return Check::problem(name, error.to_string()),
    };
    let newest = match file {
        File::Memory => Memory::VERSION,
        File::Ledger => Ledger::VERSION,
        File::State | File::Cache => usize::MAX,
    };
    let log = if found.log_size > 0 { format!(", log {}", people(found.log_size)) } else { String::new() };
    let what = format!("version {}, {}{log}", found.version, people(found.size));
    match found.sound {
        Some(false) => {
            let path = directory.join(name);
            Check::problem(name, format!("it is damaged ({what})")).todo(rescue(file, &path))
        }
        _ if usize::try_from(found.version).map_or(true, |version| version > newest) => {
            Check::problem(name, format!("it was written by a newer version of aigw ({what})"))
                .todo("update aigw, or name another AIGW_DATA_DIR")
        }
        None => Check::warning(
            name,
            format!("it is too large to be checked in {} s ({what})", PATIENCE.as_secs()),
        ),
        Some(true) if found.log_size > LARGE_LOG => {
            Check::warning(name, format!("its log has grown large ({what})"))
                .todo("end the programs that keep it open")
        }
        Some(true) => Check::ok(name, format!("it is sound ({what})")),
    }
}
