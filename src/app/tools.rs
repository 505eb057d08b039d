//! The tools of the program: what they may reach, from the configuration.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use super::App;
use crate::config::ConfigError;
use crate::providers::client::{Client, ClientError};
use crate::providers::tls_config;
use crate::tools::Tool;
use crate::tools::calculator::Calculator;
use crate::tools::datetime::DateTime;
use crate::tools::fetch::{FetchUrl, Policy};
use crate::tools::read_file::ReadFile;

/// How long what tools have found may keep the program from ending.
const PATIENCE: Duration = Duration::from_millis(200);

/// Tools cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum ToolsError {
    /// The configuration of one is wrong.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The network cannot be set up.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// Nobody knows where the program runs.
    #[error("the working directory is not known: {0}")]
    Directory(#[from] std::io::Error),
}

impl App {
    /// The tools that are the same for all agents, made when they are first needed.
    pub fn tools(&self, client: &Client) -> Result<Vec<Arc<dyn Tool>>, ToolsError> {
        if let Some(tools) = self.tools.get() {
            return Ok(tools.clone());
        }
        let mut tools = self.service_tools(client)?;
        tools.extend(self.own_tools(&std::env::current_dir()?)?);
        Ok(self.tools.get_or_init(|| tools).clone())
    }

    /// Services are asked also for what is kept of earlier answers.
    pub fn ask_services_anew(&self) {
        self.kept.ask_anew();
    }

    /// Tools are needed no more: their servers are ended, and what was found is kept for others.
    pub async fn leave_tools(&self) {
        if let Some(servers) = self.mcp.get() {
            servers.close().await;
        }
        let kept = Arc::clone(&self.kept);
        // Whoever cannot keep it has it asked for again.
        let _done = tokio::task::spawn_blocking(move || kept.flush(PATIENCE)).await;
    }

    /// The calculator, the clock, the reader of pages, the reader of files below a directory, and the user's commands.
    pub fn own_tools(&self, directory: &Path) -> Result<Vec<Arc<dyn Tool>>, ConfigError> {
        let mut tools: Vec<Arc<dyn Tool>> = vec![
            Arc::new(Calculator),
            Arc::new(DateTime::of_system()),
            Arc::new(self.fetch_url()?),
            Arc::new(self.read_file(directory)),
        ];
        for command in self.commands()? {
            tools.push(Arc::new(command));
        }
        Ok(tools)
    }

    fn fetch_url(&self) -> Result<FetchUrl, ConfigError> {
        let document = &self.config.document;
        let exceptions = &document.values.tools.fetch_url.allow_private;
        let policy = Policy::with_exceptions(exceptions).map_err(|(index, error)| {
            document.error(&format!("tools.fetch_url.allow_private[{index}]"), error)
        })?;
        let tls = tls_config().map_err(|error| ConfigError::new(format!("TLS cannot be set up: {error}")))?;
        Ok(FetchUrl::new(tls, policy))
    }

    fn read_file(&self, directory: &Path) -> ReadFile {
        let paths = &self.paths;
        let kept_out = vec![
            paths.config_dir.clone(),
            paths.config_file.clone(),
            paths.credentials_file(),
            paths.data_dir.clone(),
        ];
        // Links that lead back into the directory are compared with its real name.
        ReadFile::new(directory.canonicalize().unwrap_or_else(|_| directory.to_owned()), kept_out)
    }
}

/// Arguments that were typed as `NAME=VALUE`, as JSON. What is text in the schema stays text.
pub fn from_pairs(pairs: &[String], schema: &Value) -> Result<String, String> {
    let mut object = serde_json::Map::new();
    for pair in pairs {
        let (name, value) = pair.split_once('=').ok_or_else(|| format!("`{pair}` is no argument"))?;
        let text = || Value::String(value.to_owned());
        let is_text = schema["properties"][name]["type"] == "string";
        let value = if is_text { text() } else { serde_json::from_str(value).unwrap_or_else(|_| text()) };
        object.insert(name.to_owned(), value);
    }
    Ok(Value::Object(object).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn typed_arguments_have_the_types_of_the_schema() {
        let schema = json!({"properties": {"city": {"type": "string"}, "days": {"type": "integer"}}});
        let typed = |words: &[&str]| {
            from_pairs(&words.iter().map(|&word| word.to_owned()).collect::<Vec<_>>(), &schema)
        };
        assert_eq!(
            typed(&["city=12", "days=2", "note=a=b"]).unwrap(),
            r#"{"city":"12","days":2,"note":"a=b"}"#
        );
        assert_eq!(typed(&["Paris"]).unwrap_err(), "`Paris` is no argument");
    }
}
