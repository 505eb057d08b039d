//! What types cannot say about the values of the file: a time that must not be over before it begins, a number that
//! must not be zero, a key that must not be empty.

use super::{ConfigError, Document, Span, commands, keys, mcp};

/// Checks the values; the first one that cannot be meant is an error.
pub(super) fn check(document: &Document) -> Result<(), ConfigError> {
    for (id, section) in &document.values.providers {
        for (index, entry) in section.api_keys.iter().enumerate() {
            if keys::is_empty(entry) {
                let path = format!("providers.{id}.api_keys[{index}]");
                return Err(document
                    .error(&path, "it is empty")
                    .hinted("write `env:NAME`, `cmd:COMMAND` or `file:PATH`, or leave it out"));
            }
        }
        let timeout = &section.timeout;
        let spans = [
            ("connect", timeout.connect),
            ("first_token", timeout.first_token),
            ("idle", timeout.idle),
            ("total", timeout.total),
        ];
        for (name, span) in spans {
            if let Some(Err(error)) = span.map(Span::some) {
                return Err(document.error(&format!("providers.{id}.timeout.{name}"), error));
            }
        }
        if let Some((name, _)) = section.limits.each().iter().find(|(_, limit)| *limit == Some(0)) {
            let error = document.error(&format!("providers.{id}.limits.{name}"), "it must be at least 1");
            return Err(
                error.hinted("leave it out for no limit; `enabled = false` switches the provider off")
            );
        }
    }
    for (name, section) in &document.values.routes {
        if section.max_attempts == Some(0) {
            let message = "it must be at least 1: without an attempt there is no answer";
            return Err(document.error(&format!("routes.{name}.max_attempts"), message));
        }
        if let Some(Err(error)) = section.hedge_after.map(Span::some) {
            return Err(document.error(&format!("routes.{name}.hedge_after"), error));
        }
        if let Some(index) = section.models.iter().position(|model| model.weight() == 0) {
            let error =
                document.error(&format!("routes.{name}.models[{index}].weight"), "it must be at least 1");
            return Err(error.hinted("leave the model out if it shall get no requests"));
        }
    }
    commands::check(document)?;
    mcp::check(document)
}
