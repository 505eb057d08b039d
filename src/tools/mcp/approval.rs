//! What the user has approved: a server as it is reached, with the tools that it had, as it described them.
//!
//! Kept in a file of the data directory that only its owner can read. The tools are kept whole: they are what agents are
//! offered, and they say what has changed.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::offered::digest;
use super::{Offered, Server};

/// The largest file that is read.
const MAX_FILE: u64 = 64 << 20;

/// A server and its tools as they were approved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    /// SHA-256 of the server and its tools.
    pub digest: String,
    /// When it was approved.
    pub at: String,
    /// The version of the protocol that the server spoke.
    pub protocol: String,
    /// What is run or asked.
    identity: Value,
    /// The tools, by name.
    pub tools: Vec<Offered>,
}

/// The approvals of the user.
#[derive(Debug, Clone)]
pub struct Approvals {
    file: PathBuf,
}

impl Approval {
    /// A server as it is now.
    pub fn of(server: &Server, tools: &[Offered], protocol: &str) -> Self {
        let identity = server.identity();
        Self {
            digest: pin(&identity, tools),
            at: Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            protocol: protocol.to_owned(),
            identity,
            tools: tools.to_vec(),
        }
    }

    /// Whether a server is reached as it was when it was approved. One that is not must not even be started.
    pub fn is_for(&self, server: &Server) -> bool {
        self.identity == server.identity()
    }

    /// What has changed of the tools that are used, in words.
    pub fn changes(&self, server: &Server, now: &[Offered]) -> Vec<String> {
        let mut changes = Vec::new();
        for tool in now.iter().filter(|tool| server.uses(&tool.name)) {
            match self.tools.iter().find(|approved| approved.name == tool.name) {
                None => changes.push(format!("`{}` is new", tool.name)),
                Some(approved) if approved.digest == tool.digest => {}
                Some(approved) => {
                    let what =
                        match (approved.description != tool.description, approved.schema != tool.schema) {
                            (true, true) => "has another description and other arguments",
                            (true, false) => "has another description",
                            (false, true) => "has other arguments",
                            (false, false) => {
                                "has a description or arguments that differ in what is not shown"
                            }
                        };
                    changes.push(format!("`{}` {what}", tool.name));
                }
            }
        }
        let gone =
            |tool: &&Offered| server.uses(&tool.name) && now.iter().all(|other| other.name != tool.name);
        changes.extend(self.tools.iter().filter(gone).map(|tool| format!("`{}` is gone", tool.name)));
        changes
    }
}

/// SHA-256 of a server and its tools.
fn pin(identity: &Value, tools: &[Offered]) -> String {
    let digests = tools.iter().map(|tool| Value::from(tool.digest.as_str())).collect();
    digest(&[identity.clone(), Value::Array(digests)])
}

impl Approvals {
    /// Those that are kept in a data directory.
    pub fn new(data_dir: &Path) -> Self {
        Self { file: data_dir.join("mcp-approved.json") }
    }

    /// All, by the names of the servers. One whose digest does not fit is none: the file was changed by something else.
    pub fn read(&self) -> io::Result<BTreeMap<String, Approval>> {
        let bytes = match read_bounded(&self.file) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(BTreeMap::new()),
            bytes => bytes?,
        };
        let mut all: BTreeMap<String, Approval> = serde_json::from_slice(&bytes)?;
        all.retain(|_, approval| approval.digest == pin(&approval.identity, &approval.tools));
        Ok(all)
    }

    /// The one of a server, as the file says now.
    pub fn find(&self, name: &str) -> io::Result<Option<Approval>> {
        Ok(self.read()?.remove(name))
    }

    /// Keeps an approval.
    pub fn approve(&self, name: &str, approval: Approval) -> io::Result<()> {
        self.change(|all| drop(all.insert(name.to_owned(), approval)))
    }

    /// Forgets one; false if there was none.
    pub fn withdraw(&self, name: &str) -> io::Result<bool> {
        self.change(|all| all.remove(name).is_some())
    }

    /// Reads the file, changes it and writes it whole, while no other process does the same.
    fn change<T>(&self, change: impl FnOnce(&mut BTreeMap<String, Approval>) -> T) -> io::Result<T> {
        let directory = self.file.parent().unwrap_or_else(|| Path::new("."));
        std::fs::create_dir_all(directory)?;
        let lock = self.file.with_extension("lock");
        let queue = std::fs::OpenOptions::new().write(true).create(true).truncate(false).open(lock)?;
        queue.lock()?;
        let mut all = self.read()?;
        let result = change(&mut all);
        // Such a file is its owner's from the start.
        let mut file = tempfile::NamedTempFile::new_in(directory)?;
        file.write_all(&serde_json::to_vec_pretty(&all)?)?;
        file.as_file().sync_all()?;
        file.persist(&self.file).map_err(|error| error.error)?;
        Ok(result)
    }
}

fn read_bounded(file: &Path) -> io::Result<Vec<u8>> {
    use std::io::Read;
    let mut bytes = Vec::new();
    std::fs::File::open(file)?.take(MAX_FILE + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_FILE { Err(io::Error::other("it is too large")) } else { Ok(bytes) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tools::mcp::Way;
    use serde_json::json;

    const LIMIT: std::time::Duration = std::time::Duration::from_secs(9);

    fn server(command: &[&str], only: Option<&[&str]>) -> Server {
        let words = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect::<Vec<_>>();
        let way = Way::Child { command: words(command), env: Vec::new(), inherited: Vec::new(), cwd: None };
        Server { name: "s".into(), way, timeout: LIMIT, start_timeout: LIMIT, only: only.map(words) }
    }

    fn tool(name: &str, description: &str) -> Offered {
        let schema = json!({"type": "object"});
        let digest = digest(&[name.into(), description.into(), schema.clone()]);
        Offered { name: name.into(), description: description.into(), schema, digest }
    }

    #[test]
    fn what_changed_is_said() {
        let server = server(&["x"], None);
        let approval = Approval::of(&server, &[tool("a", "1"), tool("b", "1")], "2026-07-28");
        assert_eq!(approval.changes(&server, &[tool("a", "1"), tool("b", "1")]), Vec::<String>::new());
        let changes = approval.changes(&server, &[tool("a", "2"), tool("c", "1")]);
        assert_eq!(changes, ["`a` has another description", "`c` is new", "`b` is gone"]);
        let mut quiet = tool("a", "1");
        quiet.digest = "another".into();
        assert!(approval.changes(&server, &[quiet, tool("b", "1")])[0].contains("not shown"));
    }

    #[test]
    fn only_the_tools_that_are_used_count() {
        let server = server(&["x"], Some(&["a"]));
        let approval = Approval::of(&server, &[tool("a", "1"), tool("b", "1")], "2026-07-28");
        assert_eq!(approval.changes(&server, &[tool("a", "1"), tool("c", "1")]), Vec::<String>::new());
    }

    #[test]
    fn approvals_are_kept_for_their_owner_and_hold_for_one_command() {
        let directory = tempfile::tempdir().unwrap();
        let approvals = Approvals::new(directory.path());
        assert!(approvals.read().unwrap().is_empty());
        let approval = Approval::of(&server(&["x", "y"], None), &[tool("a", "1")], "2026-07-28");
        approvals.approve("s", approval.clone()).unwrap();
        assert_eq!(approvals.find("s").unwrap(), Some(approval.clone()));
        assert!(approval.is_for(&server(&["x", "y"], None)) && !approval.is_for(&server(&["x", "z"], None)));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(std::fs::metadata(&approvals.file).unwrap().permissions().mode() & 0o777, 0o600);
        }
        let text = std::fs::read_to_string(&approvals.file).unwrap().replace("\"y\"", "\"z\"");
        std::fs::write(&approvals.file, text).unwrap();
        assert_eq!(approvals.find("s").unwrap(), None, "what somebody else wrote is no approval");
        assert!(!approvals.withdraw("s").unwrap());
    }
}
