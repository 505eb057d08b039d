//! The arrows between modules, held against the imports; and the size of rooms.

use std::path::{Path, PathBuf};

/// Who may import whom, besides itself, `secret` and `telemetry`.
const LAYERS: &[(&str, &[&str])] = &[
    ("chat", &[]),
    ("config", &[]),
    ("store", &[]),
    ("document", &[]),
    ("safe_text", &[]),
    ("ui", &["safe_text"]),
    ("secret", &[]),
    ("telemetry", &["config"]),
    ("providers", &["chat"]),
    ("health", &["store", "chat"]),
    ("ledger", &["store", "chat"]),
    ("memory", &["store", "chat", "document"]),
    ("router", &["providers", "health", "chat"]),
    ("tools", &["chat", "store", "document", "safe_text"]),
    ("agents", &["router", "tools", "memory", "chat"]),
    ("chains", &["agents", "tools", "memory", "chat"]),
    ("simulate", &[]),
    (
        "app",
        &[
            "agents",
            "chains",
            "chat",
            "config",
            "store",
            "providers",
            "health",
            "ledger",
            "memory",
            "router",
            "tools",
        ],
    ),
    ("server", &["app", "agents", "chat", "config", "providers", "health", "ledger", "memory", "router"]),
    (
        "drill",
        &["app", "chat", "config", "store", "providers", "health", "ledger", "router", "server", "simulate"],
    ),
    ("repl", &["app", "agents", "chat", "config", "memory", "providers", "router", "tools", "ui"]),
    (
        "cli",
        &[
            "repl",
            "agents",
            "chains",
            "app",
            "chat",
            "config",
            "document",
            "drill",
            "store",
            "ui",
            "providers",
            "health",
            "ledger",
            "memory",
            "router",
            "server",
            "simulate",
            "tools",
        ],
    ),
];

/// Lines of a file that are not tests, at most.
const MAX_LINES: usize = 400;

fn sources() -> Vec<(PathBuf, String)> {
    fn collect(directory: &Path, files: &mut Vec<(PathBuf, String)>) {
        for entry in std::fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                collect(&path, files);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                files.push((path, text));
            }
        }
    }
    let mut files = Vec::new();
    collect(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src")), &mut files);
    files
}

fn module_of(path: &Path) -> String {
    let relative = path.strip_prefix(concat!(env!("CARGO_MANIFEST_DIR"), "/src")).unwrap();
    relative.components().next().unwrap().as_os_str().to_str().unwrap().trim_end_matches(".rs").to_owned()
}

#[test]
fn imports_follow_the_layers() {
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        let module = module_of(&path);
        if ["main", "lib"].contains(&module.as_str()) {
            continue;
        }
        let allowed = LAYERS
            .iter()
            .find(|(name, _)| *name == module)
            .unwrap_or_else(|| panic!("no layer for {module}"))
            .1;
        for (number, line) in text.lines().enumerate() {
            // Both `use crate::x` and a path in the middle of code count; documentation does not.
            if line.trim_start().starts_with("//") {
                continue;
            }
            for imported in line.split("crate::").skip(1) {
                let name: String =
                    imported.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
                let known = LAYERS.iter().any(|(layer, _)| *layer == name);
                let open = name == module || name == "secret" || name == "telemetry";
                if known && !open && !allowed.contains(&name.as_str()) {
                    wrong.push(format!("{}:{}: {module} may not know {name}", path.display(), number + 1));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn rooms_are_small() {
    let crowded: Vec<String> = sources()
        .iter()
        .filter(|(path, _)| !path.ends_with("tests.rs"))
        .map(|(path, text)| (path, text.split("#[cfg(test)]\nmod tests {").next().unwrap().lines().count()))
        .filter(|(_, lines)| *lines > MAX_LINES)
        .map(|(path, lines)| format!("{} has {lines} lines", path.display()))
        .collect();
    assert!(crowded.is_empty(), "{}", crowded.join("\n"));
}

#[test]
fn only_the_front_ends_print() {
    let printing = ["io::stdout()", "io::stderr()", "println!", "eprintln!"];
    let wrong: Vec<String> = sources()
        .iter()
        .filter(|(path, _)| !["cli", "ui"].contains(&module_of(path).as_str()))
        .filter(|(_, text)| printing.iter().any(|what| text.contains(what)))
        .map(|(path, _)| path.display().to_string())
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
