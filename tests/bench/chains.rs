//! What it costs to run a chain besides what its steps cost: `cargo bench --bench chains`.
//!
//! The steps are stand-ins that take no time, or 100 ms. All else is as in the program: templates, the machine, the journal on
//! disk.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    missing_docs,
    reason = "a benchmark prints, and stops when it cannot go on"
)]

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use aigw::chains::{
    Call, Definition, Driver, Hands, Limits, Plan, Question, RunJournal, Said, Seen, Told, Trouble, Watch,
    World, check, read,
};
use aigw::memory::Memory;
use aigw::memory::run::Run;
use futures_util::future::BoxFuture;
use serde_json::{Value, json};

struct Nobody;

impl World for Nobody {
    fn agents(&self) -> Vec<String> {
        vec!["a".into()]
    }

    fn tools(&self) -> Option<Vec<(String, Value)>> {
        None
    }

    fn chains(&self) -> Vec<String> {
        Vec::new()
    }

    fn chain(&self, _name: &str) -> Option<Arc<Definition>> {
        None
    }
}

/// Answers after a time.
struct Stand(Duration);

impl Hands for Stand {
    fn agent<'a>(&'a self, question: Question<'a>) -> BoxFuture<'a, Result<Said, Trouble>> {
        Box::pin(async move {
            if !self.0.is_zero() {
                tokio::time::sleep(self.0).await;
            }
            Ok(Said {
                text: format!("{} is said", question.prompt.len()),
                agent: "a".into(),
                ..Said::default()
            })
        })
    }

    fn tool<'a>(&'a self, _call: Call<'a>) -> BoxFuture<'a, Result<Told, Trouble>> {
        Box::pin(async { Ok(Told::default()) })
    }

    fn human<'a>(
        &'a self,
        _: &'a str,
        _: &'a str,
        _: &'a [String],
    ) -> BoxFuture<'a, Result<Option<String>, Trouble>> {
        Box::pin(async { Ok(None) })
    }

    fn makings<'a>(&'a self, _agent: &'a str) -> BoxFuture<'a, Result<String, Trouble>> {
        Box::pin(async { Ok("a".to_owned()) })
    }
}

/// Notes when each step ended.
#[derive(Default)]
struct Clock(Mutex<Vec<Instant>>);

impl Watch for Clock {
    fn sees(&self, event: &Seen<'_>) {
        if let Seen::Ended(_) = event {
            self.0.lock().unwrap().push(Instant::now());
        }
    }
}

fn plan(text: &str) -> Arc<Plan> {
    let (definition, problems) = read("bench", None, text);
    assert!(problems.is_empty(), "{problems:?}");
    Arc::new(check(definition, &Nobody).unwrap())
}

fn step(index: usize, needs: &[usize]) -> String {
    let said: Vec<String> = needs.iter().map(|need| format!("{{{{ steps.s{need}.output }}}}")).collect();
    format!("[[step]]\nid = \"s{index}\"\nagent = \"a\"\nprompt = \"step {index} {}\"\n", said.join(" "))
}

/// Runs a plan: how long it took, and how long each step was behind the one before it.
async fn run(plan: &Arc<Plan>, stand: &Stand) -> (Duration, Vec<Duration>) {
    let directory = tempfile::tempdir().unwrap();
    let memory = Arc::new(Memory::new(directory.path()));
    let run = Run::new("bench", json!({}));
    memory.begin_run(run.clone()).unwrap();
    let journal = RunJournal::open(Arc::clone(&memory), &run.id, "bench").unwrap();
    let clock = Clock::default();
    let driver = Driver::new(stand, journal, &clock, Limits::default());
    let begun = Instant::now();
    let ended = driver.run(Arc::clone(plan), json!({}), json!({})).await;
    let took = begun.elapsed();
    assert!(matches!(ended.standing, aigw::chains::machine::Standing::Done(_)), "{:?}", ended.standing);
    let mut before = begun;
    let ends = clock.0.into_inner().unwrap();
    (took, ends.into_iter().map(|end| end.duration_since(std::mem::replace(&mut before, end))).collect())
}

fn median(mut all: Vec<Duration>) -> Duration {
    all.sort();
    all[all.len() / 2]
}

fn main() {
    // `cargo test --benches` only wants to know that it builds.
    if std::env::args().any(|arg| arg == "--test") {
        return;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let line: String =
        (0..1000).map(|index| step(index, &(index.saturating_sub(1)..index).collect::<Vec<_>>())).collect();
    let wide: String = "max_parallel = 100\n".to_owned()
        + &(0..1000)
            .map(|index| {
                let needs: Vec<usize> =
                    if index < 100 { Vec::new() } else { vec![index - 100, (index - 100) / 100 * 100] };
                step(index, &needs)
            })
            .collect::<String>();
    for (name, text) in [("1000 steps, one after the other", &line), ("1000 steps, 100 at once", &wide)] {
        let begun = Instant::now();
        let plan = plan(text);
        let checked = begun.elapsed();
        let (took, each) = runtime.block_on(run(&plan, &Stand(Duration::ZERO)));
        println!(
            "{name:<32} {:>8.3} ms a step at the median, {:>8.3} ms in all / 1000, checked in {checked:.0?}",
            median(each).as_secs_f64() * 1000.0,
            took.as_secs_f64()
        );
    }
    let at_once: String =
        "max_parallel = 100\n".to_owned() + &(0..100).map(|index| step(index, &[])).collect::<String>();
    let (took, _) = runtime.block_on(run(&plan(&at_once), &Stand(Duration::from_millis(100))));
    println!(
        "100 steps of 100 ms at once      {:>8.0} ms: {:.2} × the ideal",
        took.as_secs_f64() * 1000.0,
        took.as_secs_f64() / 0.1
    );
}
