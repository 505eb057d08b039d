//! Templates and expressions of steps: what they speak of, and what comes of them.
//!
//! What models and tools gave goes in as values and is never read as a template. Work is bounded.

use std::collections::BTreeSet;

use minijinja::value::{Serde, ValueKind};
use minijinja::{Environment, Error, Output, State, UndefinedBehavior, Value};

/// How much work one template may be: about so many instructions.
const FUEL: u64 = 500_000;
/// The longest text that may come of one.
const LONGEST: usize = 4 << 20;

/// Where a template is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Trouble {
    /// The byte of it, where that is known.
    pub(super) at: usize,
    /// What is wrong.
    pub(super) message: String,
}

fn environment() -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::SemiStrict);
    environment.set_fuel(Some(FUEL));
    environment.set_debug(true);
    environment.set_formatter(write);
    environment
}

/// Lists, tables, yes and no are written as JSON, and nothing as nothing.
fn write(out: &mut Output<'_>, state: &mut State<'_, '_>, value: &Value) -> Result<(), Error> {
    if value.is_none() {
        return Ok(());
    }
    if matches!(value.kind(), ValueKind::Seq | ValueKind::Map | ValueKind::Iterable | ValueKind::Bool) {
        let text = serde_json::to_string(value).unwrap_or_default();
        return out.write_str(&text).map_err(Error::from);
    }
    minijinja::escape_formatter(out, state, value)
}

/// What templates are rendered with.
#[derive(Debug)]
pub(super) struct Templates(Environment<'static>);

impl Default for Templates {
    fn default() -> Self {
        Self(environment())
    }
}

impl Templates {
    /// The names that a template speaks of, as far as they are known before it is rendered: `steps.plan.output`.
    pub(super) fn names(&self, source: &str, is_expression: bool) -> Result<BTreeSet<String>, Trouble> {
        let names = if is_expression {
            let compiled = self.0.compile_expression_owned(source.to_owned());
            compiled.map(|expression| expression.undeclared_variables(true))
        } else {
            self.0.template_from_str(source).map(|template| template.undeclared_variables(true))
        };
        let names = names.map_err(|error| trouble(&error))?;
        let is_known =
            |name: &str| self.0.globals().any(|(global, _)| name.split('.').next() == Some(global));
        Ok(names.into_iter().filter(|name| !is_known(name)).collect())
    }

    /// The text that comes of a template.
    pub(super) fn render(&self, source: &str, values: &Value) -> Result<String, String> {
        // Most texts are no templates.
        if !source.contains("{{") && !source.contains("{%") && !source.contains("{#") {
            return Ok(source.to_owned());
        }
        let text = self.0.render_str(source, values.clone()).map_err(|error| explained(&error))?;
        if text.len() > LONGEST { Err(format!("it is longer than {} MiB", LONGEST >> 20)) } else { Ok(text) }
    }

    /// The value of an expression.
    pub(super) fn value(&self, source: &str, values: &Value) -> Result<Value, String> {
        let expression =
            self.0.compile_expression_owned(source.to_owned()).map_err(|error| explained(&error))?;
        expression.eval(values.clone()).map_err(|error| explained(&error))
    }
}

fn trouble(error: &Error) -> Trouble {
    Trouble { at: error.range().map_or(0, |range| range.start), message: explained(error) }
}

fn explained(error: &Error) -> String {
    let detail = error.detail().map_or_else(|| error.kind().to_string(), str::to_owned);
    match error.name().zip(error.line()).filter(|(_, line)| *line > 1) {
        Some((_, line)) => format!("{detail} (line {line} of the template)"),
        None => detail,
    }
}

/// A value for templates.
pub(super) fn as_value(value: &serde_json::Value) -> Value {
    Value::from(Serde(value))
}

/// A value as JSON. What is not defined is null.
pub(super) fn as_json(value: &Value) -> serde_json::Value {
    serde_json::to_value(value).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use minijinja::context;

    #[test]
    fn names_are_found_and_their_faults_placed() {
        let templates = Templates::default();
        let names = templates.names(
            "{{ steps.plan.output.items[0] }}{% for x in inputs.y %}{{ x }}{% endfor %}{{ range(3) }}",
            false,
        );
        assert_eq!(names.unwrap().into_iter().collect::<Vec<_>>(), ["inputs.y", "steps.plan.output.items"]);
        let names = templates.names("steps.a.output == 'x' and not item", true).unwrap();
        assert_eq!(names.into_iter().collect::<Vec<_>>(), ["item", "steps.a.output"]);
        let error = templates.names("good\n{{ a b }}", false).unwrap_err();
        assert!(error.at > 5 && error.message.contains("unexpected"), "{error:?}");
    }

    #[test]
    fn what_comes_of_it_is_bounded_and_data_is_no_template() {
        let templates = Templates::default();
        let values = context! { a => "{{ b }}", l => vec![1, 2] };
        assert_eq!(templates.render("{{ a }} {{ l }}", &values).unwrap(), "{{ b }} [1,2]");
        assert!(templates.render("{{ nothing.there }}", &values).is_err());
        assert_eq!(templates.render("{% if nothing %}x{% endif %}", &values).unwrap(), "");
        let endless = "{% for a in range(9999) %}{% for b in range(9999) %}x{% endfor %}{% endfor %}";
        assert!(templates.render(endless, &values).unwrap_err().contains("fuel"));
        assert!(templates.value("l[0] == 1", &values).unwrap().is_true());
    }
}
