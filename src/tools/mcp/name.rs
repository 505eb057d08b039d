//! What models call the tools of a server.

use sha2::{Digest, Sha256};

/// The longest name that every provider takes.
const MAX_NAME: usize = 64;

/// The name of a server's tool: `mcp__SERVER__TOOL`, as providers take it. One that had to be changed for that ends with a
/// mark, so that two never become one.
pub fn tool_name(server: &str, tool: &str) -> String {
    let allowed = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    let plain: String = tool.chars().map(|c| if allowed(c) { c } else { '_' }).collect();
    let name = format!("mcp__{server}__{plain}");
    if plain == tool && name.len() <= MAX_NAME {
        return name;
    }
    let [a, b, c, ..] = Sha256::digest(tool.as_bytes()).0;
    let mark = format!("_{a:02x}{b:02x}{c:02x}");
    let end = name.len().min(MAX_NAME - mark.len());
    format!("{}{mark}", &name[..end])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_are_kept_where_they_can_be() {
        assert_eq!(tool_name("files", "read-file_2"), "mcp__files__read-file_2");
        let changed = tool_name("files", "read.file");
        assert!(changed.starts_with("mcp__files__read_file_") && changed.len() == 28, "{changed}");
        assert_ne!(tool_name("files", "read.file"), tool_name("files", "read/file"));
    }

    proptest! {
        #[test]
        fn every_name_is_one_that_providers_take(server in "[a-z0-9-]{1,32}", tool in "\\PC{0,90}", other in "\\PC{0,90}") {
            let name = tool_name(&server, &tool);
            prop_assert!(name.len() <= MAX_NAME);
            prop_assert!(name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-'));
            let start = format!("mcp__{server}__");
            prop_assert!(name.starts_with(&start));
            prop_assert_eq!(tool == other, name == tool_name(&server, &other));
        }
    }
}
