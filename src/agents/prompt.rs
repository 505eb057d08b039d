//! What a model is sent: the agent's instructions, what was said, what was recalled, the question. Pure.
//!
//! What changes from turn to turn stands as far back as it can, so that providers find what was said before in their
//! caches: instructions first, the conversation as it is kept, and what was recalled only beside the question.

use serde_json::{Value, json};

use super::Definition;
use super::turn::{HAND_OFF, Limit};
use crate::chat::{Message, Part, Role, ToolSpec};

/// The name of the tool by which a model asks another agent.
pub const ASK_AGENT: &str = "ask_agent";

/// What a request is made of.
#[derive(Debug, Clone, Copy)]
pub struct Material<'a> {
    /// Who answers.
    pub agent: &'a Definition,
    /// What the project tells the agent.
    pub guide: Option<&'a str>,
    /// Instructions of the user, under those of the agent.
    pub system: Option<&'a str>,
    /// What was said before.
    pub history: &'a [Message],
    /// What was recalled, as a marked text.
    pub recalled: Option<&'a str>,
    /// The question.
    pub question: &'a [Message],
    /// What was said in this turn.
    pub said: &'a [Message],
    /// Why this is the last time that the model is asked, where it is.
    pub last: Option<Limit>,
}

/// The messages of a request.
pub fn messages(material: &Material<'_>) -> Vec<Message> {
    let texts = [Some(material.agent.instructions.trim()), material.guide, material.system.map(str::trim)];
    let system = texts.into_iter().flatten().filter(|text| !text.is_empty()).collect::<Vec<_>>().join("\n\n");
    let mut messages = Vec::with_capacity(material.history.len() + material.said.len() + 3);
    if !system.is_empty() {
        messages.push(Message::text(Role::System, system));
    }
    messages.extend_from_slice(material.history);
    // What stands for old turns alone stands before the question: questions and answers take turns.
    let before = messages.pop_if(|last| last.role == Role::User);
    messages.extend(material.question.iter().cloned());
    if let (Some(before), Some(question)) = (before, messages.last_mut()) {
        question.parts.splice(0..0, before.parts.into_iter().chain([Part::Text("\n\n".into())]));
    }
    if let (Some(recalled), Some(question)) = (material.recalled, messages.last_mut()) {
        question.parts.insert(0, Part::Text(format!("{recalled}\n\n")));
    }
    messages.extend_from_slice(material.said);
    if let Some(limit) = material.last {
        messages.push(Message::text(Role::User, last_word(limit)));
    }
    messages
}

/// What a model is told when it may not go on.
fn last_word(limit: Limit) -> String {
    format!("[{limit}. Answer now with what there is, without calling tools, and say what is missing.]")
}

/// The tool by which the conversation goes to another agent, where there is one to go to.
pub fn hand_off(targets: &[&Definition]) -> Option<ToolSpec> {
    let names = (!targets.is_empty()).then(|| names(targets))?;
    let list = list(targets);
    Some(ToolSpec {
        name: HAND_OFF.into(),
        description: format!(
            "Hand the conversation over to another agent, who answers in your place:\n{list}"
        ),
        parameters: json!({
            "type": "object",
            "properties": {"to": {"type": "string", "enum": names, "description": "who goes on"}},
            "required": ["to"],
            "additionalProperties": false,
        }),
        strict: false,
    })
}

/// The tool by which another agent is asked, where there is one to ask.
pub fn ask_agent(others: &[&Definition]) -> Option<ToolSpec> {
    let names = (!others.is_empty()).then(|| names(others))?;
    Some(ask_agent_spec(
        &json!({"type": "string", "enum": names, "description": "who is asked"}),
        &list(others),
    ))
}

/// The same with what may be said for the agent, and a list of those there are.
pub(super) fn ask_agent_spec(agent: &Value, list: &str) -> ToolSpec {
    ToolSpec {
        name: ASK_AGENT.into(),
        description: format!(
            "Ask another agent a question and get its answer. It sees nothing but the question, so put everything it needs \
             into it.\n{list}"
        ),
        parameters: json!({
            "type": "object",
            "properties": {
                "agent": agent,
                "question": {"type": "string", "description": "the question, complete"},
            },
            "required": ["agent", "question"],
            "additionalProperties": false,
        }),
        strict: false,
    }
}

fn names(agents: &[&Definition]) -> Vec<String> {
    agents.iter().map(|agent| agent.name.clone()).collect()
}

fn list(agents: &[&Definition]) -> String {
    agents
        .iter()
        .map(|agent| format!("- {}: {}", agent.name, agent.description))
        .collect::<Vec<_>>()
        .join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changes_stands_last() {
        let agent = Definition { instructions: "Be brief.\n".into(), ..Definition::default() };
        let history = [Message::text(Role::User, "1"), Message::text(Role::Assistant, "2")];
        let question = [Message::text(Role::User, "3")];
        let said = [Message::text(Role::Assistant, "4")];
        let material = Material {
            agent: &agent,
            guide: Some("Use tabs."),
            system: Some("In French."),
            history: &history,
            recalled: Some("<memory>m</memory>"),
            question: &question,
            said: &said,
            last: Some(Limit::Turns(8)),
        };
        let texts: Vec<_> =
            messages(&material).iter().map(|message| (message.role, message.joined_text())).collect();
        assert_eq!(texts[0], (Role::System, "Be brief.\n\nUse tabs.\n\nIn French.".into()));
        assert_eq!(texts[1..3], [(Role::User, "1".into()), (Role::Assistant, "2".into())]);
        assert_eq!(texts[3], (Role::User, "<memory>m</memory>\n\n3".into()));
        assert!(texts[5].1.contains("8 steps"), "{texts:?}");
        let bare = Material {
            agent: &Definition::default(),
            guide: None,
            system: None,
            recalled: None,
            last: None,
            ..material
        };
        assert_eq!(messages(&bare).len(), 4);
    }

    #[test]
    fn whoever_has_nobody_to_turn_to_is_not_told_of_it() {
        assert!(hand_off(&[]).is_none() && ask_agent(&[]).is_none());
        let writer =
            Definition { name: "writer".into(), description: "Writes.".into(), ..Definition::default() };
        let spec = hand_off(&[&writer]).unwrap();
        assert!(spec.description.ends_with("- writer: Writes."));
        assert_eq!(spec.parameters["properties"]["to"]["enum"], json!(["writer"]));
    }
}
