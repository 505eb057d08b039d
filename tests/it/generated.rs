//! Committed files that the program makes are what it makes now. `AIGW_BLESS=1 cargo test generated` rewrites them.

use std::path::Path;

use aigw::cli::{completions::completions, man::pages};
use clap_complete::Shell;

fn check(directory: &str, files: Vec<(String, String)>) {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join(directory);
    #[expect(clippy::disallowed_methods, reason = "the one switch of the tests themselves")]
    let bless = std::env::var("AIGW_BLESS").is_ok();
    if bless {
        std::fs::create_dir_all(&directory).unwrap();
    }
    for (name, text) in &files {
        let path = directory.join(name);
        if bless {
            std::fs::write(&path, text).unwrap();
        }
        let committed = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(committed == *text, "{} is stale: AIGW_BLESS=1 cargo test generated", path.display());
    }
    for entry in std::fs::read_dir(&directory).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(files.iter().any(|(file, _)| *file == name), "{name} is not made by the program any more");
    }
}

#[test]
fn completions_are_fresh() {
    let shells = [
        (Shell::Bash, "aigw.bash"),
        (Shell::Zsh, "_aigw"),
        (Shell::Fish, "aigw.fish"),
        (Shell::PowerShell, "_aigw.ps1"),
        (Shell::Elvish, "aigw.elv"),
    ];
    check("completions", shells.map(|(shell, name)| (name.to_owned(), completions(shell))).into());
}

#[test]
fn the_help_of_a_command_is_whole() {
    let pages = pages().unwrap();
    for (name, words) in [
        ("aigw-doctor.1", "Nothing is changed"),
        ("aigw-usage.1", "are not known"),
        ("aigw-provider-test.1", "Exits 0"),
        ("aigw-provider-probe.1", "four short questions"),
    ] {
        let (_, text) = pages.iter().find(|(page, _)| page == name).unwrap();
        assert!(text.contains(words), "{text}");
    }
}

#[test]
fn manual_pages_are_fresh() {
    check("man", pages().unwrap());
}
