//! What the user has set, and where: files, environment, keys.
//!
//! Read once; then [`crate::app`] takes it apart, and no module below sees it whole. Every error names the file, the
//! line and the key, and says what was expected.

mod bounds;
mod commands;
mod credentials;
mod document;
pub mod draft;
mod env;
mod error;
mod file;
pub mod keys;
pub mod mcp;
pub mod mcp_file;
mod memory;
mod paths;
pub mod project;
mod route;
mod span;
pub mod tools;

use std::io::Read;
use std::path::Path;

pub use commands::{BUILT_IN_TOOLS, CommandSection, Parameters};
pub use credentials::Credentials;
pub use document::{Document, nearest, schema};
pub use env::Env;
pub use error::{ConfigError, Place};
pub use file::{ConfigFile, LimitsSection, ProviderSection, TimeoutSection, WireName};
pub use mcp::{McpSection, McpServerSection};
pub use memory::{EmbedModel, EmbedTarget, KnownModel, MemorySection};
pub use paths::{NoHome, Paths};
pub use project::{Project, ProjectError};
pub use route::{
    AliasTarget, OnBrokenStream, OnContentFilter, RouteModel, RouteSection, Strategy, TierName, WeightedModel,
};
pub use span::{ParseSpanError, Span};
pub use tools::{PermissionWord, ToolsSection};

/// The largest configuration file that is read.
const MAX_FILE: u64 = 4 << 20;

/// All that the user has set.
#[derive(Debug, Default)]
pub struct Config {
    /// The configuration file, and over it that of the project.
    pub document: Document,
    /// The credentials file.
    pub credentials: Credentials,
    /// The environment.
    pub env: Env,
}

impl Config {
    /// Reads everything. A missing file is fine unless it was named. What a project that is trusted sets goes before what
    /// the user's file sets.
    pub fn read(paths: &Paths, project: Option<&Project>, env: Env) -> Result<Self, ConfigError> {
        let mut document = Document::read(&paths.config_file, paths.file_is_named)?;
        if let Some(project) = project {
            document = document.under(project.document()?)?;
        }
        let credentials = Credentials::read(&paths.credentials_file())?;
        Ok(Self { document, credentials, env })
    }
}

impl Document {
    /// Reads and checks a file; none is an empty one unless it must exist.
    pub fn read(file: &Path, must_exist: bool) -> Result<Self, ConfigError> {
        let fail = |message: String| ConfigError::new(message).at(file, None);
        match std::fs::metadata(file) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && !must_exist => {
                return Ok(Self::default());
            }
            Err(error) => return Err(fail(format!("cannot read it: {error}"))),
            Ok(metadata) if metadata.is_dir() => {
                return Err(fail("it is a directory; name the file in it".into()));
            }
            Ok(_) => {}
        }
        let bytes = read_bounded(file, MAX_FILE).map_err(|error| fail(format!("cannot read it: {error}")))?;
        Self::of_bytes(file, bytes)
    }

    /// Checks what was read from a file.
    fn of_bytes(file: &Path, bytes: Vec<u8>) -> Result<Self, ConfigError> {
        let text = String::from_utf8(bytes).map_err(|error| {
            let line =
                error.as_bytes()[..error.utf8_error().valid_up_to()].split(|byte| *byte == b'\n').count();
            ConfigError::new("it is not UTF-8 text").at(file, Some((line, 1)))
        })?;
        Self::parse(file, &text)
    }
}

/// Reads a file of at most this many bytes, whatever it claims its size to be: devices and pipes claim nothing.
pub fn read_bounded(path: &Path, most: u64) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    std::fs::File::open(path)?.take(most + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most {
        return Err(std::io::Error::other(format!("it is larger than {} MiB", most >> 20)));
    }
    Ok(bytes)
}
