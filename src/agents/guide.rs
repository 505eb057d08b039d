//! The `AGENTS.md` of a project: what its people have written down for whoever works in it.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

/// Its name.
pub(super) const FILE: &str = "AGENTS.md";
/// As much of it as goes along with every question.
const MAX_BYTES: u64 = 64 << 10;

/// What an agent that asks for it is told; nothing where there is no such file. A link may lead anywhere: it is not
/// followed.
pub(super) fn read(file: &Path) -> Option<String> {
    if !file.symlink_metadata().is_ok_and(|metadata| metadata.is_file()) {
        return None;
    }
    let mut bytes = Vec::new();
    File::open(file).and_then(|open| open.take(MAX_BYTES + 1).read_to_end(&mut bytes)).ok()?;
    let is_cut = bytes.len() as u64 > MAX_BYTES;
    bytes.truncate(usize::try_from(MAX_BYTES).unwrap_or(usize::MAX));
    let text = String::from_utf8_lossy(&bytes);
    let rest = if is_cut { "\n[cut: it goes on]" } else { "" };
    let text = text.trim();
    (!text.is_empty()).then(|| format!("The project's {FILE} says:\n\n{text}{rest}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_read_as_far_as_it_has_room() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join(FILE);
        assert_eq!(read(&file), None);
        std::fs::write(&file, " \n").unwrap();
        assert_eq!(read(&file), None);
        std::fs::write(&file, "Use tabs.\n").unwrap();
        assert_eq!(read(&file).unwrap(), "The project's AGENTS.md says:\n\nUse tabs.");
        std::fs::write(&file, "é".repeat(1 << 20)).unwrap();
        let text = read(&file).unwrap();
        assert!(text.len() < 70_000 && text.ends_with("[cut: it goes on]"));
        #[cfg(unix)]
        {
            let link = directory.path().join("link.md");
            std::os::unix::fs::symlink(&file, &link).unwrap();
            assert_eq!(read(&link), None);
        }
    }
}
