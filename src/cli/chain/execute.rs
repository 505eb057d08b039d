//! Having a run done, and telling what came of it.

use std::sync::Arc;

use serde_json::{Value, json};

use super::Terms;
use super::person::AtTerminal;
use super::watch::Screen;
use crate::agents::{Budget, Spent};
use crate::app::App;
use crate::app::chains::{Helpers, Person};
use crate::app::desk::Wishes;
use crate::chains::definition::Kind;
use crate::chains::machine::Standing;
use crate::chains::{Driver, Ended, Limits, Plan, RunJournal, Trouble, TroubleKind, text_of};
use crate::cli::{CommandError, Context, Exit, Output, json};
use crate::memory::run::{Run, RunState};
use crate::providers::client::Client;
use crate::tools::Grants;

/// A run that is to be done, or gone on with.
pub(super) struct Execution<'a> {
    pub(super) context: &'a Context,
    pub(super) app: &'a App,
    pub(super) client: &'a Arc<Client>,
    pub(super) plan: Arc<Plan>,
    pub(super) run: Run,
    pub(super) inputs: Value,
    pub(super) memory: Value,
    pub(super) models: Vec<String>,
    pub(super) terms: Terms,
}

/// Does it.
pub(super) async fn execute(execution: Execution<'_>) -> Result<(), CommandError> {
    let Execution { context, app, client, plan, run, inputs, memory, models, terms } = execution;
    let id = run.id.as_str();
    let lock = app
        .memory
        .lock_run(id)
        .map_err(|error| CommandError::failed(format!("the run cannot be locked: {error}")))?;
    let Some(_lock) = lock else {
        return Err(CommandError::failed(format!("another process is at the run {id}"))
            .hint(format!("`aigw chain show {id}` shows how it stands")));
    };
    let journal = RunJournal::open(Arc::clone(&app.memory), id, &run.chain)?;
    app.memory.set_run(id, RunState::Running, None, None)?;
    let screen = Arc::new(Screen::new(context));
    let person = AtTerminal::somebody(context, &screen);
    let wishes = wishes(&terms, &plan, person.clone());
    let agents = app.agents();
    let meanings = Arc::new(app.meanings(client).await.unwrap_or_else(|_| app.no_meanings(client)));
    let someone = person.as_deref().map(|person| person as &dyn Person);
    let helpers =
        Helpers::new(app, &agents, (client, &meanings), (&wishes, &models), (id, &run.chain), someone);
    let driver = Driver::new(&helpers, journal, screen.as_ref(), limits(&terms, &plan));
    context.ui.detail(&format!("run {id}"));
    let work = async { Ok(driver.run(Arc::clone(&plan), inputs, memory).await) };
    let ended = context.interrupt.unless(work).await;
    screen.end();
    for note in helpers.notes() {
        context.ui.warn(&note);
    }
    let ended = match ended {
        Ok(ended) => ended,
        Err(interrupted) => {
            app.memory.set_run(id, RunState::Stopped, None, Some("interrupted".into()))?;
            context.ui.hint(&format!("what is done is kept: aigw chain resume {id}"));
            return Err(interrupted);
        }
    };
    let outcome = Outcome { context, app, run: &run };
    outcome.tell(&ended, &screen)
}

/// What agents and steps of a run may have.
fn wishes(terms: &Terms, plan: &Plan, person: Option<Arc<AtTerminal>>) -> Wishes {
    fn named(plan: &Plan, tools: &mut Vec<String>) {
        for step in &plan.definition.steps {
            if let Kind::Tool { tool, .. } = &step.kind {
                tools.push(tool.value.clone());
            }
        }
        plan.chains.values().for_each(|plan| named(plan, tools));
    }
    let mut allowed = terms.allow_tool.clone();
    if terms.yes {
        named(plan, &mut allowed);
    }
    Wishes {
        allowed,
        hint: "with --allow-tool NAME",
        asks: person.map(|person| person as _),
        granted: Grants::default(),
        ..Wishes::default()
    }
}

fn limits(terms: &Terms, plan: &Plan) -> Limits {
    let definition = &plan.definition;
    Limits {
        budget: Budget {
            tokens: terms.max_tokens.or(definition.max_tokens),
            cost_usd: terms.max_cost.or(definition.max_cost_usd),
        },
        time: terms.timeout.map(|span| span.0).or(definition.timeout),
        no_cache: terms.no_cache,
        said: terms.answer.iter().cloned().collect(),
    }
}

/// What came of a run.
struct Outcome<'a> {
    context: &'a Context,
    app: &'a App,
    run: &'a Run,
}

impl Outcome<'_> {
    /// Writes down how the run stands, prints its result and says what is worth knowing.
    fn tell(&self, ended: &Ended, screen: &Screen<'_>) -> Result<(), CommandError> {
        let (memory, id) = (&self.app.memory, self.run.id.as_str());
        let (state, output, problem) = standing(ended);
        memory.set_run(id, state, output.as_ref().map(text_of), problem.clone())?;
        screen.table();
        let report = self.report(ended, state, output.as_ref(), problem.as_deref());
        let ui = &self.context.ui;
        ui.note(&format!("{}; aigw chain show {id}", Self::summary(&ended.spent, screen)));
        if let Some(output) = &output {
            match self.context.global.output() {
                Output::Text => ui.line(text_of(output).trim_end())?,
                Output::Json => json::object(ui, Output::Json, &report)?,
                Output::Jsonl => {
                    let mut done = report;
                    done["type"] = json!("done");
                    json::object(ui, Output::Jsonl, &done)?;
                }
            }
            return Ok(());
        }
        Err(self.failure(ended, problem.unwrap_or_default()).with_json(report))
    }

    fn summary(spent: &Spent, screen: &Screen<'_>) -> String {
        let cost = spent.cost_usd.map(|cost| format!(", ${cost:.6}")).unwrap_or_default();
        let (done, kept) = screen.counts();
        let kept = if kept > 0 { format!(" ({kept} of them were there)") } else { String::new() };
        format!("{done} results{kept}, {} tokens in, {} out{cost}", spent.input_tokens, spent.output_tokens)
    }

    /// The run as JSON. The shape is an interface.
    fn report(&self, ended: &Ended, state: RunState, output: Option<&Value>, problem: Option<&str>) -> Value {
        json!({
            "run": self.run.id,
            "chain": self.run.chain,
            "state": state.as_str(),
            "output": output,
            "steps": ended.results,
            "usage": {"input_tokens": ended.spent.input_tokens, "output_tokens": ended.spent.output_tokens},
            "cost_usd": ended.spent.cost_usd,
            "problem": problem,
        })
    }

    fn failure(&self, ended: &Ended, problem: String) -> CommandError {
        let id = &self.run.id;
        let resume = format!("what is done is kept: aigw chain resume {id}");
        if let Standing::Waiting(_) = &ended.standing {
            let path = ended.waiting.first().map(String::as_str).unwrap_or_default();
            return CommandError::new(Exit::Refused, problem)
                .hint(format!("aigw chain resume {id} --answer {path}=TEXT"));
        }
        let exit = match ended.trouble.as_ref().map(|trouble| trouble.kind) {
            Some(TroubleKind::NoAnswer | TroubleKind::Late) => Exit::NoAnswer,
            Some(TroubleKind::Config) => Exit::Config,
            Some(TroubleKind::Refused) => Exit::Refused,
            Some(TroubleKind::Unclear | TroubleKind::Other) | None => Exit::Failed,
        };
        let failure = CommandError::new(exit, problem);
        match &ended.standing {
            Standing::Failed(path, _)
                if ended.trouble.as_ref().is_some_and(|it| it.kind == TroubleKind::Unclear) =>
            {
                failure.hint(format!("see for yourself, then: aigw chain resume {id} --answer {path}=RESULT"))
            }
            _ => failure.hint(resume),
        }
    }
}

/// How a run stands, its result, and why it has none.
fn standing(ended: &Ended) -> (RunState, Option<Value>, Option<String>) {
    match &ended.standing {
        Standing::Done(output) => (RunState::Done, Some(output.clone()), None),
        Standing::Failed(path, problem) => {
            (RunState::Failed, None, Some(format!("the step {path} failed: {problem}")))
        }
        Standing::Waiting(_) => {
            let problem =
                format!("{} waits for an answer, and nobody can be asked here", ended.waiting.join(", "));
            (RunState::Waiting, None, Some(problem))
        }
        Standing::Stopped | Standing::Running => {
            let why = ended
                .trouble
                .as_ref()
                .map_or("it was told to stop", |Trouble { message, .. }| message.as_str());
            (RunState::Stopped, None, Some(format!("the run was stopped: {why}")))
        }
    }
}
