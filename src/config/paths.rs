//! Where things are on disk.

use std::path::{Path, PathBuf};

use directories::ProjectDirs;

use super::{Env, project};

/// The directories of the program.
#[derive(Debug, Clone)]
pub struct Paths {
    /// `config.toml`, `credentials.toml`, `agents/*.md`, `chains/*.toml`.
    pub config_dir: PathBuf,
    /// The databases.
    pub data_dir: PathBuf,
    /// The configuration file: the one that was named, or `config.toml` in its directory.
    pub config_file: PathBuf,
    /// Whether the file was named, so that it must exist.
    pub file_is_named: bool,
    /// The project whose directory the program was started in: what holds an `.aigw`, which need not be trusted.
    pub project: Option<PathBuf>,
}

/// The system does not say where a user's files go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("cannot tell where your files are: no home directory is known")]
pub struct NoHome;

impl Paths {
    /// Finds them: `--config`, then `AIGW_CONFIG`, `AIGW_CONFIG_DIR`, `AIGW_DATA_DIR`, then the platform's own places.
    pub fn find(env: &Env, config_flag: Option<PathBuf>) -> Result<Self, NoHome> {
        let platform = ProjectDirs::from("", "", "aigw");
        let dir = |variable: &str, place: fn(&ProjectDirs) -> &std::path::Path| {
            env.get(variable)
                .map(PathBuf::from)
                .or_else(|| platform.as_ref().map(|dirs| place(dirs).to_path_buf()))
                .ok_or(NoHome)
        };
        let config_dir = dir("AIGW_CONFIG_DIR", ProjectDirs::config_dir)?;
        let data_dir = dir("AIGW_DATA_DIR", ProjectDirs::data_dir)?;
        let named = config_flag.or_else(|| env.get("AIGW_CONFIG").map(PathBuf::from));
        let file_is_named = named.is_some();
        let config_file = named.unwrap_or_else(|| config_dir.join("config.toml"));
        let mut paths = Self { config_dir, data_dir, config_file, file_is_named, project: None };
        if let Ok(here) = std::env::current_dir() {
            paths.project = paths.project_above(env, &here);
        }
        Ok(paths)
    }

    /// The project that a directory belongs to. The program's own directories may be called `.aigw` as well.
    pub fn project_above(&self, env: &Env, directory: &Path) -> Option<PathBuf> {
        let home = ["HOME", "USERPROFILE"].iter().find_map(|name| env.get(name)).map(Path::new);
        let found = project::nearest(&directory.canonicalize().ok()?, home)?;
        let theirs = found.join(project::DIRECTORY).canonicalize().ok();
        let is_ours = |ours: &PathBuf| ours.canonicalize().ok().is_some_and(|ours| theirs == Some(ours));
        let ours = [&self.config_dir, &self.data_dir].into_iter().any(is_ours);
        (!ours).then_some(found)
    }

    /// Where the user's agents are.
    pub fn agents_dir(&self) -> PathBuf {
        self.config_dir.join("agents")
    }

    /// Where the user's chains are.
    pub fn chains_dir(&self) -> PathBuf {
        self.config_dir.join("chains")
    }

    /// Where `aigw mcp add` keeps servers.
    pub fn mcp_file(&self) -> PathBuf {
        self.config_dir.join("mcp.json")
    }

    /// Where `aigw auth login` keeps keys.
    pub fn credentials_file(&self) -> PathBuf {
        self.config_dir.join("credentials.toml")
    }
}
