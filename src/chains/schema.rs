//! The JSON Schema of the file, for editors. What is wrong with a chain beyond its form is for `chain validate` to say.

use serde_json::{Value, json};

use super::definition::InputKind;

/// The JSON Schema of a chain's file.
pub fn schema() -> Value {
    let text = |what: &str| json!({"type": "string", "description": what});
    let expression = |what: &str| json!({"type": "string", "description": format!("{what} (an expression)")});
    let span = |what: &str| json!({"type": ["string", "number"], "description": format!("{what}: `30s`, `2m`; a number is seconds")});
    let word = |what: &str, words: &[&str]| json!({"type": "string", "enum": words, "description": what});
    let count = |what: &str, least: u32| json!({"type": "integer", "minimum": least, "description": what});
    let kinds: Vec<&str> = InputKind::WORDS.iter().map(|(word, _)| *word).collect();
    let step = json!({
        "id": {"type": "string", "pattern": "^[a-z][a-z0-9_]{0,63}$", "description": "What it is called."},
        "agent": text("The agent that is asked, or that decides which way is taken."),
        "prompt": text("What the agent is asked (a template: inputs, steps.ID.output, memory.KEY, item, index, round, previous.ID.output)."),
        "schema": {"type": ["object", "string"], "description": "JSON Schema of the answer."},
        "context": {"type": "string", "pattern": "^(none|last:[1-9][0-9]*|summary|full)$", "description": "What the agent is told of the steps before: none, last:N, summary, full."},
        "tool": text("The tool that is called."),
        "args": {"type": "object", "description": "Its arguments; texts are templates."},
        "ways": {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "string"}}, "description": "The ways of a branch: a word, and the steps that are on it."},
        "on": expression("Which way is taken"),
        "human": text("What a person is asked (a template)."),
        "choices": {"type": "array", "items": {"type": "string"}, "description": "What can be answered."},
        "chain": text("The chain that is run."),
        "inputs": {"type": "object", "description": "What that chain is given; texts are templates."},
        "needs": {"type": "array", "items": {"type": "string"}, "description": "Steps that come before, besides those that templates speak of."},
        "when": expression("It is left out where this does not hold"),
        "for_each": {"type": ["string", "array"], "description": "It is done once for each of these: a list, or an expression that gives one."},
        "max_parallel": count("How many of those at once.", 1),
        "until": expression("It is done again until this holds; `output` is its result"),
        "max_rounds": count("How often at most.", 1),
        "back_to": text("The step with which each round begins, if not itself."),
        "retry": count("How often it is tried again.", 0),
        "timeout": span("How long one try may take"),
        "on_error": word("What follows when it fails.", &["fail", "skip", "default"]),
        "default": {"description": "Its result when it fails; of a branch the way where the decision is none."},
        "cache": word("From where equal steps are answered.", &["run", "shared", "off"]),
        "ttl": span("How long its result stands for equal steps of other runs"),
        "remember": word("Who may find its result in the memory.", &["run", "shared", "off"]),
    });
    let input = json!({
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "description": text("What it is."),
            "type": word("What kind of value.", &kinds),
            "default": {"description": "What it is where nobody says anything; without this it has to be said."},
        },
    });
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A chain of aigw",
        "type": "object",
        "additionalProperties": false,
        "required": ["step"],
        "properties": {
            "name": text("What it is called."),
            "description": text("What it is for, in one line."),
            "inputs": {"type": "object", "additionalProperties": input, "description": "What it is given. Without this every `inputs.X` of a template has to be given."},
            "step": {"type": "array", "minItems": 1, "items": {"type": "object", "additionalProperties": false, "required": ["id"], "properties": step}},
            "output": text("The step whose result is that of the chain; the last one unless set."),
            "max_parallel": count("How many steps at once: 8 unless set.", 1),
            "timeout": span("How long all of it may take"),
            "max_tokens": count("The tokens that all of it may use.", 1),
            "max_cost_usd": {"type": "number", "exclusiveMinimum": 0, "description": "What all of it may cost in USD."},
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chains::Chains;
    use crate::chains::read::{INPUT_KEYS, KEYS, step_keys};

    fn keys(value: &Value) -> Vec<String> {
        let mut keys: Vec<String> = value.as_object().unwrap().keys().cloned().collect();
        keys.sort();
        keys
    }

    fn sorted(keys: &[&str]) -> Vec<String> {
        let mut keys: Vec<String> = keys.iter().map(|&key| key.to_owned()).collect();
        keys.sort();
        keys
    }

    #[test]
    fn it_says_what_is_read() {
        let schema = schema();
        let properties = &schema["properties"];
        assert_eq!(keys(properties), sorted(KEYS));
        assert_eq!(keys(&properties["step"]["items"]["properties"]), sorted(&step_keys()));
        assert_eq!(keys(&properties["inputs"]["additionalProperties"]["properties"]), sorted(INPUT_KEYS));
    }

    #[test]
    fn the_built_in_chains_are_of_that_form() {
        let schema = crate::chat::Schema::new(schema()).unwrap();
        for name in Chains::default().names() {
            let text = Chains::built_in_text(&name).unwrap();
            let value: Value = toml::from_str(text).unwrap();
            schema.check(&value.to_string()).unwrap_or_else(|problem| panic!("{name}: {problem}"));
        }
        assert!(schema.check(r#"{"step": [{"id": "a", "agnet": "x"}]}"#).is_err());
    }
}
