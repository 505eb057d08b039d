//! One step of a chain.

use serde_json::{Value, json};

use super::table::{Reader, Table, is_id};
use crate::chains::definition::{At, By, Cache, Each, Kind, OnError, Remember, Step, Told};

/// The keys that say what is done; a step has one of them.
const KINDS: &[&str] = &["agent", "tool", "ways", "human", "chain"];
/// The keys that every step may have.
const COMMON: &[&str] = &[
    "id",
    "needs",
    "when",
    "for_each",
    "max_parallel",
    "until",
    "max_rounds",
    "back_to",
    "retry",
    "timeout",
    "on_error",
    "default",
    "cache",
    "ttl",
    "remember",
];
/// The keys that only some kinds of steps have.
const OWN: &[(&str, &[&str])] = &[
    ("agent", &["agent", "prompt", "schema", "context"]),
    ("tool", &["tool", "args"]),
    ("ways", &["ways", "agent", "prompt", "on"]),
    ("human", &["human", "choices"]),
    ("chain", &["chain", "inputs"]),
];
/// The most rounds of a loop.
const MOST_ROUNDS: usize = 100;
/// The most tries after the first one.
const MOST_RETRIES: usize = 10;

/// All keys that steps may have.
pub(in crate::chains) fn keys() -> Vec<&'static str> {
    let mut keys: Vec<&str> = COMMON.iter().chain(OWN.iter().flat_map(|(_, keys)| *keys)).copied().collect();
    keys.sort_unstable();
    keys.dedup();
    keys
}

pub(super) fn step(mut table: Table<'_>, reader: &Reader<'_>) -> Option<Step> {
    let at = table.at;
    let id = table.text("id");
    if let Some(id) = &id {
        table.called(format!("the step `{}`", id.value));
    }
    let kind = kind(&mut table, reader);
    let step = rest(&mut table, reader, id.clone(), kind, at);
    let Some(id) = id else {
        if !table.has("id") {
            reader.problem(at, "a step has no `id`");
        }
        return None;
    };
    if !is_id(&id.value) {
        reader.problem(
            id.at,
            format!("`{}` cannot be the id of a step: use a-z, 0-9 and _, a letter first", id.value),
        );
        return None;
    }
    step
}

/// The key that says what kind a step is.
fn main_key(table: &Table<'_>, reader: &Reader<'_>) -> Option<&'static str> {
    let there: Vec<&str> = KINDS.iter().copied().filter(|key| table.has(key)).collect();
    match there[..] {
        ["agent", "ways"] => Some("ways"),
        [one] => KINDS.iter().copied().find(|key| *key == one),
        [] => {
            // A misspelt key is told as that.
            table.only(&keys());
            reader.problem(
                table.at,
                format!("a step says nothing of what is done: it has one of {}", KINDS.join(", ")),
            );
            None
        }
        _ => {
            let message = format!("a step is of one kind: it has {} at once", there.join(" and "));
            reader.problem(table.at_key(there[1]), message);
            None
        }
    }
}

fn kind(table: &mut Table<'_>, reader: &Reader<'_>) -> Option<Kind> {
    let key = main_key(table, reader)?;
    let own = OWN.iter().find(|(name, _)| *name == key).map_or(&[][..], |(_, keys)| keys);
    let known: Vec<&str> = COMMON.iter().chain(own).copied().collect();
    table.only(&known);
    let need = |table: &mut Table<'_>, key: &str| {
        let text = table.text(key);
        if text.is_none() && !table.has(key) {
            reader.problem(table.at, format!("the step has no `{key}`"));
        }
        text
    };
    let empty = At { value: json!({}), at: table.at };
    Some(match key {
        "agent" => {
            let (agent, prompt) = (table.text("agent"), need(table, "prompt"));
            Kind::Agent {
                agent: agent?,
                prompt: prompt?,
                schema: schema(table, reader),
                context: context(table, reader),
            }
        }
        "tool" => {
            Kind::Tool { tool: table.text("tool")?, args: object(table, reader, "args").unwrap_or(empty) }
        }
        "human" => Kind::Human {
            question: table.text("human")?,
            choices: table.texts("choices").into_iter().map(|choice| choice.value).collect(),
        },
        "chain" => Kind::Chain {
            chain: table.text("chain")?,
            inputs: object(table, reader, "inputs").unwrap_or(empty),
        },
        _ => branch(table, reader)?,
    })
}

fn branch(table: &mut Table<'_>, reader: &Reader<'_>) -> Option<Kind> {
    let mut found = table.table("ways", "the ways")?;
    let names: Vec<(String, usize)> =
        found.entries().into_iter().map(|(name, at, _)| (name.to_owned(), at)).collect();
    if names.is_empty() {
        reader.problem(found.at, "there are no ways to take");
    }
    let way = |(name, at): (String, usize)| {
        let steps = found.texts(&name);
        (At { value: name, at }, steps)
    };
    let ways = names.into_iter().map(way).collect();
    let by = match (table.text("on"), table.text("agent")) {
        (Some(on), None) => By::Expression(on),
        (None, Some(agent)) => match table.text("prompt") {
            Some(prompt) => By::Agent(agent, prompt),
            None => {
                reader.problem(table.at, "the step has no `prompt`");
                return None;
            }
        },
        _ => {
            reader.problem(
                table.at,
                "a branch is decided by an `agent` with a `prompt`, or by an expression, `on`",
            );
            return None;
        }
    };
    Some(Kind::Branch { by, ways, default: table.text("default") })
}

fn object(table: &mut Table<'_>, reader: &Reader<'_>, key: &str) -> Option<At<Value>> {
    let value = table.json(key)?;
    if !value.value.is_object() {
        reader.problem(value.at, format!("`{key}` has to be a table, as {{ name = \"…\" }}"));
        return None;
    }
    Some(value)
}

/// A schema: a table, or JSON as text.
fn schema(table: &mut Table<'_>, reader: &Reader<'_>) -> Option<At<Value>> {
    let At { value, at } = table.json("schema")?;
    let value = match &value {
        Value::String(text) => match serde_json::from_str(text) {
            Ok(value) => value,
            Err(error) => {
                reader.problem(at, format!("`schema` is not JSON: {error}"));
                return None;
            }
        },
        _ => value,
    };
    match crate::chat::Schema::new(value.clone()) {
        Ok(_) => Some(At { value, at }),
        Err(error) => {
            reader.problem(at, format!("`schema` is {error}"));
            None
        }
    }
}

fn context(table: &mut Table<'_>, reader: &Reader<'_>) -> At<Told> {
    let Some(text) = table.text("context") else { return At { value: Told::None, at: table.at } };
    let last = text
        .value
        .strip_prefix("last:")
        .and_then(|count| count.trim().parse().ok())
        .filter(|count| *count > 0);
    let value = match (text.value.as_str(), last) {
        ("none", _) => Told::None,
        ("summary", _) => Told::Summary,
        ("full", _) => Told::Full,
        (_, Some(count)) => Told::Last(count),
        _ => {
            reader.problem(text.at, "`context`: expected one of: none, last:N, summary, full");
            Told::None
        }
    };
    At { value, at: text.at }
}

fn rest(
    table: &mut Table<'_>,
    reader: &Reader<'_>,
    id: Option<At<String>>,
    kind: Option<Kind>,
    at: usize,
) -> Option<Step> {
    let until = table.text("until");
    let back_to = table.text("back_to");
    let max_rounds = table.count("max_rounds", 1, MOST_ROUNDS);
    if let Some(until) = &until
        && !table.has("max_rounds")
    {
        reader.problem(until.at, "`until` needs `max_rounds`: how often at most");
    }
    if until.is_none() && !table.has("until") {
        for key in ["max_rounds", "back_to"].into_iter().filter(|key| table.has(key)) {
            reader.problem(table.at_key(key), format!("`{key}` means nothing without `until`"));
        }
    }
    let for_each = each(table, reader);
    if let (Some(for_each), Some(_)) = (&for_each, &until) {
        reader.problem(
            for_each.at,
            "`for_each` and `until` do not go together: put one of them into a step of its own",
        );
    }
    if table.has("max_parallel") && !table.has("for_each") {
        reader.problem(
            table.at_key("max_parallel"),
            "`max_parallel` of a step means nothing without `for_each`",
        );
    }
    let is_branch = matches!(kind, Some(Kind::Branch { .. }));
    let on_error = on_error(table, reader, is_branch);
    let cache = table.word("cache", &[("run", Cache::Run), ("shared", Cache::Shared), ("off", Cache::Off)]);
    let ttl = table.span("ttl");
    if ttl.is_some() && cache != Some(Cache::Shared) {
        reader.problem(table.at_key("ttl"), "`ttl` means nothing without `cache = \"shared\"`");
    }
    let words = [("run", Remember::Run), ("shared", Remember::Shared), ("off", Remember::Off)];
    Some(Step {
        needs: table.texts("needs"),
        when: table.text("when"),
        for_each,
        max_parallel: table.count("max_parallel", 1, 1000),
        until,
        max_rounds: u32::try_from(max_rounds.unwrap_or(1)).unwrap_or(1),
        back_to,
        retry: u32::try_from(table.count("retry", 0, MOST_RETRIES).unwrap_or(0)).unwrap_or(0),
        timeout: table.span("timeout"),
        on_error,
        cache,
        ttl,
        remember: table.word("remember", &words).unwrap_or_default(),
        at,
        id: id?,
        kind: kind?,
    })
}

fn each(table: &mut Table<'_>, reader: &Reader<'_>) -> Option<At<Each>> {
    let At { value, at } = table.json("for_each")?;
    match value {
        Value::Array(items) => Some(At { value: Each::List(items), at }),
        Value::String(_) => {
            table.text("for_each").map(|text| At { value: Each::Expression(text.value), at: text.at })
        }
        _ => {
            reader.problem(
                at,
                "`for_each` has to be a list, or an expression that gives one, as \"steps.plan.output\"",
            );
            None
        }
    }
}

fn on_error(table: &mut Table<'_>, reader: &Reader<'_>, is_branch: bool) -> OnError {
    let word = table.word("on_error", &[("fail", 0), ("skip", 1), ("default", 2)]);
    match (word, table.json("default")) {
        (Some(2), Some(default)) => OnError::Default(default.value),
        (Some(2), None) => {
            reader.problem(table.at_key("on_error"), "`on_error = \"default\"` needs a `default`");
            OnError::Fail
        }
        (_, Some(default)) if !is_branch => {
            reader.problem(default.at, "`default` means nothing without `on_error = \"default\"`");
            OnError::Fail
        }
        (Some(1), _) => OnError::Skip,
        _ => OnError::Fail,
    }
}
