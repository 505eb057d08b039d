//! A TOML file that remembers where everything stands.
//!
//! Three checks in order: is it TOML, does every key exist (with the nearest name if not), has every value its type.
//! The middle one walks the document along the JSON Schema that is made from the same types, so that it needs no list
//! of its own and knows the position of the key.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Deserialize as _;
use serde_json::Value as Json;
use toml::de::{DeTable, DeValue};

use super::{ConfigError, ConfigFile, Place, bounds};

/// A configuration file that was read and checked, or several in layers.
#[derive(Debug, Clone, Default)]
pub struct Document {
    /// What it says.
    pub values: ConfigFile,
    /// The file, of several the lowest; none when there is none.
    pub file: Option<PathBuf>,
    /// Where each value stands, by its path (`providers.groq.base_url`, `routes.fast.models[1]`).
    positions: BTreeMap<String, (usize, usize)>,
    /// What each leaf holds, as it was written.
    written: BTreeMap<String, String>,
    /// The same as a tree.
    table: toml::Table,
    /// The files of the values that stand in another one, by their paths.
    elsewhere: BTreeMap<String, Arc<Path>>,
}

impl Document {
    /// Reads a file's text.
    pub fn parse(file: &Path, text: &str) -> Result<Self, ConfigError> {
        let fail = |span: Option<Range<usize>>, message: &str| {
            ConfigError::new(message).at(file, span.map(|span| position(text, span.start)))
        };
        let table = DeTable::parse(text).map_err(|error| fail(error.span(), error.message()))?;
        let mut walk = Walk { text, file, root: schema(), document: Self::default() };
        let root = walk.root.clone();
        walk.table(table.get_ref(), &root, "")?;
        let mut document = walk.document;
        document.values = toml::from_str(text).map_err(|error| {
            let failure = fail(error.span(), error.message());
            match error.span().and_then(|span| document.key_at(position(text, span.start))) {
                Some(key) => failure.about(key),
                None => failure,
            }
        })?;
        document.table = toml::from_str(text).map_err(|error| fail(error.span(), error.message()))?;
        document.file = Some(file.to_owned());
        bounds::check(&document)?;
        Ok(document)
    }

    /// Lays another file over this one: what it sets counts, value by value.
    pub fn under(mut self, over: Self) -> Result<Self, ConfigError> {
        let Some(file) = over.file.as_deref().map(Arc::<Path>::from) else { return Ok(self) };
        merge(&mut self.table, over.table);
        self.values = ConfigFile::deserialize(self.table.clone())
            .map_err(|error| ConfigError::new(error.message()).at(&*file, None))?;
        for path in over.written.keys() {
            // A list takes the place of the whole list.
            let inside = format!("{path}[");
            let stays = |other: &String| other != path && !other.starts_with(&inside);
            self.positions.retain(|other, _| stays(other));
            self.written.retain(|other, _| stays(other));
        }
        self.elsewhere.extend(over.positions.keys().map(|path| (path.clone(), Arc::clone(&file))));
        self.positions.extend(over.positions);
        self.written.extend(over.written);
        Ok(self)
    }

    /// Where a value stands.
    pub fn position(&self, path: &str) -> Option<(usize, usize)> {
        self.positions.get(path).copied()
    }

    /// Where a value stands, with its file.
    pub fn place(&self, path: &str) -> Option<Place> {
        let file = self.elsewhere.get(path).map(|file| file.to_path_buf()).or_else(|| self.file.clone());
        file.map(|file| Place { file, position: self.position(path) })
    }

    /// An error about a value.
    pub fn error(&self, path: &str, message: impl Into<String>) -> ConfigError {
        let error = ConfigError::new(message).about(path);
        match self.place(path) {
            Some(place) => error.at(place.file, place.position),
            None => error,
        }
    }

    /// The key whose value stands at a place: the last one before it.
    fn key_at(&self, place: (usize, usize)) -> Option<String> {
        let before = self.positions.iter().filter(|(_, position)| **position <= place);
        before.max_by_key(|(_, position)| **position).map(|(path, _)| path.clone())
    }

    /// Every value that the file sets, with its path. A list is one value, whatever stands in it.
    pub fn leaves(&self) -> impl Iterator<Item = (&str, &str)> {
        self.written.iter().map(|(path, value)| (path.as_str(), value.as_str()))
    }
}

/// Puts the values of one tree into another, table by table.
fn merge(under: &mut toml::Table, over: toml::Table) {
    for (key, value) in over {
        match (under.get_mut(&key), value) {
            (Some(toml::Value::Table(under)), toml::Value::Table(over)) => merge(under, over),
            (_, value) => drop(under.insert(key, value)),
        }
    }
}

/// The JSON Schema of the file.
pub fn schema() -> Json {
    schemars::schema_for!(ConfigFile).to_value()
}

struct Walk<'a> {
    text: &'a str,
    file: &'a Path,
    root: Json,
    document: Document,
}

impl Walk<'_> {
    fn table(&mut self, table: &DeTable<'_>, schema: &Json, path: &str) -> Result<(), ConfigError> {
        let schema = self.resolve(schema);
        for (key, value) in table {
            let name = key.get_ref();
            let child_path = if path.is_empty() { name.to_string() } else { format!("{path}.{name}") };
            let at = position(self.text, key.span().start);
            let known = schema.get("properties").and_then(|properties| properties.get(name.as_ref()));
            let child =
                known.or_else(|| schema.get("additionalProperties").filter(|other| other.is_object()));
            let Some(child) = child else {
                let error = ConfigError::new(format!("unknown key `{child_path}`")).at(self.file, Some(at));
                return Err(match nearest_key(&schema, name) {
                    Some(near) => error.hinted(format!("did you mean `{near}`?")),
                    None => error.hinted("`aigw config schema` lists every key"),
                });
            };
            let child = child.clone();
            self.document.positions.insert(child_path.clone(), at);
            self.value(value.get_ref(), &child, &child_path, value.span())?;
        }
        Ok(())
    }

    fn value(
        &mut self,
        value: &DeValue<'_>,
        schema: &Json,
        path: &str,
        span: Range<usize>,
    ) -> Result<(), ConfigError> {
        self.check_type(value, schema, path, span.start)?;
        match value {
            DeValue::Table(table) => return self.table(table, schema, path),
            DeValue::Array(items) => {
                let item_schema = self.resolve(schema).get("items").cloned().unwrap_or_default();
                for (index, item) in items.iter().enumerate() {
                    let item_path = format!("{path}[{index}]");
                    self.check_type(item.get_ref(), &item_schema, &item_path, item.span().start)?;
                    self.document.positions.insert(item_path.clone(), position(self.text, item.span().start));
                    if let DeValue::Table(table) = item.get_ref() {
                        self.table(table, &item_schema, &item_path)?;
                    }
                }
                let inside = format!("{path}[");
                self.document.written.retain(|written, _| !written.starts_with(&inside));
            }
            _ => {}
        }
        self.document.written.insert(path.to_owned(), self.text[span].to_owned());
        Ok(())
    }

    /// Whether a value has the type that the schema wants. The error does not quote the value: it may be a key that
    /// stands in the wrong place.
    fn check_type(
        &self,
        value: &DeValue<'_>,
        schema: &Json,
        path: &str,
        start: usize,
    ) -> Result<(), ConfigError> {
        let is = match value {
            DeValue::String(_) | DeValue::Datetime(_) => "string",
            DeValue::Integer(_) => "integer",
            DeValue::Float(_) => "number",
            DeValue::Boolean(_) => "boolean",
            DeValue::Array(_) => "array",
            DeValue::Table(_) => "object",
        };
        let wanted = self.types(schema);
        let fits = |wanted: &String| *wanted == is || (wanted == "number" && is == "integer");
        let fail = |message: String| {
            ConfigError::new(message).about(path).at(self.file, Some(position(self.text, start)))
        };
        if wanted.is_empty() || wanted.iter().any(fits) {
            let words = self.words(schema);
            return match value {
                DeValue::String(text)
                    if !words.is_empty() && !words.iter().any(|word| word == text.as_ref()) =>
                {
                    Err(fail(format!("expected one of: {}", words.join(", "))))
                }
                _ => Ok(()),
            };
        }
        let people = |name: &str| match name {
            "string" => "text in quotes",
            "integer" | "number" => "a number",
            "boolean" => "true or false",
            "array" => "a list, as [\"…\"]",
            _ => "a table of its own",
        };
        let mut wanted: Vec<&str> = wanted.iter().map(|name| people(name)).collect();
        wanted.dedup();
        let message = format!("expected {}, not {}", wanted.join(" or "), people(is));
        Err(fail(message))
    }

    /// The words that a schema allows, if it lists them.
    fn words(&self, schema: &Json) -> Vec<String> {
        let resolved = self.target(schema);
        let listed = resolved.get("enum").and_then(Json::as_array).cloned().unwrap_or_default();
        let constant = resolved.get("const").cloned();
        let mut words: Vec<String> =
            listed.into_iter().chain(constant).filter_map(|word| word.as_str().map(str::to_owned)).collect();
        for alternative in
            ["anyOf", "oneOf"].iter().filter_map(|key| resolved.get(*key)?.as_array()).flatten()
        {
            words.extend(self.words(alternative));
        }
        words
    }

    /// The types that a schema allows, without null: what is absent is simply not written.
    fn types(&self, schema: &Json) -> Vec<String> {
        let resolved = self.target(schema);
        let of = |schema: &Json| match schema.get("type") {
            Some(Json::String(name)) => vec![name.clone()],
            Some(Json::Array(names)) => {
                names.iter().filter_map(|name| name.as_str().map(str::to_owned)).collect()
            }
            _ => Vec::new(),
        };
        let alternatives = ["anyOf", "oneOf"].iter().find_map(|key| resolved.get(*key)?.as_array().cloned());
        let mut types = match alternatives {
            Some(alternatives) => {
                alternatives.iter().flat_map(|alternative| self.types(alternative)).collect()
            }
            None => of(&resolved),
        };
        types.retain(|name| name != "null");
        types
    }

    /// Follows references; of alternatives (an optional table, a name or a list) takes the one that has parts.
    fn resolve(&self, schema: &Json) -> Json {
        let schema = self.target(schema);
        let alternatives = ["anyOf", "allOf"].iter().find_map(|key| schema.get(*key)?.as_array());
        match alternatives {
            Some(alternatives) => alternatives
                .iter()
                .map(|alternative| self.resolve(alternative))
                .find(|alternative| {
                    ["properties", "items", "additionalProperties"]
                        .iter()
                        .any(|part| alternative.get(part).is_some())
                })
                .unwrap_or(Json::Null),
            None => schema,
        }
    }

    /// Follows references.
    fn target(&self, schema: &Json) -> Json {
        let Some(reference) = schema.get("$ref").and_then(Json::as_str) else { return schema.clone() };
        let target = reference.strip_prefix('#').and_then(|pointer| self.root.pointer(pointer));
        target.map_or(Json::Null, |target| self.target(target))
    }
}

fn nearest_key(schema: &Json, name: &str) -> Option<String> {
    let keys = schema.get("properties")?.as_object()?.keys().map(String::as_str);
    nearest(name, keys).map(str::to_owned)
}

/// The name that was probably meant: the most similar one, if it is similar enough.
pub fn nearest<'a>(name: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    names
        .into_iter()
        .map(|known| (strsim::jaro_winkler(&name.to_lowercase(), &known.to_lowercase()), known))
        .filter(|(similarity, _)| *similarity >= 0.75)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, known)| known)
}

/// Line and column of a byte, counted from one.
fn position(text: &str, offset: usize) -> (usize, usize) {
    let before = &text[..offset.min(text.len())];
    let line_start = before.rfind('\n').map_or(0, |end| end + 1);
    (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Document, ConfigError> {
        Document::parse(Path::new("config.toml"), text)
    }

    fn error(text: &str) -> String {
        let error = parse(text).unwrap_err();
        format!("{error} / {}", error.hint.clone().unwrap_or_default())
    }

    #[test]
    fn a_full_file_reads() {
        let document = parse(
            "default_route = \"smart\"\n[providers.groq]\napi_keys = [\"env:K\"]\npriority = 10\n\
             timeout = { connect = \"5s\", idle = 20 }\n[routes.smart]\nmodels = [\"groq\",\n \"cerebras/gpt-oss-120b\"]\n",
        )
        .unwrap();
        assert_eq!(document.values.routes["smart"].models.len(), 2);
        assert_eq!(document.position("routes.smart.models[1]"), Some((8, 2)));
        assert_eq!(document.position("providers.groq.timeout.idle"), Some((5, 29)));
    }

    #[test]
    fn errors_name_the_place_and_the_nearest_key() {
        assert_eq!(
            error("[providers.groq]\nbase_ulr = \"x\"\n"),
            "config.toml:2:1: unknown key `providers.groq.base_ulr` / did you mean `base_url`?"
        );
        assert_eq!(
            error("deflt_route = \"x\""),
            "config.toml:1:1: unknown key `deflt_route` / did you mean `default_route`?"
        );
        assert_eq!(
            error("[providers.groq.timeout]\nfirst_tok = 1"),
            "config.toml:2:1: unknown key `providers.groq.timeout.first_tok` / did you mean `first_token`?"
        );
        assert!(error("zzz = 1").contains("config schema"));
        let key = error("[providers.groq]\napi_keys = \"sk-canary\"");
        assert_eq!(
            key,
            "config.toml:2:12: `providers.groq.api_keys`: expected a list, as [\"…\"], not text in quotes / "
        );
        assert!(!error("[providers]\ngroq = \"sk-canary\"").contains("canary"));
        assert!(!error("[providers.groq]\napi_keys = [[\"sk-canary\"]]").contains("canary"));
        assert!(error("a = = 1").starts_with("config.toml:1:"));
        assert!(
            error("[routes.x]\nmax_attempts = \"many\"")
                .starts_with("config.toml:2:16: `routes.x.max_attempts`: ")
        );
        assert!(error("[routes.x]\nstrategy = \"fastest\"").contains("expected one of: priority, weighted"));
    }

    #[test]
    fn models_of_a_route_are_names_or_tables() {
        let document = parse(
            "[routes.x]\nstrategy = \"weighted\"\nmodels = [\"groq\", { model = \"cerebras\", weight = 3 }]\n\
             [aliases]\none = \"groq\"\ntwo = [\"groq\", \"cerebras\"]\n",
        )
        .unwrap();
        let models = &document.values.routes["x"].models;
        let shown: Vec<_> = models.iter().map(|model| (model.name(), model.weight())).collect();
        assert_eq!(shown, [("groq", 1), ("cerebras", 3)]);
        assert_eq!(document.position("routes.x.models[1].weight"), Some((3, 41)));
        assert_eq!(document.values.aliases["two"].names().len(), 2);
        // The list is shown as it was written, and what stands in it not once more.
        let leaves: Vec<_> = document.leaves().map(|(path, _)| path).collect();
        assert_eq!(leaves, ["aliases.one", "aliases.two", "routes.x.models", "routes.x.strategy"]);
        let models = |list: &str| error(&format!("[routes.x]\nmodels = [{list}]"));
        assert_eq!(
            models("{ modle = \"groq\" }"),
            "config.toml:2:13: unknown key `routes.x.models[0].modle` / did you mean `model`?"
        );
        assert_eq!(
            models("\"groq\", 3"),
            "config.toml:2:19: `routes.x.models[1]`: expected text in quotes or a table of its own, not a number / "
        );
        assert!(models("{ weight = 3 }").contains("`routes.x.models[0]`: missing field `model`"));
        assert!(models("{ model = \"groq\", weight = -1 }").contains("`routes.x.models[0].weight`: "));
        assert!(
            error("[aliases]\nx = [1]")
                .starts_with("config.toml:2:6: `aliases.x[0]`: expected text in quotes")
        );
        assert!(
            error("[providers.groq]\nlimits = { concurency = 1 }").ends_with("did you mean `concurrency`?")
        );
    }

    #[test]
    fn files_lie_over_each_other_value_by_value() {
        let user = parse(
            "default_route = \"mine\"\n[providers.groq]\napi_keys = [\"env:A\", \"env:B\"]\n\
             timeout = { connect = \"5s\", idle = 20 }\n[routes.mine]\nmodels = [\"groq\"]\nmax_attempts = 3\n",
        );
        let text = "[providers.groq]\ntimeout.idle = 9\napi_keys = [\"env:C\"]\n[aliases]\nx = \"groq\"\n";
        let project = Document::parse(Path::new("p.toml"), text).unwrap();
        let both = user.unwrap().under(project).unwrap();
        let groq = &both.values.providers["groq"];
        assert_eq!(groq.api_keys, ["env:C"]);
        assert_eq!(groq.timeout.idle.unwrap().to_string(), "9s");
        assert_eq!(groq.timeout.connect.unwrap().to_string(), "5s");
        assert_eq!((both.values.routes["mine"].max_attempts, both.values.aliases.len()), (Some(3), 1));
        let place = |path: &str| both.place(path).unwrap().to_string();
        assert_eq!(place("providers.groq.timeout.idle"), "p.toml:2:9");
        assert_eq!(place("providers.groq.timeout.connect"), "config.toml:4:13");
        assert_eq!(both.position("providers.groq.api_keys[1]"), None);
        assert_eq!(both.error("aliases.x", "wrong").to_string(), "p.toml:5:1: `aliases.x`: wrong");
        let leaves: Vec<_> = both.leaves().filter(|(path, _)| path.contains("timeout")).collect();
        assert_eq!(
            leaves,
            [("providers.groq.timeout.connect", "\"5s\""), ("providers.groq.timeout.idle", "9")]
        );
    }

    #[test]
    fn near_names() {
        assert_eq!(nearest("grok", ["groq", "openai"]), Some("groq"));
        assert_eq!(nearest("xyz", ["groq", "openai"]), None);
    }
}
