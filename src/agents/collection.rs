//! The agents that there are: a trusted project's, the user's, the built-in ones; of one name the first of these counts.
//!
//! Files are read when somebody asks. Who answers a plain question, the `assistant`, is looked for in files of that name
//! alone, so that it costs a glance and not the reading of everything.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use super::definition::{Definition, Origin, Problem, normal_name, read};
use super::guide;

/// The agent who answers where none is named.
pub const ASSISTANT: &str = "assistant";
/// More agents than anybody has.
const MAX_FILES: usize = 500;
/// The largest file of an agent.
const MAX_FILE: u64 = 1 << 20;

/// Those that come with the program.
const BUILT_IN: &[(&str, &str)] = &[
    ("analyst.md", include_str!("built_in/analyst.md")),
    ("assistant.md", include_str!("built_in/assistant.md")),
    ("coder.md", include_str!("built_in/coder.md")),
    ("critic.md", include_str!("built_in/critic.md")),
    ("researcher.md", include_str!("built_in/researcher.md")),
    ("summarizer.md", include_str!("built_in/summarizer.md")),
    ("triage.md", include_str!("built_in/triage.md")),
    ("writer.md", include_str!("built_in/writer.md")),
];

/// A place with agents.
#[derive(Debug)]
pub struct Shelf {
    origin: Origin,
    directory: PathBuf,
    /// What is in it, where that was read before: name and bytes.
    kept: Option<Vec<(String, Vec<u8>)>>,
}

impl Shelf {
    /// The user's directory. It need not exist.
    pub fn of_user(directory: PathBuf) -> Self {
        Self { origin: Origin::User, directory, kept: None }
    }

    /// A trusted project's directory, with its files as they were when they were found to be the trusted ones.
    pub fn of_project(directory: PathBuf, files: Vec<(String, Vec<u8>)>) -> Self {
        Self { origin: Origin::Project, directory, kept: Some(files) }
    }

    fn built_in() -> Self {
        let files = BUILT_IN.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec()));
        Self { origin: Origin::BuiltIn, directory: PathBuf::new(), kept: Some(files.collect()) }
    }

    /// The names of its files, sorted.
    fn names(&self, problems: &mut Vec<Problem>) -> Vec<String> {
        let mut names: Vec<String> = match &self.kept {
            Some(files) => files.iter().map(|(name, _)| name.clone()).collect(),
            None => match std::fs::read_dir(&self.directory) {
                Ok(entries) => entries.flatten().filter_map(|it| it.file_name().into_string().ok()).collect(),
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
                Err(error) => {
                    problems.push(problem(&self.directory, format!("cannot read it: {error}")));
                    Vec::new()
                }
            },
        };
        names.retain(|name| !name.starts_with('.') && is_markdown(name));
        names.sort();
        if names.len() > MAX_FILES {
            let message = format!("it holds {} agents; only the first {MAX_FILES} are read", names.len());
            problems.push(problem(&self.directory, message));
            names.truncate(MAX_FILES);
        }
        names
    }

    /// A file's text; none where there is no such file.
    fn text(&self, name: &str) -> Result<Option<String>, String> {
        let bytes = match &self.kept {
            Some(files) => files.iter().find(|(file, _)| file == name).map(|(_, bytes)| bytes.clone()),
            None => bytes(&self.directory.join(name))?,
        };
        bytes.map(|bytes| String::from_utf8(bytes).map_err(|_| "it is not UTF-8 text".to_owned())).transpose()
    }

    /// The agent of a file; none where there is no such file, or nothing that can be used.
    fn agent(&self, name: &str, problems: &mut Vec<Problem>) -> Option<Definition> {
        let file = self.directory.join(name);
        let text = match self.text(name) {
            Ok(text) => text?,
            Err(message) => {
                problems.push(problem(&file, message));
                return None;
            }
        };
        let (agent, found) = read(&file, &text);
        problems.extend(found);
        let agent = agent.filter(|agent| {
            // Otherwise every file would have to be read to answer a plain question.
            let is_right = agent.name != ASSISTANT || name == "assistant.md";
            if !is_right {
                let message = "the agent `assistant` is replaced by a file called assistant.md only";
                problems.push(problem(&file, message.into()));
            }
            is_right
        })?;
        let file = (self.origin != Origin::BuiltIn).then_some(file);
        Some(Definition { origin: self.origin, file, ..agent })
    }
}

fn is_markdown(name: &str) -> bool {
    Path::new(name).extension().is_some_and(|extension| extension.eq_ignore_ascii_case("md"))
}

fn bytes(file: &Path) -> Result<Option<Vec<u8>>, String> {
    let explain = |error: std::io::Error| format!("cannot read it: {error}");
    match std::fs::metadata(file) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(explain(error)),
        // A pipe would never end.
        Ok(metadata) if !metadata.is_file() => return Err("it is no file".into()),
        Ok(_) => {}
    }
    let mut bytes = Vec::new();
    let open = std::fs::File::open(file).map_err(explain)?;
    open.take(MAX_FILE + 1).read_to_end(&mut bytes).map_err(explain)?;
    if bytes.len() as u64 > MAX_FILE {
        return Err(format!("it is larger than {} MiB", MAX_FILE >> 20));
    }
    Ok(Some(bytes))
}

fn problem(file: &Path, message: String) -> Problem {
    Problem { file: file.to_owned(), line: None, message, fatal: true }
}

/// Reads one file.
pub fn read_file(file: &Path) -> (Option<Definition>, Vec<Problem>) {
    let mut problems = Vec::new();
    let directory = file.parent().unwrap_or(Path::new("")).to_owned();
    let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let agent = Shelf::of_user(directory).agent(&name, &mut problems);
    (agent, problems)
}

/// The agents that there are.
#[derive(Debug, Clone)]
pub struct Agents {
    /// Whoever stands first counts; the built-in ones stand last.
    shelves: Arc<Vec<Shelf>>,
    /// The `AGENTS.md` of a trusted project, which may not be there.
    guide_file: Option<PathBuf>,
    guide: OnceLock<Option<String>>,
    assistant: OnceLock<(Definition, Vec<Problem>)>,
    all: OnceLock<All>,
}

#[derive(Debug, Clone, Default)]
struct All {
    definitions: Vec<Definition>,
    problems: Vec<Problem>,
}

impl Agents {
    /// The agents on these shelves, the first of which counts most, and the built-in ones. Nothing is read yet.
    pub fn new(mut shelves: Vec<Shelf>) -> Self {
        shelves.push(Shelf::built_in());
        Self {
            shelves: Arc::new(shelves),
            guide_file: None,
            guide: OnceLock::new(),
            assistant: OnceLock::new(),
            all: OnceLock::new(),
        }
    }

    /// The same in a trusted project, whose `AGENTS.md` is for those agents who ask for it.
    #[must_use]
    pub fn in_project(self, root: &Path) -> Self {
        Self { guide_file: Some(root.join(guide::FILE)), ..self }
    }

    /// What the project's `AGENTS.md` tells an agent, if the agent asks for it.
    pub(super) fn guide(&self, agent: &Definition) -> Option<&str> {
        let file = self.guide_file.as_deref().filter(|_| agent.agents_md)?;
        self.guide.get_or_init(|| guide::read(file)).as_deref()
    }

    /// Those that come with the program.
    pub fn built_in() -> Self {
        Self::new(Vec::new())
    }

    /// The text of a built-in agent.
    pub fn built_in_text(name: &str) -> Option<&'static str> {
        let file = format!("{name}.md");
        BUILT_IN.iter().find(|(built_in, _)| *built_in == file).map(|(_, text)| *text)
    }

    /// All of them, by name.
    pub fn definitions(&self) -> &[Definition] {
        &self.all().definitions
    }

    /// What is wrong with their files.
    pub fn problems(&self) -> &[Problem] {
        &self.all().problems
    }

    /// An agent by its name; `Code Reviewer` finds `code-reviewer`.
    pub fn find(&self, name: &str) -> Option<&Definition> {
        let name = normal_name(name)?;
        if name == ASSISTANT {
            return Some(&self.assistant().0);
        }
        self.definitions().iter().find(|agent| agent.name == name)
    }

    /// The names of all of them.
    pub fn names(&self) -> Vec<String> {
        self.definitions().iter().map(|agent| agent.name.clone()).collect()
    }

    /// What is wrong with the file of the agent who answers where none is named.
    pub fn problems_of_assistant(&self) -> &[Problem] {
        &self.assistant().1
    }

    fn assistant(&self) -> &(Definition, Vec<Problem>) {
        self.assistant.get_or_init(|| {
            let mut problems = Vec::new();
            let mut found: Option<Definition> = None;
            for shelf in self.shelves.iter() {
                let agent = shelf.agent("assistant.md", &mut problems).filter(|it| it.name == ASSISTANT);
                match (&mut found, agent) {
                    (None, agent) => found = agent,
                    (Some(found), Some(other)) => found.replaces = found.replaces.or(Some(other.origin)),
                    (Some(_), None) => {}
                }
            }
            (found.unwrap_or_else(|| Definition::new(ASSISTANT)), problems)
        })
    }

    fn all(&self) -> &All {
        self.all.get_or_init(|| {
            let mut all = All::default();
            for shelf in self.shelves.iter() {
                all.put(shelf);
            }
            all.definitions.sort_by(|a, b| a.name.cmp(&b.name));
            all
        })
    }
}

impl All {
    fn put(&mut self, from: &Shelf) {
        for name in from.names(&mut self.problems) {
            let Some(agent) = from.agent(&name, &mut self.problems) else { continue };
            match self.definitions.iter_mut().find(|other| other.name == agent.name) {
                None => self.definitions.push(agent),
                Some(first) if first.origin == agent.origin => {
                    let other = first.file.as_deref().unwrap_or(Path::new("")).display();
                    let message = format!("the agent `{}` is in {other} already", agent.name);
                    self.problems.push(problem(&from.directory.join(&name), message));
                }
                Some(first) => first.replaces = first.replaces.or(Some(agent.origin)),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A directory with these files.
    fn directory(files: &[(&str, &str)]) -> tempfile::TempDir {
        let directory = tempfile::tempdir().unwrap();
        for (name, text) in files {
            std::fs::write(directory.path().join(name), text).unwrap();
        }
        directory
    }

    fn agents(directory: &tempfile::TempDir) -> Agents {
        Agents::new(vec![Shelf::of_user(directory.path().to_owned())])
    }

    fn messages(agents: &Agents) -> Vec<&str> {
        agents.problems().iter().map(|problem| problem.message.as_str()).collect()
    }

    #[test]
    fn the_built_in_ones_are_sound() {
        let agents = Agents::built_in();
        assert_eq!(agents.problems(), []);
        let names = agents.names();
        assert_eq!(
            names,
            ["analyst", "assistant", "coder", "critic", "researcher", "summarizer", "triage", "writer"]
        );
        for agent in agents.definitions() {
            assert!(agent.model.is_none() && agent.file.is_none() && agent.ignored.is_empty(), "{agent:?}");
            assert!(agent.handoffs.iter().all(|name| names.contains(name)), "{agent:?}");
            assert_eq!(agent.instructions.is_empty(), agent.name == ASSISTANT);
        }
        assert_eq!(agents.find("triage").unwrap().handoffs.len(), names.len() - 1);
        let assistant = agents.find("Assistant").unwrap();
        assert!(assistant.tools.is_empty() && agents.definitions().contains(assistant));
    }

    #[test]
    fn the_first_of_a_name_counts() {
        let home = directory(&[
            ("writer.md", "---\ndescription: mine\n---\n"),
            ("b.md", "---\nname: a\ndescription: second\n---\n"),
            ("a.md", "---\ndescription: first\n---\n"),
            ("notes.txt", "nothing"),
            (".hidden.md", "nothing"),
        ]);
        let project = vec![("writer.md".to_owned(), b"---\ndescription: ours\n---\n".to_vec())];
        let agents = Agents::new(vec![
            Shelf::of_project("/p/.aigw/agents".into(), project),
            Shelf::of_user(home.path().to_owned()),
        ]);
        let writer = agents.find("Writer").unwrap();
        assert_eq!((writer.description.as_str(), writer.origin), ("ours", Origin::Project));
        assert_eq!(writer.replaces, Some(Origin::User));
        assert_eq!(agents.find("a").unwrap().description, "first");
        assert_eq!(agents.names().len(), 9);
        assert!(messages(&agents)[0].starts_with("the agent `a` is in "), "{:?}", agents.problems());
        assert!(agents.find("nobody").is_none() && agents.find("…").is_none());
    }

    #[test]
    fn a_wrong_file_hides_no_other() {
        let home = directory(&[
            ("bad.md", "---\nmax_turns: many\ndescription: d\n---\n"),
            ("good.md", "---\ndescription: d\n---\n"),
            ("writer.md", "no front matter"),
        ]);
        std::fs::write(home.path().join("binary.md"), b"---\n\xff\n---").unwrap();
        std::fs::create_dir(home.path().join("directory.md")).unwrap();
        std::fs::write(home.path().join("huge.md"), vec![b'x'; (1 << 20) + 1]).unwrap();
        let agents = agents(&home);
        assert!(agents.find("good").is_some() && agents.find("bad").is_none());
        assert_eq!(agents.find("writer").unwrap().origin, Origin::BuiltIn);
        let expected =
            ["expected a whole", "not UTF-8", "it is no file", "larger than 1 MiB", "expected front matter"];
        assert_eq!(messages(&agents).len(), expected.len());
        for (message, expected) in messages(&agents).iter().zip(expected) {
            assert!(message.contains(expected), "{message}: {expected}");
        }
    }

    #[test]
    fn a_plain_question_reads_one_file_at_most() {
        let home = directory(&[
            ("assistant.md", "---\ndescription: mine\n---\nBe brief."),
            ("other.md", "---\nname: assistant\ndescription: not me\n---\n"),
        ]);
        let agents = agents(&home);
        let assistant = agents.find(ASSISTANT).unwrap();
        assert_eq!(
            (assistant.instructions.as_str(), assistant.replaces),
            ("Be brief.", Some(Origin::BuiltIn))
        );
        assert!(agents.all.get().is_none() && agents.problems_of_assistant().is_empty());
        assert!(agents.definitions().contains(agents.find(ASSISTANT).unwrap()));
        assert!(messages(&agents)[0].contains("assistant.md only"));
        let broken = directory(&[("assistant.md", "---\n")]);
        let agents = super::tests::agents(&broken);
        assert_eq!(agents.find(ASSISTANT).unwrap().origin, Origin::BuiltIn);
        assert_eq!(agents.problems_of_assistant().len(), 1);
    }

    #[test]
    fn there_is_an_end_to_files() {
        let files: Vec<_> =
            (0..10_000).map(|n| (format!("a{n}.md"), b"---\ndescription: d\n---\n".to_vec())).collect();
        let agents = Agents::new(vec![Shelf::of_project("/p".into(), files)]);
        assert_eq!(agents.names().len(), MAX_FILES + BUILT_IN.len());
        assert!(messages(&agents)[0].contains("it holds 10000 agents"));
    }
}
