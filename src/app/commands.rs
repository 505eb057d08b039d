//! The commands of the user, from the configuration: which program, with what around it.
//!
//! Paths are relative to the file that they stand in, so that a project's `.aigw` can bring its scripts along; they are
//! among the files that `aigw trust` shows and watches. What a project sets never gets more than to be asked for.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value, json};

use super::App;
use crate::chat::{Schema, ToolSpec};
use crate::config::tools::PermissionWord;
use crate::config::{
    self, BUILT_IN_TOOLS, CommandSection, ConfigError, Document, Env, nearest, read_bounded,
};
use crate::tools::Permission;
use crate::tools::command::Command;

/// How long a command may take where nobody says.
const USUAL_TIMEOUT: Duration = Duration::from_secs(30);
/// How much of what it prints is used where nobody says.
const USUAL_OUTPUT: usize = 32 << 10;
/// The largest file with a schema that is read.
const MOST_SCHEMA: u64 = 1 << 20;
/// What every program gets of the environment.
const ALWAYS: &[&str] = if cfg!(windows) { &["PATH", "PATHEXT", "SystemRoot", "TEMP"] } else { &["PATH"] };

impl App {
    /// The commands that models may call, by their names.
    pub fn commands(&self) -> Result<Vec<Command>, ConfigError> {
        let document = &self.config.document;
        let project = self.project.as_ref().map(super::Nearby::directory);
        let all = document.values.tools.commands.iter();
        all.map(|(name, section)| {
            let reading =
                Reading { document, env: &self.config.env, project: project.as_deref(), name, section };
            reading.command()
        })
        .collect()
    }
}

struct Reading<'a> {
    document: &'a Document,
    env: &'a Env,
    /// Where the settings of the project are, if there is one.
    project: Option<&'a Path>,
    name: &'a str,
    section: &'a CommandSection,
}

impl Reading<'_> {
    fn command(&self) -> Result<Command, ConfigError> {
        let section = self.section;
        if section.description.is_none()
            && section.command.is_empty()
            && let Some(near) = nearest(self.name, BUILT_IN_TOOLS.iter().copied())
        {
            let error = self.document.error(&self.key(""), "there is no such tool, and this is no command");
            return Err(error.hinted(format!("did you mean `tools.{near}`?")));
        }
        let description =
            section.description.clone().filter(|text| !text.trim().is_empty()).ok_or_else(|| {
                let error = self.document.error(&self.key(""), "it has no description");
                error.hinted("models decide by it when to call: `description = \"Shows the open tickets.\"`")
            })?;
        let Some((program, words)) =
            section.command.split_first().filter(|(program, _)| !program.trim().is_empty())
        else {
            let error = self.document.error(&self.key(""), "it has no command");
            return Err(
                error.hinted("write the program and its arguments, as `command = [\"git\", \"status\"]`")
            );
        };
        let named = program.contains('/') || cfg!(windows) && program.contains('\\');
        let program = if named {
            self.path("command", program).to_string_lossy().into_owned()
        } else {
            program.clone()
        };
        Ok(Command {
            spec: ToolSpec {
                name: self.name.to_owned(),
                description,
                parameters: self.parameters()?,
                strict: false,
            },
            words: std::iter::once(program).chain(words.iter().cloned()).collect(),
            environment: self.environment(),
            directory: section.cwd.as_deref().map(|cwd| self.path("cwd", cwd)),
            timeout: section.timeout.map_or(USUAL_TIMEOUT, |span| span.0),
            most: section.max_output.and_then(|most| usize::try_from(most).ok()).unwrap_or(USUAL_OUTPUT),
            permission: self.permission(),
            repeatable: section.repeatable,
        })
    }

    fn key(&self, key: &str) -> String {
        let dot = if key.is_empty() { "" } else { "." };
        format!("tools.{}{dot}{key}", self.name)
    }

    /// A path, from the directory of the file that it stands in.
    fn path(&self, key: &str, path: &str) -> PathBuf {
        if let (Some(rest), Some(home)) = (path.strip_prefix("~/"), self.env.get("HOME")) {
            return Path::new(home).join(rest);
        }
        let place = self.document.place(&self.key(key));
        let base = place.as_ref().and_then(|place| place.file.parent());
        base.unwrap_or(Path::new("")).join(path)
    }

    fn environment(&self) -> Vec<(String, String)> {
        let wished = ALWAYS.iter().copied().chain(self.section.env.iter().map(String::as_str));
        let same =
            |one: &str, two: &str| if cfg!(windows) { one.eq_ignore_ascii_case(two) } else { one == two };
        let mut environment: Vec<(String, String)> = Vec::new();
        for wish in wished {
            let Some(name) = self.env.names().find(|name| same(name, wish)) else { continue };
            if let Some(value) =
                self.env.get(name).filter(|_| !environment.iter().any(|(other, _)| other == name))
            {
                environment.push((name.to_owned(), value.to_owned()));
            }
        }
        environment
    }

    fn parameters(&self) -> Result<Value, ConfigError> {
        let section = self.section;
        let (key, value) = match (&section.parameters, &section.parameters_file) {
            (Some(_), Some(_)) => {
                let error = self.document.error(&self.key("parameters_file"), "there are parameters as well");
                return Err(error.hinted("keep one of the two"));
            }
            (Some(parameters), None) => ("parameters", Value::Object(parameters.0.clone())),
            (None, Some(file)) => ("parameters_file", self.schema_in(file)?),
            (None, None) => {
                return Ok(json!({"type": "object", "properties": {}, "additionalProperties": false}));
            }
        };
        let wrong = |message: String| self.document.error(&self.key(key), message);
        if value.get("type").and_then(Value::as_str) != Some("object") {
            return Err(wrong("the arguments of a tool are an object".into())
                .hinted("begin with `type = \"object\"`"));
        }
        Schema::new(value.clone()).map_err(|error| wrong(error.to_string()))?;
        Ok(value)
    }

    fn schema_in(&self, file: &str) -> Result<Value, ConfigError> {
        let path = self.path("parameters_file", file);
        let wrong = |message: String| {
            self.document.error(&self.key("parameters_file"), format!("{}: {message}", path.display()))
        };
        let bytes =
            read_bounded(&path, MOST_SCHEMA).map_err(|error| wrong(format!("cannot read it: {error}")))?;
        serde_json::from_slice(&bytes).map_err(|error| wrong(format!("it is not JSON: {error}")))
    }

    /// A project says no, or asks; yes is for the user to say.
    fn permission(&self) -> Permission {
        let of_project = |key: &str| {
            let place: Option<config::Place> = self.document.place(&self.key(key));
            place.zip(self.project).is_some_and(|(place, project)| place.file.starts_with(project))
        };
        match self.section.permission.unwrap_or(PermissionWord::Ask) {
            PermissionWord::Deny => Permission::Deny,
            PermissionWord::Allow if !of_project("command") && !of_project("permission") => Permission::Allow,
            PermissionWord::Allow | PermissionWord::Ask => Permission::Ask,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tools::Tool as _;

    fn document(file: &Path, text: &str) -> Document {
        Document::parse(file, text).unwrap()
    }

    fn commands(document: &Document, project: Option<&Path>) -> Result<Vec<Command>, ConfigError> {
        let env: Env = [("PATH", "/bin"), ("HOME", "/home/me"), ("GROQ_API_KEY", "canary"), ("LANG", "C")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into_iter()
            .collect();
        let all = document.values.tools.commands.iter();
        all.map(|(name, section)| Reading { document, env: &env, project, name, section }.command()).collect()
    }

    fn only(text: &str) -> Result<Command, ConfigError> {
        commands(&document(Path::new("/etc/aigw/config.toml"), text), None).map(|mut all| all.remove(0))
    }

    #[test]
    fn a_command_is_what_its_table_says() {
        let text = "[tools.tickets]\ndescription = \"Shows tickets.\"\ncommand = [\"bin/tickets\", \"a/b\"]\n\
                    env = [\"LANG\", \"NONE\", \"PATH\"]\ncwd = \"~/work\"\ntimeout = \"5s\"\nmax_output = 100\npermission = \"allow\"\n\
                    parameters = { type = \"object\", properties.id.type = \"integer\" }\n";
        let command = only(text).unwrap();
        assert_eq!(command.words, ["/etc/aigw/bin/tickets", "a/b"]);
        assert_eq!(
            command.environment,
            [("PATH", "/bin"), ("LANG", "C")].map(|(a, b)| (a.to_owned(), b.to_owned()))
        );
        assert_eq!(command.directory.as_deref(), Some(Path::new("/home/me/work")));
        assert_eq!((command.timeout, command.most), (Duration::from_secs(5), 100));
        assert_eq!((command.permission(), command.spec().name.as_str()), (Permission::Allow, "tickets"));
        assert_eq!(command.spec.parameters["properties"]["id"]["type"], "integer");

        let command = only("[tools.t]\ndescription = \"d\"\ncommand = [\"git\", \"status\"]\n").unwrap();
        assert_eq!(
            (command.words[0].as_str(), command.permission, command.directory),
            ("git", Permission::Ask, None)
        );
        assert_eq!(command.spec.parameters["additionalProperties"], false);
    }

    #[test]
    fn what_is_missing_is_said() {
        for (text, what) in [
            ("command = [\"x\"]", "config.toml:1:8: `tools.t`: it has no description"),
            ("description = \"d\"", "`tools.t`: it has no command"),
            ("[tools.wether]\npermission = \"deny\"", "`tools.wether`: there is no such tool"),
            ("description = \"d\"\ncommand = [\" \"]", "it has no command"),
            ("description = \"d\"\ncommand = [\"x\"]\nparameters.type = \"string\"", "are an object"),
            (
                "description = \"d\"\ncommand = [\"x\"]\nparameters = { type = \"object\", required = 3 }",
                "not a JSON Schema",
            ),
            (
                "description = \"d\"\ncommand = [\"x\"]\nparameters_file = \"none.json\"",
                "/etc/aigw/none.json: cannot read it",
            ),
            (
                "description = \"d\"\ncommand = [\"x\"]\nparameters.type = \"object\"\nparameters_file = \"x\"",
                "there are parameters as well",
            ),
        ] {
            let table = if text.starts_with('[') { "" } else { "[tools.t]\n" };
            let error = only(&format!("{table}{text}\n")).unwrap_err().to_string();
            assert!(error.contains(what), "{text}: {error}");
        }
    }

    #[test]
    fn schemas_may_stand_in_a_file() {
        let home = tempfile::tempdir().unwrap();
        std::fs::write(home.path().join("s.json"), r#"{"type": "object", "required": ["to"]}"#).unwrap();
        let text = "[tools.t]\ndescription = \"d\"\ncommand = [\"x\"]\nparameters_file = \"s.json\"\n";
        let all = commands(&document(&home.path().join("config.toml"), text), None).unwrap();
        assert_eq!(all[0].spec.parameters["required"][0], "to");
    }

    #[test]
    fn a_project_cannot_allow_its_commands() {
        let own = "[tools.t]\ndescription = \"d\"\ncommand = [\"x\"]\npermission = \"allow\"\n";
        let user = Path::new("/home/me/.config/aigw/config.toml");
        let project = Path::new("/home/me/p/.aigw");
        let permission = |of_user: &str, of_project: &str| {
            let over = document(&project.join("config.toml"), of_project);
            let both = document(user, of_user).under(over).unwrap();
            commands(&both, Some(project)).unwrap()[0].permission
        };
        assert_eq!(permission(own, ""), Permission::Allow);
        assert_eq!(permission("", own), Permission::Ask);
        assert_eq!(permission(own, "[tools.t]\ncommand = [\"./theirs\"]\n"), Permission::Ask);
        assert_eq!(permission(own, "[tools.t]\npermission = \"deny\"\n"), Permission::Deny);
        assert_eq!(
            permission(&own.replace("allow", "deny"), "[tools.t]\npermission = \"allow\"\n"),
            Permission::Ask
        );
    }
}
