//! The configuration that is written for what was found.

use std::fmt::Write as _;

use super::found::{Found, Taken};

/// The route that goes to the model that was usual, and to the others when it fails.
const ROUTE: &str = "usual";

/// The file's text. It holds no key.
pub(super) fn draft(found: &Found, tool: &str, date: &str) -> String {
    let mut text = format!(
        "# Taken over from {tool} by `aigw init --from {tool}` on {date}. `aigw config schema` lists all there is.\n\
         # Keys are not in here: they come from the environment or from `aigw auth login`.\n\n"
    );
    // Writing to a String cannot fail.
    let _infallible = match &found.model {
        Some(model) => {
            let models: Vec<String> = route(model, &found.providers).into_iter().map(quoted).collect();
            write!(
                text,
                "default_route = \"{ROUTE}\"\n\n# One when the other fails, in this order.\n[routes.{ROUTE}]\nmodels = [{}]\n",
                models.join(", ")
            )
        }
        None => writeln!(text, "default_route = \"auto\""),
    };
    for (priority, provider) in (1..=found.providers.len()).rev().zip(&found.providers) {
        section(&mut text, provider, priority * 10);
    }
    if !found.aliases.is_empty() {
        text.push_str("\n[aliases]\n");
    }
    for (alias, model) in &found.aliases {
        let _infallible = writeln!(text, "{} = {}", quoted(alias), quoted(model));
    }
    text
}

/// The model, then everybody else who has one of their own to go to.
fn route<'a>(model: &'a str, providers: &'a [Taken]) -> Vec<&'a str> {
    let first = model.split('/').next().unwrap_or_default();
    let has_model = |provider: &&Taken| {
        provider.default_model.is_some() || provider.row().is_some_and(|row| row.default_model.is_some())
    };
    let others = providers.iter().filter(has_model).map(|provider| provider.id.as_str());
    std::iter::once(model).chain(others.filter(|id| *id != first)).collect()
}

fn section(text: &mut String, provider: &Taken, priority: usize) {
    let _infallible = write!(text, "\n[providers.{}]\npriority = {priority}\n", provider.id);
    if let Some(url) = &provider.base_url {
        // What is known is known with its format.
        let wire = if provider.row().is_some() { "" } else { "wire = \"openai\"\n" };
        let _infallible = writeln!(text, "{wire}base_url = {}", quoted(url));
    }
    if let Some(model) = &provider.default_model {
        let _infallible = writeln!(text, "default_model = {}", quoted(model));
    }
    if !provider.sources.is_empty() {
        let sources: Vec<String> = provider.sources.iter().map(|source| quoted(source)).collect();
        let _infallible = writeln!(text, "api_keys = [{}]", sources.join(", "));
    }
}

/// A text as TOML has it.
fn quoted(text: &str) -> String {
    toml::Value::from(text).to_string()
}
