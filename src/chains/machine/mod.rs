//! A run as a pure state machine: what has happened goes in, what is to be begun comes out. No I/O and no clock, so that
//! the same results always lead the same way; that is what makes a run that was killed go on where it was.
//!
//! A step is over when it is done, was left out, or has failed. Each that is over brings those that wait for it nearer;
//! whoever waits for nobody can begin. So the work for a step grows with its neighbours and not with the chain.

mod cell;
mod settle;
mod values;

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

pub use cell::Happening;
use cell::{Cell, State};

use super::definition::{Kind, OnError};
use super::plan::Plan;
use super::template::{Templates, as_json, as_value};
use super::unit::{Path, Unit};

/// How long is waited before the first try after a failure; twice as long before each further one.
const FIRST_WAIT: Duration = Duration::from_millis(500);

/// What is to be begun.
#[derive(Debug, Clone, PartialEq)]
pub struct Start {
    /// What.
    pub unit: Unit,
    /// The how many-th try, from one.
    pub attempt: u32,
    /// How long is waited before.
    pub after: Duration,
    /// What is to be done, with all that was known filled in.
    pub task: Task,
}

/// What is to be done in a unit.
#[derive(Debug, Clone, PartialEq)]
pub enum Task {
    /// An agent is asked.
    Agent {
        /// What.
        prompt: String,
        /// The words of which the answer has to be one; any answer where it is empty.
        choices: Vec<String>,
    },
    /// A tool is called.
    Tool(Value),
    /// A person is asked.
    Human {
        /// What.
        question: String,
        /// What can be answered.
        choices: Vec<String>,
    },
    /// Another chain is run.
    Chain(Value),
}

/// How a unit ended.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// With a result.
    Done(Value),
    /// Without one: why.
    Failed(String),
    /// Without one, and nothing comes of trying it again.
    Hopeless(String),
    /// Somebody has to say something first.
    Waiting,
    /// It was dropped.
    Dropped,
}

/// How a run stands.
#[derive(Debug, Clone, PartialEq)]
pub enum Standing {
    /// There is something to do.
    Running,
    /// All is done: the result.
    Done(Value),
    /// A step has failed, and what it said.
    Failed(String, String),
    /// Somebody has to be asked: the paths of the steps.
    Waiting(Vec<String>),
    /// It was told to stop.
    Stopped,
}

/// A run.
#[derive(Debug)]
pub struct Machine {
    plan: Arc<Plan>,
    templates: Templates,
    /// What templates see of the inputs, the memory and the run.
    given: Vec<(&'static str, minijinja::Value)>,
    cells: Vec<Cell>,
    /// Results that were there before, by path.
    kept: HashMap<String, Outcome>,
    /// Steps that can begin, or go on with their next item.
    ready: BTreeSet<usize>,
    /// Failed units that are tried again.
    again: VecDeque<Start>,
    /// Steps that are over, and whose followers do not know yet.
    over: VecDeque<usize>,
    running: usize,
    open: usize,
    failed: Option<(String, String)>,
    waiting: Vec<String>,
    stopped: bool,
    happenings: Vec<Happening>,
}

impl Machine {
    /// A run of a chain with these values, and with results that are there already.
    pub fn new(plan: Arc<Plan>, given: &Given, kept: HashMap<String, Outcome>) -> Self {
        let cells: Vec<Cell> = plan.nodes.iter().map(|node| Cell::new(node.waits.len())).collect();
        let ready = (0..cells.len()).filter(|&step| cells[step].missing == 0).collect();
        Self {
            given: vec![
                ("inputs", as_value(&given.inputs)),
                ("memory", as_value(&given.memory)),
                ("run", as_value(&given.run)),
            ],
            open: cells.len(),
            plan,
            templates: Templates::default(),
            cells,
            kept,
            ready,
            again: VecDeque::new(),
            over: VecDeque::new(),
            running: 0,
            failed: None,
            waiting: Vec::new(),
            stopped: false,
            happenings: Vec::new(),
        }
    }

    /// The plan that is run.
    pub fn plan(&self) -> &Arc<Plan> {
        &self.plan
    }

    /// The path of a unit.
    pub fn path(&self, unit: Unit) -> String {
        Path(self.plan.id(unit.step), unit).to_string()
    }

    /// What may begin now. Whoever asks again without telling what happened meanwhile gets no more than may run at once.
    pub fn starts(&mut self) -> Vec<Start> {
        let mut starts = Vec::new();
        loop {
            self.settle();
            if self.stopped || self.failed.is_some() || self.running >= self.plan.definition.max_parallel {
                return starts;
            }
            if let Some(start) = self.again.pop_front() {
                self.running += 1;
                starts.push(start);
                continue;
            }
            let Some(&step) = self.ready.first() else { return starts };
            if let Some(start) = self.begin(step) {
                self.running += 1;
                starts.push(start);
            }
        }
    }

    /// A unit has ended.
    pub fn ended(&mut self, start: &Start, outcome: Outcome) {
        self.running = self.running.saturating_sub(1);
        let step = &self.plan.definition.steps[start.unit.step];
        match outcome {
            Outcome::Failed(_) if start.attempt <= step.retry && !self.stopped => {
                let doubled = FIRST_WAIT * 2_u32.saturating_pow(start.attempt - 1);
                self.again.push_back(Start { attempt: start.attempt + 1, after: doubled, ..start.clone() });
            }
            outcome => self.take(start.unit, outcome),
        }
    }

    /// Begins nothing more. What is under way may end.
    pub fn stop(&mut self) {
        self.stopped = true;
    }

    /// What has happened without anything being begun, since this was last asked.
    pub fn happenings(&mut self) -> Vec<Happening> {
        std::mem::take(&mut self.happenings)
    }

    /// How the run stands.
    pub fn standing(&self) -> Standing {
        if let Some((path, problem)) = &self.failed {
            return Standing::Failed(path.clone(), problem.clone());
        }
        if self.open == 0 {
            return Standing::Done(as_json(&self.cells[self.plan.output].output));
        }
        if self.stopped {
            return Standing::Stopped;
        }
        if self.running == 0 && self.ready.is_empty() && self.again.is_empty() && !self.waiting.is_empty() {
            return Standing::Waiting(self.waiting.clone());
        }
        Standing::Running
    }

    /// The results of all steps that have one, in the order of the file.
    pub fn results(&self) -> impl Iterator<Item = (&str, Value)> {
        let done = self.cells.iter().enumerate().filter(|(_, cell)| cell.state == State::Done);
        done.map(|(step, cell)| (self.plan.id(step), as_json(&cell.output)))
    }

    /// The result of a step, as a text.
    pub fn output(&self, step: usize) -> Option<Value> {
        let cell = &self.cells[step];
        (cell.state == State::Done).then(|| as_json(&cell.output))
    }

    /// Begins a step, or its next item. None where it is over without anything being done.
    fn begin(&mut self, step: usize) -> Option<Start> {
        if self.cells[step].state == State::Waiting {
            match self.enter(step) {
                Ok(true) => {}
                Ok(false) => {
                    self.leave_out(step, None);
                    return None;
                }
                Err(problem) => {
                    self.fail(Unit { step, round: self.cells[step].round, item: None }, problem);
                    return None;
                }
            }
        }
        let Some(unit) = self.next_unit(step) else {
            self.ready.remove(&step);
            return None;
        };
        let path = self.path(unit);
        if let Some(outcome) = self.kept.remove(&path) {
            self.happenings.push(Happening::Kept(path));
            self.take(unit, outcome);
            return None;
        }
        match self.task(unit) {
            Ok(Doing::Task(task)) => Some(Start { unit, attempt: 1, after: Duration::ZERO, task }),
            Ok(Doing::Decided(way)) => {
                self.take(unit, Outcome::Done(Value::String(way)));
                None
            }
            Err(problem) => {
                self.fail(unit, problem);
                None
            }
        }
    }

    /// Whether a step that waits for nobody any more is done at all; if so, for which items.
    fn enter(&mut self, step: usize) -> Result<bool, String> {
        if !self.is_on_way(step) {
            return Ok(false);
        }
        let definition = Arc::clone(&self.plan.definition);
        let written = &definition.steps[step];
        if let Some(when) = &written.when {
            let holds = self.templates.value(&when.value, &self.values(step, None));
            if !holds.map_err(|problem| format!("`when`: {problem}"))?.is_true() {
                return Ok(false);
            }
        }
        let items = match &written.for_each {
            Some(each) => Some(self.items(step, &each.value)?),
            None => None,
        };
        self.cells[step].enter(items);
        if self.cells[step].items.as_ref().is_some_and(Vec::is_empty) {
            self.finish(step, &Value::Array(Vec::new()));
        }
        Ok(true)
    }

    /// The next unit of a step that may begin; none where all are under way or over, or as many as may be.
    fn next_unit(&mut self, step: usize) -> Option<Unit> {
        let cell = &mut self.cells[step];
        if cell.state != State::Active {
            return None;
        }
        let round = cell.round;
        let Some(items) = &cell.items else {
            let is_first = cell.begun == 0;
            cell.begun = 1;
            self.ready.remove(&step);
            return is_first.then_some(Unit { step, round, item: None });
        };
        let most = self.plan.definition.steps[step].max_parallel.unwrap_or(usize::MAX);
        if cell.begun >= items.len() || cell.begun - cell.ended >= most {
            return None;
        }
        cell.begun += 1;
        Some(Unit { step, round, item: Some(cell.begun - 1) })
    }

    /// What is to be done in a unit.
    fn task(&self, unit: Unit) -> Result<Doing, String> {
        let values = self.values(unit.step, unit.item);
        let render = |text: &str| {
            self.templates.render(text, &values).map_err(|problem| format!("the template: {problem}"))
        };
        Ok(Doing::Task(match &self.plan.definition.steps[unit.step].kind {
            Kind::Agent { prompt, .. } => Task::Agent { prompt: render(&prompt.value)?, choices: Vec::new() },
            Kind::Human { question, choices } => {
                Task::Human { question: render(&question.value)?, choices: choices.clone() }
            }
            Kind::Tool { args, .. } => Task::Tool(self.filled(&args.value, &values)?),
            Kind::Chain { inputs, .. } => Task::Chain(self.filled(&inputs.value, &values)?),
            Kind::Branch { by: super::definition::By::Agent(_, prompt), ways, .. } => {
                let choices = ways.iter().map(|(way, _)| way.value.clone()).collect();
                Task::Agent { prompt: render(&prompt.value)?, choices }
            }
            Kind::Branch { by: super::definition::By::Expression(on), .. } => {
                let value =
                    self.templates.value(&on.value, &values).map_err(|problem| format!("`on`: {problem}"))?;
                return Ok(Doing::Decided(value.to_string()));
            }
        }))
    }

    /// A unit has come to its end.
    fn take(&mut self, unit: Unit, outcome: Outcome) {
        match outcome {
            Outcome::Done(value) => match self.decided(unit.step, value) {
                Ok(value) => self.done(unit, value),
                Err(problem) => self.fail(unit, problem),
            },
            Outcome::Failed(problem) | Outcome::Hopeless(problem) => self.fail(unit, problem),
            Outcome::Waiting => {
                let path = self.path(unit);
                self.waiting.push(path);
            }
            Outcome::Dropped => self.stopped = true,
        }
    }

    /// A unit has failed for good: what follows is for the step to say.
    fn fail(&mut self, unit: Unit, problem: String) {
        let path = self.path(unit);
        let definition = Arc::clone(&self.plan.definition);
        match &definition.steps[unit.step].on_error {
            OnError::Fail => {
                self.failed.get_or_insert((path, problem));
                self.ready.remove(&unit.step);
            }
            OnError::Default(value) => {
                self.happenings.push(Happening::Excused(path, problem));
                match self.decided(unit.step, value.clone()) {
                    Ok(value) => self.done(unit, value),
                    Err(problem) => drop(self.failed.get_or_insert((self.path(unit), problem))),
                }
            }
            OnError::Skip if unit.item.is_some() => {
                self.happenings.push(Happening::Excused(path, problem));
                self.done(unit, Value::Null);
            }
            OnError::Skip => {
                self.happenings.push(Happening::Excused(path, problem.clone()));
                self.leave_out(unit.step, Some(problem));
            }
        }
    }
}

/// What a step comes to.
enum Doing {
    /// Something is to be done.
    Task(Task),
    /// A way was decided on.
    Decided(String),
}

/// What a run is given.
#[derive(Debug, Clone, Default)]
pub struct Given {
    /// Its inputs, an object.
    pub inputs: Value,
    /// What the memory says under the keys that templates speak of, an object.
    pub memory: Value,
    /// What it is: `id`, `chain`.
    pub run: Value,
}

#[cfg(test)]
mod tests;
