//! What probes found out, in words and as JSON.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::health::{Aspect, Finding, Findings};

/// What was found out about a model, as JSON. The shape is an interface.
#[derive(Debug, Serialize)]
pub(in crate::cli) struct ProbedReport {
    model: String,
    /// By aspect; null where nothing is known.
    findings: Value,
}

pub(in crate::cli) fn report(model: &str, findings: &Findings) -> ProbedReport {
    let finding =
        |finding: Finding| json!({"able": finding.able, "at": time(finding).map(|time| time.to_string())});
    let all: Map<String, Value> = Aspect::ALL
        .into_iter()
        .map(|aspect| (aspect.as_str().to_owned(), findings.get(aspect).map_or(Value::Null, finding)))
        .collect();
    ProbedReport { model: model.to_owned(), findings: Value::Object(all) }
}

/// `tools yes, parallel no (2026-11-23)`: what is known, and when the last of it was found out.
pub(in crate::cli) fn line(findings: &Findings) -> String {
    let words: Vec<String> = findings
        .iter()
        .map(|(aspect, finding)| format!("{} {}", name(aspect), if finding.able { "yes" } else { "no" }))
        .collect();
    let last = findings.iter().filter_map(|(_, finding)| time(finding)).max();
    let day = last.map(|time| format!(" ({})", time.strftime("%Y-%m-%d"))).unwrap_or_default();
    format!("{}{day}", words.join(", "))
}

/// What people call an aspect.
pub(super) fn name(aspect: Aspect) -> &'static str {
    match aspect {
        Aspect::Tools => "tools",
        Aspect::Parallel => "parallel",
        Aspect::Schema => "schema",
        Aspect::Prefill => "prefill",
        Aspect::StreamUsage => "usage in streams",
    }
}

fn time(finding: Finding) -> Option<Timestamp> {
    Timestamp::from_millisecond(finding.at).ok()
}
