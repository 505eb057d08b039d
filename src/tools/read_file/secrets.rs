//! What is not for models, whoever allows the tool: keys, passwords, and where programs keep them.
//!
//! By name, since that is known before anything is opened, and private keys by what is in them. It is a net and no wall:
//! a password in an ordinary file is not found.

/// Directories with nothing for models in them.
const DIRECTORIES: &[(&str, &str)] = &[
    (".git", "what git keeps there may hold passwords"),
    (".hg", "what Mercurial keeps there may hold passwords"),
    (".svn", "what Subversion keeps there may hold passwords"),
    (".ssh", "keys are kept there"),
    (".gnupg", "keys are kept there"),
    (".password-store", "passwords are kept there"),
    (".aws", "keys are kept there"),
    (".azure", "keys are kept there"),
    (".kube", "keys are kept there"),
    (".docker", "passwords are kept there"),
    (".terraform.d", "keys are kept there"),
    (".mozilla", "passwords are kept there"),
    (".thunderbird", "passwords are kept there"),
    (".aigw", "it holds the settings and keys of this very program"),
];

/// Directories of the same kind that are secret only in `.config`.
const IN_CONFIG: &[&str] = &["aigw", "gcloud", "gh", "hub", "op", "rclone", "sops"];

/// Files with keys or passwords in them.
const FILES: &[&str] = &[
    ".envrc",
    ".netrc",
    "_netrc",
    ".pgpass",
    ".my.cnf",
    ".npmrc",
    ".yarnrc",
    ".yarnrc.yml",
    ".pypirc",
    ".htpasswd",
    ".git-credentials",
    ".dockercfg",
    ".vault-token",
    ".s3cfg",
    ".boto",
    "shadow",
    "gshadow",
];

/// Names of keys of SSH.
const SSH_KEYS: &[&str] = &["id_rsa", "id_dsa", "id_ecdsa", "id_ecdsa_sk", "id_ed25519", "id_ed25519_sk"];

/// Ends of the names of files that hold keys, or passwords in plain text.
const ENDS: &[&str] = &["key", "ppk", "p12", "pfx", "jks", "keystore", "kdbx", "tfstate"];

/// Why a path is not for models; the names of its parts, in order.
pub(super) fn why_not(names: &[String]) -> Option<&'static str> {
    let names: Vec<String> =
        names.iter().map(|name| name.trim_end_matches(['.', ' ']).to_lowercase()).collect();
    for (index, name) in names.iter().enumerate() {
        if let Some((_, why)) = DIRECTORIES.iter().find(|(directory, _)| directory == name) {
            return Some(why);
        }
        let in_config = index > 0 && names[index - 1] == ".config";
        if in_config && IN_CONFIG.contains(&name.as_str()) {
            return Some("keys are kept there");
        }
    }
    of_file(names.last()?)
}

fn of_file(name: &str) -> Option<&'static str> {
    let (stem, end) = name.rsplit_once('.').unwrap_or((name, ""));
    let is_example =
        ["example", "sample", "template", "dist", "defaults"].iter().any(|word| name.contains(word));
    if (name == ".env" || name.starts_with(".env.") || end == "env") && !is_example {
        return Some("such files hold keys and passwords; an example of it (.env.example) can be read");
    }
    let keeps = ["credentials", ".credentials", "secrets", ".secrets"];
    let plain = ["", "json", "toml", "yaml", "yml", "ini", "txt", "xml", "csv"];
    if keeps.contains(&name) || keeps.contains(&stem) && plain.contains(&end) {
        return Some("it is said to hold keys or passwords");
    }
    if FILES.contains(&name) || SSH_KEYS.contains(&name) || ENDS.contains(&end) {
        return Some("such files hold keys or passwords");
    }
    (name.starts_with('.') && name.ends_with("_history")).then_some("what somebody typed may hold passwords")
}

/// Whether a private key stands in a text. Source that only speaks of one has no key behind those words.
pub(super) fn holds_key(text: &str) -> bool {
    let mut lines = text.lines().map(str::trim);
    while let Some(line) = lines.next() {
        let begins = line.starts_with("-----BEGIN ") && line.contains("PRIVATE KEY");
        if begins && lines.clone().take(6).any(is_key_like) {
            return true;
        }
    }
    false
}

fn is_key_like(line: &str) -> bool {
    line.len() >= 32 && line.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_secret(path: &str) -> bool {
        why_not(&path.split('/').map(str::to_owned).collect::<Vec<_>>()).is_some()
    }

    #[test]
    fn names_that_speak_for_themselves() {
        for path in [
            ".env",
            "a/.env",
            ".ENV",
            ".env.production",
            "prod.env",
            ".envrc",
            ".git/config",
            "sub/.Git/HEAD",
            ".ssh/config",
            ".ssh",
            ".aigw/credentials",
            ".aigw/config.toml",
            ".aws/credentials",
            ".config/gh/hosts.yml",
            ".npmrc",
            "keys/id_ed25519",
            "id_rsa",
            "server.key",
            "store.P12",
            "credentials",
            "a/credentials.json",
            "secrets.yaml",
            ".bash_history",
            ".cargo/credentials.toml",
            "x/.netrc",
            "terraform.tfstate",
            ".git./config",
            ".env ",
        ] {
            assert!(is_secret(path), "{path}");
        }
        for path in [
            "src/main.rs",
            ".env.example",
            ".env.sample",
            "example.env",
            ".gitignore",
            ".github/workflows/ci.yml",
            "src/credentials.rs",
            "docs/secrets.md",
            "id_rsa.pub",
            "environment.ts",
            ".config/nvim/init.lua",
            "keys.rs",
            "history.md",
            "git/config",
            "monkey",
            "certificate.pem",
        ] {
            assert!(!is_secret(path), "{path}");
        }
    }

    #[test]
    fn keys_are_known_by_what_they_are() {
        let body = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQ";
        assert!(holds_key(&format!("text\n  -----BEGIN RSA PRIVATE KEY-----\n{body}\n")));
        assert!(holds_key(&format!("-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\n{body}\n")));
        assert!(!holds_key(&format!("-----BEGIN CERTIFICATE-----\n{body}\n")));
        assert!(!holds_key("if line.starts_with(\"-----BEGIN PRIVATE KEY-----\") {\n    refuse();\n}"));
        assert!(!holds_key("-----BEGIN PRIVATE KEY-----\n…\n"));
    }
}
