//! Servers of the Model Context Protocol as the user has set them up, and what we offer ourselves.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use url::Url;

use super::App;
use super::ask_agent::AskAgent;
use super::desk::Wishes;
use super::tools::ToolsError;
use crate::agents::{Meanings, memory_tools};
use crate::config::{ConfigError, McpServerSection, mcp, mcp_file};
use crate::providers::{client::Client, tls_config};
use crate::secret::Secret;
use crate::tools::mcp::{Approvals, Server, Servers, Way};
use crate::tools::record::Caller;
use crate::tools::{ALL, Tool, Toolbox};

/// How long a call may take, and how long a server may take until it is ready, where nothing is set.
const CALL_LIMIT: Duration = Duration::from_mins(1);
const START_LIMIT: Duration = Duration::from_secs(10);

/// A server that the user has set up.
#[derive(Debug)]
pub struct McpServer {
    /// What it is called.
    pub name: String,
    /// What is set.
    pub section: McpServerSection,
    /// The file that says so.
    pub file: PathBuf,
    /// The server, or what is missing.
    pub server: Result<Server, String>,
}

impl McpServer {
    /// Whether it is used.
    pub fn is_on(&self) -> bool {
        self.section.enabled != Some(false)
    }
}

impl App {
    /// All servers that are set up, by name: those of the configuration, then those that `aigw mcp add` keeps, then those of
    /// other programs. And what is wrong with the files.
    pub fn mcp_servers(&self) -> (Vec<McpServer>, Vec<String>) {
        let (mut servers, mut problems, mut names) = (Vec::new(), Vec::new(), BTreeSet::new());
        let mut add = |name: &str, section: &McpServerSection, file: PathBuf| {
            if names.insert(name.to_owned()) {
                let server = self.mcp_server(name, section);
                servers.push(McpServer { name: name.to_owned(), section: section.clone(), file, server });
            }
        };
        let document = &self.config.document;
        for (name, section) in &document.values.mcp.servers {
            let place = document.place(&format!("mcp.{name}"));
            add(name, section, place.map(|place| place.file).unwrap_or_default());
        }
        let ours = self.paths.mcp_file();
        let imported = document.values.mcp.import.iter().map(|path| (self.home_path(path), true));
        for (file, must_exist) in std::iter::once((ours, false)).chain(imported) {
            let missing =
                || ConfigError::new("there is no such file (`mcp.import` names it)").at(&file, None);
            let read = if must_exist && !file.exists() { Err(missing()) } else { mcp_file::read(&file) };
            match read {
                Ok(found) => found.iter().for_each(|(name, section)| add(name, section, file.clone())),
                Err(error) => problems.push(format!("{error}; no MCP server of this file is used")),
            }
        }
        servers.sort_by(|a, b| a.name.cmp(&b.name));
        (servers, problems)
    }

    /// What the user has approved of servers.
    pub fn mcp_approvals(&self) -> Approvals {
        Approvals::new(&self.paths.data_dir)
    }

    /// The servers that agents may have tools of, found when they are first needed. They run until [`App::leave_tools`].
    pub fn mcp(&self) -> &Servers {
        self.mcp.get_or_init(|| {
            let (servers, problems) = self.mcp_servers();
            let (mut usable, mut unused) = (Vec::new(), Vec::new());
            for server in servers.into_iter().filter(McpServer::is_on) {
                match server.server {
                    Ok(server) => usable.push(server),
                    Err(what) => {
                        let why = format!("MCP server {} is not used: {what}", server.name);
                        unused.push((server.name, why));
                    }
                }
            }
            Servers::new(usable, &self.mcp_approvals()).without(unused, problems)
        })
    }

    /// A server as it would be reached; or what is missing for that.
    pub fn mcp_server(&self, name: &str, section: &McpServerSection) -> Result<Server, String> {
        let filled = |(key, value): (&String, &String)| match mcp::filled(value, &self.config.env) {
            Ok(value) => Ok((key.clone(), Secret::new(&value))),
            Err(variable) => Err(format!("`{key}` comes from {variable}, which is not set")),
        };
        let way = match &section.url {
            Some(url) => Way::Http {
                url: Url::parse(url).map_err(|error| format!("{url}: {error}"))?,
                headers: section.headers.iter().map(filled).collect::<Result<_, _>>()?,
                tls: Box::new(tls_config().map_err(|error| error.to_string())?),
            },
            None => Way::Child {
                command: section.command.clone(),
                env: section.env.iter().map(filled).collect::<Result<_, _>>()?,
                inherited: self.inherited(),
                cwd: section.cwd.as_deref().map(|cwd| self.home_path(cwd)),
            },
        };
        // Two files may have set a part each.
        if let Some((key, what)) = section.fault() {
            return Err(if key.is_empty() { what } else { format!("`{key}`: {what}") });
        }
        Ok(Server {
            name: name.to_owned(),
            way,
            timeout: section.timeout.map_or(CALL_LIMIT, |span| span.0),
            start_timeout: section.start_timeout.map_or(START_LIMIT, |span| span.0),
            only: section.tools.clone(),
        })
    }

    /// What every program needs. Keys of providers are in none of these.
    fn inherited(&self) -> Vec<(String, String)> {
        let names = if cfg!(windows) {
            ["PATH", "USERPROFILE", "SYSTEMROOT", "TEMP", "APPDATA"].as_slice()
        } else {
            ["PATH", "HOME"].as_slice()
        };
        let found = |name: &&str| Some(((*name).to_owned(), self.config.env.get(name)?.to_owned()));
        names.iter().filter_map(found).collect()
    }

    fn home_path(&self, path: &str) -> PathBuf {
        match (path.strip_prefix("~/"), self.config.env.get("HOME")) {
            (Some(rest), Some(home)) => Path::new(home).join(rest),
            _ => PathBuf::from(path),
        }
    }

    /// What other programs may have of ours, by the Model Context Protocol: the tools, the memory and agents, behind the
    /// gate; and the names of those tools that are held back. Tools of other servers are theirs to offer.
    pub fn mcp_offers(
        self: &Arc<Self>,
        client: &Arc<Client>,
        meanings: &Arc<Meanings<Arc<Client>>>,
        wishes: Wishes,
    ) -> Result<(Toolbox, Vec<String>, Option<String>), ToolsError> {
        let (gate, problem) = self.gate();
        let gate = gate.allowing(&wishes.allowed, wishes.hint);
        let agents = self.agents();
        let mut tools = self.tools(client)?;
        if let Some(assistant) = agents.find(crate::agents::ASSISTANT).filter(|_| !wishes.no_memory) {
            tools.extend(memory_tools::all(meanings, assistant, None));
        }
        let ask = AskAgent::new(Arc::clone(self), Arc::clone(client), Arc::clone(meanings), wishes);
        tools.extend(ask.map(|tool| Arc::new(tool) as Arc<dyn Tool>));
        let caller = Caller { agent: Some("mcp".to_owned()), session: None };
        let all = Toolbox::new(Arc::new(gate), caller, tools);
        let (offered, held) = all.offered(&[ALL.to_owned()]);
        Ok((offered, held, problem))
    }
}
