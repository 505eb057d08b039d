//! Where things are on disk.

use std::path::PathBuf;

use directories::ProjectDirs;

use super::Env;

/// The directories of the program.
#[derive(Debug, Clone)]
pub struct Paths {
    /// `config.toml`, `credentials.toml`, later agents and chains.
    pub config_dir: PathBuf,
    /// The databases.
    pub data_dir: PathBuf,
    /// The configuration file: the one that was named, or `config.toml` in its directory.
    pub config_file: PathBuf,
    /// Whether the file was named, so that it must exist.
    pub file_is_named: bool,
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
        Ok(Self { config_dir, data_dir, config_file, file_is_named })
    }

    /// Where `aigw auth login` keeps keys.
    pub fn credentials_file(&self) -> PathBuf {
        self.config_dir.join("credentials.toml")
    }
}
