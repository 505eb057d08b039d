//! A tool of a server, as agents have it.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use serde_json::Value;

use super::{Link, Offered, tool_name};
use crate::chat::ToolSpec;
use crate::tools::{Answer, Permission, Tool, ToolError};

/// What is needed beyond the times of the server itself.
const SLACK: Duration = Duration::from_secs(1);

pub(super) struct McpTool {
    link: Arc<Link>,
    offered: Offered,
}

impl McpTool {
    pub(super) fn new(link: Arc<Link>, offered: Offered) -> Self {
        Self { link, offered }
    }
}

impl Tool for McpTool {
    fn spec(&self) -> ToolSpec {
        ToolSpec {
            name: tool_name(&self.link.server.name, &self.offered.name),
            description: self.offered.description.clone(),
            parameters: self.offered.schema.clone(),
            strict: false,
        }
    }

    /// What a stranger's tool does nobody knows, whatever it says of itself.
    fn permission(&self) -> Permission {
        Permission::Ask
    }

    fn carries_out(&self) -> bool {
        true
    }

    fn is_foreign(&self) -> bool {
        true
    }

    fn time_limit(&self) -> Duration {
        self.link.server.start_timeout + self.link.server.timeout + SLACK
    }

    fn call<'a>(&'a self, arguments: &'a Value) -> BoxFuture<'a, Result<Answer, ToolError>> {
        Box::pin(self.link.call(&self.offered, arguments))
    }
}
