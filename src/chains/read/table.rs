//! Taking TOML tables apart: each key once, each value in its type, every fault noted with its place.

use std::cell::RefCell;
use std::str::FromStr as _;
use std::time::Duration;

use serde_json::{Map, Value};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::chains::definition::At;
use crate::chains::problem::meant;

/// The longest span of time.
const LONGEST: Duration = Duration::from_hours(24 * 365);

/// Whether a text can be the name of a step or an input: templates speak of it.
pub(in crate::chains) fn is_id(text: &str) -> bool {
    let mut letters = text.chars();
    letters.next().is_some_and(|c| c.is_ascii_lowercase())
        && letters.all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        && text.len() <= 64
}

/// Notes what is wrong.
pub(super) struct Reader<'a> {
    pub(super) text: &'a str,
    problems: RefCell<Vec<(usize, String)>>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, problems: RefCell::default() }
    }

    pub(super) fn problem(&self, at: usize, message: impl Into<String>) {
        self.problems.borrow_mut().push((at, message.into()));
    }

    pub(super) fn problems(self) -> Vec<(usize, String)> {
        let mut problems = self.problems.into_inner();
        problems.sort();
        problems
    }

    /// Where the first character of a text stands, behind its quotes.
    fn inside(&self, span: &std::ops::Range<usize>) -> usize {
        let raw = &self.text[span.clone()];
        let quotes = if raw.starts_with("\"\"\"") || raw.starts_with("'''") { 3 } else { 1 };
        let rest = &raw[quotes.min(raw.len())..];
        let line_end = if quotes < 3 {
            0
        } else {
            rest.len() - rest.trim_start_matches('\r').strip_prefix('\n').map_or(rest.len(), str::len)
        };
        span.start + quotes + line_end
    }
}

/// A table that is being taken apart.
pub(super) struct Table<'a> {
    reader: &'a Reader<'a>,
    rows: &'a DeTable<'a>,
    /// Where it begins.
    pub(super) at: usize,
    what: String,
}

impl<'a> Table<'a> {
    pub(super) fn new(reader: &'a Reader<'a>, table: &'a DeTable<'a>, at: usize, what: &str) -> Self {
        Self { reader, rows: table, at, what: what.to_owned() }
    }

    /// Calls it something else from now on.
    pub(super) fn called(&mut self, what: String) {
        self.what = what;
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.rows.contains_key(key)
    }

    /// Where a key stands.
    pub(super) fn at_key(&self, key: &str) -> usize {
        let found = self.rows.iter().find(|(name, _)| name.get_ref() == key);
        found.map_or(self.at, |(name, _)| name.span().start)
    }

    /// All entries in the order of the file, with the places of their names.
    pub(super) fn entries(&self) -> Vec<(&'a str, usize, &'a Spanned<DeValue<'a>>)> {
        let entry = |(name, value): (&'a Spanned<std::borrow::Cow<'a, str>>, _)| {
            (name.get_ref().as_ref(), name.span().start, value)
        };
        let mut entries: Vec<_> = self.rows.iter().map(entry).collect();
        entries.sort_by_key(|(_, at, _)| *at);
        entries
    }

    /// Notes every key that there should not be.
    pub(super) fn only(&self, known: &[&str]) {
        for (name, at, _) in self.entries() {
            if !known.contains(&name) {
                let near = meant(name, known.iter().copied());
                self.reader.problem(at, format!("unknown key `{name}` of {}{near}", self.what));
            }
        }
    }

    fn get(&self, key: &str) -> Option<&'a Spanned<DeValue<'a>>> {
        self.rows.get(key)
    }

    fn wrong(&self, key: &str, value: &Spanned<DeValue<'_>>, wanted: &str) {
        let is = match value.get_ref() {
            DeValue::String(_) => "text",
            DeValue::Integer(_) | DeValue::Float(_) => "a number",
            DeValue::Boolean(_) => "true or false",
            DeValue::Datetime(_) => "a date",
            DeValue::Array(_) => "a list",
            DeValue::Table(_) => "a table",
        };
        self.reader
            .problem(value.span().start, format!("`{key}` of {}: expected {wanted}, not {is}", self.what));
    }

    pub(super) fn text(&mut self, key: &str) -> Option<At<String>> {
        let value = self.get(key)?;
        let Some(text) = value.get_ref().as_str() else {
            self.wrong(key, value, "text in quotes");
            return None;
        };
        Some(At { value: text.to_owned(), at: self.reader.inside(&value.span()) })
    }

    /// A text, or a list of texts.
    pub(super) fn texts(&mut self, key: &str) -> Vec<At<String>> {
        let Some(value) = self.get(key) else { return Vec::new() };
        let Some(items) = value.get_ref().as_array() else {
            self.wrong(key, value, "a list, as [\"…\"]");
            return Vec::new();
        };
        let text = |item: &Spanned<DeValue<'_>>| {
            let text = item.get_ref().as_str();
            if text.is_none() {
                self.wrong(key, item, "text in quotes");
            }
            Some(At { value: text?.to_owned(), at: item.span().start })
        };
        items.iter().filter_map(text).collect()
    }

    pub(super) fn count(&mut self, key: &str, least: usize, most: usize) -> Option<usize> {
        let value = self.get(key)?;
        let number = value.get_ref().as_integer().and_then(|it| it.as_str().replace('_', "").parse().ok());
        match number {
            Some(number) if (least..=most).contains(&number) => Some(number),
            _ => {
                let wanted = if most == usize::MAX {
                    format!("a whole number from {least}")
                } else {
                    format!("a whole number from {least} to {most}")
                };
                match value.get_ref() {
                    DeValue::Integer(_) => {
                        let message = format!("`{key}` of {}: expected {wanted}", self.what);
                        self.reader.problem(value.span().start, message);
                    }
                    _ => self.wrong(key, value, &wanted),
                }
                None
            }
        }
    }

    pub(super) fn number(&mut self, key: &str) -> Option<f64> {
        let value = self.get(key)?;
        let number = json(value.get_ref()).as_f64().filter(|number| *number > 0.0);
        if number.is_none() {
            self.wrong(key, value, "a number above 0");
        }
        number
    }

    /// A span of time: `500ms`, `30s`, `2h`; a number is seconds.
    pub(super) fn span(&mut self, key: &str) -> Option<Duration> {
        let value = self.get(key)?;
        let seconds = |seconds: f64| Duration::try_from_secs_f64(seconds).ok();
        let span = match value.get_ref() {
            DeValue::String(text) => match text.trim().strip_suffix('d').map(str::parse::<u32>) {
                Some(Ok(days)) => Some(Duration::from_hours(24) * days),
                _ => {
                    let signed = jiff::SignedDuration::from_str(text.trim());
                    signed.ok().and_then(|signed| Duration::try_from(signed).ok())
                }
            },
            number @ (DeValue::Integer(_) | DeValue::Float(_)) => json(number).as_f64().and_then(seconds),
            _ => {
                self.wrong(key, value, "a span of time, such as \"30s\"");
                return None;
            }
        };
        let span = span.filter(|span| !span.is_zero() && *span <= LONGEST);
        if span.is_none() {
            let message = format!(
                "`{key}` of {} is no span of time: write something like \"30s\" or \"2m\"",
                self.what
            );
            self.reader.problem(value.span().start, message);
        }
        span
    }

    /// One of several words.
    pub(super) fn word<T: Copy>(&mut self, key: &str, words: &[(&str, T)]) -> Option<T> {
        let text = self.text(key)?;
        let found = words.iter().find(|(word, _)| *word == text.value).map(|(_, value)| *value);
        if found.is_none() {
            let all: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            let message = format!("`{key}` of {}: expected one of: {}", self.what, all.join(", "));
            self.reader.problem(text.at.saturating_sub(1), message);
        }
        found
    }

    pub(super) fn json(&mut self, key: &str) -> Option<At<Value>> {
        let value = self.get(key)?;
        Some(At { value: json(value.get_ref()), at: value.span().start })
    }

    /// A table, or nothing where it is something else.
    pub(super) fn table(&mut self, key: &str, what: &str) -> Option<Table<'a>> {
        let value = self.get(key)?;
        let Some(table) = value.get_ref().as_table() else {
            self.wrong(key, value, "a table");
            return None;
        };
        Some(Table::new(self.reader, table, self.at_key(key), what))
    }

    /// `[[key]]`.
    pub(super) fn tables(&mut self, key: &str) -> Vec<Table<'a>> {
        let Some(value) = self.get(key) else { return Vec::new() };
        let Some(items) = value.get_ref().as_array() else {
            self.wrong(key, value, &format!("`[[{key}]]`"));
            return Vec::new();
        };
        let mut tables = Vec::new();
        for item in items {
            match item.get_ref().as_table() {
                Some(table) => tables.push(Table::new(self.reader, table, item.span().start, "a step")),
                None => self.wrong(key, item, "a table"),
            }
        }
        tables
    }
}

/// The same value as JSON.
pub(super) fn json(value: &DeValue<'_>) -> Value {
    match value {
        DeValue::String(text) => Value::String(text.clone().into_owned()),
        DeValue::Integer(number) => {
            let digits = number.as_str().replace('_', "");
            i64::from_str_radix(&digits, number.radix()).map_or(Value::Null, Value::from)
        }
        DeValue::Float(number) => {
            number.as_str().replace('_', "").parse::<f64>().map_or(Value::Null, Value::from)
        }
        DeValue::Boolean(is) => Value::Bool(*is),
        DeValue::Datetime(time) => Value::String(time.to_string()),
        DeValue::Array(items) => Value::Array(items.iter().map(|item| json(item.get_ref())).collect()),
        DeValue::Table(table) => {
            let fields =
                table.iter().map(|(name, value)| (name.get_ref().to_string(), json(value.get_ref())));
            Value::Object(fields.collect::<Map<_, _>>())
        }
    }
}
