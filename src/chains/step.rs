//! Doing one step: asking, calling, and keeping what comes of it. Equal steps are done once.

use std::collections::HashMap;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::sync::Mutex as Turnstile;
use tokio::time::Instant;

use super::definition::{self, Cache, Kind, OnError, Told};
use super::driver::{Driver, Place, Seen};
use super::hands::{Call, Hands, Progress, Question, Trouble, TroubleKind};
use super::journal::text_of;
use super::machine::{Given, Outcome, Standing, Start, Task};
use super::plan::Plan;
use crate::chat::Schema;
use crate::memory::run::{Step, StepState};

/// The agent who says in short what was said before.
const SUMMARIZER: &str = "summarizer";

/// Results by what makes steps equal. Whoever is first does the step; the others wait for it.
#[derive(Debug, Default)]
pub(super) struct Slots(Mutex<HashMap<Vec<u8>, Slot>>);

type Slot = Arc<Turnstile<Option<Kept>>>;

/// A result, and whether somebody else's words are in it.
type Kept = (Value, bool);

impl Slots {
    fn get(&self, key: &[u8]) -> Slot {
        let mut slots = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(slots.entry(key.to_vec()).or_default())
    }

    /// Takes a result that was there before.
    pub(super) fn put(&self, step: &Step) {
        let Some(key) = step.key.clone().filter(|_| step.state == StepState::Done) else { return };
        let mut slots = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        slots.insert(key, Arc::new(Turnstile::new(Some((step.result.clone(), step.outside)))));
    }
}

impl<H: Hands> Driver<'_, H> {
    /// Does a unit and keeps its result.
    pub(super) async fn work(&self, place: &Place, start: &Start, deadline: Option<Instant>) -> Outcome {
        let written = &place.plan.definition.steps[start.unit.step];
        let (began, clock) = (Timestamp::now(), Instant::now());
        let mut step = Step {
            path: place.path.clone(),
            state: StepState::Done,
            result: Value::Null,
            asked: asked(&start.task),
            who: written.kind.who().to_owned(),
            model: None,
            attempts: json!([]),
            tries: start.attempt,
            input_tokens: 0,
            output_tokens: 0,
            cost_usd: None,
            kept: false,
            outside: place.is_foreign,
            key: None,
            problem: None,
            began,
            took_ms: 0,
        };
        let made = self.make(place, start, deadline, &mut step).await;
        step.took_ms = u64::try_from(clock.elapsed().as_millis()).unwrap_or(u64::MAX);
        match made {
            Ok(Some(result)) => {
                step.result = result;
                self.end(step, written).await
            }
            Ok(None) => Outcome::Waiting,
            Err(trouble) => self.excuse(step, written, start, trouble).await,
        }
    }

    async fn end(&self, step: Step, written: &definition::Step) -> Outcome {
        let outcome = Outcome::Done(step.result.clone());
        if let Err(error) = self.journal.end(step.clone(), written.remember).await {
            return self.failed(
                &step.path,
                Trouble::new(TroubleKind::Other, format!("the result could not be kept: {error}")),
            );
        }
        self.watch.sees(&Seen::Ended(&step));
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if step.outside {
            self.any_foreign.store(true, Ordering::Relaxed);
        }
        told.entry(id_of(&step.path)).or_default().push(step);
        outcome
    }

    /// A failure: where the run goes on all the same, that is a result to be kept.
    async fn excuse(
        &self,
        step: Step,
        written: &definition::Step,
        start: &Start,
        trouble: Trouble,
    ) -> Outcome {
        let is_last = trouble.is_hopeless() || start.attempt > written.retry;
        let state = if written.on_error == OnError::Fail { StepState::Failed } else { StepState::Skipped };
        let path = step.path.clone();
        if is_last {
            let attempts = if step.attempts.as_array().is_some_and(Vec::is_empty) {
                trouble.attempts.clone()
            } else {
                step.attempts.clone()
            };
            let step = Step { state, problem: Some(trouble.message.clone()), attempts, ..step };
            if let Err(error) = self.journal.end(step, written.remember).await {
                self.watch.sees(&Seen::Warned(&format!("the failure of {path} could not be kept: {error}")));
            }
        }
        self.failed(&path, trouble)
    }

    /// The result of a unit; none where somebody has to say something first.
    async fn make(
        &self,
        place: &Place,
        start: &Start,
        deadline: Option<Instant>,
        step: &mut Step,
    ) -> Result<Option<Value>, Trouble> {
        let written = &place.plan.definition.steps[start.unit.step];
        if let Some(text) = self.limits.said.get(&step.path) {
            "you".clone_into(&mut step.who);
            return Ok(Some(Value::String(text.clone())));
        }
        match &start.task {
            Task::Agent { .. } => self.equal(&place.plan, written, start, deadline, step).await.map(Some),
            Task::Tool(arguments) => {
                // A call that has failed is over: the next try is another one.
                let again = if start.attempt > 1 { format!("~{}", start.attempt) } else { String::new() };
                let turn = format!("{}/{}{again}", self.journal.run, step.path);
                let call = Call { turn, tool: written.kind.who(), arguments, read_foreign: step.outside };
                let told = self.hands.tool(call).await?;
                step.outside |= told.foreign;
                Ok(Some(as_data(told.text)))
            }
            Task::Human { question, choices } => {
                let said = self.hands.human(&step.path, question, choices).await?;
                if said.is_none() {
                    self.waiting.lock().unwrap_or_else(PoisonError::into_inner).push(step.path.clone());
                }
                Ok(said.map(Value::String))
            }
            Task::Chain(inputs) => self.chain(place, inputs, step).await,
        }
    }

    /// Runs another chain.
    async fn chain(&self, place: &Place, inputs: &Value, step: &mut Step) -> Result<Option<Value>, Trouble> {
        let name = step.who.clone();
        let missing = || Trouble::new(TroubleKind::Other, format!("there is no chain `{name}`"));
        let inner = place.plan.chains.get(&name).ok_or_else(missing)?;
        let inputs = super::inputs::with_defaults(inner, inputs);
        let given = Given { inputs, ..place.given.clone() };
        let prefix = format!("{}/", step.path);
        let (standing, _) = self.drive(Arc::clone(inner), given, prefix.clone(), step.outside).await;
        let told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        step.outside |=
            told.iter().any(|(id, all)| id.starts_with(&prefix) && all.iter().any(|step| step.outside));
        drop(told);
        match standing {
            Standing::Done(value) => Ok(Some(value)),
            Standing::Failed(path, problem) => {
                Err(Trouble::new(TroubleKind::Other, format!("{path}: {problem}")))
            }
            Standing::Waiting(_) => Ok(None),
            Standing::Stopped | Standing::Running => Err(Trouble::new(TroubleKind::Late, "it was stopped")),
        }
    }

    /// Asks an agent, unless an equal step has its answer.
    async fn equal(
        &self,
        plan: &Plan,
        written: &definition::Step,
        start: &Start,
        deadline: Option<Instant>,
        step: &mut Step,
    ) -> Result<Value, Trouble> {
        let before = self.before(plan, written, start, deadline, step).await?;
        let cache = if self.limits.no_cache { Cache::Off } else { written.cache() };
        if cache == Cache::Off {
            return self.ask(written, start, deadline, before, step).await;
        }
        let key = self.key(written, start, before.as_deref(), cache).await?;
        step.key = Some(key.clone());
        let slot = self.slots.get(&key);
        let mut slot = slot.lock().await;
        let mut found = slot.clone();
        if found.is_none() && cache == Cache::Shared {
            let kept = self.journal.memory().kept_result(&key).unwrap_or_default();
            found = kept.map(|kept| (kept["result"].clone(), kept["outside"] == true));
        }
        if let Some((result, outside)) = found {
            step.kept = true;
            step.outside |= outside;
            return Ok(result);
        }
        let result = self.ask(written, start, deadline, before, step).await?;
        *slot = Some((result.clone(), step.outside));
        if cache == Cache::Shared {
            let kept = json!({"result": result, "outside": step.outside});
            self.journal.memory().keep_result(key, &kept, written.ttl);
        }
        Ok(result)
    }

    /// What makes a step equal to another one. In a later round something new is wanted.
    async fn key(
        &self,
        written: &definition::Step,
        start: &Start,
        before: Option<&str>,
        cache: Cache,
    ) -> Result<Vec<u8>, Trouble> {
        let makings = self.hands.makings(written.kind.who()).await?;
        let schema = Self::schema(written, &start.task)?;
        let schema = schema.map(|schema| schema.value().clone());
        let round = if cache == Cache::Run { start.unit.round } else { 1 };
        let all = json!([makings, asked(&start.task), before, schema, round]);
        Ok(Sha256::digest(all.to_string()).to_vec())
    }

    /// The form of the answer.
    fn schema(written: &definition::Step, task: &Task) -> Result<Option<Schema>, Trouble> {
        let value = match (&written.kind, task) {
            (Kind::Agent { schema: Some(schema), .. }, _) => schema.value.clone(),
            (_, Task::Agent { choices, .. }) if !choices.is_empty() => json!({
                "type": "object",
                "properties": {"way": {"type": "string", "enum": choices}},
                "required": ["way"],
                "additionalProperties": false,
            }),
            _ => return Ok(None),
        };
        Schema::new(value).map(Some).map_err(|error| Trouble::new(TroubleKind::Other, error.to_string()))
    }

    async fn ask(
        &self,
        written: &definition::Step,
        start: &Start,
        deadline: Option<Instant>,
        before: Option<String>,
        step: &mut Step,
    ) -> Result<Value, Trouble> {
        let Task::Agent { prompt, choices } = &start.task else { return Ok(Value::Null) };
        let schema = Self::schema(written, &start.task)?;
        let answers = self.journal.answers(&step.path);
        let (path, who) = (step.path.clone(), written.kind.who());
        let progress = |progress: Progress<'_>| {
            self.watch.sees(&Seen::Saying { path: &path, who, progress });
        };
        let question = Question {
            turn: format!("{}/{}", self.journal.run, step.path),
            agent: written.kind.who(),
            prompt,
            before,
            schema: schema.clone(),
            purse: &self.purse,
            deadline,
            journal: Arc::clone(&answers) as _,
            read_foreign: step.outside,
            progress: &progress,
        };
        let said = self.hands.agent(question).await;
        for answered in answers.all() {
            step.input_tokens += answered.input_tokens;
            step.output_tokens += answered.output_tokens;
            step.cost_usd = match (step.cost_usd, answered.cost_usd) {
                (Some(before), Some(now)) => Some(before + now),
                (before, now) => before.or(now),
            };
            step.model = answered.model.or(step.model.take());
            if let (Value::Array(all), Value::Array(more)) = (&mut step.attempts, answered.attempts) {
                all.extend(more);
            }
        }
        let said = said?;
        if let Some(met) = said.met {
            self.watch.sees(&Seen::Warned(&format!("{}: {met}", step.path)));
        }
        step.who = said.agent;
        step.outside |= said.read_foreign;
        let Some(schema) = schema else { return Ok(Value::String(said.text)) };
        let value =
            schema.check(&said.text).map_err(|problem| Trouble::new(TroubleKind::NoAnswer, problem))?;
        Ok(if choices.is_empty() { value } else { value["way"].clone() })
    }

    /// What an agent is told of the steps before.
    async fn before(
        &self,
        plan: &Plan,
        written: &definition::Step,
        start: &Start,
        deadline: Option<Instant>,
        step: &mut Step,
    ) -> Result<Option<String>, Trouble> {
        let Kind::Agent { context, .. } = &written.kind else { return Ok(None) };
        if context.value == Told::None {
            return Ok(None);
        }
        let prefix = step.path.rfind('/').map_or("", |end| &step.path[..=end]).to_owned();
        let mut told: Vec<Step> = Vec::new();
        let earlier = plan.before(start.unit.step);
        {
            let all = self.told.lock().unwrap_or_else(PoisonError::into_inner);
            for other in plan.order.iter().filter(|other| earlier.contains(other)) {
                let mut units: Vec<&Step> =
                    all.get(&format!("{prefix}{}", plan.id(*other))).into_iter().flatten().collect();
                units.sort_by(|a, b| a.path.len().cmp(&b.path.len()).then_with(|| a.path.cmp(&b.path)));
                told.extend(units.into_iter().cloned());
            }
        }
        if let Told::Last(count) = context.value {
            told.drain(..told.len().saturating_sub(count));
        }
        if told.is_empty() {
            return Ok(None);
        }
        let text = transcript(&told);
        if context.value != Told::Summary {
            return Ok(Some(text));
        }
        let prompt = format!(
            "Say in short what came of these steps, with every fact that later ones may need.\n\n{text}"
        );
        let path = format!("{}~summary", step.path);
        let question = Question {
            turn: format!("{}/{path}", self.journal.run),
            agent: SUMMARIZER,
            prompt: &prompt,
            before: None,
            schema: None,
            purse: &self.purse,
            deadline,
            journal: self.journal.answers(&path),
            read_foreign: step.outside,
            progress: &|_| (),
        };
        Ok(Some(self.hands.agent(question).await?.text))
    }
}

/// What was asked and said, for those who come after.
fn transcript(steps: &[Step]) -> String {
    let one = |step: &Step| {
        let (path, who) = (&step.path, &step.who);
        let (asked, said) = (step.asked.trim(), text_of(&step.result));
        format!(
            "<step id=\"{path}\" by=\"{who}\">\n<asked>\n{asked}\n</asked>\n<answer>\n{}\n</answer>\n</step>",
            said.trim()
        )
    };
    let all: Vec<String> = steps.iter().map(one).collect();
    format!("What was done before:\n{}", all.join("\n"))
}

/// The path of a step without its round and item.
pub(super) fn id_of(path: &str) -> String {
    let begin = path.rfind('/').map_or(0, |at| at + 1);
    let end = path[begin..].find(['.', '[']).map_or(path.len(), |at| begin + at);
    path[..end].to_owned()
}

/// What is asked, as a text.
fn asked(task: &Task) -> String {
    match task {
        Task::Agent { prompt, .. } => prompt.clone(),
        Task::Human { question, .. } => question.clone(),
        Task::Tool(value) | Task::Chain(value) => value.to_string(),
    }
}

/// What a tool said: JSON where it is a list or a table, else the text.
fn as_data(text: String) -> Value {
    match serde_json::from_str(&text) {
        Ok(value @ (Value::Array(_) | Value::Object(_))) => value,
        _ => Value::String(text),
    }
}
