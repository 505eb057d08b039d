//! A request as a stand-in sees it, and what there is to complain about.

use axum::http::HeaderMap;
use serde_json::Value;

/// What a stand-in was asked.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The service, by its name in the configuration.
    pub service: &'static str,
    /// The HTTP method.
    pub method: String,
    /// The path after the service's name.
    pub path: String,
    /// The query, decoded, and the fields of a form.
    pub fields: Vec<(String, String)>,
    /// The headers.
    pub headers: HeaderMap,
    /// The body as JSON; null where it is none.
    pub body: Value,
    /// What was wrong with it. Whoever asks rightly is not complained about.
    pub complaint: Option<String>,
}

/// What is wrong with a request.
pub(super) type Complaint = String;

impl Asked {
    /// A field of the query or the form.
    pub fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// A header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// A field that must be there.
    pub(super) fn need(&self, name: &str) -> Result<&str, Complaint> {
        let field = self.field(name).filter(|value| !value.trim().is_empty());
        field.ok_or_else(|| format!("`{name}` is missing"))
    }

    /// A field that must have this value.
    pub(super) fn must(&self, name: &str, value: &str) -> Result<(), Complaint> {
        let is = self.need(name)?;
        if is == value { Ok(()) } else { Err(format!("`{name}` is `{is}`, not `{value}`")) }
    }

    /// A text of the body that must be there.
    pub(super) fn text(&self, pointer: &str) -> Result<&str, Complaint> {
        let text = self.body.pointer(pointer).and_then(Value::as_str).filter(|text| !text.is_empty());
        text.ok_or_else(|| format!("`{pointer}` is missing in the body"))
    }

    /// A number of the body or the query, from one to the most that is given.
    pub(super) fn count(&self, name: &str, most: usize) -> Result<usize, Complaint> {
        let number = self.body[name].as_u64().or_else(|| self.field(name)?.parse().ok());
        let number = number.and_then(|number| usize::try_from(number).ok());
        number
            .filter(|number| (1..=most).contains(number))
            .ok_or_else(|| format!("`{name}` is no number from 1 to {most}"))
    }

    /// The method and the path that it must have.
    pub(super) fn at(&self, method: &str, path: &str) -> Result<(), Complaint> {
        let is = (self.method.as_str(), self.path.as_str());
        if is == (method, path) { Ok(()) } else { Err(format!("{} {} is not served", is.0, is.1)) }
    }

    /// The key in a header, after these characters.
    pub(super) fn key_in_header(&self, name: &str, before: &str) -> Result<&str, Complaint> {
        let key = self.header(name).and_then(|value| value.strip_prefix(before));
        key.filter(|key| !key.is_empty()).ok_or_else(|| format!("there is no key in the header `{name}`"))
    }

    /// Who asks, without pretending.
    pub(super) fn honest(&self) -> Result<(), Complaint> {
        let agent = self.header("user-agent").unwrap_or_default();
        let is_honest = agent.starts_with("aigw/") && agent.contains("(+https://");
        if is_honest { Ok(()) } else { Err(format!("`{agent}` does not say who asks")) }
    }

    /// Whether it looks as if a browser asked.
    pub(super) fn is_browser(&self) -> bool {
        self.header("user-agent").is_some_and(|agent| agent.starts_with("Mozilla/5.0 "))
    }
}
